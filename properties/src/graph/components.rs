//! Strongly connected components: the parts of a graph in which a run can stay and move for ever.

use super::Edges;

/// A search for components in parts of one graph, again and again, in space that is taken once.
#[derive(Debug)]
pub struct Components {
    /// When a state was met, from 1; 0 if it was not.
    met: Vec<u32>,
    /// The earliest state known to be reached from each, by when it was met; [`DONE`] once its
    /// component is known.
    low: Vec<u32>,
    /// The way that is being walked: a state, and its edge to look at next.
    way: Vec<(u32, usize)>,
    /// States met whose component is not known yet.
    open: Vec<u32>,
}

const DONE: u32 = u32::MAX;

impl Components {
    /// For a graph of so many states.
    pub fn new(states: usize) -> Self {
        Components { met: vec![0; states], low: vec![0; states], way: Vec::new(), open: Vec::new() }
    }

    /// The components of a part of a graph: some states, and the edges among them that are allowed.
    /// An edge that leads out of the part must not be. Every state is in one component, which it may
    /// be alone.
    pub fn of<L>(
        &mut self,
        edges: &Edges<L>,
        states: &[u32],
        allowed: impl Fn(u32, usize) -> bool,
    ) -> Vec<Vec<u32>> {
        for &state in states {
            self.met[state as usize] = 0;
        }
        let mut time = 0;
        let mut found = Vec::new();
        for &start in states {
            if self.met[start as usize] != 0 {
                continue;
            }
            self.meet(edges, start, &mut time);
            while let Some(&mut (state, ref mut next)) = self.way.last_mut() {
                let end = edges.of(state).end;
                while *next < end && !allowed(state, *next) {
                    *next += 1;
                }
                if *next < end {
                    let to = edges.to[*next];
                    *next += 1;
                    if self.met[to as usize] == 0 {
                        self.meet(edges, to, &mut time);
                    } else if self.low[to as usize] != DONE {
                        let seen = self.met[to as usize];
                        self.low[state as usize] = self.low[state as usize].min(seen);
                    }
                    continue;
                }
                self.way.pop();
                let low = self.low[state as usize];
                if let Some(&(before, _)) = self.way.last() {
                    self.low[before as usize] = self.low[before as usize].min(low);
                }
                if low == self.met[state as usize] {
                    let first = self.open.iter().rposition(|&one| one == state).unwrap_or(0);
                    let component = self.open.split_off(first);
                    for &one in &component {
                        self.low[one as usize] = DONE;
                    }
                    found.push(component);
                }
            }
        }
        found
    }

    fn meet<L>(&mut self, edges: &Edges<L>, state: u32, time: &mut u32) {
        *time += 1;
        self.met[state as usize] = *time;
        self.low[state as usize] = *time;
        self.open.push(state);
        self.way.push((state, edges.of(state).start));
    }
}
