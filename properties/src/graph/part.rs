//! A part of a level: a thread expands it on its own, numbers what it met when it is its turn, and
//! settles what that makes of it on its own again.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::System;
use super::recent::{Recent, UNNUMBERED};
use super::table::{Probe, Table};
use crate::search::Cut;

/// States that are numbered together: memory is asked for every one of them, then its answers are read.
const TOGETHER: usize = 32;

/// Sets of states that are remembered from part to part.
const RECENT: usize = 1_024;

/// What a panic carries.
pub(super) type Payload = Box<dyn Any + Send>;

/// States in a row that wait to be expanded, and the bytes that they hold.
pub(super) struct List<T> {
    pub(super) states: Vec<T>,
    pub(super) held: usize,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        List { states: Vec::new(), held: 0 }
    }
}

/// Why nothing after a part counts.
pub(super) enum End {
    /// A limit, or a mark that ends the exploration.
    Cut(Cut),
    /// A panic in the state at this place of the part.
    Panic(u32, Payload),
}

/// A state that a part met, and of which nothing was known: once, unless that was forgotten.
#[derive(Clone, Copy)]
struct Met {
    fingerprint: u64,
    /// Its first parent, by place in the part.
    parent: u32,
}

/// Expands parts, one after the other. What it holds of one is overwritten by the next.
pub(super) struct Expander<'a, S: System> {
    system: &'a S,
    edges: bool,
    recent: Recent,
    met: Vec<Met>,
    /// The states that were met, until they are settled.
    states: Vec<S::State>,
    /// Of those met, by place.
    numbers: Vec<u32>,
    /// The number of the part's first state.
    first: u32,
    /// Bytes that its states held.
    pub(super) held: usize,
    /// The number of the first new state.
    new: u32,
    /// How many there are.
    news: usize,
    /// Bytes of the table, when it was this part's turn.
    pub(super) of_table: usize,
    /// The steps of all states of the part up to each.
    pub(super) ends: Vec<u32>,
    /// Where they lead: once it is settled the numbers. Empty without edges.
    pub(super) to: Vec<u32>,
    /// What is remembered of each. Empty without edges.
    pub(super) labels: Vec<S::Label>,
    /// Of new states, by number.
    pub(super) parents: Vec<u32>,
    /// The marks of new states, each with the first that has it.
    pub(super) marks: Vec<(S::Mark, u32)>,
    /// The new states.
    pub(super) next: List<S::State>,
    /// States of the part that count as expanded; the first so many.
    pub(super) whole: usize,
    /// Why nothing after this part counts, if so.
    pub(super) end: Option<End>,
}

impl<'a, S: System> Expander<'a, S> {
    pub(super) fn new(system: &'a S, edges: bool) -> Self {
        Expander {
            system,
            edges,
            recent: Recent::new(RECENT),
            met: Vec::new(),
            states: Vec::new(),
            numbers: Vec::new(),
            first: 0,
            held: 0,
            new: 0,
            news: 0,
            of_table: 0,
            ends: Vec::new(),
            to: Vec::new(),
            labels: Vec::new(),
            parents: Vec::new(),
            marks: Vec::new(),
            next: List::default(),
            whole: 0,
            end: None,
        }
    }

    /// Expands states in a row, the first of which has this number. What is expanded is not kept.
    pub(super) fn expand(&mut self, first: u32, list: List<S::State>) {
        let List { states, held } = list;
        (self.first, self.held) = (first, held);
        self.met.clear();
        self.states.clear();
        self.ends.clear();
        self.to.clear();
        self.labels.clear();
        self.end = None;
        let Expander { system, edges, recent, met, states: found, ends, to, labels, .. } = self;
        let mut actions = Vec::new();
        let (mut steps, mut parent) = (0, 0);
        let expanded = catch_unwind(AssertUnwindSafe(|| {
            for state in states {
                system.steps(&state, &mut actions, &mut |next, label| {
                    steps += 1;
                    let fingerprint = system.fingerprint(&next);
                    let place = met.len() as u32 | UNNUMBERED;
                    let known = recent.meet(fingerprint, place);
                    if *edges {
                        to.push(known.unwrap_or(place));
                        labels.push(label);
                    }
                    if known.is_none() {
                        met.push(Met { fingerprint, parent });
                        found.push(next);
                    }
                });
                ends.push(steps);
                parent += 1;
            }
        }));
        self.whole = self.ends.len();
        if let Err(payload) = expanded {
            self.panicked(parent, payload);
        }
    }

