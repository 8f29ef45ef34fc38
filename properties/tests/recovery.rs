//! How many relay blocks pass until the next inclusion once the faults are over, from every
//! reachable state: the worst over all states and all ties.

use unincluded_model::{CollatorKind, Protocol, Rule, Scenario, StaleView};
use unincluded_properties::Limits;
use unincluded_properties::long_run::{Kept, recoveries};
use unincluded_properties::rates::Effort;
use unincluded_properties::recovery::{Response, Unseen, responses, responses_at};
use unincluded_properties::search::Cut;

/// With nothing else wrong; with one unbacked candidate lost for good; with one pending candidate never
/// available.
const CASES: [&str; 3] = ["BOUNDED-RESPONSE", "RECOVERY-FLT-4", "RECOVERY-FLT-5"];

/// Astar with every fault, capacity C, and a window for timeouts that is always open or not.
fn setting(collator: CollatorKind, capacity: u8, period: u8, rotation: u8) -> Protocol {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.parameters.unincluded_segment_capacity = capacity;
    scenario.parameters.paras_availability_period = period;
    scenario.parameters.group_rotation_frequency = rotation;
    scenario.environment.collator = collator;
    scenario.environment.stale_view = StaleView::Together;
    Protocol::new(scenario)
}

/// The worst recovery over states in each of the cases.
fn worst(protocol: &Protocol, earliest_backing: u8) -> Vec<u32> {
    let found = responses_at(protocol, earliest_backing, &CASES, Limits::default());
    found
        .into_iter()
        .map(|response| match response {
            Response::Within { relay_blocks, .. } => relay_blocks,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Faults over: 4 relay blocks, or 3 on the fast path. A lost candidate: as long as its relay
/// parent stays in the collators' window besides, L + 3. One that is never available: as long as
/// it occupies the core besides, max(P, F) + 3; and where P is less than L it can be backed once
/// more in the block that evicts it (TO-5), which adds its first occupancy, P.
#[test]
fn recovery_takes_as_long_as_the_bounds_say_and_no_longer() {
    let lookahead = 3;
    for (collator, capacity, period, rotation) in [
        (CollatorKind::SlotBased, 1, 4, 3),
        (CollatorKind::SlotBased, 2, 3, 5),
        (CollatorKind::SlotBased, 3, 4, 10),
        (CollatorKind::SlotBased, 3, 2, 4),
        (CollatorKind::Lookahead, 3, 4, 3),
        (CollatorKind::Lookahead, 3, 2, 4),
    ] {
        let protocol = setting(collator, capacity, period, rotation);
        let again = if period < lookahead { period } else { 0 };
        let occupancy = u32::from(period.max(rotation) + again);
        let lookahead = u32::from(lookahead);
        let found = [worst(&protocol, 1), worst(&protocol, 2)];
        let expected = [
            [3, lookahead + 2, occupancy + 2], // the fast path
            [4, lookahead + 3, occupancy + 3], // the usual path
        ];
        assert_eq!(found, expected, "{collator:?} C {capacity} P {period} F {rotation}");
    }
}

/// Each fault that a scenario has is recovered from, and none takes longer than the worst of all states.
#[test]
fn every_fault_of_a_scenario_has_its_recovery() {
    for (name, faults) in [
        ("withholding", 4),
        ("reconfiguration", 6),
        ("disputes-again", 5),
        ("forks-sessions", 4),
        ("slots-12s", 4),
        ("collations", 4),
    ] {
        let protocol = Protocol::new(Scenario::built_in(name).expect("built in"));
        let found = recoveries(&protocol, Effort::default());
        assert_eq!(found.len(), 1 + faults, "{name}");
        for promise in &found {
            assert_eq!(promise.kept, Kept::Yes, "{} in {name}", promise.id);
        }
        let ids: Vec<&'static str> = found.iter().map(|promise| promise.id).collect();
        let takes = |response: &Response| match response {
            Response::Within { relay_blocks, .. } => *relay_blocks,
            other => panic!("{other:?}"),
        };
        let found = responses(&protocol, &ids, Limits::default());
        for (id, response) in ids.iter().zip(&found) {
            let stays = ["RECOVERY-FLT-4", "RECOVERY-FLT-5"].contains(id);
            assert!(stays || takes(response) <= takes(&found[0]), "{id} in {name}");
        }
    }
}

/// Without timeouts nothing frees the core of a candidate that is never available; without the shortcut
/// or pruning a chain can be dead.
#[test]
fn a_rule_that_frees_the_way_is_missed_by_the_recovery_it_is_for() {
    for (rule, scenario, id) in [
        (Rule::To2, "withholding", "RECOVERY-FLT-5"),
        (Rule::Coll7, "astar-sync", "BOUNDED-RESPONSE"),
        (Rule::Seg4, "today", "BOUNDED-RESPONSE"),
    ] {
        let protocol = Protocol::new(Scenario::built_in(scenario).expect("built in"));
        let promises = recoveries(&protocol.without([rule]), Effort::default());
        let promise = promises.iter().find(|one| one.id == id).expect("promised");
        let Kept::NoBy(_, because) = &promise.kept else { panic!("{rule} {id}: {promise:?}") };
        let is_marked = because.starts_with("if the data of a candidate that is pending");
        assert_eq!(is_marked, id == "RECOVERY-FLT-5", "{because}");
    }
}

/// A limit, and a horizon, prove nothing.
#[test]
fn what_is_not_seen_whole_has_no_recovery_time() {
    let mut scenario = Scenario::built_in("withholding").expect("built in");
    let limits = Limits { states: Some(50), ..Limits::default() };
    let found = responses(&Protocol::new(scenario.clone()), &CASES, limits);
    assert_eq!(found[0], Response::Unknown(Unseen::Cut(Cut::States(50))));
    scenario.horizon.actions = Some(6);
    let found = responses(&Protocol::new(scenario), &CASES, Limits::default());
    assert_eq!(found[2], Response::Unknown(Unseen::Cut(Cut::Horizon(6))));
}

/// Where L leaves no time for the usual path, the figure is of the fast one.
#[test]
fn the_figure_names_the_path_that_there_is() {
    for (lookahead, path) in [(1, "on the fast path"), (2, "on the usual path")] {
        let mut scenario = Scenario::built_in("astar-sync").expect("built in");
        scenario.parameters.scheduling_lookahead = lookahead;
        let protocol = Protocol::new(scenario.checked("mine.toml").expect("it is legal"));
        let found = recoveries(&protocol, Effort::default());
        let figure = found[0].figure.as_deref().expect("a figure");
        assert!(figure.contains(path), "L {lookahead}: {figure}");
    }
}
