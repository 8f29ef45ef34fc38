//! One who watches a chain block by block and says which claims about it are broken.
//!
//! What a claim needs is computed here once more, from the state before the block and the state after it,
//! without the machine's own functions where that is possible. What must be remembered from block to block is
//! little, and counted from the block itself where it can be: so a search can close.

use std::collections::BTreeMap;

use unincluded_model::economics::chain::Forced;
use unincluded_model::economics::claims::{Entitlement, Refused};
use unincluded_model::economics::in_flight::Clock;
use unincluded_model::economics::switch::{DEMOCRACY_VERSION, LazyMigration};
use unincluded_model::economics::{
    Balance, Block, BlockTime, Call, Chain, InflationConfiguration, Machine, Network, Perquintill,
    Receipt, recalculate,
};

/// The claims, by their place in [`Broken`].
pub const CLAIMS: [&str; 22] = [
    "INV-1", "INV-3", "INV-4", "INV-5", "INV-6", "INV-7", "INV-8", "INV-9", "INV-10", "INV-10b",
    "INV-11", "INV-12", "INV-14", "INV-15", "INV-16", "INV-18", "INV-19", "INV-20", "INV-21",
    "INV-22", "INV-23", "INV-24",
];

/// INV-25 comes last: it is about decay alone.
const DECAY: &str = "INV-25";

/// The claims that a block breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Broken(u32);

impl Broken {
    fn unless(&mut self, holds: bool, id: &'static str) {
        if !holds {
            let place = CLAIMS.iter().position(|claim| *claim == id).unwrap_or(CLAIMS.len());
            self.0 |= 1 << place;
        }
    }

    /// Whether none is.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Their ids.
    pub fn ids(self) -> impl Iterator<Item = &'static str> {
        let all = CLAIMS.into_iter().chain([DECAY]).enumerate();
        all.filter(move |(place, _)| self.0 >> place & 1 == 1).map(|(_, id)| id)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is remembered from block to block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// INV-3: minted for what has not expired; planck.
    pub(super) minted: BTreeMap<Entitlement, Balance>,
    /// Build&earn eras whose rewards have not expired.
    pub(super) eras: BTreeMap<u32, EarnedEra>,
    /// INV-10b: minted by nobody's claim; planck.
    pub(super) unattributed: Balance,
    /// The running cycle, unless root or a missed announcement has moved it.
    pub(super) cycle: Option<Cycle>,
    /// INV-15: what unlocks, by account.
    pub(super) unlocking: BTreeMap<usize, Promise>,
}

/// An era that earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EarnedEra {
    pub(super) period: u32,
    /// Who staked in it.
    pub(super) stakers: usize,
    /// Planck.
    pub(super) staker_pool: Balance,
    /// Planck.
    pub(super) dapp_pool: Balance,
}

/// The cycle since its recalculation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cycle {
    /// Its blocks under the old runtime and under the new one.
    pub blocks: [u32; 2],
    /// Whether the switch is among them.
    pub has_switch: bool,
    /// Whether an era was overdue there: then nothing is left to stretch.
    pub is_overdue: bool,
    /// Those of them in which maintenance hid that an era was over.
    pub overrun: [u32; 2],
    /// What its first block pays collators and treasury; planck.
    pub(super) full: [Balance; 2],
    /// Paid so far to collators and treasury; planck.
    pub(super) paid: [Balance; 2],
    /// Recorded so far if all had been staked; planck.
    pub(super) accrued: Balance,
    /// Planck.
    pub(super) max_emission: Balance,
}

impl Cycle {
    /// The amounts are those of a recalculation at another issuance.
    pub(super) fn restart(&mut self, chain: &Chain, issuance: Balance) {
        let configuration = &chain.inflation.configuration;
        self.full =
            [configuration.collator_reward_per_block, configuration.treasury_reward_per_block];
        self.max_emission = chain.inflation.parameters.max_emission(issuance);
    }

    /// INV-10: what rounding may leave unpaid in a cycle that ends under that runtime; planck.
    ///
    /// Six shares lose up to half a planck each, and divisions drop less than one for each block, era and period.
    /// With the switch a category loses one more for each pair of new blocks (INV-14).
    fn most_lost(&self, network: &Network, runtime: usize) -> Balance {
        let calendar =
            if self.has_switch || runtime == 0 { &network.before } else { &network.after };
        let blocks = calendar.blocks_per_cycle();
        let eras = calendar.build_and_earn_eras_per_cycle();
        let pairs = if self.has_switch { blocks.saturating_sub(self.blocks[0]) } else { 0 };
        let dropped = 2 * (blocks - 1) + 3 * (eras - 1) + calendar.periods_per_cycle - 1;
        Balance::from(3 + dropped + 2 * pairs)
    }

