//! Teeth, the other way round: for every property a rule that is switched off, or a form that is
//! put in force, which it notices. A property that nothing breaks would claim nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use unincluded_model::{Protocol, Rule, Scenario, Variant};
use unincluded_properties::{CATALOGUE, Check, Limits, Outcome, Property, Search, Stop};

/// Enough for every property that can be noticed to be noticed somewhere.
const MOST_STATES: usize = 2_500;

/// Small forms of the built-in scenarios that differ in who authors and what can happen.
fn settings() -> Vec<Scenario> {
    let built_in = |name| Scenario::built_in(name).expect("built in");
    let mut siblings = built_in("siblings");
    siblings.parameters.scheduling_lookahead = 2;
    let mut adversary = built_in("adversary");
    adversary.environment.adversary_blocks = 3;
    let mut bandwidth = built_in("bandwidth");
    bandwidth.environment.adversary_blocks = 2;
    let mut forks_sessions = built_in("forks-sessions");
    forks_sessions.parameters.scheduling_lookahead = 2;
    let mut buried = adversary.clone();
    buried.parameters.relay_parent_offset = 1;
    vec![
        built_in("withholding"),
        built_in("astar"),
        siblings,
        adversary,
        bandwidth,
        buried,
        forks_sessions,
        built_in("coretime"),
        built_in("groups"),
        built_in("collations"),
        built_in("disputes"),
        built_in("disputes-elastic"),
        built_in("messages"),
        built_in("messages-full-segment"),
        built_in("messages-down"),
        built_in("messages-in"),
        built_in("messages-elastic"),
        built_in("authorities"),
        built_in("upgrade-elastic"),
        built_in("upgrade-abort"),
        built_in("upgrade-adversary"),
        built_in("slots-2s"),
    ]
}

/// What is changed: rules switched off, variants in force.
type Change = (Vec<Rule>, Vec<Variant>);

/// Every rule and every variant alone, and the pairs that two properties need.
fn changes() -> Vec<Change> {
    let rules = Rule::ALL.iter().map(|&rule| (vec![rule], vec![]));
    let variants = Variant::ALL.iter().map(|&variant| (vec![], vec![variant]));
    let pairs = [
        // Each of the two alone keeps relay parents in order.
        (vec![Rule::Rpn1, Rule::Hook2], vec![]),
        (vec![Rule::Rpn1, Rule::Hook2, Rule::Incl6b], vec![]),
        // A head shown at the tip is as new as a late author's relay parent only if inclusion is at
        // once, and then SLOTB-3 is another reason not to build on it.
        (vec![Rule::Incl3, Rule::Slotb3], vec![Variant::SearchAtTheTip]),
        // A message too many passes everybody only if nobody adds up; see `knock_outs.rs`.
        (vec![Rule::Seg6, Rule::Msg1, Rule::Emu4], vec![]),
        (vec![Rule::Msg7, Rule::Msg8], vec![]),
        (vec![Rule::Seg6, Rule::Emu3, Rule::Incl12], vec![Variant::WatermarkForgotten]),
        // The collator takes its slot from the clock, and the runtime lets it.
        (vec![Rule::Coll1, Rule::Hook4], vec![]),
        // More than one candidate has to be pending for something to stay behind.
        (vec![Rule::Incl1, Rule::Incl13], vec![]),
    ];
    rules.chain(variants).chain(pairs).collect()
}

fn named((rules, variants): &Change) -> String {
    let rules = rules.iter().map(|rule| rule.id().to_owned());
    let variants = variants.iter().map(|variant| variant.name().to_owned());
    rules.chain(variants).collect::<Vec<_>>().join(", ")
}

/// Properties whose teeth are elsewhere: they speak of amounts, and no rule of the protocol
/// changes those. `model/tests/economics/mutants.rs` breaks the arithmetic that they watch. Those of
/// the switch to 6 s blocks need long runs: `switch.rs` breaks them.
const OF_AMOUNTS: [&str; 9] =
    ["INV-8", "INV-9", "INV-13", "INV-14", "INV-15", "INV-15-ERA", "INV-18", "INV-19", "INV-MBM-1"];

/// Properties that no change breaks alone: where nothing else is open, only pairs are tried.
const OF_PAIRS: [&str; 6] =
    ["INV-UMP-2", "INV-RP-1", "INV-RP-2", "INV-SLOT-1", "INV-COLL-2", "INV-REL-12"];

#[test]
fn every_property_is_broken_by_some_change() {
    let mut broken: BTreeMap<usize, String> = BTreeMap::new();
    for change in changes() {
        let is_alone = change.0.len() + change.1.len() == 1;
        for scenario in settings() {
            let name = scenario.name.clone();
            let protocol = Protocol::new(scenario)
                .without(change.0.iter().copied())
                .with_variants(change.1.iter().copied());
            let is_settled = |place: usize, property: &Property| {
                let by_pairs = is_alone && OF_PAIRS.contains(&property.id);
                let by_others = by_pairs || OF_AMOUNTS.contains(&property.id);
                by_others
                    || broken.contains_key(&place)
                    || matches!(property.check, Check::Witness(_))
            };
            if Property::claimed(&protocol).all(|(place, property)| is_settled(place, property)) {
                continue;
            }
            let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
            let search = Search { protocol: &protocol, limits, stop: Stop::Never };
            for (place, outcome) in search.run(&mut |_| ()).outcomes {
                if let Outcome::Violated { actions, .. } = outcome {
                    let row = || format!("{:33}{name:13}{:>3}", named(&change), actions.len());
                    broken.entry(place).or_insert_with(row);
                }
            }
        }
    }
    let mut table = format!("{:16}{:33}{:13}{}\n", "property", "broken without", "in", "after");
    let mut whole = Vec::new();
    for (place, property) in CATALOGUE.iter().enumerate() {
        if matches!(property.check, Check::Witness(_)) || OF_AMOUNTS.contains(&property.id) {
            continue;
        }
        match broken.get(&place) {
            Some(row) if OF_PAIRS.contains(&property.id) && !row.contains(", ") => {
                panic!("one change breaks {}: {row}", property.id)
            }
            Some(row) => writeln!(table, "{:16}{row}", property.id).expect("to a string"),
            None => whole.push(property.id),
        }
    }
    assert!(whole.is_empty(), "nothing breaks {whole:?}\n{table}");
    insta::assert_snapshot!(table);
}
