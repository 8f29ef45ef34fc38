//! The identities of `docs/proofs.md`, step by step: exhaustively on small words, which the argument
//! there carries to all, and at random on 128 bits.

use proptest::prelude::*;
use unincluded_model::economics::{
    Balance, InflationConfiguration, InflationParameters, Perbill, Perquintill, rounding::PerThing,
};

use super::strategies::amount;
use super::{TINY_12S, configure, doubled, units};

/// All of the emission for the treasury: what it gets in a cycle is the emission itself.
const TREASURY_ALONE: InflationParameters = InflationParameters {
    max_inflation_rate: Perquintill::ONE,
    treasury_part: Perquintill::ONE,
    collators_part: Perquintill::ZERO,
    dapps_part: Perquintill::ZERO,
    base_stakers_part: Perquintill::ZERO,
    adjustable_stakers_part: Perquintill::ZERO,
    bonus_part: Perquintill::ZERO,
    ideal_staking_rate: Perquintill::ONE,
};

/// Step 1, INV-8: for every cycle of up to 510 blocks (two era lengths of one block and more) and every
/// residue of the emission modulo twice the blocks, two of each.
#[test]
fn halving_is_recalculating_for_every_residue_of_every_short_cycle() {
    for blocks_per_era in 1..=255 {
        let calendar = unincluded_model::economics::Calendar {
            periods_per_cycle: 1,
            eras_per_voting_subperiod: 1,
            eras_per_build_and_earn_subperiod: 1,
            blocks_per_era,
        };
        for emission in 0..4 * Balance::from(calendar.blocks_per_cycle()) {
            let before = configure(emission, &TREASURY_ALONE, &calendar);
            let after = configure(emission, &TREASURY_ALONE, &doubled(calendar));
            assert_eq!(units(&before.halved()), units(&after), "{emission} over {calendar:?}");
        }
    }
}

/// Step 2, INV-13: what the halving of a reward loses over a cycle.
fn lost_in_a_cycle(blocks: u128, reward: u128) -> u128 {
    blocks * reward - 2 * blocks * halved(reward)
}

fn halved(reward: Balance) -> Balance {
    let full = InflationConfiguration {
        treasury_reward_per_block: reward,
        ..configure(0, &TREASURY_ALONE, &TINY_12S)
    };
    full.halved().treasury_reward_per_block
}

/// Every cycle and reward of 8 bits.
#[test]
fn a_cycle_loses_a_planck_a_pair_of_blocks_if_the_reward_is_odd() {
    for blocks in 0..=255 {
        for reward in 0..=255 {
            assert_eq!(lost_in_a_cycle(blocks, reward), blocks * (reward % 2));
        }
    }
}

/// Step 3, INV-14: what the cycle of the switch emits more than one without, of one category.
fn more_in_the_cycle_of_the_switch(blocks: i128, old_blocks: i128, reward: i128) -> i128 {
    let new = i128::try_from(halved(reward.unsigned_abs())).expect("half of a positive number");
    let new_blocks = 2 * (blocks - old_blocks) + 1;
    old_blocks * reward + new_blocks * new - blocks * reward
}

/// Every place of the switch in every cycle of up to 64 blocks, and every reward of 8 bits.
#[test]
fn the_cycle_of_the_switch_emits_one_new_reward_more_and_loses_what_is_odd() {
    for blocks in 1..=64 {
        for old_blocks in 0..=blocks {
            for reward in 0..=255 {
                let more = more_in_the_cycle_of_the_switch(blocks, old_blocks, reward);
                let lost = (blocks - old_blocks) * (reward % 2);
                assert_eq!(more, reward / 2 - lost, "{blocks} {old_blocks} {reward}");
                assert!((-(blocks - old_blocks)..=reward / 2).contains(&more));
            }
        }
    }
}

/// Step 4, INV-10: how far six shares of a whole of `WHOLE` parts are from the amount, over every way to
/// cut the whole into six and every residue of the amount: the least and the most.
fn surplus_of_six_shares<const WHOLE: u64>() -> (i64, i64) {
    let share = |parts: u64, amount: u64| {
        let share = PerThing::<WHOLE>::from_parts(parts).mul_nearest_half_down(amount.into());
        i64::try_from(share).expect("a small amount")
    };
    let mut ends = (0, 0);
    for amount in 0..WHOLE {
        // The surplus of some parts does not depend on their order: a table over how many are left.
        let own: Vec<i64> = (0..=WHOLE).map(|parts| share(parts, amount)).collect();
        let mut least_and_most: Vec<Option<(i64, i64)>> = vec![None; own.len()];
        least_and_most[0] = Some((0, 0));
        for _ in 0..6 {
            let mut next: Vec<Option<(i64, i64)>> = vec![None; own.len()];
            for (cut, found) in least_and_most.iter().enumerate() {
                let Some((least, most)) = *found else { continue };
                for (parts, share) in own[..own.len() - cut].iter().enumerate() {
                    let (low, high) = next[cut + parts].unwrap_or((i64::MAX, i64::MIN));
                    next[cut + parts] = Some((low.min(least + share), high.max(most + share)));
                }
            }
            least_and_most = next;
        }
        let (least, most) = least_and_most[own.len() - 1].expect("the whole can be cut");
        let amount = i64::try_from(amount).expect("a small amount");
        ends = (ends.0.min(least - amount), ends.1.max(most - amount));
    }
    ends
}

