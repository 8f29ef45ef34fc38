//! The model counts everything from the tip and forgets; its twin in [`naive`] counts from genesis
//! and keeps everything. Here they run side by side, and agree on every action and every state.
//!
//! The twin keeps relay slots, and skipped ones with them, and compares slots where the rules
//! compare slots. The model keeps relay parents alone. So this is also the test that forgetting
//! slots is exact while there is one relay branch, and the same for relay numbers, MostRecentContext, the older
//! entries of segments, and every block that left the tree.

mod naive;
mod scenarios;

use std::collections::{BTreeMap, HashSet, VecDeque};

use naive::pair::Pair;
use proptest::prelude::*;
use proptest::sample::Index;
use unincluded_model::{
    Action, BlockIndex, ParaBlock, Protocol, RelayBlockPlan, Rule, Scenario, State, Variant,
};

/// A built-in scenario with all its rules.
fn built_in(name: &str) -> Protocol {
    Protocol::new(Scenario::built_in(name).expect("a built-in scenario"))
}

/// A scenario of these tests alone: an Astar-like network with every fault of the relay chain, less
/// or more what is said here as `key = value`, the later line instead of the earlier.
fn scratch(protocol: &str, environment: &str) -> Protocol {
    scratch_and(protocol, environment, "")
}

/// The same where sessions end, and a configuration with other L, P and F may begin.
fn reconfigured([l, p, f]: [u8; 3], protocol: &str, environment: &str) -> Protocol {
    let other = format!(
        "[reconfiguration]\nscheduling_lookahead = {l}\nparas_availability_period = {p}\n\
         group_rotation_frequency = {f}\n"
    );
    scratch_and(protocol, &format!("session_changes = true; {environment}"), &other)
}

