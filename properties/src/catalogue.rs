//! Every property on one line: id, kind, claim, where it applies, and what decides it.

use unincluded_model::scenario::{
    Authority, ClaimQueue, Claims, Generation, Group, Parameters, Prechecks, Upgrades,
};
use unincluded_model::{CollatorKind, Protocol, RelayNumberCheck, StaleView, State};

use crate::step::is_honest;
use crate::{
    Transition, Verdict, emission, invariant, long_run, messages, progress, reachable, step,
};

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
    /// How fast it goes in the long run.
    Rate,
}

impl Kind {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Invariant => "invariant",
            Kind::Step => "step",
            Kind::Reachable => "reachable",
            Kind::Progress => "progress",
            Kind::Rate => "rate",
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

/// A promise for the long run: the whole graph of a scenario decides it ([`crate::long_run`]).
#[derive(Clone, Copy, Debug)]
pub struct Promised {
    /// How documents and reports call it.
    pub id: &'static str,
    /// What sort of claim it makes.
    pub kind: Kind,
    /// The claim, in one sentence.
    pub claim: &'static str,
    /// Where it is made at all.
    pub applies: fn(&Protocol) -> bool,
    /// The witnesses of the situation it watches, by id.
    pub watches: &'static [&'static str],
}

impl Promised {
    /// The promise of this id.
    pub fn find(id: &str) -> Option<&'static Promised> {
        PROMISES.iter().find(|promise| promise.id.eq_ignore_ascii_case(id))
    }

    /// The promises of a scenario.
    pub fn of(protocol: &Protocol) -> impl Iterator<Item = &'static Promised> {
        PROMISES.iter().filter(|promise| (promise.applies)(protocol))
    }
}

macro_rules! promises {
    ($($id:literal $kind:ident $applies:expr, $watches:expr, $claim:literal;)*) => {
        /// Every promise for the long run, in the order of reports.
        pub const PROMISES: &[Promised] = &[$(Promised {
            id: $id,
            kind: Kind::$kind,
            claim: $claim,
            applies: $applies,
            watches: &$watches,
        },)*];
    };
}

promises! {
    "INV-E2E-3" Progress advances_with_all, ["R-INCLUDED"], "From every state, with a relay chain and collators that do again and again what they can, the included head advances again and again.";
    "INV-E2E-4" Progress advances_without_some, ["R-GROUP-OFFLINE"], "From every state, also where groups are offline, the included head advances again and again once turns pass to a group that is there.";
    "INV-E2E-5" Progress is_never_wedged, ["R-INCLUDED"], "Every pending candidate is enacted or removed in the end, if only something happens while anything can.";
    "BOUNDED-RESPONSE" Progress is_never_wedged, ["R-INCLUDED"], "From every state, faults over, another block is included within a number of relay blocks, which is measured, however ties fall.";
    "RECOVERY-FLT-1" Progress skips_slots, [], "After a relay slot without a block, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-2" Progress recovers_from_forks, ["R-ONE-SLOT"], "After two relay blocks in one slot, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-3" Progress recovers_from_forks, ["R-TWO-BRANCHES"], "After the relay chain gave up a fork, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-4" Progress recovers_from_loss, ["R-BRANCH-LOST"], "While one candidate never gets the votes to be backed, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-5" Progress recovers_from_unavailability, ["R-EVICTED"], "While one pending candidate's data is never available, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-6" Progress recovers_from_delay, [], "After a relay block that backed fewer candidates than it could, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-7" Progress recovers_from_equivocation, ["R-EQUIVOCATION"], "After an owner authored twice, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-8" Progress recovers_from_the_invalid, [], "After a block was authored that is not valid, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-9" Progress recovers_from_withholding, ["R-WITHHELD"], "After a block was withheld, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-10" Progress recovers_from_disputes, ["R-DISPUTE-DROPS"], "After votes against a candidate came in, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-12" Progress recovers_from_sessions, ["R-SESSION-DROPS"], "After a session ended, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-13" Progress recovers_from_reconfiguration, ["R-RECONFIGURED"], "After the relay chain's configuration changed, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-14" Progress recovers_from_late_views, ["R-LATE"], "After an author built on an older relay block than the newest, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-15" Progress recovers_from_lapses, [], "After the para lost its core, other faults over, another block is included within a number of relay blocks.";
    "RECOVERY-FLT-17" Progress recovers_from_rejections, [], "After new code was rejected, other faults over, another block is included within a number of relay blocks.";
    "INV-E2E-6" Rate can_reach_the_full_rate, ["R-INCLUDED"], "Without a fault, and with the capacity for it, every relay block includes as many blocks as a relay parent takes.";
    "RATE" Rate includes_for_good, ["R-INCLUDED"], "No run that goes on for ever includes more blocks for each relay slot than the para has cores, or half as many where it shares them.";
    "TOKENS" Rate rewards_alike, ["R-INCLUDED"], "On every run that goes on for ever, the tokens emitted for each relay slot are the blocks included for each, times a block's reward.";
    "LATENCY" Rate includes_for_good, ["R-INCLUDED"], "No candidate is included later than L + max(P, F) relay blocks after its relay parent.";
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
                claim: "From every state, faults over and candidates backed on the usual path, another block can be included.",
                check: Check::NotWedged,
                applies: is_never_wedged,
                watches: &["R-INCLUDED"],
            },
        ];
    };
}

