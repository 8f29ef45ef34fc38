//! What an era or a period sets aside, and how the amounts in force come to change.

use super::decay::Decay;
use super::mistake::Mistake;
use super::{
    Balance, Calendar, InflationConfiguration, InflationParameters, Perquintill, recalculate,
};

/// INFL-5: what the dead field holds that once was the safety cap; planck.
///
/// Source: `pallets/inflation/src/lib.rs`, `new_config`.
pub const DEAD_SAFETY_CAP: Balance = Balance::MAX / 1000;

/// The storage of the inflation pallet.
///
/// Source: `pallets/inflation/src/lib.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Inflation {
    /// INFL-1: what governance decided last. It takes effect at the next recalculation.
    pub parameters: InflationParameters,
    /// INFL-15: the decay rate that governance decided last.
    pub decay_rate: Perquintill,
    /// INFL-3: the amounts in force.
    pub configuration: InflationConfiguration,
    /// INFL-3: the ideal staking rate in force.
    pub ideal_staking_rate: Perquintill,
    /// INFL-5: written at every recalculation, read by nobody; planck.
    pub issuance_safety_cap: Balance,
    /// INFL-14: the decay in force.
    pub decay: Decay,
    /// INFL-4: the era that this block's end recalculates for. Empty between blocks.
    pub do_recalculation: Option<u32>,
}

impl Inflation {
    /// INFL-10, INFL-13: the genesis of a chain that brings its own parameters.
    ///
    /// The first configuration is computed before they are stored, so it uses the default ones.
    /// Source: `GenesisConfig::build`.
    pub fn genesis(
        parameters: InflationParameters,
        issuance: Balance,
        calendar: &Calendar,
    ) -> Self {
        let first = Self::computed(InflationParameters::default(), issuance, calendar, 1);
        Self { parameters, ..first }
    }

    /// The storage right after a recalculation for the era `next_era`.
    pub fn computed(
        parameters: InflationParameters,
        issuance: Balance,
        calendar: &Calendar,
        next_era: u32,
    ) -> Self {
        Self {
            parameters,
            decay_rate: Perquintill::ONE,
            configuration: recalculate(issuance, &parameters, calendar, next_era),
            ideal_staking_rate: parameters.ideal_staking_rate,
            issuance_safety_cap: DEAD_SAFETY_CAP,
            decay: Decay::NONE,
            do_recalculation: None,
        }
    }

    /// INFL-9: dApp staking says that the next block starts the era `next_era`.
    ///
    /// What is overdue is due: a missed recalculation comes late and is never lost.
    /// Source: `block_before_new_era`.
    pub(super) const fn block_before_new_era(&mut self, next_era: u32) {
        if self.configuration.recalculation_era <= next_era {
            self.do_recalculation = Some(next_era);
        }
    }

    /// INFL-6, INFL-10, INFL-15: new amounts out of the issuance of this moment (planck).
    ///
    /// The decay factor stays. Source: `recalculate_inflation`.
    pub(super) fn recalculate(
        &mut self,
        issuance: Balance,
        calendar: &Calendar,
        next_era: u32,
        mistake: Option<Mistake>,
    ) {
        let mut computed = recalculate(issuance, &self.parameters, calendar, next_era);
        if mistake == Some(Mistake::EraLengthsCounted) {
            let lengths = calendar.period_in_era_lengths() * calendar.periods_per_cycle;
            computed.recalculation_era = next_era.saturating_add(lengths);
        }
        self.put(computed);
        if mistake == Some(Mistake::DecayReset) {
            self.decay.factor = Perquintill::ONE;
        }
        if mistake == Some(Mistake::CapReinstated) {
            let max_emission = self.parameters.max_emission(issuance);
            self.issuance_safety_cap = issuance.saturating_add(max_emission);
        }
    }

    /// INFL-11: new amounts out of the old ones, as if they came from one maximum emission.
    ///
    /// The issuance is not read, and each call may lose what the divisions drop.
    /// Source: `readjusted_config`.
    pub(super) fn readjust(&mut self, calendar: &Calendar) {
        let max_emission = self.configuration.cycle_total(calendar);
        let era = self.configuration.recalculation_era;
        self.put(InflationConfiguration::new(era, max_emission, &self.parameters, calendar));
    }

    /// Both put the parameters in force.
    const fn put(&mut self, configuration: InflationConfiguration) {
        self.configuration = configuration;
        self.ideal_staking_rate = self.parameters.ideal_staking_rate;
        self.decay.rate = self.decay_rate;
    }

    /// EMIT-6: what an era sets aside for stakers; planck.
    ///
    /// `staked` and `issuance` are those of the moment at which the era ends; planck.
    /// Source: `staker_and_dapp_reward_pools`.
    pub fn staker_pool(&self, staked: Balance, issuance: Balance) -> Balance {
        let ratio = Perquintill::from_rational(staked, issuance);
        let adjustment = ratio.quotient(self.ideal_staking_rate);
        let configuration = &self.configuration;
        let adjustable =
            adjustment.mul_nearest_half_down(configuration.adjustable_staker_reward_pool_per_era);
        let pool = configuration.base_staker_reward_pool_per_era.saturating_add(adjustable);
        self.decay.applied_to(pool)
    }

    /// EMIT-6: what an era sets aside for dApps; planck.
    ///
    /// Source: `staker_and_dapp_reward_pools`.
    pub const fn dapp_pool(&self) -> Balance {
        self.decay.applied_to(self.configuration.dapp_reward_pool_per_era)
    }

    /// EMIT-7: what a period sets aside for loyal stakers; planck.
    ///
    /// Source: `bonus_reward_pool`.
    pub const fn bonus_pool(&self) -> Balance {
        self.decay.applied_to(self.configuration.bonus_reward_pool_per_period)
    }
}
