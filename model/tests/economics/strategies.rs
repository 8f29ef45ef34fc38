//! What the laws are tried on: any issuance, any valid parameters, any calendar the pallet takes.
//!
//! Uniform numbers would almost never be small, round or at the limit, so each strategy mixes those
//! in.

use proptest::prelude::*;
use unincluded_model::economics::{Balance, Calendar, InflationParameters, Perquintill, TOKEN};

const WHOLE: u64 = Perquintill::ONE.parts();

/// An amount, every magnitude alike, with both ends of the range; planck.
pub(super) fn amount() -> impl Strategy<Value = Balance> {
    prop_oneof![
        2 => any::<Balance>(),
        4 => (any::<Balance>(), 0..Balance::BITS).prop_map(|(any, shift)| any >> shift),
        2 => 0..20_000_u128,
        2 => (0..20_000_u128).prop_map(|below| Balance::MAX - below),
        2 => 8_000_000_000 * TOKEN..9_000_000_000 * TOKEN,
    ]
}

/// A fraction, round ones and both ends included.
fn fraction() -> impl Strategy<Value = Perquintill> {
    prop_oneof![
        4 => 0..=WHOLE,
        4 => (0..=1000_u64).prop_map(|per_mille| WHOLE / 1000 * per_mille),
        1 => 0..=3_u64,
        1 => (0..=3_u64).prop_map(|below| WHOLE - below),
    ]
    .prop_map(Perquintill::from_parts)
}

/// INFL-2: any six parts that are one whole, some of them nothing, and any two rates.
pub(super) fn valid_parameters() -> impl Strategy<Value = InflationParameters> {
    let cuts = prop::array::uniform5(fraction());
    (fraction(), cuts, fraction()).prop_map(|(max_inflation_rate, mut cuts, ideal_staking_rate)| {
        cuts.sort_unstable();
        let between =
            |from: Perquintill, to: Perquintill| Perquintill::from_parts(to.parts() - from.parts());
        InflationParameters {
            max_inflation_rate,
            treasury_part: cuts[0],
            collators_part: between(cuts[0], cuts[1]),
            dapps_part: between(cuts[1], cuts[2]),
            base_stakers_part: between(cuts[2], cuts[3]),
            adjustable_stakers_part: between(cuts[3], cuts[4]),
            bonus_part: between(cuts[4], Perquintill::ONE),
            ideal_staking_rate,
        }
    })
}

/// A number from 1 to `most`, every magnitude alike.
fn up_to(most: u32) -> impl Strategy<Value = u32> {
    (0..=most.ilog2(), any::<u32>())
        .prop_map(move |(exponent, any)| ((1 << exponent) + any % (1 << exponent)).min(most))
}

/// CYC-5: any calendar the pallet accepts, those whose counts saturate included.
pub(super) fn legal_calendar() -> impl Strategy<Value = Calendar> {
    let all = u32::MAX;
    (up_to(all), up_to(all), up_to(all), up_to(all)).prop_map(
        |(periods, voting, earning, blocks)| Calendar {
            periods_per_cycle: periods,
            eras_per_voting_subperiod: voting,
            eras_per_build_and_earn_subperiod: earning,
            blocks_per_era: blocks,
        },
    )
}

/// Any calendar whose cycle, at half the block time, still has a number of blocks that `u32` holds.
///
/// Built out of a budget of blocks, so that nothing is thrown away and the limit is reached.
pub(super) fn calendar_that_can_double() -> impl Strategy<Value = Calendar> {
    let blocks_at_most = u32::MAX / 2;
    up_to(blocks_at_most / 2)
        .prop_flat_map(move |periods| (Just(periods), up_to(blocks_at_most / periods - 1)))
        .prop_flat_map(move |(periods, earning)| {
            let left = blocks_at_most / periods - earning;
            (Just(periods), Just(earning), up_to(left))
        })
        .prop_flat_map(move |(periods, earning, voting)| {
            let left = blocks_at_most / periods / (earning + voting);
            (Just(periods), Just(earning), Just(voting), up_to(left))
        })
        .prop_map(|(periods, earning, voting, blocks)| Calendar {
            periods_per_cycle: periods,
            eras_per_voting_subperiod: voting,
            eras_per_build_and_earn_subperiod: earning,
            blocks_per_era: blocks,
        })
}

/// ABS-2, ABS-3: a calendar that is soon over, with two blocks or more in an era.
pub(super) fn short_calendar() -> impl Strategy<Value = Calendar> {
    (1..=3_u32, 1..=3_u32, 1..=4_u32, 2..=5_u32).prop_map(
        |(periods_per_cycle, voting, earning, blocks_per_era)| Calendar {
            periods_per_cycle,
            eras_per_voting_subperiod: voting,
            eras_per_build_and_earn_subperiod: earning,
            blocks_per_era,
        },
    )
}
