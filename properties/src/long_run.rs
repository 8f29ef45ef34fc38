//! What a scenario promises for the long run, judged row by row: what must happen, how many blocks get
//! in, and how long it takes.

use unincluded_model::scenario::{Authority, Claims, Group};
use unincluded_model::{Action, CollatorKind, Protocol};

use crate::catalogue::{Kind, is_never_wedged};
use crate::graph::ratio::Ratio;
use crate::outlook::{ADVANCES, Must, Outlook, RESOLVES};
use crate::rates::{Conditions, Effort, rates_within};
use crate::Lasso;

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
    /// What was measured, in words; of a claim that holds as well.
    pub figure: Option<String>,
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

/// The promises of a scenario, judged.
pub fn long_run(protocol: &Protocol, effort: Effort) -> Vec<Promise> {
    let mut promises = Vec::new();
    if is_never_wedged(protocol) {
        let outlook = Outlook::of(protocol, effort);
        let grouped = protocol.environment().groups.0.contains(&Group::Offline);
        for (claim, id, says) in [
            (ADVANCES, if grouped { "INV-E2E-4" } else { ADVANCES.id }, ADVANCES.says),
            (RESOLVES, RESOLVES.id, RESOLVES.says),
        ] {
            let says = if id == "INV-E2E-4" { WITHOUT_A_GROUP } else { says };
            let (kept, figure) = match outlook.decide(&claim, claim.assumes) {
                Must::Holds => (Kept::Yes, None),
                Must::Fails { lasso, because } => (Kept::No(lasso, because), None),
                Must::Vacuous(why) => (Kept::Open, Some(why.to_owned())),
                Must::Inconclusive => (Kept::Open, None),
            };
            promises.push(Promise { id, kind: Kind::Progress, claim: says, kept, figure });
        }
    }
    if can_reach_the_full_rate(protocol) {
        promises.push(full_rate(protocol, effort));
    }
    if protocol.environment().fork_depth == 0 && !protocol.environment().disputes {
        promises.push(in_time(protocol, effort));
    }
    promises
}

/// TIME-4: whether a scenario has all that the full rate takes: capacity for every block of a relay
/// parent on the usual path, a window for that path, a core for each, authors and groups who are there;
/// and no messages that need not all fit, of which validators may refuse what is valid (EMU-5).
fn can_reach_the_full_rate(protocol: &Protocol) -> bool {
    let (p, environment) = (protocol.parameters(), protocol.environment());
    let authorities = [environment.authorities, environment.next_authorities];
    let somebody_is_away =
        authorities.iter().any(|some| some.0.iter().any(|&one| one != Authority::Present));
    environment.collator == CollatorKind::SlotBased
        && p.unincluded_segment_capacity >= usual_delay(protocol) * p.cores
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
        None => (Kept::Open, None),
    };
    Promise { id: "INV-E2E-6", kind: Kind::Rate, claim: FULL_RATE, kept, figure }
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
        (None, None) if found.unclear.is_none() => {
            (Kept::Yes, Some("nothing is ever included".to_owned()))
        }
        (None, _) => (Kept::Open, None),
    };
    Promise { id: "LATENCY", kind: Kind::Rate, claim: IN_TIME, kept, figure }
}
