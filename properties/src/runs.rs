//! The protocol as a graph engine sees it: steps that say what they are, and, where one asks, runs with
//! few faults only.
//!
//! A fault is an action that is none of the healthy network's: everybody on time, candidates backed on
//! the fast path or the usual one, and included in the next relay block. A slot is faulty if its relay
//! block is, or anything since the one before.

use unincluded_model::scenario::Group;
use unincluded_model::state::{Age, Emission, MAX_PENDING};
use unincluded_model::{Action, Author, BlockIndex, Environment, Protocol, Refusal, State, Step};

use crate::Transition;
use crate::graph::System;
use crate::graph::fairness::Classes;

/// What a step is, as bits: classes of actions that may be assumed fair, and what has to come.
pub mod class {
    use super::Classes;

    /// An owner builds on the best relay block as it should, for a group that is there.
    pub const OWNERS_BUILD: Classes = 1;
    /// A relay block backs a candidate.
    pub const CANDIDATES_ARE_BACKED: Classes = 1 << 1;
    /// A relay block has the votes for the first candidate that is pending.
    pub const VOTES_ARRIVE: Classes = 1 << 2;
    /// A validator learns that what comes next on chain has its quorum.
    pub const QUORUMS_ARE_LEARNT: Classes = 1 << 3;
    /// The collators recover a block from availability.
    pub const BLOCKS_ARE_RECOVERED: Classes = 1 << 4;
    /// Anything at all.
    pub const ANYTHING: Classes = 1 << 5;
    /// The relay chain forks (FLT-2, FLT-3).
    pub const FORKS: Classes = 1 << 6;
    /// A core that the para lost is assigned to it again (FLT-15).
    pub const CLAIMS_ARE_RENEWED: Classes = 1 << 7;
    /// A para block is authored that is not valid (FLT-8).
    pub const INVALID_BLOCKS: Classes = 1 << 8;
    /// A para block is authored that brings new code.
    pub const UPGRADES_BEGIN: Classes = 1 << 9;
    /// A relay slot passes without a block (FLT-1).
    pub const SLOTS_ARE_SKIPPED: Classes = 1 << 10;
    /// The included head advances.
    pub const INCLUDED: Classes = 1 << 16;
    /// After the step a candidate is pending on the branch that grew.
    pub const PENDING: Classes = 1 << 17;
    /// The first candidate that was pending is enacted or removed, or its branch is given up.
    pub const RESOLVED: Classes = 1 << 18;
    /// A candidate is evicted.
    pub const EVICTED: Classes = 1 << 19;
    /// A candidate is included later than any may be ([`super::latest_inclusion`]); noted where latencies are.
    pub const LATE: Classes = 1 << 20;
    /// A candidate is included of which the model no longer counts how late: its latency is a least one.
    pub const UNCOUNTED: Classes = 1 << 21;
    /// The model had no room for the step: what follows is not known.
    pub const BEYOND: Classes = 1 << 31;
    /// All that can be assumed of actions: a step that the model has no room for may be any of them.
    pub const ASSUMABLE: Classes = INCLUDED - 1;
}

/// What is remembered of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What it is; see [`class`].
    pub classes: Classes,
    /// Relay slots that pass.
    pub slots: u8,
    /// Blocks included.
    pub included: u8,
    /// Block rewards that they bring, by rate.
    pub rewards: [u8; Emission::RATES],
    /// Of the blocks included, relay blocks from the relay parent to the including one: the least and
    /// the most; 0 where none is, or nobody asked.
    pub latency: [u8; 2],
}

/// Which runs are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Conditions {
    /// All that the scenario has.
    #[default]
    AsTheScenario,
    /// Those with at most `most` faulty slots in any `window` that follow each other; a window is at
    /// most 32. With none, candidates are still backed on the fast path or the usual one as it comes.
    FewFaults {
        /// Faulty slots.
        most: u8,
        /// Relay slots.
        window: u8,
    },
    /// No fault, and one pace: every block is included so many relay blocks after its relay parent, if
    /// it can be; 2 on the fast path, usually 3, with an offset as much more.
    Steady {
        /// Relay blocks from relay parent to inclusion; at least 2.
        delay: u8,
    },
    /// Those on which no para block is ever lost: whatever comes late comes in the end.
    NothingLost,
}

