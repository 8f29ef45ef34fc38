//! Runs that go round for ever: what a file says of the round, and what the round has to show.
//!
//! A run without end is a way to a state and a round that leads back to it. Names go on counting in
//! the round, as time does; what is the same again is the state as the model stores it.

use std::fmt;

use serde::{Deserialize, Serialize};
use unincluded_model::{Action, Protocol};

use unincluded_properties::fingerprint::fingerprint;
use unincluded_properties::graph::System;
use unincluded_properties::graph::fairness::{Claim, Classes};
use unincluded_properties::outlook::{ASSUMPTIONS, Assumption, fairness};
use unincluded_properties::runs::{self, Conditions, Event, Runs, class};

use crate::divergence::{Divergence, Flaw};
use crate::format::{Moment, StepRecord};
use crate::story::counted;

/// What a header says of a run that goes round for ever: the steps after the stem are one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lasso {
    /// Steps before the round. If there are none after them, the run stays where it is for ever.
    pub stem: usize,
    /// The assumptions of fairness that the run keeps to, by name, in the order of
    /// [`unincluded_properties::outlook::ASSUMPTIONS`].
    pub assumes: Vec<String>,
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
    /// How the round keeps to each assumption of the header, in its order.
    pub kept: Vec<Kept>,
}

/// How a round keeps to an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kept {
    /// What is assumed to go on is done in this step of the round.
    DoneIn(usize),
    /// It is not possible after this step, so it does not stay possible.
    NotPossibleAfter(usize),
    /// It is not possible anywhere in the round.
    NeverPossible,
    /// What is assumed to end is not done in the round.
    NeverDone,
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
    /// There is no assumption of this name.
    Unknown {
        /// The place in the header's list, from 0.
        place: usize,
    },
    /// An assumption is not named where it belongs in the list.
    OutOfOrder {
        /// The place in the header's list, from 0.
        place: usize,
    },
    /// What is assumed to go on is held back for ever.
    HeldBack {
        /// The place in the header's list, from 0.
        place: usize,
        /// What is assumed.
        says: &'static str,
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
            NoRound::Unknown { .. } => write!(f, "one of {}", every_name()),
            NoRound::OutOfOrder { .. } => {
                write!(f, "each assumption once, in the order {}", every_name())
            }
            NoRound::HeldBack { says, .. } => {
                write!(f, "an assumption that the round keeps to, and not “{says}”")
            }
        }
    }
}

impl NoRound {
    /// The same, where a file says that there is one.
    pub(crate) fn in_file(self, lasso: &Lasso) -> Divergence {
        match self {
            NoRound::NotTaken { step } => {
                Flaw::new("do", &self, "another").on_line(step + 1, Some(step))
            }
            _ => self.in_header(lasso).on_line(1, None),
        }
    }

    /// The same, as what is wrong with a header.
    fn in_header(&self, lasso: &Lasso) -> Flaw {
        match *self {
            NoRound::StemTooLong { .. } | NoRound::NotClosed { .. } | NoRound::NotTaken { .. } => {
                Flaw::new("lasso.stem", self, lasso.stem)
            }
            NoRound::Unknown { place }
            | NoRound::OutOfOrder { place }
            | NoRound::HeldBack { place, .. } => {
                let name = lasso.assumes.get(place).map_or("", String::as_str);
                Flaw::new(&format!("lasso.assumes.{place}"), self, format!("{name:?}"))
            }
        }
    }
}

impl Lasso {
    /// Whether the assumptions are names of some, each once and in their order.
    pub(crate) fn names(&self) -> Result<(), Flaw> {
        assumptions(self).map(drop).map_err(|why| why.in_header(self))
    }

    /// Whether the stem fits into so many steps.
    pub(crate) fn fits(&self, steps: usize) -> Result<(), Flaw> {
        stem_within(self, steps).map_err(|why| why.in_header(self))
    }
}

fn stem_within(lasso: &Lasso, steps: usize) -> Result<(), NoRound> {
    if lasso.stem > steps { Err(NoRound::StemTooLong { steps }) } else { Ok(()) }
}

/// The names of all assumptions, in their order.
fn every_name() -> String {
    ASSUMPTIONS.iter().map(|one| one.name).collect::<Vec<_>>().join(", ")
}