catalogue! {
    "INV-SEG-1" State(invariant::segment_within_capacity) always, ["R-SEGMENT-FULL"], "A segment holds 1 to C blocks.";
    "INV-SEG-2" State(invariant::segment_is_a_suffix) always, ["R-SEGMENT-PRUNED"], "A segment holds the newest ancestors without a gap, the block itself last.";
    "INV-SEG-3" State(invariant::aggregate_is_the_sum) has_messages_out, ["R-ROOM-USED", "R-UPWARD-USED", "R-CHANNEL-USED"], "The aggregate of a segment is the sum of its entries.";
    "INV-SEG-4" State(invariant::one_signal_at_most) has_signals, ["R-SIGNAL-CONSUMED", "R-SIGNAL-REMEMBERED"], "At most one block of a segment consumed a go-ahead signal.";
    "INV-SEG-5" State(invariant::only_the_last_hash_is_missing) always, ["R-SEGMENT-PRUNED"], "Exactly the last entry of a segment lacks its hash.";
    "INV-SEG-6" Step(step::nothing_included_is_held) always, ["R-SEGMENT-PRUNED"], "A new block's segment holds nothing that its relay parent shows as included.";
    "INV-SEG-7" Step(step::segment_is_the_unincluded_part) always, ["R-SEGMENT-PRUNED"], "A new block's segment is exactly what is unincluded at its relay parent.";
    "INV-UMP-1" State(invariant::messages_fit_the_room) has_messages, ["R-ROOM-USED"], "The messages of a segment fit the room that the relay chain shows.";
    "INV-UMP-1-STEP" Step(messages::segment_fits_the_room) sends_messages, ["R-UPWARD-USED", "R-CHANNEL-USED", "R-ROOM-SHRINKS"], "With what waits at its relay parent, a new block's segment keeps to the limits of the queues.";
    "INV-UMP-2" State(messages::queues_keep_their_limits) sends_messages, ["R-UPWARD-USED", "R-CHANNEL-USED", "R-QUEUE-SERVED"], "No queue of the relay chain holds more than its limit.";
    "INV-WM-1" Step(messages::watermarks_advance) has_inbound, ["R-WATERMARK-TRUNK", "R-WATERMARK-STAYS"], "A watermark is not newer than the relay parent and not older than the parent's.";
    "INV-HRMP-1" Step(messages::messages_are_delivered_once) has_inbound, ["R-WATERMARK-STAYS", "R-REST-DELIVERED"], "A message of another para is delivered once, and not dropped before.";
    "INV-DMP-1" Step(messages::messages_are_processed_once) has_downward, ["R-PROCESSED-BEHIND"], "A downward message is processed once, and not dropped before.";
    "INV-EMU-1" Step(messages::honest_blocks_are_seconded) has_queues, ["R-UPWARD-USED", "R-PROCESSED-BEHIND", "R-EMU-5"], "Validators second every honest block, but for a watermark of an unincluded ancestor (EMU-5).";
    "INV-RP-1" Step(step::relay_numbers_advance) always, ["R-RP-ADVANCES"], "Relay parents advance by number as the check in force says.";
    "INV-RP-2" Step(step::relay_slots_advance) orders_relay_slots, ["R-RP-ADVANCES"], "Relay slots never go back along a chain.";
    "INV-RP-5" Step(step::included_relay_parents_advance) always, ["R-INCLUDED"], "Relay parents of included blocks never go back.";
    "INV-RP-6" Step(step::relay_parents_are_buried) has_offset, ["R-RP-ADVANCES"], "As many relay blocks follow a valid block's relay parent as the offset asks.";
    "INV-VEL-1" State(invariant::few_blocks_share_a_slot) limits_slots, ["R-RP-ADVANCES", "R-RP-SHARED", "INV-VEL-2"], "At most V + 1 blocks of a branch share a relay slot.";
    "INV-VEL-3" Step(step::slot_and_owner_are_derived) derives_slots, ["R-RP-ADVANCES"], "A valid block has the slot of its relay parent and the seal of the slot's owner.";
    "INV-SLOT-1" Step(step::authors_own_what_a_relay_slot_begins) starves_authorities, ["R-TURN-PASSED"], "With para slots shorter than a relay slot nobody authors who owns none that begins a relay slot.";
    "INV-COLL-1" Step(step::honest_blocks_are_valid) is_honest, ["R-SHORTCUT", "R-ON-PENDING", "R-AUTHORS-STOPPED"], "No honest author builds a block on which the runtime panics, but for two on one relay parent under a strict check, after an abort that was withdrawn, and once a second abort has ended the para.";
    "INV-COLL-2" Step(step::the_shortcut_is_safe) is_honest, ["R-SHORTCUT"], "Who builds on the included head does so on a later relay slot.";
    "INV-COLL-3" Step(step::one_block_for_each_core) is_slot_based, ["R-RP-ADVANCES"], "Slot-based collators author one block for each relay parent, branch and core.";
    "INV-COLL-4" Step(step::parents_are_in_the_window) is_honest, ["R-BRANCH-LOST"], "Honest authors build on no block whose relay parent left the window, unless it is on chain.";
    "INV-COLL-5" Step(step::parents_descend_from_pending) is_honest, ["R-ON-PENDING"], "Honest authors build on the newest pending block that their relay parent shows.";
    "INV-COLL-6" Step(step::twins_are_equivocations) is_honest, ["R-EQUIVOCATION", "R-BUILT-TWICE"], "Two blocks share parent and relay parent only if their owner equivocated or restarted.";
    "INV-REL-1" State(invariant::pending_is_a_chain) always, ["R-INCLUDE-AND-BACK"], "Pending candidates are a chain on the included head.";
    "INV-REL-2" State(invariant::one_pending_for_each_core) always, ["R-INCLUDE-AND-BACK"], "A core holds at most one pending candidate.";
    "INV-REL-3" State(invariant::pending_relay_parents_advance) always, ["R-INCLUDE-AND-BACK"], "Relay parents do not go back along included and pending candidates.";
    "INV-REL-4" Step(step::backed_within_the_window) always, ["R-LAST-CHANCE", "R-FIRST-CHANCE"], "A candidate is backed 1 to L relay blocks after its relay parent.";
    "INV-REL-5" Step(step::included_after_backed) always, ["R-INCLUDED"], "A candidate is included after the block that backs it.";
    "INV-REL-6" Step(step::included_chain_has_no_gap) always, ["R-INCLUDED"], "Included blocks form one chain without a gap.";
    "INV-REL-7" Step(step::recent_context_advances) always, ["R-INCLUDED"], "The most recent context never goes back.";
    "INV-REL-8" State(invariant::a_session_begins_with_nothing_pending) has_sessions, ["R-SESSION-DROPS"], "Where a session begins nothing is pending.";
    "INV-REL-8-STEP" Step(step::nothing_is_backed_where_a_session_ends) has_sessions, ["R-SESSION-DROPS"], "In the block in which a session ends nothing is backed.";
    "INV-REL-9" Step(step::evicted_with_descendants) has_timeouts, ["R-EVICTED"], "An evicted candidate takes those on it along.";
    "INV-REL-10" Step(step::included_with_enough_votes) always, ["R-INCLUDED"], "A candidate is included with the votes of more than two thirds.";
    "INV-REL-11" Step(step::one_included_for_each_parent) always, ["R-SIBLINGS"], "No two candidates on one parent are ever included.";
    "INV-REL-12" Step(messages::the_last_watermark_advances) has_inbound, ["R-WATERMARK-TRUNK"], "The relay chain's watermark never goes back.";
    "INV-REL-13" State(invariant::occupancy_is_bounded) has_timeouts, ["R-LONGEST-OCCUPANCY"], "No candidate occupies its core for max(P, F) relay blocks.";
    "INV-REL-14" Step(step::available_is_not_evicted) has_timeouts, ["R-LAST-MOMENT"], "A candidate is not evicted in the block that counts its votes.";
    "AGREE-1" State(invariant::validators_agree) follows_two, ["R-LOWER-HASH", "R-BOTH-KNOWN"], "Validators that hold the same siblings offer the same one.";
    "AGREE-2" Step(step::a_quorum_was_seen) follows_two, ["R-INCLUDED"], "A relay block backs no candidate of whose quorum no validator knows.";
    "AGREE-3" State(invariant::rivals_are_forgotten) follows_some, ["R-LOWER-HASH", "R-FORGOTTEN"], "Where a candidate is pending no validator holds another on its parent: the views agree up to the newest head.";
    "INV-CORE-1" Step(step::backed_on_a_core_of_its_own) has_claims, ["R-WAITS-FOR-TURN"], "A candidate is backed where the para holds a core.";
    "INV-CORE-2" Step(step::backed_by_a_group_that_vouches) has_groups, ["R-GROUP-OFFLINE"], "A candidate is backed by a group that is online.";
    "INV-CORE-3" Step(step::few_are_fetched) has_limits, ["R-NOT-FETCHED"], "Validators fetch no more candidates than the claim queue has positions.";
    "INV-DISP-1" Step(step::only_the_invalid_is_disputed_away) few_lie, ["R-DISPUTE-DROPS", "R-FROZEN"], "With at most a third lying, no dispute drops or undoes what is valid.";
    "INV-DISP-2" State(invariant::the_condemned_are_not_included) has_disputes, ["R-DISPUTE-DROPS", "R-FROZEN", "R-BACKED-AGAIN"], "What two thirds have voted against is not included on a fork that goes on.";
    "INV-DISP-3" Step(step::tainted_bitfields_do_not_count) disputes_beside_others, ["R-DISPUTE-SPARES"], "Where a dispute is lost, bitfields with a bit on its core count for no other.";
    "INV-DISP-4" Step(step::what_loses_its_dispute_goes) has_disputes, ["R-DISPUTE-DROPS"], "The block with which a candidate loses its dispute leaves neither it nor one behind it pending.";
    "INV-UPG-1" Step(step::no_pending_code_is_overwritten) has_upgrades, ["R-UPGRADED"], "A block that begins an upgrade finds no pending code.";
    "INV-UPG-2" Step(step::a_switch_for_each_go_ahead) has_upgrades, ["R-UPGRADED"], "The relay chain changes the code with each included block that acted on a go-ahead, and with no other.";
    "INV-UPG-3" State(invariant::relay_and_para_have_one_code) has_upgrades, ["R-UPGRADED"], "The relay chain's current code is the one in the included head's state.";
    "INV-UPG-3-STEP" Step(step::backed_with_the_current_code) has_upgrades, ["R-UPGRADED", "R-CODE-WAITS"], "A candidate is backed with the code of its parent's state, which is then current.";
    "INV-UPG-6" Step(step::a_go_ahead_meets_pending_code) meets_pending_code, ["R-UPGRADED"], "A go-ahead meets pending code, or an unincluded ancestor that acted on it.";
    "INV-UPG-7" Step(step::an_abort_frees_the_way) has_rejections, ["R-ABORTED"], "A block that acts on an abort leaves no code pending.";
    "INV-UPG-8" Step(step::an_abort_is_consumed_once) rejects_honestly, ["R-ABORTED"], "An abort is acted on by a block that has pending code, and once.";
    "INV-UPG-9" Step(step::new_code_is_backed_alone) has_upgrades, ["R-UPGRADED"], "No new code is backed while an upgrade is under way.";
    "INV-UPG-10" Step(step::code_waits_after_inclusion) has_upgrades, ["R-UPGRADED"], "New code is due no earlier than the upgrade delay after its inclusion.";
    "INV-1" State(invariant::issuance_is_conserved) always, ["R-INCLUDED"], "A block's state has its parent's issuance and one block's rewards.";
    "INV-2" State(invariant::no_emission_is_orphaned) always, ["R-INCLUDED", "R-ORPHAN"], "The included head has the issuance of its own chain and of no other fork.";
    "INV-2-STEP" Step(step::inclusion_brings_its_own_rewards) always, ["R-INCLUDED", "R-ORPHAN"], "A relay block adds the rewards of the candidates it enacts, no more and no less.";
    "INV-4" State(invariant::issuance_grows) always, ["R-INCLUDED"], "Issuance grows with every block.";
    "INV-8" State(invariant::halving_is_recalculation) always, ["R-INCLUDED"], "Halving a block's rewards is recalculating them for twice the blocks.";
    "INV-9" Step(emission::a_cycle_lasts_a_cycle) has_switch, ["R-SWITCH-CYCLE", "R-NEW-CYCLE", "R-LAST-OLD-RECALCULATES", "R-ANNOUNCED-TWICE"], "From one recalculation to the next a cycle passes, and 6 s more where the switch falls into it.";
    "INV-13" State(invariant::annual_issuance_is_preserved) always, ["R-INCLUDED"], "Twice the blocks of half the rewards emit as much in a cycle, up to 2 planck for each pair.";
    "INV-14" Step(emission::a_cycle_emits_its_amounts) has_switch, ["R-SWITCH-CYCLE", "R-NEW-CYCLE", "R-LAST-OLD-RECALCULATES"], "A cycle emits the old runtime's amounts, less a planck for each pair of blocks whose reward was odd, and one new block reward more where the switch falls into it.";
    "INV-15" Step(emission::what_is_in_flight_ends_as_said) has_switch, ["R-CHUNK-EARLY", "R-REFERENDUM-EARLY", "R-REFERENDUM-IN-TIME", "R-REFERENDUM-LATE", "R-MOTION-EARLY"], "What is in flight at the switch ends in time, but for chunks, motions, and referenda that end before their migration or are launched beside it, each as early or late as its rule says.";
    "INV-15-ERA" Step(emission::eras_keep_their_time) has_switch, ["R-SWITCHED", "R-SWITCH-CYCLE"], "Eras and voting subperiods take their time, whatever the runtime.";
    "INV-17" Step(step::one_inclusion_for_each_core) always, ["R-INCLUDED"], "Emission per relay block is bounded by one block's rewards for each core.";
    "INV-18" State(emission::halved_once_on_every_included_chain) has_switch, ["R-SWITCHED", "R-M-DIFFERS", "R-SWITCH-UNDONE"], "Every included head's rewards are halved once if the first block under the new code is on its chain, and else not at all.";
    "INV-19" Step(emission::rewards_follow_the_code) has_switch, ["R-SWITCHED"], "Along every chain the block reward changes with the code under which blocks execute, and with nothing else.";
    "INV-MBM-1" Step(emission::migrating_blocks_carry_inherents_only) has_switch, ["R-CYCLE-MIGRATING"], "While lazy migrations wait, users begin nothing.";
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
    "R-SIGNAL-REMEMBERED" Witness(reachable::a_signal_is_remembered) remembers_signals, [], "A block is built while its segment holds a consumed signal.";
    "R-ROOM-USED" Witness(reachable::the_room_is_used_up) has_messages, [], "A segment's messages use up the room.";
    "R-UPWARD-USED" Witness(messages::the_upward_room_is_used_up) has_upward, [], "A segment's upward messages use up the room at the relay parent.";
    "R-CHANNEL-USED" Witness(messages::the_channel_is_used_up) has_outbound, [], "A segment's messages to another para use up the channel.";
    "R-ROOM-SHRINKS" Witness(messages::the_room_shrinks_under_the_segment) upward_behind_others, [], "Included blocks' messages leave just the room that the segment has used already.";
    "R-QUEUE-SERVED" Witness(messages::a_full_queue_is_served) has_upward, [], "The relay chain serves a full queue of upward messages.";
    "R-PROCESSED-BEHIND" Witness(messages::processed_behind_unincluded) downward_behind_others, [], "A block processes downward messages behind those of an unincluded ancestor.";
    "R-BEFORE-MESSAGE" Witness(messages::backed_before_the_message) has_downward, [], "A candidate processes nothing and is backed, as the message that waits is newer than its relay parent.";
    "R-HELD-UP" Witness(messages::a_pending_one_holds_up_the_next) downward_on_cores, [], "INCL-11 refuses a candidate because a pending one has processed what is still in the queue.";
    "R-WATERMARK-TRUNK" Witness(messages::a_trunk_watermark) has_inbound, [], "A watermark moves to a relay block older than the relay parent.";
    "R-WATERMARK-STAYS" Witness(messages::a_watermark_stays) has_several_inbound, [], "A watermark stays, as not all messages of a relay block fit in.";
    "R-REST-DELIVERED" Witness(messages::the_rest_is_delivered) has_several_inbound, [], "A block is handed the rest of a relay block's messages.";
    "R-EMU-5" Witness(messages::the_emulator_is_stricter) stays_behind_others, [], "Validators drop a block that the relay chain would take once its parent is included (EMU-5).";
    "R-TWO-BRANCHES" Witness(reachable::two_relay_blocks_of_one_height) has_forks, [], "Two relay blocks of one height are there.";
    "R-ONE-SLOT" Witness(reachable::two_relay_blocks_of_one_slot) has_forks, [], "Two relay blocks of one slot are there.";
    "R-UNDONE" Witness(reachable::an_inclusion_is_undone) has_forks, [], "The relay chain gives up a branch with a block that only this branch had included.";
    "R-FORK-RETURNS" Witness(reachable::an_abandoned_block_is_backed) has_deep_forks, [], "A relay fork that the collators had left grows as high again, and a block of it is backed.";
    "R-BOTH-BRANCHES" Witness(reachable::a_block_lives_on_both_branches) has_forks, [], "Two blocks, one for each relay branch, stand on a block that both branches know.";
    "R-ACROSS-FORKS" Witness(reachable::a_chain_across_forks) forks_at_will, [], "A valid block's relay parent is on another relay fork than its parent's (INV-RP-4 fails).";
    "R-NUMBER-GOES-BACK" Witness(reachable::a_relay_number_goes_back) forks_unchecked, [], "A valid block's relay parent has a lower number than its parent's (INV-RP-3 fails).";
    "R-SESSION-DROPS" Witness(reachable::a_session_drops_what_is_pending) has_sessions, [], "A session ends and drops what is pending.";
    "R-SESSION-TAIL" Witness(reachable::a_session_kills_a_tail) sessions_kill_tails, [], "A session ends and kills two unincluded blocks or more (INV-E2E-7).";
    "R-SESSION-INCLUDES" Witness(reachable::included_where_a_session_ends) has_sessions, [], "A candidate is included in the block in which a session ends.";
    "R-RECONFIGURED" Witness(reachable::reconfigured_under_a_segment) has_reconfigurations, [], "The relay chain's configuration changes under an unincluded segment.";
    "R-NEW-WINDOW" Witness(reachable::backed_at_the_end_of_a_new_window) has_reconfigurations, [], "In a session with another window a candidate is backed at its last chance.";
    "R-DISPUTE-CHAIN" Witness(reachable::a_dispute_drops_descendants) has_invalid_chains, [], "A dispute drops a candidate and one that was built on it.";
    "R-MALICIOUS-GROUP" Witness(reachable::a_malicious_group_backs) has_malicious_groups, [], "Of several groups a malicious one vouches for an invalid block.";
    "R-NEW-SESSION" Witness(reachable::backed_in_a_new_session) has_sessions, [], "A block on a relay parent of the new session is backed.";
    "R-SEVERAL-BACKED" Witness(reachable::several_backed_at_once) has_cores, [], "A relay block backs candidates on several cores.";
    "R-SEVERAL-INCLUDED" Witness(reachable::several_included_at_once) has_cores, [], "A relay block includes candidates of several cores.";
    "INV-REL-15" Witness(reachable::available_behind_a_hole) has_holes, [], "A candidate is available and waits for one before it.";
    "R-AVAILABLE-DROPPED" Witness(reachable::an_available_one_is_dropped) has_holes, [], "An available candidate is dropped with one that times out before it.";
    "R-DISPUTE-DROPS" Witness(reachable::a_dispute_drops_a_candidate) has_disputes, [], "A dispute drops a pending candidate.";
    "R-DISPUTE-SPARES" Witness(reachable::a_dispute_spares_those_before) disputes_beside_others, [], "A dispute drops a candidate behind another of the para.";
    "R-BACKED-AGAIN" Witness(reachable::a_condemned_candidate_is_backed_again) condemned_return, [], "A candidate that lost its dispute is backed again.";
    "R-FROZEN-AGAIN" Witness(reachable::a_condemned_candidate_is_included) condemned_return_on_forks, [], "A candidate that lost its dispute is included, and its relay fork is given up at once.";
    "R-INVALID-INCLUDED" Witness(reachable::an_invalid_block_is_included) disputes_on_forks, [], "An invalid block is included.";
    "R-FROZEN" Witness(reachable::a_frozen_fork_is_left) disputes_on_forks, [], "The relay chain goes on from before the inclusion of an invalid block.";
    "R-ESTIMATE" Witness(reachable::the_estimate_is_wrong) estimates_can_fail, [], "By the author's estimate a candidate is available, and one vote is missing (PROV-3).";
    "R-VOTES-ADD-UP" Witness(reachable::votes_add_up) counts_votes, [], "A candidate is included by votes of several relay blocks.";
    "R-GROUP-OFFLINE" Witness(reachable::a_group_is_offline) has_groups_offline, [], "A candidate waits for a group that is offline.";
    "R-ROTATED" Witness(reachable::backed_after_a_rotation) has_groups, [], "A candidate is backed by the group of its relay parent after another's turn has begun.";
    "R-WAITS-FOR-TURN" Witness(reachable::a_candidate_waits_for_its_turn) has_claims, [], "A candidate waits while the core is another para's.";
    "R-CLAIM-LOST" Witness(reachable::a_claim_is_lost) loses_claims, [], "The para's turn passes while its own candidate occupies the core (SCHED-2).";
    "R-NO-CORE" Witness(reachable::included_without_a_core) has_claims, [], "A candidate is included while the para holds no core.";
    "R-NOT-FETCHED" Witness(reachable::a_collation_is_not_fetched) has_limits, [], "Siblings have taken a block's place in the claim queue.";
    "R-NO-FALLBACK" Witness(reachable::no_shallower_parent_is_tried) can_fall_back, [], "The chosen parent is refused where a shallower one would not be (INV-E2E-8 fails).";
    "R-UPGRADED" Witness(reachable::an_upgrade_is_complete) has_upgrades, [], "New code becomes current.";
    "R-UPGRADED-AGAIN" Witness(reachable::a_second_upgrade_begins) upgrades_again, [], "A second upgrade begins after the first.";
    "R-CODE-SWITCHES" Witness(reachable::backed_as_the_code_switches) upgrades_on_ahead, [], "The first block under new code is backed where the code becomes current.";
    "R-CODE-WAITS" Witness(reachable::new_code_waits_for_its_switch) code_can_wait, [], "A block under new code waits for the inclusion of the one before.";
    "R-ABORTED" Witness(reachable::an_abort_is_consumed) has_rejections, [], "A block acts on an abort.";
    "R-ABORT-LOST" Witness(reachable::an_abort_is_lost) rejects_ahead, [], "An abort is cleared before the para has seen it (INV-UPG-4 fails).";
    "R-ABORT-WITHDRAWN" Witness(reachable::an_abort_is_withdrawn) rejects_ahead, [], "An abort is cleared after an unincluded block has acted on it, and its children panic (UPG-13).";
    "R-ABORT-TWICE" Witness(reachable::an_abort_takes_the_next_code) aborts_twice, [], "A block acts on an abort that an included block has acted on, and throws away code that the relay chain has scheduled (INV-UPG-6 fails).";
    "R-PARA-ENDS" Witness(reachable::a_para_ends) aborts_twice, [], "The relay chain says go ahead, the included head has no pending code, and nobody can ever build again (NOT-WEDGED fails).";
    "R-SAME-CODE" Witness(reachable::an_upgrade_to_the_same_code_is_stuck) has_same_code, [], "An upgrade to the code that the para has never ends (INV-UPG-5 fails).";
    "R-TOO-SOON" Witness(reachable::new_code_comes_too_soon) cools_down_early, [], "A valid block brings new code that no relay block can back.";
    "R-REJECTED-AT-END" Witness(reachable::rejected_as_a_session_ends) sessions_reject, [], "New code is rejected where a session ends.";
    "R-UPGRADE-GOES-ON" Witness(reachable::an_upgrade_outlives_a_session) upgrades_in_sessions, [], "A session ends and an upgrade goes on.";
    "R-UPGRADE-UNDONE" Witness(reachable::an_upgrade_is_undone) upgrades_on_forks, [], "The relay chain gives up the branch on which an upgrade is under way.";
    "R-SLOT-OVERRUN" Witness(reachable::a_slot_is_overrun) overruns_slots, [], "More than V + 1 blocks of a chain share a relay slot (INV-VEL-1 fails).";
    "R-SLOT-AHEAD" Witness(reachable::a_later_slot_is_claimed) takes_slots_ahead, [], "A valid block claims the slot after its relay parent's (INV-VEL-3 fails).";
    "R-SLOT-BEHIND" Witness(reachable::an_earlier_slot_is_claimed) takes_slots_behind, [], "A valid block claims the slot before its relay parent's (INV-VEL-3 fails).";
    "R-FIRST-AUTHORITY" Witness(reachable::the_first_authority_authors) first_authors, [], "The first authority authors.";
    "R-SECOND-AUTHORITY" Witness(reachable::the_second_authority_authors) second_authors, [], "The second authority authors.";
    "R-THIRD-AUTHORITY" Witness(reachable::the_third_authority_authors) third_authors, [], "The third authority authors.";
    "R-NEXT-AUTHORITIES" Witness(reachable::authorities_change_ahead) changes_authorities, [], "The next authorities build on the unincluded block with which they took over.";
    "R-TWO-OWNERS" Witness(reachable::a_slot_has_two_owners) has_two_owners, [], "Two authorities of different sets build on one relay parent, one on the other.";
    "R-CHANGE-LOST" Witness(reachable::a_change_of_authorities_is_lost) changes_authorities, [], "The block with which the authorities changed misses its window.";
    "R-TURN-PASSED" Witness(reachable::a_turn_passes) turns_can_pass, [], "A para slot passes without a relay block to build on, though its owner is there.";
    "R-TURN-SHARED" Witness(reachable::a_turn_has_two_relay_slots) turns_are_long, [], "One authority builds on two relay slots of its one para slot.";
    "R-BEHIND" Witness(reachable::built_behind) restarts_behind, [], "A collator that restarted builds beside blocks it has not got.";
    "R-BUILT-TWICE" Witness(reachable::built_twice) restarts, [], "A collator that restarted builds twice in one slot.";
    "R-SWITCHED" Witness(emission::the_switch_is_included) has_switch, [], "The first block under the new code is included.";
    "R-M-DIFFERS" Witness(emission::the_last_old_block_differs_by_fork) has_switch, [], "Two blocks of competing chains are each the last under the old code, at different places of the calendar.";
    "R-SWITCH-UNDONE" Witness(emission::the_switch_is_undone) switches_on_forks, [], "The relay chain gives up a branch that had included the last old block, for one that has not.";
    "R-SWITCH-CYCLE" Witness(emission::the_cycle_of_the_switch_ends) has_switch, [], "The cycle of the switch ends, one new block reward later.";
    "R-NEW-CYCLE" Witness(emission::a_new_cycle_ends) has_switch, [], "A cycle of the new runtime alone ends.";
    "R-LAST-OLD-RECALCULATES" Witness(emission::the_last_old_block_recalculates) has_switch, [], "The last old block is the last of its cycle, and recalculates.";
    "R-ANNOUNCED-TWICE" Witness(emission::the_next_era_is_announced_twice) has_switch, [], "The last old block and the one after it both announce the next era.";
    "R-RECALCULATION-ORPHANED" Witness(emission::a_recalculation_is_orphaned) has_switch, [], "A block that recalculates is orphaned, and its configuration with it.";
    "R-CHUNK-EARLY" Witness(emission::a_chunk_unlocks_early) has_switch, [], "A chunk unlocks early (INV-15 fails of it).";
    "R-REFERENDUM-EARLY" Witness(emission::a_referendum_ends_early) has_switch, [], "A referendum ends before its migration, and early (INV-15 fails of it).";
    "R-REFERENDUM-IN-TIME" Witness(emission::a_referendum_ends_in_time) has_switch, [], "A referendum that was open at the switch ends in time.";
    "R-MOTION-EARLY" Witness(emission::a_motion_ends_early) has_switch, [], "A motion ends early (INV-15 fails of it).";
    "R-REFERENDUM-LATE" Witness(emission::a_referendum_ends_late) has_switch, [], "A referendum launched under the new code is migrated all the same, and takes more than twice its time (INV-15 fails of it).";
    "R-CYCLE-MIGRATING" Witness(emission::a_cycle_begins_while_migrating) has_switch, [], "A cycle begins in a block in which lazy migrations wait.";
    "R-LOWER-HASH" Witness(reachable::a_lower_hash_displaces) follows_two, [], "A sibling of lower hash displaces one offered already (INV-E2E-7).";
    "R-BOTH-KNOWN" Witness(reachable::both_validators_know_both) follows_two, [], "Two validators know two siblings.";
    "R-FORGOTTEN" Witness(reachable::forgotten_with_its_parent) follows_siblings, [], "With a candidate that lost to a sibling a validator forgets one that was built on it.";
    "R-VIEWS-DIFFER" Witness(reachable::views_differ) two_follow_siblings, [], "Two validators have learned of the same candidates and offer different ones, as one has forgotten the other's.";
    "R-EVICTED-AGAIN" Witness(reachable::evicted_and_backed_again) evicts_in_window, [], "A candidate that timed out is backed again, by a validator that learned of it only then.";
}

