//! What can still happen once the faults are over: whether another block can be included at all,
//! and how many relay blocks that takes.
//!
//! From a state on, everybody is on time: owners build, candidates are backed as soon as the
//! pipeline allows and included in the next relay block. Only ties are left to chance, so there
//! is a best and a worst case. One candidate may be marked as lost or as never available: then the
//! answer is the time to recover from that fault.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use unincluded_model::scenario::{Authority, Claims};
use unincluded_model::{Action, Environment, Protocol, Refusal, State};

use crate::Transition;

/// Relay blocks to the next inclusion, faults over; none where there is never one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Recovery {
    /// With every tie falling well.
    pub best: Option<u32>,
    /// With every tie falling badly.
    pub worst: Option<u32>,
}

impl Recovery {
    /// Of two branches, either of which may be the one that stays.
    fn and(self, other: Recovery) -> Recovery {
        Recovery {
            best: self.best.zip(other.best).map(|(a, b)| a.min(b)),
            worst: self.worst.zip(other.worst).map(|(a, b)| a.max(b)),
        }
    }
}

/// States looked at, at most, on the way from one state to the next inclusions. With the rules in
/// force there are fewer than a hundred; without those that keep honest collators in bounds there
/// may be any number, and the answer is that it is not known.
pub const WIDEST: usize = 20_000;

/// The protocol with the faults over, and what is known of it so far.
#[derive(Debug)]
pub struct FaultFree {
    protocol: Protocol,
    /// The same where owners may let their turn pass.
    unpunctual: Protocol,
    known: HashMap<State, Recovery, Xxh3DefaultBuilder>,
}

/// Whether progress is claimed of a scenario: its segment can hold a block, and somebody who is there
/// owns a slot that a relay block can bring. An adversary is
/// followed by honest slot-based collators once the faults are over.
pub(crate) fn applies(protocol: &Protocol) -> bool {
    let named = protocol.environment().authorities.0;
    let owns = |place: usize| protocol.owners_of_derived_slots() & (1 << place) != 0;
    let can = |place: usize| named[place] != Authority::Absent && owns(place);
    let somebody = named.is_empty() || (0..named.len()).any(can);
    // On the usual path a claim to every second block comes one block late in so short a window.
    let meets_claims = protocol.environment().claims != Claims::Shared
        || protocol.parameters().scheduling_lookahead > 2;
    protocol.parameters().unincluded_segment_capacity > 0 && somebody && meets_claims
}

/// After how many relay blocks a candidate is backed once faults are over, and on which path that is.
pub(crate) fn earliest_backing(protocol: &Protocol) -> (u8, &'static str) {
    let usual = 2 + protocol.parameters().relay_parent_offset;
    let windows = protocol.either_parameters().map(|p| p.scheduling_lookahead);
    match windows.into_iter().fold(usual, u8::min) {
        earliest if earliest == usual => (usual, "on the usual path"),
        earliest => (earliest, "on the fast path"),
    }
}

impl FaultFree {
    /// The same rules with candidates backed `earliest_backing` relay blocks after their relay
    /// parent: 2 is usual, 1 the fast path.
    pub fn new(protocol: &Protocol, earliest_backing: u8) -> Self {
        let healthy = protocol.environment().healthy(earliest_backing);
        let idle = Environment { idle: true, ..healthy };
        FaultFree {
            protocol: protocol.clone().in_environment(healthy),
            unpunctual: protocol.clone().in_environment(idle),
            known: HashMap::default(),
        }
    }

    /// The same on the usual path, or the fast one where L leaves no time for the usual.
    pub fn usual(protocol: &Protocol) -> Self {
        Self::new(protocol, earliest_backing(protocol).0)
    }

    /// How soon another block is included from a state of the faulty protocol; none if the way
    /// there is too wide to be looked at whole ([`WIDEST`]).
    pub fn recovery(&mut self, state: &State) -> Option<Recovery> {
        let mut all: Option<Recovery> = None;
        for settled in self.protocol.settled(state) {
            let start = self.protocol.adopt(&settled);
            self.explore(&start)?;
            let one = self.known.get(&start).copied()?;
            all = Some(all.map_or(one, |all| all.and(one)));
        }
        all
    }

    /// The same from the next relay block on: whoever could still build on the tip does not.
    pub fn recovery_from_next_relay_block(&mut self, state: &State) -> Option<Recovery> {
        let mut all: Option<Recovery> = None;
        for settled in self.protocol.settled(state) {
            let one = self.after_next_relay_block(&self.protocol.adopt(&settled))?;
            all = Some(all.map_or(one, |all| all.and(one)));
        }
        all
    }

