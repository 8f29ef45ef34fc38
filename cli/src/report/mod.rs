//! What was found, in the form that all reports share.

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod sarif;
mod source;
mod wording;

use std::path::PathBuf;

use serde::Serialize;
use unincluded_properties::{Kind, Property};
use unincluded_traces::Run;

use crate::exit::Exit;

/// What was found in all scenarios.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// The worst of all.
    pub(crate) verdict: Verdict,
    /// One for each scenario, in the order asked.
    pub(crate) scenarios: Vec<Examined>,
}

/// The answer, as a word. The order is that of what weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Every property is decided, and as it should be.
    Holds,
    /// Something is not decided, and nothing is violated.
    Inconclusive,
    /// Something is violated, or a situation that must occur does not.
    Violated,
}

/// What was found in one scenario.
#[derive(Debug, Serialize)]
pub(crate) struct Examined {
    /// The scenario.
    pub(crate) name: String,
    /// The scenario and what was changed: `astar without SEG-5`.
    #[serde(skip)]
    pub(crate) title: String,
    /// The rules that were switched off.
    pub(crate) without: Vec<&'static str>,
    /// The variants in force.
    pub(crate) variants: Vec<&'static str>,
    /// Whether every reachable state was seen, without a bound on time.
    pub(crate) closed: bool,
    /// Why not, if not.
    pub(crate) cut_by: Option<String>,
    /// Whether a scenario's horizon, rather than a limit, is why not.
    #[serde(skip)]
    pub(crate) bounded: bool,
    /// Who looked.
    pub(crate) engine: &'static str,
    /// Where the engines disagree, if they do.
    pub(crate) disagreement: Option<String>,
    /// States seen.
    pub(crate) states: usize,
    /// Transitions taken, where the engine counts them.
    pub(crate) transitions: Option<u64>,
    /// Actions to the farthest state seen, where the engine counts them.
    pub(crate) depth: Option<u32>,
    /// The probability that two states were taken for one.
    pub(crate) collision_probability: f64,
    /// Time taken, by all engines.
    pub(crate) seconds: f64,
    /// What is known of each property claimed.
    pub(crate) properties: Vec<Judged>,
}

/// What is known of one property.
#[derive(Debug, Serialize)]
pub(crate) struct Judged {
    /// Its id.
    pub(crate) name: &'static str,
    /// What sort of claim it makes.
    pub(crate) kind: &'static str,
    /// What is known.
    pub(crate) verdict: Outcome,
    /// Actions of the shortest run that violates it, or shows the situation.
    pub(crate) steps: Option<usize>,
    /// Where that run is saved, if it violates.
    pub(crate) trace: Option<PathBuf>,
    /// Why, in words.
    pub(crate) because: Option<String>,
    /// The claim.
    #[serde(skip)]
    pub(crate) claim: &'static str,
    /// The run itself.
    #[serde(skip)]
    pub(crate) run: Option<Box<Run>>,
}

/// What is known of a property, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// It holds of everything there is.
    Holds,
    /// A run violates it.
    Violated,
    /// The situation occurs.
    Found,
    /// The situation must occur, and never does.
    Missing,
    /// Not decided.
    Inconclusive,
}

impl Outcome {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Violated => "violated",
            Outcome::Found => "found",
            Outcome::Missing => "missing",
            Outcome::Inconclusive => "inconclusive",
        }
    }

    /// What it means for the whole.
    pub(crate) fn verdict(self) -> Verdict {
        match self {
            Outcome::Holds | Outcome::Found => Verdict::Holds,
            Outcome::Violated | Outcome::Missing => Verdict::Violated,
            Outcome::Inconclusive => Verdict::Inconclusive,
        }
    }
}

impl Verdict {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Violated => "violated",
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Exit {
        match verdict {
            Verdict::Holds => Exit::Holds,
            Verdict::Inconclusive => Exit::Undecided,
            Verdict::Violated => Exit::Violated,
        }
    }
}

