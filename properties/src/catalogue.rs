//! Every property on one line: id, kind, claim, where it applies, and what decides it.

use unincluded_model::{CollatorKind, Protocol, State};

use crate::step::is_honest;
use crate::{Transition, Verdict, invariant, progress, reachable, step};

/// What sort of claim a property makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Of every state.
    Invariant,
    /// Of every state, action and what follows.
    Step,
    /// That a situation occurs.
    Reachable,
    /// That from every state something good can still happen.
    Progress,
}

impl Kind {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Invariant => "invariant",
            Kind::Step => "step",
            Kind::Reachable => "reachable",
            Kind::Progress => "progress",
        }
    }
}

/// What decides a property.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Judges a state.
    State(fn(&Protocol, &State) -> Verdict),
    /// Judges an attempt.
    Step(fn(&Transition) -> Verdict),
    /// Finds a situation.
    Witness(fn(&Transition) -> bool),
    /// Asks whether faults that end now leave a way to another included block.
    NotWedged,
}

/// A property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// How documents and reports call it.
    pub id: &'static str,
    /// The claim, in one sentence.
    pub claim: &'static str,
    /// What decides it.
    pub check: Check,
    /// Where it is claimed at all.
    pub applies: fn(&Protocol) -> bool,
    /// The witnesses of the situation it watches, by id.
    pub watches: &'static [&'static str],
}

impl Property {
    /// What sort of claim it makes.
    pub fn kind(&self) -> Kind {
        match self.check {
            Check::State(_) => Kind::Invariant,
            Check::Step(_) => Kind::Step,
            Check::Witness(_) => Kind::Reachable,
            Check::NotWedged => Kind::Progress,
        }
    }

    /// The property of this id.
    pub fn find(id: &str) -> Option<&'static Property> {
        CATALOGUE.iter().find(|property| property.id.eq_ignore_ascii_case(id))
    }

    /// The properties that a scenario claims, with their places in the catalogue.
    pub fn claimed(protocol: &Protocol) -> impl Iterator<Item = (usize, &'static Property)> {
        CATALOGUE.iter().enumerate().filter(|(_, property)| (property.applies)(protocol))
    }
}

macro_rules! catalogue {
    ($($id:literal $how:ident($check:path) $applies:expr, $watches:expr, $claim:literal;)*) => {
        /// Every property, in the order of reports.
        pub const CATALOGUE: &[Property] = &[
            $(Property {
                id: $id,
                claim: $claim,
                check: Check::$how($check),
                applies: $applies,
                watches: &$watches,
            },)*
            Property {
                id: "NOT-WEDGED",
                claim: "From every state, faults over, another block can be included.",
                check: Check::NotWedged,
                applies: progress::applies,
                watches: &["R-INCLUDED"],
            },
        ];
    };
}

