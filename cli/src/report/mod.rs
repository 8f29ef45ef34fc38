//! What was found, in the form that all reports share.

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod sarif;
mod source;
pub(crate) mod speed;
pub(crate) mod switch;
mod verdict;
mod within;

use std::path::PathBuf;

use serde::Serialize;
use unincluded_properties::search::Cut;
use unincluded_properties::{Kind, Property};
use unincluded_traces::Run;

pub(crate) use verdict::{Outcome, Verdict};
pub(crate) use within::Within;

/// What was found in all scenarios.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// The worst of all.
    pub(crate) verdict: Verdict,
    /// One for each scenario, in the order asked.
    pub(crate) scenarios: Vec<Examined>,
}

/// What was found in one scenario.
#[derive(Debug, Serialize)]
pub(crate) struct Examined {
    /// The scenario.
    pub(crate) name: String,
    /// The file it came from; none if it is built in.
    pub(crate) file: Option<String>,
    /// The scenario, its file and what was changed: `astar (mine.toml) without SEG-5`.
    #[serde(skip)]
    pub(crate) title: String,
    /// Whether it is a built-in scenario as it ships, so that every situation must occur.
    #[serde(skip)]
    pub(crate) is_built_in: bool,
    /// The rules that were switched off.
    pub(crate) without: Vec<&'static str>,
    /// The variants in force.
    pub(crate) variants: Vec<&'static str>,
    /// Whether every reachable state was seen, without a bound on time.
    pub(crate) closed: bool,
    /// What the scenario confines all this to.
    pub(crate) within: Option<Within>,
    /// Why not, if not.
    pub(crate) cut_by: Option<String>,
    /// The same as our own search says it.
    #[serde(skip)]
    pub(crate) cut: Option<Cut>,
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
    /// Which promises for the long run are not reported, and why, if some are not.
    pub(crate) long_run: Option<String>,
    /// How fast it is, where the long run was looked at; no verdict hangs on it.
    pub(crate) rates: Vec<speed::Speed>,
    /// What the switch to 6 s blocks does, where the scenario has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) switch: Vec<switch::Line>,
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
            .map(Examined::finding)
            .collect();
        let these: Vec<&str> = these.iter().map(String::as_str).collect();
        let these_names = at_most(4, &these, ", ");
        match self.verdict {
            Verdict::Holds => {
                let where_to = match these.len() {
                    1 => these_names,
                    2 => "both scenarios".to_owned(),
                    count => format!("all {count} scenarios"),
                };
                format!(
                    "Everything holds in {where_to}, for all time{}: every reachable state was \
                     seen{}.",
                    self.within(),
                    self.unseen()
                )
            }
            Verdict::Violated => format!("Violated: {these_names}."),
            Verdict::Inconclusive => format!("Not decided: {these_names}. This is not a pass."),
        }
    }

    /// What adversaries are confined to, and where.
    fn within(&self) -> String {
        let bounded = self.scenarios.iter().filter_map(|one| Some((one.within?, &one.name)));
        let mut bounds: Vec<String> = Vec::new();
        for (within, name) in bounded {
            let whose = if bounds.is_empty() { " of the adversary" } else { "" };
            bounds.push(format!("{}{whose} in {name}", within.blocks()));
        }
        if bounds.is_empty() {
            return String::new();
        }
        format!(", with at most {}", bounds.join(" and "))
    }

    /// How many situations never occur, and where.
    fn unseen(&self) -> String {
        let text = |one: &Examined| match one.ruled_out().count() {
            0 => None,
            count => Some(format!("; {} in {}", never_occur(count), one.title)),
        };
        self.scenarios.iter().filter_map(text).collect()
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
        self.properties.iter().map(|one| self.weight(one)).fold(engines, Verdict::max)
    }

    /// Its title, and what is violated in it: `astar without SEG-5 (INV-SEG-1)`.
    pub(crate) fn finding(&self) -> String {
        let names: Vec<&str> = self.violations().map(|property| property.name).collect();
        if names.is_empty() {
            return self.title.clone();
        }
        format!("{} ({})", self.title, at_most(3, &names, ", "))
    }

    /// What is known of a property, for the whole.
    pub(crate) fn weight(&self, one: &Judged) -> Verdict {
        one.verdict.verdict(self.is_built_in)
    }

    /// What is violated, then what is missing and must not be.
    pub(crate) fn violations(&self) -> impl Iterator<Item = &Judged> {
        let missing = self.with(Outcome::Missing).filter(|_| self.is_built_in);
        self.with(Outcome::Violated).chain(missing)
    }

    /// The situations that parameters of the user's own rule out.
    pub(crate) fn ruled_out(&self) -> impl Iterator<Item = &Judged> {
        self.with(Outcome::Missing).filter(|_| !self.is_built_in)
    }

    /// The same in a sentence, if there are any.
    pub(crate) fn without_situations(&self) -> Option<String> {
        let names: Vec<&str> = self.ruled_out().map(|one| one.name).collect();
        (!names.is_empty()).then(|| {
            format!(
                "{} here, {}: the properties that watch nothing else hold of nothing.",
                never_occur(names.len()),
                names.join(", ")
            )
        })
    }

    /// The properties of which this is known.
    pub(crate) fn with(&self, verdict: Outcome) -> impl Iterator<Item = &Judged> {
        self.properties.iter().filter(move |one| one.verdict == verdict)
    }

    /// What is not decided, by why: its own reason where it has one, else how far the search went.
    pub(crate) fn left_open(&self) -> Vec<(String, Vec<&'static str>)> {
        let mut groups: Vec<(String, Vec<&'static str>)> = Vec::new();
        for one in self.with(Outcome::Inconclusive) {
            let why = one.because.clone().unwrap_or_else(|| self.reach());
            match groups.iter_mut().find(|(known, _)| *known == why) {
                Some((_, names)) => names.push(one.name),
                None => groups.push((why, vec![one.name])),
            }
        }
        groups
    }

    /// How far the verdicts go and what they are confined to, and why they go no further.
    pub(crate) fn reach(&self) -> String {
        match (&self.cut_by, self.within) {
            (None, None) => self.extent().to_owned(),
            (None, Some(within)) => format!("{} for {}", self.extent(), within.whom()),
            (Some(why), None) => format!("{} by {why}", self.extent()),
            (Some(why), Some(within)) => {
                format!("{} by {why}, for {}", self.extent(), within.whom())
            }
        }
    }

    /// How far the verdicts go, in a word: *closed* is for all time.
    pub(crate) fn extent(&self) -> &'static str {
        match (self.closed, self.cut) {
            (true, _) => "closed",
            (false, Some(Cut::Horizon(_))) => "bounded",
            (false, _) => "cut",
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

/// `1 situation never occurs`, `7 situations never occur`.
fn never_occur(count: usize) -> String {
    if count == 1 {
        "1 situation never occurs".to_owned()
    } else {
        format!("{count} situations never occur")
    }
}

/// So many words, and how many there are more.
fn at_most(most: usize, words: &[&str], between: &str) -> String {
    match words.len().checked_sub(most) {
        None | Some(0) => words.join(between),
        Some(more) => format!("{} and {more} more", words[..most].join(between)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(disagreement: Option<String>, verdicts: &[Outcome]) -> Summary {
        let property = &unincluded_properties::CATALOGUE[0];
        let judged = |&verdict: &Outcome| Judged { verdict, ..Judged::open(property) };
        Summary::new(vec![Examined {
            name: "some".to_owned(),
            file: None,
            title: "some".to_owned(),
            is_built_in: true,
            without: Vec::new(),
            variants: Vec::new(),
            closed: true,
            within: None,
            cut_by: None,
            cut: None,
            engine: "search+stateright",
            disagreement,
            states: 1,
            transitions: None,
            depth: None,
            collision_probability: 0.0,
            seconds: 0.0,
            long_run: None,
            rates: Vec::new(),
            switch: Vec::new(),
            properties: verdicts.iter().map(judged).collect(),
        }])
    }

    #[test]
    fn a_violation_weighs_more_than_what_is_open_and_that_more_than_what_holds() {
        use Outcome::{Found, Holds, Inconclusive, Missing, Violated};
        for (verdicts, expected) in [
            (vec![Holds, Found], Verdict::Holds),
            (vec![Holds, Inconclusive], Verdict::Inconclusive),
            (vec![Inconclusive, Missing, Holds], Verdict::Violated),
            (vec![Violated, Inconclusive], Verdict::Violated),
        ] {
            assert_eq!(examined(None, &verdicts).verdict, expected, "{verdicts:?}");
        }
    }

    #[test]
    fn what_is_missing_weighs_nothing_where_parameters_may_rule_it_out() {
        use Outcome::{Holds, Inconclusive, Missing, Violated};
        for (verdicts, expected) in [
            (vec![Holds, Missing], Verdict::Holds),
            (vec![Inconclusive, Missing], Verdict::Inconclusive),
            (vec![Violated, Missing], Verdict::Violated),
        ] {
            let mut summary = examined(None, &verdicts);
            assert_eq!(
                summary.scenarios[0].violations().count(),
                if verdicts[0] == Violated { 2 } else { 1 }
            );
            summary.scenarios[0].is_built_in = false;
            assert_eq!(
                summary.scenarios[0].without_situations().as_deref(),
                Some(
                    "1 situation never occurs here, INV-SEG-1: the properties that watch nothing \
                     else hold of nothing."
                )
            );
            assert_eq!(Summary::new(summary.scenarios).verdict, expected, "{verdicts:?}");
        }
    }

    #[test]
    fn engines_that_disagree_decide_nothing_but_a_violation_that_is_shown() {
        let why = || Some("the search counts 1 states, stateright 2".to_owned());
        assert_eq!(examined(why(), &[Outcome::Holds]).verdict, Verdict::Inconclusive);
        assert_eq!(examined(why(), &[Outcome::Violated]).verdict, Verdict::Violated);
    }
}
