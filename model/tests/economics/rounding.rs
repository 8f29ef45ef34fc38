//! ROUND-1 to ROUND-7: the test points, and every limit from both sides.

use std::collections::BTreeMap;

use unincluded_model::economics::rounding::{MoreThanOne, ration, tier_reward};
use unincluded_model::economics::{Percent, Permill, Perquintill};

const MAX: u128 = u128::MAX;

fn percent_of(percent: u64, amount: u128) -> u128 {
    Perquintill::from_percent(percent).mul_nearest_half_down(amount)
}

#[test]
fn an_exact_half_goes_down() {
    assert_eq!(percent_of(50, 1), 0);
    assert_eq!(percent_of(50, 3), 1);
    assert_eq!(percent_of(50, 5), 2);
    assert_eq!(percent_of(7, 150), 10); // 10.5
    assert_eq!(percent_of(7, 10050), 703); // 703.5
}

#[test]
fn anything_but_a_half_goes_to_the_nearest() {
    assert_eq!(percent_of(7, 12345), 864); // 864.15
    assert_eq!(percent_of(7, 9), 1); // 0.63
    let just_above_half = Perquintill::from_parts(500_000_000_000_000_001);
    assert_eq!(just_above_half.mul_nearest_half_down(1), 1);
    let just_below_half = Perquintill::from_parts(499_999_999_999_999_999);
    assert_eq!(just_below_half.mul_nearest_half_down(1), 0);
}

#[test]
fn the_largest_amount_overflows_nothing() {
    assert_eq!(Perquintill::ONE.mul_nearest_half_down(MAX), MAX);
    assert_eq!(Perquintill::ZERO.mul_nearest_half_down(MAX), 0);
    assert_eq!(percent_of(50, MAX), MAX / 2); // MAX is odd: a half, down.
    let all_but_one_part = Perquintill::from_parts(999_999_999_999_999_999);
    assert_eq!(all_but_one_part.mul_nearest_half_down(MAX), MAX - 340_282_366_920_938_463_463,);
}

#[test]
fn a_ratio_is_rounded_down_and_ends_at_one() {
    assert_eq!(Perquintill::from_rational(1, 3).parts(), 333_333_333_333_333_333,);
    assert_eq!(Perquintill::from_rational(2, 3).parts(), 666_666_666_666_666_666,);
    assert_eq!(Perquintill::from_rational(MAX - 1, MAX).parts(), 999_999_999_999_999_999,);
    assert_eq!(Perquintill::from_rational(MAX, MAX), Perquintill::ONE);
    assert_eq!(Perquintill::from_rational(MAX, MAX - 1), Perquintill::ONE);
    assert_eq!(Perquintill::from_rational(1, MAX), Perquintill::ZERO);
}

#[test]
fn dividing_by_zero_gives_one() {
    assert_eq!(Perquintill::from_rational(0, 0), Perquintill::ONE);
    assert_eq!(Perquintill::from_rational(MAX, 0), Perquintill::ONE);
    assert_eq!(Perquintill::ZERO.quotient(Perquintill::ZERO), Perquintill::ONE,);
}

#[test]
fn a_fraction_is_never_more_than_one() {
    assert_eq!(Percent::from_parts(101), Percent::ONE);
    assert_eq!(Percent::from_percent(101), Percent::ONE);
    assert_eq!(Percent::try_from(100), Ok(Percent::ONE));
    let refused = MoreThanOne { parts: 101, whole: 100 };
    assert_eq!(Percent::try_from(101), Err(refused));
    assert_eq!(refused.to_string(), "101 parts are more than the whole, legal range is 0 to 100",);
}

#[test]
fn a_fraction_is_read_and_written_as_its_parts() {
    type Read = BTreeMap<String, Percent>;
    let read: Read = toml::from_str("part = 100").unwrap();
    assert_eq!(read["part"], Percent::ONE);
    assert_eq!(toml::to_string(&read).unwrap(), "part = 100\n");
    let refused = toml::from_str::<Read>("part = 101").unwrap_err();
    assert!(refused.message().contains("legal range is 0 to 100"));
}

