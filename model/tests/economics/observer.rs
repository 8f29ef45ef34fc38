//! One who watches a chain block by block and says which claims about it are broken.
//!
//! What a claim needs is computed here once more, from the state before the block and the state
//! after it, without the machine's own functions where that is possible.

use std::collections::{BTreeMap, BTreeSet};

use unincluded_model::economics::claims::{Entitlement, Refused};
use unincluded_model::economics::in_flight::Clock;
use unincluded_model::economics::{
    Balance, Block, BlockTime, Call, Chain, InflationConfiguration, Machine, Receipt, recalculate,
};

/// What is remembered from block to block.
pub(super) struct Observer<'a> {
    machine: &'a Machine,
    /// The claims that were broken.
    pub(super) broken: BTreeSet<&'static str>,
    minted: BTreeSet<Entitlement>,
    /// By build&earn era: its period.
    eras: BTreeMap<u32, u32>,
    /// The block of the last automatic recalculation.
    recalculated_at: u32,
    /// Blocks of the running cycle before the switch, if it is in the cycle.
    old_blocks: Option<u32>,
    /// Whether maintenance or root moved the calendar or the amounts since.
    is_disturbed: bool,
    /// Recorded in the running cycle; planck.
    recorded: Balance,
    /// The maximum emission of the running cycle; planck.
    max_emission: Balance,
    /// Set aside since the start, with half a planck for each claimant; half planck.
    claimable_halves: Balance,
    /// Minted beside block rewards since the start; planck.
    claimed: Balance,
    /// Recalculations seen.
    pub(super) recalculations: u32,
}

impl<'a> Observer<'a> {
    /// Watches from a steady start on.
    pub(super) fn new(machine: &'a Machine, start: &Chain) -> Self {
        Observer {
            machine,
            broken: BTreeSet::new(),
            minted: BTreeSet::new(),
            eras: BTreeMap::new(),
            recalculated_at: start.number,
            old_blocks: None,
            is_disturbed: false,
            recorded: 0,
            max_emission: start.inflation.parameters.max_emission(start.issuance),
            claimable_halves: 0,
            claimed: 0,
            recalculations: 0,
        }
    }

    /// Executes the block and looks at it.
    pub(super) fn execute(&mut self, chain: &mut Chain, block: &Block<'_>) -> Receipt {
        let before = chain.clone();
        let receipt = self.machine.execute(chain, block);
        self.look(&before, block, chain, &receipt);
        receipt
    }

    fn claim(&mut self, id: &'static str, holds: bool) {
        if !holds {
            self.broken.insert(id);
        }
    }

