//! The rules, as data: id, one sentence, and where Polkadot says so.
//!
//! A rule is consulted by its entry here and nowhere else, so it can be switched off
//! ([`RuleSet`]) or replaced by a historic or mistaken form ([`Variant`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! rules {
    ($($variant:ident $id:literal $sentence:literal $source:literal;)*) => {
        /// A rule of the protocol that the model consults.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each variant is documented by its row: sentence and source")]
        pub enum Rule { $($variant),* }

        impl Rule {
            /// Every rule, in the order of the table.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant),*];

            /// The id by which documents and traces call the rule.
            pub fn id(self) -> &'static str { match self { $(Rule::$variant => $id),* } }

            /// What the rule says, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Rule::$variant => $sentence),* }
            }

            /// Where Polkadot or Astar says so: crate and version, file, function.
            pub fn source(self) -> &'static str { match self { $(Rule::$variant => $source),* } }
        }
    };
}

rules! {
    // The para runtime.
    Seg2 "SEG-2" "A block's own entry has no hash until its child's initialization writes it." "cumulus-pallet-parachain-system 0.25.1, lib.rs, on_initialize";
    Seg3 "SEG-3" "Asked for a head that is not found in the segment, the runtime counts the whole segment; the block's own entry is never found." "cumulus-pallet-parachain-system 0.25.1, unincluded_segment.rs, size_after_included";
    Seg4 "SEG-4" "The inherent drops the entry of the included head seen at the relay parent and everything older; no match drops nothing." "cumulus-pallet-parachain-system 0.25.1, lib.rs, maybe_drop_included_ancestors";
    Seg5 "SEG-5" "After pruning fewer entries than the capacity may be held, so that at most the capacity is held with the new one; the runtime enforces it, and answers for it when the collator asks." "cumulus-pallet-parachain-system 0.25.1, lib.rs, maybe_drop_included_ancestors; aura-ext 0.25.0, consensus_hook.rs, can_build_upon";
    Seg6 "SEG-6" "Appending a block's entry must keep the segment's messages within the room the relay chain shows, and its watermark from going back." "cumulus-pallet-parachain-system 0.25.1, unincluded_segment.rs, SegmentTracker::append";
    Seg7 "SEG-7" "The room is what the relay chain's queue and channels, read at the relay parent, leave of their limits." "cumulus-pallet-parachain-system 0.25.1, unincluded_segment.rs, OutboundBandwidthLimits::from_relay_chain_state";
    Seg8 "SEG-8" "Dropping an entry gives its messages back to the aggregate, and clears the signal it consumed." "cumulus-pallet-parachain-system 0.25.1, unincluded_segment.rs, SegmentTracker::subtract";
    Blk3 "BLK-3" "The block is sealed by the owner of its para slot, which is no older than its parent's." "pallet-aura, on_initialize; aura-ext 0.25.0, signature_verifier.rs";
    Rpn1 "RPN-1" "The relay parent's number is above (strict), at or above (monotonic) the parent's, or unchecked (any)." "cumulus-pallet-parachain-system 0.25.1, lib.rs, CheckAssociatedRelayNumber";
    Hook1 "HOOK-1" "The relay proof must contain the relay slot." "cumulus-pallet-aura-ext 0.25.0, consensus_hook.rs, on_state_proof";
    Hook2 "HOOK-2" "The relay slot of the relay parent is never older than the one stored; a newer one starts the count anew." "cumulus-pallet-aura-ext 0.25.0, consensus_hook.rs, on_state_proof";
    Hook3 "HOOK-3" "At most velocity + 1 blocks of one chain share a relay slot." "cumulus-pallet-aura-ext 0.25.0, consensus_hook.rs, on_state_proof";
    Hook4 "HOOK-4" "The para slot is the one derived from the relay slot, neither ahead nor behind; older hooks took others (HOOK-8)." "cumulus-pallet-aura-ext 0.25.0, consensus_hook.rs, on_state_proof";
    Hook9 "HOOK-9" "The proof brings as many relay blocks after the relay parent as the offset asks, and not fewer." "cumulus-pallet-parachain-system 0.25.1, descendant_validation.rs, verify_relay_parent_descendants";
    Upg1 "UPG-1" "A block begins an upgrade only if its relay parent shows no restriction and no code is pending." "cumulus-pallet-parachain-system 0.25.1, lib.rs, schedule_code_upgrade";
    Upg3 "UPG-3" "While an ancestor in the segment has consumed a signal, the relay chain must still show the same one and it is not consumed again." "cumulus-pallet-parachain-system 0.25.1, lib.rs, set_validation_data";
    Upg4 "UPG-4" "A go-ahead that nobody has consumed makes the pending code the code; without pending code the runtime panics." "cumulus-pallet-parachain-system 0.25.1, lib.rs, set_validation_data";
    Upg5 "UPG-5" "An abort that nobody has consumed throws the pending code away." "cumulus-pallet-parachain-system 0.25.1, lib.rs, set_validation_data";
    Upg6 "UPG-6" "A block executes under the code of its parent's state; one that changes the code changes it for its descendants." "cumulus-client-consensus-aura 0.28.1, slot_based/block_builder_task.rs, run_block_builder";
    Emit1 "EMIT-1" "Every block issues the collators' and the treasury's reward of the configuration in its parent's state." "pallet-inflation, lib.rs, payout_block_rewards (Astar b57fb622c)";
    Infl9 "INFL-9" "The last block before an era from which a recalculation is due recalculates at its end, and a cycle begins." "pallet-inflation, lib.rs, block_before_new_era and on_finalize (Astar b57fb622c)";
    EconUpg2 "econ:UPG-2" "The first block under the code of 6 s blocks halves the block rewards before it pays them." "pallet-inflation, migration.rs, AdjustBlockRewardMigration (Astar b57fb622c)";
    EconUpg3 "econ:UPG-3" "It doubles what remains of the running era, counted from the last old block." "pallet-dapp-staking, migration.rs, AdjustEraMigration (Astar b57fb622c)";
    EconUpg5 "econ:UPG-5" "While lazy migrations wait, blocks carry inherents only." "frame-executive 39.1.1, lib.rs, execute_block; pallet-migrations 9.1.0, lib.rs, ongoing";
    EconUpg6 "econ:UPG-6" "A lazy migration doubles what remains of an unlocking chunk, counted from the block in which it runs." "pallet-dapp-staking, migration.rs, LazyMigration (Astar b57fb622c)";
    EconUpg8 "econ:UPG-8" "Another doubles what remains of a referendum, counted from the last old block." "pallets/democracy-mbm, lib.rs (Astar b57fb622c)";
    // The collator.
    Coll1 "COLL-1" "The para slot is computed from the relay parent, not from the clock." "cumulus-client-consensus-aura 0.28.1, slot_based/block_builder_task.rs, adjust_para_to_relay_parent_slot";
    Coll2 "COLL-2" "Only the owner of the para slot builds." "cumulus-client-consensus-aura 0.28.1, collators/mod.rs, can_build_upon";
    Coll3 "COLL-3" "If the included head or the newest pending block at the relay parent is unknown to the collator, it does not build; else it starts from the newest of the two." "cumulus-client-consensus-common 0.28.0, parent_search.rs, find_potential_parents";
    Coll4 "COLL-4" "A block whose relay parent is not among the last L relay blocks up to the collator's own hides itself and everything above it." "cumulus-client-consensus-common 0.28.0, parent_search.rs, build_relay_parent_ancestry";
    Coll5 "COLL-5" "The deepest potential parent is chosen; among equals any." "cumulus-client-consensus-aura 0.28.1, collators/mod.rs, find_parent";
    Coll6 "COLL-6" "If the chosen parent cannot be built upon nothing is built: no shallower parent is tried." "cumulus-client-consensus-aura 0.28.1, collators/mod.rs, find_parent and can_build_upon";
    Coll7 "COLL-7" "On the included head the collator builds without asking the runtime." "cumulus-client-consensus-aura 0.28.1, collators/mod.rs, can_build_upon";
    Coll8 "COLL-8" "On any other parent the collator asks the runtime, in the parent's state, whether a block may follow (HOOK-6)." "cumulus-client-consensus-aura 0.28.1, collators/mod.rs, can_build_upon; aura-ext 0.25.0, consensus_hook.rs, can_build_upon";
    Coll9 "COLL-9" "The block is announced and offered to the validators as a candidate." "cumulus-client-consensus-aura 0.28.1, collator.rs and slot_based/collation_task.rs";
    Sess5 "SESS-5" "The collator's window ends at the block in which the last session ended." "cumulus-client-consensus-common 0.28.0, parent_search.rs, build_relay_parent_ancestry";
    Look1 "LOOK-1" "The lookahead collator builds at most two blocks for one relay block." "cumulus-client-consensus-aura 0.28.1, collators/lookahead.rs, run_with_export";
    Slotb2 "SLOTB-2" "All collators of one wake-up build on the best relay block they then know." "cumulus-client-consensus-aura 0.28.1, slot_based/block_builder_task.rs, run_block_builder";
    Slotb3 "SLOTB-3" "The slot-based collator builds one block for each relay parent, branch and core." "cumulus-client-consensus-aura 0.28.1, slot_based/block_builder_task.rs, determine_core";
    // Messages: the para runtime, and the collator that hands them over.
    Msg1 "MSG-1" "What the unincluded ancestors have sent is taken off the room for the block's own messages." "cumulus-pallet-parachain-system 0.25.1, lib.rs, adjust_egress_bandwidth_limits";
    Msg2 "MSG-2" "Upward messages for which there is no room wait." "cumulus-pallet-parachain-system 0.25.1, lib.rs, on_finalize";
    Msg4 "MSG-4" "A message to another para waits while the channel is full, and one goes out at a time." "cumulus-pallet-parachain-system 0.25.1, lib.rs, on_finalize and get_channel_status";
    Msg5 "MSG-5" "Messages of other paras follow on those that the chain was delivered and lead to the heads at the relay parent; one at least comes in full, and from 0.32 on as many as fit." "cumulus-pallet-parachain-system 0.25.1, lib.rs, enqueue_inbound_horizontal_messages and check_hrmp_mcq_heads; 0.32.0, parachain_inherent.rs, check_enough_messages_included_advanced";
    Msg6 "MSG-6" "The watermark is the relay parent where no message waits, else the newest relay block whose messages were all delivered in full, else what it was." "cumulus-pallet-parachain-system 0.25.1, lib.rs, enqueue_inbound_horizontal_messages";
    Msg7 "MSG-7" "Downward messages follow on those that the chain has processed and lead to the head at the relay parent; one at least comes in full." "cumulus-pallet-parachain-system 0.25.1, lib.rs, enqueue_inbound_downward_messages";
    Msg8 "MSG-8" "The collator hands over what the parent's chain has not had: what unincluded ancestors took is left out." "cumulus-pallet-parachain-system 0.25.1, lib.rs, do_create_inherent; parachain_inherent.rs, drop_processed_messages";
    // The relay chain's validators.
    Emu3 "EMU-3" "A candidate is seconded only if its messages and its watermark are within what the relay chain and its unincluded ancestors leave." "polkadot-node-subsystem-util 36.0.0, inclusion_emulator/mod.rs, check_modifications and validate_against_constraints; polkadot-node-core-backing 36.0.0, lib.rs, seconding_sanity_check";
    Emu4 "EMU-4" "What the unincluded ancestors use is taken off first: room, downward messages, and every watermark below theirs." "polkadot-node-subsystem-util 36.0.0, inclusion_emulator/mod.rs, apply_modifications";
    Frag4 "FRAG-4" "A fragment chain takes a candidate only if its relay parent is in scope and not older than the newest head's, and no other on its parent is pending." "polkadot-node-core-prospective-parachains 35.0.0, fragment_chain/mod.rs, check_potential_lightweight";
    Frag5 "FRAG-5" "Among backable siblings the one with the lowest hash wins, whichever came first." "polkadot-node-core-prospective-parachains 35.0.0, fragment_chain/mod.rs, fork_selection_rule";
    Frag7 "FRAG-7" "A validator forgets for good what was pending, what lost to a sibling, and what it holds on that." "polkadot-node-core-prospective-parachains 35.0.0, fragment_chain/mod.rs, populate_from_previous and trim_uneligible_forks; polkadot-node-core-backing 36.0.0, lib.rs, import_statement";
    Frag8 "FRAG-8" "A relay author backs what its own fragment chain offers." "polkadot-node-core-prospective-parachains 35.0.0, fragment_chain/mod.rs, find_backable_chain";
    Sec4 "SEC-4" "A validator fetches a collation only if the claim queue has a position for it, seen from its relay parent, that no other takes." "polkadot-collator-protocol 36.0.0, validator_side, claim_queue_state.rs";
    // The relay chain's runtime.
    Inh1 "INH-1" "In one relay block availability is counted and candidates enacted first, then timeouts evict, then candidates are backed." "polkadot-runtime-parachains 27.0.0, paras_inherent/mod.rs, process_inherent_data";
    Arp1 "ARP-1" "A candidate on relay parent k can be backed in relay blocks k + 1 to k + L." "polkadot-runtime-parachains 27.0.0, shared.rs, AllowedRelayParentsTracker";
    Arp2 "ARP-2" "A session change clears the allowed relay parents; the first after it is the block in which it happened." "polkadot-runtime-parachains 27.0.0, shared.rs, initializer_on_new_session";
    Arp4 "ARP-4" "A candidate's relay parent is an ancestor of the block that backs it, on the same relay fork." "polkadot-runtime-parachains 27.0.0, shared.rs, AllowedRelayParentsTracker";
    Sched2 "SCHED-2" "A candidate is backed only in a relay block in which its para holds the core; the claim is used up by the block, or kept while the core is occupied (SCHED-1)." "polkadot-runtime-parachains 27.0.0, scheduler.rs, advance_claim_queue";
    Sched3 "SCHED-3" "The group that backs a candidate is fixed by its relay parent and changes every F relay blocks." "polkadot-runtime-parachains 27.0.0, scheduler.rs, group_assigned_to_core";
    Disp1 "DISP-1" "A pending candidate against which a supermajority has voted is dropped with those behind it by the block that brings the votes, and this block backs none of them." "polkadot-runtime-parachains 30.0.0, paras_inherent/mod.rs, process_inherent_data and sanitize_backed_candidates; inclusion/mod.rs, free_disputed";
    Disp2 "DISP-2" "A relay fork freezes when a third is exceeded against a candidate that it has included, or when it includes one that a supermajority is against; its nodes go back to before the inclusion." "polkadot-runtime-parachains 30.0.0, disputes.rs, process_checked_dispute_data and note_included";
    Incl1 "INCL-1" "A core holds at most one candidate." "polkadot-runtime-parachains 27.0.0, paras_inherent/mod.rs, map_candidates_to_cores";
    Incl2 "INCL-2" "In a block in which a session ends nothing is backed." "polkadot-runtime-parachains 27.0.0, paras_inherent/mod.rs, process_inherent_data";
    Incl3 "INCL-3" "A candidate is available with N - (N-1)/3 votes, cast over the previous relay block." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, update_pending_availability_and_get_freed_cores";
    Incl4 "INCL-4" "The longest available prefix of the pending candidates is enacted." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, update_pending_availability_and_get_freed_cores";
    Incl5 "INCL-5" "Enacting a candidate makes it the para's included head, queues what it sends and drops what it processed." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, enact_candidate; paras/mod.rs, note_new_head";
    Incl6 "INCL-6" "A candidate is backed only on the newest pending or else included head." "polkadot-runtime-parachains 27.0.0, paras_inherent/mod.rs, filter_unchained_candidates";
    Incl6b "INCL-6b" "Along included and pending candidates relay parents never go back." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, CandidateCheckContext";
    Incl10 "INCL-10" "A candidate's messages must fit into the queues as they are; what pending candidates will add is not counted." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, check_upward_messages; hrmp.rs, check_outbound_hrmp";
    Incl11 "INCL-11" "A candidate processes a downward message if its relay parent has the first of the queue, and no more than the queue holds." "polkadot-runtime-parachains 27.0.0, dmp.rs, check_processed_downward_messages";
    Incl12 "INCL-12" "A watermark is the relay parent, the last one, or a later block with messages." "polkadot-runtime-parachains 27.0.0, hrmp.rs, check_hrmp_watermark";
    Incl9 "INCL-9" "The code of a candidate is the para's current code when it is backed, whatever its relay parent." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, verify_backed_candidate";
    Incl13 "INCL-13" "An evicted candidate takes all candidates behind it along." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, free_failed_cores";
    Sess2 "SESS-2" "The configuration of a new session is in force from the end of the block in which the last one ends." "polkadot-runtime-parachains 27.0.0, initializer.rs, apply_new_session";
    Sess3 "SESS-3" "A session change drops all pending candidates." "polkadot-runtime-parachains 27.0.0, inclusion/mod.rs, initializer_on_new_session";
    Upg10 "UPG-10" "Including a candidate with new code begins an upgrade, unless one is under way or the code is the current one: then nothing is done and nothing said." "polkadot-runtime-parachains 27.0.0, paras/mod.rs, schedule_code_upgrade";
    Upg11 "UPG-11" "The first relay block so many after inclusion, and so many after the vote, shows the go-ahead." "polkadot-runtime-parachains 27.0.0, paras/mod.rs, proceed_with_upgrade and process_scheduled_upgrade_changes";
    Upg12 "UPG-12" "Including a block whose relay parent is as new as the one that first shows the go-ahead makes the new code current and clears the signal." "polkadot-runtime-parachains 27.0.0, paras/mod.rs, note_new_head";
    Upg13 "UPG-13" "Including any block while no upgrade is scheduled clears the signal." "polkadot-runtime-parachains 27.0.0, paras/mod.rs, note_new_head";
    Upg14 "UPG-14" "A candidate with new code is backed only while no upgrade is under way and no restriction in force." "polkadot-runtime-parachains 27.0.0, paras/mod.rs, can_upgrade_validation_code; inclusion/mod.rs, check_validation_outputs";
    Upg15 "UPG-15" "The restriction that an upgrade brings ends with its cooldown, at the end of a relay block." "polkadot-runtime-parachains 27.0.0, paras/mod.rs, process_scheduled_upgrade_cooldowns";
    To1 "TO-1" "Timeouts are looked at in block n only if (n + 1 - S) mod F < P." "polkadot-runtime-parachains 27.0.0, scheduler.rs, availability_timeout_check_required";
    To2 "TO-2" "A candidate backed in block b times out from block b + P on." "polkadot-runtime-parachains 27.0.0, scheduler.rs, availability_timeout_predicate";
}

