//! Situations that must be found. They keep the invariants from holding of nothing: each names
//! the invariants that watch it.

use unincluded_model::protocol::collator::places;
use unincluded_model::{
    Action, Age, Bits, BlockIndex, ParaBlock, Refusal, RelayNumberCheck, State,
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
    let stopped = |state: &State| {
        let chosen = places(t.protocol.chosen_parents(state, Age::TIP));
        chosen.map(|place| BlockIndex(place as u8)).any(|parent| {
            let answer = t.protocol.can_build_upon(state, parent, Age::TIP);
            parent != state.tip().included && matches!(answer, Err(Refusal::NoRoomToBuild { .. }))
        })
    };
    is_honest(t.protocol) && t.outcome.is_ok_and(stopped)
}

/// A block's segment holds more than what is unincluded at the tip, as its author was late
/// (INV-SEG-8; watched by INV-SEG-6 and 7).
pub fn a_segment_beyond_the_unincluded(t: &Transition) -> bool {
    t.authored().is_some_and(|(_, block, after)| {
        let unincluded = after.steps_back(block, after.tip().included);
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
    t.authored()
        .is_some_and(|(author, block, after)| after.built_on(block, author.relay_parent) == most)
}

/// A block is built on a later relay parent than its parent's (INV-RP-1, 2, 5).
pub fn a_relay_parent_advances(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, _)| {
        let parent = t.old(author.parent);
        parent.authored > 0 && author.relay_parent < parent.relay_parent
    })
}

/// A block is built on the relay parent of its parent, which only a lenient check allows.
pub fn a_relay_parent_is_shared(t: &Transition) -> bool {
    let lenient = t.protocol.parameters().relay_number_check != RelayNumberCheck::Strict;
    lenient
        && t.authored().is_some_and(|(author, _, _)| {
            let parent = t.old(author.parent);
            parent.authored > 0 && author.relay_parent == parent.relay_parent
        })
}

/// A candidate is included (INV-REL-5 to 7, 10, 11; INV-1, INV-2, INV-17).
pub fn a_candidate_is_included(t: &Transition) -> bool {
    t.included().is_some()
}

/// One relay block includes a candidate and backs its child on the same core (INV-REL-1, 2).
pub fn included_and_backed_at_once(t: &Transition) -> bool {
    t.included().is_some() && t.backed().is_some()
}

/// A candidate is backed at its last chance, L relay blocks after its relay parent (INV-REL-4).
pub fn backed_at_the_last_chance(t: &Transition) -> bool {
    let last = t.protocol.parameters().scheduling_lookahead - 1;
    t.backed().is_some_and(|candidate| t.old(candidate).relay_parent.0 == last)
}

/// A candidate is backed as early as can be, in the block after its relay parent (INV-REL-4).
pub fn backed_at_the_first_chance(t: &Transition) -> bool {
    t.backed().is_some_and(|candidate| t.old(candidate).relay_parent == Age::TIP)
}

/// A pending candidate times out (INV-E2E-7; watched by INV-REL-9, 14).
pub fn a_candidate_is_evicted(t: &Transition) -> bool {
    !t.evicted().is_empty()
}

/// A candidate becomes available in the last block before it would be evicted (INV-REL-14).
pub fn available_in_the_last_moment(t: &Transition) -> bool {
    let p = t.protocol.parameters();
    let last = t.before.pending.iter().any(|pending| {
        pending.backed.0 + 1 >= p.paras_availability_period
            && t.before.rotation < p.paras_availability_period
    });
    let enough = t.relay_block().is_some_and(|(plan, _)| plan.bits == Bits::Enough);
    last && enough && t.included().is_some()
}

/// A candidate occupies its core for max(P, F) - 1 relay blocks (INV-REL-13).
pub fn the_longest_occupancy(t: &Transition) -> bool {
    let longest = t.protocol.longest_occupancy() - 1;
    t.outcome.is_ok_and(|after| after.pending.iter().any(|pending| pending.backed.0 == longest))
}

/// A block was built on a pending candidate that is then evicted (INV-E2E-7; INV-COLL-5).
pub fn the_parent_is_evicted(t: &Transition) -> bool {
    t.evicted().into_iter().any(|gone| t.before.children(gone).next().is_some())
}

/// A candidate's relay parent leaves the window before anybody backs it (FLT-4), and blocks on it
/// are lost with it (INV-COLL-4).
pub fn a_branch_is_lost(t: &Transition) -> bool {
    let lookahead = t.protocol.parameters().scheduling_lookahead;
    let Some((_, after)) = t.relay_block() else { return false };
    let newest = after.tip().newest();
    let lost = |&block: &BlockIndex| {
        t.old(block).relay_parent.0 + 1 == lookahead
            && after.block(block).parent == newest
            && after.children(block).next().is_some()
    };
    t.before.indices().skip(1).any(|block| lost(&block))
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
    t.authored().is_some_and(|(author, _, _)| author.relay_parent > Age::TIP)
}

/// A collator takes the shortcut on the included head (INV-COLL-2).
pub fn the_shortcut_is_taken(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, after)| {
        let included = after.views[usize::from(author.relay_parent.0)].included;
        author.parent == included && t.old(author.parent).authored > 0
    })
}

/// A block is built on a pending candidate (INV-COLL-5).
pub fn built_on_pending(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, _, after)| {
        after.views[usize::from(author.relay_parent.0)].newest_pending == Some(author.parent)
    })
}

/// The tip names a block that the collators have not got, so that nobody authors (INV-COLL-5).
pub fn a_withheld_block_stops_authors(t: &Transition) -> bool {
    let stopped = |after: &State| after.block(after.tip().newest()).has(ParaBlock::WITHHELD);
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
        let base = after.tip().newest();
        let known = |&child: &BlockIndex| after.block(child).known_backable == 0b11;
        after.children(base).filter(known).count() > 1
    })
}
