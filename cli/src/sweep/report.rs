//! What was found in a grid: for people, as JSON and as CSV.

use anyhow::Result;
use serde_json::{Map, Value, json};
use unincluded_properties::claims::words::counted;
use unincluded_properties::grid::Axis;
use unincluded_properties::pace::{Span, seconds_per_block};
use unincluded_properties::rates::Rates;
use unincluded_properties::smallest::Healthy;

use super::Judged;
use super::measure::{Cell, Measured};
use super::witness::Witness;
use crate::arguments::{Sweep, TableFormat};
use crate::keep;
use crate::layout::{columns, indented, painted};
use crate::progress::grouped;
use crate::report::Verdict;
use crate::screen::{Screen, shown_name};
use crate::subject::Subject;

/// A grid and what was found in it.
pub(crate) struct Report<'a> {
    titles: Vec<String>,
    axes: &'a [(Axis, Vec<u8>)],
    cells: &'a [Cell],
    faults: Option<(u8, u8)>,
    mishaps: bool,
    witnesses: bool,
    /// The worst of all cells.
    pub(crate) verdict: Verdict,
}

impl<'a> Report<'a> {
    /// Of these cells.
    pub(crate) fn new(
        subjects: &[Subject],
        axes: &'a [(Axis, Vec<u8>)],
        cells: &'a [Cell],
        asked: &Sweep,
    ) -> Self {
        let verdict = cells.iter().map(Cell::verdict).max().unwrap_or(Verdict::Inconclusive);
        let titles = subjects.iter().map(Subject::title).collect();
        let Sweep { faults, mishaps, witnesses, .. } = *asked;
        Report { titles, axes, cells, faults, mishaps, witnesses, verdict }
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
        let mut head = vec!["scenario".to_owned()];
        head.extend(self.axes.iter().map(|(axis, _)| axis.name().to_owned()));
        head.extend(["verdict", "states", "rate", "every"].map(str::to_owned));
        head.extend(self.faults.map(|(most, window)| format!("faults {most}/{window}")));
        head.extend(["any fault", "latency", "confirmed"].map(str::to_owned));
        if self.mishaps {
            head.extend(["late", "lost", "never"].map(str::to_owned));
        }
        head
    }

