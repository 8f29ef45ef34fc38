//! What the rules say of an attempt to build.

use unincluded_model::RelayNumberCheck;

use super::super::para::Excluded;
use super::hash::Printed;
use super::judge::LogJudge;
use super::known::Own;
use super::message::{Attempt, Collator, State};

/// Milliseconds of a relay slot.
const RELAY_SLOT: u64 = 6000;

impl LogJudge {
    /// A collator is about to build.
    pub(super) fn attempt(&mut self, attempt: &Attempt) -> Result<(), Excluded> {
        if let Some(number) = attempt.relay_number {
            self.learn(attempt.relay_parent, number)?;
        }
        if let (Some(hash), Some(number)) = (attempt.included, attempt.included_number) {
            self.learn(hash, number)?;
        }
        self.derived_slot(attempt)?;
        self.included_head(attempt)?;
        self.depth(attempt)?;
        let capacity = self.known.capacity;
        if attempt.depth > 0 && attempt.depth >= capacity {
            let depth = attempt.depth;
            let of =
                format!("{depth} blocks to the included head, and the segment holds {capacity}");
            return Err(("SEG-5", of));
        }
        let built = self.relay_parents.get(attempt.relay_parent).map_or(0, |there| there.built);
        if attempt.collator == Collator::Lookahead && built >= 2 {
            let because = format!("{built} blocks are built on {} already", attempt.relay_parent);
            return Err(("LOOK-1", because));
        }
        if attempt.parent.is_some() { self.on_parent(attempt) } else { Ok(()) }
    }

    /// HOOK-4, COLL-1: the slot is the one derived from the relay parent, and the same each time.
    fn derived_slot(&mut self, attempt: &Attempt) -> Result<(), Excluded> {
        let derived = self.derived.take();
        let Some(slot) = attempt.slot.or(derived) else {
            self.suppose("slots of some attempts");
            return Ok(());
        };
        if let Some(derived) = derived.filter(|&derived| derived != slot) {
            return Err(("HOOK-4", format!("slot {slot}, and {derived} was derived")));
        }
        let there = self.relay_parents.of(attempt.relay_parent);
        match there.slot.replace(slot) {
            Some(before) if before != slot => {
                let relay_parent = attempt.relay_parent;
                Err(("HOOK-4", format!("slot {slot} on {relay_parent}, and {before} before")))
            }
            _ => Ok(()),
        }
    }

    /// COLL-3: the included head is the one in the state of the relay parent.
    fn included_head(&mut self, attempt: &Attempt) -> Result<(), Excluded> {
        let (Some(at), Some(hash)) = (attempt.relay_number, attempt.included) else {
            return Ok(());
        };
        if let Some((block, number)) = self.included
            && !self.reorganised
            && let Some(says) = attempt.included_number
            && at >= block
            && says < number
        {
            let because = format!(
                "block {says} is included at relay block {at}, and {number} was in relay block {block}"
            );
            return Err(("COLL-3", because));
        }
        let Some(own) = self.blocks.own_mut(hash) else { return Ok(()) };
        own.shown_by = Some(own.shown_by.map_or(at, |before| before.min(at)));
        let own = *own;
        // Backed in the block after its relay parent at the earliest, and included in the one after.
        if let Some(built_on) = own.relay_number
            && at < built_on.saturating_add(2)
        {
            let because = format!("built on relay block {built_on}, and included at {at} already");
            return Err(("INCL-3", because));
        }
        self.shown_in_time(&own, hash)
    }

    /// COLL-3: nothing shows a block as included before it is.
    pub(super) fn shown_in_time(&self, own: &Own, hash: Printed) -> Result<(), Excluded> {
        match (own.shown_by, own.included_in()) {
            (Some(shown), Some(included)) if shown < included && !self.reorganised => {
                let because =
                    format!("{hash} was included in relay block {included}, and shown by {shown}");
                Err(("COLL-3", because))
            }
            _ => Ok(()),
        }
    }

    /// COLL-4: so many blocks lie between the included head and the parent as the search says.
    pub(super) fn depth(&mut self, attempt: &Attempt) -> Result<(), Excluded> {
        let Attempt { depth, parent, included, .. } = *attempt;
        if let (Some(parent), Some(included)) = (parent, included)
            && parent.is(included) != (depth == 0)
        {
            let because = format!("it builds on {parent}, {depth} blocks above {included}");
            return Err(("COLL-4", because));
        }
        let number = parent.and_then(|parent| self.blocks.number(parent));
        let included = attempt.included_number;
        if let (Some(number), Some(included)) = (number, included)
            && included.checked_add(depth) != Some(number)
        {
            let because =
                format!("parent {number}, included head {included}, and a search depth of {depth}");
            return Err(("COLL-4", because));
        }
        Ok(())
    }

