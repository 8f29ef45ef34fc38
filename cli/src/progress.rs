//! How far the engines are: bars on a terminal, nothing in a pipe, and a last word at Ctrl-C.

use std::io::Write;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
pub(crate) use unincluded_properties::claims::words::grouped;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use unincluded_properties::search::Progress;

use crate::exit::Exit;
use crate::report::{Examined, Verdict};

/// What a last word at Ctrl-C, or a report that is being written, may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// One line for each scenario.
#[derive(Debug)]
pub(crate) struct Board {
    bars: MultiProgress,
    lines: Vec<Line>,
    /// Whether all is done and the report has the word.
    closed: Arc<Mutex<bool>>,
}

/// How far one scenario is.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    name: Arc<str>,
    bars: MultiProgress,
    bar: ProgressBar,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Clone, Debug)]
enum Stage {
    Waiting,
    Searching(Instant, Progress),
    /// Stateright is at work, after our own search has seen so many states.
    Asking(Option<usize>),
    Done(usize, Verdict, String),
}

impl Board {
    /// A board for these scenarios, blank if nobody watches.
    pub(crate) fn new(names: impl Iterator<Item = String>, quiet: bool) -> Self {
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bars = MultiProgress::with_draw_target(target);
        let line = |name: String| Line {
            name: name.as_str().into(),
            bars: bars.clone(),
            bar: ProgressBar::new_spinner().with_style(style()).with_prefix(name),
            stage: Arc::new(Mutex::new(Stage::Waiting)),
        };
        Board { lines: names.map(line).collect(), bars, closed: Arc::default() }
    }

    /// The line of one scenario.
    pub(crate) fn line(&self, place: usize) -> Line {
        self.lines[place].clone()
    }

    /// Takes the bars away, and gives the word to the report.
    pub(crate) fn close(&self) {
        *locked(&self.closed) = true;
        // A terminal that cannot be cleared is no reason to keep back the answer.
        let _ = self.bars.clear();
    }

    /// From now on Ctrl-C says how far every scenario got, and ends the command with what is
    /// decided so far. A report that is already being written is let finish.
    pub(crate) fn speak_when_interrupted(&self) {
        let (bars, lines, closed) = (self.bars.clone(), self.lines.clone(), self.closed.clone());
        let handler = move || {
            // Held to the end, so that no report begins.
            let closed = locked(&closed);
            if *closed {
                std::thread::sleep(PATIENCE);
            }
            let (exit, text) = last_word(&lines);
            let (said, when_said) = channel();
            let bars = bars.clone();
            std::thread::spawn(move || {
                let _ = bars.clear();
                let _ = std::io::stderr().write_all(text.as_bytes());
                let _ = said.send(());
            });
            // Whoever reads standard error may have stopped to.
            let _ = when_said.recv_timeout(PATIENCE);
            std::process::exit(exit as i32);
        };
        // Without a handler Ctrl-C still ends the command, silently.
        let _ = ctrlc::set_handler(handler);
    }
}

/// What is decided at an interruption, and how far every scenario got.
fn last_word(lines: &[Line]) -> (Exit, String) {
    let stages: Vec<Stage> = lines.iter().map(Line::stage).collect();
    let violated: Vec<&str> = stages.iter().filter_map(Stage::violation).collect();
    let (exit, decided) = if !violated.is_empty() {
        (Exit::Violated, format!("violated: {}", violated.join(", ")))
    } else if stages.iter().any(|stage| matches!(stage, Stage::Done(..))) {
        (Exit::Undecided, "nothing is violated so far, and this is not a pass".to_owned())
    } else {
        (Exit::Undecided, "nothing is decided".to_owned())
    };
    let mut text = format!("interrupted; {decided}\n");
    for (line, stage) in lines.iter().zip(&stages) {
        text += &format!("  {:16} {}\n", line.name, stage.far());
    }
    (exit, text)
}

impl Line {
    /// The search is at work.
    pub(crate) fn searching(&self, progress: Progress) {
        let started = if let Stage::Searching(started, _) = self.stage() {
            started
        } else {
            self.bars.add(self.bar.clone());
            self.bar.enable_steady_tick(Duration::from_millis(200));
            Instant::now()
        };
        let stage = Stage::Searching(started, progress);
        self.enter(stage);
        let Progress { states, frontier, depth, memory, .. } = progress;
        let rate = states as u128 * 1000 / started.elapsed().as_millis().max(1);
        self.bar.set_message(format!(
            "{} states, {}/s, frontier {}, depth {depth}, {} MiB",
            grouped(states),
            grouped(rate as usize),
            grouped(frontier),
            memory >> 20
        ));
    }

    /// Stateright is at work, after our own search has seen so many states.
    pub(crate) fn asking(&self, searched: Option<usize>) {
        if matches!(self.stage(), Stage::Waiting) {
            self.bars.add(self.bar.clone());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        self.enter(Stage::Asking(searched));
        self.bar.set_message("stateright explores the same model");
    }

    /// Everybody is done.
    pub(crate) fn done(&self, examined: &Examined) {
        self.enter(Stage::Done(examined.states, examined.verdict(), examined.finding()));
        self.bar.finish_and_clear();
    }

    fn stage(&self) -> Stage {
        locked(&self.stage).clone()
    }

    fn enter(&self, stage: Stage) {
        *locked(&self.stage) = stage;
    }
}

impl Stage {
    /// The scenario and what is violated in it, if something is.
    fn violation(&self) -> Option<&str> {
        match self {
            Stage::Done(_, Verdict::Violated, finding) => Some(finding),
            _ => None,
        }
    }

    fn far(&self) -> String {
        match self {
            Stage::Waiting => "not begun".to_owned(),
            Stage::Searching(_, at) => format!(
                "under way: {} states seen, {} of them not yet expanded, to depth {}",
                grouped(at.states),
                grouped(at.frontier),
                at.depth
            ),
            Stage::Asking(None) => "under way: stateright is at work".to_owned(),
            Stage::Asking(Some(states)) => {
                format!("under way: {} states seen, stateright is at work", grouped(*states))
            }
            Stage::Done(states, verdict, _) => {
                format!("finished: {}, {} states", verdict.word(), grouped(*states))
            }
        }
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix:14} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}
