//! What must happen: whether a fair run exists that from some point on never does what it should.
//!
//! A run is fair if of every class of actions that is assumed fair it takes one again and again:
//! *weakly*, unless there are again and again states without one; *strongly*, unless there are none any
//! more from some point on. A run that stays where it is for ever is a run like any other, and fair
//! if no fair class has an action there. Of some classes it may be assumed that they *end*: that from
//! some point on none of their actions is taken.
//!
//! A run ends up in one component of the graph. A component in which a strongly fair class has an
//! action, and none that stays in it, is left without the states that have one, and taken apart
//! again; so what remains is every component in which a fair run can go on for ever (Streett).

use super::components::Components;
use super::{Edges, Graph, System};
use crate::Lasso;

/// Classes of actions, as bits: what an action is, or what is assumed of them.
pub type Classes = u32;

/// What is assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fairness {
    /// The classes that are taken, or again and again have no action.
    pub weak: Classes,
    /// The classes that are taken, or from some point on have no action.
    pub strong: Classes,
    /// The classes of which no action is taken any more from some point on.
    pub ends: Classes,
}

/// What must happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// From every state on, an action of these classes comes: □◇.
    AlwaysEventually(Classes),
    /// From every step that is the first, the second comes: □(first → ◇second). A step that is both
    /// leaves nothing to come.
    LeadsTo(Classes, Classes),
    /// No action of these classes ever comes: □¬. Against it stands a run that takes one again and again;
    /// one that takes one only once is no run without end that shows it.
    Never(Classes),
}

/// A run without end along the edges of a graph, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// The state in which it begins.
    pub start: u32,
    /// The edges to where the round begins.
    pub stem: Vec<usize>,
    /// The edges of the round; none if the run stays there.
    pub cycle: Vec<usize>,
}

impl Rounds {
    /// The same as actions.
    pub fn lasso<S>(&self, graph: &Graph<S::Label, S::Mark>, system: &S) -> Option<Lasso<S::Action>>
    where
        S: System,
        S::Action: Clone,
    {
        let all: Vec<usize> = self.stem.iter().chain(&self.cycle).copied().collect();
        let (mut stem, _) = graph.along(system, self.start, &all)?;
        let cycle = stem.split_off(self.stem.len());
        Some(Lasso { stem, cycle })
    }
}

/// A graph whose edges have classes, and what is asked of it.
pub struct Judge<'a, L, K> {
    graph: &'a Graph<L, K>,
    edges: &'a Edges<L>,
    /// The classes of each edge.
    classes: Vec<Classes>,
    /// The classes that have an action in each state, whether it stays in a component or not.
    enabled: Vec<Classes>,
}

/// Where a run can be that owes something: how far from the start, and by which edge.
struct Owing {
    /// Actions from the start; [`FAR`] for a state that owes nothing.
    distance: Vec<u32>,
    /// The edge by which it was reached; [`ON_THE_WAY`] if by a shortest way of the graph.
    by: Vec<usize>,
    /// The states that owe.
    states: Vec<u32>,
}

const FAR: u32 = u32::MAX;
const ON_THE_WAY: usize = usize::MAX;

impl<'a, L: Copy, K> Judge<'a, L, K> {
    /// A graph and the classes of its edges; none if its edges were not kept.
    pub fn new(graph: &'a Graph<L, K>, class: impl Fn(L) -> Classes) -> Option<Self> {
        let edges = graph.edges.as_ref()?;
        let classes: Vec<Classes> = edges.labels.iter().map(|&label| class(label)).collect();
        let enabled = (0..edges.states())
            .map(|state| classes[edges.of(state)].iter().fold(0, |all, one| all | one))
            .collect();
        Some(Judge { graph, edges, classes, enabled })
    }

    /// The classes that occur at all. Fairness of a class without an action assumes nothing, and a claim
    /// about one is a claim about nothing.
    pub fn occurring(&self) -> Classes {
        self.enabled.iter().fold(0, |all, one| all | one)
    }

    /// A fair run against a claim: its stem is as short as any such run's, its round is fair. None if
    /// there is none in what was explored, which is a proof if all was.
    pub fn against(&self, claim: Claim, fairness: Fairness) -> Option<Rounds> {
        // What must come is missing where the run goes round, and what must not come is there.
        let (owing, missing, present) = match claim {
            Claim::AlwaysEventually(goal) => (self.everywhere(), goal, 0),
            Claim::LeadsTo(first, goal) => (self.after(first, goal), goal, 0),
            Claim::Never(goal) => (self.everywhere(), 0, goal),
        };
        let barred = missing | fairness.ends;
        let (entry, component) = self.fair_components(&owing, barred, present, fairness)?;
        let fairness = Fairness { strong: fairness.strong | present, ..fairness };
        let cycle = self.round(entry, &component, barred, fairness);
        let (start, stem) = self.stem(&owing, entry);
        Some(Rounds { start, stem, cycle })
    }

