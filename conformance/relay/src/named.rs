//! Runs in names that outlive a change of the run: para blocks by the step that authored them.

use unincluded_conformance_driver::way::shorter_way;
use unincluded_model::action::Dispute;
use unincluded_model::{Action, Bits, BlockIndex, Few};

use crate::driver::{Driver, Parting, Taken};
use crate::world::World;

/// The step that authored a block, from 1; 0 is the head at genesis.
type Author = usize;

/// An action with the blocks that it names.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    action: Action,
    /// Which step of the first run it was.
    step: usize,
    parent: Author,
    back: Vec<Author>,
    bits: Vec<(Author, Bits)>,
    dispute: Author,
}

/// Who authored the blocks of a world, by their numbers.
struct Authors(Vec<Author>);

impl Authors {
    fn of(&self, world: &World, block: BlockIndex) -> Author {
        let number = world.blocks.get(block.get()).map_or(0, |candidate| candidate.number) as usize;
        number.checked_sub(1).and_then(|place| self.0.get(place)).copied().unwrap_or_default()
    }

    fn find(&self, world: &World, author: Author) -> Option<BlockIndex> {
        let is = |place: &usize| self.of(world, BlockIndex(*place as u8)) == author;
        (0..world.blocks.len()).find(is).map(|place| BlockIndex(place as u8))
    }
}

/// A run's actions by name.
pub(crate) fn name(driver: &Driver, actions: &[Action]) -> Vec<Named> {
    let Some(mut world) = driver.begin() else { return Vec::new() };
    let mut authors = Authors(Vec::new());
    let mut all = Vec::new();
    for (step, &action) in (1..).zip(actions) {
        let of = |block: BlockIndex| authors.of(&world, block);
        let mut named =
            Named { action, step, parent: 0, back: Vec::new(), bits: Vec::new(), dispute: 0 };
        match action {
            Action::Author(author) => named.parent = of(author.parent),
            Action::RelayBlock(plan) => {
                named.back = plan.back.iter().map(|&block| of(block)).collect();
                named.dispute = plan.dispute.map_or(0, |dispute| of(dispute.block));
                if let Some(branch) = world.state.branches.get(usize::from(plan.branch)) {
                    let bits = branch.pending.iter().zip(plan.bits.iter());
                    named.bits = bits.map(|(p, &bits)| (of(p.block), bits)).collect();
                }
            }
            Action::Recover { block } => named.parent = of(block),
            _ => {}
        }
        all.push(named);
        if driver.take(&mut world, &action, true) == Ok(Taken::Followed)
            && matches!(action, Action::Author(_))
        {
            authors.0.push(step);
        }
    }
    all
}

/// Takes named actions as far as they make sense, up to the first divergence: the actions that were
/// taken, the world before the last of them, and the parting.
pub(crate) fn run(driver: &Driver, named: &[Named]) -> Option<(Vec<Action>, World, Parting)> {
    let mut world = driver.begin()?;
    let mut authors = Authors(Vec::new());
    let mut actions = Vec::new();
    for named in named {
        let Some(action) = translated(&world, &authors, named) else { continue };
        match driver.take(&mut world, &action, true) {
            Ok(Taken::Followed) => {
                actions.push(action);
                if matches!(action, Action::Author(_)) {
                    authors.0.push(named.step);
                }
            }
            Ok(_) => {}
            Err(parting) => {
                actions.push(action);
                return Some((actions, world, parting));
            }
        }
    }
    None
}

