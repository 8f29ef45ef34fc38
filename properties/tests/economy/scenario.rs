//! INFL-14 to INFL-17 and the calendar of 2026 as a scenario asks for them, on every fork of a relay chain.

use unincluded_model::economics::named::{NamedCalendar, NamedDecay, NamedParameters};
use unincluded_model::scenario::{Economics, Upgrades};
use unincluded_model::{Protocol, Scenario, Variant};
use unincluded_properties::{Limits, Outcome, Report, Search, Stop};

/// Two relay branches with a slot-based collator, whose blocks wait and are lost: those of the switch, after it.
fn forks(decay: NamedDecay) -> Protocol {
    let mut scenario = Scenario::built_in("astar-switch").expect("built in");
    scenario.switch = None;
    scenario.environment.upgrades = Upgrades::default();
    scenario.parameters.unincluded_segment_capacity = 2;
    scenario.parameters.scheduling_lookahead = 2;
    let economics = Economics {
        total_issuance: "8622347657000000000000000000".to_owned(),
        calendar: NamedCalendar::Astar2026,
        inflation: NamedParameters::Astar2026,
        decay,
    };
    Protocol::new(Scenario { economics, ..scenario })
}

fn explored(protocol: &Protocol) -> Report {
    let limits = Limits { states: Some(60_000), ..Limits::default() };
    Search { protocol, limits, stop: Stop::Never }.run(&mut |_| ())
}

/// The factor is part of each block's state, so that forks differ in it as they differ in blocks, and lost blocks
/// decay nothing (INV-1, INV-2). It takes no states: how many blocks a chain has says how far it has decayed.
#[test]
fn a_scenario_of_2026_is_explored_with_its_decay() {
    let protocol = forks(NamedDecay::Astar2026);
    let report = explored(&protocol);
    assert!(report.closed && report.holds());
    assert_eq!(report.states, explored(&forks(NamedDecay::None)).states);
}

/// With one factor for all authored blocks, a sibling would decay what its rival is paid.
#[test]
fn one_decay_for_all_forks_is_noticed_by_inv_1_and_inv_2() {
    let protocol = forks(NamedDecay::Astar2026).with_variants([Variant::GlobalIssuance]);
    let report = explored(&protocol);
    for claim in ["INV-1", "INV-2"] {
        assert!(matches!(report.outcome(claim), Some(Outcome::Violated { .. })), "{claim}");
    }
}

/// INFL-17: what blocks of 2026 are paid one after the other, from a factor of one on.
#[test]
fn blocks_of_2026_are_paid_a_little_less_each() {
    let paid = |decay: NamedDecay| {
        let protocol = forks(decay);
        let block = |issued: u8| {
            let mut block = *protocol.initial().block(unincluded_model::BlockIndex::ROOT);
            block.issued = issued;
            protocol.issued_since_root(&block)
        };
        [block(1), block(2) - block(1), block(3) - block(2)]
    };
    let [stored, second, third] = paid(NamedDecay::None);
    assert!(stored == second && second == third);
    let left = |blocks: i32| stored as f64 * 0.999_999_96_f64.powi(blocks);
    for (blocks, paid) in (1..).zip(paid(NamedDecay::Astar2026)) {
        assert!(paid < stored);
        assert!((paid as f64 / left(blocks) - 1.0).abs() < 1e-12, "{blocks}");
    }
}

/// A file asks for it under `[economics]`, but not with a switch: there was no decay yet.
#[test]
fn a_file_asks_for_decay_but_not_with_a_switch() {
    let file = |copied: &str, decay: &str| {
        let text = Scenario::text(copied).expect("built in");
        let text = text.replace("[economics]\n", &format!("[economics]\ndecay = \"{decay}\"\n"));
        Scenario::parse("mine.toml", &text).map_err(|error| error.to_string())
    };
    let asked = file("astar", "astar-2026").expect("it is legal");
    assert_eq!(asked.economics.decay, NamedDecay::Astar2026);
    assert_eq!(
        file("astar", "none").expect("it is legal"),
        Scenario::built_in("astar").expect("built in")
    );
    let refused = file("astar-switch", "astar-2026").expect_err("the switch came before");
    assert!(refused.contains("economics.decay = \"astar-2026\" is not legal"), "{refused}");
    let unknown = file("astar", "astar-2027").expect_err("nobody knows it");
    assert!(unknown.contains("astar-2026"), "{unknown}");
}
