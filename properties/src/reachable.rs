//! Situations that must be found. They keep the invariants from holding of nothing: each names
//! the invariants that watch it.

use unincluded_model::action::Claim;
use unincluded_model::protocol::collator::places;
use unincluded_model::scenario::{Authority, Group};
use unincluded_model::{
    Action, Age, Bits, BlockIndex, Branch, ParaBlock, Precheck, Refusal, RelayNumberCheck, Signal,
    State,
};

use crate::Transition;
use crate::step::is_honest;

/// A segment holds as many blocks as the capacity (INV-SEG-1 to 5).
pub fn a_full_segment(t: &Transition) -> bool {
    let capacity = usize::from(t.protocol.parameters().unincluded_segment_capacity.max(1));
    let full = |block: &ParaBlock| block.segment.len() == capacity;
    t.authored().is_some_and(|(_, block, after)| full(after.block(block)))
}

/// A full segment stops an honest collator (INV-E2E-7).
pub fn a_full_segment_stops_authors(t: &Transition) -> bool {
    let age = Age(t.protocol.parameters().relay_parent_offset);
    let stopped_on = |state: &State, branch: usize| {
        let chosen = places(t.protocol.chosen_parents(state, branch, age));
        chosen.map(|place| BlockIndex(place as u8)).any(|parent| {
            let answer = t.protocol.can_build_upon(state, parent, branch, age);
            parent != state.branch(branch).view(age).included
                && matches!(answer, Err(Refusal::NoRoomToBuild { .. }))
        })
    };
    let stopped = |state: &State| (0..state.branches.len()).any(|one| stopped_on(state, one));
    is_honest(t.protocol) && t.outcome.is_ok_and(stopped)
}

/// A block's segment holds more than what is unincluded at the tip, as its author was late
/// (INV-SEG-8; watched by INV-SEG-6 and 7).
pub fn a_segment_beyond_the_unincluded(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| {
        let unincluded = after.steps_back(block, after.branch(t.branch()).tip().included);
        unincluded.is_some_and(|steps| after.block(block).segment.len() > steps)
    })
}

/// An inherent prunes an entry (INV-SEG-2, 3, 6, 7).
pub fn a_segment_is_pruned(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        after.block(block).segment.len() <= t.old(author.parent).segment.len()
    })
}

/// Velocity + 1 blocks share a relay slot (INV-VEL-2; watched by INV-VEL-1).
pub fn a_slot_is_used_up(t: &Transition) -> bool {
    let most = usize::from(t.protocol.parameters().block_processing_velocity.max(1)) + 1;
    t.authored().is_some_and(|(author, block, after)| {
        after.built_on(block, &t.relay_parent(author)) == most
    })
}

/// A block is built on a later relay parent than its parent's (INV-RP-1, 2, 5).
pub fn a_relay_parent_advances(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let parent = t.old(author.parent);
        parent.authored > 0
            && t.before.compare_slots(&t.relay_parent(author), &parent.relay_parent).is_gt()
    })
}

/// A block is built on the relay parent of its parent, which only a lenient check allows.
pub fn a_relay_parent_is_shared(t: &Transition) -> bool {
    let lenient = t.protocol.parameters().relay_number_check != RelayNumberCheck::Strict;
    lenient
        && t.authored().is_some_and(|(author, _, _)| {
            let parent = t.old(author.parent);
            parent.authored > 0 && t.relay_parent(author) == parent.relay_parent
        })
}

/// A candidate is included (INV-REL-5 to 7, 10, 11; INV-1, INV-2, INV-17).
pub fn a_candidate_is_included(t: &Transition) -> bool {
    t.included().is_some()
}

/// One relay block includes a candidate and backs its child on the same core (INV-REL-1, 2).
pub fn included_and_backed_at_once(t: &Transition) -> bool {
    t.included().is_some() && !t.backed().is_empty()
}

/// A candidate is backed at its last chance, L relay blocks after its relay parent (INV-REL-4).
pub fn backed_at_the_last_chance(t: &Transition) -> bool {
    let last = t.parameters().scheduling_lookahead - 1;
    t.backed().iter().any(|&candidate| t.age(candidate).0 == last)
}

