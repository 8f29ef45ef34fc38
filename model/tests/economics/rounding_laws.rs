//! ROUND-1 to ROUND-4, and ROUND-6 with what it takes of ROUND-5, against the published
//! `sp-arithmetic`, over the whole range of `u128`.
//!
//! The amounts are the hard ones as often as not: both ends, powers of two, and multiples of half a
//! whole with their neighbours, where the rounding decides.

use quickcheck::{Arbitrary, Gen, QuickCheck, Testable};

/// An amount; the whole range of `u128`.
#[derive(Clone, Copy, Debug)]
struct Amount(u128);

impl Arbitrary for Amount {
    fn arbitrary(g: &mut Gen) -> Self {
        let any = u128::from_be_bytes(std::array::from_fn(|_| u8::arbitrary(g)));
        let near = u128::from(u8::arbitrary(g) % 4);
        let half_whole = *g.choose(&[50, 500_000, 500_000_000, 500_000_000_000_000_000]).unwrap();
        Self(match u8::arbitrary(g) % 6 {
            0 => any,
            1 => near,
            2 => u128::MAX - near,
            3 => any >> (u8::arbitrary(g) % 128),
            4 => (1 << (u8::arbitrary(g) % 128)) - 1 + near / 2,
            _ => (any / half_whole * half_whole).saturating_add(near).max(1) - 1,
        })
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        Box::new(self.0.shrink().map(Self))
    }
}

/// A number of parts; 0 to `WHOLE`.
#[derive(Clone, Copy, Debug)]
struct Parts<const WHOLE: u64>(u64);

impl<const WHOLE: u64> Arbitrary for Parts<WHOLE> {
    fn arbitrary(g: &mut Gen) -> Self {
        let any = u64::from_be_bytes(std::array::from_fn(|_| u8::arbitrary(g)));
        let near = any % 3;
        Self(match u8::arbitrary(g) % 5 {
            0 | 1 => any % (WHOLE + 1),
            2 => near,
            3 => WHOLE - near,
            _ => WHOLE / 2 + near - 1,
        })
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        Box::new(self.0.shrink().map(Self))
    }
}

fn always(law: impl Testable) {
    QuickCheck::new().tests(20_000).quickcheck(law);
}

macro_rules! agrees_with_the_published {
    ($module:ident, $ours:ident, $published:ident, $inner:ty, $whole:literal) => {
        mod $module {
            use sp_arithmetic::$published as Published;
            use unincluded_model::economics::$ours as Ours;

            use super::{Amount, Parts, always};

            type Part = Parts<$whole>;

            fn pair(part: Part) -> (Ours, Published) {
                let inner = <$inner>::try_from(part.0).expect("the whole fits");
                (Ours::from_parts(part.0), Published::from_parts(inner))
            }

            fn same(ours: Ours, published: Published) -> bool {
                ours.parts() == u64::from(published.deconstruct())
            }

            #[test]
            fn in_the_share_of_an_amount() {
                always(
                    (|part, amount| {
                        let (ours, published) = pair(part);
                        ours.mul_nearest_half_down(amount.0) == published * amount.0
                    }) as fn(Part, Amount) -> bool,
                );
            }

            #[test]
            fn in_the_product_of_two_fractions() {
                always(
                    (|left, right| {
                        let ((ours, published), (our_right, published_right)) =
                            (pair(left), pair(right));
                        same(ours.product(our_right), published * published_right)
                    }) as fn(Part, Part) -> bool,
                );
            }

            #[test]
            fn in_the_quotient_of_two_fractions() {
                always(
                    (|left, right| {
                        let ((ours, published), (our_right, published_right)) =
                            (pair(left), pair(right));
                        same(ours.quotient(our_right), published / published_right)
                    }) as fn(Part, Part) -> bool,
                );
            }

            #[test]
            fn in_the_ratio_of_two_amounts() {
                always(
                    (|left, right| {
                        same(
                            Ours::from_rational(left.0, right.0),
                            Published::from_rational(left.0, right.0),
                        )
                    }) as fn(Amount, Amount) -> bool,
                );
            }

            #[test]
            fn in_the_ratio_of_two_amounts_close_to_each_other() {
                always(
                    (|left, gap| {
                        let larger = left.0.saturating_add(gap.0.into());
                        same(
                            Ours::from_rational(left.0, larger),
                            Published::from_rational(left.0, larger),
                        )
                    }) as fn(Amount, Part) -> bool,
                );
            }

            #[test]
            fn in_hundredths() {
                for percent in 0..=101_u8 {
                    assert!(same(
                        Ours::from_percent(percent.into()),
                        Published::from_percent(percent.into()),
                    ));
                }
            }
        }
    };
}

