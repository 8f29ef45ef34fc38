//! Verdicts and exit codes of `check`, and every key of its JSON.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Answer, Place};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn only_scenario(answer: &Answer) -> Value {
    let report = answer.json();
    let scenarios = report["scenarios"].as_array().expect("a list");
    assert_eq!(scenarios.len(), 1);
    scenarios[0].clone()
}

fn property<'a>(scenario: &'a Value, name: &str) -> &'a Value {
    let properties = scenario["properties"].as_array().expect("a list");
    properties.iter().find(|one| one["name"] == name).expect("the property is claimed")
}

#[test]
fn what_holds_exits_0_and_both_engines_agree() {
    let place = Place::new();
    let answer = place.says("check astar-sync withholding --format json").exits(0);
    let report = answer.json();
    assert_eq!(keys(&report), BTreeSet::from(["scenarios", "verdict"]));
    assert_eq!(report["verdict"], "holds");
    let names: Vec<&Value> =
        report["scenarios"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["astar-sync", "withholding"], "in the order asked");
    for scenario in report["scenarios"].as_array().expect("a list") {
        let expected = [
            "closed",
            "collision_probability",
            "cut_by",
            "depth",
            "disagreement",
            "engine",
            "file",
            "long_run",
            "name",
            "properties",
            "rates",
            "seconds",
            "states",
            "transitions",
            "variants",
            "within",
            "without",
        ];
        assert_eq!(keys(scenario), BTreeSet::from(expected));
        assert_eq!(scenario["closed"], true);
        assert_eq!(scenario["engine"], "search+stateright");
        assert!(scenario["file"].is_null() && scenario["within"].is_null());
        assert!(scenario["cut_by"].is_null() && scenario["disagreement"].is_null());
        assert!(scenario["states"].as_u64() > Some(100));
        assert!(scenario["transitions"].as_u64() > scenario["states"].as_u64());
        assert!(scenario["depth"].as_u64() >= Some(10));
        assert!(scenario["collision_probability"].as_f64() < Some(1e-20));
        assert!(scenario["seconds"].is_number());
        assert!(scenario["long_run"].is_null(), "the long run is looked at: {scenario}");
        let kinds = |kind: &str| {
            let properties = scenario["properties"].as_array().expect("a list");
            properties.iter().filter(|one| one["kind"] == kind).count()
        };
        let is_measured = |one: &Value| {
            let name = one["name"].as_str().expect("a name");
            one["kind"] == "rate" || name == "BOUNDED-RESPONSE" || name.starts_with("RECOVERY-FLT-")
        };
        let properties = scenario["properties"].as_array().expect("a list");
        let recoveries = properties.iter().filter(|one| is_measured(one)).count() - kinds("rate");
        assert_eq!(kinds("progress"), 3 + recoveries, "{scenario}");
        assert!(recoveries > 3, "{scenario}");
        assert!(kinds("rate") >= 3, "{scenario}");
        for property in scenario["properties"].as_array().expect("a list") {
            let expected = ["because", "kind", "name", "steps", "trace", "verdict"];
            assert_eq!(keys(property), BTreeSet::from(expected));
            let found = property["kind"] == "reachable";
            assert_eq!(property["verdict"], if found { "found" } else { "holds" }, "{property}");
            assert_eq!(property["steps"].is_u64(), found, "{property}");
            assert!(property["trace"].is_null(), "{property}");
            // What is measured says what it is, where it holds too.
            assert_eq!(property["because"].is_string(), is_measured(property), "{property}");
        }
    }
    assert!(!place.path("out").exists(), "nothing is violated, so nothing is saved");
}

#[test]
fn a_violation_exits_1_and_is_saved() {
    let place = Place::new();
    let answer = place.says("check astar --without SEG-5 --format json").exits(1);
    assert_eq!(answer.json()["verdict"], "violated");
    let scenario = only_scenario(&answer);
    assert_eq!(scenario["without"], serde_json::json!(["SEG-5"]));
    assert_eq!(scenario["closed"], false);
    assert_eq!(scenario["engine"], "search");
    let violated = property(&scenario, "INV-SEG-1");
    assert_eq!(violated["verdict"], "violated");
    assert_eq!(violated["kind"], "invariant");
    assert_eq!(violated["steps"], 7);
    assert_eq!(violated["because"], "a segment holds 4 blocks and the capacity is 3");
    let trace = violated["trace"].as_str().expect("a path");
    assert!(place.has(trace), "{trace}");
    place.says(&format!("replay {trace}")).exits(0);
}

