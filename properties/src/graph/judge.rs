//! The properties of a stateright model, decided on its graph: invariants and situations by shortest
//! runs, and what must happen on every run, also where runs meet or go round.

use std::hash::Hash;

use stateright::{Expectation, Model};

use super::fairness::{Claim, Classes, Fairness, Judge};
use super::{Exploration, Graph, Modelled, Panicked, System, explore};
use crate::Lasso;
use crate::search::Limits;

/// What is known of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided<S, A> {
    /// It holds of everything there is.
    Holds,
    /// A state violates it: the run there from a start, a shortest one.
    Violated(S, Vec<A>),
    /// A run never does what it must: a start, and the run from there. A round without actions is
    /// the end of a run, where nothing is left to do.
    Never(S, Lasso<A>),
    /// The situation occurs: the run there, a shortest one.
    Found(S, Vec<A>),
    /// The situation does not occur.
    Missing,
    /// Not everything was seen, and what was seen does not decide it.
    Inconclusive,
}

/// What was found out about a model.
#[derive(Clone, Debug)]
pub struct Judgement<S, A> {
    /// Each property, by name, in the model's order.
    pub properties: Vec<(&'static str, Decided<S, A>)>,
    /// A panic of the model, and the run to it.
    pub panic: Option<(Panicked, Vec<A>)>,
    /// The graph.
    pub graph: Graph<(), u64>,
}

/// A model whose runs end well where one of its `eventually` properties has come.
struct Pursued<'a, M: Model> {
    modelled: &'a Modelled<M>,
    place: usize,
}

/// Any step.
const STEP: Classes = 1;

/// A step from a state with the property, or one that would be.
const ARRIVES: Classes = 2;

/// A step out of the boundary of the model: what comes after it is not known.
const BEYOND: Classes = 4;

impl<M> System for Pursued<'_, M>
where
    M: Model + Sync,
    M::State: Hash + Send + Sync + Clone,
{
    type State = M::State;
    type Action = M::Action;
    type Label = Classes;
    type Mark = ();

    fn starts(&self) -> Vec<M::State> {
        self.modelled.starts()
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        self.modelled.actions(state, actions);
    }

    fn step(&self, state: &M::State, action: M::Action) -> Option<(M::State, Classes)> {
        self.modelled.step(state, action).map(|(next, ())| (next, STEP))
    }

    fn mark(&self, _: &M::State) {}

    /// What comes after the property is of no concern.
    fn steps(
        &self,
        state: &M::State,
        actions: &mut Vec<M::Action>,
        each: &mut impl FnMut(M::State, Classes),
    ) {
        if self.modelled.mark(state) >> self.place & 1 == 1 {
            each(state.clone(), STEP | ARRIVES);
        } else {
            self.modelled.steps(state, actions, &mut |next, ()| each(next, STEP));
            if self.modelled.leaves_the_boundary(state) {
                each(state.clone(), STEP | BEYOND);
            }
        }
    }
}

/// Decides the properties of a model.
pub fn judge<M>(model: M, limits: Limits, threads: usize) -> Judgement<M::State, M::Action>
where
    M: Model + Sync,
    M::State: Hash + Send + Sync + Clone,
    M::Action: Clone,
{
    let modelled = Modelled::new(model);
    let how = Exploration { limits, threads, edges: false, ..Exploration::default() };
    let graph = explore(&modelled, how);
    let decided = |(place, property): (usize, &stateright::Property<M>)| {
        let concerns = |mark: u64| place < 64 && mark >> place & 1 == 1;
        let marks = graph.marks.iter().filter(|&(&mark, _)| concerns(mark));
        let first = marks.map(|(_, &state)| state).min();
        let run = first.and_then(|state| graph.run_to(&modelled, state));
        let verdict = match (&property.expectation, run) {
            _ if place >= Modelled::<M>::MOST_PROPERTIES => Decided::Inconclusive,
            (Expectation::Always, Some((start, run))) => Decided::Violated(start, run),
            (Expectation::Sometimes, Some((start, run))) => Decided::Found(start, run),
            (Expectation::Eventually, _) => eventually(&modelled, place, limits, threads),
            _ if !graph.is_closed() => Decided::Inconclusive,
            (Expectation::Always, None) => Decided::Holds,
            (Expectation::Sometimes, None) => Decided::Missing,
        };
        (property.name, verdict)
    };
    let properties = modelled.properties().iter().enumerate().map(decided).collect();
    let panic = graph.panicked.clone().map(|panicked| {
        let run = graph.run_to_panic(&modelled);
        (panicked, run.unwrap_or_default())
    });
    Judgement { properties, panic, graph }
}

/// Whether every run comes to a state with the property: whether none goes on for ever, or ends,
/// without. A run ends only where nothing is left to do.
fn eventually<M>(
    modelled: &Modelled<M>,
    place: usize,
    limits: Limits,
    threads: usize,
) -> Decided<M::State, M::Action>
where
    M: Model + Sync,
    M::State: Hash + Send + Sync + Clone,
    M::Action: Clone,
{
    let pursued = Pursued { modelled, place };
    let graph = explore(&pursued, Exploration { limits, threads, ..Exploration::default() });
    let leaves = graph.edges.iter().any(|edges| edges.labels.iter().any(|one| one & BEYOND != 0));
    let goes_on = Fairness { weak: STEP, ..Fairness::default() };
    let against = Judge::new(&graph, |classes| classes)
        .and_then(|judge| judge.against(Claim::AlwaysEventually(ARRIVES | BEYOND), goes_on));
    let run = against.and_then(|rounds| {
        Some((graph.state(&pursued, rounds.start)?, rounds.lasso(&graph, &pursued)?))
    });
    match run {
        Some((start, lasso)) => Decided::Never(start, lasso),
        None if graph.is_closed() && !leaves => Decided::Holds,
        None => Decided::Inconclusive,
    }
}
