//! What is printed, and where: answers to standard output, everything else to standard error.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use unincluded_traces::plain;

use crate::arguments::Colour;

/// Characters of a line of somebody else's words, at most.
const LONGEST_LINE: usize = 400;

/// Lines of them, at most.
const MOST_LINES: usize = 40;

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
    let _ = writeln!(io::stderr().lock(), "{label} {}", shown(text));
}

/// Words of somebody else as they may be shown: line by line, without what a terminal would obey,
/// and not at any length.
pub(crate) fn shown(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().take(MOST_LINES).map(shown_name).collect();
    if text.lines().nth(MOST_LINES).is_some() {
        lines.push("…".to_owned());
    }
    lines.join("\n")
}

/// The same for what has to stay in one line, as a file's name.
pub(crate) fn shown_name(line: &str) -> String {
    let line = plain(&line.replace('\t', " "));
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// A word of a command that is there to be copied, as a shell takes it for one word.
pub(crate) fn quoted(word: &str) -> String {
    let word = shown_name(word);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_not_shown_and_lines_stay_lines() {
        assert_eq!(
            shown("1 | a\tb\r\n  | \u{1b}[31m^\u{202e}"),
            "1 | a b\n  | \u{fffd}[31m^\u{fffd}"
        );
    }

    #[test]
    fn a_name_stays_in_its_line() {
        assert_eq!(shown_name("a\nerror: b.toml"), "a\u{fffd}error: b.toml");
    }

    #[test]
    fn a_word_that_a_shell_would_take_apart_is_quoted() {
        assert_eq!(quoted("out/astar-C-2.jsonl"), "out/astar-C-2.jsonl");
        assert_eq!(quoted("my file.toml"), "'my file.toml'");
        assert_eq!(quoted("it's $HOME;`id`"), r"'it'\''s $HOME;`id`'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let longest = "é".repeat(LONGEST_LINE);
        assert_eq!(shown(&longest), longest);
        assert_eq!(shown(&format!("{longest}é")), format!("{longest}…"));
        let most = "line\n".repeat(MOST_LINES);
        assert_eq!(shown(&most), most.trim_end());
        assert_eq!(shown(&format!("{most}line")), format!("{most}…"));
    }
}
