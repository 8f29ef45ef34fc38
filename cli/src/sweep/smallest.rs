//! The least capacity that sustains the full rate, at each place of a grid; and the run that goes round
//! at a lower rate with the next smaller one.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use unincluded_model::Protocol;
use unincluded_properties::grid::{Axis, Legal, Place};
use unincluded_properties::pace::healthy;
use unincluded_properties::smallest::{FORMULAS, Healthy, Smallest, with};
use unincluded_traces::Run;

use super::measure::file_name;
use super::report::csv;
use super::{Gauge, Judged, at_most, side_by_side};
use crate::arguments::{Sweep, TableFormat};
use crate::exit::Exit;
use crate::keep;
use crate::layout::{columns, indented};
use crate::report::Verdict;
use crate::screen::Screen;
use crate::subject::Subject;

/// What was found at one place, and the run of the next smaller capacity.
struct Answer {
    title: String,
    place: Place,
    found: Result<Smallest, String>,
    breaking: Option<Breaking>,
}

/// The run that goes round at a lower rate.
struct Breaking {
    capacity: u8,
    rate: String,
    run: Result<Run, String>,
    trace: Option<PathBuf>,
}

/// Looks for the least capacity at each place of the grid without C.
pub(crate) fn smallest(
    asked: &Sweep,
    subjects: &[Subject],
    axes: &[(Axis, Vec<u8>)],
    screen: &Screen,
) -> Result<Exit> {
    if asked.plot.is_some() {
        bail!("--plot: legal without --smallest only, which has no rate for each cell");
    }
    let of_capacity = axes.iter().find(|(axis, _)| *axis == Axis::Capacity);
    let capacities = of_capacity.map_or_else(all_capacities, |(_, values)| values.clone());
    let others: Vec<(Axis, Vec<u8>)> =
        axes.iter().filter(|(axis, _)| *axis != Axis::Capacity).cloned().collect();
    let places = Place::all(&others);
    let all: Vec<(&Subject, Place)> = subjects
        .iter()
        .flat_map(|subject| places.iter().map(move |place| (subject, place.clone())))
        .collect();
    at_most(all.len())?;
    let gauge = Gauge::new("place", all.len(), screen.is_quiet());
    gauge.speak_when_interrupted();
    let mut answers = side_by_side(asked.threads(), &all, &gauge, |(subject, place)| {
        answer(subject, place, &capacities)
    });
    gauge.close();
    for answer in &mut answers {
        let Some(breaking) = &mut answer.breaking else { continue };
        let Ok(run) = &breaking.run else { continue };
        let what = format!("C {} is too small", breaking.capacity);
        let name = file_name(&answer.title, &answer.place, &what);
        breaking.trace = Some(keep::save_as(run, &name, &asked.out)?);
    }
    let verdict = answers.iter().map(Judged::verdict).max().unwrap_or(Verdict::Inconclusive);
    screen.answer(&match asked.format {
        TableFormat::Human => for_people(&answers, &others, &capacities, screen),
        TableFormat::Json => serde_json::to_string_pretty(&as_json(&answers, verdict))? + "\n",
        TableFormat::Csv => csv(&head(&others), answers.iter().map(|answer| row(answer, &others))),
    });
    Ok(verdict.into())
}

/// From 1 to the most that a scenario may have: 0 builds nothing.
fn all_capacities() -> Vec<u8> {
    match Axis::Capacity.legal() {
        Legal::Numbers(_, most) => (1..=most).collect(),
        Legal::Words(_) => Vec::new(),
    }
}

fn answer(subject: &Subject, place: &Place, capacities: &[u8]) -> Answer {
    let found = Smallest::at(&subject.protocol, place, capacities);
    let breaking = found.as_ref().ok().and_then(|found| {
        let (capacity, pace) = found.next_smaller()?;
        let run = breaking_run(subject, found, capacity, pace);
        Some(Breaking { capacity, rate: pace.rate.to_string(), run, trace: None })
    });
    Answer { title: subject.title(), place: place.clone(), found, breaking }
}

