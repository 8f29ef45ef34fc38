//! Claims about emission and about what is counted in blocks.

use unincluded_model::economics::in_flight::{Clock, Migration, items};
use unincluded_model::economics::{Balance, Block, BlockTime, Machine};

use super::words::{grouped, tokens};
use super::year::{Year, era_of_the_switch, run};
use super::{Finding, Ground, Judgement};

/// What is still to go at the switch where an example needs it: five days at 12 s, as a motion has at
/// its beginning; blocks.
const EXAMPLE: u32 = 36_000;

/// From the runtimes' constants.
pub(super) fn execution_time(ground: &Ground) -> Judgement {
    let [before, after] = ground.runtimes;
    let (was, is) = (before.maximum_block_weight, after.maximum_block_weight);
    let finding = if (was, is) == (500, 2_000) { Finding::Holds } else { Finding::Refuted };
    let (was_share, is_share) = (before.computing_per_second(), after.computing_per_second());
    let grows = f64::from(is_share) / f64::from(was_share.max(1));
    let because = format!(
        "a block may execute for {was} ms before and {is} ms now; at a block every {} and {} s that is \
         {was_share} and {is_share} ms of every second, {grows:.0} times as much",
        before.slot_duration / 1000,
        after.slot_duration / 1000,
    );
    Judgement::new(finding, because).showing([
        format!("{was} ms"),
        format!("{is} ms"),
        format!("{was_share} ms"),
        format!("{is_share} ms"),
    ])
}

/// The rewards of the last block before and the first one after a switch in the middle of a cycle.
fn rewards(machine: &Machine) -> [(Balance, Balance); 2] {
    let mut chain = machine.steady(BlockTime::TwelveSeconds, machine.network().issuance);
    let old = machine.execute(&mut chain, &Block::default());
    let new = machine.execute(&mut chain, &Block { upgrade: true, ..Block::default() });
    [old, new].map(|receipt| (receipt.collators, receipt.treasury))
}

/// Halved exactly, and not all of the emission.
pub(super) fn per_block(ground: &Ground) -> Judgement {
    let machine = &ground.machine;
    let [old, new] = rewards(machine);
    let (was, is) = (old.0 + old.1, new.0 + new.1);
    let network = machine.network();
    let cycle = network.parameters.max_emission(network.issuance);
    let blocks = Balance::from(network.calendar(BlockTime::TwelveSeconds).blocks_per_cycle());
    // Per ten thousand of the cycle's emission.
    let share = (was * blocks * 10_000).div_ceil(cycle.max(1));
    let halved = new == (old.0 / 2, old.1 / 2);
    let finding = match (halved, share >= 10_000) {
        (false, _) => Finding::Refuted,
        (true, true) => Finding::Holds,
        (true, false) => Finding::HoldsIf(
            "it is about what a block pays to collators and treasury; eras and periods pay what they paid"
                .to_owned(),
        ),
    };
    let because = format!(
        "a block pays {} {} before and {} after the switch; that is {}.{} % of the emission, the rest is set \
         aside by era and period",
        tokens(was),
        symbol(network.name),
        tokens(is),
        share / 100,
        share % 100 / 10,
    );
    Judgement::new(finding, because).showing([tokens(was), tokens(is)])
}

fn symbol(network: &str) -> &'static str {
    match network {
        "shiden" => "SDN",
        "shibuya" => "SBY",
        _ => "ASTR",
    }
}

