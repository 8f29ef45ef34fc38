//! DAPP-1 to DAPP-5, DAPP-14, DAPP-15: when eras, subperiods and periods begin, block by block.

use unincluded_model::economics::chain::Forced;
use unincluded_model::economics::eras::Subperiod::{self, BuildAndEarn, Voting};
use unincluded_model::economics::{Block, BlockTime, Call, Chain, Machine};

use super::{TINY_12S, start, tiny_network};

fn machine() -> Machine {
    Machine::new(tiny_network(TINY_12S))
}

/// Runs up to that block, with a call in it.
fn run_to(machine: &Machine, chain: &mut Chain, block: u32, calls: &[Call]) {
    while chain.number + 1 < block {
        machine.execute(chain, &Block::default());
    }
    machine.execute(chain, &Block { calls, ..Block::default() });
}

/// The whole tiny cycle: two periods of a voting subperiod (two era lengths) and three eras.
#[test]
fn eras_begin_where_the_calendar_says() {
    let machine = machine();
    let mut chain = machine.genesis(BlockTime::TwelveSeconds, 100_007);
    let mut begun: Vec<(u32, u32, Subperiod, u32)> = Vec::new();
    let (mut era, mut recalculated) = (0, Vec::new());
    for _ in 0..48 {
        if machine.execute(&mut chain, &Block::default()).recalculated {
            recalculated.push(chain.number);
        }
        let staking = &chain.staking;
        if staking.era != era {
            era = staking.era;
            begun.push((chain.number, era, staking.subperiod, staking.period));
        }
    }
    assert_eq!(
        begun,
        [
            (1, 1, Voting, 1),
            (9, 2, BuildAndEarn, 1),
            (13, 3, BuildAndEarn, 1),
            (17, 4, BuildAndEarn, 1),
            (21, 5, Voting, 2),
            (29, 6, BuildAndEarn, 2),
            (33, 7, BuildAndEarn, 2),
            (37, 8, BuildAndEarn, 2),
            (41, 9, Voting, 3),
        ]
    );
    assert_eq!(recalculated, [40], "INFL-9: the block before era 9");
}

/// DAPP-2, DAPP-3, DAPP-4: a voting era records nothing but itself, the last one a bonus too.
#[test]
fn pools_are_recorded_in_the_first_block_of_the_next_era() {
    let machine = machine();
    let mut chain = machine.genesis(BlockTime::TwelveSeconds, 100_007);
    let mut ended = Vec::new();
    for _ in 0..41 {
        let receipt = machine.execute(&mut chain, &Block::default());
        if receipt.era_ended.is_some() {
            ended.push((chain.number, receipt.period_ended.is_some()));
        }
    }
    assert_eq!(ended, [(13, false), (17, false), (21, true), (33, false), (37, false), (41, true)]);
    assert_eq!(chain.staking.records.eras[&1].staker_pool, 0);
}

/// INFL-9, BUG-6: only the block right before the boundary announces it.
#[test]
fn one_block_too_early_or_too_late_announces_nothing() {
    let machine = machine();
    let recalculated = |maintained: u32| {
        let mut chain = start(&machine, 100_007);
        run_to(&machine, &mut chain, maintained, &[Call::SetMaintenance(true)]);
        run_to(&machine, &mut chain, maintained + 1, &[Call::SetMaintenance(false)]);
        // Block `maintained + 1` saw maintenance in its first hooks.
        (chain.number..60)
            .any(|_| machine.execute(&mut chain, &Block::default()).recalculated)
            .then_some(chain.number)
    };
    assert_eq!(recalculated(37), Some(40), "block 38 is not looked at");
    assert_eq!(recalculated(38), Some(40), "block 39 is not looked at");
    assert_eq!(recalculated(39), Some(48), "block 40 is not looked at: an era later");
    assert_eq!(recalculated(40), None, "block 40 was looked at, and has recalculated");
}

/// DAPP-14: the forced era begins with the next block, and is announced in this one.
#[test]
fn force_begins_the_next_era_or_subperiod_at_once() {
    let machine = machine();
    let forced = |what| {
        let mut chain = start(&machine, 100_007);
        run_to(&machine, &mut chain, 10, &[Call::Force(what)]);
        let era = chain.staking.era;
        machine.execute(&mut chain, &Block::default());
        (chain.staking.era - era, chain.staking.subperiod, chain.staking.next_era_start)
    };
    assert_eq!(forced(Forced::Era), (1, BuildAndEarn, 11 + 4));
    assert_eq!(forced(Forced::Subperiod), (1, Voting, 11 + 8));
}

/// DAPP-15, INV-6: what is cleaned up has expired, and the rest stays.
#[test]
fn records_outlive_their_retention_and_not_for_long() {
    let machine = machine();
    let mut chain = start(&machine, 100_007);
    for _ in 0..400 {
        machine.execute(&mut chain, &Block::default());
        let staking = &chain.staking;
        let periods: Vec<u32> = staking.records.periods.keys().copied().collect();
        assert!(periods.iter().all(|period| period + 1 >= staking.period), "retention is 1");
        assert!(staking.records.tiers.len() <= 3 + 3 + 3);
        assert!(staking.records.eras.len() <= 16 + 12, "whole spans only");
    }
}