    /// Every state owes what must come always.
    fn everywhere(&self) -> Owing {
        let states: Vec<u32> = (0..self.edges.states()).collect();
        let distance = states.iter().map(|&state| self.graph.depth_of(state)).collect();
        Owing { distance, by: vec![ON_THE_WAY; states.len()], states }
    }

    /// The states after a step of the first class, and what follows them without one of the second,
    /// the nearest first.
    fn after(&self, first: Classes, second: Classes) -> Owing {
        let known = self.edges.states();
        let mut distance = vec![FAR; known as usize];
        let mut by = vec![ON_THE_WAY; known as usize];
        let mut states = Vec::new();
        // Numbers go up with the distance, so triggers come in order.
        let mut triggers = (0..known)
            .flat_map(|state| self.edges.of(state).map(move |place| (state, place)))
            .filter(|&(_, place)| {
                self.classes[place] & first != 0 && self.classes[place] & second == 0
            })
            .map(|(state, place)| (self.graph.depth_of(state) + 1, place))
            .peekable();
        let mut level: Vec<u32> = Vec::new();
        let mut far = 0;
        while triggers.peek().is_some() || !level.is_empty() {
            while let Some((_, place)) = triggers.next_if(|&(at, _)| at == far) {
                let to = self.edges.to[place];
                if to < known && distance[to as usize] == FAR {
                    distance[to as usize] = far;
                    by[to as usize] = place;
                    level.push(to);
                }
            }
            far += 1;
            states.extend_from_slice(&level);
            for state in std::mem::take(&mut level) {
                for place in self.edges.of(state) {
                    let to = self.edges.to[place];
                    let goes_on = to < known && self.classes[place] & second == 0;
                    if goes_on && distance[to as usize] == FAR {
                        distance[to as usize] = far;
                        by[to as usize] = place | PURSUED;
                        level.push(to);
                    }
                }
            }
        }
        Owing { distance, by, states }
    }

    /// The nearest state of a component in which a fair run can stay and do something of what is to be
    /// present, and that component; alone if the run can stay in the state itself.
    fn fair_components(
        &self,
        owing: &Owing,
        barred: Classes,
        present: Classes,
        fairness: Fairness,
    ) -> Option<(u32, Vec<u32>)> {
        let mut best: Option<(u32, u32, Vec<u32>)> = None;
        self.each_fair_component(owing, barred, fairness, |component, taken| {
            if present != 0 && taken & present == 0 {
                return;
            }
            let near = component.iter().map(|&one| (owing.distance[one as usize], one)).min();
            let Some((far, state)) = near else { return };
            let stays = component.len() == 1;
            let better = best.as_ref().is_none_or(|(least, one, known)| {
                (far, state, !stays) < (*least, *one, known.len() != 1)
            });
            if better {
                best = Some((far, state, component.to_vec()));
            }
        });
        best.map(|(_, state, component)| (state, component))
    }

    /// Every greatest set of states in which a fair run can go on for ever without what is barred; and every
    /// state in which it can stay. With each, the classes of the actions that stay in it.
    fn each_fair_component(
        &self,
        owing: &Owing,
        barred: Classes,
        fairness: Fairness,
        mut each: impl FnMut(&[u32], Classes),
    ) {
        let fair = fairness.weak | fairness.strong;
        let known = self.edges.states();
        for &state in &owing.states {
            if self.enabled[state as usize] & fair == 0 {
                each(&[state], 0);
            }
        }
        // The part of the graph that each state is in; 0 for none.
        let mut part = vec![0u32; known as usize];
        let mut parts = 1;
        for &state in &owing.states {
            part[state as usize] = parts;
        }
        let mut search = Components::new(known as usize);
        let mut left = vec![owing.states.clone()];
        while let Some(states) = left.pop() {
            let stays = |from: u32, place: usize| {
                let to = self.edges.to[place];
                to < known
                    && part[to as usize] == part[from as usize]
                    && self.classes[place] & barred == 0
            };
            let found = search.of(self.edges, &states, stays);
            for component in found {
                parts += 1;
                for &state in &component {
                    part[state as usize] = parts;
                }
                let (mut taken, mut somewhere, mut everywhere) = (0, 0, Classes::MAX);
                let mut moves = false;
                for &state in &component {
                    somewhere |= self.enabled[state as usize];
                    everywhere &= self.enabled[state as usize];
                    for place in self.edges.of(state) {
                        let to = self.edges.to[place];
                        let inside = to < known
                            && part[to as usize] == parts
                            && self.classes[place] & barred == 0;
                        if inside {
                            moves = true;
                            taken |= self.classes[place];
                        }
                    }
                }
                if !moves || fairness.weak & everywhere & !taken != 0 {
                    continue;
                }
                let starved = fairness.strong & somewhere & !taken;
                if starved == 0 {
                    each(&component, taken);
                    continue;
                }
                let (out, rest): (Vec<u32>, Vec<u32>) = component
                    .iter()
                    .partition(|&&state| self.enabled[state as usize] & starved != 0);
                for state in out {
                    part[state as usize] = 0;
                }
                if !rest.is_empty() {
                    left.push(rest);
                }
            }
        }
    }