/// A candidate is backed as early as can be, in the block after its relay parent (INV-REL-4).
pub fn backed_at_the_first_chance(t: &Transition) -> bool {
    let first = Age(t.protocol.parameters().relay_parent_offset);
    t.backed().iter().any(|&candidate| t.age(candidate) == first)
}

/// A pending candidate times out (INV-E2E-7; watched by INV-REL-9, 14).
pub fn a_candidate_is_evicted(t: &Transition) -> bool {
    times_out(t) && !t.evicted().is_empty()
}

/// Whether what is evicted has timed out: no session ends, and no dispute is lost.
fn times_out(t: &Transition) -> bool {
    !t.session_ends() && t.dispute_lost().is_none()
}

/// A candidate becomes available in the last block before it would be evicted (INV-REL-14).
pub fn available_in_the_last_moment(t: &Transition) -> bool {
    let p = t.parameters();
    let Some((before, _)) = t.grown() else { return false };
    let last = before.pending.first().is_some_and(|pending| {
        pending.backed.0 + 1 >= p.paras_availability_period
            && before.rotation % p.group_rotation_frequency < p.paras_availability_period
    });
    last && t.included().is_some()
}

/// A candidate occupies its core for max(P, F) - 1 relay blocks (INV-REL-13).
pub fn the_longest_occupancy(t: &Transition) -> bool {
    let waits = |branch: &Branch| {
        let longest = t.protocol.parameters_at(branch, Age::TIP).longest_occupancy() - 1;
        branch.pending.iter().any(|pending| pending.backed.0 == longest)
    };
    t.outcome.is_ok_and(|after| after.branches.iter().any(waits))
}

/// A block was built on a pending candidate that is then evicted (INV-E2E-7; INV-COLL-5).
pub fn the_parent_is_evicted(t: &Transition) -> bool {
    !t.session_ends()
        && t.evicted().into_iter().any(|gone| t.before.children(gone).next().is_some())
}

/// A candidate's relay parent leaves the window before anybody backs it (FLT-4), and blocks on it
/// are lost with it (INV-COLL-4).
pub fn a_branch_is_lost(t: &Transition) -> bool {
    loses(t, |block| t.before.children(block).next().is_some())
}

/// Whether a candidate of this kind had its last chance to be backed, and is not.
fn loses(t: &Transition, of_kind: impl Fn(BlockIndex) -> bool) -> bool {
    let lookahead = t.parameters().scheduling_lookahead;
    let Some((_, after)) = t.grown() else { return false };
    let newest = after.tip().newest();
    let is_last = |block: BlockIndex| t.age(block).0.saturating_add(1) == lookahead;
    let lost = |block: BlockIndex| is_last(block) && t.old(block).parent == newest;
    t.before.indices().skip(1).any(|block| lost(block) && of_kind(block))
}

/// Two blocks stand on one parent (INV-COLL-6, INV-REL-11).
pub fn siblings(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, after)| after.children(author.parent).count() > 1)
}

/// An owner equivocates (INV-COLL-6).
pub fn an_equivocation(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| author.equivocation)
}

/// One of two siblings is included, and the other's emission with its chain forgotten (INV-2).
pub fn a_sibling_is_orphaned(t: &Transition) -> bool {
    t.included().is_some_and(|head| t.before.children(t.old(head).parent).count() > 1)
}

/// A collator authors on a relay parent one block late (INV-COLL-2, INV-SEG-8).
pub fn a_late_author(t: &Transition) -> bool {
    let offset = t.protocol.parameters().relay_parent_offset;
    t.authored().is_some_and(|(author, _, _)| author.relay_parent.0 > offset)
}

/// A collator takes the shortcut on the included head (INV-COLL-2).
pub fn the_shortcut_is_taken(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        author.parent == t.view(author).included && t.old(author.parent).authored > 0
    })
}

/// A block is built on a pending candidate (INV-COLL-5).
pub fn built_on_pending(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| t.view(author).newest_pending == Some(author.parent))
}

/// The tip names a block that the collators have not got, so that nobody authors (INV-COLL-5).
pub fn a_withheld_block_stops_authors(t: &Transition) -> bool {
    let stopped = |after: &State| after.block(after.main().tip().newest()).has(ParaBlock::WITHHELD);
    t.outcome.is_ok_and(stopped)
}