    fn after_next_relay_block(&mut self, start: &State) -> Option<Recovery> {
        let mut best = None;
        let mut worst: Option<Option<u32>> = None;
        for action in self.unpunctual.actions(start) {
            if !matches!(action, Action::RelayBlock(_)) {
                continue;
            }
            let step = match self.unpunctual.step_whole(start, &action) {
                Ok(step) => step,
                Err(Refusal::ModelIsFull) => return None,
                Err(_) => continue,
            };
            let transition = Transition {
                protocol: &self.protocol,
                before: start,
                action: &action,
                outcome: Ok(&step.raw),
            };
            let rest = if transition.included().is_some() {
                Recovery { best: Some(0), worst: Some(0) }
            } else {
                self.recovery(&step.next)?
            };
            best = [best, rest.best.map(|rest| rest + 1)].into_iter().flatten().min();
            let rest = rest.worst.map(|rest| rest + 1);
            worst = Some(worst.map_or(rest, |most| most.zip(rest).map(|(a, b)| a.max(b))));
        }
        Some(Recovery { best, worst: worst.flatten() })
    }

    /// Bytes held, at least.
    pub(crate) fn memory(&self) -> usize {
        self.known.capacity() * (size_of::<(State, Recovery)>() + 1)
    }

    /// The rules with the faults over.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Finds the best and worst case of a state and of all it leads to before an inclusion.
    fn explore(&mut self, start: &State) -> Option<()> {
        if self.known.contains_key(start) {
            return Some(());
        }
        let (states, edges) = self.until_inclusion(start)?;
        let best = distances(&edges);
        let worst = longest(&edges);
        for (index, state) in states.into_iter().enumerate() {
            self.known.insert(state, Recovery { best: best[index], worst: worst[index] });
        }
        Some(())
    }

    /// The graph from a state up to the next inclusions, if it is not too wide and the model has room
    /// for all of it.
    fn until_inclusion(&self, start: &State) -> Option<(Vec<State>, Vec<Vec<Edge>>)> {
        let mut places: HashMap<State, usize, Xxh3DefaultBuilder> = HashMap::default();
        places.insert(start.clone(), 0);
        let mut states = vec![start.clone()];
        let mut edges: Vec<Vec<Edge>> = Vec::new();
        while edges.len() < states.len() {
            if states.len() > WIDEST {
                return None;
            }
            let state = states[edges.len()].clone();
            let mut out = Vec::new();
            for (action, step) in self.protocol.steps(&state) {
                let step = match step {
                    Ok(step) => step,
                    // There is a way on, and no room to follow it.
                    Err(Refusal::ModelIsFull) => return None,
                    Err(_) => continue,
                };
                let cost = u32::from(matches!(action, Action::RelayBlock(_)));
                let seen = Transition {
                    protocol: &self.protocol,
                    before: &state,
                    action: &action,
                    outcome: Ok(&step.raw),
                };
                let to = if seen.included().is_some() {
                    Target::Known(Recovery { best: Some(0), worst: Some(0) })
                } else if let Some(&known) = self.known.get(&step.next) {
                    Target::Known(known)
                } else {
                    let next = places.len();
                    let place = *places.entry(step.next.clone()).or_insert(next);
                    if place == next {
                        states.push(step.next);
                    }
                    Target::Place(place)
                };
                out.push(Edge { cost, to });
            }
            edges.push(out);
        }
        Some((states, edges))
    }
}

/// One action: how many relay blocks it is, and where it leads.
#[derive(Clone, Copy, Debug)]
struct Edge {
    cost: u32,
    to: Target,
}

/// Where an action leads.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// To a state of the graph.
    Place(usize),
    /// To an inclusion, or to a state of which all is known.
    Known(Recovery),
}

/// The least relay blocks to an inclusion, by relaxation: the graphs are small.
fn distances(edges: &[Vec<Edge>]) -> Vec<Option<u32>> {
    let mut best: Vec<Option<u32>> = vec![None; edges.len()];
    loop {
        let mut changed = false;
        for (place, out) in edges.iter().enumerate().rev() {
            let ways = out.iter().filter_map(|edge| {
                let rest = match edge.to {
                    Target::Place(to) => best[to],
                    Target::Known(known) => known.best,
                };
                Some(edge.cost + rest?)
            });
            let least = ways.min();
            if least.is_some() && least != best[place] {
                best[place] = least;
                changed = true;
            }
        }
        if !changed {
            return best;
        }
    }
}

/// The most relay blocks to an inclusion; none where a run need never get there.
fn longest(edges: &[Vec<Edge>]) -> Vec<Option<u32>> {
    /// What is known of a place on the way.
    #[derive(Clone, Copy)]
    enum Mark {
        Unseen,
        OnTheWay,
        Done(Option<u32>),
    }
    fn visit(place: usize, edges: &[Vec<Edge>], marks: &mut [Mark]) -> Option<u32> {
        match marks[place] {
            Mark::Done(known) => return known,
            Mark::OnTheWay => return None,
            Mark::Unseen => marks[place] = Mark::OnTheWay,
        }
        let mut most = (!edges[place].is_empty()).then_some(0);
        for edge in &edges[place] {
            let rest = match edge.to {
                Target::Place(to) => visit(to, edges, marks),
                Target::Known(known) => known.worst,
            };
            most = match (most, rest) {
                (Some(most), Some(rest)) => Some(most.max(rest + edge.cost)),
                _ => None,
            };
        }
        marks[place] = Mark::Done(most);
        most
    }
    let mut marks = vec![Mark::Unseen; edges.len()];
    (0..edges.len()).map(|place| visit(place, edges, &mut marks)).collect()
}
