//! TIME-4, TIME-5, TIME-6: the pace of healthy networks, and what one block that goes wrong costs.

use unincluded_model::{CollatorKind, Protocol, Scenario};
use unincluded_properties::graph::ratio::Ratio;
use unincluded_properties::grid::{Axis, Place};
use unincluded_properties::mishap::{Cost, Mishap, cost_of};
use unincluded_properties::pace::{Pace, Span, healthy, quotient};
use unincluded_properties::rates::{Conditions, rates};
use unincluded_properties::smallest::{FORMULAS, Smallest, whole};

fn astar(values: &[(Axis, u8)]) -> Protocol {
    let scenario = Scenario::built_in("astar").expect("built in");
    Protocol::new(Place(values.to_vec()).scenario(&scenario).expect("legal"))
}

fn pace(values: &[(Axis, u8)], delay: u8) -> Pace {
    Pace::of(&healthy(&astar(values), delay - 1)).expect("one way to go")
}

fn rate(gain: i128, cost: i128) -> Ratio {
    Ratio::of(gain, cost).expect("something is paid")
}

/// The pace of a run that is followed is the one rate that the graph engine finds, least and greatest.
#[test]
fn the_graph_engine_finds_the_same_rate_and_latency() {
    for capacity in 1..=4 {
        for delay in 2..=4 {
            let protocol = astar(&[(Axis::Capacity, capacity)]);
            let found = rates(&protocol, Conditions::Steady { delay });
            let blocks = found.blocks.expect("runs for ever");
            let pace = pace(&[(Axis::Capacity, capacity)], delay);
            assert_eq!((blocks.least.ratio, blocks.greatest.ratio), (pace.rate, pace.rate));
            let latency = found.latency.expect("blocks are included");
            let (span, worst) = (pace.latency.expect("blocks are included"), latency.worst);
            assert!(latency.least <= span.least && span.most <= worst, "C {capacity} D {delay}");
        }
    }
}

/// What a transaction waits: before the switch up to four relay slots on the fast path, after it up to
/// four on the usual one.
#[test]
fn blocks_come_twice_as_often_and_inclusion_takes_its_time() {
    let (before, after) = (pace(&[(Axis::Capacity, 1)], 2), pace(&[], 3));
    assert_eq!((before.rate, after.rate), (rate(1, 2), rate(1, 1)));
    assert_eq!(quotient(after.rate, before.rate), Some(rate(2, 1)));
    assert_eq!(before.latency, Some(Span { least: 2, most: 2 }));
    assert_eq!(after.latency, Some(Span { least: 3, most: 3 }));
    assert_eq!(before.confirmation, Some(Span { least: 2, most: 4 }));
    assert_eq!(after.confirmation, Some(Span { least: 3, most: 4 }));
    assert_eq!((before.until_in_a_block, after.until_in_a_block), (Some(2), Some(1)));
}

/// A run can be done again as it is written, round after round.
#[test]
fn a_round_leads_back_to_where_it_begins() {
    for capacity in 1..=4 {
        let protocol = healthy(&astar(&[(Axis::Capacity, capacity)]), 2);
        let run = Pace::of(&protocol).expect("one way to go").run;
        let mut state = protocol.canonical(&protocol.initial()).0;
        for action in &run.stem {
            state = protocol.step(&state, action).expect("it was taken before");
        }
        let begin = state.clone();
        for action in &run.cycle {
            state = protocol.step(&state, action).expect("it was taken before");
        }
        assert_eq!(state, begin, "C {capacity}");
    }
}

/// With one core the lookahead collator builds two blocks on a relay parent; with a capacity above the
/// window it loses one in four.
#[test]
fn what_is_lost_unaided_is_counted() {
    let mut scenario = Scenario::built_in("lookahead").expect("built in");
    scenario.parameters.unincluded_segment_capacity = 4;
    assert_eq!(scenario.environment.collator, CollatorKind::Lookahead);
    let protocol = Protocol::new(scenario);
    let pace = Pace::of(&healthy(&protocol, 2)).expect("one way to go");
    assert_eq!(pace.rate, rate(3, 4));
    assert!(pace.lost > 0);
}

/// One late block costs one; one that is lost takes along all that stand on it and costs L; one that is
/// never available occupies its core as long as it can.
#[test]
fn a_late_block_costs_one_and_a_lost_one_takes_the_others_along() {
    let protocol = healthy(&astar(&[]), 2);
    let late = cost_of(&protocol, Mishap::Late).expect("one way to go");
    assert_eq!(late, Cost { missed: 1, behind: 1, lost: 0 });
    let lost = cost_of(&protocol, Mishap::Lost).expect("one way to go");
    assert_eq!((lost.missed, lost.lost), (3, lost.behind));
    assert!(lost.behind > 0, "somebody stood on it");
    let never = cost_of(&protocol, Mishap::Unavailable).expect("one way to go");
    assert!(never.missed > lost.missed && never.lost == never.behind, "{never:?}");
}

/// TIME-4: (2 + r) V + 1 and (3 + r) V agree for V = 1, and only the second carries all V blocks.
#[test]
fn the_least_capacity_is_what_time_4_says() {
    let capacities: Vec<u8> = (1..=12).collect();
    for velocity in 1..=3 {
        for offset in 0..=1 {
            let values = [
                (Axis::Velocity, velocity),
                (Axis::Cores, velocity),
                (Axis::Offset, offset),
                (Axis::Lookahead, 4),
            ];
            let place = Place(values.to_vec());
            let found = Smallest::at(&astar(&[]), &place, &capacities).expect("legal");
            assert!(found.usual_path_fits());
            assert_eq!(found.least(), Some((3 + offset) * velocity), "V {velocity}, r {offset}");
            assert_eq!(found.least(), Some(found.needed()));
            let by = |who: &str| {
                let formula = FORMULAS.iter().find(|formula| formula.who == who).expect("known");
                found.sustains((formula.capacity)(velocity, offset))
            };
            assert_eq!(by("fellowship"), Some(true));
            assert_eq!(by("Astar"), Some(velocity == 1), "V {velocity}, r {offset}");
            let (smaller, pace) = found.next_smaller().expect("there is a smaller one");
            assert_eq!(smaller, found.needed() - 1);
            assert!(pace.rate < whole(found.full));
        }
    }
}

/// TIME-6: an offset of 2 leaves one try of three, so that only the fast path is in time.
#[test]
fn the_offset_eats_the_window() {
    let fits = |offset| {
        let place = Place(vec![(Axis::Offset, offset)]);
        Smallest::at(&astar(&[]), &place, &[3, 4, 5]).expect("legal").usual_path_fits()
    };
    assert_eq!([fits(0), fits(1), fits(2)], [true, true, false]);
}
