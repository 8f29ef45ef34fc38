//! One cell of a grid: what holds there, and how fast it is.

use std::path::{Path, PathBuf};

use anyhow::Result;
use unincluded_properties::grid::{Axis, Place};
use unincluded_properties::long_run::no_rate;
use unincluded_properties::mishap::{Cost, Mishap, cost_of};
use unincluded_properties::pace::{healthy, usual_backing};
use unincluded_properties::rates::{Conditions, Effort, Rates, rates_within};
use unincluded_properties::smallest::{Healthy, NoPace, pace_at, rate_at, with};
use unincluded_properties::{CATALOGUE, Outcome, Pace, Property, Report, Search, Stop};
use unincluded_traces::{Run, TraceError};

use super::witness::{Witness, Witnesses};
use super::{Gauge, Judged};
use crate::arguments::Sweep;
use crate::examine::recorded;
use crate::keep;
use crate::report::Verdict;
use crate::subject::Subject;

/// One place of the grid, and what was found there.
#[derive(Debug)]
pub(crate) struct Cell {
    /// The scenario, with what was changed.
    pub(crate) title: String,
    /// The values.
    pub(crate) place: Place,
    /// What was found; why not, if the values do not go together.
    pub(crate) found: Result<Box<Measured>, String>,
}

/// What was found in a cell.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The search of all states, with the scenario's faults.
    pub(crate) report: Report,
    /// How fast it is where nothing goes wrong.
    pub(crate) healthy: Result<Healthy, NoPace>,
    /// How long inclusion takes there, where there is no choice.
    pub(crate) pace: Option<Pace>,
    /// How fast and how slow the scenario's faults can make it.
    pub(crate) any: Rates,
    /// How fast and how slow a few can make it, where that was asked for.
    pub(crate) few: Option<Rates>,
    /// What each mishap costs, where that was asked for and is known.
    pub(crate) mishaps: Vec<(Mishap, Option<Cost>)>,
    /// The first property that is violated, its run, and where that is saved.
    pub(crate) violation: Option<Violation>,
    /// The runs behind the figures, where they were asked for; why not, if one cannot be recorded.
    pub(crate) witnesses: Result<Vec<Witness>, String>,
}

/// A property that is violated.
#[derive(Debug)]
pub(crate) struct Violation {
    pub(crate) property: &'static Property,
    pub(crate) because: String,
    pub(crate) steps: usize,
    pub(crate) run: Option<Run>,
    pub(crate) trace: Option<PathBuf>,
}

impl Cell {
    /// Searches a cell and measures its pace.
    pub(crate) fn measure(subject: &Subject, place: Place, asked: &Sweep, gauge: &Gauge) -> Self {
        let title = subject.title();
        let name = name(&title, &place);
        let scenario = match place.scenario(subject.protocol.scenario()) {
            Ok(scenario) => scenario,
            Err(error) => return Cell { title, place, found: Err(error.to_string()) },
        };
        let protocol = with(&subject.protocol, scenario);
        gauge.under_way(&name, 0);
        let search =
            Search { protocol: &protocol, limits: asked.limits(), stop: Stop::AtFirstViolation };
        let report = search.run(&mut |progress| gauge.under_way(&name, progress.states));
        let violation = report.outcomes.iter().find_map(|(at, outcome)| match outcome {
            Outcome::Violated { actions, because } => {
                let property = &CATALOGUE[*at];
                let run = recorded(&protocol, property, actions).ok();
                let (because, steps) = (because.clone(), actions.len());
                Some(Violation { property, because, steps, run, trace: None })
            }
            _ => None,
        });
        let healthy_rate = rate_at(&subject.protocol, &place);
        let pace = pace_at(&subject.protocol, &place).ok();
        let under = |conditions| {
            let effort = Effort { limits: asked.limits(), threads: 1, latency: true };
            rates_within(&protocol, conditions, effort)
        };
        let any = under(Conditions::AsTheScenario);
        let usual = usual_backing(&protocol) + 1;
        let delay = place.value(Axis::Delay).unwrap_or(usual);
        // A D beyond the usual path is a fault in every slot.
        let few = asked
            .faults
            .filter(|_| delay <= usual)
            .map(|(most, window)| under(Conditions::FewFaults { most, window }));
        let witnesses = || {
            let mut witnesses = Witnesses::new(&protocol, &name);
            if let Ok(healthy) = &healthy_rate {
                witnesses = witnesses.healthy(healthy, delay)?;
            }
            if let Some((rates, (most, window))) = few.as_ref().zip(asked.faults) {
                witnesses = witnesses.rates(&format!("faults {most}/{window}"), rates)?;
            }
            Ok(witnesses.rates("any fault", &any)?.found())
        };
        let witnesses = if asked.witnesses {
            witnesses().map_err(|error: TraceError| error.to_string())
        } else {
            Ok(Vec::new())
        };
        let mishaps = if asked.mishaps {
            let healthy = healthy(&protocol, delay.saturating_sub(1));
            Mishap::ALL.into_iter().map(|mishap| (mishap, cost_of(&healthy, mishap))).collect()
        } else {
            Vec::new()
        };
        Cell {
            title,
            place,
            found: Ok(Box::new(Measured {
                report,
                healthy: healthy_rate,
                pace,
                any,
                few,
                mishaps,
                violation,
                witnesses,
            })),
        }
    }

