//! What was under way when the block time halved, and how wrong its end is on the clock.
//!
//! An end is stored as a block number. Every rule here says what becomes of that number, and the
//! [`Clock`] says what that means in seconds: the errors are computed, not written down.

use super::chain::Machine;
use super::constants::{Constant, KICK_THRESHOLD, SESSION_PERIOD, VOTE_LOCKING_PERIOD};
use super::mistake::Mistake;
use super::network::Network;
use super::{Balance, BlockTime, Perquintill};

/// When each block is made, if none is late: 12 s apart up to the last old block, then 6 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// M: the last block of the old runtime.
    pub last_old_block: u32,
}

impl Clock {
    /// The time of a block since block 0; seconds.
    pub fn seconds(self, block: u32) -> i64 {
        let (old, new) =
            (block.min(self.last_old_block), block.saturating_sub(self.last_old_block));
        i64::from(old) * seconds_per_block(BlockTime::TwelveSeconds)
            + i64::from(new) * seconds_per_block(BlockTime::SixSeconds)
    }

    /// How much later `after` is on this clock than `before` was when blocks took 12 s; seconds,
    /// negative if earlier.
    pub fn error(self, before: u32, after: u32) -> i64 {
        self.seconds(after) - i64::from(before) * seconds_per_block(BlockTime::TwelveSeconds)
    }
}

fn seconds_per_block(block_time: BlockTime) -> i64 {
    i64::from(block_time.milliseconds() / 1000)
}

/// TIME-2, TIME-3: what remains from `from` until `end` doubles; block numbers. What is past stays.
pub const fn stretched_from(from: u32, end: u32) -> u32 {
    end.saturating_add(end.saturating_sub(from))
}

/// What becomes of a stored end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Migration {
    /// TIME-2: what remains from the last old block doubles, whenever that is done.
    FromTheLastOldBlock,
    /// TIME-2, UPG-8: the same, unless it has ended before its turn comes.
    FromTheLastOldBlockIfOngoing,
    /// TIME-3: what remains from the block that does it doubles.
    FromTheRunningBlock,
    /// TIME-5: nothing is done.
    Never,
}

impl Migration {
    /// The stored end afterwards, where `running` is the block that migrates; block numbers.
    pub const fn end(self, clock: Clock, running: u32, end: u32) -> u32 {
        match self {
            Self::FromTheLastOldBlockIfOngoing if end <= running => end,
            Self::FromTheLastOldBlock | Self::FromTheLastOldBlockIfOngoing => {
                stretched_from(clock.last_old_block, end)
            }
            Self::FromTheRunningBlock => stretched_from(running, end),
            Self::Never => end,
        }
    }

    /// INV-15: how much later than promised it ends; seconds, negative if earlier.
    pub fn error(self, clock: Clock, running: u32, end: u32) -> i64 {
        clock.error(end, self.end(clock, running, end))
    }
}

/// Something with an end, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub what: &'static str,
    /// What becomes of its end.
    pub migration: Migration,
}

/// UPG-9, TIME-5: all that has an end, on that network.
pub fn items(network: &Network) -> Vec<Item> {
    let item = |what, migration| Item { what, migration };
    let mut items = vec![
        item("era or voting subperiod", Migration::FromTheLastOldBlock),
        item("unlocking chunk", Migration::FromTheRunningBlock),
        item("start of a vesting schedule", Migration::FromTheRunningBlock),
    ];
    if network.has_governance {
        let (referendum, lock) = if network.migrates_democracy() {
            (Migration::FromTheLastOldBlockIfOngoing, Migration::FromTheLastOldBlock)
        } else {
            (Migration::Never, Migration::Never)
        };
        items.push(item("referendum", referendum));
        items.push(item("lock of an earlier vote", lock));
        items.push(item("blacklisted proposal", Migration::Never));
        items.push(item("motion of a collective", Migration::Never));
        items.push(item("approved treasury spend", Migration::Never));
    }
    items.extend(
        [
            "scheduled call",
            "proxy announcement",
            "username on offer",
            "price aggregation",
            "query between chains",
        ]
        .map(|what| item(what, Migration::Never)),
    );
    items
}

