//! Teeth of the promises for the long run: for each a rule that is switched off, and a scenario in which
//! it is broken then. A promise that nothing breaks would promise nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use unincluded_model::{Protocol, Rule, Scenario};
use unincluded_properties::long_run::{Kept, long_run, unseen};
use unincluded_properties::rates::Effort;
use unincluded_properties::{Limits, PROMISES};

/// What keeps a chain alive, the finer first: pruning, timeouts, the shortcut for collators, the window
/// of their search. Without the last no block is offered to anybody, which breaks whatever is left.
/// Then what keeps it to its cores, and what a block brings.
const RULES: [Rule; 7] =
    [Rule::Seg4, Rule::To2, Rule::Coll7, Rule::Coll4, Rule::Coll9, Rule::Sched2, Rule::Emit1];

/// Small scenarios that between them promise everything.
const SCENARIOS: [&str; 10] = [
    "astar-sync",
    "withholding",
    "slots-12s",
    "disputes",
    "disputes-again",
    "reconfiguration",
    "upgrade-abort",
    "lapse",
    "coretime-stored",
    "groups",
];

/// More than any of these has without the rule that breaks it.
const MOST_STATES: usize = 20_000;

#[test]
fn every_promise_is_broken_without_some_rule() {
    let built_in = |name| Protocol::new(Scenario::built_in(name).expect("built in"));
    let effort = Effort {
        limits: Limits { states: Some(MOST_STATES), ..Limits::default() },
        ..Effort::default()
    };
    let mut broken = BTreeMap::new();
    for rule in RULES {
        for scenario in SCENARIOS {
            let protocol = built_in(scenario);
            if unseen(&protocol).iter().all(|one| broken.contains_key(one.id)) {
                continue;
            }
            for one in long_run(&protocol.without([rule]), effort) {
                if matches!(one.kept, Kept::No(..) | Kept::NoBy(..)) {
                    broken.entry(one.id).or_insert((rule, scenario));
                }
            }
        }
    }
    let mut table = format!("{:18}{:16}{}\n", "promise", "broken without", "in");
    let mut whole = Vec::new();
    for promise in PROMISES {
        match broken.get(promise.id) {
            Some((rule, scenario)) => {
                writeln!(table, "{:18}{:16}{scenario}", promise.id, rule.id()).expect("a string");
            }
            None => whole.push(promise.id),
        }
    }
    assert!(whole.is_empty(), "nothing breaks {whole:?}\n{table}");
    insta::assert_snapshot!(table);
}