catalogue! {
    "INV-SEG-1" State(invariant::segment_within_capacity) always, ["R-SEGMENT-FULL"], "A segment holds 1 to C blocks.";
    "INV-SEG-2" State(invariant::segment_is_a_suffix) always, ["R-SEGMENT-PRUNED"], "A segment holds the newest ancestors without a gap, the block itself last.";
    "INV-SEG-3" State(invariant::aggregate_is_the_sum) has_messages, ["R-ROOM-USED"], "The aggregate of a segment is the sum of its entries.";
    "INV-SEG-4" State(invariant::one_signal_at_most) has_signals, ["R-SIGNAL-CONSUMED", "R-SIGNAL-REMEMBERED"], "At most one block of a segment consumed a go-ahead signal.";
    "INV-SEG-5" State(invariant::only_the_last_hash_is_missing) always, ["R-SEGMENT-PRUNED"], "Exactly the last entry of a segment lacks its hash.";
    "INV-SEG-6" Step(step::nothing_included_is_held) always, ["R-SEGMENT-PRUNED"], "A new block's segment holds nothing that its relay parent shows as included.";
    "INV-SEG-7" Step(step::segment_is_the_unincluded_part) always, ["R-SEGMENT-PRUNED"], "A new block's segment is exactly what is unincluded at its relay parent.";
    "INV-UMP-1" State(invariant::messages_fit_the_room) has_messages, ["R-ROOM-USED"], "The messages of a segment fit the room that the relay chain shows.";
    "INV-RP-1" Step(step::relay_numbers_advance) always, ["R-RP-ADVANCES"], "Relay parents advance by number as the check in force says.";
    "INV-RP-2" Step(step::relay_slots_advance) always, ["R-RP-ADVANCES"], "Relay slots never go back along a chain.";
    "INV-RP-5" Step(step::included_relay_parents_advance) always, ["R-INCLUDED"], "Relay parents of included blocks never go back.";
    "INV-VEL-1" State(invariant::few_blocks_share_a_slot) always, ["R-RP-ADVANCES", "R-RP-SHARED", "INV-VEL-2"], "At most V + 1 blocks of a branch share a relay slot.";
    "INV-VEL-3" Step(step::slot_and_owner_are_derived) always, ["R-RP-ADVANCES"], "A valid block has the slot of its relay parent and the seal of the slot's owner.";
    "INV-COLL-1" Step(step::honest_blocks_are_valid) is_honest, ["R-SHORTCUT", "R-ON-PENDING", "R-AUTHORS-STOPPED"], "No honest author builds a block on which the runtime panics, but for two on one relay parent under a strict check.";
    "INV-COLL-2" Step(step::the_shortcut_is_safe) is_honest, ["R-SHORTCUT"], "Who builds on the included head does so on a later relay slot.";
    "INV-COLL-3" Step(step::one_block_for_each_relay_parent) is_slot_based, ["R-RP-ADVANCES"], "Slot-based collators author one block for each relay parent and branch.";
    "INV-COLL-4" Step(step::parents_are_in_the_window) is_honest, ["R-BRANCH-LOST"], "Honest authors build on no block whose relay parent left the window, unless it is on chain.";
    "INV-COLL-5" Step(step::parents_descend_from_pending) is_honest, ["R-ON-PENDING"], "Honest authors build on the newest pending block that their relay parent shows.";
    "INV-COLL-6" Step(step::twins_are_equivocations) is_honest, ["R-EQUIVOCATION"], "Two blocks share parent and relay parent only if their owner equivocated.";
    "INV-REL-1" State(invariant::pending_is_a_chain) always, ["R-INCLUDE-AND-BACK"], "Pending candidates are a chain on the included head.";
    "INV-REL-2" State(invariant::one_pending_for_the_core) always, ["R-INCLUDE-AND-BACK"], "A core holds at most one pending candidate.";
    "INV-REL-3" State(invariant::pending_relay_parents_advance) always, ["R-INCLUDE-AND-BACK"], "Relay parents do not go back along included and pending candidates.";
    "INV-REL-4" Step(step::backed_within_the_window) always, ["R-LAST-CHANCE", "R-FIRST-CHANCE"], "A candidate is backed 1 to L relay blocks after its relay parent.";
    "INV-REL-5" Step(step::included_after_backed) always, ["R-INCLUDED"], "A candidate is included after the block that backs it.";
    "INV-REL-6" Step(step::included_chain_has_no_gap) always, ["R-INCLUDED"], "Included blocks form one chain without a gap.";
    "INV-REL-7" Step(step::recent_context_advances) always, ["R-INCLUDED"], "The most recent context never goes back.";
    "INV-REL-9" Step(step::evicted_with_descendants) has_timeouts, ["R-EVICTED"], "An evicted candidate takes those on it along.";
    "INV-REL-10" Step(step::included_with_enough_votes) always, ["R-INCLUDED"], "A candidate is included with the votes of more than two thirds.";
    "INV-REL-11" Step(step::one_included_for_each_parent) always, ["R-SIBLINGS"], "No two candidates on one parent are ever included.";
    "INV-REL-13" State(invariant::occupancy_is_bounded) has_timeouts, ["R-LONGEST-OCCUPANCY"], "No candidate occupies its core for max(P, F) relay blocks.";
    "INV-REL-14" Step(step::available_is_not_evicted) has_timeouts, ["R-LAST-MOMENT"], "A candidate is not evicted in the block that counts its votes.";
    "AGREE-1" State(invariant::validators_agree) follows_two, ["R-LOWER-HASH", "R-BOTH-KNOWN"], "Validators that know the same siblings offer the same one.";
    "AGREE-2" Step(step::a_quorum_was_seen) follows_two, ["R-INCLUDED"], "A relay block backs no candidate of whose quorum no validator knows.";
    "INV-1" State(invariant::issuance_is_conserved) always, ["R-INCLUDED"], "A block's state has its parent's issuance and one block's rewards.";
    "INV-2" State(invariant::no_emission_is_orphaned) always, ["R-INCLUDED", "R-ORPHAN"], "The included head has the issuance of its own chain and of no other fork.";
    "INV-2-STEP" Step(step::inclusion_brings_its_own_rewards) always, ["R-INCLUDED", "R-ORPHAN"], "A relay block adds the rewards of the candidates it enacts, no more and no less.";
    "INV-4" State(invariant::issuance_grows) always, ["R-INCLUDED"], "Issuance grows with every block.";
    "INV-8" State(invariant::halving_is_recalculation) always, ["R-INCLUDED"], "Halving a block's rewards is recalculating them for twice the blocks.";
    "INV-13" State(invariant::annual_issuance_is_preserved) always, ["R-INCLUDED"], "Twice the blocks of half the rewards emit as much in a cycle, up to 2 planck for each pair.";
    "INV-17" Step(step::one_inclusion_for_each_relay_block) always, ["R-INCLUDED"], "Emission per relay block is bounded by one block's rewards for each core.";
    "R-SEGMENT-FULL" Witness(reachable::a_full_segment) can_hold_all, [], "A segment holds C blocks.";
    "R-AUTHORS-STOPPED" Witness(reachable::a_full_segment_stops_authors) can_fill, [], "A full segment stops the collators (INV-E2E-7).";
    "INV-SEG-8" Witness(reachable::a_segment_beyond_the_unincluded) can_be_late_on_unincluded, [], "A segment holds more than what is unincluded at the tip.";
    "R-SEGMENT-PRUNED" Witness(reachable::a_segment_is_pruned) always, [], "An inherent prunes a segment.";
    "INV-VEL-2" Witness(reachable::a_slot_is_used_up) can_share_slots, [], "V + 1 blocks share a relay slot.";
    "R-RP-ADVANCES" Witness(reachable::a_relay_parent_advances) always, [], "A block is built on a later relay parent than its parent's.";
    "R-RP-SHARED" Witness(reachable::a_relay_parent_is_shared) can_share_slots, [], "Two blocks of a chain share a relay parent.";
    "R-INCLUDED" Witness(reachable::a_candidate_is_included) always, [], "A candidate is included.";
    "R-INCLUDE-AND-BACK" Witness(reachable::included_and_backed_at_once) can_stack, [], "One relay block includes a candidate and backs its child.";
    "R-FIRST-CHANCE" Witness(reachable::backed_at_the_first_chance) is_fast, [], "A candidate is backed in the block after its relay parent.";
    "R-LAST-CHANCE" Witness(reachable::backed_at_the_last_chance) has_delay, [], "A candidate is backed L relay blocks after its relay parent.";
    "R-EVICTED" Witness(reachable::a_candidate_is_evicted) has_timeouts, [], "A pending candidate times out (INV-E2E-7).";
    "R-LAST-MOMENT" Witness(reachable::available_in_the_last_moment) has_timeouts, [], "A candidate becomes available in the block that would evict it.";
    "R-LONGEST-OCCUPANCY" Witness(reachable::the_longest_occupancy) has_timeouts, [], "A candidate is pending for max(P, F) - 1 relay blocks.";
    "R-PARENT-EVICTED" Witness(reachable::the_parent_is_evicted) can_lose_parents, [], "A block was built on a pending candidate that times out (INV-E2E-7).";
    "R-BRANCH-LOST" Witness(reachable::a_branch_is_lost) can_lose_branches, [], "A candidate misses its window, and blocks on it with it.";
    "R-SIBLINGS" Witness(reachable::siblings) has_siblings, [], "Two blocks stand on one parent.";
    "R-ORPHAN" Witness(reachable::a_sibling_is_orphaned) has_siblings, [], "One of two siblings is included.";
    "R-EQUIVOCATION" Witness(reachable::an_equivocation) has_equivocation, [], "An owner equivocates.";
    "R-LATE" Witness(reachable::a_late_author) has_late_views, [], "An author builds one relay block late.";
    "R-SHORTCUT" Witness(reachable::the_shortcut_is_taken) always, [], "A block is built on the included head.";
    "R-ON-PENDING" Witness(reachable::built_on_pending) can_stack, [], "A block is built on a pending candidate.";
    "R-WITHHELD" Witness(reachable::a_withheld_block_stops_authors) has_withholding, [], "The tip names a block that the collators have not got.";
    "R-RECOVERED" Witness(reachable::a_withheld_block_is_recovered) has_withholding, [], "The collators recover a withheld block.";
    "R-SIGNAL-CONSUMED" Witness(reachable::a_signal_is_consumed) has_signals, [], "A block consumes a go-ahead signal.";
    "R-SIGNAL-REMEMBERED" Witness(reachable::a_signal_is_remembered) has_signals, [], "A block is built while its segment holds a consumed signal.";
    "R-ROOM-USED" Witness(reachable::the_room_is_used_up) has_messages, [], "A segment's messages use up the room.";
    "R-LOWER-HASH" Witness(reachable::a_lower_hash_displaces) follows_two, [], "A sibling of lower hash displaces one offered already (INV-E2E-7).";
    "R-BOTH-KNOWN" Witness(reachable::both_validators_know_both) follows_two, [], "Two validators know two siblings.";
}

