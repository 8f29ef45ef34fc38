//! A cycle of emission: the blocks of the timeline, executed one after the other.

use unincluded_model::economics::claims::{Entitlement, Refused};
use unincluded_model::economics::constants::Runtime;
use unincluded_model::economics::decay::Decay;
use unincluded_model::economics::eras::{Account, BonusEntry, Stake, Subperiod};
use unincluded_model::economics::pools::Inflation;
use unincluded_model::economics::tiers::Place;
use unincluded_model::economics::{
    Balance, Block, BlockTime, Call, Chain, InflationConfiguration, Machine, Network, Perquintill,
    Receipt,
};

use super::faults::Timeline;
use crate::arguments::Claims;

/// A relay slot; milliseconds.
pub(crate) const SLOT: u64 = BlockTime::SixSeconds.milliseconds() as u64;

/// Who stakes how much of all that is staked; per cent.
const STAKERS: [u64; 3] = [50, 30, 20];

/// What is simulated.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) network: Network,
    /// The cycle's start.
    pub(crate) block_time: BlockTime,
    /// How many blocks pass before the switch, if it is in the cycle.
    pub(crate) switch_after: Option<u32>,
    pub(crate) issuance: Balance,
    pub(crate) staked: Perquintill,
    pub(crate) claims: Claims,
    /// Planck in each block.
    pub(crate) fees: Balance,
}

/// Amounts by who gets them; planck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) treasury: Balance,
    pub(crate) collators: Balance,
    pub(crate) dapps: Balance,
    pub(crate) stakers: Balance,
    pub(crate) bonus: Balance,
}

impl Amounts {
    /// All of them, by name, in the order of the pallet.
    pub(crate) fn named(&self) -> [(&'static str, Balance); 5] {
        [
            ("treasury", self.treasury),
            ("collators", self.collators),
            ("dapps", self.dapps),
            ("stakers", self.stakers),
            ("bonus", self.bonus),
        ]
    }

    /// Their sum.
    pub(crate) fn sum(&self) -> Balance {
        self.named().iter().map(|(_, amount)| amount).sum()
    }
}

/// An era that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Era {
    pub(crate) number: u32,
    pub(crate) subperiod: Subperiod,
    pub(crate) blocks: u32,
    /// From its first block to that of the next era; milliseconds.
    pub(crate) milliseconds: u64,
    /// Recorded since the start of the cycle when it was over; planck.
    pub(crate) recorded: Balance,
    /// Since the start of the cycle when it was over; milliseconds.
    pub(crate) at: u64,
}

/// What came of the cycle.
#[derive(Debug)]
pub(crate) struct Cycle {
    pub(crate) blocks: u32,
    pub(crate) blocks_before: u32,
    pub(crate) issued: Amounts,
    pub(crate) recorded: Amounts,
    /// The adjustable part of eras with less than the ideal share at stake; planck.
    pub(crate) not_earned: Balance,
    /// INFL-14: what decay took of everything that was recorded; planck.
    pub(crate) decayed: Balance,
    pub(crate) decay_factor: Perquintill,
    pub(crate) burned: Balance,
    pub(crate) issuance: Balance,
    pub(crate) start: InflationConfiguration,
    /// The maximum emission of the cycle; planck.
    pub(crate) target: Balance,
    pub(crate) eras: Vec<Era>,
    /// How often two blocks were so many slots apart.
    pub(crate) intervals: Vec<u64>,
    /// Calls that were refused for another reason than that migrations ran.
    pub(crate) refused: Vec<Refused>,
    pub(crate) milliseconds: u64,
}