    fn starting(chain: &Chain) -> Self {
        let configuration = &chain.inflation.configuration;
        let max_emission = chain.inflation.parameters.max_emission(chain.issuance);
        Self {
            blocks: [0, 0],
            has_switch: false,
            is_overdue: false,
            overrun: [0, 0],
            full: [
                configuration.collator_reward_per_block,
                configuration.treasury_reward_per_block,
            ],
            paid: [0, 0],
            accrued: 0,
            max_emission,
        }
    }
}

/// INV-15: a chunk, and what was promised of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Promise {
    /// The rest of the time that was promised; slots of 6 s, negative if it has passed.
    pub(super) slots: i32,
    /// Whether the old runtime promised it.
    pub(super) is_old: bool,
    /// Blocks of the new runtime since.
    pub(super) new_blocks: u32,
    /// How many of them there were when it was migrated.
    pub(super) migrated_after: Option<u32>,
}

/// A block and what came of it.
struct Look<'a> {
    machine: &'a Machine,
    before: &'a Chain,
    block: &'a Block<'a>,
    after: &'a Chain,
    receipt: &'a Receipt,
}

impl Ledger {
    /// Watches from a start at which a cycle begins.
    pub fn starting(chain: &Chain) -> Self {
        Self { cycle: Some(Cycle::starting(chain)), ..Self::default() }
    }

    /// INV-3: the same mints by other names.
    pub(super) fn rename(&mut self, name: impl Fn(Entitlement) -> Entitlement) {
        let minted = std::mem::take(&mut self.minted);
        self.minted = minted.into_iter().map(|(entitlement, it)| (name(entitlement), it)).collect();
    }

    /// The running cycle, unless it was moved.
    pub const fn cycle(&self) -> Option<&Cycle> {
        self.cycle.as_ref()
    }

    /// Executes the block on the chain, and says what it breaks.
    pub fn execute(
        &mut self,
        machine: &Machine,
        chain: &mut Chain,
        block: &Block<'_>,
    ) -> (Receipt, Broken) {
        let before = chain.clone();
        let receipt = machine.execute(chain, block);
        let look = Look { machine, before: &before, block, after: chain, receipt: &receipt };
        let broken = self.look(&look);
        (receipt, broken)
    }

    fn look(&mut self, look: &Look<'_>) -> Broken {
        let mut broken = Broken::default();
        self.issuance(look, &mut broken);
        self.records(look, &mut broken);
        self.forget(look);
        self.entitlements(look, &mut broken);
        look.configuration(&mut broken);
        look.pot(&mut broken);
        look.decay(&mut broken);
        look.eras(&mut broken);
        look.versions(&mut broken);
        self.cycles(look, &mut broken);
        self.promises(look, &mut broken);
        broken
    }

    /// INV-1, INV-4.
    fn issuance(&mut self, look: &Look<'_>, broken: &mut Broken) {
        let Look { before, after, receipt, .. } = look;
        let rewards = look.rewards().iter().sum::<Balance>();
        let minted: Balance = receipt.minted.iter().map(|(_, amount)| amount).sum();
        let floor = after.issuance + receipt.burned;
        broken.unless(floor == before.issuance + rewards + minted, "INV-1");
        broken.unless(floor >= before.issuance + Balance::from(rewards > 0), "INV-4");
        self.unattributed += floor.saturating_sub(before.issuance + rewards + minted);
    }

