//! How much is issued: from the total issuance to the amount per block, era and period.

use serde::{Deserialize, Serialize};

use super::rounding::per_unit;
use super::{Balance, Calendar, Perquintill};

/// INFL-6: the amounts of the cycle that starts with era `next_era`.
///
/// `total_issuance` is that of this moment; planck, any value.
/// Source: `pallets/inflation/src/lib.rs`, `recalculate_inflation`.
pub fn recalculate(
    total_issuance: Balance,
    parameters: &InflationParameters,
    calendar: &Calendar,
    next_era: u32,
) -> InflationConfiguration {
    let max_emission = parameters.max_emission(total_issuance);
    let recalculation_era = next_era.saturating_add(calendar.eras_per_cycle());
    InflationConfiguration::new(recalculation_era, max_emission, parameters, calendar)
}

/// INFL-1: what governance decides: the rate of inflation and who gets which part of it.
///
/// Source: `pallets/inflation/src/lib.rs`, `InflationParameters`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InflationParameters {
    /// How much a cycle may emit; fraction of the total issuance.
    pub max_inflation_rate: Perquintill,
    /// The treasury's part, paid per block; fraction of the emission.
    pub treasury_part: Perquintill,
    /// The collators' part, paid per block; fraction of the emission.
    pub collators_part: Perquintill,
    /// The dApps' part, set aside per build&earn era; fraction of the emission.
    pub dapps_part: Perquintill,
    /// The stakers' part that is independent of how much is staked, per build&earn era; fraction of
    /// the emission.
    pub base_stakers_part: Perquintill,
    /// The stakers' part that is paid in full from the ideal staking rate on, per build&earn era;
    /// fraction of the emission.
    pub adjustable_stakers_part: Perquintill,
    /// The loyal stakers' part, set aside per period; fraction of the emission.
    pub bonus_part: Perquintill,
    /// The staked share at which stakers get all of the adjustable part; fraction of the total
    /// issuance.
    pub ideal_staking_rate: Perquintill,
}

impl InflationParameters {
    /// INFL-2: the six parts are exactly one whole. The two rates may be anything.
    ///
    /// The pallet checks every addition, which comes to the same: parts are never negative.
    /// Source: `InflationParameters::is_valid`.
    pub fn is_valid(&self) -> bool {
        let parts = [
            self.treasury_part,
            self.collators_part,
            self.dapps_part,
            self.base_stakers_part,
            self.adjustable_stakers_part,
            self.bonus_part,
        ];
        parts.into_iter().map(Perquintill::parts).sum::<u64>() == Perquintill::ONE.parts()
    }

    /// INFL-6, ROUND-1: what a cycle may emit at most; planck, 0 to `total_issuance`.
    ///
    /// Source: `recalculate_inflation`.
    pub const fn max_emission(&self, total_issuance: Balance) -> Balance {
        self.max_inflation_rate.mul_nearest_half_down(total_issuance)
    }
}

impl Default for InflationParameters {
    /// INFL-1: the values a chain starts from unless it brings its own.
    ///
    /// Source: `impl Default for InflationParameters`.
    fn default() -> Self {
        super::networks::DEFAULT_PARAMETERS
    }
}

/// INFL-7: one cycle's emission, split by who gets it; planck.
///
/// The six are rounded one by one, each by at most half a planck and an exact half down. So with
/// valid parameters their sum is not the maximum emission but lies between 3 below it and 2 above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Emissions {
    /// For the treasury, over all blocks.
    pub treasury: Balance,
    /// For collators, over all blocks.
    pub collators: Balance,
    /// For dApps, over all build&earn eras.
    pub dapps: Balance,
    /// For stakers whatever is staked, over all build&earn eras.
    pub base_stakers: Balance,
    /// For stakers by how much is staked, over all build&earn eras.
    pub adjustable_stakers: Balance,
    /// For loyal stakers, over all periods.
    pub bonus: Balance,
}

impl Emissions {
    /// INFL-7, ROUND-1: split `max_emission` (planck, any value).
    ///
    /// Source: `pallets/inflation/src/lib.rs`, `new_config`, step 1.
    pub fn of(max_emission: Balance, parameters: &InflationParameters) -> Self {
        let share = |part: Perquintill| part.mul_nearest_half_down(max_emission);
        Self {
            treasury: share(parameters.treasury_part),
            collators: share(parameters.collators_part),
            dapps: share(parameters.dapps_part),
            base_stakers: share(parameters.base_stakers_part),
            adjustable_stakers: share(parameters.adjustable_stakers_part),
            bonus: share(parameters.bonus_part),
        }
    }
}

