//! How many relay blocks pass until the next inclusion once the faults are over, from every
//! reachable state: the worst over all states and all ties.

use std::collections::HashSet;

use unincluded_model::{CollatorKind, ParaBlock, Protocol, Scenario, StaleView, State};
use unincluded_properties::fingerprint::fingerprint;
use unincluded_properties::progress::FaultFree;

/// Astar with every fault, capacity C, and a window for timeouts that is always open or not.
fn setting(collator: CollatorKind, capacity: u8, period: u8, rotation: u8) -> Protocol {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.parameters.unincluded_segment_capacity = capacity;
    scenario.parameters.paras_availability_period = period;
    scenario.parameters.group_rotation_frequency = rotation;
    scenario.environment.collator = collator;
    scenario.environment.stale_view = StaleView::Together;
    Protocol::new(scenario)
}

/// Every reachable state.
fn reachable(protocol: &Protocol) -> Vec<State> {
    let mut scratch = Vec::new();
    let mut seen = HashSet::new();
    let mut states = vec![protocol.canonical(&protocol.initial()).0];
    seen.insert(fingerprint(&states[0], &mut scratch));
    let mut at = 0;
    while at < states.len() {
        let state = states[at].clone();
        at += 1;
        for action in protocol.actions(&state) {
            let Ok(next) = protocol.step(&state, &action) else { continue };
            if seen.insert(fingerprint(&next, &mut scratch)) {
                states.push(next);
            }
        }
    }
    states
}

/// The worst recovery over states: with nothing else wrong; with one unbacked candidate lost for
/// good; with one pending candidate never available.
fn worst(protocol: &Protocol, earliest_backing: u8) -> [u32; 3] {
    let mut fault_free = FaultFree::new(protocol, earliest_backing);
    let mut worst = [0; 3];
    for state in reachable(protocol) {
        let mut see = |case: usize, state: &State| {
            let recovery = fault_free.recovery_from_next_relay_block(state).expect("narrow");
            let relay_blocks = recovery.worst.expect("every run includes a block in the end");
            worst[case] = worst[case].max(relay_blocks);
        };
        see(0, &state);
        let pending = state.main().pending.first().map(|pending| pending.block);
        for block in state.indices().skip(1) {
            if Some(block) == pending {
                see(2, &state.with_fate(block, ParaBlock::NEVER_AVAILABLE));
            } else if !state.descends_from(state.main().tip().included, block) {
                see(1, &state.with_fate(block, ParaBlock::LOST));
            }
        }
    }
    worst
}

/// Faults over: 4 relay blocks, or 3 on the fast path. A lost candidate: as long as its relay
/// parent stays in the collators' window besides, L + 3. One that is never available: as long as
/// it occupies the core besides, max(P, F) + 3; and where P is less than L it can be backed once
/// more in the block that evicts it (TO-5), which adds its first occupancy, P.
#[test]
fn recovery_takes_as_long_as_the_bounds_say_and_no_longer() {
    let lookahead = 3;
    for (collator, capacity, period, rotation) in [
        (CollatorKind::SlotBased, 1, 4, 3),
        (CollatorKind::SlotBased, 2, 3, 5),
        (CollatorKind::SlotBased, 3, 4, 10),
        (CollatorKind::SlotBased, 3, 2, 4),
        (CollatorKind::Lookahead, 3, 4, 3),
        (CollatorKind::Lookahead, 3, 2, 4),
    ] {
        let protocol = setting(collator, capacity, period, rotation);
        let again = if period < lookahead { period } else { 0 };
        let occupancy = u32::from(period.max(rotation) + again);
        let lookahead = u32::from(lookahead);
        let found = [worst(&protocol, 1), worst(&protocol, 2)];
        let expected = [
            [3, lookahead + 2, occupancy + 2], // the fast path
            [4, lookahead + 3, occupancy + 3], // the usual path
        ];
        assert_eq!(found, expected, "{collator:?} C {capacity} P {period} F {rotation}");
    }
}
