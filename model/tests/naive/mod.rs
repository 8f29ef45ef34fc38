//! A second model of the same protocol, absolute and slow: every para block ever authored, every
//! relay block with its parent, its number and its slot, and the state after each of them, kept for
//! ever. Relay blocks are a tree; nothing is undone when a branch of it is given up.
//!
//! Its rules are written from Polkadot's, not from the model's, with which it shares the scenarios
//! and the amount of a block reward; only what a scenario leaves out it takes from there. Nothing is
//! counted from the tip and nothing is forgotten. So where the two agree, ages, bits and forgetting
//! in the model lose nothing. [`World`] is what there is, [`Deed`] what happens; `para`, `collator`,
//! `backing`, `relay`, `forks`, `scheduling`, `disputes`, `upgrades` and `messages` say what follows, and [`pair`] sets the
//! two side by side.

#![allow(unreachable_pub, reason = "test files include this as a private module")]
#![allow(clippy::struct_excessive_bools, reason = "each is a choice or a fault of its own")]

mod backing;
mod collator;
mod disputes;
mod forks;
mod messages;
pub mod pair;
mod para;
mod relay;
mod scheduling;
mod upgrades;

use std::collections::{BTreeMap, BTreeSet};

use unincluded_model::action::Traffic;
use unincluded_model::scenario::{Reconfiguration, StaleView};
use unincluded_model::{CollatorKind, Environment, NewCode, Parameters, Precheck, Rule, Scenario};

pub use backing::FragmentChain;
pub use messages::{Inbox, RelayQueues};
pub use upgrades::{RelayCode, Signal};

/// Why not: the rule, or none where the action speaks of something the scenario has not got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub Option<Rule>);

/// A premise of a rule.
fn require(rule: Rule, holds: bool) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err(Refused(Some(rule))) }
}

/// A condition that no rule states: the scenario leaves such actions out.
fn in_scenario(holds: bool) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err(Refused(None)) }
}

/// A para block, numbered in order of authoring; 0 is genesis. It stands for the header's hash
/// wherever hashes are compared for equality.
pub type BlockId = u32;

/// A code of the para, numbered by the upgrades before it. It stands for the code's hash: the code
/// after one is the same on all forks.
pub type CodeId = u32;

/// The height of a relay block.
pub type RelayNumber = u64;

/// A relay block, numbered in order of authoring. It stands for the header's hash.
pub type RelayId = u32;

/// A relay slot, counted since the epoch.
pub type RelaySlot = u64;

/// Milliseconds of a relay slot.
const RELAY_SLOT_MS: u64 = 6000;

/// Collators that take turns.
pub const AUTHORITIES: u64 = 5;

/// Relay blocks before the first action, so that every window is full.
const RELAY_BLOCKS_BEFORE: RelayNumber = 24;

/// S: the first relay block of the session in which a run begins.
const SESSION_START: RelayNumber = 2;

/// The slot of relay block 0.
const FIRST_SLOT: RelaySlot = 300_000_001;

/// SEG-1: an ancestor, as the unincluded segment remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which block the entry is of: for us to compare, the runtime knows only the hash.
    pub of: BlockId,
    /// SEG-2: the block's hash, once its child has written it.
    pub hash: Option<BlockId>,
    /// Upward messages it sent.
    pub messages: u32,
    /// Messages it sent to the other para.
    pub outbound: u32,
    /// The signal that it consumed.
    pub signal: Option<Signal>,
}

