//! How fast: the least and the greatest ratio of two sums over what can go on for ever, exactly.
//!
//! Over a long run, what a run gains for each unit of what it costs comes as near as one likes to a
//! mean of cycles, so the extremes over all infinite runs are extremes over cycles. A cycle with a lower
//! ratio than λ = p/q is a negative cycle under the weights q·gain − p·cost; so one looks for negative
//! cycles, takes λ from each that is found, and stops when there is none. All numbers are integers, and
//! the last cycle is the witness.
//!
//! A run on which nothing is paid any more has no ratio: where time is what is paid, it is one on which
//! time stops.

use std::cmp::Ordering;
use std::fmt;

use super::Edges;
use super::components::Components;

/// A rational number, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    /// The numerator.
    pub gain: i128,
    /// The denominator; positive.
    pub cost: i128,
}

impl Ratio {
    /// A ratio; none if nothing is paid.
    pub fn of(gain: i128, cost: i128) -> Option<Self> {
        if cost == 0 {
            return None;
        }
        let by = gcd(gain.unsigned_abs(), cost.unsigned_abs()).cast_signed() * cost.signum();
        Some(Ratio { gain: gain / by, cost: cost / by })
    }

    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        self.gain as f64 / self.cost as f64
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.gain * other.cost).cmp(&(other.gain * self.cost))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cost == 1 {
            write!(f, "{}", self.gain)
        } else {
            write!(f, "{}/{}", self.gain, self.cost)
        }
    }
}

/// The greatest common divisor; of 0 and 0 it is 1.
fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// Which extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extreme {
    /// The least.
    Least,
    /// The greatest.
    Greatest,
}

/// An extreme, and a cycle that has it: the places of its edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The ratio.
    pub ratio: Ratio,
    /// The edges, from the state of the cycle that is nearest to the start.
    pub cycle: Vec<usize>,
}

/// The edges on which something can go on for ever, with what each gains and costs.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// States, renumbered.
    states: usize,
    edges: Vec<Weight>,
}

#[derive(Clone, Copy, Debug)]
struct Weight {
    from: u32,
    to: u32,
    /// The place among the graph's edges.
    place: usize,
    gain: i128,
    cost: i128,
}

impl Weighed {
    /// The edges inside components of a graph; `weigh` says what an edge gains and costs, by its
    /// place. Costs are not negative, and what costs nothing gains nothing.
    pub fn new<L>(edges: &Edges<L>, weigh: impl Fn(usize) -> (i128, i128)) -> Self {
        let known = edges.states();
        let all: Vec<u32> = (0..known).collect();
        let mut search = Components::new(known as usize);
        let found = search.of(edges, &all, |_, place| edges.to[place] < known);
        let mut part = vec![0u32; known as usize];
        for (number, component) in (0..).zip(&found) {
            for &state in component {
                part[state as usize] = number;
            }
        }
        let mut names = vec![u32::MAX; known as usize];
        let mut states = 0;
        let mut weighed = Vec::new();
        for from in 0..known {
            for place in edges.of(from) {
                let to = edges.to[place];
                if to >= known || part[to as usize] != part[from as usize] {
                    continue;
                }
                let mut name = |state: u32| {
                    let name = &mut names[state as usize];
                    if *name == u32::MAX {
                        *name = states;
                        states += 1;
                    }
                    *name
                };
                let (gain, cost) = weigh(place);
                weighed.push(Weight { from: name(from), to: name(to), place, gain, cost });
            }
        }
        Weighed { states: states as usize, edges: weighed }
    }

    /// The extreme over all cycles that cost something; none if no cycle does.
    pub fn extreme(&self, which: Extreme) -> Option<Witnessed> {
        let sign = if which == Extreme::Least { 1 } else { -1 };
        let most = self.edges.iter().map(|edge| edge.gain.abs()).max()?;
        // Beyond what any cycle has: costs are whole.
        let mut bound = Ratio { gain: most + 1, cost: 1 };
        let mut best: Option<Witnessed> = None;
        while let Some(cycle) = self.negative_cycle(sign, bound) {
            let (gain, cost) = cycle.iter().fold((0, 0), |(gain, cost), &at| {
                (gain + sign * self.edges[at].gain, cost + self.edges[at].cost)
            });
            let Some(ratio) = Ratio::of(gain, cost).filter(|&ratio| ratio < bound) else { break };
            bound = ratio;
            let least = (0..cycle.len()).min_by_key(|&at| self.edges[cycle[at]].place).unwrap_or(0);
            let turned = cycle[least..].iter().chain(&cycle[..least]);
            let cycle = turned.map(|&at| self.edges[at].place).collect();
            best = Some(Witnessed { ratio: Ratio { gain: sign * gain, cost }, cycle });
        }
        best.map(|found| Witnessed {
            ratio: Ratio::of(found.ratio.gain, found.ratio.cost).unwrap_or(found.ratio),
            ..found
        })
    }

    /// A cycle that is lighter than nothing where an edge weighs its gain less `bound` times its cost.
    fn negative_cycle(&self, sign: i128, bound: Ratio) -> Option<Vec<usize>> {
        let weigh = |edge: &Weight| bound.cost * sign * edge.gain - bound.gain * edge.cost;
        let weights: Vec<i128> = self.edges.iter().map(weigh).collect();
        let mut lightest = vec![0i128; self.states];
        let mut by = vec![u32::MAX; self.states];
        loop {
            let mut changed = false;
            for (at, edge) in self.edges.iter().enumerate() {
                let weight = lightest[edge.from as usize] + weights[at];
                if weight < lightest[edge.to as usize] {
                    lightest[edge.to as usize] = weight;
                    by[edge.to as usize] = at as u32;
                    changed = true;
                }
            }
            if !changed {
                return None;
            }
            if let Some(cycle) = self.cycle_of(&by) {
                return Some(cycle);
            }
        }
    }

    /// A cycle along the edges by which states were last made lighter. While there is none, every
    /// state's weight is that of a way to it.
    fn cycle_of(&self, by: &[u32]) -> Option<Vec<usize>> {
        let mut walked = vec![0u32; self.states];
        for (walk, start) in (1..).zip(0..self.states) {
            let mut here = start;
            while walked[here] == 0 && by[here] != u32::MAX {
                walked[here] = walk;
                here = self.edges[by[here] as usize].from as usize;
            }
            if walked[here] != walk {
                continue;
            }
            let mut cycle = Vec::new();
            let mut back = here;
            loop {
                let at = by[back] as usize;
                cycle.push(at);
                back = self.edges[at].from as usize;
                if back == here {
                    cycle.reverse();
                    return Some(cycle);
                }
            }
        }
        None
    }
}
