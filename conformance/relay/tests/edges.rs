//! Every edge of graphs of the model, taken on the published pallets as well.

use unincluded_conformance_driver::Effort;
use unincluded_conformance_relay::{Covered, Driver, Extent, cover, driver_of};

fn covered(name: &str, extent: Extent) -> Covered {
    let Some(driver) = driver_of(name) else { panic!("{name} is no scenario for the relay chain") };
    covered_by(&driver, extent)
}

fn covered_by(driver: &Driver, extent: Extent) -> Covered {
    let began = std::time::Instant::now();
    match cover(driver, extent) {
        Ok(covered) => {
            let name = &driver.model().scenario().name;
            println!("{name}: {covered:?} in {:.1?}", began.elapsed());
            covered
        }
        Err(divergence) => panic!("{}", divergence.story()),
    }
}

const ALL: usize = usize::MAX;

#[test]
fn every_edge_of_astar_with_synchronous_backing() {
    let whole = covered("astar-sync", Extent { states: ALL, relay_blocks: ALL });
    assert!(whole.is_whole);
}

#[test]
fn near_the_start_of_every_scenario() {
    let states = Effort::asked().of(12, 200);
    for name in unincluded_conformance_relay::scenarios() {
        covered(name, Extent { states, relay_blocks: ALL });
    }
}

#[test]
fn dbg() {
    let names = std::env::var("DBG").unwrap_or_default();
    for name in names.split(',') {
        covered(name, Extent { states: 200, relay_blocks: ALL });
    }
}
