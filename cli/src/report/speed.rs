//! How fast a scenario is, in figures: no verdict hangs on them, and `sweep` shows the same.

use serde::Serialize;
use unincluded_properties::claims::words::counted;
use unincluded_properties::long_run::{FEW, Speeds, no_rate};
use unincluded_properties::rates::{Bounds, Rates};

use crate::layout::columns;
use crate::screen::quoted;
use crate::subject::Subject;

/// The least and the greatest rates of all runs that go on for ever under some conditions.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Speed {
    /// The conditions.
    pub(crate) when: String,
    /// Blocks for each relay slot.
    blocks: Option<Between>,
    /// Planck for each relay slot.
    planck: Option<Between>,
    /// Relay blocks from a relay parent to the inclusion.
    latency: Option<Latency>,
    /// Why there are no rates, if there are none.
    why: Option<String>,
    /// The command that shows the same.
    again: String,
    /// Planck, for people.
    #[serde(skip)]
    planck_in_words: Option<String>,
}

/// From the least to the greatest, exactly.
#[derive(Clone, Debug, Serialize)]
struct Between {
    least: String,
    greatest: String,
}

/// How long it takes.
#[derive(Clone, Debug, Serialize)]
struct Latency {
    least: u32,
    most: u32,
    /// Whether the most is a bound; else some inclusions are later.
    is_bounded: bool,
    #[serde(skip)]
    in_words: String,
}

/// Those of a scenario.
pub(crate) fn speeds(subject: &Subject, found: &Speeds) -> Vec<Speed> {
    let sweep = sweep(subject);
    let [healthy, few, any] = conditions();
    let with_faults = format!("{sweep} --{few}");
    let found = [
        (healthy, &sweep, Some(&found.healthy)),
        (few, &with_faults, found.few.as_ref()),
        (any, &sweep, found.any.as_ref()),
    ];
    let speed = |(when, again, rates): (String, &String, Option<&Rates>)| {
        Some(Speed::of(when, again.clone(), rates?))
    };
    found.into_iter().filter_map(speed).collect()
}

/// Under which conditions, as the columns of `sweep` call them.
fn conditions() -> [String; 3] {
    let (most, window) = FEW;
    ["healthy".to_owned(), format!("faults {most}/{window}"), "any fault".to_owned()]
}

/// The command that sweeps a scenario as it is.
fn sweep(subject: &Subject) -> String {
    let (protocol, file) = (&subject.protocol, subject.file.as_deref().map(quoted));
    let mut command =
        format!("unincluded sweep {}", file.as_deref().unwrap_or(&protocol.scenario().name));
    for rule in protocol.off().iter() {
        command += &format!(" --without {}", rule.id());
    }
    for variant in protocol.variants().iter() {
        command += &format!(" --variant {}", variant.name());
    }
    command
}

impl Speed {
    fn of(when: String, again: String, rates: &Rates) -> Speed {
        let between = |bounds: &Bounds| Between {
            least: bounds.least.ratio.to_string(),
            greatest: bounds.greatest.ratio.to_string(),
        };
        Speed {
            when,
            blocks: rates.blocks.as_ref().map(between),
            planck: rates.tokens.as_ref().map(between),
            latency: rates.latency.as_ref().map(|latency| Latency {
                least: latency.least,
                most: latency.worst,
                is_bounded: latency.is_bounded,
                in_words: latency.to_string(),
            }),
            why: rates.blocks.is_none().then(|| no_rate(rates)),
            again,
            planck_in_words: rates.tokens.as_ref().map(Bounds::in_thousands),
        }
    }

    /// Blocks for each relay slot, if there is a rate.
    fn blocks(&self) -> Option<String> {
        let Between { least, greatest } = self.blocks.as_ref()?;
        Some(if least == greatest { least.clone() } else { format!("{least} to {greatest}") })
    }

    /// All of it, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        let Some(blocks) = self.blocks() else { return self.why.clone().unwrap_or_default() };
        let mut text =
            if blocks == "1" { "1 block".to_owned() } else { format!("{blocks} blocks") };
        if let Some(planck) = &self.planck_in_words {
            text += &format!(" and {planck} planck");
        }
        text += " a relay slot";
        if let Some(latency) = &self.latency {
            text += &format!(", {} relay blocks after the relay parent", latency.in_words);
        }
        text
    }
}

/// A row for each scenario that has a rate; none if there is none.
pub(crate) fn table<'a>(scenarios: impl Iterator<Item = (&'a str, &'a [Speed])>) -> Option<String> {
    let conditions = conditions();
    let [_, _, any] = &conditions;
    let row = |(title, speeds): (&str, &[Speed])| {
        let under = |when: &str| speeds.iter().find(|speed| speed.when == when);
        let any = under(any);
        let latency = any.and_then(|speed| speed.latency.as_ref());
        let cells = conditions.iter().map(|when| under(when).and_then(Speed::blocks));
        let cells = cells
            .chain([latency.map(|latency| latency.in_words.clone())])
            .chain([any.and_then(|speed| speed.planck_in_words.clone())])
            .map(|cell| cell.unwrap_or_else(|| "-".to_owned()));
        std::iter::once(title.to_owned()).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> =
        scenarios.filter(|(_, speeds)| is_a_row(speeds)).map(row).collect();
    let head = std::iter::once("rates").chain(conditions.iter().map(String::as_str));
    let head = head.chain(["latency", "planck"]);
    (!rows.is_empty()).then(|| columns(head, rows, &[1, 2, 3, 4, 5]))
}

/// Whether anything is known of a scenario; a row without is left out, as its promises say why.
fn is_a_row(speeds: &[Speed]) -> bool {
    speeds.iter().any(|speed| speed.blocks.is_some())
}

/// Which of the rates in the table were looked for and are not known, and why not.
pub(crate) fn unknown(title: &str, speeds: &[Speed]) -> Vec<String> {
    let known = speeds.iter().filter(|_| is_a_row(speeds));
    let why = known.filter_map(|speed| Some((&speed.when, speed.why.as_ref()?)));
    why.map(|(when, why)| format!("{title} has no rate, {when}: {why}.")).collect()
}

/// What the table shows.
pub(crate) fn legend() -> String {
    let (most, window) = FEW;
    format!(
        "Rates: para blocks for each relay slot, the least and the greatest of all runs that go on for ever, \
         where nothing goes wrong (on the usual path, whether or not the scenario has it), with at most {} in \
         any {window}, and with any fault (neither is looked for where what is included can be undone); \
         there the relay blocks from a relay parent to the inclusion, \
         and the planck for each relay slot. No verdict hangs on these figures: `sweep SCENARIO --faults \
         {most}/{window}` has them too.",
        counted(most, "faulty slot")
    )
}