/// A para block, and the para's storage after it.
#[derive(Clone, Debug)]
pub struct ParaBlock {
    /// None for genesis.
    pub parent: Option<BlockId>,
    /// The height.
    pub number: u64,
    /// The relay block it was built on; none for genesis.
    pub relay_parent: Option<RelayId>,
    /// LastRelayChainBlockNumber; none before the first block.
    pub relay_number: Option<RelayNumber>,
    /// The core selector of its digest (SLOTB-3).
    pub core: u8,
    /// The CurrentSlot of aura.
    pub para_slot: u64,
    /// SEG-1: `UnincludedSegment`, oldest first.
    pub segment: Vec<Entry>,
    /// `AggregatedUnincludedSegment`, upward messages.
    pub aggregate_messages: u32,
    /// The same, messages to the other para.
    pub aggregate_outbound: u32,
    /// `AggregatedUnincludedSegment`, the consumed signal.
    pub aggregate_signal: Option<Signal>,
    /// HOOK-2: the relay slot last built on, and how many blocks were authored on it.
    pub slot_info: Option<(RelaySlot, u32)>,
    /// UPG-6: the code that executes the block, as its candidate says.
    pub executed_under: CodeId,
    /// `:code`.
    pub code: CodeId,
    /// `PendingValidationCode`.
    pub pending_code: Option<CodeId>,
    /// `NewValidationCode`: the code in the candidate's commitments.
    pub new_code: Option<CodeId>,
    /// Messages that its chain was sent.
    pub inbox: Inbox,
    /// Planck.
    pub total_issuance: u128,
    /// FRAG-5: what siblings are compared by.
    pub hash: u64,
    /// FLT-9: only the author and the validators have it.
    pub withheld: bool,
    /// FLT-8: its execution fails, so that no honest node imports it.
    pub invalid: bool,
    /// SEC-4: validators fetched its collation, whatever became of it.
    pub fetched: bool,
    /// FLT-4: no quorum ever.
    pub lost: bool,
    /// FLT-5: no availability ever.
    pub never_available: bool,
}

impl ParaBlock {
    /// Whether the collators have it.
    fn is_known(&self) -> bool {
        !self.withheld && !self.invalid
    }
}

/// INCL-1: a candidate pending availability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    pub block: BlockId,
    pub core: u8,
    pub backed_in: RelayNumber,
    /// Bits recorded for it, of validators that are not lying.
    pub votes: u64,
    /// Bits recorded for it, of validators that vote for whatever is pending.
    pub lies: u64,
}

/// A relay block, and what the state after it says of the para.
#[derive(Clone, Debug)]
pub struct RelayBlock {
    /// None for the first that is remembered.
    pub parent: Option<RelayId>,
    pub number: RelayNumber,
    pub slot: RelaySlot,
    /// Whether it carries an epoch change (SESS-1).
    pub ends_session: bool,
    /// The session of its children.
    pub session: u64,
    /// S: the first relay block of that session.
    pub session_start: RelayNumber,
    /// FLT-13: whether `ActiveConfig` holds the scenario's other values.
    pub reconfigured: bool,
    /// ARP-1: the buffer of allowed relay parents, newest first.
    pub allowed: Vec<RelayId>,
    /// `Heads`.
    pub included: BlockId,
    /// `MostRecentContext`: the number of the relay parent of the included head.
    pub most_recent_context: RelayNumber,
    /// First in, first out.
    pub pending: Vec<Pending>,
    /// UPG-*.
    pub code: RelayCode,
    /// SEG-7, INCL-5.
    pub queues: RelayQueues,
    /// SCHED-1: claims popped from the claim queue of the core, where it is stored.
    pub popped: u64,
    /// FLT-15: whether the para has lost its core.
    pub lapsed: bool,
    /// DISP-1: votes against each candidate that was disputed.
    pub against: BTreeMap<BlockId, u64>,
    /// DISP-2.
    pub frozen: bool,
}

impl RelayBlock {
    /// The head that the next candidate builds on: the newest pending one, else the included one.
    fn newest(&self) -> BlockId {
        self.pending.last().map_or(self.included, |pending| pending.block)
    }
}

/// What the relay chain may change with a session (FLT-13); relay blocks.
#[derive(Clone, Copy, Debug)]
pub struct Configuration {
    /// L.
    pub lookahead: u64,
    /// P.
    pub availability_period: u64,
    /// F.
    pub rotation: u64,
}

/// Something that happens, in absolute terms.
#[derive(Clone, Debug)]
pub enum Deed {
    Author(Authoring),
    RelayBlock(Building),
    Fork,
    Settle { branch: usize },
    LearnBackable { validator: usize, candidate: BlockId },
    Recover { block: BlockId },
}