/// Three cycles, block by block: at 12 s, at 6 s, and the one that switches in its middle.
pub(super) fn annual(ground: &Ground) -> Judgement {
    let machine = &ground.machine;
    let before = &machine.network().before;
    let half = before.blocks_per_cycle() / 2;
    let at_12 = run(machine, BlockTime::TwelveSeconds, None);
    let at_6 = run(machine, BlockTime::SixSeconds, None);
    let between = run(machine, BlockTime::TwelveSeconds, Some(half));
    let [_, (collators, treasury)] = rewards(machine);
    let pairs = i128::from(before.blocks_per_cycle());
    let difference = apart(at_12, at_6);
    let switched = apart(at_12, between);
    // INV-13: one planck for each category and pair of blocks. INV-14: one new block reward more.
    let rounding = 0..=2 * pairs;
    let gained = i128::try_from(collators + treasury).unwrap_or(i128::MAX);
    let around = -gained..=pairs;
    let is_same = rounding.contains(&difference) && around.contains(&switched);
    let finding = match (is_same, difference == 0 && switched == 0) {
        (true, true) => Finding::Holds,
        (true, false) => Finding::HoldsIf(
            "rounding and one block reward do not count, and the year is that of the chain, which is as \
             long as its blocks take"
                .to_owned(),
        ),
        (false, _) => Finding::Refuted,
    };
    let because = format!(
        "a cycle of {} blocks at 6 s emits {} planck {} than one of {} at 12 s, of {} ASTR; the cycle of a \
         switch in its middle emits {} planck {} than one at 12 s, a block reward and rounding",
        grouped(at_6.blocks),
        grouped(difference.unsigned_abs()),
        if difference < 0 { "more" } else { "less" },
        grouped(at_12.blocks),
        grouped(at_12.emitted / unincluded_model::economics::TOKEN),
        grouped(switched.unsigned_abs()),
        if switched < 0 { "more" } else { "less" },
    );
    Judgement::new(finding, because)
        .showing([grouped(difference.unsigned_abs()), grouped(switched.unsigned_abs())])
}

/// Seconds in hours: `24`, `17.998`.
fn in_hours(seconds: i64) -> String {
    let text = format!("{:.3}", seconds as f64 / 3600.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How much less the second emits; planck.
fn apart(one: Year, other: Year) -> i128 {
    let signed = |amount: Balance| i128::try_from(amount).unwrap_or(i128::MAX);
    signed(one.emitted) - signed(other.emitted)
}

/// Lengths in blocks doubled, and what kept its number of blocks ended early.
pub(super) fn cycles(ground: &Ground) -> Judgement {
    let network = ground.machine.network();
    let [old, new] = ground.runtimes.map(|runtime| runtime.slot_duration / 1000);
    let blocks = [network.before.blocks_per_era, network.after.blocks_per_era];
    let hours = [blocks[0] * old, blocks[1] * new].map(|time| f64::from(time) / 3600.0);
    let (during, taken) = era_of_the_switch(&ground.machine);
    // A clock that never changes its pace where slots stay as long as they were.
    let last_old_block = if old == new { u32::MAX } else { blocks[0] };
    let clock = Clock { last_old_block };
    let end = blocks[0] + EXAMPLE;
    let early: Vec<(&str, i64)> = items(network)
        .iter()
        .map(|item| (item.what, item.migration.error(clock, last_old_block.saturating_add(1), end)))
        .filter(|&(_, error)| error != 0)
        .collect();
    let never: Vec<&str> = items(network)
        .iter()
        .filter(|item| item.migration == Migration::Never)
        .map(|item| item.what)
        .collect();
    let same_blocks = blocks[0] == blocks[1];
    let switched = old != new;
    let same_time =
        (hours[0] - hours[1]).abs() < 1e-9 && (!switched || taken == i64::from(blocks[0] * old));
    let finding = match (same_blocks, same_time, early.is_empty()) {
        (true, true, true) => Finding::Holds,
        (false, true, true) => {
            Finding::HoldsIf("nobody asks why: the counts of blocks were doubled".to_owned())
        }
        _ => Finding::Refuted,
    };
    let worst = early.iter().map(|(_, error)| *error).min().unwrap_or_default();
    let eras = if same_blocks {
        format!(
            "an era kept its {} blocks, so it takes {} h in place of {} h",
            grouped(blocks[0]),
            hours[1],
            hours[0]
        )
    } else {
        format!(
            "an era takes {} h because it was given {} blocks in place of {}, and the one of the switch in \
             its middle {} blocks, which take {} h",
            hours[1],
            grouped(blocks[1]),
            grouped(blocks[0]),
            grouped(during),
            in_hours(taken),
        )
    };
    let rest = if early.is_empty() {
        "what was in flight ends in time".to_owned()
    } else {
        format!(
            "what was left as it was, {}, ends in half its time: with {} blocks to go, {} s early",
            never.join(", "),
            grouped(EXAMPLE),
            grouped(worst.unsigned_abs()),
        )
    };
    Judgement::new(finding, format!("{eras}; {rest}"))
        .showing([grouped(blocks[0]), grouped(blocks[1])])
        .showing(never.iter().map(|what| (*what).to_owned()))
        .by(ground.run_to(&ground.switch, "R-MOTION-EARLY"))
}