/// The collators recover a withheld block.
pub fn a_withheld_block_is_recovered(t: &Transition) -> bool {
    matches!((t.action, t.outcome), (Action::Recover { .. }, Ok(_)))
}

/// A block consumes a go-ahead signal (INV-SEG-4).
pub fn a_signal_is_consumed(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| after.block(block).segment.signals & 1 != 0)
}

/// A segment holds a consumed signal and a child of it is authored (INV-SEG-4).
pub fn a_signal_is_remembered(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| {
        let segment = after.block(block).segment;
        segment.aggregate_signal && segment.signals & 1 == 0
    })
}

/// A segment's messages use up the room (INV-SEG-3, INV-UMP-1).
pub fn the_room_is_used_up(t: &Transition) -> bool {
    let room = t.protocol.parameters().upward_message_room;
    room > 0
        && t.authored()
            .is_some_and(|(_, block, after)| after.block(block).segment.aggregate_messages == room)
}

/// A sibling of a lower hash takes the place of one that was offered already (FRAG-5, AGREE-1).
pub fn a_lower_hash_displaces(t: &Transition) -> bool {
    let (Action::LearnBackable { validator, .. }, Ok(after)) = (t.action, t.outcome) else {
        return false;
    };
    let (old, new) =
        (t.before.chains[usize::from(*validator)], after.chains[usize::from(*validator)]);
    old.is_some() && old != new
}

/// Two validators know both siblings (AGREE-1).
pub fn both_validators_know_both(t: &Transition) -> bool {
    t.outcome.is_ok_and(|after| {
        let base = after.main().tip().newest();
        let known = |&child: &BlockIndex| after.block(child).known_backable == 0b11;
        after.children(base).filter(known).count() > 1
    })
}

/// With a candidate that lost to a sibling a validator forgets one that was built on it (FRAG-7).
pub fn forgotten_with_its_parent(t: &Transition) -> bool {
    let (Action::LearnBackable { validator, candidate }, Ok(after)) = (t.action, t.outcome) else {
        return false;
    };
    let validator = usize::from(*validator);
    let rivals = t.old(*candidate).parent;
    t.before.indices().any(|block| {
        let is_gone =
            t.old(block).is_held_by(validator) && !after.block(block).is_held_by(validator);
        is_gone && t.old(block).parent != rivals
    })
}

/// Validators that have learned of the same children of the newest head offer different ones: one has
/// forgotten what the other offers, with a parent that lost to a sibling in its view and was backed by
/// the other all the same, or for a rival that was pending and timed out (FRAG-7).
pub fn views_differ(t: &Transition) -> bool {
    t.outcome.is_ok_and(|after| {
        let mut children = after.children(after.main().tip().newest()).map(|at| after.block(at));
        let same = children.all(|child| child.known_backable == 0 || child.known_backable == 0b11);
        same && after.chains[0] != after.chains[1]
    })
}

/// A candidate that timed out is backed again: a validator learned of its quorum only then, while
/// another had forgotten it (TO-5, FRAG-7).
pub fn evicted_and_backed_again(t: &Transition) -> bool {
    t.backed().iter().any(|&candidate| t.old(candidate).forgotten != 0)
}

/// Two relay blocks of one height are there (FLT-2).
pub fn two_relay_blocks_of_one_height(t: &Transition) -> bool {
    t.outcome.is_ok_and(|after| after.branches.iter().filter(|branch| branch.own > 0).count() > 1)
}

/// Two relay blocks of one slot are there (FLT-2).
pub fn two_relay_blocks_of_one_slot(t: &Transition) -> bool {
    t.relay_block().is_some_and(|(plan, _)| plan.same_slot)
}

/// The relay chain gives up a branch that had included a block which the other has not (FLT-3).
pub fn an_inclusion_is_undone(t: &Transition) -> bool {
    let (Action::Settle { branch }, Ok(_)) = (t.action, t.outcome) else { return false };
    let stays = t.before.branch(usize::from(*branch)).tip().included;
    t.before.branches.iter().any(|given_up| !t.before.descends_from(stays, given_up.tip().included))
}

