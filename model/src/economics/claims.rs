//! How a reward comes to exist: it is minted when somebody claims it (DAPP-6).

use thiserror::Error;

use super::chain::{Chain, Machine, Receipt};
use super::eras::{BonusEntry, Stake, Subperiod};
use super::mistake::Mistake;
use super::{Balance, Perbill};

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
    /// DAPP-14: the safeguard of production networks.
    #[error("DAPP-14: the safeguard is on")]
    ForceNotAllowed,
    /// There is no such account or dApp.
    #[error("there is no such account or dApp")]
    Unknown,
    /// The stake would earn from the next era on, and that is of the next period.
    #[error("the period ends with this era, so the stake would earn nothing")]
    PeriodEndsInNextEra,
    /// There is a stake for this period already. On chain it would grow; here it has one amount.
    #[error("there is a stake for this period already")]
    AlreadyStaked,
    /// What can still be claimed is in the way.
    #[error("there are unclaimed rewards")]
    UnclaimedRewards,
    /// What is staked is below the minimum.
    #[error("the stake is below the minimum of {minimum} planck")]
    InsufficientStakeAmount {
        /// Planck.
        minimum: Balance,
    },
    /// Something unlocks already. On chain there is room for several chunks; here for one.
    #[error("something unlocks already")]
    AlreadyUnlocking,
    /// DAPP-16: nothing unlocks, or not yet.
    #[error("DAPP-16: nothing has unlocked")]
    NoUnlockedChunksToClaim,
    /// DAPP-10: the era is not over.
    #[error("DAPP-10: the era is not over")]
    InvalidClaimEra,
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

    /// Staking for the running period: it earns from the next era on, so a period's last era takes none.
    ///
    /// Source: `pallets/dapp-staking/src/lib.rs`, `inner_stake`.
    pub(super) fn stake(
        &self,
        chain: &mut Chain,
        account: usize,
        amount: Balance,
    ) -> Result<(), Refused> {
        let minimum = self.network().staking.minimum_stake;
        let staking = &chain.staking;
        let owner = staking.accounts.get(account).ok_or(Refused::Unknown)?;
        let votes = staking.subperiod == Subperiod::Voting;
        if !votes && staking.next_subperiod_start_era <= staking.era.saturating_add(1) {
            return Err(Refused::PeriodEndsInNextEra);
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
        if owner.bonus.is_some_and(|bonus| bonus.is_eligible() && claimable(bonus.period)) {
            return Err(Refused::UnclaimedRewards);
        }
        if amount < minimum {
            return Err(Refused::InsufficientStakeAmount { minimum });
        }
        let (period, voting_stake) = (staking.period, if votes { amount } else { 0 });
        let unclaimed_from = staking.era.saturating_add(1);
        let owner = &mut chain.staking.accounts[account];
        owner.stake = Some(Stake { period, unclaimed_from, amount });
        owner.bonus = Some(BonusEntry { period, voting_stake });
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
        let last = last_earned.min(self.next_span(first).saturating_sub(1));
        if first > last {
            return Err(Refused::NoClaimableRewards);
        }
        let rewards: Vec<(Entitlement, Balance)> = staking
            .records
            .eras
            .range(first..=last)
            .filter(|(_, reward)| reward.staked > 0)
            .map(|(&era, reward)| {
                let share = Perbill::from_rational(stake.amount, reward.staked);
                let amount = share.mul_nearest_half_down(reward.staker_pool);
                (Entitlement::Staker { account, era }, amount)
            })
            .collect();
        self.pay(chain, Some(account), &rewards, receipt)?;
        if self.makes(Mistake::EntitlementKept) {
            return Ok(());
        }
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
        let entry = owner.bonus.ok_or(Refused::NoClaimableRewards)?;
        let period = entry.period;
        if period >= staking.period {
            return Err(Refused::NoClaimableRewards);
        }
        if !entry.is_eligible() {
            return Err(Refused::NotEligibleForBonusReward);
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
        if !self.makes(Mistake::EntitlementKept) {
            chain.staking.accounts[account].bonus = None;
        }
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
        if dapp >= chain.staking.dapps.len() {
            return Err(Refused::Unknown);
        }
        if era >= chain.staking.era {
            return Err(Refused::InvalidClaimEra);
        }
        let tiers = chain.staking.records.tiers.get(&era).ok_or(Refused::NoDAppTierInfo)?;
        self.not_expired(chain, tiers.period)?;
        let reward = tiers.rewards.get(dapp).copied().flatten();
        let amount = reward.ok_or(Refused::NoClaimableRewards)?;
        self.pay(chain, None, &[(Entitlement::Dapp { dapp, era }, amount)], receipt)?;
        let tiers = chain.staking.records.tiers.get_mut(&era).ok_or(Refused::NoDAppTierInfo)?;
        if !self.makes(Mistake::EntitlementKept) {
            tiers.rewards[dapp] = None;
        }
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

impl Machine {
    /// DAPP-16: what is not staked begins to unlock. Nothing is minted.
    ///
    /// Source: `pallets/dapp-staking/src/lib.rs`, `unlock`.
    pub(super) fn unlock(&self, chain: &mut Chain, account: usize) -> Result<(), Refused> {
        let blocks = self.network().staking.unlocking_blocks(self.calendar(chain));
        let owner = chain.staking.accounts.get_mut(account).ok_or(Refused::Unknown)?;
        if owner.unlock_block.is_some() {
            return Err(Refused::AlreadyUnlocking);
        }
        owner.unlock_block = Some(chain.number.saturating_add(blocks));
        Ok(())
    }

    /// DAPP-7: the first era of the span after that of `era`.
    const fn next_span(&self, era: u32) -> u32 {
        let length = self.network().staking.era_reward_span_length;
        (era - era % length).saturating_add(length)
    }

    /// DAPP-15: what a block has time left for: forget one span and one era of expired records.
    ///
    /// Claims do not wait for it: they fail by their period (DAPP-8). On chain an era without tiers takes a
    /// block as well.
    /// Source: `pallets/dapp-staking/src/lib.rs`, `expired_entry_cleanup`.
    pub(super) fn clean_up(&self, chain: &mut Chain) {
        let records = &mut chain.staking.records;
        let oldest = records.oldest_valid_era;
        if let Some(&first) = records.eras.keys().next().filter(|&&first| first < oldest) {
            let end = self.next_span(first);
            if end <= oldest {
                records.eras = records.eras.split_off(&end);
            }
        }
        if let Some(tiers) = records.tiers.first_entry().filter(|tiers| *tiers.key() < oldest) {
            tiers.remove();
        }
    }
}

/// DAPP-16: what has unlocked is free. Nothing is minted.
///
/// Source: `pallets/dapp-staking/src/lib.rs`, `internal_claim_unlocked`.
pub(super) fn claim_unlocked(chain: &mut Chain, account: usize) -> Result<(), Refused> {
    let owner = chain.staking.accounts.get_mut(account).ok_or(Refused::Unknown)?;
    if owner.unlock_block.is_none_or(|unlock_block| unlock_block > chain.number) {
        return Err(Refused::NoUnlockedChunksToClaim);
    }
    owner.unlock_block = None;
    Ok(())
}

/// The last era of an ended period.
fn end_of(chain: &Chain, period: u32) -> Option<u32> {
    chain.staking.records.periods.get(&period).map(|end| end.final_era)
}
