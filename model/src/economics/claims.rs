//! How a reward comes to exist: it is minted when somebody claims it (DAPP-6).

use thiserror::Error;

use super::chain::{Chain, Machine, Receipt};
use super::eras::{BonusEntry, Stake, Subperiod};
use super::mistake::Mistake;
use super::{Balance, Perbill};

/// DAPP-7: one claim takes eras of one span; eras.
///
/// Source: `EraRewardSpanLength` in `runtime/astar/src/lib.rs`.
pub const SPAN_LENGTH: u32 = 16;

/// What somebody is entitled to, once (INV-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entitlement {
    /// A staker's reward of an era.
    Staker {
        /// The account's place.
        account: usize,
        /// The era.
        era: u32,
    },
    /// A loyal staker's reward of a period.
    Bonus {
        /// The account's place.
        account: usize,
        /// The period.
        period: u32,
    },
    /// A dApp's reward of an era.
    Dapp {
        /// The dApp's place.
        dapp: usize,
        /// The era.
        era: u32,
    },
}

/// Why a call did nothing, in the order in which the runtime finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// UPG-5: migrations run, so the block carries nothing of users.
    #[error("UPG-5: no call is possible while migrations run")]
    MigrationsOngoing,
    /// DAPP-13: maintenance.
    #[error("DAPP-13: dApp staking is in maintenance")]
    Disabled,
    /// There is no such account or dApp.
    #[error("there is no such account or dApp")]
    Unknown,
    /// What is staked is below the minimum.
    #[error("the stake is below the minimum of {minimum} planck")]
    InsufficientStakeAmount {
        /// Planck.
        minimum: Balance,
    },
    /// There is a stake for this period already.
    #[error("there is a stake for this period already")]
    AlreadyStaked,
    /// What can still be claimed is in the way.
    #[error("there are unclaimed rewards")]
    UnclaimedRewards,
    /// DAPP-10: the era's tiers are not recorded, or not any more.
    #[error("DAPP-10: nothing is recorded for the era")]
    NoDAppTierInfo,
    /// There is nothing to claim, or not yet.
    #[error("DAPP-7: there is nothing to claim")]
    NoClaimableRewards,
    /// DAPP-9: nothing was staked while the period voted.
    #[error("DAPP-9: there is no stake from the voting subperiod")]
    NotEligibleForBonusReward,
    /// DAPP-8: too late.
    #[error("DAPP-8: rewards of period {period} expired with period {oldest}")]
    RewardExpired {
        /// The period of the reward.
        period: u32,
        /// The oldest that can be claimed.
        oldest: u32,
    },
    /// DAPP-9: the period was recorded without any voting stake.
    #[error("DAPP-9: the period had no voting stake")]
    InternalClaimBonusError,
    /// EMIT-12: the cap of old runtimes.
    #[error("EMIT-12: the payout would exceed the cap")]
    RewardPayoutFailed,
    /// INFL-2: the parts are not one whole.
    #[error("INFL-2: the parts are not exactly one whole")]
    InvalidInflationParameters,
}

impl Machine {
    /// DAPP-8: whether a reward of that period can still be claimed.
    fn not_expired(&self, chain: &Chain, period: u32) -> Result<(), Refused> {
        let retention = self.network().staking.reward_retention_in_periods;
        let oldest = chain.staking.period.saturating_sub(retention);
        if period < oldest && !self.makes(Mistake::RetentionIgnored) {
            return Err(Refused::RewardExpired { period, oldest });
        }
        Ok(())
    }

    /// Staking for the running period: it earns from the next era on.
    ///
    /// Source: `pallets/dapp-staking/src/lib.rs`, `stake`.
    pub(super) fn stake(
        &self,
        chain: &mut Chain,
        account: usize,
        amount: Balance,
    ) -> Result<(), Refused> {
        let minimum = self.network().staking.minimum_stake;
        let staking = &chain.staking;
        let owner = staking.accounts.get(account).ok_or(Refused::Unknown)?;
        if amount < minimum {
            return Err(Refused::InsufficientStakeAmount { minimum });
        }
        let claimable = |period: u32| self.not_expired(chain, period).is_ok();
        if let Some(stake) = owner.stake {
            if stake.period == staking.period {
                return Err(Refused::AlreadyStaked);
            }
            if claimable(stake.period) {
                return Err(Refused::UnclaimedRewards);
            }
        }
        if owner.bonus.is_some_and(|bonus| claimable(bonus.period)) {
            return Err(Refused::UnclaimedRewards);
        }
        let (period, votes) = (staking.period, staking.subperiod == Subperiod::Voting);
        let unclaimed_from = staking.era.saturating_add(1);
        let owner = &mut chain.staking.accounts[account];
        owner.stake = Some(Stake { period, unclaimed_from, amount });
        owner.bonus = votes.then_some(BonusEntry { period, voting_stake: amount });
        Ok(())
    }

