//! A chain and what is remembered of it, counted from its newest block, so that a search can close.

use std::collections::BTreeMap;

use unincluded_model::economics::claims::Entitlement;
use unincluded_model::economics::eras::{BonusEntry, Stake};
use unincluded_model::economics::pools::DEAD_SAFETY_CAP;
use unincluded_model::economics::{Chain, InflationConfiguration, Machine, Receipt, recalculate};

use super::{Broken, Cycle, Ledger, Setting};

/// The number that the newest block has, and the running period; blocks and periods.
const NUMBER: u32 = 1024;
/// The running era, or up to a span more; a multiple of any short span.
const ERA: u32 = 512;
/// The running period.
const PERIOD: u32 = 64;
/// Eras that have expired and are still told apart.
const MOST_EXPIRED: u32 = 2;
/// Blocks for which an era that is over is told apart from one that has been for longer.
const LONGEST_OVERDUE: u32 = 3;

/// A chain, and one who watches it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The newest block's state.
    pub chain: Chain,
    /// What is remembered.
    pub ledger: Ledger,
    /// What the newest block broke.
    pub broken: Broken,
}

/// The same moment with every number counted from the newest block, the issuance as it was at the start, and
/// amounts as a recalculation at that issuance writes them.
///
/// What the issuance adds up to is thereby forgotten, after each block was judged with what it came to, or where
/// the setting keeps it, after each recalculation: so a chain never recalculates from another issuance (decision
/// 0015).
pub fn canonical(
    machine: &Machine,
    mut moment: Moment,
    receipt: &Receipt,
    setting: &Setting,
) -> Moment {
    let base = setting.issuance;
    let Moment { chain, ledger, .. } = &mut moment;
    shift_blocks(chain);
    // Maintenance may last for ever. A cycle that it held up for long is counted no more.
    let held_up = |cycle: &Cycle| cycle.overrun.iter().sum::<u32>() > LONGEST_OVERDUE;
    if ledger.cycle.as_ref().is_some_and(held_up) {
        ledger.cycle = None;
    }
    if receipt.recalculated || receipt.forced {
        let parameters = &chain.inflation.parameters;
        let calendar = machine.network().calendar(chain.block_time);
        let recalculation_era = chain.inflation.configuration.recalculation_era;
        let fresh = recalculate(base, parameters, calendar, 0);
        chain.inflation.configuration = InflationConfiguration { recalculation_era, ..fresh };
        if chain.inflation.issuance_safety_cap != DEAD_SAFETY_CAP {
            chain.inflation.issuance_safety_cap =
                base + chain.inflation.parameters.max_emission(base);
        }
        if let Some(cycle) = &mut ledger.cycle {
            cycle.restart(chain, base);
        }
        chain.issuance = base;
    }
    if !setting.keeps_issuance {
        chain.issuance = base;
    }
    let deposit = machine.network().existential_deposit;
    for account in &mut chain.staking.accounts {
        account.balance = account.balance.min(deposit);
    }
    chain.treasury = deposit;
    if !setting.has_fees {
        chain.pot = deposit;
    }
    shift_periods(machine, chain, ledger);
    shift_eras(machine, chain, ledger);
    moment
}

fn shift_blocks(chain: &mut Chain) {
    let now = chain.number;
    let moved = |block: u32| shifted(block, i64::from(NUMBER) - i64::from(now));
    let staking = &mut chain.staking;
    let earliest = now.saturating_sub(LONGEST_OVERDUE);
    staking.next_era_start = moved(staking.next_era_start.max(earliest));
    for account in &mut staking.accounts {
        account.unlock_block = account.unlock_block.map(|end| moved(end.max(now)));
    }
    chain.migrations.last_old_block = chain.migrations.last_old_block.map(|_| 0);
    for (_, block) in &mut chain.migrations.done {
        *block = 0;
    }
    chain.number = NUMBER;
}

