//! The judge of a log: one line after the other, and whether the rules allow what it tells.

use std::collections::{BTreeMap, BTreeSet};

use unincluded_model::RelayNumberCheck;

use super::super::para::Excluded;
use super::super::verdict::{Alternative, Rejection};
use super::hash::Printed;
use super::known::{Blocks, RelayParents};
use super::line::plain_text;
use super::message::{Attempt, Said};
use super::panics::Panics;
use super::verdict::{LogFigures, LogVerdict};

/// What is known of the networks whose collator wrote a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownOfCollator {
    /// L: relay blocks after its relay parent in which a candidate can be backed.
    pub lookahead: u8,
    /// max(P, F): relay blocks for which a candidate can pend.
    pub occupancy: u64,
    /// C: blocks that a segment holds.
    pub capacity: u64,
    /// V: blocks on one relay slot, less one.
    pub velocity: u64,
    /// Cores that the para holds.
    pub cores: u64,
    /// How relay parents must advance.
    pub relay_numbers: RelayNumberCheck,
}

impl Default for KnownOfCollator {
    fn default() -> Self {
        KnownOfCollator {
            lookahead: 3,
            occupancy: 10,
            capacity: 3,
            velocity: 1,
            cores: 1,
            relay_numbers: RelayNumberCheck::Monotonic,
        }
    }
}

/// Where lines contradict each other there is no rule of the protocol to name.
pub(super) const LOG: &str = "log";

/// Judges the log of a collator.
#[derive(Debug, Default)]
pub struct LogJudge {
    pub(super) known: KnownOfCollator,
    pub(super) blocks: Blocks,
    pub(super) relay_parents: RelayParents,
    panics: Panics,
    /// The attempt under way.
    pub(super) open: Option<Attempt>,
    /// What the block under way is built on, and its number.
    pub(super) begun: Option<(Printed, Option<u64>)>,
    /// Whether the collator last found that it may not build.
    pub(super) declined: bool,
    /// The slot that was derived last, for the next attempt.
    pub(super) derived: Option<u64>,
    /// The newest inclusion of an own block: in which relay block, and its number.
    pub(super) included: Option<(u64, u64)>,
    pub(super) para: Option<u64>,
    /// Whether there was a fork, after which later is not higher.
    pub(super) reorganised: bool,
    /// Whether any attempt was recorded, and any fate.
    pub(super) speaks: (bool, bool),
    pub(super) highest: Option<u64>,
    pub(super) cores: BTreeSet<u64>,
    steps: u64,
    missing: BTreeMap<String, u64>,
    rejection: Option<Rejection>,
    pub(super) figures: LogFigures,
}

impl LogJudge {
    /// Nothing was seen yet.
    pub fn new(known: KnownOfCollator) -> Self {
        LogJudge { known, ..LogJudge::default() }
    }

    /// The next line, and its place in the file.
    pub fn line(&mut self, line: &str, place: usize) {
        self.figures.lines += 1;
        let line = plain_text(line);
        if let Some((rule, because)) = self.panics.see(&line) {
            self.figures.known += 1;
            let block = self.under_way();
            self.reject(
                place,
                block,
                "a block was executed, and its runtime panicked",
                (rule, because),
            );
            return;
        }
        let Some(said) = Said::parse(&line) else { return };
        self.figures.known += 1;
        if self.rejection.is_some() {
            return;
        }
        let step = said.step();
        let block = self.number_of(&said);
        match self.take(said) {
            Ok(()) => self.steps += 1,
            Err(excluded) => self.reject(place, block, &step, excluded),
        }
    }

    /// The answer.
    pub fn verdict(mut self) -> LogVerdict {
        if self.blocks.forgotten > 0 {
            let forgotten = self.blocks.forgotten;
            self.missing.insert("what came of blocks that were forgotten".to_owned(), forgotten);
        }
        if self.figures.built > 0 && !self.speaks.0 {
            self.suppose("why blocks were built: `aura::cumulus` at debug level");
        }
        if self.figures.built > 0 && !self.speaks.1 {
            self.suppose(
                "what came of blocks: `parachain::collator-protocol::stats` at debug level",
            );
        }
        self.figures.cores = self.cores.len() as u64;
        let LogJudge { para, missing, rejection, figures, .. } = self;
        LogVerdict { para, missing, rejection, figures }
    }

