//! What the pallets do where one would not expect it: asserted, each as a run on both sides.

use unincluded_conformance_relay::{Taken, driver_of, follow};
use unincluded_model::action::Dispute;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, NewCode, Precheck, RelayBlockPlan, State,
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
const ENACT: Step = |_| relay(|plan| plan.bits = Few::from(Some(Bits::Enough)));

fn run(name: &str, script: &[Step]) -> State {
    let Some(driver) = driver_of(name) else { panic!("{name} is no scenario for the relay chain") };
    match follow(&driver, script) {
        Ok((taken, state)) => {
            assert!(taken.iter().all(|taken| *taken == Taken::Followed), "{taken:?}");
            state
        }
        Err(divergence) => panic!("{}", divergence.story()),
    }
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
