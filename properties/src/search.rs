//! Our own search: breadth first, exact, and honest about its limits.
//!
//! States are visited in the order of their distance from the start, so the first run found
//! against a property is a shortest one, and the same on every machine. A search that stops
//! before it has seen everything says so; what it has not decided is *inconclusive*.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::fmt;
use std::time::{Duration, Instant};

use unincluded_model::{Action, Protocol, Refusal, State};

use crate::catalogue::{CATALOGUE, Check, Property};
use crate::fingerprint::{FingerprintMap, collision_probability, fingerprint};
use crate::progress::FaultFree;
use crate::{Measured, Transition, Verdict};

/// How far to go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// States at most.
    pub states: Option<usize>,
    /// Bytes at most, by the search's own count of what grows with the states seen: not what a state
    /// points to, unless a graph's [`System::held`](crate::graph::System::held) says so. The model's states
    /// point to nothing.
    pub memory: Option<usize>,
    /// Time at most.
    pub time: Option<Duration>,
}

/// When to stop before everything is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// Once a violation is known and the states at its distance have been looked at.
    #[default]
    AtFirstViolation,
    /// Once this property, by its place in the catalogue, is violated or found.
    AtVerdictOn(usize),
    /// Never: see everything whatever is violated.
    Never,
}

/// A search to be.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The rules and the scenario.
    pub protocol: &'a Protocol,
    /// How far to go.
    pub limits: Limits,
    /// When to stop.
    pub stop: Stop,
}

/// How far a search has come; for those who watch.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// States seen.
    pub states: usize,
    /// States seen and not yet expanded.
    pub frontier: usize,
    /// Transitions taken.
    pub transitions: u64,
    /// Actions from the start to the states being expanded.
    pub depth: u32,
    /// Bytes held.
    pub memory: usize,
}

/// What is known of one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds of everything there is.
    Holds,
    /// It is violated, by these actions from the start; the last may be one that is refused.
    Violated {
        /// The actions, a shortest run.
        actions: Vec<Action>,
        /// Why, in words.
        because: String,
    },
    /// The situation occurs, by these actions from the start.
    Found {
        /// The actions, a shortest run.
        actions: Vec<Action>,
    },
    /// The situation never occurs.
    Missing,
    /// Not decided: the search stopped first, the scenario is bounded, or what a single state asks for
    /// is more than the search looks at.
    Inconclusive,
}

/// Why a search has not seen everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// As many states as [`Limits::states`] allows.
    States(usize),
    /// As many bytes as [`Limits::memory`] allows.
    Memory(usize),
    /// As long as [`Limits::time`] allows.
    Time(Duration),
    /// The scenario's own horizon, in actions from the start.
    Horizon(u32),
    /// A verdict after which nothing more was asked for; see [`Stop`].
    Verdict,
    /// A state has more para blocks than the model holds.
    ModelIsFull,
    /// The model panicked.
    Panic,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::States(most) => write!(f, "the limit of {most} states"),
            Cut::Memory(most) => write!(f, "the limit of {} MiB of memory", most >> 20),
            Cut::Time(most) => write!(f, "the limit of {} s of time", most.as_secs_f64()),
            Cut::Horizon(actions) => write!(f, "the scenario's own horizon of {actions} actions"),
            Cut::Verdict => write!(f, "a violation, after which the search stops"),
            Cut::Panic => write!(f, "a panic of the model"),
            Cut::ModelIsFull => write!(f, "{}", Refusal::ModelIsFull),
        }
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether every reachable state was seen, without a bound on time.
    pub closed: bool,
    /// Why not, if not.
    pub cut_by: Option<Cut>,
    /// States seen.
    pub states: usize,
    /// Transitions taken.
    pub transitions: u64,
    /// Actions to the farthest state seen.
    pub depth: u32,
    /// The probability that two states were taken for one.
    pub collision_probability: f64,
    /// Time taken.
    pub elapsed: Duration,
    /// What is known of each property claimed, by its place in the catalogue.
    pub outcomes: Vec<(usize, Outcome)>,
    /// What the switch to 6 s blocks does, in numbers, where the scenario has it.
    pub measured: Option<Measured>,
}

impl Report {
    /// What is known of a property.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes
            .iter()
            .find(|(place, _)| CATALOGUE[*place].id.eq_ignore_ascii_case(id))
            .map(|(_, outcome)| outcome)
    }

    /// Whether a property is violated, or a situation that must occur does not.
    pub fn is_violated(&self) -> bool {
        let bad =
            |outcome: &Outcome| matches!(outcome, Outcome::Violated { .. } | Outcome::Missing);
        self.outcomes.iter().any(|(_, outcome)| bad(outcome))
    }

    /// Whether every property is decided, and as it should be.
    pub fn holds(&self) -> bool {
        let good = |outcome: &Outcome| matches!(outcome, Outcome::Holds | Outcome::Found { .. });
        self.outcomes.iter().all(|(_, outcome)| good(outcome))
    }
}

