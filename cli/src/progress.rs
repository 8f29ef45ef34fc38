//! How far the engines are: bars on a terminal, nothing in a pipe, and a last word at Ctrl-C.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use unincluded_properties::search::Progress;

use crate::exit::Exit;

/// One line for each scenario.
#[derive(Debug)]
pub(crate) struct Board {
    bars: MultiProgress,
    lines: Vec<Line>,
}

/// How far one scenario is.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    name: Arc<str>,
    bars: MultiProgress,
    bar: ProgressBar,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Waiting,
    Searching(Instant, Progress),
    Asking,
    Done(usize),
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
        Board { lines: names.map(line).collect(), bars }
    }

    /// The line of one scenario.
    pub(crate) fn line(&self, place: usize) -> Line {
        self.lines[place].clone()
    }

    /// Takes the bars away.
    pub(crate) fn clear(&self) {
        // A terminal that cannot be cleared is no reason to keep back the answer.
        let _ = self.bars.clear();
    }

    /// From now on Ctrl-C says how far every scenario got, and that nothing is decided.
    pub(crate) fn speak_when_interrupted(&self) {
        let (bars, lines) = (self.bars.clone(), self.lines.clone());
        let handler = move || {
            let _ = bars.clear();
            let mut text = String::from("interrupted; nothing is decided\n");
            for line in &lines {
                text += &format!("  {:16} {}\n", line.name, line.far());
            }
            let _ = std::io::stderr().write_all(text.as_bytes());
            std::process::exit(Exit::Undecided as i32);
        };
        // Without a handler Ctrl-C still ends the command, silently.
        let _ = ctrlc::set_handler(handler);
    }
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

    /// Stateright is at work.
    pub(crate) fn asking(&self) {
        if matches!(self.stage(), Stage::Waiting) {
            self.bars.add(self.bar.clone());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        self.enter(Stage::Asking);
        self.bar.set_message("stateright explores the same model");
    }

    /// Everybody is done.
    pub(crate) fn done(&self, states: usize) {
        self.enter(Stage::Done(states));
        self.bar.finish_and_clear();
    }

    fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn enter(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = stage;
    }

    fn far(&self) -> String {
        match self.stage() {
            Stage::Waiting => "not begun".to_owned(),
            Stage::Searching(_, at) => format!(
                "{} states seen, {} of them not yet expanded, to depth {}",
                grouped(at.states),
                grouped(at.frontier),
                at.depth
            ),
            Stage::Asking => "searched; stateright was at work".to_owned(),
            Stage::Done(states) => format!("done, {} states", grouped(states)),
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix:14} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A number with its thousands apart: `22,314`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
