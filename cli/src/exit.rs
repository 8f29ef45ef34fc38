//! How the command ends: four answers, four exit codes.

use std::process::ExitCode;

/// The answer to whoever started the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything asked about holds.
    Holds = 0,
    /// Something is violated, a situation that must occur does not, or a trace diverges.
    Violated = 1,
    /// The question was not understood, or what it names cannot be read or written.
    Misuse = 2,
    /// A limit was reached first, or the engines disagree. Not a pass.
    Undecided = 3,
}

/// The same for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  everything holds, for all time
  1  a property is violated, a trace diverges, or a situation of a built-in scenario is missing
  2  misuse: a bad argument, or a file that cannot be read or written
  3  not decided: a limit or a horizon came first, or the engines disagree; not a pass";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
