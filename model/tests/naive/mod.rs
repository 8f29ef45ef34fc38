//! A second model of the same protocol, absolute and slow: every para block ever authored, every
//! relay block with its number and its slot, and the state after each of them, kept for ever.
//!
//! Its rules are written from Polkadot's, not from the model's, with which it shares the scenarios
//! and the amount of a block reward; only what a scenario leaves out it takes from there. Nothing is
//! counted from the tip and nothing is forgotten. So where the two agree, ages, bits and forgetting
//! in the model lose nothing. [`World`] is what there is, [`Deed`] what happens; `para`, `collator`,
//! `backing` and `relay` say what follows, and [`pair`] sets the two side by side.

#![allow(unreachable_pub, reason = "test files include this as a private module")]
#![allow(clippy::struct_excessive_bools, reason = "each is a choice or a fault of its own")]

mod backing;
mod collator;
pub mod pair;
mod para;
mod relay;

use std::collections::{BTreeMap, BTreeSet};

use unincluded_model::scenario::StaleView;
use unincluded_model::{CollatorKind, Environment, Parameters, Rule, Scenario};

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

/// The height of a relay block.
pub type RelayNumber = u64;

/// A relay slot, counted since the epoch.
pub type RelaySlot = u64;

/// Milliseconds of a relay slot.
const RELAY_SLOT_MS: u64 = 6000;

/// Collators that take turns.
pub const AUTHORITIES: u64 = 5;

/// Relay blocks before the first action, so that every window is full.
const RELAY_BLOCKS_BEFORE: RelayNumber = 10;

/// S: the first relay block of the session.
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
    /// Whether it consumed a go-ahead signal.
    pub signal: bool,
}

/// A para block, and the para's storage after it.
#[derive(Clone, Debug)]
pub struct ParaBlock {
    /// None for genesis.
    pub parent: Option<BlockId>,
    /// The height.
    pub number: u64,
    /// LastRelayChainBlockNumber; none before the first block.
    pub relay_parent: Option<RelayNumber>,
    /// The CurrentSlot of aura.
    pub para_slot: u64,
    /// SEG-1: `UnincludedSegment`, oldest first.
    pub segment: Vec<Entry>,
    /// `AggregatedUnincludedSegment`, upward messages.
    pub aggregate_messages: u32,
    /// `AggregatedUnincludedSegment`, the consumed go-ahead signal.
    pub aggregate_signal: bool,
    /// HOOK-2: the relay slot last built on, and how many blocks were authored on it.
    pub slot_info: Option<(RelaySlot, u32)>,
    /// Planck.
    pub total_issuance: u128,
    /// FRAG-5: what siblings are compared by.
    pub hash: u64,
    /// FLT-9: only the author and the validators have it.
    pub withheld: bool,
    /// FLT-4: no quorum ever.
    pub lost: bool,
    /// FLT-5: no availability ever.
    pub never_available: bool,
}

/// INCL-1: a candidate pending availability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    pub block: BlockId,
    pub backed_in: RelayNumber,
}

/// A relay block, and what the state after it says of the para.
#[derive(Clone, Debug)]
pub struct RelayBlock {
    pub slot: RelaySlot,
    /// `Heads`.
    pub included: BlockId,
    /// `MostRecentContext`: the number of the relay parent of the included head.
    pub most_recent_context: RelayNumber,
    /// First in, first out.
    pub pending: Vec<Pending>,
    /// UPG-11: the go-ahead signal, with the block that set it.
    pub go_ahead: Option<RelayNumber>,
}

impl RelayBlock {
    /// The head that the next candidate builds on: the newest pending one, else the included one.
    fn newest(&self) -> BlockId {
        self.pending.last().map_or(self.included, |pending| pending.block)
    }
}

/// Something that happens, in absolute terms.
#[derive(Clone, Debug)]
pub enum Deed {
    Author(Authoring),
    RelayBlock(Building),
    LearnBackable { validator: usize, candidate: BlockId },
    Recover { block: BlockId },
}

/// A para block to be.
#[derive(Clone, Debug)]
pub struct Authoring {
    pub parent: BlockId,
    pub relay_parent: RelayNumber,
    /// The slot in the header.
    pub para_slot: u64,
    /// The authority that seals.
    pub sealed_by: u64,
    /// Whether the relay proof holds the relay slot.
    pub proves_slot: bool,
    pub equivocation: bool,
    pub withheld: bool,
    /// None if the action asks for a place among the siblings' hashes that there is not.
    pub hash: Option<u64>,
    pub sends_message: bool,
}

