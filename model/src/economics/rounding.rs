//! How an amount is multiplied and divided: the runtime's fractions, bit for bit.
//!
//! Nothing here overflows or panics: a fraction is at most one whole, so a share is at most the
//! amount. The one place where the runtime saturates is [`ration`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Balance;

/// Hundredths.
pub type Percent = PerThing<100>;
/// Millionths.
pub type Permill = PerThing<1_000_000>;
/// Billionths.
pub type Perbill = PerThing<1_000_000_000>;
/// Quintillionths (10^-18), the resolution of the inflation parameters.
pub type Perquintill = PerThing<1_000_000_000_000_000_000>;

/// A fraction of one whole; parts of `WHOLE`, 0 to `WHOLE`.
///
/// Read and written as its number of parts. Source: `sp-arithmetic` 26.0.0, `per_things.rs`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct PerThing<const WHOLE: u64>(u64);

impl<const WHOLE: u64> PerThing<WHOLE> {
    /// Nothing; 0 parts.
    pub const ZERO: Self = Self(0);

    /// The whole; `WHOLE` parts.
    pub const ONE: Self = Self(WHOLE);

    /// That many parts; more than the whole is the whole.
    pub const fn from_parts(parts: u64) -> Self {
        if parts < WHOLE { Self(parts) } else { Self::ONE }
    }

    /// That many hundredths; more than 100 is the whole.
    pub const fn from_percent(percent: u64) -> Self {
        Self::from_rational(percent as u128, 100)
    }

    /// ROUND-4: `min(1, numerator / denominator)`, rounded down; anything divided by zero is one.
    ///
    /// Source: `per_things.rs`, `PerThing::from_rational`.
    pub const fn from_rational(numerator: u128, denominator: u128) -> Self {
        if numerator >= denominator {
            return Self::ONE;
        }
        Self(scaled_quotient(WHOLE, numerator, denominator))
    }

    /// The number of parts; 0 to `WHOLE`.
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// ROUND-1: this fraction of `amount`, to the nearest planck; an exact half goes **down**.
    ///
    /// Planck, 0 to `amount`. Neither `mul_floor` nor the half-up of school: 50 % of 3 is 1.
    /// Source: `per_things.rs`, `Mul<N>`, which is `overflow_prune_mul` with `NearestPrefDown`.
    pub const fn mul_nearest_half_down(self, amount: Balance) -> Balance {
        let (parts, whole) = (self.0 as u128, WHOLE as u128);
        // Splitting the amount into wholes and a rest keeps the product within 128 bits, and loses
        // nothing: the share of the wholes is an integer, so only the rest is rounded.
        let of_the_wholes = amount / whole * parts;
        let of_the_rest = amount % whole * parts;
        let round_up = of_the_rest % whole > whole / 2;
        of_the_wholes + of_the_rest / whole + round_up as u128
    }

    /// ROUND-2: this fraction of that fraction, rounded down.
    ///
    /// Source: `per_things.rs`, `Mul` of the type with itself.
    #[must_use]
    pub const fn product(self, other: Self) -> Self {
        Self((self.0 as u128 * other.0 as u128 / WHOLE as u128) as u64)
    }

    /// ROUND-3: `min(1, self / divisor)`, rounded down; anything divided by zero is one.
    ///
    /// Source: `per_things.rs`, `Div` of the type by itself.
    #[must_use]
    pub const fn quotient(self, divisor: Self) -> Self {
        Self::from_rational(self.0 as u128, divisor.0 as u128)
    }
}

impl<const WHOLE: u64> From<PerThing<WHOLE>> for u64 {
    fn from(fraction: PerThing<WHOLE>) -> Self {
        fraction.parts()
    }
}

impl<const WHOLE: u64> TryFrom<u64> for PerThing<WHOLE> {
    type Error = MoreThanOne;

    fn try_from(parts: u64) -> Result<Self, MoreThanOne> {
        if parts > WHOLE { Err(MoreThanOne { parts, whole: WHOLE }) } else { Ok(Self(parts)) }
    }
}

/// A number of parts that is more than the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{parts} parts are more than the whole, legal range is 0 to {whole}")]
pub struct MoreThanOne {
    /// What was given; parts.
    pub parts: u64,
    /// The whole; parts.
    pub whole: u64,
}

/// ROUND-5: what one of `units` gets, rounded down; the remainder is dropped. Planck.
///
/// Zero units count as one. Source: `pallets/inflation/src/lib.rs`, `new_config`.
pub(super) fn per_unit(amount: Balance, units: u32) -> Balance {
    amount / Balance::from(units.max(1))
}

/// ROUND-6: what one slot of a tier gets per era; planck.
///
/// `portion` is the tier's share of `pool`, rounded to the nearest planck, then divided by `slots`
/// rounding down. A tier without slots gets nothing.
/// Source: `pallets/dapp-staking/src/lib.rs`, `get_dapp_tier_assignment_and_rewards`.
pub fn tier_reward(portion: Permill, pool: Balance, slots: u16) -> Balance {
    match slots {
        0 => 0,
        _ => per_unit(portion.mul_nearest_half_down(pool), slots.into()),
    }
}

/// ROUND-7: `amount` divided in the ratio `first : second`; planck.
///
/// The second share is the complement. The product saturates, so beyond amounts of
/// `u128::MAX / first` the first share stops growing.
/// The runtime burns the first share of a fee at 80 : 20. Source: `frame-support` 39.1.0,
/// `traits/tokens/imbalance.rs`, `ration`, called by `DealWithFees` in `runtime/astar/src/lib.rs`.
pub const fn ration(amount: Balance, first: u32, second: u32) -> (Balance, Balance) {
    let total = first.saturating_add(second);
    if total == 0 {
        return (0, 0); // The runtime drops the amount: neither side gets any.
    }
    let first_share = amount.saturating_mul(first as Balance) / total as Balance;
    (first_share, amount - first_share)
}

/// `factor * numerator / denominator`, rounded down, where the numerator is below the denominator.
///
/// The product needs up to 192 bits, so this is long division by hand: one bit of the factor at a
/// time, from the top.
const fn scaled_quotient(factor: u64, numerator: u128, denominator: u128) -> u64 {
    let (mut quotient, mut remainder) = (0, 0);
    let mut bits_left = u64::BITS;
    while bits_left > 0 {
        // Here `(factor >> bits_left) * numerator == quotient * denominator + remainder`.
        bits_left -= 1;
        let (carry, rest) = add_modulo(remainder, remainder, denominator);
        (quotient, remainder) = (2 * quotient + carry, rest);
        if factor >> bits_left & 1 == 1 {
            let (carry, rest) = add_modulo(remainder, numerator, denominator);
            (quotient, remainder) = (quotient + carry, rest);
        }
    }
    quotient
}

/// How often `modulus` fits in `left + right` (0 or 1) and what is left; both are below it.
const fn add_modulo(left: u128, right: u128, modulus: u128) -> (u64, u128) {
    let room = modulus - right;
    if left >= room { (1, left - room) } else { (0, left + right) }
}