macro_rules! variants {
    ($($variant:ident $name:literal $rule:ident $sentence:literal;)*) => {
        /// A rule in another form: as it once was, or as somebody once got it wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each variant is documented by its row")]
        pub enum Variant { $($variant),* }

        impl Variant {
            /// Every variant, in the order of the table.
            pub const ALL: &'static [Variant] = &[$(Variant::$variant),*];

            /// The name by which the command line and traces call it: `RULE=form`.
            pub fn name(self) -> &'static str { match self { $(Variant::$variant => $name),* } }

            /// The rule it replaces.
            pub fn rule(self) -> Rule { match self { $(Variant::$variant => Rule::$rule),* } }

            /// What it says instead.
            pub fn sentence(self) -> &'static str {
                match self { $(Variant::$variant => $sentence),* }
            }
        }
    };
}

variants! {
    SegmentAskedOnly "SEG-5=asked-not-enforced" Seg5 "The collator asks whether there is room, the runtime does not insist.";
    SegmentEnforcedOnly "SEG-5=enforced-not-asked" Seg5 "The runtime insists on room, can_build_upon does not mention it.";
    WatermarkForgotten "MSG-6=no-memory" Msg6 "A watermark that cannot move falls back to none instead of staying.";
    PruneOneEntry "SEG-4=entry-only" Seg4 "The inherent drops the included head's entry and keeps the older ones.";
    SearchAtTheTip "COLL-3=at-the-tip" Coll3 "The collator takes included and pending from the newest relay block, whatever it builds on.";
    AuthoritiesOfIncluded "COLL-2=of-included" Coll2 "The collator reads whose turn it is in the state of the included head, whatever it builds on.";
    GlobalIssuance "EMIT-1=global-counter" Emit1 "Issuance is one counter over all authored blocks, whatever their fork.";
    IssuanceOnceASlot "EMIT-1=once-a-slot" Emit1 "A second block on one relay slot issues nothing.";
    EraLengthsCounted "INFL-9=era-lengths" Infl9 "The next recalculation is so many eras away as the cycle has era lengths, and not as it has era numbers.";
    RecalculatedInTheNewEra "INFL-9=in-the-new-era" Infl9 "The first block of the era recalculates, and not the last one before it.";
    HalvedTwice "econ:UPG-2=twice" EconUpg2 "The block rewards are halved twice.";
    HalvedAfterPaying "econ:UPG-2=after-paying" EconUpg2 "The first block under the new code pays the old rewards, and halves them then.";
    StretchedFromTheNewBlock "econ:UPG-3=from-the-new-block" EconUpg3 "What remains of the era is counted from the first new block.";
    FirstSeen "FRAG-5=first-seen" Frag5 "A validator keeps the backable sibling it saw first.";
    TimeoutsFirst "INH-1=timeouts-first" Inh1 "Timeouts evict before the block's availability votes are counted.";
    KeepsBits "INH-1=keeps-bits" Inh1 "A bitfield counts although it has a bit on a core that a dispute has just freed.";
    OneVoteFreezes "DISP-2=any-vote" Disp2 "A single vote against an included candidate freezes the relay fork.";
    FromRelayParent "UPG-11=from-relay-parent" Upg11 "The delay counts from the relay parent of the block that brings the code, not from its inclusion.";
    AtExpectedBlock "UPG-12=at-expected-block" Upg12 "The new code becomes current by the number of the relay block, whatever the para has done.";
    ClearedByItsReader "UPG-13=cleared-by-its-reader" Upg13 "An abort is cleared by the inclusion of a block that acted on it, and of no other.";
    BackingFirst "INH-1=backing-first" Inh1 "Candidates are backed before the block's availability votes are counted.";
}

