//! The switch, at every block of a cycle: what it emits, how long it takes, and what running it
//! twice would do.

use unincluded_model::economics::switch::{LazyMigration, Progress};
use unincluded_model::economics::{Balance, Block, BlockTime, Calendar, Call, Chain, Machine};

use super::{TINY_12S, start, tiny_network};

/// ABS-2 and ABS-3: calendars whose eras have two blocks or more.
const CALENDARS: [Calendar; 3] = [
    TINY_12S,
    Calendar {
        periods_per_cycle: 1,
        eras_per_voting_subperiod: 1,
        eras_per_build_and_earn_subperiod: 1,
        blocks_per_era: 2,
    },
    Calendar {
        periods_per_cycle: 3,
        eras_per_voting_subperiod: 1,
        eras_per_build_and_earn_subperiod: 2,
        blocks_per_era: 3,
    },
];

fn upgrade() -> Block<'static> {
    Block { upgrade: true, ..Block::default() }
}

/// Blocks of a cycle that switches after `old` of them, and what the two rewards came to.
fn cycle(machine: &Machine, mut chain: Chain, old: u32) -> (u32, [Balance; 2]) {
    let (mut blocks, mut emitted) = (0, [0, 0]);
    loop {
        let block = if blocks == old { upgrade() } else { Block::default() };
        let receipt = machine.execute(&mut chain, &block);
        blocks += 1;
        emitted[0] += receipt.collators;
        emitted[1] += receipt.treasury;
        if receipt.recalculated {
            return (blocks, emitted);
        }
    }
}

/// Sheet section 8.5.
#[test]
fn inv_14_the_upgrade_cycle_emits_by_an_exact_identity_wherever_the_switch_is() {
    for calendar in CALENDARS {
        let machine = Machine::new(tiny_network(calendar));
        let all = calendar.blocks_per_cycle();
        for reward in 1..=11_u128 {
            let mut chain = start(&machine, 100_007);
            chain.inflation.configuration.collator_reward_per_block = reward;
            chain.inflation.configuration.treasury_reward_per_block = 12 - reward;
            for old in 0..all {
                let (blocks, emitted) = cycle(&machine, chain.clone(), old);
                let left = all - old;
                assert_eq!(blocks, old + 2 * left + 1, "INV-9, {old} of {calendar:?}");
                for (emitted, reward) in emitted.into_iter().zip([reward, 12 - reward]) {
                    let (n, left) = (Balance::from(all), Balance::from(left));
                    assert_eq!(emitted, n * reward + reward / 2 - left * (reward % 2));
                }
            }
        }
    }
}

/// Sheet section 8.5, last paragraph: the extra block falls into the next cycle.
#[test]
fn a_switch_right_after_the_recalculation_lengthens_the_next_cycle_by_one_block() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let (blocks, _) = cycle(&machine, start(&machine, 100_007), 0);
    assert_eq!(blocks, 2 * TINY_12S.blocks_per_cycle() + 1);
}

/// INV-9: a steady cycle takes its blocks, at both block times.
#[test]
fn inv_9_a_steady_cycle_takes_as_many_blocks_as_it_has() {
    for calendar in CALENDARS {
        let machine = Machine::new(tiny_network(calendar));
        let blocks = calendar.blocks_per_cycle();
        let never = u32::MAX;
        assert_eq!(cycle(&machine, start(&machine, 100_007), never).0, blocks);
        let after = machine.steady(BlockTime::SixSeconds, 100_007);
        assert_eq!(cycle(&machine, after, never).0, 2 * blocks);
    }
}

/// UPG-4: no block pays a mixture.
#[test]
fn upg_4_the_last_old_block_pays_in_full_and_the_first_new_one_half() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    let last = machine.execute(&mut chain, &Block::default());
    let first = machine.execute(&mut chain, &upgrade());
    assert_eq!((last.treasury, last.collators), (8, 5));
    assert_eq!((first.treasury, first.collators), (4, 2));
}

/// Sheet section 11.3, last paragraph.
#[test]
fn upg_3_an_era_that_ends_in_ten_old_blocks_ends_in_twenty_new_ones() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    (chain.number, chain.staking.next_era_start) = (990, 1000);
    machine.execute(&mut chain, &upgrade());
    assert_eq!(chain.staking.next_era_start, 1010);
}

/// UPG-3: nothing is left to stretch where maintenance has passed the boundary.
#[test]
fn upg_3_an_overdue_era_is_not_moved() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    (chain.number, chain.staking.next_era_start) = (1000, 990);
    chain.staking.maintenance = true;
    machine.execute(&mut chain, &upgrade());
    assert_eq!(chain.staking.next_era_start, 990);
}

/// S1: the last old block has announced the era already, and the first new one announces it again.
#[test]
fn a_boundary_announced_twice_recalculates_once() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    let mut recalculated = Vec::new();
    for number in 1..=60 {
        let block = if chain.number == 40 { upgrade() } else { Block::default() };
        if machine.execute(&mut chain, &block).recalculated {
            recalculated.push(number);
        }
    }
    assert_eq!(recalculated, [40]);
    // Era 17 starts with block 42, and votes for sixteen blocks.
    assert_eq!((chain.staking.era, chain.staking.next_era_start), (18, 66));
}

