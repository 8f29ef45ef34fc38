//! Rates: what a parachain gets in, exactly, and under which conditions.

use unincluded_model::{CollatorKind, Protocol, Rule, Scenario, StaleView};
use unincluded_properties::graph::ratio::Ratio;
use unincluded_properties::long_run::unseen;
use unincluded_properties::rates::{Conditions, Effort, Rates, rates, rates_within};
use unincluded_properties::search::Cut;
use unincluded_properties::{Limits, Transition};

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

/// The relay chain delays and never loses a block; a late inclusion counts as delay.
#[test]
fn delays_alone_cost_little_and_nothing_with_a_capacity_of_the_window_and_one() {
    for (capacity, least, worst) in [(2, ratio(1, 3), 6), (3, ratio(2, 3), 5), (4, ratio(1, 1), 4)]
    {
        let mut scenario = slot_based(capacity).scenario();
        scenario.environment.idle = false;
        scenario.environment.loss = false;
        scenario.environment.stale_view = StaleView::Never;
        let protocol = Protocol::new(scenario.clone().checked("delays").expect("legal"));
        let found = rates(&protocol, Conditions::NothingLost);
        let (blocks, latency) = (found.blocks.expect("a rate"), found.latency.expect("inclusions"));
        // (C - 1) / L, and 2 L + 2 - C.
        assert_eq!((blocks.least.ratio, latency.worst), (least, worst), "C {capacity}");
        // Of backing alone: C / (L + 1), and L + 1.
        scenario.environment.unavailability = false;
        let protocol = Protocol::new(scenario.checked("late backing").expect("legal"));
        let found = rates(&protocol, Conditions::AsTheScenario);
        let (blocks, latency) = (found.blocks.expect("a rate"), found.latency.expect("inclusions"));
        assert_eq!((blocks.least.ratio, latency.worst), (ratio(capacity.into(), 4), 4));
    }
}

/// At most `most` faulty slots of any `window`.
#[test]
fn a_fault_now_and_then_costs_what_it_costs() {
    for (capacity, most, window, least, worst) in [
        (1, 0, 1, ratio(1, 3), 3),
        (1, 1, 8, ratio(7, 24), 4),
        (1, 1, 4, ratio(1, 4), 4),
        (3, 0, 1, ratio(1, 1), 3),
        (3, 1, 8, ratio(7, 8), 4),
        (3, 1, 4, ratio(3, 4), 5),
        (3, 1, 2, ratio(1, 4), 5),
        (4, 0, 1, ratio(1, 1), 3),
        (4, 1, 8, ratio(13, 16), 5),
        (4, 1, 4, ratio(5, 8), 5),
    ] {
        let found = slot_based(capacity).rates(Conditions::FewFaults { most, window });
        let (blocks, latency) = (found.blocks.expect("a rate"), found.latency.expect("inclusions"));
        let fastest = if capacity == 1 { ratio(1, 2) } else { ratio(1, 1) };
        assert_eq!((blocks.least.ratio, blocks.greatest.ratio), (least, fastest), "C {capacity}");
        assert_eq!((latency.least, latency.worst), (2, worst), "C {capacity}, {most} in {window}");
    }
}

/// COLL-6: what is built on a shallower parent competes with what is deeper. That costs blocks where the
/// capacity is the window, and saves some where it is less or the collator outruns the window.
#[test]
fn a_fallback_to_a_shallower_parent_costs_blocks_where_the_capacity_is_the_window() {
    for (network, most, window, with, without) in [
        (slot_based(1), 1, 8, ratio(7, 24), ratio(7, 24)),
        (slot_based(2), 1, 2, ratio(1, 4), ratio(1, 3)),
        (slot_based(3), 0, 1, ratio(1, 1), ratio(1, 1)),
        (slot_based(3), 1, 8, ratio(7, 8), ratio(3, 4)),
        (slot_based(3), 1, 4, ratio(3, 4), ratio(7, 12)),
        (slot_based(4), 1, 8, ratio(13, 16), ratio(13, 16)),
        (lookahead(3, 3), 0, 1, ratio(1, 1), ratio(3, 4)),
        (lookahead(3, 3), 1, 8, ratio(7, 8), ratio(11, 18)),
        (lookahead(4, 3), 0, 1, ratio(3, 4), ratio(1, 1)),
        (lookahead(4, 3), 1, 8, ratio(11, 18), ratio(3, 4)),
    ] {
        let conditions = Conditions::FewFaults { most, window };
        let least = |protocol: &Protocol| {
            let found = rates(protocol, conditions);
            assert_eq!((found.cut_by, found.stuck), (None, 0), "{network:?}");
            found.blocks.expect("runs for ever").least.ratio
        };
        let protocol = network.protocol();
        assert_eq!(least(&protocol), with, "{network:?}, {most} in {window}");
        let protocol = protocol.without([Rule::Coll6]);
        assert_eq!(least(&protocol), without, "{network:?}, {most} in {window}, without COLL-6");
    }
}