/// A set of rules: those that are switched off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RuleSet(u128);

impl RuleSet {
    /// Whether the rule is in the set.
    pub fn contains(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u32) != 0
    }

    /// The set with one rule more.
    #[must_use]
    pub fn with(self, rule: Rule) -> RuleSet {
        RuleSet(self.0 | 1 << rule as u32)
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The rules of the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.iter().copied().filter(move |&rule| self.contains(rule))
    }
}

impl FromIterator<Rule> for RuleSet {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        rules.into_iter().fold(RuleSet::default(), RuleSet::with)
    }
}

/// A set of variants: those in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VariantSet(u32);

impl VariantSet {
    /// Whether the variant is in force.
    pub fn contains(self, variant: Variant) -> bool {
        self.0 & (1 << variant as u32) != 0
    }

    /// The set with one variant more.
    #[must_use]
    pub fn with(self, variant: Variant) -> VariantSet {
        VariantSet(self.0 | 1 << variant as u32)
    }

    /// Whether no variant is in force.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The variants in force, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Variant> {
        Variant::ALL.iter().copied().filter(move |&variant| self.contains(variant))
    }
}

impl FromIterator<Variant> for VariantSet {
    fn from_iter<I: IntoIterator<Item = Variant>>(variants: I) -> Self {
        variants.into_iter().fold(VariantSet::default(), VariantSet::with)
    }
}

/// A word that is neither a rule's id nor a variant's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} {word:?}; `unincluded list {what}s` names them all")]
pub struct UnknownName {
    what: &'static str,
    word: String,
}

impl FromStr for Rule {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Rule, UnknownName> {
        Rule::ALL
            .iter()
            .copied()
            .find(|rule| rule.id().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownName { what: "rule", word: word.to_owned() })
    }
}

impl FromStr for Variant {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Variant, UnknownName> {
        Variant::ALL
            .iter()
            .copied()
            .find(|variant| variant.name().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownName { what: "variant", word: word.to_owned() })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Variant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
