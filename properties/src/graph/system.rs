//! What can be explored: starts, and from every state what follows. Every stateright model is one.

use std::hash::Hash;

use stateright::{Expectation, Model, Property};

use super::hash;

/// Something that goes from state to state.
pub trait System: Sync {
    /// A state; told apart by its hash.
    type State: Hash + Send + Sync;
    /// What leads from one state to another.
    type Action;
    /// What is remembered of a step.
    type Label: Copy + Send;
    /// What is remembered of a state.
    type Mark: Copy + Ord + Send;

    /// The states to begin with, in a fixed order.
    fn starts(&self) -> Vec<Self::State>;

    /// The actions of a state, in an order that follows from it.
    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>);

    /// What follows from an action, if it has an effect.
    fn step(&self, state: &Self::State, action: Self::Action)
    -> Option<(Self::State, Self::Label)>;

    /// What is remembered of a state.
    fn mark(&self, state: &Self::State) -> Self::Mark;

    /// The fingerprint by which a state is known.
    fn fingerprint(&self, state: &Self::State) -> u64 {
        hash::fingerprint(state)
    }

    /// Bytes that a state takes while it waits to be expanded. The size of its type, unless it points to
    /// more and says how much.
    fn held(&self, _: &Self::State) -> usize {
        size_of::<Self::State>()
    }

    /// Every step from a state, in the order of its actions; `actions` is overwritten.
    fn steps(
        &self,
        state: &Self::State,
        actions: &mut Vec<Self::Action>,
        each: &mut impl FnMut(Self::State, Self::Label),
    ) {
        actions.clear();
        self.actions(state, actions);
        for action in actions.drain(..) {
            if let Some((next, label)) = self.step(state, action) {
                each(next, label);
            }
        }
    }
}

/// A stateright model as a system. Of a state it remembers which properties have to do with it, by
/// their place: an invariant that it violates, or a situation that it is.
pub struct Modelled<M: Model> {
    /// The model.
    pub model: M,
    properties: Vec<Property<M>>,
}

impl<M: Model> Modelled<M> {
    /// Properties that are told apart.
    pub const MOST_PROPERTIES: usize = 64;

    /// The model, as it is.
    pub fn new(model: M) -> Self {
        let properties = model.properties();
        Modelled { model, properties }
    }

    /// Whether a step leads out of the boundary of the model, behind which nothing is looked at.
    pub fn leaves_the_boundary(&self, state: &M::State) -> bool {
        let mut actions = Vec::new();
        self.model.actions(state, &mut actions);
        let mut next =
            actions.into_iter().filter_map(|action| self.model.next_state(state, action));
        next.any(|next| !self.model.within_boundary(&next))
    }

    /// Its properties, in its own order.
    pub fn properties(&self) -> &[Property<M>] {
        &self.properties
    }
}

impl<M> System for Modelled<M>
where
    M: Model + Sync,
    M::State: Hash + Send + Sync,
{
    type State = M::State;
    type Action = M::Action;
    type Label = ();
    type Mark = u64;

    fn starts(&self) -> Vec<M::State> {
        let mut starts = self.model.init_states();
        starts.retain(|state| self.model.within_boundary(state));
        starts
    }

    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        self.model.actions(state, actions);
    }

    #[inline]
    fn step(&self, state: &M::State, action: M::Action) -> Option<(M::State, ())> {
        let next = self.model.next_state(state, action)?;
        self.model.within_boundary(&next).then_some((next, ()))
    }

    fn mark(&self, state: &M::State) -> u64 {
        let concerns = |(place, property): (usize, &Property<M>)| {
            let holds = (property.condition)(&self.model, state);
            let concerned = holds != matches!(property.expectation, Expectation::Always);
            u64::from(concerned) << place
        };
        let told_apart = self.properties.iter().take(Self::MOST_PROPERTIES);
        told_apart.enumerate().map(concerns).sum()
    }
}