/// The protocol as a system.
#[derive(Debug)]
pub struct Runs {
    protocol: Protocol,
    /// The healthy network on the usual path and on the fast one, where faults are counted.
    healthy: Option<[Protocol; 2]>,
    most: u32,
    window: u8,
    /// Whether steps that lose a para block are left out.
    keeps_all: bool,
    /// Whether latencies are asked for.
    latency: bool,
}

/// A state, and what of the run so far is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The state.
    pub state: State,
    /// The faulty ones of the last slots, bit 0 the one that goes on; 0 where nobody counts.
    pub faulty: u32,
    /// Of each pending candidate, relay blocks from its relay parent to the one that backed it; with
    /// [`AT_LEAST`] if the model does not tell the relay parent from an older one.
    pub lags: [u8; MAX_PENDING],
}

/// Marks relay blocks that are a least number.
pub const AT_LEAST: u8 = 1 << 7;

/// TIME-1, TO-4: from a relay parent to the latest inclusion that the rules allow: the last chance to be
/// backed, and as long as a candidate can be pending; relay blocks.
pub fn latest_inclusion(protocol: &Protocol) -> u8 {
    let windows = protocol.either_parameters().map(|p| p.scheduling_lookahead);
    windows.into_iter().fold(1, u8::max) + protocol.longest_occupancy()
}

impl Runs {
    /// The runs of a protocol under conditions. Latencies are noted if asked for, and if the relay chain
    /// does not fork.
    pub fn new(protocol: &Protocol, conditions: Conditions, latency: bool) -> Self {
        let environment = protocol.environment();
        let offset = protocol.parameters().relay_parent_offset;
        let mut runs = Runs {
            protocol: protocol.clone(),
            healthy: None,
            most: 0,
            window: 1,
            keeps_all: conditions == Conditions::NothingLost,
            latency: latency && environment.fork_depth == 0,
        };
        match conditions {
            Conditions::AsTheScenario | Conditions::NothingLost => {}
            Conditions::FewFaults { most, window } => {
                let healthy = |earliest: u8| {
                    let environment: Environment = environment.healthy(earliest + offset);
                    protocol.clone().in_environment(environment)
                };
                runs.healthy = Some([healthy(2), healthy(1)]);
                runs.window = window.clamp(1, 32);
                runs.most = u32::from(most);
            }
            Conditions::Steady { delay } => {
                let healthy = environment.healthy(delay.max(2) - 1);
                runs.protocol = protocol.clone().in_environment(healthy);
            }
        }
        runs
    }

    /// The rules under which they run.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Whether an action is none of the healthy network's.
    fn is_fault(&self, state: &State, action: &Action) -> bool {
        let healthy = self.healthy.as_ref();
        healthy.is_some_and(|both| both.iter().all(|one| one.apply(state, action).is_err()))
    }

    /// The faulty slots after an action; none if there are too many.
    fn counted(&self, moment: &Moment, action: &Action) -> Option<u32> {
        if self.healthy.is_none() {
            return Some(moment.faulty);
        }
        let kept = u32::MAX >> (32 - self.window);
        let few = |faulty: u32| (faulty.count_ones() <= self.most).then_some(faulty);
        let mut faulty = moment.faulty;
        let mut own = *action;
        if let Action::RelayBlock(plan) = &mut own {
            // FLT-1: every slot that passes without a block is a faulty one.
            for _ in 0..std::mem::take(&mut plan.skipped_slots) {
                faulty = few(faulty | 1)? << 1 & kept;
            }
        }
        if faulty & 1 == 0 && self.is_fault(&moment.state, &own) {
            faulty = few(faulty | 1)?;
        }
        Some(if matches!(own, Action::RelayBlock(_)) { faulty << 1 & kept } else { faulty })
    }

