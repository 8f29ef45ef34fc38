//! Claims: what they mint, when they expire, and what they refuse.

use proptest::prelude::*;
use unincluded_model::economics::chain::Forced;
use unincluded_model::economics::claims::{Entitlement, Refused};
use unincluded_model::economics::eras::Account;
use unincluded_model::economics::rounding::tier_reward;
use unincluded_model::economics::switch::Progress;
use unincluded_model::economics::tiers::{Place, Tier, rank, rank_reward, tier_rewards};
use unincluded_model::economics::{
    Balance, Block, BlockTime, Call, Chain, Machine, Mistake, Network, Perbill, Permill, Receipt,
};

use super::{TINY_12S, start, tiny_network};

fn machine() -> Machine {
    Machine::new(tiny_network(TINY_12S))
}

fn ask(machine: &Machine, chain: &mut Chain, calls: &[Call]) -> Receipt {
    machine.execute(chain, &Block { calls, ..Block::default() })
}

fn wait_for(machine: &Machine, chain: &mut Chain, period: u32) {
    while chain.staking.period < period {
        machine.execute(chain, &Block::default());
    }
}

/// Everybody stakes 100, 200 and 300 in the first voting subperiod.
fn staked(machine: &Machine) -> Chain {
    let mut chain = start(machine, 1_000_003);
    machine.execute(&mut chain, &Block::default());
    let calls =
        [0, 1, 2].map(|account| Call::Stake { account, amount: 100 * (account as u128 + 1) });
    assert_eq!(ask(machine, &mut chain, &calls).refused, []);
    chain
}

fn total(receipt: &Receipt) -> Balance {
    receipt.minted.iter().map(|(_, amount)| amount).sum()
}

/// DAPP-7: a claim takes all eras of a span at once, and a second one finds nothing (INV-3).
#[test]
fn a_staker_claims_consecutive_eras_once() {
    let machine = machine();
    let mut chain = staked(&machine);
    let (staked_in, first) = (chain.staking.period, chain.staking.era + 1);
    wait_for(&machine, &mut chain, staked_in + 1);
    let claim = [Call::ClaimStakerRewards { account: 2 }];
    let receipt = ask(&machine, &mut chain, &claim);
    let eras: Vec<Entitlement> =
        receipt.minted.iter().map(|&(entitlement, _)| entitlement).collect();
    assert_eq!(eras, [0, 1, 2].map(|n| Entitlement::Staker { account: 2, era: first + n }));
    assert_eq!(chain.staking.accounts[2].balance, 1 + total(&receipt));
    let again = ask(&machine, &mut chain, &claim);
    assert_eq!(again.refused, [(0, Refused::NoClaimableRewards)]);
}

/// DAPP-7: 16 eras to a span, however many are unclaimed.
#[test]
fn a_claim_ends_with_the_span() {
    let calendar = super::Calendar { eras_per_build_and_earn_subperiod: 40, ..TINY_12S };
    let machine = Machine::new(tiny_network(calendar));
    let mut chain = staked(&machine);
    let period = chain.staking.period + 1;
    wait_for(&machine, &mut chain, period);
    let claim = [Call::ClaimStakerRewards { account: 0 }; 5];
    let receipt = ask(&machine, &mut chain, &claim);
    // Eras 84 to 123 lie in three spans.
    assert_eq!((receipt.minted.len(), receipt.refused.len()), (40, 2));
    let Some(&(Entitlement::Staker { era: 84, .. }, _)) = receipt.minted.first() else {
        panic!("{receipt:?}")
    };
}

