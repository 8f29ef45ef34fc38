//! Exploration level by level, on any number of threads, with one and the same result.
//!
//! A block of the frontier is divided among threads. They look up what follows in the table as it was
//! before the block, and number what they have not seen among themselves; then the parts are put
//! together in order. So states are numbered as a queue would number them: by distance, and among
//! those of one distance by the first way there. Who was first does not depend on who was fast.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::table::{Probe, Table};
use super::{Edges, Graph, Panicked, System};
use crate::search::{Cut, Limits};

/// How to explore.
#[derive(Clone, Copy, Debug)]
pub struct Exploration<K> {
    /// How far to go.
    pub limits: Limits,
    /// Actions from the start beyond which nothing is looked at.
    pub horizon: Option<u32>,
    /// Threads; 0 is as good as 1.
    pub threads: usize,
    /// Whether edges are kept.
    pub edges: bool,
    /// Whether a state so marked ends the exploration.
    pub stops: fn(K) -> bool,
}

impl<K> Default for Exploration<K> {
    fn default() -> Self {
        Exploration {
            limits: Limits::default(),
            horizon: None,
            threads: 1,
            edges: true,
            stops: |_| false,
        }
    }
}

/// States expanded in one go by one thread.
const PART: usize = 256;

/// Parts of a block, for each thread.
const PARTS: usize = 16;

/// Successors looked up together.
const TOGETHER: usize = 32;

/// States at most: the other numbers are for those that are not numbered yet.
const MOST: usize = UNNUMBERED as usize - 1;

/// The bit of a target that is known by its place in its part.
const UNNUMBERED: u32 = 1 << 31;

/// Explores a system from its starts.
pub fn explore<S: System>(system: &S, how: Exploration<S::Mark>) -> Graph<S::Label, S::Mark> {
    let mut run = Run::new(how);
    let mut frontier = run.start(system);
    while !frontier.is_empty() && run.graph.cut_by.is_none() {
        let depth = run.graph.levels.len() as u32 - 1;
        if let Some(bound) = how.horizon.filter(|&bound| depth >= bound) {
            run.graph.cut_by = Some(Cut::Horizon(bound));
            break;
        }
        frontier = run.level(system, &frontier);
    }
    run.graph
}

struct Run<S: System> {
    how: Exploration<S::Mark>,
    started: Instant,
    graph: Graph<S::Label, S::Mark>,
    /// The states of the next level so far.
    next: Vec<S::State>,
}

impl<S: System> Run<S> {
    fn new(how: Exploration<S::Mark>) -> Self {
        let edges = how.edges.then(Edges::default);
        Run {
            how,
            started: Instant::now(),
            graph: Graph { edges, ..Graph::default() },
            next: Vec::new(),
        }
    }

    fn start(&mut self, system: &S) -> Vec<S::State> {
        let starts = match catch_unwind(AssertUnwindSafe(|| system.starts())) {
            Ok(starts) => starts,
            Err(payload) => {
                self.panicked(None, &payload);
                return Vec::new();
            }
        };
        self.graph.levels.push(0);
        for state in starts {
            let fingerprint = system.fingerprint(&state);
            let mark = match catch_unwind(AssertUnwindSafe(|| system.mark(&state))) {
                Ok(mark) => mark,
                Err(payload) => {
                    self.panicked(None, &payload);
                    break;
                }
            };
            if self.number(fingerprint, Graph::<S::Label, S::Mark>::NONE, mark, state).is_none() {
                break;
            }
        }
        std::mem::take(&mut self.next)
    }

    /// Numbers a state; none if there is no leave to.
    fn number(
        &mut self,
        fingerprint: u64,
        parent: u32,
        mark: S::Mark,
        state: S::State,
    ) -> Option<u32> {
        let graph = &mut self.graph;
        let most = self.how.limits.states.unwrap_or(MOST).min(MOST);
        if graph.table.len() >= most && graph.table.find(fingerprint).is_none() {
            graph.cut_by.get_or_insert(Cut::States(most));
            return None;
        }
        let (number, is_new) = graph.table.insert(fingerprint);
        if is_new {
            push(&mut graph.parents, parent);
            push(&mut graph.marks, mark);
            self.next.push(state);
            if (self.how.stops)(mark) {
                graph.cut_by.get_or_insert(Cut::Verdict);
                return None;
            }
        }
        Some(number)
    }

