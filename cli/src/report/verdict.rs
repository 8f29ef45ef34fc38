//! The words in which answers are given.

use serde::Serialize;

use crate::exit::Exit;

/// The answer, as a word. The order is that of what weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Every property is decided, and as it should be.
    Holds,
    /// Something is not decided, and nothing is violated.
    Inconclusive,
    /// Something is violated, or a situation that must occur in a built-in scenario does not.
    Violated,
}

impl Verdict {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Violated => "violated",
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Exit {
        match verdict {
            Verdict::Holds => Exit::Holds,
            Verdict::Inconclusive => Exit::Undecided,
            Verdict::Violated => Exit::Violated,
        }
    }
}

/// What is known of a property, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// It holds of everything there is.
    Holds,
    /// A run violates it.
    Violated,
    /// The situation occurs.
    Found,
    /// The situation never occurs.
    Missing,
    /// Not decided.
    Inconclusive,
}

impl Outcome {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Violated => "violated",
            Outcome::Found => "found",
            Outcome::Missing => "missing",
            Outcome::Inconclusive => "inconclusive",
        }
    }

    /// What it means for the whole. A built-in scenario is there for its situations; parameters of
    /// the user's own may rule one out.
    pub(crate) fn verdict(self, is_built_in: bool) -> Verdict {
        match self {
            Outcome::Holds | Outcome::Found => Verdict::Holds,
            Outcome::Missing if !is_built_in => Verdict::Holds,
            Outcome::Violated | Outcome::Missing => Verdict::Violated,
            Outcome::Inconclusive => Verdict::Inconclusive,
        }
    }
}
