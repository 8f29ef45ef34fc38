//! XCH-1, XCH-4, XCH-7, XCH-9: what other chains did, on Astar's machine.

use unincluded_model::economics::networks::ASTAR_ISSUANCE_DECEMBER_2023;
use unincluded_model::economics::{
    Balance, Block, BlockTime, Chain, Elsewhere, Machine, Network, Receipt,
};
use unincluded_model::{Protocol, Scenario, Variant};
use unincluded_properties::economy::{Economy, Ledger, Setting};
use unincluded_properties::{Limits, Outcome, Search, Stop};

use super::runs::{ABS_2, start, tiny};

fn rewards(receipt: &Receipt) -> [Balance; 2] {
    [receipt.collators, receipt.treasury]
}

/// What blocks of those lengths emit, each so many milliseconds after its parent.
fn emitted(machine: &Machine, chain: &mut Chain, milliseconds: &[u32]) -> [Balance; 2] {
    let mut sum = [0, 0];
    for &milliseconds in milliseconds {
        let block = Block { milliseconds: Some(milliseconds), ..Block::default() };
        let [collators, treasury] = rewards(&machine.execute(chain, &block));
        sum = [sum[0] + collators, sum[1] + treasury];
    }
    sum
}

/// XCH-1: no migration halves anything, and two blocks of 6 s emit what one of 12 s did, but for a planck of
/// each category.
#[test]
fn emission_by_elapsed_time_needs_no_halving() {
    let by_time = Machine::new(tiny(ABS_2)).like(Elsewhere::ByElapsedTime);
    let mut chain = start(&by_time, 1_000_003);
    let before = rewards(&by_time.execute(&mut chain, &Block::default()));
    assert_eq!(before, [56, 87]);
    by_time.execute(&mut chain, &Block { upgrade: true, ..Block::default() });
    assert_eq!(emitted(&by_time, &mut chain, &[6_000, 6_000]), [56, 86]);
    // A gap is made good, and blocks that come at once get nothing: neither is so on Astar (EMIT-2).
    assert_eq!(emitted(&by_time, &mut chain, &[24_000]), [112, 174]);
    assert_eq!(emitted(&by_time, &mut chain, &[0]), [0, 0]);
}

/// XCH-1 against INV-2: with time in it, two forks of one height need not have one issuance. On Astar's they do.
#[test]
fn emission_by_elapsed_time_tells_forks_of_one_height_apart() {
    let issuance = |machine: &Machine, milliseconds: &[u32]| {
        let mut chain = start(machine, 1_000_003);
        emitted(machine, &mut chain, milliseconds);
        chain.issuance
    };
    let (quick, slow) = ([12_000, 12_000], [12_000, 36_000]);
    let astar = Machine::new(tiny(ABS_2));
    assert_eq!(issuance(&astar, &quick), issuance(&astar, &slow));
    let by_time = astar.like(Elsewhere::ByElapsedTime);
    assert_eq!(issuance(&by_time, &slow) - issuance(&by_time, &quick), 2 * (56 + 87));
}

/// XCH-1 on Astar's calendar and amounts: a cycle of 6 s blocks loses what an odd reward is worth.
#[test]
fn emission_by_elapsed_time_would_have_preserved_astars_year_as_well() {
    let machine = Machine::new(Network::astar()).like(Elsewhere::ByElapsedTime);
    let mut chain = machine.steady(BlockTime::TwelveSeconds, ASTAR_ISSUANCE_DECEMBER_2023);
    let full = chain.inflation.configuration;
    let receipt = machine.execute(&mut chain, &Block { upgrade: true, ..Block::default() });
    let halved = full.halved();
    assert_eq!(receipt.collators, halved.collator_reward_per_block);
    assert_eq!(receipt.treasury, halved.treasury_reward_per_block);
}

/// XCH-4 for INV-18: what fails of Astar's migrations holds of ones that have a version.
#[test]
fn versioned_migrations_run_once() {
    let setting =
        Setting { has_second_switch: true, ..Setting::named("blocks").expect("it is there") };
    let mut economy = Economy::new(setting);
    economy.machine = economy.machine.like(Elsewhere::VersionedMigrations);
    let found = economy.explore(6_000);
    assert!(!found.broken.contains_key("INV-18"), "{:?}", found.broken.keys());
}

/// XCH-9 for INV-11: a recalculation that reads a constant pays too little by as much as the constant is.
#[test]
fn a_constant_for_the_issuance_is_noticed_by_inv_11() {
    let issuance = 1_000_003;
    let machine = Machine::new(tiny(ABS_2)).like(Elsewhere::FixedIssuance(issuance * 40 / 100));
    let mut chain = start(&machine, issuance);
    let before = chain.inflation.configuration.dapp_reward_pool_per_era;
    let mut ledger = Ledger::starting(&chain);
    loop {
        let (receipt, broken) = ledger.execute(&machine, &mut chain, &Block::default());
        if receipt.recalculated {
            assert_eq!(broken.ids().collect::<Vec<_>>(), ["INV-11"]);
            break;
        }
        assert!(broken.is_none());
    }
    let after = chain.inflation.configuration.dapp_reward_pool_per_era;
    assert_eq!(after * 100 / before, 39, "60 % too little");
}

/// XCH-7: para slots of 12 s with a block in each relay slot, as on Kusama's Asset Hub. Every block is paid, also
/// the second one of a slot (EMIT-2); where that is not so, INV-1 notices.
#[test]
fn twelve_second_slots_pay_each_block() {
    let protocol = |name| Protocol::new(Scenario::built_in(name).expect("built in"));
    let limits = Limits { states: Some(4_000), ..Limits::default() };
    let is_broken = |protocol: &Protocol| {
        let report = Search { protocol, limits, stop: Stop::Never }.run(&mut |_| ());
        matches!(report.outcome("INV-1"), Some(Outcome::Violated { .. }))
    };
    let twelve = protocol("slots-12s");
    assert_eq!(twelve.parameters().para_slot_ms, 12_000);
    assert!(!is_broken(&twelve));
    // Two blocks in one relay slot, of which the second is not paid.
    assert!(is_broken(&protocol("lookahead").with_variants([Variant::IssuanceOnceASlot])));
}