    /// INV-6, INV-7: what eras and periods recorded is there, and the stakes add up to it.
    fn records(&mut self, look: &Look<'_>, broken: &mut Broken) {
        let Look { before, after, receipt, .. } = look;
        let staking = &before.staking;
        if let Some(ended) = &receipt.era_ended {
            let stakes = staking.accounts.iter().filter_map(|account| account.stake);
            let earns =
                stakes.filter(|it| it.period == staking.period && it.unclaimed_from <= staking.era);
            let amounts: Vec<Balance> = earns.map(|stake| stake.amount).collect();
            broken.unless(amounts.iter().sum::<Balance>() == ended.staked, "INV-7");
            let earned = EarnedEra {
                period: staking.period,
                stakers: amounts.len(),
                staker_pool: ended.staker_pool,
                dapp_pool: ended.dapp_pool,
            };
            self.eras.insert(staking.era, earned);
        }
        if let Some(ended) = &receipt.period_ended {
            let entries = staking.accounts.iter().filter_map(|account| account.bonus);
            let of_period = entries.filter(|entry| entry.period == staking.period);
            let sum: Balance = of_period.map(|entry| entry.voting_stake).sum();
            broken.unless(sum == ended.total_voting_stake, "INV-7");
        }
        let records = &after.staking.records;
        let oldest = look.oldest();
        let is_there = |(era, earned): (&u32, &EarnedEra)| {
            let has_ended = earned.period < after.staking.period;
            let period = !has_ended || records.periods.contains_key(&earned.period);
            earned.period < oldest
                || period && records.eras.contains_key(era) && records.tiers.contains_key(era)
        };
        broken.unless(self.eras.iter().all(is_there), "INV-6");
    }

    /// INV-3, INV-5, INV-10b, INV-16, INV-24: who may claim can, once, and gets what was recorded.
    fn entitlements(&mut self, look: &Look<'_>, broken: &mut Broken) {
        let oldest = look.oldest();
        for &(entitlement, amount) in &look.receipt.minted {
            let period = match entitlement {
                Entitlement::Bonus { period, .. } => Some(period),
                Entitlement::Staker { era, .. } | Entitlement::Dapp { era, .. } => {
                    self.eras.get(&era).map(|earned| earned.period)
                }
            };
            broken.unless(period.is_some_and(|period| period >= oldest), "INV-5");
            broken.unless(self.minted.insert(entitlement, amount).is_none(), "INV-3");
        }
        let mut most_halves = 0;
        for (&era, earned) in &self.eras {
            let (claimants, claimed) = self.claimed_of(era);
            let pool = earned.staker_pool;
            broken.unless(2 * claimed < 2 * pool + claimants || claimants == 0, "INV-24");
            if earned.stakers > 0 && claimants == earned.stakers as Balance {
                // Below by a billionth of the pool and half a planck for each, at most.
                let billion = 1_000_000_000;
                let least = 2 * billion * claimed + claimants * (2 * pool + billion);
                broken.unless(least >= 2 * billion * pool, "INV-24");
            }
            let tiers = look.machine.network().tiers.len() as Balance;
            most_halves += 2 * (pool + earned.dapp_pool) + earned.stakers as Balance + tiers;
        }
        let accounts = look.after.staking.accounts.len() as Balance;
        for end in look.after.staking.records.periods.values() {
            most_halves += 2 * end.bonus_pool + accounts;
        }
        let minted: Balance = self.minted.values().sum();
        broken.unless(2 * (minted + self.unattributed) <= most_halves, "INV-10b");
        // Nobody becomes entitled within a block: who is at its end was when the call was refused.
        for &(place, refused) in &look.receipt.refused {
            let waits = matches!(refused, Refused::MigrationsOngoing | Refused::Disabled);
            broken.unless(waits || !self.is_entitled(look, &look.block.calls[place]), "INV-16");
        }
    }

    /// Stakers who have claimed their reward of an era, and what they got; planck.
    fn claimed_of(&self, era: u32) -> (Balance, Balance) {
        let of_era = |(entitlement, _): &(&Entitlement, &Balance)| matches!(entitlement, Entitlement::Staker { era: claimed, .. } if *claimed == era);
        let claims = || self.minted.iter().filter(of_era).map(|(_, amount)| amount);
        (claims().count() as Balance, claims().sum())
    }

    /// INV-16: whether that claim is for something that was recorded, has not expired and was not claimed.
    fn is_entitled(&self, look: &Look<'_>, call: &Call) -> bool {
        let (staking, oldest) = (&look.after.staking, look.oldest());
        match *call {
            Call::ClaimStakerRewards { account } => {
                let stake = staking.accounts.get(account).and_then(|account| account.stake);
                stake.is_some_and(|stake| {
                    let earned = self.eras.range(stake.unclaimed_from..);
                    let mut of_period = earned.filter(|(_, era)| era.period == stake.period);
                    stake.period >= oldest && of_period.next().is_some()
                })
            }
            Call::ClaimBonusReward { account } => {
                let entry = staking.accounts.get(account).and_then(|account| account.bonus);
                entry.is_some_and(|entry| {
                    entry.voting_stake > 0
                        && entry.period < staking.period
                        && entry.period >= oldest
                })
            }
            Call::ClaimDappReward { dapp, era } => {
                let is_first = !self.minted.contains_key(&Entitlement::Dapp { dapp, era });
                let is_there = dapp < staking.dapps.len();
                is_first && is_there && self.eras.get(&era).is_some_and(|it| it.period >= oldest)
            }
            _ => false,
        }
    }

