//! What must hold of emission and calendar around the switch to 6 s blocks, and what must be found.
//!
//! Time is counted in relay slots of 6 s, as if every block came when its block time says: a block of
//! the old runtime takes two, one of the new takes one (ABS-8).

use std::fmt;

use unincluded_model::economics::{Balance, BlockTime, Perquintill};
use unincluded_model::scenario::Switch;
use unincluded_model::{Action, BlockIndex, Emission, ParaBlock, Protocol, State, SwitchPhase};

use crate::{Transition, Verdict, holds};

/// EMIT-1, INV-8: what a block must issue: what a recalculation for the block time of its code says, or what
/// decay leaves of it; planck.
pub(crate) fn reward_due(protocol: &Protocol, state: &State, block: BlockIndex) -> Balance {
    let rate = protocol.scenario().economics.decay.rate();
    if rate != Perquintill::ONE {
        return reward_decayed(protocol, rate, state.ancestry(block).count() - 1);
    }
    let parent = state.block(state.block(block).parent);
    reward_recalculated(protocol, parent.emission.phase != SwitchPhase::Before)
}

/// INFL-14: the reward of the block that is so many after the root, at which the factor is one; planck.
fn reward_decayed(protocol: &Protocol, rate: Perquintill, blocks: usize) -> Balance {
    let factor = (0..blocks).fold(Perquintill::ONE, |factor, _| factor.product(rate));
    let stored = protocol.scenario().inflation();
    let rewards = [stored.collator_reward_per_block, stored.treasury_reward_per_block];
    rewards.into_iter().map(|reward| factor.mul_nearest_half_down(reward)).sum()
}

fn reward_recalculated(protocol: &Protocol, is_six_seconds: bool) -> Balance {
    if is_six_seconds { protocol.reward_of_twice_the_blocks() } else { protocol.block_reward() }
}

/// INV-18: the amounts in the state of an included head are those of its runtime: halved once where
/// the first block under the new code is on the chain, and else not at all.
pub fn halved_once_on_every_included_chain(protocol: &Protocol, state: &State) -> Verdict {
    for view in state.branches.iter().flat_map(|branch| &branch.views) {
        let head = state.block(view.included);
        let due = reward_recalculated(protocol, head.emission.phase == SwitchPhase::After);
        let stored = protocol.reward_at(head.emission.rate);
        holds!(
            stored == due,
            "an included head holds rewards of {stored} planck where {due} are due"
        );
    }
    Ok(())
}

/// INV-19: along every chain the block reward changes with the code under which blocks execute, and
/// with nothing else.
pub fn rewards_follow_the_code(t: &Transition) -> Verdict {
    let Some((author, block, after)) = t.authored() else { return Ok(()) };
    if author.parent == BlockIndex::ROOT {
        return Ok(());
    }
    let issued = |block: BlockIndex| t.protocol.issued_since_root(after.block(block));
    let grandparent = after.block(author.parent).parent;
    let [old, new] = [(grandparent, author.parent), (author.parent, block)]
        .map(|(before, then)| issued(then).saturating_sub(issued(before)));
    let code = |block: BlockIndex| t.protocol.code_of(after, after.block(block));
    let is_new_code = code(block) != code(author.parent);
    holds!(
        (new != old) == is_new_code,
        "a block issues {new} planck after one that issued {old}, and {} executes under new code",
        if is_new_code { "it" } else { "neither" }
    );
    Ok(())
}

/// INV-9: from one recalculation to the next the clock passes a cycle, and 6 s more where the switch
/// falls into it.
pub fn a_cycle_lasts_a_cycle(t: &Transition) -> Verdict {
    let Some((switch, parent, emission)) = emitted(t) else { return Ok(()) };
    let cycle = counted(&parent, &emission);
    let (passed, due) = (elapsed(&cycle), cycle_slots(switch) + u32::from(cycle.cycle.has_switch));
    let is_over = ended_cycle(t).is_some();
    holds!(
        passed == due || !is_over && passed < due,
        "{passed} slots of 6 s into a cycle of {due}, {} recalculates",
        if is_over { "a block" } else { "no block" }
    );
    Ok(())
}

