//! Where a file and this build part ways.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The first place at which a file says something else than its own replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The line of the file, from 1.
    pub line: usize,
    /// The step on that line; none in the header and the conclusion.
    pub step: Option<usize>,
    /// The keys that lead to the place, as in `then.relay.tip`.
    pub path: String,
    /// What this build has there.
    pub expected: String,
    /// What the file has there.
    pub found: String,
}

/// The same within one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) path: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Flaw {
    pub(crate) fn new(path: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Flaw {
        let (expected, found) = (expected.to_string(), found.to_string());
        Flaw { path: path.to_owned(), expected, found }
    }

    /// The first difference between what should be in a line and what is, if there is one.
    pub(crate) fn between<T: Serialize>(expected: &T, found: &T) -> Option<Flaw> {
        let (Ok(expected), Ok(found)) =
            (serde_json::to_value(expected), serde_json::to_value(found))
        else {
            return Some(Flaw::new("", "a line that can be written", "one that cannot"));
        };
        let mut path = Vec::new();
        let (expected, found) = differ(&expected, &found, &mut path)?;
        Some(Flaw::new(&path.join("."), shown(expected), shown(found)))
    }

    pub(crate) fn on_line(self, line: usize, step: Option<usize>) -> Divergence {
        let Flaw { path, expected, found } = self;
        Divergence { line, step, path, expected, found }
    }
}

/// The innermost values that differ, and on `path` the way to them.
fn differ<'a>(
    expected: &'a Value,
    found: &'a Value,
    path: &mut Vec<String>,
) -> Option<(&'a Value, &'a Value)> {
    const NOTHING: &Value = &Value::Null;
    match (expected, found) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let mut keys: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                path.push(key.clone());
                let ours = ours.get(key).unwrap_or(NOTHING);
                let difference = differ(ours, theirs.get(key).unwrap_or(NOTHING), path);
                if difference.is_none() {
                    path.pop();
                }
                difference
            })
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            (0..ours.len().max(theirs.len())).find_map(|place| {
                path.push(place.to_string());
                let ours = ours.get(place).unwrap_or(NOTHING);
                let difference = differ(ours, theirs.get(place).unwrap_or(NOTHING), path);
                if difference.is_none() {
                    path.pop();
                }
                difference
            })
        }
        _ => (expected != found).then_some((expected, found)),
    }
}

/// A value in an error, not too much of it.
fn shown(value: &Value) -> String {
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.to_string();
    if text.chars().count() <= 160 {
        return text;
    }
    text.chars().take(160).chain(['…']).collect()
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Divergence { line, step, path, expected, found } = self;
        write!(f, "line {line}")?;
        if let Some(step) = step {
            write!(f, " (step {step})")?;
        }
        if path == "digest" {
            return write!(
                f,
                ", digest: every step, refusal and verdict is as this build has it, but the bytes \
                 above hash to {expected} and the file says {found}: a text that no rule reads was \
                 changed, or the digest was"
            );
        }
        write!(
            f,
            ", {path}: this build has {expected}, the file has {}",
            crate::story::plain(found)
        )
    }
}

impl std::error::Error for Divergence {}
