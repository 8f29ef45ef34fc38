//! The shortest run against each property when the rule that keeps it is switched off, in five
//! surroundings, as a table: relay blocks, and in brackets all actions. A figure that moves is a change of protocol and needs a reason.

use std::fmt::Write;

use unincluded_model::{Action, CollatorKind, Protocol, Rule, Scenario, StaleView, Variant};
use unincluded_properties::{CATALOGUE, Limits, Outcome, Search, Stop};

/// One para, one core, nobody late: C blocks of capacity and this collator.
fn setting(collator: CollatorKind, capacity: u8) -> Scenario {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.parameters.unincluded_segment_capacity = capacity;
    scenario.parameters.paras_availability_period = 2;
    scenario.parameters.group_rotation_frequency = 4;
    scenario.environment.collator = collator;
    scenario.environment.stale_view = StaleView::Never;
    if collator == CollatorKind::Adversary {
        scenario.environment.equivocation = false;
        scenario.environment.oldest_relay_parent = 2;
        scenario.environment.adversary_blocks = 5;
    }
    scenario
}

fn settings() -> [(&'static str, Scenario); 5] {
    [
        ("C1 slot", setting(CollatorKind::SlotBased, 1)),
        ("C2 slot", setting(CollatorKind::SlotBased, 2)),
        ("C3 slot", setting(CollatorKind::SlotBased, 3)),
        ("C3 lookahead", setting(CollatorKind::Lookahead, 3)),
        ("C3 adversary", setting(CollatorKind::Adversary, 3)),
    ]
}

/// Relay blocks, and all actions. The last action may be a block that the runtime refuses.
fn lengths(actions: &[Action]) -> (usize, usize) {
    let relay_blocks =
        actions.iter().filter(|action| matches!(action, Action::RelayBlock(_))).count();
    (relay_blocks, actions.len())
}

/// The shortest run against a property, or why there is none.
fn cell(scenario: &Scenario, rules: &[Rule], variants: &[Variant], id: &str) -> String {
    let protocol = Protocol::new(scenario.clone())
        .without(rules.iter().copied())
        .with_variants(variants.iter().copied());
    let Some(place) = CATALOGUE.iter().position(|property| property.id == id) else {
        panic!("no property {id}");
    };
    if !(CATALOGUE[place].applies)(&protocol) {
        return "-".to_owned();
    }
    let limits = Limits { states: Some(300_000), ..Limits::default() };
    let search = Search { protocol: &protocol, limits, stop: Stop::AtVerdictOn(place) };
    let report = search.run(&mut |_| ());
    match report.outcome(id) {
        Some(Outcome::Violated { actions, .. }) => {
            let (relay_blocks, all) = lengths(actions);
            format!("{relay_blocks} ({all})")
        }
        Some(Outcome::Holds) => "unseen".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_table_of_shortest_counterexamples() {
    use Rule::{Arp1, Coll4, Coll7, Hook2, Hook3, Incl6, Look1, Rpn1, Seg4, Seg5, To2};
    let enforced = [Variant::SegmentAskedOnly];
    let rows: &[(&str, &[Rule], &[Variant], &str)] = &[
        ("SEG-5", &[Seg5], &[], "INV-SEG-1"),
        ("SEG-5=asked-not-enforced", &[], &enforced, "INV-SEG-1"),
        ("SEG-4", &[Seg4], &[], "INV-SEG-7"),
        ("SEG-4", &[Seg4], &[], "INV-COLL-1"),
        ("HOOK-3, LOOK-1", &[Hook3, Look1], &[], "INV-VEL-1"),
        ("RPN-1, HOOK-2", &[Rpn1, Hook2], &[], "INV-RP-1"),
        ("RPN-1, HOOK-2", &[Rpn1, Hook2], &[], "INV-SEG-7"),
        ("ARP-1", &[Arp1], &[], "INV-REL-4"),
        ("TO-2", &[To2], &[], "INV-REL-13"),
        ("INCL-6", &[Incl6], &[], "INV-REL-1"),
        ("COLL-4", &[Coll4], &[], "INV-COLL-4"),
        ("COLL-7", &[Coll7], &[], "NOT-WEDGED"),
        ("SEG-4", &[Seg4], &[], "NOT-WEDGED"),
    ];
    let settings = settings();
    let mut table = format!("{:26}{:12}", "off", "breaks");
    for (name, _) in &settings {
        write!(table, "{name:>14}").expect("to a string");
    }
    table.push('\n');
    for (name, rules, variants, id) in rows {
        write!(table, "{name:26}{id:12}").expect("to a string");
        for (_, scenario) in &settings {
            let cell = cell(scenario, rules, variants, id);
            write!(table, "{cell:>14}").expect("to a string");
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table);
}

/// FRAG-5: two blocks authored and four quorums learnt, in opposite orders.
#[test]
fn two_validators_disagree_after_two_blocks_and_four_deliveries() {
    let siblings = Scenario::built_in("siblings").expect("built in");
    assert_eq!(cell(&siblings, &[], &[Variant::FirstSeen], "AGREE-1"), "0 (6)");
    assert_eq!(cell(&siblings, &[Rule::Frag5], &[], "AGREE-1"), "0 (6)");
    assert_eq!(cell(&siblings, &[], &[], "AGREE-1"), "unseen");
}
