//! Every edge of closed scenarios in which validators are followed, taken by real fragment chains.

use std::time::Instant;

use unincluded_conformance_driver::Effort;
use unincluded_conformance_node::edges::cover;
use unincluded_model::{Protocol, Scenario};

/// A built-in scenario of two followed validators, changed.
fn scenario(name: &str, change: impl FnOnce(&mut Scenario)) -> Protocol {
    let mut scenario = Scenario::built_in(name).expect("a built-in scenario");
    change(&mut scenario);
    Protocol::new(scenario.checked(name).expect("a legal scenario"))
}

/// Takes every edge from as many states at most, and says what that was.
fn covers(protocol: &Protocol, most: usize, closes: bool) {
    let name = &protocol.scenario().name;
    let start = Instant::now();
    let covered = cover(protocol, most)
        .unwrap_or_else(|found| panic!("{}", found.report(protocol, "the fragment chain")));
    println!("{name}: {covered:?} in {:?}", start.elapsed());
    assert_eq!(covered.closed, closes, "{name}");
    assert!(covered.edges > covered.states);
}

#[test]
fn every_edge_of_siblings() {
    let all = Effort::asked() == Effort::Nightly;
    covers(&scenario("siblings", |_| {}), if all { usize::MAX } else { 8_000 }, all);
}

#[test]
fn every_edge_of_evicted() {
    let all = Effort::asked() == Effort::Nightly;
    covers(&scenario("evicted", |_| {}), if all { usize::MAX } else { 8_000 }, all);
}

#[test]
fn every_edge_of_siblings_in_a_window_of_two() {
    let protocol = scenario("siblings", |scenario| {
        scenario.parameters.scheduling_lookahead = 2;
        scenario.parameters.unincluded_segment_capacity = 2;
    });
    covers(&protocol, usize::MAX, true);
}

#[test]
fn every_edge_of_siblings_of_one_validator_near_the_ends_of_sessions() {
    let protocol = scenario("siblings", |scenario| {
        scenario.environment.session_changes = true;
        scenario.environment.followed_validators = 1;
        scenario.parameters.unincluded_segment_capacity = 2;
    });
    covers(&protocol, usize::MAX, true);
}
