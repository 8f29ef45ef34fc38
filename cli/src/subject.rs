//! What is looked at: scenarios, built in or from files, with the changes asked for.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use unincluded_model::{Protocol, Rule, Scenario, Variant};

use crate::arguments::Changes;
use crate::file;
use crate::nearest::did_you_mean;
use crate::screen::shown_name;

/// Files longer than this are no scenarios.
const LONGEST_FILE: u64 = 1 << 20;

/// A scenario under its rules.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The rules and the scenario.
    pub(crate) protocol: Protocol,
    /// The file that the scenario came from, as the user calls it.
    pub(crate) file: Option<String>,
}

impl Subject {
    fn new(scenario: Scenario, file: Option<String>, changes: &Changes) -> Self {
        let protocol = Protocol::new(scenario)
            .without(changes.without.iter().copied())
            .with_variants(changes.variant.iter().copied());
        Subject { protocol, file }
    }

    /// Whether the scenario is a built-in one as it ships.
    pub(crate) fn is_built_in(&self) -> bool {
        let scenario = self.protocol.scenario();
        Scenario::built_in(&scenario.name).as_ref() == Some(scenario)
    }

    /// What reports call it: `astar`, `astar (mine.toml) without SEG-5`.
    pub(crate) fn title(&self) -> String {
        let mut name = self.protocol.scenario().name.clone();
        if let Some(file) = &self.file {
            name += &format!(" ({})", shown_name(file));
        }
        name + &changes(&self.protocol)
    }
}

/// The scenarios of these words, each once; if there are none those of the gate, or all built-in ones.
pub(crate) fn subjects(words: &[String], full: bool, changes: &Changes) -> Result<Vec<Subject>> {
    let gate = Scenario::names().map(str::to_owned);
    let built_in: Vec<String> =
        if full { Scenario::full_names().map(str::to_owned).collect() } else { gate.collect() };
    let mut subjects: Vec<Subject> = Vec::new();
    for word in if words.is_empty() { &built_in } else { words } {
        let subject = subject(word, changes)?;
        let scenario = subject.protocol.scenario();
        let others = subjects.iter().map(|other| other.protocol.scenario());
        match others.into_iter().find(|other| other.name == scenario.name) {
            Some(other) if other == scenario => {}
            Some(_) => bail!(
                "{}: another scenario of this run is called {:?} too; give one of them another \
                 name",
                shown_name(word),
                scenario.name
            ),
            None => subjects.push(subject),
        }
    }
    Ok(subjects)
}

/// A built-in scenario by its name, or one from a TOML file.
pub(crate) fn subject(word: &str, changes: &Changes) -> Result<Subject> {
    if let Some(built_in) = Scenario::built_in(word) {
        return Ok(Subject::new(built_in, None, changes));
    }
    let path = Path::new(word);
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if !is_toml && !path.exists() {
        return Err(anyhow!(
            "there is no scenario {word:?}{}\n`unincluded list scenarios` names them all; a scenario \
             of your own is a TOML file, given by its path",
            did_you_mean(word, Scenario::full_names())
        ));
    }
    let legal = "a scenario is read from a regular file";
    let Some(text) = file::text(path, LONGEST_FILE, legal)? else {
        bail!("{} is longer than a scenario is, at most {LONGEST_FILE} bytes", shown_name(word));
    };
    Ok(Subject::new(Scenario::parse(&shown_name(word), &text)?, Some(word.to_owned()), changes))
}

/// What is changed about the rules, after a name: ` without SEG-5`.
pub(crate) fn changes(protocol: &Protocol) -> String {
    let mut text = String::new();
    let mut add = |word: &str, names: Vec<&str>| {
        if !names.is_empty() {
            text += word;
            text += &names.join(", ");
        }
    };
    add(" without ", protocol.off().iter().map(Rule::id).collect());
    add(" with ", protocol.variants().iter().map(Variant::name).collect());
    text
}
