//! `sweep`: a grid of parameters for people, for programs and as a picture; and the least capacity.

use serde_json::{Value, json};

use crate::Place;

fn cells(value: &Value) -> &Vec<Value> {
    value["cells"].as_array().expect("a list")
}

/// TIME-8: 12 s at best with one unincluded block, 6 s with three while D is at most 3.
#[test]
fn a_grid_says_what_holds_and_how_fast_it_is() {
    let answer = Place::new().says("sweep astar --over C=1,3 --over D=2..4 --format json").exits(0);
    let report = answer.json();
    assert_eq!(report["verdict"], "holds");
    assert_eq!(report["axes"][0]["name"], "C");
    assert_eq!(report["axes"][1]["values"], json!([2, 3, 4]));
    let rates: Vec<&str> =
        cells(&report).iter().map(|cell| cell["rate"].as_str().expect("known")).collect();
    assert_eq!(rates, ["1/2", "1/3", "1/4", "1", "1", "3/4"]);
    let astar = &cells(&report)[3];
    assert_eq!(astar["values"], json!({ "C": 3, "D": 2 }));
    assert_eq!((&astar["states"], &astar["closed"]), (&json!(22_314), &json!(true)));
    assert_eq!(astar["healthy_latency"], json!({ "least": 2, "most": 2 }));
    assert_eq!(astar["latency"], json!({ "least": 2, "most": 13 }), "L + max(P, F)");
    assert_eq!(astar["any_fault"]["least"], "0", "where everybody may do nothing");
    assert_eq!(astar["any_fault"]["greatest"], "1", "one core, one block");
    assert_eq!(astar["confirmation"], json!({ "least": 2, "most": 3 }));
    assert!(astar["why"].is_null() && astar["violation"].is_null());
}

#[test]
fn people_read_a_grid_within_a_hundred_columns() {
    let place = Place::new();
    let few = place.says("sweep astar-sync astar --over D=3,4 --faults 1/8").exits(0);
    let few = few.shows(&["7/24 to 1/3", "3/4 to 1", "at most 1 faulty relay slot in any 8"]);
    assert!(few.out.lines().all(|line| line.chars().count() <= 100), "{}", few.out);
    let answer = place.says("sweep astar-sync astar --over C=1..3 --mishaps");
    let answer =
        answer.exits(0).shows(&["Everything holds in all 6 cells.", "never available", "18 s"]);
    assert!(answer.out.lines().all(|line| line.chars().count() <= 100), "{}", answer.out);
    let short = place.says("sweep astar-sync --over C=1 --quiet").exits(0).out;
    assert_eq!(short, "Everything holds in the one cell.\n");
    let csv = place.says("sweep astar-sync --over C=1,2 --format csv").exits(0).out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "scenario,C,verdict,states,rate,every,any fault,latency,confirmed");
    assert!(lines[1].starts_with("astar-sync,1,holds,\"2,436\","), "{csv}");
}

/// A limit, and values that do not go together: neither is ever a pass.
#[test]
fn what_is_not_decided_says_why_and_exits_3() {
    let place = Place::new();
    let answer = place.says("sweep astar --over C=1,3 --max-states 3000 --format json").exits(3);
    let report = answer.json();
    assert_eq!(report["verdict"], "inconclusive");
    assert_eq!(cells(&report)[0]["verdict"], "holds");
    assert_eq!(cells(&report)[1]["verdict"], "inconclusive");
    assert_eq!(cells(&report)[1]["why"], "the search met the limit of 3000 states");
    let answer = place.says("sweep astar --over r=2 --over L=2,3 --quiet").exits(3);
    assert_eq!(answer.out, "1 of 2 cells are not decided, 1 hold: not a pass.\n");
    let words =
        ["not legal", "protocol.relay_parent_offset = 2", "below protocol.scheduling_lookahead"];
    place.says("sweep astar --over r=2 --over L=2").exits(3).shows(&words);
}

