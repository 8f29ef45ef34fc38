//! Random runs: of the actions that are offered and of those that are not, under any legal
//! parameters.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use unincluded_model::{Action, Protocol, RelayNumberCheck, Scenario};

use crate::divergence::Found;
use crate::explore::{Report, attempts, places};
use crate::pallets::Pallets;
use crate::shrink::shrink;
use crate::world::{Case, World, is_comparable};

/// Blocks for which real storage and history are kept in one walk; throughput falls with longer
/// ones.
pub const LONGEST: usize = 80;

/// The numbers that a walk replaces in its scenario. What is not legal there stays as it was.
#[derive(Clone, Copy, Debug)]
pub struct Changes {
    velocity: u8,
    capacity: u8,
    check: u8,
    lookahead: u8,
    availability: u8,
    rotation: u8,
    offset: u8,
    para_slot: u8,
    room: u8,
    queues: [u8; 4],
}

/// Any numbers.
pub fn changes() -> impl Strategy<Value = Changes> {
    let sizes = (0..=3u8, 0..=12u8, 0..=2u8, 1..=4u8, 1..=12u8, 1..=12u8);
    let rest = (0..=2u8, 0..=4u8, 0..=3u8, proptest::array::uniform4(0..=2u8));
    (sizes, rest).prop_map(|(sizes, rest)| {
        let (velocity, capacity, check, lookahead, availability, rotation) = sizes;
        let (offset, para_slot, room, queues) = rest;
        Changes {
            velocity,
            capacity,
            check,
            lookahead,
            availability,
            rotation,
            offset,
            para_slot,
            room,
            queues,
        }
    })
}

/// The scenario with as many of the changes as are legal there.
pub fn changed(scenario: &Scenario, changes: &Changes) -> Scenario {
    let has_messages = !scenario.messages.is_off();
    let mut result = scenario.clone();
    let mut try_one = |change: &dyn Fn(&mut Scenario)| {
        let mut changed = result.clone();
        change(&mut changed);
        if let Ok(legal) = changed.checked("a walk") {
            result = legal;
        }
    };
    let checks = [RelayNumberCheck::Strict, RelayNumberCheck::Monotonic, RelayNumberCheck::Any];
    try_one(&|s| s.parameters.block_processing_velocity = changes.velocity);
    try_one(&|s| s.parameters.unincluded_segment_capacity = changes.capacity);
    try_one(&|s| s.parameters.relay_number_check = checks[usize::from(changes.check)]);
    try_one(&|s| s.parameters.scheduling_lookahead = changes.lookahead);
    try_one(&|s| s.parameters.paras_availability_period = changes.availability);
    try_one(&|s| s.parameters.group_rotation_frequency = changes.rotation);
    try_one(&|s| s.parameters.relay_parent_offset = changes.offset);
    let slots = [6000, 12_000, 3000, 2000, 24_000];
    try_one(&|s| s.parameters.para_slot_ms = slots[usize::from(changes.para_slot)]);
    if has_messages {
        let [upward, outbound, inbound, downward] = changes.queues;
        try_one(&|s| s.messages.upward_limit = upward);
        try_one(&|s| s.messages.outbound_capacity = outbound);
        try_one(&|s| s.messages.inbound = inbound);
        try_one(&|s| s.messages.downward = downward);
    } else {
        try_one(&|s| s.parameters.upward_message_room = changes.room);
    }
    result
}

/// One walk: each number picks an action of those that are offered, or an attempt of those that are
/// not.
///
/// # Errors
///
/// The run to a divergence.
pub fn walk<P: Pallets>(case: &Case, choices: &[u16]) -> Result<Report, Box<Found>> {
    let protocol = &case.protocol;
    let mut world = World::<P>::start(case);
    let mut taken: Vec<Action> = Vec::new();
    let mut report = Report::default();
    for &choice in choices {
        world.salt += 1;
        report.states += 1;
        let pick = usize::from(choice >> 2);
        let action = match choice & 3 {
            // Blocks first: a relay chain alone has nothing to compare.
            0 | 1 => {
                let offered = protocol.actions(&world.state);
                let (blocks, others): (Vec<_>, Vec<_>) =
                    offered.into_iter().partition(|action| matches!(action, Action::Author(_)));
                let wanted = if choice & 1 == 0 && !blocks.is_empty() { blocks } else { others };
                if wanted.is_empty() {
                    continue;
                }
                wanted[pick % wanted.len()]
            }
            2 => {
                let offered = protocol.actions(&world.state);
                if offered.is_empty() {
                    continue;
                }
                offered[pick % offered.len()]
            }
            _ => {
                let any = attempts(&world, None);
                Action::Author(any[pick % any.len()])
            }
        };
        let found = |divergence| {
            let mut actions = taken.clone();
            actions.push(action);
            Box::new(Found { actions, divergence })
        };
        report.edges += 1;
        if let Action::Author(author) = &action {
            let verdict = world.attempt(author).map_err(found)?;
            report.count(&verdict);
            let crate::attempt::Verdict::Authored(para) = verdict else { continue };
            let Ok(step) = protocol.step_whole(&world.state, &action) else { continue };
            if !world.advance(&action, &step, Some(para)) {
                continue;
            }
        } else if !world.step(&action).map_err(found)? {
            continue;
        }
        taken.push(action);
        for (parent, branch, age) in places(&world) {
            let asked = world.ask(parent, branch, age);
            asked.map_err(|divergence| Box::new(Found { actions: taken.clone(), divergence }))?;
            report.asked += 1;
        }
    }
    Ok(report)
}

/// Walks of these scenarios, under any legal parameters, until so many blocks were executed.
///
/// # Errors
///
/// The report of a divergence, shrunk.
pub fn walks<P: Pallets>(scenarios: &[Scenario], steps: usize, seed: u8) -> Result<Report, String> {
    let mut total = Report::default();
    let mut number = 0;
    while total.steps() < steps {
        // One case a runner: how many are needed depends on what they did.
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_of(seed, number));
        let config = Config { cases: 1, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let scenario = &scenarios[number as usize % scenarios.len()];
        let mut seen = Report::default();
        let course = (changes(), proptest::collection::vec(any::<u16>(), 20..LONGEST));
        let plain = number % 4 == 0;
        let seen_here = std::cell::RefCell::new(&mut seen);
        let outcome = runner.run(&course, |(changes, choices)| {
            let scenario = if plain { scenario.clone() } else { changed(scenario, &changes) };
            let case = Case::of(Protocol::new(scenario));
            match walk::<P>(&case, &choices) {
                Ok(report) => {
                    **seen_here.borrow_mut() = report;
                    Ok(())
                }
                Err(found) => {
                    let found = shrink::<P>(&case, *found);
                    Err(TestCaseError::fail(found.report(&case.protocol, P::NAME)))
                }
            }
        });
        outcome.map_err(|error| error.to_string())?;
        total += seen;
        number += 1;
    }
    Ok(total)
}

fn seed_of(seed: u8, number: u32) -> [u8; 32] {
    let mut bytes = [seed; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// The built-in scenarios whose para side can be compared.
pub fn scenarios() -> Vec<Scenario> {
    Scenario::full_names().filter_map(Scenario::built_in).filter(is_comparable).collect()
}