/// DAPP-8, INV-5: claimable up to the last period of retention, refused one later.
#[test]
fn inv_5_rewards_expire_with_the_first_period_beyond_retention() {
    let machine = machine();
    let chain = staked(&machine);
    let period = chain.staking.period;
    let retention = machine.network().staking.reward_retention_in_periods;
    let era = chain.staking.era + 1;
    let calls = [
        Call::ClaimStakerRewards { account: 0 },
        Call::ClaimBonusReward { account: 0 },
        Call::ClaimDappReward { dapp: 0, era },
    ];
    let mut in_time = chain.clone();
    wait_for(&machine, &mut in_time, period + retention);
    assert_eq!(ask(&machine, &mut in_time, &calls).refused, []);

    let mut late = chain.clone();
    wait_for(&machine, &mut late, period + retention + 1);
    let before = late.clone();
    let receipt = ask(&machine, &mut late, &calls);
    let expired = Refused::RewardExpired { period, oldest: period + 1 };
    // DAPP-15: the tiers are looked for first, and may be cleaned up already.
    let (places, refused): (Vec<usize>, Vec<Refused>) = receipt.refused.into_iter().unzip();
    assert_eq!(places, [0, 1, 2]);
    assert_eq!(refused[..2], [expired; 2]);
    assert!([expired, Refused::NoDAppTierInfo].contains(&refused[2]));
    assert_eq!(late.staking.accounts, before.staking.accounts);
    assert_eq!(late.issuance, before.issuance + receipt.collators + receipt.treasury);
    // M11 mints it all the same.
    let machine = machine.with(Mistake::RetentionIgnored);
    let receipt = ask(&machine, &mut before.clone(), &calls[..1]);
    assert!(receipt.refused.is_empty());
}

/// S6, S7: what the old runtime recorded is claimed under the new one, up to the last period of retention,
/// but not while migrations run; and to the planck what it would have been without the switch.
#[test]
fn the_switch_neither_expires_a_claim_nor_changes_it() {
    let machine = machine();
    let period = staked(&machine).staking.period;
    let retention = machine.network().staking.reward_retention_in_periods;
    let calls = [Call::ClaimStakerRewards { account: 0 }, Call::ClaimBonusReward { account: 0 }];
    let recorded = |switches: bool| {
        let mut chain = staked(&machine);
        wait_for(&machine, &mut chain, period + 1);
        if switches {
            // The first block of the next period was old: block by block the migrations go on.
            for number in 1..=3 {
                let progress = Progress::Completes(1);
                let block =
                    Block { upgrade: number == 1, progress, calls: &calls, milliseconds: None };
                let refused = machine.execute(&mut chain, &block).refused;
                assert_eq!(refused, [0, 1].map(|place| (place, Refused::MigrationsOngoing)));
            }
            assert!(!chain.migrations.is_ongoing());
        }
        chain
    };
    let claimed = |mut chain: Chain, last: u32| {
        wait_for(&machine, &mut chain, last);
        ask(&machine, &mut chain, &calls)
    };
    let [without, across] =
        [false, true].map(|switches| claimed(recorded(switches), period + retention));
    assert_eq!(across.refused, []);
    assert_eq!(across.minted, without.minted);
    assert!(total(&across) > 0);
    let late = claimed(recorded(true), period + retention + 1);
    assert_eq!((late.minted.len(), late.refused.len()), (0, 2));
}

/// DAPP-9: only an ended period pays a bonus, and only to whoever staked while it voted.
#[test]
fn a_bonus_needs_an_ended_period_and_a_voting_stake() {
    let machine = machine();
    let mut chain = staked(&machine);
    let claim = |account| [Call::ClaimBonusReward { account }];
    let early = ask(&machine, &mut chain, &claim(0));
    assert_eq!(early.refused, [(0, Refused::NoClaimableRewards)]);
    let period = chain.staking.period;
    wait_for(&machine, &mut chain, period + 1);
    let pool = chain.staking.records.periods[&period].bonus_pool;
    let receipt = ask(&machine, &mut chain, &claim(2));
    let expected = Perbill::from_rational(300, 600).mul_nearest_half_down(pool);
    assert_eq!(receipt.minted, [(Entitlement::Bonus { account: 2, period }, expected)]);
    let again = ask(&machine, &mut chain, &claim(2));
    assert_eq!(again.refused, [(0, Refused::NoClaimableRewards)], "the entry is gone");
}