#[test]
fn the_staker_pool_follows_the_staked_share_up_to_the_ideal() {
    let pool_when = |staked| {
        let staked_share = Perquintill::from_rational(staked, 1_000_000_000);
        let adjustment = staked_share.quotient(Perquintill::from_percent(50));
        100 + adjustment.mul_nearest_half_down(1001)
    };
    assert_eq!(pool_when(0), 100);
    assert_eq!(pool_when(100_000_000), 300);
    assert_eq!(pool_when(333_333_333), 767);
    assert_eq!(pool_when(499_000_000), 1099);
    assert_eq!(pool_when(500_000_000), 1101);
    assert_eq!(pool_when(1_000_000_000), 1101);
}

#[test]
fn a_tier_is_rounded_before_its_slots_divide_it() {
    let reward = |percent, slots| tier_reward(Permill::from_percent(percent), 10_001, slots);
    assert_eq!(reward(25, 5), 500);
    assert_eq!(reward(47, 20), 235);
    assert_eq!(reward(25, 30), 83);
    assert_eq!(reward(3, 45), 6);
    // 50 % of 3 is a half: 1 for the one slot, where rounding up would give 2.
    assert_eq!(tier_reward(Permill::from_percent(50), 3, 1), 1);
}

#[test]
fn a_tier_without_slots_gets_nothing() {
    assert_eq!(tier_reward(Permill::ONE, MAX, 0), 0);
    assert_eq!(tier_reward(Permill::ONE, MAX, 1), MAX);
}

#[test]
fn half_of_a_vesting_rate_is_rounded_down() {
    assert_eq!(percent_of(50, 7), 3);
    assert_eq!(percent_of(50, 8), 4);
    assert_eq!(percent_of(50, 1), 0);
}

#[test]
fn a_decay_of_nine_tenths_multiplies_down() {
    let rate = Perquintill::from_percent(90);
    let factors: Vec<_> =
        std::iter::successors(Some(rate), |factor| Some(factor.product(rate))).take(5).collect();
    let hundred_thousandths = 10_000_000_000_000;
    let expected = [90_000, 81_000, 72_900, 65_610, 59_049];
    assert_eq!(factors, expected.map(|it| Perquintill::from_parts(it * hundred_thousandths)),);
    let rewards = |reward| -> Vec<_> {
        let decayed = |factor: &Perquintill| factor.mul_nearest_half_down(reward);
        factors.iter().map(decayed).collect()
    };
    assert_eq!(rewards(100), [90, 81, 73, 66, 59]);
    assert_eq!(rewards(5), [4, 4, 4, 3, 3]);
}

#[test]
fn a_fee_splits_four_to_one_and_nothing_is_lost() {
    assert_eq!(ration(100, 80, 20), (80, 20));
    assert_eq!(ration(99, 80, 20), (79, 20)); // 79.2: the collator gets the rest.
    assert_eq!(ration(1, 80, 20), (0, 1));
    assert_eq!(ration(0, 80, 20), (0, 0));
    assert_eq!(ration(7, 0, 0), (0, 0));
}

#[test]
fn a_fee_above_an_eightieth_of_the_range_stops_adding_to_the_burn() {
    let last_exact = MAX / 80;
    assert_eq!(ration(last_exact, 80, 20).0, last_exact * 80 / 100);
    // MAX / 80 is exact only up to a remainder, so the product saturates one planck later.
    let burnt_at_most = MAX / 100;
    assert_eq!(ration(last_exact + 1, 80, 20).0, burnt_at_most);
    assert_eq!(ration(MAX, 80, 20), (burnt_at_most, MAX - burnt_at_most),);
}

#[test]
fn a_ratio_whose_terms_add_up_to_more_than_u32_is_divided_by_u32_max() {
    assert_eq!(ration(1000, u32::MAX, 0), (1000, 0));
    assert_eq!(ration(1000, u32::MAX, 2), (1000, 0));
    assert_eq!(ration(1000, u32::MAX, u32::MAX), (1000, 0));
    assert_eq!(ration(1000, u32::MAX - 1, 1), (999, 1));
}