/// The healthy run with that capacity, as it is kept: the way to the round, and one round.
fn breaking_run(
    subject: &Subject,
    found: &Smallest,
    capacity: u8,
    slow: &Healthy,
) -> Result<Run, String> {
    let place = found.place.with(Axis::Capacity, capacity);
    let scenario =
        place.scenario(subject.protocol.scenario()).map_err(|error| error.to_string())?;
    let protocol: Protocol = healthy(&with(&subject.protocol, scenario), found.delay - 1);
    let about = format!(
        "With {place} and D {} a healthy run includes {} blocks for each relay block, not {}: after {} \
         steps it goes round in {} steps for ever.",
        found.delay,
        slow.rate,
        found.full,
        slow.run.stem.len(),
        slow.run.cycle.len(),
    );
    unincluded_traces::record_lasso(&protocol, None, &about, &slow.run, &[])
        .map_err(|error| error.to_string())
}

impl Judged for Answer {
    fn verdict(&self) -> Verdict {
        match &self.found {
            Ok(found) if found.least().is_some() => Verdict::Holds,
            _ => Verdict::Inconclusive,
        }
    }

    fn name(&self) -> String {
        if self.place.0.is_empty() {
            self.title.clone()
        } else {
            format!("{}, {}", self.title, self.place)
        }
    }
}

fn head(axes: &[(Axis, Vec<u8>)]) -> Vec<String> {
    let mut head = vec!["scenario".to_owned()];
    head.extend(axes.iter().map(|(axis, _)| axis.name().to_owned()));
    head.extend(["D", "full rate", "least C", "D V"].map(str::to_owned));
    head.extend(FORMULAS.iter().map(|formula| formula.who.to_owned()));
    head.extend(["tries", "too large"].map(str::to_owned));
    head
}

fn row(answer: &Answer, axes: &[(Axis, Vec<u8>)]) -> Vec<String> {
    let mut row = vec![answer.title.clone()];
    row.extend(axes.iter().map(|(axis, _)| {
        answer.place.value(*axis).map_or_else(String::new, |value| axis.word(value))
    }));
    let unknown = || "-".to_owned();
    let Ok(found) = &answer.found else {
        row.extend((0..6 + FORMULAS.len()).map(|_| unknown()));
        return row;
    };
    row.extend([
        found.delay.to_string(),
        found.full.to_string(),
        found.least().map_or_else(unknown, |least| least.to_string()),
        found.needed().to_string(),
    ]);
    row.extend(FORMULAS.iter().map(|formula| {
        let capacity = (formula.capacity)(found.velocity, found.offset);
        let word = match found.sustains(capacity) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        format!("{capacity} {word}")
    }));
    let large: Vec<String> = found.too_large().iter().map(ToString::to_string).collect();
    row.push(found.tries.to_string());
    row.push(if large.is_empty() { unknown() } else { large.join(" ") });
    row
}

fn for_people(
    answers: &[Answer],
    axes: &[(Axis, Vec<u8>)],
    capacities: &[u8],
    screen: &Screen,
) -> String {
    let paint = screen.paint();
    let open = answers.iter().filter(|answer| answer.verdict() != Verdict::Holds).count();
    let last = if open == 0 {
        paint.good("A least capacity is known at every place.")
    } else {
        paint.unsure(format!(
            "{open} of {} places have no least capacity: not a pass.",
            answers.len()
        ))
    };
    if screen.is_quiet() {
        return last + "\n";
    }
    let head = head(axes);
    let right: Vec<usize> = (axes.len() + 1..axes.len() + 5).collect();
    let rows = answers.iter().map(|answer| row(answer, axes));
    let mut text = columns(head.iter().map(String::as_str), rows, &right);
    let formulas: Vec<String> =
        FORMULAS.iter().map(|formula| format!("{} {}", formula.who, formula.text)).collect();
    let legend = format!(
        "Full rate: para blocks for each relay slot, where nothing goes wrong and blocks are included D \
         relay blocks after their relay parent. D V is what all blocks of a relay parent need (TIME-4). \
         Then what networks would choose, and whether it sustains the rate: {}. Tries: relay blocks in \
         which a candidate can be backed, L - r; the usual path needs 2 (TIME-6). Too large: capacities \
         above the least with which the rate falls again.",
        formulas.join(", ")
    );
    text += &format!("\n{}\n", indented(&legend, 0));
    for answer in answers {
        text += &remarks(answer, capacities, answers.len() == 1, screen);
    }
    format!("{text}\n{last}\n")
}

