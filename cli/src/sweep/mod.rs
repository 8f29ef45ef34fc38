//! `sweep`: a grid of parameters, with verdicts and rates; and the least capacity at each place.

mod gauge;
mod measure;
mod picture;
mod report;
mod smallest;
mod witness;

pub(crate) use gauge::Gauge;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use unincluded_properties::claims::words::counted;
use unincluded_properties::grid::{Axis, Place};

use crate::arguments::{Sweep, TableFormat};
use crate::exit::Exit;
use crate::report::Verdict;
use crate::screen::{Screen, shown_name};
use crate::subject::{Subject, subject};
use measure::{Cell, file_name};

/// Places of a grid at most: more would not be read.
const MOST_CELLS: usize = 2_000;

/// Measures every cell of the grid, or looks for the least capacity at each place of it.
pub(crate) fn sweep(asked: &Sweep, screen: &Screen) -> Result<Exit> {
    let axes = axes(asked)?;
    let mut subjects: Vec<Subject> = Vec::new();
    for (at, word) in asked.scenarios.iter().enumerate() {
        if asked.scenarios[..at].contains(word) {
            continue;
        }
        subjects.push(subject(word, &asked.changes)?);
    }
    each_with_files_of_its_own(&subjects)?;
    if asked.smallest.is_some() {
        return smallest::smallest(asked, &subjects, &axes, screen);
    }
    let places = Place::all(&axes);
    let all: Vec<(&Subject, Place)> = subjects
        .iter()
        .flat_map(|subject| places.iter().map(move |place| (subject, place.clone())))
        .collect();
    at_most(all.len())?;
    let gauge = Gauge::new("cell", all.len(), screen.is_quiet());
    gauge.speak_when_interrupted();
    let mut cells = side_by_side(asked.threads(), &all, &gauge, |(subject, place)| {
        Cell::measure(subject, place.clone(), asked, &gauge)
    });
    gauge.close();
    let saved = cells.iter_mut().try_for_each(|cell| cell.save(&asked.out));
    match saved {
        // A violation is said, whatever becomes of its run.
        Err(error) if cells.iter().any(|cell| cell.verdict() == Verdict::Violated) => {
            screen.error(&format!("{error:#}"));
        }
        saved => saved?,
    }
    if asked.witnesses && asked.format == TableFormat::Csv {
        // The other forms name each of them.
        let traces = cells.iter().map(Cell::witnesses_saved).sum::<usize>() as u64;
        let directory = shown_name(&asked.out.display().to_string());
        screen.note(&format!("{} of figures saved in {directory}", counted(traces, "trace")));
    }
    if let Some(path) = &asked.plot {
        let name = shown_name(&path.display().to_string());
        let svg = picture::svg(&subjects, &axes, &cells).context("cannot draw the plot")?;
        std::fs::write(path, svg).with_context(|| format!("cannot write the plot {name}"))?;
    }
    let report = report::Report::new(&subjects, &axes, &cells, asked);
    screen.answer(&report.render(asked.format, screen)?);
    Ok(report.verdict.into())
}

/// The axes, each once, and not too many places.
fn axes(asked: &Sweep) -> Result<Vec<(Axis, Vec<u8>)>> {
    let mut axes: Vec<(Axis, Vec<u8>)> = Vec::new();
    for (axis, values) in &asked.over {
        if axes.iter().any(|(other, _)| other == axis) {
            bail!(
                "--over {}=…: each axis can be given once; several values are 1..4 or 1,4",
                axis.name()
            );
        }
        axes.push((*axis, values.clone()));
    }
    Ok(axes)
}

/// Traces are named after titles, of which a file's name keeps letters and digits: no two may write the same.
fn each_with_files_of_its_own(subjects: &[Subject]) -> Result<()> {
    let name = |subject: &Subject| file_name(&subject.title(), &Place(Vec::new()), "");
    for (at, one) in subjects.iter().enumerate() {
        if let Some(other) = subjects[..at].iter().find(|other| name(other) == name(one)) {
            bail!(
                "{} and {}: the traces of both would be called {}-…; give one of them another name",
                other.title(),
                one.title(),
                name(one)
            );
        }
    }
    Ok(())
}

/// How many cells are too many.
fn at_most(cells: usize) -> Result<()> {
    if cells > MOST_CELLS {
        bail!("--over: {cells} cells; legal are at most {MOST_CELLS}");
    }
    Ok(())
}

/// Several at a time; the answers are in the order of the questions.
pub(crate) fn side_by_side<Q: Sync, A>(
    threads: usize,
    questions: &[Q],
    gauge: &Gauge,
    answer: impl Fn(&Q) -> A + Sync,
) -> Vec<A>
where
    A: Judged + Send,
{
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, A)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(questions.len()) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(question) = questions.get(place) else { return };
                    let answered = answer(question);
                    gauge.done(answered.verdict(), &answered.name());
                    if let Ok(mut answers) = answers.lock() {
                        answers.push((place, answered));
                    }
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// What has a verdict and a name.
pub(crate) trait Judged {
    /// The verdict.
    fn verdict(&self) -> Verdict;
    /// How it is called in a line.
    fn name(&self) -> String;
}
