//! One scenario before the engines: our own search decides, stateright is the second opinion.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use stateright::{Checker, Model};
use unincluded_model::{Action, Protocol, Rule, Variant};
use unincluded_properties::oracle::{Opinion, STEPS};
use unincluded_properties::search::Outcome as Found;
use unincluded_properties::{CATALOGUE, Kind, Oracle, Property, Search, Stop};
use unincluded_traces::{Run, TraceError};

use crate::agreement::disagreement;
use crate::arguments::{Check, Engine};
use crate::endless;
use crate::progress::Line;
use crate::report::{Examined, Judged, Outcome, Within, actions, switch};
use crate::subject::{Subject, changes};

/// Lets the engines look at one scenario.
pub(crate) fn examine(subject: &Subject, asked: &Check, threads: usize, line: &Line) -> Examined {
    let started = Instant::now();
    let mut examined = match asked.engine {
        Engine::Both | Engine::Search => by_search(subject, asked, threads, line),
        Engine::Stateright => by_stateright(subject, asked, threads, line),
    };
    examined.seconds = rounded(started.elapsed());
    line.done(&examined);
    examined
}

/// Our own search, and where it saw everything, stateright's opinion of it.
fn by_search(subject: &Subject, asked: &Check, threads: usize, line: &Line) -> Examined {
    let protocol = &subject.protocol;
    let stop = if asked.keep_going { Stop::Never } else { Stop::AtFirstViolation };
    let search = Search { protocol, limits: asked.limits(), stop };
    let report = search.run(&mut |progress| line.searching(progress));

    let mut examined = blank(subject, "search");
    examined.closed = report.closed;
    examined.cut = report.cut_by;
    examined.states = report.states;
    examined.transitions = Some(report.transitions);
    examined.depth = Some(report.depth);
    examined.collision_probability = report.collision_probability;
    examined.switch = report.measured.as_ref().map(switch::lines).unwrap_or_default();
    let outcomes = report.outcomes.iter();
    examined.properties =
        outcomes.map(|(place, found)| judged(protocol, &CATALOGUE[*place], found)).collect();

    if asked.engine == Engine::Both && report.closed {
        line.asking(Some(report.states));
        let opinion = caught(|| Oracle::new(protocol).explore(threads));
        examined.engine = "search+stateright";
        examined.disagreement =
            opinion.map_or_else(Some, |opinion| disagreement(&report, &opinion));
    }
    examined.cut_by = report.cut_by.map(|cut| cut.to_string());
    line.asking(Some(report.states));
    let long_run = endless::long_run(subject, asked, threads, &report);
    examined.properties.extend(long_run.judged);
    examined.long_run = long_run.unseen;
    examined.rates = long_run.rates;
    examined
}

/// Stateright alone: what it sees violated is violated, and nothing else is decided.
fn by_stateright(subject: &Subject, asked: &Check, threads: usize, line: &Line) -> Examined {
    line.asking(None);
    let mut examined = blank(subject, "stateright");
    let bounded = || explore_within(asked, Oracle::new(&subject.protocol), threads);
    let opinion = match caught(bounded) {
        Ok(opinion) => opinion,
        Err(panicked) => {
            examined.cut_by = Some(panicked);
            return examined;
        }
    };
    examined.cut_by =
        Some("stateright alone, which can show a violation and prove nothing".to_owned());
    examined.long_run = Some("not looked at: stateright alone sees none".to_owned());
    examined.states = opinion.states;
    // Stateright tells states apart by 64 bits: n² / 2⁶⁵.
    examined.collision_probability = (opinion.states as f64).powi(2) / 2f64.powi(65);
    let steps_fail = opinion.violated.contains(&STEPS);
    for one in &mut examined.properties {
        if opinion.violated.contains(&one.name) {
            one.verdict = Outcome::Violated;
            one.because = Some("stateright sees a state in which it fails".to_owned());
        } else if steps_fail && one.kind == Kind::Step.word() {
            one.because = Some("stateright sees one of the step properties fail".to_owned());
        }
    }
    if steps_fail {
        examined.properties.push(Judged {
            verdict: Outcome::Violated,
            because: Some("stateright judges them together; our own search tells which".to_owned()),
            ..Judged::of(STEPS, Kind::Step, "All step properties hold.")
        });
    }
    examined
}

