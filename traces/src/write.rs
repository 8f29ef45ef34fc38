//! Writing a run: one line each, and always the same bytes for the same run.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::TraceError;
use crate::format::Run;

/// Writes a run.
///
/// # Errors
///
/// If `to` cannot be written.
pub fn write(run: &Run, to: &mut dyn Write) -> Result<(), TraceError> {
    body(run, to)?;
    line(&run.verdict, to)?;
    to.flush()?;
    Ok(())
}

/// SHA-256, in hexadecimal, of all that stands before the conclusion.
pub(crate) fn digest(run: &Run) -> io::Result<String> {
    struct Hashing(Sha256);
    impl Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hashing = Hashing(Sha256::new());
    body(run, &mut hashing)?;
    Ok(format!("{:x}", hashing.0.finalize()))
}

fn body(run: &Run, to: &mut dyn Write) -> io::Result<()> {
    line(&run.header, to)?;
    run.steps.iter().try_for_each(|step| line(step, to))
}

fn line(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    to.write_all(&text)
}
