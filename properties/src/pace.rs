//! What a healthy network does: its run goes round, so that its pace is exact.
//!
//! Where nothing goes wrong and nothing is left to chance there is one thing to do at a time. The
//! run comes back to a state that it has been in; from there it does the same for ever.

use std::collections::HashMap;
use std::fmt;

use unincluded_model::{Action, BlockIndex, Protocol, State};
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

use crate::graph::ratio::Ratio;
use crate::{Lasso, Transition};

/// Actions before a run is taken not to go round; healthy rounds have fewer than a hundred.
const LONGEST: usize = 20_000;

/// The time from one block to the next on average, with relay slots of 6 s; seconds. None of a rate at
/// which no block is ever included.
pub fn seconds_per_block(rate: Ratio) -> Option<f64> {
    (rate.gain > 0).then(|| 6.0 * rate.cost as f64 / rate.gain as f64)
}

/// How often one rate is another; none of a rate of zero.
pub fn quotient(one: Ratio, other: Ratio) -> Option<Ratio> {
    Ratio::of(one.gain * other.cost, one.cost * other.gain)
}

/// From the least to the most; relay blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The least.
    pub least: u32,
    /// The most.
    pub most: u32,
}

impl Span {
    fn of(values: impl Iterator<Item = u32> + Clone) -> Option<Span> {
        Some(Span { least: values.clone().min()?, most: values.max()? })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            write!(f, "{}", self.least)
        } else {
            write!(f, "{} to {}", self.least, self.most)
        }
    }
}

/// How fast a healthy network is.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The run: the way to the round, and one round.
    pub run: Lasso<Action>,
    /// States of the run.
    pub states: usize,
    /// Included blocks for each relay slot.
    pub rate: Ratio,
    /// From a block's relay parent to its inclusion. None where no block is ever included.
    pub latency: Option<Span>,
    /// From the moment a transaction reaches the collators to the inclusion of the block that has
    /// it: least if a block is built at that moment, most if one was built just before.
    pub confirmation: Option<Span>,
    /// From the moment a transaction reaches the collators until a block has it, at the most.
    pub until_in_a_block: Option<u32>,
    /// Blocks of a round that are authored and never included.
    pub lost: u32,
}

/// Why there is no exact pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unpaced {
    /// There are several things to do at a time, after so many actions.
    Choice(usize),
    /// There is nothing to do, after so many actions.
    Ended(usize),
    /// The run does not come back within the actions looked at.
    NoRound,
}

impl fmt::Display for Unpaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unpaced::Choice(after) => {
                write!(f, "a healthy run has a choice after {after} actions, so it has no one rate")
            }
            Unpaced::Ended(after) => write!(f, "a healthy run ends after {after} actions"),
            Unpaced::NoRound => {
                write!(f, "a healthy run does not go round within {LONGEST} actions")
            }
        }
    }
}

/// The same rules where nothing goes wrong: candidates are backed `earliest_backing` relay blocks
/// after their relay parent and included in the next.
pub fn healthy(protocol: &Protocol, earliest_backing: u8) -> Protocol {
    let healthy = protocol.environment().healthy(earliest_backing);
    protocol.clone().in_environment(healthy)
}

/// When candidates are usually backed: two relay blocks after the newest one that their author saw, or
/// as late as L allows; relay blocks after the relay parent.
pub fn usual_backing(protocol: &Protocol) -> u8 {
    let usual = 2 + protocol.parameters().relay_parent_offset;
    let windows = protocol.either_parameters().map(|p| p.scheduling_lookahead);
    windows.into_iter().fold(usual, u8::min)
}

/// A block that was authored: when, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// Relay blocks before it was authored.
    authored: u32,
    /// From its relay parent to the relay block that was newest then.
    behind: u32,
    /// Relay blocks up to and with the one that included it.
    pub(crate) included: Option<u32>,
}

/// A run of the healthy protocol that remembers its blocks.
pub(crate) struct Walk<'a> {
    protocol: &'a Protocol,
    state: State,
    relay_blocks: u32,
    pub(crate) lives: Vec<Life>,
    /// The block of each place of the state, by its place among `lives`.
    who: Vec<Option<usize>>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(protocol: &'a Protocol, state: State) -> Self {
        let who = vec![None; state.blocks.len()];
        Walk { protocol, state, relay_blocks: 0, lives: Vec::new(), who }
    }

    /// Takes the blocks of another state for its own, by the place where each is here.
    pub(crate) fn know(&mut self, places: impl Iterator<Item = Option<BlockIndex>>) {
        for (life, place) in places.enumerate() {
            self.lives.push(Life { authored: 0, behind: 0, included: None });
            if let Some(place) = place {
                self.who[place.get()] = Some(life);
            }
        }
    }

    /// The one thing to do.
    fn next(&self) -> Result<Action, Unpaced> {
        match self.protocol.actions(&self.state)[..] {
            [action] => Ok(action),
            [] => Err(Unpaced::Ended(0)),
            _ => Err(Unpaced::Choice(0)),
        }
    }

    /// Does it; none if it is refused after all.
    fn take(&mut self, action: &Action) -> Option<()> {
        let before = self.state.clone();
        let step = self.protocol.step_whole(&before, action).ok()?;
        let seen =
            Transition { protocol: self.protocol, before: &before, action, outcome: Ok(&step.raw) };
        self.relay_blocks += u32::from(seen.relay_block().is_some());
        for block in seen.enacted() {
            if let Some(life) = self.who[block.get()] {
                self.lives[life].included = Some(self.relay_blocks);
            }
        }
        let mut who = self.who.clone();
        if let Some((author, _, _)) = seen.authored() {
            who.push(Some(self.lives.len()));
            self.lives.push(Life {
                authored: self.relay_blocks,
                behind: u32::from(author.relay_parent.0),
                included: None,
            });
        }
        self.who = vec![None; step.next.blocks.len()];
        for (old, life) in who.into_iter().enumerate() {
            if let Some(new) = step.renaming.of(BlockIndex(old as u8)) {
                self.who[new.get()] = life;
            }
        }
        self.state = step.next;
        Some(())
    }

    /// Goes on by one relay block, and whatever is to do before it.
    pub(crate) fn relay_block(&mut self) -> Result<(), Unpaced> {
        let before = self.relay_blocks;
        for done in 0..LONGEST {
            let action = self.next().map_err(|why| why.after(done))?;
            self.take(&action).ok_or(Unpaced::Ended(done))?;
            if self.relay_blocks > before {
                return Ok(());
            }
        }
        Err(Unpaced::NoRound)
    }

    pub(crate) fn included(&self) -> u32 {
        self.lives.iter().filter(|life| life.included.is_some()).count() as u32
    }
}

