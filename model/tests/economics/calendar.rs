//! CYC-1 to CYC-6: the production calendars line by line, and where the counts end.

use unincluded_model::economics::networks::{
    ASTAR_6S, ASTAR_12S, ASTAR_2026, ASTAR_STAKING, SHIBUYA_6S, SHIBUYA_12S, SHIBUYA_2026,
    SHIBUYA_STAKING, SHIDEN_6S, SHIDEN_12S, SHIDEN_2026, SHIDEN_STAKING, StakingTerms,
};
use unincluded_model::economics::{BlockTime, Calendar, TOKEN};

use super::{TINY_6S, TINY_12S, doubled};

/// One column of the table: the rows in words, the values as the chain has them.
struct Column {
    calendar: Calendar,
    block_time: BlockTime,
    staking: StakingTerms,
    given: [u32; 4],
    blocks_per_voting_subperiod: u32,
    blocks_per_period: u32,
    blocks_per_cycle: u32,
    build_and_earn_eras_per_cycle: u32,
    eras_per_cycle: u32,
    nominal_days: u64,
    reward_retention_in_periods: u32,
    unlocking_blocks: u32,
    minimum_stake_in_tokens: u128,
}

fn check(column: &Column) {
    let calendar = &column.calendar;
    assert_eq!(calendar.check(), Ok(()));
    assert_eq!(
        [
            calendar.periods_per_cycle,
            calendar.eras_per_voting_subperiod,
            calendar.eras_per_build_and_earn_subperiod,
            calendar.blocks_per_era,
        ],
        column.given,
    );
    assert_eq!(calendar.blocks_per_voting_subperiod(), column.blocks_per_voting_subperiod,);
    assert_eq!(calendar.blocks_per_period(), column.blocks_per_period);
    assert_eq!(calendar.blocks_per_cycle(), column.blocks_per_cycle);
    assert_eq!(calendar.build_and_earn_eras_per_cycle(), column.build_and_earn_eras_per_cycle,);
    assert_eq!(calendar.eras_per_cycle(), column.eras_per_cycle);

    let cycle = u64::from(calendar.blocks_per_cycle());
    let milliseconds = cycle * u64::from(column.block_time.milliseconds());
    assert_eq!(milliseconds, column.nominal_days * 24 * 60 * 60 * 1000);

    let staking = &column.staking;
    assert_eq!(staking.reward_retention_in_periods, column.reward_retention_in_periods,);
    assert_eq!(staking.unlocking_blocks(calendar), column.unlocking_blocks);
    assert_eq!(staking.minimum_stake, column.minimum_stake_in_tokens * TOKEN,);
}

#[test]
fn astar_at_12_s_has_2_635_200_blocks_a_cycle() {
    check(&ASTAR_AT_12S);
}

#[test]
fn astar_at_6_s_has_5_270_400_blocks_a_cycle() {
    check(&Column {
        calendar: ASTAR_6S,
        block_time: BlockTime::SixSeconds,
        given: [3, 11, 111, 14_400],
        blocks_per_voting_subperiod: 158_400,
        blocks_per_period: 1_756_800,
        blocks_per_cycle: 5_270_400,
        unlocking_blocks: 129_600,
        ..ASTAR_AT_12S
    });
}

#[test]
fn shiden_at_12_s_has_2_635_200_blocks_a_cycle() {
    check(&SHIDEN_AT_12S);
}

#[test]
fn shiden_at_6_s_has_5_270_400_blocks_a_cycle() {
    check(&Column {
        calendar: SHIDEN_6S,
        block_time: BlockTime::SixSeconds,
        given: [6, 6, 55, 14_400],
        blocks_per_voting_subperiod: 86_400,
        blocks_per_period: 878_400,
        blocks_per_cycle: 5_270_400,
        unlocking_blocks: 57_600,
        ..SHIDEN_AT_12S
    });
}

#[test]
fn shibuya_at_12_s_has_100_800_blocks_a_cycle() {
    check(&SHIBUYA_AT_12S);
}

#[test]
fn shibuya_at_6_s_has_201_600_blocks_a_cycle() {
    check(&Column {
        calendar: SHIBUYA_6S,
        block_time: BlockTime::SixSeconds,
        given: [2, 8, 20, 3_600],
        blocks_per_voting_subperiod: 28_800,
        blocks_per_period: 100_800,
        blocks_per_cycle: 201_600,
        unlocking_blocks: 14_400,
        ..SHIBUYA_AT_12S
    });
}

