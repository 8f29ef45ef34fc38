//! One level: its parts are expanded side by side, and take their turns.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use super::System;
use super::explore::Exploration;
use super::part::{Expander, List};
use super::seen::{Seen, most};
use super::table::Table;
use super::turns::{Turns, lock};
use crate::search::{Cut, Limits};

/// States expanded in one go by one thread, at most: few enough that what they lead to stays near.
pub(super) const PART: usize = 64;

/// Parts of a level for each thread, if it has as many states.
const PARTS: usize = 4;

/// Parts for each thread that may be begun before the first of them is joined: what is in hand stays
/// little, however slow one part is.
const AHEAD: usize = 4;

/// States that are worth a part of their own.
const FEW: usize = 16;

/// What the threads of a level share.
pub(super) struct Level<'a, S: System> {
    system: &'a S,
    how: Exploration<S::Mark>,
    started: Instant,
    /// States that were seen before.
    before: usize,
    /// Bytes of the graph, without what waits.
    known: AtomicUsize,
    /// Bytes of what waits to be expanded.
    waiting: AtomicUsize,
    queue: Mutex<Queue<S::State>>,
    /// Whenever a part is joined, or no more are begun.
    moved: Condvar,
    table: Turns<Table, Expander<'a, S>>,
    seen: Turns<Seen<S>, Expander<'a, S>>,
    /// Expanders that have no part.
    idle: Mutex<Vec<Expander<'a, S>>>,
}

/// The parts that nobody has begun.
struct Queue<T> {
    parts: std::vec::IntoIter<List<T>>,
    /// Parts that were begun: the place of the next.
    begun: usize,
    /// Parts that were joined.
    joined: usize,
    /// The number of the next part's first state.
    first: u32,
    /// Why no more are begun, if so.
    cut_by: Option<Cut>,
}

impl<'a, S: System> Level<'a, S> {
    /// The states that are next, and expanders that others left.
    pub(super) fn new(
        system: &'a S,
        how: Exploration<S::Mark>,
        started: Instant,
        mut seen: Seen<S>,
        idle: Vec<Expander<'a, S>>,
    ) -> Self {
        let parts = divided(std::mem::take(&mut seen.next), how.threads);
        let waiting = parts.iter().map(|part| part.held).sum();
        let queue = Queue {
            parts: parts.into_iter(),
            begun: 0,
            joined: 0,
            first: seen.graph.expanded as u32,
            cut_by: None,
        };
        Level {
            system,
            how,
            started,
            before: seen.graph.len(),
            known: AtomicUsize::new(seen.graph.memory()),
            waiting: AtomicUsize::new(waiting),
            queue: Mutex::new(queue),
            moved: Condvar::new(),
            table: Turns::new(std::mem::take(&mut seen.graph.table)),
            seen: Turns::new(seen),
            idle: Mutex::new(idle),
        }
    }

