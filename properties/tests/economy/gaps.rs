//! S13 on the calendars of production: a relay chain that stops for up to hours, and blocks that then come at once.

use std::sync::LazyLock;

use proptest::prelude::*;
use unincluded_model::economics::eras::Account;
use unincluded_model::economics::tiers::Place;
use unincluded_model::economics::{
    Block, BlockTime, Call, Chain, Elsewhere, Machine, Network, Receipt,
};
use unincluded_properties::economy::{Broken, Ledger};

/// Blocks of a run: the end of a cycle lies in the middle of them.
const BLOCKS: u32 = 6_000;

/// Each network shortly before the end of a cycle at 12 s, without the lazy migration that leaves a version
/// behind (BUG-8).
static NEAR_THE_END: LazyLock<Vec<(Machine, Chain)>> = LazyLock::new(|| {
    let near_the_end = |name| {
        let network = Network::named(name).expect("it is there");
        let lazy_migrations = Network::shiden().lazy_migrations;
        let machine = Machine::new(Network { lazy_migrations, ..network });
        let mut chain = start(&machine);
        let cycle = machine.network().before.blocks_per_cycle();
        while chain.number < cycle - BLOCKS / 2 {
            machine.execute(&mut chain, &Block::default());
        }
        (machine, chain)
    };
    Network::NAMES.into_iter().map(near_the_end).collect()
});

fn start(machine: &Machine) -> Chain {
    let network = machine.network();
    let mut chain = machine.steady(BlockTime::TwelveSeconds, network.issuance);
    let account = Account { balance: network.existential_deposit, ..Account::default() };
    chain.staking.accounts = vec![account; 2];
    chain.staking.dapps = vec![Place { tier: 0, rank: 0 }];
    chain
}

/// When blocks come, over and over: so many in their time, then none for so many slots, then so many at once.
#[derive(Clone, Debug)]
struct Pace {
    in_time: u32,
    silent: u32,
    at_once: u32,
}

impl Pace {
    /// The time between the block of that number and its parent; milliseconds.
    fn milliseconds(paces: &[Pace], number: u32) -> u32 {
        let all: u32 = paces.iter().map(|pace| pace.in_time + pace.at_once).sum();
        let mut place = number % all;
        for pace in paces {
            if place < pace.in_time {
                return 6_000;
            }
            if place < pace.in_time + pace.at_once {
                return if place == pace.in_time { pace.silent * 6_000 } else { 0 };
            }
            place -= pace.in_time + pace.at_once;
        }
        6_000
    }
}

fn paces() -> impl Strategy<Value = Vec<Pace>> {
    // From a minute to half a day without a block; three at once is all that there is room for.
    let pace = (0..200_u32, 10..7_200_u32, 1..=3_u32).prop_map(|(in_time, silent, at_once)| Pace {
        in_time,
        silent,
        at_once,
    });
    prop::collection::vec(pace, 1..8)
}

/// Runs so many blocks under the eyes of the ledger; users stake and claim now and then.
fn watch(
    (machine, chain): (&Machine, &mut Chain),
    mut ledger: Ledger,
    (blocks, switch_after): (u32, u32),
    paces: Option<&[Pace]>,
) -> (Vec<Receipt>, Broken) {
    let (first, first_era) = (chain.number, chain.staking.era);
    let (mut receipts, mut broken) = (Vec::new(), Broken::default());
    while chain.number < first + blocks {
        let stakes = [2, 4]
            .map(|share| chain.issuance / share)
            .into_iter()
            .enumerate()
            .map(|(account, amount)| Call::Stake { account, amount });
        let claims = [0, 1].into_iter().flat_map(|account| {
            [Call::ClaimStakerRewards { account }, Call::ClaimBonusReward { account }]
        });
        let era = chain.staking.era.saturating_sub(1);
        // What was recorded before it looked, the ledger does not know.
        let dapp = (era >= first_era).then_some(Call::ClaimDappReward { dapp: 0, era });
        let calls: Vec<Call> = match chain.number % 500 {
            7 => claims.chain(stakes).chain(dapp).collect(),
            _ => Vec::new(),
        };
        let block = Block {
            upgrade: chain.number == first + switch_after,
            milliseconds: paces.map(|paces| Pace::milliseconds(paces, chain.number)),
            calls: &calls,
            ..Block::default()
        };
        let (receipt, breaks) = ledger.execute(machine, chain, &block);
        broken = broken.and(breaks);
        receipts.push(receipt);
    }
    (receipts, broken)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Around the end of a cycle, with the switch before it or after it.
    #[test]
    fn no_claim_is_broken_by_gaps_and_bursts_around_the_end_of_a_cycle(
        network in 0..3_usize, paces in paces(), switch_after in 0..BLOCKS,
    ) {
        let (machine, near) = &NEAR_THE_END[network];
        let run = |paces| {
            let mut chain = near.clone();
            // Its cycle began long before.
            let watched = watch((machine, &mut chain), Ledger::default(), (BLOCKS, switch_after), paces);
            (chain, watched)
        };
        let (chain, (receipts, broken)) = run(Some(&paces[..]));
        prop_assert!(broken.is_none(), "{:?}", broken.ids().collect::<Vec<_>>());
        // Blocks move, and no planck: the chain is that of blocks in their time.
        let (nominal, (in_time, _)) = run(None);
        prop_assert_eq!(chain, nominal);
        prop_assert_eq!(receipts, in_time);
    }
}

/// A whole cycle of Shibuya with the switch in it, which the ledger measures (INV-9, INV-10, INV-14).
#[test]
fn a_whole_cycle_with_gaps_and_bursts_is_a_cycle() {
    let network = Network::shibuya();
    let machine = Machine::new(network);
    let mut chain = start(&machine);
    let paces = [
        Pace { in_time: 611, silent: 900, at_once: 3 },
        Pace { in_time: 0, silent: 10, at_once: 2 },
    ];
    let ledger = Ledger::starting(&chain);
    let old = 40_000;
    let cycle = machine.network().before.blocks_per_cycle();
    let blocks = 2 * cycle - old + 1;
    let (receipts, broken) = watch((&machine, &mut chain), ledger, (blocks, old), Some(&paces));
    assert!(broken.is_none(), "{:?}", broken.ids().collect::<Vec<_>>());
    let recalculated: Vec<usize> = (1..)
        .zip(&receipts)
        .filter(|(_, receipt)| receipt.recalculated)
        .map(|(number, _)| number)
        .collect();
    assert_eq!(recalculated, [blocks as usize]);
}

/// With time in it the ledger notices the first block after a gap.
#[test]
fn emission_by_elapsed_time_is_noticed_in_the_first_gap() {
    let machine = Machine::new(Network::shibuya()).like(Elsewhere::ByElapsedTime);
    let mut chain = start(&machine);
    let ledger = Ledger::starting(&chain);
    // As long as every block takes the two slots of the old runtime there is nothing to notice.
    let paces = [Pace { in_time: 0, silent: 2, at_once: 1 }];
    let (_, broken) = watch((&machine, &mut chain), ledger.clone(), (400, BLOCKS), Some(&paces));
    assert!(broken.is_none());
    let paces = [Pace { in_time: 0, silent: 10, at_once: 1 }];
    let (_, broken) = watch((&machine, &mut chain), ledger, (1, BLOCKS), Some(&paces));
    assert!(broken.ids().any(|id| id == "INV-1"));
}