#[test]
fn a_report_for_people_shows_the_run_and_what_to_type_next() {
    let answer = Place::new().says("check astar --without SEG-5 --out kept").exits(1).shows(&[
        "INV-SEG-1 is violated after 7 steps",
        "because a segment holds 4 blocks and the capacity is 3",
        "unincluded replay kept/astar-without-SEG-5-INV-SEG-1.jsonl",
        "unincluded explain kept/astar-without-SEG-5-INV-SEG-1.jsonl",
    ]);
    assert!(answer.out.ends_with("Violated: astar without SEG-5 (INV-SEG-1).\n"));
    assert!(answer.out.lines().all(|line| line.chars().count() <= 100), "{}", answer.out);
    assert!(!answer.out.contains('\u{1b}'), "no colours in a pipe");
    assert!(answer.err.is_empty(), "no progress in a pipe: {}", answer.err);
}

#[test]
fn a_situation_that_must_occur_and_does_not_is_a_violation() {
    let answer = Place::new().says("check astar-sync --without TO-1 --format json").exits(1);
    let scenario = only_scenario(&answer);
    assert_eq!(scenario["closed"], true);
    assert_eq!(scenario["engine"], "search+stateright");
    assert_eq!(property(&scenario, "R-LONGEST-OCCUPANCY")["verdict"], "missing");
    assert!(property(&scenario, "R-LONGEST-OCCUPANCY")["trace"].is_null());
}

/// `roomy.toml`: a copy of `astar` with capacity 8, lookahead 1 and no faults, in which authors
/// never build on the included head.
fn roomy(place: &Place) {
    place.scenario(
        "roomy.toml",
        "astar",
        &[
            ("unincluded_segment_capacity = 3", "unincluded_segment_capacity = 8"),
            ("scheduling_lookahead = 3", "scheduling_lookahead = 1"),
            ("idle = true", "idle = false"),
            ("delay = true", "delay = false"),
            ("loss = true", "loss = false"),
            ("unavailability = true", "unavailability = false"),
            ("stale_view = \"together\"", "stale_view = \"never\""),
            ("equivocation = true", "equivocation = false"),
        ],
    );
}

#[test]
fn a_situation_that_ones_own_parameters_rule_out_is_missing_and_no_violation() {
    let place = Place::new();
    roomy(&place);
    let answer = place.says("check roomy.toml --format json").exits(0);
    assert_eq!(answer.json()["verdict"], "holds");
    let scenario = only_scenario(&answer);
    assert_eq!(property(&scenario, "R-SHORTCUT")["verdict"], "missing");
    assert_eq!(property(&scenario, "INV-COLL-2")["verdict"], "holds");

    place.says("check roomy.toml").exits(0).shows(&[
        " missing, ",
        "astar (roomy.toml): ",
        " situations never occur here, ",
        "R-SHORTCUT",
        "hold of nothing.",
        "Everything holds in astar (roomy.toml), for all time",
        "never occur in astar (roomy.toml).",
    ]);
    let junit = place.says("check roomy.toml --format junit").exits(0);
    junit.shows(&["failures=\"0\"", "<skipped message=\"missing: every reachable state was seen"]);
    let sarif = place.says("check roomy.toml --format sarif").exits(0).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().any(|one| one["ruleId"] == "R-SHORTCUT"), "{sarif}");
    assert!(results.iter().all(|one| one["level"] == "note"), "{sarif}");
    place.says("check roomy.toml --format github").exits(0).shows(&[
        "::notice title=unincluded::Everything holds",
        "::notice title=missing in astar (roomy.toml)::",
    ]);
}

#[test]
fn a_violation_in_a_scenario_of_ones_own_still_weighs() {
    let place = Place::new();
    let small = ("scheduling_lookahead = 3", "scheduling_lookahead = 1");
    place.scenario("small.toml", "astar", &[small]);
    let line = "check small.toml --without COLL-9 --keep-going";
    let answer = place.says(line).exits(1).shows(&["never occur", "Violated: astar (small.toml)"]);
    assert!(!answer.out.contains("Missing in"), "{}", answer.out);
}