/// INFL-3: the amounts in force, as every block, era and period reads them; planck but for the era.
///
/// The pallet also stores a safety cap, which nobody reads (INFL-5), and a copy of the ideal
/// staking rate.
/// Source: `pallets/inflation/src/lib.rs`, `InflationConfiguration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InflationConfiguration {
    /// The era from which on a recalculation is due; era number.
    pub recalculation_era: u32,
    /// Issued to the collators' pot in every block.
    pub collator_reward_per_block: Balance,
    /// Issued to the treasury in every block.
    pub treasury_reward_per_block: Balance,
    /// Set aside for dApps in every build&earn era.
    pub dapp_reward_pool_per_era: Balance,
    /// Set aside for stakers in every build&earn era, whatever is staked.
    pub base_staker_reward_pool_per_era: Balance,
    /// Set aside for stakers in every build&earn era, at most, by how much is staked.
    pub adjustable_staker_reward_pool_per_era: Balance,
    /// Set aside for loyal stakers in every period.
    pub bonus_reward_pool_per_period: Balance,
}

impl InflationConfiguration {
    /// INFL-7, ROUND-5: divide the six emissions by what the cycle has of blocks, eras and periods.
    ///
    /// Remainders are dropped, never carried. Only the collator and treasury amounts depend on the
    /// number of blocks. Source: `pallets/inflation/src/lib.rs`, `new_config`.
    pub fn new(
        recalculation_era: u32,
        max_emission: Balance,
        parameters: &InflationParameters,
        calendar: &Calendar,
    ) -> Self {
        let emissions = Emissions::of(max_emission, parameters);
        let blocks = calendar.blocks_per_cycle();
        let eras = calendar.build_and_earn_eras_per_cycle();
        let periods = calendar.periods_per_cycle;
        Self {
            recalculation_era,
            collator_reward_per_block: per_unit(emissions.collators, blocks),
            treasury_reward_per_block: per_unit(emissions.treasury, blocks),
            dapp_reward_pool_per_era: per_unit(emissions.dapps, eras),
            base_staker_reward_pool_per_era: per_unit(emissions.base_stakers, eras),
            adjustable_staker_reward_pool_per_era: per_unit(emissions.adjustable_stakers, eras),
            bonus_reward_pool_per_period: per_unit(emissions.bonus, periods),
        }
    }

    /// EMIT-1, EMIT-2: what one block issues; planck. It depends on nothing but this configuration.
    ///
    /// The pallet adds without a check. The amounts of a recalculation cannot reach the limit: a
    /// legal cycle has two blocks or more, so each of the two is at most half of it.
    /// Source: `pallets/inflation/src/lib.rs`, `payout_block_rewards`.
    pub const fn block_reward(&self) -> Balance {
        self.collator_reward_per_block.saturating_add(self.treasury_reward_per_block)
    }

    /// INFL-11: what a whole cycle emits if all of it is claimed; planck, saturating.
    ///
    /// The pallet reads it backwards, as the maximum emission that the configuration came from.
    /// Source: `pallets/inflation/src/lib.rs`, `readjusted_config`, steps 2 and 3.
    pub fn cycle_total(&self, calendar: &Calendar) -> Balance {
        let blocks = calendar.blocks_per_cycle();
        let eras = calendar.build_and_earn_eras_per_cycle();
        let periods = calendar.periods_per_cycle;
        [
            (self.collator_reward_per_block, blocks),
            (self.treasury_reward_per_block, blocks),
            (self.dapp_reward_pool_per_era, eras),
            (self.base_staker_reward_pool_per_era, eras),
            (self.adjustable_staker_reward_pool_per_era, eras),
            (self.bonus_reward_pool_per_period, periods),
        ]
        .into_iter()
        .map(|(amount, times)| amount.saturating_mul(times.into()))
        .fold(0, Balance::saturating_add)
    }

    /// UPG-2: the switch to blocks of half the time: the two amounts per block halve, rounded down.
    ///
    /// All else stays as it is. Not idempotent: a second run halves again.
    /// Source: `pallets/inflation/src/migration.rs`, `AdjustBlockRewardMigration`.
    #[must_use]
    pub const fn halved(self) -> Self {
        Self {
            collator_reward_per_block: self.collator_reward_per_block / 2,
            treasury_reward_per_block: self.treasury_reward_per_block / 2,
            ..self
        }
    }
}