fn shift_periods(machine: &Machine, chain: &mut Chain, ledger: &mut Ledger) {
    let staking = &mut chain.staking;
    let shift = i64::from(PERIOD) - i64::from(staking.period);
    let expired = PERIOD - machine.network().staking.reward_retention_in_periods - 1;
    let moved = |period: u32| shifted(period, shift).max(expired);
    staking.period = PERIOD;
    for account in &mut staking.accounts {
        if let Some(Stake { period, unclaimed_from, .. }) = &mut account.stake {
            *period = moved(*period);
            if *period == expired {
                *unclaimed_from = 0;
            }
        }
        if let Some(BonusEntry { period, .. }) = &mut account.bonus {
            *period = moved(*period);
        }
        // One that earns nothing is in nobody's way once its period is over.
        account.bonus = account.bonus.filter(|entry| entry.is_eligible() || entry.period == PERIOD);
    }
    let records = &mut staking.records;
    records.periods =
        std::mem::take(&mut records.periods).into_iter().map(|(p, end)| (moved(p), end)).collect();
    for tiers in records.tiers.values_mut() {
        tiers.period = moved(tiers.period);
    }
    for earned in ledger.eras.values_mut() {
        earned.period = moved(earned.period);
    }
    ledger.rename(|entitlement| match entitlement {
        Entitlement::Bonus { account, period } => {
            Entitlement::Bonus { account, period: moved(period) }
        }
        other => other,
    });
}

fn shift_eras(machine: &Machine, chain: &mut Chain, ledger: &mut Ledger) {
    let span = machine.network().staking.era_reward_span_length;
    let era = chain.staking.era;
    let shift = i64::from(ERA) - i64::from(era - era % span);
    let moved = |era: u32| shifted(era, shift);
    let configuration = &mut chain.inflation.configuration;
    configuration.recalculation_era = moved(configuration.recalculation_era.max(era));
    let staking = &mut chain.staking;
    staking.era = moved(era);
    staking.next_subperiod_start_era = moved(staking.next_subperiod_start_era);
    for stake in staking.accounts.iter_mut().filter_map(|account| account.stake.as_mut()) {
        if stake.unclaimed_from > 0 {
            stake.unclaimed_from = moved(stake.unclaimed_from);
        }
    }
    let records = &mut staking.records;
    records.eras = keys_moved(std::mem::take(&mut records.eras), moved);
    records.tiers = keys_moved(std::mem::take(&mut records.tiers), moved);
    for end in records.periods.values_mut() {
        end.final_era = moved(end.final_era);
    }
    let oldest = moved(records.oldest_valid_era);
    // Nobody cleans up while migrations run, however long that takes. What has expired long ago is told apart
    // no more.
    let kept = oldest.saturating_sub(MOST_EXPIRED);
    records.eras.retain(|&era, _| era >= kept);
    records.tiers.retain(|&era, _| era >= kept);
    let has_expired = records.eras.keys().chain(records.tiers.keys()).any(|&era| era < oldest);
    records.oldest_valid_era = if has_expired { oldest } else { 0 };
    ledger.eras = keys_moved(std::mem::take(&mut ledger.eras), moved);
    ledger.rename(|entitlement| match entitlement {
        Entitlement::Staker { account, era } => Entitlement::Staker { account, era: moved(era) },
        Entitlement::Dapp { dapp, era } => Entitlement::Dapp { dapp, era: moved(era) },
        other @ Entitlement::Bonus { .. } => other,
    });
}

/// The number so much later, or earlier; 0 at least.
fn shifted(number: u32, by: i64) -> u32 {
    u32::try_from(i64::from(number) + by).unwrap_or(0)
}

fn keys_moved<T>(map: BTreeMap<u32, T>, moved: impl Fn(u32) -> u32) -> BTreeMap<u32, T> {
    map.into_iter().map(|(era, value)| (moved(era), value)).collect()
}
