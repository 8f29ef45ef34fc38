//! INFL-2, INFL-6, INFL-7, INV-8 and INV-13 over the whole range of amounts and calendars.
//!
//! Where a law needs a limit, its last value and the first one beyond are a test of their own.

use proptest::prelude::*;
use unincluded_model::economics::networks::ASTAR_AT_THE_SWITCH;
use unincluded_model::economics::{
    Balance, Calendar, Emissions, InflationParameters, Perquintill, recalculate,
};

use super::strategies::{amount, calendar_that_can_double, legal_calendar, valid_parameters};
use super::{configure, divisors, doubled, in_order, units};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// INFL-6. No rate makes a cycle emit more than there is.
    #[test]
    fn a_recalculation_reads_the_issuance_once_and_the_calendar_for_the_rest(
        issuance in amount(),
        parameters in valid_parameters(),
        calendar in legal_calendar(),
        next_era in any::<u32>(),
    ) {
        let max_emission = parameters.max_emission(issuance);
        prop_assert!(max_emission <= issuance);
        let configuration = recalculate(issuance, &parameters, &calendar, next_era);
        let configured = configure(max_emission, &parameters, &calendar);
        prop_assert_eq!(units(&configuration), units(&configured));
        prop_assert_eq!(
            configuration.recalculation_era,
            next_era.saturating_add(calendar.eras_per_cycle()),
        );
    }

    /// INFL-2.
    #[test]
    fn six_parts_are_valid_and_one_quintillionth_more_or_less_is_not(
        parameters in valid_parameters(),
    ) {
        prop_assert!(parameters.is_valid());
        let with_treasury = |parts| {
            let treasury_part = Perquintill::from_parts(parts);
            InflationParameters { treasury_part, ..parameters }
        };
        let treasury = parameters.treasury_part.parts();
        if treasury > 0 {
            prop_assert!(!with_treasury(treasury - 1).is_valid());
        }
        if treasury < Perquintill::ONE.parts() {
            prop_assert!(!with_treasury(treasury + 1).is_valid());
        }
    }

    /// INFL-7.
    #[test]
    fn the_six_emissions_miss_the_whole_by_three_down_to_two_up(
        max_emission in amount(),
        parameters in valid_parameters(),
    ) {
        let emissions = in_order(&Emissions::of(max_emission, &parameters));
        let surplus = surplus(&emissions, max_emission);
        prop_assert!((-3..=2).contains(&surplus), "the sum is {surplus} off");
    }

    /// INFL-7. A count that saturates is both the divisor and the factor, so it changes nothing.
    #[test]
    fn a_cycle_emits_at_most_two_planck_more_than_its_maximum(
        max_emission in amount(),
        parameters in valid_parameters(),
        calendar in legal_calendar(),
    ) {
        let configuration = configure(max_emission, &parameters, &calendar);
        let total = configuration.cycle_total(&calendar);
        prop_assert!(total <= max_emission.saturating_add(2));

        // The total saturates, so it is the exact one wherever that fits.
        let category_totals = category_totals(units(&configuration), divisors(&calendar));
        let exact = category_totals.into_iter().try_fold(0, Balance::checked_add);
        prop_assert_eq!(total, exact.unwrap_or(Balance::MAX));
    }

    /// INV-8, floor of floor. It needs no limit: twice the count is formed here, where it fits.
    #[test]
    fn halving_a_block_reward_divides_the_emission_by_twice_the_blocks(
        max_emission in amount(),
        parameters in valid_parameters(),
        calendar in legal_calendar(),
    ) {
        let emissions = Emissions::of(max_emission, &parameters);
        let twice_the_blocks = 2 * Balance::from(calendar.blocks_per_cycle());
        let before = configure(max_emission, &parameters, &calendar);
        let after = before.halved();
        prop_assert_eq!(after.collator_reward_per_block, emissions.collators / twice_the_blocks);
        prop_assert_eq!(after.treasury_reward_per_block, emissions.treasury / twice_the_blocks);
        prop_assert_eq!(&units(&after)[2..], &units(&before)[2..]);
        prop_assert_eq!(after.recalculation_era, before.recalculation_era);
    }

    /// INV-8. Where the doubled cycle fits in `u32`; for the limit see
    /// [`halving_is_recalculating_up_to_the_longest_cycle_that_u32_can_double`].
    #[test]
    fn halving_is_recalculating_with_twice_the_blocks_per_era(
        issuance in amount(),
        parameters in valid_parameters(),
        calendar in calendar_that_can_double(),
        next_era in any::<u32>(),
    ) {
        let before = recalculate(issuance, &parameters, &calendar, next_era);
        let after = recalculate(issuance, &parameters, &doubled(calendar), next_era);
        prop_assert_eq!(before.halved(), after);
    }

    /// INV-13, category by category, so that no sum can saturate: this holds for every emission.
    #[test]
    fn the_switch_loses_one_planck_per_block_and_odd_reward(
        max_emission in amount(),
        parameters in valid_parameters(),
        calendar in calendar_that_can_double(),
    ) {
        let before = units(&configure(max_emission, &parameters, &calendar));
        let after = units(&configure(max_emission, &parameters, &doubled(calendar)));
        let totals_before = category_totals(before, divisors(&calendar));
        let totals_after = category_totals(after, divisors(&doubled(calendar)));
        let blocks = Balance::from(calendar.blocks_per_cycle());
        for category in 0..2 {
            prop_assert_eq!(
                totals_before[category] - totals_after[category],
                blocks * (before[category] % 2),
            );
        }
        prop_assert_eq!(&totals_before[2..], &totals_after[2..]);
    }

    /// INV-13, of the totals that the pallet computes. The last two emissions are left out, because
    /// there a total can saturate: see [`the_last_emissions_saturate_the_total_and_hide_a_loss`].
    #[test]
    fn the_switch_preserves_the_annual_issuance_up_to_two_planck_per_block(
        max_emission in amount().prop_map(|it| it.min(Balance::MAX - 2)),
        parameters in valid_parameters(),
        calendar in calendar_that_can_double(),
    ) {
        let before = configure(max_emission, &parameters, &calendar);
        let after = configure(max_emission, &parameters, &doubled(calendar));
        let odd = before.collator_reward_per_block % 2 + before.treasury_reward_per_block % 2;
        let lost = before.cycle_total(&calendar).checked_sub(after.cycle_total(&doubled(calendar)));
        prop_assert_eq!(lost, Some(Balance::from(calendar.blocks_per_cycle()) * odd));
    }
}

