//! The model counts everything from the tip and forgets; its twin in [`naive`] counts from genesis
//! and keeps everything. Here they run side by side, and agree on every action and every state.
//!
//! The twin keeps relay slots, and skipped ones with them, and compares slots where the rules
//! compare slots. The model keeps relay parents alone. So this is also the test that forgetting
//! slots is exact on one relay fork, and the same for relay numbers, MostRecentContext, the older
//! entries of segments, and every block that left the tree.

mod naive;

use std::collections::HashSet;

use naive::pair::Pair;
use proptest::prelude::*;
use unincluded_model::{Action, Protocol, RelayBlockPlan, Scenario, State};

/// Every state within `depth` actions of the start, each with one world that it stands for: the
/// two agree on every conceivable action, and on the state after it.
fn agree_within(name: &str, depth: u32) {
    let scenario = Scenario::built_in(name).expect("a built-in scenario");
    let protocol = Protocol::new(scenario);
    let start = Pair::new(&protocol);
    start.compare(&protocol).unwrap_or_else(|difference| panic!("{difference}"));
    let mut seen: HashSet<State> = HashSet::from([start.state.clone()]);
    let mut level = vec![start];
    for _ in 0..depth {
        let mut next_level = Vec::new();
        for pair in &level {
            for action in pair.conceivable(&protocol) {
                let permitted = pair.agree_on(&protocol, &action);
                if !permitted.unwrap_or_else(|difference| panic!("{difference}")) {
                    continue;
                }
                let next = pair.after(&protocol, &action);
                next.compare(&protocol).unwrap_or_else(|difference| {
                    panic!("{action:?}\n{difference}\nbefore:\n{pair}");
                });
                if seen.insert(next.state.clone()) {
                    next_level.push(next);
                }
            }
        }
        level = next_level;
    }
    println!("{name}: {} states within {depth} actions, {} at the edge", seen.len(), level.len());
}

#[test]
fn astar_sync_agrees() {
    agree_within("astar-sync", 30);
}