    /// What follows from the parent, where this collator built it.
    pub(super) fn on_parent(&mut self, attempt: &Attempt) -> Result<(), Excluded> {
        let Some(parent) = attempt.parent else { return Ok(()) };
        let relay_parent = attempt.relay_parent;
        let is_slot_based = attempt.collator == Collator::SlotBased;
        let there = self.relay_parents.get(relay_parent);
        if is_slot_based
            && there.is_some_and(|there| there.parents.iter().any(|one| one.is(parent)))
        {
            let because = format!("there is a block on {parent} and {relay_parent} already");
            return Err(("SLOTB-3", because));
        }
        let Some(own) = self.blocks.own(parent).copied() else {
            self.suppose("how parents were built, by other collators or before the log");
            return Ok(());
        };
        if own.relay_parent.is(relay_parent) {
            let cores = self.known.cores;
            if is_slot_based && own.on_relay_parent >= cores {
                let many = own.on_relay_parent;
                let because = format!("{many} blocks on {relay_parent}, and {cores} cores");
                return Err(("SLOTB-3", because));
            }
            if attempt.collator == Collator::Bundling && own.collator == Collator::Bundling {
                return Err(("SLOTB-7", format!("{parent} is built on {relay_parent} already")));
            }
        }
        if let (Some(before), Some(slot)) = (own.slot, attempt.slot)
            && slot < before
        {
            return Err(("BLK-3", format!("slot {slot} after {before}")));
        }
        let number = attempt.relay_number.or_else(|| self.blocks.number(relay_parent));
        let (Some(before), Some(number)) = (own.relay_number, number) else {
            self.suppose("numbers of relay parents");
            return Ok(());
        };
        self.advances(before, number, own.relay_parent.is(relay_parent))?;
        self.keeps_time(&own, attempt, number - before.min(number))?;
        self.in_window(&own, attempt, before, number)
    }

    /// RPN-1: relay parents advance by number.
    fn advances(&self, before: u64, number: u64, is_same: bool) -> Result<(), Excluded> {
        let is_fine = match self.known.relay_numbers {
            RelayNumberCheck::Strict => number > before,
            RelayNumberCheck::Monotonic => number >= before,
            RelayNumberCheck::Any => true,
        };
        if !is_fine {
            let check = self.known.relay_numbers;
            return Err((
                "RPN-1",
                format!("relay block {number} after {before}, the check is {check}"),
            ));
        }
        if number == before && !is_same && self.known.relay_numbers != RelayNumberCheck::Any {
            return Err(("COLL-4", format!("another relay block {number} than the parent's")));
        }
        Ok(())
    }

    /// HOOK-4: as many relay blocks later, at least as many relay slots have passed.
    fn keeps_time(&self, own: &Own, attempt: &Attempt, blocks: u64) -> Result<(), Excluded> {
        let (Some(before), Some(slot), Some(ms)) = (own.slot, attempt.slot, self.figures.slot_ms)
        else {
            return Ok(());
        };
        let least = blocks.saturating_mul(RELAY_SLOT) / ms.max(1);
        if slot.saturating_sub(before) < least {
            let since = format!("slot {slot} after {before}, {blocks} relay blocks later");
            return Err(("HOOK-4", format!("{since}, with slots of {ms} ms")));
        }
        Ok(())
    }

    /// COLL-4: a parent that is neither included nor pending has its relay parent in the window, and
    /// nothing pends longer than it can.
    fn in_window(
        &mut self,
        own: &Own,
        attempt: &Attempt,
        before: u64,
        number: u64,
    ) -> Result<(), Excluded> {
        let window = u64::from(self.known.lookahead);
        let age = number.saturating_sub(before);
        if attempt.depth == 0 || age < window {
            return Ok(());
        }
        let dropped = matches!(own.expired, Some(State::NotFetched | State::Fetched));
        if dropped || age > window.saturating_add(self.known.occupancy) {
            let built = format!("its parent was built {age} relay blocks earlier");
            let why = if dropped { "and expired without being backed" } else { "and cannot pend" };
            return Err(("COLL-4", format!("{built}, {why}; the window is {window}")));
        }
        if own.backed.is_none() {
            self.suppose("whether parents outside the window were pending");
        }
        Ok(())
    }

    /// A slot-based collator derived a slot: a whole number of them have passed.
    pub(super) fn slot(&mut self, slot: u64, timestamp: u64) -> Result<(), Excluded> {
        self.derived = Some(slot);
        if slot == 0 {
            return Ok(());
        }
        let ms = timestamp / slot;
        if !timestamp.is_multiple_of(slot) || ms == 0 {
            let because = format!("slot {slot} does not begin at {timestamp} ms");
            return Err(("HOOK-4", because));
        }
        self.figures.slot_ms = Some(ms);
        Ok(())
    }

    /// A lookahead collator derived a slot from a relay slot.
    pub(super) fn relay_slot(
        &mut self,
        relay_slot: u64,
        slot: u64,
        slot_ms: Option<u64>,
        relay_ms: u64,
    ) -> Result<(), Excluded> {
        self.derived = Some(slot);
        let Some(ms) = slot_ms.filter(|&ms| ms > 0) else {
            self.suppose("slot durations");
            return Ok(());
        };
        self.figures.slot_ms = Some(ms);
        let derived = relay_slot.checked_mul(relay_ms).map(|at| at / ms);
        if derived != Some(slot) {
            let because =
                format!("slot {slot} does not follow from relay slot {relay_slot} with {ms} ms");
            return Err(("HOOK-4", because));
        }
        Ok(())
    }
}