/// A relay block to be.
#[derive(Clone, Debug)]
pub struct Building {
    pub slot: RelaySlot,
    /// Availability votes for the candidate first in the queue; none without a vote.
    pub votes: Option<u64>,
    pub back: Option<BlockId>,
    pub go_ahead: bool,
}

/// Everything that ever was.
#[derive(Clone, Debug)]
pub struct World {
    pub scenario: Scenario,
    /// INFL-7: what every block issues, planck.
    pub block_reward: u128,
    pub para: BTreeMap<BlockId, ParaBlock>,
    pub relay: BTreeMap<RelayNumber, RelayBlock>,
    /// FRAG-2: the candidates that each followed validator has seen a quorum for.
    pub seen_backable: Vec<BTreeSet<BlockId>>,
    /// FRAG-3: what comes after the pending candidate in each followed validator's chain.
    pub chain_end: Vec<Option<BlockId>>,
    /// SLOTB-2: the relay block that the collators of this wake-up took for the best.
    pub best_at_wake_up: Option<RelayNumber>,
}

impl World {
    /// A relay chain that has long included the genesis head, and its first rotation complete.
    pub fn new(scenario: &Scenario) -> World {
        let rotation = u64::from(scenario.parameters.group_rotation_frequency);
        let tip = RELAY_BLOCKS_BEFORE.next_multiple_of(rotation);
        let genesis = ParaBlock {
            parent: None,
            number: 0,
            relay_parent: None,
            para_slot: 0,
            segment: Vec::new(),
            aggregate_messages: 0,
            aggregate_signal: false,
            slot_info: None,
            total_issuance: scenario.economics.issuance().expect("a checked scenario"),
            hash: 0,
            withheld: false,
            lost: false,
            never_available: false,
        };
        let relay = (0..=tip).map(|number| {
            let block = RelayBlock {
                slot: FIRST_SLOT + number,
                included: 0,
                most_recent_context: 0,
                pending: Vec::new(),
                go_ahead: None,
            };
            (number, block)
        });
        let followed = usize::from(scenario.environment.followed_validators);
        World {
            scenario: scenario.clone(),
            block_reward: scenario.inflation().block_reward(),
            para: BTreeMap::from([(0, genesis)]),
            relay: relay.collect(),
            seen_backable: vec![BTreeSet::new(); followed],
            chain_end: vec![None; followed],
            best_at_wake_up: None,
        }
    }

    /// Whether the deed can be done, and if not, the first rule in the way.
    pub fn permits(&self, deed: &Deed) -> Result<(), Refused> {
        match deed {
            Deed::Author(authoring) => self.permits_authoring(authoring).map(|_| ()),
            Deed::RelayBlock(building) => self.permits_relay_block(building).map(|_| ()),
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
                    next.best_at_wake_up = Some(authoring.relay_parent);
                }
            }
            Deed::RelayBlock(building) => {
                let block = self.permits_relay_block(building)?;
                next.relay.insert(self.tip_number() + 1, block);
                next.best_at_wake_up = None;
                next.rebuild_chains();
            }
            Deed::LearnBackable { validator, candidate } => {
                self.permits_learning(*validator, *candidate)?;
                next.seen_backable[*validator].insert(*candidate);
                next.rebuild_chains();
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

    pub fn tip_number(&self) -> RelayNumber {
        *self.relay.keys().next_back().expect("there is always a relay block")
    }

    pub fn tip(&self) -> &RelayBlock {
        &self.relay[&self.tip_number()]
    }

    pub fn parameters(&self) -> &Parameters {
        &self.scenario.parameters
    }

    pub fn environment(&self) -> &Environment {
        &self.scenario.environment
    }

    /// The oldest relay block that an author of this scenario can still build on.
    pub fn oldest_usable(&self) -> RelayNumber {
        let environment = self.environment();
        let behind = match (environment.collator, environment.stale_view) {
            (CollatorKind::Adversary, _) => u64::from(environment.oldest_relay_parent),
            (_, StaleView::Never) => 0,
            (_, StaleView::Together | StaleView::Apart) => 1,
        };
        self.tip_number() - behind
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

    /// (n + 1 - S) mod F of relay block n: how far the block after it is in its rotation.
    pub fn rotation_phase(&self, number: RelayNumber) -> u64 {
        (number + 1 - SESSION_START) % u64::from(self.parameters().group_rotation_frequency)
    }
}
