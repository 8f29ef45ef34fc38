//! Random runs of the model that real fragment chains follow.

use std::time::Instant;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use unincluded_conformance_driver::Effort;
use unincluded_conformance_node::walks::{shrunk, walk};
use unincluded_model::scenario::CollatorKind;
use unincluded_model::{Protocol, Scenario};

/// Actions of one walk at most.
const LONGEST: usize = 120;

/// Operations on fragment chains, in the gate and in a night.
const OPERATIONS: (usize, usize) = (3_000_000, 10_000_000);

/// The scenarios of two followed validators under any parameters that are legal for them, with the
/// collator of one block for each relay parent or the one of two.
fn protocols() -> impl Strategy<Value = Protocol> {
    let parameters = (1..=4u8, 1..=3u8, 1..=3u8, 1..=3u8, any::<bool>());
    let faults = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (any::<bool>(), parameters, faults).prop_filter_map(
        "an illegal scenario",
        |(evicts, (lookahead, capacity, period, frequency, builds_two), faults)| {
            let name = if evicts { "evicted" } else { "siblings" };
            let mut scenario = Scenario::built_in(name)?;
            scenario.parameters.scheduling_lookahead = lookahead;
            scenario.parameters.unincluded_segment_capacity = capacity;
            scenario.parameters.paras_availability_period = period;
            scenario.parameters.group_rotation_frequency = frequency;
            let environment = &mut scenario.environment;
            if builds_two {
                scenario.parameters.block_processing_velocity = 2;
                environment.collator = CollatorKind::Lookahead;
            }
            environment.session_changes = faults.0;
            environment.unavailability |= faults.1;
            environment.withholding = faults.2;
            environment.collation_limits = faults.3;
            environment.go_ahead = faults.4;
            scenario.checked(name).ok().map(Protocol::new)
        },
    )
}

#[test]
fn random_runs_agree() {
    let most = Effort::asked().of(OPERATIONS.0, OPERATIONS.1);
    let (mut operations, mut actions, mut walks) = (0, 0, 0);
    let start = Instant::now();
    let mut seed = [0; 32];
    while operations < most {
        let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let course = (protocols(), proptest::collection::vec(any::<u16>(), 10..LONGEST));
        let noted = std::cell::Cell::new((0, 0, 0));
        let outcome = runner.run(&course, |(protocol, choices)| {
            let walked = walk(&protocol, choices).map_err(|found| {
                let shortest = shrunk(&protocol, &found);
                TestCaseError::fail(shortest.report(&protocol, "the fragment chain"))
            })?;
            let (operations, actions, walks) = noted.get();
            noted.set((operations + walked.operations, actions + walked.actions, walks + 1));
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        let (more, further, new) = noted.get();
        (operations, actions, walks) = (operations + more, actions + further, walks + new);
        let number = u32::from_le_bytes([seed[0], seed[1], seed[2], seed[3]]) + 1;
        seed[..4].copy_from_slice(&number.to_le_bytes());
    }
    println!("{walks} walks, {actions} actions, {operations} operations in {:?}", start.elapsed());
}