/// A collator builds on the branch of two that it did not build on last, and there on the block of a
/// parent that both have: old blocks come back to life (DIST-5).
pub fn a_block_lives_on_both_branches(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, after)| {
        let parent = after.block(author.parent);
        after.branches.len() > 1
            && parent.authored > 0
            && parent.relay_parent.ages.iter().all(|age| age.is_here())
            && after.children(author.parent).count() > 1
    })
}

/// Collators have built on the higher of two relay branches; the other then grows as high, and backs a
/// block that was built on it before: the fork comes back, and with it an old block (DIST-5).
pub fn an_abandoned_block_is_backed(t: &Transition) -> bool {
    let (here, Some((_, grown))) = (t.branch(), t.grown()) else { return false };
    if t.before.branches.get(1 - here).is_none_or(|other| other.own > grown.own) {
        return false;
    }
    let is_old = |old: BlockIndex| {
        let block = t.old(old);
        let is_left_for = |new: BlockIndex| {
            let other = t.old(new);
            !other.relay_parent.on(here).is_here()
                && t.before.compare_numbers(&other.relay_parent, &block.relay_parent).is_gt()
                && !t.before.descends_from(new, old)
        };
        !block.relay_parent.on(1 - here).is_here() && t.before.indices().any(is_left_for)
    };
    t.backed().iter().any(|&candidate| is_old(candidate))
}

/// A para block is valid whose relay parent is on another relay fork than its parent's (SEG-9).
pub fn a_chain_across_forks(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let parent = t.old(author.parent);
        parent.authored > 0 && !parent.relay_parent.on(t.branch()).is_here()
    })
}

/// A para block is valid whose relay parent has a lower number than its parent's: only where numbers
/// are not checked, and only across forks (RPN-2).
pub fn a_relay_number_goes_back(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let parent = t.old(author.parent);
        t.before.compare_numbers(&t.relay_parent(author), &parent.relay_parent).is_lt()
    })
}

/// A session ends while candidates are pending, which are dropped (SESS-3).
pub fn a_session_drops_what_is_pending(t: &Transition) -> bool {
    t.session_ends() && !t.evicted().is_empty()
}

/// A session ends and kills two blocks or more that nobody has backed (SESS-4, INV-E2E-7).
pub fn a_session_kills_a_tail(t: &Transition) -> bool {
    let (true, Some((_, after))) = (t.session_ends(), t.grown()) else { return false };
    let head = after.tip().included;
    let was_backed = |block| {
        t.before.branch(t.branch()).pending.iter().any(|pending| pending.block == block)
            || t.before.descends_from(head, block)
    };
    t.before.indices().filter(|&block| t.before.descends_from(block, head)).any(|block| {
        let tail = t.before.ancestry(block).take_while(|&step| !was_backed(step)).count();
        tail >= 2
    })
}

/// A session ends in the block that includes a candidate (SESS-1).
pub fn included_where_a_session_ends(t: &Transition) -> bool {
    t.session_ends() && t.included().is_some()
}

/// The first block on a relay parent of the new session is backed (ARP-2).
pub fn backed_in_a_new_session(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    before.session.0 < t.protocol.oldest_age().0
        && t.backed().iter().any(|&candidate| t.age(candidate) <= before.session)
}

/// The relay chain's configuration has changed, and a candidate is backed at the last chance that
/// the new window gives (FLT-13, INV-REL-4).
pub fn backed_at_the_end_of_a_new_window(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    before.reconfigured.now && backed_at_the_last_chance(t)
}

/// The relay chain's configuration changes while the unincluded segment holds blocks (FLT-13).
pub fn reconfigured_under_a_segment(t: &Transition) -> bool {
    let Some((before, after)) = t.grown() else { return false };
    let head = after.tip().included;
    let unincluded = |block| t.before.steps_back(block, head).is_some_and(|steps| steps > 0);
    before.reconfigured.now != after.reconfigured.now && t.before.indices().any(unincluded)
}

/// A relay block backs candidates on several cores.
pub fn several_backed_at_once(t: &Transition) -> bool {
    t.backed().len() > 1
}

/// A relay block includes candidates of several cores (INCL-4).
pub fn several_included_at_once(t: &Transition) -> bool {
    t.enacted().len() > 1
}

/// A candidate is available and waits for one before it (INV-REL-15).
pub fn available_behind_a_hole(t: &Transition) -> bool {
    t.grown().is_some_and(|(_, after)| after.pending.iter().any(|pending| pending.available))
}