/// A run that goes round, taken again: what its round does, and what each of its steps is.
#[derive(Debug)]
pub(crate) struct Turned {
    pub(crate) round: Round,
    /// The classes of each step, those of the stem first; none of a step that is refused.
    pub(crate) classes: Vec<Classes>,
    /// Of what each step includes, relay blocks from the relay parent, at most; 0 if it includes nothing.
    pub(crate) waits: Vec<u8>,
    /// Whether what the candidates had waited is the same again after the round, so that they do again.
    pub(crate) waits_again: bool,
    /// Steps before the round.
    pub(crate) stem: usize,
}

/// Takes the actions again from the start, and says what the round does, or why it is none.
pub(crate) fn round(
    protocol: &Protocol,
    lasso: &Lasso,
    actions: &[Action],
    steps: &[StepRecord],
) -> Result<Turned, NoRound> {
    stem_within(lasso, actions.len())?;
    let assumed = assumptions(lasso)?;
    let runs = Runs::new(protocol, Conditions::AsTheScenario, true);
    let (stem, turn) = actions.split_at(lasso.stem);
    let mut scratch = Vec::new();
    let Some(mut moment) = runs.starts().pop() else { return Err(NoRound::NotTaken { step: 0 }) };
    let mut prints = vec![fingerprint(&moment.state, &mut scratch)];
    let mut classes = Vec::with_capacity(actions.len());
    let mut waits = Vec::with_capacity(actions.len());
    for &action in stem {
        let taken = runs.step(&moment, action);
        classes.push(taken.as_ref().map_or(0, |(_, event)| event.classes));
        waits.push(taken.as_ref().map_or(0, |(_, event)| event.latency[1]));
        moment = taken.map_or(moment, |(next, _)| next);
        prints.push(fingerprint(&moment.state, &mut scratch));
    }
    let start = moment.clone();
    let mut possible = vec![possible_in(&runs, &moment)];
    for (step, &action) in (lasso.stem + 1..).zip(turn) {
        // Somebody has to do it, again and again: that the rules would allow it is not enough.
        let is_offered = protocol.actions(&moment.state).contains(&action);
        let taken =
            runs.step(&moment, action).filter(|(_, event)| event.classes & class::BEYOND == 0);
        let Some((next, event)) = taken.filter(|_| is_offered) else {
            return Err(NoRound::NotTaken { step });
        };
        moment = next;
        classes.push(event.classes);
        waits.push(event.latency[1]);
        possible.push(possible_in(&runs, &moment));
        prints.push(fingerprint(&moment.state, &mut scratch));
    }
    if moment.state != start.state {
        let end = prints.pop();
        let back_to = (0..).zip(prints).filter(|(_, print)| Some(*print) == end);
        return Err(NoRound::NotClosed { back_to: back_to.map(|(step, _)| step).collect() });
    }
    let done = &classes[lasso.stem..];
    let kept = (0..)
        .zip(assumed)
        .map(|(place, assumption)| {
            kept(assumption, lasso.stem, done, &possible)
                .ok_or(NoRound::HeldBack { place, says: assumption.says })
        })
        .collect::<Result<_, _>>()?;
    let before = Account::after(protocol, &steps[..lasso.stem]);
    let after = Account::after(protocol, steps);
    let round = Round {
        relay_slots: after.slot - before.slot,
        included: after.height - before.height,
        issued: (after.issuance - before.issuance).to_string(),
        kept,
    };
    let waits_again = moment.lags == start.lags;
    Ok(Turned { round, classes, waits, waits_again, stem: lasso.stem })
}

/// The assumptions of a header, each once and in their order.
fn assumptions(lasso: &Lasso) -> Result<Vec<&'static Assumption>, NoRound> {
    let mut from = 0;
    let mut found = Vec::new();
    for (place, name) in lasso.assumes.iter().enumerate() {
        let Some(at) = ASSUMPTIONS.iter().position(|one| one.name == name) else {
            return Err(NoRound::Unknown { place });
        };
        if at < from {
            return Err(NoRound::OutOfOrder { place });
        }
        from = at + 1;
        found.push(&ASSUMPTIONS[at]);
    }
    Ok(found)
}

/// What is possible in a state.
fn possible_in(runs: &Runs, moment: &runs::Moment) -> Classes {
    let mut all = 0;
    runs.steps(moment, &mut Vec::new(), &mut |_, event: Event| all |= event.classes);
    all
}

