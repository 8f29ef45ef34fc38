//! What must happen in the long run, and what it takes: every assumption is needed, and every rule that
//! keeps the chain alive is missed when it is off.

use unincluded_model::scenario::{Group, Groups};
use unincluded_model::{Action, Few, Protocol, Rule, Scenario, StaleView};
use unincluded_properties::catalogue::Promised;
use unincluded_properties::graph::System;
use unincluded_properties::graph::fairness::Fairness;
use unincluded_properties::long_run::{Kept, USUAL, long_run};
use unincluded_properties::outlook::{
    ADVANCES, ASSUMPTIONS, Must, Outlook, RESOLVES, fairness, progress,
};
use unincluded_properties::rates::{Conditions, Effort, rates};
use unincluded_properties::runs::Runs;
use unincluded_properties::search::Cut;
use unincluded_properties::{Lasso, Limits, Transition};

fn built_in(name: &str) -> Protocol {
    Protocol::new(Scenario::built_in(name).expect("built in"))
}

fn outlook(protocol: &Protocol) -> Outlook {
    let limits = Limits { states: Some(100_000), ..Limits::default() };
    Outlook::of(protocol, Effort { limits, ..Effort::default() })
}

/// Runs a lasso again: every action is possible, and the round leads back to where it began. The steps of
/// the round, as their transitions are judged.
fn replay(protocol: &Protocol, lasso: &Lasso<Action>, mut each: impl FnMut(&Transition, bool)) {
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut begins = lasso.stem.is_empty().then(|| state.clone());
    for (place, action) in lasso.stem.iter().chain(&lasso.cycle).enumerate() {
        let step = protocol.step_whole(&state, action).expect("possible");
        let outcome = Ok(&step.raw);
        let transition = Transition { protocol, before: &state, action, outcome };
        each(&transition, place >= lasso.stem.len());
        state = step.next;
        if place + 1 == lasso.stem.len() {
            begins = Some(state.clone());
        }
    }
    assert_eq!(begins, Some(state), "the round leads back");
}

fn fails(must: Must) -> Lasso<Action> {
    match must {
        Must::Fails { lasso, .. } => lasso,
        other => panic!("{other:?}"),
    }
}

/// Every promise of every scenario that is quick to look at is kept.
#[test]
fn the_long_run_of_every_small_scenario_is_as_promised() {
    let mut judged = 0;
    for name in Scenario::names() {
        let protocol = built_in(name);
        let limits = Limits { states: Some(41_000), ..Limits::default() };
        let effort = Effort { limits, threads: 2, latency: true };
        let outlook = Outlook::of(&protocol, effort);
        if outlook.cut_by().is_some() || outlook.size().1 > USUAL {
            continue;
        }
        let limits = Limits { states: Some(200_000), ..Limits::default() };
        for promise in long_run(&protocol, Effort { limits, ..effort }) {
            assert_eq!(promise.kept, Kept::Yes, "{} in {name}: {:?}", promise.id, promise.figure);
            judged += 1;
        }
    }
    assert!(judged > 100, "{judged}");
}

#[test]
#[ignore = "minutes: run once a night, in release"]
fn the_long_run_of_every_scenario_is_as_promised() {
    for name in Scenario::full_names() {
        for promise in long_run(&built_in(name), Effort { threads: 2, ..Effort::default() }) {
            assert_eq!(promise.kept, Kept::Yes, "{} in {name}", promise.id);
        }
    }
}

/// UPG-13: where new code may be known already, a second abort ends the para for ever, whatever is
/// assumed. INV-E2E-3 says "no aborted upgrade pending" for that reason, and is not claimed there.
#[test]
fn a_second_abort_ends_a_para_under_every_assumption() {
    let protocol = built_in("upgrade-known");
    assert!(long_run(&protocol, Effort::default()).iter().all(|one| one.id != ADVANCES.id));
    let lasso = fails(outlook(&protocol).decide(&ADVANCES, ADVANCES.assumes));
    replay(&protocol, &lasso, |t, again| assert!(!again || t.included().is_none()));
}

