//! A search claims no more than it has seen.

use unincluded_model::{Protocol, Rule, Scenario, StaleView};
use unincluded_properties::search::Cut;
use unincluded_properties::{Limits, Outcome, Report, Search, Stop};

fn built_in(name: &str) -> Protocol {
    Protocol::new(Scenario::built_in(name).expect("built in"))
}

fn within(protocol: &Protocol, states: usize) -> Report {
    let limits = Limits { states: Some(states), ..Limits::default() };
    Search { protocol, limits, stop: Stop::Never }.run(&mut |_| ())
}

/// What only a search that saw everything can say.
fn claims_all(report: &Report) -> bool {
    let sure = |outcome: &Outcome| matches!(outcome, Outcome::Holds | Outcome::Missing);
    report.closed || report.outcomes.iter().any(|(_, outcome)| sure(outcome))
}

#[test]
fn one_state_short_of_everything_is_not_everything() {
    let protocol = built_in("withholding");
    let everything = Search::new(&protocol).run(&mut |_| ());
    assert!(everything.closed);
    for states in 1..everything.states {
        let report = within(&protocol, states);
        assert_eq!(report.cut_by, Some(Cut::States(states)));
        assert!(!claims_all(&report), "with {states} states: {report:?}");
    }
    let report = within(&protocol, everything.states);
    assert_eq!((report.closed, report.states), (true, everything.states));
}

/// Without COLL-9 the first state is a violation, and nothing else is waiting when it is found.
#[test]
fn a_search_that_stops_at_the_last_waiting_state_is_not_closed() {
    let protocol = built_in("astar-sync").without([Rule::Coll9]);
    let report = Search::new(&protocol).run(&mut |_| ());
    assert_eq!((report.states, report.cut_by), (1, Some(Cut::Verdict)));
    assert!(report.is_violated() && !claims_all(&report), "{report:?}");
}

/// A violation among the last states to be looked at leaves nothing open.
#[test]
fn a_violation_does_not_take_back_what_was_seen() {
    let protocol = built_in("withholding").without([Rule::Emit1]);
    let report = Search::new(&protocol).stopping(Stop::Never).run(&mut |_| ());
    assert!(report.closed && report.is_violated());
    assert!(report.outcomes.iter().all(|(_, outcome)| *outcome != Outcome::Inconclusive));
}

#[test]
fn a_horizon_and_a_limit_are_told_apart() {
    let mut scenario = Scenario::built_in("withholding").expect("built in");
    scenario.horizon.actions = Some(3);
    let protocol = Protocol::new(scenario);
    let near = Search::new(&protocol).run(&mut |_| ());
    assert_eq!((near.cut_by, near.depth), (Some(Cut::Horizon(3)), 3));
    assert!(!claims_all(&near));
    assert_eq!(within(&protocol, 2).cut_by, Some(Cut::States(2)));
}

/// With INCL-1 off candidates pile up on the core, more than a state has room for. That is a
/// limit of the model, and no verdict rests on what lies behind it.
#[test]
fn a_state_without_room_for_another_candidate_is_a_limit() {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.parameters.unincluded_segment_capacity = 5;
    scenario.parameters.scheduling_lookahead = 4;
    let protocol = Protocol::new(scenario).without([Rule::Incl1]);
    let limits = Limits { states: Some(200_000), ..Limits::default() };
    let report = Search { protocol: &protocol, limits, stop: Stop::Never }.run(&mut |_| ());
    assert_eq!(report.cut_by, Some(Cut::ModelIsFull));
    assert!(!claims_all(&report));
}

/// The way to the next inclusion is searched for every state; limits hold there as well.
#[test]
fn limits_hold_while_recovery_is_searched() {
    let mut scenario = Scenario::built_in("siblings").expect("built in");
    scenario.parameters.unincluded_segment_capacity = 12;
    scenario.environment.stale_view = StaleView::Apart;
    let protocol = Protocol::new(scenario);
    let limits = Limits { memory: Some(16 << 20), ..Limits::default() };
    let mut most = 0;
    let search = Search { protocol: &protocol, limits, stop: Stop::Never };
    let report = search.run(&mut |progress| most = most.max(progress.memory));
    assert_eq!(report.cut_by, Some(Cut::Memory(16 << 20)));
    assert!(most < 64 << 20, "{most} bytes");
}
