//! What claims are judged on. Another ground gives other verdicts, and tests change it.

use std::sync::OnceLock;

use unincluded_model::economics::constants::Runtime;
use unincluded_model::economics::rollout::{MENDED, ROLL_OUT, Release};
use unincluded_model::economics::{BlockTime, Machine, Network};
use unincluded_model::{Protocol, Rule, Scenario, Variant};

use super::{Course, Witness};
use crate::grid::Axis;
use crate::pace::{Pace, Unpaced, healthy};
use crate::rates::{Conditions, Effort, Rates, rates_within};
use crate::{Limits, Outcome, Property, Report, Search, Stop, Verdict};

/// A scenario under its rules, searched at most once.
#[derive(Debug)]
pub struct Subject {
    /// The rules and the scenario.
    pub protocol: Protocol,
    report: OnceLock<Report>,
    rates: OnceLock<Rates>,
}

impl Subject {
    /// Not searched yet.
    pub fn new(protocol: Protocol) -> Self {
        Subject { protocol, report: OnceLock::new(), rates: OnceLock::new() }
    }

    /// What its scenario is called.
    pub(super) fn name(&self) -> &str {
        &self.protocol.scenario().name
    }

    /// Its pace where nothing goes wrong and blocks are included so many relay blocks after their
    /// relay parent (D).
    pub(super) fn pace(&self, delay: u8) -> Result<Pace, Unpaced> {
        Pace::of(&healthy(&self.protocol, delay.saturating_sub(1)))
    }

    /// The D of the usual path.
    pub(super) fn usual_delay(&self) -> u8 {
        crate::pace::usual_backing(&self.protocol) + 1
    }

    /// The D of the fast path: as soon as the pipeline allows.
    pub(super) fn fast_delay(&self) -> u8 {
        2 + self.protocol.parameters().relay_parent_offset
    }

    /// The D of a block that is backed at its last chance.
    pub(super) fn last_delay(&self) -> u8 {
        self.protocol.parameters().scheduling_lookahead + 1
    }

    /// A value of its scenario.
    pub(super) fn value(&self, axis: Axis) -> u8 {
        axis.of(self.protocol.scenario())
    }
}

/// All that claims are about.
#[derive(Debug)]
pub struct Ground {
    /// Before the switch.
    pub before: Subject,
    /// After it.
    pub after: Subject,
    /// After it, with the collator that Astar ran until April 2026.
    pub lookahead: Subject,
    /// After it, on a relay chain that forks.
    pub forks: Subject,
    /// The switch itself.
    pub switch: Subject,
    /// The emission.
    pub machine: Machine,
    /// Astar's constants before and after.
    pub runtimes: [Runtime; 2],
    /// The runtimes that brought 6 s blocks, in the order in which it was said they came.
    pub roll_out: Vec<Release>,
    /// What mended Astar's.
    pub mended: Release,
    /// How far searches go.
    pub limits: Limits,
}

impl Ground {
    /// The model as it ships; none if a scenario that it needs is not built in.
    pub fn shipped() -> Option<Self> {
        let subject = |name| Some(Subject::new(Protocol::new(Scenario::built_in(name)?)));
        Some(Ground {
            before: subject("astar-sync")?,
            after: subject("astar")?,
            lookahead: subject("lookahead")?,
            forks: subject("forks")?,
            switch: subject("astar-switch")?,
            machine: Machine::new(Network::astar()),
            runtimes: [BlockTime::TwelveSeconds, BlockTime::SixSeconds].map(Runtime::astar),
            roll_out: ROLL_OUT.to_vec(),
            mended: MENDED,
            limits: Limits::default(),
        })
    }

    /// The same with rules switched off and put into other forms, everywhere.
    #[must_use]
    pub fn changed(mut self, without: &[Rule], variants: &[Variant]) -> Self {
        let change = |subject: &mut Subject| {
            let protocol = subject.protocol.clone().without(without.iter().copied());
            *subject = Subject::new(protocol.with_variants(variants.iter().copied()));
        };
        [&mut self.before, &mut self.after, &mut self.lookahead, &mut self.forks, &mut self.switch]
            .into_iter()
            .for_each(change);
        self
    }

