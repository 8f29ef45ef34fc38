//! What a run shows: its property, or all that its scenario claims, judged at every step.

use std::collections::HashSet;

use unincluded_model::{Protocol, Refusal, State};
use unincluded_properties::catalogue::Promised;
use unincluded_properties::outlook::{self, ADVANCES, Progressive};
use unincluded_properties::progress::{FaultFree, WIDEST};
use unincluded_properties::{Check, Property, Transition};

use crate::divergence::Flaw;
use crate::format::Judgement;
use crate::lasso::Turned;

/// Watches a run.
pub(crate) struct Judge {
    /// The claim of progress of the run, if it is about one.
    promise: Option<&'static Progressive>,
    /// The one property of the run, or every invariant and step property its scenario claims.
    watched: Vec<&'static Property>,
    is_about_all: bool,
    /// The rules with the faults over, where a property is about that.
    fault_free: Option<Protocol>,
    first: Option<Finding>,
    /// The step at which [`WIDEST`] were not enough.
    undecided: Option<usize>,
}

/// The first that is violated or found.
struct Finding {
    property: &'static Property,
    step: usize,
    because: Option<String>,
}

impl Judge {
    /// A judge of the property of this id, or of all; a claim of progress is about a run that goes round
    /// for ever.
    pub(crate) fn new(
        protocol: &Protocol,
        property: Option<&str>,
        is_endless: bool,
    ) -> Result<Judge, Flaw> {
        let subject = property.map(|id| subject(protocol, id, is_endless)).transpose()?;
        let (promise, watched) = match subject {
            Some(Subject::Promise(promise)) => (Some(promise), Vec::new()),
            Some(Subject::Property(property)) => (None, vec![property]),
            None => {
                let all = Property::claimed(protocol).map(|(_, property)| property);
                let is_of_runs =
                    |one: &&Property| matches!(one.check, Check::State(_) | Check::Step(_));
                (None, all.filter(is_of_runs).collect())
            }
        };
        let progress = watched.iter().any(|one| matches!(one.check, Check::NotWedged));
        Ok(Judge {
            promise,
            watched,
            is_about_all: property.is_none(),
            fault_free: progress.then(|| FaultFree::usual(protocol).protocol().clone()),
            first: None,
            undecided: None,
        })
    }

    /// Looks at an attempt.
    pub(crate) fn see_step(&mut self, step: usize, transition: &Transition) {
        self.look(step, |property, _| match property.check {
            Check::Step(check) => check(transition).map_err(|because| Found::Bad(Some(because))),
            Check::Witness(is_found) if is_found(transition) => Err(Found::Bad(None)),
            _ => Ok(()),
        });
    }

    /// Looks at a state.
    pub(crate) fn see_state(&mut self, step: usize, protocol: &Protocol, state: &State) {
        self.look(step, |property, fault_free| match (property.check, fault_free) {
            (Check::State(check), _) => {
                check(protocol, state).map_err(|because| Found::Bad(Some(because)))
            }
            (Check::NotWedged, Some(fault_free)) => not_wedged(fault_free, state),
            _ => Ok(()),
        });
    }

    fn look(
        &mut self,
        step: usize,
        judge: impl Fn(&Property, Option<&Protocol>) -> Result<(), Found>,
    ) {
        if self.first.is_some() || self.undecided.is_some() {
            return;
        }
        for &property in &self.watched {
            match judge(property, self.fault_free.as_ref()) {
                Ok(()) => {}
                Err(Found::Bad(because)) => {
                    self.first = Some(Finding { property, step, because });
                    return;
                }
                Err(Found::Undecided) => {
                    self.undecided = Some(step);
                    return;
                }
            }
        }
    }

    /// The step from which on nothing could be decided, if there is one.
    pub(crate) fn undecided(&self) -> Option<usize> {
        self.undecided
    }

