//! `validate`: whether what a real relay chain did is what the rules allow.

use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use unincluded_traces::history::{
    Figures, History, Judge, Known, ParaVerdict, RecordReader, Rejection, Tally, Verdict,
};

use crate::arguments::{PlainFormat, Validate};
use crate::exit::Exit;
use crate::file;
use crate::layout::{columns, indented};
use crate::screen::{Paint, Screen, shown_name};

/// Judges the history in a file.
pub(crate) fn validate(asked: &Validate, screen: &Screen) -> Result<Exit> {
    let known = Known {
        lookahead: asked.lookahead,
        occupancy: asked.occupancy,
        period: asked.period,
        least_votes: asked.votes,
    };
    let history = if asked.file == Path::new("-") {
        judge(known, "standard input", stdin().lock())?
    } else {
        let name = shown_name(&asked.file.display().to_string());
        let legal = "a history is read from a regular file, or from - as standard input";
        judge(known, &name, BufReader::new(file::open(&asked.file, legal)?))?
    };
    if let Some(para) = asked.para
        && history.paras.keys().all(|(_, other)| *other != para)
    {
        bail!("the history has no candidate of para {para}");
    }
    let history = History {
        paras: history
            .paras
            .into_iter()
            .filter(|((_, para), _)| asked.para.is_none_or(|only| only == *para))
            .collect(),
        ..history
    };
    screen.answer(&match asked.format {
        PlainFormat::Human => human(&history, screen),
        PlainFormat::Json => serde_json::to_string_pretty(&object(&history))?,
    });
    Ok(if history.verdict() == Verdict::Rejected { Exit::Violated } else { Exit::Holds })
}

fn judge(known: Known, name: &str, from: impl BufRead) -> Result<History> {
    let mut records = RecordReader::new(name, from);
    let mut judge = Judge::new(known);
    while let Some(record) = records.read()? {
        let judged = judge.block(&record, records.line());
        judged.map_err(|reason| anyhow::anyhow!("{name}:{}: {reason}", records.line()))?;
    }
    let history = judge.verdict();
    if history.blocks == 0 {
        bail!("{name} has no relay block: one JSON object a line, see docs/histories.md");
    }
    Ok(history)
}

fn painted(verdict: Verdict, paint: Paint) -> String {
    match verdict {
        Verdict::Accepted => paint.good(verdict.words()),
        Verdict::AcceptedAsRecorded => paint.unsure(verdict.words()),
        Verdict::Rejected => paint.bad(verdict.words()),
    }
}

fn human(history: &History, screen: &Screen) -> String {
    let paint = screen.paint();
    let mut text = String::new();
    if !screen.is_quiet() {
        let head = [
            "para",
            "backed",
            "included",
            "per block",
            "rp age",
            "inclusion",
            "cores",
            "slot",
            "verdict",
        ];
        let rows = history.paras.iter().map(|((chain, para), answer)| row(chain, *para, answer));
        text += &columns(head, rows, &[1, 2, 3, 4, 5, 6, 7]);
        text.push('\n');
        for ((chain, para), answer) in &history.paras {
            if let Some(rejection) = &answer.rejection {
                text += &told(&format!("para {}", name(chain, *para)), rejection, paint);
            }
        }
        if let Some(rejection) = &history.broken {
            text += &told("the relay chain", rejection, paint);
        }
        text += &supposed(history);
    }
    let count = |verdict| history.paras.values().filter(|para| para.verdict() == verdict).count();
    text += &format!(
        "{}: {} relay blocks with {} gaps; of {} paras {} accepted, {} accepted as far as recorded, {} \
         rejected",
        painted(history.verdict(), paint),
        history.blocks,
        history.gaps,
        history.paras.len(),
        count(Verdict::Accepted),
        count(Verdict::AcceptedAsRecorded),
        count(Verdict::Rejected),
    );
    text
}

fn name(chain: &str, para: u32) -> String {
    if chain.is_empty() { para.to_string() } else { format!("{chain}/{para}") }
}

