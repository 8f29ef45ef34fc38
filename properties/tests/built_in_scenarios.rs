//! The main job as a test: every built-in scenario closes, every property claimed of it holds or
//! is found, stateright sees as many states, and the counts are those pinned here.

use std::fmt::Write;

use unincluded_model::{Protocol, Scenario};
use unincluded_properties::graph::{Exploration, explore};
use unincluded_properties::runs::{Conditions, Runs};
use unincluded_properties::{CATALOGUE, Check, Oracle, Outcome, Property, Search};

/// Scenario, states, transitions, actions to the farthest state. A refactoring leaves these
/// alone, a change of protocol explains them.
const COUNTS: &str = "\
astar-sync                 2436      6508   22
astar                     22314     83948   28
lookahead                134974    577706   30
adversary                331370   1748707   18
bandwidth                 86146    412725   13
withholding                 453      1656   10
siblings                  45842    237210   23
evicted                   52686    306127   23
forks                     79926    322861   18
shibuya                  232970    920694   16
sessions                  24879    130502   28
reconfiguration            3609     16513   13
forks-sessions             5572     24543   14
elastic                   20219    152054   15
offset                     6880     27800   26
coretime                    713      1581   24
coretime-stored             733      1428   28
lapse                      9388     44076   25
groups                     5303     14119   35
votes                        42       186    6
collations                  860      3044   16
disputes                   8031     28147   20
disputes-elastic           3029    124681   10
disputes-chains            5272    207167   11
disputes-groups           25515     90567   31
disputes-again              948      3633   11
upgrade                   34240    128019   19
upgrade-abort             18832     60555   20
upgrade-known             14625     49171   19
upgrade-forks             21445     84598   19
upgrade-sessions          40472    159899   22
upgrade-adversary         33306    103603   18
upgrade-elastic            1330      5505   14
messages                   4682     18914   13
messages-full-segment      1724      8573   11
messages-down              9401     35350   12
messages-in               33832    116983   12
messages-elastic           2222     12901   10
collators                  2382     22250   18
authorities                 842      2165   19
slots-12s                   302      2412    9
slots-2s                    294       903   11
2025-06                   10144     31810   26
today                      4338     13006   25
hook-2025-06              12012     35175   13
astar-switch              59247    176264   84
";

/// The same of those that are checked nightly.
const NIGHTLY: &str = "\
siblings-long            258584   1614706   26
forks-equivocation      1335010   6480425   31
forks-deep-sessions      178449    845281   18
forks-lookahead           35877    169470   22
elastic-late             239024   1639973   21
elastic-sessions         214954   1921615   19
elastic-offset           558872   4021462   25
offset-two                44996    183518   30
disputes-unavailability  105715    374132   20
forks-elastic             32785    140758   18
messages-all              71484    371411   10
messages-elastic-two      46412    447996   10
messages-sessions         11519     65053   11
";

#[test]
fn every_scenario_of_the_gate_closes_and_holds_and_stateright_agrees() {
    let counts = counts_of(Scenario::names());
    assert_eq!(counts, COUNTS, "\n{counts}");
}

#[test]
#[ignore = "minutes: run once a night and by the gate, in release"]
fn every_nightly_scenario_closes_and_holds_and_stateright_agrees() {
    let gate: Vec<&str> = Scenario::names().collect();
    let counts = counts_of(Scenario::full_names().filter(|name| !gate.contains(name)));
    assert_eq!(counts, NIGHTLY, "\n{counts}");
}

/// The long run is decided on the same states and steps as the rest, in every scenario of the gate of up
/// to so many states.
#[test]
fn the_graph_engine_counts_the_same_states_transitions_and_levels() {
    const MOST: usize = 25_000;
    let mut compared = 0;
    for line in COUNTS.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, states, transitions, depth] = words[..] else { panic!("{line}") };
        let number = |word: &str| word.parse::<usize>().expect("a number");
        if number(states) > MOST {
            continue;
        }
        let protocol = Protocol::new(Scenario::built_in(name).expect("built in"));
        let runs = Runs::new(&protocol, Conditions::AsTheScenario, false);
        let how = Exploration { threads: 2, edges: false, ..Exploration::default() };
        let graph = explore(&runs, how);
        let counted = (graph.len(), graph.transitions as usize, graph.depth() as usize);
        assert!(graph.is_closed(), "{name} is cut by {:?}", graph.cut_by);
        assert_eq!(counted, (number(states), number(transitions), number(depth)), "{name}");
        compared += 1;
    }
    assert!(compared > 30, "{compared} scenarios compared");
}

