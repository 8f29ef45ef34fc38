//! A graph engine: every state and step of a system in compact arrays, and what can be read off them.
//!
//! [`explore()`] sees a system whole, level by level, on any number of threads with the same result;
//! [`system`] says what can be explored, any stateright model among it. On the graph,
//! [`components`] finds what can go on for ever, [`fairness`] which of it is fair, [`ratio`] how fast
//! it goes, and [`judge`] decides the properties of a stateright model.

pub mod components;
pub mod explore;
pub mod fairness;
pub mod hash;
pub mod judge;
mod level;
mod part;
pub mod ratio;
mod recent;
mod seen;
pub mod system;
pub mod table;
mod turns;

pub use explore::{Exploration, explore};
pub use system::{Modelled, System};

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::search::Cut;
use table::Table;

/// What was explored of a system. States have numbers, from 0, in the order of their distance.
#[derive(Clone, Debug)]
pub struct Graph<L, K> {
    /// From fingerprints to numbers.
    pub(crate) table: Table,
    /// The state from which each was first reached.
    parents: Vec<u32>,
    /// The first state of each level.
    levels: Vec<u32>,
    /// What was remembered of states, and of each the first state.
    pub marks: BTreeMap<K, u32>,
    /// Every step, if they were kept.
    pub edges: Option<Edges<L>>,
    /// States of which every step is known; the first so many.
    pub expanded: usize,
    /// Steps of those states.
    pub transitions: u64,
    /// Why not everything was seen, if not.
    pub cut_by: Option<Cut>,
    /// Where the system panicked, if it did.
    pub panicked: Option<Panicked>,
}

/// The steps, in the order of states and of their actions.
#[derive(Clone, Debug)]
pub struct Edges<L> {
    /// Where the steps of each state end.
    ends: Vec<u64>,
    /// Where each leads.
    pub to: Vec<u32>,
    /// What is remembered of each.
    pub labels: Vec<L>,
}

/// A panic of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// The state that was expanded; none if there was none yet.
    pub state: Option<u32>,
    /// What the panic said.
    pub message: String,
}

impl<L> Default for Edges<L> {
    fn default() -> Self {
        Edges { ends: Vec::new(), to: Vec::new(), labels: Vec::new() }
    }
}

impl<L, K> Default for Graph<L, K> {
    fn default() -> Self {
        Graph {
            table: Table::default(),
            parents: Vec::new(),
            levels: Vec::new(),
            marks: BTreeMap::new(),
            edges: None,
            expanded: 0,
            transitions: 0,
            cut_by: None,
            panicked: None,
        }
    }
}

impl<L> Edges<L> {
    /// The places of a state's steps among all.
    pub fn of(&self, state: u32) -> std::ops::Range<usize> {
        let state = state as usize;
        let start = if state == 0 { 0 } else { self.ends[state - 1] };
        start as usize..self.ends[state] as usize
    }

    /// The state that an edge leaves.
    pub fn source(&self, place: usize) -> u32 {
        self.ends.partition_point(|&end| end <= place as u64) as u32
    }

    /// States whose steps are known.
    pub fn states(&self) -> u32 {
        self.ends.len() as u32
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.ends.capacity() * size_of::<u64>()
            + self.to.capacity() * size_of::<u32>()
            + self.labels.capacity() * size_of::<L>()
    }
}

impl<L, K> Graph<L, K> {
    /// The parent of a start.
    pub(crate) const NONE: u32 = u32::MAX;

    /// States seen.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// Whether every reachable state was seen, and every step.
    pub fn is_closed(&self) -> bool {
        self.cut_by.is_none()
    }

    /// Actions from the start to the farthest state.
    pub fn depth(&self) -> u32 {
        (self.levels.len() as u32).saturating_sub(1)
    }

    /// Actions from the start to a state.
    pub fn depth_of(&self, state: u32) -> u32 {
        (self.levels.partition_point(|&first| first <= state) as u32).saturating_sub(1)
    }

    /// Whether a state was seen.
    pub fn knows<S: System>(&self, system: &S, state: &S::State) -> bool {
        self.table.find(system.fingerprint(state)).is_some()
    }

    /// Bytes held for states, without their edges and without what waits to be expanded.
    pub fn memory_of_states(&self) -> usize {
        self.table.memory()
            + self.parents.capacity() * size_of::<u32>()
            + self.marks.len() * size_of::<(K, u32)>()
            + self.levels.capacity() * size_of::<u32>()
    }

    /// Bytes held, without what waits to be expanded.
    pub fn memory(&self) -> usize {
        self.memory_of_states() + self.edges.as_ref().map_or(0, Edges::memory)
    }

