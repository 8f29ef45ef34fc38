//! What was found in a grid: for people, as JSON and as CSV.

use anyhow::Result;
use serde_json::{Map, Value, json};
use unincluded_properties::grid::Axis;
use unincluded_properties::pace::{Span, seconds_per_block};

use super::Judged;
use super::measure::{Cell, Measured};
use crate::arguments::TableFormat;
use crate::keep;
use crate::layout::{columns, indented, painted};
use crate::progress::grouped;
use crate::report::Verdict;
use crate::screen::Screen;
use crate::subject::Subject;

/// A grid and what was found in it.
pub(crate) struct Report<'a> {
    titles: Vec<String>,
    axes: &'a [(Axis, Vec<u8>)],
    cells: &'a [Cell],
    mishaps: bool,
    /// The worst of all cells.
    pub(crate) verdict: Verdict,
}

impl<'a> Report<'a> {
    /// Of these cells.
    pub(crate) fn new(
        subjects: &[Subject],
        axes: &'a [(Axis, Vec<u8>)],
        cells: &'a [Cell],
        mishaps: bool,
    ) -> Self {
        let verdict = cells.iter().map(Cell::verdict).max().unwrap_or(Verdict::Inconclusive);
        let titles = subjects.iter().map(Subject::title).collect();
        Report { titles, axes, cells, mishaps, verdict }
    }

    /// In that form.
    pub(crate) fn render(&self, format: TableFormat, screen: &Screen) -> Result<String> {
        Ok(match format {
            TableFormat::Human if screen.is_quiet() => self.last_line() + "\n",
            TableFormat::Human => self.for_people(screen),
            TableFormat::Json => serde_json::to_string_pretty(&self.json())? + "\n",
            TableFormat::Csv => csv(&self.head(), self.cells.iter().map(|cell| self.row(cell))),
        })
    }

    fn head(&self) -> Vec<String> {
        let mut head = vec!["scenario"];
        head.extend(self.axes.iter().map(|(axis, _)| axis.name()));
        head.extend(["verdict", "extent", "states", "rate", "every", "latency", "confirmed"]);
        if self.mishaps {
            head.extend(["late", "lost", "never available"]);
        }
        head.into_iter().map(str::to_owned).collect()
    }

    fn row(&self, cell: &Cell) -> Vec<String> {
        let mut row = vec![cell.title.clone()];
        row.extend(self.axes.iter().map(|(axis, _)| {
            cell.place.value(*axis).map_or_else(String::new, |value| axis.word(value))
        }));
        let unknown = || "-".to_owned();
        let Ok(found) = &cell.found else {
            row.push("not legal".to_owned());
            row.extend((0..if self.mishaps { 9 } else { 6 }).map(|_| unknown()));
            return row;
        };
        let pace = found.pace.as_ref().ok();
        let span = |span: Option<Span>| span.map_or_else(unknown, |span| span.to_string());
        row.extend([
            cell.verdict().word().to_owned(),
            if found.report.closed { "closed" } else { "cut short" }.to_owned(),
            grouped(found.report.states),
            pace.map_or_else(unknown, |pace| pace.rate.to_string()),
            pace.and_then(|pace| seconds_per_block(pace.rate)).map_or_else(unknown, seconds),
            span(pace.and_then(|pace| pace.latency)),
            span(pace.and_then(|pace| pace.confirmation)),
        ]);
        if self.mishaps {
            row.extend(
                found
                    .mishaps
                    .iter()
                    .map(|(_, cost)| cost.map_or_else(unknown, |cost| cost.missed.to_string())),
            );
        }
        row
    }

    fn for_people(&self, screen: &Screen) -> String {
        let paint = screen.paint();
        let head = self.head();
        let right: Vec<usize> = (self.axes.len() + 3..head.len()).collect();
        let rows = self.cells.iter().map(|cell| self.row(cell));
        let table = columns(head.iter().map(String::as_str), rows, &right);
        let table = painted(&table, |line, text| match self.cells.get(line) {
            None => paint.faint(text),
            Some(cell) => match cell.verdict() {
                Verdict::Holds => text.to_owned(),
                Verdict::Inconclusive => paint.unsure(text),
                Verdict::Violated => paint.bad(text),
            },
        });
        let legend = "Rates are para blocks for each relay slot where nothing goes wrong; latency is from \
                      a block's relay parent to its inclusion, confirmed from a transaction to the \
                      inclusion of its block, in relay slots of 6 s. Verdicts, extent and states are with \
                      the faults of the scenario.";
        let mut text = format!("{table}\n{}\n", indented(legend, 0));
        if self.mishaps {
            let legend = "Late, lost, never available: blocks missed in the long run if that happens to one.";
            text += &format!("{}\n", indented(legend, 0));
        }
        for cell in self.cells {
            if let Some(why) = cell.undecided() {
                text += &format!(
                    "\n{}",
                    paint.unsure(indented(&format!("{} is not decided: {why}", cell.name()), 0))
                );
                text.push('\n');
            }
            let Ok(found) = &cell.found else { continue };
            if let Some(violation) = &found.violation {
                let line = format!(
                    "{}: {} is violated after {} steps: {}",
                    cell.name(),
                    violation.property.id,
                    violation.steps,
                    violation.because
                );
                text += &format!("\n{}\n", paint.bad(indented(&line, 0)));
                if let Some(trace) = &violation.trace {
                    text += keep::commands(trace).trim_start_matches('\n');
                }
            }
        }
        let last = self.last_line();
        let last = match self.verdict {
            Verdict::Holds => paint.good(last),
            Verdict::Inconclusive => paint.unsure(last),
            Verdict::Violated => paint.bad(last),
        };
        format!("{text}\n{last}\n")
    }

