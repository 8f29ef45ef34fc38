//! The command `unincluded`: asks the model, the properties and the traces, prints what they
//! answer, and exits accordingly. The only place that does either.

#![allow(clippy::format_push_string, reason = "reports are short, and it reads better")]

mod agreement;
mod arguments;
mod check;
mod digest;
mod examine;
mod exit;
mod explore;
mod file;
mod fuzz;
mod help;
mod keep;
mod kept;
mod layout;
mod list;
mod nearest;
mod progress;
mod report;
mod screen;
mod subject;
mod values;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;
use screen::Screen;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let screen = Screen::new(arguments.color, arguments.quiet);
    let answer = match &arguments.command {
        Command::Check(asked) => check::check(asked, &screen),
        Command::Fuzz(asked) => fuzz::fuzz(asked, &screen),
        Command::Replay(asked) => Ok(kept::replay(asked, &screen)),
        Command::Explain(asked) => kept::explain(asked, &screen),
        Command::Explore(asked) => explore::explore(asked, &screen),
        Command::List(asked) => list::list(asked, &screen),
    };
    let exit = answer.unwrap_or_else(|error| {
        screen.error(&format!("{error:#}"));
        Exit::Misuse
    });
    if screen.has_failed() { Exit::Misuse.into() } else { exit.into() }
}