/// A candidate that is available is dropped, as one before it times out (INCL-13).
pub fn an_available_one_is_dropped(t: &Transition) -> bool {
    let (Some((plan, _)), Some((before, _)), false) =
        (t.relay_block(), t.grown(), t.session_ends())
    else {
        return false;
    };
    let gone = t.evicted();
    let available = before.pending.iter().zip(plan.bits.iter());
    available
        .filter(|(pending, bits)| pending.available || **bits == Bits::Enough)
        .any(|(pending, _)| gone.contains(&pending.block))
}

/// A dispute drops a pending candidate (FLT-10, DISP-1).
pub fn a_dispute_drops_a_candidate(t: &Transition) -> bool {
    t.dispute_lost().is_some()
}

/// A dispute drops a candidate, and with it one that was built on it (INCL-13).
pub fn a_dispute_drops_descendants(t: &Transition) -> bool {
    t.dispute_lost().is_some() && t.evicted().len() > 1
}

/// A malicious group vouches for what is invalid, where others have their turn as well (FLT-8).
pub fn a_malicious_group_backs(t: &Transition) -> bool {
    let has_group = !t.protocol.environment().groups.is_empty();
    has_group && t.backed().iter().any(|&candidate| t.old(candidate).has(ParaBlock::INVALID))
}

/// A dispute drops a candidate, and another of the para stays on its core before it.
pub fn a_dispute_spares_those_before(t: &Transition) -> bool {
    t.dispute_lost().is_some_and(|place| place > 0)
}

/// A candidate that lost its dispute is backed again: its relay parent is in the window still, and no
/// rule asks after the block that brought the votes (DISP-1).
pub fn a_condemned_candidate_is_backed_again(t: &Transition) -> bool {
    let condemned = |&block: &BlockIndex| t.protocol.is_concluded_invalid(t.old(block), t.branch());
    t.backed().iter().any(condemned)
}

/// A candidate that lost its dispute is included, and with that its relay fork is frozen and left
/// (DISP-2).
pub fn a_condemned_candidate_is_included(t: &Transition) -> bool {
    let disputed = t.relay_block().is_some_and(|(plan, _)| plan.dispute.is_some());
    t.freezes() && !disputed
}

/// An invalid block is included (FLT-8).
pub fn an_invalid_block_is_included(t: &Transition) -> bool {
    t.included().is_some_and(|head| t.old(head).has(ParaBlock::INVALID))
}

/// A dispute over an included block freezes a relay fork, and the relay chain goes on from before
/// the inclusion (FLT-11, DISP-2).
pub fn a_frozen_fork_is_left(t: &Transition) -> bool {
    t.freezes()
}

/// By the author's estimate a candidate is available, and one vote is missing (PROV-3).
pub fn the_estimate_is_wrong(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    let p = t.protocol.parameters();
    t.protocol.environment().counted_votes
        && (0..before.pending.len())
            .filter_map(|place| t.votes(place))
            .any(|votes| 3 * votes >= 2 * p.validators && votes < p.availability_threshold())
}

/// A candidate waits for votes that came in over several relay blocks.
pub fn votes_add_up(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    let first = before.pending.first();
    first.is_some_and(|pending| pending.votes > 0 && t.included() == Some(pending.block))
}

/// The group that has to vouch for a candidate is offline, and so it is lost (FLT-4, INV-E2E-4).
pub fn a_group_is_offline(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    let waits = |&block: &BlockIndex| {
        let age = t.age(block);
        age.0 < t.parameters().scheduling_lookahead
            && t.old(block).parent == before.tip().newest()
            && t.protocol.group_of(before, age, t.old(block).core) == Some(Group::Offline)
    };
    t.before.indices().skip(1).any(|block| waits(&block))
}

/// A group that is online backs after one that was not: the rotation has moved on (SCHED-3).
pub fn backed_after_a_rotation(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    let now = t.protocol.group_of(before, Age::TIP, 0);
    t.backed().iter().any(|&candidate| {
        t.protocol.group_of(before, t.age(candidate), t.old(candidate).core) != now
    })
}