agrees_with_the_published!(percent, Percent, Percent, u8, 100);
agrees_with_the_published!(permill, Permill, Permill, u32, 1_000_000);
agrees_with_the_published!(perbill, Perbill, Perbill, u32, 1_000_000_000);
agrees_with_the_published!(perquintill, Perquintill, Perquintill, u64, 1_000_000_000_000_000_000);

/// ROUND-6: the share is the published one, and its slots divide it as integers do (ROUND-5).
#[test]
fn a_slot_of_a_tier_is_the_published_share_divided_down() {
    use sp_arithmetic::Permill as Published;
    use unincluded_model::economics::Permill;
    use unincluded_model::economics::rounding::tier_reward;

    always(
        (|portion, pool, slots| {
            let published = Published::from_parts(portion.0 as u32) * pool.0;
            let each = published.checked_div(u128::from(slots)).unwrap_or_default();
            tier_reward(Permill::from_parts(portion.0), pool.0, slots) == each
        }) as fn(Parts<1_000_000>, Amount, u16) -> bool,
    );
}

/// The laws above with the published side rounded otherwise: the random values must notice.
mod wrong_rounding {
    use quickcheck::{QuickCheck, Testable};
    use sp_arithmetic::{PerThing, Perquintill as Published, Rounding};
    use unincluded_model::economics::Perquintill as Ours;

    use super::{Amount, Parts};

    type Part = Parts<{ Ours::ONE.parts() }>;

    fn sometimes_fails(law: impl Testable) {
        assert!(QuickCheck::new().tests(20_000).quicktest(law).is_err());
    }

    #[test]
    fn of_a_share_downwards_is_noticed() {
        sometimes_fails(
            (|part, amount| {
                let share = Ours::from_parts(part.0).mul_nearest_half_down(amount.0);
                share == Published::from_parts(part.0).mul_floor(amount.0)
            }) as fn(Part, Amount) -> bool,
        );
    }

    #[test]
    fn of_an_exact_half_upwards_is_noticed() {
        sometimes_fails(
            (|part, amount| {
                let share = Ours::from_parts(part.0).mul_nearest_half_down(amount.0);
                // What is left when the other side's half goes down is this side's half gone up.
                let other_share = Published::from_parts(part.0).left_from_one() * amount.0;
                share == amount.0 - other_share
            }) as fn(Part, Amount) -> bool,
        );
    }

    #[test]
    fn of_a_ratio_to_the_nearest_is_noticed() {
        sometimes_fails(
            (|left, right| {
                let nearest = Published::from_rational_with_rounding(
                    left.0,
                    right.0,
                    Rounding::NearestPrefDown,
                );
                let ratio = Ours::from_rational(left.0, right.0).parts();
                ratio == nearest.map_or(Ours::ONE.parts(), Published::deconstruct)
            }) as fn(Amount, Amount) -> bool,
        );
    }

    #[test]
    fn of_a_quotient_to_the_nearest_is_noticed() {
        sometimes_fails(
            (|left, right| {
                let published = Published::from_parts(left.0)
                    .saturating_div(Published::from_parts(right.0), Rounding::NearestPrefDown);
                let quotient = Ours::from_parts(left.0).quotient(Ours::from_parts(right.0));
                quotient.parts() == published.deconstruct()
            }) as fn(Part, Part) -> bool,
        );
    }

    #[test]
    fn of_a_product_to_the_nearest_is_noticed() {
        sometimes_fails(
            (|left, right| {
                let product = Ours::from_parts(left.0).product(Ours::from_parts(right.0));
                product.parts() == Published::from_parts(left.0) * right.0
            }) as fn(Part, Part) -> bool,
        );
    }
}
