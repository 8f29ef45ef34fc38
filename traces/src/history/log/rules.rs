//! What the rules say of an attempt to build, and of what came of a collation.

use unincluded_model::RelayNumberCheck;

use super::super::para::Excluded;
use super::hash::Printed;
use super::judge::LogJudge;
use super::known::Own;
use super::message::{Attempt, Collator, Fate, State};

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
    fn shown_in_time(&self, own: &Own, hash: Printed) -> Result<(), Excluded> {
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
        if timestamp % slot != 0 || ms == 0 {
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

    /// Whether a fate is one of this para.
    fn is_ours(&mut self, fate: &Fate) -> bool {
        let Some(para) = fate.para else { return true };
        if *self.para.get_or_insert(para) != para {
            self.suppose("what another para does");
            return false;
        }
        true
    }

    /// What is known of a collation, if this collator built it; its relay parent is the block's.
    fn collation(&mut self, fate: &Fate) -> Result<Option<Own>, Excluded> {
        let Some(own) = self.blocks.own(fate.head).copied() else {
            self.suppose("how blocks were built that were backed or included");
            return Ok(None);
        };
        if let Some(relay_parent) = fate.relay_parent
            && !relay_parent.is(own.relay_parent)
        {
            let built = own.relay_parent;
            return Err(("PVF-1", format!("built on {built}, and its receipt has {relay_parent}")));
        }
        Ok(Some(own))
    }

    /// ARP-1, INCL-1, INCL-6: backed in the window of its relay parent, and not before its parent.
    pub(super) fn backed(&mut self, fate: &Fate) -> Result<(), Excluded> {
        if !self.is_ours(fate) {
            return Ok(());
        }
        self.figures.backed += 1;
        let Some(after) = fate.after else { return Ok(()) };
        let window = u64::from(self.known.lookahead);
        if after == 0 || after > window {
            let because = format!("backed {after} relay blocks after its relay parent");
            return Err(("ARP-1", format!("{because}, and 1 to {window} are allowed")));
        }
        self.figures.backing.add(after);
        let Some(own) = self.collation(fate)? else { return Ok(()) };
        if own.expired.is_some() {
            return Err(("ARP-1", "it expired before it was backed".to_owned()));
        }
        if is_again(own.backed_by, fate) {
            return Err(("INCL-1", "the same relay block backs it twice".to_owned()));
        }
        let Some(entry) = self.blocks.own_mut(fate.head) else { return Ok(()) };
        entry.backed_by = fate.relay_block;
        entry.backed = Some(entry.backed.map_or(after, |before| before.min(after)));
        let child = entry.backed_in();
        let parent = self.blocks.own(own.parent).and_then(Own::backed_in);
        if let (Some(parent), Some(child)) = (parent, child)
            && !self.reorganised
        {
            if child < parent {
                let because = format!("backed in relay block {child}, its parent in {parent}");
                return Err(("INCL-6", because));
            }
            if child == parent && self.known.cores == 1 {
                let because = format!("its parent and it are backed in relay block {child}");
                return Err(("INCL-1", format!("{because}, and there is one core")));
            }
        }
        Ok(())
    }

    /// INCL-3, INCL-4, TO-4: included after it was backed, not too late, and not before its parent.
    pub(super) fn included(&mut self, fate: &Fate) -> Result<(), Excluded> {
        if !self.is_ours(fate) {
            return Ok(());
        }
        self.figures.included += 1;
        let Some(after) = fate.after else { return Ok(()) };
        let most = self.known.occupancy;
        if after == 0 {
            return Err(("INCL-3", "included by the relay block that backs it".to_owned()));
        }
        if after > most {
            let because = format!("included {after} relay blocks after its backing");
            return Err(("TO-4", format!("{because}, {most} are the most")));
        }
        self.figures.inclusion.add(after);
        let Some(own) = self.collation(fate)? else { return Ok(()) };
        if own.backed.is_none() {
            self.suppose("backings of blocks that were included");
        }
        if is_again(own.included_by, fate) {
            return Err(("INCL-5", "the same relay block includes it twice".to_owned()));
        }
        let Some(entry) = self.blocks.own_mut(fate.head) else { return Ok(()) };
        entry.included_by = fate.relay_block;
        entry.included = Some(entry.included.map_or(after, |before| before.min(after)));
        let entry = *entry;
        self.shown_in_time(&entry, fate.head)?;
        let Some(child) = entry.included_in() else { return Ok(()) };
        let parent = self.blocks.own(own.parent).and_then(Own::included_in);
        if let Some(parent) = parent.filter(|&parent| parent > child && !self.reorganised) {
            let because = format!("included in relay block {child}, its parent in {parent}");
            return Err(("INCL-4", because));
        }
        if let Some(number) = self.blocks.number(fate.head) {
            self.included = self.included.max(Some((child, number)));
        }
        Ok(())
    }
}

/// Whether the relay block that did it before does it once more.
fn is_again(before: Option<Printed>, fate: &Fate) -> bool {
    before.zip(fate.relay_block).is_some_and(|(before, now)| before.is(now))
}
