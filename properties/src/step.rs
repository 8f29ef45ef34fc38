//! What must hold of every state, the action that leaves it, and what follows.

use unincluded_model::scenario::Group;
use unincluded_model::{
    Action, Author, Bits, BlockIndex, CollatorKind, ParaBlock, Protocol, Refusal, RelayNumberCheck,
    Signal,
};

use crate::catalogue::aborts_twice;
use crate::emission::reward_due;
use crate::{Transition, Verdict, holds};

/// INV-SEG-6: a new block's segment holds nothing that its relay parent shows as included.
pub fn nothing_included_is_held(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let included = t.view(author).included;
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
/// relay parent and itself, if its unincluded ancestors were all built on the same relay fork.
/// Stronger than INV-SEG-6; on one relay fork it holds of every block.
pub fn segment_is_the_unincluded_part(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let mut line = after.ancestry(block);
    if line.any(|step| !after.block(step).relay_parent.on(t.branch()).is_here()) {
        return Ok(());
    }
    let included = t.view(author).included;
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
    let order =
        t.before.compare_numbers(&t.relay_parent(author), &t.old(author.parent).relay_parent);
    let follows = match t.protocol.relay_number_check_on(t.old(author.parent)) {
        RelayNumberCheck::Strict => order.is_gt(),
        RelayNumberCheck::Monotonic => order.is_ge(),
        RelayNumberCheck::Any => true,
    };
    let (old, new) = (t.age(author.parent).0, author.relay_parent.0);
    holds!(follows, "a relay parent {new} blocks old follows one {old} blocks old");
    Ok(())
}

/// INV-RP-2: relay slots never go back along a chain.
pub fn relay_slots_advance(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    let parent = &t.old(author.parent).relay_parent;
    let order = t.before.compare_slots(&t.relay_parent(author), parent);
    let (old, new) = (t.age(author.parent).0, author.relay_parent.0);
    holds!(order.is_ge(), "the slot of a relay block {new} old follows that of one {old} old");
    Ok(())
}

/// INV-RP-5: an included block's relay parent is its parent's or a later one, on the fork that
/// includes it.
pub fn included_relay_parents_advance(t: &Transition) -> Verdict {
    for block in t.enacted() {
        let parent = t.old(block).parent;
        let (old, new) = (t.age(parent).0, t.age(block).0);
        holds!(new <= old, "included on a relay parent {new} old after one {old} old");
    }
    Ok(())
}

/// INV-RP-6: as many relay blocks follow a valid block's relay parent as the offset asks (HOOK-9).
pub fn relay_parents_are_buried(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    let offset = t.protocol.parameters().relay_parent_offset;
    let age = author.relay_parent.0;
    holds!(age >= offset, "built on a relay block with {age} after it, the offset is {offset}");
    Ok(())
}

/// INV-VEL-3: a valid block claims the slot of its relay parent and is sealed by its owner.
pub fn slot_and_owner_are_derived(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    holds!(author.claim.is_honest(), "a block is valid that claims {:?}", author.claim);
    let (seals, owns) = (t.protocol.set_of(t.before, author), t.old(author.parent).authority_set);
    holds!(seals == owns, "a block is valid that the other set of authorities seals");
    Ok(())
}

/// HOOK-8: with para slots shorter than a relay slot only those authorities author that own a slot
/// with which a relay slot begins. The property counts such slots in milliseconds.
pub fn authors_own_what_a_relay_slot_begins(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    let Some(owner) = t.protocol.owner(t.before, author) else { return Ok(()) };
    let named = t.protocol.environment().authorities.0.len() as u32;
    let slot_ms = t.protocol.parameters().para_slot_ms;
    let begins = |relay_slot: u32| relay_slot * 6000 / slot_ms % named == u32::from(owner);
    holds!(
        (0..named * 4).any(begins),
        "authority {owner} authors, and no relay slot begins with a slot of its own"
    );
    Ok(())
}

/// INV-REL-4: a candidate is backed 1 to L relay blocks after its relay parent, in the same
/// session and on the same fork.
pub fn backed_within_the_window(t: &Transition) -> Verdict {
    let Some((before, _)) = t.grown() else { return Ok(()) };
    let lookahead = u16::from(t.parameters().scheduling_lookahead);
    for &candidate in t.backed() {
        let age = t.age(candidate);
        holds!(age.is_here(), "backed on a relay fork that does not have its relay parent");
        let distance = u16::from(age.0) + 1;
        holds!(
            distance <= lookahead,
            "backed {distance} or more relay blocks after its relay parent, at most {lookahead} are allowed"
        );
        let is_of_session = age <= before.session;
        holds!(is_of_session, "backed in a session after that of its relay parent");
    }
    Ok(())
}

/// AGREE-2: a relay author backs what a validator knows to have its quorum. The property looks at
/// what validators learned, not at what their fragment chains make of it.
pub fn a_quorum_was_seen(t: &Transition) -> Verdict {
    for &candidate in t.backed() {
        let known = t.old(candidate).known_backable != 0;
        holds!(known, "a candidate is backed and no validator has seen its quorum");
    }
    Ok(())
}

/// INV-REL-5: a candidate is included after the block that backs it, not in it.
pub fn included_after_backed(t: &Transition) -> Verdict {
    let Some((before, _)) = t.grown() else { return Ok(()) };
    for block in t.enacted() {
        let was_pending = before.pending.iter().any(|pending| pending.block == block);
        holds!(was_pending, "a candidate is included in the block that backs it");
    }
    Ok(())
}

/// INV-REL-6: the included head moves along the queue: to its first, or from there to the next.
pub fn included_chain_has_no_gap(t: &Transition) -> Verdict {
    let (Some(head), Some((before, _))) = (t.included(), t.grown()) else { return Ok(()) };
    let old = before.tip().included;
    let steps = t.before.steps_back(head, old);
    let enacted = t.enacted();
    let queued = enacted.iter().rev().zip(&before.pending);
    let in_order = queued.clone().count() == enacted.len()
        && queued.into_iter().all(|(&block, pending)| block == pending.block);
    let at_once = before.pending.is_empty() && steps == Some(1);
    holds!(
        steps.is_some() && (in_order || at_once),
        "the included head moves to a block that is not next in the queue"
    );
    Ok(())
}

/// INV-REL-7: the para's most recent context never goes back.
pub fn recent_context_advances(t: &Transition) -> Verdict {
    let (Some(head), Some((before, _))) = (t.included(), t.grown()) else { return Ok(()) };
    let (old, new) = (t.age(before.tip().included), t.age(head));
    holds!(new <= old, "the most recent context goes back");
    Ok(())
}

/// INV-REL-8: nothing is backed in the block in which a session ends.
pub fn nothing_is_backed_where_a_session_ends(t: &Transition) -> Verdict {
    let Some((plan, _)) = t.relay_block() else { return Ok(()) };
    let backed = plan.back.len();
    holds!(!plan.session_change || backed == 0, "{backed} are backed where a session ends");
    Ok(())
}

/// INV-REL-9: with an evicted candidate all candidates on it go, and none before it.
pub fn evicted_with_descendants(t: &Transition) -> Verdict {
    let Some((before, after)) = t.grown() else { return Ok(()) };
    let place = |block| before.pending.iter().position(|pending| pending.block == block);
    for gone in t.evicted() {
        for pending in after.pending.iter().filter(|pending| place(pending.block).is_some()) {
            let behind = place(pending.block) > place(gone);
            holds!(
                !behind && !t.before.descends_from(pending.block, gone),
                "a candidate stays pending on one that was evicted"
            );
        }
    }
    Ok(())
}

/// INV-REL-10: a candidate is included with the votes of more than two thirds. The property says
/// so in its own words; the rule has a threshold.
pub fn included_with_enough_votes(t: &Transition) -> Verdict {
    let Some((before, _)) = t.grown() else { return Ok(()) };
    let validators = t.protocol.parameters().validators;
    for block in t.enacted() {
        let Some(place) = before.pending.iter().position(|pending| pending.block == block) else {
            continue; // INV-REL-5 speaks of it.
        };
        if before.pending[place].available {
            continue; // Its votes came before, and are kept (INCL-4).
        }
        let votes = t.votes(place).unwrap_or(0);
        holds!(
            3 * u32::from(votes) > 2 * u32::from(validators),
            "included with {votes} votes of {validators}"
        );
    }
    Ok(())
}

/// INV-REL-11: no two candidates on one parent are ever included. Given INV-REL-6 this is that
/// the parent was the included head until now, or is included with it.
pub fn one_included_for_each_parent(t: &Transition) -> Verdict {
    let (Some(head), Some((before, _))) = (t.included(), t.grown()) else { return Ok(()) };
    let parent = t.old(head).parent;
    let passed = t.before.ancestry(before.tip().included).skip(1).any(|step| step == parent);
    holds!(!passed, "a second candidate is included on one parent");
    Ok(())
}

/// INV-REL-14: a candidate whose votes arrive in a block does not time out in it, unless it hangs on
/// one that does.
pub fn available_is_not_evicted(t: &Transition) -> Verdict {
    let Some((before, _)) = t.grown() else { return Ok(()) };
    if t.session_ends() || t.dispute_lost().is_some() {
        return Ok(());
    }
    let threshold = t.protocol.parameters().availability_threshold();
    let evicted = t.evicted();
    for (place, pending) in before.pending.iter().enumerate() {
        if !pending.available && t.votes(place).is_none_or(|votes| votes < threshold) {
            break; // Whatever is behind hangs on this one.
        }
        holds!(
            !evicted.contains(&pending.block),
            "a candidate is evicted in the block that counts its availability"
        );
    }
    Ok(())
}

/// INV-COLL-1: no honest author's block is refused by the runtime. Not claimed of two blocks on
/// one relay parent under a strict relay number check, where `can_build_upon` says yes and the
/// runtime no; nor of an abort that an ancestor acted on and the inclusion of an older block has
/// cleared (UPG-13); nor of a go-ahead for code that a second abort has thrown away, where that can be
/// (R-PARA-ENDS).
pub fn honest_blocks_are_valid(t: &Transition) -> Verdict {
    let (Action::Author(author), Err(refusal)) = (t.action, t.outcome) else { return Ok(()) };
    if !refusal.is_panic() {
        return Ok(());
    }
    let second = t.old(author.parent).relay_parent == t.relay_parent(author);
    let check = t.protocol.relay_number_check_on(t.old(author.parent));
    let strict = check == RelayNumberCheck::Strict;
    let is_over = *refusal == Refusal::GoAheadWithoutCode && aborts_twice(t.protocol);
    let excused =
        strict && second || *refusal == Refusal::SignalWithdrawn && lost_its_abort(t) || is_over;
    holds!(excused, "an honest author builds a block on which the runtime panics: {refusal}");
    Ok(())
}

/// Whether an unincluded ancestor of the block that is attempted acted on an abort.
pub(crate) fn lost_its_abort(t: &Transition) -> bool {
    let Action::Author(author) = t.action else { return false };
    t.old(author.parent).segment.consumed() == Some(Signal::Abort)
}

/// INV-COLL-2: who builds on what it takes for the included head, and so without asking, does so
/// on a later relay slot.
pub fn the_shortcut_is_safe(t: &Transition) -> Verdict {
    let Some((author, _, after)) = t.authored() else { return Ok(()) };
    let included = t.protocol.looked_up(after, t.branch(), author.relay_parent).included;
    let parent = t.old(author.parent);
    if author.parent == included && parent.authored > 0 {
        let order = t.before.compare_slots(&t.relay_parent(author), &parent.relay_parent);
        holds!(
            order.is_gt(),
            "the shortcut builds on a head of the same relay slot or a later one"
        );
    }
    Ok(())
}

/// INV-COLL-3: slot-based collators author at most one block for each relay parent, branch and
/// core.
pub fn one_block_for_each_core(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    if is_malicious(t, author) {
        return Ok(());
    }
    let relay_parent = t.relay_parent(author);
    let same = |&step: &BlockIndex| {
        let other = after.block(step);
        other.relay_parent == relay_parent && other.core == author.core && other.authored > 0
    };
    let built = after.ancestry(block).filter(same).count();
    holds!(built <= 1, "{built} blocks of one branch are built on one relay parent");
    Ok(())
}

/// INV-COLL-4: honest authors build on pending and included blocks, and else only on blocks whose
/// relay parent is in the window of the new one, which no end of a session divides.
pub fn parents_are_in_the_window(t: &Transition) -> Verdict {
    let Some((author, _, _)) = t.authored() else { return Ok(()) };
    if is_malicious(t, author) {
        return Ok(());
    }
    let view = t.view(author);
    if author.parent == view.included || Some(author.parent) == view.newest_pending {
        return Ok(());
    }
    let (old, new) = (t.age(author.parent), author.relay_parent);
    holds!(old.is_here(), "built on a block whose relay parent is on another relay fork");
    let distance = old.0.saturating_sub(new.0);
    let branch = t.before.branch(t.branch());
    let lookahead = t.protocol.parameters_at(branch, new).scheduling_lookahead;
    holds!(
        distance < lookahead,
        "built on a block whose relay parent is {distance} or more blocks older than the new one"
    );
    let session = branch.session;
    holds!(
        new > session || old <= session,
        "built on a block whose relay parent is of the session before"
    );
    Ok(())
}

/// INV-COLL-5: honest authors build on the newest pending block that their relay parent shows.
pub fn parents_descend_from_pending(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    if is_malicious(t, author) {
        return Ok(());
    }
    holds!(
        after.descends_from(block, t.view(author).newest()),
        "built beside the newest pending block that the relay parent shows"
    );
    Ok(())
}

/// INV-COLL-6: two blocks share parent, relay parent and core only if their owner equivocated, or
/// restarted in its slot.
pub fn twins_are_equivocations(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let relay_parent = t.relay_parent(author);
    let twin = after
        .children(author.parent)
        .any(|other| other != block && after.block(other).relay_parent == relay_parent);
    let excused = author.equivocation || author.behind;
    holds!(!twin || excused, "an honest author repeats a block of the same slot");
    Ok(())
}

/// INV-17: a relay block includes at most one para block for each core. So W relay blocks include
/// at most W times the cores, and emission per relay block is bounded by that many rewards.
pub fn one_inclusion_for_each_core(t: &Transition) -> Verdict {
    let Some((before, after)) = t.grown() else { return Ok(()) };
    let blocks = t.before.steps_back(after.tip().included, before.tip().included).unwrap_or(0);
    let cores = usize::from(t.protocol.parameters().cores);
    let issued = |block: BlockIndex| t.protocol.issued_since_root(t.before.block(block));
    let issued = issued(after.tip().included).saturating_sub(issued(before.tip().included));
    holds!(blocks <= cores, "a relay block includes {blocks} para blocks and {issued} planck");
    Ok(())
}

/// SCHED-2, FLT-15: a candidate is backed where the para holds a core.
pub fn backed_on_a_core_of_its_own(t: &Transition) -> Verdict {
    let Some((before, _)) = t.grown() else { return Ok(()) };
    let taken = !t.backed().is_empty() && !before.tip().assigned;
    holds!(!taken, "a candidate is backed on a core that is another para's");
    Ok(())
}

/// SCHED-3: a candidate is backed by a group that does its work.
pub fn backed_by_a_group_that_vouches(t: &Transition) -> Verdict {
    let Some((before, _)) = t.grown() else { return Ok(()) };
    for &candidate in t.backed() {
        let group = t.protocol.group_of(before, t.age(candidate), t.old(candidate).core);
        holds!(group != Some(Group::Offline), "a candidate is backed by a group that is offline");
    }
    Ok(())
}

/// SEC-4: of the newest relay parent no more collations are fetched than older ones leave positions
/// in the claim queue. The property counts what is fetched, wherever it fits.
pub fn few_are_fetched(t: &Transition) -> Verdict {
    let Some((_, _, after)) = t.authored() else { return Ok(()) };
    let p = t.protocol.parameters();
    let most = p.scheduling_lookahead * p.cores;
    for branch in &after.branches {
        let older = branch.fetched[1..].iter().rev();
        let places = (1..).map(|left| left * p.cores);
        let skip = branch.fetched.len() - usize::from(p.scheduling_lookahead);
        let taken = older.skip(skip).zip(places).fold(0, |taken, (&n, left)| left.min(taken + n));
        let newest = branch.fetched[0];
        holds!(newest + taken <= most, "{newest} are fetched beside {taken} where {most} fit");
    }
    Ok(())
}

/// DISP-1, DISP-2: as long as no more than a third of the validators lie, nothing valid is dropped or
/// undone by a dispute.
pub fn only_the_invalid_is_disputed_away(t: &Transition) -> Verdict {
    let Some((plan, _)) = t.relay_block() else { return Ok(()) };
    let is_valid = |block: BlockIndex| !t.old(block).has(ParaBlock::INVALID);
    let over = plan.dispute.map(|dispute| dispute.block);
    let branch = t.before.branch(t.branch());
    // A fork freezes over an included candidate that is disputed now, or over one that was disputed
    // before and is included now.
    let mut condemned = branch.pending.iter().map(|pending| pending.block);
    let mut at_fault = over.into_iter().chain(
        condemned
            .by_ref()
            .filter(|&block| t.protocol.is_concluded_invalid(t.old(block), t.branch())),
    );
    let frozen_over_valid = t.freezes() && at_fault.all(is_valid);
    holds!(!frozen_over_valid, "a relay fork is frozen over a valid candidate");
    let dropped = t.dispute_lost().is_some() && over.is_some_and(is_valid);
    holds!(!dropped, "a valid candidate is dropped by a dispute");
    Ok(())
}

/// DISP-1: the block that brings the votes with which a pending candidate loses its dispute leaves
/// neither it nor one behind it pending, and backs none of them. Of that block alone: the next one may
/// back it again, see R-BACKED-AGAIN.
pub fn what_loses_its_dispute_goes(t: &Transition) -> Verdict {
    let (Some((plan, after)), Some((before, grown))) = (t.relay_block(), t.grown()) else {
        return Ok(());
    };
    let Some(dispute) = plan.dispute else { return Ok(()) };
    let validators = t.protocol.parameters().validators;
    let against = after.block(dispute.block).against[t.branch()];
    let lost = before.pending.iter().position(|pending| pending.block == dispute.block);
    let (Some(lost), true) = (lost, 3 * u32::from(against) > 2 * u32::from(validators)) else {
        return Ok(());
    };
    for dropped in &before.pending[lost..] {
        let stays = grown.pending.iter().any(|pending| pending.block == dropped.block);
        holds!(
            !stays,
            "a candidate is pending after the block with which {against} of {validators} condemn it \
             or one before it"
        );
    }
    Ok(())
}

/// INH-1 (7): in a block in which a candidate loses its dispute, no other becomes available by the
/// bitfields of those who have a bit on its core.
pub fn tainted_bitfields_do_not_count(t: &Transition) -> Verdict {
    let (Some((plan, after)), Some(lost)) = (t.relay_block(), t.dispute_lost()) else {
        return Ok(());
    };
    let before = t.before.branch(t.branch());
    let bits = |place: usize| match plan.bits.get(place) {
        Some(&Bits::Count(new)) => before.pending[place].votes + new,
        _ => 0,
    };
    let freed = (lost..before.pending.len()).map(bits).max().unwrap_or_default();
    let untainted = t.protocol.honest_validators().saturating_sub(freed);
    for (place, pending) in before.pending.iter().enumerate().take(lost) {
        let gone = after.descends_from(after.branch(t.branch()).tip().included, pending.block);
        let mut still = after.branch(t.branch()).pending.iter();
        let available = gone || still.any(|p| p.block == pending.block && p.available);
        let recorded = if pending.lied { t.protocol.environment().lying } else { 0 };
        let new = bits(place).saturating_sub(pending.votes).min(untainted);
        let votes = pending.votes + new + recorded;
        let validators = t.protocol.parameters().validators;
        holds!(
            pending.available || !available || 3 * u32::from(votes) > 2 * u32::from(validators),
            "available by {votes} untainted votes of {validators}"
        );
    }
    Ok(())
}

/// INV-2 in flight: what one relay block adds to the issuance at the included head is the rewards
/// of the candidates it enacts, counted from its own queue.
pub fn inclusion_brings_its_own_rewards(t: &Transition) -> Verdict {
    let Some((before, after)) = t.grown() else { return Ok(()) };
    let head = after.tip().included;
    let pending = before.pending.iter();
    let enacted = pending.filter(|p| t.before.descends_from(head, p.block));
    let rewards = enacted.map(|p| reward_due(t.protocol, t.before, p.block));
    let (enacted, expected) = rewards.fold((0, 0), |(n, sum), reward| (n + 1, sum + reward));
    let issued = |block: BlockIndex| t.protocol.issued_since_root(t.before.block(block));
    let (old, new) = (issued(before.tip().included), issued(head));
    holds!(
        new == old + expected,
        "the included chain goes from {old} to {new} planck with {enacted} blocks worth {expected}"
    );
    Ok(())
}

/// Whether the author builds on an invalid block: only the one does that made it (FLT-8).
fn is_malicious(t: &Transition, author: &Author) -> bool {
    author.invalid && t.old(author.parent).has(ParaBlock::INVALID)
}

/// INV-UPG-1: a block that begins an upgrade finds no pending code, so that none is overwritten.
pub fn no_pending_code_is_overwritten(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let new = after.block(block);
    let acts = new.segment.signals & 1 != 0;
    let was_pending = t.old(author.parent).code.pending.is_some();
    holds!(
        author.new_code.is_none() || !was_pending || acts,
        "a block begins an upgrade while another code is pending"
    );
    Ok(())
}

/// INV-UPG-2: a scheduled upgrade is over with the included block that acted on the go-ahead, with each
/// of them, and with no other.
pub fn a_switch_for_each_go_ahead(t: &Transition) -> Verdict {
    let Some((before, after)) = t.grown() else { return Ok(()) };
    let acted = |&block: &BlockIndex| acts_on(t.old(block), Signal::GoAhead);
    let acted = t.enacted().iter().filter(|block| acted(block)).count();
    let was_scheduled = before.code.upgrade.is_some_and(|upgrade| !upgrade.is_voted_on);
    let is_over = was_scheduled && after.code.upgrade.is_none();
    let is_over = usize::from(is_over);
    holds!(
        is_over == acted,
        "{is_over} upgrades are over and {acted} included blocks acted on a go-ahead"
    );
    Ok(())
}

/// INV-UPG-3, INCL-9: the code that validates a candidate is the one in its parent's state and the
/// current one of the relay chain when it is backed.
pub fn backed_with_the_current_code(t: &Transition) -> Verdict {
    let Some((_, after)) = t.grown() else { return Ok(()) };
    for &candidate in t.backed() {
        let code = t.old(t.old(candidate).parent).code.current;
        let late = after.code.current.since(code).0;
        holds!(late == 0, "a candidate is backed whose code is another than the current one");
    }
    Ok(())
}

/// INV-UPG-6: a go-ahead at the relay parent of a block meets pending code in its parent's state, or
/// an unincluded ancestor that acted on it.
pub fn a_go_ahead_meets_pending_code(t: &Transition) -> Verdict {
    if t.outcome == Err(&Refusal::GoAheadWithoutCode) {
        holds!(!is_honest(t.protocol), "an honest author meets a go-ahead and has no pending code");
    }
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let shown = t.view(author).signal() == Some(Signal::GoAhead);
    let segment = after.block(block).segment;
    let remembered = segment.signals & !1 != 0;
    holds!(
        !shown || remembered || t.old(author.parent).code.pending.is_some(),
        "a block is valid that meets a go-ahead and has no pending code"
    );
    Ok(())
}

/// UPG-5: a block that acts on an abort leaves no code pending but what it brings itself.
pub fn an_abort_frees_the_way(t: &Transition) -> Verdict {
    let Some((_, block, after)) = t.authored() else { return Ok(()) };
    let new = after.block(block);
    holds!(
        !acts_on(new, Signal::Abort) || new.code.pending.is_none() || new.code.is_new,
        "a block acts on an abort and the code stays pending"
    );
    Ok(())
}

/// UPG-13: along a chain an abort is consumed once, by a block that has code to throw away.
pub fn an_abort_is_consumed_once(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let has_code = t.old(author.parent).code.pending.is_some();
    holds!(
        !acts_on(after.block(block), Signal::Abort) || has_code,
        "a block acts on an abort and has no pending code"
    );
    Ok(())
}

/// UPG-14: at the end of a relay block that backs new code no other upgrade is under way.
pub fn new_code_is_backed_alone(t: &Transition) -> Verdict {
    let Some((_, after)) = t.grown() else { return Ok(()) };
    let brings = |&&candidate: &&BlockIndex| t.old(candidate).code.is_new;
    let brought = t.backed().iter().filter(brings).count();
    holds!(
        brought == 0 || after.code.upgrade.is_none(),
        "new code is backed while an upgrade is under way"
    );
    Ok(())
}

/// UPG-11: new code is due no earlier than as many relay blocks after its inclusion as the delay says.
/// Judged where the upgrade begins. That the blocks are counted is INV-UPG-2 and 3, where the go-ahead comes.
pub fn code_waits_after_inclusion(t: &Transition) -> Verdict {
    let Some((before, after)) = t.grown() else { return Ok(()) };
    let (Some(upgrade), None) = (after.code.upgrade, before.code.upgrade) else { return Ok(()) };
    let delay = t.protocol.parameters().upgrade_delay.cast_signed();
    let due_in = upgrade.due_in;
    holds!(
        due_in >= delay,
        "new code is included and due in {due_in} blocks, the delay is {delay}"
    );
    Ok(())
}

/// Whether a block is the one that acted on a signal of this kind.
fn acts_on(block: &ParaBlock, signal: Signal) -> bool {
    block.segment.signals & 1 != 0 && block.segment.consumed() == Some(signal)
}

/// Whether the scenario's authors are honest.
pub(crate) fn is_honest(protocol: &Protocol) -> bool {
    protocol.environment().collator != CollatorKind::Adversary
}
