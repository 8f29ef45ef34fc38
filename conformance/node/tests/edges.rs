//! Every edge of closed scenarios in which validators are followed, taken by real fragment chains.

use std::time::Instant;

use unincluded_conformance_driver::Effort;
use unincluded_conformance_node::edges::{Covered, cover};
use unincluded_model::scenario::{CollatorKind, StaleView};
use unincluded_model::{Protocol, Scenario};

/// A built-in scenario of two followed validators, changed.
fn scenario(name: &str, change: impl FnOnce(&mut Scenario)) -> Protocol {
    let mut scenario = Scenario::built_in(name).expect("a built-in scenario");
    change(&mut scenario);
    Protocol::new(scenario.checked(name).expect("a legal scenario"))
}

/// Takes every edge from as many states at most, and says what that was.
fn covers(protocol: &Protocol, most: usize, closes: bool) -> Covered {
    let name = &protocol.scenario().name;
    let start = Instant::now();
    let covered = cover(protocol, most)
        .unwrap_or_else(|found| panic!("{}", found.report(protocol, "the fragment chain")));
    println!("{name}: {covered:?} in {:?}", start.elapsed());
    assert_eq!(covered.closed, closes, "{name}");
    assert!(covered.edges > covered.states);
    covered
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

/// FRAG-7: a candidate that became pending takes with it what is held on it and may not be chained, and
/// what is held on that, though this might be: three blocks, of which the second has a relay parent that
/// left the scope. It takes a collator that builds two blocks for one relay block, with a view that is late.
#[test]
fn every_edge_of_what_goes_with_a_newly_pending_candidate() {
    let protocol = scenario("evicted", |scenario| {
        let parameters = &mut scenario.parameters;
        parameters.unincluded_segment_capacity = 3;
        parameters.block_processing_velocity = 2;
        parameters.scheduling_lookahead = 2;
        let environment = &mut scenario.environment;
        environment.collator = CollatorKind::Lookahead;
        environment.followed_validators = 1;
        environment.stale_view = StaleView::Together;
        (environment.idle, environment.loss) = (false, false);
        (environment.unavailability, environment.equivocation) = (false, false);
    });
    assert_eq!(covers(&protocol, usize::MAX, true).states, 128);
}