    fn look(&mut self, before: &Chain, block: &Block<'_>, after: &Chain, receipt: &Receipt) {
        let root = block.calls.iter().any(|call| {
            matches!(
                call,
                Call::SetInflationParameters(_)
                    | Call::ForceInflationRecalculation { .. }
                    | Call::ForceReadjustConfig
            )
        });
        let moved =
            block.calls.iter().any(|call| matches!(call, Call::SetMaintenance(_) | Call::Force(_)));
        self.is_disturbed |= root || moved;

        let in_force = halved_if(block.upgrade, before.inflation.configuration);
        let factor = before.inflation.decay.factor.product(before.inflation.decay.rate);
        let collators = factor.mul_nearest_half_down(in_force.collator_reward_per_block);
        let treasury = factor.mul_nearest_half_down(in_force.treasury_reward_per_block);
        let minted: Balance = receipt.minted.iter().map(|(_, amount)| amount).sum();
        let rewards = collators + treasury;
        let issued = before.issuance + rewards + minted - receipt.burned;
        self.claim("INV-1", after.issuance == issued);
        let floor = after.issuance + receipt.burned;
        self.claim("INV-4", floor >= before.issuance + Balance::from(rewards > 0));
        for &(entitlement, _) in &receipt.minted {
            let is_first = self.minted.insert(entitlement);
            self.claim("INV-3", is_first);
        }
        self.expiry(before, after, receipt);
        self.records(after, receipt);
        self.calendar(before, block, after, receipt);
        self.configuration(before, block, after, receipt, root);

        self.claimed += (after.issuance + receipt.burned).saturating_sub(before.issuance + rewards);
        let claimants = Balance::from(after.staking.accounts.len() as u64) + 1;
        if let Some(era) = &receipt.era_ended {
            self.claimable_halves += 2 * (era.staker_pool + era.dapp_pool) + claimants;
        }
        if let Some(period) = &receipt.period_ended {
            self.claimable_halves += 2 * period.bonus_pool + claimants;
        }
        self.claim("INV-10b", 2 * self.claimed <= self.claimable_halves);

        let deposit = self.machine.network().existential_deposit;
        let pay = (before.pot + collators - deposit) / 2;
        self.claim("INV-22", receipt.author == pay && after.pot >= deposit);
        let has_fees = block.calls.iter().any(|call| matches!(call, Call::PayFee { .. }));
        let without_fees = before.pot + collators - pay;
        self.claim("INV-22", has_fees || after.pot == without_fees);

        self.claim("INV-21", after.inflation.do_recalculation.is_none());
        self.claim("INV-25", after.inflation.decay.factor == factor);
        self.claim("INV-25", after.inflation.decay.factor <= before.inflation.decay.factor);
    }

    /// INV-5 and INV-16: claims fail if they are expired, and not otherwise.
    fn expiry(&mut self, before: &Chain, after: &Chain, receipt: &Receipt) {
        let retention = self.machine.network().staking.reward_retention_in_periods;
        let oldest = after.staking.period.saturating_sub(retention);
        for &(entitlement, _) in &receipt.minted {
            let period = match entitlement {
                Entitlement::Staker { account, .. } => {
                    before.staking.accounts[account].stake.map(|stake| stake.period)
                }
                Entitlement::Bonus { period, .. } => Some(period),
                Entitlement::Dapp { era, .. } => self.eras.get(&era).copied(),
            };
            // What was recorded in this very block is of the period that just ended.
            self.claim("INV-5", period.is_none_or(|period| period >= oldest));
        }
        for (_, refused) in &receipt.refused {
            match refused {
                Refused::RewardPayoutFailed => self.claim("INV-16", false),
                Refused::RewardExpired { period, .. } => self.claim("INV-16", *period < oldest),
                _ => {}
            }
        }
    }

    /// INV-6 and INV-7: what can be claimed is recorded, and the stakes add up.
    fn records(&mut self, after: &Chain, receipt: &Receipt) {
        let retention = self.machine.network().staking.reward_retention_in_periods;
        let staking = &after.staking;
        if let Some(ended) = &receipt.era_ended {
            let era = staking.era - 1;
            let period = staking.period - u32::from(receipt.period_ended.is_some());
            self.eras.insert(era, period);
            // Claims of this block may have moved some of the stakes on.
            let claimed: BTreeSet<usize> = receipt
                .minted
                .iter()
                .filter_map(|(entitlement, _)| match entitlement {
                    Entitlement::Staker { account, era: claimed } if *claimed == era => {
                        Some(*account)
                    }
                    _ => None,
                })
                .collect();
            if claimed.is_empty() && receipt.refused.is_empty() {
                let stakes = staking.accounts.iter().filter_map(|account| account.stake);
                let earns = stakes.filter(|it| it.period == period && it.unclaimed_from <= era);
                let sum: Balance = earns.map(|stake| stake.amount).sum();
                self.claim("INV-7", sum <= ended.staked);
            }
        }
        let oldest = staking.period.saturating_sub(retention);
        let missing = self.eras.iter().any(|(era, &period)| {
            period >= oldest
                && !(staking.records.eras.contains_key(era)
                    && staking.records.tiers.contains_key(era))
        });
        self.claim("INV-6", !missing);
    }

