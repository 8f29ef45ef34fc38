//! The long run of a scenario: what must happen in the end, how soon after faults, how many blocks get in, and
//! how long it takes.

use std::time::Duration;

use unincluded_model::{Action, Protocol};
use unincluded_properties::claims::words::grouped;
use unincluded_properties::long_run::{
    Kept, Promise, Speeds, USUAL, advances, paces, recoveries, unseen,
};
use unincluded_properties::outlook::Progressive;
use unincluded_properties::rates::Effort;
use unincluded_properties::search::{Cut, Limits, Report};
use unincluded_properties::{Kind, Lasso};
use unincluded_traces::corpus::assumed;
use unincluded_traces::{Run, TraceError};

use crate::arguments::{Check, WhenProgress};
use crate::report::speed::{Speed, speeds};
use crate::report::{Judged, Outcome, actions};
use crate::subject::{Subject, changes};

/// States of a graph, at most, of a search that was cut.
const AFTER_A_CUT: usize = 150_000;

/// Time for it, at most.
const TIME_AFTER_A_CUT: Duration = Duration::from_secs(20);

/// The long run, as far as it was looked at.
pub(crate) struct LongRun {
    /// What is known of each promise that is reported.
    pub(crate) judged: Vec<Judged>,
    /// Why some promises are not among them, if so.
    pub(crate) unseen: Option<String>,
    /// How fast the scenario is.
    pub(crate) rates: Vec<Speed>,
}

/// Looks at the long run of a scenario, after our own search. Nothing is decided of what a limit or a
/// violation cut short, unless that is asked for; and what takes long is left out, which is said.
pub(crate) fn long_run(
    subject: &Subject,
    asked: &Check,
    threads: usize,
    report: &Report,
) -> LongRun {
    let protocol = &subject.protocol;
    let promises = unseen(protocol);
    if promises.is_empty() {
        return LongRun::none("nothing is promised of it");
    }
    let (mut limits, mut is_after_a_cut) = (asked.limits(), false);
    match (asked.progress, report.cut_by) {
        (WhenProgress::Never, _) => return LongRun::none("--progress never"),
        (_, None | Some(Cut::Horizon(_))) => {}
        (WhenProgress::Always, Some(Cut::Verdict | Cut::ModelIsFull)) => {
            let least = |asked: Option<usize>| {
                Some(asked.map_or(AFTER_A_CUT, |most| most.min(AFTER_A_CUT)))
            };
            let time = limits.time.unwrap_or(TIME_AFTER_A_CUT).min(TIME_AFTER_A_CUT);
            limits = Limits { states: least(limits.states), time: Some(time), ..limits };
            is_after_a_cut = true;
        }
        (_, Some(cut)) => {
            let why = format!("nothing is decided of a search that is cut by {cut}");
            let open = |promise| Judged { because: Some(why.clone()), ..open_of(&promise) };
            let judged = promises.into_iter().map(open).collect();
            return LongRun { judged, unseen: None, rates: Vec::new() };
        }
    }
    let effort = Effort { limits, threads, latency: true };
    let is_wanted = asked.full || asked.progress == WhenProgress::Always;
    let is_small = report.transitions <= USUAL;
    let mut found = LongRun { judged: Vec::new(), unseen: None, rates: Vec::new() };
    if is_small || is_wanted || asked.names_scenarios() {
        let advances = advances(protocol, effort, |claim| assumed(claim, &asked.not_assuming));
        found.judged.extend(advances.into_iter().map(|one| judged(protocol, one, asked)));
    }
    if is_small || is_wanted {
        let found_speeds = Speeds::of(protocol, effort);
        found.rates = speeds(subject, &found_speeds);
        let paces = paces(protocol, &found_speeds);
        let measured = recoveries(protocol, effort).into_iter().chain(paces);
        found.judged.extend(measured.map(|one| judged(protocol, one, asked)));
    }
    let is_missing = |one: &&Promise| found.judged.iter().all(|judged| judged.name != one.id);
    let missing: Vec<&str> = promises.iter().filter(is_missing).map(|one| one.id).collect();
    found.unseen = (!missing.is_empty()).then(|| {
        format!(
            "{} not looked at, of more than {USUAL} transitions: --progress always does",
            missing.join(" ")
        )
    });
    if is_after_a_cut {
        found.unseen = found.unseen.take().or(found.left_open_within(limits));
    }
    found
}

