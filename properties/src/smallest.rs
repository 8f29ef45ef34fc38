//! The least capacity that sustains the full rate, and what the formulas in use say of it.

use unincluded_model::scenario::Claims;
use unincluded_model::{Action, Protocol, Scenario, ScenarioError};

use crate::graph::ratio::Ratio;
use crate::grid::{Axis, Place};
use crate::pace::{Pace, Unpaced, healthy, usual_backing};
use crate::rates::{Bounds, Conditions, Effort, rates_within};
use crate::search::Cut;
use crate::{Lasso, Limits};

/// Blocks for each relay block that a para can have at most where nothing goes wrong: one for each
/// core, and V. None where it does not hold its cores in every relay block.
pub fn full_rate(protocol: &Protocol) -> Option<u64> {
    let p = protocol.parameters();
    let all = protocol.environment().claims == Claims::Bulk;
    all.then(|| u64::from(p.cores.min(p.block_processing_velocity.max(1))))
}

/// So many blocks for each relay slot.
pub fn whole(blocks: u64) -> Ratio {
    Ratio { gain: blocks.into(), cost: 1 }
}

/// The healthy pace at a place of a grid: with the D that the place names, else on the usual path.
///
/// # Errors
///
/// If the values do not go together, or the run has no one pace.
pub fn pace_at(protocol: &Protocol, place: &Place) -> Result<Pace, NoPace> {
    let scenario = place.scenario(protocol.scenario()).map_err(NoPace::Illegal)?;
    let protocol = with(protocol, scenario);
    let backing = place
        .value(Axis::Delay)
        .map_or_else(|| usual_backing(&protocol), |delay| delay.saturating_sub(1));
    Pace::of(&healthy(&protocol, backing)).map_err(NoPace::Unpaced)
}

/// The healthy rate at a place of a grid, and a run that goes round at it; the slowest, where ties leave
/// a choice.
#[derive(Clone, Debug)]
pub struct Healthy {
    /// Included blocks for each relay slot.
    pub rate: Ratio,
    /// The fastest; the same where there is no choice.
    pub greatest: Ratio,
    /// The way to the round, and one round.
    pub run: Lasso<Action>,
}

/// States of a healthy network with ties that are looked at, at most.
const MOST_STATES: usize = 500_000;

/// The healthy rate at a place of a grid, by following the run, or by all runs where there are several.
///
/// # Errors
///
/// If the values do not go together, or the runs end or are too many.
pub fn rate_at(protocol: &Protocol, place: &Place) -> Result<Healthy, NoPace> {
    match pace_at(protocol, place) {
        Ok(found) => Ok(Healthy { rate: found.rate, greatest: found.rate, run: found.run }),
        Err(NoPace::Unpaced(why @ Unpaced::Choice(_))) => {
            let scenario = place.scenario(protocol.scenario()).map_err(NoPace::Illegal)?;
            let protocol = with(protocol, scenario);
            let delay = place.value(Axis::Delay).unwrap_or_else(|| usual_backing(&protocol) + 1);
            let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
            let effort = Effort { limits, threads: 1, latency: false };
            let found = rates_within(&protocol, Conditions::Steady { delay }, effort);
            if let Some(cut) = found.cut_by {
                return Err(NoPace::Unseen(cut));
            }
            let Bounds { least, greatest } = found.blocks.ok_or(NoPace::Unpaced(why))?;
            Ok(Healthy { rate: least.ratio, greatest: greatest.ratio, run: least.witness })
        }
        Err(why) => Err(why),
    }
}

/// The same rules, switched off and changed alike, over another scenario.
pub fn with(protocol: &Protocol, scenario: Scenario) -> Protocol {
    Protocol::new(scenario).without(protocol.off().iter()).with_variants(protocol.variants().iter())
}

/// Why a place of a grid has no pace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPace {
    /// The values do not go together.
    #[error("{0}")]
    Illegal(ScenarioError),
    /// The healthy run has no one pace.
    #[error("{0}")]
    Unpaced(Unpaced),
    /// It has a choice, and not all that can come of it was seen.
    #[error("a healthy run has a choice, and not all runs were seen: they are cut by {0}")]
    Unseen(Cut),
}

/// A way to choose the capacity.
#[derive(Clone, Copy, Debug)]
pub struct Formula {
    /// Who uses it.
    pub who: &'static str,
    /// How it is written.
    pub text: &'static str,
    /// What it gives for V and r; blocks.
    pub capacity: fn(u8, u8) -> u8,
}

