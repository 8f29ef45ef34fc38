//! The machine: what one block does to the emission, hook by hook.

use super::claims::{Entitlement, Refused, claim_unlocked};
use super::elsewhere::Elsewhere;
use super::eras::{EraReward, PeriodEnd, Staking, Subperiod};
use super::mistake::Mistake;
use super::network::Network;
use super::pools::Inflation;
use super::pot::{author_payout, fee_split};
use super::switch::{Migrations, Progress};
use super::{Balance, BlockTime, Calendar, InflationParameters};

/// The rules of one network. It has no state of its own: a fork is another [`Chain`].
#[derive(Clone, Debug)]
pub struct Machine {
    network: Network,
    mistake: Option<Mistake>,
    pub(super) elsewhere: Option<Elsewhere>,
}

/// What a block leaves behind, as far as the emission goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chain {
    /// The block's number.
    pub number: u32,
    /// The runtime that the next block runs under, unless it brings another one.
    pub block_time: BlockTime,
    /// The total issuance; planck.
    pub issuance: Balance,
    /// The inflation pallet.
    pub inflation: Inflation,
    /// The dApp staking pallet.
    pub staking: Staking,
    /// The collators' pot; planck.
    pub pot: Balance,
    /// The treasury; planck.
    pub treasury: Balance,
    /// What the switch still has to do.
    pub migrations: Migrations,
}

/// What a block brings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block<'a> {
    /// UPG-4: whether it is the first of the 6 s runtime.
    pub upgrade: bool,
    /// UPG-5: how much of the lazy migrations it does, if any wait.
    pub progress: Progress,
    /// XCH-1: the time since the parent, the nominal one if none; milliseconds. Astar does not ask.
    pub milliseconds: Option<u32>,
    /// What users and root ask for, in this order.
    pub calls: &'a [Call],
}

/// What users and root can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Stake for the running period; planck.
    Stake {
        /// The account's place.
        account: usize,
        /// Planck.
        amount: Balance,
    },
    /// DAPP-7.
    ClaimStakerRewards {
        /// The account's place.
        account: usize,
    },
    /// DAPP-9.
    ClaimBonusReward {
        /// The account's place.
        account: usize,
    },
    /// DAPP-10.
    ClaimDappReward {
        /// The dApp's place.
        dapp: usize,
        /// The era.
        era: u32,
    },
    /// DAPP-16.
    Unlock {
        /// The account's place.
        account: usize,
    },
    /// DAPP-16.
    ClaimUnlocked {
        /// The account's place.
        account: usize,
    },
    /// COLL-4: what other calls cost; planck.
    PayFee {
        /// Most of it is burned.
        fee: Balance,
        /// All of it goes to the pot.
        tip: Balance,
    },
    /// DAPP-13, by root.
    SetMaintenance(bool),
    /// DAPP-14, by root, on test nets only.
    Force(Forced),
    /// INFL-10, by root: without effect until the next recalculation.
    SetInflationParameters(InflationParameters),
    /// INFL-10, by root: the cycle starts anew with that era.
    ForceInflationRecalculation {
        /// The era.
        next_era: u32,
    },
    /// INFL-11, by root.
    ForceReadjustConfig,
}

/// DAPP-14: what root can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Forced {
    /// The era.
    Era,
    /// The subperiod, and the era with it.
    Subperiod,
}

/// What came of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// EMIT-1: issued to the collators' pot; planck.
    pub collators: Balance,
    /// EMIT-1: issued to the treasury; planck.
    pub treasury: Balance,
    /// COLL-1: moved from the pot to the author; planck.
    pub author: Balance,
    /// DAPP-3: recorded, if a build&earn era is over.
    pub era_ended: Option<EraReward>,
    /// DAPP-4: recorded, if a period is over.
    pub period_ended: Option<PeriodEnd>,
    /// INFL-9: whether the end of the block recalculated.
    pub recalculated: bool,
    /// INFL-10: whether root recalculated.
    pub forced: bool,
    /// DAPP-6: minted by claims; planck each.
    pub minted: Vec<(Entitlement, Balance)>,
    /// EMIT-10: claimed and never minted; planck.
    pub swallowed: Balance,
    /// COLL-4: destroyed; planck.
    pub burned: Balance,
    /// Calls that did nothing, by their place in the block.
    pub refused: Vec<(usize, Refused)>,
}

impl Machine {
    /// The rules of that network.
    pub const fn new(network: Network) -> Self {
        Self { network, mistake: None, elsewhere: None }
    }

    /// The same with one rule in a wrong form.
    #[must_use]
    pub fn with(self, mistake: Mistake) -> Self {
        Self { mistake: Some(mistake), ..self }
    }

