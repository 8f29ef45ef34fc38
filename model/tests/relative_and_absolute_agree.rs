//! The model counts everything from the tip and forgets; its twin in [`naive`] counts from genesis
//! and keeps everything. Here they run side by side, and agree on every action and every state.
//!
//! The twin keeps relay slots, and skipped ones with them, and compares slots where the rules
//! compare slots. The model keeps relay parents alone. So this is also the test that forgetting
//! slots is exact on one relay fork, and the same for relay numbers, MostRecentContext, the older
//! entries of segments, and every block that left the tree.

mod naive;
mod scenarios;

use std::collections::{HashSet, VecDeque};

use naive::pair::Pair;
use proptest::prelude::*;
use proptest::sample::Index;
use unincluded_model::{
    Action, BlockIndex, ParaBlock, Protocol, RelayBlockPlan, Rule, Scenario, State, Variant,
};

/// A built-in scenario with all its rules.
fn built_in(name: &str) -> Protocol {
    Protocol::new(Scenario::built_in(name).expect("a built-in scenario"))
}

/// Every state within `depth` actions of the start, each with one world that it stands for: the
/// two agree on every conceivable action, and on the state after it. Returns whether that is all
/// there is.
fn agree_within(name: &str, depth: u32) -> bool {
    let protocol = built_in(name);
    let start = Pair::new(&protocol);
    start.compare(&protocol).unwrap_or_else(|difference| panic!("{difference}"));
    let mut seen: HashSet<State> = HashSet::from([start.state.clone()]);
    let mut level = vec![start];
    for _ in 0..depth {
        let mut next_level = Vec::new();
        for pair in &level {
            let permitted = pair.agree_on_everything(&protocol);
            for action in permitted.unwrap_or_else(|difference| panic!("{difference}")) {
                let next = pair.after(&protocol, &action);
                next.compare(&protocol).unwrap_or_else(|difference| {
                    panic!("after {action:?}\n{difference}\nbefore:\n{pair}");
                });
                if seen.insert(next.state.clone()) {
                    next_level.push(next);
                }
            }
        }
        level = next_level;
    }
    level.is_empty()
}

#[test]
fn astar_sync_agrees_in_every_state() {
    assert!(agree_within("astar-sync", 30));
}

#[test]
fn astar_agrees_in_every_state() {
    assert!(agree_within("astar", 40));
}

#[test]
fn withholding_agrees_in_every_state() {
    assert!(agree_within("withholding", 20));
}

#[test]
fn lookahead_agrees_in_every_state_near_the_start() {
    agree_within("lookahead", 9);
}

#[test]
fn siblings_agrees_in_every_state_near_the_start() {
    agree_within("siblings", 10);
}

#[test]
fn bandwidth_agrees_in_every_state_near_the_start() {
    agree_within("bandwidth", 9);
}

#[test]
fn adversary_agrees_in_every_state_near_the_start() {
    agree_within("adversary", 8);
}

/// One choice of a walk: which of the possible actions, how many slots were skipped if it is a
/// relay block, and rarely which block a fault befalls.
type Choice = (Index, u8, Option<(Index, bool)>);

fn walks(length: usize) -> impl Strategy<Value = Vec<Choice>> {
    let fault = proptest::option::weighted(0.02, (any::<Index>(), any::<bool>()));
    proptest::collection::vec((any::<Index>(), 0..=2u8, fault), length)
}

/// Every `nth` step of a walk looks at every conceivable action.
fn walk_agrees(protocol: &Protocol, choices: &[Choice], nth: usize) -> Result<(), TestCaseError> {
    let mut pair = Pair::new(protocol);
    for (step, (choice, skipped_slots, fault)) in choices.iter().enumerate() {
        if let Some((block, forever)) = fault {
            let fate = if *forever { ParaBlock::NEVER_AVAILABLE } else { ParaBlock::LOST };
            pair.strike(BlockIndex(block.index(pair.state.blocks.len()) as u8), fate);
        }
        if step % nth == 0 {
            pair.agree_on_everything(protocol).map_err(TestCaseError::fail)?;
        }
        let actions = protocol.actions(&pair.state);
        let mut permitted = Vec::new();
        for action in actions {
            if pair.agree_on(protocol, &action).map_err(TestCaseError::fail)? {
                permitted.push(action);
            }
        }
        prop_assert!(!permitted.is_empty(), "nothing is possible:\n{pair}");
        let action = match permitted[choice.index(permitted.len())] {
            Action::RelayBlock(plan) => {
                Action::RelayBlock(RelayBlockPlan { skipped_slots: *skipped_slots, ..plan })
            }
            other => other,
        };
        let next = pair.after(protocol, &action);
        next.compare(protocol).map_err(|difference| {
            TestCaseError::fail(format!("after {action:?}\n{difference}\nbefore:\n{pair}"))
        })?;
        pair = next;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn a_long_walk_in_every_scenario_agrees(choices in walks(240)) {
        for name in Scenario::names() {
            walk_agrees(&built_in(name), &choices, 10)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_under_any_legal_parameters_agrees(
        scenario in scenarios::legal(),
        choices in walks(200),
    ) {
        walk_agrees(&Protocol::new(scenario), &choices, 10)?;
    }
}

/// Whether the twin, which always follows all rules as they are, disagrees with such a model.
fn is_noticed(change: impl Fn(Protocol) -> Protocol) -> bool {
    let names = ["withholding", "siblings", "bandwidth", "lookahead", "astar", "adversary"];
    names.into_iter().any(|name| {
        let protocol = change(built_in(name));
        let mut seen: HashSet<State> = HashSet::new();
        let mut waiting = VecDeque::from([Pair::new(&protocol)]);
        while let Some(pair) = waiting.pop_front().filter(|_| seen.len() < 1500) {
            let Ok(permitted) = pair.agree_on_everything(&protocol) else { return true };
            for action in permitted {
                let next = pair.after(&protocol, &action);
                if next.compare(&protocol).is_err() {
                    return true;
                }
                if seen.insert(next.state.clone()) {
                    waiting.push_back(next);
                }
            }
        }
        false
    })
}

#[test]
fn the_twin_notices_each_rule_that_is_switched_off_alone_unless_another_masks_it() {
    let all = Rule::ALL.iter().copied();
    let unnoticed = all.filter(|&rule| !is_noticed(|protocol| protocol.without([rule])));
    let masked = [
        Rule::Seg3,   // COLL-7: the collator never asks about the included head.
        Rule::Incl6b, // RPN-1 and HOOK-2 have ordered parent and child before.
        Rule::Incl13, // INCL-1: nothing is behind the one candidate.
    ];
    assert_eq!(unnoticed.collect::<Vec<_>>(), masked);
}

#[test]
fn the_twin_notices_each_variant() {
    let all = Variant::ALL.iter().copied();
    let unnoticed = all.filter(|&form| !is_noticed(|protocol| protocol.with_variants([form])));
    assert_eq!(unnoticed.collect::<Vec<_>>(), []);
}