    /// The probability that two states were taken for one.
    pub fn collision_probability(&self) -> f64 {
        hash::collision_probability(self.len())
    }

    /// The states on a shortest way to one, the start first.
    pub fn way_to(&self, state: u32) -> Vec<u32> {
        let mut way = vec![state];
        let mut here = state;
        while self.parents[here as usize] != Self::NONE {
            here = self.parents[here as usize];
            way.push(here);
        }
        way.reverse();
        way
    }

    /// A run along states, re-derived: the state in which it begins, and its actions. None if the
    /// system does not repeat itself.
    pub fn run<S>(&self, system: &S, way: &[u32]) -> Option<(S::State, Vec<S::Action>)>
    where
        S: System<Label = L, Mark = K>,
        S::Action: Clone,
    {
        let (&first, rest) = way.split_first()?;
        let mut here = self.state(system, first)?;
        let start = self.state(system, first)?;
        let mut actions = Vec::with_capacity(rest.len());
        for &next in rest {
            let (action, state) = self.step_to(system, &here, next)?;
            actions.push(action);
            here = state;
        }
        Some((start, actions))
    }

    /// A shortest run to a state.
    pub fn run_to<S>(&self, system: &S, state: u32) -> Option<(S::State, Vec<S::Action>)>
    where
        S: System<Label = L, Mark = K>,
        S::Action: Clone,
    {
        self.run(system, &self.way_to(state))
    }

    /// A state, re-derived from the start.
    pub fn state<S>(&self, system: &S, state: u32) -> Option<S::State>
    where
        S: System<Label = L, Mark = K>,
        S::Action: Clone,
    {
        let way = self.way_to(state);
        let is = |one: &S::State| self.table.find(system.fingerprint(one)) == Some(way[0]);
        let mut here = system.starts().into_iter().find(is)?;
        for &next in &way[1..] {
            here = self.step_to(system, &here, next)?.1;
        }
        Some(here)
    }

    /// The first step from one state to another.
    fn step_to<S>(&self, system: &S, from: &S::State, to: u32) -> Option<(S::Action, S::State)>
    where
        S: System<Label = L, Mark = K>,
        S::Action: Clone,
    {
        let mut actions = Vec::new();
        system.actions(from, &mut actions);
        actions.into_iter().find_map(|action| {
            let (next, _) = system.step(from, action.clone())?;
            (self.table.find(system.fingerprint(&next)) == Some(to)).then_some((action, next))
        })
    }

    /// The actions along edges, by their places; and the state to which they lead. The first edge
    /// begins in `from`.
    pub fn along<S>(
        &self,
        system: &S,
        from: u32,
        places: &[usize],
    ) -> Option<(Vec<S::Action>, S::State)>
    where
        S: System<Label = L, Mark = K>,
        S::Action: Clone,
    {
        let edges = self.edges.as_ref()?;
        let mut here = self.state(system, from)?;
        let mut number = from;
        let mut taken = Vec::with_capacity(places.len());
        for &place in places {
            let nth = place - edges.of(number).start;
            let mut actions = Vec::new();
            system.actions(&here, &mut actions);
            let with_effect = actions.into_iter().filter_map(|action| {
                system.step(&here, action.clone()).map(|(next, _)| (action, next))
            });
            let (action, next) = with_effect.into_iter().nth(nth)?;
            taken.push(action);
            here = next;
            number = edges.to[place];
        }
        Some((taken, here))
    }

    /// A shortest run to where the system panicked; the last action is the one at which it did, unless
    /// it panicked while it said what there is to do.
    pub fn run_to_panic<S>(&self, system: &S) -> Option<Vec<S::Action>>
    where
        S: System<Label = L, Mark = K>,
        S::Action: Clone,
    {
        let Some(state) = self.panicked.as_ref()?.state else { return Some(Vec::new()) };
        let (_, mut run) = self.run_to(system, state)?;
        let here = self.state(system, state)?;
        let offered = catch_unwind(AssertUnwindSafe(|| {
            let mut actions = Vec::new();
            system.actions(&here, &mut actions);
            actions
        }));
        let panics = |action: &S::Action| {
            let step = || {
                system.step(&here, action.clone()).map(|(next, _)| {
                    system.fingerprint(&next);
                    system.mark(&next);
                    system.held(&next);
                })
            };
            catch_unwind(AssertUnwindSafe(step)).is_err()
        };
        run.extend(offered.unwrap_or_default().into_iter().find(panics));
        Some(run)
    }
}
