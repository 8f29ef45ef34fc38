//! Every edge of a scenario's graph, on short runs of real validators.
//!
//! The states are found first. Then runs are made that begin at the start, go a shortest way to a
//! state with an edge that none has taken, and from there on take such edges for as long as there are
//! any. What is compared is compared at the end of every such edge, after a history of its own.

use unincluded_conformance_driver::Divergence;
use unincluded_conformance_driver::divergence::Found;
use unincluded_model::{Action, Protocol, State, Step};
use unincluded_properties::fingerprint::{FingerprintMap, fingerprint};

use crate::compare::compare;
use crate::world::World;

/// Steps after which a run ends, though it could go on: fresh runs are cheap.
const LONGEST: usize = 200;

/// What was covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// States of the scenario, or as many as were asked for.
    pub states: usize,
    /// Whether these are all.
    pub closed: bool,
    /// Edges taken, with those that the model refuses.
    pub edges: usize,
    /// Runs from the start.
    pub runs: usize,
    /// Steps of all runs together.
    pub steps: usize,
}

/// The states of a scenario in the order in which they are found, each with the way to it.
struct Graph<'a> {
    protocol: &'a Protocol,
    ids: FingerprintMap<u32>,
    /// The state before, and the action that leads here; none for the start.
    from: Vec<Option<(u32, Action)>>,
    closed: bool,
    scratch: Vec<u8>,
}

impl<'a> Graph<'a> {
    /// Finds the states, and shows every edge that the model allows to a visitor.
    fn explore(
        protocol: &'a Protocol,
        most: usize,
        mut visit: impl FnMut(&State, &Action, &State) -> Result<(), Divergence>,
    ) -> Result<Graph<'a>, Found> {
        let start = protocol.canonical(&protocol.initial()).0;
        let mut graph = Graph {
            protocol,
            ids: FingerprintMap::default(),
            from: Vec::new(),
            closed: true,
            scratch: Vec::new(),
        };
        graph.find(&start, None);
        let mut frontier = vec![(0, start)];
        while !frontier.is_empty() {
            let mut next = Vec::new();
            for (id, state) in frontier {
                for (action, step) in protocol.steps(&state) {
                    let Ok(Step { raw, next: after, .. }) = step else { continue };
                    if let Err(divergence) = visit(&state, &action, &raw) {
                        let mut actions = graph.way(id);
                        actions.push(action);
                        return Err(Found { actions, divergence });
                    }
                    if graph.from.len() >= most {
                        graph.closed &= graph.id(&after).is_some();
                    } else if let Some(new) = graph.find(&after, Some((id, action))) {
                        next.push((new, after));
                    }
                }
            }
            frontier = next;
        }
        Ok(graph)
    }

    fn find(&mut self, state: &State, from: Option<(u32, Action)>) -> Option<u32> {
        let id = self.from.len() as u32;
        let print = fingerprint(state, &mut self.scratch);
        if self.ids.contains_key(&print) {
            return None;
        }
        self.ids.insert(print, id);
        self.from.push(from);
        Some(id)
    }

    fn id(&mut self, state: &State) -> Option<u32> {
        self.ids.get(&fingerprint(state, &mut self.scratch)).copied()
    }

    /// The actions of a shortest way from the start to a state.
    fn way(&self, id: u32) -> Vec<Action> {
        let mut way = Vec::new();
        let mut here = id;
        while let Some((before, action)) = self.from[here as usize] {
            way.push(action);
            here = before;
        }
        way.reverse();
        way
    }
}

/// Takes every edge of the scenario, from as many states at most, and compares after each.
///
/// # Errors
///
/// The first run found on which validators and model differ. Runs are tried in the order of their
/// distance from the start, but may go on beyond it.
///
/// # Panics
///
/// Never: every way was found by taking it.
pub fn cover(protocol: &Protocol, most: usize) -> Result<Covered, Found> {
    let mut graph = Graph::explore(protocol, most, |_, _, _| Ok(()))?;
    let mut covered =
        Covered { states: graph.from.len(), closed: graph.closed, ..Covered::default() };
    // Edges of each state that were taken; a state's edges are taken in their order.
    let mut taken = vec![0u32; graph.from.len()];
    let mut done = vec![false; graph.from.len()];
    for id in 0..graph.from.len() as u32 {
        while !done[id as usize] {
            covered.runs += 1;
            let mut actions = graph.way(id);
            let mut world = World::new(graph.protocol);
            for action in &actions {
                world.take(action).expect("the way was found by taking it");
            }
            covered.steps += actions.len();
            let mut here = Some(id);
            while let Some(at) = here.filter(|&at| !done[at as usize] && actions.len() < LONGEST) {
                let steps: Vec<_> = protocol.steps(world.state()).collect();
                let edge = taken[at as usize] as usize;
                if edge + 1 >= steps.len() {
                    done[at as usize] = true;
                }
                let Some((action, step)) = steps.into_iter().nth(edge) else { break };
                taken[at as usize] += 1;
                covered.edges += 1;
                covered.steps += 1;
                // Refused, it leaves both sides as they were.
                let Ok(step) = step else { continue };
                actions.push(action);
                world.follow(&action, step);
                compare(&world)
                    .map_err(|divergence| Found { actions: actions.clone(), divergence })?;
                here = graph.id(world.state());
            }
        }
    }
    Ok(covered)
}

/// Shows every edge that the model allows, from as many states at most, to a check of one state, an
/// action and what follows before anything is forgotten; in the order of distance from the start.
///
/// # Errors
///
/// A shortest run to the first edge that the check refuses.
pub fn each_edge(
    protocol: &Protocol,
    most: usize,
    mut check: impl FnMut(&State, &Action, &State) -> Result<(), Divergence>,
) -> Result<Covered, Found> {
    let mut edges = 0;
    let graph = Graph::explore(protocol, most, |before, action, raw| {
        edges += 1;
        check(before, action, raw)
    })?;
    let states = graph.from.len();
    Ok(Covered { states, closed: graph.closed, edges, ..Covered::default() })
}

/// The nearest run on which validators and model part, among the states at most that are looked at in
/// the order of their distance: nothing is shorter.
pub fn nearest(protocol: &Protocol, most: usize) -> Option<Found> {
    let graph = Graph::explore(protocol, most, |_, _, _| Ok(())).ok()?;
    (0..graph.from.len() as u32).find_map(|id| {
        let actions = graph.way(id);
        let mut world = World::new(protocol);
        for action in &actions {
            world.take(action).ok()?;
        }
        let divergence = compare(&world).err()?;
        Some(Found { actions, divergence })
    })
}
