//! What runs in production: the calendars, parameters and issuances of Astar, Shiden and Shibuya.

use super::{Balance, BlockTime, Calendar, InflationParameters, Perquintill, TOKEN};

/// Astar before the switch.
pub const ASTAR_12S: Calendar = astar(BlockTime::TwelveSeconds);
/// Astar since the switch (runtime 1600).
pub const ASTAR_6S: Calendar = astar(BlockTime::SixSeconds);
/// Shiden before the switch.
pub const SHIDEN_12S: Calendar = shiden(BlockTime::TwelveSeconds);
/// Shiden since the switch (runtime 1000).
pub const SHIDEN_6S: Calendar = shiden(BlockTime::SixSeconds);
/// Shibuya before the switch.
pub const SHIBUYA_12S: Calendar = shibuya(BlockTime::TwelveSeconds);
/// Shibuya since the switch (runtime 137).
pub const SHIBUYA_6S: Calendar = shibuya(BlockTime::SixSeconds);

/// CYC-6: Astar's calendar, with eras of a day.
///
/// Source: `runtime/astar/src/lib.rs`, `InflationCycleConfig`.
const fn astar(block_time: BlockTime) -> Calendar {
    Calendar {
        periods_per_cycle: 3,
        eras_per_voting_subperiod: 11,
        eras_per_build_and_earn_subperiod: 111,
        blocks_per_era: block_time.blocks_per_hours(24),
    }
}

/// CYC-6: Shiden's calendar, with eras of a day.
///
/// Source: `runtime/shiden/src/lib.rs`, `InflationCycleConfig`.
const fn shiden(block_time: BlockTime) -> Calendar {
    Calendar {
        periods_per_cycle: 6,
        eras_per_voting_subperiod: 6,
        eras_per_build_and_earn_subperiod: 55,
        blocks_per_era: block_time.blocks_per_hours(24),
    }
}

/// CYC-6: Shibuya's calendar, a test net's: eras of six hours, a "year" of two weeks.
///
/// Source: `runtime/shibuya/src/lib.rs`, `InflationCycleConfig`.
const fn shibuya(block_time: BlockTime) -> Calendar {
    Calendar {
        periods_per_cycle: 2,
        eras_per_voting_subperiod: 8,
        eras_per_build_and_earn_subperiod: 20,
        blocks_per_era: block_time.blocks_per_hours(6),
    }
}

/// Astar since 2026 (runtime 2100): one period, whose voting subperiod is as long as an era.
///
/// Source: `runtime/astar/src/lib.rs` at commit `b664ce856`, `InflationCycleConfig`; the other two alike.
pub const ASTAR_2026: Calendar = calendar_of_2026(1, 364, ASTAR_6S);
/// Shiden since 2026.
pub const SHIDEN_2026: Calendar = calendar_of_2026(2, 182, SHIDEN_6S);
/// Shibuya since 2026.
pub const SHIBUYA_2026: Calendar = calendar_of_2026(1, 27, SHIBUYA_6S);

/// CYC-6: eras are as long as they were.
const fn calendar_of_2026(
    periods_per_cycle: u32,
    eras_per_build_and_earn_subperiod: u32,
    before: Calendar,
) -> Calendar {
    Calendar {
        periods_per_cycle,
        eras_per_voting_subperiod: 1,
        eras_per_build_and_earn_subperiod,
        ..before
    }
}

/// INFL-1: what a chain starts from unless it brings its own.
///
/// Source: `pallets/inflation/src/lib.rs`, `impl Default for InflationParameters`.
pub const DEFAULT_PARAMETERS: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::from_percent(7),
    treasury_part: Perquintill::from_percent(5),
    collators_part: Perquintill::from_percent(3),
    dapps_part: Perquintill::from_percent(20),
    base_stakers_part: Perquintill::from_percent(25),
    adjustable_stakers_part: Perquintill::from_percent(35),
    bonus_part: Perquintill::from_percent(12),
    ideal_staking_rate: Perquintill::from_percent(50),
};

/// INFL-1: Astar from February 2024 (pull request 1165).
pub const ASTAR_AT_LAUNCH: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::from_percent(7),
    treasury_part: Perquintill::from_percent(5),
    collators_part: Perquintill::from_rational(32, 1000),
    dapps_part: Perquintill::from_percent(13),
    base_stakers_part: Perquintill::from_percent(25),
    adjustable_stakers_part: Perquintill::from_percent(40),
    bonus_part: Perquintill::from_rational(138, 1000),
    ideal_staking_rate: Perquintill::from_percent(50),
};

