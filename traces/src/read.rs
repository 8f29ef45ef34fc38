//! Reading a run. A file may come from anywhere: nothing in it is believed before it is checked,
//! and what is wrong is said with its line.

use std::fmt;
use std::io::{BufRead, Read};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::divergence::Flaw;
use crate::error::TraceError;
use crate::format::{Conclusion, FORMAT, Header, Run, StepRecord, VERSION, VERSION_OF_LASSOS};
use crate::story::plain;

/// Bytes of a line, at most.
pub const MAX_LINE: usize = 1 << 20;

/// Steps of a file, at most.
pub const MAX_STEPS: usize = 100_000;

/// Bytes of a file, at most.
pub const MAX_BYTES: usize = 64 << 20;

/// Reads a run; `file` is what errors call it. What the steps say is checked by
/// [`crate::replay`], not here.
///
/// # Errors
///
/// If the file is no trace, is cut off or too large, or says a thing in another way than
/// [`crate::write()`] would.
pub fn read(file: &str, from: &mut dyn BufRead) -> Result<Run, TraceError> {
    let mut lines = Lines { file, from, number: 0, bytes: 0 };
    let header = lines.header()?;
    let mut steps: Vec<StepRecord> = Vec::new();
    loop {
        let Some(text) = lines.next()? else {
            lines.number += 1;
            return Err(lines.error("the file ends before its verdict: it is cut off"));
        };
        if text.starts_with("{\"verdict\":") {
            let verdict: Conclusion = lines.parse(&text)?;
            if lines.next()?.is_some() {
                return Err(lines.error("nothing may follow the verdict"));
            }
            if let Some(Err(flaw)) = header.lasso.as_ref().map(|lasso| lasso.fits(steps.len())) {
                lines.number = 1;
                return Err(lines.not_legal(&flaw));
            }
            return Ok(Run { header, steps, verdict });
        }
        if !text.starts_with("{\"step\":") {
            let what = "neither a step, {\"step\":…}, nor the verdict, {\"verdict\":…}";
            return Err(lines.error(what));
        }
        if steps.len() == MAX_STEPS {
            return Err(lines.error(format!("a trace holds at most {MAX_STEPS} steps")));
        }
        let step: StepRecord = lines.parse(&text)?;
        if step.then.is_some() == step.refused.is_some() {
            return Err(lines.error("a step has either `then` or `refused`"));
        }
        steps.push(step);
    }
}

/// The lines of a file, and how far they are read.
struct Lines<'a> {
    file: &'a str,
    from: &'a mut dyn BufRead,
    number: usize,
    bytes: usize,
}

impl Lines<'_> {
    /// The first line. Its version is looked at first, as another one may mean anything else.
    fn header(&mut self) -> Result<Header, TraceError> {
        #[derive(serde::Deserialize)]
        #[serde(expecting = "the header of a trace")]
        struct Kind {
            unincluded: Option<String>,
            version: Option<u64>,
        }
        let Some(text) = self.next()? else {
            self.number = 1;
            return Err(self.error("the file is empty"));
        };
        let kind: Kind = self.typed(&text)?;
        if kind.unincluded.as_deref() != Some(FORMAT) {
            return Err(self.error("not a trace: the header has no \"unincluded\":\"trace\""));
        }
        let known = [VERSION, VERSION_OF_LASSOS].map(u64::from);
        if !kind.version.is_some_and(|version| known.contains(&version)) {
            let found = kind.version.map_or("none".to_owned(), |version| version.to_string());
            return Err(self.error(format!(
                "this build reads versions {VERSION} and {VERSION_OF_LASSOS}, not {found}"
            )));
        }
        let header: Header = self.parse(&text)?;
        match header.protocol() {
            Ok(_) => Ok(header),
            Err(flaw) => Err(self.not_legal(&flaw)),
        }
    }

    /// The next line, without its end; none at the end of the file.
    fn next(&mut self) -> Result<Option<String>, TraceError> {
        self.number += 1;
        let mut line = Vec::new();
        let limit = MAX_LINE as u64 + 1;
        let read = (&mut *self.from).take(limit).read_until(b'\n', &mut line);
        self.bytes += read.map_err(|source| TraceError::Io {
            file: self.file.to_owned(),
            line: self.number,
            source,
        })?;
        if line.is_empty() {
            self.number -= 1;
            return Ok(None);
        }
        if self.bytes > MAX_BYTES {
            return Err(self.error(format!("a trace holds at most {} MiB", MAX_BYTES >> 20)));
        }
        if line.pop() != Some(b'\n') {
            return Err(self.error(if line.len() >= MAX_LINE {
                format!("a line holds at most {} MiB", MAX_LINE >> 20)
            } else {
                "the line has no end: the file is cut off".to_owned()
            }));
        }
        String::from_utf8(line).map(Some).map_err(|error| {
            let column = error.utf8_error().valid_up_to() + 1;
            self.error(format!("not UTF-8 at byte {column}"))
        })
    }

    /// What a line says, if it says it in the one way there is.
    fn parse<T: DeserializeOwned + Serialize>(&self, text: &str) -> Result<T, TraceError> {
        let value: T = self.typed(text)?;
        let again = serde_json::to_string(&value).map_err(|error| self.error(error))?;
        if again == text {
            return Ok(value);
        }
        let same = again.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        Err(self.error(format!(
            "at byte {} stands {:?}, where this line is written {:?}",
            same + 1,
            glimpse(text, same),
            glimpse(&again, same)
        )))
    }

    fn typed<T: DeserializeOwned>(&self, text: &str) -> Result<T, TraceError> {
        serde_json::from_str(text).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
            self.error(format!("{reason} (at byte {})", error.column()))
        })
    }

    fn not_legal(&self, Flaw { path, expected, found }: &Flaw) -> TraceError {
        self.error(format!("{path} = {found} is not legal: {expected}"))
    }

    fn error(&self, reason: impl fmt::Display) -> TraceError {
        let mut reason = plain(&reason.to_string());
        if reason.chars().count() > 400 {
            reason = reason.chars().take(400).chain(['…']).collect();
        }
        TraceError::Unreadable { file: self.file.to_owned(), line: self.number, reason }
    }
}

/// A few characters of a text, from about this byte on.
fn glimpse(text: &str, from: usize) -> String {
    let start = (0..=from.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text[start.unwrap_or_default()..].chars().take(12).collect()
}
