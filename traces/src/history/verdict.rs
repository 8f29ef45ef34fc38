//! What a judge answers.

use std::collections::BTreeMap;

use super::figures::Figures;

/// The answer for one para or for a whole history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is a behaviour that the rules allow, and nothing had to be supposed.
    Accepted,
    /// It is one together with what was not recorded.
    AcceptedAsRecorded,
    /// It is none.
    Rejected,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::AcceptedAsRecorded => "accepted as far as recorded",
            Verdict::Rejected => "rejected",
        }
    }
}

/// A step that might explain the history, and the rule that excludes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The step.
    pub step: String,
    /// The rule that excludes it.
    pub rule: &'static str,
    /// What the rule finds.
    pub because: String,
}

/// Where a history leaves the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The relay block.
    pub block: u64,
    /// The line of the file, if there is one.
    pub line: usize,
    /// Steps of the para before it: the longest prefix that the rules allow.
    pub prefix: u64,
    /// Each step that might come next, first the recorded one, and why it cannot.
    pub next: Vec<Alternative>,
}

impl Rejection {
    /// The rule that excludes the recorded step.
    pub fn rule(&self) -> &'static str {
        self.next.first().map_or("", |step| step.rule)
    }
}

/// The answer for a para.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParaVerdict {
    /// What is supposed because it is not recorded; how often each.
    pub missing: BTreeMap<String, u64>,
    /// Where it is rejected, if it is.
    pub rejection: Option<Rejection>,
    /// In numbers.
    pub figures: Figures,
}

impl ParaVerdict {
    /// The answer in one of three words.
    pub fn verdict(&self) -> Verdict {
        match (&self.rejection, self.missing.is_empty()) {
            (Some(_), _) => Verdict::Rejected,
            (None, true) => Verdict::Accepted,
            (None, false) => Verdict::AcceptedAsRecorded,
        }
    }
}

/// The answer for a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Relay blocks that were read.
    pub blocks: u64,
    /// Places where the next relay block is not the child of the last.
    pub gaps: u64,
    /// Where the relay chain itself is none, if it is not.
    pub broken: Option<Rejection>,
    /// By chain, as the file calls it, and para.
    pub paras: BTreeMap<(String, u32), ParaVerdict>,
}

impl History {
    /// The worst of all.
    pub fn verdict(&self) -> Verdict {
        let broken = self.broken.as_ref().map(|_| Verdict::Rejected);
        let paras = self.paras.values().map(ParaVerdict::verdict);
        paras.chain(broken).max().unwrap_or(Verdict::AcceptedAsRecorded)
    }
}
