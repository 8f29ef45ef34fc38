//! How soon another block is included once the faults are over: from every state there is, and after each
//! fault that has a name.
//!
//! From the next relay block on everybody is on time, and candidates are backed on the usual path. Whoever
//! could still build on the tip does not, and every tie falls as badly as it can. Most faults are an
//! action: what is measured is the state that it leaves. That a candidate is lost, or never available, is
//! not over with any action: then one such candidate stays what it is, and nothing else is wrong.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use unincluded_model::action::{Precheck, Traffic};
use unincluded_model::{
    Action, Age, Author, Few, ParaBlock, Protocol, Refusal, RelayBlockPlan, State,
};

use crate::fingerprint::{FingerprintMap, fingerprint};
use crate::progress::FaultFree;
use crate::search::{Cut, Limits};

/// What is recovered from.
#[derive(Clone, Copy)]
enum After {
    /// Whatever happened: every state.
    Anything,
    /// A block that is authored so; the offset is what an author on time is behind.
    Authoring(fn(&Author, Age) -> bool),
    /// A relay block like this; with the same votes, disputes and session `most` candidates could be backed.
    RelayBlock(fn(&RelayBlockPlan, most: usize, holds: bool) -> bool),
    /// The relay chain gives up a fork.
    Settling,
    /// One candidate that is not on chain never gets its votes.
    Lost,
    /// The data of one pending candidate is never available.
    NeverAvailable,
}

/// What is recovered from, by the id of the promise that speaks of it.
const CASES: &[(&str, After)] = &[
    ("BOUNDED-RESPONSE", After::Anything),
    ("RECOVERY-FLT-1", After::RelayBlock(|plan, _, _| plan.skipped_slots > 0)),
    ("RECOVERY-FLT-2", After::RelayBlock(|plan, _, _| plan.same_slot)),
    ("RECOVERY-FLT-3", After::Settling),
    ("RECOVERY-FLT-4", After::Lost),
    ("RECOVERY-FLT-5", After::NeverAvailable),
    (
        "RECOVERY-FLT-6",
        After::RelayBlock(|plan, most, _| !plan.session_change && plan.back.len() < most),
    ),
    ("RECOVERY-FLT-7", After::Authoring(|author, _| author.equivocation)),
    ("RECOVERY-FLT-8", After::Authoring(|author, _| author.invalid)),
    ("RECOVERY-FLT-9", After::Authoring(|author, _| author.withheld)),
    ("RECOVERY-FLT-10", After::RelayBlock(|plan, _, _| plan.dispute.is_some())),
    ("RECOVERY-FLT-12", After::RelayBlock(|plan, _, _| plan.session_change)),
    ("RECOVERY-FLT-13", After::RelayBlock(|plan, _, _| plan.reconfigured)),
    ("RECOVERY-FLT-14", After::Authoring(|author, offset| author.relay_parent > offset)),
    ("RECOVERY-FLT-15", After::RelayBlock(|plan, _, holds| plan.reassigned && holds)),
    ("RECOVERY-FLT-17", After::RelayBlock(|plan, _, _| plan.precheck == Some(Precheck::Rejected))),
];

/// How soon another block is included, at the worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// So many relay blocks suffice, and in one case it takes them.
    Within {
        /// Relay blocks, at least 1.
        relay_blocks: u32,
        /// A shortest run to where it takes them.
        after: Vec<Action>,
    },
    /// Ties can fall so that there never is another.
    Never {
        /// A shortest run to where that is so.
        after: Vec<Action>,
    },
    /// The fault never happens.
    NotMet,
    /// Not everything was seen.
    Unknown(Unseen),
}

/// Why a response is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// Not every state was seen.
    Cut(Cut),
    /// From one state the ways on are more than are looked at ([`crate::progress::WIDEST`]).
    TooWide,
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unseen::Cut(cut) => write!(f, "not all states were seen: it is cut by {cut}"),
            Unseen::TooWide => write!(f, "the ways on from one state are too many to be looked at"),
        }
    }
}