    /// A round through a component from one of its states that does all that fairness asks for.
    fn round(
        &self,
        entry: u32,
        component: &[u32],
        barred: Classes,
        fairness: Fairness,
    ) -> Vec<usize> {
        let fair = fairness.weak | fairness.strong;
        if component.len() == 1 && self.enabled[entry as usize] & fair == 0 {
            return Vec::new();
        }
        let mut inside = vec![false; self.edges.states() as usize];
        for &state in component {
            inside[state as usize] = true;
        }
        let stays = |place: usize| {
            inside.get(self.edges.to[place] as usize).is_some_and(|&one| one)
                && self.classes[place] & barred == 0
        };
        let taken = component
            .iter()
            .flat_map(|&state| self.edges.of(state))
            .filter(|&place| stays(place))
            .fold(0, |all, place| all | self.classes[place]);
        // What is to be done by an action, and what by a state that has none.
        let mut actions = fair & taken;
        let mut absences = fairness.weak & !taken;
        let (mut here, mut round) = (entry, Vec::new());
        loop {
            absences &= self.enabled[here as usize];
            if actions == 0 && absences == 0 {
                break;
            }
            let reached = |place: usize| {
                let to = self.edges.to[place] as usize;
                self.classes[place] & actions != 0 || absences & !self.enabled[to] != 0
            };
            let Some(way) = self.walk(here, stays, reached) else { break };
            for &place in &way {
                actions &= !self.classes[place];
                here = self.edges.to[place];
                absences &= self.enabled[here as usize];
            }
            round.extend(way);
        }
        if here != entry || round.is_empty() {
            let home = self.walk(here, stays, |place| self.edges.to[place] == entry);
            round.extend(home.unwrap_or_default());
        }
        round
    }

    /// A shortest walk of at least one edge whose last is as wanted.
    fn walk(
        &self,
        from: u32,
        stays: impl Fn(usize) -> bool,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<Vec<usize>> {
        let mut by = std::collections::HashMap::new();
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(state) = queue.pop_front() {
            for place in self.edges.of(state).filter(|&place| stays(place)) {
                if wanted(place) {
                    let mut way = vec![place];
                    let mut here = state;
                    while here != from {
                        let (before, place): (u32, usize) = by[&here];
                        way.push(place);
                        here = before;
                    }
                    way.reverse();
                    return Some(way);
                }
                let to = self.edges.to[place];
                if to != from && !by.contains_key(&to) {
                    by.insert(to, (state, place));
                    queue.push_back(to);
                }
            }
        }
        None
    }

    /// The edges from a start to where a round begins.
    fn stem(&self, owing: &Owing, entry: u32) -> (u32, Vec<usize>) {
        let mut stem = Vec::new();
        let mut here = entry;
        loop {
            let by = owing.by[here as usize];
            if by == ON_THE_WAY {
                break;
            }
            let place = by & !PURSUED;
            stem.push(place);
            here = self.source(place);
            if by & PURSUED == 0 {
                break;
            }
        }
        let way = self.graph.way_to(here);
        for pair in way.windows(2).rev() {
            stem.extend(self.edges.of(pair[0]).find(|&place| self.edges.to[place] == pair[1]));
        }
        stem.reverse();
        (way[0], stem)
    }

    /// The state that an edge leaves.
    fn source(&self, place: usize) -> u32 {
        self.edges.source(place)
    }
}

/// Marks an edge that was taken while something was owed already.
const PURSUED: usize = 1 << (usize::BITS - 1);