/// TIME-6: with an offset of two and L = 3 a block that is built one relay block late can never be backed. Who
/// is in time builds on it all the same, as it is the deepest, and so for nothing: a late collator now and
/// then stops the chain, under every assumption. INV-E2E-3 is not claimed there.
#[test]
fn with_one_chance_to_be_backed_late_collators_stop_the_chain() {
    let with = |offset: u8, stale_view: StaleView| {
        let mut scenario = Scenario::built_in("offset-two").expect("built in");
        scenario.parameters.unincluded_segment_capacity = 2;
        scenario.parameters.relay_parent_offset = offset;
        let e = &mut scenario.environment;
        e.stale_view = stale_view;
        (e.session_changes, e.equivocation, e.loss, e.unavailability) =
            (false, false, false, false);
        Protocol::new(scenario.checked("a small offset").expect("legal"))
    };
    let is_claimed = |protocol: &Protocol| Promised::of(protocol).any(|one| one.id == ADVANCES.id);
    let late = with(2, StaleView::Together);
    assert!(!is_claimed(&late));
    let lasso = fails(outlook(&late).decide(&ADVANCES, ADVANCES.assumes));
    let mut built = 0;
    replay(&late, &lasso, |t, again| {
        assert!(!again || t.included().is_none());
        built += usize::from(again && t.relay_block().is_none());
    });
    assert!(built > 1, "somebody is in time, and builds on what is dead");
    for protocol in [with(2, StaleView::Never), with(1, StaleView::Together)] {
        assert!(is_claimed(&protocol));
        let must = outlook(&protocol).decide(&ADVANCES, ADVANCES.assumes);
        assert_eq!(must, Must::Holds);
    }
    assert!(!is_claimed(&built_in("offset-two")) && is_claimed(&built_in("offset")));
}

/// Without an assumption, a run that keeps to all others breaks a claim in some scenario: none of them
/// is there for nothing, and none makes a claim hold of nothing.
#[test]
fn no_assumption_can_be_left_out() {
    let needed = [
        ("things-happen", "disputes", false),
        ("owners-build", "today", true),
        ("candidates-are-backed", "today", true),
        ("votes-arrive", "today", true),
        ("quorums-are-learnt", "siblings", true),
        ("blocks-are-recovered", "withholding", true),
        ("forks-end", "forks-sessions", true),
        ("claims-are-renewed", "lapse", true),
        ("invalid-blocks-end", "disputes-chains", true),
        ("upgrades-end", "upgrade-elastic", true),
        ("no-slot-is-skipped", "slots-12s", true),
    ];
    let named = |one: &str| needed.iter().any(|&(name, ..)| name == one);
    assert!(ASSUMPTIONS.iter().all(|one| named(one.name)), "an assumption that nobody looks at");
    for (name, scenario, of_advancing) in needed {
        let protocol = built_in(scenario);
        let outlook = outlook(&protocol);
        let claim = if of_advancing { ADVANCES } else { RESOLVES };
        assert_eq!(outlook.decide(&claim, claim.assumes), Must::Holds, "{scenario}");
        let rest: Vec<&str> = claim.assumes.iter().copied().filter(|&one| one != name).collect();
        assert_eq!(rest.len() + 1, claim.assumes.len(), "{name} is assumed");
        let lasso = fails(outlook.decide(&claim, &rest));
        let mut included = 0;
        replay(&protocol, &lasso, |t, again| {
            included += usize::from(again && t.included().is_some());
        });
        assert!(!of_advancing || included == 0 || name.ends_with("end"), "{name}: {included}");
    }
}

/// Assumptions are told apart by their names, and each one assumes something.
#[test]
fn every_assumption_assumes_something_else() {
    for (place, one) in ASSUMPTIONS.iter().enumerate() {
        let alone = fairness(&[one.name]);
        assert_ne!(alone, Fairness::default(), "{}", one.name);
        for other in &ASSUMPTIONS[..place] {
            assert_ne!(alone, fairness(&[other.name]), "{} and {}", one.name, other.name);
        }
        assert!(ADVANCES.assumes.contains(&one.name) && one.says.ends_with('.'), "{}", one.name);
    }
    assert_eq!(fairness(&["no such assumption"]), Fairness::default());
}

