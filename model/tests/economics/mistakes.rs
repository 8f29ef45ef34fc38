//! Every wrong form of the machine, and the claims that notice it.

use unincluded_model::economics::chain::Call;
use unincluded_model::economics::decay::Decay;
use unincluded_model::economics::in_flight::Clock;
use unincluded_model::economics::{Balance, Block, Calendar, Machine, Mistake, Perquintill};

use super::runs::{Run, start, watch};
use super::{TINY_12S, tiny_network};

/// A run with stakes, claims, fees, decay and the switch in its second cycle.
fn busy(calendar: Calendar, rate: u64) -> Run {
    // A small generator, so that the run is the same everywhere and looks like nothing.
    let mut state = 7_u32;
    let wishes = (0..400).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    Run {
        calendar,
        issuance: 1_000_003,
        upgrade_after: Some(50),
        wishes: wishes.collect(),
        is_disturbed: false,
        decay: Decay { rate: Perquintill::from_percent(rate), factor: Perquintill::ONE },
    }
}

/// What breaks in the busy run.
fn broken_by(mistake: Option<Mistake>, rate: u64) -> Vec<&'static str> {
    watch(&busy(TINY_12S, rate), mistake).0
}

#[test]
fn without_a_mistake_nothing_is_broken() {
    assert_eq!(broken_by(None, 100), [] as [&str; 0]);
    assert_eq!(broken_by(None, 99), [] as [&str; 0]);
}

/// Sheet section 11.2, line by line. M9, M11, M13 and M14 have tests below, M5 and M6 in
/// `mutants`, M12 in `claims`.
#[test]
fn every_mistake_is_noticed_by_the_claim_that_is_about_it() {
    let table: [(&str, Mistake, u64, &[&str]); 8] = [
        ("M1", Mistake::RewardsNotHalved, 100, &["INV-1", "INV-12", "INV-19", "INV-8"]),
        ("M2", Mistake::RewardsHalvedTwice, 100, &["INV-1", "INV-12", "INV-19", "INV-8"]),
        ("M3", Mistake::EraNotStretched, 100, &["INV-15", "INV-9"]),
        ("M4", Mistake::EraStretchedFromTheNewBlock, 100, &["INV-15", "INV-9"]),
        ("M7", Mistake::RecalculatedInTheNewEra, 100, &["INV-11", "INV-12"]),
        ("M8", Mistake::PoolsMintedAtTheEnd, 100, &["INV-1", "INV-10b"]),
        ("M10", Mistake::EraLengthsCounted, 100, &["INV-11", "INV-9"]),
        ("M15", Mistake::DecayReset, 99, &["INV-25"]),
    ];
    for (id, mistake, rate, named) in table {
        let broken = broken_by(Some(mistake), rate);
        assert!(named.iter().all(|claim| broken.contains(claim)), "{id}: {broken:?}");
    }
}

/// M1 for INV-13: a whole cycle after the switch emits 8.2 % twice.
#[test]
fn m1_a_cycle_without_the_halving_emits_its_block_rewards_twice() {
    let emitted = |machine: Machine| -> Balance {
        let mut chain = start(&machine, 1_000_003);
        let mut sum = 0;
        for place in 0.. {
            let block = Block { upgrade: place == 0, ..Block::default() };
            let receipt = machine.execute(&mut chain, &block);
            sum += receipt.collators + receipt.treasury;
            if receipt.recalculated {
                break;
            }
        }
        sum
    };
    let machine = || Machine::new(tiny_network(TINY_12S));
    // 87 and 56 planck a block for 40 blocks, halved for 80, and one block more.
    assert_eq!(emitted(machine()), 81 * (43 + 28));
    assert_eq!(emitted(machine().with(Mistake::RewardsNotHalved)), 81 * (87 + 56));
}

/// M9 for INV-2: a counter over all authored blocks counts what was discarded.
#[test]
fn m9_a_counter_over_all_authored_blocks_counts_siblings() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let mut included = start(&machine, 1_000_003);
    let (mut counter, genesis) = (included.issuance, included.issuance);
    let mut on_the_chain = 0;
    for number in 1..=20 {
        if number % 5 == 0 {
            let sibling = machine.execute(&mut included.clone(), &Block::default());
            counter += sibling.collators + sibling.treasury;
        }
        let receipt = machine.execute(&mut included, &Block::default());
        counter += receipt.collators + receipt.treasury;
        on_the_chain += receipt.collators + receipt.treasury;
    }
    assert_eq!(included.issuance, genesis + on_the_chain, "INV-2");
    assert_eq!(counter, included.issuance + 4 * (87 + 56));
}

/// M11 for INV-5: see also `claims`.
#[test]
fn m11_claims_without_retention_are_noticed_by_inv_5() {
    let broken = (0..60).any(|seed| {
        let mut run = busy(TINY_12S, 100);
        run.wishes.rotate_left(seed);
        watch(&run, Some(Mistake::RetentionIgnored)).0.contains(&"INV-5")
    });
    assert!(broken);
}

/// M13 for INV-15: what is doubled is then far too late.
#[test]
fn m13_doubling_an_unlocking_block_is_noticed_by_inv_15() {
    let error = |machine: &Machine| {
        let (last_old_block, end) = (1000, 1100);
        Clock { last_old_block }.error(end, machine.unlocking_block(end, 1001))
    };
    let machine = Machine::new(tiny_network(TINY_12S));
    assert_eq!(error(&machine), -6, "UPG-6, TIME-3");
    assert_eq!(error(&machine.with(Mistake::UnlockingBlockDoubled)), 6 * 1000);
}

/// M14 for INV-9 under maintenance: the era that starts late makes up for it.
#[test]
fn m14_eras_that_catch_up_are_noticed_by_inv_9_under_maintenance() {
    let blocks = |machine: &Machine| {
        let mut chain = start(machine, 1_000_003);
        for number in 1_u32.. {
            let calls: &[Call] = match number {
                2 => &[Call::SetMaintenance(true)],
                12 => &[Call::SetMaintenance(false)],
                _ => &[],
            };
            let block = Block { calls, ..Block::default() };
            if machine.execute(&mut chain, &block).recalculated {
                return number;
            }
        }
        unreachable!()
    };
    let machine = Machine::new(tiny_network(TINY_12S));
    let overrun = 13 - 9;
    assert_eq!(blocks(&machine), 40 + overrun);
    assert_eq!(blocks(&machine.with(Mistake::EraCatchesUp)), 40);
}
