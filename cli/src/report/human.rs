//! For people: a table of scenarios, what is not as it should be in full, and a last word.

use std::fmt::Write;

use unincluded_properties::search::Cut;

use super::{Examined, Judged, Outcome, Summary, Verdict, speed, switch};
use crate::keep;
use crate::layout::{columns, indented, painted};
use crate::progress::grouped;
use crate::screen::{Paint, shown_name};

/// The kinds, in the order of reports.
const KINDS: [&str; 5] = ["invariant", "step", "reachable", "progress", "rate"];

/// What is counted, the worst first, and in which word.
const WORDS: [(Outcome, &str); 5] = [
    (Outcome::Violated, "violated"),
    (Outcome::Missing, "missing"),
    (Outcome::Inconclusive, "open"),
    (Outcome::Holds, "hold"),
    (Outcome::Found, "found"),
];

/// The whole report.
pub(crate) fn render(summary: &Summary, verbose: bool, paint: Paint) -> String {
    let mut text = scenarios(summary, paint);
    text.push('\n');
    text += &properties(summary, paint);
    text.push('\n');
    text += &rates(summary, paint);
    for scenario in &summary.scenarios {
        if verbose {
            text += &every_property(scenario, paint);
        }
        text += &whatever_is_wrong(scenario, paint);
        if scenario.verdict() == Verdict::Holds && !scenario.switch.is_empty() {
            text += &switch::table(&scenario.title, &scenario.switch);
            text.push('\n');
        }
    }
    text += &last_line(summary, paint);
    text
}

/// A row for each scenario: how far the engines went.
fn scenarios(summary: &Summary, paint: Paint) -> String {
    let head =
        ["scenario", "verdict", "extent", "states", "transitions", "depth", "collision", "seconds"];
    let unknown = || "-".to_owned();
    let rows = summary.scenarios.iter().map(|one| {
        vec![
            one.title.clone(),
            one.verdict().word().to_owned(),
            match one.within {
                None => one.extent().to_owned(),
                Some(within) => format!("{}, ≤ {}", one.extent(), within.blocks()),
            },
            grouped(one.states),
            one.transitions.map_or_else(unknown, |number| grouped(number as usize)),
            one.depth.map_or_else(unknown, |depth| depth.to_string()),
            format!("{:.0e}", one.collision_probability),
            format!("{:.2}", one.seconds),
            engines(one).to_owned(),
        ]
    });
    let head = head.into_iter().chain(["engines"]);
    let table = columns(head, rows, &[3, 4, 5, 6, 7]);
    painted(&table, |line, text| match summary.scenarios.get(line) {
        None => paint.faint(text),
        Some(one) => text.replacen(
            &format!(" {} ", one.verdict().word()),
            &format!(" {} ", coloured(one.verdict(), one.verdict().word(), paint)),
            1,
        ),
    })
}

fn engines(one: &Examined) -> &'static str {
    match (one.engine, &one.disagreement) {
        (_, Some(_)) => "disagree",
        ("search+stateright", None) => "agree",
        (alone, None) => alone,
    }
}

/// A row for each scenario: how many properties of each kind are decided, and how.
fn properties(summary: &Summary, paint: Paint) -> String {
    let rows = summary.scenarios.iter().map(|scenario| {
        let count = |kind: &str| {
            let these = || scenario.properties.iter().filter(|one| one.kind == kind);
            let counts: Vec<String> = WORDS
                .into_iter()
                .map(|(verdict, word)| (these().filter(|one| one.verdict == verdict).count(), word))
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            if counts.is_empty() { "-".to_owned() } else { counts.join(", ") }
        };
        let counts = KINDS.into_iter().map(count);
        std::iter::once(scenario.title.clone()).chain(counts).collect()
    });
    let table = columns(std::iter::once("properties").chain(KINDS), rows, &[]);
    painted(&table, |line, text| match summary.scenarios.get(line) {
        None => paint.faint(text),
        Some(_) => text.to_owned(),
    })
}

/// How fast each scenario is, and how to see it again; nothing if no long run was looked at.
fn rates(summary: &Summary, paint: Paint) -> String {
    let rows = || summary.scenarios.iter().map(|one| (&*one.title, &*one.rates));
    let Some(table) = speed::table(rows()) else { return String::new() };
    let table = painted(&table, |line, text| match line {
        usize::MAX => paint.faint(text),
        _ => text.to_owned(),
    });
    let mut text = format!("{table}\n{}\n\n", indented(&speed::legend(), 0));
    for why in rows().flat_map(|(title, speeds)| speed::unknown(title, speeds)) {
        let _ = writeln!(text, "{}\n", indented(&why, 0));
    }
    text
}