/// A line for each scenario, once all that is claimed of it is shown.
fn counts_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut counts = String::new();
    for name in names {
        let protocol = Protocol::new(Scenario::built_in(name).expect("built in"));
        let report = Search::new(&protocol).run(&mut |_| ());
        assert!(report.closed, "{name} is cut by {:?}", report.cut_by);
        for (place, outcome) in &report.outcomes {
            let good = matches!(outcome, Outcome::Holds | Outcome::Found { .. });
            assert!(good, "{} in {name}: {outcome:?}", CATALOGUE[*place].id);
        }
        let opinion = Oracle::new(&protocol).explore(2);
        assert_eq!(opinion.states, report.states, "unique states of {name} by stateright");
        assert!(opinion.violated.is_empty(), "{name}: stateright sees {:?}", opinion.violated);
        let (states, transitions) = (report.states, report.transitions);
        writeln!(counts, "{name:23}{states:>8}{transitions:>10}{:>5}", report.depth)
            .expect("to a string");
    }
    counts
}

/// A property whose situation never occurs would hold of nothing.
#[test]
fn every_property_watches_a_situation_that_is_found_in_some_scenario() {
    for property in CATALOGUE {
        if matches!(property.check, Check::Witness(_)) {
            continue;
        }
        assert!(!property.watches.is_empty(), "{} watches nothing", property.id);
        for id in property.watches {
            let witness = Property::find(id);
            let witness = witness.unwrap_or_else(|| panic!("{} watches {id}", property.id));
            assert!(matches!(witness.check, Check::Witness(_)), "{id} is no situation");
            // Where both are claimed the situation is found, as the test above shows.
            let together = Scenario::names().any(|name| {
                let protocol = Protocol::new(Scenario::built_in(name).expect("built in"));
                (property.applies)(&protocol) && (witness.applies)(&protocol)
            });
            assert!(together, "{} and {id} are claimed together nowhere", property.id);
        }
    }
}

#[test]
fn ids_are_unique_and_claims_are_sentences() {
    for (place, property) in CATALOGUE.iter().enumerate() {
        let same = |other: &Property| other.id == property.id;
        assert_eq!(CATALOGUE.iter().position(same), Some(place), "{}", property.id);
        assert!(property.claim.ends_with('.'), "{}", property.claim);
    }
}

/// With a rule off, both engines see the same invariants violated.
#[test]
fn stateright_sees_the_same_invariants_violated() {
    use unincluded_model::Rule::{Emit1, Incl3, Seg2, Seg4, To2};
    use unincluded_properties::{Kind, Stop};
    for rule in [Seg2, Seg4, Emit1, Incl3, To2] {
        let scenario = Scenario::built_in("withholding").expect("built in");
        let protocol = Protocol::new(scenario).without([rule]);
        let report = Search::new(&protocol).stopping(Stop::Never).run(&mut |_| ());
        assert!(report.closed, "without {rule}: {:?}", report.cut_by);
        let opinion = Oracle::new(&protocol).explore(1);
        let of = |kind: Kind| {
            report.outcomes.iter().filter(move |(place, outcome)| {
                CATALOGUE[*place].kind() == kind && matches!(outcome, Outcome::Violated { .. })
            })
        };
        let mut violated: Vec<&str> =
            of(Kind::Invariant).map(|(place, _)| CATALOGUE[*place].id).collect();
        if of(Kind::Step).next().is_some() {
            violated.push(unincluded_properties::oracle::STEPS);
        }
        violated.sort_unstable();
        assert_eq!(opinion.states, report.states, "without {rule}");
        assert_eq!(opinion.violated, violated, "without {rule}");
        assert!(!violated.is_empty(), "without {rule} nothing is violated");
    }
}