/// Runs blocks until the next recalculation.
pub(crate) fn run(plan: &Plan, timeline: &mut Timeline) -> Cycle {
    let machine = Machine::new(plan.network.clone());
    let mut chain = start(&machine, plan);
    let mut cycle = Cycle {
        blocks: 0,
        blocks_before: 0,
        issued: Amounts::default(),
        recorded: Amounts::default(),
        not_earned: 0,
        decayed: 0,
        decay_factor: chain.inflation.decay.factor,
        burned: 0,
        issuance: plan.issuance,
        start: chain.inflation.configuration,
        target: plan.network.parameters.max_emission(plan.issuance),
        eras: Vec::new(),
        intervals: Vec::new(),
        refused: Vec::new(),
        milliseconds: 0,
    };
    let capacity = |block_time| Runtime::astar(block_time).unincluded_segment_capacity as usize;
    let mut calls: Vec<Call> = Vec::new();
    let mut last_slot: Option<u64> = None;
    let (mut first_slot, mut era_slot, mut era_block) = (0, 0, 1);
    loop {
        let slot = timeline.next_included(capacity(chain.block_time));
        let upgrade = plan.switch_after == Some(chain.number);
        let (era, subperiod) = (chain.staking.era, chain.staking.subperiod);
        let wished = calls.len();
        if plan.fees > 0 {
            calls.push(Call::PayFee { fee: plan.fees, tip: 0 });
        }
        let (inflation, issuance) = (chain.inflation, chain.issuance);
        let block = Block { upgrade, calls: &calls, ..Block::default() };
        let receipt = machine.execute(&mut chain, &block);
        cycle.count(&receipt, &inflation, issuance);
        let waits =
            receipt.refused.iter().any(|&(_, refused)| refused == Refused::MigrationsOngoing);
        calls.truncate(if waits { wished } else { 0 });

        match last_slot {
            None => (first_slot, era_slot) = (slot, slot),
            Some(last) => cycle.add_interval(slot - last),
        }
        last_slot = Some(slot);
        cycle.blocks += 1;
        cycle.blocks_before += u32::from(chain.block_time == BlockTime::TwelveSeconds);
        if chain.staking.era != era {
            if cycle.blocks > 1 {
                cycle.eras.push(Era {
                    number: era,
                    subperiod,
                    blocks: chain.number - era_block,
                    milliseconds: (slot - era_slot) * SLOT,
                    recorded: cycle.recorded.sum(),
                    at: (slot - first_slot) * SLOT,
                });
            }
            (era_slot, era_block) = (slot, chain.number);
            let ended_period = receipt.period_ended.is_some();
            calls.extend(wishes(plan, &mut chain, era, ended_period));
        }
        if receipt.recalculated {
            break;
        }
    }
    let nominal = u64::from(chain.block_time.milliseconds());
    let last_slot = last_slot.unwrap_or_default();
    cycle.milliseconds = (last_slot - first_slot) * SLOT + nominal;
    cycle.eras.push(Era {
        number: chain.staking.era,
        subperiod: chain.staking.subperiod,
        blocks: chain.number + 1 - era_block,
        milliseconds: (last_slot - era_slot) * SLOT + nominal,
        recorded: cycle.recorded.sum(),
        at: cycle.milliseconds,
    });
    cycle.issuance = chain.issuance;
    cycle.decay_factor = chain.inflation.decay.factor;
    cycle
}

/// A chain at the end of a cycle in which everybody staked.
fn start(machine: &Machine, plan: &Plan) -> Chain {
    let mut chain = machine.steady(plan.block_time, plan.issuance);
    chain.staking.accounts = stakes(plan, plan.issuance)
        .map(|amount| Account {
            balance: machine.network().existential_deposit,
            stake: amount.map(|amount| Stake {
                period: chain.staking.period,
                unclaimed_from: chain.staking.era,
                amount,
            }),
            bonus: amount
                .map(|voting_stake| BonusEntry { period: chain.staking.period, voting_stake }),
            unlock_block: None,
        })
        .collect();
    chain.staking.dapps = plan
        .network
        .tiers
        .iter()
        .enumerate()
        .flat_map(|(tier, slots)| (0..slots.slots).map(move |_| Place { tier, rank: 0 }))
        .collect();
    chain
}

/// What each staker stakes, unless it is less than the minimum; planck.
fn stakes(plan: &Plan, issuance: Balance) -> impl Iterator<Item = Option<Balance>> {
    let staked = plan.staked.mul_nearest_half_down(issuance);
    let minimum = plan.network.staking.minimum_stake;
    STAKERS.into_iter().map(move |percent| {
        let amount = staked / 100 * Balance::from(percent);
        (amount >= minimum).then_some(amount)
    })
}

/// What stakers and dApps ask for in the next block, after the era `ended`.
fn wishes(plan: &Plan, chain: &mut Chain, ended: u32, ended_period: bool) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let claims_now = match plan.claims {
        Claims::Era => true,
        Claims::Period => ended_period,
        Claims::Never => false,
    };
    let accounts = chain.staking.accounts.len();
    if claims_now {
        // A claim takes the eras of one span at most, so a period takes one for each of its spans.
        let span = plan.network.staking.era_reward_span_length;
        let spans = plan.network.before.eras_per_build_and_earn_subperiod / span + 2;
        for account in 0..accounts {
            let times = if ended_period { spans } else { 2 };
            calls.extend((0..times).map(|_| Call::ClaimStakerRewards { account }));
            if ended_period && chain.staking.accounts[account].bonus.is_some() {
                calls.push(Call::ClaimBonusReward { account });
            }
        }
        let tiers = &chain.staking.records.tiers;
        let since = if plan.claims == Claims::Era { ended } else { 0 };
        for (&era, record) in tiers.range(since..=ended) {
            let unclaimed = |dapp: &usize| record.rewards[*dapp].is_some();
            let dapps = (0..record.rewards.len()).filter(unclaimed);
            calls.extend(dapps.map(|dapp| Call::ClaimDappReward { dapp, era }));
        }
    }
    if chain.staking.subperiod == Subperiod::Voting && ended_period {
        let first = if plan.claims == Claims::Never {
            // Whoever does not claim cannot stake again: others do.
            let deposit = plan.network.existential_deposit;
            let newcomer = Account { balance: deposit, ..Account::default() };
            chain.staking.accounts.resize(accounts + STAKERS.len(), newcomer);
            accounts
        } else {
            0
        };
        let stakes = stakes(plan, chain.issuance).enumerate();
        calls.extend(stakes.filter_map(|(place, amount)| {
            Some(Call::Stake { account: first + place, amount: amount? })
        }));
    }
    calls
}