    /// What follows, and what the step was.
    fn follow(
        &self,
        moment: &Moment,
        action: &Action,
        step: Result<Step, Refusal>,
    ) -> Option<(Moment, Event)> {
        let step = match step {
            Ok(step) => step,
            Err(Refusal::ModelIsFull) => {
                // It could be done: what is fair is not excused by a model that is full.
                let classes = class::BEYOND | class::ASSUMABLE;
                let beyond = Event { classes, ..Event::default() };
                return Some((moment.clone(), beyond));
            }
            Err(_) => return None,
        };
        if self.keeps_all && loses(&step) {
            return None;
        }
        let faulty = self.counted(moment, action)?;
        let transition = Transition {
            protocol: &self.protocol,
            before: &moment.state,
            action,
            outcome: Ok(&step.raw),
        };
        let mut event = self.event(&transition);
        let mut lags = [0; MAX_PENDING];
        if self.latency {
            let (latency, is_counted) = latency(&transition, moment);
            event.latency = latency;
            let is_late = latency[1] > latest_inclusion(&self.protocol);
            event.classes |= if is_late { class::LATE } else { 0 };
            event.classes |= if is_counted { 0 } else { class::UNCOUNTED };
            lags = lags_after(&transition, moment);
        }
        Some((Moment { state: step.next, faulty, lags }, event))
    }

    fn event(&self, t: &Transition) -> Event {
        let mut event = Event { classes: class::ANYTHING, ..Event::default() };
        let after = t.outcome.ok();
        match t.action {
            Action::Author(author) => {
                let offset = self.protocol.parameters().relay_parent_offset;
                let plain = author.relay_parent == Age(offset)
                    && author.claim.is_honest()
                    && self.is_vouched_for(t, author);
                let fault =
                    author.equivocation || author.withheld || author.invalid || author.behind;
                for (is_so, what) in [
                    (plain && !fault, class::OWNERS_BUILD),
                    (author.invalid, class::INVALID_BLOCKS),
                    (!author.new_code.is_none(), class::UPGRADES_BEGIN),
                ] {
                    event.classes |= if is_so { what } else { 0 };
                }
            }
            Action::RelayBlock(plan) => {
                event.slots = 1 + plan.skipped_slots;
                let holds = t.before.branch(t.branch()).tip().assigned;
                for (is_so, what) in [
                    (!plan.back.is_empty(), class::CANDIDATES_ARE_BACKED),
                    (plan.reassigned && !holds, class::CLAIMS_ARE_RENEWED),
                    (plan.skipped_slots > 0, class::SLOTS_ARE_SKIPPED),
                ] {
                    event.classes |= if is_so { what } else { 0 };
                }
                Self::judge_inclusion(t, &mut event);
            }
            Action::Settle { .. } => event.classes |= class::RESOLVED,
            Action::LearnBackable { candidate, .. } => {
                let parent = t.old(*candidate).parent;
                let tip = t.before.main().tip();
                if parent == tip.included || Some(parent) == tip.newest_pending {
                    event.classes |= class::QUORUMS_ARE_LEARNT;
                }
            }
            Action::Recover { .. } => event.classes |= class::BLOCKS_ARE_RECOVERED,
            Action::Fork => event.classes |= class::FORKS,
        }
        if after.is_some_and(|after| after.branches.iter().any(|one| !one.pending.is_empty())) {
            event.classes |= class::PENDING;
        }
        event
    }

    /// Whether the groups of a block to be, and of those before it that are not on chain, are there.
    fn is_vouched_for(&self, t: &Transition, author: &Author) -> bool {
        let place = usize::from(author.branch);
        let branch = t.before.branch(place);
        let newest = branch.tip().newest();
        let before = t.before.ancestry(author.parent);
        let before = before.take_while(|&block| !t.before.descends_from(newest, block));
        let blocks = before.map(|block| (t.old(block).relay_parent.on(place), t.old(block).core));
        let mut all = std::iter::once((author.relay_parent, author.core)).chain(blocks);
        all.all(|(age, core)| self.protocol.group_of(branch, age, core) != Some(Group::Offline))
    }