impl Summary {
    /// The same, judged as a whole.
    pub(crate) fn new(scenarios: Vec<Examined>) -> Self {
        let verdict =
            scenarios.iter().map(Examined::verdict).max().unwrap_or(Verdict::Inconclusive);
        Summary { verdict, scenarios }
    }

    /// The answer, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let these: Vec<String> = self
            .scenarios
            .iter()
            .filter(|one| one.verdict() == self.verdict)
            .map(|one| {
                let names: Vec<&str> = one.violations().map(|property| property.name).collect();
                if names.is_empty() {
                    return one.title.clone();
                }
                format!("{} ({})", one.title, at_most(3, &names, ", "))
            })
            .collect();
        let these: Vec<&str> = these.iter().map(String::as_str).collect();
        let these_names = at_most(4, &these, ", ");
        match (self.verdict, these.len()) {
            (Verdict::Holds, 1) => {
                format!(
                    "Everything holds in {these_names}, for all time: every reachable state was seen."
                )
            }
            (Verdict::Holds, 2) => {
                "Everything holds in both scenarios, for all time: every reachable state was seen."
                    .to_owned()
            }
            (Verdict::Holds, count) => format!(
                "Everything holds in all {count} scenarios, for all time: every reachable state \
                 was seen."
            ),
            (Verdict::Violated, _) => format!("Violated: {these_names}."),
            (Verdict::Inconclusive, _) => {
                format!("Not decided: {these_names}. This is not a pass.")
            }
        }
    }

    /// Everything that is violated or missing, with its scenario.
    pub(crate) fn violations(&self) -> impl Iterator<Item = (&Examined, &Judged)> {
        self.scenarios
            .iter()
            .flat_map(|scenario| scenario.violations().map(move |property| (scenario, property)))
    }
}

impl Examined {
    /// The answer for this scenario.
    pub(crate) fn verdict(&self) -> Verdict {
        let engines = match self.disagreement {
            Some(_) => Verdict::Inconclusive,
            None => Verdict::Holds,
        };
        self.properties.iter().map(|one| one.verdict.verdict()).fold(engines, Verdict::max)
    }

    /// What is violated, then what is missing.
    pub(crate) fn violations(&self) -> impl Iterator<Item = &Judged> {
        self.with(Outcome::Violated).chain(self.with(Outcome::Missing))
    }

    /// The properties of which this is known.
    pub(crate) fn with(&self, verdict: Outcome) -> impl Iterator<Item = &Judged> {
        self.properties.iter().filter(move |one| one.verdict == verdict)
    }

    /// How far the verdict goes, in a word: *closed* is for all time.
    pub(crate) fn extent(&self) -> &'static str {
        match (self.closed, self.bounded) {
            (true, _) => "closed",
            (false, true) => "bounded",
            (false, false) => "cut",
        }
    }
}

impl Judged {
    /// A property of which nothing is known yet.
    pub(crate) fn open(property: &'static Property) -> Self {
        Judged::of(property.id, property.kind(), property.claim)
    }

    /// A claim of which nothing is known yet.
    pub(crate) fn of(name: &'static str, kind: Kind, claim: &'static str) -> Self {
        Judged {
            name,
            kind: kind.word(),
            verdict: Outcome::Inconclusive,
            steps: None,
            trace: None,
            because: None,
            claim,
            run: None,
        }
    }

    /// What is wrong, in a line.
    pub(crate) fn headline(&self) -> String {
        match (self.verdict, self.steps) {
            (Outcome::Violated, Some(steps)) => format!("violated in {}", actions(steps)),
            (verdict, _) => verdict.word().to_owned(),
        }
    }
}

/// `1 action`, `7 actions`.
pub(crate) fn actions(count: usize) -> String {
    if count == 1 { "1 action".to_owned() } else { format!("{count} actions") }
}

/// So many words, and how many there are more.
fn at_most(most: usize, words: &[&str], between: &str) -> String {
    match words.len().checked_sub(most) {
        None | Some(0) => words.join(between),
        Some(more) => format!("{} and {more} more", words[..most].join(between)),
    }
}
