//! Every edge of closed scenarios in which validators are followed, taken by real fragment chains.

use unincluded_conformance_node::edges::{Covered, cover};
use unincluded_model::{Protocol, Scenario};

#[test]
fn probe() {
    let scenario = Scenario::built_in("siblings").unwrap();
    let start = std::time::Instant::now();
    let most = std::env::var("MOST").map_or(2000, |most| most.parse().unwrap());
    let covered = cover(&Protocol::new(scenario), most);
    match covered {
        Ok(Covered { .. }) => println!("{covered:?} {:?}", start.elapsed()),
        Err(diverged) => panic!("{} {:#?}", diverged.difference, diverged.actions),
    }
}
