//! June 2025 and today, side by side: the same surroundings under the rules of both, and under those
//! of June 2025 with one difference at a time exchanged for today's. So each difference in a verdict,
//! a count or a shortest run has the rule beside it that makes it.

use std::fmt::Write;

use unincluded_model::scenario::{Claims, Generation};
use unincluded_model::{CollatorKind, Protocol, Scenario};
use unincluded_properties::{CATALOGUE, Outcome, Report, Search};

/// What differs between the two, one at a time: what it is called, and how today's is put in.
type Exchange = (&'static str, fn(&mut Scenario, &Scenario));

const EXCHANGES: [Exchange; 3] = [
    ("hook (HOOK-8)", |then, today| then.parameters.generation = today.parameters.generation),
    ("collator (LOOK-1, SLOTB-3)", |then, today| {
        then.environment.collator = today.environment.collator;
    }),
    ("claims (SCHED-1, SCHED-2)", |then, today| {
        then.parameters.claim_queue = today.parameters.claim_queue;
    }),
];

/// Surroundings that both generations are put in.
type Surroundings = (&'static str, fn(&mut Scenario));

const SURROUNDINGS: [Surroundings; 3] = [
    ("honest collators, a whole core", |_| ()),
    ("honest collators, every second turn at a core", |scenario| {
        scenario.environment.claims = Claims::Shared;
    }),
    ("an owner that obeys the runtime alone", |scenario| {
        scenario.parameters.group_rotation_frequency = 4; // As P, so that the phase need not be kept.
        scenario.environment = Scenario::built_in("hook-2025-06").expect("built in").environment;
    }),
];

/// Situations whose shortest runs are compared.
const SITUATIONS: [&str; 7] = [
    "R-SEGMENT-FULL",
    "INV-VEL-2",
    "R-RP-SHARED",
    "R-SLOT-OVERRUN",
    "R-SLOT-AHEAD",
    "R-SLOT-BEHIND",
    "R-CLAIM-LOST",
];

fn built_in(name: &str) -> Scenario {
    Scenario::built_in(name).expect("built in")
}

fn search(scenario: &Scenario) -> Report {
    let scenario = scenario.clone().checked("generations").expect("legal");
    let protocol = Protocol::new(scenario);
    let report = Search::new(&protocol).run(&mut |_| ());
    assert!(report.closed, "cut by {:?}", report.cut_by);
    report
}

/// Counts, verdicts that are not "holds", and the actions to each situation.
fn row(what: &str, report: &Report) -> String {
    let mut cells = vec![
        what.to_owned(),
        report.states.to_string(),
        report.transitions.to_string(),
        report.depth.to_string(),
    ];
    let claimed = |id: &str| {
        let place = CATALOGUE.iter().position(|property| property.id == id).expect("known");
        report.outcomes.iter().find(|(other, _)| *other == place).map(|(_, outcome)| outcome)
    };
    let bad = report
        .outcomes
        .iter()
        .filter(|(_, outcome)| !matches!(outcome, Outcome::Holds | Outcome::Found { .. }));
    let bad: Vec<&str> = bad.map(|(place, _)| CATALOGUE[*place].id).collect();
    cells.push(if bad.is_empty() { "all hold".to_owned() } else { bad.join(", ") });
    for id in ["INV-VEL-1", "INV-VEL-3"] {
        cells.push(if claimed(id).is_some() { "holds" } else { "not claimed" }.to_owned());
    }
    for id in SITUATIONS {
        cells.push(match claimed(id) {
            Some(Outcome::Found { actions, .. }) => actions.len().to_string(),
            _ => "–".to_owned(),
        });
    }
    format!("| {} |", cells.join(" | "))
}

/// The tables, as `docs/generations.md` has them.
fn tables() -> String {
    let mut text = String::new();
    for (name, surround) in SURROUNDINGS {
        let (mut then, mut today) = (built_in("2025-06"), built_in("today"));
        surround(&mut then);
        surround(&mut today);
        writeln!(text, "### {}\n", capitalised(name)).expect("to a string");
        let situations = SITUATIONS.join(" | ");
        writeln!(
            text,
            "| rules | states | transitions | depth | verdicts | INV-VEL-1 | INV-VEL-3 | {situations} |"
        )
        .expect("to a string");
        let lines = "|---".repeat(7 + SITUATIONS.len());
        writeln!(text, "{lines}|").expect("to a string");
        let first = search(&then);
        writeln!(text, "{}", row("June 2025", &first)).expect("to a string");
        for (difference, exchange) in EXCHANGES {
            let mut one = then.clone();
            exchange(&mut one, &today);
            let report = if one == then { None } else { Some(search(&one)) };
            let what = format!("… with today's {difference}");
            let same = report.as_ref().is_none_or(|report| cells(report) == cells(&first));
            let line = match report {
                Some(report) if !same => row(&what, &report),
                _ => format!("| {what} | the same{} |", " |".repeat(5 + SITUATIONS.len())),
            };
            writeln!(text, "{line}").expect("to a string");
        }
        writeln!(text, "{}\n", row("Today", &search(&today))).expect("to a string");
    }
    text
}

fn cells(report: &Report) -> String {
    row("", report)
}

fn capitalised(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    first.to_uppercase() + rest
}

/// The page shows what the search finds. To renew it, put in what this test prints.
#[test]
fn the_page_on_generations_shows_what_is_found() {
    let tables = tables();
    let page = include_str!("../../docs/generations.md");
    assert!(page.contains(tables.trim_end()), "{tables}");
    insta::assert_snapshot!(tables);
}

/// The two scenarios differ in what is exchanged and in nothing else.
#[test]
fn nothing_else_differs() {
    let (mut then, today) = (built_in("2025-06"), built_in("today"));
    for (_, exchange) in EXCHANGES {
        exchange(&mut then, &today);
    }
    assert_eq!(then.parameters, today.parameters);
    assert_eq!(then.environment, today.environment);
    assert_eq!(then.economics, today.economics);
    assert_eq!(built_in("2025-06").parameters.generation, Generation::AuraExt018);
    assert_eq!(built_in("2025-06").environment.collator, CollatorKind::Lookahead);
}
