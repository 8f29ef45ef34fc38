//! What a collator says while it builds a block, from its parent to its collation.

use super::super::para::Excluded;
use super::hash::Printed;
use super::judge::{LOG, LogJudge};
use super::known::{Block, Own, RelayParent};
use super::message::{Attempt, Collator};

/// Cores that are counted, at most.
const MOST_CORES: usize = 64;

impl LogJudge {
    /// A block is begun. It is built on the parent that was chosen, and only if there was one.
    pub(super) fn begin(&mut self, parent: Printed, number: Option<u64>) -> Result<(), Excluded> {
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

    pub(super) fn prepare(&mut self, number: u64, parent: Printed) -> Result<(), Excluded> {
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

    pub(super) fn seal(&mut self, number: u64, hash: Printed) -> Result<(), Excluded> {
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

    pub(super) fn import(
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
    pub(super) fn submit(
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