fn always(_: &Protocol) -> bool {
    true
}

/// Where blocks on one relay slot are limited by the runtime, or by honest collators (HOOK-8).
fn limits_slots(protocol: &Protocol) -> bool {
    is_honest(protocol) || protocol.parameters().generation != Generation::AuraExt018
}

/// Where the runtime takes no slot but the derived one, or honest collators claim no other (HOOK-8).
fn derives_slots(protocol: &Protocol) -> bool {
    is_honest(protocol) || !takes_slots_behind(protocol)
}

/// Where the runtime orders relay slots, by the hook or by the relay number (RPN-1), or honest collators
/// do: hooks that count by para slot (HOOK-8) do not look at relay slots.
fn orders_relay_slots(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    let by_para_slot = matches!(p.generation, Generation::AuraExt07 | Generation::AuraExt018);
    is_honest(protocol) || !by_para_slot || p.relay_number_check != RelayNumberCheck::Any
}

fn overruns_slots(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    let most = p.block_processing_velocity.max(1) + 1;
    let kept = protocol.environment().adversary_blocks;
    !limits_slots(protocol)
        && p.relay_number_check != RelayNumberCheck::Strict
        && p.unincluded_segment_capacity > most
        && (kept == 0 || kept > most)
}

fn takes_slots_ahead(protocol: &Protocol) -> bool {
    !is_honest(protocol) && protocol.parameters().generation == Generation::AuraExt018
}