/// How a state was first reached.
#[derive(Clone, Copy, Debug)]
struct Origin {
    from: u32,
    depth: u32,
    action: Action,
}

/// A property under watch.
struct Watched {
    place: usize,
    property: &'static Property,
    verdict: Option<Outcome>,
}

struct Run<'a> {
    search: Search<'a>,
    started: Instant,
    origins: Vec<Option<Origin>>,
    seen: FingerprintMap<u32>,
    frontier: VecDeque<(u32, State)>,
    watched: Vec<Watched>,
    fault_free: Option<FaultFree>,
    measured: Option<Measured>,
    transitions: u64,
    depth: u32,
    cut_by: Option<Cut>,
    /// The horizon, once a state beyond it was left alone.
    horizon: Option<u32>,
    scratch: Vec<u8>,
    /// The distance at which the first violation was found.
    violated_at: Option<u32>,
}

impl<'a> Search<'a> {
    /// A search of everything, without limits.
    pub fn new(protocol: &'a Protocol) -> Self {
        Search { protocol, limits: Limits::default(), stop: Stop::default() }
    }

    /// The same, stopping otherwise.
    #[must_use]
    pub fn stopping(self, stop: Stop) -> Self {
        Search { stop, ..self }
    }

    /// Searches, and tells `watcher` now and then how far it is.
    pub fn run(self, watcher: &mut dyn FnMut(Progress)) -> Report {
        let mut run = Run::new(self);
        run.start();
        // What is not expanded stays in the frontier: a search that stops early is not closed.
        while run.frontier.front().is_some_and(|&(index, _)| !run.is_over(index)) {
            let Some((index, state)) = run.frontier.pop_front() else { break };
            run.expand(index, &state);
            if index.is_multiple_of(4096) {
                watcher(run.progress(index));
            }
        }
        run.report()
    }
}

impl<'a> Run<'a> {
    fn new(search: Search<'a>) -> Self {
        let watched: Vec<Watched> = Property::claimed(search.protocol)
            .map(|(place, property)| Watched { place, property, verdict: None })
            .collect();
        let progress = watched.iter().any(|one| matches!(one.property.check, Check::NotWedged));
        Run {
            search,
            started: Instant::now(),
            origins: Vec::new(),
            seen: FingerprintMap::default(),
            frontier: VecDeque::new(),
            watched,
            fault_free: progress.then(|| FaultFree::usual(search.protocol)),
            measured: search.protocol.scenario().switch.map(|_| Measured::default()),
            transitions: 0,
            depth: 0,
            cut_by: None,
            horizon: None,
            scratch: Vec::with_capacity(512),
            violated_at: None,
        }
    }

    fn start(&mut self) {
        let initial = self.search.protocol.initial();
        let (initial, _) = self.search.protocol.canonical(&initial);
        self.visit(initial, None);
    }

    /// Whether there is nothing more to decide, or no more leave to look.
    fn is_over(&self, index: u32) -> bool {
        if self.cut_by.is_some() {
            return true;
        }
        match self.search.stop {
            Stop::Never => false,
            Stop::AtVerdictOn(place) => {
                self.watched.iter().any(|one| one.place == place && one.verdict.is_some())
            }
            Stop::AtFirstViolation => {
                self.violated_at.is_some_and(|depth| self.depth_of(index) >= depth)
            }
        }
    }

    fn depth_of(&self, index: u32) -> u32 {
        self.origins[index as usize].map_or(0, |origin| origin.depth)
    }

    /// Takes every action from a state.
    fn expand(&mut self, index: u32, state: &State) {
        let protocol = self.search.protocol;
        let depth = self.depth_of(index);
        if let Some(bound) = protocol.scenario().horizon.actions.filter(|&bound| depth >= bound) {
            self.horizon = Some(bound);
            return;
        }
        for (action, step) in protocol.steps(state) {
            if self.cut_by.is_some() {
                return;
            }
            let outcome = step.as_ref().map(|step| &step.raw);
            let origin = Origin { from: index, depth: depth + 1, action };
            self.judge_step(
                &Transition { protocol, before: state, action: &action, outcome },
                origin,
            );
            match step {
                Ok(step) => {
                    self.transitions += 1;
                    self.visit(step.next, Some(origin));
                    self.check_limits();
                }
                Err(Refusal::ModelIsFull) => self.cut_by = Some(Cut::ModelIsFull),
                Err(_) => {}
            }
        }
    }

