//! Forgetting loses nothing: the machine that keeps what a reduction forgets, and the machine that
//! forgets it, can do the same in every state, and forget to the same states afterwards.
//!
//! For each reduction the machine without it is explored. Each of its states is projected by
//! forgetting after all, and must then have the same actions, block for block, with the same
//! successors.

mod scenarios;

use std::collections::{HashSet, VecDeque};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use unincluded_model::action::Dispute;
use unincluded_model::scenario::StaleView;
use unincluded_model::state::MAX_MESSAGES;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, ParaBlock, Protocol, Reduction, Reductions,
    Refusal, RelayBlockPlan, Renaming, Scenario, State,
};

/// Two machines for one scenario: one makes every reduction, the other keeps what one of them
/// forgets.
struct Machines {
    forgetful: Protocol,
    keeping: Protocol,
}

impl Machines {
    fn new(mut scenario: Scenario, kept: Reduction) -> Machines {
        // This bound counts the blocks that the state holds, so it feels what is forgotten.
        scenario.environment.adversary_blocks = 0;
        let forgetful = Protocol::new(scenario);
        let keeping = forgetful.clone().with_reductions(Reductions::all().keeping(kept));
        Machines { forgetful, keeping }
    }

    /// A state of the keeping machine as the forgetful one stores it.
    fn project(&self, state: &State) -> (State, Renaming) {
        let mut state = state.clone();
        for branch in &mut state.branches {
            let parameters = self.forgetful.in_force(branch);
            let open = parameters.paras_availability_period >= parameters.group_rotation_frequency;
            if open && self.forgetful.environment().groups.is_empty() {
                branch.rotation = 0; // The phase is not forgotten afterwards, it is never counted.
            }
        }
        self.forgetful.canonical(&state)
    }

    /// Whether both machines do the same from here on: the actions and their projected successors.
    fn agree_in(&self, state: &State) -> Result<(), String> {
        let (projected, renaming) = self.project(state);
        // Of invalid blocks a state holds one at most, so that bound feels what is forgotten as well.
        let full = state.blocks.iter().any(|block| block.has(ParaBlock::INVALID));
        let bounded =
            |action: &Action| full && matches!(action, Action::Author(author) if author.invalid);
        let mut ours = HashSet::new();
        for action in self.keeping.actions(state) {
            if bounded(&action) {
                continue;
            }
            let Ok(next) = self.keeping.step(state, &action) else { continue };
            let (next, _) = self.project(&next);
            match translated(state, &action, &renaming) {
                Some(action) => {
                    ours.insert((action, next));
                }
                // An adversary may go on building where nothing is ever backed: nobody notices.
                None if next == projected => {}
                None => {
                    return Err(format!("{action:?} on a forgotten block matters:\n{state:#?}"));
                }
            }
        }
        let actions = self.forgetful.actions(&projected).into_iter().filter(|one| !bounded(one));
        let theirs: HashSet<(Action, State)> = actions
            .filter_map(|action| Some((action, self.forgetful.step(&projected, &action).ok()?)))
            .collect();
        let only = |a: &HashSet<(Action, State)>, b: &HashSet<(Action, State)>| -> Vec<Action> {
            a.difference(b).map(|(action, _)| *action).collect()
        };
        if ours == theirs {
            return Ok(());
        }
        Err(format!(
            "only if kept: {:?}\nonly if forgotten: {:?}\nrefused as: {:?}\nkept: {state:#?}\nforgotten: {projected:#?}",
            only(&ours, &theirs),
            only(&theirs, &ours),
            only(&theirs, &ours)
                .iter()
                .map(|one| self.keeping.step(state, one))
                .find_map(Result::err),
        ))
    }

    /// The first `most` states of the keeping machine, breadth first: both agree in all of them.
    fn agree_in_the_first(&self, most: usize) {
        let start = self.keeping.initial();
        let mut seen = HashSet::from([start.clone()]);
        let mut waiting = VecDeque::from([start]);
        while let Some(state) = waiting.pop_front() {
            // Kept messages run out of room sooner or later; a step further nothing can be compared.
            let mut lists = state.branches.iter().flat_map(|b| [&b.inbound, &b.downward]);
            if lists.any(|list| list.len() + 1 >= MAX_MESSAGES) {
                continue;
            }
            self.agree_in(&state).unwrap_or_else(|difference| panic!("{difference}"));
            for action in self.keeping.actions(&state) {
                let Ok(next) = self.keeping.step(&state, &action) else { continue };
                if seen.len() < most && seen.insert(next.clone()) {
                    waiting.push_back(next);
                }
            }
        }
    }
}