    /// Expands the states of one level; the next one.
    fn level(&mut self, system: &S, frontier: &[S::State]) -> Vec<S::State> {
        let before = self.graph.len();
        let threads = self.how.threads.max(1);
        let block = if threads == 1 { PART } else { threads * PARTS * PART };
        let mut first = self.graph.expanded;
        for states in frontier.chunks(block) {
            self.check_limits(frontier);
            if self.graph.cut_by.is_some() {
                break;
            }
            for part in self.expand(system, states, threads) {
                self.join(part, first);
                if self.graph.cut_by.is_some() {
                    break;
                }
                first = self.graph.expanded;
            }
        }
        if self.graph.len() > before {
            self.graph.levels.push(before as u32);
        }
        std::mem::take(&mut self.next)
    }

    /// The parts of a block, in order.
    fn expand(&self, system: &S, states: &[S::State], threads: usize) -> Vec<Part<S>> {
        let table = &self.graph.table;
        let edges = self.how.edges;
        // A few states are not worth a thread.
        let threads = threads.min(states.len().div_ceil(PART / 4));
        if threads <= 1 {
            return states.chunks(PART).map(|part| Part::of(system, table, part, edges)).collect();
        }
        let size = (states.len().div_ceil(threads * PARTS)).clamp(16, PART);
        let parts: Vec<&[S::State]> = states.chunks(size).collect();
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<(usize, Part<S>)>> = Mutex::new(Vec::with_capacity(parts.len()));
        let work = || {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(part) = parts.get(place) else { break };
                let part = Part::of(system, table, part, edges);
                done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, part));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        done.sort_unstable_by_key(|&(place, _)| place);
        done.into_iter().map(|(_, part)| part).collect()
    }

    /// Puts a part to what is known. `first` is the number of its first state.
    fn join(&mut self, part: Part<S>, first: usize) {
        let mut numbers = Vec::with_capacity(part.unseen.len());
        let mut whole = part.ends.len();
        for new in part.unseen {
            let parent = first as u32 + new.parent;
            let Some(number) = self.number(new.fingerprint, parent, new.mark, new.state) else {
                whole = new.parent as usize;
                break;
            };
            numbers.push(number);
        }
        if let Some((place, payload)) = part.panicked
            && self.graph.cut_by.is_none()
        {
            self.panicked(Some(first as u32 + place), &payload);
        }
        let steps = whole.checked_sub(1).map_or(0, |last| part.ends[last] as usize);
        self.graph.expanded += whole;
        self.graph.transitions += steps as u64;
        if let Some(edges) = &mut self.graph.edges {
            let base = edges.to.len();
            for &end in &part.ends[..whole] {
                push(&mut edges.ends, base as u64 + u64::from(end));
            }
            make_room(&mut edges.to, steps);
            edges.to.extend(part.to[..steps].iter().map(|&to| {
                if to & UNNUMBERED == 0 { to } else { numbers[(to & !UNNUMBERED) as usize] }
            }));
            make_room(&mut edges.labels, steps);
            edges.labels.extend_from_slice(&part.labels[..steps]);
        }
    }

    fn panicked(&mut self, state: Option<u32>, payload: &Payload) {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        let message = text.unwrap_or_else(|| "without a message".to_owned());
        self.graph.cut_by = Some(Cut::Panic);
        self.graph.panicked = Some(Panicked { state, message });
    }

    fn check_limits(&mut self, frontier: &[S::State]) {
        let Limits { memory, time, .. } = self.how.limits;
        let waiting = (frontier.len() + self.next.capacity()) * size_of::<S::State>();
        if let Some(most) = memory.filter(|&most| self.graph.memory() + waiting >= most) {
            self.graph.cut_by.get_or_insert(Cut::Memory(most));
        }
        if let Some(most) = time.filter(|&most| self.started.elapsed() >= most) {
            self.graph.cut_by.get_or_insert(Cut::Time(most));
        }
    }
}

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// A state that the table did not hold.
struct Unseen<S: System> {
    fingerprint: u64,
    /// Its first parent, by place in the part.
    parent: u32,
    mark: S::Mark,
    state: S::State,
}

/// What follows from some states.
struct Part<S: System> {
    /// The steps of all states up to each.
    ends: Vec<u32>,
    /// Where they lead: a number, or a place in `unseen` with [`UNNUMBERED`]. Empty without edges.
    to: Vec<u32>,
    labels: Vec<S::Label>,
    unseen: Vec<Unseen<S>>,
    /// The state, by place in the part, at which the system panicked.
    panicked: Option<(u32, Payload)>,
}

