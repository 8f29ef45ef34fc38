//! What the switch to 6 s blocks does, in numbers: of every block that is authored, on every fork.

use std::collections::BTreeMap;

use unincluded_model::SwitchPhase;
use unincluded_model::economics::Balance;

use crate::Transition;
use crate::emission::{Ended, elapsed, emitted, ended_cycle, endings};

/// From where to where a number was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range<T> {
    /// The least.
    pub least: T,
    /// The most.
    pub most: T,
}

impl<T: Copy + Ord> Range<T> {
    fn note(range: &mut Option<Self>, value: T) {
        let Range { least, most } = range.unwrap_or(Range { least: value, most: value });
        *range = Some(Range { least: least.min(value), most: most.max(value) });
    }
}

/// Where a cycle lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// All of it before the switch.
    Before,
    /// The switch is in it.
    Switch,
    /// All of it after.
    After,
}

/// Cycles of one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cycles {
    /// How long they took, if every block took its time; slots of 6 s.
    pub slots: Option<Range<u32>>,
    /// What their blocks issued; planck.
    pub issued: Option<Range<Balance>>,
}

/// What was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// What a block of either runtime issued; planck.
    pub rewards: [Option<Range<Balance>>; 2],
    /// Cycles that ended, by where they lie.
    pub cycles: BTreeMap<Place, Cycles>,
    /// By what ended after the switch had come: how early; slots of 6 s, negative if late.
    pub early: BTreeMap<String, Range<i64>>,
}

impl Measured {
    /// Looks at one more transition.
    pub(crate) fn note(&mut self, t: &Transition) {
        let Some((_, _, emission)) = emitted(t) else { return };
        let Some((author, block, after)) = t.authored() else { return };
        let issued = |block| t.protocol.issued_since_root(after.block(block));
        let reward = issued(block).saturating_sub(issued(author.parent));
        let is_new = emission.phase == SwitchPhase::After;
        Range::note(&mut self.rewards[usize::from(is_new)], reward);
        if let Some((Ended { emission, .. }, _)) = ended_cycle(t) {
            let cycle = emission.cycle;
            let place = match (cycle.has_switch, cycle.old_blocks) {
                (true, _) => Place::Switch,
                (false, 0) => Place::After,
                (false, _) => Place::Before,
            };
            let cycles = self.cycles.entry(place).or_default();
            Range::note(&mut cycles.slots, elapsed(&emission));
            let paid = (0..).zip(cycle.paid);
            let sum = paid.map(|(rate, blocks)| Balance::from(blocks) * t.protocol.reward_at(rate));
            Range::note(&mut cycles.issued, sum.sum());
        }
        if is_new {
            for (what, early) in endings(t) {
                let mut range = self.early.get(&what.to_string()).copied();
                Range::note(&mut range, early);
                self.early.extend(range.map(|range| (what.to_string(), range)));
            }
        }
    }
}
