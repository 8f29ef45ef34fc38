//! What must hold of messages, of every kind of claim, and the situations that must be found. Each
//! message is looked at where it is: in the segment, in the relay chain's queue, or handed over.

use unincluded_model::refusal::Limit;
use unincluded_model::state::Inbox;
use unincluded_model::{
    Action, Author, Bits, BlockIndex, Branch, Few, ParaBlock, Protocol, Refusal, RelayBlockPlan,
    State,
};

use crate::{Transition, Verdict, holds};

/// INV-UMP-1: with what waits at the relay parent, the messages of a new block's segment stay within the
/// limit; in the channel to the other para, if the block uses it. The property counts blocks, not the
/// aggregate.
///
/// Rule: SEG-6 with SEG-7. The emulator and the relay chain would refuse the candidate later.
pub fn segment_fits_the_room(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let (queues, limits) = (t.view(author).queues, t.protocol.messages());
    let segment = after.block(block).segment;
    let sent = segment.messages.count_ones();
    let (waiting, limit) = (u32::from(queues.upward), u32::from(limits.upward_limit));
    holds!(
        waiting + sent <= limit,
        "a segment sends {sent} upward messages where {waiting} of {limit} wait"
    );
    let sent = segment.outbound.count_ones();
    let (held, capacity) = (u32::from(queues.outbound), u32::from(limits.outbound_capacity));
    let uses = segment.outbound & 1 != 0;
    holds!(
        !uses || held + sent <= capacity,
        "a segment sends {sent} messages into a channel that holds {held} of {capacity}"
    );
    Ok(())
}

/// INV-UMP-2: no queue of the relay chain ever holds more than its limit. The relay chain counts
/// candidates one by one (INCL-10), so with several pending it is the segment that keeps this true.
pub fn queues_keep_their_limits(protocol: &Protocol, state: &State) -> Verdict {
    let limits = protocol.messages();
    for view in state.branches.iter().flat_map(|branch| &branch.views) {
        let (upward, outbound) = (view.queues.upward, view.queues.outbound);
        let (limit, capacity) = (limits.upward_limit, limits.outbound_capacity);
        holds!(upward <= limit, "{upward} upward messages wait and the limit is {limit}");
        holds!(outbound <= capacity, "a channel of {capacity} holds {outbound} messages");
    }
    Ok(())
}

/// INV-WM-1: a block's watermark is not newer than its relay parent and not older than its parent's.
pub fn watermarks_advance(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let new = after.block(block).inbox.watermark;
    let (age, old) = (author.relay_parent, t.old(author.parent).inbox.watermark);
    holds!(new >= age, "a watermark {} old and a relay parent {} old", new.0, age.0);
    holds!(new <= old, "a watermark {} old follows one {} old", new.0, old.0);
    Ok(())
}

/// INV-REL-12: the relay chain's watermark never goes back.
pub fn the_last_watermark_advances(t: &Transition) -> Verdict {
    let (Some((before, _)), Some(head)) = (t.grown(), t.included()) else { return Ok(()) };
    let (old, new) = (t.old(before.tip().included).inbox.watermark, t.old(head).inbox.watermark);
    holds!(new <= old, "the watermark {} old is replaced by one {} old", old.0, new.0);
    Ok(())
}

/// INV-HRMP-1: a message of another para is delivered once: a block goes on where its parent's chain
/// stopped, and the relay chain drops nothing that the included chain was not delivered.
pub fn messages_are_delivered_once(t: &Transition) -> Verdict {
    if let Some((author, block, after)) = t.authored() {
        let (old, new) = (t.old(author.parent).inbox.delivered, after.block(block).inbox.delivered);
        holds!(
            new == old + author.inbound,
            "{} messages are delivered after number {old}, and the next is number {new}",
            author.inbound
        );
    }
    if let (Some((_, branch)), Some((_, after))) = (t.grown(), t.relay_block()) {
        let Inbox { watermark, delivered, .. } = after.block(branch.tip().included).inbox;
        let blocks = branch.inbound.iter().filter(|&&sent| sent >= watermark).count() as u8;
        let pruned = blocks * t.protocol.messages().inbound_messages;
        holds!(
            pruned <= delivered,
            "the relay chain dropped {pruned} messages of which the included chain had {delivered}"
        );
    }
    Ok(())
}

/// INV-DMP-1: a downward message is processed once: a block goes on where its parent's chain stopped,
/// and the relay chain's queue begins where the included chain stopped.
pub fn messages_are_processed_once(t: &Transition) -> Verdict {
    if let Some((author, block, after)) = t.authored() {
        let (old, new) = (t.old(author.parent).inbox.downward, after.block(block).inbox);
        holds!(
            new.downward == old + new.processed,
            "{} downward messages are processed after number {old}, and the next is number {}",
            new.processed,
            new.downward
        );
    }
    if let Some((_, branch)) = t.grown() {
        let (popped, processed) =
            (branch.tip().queues.popped, t.old(branch.tip().included).inbox.downward);
        holds!(
            popped == processed,
            "the relay chain took {popped} messages off its queue, the included chain had {processed}"
        );
    }
    Ok(())
}