/// INV-14: a cycle emits what the old runtime would have, less a planck for each pair of blocks whose
/// reward was odd, and one block reward more where the switch falls into it. Of each category.
pub fn a_cycle_emits_its_amounts(t: &Transition) -> Verdict {
    let Some((ended, _)) = ended_cycle(t) else { return Ok(()) };
    let cycle = ended.emission.cycle;
    let amounts = t.protocol.scenario().inflation();
    let old_blocks = Balance::from(cycle.old_blocks);
    let length = Balance::from(cycle_slots(ended.switch) / 2);
    for full in [amounts.collator_reward_per_block, amounts.treasury_reward_per_block] {
        let paid = (0u32..).zip(cycle.paid);
        let emitted: Balance =
            paid.map(|(halvings, blocks)| Balance::from(blocks) * (full >> halvings)).sum();
        let lost = length.saturating_sub(old_blocks) * (full % 2);
        let extra = if cycle.has_switch { full / 2 } else { 0 };
        let due = length * full - lost + extra;
        holds!(emitted == due, "a cycle emits {emitted} planck where {due} are due");
    }
    Ok(())
}

/// INV-15 of eras (TIME-2): whatever the runtime, eras and voting subperiods take the time that they
/// take without a switch.
pub fn eras_keep_their_time(t: &Transition) -> Verdict {
    let Some((switch, parent, emission)) = emitted(t) else { return Ok(()) };
    let era = |e: &Emission| (e.is_voting, e.next_subperiod_in);
    if era(&emission) == era(&parent) {
        return Ok(());
    }
    // An era begins with the first block of the cycle. Block times count from the block before.
    let cycle = counted(&parent, &emission);
    let is_new = cycle.cycle.old_blocks == 0 && !cycle.cycle.has_switch;
    let first = if is_new { 1 } else { 2 };
    let length = 2 * u32::from(switch.blocks_per_era);
    let voting = u32::from(switch.eras_per_voting_subperiod);
    let period = voting + u32::from(switch.eras_per_build_and_earn_subperiod);
    let passed = elapsed(&cycle);
    let eras = passed.saturating_sub(first) / length;
    let of_period = eras % period;
    let is_boundary = if emission.is_voting { of_period == 0 } else { of_period >= voting };
    holds!(
        passed == first + eras * length && is_boundary,
        "an era begins {passed} slots of 6 s into the cycle"
    );
    Ok(())
}

/// INV-15 of what is in flight: it ends when it was to end, but for a chunk (econ:TIME-3), a referendum
/// that ends before its migration or is launched beside it (econ:UPG-8), and a motion (econ:TIME-5),
/// whose ends are off by so many slots as these rules say.
pub fn what_is_in_flight_ends_as_said(t: &Transition) -> Verdict {
    let Some((switch, parent, emission)) = emitted(t) else { return Ok(()) };
    let cycle = counted(&parent, &emission).cycle;
    let new_blocks = i64::from(cycle.new_blocks);
    let (chunks_after, referenda_after) = MIGRATED_AFTER;
    for (what, early) in endings(t) {
        let due = match what {
            // It was launched in the block that migrates it, with twice the blocks already.
            InFlightKind::Referendum if cycle.began_migrating => {
                -2 * i64::from(switch.duration) - referenda_after
            }
            _ if !cycle.has_switch => 0,
            InFlightKind::Unlocking => new_blocks.min(chunks_after),
            InFlightKind::Referendum if new_blocks > referenda_after => 0,
            InFlightKind::Referendum | InFlightKind::Motion => new_blocks,
        };
        holds!(early == due, "{what} ends {early} slots of 6 s early, and by the rules {due}");
    }
    Ok(())
}

/// econ:UPG-5: how many blocks after M chunks and referenda migrate.
const MIGRATED_AFTER: (i64, i64) = (2, 3);

/// econ:UPG-5: while lazy migrations wait, users begin nothing.
pub fn migrating_blocks_carry_inherents_only(t: &Transition) -> Verdict {
    let Some((_, parent, emission)) = emitted(t) else { return Ok(()) };
    let is_first_new = parent.phase == SwitchPhase::LastOld;
    let is_migrating = is_first_new || parent.waiting > 0;
    let begins = emission.in_flight.motion > parent.in_flight.motion;
    holds!(!is_migrating || !begins, "a user begins something while lazy migrations wait");
    Ok(())
}

