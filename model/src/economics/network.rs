//! A network as the machine runs it: the calendars of both runtimes, and all that is fixed.

use super::networks::{
    ASTAR_6S, ASTAR_12S, ASTAR_2026, ASTAR_AT_THE_SWITCH, ASTAR_DECAY_RATE_2026,
    ASTAR_ISSUANCE_DECEMBER_2023, ASTAR_ISSUANCE_OF_THE_DOCUMENTATION, ASTAR_PARAMETERS_2026,
    ASTAR_STAKING, SHIBUYA_6S, SHIBUYA_12S, SHIBUYA_2026, SHIBUYA_PARAMETERS,
    SHIBUYA_PARAMETERS_2026, SHIBUYA_STAKING, SHIDEN_6S, SHIDEN_12S, SHIDEN_2026,
    SHIDEN_PARAMETERS, SHIDEN_PARAMETERS_2026, SHIDEN_STAKING, StakingTerms,
};
use super::switch::LazyMigration;
use super::tiers::Tier;
use super::{Balance, BlockTime, Calendar, InflationParameters, Permill, Perquintill, TOKEN};

/// All that a network's runtime fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// What it is called.
    pub name: &'static str,
    /// The calendar at 12 s.
    pub before: Calendar,
    /// The calendar at 6 s.
    pub after: Calendar,
    /// The inflation parameters at the switch.
    pub parameters: InflationParameters,
    /// The terms of dApp staking.
    pub staking: StakingTerms,
    /// What an account must hold to exist; planck.
    pub existential_deposit: Balance,
    /// The tiers of every era. On chain their slots follow the token's price.
    pub tiers: Vec<Tier>,
    /// UPG-5: what migrates over several blocks, in this order.
    pub lazy_migrations: &'static [LazyMigration],
    /// Whether it had referenda at the switch.
    pub has_governance: bool,
    /// DAPP-14: whether root is kept from forcing eras. On unless a genesis turns it off, as those for
    /// development do.
    pub has_safeguard: bool,
    /// INFL-14: what a block leaves of the decay factor; fraction, one is no decay.
    pub decay_rate: Perquintill,
    /// A total issuance to start from; planck.
    pub issuance: Balance,
}

impl Network {
    /// The networks by name, in the order in which they are listed.
    pub const NAMES: [&'static str; 3] = ["astar", "shiden", "shibuya"];

    /// The network of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "astar" => Some(Self::astar()),
            "shiden" => Some(Self::shiden()),
            "shibuya" => Some(Self::shibuya()),
            _ => None,
        }
    }

    /// Astar at the switch, with the issuance that pull request 1103 quotes.
    pub fn astar() -> Self {
        Self {
            name: "astar",
            before: ASTAR_12S,
            after: ASTAR_6S,
            parameters: ASTAR_AT_THE_SWITCH,
            staking: ASTAR_STAKING,
            existential_deposit: EXISTENTIAL_DEPOSIT,
            tiers: four_tiers(),
            lazy_migrations: &ASTARS_LAZY_MIGRATIONS,
            has_governance: true,
            has_safeguard: true,
            decay_rate: Perquintill::ONE,
            issuance: ASTAR_ISSUANCE_DECEMBER_2023,
        }
    }

    /// Shiden, with an issuance of the right size.
    pub fn shiden() -> Self {
        Self {
            name: "shiden",
            before: SHIDEN_12S,
            after: SHIDEN_6S,
            parameters: SHIDEN_PARAMETERS,
            staking: SHIDEN_STAKING,
            lazy_migrations: &[LazyMigration::Unlocking, LazyMigration::Vesting],
            has_governance: false,
            issuance: 83_600_000 * TOKEN,
            ..Self::astar()
        }
    }

    /// Shibuya, with a round issuance: its tokens are given away.
    pub fn shibuya() -> Self {
        Self {
            name: "shibuya",
            before: SHIBUYA_12S,
            after: SHIBUYA_6S,
            parameters: SHIBUYA_PARAMETERS,
            staking: SHIBUYA_STAKING,
            has_governance: true,
            issuance: 1_000_000_000 * TOKEN,
            ..Self::shiden()
        }
    }

    /// The same network in 2026: another calendar, other parameters, no bonus, and on Astar decay.
    ///
    /// Its blocks take 6 s, so both calendars are one.
    #[must_use]
    pub fn in_2026(self) -> Self {
        let (calendar, parameters, decay_rate, issuance) = match self.name {
            "shiden" => (SHIDEN_2026, SHIDEN_PARAMETERS_2026, Perquintill::ONE, self.issuance),
            "shibuya" => (SHIBUYA_2026, SHIBUYA_PARAMETERS_2026, Perquintill::ONE, self.issuance),
            _ => (
                ASTAR_2026,
                ASTAR_PARAMETERS_2026,
                ASTAR_DECAY_RATE_2026,
                ASTAR_ISSUANCE_OF_THE_DOCUMENTATION,
            ),
        };
        Self { before: calendar, after: calendar, parameters, decay_rate, issuance, ..self }
    }

    /// ABS-1 to ABS-4: Astar's rules and parts with everything else as small as it gets, on a calendar that
    /// is that of 12 s blocks.
    pub fn tiny(before: Calendar) -> Self {
        let blocks_per_era = before.blocks_per_era.saturating_mul(2);
        Self {
            name: "tiny",
            before,
            after: Calendar { blocks_per_era, ..before },
            staking: StakingTerms {
                reward_retention_in_periods: 1,
                unlocking_period: 2,
                minimum_stake: 1,
                era_reward_span_length: 2,
            },
            existential_deposit: 1,
            tiers: vec![Tier { portion: Permill::ONE, slots: 2 }],
            has_safeguard: false,
            issuance: 100_007,
            ..Self::astar()
        }
    }

    /// UPG-8, TIME-5: whether referenda and locks are migrated. Shibuya had them and did not.
    pub fn migrates_democracy(&self) -> bool {
        self.lazy_migrations.contains(&LazyMigration::Democracy)
    }

    /// CYC-6: the calendar under that block time.
    pub const fn calendar(&self, block_time: BlockTime) -> &Calendar {
        match block_time {
            BlockTime::TwelveSeconds => &self.before,
            BlockTime::SixSeconds => &self.after,
        }
    }
}

/// UPG-5: in this order. Source: `runtime/astar/src/lib.rs`, `pallet_migrations::Config`.
pub(crate) const ASTARS_LAZY_MIGRATIONS: [LazyMigration; 3] =
    [LazyMigration::Vesting, LazyMigration::Unlocking, LazyMigration::Democracy];

/// COLL-3: planck. Source: `runtime/astar/src/lib.rs`, `EXISTENTIAL_DEPOSIT`.
const EXISTENTIAL_DEPOSIT: Balance = 1_000_000;

/// Four tiers that hold a hundred dApps.
fn four_tiers() -> Vec<Tier> {
    [(25, 5), (47, 20), (25, 30), (3, 45)]
        .map(|(percent, slots)| Tier { portion: Permill::from_percent(percent), slots })
        .to_vec()
}