fn takes_slots_behind(protocol: &Protocol) -> bool {
    takes_slots_ahead(protocol)
        || (!is_honest(protocol) && protocol.parameters().generation == Generation::AuraExt024)
}

/// Whether an authority is named, there, and owns a slot that a relay block can bring.
fn can_author(protocol: &Protocol, authority: usize) -> bool {
    let named = protocol.environment().authorities.0;
    named.get(authority).is_some_and(|&what| what != Authority::Absent)
        && protocol.owners_of_derived_slots() & (1 << authority) != 0
}

fn changes_authorities(protocol: &Protocol) -> bool {
    !protocol.environment().next_authorities.is_empty() && can_stack(protocol)
}

fn has_two_owners(protocol: &Protocol) -> bool {
    changes_authorities(protocol) && builds_twice(protocol)
}

fn first_authors(protocol: &Protocol) -> bool {
    can_author(protocol, 0)
}

fn second_authors(protocol: &Protocol) -> bool {
    can_author(protocol, 1)
}

fn third_authors(protocol: &Protocol) -> bool {
    can_author(protocol, 2)
}

/// Where an authority owns no slot with which a relay slot begins.
fn starves_authorities(protocol: &Protocol) -> bool {
    let named = protocol.environment().authorities.0.len();
    protocol.owners_of_derived_slots().count_ones() < named as u32
}

