//! What a scenario promises for the long run, judged row by row: what must happen, how many blocks get
//! in, and how long it takes.

use unincluded_model::scenario::{Authority, Claims, Group};
use unincluded_model::{Action, CollatorKind, Protocol};

use crate::Lasso;
use crate::catalogue::{Kind, is_never_wedged};
use crate::graph::ratio::Ratio;
use crate::outlook::{ADVANCES, Must, Outlook, Progressive, RESOLVES};
use crate::rates::{Conditions, Effort, rates_within};
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

/// INV-E2E-4: what becomes of INV-E2E-3 where a group is offline.
const WITHOUT_A_GROUP: &str = "From every state, also where groups are offline, the included head advances again and again once turns pass to a group that is there.";
const FULL_RATE: &str = "Without a fault, and with the capacity for it, every relay block includes as many blocks as a relay parent takes.";
const IN_TIME: &str =
    "No candidate is included later than L + max(P, F) relay blocks after its relay parent.";

/// The promises of a scenario, judged on all that their claims assume.
pub fn long_run(protocol: &Protocol, effort: Effort) -> Vec<Promise> {
    let mut promises = advances(protocol, effort, |claim| claim.assumes.to_vec());
    promises.extend(paces(protocol, effort));
    promises
}

/// Every promise of a scenario, while nobody has looked.
pub fn unseen(protocol: &Protocol) -> Vec<Promise> {
    let mut promises = claimed(protocol);
    promises.extend(can_reach_the_full_rate(protocol).then_some(FULL));
    promises.extend(includes_for_good(protocol).then_some(TIMELY));
    promises
}

