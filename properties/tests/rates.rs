//! Rates: what a parachain gets in, exactly, and under which conditions.

use unincluded_model::{CollatorKind, Protocol, Scenario};
use unincluded_properties::Transition;
use unincluded_properties::graph::ratio::Ratio;
use unincluded_properties::rates::{Conditions, Rates, rates};

/// What is varied.
#[derive(Clone, Copy, Debug)]
struct Network {
    collator: CollatorKind,
    /// C.
    capacity: u8,
    /// L.
    lookahead: u8,
}

fn slot_based(capacity: u8) -> Network {
    Network { collator: CollatorKind::SlotBased, capacity, lookahead: 3 }
}

fn lookahead(capacity: u8, lookahead: u8) -> Network {
    Network { collator: CollatorKind::Lookahead, capacity, lookahead }
}

impl Network {
    fn scenario(self) -> Scenario {
        let mut scenario = Scenario::built_in("astar").expect("built in");
        scenario.parameters.unincluded_segment_capacity = self.capacity;
        scenario.parameters.scheduling_lookahead = self.lookahead;
        scenario.environment.collator = self.collator;
        scenario.environment.equivocation = false;
        scenario
    }

    fn protocol(self) -> Protocol {
        Protocol::new(self.scenario().checked("rates").expect("legal"))
    }

    fn rates(self, conditions: Conditions) -> Rates {
        let rates = rates(&self.protocol(), conditions);
        assert_eq!((rates.cut_by, rates.stuck, rates.unclear), (None, 0, None), "{self:?}");
        rates
    }

    /// The rate of a healthy network, which has one.
    fn steady(self, delay: u8) -> Ratio {
        let blocks = self.rates(Conditions::Steady { delay }).blocks.expect("runs for ever");
        assert_eq!(blocks.least.ratio, blocks.greatest.ratio, "{self:?}");
        blocks.least.ratio
    }
}

fn ratio(gain: i128, cost: i128) -> Ratio {
    Ratio::of(gain, cost).expect("something is paid")
}

/// The 12 s and the 6 s, and on which condition each.
#[test]
fn one_unincluded_block_gives_twelve_seconds_on_the_fast_path_only_and_three_give_six() {
    assert_eq!(slot_based(1).steady(2), ratio(1, 2));
    assert_eq!(slot_based(1).steady(3), ratio(1, 3));
    assert_eq!(slot_based(3).steady(3), ratio(1, 1));
    assert_eq!(slot_based(3).steady(4), ratio(3, 4));
    for capacity in 1..=5 {
        for delay in 2..=4 {
            let (c, d) = (i128::from(capacity), i128::from(delay));
            assert_eq!(slot_based(capacity).steady(delay), ratio(c.min(d), d), "C {c} D {d}");
        }
    }
}

/// Two blocks for each relay parent outrun the window.
#[test]
fn the_lookahead_collator_loses_blocks_unaided_with_a_capacity_beyond_the_window() {
    assert_eq!(lookahead(4, 3).steady(3), ratio(3, 4));
    assert_eq!(lookahead(3, 2).steady(3), ratio(1, 2));
    assert_eq!(lookahead(3, 3).steady(3), ratio(1, 1));
}

/// A witness runs again, and its round has the rate that it stands for.
#[test]
fn a_witness_has_the_rate_it_witnesses() {
    let network = slot_based(3);
    let conditions = Conditions::FewFaults { most: 1, window: 4 };
    let bounds = network.rates(conditions).blocks.expect("runs for ever");
    let protocol = network.protocol();
    for rate in [bounds.least, bounds.greatest] {
        let mut state = protocol.canonical(&protocol.initial()).0;
        let (mut blocks, mut slots) = (0, 0);
        let mut begins = None;
        for (place, action) in rate.witness.stem.iter().chain(&rate.witness.cycle).enumerate() {
            if place == rate.witness.stem.len() {
                begins = Some(state.clone());
            }
            let step = protocol.step_whole(&state, action).expect("possible");
            let transition =
                Transition { protocol: &protocol, before: &state, action, outcome: Ok(&step.raw) };
            if begins.is_some() {
                slots += i128::from(transition.relay_block().is_some());
                blocks += transition.enacted().len() as i128;
            }
            state = step.next;
        }
        assert_eq!(begins.as_ref(), Some(&state), "the round leads back");
        assert_eq!(rate.ratio, ratio(blocks, slots));
    }
}

#[test]
fn explore_numbers() {
    for c in 1..=4 {
        for (most, window) in [(0, 1), (1, 8), (1, 4), (1, 2)] {
            let r = slot_based(c).rates(Conditions::FewFaults { most, window });
            let b = r.blocks.as_ref().expect("rate");
            let l = r.latency.as_ref().expect("latency");
            println!(
                "C {c} f {most} w {window}: {} .. {}  latency {} .. {}  states {}",
                b.least.ratio, b.greatest.ratio, l.least, l.worst, r.states
            );
        }
    }
    for c in 1..=4 {
        let mut s = slot_based(c).scenario();
        s.environment.loss = false;
        s.environment.unavailability = false;
        s.environment.idle = false;
        s.environment.stale_view = unincluded_model::StaleView::Never;
        for (un, e) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
            s.environment.unavailability = un;
            s.environment.earliest_backing = e;
            let p = Protocol::new(s.clone().checked("x").expect("legal"));
            let r = rates(&p, Conditions::AsTheScenario);
            let b = r.blocks.as_ref().expect("rate");
            let l = r.latency.as_ref().expect("latency");
            println!(
                "delay only C {c} unavail {un} earliest {e}: {} .. {}  latency {} .. {}  states {}",
                b.least.ratio, b.greatest.ratio, l.least, l.worst, r.states
            );
            let r = rates(&p, Conditions::NothingLost);
            let b = r.blocks.as_ref().expect("rate");
            let l = r.latency.as_ref().expect("latency");
            println!(
                "   nothing lost: {} .. {}  latency {} .. {}  states {} stuck {}",
                b.least.ratio, b.greatest.ratio, l.least, l.worst, r.states, r.stuck
            );
        }
    }
}
