//! `fuzz`: random runs of a scenario, made smaller where they violate something.

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;

use anyhow::{Result, bail};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde::Serialize;
use unincluded_model::{Protocol, Rule, Variant};
use unincluded_properties::CATALOGUE;
use unincluded_properties::walk::{Walk, walk};
use unincluded_traces::Run;

use crate::arguments::{Fuzz, PlainFormat};
use crate::examine::recorded;
use crate::exit::Exit;
use crate::progress::grouped;
use crate::report::actions;
use crate::screen::Screen;
use crate::subject::Subject;
use crate::{keep, subject};

/// Attempts at making a violating run smaller.
const SHRINKS: u32 = 4096;

/// What the random runs came to.
#[derive(Debug, Serialize)]
struct Findings {
    verdict: &'static str,
    scenario: String,
    file: Option<String>,
    without: Vec<&'static str>,
    variants: Vec<&'static str>,
    /// As a string: not every reader of JSON takes 64 bits.
    seed: String,
    cases: u32,
    length: usize,
    actions: usize,
    included: usize,
    property: Option<&'static str>,
    steps: Option<usize>,
    trace: Option<PathBuf>,
    because: Option<String>,
    #[serde(skip)]
    run: Option<Run>,
}

/// Walks at random, saves what is violated, and says so.
pub(crate) fn fuzz(asked: &Fuzz, screen: &Screen) -> Result<Exit> {
    let subject = subject::subject(&asked.scenario, &asked.changes)?;
    let seed = asked.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    if asked.format == PlainFormat::Human {
        screen.note(&format!("seed {seed:#018x}"));
    }
    let mut findings = search(&subject, asked, seed)?;
    if let Some(run) = &findings.run {
        match keep::save(run, true, &asked.out) {
            Ok(path) => findings.trace = Some(path),
            Err(error) => screen.error(&format!("{error:#}")),
        }
    }
    screen.answer(&match asked.format {
        PlainFormat::Human => for_people(&findings, &subject.title(), screen),
        PlainFormat::Json => serde_json::to_string_pretty(&findings)?,
    });
    Ok(if findings.property.is_some() { Exit::Violated } else { Exit::Holds })
}

/// All cases, or those up to the first that violates something.
fn search(subject: &Subject, asked: &Fuzz, seed: u64) -> Result<Findings> {
    let protocol = &subject.protocol;
    let config = Config {
        cases: asked.cases,
        failure_persistence: None,
        max_shrink_iters: SHRINKS,
        max_shrink_time: 0,
        verbose: 0,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let choices = vec(any::<u16>(), 1..=asked.length);

    let (cases, taken, included) = (Cell::new(0u32), Cell::new(0usize), Cell::new(0usize));
    let violated = Cell::new(false);
    let result = TestRunner::new_with_rng(config, rng).run(&choices, |choices| {
        let end = walk(protocol, &choices);
        if !violated.get() {
            cases.set(cases.get() + 1);
        }
        match end {
            Walk::Ended { actions, included: blocks } => {
                if !violated.get() {
                    taken.set(taken.get() + actions);
                    included.set(included.get() + blocks);
                }
                Ok(())
            }
            Walk::Violated { .. } => {
                violated.set(true);
                Err(TestCaseError::fail("violated"))
            }
        }
    });

    let mut findings = Findings {
        verdict: "passed",
        scenario: protocol.scenario().name.clone(),
        file: subject.file.clone(),
        without: protocol.off().iter().map(Rule::id).collect(),
        variants: protocol.variants().iter().map(Variant::name).collect(),
        seed: format!("{seed:#018x}"),
        cases: cases.get(),
        length: asked.length,
        actions: taken.get(),
        included: included.get(),
        property: None,
        steps: None,
        trace: None,
        because: None,
        run: None,
    };
    let smallest = match result {
        Ok(()) => return Ok(findings),
        Err(TestError::Fail(_, smallest)) => shortened(protocol, smallest),
        Err(TestError::Abort(reason)) => bail!("the random runs were aborted: {reason}"),
    };
    if let Walk::Violated { place, actions, because } = walk(protocol, &smallest) {
        let property = &CATALOGUE[place];
        findings.verdict = "violated";
        findings.property = Some(property.id);
        findings.steps = Some(actions.len());
        findings.because = Some(because);
        findings.run = Some(recorded(protocol, property, &actions)?);
    }
    Ok(findings)
}

/// Fewer choices that still violate something: pieces are left out, ever smaller ones, as long as
/// that helps. What follows a gap means other actions, so this is worth another round.
fn shortened(protocol: &Protocol, mut choices: Vec<u16>) -> Vec<u16> {
    let violates = |choices: &[u16]| match walk(protocol, choices) {
        Walk::Violated { actions, .. } => Some(actions.len()),
        Walk::Ended { .. } => None,
    };
    for _ in 0..SHRINKS {
        let Some(needed) = violates(&choices) else { return choices };
        choices.truncate(needed);
        let shorter = |piece: usize| {
            (0..=needed.saturating_sub(piece)).rev().find_map(|from| {
                let mut fewer = choices.clone();
                fewer.drain(from..from + piece);
                violates(&fewer).is_some_and(|left| left < needed).then_some(fewer)
            })
        };
        match (1..=needed.min(8)).rev().find_map(shorter) {
            Some(fewer) => choices = fewer,
            None => return choices,
        }
    }
    choices
}

fn for_people(findings: &Findings, title: &str, screen: &Screen) -> String {
    let paint = screen.paint();
    let cases = match findings.cases {
        1 => "1 case".to_owned(),
        cases => format!("{} cases", grouped(cases as usize)),
    };
    let walked = format!(
        "{cases} of {title}, {} actions, {} blocks included, seed {}",
        grouped(findings.actions),
        grouped(findings.included),
        findings.seed
    );
    let (Some(property), Some(steps), Some(because)) =
        (findings.property, findings.steps, &findings.because)
    else {
        let nothing = paint.good("Nothing violated.");
        return format!("{walked}\n{nothing} That is not a proof: `unincluded check` decides.\n");
    };
    let headline = format!("{property} in {title}");
    if screen.is_quiet() {
        return paint.bad(format!("Violated: {headline}, in {}.", actions(steps)));
    }
    let mut text = format!("{walked}\n\n");
    match &findings.run {
        Some(run) => text += &unincluded_traces::table(run),
        None => text += &format!("because {because}\n"),
    }
    if let Some(trace) = &findings.trace {
        text += &keep::commands(trace);
    }
    let last = paint.bad(format!("Violated: {headline}."));
    text + &format!("\n{last} `unincluded check` finds a shortest run.\n")
}