fn row(chain: &str, para: u32, answer: &ParaVerdict) -> Vec<String> {
    let Figures { relay_blocks, backed, included, .. } = answer.figures;
    let rate = included as f64 / relay_blocks.max(1) as f64;
    vec![
        unincluded_traces::plain(&name(chain, para)),
        backed.to_string(),
        included.to_string(),
        format!("{rate:.2}"),
        span(&answer.figures.relay_parent_age),
        span(&answer.figures.inclusion),
        answer.figures.cores.to_string(),
        answer.figures.slot_ms.map_or("-".to_owned(), |ms| format!("{} s", f64::from(ms) / 1000.0)),
        answer.verdict().words().to_owned(),
    ]
}

/// Least and most of a tally.
fn span(tally: &Tally) -> String {
    let mut values = tally.iter().map(|(value, _)| value);
    match (values.next(), values.next_back()) {
        (None, _) => "-".to_owned(),
        (Some(one), None) => one.to_string(),
        (Some(least), Some(most)) => format!("{least}-{most}"),
    }
}

fn told(who: &str, rejection: &Rejection, paint: Paint) -> String {
    let Rejection { block, line, prefix, next } = rejection;
    let words = format!("{who} after {prefix} steps, at relay block {block}, line {line}:");
    let mut text = format!("{} {words}\n", paint.bad("Rejected:"));
    for step in next {
        let words =
            format!("{}: {} excludes it, {}", step.step, paint.strong(step.rule), step.because);
        text += &indented(&words, 4);
        text.push('\n');
    }
    text.push('\n');
    text
}

/// What had to be supposed, and of how many paras.
fn supposed(history: &History) -> String {
    let mut whats: std::collections::BTreeMap<&str, (usize, u64)> =
        std::collections::BTreeMap::new();
    for (what, count) in history.paras.values().flat_map(|para| &para.missing) {
        let entry = whats.entry(what).or_default();
        *entry = (entry.0 + 1, entry.1 + count);
    }
    if whats.is_empty() {
        return String::new();
    }
    let mut text = "Supposed, as it is not recorded:\n".to_owned();
    for (what, (paras, times)) in whats {
        text += &format!("    {what}: {paras} paras, {times} times\n");
    }
    text.push('\n');
    text
}

fn object(history: &History) -> Value {
    let paras: Vec<Value> = history
        .paras
        .iter()
        .map(|((chain, para), answer)| {
            let mut object = json!({
                "para": para,
                "verdict": answer.verdict().words(),
                "missing": answer.missing,
                "rule": answer.rejection.as_ref().map(Rejection::rule),
                "block": answer.rejection.as_ref().map(|rejection| rejection.block),
                "rejection": answer.rejection.as_ref().map(rejection),
                "figures": figures(&answer.figures),
            });
            if !chain.is_empty() {
                object["chain"] = json!(chain);
            }
            object
        })
        .collect();
    json!({
        "verdict": history.verdict().words(),
        "blocks": history.blocks,
        "gaps": history.gaps,
        "relay_chain": history.broken.as_ref().map(rejection),
        "paras": paras,
    })
}

fn rejection(rejection: &Rejection) -> Value {
    let next: Vec<Value> = rejection
        .next
        .iter()
        .map(|step| json!({"step": step.step, "rule": step.rule, "because": step.because}))
        .collect();
    json!({"block": rejection.block, "line": rejection.line, "prefix": rejection.prefix, "next": next})
}

fn figures(figures: &Figures) -> Value {
    let tally = |tally: &Tally| -> serde_json::Map<String, Value> {
        tally.iter().map(|(value, count)| (value.to_string(), json!(count))).collect()
    };
    json!({
        "relay_blocks": figures.relay_blocks,
        "backed": figures.backed,
        "included": figures.included,
        "timed_out": figures.timed_out,
        "relay_parent_age": tally(&figures.relay_parent_age),
        "inclusion_latency": tally(&figures.inclusion),
        "pending": tally(&figures.pending),
        "forks": figures.forks,
        "cores": figures.cores,
        "slot_ms": figures.slot_ms,
    })
}