/// Of votes some are faults in every slot, so no run has few; a D beyond the usual path is one too, and is said
/// to be left out.
#[test]
fn a_rate_that_was_asked_for_and_is_not_known_is_no_pass() {
    let place = Place::new();
    let why = "the rate with few faults: no run goes on for ever; 20 states lead nowhere";
    place.says("sweep votes --faults 1/8").exits(3).shows(&["not decided", "not a pass"]);
    let report = place.says("sweep votes --faults 1/8 --format json").exits(3).json();
    assert!(
        cells(&report)[0]["why"].as_str().is_some_and(|said| said.starts_with(why)),
        "{report}"
    );
    place.says("sweep votes").exits(0);
    place.says("sweep astar-sync --over D=4 --faults 1/8").exits(0);
    let checked = place.says("check votes --engine search").exits(0);
    checked.shows(&["votes has no rate, faults 1/8: no run goes on for ever"]);
}

#[test]
fn a_violation_exits_1_and_its_run_is_saved() {
    let place = Place::new();
    let answer = place.says("sweep astar --over C=1,2 --without SEG-5").exits(1);
    let answer = answer.shows(&["INV-SEG-1 is violated", "2 of 2 cells are violated"]);
    let file = "out/astar-without-SEG-5-C-2-INV-SEG-1.jsonl";
    assert!(answer.out.contains(file) && place.has(file), "{answer:?}");
    place.says(&format!("replay {file}")).exits(0).shows(&["reproduced"]);
}

#[test]
fn the_plot_is_an_svg_with_a_square_for_each_cell() {
    let place = Place::new();
    place.says("sweep astar-sync --over L=2,3 --over C=1..2 --plot map.svg").exits(0);
    let svg = std::fs::read_to_string(place.path("map.svg")).expect("it was written");
    assert!(svg.starts_with("<svg"));
    for words in ["astar-sync, L 2", "astar-sync, L 3", "C 1", "C 2", "1/3", "2/3", "the full rate"]
    {
        assert!(svg.contains(words), "{words} is not in {svg}");
    }
}

/// TIME-4, TIME-6: what is found, what the formulas say, and the run with one less.
#[test]
fn the_least_capacity_is_held_against_what_networks_choose() {
    let place = Place::new();
    let answer = place.says("sweep astar --smallest C --over r=0..2 --format json").exits(0);
    let report = answer.json();
    let places = report["places"].as_array().expect("a list");
    let least: Vec<&Value> = places.iter().map(|place| &place["least"]).collect();
    assert_eq!(least, [3, 4, 4], "D is that of the fast path with r = 2");
    let fits: Vec<&Value> = places.iter().map(|place| &place["usual_path_fits"]).collect();
    assert_eq!(fits, [true, true, false]);
    assert_eq!(places[0]["formulas"][0]["who"], "Astar");
    assert_eq!(places[0]["formulas"][0]["sustains"], true);
    assert_eq!(places[1]["formulas"][2]["capacity"], 3);
    assert_eq!(places[1]["formulas"][2]["sustains"], false, "3 is not enough with an offset");
    for place_found in places {
        let next = &place_found["next_smaller"];
        let trace = next["trace"].as_str().expect("it is saved");
        assert_eq!(place_found["least"].as_u64(), next["capacity"].as_u64().map(|c| c + 1));
        place.says(&format!("replay {trace}")).exits(0).shows(&["reproduced"]);
    }
}

