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

/// A random system that ends, panics or crowds its fingerprints in one place now and then.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    states: u64,
    steps: u64,
    seed: u64,
    starts: u64,
    /// Whether all fingerprints share their last bits.
    crowded: bool,
    /// The state at which the exploration ends.
    ends_at: u64,
    /// The state that panics when it is expanded.
    panics_at: u64,
}

impl Drawn {
    const END: u8 = 200;

    fn mixed(value: u64) -> u64 {
        unincluded_properties::graph::hash::fingerprint(&value)
    }

    /// Of this seed.
    fn of(seed: u64) -> Self {
        let draw = |place: u64| Drawn::mixed(seed * 100 + place);
        let states = [50, 700, 5_000][(draw(1) % 3) as usize];
        let sometimes = |place: u64| {
            if draw(place).is_multiple_of(3) { draw(place + 1) % states } else { u64::MAX }
        };
        Drawn {
            states,
            steps: 1 + draw(2) % 6,
            seed: draw(3) % 1_000_000,
            starts: 1 + draw(4) % 200,
            crowded: draw(5).is_multiple_of(3),
            ends_at: sometimes(6),
            panics_at: sometimes(8),
        }
    }
}

impl System for Drawn {
    type State = u64;
    type Action = u64;
    type Label = u32;
    type Mark = u8;

    fn starts(&self) -> Vec<u64> {
        (0..self.starts).map(|n| Drawn::mixed(n / 2 + self.seed) % self.states).collect()
    }

    fn actions(&self, state: &u64, actions: &mut Vec<u64>) {
        let wide = 1 + Drawn::mixed(self.seed) % self.states;
        let steps = Drawn::mixed(state ^ self.seed) % (self.steps + 1);
        let to = |n| (state + Drawn::mixed(state * 31 + n + self.seed) % wide) % self.states;
        actions.extend((0..steps).map(to));
        actions.extend((steps > 1).then_some((state + 1) % self.states));
    }

    fn step(&self, state: &u64, action: u64) -> Option<(u64, u32)> {
        assert!(*state != self.panics_at || action % 3 != 1, "fell over {state}");
        (action % 11 != 3).then_some((action, (action ^ state) as u32))
    }

    fn mark(&self, state: &u64) -> u8 {
        if *state == self.ends_at { Drawn::END } else { (Drawn::mixed(*state) % 5) as u8 }
    }

    fn fingerprint(&self, state: &u64) -> u64 {
        if self.crowded { (state + 1) << 44 } else { Drawn::mixed(*state) }
    }
}

/// What a queue finds: states in their order with their parents, steps with their ends, and why it ended.
#[derive(Debug, Default, PartialEq)]
struct Queued {
    states: Vec<u64>,
    numbers: std::collections::HashMap<u64, u32>,
    parents: Vec<Option<u32>>,
    ends: Vec<usize>,
    steps: Vec<(u32, u32)>,
    marks: std::collections::BTreeMap<u8, u32>,
    cut_by: Option<Cut>,
}

impl Queued {
    /// The number of a state, which may be a new one; none if that ends it.
    fn meet(
        &mut self,
        system: &Drawn,
        state: u64,
        parent: Option<u32>,
        most: usize,
    ) -> Option<u32> {
        if let Some(&known) = self.numbers.get(&state) {
            return Some(known);
        }
        if self.states.len() >= most {
            self.cut_by = Some(Cut::States(most));
            return None;
        }
        let number = self.states.len() as u32;
        self.states.push(state);
        self.numbers.insert(state, number);
        self.parents.push(parent);
        let mark = system.mark(&state);
        self.marks.entry(mark).or_insert(number);
        self.cut_by = (mark == Drawn::END).then_some(Cut::Verdict);
        self.cut_by.is_none().then_some(number)
    }

    fn of(system: &Drawn, most: usize) -> Self {
        let mut queued = Queued::default();
        for start in system.starts() {
            if queued.meet(system, start, None, most).is_none() {
                return queued;
            }
        }
        while let Some(&state) = queued.states.get(queued.ends.len()) {
            let here = queued.ends.len() as u32;
            let mut actions = Vec::new();
            system.actions(&state, &mut actions);
            if state == system.panics_at && actions.iter().any(|action| action % 3 == 1) {
                queued.cut_by = Some(Cut::Panic);
                return queued;
            }
            let mut steps = Vec::new();
            for (next, label) in actions.into_iter().filter_map(|one| system.step(&state, one)) {
                let Some(to) = queued.meet(system, next, Some(here), most) else { return queued };
                steps.push((to, label));
            }
            queued.steps.extend(steps);
            queued.ends.push(queued.steps.len());
        }
        queued
    }
}