/// Where a whole para slot can pass between two relay blocks, and its owner is there.
fn turns_can_pass(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    let skipped = u32::from(protocol.environment().skipped_slots);
    let named = protocol.environment().authorities.0;
    let anybody = named.iter().any(|&authority| authority != Authority::Absent);
    anybody && (p.para_slot_ms < 6000 || skipped >= p.para_slot_ms / 6000)
}

fn turns_are_long(protocol: &Protocol) -> bool {
    protocol.parameters().para_slot_ms > 6000
        && protocol.environment().authorities.0.len() > 1
        && can_stack(protocol)
}

fn restarts(protocol: &Protocol) -> bool {
    let environment = protocol.environment();
    let named = environment.authorities.0;
    let owns = |place: &usize| protocol.owners_of_derived_slots() & (1 << place) != 0;
    let restarts = |place: usize| named[place] == Authority::Restarting;
    // The next authorities come with para slots that begin relay slots, and own some each.
    let next = environment.next_authorities.0.contains(&Authority::Restarting);
    next || (0..named.len()).filter(owns).any(restarts)
}

fn restarts_behind(protocol: &Protocol) -> bool {
    restarts(protocol) && can_stack(protocol)
}

fn has_forks(protocol: &Protocol) -> bool {
    protocol.environment().fork_depth > 0
}

