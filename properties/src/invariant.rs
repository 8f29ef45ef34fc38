//! What must hold in every state.

use unincluded_model::economics::{Calendar, InflationConfiguration};
use unincluded_model::state::Pending;
use unincluded_model::{Age, BlockIndex, Protocol, State};

use crate::emission::reward_due;
use crate::{Verdict, holds};

/// The blocks that somebody authored: all but genesis.
fn authored(state: &State) -> impl Iterator<Item = BlockIndex> + '_ {
    state.indices().filter(|&block| state.block(block).authored > 0)
}

/// INV-SEG-1: the unincluded segment of every block holds at least its own entry and at most as
/// many as the capacity.
///
/// Rule: SEG-5. No other rule implies it: the relay chain would include a longer one.
pub fn segment_within_capacity(protocol: &Protocol, state: &State) -> Verdict {
    let capacity = usize::from(protocol.parameters().unincluded_segment_capacity.max(1));
    for block in authored(state) {
        let held = state.block(block).segment.len();
        holds!(
            (1..=capacity).contains(&held),
            "a segment holds {held} blocks and the capacity is {capacity}"
        );
    }
    Ok(())
}

/// INV-SEG-2: the entries of a segment are the newest ancestors without a gap, the block itself
/// the last.
pub fn segment_is_a_suffix(_: &Protocol, state: &State) -> Verdict {
    for block in authored(state) {
        let entries = state.block(block).segment.entries;
        holds!(
            u32::from(entries) + 1 == 1 << entries.count_ones(),
            "a segment has the gaps {entries:#b}"
        );
    }
    Ok(())
}

/// INV-SEG-3: the aggregate counts the messages of the entries, no more and no less.
pub fn aggregate_is_the_sum(_: &Protocol, state: &State) -> Verdict {
    for block in authored(state) {
        let segment = state.block(block).segment;
        let sum = (segment.messages & segment.entries).count_ones();
        let stray = segment.messages & !segment.entries;
        holds!(
            u32::from(segment.aggregate_messages) == sum && stray == 0,
            "the aggregate counts {} messages and the entries {sum}",
            segment.aggregate_messages
        );
        let sum = (segment.outbound & segment.entries).count_ones();
        let stray = segment.outbound & !segment.entries;
        holds!(
            u32::from(segment.aggregate_outbound) == sum && stray == 0,
            "the aggregate counts {} messages to the other para and the entries {sum}",
            segment.aggregate_outbound
        );
    }
    Ok(())
}

/// INV-SEG-4: at most one entry consumed a go-ahead signal, and the aggregate knows of it.
pub fn one_signal_at_most(_: &Protocol, state: &State) -> Verdict {
    for block in authored(state) {
        let segment = state.block(block).segment;
        let consumed = segment.signals.count_ones();
        holds!(
            consumed <= 1 && segment.aggregate_signal == (consumed == 1),
            "{consumed} entries consumed a signal and the aggregate says {}",
            segment.aggregate_signal
        );
    }
    Ok(())
}

/// INV-SEG-5: exactly the block's own entry lacks its hash.
pub fn only_the_last_hash_is_missing(_: &Protocol, state: &State) -> Verdict {
    for block in authored(state) {
        let segment = state.block(block).segment;
        holds!(
            segment.hashed == segment.entries & !1,
            "entries {:#b} have hashes {:#b}",
            segment.entries,
            segment.hashed
        );
    }
    Ok(())
}

/// INV-UMP-1: the messages of a segment fit the room that the relay chain shows.
pub fn messages_fit_the_room(protocol: &Protocol, state: &State) -> Verdict {
    let room = u32::from(protocol.parameters().upward_message_room);
    for block in authored(state) {
        let sent = state.block(block).segment.messages.count_ones();
        holds!(sent <= room, "a segment sends {sent} messages and there is room for {room}");
    }
    Ok(())
}

/// INV-VEL-1: along any branch at most velocity + 1 blocks share a relay slot. The property
/// counts the blocks; it does not believe the runtime's counter.
pub fn few_blocks_share_a_slot(protocol: &Protocol, state: &State) -> Verdict {
    let most = usize::from(protocol.parameters().block_processing_velocity.max(1)) + 1;
    for block in authored(state) {
        let relay_parent = &state.block(block).relay_parent;
        // Those too old to be told apart have one age, or one slot.
        let is_known = |age: &Age| age.is_here() && *age < protocol.oldest_age();
        let forked = state.branches.len() > 1;
        let tells_apart = relay_parent.ages.iter().any(is_known)
            && (!forked || relay_parent.slot < protocol.oldest_slot());
        if tells_apart {
            let of_slot = |&step: &BlockIndex| {
                let other = state.block(step);
                other.authored > 0 && state.compare_slots(&other.relay_parent, relay_parent).is_eq()
            };
            let shared = state.ancestry(block).filter(of_slot).count();
            holds!(shared <= most, "{shared} blocks share a relay slot, {most} may");
        }
    }
    Ok(())
}