/// A para block to be.
#[derive(Clone, Debug)]
pub struct Authoring {
    pub parent: BlockId,
    pub relay_parent: RelayId,
    pub core: u8,
    /// The slot in the header.
    pub para_slot: u64,
    /// The authority that seals.
    pub sealed_by: u64,
    /// Whether the relay proof holds the relay slot.
    pub proves_slot: bool,
    pub equivocation: bool,
    pub withheld: bool,
    pub invalid: bool,
    /// None if the action asks for a place among the siblings' hashes that there is not.
    pub hash: Option<u64>,
    pub sends_message: bool,
    pub sends_outbound: bool,
    /// Messages of the other para that come along in full.
    pub inbound: usize,
    /// Downward messages that do.
    pub downward: usize,
    pub new_code: NewCode,
}

/// Availability votes for one candidate, in the bitfields of one relay block.
#[derive(Clone, Copy, Debug)]
pub enum Vote {
    /// So many in all.
    InAll(u64),
    /// So many validators for the first time, beside those that lie.
    New(u64),
}

/// A relay block to be.
#[derive(Clone, Debug)]
pub struct Building {
    /// Which of the tips it is built on.
    pub branch: usize,
    pub slot: RelaySlot,
    pub session_change: bool,
    pub reconfigured: bool,
    /// For each candidate in the queue.
    pub votes: Vec<Vote>,
    pub back: Vec<BlockId>,
    pub go_ahead: bool,
    /// Votes against a candidate.
    pub dispute: Option<(BlockId, u64)>,
    pub reassigned: bool,
    pub precheck: Option<Precheck>,
    pub traffic: Traffic,
}

/// Everything that ever was.
#[derive(Clone, Debug)]
pub struct World {
    pub scenario: Scenario,
    /// INFL-7: what every block issues, planck.
    pub block_reward: u128,
    pub para: BTreeMap<BlockId, ParaBlock>,
    pub relay: BTreeMap<RelayId, RelayBlock>,
    /// The newest block of each branch that can still win; two that are one right after a fork.
    pub tips: Vec<RelayId>,
    /// The number of the first relay block of the run.
    pub first: RelayNumber,
    /// Relay blocks between two ends of sessions, at least: what the scenario leaves out.
    pub shortest_session: u64,
    /// FRAG-2: the candidates that were introduced to each followed validator's fragment chain.
    pub introduced: Vec<BTreeSet<BlockId>>,
    /// FRAG-1: the fragment chain of each followed validator at its leaf.
    pub fragments: Vec<FragmentChain>,
    /// SLOTB-2: the relay parent of the collators of this wake-up.
    pub used_at_wake_up: Option<RelayId>,
}

impl World {
    /// A relay chain that has long included the genesis head, and its first rotation complete.
    pub fn new(scenario: &Scenario, shortest_session: u64) -> World {
        let groups = scenario.environment.groups.0.len().max(1) as u64;
        let rotation = u64::from(scenario.parameters.group_rotation_frequency) * groups;
        let tip = RELAY_BLOCKS_BEFORE.next_multiple_of(rotation);
        let genesis = ParaBlock {
            parent: None,
            number: 0,
            relay_parent: None,
            relay_number: None,
            core: 0,
            para_slot: 0,
            segment: Vec::new(),
            aggregate_messages: 0,
            aggregate_outbound: 0,
            aggregate_signal: None,
            executed_under: 0,
            code: 0,
            pending_code: None,
            new_code: None,
            inbox: Inbox::default(),
            slot_info: None,
            total_issuance: scenario.economics.issuance().expect("a checked scenario"),
            hash: 0,
            withheld: false,
            invalid: false,
            fetched: false,
            lost: false,
            never_available: false,
        };
        let lookahead = u64::from(scenario.parameters.scheduling_lookahead);
        let relay = (0..=tip).map(|number| {
            let block = RelayBlock {
                parent: number.checked_sub(1).map(|parent| parent as RelayId),
                number,
                slot: FIRST_SLOT + number,
                ends_session: false,
                session: 0,
                session_start: SESSION_START,
                reconfigured: false,
                allowed: (number.saturating_sub(lookahead)..number)
                    .rev()
                    .map(|n| n as u32)
                    .collect(),
                included: 0,
                most_recent_context: 0,
                pending: Vec::new(),
                code: RelayCode::default(),
                // It has long included a block on relay block 0.
                queues: RelayQueues { watermark: Some(0), ..RelayQueues::default() },
                popped: 0,
                lapsed: false,
                against: BTreeMap::new(),
                frozen: false,
            };
            (number as RelayId, block)
        });
        let followed = usize::from(scenario.environment.followed_validators);
        World {
            scenario: scenario.clone(),
            block_reward: scenario.inflation().block_reward(),
            para: BTreeMap::from([(0, genesis)]),
            relay: relay.collect(),
            tips: vec![tip as RelayId],
            first: tip + 1,
            shortest_session,
            introduced: vec![BTreeSet::new(); followed],
            fragments: vec![FragmentChain::default(); followed],
            used_at_wake_up: None,
        }
    }