fn scratch_and(protocol: &str, environment: &str, other: &str) -> Protocol {
    let merged = |base: &str, other: &str| {
        let lines = base.lines().chain(other.split(';')).map(str::trim);
        let pairs = lines.filter_map(|line| line.split_once('='));
        let keys: BTreeMap<&str, &str> =
            pairs.map(|(key, value)| (key.trim(), value.trim())).collect();
        keys.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join("\n")
            + "\n"
    };
    let network = "
        unincluded_segment_capacity = 3
        block_processing_velocity = 1
        relay_number_check = 'monotonic'
        scheduling_lookahead = 3
        paras_availability_period = 4
        group_rotation_frequency = 4
        para_slot_ms = 6000
        validators = 600";
    let actors = "
        collator = 'slot-based'
        earliest_backing = 1
        idle = true
        delay = true
        loss = true
        unavailability = true";
    let text = format!(
        "name = 'scratch'\nabout = 'one of these tests'\n[protocol]\n{}[economics]\n\
         total_issuance = '8304517045391557672991818108'\ninflation = 'astar-2025-04'\n\
         calendar = 'astar-6s'\n[environment]\n{}{other}",
        merged(network, protocol),
        merged(actors, environment),
    );
    Protocol::new(Scenario::parse("scratch", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// The smallest window: L 2, P 2, F 2, C 2.
const SMALL: &str = "scheduling_lookahead = 2; paras_availability_period = 2; \
                     group_rotation_frequency = 2; unincluded_segment_capacity = 2";

/// Forks that live long enough for one to include what is disputed, with few other faults.
const DISPUTED_FORKS: &str = "disputes = true; lying = 1; fork_depth = 2; idle = false; \
                              delay = false; loss = false; unavailability = false";

/// Every state within `depth` actions of the start, each with one world that it stands for: the
/// two agree on every conceivable action, and on the state after it. Returns whether that is all
/// there is.
fn agree_within(name: &str, depth: u32) -> bool {
    agree_on_all_of(&built_in(name), depth, usize::MAX)
}

/// The same for the first `most` states.
fn agree_on_all_of(protocol: &Protocol, depth: u32, most: usize) -> bool {
    let start = Pair::new(protocol);
    start.compare(protocol).unwrap_or_else(|difference| panic!("{difference}"));
    let mut seen: HashSet<State> = HashSet::from([start.state.clone()]);
    let mut level = vec![start];
    for _ in 0..depth {
        let mut next_level = Vec::new();
        for pair in &level {
            let permitted = pair.agree_on_everything(protocol);
            for action in permitted.unwrap_or_else(|difference| panic!("{difference}")) {
                let next = pair.after(protocol, &action);
                next.compare(protocol).unwrap_or_else(|difference| {
                    panic!("after {action:?}\n{difference}\nbefore:\n{pair}");
                });
                if seen.len() < most && seen.insert(next.state.clone()) {
                    next_level.push(next);
                }
            }
        }
        level = next_level;
    }
    eprintln!("{} states, {} left", seen.len(), level.len());
    level.is_empty() && seen.len() < most
}

#[test]
fn astar_sync_agrees_in_every_state() {
    assert!(agree_within("astar-sync", 30));
}

#[test]
fn astar_agrees_in_every_state() {
    assert!(agree_within("astar", 40));
}

#[test]
fn withholding_agrees_in_every_state() {
    assert!(agree_within("withholding", 20));
}

#[test]
fn lookahead_agrees_in_every_state_near_the_start() {
    agree_within("lookahead", 9);
}

#[test]
fn siblings_agrees_in_every_state_near_the_start() {
    agree_within("siblings", 10);
}

#[test]
fn bandwidth_agrees_in_every_state_near_the_start() {
    agree_within("bandwidth", 9);
}

#[test]
fn adversary_agrees_in_every_state_near_the_start() {
    agree_within("adversary", 8);
}

// Sessions, the offset, several cores.

#[test]
fn sessions_agree_in_every_state() {
    let protocol = scratch("group_rotation_frequency = 10", "session_changes = true");
    assert!(agree_on_all_of(&protocol, 60, usize::MAX));
}

#[test]
fn sessions_with_late_views_agree_in_every_state() {
    let protocol = scratch("", "session_changes = true; stale_view = 'together'");
    assert!(agree_on_all_of(&protocol, 60, usize::MAX));
}

#[test]
fn an_offset_of_one_agrees_in_every_state() {
    let network = "relay_parent_offset = 1; unincluded_segment_capacity = 4";
    assert!(agree_on_all_of(&scratch(network, "session_changes = true"), 60, usize::MAX));
}

#[test]
fn an_offset_of_two_agrees_in_every_state() {
    let network = "relay_parent_offset = 2; unincluded_segment_capacity = 5";
    assert!(agree_on_all_of(&scratch(network, "session_changes = true"), 60, usize::MAX));
}

#[test]
fn two_cores_agree_in_every_state() {
    let network = "cores = 2; block_processing_velocity = 2; unincluded_segment_capacity = 5";
    assert!(agree_on_all_of(&scratch(&format!("{SMALL}; {network}"), ""), 60, usize::MAX));
}

#[test]
fn three_cores_agree_in_every_state_near_the_start() {
    let network = "cores = 3; block_processing_velocity = 3; unincluded_segment_capacity = 7";
    agree_on_all_of(&scratch(&format!("{SMALL}; {network}"), ""), 60, 1500);
}

#[test]
fn two_cores_and_sessions_agree_in_every_state_near_the_start() {
    let network = "cores = 2; block_processing_velocity = 2; unincluded_segment_capacity = 5";
    let faults = "session_changes = true; equivocation = true";
    agree_on_all_of(&scratch(&format!("{SMALL}; {network}"), faults), 60, 1500);
}

#[test]
fn two_cores_and_an_offset_agree_in_every_state_near_the_start() {
    let network = "cores = 2; block_processing_velocity = 2; unincluded_segment_capacity = 5; \
                   relay_parent_offset = 1; scheduling_lookahead = 3";
    agree_on_all_of(&scratch(&format!("{SMALL}; {network}"), "session_changes = true"), 60, 1500);
}

// Other configurations. The network's own L, P and F are 3, 4 and 4 where a test says nothing else.

#[test]
fn reconfiguration_agrees_in_every_state() {
    assert!(agree_within("reconfiguration", 30));
}

#[test]
fn a_window_that_grows_agrees_in_every_state() {
    let late = "stale_view = 'together'";
    assert!(agree_on_all_of(&reconfigured([4, 2, 3], SMALL, late), 60, usize::MAX));
}

#[test]
fn timeouts_that_are_checked_always_on_one_side_only_agree_in_every_state() {
    for (own, other) in [([2, 5], [4, 3]), ([4, 3], [2, 5]), ([1, 6], [3, 2])] {
        let [period, frequency] = own;
        let network = format!(
            "{SMALL}; paras_availability_period = {period}; group_rotation_frequency = {frequency}"
        );
        let protocol = reconfigured([2, other[0], other[1]], &network, "");
        assert!(agree_on_all_of(&protocol, 60, usize::MAX));
    }
}

#[test]
fn the_last_chance_in_a_new_window_agrees_in_every_state() {
    for lookahead in [1, 3] {
        let protocol = reconfigured([lookahead, 2, 2], SMALL, "loss = false");
        assert!(agree_on_all_of(&protocol, 60, usize::MAX));
    }
}

#[test]
fn configurations_that_differ_in_nothing_agree_in_every_state() {
    assert!(agree_on_all_of(&reconfigured([2, 2, 2], SMALL, ""), 60, usize::MAX));
}

#[test]
fn a_new_window_that_some_see_late_agrees_in_every_state_near_the_start() {
    for lookahead in [1, 2, 4] {
        let protocol = reconfigured([lookahead, 2, 3], "", "stale_view = 'apart'");
        agree_on_all_of(&protocol, 60, 1500);
    }
}

#[test]
fn forks_and_another_configuration_agree_in_every_state_near_the_start() {
    for view in ["never", "together", "apart"] {
        let actors = format!("fork_depth = 1; stale_view = '{view}'");
        agree_on_all_of(&reconfigured([3, 3, 2], SMALL, &actors), 60, 1000);
    }
}

#[test]
fn an_offset_and_another_configuration_agree_in_every_state_near_the_start() {
    let network = "relay_parent_offset = 1; unincluded_segment_capacity = 4";
    let late = "stale_view = 'apart'";
    agree_on_all_of(&reconfigured([2, 3, 3], network, late), 60, 2500);
}

#[test]
fn groups_and_another_configuration_agree_in_every_state() {
    let actors = "groups = ['online', 'offline']";
    for rotation in [1, 3] {
        let protocol = reconfigured([3, 2, rotation], SMALL, actors);
        assert!(agree_on_all_of(&protocol, 60, usize::MAX));
    }
}

#[test]
fn fragment_chains_in_another_configuration_agree_in_every_state_near_the_start() {
    let actors = "followed_validators = 1; equivocation = true";
    agree_on_all_of(&reconfigured([1, 2, 2], SMALL, actors), 60, 1500);
}

#[test]
fn an_adversary_in_another_configuration_agrees_in_every_state_near_the_start() {
    let actors = "collator = 'adversary'; adversary_blocks = 2; oldest_relay_parent = 2";
    agree_on_all_of(&reconfigured([3, 3, 3], SMALL, actors), 60, 1500);
}

// Relay forks.

#[test]
fn shallow_forks_agree_in_every_state_near_the_start() {
    agree_on_all_of(&scratch("", "fork_depth = 1"), 60, 1500);
}

#[test]
fn deeper_forks_agree_in_every_state_near_the_start() {
    agree_on_all_of(&scratch(SMALL, "fork_depth = 2"), 60, 1500);
}

#[test]
fn forks_and_sessions_agree_in_every_state_near_the_start() {
    agree_on_all_of(&scratch(SMALL, "fork_depth = 1; session_changes = true"), 60, 1500);
}

#[test]
fn forks_seen_late_agree_in_every_state_near_the_start() {
    for view in ["together", "apart"] {
        let actors = format!("fork_depth = 1; stale_view = '{view}'");
        agree_on_all_of(&scratch(SMALL, &actors), 60, 1000);
    }
}

#[test]
fn a_lookahead_collator_on_forks_agrees_in_every_state_near_the_start() {
    agree_on_all_of(&scratch(SMALL, "fork_depth = 2; collator = 'lookahead'"), 60, 1500);
}

#[test]
fn an_adversary_on_forks_agrees_in_every_state_near_the_start() {
    for check in ["any", "monotonic", "strict"] {
        let network = format!("{SMALL}; relay_number_check = '{check}'");
        let actors = "fork_depth = 2; collator = 'adversary'; adversary_blocks = 3";
        agree_on_all_of(&scratch(&network, actors), 60, 1000);
    }
}

// Claims, groups, votes and disputes.

#[test]
fn a_shared_core_agrees_in_every_state() {
    for queue in ["computed", "stored"] {
        let network = format!("claim_queue = '{queue}'");
        let actors = "claims = 'shared'; session_changes = true";
        assert!(agree_on_all_of(&scratch(&network, actors), 60, usize::MAX));
    }
}

#[test]
fn a_lapsing_core_agrees_in_every_state() {
    assert!(agree_on_all_of(&scratch("", "claims = 'lapsing'"), 60, usize::MAX));
}

#[test]
fn groups_agree_in_every_state() {
    for groups in ["['online', 'offline']", "['offline', 'byzantine', 'online']"] {
        let network = "paras_availability_period = 2; group_rotation_frequency = 2";
        let protocol = scratch(network, &format!("groups = {groups}; session_changes = true"));
        assert!(agree_on_all_of(&protocol, 60, usize::MAX));
    }
}

#[test]
fn counted_votes_agree_in_every_state() {
    for validators in [6, 7] {
        let network = format!("{SMALL}; validators = {validators}");
        let actors = "counted_votes = true; silent = 1; lying = 1";
        assert!(agree_on_all_of(&scratch(&network, actors), 60, usize::MAX));
    }
}

#[test]
fn counted_votes_on_two_cores_agree_in_every_state_near_the_start() {
    let network = format!("{SMALL}; cores = 2; block_processing_velocity = 2; validators = 4");
    let actors = "counted_votes = true; lying = 1";
    agree_on_all_of(&scratch(&network, actors), 60, 1000);
}

#[test]
fn disputes_on_forks_agree_in_every_state() {
    let network = format!("{SMALL}; validators = 4");
    assert!(agree_on_all_of(&scratch(&network, DISPUTED_FORKS), 60, usize::MAX));
}

#[test]
fn disputes_on_two_cores_agree_in_every_state_near_the_start() {
    let network = "cores = 2; block_processing_velocity = 2; unincluded_segment_capacity = 3";
    let network = format!("{SMALL}; {network}; validators = 6");
    let actors = "disputes = true; counted_votes = true; lying = 1";
    agree_on_all_of(&scratch(&network, actors), 60, 600);
}

#[test]
fn collation_limits_agree_in_every_state_near_the_start() {
    let actors = "collation_limits = true; equivocation = true";
    agree_on_all_of(&scratch("", actors), 60, 1500);
}

/// One choice of a walk: which of the possible actions, how many slots were skipped if it is a
/// relay block, and rarely which block a fault befalls.
type Choice = (Index, u8, Option<(Index, bool)>);

fn walks(length: usize) -> impl Strategy<Value = Vec<Choice>> {
    let fault = proptest::option::weighted(0.02, (any::<Index>(), any::<bool>()));
    proptest::collection::vec((any::<Index>(), 0..=2u8, fault), length)
}

/// Every `nth` step of a walk looks at every conceivable action.
fn walk_agrees(protocol: &Protocol, choices: &[Choice], nth: usize) -> Result<(), TestCaseError> {
    let mut pair = Pair::new(protocol);
    for (step, (choice, skipped_slots, fault)) in choices.iter().enumerate() {
        if let Some((block, forever)) = fault {
            let fate = if *forever { ParaBlock::NEVER_AVAILABLE } else { ParaBlock::LOST };
            pair.strike(BlockIndex(block.index(pair.state.blocks.len()) as u8), fate);
        }
        if step % nth == 0 {
            pair.agree_on_everything(protocol).map_err(TestCaseError::fail)?;
        }
        let actions = protocol.actions(&pair.state);
        let mut permitted = Vec::new();
        for action in actions {
            if pair.agree_on(protocol, &action).map_err(TestCaseError::fail)? {
                permitted.push(action);
            }
        }
        prop_assert!(!permitted.is_empty(), "nothing is possible:\n{pair}");
        let action = match permitted[choice.index(permitted.len())] {
            Action::RelayBlock(plan) => {
                Action::RelayBlock(RelayBlockPlan { skipped_slots: *skipped_slots, ..plan })
            }
            other => other,
        };
        let next = pair.after(protocol, &action);
        next.compare(protocol).map_err(|difference| {
            TestCaseError::fail(format!("after {action:?}\n{difference}\nbefore:\n{pair}"))
        })?;
        pair = next;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn a_long_walk_in_every_scenario_agrees(choices in walks(240)) {
        for name in Scenario::full_names() {
            let protocol = built_in(name);
            // The twin has no queues of messages, nothing on an invalid block, no upgrades, no
            // authorities that are away or restart, and today's velocity hook alone.
            let knows_all = protocol.messages().is_off()
                && !protocol.follows_code()
                && !protocol.environment().invalid_chains
                && protocol.environment().authorities.is_empty()
                && !protocol.stores_para_slots();
            if !knows_all {
                continue;
            }
            walk_agrees(&protocol, &choices, 10)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_under_any_legal_parameters_agrees(
        scenario in scenarios::legal(),
        choices in walks(200),
    ) {
        walk_agrees(&Protocol::new(scenario), &choices, 10)?;
    }
}

/// The scenarios in which a change of a rule shows, each small enough to be seen near its start.
fn telling() -> Vec<Protocol> {
    let names = ["withholding", "siblings", "bandwidth", "lookahead", "astar", "adversary"];
    let small = |network: &str, actors: &str| scratch(&format!("{SMALL}; {network}"), actors);
    let two_cores = "cores = 2; block_processing_velocity = 2; unincluded_segment_capacity = 4";
    let honest_votes = "disputes = true; counted_votes = true";
    let mut all: Vec<Protocol> = names.into_iter().map(built_in).collect();
    all.extend([
        small("", "session_changes = true"),
        reconfigured([3, 2, 2], SMALL, ""),
        small("relay_parent_offset = 1", "collator = 'adversary'; adversary_blocks = 2"),
        small(two_cores, ""),
        small("", "fork_depth = 1"),
        scratch("", "claims = 'lapsing'"),
        small("", "groups = ['online', 'offline']"),
        small("validators = 4", DISPUTED_FORKS),
        small(&format!("{two_cores}; validators = 4"), honest_votes),
        small("", "collation_limits = true; equivocation = true"),
    ]);
    all
}

/// Whether the twin, which always follows all rules as they are, disagrees with such a model.
fn is_noticed(change: impl Fn(Protocol) -> Protocol) -> bool {
    telling().into_iter().any(|protocol| {
        let protocol = change(protocol);
        let mut seen: HashSet<State> = HashSet::new();
        let mut waiting = VecDeque::from([Pair::new(&protocol)]);
        while let Some(pair) = waiting.pop_front().filter(|_| seen.len() < 1200) {
            let Ok(permitted) = pair.agree_on_everything(&protocol) else { return true };
            for action in permitted {
                let next = pair.after(&protocol, &action);
                if next.compare(&protocol).is_err() {
                    return true;
                }
                if seen.insert(next.state.clone()) {
                    waiting.push_back(next);
                }
            }
        }
        false
    })
}

#[test]
fn the_twin_has_nothing_to_notice_while_all_rules_are_in_force() {
    assert!(!is_noticed(|protocol| protocol));
}

/// The rules that nothing asks while a scenario has no upgrades, nor the switch that one of them
/// brings; the twin does not know them.
const OF_UPGRADES: [Rule; 17] = [
    Rule::Infl9,
    Rule::EconUpg2,
    Rule::EconUpg3,
    Rule::EconUpg5,
    Rule::EconUpg6,
    Rule::EconUpg8,
    Rule::Upg1,
    Rule::Upg4,
    Rule::Upg5,
    Rule::Upg6,
    Rule::Incl9,
    Rule::Upg10,
    Rule::Upg11,
    Rule::Upg12,
    Rule::Upg13,
    Rule::Upg14,
    Rule::Upg15,
];

#[test]
fn the_twin_notices_each_rule_that_is_switched_off_alone_unless_another_masks_it() {
    let all = Rule::ALL.iter().copied().filter(|rule| !OF_UPGRADES.contains(rule));
    let unnoticed = all.filter(|&rule| !is_noticed(|protocol| protocol.without([rule])));
    let masked = [
        Rule::Seg3,   // COLL-7: the collator never asks about the included head.
        Rule::Incl6b, // ARP-4, RPN-1 and HOOK-2 have ordered parent and child before.
    ];
    assert_eq!(unnoticed.collect::<Vec<_>>(), masked);
}

#[test]
fn the_twin_notices_each_variant() {
    let all = Variant::ALL.iter().copied().filter(|form| !OF_UPGRADES.contains(&form.rule()));
    let unnoticed = all.filter(|&form| !is_noticed(|protocol| protocol.with_variants([form])));
    assert_eq!(unnoticed.collect::<Vec<_>>(), []);
}