/// The core is another para's while a candidate waits for it.
pub fn a_candidate_waits_for_its_turn(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    let waits = |block: BlockIndex| {
        t.age(block).0 < t.parameters().scheduling_lookahead
            && t.old(block).parent == before.tip().newest()
    };
    !before.tip().assigned && t.before.indices().skip(1).any(waits)
}

/// The para's turn passes while its own pending candidate occupies the core (SCHED-2).
pub fn a_claim_is_lost(t: &Transition) -> bool {
    t.grown().is_some_and(|(before, after)| {
        before.tip().assigned
            && !after.tip().assigned
            && !after.pending.is_empty()
            && t.backed().is_empty()
    })
}

/// No core is assigned, and a pending candidate is included all the same (FLT-15).
pub fn included_without_a_core(t: &Transition) -> bool {
    t.grown().is_some_and(|(before, _)| !before.tip().assigned && t.included().is_some())
}

/// A block is not fetched, as others have taken its place in the claim queue (SEC-4, FLT-7).
pub fn a_collation_is_not_fetched(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| after.block(block).has(ParaBlock::LOST))
}

/// The chosen parent is refused and another would not be (INV-E2E-8 fails: COLL-6 delays).
pub fn no_shallower_parent_is_tried(t: &Transition) -> bool {
    let age = Age(t.protocol.parameters().relay_parent_offset);
    let refused = |state: &State, branch: usize| {
        let legal = t.protocol.legal_parents(state, branch, age);
        legal != 0 && legal & t.protocol.chosen_parents(state, branch, age) == 0
    };
    is_honest(t.protocol)
        && t.outcome.is_ok_and(|after| (0..after.branches.len()).any(|one| refused(after, one)))
}

/// An upgrade is complete: the code is current that a block of this para brought (INV-UPG-2).
pub fn an_upgrade_is_complete(t: &Transition) -> bool {
    t.grown().is_some_and(|(before, after)| before.code.current != after.code.current)
}

/// A second upgrade begins with the child of the block that completed the first.
pub fn a_second_upgrade_begins(t: &Transition) -> bool {
    let Some((_, after)) = t.grown() else { return false };
    let follows = |&block: &BlockIndex| {
        let parent = t.old(t.old(block).parent).segment;
        let acted = parent.signals & 1 != 0 && parent.consumed() == Some(Signal::GoAhead);
        t.old(block).code.is_new && acted
    };
    after.code.upgrade.is_some() && t.enacted().iter().any(follows)
}

/// The first block under new code is backed by the relay block that makes it current (UPG-6).
pub fn backed_as_the_code_switches(t: &Transition) -> bool {
    an_upgrade_is_complete(t) && !t.backed().is_empty()
}

/// A block under new code waits as the block before it is not included yet (INCL-9).
pub fn new_code_waits_for_its_switch(t: &Transition) -> bool {
    let Some((before, _)) = t.grown() else { return false };
    let waits = |&block: &BlockIndex| {
        let parent = t.old(block).parent;
        let is_pending = before.pending.iter().any(|pending| pending.block == parent);
        is_pending && t.old(parent).code.current != before.code.current
    };
    t.before.indices().skip(1).any(|block| waits(&block)) && t.included().is_none()
}

/// A block acts on an abort (UPG-5).
pub fn an_abort_is_consumed(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| {
        let segment = after.block(block).segment;
        segment.signals & 1 != 0 && segment.consumed() == Some(Signal::Abort)
    })
}

/// An abort is lost: no upgrade is under way and no relay block shows a signal on which anybody can
/// build, but at the included head code is pending, and no block above it was rid of it. So it stays for
/// ever, and no other upgrade can begin (INV-UPG-4 fails).
pub fn an_abort_is_lost(t: &Transition) -> bool {
    let (Some((_, after)), Some((_, state))) = (t.grown(), t.relay_block()) else { return false };
    is_lost_on(state, after)
}

/// Whether new code is pending at the included head, and nothing more will ever come of it.
pub fn is_lost_on(state: &State, branch: &Branch) -> bool {
    let head = branch.tip().included;
    let code = state.block(head).code;
    let is_rid_of_it = |block: BlockIndex| {
        let code = state.block(block).code;
        let is_above = block != head && state.descends_from(block, head);
        is_above && (code.pending.is_none() || code.is_new)
    };
    code.pending.is_some_and(|pending| pending != code.current)
        && branch.code.upgrade.is_none()
        && branch.views.iter().all(|view| view.signal().is_none())
        && !state.indices().any(is_rid_of_it)
}

