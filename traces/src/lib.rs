//! Runs that are kept: for people to read, for another machine to replay.
//!
//! The model forgets when things happen: its states are relative, so that finitely many are enough
//! for all time. A trace remembers. It names relay blocks `R0`, `R1`, … and para blocks `P0`, `P1`,
//! `P1b`, …, and says after every step what the relay chain and every live block look like.
//!
//! [`record`] turns a run of the model into a [`Run`]; [`write()`] and [`read`] are its file
//! ([`mod@format`]); [`replay`] does everything again with the rules of this build and compares;
//! [`table`] and [`explain`] are for people; [`corpus`] holds the runs worth keeping.

pub mod corpus;
mod divergence;
mod error;
mod explain;
pub mod format;
pub mod history;
mod judge;
pub mod lasso;
mod ledger;
mod name;
mod read;
mod run;
mod story;
mod table;
mod write;

pub use divergence::Divergence;
pub use error::TraceError;
pub use explain::explain;
pub use format::{Conclusion, Header, Judgement, Moment, Run, StepRecord};
pub use name::{ParaName, RelayName};
pub use read::{MAX_BYTES, MAX_LINE, MAX_STEPS, read};
pub use run::{Replayed, record, record_lasso, replay};
pub use story::plain;
pub use table::{in_words, table};
pub use write::write;
