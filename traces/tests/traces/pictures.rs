//! What people see. Accept a change only when you can say what moved it.

use unincluded_model::economics::named::NamedDecay;
use unincluded_model::{Action, Protocol, Rule, Scenario};
use unincluded_traces::{explain, record, table};

use crate::{parsed, text};

fn pictured(name: &str) -> String {
    let run = parsed(text(name).as_bytes()).expect(name);
    let table = table(&run);
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{name}: {line}");
    }
    table
}

fn told(name: &str) -> String {
    let story = explain(&parsed(text(name).as_bytes()).expect(name));
    for line in story.lines() {
        assert!(line.chars().count() <= 100, "{name}: {line}");
    }
    story
}

#[test]
fn tables() {
    for name in [
        "astar-healthy",
        "astar-sync-healthy",
        "siblings-healthy",
        "withholding-healthy",
        "bandwidth-healthy",
        "astar-without-seg-5",
        "astar-with-seg-5-enforced-not-asked",
        "astar-without-coll-4",
        "astar-with-inh-1-timeouts-first",
        "astar-with-emit-1-global-counter-included",
        "astar-reaches-r-parent-evicted",
        "bandwidth-without-seg-8",
        "adversary-without-rpn-1-hook-2",
        "siblings-with-frag-5-first-seen",
        "forks-reaches-r-undone",
        "elastic-reaches-inv-rel-15",
        "disputes-reaches-r-frozen",
        "astar-for-ever-nobody-builds",
        "astar-for-ever-no-relay-block",
    ] {
        insta::assert_snapshot!(format!("table_{name}"), pictured(name));
    }
}

#[test]
fn stories() {
    for name in [
        "astar-healthy",
        "withholding-healthy",
        "astar-with-seg-5-enforced-not-asked",
        "astar-without-coll-7",
        "astar-with-emit-1-global-counter-included",
        "astar-with-inh-1-timeouts-first",
        "siblings-with-frag-5-first-seen",
        "astar-reaches-inv-seg-8",
        "forks-reaches-r-undone",
        "sessions-reaches-r-session-tail",
        "elastic-without-incl-4",
        "elastic-without-incl-13",
        "disputes-reaches-r-frozen",
        "astar-for-ever-without-coll-7",
        "astar-for-ever-nobody-votes",
    ] {
        insta::assert_snapshot!(format!("story_{name}"), told(name));
    }
}

/// Owners build on the usual path, and the relay chain takes what it can: the story of a few blocks.
fn told_of_blocks(protocol: &Protocol) -> String {
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut actions = Vec::new();
    for wants_block in [true, false].into_iter().cycle().take(16) {
        let offered = protocol.actions(&state);
        let is_wanted = |action: &&Action| match action {
            Action::Author(author) => wants_block && author.claim.is_honest(),
            Action::RelayBlock(_) => !wants_block,
            _ => false,
        };
        // The last relay block that is offered does the most.
        let Some(&action) = offered.iter().rev().find(is_wanted) else { continue };
        let Ok(step) = protocol.step_whole(&state, &action) else { continue };
        state = step.next;
        actions.push(action);
    }
    let run = record(protocol, None, "Some blocks.", &actions).expect("a run");
    assert!(run.steps.iter().all(|step| step.refused.is_none()));
    explain(&run)
}

/// INFL-14: every block is paid less than the one before, which is no deviation.
#[test]
fn a_reward_that_decays_is_no_deviation() {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.economics.decay = NamedDecay::Astar2026;
    let decaying = Protocol::new(scenario.checked("decay").expect("legal"));
    let story = told_of_blocks(&decaying);
    assert!(story.contains("P2") && !story.contains("issues"), "{story}");
    let story = told_of_blocks(&decaying.without([Rule::Emit1]));
    assert!(story.replace('\n', " ").contains("It issues nothing."), "{story}");
    let steady = Protocol::new(Scenario::built_in("astar").expect("built in"));
    assert!(!told_of_blocks(&steady).contains("issues"));
    let story = told_of_blocks(&steady.without([Rule::Emit1]));
    assert!(story.contains("It issues 0 planck"), "{story}");
}

#[test]
fn every_kept_run_fits_a_hundred_columns() {
    for (name, _) in unincluded_traces::corpus::all() {
        pictured(name);
        told(name);
    }
}
