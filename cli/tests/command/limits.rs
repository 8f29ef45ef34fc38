//! What was not decided is said so, and is no pass.

use crate::Place;

/// The verdict of a run that a limit cut short, and what cut it.
#[track_caller]
fn cut(place: &Place, line: &str) -> String {
    let report = place.says(&format!("check {line} --format json")).exits(3).json();
    assert_eq!(report["verdict"], "inconclusive");
    let scenario = &report["scenarios"][0];
    assert_eq!(scenario["closed"], false);
    assert_eq!(scenario["engine"], "search", "stateright knows no honest limits");
    let verdicts = scenario["properties"].as_array().expect("a list");
    assert!(verdicts.iter().all(|one| one["verdict"] != "holds" && one["verdict"] != "missing"));
    scenario["cut_by"].as_str().expect("a reason").to_owned()
}

#[test]
fn a_limit_of_states_leaves_the_verdict_open() {
    assert_eq!(cut(&Place::new(), "astar --max-states 5000"), "the limit of 5000 states");
}

#[test]
fn a_limit_of_memory_leaves_the_verdict_open() {
    assert_eq!(cut(&Place::new(), "lookahead --max-memory 1"), "the limit of 1 MiB of memory");
}

#[test]
fn a_limit_of_time_leaves_the_verdict_open() {
    assert_eq!(cut(&Place::new(), "siblings --time-limit 0.01"), "the limit of 0.01 s of time");
}

#[test]
fn a_horizon_leaves_the_verdict_open() {
    let place = Place::new();
    place.scenario(
        "near.toml",
        "astar",
        &[("\"astar\"", "\"near\""), ("[environment]", "[horizon]\nactions = 4\n\n[environment]")],
    );
    assert_eq!(cut(&place, "near.toml"), "the scenario's own horizon of 4 actions");
    place.says("check near.toml").exits(3).shows(&["bounded", "This is not a pass."]);
}

#[test]
fn a_violation_weighs_more_than_a_limit() {
    let answer = Place::new().says("check astar withholding --max-states 5000 --without COLL-4");
    answer.exits(1).shows(&["Violated:"]);
}

#[test]
fn a_limit_that_is_not_reached_cuts_nothing() {
    Place::new()
        .says("check withholding --max-states 100000 --max-memory 1GiB --time-limit 600")
        .exits(0);
}

/// The largest that each option takes.
#[test]
fn a_limit_that_is_never_reached_is_no_limit() {
    for engine in ["both", "stateright"] {
        let line = format!(
            "check withholding --engine {engine} --max-states 18446744073709551615 --max-memory \
             17179869183GiB --time-limit 31536000 --threads 256"
        );
        let answer = Place::new().says(&line);
        assert_eq!(answer.code, if engine == "both" { 0 } else { 3 }, "{answer:#?}");
        assert!(!answer.err.contains("panicked"), "{answer:#?}");
    }
}
