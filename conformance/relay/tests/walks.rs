//! Random walks on both sides, over every scenario that the relay chain can run.

use proptest::prelude::*;
use unincluded_conformance_driver::Effort;
use unincluded_conformance_relay::{
    Excluded, Walked, choices, driver_of, nightly_scenarios, runnable, scenarios, walk,
};
use unincluded_model::Scenario;

/// The built-in scenarios, of the gate and of the night, that the pallets cannot run, and why.
const EXCLUDED: [(&str, &[Excluded]); 4] = [
    ("bandwidth", &[Excluded::UnearnedSignals, Excluded::EmptyQueue]),
    ("coretime-stored", &[Excluded::StoredClaims]),
    ("2025-06", &[Excluded::StoredClaims]),
    ("hook-2025-06", &[Excluded::StoredClaims]),
];

#[test]
fn every_scenario_is_walked_but_those_that_are_left_out_for_a_reason() {
    let outcome = |name| runnable(Scenario::built_in(name).expect("a built-in scenario"));
    let excluded: Vec<_> =
        Scenario::full_names().filter_map(|name| Some((name, outcome(name).err()?))).collect();
    assert_eq!(excluded, EXCLUDED.map(|(name, reasons)| (name, reasons.to_vec())));
    let walked = scenarios().chain(nightly_scenarios()).count();
    assert_eq!(walked + EXCLUDED.len(), Scenario::full_names().count());
}

/// Walks through these scenarios, and what they saw together.
fn walks(names: impl Iterator<Item = &'static str>, each: u64, steps: usize) -> Walked {
    let mut all = Walked::default();
    for name in names {
        let Some(driver) = driver_of(name) else { panic!("{name} is not for the relay chain") };
        let began = std::time::Instant::now();
        let before = all.relay_blocks;
        for seed in 0..each {
            match walk(&driver, &choices(seed, steps)) {
                Ok(walked) => all.add(&walked),
                Err(divergence) => panic!("{}", divergence.story()),
            }
        }
        let blocks = all.relay_blocks - before;
        println!("{name}: {blocks} relay blocks in {:.1?}", began.elapsed());
        assert!(blocks > 10, "{name} is hardly walked: {blocks} relay blocks");
    }
    all
}

#[test]
fn walks_through_every_scenario_agree() {
    let began = std::time::Instant::now();
    let (each, steps) = Effort::asked().of((2, 60), (20, 80));
    let walked = walks(scenarios(), each, steps);
    let seconds = began.elapsed().as_secs_f64();
    println!("{walked:?}\n{:.0} relay blocks a second", walked.relay_blocks as f64 / seconds);
    assert!(walked.relay_blocks > Effort::asked().of(1_000, 20_000));
}

#[test]
#[ignore = "scenarios of the night"]
fn walks_through_every_nightly_scenario_agree() {
    let walked = walks(nightly_scenarios(), 20, 80);
    println!("{walked:?}");
    assert!(walked.relay_blocks > 2_000);
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
