//! What is said of the history of a relay chain.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unincluded_traces::history::{Figures, History, ParaVerdict, Rejection, Verdict};

use super::{painted, rejection, span, tally, told};
use crate::layout::columns;
use crate::screen::Screen;

pub(super) fn human(history: &History, screen: &Screen) -> String {
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
            "segment",
            "cores",
            "slot",
            "verdict",
        ];
        let rows = history.paras.iter().map(|((chain, para), answer)| row(chain, *para, answer));
        text += &columns(head, rows, &[1, 2, 3, 4, 5, 6, 7, 8]);
        text.push('\n');
        for ((chain, para), answer) in &history.paras {
            if let Some(rejection) = &answer.rejection {
                text +=
                    &told(&format!("para {}", name(chain, *para)), "relay block", rejection, paint);
            }
        }
        if let Some(rejection) = &history.broken {
            text += &told("the relay chain", "relay block", rejection, paint);
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

/// Blocks that were included for each relay block.
fn per_relay_block(figures: &Figures) -> f64 {
    figures.included as f64 / figures.relay_blocks.max(1) as f64
}

fn name(chain: &str, para: u32) -> String {
    if chain.is_empty() { para.to_string() } else { format!("{chain}/{para}") }
}

fn row(chain: &str, para: u32, answer: &ParaVerdict) -> Vec<String> {
    let Figures { backed, included, .. } = answer.figures;
    vec![
        unincluded_traces::plain(&name(chain, para)),
        backed.to_string(),
        included.to_string(),
        format!("{:.2}", per_relay_block(&answer.figures)),
        span(&answer.figures.relay_parent_age),
        span(&answer.figures.inclusion),
        span(&answer.figures.segment),
        answer.figures.cores.to_string(),
        answer.figures.slot_ms.map_or("-".to_owned(), |ms| format!("{} s", f64::from(ms) / 1000.0)),
        answer.verdict().words().to_owned(),
    ]
}

/// What had to be supposed, and of how many paras.
fn supposed(history: &History) -> String {
    let mut whats: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
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

pub(super) fn object(history: &History) -> Value {
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
        "kind": "blocks",
        "verdict": history.verdict().words(),
        "blocks": history.blocks,
        "gaps": history.gaps,
        "relay_chain": history.broken.as_ref().map(rejection),
        "paras": paras,
    })
}

fn figures(figures: &Figures) -> Value {
    json!({
        "relay_blocks": figures.relay_blocks,
        "backed": figures.backed,
        "included": figures.included,
        "timed_out": figures.timed_out,
        "relay_parent_age": tally(&figures.relay_parent_age),
        "inclusion_latency": tally(&figures.inclusion),
        "pending": tally(&figures.pending),
        "segment": tally(&figures.segment),
        "blocks_per_relay_block": per_relay_block(figures),
        "forks": figures.forks,
        "cores": figures.cores,
        "slot_ms": figures.slot_ms,
    })
}
