//! What is printed, and where: answers to standard output, everything else to standard error.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::arguments::Colour;

/// Standard output and standard error, and whether they are coloured.
///
/// A reader that closes the pipe has read enough: from then on nothing is written, and the command
/// ends as it would have.
#[derive(Debug)]
pub(crate) struct Screen {
    quiet: bool,
    answers: Paint,
    remarks: Paint,
    closed: Cell<bool>,
    failed: Cell<bool>,
}

impl Screen {
    /// The screen, as the user wants it.
    pub(crate) fn new(colour: Colour, quiet: bool) -> Self {
        let paint = |is_terminal: bool| {
            Paint(match colour {
                Colour::Always => true,
                Colour::Never => false,
                Colour::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(is_empty),
            })
        };
        Screen {
            quiet,
            answers: paint(io::stdout().is_terminal()),
            remarks: paint(io::stderr().is_terminal()),
            closed: Cell::new(false),
            failed: Cell::new(false),
        }
    }

    /// Whether only the last word is wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether an answer was lost, and not because its reader had read enough.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.get()
    }

    /// How answers are coloured.
    pub(crate) fn paint(&self) -> Paint {
        self.answers
    }

    /// An answer, with a line feed where it lacks one.
    pub(crate) fn answer(&self, text: &str) {
        if self.closed.get() || text.is_empty() {
            return;
        }
        let mut out = io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let written = write!(out, "{text}{end}").and_then(|()| out.flush());
        if let Err(error) = written {
            self.closed.set(true);
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.set(true);
                self.error(&format!("cannot write to standard output: {error}"));
            }
        }
    }

    /// A remark beside the answer.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            remark(&self.remarks.faint("note:"), text);
        }
    }

    /// What went wrong.
    pub(crate) fn error(&self, text: &str) {
        remark(&self.remarks.bad("error:"), text);
    }
}

/// To standard error; if nobody reads it, there is nobody left to tell.
fn remark(label: &str, text: &str) {
    let _ = writeln!(io::stderr().lock(), "{label} {text}");
}

#[allow(clippy::needless_pass_by_value, reason = "what is_none_or hands over")]
fn is_empty(value: std::ffi::OsString) -> bool {
    value.is_empty()
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    /// As it should be.
    pub(crate) fn good(self, text: impl Display) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// Not as it should be.
    pub(crate) fn bad(self, text: impl Display) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// Not known.
    pub(crate) fn unsure(self, text: impl Display) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// A heading.
    pub(crate) fn strong(self, text: impl Display) -> String {
        self.with(Style::new().bold(), text)
    }

    /// Beside the point.
    pub(crate) fn faint(self, text: impl Display) -> String {
        self.with(Style::new().dimmed(), text)
    }

    fn with(self, style: Style, text: impl Display) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}