/// Where an author may build on a branch that the relay chain has left.
fn forks_at_will(protocol: &Protocol) -> bool {
    has_forks(protocol) && !is_honest(protocol)
}

fn forks_unchecked(protocol: &Protocol) -> bool {
    forks_at_will(protocol)
        && protocol.parameters().relay_number_check == RelayNumberCheck::Any
        && protocol.environment().fork_depth > 1
}

fn has_invalid_chains(protocol: &Protocol) -> bool {
    protocol.environment().invalid_chains && has_cores(protocol) && has_disputes(protocol)
}

fn has_groups_offline(protocol: &Protocol) -> bool {
    protocol.environment().groups.0.contains(&Group::Offline)
}

fn has_malicious_groups(protocol: &Protocol) -> bool {
    let groups = protocol.environment().groups.0;
    has_disputes(protocol) && groups.contains(&Group::Byzantine)
}

fn has_deep_forks(protocol: &Protocol) -> bool {
    protocol.environment().fork_depth > 1
}

fn has_reconfigurations(protocol: &Protocol) -> bool {
    protocol.scenario().reconfiguration.is_some()
}

fn has_sessions(protocol: &Protocol) -> bool {
    protocol.environment().session_changes
}

fn sessions_kill_tails(protocol: &Protocol) -> bool {
    has_sessions(protocol) && can_stack(protocol)
}

fn has_cores(protocol: &Protocol) -> bool {
    protocol.parameters().cores > 1 && can_stack(protocol)
}

fn has_holes(protocol: &Protocol) -> bool {
    has_cores(protocol) && has_timeouts(protocol)
}

fn has_offset(protocol: &Protocol) -> bool {
    protocol.parameters().relay_parent_offset > 0
}

fn has_groups(protocol: &Protocol) -> bool {
    !protocol.environment().groups.is_empty()
}

fn has_claims(protocol: &Protocol) -> bool {
    !protocol.environment().claims.is_bulk()
}

/// Where a claim is used up although the core is occupied.
fn loses_claims(protocol: &Protocol) -> bool {
    protocol.environment().claims == Claims::Shared
        && protocol.parameters().claim_queue == ClaimQueue::Computed
        && has_timeouts(protocol)
}

/// Where another para's turn follows each of ours: nothing is built on a pending block.
fn keeps_claims(protocol: &Protocol) -> bool {
    protocol.environment().claims == Claims::Shared
        && protocol.parameters().claim_queue == ClaimQueue::Stored
}

fn has_limits(protocol: &Protocol) -> bool {
    protocol.environment().collation_limits && has_siblings(protocol)
}

fn has_disputes(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    let honest = u16::from(protocol.honest_validators());
    protocol.environment().disputes && honest >= p.supermajority()
}

fn few_lie(protocol: &Protocol) -> bool {
    let lying = u16::from(protocol.environment().lying);
    has_disputes(protocol) && lying <= protocol.parameters().most_faulty()
}

fn disputes_on_forks(protocol: &Protocol) -> bool {
    has_disputes(protocol) && has_forks(protocol)
}

