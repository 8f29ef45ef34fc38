//! How far a command with many questions is: one bar on a terminal, nothing in a pipe, and a last word
//! at Ctrl-C.

use std::io::Write;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::exit::Exit;
use crate::progress::grouped;
use crate::report::Verdict;

/// What a last word at Ctrl-C, or a report that is being written, may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far all questions are.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    bar: ProgressBar,
    at: Arc<Mutex<At>>,
}

#[derive(Debug)]
struct At {
    /// What is counted.
    what: &'static str,
    all: usize,
    done: usize,
    violated: Vec<String>,
    under_way: Vec<(String, usize)>,
    closed: bool,
}

impl Gauge {
    /// A bar for so many questions, blank if nobody watches.
    pub(crate) fn new(what: &'static str, all: usize, quiet: bool) -> Self {
        let target =
            if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(all as u64), target);
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        let at =
            At { what, all, done: 0, violated: Vec::new(), under_way: Vec::new(), closed: false };
        Gauge { bar, at: Arc::new(Mutex::new(at)) }
    }

    /// Somebody is at work on a question, and has seen so many states.
    pub(crate) fn under_way(&self, name: &str, states: usize) {
        let mut at = locked(&self.at);
        match at.under_way.iter_mut().find(|(other, _)| other == name) {
            Some((_, seen)) => *seen = states,
            None => at.under_way.push((name.to_owned(), states)),
        }
        self.bar.set_message(format!("{name}: {} states", grouped(states)));
    }

    /// A question is answered.
    pub(crate) fn done(&self, verdict: Verdict, name: &str) {
        let mut at = locked(&self.at);
        at.done += 1;
        at.under_way.retain(|(other, _)| other != name);
        if verdict == Verdict::Violated {
            at.violated.push(name.to_owned());
        }
        self.bar.inc(1);
    }

    /// Takes the bar away, and gives the word to the report.
    pub(crate) fn close(&self) {
        locked(&self.at).closed = true;
        self.bar.finish_and_clear();
    }

    /// From now on Ctrl-C says how far it got, and ends the command with what is decided so far.
    pub(crate) fn speak_when_interrupted(&self) {
        let gauge = self.clone();
        let handler = move || {
            // Held to the end, so that no report begins.
            let at = locked(&gauge.at);
            if at.closed {
                std::thread::sleep(PATIENCE);
            }
            let (exit, text) = at.last_word();
            let (said, when_said) = channel();
            let bar = gauge.bar.clone();
            std::thread::spawn(move || {
                bar.finish_and_clear();
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

impl At {
    fn last_word(&self) -> (Exit, String) {
        let (exit, decided) = if self.violated.is_empty() {
            (Exit::Undecided, "this is not a pass".to_owned())
        } else {
            (Exit::Violated, format!("violated: {}", self.violated.join("; ")))
        };
        let mut text = format!(
            "interrupted: {} of {} {}s answered; {decided}\n",
            self.done, self.all, self.what
        );
        for (name, states) in &self.under_way {
            text += &format!("  under way: {name}, {} states seen\n", grouped(states));
        }
        (exit, text)
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_says_how_far_it_got_and_is_never_a_pass() {
        let gauge = Gauge::new("cell", 12, true);
        gauge.under_way("C 3", 1_234);
        gauge.done(Verdict::Holds, "C 2");
        let (exit, text) = locked(&gauge.at).last_word();
        assert_eq!(exit, Exit::Undecided);
        assert_eq!(
            text,
            "interrupted: 1 of 12 cells answered; this is not a pass\n  under way: C 3, 1,234 states seen\n"
        );
        gauge.done(Verdict::Violated, "C 3");
        let (exit, text) = locked(&gauge.at).last_word();
        assert_eq!(exit, Exit::Violated);
        assert!(text.contains("2 of 12") && text.contains("violated: C 3"), "{text}");
        assert!(!text.contains("under way"), "{text}");
    }
}
