//! How other chains went about it: variants of the machine, to see what each would have changed.

use super::chain::{Block, Chain, Machine};
use super::{Balance, BlockTime, Calendar};

/// A rule of another chain in the place of Astar's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Elsewhere {
    /// XCH-1, XCH-10: emission follows the time since the parent, and no migration halves it.
    ///
    /// Moonbeam scales what a round issues by how long it took, Centrifuge what its treasury gets.
    ByElapsedTime,
    /// XCH-2, XCH-4: the migrations of the switch have a version (or a marker), so they run once.
    VersionedMigrations,
    /// XCH-9: a recalculation reads a constant and not the issuance; planck.
    FixedIssuance(Balance),
}

impl Machine {
    /// XCH-1: what a block issues of `reward`, which is that of a 12 s block; planck, rounded down.
    pub(super) fn by_elapsed_time(
        &self,
        block: &Block<'_>,
        time: BlockTime,
        reward: Balance,
    ) -> Balance {
        if self.elsewhere != Some(Elsewhere::ByElapsedTime) {
            return reward;
        }
        let elapsed = block.milliseconds.unwrap_or(time.milliseconds());
        reward.saturating_mul(elapsed.into())
            / Balance::from(BlockTime::TwelveSeconds.milliseconds())
    }

    /// XCH-4: whether the immediate migrations run in this upgrade.
    pub(super) fn runs_immediate_migrations(&self, chain: &Chain) -> bool {
        let was_here = chain.migrations.last_old_block.is_some();
        !(was_here && self.elsewhere == Some(Elsewhere::VersionedMigrations))
    }

    /// The calendar that a recalculation divides by: XCH-1 goes on with blocks of 12 s.
    pub(super) fn amounts_calendar(&self, time: BlockTime) -> &Calendar {
        match self.elsewhere {
            Some(Elsewhere::ByElapsedTime) => self.network().calendar(BlockTime::TwelveSeconds),
            _ => self.network().calendar(time),
        }
    }

    /// The issuance that a recalculation reads; planck.
    pub(super) fn issuance_read(&self, issuance: Balance) -> Balance {
        match self.elsewhere {
            Some(Elsewhere::FixedIssuance(fixed)) => fixed,
            _ => issuance,
        }
    }
}