/// The action as this world calls its blocks; none where one of them is missing.
fn translated(world: &World, authors: &Authors, named: &Named) -> Option<Action> {
    let find = |author: Author| authors.find(world, author);
    Some(match named.action {
        Action::Author(author) => {
            Action::Author(unincluded_model::Author { parent: find(named.parent)?, ..author })
        }
        Action::Recover { .. } => Action::Recover { block: find(named.parent)? },
        Action::RelayBlock(plan) => {
            let branch = world.state.branches.get(usize::from(plan.branch))?;
            let bits = branch.pending.iter().map(|pending| {
                let author = authors.of(world, pending.block);
                let said = named.bits.iter().find(|bits| bits.0 == author).map(|bits| bits.1);
                let counted = matches!(named.bits.first(), Some((_, Bits::Count(_))));
                let least = if counted { Bits::Count(0) } else { Bits::OneShort };
                said.unwrap_or(if pending.available && !counted { Bits::Enough } else { least })
            });
            let bits = if branch.pending.is_empty() { plan.bits } else { Few::of(bits)? };
            let bits = if branch.pending.is_empty() && !named.bits.is_empty() {
                Few::none()
            } else {
                bits
            };
            let back: Option<Vec<_>> = named.back.iter().map(|&author| find(author)).collect();
            let dispute = match plan.dispute {
                Some(dispute) => Some(Dispute { block: find(named.dispute)?, ..dispute }),
                None => None,
            };
            Action::RelayBlock(unincluded_model::RelayBlockPlan {
                bits,
                back: Few::of(back?)?,
                dispute,
                ..plan
            })
        }
        other => other,
    })
}

/// The same run without what is not needed for the two sides to part in the same way: steps are left out,
/// then a shortest way is taken to the state before the last one, and so on for as long as this helps.
pub(crate) fn shortest(
    driver: &Driver,
    actions: &[Action],
    alike: impl Fn(&Parting) -> bool,
) -> Option<(Vec<Action>, World, Parting)> {
    let mut best = shrunk(driver, actions, &alike)?;
    loop {
        let (actions, world, _) = &best;
        let Some((last, before)) = actions.split_last() else { return Some(best) };
        let Some(mut way) = shorter_way(driver.model(), &world.state, before.len()) else {
            return Some(best);
        };
        way.push(*last);
        match shrunk(driver, &way, &alike) {
            Some(found) if found.0.len() < best.0.len() => best = found,
            _ => return Some(best),
        }
    }
}

/// The same run with every step left out that is not needed for the two sides to part as `alike` says.
fn shrunk(
    driver: &Driver,
    actions: &[Action],
    alike: &impl Fn(&Parting) -> bool,
) -> Option<(Vec<Action>, World, Parting)> {
    let mut named = name(driver, actions);
    let mut best = run(driver, &named).filter(|found| alike(&found.2))?;
    let mut again = true;
    while again {
        again = false;
        let mut place = named.len();
        while place > 0 {
            place -= 1;
            for shorter in simpler(&named, place) {
                if let Some(found) = run(driver, &shorter)
                    && alike(&found.2)
                {
                    (named, best, again) = (shorter, found, true);
                    break;
                }
            }
            place = place.min(named.len());
        }
    }
    Some(best)
}

/// The run without a step, or with less in it.
fn simpler(named: &[Named], place: usize) -> Vec<Vec<Named>> {
    let mut all = Vec::new();
    if place >= named.len() {
        return all;
    }
    // Steps that only make sense together go together: a block and what backs it.
    for count in 1..=3 {
        let last = (place + count).min(named.len());
        let mut without = named.to_vec();
        without.drain(place..last);
        all.push(without);
    }
    if let Action::RelayBlock(plan) = named[place].action {
        let mut with = |change: &dyn Fn(&mut Named)| {
            let mut changed = named.to_vec();
            change(&mut changed[place]);
            all.push(changed);
        };
        if !named[place].back.is_empty() {
            with(&|named| {
                named.back.pop();
            });
        }
        if named[place].bits.iter().any(|bits| bits.1 == Bits::Enough) {
            with(&|named| named.bits.iter_mut().for_each(|bits| bits.1 = Bits::OneShort));
        }
        if plan.skipped_slots > 0 || plan.same_slot {
            with(&|named| {
                if let Action::RelayBlock(plan) = &mut named.action {
                    (plan.skipped_slots, plan.same_slot) = (0, false);
                }
            });
        }
    }
    all
}
