//! Random walks on both sides, over every scenario that the relay chain can run.

use proptest::prelude::*;
use unincluded_conformance_driver::Effort;
use unincluded_conformance_relay::{Walked, choices, driver_of, scenarios, walk};

/// Walks through every scenario, and what they saw together.
fn walks(each: u64, steps: usize) -> Walked {
    let mut all = Walked::default();
    for name in scenarios() {
        let Some(driver) = driver_of(name) else { continue };
        let began = std::time::Instant::now();
        let before = all.relay_blocks;
        for seed in 0..each {
            match walk(&driver, &choices(seed, steps)) {
                Ok(walked) => all.add(&walked),
                Err(divergence) => panic!("{}", divergence.story()),
            }
        }
        println!("{name}: {} relay blocks in {:.1?}", all.relay_blocks - before, began.elapsed());
    }
    all
}

#[test]
fn walks_through_every_scenario_agree() {
    let began = std::time::Instant::now();
    let (each, steps) = Effort::asked().of((2, 60), (20, 80));
    let walked = walks(each, steps);
    let seconds = began.elapsed().as_secs_f64();
    println!("{walked:?}\n{:.0} relay blocks a second", walked.relay_blocks as f64 / seconds);
    assert!(walked.relay_blocks > Effort::asked().of(1_000, 20_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(Effort::asked().of(30, 400)))]

    #[test]
    fn any_walk_agrees(
        place in 0..scenarios().count(),
        choices in proptest::collection::vec(any::<u16>(), 1..60),
    ) {
        let name = scenarios().nth(place).unwrap_or("astar");
        let Some(driver) = driver_of(name) else { return Ok(()) };
        if let Err(divergence) = walk(&driver, &choices) {
            prop_assert!(false, "{}", divergence.story());
        }
    }
}
