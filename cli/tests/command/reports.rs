//! The forms for programs: JUnit, SARIF and GitHub's annotations.

use serde_json::Value;

use crate::Place;

#[test]
fn junit_has_a_suite_for_each_scenario_and_a_case_for_each_property() {
    let place = Place::new();
    let report = place.says("check astar-sync withholding --without SEG-5 --format junit").exits(1);
    let report = report.out;
    assert!(report.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    for words in [
        "<testsuites name=\"unincluded\"",
        "<testsuite name=\"astar-sync without SEG-5\"",
        "<testsuite name=\"withholding without SEG-5\"",
        "name=\"INV-SEG-1\" classname=\"astar-sync.invariant\"",
        "<failure message=\"violated in 2 actions: a segment holds 2 blocks",
        "type=\"violated\">violated in 2 actions: a segment holds 2 blocks",
        "name=\"NOT-WEDGED\" classname=\"astar-sync.progress\"",
        "<skipped message=\"not decided: cut by a violation",
        "[[ATTACHMENT|out/astar-sync-without-SEG-5-INV-SEG-1.jsonl]]",
        "file=\"properties/src/catalogue.rs\" line=\"",
    ] {
        assert!(report.contains(words), "{words:?} is not in {report}");
    }
}

#[test]
fn junit_of_what_holds_has_no_failure_and_nothing_skipped() {
    let report = Place::new().says("check withholding --format junit").exits(0).out;
    for count in ["skipped=\"0\"", "failures=\"0\"", "errors=\"0\""] {
        assert!(report.contains(count), "{report}");
    }
    assert!(!report.contains("<failure") && !report.contains("<skipped"));
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().expect("results")
}

#[test]
fn sarif_has_what_code_scanning_reads() {
    let place = Place::new();
    let log = place.says("check astar --without SEG-5 --format sarif").exits(1).json();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.contains("sarif-2.1.0")));
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!(driver["name"], "unincluded");
    let rules = driver["rules"].as_array().expect("rules");
    for rule in rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[key]["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
    }
    let [result] = results(&log).as_slice() else { panic!("one result: {log}") };
    assert_eq!(result["ruleId"], "INV-SEG-1");
    assert_eq!(result["level"], "error");
    let index = result["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(rules[index]["id"], "INV-SEG-1");
    assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains("capacity is 3")));
    let place_of = &result["locations"][0]["physicalLocation"];
    assert_eq!(place_of["artifactLocation"]["uri"], "properties/src/catalogue.rs");
    for key in ["startLine", "startColumn", "endLine", "endColumn"] {
        assert!(place_of["region"][key].as_u64() >= Some(1), "{key}");
    }
    let flow = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    let steps = flow.as_array().expect("steps");
    assert_eq!(steps.len(), 7);
    let last = steps[6]["location"]["message"]["text"].as_str().expect("words");
    assert_eq!(last, "step 7: P4 on P3 at R3");
    let print = &result["partialFingerprints"]["primaryLocationLineHash"];
    assert_eq!(print.as_str().map(str::len), Some(32));

    let again = place.says("check astar --without SEG-5 --format sarif --out other").json();
    assert_eq!(&results(&again)[0]["partialFingerprints"]["primaryLocationLineHash"], print);
}

#[test]
fn sarif_says_what_was_not_decided() {
    let log = Place::new().says("check astar --max-states 5000 --format sarif").exits(3).json();
    assert!(results(&log).is_empty());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(text, "astar: not decided: cut by the limit of 5000 states");
}

/// The search closes within the limit and the graph of latencies and rates does not: every form says why exit 3.
#[test]
fn promises_that_alone_are_open_say_why_in_every_form() {
    let place = Place::new();
    let check = "check astar --max-states 22400 --engine search --format";
    let why = "not all of the graph was seen: it is cut by the limit of 22400 states";
    let log = place.says(&format!("{check} sarif")).exits(3).json();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(*text, format!("astar: not decided, as {why}: RATE TOKENS LATENCY"));
    for (form, words) in [
        ("github", format!("::warning title=not decided in astar::{why}: RATE TOKENS LATENCY")),
        ("junit", format!("not decided: {why}")),
        ("json", format!("\"because\": \"{why}\"")),
    ] {
        place.says(&format!("{check} {form}")).exits(3).shows(&[&words]);
    }
    let human = place.says(&format!("{check} human")).exits(3).out;
    let human = human.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(human.contains(&format!("not decided, as {why}: RATE TOKENS LATENCY")), "{human}");
}

#[test]
fn github_gets_the_sum_first_and_one_command_a_line() {
    let report = Place::new().says("check astar --without SEG-5 --format github").exits(1).out;
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[0], "::error title=unincluded::Violated: astar without SEG-5 (INV-SEG-1).");
    assert!(lines[1].starts_with("::error file=properties/src/catalogue.rs,line="), "{report}");
    assert!(lines[1].contains("%0A") && lines[1].contains("title=INV-SEG-1 in astar"), "{report}");
    assert!(lines.iter().all(|line| line.starts_with("::")), "{report}");
}

#[test]
fn github_gets_a_notice_if_everything_holds() {
    let report = Place::new().says("check withholding --format github").exits(0).out;
    assert!(report.starts_with("::notice title=unincluded::Everything holds in withholding"));
    assert_eq!(report.lines().count(), 1);
}