    /// INV-9, INV-10, INV-14: how long a cycle is, and what it emits.
    fn cycles(&mut self, look: &Look<'_>, broken: &mut Broken) {
        let Look { machine, before, block, after, receipt } = look;
        let runtime = usize::from(after.block_time == BlockTime::SixSeconds);
        let is_late = before.staking.maintenance && after.staking.next_era_start <= after.number;
        let missed = before.staking.maintenance
            && after.staking.next_era_start == after.number + 1
            && after.inflation.configuration.recalculation_era <= after.staking.era + 1;
        let in_force = look.in_force();
        if let Some(cycle) = &mut self.cycle {
            cycle.blocks[runtime] += 1;
            if block.upgrade {
                cycle.has_switch = true;
                cycle.is_overdue = before.staking.next_era_start <= before.number;
            }
            cycle.overrun[runtime] += u32::from(is_late);
            cycle.paid[0] += receipt.collators;
            cycle.paid[1] += receipt.treasury;
            cycle.accrued += receipt.collators + receipt.treasury;
            if receipt.era_ended.is_some() {
                cycle.accrued += in_force.base_staker_reward_pool_per_era
                    + in_force.adjustable_staker_reward_pool_per_era
                    + in_force.dapp_reward_pool_per_era;
            }
            if receipt.period_ended.is_some() {
                cycle.accrued += in_force.bonus_reward_pool_per_period;
            }
        }
        if look.is_moved_by_root() || missed {
            self.cycle = None;
        }
        if let Some(cycle) = &self.cycle {
            let network = machine.network();
            let [old, new] = cycle.blocks;
            let steady = network.calendar(after.block_time).blocks_per_cycle();
            let length = network.before.blocks_per_cycle() + cycle.overrun[0];
            let due = if cycle.has_switch {
                let step = u32::from(!cycle.is_overdue);
                (2 * length + step + cycle.overrun[1]).saturating_sub(2 * old)
            } else {
                steady + cycle.overrun[runtime]
            };
            let passed = if cycle.has_switch { new } else { old + new };
            let is_due = if receipt.recalculated { passed == due } else { passed < due };
            broken.unless(is_due, "INV-9");
            let overrun = Balance::from(cycle.overrun[0] + cycle.overrun[1]);
            let halves = cycle.full[0] / 2 + cycle.full[1] / 2;
            let extra = if cycle.has_switch { halves } else { 0 }
                + overrun * cycle.full.iter().sum::<Balance>();
            broken.unless(cycle.accrued <= cycle.max_emission + 2 + extra, "INV-10");
            if receipt.recalculated && !look.decays() {
                let least = cycle.max_emission.saturating_sub(cycle.most_lost(network, runtime));
                broken.unless(cycle.accrued >= least, "INV-10");
            }
            if receipt.recalculated && !look.decays() && overrun == 0 {
                let old = Balance::from(old);
                for (full, paid) in cycle.full.into_iter().zip(cycle.paid) {
                    let due = if cycle.has_switch {
                        let n = Balance::from(length);
                        n * full + full / 2 - (n - old) * (full % 2)
                    } else {
                        Balance::from(steady) * full
                    };
                    broken.unless(paid == due, "INV-14");
                }
            }
        }
        if receipt.recalculated && !look.is_moved_by_root() {
            self.cycle = Some(Cycle::starting(after));
        }
    }

