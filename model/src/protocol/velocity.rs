//! The velocity hook in the forms it had (HOOK-8): which para slot a block may claim, and how many
//! blocks may share a slot.
//!
//! | `aura-ext` | counts by | allows | claims |
//! |---|---|---|---|
//! | 0.7 | para slot | V + 1 | the derived slot |
//! | 0.17, 0.18 | para slot | V, and any number on the derived slot | up to V slots ahead, any behind |
//! | 0.20, 0.24 | relay slot | V + 1 | the derived slot, any behind |
//! | 0.25 on | relay slot | V + 1 | the derived slot |
//!
//! "Behind" is bounded by aura itself: no slot is older than the parent's (BLK-3).

use std::cmp::Ordering;

use super::Protocol;
use crate::action::{Author, Claim};
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::scenario::Generation;
use crate::state::{ParaBlock, RelayParent, State};

impl Protocol {
    /// HOOK-1 to HOOK-4 in the form of the scenario's generation: the slot of the block, and how many
    /// blocks share it with this one.
    pub(crate) fn check_slot(
        &self,
        state: &State,
        author: &Author,
        parent: &ParaBlock,
        relay_parent: &RelayParent,
    ) -> Result<u8, Refusal> {
        let slot_is_known = author.claim != Claim::SlotMissing;
        self.require(Rule::Hook1, slot_is_known, Refusal::NoRelaySlot)?;
        let order = self.slot_order(state, author, parent, relay_parent);
        let went_back = parent.authored > 0 && order.is_lt();
        let stored = parent.relay_parent.on(usize::from(author.branch));
        let refusal = if self.counts_by_para_slot() {
            Refusal::ParaSlotWentBack { rule: Rule::Hook2 }
        } else {
            Refusal::SlotWentBack { parent: stored, block: author.relay_parent }
        };
        self.require(Rule::Hook2, !went_back, refusal)?;
        let already = if order.is_eq() { parent.authored } else { 0 };
        if self.counts_by_para_slot() {
            self.check_claimed_slot(author)?;
            self.check_count(already, author)?;
        } else {
            self.check_count(already, author)?;
            self.check_claimed_slot(author)?;
        }
        Ok(already.saturating_add(1))
    }

    /// HOOK-3: at most V + 1 blocks of a chain on one slot. In 0.17 and 0.18 the limit is V, and holds
    /// only for blocks that do not claim the derived slot.
    fn check_count(&self, already: u8, author: &Author) -> Result<(), Refusal> {
        let velocity = self.velocity();
        let refusal = Refusal::TooManyInSlot { authored: already, velocity };
        if self.parameters().generation != Generation::AuraExt018 {
            return self.require(Rule::Hook3, already <= velocity, refusal);
        }
        let derived = self.claimed_offset(author.claim) == 0;
        let refusal = Refusal::TooManyInOtherSlot { authored: already, velocity };
        self.require(Rule::Hook3, derived || already < velocity, refusal)
    }

    /// HOOK-4: the para slot is the one derived from the relay slot, or as far from it as the
    /// generation allows.
    fn check_claimed_slot(&self, author: &Author) -> Result<(), Refusal> {
        let ahead = self.claimed_offset(author.claim);
        let most = match self.parameters().generation {
            Generation::AuraExt07 | Generation::AuraExt025 => {
                return self.require(Rule::Hook4, ahead == 0, Refusal::SlotNotDerived);
            }
            Generation::AuraExt018 => self.velocity(),
            Generation::AuraExt024 => 0,
        };
        let refusal = Refusal::SlotTooFarAhead { ahead: u8::try_from(ahead).unwrap_or(0), most };
        self.require(Rule::Hook4, ahead <= i32::from(most), refusal)
    }

    /// BLK-3: no slot is older than the parent's. Where para slots follow from relay slots, HOOK-2
    /// says so too.
    pub(crate) fn check_para_slot(
        &self,
        state: &State,
        author: &Author,
        parent: &ParaBlock,
    ) -> Result<(), Refusal> {
        let went_back = self.stores_para_slots()
            && parent.authored > 0
            && self.claimed(state, author) < self.para_slot(state, parent);
        self.require(Rule::Blk3, !went_back, Refusal::ParaSlotWentBack { rule: Rule::Blk3 })
    }

    /// How the slot of a block compares with the one its parent stored: relay slots, or para slots in
    /// the older forms.
    pub(crate) fn slot_order(
        &self,
        state: &State,
        author: &Author,
        parent: &ParaBlock,
        relay_parent: &RelayParent,
    ) -> Ordering {
        if self.stores_para_slots() && self.counts_by_para_slot() {
            self.claimed(state, author).cmp(&self.para_slot(state, parent))
        } else {
            state.compare_slots(relay_parent, &parent.relay_parent)
        }
    }

    /// HOOK-8: whether the hook counts blocks by para slot.
    pub(crate) fn counts_by_para_slot(&self) -> bool {
        matches!(self.parameters().generation, Generation::AuraExt07 | Generation::AuraExt018)
    }

    /// The velocity the hook works with; 0 acts as 1.
    pub(crate) fn velocity(&self) -> u8 {
        self.parameters().block_processing_velocity.max(1)
    }
}