/// TIME-4: how networks choose their capacity.
pub const FORMULAS: [Formula; 3] = [
    Formula { who: "Astar", text: "(2 + r) V + 1", capacity: |v, r| (2 + r) * v + 1 },
    Formula { who: "fellowship", text: "(3 + r) V", capacity: |v, r| (3 + r) * v },
    Formula { who: "template", text: "3", capacity: |_, _| 3 },
];

/// What is known of the least capacity at one place of a grid.
#[derive(Clone, Debug)]
pub struct Smallest {
    /// The place, without C, and with F = P where it names no F.
    pub place: Place,
    /// Blocks for each relay block that are asked for.
    pub full: u64,
    /// D: from the relay parent to the inclusion; relay blocks.
    pub delay: u8,
    /// TIME-6: relay blocks in which a candidate can be backed, L - r.
    pub tries: u8,
    /// V, at least 1.
    pub velocity: u8,
    /// r.
    pub offset: u8,
    /// The healthy rate with each capacity that was tried, from the least.
    pub tried: Vec<(u8, Result<Healthy, NoPace>)>,
}

impl Smallest {
    /// Tries capacities at a place of a grid.
    ///
    /// # Errors
    ///
    /// If the values do not go together whatever the capacity, or there is no full rate.
    pub fn at(protocol: &Protocol, place: &Place, capacities: &[u8]) -> Result<Self, String> {
        let scenario = place.scenario(protocol.scenario()).map_err(|error| error.to_string())?;
        // Nothing times out where nothing goes wrong, so the rotation of groups only makes rounds longer.
        let place = match place.value(Axis::Rotation) {
            None => &place.with(Axis::Rotation, Axis::Period.of(&scenario)),
            Some(_) => place,
        };
        let scenario = place.scenario(protocol.scenario()).map_err(|error| error.to_string())?;
        let here = with(protocol, scenario);
        let full = full_rate(&here)
            .ok_or("the para does not hold its cores in every relay block, so no rate is full")?;
        let p = here.parameters();
        let backing = place
            .value(Axis::Delay)
            .map_or_else(|| usual_backing(&here), |delay| delay.saturating_sub(1));
        let mut capacities = capacities.to_vec();
        capacities.sort_unstable();
        capacities.dedup();
        Ok(Smallest {
            place: place.clone(),
            full,
            delay: backing + 1,
            tries: p.scheduling_lookahead - p.relay_parent_offset,
            velocity: p.block_processing_velocity.max(1),
            offset: p.relay_parent_offset,
            tried: capacities
                .iter()
                .map(|&c| (c, rate_at(protocol, &place.with(Axis::Capacity, c))))
                .collect(),
        })
    }

    /// Whether that capacity sustains the full rate; none if it was not tried or has no pace.
    pub fn sustains(&self, capacity: u8) -> Option<bool> {
        let (_, pace) = self.tried.iter().find(|(tried, _)| *tried == capacity)?;
        pace.as_ref().ok().map(|pace| pace.rate >= whole(self.full))
    }

    /// The least capacity that sustains the full rate; none if one below it is not decided, or was not
    /// tried: a capacity of 0 builds nothing.
    pub fn least(&self) -> Option<u8> {
        let least = self.tried.iter().map(|&(c, _)| c).find(|&c| self.sustains(c) == Some(true))?;
        (1..least).all(|c| self.sustains(c) == Some(false)).then_some(least)
    }

    /// The greatest capacity below the least that sustains the full rate, with the run that goes round
    /// at a lower one.
    pub fn next_smaller(&self) -> Option<(u8, &Healthy)> {
        let least = self.least().unwrap_or(u8::MAX);
        let too_small = |c: u8| c < least && self.sustains(c) == Some(false);
        let mut below = self.tried.iter().rev().filter(|(c, _)| too_small(*c));
        below.find_map(|(c, pace)| Some((*c, pace.as_ref().ok()?)))
    }

    /// Larger capacities that were tried and do not sustain the full rate: more is not always better.
    pub fn too_large(&self) -> Vec<u8> {
        let Some(least) = self.least() else { return Vec::new() };
        let above = self.tried.iter().map(|&(c, _)| c).filter(|&c| c > least);
        above.filter(|&c| self.sustains(c) == Some(false)).collect()
    }

    /// TIME-4: what all V blocks of every relay parent need, V for each relay block until the first of
    /// them is included: D V, which is (3 + r) V on the usual path.
    pub fn needed(&self) -> u8 {
        self.delay * self.velocity
    }

    /// TIME-6: whether a candidate backed on the usual path is in time: it is backed two relay blocks
    /// after the newest that its author saw.
    pub fn usual_path_fits(&self) -> bool {
        self.tries >= 2
    }
}