    /// What a whole search of a subject finds.
    pub(super) fn report<'a>(&self, subject: &'a Subject) -> &'a Report {
        subject.report.get_or_init(|| {
            let protocol = &subject.protocol;
            Search { protocol, limits: self.limits, stop: Stop::Never }.run(&mut |_| ())
        })
    }

    /// The rates of all infinite runs of a subject, with every fault that it has.
    pub(super) fn rates<'a>(&self, subject: &'a Subject) -> &'a Rates {
        subject.rates.get_or_init(|| self.rates_under(subject, Conditions::AsTheScenario))
    }

    /// The rates of all infinite runs under conditions.
    pub(super) fn rates_under(&self, subject: &Subject, conditions: Conditions) -> Rates {
        let effort = Effort { limits: self.limits, threads: 1, latency: false };
        rates_within(&subject.protocol, conditions, effort)
    }

    /// How a property comes out; none where it is not claimed.
    pub(super) fn outcome<'a>(&self, subject: &'a Subject, id: &str) -> Option<&'a Outcome> {
        self.report(subject).outcome(id)
    }

    /// The steps to a situation, if there is a way; an error is that it is not known.
    pub(super) fn found(&self, subject: &Subject, id: &str) -> Result<Option<usize>, String> {
        match self.outcome(subject, id) {
            Some(Outcome::Found { actions }) => Ok(Some(actions.len())),
            Some(Outcome::Inconclusive) => Err(self.undecided(subject, id)),
            _ => Ok(None),
        }
    }

    /// Whether a property holds; an error is that it is not known.
    pub(super) fn holds(&self, subject: &Subject, id: &str) -> Result<Verdict, String> {
        match self.outcome(subject, id) {
            Some(Outcome::Holds) => Ok(Ok(())),
            Some(Outcome::Violated { because, .. }) => Ok(Err(because.clone())),
            Some(Outcome::Inconclusive) => Err(self.undecided(subject, id)),
            _ => Ok(Err(format!("{id} is not claimed of {}", subject.name()))),
        }
    }

    fn undecided(&self, subject: &Subject, id: &str) -> String {
        let cut = self.report(subject).cut_by;
        let why = cut.map_or("what a state asks for is too wide".to_owned(), |cut| cut.to_string());
        format!("{id} is not decided in {}: {why}", subject.name())
    }

    /// A shortest run to a situation, by a search that stops there.
    pub(super) fn run_to(&self, subject: &Subject, id: &'static str) -> Option<Witness> {
        let place = Property::claimed(&subject.protocol).find(|(_, one)| one.id == id)?.0;
        let protocol = &subject.protocol;
        let stop = Stop::AtVerdictOn(place);
        let report = Search { protocol, limits: self.limits, stop }.run(&mut |_| ());
        match report.outcome(id)? {
            Outcome::Found { actions } | Outcome::Violated { actions, .. } => {
                Some(witness(protocol, id, actions))
            }
            _ => None,
        }
    }
}

/// A run that ends with a property found or violated.
pub(super) fn witness(
    protocol: &Protocol,
    id: &'static str,
    actions: &[unincluded_model::Action],
) -> Witness {
    let claim = Property::find(id).map_or("", |property| property.claim);
    Witness {
        protocol: protocol.clone(),
        property: Some(id),
        about: format!("{id}: {claim}"),
        course: Course::Run(actions.to_vec()),
    }
}

/// Why rates are not known.
pub(super) fn why_not(rates: &Rates) -> String {
    let cut = || rates.cut_by.map_or("no run goes on for ever".to_owned(), |cut| cut.to_string());
    rates.unclear.map_or_else(cut, str::to_owned)
}