/// COLL-7 and SEG-4: a chain whose segment is full of what is dead never advances again.
#[test]
fn without_the_shortcut_or_pruning_the_chain_dies() {
    for (rule, scenario, stem) in
        [(Rule::Coll7, "withholding", 8), (Rule::Coll7, "astar-sync", 4), (Rule::Seg4, "today", 8)]
    {
        let protocol = built_in(scenario).without([rule]);
        let outlook = outlook(&protocol);
        let lasso = fails(outlook.decide(&ADVANCES, ADVANCES.assumes));
        assert_eq!(lasso.stem.len(), stem, "without {rule} in {scenario}");
        replay(&protocol, &lasso, |t, again| assert!(!again || t.included().is_none()));
    }
    let healthy = rates(&built_in("today").without([Rule::Seg4]), Conditions::Steady { delay: 3 });
    let blocks = healthy.blocks.expect("the relay chain goes on");
    assert_eq!(blocks.greatest.ratio.to_string(), "0", "without SEG-4 nothing goes on by itself");
}

/// TO-2: without timeouts a candidate whose votes never come is pending for ever.
#[test]
fn without_timeouts_a_candidate_is_pending_for_ever() {
    for scenario in ["withholding", "today"] {
        let protocol = built_in(scenario).without([Rule::To2]);
        let outlook = outlook(&protocol);
        let lasso = fails(outlook.decide(&RESOLVES, RESOLVES.assumes));
        let mut waits = 0;
        replay(&protocol, &lasso, |t, again| {
            assert!(!again || !t.before.main().pending.is_empty());
            waits += usize::from(again && t.relay_block().is_some());
        });
        assert!(waits > 0, "the relay chain grows");
    }
}

/// COLL-6: a fallback never stops a chain, so no promise that something must happen is broken without
/// the rule. What an owner that falls back builds is a sibling of what others have built on: with two blocks
/// on a relay parent that costs every fourth slot, for ever and without a fault.
#[test]
fn a_fallback_to_a_shallower_parent_stops_nothing_and_costs_the_full_rate() {
    for name in ["astar-sync", "withholding", "today", "2025-06"] {
        let protocol = built_in(name).without([Rule::Coll6]);
        for promise in long_run(&protocol, Effort::default()) {
            let costs = (name, promise.id) == ("2025-06", "INV-E2E-6");
            assert_eq!(promise.kept != Kept::Yes, costs, "{} in {name}", promise.id);
            let Kept::No(lasso, _) = &promise.kept else { continue };
            let (mut included, mut slots) = (0, 0);
            replay(&promise.network(&protocol), lasso, |t, again| {
                included += if again { t.enacted().len() } else { 0 };
                slots += usize::from(again && t.relay_block().is_some());
            });
            assert_eq!(4 * included, 3 * slots, "three blocks in four relay slots");
        }
    }
}

/// INCL-13: without it, what stood behind a candidate that failed stays, and is included later than any
/// candidate can be.
#[test]
fn without_the_drop_of_what_is_behind_inclusion_comes_too_late() {
    let mut scenario = Scenario::built_in("elastic").expect("built in");
    let p = &mut scenario.parameters;
    (p.cores, p.block_processing_velocity, p.unincluded_segment_capacity) = (2, 2, 2);
    (p.scheduling_lookahead, p.paras_availability_period, p.group_rotation_frequency) = (2, 2, 2);
    scenario.environment.stale_view = StaleView::Never;
    let protocol = Protocol::new(scenario.checked("two cores").expect("legal"));
    let judged = |protocol: &Protocol| {
        let promises = long_run(protocol, Effort::default());
        let latency = promises.into_iter().find(|one| one.id == "LATENCY").expect("promised");
        (latency.kept, latency.figure.expect("measured"))
    };
    assert_eq!(judged(&protocol), (Kept::Yes, "2 to 4 relay blocks, of 4".to_owned()));
    let without = protocol.without([Rule::Incl13]);
    let (kept, figure) = judged(&without);
    assert_eq!(figure, "2 to 5 relay blocks, of 4");
    let Kept::No(lasso, _) = kept else { panic!("{kept:?}") };
    // In every round an inclusion comes five relay blocks after its relay parent, and the round closes with
    // what candidates have waited.
    replay(&without, &lasso, |_, _| ());
    let runs = Runs::new(&without, Conditions::AsTheScenario, true);
    let mut moment = runs.starts().pop().expect("a start");
    let mut begins = None;
    let mut waits = Vec::new();
    for (place, &action) in lasso.stem.iter().chain(&lasso.cycle).enumerate() {
        if place == lasso.stem.len() {
            begins = Some(moment.clone());
        }
        let (next, event) = runs.step(&moment, action).expect("possible");
        waits.extend(begins.is_some().then_some(event.latency[1]));
        moment = next;
    }
    assert_eq!((begins, waits.into_iter().max()), (Some(moment), Some(5)));
}