/// Every property of a scenario, grouped by kind.
fn every_property(scenario: &Examined, paint: Paint) -> String {
    let mut text = extent(scenario, paint) + "\n";
    for kind in KINDS {
        let these: Vec<&Judged> =
            scenario.properties.iter().filter(|one| one.kind == kind).collect();
        if these.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {}", paint.faint(kind));
        for one in these {
            let verdict = one.verdict.word();
            let words =
                one.steps.map_or(verdict.to_owned(), |steps| format!("{verdict} in {steps}"));
            let words = coloured(scenario.weight(one), format!("{words:14}"), paint);
            let claim = indented(one.claim, 39);
            let _ = writeln!(text, "    {words} {:19} {}", one.name, claim.trim_start());
            // Of what holds in the long run the figure is worth as much as the verdict.
            if let (Outcome::Holds, Some(figure)) = (one.verdict, &one.because) {
                let _ = writeln!(text, "{}", paint.faint(indented(figure, 39)));
            }
        }
    }
    if !scenario.rates.is_empty() {
        let _ = writeln!(text, "  {}", paint.faint("figures"));
        for speed in &scenario.rates {
            let sentence = indented(&speed.sentence(), 39);
            let _ = writeln!(text, "    {:34} {}", speed.when, sentence.trim_start());
        }
    }
    text.push('\n');
    text
}

/// What is violated, each with its shortest run; what is missing; and what was not decided.
fn whatever_is_wrong(scenario: &Examined, paint: Paint) -> String {
    let mut text: String =
        scenario.with(Outcome::Violated).map(|one| violation(scenario, one, paint)).collect();

    if let Some(sentence) = scenario.without_situations() {
        let sentence = format!("{}: {sentence}", paint.strong(&scenario.title));
        let _ = writeln!(text, "{}\n", indented(&sentence, 0));
    }

    if let Some(why) = &scenario.long_run {
        let sentence = format!("{}, in the long run: {why}.", paint.strong(&scenario.title));
        let _ = writeln!(text, "{}\n", indented(&sentence, 0));
    }

    let missing: Vec<&Judged> =
        scenario.violations().filter(|one| one.verdict == Outcome::Missing).collect();
    if !missing.is_empty() {
        let title = format!("Missing in {}: what must occur and never does", scenario.title);
        let _ = writeln!(text, "{}", paint.bad(title));
        for one in missing {
            let claim = indented(one.claim, 22);
            let _ = writeln!(text, "  {:19} {}", one.name, claim.trim_start());
        }
        text.push('\n');
    }

    text + &whatever_is_open(scenario, paint)
}

/// What was not decided, and why; beside a violation how many properties are enough.
fn whatever_is_open(scenario: &Examined, paint: Paint) -> String {
    let open = scenario.left_open();
    if open.is_empty() {
        return String::new();
    }
    let mut text = extent(scenario, paint) + "\n";
    if scenario.verdict() == Verdict::Violated {
        let stopped = scenario.cut == Some(Cut::Verdict);
        let hint = if stopped { "; --keep-going sees everything" } else { "" };
        let count: usize = open.iter().map(|(_, names)| names.len()).sum();
        let which = format!("{count} properties are not decided{hint}");
        return text + &indented(&which, 2) + "\n\n";
    }
    for (why, names) in open {
        let names = names.join(" ");
        let which = if why == scenario.reach() {
            format!("not decided: {names}")
        } else {
            format!("not decided, as {why}: {names}")
        };
        let _ = writeln!(text, "{}", indented(&which, 2));
    }
    text + "\n"
}

/// One violation: its shortest run, why, and what can be done with it.
fn violation(scenario: &Examined, one: &Judged, paint: Paint) -> String {
    let mut text = String::new();
    // A run that is about no property shows nothing by itself: its figure says more than its table.
    let shown = one.run.as_deref().filter(|run| run.header.property.is_some());
    if let Some(table) = shown.map(unincluded_traces::table) {
        let (headline, rest) = table.split_once('\n').unwrap_or((&table, ""));
        let claim = indented(one.claim, 0);
        let file = scenario
            .file
            .as_deref()
            .map_or(String::new(), |file| format!(" of {}", shown_name(file)));
        let headline = paint.bad(format!("{headline}{file}"));
        let _ = writeln!(text, "{headline}\n{claim}\n{}", rest.trim_end());
    } else {
        let title = format!("{} in {}: {}", one.name, scenario.title, one.headline());
        let _ = writeln!(text, "{}\n{}", paint.bad(title), indented(one.claim, 0));
        if let Some(because) = &one.because {
            let _ = writeln!(text, "\n{}", indented(&format!("because {because}"), 0));
        }
    }
    if let Some(trace) = &one.trace {
        text += &keep::commands(trace);
    }
    text + "\n"
}

/// How far the verdicts of a scenario go, in a line.
fn extent(scenario: &Examined, paint: Paint) -> String {
    let seen = match scenario.cut_by {
        None => ": every reachable state was seen, so verdicts are for all time",
        Some(_) => "",
    };
    let reach = scenario.reach();
    indented(&format!("{} is {reach}{seen}", paint.strong(&scenario.title)), 0)
}

/// The answer, in one sentence.
pub(crate) fn last_line(summary: &Summary, paint: Paint) -> String {
    coloured(summary.verdict, indented(&summary.sentence(), 0), paint) + "\n"
}

fn coloured(verdict: Verdict, text: impl std::fmt::Display, paint: Paint) -> String {
    match verdict {
        Verdict::Holds => paint.good(text),
        Verdict::Inconclusive => paint.unsure(text),
        Verdict::Violated => paint.bad(text),
    }
}
