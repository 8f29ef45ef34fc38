//! Doing a run: once to record it, and again to compare.

use std::fmt::{self, Display};

use unincluded_model::state::MAX_BRANCHES;
use unincluded_model::{Action, Age, Protocol, Refusal};
use unincluded_properties::progress::WIDEST;
use unincluded_properties::{Property, Transition};

use crate::divergence::{Divergence, Flaw};
use crate::error::TraceError;
use crate::format::{
    Conclusion, Deed, FORMAT, Header, Judgement, Refused, Run, StepRecord, VERSION,
    VERSION_OF_LASSOS,
};
use crate::judge::{Judge, is_claimed, promised, subject};
use crate::lasso::{Lasso, round};
use crate::ledger::Ledger;
use crate::read::MAX_STEPS;
use crate::story::{counted, finding};
use crate::write::digest;

/// What a replay has seen: as much as the file says, and no less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// Steps taken or refused.
    pub steps: usize,
    /// The last of them, which are one round, where the run goes round for ever.
    pub turn: Option<usize>,
    /// Steps refused.
    pub refused: usize,
    /// The verdict.
    pub verdict: Judgement,
}

impl Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Replayed { steps, turn, refused, verdict } = self;
        write!(f, "{}", counted(*steps, "step"))?;
        if let Some(turn) = turn {
            match turn {
                0 => write!(f, ", and then nothing for ever")?,
                1 => write!(f, ", the last of them for ever")?,
                turn => write!(f, ", the last {turn} of them for ever")?,
            }
        }
        if *refused > 0 {
            write!(f, ", {refused} refused")?;
        }
        write!(f, "; {}", finding(verdict).trim_end_matches(','))
    }
}

/// Takes actions from the start, each in the relative names of the state it meets, and writes
/// everything down. An action that is refused leaves the state as it was.
///
/// # Errors
///
/// If the property is not claimed of the scenario, an action names a block or a branch that its
/// state does not hold, or a relay block by a second name, there are too many actions, or the
/// protocol forgets less than its replay would.
pub fn record(
    protocol: &Protocol,
    property: Option<&str>,
    about: &str,
    actions: &[Action],
) -> Result<Run, TraceError> {
    recorded(protocol, property, about, actions, None)
}

/// Takes the actions of a run that goes round for ever, once each, and writes everything down. The
/// run keeps to the assumptions named, which is all that makes a violation of progress one.
///
/// # Errors
///
/// As for [`record`]; and if the round does not lead back to where it begins, a step of it is not
/// taken by anybody, or it holds back what is to be taken.
pub fn record_lasso(
    protocol: &Protocol,
    property: Option<&str>,
    about: &str,
    run: &unincluded_properties::Lasso<Action>,
    assumes: &[&str],
) -> Result<Run, TraceError> {
    let actions: Vec<Action> = run.unrolled(run.len()).copied().collect();
    let assumes = assumes.iter().map(|&name| name.to_owned()).collect();
    let lasso = Lasso { stem: run.stem.len(), assumes };
    recorded(protocol, property, about, &actions, Some(lasso))
}

fn recorded(
    protocol: &Protocol,
    property: Option<&str>,
    about: &str,
    actions: &[Action],
    lasso: Option<Lasso>,
) -> Result<Run, TraceError> {
    let property = match property {
        Some(id) => {
            let (id, applies) = match (promised(id), Property::find(id)) {
                (Some(promise), _) => (promise.id, is_claimed(protocol, promise)),
                (None, Some(property)) => (property.id, (property.applies)(protocol)),
                (None, None) => return Err(TraceError::UnknownProperty(id.to_owned())),
            };
            if !applies {
                let scenario = protocol.scenario().name.clone();
                return Err(TraceError::NotClaimed { property: id, scenario });
            }
            Some(id.to_owned())
        }
        None => None,
    };
    if actions.len() > MAX_STEPS {
        return Err(TraceError::TooLong { steps: actions.len(), most: MAX_STEPS });
    }
    let header = Header {
        unincluded: FORMAT.to_owned(),
        version: if lasso.is_some() { VERSION_OF_LASSOS } else { VERSION },
        about: about.to_owned(),
        scenario: protocol.scenario().clone().checked("the scenario")?,
        without: protocol.off().iter().collect(),
        variants: protocol.variants().iter().collect(),
        property,
        lasso,
    };
    let again = header.rules();
    if again.reductions() != protocol.reductions() {
        return Err(TraceError::OtherReductions);
    }

    let mut course =
        Course::new(&again, &header).map_err(|flaw| TraceError::UnknownProperty(flaw.found))?;
    let mut steps = Vec::with_capacity(actions.len());
    for (number, &action) in (1..).zip(actions) {
        let (branch, held) = (branch(action), course.ledger.state().branches.len());
        if usize::from(branch) >= held {
            return Err(TraceError::NoSuchBranch { step: number, branch, held });
        }
        let Some(deed) = course.ledger.deed(action) else {
            let place = named(action).map_or(0, |block| block.0);
            let held = course.ledger.state().blocks.len();
            return Err(TraceError::NoSuchBlock { step: number, place, held });
        };
        if course.ledger.action(&deed).ok() != Some(action) {
            return Err(TraceError::SecondName { step: number, branch });
        }
        steps.push(course.take(number, action, deed));
    }
    if let Some(step) = course.judge.undecided() {
        return Err(TraceError::Undecided { step, most: WIDEST });
    }
    let round = match &header.lasso {
        Some(lasso) => Some(round(&again, lasso, actions, &steps).map_err(TraceError::NoRound)?),
        None => None,
    };
    let verdict = Conclusion {
        verdict: course.judge.conclude(round),
        steps: steps.len(),
        digest: String::new(),
    };
    let mut run = Run { header, steps, verdict };
    run.verdict.digest = digest(&run)?;
    Ok(run)
}

