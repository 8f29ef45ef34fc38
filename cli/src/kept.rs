//! `replay` and `explain`: what can be done with a saved run.

use std::io::{BufReader, stdin};
use std::path::Path;

use anyhow::Result;
use unincluded_traces::Run;

use crate::arguments::{Explain, Replay};
use crate::exit::Exit;
use crate::file;
use crate::screen::{Screen, shown_name};

/// Runs every file again, and says of each what came of it. The worst of all is the answer.
pub(crate) fn replay(asked: &Replay, screen: &Screen) -> Exit {
    let paint = screen.paint();
    let mut worst = Exit::Holds;
    for file in &asked.files {
        let name = shown_name(&file.display().to_string());
        let exit = match read(file) {
            Err(error) => {
                screen.error(&format!("{error:#}"));
                Exit::Misuse
            }
            Ok(run) => match unincluded_traces::replay(&run) {
                Ok(replayed) => {
                    if !screen.is_quiet() {
                        screen.answer(&format!("{name}: {} {replayed}", paint.good("reproduced:")));
                    }
                    Exit::Holds
                }
                Err(divergence) => {
                    screen.answer(&format!("{name}: {} {divergence}", paint.bad("diverges:")));
                    Exit::Violated
                }
            },
        };
        worst = worst.max(exit);
    }
    worst
}

/// Tells the story of one file.
pub(crate) fn explain(asked: &Explain, screen: &Screen) -> Result<Exit> {
    let run = read(&asked.file)?;
    screen.answer(&unincluded_traces::explain(&run));
    if let Err(divergence) = unincluded_traces::replay(&run) {
        screen.error(&format!("the file tells what does not happen here: {divergence}"));
        return Ok(Exit::Violated);
    }
    Ok(Exit::Holds)
}

/// The run in a file; `-` is standard input.
fn read(path: &Path) -> Result<Run> {
    if path == Path::new("-") {
        return Ok(unincluded_traces::read("standard input", &mut stdin().lock())?);
    }
    let name = shown_name(&path.display().to_string());
    let file =
        file::open(path, "a trace is read from a regular file, or from - as standard input")?;
    Ok(unincluded_traces::read(&name, &mut BufReader::new(file))?)
}