/// INV-EMU-1: validators refuse an honest block in one case alone: not all of the messages of a relay
/// block fitted in, and the watermark that stays is one that an unincluded ancestor took from its own
/// relay parent (EMU-5).
pub fn honest_blocks_are_seconded(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    let verdict = t.protocol.emulate(t.before, t.branch(), after.block(block));
    if let Err(refusal) = verdict {
        holds!(
            is_the_edge(t, author, after.block(block)),
            "nobody seconds an honest block: {refusal}"
        );
    }
    Ok(())
}

/// EMU-5: whether the emulator refuses a watermark that the relay chain would accept once the parent is
/// included.
fn is_the_edge(t: &Transition, author: &Author, block: &ParaBlock) -> bool {
    let branch = t.before.branch(t.branch());
    let parent = t.old(author.parent);
    let refused = t.protocol.emulate(t.before, t.branch(), block);
    let of_watermark = matches!(refused, Err(Refusal::NotSeconded { limit: Limit::Watermark, .. }));
    of_watermark
        && author.inbound > 0
        && block.inbox.watermark == parent.inbox.watermark
        && author.parent != branch.tip().included
        && !branch.inbound.contains(&block.inbox.watermark)
}

/// With what waits at its relay parent a segment's upward messages use up the room (INV-UMP-1, 2).
pub fn the_upward_room_is_used_up(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        let sent = after.block(block).segment.messages.count_ones() as u8;
        let room = t.protocol.upward_room(t.view(author));
        sent > 0 && sent == room
    })
}

/// The same in the channel to the other para.
pub fn the_channel_is_used_up(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        let sent = after.block(block).segment.outbound.count_ones() as u8;
        sent > 0 && sent == t.protocol.outbound_room(t.view(author))
    })
}

/// The queue of upward messages, filled by included blocks, leaves just the room that unincluded ancestors
/// have used already: the room shrinks under the segment, and nobody panics (INV-COLL-1).
pub fn the_room_shrinks_under_the_segment(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        let of_ancestors = (after.block(block).segment.messages & !1).count_ones() as u8;
        let room = t.protocol.upward_room(t.view(author));
        t.view(author).queues.upward > 0 && of_ancestors > 0 && of_ancestors == room
    })
}

/// The relay chain serves a full queue (INV-UMP-2).
pub fn a_full_queue_is_served(t: &Transition) -> bool {
    let limit = t.protocol.messages().upward_limit;
    let served = t.relay_block().map_or(0, |(plan, _)| plan.traffic.served);
    t.grown().is_some_and(|(before, _)| before.tip().queues.upward == limit && served == limit)
}

/// A block is handed downward messages after those that an unincluded ancestor processed (INV-DMP-1).
pub fn processed_behind_unincluded(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, ..)| {
        author.downward > 0 && t.view(author).queues.popped < t.old(author.parent).inbox.downward
    })
}

/// A candidate that processes nothing is backed though a message waits: it was sent after the relay
/// parent (INCL-11).
pub fn backed_before_the_message(t: &Transition) -> bool {
    let waits = t.grown().is_some_and(|(before, _)| before.downward_waiting() > 0);
    let idle = |&candidate: &BlockIndex| t.old(candidate).inbox.processed == 0;
    waits && t.backed().iter().any(idle)
}

/// INCL-11 refuses a candidate that the emulator accepts: it processes nothing, as a pending one has
/// processed all there was, and that is still in the queue.
pub fn a_pending_one_holds_up_the_next(t: &Transition) -> bool {
    let held_up = |state: &State, branch: &Branch| {
        let bits = Few::of(branch.pending.iter().map(|_| Bits::OneShort)).unwrap_or_default();
        let newest = branch.tip().newest();
        branch.pending.iter().any(|pending| pending.block == newest)
            && state.children(newest).any(|child| {
                let plan = RelayBlockPlan {
                    bits,
                    back: Few::from(Some(child)),
                    ..RelayBlockPlan::quiet(0)
                };
                let refused = t.protocol.apply(state, &Action::RelayBlock(plan));
                matches!(refused, Err(Refusal::NothingProcessed { .. }))
            })
    };
    t.outcome.is_ok_and(|state| held_up(state, state.main()))
}

/// A block's watermark is an older relay block's than its relay parent, and moves (INV-WM-1).
pub fn a_trunk_watermark(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        let mark = after.block(block).inbox.watermark;
        mark > author.relay_parent && mark < t.old(author.parent).inbox.watermark
    })
}

/// A block's watermark stays, as not all messages of a relay block fitted in (INV-WM-1, INV-HRMP-1).
pub fn a_watermark_stays(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| {
        let mark = after.block(block).inbox.watermark;
        author.inbound > 0 && mark == t.old(author.parent).inbox.watermark
    })
}

/// A block on the included head is handed the rest of a relay block's messages, whose first ones the
/// relay chain still shows (INV-HRMP-1).
pub fn the_rest_is_delivered(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, ..)| {
        let parent = t.old(author.parent).inbox;
        let each = t.protocol.messages().inbound_messages;
        let is_partly = !parent.delivered.is_multiple_of(each);
        is_partly && author.inbound > 0 && author.parent == t.view(author).included
    })
}

/// EMU-5: validators drop a block that the relay chain would accept once its parent is included.
pub fn the_emulator_is_stricter(t: &Transition) -> bool {
    t.authored().is_some_and(|(author, block, after)| is_the_edge(t, author, after.block(block)))
}
