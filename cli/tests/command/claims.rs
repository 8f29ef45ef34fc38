//! `claims`: every verdict can be had again by the command that it prints.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Place;

fn claims(answer: &Value) -> &Vec<Value> {
    answer["claims"].as_array().expect("a list")
}

#[test]
fn every_figure_is_printed_by_the_command_of_its_claim_and_every_trace_is_reproduced() {
    let place = Place::new();
    let answer = place.says("claims --format json --out traces").exits(0).json();
    assert_eq!(claims(&answer).len(), 14);
    let mut printed: BTreeMap<String, String> = BTreeMap::new();
    let mut traces = 0;
    for claim in claims(&answer) {
        let keys: BTreeSet<&str> =
            claim.as_object().expect("an object").keys().map(String::as_str).collect();
        for key in ["id", "statement", "verdict", "because", "command", "trace"] {
            assert!(keys.contains(key), "{key} is not in {claim}");
        }
        let verdict = claim["verdict"].as_str().expect("a word");
        assert!(["holds", "holds-if", "refuted"].contains(&verdict), "{claim}");
        assert_eq!(claim["condition"].is_string(), verdict == "holds-if", "{claim}");
        let command = claim["command"].as_str().expect("words");
        let mut output = String::new();
        for line in command.split(" && ") {
            let arguments = line.strip_prefix("unincluded ").expect("a command of ours");
            output += printed
                .entry(arguments.to_owned())
                .or_insert_with(|| place.says(arguments).exits(0).out);
        }
        // Lines are broken between words.
        let output = output.split_whitespace().collect::<Vec<_>>().join(" ");
        for figure in claim["figures"].as_array().expect("a list") {
            let figure = figure.as_str().expect("words");
            assert!(output.contains(figure), "{figure:?} is not printed by {command}:\n{output}");
        }
        if let Some(trace) = claim["trace"].as_str() {
            place.says(&format!("replay {trace}")).exits(0).shows(&["reproduced"]);
            traces += 1;
        }
    }
    assert!(traces >= 5, "{traces} claims are shown by a run");
}

/// Each is an answer; that one is refuted is no failure.
#[test]
fn a_rule_that_is_off_changes_a_verdict_and_a_limit_is_none() {
    let place = Place::new();
    let verdict = |line: &str, code: i32| {
        let answer = place.says(&format!("claims {line} --format json")).exits(code).json();
        claims(&answer)[0]["verdict"].as_str().expect("a word").to_owned()
    };
    assert_eq!(verdict("several-in-advance", 0), "holds-if");
    assert_eq!(verdict("confirmation-halved", 0), "refuted");
    assert_eq!(verdict("several-in-advance --without SEG-5", 0), "refuted");
    assert_eq!(verdict("security-not-compromised --without INCL-1", 0), "refuted");
    assert_eq!(verdict("several-in-advance --max-states 50", 3), "undecided");
    assert_eq!(verdict("staged-roll-out --max-states 50", 0), "holds-if");
}

#[test]
fn people_read_claims_within_a_hundred_columns_and_quiet_is_one_line() {
    let place = Place::new();
    let answer = place.says("claims staged-roll-out execution-time").exits(0);
    let lines = || answer.out.lines();
    assert!(lines().all(|line| line.chars().count() <= 100), "{}", answer.out);
    assert!(
        lines().next().is_some_and(|line| line.contains("2 seconds")),
        "in the order of the list"
    );
    assert_eq!(place.says("claims execution-time --quiet").exits(0).out.lines().count(), 1);
    let answer = place.says("claims staged-rollout").exits(2);
    answer.complains_of(&["\"staged-rollout\"", "did you mean \"staged-roll-out\"?", "legal are"]);
}

/// The README shows what the command says.
#[test]
fn the_readme_has_the_table_of_claims() {
    let table = Place::new().says("claims --format markdown").exits(0).out;
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))
        .expect("there is a README");
    assert!(
        readme.contains(&table),
        "the table in the README is not what the command says:\n{table}"
    );
}

#[test]
fn networks_are_listed_with_what_the_switch_changed() {
    let answer = Place::new().says("list networks").exits(0);
    answer.shows(&["9.044461111215000956", "2024-09-08", "14,400", "216,000 s early", "333 ms"]);
    let networks = Place::new().says("list networks --format json").exits(0).json();
    let names: Vec<&Value> =
        networks.as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["astar", "shiden", "shibuya"]);
}