    /// Saves the run of a violation, and the runs behind the figures.
    pub(crate) fn save(&mut self, out: &Path) -> Result<()> {
        let Ok(measured) = &mut self.found else { return Ok(()) };
        let name = |of: &str| file_name(&self.title, &self.place, of);
        if let Some(violation) = &mut measured.violation
            && let Some(run) = &violation.run
        {
            violation.trace = Some(keep::save_as(run, &name(violation.property.id), out)?);
        }
        measured.witnesses.iter_mut().flatten().try_for_each(|witness| witness.save(name, out))
    }

    /// How many of the runs behind the figures are saved.
    pub(crate) fn witnesses_saved(&self) -> usize {
        let found = self.found.iter().flat_map(|measured| &measured.witnesses).flatten();
        found.filter(|witness| witness.trace.is_some()).count()
    }

    /// Why nothing, or not all, is decided.
    pub(crate) fn undecided(&self) -> Option<String> {
        let measured = match &self.found {
            Err(why) => return Some(why.clone()),
            Ok(measured) => measured,
        };
        if measured.violation.is_some() {
            return None;
        }
        if let Some(cut) = measured.report.cut_by {
            return Some(format!("the search met {cut}"));
        }
        let open = measured.report.outcomes.iter().filter(|(_, one)| *one == Outcome::Inconclusive);
        let open: Vec<&str> = open.map(|(at, _)| CATALOGUE[*at].id).collect();
        if !open.is_empty() {
            return Some(format!("{} cannot be decided", open.join(", ")));
        }
        let cut = |rates: &Rates| rates.cut_by.map(|cut| format!("the search for rates met {cut}"));
        let mut rates = std::iter::once(&measured.any).chain(&measured.few);
        let why = rates.find_map(cut);
        let unknown = || measured.few.as_ref().filter(|few| few.blocks.is_none()).map(no_rate);
        why.or_else(|| measured.healthy.as_ref().err().map(ToString::to_string))
            .or_else(|| unknown().map(|why| format!("the rate with few faults: {why}")))
            .or_else(|| measured.not_recorded())
    }
}

impl Measured {
    /// Why the runs behind the figures are missing, if they were asked for and are.
    pub(crate) fn not_recorded(&self) -> Option<String> {
        let why = self.witnesses.as_ref().err()?;
        Some(format!("the runs behind its figures cannot be recorded: {why}"))
    }
}

impl Judged for Cell {
    fn verdict(&self) -> Verdict {
        let violated = matches!(&self.found, Ok(measured) if measured.violation.is_some());
        if violated {
            Verdict::Violated
        } else if self.undecided().is_some() {
            Verdict::Inconclusive
        } else {
            Verdict::Holds
        }
    }

    fn name(&self) -> String {
        name(&self.title, &self.place)
    }
}

fn name(title: &str, place: &Place) -> String {
    if place.0.is_empty() { title.to_owned() } else { format!("{title}, {place}") }
}

/// `astar-C-2-L-3-INV-SEG-1`.
pub(crate) fn file_name(title: &str, place: &Place, what: &str) -> String {
    let words = format!("{title} {place} {what}");
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { ' ' };
    words.chars().map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join("-")
}
