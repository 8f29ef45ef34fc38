//! Wrong models, and the figure that notices each: a claim that nothing can break says nothing.

use unincluded_model::economics::networks::ASTAR_AT_THE_SWITCH;
use unincluded_model::economics::{
    Balance, Emissions, InflationParameters, Perquintill, recalculate,
};

use super::golden::ROWS;
use super::{TINY_6S, TINY_12S, configure, divisors, in_order, units};

const PARAMETERS: &InflationParameters = &ASTAR_AT_THE_SWITCH;

/// How a fraction of an amount is rounded; the rows are small, so the product fits.
type Rounding = fn(Perquintill, Balance) -> Balance;

const WHOLE: Balance = Perquintill::ONE.parts() as Balance;

fn half_down(part: Perquintill, amount: Balance) -> Balance {
    let product = Balance::from(part.parts()) * amount;
    product / WHOLE + Balance::from(2 * (product % WHOLE) > WHOLE)
}

fn floor(part: Perquintill, amount: Balance) -> Balance {
    Balance::from(part.parts()) * amount / WHOLE
}

fn half_up(part: Perquintill, amount: Balance) -> Balance {
    (2 * Balance::from(part.parts()) * amount + WHOLE) / (2 * WHOLE)
}

/// INFL-6 and INFL-7 once more, with the rounding left open.
fn emissions_by(rounding: Rounding, max_emission: Balance) -> [Balance; 6] {
    [
        PARAMETERS.treasury_part,
        PARAMETERS.collators_part,
        PARAMETERS.dapps_part,
        PARAMETERS.base_stakers_part,
        PARAMETERS.adjustable_stakers_part,
        PARAMETERS.bonus_part,
    ]
    .map(|part| rounding(part, max_emission))
}

fn units_by(rounding: Rounding, issuance: Balance) -> [Balance; 6] {
    let max_emission = rounding(PARAMETERS.max_inflation_rate, issuance);
    let (emissions, times) = (emissions_by(rounding, max_emission), divisors(&TINY_12S));
    std::array::from_fn(|category| emissions[category] / times[category])
}

/// The issuances of the golden rows whose stored units are not what this rounding gives.
fn rows_that_notice(rounding: Rounding) -> Vec<Balance> {
    let differs =
        |&(issuance, units): &(Balance, [Balance; 6])| units_by(rounding, issuance) != units;
    let rows = ROWS.iter().map(|row| (row.issuance, row.at_12s.0));
    rows.filter(differs).map(|(issuance, _)| issuance).collect()
}

#[test]
fn rounding_an_exact_half_down_satisfies_every_golden_row() {
    assert_eq!(rows_that_notice(half_down), []);
}

#[test]
fn m5_rounding_down_is_noticed_by_the_golden_rows_9350_and_285565() {
    assert_eq!(rows_that_notice(floor), [9_350, 285_565]);
}

#[test]
fn m6_rounding_an_exact_half_up_is_noticed_by_the_golden_row_150_too() {
    // 7 % of 150 is 10.5. With the eleventh planck the adjustable part is 6: one for each era.
    assert_eq!(rows_that_notice(half_up), [150, 9_350, 285_565]);
}

#[test]
fn m5_rounding_down_leaves_more_than_three_planck_out_of_seven() {
    let sum = |rounding| emissions_by(rounding, 7).iter().sum::<Balance>();
    assert_eq!(sum(floor), 3);
    assert_eq!(sum(half_down), 7);
}

#[test]
fn m1_keeping_the_block_reward_doubles_what_blocks_emit() {
    let before = configure(100_000, PARAMETERS, &TINY_12S);
    let halved = before.halved();
    assert!(halved.cycle_total(&TINY_6S) <= before.cycle_total(&TINY_12S));
    // The blocks' 8.2 % once more: far above the two planck that rounding can add to the maximum.
    let surplus = before.cycle_total(&TINY_6S) - before.cycle_total(&TINY_12S);
    assert_eq!(surplus, 40 * before.block_reward());
    assert!(before.cycle_total(&TINY_6S) > 100_000 + 2);
}

#[test]
fn m2_halving_twice_is_not_a_recalculation() {
    let before = configure(100_000, PARAMETERS, &TINY_12S);
    let after = configure(100_000, PARAMETERS, &TINY_6S);
    assert_eq!(before.halved(), after);
    assert_ne!(before.halved().halved(), after);
}

#[test]
fn rounding_the_halves_up_would_emit_more_than_before() {
    let before = units(&configure(7_000, PARAMETERS, &TINY_12S));
    let collators = before[1];
    assert_eq!(collators, 5);
    assert!(80 * collators.div_ceil(2) > 40 * collators);
    assert!(80 * collators.div_ceil(2) > in_order(&Emissions::of(7_000, PARAMETERS))[1]);
}

#[test]
fn m10_counting_era_lengths_instead_of_era_numbers_recalculates_two_eras_late() {
    let era_lengths = TINY_12S.period_in_era_lengths() * TINY_12S.periods_per_cycle;
    let recalculation_era = recalculate(100_000, PARAMETERS, &TINY_12S, 1).recalculation_era;
    assert_eq!((recalculation_era, 1 + era_lengths), (9, 11));
}