    /// The same with another chain's rule.
    #[must_use]
    pub fn like(self, elsewhere: Elsewhere) -> Self {
        Self { elsewhere: Some(elsewhere), ..self }
    }

    /// What is fixed.
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// The wrong form in force, if any.
    pub const fn mistake(&self) -> Option<Mistake> {
        self.mistake
    }

    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// The calendar of the runtime that the chain's last block left in force.
    pub const fn calendar(&self, chain: &Chain) -> &Calendar {
        self.network.calendar(chain.block_time)
    }

    /// A new chain: block 0, the first period votes from block 1 on.
    pub fn genesis(&self, block_time: BlockTime, issuance: Balance) -> Chain {
        let calendar = self.network.calendar(block_time);
        let inflation = Inflation::genesis(self.network.parameters, issuance, calendar);
        self.chain(block_time, issuance, inflation, Staking::genesis(calendar))
    }

    /// A chain that has run for a cycle: block 0 was the last one of it and has recalculated.
    ///
    /// Block 1 records what the last era and period have earned, with the amounts of the new cycle
    /// (EMIT-9). So the cycle of blocks 1 to N pays all of its own amounts, and nothing else.
    pub fn steady(&self, block_time: BlockTime, issuance: Balance) -> Chain {
        let calendar = self.network.calendar(block_time);
        let era = calendar.eras_per_cycle();
        let next = era.saturating_add(1);
        let parameters = self.network.parameters;
        let inflation = Inflation::computed(parameters, issuance, calendar, next);
        let staking = Staking {
            era,
            next_era_start: 1,
            period: calendar.periods_per_cycle,
            subperiod: Subperiod::BuildAndEarn,
            next_subperiod_start_era: next,
            ..Staking::genesis(calendar)
        };
        self.chain(block_time, issuance, inflation, staking)
    }

    fn chain(
        &self,
        block_time: BlockTime,
        issuance: Balance,
        mut inflation: Inflation,
        staking: Staking,
    ) -> Chain {
        inflation.decay_rate = self.network.decay_rate;
        inflation.decay.rate = self.network.decay_rate;
        Chain {
            number: 0,
            block_time,
            issuance,
            inflation,
            staking,
            pot: self.network.existential_deposit,
            treasury: self.network.existential_deposit,
            migrations: Migrations::default(),
        }
    }

    /// EMIT-5: one block, hook by hook, in the order in which the runtime lists its pallets.
    ///
    /// Source: `frame-executive` 39.1.1, `execute_block`; `runtime/astar/src/lib.rs`,
    /// `construct_runtime`.
    pub fn execute(&self, chain: &mut Chain, block: &Block<'_>) -> Receipt {
        let mut receipt = Receipt::default();
        if block.upgrade {
            self.on_runtime_upgrade(chain);
        }
        chain.number = chain.number.saturating_add(1);

        // The hooks at the start: inflation, dApp staking, authorship.
        self.payout_block_rewards(chain, block, &mut receipt);
        let Chain { staking, inflation, .. } = chain;
        let calendar = self.network.calendar(chain.block_time);
        let moment = (chain.number, chain.issuance);
        self.handle_era(staking, inflation, calendar, moment, &mut receipt);
        if self.makes(Mistake::PoolsMintedAtTheEnd) {
            mint_pools(chain, &receipt);
        }
        if self.makes(Mistake::RecalculatedInTheNewEra) {
            self.recalculate_if_due(chain, &mut receipt);
        }
        receipt.author = author_payout(chain.pot, self.network.existential_deposit);
        chain.pot -= receipt.author;

        // No inherent changes anything here. Then migrations, calls, and what time is left.
        let is_migrating = chain.migrations.is_ongoing();
        if is_migrating {
            self.migrate_lazily(chain, block.progress);
        }
        for (place, call) in block.calls.iter().enumerate() {
            let answer = if is_migrating {
                Err(Refused::MigrationsOngoing)
            } else {
                self.call(chain, call, &mut receipt)
            };
            if let Err(refused) = answer {
                receipt.refused.push((place, refused));
            }
        }
        if !chain.migrations.is_ongoing() {
            self.clean_up(chain);
        }

        // The hooks at the end: inflation.
        self.recalculate_if_due(chain, &mut receipt);
        receipt
    }

