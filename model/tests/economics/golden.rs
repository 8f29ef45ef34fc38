//! Small issuances under Astar's parameters, on the tiny calendar: each row a known answer.
//!
//! A reader can redo a row with pencil and paper; together they hold every way the rounding can go.

use unincluded_model::economics::networks::ASTAR_AT_THE_SWITCH;
use unincluded_model::economics::{Balance, Emissions, recalculate};

use super::{TINY_6S, TINY_12S, in_order, units};

/// One row, in the order treasury, collators, dApps, base stakers, adjustable stakers, bonus.
pub(super) struct Row {
    pub(super) issuance: Balance,
    pub(super) max_emission: Balance,
    pub(super) emissions: [Balance; 6],
    pub(super) at_12s: ([Balance; 6], Balance),
    pub(super) at_6s: ([Balance; 6], Balance),
}

fn check(row: &Row) {
    let parameters = &ASTAR_AT_THE_SWITCH;
    let max_emission = parameters.max_emission(row.issuance);
    assert_eq!(max_emission, row.max_emission);
    assert_eq!(in_order(&Emissions::of(max_emission, parameters)), row.emissions,);

    let before = recalculate(row.issuance, parameters, &TINY_12S, 1);
    assert_eq!((units(&before), before.cycle_total(&TINY_12S)), row.at_12s);
    assert_eq!(before.block_reward(), row.at_12s.0[0] + row.at_12s.0[1]);
    assert_eq!(before.recalculation_era, 9);

    let after = recalculate(row.issuance, parameters, &TINY_6S, 1);
    assert_eq!((units(&after), after.cycle_total(&TINY_6S)), row.at_6s);
    assert_eq!(after, before.halved());
}

#[test]
fn an_issuance_of_150_rounds_two_planck_away_and_pays_nothing() {
    check(&ROWS[0]);
    assert_eq!(ROWS[0].emissions.iter().sum::<u128>(), 8);
}

#[test]
fn an_issuance_of_357_pays_only_the_two_largest_parts() {
    check(&ROWS[1]);
    assert_eq!(ROWS[1].emissions.iter().sum::<u128>(), 24);
}

#[test]
fn an_issuance_of_9350_rounds_half_a_planck_down_and_splits_exactly() {
    check(&ROWS[2]);
    assert_eq!(ROWS[2].emissions.iter().sum::<u128>(), 654);
}

#[test]
fn an_issuance_of_10000_splits_exactly_and_still_pays_no_block() {
    check(&ROWS[3]);
    assert_eq!(ROWS[3].emissions.iter().sum::<u128>(), 700);
}

#[test]
fn an_issuance_of_10050_emits_three_planck_more_and_pays_the_same() {
    check(&ROWS[4]);
    assert_eq!(ROWS[4].emissions.iter().sum::<u128>(), 702);
}

#[test]
fn an_issuance_of_12345_pays_one_planck_a_block_and_none_after_the_switch() {
    check(&ROWS[5]);
    assert_eq!(ROWS[5].emissions.iter().sum::<u128>(), 863);
}

#[test]
fn an_issuance_of_100007_loses_half_a_planck_a_block_to_the_odd_collator_reward() {
    check(&ROWS[6]);
}

#[test]
fn an_issuance_of_285565_has_even_block_rewards_and_loses_nothing_at_the_switch() {
    check(&ROWS[7]);
    assert_eq!(ROWS[7].emissions.iter().sum::<u128>(), 19_990);
}

#[test]
fn an_issuance_of_1000003_loses_half_a_planck_a_block_to_the_odd_treasury_reward() {
    check(&ROWS[8]);
}

pub(super) const ROWS: [Row; 9] = [
    Row {
        issuance: 150,
        max_emission: 10,
        emissions: [0, 0, 1, 1, 5, 1],
        at_12s: ([0, 0, 0, 0, 0, 0], 0),
        at_6s: ([0, 0, 0, 0, 0, 0], 0),
    },
    Row {
        issuance: 357,
        max_emission: 25,
        emissions: [1, 1, 3, 2, 14, 3],
        at_12s: ([0, 0, 0, 0, 2, 1], 14),
        at_6s: ([0, 0, 0, 0, 2, 1], 14),
    },
    Row {
        issuance: 9_350,
        max_emission: 654,
        emissions: [33, 21, 85, 65, 360, 90],
        at_12s: ([0, 0, 14, 10, 60, 45], 594),
        at_6s: ([0, 0, 14, 10, 60, 45], 594),
    },
    Row {
        issuance: 10_000,
        max_emission: 700,
        emissions: [35, 22, 91, 70, 385, 97],
        at_12s: ([0, 0, 15, 11, 64, 48], 636),
        at_6s: ([0, 0, 15, 11, 64, 48], 636),
    },
    Row {
        issuance: 10_050,
        max_emission: 703,
        emissions: [35, 22, 91, 70, 387, 97],
        at_12s: ([0, 0, 15, 11, 64, 48], 636),
        at_6s: ([0, 0, 15, 11, 64, 48], 636),
    },
    Row {
        issuance: 12_345,
        max_emission: 864,
        emissions: [43, 28, 112, 86, 475, 119],
        at_12s: ([1, 0, 18, 14, 79, 59], 824),
        at_6s: ([0, 0, 18, 14, 79, 59], 784),
    },
    Row {
        issuance: 100_007,
        max_emission: 7_000,
        emissions: [350, 224, 910, 700, 3_850, 966],
        at_12s: ([8, 5, 151, 116, 641, 483], 6_934),
        at_6s: ([4, 2, 151, 116, 641, 483], 6_894),
    },
    Row {
        issuance: 285_565,
        max_emission: 19_990,
        emissions: [999, 640, 2_599, 1_999, 10_994, 2_759],
        at_12s: ([24, 16, 433, 333, 1_832, 1_379], 19_946),
        at_6s: ([12, 8, 433, 333, 1_832, 1_379], 19_946),
    },
    Row {
        issuance: 1_000_003,
        max_emission: 70_000,
        emissions: [3_500, 2_240, 9_100, 7_000, 38_500, 9_660],
        at_12s: ([87, 56, 1_516, 1_166, 6_416, 4_830], 69_968),
        at_6s: ([43, 28, 1_516, 1_166, 6_416, 4_830], 69_928),
    },
];