    fn reject(&mut self, line: usize, block: Option<u64>, step: &str, (rule, because): Excluded) {
        if self.rejection.is_none() {
            let next = vec![Alternative { step: step.to_owned(), rule, because }];
            let block = block.unwrap_or_default();
            self.rejection = Some(Rejection { block, line, prefix: self.steps, next });
        }
    }

    pub(super) fn suppose(&mut self, what: &str) {
        match self.missing.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.missing.insert(what.to_owned(), 1)),
        }
    }

    /// The number of the block that is being built, if it is known.
    fn under_way(&self) -> Option<u64> {
        let attempt = self.open.as_ref();
        let parent = self.begun.and_then(|(_, number)| number);
        parent.or_else(|| Some(attempt?.included_number? + attempt?.depth))?.checked_add(1)
    }

    /// The number of the para block that a message is about.
    fn number_of(&self, said: &Said) -> Option<u64> {
        match said {
            Said::Prepared { number, .. }
            | Said::Sealed { number, .. }
            | Said::Imported { number, .. } => Some(*number),
            Said::Submitted { number, hash, .. } => number.or_else(|| self.blocks.number((*hash)?)),
            Said::Backed(fate) | Said::Included(fate) | Said::Expired(fate, _) => {
                self.blocks.number(fate.head)
            }
            Said::Attempt(attempt) => {
                attempt.included_number?.checked_add(attempt.depth)?.checked_add(1)
            }
            _ => self.under_way(),
        }
    }

    fn take(&mut self, said: Said) -> Result<(), Excluded> {
        match said {
            Said::Started => {
                self.relay_parents.forget_blocks();
                (self.open, self.begun, self.declined, self.derived) = (None, None, false, None);
            }
            Said::Slot { slot, timestamp } => return self.slot(slot, timestamp),
            Said::RelaySlot { relay_slot, slot, slot_ms, relay_ms } => {
                return self.relay_slot(relay_slot, slot, slot_ms, relay_ms.unwrap_or(6000));
            }
            Said::Attempt(attempt) => {
                self.figures.attempts += 1;
                self.figures.depth.add(attempt.depth);
                self.speaks.0 = true;
                self.declined = false;
                self.begun = None;
                self.attempt(&attempt)?;
                self.open = Some(attempt);
            }
            Said::Declined => {
                self.figures.declined += 1;
                self.speaks.0 = true;
                (self.open, self.declined, self.derived) = (None, true, None);
            }
            Said::Skipped => {
                self.figures.skipped += 1;
                (self.open, self.derived) = (None, None);
            }
            Said::Begun { parent, number } => return self.begin(parent, number),
            Said::Prepared { number, parent } => return self.prepare(number, parent),
            Said::Sealed { number, hash } => return self.seal(number, hash),
            Said::Imported { number, parent, hash } => return self.import(number, parent, hash),
            Said::Reorganised => {
                self.figures.reorganisations += 1;
                self.reorganised = true;
            }
            Said::Submitted { core, hash, number } => return self.submit(core, hash, number),
            Said::Fetched => self.figures.fetched += 1,
            Said::Backed(fate) => {
                self.speaks.1 = true;
                return self.backed(&fate);
            }
            Said::Included(fate) => {
                self.speaks.1 = true;
                return self.included(&fate);
            }
            Said::Expired(fate, state) => {
                self.speaks.1 = true;
                *self.figures.expired.entry(state.word()).or_default() += 1;
                if let Some(own) = self.blocks.own_mut(fate.head) {
                    own.expired = Some(state);
                }
            }
            Said::Unclear => self.suppose("lines that are cut, or of another version"),
        }
        Ok(())
    }

    /// Takes down the number of a block.
    pub(super) fn learn(&mut self, hash: Printed, number: u64) -> Result<(), Excluded> {
        match self.blocks.learn(hash, number) {
            None => Ok(()),
            Some(before) => Err((LOG, format!("{hash} has number {number}, and had {before}"))),
        }
    }
}
