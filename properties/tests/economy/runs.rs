//! Random runs on short calendars: every claim, in every block, with the issuance as it comes.

use proptest::prelude::*;
use unincluded_model::economics::chain::Forced;
use unincluded_model::economics::decay::Decay;
use unincluded_model::economics::eras::Account;
use unincluded_model::economics::networks::ASTAR_AT_LAUNCH;
use unincluded_model::economics::switch::{LazyMigration, Progress};
use unincluded_model::economics::tiers::Place;
use unincluded_model::economics::{
    Block, BlockTime, Calendar, Call, Chain, Machine, Mistake, Network, Perquintill,
};
use unincluded_properties::economy::{Broken, Ledger};

/// Everything that decides a run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) calendar: Calendar,
    pub(super) issuance: u128,
    pub(super) upgrade_after: Option<u32>,
    /// By block: what is asked for; most numbers mean nothing.
    pub(super) wishes: Vec<u8>,
    /// Whether maintenance and root are among the wishes.
    pub(super) is_disturbed: bool,
    pub(super) decay: Decay,
}

/// Three accounts and two dApps, on a steady chain.
pub(super) fn start(machine: &Machine, issuance: u128) -> Chain {
    let mut chain = machine.steady(BlockTime::TwelveSeconds, issuance);
    chain.staking.accounts = vec![Account { balance: 1, ..Account::default() }; 3];
    chain.staking.dapps = vec![Place { tier: 0, rank: 7 }, Place { tier: 0, rank: 0 }];
    chain
}

/// A tiny network without referenda, whose migration leaves a version behind (BUG-8).
pub(super) fn tiny(calendar: Calendar) -> Network {
    let lazy_migrations: &[LazyMigration] = &[LazyMigration::Unlocking, LazyMigration::Vesting];
    Network { lazy_migrations, ..Network::tiny(calendar) }
}

/// What a wish asks for, in that state.
fn calls(wish: u8, chain: &Chain, is_disturbed: bool) -> Vec<Call> {
    let account = usize::from(wish) % 3;
    let era = chain.staking.era.saturating_sub(u32::from(wish / 64));
    match wish % 32 {
        0..=2 => vec![Call::ClaimStakerRewards { account }, Call::ClaimBonusReward { account }],
        3 => vec![Call::ClaimStakerRewards { account }],
        4 => vec![Call::ClaimBonusReward { account }],
        5..=7 => vec![Call::ClaimDappReward { dapp: account, era }],
        8..=14 => vec![Call::Stake { account, amount: chain.issuance / 7 + u128::from(wish) }],
        15 => vec![Call::PayFee { fee: u128::from(wish), tip: 3 }],
        16 => vec![
            Call::ClaimStakerRewards { account },
            Call::ClaimStakerRewards { account },
            Call::ClaimBonusReward { account },
            Call::Stake { account, amount: chain.issuance / 5 },
        ],
        17 if is_disturbed => vec![Call::SetMaintenance(true)],
        18 | 19 if is_disturbed => vec![Call::SetMaintenance(false)],
        20 if is_disturbed => vec![Call::Force(Forced::Era)],
        21 if is_disturbed => vec![Call::Force(Forced::Subperiod)],
        22 if is_disturbed => vec![Call::ForceReadjustConfig],
        23 if is_disturbed => vec![Call::SetInflationParameters(ASTAR_AT_LAUNCH)],
        24 if is_disturbed => {
            vec![Call::ForceInflationRecalculation { next_era: chain.staking.era + 1 }]
        }
        25 | 26 => vec![Call::Unlock { account }],
        27 => vec![Call::ClaimUnlocked { account }],
        _ => Vec::new(),
    }
}

/// Runs it all and returns the claims that broke, and how often amounts were recalculated.
pub(super) fn watch(run: &Run, mistake: Option<Mistake>) -> (Vec<&'static str>, u32) {
    let machine = Machine::new(tiny(run.calendar));
    let machine = match mistake {
        Some(mistake) => machine.with(mistake),
        None => machine,
    };
    let mut chain = start(&machine, run.issuance);
    chain.inflation.decay = run.decay;
    chain.inflation.decay_rate = run.decay.rate;
    let mut ledger = Ledger::starting(&chain);
    let (mut broken, mut recalculations) = (Broken::default(), 0);
    for &wish in &run.wishes {
        let calls = calls(wish, &chain, run.is_disturbed);
        let progress = Progress::Completes(usize::from(wish % 2));
        let upgrade = run.upgrade_after == Some(chain.number);
        let block = Block { upgrade, progress, calls: &calls, milliseconds: None };
        let (receipt, breaks) = ledger.execute(&machine, &mut chain, &block);
        broken = broken.and(breaks);
        recalculations += u32::from(receipt.recalculated);
    }
    (broken.ids().collect(), recalculations)
}

