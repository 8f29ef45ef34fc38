//! What must hold of every state, the action that leaves it, and what follows.

use unincluded_model::RelayNumberCheck;
use unincluded_model::{Action, Bits, BlockIndex, CollatorKind, Protocol};

use crate::{Transition, Verdict, holds};

/// INV-SEG-6: a new block's segment holds nothing that its relay parent shows as included.
pub fn nothing_included_is_held(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let included = after.views[usize::from(author.relay_parent.0)].included;
    if let Some(steps) = after.steps_back(block, included) {
        let entries = after.block(block).segment.entries;
        holds!(
            u32::from(entries) < 1 << steps,
            "a segment still holds a block that the relay parent shows as included"
        );
    }
    Ok(())
}

/// INV-SEG-7: a new block's segment holds exactly the blocks between the head included at its
/// relay parent and itself. Stronger than INV-SEG-6; on one relay fork it holds of every block.
pub fn segment_is_the_unincluded_part(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let included = after.views[usize::from(author.relay_parent.0)].included;
    if let Some(steps) = after.steps_back(block, included) {
        let held = after.block(block).segment.entries;
        holds!(
            u32::from(held) == (1u32 << steps) - 1,
            "a segment holds {} blocks where {steps} are unincluded at the relay parent",
            held.count_ones()
        );
    }
    Ok(())
}

/// INV-RP-1: relay parents advance by number as the check in force says.
pub fn relay_numbers_advance(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    let parent = t.old(author.parent).relay_parent;
    let (old, new) = (parent.0, author.relay_parent.0);
    let follows = match t.protocol.parameters().relay_number_check {
        RelayNumberCheck::Strict => new < old,
        RelayNumberCheck::Monotonic => new <= old,
        RelayNumberCheck::Any => true,
    };
    holds!(follows, "a relay parent {new} blocks old follows one {old} blocks old");
    Ok(())
}

/// INV-RP-2: relay slots never go back along a chain.
pub fn relay_slots_advance(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    let old = t.old(author.parent).relay_parent.0;
    let new = author.relay_parent.0;
    holds!(new <= old, "the slot of a relay block {new} old follows that of one {old} old");
    Ok(())
}

/// INV-RP-5: an included block's relay parent is its parent's or a later one.
pub fn included_relay_parents_advance(t: &Transition) -> Verdict {
    let Some(head) = t.included() else { return Ok(()) };
    let parent = t.old(head).parent;
    let (old, new) = (t.old(parent).relay_parent.0, t.old(head).relay_parent.0);
    holds!(new <= old, "included on a relay parent {new} old after one {old} old");
    Ok(())
}

/// INV-VEL-3: a valid block claims the slot of its relay parent and is sealed by its owner.
pub fn slot_and_owner_are_derived(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    holds!(author.claim.is_honest(), "a block is valid that claims {:?}", author.claim);
    Ok(())
}

/// INV-REL-4: a candidate is backed 1 to L relay blocks after its relay parent.
pub fn backed_within_the_window(t: &Transition) -> Verdict {
    let Some(candidate) = t.backed() else { return Ok(()) };
    let distance = u16::from(t.old(candidate).relay_parent.0) + 1;
    let lookahead = u16::from(t.protocol.parameters().scheduling_lookahead);
    holds!(
        distance <= lookahead,
        "backed {distance} or more relay blocks after its relay parent, at most {lookahead} are allowed"
    );
    Ok(())
}

/// AGREE-2: a relay author backs what a validator knows to have its quorum. The property looks at
/// what validators learned, not at what their fragment chains make of it.
pub fn a_quorum_was_seen(t: &Transition) -> Verdict {
    let Some(candidate) = t.backed() else { return Ok(()) };
    let known = t.old(candidate).known_backable != 0;
    holds!(known, "a candidate is backed and no validator has seen its quorum");
    Ok(())
}

/// INV-REL-5: a candidate is included after the block that backs it, not in it.
pub fn included_after_backed(t: &Transition) -> Verdict {
    let Some(head) = t.included() else { return Ok(()) };
    let was_pending = t.before.pending.iter().any(|pending| pending.block == head);
    holds!(was_pending, "a candidate is included in the block that backs it");
    Ok(())
}

/// INV-REL-6: the included head moves to a child of itself, if it moves.
pub fn included_chain_has_no_gap(t: &Transition) -> Verdict {
    let Some(head) = t.included() else { return Ok(()) };
    let old = t.before.tip().included;
    holds!(t.old(head).parent == old, "the included head moves to a block that is not its child");
    Ok(())
}

/// INV-REL-7: the para's most recent context never goes back.
pub fn recent_context_advances(t: &Transition) -> Verdict {
    let Some(head) = t.included() else { return Ok(()) };
    let (old, new) = (t.old(t.before.tip().included).relay_parent, t.old(head).relay_parent);
    holds!(new <= old, "the most recent context goes back");
    Ok(())
}

/// INV-REL-9: with an evicted candidate all candidates on it go. With one core there are none;
/// the property is written for more, and here can fail only with INCL-1 switched off.
pub fn evicted_with_descendants(t: &Transition) -> Verdict {
    let Some((_, after)) = t.relay_block() else { return Ok(()) };
    for gone in t.evicted() {
        for pending in &after.pending {
            holds!(
                !after.descends_from(pending.block, gone),
                "a candidate stays pending on one that was evicted"
            );
        }
    }
    Ok(())
}

/// INV-REL-10: a candidate is included with the votes of more than two thirds. The property says
/// so in its own words; the rule has a threshold.
pub fn included_with_enough_votes(t: &Transition) -> Verdict {
    let (Some(_), Some((plan, _))) = (t.included(), t.relay_block()) else { return Ok(()) };
    let parameters = t.protocol.parameters();
    let (votes, validators) = (parameters.votes(plan.bits), parameters.validators);
    holds!(
        3 * u32::from(votes) > 2 * u32::from(validators),
        "included with {votes} votes of {validators}"
    );
    Ok(())
}