impl Unpaced {
    fn after(self, actions: usize) -> Self {
        match self {
            Unpaced::Choice(_) => Unpaced::Choice(actions),
            Unpaced::Ended(_) => Unpaced::Ended(actions),
            Unpaced::NoRound => Unpaced::NoRound,
        }
    }
}

impl Pace {
    /// The pace of a protocol where nothing goes wrong ([`healthy`]).
    ///
    /// # Errors
    ///
    /// If its run has a choice, ends, or does not come back to where it was.
    pub fn of(protocol: &Protocol) -> Result<Pace, Unpaced> {
        let (run, states) = round(protocol)?;
        let start = protocol.canonical(&protocol.initial()).0;
        let mut walk = Walk::new(protocol, start);
        // After so many rounds all that the first ones began has come to its end.
        let rounds = 3 + walk_length(protocol).div_ceil(run.cycle.len());
        let mut before = (0, 0, 0);
        let whole = run.stem.len() + rounds * run.cycle.len();
        for (done, action) in run.unrolled(whole).enumerate() {
            if done == whole - run.cycle.len() {
                before = (walk.relay_blocks, walk.included(), walk.lives.len());
            }
            walk.take(action).ok_or(Unpaced::Ended(done))?;
        }
        let (relay_blocks, included, authored) = before;
        let blocks = walk.included() - included;
        let rate = Ratio::of(blocks.into(), (walk.relay_blocks - relay_blocks).into())
            .ok_or(Unpaced::NoRound)?;
        let lost = (walk.lives.len() - authored) as u32 - blocks;
        let kept: Vec<(Life, u32)> = walk
            .lives
            .iter()
            .filter_map(|life| Some((*life, life.included?)))
            .filter(|(_, at)| *at > relay_blocks)
            .collect();
        // With its predecessor, also for the first block of the round.
        let all: Vec<(Life, u32)> =
            walk.lives.iter().filter_map(|life| Some((*life, life.included?))).collect();
        let pairs = all.windows(2).filter(|two| two[1].1 > relay_blocks);
        let waits = pairs.clone().map(|two| two[1].1 - two[0].0.authored);
        Ok(Pace {
            run,
            states,
            rate,
            latency: Span::of(kept.iter().map(|(life, at)| at - life.authored + life.behind)),
            confirmation: kept
                .iter()
                .map(|(life, at)| at - life.authored)
                .min()
                .zip(waits.max())
                .map(|(least, most)| Span { least, most }),
            until_in_a_block: pairs.map(|two| two[1].0.authored - two[0].0.authored).max(),
            lost,
        })
    }
}

/// Actions in which all that is under way in a healthy run comes to its end, generously.
fn walk_length(protocol: &Protocol) -> usize {
    let p = protocol.parameters();
    let relay_blocks = usize::from(p.scheduling_lookahead) + 4;
    relay_blocks * (1 + 2 * usize::from(p.cores))
}

/// The healthy run up to where it goes round, and the number of its states.
pub(crate) fn round(protocol: &Protocol) -> Result<(Lasso<Action>, usize), Unpaced> {
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut seen: HashMap<State, usize, Xxh3DefaultBuilder> = HashMap::default();
    let mut actions: Vec<Action> = Vec::new();
    while actions.len() < LONGEST {
        if let Some(&begins) = seen.get(&state) {
            let cycle = actions.split_off(begins);
            return Ok((Lasso { stem: actions, cycle }, seen.len()));
        }
        seen.insert(state.clone(), actions.len());
        let [action] = protocol.actions(&state)[..] else {
            let why = if protocol.actions(&state).is_empty() {
                Unpaced::Ended(actions.len())
            } else {
                Unpaced::Choice(actions.len())
            };
            return Err(why);
        };
        state = protocol.step(&state, &action).map_err(|_| Unpaced::Ended(actions.len()))?;
        actions.push(action);
    }
    Err(Unpaced::NoRound)
}
