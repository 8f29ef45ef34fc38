//! What is said of the log of a collator.

use serde_json::{Value, json};
use unincluded_traces::history::{LogFigures, LogVerdict, Rejection};

use super::{painted, rejection, span, tally, told};
use crate::layout::columns;
use crate::screen::Screen;

/// For people.
pub(super) fn human(log: &LogVerdict, screen: &Screen) -> String {
    let paint = screen.paint();
    let figures = &log.figures;
    let mut text = String::new();
    if !screen.is_quiet() {
        let head =
            ["para", "attempts", "built", "backed", "included", "depth", "backing", "inclusion"];
        let head = head.into_iter().chain(["forks", "cores", "slot", "verdict"]);
        text += &columns(head, std::iter::once(row(log)), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        text.push('\n');
        if let Some(rejection) = &log.rejection {
            text += &told("the collator", "para block", rejection, paint);
        }
        if !log.missing.is_empty() {
            text += "Supposed, as it is not recorded:\n";
            for (what, times) in &log.missing {
                text += &format!("    {what}: {times} times\n");
            }
            text.push('\n');
        }
    }
    let LogFigures { lines, known, .. } = figures;
    text += &format!(
        "{}: {lines} lines of a collator, {known} of which tell of a step",
        painted(log.verdict(), paint)
    );
    text
}

fn row(log: &LogVerdict) -> Vec<String> {
    let figures = &log.figures;
    vec![
        log.para.map_or("-".to_owned(), |para| para.to_string()),
        figures.attempts.to_string(),
        figures.built.to_string(),
        figures.backed.to_string(),
        figures.included.to_string(),
        span(&figures.depth),
        span(&figures.backing),
        span(&figures.inclusion),
        figures.forks.to_string(),
        figures.cores.to_string(),
        figures.slot_ms.map_or("-".to_owned(), |ms| format!("{} s", ms as f64 / 1000.0)),
        log.verdict().words().to_owned(),
    ]
}

/// As JSON, in the shape of a history's.
pub(super) fn object(log: &LogVerdict) -> Value {
    let figures = &log.figures;
    json!({
        "kind": "log",
        "verdict": log.verdict().words(),
        "lines": figures.lines,
        "known": figures.known,
        "paras": [{
            "para": log.para,
            "verdict": log.verdict().words(),
            "missing": log.missing,
            "rule": log.rejection.as_ref().map(Rejection::rule),
            "block": log.rejection.as_ref().map(|one| one.block).filter(|&block| block > 0),
            "rejection": log.rejection.as_ref().map(rejection),
            "figures": {
                "attempts": figures.attempts,
                "declined": figures.declined,
                "skipped": figures.skipped,
                "built": figures.built,
                "relay_parents": figures.relay_parents,
                "submitted": figures.submitted,
                "fetched": figures.fetched,
                "backed": figures.backed,
                "included": figures.included,
                "expired": figures.expired,
                "depth": tally(&figures.depth),
                "backing_latency": tally(&figures.backing),
                "inclusion_latency": tally(&figures.inclusion),
                "forks": figures.forks,
                "reorganisations": figures.reorganisations,
                "cores": figures.cores,
                "slot_ms": figures.slot_ms,
            },
        }],
    })
}
