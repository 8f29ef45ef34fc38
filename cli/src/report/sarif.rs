//! SARIF 2.1.0, for code scanning: a rule is a property, a result a violation, a code flow its
//! shortest run. A situation that parameters of the user's own rule out is a note.
//!
//! The fingerprint of a result is that of its run, so that the same violation stays one alert.

use serde_json::{Value, json};
use unincluded_properties::{CATALOGUE, Kind, PROMISES};

use super::{Examined, Judged, Summary, Verdict, source};
use crate::digest::digest;
use crate::keep;

/// Thread-flow locations of a result that code scanning takes.
const MOST_STEPS: usize = 10_000;

/// The summary, as SARIF.
pub(crate) fn render(summary: &Summary) -> String {
    let rules: Vec<Value> = rules()
        .map(|(id, claim, kind)| {
            json!({
                "id": id,
                "name": id,
                "shortDescription": { "text": claim },
                "fullDescription": { "text": claim },
                "help": { "text": format!(
                    "{claim} ({}). `unincluded check SCENARIO` decides it, `unincluded explain FILE` \
                     tells why a saved run violates it.",
                    kind.word()
                ) },
                "properties": { "tags": [kind.word()] },
            })
        })
        .collect();
    let errors = summary.violations().map(|(scenario, one)| result(scenario, one, "error"));
    let notes = summary
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.ruled_out().map(move |one| result(scenario, one, "note")));
    let results: Vec<Value> = errors.chain(notes).collect();
    let undecided = summary.scenarios.iter().flat_map(notifications);
    let unseen = summary.scenarios.iter().filter_map(not_looked_at);
    let notifications: Vec<Value> = undecided.chain(unseen).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "unincluded",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "automationDetails": { "id": "unincluded/check" },
            "invocations": [{
                "executionSuccessful": summary.verdict != Verdict::Inconclusive,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).expect("words and numbers")
}

/// Id, claim and kind of everything that can be violated.
fn rules() -> impl Iterator<Item = (&'static str, &'static str, Kind)> {
    let properties = CATALOGUE.iter().map(|one| (one.id, one.claim, one.kind()));
    properties.chain(PROMISES.iter().map(|one| (one.id, one.claim, one.kind)))
}

fn result(scenario: &Examined, one: &Judged, level: &str) -> Value {
    let mut text = format!("{} in {}: {}", one.name, scenario.title, one.headline());
    if let Some(because) = &one.because {
        text += &format!(", because {because}");
    }
    if let Some(trace) = &one.trace {
        text += &format!(". Again: {}", keep::replay(trace));
    }
    let mut result = json!({
        "ruleId": one.name,
        "level": level,
        "message": { "text": text },
        "locations": source::of_property(one.name).into_iter().map(location).collect::<Vec<_>>(),
        "partialFingerprints": { "primaryLocationLineHash": fingerprint(scenario, one) },
    });
    if let Some(place) = rules().position(|(id, ..)| id == one.name) {
        result["ruleIndex"] = json!(place);
    }
    if let Some(run) = &one.run {
        let steps = run.steps.iter().take(MOST_STEPS).filter_map(|step| {
            let mut place = location(source::of_action(&step.deed)?);
            place["message"] = json!({ "text": unincluded_traces::in_words(step) });
            Some(json!({ "location": place }))
        });
        let steps: Vec<Value> = steps.collect();
        if !steps.is_empty() {
            result["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps }] }]);
        }
    }
    result
}

fn location(place: source::Place) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": place.file },
        "region": {
            "startLine": place.line,
            "startColumn": 1,
            "endLine": place.line,
            "endColumn": 2,
        },
    } })
}

/// The property, the scenario with its changes, and what was done: not when or how fast.
fn fingerprint(scenario: &Examined, one: &Judged) -> String {
    let mut text = format!("{}\n{}\n", one.name, scenario.title);
    for step in one.run.iter().flat_map(|run| &run.steps) {
        text += &unincluded_traces::in_words(step);
        text.push('\n');
    }
    digest(&text)
}

/// Which promises for the long run were not looked at, and why.
fn not_looked_at(scenario: &Examined) -> Option<Value> {
    let why = scenario.long_run.as_ref()?;
    let text = format!("{}, in the long run: {why}", scenario.title);
    Some(json!({ "level": "note", "message": { "text": text } }))
}

/// What was not decided, and why; nothing where a violation says enough.
fn notifications(scenario: &Examined) -> Vec<Value> {
    let notification = |level: &str, why: String| json!({ "level": level, "message": { "text": format!("{}: {why}", scenario.title) } });
    if let Some(disagreement) = &scenario.disagreement {
        return vec![notification("error", format!("the engines disagree: {disagreement}"))];
    }
    if scenario.verdict() != Verdict::Inconclusive {
        return Vec::new();
    }
    let why = |(why, names): (String, Vec<&str>)| {
        if why == scenario.reach() {
            format!("not decided: {why}")
        } else {
            format!("not decided, as {why}: {}", names.join(" "))
        }
    };
    scenario.left_open().into_iter().map(|open| notification("warning", why(open))).collect()
}
