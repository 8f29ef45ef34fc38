//! Exploration level by level, on any number of threads, with one and the same result; but for where a
//! limit of memory or time cuts it.
//!
//! A level is divided into parts. Threads expand them side by side, each for itself; then the parts take
//! turns, one at the table that numbers what they met, and one at the graph that they are put to. So
//! states are numbered as a queue would number them: by distance, and among those of one distance by
//! the first way there. Who was first does not depend on who was fast.

use std::time::Instant;

use super::level::Level;
use super::seen::Seen;
use super::{Graph, System};
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

/// Explores a system from its starts.
pub fn explore<S: System>(system: &S, how: Exploration<S::Mark>) -> Graph<S::Label, S::Mark> {
    let started = Instant::now();
    let mut seen = Seen::starts(system, &how);
    let mut idle = Vec::new();
    while !seen.next.is_empty() && seen.graph.cut_by.is_none() {
        let depth = seen.graph.levels.len() as u32 - 1;
        if let Some(bound) = how.horizon.filter(|&bound| depth >= bound) {
            seen.graph.cut_by = Some(Cut::Horizon(bound));
            break;
        }
        (seen, idle) = Level::new(system, how, started, seen, idle).explored();
    }
    seen.graph
}