    fn row(&self, cell: &Cell) -> Vec<String> {
        let mut row = vec![cell.title.clone()];
        row.extend(self.axes.iter().map(|(axis, _)| {
            cell.place.value(*axis).map_or_else(String::new, |value| axis.word(value))
        }));
        let unknown = || "-".to_owned();
        let Ok(found) = &cell.found else {
            row.push("not legal".to_owned());
            row.resize(self.head().len(), unknown());
            return row;
        };
        let healthy = found.healthy.as_ref().ok();
        let pace = found.pace.as_ref();
        let states = grouped(found.report.states);
        row.extend([
            cell.verdict().word().to_owned(),
            if found.report.closed { states } else { format!("> {states}") },
            healthy.map_or_else(unknown, between),
            healthy
                .and_then(|healthy| seconds_per_block(healthy.rate))
                .map_or_else(unknown, seconds),
        ]);
        if self.faults.is_some() {
            row.push(found.few.as_ref().map_or_else(unknown, bounds));
        }
        row.extend([
            bounds(&found.any),
            found.any.latency.as_ref().map_or_else(unknown, |latency| {
                Span { least: latency.least, most: latency.worst }.to_string()
            }),
            pace.and_then(|pace| pace.confirmation).map_or_else(unknown, |span| span.to_string()),
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
        let right: Vec<usize> = (self.axes.len() + 2..head.len()).collect();
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
        let legend = "States: all that the faults of the scenario lead to, and closed; with > before them not \
                      all were seen. Rate: para blocks for each relay slot where nothing goes wrong, and \
                      the time from one to the next. Any fault: the least and the greatest rate of all \
                      runs that go on for ever with the faults of the scenario; latency: from a block's \
                      relay parent to its inclusion, in all of them. Confirmed: from a transaction to the \
                      inclusion of its block where nothing goes wrong. In relay slots of 6 s.";
        let mut text = format!("{table}\n{}\n", indented(legend, 0));
        if let Some((most, window)) = self.faults {
            let legend = format!(
                "Faults {most}/{window}: the least and the greatest rate with at most {} in any {window}; \
                 not with a D beyond the usual path, which is a fault in every slot.",
                counted(most, "faulty relay slot")
            );
            text += &format!("{}\n", indented(&legend, 0));
        }
        if self.mishaps {
            let legend = "Late, lost, never available: blocks missed in the long run if that happens to one, at its worst moment.";
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
            if let (None, Some(why)) = (&found.any.blocks, found.any.unclear) {
                let line = format!("{} has no rate with its faults: {why}", cell.name());
                text += &format!("\n{}\n", indented(&line, 0));
            }
            text += &witnesses(cell, found);
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
        if self.witnesses {
            let witness =
                |one: &Witness| json!({ "of": one.of, "figure": one.figure, "trace": one.trace });
            let all = found.witnesses.as_ref().ok();
            let all = all.map(|all| all.iter().map(witness).collect::<Vec<_>>());
            object_map.insert("witnesses".to_owned(), json!(all));
            object_map.insert("no_witnesses".to_owned(), json!(found.not_recorded()));
        }
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
    let pace = found.pace.as_ref();
    let healthy = found.healthy.as_ref().ok();
    let report = &found.report;
    let mut object = json!({
        "closed": report.closed,
        "states": report.states,
        "transitions": report.transitions,
        "rate": healthy.map(between),
        "seconds_per_block": healthy.and_then(|healthy| seconds_per_block(healthy.rate)),
        "healthy_latency": span(pace.and_then(|pace| pace.latency)),
        "confirmation": span(pace.and_then(|pace| pace.confirmation)),
        "lost_in_a_round": pace.map(|pace| pace.lost),
        "any_fault": rates(&found.any),
        "few_faults": found.few.as_ref().map(rates),
        "latency": found.any.latency.as_ref().map(|latency| {
            json!({ "least": latency.least, "most": latency.worst })
        }),
        "violation": found.violation.as_ref().map(|violation| json!({
            "property": violation.property.id,
            "because": violation.because,
            "steps": violation.steps,
            "trace": violation.trace,
        })),
    });
    if let Some(object) = object.as_object_mut().filter(|_| mishaps) {
        let costs = found.mishaps.iter().map(|(mishap, cost)| {
            let cost = cost.map_or(
                Value::Null,
                |cost| json!({ "missed": cost.missed, "behind": cost.behind, "lost": cost.lost }),
            );
            (mishap.word().replace(' ', "_"), cost)
        });
        object.insert("mishaps".to_owned(), Value::Object(costs.collect()));
    }
    match object {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// The least and the greatest rate of a healthy network; one, where it has no choice.
fn between(healthy: &Healthy) -> String {
    let (least, greatest) = (healthy.rate, healthy.greatest);
    if least == greatest { least.to_string() } else { format!("{least} to {greatest}") }
}

/// The runs behind the figures of a cell, and where they are.
fn witnesses(cell: &Cell, found: &Measured) -> String {
    // Why there are none is said where the cell is not decided.
    let rows = found.witnesses.iter().flatten().filter_map(|one| {
        let path = shown_name(&one.trace.as_ref()?.display().to_string());
        Some(vec![one.of.clone(), one.figure.clone(), path])
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = format!("the runs of {}", cell.name());
    format!("\n{}", columns([head.as_str(), "figure", "saved"], rows, &[]))
}

fn bounds(rates: &Rates) -> String {
    rates.blocks.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}

fn rates(rates: &Rates) -> Value {
    let planck = rates.tokens.as_ref().map(|bounds| {
        let (least, greatest) = (bounds.least.ratio, bounds.greatest.ratio);
        json!({ "least": least.to_string(), "greatest": greatest.to_string() })
    });
    json!({
        "least": rates.blocks.as_ref().map(|bounds| bounds.least.ratio.to_string()),
        "greatest": rates.blocks.as_ref().map(|bounds| bounds.greatest.ratio.to_string()),
        "planck": planck,
        "states": rates.states,
        "unclear": rates.unclear,
        "cut_by": rates.cut_by.map(|cut| cut.to_string()),
    })
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
    use clap::Parser;
    use unincluded_properties::grid::Place;

    use super::super::Gauge;
    use super::{Cell, Report, Verdict, csv};
    use crate::arguments::{Arguments, Command};
    use crate::subject::subject;

    /// A run that cannot be recorded is no empty list of runs.
    #[test]
    fn what_cannot_be_recorded_says_why_and_is_no_pass() {
        let words = ["unincluded", "sweep", "astar-sync", "--witnesses"];
        let Ok(Arguments { command: Command::Sweep(asked), .. }) = Arguments::try_parse_from(words)
        else {
            panic!("legal")
        };
        let subject = subject("astar-sync", &asked.changes).expect("built in");
        let gauge = Gauge::new("cell", 1, true);
        let mut cell = Cell::measure(&subject, Place(Vec::new()), &asked, &gauge);
        let subjects = [subject];
        let report = |cell: &Cell| {
            let report = Report::new(&subjects, &[], std::slice::from_ref(cell), &asked);
            (report.verdict, report.json()["cells"][0].clone())
        };
        let (verdict, whole) = report(&cell);
        assert_eq!(
            (verdict, whole["witnesses"].as_array().map(Vec::len)),
            (Verdict::Holds, Some(5))
        );
        cell.found.as_mut().expect("legal").witnesses = Err("the walls have ears".to_owned());
        let (verdict, broken) = report(&cell);
        assert_eq!(verdict, Verdict::Inconclusive);
        assert!(broken["witnesses"].is_null(), "{broken}");
        let why = "the runs behind its figures cannot be recorded: the walls have ears";
        assert_eq!((&broken["no_witnesses"], &broken["why"]), (&why.into(), &why.into()));
    }

    #[test]
    fn what_has_a_comma_or_a_quote_is_quoted() {
        let rows = [vec!["a,b".to_owned(), "say \"no\"".to_owned()]];
        let head = ["x".to_owned(), "y".to_owned()];
        assert_eq!(csv(&head, rows.into_iter()), "x,y\n\"a,b\",\"say \"\"no\"\"\"\n");
    }
}
