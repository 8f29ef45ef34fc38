//! The switch to 6 s blocks on forks.

use unincluded_model::{Protocol, Scenario};
use unincluded_properties::{CATALOGUE, Limits, Outcome, Search, Stop};

#[test]
fn scratch() {
    let mut scenario = Scenario::built_in("astar-switch").unwrap();
    if let Ok(text) = std::env::var("SWITCH_FILE") {
        scenario = Scenario::parse("x", &std::fs::read_to_string(text).unwrap()).unwrap();
    }
    let protocol = Protocol::new(scenario);
    let start = std::time::Instant::now();
    let limits = Limits { states: Some(600_000), ..Limits::default() };
    let report = Search { protocol: &protocol, limits, stop: Stop::Never }.run(&mut |_| ());
    eprintln!("{} states {} transitions depth {} closed {} in {:?}", report.states, report.transitions, report.depth, report.closed, start.elapsed());
    for (place, outcome) in &report.outcomes {
        match outcome {
            Outcome::Holds | Outcome::Found { .. } => {}
            Outcome::Violated { actions, because, .. } => eprintln!("{} violated after {}: {because:?}", CATALOGUE[*place].id, actions.len()),
            other => eprintln!("{} {other:?}", CATALOGUE[*place].id),
        }
    }
}