/// What is not decided at a place, what TIME-6 says, and the run that the next smaller capacity does.
fn remarks(answer: &Answer, capacities: &[u8], whole: bool, screen: &Screen) -> String {
    let paint = screen.paint();
    let name = answer.name();
    let found = match &answer.found {
        Err(why) => {
            let line = format!("{name} is not decided: {why}");
            return format!("\n{}\n", paint.unsure(indented(&line, 0)));
        }
        Ok(found) => found,
    };
    let mut text = String::new();
    if found.least().is_none() {
        let range: Vec<String> = capacities.iter().map(ToString::to_string).collect();
        let why = found
            .tried
            .iter()
            .find_map(|(c, pace)| pace.as_ref().err().map(|why| format!("; with C {c}, {why}")));
        let sustains =
            found.tried.iter().map(|&(c, _)| c).find(|&c| found.sustains(c) == Some(true));
        let line = match sustains {
            Some(c) => format!(
                "{name} is not decided: C {c} sustains the full rate of {}, and not every smaller one is \
                 known not to{}",
                found.full,
                why.unwrap_or_default()
            ),
            None => format!(
                "{name} is not decided: none of the capacities {} sustains the full rate of {}{}",
                range.join(", "),
                found.full,
                why.unwrap_or_default()
            ),
        };
        text += &format!("\n{}\n", paint.unsure(indented(&line, 0)));
    }
    if !found.usual_path_fits() {
        let line = format!(
            "{name}: a candidate can be backed in {} relay block only, so the usual path is too late and \
             D is that of the fast path (TIME-6)",
            found.tries
        );
        text += &format!("\n{}\n", indented(&line, 0));
    }
    let Some(breaking) = &answer.breaking else { return text };
    let line = format!(
        "{name}: with C {} the healthy run goes round at {} blocks for each relay slot",
        breaking.capacity, breaking.rate
    );
    text += &format!("\n{}\n", indented(&line, 0));
    match &breaking.run {
        Ok(run) => {
            if whole {
                text += &format!("\n{}", unincluded_traces::table(run));
            }
            if let Some(trace) = &breaking.trace {
                text += keep::commands(trace).trim_start_matches('\n');
            }
        }
        Err(why) => text += &format!("  no trace can be recorded: {why}\n"),
    }
    text
}

fn as_json(answers: &[Answer], verdict: Verdict) -> Value {
    let places = answers.iter().map(|answer| {
        let values: Map<String, Value> = answer
            .place
            .0
            .iter()
            .map(|&(axis, value)| {
                let text = axis.word(value);
                (
                    axis.name().to_owned(),
                    text.parse::<u8>().map_or(Value::String(text), Value::from),
                )
            })
            .collect();
        let mut object = json!({
            "scenario": answer.title,
            "values": values,
            "why": answer.found.as_ref().err(),
        });
        if let (Some(object), Ok(found)) = (object.as_object_mut(), &answer.found) {
            let formulas = FORMULAS.iter().map(|formula| {
                let capacity = (formula.capacity)(found.velocity, found.offset);
                json!({
                    "who": formula.who,
                    "formula": formula.text,
                    "capacity": capacity,
                    "sustains": found.sustains(capacity),
                })
            });
            let tried = found.tried.iter().map(|(capacity, pace)| {
                json!({
                    "capacity": capacity,
                    "rate": pace.as_ref().ok().map(|pace| pace.rate.to_string()),
                    "why": pace.as_ref().err().map(ToString::to_string),
                })
            });
            object.insert("delay".to_owned(), json!(found.delay));
            object.insert("full_rate".to_owned(), json!(found.full));
            object.insert("least".to_owned(), json!(found.least()));
            object.insert("needed".to_owned(), json!(found.needed()));
            object.insert("tries".to_owned(), json!(found.tries));
            object.insert("usual_path_fits".to_owned(), json!(found.usual_path_fits()));
            object.insert("too_large".to_owned(), json!(found.too_large()));
            object.insert("formulas".to_owned(), formulas.collect());
            object.insert("tried".to_owned(), tried.collect());
            object.insert(
                "next_smaller".to_owned(),
                answer.breaking.as_ref().map_or(Value::Null, |breaking| {
                    json!({
                        "capacity": breaking.capacity,
                        "rate": breaking.rate,
                        "trace": breaking.trace,
                    })
                }),
            );
        }
        object
    });
    json!({ "verdict": verdict, "places": places.collect::<Vec<_>>() })
}
