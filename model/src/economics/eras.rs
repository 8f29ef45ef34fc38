//! How eras, subperiods and periods follow each other, block by block.

use std::collections::BTreeMap;

use super::chain::{Machine, Receipt};
use super::mistake::Mistake;
use super::pools::Inflation;
use super::tiers::{Place, tier_rewards};
use super::{Balance, Calendar};

/// The storage of dApp staking, as far as it decides what is issued.
///
/// Source: `pallets/dapp-staking/src/lib.rs`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Staking {
    /// DAPP-13: whether everything stands still.
    pub maintenance: bool,
    /// The running era; from 1.
    pub era: u32,
    /// The block at which the next era starts.
    pub next_era_start: u32,
    /// The running period; from 1.
    pub period: u32,
    /// The running subperiod.
    pub subperiod: Subperiod,
    /// The era with which the next subperiod starts.
    pub next_subperiod_start_era: u32,
    /// Who stakes.
    pub accounts: Vec<Account>,
    /// Where each dApp stands, in every era.
    pub dapps: Vec<Place>,
    /// What ended eras and periods set aside.
    pub records: Records,
}

/// The two parts of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subperiod {
    /// Stakers choose their dApps, and earn nothing but the bonus.
    Voting,
    /// Stakers and dApps earn by the era.
    BuildAndEarn,
}

/// One who stakes: one number of stake for a period (ABS-4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Account {
    /// What is not at stake; planck.
    pub balance: Balance,
    /// The stake that can still earn or claim.
    pub stake: Option<Stake>,
    /// What may earn a bonus when its period is over.
    pub bonus: Option<BonusEntry>,
    /// DAPP-16: the block in which something unlocks.
    pub unlock_block: Option<u32>,
}

/// DAPP-7: a stake and from which era on its rewards are unclaimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stake {
    /// The period in which it was made; it lapses with it.
    pub period: u32,
    /// The first era whose reward is not claimed.
    pub unclaimed_from: u32,
    /// Planck.
    pub amount: Balance,
}

/// DAPP-9: what was staked in a period, as far as its bonus goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BonusEntry {
    /// The period.
    pub period: u32,
    /// What was staked while it voted; planck. None earns no bonus.
    pub voting_stake: Balance,
}

impl BonusEntry {
    /// Whether it earns a bonus.
    pub const fn is_eligible(&self) -> bool {
        self.voting_stake > 0
    }
}

/// EMIT-8: what was set aside and who has claimed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Records {
    /// By era.
    pub eras: BTreeMap<u32, EraReward>,
    /// By era, where it earned.
    pub tiers: BTreeMap<u32, DappTiers>,
    /// By period.
    pub periods: BTreeMap<u32, PeriodEnd>,
    /// DAPP-15: the first era that may not be cleaned up.
    pub oldest_valid_era: u32,
}

/// What an era set aside for stakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EraReward {
    /// Planck.
    pub staker_pool: Balance,
    /// What was staked; planck.
    pub staked: Balance,
    /// Planck.
    pub dapp_pool: Balance,
}

/// What an era set aside for each dApp.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DappTiers {
    /// The period of the era.
    pub period: u32,
    /// By dApp: planck, or none in no tier or once claimed.
    pub rewards: Vec<Option<Balance>>,
}

/// What a period set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PeriodEnd {
    /// Planck.
    pub bonus_pool: Balance,
    /// All that was staked while the period voted and stayed; planck.
    pub total_voting_stake: Balance,
    /// The last era.
    pub final_era: u32,
}

impl Staking {
    /// The state after genesis: the first period votes.
    ///
    /// Source: `GenesisConfig::build` of the pallet.
    pub const fn genesis(calendar: &Calendar) -> Self {
        Self {
            maintenance: false,
            era: 1,
            next_era_start: calendar.blocks_per_voting_subperiod().saturating_add(1),
            period: 1,
            subperiod: Subperiod::Voting,
            next_subperiod_start_era: 2,
            accounts: Vec::new(),
            dapps: Vec::new(),
            records: Records {
                eras: BTreeMap::new(),
                tiers: BTreeMap::new(),
                periods: BTreeMap::new(),
                oldest_valid_era: 0,
            },
        }
    }

    /// What earns in the running era; planck.
    ///
    /// A stake earns from the era after it was made, and lapses with its period.
    pub fn staked(&self) -> Balance {
        let earns =
            |stake: &&Stake| stake.period == self.period && stake.unclaimed_from <= self.era;
        let stakes = self.accounts.iter().filter_map(|account| account.stake.as_ref());
        stakes.filter(earns).map(|stake| stake.amount).sum()
    }