/// INV-REL-11: no two candidates on one parent are ever included. Given INV-REL-6 this is that
/// the parent was the included head until now.
pub fn one_included_for_each_parent(t: &Transition) -> Verdict {
    let Some(head) = t.included() else { return Ok(()) };
    let parent = t.old(head).parent;
    let passed = t.before.ancestry(t.before.tip().included).skip(1).any(|step| step == parent);
    holds!(!passed, "a second candidate is included on one parent");
    Ok(())
}

/// INV-REL-14: a candidate whose votes arrive in a block is not evicted in it.
pub fn available_is_not_evicted(t: &Transition) -> Verdict {
    let Some((plan, _)) = t.relay_block() else { return Ok(()) };
    holds!(
        plan.bits != Bits::Enough || t.evicted().is_empty(),
        "a candidate is evicted in the block that counts its availability"
    );
    Ok(())
}

/// INV-COLL-1: no honest author's block is refused by the runtime. Not claimed of two blocks on
/// one relay parent under a strict relay number check, where `can_build_upon` says yes and the
/// runtime no.
pub fn honest_blocks_are_valid(t: &Transition) -> Verdict {
    let (Action::Author(author), Err(refusal)) = (t.action, t.outcome) else { return Ok(()) };
    let second = t.old(author.parent).relay_parent == author.relay_parent;
    let strict = t.protocol.parameters().relay_number_check == RelayNumberCheck::Strict;
    holds!(
        !refusal.is_panic() || (strict && second),
        "an honest author builds a block on which the runtime panics: {refusal}"
    );
    Ok(())
}

/// INV-COLL-2: who builds on what it takes for the included head, and so without asking, does so
/// on a later relay slot.
pub fn the_shortcut_is_safe(t: &Transition) -> Verdict {
    let Some((author, _, after)) = t.authored() else { return Ok(()) };
    let included = t.protocol.looked_up(after, author.relay_parent).included;
    let parent = t.old(author.parent);
    if author.parent == included && parent.authored > 0 {
        holds!(
            author.relay_parent < parent.relay_parent,
            "the shortcut builds on a head of the same relay slot or a later one"
        );
    }
    Ok(())
}

/// INV-COLL-3: slot-based collators author at most one block for each relay parent and branch.
pub fn one_block_for_each_relay_parent(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let built = after.built_on(block, author.relay_parent);
    holds!(built <= 1, "{built} blocks of one branch are built on one relay parent");
    Ok(())
}

/// INV-COLL-4: honest authors build on pending and included blocks, and else only on blocks whose
/// relay parent is in the window of the new one.
pub fn parents_are_in_the_window(t: &Transition) -> Verdict {
    let Some((author, _, after)) = t.authored() else { return Ok(()) };
    let view = after.views[usize::from(author.relay_parent.0)];
    if author.parent == view.included || Some(author.parent) == view.newest_pending {
        return Ok(());
    }
    let distance = t.old(author.parent).relay_parent.0.saturating_sub(author.relay_parent.0);
    let lookahead = t.protocol.parameters().scheduling_lookahead;
    holds!(
        distance < lookahead,
        "built on a block whose relay parent is {distance} or more blocks older than the new one"
    );
    Ok(())
}

/// INV-COLL-5: honest authors build on the newest pending block that their relay parent shows.
pub fn parents_descend_from_pending(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let newest = after.views[usize::from(author.relay_parent.0)].newest();
    holds!(
        after.descends_from(block, newest),
        "built beside the newest pending block that the relay parent shows"
    );
    Ok(())
}

/// INV-COLL-6: two blocks share parent and relay parent only if their owner equivocated.
pub fn twins_are_equivocations(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let twin = after
        .children(author.parent)
        .any(|other| other != block && after.block(other).relay_parent == author.relay_parent);
    holds!(!twin || author.equivocation, "an honest author repeats a block of the same slot");
    Ok(())
}

/// INV-17: a relay block includes at most one para block for each core, here one. So W relay
/// blocks include at most W, and emission per relay block is bounded by one block's rewards.
pub fn one_inclusion_for_each_relay_block(t: &Transition) -> Verdict {
    let Some((_, after)) = t.relay_block() else { return Ok(()) };
    let blocks = after.steps_back(after.tip().included, t.before.tip().included).unwrap_or(0);
    let reward = t.protocol.block_reward();
    let issued = blocks as u128 * reward;
    holds!(blocks <= 1, "a relay block includes {blocks} para blocks and {issued} planck");
    Ok(())
}

/// INV-2 in flight: what one relay block adds to the issuance at the included head is the rewards
/// of the candidates it enacts, counted from its own queue.
pub fn inclusion_brings_its_own_rewards(t: &Transition) -> Verdict {
    let Some((_, after)) = t.relay_block() else { return Ok(()) };
    let reward = t.protocol.block_reward();
    let pending = t.before.pending.iter();
    let enacted = pending.filter(|p| after.descends_from(after.tip().included, p.block)).count();
    let issued = |block: BlockIndex| u128::from(after.block(block).issued) * reward;
    let (old, new) = (issued(t.before.tip().included), issued(after.tip().included));
    let expected = enacted as u128 * reward;
    holds!(
        new == old + expected,
        "the included chain goes from {old} to {new} planck with {enacted} blocks worth {expected}"
    );
    Ok(())
}

/// Whether the scenario's authors are honest.
pub(crate) fn is_honest(protocol: &Protocol) -> bool {
    protocol.environment().collator != CollatorKind::Adversary
}