    fn last_line(&self) -> String {
        let count =
            |verdict: Verdict| self.cells.iter().filter(|cell| cell.verdict() == verdict).count();
        let (holds, open, violated) =
            (count(Verdict::Holds), count(Verdict::Inconclusive), count(Verdict::Violated));
        let all = self.cells.len();
        match (violated, open) {
            (0, 0) if all == 1 => "Everything holds in the one cell.".to_owned(),
            (0, 0) => format!("Everything holds in all {all} cells."),
            (0, open) => {
                format!("{open} of {all} cells are not decided, {holds} hold: not a pass.")
            }
            (violated, open) => {
                format!("{violated} of {all} cells are violated, {open} are not decided.")
            }
        }
    }

    fn json(&self) -> Value {
        let axes = self.axes.iter().map(|(axis, values)| {
            let words: Vec<Value> = values.iter().map(|&value| word(*axis, value)).collect();
            json!({ "name": axis.name(), "meaning": axis.meaning(), "values": words })
        });
        json!({
            "verdict": self.verdict,
            "scenarios": self.titles,
            "axes": axes.collect::<Vec<_>>(),
            "cells": self.cells.iter().map(|cell| self.cell(cell)).collect::<Vec<_>>(),
        })
    }

    fn cell(&self, cell: &Cell) -> Value {
        let values: Map<String, Value> = cell
            .place
            .0
            .iter()
            .map(|&(axis, value)| (axis.name().to_owned(), word(axis, value)))
            .collect();
        let mut object = json!({
            "scenario": cell.title,
            "values": values,
            "verdict": cell.verdict(),
            "why": cell.undecided(),
        });
        let (Some(object_map), Ok(found)) = (object.as_object_mut(), &cell.found) else {
            return object;
        };
        object_map.extend(measured(found, self.mishaps));
        object
    }
}

/// A value for programs: a number where it is one.
fn word(axis: Axis, value: u8) -> Value {
    let text = axis.word(value);
    text.parse::<u8>().map_or(Value::String(text), Value::from)
}

fn measured(found: &Measured, mishaps: bool) -> Map<String, Value> {
    let span = |span: Option<Span>| {
        span.map_or(Value::Null, |span| json!({ "least": span.least, "most": span.most }))
    };
    let pace = found.pace.as_ref().ok();
    let report = &found.report;
    let mut object = json!({
        "closed": report.closed,
        "states": report.states,
        "transitions": report.transitions,
        "rate": pace.map(|pace| pace.rate.to_string()),
        "seconds_per_block": pace.and_then(|pace| seconds_per_block(pace.rate)),
        "latency": span(pace.and_then(|pace| pace.latency)),
        "confirmation": span(pace.and_then(|pace| pace.confirmation)),
        "lost_in_a_round": pace.map(|pace| pace.lost),
        "violation": found.violation.as_ref().map(|violation| json!({
            "property": violation.property.id,
            "because": violation.because,
            "steps": violation.steps,
            "trace": violation.trace,
        })),
    });
    if let Some(object) = object.as_object_mut().filter(|_| mishaps) {
        let costs = found.mishaps.iter().map(|(mishap, cost)| {
            let cost = cost.map_or(Value::Null, |cost| {
                json!({ "missed": cost.missed, "behind": cost.behind, "survive": cost.survive })
            });
            (mishap.word().replace(' ', "_"), cost)
        });
        object.insert("mishaps".to_owned(), Value::Object(costs.collect()));
    }
    match object {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// A time in seconds: `12 s`, `16.4 s`.
fn seconds(time: f64) -> String {
    unincluded_properties::claims::words::seconds(time)
}

/// Rows with commas, quoted where it must be.
pub(crate) fn csv(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let cell = |text: &String| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.clone()
        }
    };
    let line = |row: &[String]| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n";
    std::iter::once(line(head)).chain(rows.map(|row| line(&row))).collect()
}

#[cfg(test)]
mod tests {
    use super::csv;

    #[test]
    fn what_has_a_comma_or_a_quote_is_quoted() {
        let rows = [vec!["a,b".to_owned(), "say \"no\"".to_owned()]];
        let head = ["x".to_owned(), "y".to_owned()];
        assert_eq!(csv(&head, rows.into_iter()), "x,y\n\"a,b\",\"say \"\"no\"\"\"\n");
    }
}
