//! Whether the two engines agree: on the number of states, and on what is violated.

use unincluded_properties::oracle::{Opinion, STEPS};
use unincluded_properties::search::{Outcome, Report};
use unincluded_properties::{CATALOGUE, Check};

/// Where the two disagree. Only a search that saw everything can be compared.
pub(crate) fn disagreement(report: &Report, opinion: &Opinion) -> Option<String> {
    let ours = violated(report);
    if report.states != opinion.states {
        let (ours, theirs) = (report.states, opinion.states);
        return Some(format!("the search counts {ours} states, stateright {theirs}"));
    }
    (ours != opinion.violated).then(|| {
        let list =
            |ids: &[&str]| if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
        let (ours, theirs) = (list(&ours), list(&opinion.violated));
        format!("the search sees {ours} violated, stateright {theirs}")
    })
}

/// What the search sees violated, of what stateright looks at, in stateright's words.
fn violated(report: &Report) -> Vec<&'static str> {
    let mut violated: Vec<&'static str> = report
        .outcomes
        .iter()
        .filter(|(_, found)| matches!(found, Outcome::Violated { .. }))
        .filter_map(|(place, _)| match CATALOGUE[*place].check {
            Check::State(_) => Some(CATALOGUE[*place].id),
            Check::Step(_) => Some(STEPS),
            Check::Witness(_) | Check::NotWedged => None,
        })
        .collect();
    violated.sort_unstable();
    violated.dedup();
    violated
}

#[cfg(test)]
mod tests {
    use unincluded_model::{Protocol, Rule, Scenario};
    use unincluded_properties::{Oracle, Search, Stop};

    use super::*;

    /// A report in which a step property and invariants are violated, and stateright's opinion.
    fn both() -> (Report, Opinion) {
        let scenario = Scenario::built_in("astar-sync").expect("built in");
        let protocol = Protocol::new(scenario).without([Rule::Emit1]);
        let report = Search::new(&protocol).stopping(Stop::Never).run(&mut |_| ());
        (report, Oracle::new(&protocol).explore(1))
    }

    #[test]
    fn the_engines_agree_on_what_is_violated() {
        let (report, opinion) = both();
        assert!(opinion.violated.len() > 1, "{opinion:?}");
        assert_eq!(disagreement(&report, &opinion), None);
    }

    #[test]
    fn another_number_of_states_is_a_disagreement() {
        let (report, opinion) = both();
        let states = opinion.states + 1;
        let why = disagreement(&report, &Opinion { states, ..opinion });
        assert_eq!(
            why,
            Some(format!("the search counts {} states, stateright {states}", report.states))
        );
    }

    #[test]
    fn another_violation_is_a_disagreement() {
        let (report, mut opinion) = both();
        opinion.violated.clear();
        let why = disagreement(&report, &opinion).expect("they disagree");
        assert!(why.ends_with("violated, stateright nothing"), "{why}");
    }
}
