//! `check`: every scenario is examined by the engines asked for, and the findings are reported.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

use crate::arguments::{Check, Format};
use crate::examine::examine;
use crate::exit::Exit;
use crate::progress::Board;
use crate::report::{Examined, Summary, github, human, json, junit, sarif};
use crate::screen::Screen;
use crate::subject::Subject;
use crate::{keep, subject};

/// Examines what is asked, saves what is violated, and says so.
pub(crate) fn check(asked: &Check, screen: &Screen) -> Result<Exit> {
    let subjects = subject::subjects(&asked.scenarios, asked.full, &asked.changes)?;
    let board = Board::new(subjects.iter().map(Subject::title), screen.is_quiet());
    board.speak_when_interrupted();
    let mut scenarios = side_by_side(asked, &subjects, &board);
    board.close();

    for scenario in &mut scenarios {
        for property in &mut scenario.properties {
            let Some(run) = property.run.as_deref() else { continue };
            match keep::save_against(property.name, run, &asked.out) {
                Ok(path) => property.trace = Some(path),
                Err(error) => screen.error(&format!("{error:#}")),
            }
        }
        if let Some(disagreement) = &scenario.disagreement {
            screen.error(&format!("{}: the engines disagree: {disagreement}", scenario.title));
        }
    }
    let summary = Summary::new(scenarios);
    let report = match asked.format {
        Format::Human if screen.is_quiet() => human::last_line(&summary, screen.paint()),
        Format::Human => human::render(&summary, asked.verbose, screen.paint()),
        Format::Json => json::render(&summary),
        Format::Junit => junit::render(&summary)?,
        Format::Sarif => sarif::render(&summary),
        Format::Github => github::render(&summary),
    };
    screen.answer(&report);
    Ok(summary.verdict.into())
}

/// Examines several scenarios at a time; the answers are in the order of the questions.
fn side_by_side(asked: &Check, subjects: &[Subject], board: &Board) -> Vec<Examined> {
    let workers = asked.threads().min(subjects.len());
    let each = asked.threads() / workers.max(1);
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, Examined)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(subject) = subjects.get(place) else { return };
                    let examined = examine(subject, asked, each, &board.line(place));
                    if let Ok(mut answers) = answers.lock() {
                        answers.push((place, examined));
                    }
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, examined)| examined).collect()
}
