//! Runs that go round for ever: what a file says of the round, and what the round has to show.
//!
//! A run without end is a way to a state and a round that leads back to it. Names go on counting in
//! the round, as time does; what is the same again is the state as the model stores it.

use std::fmt;

use serde::{Deserialize, Serialize};
use unincluded_model::{Action, Protocol, State};

use unincluded_properties::fingerprint::fingerprint;

use crate::divergence::{Divergence, Flaw};
use crate::format::{Moment, StepRecord};

/// What a header says of a run that goes round for ever: the steps after the stem are one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lasso {
    /// Steps before the round. If there are none after them, the run stays where it is for ever.
    pub stem: usize,
    /// The fairness that the run keeps to, in the order of the table of classes.
    pub fairness: Vec<Fairness>,
}

/// That actions of a class are not held back for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fairness {
    /// The class of actions, by its name.
    pub class: String,
    /// When they must be taken.
    pub strength: Strength,
}

/// When an action of a class must be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// If one is possible from some time on for ever.
    Weak,
    /// If one is possible again and again.
    Strong,
}

/// What one round does. The run does it again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Relay slots that pass, those without a block among them.
    pub relay_slots: i64,
    /// Para blocks that are included; on the first relay branch, where there are two.
    pub included: i64,
    /// What they issue, planck, as decimal digits.
    pub issued: String,
    /// How the round keeps to each fairness of the header, in its order.
    pub realised: Vec<Realised>,
}

/// How a round keeps to a fairness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Realised {
    /// An action of the class is taken in this step of the round.
    TakenIn(usize),
    /// No action of the class is possible after this step, so none is possible for ever on end.
    NotPossibleAfter(usize),
    /// No action of the class is possible anywhere in the round.
    NeverPossible,
}

/// Why steps are no round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRound {
    /// The stem is longer than the run.
    StemTooLong {
        /// Steps of the run.
        steps: usize,
    },
    /// Nobody takes a step of the round, or it is refused.
    NotTaken {
        /// The step, from 1.
        step: usize,
    },
    /// The round leads elsewhere.
    NotClosed {
        /// The steps after which the state is the one at the end; 0 is the start.
        back_to: Vec<usize>,
    },
    /// There is no class of this name here.
    UnknownClass {
        /// The place in the header's list, from 0.
        place: usize,
        /// The names that there are.
        known: String,
    },
    /// A class is not named where it belongs in the list.
    OutOfOrder {
        /// The place in the header's list, from 0.
        place: usize,
    },
    /// Actions of a class are held back for ever.
    HeldBack {
        /// The place in the header's list, from 0.
        place: usize,
        /// The class.
        class: String,
    },
}

impl fmt::Display for NoRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoRound::StemTooLong { steps } => {
                write!(f, "at most {steps}, as there are no more steps")
            }
            NoRound::NotTaken { step } => {
                write!(f, "step {step} of a round is one that somebody takes, and not refused")
            }
            NoRound::NotClosed { back_to } => match &back_to[..] {
                [] => write!(f, "a round that leads back to where it begins"),
                [only] => write!(f, "{only}, as the last step leads back to after step {only}"),
                several => {
                    let words: Vec<String> = several.iter().map(ToString::to_string).collect();
                    write!(f, "one of {}, to which the last step leads back", words.join(", "))
                }
            },
            NoRound::UnknownClass { known, .. } => write!(f, "one of {known}"),
            NoRound::OutOfOrder { .. } => {
                write!(f, "each class once, in the order of their table")
            }
            NoRound::HeldBack { class, .. } => {
                write!(f, "a round that does not hold back {class} for ever")
            }
        }
    }
}

impl NoRound {
    /// The same, where a file says that there is one.
    pub(crate) fn in_file(self, lasso: &Lasso) -> Divergence {
        let of = |place: usize| lasso.fairness.get(place).map_or("", |fair| &fair.class);
        match &self {
            NoRound::StemTooLong { .. } | NoRound::NotClosed { .. } => {
                Flaw::new("lasso.stem", &self, lasso.stem).on_line(1, None)
            }
            NoRound::NotTaken { step } => {
                Flaw::new("do", &self, "another").on_line(step + 1, Some(*step))
            }
            NoRound::UnknownClass { place, .. }
            | NoRound::OutOfOrder { place }
            | NoRound::HeldBack { place, .. } => {
                let path = format!("lasso.fairness.{place}.class");
                Flaw::new(&path, &self, of(*place)).on_line(1, None)
            }
        }
    }
}

/// Takes the actions again from the start, and says what the round does, or why it is none.
pub(crate) fn round(
    protocol: &Protocol,
    lasso: &Lasso,
    actions: &[Action],
    steps: &[StepRecord],
) -> Result<Round, NoRound> {
    if lasso.stem > actions.len() {
        return Err(NoRound::StemTooLong { steps: actions.len() });
    }
    let (stem, turn) = actions.split_at(lasso.stem);
    let mut scratch = Vec::new();
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut prints = vec![fingerprint(&state, &mut scratch)];
    for action in stem {
        if let Ok(next) = protocol.step(&state, action) {
            state = next;
        }
        prints.push(fingerprint(&state, &mut scratch));
    }
    let start = state.clone();
    for (step, action) in (lasso.stem + 1..).zip(turn) {
        // Somebody has to do it, again and again: that the rules would allow it is not enough.
        let is_offered = protocol.actions(&state).contains(action);
        state = match protocol.step(&state, action) {
            Ok(next) if is_offered => next,
            _ => return Err(NoRound::NotTaken { step }),
        };
        prints.push(fingerprint(&state, &mut scratch));
    }
    if state != start {
        let end = prints.pop();
        let back_to = (0..).zip(prints).filter(|(_, print)| Some(*print) == end);
        return Err(NoRound::NotClosed { back_to: back_to.map(|(step, _)| step).collect() });
    }
    let realised = fair::realised(protocol, lasso, &start, turn)?;
    let before = Account::after(protocol, &steps[..lasso.stem]);
    let after = Account::after(protocol, steps);
    Ok(Round {
        relay_slots: after.slot - before.slot,
        included: after.height - before.height,
        issued: (after.issuance - before.issuance).to_string(),
        realised,
    })
}

/// What is counted up in a run.
struct Account {
    slot: i64,
    height: i64,
    issuance: i128,
}

impl Account {
    fn after(protocol: &Protocol, steps: &[StepRecord]) -> Account {
        let moment: Option<&Moment> =
            steps.iter().filter_map(|step| step.then.as_ref()).next_back();
        let number = |planck: u128| i128::try_from(planck).unwrap_or(i128::MAX);
        match moment {
            None => Account {
                slot: 0,
                height: 0,
                issuance: number(protocol.scenario().economics.issuance().unwrap_or_default()),
            },
            Some(moment) => Account {
                slot: moment.relay.slot,
                height: i64::from(moment.included.block.height),
                issuance: number(moment.included.issuance.parse().unwrap_or_default()),
            },
        }
    }
}

/// How a round keeps to its fairness.
mod fair {
    use super::{Action, Lasso, NoRound, Protocol, Realised, State};

    pub(super) fn realised(
        _: &Protocol,
        lasso: &Lasso,
        _: &State,
        _: &[Action],
    ) -> Result<Vec<Realised>, NoRound> {
        match lasso.fairness.first() {
            Some(_) => Err(NoRound::UnknownClass { place: 0, known: "nothing".to_owned() }),
            None => Ok(Vec::new()),
        }
    }
}