fn disputes_beside_others(protocol: &Protocol) -> bool {
    has_disputes(protocol) && has_cores(protocol) && counts_votes(protocol)
}

fn counts_votes(protocol: &Protocol) -> bool {
    protocol.environment().counted_votes
}

/// PROV-3: the estimate is weaker than the threshold only where three divides the validators.
fn estimates_can_fail(protocol: &Protocol) -> bool {
    counts_votes(protocol)
        && has_timeouts(protocol)
        && protocol.parameters().validators.is_multiple_of(3)
}

fn is_slot_based(protocol: &Protocol) -> bool {
    protocol.environment().collator == CollatorKind::SlotBased
}

fn has_messages(protocol: &Protocol) -> bool {
    protocol.parameters().upward_message_room > 0
}

fn has_messages_out(protocol: &Protocol) -> bool {
    has_messages(protocol) || sends_messages(protocol)
}

fn has_queues(protocol: &Protocol) -> bool {
    !protocol.messages().is_off()
}

fn sends_messages(protocol: &Protocol) -> bool {
    has_upward(protocol) || has_outbound(protocol)
}

fn has_upward(protocol: &Protocol) -> bool {
    protocol.messages().upward_limit > 0
}

fn has_outbound(protocol: &Protocol) -> bool {
    protocol.messages().outbound_capacity > 0
}

/// Where a message can wait in the relay chain's queue while another is in the segment.
fn upward_behind_others(protocol: &Protocol) -> bool {
    protocol.messages().upward_limit > 1 && can_stack(protocol)
}

fn has_downward(protocol: &Protocol) -> bool {
    protocol.messages().downward > 0
}

/// Where a downward message can wait while an earlier one is processed and not yet taken off.
fn downward_behind_others(protocol: &Protocol) -> bool {
    protocol.messages().downward > 1 && can_stack(protocol)
}

fn downward_on_cores(protocol: &Protocol) -> bool {
    has_downward(protocol) && has_holes(protocol)
}

fn has_inbound(protocol: &Protocol) -> bool {
    protocol.messages().inbound > 0
}

fn has_several_inbound(protocol: &Protocol) -> bool {
    has_inbound(protocol) && protocol.messages().inbound_messages > 1
}

fn stays_behind_others(protocol: &Protocol) -> bool {
    has_several_inbound(protocol) && can_stack(protocol)
}

fn has_signals(protocol: &Protocol) -> bool {
    protocol.environment().go_ahead || has_upgrades(protocol)
}

fn has_upgrades(protocol: &Protocol) -> bool {
    matches!(protocol.environment().upgrades, Upgrades::NextCode | Upgrades::AnyCode)
}

/// Where the para goes on changing its code. The switch comes once.
fn upgrades_again(protocol: &Protocol) -> bool {
    has_upgrades(protocol) && !has_switch(protocol)
}

fn has_switch(protocol: &Protocol) -> bool {
    protocol.scenario().switch.is_some() && has_upgrades(protocol)
}

fn switches_on_forks(protocol: &Protocol) -> bool {
    has_switch(protocol) && has_forks(protocol)
}

/// Where a block can be built on one that is not included.
fn upgrades_ahead(protocol: &Protocol) -> bool {
    has_upgrades(protocol) && can_stack(protocol)
}

/// The same where the block that switches and one on it can stand at a time.
fn upgrades_on_ahead(protocol: &Protocol) -> bool {
    let kept = protocol.environment().adversary_blocks;
    upgrades_ahead(protocol) && (is_honest(protocol) || kept == 0 || kept > 1)
}

/// Where a candidate can pend for longer than a block, or two are backed in one.
fn code_can_wait(protocol: &Protocol) -> bool {
    let waits = protocol.environment().unavailability || protocol.parameters().cores > 1;
    upgrades_on_ahead(protocol) && waits
}

fn remembers_signals(protocol: &Protocol) -> bool {
    has_signals(protocol) && can_stack(protocol)
}

fn has_rejections(protocol: &Protocol) -> bool {
    protocol.environment().prechecks.may_reject()
}

/// Where whoever acts on an abort has pending code: an adversary builds a first block beside the one
/// that brought it, and the runtime takes an abort that finds none (UPG-5).
fn rejects_honestly(protocol: &Protocol) -> bool {
    has_rejections(protocol) && is_honest(protocol) && !aborts_twice(protocol)
}

fn rejects_ahead(protocol: &Protocol) -> bool {
    has_rejections(protocol) && can_stack(protocol)
}

/// Where the relay chain may know new code, and so schedule an upgrade in the block that includes it,
/// beside an abort that is still shown.
pub(crate) fn aborts_twice(protocol: &Protocol) -> bool {
    protocol.environment().prechecks == Prechecks::DividedOrKnown
        && rejects_ahead(protocol)
        && cools_down_early(protocol)
}

/// Everywhere else whoever has been told to abort is told so once.
fn meets_pending_code(protocol: &Protocol) -> bool {
    has_upgrades(protocol) && !aborts_twice(protocol)
}

pub(crate) fn is_never_wedged(protocol: &Protocol) -> bool {
    progress::applies(protocol) && !aborts_twice(protocol)
}

fn has_same_code(protocol: &Protocol) -> bool {
    protocol.environment().upgrades == Upgrades::AnyCode
}

/// Where the next upgrade may begin before the last is complete.
fn cools_down_early(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    has_upgrades(protocol) && p.upgrade_cooldown <= p.upgrade_delay.max(p.minimum_upgrade_delay)
}

fn sessions_reject(protocol: &Protocol) -> bool {
    has_rejections(protocol) && has_sessions(protocol)
}

fn upgrades_in_sessions(protocol: &Protocol) -> bool {
    has_upgrades(protocol) && has_sessions(protocol)
}

