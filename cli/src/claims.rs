//! `claims`: what was said in public about Astar's upgrade, judged.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use unincluded_model::Protocol;
use unincluded_properties::claims::{CLAIMS, Claim, Course, Finding, Ground, Judgement, Witness};

use crate::arguments::{Claimed, ClaimsFormat};
use crate::exit::Exit;
use crate::keep;
use crate::layout::indented;
use crate::nearest::did_you_mean;
use crate::report::Verdict;
use crate::screen::{Paint, Screen};
use crate::sweep::{Gauge, Judged, side_by_side};

/// A claim, its verdict, and where the run that shows it is saved.
struct Answer {
    claim: &'static Claim,
    /// The command that shows its figures, with the rules that are changed here.
    command: String,
    judgement: Judgement,
    trace: Option<PathBuf>,
}

/// Judges the claims asked for, saves their runs if asked, and says what came of it.
pub(crate) fn claims(asked: &Claimed, screen: &Screen) -> Result<Exit> {
    let claims = chosen(&asked.claims)?;
    let shipped = Ground::shipped().context("a scenario that claims need is not built in")?;
    let ground = Ground { limits: asked.limits(), ..shipped }
        .changed(&asked.changes.without, &asked.changes.variant);
    let gauge = Gauge::new("claim", claims.len(), screen.is_quiet());
    gauge.speak_when_interrupted();
    let mut answers = side_by_side(asked.threads(), &claims, &gauge, |claim| {
        gauge.under_way(claim.id, 0);
        let command = again(claim, &ground.after.protocol);
        Answer { claim, command, judgement: claim.judge(&ground), trace: None }
    });
    gauge.close();
    if let Some(out) = &asked.out {
        for answer in &mut answers {
            answer.trace = save(answer, out).transpose()?;
        }
    }
    screen.answer(&match asked.format {
        ClaimsFormat::Human => for_people(&answers, screen),
        ClaimsFormat::Json => serde_json::to_string_pretty(&as_json(&answers))? + "\n",
        ClaimsFormat::Markdown => markdown(&answers),
    });
    Ok(if open(&answers) == 0 { Exit::Holds } else { Exit::Undecided })
}

/// The command of a claim, under the same changes; what is listed or simulated knows none.
fn again(claim: &Claim, protocol: &Protocol) -> String {
    let without = protocol.off().iter().map(|rule| format!(" --without {}", rule.id()));
    let variants = protocol.variants().iter().map(|one| format!(" --variant {}", one.name()));
    let changes: String = without.chain(variants).collect();
    let knows =
        |one: &&str| one.starts_with("unincluded check") || one.starts_with("unincluded sweep");
    let each = claim.command.split(" && ");
    let each = each.map(|one| if knows(&one) { format!("{one}{changes}") } else { one.to_owned() });
    each.collect::<Vec<_>>().join(" && ")
}

/// The claims of these ids, each once and in the order of the list; all if there are none.
fn chosen(ids: &[String]) -> Result<Vec<&'static Claim>> {
    let known = || CLAIMS.iter().map(|claim| claim.id);
    for id in ids {
        if Claim::find(id).is_none() {
            let ids: Vec<&str> = known().collect();
            bail!(
                "there is no claim {id:?}{}\nlegal are {}",
                did_you_mean(id, known()),
                ids.join(", ")
            );
        }
    }
    let is_asked = |claim: &&Claim| ids.is_empty() || ids.iter().any(|id| id == claim.id);
    Ok(CLAIMS.iter().filter(is_asked).collect())
}

/// The run that shows a claim, as it is kept.
fn save(answer: &Answer, out: &Path) -> Option<Result<PathBuf>> {
    let Witness { protocol, property, about, course } = answer.judgement.witness.as_ref()?;
    let run = match course {
        Course::Run(actions) => unincluded_traces::record(protocol, *property, about, actions),
        Course::Lasso(lasso) => {
            unincluded_traces::record_lasso(protocol, *property, about, lasso, &[])
        }
    };
    let run = run.with_context(|| format!("the run of {} cannot be recorded", answer.claim.id));
    Some(run.and_then(|run| keep::save_as(&run, answer.claim.id, out)))
}