    /// What was seen with this level, and the expanders.
    pub(super) fn explored(self) -> (Seen<S>, Vec<Expander<'a, S>>) {
        // No part is shared by threads.
        let threads = self.how.threads.min(lock(&self.queue).parts.len());
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| self.work());
            }
            self.work();
        });
        let Level { before, queue, table, seen, idle, .. } = self;
        let (mut seen, mut table) = (seen.end(), table.end());
        let graph = &mut seen.graph;
        // What came after an end was numbered, perhaps.
        table.keep(graph.len());
        graph.table = table;
        graph.cut_by = graph.cut_by.or(lock(&queue).cut_by);
        if graph.len() > before {
            graph.levels.push(before as u32);
        }
        (seen, std::mem::take(&mut *lock(&idle)))
    }

    fn work(&self) {
        let _lets_go = LetsGo(self);
        while let Some((place, first, list)) = self.take() {
            let left = lock(&self.idle).pop();
            let mut part = left.unwrap_or_else(|| Expander::new(self.system, self.how.edges));
            part.expand(first, list);
            let number = |table: &mut Table, part: &mut Expander<'a, S>| {
                self.goes_on(part.number(table, most(&self.how)))
            };
            self.table.take(place, part, number, |place, part| self.settle(place, part));
        }
    }

    fn settle(&self, place: usize, mut part: Expander<'a, S>) {
        part.settle(self.how.stops);
        self.waiting.fetch_add(part.next.held, Ordering::Relaxed);
        let join = |seen: &mut Seen<S>, part: &mut Expander<'a, S>| {
            let goes_on = seen.join(part);
            self.waiting.fetch_sub(part.held, Ordering::Relaxed);
            self.known.store(seen.graph.memory() + part.of_table, Ordering::Relaxed);
            self.goes_on(goes_on)
        };
        self.seen.take(place, part, join, |_, part| {
            lock(&self.idle).push(part);
            lock(&self.queue).joined += 1;
            self.moved.notify_all();
        });
    }

    /// If it does not, no part is begun any more.
    fn goes_on(&self, goes_on: bool) -> bool {
        if !goes_on {
            lock(&self.queue).parts = Vec::new().into_iter();
            self.moved.notify_all();
        }
        goes_on
    }

    /// The next part, once it is not too far ahead: its place, the number of its first state, and its
    /// states.
    fn take(&self) -> Option<(usize, u32, List<S::State>)> {
        let ahead = AHEAD * self.how.threads.max(1);
        let waits = |queue: &mut Queue<S::State>| {
            queue.cut_by.is_none() && queue.parts.len() > 0 && queue.begun >= queue.joined + ahead
        };
        let guard = self.moved.wait_while(lock(&self.queue), waits);
        let mut queue = guard.unwrap_or_else(PoisonError::into_inner);
        queue.cut_by = queue.cut_by.or_else(|| self.limit(queue.parts.len() > 0));
        if queue.cut_by.is_some() {
            self.moved.notify_all();
            return None;
        }
        let part = queue.parts.next()?;
        let (place, first) = (queue.begun, queue.first);
        queue.begun += 1;
        queue.first += part.states.len() as u32;
        Some((place, first, part))
    }

    /// The limit that is reached, if there is more to do.
    fn limit(&self, is_more: bool) -> Option<Cut> {
        let Limits { memory, time, .. } = self.how.limits;
        let held = || self.known.load(Ordering::Relaxed) + self.waiting.load(Ordering::Relaxed);
        let of_memory = memory.filter(|&most| is_more && held() >= most).map(Cut::Memory);
        let of_time = || time.filter(|&most| is_more && self.started.elapsed() >= most);
        of_memory.or_else(|| of_time().map(Cut::Time))
    }
}

/// A thread that panics where nothing catches it, as states do that panic when they are dropped, keeps
/// nobody waiting.
struct LetsGo<'l, 'a, S: System>(&'l Level<'a, S>);

impl<S: System> Drop for LetsGo<'_, '_, S> {
    fn drop(&mut self) {
        self.0.goes_on(!std::thread::panicking());
    }
}

/// The same states in lists of at most [`PART`], and if there are few of them in as many as keep all
/// threads busy.
fn divided<T>(lists: Vec<List<T>>, threads: usize) -> Vec<List<T>> {
    let states: usize = lists.iter().map(|list| list.states.len()).sum();
    let size = if threads > 1 { states.div_ceil(threads * PARTS).clamp(FEW, PART) } else { PART };
    let mut divided = Vec::with_capacity(lists.len().max(states.div_ceil(size)));
    for list in lists {
        let (len, held) = (list.states.len(), list.held);
        if len <= size {
            divided.push(list);
            continue;
        }
        let mut states = list.states.into_iter();
        let mut left = held;
        while states.len() > 0 {
            let some: Vec<T> = states.by_ref().take(size).collect();
            let held = if states.len() == 0 { left } else { held / len * some.len() };
            left -= held;
            divided.push(List { states: some, held });
        }
    }
    divided
}
