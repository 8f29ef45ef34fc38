//! `validate`: whether what a real relay chain did, or what a collator says it did, is what the rules
//! allow.

mod blocks;
mod log;

use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use unincluded_traces::history::{
    History, Judge, Known, KnownOfCollator, Lines, LogJudge, LogVerdict, Rejection, Tally, Verdict,
};

use crate::arguments::{PlainFormat, Recorded, Validate};
use crate::exit::Exit;
use crate::file;
use crate::layout::indented;
use crate::screen::{Paint, Screen, shown_name};

/// What was recorded, judged.
enum Answer {
    Blocks(History),
    Log(Box<LogVerdict>),
}

/// Judges what a file recorded.
pub(crate) fn validate(asked: &Validate, screen: &Screen) -> Result<Exit> {
    let answer = if asked.file == Path::new("-") {
        judge(asked, "standard input", stdin().lock())?
    } else {
        let name = shown_name(&asked.file.display().to_string());
        let legal = "a history is read from a regular file, or from - as standard input";
        judge(asked, &name, BufReader::new(file::open(&asked.file, legal)?))?
    };
    let answer = of_para(answer, asked.para)?;
    let (text, verdict) = match (&answer, asked.format) {
        (Answer::Blocks(history), PlainFormat::Human) => {
            (blocks::human(history, screen), history.verdict())
        }
        (Answer::Blocks(history), PlainFormat::Json) => {
            (serde_json::to_string_pretty(&blocks::object(history))?, history.verdict())
        }
        (Answer::Log(log), PlainFormat::Human) => (log::human(log, screen), log.verdict()),
        (Answer::Log(log), PlainFormat::Json) => {
            (serde_json::to_string_pretty(&log::object(log))?, log.verdict())
        }
    };
    screen.answer(&text);
    Ok(if verdict == Verdict::Rejected { Exit::Violated } else { Exit::Holds })
}

/// What is said of one para, if one is asked for.
fn of_para(answer: Answer, asked: Option<u32>) -> Result<Answer> {
    let Some(only) = asked else { return Ok(answer) };
    match answer {
        Answer::Blocks(history) => {
            if history.paras.keys().all(|(_, other)| *other != only) {
                bail!("the history has no candidate of para {only}");
            }
            let paras = history.paras.into_iter().filter(|((_, para), _)| *para == only).collect();
            Ok(Answer::Blocks(History { paras, ..history }))
        }
        Answer::Log(log) => match log.para {
            Some(para) if para != u64::from(only) => bail!("the log is of para {para}"),
            _ => Ok(Answer::Log(log)),
        },
    }
}

fn judge(asked: &Validate, name: &str, from: impl BufRead) -> Result<Answer> {
    let mut lines = Lines::new(name, from);
    let mut text = String::new();
    if !lines.read(&mut text)? {
        bail!("{name} has no relay block and no line of a log: see docs/histories.md");
    }
    let recorded = match asked.kind {
        // A relay block is a JSON object; no line of a log begins like one.
        Recorded::Auto if text.starts_with(['{', '[']) => Recorded::Blocks,
        Recorded::Auto => Recorded::Log,
        kind => kind,
    };
    match recorded {
        Recorded::Log => judge_log(asked, name, &mut lines, &mut text),
        Recorded::Auto | Recorded::Blocks => judge_blocks(asked, name, &mut lines, &mut text),
    }
}

fn judge_blocks(
    asked: &Validate,
    name: &str,
    lines: &mut Lines<impl BufRead>,
    text: &mut String,
) -> Result<Answer> {
    let mut judge = Judge::new(Known {
        lookahead: asked.lookahead,
        occupancy: asked.occupancy,
        period: asked.period,
        least_votes: asked.votes,
    });
    loop {
        let record = lines.record(text)?;
        let judged = judge.block(&record, lines.line());
        judged.map_err(|reason| anyhow::anyhow!("{name}:{}: {reason}", lines.line()))?;
        if !lines.read(text)? {
            return Ok(Answer::Blocks(judge.verdict()));
        }
    }
}

fn judge_log(
    asked: &Validate,
    name: &str,
    lines: &mut Lines<impl BufRead>,
    text: &mut String,
) -> Result<Answer> {
    let mut judge = LogJudge::new(KnownOfCollator {
        lookahead: asked.lookahead,
        occupancy: asked.occupancy,
        capacity: asked.capacity,
        velocity: asked.velocity,
        cores: asked.cores,
        relay_numbers: asked.relay_numbers.into(),
    });
    loop {
        judge.line(text, lines.line());
        if !lines.read(text)? {
            break;
        }
    }
    let answer = judge.verdict();
    if answer.figures.known == 0 {
        bail!(
            "{name} has {} lines, and none that a collator writes of a step: see docs/histories.md",
            answer.figures.lines
        );
    }
    Ok(Answer::Log(Box::new(answer)))
}

fn painted(verdict: Verdict, paint: Paint) -> String {
    match verdict {
        Verdict::Accepted => paint.good(verdict.words()),
        Verdict::AcceptedAsRecorded => paint.unsure(verdict.words()),
        Verdict::Rejected => paint.bad(verdict.words()),
    }
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

/// A rejection in words; `which` names what its block is a block of.
fn told(who: &str, which: &str, rejection: &Rejection, paint: Paint) -> String {
    let Rejection { block, line, prefix, next } = rejection;
    let at = if *block == 0 { String::new() } else { format!(" at {which} {block},") };
    let words = format!("{who} after {prefix} steps,{at} line {line}:");
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

fn rejection(rejection: &Rejection) -> Value {
    let next: Vec<Value> = rejection
        .next
        .iter()
        .map(|step| json!({"step": step.step, "rule": step.rule, "because": step.because}))
        .collect();
    json!({"block": rejection.block, "line": rejection.line, "prefix": rejection.prefix, "next": next})
}

fn tally(tally: &Tally) -> Map<String, Value> {
    tally.iter().map(|(value, count)| (value.to_string(), json!(count))).collect()
}
