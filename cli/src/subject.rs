//! What is looked at: scenarios, built in or from files, with the changes asked for.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use unincluded_model::{Protocol, Rule, Scenario, Variant};

use crate::arguments::Changes;
use crate::file;
use crate::nearest::did_you_mean;

/// Files longer than this are no scenarios.
const LONGEST_FILE: u64 = 1 << 20;

/// The scenarios of these words, each once; all built-in ones if there are none.
pub(crate) fn subjects(words: &[String], changes: &Changes) -> Result<Vec<Protocol>> {
    let built_in: Vec<String> = Scenario::names().map(str::to_owned).collect();
    let mut scenarios: Vec<Scenario> = Vec::new();
    for word in if words.is_empty() { &built_in } else { words } {
        let scenario = scenario(word)?;
        match scenarios.iter().find(|other| other.name == scenario.name) {
            Some(other) if *other == scenario => {}
            Some(_) => bail!(
                "{word}: another scenario of this run is called {:?} too; give one of them another \
                 name",
                scenario.name
            ),
            None => scenarios.push(scenario),
        }
    }
    Ok(scenarios.into_iter().map(|scenario| changed(scenario, changes)).collect())
}

/// The scenario of this word.
pub(crate) fn subject(word: &str, changes: &Changes) -> Result<Protocol> {
    Ok(changed(scenario(word)?, changes))
}

fn changed(scenario: Scenario, changes: &Changes) -> Protocol {
    Protocol::new(scenario)
        .without(changes.without.iter().copied())
        .with_variants(changes.variant.iter().copied())
}

/// A built-in scenario by its name, or one from a TOML file.
fn scenario(word: &str) -> Result<Scenario> {
    if let Some(built_in) = Scenario::built_in(word) {
        return Ok(built_in);
    }
    let path = Path::new(word);
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if !is_toml && !path.exists() {
        return Err(anyhow!(
            "there is no scenario {word:?}{}\n`unincluded list scenarios` names them all; a scenario \
             of your own is a TOML file, given by its path",
            did_you_mean(word, Scenario::names())
        ));
    }
    let legal = "a scenario is read from a regular file";
    let Some(text) = file::text(path, LONGEST_FILE, legal)? else {
        bail!("{word} is longer than a scenario is, at most {LONGEST_FILE} bytes");
    };
    Ok(Scenario::parse(word, &text)?)
}

/// What a protocol is called: `astar`, `astar without SEG-5`.
pub(crate) fn title(protocol: &Protocol) -> String {
    let mut title = protocol.scenario().name.clone();
    let mut add = |word: &str, names: Vec<&str>| {
        if !names.is_empty() {
            title += word;
            title += &names.join(", ");
        }
    };
    add(" without ", protocol.off().iter().map(Rule::id).collect());
    add(" with ", protocol.variants().iter().map(Variant::name).collect());
    title
}