    /// Judges a state the first time it is seen.
    fn visit(&mut self, state: State, origin: Option<Origin>) {
        let fingerprint = fingerprint(&state, &mut self.scratch);
        let Entry::Vacant(unseen) = self.seen.entry(fingerprint) else { return };
        if let Some(most) = self.search.limits.states.filter(|&most| self.origins.len() >= most) {
            self.cut_by.get_or_insert(Cut::States(most));
            return;
        }
        let next = self.origins.len() as u32;
        unseen.insert(next);
        self.origins.push(origin);
        self.depth = self.depth.max(self.depth_of(next));
        self.judge_state(&state, origin);
        self.frontier.push_back((next, state));
    }

    fn judge_state(&mut self, state: &State, origin: Option<Origin>) {
        let protocol = self.search.protocol;
        for at in 0..self.watched.len() {
            if self.watched[at].verdict.is_some() {
                continue;
            }
            let verdict: Verdict = match self.watched[at].property.check {
                Check::State(check) => check(protocol, state),
                Check::NotWedged => {
                    let Some(verdict) = self.not_wedged(state) else {
                        self.watched[at].verdict = Some(Outcome::Inconclusive);
                        continue;
                    };
                    verdict
                }
                Check::Step(_) | Check::Witness(_) => Ok(()),
            };
            if let Err(because) = verdict {
                self.violated(at, origin, because);
            }
        }
    }

    fn judge_step(&mut self, transition: &Transition, origin: Origin) {
        if let Some(measured) = &mut self.measured {
            measured.note(transition);
        }
        for at in 0..self.watched.len() {
            if self.watched[at].verdict.is_some() {
                continue;
            }
            match self.watched[at].property.check {
                Check::Step(check) => {
                    if let Err(because) = check(transition) {
                        self.violated(at, Some(origin), because);
                    }
                }
                Check::Witness(found) => {
                    if found(transition) {
                        let actions = self.actions_to(Some(origin));
                        self.watched[at].verdict = Some(Outcome::Found { actions });
                    }
                }
                Check::State(_) | Check::NotWedged => {}
            }
        }
    }

    /// Whether faults that end now leave a way on; none if the way there is too wide to be looked at.
    fn not_wedged(&mut self, state: &State) -> Option<Verdict> {
        let fault_free = self.fault_free.as_mut()?;
        Some(match fault_free.recovery(state)?.best {
            Some(_) => Ok(()),
            None => Err("faults over and candidates backed on the usual path, no run from here ever includes another block".to_owned()),
        })
    }

    fn violated(&mut self, at: usize, origin: Option<Origin>, because: String) {
        let actions = self.actions_to(origin);
        self.violated_at.get_or_insert(actions.len() as u32);
        self.watched[at].verdict = Some(Outcome::Violated { actions, because });
    }

    /// The actions from the start to where an origin leads.
    fn actions_to(&self, origin: Option<Origin>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut here = origin;
        while let Some(origin) = here {
            actions.push(origin.action);
            here = self.origins[origin.from as usize];
        }
        actions.reverse();
        actions
    }

    fn progress(&self, index: u32) -> Progress {
        Progress {
            states: self.origins.len(),
            frontier: self.frontier.len(),
            transitions: self.transitions,
            depth: self.depth_of(index),
            memory: self.memory(),
        }
    }

    /// Bytes held, as far as they grow with the states seen.
    fn memory(&self) -> usize {
        self.origins.capacity() * size_of::<Option<Origin>>()
            + self.seen.capacity() * (size_of::<(u128, u32)>() + 1)
            + self.frontier.capacity() * size_of::<(u32, State)>()
            + self.fault_free.as_ref().map_or(0, FaultFree::memory)
    }

    fn check_limits(&mut self) {
        let Limits { memory, time, .. } = self.search.limits;
        let cut = memory.filter(|&most| self.memory() >= most).map(Cut::Memory);
        let late = |&most: &Duration| self.started.elapsed() >= most;
        let cut = cut.or_else(|| time.filter(late).map(Cut::Time));
        self.cut_by = self.cut_by.or(cut);
    }

    fn report(self) -> Report {
        let waiting = (!self.frontier.is_empty()).then_some(Cut::Verdict);
        let cut_by = self.cut_by.or(waiting).or(self.horizon.map(Cut::Horizon));
        let closed = cut_by.is_none();
        let settle = |one: Watched| {
            let undecided = match (closed, one.property.check) {
                (false, _) => Outcome::Inconclusive,
                (true, Check::Witness(_)) => Outcome::Missing,
                (true, _) => Outcome::Holds,
            };
            (one.place, one.verdict.unwrap_or(undecided))
        };
        Report {
            closed,
            cut_by,
            states: self.origins.len(),
            transitions: self.transitions,
            depth: self.depth,
            collision_probability: collision_probability(self.origins.len()),
            elapsed: self.started.elapsed(),
            outcomes: self.watched.into_iter().map(settle).collect(),
            measured: self.measured,
        }
    }
}
