//! A cycle of emission, block by block: what is recorded for whom, with nobody at stake.

use unincluded_model::economics::eras::Subperiod;
use unincluded_model::economics::{Balance, Block, BlockTime, Machine};

/// What came of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Year {
    /// Blocks from one recalculation to the next.
    pub(super) blocks: u32,
    /// What was recorded, with what stakers would have earned; planck.
    pub(super) emitted: Balance,
    /// Blocks of the shortest and the longest build&earn era that begins and ends in it.
    pub(super) era: (u32, u32),
}

/// Runs blocks from one recalculation to the next; with a switch after so many of them.
pub(super) fn run(machine: &Machine, block_time: BlockTime, switch_after: Option<u32>) -> Year {
    let mut chain = machine.steady(block_time, machine.network().issuance);
    let mut year = Year { blocks: 0, emitted: 0, era: (u32::MAX, 0) };
    let mut began: Option<u32> = None;
    loop {
        let configuration = chain.inflation.configuration;
        let (era, subperiod) = (chain.staking.era, chain.staking.subperiod);
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
        if chain.staking.era != era {
            if let Some(began) = began.filter(|_| subperiod == Subperiod::BuildAndEarn) {
                let blocks = chain.number - began;
                year.era = (year.era.0.min(blocks), year.era.1.max(blocks));
            }
            began = Some(chain.number);
        }
        if receipt.recalculated || year.blocks == u32::MAX {
            return year;
        }
    }
}