    fn judge_inclusion(t: &Transition, event: &mut Event) {
        let Some((before, after)) = t.grown() else {
            event.classes |= class::RESOLVED; // The branch is given up.
            return;
        };
        let stays = |block: BlockIndex| after.pending.iter().any(|pending| pending.block == block);
        if before.pending.first().is_some_and(|first| !stays(first.block)) {
            event.classes |= class::RESOLVED;
        }
        let enacted = t.enacted();
        if before.pending.first().is_some_and(|first| enacted.contains(&first.block)) {
            event.classes |= class::VOTES_ARRIVE;
        }
        if let Some(head) = t.included() {
            let old = t.before.branch(t.branch()).tip().included;
            // Only along its own chain does it advance.
            if t.before.descends_from(head, old) {
                event.classes |= class::INCLUDED;
                event.included = enacted.len() as u8;
            }
            let (new, old) = (issued(t.before, head), issued(t.before, old));
            event.rewards = std::array::from_fn(|rate| new[rate].saturating_sub(old[rate]));
        }
        if !t.evicted().is_empty() {
            event.classes |= class::EVICTED;
        }
    }
}

/// Whether a para block is forgotten that was not included.
fn loses(step: &Step) -> bool {
    let raw = &step.raw;
    let on_chain = |block: BlockIndex| {
        raw.branches.iter().any(|branch| raw.descends_from(branch.tip().included, block))
    };
    raw.indices().any(|block| step.renaming.of(block).is_none() && !on_chain(block))
}

/// EMIT-1: the block rewards issued along a chain since the root, by rate.
fn issued(state: &State, block: BlockIndex) -> [u8; Emission::RATES] {
    let block = state.block(block);
    let mut all = [0; Emission::RATES];
    all[0] = block.issued;
    all[1..].copy_from_slice(&block.emission.issued_halved);
    all
}

/// The least and the most relay blocks from relay parent to inclusion, of what a step includes; and
/// whether all of them were counted to the end.
fn latency(t: &Transition, moment: &Moment) -> ([u8; 2], bool) {
    let enacted = t.enacted();
    let pending = t.before.branch(t.branch()).pending.iter().zip(&moment.lags);
    let included = pending.filter(|(pending, _)| enacted.contains(&pending.block));
    let waited = included.clone().map(|(pending, lag)| (lag & !AT_LEAST) + pending.backed.0 + 1);
    // The age since which a candidate is pending is counted to one beyond the longest.
    let longest = t.protocol.longest_occupancy();
    let is_counted = included.fold(true, |all, (pending, lag)| {
        all && lag & AT_LEAST == 0 && pending.backed.0 <= longest
    });
    let (least, most) = (waited.clone().min(), waited.max());
    ([least.unwrap_or(0), most.unwrap_or(0)], is_counted)
}

/// What is known of the candidates pending after a step.
fn lags_after(t: &Transition, moment: &Moment) -> [u8; MAX_PENDING] {
    let mut lags = [0; MAX_PENDING];
    let branch = t.branch();
    let after = t.outcome.ok().and_then(|after| after.branches.get(branch));
    let before = &t.before.branch(branch).pending;
    for (lag, pending) in lags.iter_mut().zip(after.iter().flat_map(|after| &after.pending)) {
        let known = before.iter().position(|old| old.block == pending.block);
        *lag = if let Some(place) = known {
            moment.lags[place]
        } else {
            let age = t.age(pending.block);
            let mark = if age >= t.protocol.oldest_age() { AT_LEAST } else { 0 };
            age.0.saturating_add(1).min(AT_LEAST - 1) | mark
        };
    }
    lags
}

impl System for Runs {
    type State = Moment;
    type Action = Action;
    type Label = Event;
    type Mark = ();

    fn starts(&self) -> Vec<Moment> {
        let state = self.protocol.canonical(&self.protocol.initial()).0;
        vec![Moment { state, faulty: 0, lags: [0; MAX_PENDING] }]
    }

    fn actions(&self, moment: &Moment, actions: &mut Vec<Action>) {
        actions.extend(self.protocol.actions(&moment.state));
    }

    fn step(&self, moment: &Moment, action: Action) -> Option<(Moment, Event)> {
        self.follow(moment, &action, self.protocol.step_whole(&moment.state, &action))
    }

    fn mark(&self, _: &Moment) {}

    fn steps(&self, moment: &Moment, _: &mut Vec<Action>, each: &mut impl FnMut(Moment, Event)) {
        for (action, step) in self.protocol.steps(&moment.state) {
            if let Some((next, event)) = self.follow(moment, &action, step) {
                each(next, event);
            }
        }
    }
}
