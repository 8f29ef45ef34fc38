//! What a log shows of its collator, in words and in numbers.

use std::collections::BTreeMap;

use super::super::figures::Tally;
use super::super::verdict::{Rejection, Verdict};

/// The answer for the log of one collator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogVerdict {
    /// The para, where the log names it.
    pub para: Option<u64>,
    /// What is supposed because it is not recorded; how often each.
    pub missing: BTreeMap<String, u64>,
    /// Where it is rejected, if it is. Its block is the number of the para block, if that is known.
    pub rejection: Option<Rejection>,
    /// In numbers.
    pub figures: LogFigures,
}

impl LogVerdict {
    /// The answer in one of three words.
    pub fn verdict(&self) -> Verdict {
        match (&self.rejection, self.missing.is_empty()) {
            (Some(_), _) => Verdict::Rejected,
            (None, true) => Verdict::Accepted,
            (None, false) => Verdict::AcceptedAsRecorded,
        }
    }
}

/// The figures of a log. Ages, depths and latencies are in blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFigures {
    /// Lines.
    pub lines: u64,
    /// Lines that tell of a step.
    pub known: u64,
    /// How often the collator was about to build.
    pub attempts: u64,
    /// How often it found that it may not.
    pub declined: u64,
    /// How often it did not even ask.
    pub skipped: u64,
    /// Blocks it built.
    pub built: u64,
    /// Relay parents on which it built one at least.
    pub relay_parents: u64,
    /// Collations that it submitted.
    pub submitted: u64,
    /// Collations that validators fetched.
    pub fetched: u64,
    /// Collations that were backed.
    pub backed: u64,
    /// Collations that were included.
    pub included: u64,
    /// Collations that expired, by how far they had come.
    pub expired: BTreeMap<&'static str, u64>,
    /// From the included head to the parent, at each attempt: what the segment holds.
    pub depth: Tally,
    /// From the relay parent to the relay block that backed.
    pub backing: Tally,
    /// From there to the one that included.
    pub inclusion: Tally,
    /// Blocks that this collator built at a number for which it had built one.
    pub forks: u64,
    /// Changes of the best branch, of either chain.
    pub reorganisations: u64,
    /// Cores for which collations were submitted.
    pub cores: u64,
    /// The para's slot duration, where the log tells; milliseconds.
    pub slot_ms: Option<u64>,
}
