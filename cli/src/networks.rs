//! `list networks`: when each got 6 s blocks, what that changed, and what was in flight.

use serde_json::{Value, json};
use unincluded_model::economics::constants::{ASTAR_CONSTANTS, Runtime};
use unincluded_model::economics::in_flight::{Clock, Item, items};
use unincluded_model::economics::rollout::{MENDED, ROLL_OUT, Release};
use unincluded_model::economics::{BlockTime, Network, recalculate};
use unincluded_properties::claims::words::tokens;

use crate::list::Entry;
use crate::progress::grouped;

/// Blocks that are left to what is in flight at the switch, for an example.
const LEFT: u32 = 36_000;

/// Every network.
pub(crate) fn networks() -> Vec<Entry> {
    Network::NAMES.into_iter().filter_map(Network::named).map(|network| entry(&network)).collect()
}

fn entry(network: &Network) -> Entry {
    let releases: Vec<&Release> =
        ROLL_OUT.iter().chain([&MENDED]).filter(|one| one.network == network.name).collect();
    let mut more = vec![("runtimes", json!(lines(releases.iter().map(|one| release(one)))))];
    if network.name == "astar" {
        more.push(("a block", json!(lines(BLOCK_TIMES.map(runtime)))));
    }
    more.push(("rewards of a block", json!(lines(BLOCK_TIMES.map(|time| reward(network, time))))));
    more.push(("calendar", json!(lines(BLOCK_TIMES.map(|time| calendar(network, time))))));
    if network.name == "astar" {
        let constants = ASTAR_CONSTANTS.iter().map(|constant| {
            let [before, after] = BLOCK_TIMES.map(|time| grouped(constant.blocks(time)));
            format!(
                "{}: {} h, {before} blocks before and {after} after",
                constant.name, constant.hours
            )
        });
        more.push(("constants", json!(lines(constants))));
    }
    more.push(("in flight at the switch", in_flight(network)));
    let mended = if network.name == MENDED.network { ", mended by another release" } else { "" };
    Entry {
        name: network.name.to_owned(),
        says: format!("6 s blocks since runtime {}{mended}.", version(network.name)),
        more,
    }
}

const BLOCK_TIMES: [BlockTime; 2] = [BlockTime::TwelveSeconds, BlockTime::SixSeconds];

fn version(network: &str) -> String {
    let release = ROLL_OUT.iter().find(|release| release.network == network);
    release.map_or_else(String::new, |release| release.spec_version.to_string())
}

fn lines(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().collect::<Vec<_>>().join("; ")
}

fn seconds(time: BlockTime) -> u32 {
    time.milliseconds() / 1000
}

fn release(release: &Release) -> String {
    let enacted = release.enacted.map_or_else(
        || "the day of its enactment was not read from the chain".to_owned(),
        |day| format!("enacted on {day}"),
    );
    format!(
        "{} released on {}, {enacted} ({})",
        release.spec_version, release.released, release.source
    )
}

fn runtime(time: BlockTime) -> String {
    let runtime = Runtime::astar(time);
    format!(
        "at {} s it executes for {} ms, {} ms of every second, C = {}, V = {}",
        seconds(time),
        runtime.maximum_block_weight,
        runtime.computing_per_second(),
        runtime.unincluded_segment_capacity,
        runtime.block_processing_velocity,
    )
}

fn reward(network: &Network, time: BlockTime) -> String {
    let configuration =
        recalculate(network.issuance, &network.parameters, network.calendar(time), 1);
    format!("at {} s {} tokens", seconds(time), tokens(configuration.block_reward()))
}

fn calendar(network: &Network, time: BlockTime) -> String {
    let calendar = network.calendar(time);
    format!(
        "at {} s {} blocks an era, {} a period, {} a cycle",
        seconds(time),
        grouped(calendar.blocks_per_era),
        grouped(calendar.blocks_per_period()),
        grouped(calendar.blocks_per_cycle()),
    )
}

/// With so many blocks left at the switch, and migrated in the first new block where it is migrated.
fn in_flight(network: &Network) -> Value {
    let last_old_block = network.before.blocks_per_era;
    let clock = Clock { last_old_block };
    let line = |item: &Item| {
        let error = item.migration.error(clock, last_old_block + 1, last_old_block + LEFT);
        let when = match error {
            0 => "in time".to_owned(),
            late if late > 0 => format!("{} s late", grouped(late)),
            early => format!("{} s early", grouped(early.unsigned_abs())),
        };
        format!("{} {when}", item.what)
    };
    let each = items(network).iter().map(line).collect::<Vec<_>>();
    json!(format!("with {} blocks to go, {}", grouped(LEFT), each.join(", ")))
}
