//! Slots and their owners: which para slot follows from a relay slot, and whose turn it is.
//!
//! On one relay branch slots are in the order of blocks, and where every authority is alike nobody
//! asks for more. Where authorities have names, or a para slot is not a relay slot, a state says of
//! each relay block how far its slot is from where the authorities' turns begin anew.

use super::Protocol;
use crate::action::{Author, Claim};
use crate::few::Few;
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::{Authority, CollatorKind, Generation};
use crate::state::{Age, ParaBlock, State};

/// Milliseconds of a relay slot.
pub const RELAY_SLOT_MS: u32 = 6000;

impl Protocol {
    /// Relay slots after which the same authority owns the same part of a para slot again; 1 where
    /// all relay slots are alike.
    pub fn cycle(&self) -> u8 {
        let shared = (self.parameters().para_slot_ms / RELAY_SLOT_MS).max(1) as u8;
        let environment = self.environment();
        let [named, next] = [environment.authorities, environment.next_authorities]
            .map(|set| set.0.len().max(1) as u8);
        let told_apart = self.stores_para_slots || named > 1 || next > 1;
        let both = (1..=next).map(|times| named * times).find(|turns| turns.is_multiple_of(next));
        if told_apart { shared * both.unwrap_or(named) } else { 1 }
    }

    /// COLL-2: the set of which a collator reads its turn: the one in the state of the block it builds
    /// on.
    pub fn set_of(&self, state: &State, author: &Author) -> u8 {
        let of_included = self.variants.contains(Variant::AuthoritiesOfIncluded);
        let branch = usize::from(author.branch);
        let included = || self.looked_up(state, branch, author.relay_parent).included;
        let read = if of_included { included() } else { author.parent };
        state.block(read).authority_set
    }

    /// The authorities of one of the two sets; none where no scenario names any.
    pub fn authorities_of(&self, set: u8) -> Few<Authority> {
        let environment = self.environment();
        if set == 0 { environment.authorities.0 } else { environment.next_authorities.0 }
    }

    /// What the authority does whose turn it is; none where no scenario names any.
    pub(crate) fn owner_as_named(&self, state: &State, author: &Author) -> Option<Authority> {
        let owner = self.owner(state, author)?;
        self.authorities_of(self.set_of(state, author)).get(usize::from(owner)).copied()
    }

    /// BLK-3: whether a session may end with this block.
    pub(crate) fn session_of_para_may_end(&self, author: &Author) -> Result<(), Refusal> {
        if author.ends_session && self.environment().next_authorities.is_empty() {
            return Err(Refusal::NotInThisScenario("sessions of the para"));
        }
        Ok(())
    }

    /// Whether blocks store their para slot: where an old hook (HOOK-8) takes others than the derived
    /// one from authors who claim them, or counts by para slots that are not relay slots.
    pub fn stores_para_slots(&self) -> bool {
        self.stores_para_slots
    }

    /// The same, as the scenario and the rules that are off say: an environment whose faults are over
    /// goes on with what blocks have claimed.
    pub(crate) fn should_store_para_slots(&self) -> bool {
        let adversary = self.environment().collator == CollatorKind::Adversary;
        let own = adversary || !self.has(Rule::Coll1);
        let differ = self.parameters().para_slot_ms != RELAY_SLOT_MS;
        self.parameters().generation != Generation::AuraExt025 && (own || differ)
    }

    /// Whether anything reads the number of a relay slot.
    pub(crate) fn reads_slots(&self) -> bool {
        self.cycle() > 1 || self.stores_para_slots
    }

    /// The phase of the next relay block, after empty slots.
    pub(crate) fn later_phase(&self, phase: u8, skipped: u8) -> u8 {
        let cycle = u16::from(self.cycle());
        ((u16::from(phase) + 1 + u16::from(skipped)) % cycle) as u8
    }

    /// HOOK-4, COLL-1: the para slot that begins with a relay slot or holds it, by number.
    fn para_slot_of(&self, relay_slot: i32) -> i32 {
        let slots = i64::from(relay_slot) * i64::from(RELAY_SLOT_MS);
        slots.div_euclid(i64::from(self.parameters().para_slot_ms)) as i32
    }

