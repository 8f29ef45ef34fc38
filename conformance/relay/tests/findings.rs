//! What the pallets do where one would not expect it: asserted, each as a run on both sides.

use unincluded_conformance_relay::{
    Change, Divergence, Driver, Taken, changed, driver_of, follow, model_of, scenario,
};
use unincluded_model::action::Dispute;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, NewCode, Precheck, RelayBlockPlan, Rule, State,
};

type Step = fn(&State) -> Action;

/// The newest block of a chain without forks.
fn newest(state: &State) -> BlockIndex {
    BlockIndex(state.blocks.len() as u8 - 1)
}

fn author(state: &State) -> Author {
    Author::honest(newest(state), Age::TIP)
}

fn relay(change: impl FnOnce(&mut RelayBlockPlan)) -> Action {
    let mut plan = RelayBlockPlan::quiet(0);
    change(&mut plan);
    Action::RelayBlock(plan)
}

const AUTHOR: Step = |state| Action::Author(author(state));
const QUIET: Step = |_| relay(|_| {});
const BACK: Step = |state| relay(|plan| plan.back = Few::from(Some(newest(state))));
const SHORT: Step = |_| relay(|plan| plan.bits = Few::from(Some(Bits::OneShort)));
const ENACT: Step = |_| relay(|plan| plan.bits = Few::from(Some(Bits::Enough)));

/// What came of each step, and the state after them.
fn outcome(name: &str, script: &[Step]) -> (Vec<Taken>, State) {
    let Some(driver) = driver_of(name) else { panic!("{name} is no scenario for the relay chain") };
    follow(&driver, script).unwrap_or_else(|divergence| panic!("{}", divergence.story()))
}

fn run(name: &str, script: &[Step]) -> State {
    let (taken, state) = outcome(name, script);
    assert!(taken.iter().all(|taken| *taken == Taken::Followed), "{taken:?}");
    state
}

/// Where a changed model parts from the pallets on the same steps.
fn parts(change: Change, name: &str, script: &[Step]) -> Box<Divergence> {
    let network = scenario(name).expect("a scenario for the relay chain");
    let model = changed(&model_of(&network), change).expect("a legal change");
    follow(&Driver::new(model, network), script).expect_err("the change is noticed")
}

/// DISP-1: the block that drops it refuses it, the next one does not; and its inclusion freezes the
/// fork (DISP-2).
#[test]
fn a_candidate_that_lost_its_dispute_is_backed_again_and_freezes_the_fork() {
    let invalid: Step = |state| Action::Author(Author { invalid: true, ..author(state) });
    let lose: Step = |state| {
        relay(|plan| {
            plan.bits = Few::from(Some(Bits::Enough));
            plan.dispute = Some(Dispute { block: newest(state), against: 3 });
        })
    };
    let beside: Step = |_| Action::Author(Author::honest(BlockIndex::ROOT, Age::TIP));
    let again: Step = |state| {
        let condemned = state.indices().find(|&block| state.block(block).against[0] > 0);
        relay(|plan| plan.back = Few::from(condemned))
    };
    let fork: Step = |_| Action::Fork;
    let state = run("disputes-again", &[invalid, BACK, lose, beside, again, fork, ENACT]);
    assert_eq!(state.branches.len(), 1, "the branch that included it is left");
}

/// UPG-13: a block that acts on an abort brings code that the relay chain knows. The upgrade is
/// scheduled while the abort is still shown; the next block acts on it again and throws the code
/// away. The relay chain then shows a go-ahead that no block of the para survives.
#[test]
fn a_second_abort_beside_known_code_ends_the_para() {
    let brings: Step = |state| Action::Author(Author { new_code: NewCode::Next, ..author(state) });
    let reject: Step = |_| relay(|plan| plan.precheck = Some(Precheck::Rejected));
    let enact_known: Step = |_| {
        relay(|plan| {
            plan.bits = Few::from(Some(Bits::Enough));
            plan.precheck = Some(Precheck::Known);
        })
    };
    let state = run(
        "upgrade-known",
        &[
            brings,
            BACK,
            ENACT,
            QUIET,
            reject,
            brings,
            BACK,
            enact_known,
            AUTHOR,
            QUIET,
            BACK,
            ENACT,
        ],
    );
    let tip = state.main().tip();
    assert!(tip.go_ahead, "the go-ahead is shown");
    let head = state.block(tip.included);
    assert_eq!(head.code.pending, None, "and the para has no code to go ahead with");
}

