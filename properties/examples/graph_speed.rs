//! One exploration, for a stopwatch: `graph_speed ENGINE MODEL THREADS` with the engine `graph`, `edges`
//! (the same with its edges kept), `stateright` or `rules` (no engine at all: every state's successors,
//! twice the states' worth), and the model `2pc-N` or a built-in scenario.

#[path = "../tests/models/mod.rs"]
mod models;

use std::fmt::Debug;
use std::hash::Hash;
use std::process::ExitCode;

use models::TwoPhase;
use stateright::{Checker, Model};
use unincluded_model::{Protocol, Scenario};
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
            let graph = explore(
                &Modelled::new(model),
                Exploration { threads, edges: false, ..Exploration::default() },
            );
            println!("{}", graph.transitions);
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
