//! The node's fragment chain and inclusion emulator beside the model.
//!
//! [`inclusion_emulator`] and the fragment chain inside [`prospective`] are compiled from the sources
//! that were published, unchanged; [`prospective`] and [`view`] do with them what the two subsystems
//! around them do, [`world`] lets a run of the model drive them, and [`compare`] says where they
//! part. [`edges`] and [`walks`] choose the runs; [`emulated`] asks the emulator alone.

#![allow(clippy::result_large_err, reason = "the errors of the published code are that large")]

// What the published sources call their surroundings.
extern crate self as gum;
extern crate self as polkadot_node_subsystem;
extern crate self as polkadot_node_subsystem_util;

pub mod candidate;
pub mod compare;
pub mod edges;
pub mod emulated;
pub mod prospective;
pub mod view;
pub mod walks;
pub mod world;

include!(concat!(env!("OUT_DIR"), "/inclusion_emulator.rs"));

/// Nothing: the published sources write their log with it.
#[macro_export]
macro_rules! trace {
    ($($anything:tt)*) => {{}};
}

/// Nothing: the published sources write their log with it.
#[macro_export]
macro_rules! debug {
    ($($anything:tt)*) => {{}};
}

/// The messages of the prospective parachains subsystem, as far as the fragment chain names them.
pub mod messages {
    use std::collections::HashSet;

    use polkadot_primitives::{CandidateHash, Hash};

    /// Candidates that the relay chain has, or will have when the answer is used.
    pub type Ancestors = HashSet<CandidateHash>;

    /// A candidate that a relay block can back.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BackableCandidateRef {
        /// The candidate.
        pub candidate_hash: CandidateHash,
        /// The block at which its core and group are looked up; its relay parent until V3.
        pub scheduling_parent: Hash,
    }
}
