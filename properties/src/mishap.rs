//! What one block that goes wrong costs a healthy network.

use unincluded_model::state::MAX_BLOCKS;
use unincluded_model::{
    Action, BlockIndex, Environment, Few, ParaBlock, Protocol, RelayBlockPlan, Renaming, State,
};

use crate::Transition;
use crate::pace::{Walk, round};

/// Relay blocks for which a run with one mishap is followed; it goes round again after fewer than fifty.
const PATIENCE: usize = 240;

/// What can go wrong with one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mishap {
    /// It is backed one relay block later than it could be (FLT-6).
    Late,
    /// It never gets enough votes to be backed (FLT-4).
    Lost,
    /// It is backed, and its data is never available (FLT-5).
    Unavailable,
}

impl Mishap {
    /// All of them.
    pub const ALL: [Mishap; 3] = [Mishap::Late, Mishap::Lost, Mishap::Unavailable];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Mishap::Late => "late",
            Mishap::Lost => "lost",
            Mishap::Unavailable => "never available",
        }
    }
}

/// What one mishap in a healthy run costs. Each number is that of the moment which is worst for it, so
/// that two of them need not be of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Blocks fewer than without it, in the long run, at most.
    pub missed: u32,
    /// Blocks that stood on the block when it went wrong, at most.
    pub behind: u32,
    /// How many of those that stood on it were never included, at most.
    pub lost: u32,
}

/// What one block that goes wrong costs a healthy network, whenever it does: each number at its worst
/// over the states of its round. None if a run has a choice, or never finds back to its pace.
pub fn cost_of(protocol: &Protocol, mishap: Mishap) -> Option<Cost> {
    let (run, _) = round(protocol).ok()?;
    let mut state = protocol.canonical(&protocol.initial()).0;
    for action in &run.stem {
        state = protocol.step(&state, action).ok()?;
    }
    let mut worst: Option<Cost> = None;
    for action in run.cycle.iter().chain(&run.cycle) {
        for (harmed, block) in harmed(protocol, &state, mishap) {
            let cost = cost_at(protocol, &state, &harmed, block)?;
            worst = Some(worst.map_or(cost, |worst| Cost {
                missed: worst.missed.max(cost.missed),
                behind: worst.behind.max(cost.behind),
                lost: worst.lost.max(cost.lost),
            }));
        }
        state = protocol.step(&state, action).ok()?;
    }
    worst
}

/// The states in which one block has gone wrong, and the block by its place before. For a delay the
/// state is the one after the relay block that did not back it.
fn harmed(protocol: &Protocol, state: &State, mishap: Mishap) -> Vec<(Harmed, BlockIndex)> {
    let pending: Vec<BlockIndex> = state.main().pending.iter().map(|one| one.block).collect();
    let included = state.main().tip().included;
    let unbacked =
        |block: &BlockIndex| !pending.contains(block) && !state.descends_from(included, *block);
    let marked = |block: BlockIndex, fate: u8| {
        (Harmed::new(protocol, &state.with_fate(block, fate), None), block)
    };
    match mishap {
        Mishap::Lost => {
            state.indices().filter(unbacked).map(|block| marked(block, ParaBlock::LOST)).collect()
        }
        Mishap::Unavailable => {
            pending.iter().map(|&block| marked(block, ParaBlock::NEVER_AVAILABLE)).collect()
        }
        Mishap::Late => {
            let [Action::RelayBlock(plan)] = &protocol.actions(state)[..] else {
                return Vec::new();
            };
            let Some(&block) = plan.back.first() else { return Vec::new() };
            let late = RelayBlockPlan { back: Few::none(), ..*plan };
            let environment = Environment { delay: true, ..*protocol.environment() };
            let delaying = protocol.clone().in_environment(environment);
            let action = Action::RelayBlock(late);
            let Ok(step) = delaying.step_whole(state, &action) else { return Vec::new() };
            let seen = Transition {
                protocol: &delaying,
                before: state,
                action: &action,
                outcome: Ok(&step.raw),
            };
            let enacted = seen.enacted();
            let harmed = Harmed::new(protocol, &step.next, Some(&step.renaming));
            vec![(Harmed { enacted, ..harmed }, block)]
        }
    }
}

/// A state in which something has gone wrong.
struct Harmed {
    state: State,
    /// Where each block went.
    places: Vec<Option<BlockIndex>>,
    /// Whether a relay block has passed.
    is_later: bool,
    /// What that relay block included.
    enacted: Vec<BlockIndex>,
}

impl Harmed {
    fn new(protocol: &Protocol, state: &State, before: Option<&Renaming>) -> Self {
        let (canonical, renaming) = protocol.canonical(state);
        let all = (0..MAX_BLOCKS).map(|place| BlockIndex(place as u8));
        let step = |block| before.map_or(Some(block), |before| before.of(block));
        Harmed {
            state: canonical,
            places: all.map(|block| renaming.of(step(block)?)).collect(),
            is_later: before.is_some(),
            enacted: Vec::new(),
        }
    }
}

/// Runs on with and without the mishap, until both go round at the same pace; none if they do not.
fn cost_at(protocol: &Protocol, state: &State, harmed: &Harmed, block: BlockIndex) -> Option<Cost> {
    let standing = |block: BlockIndex| {
        state.indices().filter(move |&other| other != block && state.descends_from(other, block))
    };
    let mut well = Walk::new(protocol, state.clone());
    let mut ill = Walk::new(protocol, harmed.state.clone());
    well.know(state.indices().map(Some));
    ill.know(state.indices().map(|block| harmed.places[block.get()]));
    if harmed.is_later {
        well.relay_block().ok()?;
        for block in &harmed.enacted {
            ill.lives[block.get()].included = Some(0);
        }
    }
    // Where both go round the difference repeats itself: its most is what is missed.
    let mut missed = Vec::with_capacity(PATIENCE);
    for _ in 0..PATIENCE {
        well.relay_block().ok()?;
        ill.relay_block().ok()?;
        missed.push(well.included().saturating_sub(ill.included()));
    }
    let most = |range: std::ops::Range<usize>| missed[range].iter().copied().max();
    let (first, second) =
        (most(PATIENCE / 2..PATIENCE * 3 / 4)?, most(PATIENCE * 3 / 4..PATIENCE)?);
    let lost = standing(block).filter(|other| ill.lives[other.get()].included.is_none());
    (first == second).then(|| Cost {
        missed: second,
        behind: standing(block).count() as u32,
        lost: lost.count() as u32,
    })
}