/// INV-E2E-6: the lookahead collator keeps what is promised of it, however many blocks it builds on a relay
/// parent; and where the capacity is more than the window it is promised nothing.
#[test]
fn the_full_rate_is_promised_to_a_lookahead_collator_whose_capacity_is_at_most_the_window() {
    let mut promised = Vec::new();
    for (window, capacity) in (2..=4).flat_map(|window| (1..=6).map(move |most| (window, most))) {
        for (blocks, slot) in [(1, 6_000), (2, 6_000), (2, 12_000)] {
            let mut scenario = lookahead(capacity, window).scenario();
            scenario.environment.lookahead_blocks = blocks;
            scenario.parameters.para_slot_ms = slot;
            let protocol = Protocol::new(scenario.checked("rates").expect("legal"));
            if !unseen(&protocol).iter().any(|promise| promise.id == "INV-E2E-6") {
                continue;
            }
            let found = rates(&protocol, Conditions::Steady { delay: 3 });
            assert_eq!((found.cut_by, found.stuck), (None, 0));
            let least = found.blocks.expect("runs for ever").least.ratio;
            assert_eq!(least, ratio(1, 1), "L {window}, C {capacity}, {blocks} blocks, {slot} ms");
            promised.push((window, capacity, blocks, slot));
        }
    }
    let expected = [(3, 3), (4, 3), (4, 4)].into_iter().flat_map(|(window, capacity)| {
        [(1, 6_000), (2, 6_000), (2, 12_000)].map(|(blocks, slot)| (window, capacity, blocks, slot))
    });
    assert!(promised.iter().copied().eq(expected), "{promised:?}");
}

/// Anything may go wrong: nothing gets in, or as late as L + max(P, F).
#[test]
fn with_any_fault_at_any_time_there_is_a_worst_latency_and_no_least_rate() {
    let found = slot_based(3).rates(Conditions::AsTheScenario);
    assert_eq!(found.blocks.expect("a rate").least.ratio, ratio(0, 1));
    assert_eq!(found.latency.expect("inclusions").worst, 3 + 10);
}

/// Every block brings the same, so tokens go with blocks.
#[test]
fn tokens_a_slot_are_blocks_a_slot_times_a_blocks_reward() {
    let network = slot_based(1);
    let found = network.rates(Conditions::Steady { delay: 3 });
    let reward = i128::try_from(network.protocol().block_reward()).expect("fits");
    assert_eq!(found.tokens.expect("a rate").least.ratio, ratio(reward, 3));
}

/// EMIT-1: tokens are what is emitted, and not what should be.
#[test]
fn where_blocks_bring_something_else_tokens_go_another_way_than_blocks() {
    let protocol = slot_based(1).protocol();
    let conditions = Conditions::Steady { delay: 3 };
    assert_eq!(rates(&protocol, conditions).astray, None);
    let found = rates(&protocol.clone().without([Rule::Emit1]), conditions);
    assert_eq!(found.blocks.expect("a rate").least.ratio, ratio(1, 3));
    assert_eq!(found.tokens.expect("a rate").greatest.ratio, ratio(0, 1));
    let reward = i128::try_from(protocol.block_reward()).expect("fits");
    assert_eq!(found.astray.expect("nothing is paid").ratio, ratio(-reward, 3));
}

/// SCHED-2, SCHED-1: on a core that is shared in turns a para gets every second relay block, and with a
/// queue that keeps its claim while the core is occupied more, if it need not hold the core to be backed.
#[test]
fn a_shared_core_carries_half_and_no_more_while_turns_are_kept() {
    for (name, without) in [("coretime", ratio(1, 2)), ("coretime-stored", ratio(2, 3))] {
        let protocol = Protocol::new(Scenario::built_in(name).expect("built in"));
        let most = |protocol: &Protocol| {
            let found = rates(protocol, Conditions::AsTheScenario);
            found.blocks.expect("a rate").greatest.ratio
        };
        assert_eq!(most(&protocol), ratio(1, 2), "{name}");
        assert_eq!(most(&protocol.without([Rule::Sched2])), without, "{name}");
    }
}

/// INV-E2E-6 is about the usual path, and not promised where no candidate can be backed on it.
#[test]
fn the_full_rate_is_promised_where_the_usual_path_is_left() {
    let promised = |earliest_backing| {
        let mut scenario = slot_based(3).scenario();
        scenario.environment.earliest_backing = earliest_backing;
        let protocol = Protocol::new(scenario.checked("late").expect("legal"));
        unseen(&protocol).iter().any(|one| one.id == "INV-E2E-6")
    };
    assert_eq!([1, 2, 3].map(promised), [true, true, false]);
}

/// What is undone has no rate, and a limit is no rate.
#[test]
fn there_is_no_rate_where_none_can_be_told() {
    let forks = Protocol::new(Scenario::built_in("forks").expect("built in"));
    let found = rates(&forks, Conditions::FewFaults { most: 0, window: 1 });
    assert!(found.unclear.is_some() && found.blocks.is_none() && found.latency.is_none());
    let limits = Limits { states: Some(50), ..Limits::default() };
    let effort = Effort { limits, ..Effort::default() };
    let found = rates_within(&slot_based(3).protocol(), Conditions::AsTheScenario, effort);
    assert_eq!((found.cut_by, found.blocks), (Some(Cut::States(50)), None));
}
