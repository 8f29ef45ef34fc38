//! Whole runs of `astar` and `astar-sync` through both mocks, from collator to inclusion.

use std::time::Instant;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use unincluded_conformance_driver::{Case, Effort, Pallets};
use unincluded_conformance_para::Newest;
use unincluded_conformance_relay::scenario;
use unincluded_conformance_together::{shrunk, walk};
use unincluded_model::{Protocol, Rule};

/// Actions of one run at most.
const LONGEST: usize = 60;

/// Runs of a scenario under these rules; what was seen, or the report of a divergence.
fn runs<P: Pallets>(
    name: &str,
    change: impl Fn(Protocol) -> Protocol,
    cases: u32,
) -> Result<[usize; 3], String> {
    let network = scenario(name).expect("a scenario that the relay pallets can run");
    let case = Case::of(change(Protocol::new(network.clone())));
    let seen = std::cell::Cell::new([0; 3]);
    let config =
        Config { cases, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let course = proptest::collection::vec(any::<u16>(), 20..LONGEST);
    let outcome = TestRunner::new_with_rng(config, fixed()).run(&course, |choices| {
        let together = walk::<P>(&case, &network, &choices).map_err(|found| {
            let found = shrunk::<P>(&case, &network, found);
            TestCaseError::fail(found.report(&case.protocol, "para and relay pallets together"))
        })?;
        if let Some(together) = together {
            let [para, relay, included] = seen.get();
            seen.set([
                para + together.para_blocks,
                relay + together.relay_blocks,
                included + together.included,
            ]);
        }
        Ok(())
    });
    outcome.map(|()| seen.get()).map_err(|error| error.to_string())
}

fn fixed() -> proptest::test_runner::TestRng {
    proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha)
}

fn agree(name: &str) {
    let start = Instant::now();
    let cases = Effort::asked().of(30, 600);
    let [para, relay, included] = runs::<Newest>(name, |protocol| protocol, cases)
        .unwrap_or_else(|report| panic!("{report}"));
    let elapsed = start.elapsed();
    println!("{name}: {para} para blocks, {relay} relay blocks, {included} included, {elapsed:?}");
    assert!(included > 10, "{included}");
}

#[test]
fn astar_goes_through_both() {
    agree("astar");
}

#[test]
fn astar_sync_goes_through_both() {
    agree("astar-sync");
}

fn is_noticed(rule: Rule) {
    let report = runs::<Newest>("astar", |protocol| protocol.without([rule]), 200)
        .expect_err("the change is noticed");
    println!("{report}");
    // The first line says what is in doubt; the table below it names the rule that is off in any case.
    let about = report.lines().next().unwrap_or_default();
    assert!(about.contains(rule.id()) && report.contains("kept in"), "{report}");
    // The model takes every step, the diverging one too, which a replay of the trace then shows.
    assert!(!report.contains("refused by"), "{report}");
}

#[test]
fn a_para_without_capacity_is_noticed() {
    is_noticed(Rule::Seg5);
}

#[test]
fn a_relay_chain_that_backs_on_any_head_is_noticed() {
    is_noticed(Rule::Incl6);
}

#[test]
fn a_relay_chain_that_never_times_out_is_noticed() {
    is_noticed(Rule::To2);
}
