//! JUnit XML: a suite for each scenario, a case for each property.
//!
//! What is not decided is *skipped*, with the reason; the exit code keeps that from being a pass.
//! A situation that parameters of the user's own rule out is skipped too, and no failure.
//! The message of a failure is in its body too, as some readers show only that.

use std::time::Duration;

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Examined, Judged, Outcome, Summary, Verdict, source};
use crate::keep;

/// The summary, as JUnit XML.
pub(crate) fn render(summary: &Summary) -> Result<String> {
    let mut report = Report::new("unincluded");
    let seconds: f64 = summary.scenarios.iter().map(|one| one.seconds).sum();
    report.set_time(Duration::from_secs_f64(seconds));
    report.add_test_suites(summary.scenarios.iter().map(suite));
    Ok(report.to_string()?)
}

fn suite(scenario: &Examined) -> TestSuite {
    let mut suite = TestSuite::new(&*scenario.title);
    suite.set_time(Duration::from_secs_f64(scenario.seconds));
    suite.add_property(("extent", scenario.extent()));
    if let Some(within) = scenario.within {
        suite.add_property(("within", within.to_string().as_str()));
    }
    suite.add_property(("engine", scenario.engine));
    suite.add_property(("states", scenario.states.to_string().as_str()));
    if let Some(why) = &scenario.cut_by {
        suite.add_property(("cut_by", why.as_str()));
    }
    if let Some(why) = &scenario.long_run {
        suite.add_property(("long_run", why.as_str()));
    }
    // A figure is no case: it could not fail.
    for speed in &scenario.rates {
        let name = format!("rate, {}", speed.when);
        suite.add_property((name.as_str(), speed.sentence().as_str()));
    }
    suite.add_test_cases(scenario.properties.iter().map(|one| case(scenario, one)));
    if let Some(disagreement) = &scenario.disagreement {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_type("disagreement")
            .set_message(&**disagreement)
            .set_description(&**disagreement);
        let mut case = TestCase::new("the engines agree", status);
        case.set_classname(format!("{}.engine", scenario.name)).set_time(Duration::ZERO);
        suite.add_test_case(case);
    }
    suite
}

fn case(scenario: &Examined, one: &Judged) -> TestCase {
    let status = match one.verdict {
        Outcome::Holds | Outcome::Found => TestCaseStatus::success(),
        Outcome::Inconclusive => {
            let mut status = TestCaseStatus::skipped();
            let why = one.because.clone().unwrap_or_else(|| scenario.reach());
            status.set_message(format!("not decided: {why}"));
            status
        }
        Outcome::Missing if scenario.weight(one) == Verdict::Holds => {
            let mut status = TestCaseStatus::skipped();
            let because = one.because.as_deref().unwrap_or(one.claim);
            status.set_type(one.verdict.word()).set_message(format!("missing: {because}"));
            status
        }
        Outcome::Violated | Outcome::Missing => {
            let because = one.because.as_deref().unwrap_or(one.claim);
            let message = format!("{}: {because}", one.headline());
            let mut body = format!("{message}\n{}\n", one.claim);
            if let Some(run) = &one.run {
                body += &format!("\n{}", unincluded_traces::table(run));
            }
            if let Some(trace) = &one.trace {
                body += &format!("\n{}\n", keep::replay(trace));
            }
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(one.verdict.word()).set_message(message).set_description(body);
            status
        }
    };
    let mut case = TestCase::new(one.name, status);
    case.set_classname(format!("{}.{}", scenario.name, one.kind)).set_time(Duration::ZERO);
    if let Some(place) = source::of_property(one.name) {
        case.extra.insert("file".into(), place.file.into());
        case.extra.insert("line".into(), place.line.to_string().into());
    }
    if let Some(trace) = &one.trace {
        case.set_system_out(format!("[[ATTACHMENT|{}]]", trace.display()));
    } else if let (Outcome::Holds, Some(figure)) = (one.verdict, &one.because) {
        // Of what holds in the long run the figure is worth as much as the verdict.
        case.set_system_out(figure.as_str());
    }
    case
}