#[test]
fn a_copy_of_a_built_in_scenario_has_its_situations() {
    let place = Place::new();
    place.scenario("copy.toml", "astar-sync", &[]);
    place
        .says("check copy.toml --without TO-1")
        .exits(1)
        .shows(&["Missing in astar-sync (copy.toml)"]);
}

/// The violation is at the start, where no other state waits to be looked at.
#[test]
fn a_search_that_stops_at_a_violation_claims_nothing_else() {
    let answer = Place::new().says("check astar-sync --without COLL-9 --format json").exits(1);
    let scenario = only_scenario(&answer);
    assert_eq!(scenario["closed"], false);
    for one in scenario["properties"].as_array().expect("a list") {
        let expected = if one["name"] == "NOT-WEDGED" { "violated" } else { "inconclusive" };
        assert_eq!(one["verdict"], expected, "{one}");
        if expected == "inconclusive" && (one["kind"] == "progress" || one["kind"] == "rate") {
            let because = one["because"].as_str().expect("a reason");
            assert!(because.contains("cut by a violation"), "{one}");
        }
    }
}

#[test]
fn a_search_that_keeps_going_decides_everything() {
    let line = "check astar-sync --without COLL-9 --keep-going --format json";
    let answer = Place::new().says(line).exits(1);
    let scenario = only_scenario(&answer);
    assert_eq!(scenario["closed"], true);
    assert_eq!(scenario["engine"], "search+stateright");
    assert_eq!(property(&scenario, "NOT-WEDGED")["verdict"], "violated");
    assert_eq!(property(&scenario, "R-INCLUDED")["verdict"], "missing");
    assert_eq!(property(&scenario, "INV-SEG-1")["verdict"], "holds");
    assert!(scenario["disagreement"].is_null());
}

#[test]
fn a_variant_is_put_in_force() {
    let line = "check siblings --variant FRAG-5=first-seen --format json";
    let answer = Place::new().says(line).exits(1);
    let scenario = only_scenario(&answer);
    assert_eq!(scenario["variants"], serde_json::json!(["FRAG-5=first-seen"]));
    assert_eq!(property(&scenario, "AGREE-1")["verdict"], "violated");
}

#[test]
fn a_scenario_of_2026_is_checked_with_its_calendar_parameters_and_decay() {
    let place = Place::new();
    let calendar =
        ("calendar = \"astar-12s\"", "calendar = \"astar-2026\"\ndecay = \"astar-2026\"");
    let parameters = ("inflation = \"astar-2025-04\"", "inflation = \"astar-2026\"");
    place.scenario("2026.toml", "astar-sync", &[calendar, parameters]);
    place.says("check 2026.toml").exits(0).shows(&["Everything holds in astar-sync (2026.toml)"]);
    place.says("check 2026.toml --without EMIT-1").exits(1).shows(&["INV-1"]);
}

#[test]
fn a_scenario_of_the_users_own_is_checked_like_any_other() {
    let place = Place::new();
    place.scenario("mine.toml", "withholding", &[("\"withholding\"", "\"my-own\"")]);
    place.says("check mine.toml withholding --verbose").exits(0).shows(&[
        "my-own (mine.toml) is closed",
        "withholding is closed",
        "holds in both scenarios",
    ]);
}

/// A changed copy keeps its name, and must not be taken for the built-in scenario.
#[test]
fn a_scenario_from_a_file_is_called_so_everywhere() {
    let place = Place::new();
    place.scenario("mine.toml", "astar-sync", &[("validators = 600", "validators = 601")]);
    place.says("check mine.toml --quiet").exits(0).shows(&["holds in astar-sync (mine.toml),"]);
    let file = |answer: Answer| only_scenario(&answer)["file"].clone();
    assert_eq!(file(place.says("check mine.toml --format json")), "mine.toml");
    assert_eq!(file(place.says("check ./mine.toml --format json")), "./mine.toml");

    let title = "astar-sync (mine.toml) without SEG-5";
    for (format, words) in [
        ("human", "`astar-sync` without SEG-5 of mine.toml\n".to_owned()),
        ("human", format!("Violated: {title} (INV-SEG-1).")),
        ("junit", format!("<testsuite name=\"{title}\"")),
        ("sarif", format!("INV-SEG-1 in {title}: violated")),
        ("github", format!("title=INV-SEG-1 in {title}::")),
    ] {
        let line = format!("check mine.toml --without SEG-5 --format {format}");
        place.says(&line).exits(1).shows(&[&words]);
    }
    let answer = place.says("fuzz mine.toml --cases 1").exits(0);
    answer.shows(&["1 case of astar-sync (mine.toml),"]);
    let answer = place.says("fuzz mine.toml --cases 1 --format json").exits(0);
    assert_eq!(answer.json()["file"], "mine.toml");
}

