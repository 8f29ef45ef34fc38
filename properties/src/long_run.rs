//! What a scenario promises for the long run, judged row by row: what must happen, how many blocks get
//! in, what they bring, and how long it takes.

use unincluded_model::scenario::Claims;
use unincluded_model::{Action, Protocol};

use crate::Lasso;
use crate::catalogue::{Kind, Promised, includes_for_good};
use crate::claims::words::{counted, grouped};
use crate::graph::ratio::Ratio;
use crate::outlook::{self, ADVANCES, Must, Outlook, Progressive};
use crate::pace::usual_backing;
use crate::progress::earliest_backing;
use crate::rates::{Conditions, Effort, Rates, rates_within};
use crate::recovery::{self, Response};
use crate::runs::{Runs, latest_inclusion};
use crate::search::Cut;

/// A promise, judged.
#[derive(Clone, Debug)]
pub struct Promise {
    /// How documents and reports call it.
    pub id: &'static str,
    /// What sort of claim it makes.
    pub kind: Kind,
    /// The claim, in one sentence.
    pub claim: &'static str,
    /// What is known.
    pub kept: Kept,
    /// What was measured, in words, of a claim that holds as well; of an open one, why it is open.
    pub figure: Option<String>,
    /// The claim of progress that it is, if it is one.
    pub progressive: Option<&'static Progressive>,
}

/// What is known of a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept by every run.
    Yes,
    /// A run without end breaks it.
    No(Lasso<Action>, String),
    /// A run breaks it with its last action.
    NoBy(Vec<Action>, String),
    /// It speaks of nothing here: why.
    OfNothing(&'static str),
    /// Not everything was seen.
    Open,
}

/// Transitions of a scenario beyond which nobody looks at its long run, unless asked to: so many take
/// some seconds.
pub const USUAL: u64 = 200_000;

/// The promises of a scenario, judged on all that their claims assume.
pub fn long_run(protocol: &Protocol, effort: Effort) -> Vec<Promise> {
    let mut promises = advances(protocol, effort, |claim| claim.assumes.to_vec());
    promises.extend(recoveries(protocol, effort));
    promises.extend(paces(protocol, &Speeds::of(protocol, effort)));
    promises
}

/// Every promise of a scenario, while nobody has looked.
pub fn unseen(protocol: &Protocol) -> Vec<Promise> {
    Promised::of(protocol).map(Promise::open).collect()
}

