//! Files of somebody else: opened only if they have an end, and read no further than makes sense.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::screen::shown_name;

/// Opens a regular file, or what a link says is one. A pipe may let us wait for ever, and a device
/// may have no end; `legal` says what would be read.
pub(crate) fn open(path: &Path, legal: &str) -> Result<File> {
    let name = shown_name(&path.display().to_string());
    let found = fs::metadata(path).with_context(|| format!("cannot open {name}"))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a directory" } else { "a pipe or a device" };
        bail!("{name} is {what}: {legal}");
    }
    File::open(path).with_context(|| format!("cannot open {name}"))
}

/// The text of a regular file, at most so many bytes of it; none if there are more.
pub(crate) fn text(path: &Path, most: u64, legal: &str) -> Result<Option<String>> {
    let name = shown_name(&path.display().to_string());
    let mut bytes = Vec::new();
    let file = open(path, legal)?;
    file.take(most + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > most {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))?;
    Ok(Some(text))
}
