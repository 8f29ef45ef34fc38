//! Scenarios that nobody wrote: any legal parameters, actors and faults.

#![allow(unreachable_pub, reason = "test files include this as a private module")]

use proptest::prelude::*;
use unincluded_model::scenario::{
    Authorities, ClaimQueue, Claims, Generation, Group, Groups, Prechecks, Reconfiguration,
    RelayNumberCheck, StaleView, Upgrades,
};
use unincluded_model::{CollatorKind, Environment, Few, Parameters, Scenario};

/// Any legal scenario, of a size that a walk can explore.
pub fn legal() -> impl Strategy<Value = Scenario> {
    let drawn = (parameters(), environment(), wide());
    drawn.prop_filter_map("an illegal scenario", |(parameters, actors, wide)| {
        let adversary = actors.collator == CollatorKind::Adversary;
        let mut environment = Environment {
            oldest_relay_parent: if adversary { actors.oldest_relay_parent } else { 0 },
            adversary_blocks: if adversary { actors.adversary_blocks } else { 0 },
            // The view is the honest collators'; an adversary builds on any relay block in reach.
            stale_view: if adversary { StaleView::Never } else { actors.stale_view },
            ..actors
        };
        let mut parameters = parameters;
        wide.widen(&mut parameters, &mut environment);
        let reconfiguration = wide.reconfiguration(&parameters, &environment);
        let name = "any".to_owned();
        let model = Scenario::built_in("astar").expect("a built-in scenario");
        Scenario { name, parameters, environment, reconfiguration, ..model }.checked("any").ok()
    })
}

/// What makes a scenario wider than one core on one relay branch in one session.
#[derive(Clone, Copy, Debug)]
struct Wide {
    sessions: Sessions,
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Sessions {
    One,
    Many,
    Reconfigured(Reconfiguration),
}

#[derive(Clone, Copy, Debug)]
enum Way {
    None,
    Forks(u8),
    Cores(u8),
    Offset(u8),
    Groups([Group; 2]),
    Claims(Claims, ClaimQueue),
    Votes { silent: u8, lying: u8 },
    Disputes { forks: u8 },
}

impl Wide {
    fn widen(self, parameters: &mut Parameters, environment: &mut Environment) {
        environment.session_changes = !matches!(self.sessions, Sessions::One);
        let adversary = environment.collator == CollatorKind::Adversary;
        match self.way {
            Way::None => {}
            Way::Forks(depth) => environment.fork_depth = depth,
            Way::Cores(cores) => parameters.cores = cores,
            Way::Offset(offset) => {
                parameters.relay_parent_offset = offset;
                // Scenarios are refused that reach further back.
                environment.oldest_relay_parent = environment.oldest_relay_parent.min(4 - offset);
            }
            Way::Groups(groups) => {
                let groups = Few::of(groups);
                environment.groups = Groups(groups.unwrap_or_default());
            }
            Way::Claims(claims, queue) => {
                environment.claims = claims;
                parameters.claim_queue = queue;
            }
            Way::Votes { silent, lying } => {
                parameters.validators = parameters.validators.min(7);
                environment.counted_votes = true;
                (environment.silent, environment.lying) = (silent, lying);
            }
            Way::Disputes { forks } => {
                parameters.validators = parameters.validators.min(7);
                environment.disputes = !adversary;
                environment.fork_depth = forks;
                // More than a third are refused.
                environment.lying = u8::from(!adversary && parameters.validators > 3);
            }
        }
        if environment.fork_depth > 0 || parameters.cores > 1 {
            environment.followed_validators = 0;
        }
    }

    /// FLT-13: the values drawn, with a window in which a candidate can be backed.
    fn reconfiguration(
        self,
        parameters: &Parameters,
        environment: &Environment,
    ) -> Option<Reconfiguration> {
        let Sessions::Reconfigured(drawn) = self.sessions else { return None };
        let least = environment.earliest_backing.max(parameters.relay_parent_offset + 1);
        let scheduling_lookahead = drawn.scheduling_lookahead.max(least);
        Some(Reconfiguration { scheduling_lookahead, ..drawn })
    }
}

fn wide() -> impl Strategy<Value = Wide> {
    let group = || prop_oneof![Just(Group::Online), Just(Group::Offline), Just(Group::Byzantine)];
    let claims = prop_oneof![Just(Claims::Shared), Just(Claims::Lapsing)];
    let queue = prop_oneof![Just(ClaimQueue::Computed), Just(ClaimQueue::Stored)];
    let way = prop_oneof![
        2 => Just(Way::None),
        3 => (1..=2u8).prop_map(Way::Forks),
        2 => (2..=3u8).prop_map(Way::Cores),
        1 => (1..=2u8).prop_map(Way::Offset),
        1 => (group(), group()).prop_map(|(a, b)| Way::Groups([a, b])),
        1 => (claims, queue).prop_map(|(claims, queue)| Way::Claims(claims, queue)),
        1 => (0..=1u8, 0..=1u8).prop_map(|(silent, lying)| Way::Votes { silent, lying }),
        1 => (0..=2u8).prop_map(|forks| Way::Disputes { forks }),
    ];
    (sessions(), way).prop_map(|(sessions, way)| Wide { sessions, way })
}

fn sessions() -> impl Strategy<Value = Sessions> {
    let values = (1..=4u8, 1..=6u8, 1..=8u8);
    let other = values.prop_map(|(lookahead, period, frequency)| Reconfiguration {
        scheduling_lookahead: lookahead,
        paras_availability_period: period,
        group_rotation_frequency: frequency,
    });
    prop_oneof![
        2 => Just(Sessions::One),
        1 => Just(Sessions::Many),
        2 => other.prop_map(Sessions::Reconfigured),
    ]
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
                relay_parent_offset: 0,
                cores: 1,
                claim_queue: ClaimQueue::Computed,
                upgrade_delay: 0,
                minimum_upgrade_delay: 0,
                upgrade_cooldown: 0,
                generation: Generation::AuraExt025,
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
                fork_depth: 0,
                session_changes: false,
                groups: Groups::default(),
                counted_votes: false,
                silent: 0,
                lying: 0,
                disputes: false,
                invalid_chains: false,
                claims: Claims::Bulk,
                collation_limits: false,
                upgrades: Upgrades::None,
                prechecks: Prechecks::Known,
                authorities: Authorities::default(),
                skipped_slots: 0,
            }
        },
    )
}