    /// DAPP-7, ROUND-1, ROUND-4: the rewards of consecutive eras, at most to the end of a span.
    ///
    /// Each era is rounded by itself, so all claims together may miss the pool (DAPP-12).
    /// Source: `internal_claim_staker_rewards_for`.
    pub(super) fn claim_staker_rewards(
        &self,
        chain: &mut Chain,
        account: usize,
        receipt: &mut Receipt,
    ) -> Result<(), Refused> {
        let staking = &chain.staking;
        let owner = staking.accounts.get(account).ok_or(Refused::Unknown)?;
        let stake = owner.stake.ok_or(Refused::NoClaimableRewards)?;
        self.not_expired(chain, stake.period)?;
        let end = staking.records.periods.get(&stake.period);
        let last_earned = end.map_or(staking.era - 1, |end| end.final_era);
        let first = stake.unclaimed_from;
        let last = last_earned.min(first - first % SPAN_LENGTH + (SPAN_LENGTH - 1));
        if first > last {
            return Err(Refused::NoClaimableRewards);
        }
        let rewards: Vec<(Entitlement, Balance)> = staking
            .records
            .eras
            .range(first..=last)
            .map(|(&era, reward)| {
                let share = Perbill::from_rational(stake.amount, reward.staked);
                let amount = share.mul_nearest_half_down(reward.staker_pool);
                (Entitlement::Staker { account, era }, amount)
            })
            .collect();
        self.pay(chain, Some(account), &rewards, receipt)?;
        let lapsed = end_of(chain, stake.period).is_some_and(|final_era| last >= final_era);
        chain.staking.accounts[account].stake =
            (!lapsed).then_some(Stake { unclaimed_from: last + 1, ..stake });
        Ok(())
    }

    /// DAPP-9: the bonus of an ended period; the entry goes with it.
    ///
    /// Source: `internal_claim_bonus_reward_for`.
    pub(super) fn claim_bonus_reward(
        &self,
        chain: &mut Chain,
        account: usize,
        receipt: &mut Receipt,
    ) -> Result<(), Refused> {
        let staking = &chain.staking;
        let owner = staking.accounts.get(account).ok_or(Refused::Unknown)?;
        let entry = owner.bonus.ok_or(Refused::NotEligibleForBonusReward)?;
        let period = entry.period;
        if period >= staking.period {
            return Err(Refused::NoClaimableRewards);
        }
        self.not_expired(chain, period)?;
        let end = staking.records.periods.get(&period).ok_or(Refused::InternalClaimBonusError)?;
        if end.total_voting_stake == 0 {
            return Err(Refused::InternalClaimBonusError);
        }
        let share = Perbill::from_rational(entry.voting_stake, end.total_voting_stake);
        let amount = share.mul_nearest_half_down(end.bonus_pool);
        let reward = [(Entitlement::Bonus { account, period }, amount)];
        self.pay(chain, Some(account), &reward, receipt)?;
        chain.staking.accounts[account].bonus = None;
        Ok(())
    }

    /// DAPP-10: what a dApp earned in an ended era.
    ///
    /// Source: `claim_dapp_reward`.
    pub(super) fn claim_dapp_reward(
        &self,
        chain: &mut Chain,
        (dapp, era): (usize, u32),
        receipt: &mut Receipt,
    ) -> Result<(), Refused> {
        let tiers = chain.staking.records.tiers.get(&era).ok_or(Refused::NoDAppTierInfo)?;
        self.not_expired(chain, tiers.period)?;
        let reward = tiers.rewards.get(dapp).ok_or(Refused::Unknown)?;
        let amount = reward.ok_or(Refused::NoClaimableRewards)?;
        self.pay(chain, None, &[(Entitlement::Dapp { dapp, era }, amount)], receipt)?;
        let tiers = chain.staking.records.tiers.get_mut(&era).ok_or(Refused::NoDAppTierInfo)?;
        tiers.rewards[dapp] = None;
        Ok(())
    }

    /// EMIT-10, EMIT-11: mint the rewards into one account, in one deposit.
    ///
    /// Whatever comes of the deposit, the claim succeeds: an account that would stay below the
    /// existential deposit gets nothing, and its entitlement is gone (BUG-5). Owners of dApps are
    /// taken to exist.
    /// Source: `pallets/inflation/src/lib.rs`, `payout_reward`.
    fn pay(
        &self,
        chain: &mut Chain,
        account: Option<usize>,
        rewards: &[(Entitlement, Balance)],
        receipt: &mut Receipt,
    ) -> Result<(), Refused> {
        let amount = rewards.iter().map(|&(_, amount)| amount).sum::<Balance>();
        if self.makes(Mistake::CapReinstated) {
            within_the_old_cap(chain, amount)?;
        }
        if let Some(account) = account {
            let balance = &mut chain.staking.accounts[account].balance;
            let after = balance.saturating_add(amount);
            if after < self.network().existential_deposit {
                receipt.swallowed = receipt.swallowed.saturating_add(amount);
                return Ok(());
            }
            *balance = after;
        }
        chain.issuance = chain.issuance.saturating_add(amount);
        receipt.minted.extend_from_slice(rewards);
        Ok(())
    }
}

/// EMIT-12: until runtime 1400 a claim failed 1 % above the cap of the last recalculation.
fn within_the_old_cap(chain: &Chain, payout: Balance) -> Result<(), Refused> {
    let cap = chain.inflation.issuance_safety_cap;
    if chain.issuance.saturating_add(payout) > cap.saturating_mul(101) / 100 {
        return Err(Refused::RewardPayoutFailed);
    }
    Ok(())
}

/// The last era of an ended period.
fn end_of(chain: &Chain, period: u32) -> Option<u32> {
    chain.staking.records.periods.get(&period).map(|end| end.final_era)
}

impl Chain {
    /// DAPP-15: what a block has time left for: forget one span and one era of expired records.
    ///
    /// Claims do not wait for it: they fail by their period (DAPP-8).
    /// Source: `pallets/dapp-staking/src/lib.rs`, `on_idle`.
    pub(super) fn clean_up(&mut self) {
        let records = &mut self.staking.records;
        let oldest = records.oldest_valid_era;
        if let Some(&first) = records.eras.keys().next().filter(|&&first| first < oldest) {
            let end = first - first % SPAN_LENGTH + SPAN_LENGTH;
            if end <= oldest {
                records.eras = records.eras.split_off(&end);
            }
        }
        if let Some(tiers) = records.tiers.first_entry().filter(|tiers| *tiers.key() < oldest) {
            tiers.remove();
        }
    }
}
