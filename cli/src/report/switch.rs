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
    let rewards = ["a block of the old code", "a block of the new code"];
    for (what, reward) in rewards.into_iter().zip(measured.rewards) {
        if let Some(reward) = reward {
            line(what, format!("{} planck", between(reward)), "INV-1 INV-18 INV-19");
        }
    }
    let before = measured.cycles.get(&Place::Before).copied().unwrap_or_default();
    for (place, what) in [
        (Place::Before, "a cycle before it"),
        (Place::Switch, "a cycle with it"),
        (Place::After, "a cycle after it"),
    ] {
        let Some(cycles) = measured.cycles.get(&place) else { continue };
        let (Some(slots), Some(issued)) = (cycles.slots, cycles.issued) else { continue };
        let seconds = |slots: u32| i64::from(slots) * SLOT;
        let time = between(Range { least: seconds(slots.least), most: seconds(slots.most) });
        let emission = match before.issued {
            Some(full) if place != Place::Before => more(
                issued.most.cast_signed() - full.most.cast_signed(),
                issued.most - issued.least,
            ),
            _ => format!("{} planck", between(issued)),
        };
        line(what, format!("{time} s, {emission}"), "INV-9 INV-14");
    }
    line("an era begins", "when the calendar says".to_owned(), "INV-15-ERA INV-23");
    for (what, early) in &measured.early {
        line(&format!("{what} ends"), ending(*early), "INV-15");
    }
    lines
}

/// Planck more than before at most, and how much less it can be.
fn more(most: i128, spread: u128) -> String {
    let most = between(Range { least: most, most });
    match spread {
        0 => format!("{most} planck more than before"),
        _ => {
            format!("{most} planck more than before, or up to {} less", grouped(spread.to_string()))
        }
    }
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