/// TO-2: without timeouts a candidate can wait for longer than the model counts, which is no figure.
#[test]
fn a_latency_that_is_no_longer_counted_is_a_least_one() {
    let latency = |protocol: &Protocol| {
        let promises = long_run(protocol, Effort::default());
        promises.into_iter().find(|one| one.id == "LATENCY").expect("promised")
    };
    let protocol = built_in("withholding");
    assert_eq!(latency(&protocol).figure.as_deref(), Some("2 to 7 relay blocks, of 7"));
    let without = latency(&protocol.without([Rule::To2]));
    let figure = without.figure.expect("measured");
    assert_eq!(figure, "2 to at least 9 relay blocks, no bound seen, of 7");
    assert!(matches!(without.kept, Kept::No(..)), "again and again: {:?}", without.kept);
}

/// INV-E2E-4 is false where turns are shorter than the window (decision 0010): each new root block can
/// fall to a group that is offline.
#[test]
fn offline_groups_can_stop_a_chain_only_where_turns_are_shorter_than_the_window() {
    for (groups, turn, holds) in [
        (2, 1, true),
        (2, 2, false),
        (2, 3, true),
        (2, 4, true),
        (3, 1, false),
        (3, 2, false),
        (3, 3, true),
        (3, 4, true),
    ] {
        let mut scenario = Scenario::built_in("groups").expect("built in");
        scenario.parameters.group_rotation_frequency = turn;
        let all = [Group::Online, Group::Offline, Group::Offline];
        let some = Few::of(all[..groups].iter().copied()).expect("few");
        scenario.environment.groups = Groups(some);
        let protocol = Protocol::new(scenario);
        let must = outlook(&protocol).decide(&ADVANCES, ADVANCES.assumes);
        assert_eq!(must == Must::Holds, holds, "{groups} groups, F {turn}: {must:?}");
        if !holds {
            replay(&protocol, &fails(must), |t, again| assert!(!again || t.included().is_none()));
        }
    }
}

/// EMU-5 is why a healthy network with messages need not reach the full rate: validators refuse a valid
/// block whose watermark an unincluded ancestor had already, and collators build on what is refused
/// until it leaves the window.
#[test]
fn the_emulators_watermarks_alone_cost_blocks_where_messages_do_not_all_fit() {
    let range = |protocol: &Protocol| {
        let found = rates(protocol, Conditions::FewFaults { most: 0, window: 1 });
        let blocks = found.blocks.expect("runs for ever");
        (blocks.least.ratio.to_string(), blocks.greatest.ratio.to_string())
    };
    let protocol = built_in("messages-in");
    assert_eq!(range(&protocol), ("2/5".to_owned(), "1".to_owned()));
    let without = protocol.without([Rule::Emu3]);
    assert_eq!(range(&without), ("1".to_owned(), "1".to_owned()));
}

/// Where the model is full an owner could still build: that it does not is no run that is fair.
#[test]
fn a_model_that_is_full_breaks_no_claim() {
    let mut scenario = Scenario::built_in("astar-sync").expect("built in");
    scenario.environment = scenario.environment.healthy(1);
    let protocol = Protocol::new(scenario).without([Rule::Seg4, Rule::Seg5]);
    let outlook = outlook(&protocol);
    assert_eq!(outlook.cut_by(), Some(Cut::ModelIsFull));
    assert_eq!(outlook.decide(&ADVANCES, ADVANCES.assumes), Must::Inconclusive);
}

/// A scenario with a horizon, and a limit, prove nothing.
#[test]
fn what_is_not_seen_whole_never_holds() {
    let mut scenario = Scenario::built_in("withholding").expect("built in");
    scenario.horizon.actions = Some(6);
    let bounded = progress(&Protocol::new(scenario), Effort::default());
    assert!(bounded.cut_by.is_some());
    assert!(bounded.claims.iter().all(|(_, must)| *must == Must::Inconclusive), "{bounded:?}");
    let limits = Limits { states: Some(100), ..Limits::default() };
    let cut = progress(&built_in("withholding"), Effort { limits, ..Effort::default() });
    assert!(cut.claims.iter().all(|(_, must)| *must == Must::Inconclusive), "{cut:?}");
}