/// INCL-7: the second of two candidates on one parent is refused for the parent, not for the core.
#[test]
fn two_candidates_on_one_parent_are_not_both_pending() {
    let beside: Step = |_| {
        let plain = Author::honest(BlockIndex::ROOT, Age::TIP);
        Action::Author(Author { equivocation: true, ..plain })
    };
    let other: Step = |state| {
        let pending = state.main().pending[0].block;
        relay(|plan| {
            plan.bits = Few::from(Some(Bits::OneShort));
            plan.back = Few::from(state.children(BlockIndex::ROOT).find(|&block| block != pending));
        })
    };
    let script = [AUTHOR, beside, BACK, other];
    let (taken, state) = outcome("astar", &script);
    assert_eq!(taken[3], Taken::Refused(Some(Rule::Incl6)), "{taken:?}");
    assert_eq!(state.main().pending.len(), 1);
    let found = parts(Change::Off(Rule::Incl6), "astar", &script);
    assert_eq!(found.rules().first(), Some(&Rule::Incl6), "{}", found.story());
}

/// TO-4: wherever in the rotation it is backed, a candidate that nobody votes for is gone after max(P, F)
/// blocks, and it can take as long as that.
#[test]
fn a_core_is_occupied_for_max_p_f_blocks_at_most() {
    let network = scenario("astar").expect("a scenario for the relay chain");
    let (p, f) = {
        let numbers = network.parameters;
        (numbers.paras_availability_period, numbers.group_rotation_frequency)
    };
    let script = |quiet: u8, short: u8| {
        let before = (0..quiet).map(|_| QUIET);
        before.chain([AUTHOR, BACK]).chain((0..short).map(|_| SHORT)).collect::<Vec<_>>()
    };
    let occupied = |quiet: u8| {
        let is_gone = |&blocks: &u8| run("astar", &script(quiet, blocks)).main().pending.is_empty();
        (1..=p.max(f) + 1).find(is_gone).expect("it is gone one block later at the latest")
    };
    let longest = (0..f).max_by_key(|&quiet| occupied(quiet)).expect("a rotation");
    assert_eq!(occupied(longest), p.max(f));
    let found = parts(Change::Off(Rule::To1), "astar", &script(longest, p.max(f)));
    assert_eq!(found.rules(), [Rule::To1], "{}", found.story());
}

/// TO-5: nothing remembers that it was evicted.
#[test]
fn an_evicted_candidate_is_backed_again() {
    let state = run("evicted", &[AUTHOR, BACK, SHORT]);
    assert!(state.main().pending.is_empty(), "it timed out");
    let state = run("evicted", &[AUTHOR, BACK, SHORT, BACK]);
    assert_eq!(state.main().pending.len(), 1);
}

/// SESS-1: the votes of the block in which a session ends are those of the old session.
#[test]
fn the_block_that_ends_a_session_still_enacts() {
    let end: Step = |_| {
        relay(|plan| {
            plan.bits = Few::from(Some(Bits::Enough));
            plan.session_change = true;
        })
    };
    let state = run("sessions", &[AUTHOR, BACK, end]);
    assert!(state.main().pending.is_empty());
    let head = state.block(state.main().tip().included);
    assert_eq!(head.relay_parent.on(0), Age(2), "it was authored two relay blocks ago");
}

/// SESS-4: what was built before the session ended and pending by then is backed by nobody any more.
#[test]
fn the_tail_of_a_session_is_dead() {
    let back: Step = |_| relay(|plan| plan.back = Few::from(Some(BlockIndex(1))));
    let end: Step = |_| {
        relay(|plan| {
            plan.bits = Few::from(Some(Bits::OneShort));
            plan.session_change = true;
        })
    };
    let tail = [AUTHOR, back, AUTHOR, end];
    let state = run("sessions", &tail);
    assert!(state.main().pending.is_empty());
    let again: Vec<Step> = tail.into_iter().chain([back]).collect();
    let found = parts(Change::Off(Rule::Arp2), "sessions", &again);
    assert_eq!(found.rules(), [Rule::Arp2], "{}", found.story());
}
