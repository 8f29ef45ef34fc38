//! The switch to 6 s blocks: what the first block of the new runtime does to the old state.

use super::InflationConfiguration;
use super::chain::{Chain, Machine};
use super::elsewhere::Elsewhere;
use super::eras::Staking;
use super::mistake::Mistake;
use super::network::Network;
use super::{BlockTime, in_flight::stretched_from};

/// UPG-5: what is migrated over several blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LazyMigration {
    /// UPG-6: unlocking chunks.
    Unlocking,
    /// UPG-7: vesting schedules.
    Vesting,
    /// UPG-8: referenda and locks.
    Democracy,
}

/// UPG-5: how far the lazy migrations are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Migrations {
    /// UPG-8: the last block of the old runtime.
    pub last_old_block: Option<u32>,
    /// Still to do, in this order.
    pub waiting: Vec<LazyMigration>,
    /// Done, and in which block: none is done twice.
    pub done: Vec<(LazyMigration, u32)>,
}

/// UPG-5: how much of the lazy migrations fits into a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Progress {
    /// So many migrations come to an end; 0 to 8.
    Completes(usize),
    /// All that wait come to an end, if they are 8 or less.
    #[default]
    CompletesAll,
    /// A step fails: the chain reopens, and what waits is never done.
    Fails,
}

/// UPG-5: migrations that end in one block, at most.
const MOST_IN_A_BLOCK: usize = 8;

impl Migrations {
    /// Whether users have to wait: blocks carry nothing that is not inherent.
    pub const fn is_ongoing(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// UPG-5: onboard what was never done; an upgrade that comes too early ends the one before.
    fn onboard(&mut self, last_old_block: u32, network: &Network) {
        if self.is_ongoing() {
            self.waiting.clear();
            return;
        }
        self.last_old_block.get_or_insert(last_old_block);
        let never_done = |lazy: &&LazyMigration| self.done.iter().all(|(done, _)| done != *lazy);
        self.waiting = network.lazy_migrations.iter().filter(never_done).copied().collect();
    }

    /// UPG-5: one step, after what is inherent to block `now`; what came to an end.
    fn step(&mut self, now: u32, progress: Progress) -> Vec<LazyMigration> {
        let ended = match progress {
            Progress::Completes(ended) => ended,
            Progress::CompletesAll => MOST_IN_A_BLOCK,
            Progress::Fails => {
                self.waiting.clear();
                0
            }
        };
        let ended = ended.min(MOST_IN_A_BLOCK).min(self.waiting.len());
        let ended: Vec<LazyMigration> = self.waiting.drain(..ended).collect();
        self.done.extend(ended.iter().map(|&lazy| (lazy, now)));
        ended
    }

    /// INV-20: the version that the democracy pallet's storage says it has.
    ///
    /// The migration of the switch calls itself one from version 1 to 2 and writes the 2, though the pallet
    /// is at 1 (BUG-8). Source: `pallets/democracy-mbm/src/lib.rs`, `step`.
    pub fn democracy_version(&self) -> u16 {
        let is_done = self.done.iter().any(|(lazy, _)| *lazy == LazyMigration::Democracy);
        if is_done { 2 } else { DEMOCRACY_VERSION }
    }
}

/// INV-20: the version of the democracy pallet's code.
///
/// Source: `pallet-democracy` 39.0.0, `STORAGE_VERSION`.
pub const DEMOCRACY_VERSION: u16 = 1;

impl Machine {
    /// UPG-4, UPG-9: the upgrade hook of block `M + 1`, which runs before the block has its number.
    ///
    /// So the new runtime pays half from its first block on. No recalculation happens here.
    /// Neither migration has a version: another upgrade that brought them would run them again
    /// (BUG-17).
    pub(super) fn on_runtime_upgrade(&self, chain: &mut Chain) {
        chain.block_time = BlockTime::SixSeconds;
        if self.runs_immediate_migrations(chain) {
            let configuration = &mut chain.inflation.configuration;
            *configuration = self.adjust_block_reward(*configuration);
            self.adjust_era(&mut chain.staking, chain.number);
        }
        chain.migrations.onboard(chain.number, self.network());
    }

    /// UPG-5, UPG-6: one step of what waits, after what is inherent to the block.
    ///
    /// An account's chunk is stretched in the block in which the migration of all of them ends. On chain some
    /// have their turn a block earlier.
    pub(super) fn migrate_lazily(&self, chain: &mut Chain, progress: Progress) {
        let now = chain.number;
        if !chain.migrations.step(now, progress).contains(&LazyMigration::Unlocking) {
            return;
        }
        for account in &mut chain.staking.accounts {
            account.unlock_block = account.unlock_block.map(|end| self.unlocking_block(end, now));
        }
    }

    /// UPG-2. Source: `pallets/inflation/src/migration.rs`, `AdjustBlockRewardMigration`.
    fn adjust_block_reward(&self, configuration: InflationConfiguration) -> InflationConfiguration {
        if self.elsewhere == Some(Elsewhere::ByElapsedTime) {
            return configuration;
        }
        match self.mistake() {
            Some(Mistake::RewardsNotHalved) => configuration,
            Some(Mistake::RewardsHalvedTwice) => configuration.halved().halved(),
            _ => configuration.halved(),
        }
    }

    /// UPG-3: what is left of the running era (or voting subperiod) doubles.
    ///
    /// Source: `pallets/dapp-staking/src/migration.rs`, `AdjustEraMigration`.
    fn adjust_era(&self, staking: &mut Staking, last_old_block: u32) {
        let from = match self.mistake() {
            Some(Mistake::EraNotStretched) => return,
            Some(Mistake::EraStretchedFromTheNewBlock) => last_old_block.saturating_add(1),
            _ => last_old_block,
        };
        staking.next_era_start = stretched_from(from, staking.next_era_start);
    }
}
