//! How fast a chain is in the long run: blocks and tokens for each relay slot, and how long inclusion takes.
//!
//! The extremes are exact, over all infinite runs on which the relay chain grows for ever. Such a run's
//! rate comes from cycles of the graph ([`crate::graph::ratio`]); any further fairness would leave
//! the extremes as they are where a component has all that is asked for, as a detour that is taken
//! ever more rarely costs nothing in the long run.

use std::cell::Cell;

use unincluded_model::{Action, Emission, Protocol};

use crate::Lasso;
use crate::claims::words::grouped;
use crate::graph::fairness::{Fairness, Judge};
use crate::graph::ratio::{Extreme, Ratio, Weighed};
use crate::graph::{Exploration, Graph, explore};
use crate::outlook::IN_TIME;
pub use crate::runs::Conditions;
use crate::runs::{Event, Runs, class};
use crate::search::{Cut, Limits};

/// What was found out about a protocol's rates.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Blocks included for each relay slot; none if not everything was seen, or if [`Rates::unclear`]
    /// says why not.
    pub blocks: Option<Bounds>,
    /// Planck emitted by included blocks for each relay slot; none like `blocks`.
    pub tokens: Option<Bounds>,
    /// A run on which included blocks do not bring a block's reward each, if there is one, and by how many
    /// planck for each relay slot. Nothing is said of it where rewards change on the way.
    pub astray: Option<Rate>,
    /// Relay blocks from relay parent to inclusion, over every inclusion that can be reached; none if no
    /// block ever is included, or like `blocks`.
    pub latency: Option<Latency>,
    /// Why nothing more can be told, whatever is explored: what is none is not known then.
    pub unclear: Option<&'static str>,
    /// States seen, with what is counted along.
    pub states: usize,
    /// Transitions taken.
    pub transitions: u64,
    /// Why not everything was seen, if not.
    pub cut_by: Option<Cut>,
    /// States from which no action leads on under the conditions asked for: a run that comes there is
    /// not counted.
    pub stuck: usize,
    /// The probability that two states were taken for one.
    pub collision_probability: f64,
}

/// The least and the greatest rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of the slowest run.
    pub least: Rate,
    /// Of the fastest.
    pub greatest: Rate,
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (least, greatest) = (self.least.ratio, self.greatest.ratio);
        if least == greatest { write!(f, "{least}") } else { write!(f, "{least} to {greatest}") }
    }
}

impl Bounds {
    /// The same with thousands apart, for large numbers.
    pub fn in_thousands(&self) -> String {
        let (least, greatest) = (self.least.ratio, self.greatest.ratio);
        let (one, other) = (least.in_thousands(), greatest.in_thousands());
        if least == greatest { one } else { format!("{one} to {other}") }
    }
}

/// A rate, and a run that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// For each relay slot.
    pub ratio: Ratio,
    /// The run, by actions of the protocol in the conditions' environment.
    pub witness: Lasso<Action>,
}

/// How long inclusion takes; relay blocks from the relay parent's to the including one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The least.
    pub least: u32,
    /// The most that was counted.
    pub worst: u32,
    /// Whether that is the most there is. If not, the model no longer counts how late some inclusions
    /// are, and no bound was seen.
    pub is_bounded: bool,
    /// A shortest run to an inclusion that takes the least.
    pub quick: Vec<Action>,
    /// A shortest run to one that takes the most.
    pub slow: Vec<Action>,
    /// A run on which again and again an inclusion is later than any may be
    /// ([`crate::runs::latest_inclusion`]), if there is one.
    pub always_late: Option<Lasso<Action>>,
}

impl std::fmt::Display for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Latency { least, worst, .. } = self;
        match (self.is_bounded, least == worst) {
            (true, true) => write!(f, "{least}"),
            (true, false) => write!(f, "{least} to {worst}"),
            (false, _) => write!(f, "{least} to at least {worst}"),
        }
    }
}

/// How far to look, and how.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How far to go.
    pub limits: Limits,
    /// Threads.
    pub threads: usize,
    /// Whether latencies are asked for; they take some more states.
    pub latency: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { limits: Limits::default(), threads: 1, latency: true }
    }
}

/// The rates of a protocol under conditions, without limits.
pub fn rates(protocol: &Protocol, conditions: Conditions) -> Rates {
    rates_within(protocol, conditions, Effort::default())
}

