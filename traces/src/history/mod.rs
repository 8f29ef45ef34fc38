//! Histories of real relay chains: whether what happened is what the rules allow.
//!
//! A history says what the relay chain did, block by block: what it backed, included and timed out.
//! It does not say where everything stood before its first block, nor every step. So the judge starts
//! from an unknown state, takes each recorded step if the rules allow it, and supposes a step that
//! leaves no record only where nothing else explains the next one. What it had to suppose is said.
//!
//! [`Judge::block`] takes a block at a time and keeps a few of them, so that memory does not grow with
//! the history; [`Judge::verdict`] is the answer. [`LogJudge`] does the same for the log of a
//! collator.

mod figures;
mod judge;
mod log;
mod para;
mod read;
mod record;
mod verdict;

pub use figures::{Figures, MAX_PARAS, Tally};
pub use judge::{Judge, Known};
pub use log::{KnownOfCollator, LogFigures, LogJudge, LogVerdict};
pub use read::{Lines, MAX_HISTORY_LINE, RecordReader};
pub use record::{Candidate, Event, Hash, ParentHeader, Record};
pub use verdict::{Alternative, History, ParaVerdict, Rejection, Verdict};