impl Judged for Answer {
    fn verdict(&self) -> Verdict {
        match self.judgement.finding {
            Finding::Undecided => Verdict::Inconclusive,
            _ => Verdict::Holds,
        }
    }

    fn name(&self) -> String {
        self.claim.id.to_owned()
    }
}

fn open(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.judgement.finding == Finding::Undecided).count()
}

/// The verdict as people read it, with its condition.
fn verdict(judgement: &Judgement) -> (&'static str, Option<&str>) {
    match &judgement.finding {
        Finding::Holds => ("holds", None),
        Finding::HoldsIf(condition) => ("holds if", Some(condition)),
        Finding::Refuted => ("refuted", None),
        Finding::Undecided => ("not decided", None),
    }
}

fn for_people(answers: &[Answer], screen: &Screen) -> String {
    let paint = screen.paint();
    let count = |word: &str| {
        answers.iter().filter(|answer| answer.judgement.finding.word() == word).count()
    };
    let last = format!(
        "Of {} claims {} hold, {} hold if something is the case that was not said, {} are refuted{}",
        answers.len(),
        count("holds"),
        count("holds-if"),
        count("refuted"),
        match open(answers) {
            0 => ".".to_owned(),
            open => format!(", {open} are not decided: a limit came first."),
        }
    );
    if screen.is_quiet() {
        return last + "\n";
    }
    let mut text = String::new();
    for answer in answers {
        text += &one(answer, paint);
        text.push('\n');
    }
    text + &indented(&last, 0) + "\n"
}

fn one(answer: &Answer, paint: Paint) -> String {
    let Answer { claim, command, judgement, trace } = answer;
    let (word, condition) = verdict(judgement);
    let word = match judgement.finding {
        Finding::Holds => paint.good(word),
        Finding::HoldsIf(_) | Finding::Undecided => paint.unsure(word),
        Finding::Refuted => paint.bad(word),
    };
    let mut text = format!("{}\n    {}\n", paint.strong(claim.statement), paint.faint(claim.id));
    let mut add = |line: &str| text += &format!("{}\n", indented(line, 4));
    match condition {
        Some(condition) => add(&format!("{word} {condition}")),
        None => add(&word),
    }
    add(&format!("because {}", judgement.because));
    add(&format!("decided by {}", claim.decided_by.join(", ")));
    text += &format!("    again: {command}\n");
    if let Some(trace) = trace {
        text +=
            &format!("    trace: {}\n", crate::screen::shown_name(&trace.display().to_string()));
    }
    text
}

fn as_json(answers: &[Answer]) -> Value {
    let claims = answers.iter().map(|answer| {
        let Answer { claim, command, judgement, trace } = answer;
        json!({
            "id": claim.id,
            "statement": claim.statement,
            "verdict": judgement.finding.word(),
            "condition": verdict(judgement).1,
            "because": judgement.because,
            "decided_by": claim.decided_by,
            "figures": judgement.figures,
            "command": command,
            "trace": trace,
        })
    });
    json!({ "claims": claims.collect::<Vec<_>>() })
}

/// The table of the README.
fn markdown(answers: &[Answer]) -> String {
    let mut text = "| claim | verdict | because |\n|---|---|---|\n".to_owned();
    for Answer { claim, judgement, .. } in answers {
        let (word, condition) = verdict(judgement);
        let condition = condition.map_or_else(String::new, |condition| format!(" {condition}"));
        text += &format!(
            "| {} | **{word}**{condition} | {} |\n",
            claim.statement.trim_end_matches('.'),
            judgement.because
        );
    }
    text
}
