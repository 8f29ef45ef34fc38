//! One exploration, for a stopwatch: `graph_speed ENGINE MODEL THREADS` with the engine `graph`, `edges`
//! (the same with its edges kept), `runs` (a scenario's, with what its steps are), `stateright` or
//! `rules` (no engine: how long it takes to say what follows from each state, and to forget it), and the model `2pc-N` or a built-in scenario.

#[path = "../tests/models/mod.rs"]
mod models;

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use models::TwoPhase;
use stateright::{Checker, Model};
use unincluded_model::{Protocol, Scenario};
use unincluded_properties::graph::hash::fingerprint;
use unincluded_properties::graph::{Exploration, Modelled, explore};
use unincluded_properties::runs::{Conditions, Runs};

/// The protocol as stateright would have it, with nothing to look at but its states.
#[derive(Clone, Debug)]
struct Bare(Protocol);

impl Model for Bare {
    type State = unincluded_model::State;
    type Action = unincluded_model::Action;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.0.canonical(&self.0.initial()).0]
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        actions.extend(self.0.actions(state));
    }

    fn next_state(&self, state: &Self::State, action: Self::Action) -> Option<Self::State> {
        self.0.step(state, &action).ok()
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        vec![stateright::Property::always("goes on", |_, _| true)]
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [engine, model, threads] = &arguments[..] else { return ExitCode::from(2) };
    let Ok(threads) = threads.parse() else { return ExitCode::from(2) };
    if let Some(Ok(managers)) = model.strip_prefix("2pc-").map(str::parse) {
        return go(engine, TwoPhase { managers }, threads);
    }
    let Some(scenario) = Scenario::built_in(model) else { return ExitCode::from(2) };
    let protocol = Protocol::new(scenario);
    if engine == "runs" {
        let runs = Runs::new(&protocol, Conditions::AsTheScenario, false);
        let graph = explore(&runs, Exploration { threads, ..Exploration::default() });
        println!("{} states, {} transitions", graph.len(), graph.transitions);
        return ExitCode::SUCCESS;
    }
    go(engine, Bare(protocol), threads)
}

fn go<M>(engine: &str, model: M, threads: usize) -> ExitCode
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Debug + Send + Sync,
    M::Action: Clone + PartialEq + Debug + Send + Sync,
{
    match engine {
        "graph" | "edges" => {
            let edges = engine == "edges";
            let how = Exploration { threads, edges, ..Exploration::default() };
            let graph = explore(&Modelled::new(model), how);
            let bytes = graph.memory_of_states() as f64 / graph.len() as f64;
            println!("{} states, {} transitions, {bytes:.1} bytes", graph.len(), graph.transitions);
        }
        "stateright" => {
            let checker = model.checker().threads(threads).spawn_bfs().join();
            println!(
                "{} states, {} generated",
                checker.unique_state_count(),
                checker.state_count()
            );
        }
        "rules" => {
            let mut states = model.init_states();
            let mut seen: HashSet<u64> = states.iter().map(fingerprint).collect();
            let (mut expanded, mut actions) = (0, Vec::new());
            while let Some(state) = states.get(expanded).cloned() {
                expanded += 1;
                model.actions(&state, &mut actions);
                let next = actions.drain(..).filter_map(|one| model.next_state(&state, one));
                states.extend(next.filter(|next| seen.insert(fingerprint(next))));
            }
            let (started, mut steps) = (Instant::now(), 0u64);
            for state in &states {
                model.actions(state, &mut actions);
                for action in actions.drain(..) {
                    steps += u64::from(black_box(model.next_state(state, action)).is_some());
                }
            }
            println!("{steps} transitions, {:.3} s", started.elapsed().as_secs_f64());
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