    /// How many para slots after the derived one a block claims.
    pub(crate) fn claimed_offset(&self, claim: Claim) -> i32 {
        match claim {
            Claim::Honest | Claim::SlotMissing | Claim::Stranger => 0,
            Claim::SlotAhead => 1,
            Claim::SlotFarAhead => i32::from(self.velocity()) + 1,
            Claim::SlotBehind => -1,
        }
    }

    /// COLL-2, BLK-3: the authority that owns the para slot a block claims, by its place in the set
    /// that the collators read; none where no scenario names them.
    pub fn owner(&self, state: &State, author: &Author) -> Option<u8> {
        let named = self.authorities_of(self.set_of(state, author));
        let count = i32::from(named.len() as u8);
        if count == 0 {
            return None;
        }
        let view = state.branch(usize::from(author.branch)).view(author.relay_parent);
        let slot = self.para_slot_of(i32::from(view.phase)) + self.claimed_offset(author.claim);
        u8::try_from(slot.rem_euclid(count)).ok()
    }

    /// The authorities that own a para slot derived from some relay slot, as a set of places: with
    /// para slots shorter than relay slots some may own none (HOOK-8).
    pub fn owners_of_derived_slots(&self) -> u32 {
        let count = i32::from(self.environment().authorities.0.len() as u8);
        if count == 0 {
            return 0;
        }
        let slots = (0..i32::from(self.cycle())).map(|phase| self.para_slot_of(phase));
        slots.fold(0, |set, slot| set | 1 << slot.rem_euclid(count))
    }

    /// FLT-9: an authority that is away authors nothing. A stranger is not the slot's owner.
    pub(crate) fn owner_is_there(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let is_away = self.owner_as_named(state, author) == Some(Authority::Absent);
        match self.owner(state, author) {
            Some(owner) if is_away && author.claim != Claim::Stranger => {
                Err(Refusal::OwnerAway(owner))
            }
            _ => Ok(()),
        }
    }

    /// The number of the para slot that follows from the relay block of an age, where they are
    /// stored; relay slots are then without gaps. Numbers of one state can be compared.
    fn derived(&self, state: &State, age: Age) -> i32 {
        // Far enough from 0 for every age, and where the turns begin.
        let start = 32 * i32::from(self.cycle());
        self.para_slot_of(start + i32::from(state.main().tip().phase) - i32::from(age.0))
    }

    /// How far ahead of the derived one a para slot may be: 0.17 and 0.18 of HOOK-8.
    fn reach(&self) -> u8 {
        let ahead = self.parameters().generation == Generation::AuraExt018;
        if ahead { self.velocity() } else { 0 }
    }

    /// A para slot's number as a block stores it: counted back from the latest that can be claimed.
    pub(crate) fn stored_slot(&self, state: &State, author: &Author) -> u8 {
        if !self.stores_para_slots {
            return 0;
        }
        let latest = self.derived(state, Age::TIP) + i32::from(self.reach());
        let back = latest - self.claimed(state, author);
        let oldest = self.oldest_para_slot();
        u8::try_from(back.max(0)).map_or(oldest, |back| back.min(oldest))
    }

    /// The number of the para slot a block claims.
    pub(crate) fn claimed(&self, state: &State, author: &Author) -> i32 {
        self.derived(state, author.relay_parent) + self.claimed_offset(author.claim)
    }

    /// The number of the para slot a block has stored.
    pub(crate) fn para_slot(&self, state: &State, block: &ParaBlock) -> i32 {
        self.derived(state, Age::TIP) + i32::from(self.reach()) - i32::from(block.para_slot)
    }

    /// A stored para slot that is older than any that can be claimed.
    pub(crate) fn oldest_para_slot(&self) -> u8 {
        if !self.stores_para_slots {
            return 0;
        }
        let views = u32::from(self.oldest_view().0) * RELAY_SLOT_MS;
        self.reach() + views.div_ceil(self.parameters().para_slot_ms) as u8 + 2
    }

    /// With the next relay block the latest para slot that can be claimed is a later one.
    pub(crate) fn age_para_slots(&self, state: &mut State) {
        if !self.stores_para_slots {
            return;
        }
        let phase = i32::from(state.main().tip().phase);
        let passed = self.para_slot_of(phase + 1) - self.para_slot_of(phase);
        let passed = u8::try_from(passed).unwrap_or(u8::MAX);
        let oldest = self.oldest_para_slot();
        for block in &mut state.blocks {
            block.para_slot = block.para_slot.saturating_add(passed).min(oldest);
        }
    }
}