    /// What was staked while the running period voted; planck.
    fn voting_stake(&self, keeps_earlier: bool) -> Balance {
        let entries = self.accounts.iter().filter_map(|account| account.bonus);
        let counts = |entry: &BonusEntry| entry.period == self.period || keeps_earlier;
        entries.filter(counts).map(|entry| entry.voting_stake).sum()
    }
}

impl Machine {
    /// DAPP-1: the era handler, in every block: announce the next era or start it.
    ///
    /// Equality announces, so a boundary that nobody looks at one block before is never announced.
    /// Source: `pallets/dapp-staking/src/lib.rs`, `era_and_period_handler`.
    pub(super) fn handle_era(
        &self,
        staking: &mut Staking,
        inflation: &mut Inflation,
        calendar: &Calendar,
        (now, issuance): (u32, Balance),
        receipt: &mut Receipt,
    ) {
        if staking.maintenance {
            return; // DAPP-13: era and period stand still, block rewards do not.
        }
        if staking.next_era_start == now.saturating_add(1)
            && !self.makes(Mistake::RecalculatedInTheNewEra)
        {
            inflation.block_before_new_era(staking.era.saturating_add(1));
        }
        if staking.next_era_start > now {
            return;
        }
        self.start_era(staking, inflation, calendar, (now, issuance), receipt);
        if self.makes(Mistake::RecalculatedInTheNewEra) {
            inflation.block_before_new_era(staking.era);
        }
    }

    /// DAPP-2 to DAPP-5: era `era + 1` starts with the block `now`.
    ///
    /// The next one starts a whole length after `now`, however late `now` is (TIME-10).
    fn start_era(
        &self,
        staking: &mut Staking,
        inflation: &Inflation,
        calendar: &Calendar,
        (now, issuance): (u32, Balance),
        receipt: &mut Receipt,
    ) {
        let (ended, next_era) = (staking.era, staking.era.saturating_add(1));
        let length = match staking.subperiod {
            Subperiod::Voting => {
                staking.records.eras.insert(ended, voting_reward(staking.staked()));
                staking.subperiod = Subperiod::BuildAndEarn;
                staking.next_subperiod_start_era =
                    next_era.saturating_add(calendar.eras_per_build_and_earn_subperiod);
                calendar.blocks_per_era
            }
            Subperiod::BuildAndEarn => {
                let reward = self.record_era(staking, inflation, issuance);
                receipt.era_ended = Some(reward);
                if next_era >= staking.next_subperiod_start_era {
                    receipt.period_ended = Some(self.end_period(staking, inflation));
                    staking.next_subperiod_start_era = next_era.saturating_add(1);
                    calendar.blocks_per_voting_subperiod()
                } else {
                    calendar.blocks_per_era
                }
            }
        };
        staking.era = next_era;
        let start = if self.makes(Mistake::EraCatchesUp) { staking.next_era_start } else { now };
        staking.next_era_start = start.saturating_add(length);
    }

    /// DAPP-3, EMIT-8: a build&earn era is over, and what it earned is recorded, not minted.
    fn record_era(
        &self,
        staking: &mut Staking,
        inflation: &Inflation,
        issuance: Balance,
    ) -> EraReward {
        let staked = staking.staked();
        let reward = EraReward {
            staker_pool: inflation.staker_pool(staked, issuance),
            staked,
            dapp_pool: inflation.dapp_pool(),
        };
        let rewards = tier_rewards(reward.dapp_pool, &self.network().tiers, &staking.dapps);
        let tiers = DappTiers { period: staking.period, rewards };
        staking.records.eras.insert(staking.era, reward);
        staking.records.tiers.insert(staking.era, tiers);
        reward
    }

    /// DAPP-4, DAPP-15: a period is over; what expires with it may be cleaned up.
    fn end_period(&self, staking: &mut Staking, inflation: &Inflation) -> PeriodEnd {
        let end = PeriodEnd {
            bonus_pool: inflation.bonus_pool(),
            total_voting_stake: staking.voting_stake(self.makes(Mistake::VotingStakeKept)),
            final_era: staking.era,
        };
        staking.records.periods.insert(staking.period, end);
        staking.period = staking.period.saturating_add(1);
        staking.subperiod = Subperiod::Voting;
        let retention = self.network().staking.reward_retention_in_periods;
        let early = u32::from(self.makes(Mistake::CleanedUpEarly));
        let expired = staking.period.checked_sub(retention.saturating_add(1) - early);
        if let Some(end) = expired.and_then(|period| staking.records.periods.remove(&period)) {
            staking.records.oldest_valid_era = end.final_era.saturating_add(1);
        }
        end
    }
}

/// DAPP-2: a voting era earns nothing.
const fn voting_reward(staked: Balance) -> EraReward {
    EraReward { staker_pool: 0, staked, dapp_pool: 0 }
}
