//! The long run, as `check` reports it: what breaks a promise is replayed and told, and nothing that was not
//! looked at is left out silently.

use serde_json::Value;

use crate::{Answer, Place};

fn only_scenario(answer: &Answer) -> Value {
    let scenarios = answer.json()["scenarios"].clone();
    assert_eq!(scenarios.as_array().map(Vec::len), Some(1), "{scenarios}");
    scenarios[0].clone()
}

/// All but NOT-WEDGED, which the search decides state by state.
fn promises(scenario: &Value) -> Vec<&Value> {
    let is_promise = |one: &&Value| {
        one["kind"] == "rate" || one["kind"] == "progress" && one["name"] != "NOT-WEDGED"
    };
    scenario["properties"].as_array().expect("a list").iter().filter(is_promise).collect()
}

fn promise<'a>(scenario: &'a Value, name: &str) -> &'a Value {
    promises(scenario).into_iter().find(|one| one["name"] == name).expect("it is promised")
}

/// COLL-7, SEG-4 and TO-2: what keeps a chain alive is missed by a run without end.
#[test]
fn a_rule_that_keeps_the_chain_alive_is_missed_for_ever() {
    for (rule, scenario, name) in [
        ("COLL-7", "astar-sync", "INV-E2E-3"),
        ("SEG-4", "today", "INV-E2E-3"),
        ("TO-2", "today", "INV-E2E-5"),
    ] {
        let place = Place::new();
        let whole = place.says(&format!("check {scenario} --engine search --format json"));
        let whole = only_scenario(&whole.exits(0));
        assert_eq!(promise(&whole, name)["verdict"], "holds", "{scenario}");

        let line =
            format!("check {scenario} --without {rule} --keep-going --engine search --format json");
        let broken = only_scenario(&place.says(&line).exits(1));
        let broken = promise(&broken, name);
        assert_eq!(broken["verdict"], "violated", "{broken}");
        let trace = broken["trace"].as_str().expect("a path");
        assert!(trace.ends_with(&format!("-without-{rule}-{name}-for-ever.jsonl")), "{trace}");
        place.says(&format!("replay {trace}")).exits(0).shows(&["reproduced:", "for ever"]);
        place
            .says(&format!("explain {trace}"))
            .exits(0)
            .shows(&["What happens again and again", rule]);
    }
}

/// INCL-13 on two cores: what stood behind a failed candidate is included later than anything can be.
#[test]
fn an_orphan_that_is_kept_comes_too_late_by_a_run_that_replays() {
    let place = Place::new();
    place.scenario(
        "two-cores.toml",
        "elastic",
        &[
            ("unincluded_segment_capacity = 7", "unincluded_segment_capacity = 2"),
            ("block_processing_velocity = 3", "block_processing_velocity = 2"),
            ("scheduling_lookahead = 3", "scheduling_lookahead = 2"),
            ("paras_availability_period = 4", "paras_availability_period = 2"),
            ("group_rotation_frequency = 4", "group_rotation_frequency = 2"),
            ("cores = 3", "cores = 2"),
            ("unavailability = true", "unavailability = true\nstale_view = \"never\""),
            ("\"elastic\"", "\"two-cores\""),
        ],
    );
    let check = "check two-cores.toml --engine search --format json";
    let whole = only_scenario(&place.says(check).exits(0));
    assert_eq!(promise(&whole, "LATENCY")["verdict"], "holds");
    assert_eq!(promise(&whole, "LATENCY")["because"], "2 to 4 relay blocks, of 4");

    let line = format!("{check} --without INCL-13 --keep-going");
    let broken = only_scenario(&place.says(&line).exits(1));
    let broken = promise(&broken, "LATENCY");
    assert_eq!(broken["verdict"], "violated");
    assert_eq!(broken["because"], "2 to 5 relay blocks, of 4");
    let trace = broken["trace"].as_str().expect("a path");
    assert!(trace.ends_with("-without-INCL-13-LATENCY-for-ever.jsonl"), "{trace}");
    place.says(&format!("replay {trace}")).exits(0).shows(&[
        "reproduced:",
        "for ever",
        "assuming nothing",
    ]);
    place.says(&format!("explain {trace}")).exits(0).shows(&[
        "What happens again and again",
        "INCL-13 is switched off",
        "What is assumed\n  Nothing.",
        "includes a block 5 relay blocks after its relay parent",
    ]);
}