/// What must happen, each claim on the assumptions chosen for it; the graph is explored once.
pub fn advances(
    protocol: &Protocol,
    effort: Effort,
    assumed: impl Fn(&'static Progressive) -> Vec<&'static str>,
) -> Vec<Promise> {
    let is_progress = |one: &Promise| one.kind == Kind::Progress;
    let claims = unseen(protocol).into_iter().filter(is_progress);
    let open: Vec<_> = claims.filter_map(|one| Some((one.progressive?, one))).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let outlook = Outlook::of(protocol, effort);
    let judge = |(claim, open): (&'static Progressive, Promise)| {
        let (kept, figure) = match outlook.decide(claim, &assumed(claim)) {
            Must::Holds => (Kept::Yes, None),
            Must::Fails { lasso, because } => (Kept::No(lasso, because), None),
            Must::Vacuous(why) => (Kept::OfNothing(why), None),
            Must::Inconclusive => (Kept::Open, outlook.cut_by().map(not_all)),
        };
        Promise { kept, figure, ..open }
    };
    open.into_iter().map(judge).collect()
}

/// How soon another block is included once faults are over.
pub fn recoveries(protocol: &Protocol, effort: Effort) -> Vec<Promise> {
    let open: Vec<Promise> =
        unseen(protocol).into_iter().filter(|one| recovery::is_case(one.id)).collect();
    if open.is_empty() {
        return open;
    }
    let ids: Vec<&'static str> = open.iter().map(|one| one.id).collect();
    let found = recovery::responses(protocol, &ids, effort.limits);
    let (_, path) = earliest_backing(protocol);
    let judge = |(open, response): (Promise, Response)| {
        let (kept, figure) = match response {
            Response::Within { relay_blocks, after } => {
                let figure = format!(
                    "at most {} {path}, and that many {}",
                    counted(relay_blocks, "relay block"),
                    match after.len() {
                        0 => "from the start on".to_owned(),
                        actions => format!("after {}", counted(actions as u64, "action")),
                    }
                );
                (Kept::Yes, Some(figure))
            }
            Response::Never { after } => {
                (Kept::NoBy(after, recovery::never(open.id).to_owned()), None)
            }
            Response::NotMet => (Kept::OfNothing("this never happens"), None),
            Response::Unknown(why) => (Kept::Open, Some(why.to_string())),
        };
        Promise { kept, figure, ..open }
    };
    open.into_iter().zip(found).map(judge).collect()
}

/// How many blocks get in and what they bring, and how long it takes.
pub fn paces(protocol: &Protocol, found: &Speeds) -> Vec<Promise> {
    let rates = unseen(protocol).into_iter().filter(|one| one.kind == Kind::Rate);
    let judge = |open: Promise| {
        let (kept, figure) = match (open.id, &found.any) {
            ("INV-E2E-6", _) => full_rate(protocol, &found.healthy),
            ("RATE", Some(any)) => no_more_than_cores(protocol, any),
            ("TOKENS", Some(any)) => a_reward_for_each(protocol, any),
            ("LATENCY", Some(any)) => in_time(protocol, any),
            _ => (Kept::Open, None),
        };
        Promise { kept, figure, ..open }
    };
    rates.map(judge).collect()
}

/// How fast a scenario is: rates and latencies, each under conditions.
#[derive(Clone, Debug)]
pub struct Speeds {
    /// Where nothing goes wrong, on the usual path.
    pub healthy: Rates,
    /// With faults in at most [`FEW`] slots; none where inclusions can be undone.
    pub few: Option<Rates>,
    /// With whatever faults the scenario has; none where inclusions can be undone.
    pub any: Option<Rates>,
}

/// Faulty slots at the most, and of how many that follow each other.
pub const FEW: (u8, u8) = (1, 8);

impl Speeds {
    /// Those of a scenario: of all its infinite runs, so of a graph for each of the conditions.
    pub fn of(protocol: &Protocol, effort: Effort) -> Speeds {
        let effort = Effort { latency: true, ..effort };
        let under = |conditions| rates_within(protocol, conditions, effort);
        let (most, window) = FEW;
        let stays = includes_for_good(protocol);
        Speeds {
            healthy: under(healthy(protocol)),
            few: stays.then(|| under(Conditions::FewFaults { most, window })),
            any: stays.then(|| under(Conditions::AsTheScenario)),
        }
    }
}

impl Promise {
    /// A promise, while nobody has looked.
    fn open(promised: &'static Promised) -> Promise {
        let Promised { id, kind, claim, .. } = *promised;
        let progressive = match id {
            "INV-E2E-4" => Some(&ADVANCES),
            _ => outlook::claim(id),
        };
        Promise { id, kind, claim, kept: Kept::Open, figure: None, progressive }
    }

    /// The network in which a run without end breaks it: without a fault, where the full rate is promised.
    pub fn network(&self, protocol: &Protocol) -> Protocol {
        match self.id {
            "INV-E2E-6" => Runs::new(protocol, healthy(protocol), false).protocol().clone(),
            _ => protocol.clone(),
        }
    }
}

/// Where nothing goes wrong, on the usual path.
fn healthy(protocol: &Protocol) -> Conditions {
    Conditions::Steady { delay: usual_backing(protocol) + 1 }
}

/// Why a promise is open where a limit came first.
fn not_all(cut: Cut) -> String {
    format!("not all of the graph was seen: it is cut by {cut}")
}

/// D on the usual path: 3, and the offset.
pub(crate) fn usual_delay(protocol: &Protocol) -> u8 {
    3 + protocol.parameters().relay_parent_offset
}

/// INV-E2E-6.
fn full_rate(protocol: &Protocol, found: &Rates) -> (Kept, Option<String>) {
    let delay = usual_delay(protocol);
    let full = Ratio::of(i128::from(protocol.parameters().cores), 1);
    match &found.blocks {
        Some(blocks) => {
            let (least, most) = (blocks.least.ratio, blocks.greatest.ratio);
            let figure = format!(
                "{least} to {most} blocks a relay slot, each {delay} after its relay parent{}",
                stuck(found)
            );
            let kept = if Some(least) == full {
                Kept::Yes
            } else {
                Kept::No(blocks.least.witness.clone(), figure.clone())
            };
            (kept, Some(figure))
        }
        None => (Kept::Open, Some(no_rate(found))),
    }
}

/// SCHED-2. INV-17 allows as much in every relay block, whoever's turn it is.
fn no_more_than_cores(protocol: &Protocol, found: &Rates) -> (Kept, Option<String>) {
    let Some(blocks) = &found.blocks else { return no_run(found) };
    let figure = format!("{blocks} blocks a relay slot{}", stuck(found));
    let greatest = &blocks.greatest;
    let turns = if protocol.environment().claims == Claims::Shared { 2 } else { 1 };
    let most = Ratio::of(i128::from(protocol.parameters().cores), turns);
    let kept = if greatest.ratio.gain == 0 {
        Kept::OfNothing("nothing is included for ever")
    } else if Some(greatest.ratio) <= most {
        Kept::Yes
    } else {
        Kept::No(greatest.witness.clone(), figure.clone())
    };
    (kept, Some(figure))
}

/// EMIT-1, in the long run: weaker than INV-1 and INV-2, which say it of every block.
fn a_reward_for_each(protocol: &Protocol, found: &Rates) -> (Kept, Option<String>) {
    let (Some(blocks), Some(tokens)) = (&found.blocks, &found.tokens) else {
        return no_run(found);
    };
    let figure = format!(
        "{} planck a relay slot, at {blocks} blocks of {} each{}",
        tokens.in_thousands(),
        grouped(protocol.block_reward()),
        stuck(found)
    );
    let kept = match &found.astray {
        _ if blocks.greatest.ratio.gain == 0 => Kept::OfNothing("nothing is included for ever"),
        None if found.unclear.is_some() => return (Kept::Open, Some(no_rate(found))),
        None => Kept::Yes,
        Some(run) => {
            let beside = run.ratio.in_thousands();
            Kept::No(run.witness.clone(), format!("{figure}, which is {beside} beside it"))
        }
    };
    (kept, Some(figure))
}

/// What is known of a promise about rates where there are none.
fn no_run(found: &Rates) -> (Kept, Option<String>) {
    match found.cut_by {
        None if found.unclear.is_none() => (Kept::OfNothing("no run goes on for ever"), None),
        _ => (Kept::Open, Some(no_rate(found))),
    }
}

/// TIME-1, TO-4.
fn in_time(protocol: &Protocol, found: &Rates) -> (Kept, Option<String>) {
    let most = u32::from(latest_inclusion(protocol));
    match (&found.latency, found.cut_by) {
        (Some(latency), _) => {
            let bound = if latency.is_bounded { "" } else { ", no bound seen" };
            let figure = format!("{latency} relay blocks{bound}, of {most}{}", stuck(found));
            let kept = match &latency.always_late {
                _ if latency.worst <= most && latency.is_bounded => Kept::Yes,
                // Later than was counted, and perhaps than may be.
                _ if latency.worst <= most => Kept::Open,
                Some(lasso) => Kept::No(lasso.clone(), figure.clone()),
                None => Kept::NoBy(latency.slow.clone(), figure.clone()),
            };
            (kept, Some(figure))
        }
        // A promise about inclusions holds of nothing where there are none.
        (None, None) if found.unclear.is_none() => {
            (Kept::OfNothing("nothing is ever included"), None)
        }
        (None, _) => (Kept::Open, Some(no_rate(found))),
    }
}

/// Of which runs nothing is said: those that come where no action leads on.
fn stuck(found: &Rates) -> String {
    match found.stuck {
        0 => String::new(),
        states => {
            let lead = if states == 1 { "leads" } else { "lead" };
            let states = counted(states as u64, "state");
            format!("; {states} {lead} nowhere, and runs that end there are not counted")
        }
    }
}

/// Why nothing could be measured.
pub fn no_rate(found: &Rates) -> String {
    let unclear = || found.unclear.unwrap_or("no run goes on for ever").to_owned() + &stuck(found);
    found.cut_by.map_or_else(unclear, not_all)
}

#[cfg(test)]
mod tests {
    use unincluded_model::Scenario;

    use super::*;
    use crate::rates::rates;

    fn nothing_found(stuck: usize, cut_by: Option<Cut>) -> Rates {
        Rates {
            blocks: None,
            tokens: None,
            astray: None,
            latency: None,
            unclear: None,
            states: 0,
            transitions: 0,
            cut_by,
            stuck,
            collision_probability: 0.0,
        }
    }

    /// What is none because a run could not be built again is not known, and holds of something.
    #[test]
    fn what_could_not_be_built_again_is_open() {
        let protocol = Protocol::new(Scenario::built_in("astar-sync").expect("built in"));
        let found = rates(&protocol, Conditions::Steady { delay: 3 });
        assert_eq!(a_reward_for_each(&protocol, &found).0, Kept::Yes);
        let why = "a run cannot be built";
        let open = (Kept::Open, Some(why.to_owned()));
        let untold = Rates { unclear: Some(why), ..found };
        assert_eq!(a_reward_for_each(&protocol, &untold), open);
        assert_eq!(a_reward_for_each(&protocol, &Rates { tokens: None, ..untold.clone() }), open);
        assert_eq!(no_more_than_cores(&protocol, &Rates { blocks: None, ..untold.clone() }), open);
        assert_eq!(in_time(&protocol, &Rates { latency: None, ..untold }), open);
    }

    #[test]
    fn runs_that_end_are_named_and_a_limit_comes_first() {
        let why = "no run goes on for ever";
        assert_eq!(no_rate(&nothing_found(0, None)), why);
        let ends = "; 2 states lead nowhere, and runs that end there are not counted";
        assert_eq!(no_rate(&nothing_found(2, None)), format!("{why}{ends}"));
        let ends = "; 1 state leads nowhere, and runs that end there are not counted";
        assert_eq!(no_rate(&nothing_found(1, None)), format!("{why}{ends}"));
        let cut = no_rate(&nothing_found(2, Some(Cut::States(5))));
        assert!(cut.ends_with("the limit of 5 states"), "{cut}");
    }
}
