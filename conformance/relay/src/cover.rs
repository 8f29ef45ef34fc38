//! Every edge of a scenario's graph: a spanning tree of shortest ways is walked once, and at each
//! state everything is tried that the model offers, and what it refuses.

use std::collections::hash_map::{DefaultHasher, Entry, HashMap};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use unincluded_model::state::{MAX_BLOCKS, MAX_LOOKAHEAD, MAX_VALIDATORS, Segment};
use unincluded_model::{Action, Bits, Emission, Few, RelayBlockPlan, Rule, State};

use crate::divergence::Divergence;
use crate::driver::{Driver, Taken};
use crate::world::World;

/// How much of a graph is covered.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// States at most, the nearest first; the whole graph where it has no more.
    pub states: usize,
    /// Relay blocks at most.
    pub relay_blocks: usize,
}

/// What was covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// States of the graph that were visited.
    pub states: usize,
    /// Whether these are all.
    pub is_whole: bool,
    /// Edges of the graph from them.
    pub edges: usize,
    /// Relay blocks that the pallets executed: each that is another to the relay chain once.
    pub relay_blocks: usize,
    /// Relay blocks that both sides refused, by rule; those without a rule of their own are last.
    pub refused: BTreeMap<Option<Rule>, usize>,
}

impl Covered {
    /// Adds what another coverage saw.
    pub fn add(&mut self, other: &Covered) {
        self.states += other.states;
        self.is_whole &= other.is_whole;
        self.edges += other.edges;
        self.relay_blocks += other.relay_blocks;
        for (rule, count) in &other.refused {
            *self.refused.entry(*rule).or_default() += count;
        }
    }
}

struct Node {
    state: State,
    /// The state before it on a shortest way, and the action from there.
    from: Option<(usize, Action)>,
    children: Vec<usize>,
}

struct Cover<'a> {
    driver: &'a Driver,
    extent: Extent,
    nodes: Vec<Node>,
    tried: HashSet<u64>,
    covered: Covered,
}

/// Takes every edge of the graph, as far as the extent goes, on both sides.
///
/// # Errors
///
/// The first divergence.
pub fn cover(driver: &Driver, extent: Extent) -> Result<Covered, Box<Divergence>> {
    let mut cover = Cover {
        driver,
        extent,
        nodes: Vec::new(),
        tried: HashSet::new(),
        covered: Covered::default(),
    };
    cover.explore();
    let Some(world) = driver.begin() else { return Err(Divergence::no_beginning(driver)) };
    cover.visit(0, world)?;
    Ok(cover.covered)
}

impl Cover<'_> {
    /// The spanning tree, breadth first.
    fn explore(&mut self) {
        let model = self.driver.model();
        let mut places: HashMap<State, usize> = HashMap::new();
        let initial = model.initial();
        places.insert(initial.clone(), 0);
        self.nodes.push(Node { state: initial, from: None, children: Vec::new() });
        let mut waiting = VecDeque::from([0]);
        self.covered.is_whole = true;
        while let Some(place) = waiting.pop_front() {
            let state = self.nodes[place].state.clone();
            for (action, step) in model.steps(&state) {
                self.covered.edges += 1;
                let Ok(step) = step else { continue };
                let new = self.nodes.len();
                let Entry::Vacant(vacant) = places.entry(step.next.clone()) else { continue };
                if new >= self.extent.states {
                    self.covered.is_whole = false;
                    continue;
                }
                vacant.insert(new);
                let from = Some((place, action));
                self.nodes.push(Node { state: step.next, from, children: Vec::new() });
                self.nodes[place].children.push(new);
                waiting.push_back(new);
            }
        }
        self.covered.states = self.nodes.len();
    }

    fn visit(&mut self, place: usize, mut world: World) -> Result<(), Box<Divergence>> {
        if self.covered.relay_blocks >= self.extent.relay_blocks {
            self.covered.is_whole = false;
            return Ok(());
        }
        let state = self.nodes[place].state.clone();
        debug_assert!(state == world.state);
        let offered = self.driver.model().actions(&state);
        for action in offered.iter().copied().chain(attempts(&state)) {
            let Action::RelayBlock(plan) = action else { continue };
            if !self.tried.insert(key(&state, &plan)) {
                continue;
            }
            let taken = self.driver.take(&mut world, &action, false);
            match taken {
                Ok(taken) => self.note(taken),
                Err(parting) => return Err(self.divergence(place, action, parting)),
            }
        }
        for child in self.nodes[place].children.clone() {
            let Some((_, action)) = self.nodes[child].from else { continue };
            let mut next = world.clone();
            match self.driver.take(&mut next, &action, true) {
                Ok(Taken::Followed) => self.visit(child, next)?,
                // Nothing behind a step that is not followed is looked at.
                Ok(_) => self.covered.is_whole = false,
                Err(parting) => return Err(self.divergence(place, action, parting)),
            }
        }
        Ok(())
    }

    fn note(&mut self, taken: Taken) {
        match taken {
            Taken::Followed => self.covered.relay_blocks += 1,
            Taken::Refused(rule) => {
                self.covered.relay_blocks += 1;
                *self.covered.refused.entry(rule).or_default() += 1;
            }
            Taken::Beside => {}
        }
    }

    fn divergence(
        &self,
        place: usize,
        action: Action,
        parting: crate::driver::Parting,
    ) -> Box<Divergence> {
        let mut actions = vec![action];
        let mut here = place;
        while let Some((from, action)) = self.nodes[here].from {
            actions.push(action);
            here = from;
        }
        actions.reverse();
        Divergence::new(self.driver, actions, parting)
    }
}

/// Relay blocks that may well be refused: each candidate alone, with the votes of the others or without,
/// and at the end of a session.
pub(crate) fn attempts(state: &State) -> Vec<Action> {
    let mut all = Vec::new();
    for (place, branch) in (0..).zip(&state.branches) {
        let votes = |enough: bool| {
            let bits = branch.pending.iter().map(|pending| {
                if enough || pending.available { Bits::Enough } else { Bits::OneShort }
            });
            Few::of(bits).unwrap_or_default()
        };
        for block in state.indices().skip(1) {
            for (enough, session_change) in [(false, false), (true, false), (false, true)] {
                let plan = RelayBlockPlan {
                    bits: votes(enough),
                    back: Few::from(Some(block)),
                    session_change,
                    ..RelayBlockPlan::quiet(place)
                };
                all.push(Action::RelayBlock(plan));
            }
        }
    }
    all
}

/// What the relay chain's runtime can tell apart: two states with the same key are the same to it.
fn key(state: &State, plan: &RelayBlockPlan) -> u64 {
    let mut seen = state.clone();
    for block in &mut seen.blocks {
        let [upward, outbound] = block.segment.own_messages();
        block.segment = Segment {
            messages: upward.into(),
            outbound: outbound.into(),
            signals: block.segment.signals & 1,
            ..Segment::default()
        };
        (block.authored, block.hash_rank, block.issued, block.known_backable) = (0, 0, 0, 0);
        (block.para_slot, block.authority_set, block.forgotten) = (0, 0, 0);
        block.emission = Emission::default();
    }
    for branch in &mut seen.branches {
        branch.views.truncate(1);
        branch.views[0].phase = 0;
        branch.fetched = [0; MAX_LOOKAHEAD];
    }
    seen.chains = [None; MAX_VALIDATORS];
    seen.turn = None;
    debug_assert!(seen.blocks.len() <= MAX_BLOCKS);
    let mut hasher = DefaultHasher::new();
    (seen, plan).hash(&mut hasher);
    hasher.finish()
}