impl LongRun {
    /// What was not decided within the limits that the long run has after a search that was cut, if anything.
    fn left_open_within(&self, limits: Limits) -> Option<String> {
        let is_open = |one: &&Judged| one.verdict == Outcome::Inconclusive;
        let open: Vec<&str> = self.judged.iter().filter(is_open).map(|one| one.name).collect();
        (!open.is_empty()).then(|| {
            format!(
                "{} not decided within {} states and {} s, all that it is given after a search that \
                 was cut: --keep-going gives it what --max-states and --time-limit do",
                open.join(" "),
                grouped(limits.states.unwrap_or(AFTER_A_CUT)),
                limits.time.unwrap_or(TIME_AFTER_A_CUT).as_secs_f64()
            )
        })
    }

    /// Of which nothing is reported, and why.
    fn none(why: &str) -> Self {
        let unseen = Some(format!("not looked at: {why}"));
        LongRun { judged: Vec::new(), unseen, rates: Vec::new() }
    }
}

/// A promise of which nothing is known yet.
fn open_of(promise: &Promise) -> Judged {
    Judged::of(promise.id, promise.kind, promise.claim)
}

/// What is known of a promise, with the run that breaks it.
fn judged(protocol: &Protocol, promise: Promise, asked: &Check) -> Judged {
    let open = open_of(&promise);
    match &promise.kept {
        Kept::Yes => Judged { verdict: Outcome::Holds, because: promise.figure, ..open },
        Kept::Open => Judged { because: promise.figure, ..open },
        Kept::OfNothing(why) => {
            Judged { verdict: Outcome::Missing, because: Some((*why).to_owned()), ..open }
        }
        Kept::No(lasso, because) => {
            let assumed = promise.progressive.map(|claim| assumed(claim, &asked.not_assuming));
            let run = lasso_of(protocol, &promise, &assumed.unwrap_or_default(), lasso);
            violated(open, lasso.len(), because, run)
        }
        Kept::NoBy(run, because) => {
            // What is measured after the run is in no action of it.
            let when = match promise.kind {
                Kind::Progress => format!("after {}, because {because}", actions(run.len())),
                _ => format!("after {}", actions(run.len())),
            };
            let about = about(protocol, &promise, &when);
            let recorded = unincluded_traces::record(protocol, None, &about, run);
            violated(open, run.len(), because, recorded)
        }
    }
}

/// A promise that is broken, and the run that does it as it is kept.
fn violated(open: Judged, steps: usize, because: &str, run: Result<Run, TraceError>) -> Judged {
    let (run, because) = match run {
        Ok(run) => (Some(Box::new(run)), because.to_owned()),
        Err(error) => (None, format!("{because}; no trace can be recorded: {error}")),
    };
    Judged { verdict: Outcome::Violated, steps: Some(steps), because: Some(because), run, ..open }
}

/// The run without end that breaks a promise, as it is kept.
fn lasso_of(
    protocol: &Protocol,
    promise: &Promise,
    assumed: &[&str],
    lasso: &Lasso<Action>,
) -> Result<Run, TraceError> {
    let round = match lasso.cycle.len() {
        0 => "by doing nothing any more".to_owned(),
        round => format!("by a round of {}", actions(round)),
    };
    let about = about(protocol, promise, &format!("after {}, {round}", actions(lasso.stem.len())));
    let claim = promise.progressive.map(|claim: &Progressive| claim.id);
    unincluded_traces::record_lasso(&promise.network(protocol), claim, &about, lasso, assumed)
}

/// What a trace is about.
fn about(protocol: &Protocol, promise: &Promise, when: &str) -> String {
    format!(
        "In {}{}, {} fails {when}: {}",
        protocol.scenario().name,
        changes(protocol),
        promise.id,
        promise.claim
    )
}