/// The first block under the new code is included (INV-18, INV-19).
pub fn the_switch_is_included(t: &Transition) -> bool {
    t.enacted().iter().any(|&block| {
        let parent = t.old(t.old(block).parent);
        parent.emission.phase == SwitchPhase::LastOld
    })
}

/// M, the last old block, is authored a second time, on another parent or relay parent, at another
/// place of the calendar (INV-18).
pub fn the_last_old_block_differs_by_fork(t: &Transition) -> bool {
    let Some((_, block, after)) = t.authored() else { return false };
    let new = after.block(block).emission;
    let differs = |other: BlockIndex| {
        let old = after.block(other).emission;
        old.phase == SwitchPhase::LastOld
            && !after.descends_from(block, other)
            && old.cycle != new.cycle
    };
    new.phase == SwitchPhase::LastOld && after.indices().any(differs)
}

/// The relay chain gives up a branch that had included the last old block, and goes on with one that
/// has not (INV-2, INV-18).
pub fn the_switch_is_undone(t: &Transition) -> bool {
    let (Action::Settle { branch }, Ok(_)) = (t.action, t.outcome) else { return false };
    let phase = |branch: usize| t.old(t.before.branch(branch).tip().included).emission.phase;
    let stays = usize::from(*branch);
    t.before.branches.len() > 1
        && phase(stays) == SwitchPhase::Before
        && phase(1 - stays) != SwitchPhase::Before
}

/// A cycle with the switch in it ends, one block reward of the new runtime later (INV-9, INV-14).
pub fn the_cycle_of_the_switch_ends(t: &Transition) -> bool {
    let is_longer = |ended: Ended| {
        ended.emission.cycle.has_switch && elapsed(&ended.emission) > cycle_slots(ended.switch)
    };
    ended_cycle(t).is_some_and(|(ended, _)| is_longer(ended))
}

/// A cycle of the new runtime alone ends (INV-9, INV-13, INV-14).
pub fn a_new_cycle_ends(t: &Transition) -> bool {
    ended_cycle(t).is_some_and(|(ended, _)| {
        ended.emission.cycle.old_blocks == 0 && !ended.emission.cycle.has_switch
    })
}

/// M is the last block of its cycle: it recalculates under the old code, and the next one halves
/// (INV-9, INV-14).
pub fn the_last_old_block_recalculates(t: &Transition) -> bool {
    ended_cycle(t).is_some_and(|(_, block)| block.emission.phase == SwitchPhase::LastOld)
}

/// M was told of the next era, and the block after it is told again (INV-9, econ:UPG-3).
pub fn the_next_era_is_announced_twice(t: &Transition) -> bool {
    let Some((_, parent, emission)) = emitted(t) else { return false };
    parent.phase == SwitchPhase::LastOld && parent.next_era_in == 1 && emission.next_era_in == 1
}

/// A block that recalculates is orphaned with its configuration: another of its height is included
/// (INV-2).
pub fn a_recalculation_is_orphaned(t: &Transition) -> bool {
    let Some(head) = t.included() else { return false };
    let recalculates = |block: &ParaBlock| {
        let cycle = block.emission.cycle;
        block.authored > 0 && cycle.old_blocks + cycle.new_blocks == 0
    };
    let siblings = t.before.children(t.old(head).parent);
    siblings.filter(|&other| other != head).any(|other| recalculates(t.old(other)))
}

/// A chunk unlocks early (INV-15 fails of it, econ:TIME-3).
pub fn a_chunk_unlocks_early(t: &Transition) -> bool {
    ends_early(t, InFlightKind::Unlocking)
}

/// A referendum ends before its migration, and early (INV-15 fails of it, econ:UPG-8).
pub fn a_referendum_ends_early(t: &Transition) -> bool {
    ends_early(t, InFlightKind::Referendum)
}

/// A referendum that was there at the switch ends in time.
pub fn a_referendum_ends_in_time(t: &Transition) -> bool {
    let switched = emitted(t).is_some_and(|(_, _, emission)| emission.cycle.has_switch);
    switched && endings(t).contains(&(InFlightKind::Referendum, 0))
}

/// A motion ends early (INV-15 fails of it, econ:TIME-5).
pub fn a_motion_ends_early(t: &Transition) -> bool {
    ends_early(t, InFlightKind::Motion)
}