/// INV-18 fails for the real code: the two migrations have no version (BUG-17).
#[test]
fn inv_18_is_expected_to_fail_a_second_upgrade_halves_and_stretches_again() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    machine.execute(&mut chain, &Block::default());
    let next_era_start = chain.staking.next_era_start;
    let rewards = |chain: &Chain| {
        let configuration = &chain.inflation.configuration;
        (configuration.treasury_reward_per_block, configuration.collator_reward_per_block)
    };
    assert_eq!((chain.number, next_era_start, rewards(&chain)), (1, 9, (8, 5)));
    machine.execute(&mut chain, &upgrade());
    assert_eq!((chain.staking.next_era_start, rewards(&chain)), (17, (4, 2)));
    machine.execute(&mut chain, &upgrade());
    assert_eq!((chain.staking.next_era_start, rewards(&chain)), (32, (2, 1)));
}

/// UPG-5: lazy migrations are kept in a set, so none of them runs twice.
#[test]
fn inv_18_holds_for_the_lazy_migrations() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    machine.execute(&mut chain, &upgrade());
    let done = chain.migrations.clone();
    let order = [LazyMigration::Vesting, LazyMigration::Unlocking, LazyMigration::Democracy];
    assert_eq!(done.done, order.map(|lazy| (lazy, 1)));
    machine.execute(&mut chain, &upgrade());
    assert_eq!(chain.migrations, done);
}

/// UPG-5: blocks go on, rewards too, claims do not.
#[test]
fn upg_5_users_wait_while_migrations_run() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    let calls = [Call::Stake { account: 0, amount: 10 }];
    let slow = |upgrade| Block {
        upgrade,
        progress: Progress::Completes(1),
        calls: &calls,
        milliseconds: None,
    };
    for number in 1..=3 {
        let receipt = machine.execute(&mut chain, &slow(number == 1));
        assert_eq!(receipt.refused.len(), 1, "block {number}");
        assert_eq!(receipt.treasury, 4);
    }
    assert!(machine.execute(&mut chain, &slow(false)).refused.is_empty());
    assert_eq!(
        chain.migrations.done.iter().map(|&(_, block)| block).collect::<Vec<_>>(),
        [1, 2, 3]
    );
}

/// UPG-5, S12: what waits behind a failing step is never done, and the chain goes on.
#[test]
fn upg_5_a_failing_step_reopens_the_chain_and_drops_the_rest() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    machine.execute(
        &mut chain,
        &Block { upgrade: true, progress: Progress::Completes(1), ..Block::default() },
    );
    machine.execute(&mut chain, &Block { progress: Progress::Fails, ..Block::default() });
    assert!(!chain.migrations.is_ongoing());
    assert_eq!(chain.migrations.done, [(LazyMigration::Vesting, 1)]);
    // A second upgrade while migrations run ends them in the same way.
    let mut chain = start(&machine, 100_007);
    let none = Block { upgrade: true, progress: Progress::Completes(0), ..Block::default() };
    machine.execute(&mut chain, &none);
    assert!(chain.migrations.is_ongoing());
    machine.execute(&mut chain, &none);
    assert!(!chain.migrations.is_ongoing() && chain.migrations.done.is_empty());
}

/// BUG-6, TIME-10: a boundary that maintenance hides is handled late, and all later ones shift.
#[test]
fn inv_9_maintenance_over_a_boundary_lengthens_the_cycle_by_the_overrun() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let length = |from: u32, to: u32| {
        let mut chain = start(&machine, 100_007);
        for number in 1.. {
            let calls: &[Call] = match number {
                _ if number == from => &[Call::SetMaintenance(true)],
                _ if number == to => &[Call::SetMaintenance(false)],
                _ => &[],
            };
            let block = Block { calls, ..Block::default() };
            if machine.execute(&mut chain, &block).recalculated {
                return number;
            }
        }
        unreachable!()
    };
    // The first boundary is at block 9; maintenance that ends at block 12 is felt in block 13.
    assert_eq!(length(2, 4), 40);
    assert_eq!(length(2, 12), 40 + 4);
    // Where only the announcement of block 40 is missed, the recalculation comes an era later:
    // block 41 starts a voting subperiod of eight blocks.
    assert_eq!(length(39, 40), 40 + 8);
}

/// INFL-10, S11: a forced recalculation starts a cycle of its own.
#[test]
fn a_forced_recalculation_restarts_the_count_of_eras() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut chain = start(&machine, 100_007);
    for _ in 0..12 {
        machine.execute(&mut chain, &Block::default());
    }
    assert_eq!((chain.staking.era, chain.inflation.configuration.recalculation_era), (10, 17));
    let calls = [Call::ForceInflationRecalculation { next_era: 11 }];
    machine.execute(&mut chain, &Block { calls: &calls, ..Block::default() });
    assert_eq!(chain.inflation.configuration.recalculation_era, 19);
}
