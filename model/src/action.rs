//! What can happen: somebody authors a para block, the relay chain grows by a block, a validator
//! learns of a backable candidate, or the collators recover a block that was kept from them.

use serde::{Deserialize, Serialize};

use crate::few::Few;
use crate::state::{Age, BlockIndex};

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A collator authors a para block.
    Author(Author),
    /// The relay chain grows by one block.
    RelayBlock(RelayBlockPlan),
    /// From here on two relay branches can grow (FLT-2, FLT-3). It is said before the first of them
    /// does, so that nothing has to be undone when the other wins.
    Fork,
    /// One of the two relay branches is given up, with all that it included (FLT-3).
    Settle {
        /// The branch that stays.
        branch: u8,
    },
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
#[allow(clippy::struct_excessive_bools, reason = "each is a choice or a fault of its own")]
pub struct Author {
    /// The block to build on.
    pub parent: BlockIndex,
    /// The relay block to build on.
    pub relay_parent: Age,
    /// The relay branch on which that block is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub branch: u8,
    /// The core it is for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub core: u8,
    /// What the block says of its slot and who sealed it.
    #[serde(default, skip_serializing_if = "Claim::is_honest")]
    pub claim: Claim,
    /// A second block of one owner on the same parent and relay parent (FLT-7).
    #[serde(default, skip_serializing_if = "is_false")]
    pub equivocation: bool,
    /// Announced to nobody but the validators (FLT-9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub withheld: bool,
    /// Against the rules of the para, so that only a malicious group backs it (FLT-8).
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
    /// By a collator that restarted and has not got what is above the parent (DIST-4).
    #[serde(default, skip_serializing_if = "is_false")]
    pub behind: bool,
    /// Siblings already there whose hash is lower.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hash_rank: u8,
    /// Whether the block has an upward message to send.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sends_message: bool,
    /// Whether the block has a message for another para.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sends_outbound: bool,
    /// Messages of other paras that come along in full (MSG-5).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inbound: u8,
    /// Downward messages that come along in full (MSG-7).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub downward: u8,
    /// The code that the block asks the relay chain to upgrade to (UPG-1).
    #[serde(default, skip_serializing_if = "NewCode::is_none")]
    pub new_code: NewCode,
    /// Whether a session of the para ends with the block, so that others author after it (BLK-3).
    #[serde(default, skip_serializing_if = "is_false")]
    pub ends_session: bool,
}

impl Author {
    /// What an honest collator authors: owner of the slot, slot of the relay parent, announced.
    pub fn honest(parent: BlockIndex, relay_parent: Age) -> Self {
        Author {
            parent,
            relay_parent,
            branch: 0,
            core: 0,
            claim: Claim::Honest,
            equivocation: false,
            withheld: false,
            invalid: false,
            behind: false,
            hash_rank: 0,
            sends_message: false,
            sends_outbound: false,
            inbound: 0,
            downward: 0,
            new_code: NewCode::None,
            ends_session: false,
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
    /// The slot after the relay parent's.
    SlotAhead,
    /// The first slot after the relay parent's that no hook ever allowed: V + 1 later (HOOK-8).
    SlotFarAhead,
    /// The slot before the relay parent's.
    SlotBehind,
    /// The relay proof lacks the relay slot.
    SlotMissing,
    /// Sealed by somebody who does not own the slot.
    Stranger,
}

impl Claim {
    /// All claims, in order.
    pub const ALL: [Claim; 6] = [
        Claim::Honest,
        Claim::SlotAhead,
        Claim::SlotFarAhead,
        Claim::SlotBehind,
        Claim::SlotMissing,
        Claim::Stranger,
    ];

    /// Whether the claim is what an honest collator says.
    pub fn is_honest(&self) -> bool {
        *self == Claim::Honest
    }
}

/// The code that a block asks the relay chain to upgrade to.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum NewCode {
    /// It asks for nothing.
    #[default]
    None,
    /// The code after the one that is stored.
    Next,
    /// The code that is stored already.
    Same,
}

impl NewCode {
    /// Whether the block asks for nothing.
    pub fn is_none(&self) -> bool {
        *self == NewCode::None
    }
}

/// How the validators' vote on a new code ends (UPG-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precheck {
    /// The code can be used.
    Accepted,
    /// It cannot, or the vote took too many sessions.
    Rejected,
    /// There is none: the relay chain knows the code that comes with this block already, be it
    /// another para's.
    Known,
}

/// A relay block to be. Evictions are not chosen: they follow from the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is an event of its own")]
pub struct RelayBlockPlan {
    /// The branch that grows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub branch: u8,
    /// Whether it has the slot of the newest block of the other branch (FLT-2).
    #[serde(default, skip_serializing_if = "is_false")]
    pub same_slot: bool,
    /// Relay slots that passed without a block before this one (FLT-1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped_slots: u8,
    /// Whether a session ends in this block (SESS-1).
    #[serde(default, skip_serializing_if = "is_false")]
    pub session_change: bool,
    /// Availability votes for each pending candidate, first in first.
    pub bits: Few<Bits>,
    /// The candidates this block backs, in their order.
    pub back: Few<BlockIndex>,
    /// Whether a go-ahead signal for a code upgrade appears with this block.
    #[serde(default, skip_serializing_if = "is_false")]
    pub go_ahead: bool,
    /// Votes against a candidate that come in with this block (DISP-1, DISP-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Dispute>,
    /// Whether the para's core is assigned or taken away from the next block on (FLT-15).
    #[serde(default, skip_serializing_if = "is_false")]
    pub reassigned: bool,
    /// Whether the relay chain's configuration changes with the session (FLT-13).
    #[serde(default, skip_serializing_if = "is_false")]
    pub reconfigured: bool,
    /// What happens to the para's messages in this block.
    #[serde(default, skip_serializing_if = "Traffic::is_none")]
    pub traffic: Traffic,
    /// How the vote on a new code ends in this block, if it does (UPG-11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precheck: Option<Precheck>,
}

/// What others do with the para's messages in one relay block.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Upward messages that the relay chain serves.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub served: u8,
    /// Messages to the other para that it takes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken: u8,
    /// Whether the other para sends messages.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inbound: bool,
    /// Whether the relay chain sends a downward message.
    #[serde(default, skip_serializing_if = "is_false")]
    pub downward: bool,
}

impl Traffic {
    /// Whether nothing happens to them.
    pub fn is_none(&self) -> bool {
        *self == Traffic::default()
    }
}

impl RelayBlockPlan {
    /// A relay block of this branch with nothing in it.
    pub fn quiet(branch: u8) -> Self {
        RelayBlockPlan {
            branch,
            same_slot: false,
            skipped_slots: 0,
            session_change: false,
            bits: Few::none(),
            back: Few::none(),
            go_ahead: false,
            dispute: None,
            reassigned: false,
            reconfigured: false,
            traffic: Traffic::default(),
            precheck: None,
        }
    }
}

/// Votes against a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// The candidate.
    pub block: BlockIndex,
    /// Votes against it, beside those that this branch has counted; validators.
    pub against: u8,
}

/// Availability votes counted for one candidate: the two sides of the threshold, or a number where a
/// scenario counts them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bits {
    /// One vote fewer than the threshold: the candidate stays pending.
    #[default]
    OneShort,
    /// As many votes as the threshold asks: the candidate is available.
    Enough,
    /// So many honest validators vote for it for the first time.
    Count(u8),
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u8) -> bool {
    *value == 0
}
