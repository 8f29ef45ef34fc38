//! The graph engine sees what stateright sees, finds shortest runs, and says the same on any number
//! of threads.

mod models;

use std::fmt::Debug;
use std::hash::Hash;

use models::{Counter, Synod, TwoPhase};
use stateright::{Checker, Model, Property};
use unincluded_properties::Limits;
use unincluded_properties::graph::judge::{Decided, judge};
use unincluded_properties::graph::{Exploration, Graph, Modelled, System, explore};
use unincluded_properties::search::Cut;

/// Explores a model whole.
fn whole<M>(model: M, threads: usize) -> Graph<(), u64>
where
    M: Model + Sync,
    M::State: Hash + Send + Sync,
{
    explore(&Modelled::new(model), Exploration { threads, ..Exploration::default() })
}

/// Unique states and generated states as stateright counts them, starts included.
fn by_stateright<M>(model: M) -> (usize, usize)
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Debug + Send + Sync,
    M::Action: Clone + PartialEq + Debug + Send + Sync,
{
    let checker = model.checker().threads(2).spawn_bfs().join();
    (checker.unique_state_count(), checker.state_count())
}

fn agree<M>(model: M)
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Debug + Send + Sync,
    M::Action: Clone + PartialEq + Debug + Send + Sync,
{
    let graph = whole(model.clone(), 1);
    assert!(graph.is_closed());
    let steps = graph.transitions as usize + 1;
    assert_eq!((graph.len(), steps), by_stateright(model));
}

#[test]
fn two_phase_commit_has_as_many_states_as_stateright_finds() {
    for managers in 1..=5 {
        agree(TwoPhase { managers });
    }
    assert_eq!(whole(TwoPhase { managers: 3 }, 1).len(), 288);
    assert_eq!(whole(TwoPhase { managers: 5 }, 1).len(), 8_832);
}

/// Without an invariant that is violated: stateright would stop there.
#[test]
fn paxos_and_a_locked_counter_have_as_many_states_as_stateright_finds() {
    agree(Synod { ballots: 2, careful: true });
    for threads in 1..=4 {
        agree(Counter { threads, locked: true });
    }
}

#[test]
#[ignore = "half a minute: run once a night, in release"]
fn two_phase_commit_of_eight_managers_has_the_known_size() {
    let graph = whole(TwoPhase { managers: 8 }, 2);
    // Stateright counts 18 507 778 generated states, the start among them.
    assert_eq!((graph.len(), graph.transitions + 1), (1_745_408, 18_507_778));
}

/// Numbers, parents, marks and edges are the same, whoever was fast.
#[test]
fn a_graph_does_not_depend_on_the_number_of_threads() {
    fn same<M>(model: &M)
    where
        M: Model + Clone + Sync,
        M::State: Hash + Send + Sync,
    {
        let one = whole(model.clone(), 1);
        for threads in [0, 2, 3, 7] {
            let other = whole(model.clone(), threads);
            assert_eq!((one.len(), &one.marks), (other.len(), &other.marks));
            let of = |graph: &Graph<(), u64>| graph.edges.as_ref().expect("kept").to.clone();
            assert_eq!(of(&one), of(&other));
            for state in (0..one.len() as u32).step_by(97) {
                assert_eq!(one.way_to(state), other.way_to(state));
            }
        }
    }
    same(&TwoPhase { managers: 6 });
    same(&Synod { ballots: 2, careful: false });
}

/// The level of a state is its distance, by a search that is as simple as can be.
#[test]
fn states_are_numbered_by_their_distance() {
    let modelled = Modelled::new(TwoPhase { managers: 4 });
    let graph = explore(&modelled, Exploration::default());
    let edges = graph.edges.as_ref().expect("kept");
    let mut distance = vec![u32::MAX; graph.len()];
    let mut queue = std::collections::VecDeque::from([0u32]);
    distance[0] = 0;
    while let Some(state) = queue.pop_front() {
        for place in edges.of(state) {
            let to = edges.to[place];
            if distance[to as usize] == u32::MAX {
                distance[to as usize] = distance[state as usize] + 1;
                queue.push_back(to);
            }
        }
    }
    for state in 0..graph.len() as u32 {
        assert_eq!(graph.depth_of(state), distance[state as usize]);
        let (start, run) = graph.run_to(&modelled, state).expect("a run");
        assert_eq!(run.len() as u32, distance[state as usize]);
        let end = run
            .iter()
            .fold(start, |here, &action| modelled.step(&here, action).expect("an effect").0);
        assert_eq!(graph.state(&modelled, state), Some(end));
    }
    assert_eq!(Some(&graph.depth()), distance.iter().max());
}

