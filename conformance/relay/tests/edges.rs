//! Every edge of graphs of the model, taken on the published pallets as well.

use unincluded_conformance_driver::Effort;
use unincluded_conformance_relay::{
    Covered, Extent, cover, driver_of, nightly_scenarios, scenarios,
};

const ALL: usize = usize::MAX;

fn covered(name: &str, extent: Extent) -> Covered {
    let Some(driver) = driver_of(name) else { panic!("{name} is no scenario for the relay chain") };
    let began = std::time::Instant::now();
    match cover(&driver, extent) {
        Ok(covered) => {
            println!("{name}: {covered:?} in {:.1?}", began.elapsed());
            covered
        }
        Err(divergence) => panic!("{}", divergence.story()),
    }
}

#[test]
fn every_edge_of_astar_with_synchronous_backing() {
    let whole = covered("astar-sync", Extent { states: ALL, relay_blocks: ALL });
    assert!(whole.is_whole);
}

#[test]
fn every_edge_of_counted_votes_and_of_siblings() {
    for name in ["votes", "siblings"] {
        assert!(covered(name, Extent { states: ALL, relay_blocks: ALL }).is_whole, "{name}");
    }
}

#[test]
#[ignore = "minutes: for the night"]
fn every_edge_of_astar() {
    assert!(covered("astar", Extent { states: ALL, relay_blocks: ALL }).is_whole);
}

#[test]
fn near_the_start_of_every_scenario() {
    let effort = Effort::asked();
    let extent = Extent { states: effort.of(40, 300), relay_blocks: effort.of(250, 3_000) };
    let mut all = Covered::default();
    for name in scenarios() {
        let one = covered(name, extent);
        assert!(one.relay_blocks > 10, "{name} is hardly looked at: {one:?}");
        all.add(&one);
    }
    println!("all: {all:?}");
    assert!(all.relay_blocks > effort.of(4_000, 40_000));
}

#[test]
#[ignore = "scenarios of the night"]
fn near_the_start_of_every_nightly_scenario() {
    let mut all = Covered::default();
    for name in nightly_scenarios() {
        all.add(&covered(name, Extent { states: 300, relay_blocks: 3_000 }));
    }
    println!("all: {all:?}");
    assert!(all.relay_blocks > 10_000);
}
