//! What can be varied about a scenario, and by how much: the axes of a grid of parameters.

use std::fmt;

use unincluded_model::{CollatorKind, Scenario, ScenarioError, StaleView};

/// Something that is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// C: blocks that a segment may hold.
    Capacity,
    /// V: blocks for each relay slot.
    Velocity,
    /// r: how far the relay parent lies behind the best relay block.
    Offset,
    /// L: relay blocks after its relay parent in which a candidate can be backed.
    Lookahead,
    /// Cores of the para.
    Cores,
    /// P: relay blocks after which a candidate can time out.
    Period,
    /// F: relay blocks after which groups rotate.
    Rotation,
    /// D: from the number of the relay parent to that of the including block, at the least.
    Delay,
    /// How late the collators see a relay block.
    Lag,
    /// Who authors.
    Collator,
}

/// The legal values of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legal {
    /// Whole numbers from the least to the most.
    Numbers(u8, u8),
    /// One of these words.
    Words(&'static [&'static str]),
}

impl fmt::Display for Legal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Legal::Numbers(least, most) => {
                write!(f, "whole numbers from {least} to {most}, as 2, 2..4 or 2,4")
            }
            Legal::Words(words) => write!(f, "{}", words.join(", ")),
        }
    }
}

/// How late collators see a relay block, the earliest first.
const VIEWS: [StaleView; 3] = [StaleView::Never, StaleView::Together, StaleView::Apart];
const VIEW_WORDS: [&str; 3] = ["never", "together", "apart"];

/// Who authors.
const COLLATORS: [CollatorKind; 3] =
    [CollatorKind::SlotBased, CollatorKind::Lookahead, CollatorKind::Adversary];
const COLLATOR_WORDS: [&str; 3] = ["slot-based", "lookahead", "adversary"];

impl Axis {
    /// All of them, in the order of tables.
    pub const ALL: [Axis; 10] = [
        Axis::Collator,
        Axis::Capacity,
        Axis::Velocity,
        Axis::Cores,
        Axis::Offset,
        Axis::Lookahead,
        Axis::Period,
        Axis::Rotation,
        Axis::Delay,
        Axis::Lag,
    ];

    /// Its name: that of the symbol, where there is one.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Capacity => "C",
            Axis::Velocity => "V",
            Axis::Offset => "r",
            Axis::Lookahead => "L",
            Axis::Cores => "cores",
            Axis::Period => "P",
            Axis::Rotation => "F",
            Axis::Delay => "D",
            Axis::Lag => "lag",
            Axis::Collator => "collator",
        }
    }

    /// What it is, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Axis::Capacity => "blocks that a segment may hold",
            Axis::Velocity => "blocks for each relay slot",
            Axis::Offset => "relay blocks from the relay parent to the best relay block",
            Axis::Lookahead => "relay blocks after its relay parent in which a candidate is backed",
            Axis::Cores => "cores of the para",
            Axis::Period => "relay blocks after which a candidate can time out",
            Axis::Rotation => "relay blocks after which groups rotate",
            Axis::Delay => "relay blocks from the relay parent to the inclusion, at the least",
            Axis::Lag => "collators that see the relay tip one block late",
            Axis::Collator => "who authors",
        }
    }

    /// The axis of that name. Letters count as they are written: `r` is not `R`.
    pub fn named(name: &str) -> Option<Axis> {
        Axis::ALL.into_iter().find(|axis| axis.name() == name)
    }

    /// The values that are legal whatever the other axes say.
    pub fn legal(self) -> Legal {
        let key = match self {
            Axis::Capacity => "protocol.unincluded_segment_capacity",
            Axis::Velocity => "protocol.block_processing_velocity",
            Axis::Offset => "protocol.relay_parent_offset",
            Axis::Lookahead => "protocol.scheduling_lookahead",
            Axis::Cores => "protocol.cores",
            Axis::Period => "protocol.paras_availability_period",
            Axis::Rotation => "protocol.group_rotation_frequency",
            Axis::Delay => "environment.earliest_backing",
            Axis::Lag => return Legal::Words(&VIEW_WORDS),
            Axis::Collator => return Legal::Words(&COLLATOR_WORDS),
        };
        let (least, most) = Scenario::range(key).unwrap_or_default();
        // A block is included in the relay block after the one that backs it.
        let later = i64::from(self == Axis::Delay);
        let number = |value: i64| u8::try_from(value + later).unwrap_or(u8::MAX);
        Legal::Numbers(number(least), number(most))
    }

    /// The value that a scenario has; a word by its place among the legal ones.
    pub fn of(self, scenario: &Scenario) -> u8 {
        let (p, e) = (&scenario.parameters, &scenario.environment);
        let place = |found: Option<usize>| found.unwrap_or_default() as u8;
        match self {
            Axis::Capacity => p.unincluded_segment_capacity,
            Axis::Velocity => p.block_processing_velocity,
            Axis::Offset => p.relay_parent_offset,
            Axis::Lookahead => p.scheduling_lookahead,
            Axis::Cores => p.cores,
            Axis::Period => p.paras_availability_period,
            Axis::Rotation => p.group_rotation_frequency,
            Axis::Delay => e.earliest_backing + 1,
            Axis::Lag => place(VIEWS.iter().position(|&view| view == e.stale_view)),
            Axis::Collator => place(COLLATORS.iter().position(|&kind| kind == e.collator)),
        }
    }

    /// Gives a scenario that value.
    pub fn set(self, scenario: &mut Scenario, value: u8) {
        let (p, e) = (&mut scenario.parameters, &mut scenario.environment);
        match self {
            Axis::Capacity => p.unincluded_segment_capacity = value,
            Axis::Velocity => p.block_processing_velocity = value,
            Axis::Offset => p.relay_parent_offset = value,
            Axis::Lookahead => p.scheduling_lookahead = value,
            Axis::Cores => p.cores = value,
            Axis::Period => p.paras_availability_period = value,
            Axis::Rotation => p.group_rotation_frequency = value,
            Axis::Delay => e.earliest_backing = value.saturating_sub(1),
            Axis::Lag => e.stale_view = VIEWS[usize::from(value) % VIEWS.len()],
            Axis::Collator => {
                e.collator = COLLATORS[usize::from(value) % COLLATORS.len()];
                if e.collator == CollatorKind::Adversary {
                    // What only honest collators do or suffer.
                    e.idle = false;
                    e.stale_view = StaleView::Never;
                    e.equivocation = false;
                }
            }
        }
    }

    /// A value as it is written.
    pub fn word(self, value: u8) -> String {
        match self.legal() {
            Legal::Numbers(..) => value.to_string(),
            Legal::Words(words) => (*words.get(usize::from(value)).unwrap_or(&"?")).to_owned(),
        }
    }

    /// The value that is written so, if it is legal.
    pub fn value(self, word: &str) -> Option<u8> {
        match self.legal() {
            Legal::Numbers(least, most) => {
                word.parse().ok().filter(|value| (least..=most).contains(value))
            }
            Legal::Words(words) => {
                words.iter().position(|&legal| legal == word).map(|place| place as u8)
            }
        }
    }
}