/// Does a run again, from its header and its actions alone, with the rules of this build, and
/// compares every state, every refusal, the verdict and the digest with what the run says.
///
/// # Errors
///
/// The first place where the run says something else.
pub fn replay(run: &Run) -> Result<Replayed, Divergence> {
    let in_header = |flaw: Flaw| flaw.on_line(1, None);
    let protocol = run.header.protocol().map_err(in_header)?;
    let mut course = Course::new(&protocol, &run.header).map_err(in_header)?;

    let mut refused = 0;
    let mut actions = Vec::with_capacity(run.steps.len());
    for (number, found) in (1..).zip(&run.steps) {
        let here = |flaw: Flaw| flaw.on_line(number + 1, Some(number));
        if found.step != number {
            return Err(here(Flaw::new("step", number, found.step)));
        }
        let action = course.ledger.action(&found.deed).map_err(here)?;
        let expected = course.take(number, action, found.deed.clone());
        if let Some(flaw) = Flaw::between(&expected, found) {
            return Err(here(flaw));
        }
        refused += usize::from(found.refused.is_some());
        actions.push(action);
    }
    let round = match &run.header.lasso {
        Some(lasso) => {
            let round = round(&protocol, lasso, &actions, &run.steps);
            Some(round.map_err(|why| why.in_file(lasso))?)
        }
        None => None,
    };

    let last = |flaw: Flaw| flaw.on_line(run.steps.len() + 2, None);
    let sealed = digest(run).map_err(|error| last(Flaw::new("digest", "a digest", error)))?;
    if let Some(step) = course.judge.undecided() {
        let found = &run.verdict.verdict;
        let undecided = TraceError::Undecided { step, most: WIDEST };
        return Err(last(Flaw::new("verdict", undecided, finding(found))));
    }
    let verdict = course.judge.conclude(round);
    let steps = run.steps.len();
    let expected = Conclusion { verdict: verdict.clone(), steps, digest: String::new() };
    let found = Conclusion { digest: String::new(), ..run.verdict.clone() };
    if let Some(flaw) = Flaw::between(&expected, &found) {
        return Err(last(flaw));
    }
    if run.verdict.digest != sealed {
        return Err(last(Flaw::new("digest", sealed, &run.verdict.digest)));
    }
    let turn = run.header.lasso.as_ref().map(|lasso| steps - lasso.stem);
    Ok(Replayed { steps, turn, refused, verdict })
}

impl Header {
    /// The scenario under its rules, once everything in the header is known to be sound.
    pub(crate) fn protocol(&self) -> Result<Protocol, Flaw> {
        if self.unincluded != FORMAT {
            return Err(Flaw::new("unincluded", FORMAT, &self.unincluded));
        }
        let version = if self.lasso.is_some() { VERSION_OF_LASSOS } else { VERSION };
        if self.version != version {
            return Err(Flaw::new("version", version, self.version));
        }
        if let Err(error) = self.scenario.clone().checked("scenario") {
            return Err(match error {
                unincluded_model::ScenarioError::OutOfRange { key, value, legal, .. } => {
                    Flaw::new(&format!("scenario.{key}"), legal, value)
                }
                error @ unincluded_model::ScenarioError::Unreadable { .. } => {
                    Flaw::new("scenario", "a legal scenario", error)
                }
            });
        }
        let protocol = self.rules();
        in_order("without", protocol.off().iter(), &self.without)?;
        in_order("variants", protocol.variants().iter(), &self.variants)?;
        if let Some(id) = &self.property {
            subject(&protocol, id, self.lasso.is_some())?;
        }
        if let Some(lasso) = &self.lasso {
            lasso.names()?;
        }
        Ok(protocol)
    }

    fn rules(&self) -> Protocol {
        Protocol::new(self.scenario.clone())
            .without(self.without.iter().copied())
            .with_variants(self.variants.iter().copied())
    }
}

/// Each rule or variant once, in the order of its table.
fn in_order<T: PartialEq + Display>(
    key: &str,
    expected: impl Iterator<Item = T>,
    found: &[T],
) -> Result<(), Flaw> {
    let expected: Vec<T> = expected.collect();
    let words = |list: &[T]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if expected == found { Ok(()) } else { Err(Flaw::new(key, words(&expected), words(found))) }
}