fn upgrades_on_forks(protocol: &Protocol) -> bool {
    has_upgrades(protocol) && has_forks(protocol)
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

fn follows_some(protocol: &Protocol) -> bool {
    protocol.environment().followed_validators > 0
}

fn follows_two(protocol: &Protocol) -> bool {
    protocol.environment().followed_validators == 2
}

/// Validators are followed while owners equivocate, and a window is long enough for a block on a block
/// that nobody has backed.
fn follows_siblings(protocol: &Protocol) -> bool {
    let (p, e) = (protocol.parameters(), protocol.environment());
    follows_some(protocol) && e.equivocation && p.scheduling_lookahead > 2
}

fn two_follow_siblings(protocol: &Protocol) -> bool {
    follows_siblings(protocol) && follows_two(protocol)
}

/// Two validators are followed, and what times out can be learned of and backed again (TO-5, with one
/// relay block more for a leaf that shows the eviction).
fn evicts_in_window(protocol: &Protocol) -> bool {
    let (p, e) = (protocol.parameters(), protocol.environment());
    let again = e.earliest_backing + p.paras_availability_period + 1;
    follows_two(protocol) && has_timeouts(protocol) && again <= p.scheduling_lookahead
}

/// A candidate can be backed, lose its dispute in the next block, and be backed again in the one after.
fn condemned_return(protocol: &Protocol) -> bool {
    let window = protocol.parameters().scheduling_lookahead;
    has_disputes(protocol) && protocol.environment().earliest_backing + 2 <= window
}

fn condemned_return_on_forks(protocol: &Protocol) -> bool {
    condemned_return(protocol) && has_forks(protocol)
}

fn has_late_views(protocol: &Protocol) -> bool {
    let environment = protocol.environment();
    environment.stale_view != StaleView::Never || environment.oldest_relay_parent > 0
}

fn can_be_late_on_unincluded(protocol: &Protocol) -> bool {
    has_late_views(protocol) && can_stack(protocol)
}

/// Where capacity leaves room for a block on an unincluded one.
fn can_stack(protocol: &Protocol) -> bool {
    protocol.parameters().unincluded_segment_capacity > 1 && !keeps_claims(protocol)
}

/// Where the capacity, not the window, is the first to stop a collator.
fn can_fill(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    let window = p.scheduling_lookahead * p.cores;
    is_honest(protocol) && p.unincluded_segment_capacity <= window && !keeps_claims(protocol)
}

/// Where a full segment can be found from a relay parent on which nothing has been built: all of it but the
/// pending block stands in the window with that one, and on a shared core every second turn is another's.
fn can_fall_back(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    let every = if protocol.environment().claims == Claims::Shared { 2 } else { 1 };
    let turns = p.scheduling_lookahead.div_ceil(every) * p.cores;
    can_fill(protocol) && p.unincluded_segment_capacity <= turns
}

/// Where the window leaves room for as many blocks as the capacity does: for each core one block on
/// each relay parent of the window, and the pending one.
fn can_hold_all(protocol: &Protocol) -> bool {
    let p = protocol.parameters();
    p.unincluded_segment_capacity <= (p.scheduling_lookahead + 1) * p.cores
        && !keeps_claims(protocol)
}

fn builds_twice(protocol: &Protocol) -> bool {
    let environment = protocol.environment();
    environment.collator == CollatorKind::Lookahead && environment.lookahead_blocks > 1
}

fn can_share_slots(protocol: &Protocol) -> bool {
    (builds_twice(protocol) || !is_honest(protocol))
        && can_stack(protocol)
        && protocol.parameters().block_processing_velocity <= 1
        && protocol.parameters().relay_number_check != RelayNumberCheck::Strict
}

fn has_siblings(protocol: &Protocol) -> bool {
    has_equivocation(protocol) || restarts(protocol) || !is_honest(protocol)
}

fn can_lose_parents(protocol: &Protocol) -> bool {
    has_timeouts(protocol) && can_stack(protocol)
}

fn can_lose_branches(protocol: &Protocol) -> bool {
    protocol.environment().loss
        && can_stack(protocol)
        && protocol.parameters().scheduling_lookahead
            > protocol.parameters().relay_parent_offset + 1
}

/// INV-E2E-3: where every group is there, and a collator that is late does not kill what others build
/// on its block.
fn advances_with_all(protocol: &Protocol) -> bool {
    is_never_wedged(protocol)
        && !protocol.environment().groups.0.contains(&Group::Offline)
        && late_blocks_can_be_backed(protocol)
}

/// TIME-6: whether a block that is built one relay block late still has a relay block that may back it.
fn late_blocks_can_be_backed(protocol: &Protocol) -> bool {
    let is_late = protocol.environment().stale_view != StaleView::Never;
    let can_back =
        |p: &Parameters| p.relay_parent_offset + u8::from(is_late) < p.scheduling_lookahead;
    protocol.either_parameters().into_iter().all(can_back)
}

/// INV-E2E-4: what becomes of it where a group is offline.
fn advances_without_some(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && protocol.environment().groups.0.contains(&Group::Offline)
}

/// Whether what is included stays so: else there is no rate.
pub(crate) fn includes_for_good(protocol: &Protocol) -> bool {
    protocol.environment().fork_depth == 0 && !protocol.environment().disputes
}

/// Whether in addition every block is to bring the same.
fn rewards_alike(protocol: &Protocol) -> bool {
    let scenario = protocol.scenario();
    includes_for_good(protocol) && scenario.switch.is_none() && scenario.economics.decay.is_none()
}

/// TIME-4: whether a scenario has all that the full rate takes: capacity for every block of a relay
/// parent on the usual path, and with the lookahead collator no more than the window; that path and a
/// window for it, a core for each, authors and groups who are there; and no messages that need not all
/// fit, of which validators may refuse what is valid (EMU-5).
fn can_reach_the_full_rate(protocol: &Protocol) -> bool {
    let (p, environment) = (protocol.parameters(), protocol.environment());
    let authorities = [environment.authorities, environment.next_authorities];
    // A switch that never comes leaves the old code's capacity for ever.
    let before = protocol.scenario().switch.and_then(|switch| switch.capacity_before);
    let capacity = p.unincluded_segment_capacity.min(before.unwrap_or(u8::MAX));
    let somebody_is_away =
        authorities.iter().any(|some| some.0.iter().any(|&one| one != Authority::Present));
    // With a capacity beyond the window, before a switch or after it, the second block on a relay
    // parent outruns the window.
    let most = p.unincluded_segment_capacity.max(before.unwrap_or(0));
    let keeps_pace = match environment.collator {
        CollatorKind::SlotBased => true,
        CollatorKind::Lookahead => most <= p.scheduling_lookahead,
        CollatorKind::Adversary => false,
    };
    keeps_pace
        && capacity >= long_run::usual_delay(protocol) * p.cores
        && p.scheduling_lookahead + 1 >= long_run::usual_delay(protocol)
        && environment.earliest_backing < long_run::usual_delay(protocol)
        && p.block_processing_velocity >= p.cores
        && !somebody_is_away
        && !environment.groups.0.contains(&Group::Offline)
        && environment.claims != Claims::Shared
        && protocol.messages().inbound == 0
        && protocol.scenario().reconfiguration.is_none()
}

fn skips_slots(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && protocol.environment().skipped_slots > 0
}

fn recovers_from_forks(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_forks(protocol)
}

/// Marks speak of the one branch that there is.
fn recovers_from_loss(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && protocol.environment().loss && !has_forks(protocol)
}

fn recovers_from_unavailability(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_timeouts(protocol) && !has_forks(protocol)
}

fn recovers_from_delay(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_delay(protocol)
}

fn recovers_from_equivocation(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_equivocation(protocol)
}

fn recovers_from_the_invalid(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && protocol.environment().disputes
}

fn recovers_from_withholding(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_withholding(protocol)
}

fn recovers_from_disputes(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_disputes(protocol)
}

fn recovers_from_sessions(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_sessions(protocol)
}

fn recovers_from_reconfiguration(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_reconfigurations(protocol)
}

fn recovers_from_late_views(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_late_views(protocol)
}

fn recovers_from_lapses(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && protocol.environment().claims == Claims::Lapsing
}

fn recovers_from_rejections(protocol: &Protocol) -> bool {
    is_never_wedged(protocol) && has_rejections(protocol)
}
