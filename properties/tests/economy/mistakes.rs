//! Every wrong form of the machine, and the claims that notice it.

use std::fmt::Write;

use unincluded_model::economics::decay::Decay;
use unincluded_model::economics::switch::LazyMigration;
use unincluded_model::economics::{
    Balance, Block, Calendar, Call, Elsewhere, Machine, Mistake, Perquintill,
};
use unincluded_properties::economy::{Broken, CLAIMS, Economy, Forks, Ledger, Setting};

use super::runs::{ABS_2, Run, start, tiny, watch};

/// Enough for whoever notices to notice.
const MOST_STATES: usize = 6_000;

/// The mistakes by the setting in which they are searched for, with the claims that notice each and after
/// how many blocks.
const NOTICED: &str = "\
M1      blocks       INV-1 1 INV-10 46 INV-10b 1 INV-12 1 INV-14 42 INV-19 1 INV-22 1 INV-8 1
M2      blocks       INV-1 1 INV-10 48 INV-12 1 INV-14 42 INV-19 1 INV-22 1 INV-8 1
M3      blocks       INV-14 40 INV-15 2 INV-9 40
M4      blocks       INV-14 41 INV-15 2 INV-9 41
M7      steady       INV-10 41 INV-11 40 INV-12 41 INV-14 41 INV-9 40
M8      claims       INV-1 1 INV-10b 5
M10     steady       INV-10 81 INV-11 40 INV-14 92 INV-9 80
M11     claims       INV-10b 13 INV-5 13
M12     late-claims  INV-16 11
M13     unlocking    INV-15 10
M14     maintenance  INV-10 13 INV-11 12 INV-23 5 INV-9 12
M15     decay        INV-25 12
INV-3   claims       INV-3 6
INV-3   dapps        INV-3 2
EMIT-3  blocks       INV-1 1 INV-10 40 INV-14 40 INV-22 1 INV-4 1
INFL-4  steady       INV-10 41 INV-11 41 INV-12 50 INV-14 41 INV-21 40 INV-9 41
BUG-10  claims       INV-7 13
BUG-11  claims       INV-10b 13 INV-16 7 INV-24 11 INV-6 1
";

#[test]
fn every_mistake_is_noticed_by_the_claim_that_is_about_it() {
    let mut table = String::new();
    for (id, setting, mistake, named) in [
        ("M1", "blocks", Mistake::RewardsNotHalved, &["INV-19"][..]),
        ("M2", "blocks", Mistake::RewardsHalvedTwice, &["INV-8", "INV-10"]),
        ("M3", "blocks", Mistake::EraNotStretched, &["INV-15"]),
        ("M4", "blocks", Mistake::EraStretchedFromTheNewBlock, &["INV-9", "INV-15"]),
        ("M7", "steady", Mistake::RecalculatedInTheNewEra, &["INV-11"]),
        ("M8", "claims", Mistake::PoolsMintedAtTheEnd, &["INV-1", "INV-10b"]),
        ("M10", "steady", Mistake::EraLengthsCounted, &["INV-9"]),
        ("M11", "claims", Mistake::RetentionIgnored, &["INV-5"]),
        ("M12", "late-claims", Mistake::CapReinstated, &["INV-16"]),
        ("M13", "unlocking", Mistake::UnlockingBlockDoubled, &["INV-15"]),
        ("M14", "maintenance", Mistake::EraCatchesUp, &["INV-9"]),
        ("M15", "decay", Mistake::DecayReset, &["INV-25"]),
        ("INV-3", "claims", Mistake::EntitlementKept, &["INV-3"]),
        ("INV-3", "dapps", Mistake::EntitlementKept, &["INV-3"]),
        ("EMIT-3", "blocks", Mistake::CreditDropped, &["INV-4"]),
        ("INFL-4", "steady", Mistake::FlagKept, &["INV-21"]),
        ("BUG-10", "claims", Mistake::VotingStakeKept, &["INV-7"]),
        ("BUG-11", "claims", Mistake::CleanedUpEarly, &["INV-6"]),
    ] {
        let setting = Setting::named(setting).expect("it is there");
        let name = setting.name;
        let mut economy = Economy::new(setting);
        economy.machine = economy.machine.with(mistake);
        let found = economy.explore(MOST_STATES);
        write!(table, "{id:7} {name:12}").expect("to a string");
        for (claim, run) in &found.broken {
            write!(table, " {claim} {}", run.len()).expect("to a string");
        }
        table.push('\n');
        let is_noticed = named.iter().all(|claim| found.broken.contains_key(claim));
        assert!(is_noticed, "{id}: {:?}", found.broken.keys());
    }
    assert_eq!(table, NOTICED, "\n{table}");
    // Every claim is about something that one of these gets wrong. Two fail of the real code, see below.
    let is_noticed = |claim: &str| {
        table.lines().any(|line| line.split_whitespace().skip(2).any(|word| word == claim))
    };
    let unnoticed: Vec<&str> = CLAIMS.into_iter().filter(|claim| !is_noticed(claim)).collect();
    assert_eq!(unnoticed, ["INV-18", "INV-20"]);
}