/// The bound is on the adversary's blocks, not on time: every extent names it.
#[test]
fn what_holds_of_adversaries_that_keep_few_blocks_says_so() {
    let place = Place::new();
    let (whole, whole_bound) = ("adversary_blocks = 5", "adversary_blocks = 2");
    place.scenario("few.toml", "adversary", &[(whole, whole_bound), ("\"adversary\"", "\"few\"")]);
    place.scenario(
        "one.toml",
        "adversary",
        &[(whole, "adversary_blocks = 1"), ("\"adversary\"", "\"one\"")],
    );
    let answer = place.says("check few.toml --format json").exits(0);
    assert_eq!(only_scenario(&answer)["within"], "environment.adversary_blocks = 2");

    let whom = "adversaries of at most 2 unincluded blocks";
    place.says("check few.toml --verbose").exits(0).shows(&[
        "  closed, ≤ 2 blocks  ",
        &format!("few (few.toml) is closed for {whom}: every"),
        "for all time, with at most 2 blocks of the adversary in few:\nevery",
    ]);
    let sentence = "with at most 2 blocks of the adversary in few and 1 block in one: every";
    place.says("check few.toml one.toml --format github").exits(0).shows(&[sentence]);
    let sentence = "in both scenarios, for all time, with at most 1 block of the adversary in one:";
    place.says("check withholding one.toml --format github").exits(0).shows(&[sentence]);
    let property = "<property name=\"within\" value=\"environment.adversary_blocks = 2\"/>";
    place.says("check few.toml --format junit").exits(0).shows(&[property]);

    let cut = format!("cut by the limit of 100 states, for {whom}");
    for format in ["human", "junit", "sarif", "github"] {
        let line = format!("check few.toml --max-states 100 --format {format}");
        place.says(&line).exits(3).shows(&[&cut]);
    }
}

#[test]
fn our_own_search_decides_alone() {
    let answer = Place::new().says("check astar-sync --engine search --format json").exits(0);
    assert_eq!(only_scenario(&answer)["engine"], "search");
}

#[test]
fn stateright_alone_proves_nothing() {
    let answer = Place::new().says("check astar-sync --engine stateright --format json").exits(3);
    let scenario = only_scenario(&answer);
    assert_eq!(scenario["engine"], "stateright");
    assert_eq!(scenario["closed"], false);
    assert!(scenario["transitions"].is_null() && scenario["depth"].is_null());
    let both = Place::new().says("check astar-sync --format json");
    assert_eq!(scenario["states"], only_scenario(&both)["states"]);
}

#[test]
fn stateright_alone_shows_a_violation() {
    let line =
        "check withholding --without ARP-1 --engine stateright --max-states 20000 --format json";
    let answer = Place::new().says(line).exits(1);
    assert_eq!(property(&only_scenario(&answer), "step properties")["verdict"], "violated");
}

#[test]
fn quiet_says_one_sentence() {
    let answer = Place::new().says("check astar-sync --quiet").exits(0);
    assert_eq!(
        answer.out,
        "Everything holds in astar-sync, for all time: every reachable state was seen.\n"
    );
}

#[test]
fn the_number_of_threads_changes_nothing_but_time() {
    let report = |threads: &str| {
        let mut report = Place::new()
            .says(&format!("check astar-sync withholding bandwidth --format json {threads}"))
            .json();
        for scenario in report["scenarios"].as_array_mut().expect("a list") {
            scenario["seconds"] = Value::Null;
        }
        report
    };
    assert_eq!(report("--threads 1"), report("--threads 3"));
}
