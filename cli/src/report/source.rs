//! Where in the sources a property or an action is defined, for reports that point at lines.
//!
//! The texts are those this command was built from, so the lines are right for its own commit.

use unincluded_traces::format::Deed;

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The path from the root of the repository.
    pub(crate) file: &'static str,
    /// The line, from 1.
    pub(crate) line: usize,
}

macro_rules! text {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../", $path)))
    };
}

const CATALOGUE: (&str, &str) = text!("properties/src/catalogue.rs");
const PARA: (&str, &str) = text!("model/src/protocol/para.rs");
const RELAY: (&str, &str) = text!("model/src/protocol/relay.rs");
const BACKING: (&str, &str) = text!("model/src/protocol/backing.rs");
const COLLATOR: (&str, &str) = text!("model/src/protocol/collator.rs");
const FORKS: (&str, &str) = text!("model/src/protocol/forks.rs");

/// Where a property, or a promise for the long run, stands in the catalogue.
pub(crate) fn of_property(id: &str) -> Option<Place> {
    // A row of a table, or the one property that is written out.
    let (row, field) = (format!("\"{id}\""), format!("id: \"{id}\""));
    find(CATALOGUE, |line| line.starts_with(&row) || line.starts_with(&field))
}

/// Where the model says what follows from an action.
pub(crate) fn of_action(deed: &Deed) -> Option<Place> {
    let (text, function) = match deed {
        Deed::Author(_) => (PARA, "fn execute("),
        Deed::RelayBlock(_) => (RELAY, "fn relay_block("),
        Deed::LearnBackable { .. } => (BACKING, "fn learn_backable("),
        Deed::Recover { .. } => (COLLATOR, "fn recover("),
        Deed::Fork => (FORKS, "fn fork("),
        Deed::Settle { .. } => (FORKS, "fn settle("),
    };
    find(text, |line| line.contains(function))
}

fn find((file, text): (&'static str, &str), is_it: impl Fn(&str) -> bool) -> Option<Place> {
    let line = text.lines().position(|line| is_it(line.trim_start()))? + 1;
    Some(Place { file, line })
}

#[cfg(test)]
mod tests {
    use unincluded_properties::{CATALOGUE, PROMISES};

    use super::*;

    #[test]
    fn every_property_has_a_line_of_its_own() {
        let ids = CATALOGUE.iter().map(|one| one.id).chain(PROMISES.iter().map(|one| one.id));
        let places: std::collections::BTreeSet<usize> =
            ids.map(|id| of_property(id).expect(id).line).collect();
        assert_eq!(places.len(), CATALOGUE.len() + PROMISES.len());
    }

    #[test]
    fn every_action_has_a_function() {
        for (text, function) in [
            (PARA, "fn execute("),
            (RELAY, "fn relay_block("),
            (BACKING, "fn learn_backable("),
            (COLLATOR, "fn recover("),
            (FORKS, "fn fork("),
            (FORKS, "fn settle("),
        ] {
            assert!(find(text, |line| line.contains(function)).is_some(), "{function}");
        }
    }
}