/// M9 for INV-2: a counter over all authored blocks counts what was lost.
#[test]
fn m9_one_counter_of_all_authored_blocks_is_noticed_by_inv_2() {
    let mut forks = Forks::new(Setting::FORKS);
    forks.counts_all_authored = true;
    let found = forks.explore(10_000);
    // A block, another one in its place, and its inclusion.
    assert_eq!(found.broken.get("INV-2"), Some(&4));
}

/// S13: with time in it a block after a gap is paid for the time without any, which EMIT-2 forbids (INV-1), and
/// so more is emitted than relay blocks allow (INV-17).
#[test]
fn s13_emission_by_elapsed_time_is_noticed_by_inv_1_and_inv_17() {
    let mut forks = Forks::new(Setting::GAPS);
    forks.economy.machine = forks.economy.machine.like(Elsewhere::ByElapsedTime);
    let found = forks.explore(MOST_STATES);
    assert_eq!(found.broken.get("INV-1"), Some(&1), "{:?}", found.broken);
    assert_eq!(found.broken.get("INV-17"), Some(&2), "{:?}", found.broken);
}

/// S13: a relay block that includes all that waited, after a gap and again, is noticed by INV-17.
#[test]
fn s13_a_relay_block_for_all_that_waits_is_noticed_by_inv_17() {
    let mut forks = Forks::new(Setting::GAPS);
    forks.includes_all = true;
    let found = forks.explore(MOST_STATES);
    // Three blocks and a relay block, and the same once more.
    assert_eq!(found.broken.into_iter().collect::<Vec<_>>(), [("INV-17", 8)]);
}

/// BUG-8: referenda leave version 2 behind, in the block that migrates them and ever after.
#[test]
fn inv_20_is_expected_to_fail_where_referenda_were_migrated() {
    let broken = |lazy_migrations: &'static [LazyMigration]| {
        let setting = Setting { lazy_migrations, ..Setting::named("blocks").expect("it is there") };
        let found = Economy::new(setting).explore(MOST_STATES);
        found.broken.into_iter().map(|(id, run)| (id, run.len())).collect::<Vec<_>>()
    };
    assert_eq!(broken(&[LazyMigration::Unlocking, LazyMigration::Democracy]), [("INV-20", 1)]);
    assert_eq!(broken(&[LazyMigration::Unlocking, LazyMigration::Vesting]), []);
}

/// BUG-17: neither of the two immediate migrations has a version.
#[test]
fn inv_18_is_expected_to_fail_where_the_upgrade_comes_twice() {
    let setting =
        Setting { has_second_switch: true, ..Setting::named("blocks").expect("it is there") };
    let found = Economy::new(setting).explore(MOST_STATES);
    assert_eq!(found.broken.get("INV-18").map(Vec::len), Some(2), "{:?}", found.broken.keys());
}

/// A run with stakes, claims, fees, decay and the switch in its second cycle.
fn busy(calendar: Calendar, rate: u64, is_disturbed: bool) -> Run {
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
        is_disturbed,
        decay: Decay::starting(Perquintill::from_percent(rate)),
    }
}

#[test]
fn without_a_mistake_nothing_is_broken() {
    for (rate, is_disturbed) in [(100, false), (99, false), (100, true)] {
        assert_eq!(watch(&busy(ABS_2, rate, is_disturbed), None).0, [] as [&str; 0]);
    }
}

/// M15 for INV-25.
#[test]
fn m15_a_recalculation_that_resets_decay_is_noticed_by_inv_25() {
    let (broken, _) = watch(&busy(ABS_2, 99, false), Some(Mistake::DecayReset));
    assert_eq!(broken, ["INV-25"]);
}

/// BUG-1 for INV-9 and INV-12: once maintenance has moved eras, such blocks are no ends of eras.
#[test]
fn bug_1_recalculating_at_a_block_is_noticed_by_inv_9_and_inv_12() {
    let broken = |machine: &Machine| {
        let mut chain = start(machine, 1_000_003);
        let mut ledger = Ledger::starting(&chain);
        let mut broken = Broken::default();
        for number in 1..60 {
            let calls: &[Call] = match number {
                2 => &[Call::SetMaintenance(true)],
                11 => &[Call::SetMaintenance(false)],
                _ => &[],
            };
            let block = Block { calls, ..Block::default() };
            broken = broken.and(ledger.execute(machine, &mut chain, &block).1);
        }
        broken.ids().collect::<Vec<_>>()
    };
    let machine = Machine::new(tiny(ABS_2));
    assert_eq!(broken(&machine), [] as [&str; 0]);
    let wrong = broken(&machine.with(Mistake::RecalculatedAtABlock));
    assert!(["INV-9", "INV-12"].iter().all(|claim| wrong.contains(claim)), "{wrong:?}");
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
    let machine = || Machine::new(tiny(ABS_2));
    // 87 and 56 planck a block for 40 blocks, halved for 80, and one block more.
    assert_eq!(emitted(machine()), 81 * (43 + 28));
    assert_eq!(emitted(machine().with(Mistake::RewardsNotHalved)), 81 * (87 + 56));
}
