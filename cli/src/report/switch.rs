//! What the switch to 6 s blocks does, in a few lines: measured of every block of every fork.

use serde::Serialize;
use unincluded_properties::Measured;
use unincluded_properties::measured::{Place, Range};

use crate::layout::columns;
use crate::progress::grouped;

/// A slot; seconds.
const SLOT: i64 = 6;

/// One thing that the switch does, or leaves alone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    /// What is measured.
    what: String,
    /// What came of it.
    measured: String,
    /// Which properties say so.
    properties: &'static str,
}

/// The lines, in the order of the story.
pub(crate) fn lines(measured: &Measured) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = |what: &str, measured: String, properties| {
        lines.push(Line { what: what.to_owned(), measured, properties });
    };
    let rewards = ["a block of the old code issues", "a block of the new code issues"];
    for (what, reward) in rewards.into_iter().zip(measured.rewards) {
        if let Some(reward) = reward {
            line(what, format!("{} planck", between(reward)), "INV-1 INV-18 INV-19");
        }
    }
    let before = measured.cycles.get(&Place::Before).copied().unwrap_or_default();
    for (place, what) in [
        (Place::Before, "a cycle before the switch takes"),
        (Place::Switch, "a cycle with the switch takes"),
        (Place::After, "a cycle after the switch takes"),
    ] {
        let Some(cycles) = measured.cycles.get(&place) else { continue };
        let (Some(slots), Some(issued)) = (cycles.slots, cycles.issued) else { continue };
        let seconds = |slots: u32| i64::from(slots) * SLOT;
        let time = between(Range { least: seconds(slots.least), most: seconds(slots.most) });
        let emission = match (place, before.issued) {
            (Place::Before, _) | (_, None) => format!("{} planck", between(issued)),
            (_, Some(full)) => {
                let more = |issued: u128| issued as i128 - full.most as i128;
                let range = Range { least: more(issued.least), most: more(issued.most) };
                format!("{} planck more than before", between(range))
            }
        };
        line(what, format!("{time} s and issues {emission}"), "INV-9 INV-13 INV-14");
    }
    line("an era begins", "when the calendar says".to_owned(), "INV-15-ERA INV-23");
    for (what, early) in &measured.early {
        line(&format!("{what} ends"), ending(*early), "INV-15");
    }
    lines
}

/// How early, in words.
fn ending(early: Range<i64>) -> String {
    let mut words = Vec::new();
    if early.most > 0 {
        words.push(format!("up to {} s early", early.most * SLOT));
    }
    if early.least < 0 {
        words.push(format!("up to {} s late", -early.least * SLOT));
    }
    if words.is_empty() { "in time".to_owned() } else { words.join(", ") }
}

/// A number, or from where to where.
fn between<T: Copy + PartialEq + std::fmt::Display>(range: Range<T>) -> String {
    let shown = |value: T| {
        let text = value.to_string();
        match text.strip_prefix('-') {
            Some(digits) => format!("-{}", grouped(digits)),
            None => grouped(&text),
        }
    };
    if range.least == range.most {
        shown(range.least)
    } else {
        format!("{} to {}", shown(range.least), shown(range.most))
    }
}

/// The lines as a table.
pub(crate) fn table(scenario: &str, lines: &[Line]) -> String {
    let rows = lines
        .iter()
        .map(|line| vec![line.what.clone(), line.measured.clone(), line.properties.to_owned()]);
    columns([scenario, "on every fork", "because of"], rows, &[])
}