/// What must happen, each claim on the assumptions chosen for it; the graph is explored once.
pub fn advances(
    protocol: &Protocol,
    effort: Effort,
    assumed: impl Fn(&'static Progressive) -> Vec<&'static str>,
) -> Vec<Promise> {
    let open = claimed(protocol);
    if open.is_empty() {
        return open;
    }
    let outlook = Outlook::of(protocol, effort);
    let judge = |open: Promise| {
        let Some(claim) = open.progressive else { return open };
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

/// How many blocks get in, and how long it takes.
pub fn paces(protocol: &Protocol, effort: Effort) -> Vec<Promise> {
    let mut promises = Vec::new();
    promises.extend(can_reach_the_full_rate(protocol).then(|| full_rate(protocol, effort)));
    promises.extend(includes_for_good(protocol).then(|| in_time(protocol, effort)));
    promises
}

/// The claims of progress of a scenario, if progress is claimed of it.
fn claimed(protocol: &Protocol) -> Vec<Promise> {
    if !is_never_wedged(protocol) {
        return Vec::new();
    }
    let open = |id, claim, progressive: &'static Progressive| Promise {
        id,
        kind: Kind::Progress,
        claim,
        kept: Kept::Open,
        figure: None,
        progressive: Some(progressive),
    };
    let first = if protocol.environment().groups.0.contains(&Group::Offline) {
        open("INV-E2E-4", WITHOUT_A_GROUP, &ADVANCES)
    } else {
        open(ADVANCES.id, ADVANCES.says, &ADVANCES)
    };
    vec![first, open(RESOLVES.id, RESOLVES.says, &RESOLVES)]
}

/// Why a promise is open where a limit came first.
fn not_all(cut: Cut) -> String {
    format!("not all of the graph was seen: it is cut by {cut}")
}

/// INV-E2E-6, while nobody has looked.
const FULL: Promise = Promise {
    id: "INV-E2E-6",
    kind: Kind::Rate,
    claim: FULL_RATE,
    kept: Kept::Open,
    figure: None,
    progressive: None,
};

/// The latency, while nobody has looked.
const TIMELY: Promise = Promise { id: "LATENCY", claim: IN_TIME, ..FULL };

/// Whether what is included stays so: else there is no rate.
fn includes_for_good(protocol: &Protocol) -> bool {
    protocol.environment().fork_depth == 0 && !protocol.environment().disputes
}

/// TIME-4: whether a scenario has all that the full rate takes: capacity for every block of a relay
/// parent on the usual path, a window for that path, a core for each, authors and groups who are there;
/// and no messages that need not all fit, of which validators may refuse what is valid (EMU-5).
fn can_reach_the_full_rate(protocol: &Protocol) -> bool {
    let (p, environment) = (protocol.parameters(), protocol.environment());
    let authorities = [environment.authorities, environment.next_authorities];
    // A switch that never comes leaves the old code's capacity for ever.
    let before = protocol.scenario().switch.and_then(|switch| switch.capacity_before);
    let capacity = p.unincluded_segment_capacity.min(before.unwrap_or(u8::MAX));
    let somebody_is_away =
        authorities.iter().any(|some| some.0.iter().any(|&one| one != Authority::Present));
    environment.collator == CollatorKind::SlotBased
        && capacity >= usual_delay(protocol) * p.cores
        && p.scheduling_lookahead + 1 >= usual_delay(protocol)
        && p.block_processing_velocity >= p.cores
        && !somebody_is_away
        && !environment.groups.0.contains(&Group::Offline)
        && environment.claims != Claims::Shared
        && protocol.messages().inbound == 0
        && protocol.scenario().reconfiguration.is_none()
}

/// D on the usual path: 3, and the offset.
fn usual_delay(protocol: &Protocol) -> u8 {
    3 + protocol.parameters().relay_parent_offset
}

/// INV-E2E-6.
fn full_rate(protocol: &Protocol, effort: Effort) -> Promise {
    let delay = usual_delay(protocol);
    let effort = Effort { latency: false, ..effort };
    let found = rates_within(protocol, Conditions::Steady { delay }, effort);
    let full = Ratio::of(i128::from(protocol.parameters().cores), 1);
    let (kept, figure) = match found.blocks {
        Some(blocks) => {
            let (least, most) = (blocks.least.ratio, blocks.greatest.ratio);
            let figure = format!(
                "{least} to {most} blocks a relay slot, each {delay} after its relay parent"
            );
            let kept = if Some(least) == full {
                Kept::Yes
            } else {
                Kept::No(blocks.least.witness, figure.clone())
            };
            (kept, Some(figure))
        }
        None => (Kept::Open, Some(no_rate(found.cut_by, found.unclear))),
    };
    Promise { kept, figure, ..FULL }
}

/// TIME-1, TO-4: the last chance to be backed, and as long as a candidate can be pending.
fn in_time(protocol: &Protocol, effort: Effort) -> Promise {
    let windows = protocol.either_parameters().map(|p| p.scheduling_lookahead);
    let window = windows.into_iter().max().unwrap_or(1);
    let most = u32::from(window) + u32::from(protocol.longest_occupancy());
    let found =
        rates_within(protocol, Conditions::AsTheScenario, Effort { latency: true, ..effort });
    let (kept, figure) = match (found.latency, found.cut_by) {
        (Some(latency), _) => {
            let figure = format!("{} to {} relay blocks, of {most}", latency.least, latency.worst);
            let kept = if latency.worst <= most {
                Kept::Yes
            } else {
                Kept::NoBy(latency.slow, figure.clone())
            };
            (kept, Some(figure))
        }
        // A promise about inclusions holds of nothing where there are none.
        (None, None) if found.unclear.is_none() => {
            (Kept::OfNothing("nothing is ever included"), None)
        }
        (None, _) => (Kept::Open, Some(no_rate(found.cut_by, found.unclear))),
    };
    Promise { kept, figure, ..TIMELY }
}

/// Why nothing could be measured.
fn no_rate(cut_by: Option<Cut>, unclear: Option<&str>) -> String {
    let unclear = || unclear.unwrap_or("no run goes on for ever").to_owned();
    cut_by.map_or_else(unclear, not_all)
}