    /// Whether the deed can be done, and if not, the first rule in the way.
    pub fn permits(&self, deed: &Deed) -> Result<(), Refused> {
        match deed {
            Deed::Author(authoring) => self.permits_authoring(authoring).map(|_| ()),
            Deed::RelayBlock(building) => self.permits_relay_block(building).map(|_| ()),
            Deed::Fork => self.permits_fork(),
            Deed::Settle { branch } => self.permits_settling(*branch),
            Deed::LearnBackable { validator, candidate } => {
                self.permits_learning(*validator, *candidate)
            }
            Deed::Recover { block } => self.permits_recovery(*block),
        }
    }

    /// The world after the deed.
    pub fn after(&self, deed: &Deed) -> Result<World, Refused> {
        let mut next = self.clone();
        match deed {
            Deed::Author(authoring) => {
                let block = self.permits_authoring(authoring)?;
                next.para.insert(self.next_id(), block);
                if self.environment().stale_view == StaleView::Together {
                    next.used_at_wake_up = Some(authoring.relay_parent);
                }
            }
            Deed::RelayBlock(building) => {
                let block = self.permits_relay_block(building)?;
                let id = self.relay.len() as RelayId;
                // DISP-2: the nodes abandon a fork that froze.
                next.tips = if block.frozen {
                    vec![self.tips[1 - building.branch]]
                } else {
                    replaced(&self.tips, building.branch, id)
                };
                next.relay.insert(id, block);
                next.used_at_wake_up = None;
                next.activate_leaf();
            }
            Deed::Fork => {
                self.permits_fork()?;
                next.tips.push(self.tips[0]);
            }
            Deed::Settle { branch } => {
                self.permits_settling(*branch)?;
                let stays = self.tips[*branch];
                next.tips = vec![stays];
                let is_left = |used: &RelayId| !self.relay_line(stays).any(|id| id == *used);
                if next.used_at_wake_up.as_ref().is_some_and(is_left) {
                    next.used_at_wake_up = None;
                }
            }
            Deed::LearnBackable { validator, candidate } => {
                self.permits_learning(*validator, *candidate)?;
                next.note_backable(*validator, *candidate);
            }
            Deed::Recover { block } => {
                self.permits_recovery(*block)?;
                next.para.get_mut(block).expect("it is permitted").withheld = false;
            }
        }
        Ok(next)
    }

    /// The id of the next block to be authored.
    pub fn next_id(&self) -> BlockId {
        self.para.len() as BlockId
    }

    /// The state after the newest block of a branch.
    pub fn tip(&self, branch: usize) -> &RelayBlock {
        &self.relay[&self.tips[branch]]
    }