    /// What the run shows.
    pub(crate) fn conclude(&self, turned: Option<Turned>) -> Judgement {
        if let (Some(promise), Some(turned)) = (self.promise, &turned) {
            let (step, because) = turned.against(promise.claim).unzip();
            return Judgement {
                property: Some(promise.id.to_owned()),
                holds: step.is_none(),
                step,
                because,
                judged: None,
                round: Some(turned.round.clone()),
            };
        }
        let round = turned.map(|turned| turned.round);
        let judged = self.is_about_all.then_some(self.watched.len());
        let only = self.watched.first().filter(|_| !self.is_about_all);
        let is_witness = only.is_some_and(|only| matches!(only.check, Check::Witness(_)));
        match &self.first {
            Some(finding) => Judgement {
                property: Some(finding.property.id.to_owned()),
                holds: is_witness,
                step: Some(finding.step),
                because: finding.because.clone(),
                judged,
                round,
            },
            None => Judgement {
                property: only.map(|only| only.id.to_owned()),
                holds: !is_witness,
                step: None,
                because: is_witness.then(|| "the situation does not occur in this run".to_owned()),
                judged,
                round,
            },
        }
    }
}

/// The claim of this id that a run without end can break.
pub(crate) fn promised(id: &str) -> Option<&'static Progressive> {
    outlook::claim(id)
}

/// Whether a scenario makes this claim of progress. INV-E2E-4 is INV-E2E-3 where a group is offline, and a
/// run that breaks it is about that.
pub(crate) fn is_claimed(protocol: &Protocol, promise: &Progressive) -> bool {
    let is_it = |id: &str| id == promise.id || (id == "INV-E2E-4" && promise.id == ADVANCES.id);
    Promised::of(protocol).any(|promised| is_it(promised.id))
}

/// What a run is about, where it is not about all that its scenario claims.
pub(crate) enum Subject {
    /// A claim of progress.
    Promise(&'static Progressive),
    /// A property of the catalogue.
    Property(&'static Property),
}

/// What a run of this property is about, where the scenario claims it; a claim of progress is about a run
/// that goes round for ever.
pub(crate) fn subject(protocol: &Protocol, id: &str, is_endless: bool) -> Result<Subject, Flaw> {
    let Some(promise) = promised(id) else { return known(protocol, id).map(Subject::Property) };
    let not = |expected: &str| Flaw::new("property", expected, format!("{id:?}"));
    match (is_endless, is_claimed(protocol, promise)) {
        (false, _) => Err(not("one of a run that ends")),
        (true, false) => Err(not("a property that the scenario claims")),
        (true, true) => Ok(Subject::Promise(promise)),
    }
}

/// A property by its id, where the scenario claims it.
fn known(protocol: &Protocol, id: &str) -> Result<&'static Property, Flaw> {
    let Some(property) = Property::find(id).filter(|property| property.id == id) else {
        return Err(Flaw::new("property", "a property of the catalogue", format!("{id:?}")));
    };
    if (property.applies)(protocol) {
        return Ok(property);
    }
    Err(Flaw::new("property", "a property that the scenario claims", format!("{id:?}")))
}

/// What a look finds.
enum Found {
    /// The property is violated, and why; or the situation occurs.
    Bad(Option<String>),
    /// Too much to look at.
    Undecided,
}

/// Whether another block can be included once the faults are over: what [`FaultFree`] measures,
/// without the measure, and with an end to its patience.
fn not_wedged(fault_free: &Protocol, state: &State) -> Result<(), Found> {
    fault_free
        .settled(state)
        .iter()
        .try_for_each(|settled| leads_to_inclusion(fault_free, fault_free.adopt(settled)))
}

fn leads_to_inclusion(fault_free: &Protocol, start: State) -> Result<(), Found> {
    let mut seen = HashSet::from([start.clone()]);
    let mut frontier = vec![start];
    while !frontier.is_empty() {
        let mut next = Vec::new();
        for before in &frontier {
            for action in fault_free.actions(before) {
                let step = match fault_free.step_whole(before, &action) {
                    Ok(step) => step,
                    Err(Refusal::ModelIsFull) => return Err(Found::Undecided),
                    Err(_) => continue,
                };
                let (protocol, outcome) = (fault_free, Ok(&step.raw));
                let transition = Transition { protocol, before, action: &action, outcome };
                if transition.included().is_some() {
                    return Ok(());
                }
                if seen.insert(step.next.clone()) {
                    next.push(step.next);
                }
            }
            if seen.len() > WIDEST {
                return Err(Found::Undecided);
            }
        }
        frontier = next;
    }
    let because = "faults over and candidates backed on the usual path, no run from here ever includes another block";
    Err(Found::Bad(Some(because.to_owned())))
}