/// DAPP-9: a period nobody voted in has no bonus to divide.
#[test]
fn staking_after_the_vote_earns_no_bonus() {
    let machine = machine();
    let mut chain = start(&machine, 1_000_003);
    for _ in 0..12 {
        machine.execute(&mut chain, &Block::default());
    }
    assert_eq!(ask(&machine, &mut chain, &[Call::Stake { account: 0, amount: 5 }]).refused, []);
    let period = chain.staking.period;
    wait_for(&machine, &mut chain, period + 1);
    let claim = [Call::ClaimBonusReward { account: 0 }];
    let refused = ask(&machine, &mut chain, &claim).refused;
    assert_eq!(refused, [(0, Refused::NotEligibleForBonusReward)]);
}

/// The pallet's `PeriodEndsInNextEra`: a stake in a period's last era would earn nothing.
#[test]
fn a_periods_last_era_takes_no_stake() {
    let machine = machine();
    let mut chain = start(&machine, 1_000_003);
    machine.execute(&mut chain, &Block::default());
    let period = chain.staking.period;
    let stake = [Call::Stake { account: 0, amount: 5 }];
    let mut answers = Vec::new();
    while chain.staking.period == period {
        let era = chain.staking.era;
        let refused = ask(&machine, &mut chain.clone(), &stake).refused;
        if chain.staking.era == era && answers.last().is_none_or(|(last, _)| *last < era) {
            answers.push((era, refused.first().map(|(_, refused)| *refused)));
        }
        machine.execute(&mut chain, &Block::default());
    }
    // A voting era and three that earn.
    let late = Some(Refused::PeriodEndsInNextEra);
    let refused: Vec<Option<Refused>> = answers.into_iter().map(|(_, refused)| refused).collect();
    assert_eq!(refused, [None, None, None, late]);
}

/// DAPP-10: an era that is not over has nothing to claim, and a dApp in no tier never has.
#[test]
fn a_dapp_claims_ended_eras_of_its_tier() {
    let machine = machine();
    let mut chain = staked(&machine);
    chain.staking.dapps = vec![Place { tier: 0, rank: 0 }, Place { tier: 1, rank: 0 }];
    let period = chain.staking.period;
    let era = chain.staking.era + 1;
    wait_for(&machine, &mut chain, period + 1);
    let claim = |dapp, era| [Call::ClaimDappReward { dapp, era }];
    let now = chain.staking.era;
    let refused = |dapp, era| {
        let receipt = ask(&machine, &mut chain.clone(), &claim(dapp, era));
        receipt.refused.first().map(|(_, refused)| *refused)
    };
    assert_eq!(refused(0, era), None);
    assert_eq!(refused(0, now), Some(Refused::InvalidClaimEra));
    assert_eq!(refused(0, era - 1), Some(Refused::NoDAppTierInfo), "a voting era");
    assert_eq!(refused(1, era), Some(Refused::NoClaimableRewards), "there is one tier");
    assert_eq!(refused(2, now), Some(Refused::Unknown));
}

/// DAPP-14: production networks keep root from forcing eras.
#[test]
fn a_safeguard_keeps_root_from_forcing() {
    let force = [Call::Force(Forced::Era)];
    for (network, answer) in
        [(tiny_network(TINY_12S), None), (Network::astar(), Some(Refused::ForceNotAllowed))]
    {
        let machine = Machine::new(network);
        let mut chain = machine.steady(BlockTime::TwelveSeconds, 1_000_003);
        let refused = ask(&machine, &mut chain, &force).refused;
        assert_eq!(refused.first().map(|(_, refused)| *refused), answer);
    }
}

/// DAPP-14: what was staked in an era that root ends with its period earns nothing, cannot be claimed, and
/// is in the way of another stake until it has expired.
#[test]
fn a_stake_before_a_forced_end_of_the_period_is_stuck() {
    let machine = machine();
    let mut chain = start(&machine, 1_000_003);
    for _ in 0..10 {
        machine.execute(&mut chain, &Block::default());
    }
    let stake = [Call::Stake { account: 0, amount: 5 }];
    assert_eq!(ask(&machine, &mut chain, &stake).refused, []);
    let period = chain.staking.period;
    ask(&machine, &mut chain, &[Call::Force(Forced::Subperiod)]);
    wait_for(&machine, &mut chain, period + 1);
    let claim = [Call::ClaimStakerRewards { account: 0 }];
    let unclaimed = [(0, Refused::UnclaimedRewards)];
    assert_eq!(ask(&machine, &mut chain, &claim).refused, [(0, Refused::NoClaimableRewards)]);
    assert_eq!(ask(&machine, &mut chain, &stake).refused, unclaimed);
    wait_for(&machine, &mut chain, period + 2);
    assert_eq!(ask(&machine, &mut chain, &stake).refused, []);
}

