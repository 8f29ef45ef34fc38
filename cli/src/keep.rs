//! Where runs that violate something are saved, and under which name.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use unincluded_traces::Run;

use crate::digest::digest;
use crate::screen::{quoted, shown_name};

/// Bytes of a file's name before it is cut short: file systems take 255.
const LONGEST_NAME: usize = 160;

/// Saves a run, and says where. A random run has a name of its own: it is no shortest one.
pub(crate) fn save(run: &Run, is_random: bool, directory: &Path) -> Result<PathBuf> {
    save_as(run, &name(run, is_random), directory)
}

/// Saves the run that breaks something, and says where. One that is about no property is named after what
/// it breaks.
pub(crate) fn save_against(broken: &str, run: &Run, directory: &Path) -> Result<PathBuf> {
    let mut name = name(run, false);
    if run.header.property.is_none() {
        name += &format!("-{broken}");
    }
    save_as(run, &name, directory)
}

/// Saves a run under that name, shortened if need be, and says where.
pub(crate) fn save_as(run: &Run, name: &str, directory: &Path) -> Result<PathBuf> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create the directory {}", directory.display()))?;
    let path = directory.join(file_name(name));
    let write = || -> Result<()> {
        let mut file = BufWriter::new(File::create(&path)?);
        unincluded_traces::write(run, &mut file)?;
        Ok(file.flush()?)
    };
    write().with_context(|| format!("cannot save the trace {}", path.display()))?;
    Ok(path)
}

/// `astar-without-SEG-5-INV-SEG-1`: what was run, what was changed, what it shows.
fn name(run: &Run, is_random: bool) -> String {
    let header = &run.header;
    let mut name = header.scenario.name.clone();
    for rule in &header.without {
        name += &format!("-without-{rule}");
    }
    for variant in &header.variants {
        name += &format!("-with-{}", variant.name().replace('=', "-"));
    }
    if let Some(property) = &header.property {
        name += &format!("-{property}");
    }
    if header.lasso.is_some() {
        name += "-for-ever";
    }
    if is_random {
        name += "-random";
    }
    name
}

fn file_name(name: &str) -> String {
    let mut name = name.to_owned();
    if name.len() > LONGEST_NAME {
        let digest = digest(&name);
        let end = (0..=LONGEST_NAME).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
        name.truncate(end);
        name += &format!("-{}", &digest[..8]);
    }
    name + ".jsonl"
}

/// Where a run is, and what can be done with it.
pub(crate) fn commands(trace: &Path) -> String {
    let (path, word) = (trace.display().to_string(), word(trace));
    format!(
        "\n  saved    {}\n  again    {}\n  why      unincluded explain {word}\n",
        shown_name(&path),
        replay(trace)
    )
}

/// The command that does a saved run again.
pub(crate) fn replay(trace: &Path) -> String {
    format!("unincluded replay {}", word(trace))
}

fn word(trace: &Path) -> String {
    quoted(&trace.display().to_string())
}
