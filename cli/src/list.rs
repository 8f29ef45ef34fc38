//! `list`: the rules, properties, scenarios, variants and networks by name.

use anyhow::Result;
use serde_json::{Value, json};
use unincluded_model::{Rule, Scenario, Variant};
use unincluded_properties::{CATALOGUE, PROMISES};

use crate::arguments::{List, Listed, PlainFormat};
use crate::exit::Exit;
use crate::layout::indented;
use crate::networks::networks;
use crate::screen::{Paint, Screen};

/// One thing of a list: its name, what it says, and what else there is to say, by key.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) says: String,
    pub(crate) more: Vec<(&'static str, Value)>,
}

/// Lists what is asked for.
pub(crate) fn list(asked: &List, screen: &Screen) -> Result<Exit> {
    let (name, says, entries) = match asked.what {
        Listed::Rules => ("id", "sentence", rules()),
        Listed::Properties => ("id", "claim", properties()),
        Listed::Scenarios => ("name", "about", scenarios()),
        Listed::Variants => ("name", "sentence", variants()),
        Listed::Networks => ("name", "about", networks()),
    };
    screen.answer(&match asked.format {
        PlainFormat::Human => entries.iter().map(|entry| human(entry, screen.paint())).collect(),
        PlainFormat::Json => {
            let objects: Vec<Value> =
                entries.into_iter().map(|entry| object(name, says, entry)).collect();
            serde_json::to_string_pretty(&objects)?
        }
    });
    Ok(Exit::Holds)
}

fn rules() -> Vec<Entry> {
    let entry = |rule: &Rule| Entry {
        name: rule.id().to_owned(),
        says: rule.sentence().to_owned(),
        more: vec![("source", json!(rule.source()))],
    };
    Rule::ALL.iter().map(entry).collect()
}

/// The properties that the search decides, then the promises that the whole graph does.
fn properties() -> Vec<Entry> {
    let searched = CATALOGUE.iter().map(|one| (one.id, one.claim, one.kind(), one.watches));
    let promised = PROMISES.iter().map(|one| (one.id, one.claim, one.kind, one.watches));
    let entry =
        |(id, claim, kind, watches): (&str, _, unincluded_properties::Kind, &[&str])| Entry {
            name: id.to_owned(),
            says: String::from(claim),
            more: vec![("kind", json!(kind.word())), ("watches", json!(watches))],
        };
    searched.chain(promised).map(entry).collect()
}

fn scenarios() -> Vec<Entry> {
    let entry = |scenario: Scenario| Entry {
        name: scenario.name,
        says: scenario.about,
        more: vec![("production", json!(scenario.production))],
    };
    Scenario::full_names().filter_map(Scenario::built_in).map(entry).collect()
}

fn variants() -> Vec<Entry> {
    let entry = |variant: &Variant| Entry {
        name: variant.name().to_owned(),
        says: variant.sentence().to_owned(),
        more: vec![("rule", json!(variant.rule().id()))],
    };
    Variant::ALL.iter().map(entry).collect()
}

fn human(entry: &Entry, paint: Paint) -> String {
    let mut text = format!("{}\n{}\n", paint.strong(&entry.name), indented(&entry.says, 4));
    for (key, value) in &entry.more {
        let words = match value {
            Value::String(words) => words.clone(),
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        };
        if !words.is_empty() {
            text += &paint.faint(indented(&format!("{key}: {words}"), 4));
            text.push('\n');
        }
    }
    text
}

fn object(name: &str, says: &str, entry: Entry) -> Value {
    let mut object = serde_json::Map::new();
    object.insert(name.to_owned(), json!(entry.name));
    object.insert(says.to_owned(), json!(entry.says));
    object.extend(entry.more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    Value::Object(object)
}