/// What a figure names as its command shows the same figure, as it is written: whoever doubts one can see it
/// again.
#[test]
fn figures_are_those_of_sweep() {
    let place = Place::new();
    for scenario in ["astar-sync", "astar"] {
        let line = format!("check {scenario} --engine search --format json");
        let checked = only_scenario(&place.says(&line).exits(0));
        let rates = checked["rates"].as_array().expect("a list");
        let when: Vec<&Value> = rates.iter().map(|one| &one["when"]).collect();
        assert_eq!(when, ["healthy", "faults 1/8", "any fault"], "{scenario}");
        for one in rates {
            let again = one["again"].as_str().expect("a command");
            let again = again.strip_prefix("unincluded ").expect("a command of ours");
            let swept = place.says(&format!("{again} --format json")).exits(0).json();
            let cell = &swept["cells"][0];
            if one["when"] == "healthy" {
                assert_eq!(one["blocks"]["least"], cell["rate"], "{scenario}");
                assert_eq!(one["blocks"]["greatest"], cell["rate"], "{scenario}");
                assert_eq!(one["latency"]["least"], cell["healthy_latency"]["least"]);
                assert_eq!(one["latency"]["most"], cell["healthy_latency"]["most"]);
                continue;
            }
            let found = &cell[if one["when"] == "any fault" { "any_fault" } else { "few_faults" }];
            for end in ["least", "greatest"] {
                assert_eq!(one["blocks"][end], found[end], "{scenario}: {one}");
                assert_eq!(one["planck"][end], found["planck"][end], "{scenario}: {one}");
            }
            assert!(one["blocks"]["least"].is_string() && one["planck"]["least"].is_string());
        }
        let any = &rates[2]["latency"];
        assert_eq!((&any["least"], &any["most"]), (&2.into(), &13.into()), "L + max(P, F)");
    }
}

/// SCHED-2, EMIT-1: what keeps a para to its turns, and a block to its reward, is missed by a run without end.
#[test]
fn a_rate_that_is_too_high_or_pays_otherwise_is_a_violation() {
    for (rule, scenario, name, because) in [
        ("SCHED-2", "coretime-stored", "RATE", "0 to 2/3 blocks a relay slot"),
        (
            "EMIT-1",
            "withholding",
            "TOKENS",
            "0 planck a relay slot, at 0 to 1 blocks of 9,044,461,111,215,000,956 each, which is \
             -9,044,461,111,215,000,956 beside it",
        ),
    ] {
        let place = Place::new();
        let check = format!("check {scenario} --engine search --format json");
        let whole = only_scenario(&place.says(&check).exits(0));
        assert_eq!(promise(&whole, name)["verdict"], "holds", "{scenario}");

        let line = format!("{check} --without {rule} --keep-going");
        let broken = only_scenario(&place.says(&line).exits(1));
        let broken = promise(&broken, name);
        assert_eq!((&broken["verdict"], &broken["because"]), (&"violated".into(), &because.into()));
        let trace = broken["trace"].as_str().expect("a path");
        assert!(trace.ends_with(&format!("-without-{rule}-for-ever-{name}.jsonl")), "{trace}");
        place.says(&format!("replay {trace}")).exits(0).shows(&["reproduced:", "for ever"]);
    }
}

/// A figure is no verdict: it is beside the cases and rules of the formats that have only those.
#[test]
fn figures_are_shown_and_are_no_test_cases() {
    let place = Place::new();
    let check = "check messages-full-segment forks-sessions --engine search";
    let text = place.says(check).exits(0).shows(&["faults 1/8", "7/8 to 1", "No verdict hangs"]);
    assert!(text.out.lines().all(|line| line.chars().count() <= 100), "{}", text.out);
    let row = text.out.lines().rfind(|line| line.starts_with("forks-sessions")).expect("a row");
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(
        cells,
        ["forks-sessions", "1", "-", "-", "-", "-"],
        "what is included can be undone"
    );
    let xml = place.says(&format!("{check} --format junit")).exits(0).out;
    assert!(
        xml.contains("<property name=\"rate, faults 1/8\" value=\"7/8 to 1 blocks and "),
        "{xml}"
    );
    assert!(!xml.contains("<testcase name=\"rate, "), "{xml}");
    let verbose = place.says(&format!("{check} --verbose")).exits(0);
    verbose.shows(&["figures", "healthy", "1 block and 9,044,461,111,215,000,956 planck a relay"]);
    let unseen = only_scenario(
        &place.says("check astar-sync --engine search --progress never --format json").exits(0),
    );
    assert_eq!(unseen["rates"], serde_json::json!([]));
}

