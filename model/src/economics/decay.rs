//! How emission decays from block to block, on the chains that have it.
//!
//! No chain had it at the switch: it came with runtime 1800 and took effect in 2026. Sources are of
//! commit `b664ce856`.

use serde::{Deserialize, Serialize};

use super::{Balance, Perquintill};

/// INFL-3 (storage version 2): how fast emission decays and how far it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decay {
    /// What a block leaves of the factor; fraction, one is no decay.
    pub rate: Perquintill,
    /// What is left of every amount; fraction.
    pub factor: Perquintill,
}

impl Decay {
    /// INFL-16: no decay, as the migration to storage version 2 writes it.
    pub const NONE: Self = Self { rate: Perquintill::ONE, factor: Perquintill::ONE };

    /// INFL-14: decay at that rate, from the first block on.
    pub const fn starting(rate: Perquintill) -> Self {
        Self { rate, factor: Perquintill::ONE }
    }

    /// INFL-14, ROUND-2: a block begins.
    ///
    /// Counted in blocks: faster blocks decay faster (INFL-15).
    /// Source: `pallets/inflation/src/lib.rs`, `on_initialize`.
    #[must_use]
    pub const fn after_a_block(self) -> Self {
        if self.rate.parts() == Perquintill::ONE.parts() {
            return self;
        }
        Self { factor: self.factor.product(self.rate), ..self }
    }

    /// INFL-14, ROUND-1: what is left of `amount` (planck, any value).
    pub const fn applied_to(self, amount: Balance) -> Balance {
        self.factor.mul_nearest_half_down(amount)
    }
}
