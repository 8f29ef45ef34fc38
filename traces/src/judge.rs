//! What a run shows: its property, or all that its scenario claims, judged at every step.

use unincluded_model::{Protocol, State};
use unincluded_properties::progress::FaultFree;
use unincluded_properties::{Check, Property, Transition, Verdict};

use crate::divergence::Flaw;
use crate::format::Judgement;

/// Watches a run.
pub(crate) struct Judge {
    /// The one property of the run, or every invariant and step property its scenario claims.
    watched: Vec<&'static Property>,
    is_about_all: bool,
    fault_free: Option<FaultFree>,
    first: Option<Finding>,
}

/// The first that is violated or found.
struct Finding {
    property: &'static Property,
    step: usize,
    because: Option<String>,
}

impl Judge {
    /// A judge of the property of this id, or of all.
    pub(crate) fn new(protocol: &Protocol, property: Option<&str>) -> Result<Judge, Flaw> {
        let watched = match property {
            Some(id) => vec![known(protocol, id)?],
            None => Property::claimed(protocol)
                .map(|(_, property)| property)
                .filter(|property| matches!(property.check, Check::State(_) | Check::Step(_)))
                .collect(),
        };
        let progress = watched.iter().any(|one| matches!(one.check, Check::NotWedged));
        Ok(Judge {
            watched,
            is_about_all: property.is_none(),
            fault_free: progress.then(|| FaultFree::new(protocol, 2)),
            first: None,
        })
    }

    /// Looks at an attempt.
    pub(crate) fn see_step(&mut self, step: usize, transition: &Transition) {
        self.look(step, |property, _| match property.check {
            Check::Step(check) => check(transition).map_err(Some),
            Check::Witness(is_found) if is_found(transition) => Err(None),
            _ => Ok(()),
        });
    }

    /// Looks at a state.
    pub(crate) fn see_state(&mut self, step: usize, protocol: &Protocol, state: &State) {
        self.look(step, |property, fault_free| match property.check {
            Check::State(check) => check(protocol, state).map_err(Some),
            Check::NotWedged => not_wedged(fault_free, state).map_err(Some),
            _ => Ok(()),
        });
    }

    fn look(
        &mut self,
        step: usize,
        mut judge: impl FnMut(&Property, &mut Option<FaultFree>) -> Result<(), Option<String>>,
    ) {
        if self.first.is_some() {
            return;
        }
        let fault_free = &mut self.fault_free;
        self.first = self.watched.iter().find_map(|property| {
            let because = judge(property, fault_free).err()?;
            Some(Finding { property, step, because })
        });
    }

    /// What the run shows.
    pub(crate) fn conclude(&self) -> Judgement {
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
            },
            None => Judgement {
                property: only.map(|only| only.id.to_owned()),
                holds: !is_witness,
                step: None,
                because: is_witness.then(|| "the situation does not occur in this run".to_owned()),
                judged,
            },
        }
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

fn not_wedged(fault_free: &mut Option<FaultFree>, state: &State) -> Verdict {
    let Some(fault_free) = fault_free else { return Ok(()) };
    match fault_free.recovery(state).best {
        Some(_) => Ok(()),
        None => Err("faults over, no run from here ever includes another block".to_owned()),
    }
}