#[test]
fn both_ends_of_the_rounding_error_are_reached() {
    let tenth = Perquintill::from_percent(10);
    let tenths_and_a_half = InflationParameters {
        max_inflation_rate: Perquintill::ONE,
        treasury_part: tenth,
        collators_part: tenth,
        dapps_part: tenth,
        base_stakers_part: tenth,
        adjustable_stakers_part: tenth,
        bonus_part: Perquintill::from_percent(50),
        ideal_staking_rate: tenth,
    };
    // Six exact halves, all of them down.
    let emissions = in_order(&Emissions::of(5, &tenths_and_a_half));
    assert_eq!(surplus(&emissions, 5), -3);

    let astar = &ASTAR_AT_THE_SWITCH;
    assert_eq!(surplus(&in_order(&Emissions::of(236, astar)), 236), 2);
    assert_eq!(surplus(&in_order(&Emissions::of(10, astar)), 10), -2);
}

#[test]
fn halving_is_recalculating_up_to_the_longest_cycle_that_u32_can_double() {
    let agree = |blocks_per_era| {
        let calendar = Calendar { blocks_per_era, ..SHORTEST };
        let treasury_only = InflationParameters { treasury_part: Perquintill::ONE, ..NOBODY };
        // One planck too few for 2^32 blocks to get one each.
        let max_emission = u32::MAX.into();
        let before = configure(max_emission, &treasury_only, &calendar);
        before.halved() == configure(max_emission, &treasury_only, &doubled(calendar))
    };
    let last = u32::MAX / 4; // Two era lengths a cycle, doubled.
    assert!(agree(last));
    // Here the doubled cycle is 2^32 blocks, and the count stops at one less.
    assert!(!agree(last + 1));
}