#[test]
fn violations_are_shortest_and_situations_are_found() {
    let careless = judge(Synod { ballots: 2, careful: false }, Limits::default(), 2);
    let (name, Decided::Violated(_, run)) = &careless.properties[0] else {
        panic!("{:?}", careless.properties)
    };
    // Two ballots: each prepares, is promised twice, proposes and is accepted twice.
    assert_eq!((*name, run.len()), ("one value is chosen", 12));
    let careful = judge(Synod { ballots: 2, careful: true }, Limits::default(), 1);
    assert_eq!(careful.properties[0].1, Decided::Holds);
    assert!(matches!(&careful.properties[1].1, Decided::Found(_, run) if run.len() == 6));

    let raced = judge(Counter { threads: 2, locked: false }, Limits::default(), 1);
    assert!(matches!(&raced.properties[0].1, Decided::Violated(_, run) if run.len() == 4));
    let locked = judge(Counter { threads: 3, locked: true }, Limits::default(), 1);
    let verdicts: Vec<_> = locked.properties.iter().map(|(_, verdict)| verdict).collect();
    assert_eq!(verdicts, [&Decided::Holds; 3]);
}

/// Bytes a state takes beside its edges and what waits, whatever is looked for in it.
#[test]
fn a_state_takes_no_more_than_twenty_four_bytes() {
    for (managers, states) in [(5, 8_832), (6, 50_816), (7, 296_448)] {
        let system = Modelled::new(TwoPhase { managers });
        let graph = explore(&system, Exploration { edges: false, ..Exploration::default() });
        assert_eq!(graph.len(), states);
        let bytes = graph.memory_of_states() as f64 / graph.len() as f64;
        assert!(bytes <= 24.0, "{bytes} bytes a state");
    }
}

/// States that point to more say so, and then it counts.
#[test]
fn what_waits_counts_with_what_it_points_to() {
    struct Heavy(Modelled<TwoPhase>, usize);
    impl System for Heavy {
        type State = models::TwoPhaseState;
        type Action = models::TwoPhaseAction;
        type Label = ();
        type Mark = ();
        fn starts(&self) -> Vec<Self::State> {
            self.0.starts()
        }
        fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
            self.0.actions(state, actions);
        }
        fn step(&self, state: &Self::State, action: Self::Action) -> Option<(Self::State, ())> {
            self.0.step(state, action)
        }
        fn mark(&self, _: &Self::State) {}
        fn held(&self, _: &Self::State) -> usize {
            self.1
        }
    }
    let memory = 1 << 20;
    let limits = Limits { memory: Some(memory), ..Limits::default() };
    let how = Exploration { limits, edges: false, ..Exploration::default() };
    let of = |held| explore(&Heavy(Modelled::new(TwoPhase { managers: 5 }), held), how);
    assert!(of(100).is_closed());
    let cut = of(1_000);
    assert_eq!(cut.cut_by, Some(Cut::Memory(memory)));
    assert!(cut.memory() < memory, "what waits is most of it");
}

/// A limit is one to the state: what was seen is the beginning of what there is, on any number of
/// threads.
#[test]
fn a_limit_of_states_is_kept_to_the_state() {
    let all = whole(TwoPhase { managers: 4 }, 1);
    for most in [1, 2, 57, all.len() - 1] {
        for threads in [1, 3] {
            let limits = Limits { states: Some(most), ..Limits::default() };
            let how = Exploration { limits, threads, ..Exploration::default() };
            let graph = explore(&Modelled::new(TwoPhase { managers: 4 }), how);
            assert_eq!((graph.len(), graph.cut_by), (most, Some(Cut::States(most))));
            let marks = all.marks.iter().filter(|&(_, &first)| (first as usize) < most);
            assert!(graph.marks.iter().eq(marks));
            assert!(graph.expanded < most);
            let (some, of_all) = (graph.edges.expect("kept"), all.edges.as_ref().expect("kept"));
            assert_eq!(some.to[..], of_all.to[..some.to.len()]);
        }
    }
    let limits = Limits { states: Some(all.len()), ..Limits::default() };
    let how = Exploration { limits, ..Exploration::default() };
    assert!(explore(&Modelled::new(TwoPhase { managers: 4 }), how).is_closed());
}