impl Cycle {
    /// Two blocks were so many slots apart.
    fn add_interval(&mut self, slots: u64) {
        let place = usize::try_from(slots).unwrap_or(usize::MAX);
        if self.intervals.len() <= place {
            self.intervals.resize(place + 1, 0);
        }
        self.intervals[place] += 1;
    }

    /// Adds what a block paid, set aside and minted.
    ///
    /// `inflation` and `issuance` (planck) are those before the block.
    fn count(&mut self, receipt: &Receipt, inflation: &Inflation, issuance: Balance) {
        // Nothing decays in a cycle that has the switch, so these are the amounts in force.
        let configuration = &inflation.configuration;
        if inflation.decay.rate != Perquintill::ONE {
            self.decayed += configuration.block_reward() - receipt.collators - receipt.treasury;
        }
        let undecayed = Inflation { decay: Decay::NONE, ..*inflation };
        for amounts in [&mut self.issued, &mut self.recorded] {
            amounts.collators += receipt.collators;
            amounts.treasury += receipt.treasury;
        }
        if let Some(era) = &receipt.era_ended {
            self.recorded.dapps += era.dapp_pool;
            self.recorded.stakers += era.staker_pool;
            let most = configuration.base_staker_reward_pool_per_era
                + configuration.adjustable_staker_reward_pool_per_era;
            let now = issuance + receipt.collators + receipt.treasury;
            let pool = undecayed.staker_pool(era.staked, now);
            self.not_earned += most - pool;
            self.decayed += pool - era.staker_pool + undecayed.dapp_pool() - era.dapp_pool;
        }
        if let Some(period) = &receipt.period_ended {
            self.recorded.bonus += period.bonus_pool;
            self.decayed += undecayed.bonus_pool() - period.bonus_pool;
        }
        for &(entitlement, amount) in &receipt.minted {
            match entitlement {
                Entitlement::Staker { .. } => self.issued.stakers += amount,
                Entitlement::Bonus { .. } => self.issued.bonus += amount,
                Entitlement::Dapp { .. } => self.issued.dapps += amount,
            }
        }
        self.burned += receipt.burned;
        let others = receipt.refused.iter().map(|&(_, refused)| refused);
        let expected = [Refused::MigrationsOngoing, Refused::NoClaimableRewards];
        self.refused.extend(others.filter(|refused| !expected.contains(refused)));
    }

    /// Slots between two blocks, of which a share of that many per cent is no longer.
    pub(crate) fn interval_quantile(&self, percent: u64) -> u64 {
        let all: u64 = self.intervals.iter().sum();
        let wanted = (all * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (slots, count) in (0u64..).zip(&self.intervals) {
            seen += count;
            if seen >= wanted {
                return slots;
            }
        }
        0
    }

    /// Slots between two blocks, on average.
    pub(crate) fn mean_interval(&self) -> f64 {
        let all: u64 = self.intervals.iter().sum();
        let slots: u64 = (0u64..).zip(&self.intervals).map(|(slots, count)| slots * count).sum();
        if all == 0 { 0.0 } else { slots as f64 / all as f64 }
    }

    /// What is missing from the target, beyond what was not earned and what decay took; planck,
    /// negative if too much.
    pub(crate) fn difference(&self) -> i128 {
        signed(self.target) - signed(self.accounted())
    }

    /// What was recorded, not earned, or taken by decay; planck.
    pub(crate) fn accounted(&self) -> Balance {
        self.recorded.sum() + self.not_earned + self.decayed
    }
}

/// Amounts of a cycle are far below the range of `i128`.
pub(crate) fn signed(amount: Balance) -> i128 {
    i128::try_from(amount).unwrap_or(i128::MAX)
}