/// On any number of threads a graph is what a queue finds, to the state and the step, wherever it ends.
#[test]
fn a_graph_is_what_a_queue_finds() {
    let mut ended = std::collections::BTreeSet::new();
    for seed in 0..150 {
        let system = Drawn::of(seed);
        let most = if seed % 3 == 0 {
            1 + (Drawn::mixed(seed) % system.states) as usize
        } else {
            usize::MAX
        };
        let queued = Queued::of(&system, most);
        ended.insert(format!("{:?}", queued.cut_by.map(|cut| std::mem::discriminant(&cut))));
        let limits = Limits { states: Some(most), ..Limits::default() };
        for (threads, edges) in [(1, true), (2, true), (3, false), (8, true)] {
            let stops = |mark| mark == Drawn::END;
            let how = Exploration { threads, edges, stops, limits, ..Exploration::default() };
            let graph = explore(&system, how);
            let parent = |state: u32| graph.way_to(state).iter().rev().nth(1).copied();
            let steps = graph.edges.as_ref().map(|edges| {
                let ends = (0..edges.states()).map(|state| edges.of(state).end).collect();
                (edges.to.iter().copied().zip(edges.labels.iter().copied()).collect(), ends)
            });
            let (steps, ends) = steps.unwrap_or((queued.steps.clone(), queued.ends.clone()));
            let numbers = 0..graph.len() as u32;
            assert_eq!((graph.expanded, graph.transitions as usize), (ends.len(), steps.len()));
            assert!(queued.states.iter().all(|state| graph.knows(&system, state)));
            let found = Queued {
                states: queued.states[..graph.len().min(queued.states.len())].to_vec(),
                numbers: queued.numbers.clone(),
                parents: numbers.map(parent).collect(),
                ends,
                steps,
                marks: graph.marks.clone(),
                cut_by: graph.cut_by,
            };
            assert_eq!(found, queued, "{system:?} on {threads} threads");
        }
    }
    assert_eq!(ended.len(), 4, "closed, a limit, a verdict and a panic: {ended:?}");
}

/// However slow one part is, the others are not expanded far ahead of it: what is in hand stays little,
/// and what waits is counted.
#[test]
fn a_slow_part_does_not_let_the_others_run_ahead() {
    struct Wide(std::sync::atomic::AtomicUsize, std::sync::atomic::AtomicUsize);
    impl System for Wide {
        type State = u32;
        type Action = u32;
        type Label = ();
        type Mark = ();
        fn starts(&self) -> Vec<u32> {
            (0..20_000).collect()
        }
        fn actions(&self, state: &u32, actions: &mut Vec<u32>) {
            use std::sync::atomic::Ordering::SeqCst;
            if *state == 0 {
                // Until nobody else has done anything for a while.
                let mut before = usize::MAX;
                while before != self.0.load(SeqCst) {
                    before = self.0.load(SeqCst);
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                self.1.store(before, SeqCst);
            } else {
                self.0.fetch_add(1, SeqCst);
            }
            actions.push(state + 20_000);
        }
        fn step(&self, _: &u32, action: u32) -> Option<(u32, ())> {
            (action < 40_000).then_some((action, ()))
        }
        fn mark(&self, _: &u32) {}
    }
    let wide = Wide(0.into(), 0.into());
    let graph = explore(&wide, Exploration { threads: 3, ..Exploration::default() });
    assert_eq!((graph.len(), graph.is_closed()), (40_000, true));
    let ahead = wide.1.into_inner();
    assert!((1..=12 * 64).contains(&ahead), "{ahead} states were expanded meanwhile");
}

/// A state that panics when it is dropped ends the exploration with its panic, and nobody waits for ever.
#[test]
fn a_panic_that_nothing_catches_keeps_nobody_waiting() {
    #[derive(Hash)]
    struct Fragile(u32);
    impl Drop for Fragile {
        fn drop(&mut self) {
            assert!(self.0 != 777 || std::thread::panicking(), "fell over");
        }
    }
    struct Falls;
    impl System for Falls {
        type State = Fragile;
        type Action = u32;
        type Label = ();
        type Mark = ();
        fn starts(&self) -> Vec<Fragile> {
            (1_000..5_000).map(Fragile).collect()
        }
        fn actions(&self, state: &Fragile, actions: &mut Vec<u32>) {
            actions.push(state.0 % 1_000);
        }
        fn step(&self, _: &Fragile, action: u32) -> Option<(Fragile, ())> {
            Some((Fragile(action), ()))
        }
        fn mark(&self, _: &Fragile) {}
    }
    for threads in [1, 2, 8] {
        let explored = std::panic::catch_unwind(|| {
            explore(&Falls, Exploration { threads, ..Exploration::default() })
        });
        assert!(explored.is_err() || explored.is_ok_and(|graph| graph.cut_by == Some(Cut::Panic)));
    }
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