/// INFL-1: Astar from the referendum of April 2025 (`astar-docs`, pull request 740).
pub const ASTAR_AT_THE_SWITCH: InflationParameters = InflationParameters {
    base_stakers_part: Perquintill::from_percent(10),
    adjustable_stakers_part: Perquintill::from_percent(55),
    ..ASTAR_AT_LAUNCH
};

/// INFL-1: Shiden from February 2024 (pull request 1161).
pub const SHIDEN_PARAMETERS: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::from_percent(7),
    treasury_part: Perquintill::from_percent(5),
    collators_part: Perquintill::from_rational(32, 1000),
    dapps_part: Perquintill::from_percent(13),
    base_stakers_part: Perquintill::from_percent(10),
    adjustable_stakers_part: Perquintill::from_rational(588, 1000),
    bonus_part: Perquintill::from_percent(10),
    ideal_staking_rate: Perquintill::from_percent(50),
};

/// INFL-1: Shibuya from December 2023, per cycle of two weeks (pull request 1109).
pub const SHIBUYA_PARAMETERS: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::from_percent(1),
    ideal_staking_rate: Perquintill::from_percent(20),
    ..DEFAULT_PARAMETERS
};

/// INFL-1: Astar under "Tokenomics 3.0" (2026), whose ideal staking rate is taken to be the old one.
pub const ASTAR_PARAMETERS_2026: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::from_rational(55, 1000),
    base_stakers_part: Perquintill::from_rational(158, 1000),
    adjustable_stakers_part: Perquintill::from_percent(63),
    bonus_part: Perquintill::ZERO,
    ..ASTAR_AT_THE_SWITCH
};

/// INFL-1: Shiden in 2026.
pub const SHIDEN_PARAMETERS_2026: InflationParameters = InflationParameters {
    base_stakers_part: Perquintill::from_percent(15),
    adjustable_stakers_part: Perquintill::from_rational(638, 1000),
    bonus_part: Perquintill::ZERO,
    ..SHIDEN_PARAMETERS
};

/// INFL-1: Shibuya in 2026.
pub const SHIBUYA_PARAMETERS_2026: InflationParameters = InflationParameters {
    base_stakers_part: Perquintill::from_percent(30),
    adjustable_stakers_part: Perquintill::from_percent(42),
    bonus_part: Perquintill::ZERO,
    ..SHIBUYA_PARAMETERS
};

/// INFL-17: what a block leaves of Astar's decay factor since 2026; fraction.
pub const ASTAR_DECAY_RATE_2026: Perquintill = Perquintill::from_parts(999_999_960_000_000_000);

/// Astar's total issuance as pull request 1103 quotes it (December 2023); planck.
pub const ASTAR_ISSUANCE_DECEMBER_2023: Balance = 8_304_517_045_391_557_672_991_818_108;

/// Astar's total issuance behind the yearly emission that its documentation prints for 7 %; planck.
///
/// 603,564,336 ASTR divided by 7 % and rounded to a token.
pub const ASTAR_ISSUANCE_OF_THE_DOCUMENTATION: Balance = 8_622_347_657 * TOKEN;

/// What dApp staking counts in eras and periods.
///
/// Source: `pallet_dapp_staking::Config` in `runtime/astar/src/lib.rs`; the other runtimes alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StakingTerms {
    /// How long a reward can be claimed after its period; periods.
    pub reward_retention_in_periods: u32,
    /// How long unlocking takes; era lengths.
    pub unlocking_period: u32,
    /// The least that can be staked; planck.
    pub minimum_stake: Balance,
    /// DAPP-7: a claim takes eras of one span; eras.
    pub era_reward_span_length: u32,
}

impl StakingTerms {
    /// CYC-6: how long unlocking takes; blocks, so they doubled at the switch.
    ///
    /// Source: `pallets/dapp-staking/src/lib.rs`, `unlocking_period`.
    pub const fn unlocking_blocks(&self, calendar: &Calendar) -> u32 {
        self.unlocking_period.saturating_mul(calendar.blocks_per_era)
    }
}

/// Astar's, before and after the switch.
pub const ASTAR_STAKING: StakingTerms = StakingTerms {
    reward_retention_in_periods: 4,
    unlocking_period: 9,
    minimum_stake: 500 * TOKEN,
    era_reward_span_length: 16,
};

/// Shiden's, before and after the switch.
pub const SHIDEN_STAKING: StakingTerms = StakingTerms {
    reward_retention_in_periods: 3,
    unlocking_period: 4,
    minimum_stake: 50 * TOKEN,
    ..ASTAR_STAKING
};

/// Shibuya's, before and after the switch.
pub const SHIBUYA_STAKING: StakingTerms = StakingTerms {
    reward_retention_in_periods: 2,
    unlocking_period: 4,
    minimum_stake: 5 * TOKEN,
    ..ASTAR_STAKING
};