    /// INV-15 of what unlocks: it is early by what TIME-3 says, and only if the switch came in between.
    fn promises(&mut self, look: &Look<'_>, broken: &mut Broken) {
        let Look { before, after, receipt, block, .. } = look;
        let is_new = after.block_time == BlockTime::SixSeconds;
        let has_migrated = |chain: &Chain| {
            chain.migrations.done.iter().any(|(lazy, _)| *lazy == LazyMigration::Unlocking)
        };
        let migrates = has_migrated(after) && !has_migrated(before);
        for (&account, promise) in &mut self.unlocking {
            promise.slots -= if is_new { 1 } else { 2 };
            promise.new_blocks += u32::from(is_new);
            if before.staking.accounts[account].unlock_block <= Some(before.number) {
                continue;
            }
            let end = before.staking.accounts[account].unlock_block;
            if migrates && end > Some(after.number) {
                promise.migrated_after = Some(promise.new_blocks);
            }
            let ended = after.staking.accounts[account].unlock_block <= Some(after.number);
            if ended {
                let after_m = promise.migrated_after.unwrap_or(promise.new_blocks);
                let due = if promise.is_old { after_m } else { 0 };
                broken.unless(promise.slots == due.cast_signed(), "INV-15");
            } else {
                broken.unless(promise.slots > 0, "INV-15");
            }
        }
        let accounts = &after.staking.accounts;
        self.unlocking.retain(|&account, _| {
            accounts[account].unlock_block.is_some_and(|end| end > after.number)
        });
        for (place, call) in block.calls.iter().enumerate() {
            let Call::Unlock { account } = *call else { continue };
            if receipt.refused.iter().any(|&(refused, _)| refused == place) {
                continue;
            }
            let blocks =
                look.calendar().blocks_per_era * look.machine.network().staking.unlocking_period;
            let slots = blocks.cast_signed() * if is_new { 1 } else { 2 };
            let promise = Promise { slots, is_old: !is_new, new_blocks: 0, migrated_after: None };
            self.unlocking.insert(account, promise);
        }
    }

    /// What has expired cannot be claimed again, unless INV-5 is broken.
    fn forget(&mut self, look: &Look<'_>) {
        let oldest = look.oldest();
        self.eras.retain(|_, earned| earned.period >= oldest);
        let eras = &self.eras;
        self.minted.retain(|entitlement, _| match entitlement {
            Entitlement::Bonus { period, .. } => *period >= oldest,
            Entitlement::Staker { era, .. } | Entitlement::Dapp { era, .. } => {
                eras.contains_key(era)
            }
        });
    }
}

