//! Whole cycles on production calendars and amounts, every block executed.

use super::golden::ROWS;
use super::{TINY_12S, tiny_network};
use unincluded_model::economics::{
    Balance, Block, BlockTime, Chain, Machine, Network, Perquintill, Receipt, TOKEN,
};

/// What a cycle came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Year {
    blocks: u32,
    eras: u32,
    periods: u32,
    treasury: Balance,
    collators: Balance,
}

fn year(network: Network, block_time: BlockTime, switch_after: Option<u32>) -> Year {
    let machine = Machine::new(network);
    let mut chain: Chain = machine.steady(block_time, machine.network().issuance);
    let mut year = Year::default();
    loop {
        let upgrade = switch_after == Some(year.blocks);
        let receipt: Receipt = machine.execute(&mut chain, &Block { upgrade, ..Block::default() });
        year.blocks += 1;
        year.eras += u32::from(receipt.era_ended.is_some());
        year.periods += u32::from(receipt.period_ended.is_some());
        year.treasury += receipt.treasury;
        year.collators += receipt.collators;
        if receipt.recalculated {
            return year;
        }
    }
}

/// Sheet section 8.2: the treasury's and the collators' em less their remainders, both columns.
#[test]
fn inv_13_astar_emits_2_635_200_planck_less_in_a_year_of_6_s_blocks() {
    let before = year(Network::astar(), BlockTime::TwelveSeconds, None);
    let after = year(Network::astar(), BlockTime::SixSeconds, None);
    assert_eq!((before.blocks, before.eras, before.periods), (2_635_200, 333, 3));
    assert_eq!((after.blocks, after.eras, after.periods), (5_270_400, 333, 3));
    assert_eq!(before.treasury, 29_065_809_658_870_451_855_471_363 - 412_163);
    assert_eq!(before.collators, 18_602_118_181_677_089_187_501_673 - 1_423_273);
    assert_eq!(after.treasury, before.treasury, "an even reward halves exactly");
    assert_eq!(before.collators - after.collators, 2_635_200, "an odd one does not");
}

/// Sheet section 8.5 with the amounts of section 8.2.
#[test]
fn inv_14_astars_upgrade_cycle_emits_nine_tokens_more() {
    let before = year(Network::astar(), BlockTime::TwelveSeconds, None);
    let old = 1_000_001;
    let switch = year(Network::astar(), BlockTime::TwelveSeconds, Some(old));
    assert_eq!(switch.blocks, old + 2 * (2_635_200 - old) + 1);
    assert_eq!(switch.treasury - before.treasury, 5_514_915_311_716_463_998);
    let odd = Balance::from(2_635_200 - old);
    assert_eq!(switch.collators + odd - before.collators, 3_529_545_799_498_536_958);
    let extra = switch.treasury + switch.collators - before.treasury - before.collators;
    assert_eq!(extra / (TOKEN / 100), 904, "9.04 ASTR");
}

/// Sheet section 8.4, and the calendars of section 1.
#[test]
fn shiden_and_shibuya_keep_their_years_too() {
    for (network, blocks, eras) in
        [(Network::shiden(), 2_635_200, 330), (Network::shibuya(), 100_800, 40)]
    {
        let before = year(network.clone(), BlockTime::TwelveSeconds, None);
        let after = year(network, BlockTime::SixSeconds, None);
        assert_eq!((before.blocks, after.blocks), (blocks, 2 * blocks));
        assert_eq!((before.eras, after.eras), (eras, eras));
        let less = before.treasury + before.collators - after.treasury - after.collators;
        assert!(less <= 2 * Balance::from(blocks), "{less}");
        assert_eq!(less % Balance::from(blocks), 0, "INV-13: one planck per category and pair");
    }
}

/// Sheet section 11.3, the columns of cycle totals: every block, era and period paid, fully staked.
#[test]
fn the_golden_cycles_record_what_their_units_add_up_to() {
    let machine = Machine::new(tiny_network(TINY_12S));
    let recorded = |issuance, block_time| -> Balance {
        let mut chain = machine.steady(block_time, issuance);
        chain.inflation.ideal_staking_rate = Perquintill::ZERO; // reached by any stake
        let mut sum = 0;
        loop {
            let receipt = machine.execute(&mut chain, &Block::default());
            let era = receipt.era_ended.map_or(0, |era| era.staker_pool + era.dapp_pool);
            let period = receipt.period_ended.map_or(0, |period| period.bonus_pool);
            sum += receipt.treasury + receipt.collators + era + period;
            if receipt.recalculated {
                return sum;
            }
        }
    };
    for row in &ROWS {
        assert_eq!(recorded(row.issuance, BlockTime::TwelveSeconds), row.at_12s.1);
        assert_eq!(recorded(row.issuance, BlockTime::SixSeconds), row.at_6s.1);
    }
}
