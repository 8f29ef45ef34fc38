//! A model with a rule switched off, or in another form, parts from the published code; and the
//! shortest run on which it does can be read.

use unincluded_conformance_driver::divergence::Found;
use unincluded_conformance_node::edges::{each_edge, nearest};
use unincluded_conformance_node::emulated::authored_agrees;
use unincluded_conformance_node::walks::shrunk;
use unincluded_model::{Protocol, Rule, Scenario, Variant};

/// States looked at for a divergence.
const NEAR: usize = 4_000;

fn protocol(name: &str) -> Protocol {
    Protocol::new(Scenario::built_in(name).expect("a built-in scenario"))
}

/// The run names the rule, is no longer than said, and loses the divergence with any step less.
fn is_noticed(protocol: &Protocol, found: Option<Found>, rules: &[Rule], steps: usize) {
    let found = found.expect("the change is noticed");
    let report = found.report(protocol, "the node");
    println!("{report}");
    assert!(rules.iter().any(|&rule| found.divergence.names(rule)), "{report}");
    assert!(found.actions.len() <= steps, "{} steps\n{report}", found.actions.len());
    assert!(report.contains("kept in"), "{report}");
}

/// The same, and nothing can be left out.
fn chains_notice(protocol: &Protocol, rules: &[Rule], steps: usize) {
    let found = nearest(protocol, NEAR);
    if let Some(found) = &found {
        assert_eq!(shrunk(protocol, found).actions, found.actions);
    }
    is_noticed(protocol, found, rules, steps);
}

#[test]
fn a_chain_that_takes_everything_is_noticed() {
    chains_notice(&protocol("siblings").without([Rule::Frag4]), &[Rule::Frag4], 8);
}

#[test]
fn a_chain_that_does_not_look_at_hashes_is_noticed() {
    chains_notice(&protocol("siblings").without([Rule::Frag5]), &[Rule::Frag5], 5);
}

#[test]
fn a_chain_that_keeps_the_first_sibling_is_noticed() {
    let first_seen = protocol("siblings").with_variants([Variant::FirstSeen]);
    chains_notice(&first_seen, &[Rule::Frag5], 5);
}

#[test]
fn a_chain_that_forgets_nothing_is_noticed() {
    chains_notice(&protocol("evicted").without([Rule::Frag7]), &[Rule::Frag7], 6);
}

#[test]
fn a_relay_author_that_backs_what_nothing_offers_is_noticed() {
    chains_notice(&protocol("siblings").without([Rule::Frag8]), &[Rule::Frag8], 3);
}

fn emulator_notices(protocol: &Protocol, rule: Rule, steps: usize) {
    let found = each_edge(protocol, NEAR, |before, action, raw| {
        authored_agrees(protocol, before, action, raw).map(|_| ())
    })
    .err();
    is_noticed(protocol, found, &[rule], steps);
}

#[test]
fn an_emulator_without_limits_is_noticed() {
    emulator_notices(&protocol("messages-in").without([Rule::Emu3]), Rule::Emu3, 5);
}

#[test]
fn an_emulator_that_does_not_count_ancestors_is_noticed() {
    emulator_notices(&protocol("messages-all").without([Rule::Emu4]), Rule::Emu4, 8);
}