    /// EMIT-1 to EMIT-4, INFL-14: the two rewards of a block, whatever it holds.
    ///
    /// They follow from the parent's configuration alone. What would leave an account below the
    /// existential deposit is not issued (EMIT-3).
    /// Source: `pallets/inflation/src/lib.rs`, `payout_block_rewards`.
    fn payout_block_rewards(&self, chain: &mut Chain, block: &Block<'_>, receipt: &mut Receipt) {
        let Chain { inflation, issuance, pot, treasury, block_time, .. } = chain;
        inflation.decay = inflation.decay.after_a_block();
        let configuration = &inflation.configuration;
        let pay = |account: &mut Balance, reward: Balance| {
            let reward = self.by_elapsed_time(block, *block_time, reward);
            let reward = inflation.decay.applied_to(reward);
            let is_dropped = self.makes(Mistake::CreditDropped);
            if is_dropped || account.saturating_add(reward) < self.network.existential_deposit {
                return 0;
            }
            *account = account.saturating_add(reward);
            reward
        };
        receipt.collators = pay(pot, configuration.collator_reward_per_block);
        receipt.treasury = pay(treasury, configuration.treasury_reward_per_block);
        *issuance = issuance.saturating_add(receipt.collators).saturating_add(receipt.treasury);
    }

    /// INFL-9, INFL-12: the end of the block before an era, if a recalculation is due.
    ///
    /// Inflation is not the last pallet to end its block, but none after it changes the issuance.
    /// Source: `pallets/inflation/src/lib.rs`, `on_finalize`.
    fn recalculate_if_due(&self, chain: &mut Chain, receipt: &mut Receipt) {
        let mut due = chain.inflation.do_recalculation;
        if !self.makes(Mistake::FlagKept) {
            chain.inflation.do_recalculation = None;
        }
        if self.makes(Mistake::RecalculatedAtABlock) {
            let blocks = self.network.calendar(chain.block_time).blocks_per_cycle();
            due = chain.number.is_multiple_of(blocks).then(|| chain.staking.era.saturating_add(1));
        }
        if let Some(next_era) = due {
            self.recalculate(chain, next_era);
            receipt.recalculated = true;
        }
    }

    /// INFL-6: new amounts out of the issuance of this moment.
    fn recalculate(&self, chain: &mut Chain, next_era: u32) {
        let calendar = self.amounts_calendar(chain.block_time);
        let issuance = self.issuance_read(chain.issuance);
        chain.inflation.recalculate(issuance, calendar, next_era, self.mistake);
    }

    fn call(&self, chain: &mut Chain, call: &Call, receipt: &mut Receipt) -> Result<(), Refused> {
        match *call {
            Call::PayFee { fee, tip } => {
                let (burned, kept) = fee_split(fee, tip);
                let burned = burned.min(chain.issuance);
                chain.issuance -= burned;
                chain.pot = chain.pot.saturating_add(kept);
                receipt.burned = receipt.burned.saturating_add(burned);
            }
            Call::SetMaintenance(maintenance) => chain.staking.maintenance = maintenance,
            Call::SetInflationParameters(parameters) => {
                if !parameters.is_valid() {
                    return Err(Refused::InvalidInflationParameters);
                }
                chain.inflation.parameters = parameters;
            }
            Call::ForceInflationRecalculation { next_era } => {
                self.recalculate(chain, next_era);
                receipt.forced = true;
            }
            Call::ForceReadjustConfig => {
                chain.inflation.readjust(self.network.calendar(chain.block_time));
            }
            _ if chain.staking.maintenance => return Err(Refused::Disabled),
            Call::Force(_) if self.network.has_safeguard => return Err(Refused::ForceNotAllowed),
            Call::Force(what) => force(chain, what),
            Call::Unlock { account } => return self.unlock(chain, account),
            Call::ClaimUnlocked { account } => return claim_unlocked(chain, account),
            Call::Stake { account, amount } => return self.stake(chain, account, amount),
            Call::ClaimStakerRewards { account } => {
                return self.claim_staker_rewards(chain, account, receipt);
            }
            Call::ClaimBonusReward { account } => {
                return self.claim_bonus_reward(chain, account, receipt);
            }
            Call::ClaimDappReward { dapp, era } => {
                return self.claim_dapp_reward(chain, (dapp, era), receipt);
            }
        }
        Ok(())
    }
}

/// DAPP-14: the next block starts the next era, and this one says so.
///
/// A stake of this block or of the same era then earns nothing, and is in the way until it expires.
/// Source: `pallets/dapp-staking/src/lib.rs`, `force`.
fn force(chain: &mut Chain, what: Forced) {
    let next_era = chain.staking.era.saturating_add(1);
    chain.staking.next_era_start = chain.number.saturating_add(1);
    if what == Forced::Subperiod {
        chain.staking.next_subperiod_start_era = next_era;
    }
    chain.inflation.block_before_new_era(next_era);
}

/// M8: what was recorded is minted at once.
fn mint_pools(chain: &mut Chain, receipt: &Receipt) {
    if let Some(era) = &receipt.era_ended {
        chain.issuance = chain.issuance.saturating_add(era.staker_pool + era.dapp_pool);
    }
    if let Some(period) = &receipt.period_ended {
        chain.issuance = chain.issuance.saturating_add(period.bonus_pool);
    }
}