    /// The relay block and its ancestors, newest first.
    pub fn relay_line(&self, from: RelayId) -> impl Iterator<Item = RelayId> + '_ {
        std::iter::successors(Some(from), |id| self.relay[id].parent)
    }

    /// Whether a relay block is on the branch that ends in `tip`.
    pub fn is_on(&self, block: RelayId, tip: RelayId) -> bool {
        let number = self.relay[&block].number;
        self.relay_line(tip).find(|id| self.relay[id].number <= number) == Some(block)
    }

    /// The newest relay block that both branches have.
    pub fn fork_point(&self) -> RelayId {
        let [first, second] = self.tips[..] else { return self.tips[0] };
        let mut line = self.relay_line(first);
        line.find(|&id| self.is_on(id, second)).expect("all come from the first")
    }

    /// Relay blocks of a branch that the other has not got.
    pub fn own_blocks(&self, branch: usize) -> u64 {
        self.tip(branch).number - self.relay[&self.fork_point()].number
    }

    /// The height of the best relay block that there is.
    pub fn highest(&self) -> RelayNumber {
        self.tips.iter().map(|tip| self.relay[tip].number).max().unwrap_or_default()
    }

    /// The newest slot with a relay block.
    pub fn newest_slot(&self) -> RelaySlot {
        self.relay.values().map(|block| block.slot).max().unwrap_or_default()
    }

    pub fn parameters(&self) -> &Parameters {
        &self.scenario.parameters
    }

    /// The relay chain's configuration in the state after a relay block, and so in its children.
    pub fn configuration(&self, after: &RelayBlock) -> Configuration {
        let own = self.parameters();
        let other = self.scenario.reconfiguration.filter(|_| after.reconfigured);
        let values = other.unwrap_or(Reconfiguration {
            scheduling_lookahead: own.scheduling_lookahead,
            paras_availability_period: own.paras_availability_period,
            group_rotation_frequency: own.group_rotation_frequency,
        });
        Configuration {
            lookahead: u64::from(values.scheduling_lookahead),
            availability_period: u64::from(values.paras_availability_period),
            rotation: u64::from(values.group_rotation_frequency),
        }
    }

    pub fn environment(&self) -> &Environment {
        &self.scenario.environment
    }

    /// How many blocks behind its tip the oldest relay block of a branch is that an author of this
    /// scenario can still build on.
    pub fn oldest_usable(&self) -> u64 {
        let offset = u64::from(self.parameters().relay_parent_offset);
        offset + self.latest()
    }

    /// FLT-14: how many blocks an author can be late.
    fn latest(&self) -> u64 {
        let environment = self.environment();
        match (environment.collator, environment.stale_view) {
            (CollatorKind::Adversary, _) => u64::from(environment.oldest_relay_parent),
            (_, StaleView::Never) => 0,
            (_, StaleView::Together | StaleView::Apart) => 1,
        }
    }

    /// The relay blocks that an author can still build on, of each branch the newest first.
    pub fn usable(&self) -> Vec<RelayId> {
        let length = self.oldest_usable() as usize + 1;
        let mut usable: Vec<RelayId> =
            self.tips.iter().flat_map(|&tip| self.relay_line(tip).take(length)).collect();
        usable.sort_unstable();
        usable.dedup();
        usable
    }

    /// HOOK-4, COLL-1: the para slot that a relay slot stands for.
    pub fn para_slot_of(&self, slot: RelaySlot) -> u64 {
        slot * RELAY_SLOT_MS / u64::from(self.parameters().para_slot_ms)
    }

    /// The children of a block, in order of authoring.
    pub fn children(&self, parent: BlockId) -> impl Iterator<Item = BlockId> + '_ {
        self.para.iter().filter(move |(_, block)| block.parent == Some(parent)).map(|(&id, _)| id)
    }

    /// The block and its ancestors down to genesis, newest first.
    pub fn ancestry(&self, block: BlockId) -> Vec<BlockId> {
        let mut line = vec![block];
        while let Some(parent) = self.para[line.last().expect("never empty")].parent {
            line.push(parent);
        }
        line
    }

    /// (n + 1 - S) of relay block n, the next on `parent`.
    pub fn next_in_session(parent: &RelayBlock) -> u64 {
        parent.number + 2 - parent.session_start
    }
}

fn replaced(tips: &[RelayId], branch: usize, id: RelayId) -> Vec<RelayId> {
    tips.iter().enumerate().map(|(at, &tip)| if at == branch { id } else { tip }).collect()
}
