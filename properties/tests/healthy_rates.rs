//! TIME-4, TIME-8, INV-E2E-6: how many para blocks a relay block includes in the long run where
//! nothing goes wrong. A healthy network has one thing to do at a time, so its run goes round in a
//! cycle, and the rate is exact.

use std::collections::HashMap;

use unincluded_model::{CollatorKind, Protocol, Scenario, State};
use unincluded_properties::Transition;

/// Included para blocks, and the relay blocks in which they were included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rate {
    included: usize,
    relay_blocks: usize,
}

/// What is varied.
#[derive(Clone, Copy)]
struct Network {
    collator: CollatorKind,
    /// C.
    capacity: u8,
    /// Cores, and as many blocks for each relay parent (V).
    cores: u8,
    /// r.
    offset: u8,
    /// L.
    lookahead: u8,
    /// D: from the number of the relay parent to that of the including block.
    delay: u8,
}

impl Network {
    fn of(capacity: u8, cores: u8, offset: u8, delay: u8) -> Network {
        let collator = CollatorKind::SlotBased;
        Network { collator, capacity, cores, offset, lookahead: 4, delay }
    }

    /// The rate to which a healthy run settles; none if it ever has a choice or comes to its end.
    fn rate(self) -> Option<Rate> {
        let mut scenario = Scenario::built_in("astar").expect("built in");
        scenario.parameters.unincluded_segment_capacity = self.capacity;
        scenario.parameters.block_processing_velocity = self.cores;
        scenario.parameters.cores = self.cores;
        scenario.parameters.relay_parent_offset = self.offset;
        scenario.parameters.scheduling_lookahead = self.lookahead;
        scenario.environment.collator = self.collator;
        // The relay block before the including one backs.
        scenario.environment = scenario.environment.healthy(self.delay - 1);
        let protocol = Protocol::new(scenario.checked("healthy").expect("legal"));

        let mut state = protocol.canonical(&protocol.initial()).0;
        let mut seen: HashMap<State, Rate> = HashMap::new();
        let mut now = Rate { included: 0, relay_blocks: 0 };
        loop {
            if let Some(before) = seen.insert(state.clone(), now) {
                let included = now.included - before.included;
                let relay_blocks = now.relay_blocks - before.relay_blocks;
                let divisor = gcd(included, relay_blocks);
                return Some(Rate {
                    included: included / divisor,
                    relay_blocks: relay_blocks / divisor,
                });
            }
            let [action] = protocol.actions(&state)[..] else { return None };
            let step = protocol.step_whole(&state, &action).ok()?;
            let seen = Transition {
                protocol: &protocol,
                before: &state,
                action: &action,
                outcome: Ok(&step.raw),
            };
            now.relay_blocks += usize::from(seen.relay_block().is_some());
            now.included += seen.enacted().len();
            state = step.next;
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// One core for each block of a relay parent, V blocks for each: as many as the capacity lets be under
/// way, and no more than V.
#[test]
fn slot_based_collators_get_as_many_blocks_in_as_capacity_over_delay() {
    for cores in 1..=3 {
        for offset in 0..=2 {
            for delay in 2 + offset..=4 {
                for capacity in 1..=12 {
                    let network = Network::of(capacity, cores, offset, delay);
                    let Rate { included, relay_blocks } = network.rate().expect("one way to go");
                    let (capacity, delay) = (usize::from(capacity), usize::from(delay));
                    let most = (usize::from(cores) * delay).min(capacity);
                    assert_eq!(
                        included * delay,
                        most * relay_blocks,
                        "C {capacity}, {cores} cores, r {offset}, D {delay}: \
                         {included} in {relay_blocks}"
                    );
                }
            }
        }
    }
}

/// The 12 s and the 6 s block time of TIME-8, and what Astar gained.
#[test]
fn astar_goes_from_one_block_in_two_relay_blocks_to_one_in_each() {
    let rate = |capacity, delay| Network::of(capacity, 1, 0, delay).rate().expect("one way to go");
    // One unincluded block: at best one para block in two relay blocks, on the fast path.
    assert_eq!(rate(1, 2), Rate { included: 1, relay_blocks: 2 });
    assert_eq!(rate(1, 3), Rate { included: 1, relay_blocks: 3 });
    // Two are enough on the fast path alone, three also on the usual one.
    assert_eq!(rate(2, 2), Rate { included: 1, relay_blocks: 1 });
    assert_eq!(rate(2, 3), Rate { included: 2, relay_blocks: 3 });
    assert_eq!(rate(3, 3), Rate { included: 1, relay_blocks: 1 });
}

/// Two blocks for each relay block outrun the window: with a capacity beyond it the lookahead
/// collator builds on what can no longer be backed, and gets less in than with a smaller one.
#[test]
fn a_larger_capacity_slows_the_lookahead_collator_down() {
    let rate = |capacity| {
        let collator = CollatorKind::Lookahead;
        let network = Network { collator, lookahead: 3, ..Network::of(capacity, 1, 0, 3) };
        network.rate().expect("one way to go")
    };
    assert_eq!(rate(3), Rate { included: 1, relay_blocks: 1 });
    assert_eq!(rate(4), Rate { included: 3, relay_blocks: 4 });
}
