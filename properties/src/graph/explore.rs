//! Exploration level by level, on any number of threads, with one and the same result.
//!
//! A block of the frontier is divided among threads. They look up what follows in the table as it was
//! before the block, and number what they have not seen among themselves; then the parts are put
//! together in order. So states are numbered as a queue would number them: by distance, and among
//! those of one distance by the first way there. Who was first does not depend on who was fast.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
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

/// States expanded in one go by one thread, at most.
const PART: usize = 512;

/// Parts of a block, for each thread.
const PARTS: usize = 2;

/// Successors looked up together, so that memory answers at once what would else be waited for one by one.
const TOGETHER: usize = 32;

/// States at most: the other numbers are for those that are not numbered yet.
const MOST: usize = UNNUMBERED as usize - 1;

/// The bit of a target that is known by its place in its part.
const UNNUMBERED: u32 = 1 << 31;

/// Explores a system from its starts.
pub fn explore<S: System>(system: &S, how: Exploration<S::Mark>) -> Graph<S::Label, S::Mark> {
    let mut run = Run::new(system, how);
    run.start();
    while !run.next.is_empty() && run.graph.cut_by.is_none() {
        let depth = run.graph.levels.len() as u32 - 1;
        if let Some(bound) = how.horizon.filter(|&bound| depth >= bound) {
            run.graph.cut_by = Some(Cut::Horizon(bound));
            break;
        }
        run.level();
    }
    run.graph
}

struct Run<'a, S: System> {
    system: &'a S,
    how: Exploration<S::Mark>,
    started: Instant,
    graph: Graph<S::Label, S::Mark>,
    /// The states of the next level so far, in lists of [`PART`].
    next: Vec<Vec<S::State>>,
    /// Bytes that they and those of this level hold that are not expanded.
    waiting: usize,
}

impl<'a, S: System> Run<'a, S> {
    fn new(system: &'a S, how: Exploration<S::Mark>) -> Self {
        let edges = how.edges.then(Edges::default);
        Run {
            system,
            how,
            started: Instant::now(),
            graph: Graph { edges, ..Graph::default() },
            next: Vec::new(),
            waiting: 0,
        }
    }