fn calendar() -> impl Strategy<Value = Calendar> {
    (1..=3_u32, 1..=3_u32, 1..=4_u32, 2..=5_u32).prop_map(
        |(periods_per_cycle, voting, earning, blocks_per_era)| Calendar {
            periods_per_cycle,
            eras_per_voting_subperiod: voting,
            eras_per_build_and_earn_subperiod: earning,
            blocks_per_era,
        },
    )
}

fn run(is_disturbed: bool) -> impl Strategy<Value = Run> {
    let issuance = prop_oneof![100..20_000_u128, 100_000..10_000_000_u128];
    let rate = prop_oneof![3 => Just(100_u64), 1 => 90..100_u64];
    let wishes = prop::collection::vec(any::<u8>(), 1..400);
    (calendar(), issuance, prop::option::of(0..200_u32), rate, wishes).prop_map(
        move |(calendar, issuance, upgrade_after, rate, wishes)| Run {
            calendar,
            issuance,
            upgrade_after,
            wishes,
            is_disturbed,
            decay: Decay::starting(Perquintill::from_percent(rate)),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_claim_is_broken_whatever_users_do(run in run(false)) {
        let (broken, _) = watch(&run, None);
        prop_assert!(broken.is_empty(), "{broken:?}");
    }

    #[test]
    fn no_claim_is_broken_whatever_users_and_root_do(run in run(true)) {
        let (broken, _) = watch(&run, None);
        prop_assert!(broken.is_empty(), "{broken:?}");
    }

    #[test]
    fn inv_2_forks_of_one_height_and_one_switch_have_one_issuance(
        calendar in calendar(), issuance in 100..10_000_000_u128, last_old in 0..60_u32,
        wishes in prop::collection::vec(any::<u8>(), 1..200), fork in 0..100_usize,
    ) {
        let machine = Machine::new(tiny(calendar));
        let mut included = start(&machine, issuance);
        let mut sibling = included.clone();
        let mut emitted = 0;
        for (place, &wish) in wishes.iter().enumerate() {
            if place == fork {
                sibling = included.clone();
                // A sibling that carries claims dies with its state.
                let calls = calls(wish, &sibling, false);
                machine.execute(&mut sibling.clone(), &Block { calls: &calls, ..Block::default() });
            }
            let upgrade = included.number == last_old;
            let block = Block { upgrade, ..Block::default() };
            let receipt = machine.execute(&mut included, &block);
            emitted += receipt.collators + receipt.treasury;
            if place >= fork {
                machine.execute(&mut sibling, &block);
                prop_assert_eq!(&included, &sibling);
            }
        }
        prop_assert_eq!(included.issuance, issuance + emitted);
    }
}

/// ABS-2: the calendar of the explored settings, so that the runs can be held against them.
pub(super) const ABS_2: Calendar = Calendar {
    periods_per_cycle: 2,
    eras_per_voting_subperiod: 2,
    eras_per_build_and_earn_subperiod: 3,
    blocks_per_era: 4,
};

#[test]
fn the_random_runs_see_recalculations_claims_and_the_switch() {
    let wishes = (0..300_u32).map(|block| (block * 37 % 251) as u8).collect();
    let run = Run {
        calendar: ABS_2,
        issuance: 100_007,
        upgrade_after: Some(50),
        wishes,
        is_disturbed: false,
        decay: Decay::NONE,
    };
    assert_eq!(watch(&run, None), (vec![], 4));
}

/// ABS-2, ABS-3: every calendar with values up to 2 and eras of 2 or 3 blocks, the switch after every
/// block of a cycle and right after it, and every way to begin the same wishes.
#[test]
fn no_claim_is_broken_wherever_the_switch_is_on_tiny_calendars() {
    let mut seen = 0;
    for bits in 0..16_u32 {
        let calendar = Calendar {
            periods_per_cycle: 1 + bits % 2,
            eras_per_voting_subperiod: 1 + bits / 2 % 2,
            eras_per_build_and_earn_subperiod: 1 + bits / 4 % 2,
            blocks_per_era: 2 + bits / 8,
        };
        let blocks = calendar.blocks_per_cycle();
        for last_old in 0..=blocks {
            for first in 0..16_u32 {
                let wish = |block: u32| ((block + first) * 37 % 17) as u8;
                let run = Run {
                    calendar,
                    issuance: 100_007,
                    upgrade_after: Some(last_old),
                    wishes: (0..5 * blocks).map(wish).collect(),
                    is_disturbed: false,
                    decay: Decay::NONE,
                };
                let (broken, recalculations) = watch(&run, None);
                assert!(broken.is_empty(), "{broken:?} in {run:?}");
                assert!(recalculations >= 2, "{run:?}");
                seen += 1;
            }
        }
    }
    // The cycles have 180 blocks together.
    assert_eq!(seen, 16 * (180 + 16));
}
