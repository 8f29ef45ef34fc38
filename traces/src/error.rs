//! Why a trace cannot be recorded, written or read.

use std::io;

use crate::lasso::NoRound;

/// A real error: what was being done, where, and what was wrong.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// A line of a file is not what it should be.
    #[error("{file}:{line}: {reason}")]
    Unreadable {
        /// The file, as the caller calls it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file could not be read at all.
    #[error("{file}:{line}: the file cannot be read")]
    Io {
        /// The file, as the caller calls it.
        file: String,
        /// The line that was being read, from 1.
        line: usize,
        /// What the system says.
        source: io::Error,
    },
    /// The trace could not be written.
    #[error("the trace cannot be written")]
    Unwritable(#[from] io::Error),
    /// No property has this id.
    #[error("there is no property {0:?}")]
    UnknownProperty(String),
    /// The scenario makes no such claim.
    #[error("{property} is not claimed of the scenario {scenario:?}")]
    NotClaimed {
        /// The property.
        property: &'static str,
        /// The scenario's name.
        scenario: String,
    },
    /// An action names a para block that the state does not hold.
    #[error("action {step} names para block {place}, and the state holds {held}")]
    NoSuchBlock {
        /// The action, from 1.
        step: usize,
        /// The place it names, from 0.
        place: u8,
        /// Blocks the state holds.
        held: usize,
    },
    /// An action names a relay branch that the state does not hold.
    #[error("action {step} names relay branch {branch}, and the state holds {held}")]
    NoSuchBranch {
        /// The action, from 1.
        step: usize,
        /// The branch it names, from 0.
        branch: u8,
        /// Branches the state holds.
        held: usize,
    },
    /// An action names a relay block by a branch on which the model does not look for it: a trace
    /// has one name for it, and would replay as another action.
    #[error("action {step} names by branch {branch} what the model names by an earlier one")]
    SecondName {
        /// The action, from 1.
        step: usize,
        /// The branch it names, from 0.
        branch: u8,
    },
    /// More actions than a file may hold.
    #[error("a trace holds at most {most} steps, and here are {steps}")]
    TooLong {
        /// Actions given.
        steps: usize,
        /// The most there may be.
        most: usize,
    },
    /// What is to be a round is none.
    #[error("no run without end: it takes {0}")]
    NoRound(NoRound),
    /// It would take too long to say whether another block can be included.
    #[error("no verdict: more than {most} states lie between step {step} and the next inclusion")]
    Undecided {
        /// The step after which it was asked.
        step: usize,
        /// States looked at.
        most: usize,
    },
    /// The protocol forgets other things than a replay would.
    #[error("a trace is recorded with all reductions that its rules allow, as it will be replayed")]
    OtherReductions,
    /// The scenario has a value out of range.
    #[error(transparent)]
    Scenario(#[from] unincluded_model::ScenarioError),
    /// A search for a run to keep did not find one.
    #[error("{name}: no run to keep was found ({outcome})")]
    NothingToKeep {
        /// The recipe.
        name: &'static str,
        /// What the search says.
        outcome: String,
    },
}
