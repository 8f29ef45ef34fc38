//! The judge of a log: one line after the other, and whether the rules allow what it tells.

use std::collections::{BTreeMap, BTreeSet};

use unincluded_model::RelayNumberCheck;

use super::super::para::Excluded;
use super::super::verdict::{Alternative, Rejection};
use super::hash::Printed;
use super::known::{Block, Blocks, Own, RelayParent, RelayParents};
use super::line::plain_text;
use super::message::{Attempt, Collator, Said};
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

/// Cores that are counted, at most.
const MOST_CORES: usize = 64;

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
    begun: Option<(Printed, Option<u64>)>,
    /// Whether the collator last found that it may not build.
    declined: bool,
    /// The slot that was derived last, for the next attempt.
    pub(super) derived: Option<u64>,
    /// The newest inclusion of an own block: in which relay block, and its number.
    pub(super) included: Option<(u64, u64)>,
    pub(super) para: Option<u64>,
    /// Whether there was a fork, after which later is not higher.
    pub(super) reorganised: bool,
    /// Whether any attempt was recorded, and any fate.
    speaks: (bool, bool),
    highest: Option<u64>,
    cores: BTreeSet<u64>,
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

    /// A block is begun. It is built on the parent that was chosen, and only if there was one.
    fn begin(&mut self, parent: Printed, number: Option<u64>) -> Result<(), Excluded> {
        if self.declined {
            let because =
                format!("a block on {parent}, after the collator found that it may not build");
            return Err(("COLL-6", because));
        }
        if let Some(number) = number {
            self.learn(parent, number)?;
        }
        let number = number.or_else(|| self.blocks.number(parent));
        if let Some(attempt) = self.open {
            let chosen = self.begun.map_or(attempt.parent, |(parent, _)| Some(parent));
            if let Some(chosen) = chosen.filter(|chosen| !chosen.is(parent)) {
                return Err(("COLL-5", format!("it builds on {parent}, and {chosen} was chosen")));
            }
            let with_parent = Attempt { parent: Some(parent), ..attempt };
            if self.begun.is_none() {
                self.depth(&with_parent)?;
            }
            if attempt.parent.is_none() {
                self.on_parent(&with_parent)?;
            }
            self.open = Some(with_parent);
        }
        self.begun = Some((parent, number));
        Ok(())
    }

    fn prepare(&mut self, number: u64, parent: Printed) -> Result<(), Excluded> {
        let Some((begun, before)) = self.begun else {
            self.begun = Some((parent, number.checked_sub(1)));
            return Ok(());
        };
        if !begun.is(parent) {
            return Err(("COLL-5", format!("it was begun on {begun}, and its parent is {parent}")));
        }
        follows(before, number)?;
        self.begun = Some((begun, number.checked_sub(1)));
        Ok(())
    }

    fn seal(&mut self, number: u64, hash: Printed) -> Result<(), Excluded> {
        if self.declined {
            let because = format!("block {number}, after the collator found that it may not build");
            return Err(("COLL-6", because));
        }
        if self.blocks.own(hash).is_some() {
            return Err((LOG, format!("block {number} {hash} is sealed twice")));
        }
        follows(self.begun.and_then(|(_, number)| number), number)?;
        self.learn(hash, number)?;
        self.figures.built += 1;
        self.figures.forks += u64::from(self.highest.is_some_and(|highest| number <= highest));
        self.highest = self.highest.max(Some(number));
        let (Some(attempt), Some((parent, _))) = (self.open, self.begun) else {
            if self.speaks.0 {
                self.suppose("the attempts that led to some blocks");
            }
            self.begun = None;
            return Ok(());
        };
        let before =
            self.blocks.own(parent).filter(|own| own.relay_parent.is(attempt.relay_parent));
        let on_relay_parent = 1 + before.map_or(0, |own| own.on_relay_parent);
        if attempt.collator != Collator::Bundling && on_relay_parent > self.known.velocity + 1 {
            let most = self.known.velocity + 1;
            let many = format!("{on_relay_parent} blocks of one chain on {}", attempt.relay_parent);
            return Err(("HOOK-3", format!("{many}, and {most} may share a relay slot")));
        }
        let there = self.relay_parents.of(attempt.relay_parent);
        self.figures.relay_parents += u64::from(there.built == 0);
        there.built += 1;
        let slot = attempt.slot.or(there.slot);
        RelayParent::note(&mut there.parents, parent);
        self.blocks.built(
            hash,
            Own {
                collator: attempt.collator,
                parent,
                relay_parent: attempt.relay_parent,
                relay_number: attempt
                    .relay_number
                    .or_else(|| self.blocks.number(attempt.relay_parent)),
                slot,
                on_relay_parent,
                backed: None,
                included: None,
                backed_by: None,
                included_by: None,
                shown_by: None,
                expired: None,
            },
        );
        // Several blocks may follow one claim, each on the last.
        let goes_on = attempt.collator == Collator::Bundling;
        self.begun = goes_on.then_some((hash, Some(number)));
        self.open = self.open.filter(|_| goes_on);
        Ok(())
    }

    fn import(
        &mut self,
        number: u64,
        parent: Option<Printed>,
        hash: Printed,
    ) -> Result<(), Excluded> {
        self.learn(hash, number)?;
        if let Some(parent) = parent
            && let Some(before) = number.checked_sub(1)
        {
            self.learn(parent, before)?;
        }
        let own = self.blocks.own(hash).map(|own| own.parent);
        if let (Some(own), Some(parent)) = (own, parent)
            && !own.is(parent)
        {
            return Err((LOG, format!("{hash} was built on {own}, and its parent is {parent}")));
        }
        Ok(())
    }

    /// A collation is submitted: of a block of this collator, one for each core of a relay parent.
    fn submit(
        &mut self,
        core: Option<u64>,
        hash: Option<Printed>,
        number: Option<u64>,
    ) -> Result<(), Excluded> {
        self.figures.submitted += 1;
        if let Some(core) = core
            && self.cores.len() < MOST_CORES
        {
            self.cores.insert(core);
        }
        let Some(hash) = hash else { return Ok(()) };
        if let (Some(says), Some(is)) = (number, self.blocks.number(hash))
            && says != is
        {
            let because = format!("{hash} is block {is}, and is submitted as block {says}");
            return Err(("COLL-9", because));
        }
        let Some(&Block { own: Some(own), .. }) = self.blocks.get(hash) else {
            self.suppose("how blocks were built that were submitted");
            return Ok(());
        };
        let Some(core) = core else { return Ok(()) };
        let there = self.relay_parents.of(own.relay_parent);
        if there.cores.contains(&core) {
            let because = format!("a second collation for core {core} on {}", own.relay_parent);
            return Err(("SLOTB-3", because));
        }
        RelayParent::note(&mut there.cores, core);
        Ok(())
    }
}

/// A block has the number after its parent's.
fn follows(parent: Option<u64>, number: u64) -> Result<(), Excluded> {
    match parent {
        Some(parent) if parent.checked_add(1) != Some(number) => {
            Err(("PVF-1", format!("block {number} after block {parent}")))
        }
        _ => Ok(()),
    }
}