/// An honest author's block panics: an ancestor acted on an abort, and the inclusion of a block before
/// that ancestor has cleared it (UPG-13).
pub fn an_abort_is_withdrawn(t: &Transition) -> bool {
    is_honest(t.protocol)
        && t.outcome == Err(&Refusal::SignalWithdrawn)
        && crate::step::lost_its_abort(t)
}

/// A block acts on an abort although the included head of its relay parent has acted on it and has
/// pending code since: new code that the relay chain knew was scheduled with the inclusion, so that
/// UPG-13 left the abort in place.
pub fn an_abort_takes_the_next_code(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        let segment = after.block(block).segment;
        let acts = segment.signals & 1 != 0 && segment.consumed() == Some(Signal::Abort);
        let is_scheduled = t.before.branch(t.branch()).code.upgrade.is_some_and(|u| !u.is_voted_on);
        acts && is_scheduled && t.view(author).included == author.parent
    })
}

/// A para has ended: a second abort has thrown away the code for which the go-ahead is shown, and every
/// block that anybody could build panics on UPG-4. Only the inclusion of one would clear the signal.
pub fn a_para_ends(t: &Transition) -> bool {
    let Some((_, after)) = t.relay_block() else { return false };
    is_honest(t.protocol) && t.grown().is_some_and(|(_, grown)| has_ended_on(after, grown))
}

/// Whether a go-ahead is shown, nothing is pending, and neither the included head nor a block on it has
/// code that the go-ahead could be for: new code that a block brings now is refused (UPG-14).
pub fn has_ended_on(state: &State, branch: &Branch) -> bool {
    let head = branch.tip().included;
    let is_bare = |block: BlockIndex| {
        let code = state.block(block).code;
        !state.descends_from(block, head) || code.pending.is_none() || code.is_new
    };
    branch.tip().signal() == Some(Signal::GoAhead)
        && branch.pending.is_empty()
        && state.block(head).code.pending.is_none()
        && state.indices().all(is_bare)
}

/// An upgrade to the code that the para has is included: nothing comes of it, and the code is pending
/// for ever (INV-UPG-5 fails).
pub fn an_upgrade_to_the_same_code_is_stuck(t: &Transition) -> bool {
    let Some((_, after)) = t.grown() else { return false };
    t.included().is_some_and(|head| {
        let code = t.old(head).code;
        code.pending == Some(code.current)
            && code.is_new
            && after.code.upgrade.is_none()
            && after.tip().signal().is_none()
    })
}

/// A valid block brings new code that the relay chain refuses: the cooldown is over, the upgrade before
/// is not (UPG-14).
pub fn new_code_comes_too_soon(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| {
        let new = after.block(block);
        let goes_ahead = new.segment.consumed() == Some(Signal::GoAhead);
        new.code.is_new && new.segment.signals & 1 != 0 && goes_ahead
    })
}

/// New code is rejected where a session ends (UPG-11).
pub fn rejected_as_a_session_ends(t: &Transition) -> bool {
    t.session_ends()
        && t.relay_block().is_some_and(|(plan, _)| plan.precheck == Some(Precheck::Rejected))
}

/// A session ends while an upgrade is under way, which goes on.
pub fn an_upgrade_outlives_a_session(t: &Transition) -> bool {
    t.session_ends() && t.grown().is_some_and(|(_, after)| after.code.upgrade.is_some())
}

/// The relay chain gives up the branch on which an upgrade is under way, for one on which there is none.
pub fn an_upgrade_is_undone(t: &Transition) -> bool {
    let (Action::Settle { branch }, Ok(_)) = (t.action, t.outcome) else { return false };
    let stays = t.before.branch(usize::from(*branch));
    let gone = t.before.branches.iter().any(|branch| branch.code.upgrade.is_some());
    gone && stays.code.upgrade.is_none()
}

/// More than V + 1 blocks of a chain share a relay slot (INV-VEL-1 fails: HOOK-8, 0.17 and 0.18).
pub fn a_slot_is_overrun(t: &Transition) -> bool {
    let most = usize::from(t.protocol.parameters().block_processing_velocity.max(1)) + 1;
    t.authored().is_some_and(|(author, block, after)| {
        let relay_parent = t.relay_parent(author);
        after.built_on(block, &relay_parent) > most
    })
}