/// The order in which the pallet finds out what is wrong with a stake.
#[test]
fn unclaimed_rewards_come_before_too_small_a_stake() {
    let machine = machine();
    let mut chain = staked(&machine);
    let period = chain.staking.period;
    let nothing = [Call::Stake { account: 0, amount: 0 }];
    assert_eq!(ask(&machine, &mut chain, &nothing).refused, [(0, Refused::AlreadyStaked)]);
    wait_for(&machine, &mut chain, period + 1);
    assert_eq!(ask(&machine, &mut chain, &nothing).refused, [(0, Refused::UnclaimedRewards)]);
    wait_for(&machine, &mut chain, period + 2);
    let minimum = Refused::InsufficientStakeAmount { minimum: 1 };
    assert_eq!(ask(&machine, &mut chain, &nothing).refused, [(0, minimum)]);
}

/// DAPP-16, UPG-6: what unlocks takes its era lengths, and across the switch until the migration doubles what
/// is left.
#[test]
fn unlocking_takes_its_era_lengths() {
    let machine = machine();
    let mut chain = start(&machine, 1_000_003);
    let unlock = [Call::Unlock { account: 0 }];
    assert_eq!(ask(&machine, &mut chain, &unlock).refused, []);
    assert_eq!(chain.staking.accounts[0].unlock_block, Some(1 + 8));
    assert_eq!(ask(&machine, &mut chain, &unlock).refused, [(0, Refused::AlreadyUnlocking)]);
    let slow = |upgrade| Block { upgrade, progress: Progress::Completes(1), ..Block::default() };
    machine.execute(&mut chain, &slow(true));
    machine.execute(&mut chain, &slow(false));
    // Unlocking has its turn in the second block, number 4: five of them are left, and are doubled.
    assert_eq!(chain.staking.accounts[0].unlock_block, Some(9 + 5));
    machine.execute(&mut chain, &slow(false));
    let claim = [Call::ClaimUnlocked { account: 0 }];
    while chain.number < 12 {
        machine.execute(&mut chain, &Block::default());
    }
    let early = ask(&machine, &mut chain, &claim).refused;
    assert_eq!(early, [(0, Refused::NoUnlockedChunksToClaim)]);
    assert_eq!(ask(&machine, &mut chain, &claim).refused, []);
    assert_eq!(chain.staking.accounts[0].unlock_block, None);
}

/// DAPP-13, INV-16: maintenance refuses every call of dApp staking, and block rewards go on.
#[test]
fn maintenance_refuses_claims_and_pays_blocks() {
    let machine = machine();
    let mut chain = staked(&machine);
    let calls = [Call::SetMaintenance(true), Call::Stake { account: 0, amount: 9 }];
    let receipt = ask(&machine, &mut chain, &calls);
    assert_eq!(receipt.refused, [(1, Refused::Disabled)]);
    assert!(receipt.treasury > 0);
}

/// EMIT-10, BUG-5: a deposit that fails takes the entitlement with it.
#[test]
fn a_payout_below_the_existential_deposit_is_swallowed() {
    let network = Network { existential_deposit: 1_000_000, ..tiny_network(TINY_12S) };
    let machine = Machine::new(network);
    let mut chain = staked(&machine);
    chain.staking.accounts[0].balance = 0;
    let period = chain.staking.period;
    wait_for(&machine, &mut chain, period + 1);
    let issuance = chain.issuance;
    let claim = [Call::ClaimStakerRewards { account: 0 }];
    let receipt = ask(&machine, &mut chain, &claim);
    assert!(receipt.refused.is_empty() && receipt.minted.is_empty() && receipt.swallowed > 0);
    assert_eq!(chain.issuance, issuance + receipt.collators + receipt.treasury);
    let again = ask(&machine, &mut chain, &claim);
    assert_eq!(again.refused, [(0, Refused::NoClaimableRewards)]);
}