impl Look<'_> {
    /// DAPP-8: the oldest period whose rewards can be claimed.
    fn oldest(&self) -> u32 {
        let retention = self.machine.network().staking.reward_retention_in_periods;
        self.after.staking.period.saturating_sub(retention)
    }

    fn calendar(&self) -> &unincluded_model::economics::Calendar {
        self.machine.network().calendar(self.after.block_time)
    }

    fn decays(&self) -> bool {
        self.before.inflation.decay.rate != Perquintill::ONE
    }

    /// Whether root moved the calendar or the amounts.
    fn is_moved_by_root(&self) -> bool {
        self.block.calls.iter().any(|call| {
            matches!(
                call,
                Call::Force(Forced::Era | Forced::Subperiod)
                    | Call::ForceInflationRecalculation { .. }
                    | Call::ForceReadjustConfig
            )
        })
    }

    /// UPG-4: the amounts that the block pays: its parent's, after the upgrade hook. A second upgrade is no
    /// matter of what is paid but of INV-18.
    fn in_force(&self) -> InflationConfiguration {
        let Look { before, block, after, receipt, .. } = self;
        let old = before.inflation.configuration;
        if !block.upgrade {
            return old;
        }
        let is_second = before.block_time == BlockTime::SixSeconds;
        if is_second && !receipt.recalculated {
            return after.inflation.configuration;
        }
        InflationConfiguration {
            collator_reward_per_block: old.collator_reward_per_block / 2,
            treasury_reward_per_block: old.treasury_reward_per_block / 2,
            ..old
        }
    }

    /// EMIT-1, INFL-14, UPG-4: what the block must pay collators and treasury; planck.
    fn rewards(&self) -> [Balance; 2] {
        let in_force = self.in_force();
        let decay = self.before.inflation.decay;
        let factor = decay.factor.product(decay.rate);
        [in_force.collator_reward_per_block, in_force.treasury_reward_per_block]
            .map(|reward| factor.mul_nearest_half_down(reward))
    }

    /// INV-8, INV-11, INV-12, INV-19, INV-21: who writes the amounts, and what.
    fn configuration(&self, broken: &mut Broken) {
        let Look { before, block, after, receipt, .. } = self;
        let (old, new) = (&before.inflation.configuration, &after.inflation.configuration);
        let root = block.calls.iter().any(|call| {
            matches!(call, Call::ForceInflationRecalculation { .. } | Call::ForceReadjustConfig)
        });
        let starts_an_era = after.staking.next_era_start == after.number + 1;
        let is_written = *new != self.in_force();
        broken.unless(!is_written || root || (starts_an_era && receipt.recalculated), "INV-12");
        let next_era = after.staking.era + 1;
        let fresh =
            recalculate(after.issuance, &after.inflation.parameters, self.calendar(), next_era);
        let is_due = old.recalculation_era <= next_era && starts_an_era;
        let is_seen = !before.staking.maintenance && !after.staking.maintenance;
        broken.unless(
            !(is_due && is_seen || receipt.recalculated) || root || *new == fresh,
            "INV-11",
        );
        if let [Call::ForceInflationRecalculation { next_era }] = block.calls
            && receipt.refused.is_empty()
        {
            let calendar = self.calendar();
            let parameters = &after.inflation.parameters;
            let fresh = recalculate(after.issuance, parameters, calendar, *next_era);
            broken.unless(receipt.recalculated || *new == fresh, "INV-11");
        }
        let is_first = block.upgrade && before.block_time == BlockTime::TwelveSeconds;
        if is_first && !receipt.recalculated && !root {
            let halves = [old.collator_reward_per_block / 2, old.treasury_reward_per_block / 2];
            let is_half = [new.collator_reward_per_block, new.treasury_reward_per_block] == halves;
            broken.unless(is_half, "INV-8");
            broken.unless(is_half && after.block_time == BlockTime::SixSeconds, "INV-19");
        }
        broken.unless(block.upgrade || after.block_time == before.block_time, "INV-19");
        if block.upgrade && !is_first {
            let stays = *new == *old || receipt.recalculated || root;
            let ends = before.staking.next_era_start == after.staking.next_era_start;
            let moves = before.staking.era != after.staking.era || self.is_moved_by_root();
            broken.unless(stays && (ends || moves), "INV-18");
        }
        broken.unless(after.inflation.do_recalculation.is_none(), "INV-21");
    }

    /// INV-22.
    fn pot(&self, broken: &mut Broken) {
        let Look { before, block, after, receipt, .. } = self;
        let deposit = self.machine.network().existential_deposit;
        let [collators, _] = self.rewards();
        let pay = (before.pot + collators).saturating_sub(deposit) / 2;
        broken.unless(receipt.author == pay && after.pot >= deposit, "INV-22");
        // COLL-4: a fifth of the fee, and what rounding leaves of the rest.
        let is_refused =
            |place: usize| receipt.refused.iter().any(|&(refused, _)| refused == place);
        let fee = |(place, call): (usize, &Call)| match *call {
            Call::PayFee { fee, tip } if !is_refused(place) => fee - fee * 80 / 100 + tip,
            _ => 0,
        };
        let fees: Balance = block.calls.iter().enumerate().map(fee).sum();
        broken.unless(after.pot == before.pot + collators - pay + fees, "INV-22");
    }

    /// INV-25.
    fn decay(&self, broken: &mut Broken) {
        let (old, new) = (self.before.inflation.decay, self.after.inflation.decay);
        let follows = new.factor == old.factor.product(old.rate) && new.factor <= old.factor;
        broken.unless(follows, DECAY);
    }

    /// INV-15 of eras, INV-23.
    fn eras(&self, broken: &mut Broken) {
        let Look { before, block, after, .. } = self;
        let step = after.staking.era - before.staking.era;
        broken.unless(step <= 1, "INV-23");
        let overdue = after.staking.next_era_start <= after.number;
        broken.unless(!overdue || before.staking.maintenance, "INV-23");
        if block.upgrade && before.block_time == BlockTime::TwelveSeconds {
            let clock = Clock { last_old_block: before.number };
            let moved = step > 0 || self.is_moved_by_root();
            let error = clock.error(before.staking.next_era_start, after.staking.next_era_start);
            let overdue = before.staking.next_era_start <= before.number;
            broken.unless(moved || overdue || error == 0, "INV-15");
        }
    }

    /// INV-20: it fails of the real code once referenda have been migrated (BUG-8).
    fn versions(&self, broken: &mut Broken) {
        let migrations = &self.after.migrations;
        let is_done =
            migrations.is_ongoing() || migrations.democracy_version() == DEMOCRACY_VERSION;
        broken.unless(is_done, "INV-20");
    }
}
