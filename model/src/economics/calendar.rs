//! How long a cycle is: the blocks, eras and periods that the emission is divided by.
//!
//! Every count saturates at `u32::MAX`, as in the runtime.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// CYC-1: one cycle (a "year"): periods, each a voting and then a build&earn subperiod.
///
/// Source: `primitives/src/dapp_staking.rs`, trait `CycleConfiguration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Periods; 1 and up.
    pub periods_per_cycle: u32,
    /// How long the voting subperiod lasts; era lengths, 1 and up. It counts as *one* era.
    pub eras_per_voting_subperiod: u32,
    /// How long the build&earn subperiod lasts; eras, 1 and up.
    pub eras_per_build_and_earn_subperiod: u32,
    /// How long an era lasts; blocks, 1 and up.
    pub blocks_per_era: u32,
}

impl Calendar {
    /// CYC-5: all four values are at least 1. Beyond that the runtime accepts anything.
    ///
    /// On chain nothing enforces it: the amounts of an illegal calendar are defined too, since
    /// every divisor is at least one. Source: `pallets/inflation/src/lib.rs`, `integrity_test`.
    ///
    /// # Errors
    ///
    /// Names the first value, in the order of the fields, that is zero.
    pub fn check(&self) -> Result<(), IllegalCalendar> {
        let values = [
            ("periods_per_cycle", self.periods_per_cycle),
            ("eras_per_voting_subperiod", self.eras_per_voting_subperiod),
            ("eras_per_build_and_earn_subperiod", self.eras_per_build_and_earn_subperiod),
            ("blocks_per_era", self.blocks_per_era),
        ];
        match values.into_iter().find(|&(_, value)| value == 0) {
            Some((field, _)) => Err(IllegalCalendar { field }),
            None => Ok(()),
        }
    }

    /// CYC-1: how long a period lasts; era lengths.
    ///
    /// Source: `CycleConfiguration::period_in_era_lengths`.
    pub const fn period_in_era_lengths(&self) -> u32 {
        self.eras_per_voting_subperiod.saturating_add(self.eras_per_build_and_earn_subperiod)
    }

    /// CYC-1: how long a voting subperiod lasts; blocks.
    ///
    /// Source: `pallets/dapp-staking/src/lib.rs`, `blocks_per_voting_period`.
    pub const fn blocks_per_voting_subperiod(&self) -> u32 {
        self.blocks_per_era.saturating_mul(self.eras_per_voting_subperiod)
    }

    /// CYC-1: how long a period lasts; blocks.
    pub const fn blocks_per_period(&self) -> u32 {
        self.blocks_per_era.saturating_mul(self.period_in_era_lengths())
    }

    /// CYC-2: how long a cycle lasts; blocks. The collator and treasury parts are divided by it.
    ///
    /// Source: `CycleConfiguration::blocks_per_cycle`.
    pub const fn blocks_per_cycle(&self) -> u32 {
        let era_lengths = self.period_in_era_lengths().saturating_mul(self.periods_per_cycle);
        self.blocks_per_era.saturating_mul(era_lengths)
    }

    /// CYC-3: how many eras earn rewards; eras. The dApp and staker parts are divided by it.
    ///
    /// Source: `CycleConfiguration::build_and_earn_eras_per_cycle`.
    pub const fn build_and_earn_eras_per_cycle(&self) -> u32 {
        self.eras_per_build_and_earn_subperiod.saturating_mul(self.periods_per_cycle)
    }

    /// CYC-4: how many era *numbers* a cycle uses up; eras.
    ///
    /// A voting subperiod uses one, however long it is. So this says when the next recalculation is
    /// due, and divides nothing.
    /// Source: `CycleConfiguration::eras_per_cycle`.
    pub const fn eras_per_cycle(&self) -> u32 {
        let eras_per_period = self.eras_per_build_and_earn_subperiod.saturating_add(1);
        eras_per_period.saturating_mul(self.periods_per_cycle)
    }
}

/// CYC-5: a calendar with a value that is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field} is 0, legal range is 1 to {max}", max = u32::MAX)]
pub struct IllegalCalendar {
    /// The field of [`Calendar`] that is zero.
    pub field: &'static str,
}

/// CYC-6: the nominal time between two blocks, before and after the switch.
///
/// Source: `runtime/astar/src/lib.rs`, `MILLISECS_PER_BLOCK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockTime {
    /// Synchronous backing: a block every second relay block.
    TwelveSeconds,
    /// Asynchronous backing: a block every relay block.
    SixSeconds,
}

impl BlockTime {
    /// The time itself; milliseconds.
    pub const fn milliseconds(self) -> u32 {
        match self {
            Self::TwelveSeconds => 12_000,
            Self::SixSeconds => 6_000,
        }
    }

    /// CYC-6: how many blocks last that many hours; blocks.
    ///
    /// Eras are written in hours, so halving the block time doubled them without an edit.
    /// Source: `runtime/astar/src/lib.rs`, `MINUTES` and `HOURS`.
    pub const fn blocks_per_hours(self, hours: u32) -> u32 {
        let minute = 60_000 / self.milliseconds();
        hours.saturating_mul(60 * minute)
    }
}