/// What the 6 s column leaves out is the same there.
const ASTAR_AT_12S: Column = Column {
    calendar: ASTAR_12S,
    block_time: BlockTime::TwelveSeconds,
    staking: ASTAR_STAKING,
    given: [3, 11, 111, 7_200],
    blocks_per_voting_subperiod: 79_200,
    blocks_per_period: 878_400,
    blocks_per_cycle: 2_635_200,
    build_and_earn_eras_per_cycle: 333,
    eras_per_cycle: 336,
    nominal_days: 366,
    reward_retention_in_periods: 4,
    unlocking_blocks: 64_800,
    minimum_stake_in_tokens: 500,
};

const SHIDEN_AT_12S: Column = Column {
    calendar: SHIDEN_12S,
    block_time: BlockTime::TwelveSeconds,
    staking: SHIDEN_STAKING,
    given: [6, 6, 55, 7_200],
    blocks_per_voting_subperiod: 43_200,
    blocks_per_period: 439_200,
    blocks_per_cycle: 2_635_200,
    build_and_earn_eras_per_cycle: 330,
    eras_per_cycle: 336,
    nominal_days: 366,
    reward_retention_in_periods: 3,
    unlocking_blocks: 28_800,
    minimum_stake_in_tokens: 50,
};

const SHIBUYA_AT_12S: Column = Column {
    calendar: SHIBUYA_12S,
    block_time: BlockTime::TwelveSeconds,
    staking: SHIBUYA_STAKING,
    given: [2, 8, 20, 1_800],
    blocks_per_voting_subperiod: 14_400,
    blocks_per_period: 50_400,
    blocks_per_cycle: 100_800,
    build_and_earn_eras_per_cycle: 40,
    eras_per_cycle: 42,
    nominal_days: 14,
    reward_retention_in_periods: 2,
    unlocking_blocks: 7_200,
    minimum_stake_in_tokens: 5,
};

#[test]
fn the_switch_doubles_the_blocks_of_an_era_and_nothing_else() {
    assert_eq!(ASTAR_6S, doubled(ASTAR_12S));
    assert_eq!(SHIDEN_6S, doubled(SHIDEN_12S));
    assert_eq!(SHIBUYA_6S, doubled(SHIBUYA_12S));
}

#[test]
fn the_calendars_of_2026_need_no_other_rule() {
    let counts = |it: Calendar| (it.blocks_per_cycle(), it.eras_per_cycle());
    assert_eq!(counts(ASTAR_2026), (5_256_000, 365));
    assert_eq!(counts(SHIDEN_2026), (5_270_400, 366));
    assert_eq!(counts(SHIBUYA_2026), (100_800, 28));
}

#[test]
fn a_tiny_cycle_counts_forty_blocks_six_earning_eras_and_eight_era_numbers() {
    assert_eq!(TINY_12S.blocks_per_cycle(), 40);
    assert_eq!(TINY_6S.blocks_per_cycle(), 80);
    assert_eq!(TINY_12S.build_and_earn_eras_per_cycle(), 6);
    assert_eq!(TINY_12S.eras_per_cycle(), 8);
}

#[test]
fn a_calendar_of_ones_is_legal_and_no_value_may_be_zero() {
    let ones = Calendar {
        periods_per_cycle: 1,
        eras_per_voting_subperiod: 1,
        eras_per_build_and_earn_subperiod: 1,
        blocks_per_era: 1,
    };
    assert_eq!(ones.check(), Ok(()));
    let refused = |calendar: Calendar| calendar.check().unwrap_err().field;
    assert_eq!(refused(Calendar { periods_per_cycle: 0, ..ones }), "periods_per_cycle",);
    assert_eq!(
        refused(Calendar { eras_per_voting_subperiod: 0, ..ones }),
        "eras_per_voting_subperiod",
    );
    assert_eq!(
        refused(Calendar { eras_per_build_and_earn_subperiod: 0, ..ones }),
        "eras_per_build_and_earn_subperiod",
    );
    let no_blocks = Calendar { blocks_per_era: 0, ..ones };
    assert_eq!(
        no_blocks.check().unwrap_err().to_string(),
        "blocks_per_era is 0, legal range is 1 to 4294967295",
    );
}

#[test]
fn every_count_saturates_instead_of_wrapping() {
    let endless = Calendar {
        periods_per_cycle: u32::MAX,
        eras_per_voting_subperiod: u32::MAX,
        eras_per_build_and_earn_subperiod: u32::MAX,
        blocks_per_era: u32::MAX,
    };
    assert_eq!(endless.check(), Ok(()));
    let counts = [
        endless.period_in_era_lengths(),
        endless.blocks_per_voting_subperiod(),
        endless.blocks_per_period(),
        endless.blocks_per_cycle(),
        endless.build_and_earn_eras_per_cycle(),
        endless.eras_per_cycle(),
        BlockTime::SixSeconds.blocks_per_hours(u32::MAX),
    ];
    assert_eq!(counts, [u32::MAX; 7]);
}
