//! The command as its users meet it: what it prints, what it saves, how it exits.

mod check;
mod claims;
mod explore;
mod fuzz;
mod help;
mod kept;
mod limits;
mod list;
mod long_run;
mod misuse;
mod pipes;
mod reports;
mod simulate;
mod sweep;
mod validate;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// An empty directory in which the command runs.
struct Place(TempDir);

/// What came of it.
#[derive(Debug)]
struct Answer {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        Place(TempDir::new().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the directory is ours");
    }

    /// A built-in scenario under another name, its text changed.
    fn scenario(&self, file: &str, built_in: &str, changes: &[(&str, &str)]) {
        let mut text =
            unincluded_model::Scenario::text(built_in).expect("a built-in scenario").to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{built_in} has no {from:?}");
            text = text.replacen(from, to, 1);
        }
        self.write(file, &text);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unincluded"));
        command
            .current_dir(self.0.path())
            .env_remove("NO_COLOR")
            .env_remove("COLUMNS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Answer {
        let output = self.command().args(arguments).output().expect("the command starts");
        Answer {
            code: output.status.code().expect("it exits, and is not killed"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The arguments as a line of words.
    fn says(&self, line: &str) -> Answer {
        self.run(line.split_whitespace())
    }

    fn has(&self, file: &str) -> bool {
        Path::new(&self.path(file)).is_file()
    }
}

impl Answer {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// One JSON value and nothing else.
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    #[track_caller]
    fn complains_of(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {self:#?}");
        }
        self
    }

    #[track_caller]
    fn shows(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word), "{word:?} is not in {self:#?}");
        }
        self
    }
}