/// EMIT-11: a claim of nothing succeeds.
#[test]
fn a_claim_of_nothing_succeeds() {
    let machine = machine();
    let mut chain = start(&machine, 150);
    machine.execute(&mut chain, &Block::default());
    ask(&machine, &mut chain, &[Call::Stake { account: 0, amount: 5 }]);
    let period = chain.staking.period;
    wait_for(&machine, &mut chain, period + 1);
    let receipt = ask(&machine, &mut chain, &[Call::ClaimStakerRewards { account: 0 }]);
    assert!(receipt.refused.is_empty() && !receipt.minted.is_empty());
    assert_eq!(total(&receipt), 0);
}

/// EMIT-12, BUG-3: the old cap refuses what is left of the last cycle on top of this one's.
#[test]
fn inv_16_the_old_cap_refuses_honest_claims() {
    let last_claims = |machine: &Machine| {
        let mut chain = start(machine, 1_000_003);
        // Each account stakes in a period of its own, and all claim late in the second cycle.
        for (account, block) in [1, 21, 41].into_iter().enumerate() {
            while chain.number < block {
                machine.execute(&mut chain, &Block::default());
            }
            let stake = [Call::Stake { account, amount: chain.issuance }];
            assert_eq!(ask(machine, &mut chain, &stake).refused, []);
        }
        while chain.number < 70 {
            machine.execute(&mut chain, &Block::default());
        }
        // Eras 14 to 16 of the second account lie in two spans.
        let claims = [
            Call::ClaimStakerRewards { account: 0 },
            Call::ClaimBonusReward { account: 0 },
            Call::ClaimStakerRewards { account: 1 },
            Call::ClaimStakerRewards { account: 1 },
            Call::ClaimBonusReward { account: 1 },
            Call::ClaimStakerRewards { account: 2 },
            Call::ClaimBonusReward { account: 2 },
        ];
        ask(machine, &mut chain, &claims).refused
    };
    let mut network = tiny_network(TINY_12S);
    network.staking.reward_retention_in_periods = 4;
    let machine = Machine::new(network);
    assert_eq!(last_claims(&machine), []);
    let refused = last_claims(&machine.with(Mistake::CapReinstated));
    // The third account's eras are too much; its bonus alone would still be below the cap.
    assert_eq!(refused, [(5, Refused::RewardPayoutFailed)]);
}

/// Sheet section 11.3, after the table; DAPP-10, ROUND-6.
#[test]
fn tiers_round_as_the_golden_figures_say() {
    let reward = |percent, slots| tier_reward(Permill::from_percent(percent), 10_001, slots);
    assert_eq!([reward(25, 5), reward(47, 20), reward(25, 30), reward(3, 45)], [500, 235, 83, 6]);
    assert_eq!(reward(25, 0), 0);
}

/// DAPP-10: tenths of the way up; more than a byte of them fall back to none.
#[test]
fn a_rank_is_tenths_of_the_way_to_the_next_tier() {
    let between = |stake| rank(100, Some(200), stake);
    assert_eq!([99, 100, 109, 110, 199, 200, 300].map(between), [0, 0, 0, 1, 9, 10, 10]);
    assert_eq!((between(100 + 2559), between(100 + 2560)), (10, 0));
    assert_eq!((rank(100, None, 1000), rank(100, Some(109), 105)), (0, 0));
}

/// DAPP-10, DAPP-11: ranks share out what empty slots leave, and no more.
#[test]
fn ranks_never_pay_more_than_the_empty_slots_leave() {
    // Two of four slots are empty, a rank is worth a tenth.
    assert_eq!(rank_reward(500, 4, [10, 5].into_iter()), 50);
    // One of three is: 15 ranks share one reward.
    assert_eq!(rank_reward(500, 3, [10, 5].into_iter()), 33);
    assert_eq!(rank_reward(500, 2, [10, 5].into_iter()), 0);
    assert_eq!(rank_reward(500, 2, [0].into_iter()), 0);
}

