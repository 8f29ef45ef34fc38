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
use unincluded_model::action::Dispute;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, ParaBlock, Protocol, RelayBlockPlan, Rule,
    Scenario, State, Variant,
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
fn evicted_agrees_in_every_state_near_the_start() {
    agree_on_all_of(&built_in("evicted"), 60, 3000);
}

#[test]
fn disputes_again_agrees_in_every_state() {
    assert!(agree_within("disputes-again", 40));
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
fn chains_of_invalid_blocks_agree_in_every_state_near_the_start() {
    agree_on_all_of(&built_in("disputes-chains"), 60, 250);
}

/// A candidate that became pending takes with it what is held on it and may not be chained, though what
/// is held on that may be: three blocks, the second of them with a relay parent out of scope.
#[test]
fn what_goes_with_a_newly_pending_candidate_agrees_in_every_state() {
    let network = "scheduling_lookahead = 2; paras_availability_period = 1; \
                   group_rotation_frequency = 1; validators = 3; block_processing_velocity = 2";
    let actors = "collator = 'lookahead'; lookahead_blocks = 2; followed_validators = 1; \
                  idle = false; loss = false; unavailability = false; stale_view = 'together'";
    assert!(agree_on_all_of(&scratch(network, actors), 60, usize::MAX));
}

/// The bits of a valid candidate while a dispute frees the two cores behind it: those of the last one
/// count as discarded as well.
#[test]
fn what_a_freed_chain_discards_agrees() {
    let network = "cores = 3; block_processing_velocity = 3; unincluded_segment_capacity = 7";
    let network = format!("{SMALL}; {network}; validators = 4");
    let actors = "disputes = true; invalid_chains = true; counted_votes = true; lying = 1";
    let protocol = scratch(&network, actors);
    let mut pair = Pair::new(&protocol);
    for core in 0..3 {
        let parent = BlockIndex(core);
        let invalid = core > 0;
        let author = Author { core, invalid, ..Author::honest(parent, Age::TIP) };
        pair = pair.after(&protocol, &Action::Author(author));
    }
    let back = Few::of([1, 2, 3].map(BlockIndex)).expect("there is room");
    let bits = Few::of([0, 0, 1].map(Bits::Count)).expect("there is room");
    for plan in [
        RelayBlockPlan { back, ..RelayBlockPlan::quiet(0) },
        RelayBlockPlan { bits, ..RelayBlockPlan::quiet(0) },
    ] {
        pair = pair.after(&protocol, &Action::RelayBlock(plan));
    }
    let against = Dispute { block: BlockIndex(2), against: 3 };
    for votes in [[0, 0, 0], [2, 0, 0], [2, 1, 1], [3, 1, 0]] {
        let bits = Few::of(votes.map(Bits::Count)).expect("there is room");
        let plan = RelayBlockPlan { bits, dispute: Some(against), ..RelayBlockPlan::quiet(0) };
        let action = Action::RelayBlock(plan);
        let agree = pair.agree_on(&protocol, &action).unwrap_or_else(|why| panic!("{why}"));
        assert!(agree, "{votes:?} is permitted");
        let next = pair.after(&protocol, &action);
        next.compare(&protocol).unwrap_or_else(|difference| panic!("{votes:?}\n{difference}"));
    }
}

// Upgrades of the code.

#[test]
fn an_upgrade_on_two_cores_agrees_in_every_state() {
    assert!(agree_within("upgrade-elastic", 60));
}

#[test]
fn upgrades_agree_in_every_state_near_the_start() {
    let names = ["upgrade", "upgrade-abort", "upgrade-known", "upgrade-forks", "upgrade-sessions"];
    for name in names.into_iter().chain(["upgrade-adversary"]) {
        agree_on_all_of(&built_in(name), 60, 1500);
    }
}

/// No wait at all, and no vote either; a vote that ends as it likes, on any code.
const UPGRADES: [(&str, &str); 2] = [
    ("", "upgrades = 'next-code'"),
    (
        "upgrade_delay = 1; minimum_upgrade_delay = 3; upgrade_cooldown = 2",
        "upgrades = 'any-code'; prechecks = 'divided'",
    ),
];

#[test]
fn upgrades_beside_any_other_fault_agree_in_every_state_near_the_start() {
    let two_cores = "cores = 2; block_processing_velocity = 2; unincluded_segment_capacity = 4";
    let adversary = "collator = 'adversary'; adversary_blocks = 2; oldest_relay_parent = 1";
    for (waits, upgrades) in UPGRADES {
        for (network, actors) in [
            ("", "stale_view = 'together'; session_changes = true"),
            ("", "fork_depth = 2; session_changes = true"),
            (two_cores, "equivocation = true"),
            ("", "claims = 'lapsing'; withholding = true"),
            ("relay_parent_offset = 1", "session_changes = true"),
            ("", "collator = 'lookahead'; stale_view = 'apart'"),
            ("relay_number_check = 'any'", &format!("{adversary}; fork_depth = 1")),
        ] {
            let network = format!("{SMALL}; {waits}; {network}");
            agree_on_all_of(&scratch(&network, &format!("{upgrades}; {actors}")), 60, 400);
        }
    }
}

// Queues of messages.

#[test]
fn messages_agree_in_every_state_near_the_start() {
    let names = Scenario::full_names().filter(|name| name.starts_with("messages"));
    for name in names {
        agree_on_all_of(&built_in(name), 60, 300);
    }
}

#[test]
fn queues_of_one_agree_in_every_state() {
    let faults = "delay = true; loss = true; unavailability = true";
    for queue in ["upward_limit", "outbound_capacity", "downward", "inbound"] {
        let protocol = queues(&format!("{queue} = 1"), faults);
        assert!(agree_on_all_of(&protocol, 60, usize::MAX), "{queue}");
    }
}

/// Queues, the smallest window, few faults and those that are named.
fn queues(lines: &str, actors: &str) -> Protocol {
    let few = "delay = false; loss = false; unavailability = false";
    let table = format!("[messages]\n{}\n", lines.replace("; ", "\n"));
    scratch_and(SMALL, &format!("{few}; {actors}"), &table)
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
            let place = block.index(pair.state.blocks.len());
            // A candidate that a validator knows to have its quorum cannot be one that never gets it.
            if *forever || pair.state.blocks[place].known_backable == 0 {
                pair.strike(BlockIndex(place as u8), fate);
            }
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
            // The twin has no authorities that are away, restart or change, today's velocity hook
            // alone, and no emission that changes.
            let names = !protocol.environment().authorities.is_empty();
            if names || protocol.stores_para_slots() || protocol.scenario().switch.is_some() {
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

/// The same for what a scenario without upgrades never asks.
fn telling_of_upgrades() -> Vec<Protocol> {
    let small = |waits: &str, actors: &str| scratch(&format!("{SMALL}; {waits}"), actors);
    let mut all: Vec<Protocol> = UPGRADES.map(|(waits, actors)| small(waits, actors)).into();
    all.push(built_in("upgrade-adversary"));
    let faultless = "delay = false; loss = false; unavailability = false; upgrades = 'next-code'";
    let waits = "upgrade_delay = 3; upgrade_cooldown = 1";
    all.push(small(waits, faultless));
    all.push(small(waits, &format!("{faultless}; prechecks = 'divided'")));
    all
}

/// The rules that nothing asks while a scenario has no queues of messages.
const OF_MESSAGES: [Rule; 13] = [
    Rule::Seg7,
    Rule::Msg1,
    Rule::Msg2,
    Rule::Msg4,
    Rule::Msg5,
    Rule::Msg6,
    Rule::Msg7,
    Rule::Msg8,
    Rule::Emu3,
    Rule::Emu4,
    Rule::Incl10,
    Rule::Incl11,
    Rule::Incl12,
];

/// The same for what a scenario without queues never asks.
fn telling_of_messages() -> Vec<Protocol> {
    let late = "stale_view = 'together'";
    vec![
        queues("upward_limit = 1; outbound_capacity = 1", late),
        queues("downward = 2", late),
        queues("inbound = 2; inbound_messages = 2", late),
        built_in("messages-elastic"),
        built_in("messages-in"),
    ]
}

/// Whether the twin, which always follows all rules as they are, disagrees with such a model of the
/// scenarios that tell of a rule.
fn is_noticed(rule: Rule, change: impl Fn(Protocol) -> Protocol) -> bool {
    let (telling, most) = match rule {
        _ if OF_UPGRADES.contains(&rule) => (telling_of_upgrades(), 1200),
        _ if OF_MESSAGES.contains(&rule) => (telling_of_messages(), 300),
        _ => (telling(), 1200),
    };
    telling.into_iter().any(|protocol| {
        let protocol = change(protocol);
        let mut seen: HashSet<State> = HashSet::new();
        let mut waiting = VecDeque::from([Pair::new(&protocol)]);
        while let Some(pair) = waiting.pop_front().filter(|_| seen.len() < most) {
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
    assert!(!is_noticed(Rule::Seg2, |protocol| protocol));
    assert!(!is_noticed(Rule::Upg1, |protocol| protocol));
    assert!(!is_noticed(Rule::Msg1, |protocol| protocol));
}

/// The rules of the switch: the twin has no emission that changes.
const OF_THE_SWITCH: [Rule; 6] =
    [Rule::Infl9, Rule::EconUpg2, Rule::EconUpg3, Rule::EconUpg5, Rule::EconUpg6, Rule::EconUpg8];

/// The rules that nothing asks while a scenario has no upgrades.
const OF_UPGRADES: [Rule; 11] = [
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
    let all = Rule::ALL.iter().copied().filter(|rule| !OF_THE_SWITCH.contains(rule));
    let unnoticed = all.filter(|&rule| !is_noticed(rule, |protocol| protocol.without([rule])));
    let masked = [
        Rule::Seg3,   // COLL-7: the collator never asks about the included head.
        Rule::Incl6b, // ARP-4, RPN-1 and HOOK-2 have ordered parent and child before.
        Rule::Incl10, // EMU-3: the emulator counts what is pending as well.
        Rule::Incl12, // EMU-3: the emulator takes no watermark that the relay chain would not.
    ];
    assert_eq!(unnoticed.collect::<Vec<_>>(), masked);
}

#[test]
fn the_twin_notices_each_variant() {
    // The twin names no authorities, and has no emission that changes.
    let is_known = |form: &Variant| {
        *form != Variant::AuthoritiesOfIncluded && !OF_THE_SWITCH.contains(&form.rule())
    };
    let all = Variant::ALL.iter().copied().filter(is_known);
    let unnoticed =
        all.filter(|&form| !is_noticed(form.rule(), |protocol| protocol.with_variants([form])));
    assert_eq!(unnoticed.collect::<Vec<_>>(), []);
}