/// The response in every case of which one of these promises speaks, in their order; on the usual path,
/// or the fast one where L leaves no time for the usual.
pub fn responses(protocol: &Protocol, wanted: &[&'static str], limits: Limits) -> Vec<Response> {
    let backing = FaultFree::usual(protocol);
    responses_on(backing, protocol, wanted, limits)
}

/// The same with candidates backed `earliest_backing` relay blocks after their relay parent.
pub fn responses_at(
    protocol: &Protocol,
    earliest_backing: u8,
    wanted: &[&'static str],
    limits: Limits,
) -> Vec<Response> {
    responses_on(FaultFree::new(protocol, earliest_backing), protocol, wanted, limits)
}

fn responses_on(
    fault_free: FaultFree,
    protocol: &Protocol,
    wanted: &[&'static str],
    limits: Limits,
) -> Vec<Response> {
    let cases = wanted.iter().map(|id| CASES.iter().find(|(known, _)| known == id));
    let cases: Vec<Case> =
        cases.map(|case| Case { after: case.map(|&(_, after)| after), worst: None }).collect();
    let walk = Walk {
        protocol,
        fault_free,
        cases,
        origins: Vec::new(),
        takes: Vec::new(),
        seen: FingerprintMap::default(),
        frontier: VecDeque::new(),
        scratch: Vec::with_capacity(512),
    };
    walk.run(limits)
}

/// A case under measurement.
struct Case {
    /// None of a promise that is none of ours: it is never met.
    after: Option<After>,
    worst: Option<Worst>,
}

/// The worst so far: relay blocks, and the way there.
#[derive(Clone, Copy)]
struct Worst {
    takes: u32,
    /// The state from which the last action is taken, and that action; none at the start.
    by: Option<(u32, Action)>,
}

/// There never is another block.
const NEVER: u32 = u32::MAX;

struct Walk<'a> {
    protocol: &'a Protocol,
    fault_free: FaultFree,
    cases: Vec<Case>,
    /// How each state was first reached.
    origins: Vec<Option<(u32, Action)>>,
    /// Relay blocks that each state takes, or [`NEVER`].
    takes: Vec<u32>,
    seen: FingerprintMap<u32>,
    frontier: VecDeque<(u32, State)>,
    scratch: Vec<u8>,
}

impl Walk<'_> {
    fn run(mut self, limits: Limits) -> Vec<Response> {
        let started = Instant::now();
        let start = self.protocol.canonical(&self.protocol.initial()).0;
        let mut unseen = self.visit(start, None).err();
        while unseen.is_none() {
            let Some((index, state)) = self.frontier.pop_front() else { break };
            unseen = self.expand(index, &state).err();
            let many = limits.states.filter(|&most| self.origins.len() > most).map(Cut::States);
            let late = limits.time.filter(|&most| started.elapsed() >= most).map(Cut::Time);
            let large = limits.memory.filter(|&most| self.memory() >= most).map(Cut::Memory);
            unseen = unseen.or(many.or(late).or(large).map(Unseen::Cut));
        }
        let response = |case: &Case| match (unseen, case.worst) {
            (Some(why), _) => Response::Unknown(why),
            (None, None) => Response::NotMet,
            (None, Some(worst)) => {
                let after = self.actions_to(worst.by);
                match worst.takes {
                    NEVER => Response::Never { after },
                    relay_blocks => Response::Within { relay_blocks, after },
                }
            }
        };
        self.cases.iter().map(response).collect()
    }

    /// Takes every action from a state, and notes what each leaves.
    fn expand(&mut self, index: u32, state: &State) -> Result<(), Unseen> {
        let horizon = self.protocol.scenario().horizon.actions;
        if let Some(bound) = horizon.filter(|&bound| self.depth_of(index) >= bound) {
            return Err(Unseen::Cut(Cut::Horizon(bound)));
        }
        let steps: Vec<_> = self.protocol.steps(state).collect();
        let taken = steps.iter().filter(|(_, step)| step.is_ok());
        let most = most_backed(taken.map(|(action, _)| action));
        for (action, step) in steps {
            let next = match step {
                Ok(step) => step.next,
                Err(Refusal::ModelIsFull) => return Err(Unseen::Cut(Cut::ModelIsFull)),
                Err(_) => continue,
            };
            let to = self.visit(next, Some((index, action)))?;
            let offset = Age(self.protocol.parameters().relay_parent_offset);
            let takes = self.takes[to as usize];
            for case in &mut self.cases {
                let is_met = match (case.after, &action) {
                    (Some(After::Authoring(is_met)), Action::Author(author)) => {
                        is_met(author, offset)
                    }
                    (Some(After::RelayBlock(is_met)), Action::RelayBlock(plan)) => {
                        let branch = usize::from(plan.branch);
                        let holds = state.branch(branch).tip().assigned;
                        is_met(plan, most.get(&but_backing(plan)).copied().unwrap_or(0), holds)
                    }
                    (Some(After::Settling), Action::Settle { .. }) => true,
                    _ => false,
                };
                if is_met {
                    case.note(takes, Some((index, action)));
                }
            }
        }
        Ok(())
    }

    /// Measures a state the first time it is seen; its number.
    fn visit(&mut self, state: State, by: Option<(u32, Action)>) -> Result<u32, Unseen> {
        let print = fingerprint(&state, &mut self.scratch);
        let unseen = match self.seen.entry(print) {
            Entry::Occupied(seen) => return Ok(*seen.get()),
            Entry::Vacant(unseen) => unseen,
        };
        let index = self.origins.len() as u32;
        unseen.insert(index);
        self.origins.push(by);
        let takes = self.takes(&state)?;
        self.takes.push(takes);
        let pending: Vec<_> = state.main().pending.iter().map(|one| one.block).collect();
        let included = state.main().tip().included;
        for place in 0..self.cases.len() {
            match self.cases[place].after {
                Some(After::Anything) => self.cases[place].note(takes, by),
                Some(After::NeverAvailable) => {
                    for &block in &pending {
                        let takes =
                            self.takes(&state.with_fate(block, ParaBlock::NEVER_AVAILABLE))?;
                        self.cases[place].note(takes, by);
                    }
                }
                Some(After::Lost) => {
                    for block in state.indices() {
                        if pending.contains(&block) || state.descends_from(included, block) {
                            continue;
                        }
                        let takes = self.takes(&state.with_fate(block, ParaBlock::LOST))?;
                        self.cases[place].note(takes, by);
                    }
                }
                _ => {}
            }
        }
        self.frontier.push_back((index, state));
        Ok(index)
    }

    /// Relay blocks from a state to the next inclusion, at the worst.
    fn takes(&mut self, state: &State) -> Result<u32, Unseen> {
        let recovery = self.fault_free.recovery_from_next_relay_block(state);
        Ok(recovery.ok_or(Unseen::TooWide)?.worst.unwrap_or(NEVER))
    }

    fn actions_to(&self, by: Option<(u32, Action)>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut here = by;
        while let Some((from, action)) = here {
            actions.push(action);
            here = self.origins[from as usize];
        }
        actions.reverse();
        actions
    }

    fn depth_of(&self, index: u32) -> u32 {
        self.actions_to(self.origins[index as usize]).len() as u32
    }

    /// Bytes held, at least.
    fn memory(&self) -> usize {
        self.origins.capacity() * size_of::<Option<(u32, Action)>>()
            + self.seen.capacity() * (size_of::<(u128, u32)>() + 1)
            + self.frontier.capacity() * size_of::<(u32, State)>()
            + self.fault_free.memory()
    }
}

impl Case {
    /// States come in the order of their distance, so that the first of the worst is nearest.
    fn note(&mut self, takes: u32, by: Option<(u32, Action)>) {
        if self.worst.is_none_or(|worst| takes > worst.takes) {
            self.worst = Some(Worst { takes, by });
        }
    }
}

/// How many candidates are backed at most, for each way in which all else can be that decides it.
fn most_backed<'a>(actions: impl Iterator<Item = &'a Action>) -> HashMap<RelayBlockPlan, usize> {
    let mut most = HashMap::new();
    for action in actions {
        if let Action::RelayBlock(plan) = action {
            let known = most.entry(but_backing(plan)).or_insert(0);
            *known = plan.back.len().max(*known);
        }
    }
    most
}