    fn start(&mut self) {
        let system = self.system;
        let starts = match catch_unwind(AssertUnwindSafe(|| system.starts())) {
            Ok(starts) => starts,
            Err(payload) => return self.panicked(None, &payload),
        };
        self.graph.levels.push(0);
        for state in starts {
            let fingerprint = system.fingerprint(&state);
            let mark = match catch_unwind(AssertUnwindSafe(|| system.mark(&state))) {
                Ok(mark) => mark,
                Err(payload) => return self.panicked(None, &payload),
            };
            if self.number(fingerprint, Graph::<S::Label, S::Mark>::NONE, mark, state).is_none() {
                return;
            }
        }
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
            graph.marks.entry(mark).or_insert(number);
            self.wait(state);
            if (self.how.stops)(mark) {
                self.graph.cut_by.get_or_insert(Cut::Verdict);
                return None;
            }
        }
        Some(number)
    }

    /// Puts a state to those of the next level.
    fn wait(&mut self, state: S::State) {
        self.waiting += self.system.held(&state);
        match self.next.last_mut() {
            Some(last) if last.len() < PART => last.push(state),
            _ => {
                let mut list = Vec::with_capacity(PART);
                list.push(state);
                self.next.push(list);
            }
        }
    }

    /// Expands the states of one level.
    fn level(&mut self) {
        let before = self.graph.len();
        let threads = self.how.threads.max(1);
        let block = if threads == 1 { 1 } else { threads * PARTS };
        let mut first = self.graph.expanded;
        let mut level = std::mem::take(&mut self.next).into_iter();
        while !level.as_slice().is_empty() {
            self.check_limits();
            if self.graph.cut_by.is_some() {
                break;
            }
            let lists: Vec<Vec<S::State>> = level.by_ref().take(block).collect();
            let held: usize = lists.iter().flatten().map(|state| self.system.held(state)).sum();
            self.waiting -= held;
            for part in self.expand(lists, threads) {
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
    }

    /// The parts of a block, in order.
    fn expand(&self, lists: Vec<Vec<S::State>>, threads: usize) -> Vec<Part<S>> {
        let (system, table, edges) = (self.system, &self.graph.table, self.how.edges);
        let of = |states| Expander::new(system, table, edges).expand(states);
        let parts = if threads > 1 { divided(lists, threads * PARTS) } else { lists };
        // A few states are not worth a thread.
        let threads = threads.min(parts.len());
        if threads <= 1 {
            return parts.into_iter().map(of).collect();
        }
        let done = Mutex::new(Vec::with_capacity(parts.len()));
        let parts = Mutex::new(parts.into_iter().enumerate());
        let work = || {
            loop {
                let taken = parts.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((place, states)) = taken else { break };
                let part = of(states);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((place, part));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
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
            edges.to.extend(part.to[..steps].iter().map(|&to| match part.met[to as usize] {
                known if known & UNNUMBERED == 0 => known,
                unseen => numbers[(unseen & !UNNUMBERED) as usize],
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

    fn check_limits(&mut self) {
        let Limits { memory, time, .. } = self.how.limits;
        if let Some(most) = memory.filter(|&most| self.graph.memory() + self.waiting >= most) {
            self.graph.cut_by.get_or_insert(Cut::Memory(most));
        }
        if let Some(most) = time.filter(|&most| self.started.elapsed() >= most) {
            self.graph.cut_by.get_or_insert(Cut::Time(most));
        }
    }
}

/// The same states in so many lists, or more: what is expanded side by side.
fn divided<T>(lists: Vec<Vec<T>>, parts: usize) -> Vec<Vec<T>> {
    let states: usize = lists.iter().map(Vec::len).sum();
    let size = states.div_ceil(parts).clamp(16, PART);
    if size == PART {
        return lists;
    }
    let mut states = lists.into_iter().flatten().peekable();
    let mut divided = Vec::with_capacity(parts);
    while states.peek().is_some() {
        divided.push(states.by_ref().take(size).collect());
    }
    divided
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
    /// Where they lead, by place in `met`. Empty without edges.
    to: Vec<u32>,
    labels: Vec<S::Label>,
    /// The states that they lead to: a number, or a place in `unseen` with [`UNNUMBERED`].
    met: Vec<u32>,
    unseen: Vec<Unseen<S>>,
    /// The state, by place in the part, at which the system panicked.
    panicked: Option<(u32, Payload)>,
}

/// A state that is not looked up yet.
struct Waiting<S: System> {
    fingerprint: u64,
    /// Its first parent, by place in the part.
    parent: u32,
    state: S::State,
}

/// Expands the states of a part.
struct Expander<'a, S: System> {
    system: &'a S,
    table: &'a Table,
    edges: bool,
    part: Part<S>,
    near: Near,
    /// The last states met for the first time, fewer than [`TOGETHER`].
    waiting: Vec<Waiting<S>>,
    probes: Vec<Probe>,
    /// Steps so far.
    steps: u32,
}

impl<'a, S: System> Expander<'a, S> {
    fn new(system: &'a S, table: &'a Table, edges: bool) -> Self {
        let part = Part {
            ends: Vec::new(),
            to: Vec::new(),
            labels: Vec::new(),
            met: Vec::new(),
            unseen: Vec::new(),
            panicked: None,
        };
        let (waiting, probes) = (Vec::with_capacity(TOGETHER), Vec::with_capacity(TOGETHER));
        Expander { system, table, edges, part, near: Near::default(), waiting, probes, steps: 0 }
    }

    fn expand(mut self, states: Vec<S::State>) -> Part<S> {
        let mut actions = Vec::new();
        self.near.make_room(4 * states.len());
        // What is expanded is not kept.
        for (place, state) in (0..).zip(states) {
            let expanded = catch_unwind(AssertUnwindSafe(|| {
                self.system.steps(&state, &mut actions, &mut |next, label| {
                    self.meet(place, next, label);
                });
            }));
            if let Err(payload) = expanded {
                self.waiting.retain(|one| one.parent != place);
                self.look_up();
                self.part.panicked_at(place, payload);
            }
            if self.part.panicked.is_some() {
                return self.part;
            }
            self.part.ends.push(self.steps);
        }
        self.look_up();
        self.part
    }

    /// Takes note of a step. A state that was met not long ago, as most were, is done with.
    #[inline]
    fn meet(&mut self, parent: u32, state: S::State, label: S::Label) {
        self.steps += 1;
        let fingerprint = self.system.fingerprint(&state);
        let (place, is_new) = self.near.insert(fingerprint);
        if self.edges {
            self.part.to.push(place);
            self.part.labels.push(label);
        }
        if is_new {
            self.waiting.push(Waiting { fingerprint, parent, state });
            if self.waiting.len() == TOGETHER {
                self.look_up();
            }
        }
    }

    /// Looks all those up that wait: first memory is asked for every one of them, then its answers
    /// are read.
    fn look_up(&mut self) {
        let table = self.table;
        self.probes.clear();
        self.probes.extend(self.waiting.iter().map(|one| table.probe(one.fingerprint)));
        for (one, &probe) in self.waiting.drain(..).zip(&self.probes) {
            if let Some(known) = table.resolve(probe) {
                self.part.met.push(known);
                continue;
            }
            let Waiting { fingerprint, parent, state } = one;
            match catch_unwind(AssertUnwindSafe(|| self.system.mark(&state))) {
                Ok(mark) => {
                    self.part.met.push(self.part.unseen.len() as u32 | UNNUMBERED);
                    self.part.unseen.push(Unseen { fingerprint, parent, mark, state });
                }
                Err(payload) => {
                    self.part.panicked_at(parent, payload);
                    break;
                }
            }
        }
    }
}

impl<S: System> Part<S> {
    /// What a state led to before the system panicked is no more than a part of what it leads to.
    fn panicked_at(&mut self, place: u32, payload: Payload) {
        if self.panicked.is_none() {
            self.unseen.truncate(self.unseen.partition_point(|one| one.parent < place));
            self.ends.truncate(place as usize);
            self.panicked = Some((place, payload));
        }
    }
}

/// The states that a part met, by the order in which it met them: a table small enough to stay near.
#[derive(Default)]
struct Near {
    slots: Vec<(u64, u32)>,
    len: u32,
}

impl Near {
    const FREE: u32 = u32::MAX;

    /// The place of a fingerprint among those met, and whether it is the first time.
    #[inline]
    fn insert(&mut self, fingerprint: u64) -> (u32, bool) {
        let place = self.place(fingerprint);
        let known = self.slots[place].1;
        if known != Self::FREE {
            return (known, false);
        }
        self.slots[place] = (fingerprint, self.len);
        self.len += 1;
        if self.len as usize * 2 > self.slots.len() {
            self.make_room(2 * self.slots.len());
        }
        (self.len - 1, true)
    }

    /// Makes room for half as many as there are slots then.
    fn make_room(&mut self, slots: usize) {
        let wider = vec![(0, Self::FREE); slots.next_power_of_two()];
        for slot in std::mem::replace(&mut self.slots, wider) {
            if slot.1 != Self::FREE {
                let place = self.place(slot.0);
                self.slots[place] = slot;
            }
        }
    }

    /// The slot of a fingerprint: where it is, or where it belongs.
    #[inline]
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
