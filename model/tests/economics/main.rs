//! Astar's emission, to the last planck: published rules, known figures, laws over the whole range.

mod calendar;
mod claims;
mod durations;
mod eras;
mod golden;
mod inflation_laws;
mod mutants;
mod parameters;
mod pools;
mod proofs;
mod published;
mod rounding;
mod rounding_laws;
mod strategies;
mod switch;
mod worked_examples;
mod years;

use unincluded_model::economics::eras::Account;
use unincluded_model::economics::networks::StakingTerms;
use unincluded_model::economics::tiers::Place;
use unincluded_model::economics::{
    Balance, BlockTime, Calendar, Chain, Emissions, InflationConfiguration, InflationParameters,
    Machine, Network,
};

/// ABS-2: a calendar small enough to check by hand, whose boundaries do not coincide; 40 blocks.
const TINY_12S: Calendar = Calendar {
    periods_per_cycle: 2,
    eras_per_voting_subperiod: 2,
    eras_per_build_and_earn_subperiod: 3,
    blocks_per_era: 4,
};

/// The same at half the block time; 80 blocks.
const TINY_6S: Calendar = doubled(TINY_12S);

/// CYC-6: the calendar that the same hours make at half the block time.
const fn doubled(calendar: Calendar) -> Calendar {
    Calendar { blocks_per_era: 2 * calendar.blocks_per_era, ..calendar }
}

/// The configuration of a cycle that may emit `max_emission`; the era does not matter.
fn configure(
    max_emission: Balance,
    parameters: &InflationParameters,
    calendar: &Calendar,
) -> InflationConfiguration {
    InflationConfiguration::new(0, max_emission, parameters, calendar)
}

/// Treasury, collators, dApps, base stakers, adjustable stakers, bonus: the order of the pallet.
fn in_order(emissions: &Emissions) -> [Balance; 6] {
    [
        emissions.treasury,
        emissions.collators,
        emissions.dapps,
        emissions.base_stakers,
        emissions.adjustable_stakers,
        emissions.bonus,
    ]
}

/// What is paid per block, era or period, in the order of [`in_order`].
fn units(configuration: &InflationConfiguration) -> [Balance; 6] {
    [
        configuration.treasury_reward_per_block,
        configuration.collator_reward_per_block,
        configuration.dapp_reward_pool_per_era,
        configuration.base_staker_reward_pool_per_era,
        configuration.adjustable_staker_reward_pool_per_era,
        configuration.bonus_reward_pool_per_period,
    ]
}

/// How often each unit is paid in a cycle, in the order of [`in_order`].
fn divisors(calendar: &Calendar) -> [Balance; 6] {
    let blocks = calendar.blocks_per_cycle().into();
    let eras = calendar.build_and_earn_eras_per_cycle().into();
    [blocks, blocks, eras, eras, eras, calendar.periods_per_cycle.into()]
}

/// A network on that calendar, with Astar's parameters and spans, and everything else as small as it gets.
fn tiny_network(before: Calendar) -> Network {
    let network = Network::tiny(before);
    let era_reward_span_length = Network::astar().staking.era_reward_span_length;
    Network { staking: StakingTerms { era_reward_span_length, ..network.staking }, ..network }
}

/// Three accounts and two dApps, on a steady chain.
fn start(machine: &Machine, issuance: Balance) -> Chain {
    let mut chain = machine.steady(BlockTime::TwelveSeconds, issuance);
    chain.staking.accounts = vec![Account { balance: 1, ..Account::default() }; 3];
    chain.staking.dapps = vec![Place { tier: 0, rank: 7 }, Place { tier: 0, rank: 0 }];
    chain
}