fn always(_: &Protocol) -> bool {
    true
}

fn is_slot_based(protocol: &Protocol) -> bool {
    protocol.environment().collator == CollatorKind::SlotBased
}

fn has_messages(protocol: &Protocol) -> bool {
    protocol.parameters().upward_message_room > 0
}

fn has_signals(protocol: &Protocol) -> bool {
    protocol.environment().go_ahead
}

fn has_timeouts(protocol: &Protocol) -> bool {
    protocol.environment().unavailability
}

fn has_delay(protocol: &Protocol) -> bool {
    protocol.environment().delay
}

fn is_fast(protocol: &Protocol) -> bool {
    protocol.environment().earliest_backing == 1
}

fn has_equivocation(protocol: &Protocol) -> bool {
    protocol.environment().equivocation
}

fn has_withholding(protocol: &Protocol) -> bool {
    protocol.environment().withholding
}

fn follows_two(protocol: &Protocol) -> bool {
    protocol.environment().followed_validators == 2
}

fn has_late_views(protocol: &Protocol) -> bool {
    protocol.oldest_view().0 > 0
}

fn can_be_late_on_unincluded(protocol: &Protocol) -> bool {
    has_late_views(protocol) && can_stack(protocol)
}

/// Where capacity leaves room for a block on an unincluded one.
fn can_stack(protocol: &Protocol) -> bool {
    protocol.parameters().unincluded_segment_capacity > 1
}

/// Where the capacity, not the window, is the first to stop a collator.
fn can_fill(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    is_honest(protocol) && p.unincluded_segment_capacity <= p.scheduling_lookahead
}

/// Where the window leaves room for as many blocks as the capacity does: one block for each relay
/// parent of the window, and the pending one.
fn can_hold_all(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    p.unincluded_segment_capacity <= p.scheduling_lookahead + 1
}

fn can_share_slots(protocol: &Protocol) -> bool {
    !is_slot_based(protocol)
        && can_stack(protocol)
        && protocol.parameters().block_processing_velocity <= 1
        && protocol.parameters().relay_number_check != unincluded_model::RelayNumberCheck::Strict
}

fn has_siblings(protocol: &Protocol) -> bool {
    has_equivocation(protocol) || !is_honest(protocol)
}

fn can_lose_parents(protocol: &Protocol) -> bool {
    has_timeouts(protocol) && can_stack(protocol)
}

fn can_lose_branches(protocol: &Protocol) -> bool {
    protocol.environment().loss
        && can_stack(protocol)
        && protocol.parameters().scheduling_lookahead > 1
}