/// A referendum launched under the new code is migrated all the same, and takes more than twice its time
/// (INV-15 fails of it, econ:UPG-8).
pub fn a_referendum_ends_late(t: &Transition) -> bool {
    endings(t).iter().any(|&(what, early)| what == InFlightKind::Referendum && early < 0)
}

/// A cycle begins in a block in which lazy migrations wait (INV-MBM-1).
pub fn a_cycle_begins_while_migrating(t: &Transition) -> bool {
    ended_cycle(t).is_some_and(|(_, block)| block.emission.cycle.began_migrating)
}

/// What can be in flight.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum InFlightKind {
    Unlocking,
    Referendum,
    Motion,
}

impl fmt::Display for InFlightKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InFlightKind::Unlocking => "a chunk",
            InFlightKind::Referendum => "a referendum",
            InFlightKind::Motion => "a motion",
        })
    }
}

fn ends_early(t: &Transition, kind: InFlightKind) -> bool {
    endings(t).iter().any(|&(what, early)| what == kind && early > 0)
}

/// What ends in the block that is authored, and how many slots of 6 s before its time.
pub(crate) fn endings(t: &Transition) -> Vec<(InFlightKind, i64)> {
    let Some((switch, parent, emission)) = emitted(t) else { return Vec::new() };
    let planned = 2 * i64::from(switch.duration);
    let early = planned - i64::from(elapsed(&counted(&parent, &emission)));
    let (old, new) = (parent.in_flight, emission.in_flight);
    let kinds = [
        (InFlightKind::Unlocking, old.unlocking, new.unlocking),
        (InFlightKind::Referendum, old.referendum, new.referendum),
        (InFlightKind::Motion, old.motion, new.motion),
    ];
    let ended = kinds.into_iter().filter(|&(_, old, new)| old == 1 && new == 0);
    ended.map(|(kind, ..)| (kind, early)).collect()
}

/// A cycle whose last block was authored.
pub(crate) struct Ended<'a> {
    switch: &'a Switch,
    /// As the last block would have left it, had the next cycle not begun.
    pub(crate) emission: Emission,
}

/// The cycle that the new block ends, and the block.
pub(crate) fn ended_cycle<'a>(t: &Transition<'a>) -> Option<(Ended<'a>, &'a ParaBlock)> {
    let (switch, parent, emission) = emitted(t)?;
    let (_, block, after) = t.authored()?;
    let has_ended = emission.cycle.old_blocks + emission.cycle.new_blocks == 0;
    if !has_ended {
        return None;
    }
    let (before, last) = (t.old(after.block(block).parent), after.block(block));
    let mut ended = counted(&parent, &emission);
    for (rate, paid) in ended.cycle.paid.iter_mut().enumerate() {
        *paid += issued_at(last, rate).saturating_sub(issued_at(before, rate));
    }
    Some((Ended { switch, emission: ended }, last))
}

/// Block rewards of a rate issued along the chain of a block since the root.
fn issued_at(block: &ParaBlock, rate: usize) -> u8 {
    rate.checked_sub(1).map_or(block.issued, |rate| block.emission.issued_halved[rate])
}

/// The switch, and the emission of the parent and of the block that was authored on it.
pub(crate) fn emitted<'a>(t: &Transition<'a>) -> Option<(&'a Switch, Emission, Emission)> {
    let (author, block, after) = t.authored()?;
    let switch = t.protocol.scenario().switch.as_ref()?;
    Some((switch, t.old(author.parent).emission, after.block(block).emission))
}

/// The parent's cycle with the new block in it.
fn counted(parent: &Emission, emission: &Emission) -> Emission {
    let mut cycle = parent.cycle;
    match emission.block_time() {
        BlockTime::TwelveSeconds => cycle.old_blocks += 1,
        BlockTime::SixSeconds => cycle.new_blocks += 1,
    }
    cycle.has_switch |= parent.phase == SwitchPhase::LastOld;
    Emission { cycle, ..*emission }
}

/// Slots of 6 s since the cycle began.
pub(crate) fn elapsed(emission: &Emission) -> u32 {
    2 * u32::from(emission.cycle.old_blocks) + u32::from(emission.cycle.new_blocks)
}

/// How long a cycle is; slots of 6 s.
fn cycle_slots(switch: &Switch) -> u32 {
    switch.calendar(BlockTime::SixSeconds).blocks_per_cycle()
}
