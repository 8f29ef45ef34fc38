//! Scenarios that nobody wrote: any legal parameters, actors and faults.

#![allow(unreachable_pub, reason = "test files include this as a private module")]

use proptest::prelude::*;
use unincluded_model::scenario::{RelayNumberCheck, StaleView};
use unincluded_model::{CollatorKind, Environment, Parameters, Scenario};

/// Any legal scenario, of a size that a walk can explore.
pub fn legal() -> impl Strategy<Value = Scenario> {
    (parameters(), environment()).prop_filter_map("an illegal scenario", |(parameters, actors)| {
        let adversary = actors.collator == CollatorKind::Adversary;
        let environment = Environment {
            oldest_relay_parent: if adversary { actors.oldest_relay_parent } else { 0 },
            adversary_blocks: if adversary { actors.adversary_blocks } else { 0 },
            // The view is the honest collators'; an adversary builds on any relay block in reach.
            stale_view: if adversary { StaleView::Never } else { actors.stale_view },
            ..actors
        };
        let model = Scenario::built_in("astar").expect("a built-in scenario");
        Scenario { name: "any".to_owned(), parameters, environment, ..model }.checked("any").ok()
    })
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let check = prop_oneof![
        Just(RelayNumberCheck::Strict),
        Just(RelayNumberCheck::Monotonic),
        Just(RelayNumberCheck::Any),
    ];
    let slot = prop_oneof![Just(6000u32), Just(12_000), Just(18_000)];
    let validators = prop_oneof![Just(1u16), Just(3), Just(4), Just(600)];
    (0..=4u8, 0..=2u8, check, 1..=4u8, 1..=6u8, 1..=8u8, slot, validators, 0..=2u8).prop_map(
        |(capacity, velocity, check, lookahead, period, frequency, slot, validators, room)| {
            Parameters {
                unincluded_segment_capacity: capacity,
                block_processing_velocity: velocity,
                relay_number_check: check,
                scheduling_lookahead: lookahead,
                paras_availability_period: period,
                group_rotation_frequency: frequency,
                para_slot_ms: slot,
                validators,
                upward_message_room: room,
            }
        },
    )
}

fn environment() -> impl Strategy<Value = Environment> {
    let collator = prop_oneof![
        Just(CollatorKind::SlotBased),
        Just(CollatorKind::Lookahead),
        Just(CollatorKind::Adversary),
    ];
    let view =
        prop_oneof![Just(StaleView::Never), Just(StaleView::Together), Just(StaleView::Apart)];
    let faults = any::<[bool; 7]>();
    (collator, view, faults, 1..=2u8, 0..=2u8, 0..=4u8, 1..=4u8).prop_map(
        |(collator, stale_view, faults, earliest_backing, followed_validators, oldest, blocks)| {
            let [idle, delay, loss, unavailability, equivocation, withholding, go_ahead] = faults;
            Environment {
                collator,
                earliest_backing,
                idle,
                delay,
                loss,
                unavailability,
                stale_view,
                equivocation,
                withholding,
                go_ahead,
                followed_validators,
                oldest_relay_parent: oldest,
                adversary_blocks: blocks,
            }
        },
    )
}