/// What ends an exploration ends it at one state, whatever other threads have seen by then; and nothing
/// behind it is known.
#[test]
fn an_exploration_ends_at_the_same_state_on_any_number_of_threads() {
    let all_commit = |mark: u64| mark & 2 != 0;
    let ended = |threads| {
        let how = Exploration { threads, stops: all_commit, ..Exploration::default() };
        explore(&Modelled::new(TwoPhase { managers: 6 }), how)
    };
    let one = ended(1);
    assert_eq!(one.cut_by, Some(Cut::Verdict));
    let last = one.len() as u32 - 1;
    assert!(one.marks.iter().any(|(&mark, &first)| all_commit(mark) && first == last));
    for threads in [2, 3, 7] {
        for _ in 0..5 {
            let other = ended(threads);
            assert_eq!((one.len(), one.expanded), (other.len(), other.expanded));
            assert_eq!((&one.marks, one.transitions), (&other.marks, other.transitions));
            let of = |graph: &Graph<(), u64>| graph.edges.as_ref().expect("kept").to.clone();
            assert_eq!(of(&one), of(&other));
            let system = Modelled::new(TwoPhase { managers: 6 });
            assert!(other.state(&system, last) == one.state(&system, last));
            // A state that was not seen by then is not known, whoever came across it.
            let whole = whole(TwoPhase { managers: 6 }, 1);
            let beyond = whole.state(&system, last + 1).expect("it was cut");
            assert!(!other.knows(&system, &beyond));
        }
    }
}

#[test]
fn limits_of_memory_and_time_are_no_verdict() {
    for limits in [
        Limits { memory: Some(1 << 20), ..Limits::default() },
        Limits { time: Some(std::time::Duration::ZERO), ..Limits::default() },
    ] {
        let judged = judge(TwoPhase { managers: 7 }, limits, 2);
        assert!(!judged.graph.is_closed() && judged.graph.len() < 296_448);
        assert_eq!(judged.properties[2].1, Decided::Inconclusive);
    }
}

/// A walk on numbers that panics, or whose property does.
#[derive(Clone, Copy, Debug)]
struct Walk {
    panics_in_step: Option<u32>,
    panics_in_property: Option<u32>,
}

impl Model for Walk {
    type State = u32;
    type Action = u32;

    fn init_states(&self) -> Vec<u32> {
        vec![1]
    }

    fn actions(&self, _: &u32, actions: &mut Vec<u32>) {
        actions.extend([2, 3]);
    }

    fn next_state(&self, state: &u32, action: u32) -> Option<u32> {
        let next = state * action;
        assert!(Some(next) != self.panics_in_step, "fell over {next}");
        (next < 1000).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("small", |walk: &Walk, state| {
            assert!(Some(*state) != walk.panics_in_property, "could not look at {state}");
            *state < 1000
        })]
    }
}

#[test]
fn a_panic_is_told_with_the_run_to_it() {
    let fine = Walk { panics_in_step: None, panics_in_property: None };
    let step = judge(Walk { panics_in_step: Some(24), ..fine }, Limits::default(), 2);
    let (panic, run) = step.panic.expect("a panic");
    assert_eq!((panic.message.as_str(), run), ("fell over 24", vec![2, 2, 2, 3]));
    assert_eq!(step.properties[0].1, Decided::Inconclusive);

    for threads in [1, 2, 5] {
        let walk = Walk { panics_in_property: Some(18), ..fine };
        let property = judge(walk, Limits::default(), threads);
        let (panic, run) = property.panic.expect("a panic");
        assert_eq!((panic.message.as_str(), run), ("could not look at 18", vec![2, 3, 3]));
    }

    assert!(judge(fine, Limits::default(), 1).panic.is_none());
}
