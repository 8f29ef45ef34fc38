//! `fuzz`: the same seed does the same again.

use crate::Place;

const FAILING: &str = "fuzz astar --without SEG-5 --seed 0x2a --format json";

#[test]
fn a_seed_repeats_a_run_exactly() {
    let (one, other) = (Place::new(), Place::new());
    let first = one.says(FAILING).exits(1);
    assert_eq!(first.out, other.says(FAILING).exits(1).out);
    let report = first.json();
    assert_eq!(report["verdict"], "violated");
    assert_eq!(report["property"], "INV-SEG-1");
    assert_eq!(report["seed"], "0x000000000000002a");
    let trace = report["trace"].as_str().expect("a path");
    let read = |place: &Place| std::fs::read(place.path(trace)).expect("the trace is saved");
    assert_eq!(read(&one), read(&other));
    one.says(&format!("replay {trace}")).exits(0).shows(&["reproduced:", "INV-SEG-1"]);
}

#[test]
fn a_violating_run_is_made_small() {
    let report = Place::new().says(FAILING).json();
    assert!(report["steps"].as_u64() <= Some(20), "{report}");
}

#[test]
fn runs_that_violate_nothing_are_counted_and_no_proof() {
    let answer = Place::new().says("fuzz withholding --cases 20 --length 100 --seed 1").exits(0);
    answer.shows(&["20 cases of withholding", "seed 0x0000000000000001", "not a proof"]);
}

#[test]
fn a_seed_that_was_drawn_is_printed() {
    let place = Place::new();
    let drawn = place.says("fuzz withholding --cases 5 --format json").exits(0).json();
    let seed = drawn["seed"].as_str().expect("a seed");
    let again = place.says(&format!("fuzz withholding --cases 5 --format json --seed {seed}"));
    assert_eq!(again.json(), drawn);
    assert_eq!(drawn["verdict"], "passed");
    assert_eq!(drawn["cases"], 5);
    assert!(drawn["actions"].as_u64() > Some(0) && drawn["included"].is_u64());
}

#[test]
fn people_see_the_run_and_where_it_is() {
    Place::new().says("fuzz astar --without SEG-5 --seed 42").exits(1).shows(&[
        "INV-SEG-1 is violated after",
        "unincluded replay out/astar-without-SEG-5-INV-SEG-1-random.jsonl",
        "Violated: INV-SEG-1 in astar without SEG-5.",
    ]);
}

#[test]
fn the_longest_run_that_can_be_recorded_can_be_asked_for() {
    Place::new().says("fuzz astar-sync --cases 1 --length 100000 --seed 1").exits(0);
}