impl Machine {
    /// UPG-6: an unlocking chunk, migrated in block `now`; block numbers.
    ///
    /// Source: `pallets/dapp-staking/src/migration.rs`, `LazyMigration`.
    pub fn unlocking_block(&self, unlock_block: u32, now: u32) -> u32 {
        if self.makes(Mistake::UnlockingBlockDoubled) {
            return unlock_block.saturating_mul(2);
        }
        stretched_from(now, unlock_block)
    }
}

/// UPG-7: a vesting schedule.
///
/// Source: `pallet-vesting` 39.1.0, `vesting_info.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vesting {
    /// What is locked at the start; planck.
    pub locked: Balance,
    /// What each block frees; planck. None counts as one.
    pub per_block: Balance,
    /// The block from which on it frees.
    pub start: u32,
}

impl Vesting {
    /// What block `now` still locks; planck.
    pub fn locked_at(&self, now: u32) -> Balance {
        let freed = self.rate().saturating_mul(now.saturating_sub(self.start).into());
        self.locked.saturating_sub(freed)
    }

    /// The first block that locks nothing.
    pub fn end(&self) -> u32 {
        let blocks = self.locked.div_ceil(self.rate());
        self.start.saturating_add(u32::try_from(blocks).unwrap_or(u32::MAX))
    }

    /// UPG-7, TIME-4: what is left vests at half the speed, rounded down, from block `now` on.
    ///
    /// Source: `pallets/vesting-mbm/src/lib.rs`.
    #[must_use]
    pub fn migrated(&self, now: u32) -> Self {
        let half = Perquintill::from_percent(50);
        Self {
            locked: self.locked_at(now),
            per_block: half.mul_nearest_half_down(self.per_block),
            start: stretched_from(now, now.max(self.start)),
        }
    }

    /// TIME-4: how much later than promised all is free; seconds, negative if earlier.
    pub fn error(&self, clock: Clock, running: u32) -> i64 {
        clock.error(self.end(), self.migrated(running).end())
    }

    const fn rate(&self) -> Balance {
        if self.per_block == 0 { 1 } else { self.per_block }
    }
}

/// UPG-8: an ongoing referendum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Referendum {
    /// The block in which it is decided.
    pub end: u32,
    /// How long after that it is enacted; blocks.
    pub delay: u32,
}

impl Referendum {
    /// UPG-8: stretched from the last old block, unless it was decided before its turn came.
    ///
    /// One launched by the new runtime before its turn comes is stretched as well.
    /// Source: `pallets/democracy-mbm/src/lib.rs`.
    #[must_use]
    pub const fn migrated(&self, clock: Clock, running: u32) -> Self {
        let end = Migration::FromTheLastOldBlockIfOngoing.end(clock, running, self.end);
        let delay = if self.end <= running { self.delay } else { self.delay.saturating_mul(2) };
        Self { end, delay }
    }
}

/// TIME-6: how late a vote unlocks if its referendum ended at `end`, before the switch; seconds.
///
/// The lock is computed when it is asked for: `conviction` times a period that has twice the
/// blocks now. Nothing to correct was stored. Source: `pallet-democracy` 39.0.0, `try_remove_vote`.
pub fn error_of_a_finished_vote(clock: Clock, end: u32, conviction: u32) -> i64 {
    let until = |block_time| {
        end.saturating_add(VOTE_LOCKING_PERIOD.blocks(block_time).saturating_mul(conviction))
    };
    clock.error(until(BlockTime::TwelveSeconds), until(BlockTime::SixSeconds))
}

/// TIME-7: how long the session lasts that the switch is in; seconds.
///
/// Sessions end at multiples of a number that has doubled.
pub fn seconds_of_the_running_session(clock: Clock) -> i64 {
    let (before, after) = grids(&SESSION_PERIOD);
    let start = clock.last_old_block - clock.last_old_block % before;
    let end = (clock.last_old_block / after + 1).saturating_mul(after);
    clock.seconds(end) - clock.seconds(start)
}

/// TIME-8: how late a collator counts as absent that was last seen in that old block; seconds.
pub fn error_of_a_kick(clock: Clock, last_authored: u32) -> i64 {
    let (before, after) = grids(&KICK_THRESHOLD);
    clock.error(last_authored.saturating_add(before), last_authored.saturating_add(after))
}

fn grids(constant: &Constant) -> (u32, u32) {
    (constant.blocks(BlockTime::TwelveSeconds), constant.blocks(BlockTime::SixSeconds))
}