/// DAPP-12: the examples by which all claims together exceed the pool.
#[test]
fn rounded_claims_can_exceed_the_pool() {
    let claimed = |pool: Balance, stakes: &[Balance]| -> Balance {
        let staked: Balance = stakes.iter().sum();
        let share = |&stake: &Balance| Perbill::from_rational(stake, staked);
        stakes.iter().map(|stake| share(stake).mul_nearest_half_down(pool)).sum()
    };
    assert_eq!(claimed(2, &[3, 3, 4]), 3);
    assert_eq!(claimed(6, &[1; 10]), 10);
    assert_eq!(claimed(999, &[333, 333, 334]), 1000);
    assert_eq!(claimed(17, &[1, 1, 1, 1, 1, 5]), 18);
    assert_eq!(claimed(26, &[1; 50]), 50);
}

/// DAPP-12: a stake below one billionth of all earns nothing.
#[test]
fn a_stake_below_a_billionth_earns_nothing() {
    let earned = |staked| Perbill::from_rational(1, staked).mul_nearest_half_down(1 << 80);
    assert!(earned(1_000_000_000) > 0);
    assert_eq!(earned(1_000_000_001), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dapp_11_a_tier_stays_within_its_portion(
        pool in 0..1_000_000_000_000_u128, tenths in 0..=10_u64, slots in 1..20_u16,
        ranks in prop::collection::vec(0..=10_u8, 0..20),
    ) {
        let tiers = [Tier { portion: Permill::from_percent(10 * tenths), slots }];
        let places: Vec<Place> =
            ranks.into_iter().take(slots.into()).map(|rank| Place { tier: 0, rank }).collect();
        let sum: Balance = tier_rewards(pool, &tiers, &places).iter().flatten().sum();
        prop_assert!(sum <= tiers[0].portion.mul_nearest_half_down(pool));
        prop_assert!(sum <= pool);
    }

    #[test]
    fn inv_24_claims_of_an_era_miss_the_pool_by_rounding_only(
        pool in 0..1_u128 << 95, stakes in prop::collection::vec(1..1_u128 << 90, 1..10),
    ) {
        let staked: Balance = stakes.iter().sum();
        let shares = stakes.iter().map(|&stake| Perbill::from_rational(stake, staked));
        let claims: Balance = shares.map(|share| share.mul_nearest_half_down(pool)).sum();
        let n = stakes.len() as Balance;
        prop_assert!(2 * claims < 2 * pool + n);
        // Below by a billionth of the pool and half a planck for each claimant, at most.
        let billion = 1_000_000_000;
        prop_assert!(2 * billion * claims + n * (2 * pool + billion) >= 2 * billion * pool);
    }

    #[test]
    fn inv_24_in_the_machine_all_claims_of_an_era_come_to_its_pool(
        amounts in prop::array::uniform3(1..1_000_000_u128), issuance in 10_000..100_000_000_u128,
    ) {
        let machine = machine();
        let mut chain = start(&machine, issuance);
        chain.staking.accounts = vec![Account { balance: 1, ..Account::default() }; 3];
        machine.execute(&mut chain, &Block::default());
        let stake = [0, 1, 2].map(|account| Call::Stake { account, amount: amounts[account] });
        ask(&machine, &mut chain, &stake);
        let period = chain.staking.period;
        wait_for(&machine, &mut chain, period + 1);
        let claims = [0, 1, 2].map(|account| Call::ClaimStakerRewards { account });
        let receipt = ask(&machine, &mut chain, &claims);
        let eras = chain.staking.records.eras.values().filter(|era| era.staked > 0);
        let pools: Balance = eras.map(|era| era.staker_pool).sum();
        let (claimed, eras) = (total(&receipt), 3);
        prop_assert!(2 * claimed < 2 * pools + 3 * eras);
        prop_assert!(claimed + eras * 3 >= pools);
    }
}