/// INV-REL-1: the pending candidates are a chain that begins on the included head.
pub fn pending_is_a_chain(_: &Protocol, state: &State) -> Verdict {
    for branch in &state.branches {
        let mut head = branch.tip().included;
        for pending in &branch.pending {
            let parent = state.block(pending.block).parent;
            holds!(parent == head, "a pending candidate does not build on the head before it");
            head = pending.block;
        }
    }
    Ok(())
}

/// INV-REL-2: a core holds one pending candidate at most, and there are no more than cores.
pub fn one_pending_for_each_core(protocol: &Protocol, state: &State) -> Verdict {
    let cores = protocol.parameters().cores;
    for branch in &state.branches {
        for core in 0..cores {
            let on_it = |pending: &&Pending| state.block(pending.block).core == core;
            let held = branch.pending.iter().filter(on_it).count();
            holds!(held <= 1, "{held} candidates are pending on one core");
        }
        let held = branch.pending.len();
        holds!(held <= usize::from(cores), "{held} candidates are pending on {cores} cores");
    }
    Ok(())
}

/// INV-REL-3: along the included head and the pending candidates relay parents never go back.
/// Weaker than RPN-1 and HOOK-2 together, which imply it on one relay fork.
pub fn pending_relay_parents_advance(_: &Protocol, state: &State) -> Verdict {
    for (place, branch) in state.branches.iter().enumerate() {
        let mut context = state.block(branch.tip().included).relay_parent.on(place);
        for pending in &branch.pending {
            let age = state.block(pending.block).relay_parent.on(place);
            holds!(
                age <= context,
                "a relay parent {} blocks old follows one {} blocks old",
                age.0,
                context.0
            );
            context = age;
        }
    }
    Ok(())
}

/// INV-REL-8: right after a session change nothing is pending.
pub fn a_session_begins_with_nothing_pending(_: &Protocol, state: &State) -> Verdict {
    for branch in &state.branches {
        let held = branch.pending.len();
        holds!(
            branch.session != Age::TIP || held == 0,
            "{held} candidates are pending where a session begins"
        );
    }
    Ok(())
}

/// INV-REL-13: no candidate occupies its core for max(P, F) relay blocks.
pub fn occupancy_is_bounded(protocol: &Protocol, state: &State) -> Verdict {
    for branch in &state.branches {
        let bound = protocol.parameters_at(branch, Age::TIP).longest_occupancy();
        for age in branch.pending.iter().map(|pending| pending.backed.0) {
            holds!(
                age < bound,
                "a candidate is pending for {age} relay blocks, the bound is {bound}"
            );
        }
    }
    Ok(())
}

/// INV-DISP-2: what more than two thirds of the validators have voted against is not included on a
/// relay fork that goes on. It may be pending: a malicious group can back it again while its relay
/// parent is in the window (DISP-1); the block that includes it freezes the fork.
pub fn the_condemned_are_not_included(protocol: &Protocol, state: &State) -> Verdict {
    let validators = protocol.parameters().validators;
    for (place, branch) in state.branches.iter().enumerate() {
        for block in state.indices() {
            let against = u32::from(state.block(block).against[place]);
            if 3 * against > 2 * u32::from(validators) {
                holds!(
                    !state.descends_from(branch.tip().included, block),
                    "a block stays included that {against} of {validators} voted against"
                );
            }
        }
    }
    Ok(())
}

/// INV-UPG-3: on every relay branch the current code is the one in the included head's state.
///
/// Rules: UPG-12 and UPG-4 together. Two clocks that disagree would break it.
pub fn relay_and_para_have_one_code(_: &Protocol, state: &State) -> Verdict {
    for branch in &state.branches {
        let (relay, head) = (branch.code.current, state.block(branch.tip().included).code.current);
        holds!(
            relay == head,
            "the relay chain's code and the one in the included head's state are different"
        );
    }
    Ok(())
}

/// INV-1: every block's state has its parent's issuance and one block's rewards more, as they are
/// under the code under which it executes.
pub fn issuance_is_conserved(protocol: &Protocol, state: &State) -> Verdict {
    for block in state.indices().skip(1) {
        let parent = state.block(block).parent;
        let issued = issued_since_root(protocol, state, block);
        let before = issued_since_root(protocol, state, parent);
        let reward = reward_due(protocol, state, block);
        holds!(
            issued == before + reward,
            "a block issues {} planck and its reward is {reward}",
            i128::try_from(issued).unwrap_or(i128::MAX)
                - i128::try_from(before).unwrap_or(i128::MAX)
        );
    }
    Ok(())
}