/// How a round keeps to an assumption; none if it does not. `possible` begins with the state in which
/// the round begins, and ends with the same one.
fn kept(
    assumption: &Assumption,
    stem: usize,
    done: &[Classes],
    possible: &[Classes],
) -> Option<Kept> {
    let fairness = fairness(&[assumption.name]);
    let is = |classes: &Classes| classes & assumption.classes != 0;
    let at = done.iter().position(is);
    if !is(&(fairness.weak | fairness.strong)) {
        // What is assumed to end is not done in a round that is repeated for ever.
        return at.is_none().then_some(Kept::NeverDone);
    }
    if let Some(at) = at {
        return Some(Kept::DoneIn(stem + at + 1));
    }
    if !possible.iter().any(is) {
        return Some(Kept::NeverPossible);
    }
    let absent = possible.iter().position(|classes| !is(classes))?;
    is(&fairness.weak).then_some(Kept::NotPossibleAfter(stem + absent))
}

impl Turned {
    /// What the run shows of a claim of progress: the step from which on it owes what never comes, or
    /// that does what may never be done, and why; none if it keeps to the claim.
    pub(crate) fn against(&self, claim: Claim) -> Option<(usize, String)> {
        let (_, turn) = self.classes.split_at(self.stem);
        match claim {
            Claim::AlwaysEventually(goal) => {
                let never = turn.iter().all(|classes| classes & goal == 0);
                never.then(|| (self.stem, never_comes(goal)))
            }
            Claim::LeadsTo(first, second) => {
                let mut owed = None;
                for (step, classes) in (1..).zip(&self.classes) {
                    if classes & second != 0 {
                        owed = None;
                    } else if classes & first != 0 {
                        owed = owed.or(Some(step));
                    }
                }
                let never = turn.iter().all(|classes| classes & second == 0);
                let owed = owed.filter(|_| never)?;
                Some((self.stem, format!("since step {owed} {}", is_owed(first, second))))
            }
            Claim::Never(goal) => {
                let is = |classes: &Classes| classes & goal != 0;
                let again = turn.iter().position(is).filter(|_| self.waits_again);
                let again = again.map(|at| self.stem + at);
                // Once is enough; that it comes again and again is said where it does.
                let at = again.or_else(|| self.classes.iter().position(is))?;
                let is_counted = self.classes[at] & class::UNCOUNTED == 0;
                let waited = counted(usize::from(self.waits[at]), "relay block");
                let waited = if is_counted { waited } else { format!("at least {waited}") };
                let when = if again.is_some() { "in every round " } else { "" };
                Some((at + 1, format!("{when}{}", comes(goal, at + 1, &waited))))
            }
        }
    }
}

/// What never comes, in words.
fn never_comes(goal: Classes) -> String {
    match goal {
        class::INCLUDED => "the included head never advances any more".to_owned(),
        _ => "what should come again and again never comes any more".to_owned(),
    }
}

/// What comes in a step and may not, in words.
fn comes(goal: Classes, step: usize, waited: &str) -> String {
    match goal {
        class::LATE => {
            format!("step {step} includes a block {waited} after its relay parent")
        }
        _ => format!("step {step} does what may never be done"),
    }
}

/// What is owed and never comes, in words.
fn is_owed(first: Classes, second: Classes) -> &'static str {
    match (first, second) {
        (class::PENDING, class::RESOLVED) => {
            "a candidate is pending, and the first in the queue is never enacted nor removed"
        }
        _ => "something is owed that never comes",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Two steps and a round of two, with a late inclusion in the second step of the round.
    fn late_in_the_round(waits_again: bool) -> Turned {
        let round = Round { relay_slots: 2, included: 1, issued: "0".to_owned(), kept: Vec::new() };
        let classes = vec![0, 0, class::INCLUDED, class::INCLUDED | class::LATE];
        Turned { round, classes, waits: vec![0, 0, 2, 5], waits_again, stem: 2 }
    }

    #[test]
    fn a_late_round_that_waits_otherwise_the_next_time_is_late_once() {
        let claim = Claim::Never(class::LATE);
        let once = "step 4 includes a block 5 relay blocks after its relay parent";
        let found = late_in_the_round(false).against(claim);
        assert_eq!(found, Some((4, once.to_owned())));
        let found = late_in_the_round(true).against(claim);
        assert_eq!(found, Some((4, format!("in every round {once}"))));
    }
}
