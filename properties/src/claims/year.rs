//! A cycle of emission, block by block, with nobody at stake; and the era that the switch falls into.

use unincluded_model::economics::in_flight::Clock;
use unincluded_model::economics::{Balance, Block, BlockTime, Machine};

/// What came of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Year {
    /// Blocks from one recalculation to the next.
    pub(super) blocks: u32,
    /// What was recorded, with what stakers would have earned; planck.
    pub(super) emitted: Balance,
}

/// Runs blocks from one recalculation to the next; with a switch after so many of them.
pub(super) fn run(machine: &Machine, block_time: BlockTime, switch_after: Option<u32>) -> Year {
    let mut chain = machine.steady(block_time, machine.network().issuance);
    let mut year = Year { blocks: 0, emitted: 0 };
    loop {
        let configuration = chain.inflation.configuration;
        let upgrade = switch_after == Some(chain.number);
        let receipt = machine.execute(&mut chain, &Block { upgrade, ..Block::default() });
        year.blocks += 1;
        year.emitted += receipt.collators + receipt.treasury;
        if let Some(ended) = &receipt.era_ended {
            // Nobody stakes, so the adjustable part is missing from the pool; here it counts.
            let full = configuration.base_staker_reward_pool_per_era
                + configuration.adjustable_staker_reward_pool_per_era;
            year.emitted += ended.dapp_pool + full;
        }
        if let Some(ended) = &receipt.period_ended {
            year.emitted += ended.bonus_pool;
        }
        if receipt.recalculated || year.blocks == u32::MAX {
            return year;
        }
    }
}

/// The build&earn era into whose middle the switch falls: its blocks, and the seconds from its first block
/// to that of the next.
pub(super) fn era_of_the_switch(machine: &Machine) -> (u32, i64) {
    let before = &machine.network().before;
    let last_old_block = before.blocks_per_voting_subperiod() + before.blocks_per_era * 3 / 2;
    let mut chain = machine.steady(BlockTime::TwelveSeconds, machine.network().issuance);
    let mut began = 0;
    loop {
        let era = chain.staking.era;
        let upgrade = chain.number == last_old_block;
        machine.execute(&mut chain, &Block { upgrade, ..Block::default() });
        if chain.staking.era == era {
            continue;
        }
        if chain.number > last_old_block {
            let clock = Clock { last_old_block };
            let time = clock.seconds(chain.number) - clock.seconds(began);
            return (chain.number - began, time);
        }
        began = chain.number;
    }
}