    /// What a state led to before the system panicked is no more than a part of what it leads to.
    fn panicked(&mut self, place: u32, payload: Payload) {
        self.met.truncate(self.met.partition_point(|one| one.parent < place));
        self.whole = self.whole.min(place as usize);
        self.end = Some(End::Panic(place, payload));
    }

    /// Numbers what was met, in its order; at most so many states in all. Whether more may follow.
    pub(super) fn number(&mut self, table: &mut Table, most: usize) -> bool {
        self.new = table.len() as u32;
        self.numbers.clear();
        let mut probes = [Probe::default(); TOGETHER];
        for together in self.met.chunks(TOGETHER) {
            for (probe, one) in probes.iter_mut().zip(together) {
                *probe = table.probe(one.fingerprint);
            }
            for (&probe, one) in probes.iter().zip(together) {
                let known = table.resolve(probe);
                if known.is_none() && table.len() >= most && table.find(one.fingerprint).is_none() {
                    self.whole = one.parent as usize;
                    self.end = Some(End::Cut(Cut::States(most)));
                    return false;
                }
                self.numbers.push(known.unwrap_or_else(|| table.insert(one.fingerprint).0));
            }
        }
        self.of_table = table.memory();
        self.news = table.len() - self.new as usize;
        self.end.is_none()
    }

    /// Looks at the new states, and takes leave of the others.
    pub(super) fn settle(&mut self, stops: fn(S::Mark) -> bool) {
        self.parents.clear();
        self.marks.clear();
        for (one, &number) in self.met.iter().zip(&self.numbers) {
            self.recent.learn(one.fingerprint, number);
        }
        let mut next = List { states: Vec::with_capacity(self.news), held: 0 };
        let mut last = None;
        let mut panic = None;
        let met = self.met.iter().zip(&self.numbers);
        for ((one, &number), state) in met.zip(self.states.drain(..)) {
            if number as usize != self.new as usize + next.states.len() {
                continue;
            }
            let look = || (self.system.mark(&state), self.system.held(&state));
            let (mark, held) = match catch_unwind(AssertUnwindSafe(look)) {
                Ok(looked) => looked,
                Err(payload) => {
                    panic = Some((one.parent, payload));
                    break;
                }
            };
            if last != Some(mark) {
                last = Some(mark);
                self.marks.push((mark, number));
            }
            self.parents.push(self.first + one.parent);
            next.states.push(state);
            next.held += held;
            if stops(mark) {
                self.whole = one.parent as usize;
                self.end = Some(End::Cut(Cut::Verdict));
                break;
            }
        }
        self.next = next;
        if let Some((place, payload)) = panic {
            self.panicked(place, payload);
            self.forget_from(place);
        }
        self.to.truncate(self.steps());
        self.labels.truncate(self.steps());
        for to in &mut self.to {
            if *to & UNNUMBERED != 0 {
                *to = self.numbers[(*to & !UNNUMBERED) as usize];
            }
        }
    }

    /// The new states whose first parent is before this place of the part are all that stay.
    fn forget_from(&mut self, place: u32) {
        let stay = self.parents.partition_point(|&parent| parent < self.first + place);
        self.parents.truncate(stay);
        self.next.states.truncate(stay);
        let end = self.new + stay as u32;
        self.marks.retain(|&(_, number)| number < end);
    }

    /// Steps of the states that count.
    pub(super) fn steps(&self) -> usize {
        self.whole.checked_sub(1).map_or(0, |last| self.ends[last] as usize)
    }

    /// The number of a state of the part.
    pub(super) fn numbered(&self, place: u32) -> u32 {
        self.first + place
    }
}
