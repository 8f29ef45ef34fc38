//! The kept runs are what their recipes find, hold on this build, and are shortest.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use unincluded_model::{Protocol, Scenario, State};
use unincluded_properties::progress::FaultFree;
use unincluded_properties::{Check, Property, Transition};
use unincluded_traces::corpus::{Goal, RECIPES, Recipe, all, readme};
use unincluded_traces::{Run, record, replay};

use crate::{parsed, text, written};

#[test]
fn every_kept_run_is_found_again_byte_by_byte() {
    for recipe in RECIPES {
        let run = recipe.run().unwrap_or_else(|error| panic!("{error}"));
        assert!(written(&run) == text(recipe.name), "{} is found otherwise now", recipe.name);
    }
}

#[test]
fn every_kept_run_is_replayed_and_ends_where_it_shows_what_it_shows() {
    for recipe in RECIPES {
        let run = parsed(text(recipe.name).as_bytes()).expect(recipe.name);
        let replayed = replay(&run).unwrap_or_else(|error| panic!("{}: {error}", recipe.name));
        assert_eq!(replayed.steps, run.steps.len());
        if let Goal::Slow(_) = recipe.goal {
            assert!(replayed.verdict.holds, "{}: no step of it is wrong", recipe.name);
        } else if let Some(lasso) = &run.header.lasso {
            assert_eq!(replayed.verdict.step, Some(lasso.stem), "{}", recipe.name);
        } else if recipe.property().is_some() {
            assert_eq!(replayed.verdict.step, Some(run.steps.len()), "{}", recipe.name);
        } else {
            assert!(replayed.verdict.holds, "{}", recipe.name);
        }
    }
}

#[test]
fn healthy_runs_include_two_blocks_and_nothing_is_refused() {
    for recipe in RECIPES.iter().filter(|recipe| matches!(recipe.goal, Goal::Healthy(_))) {
        let run = parsed(text(recipe.name).as_bytes()).expect(recipe.name);
        let heads = run.steps.iter().map(|step| step.then.as_ref().expect("taken").included.block);
        assert!(heads.collect::<BTreeSet<_>>().len() > 2, "{}", recipe.name);
    }
}

#[test]
fn the_corpus_is_what_the_recipes_name_and_its_page_says_so() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let files = std::fs::read_dir(&corpus).expect("the corpus is here");
    let files = files.map(|file| file.expect("readable").file_name().into_string().expect("UTF-8"));
    let mut expected: BTreeSet<String> = all().map(|(name, _)| format!("{name}.jsonl")).collect();
    expected.insert("README.md".to_owned());
    assert_eq!(files.collect::<BTreeSet<_>>(), expected);

    let runs: Vec<Run> = all().map(|(_, text)| parsed(text.as_bytes()).expect("kept")).collect();
    let page = std::fs::read_to_string(corpus.join("README.md")).expect("readable");
    assert!(page == readme(&runs), "the page is written otherwise now");
}

/// The dumb twin of the search: all runs that are one action shorter, level by level.
#[test]
fn no_shorter_run_shows_what_a_counterexample_shows() {
    for recipe in RECIPES {
        let Some(id) = recipe.property() else { continue };
        if matches!(recipe.goal, Goal::Endless(..) | Goal::Slow(_)) {
            continue;
        }
        let property = Property::find(id).expect("in the catalogue");
        let length = parsed(text(recipe.name).as_bytes()).expect(recipe.name).steps.len();
        assert_eq!(shortest(recipe, property, length), Some(length), "{}", recipe.name);
    }
}

fn shortest(recipe: &Recipe, property: &Property, most: usize) -> Option<usize> {
    let protocol = recipe.protocol().expect("a built-in scenario");
    let mut fault_free = FaultFree::usual(&protocol);
    let mut level = vec![protocol.canonical(&protocol.initial()).0];
    let mut seen: HashSet<State> = level.iter().cloned().collect();
    if level.iter().any(|state| is_bad(&protocol, property, state, &mut fault_free)) {
        return Some(0);
    }
    for length in 1..=most {
        let mut next = Vec::new();
        for before in &level {
            for action in protocol.actions(before) {
                let step = protocol.step_whole(before, &action);
                let outcome = step.as_ref().map(|step| &step.raw);
                let seen_step =
                    Transition { protocol: &protocol, before, action: &action, outcome };
                let shows = match property.check {
                    Check::Step(check) => check(&seen_step).is_err(),
                    Check::Witness(is_found) => is_found(&seen_step),
                    Check::State(_) | Check::NotWedged => false,
                };
                let state = step.map(|step| step.next);
                if shows
                    || state
                        .as_ref()
                        .is_ok_and(|state| is_bad(&protocol, property, state, &mut fault_free))
                {
                    return Some(length);
                }
                next.extend(state.ok().filter(|state| seen.insert(state.clone())));
            }
        }
        level = next;
    }
    None
}

fn is_bad(protocol: &Protocol, property: &Property, state: &State, rest: &mut FaultFree) -> bool {
    match property.check {
        Check::State(check) => check(protocol, state).is_err(),
        Check::NotWedged => rest.recovery(state).expect("narrow").best.is_none(),
        Check::Step(_) | Check::Witness(_) => false,
    }
}

/// With L = 1 only the fast path leaves time to back a candidate; a judge that waits for the
/// usual one would see the para stand still.
#[test]
fn the_shortest_lookahead_is_judged_on_the_fast_path() {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.parameters.scheduling_lookahead = 1;
    let run = record(&Protocol::new(scenario), Some("NOT-WEDGED"), "Nothing.", &[]);
    assert!(run.expect("no steps").verdict.verdict.holds);
}
