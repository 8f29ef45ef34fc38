//! Reading a history line by line. A file may come from anywhere.

use std::io::{BufRead, Read};

use super::record::Record;
use crate::error::TraceError;
use crate::story::plain;

/// Bytes of a line, at most.
pub const MAX_HISTORY_LINE: usize = 8 << 20;

/// The relay blocks of a history, one after the other. Empty lines and those that begin with `#` are
/// passed over.
#[derive(Debug)]
pub struct RecordReader<R> {
    file: String,
    from: R,
    line: usize,
}

impl<R: BufRead> RecordReader<R> {
    /// Reads from there; `file` is what errors call it.
    pub fn new(file: &str, from: R) -> Self {
        RecordReader { file: file.to_owned(), from, line: 0 }
    }

    /// The line that was read last, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The next relay block; none at the end.
    ///
    /// # Errors
    ///
    /// If a line is too long, is not UTF-8, or is no relay block.
    pub fn read(&mut self) -> Result<Option<Record>, TraceError> {
        loop {
            let mut line = Vec::new();
            self.line += 1;
            let limit = MAX_HISTORY_LINE as u64 + 1;
            let read = (&mut self.from).take(limit).read_until(b'\n', &mut line);
            let read = read.map_err(|source| TraceError::Io {
                file: self.file.clone(),
                line: self.line,
                source,
            })?;
            if read == 0 {
                self.line -= 1;
                return Ok(None);
            }
            if line.len() > MAX_HISTORY_LINE {
                return Err(
                    self.error(&format!("a line holds at most {} MiB", MAX_HISTORY_LINE >> 20))
                );
            }
            let text = std::str::from_utf8(&line);
            let text = text.map_err(|error| {
                self.error(&format!("not UTF-8 at byte {}", error.valid_up_to() + 1))
            })?;
            let text = text.trim();
            if !text.is_empty() && !text.starts_with('#') {
                return self.parsed(text).map(Some);
            }
        }
    }

    fn parsed(&self, text: &str) -> Result<Record, TraceError> {
        serde_json::from_str(text).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
            self.error(&format!("no relay block: {reason} (at byte {})", error.column()))
        })
    }

    fn error(&self, reason: &str) -> TraceError {
        let reason: String = plain(reason).chars().take(400).collect();
        TraceError::Unreadable { file: self.file.clone(), line: self.line, reason }
    }
}
