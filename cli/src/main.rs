//! The command `unincluded`: asks the model, the properties and the traces, prints what they
//! answer, and exits accordingly. The only place that does either.

#![allow(clippy::format_push_string, reason = "reports are short, and it reads better")]

mod agreement;
mod arguments;
mod check;
mod claims;
mod digest;
mod endless;
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
mod networks;
mod progress;
mod report;
mod screen;
mod simulate;
mod subject;
mod sweep;
mod validate;
mod values;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;
use screen::{Screen, shown};

fn main() -> ExitCode {
    let arguments = Arguments::try_parse()
        .and_then(Arguments::consistent)
        .unwrap_or_else(|error| misuse(&error));
    let screen = Screen::new(arguments.color, arguments.quiet);
    let answer = match &arguments.command {
        Command::Check(asked) => check::check(asked, &screen),
        Command::Fuzz(asked) => fuzz::fuzz(asked, &screen),
        Command::Replay(asked) => Ok(kept::replay(asked, &screen)),
        Command::Explain(asked) => kept::explain(asked, &screen),
        Command::Validate(asked) => validate::validate(asked, &screen),
        Command::Explore(asked) => explore::explore(asked, &screen),
        Command::List(asked) => list::list(asked, &screen),
        Command::Simulate(asked) => simulate::simulate(asked, &screen),
        Command::Sweep(asked) => sweep::sweep(asked, &screen),
        Command::Claims(asked) => claims::claims(asked, &screen),
    };
    let exit = answer.unwrap_or_else(|error| {
        screen.error(&format!("{error:#}"));
        Exit::Misuse
    });
    if screen.has_failed() { Exit::Misuse.into() } else { exit.into() }
}

/// Says what clap did not understand, or the help asked for. What it echoes may be a file's name.
fn misuse(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    if text.lines().all(|line| unincluded_traces::plain(line) == line) {
        error.exit()
    }
    eprintln!("{}", shown(&text));
    std::process::exit(Exit::Misuse as i32)
}
