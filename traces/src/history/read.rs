//! Reading a history or a log line by line. A file may come from anywhere.

use std::io::{BufRead, Read};

use super::record::Record;
use crate::error::TraceError;
use crate::story::plain;

/// Bytes of a line, at most.
pub const MAX_HISTORY_LINE: usize = 8 << 20;

/// The lines of a file, one after the other. Empty lines and those that begin with `#` are passed over.
#[derive(Debug)]
pub struct Lines<R> {
    file: String,
    from: R,
    line: usize,
}

impl<R: BufRead> Lines<R> {
    /// Reads from there; `file` is what errors call it.
    pub fn new(file: &str, from: R) -> Self {
        Lines { file: file.to_owned(), from, line: 0 }
    }

    /// The line that was read last, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The next line, into `text`, without what is blank around it. The answer is whether there is one.
    ///
    /// # Errors
    ///
    /// If a line is too long, is not UTF-8, or is no text.
    pub fn read(&mut self, text: &mut String) -> Result<bool, TraceError> {
        loop {
            let mut bytes = std::mem::take(text).into_bytes();
            bytes.clear();
            self.line += 1;
            let limit = MAX_HISTORY_LINE as u64 + 1;
            let read = (&mut self.from).take(limit).read_until(b'\n', &mut bytes);
            let read = read.map_err(|source| TraceError::Io {
                file: self.file.clone(),
                line: self.line,
                source,
            })?;
            if read == 0 {
                self.line -= 1;
                return Ok(false);
            }
            if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
                return Err(self.error(&format!("no text: a zero at byte {}", at + 1)));
            }
            if bytes.len() > MAX_HISTORY_LINE {
                return Err(
                    self.error(&format!("a line holds at most {} MiB", MAX_HISTORY_LINE >> 20))
                );
            }
            *text = String::from_utf8(bytes).map_err(|error| {
                self.error(&format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to() + 1))
            })?;
            text.truncate(text.trim_end().len());
            let blank = text.len() - text.trim_start().len();
            text.drain(..blank);
            if !text.is_empty() && !text.starts_with('#') {
                return Ok(true);
            }
        }
    }

    /// What is wrong with the line that was read last.
    fn error(&self, reason: &str) -> TraceError {
        let reason: String = plain(reason).chars().take(400).collect();
        TraceError::Unreadable { file: self.file.clone(), line: self.line, reason }
    }
}

/// The relay blocks of a history, one after the other.
#[derive(Debug)]
pub struct RecordReader<R> {
    lines: Lines<R>,
    text: String,
}

impl<R: BufRead> RecordReader<R> {
    /// Reads from there; `file` is what errors call it.
    pub fn new(file: &str, from: R) -> Self {
        RecordReader { lines: Lines::new(file, from), text: String::new() }
    }

    /// The line that was read last, from 1.
    pub fn line(&self) -> usize {
        self.lines.line()
    }

    /// The next relay block; none at the end.
    ///
    /// # Errors
    ///
    /// If a line is too long, is not UTF-8, or is no relay block.
    pub fn read(&mut self) -> Result<Option<Record>, TraceError> {
        if !self.lines.read(&mut self.text)? {
            return Ok(None);
        }
        self.lines.record(&self.text).map(Some)
    }
}

impl<R: BufRead> Lines<R> {
    /// The relay block on the line that was read last.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn record(&self, text: &str) -> Result<Record, TraceError> {
        serde_json::from_str(text).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
            self.error(&format!("no relay block: {reason} (at byte {})", error.column()))
        })
    }
}
