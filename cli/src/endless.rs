//! What must happen in the end: claims of progress, decided on the whole graph of a scenario.

use std::time::Duration;

use unincluded_model::{Action, Protocol};
use unincluded_properties::outlook::{CLAIMS, Must, Outlook, Progressive};
use unincluded_properties::rates::Effort;
use unincluded_properties::search::{Cut, Limits, Report};
use unincluded_properties::{Kind, Lasso};
use unincluded_traces::corpus::assumed;
use unincluded_traces::{Run, TraceError};

use crate::arguments::Check;
use crate::report::{Judged, Outcome, actions};
use crate::subject::{Subject, changes};

/// States of a graph, at most, where something else is violated already.
const AFTER_A_VIOLATION: usize = 150_000;

/// Time for it, at most.
const TIME_AFTER_A_VIOLATION: Duration = Duration::from_secs(20);

/// Decides every claim of progress, after our own search. Where the rules are broken already, which may
/// leave no end of states, only so many are looked at; and where a limit came first, it would again.
pub(crate) fn promises(
    subject: &Subject,
    asked: &Check,
    threads: usize,
    report: &Report,
) -> Vec<Judged> {
    if !matches!(report.cut_by, None | Some(Cut::Verdict | Cut::Horizon(_))) {
        return CLAIMS.iter().map(open).collect();
    }
    let mut limits = asked.limits();
    if report.is_violated() && !asked.keep_going {
        let least = |asked: Option<usize>| {
            asked.map_or(AFTER_A_VIOLATION, |most| most.min(AFTER_A_VIOLATION))
        };
        let time = limits.time.unwrap_or(TIME_AFTER_A_VIOLATION).min(TIME_AFTER_A_VIOLATION);
        limits = Limits { states: Some(least(limits.states)), time: Some(time), ..limits };
    }
    let outlook = Outlook::of(&subject.protocol, Effort { limits, threads, ..Effort::default() });
    let decide = |claim: &'static Progressive| {
        let assumed = assumed(claim, &asked.not_assuming);
        judged(&subject.protocol, claim, &assumed, outlook.decide(claim, &assumed))
    };
    CLAIMS.iter().map(decide).collect()
}

/// A claim of which nothing is known yet.
fn open(claim: &'static Progressive) -> Judged {
    Judged::of(claim.id, Kind::Progress, claim.says)
}

/// What is known of a claim, with the run that breaks it.
fn judged(
    protocol: &Protocol,
    claim: &'static Progressive,
    assumed: &[&str],
    must: Must,
) -> Judged {
    let open = open(claim);
    match must {
        Must::Holds => Judged { verdict: Outcome::Holds, ..open },
        Must::Inconclusive => open,
        Must::Vacuous(why) => {
            Judged { verdict: Outcome::Missing, because: Some(why.to_owned()), ..open }
        }
        Must::Fails { lasso, because } => {
            let (run, because) = match recorded(protocol, claim, assumed, &lasso) {
                Ok(run) => (Some(Box::new(run)), because),
                Err(error) => (None, format!("{because}; no trace can be recorded: {error}")),
            };
            Judged {
                verdict: Outcome::Violated,
                steps: Some(lasso.len()),
                because: Some(because),
                run,
                ..open
            }
        }
    }
}

/// The run that breaks a claim, as it is kept.
fn recorded(
    protocol: &Protocol,
    claim: &Progressive,
    assumed: &[&str],
    lasso: &Lasso<Action>,
) -> Result<Run, TraceError> {
    let round = match lasso.cycle.len() {
        0 => "by doing nothing any more".to_owned(),
        round => format!("by a round of {}", actions(round)),
    };
    let about = format!(
        "In {}{}, {} fails after {}, {round}: {}",
        protocol.scenario().name,
        changes(protocol),
        claim.id,
        actions(lasso.stem.len()),
        claim.says
    );
    unincluded_traces::record_lasso(protocol, Some(claim.id), &about, lasso, assumed)
}
