//! What can happen: somebody authors a para block, the relay chain grows by a block, a validator
//! learns of a backable candidate, or the collators recover a block that was kept from them.

use serde::{Deserialize, Serialize};

use crate::state::{Age, BlockIndex};

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A collator authors a para block.
    Author(Author),
    /// The relay chain grows by one block.
    RelayBlock(RelayBlockPlan),
    /// A validator learns that a candidate has its quorum (FRAG-2).
    LearnBackable {
        /// Which of the followed validators, from 0.
        validator: u8,
        /// The candidate.
        candidate: BlockIndex,
    },
    /// The collators recover a withheld block from availability (FLT-9).
    Recover {
        /// The block that was withheld.
        block: BlockIndex,
    },
}

/// A para block to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// The block to build on.
    pub parent: BlockIndex,
    /// The relay block to build on.
    pub relay_parent: Age,
    /// What the block says of its slot and who sealed it.
    #[serde(default, skip_serializing_if = "Claim::is_honest")]
    pub claim: Claim,
    /// A second block of one owner on the same parent and relay parent (FLT-7).
    #[serde(default, skip_serializing_if = "is_false")]
    pub equivocation: bool,
    /// Announced to nobody but the validators (FLT-9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub withheld: bool,
    /// Siblings already there whose hash is lower.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hash_rank: u8,
    /// Whether the block sends an upward message.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sends_message: bool,
}

impl Author {
    /// What an honest collator authors: owner of the slot, slot of the relay parent, announced.
    pub fn honest(parent: BlockIndex, relay_parent: Age) -> Self {
        Author {
            parent,
            relay_parent,
            claim: Claim::Honest,
            equivocation: false,
            withheld: false,
            hash_rank: 0,
            sends_message: false,
        }
    }
}

/// What a block claims of its para slot, and by whom it is sealed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// The slot derived from the relay parent, sealed by its owner.
    #[default]
    Honest,
    /// A later slot than the relay parent's.
    SlotAhead,
    /// An earlier slot than the relay parent's.
    SlotBehind,
    /// The relay proof lacks the relay slot.
    SlotMissing,
    /// Sealed by somebody who does not own the slot.
    Stranger,
}

impl Claim {
    /// All claims, in order.
    pub const ALL: [Claim; 5] =
        [Claim::Honest, Claim::SlotAhead, Claim::SlotBehind, Claim::SlotMissing, Claim::Stranger];

    /// Whether the claim is what an honest collator says.
    pub fn is_honest(&self) -> bool {
        *self == Claim::Honest
    }
}

/// A relay block to be. Evictions are not chosen: they follow from the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayBlockPlan {
    /// Relay slots that passed without a block before this one (FLT-1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped_slots: u8,
    /// Availability votes for the candidate first in the queue.
    pub bits: Bits,
    /// The candidate this block backs.
    pub back: Option<BlockIndex>,
    /// Whether a go-ahead signal for a code upgrade appears with this block.
    #[serde(default, skip_serializing_if = "is_false")]
    pub go_ahead: bool,
}

/// Availability votes counted in a relay block: the two sides of the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bits {
    /// Nothing is pending, so there is nothing to vote on.
    NothingPending,
    /// One vote fewer than the threshold: the candidate stays pending.
    OneShort,
    /// As many votes as the threshold asks: the candidate is available.
    Enough,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u8) -> bool {
    *value == 0
}