/// Every whole of these sizes; both ends are reached.
#[test]
fn six_shares_are_from_three_planck_short_to_two_over() {
    let ends = [
        surplus_of_six_shares::<1>(),
        surplus_of_six_shares::<2>(),
        surplus_of_six_shares::<3>(),
        surplus_of_six_shares::<5>(),
        surplus_of_six_shares::<8>(),
        surplus_of_six_shares::<12>(),
        surplus_of_six_shares::<16>(),
        surplus_of_six_shares::<25>(),
        surplus_of_six_shares::<36>(),
        surplus_of_six_shares::<100>(),
    ];
    assert!(ends.iter().all(|&(least, most)| least >= -3 && most <= 2), "{ends:?}");
    assert!(ends.iter().any(|&(least, _)| least == -3), "{ends:?}");
    assert!(ends.iter().any(|&(_, most)| most == 2), "{ends:?}");
}

/// Step 5: a share of an amount and of its residue differ by a whole number of parts, so that residues
/// are enough.
#[test]
fn a_share_goes_on_by_its_parts_with_every_whole() {
    const WHOLE: u64 = 36;
    for parts in 0..=WHOLE {
        let share =
            |amount: Balance| PerThing::<WHOLE>::from_parts(parts).mul_nearest_half_down(amount);
        for amount in 0..4 * Balance::from(WHOLE) {
            let next = share(amount + Balance::from(WHOLE));
            assert_eq!(next, share(amount) + Balance::from(parts));
        }
    }
}

/// Step 6, INV-24: what the claims of an era come to, of stakes that make up all that is staked.
fn claims<const WHOLE: u64>(pool: Balance, stakes: &[Balance]) -> Balance {
    let whole: Balance = stakes.iter().sum();
    let claim = |&stake: &Balance| {
        PerThing::<WHOLE>::from_rational(stake, whole).mul_nearest_half_down(pool)
    };
    stakes.iter().map(claim).sum()
}

/// The bounds, without fractions: below the pool and half a planck a claim, and no further below it than
/// a part of the pool and half a planck a claim.
fn within_bounds<const WHOLE: u64>(pool: Balance, stakes: &[Balance]) -> bool {
    let (claimed, n) = (claims::<WHOLE>(pool, stakes), stakes.len() as Balance);
    let parts = Balance::from(WHOLE);
    2 * claimed < 2 * pool + n && 2 * parts * claimed + n * (2 * pool + parts) >= 2 * parts * pool
}

/// Every pool of up to 40 and three stakes of up to 8, with fractions of a seventh, a tenth and a
/// sixteenth.
#[test]
fn claims_miss_the_pool_by_rounding_alone() {
    for pool in 0..=40 {
        for a in 0..=8 {
            for b in 0..=8 {
                for c in 1..=8 {
                    let stakes = [a, b, c];
                    assert!(within_bounds::<7>(pool, &stakes), "{pool} {stakes:?}");
                    assert!(within_bounds::<10>(pool, &stakes), "{pool} {stakes:?}");
                    assert!(within_bounds::<16>(pool, &stakes), "{pool} {stakes:?}");
                }
            }
        }
    }
}

/// Step 7, INV-10: what the divisions of a cycle drop; every emission and divisor of these sizes.
#[test]
fn a_division_drops_less_than_one_planck_a_unit() {
    for emission in 0..1024 {
        for blocks_per_era in 1..=32 {
            let calendar = unincluded_model::economics::Calendar { blocks_per_era, ..TINY_12S };
            let amounts = configure(emission, &TREASURY_ALONE, &calendar);
            let paid = amounts.cycle_total(&calendar);
            assert!(paid <= emission && emission - paid < calendar.blocks_per_cycle().into());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// INV-14 on amounts that a chain can have, and cycles as long as `u32` can double.
    #[test]
    fn the_cycle_of_the_switch_emits_its_identity(
        blocks in 1..=i128::from(u32::MAX / 2),
        place in any::<u32>(),
        reward in amount().prop_map(|it| (it >> 34).cast_signed()),
    ) {
        let old_blocks = i128::from(place) % (blocks + 1);
        let more = more_in_the_cycle_of_the_switch(blocks, old_blocks, reward);
        prop_assert_eq!(more, reward / 2 - (blocks - old_blocks) * (reward % 2));
        prop_assert!((-(blocks - old_blocks)..=reward / 2).contains(&more));
    }

    /// INV-24 with the runtime's billionths, on pools and stakes of up to 90 bits.
    #[test]
    fn claims_of_an_era_miss_the_pool_by_rounding_alone(
        pool in amount().prop_map(|it| it >> 38),
        stakes in prop::collection::vec(amount().prop_map(|it| it >> 38), 1..40),
    ) {
        const WHOLE: u64 = Perbill::ONE.parts();
        prop_assume!(stakes.iter().sum::<Balance>() > 0);
        prop_assert!(within_bounds::<WHOLE>(pool, &stakes), "{} {:?}", pool, stakes);
    }
}
