//! What a history shows of a para in numbers.

use std::collections::BTreeMap;

/// Paras that a history may have; more are an error, so that memory has a bound.
pub const MAX_PARAS: usize = 10_000;

/// How often each small number occurs; larger ones are counted together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<u64, u64>);

/// Numbers that a tally tells apart.
const MOST: u64 = 64;

impl Tally {
    /// Counts one more.
    pub(super) fn add(&mut self, value: u64) {
        *self.0.entry(value.min(MOST)).or_default() += 1;
    }

    /// Each number and how often it occurs, from the least on. The last, 64, stands for all from there.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> + '_ {
        self.0.iter().map(|(&value, &count)| (value, count))
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The figures of a para. Ages and latencies are in relay blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Relay blocks of the history, of its chain.
    pub relay_blocks: u64,
    /// Candidates backed.
    pub backed: u64,
    /// Candidates included.
    pub included: u64,
    /// Candidates that timed out.
    pub timed_out: u64,
    /// How many relay blocks after its relay parent each was backed, where that is known.
    pub relay_parent_age: Tally,
    /// How many relay blocks after its backing each was included, where both are recorded.
    pub inclusion: Tally,
    /// How many pend after each backing, where the first of them is known.
    pub pending: Tally,
    /// How many blocks the segment of each held, where its relay parent's included head is known.
    pub segment: Tally,
    /// Heads of one number that were backed in place of each other.
    pub forks: u64,
    /// Cores on which it was backed.
    pub cores: u64,
    /// Its slot duration, if the history determines it; milliseconds.
    pub slot_ms: Option<u32>,
}
