//! Logs of collators: whether what a collator says it did is what the rules allow.
//!
//! A log is one view: it tells what this collator chose and built, and what came of it, as far as its
//! targets were switched on. Nothing in it is complete, so a line that is not there proves nothing;
//! what is supposed is said. Lines that tell of a step are judged with what was said before, and the
//! first that no rule allows, or the first panic, is the answer.
//!
//! [`LogJudge::line`] takes a line at a time and remembers some thousand blocks, so that memory does
//! not grow with the log; [`LogJudge::verdict`] is the answer.

mod building;
mod fates;
mod hash;
mod judge;
mod known;
mod line;
mod message;
mod panics;
mod rules;
mod verdict;

pub use judge::{KnownOfCollator, LogJudge};
pub use verdict::{LogFigures, LogVerdict};