/// COLL-6 off: a fallback competes with what is deeper, and a healthy network misses the full rate by a run
/// without end. It is a run of that network, so its file has that environment.
#[test]
fn without_the_one_choice_of_a_parent_the_full_rate_is_missed_for_ever() {
    let place = Place::new();
    let line = "check 2025-06 --without COLL-6 --keep-going --engine search --format json";
    let whole = only_scenario(&place.says(line).exits(1));
    assert_eq!(whole["closed"], true);
    let broken = promise(&whole, "INV-E2E-6");
    assert_eq!(broken["verdict"], "violated");
    assert_eq!(broken["because"], "3/4 to 1 blocks a relay slot, each 3 after its relay parent");
    let trace = broken["trace"].as_str().expect("a path");
    assert!(trace.ends_with("2025-06-without-COLL-6-for-ever-INV-E2E-6.jsonl"), "{trace}");
    place.says(&format!("replay {trace}")).exits(0).shows(&["reproduced:", "for ever"]);
    let story = place.says(&format!("explain {trace}"));
    story.exits(0).shows(&["What happens again and again", "COLL-6 is switched off"]);
}

/// What is recovered from is a row like others, in every form of the report.
#[test]
fn recovery_times_are_rows_of_every_report() {
    let place = Place::new();
    let check = "check withholding --engine search";
    let whole = only_scenario(&place.says(&format!("{check} --format json")).exits(0));
    for (name, figure) in [
        ("BOUNDED-RESPONSE", "at most 4 relay blocks"),
        ("RECOVERY-FLT-4", "at most 6 relay blocks"),
        ("RECOVERY-FLT-5", "at most 7 relay blocks"),
        ("RECOVERY-FLT-9", "at most 3 relay blocks"),
    ] {
        let row = promise(&whole, name);
        assert_eq!((&row["verdict"], &row["kind"]), (&"holds".into(), &"progress".into()), "{row}");
        assert!(row["because"].as_str().is_some_and(|why| why.starts_with(figure)), "{row}");
        place.says(&format!("{check} --verbose")).exits(0).shows(&[name, figure]);
        place.says(&format!("{check} --format junit")).exits(0).shows(&[name, figure]);
    }
    place.says(&format!("{check} --format sarif")).exits(0).shows(&[
        "\"LATENCY\"",
        "\"INV-E2E-6\"",
        "\"RECOVERY-FLT-9\"",
    ]);
    let line = format!("{check} --without TO-2 --keep-going --format github");
    place.says(&line).exits(1).shows(&[
        "title=RECOVERY-FLT-5 in withholding without TO-2",
        "title=LATENCY in",
        "file=properties/src/catalogue.rs",
    ]);
    for trace in ["RECOVERY-FLT-5", "LATENCY-for-ever", "INV-E2E-5-for-ever"] {
        let path = format!("out/withholding-without-TO-2-{trace}.jsonl");
        place.says(&format!("replay {path}")).exits(0).shows(&["reproduced:"]);
    }
}

/// A limit of its own scenario, of ours, or nobody's wish: each is said.
#[test]
fn what_is_not_looked_at_is_said() {
    let place = Place::new();
    let line = "check astar-sync --engine search --progress never --format json";
    let never = only_scenario(&place.says(line).exits(0));
    assert!(promises(&never).is_empty(), "{never}");
    assert_eq!(never["long_run"], "not looked at: --progress never");
    place
        .says("check astar-sync --engine search --progress never")
        .exits(0)
        .shows(&["astar-sync, in the long run: not looked at: --progress never."]);

    let line = "check astar-sync --engine search --max-states 50 --format json";
    let cut = only_scenario(&place.says(line).exits(3));
    assert!(cut["long_run"].is_null());
    assert!(promises(&cut).iter().all(|one| one["because"].is_string()), "{cut}");

    // After a violation only on request.
    let line = "check astar-sync --without COLL-7 --engine search --format json";
    let stopped = only_scenario(&place.says(line).exits(1));
    assert_eq!(promise(&stopped, "INV-E2E-3")["verdict"], "inconclusive");
    let line = format!("{line} --progress always");
    let decided = only_scenario(&place.says(&line).exits(1));
    assert_eq!(promise(&decided, "INV-E2E-3")["verdict"], "violated");
}

/// After a search that was cut the long run has limits of its own, and says so where they are too little.
#[test]
fn what_the_long_run_leaves_open_after_a_cut_is_named() {
    let line = "check adversary --without SEG-5 --engine search --progress always --max-states 300";
    Place::new().says(line).exits(1).shows(&[
        "adversary without SEG-5, in the long run: INV-E2E-3 INV-E2E-5",
        "RATE TOKENS LATENCY not decided within 300 states and\n20 s,",
    ]);
}