/// A valid block claims a later slot than its relay parent's (INV-VEL-3 fails: HOOK-8).
pub fn a_later_slot_is_claimed(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| author.claim == Claim::SlotAhead)
}

/// A valid block claims an earlier slot than its relay parent's (INV-VEL-3 fails: HOOK-8).
pub fn an_earlier_slot_is_claimed(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| author.claim == Claim::SlotBehind)
}

/// The first authority authors.
pub fn the_first_authority_authors(t: &Transition) -> bool {
    authors(t, 0)
}

/// The second authority authors.
pub fn the_second_authority_authors(t: &Transition) -> bool {
    authors(t, 1)
}

/// The third authority authors.
pub fn the_third_authority_authors(t: &Transition) -> bool {
    authors(t, 2)
}

fn authors(t: &Transition, authority: u8) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let of_first_set = t.old(author.parent).authority_set == 0;
        of_first_set && t.protocol.owner(t.before, author) == Some(authority)
    })
}

/// The authorities change with a block that is not included, and the next ones build on it (BLK-3).
pub fn authorities_change_ahead(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let included = t.old(t.view(author).included).authority_set;
        t.old(author.parent).authority_set != included
    })
}

/// A block is built on one of the same relay parent, by another set of authorities (COLL-2).
pub fn a_slot_has_two_owners(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let parent = t.old(author.parent);
        let same_slot = parent.authored > 0 && parent.relay_parent == t.relay_parent(author);
        same_slot && t.old(parent.parent).authority_set != parent.authority_set
    })
}

/// The block with which the authorities changed misses its window, and those before go on.
pub fn a_change_of_authorities_is_lost(t: &Transition) -> bool {
    let set = |block: BlockIndex| t.old(block).authority_set;
    loses(t, |block| set(block) != set(t.old(block).parent))
}

/// A para slot of an authority that is there passes between two relay blocks, so that it has nothing
/// to build on (FLT-1, HOOK-8).
pub fn a_turn_passes(t: &Transition) -> bool {
    let (Some((plan, _)), Some((before, _))) = (t.relay_block(), t.grown()) else { return false };
    let slot_ms = t.protocol.parameters().para_slot_ms;
    let old = u32::from(before.tip().phase);
    let new = old + 1 + u32::from(plan.skipped_slots);
    let passed = old * 6000 / slot_ms + 1..new * 6000 / slot_ms;
    // Whose turn it is depends on the block that would be built on.
    let age = Age(t.protocol.parameters().relay_parent_offset);
    let parents = places(t.protocol.chosen_parents(t.before, t.branch(), age));
    let sets = parents.map(|place| t.old(BlockIndex(place as u8)).authority_set);
    sets.map(|set| t.protocol.authorities_of(set)).any(|authorities| {
        let owner = |slot: u32| authorities.get(slot as usize % authorities.len().max(1));
        passed.clone().any(|slot| owner(slot).is_some_and(|&one| one != Authority::Absent))
    })
}

/// One author builds on two relay slots that share its para slot.
pub fn a_turn_has_two_relay_slots(t: &Transition) -> bool {
    let slot_ms = t.protocol.parameters().para_slot_ms;
    t.authored().is_some_and(|(author, _, _)| {
        let parent = t.old(author.parent);
        let phase = u32::from(t.view(author).phase);
        let (here, before) = (phase * 6000 / slot_ms, phase.checked_sub(1));
        let age = Age(author.relay_parent.0 + 1);
        parent.authored > 0
            && parent.relay_parent.on(0) == age
            && before.is_some_and(|before| before * 6000 / slot_ms == here)
    })
}

/// A collator that restarted builds beside blocks it has not got (DIST-4).
pub fn built_behind(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        author.behind && t.before.children(author.parent).next().is_some()
    })
}

/// A collator that restarted builds twice in one slot (DIST-4, INV-COLL-6).
pub fn built_twice(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let relay_parent = t.relay_parent(author);
        let same = |child: BlockIndex| t.old(child).relay_parent == relay_parent;
        author.behind && t.before.children(author.parent).any(same)
    })
}