/// What nobody has looked at yet.
fn blank(subject: &Subject, engine: &'static str) -> Examined {
    let protocol = &subject.protocol;
    Examined {
        name: protocol.scenario().name.clone(),
        file: subject.file.clone(),
        title: subject.title(),
        is_built_in: subject.is_built_in(),
        without: protocol.off().iter().map(Rule::id).collect(),
        variants: protocol.variants().iter().map(Variant::name).collect(),
        closed: false,
        within: Within::of(protocol.scenario()),
        cut_by: None,
        cut: None,
        engine,
        disagreement: None,
        states: 0,
        transitions: None,
        depth: None,
        collision_probability: 0.0,
        seconds: 0.0,
        long_run: None,
        rates: Vec::new(),
        switch: Vec::new(),
        properties: Property::claimed(protocol).map(|(_, one)| Judged::open(one)).collect(),
    }
}

/// What the search found out about one property, with the run that violates it.
fn judged(protocol: &Protocol, property: &'static Property, found: &Found) -> Judged {
    let open = Judged::open(property);
    match found {
        Found::Holds => Judged { verdict: Outcome::Holds, ..open },
        Found::Inconclusive => open,
        Found::Missing => Judged {
            verdict: Outcome::Missing,
            because: Some("every reachable state was seen, and the situation never occurs".into()),
            ..open
        },
        Found::Found { actions } => {
            Judged { verdict: Outcome::Found, steps: Some(actions.len()), ..open }
        }
        Found::Violated { actions, because } => {
            let (run, because) = match recorded(protocol, property, actions) {
                Ok(run) => (Some(Box::new(run)), because.clone()),
                Err(error) => (None, format!("{because}; no trace can be recorded: {error}")),
            };
            Judged {
                verdict: Outcome::Violated,
                steps: Some(actions.len()),
                because: Some(because),
                run,
                ..open
            }
        }
    }
}

/// The run that violates a property, as it is kept.
pub(crate) fn recorded(
    protocol: &Protocol,
    property: &Property,
    run: &[Action],
) -> Result<Run, TraceError> {
    let about = format!(
        "In {}{}, {} fails after {}: {}",
        protocol.scenario().name,
        changes(protocol),
        property.id,
        actions(run.len()),
        property.claim
    );
    unincluded_traces::record(protocol, Some(property.id), &about, run)
}

/// Stateright's opinion, or how it failed to have one.
fn caught(explore: impl FnOnce() -> Opinion) -> Result<Opinion, String> {
    catch_unwind(AssertUnwindSafe(explore)).map_err(|_| "stateright panicked".to_owned())
}

/// Stateright within our limits, as well as it keeps them: it counts every state it generates,
/// knows nothing of memory, and looks at the clock only if it has more than one thread.
fn explore_within(asked: &Check, oracle: Oracle, threads: usize) -> Opinion {
    /// Bytes it is taken to need for a state.
    const STATE: usize = 1 << 10;
    let limits = asked.limits();
    let affordable = limits.memory.map(|bytes| (bytes / STATE).max(1));
    let mut checker = oracle.checker().threads(threads.max(2));
    if let Some(most) = limits.states.into_iter().chain(affordable).min() {
        checker = checker.target_state_count(most);
    }
    if let Some(time) = limits.time {
        checker = checker.timeout(time);
    }
    Opinion::of(&checker.spawn_bfs().join())
}

/// Seconds, to the millisecond: more would be noise.
fn rounded(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}
