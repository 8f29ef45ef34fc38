//! The published inclusion emulator beside the model's: a grid of candidates, random ones, and every
//! block that is authored in the scenarios with messages.

use unincluded_conformance_node::edges::each_edge;
use unincluded_conformance_node::emulated::authored_agrees;

use unincluded_model::{Protocol, Scenario};

#[test]
fn probe() {
    for name in ["messages", "messages-down", "messages-in", "messages-all"] {
        let protocol = Protocol::new(Scenario::built_in(name).unwrap());
        let start = std::time::Instant::now();
        let mut asked = 0;
        let covered = each_edge(&protocol, 20_000, |before, action, raw| {
            authored_agrees(&protocol, before, action, raw).map(|compared| asked += u32::from(compared))
        });
        match covered {
            Ok(covered) => println!("{name} {asked} {covered:?} {:?}", start.elapsed()),
            Err(diverged) => println!("{name} {} {:#?}", diverged.difference, diverged.actions),
        }
    }
}