/// A relay block without what it backs, and without what does not decide how much that can be.
fn but_backing(plan: &RelayBlockPlan) -> RelayBlockPlan {
    RelayBlockPlan {
        back: Few::default(),
        go_ahead: false,
        reassigned: false,
        traffic: Traffic::default(),
        precheck: None,
        ..*plan
    }
}

/// What breaks a promise measured here, in words: a mark is on no action, so that no run shows it.
pub(crate) fn never(id: &str) -> &'static str {
    match CASES.iter().find(|(known, _)| *known == id) {
        Some((_, After::Lost)) => {
            "if one candidate that is not on chain after it then never gets its votes, no block \
             need ever be included, though nothing else is wrong any more"
        }
        Some((_, After::NeverAvailable)) => {
            "if the data of a candidate that is pending after it is then never available, no block \
             need ever be included, though nothing else is wrong any more"
        }
        Some((_, After::Authoring(_) | After::RelayBlock(_) | After::Settling)) => {
            "after this fault, its last action, no block need ever be included, though nobody is \
             late any more"
        }
        Some((_, After::Anything)) | None => {
            "after it no block need ever be included, though nobody is late any more"
        }
    }
}

/// Whether a promise is one of those measured here.
pub fn is_case(id: &str) -> bool {
    CASES.iter().any(|(known, _)| *known == id)
}

#[cfg(test)]
mod tests {
    use unincluded_model::{Bits, BlockIndex};

    use super::*;

    /// A relay block whose votes are one short frees no core: that it backs nothing is no delay.
    #[test]
    fn only_a_relay_block_with_the_same_votes_says_what_could_be_backed() {
        let plan = |bits, back| RelayBlockPlan {
            bits: Few::from(Some(bits)),
            back: Few::from(back),
            ..RelayBlockPlan::quiet(0)
        };
        let block = BlockIndex(1);
        let plans =
            [plan(Bits::Enough, Some(block)), plan(Bits::Enough, None), plan(Bits::OneShort, None)];
        let actions = plans.map(Action::RelayBlock);
        let most = most_backed(actions.iter());
        let of = |plan: &RelayBlockPlan| most[&but_backing(plan)];
        assert_eq!(plans.each_ref().map(of), [1, 1, 0]);
    }
}