/// What a figure says is what its run does: blocks and slots of the round are counted again by `replay`,
/// and the run to the latest inclusion ends with one.
#[test]
fn the_runs_behind_the_figures_are_saved_and_have_them() {
    let place = Place::new();
    let words = "sweep astar-sync --over C=1 --faults 1/8 --witnesses";
    let report = place.says(&format!("{words} --format json")).exits(0).json();
    let witnesses = cells(&report)[0]["witnesses"].as_array().expect("a list");
    let of = |one: &Value| one["of"].as_str().expect("a name").to_owned();
    let names: Vec<String> = witnesses.iter().map(of).collect();
    let (few, any) = ("faults 1/8", "any fault");
    let each = ["slowest", "fastest", "soonest inclusion", "latest inclusion"];
    let of_each =
        [few, any].into_iter().flat_map(|under| each.map(|one| format!("{under}, {one}")));
    assert_eq!(names, [vec!["healthy, slowest".to_owned()], of_each.collect()].concat());
    for one in witnesses {
        let trace = one["trace"].as_str().expect("saved");
        let said =
            place.says(&format!("replay {trace}")).exits(0).shows(&["reproduced"]).out.clone();
        let figure = one["figure"].as_str().expect("a figure");
        let rate = figure.strip_suffix(" blocks a relay slot");
        let Some(rate) = rate.or(figure.strip_suffix(" block a relay slot")) else {
            let after: usize =
                figure.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
            assert!((2..=13).contains(&after), "{figure}");
            continue;
        };
        let round =
            said.split("in every ").nth(1).expect("a round").replace("no block", "0 blocks");
        let numbers: Vec<u64> = round.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [slots, blocks] = numbers[..] else { panic!("{said}") };
        let (over, under) = rate.split_once('/').unwrap_or((rate, "1"));
        let number = |word: &str| word.parse::<u64>().expect("a number");
        assert_eq!(blocks * number(under), slots * number(over), "{said}");
    }
    place
        .says(words)
        .exits(0)
        .shows(&["the runs of astar-sync, C 1", "astar-sync-C-1-any-fault-slowest"]);
    let csv = place.says(&format!("{words} --format csv")).exits(0);
    csv.complains_of(&["9 traces of figures saved in out"]);
    place.says("sweep astar --witnesses").exits(0).shows(&["1 block a relay slot"]);
}

/// One error, and no table of runs that are nowhere; what is violated is said all the same.
#[test]
fn what_cannot_be_saved_is_one_error_and_no_pass() {
    let place = Place::new();
    place.write("file", "in the way");
    for flags in ["--faults 1/8 --witnesses", "--smallest C"] {
        let answer = place.says(&format!("sweep astar-sync {flags} --out file")).exits(2);
        let answer = answer.complains_of(&["cannot create the directory file"]);
        assert_eq!((answer.err.matches("error:").count(), &*answer.out), (1, ""), "{answer:?}");
    }
    let line = "sweep astar --over C=1,2 --without SEG-5 --witnesses --max-states 3000 --out file";
    let answer = place.says(line).exits(1).complains_of(&["cannot create the directory file"]);
    let answer = answer.shows(&["INV-SEG-1 is violated", "2 of 2 cells are violated"]);
    assert_eq!(answer.err.matches("error:").count(), 1, "{answer:?}");
    assert!(!answer.out.contains("saved"), "{answer:?}");
}

/// Two scenarios whose files would have one name would write over each other.
#[test]
fn names_that_are_one_name_for_files_are_refused() {
    let place = Place::new();
    for file in ["x y.toml", "x-y.toml"] {
        place.scenario(file, "astar-sync", &[]);
    }
    for flag in ["--quiet", "--witnesses", "--smallest=C"] {
        let answer = place.run(["sweep", "x y.toml", "x-y.toml", flag]).exits(2);
        let words =
            ["astar-sync (x y.toml) and astar-sync (x-y.toml)", "called astar-sync-x-y-toml-…"];
        assert!(answer.complains_of(&words).out.is_empty());
    }
    let once = place.says("sweep astar-sync astar-sync --over C=1 --quiet").exits(0);
    assert_eq!(once.out, "Everything holds in the one cell.\n");
}