/// INV-2: at the included head there is what its own chain issued: the rewards of the blocks on
/// it, counted by walking them, and nothing of any other fork.
pub fn no_emission_is_orphaned(protocol: &Protocol, state: &State) -> Verdict {
    for view in state.branches.iter().flat_map(|branch| &branch.views) {
        let chain = state.ancestry(view.included).filter(|&block| block != BlockIndex::ROOT);
        let rewards = chain.map(|block| reward_due(protocol, state, block));
        let (blocks, expected) = rewards.fold((0, 0), |(n, sum), reward| (n + 1, sum + reward));
        let issued = issued_since_root(protocol, state, view.included);
        holds!(
            issued == expected,
            "{issued} planck were issued on an included chain whose {blocks} blocks are worth {expected}"
        );
    }
    Ok(())
}

/// INV-4: issuance grows with every block, as nothing is burned here; planck.
pub fn issuance_grows(protocol: &Protocol, state: &State) -> Verdict {
    for block in state.indices().skip(1) {
        let issued = issued_since_root(protocol, state, block);
        let before = issued_since_root(protocol, state, state.block(block).parent);
        holds!(issued > before, "a block leaves issuance at {issued} planck after {before}");
    }
    Ok(())
}

/// INV-8: blocks of half the time are worth what a recalculation with twice the blocks says, to
/// the planck; of the scenario's own amounts, judged at the start, as they never change.
pub fn halving_is_recalculation(protocol: &Protocol, state: &State) -> Verdict {
    let Some((before, after)) = around_the_switch(protocol, state) else { return Ok(()) };
    holds!(
        before.0.halved() == after.0,
        "halved amounts {:?} and recalculated ones {:?} differ",
        before.0.halved(),
        after.0
    );
    Ok(())
}

/// INV-13: a cycle of twice the blocks emits as much, up to one planck for each category and pair
/// of blocks; of the scenario's own amounts, judged at the start.
pub fn annual_issuance_is_preserved(protocol: &Protocol, state: &State) -> Verdict {
    let Some((before, after)) = around_the_switch(protocol, state) else { return Ok(()) };
    let (old, new) = (before.0.cycle_total(&before.1), after.0.cycle_total(&after.1));
    let most = 2 * u128::from(before.1.blocks_per_cycle());
    holds!(
        old.checked_sub(new).is_some_and(|lost| lost <= most),
        "a cycle emits {old} planck, of blocks of half the time {new}, and {most} may be lost"
    );
    Ok(())
}

/// The amounts and calendar of the scenario, and those of blocks of half the time; none once the
/// first block is there.
fn around_the_switch(protocol: &Protocol, state: &State) -> Option<(Amounts, Amounts)> {
    if state.block(BlockIndex::ROOT).authored > 0 || state.blocks.len() > 1 {
        return None;
    }
    let calendar = protocol.scenario().economics.calendar.calendar();
    let blocks_per_era = calendar.blocks_per_era.checked_mul(2)?;
    let doubled = Calendar { blocks_per_era, ..calendar };
    let amounts = |calendar| (protocol.scenario().inflation_over(&calendar), calendar);
    Some((amounts(calendar), amounts(doubled)))
}

/// What is issued, and over which calendar.
type Amounts = (InflationConfiguration, Calendar);

/// AGREE-1: validators that hold the same backable siblings offer the same one.
///
/// Rule: FRAG-5. Not that they have learned of the same: what a validator has forgotten it does not
/// offer (R-VIEWS-DIFFER).
pub fn validators_agree(protocol: &Protocol, state: &State) -> Verdict {
    if protocol.environment().followed_validators < 2 {
        return Ok(());
    }
    let mut siblings = state.children(state.main().tip().newest()).map(|child| state.block(child));
    let same = siblings.all(|child| child.is_held_by(0) == child.is_held_by(1));
    holds!(
        !same || state.chains[0] == state.chains[1],
        "two validators hold the same siblings and offer different ones"
    );
    Ok(())
}

/// AGREE-3: on each parent whose child the chain names, no validator holds another: where a candidate
/// is pending all validators have forgotten its rivals, and each its own of the one it offers. So
/// whatever each has learned, the views agree up to the newest head. Beyond it they may differ.
///
/// Rule: FRAG-7.
pub fn rivals_are_forgotten(protocol: &Protocol, state: &State) -> Verdict {
    let followed = usize::from(protocol.environment().followed_validators);
    for validator in 0..followed {
        let offer = state.chains[validator];
        let pending = state.main().pending.iter().map(|pending| pending.block);
        for chained in pending.chain(offer) {
            for rival in state.children(state.block(chained).parent) {
                let held = state.block(rival).is_held_by(validator);
                holds!(
                    rival == chained || !held,
                    "a validator holds a candidate beside one of its chain"
                );
            }
        }
    }
    Ok(())
}

/// Planck issued along the chain of a block since the root.
fn issued_since_root(protocol: &Protocol, state: &State, block: BlockIndex) -> u128 {
    protocol.issued_since_root(state.block(block))
}