/// The same within limits: what is not seen whole has no rate.
pub fn rates_within(protocol: &Protocol, conditions: Conditions, effort: Effort) -> Rates {
    let runs = Runs::new(protocol, conditions, effort.latency);
    let how = Exploration {
        limits: effort.limits,
        threads: effort.threads,
        horizon: protocol.scenario().horizon.actions,
        ..Exploration::default()
    };
    let graph = explore(&runs, how);
    let mut rates = Rates {
        blocks: None,
        tokens: None,
        astray: None,
        latency: None,
        unclear: unclear(&runs),
        states: graph.len(),
        transitions: graph.transitions,
        cut_by: graph.cut_by,
        stuck: 0,
        collision_probability: graph.collision_probability(),
    };
    let Some(edges) = &graph.edges else { return rates };
    let beyond = edges.labels.iter().any(|event| event.classes & class::BEYOND != 0);
    rates.cut_by = rates.cut_by.or(beyond.then_some(Cut::ModelIsFull));
    rates.stuck = (0..edges.states()).filter(|&state| edges.of(state).is_empty()).count();
    if rates.cut_by.is_some() || rates.unclear.is_some() {
        return rates;
    }
    let event = |place: usize| edges.labels[place];
    let is_untold = Cell::new(false);
    let bounds = |gain: &dyn Fn(Event) -> i128| {
        let weighed =
            Weighed::new(edges, |place| (gain(event(place)), i128::from(event(place).slots)));
        let rate = |which| {
            let found = weighed.extreme(which)?;
            let witness = witness(&graph, &runs, &found.cycle);
            is_untold.set(is_untold.get() || witness.is_none());
            Some(Rate { ratio: found.ratio, witness: witness? })
        };
        Some(Bounds { least: rate(Extreme::Least)?, greatest: rate(Extreme::Greatest)? })
    };
    rates.blocks = bounds(&|event| i128::from(event.included));
    let decays = !protocol.scenario().economics.decay.is_none();
    let reward = emission(protocol).filter(|_| !decays);
    let beside = |event| {
        reward.map_or(0, |reward| planck(protocol, event) - i128::from(event.included) * reward)
    };
    let all_bring_it = edges.labels.iter().all(|&event| beside(event) == 0);
    rates.tokens = match reward {
        // What decays comes to nothing in the long run.
        _ if decays => None,
        Some(reward) if all_bring_it => rates.blocks.clone().map(|blocks| Bounds {
            least: blocks.least.times(reward),
            greatest: blocks.greatest.times(reward),
        }),
        _ => bounds(&|event| planck(protocol, event)),
    };
    if !all_bring_it {
        let extremes = bounds(&beside).map(|found| [found.greatest, found.least]);
        is_untold.set(is_untold.get() || rates.blocks.is_some() && extremes.is_none());
        rates.astray = extremes.into_iter().flatten().find(|rate| rate.ratio.gain != 0);
    }
    if effort.latency {
        rates.latency = latency(&graph, &runs);
        let includes = edges.labels.iter().any(|event| event.latency[1] > 0);
        is_untold.set(is_untold.get() || includes && rates.latency.is_none());
    }
    rates.unclear = is_untold.get().then_some(UNTOLD);
    rates
}

/// A run was seen, and cannot be built again.
const UNTOLD: &str = "a run that was seen could not be built again";

/// Why the rates of a protocol mean nothing, if they do not.
fn unclear(runs: &Runs) -> Option<&'static str> {
    let environment = runs.protocol().environment();
    if environment.fork_depth > 0 {
        return Some("on a relay chain that forks what is included can be undone");
    }
    environment.disputes.then_some("where disputes undo blocks what is included need not stay")
}

/// What every block is to bring, where that does not change; planck.
fn emission(protocol: &Protocol) -> Option<i128> {
    let changes = protocol.scenario().switch.is_some();
    (!changes).then(|| i128::try_from(protocol.block_reward()).ok()).flatten()
}

/// What an inclusion brings; planck.
fn planck(protocol: &Protocol, event: Event) -> i128 {
    let rates: [u8; Emission::RATES] = [0, 1, 2];
    let paid = rates.iter().zip(event.rewards);
    paid.map(|(&rate, some)| {
        i128::from(some) * i128::try_from(protocol.reward_at(rate)).unwrap_or(i128::MAX >> 32)
    })
    .sum()
}

impl Ratio {
    /// A rate of planck, its thousands apart: `-9,044/3`.
    pub(crate) fn in_thousands(self) -> String {
        let sign = if self.gain < 0 { "-" } else { "" };
        let gain = grouped(self.gain.unsigned_abs());
        if self.cost == 1 { format!("{sign}{gain}") } else { format!("{sign}{gain}/{}", self.cost) }
    }
}

impl Rate {
    fn times(self, reward: i128) -> Rate {
        let Rate { ratio, witness } = self;
        let ratio = Ratio::of(ratio.gain * reward, ratio.cost).unwrap_or(ratio);
        Rate { ratio, witness }
    }
}

/// The run that goes round a cycle.
fn witness(graph: &Graph<Event, ()>, runs: &Runs, cycle: &[usize]) -> Option<Lasso<Action>> {
    let edges = graph.edges.as_ref()?;
    let entry = edges.source(*cycle.first()?);
    let (_, stem) = graph.run_to(runs, entry)?;
    let (cycle, _) = graph.along(runs, entry, cycle)?;
    Some(Lasso { stem, cycle })
}

fn latency(graph: &Graph<Event, ()>, runs: &Runs) -> Option<Latency> {
    let edges = graph.edges.as_ref()?;
    let noted = || edges.labels.iter().enumerate().filter(|(_, event)| event.latency[1] > 0);
    // The first of several: states are numbered by their distance.
    let (quick, least) = noted()
        .map(|(place, event)| (place, event.latency[0]))
        .min_by_key(|&(place, l)| (l, place))?;
    let (slow, worst) = noted()
        .map(|(place, event)| (place, event.latency[1]))
        .min_by_key(|&(place, l)| (std::cmp::Reverse(l), place))?;
    let run = |place: usize| {
        let from = edges.source(place);
        let (_, mut run) = graph.run_to(runs, from)?;
        run.extend(graph.along(runs, from, &[place])?.0);
        Some(run)
    };
    let has = |class| edges.labels.iter().any(|event| event.classes & class != 0);
    let always_late = || {
        let judge = Judge::new(graph, |event: Event| event.classes)?;
        judge.against(IN_TIME.claim, Fairness::default())?.lasso(graph, runs)
    };
    Some(Latency {
        least: u32::from(least),
        worst: u32::from(worst),
        is_bounded: !has(class::UNCOUNTED),
        quick: run(quick)?,
        slow: run(slow)?,
        always_late: has(class::LATE).then(always_late).flatten(),
    })
}