/// A command that is shown can be copied, whatever a directory or a file is called.
#[test]
fn commands_are_words_for_a_shell() {
    let place = Place::new();
    place.scenario("a b.toml", "astar-sync", &[]);
    let line = "--over C=1 --without SEG-5 --max-states 3000 --out";
    let line = ["sweep", "a b.toml"].into_iter().chain(line.split(' ')).chain(["my out"]);
    place.run(line).exits(1).shows(&["unincluded replay 'my out/", "unincluded explain 'my out/"]);
    let line = ["check", "a b.toml", "--engine", "search", "--format", "json"];
    let checked = place.run(line).exits(0).json();
    assert_eq!(checked["scenarios"][0]["rates"][0]["again"], "unincluded sweep 'a b.toml'");
}

/// (2 + r) V + 1 does not carry all V blocks.
#[test]
fn the_run_that_breaks_the_next_smaller_capacity_is_shown() {
    let answer = Place::new().says("sweep elastic --smallest C").exits(0);
    answer.shows(&["7 no", "9 yes", "with C 8 the healthy run", "8/3", "R3: includes", "saved"]);
}

#[test]
fn without_enough_capacity_there_is_no_least_one_and_that_is_no_pass() {
    let answer = Place::new().says("sweep astar --smallest C --over C=1,2").exits(3);
    answer.shows(&["none of the capacities 1, 2 sustains the full rate of 1", "not a pass"]);
    let answer = Place::new().says("sweep lookahead --smallest C --over C=1..5").exits(0);
    answer.shows(&["4 5"]);
    // What was not tried is not known to be too small, in whatever order the others were.
    Place::new().says("sweep astar --smallest C --over C=4..6").exits(3).shows(&["not a pass"]);
    let answer =
        Place::new().says("sweep astar --smallest C --over C=5,3,2,1 --format json").exits(0);
    assert_eq!(answer.json()["places"][0]["least"], 3);
}

#[test]
fn every_bad_value_is_named_with_its_flag_and_what_is_legal() {
    let cases = [
        ("astar --over C=13", ["C=13", "--over", "whole numbers from 0 to 12"]),
        ("astar --over C", ["'C'", "--over", "as C=1..4"]),
        ("astar --over c=1", ["\"c\"", "--over", "did you mean \"C\"?"]),
        ("astar --over lag=late", ["lag=late", "--over", "never, together, apart"]),
        ("astar --over D=1", ["D=1", "--over", "from 2 to 5"]),
        ("astar --over C=3 --over C=4", ["--over C", "once", "1..4"]),
        ("astar --faults 9/8", ["9/8", "--faults", "as 1/8"]),
        ("astar --smallest L", ["'L'", "--smallest", "C"]),
        ("astar --smallest C --plot a.svg", ["--plot", "--smallest", "legal"]),
        ("astar --smallest C --witnesses", ["--witnesses", "--smallest", "cannot be used"]),
        ("astr", ["\"astr\"", "did you mean", "\"astar\""]),
        ("astar --max-states 0", ["'0'", "--max-states", "from 1"]),
        (
            "astar-sync --over C=1 --plot gone/a.svg",
            ["cannot write the plot", "gone/a.svg", "No such file"],
        ),
        (
            "astar --over P=1..12 --over F=1..24 --over C=1..12",
            ["--over", "3456 cells", "at most 2000"],
        ),
    ];
    for (arguments, words) in cases {
        let answer = Place::new().says(&format!("sweep {arguments}")).exits(2);
        let answer = answer.complains_of(&words);
        assert!(answer.out.is_empty(), "{answer:?}");
    }
}

/// The README shows what the commands say.
#[test]
fn the_readme_has_the_tables_of_sweeps() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))
        .expect("there is a README");
    for line in
        ["sweep astar --over C=1..4 --faults 1/8", "sweep elastic --smallest C --over V=1..3"]
    {
        assert!(readme.contains(line), "{line}");
        let out = Place::new().says(line).exits(0).out;
        let table = out.split("\n\n").next().expect("a table").trim_end();
        assert!(readme.contains(table), "the README has another table for {line}:\n{table}");
    }
}