/// A run under way.
struct Course<'a> {
    protocol: &'a Protocol,
    ledger: Ledger,
    judge: Judge,
}

impl<'a> Course<'a> {
    fn new(protocol: &'a Protocol, header: &Header) -> Result<Self, Flaw> {
        let ledger = Ledger::new(protocol);
        let mut judge = Judge::new(protocol, header.property.as_deref(), header.lasso.is_some())?;
        judge.see_state(0, protocol, ledger.state());
        Ok(Course { protocol, ledger, judge })
    }

    /// Takes one step and says what came of it.
    fn take(&mut self, number: usize, action: Action, deed: Deed) -> StepRecord {
        let protocol = self.protocol;
        let before = self.ledger.state();
        let step = protocol.step_whole(before, &action);
        let outcome = step.as_ref().map(|step| &step.raw);
        self.judge.see_step(number, &Transition { protocol, before, action: &action, outcome });
        match step {
            Ok(step) => {
                self.ledger.advance(protocol, action, &step);
                self.judge.see_state(number, protocol, self.ledger.state());
                let then = Some(self.ledger.moment(protocol));
                StepRecord { step: number, deed, then, refused: None }
            }
            Err(refusal) => {
                let refused = Some(in_names(&self.ledger, &action, &refusal));
                StepRecord { step: number, deed, then: None, refused }
            }
        }
    }
}

/// The relay branch an action names; the first, if it names none.
fn branch(action: Action) -> u8 {
    match action {
        Action::Author(author) => author.branch,
        Action::RelayBlock(plan) => plan.branch,
        Action::Settle { branch } => branch,
        Action::Fork | Action::LearnBackable { .. } | Action::Recover { .. } => 0,
    }
}

/// The block an action names first.
fn named(action: Action) -> Option<unincluded_model::BlockIndex> {
    match action {
        Action::Author(author) => Some(author.parent),
        Action::RelayBlock(plan) => plan.back.first().copied(),
        Action::Fork | Action::Settle { .. } => None,
        Action::LearnBackable { candidate, .. } => Some(candidate),
        Action::Recover { block } => Some(block),
    }
}

/// A refusal, with relay and para blocks by their names where it speaks of ages and places.
fn in_names(ledger: &Ledger, action: &Action, refusal: &Refusal) -> Refused {
    let branch = match action {
        Action::Author(author) => usize::from(author.branch),
        Action::RelayBlock(plan) => usize::from(plan.branch),
        _ => 0,
    };
    let relay = |age: Age| {
        if !age.is_here() {
            return "a block of another fork".to_owned();
        }
        ledger.relay(branch.min(MAX_BRANCHES - 1), age).to_string()
    };
    let para = |block| ledger.name(block).map_or_else(|| "?".to_owned(), |name| name.to_string());
    // Ages stop at the oldest, and say nothing of another fork; a block's own relay parent is known.
    let above = |age: Age| {
        match action {
            Action::Author(author) => {
                ledger.relay_parent(author.parent).map(|name| name.to_string())
            }
            _ => None,
        }
        .unwrap_or_else(|| relay(age))
    };
    let because = match *refusal {
        Refusal::NoSuchView(age) => format!("no author uses {} any more", relay(age)),
        Refusal::NotTheBest(age) => {
            format!("this wake-up builds on another relay block than {}", relay(age))
        }
        Refusal::UnknownToCollator(block) => {
            format!("the collator has not got {}, which the relay chain names", para(block))
        }
        Refusal::NotTheChosenParent(block) => {
            format!("{} is not the deepest potential parent", para(block))
        }
        Refusal::RelayNumberNotNewer { parent, block, check } => {
            format!("{} follows {}, the check is {check}", relay(block), above(parent))
        }
        Refusal::SlotWentBack { parent, block } => {
            format!("the slot of {} follows that of {}", relay(block), above(parent))
        }
        Refusal::OutOfScope(age) => format!("{} is out of scope", relay(age)),
        Refusal::SessionBetween(age) => format!("a session ended after {}", relay(age)),
        Refusal::OfLastSession(age) => format!("{} is of the session before", relay(age)),
        Refusal::NotOnThisFork(block) => {
            format!("the relay parent of {} is on another fork", para(block))
        }
        Refusal::RelayParentNotAllowed { age, lookahead } => format!(
            "{} is {} blocks before the new block, at most {lookahead} are allowed",
            relay(age),
            u16::from(age.0) + 1
        ),
        Refusal::NotOnNewestHead { parent, head } => {
            format!("the candidate builds on {}, the newest head is {}", para(parent), para(head))
        }
        Refusal::RelayParentWentBack { head, candidate } => {
            format!("{} follows {}", relay(candidate), relay(head))
        }
        _ => {
            let text = refusal.to_string();
            text.split_once(": ").map_or(text.clone(), |(_, because)| because.to_owned())
        }
    };
    Refused { rule: refusal.rule(), because }
}