/// One place of a grid: the values of the axes that are varied, in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place(pub Vec<(Axis, u8)>);

impl Place {
    /// Every combination of these values, the last axis fastest.
    pub fn all(axes: &[(Axis, Vec<u8>)]) -> Vec<Place> {
        let mut places = vec![Place(Vec::new())];
        for (axis, values) in axes {
            places = places
                .iter()
                .flat_map(|place| values.iter().map(move |&value| place.with(*axis, value)))
                .collect();
        }
        places
    }

    /// The same with one more value, or another of the same axis.
    #[must_use]
    pub fn with(&self, axis: Axis, value: u8) -> Place {
        let others = self.0.iter().filter(|(other, _)| *other != axis).copied();
        Place(others.chain([(axis, value)]).collect())
    }

    /// The value of an axis, if it is varied.
    pub fn value(&self, axis: Axis) -> Option<u8> {
        self.0.iter().find(|(other, _)| *other == axis).map(|&(_, value)| value)
    }

    /// The scenario at this place of the grid.
    ///
    /// # Errors
    ///
    /// If the values do not go together.
    pub fn scenario(&self, scenario: &Scenario) -> Result<Scenario, ScenarioError> {
        let mut scenario = scenario.clone();
        for &(axis, value) in &self.0 {
            axis.set(&mut scenario, value);
        }
        scenario.checked("this combination")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, &(axis, value)) in self.0.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}{} {}", axis.name(), axis.word(value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_back_and_every_value_has_a_word_of_its_own() {
        for axis in Axis::ALL {
            let values: Vec<u8> = match axis.legal() {
                Legal::Numbers(least, most) => (least..=most).collect(),
                Legal::Words(words) => (0..words.len() as u8).collect(),
            };
            assert!(values.len() > 1, "{axis:?}");
            for value in values {
                let mut scenario = Scenario::built_in("astar").expect("built in");
                axis.set(&mut scenario, value);
                assert_eq!(axis.of(&scenario), value, "{axis:?}");
                assert_eq!(axis.value(&axis.word(value)), Some(value), "{axis:?}");
            }
            assert_eq!(Axis::named(axis.name()), Some(axis));
        }
    }

    #[test]
    fn a_grid_has_every_combination_once_in_order() {
        let places = Place::all(&[(Axis::Capacity, vec![1, 2]), (Axis::Lookahead, vec![3, 4])]);
        let words: Vec<String> = places.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["C 1, L 3", "C 1, L 4", "C 2, L 3", "C 2, L 4"]);
    }

    #[test]
    fn what_does_not_go_together_is_told_with_its_key_and_what_is_legal() {
        let scenario = Scenario::built_in("astar").expect("built in");
        let place = Place(vec![(Axis::Offset, 2), (Axis::Lookahead, 2)]);
        let error = place.scenario(&scenario).expect_err("nothing is ever backed");
        assert!(error.to_string().contains("protocol.relay_parent_offset = 2"), "{error}");
    }
}