/// The action in the names of the forgetful machine; none if it names a forgotten block.
fn translated(state: &State, action: &Action, renaming: &Renaming) -> Option<Action> {
    Some(match *action {
        Action::Author(author) => {
            let lower = state.children(author.parent).filter(|&sibling| {
                renaming.of(sibling).is_some() && state.block(sibling).hash_rank < author.hash_rank
            });
            let hash_rank = lower.count() as u8;
            let parent = renaming.of(author.parent)?;
            Action::Author(Author { parent, hash_rank, ..author })
        }
        Action::RelayBlock(plan) => {
            let back = plan
                .back
                .iter()
                .try_fold(Few::none(), |few, &candidate| few.with(renaming.of(candidate)?))?;
            let dispute = match plan.dispute {
                Some(votes) => Some(Dispute { block: renaming.of(votes.block)?, ..votes }),
                None => None,
            };
            Action::RelayBlock(RelayBlockPlan { back, dispute, ..plan })
        }
        Action::Fork | Action::Settle { .. } => *action,
        Action::LearnBackable { validator, candidate } => {
            Action::LearnBackable { validator, candidate: renaming.of(candidate)? }
        }
        Action::Recover { block } => Action::Recover { block: renaming.of(block)? },
    })
}

/// The scenarios in which a reduction is tried: the built-in ones, views that differ, and windows of
/// the timeout that are always open in one of two configurations.
fn tried() -> Vec<Scenario> {
    let built_in = |name| Scenario::built_in(name).expect("a built-in scenario");
    let mut apart = built_in("astar");
    apart.environment.stale_view = StaleView::Apart;
    apart.parameters.group_rotation_frequency = apart.parameters.paras_availability_period;
    let mut never = built_in("lookahead");
    never.environment.stale_view = StaleView::Never;
    never.parameters.group_rotation_frequency = never.parameters.paras_availability_period;
    let mut forks = built_in("forks-sessions");
    forks.environment.stale_view = StaleView::Apart;
    let mut opens = built_in("reconfiguration");
    opens.reconfiguration.as_mut().expect("it has one").paras_availability_period = 3;
    let mut closes = built_in("reconfiguration");
    closes.parameters.paras_availability_period = 4;
    Scenario::names().map(built_in).chain([apart, never, forks, opens, closes]).collect()
}

/// Tries one reduction everywhere, in the first states of each scenario.
fn loses_nothing(kept: Reduction) {
    for scenario in tried() {
        Machines::new(scenario, kept).agree_in_the_first(6000);
    }
}

#[test]
fn forgetting_included_history_loses_nothing() {
    loses_nothing(Reduction::IncludedHistory);
}

#[test]
fn forgetting_dead_blocks_loses_nothing() {
    loses_nothing(Reduction::DeadBlocks);
}

#[test]
fn forgetting_included_entries_loses_nothing() {
    loses_nothing(Reduction::IncludedEntries);
}

#[test]
fn forgetting_spent_slots_loses_nothing() {
    loses_nothing(Reduction::SpentSlots);
}

#[test]
fn forgetting_the_order_of_siblings_loses_nothing() {
    loses_nothing(Reduction::SiblingOrder);
}

#[test]
fn forgetting_the_rotation_phase_while_the_window_is_always_open_loses_nothing() {
    loses_nothing(Reduction::RotationPhase);
}

#[test]
fn forgetting_spent_messages_loses_nothing() {
    loses_nothing(Reduction::SpentMessages);
}

/// A run of an adversary up to a block on a branch that the included chain has passed by: P1 and P2
/// are included, P3 stands beside P2 and holds entries for P1 and itself. Blocks keep their places.
fn a_branch_that_was_passed_by(protocol: &Protocol) -> State {
    let (p1, p2) = (BlockIndex(1), BlockIndex(2));
    let relay = |bits, back| {
        Action::RelayBlock(RelayBlockPlan {
            bits: Few::from(bits),
            back: Few::from(back),
            ..RelayBlockPlan::quiet(0)
        })
    };
    let run = [
        Action::Author(Author::honest(BlockIndex::ROOT, Age::TIP)),
        relay(None, Some(p1)),
        Action::Author(Author::honest(p1, Age(1))),
        relay(Some(Bits::Enough), Some(p2)),
        relay(Some(Bits::Enough), None),
        Action::Author(Author::honest(p1, Age::TIP)),
    ];
    run.iter().fold(protocol.initial(), |state, action| {
        protocol.apply(&state, action).expect("every step of the run is possible")
    })
}

