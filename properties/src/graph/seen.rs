//! What was seen so far, to which parts are put in their order.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::explore::Exploration;
use super::level::PART;
use super::part::{End, Expander, List, Payload};
use super::recent::UNNUMBERED;
use super::{Edges, Graph, Panicked, System};
use crate::search::Cut;

/// States at most: the other numbers are for those that are not numbered yet.
const MOST: usize = UNNUMBERED as usize - 1;

/// What was seen so far.
pub(super) struct Seen<S: System> {
    pub(super) graph: Graph<S::Label, S::Mark>,
    /// The states of the next level so far, in order.
    pub(super) next: Vec<List<S::State>>,
}

impl<S: System> Seen<S> {
    /// The starts of a system.
    pub(super) fn starts(system: &S, how: &Exploration<S::Mark>) -> Self {
        let edges = how.edges.then(Edges::default);
        let mut seen = Seen { graph: Graph { edges, ..Graph::default() }, next: Vec::new() };
        seen.start(system, how);
        seen
    }

    fn start(&mut self, system: &S, how: &Exploration<S::Mark>) {
        let starts = match catch_unwind(AssertUnwindSafe(|| system.starts())) {
            Ok(starts) => starts,
            Err(payload) => return self.panicked(None, &payload),
        };
        self.graph.levels.push(0);
        for state in starts {
            let look = || (system.fingerprint(&state), system.mark(&state), system.held(&state));
            let (fingerprint, mark, held) = match catch_unwind(AssertUnwindSafe(look)) {
                Ok(looked) => looked,
                Err(payload) => return self.panicked(None, &payload),
            };
            let graph = &mut self.graph;
            if graph.table.find(fingerprint).is_some() {
                continue;
            }
            let most = most(how);
            if graph.len() >= most {
                graph.cut_by = Some(Cut::States(most));
                return;
            }
            let (number, _) = graph.table.insert(fingerprint);
            make_room(&mut graph.parents, 1);
            graph.parents.push(Graph::<S::Label, S::Mark>::NONE);
            graph.marks.entry(mark).or_insert(number);
            self.wait(List { states: vec![state], held });
            if (how.stops)(mark) {
                self.graph.cut_by = Some(Cut::Verdict);
                return;
            }
        }
    }

    /// Puts states to those of the next level.
    fn wait(&mut self, mut list: List<S::State>) {
        match self.next.last_mut() {
            Some(last) if last.states.len() + list.states.len() <= PART => {
                last.states.append(&mut list.states);
                last.held += list.held;
            }
            _ if list.states.is_empty() => {}
            _ => self.next.push(list),
        }
    }

    /// Puts a part to what is known, which is whole up to it. Whether more may follow.
    pub(super) fn join(&mut self, part: &mut Expander<'_, S>) -> bool {
        let graph = &mut self.graph;
        make_room(&mut graph.parents, part.parents.len());
        graph.parents.append(&mut part.parents);
        for (mark, number) in part.marks.drain(..) {
            graph.marks.entry(mark).or_insert(number);
        }
        graph.expanded += part.whole;
        graph.transitions += part.steps() as u64;
        if let Some(edges) = &mut graph.edges {
            let base = edges.to.len() as u64;
            make_room(&mut edges.ends, part.whole);
            edges.ends.extend(part.ends[..part.whole].iter().map(|&end| base + u64::from(end)));
            make_room(&mut edges.to, part.to.len());
            edges.to.append(&mut part.to);
            make_room(&mut edges.labels, part.labels.len());
            edges.labels.append(&mut part.labels);
        }
        self.wait(std::mem::take(&mut part.next));
        match part.end.take() {
            None => return true,
            Some(End::Cut(cut)) => self.graph.cut_by = Some(cut),
            Some(End::Panic(place, payload)) => self.panicked(Some(part.numbered(place)), &payload),
        }
        false
    }

    fn panicked(&mut self, state: Option<u32>, payload: &Payload) {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        let message = text.unwrap_or_else(|| "without a message".to_owned());
        self.graph.cut_by = Some(Cut::Panic);
        self.graph.panicked = Some(Panicked { state, message });
    }
}

/// States that may be numbered.
pub(super) fn most<K>(how: &Exploration<K>) -> usize {
    how.limits.states.unwrap_or(MOST).min(MOST)
}

/// Makes room for so many more, and an eighth of what there is besides: what holds a graph need not
/// double.
fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more + list.len() / 8);
    }
}