/// A step whose end is not looked up yet.
struct Waiting<S: System> {
    fingerprint: u64,
    parent: u32,
    state: S::State,
    label: S::Label,
}

impl<S: System> Part<S> {
    fn of(system: &S, table: &Table, states: &[S::State], edges: bool) -> Self {
        let mut part = Part {
            ends: Vec::with_capacity(states.len()),
            to: Vec::new(),
            labels: Vec::new(),
            unseen: Vec::new(),
            panicked: None,
        };
        let mut steps = 0;
        let mut actions = Vec::new();
        let mut waiting: Vec<Waiting<S>> = Vec::with_capacity(2 * TOGETHER);
        let mut probes = Vec::with_capacity(2 * TOGETHER);
        let mut local = Local::new(states.len());
        for (place, state) in (0..).zip(states) {
            let known = waiting.len();
            let expanded = catch_unwind(AssertUnwindSafe(|| {
                system.steps(state, &mut actions, &mut |next, label| {
                    let fingerprint = system.fingerprint(&next);
                    waiting.push(Waiting { fingerprint, parent: place, state: next, label });
                });
            }));
            if let Err(payload) = expanded {
                // What it led to before is no more than a part of what it leads to.
                waiting.truncate(known);
                part.panicked = Some((place, payload));
                break;
            }
            steps += (waiting.len() - known) as u32;
            part.ends.push(steps);
            if waiting.len() >= TOGETHER {
                part.look_up(system, table, &mut local, &mut waiting, &mut probes, edges);
                if part.panicked.is_some() {
                    return part;
                }
            }
        }
        part.look_up(system, table, &mut local, &mut waiting, &mut probes, edges);
        part
    }

    /// Looks all those up that wait: first memory is asked for every one of them, then its answers
    /// are read.
    fn look_up(
        &mut self,
        system: &S,
        table: &Table,
        local: &mut Local,
        waiting: &mut Vec<Waiting<S>>,
        probes: &mut Vec<Probe>,
        edges: bool,
    ) {
        probes.clear();
        probes.extend(waiting.iter().map(|one| table.probe(one.fingerprint)));
        for (one, &probe) in waiting.drain(..).zip(&*probes) {
            let to = if let Some(known) = table.resolve(probe) {
                known
            } else {
                let (place, is_new) = local.insert(one.fingerprint);
                if is_new {
                    let Waiting { fingerprint, parent, state, .. } = one;
                    match catch_unwind(AssertUnwindSafe(|| system.mark(&state))) {
                        Ok(mark) => {
                            self.unseen.push(Unseen { fingerprint, parent, mark, state });
                        }
                        Err(payload) => {
                            self.ends.truncate(parent as usize);
                            self.panicked = Some((parent, payload));
                            return;
                        }
                    }
                }
                place | UNNUMBERED
            };
            if edges {
                self.to.push(to);
                self.labels.push(one.label);
            }
        }
    }
}

/// The states that a part met first: a table small enough to stay near.
struct Local {
    slots: Vec<(u64, u32)>,
    len: u32,
}

impl Local {
    const FREE: u32 = u32::MAX;

    fn new(states: usize) -> Self {
        let slots = (4 * states).next_power_of_two().max(16);
        Local { slots: vec![(0, Self::FREE); slots], len: 0 }
    }

    /// The place of a fingerprint among those met, and whether it is the first time.
    fn insert(&mut self, fingerprint: u64) -> (u32, bool) {
        if (self.len as usize + 1) * 2 > self.slots.len() {
            let wider = vec![(0, Self::FREE); 2 * self.slots.len()];
            for slot in std::mem::replace(&mut self.slots, wider) {
                if slot.1 != Self::FREE {
                    let place = self.place(slot.0);
                    self.slots[place] = slot;
                }
            }
        }
        let place = self.place(fingerprint);
        if self.slots[place].1 != Self::FREE {
            return (self.slots[place].1, false);
        }
        self.slots[place] = (fingerprint, self.len);
        self.len += 1;
        (self.len - 1, true)
    }

    /// The slot of a fingerprint: where it is, or where it belongs.
    fn place(&self, fingerprint: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = fingerprint as usize & mask;
        while self.slots[place].1 != Self::FREE && self.slots[place].0 != fingerprint {
            place = (place + 1) & mask;
        }
        place
    }
}

/// Makes room for so many more, and an eighth of what there is besides: what holds a graph need not
/// double.
fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more + list.len() / 8);
    }
}

fn push<T>(list: &mut Vec<T>, one: T) {
    make_room(list, 1);
    list.push(one);
}