#[test]
fn the_last_emissions_saturate_the_total_and_hide_a_loss() {
    // The six round up to one planck more than the whole, and the treasury reward is odd.
    let parameters = InflationParameters {
        treasury_part: Perquintill::from_percent(40),
        dapps_part: Perquintill::from_percent(36),
        base_stakers_part: Perquintill::from_percent(3),
        adjustable_stakers_part: Perquintill::from_percent(12),
        bonus_part: Perquintill::from_percent(9),
        ..NOBODY
    };
    let emissions = in_order(&Emissions::of(Balance::MAX, &parameters));
    assert_eq!(surplus(&emissions, Balance::MAX), 1);

    let before = configure(Balance::MAX, &parameters, &SHORTEST);
    let after = configure(Balance::MAX, &parameters, &doubled(SHORTEST));
    assert_eq!(before.treasury_reward_per_block % 2, 1);
    assert_eq!(before.cycle_total(&SHORTEST), Balance::MAX);
    assert_eq!(after.cycle_total(&doubled(SHORTEST)), Balance::MAX - 1);
}

#[test]
fn a_total_beyond_the_range_saturates_in_every_product() {
    let astar = &ASTAR_AT_THE_SWITCH;
    let mut configuration = configure(0, astar, &SHORTEST);
    configuration.treasury_reward_per_block = Balance::MAX / 2;
    assert_eq!(configuration.cycle_total(&SHORTEST), Balance::MAX - 1);
    configuration.treasury_reward_per_block += 1;
    assert_eq!(configuration.cycle_total(&SHORTEST), Balance::MAX);
    configuration.collator_reward_per_block = Balance::MAX;
    assert_eq!(configuration.block_reward(), Balance::MAX);
}

#[test]
fn a_calendar_without_blocks_eras_or_periods_divides_by_one() {
    let empty = Calendar {
        periods_per_cycle: 0,
        eras_per_voting_subperiod: 0,
        eras_per_build_and_earn_subperiod: 0,
        blocks_per_era: 0,
    };
    let astar = &ASTAR_AT_THE_SWITCH;
    assert_eq!(units(&configure(1000, astar, &empty)), in_order(&Emissions::of(1000, astar)),);
}

/// The shortest legal cycle: two era lengths of one block.
const SHORTEST: Calendar = Calendar {
    periods_per_cycle: 1,
    eras_per_voting_subperiod: 1,
    eras_per_build_and_earn_subperiod: 1,
    blocks_per_era: 1,
};

/// Parameters that give nobody anything, to start from.
const NOBODY: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::ONE,
    treasury_part: Perquintill::ZERO,
    collators_part: Perquintill::ZERO,
    dapps_part: Perquintill::ZERO,
    base_stakers_part: Perquintill::ZERO,
    adjustable_stakers_part: Perquintill::ZERO,
    bonus_part: Perquintill::ZERO,
    ideal_staking_rate: Perquintill::ONE,
};

fn category_totals(units: [Balance; 6], divisors: [Balance; 6]) -> [Balance; 6] {
    std::array::from_fn(|category| units[category] * divisors[category])
}

/// The sum of `parts` minus `whole`, exactly, though the sum may need more than 128 bits.
fn surplus(parts: &[Balance], whole: Balance) -> i128 {
    let signed = |half: u128| i128::try_from(half).expect("64 bits fit");
    let sum = |half: fn(Balance) -> u128| -> i128 {
        parts.iter().map(|&part| signed(half(part))).sum::<i128>() - signed(half(whole))
    };
    let (high, low) = (sum(|it| it >> 64), sum(|it| it & u128::from(u64::MAX)));
    high.checked_mul(1 << 64)
        .and_then(|high| high.checked_add(low))
        .expect("the parts are close to the whole")
}