const P3: BlockIndex = BlockIndex(3);

/// SEG-4 finds no included head on such a branch and drops nothing, so the entries of blocks that
/// every view names as included count towards the capacity for ever.
#[test]
fn an_adversary_still_counts_the_entries_of_a_branch_that_was_passed_by() {
    let protocol = Protocol::new(Scenario::built_in("bandwidth").expect("a built-in scenario"));
    let state = a_branch_that_was_passed_by(&protocol);
    let child = Action::Author(Author::honest(P3, Age::TIP));
    let full = Refusal::SegmentFull { held: 2, capacity: 2 };
    assert_eq!(protocol.apply(&state, &child), Err(full));
}

#[test]
fn forgetting_included_entries_loses_nothing_on_a_branch_that_was_passed_by() {
    let protocol = Protocol::new(Scenario::built_in("bandwidth").expect("a built-in scenario"));
    let (state, renaming) = protocol.canonical(&a_branch_that_was_passed_by(&protocol));
    let p3 = renaming.of(P3).expect("an author can still use its relay parent");
    let child = Action::Author(Author::honest(p3, Age::TIP));
    let full = Refusal::SegmentFull { held: 2, capacity: 2 };
    assert_eq!(protocol.apply(&state, &child), Err(full));
}

/// The states of a walk, as the rules leave them and before anything is forgotten after the last
/// step.
fn walk(protocol: &Protocol, choices: &[Index]) -> Vec<State> {
    let mut state = protocol.initial();
    let mut raw = vec![state.clone()];
    for choice in choices {
        let steps = protocol.actions(&state).into_iter();
        let steps: Vec<_> =
            steps.filter_map(|action| protocol.step_whole(&state, &action).ok()).collect();
        let Some(step) = steps.get(choice.index(steps.len().max(1))) else { break };
        raw.push(step.raw.clone());
        state = step.next.clone();
    }
    raw
}

/// The same state with its blocks in another order, parents still before their children.
fn shuffled(state: &State, choices: &[Index]) -> State {
    let mut order = vec![BlockIndex::ROOT];
    let mut choices = choices.iter().cycle();
    while order.len() < state.blocks.len() {
        let ready: Vec<BlockIndex> = state
            .indices()
            .filter(|place| !order.contains(place) && order.contains(&state.block(*place).parent))
            .collect();
        order.push(ready[choices.next().map_or(0, |choice| choice.index(ready.len()))]);
    }
    let to = |old: BlockIndex| {
        let new = order.iter().position(|&place| place == old).expect("all are in the order");
        BlockIndex(new as u8)
    };
    let mut next = state.clone();
    next.blocks = order.iter().map(|&old| *state.block(old)).collect();
    next.renamed(to)
}

fn indices(length: usize) -> impl Strategy<Value = Vec<Index>> {
    proptest::collection::vec(any::<Index>(), length)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn forgetting_loses_nothing_under_any_legal_parameters(
        scenario in scenarios::legal(),
        kept in select(Reduction::ALL.to_vec()),
        choices in indices(60),
    ) {
        let machines = Machines::new(scenario, kept);
        let full = unincluded_model::state::MAX_BLOCKS - 4;
        for state in walk(&machines.keeping, &choices) {
            let (state, _) = machines.keeping.canonical(&state);
            if state.blocks.len() > full {
                break;
            }
            machines.agree_in(&state).map_err(TestCaseError::fail)?;
        }
    }
}

proptest! {
    #[test]
    fn forgetting_twice_is_forgetting_once(
        scenario in scenarios::legal(),
        choices in indices(80),
    ) {
        let protocol = Protocol::new(scenario);
        for raw in walk(&protocol, &choices) {
            let (once, _) = protocol.canonical(&raw);
            let (twice, renaming) = protocol.canonical(&once);
            prop_assert_eq!(&once, &twice);
            prop_assert!(once.indices().all(|place| renaming.of(place) == Some(place)));
        }
    }

    #[test]
    fn the_order_in_which_blocks_stand_does_not_matter(
        scenario in scenarios::legal(),
        choices in indices(60),
        order in indices(40),
    ) {
        let protocol = Protocol::new(scenario);
        for raw in walk(&protocol, &choices) {
            let (state, _) = protocol.canonical(&raw);
            prop_assert_eq!(protocol.canonical(&shuffled(&raw, &order)).0, state);
        }
    }
}