    /// INV-9, INV-15 and INV-23: eras and cycles are as long as they should be.
    fn calendar(&mut self, before: &Chain, block: &Block<'_>, after: &Chain, receipt: &Receipt) {
        let step = after.staking.era - before.staking.era;
        self.claim("INV-23", step <= 1);
        let overdue = !before.staking.maintenance && after.staking.next_era_start <= after.number;
        self.claim("INV-23", !overdue);
        if block.upgrade {
            self.old_blocks = Some(before.number - self.recalculated_at);
            let clock = Clock { last_old_block: before.number };
            let forces = block.calls.iter().any(|call| matches!(call, Call::Force(_)));
            let moved = step > 0 || forces;
            let error = clock.error(before.staking.next_era_start, after.staking.next_era_start);
            self.claim("INV-15", moved || error == 0);
        }
        if let Some(era) = &receipt.era_ended {
            self.recorded += era.staker_pool + era.dapp_pool;
        }
        if let Some(period) = &receipt.period_ended {
            self.recorded += period.bonus_pool;
        }
        self.recorded += receipt.collators + receipt.treasury;
        if !receipt.recalculated {
            return;
        }
        let network = self.machine.network();
        let blocks = after.number - self.recalculated_at;
        let expected = match self.old_blocks {
            Some(old) => (2 * network.before.blocks_per_cycle() + 1).saturating_sub(old),
            None => network.calendar(after.block_time).blocks_per_cycle(),
        };
        let decays = after.inflation.decay.factor != before.inflation.decay.factor;
        if !self.is_disturbed {
            self.claim("INV-9", blocks == expected);
            let extra = Balance::from(self.old_blocks.is_some())
                * (before.inflation.configuration.block_reward());
            self.claim("INV-10", decays || self.recorded <= self.max_emission + 2 + extra);
        }
        self.recalculations += 1;
        self.recalculated_at = after.number;
        self.old_blocks = None;
        self.is_disturbed = false;
        self.recorded = 0;
        self.max_emission = after.inflation.parameters.max_emission(after.issuance);
    }

    /// INV-8, INV-11, INV-12 and INV-19: who writes the amounts, and what.
    fn configuration(
        &mut self,
        before: &Chain,
        block: &Block<'_>,
        after: &Chain,
        receipt: &Receipt,
        root: bool,
    ) {
        let (old, new) = (before.inflation.configuration, after.inflation.configuration);
        let starts_an_era = after.staking.next_era_start == after.number + 1;
        let written = new != halved_if(block.upgrade, old);
        self.claim("INV-12", !written || root || (starts_an_era && receipt.recalculated));
        let next_era = after.staking.era + 1;
        let calendar = self.machine.network().calendar(after.block_time);
        let parameters = &after.inflation.parameters;
        let fresh = recalculate(after.issuance, parameters, calendar, next_era);
        let due = old.recalculation_era <= next_era && starts_an_era;
        let is_seen = !before.staking.maintenance && !after.staking.maintenance;
        self.claim("INV-11", !(due && is_seen) || root || new == fresh);
        self.claim("INV-11", !receipt.recalculated || root || new == fresh);
        if block.upgrade && !receipt.recalculated {
            let halves = (old.collator_reward_per_block / 2, old.treasury_reward_per_block / 2);
            let is_half = (new.collator_reward_per_block, new.treasury_reward_per_block) == halves;
            self.claim("INV-8", is_half);
            self.claim("INV-19", is_half && after.block_time == BlockTime::SixSeconds);
        }
        if !block.upgrade {
            self.claim("INV-19", after.block_time == before.block_time);
        }
    }
}

/// UPG-2 once more.
fn halved_if(upgrade: bool, configuration: InflationConfiguration) -> InflationConfiguration {
    if !upgrade {
        return configuration;
    }
    InflationConfiguration {
        collator_reward_per_block: configuration.collator_reward_per_block / 2,
        treasury_reward_per_block: configuration.treasury_reward_per_block / 2,
        ..configuration
    }
}
