//! Why something cannot happen: the rule that says so, and the numbers that decided.

use std::fmt;

use crate::rule::Rule;
use crate::scenario::RelayNumberCheck;
use crate::state::{Age, BlockIndex, Code, MAX_BLOCKS};

/// A refusal is an answer, not a failure. Those that name a rule stand in the order in which the
/// rules are asked; those of the model itself and of the environment come where they are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The action names a para block that the state does not hold.
    NoSuchBlock(BlockIndex),
    /// The action names a relay block older than an author of this scenario can use.
    NoSuchView(Age),
    /// The action names a relay branch that there is not.
    NoSuchBranch(u8),
    /// The action speaks of something that this scenario leaves out.
    NotInThisScenario(&'static str),
    /// The environment does not commit this fault.
    NotThisFault(&'static str),
    /// Votes on nothing, or no vote on a pending candidate.
    BitsDoNotFit,
    /// The state has no place for another block: a limit of the model, not of the protocol.
    ModelIsFull,

    /// SLOTB-2: the collators of this wake-up already built on another relay block.
    NotTheBest(Age),
    /// SLOTB-2: a session ended between this relay block and the best one.
    SessionBetween(Age),
    /// FLT-9: the authority that owns the slot is away.
    OwnerAway(u8),
    /// COLL-2: the collator does not own the slot.
    NotTheOwner,
    /// COLL-1: the collator takes its slot from the relay parent.
    SlotFromClock,
    /// COLL-3: the collator has not got the block the relay chain names.
    UnknownToCollator(BlockIndex),
    /// COLL-5: another block is deeper, or this one is no potential parent.
    NotTheChosenParent(BlockIndex),
    /// SLOTB-3 or LOOK-1: as many blocks as the collator builds for one relay block are there.
    RelayParentUsed {
        /// Which collator's rule.
        rule: Rule,
        /// Blocks of this branch on the relay parent.
        built: usize,
        /// Blocks the collator builds at most.
        most: usize,
    },
    /// HOOK-6(2): the segment, seen from the parent, is full.
    NoRoomToBuild {
        /// Entries newer than the included head, as the runtime counts them.
        held: usize,
        /// The capacity C.
        capacity: usize,
    },
    /// HOOK-6(3): the parent's slot is newer, or as many blocks as the velocity allows share it.
    SlotNotOpen {
        /// Blocks of this chain on the slot.
        authored: u8,
        /// The velocity V.
        velocity: u8,
    },
    /// The owner of the slot has built a block that the others have not got.
    OwnerIsDone,
    /// FLT-7: an equivocation needs exactly one block of the same owner beside it.
    NothingToEquivocate,

    /// BLK-3: sealed by somebody who does not own the slot.
    SealedByStranger,
    /// BLK-3, and HOOK-2 where the hook counts by para slot: the slot is older than the parent's.
    ParaSlotWentBack {
        /// Which of the two says so.
        rule: Rule,
    },
    /// RPN-1: the relay parent's number does not follow the parent's.
    RelayNumberNotNewer {
        /// The relay parent of the parent, on the block's branch.
        parent: Age,
        /// The relay parent of the block.
        block: Age,
        /// The check in force.
        check: RelayNumberCheck,
    },
    /// HOOK-1: no relay slot in the proof.
    NoRelaySlot,
    /// HOOK-2: the relay slot is older than the stored one.
    SlotWentBack {
        /// The relay parent of the parent.
        parent: Age,
        /// The relay parent of the block.
        block: Age,
    },
    /// HOOK-3: too many blocks on one relay slot.
    TooManyInSlot {
        /// Blocks of this chain already on the slot.
        authored: u8,
        /// The most there may be before another, the velocity.
        velocity: u8,
    },
    /// HOOK-3 in 0.17 and 0.18: too many blocks on a para slot that is not the derived one.
    TooManyInOtherSlot {
        /// Blocks of this chain already on the slot.
        authored: u8,
        /// The most there may be with the new one, the velocity.
        velocity: u8,
    },
    /// HOOK-4: the para slot is not the derived one.
    SlotNotDerived,
    /// HOOK-4 in the forms that take others than the derived slot.
    SlotTooFarAhead {
        /// Para slots after the derived one.
        ahead: u8,
        /// The most there may be.
        most: u8,
    },
    /// HOOK-9: fewer relay blocks follow the relay parent than the offset asks.
    TooFewDescendants {
        /// Relay blocks that follow it.
        found: u8,
        /// The offset r.
        offset: u8,
    },
    /// SEG-5: the segment is full.
    SegmentFull {
        /// Entries held after pruning.
        held: usize,
        /// The capacity C.
        capacity: usize,
    },
    /// UPG-3: an ancestor consumed a signal that the relay chain no longer shows.
    SignalWithdrawn,
    /// UPG-4: the relay chain shows a go-ahead and no code is pending.
    GoAheadWithoutCode,
    /// UPG-1: the relay chain lets nobody begin an upgrade.
    UpgradeRestricted,
    /// UPG-1: another code is pending.
    OverlappingUpgrades,
    /// SEG-6: the segment's messages exceed the room.
    MessagesExceedRoom {
        /// Messages of the segment with this block.
        messages: u8,
        /// Room shown by the relay chain.
        room: u8,
    },

    /// SEG-6: the segment's messages to the other para exceed the room in the channel.
    OutboundExceedsRoom {
        /// Messages of the segment with this block.
        messages: u8,
        /// Room shown by the relay chain.
        room: u8,
    },
    /// SEG-6: the watermark is older than the one before.
    WatermarkWentBack {
        /// The watermark of the parent.
        parent: Age,
        /// The watermark of the block.
        block: Age,
    },
    /// MSG-7: none comes along in full though some wait.
    NoneProcessed {
        /// Downward messages that wait.
        waiting: u8,
    },
    /// MSG-7: the downward messages do not follow on those that the chain has processed.
    DownwardHeadMismatch {
        /// The first that comes along.
        first: u8,
        /// The first that the chain has not processed.
        expected: u8,
    },
    /// MSG-5: none comes along in full though some wait.
    NoneDelivered {
        /// Messages of other paras that wait.
        waiting: u8,
    },
    /// MSG-5: the messages of other paras do not follow on those that the chain was delivered.
    InboundHeadMismatch {
        /// The first that comes along.
        first: u8,
        /// The first that the chain was not delivered.
        expected: u8,
    },

    /// EMU-3: the candidate breaks a limit that its unincluded ancestors leave, so that no validator
    /// seconds it.
    NotSeconded {
        /// Which limit.
        limit: Limit,
        /// What the candidate asks for.
        asked: u8,
        /// What there is.
        left: u8,
    },
    /// FRAG-2: the validator knows of the candidate already.
    AlreadyKnown,
    /// FRAG-4: the relay parent has left the scope.
    OutOfScope(Age),
    /// FRAG-4: another candidate on the same parent is pending.
    ForkWithPending(BlockIndex),
    /// FRAG-5: the chain has another candidate on the same parent, of a lower hash.
    LosesToSibling(BlockIndex),
    /// FRAG-4: the relay parent is older than that of the newest pending candidate, of the included head
    /// if there is none, or of the parent.
    RelayParentMovedBackwards {
        /// The relay parent of that block.
        head: Age,
        /// The relay parent of the candidate.
        candidate: Age,
    },
    /// FRAG-8: the fragment chain of no followed validator offers the candidate.
    NotOffered,
    /// FLT-4: the candidate lost its quorum for good.
    CandidateLost,
    /// FLT-5: nobody can vote for the candidate's availability.
    NeverAvailable,
    /// ARP-1: the relay parent is not among those allowed.
    RelayParentNotAllowed {
        /// The age of the relay parent when the tip was still the newest block.
        age: Age,
        /// The lookahead L.
        lookahead: u8,
    },
    /// ARP-2: the relay parent is of the session before.
    OfLastSession(Age),
    /// ARP-4: the relay parent is not on the fork of the block that is to back the candidate.
    NotOnThisFork(BlockIndex),
    /// SCHED-2: the core is another para's in this block.
    CoreNotAssigned,
    /// SCHED-3: the group that has to vouch for the candidate does not.
    GroupDoesNotVouch,
    /// DISP-1: a dispute over the candidate was lost.
    ConcludedInvalid,
    /// FLT-8: only a malicious group backs it.
    InvalidBlock,
    /// SLOTB-3 or LOOK-1: the claim queue at the relay parent has no core for the para.
    NoCoreClaimed {
        /// Which collator's rule.
        rule: Rule,
    },
    /// INCL-2: a session ends in this block.
    SessionEnds,
    /// INCL-1: the core is occupied.
    CoreOccupied,
    /// INCL-6: the candidate does not build on the newest head.
    NotOnNewestHead {
        /// The candidate's parent.
        parent: BlockIndex,
        /// The newest pending, else the included head.
        head: BlockIndex,
    },
    /// INCL-6: the relay parent is older than the newest head's.
    RelayParentWentBack {
        /// The relay parent of the newest head.
        head: Age,
        /// The relay parent of the candidate.
        candidate: Age,
    },
    /// INCL-10: the relay chain's queue has no room for the upward messages.
    UpwardQueueFull {
        /// Messages that wait.
        waiting: u8,
        /// How many it holds.
        limit: u8,
    },
    /// INCL-10: the channel to the other para is full.
    ChannelFull {
        /// Messages that it holds.
        held: u8,
        /// How many it can hold.
        capacity: u8,
    },
    /// INCL-11: the candidate processes no downward message though its relay parent has the first.
    NothingProcessed {
        /// When the first was sent.
        sent: Age,
        /// The relay parent of the candidate.
        relay_parent: Age,
    },
    /// INCL-11: the candidate processes more downward messages than wait.
    TooManyProcessed {
        /// What it processes.
        processed: u8,
        /// What waits.
        waiting: u8,
    },
    /// INCL-12: the watermark is no relay block on which it can land.
    WatermarkNotAccepted {
        /// The watermark.
        watermark: Age,
        /// The last one.
        last: Age,
    },
    /// INCL-9: the candidate executes under another code than the para's current one.
    OtherCode {
        /// The code that the relay chain has.
        current: Code,
        /// The candidate's.
        code: Code,
    },
    /// UPG-14: the candidate brings new code while an upgrade is under way or restricted.
    PrematureUpgrade,
    /// The candidate is on chain already.
    AlreadyOnChain,

    /// FLT-9: the block was not withheld, or the relay chain does not name it yet.
    NothingToRecover,
}

/// EMU-3: a limit that the emulator holds a candidate's commitments against, in the order in which it
/// asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// One downward message has to be processed where one waits.
    Advance,
    /// The watermark is the relay parent, the last one, or a block with messages; in relay blocks
    /// behind the tip, with the last one that is accepted.
    Watermark,
    /// Room in the channel to the other para.
    Outbound,
    /// Room in the queue of upward messages.
    Upward,
    /// Downward messages that there are to process.
    Downward,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Upward => "upward messages",
            Limit::Outbound => "messages to the other para",
            Limit::Advance => "downward messages, of at least",
            Limit::Downward => "downward messages",
            Limit::Watermark => "a watermark",
        })
    }
}

impl Refusal {
    /// The rule that refuses; none where the model itself does.
    pub fn rule(&self) -> Option<Rule> {
        Some(match self {
            Refusal::NotTheBest(_) | Refusal::SessionBetween(_) => Rule::Slotb2,
            Refusal::NotTheOwner => Rule::Coll2,
            Refusal::SlotFromClock => Rule::Coll1,
            Refusal::UnknownToCollator(_) => Rule::Coll3,
            Refusal::NotTheChosenParent(_) => Rule::Coll5,
            Refusal::RelayParentUsed { rule, .. }
            | Refusal::NoCoreClaimed { rule }
            | Refusal::ParaSlotWentBack { rule } => *rule,
            Refusal::NoRoomToBuild { .. } | Refusal::SlotNotOpen { .. } => Rule::Coll8,
            Refusal::SealedByStranger => Rule::Blk3,
            Refusal::RelayNumberNotNewer { .. } => Rule::Rpn1,
            Refusal::NoRelaySlot => Rule::Hook1,
            Refusal::SlotWentBack { .. } => Rule::Hook2,
            Refusal::TooManyInSlot { .. } | Refusal::TooManyInOtherSlot { .. } => Rule::Hook3,
            Refusal::SlotNotDerived | Refusal::SlotTooFarAhead { .. } => Rule::Hook4,
            Refusal::TooFewDescendants { .. } => Rule::Hook9,
            Refusal::SegmentFull { .. } => Rule::Seg5,
            Refusal::SignalWithdrawn => Rule::Upg3,
            Refusal::GoAheadWithoutCode => Rule::Upg4,
            Refusal::UpgradeRestricted | Refusal::OverlappingUpgrades => Rule::Upg1,
            Refusal::MessagesExceedRoom { .. }
            | Refusal::OutboundExceedsRoom { .. }
            | Refusal::WatermarkWentBack { .. } => Rule::Seg6,
            Refusal::DownwardHeadMismatch { .. } | Refusal::NoneProcessed { .. } => Rule::Msg7,
            Refusal::InboundHeadMismatch { .. } | Refusal::NoneDelivered { .. } => Rule::Msg5,
            Refusal::NotSeconded { .. } => Rule::Emu3,
            Refusal::UpwardQueueFull { .. } | Refusal::ChannelFull { .. } => Rule::Incl10,
            Refusal::NothingProcessed { .. } | Refusal::TooManyProcessed { .. } => Rule::Incl11,
            Refusal::WatermarkNotAccepted { .. } => Rule::Incl12,
            Refusal::OutOfScope(_)
            | Refusal::ForkWithPending(_)
            | Refusal::RelayParentMovedBackwards { .. } => Rule::Frag4,
            Refusal::LosesToSibling(_) => Rule::Frag5,
            Refusal::NotOffered => Rule::Frag8,
            Refusal::RelayParentNotAllowed { .. } => Rule::Arp1,
            Refusal::OfLastSession(_) => Rule::Arp2,
            Refusal::NotOnThisFork(_) => Rule::Arp4,
            Refusal::SessionEnds => Rule::Incl2,
            Refusal::CoreNotAssigned => Rule::Sched2,
            Refusal::GroupDoesNotVouch => Rule::Sched3,
            Refusal::ConcludedInvalid => Rule::Disp1,
            Refusal::CoreOccupied => Rule::Incl1,
            Refusal::NotOnNewestHead { .. } => Rule::Incl6,
            Refusal::RelayParentWentBack { .. } => Rule::Incl6b,
            Refusal::OtherCode { .. } => Rule::Incl9,
            Refusal::PrematureUpgrade => Rule::Upg14,
            Refusal::NoSuchBlock(_)
            | Refusal::NoSuchView(_)
            | Refusal::NoSuchBranch(_)
            | Refusal::NotInThisScenario(_)
            | Refusal::NotThisFault(_)
            | Refusal::BitsDoNotFit
            | Refusal::ModelIsFull
            | Refusal::OwnerIsDone
            | Refusal::OwnerAway(_)
            | Refusal::NothingToEquivocate
            | Refusal::AlreadyKnown
            | Refusal::CandidateLost
            | Refusal::InvalidBlock
            | Refusal::NeverAvailable
            | Refusal::AlreadyOnChain
            | Refusal::NothingToRecover => return None,
        })
    }

    /// Whether the para runtime refuses, so that the block is invalid on every node.
    pub fn is_panic(&self) -> bool {
        matches!(
            self,
            Refusal::SealedByStranger
                | Refusal::ParaSlotWentBack { .. }
                | Refusal::RelayNumberNotNewer { .. }
                | Refusal::NoRelaySlot
                | Refusal::SlotWentBack { .. }
                | Refusal::TooManyInSlot { .. }
                | Refusal::TooManyInOtherSlot { .. }
                | Refusal::SlotNotDerived
                | Refusal::SlotTooFarAhead { .. }
                | Refusal::TooFewDescendants { .. }
                | Refusal::SegmentFull { .. }
                | Refusal::SignalWithdrawn
                | Refusal::GoAheadWithoutCode
                | Refusal::MessagesExceedRoom { .. }
                | Refusal::OutboundExceedsRoom { .. }
                | Refusal::WatermarkWentBack { .. }
                | Refusal::DownwardHeadMismatch { .. }
                | Refusal::NoneProcessed { .. }
                | Refusal::InboundHeadMismatch { .. }
                | Refusal::NoneDelivered { .. }
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule() {
            Some(rule) => write!(f, "{rule}: ")?,
            None => write!(f, "not possible: ")?,
        }
        match self {
            Refusal::NoSuchBlock(index) => write!(f, "there is no para block {}", index.0),
            Refusal::NoSuchView(age) => write!(f, "no author uses a relay block of age {}", age.0),
            Refusal::NoSuchBranch(branch) => write!(f, "there is no relay branch {branch}"),
            Refusal::NotInThisScenario(what) => write!(f, "this scenario has no {what}"),
            Refusal::NotThisFault(fault) => write!(f, "this environment has no {fault}"),
            Refusal::BitsDoNotFit => {
                write!(f, "availability is voted exactly while a candidate is pending")
            }
            Refusal::ModelIsFull => write!(f, "the model holds at most {MAX_BLOCKS} para blocks"),
            Refusal::NotTheBest(age) => {
                write!(f, "this wake-up built on the relay block of age {}", age.0)
            }
            Refusal::SessionBetween(age) => {
                write!(f, "a session ended after the relay block of age {}", age.0)
            }
            Refusal::OwnerAway(owner) => {
                write!(f, "the slot is authority {owner}'s, and it is away")
            }
            Refusal::NotTheOwner => write!(f, "the collator does not own the slot"),
            Refusal::SlotFromClock => write!(f, "the para slot comes from the relay parent"),
            Refusal::UnknownToCollator(_) => {
                write!(f, "the collator has not got a block the relay chain names")
            }
            Refusal::NotTheChosenParent(_) => {
                write!(f, "the parent is not the deepest potential parent")
            }
            Refusal::RelayParentUsed { built, most, .. } => {
                write!(f, "this branch has {built} of {most} blocks on the relay parent")
            }
            Refusal::NoRoomToBuild { held, capacity } => {
                write!(f, "can_build_upon counts {held} unincluded blocks of {capacity}")
            }
            Refusal::SlotNotOpen { authored, velocity } => write!(
                f,
                "can_build_upon counts {authored} blocks on the slot, velocity {velocity} allows one more"
            ),
            Refusal::OwnerIsDone => {
                write!(f, "the owner built a block that the others have not got")
            }
            Refusal::NothingToEquivocate => {
                write!(f, "an equivocation needs exactly one block to stand beside")
            }
            Refusal::SealedByStranger => write!(f, "sealed by another than the slot's owner"),
            Refusal::RelayNumberNotNewer { parent, block, check } => write!(
                f,
                "relay parent {} blocks old follows one {} blocks old, the check is {check}",
                block.0, parent.0
            ),
            Refusal::ParaSlotWentBack { .. } => {
                write!(f, "the para slot is older than the parent's")
            }
            Refusal::NoRelaySlot => write!(f, "the relay proof lacks the relay slot"),
            Refusal::SlotWentBack { parent, block } => write!(
                f,
                "relay slot of a block {} old follows that of one {} old",
                block.0, parent.0
            ),
            Refusal::TooManyInSlot { authored, velocity } => write!(
                f,
                "{authored} blocks on the relay slot, velocity {velocity} allows one more"
            ),
            Refusal::TooManyInOtherSlot { authored, velocity } => write!(
                f,
                "{authored} blocks on a para slot that is not the derived one, velocity {velocity} allows no more"
            ),
            Refusal::SlotNotDerived => write!(f, "the para slot is not the derived one"),
            Refusal::SlotTooFarAhead { ahead, most } => write!(
                f,
                "the para slot is {ahead} after the derived one, at most {most} are allowed"
            ),
            Refusal::TooFewDescendants { found, offset } => write!(
                f,
                "{found} relay blocks follow the relay parent, the offset asks for {offset}"
            ),
            Refusal::SegmentFull { held, capacity } => {
                write!(f, "segment already holds {held} of {capacity}")
            }
            Refusal::SignalWithdrawn => {
                write!(f, "an ancestor consumed a signal the relay chain no longer shows")
            }
            Refusal::GoAheadWithoutCode => write!(f, "a go-ahead is shown and no code is pending"),
            Refusal::UpgradeRestricted => write!(f, "the relay chain allows no upgrade now"),
            Refusal::OverlappingUpgrades => write!(f, "another code is pending"),
            Refusal::OtherCode { .. } => {
                write!(f, "the candidate's code is not the para's current one")
            }
            Refusal::PrematureUpgrade => {
                write!(f, "new code while an upgrade is under way or restricted")
            }
            Refusal::MessagesExceedRoom { messages, room } => {
                write!(f, "the segment sends {messages} messages and there is room for {room}")
            }
            Refusal::OutboundExceedsRoom { messages, room } => write!(
                f,
                "the segment sends {messages} messages to the other para and there is room for {room}"
            ),
            Refusal::WatermarkWentBack { parent, block } => {
                write!(f, "watermark {} relay blocks old follows one {} old", block.0, parent.0)
            }
            Refusal::DownwardHeadMismatch { first, expected }
            | Refusal::InboundHeadMismatch { first, expected } => write!(
                f,
                "the messages begin with number {first}, the chain is to go on with number {expected}"
            ),
            Refusal::NoneProcessed { waiting } => {
                write!(f, "no downward message comes along in full, {waiting} wait")
            }
            Refusal::NoneDelivered { waiting } => {
                write!(f, "no message of another para comes along in full, {waiting} wait")
            }
            Refusal::NotSeconded { limit: Limit::Watermark, asked, left } => write!(
                f,
                "behind its unincluded ancestors its watermark, {asked} relay blocks old, is none \
                 that is accepted; the last one is {left} old"
            ),
            Refusal::NotSeconded { limit, asked, left } => {
                write!(f, "it commits to {asked} {limit}, its unincluded ancestors leave {left}")
            }
            Refusal::UpwardQueueFull { waiting, limit } => {
                write!(f, "{waiting} of {limit} upward messages wait already")
            }
            Refusal::ChannelFull { held, capacity } => {
                write!(f, "the channel holds {held} of {capacity} messages already")
            }
            Refusal::NothingProcessed { sent, relay_parent } => write!(
                f,
                "no downward message is processed; one was sent {} relay blocks ago, the relay parent is {} old",
                sent.0, relay_parent.0
            ),
            Refusal::TooManyProcessed { processed, waiting } => {
                write!(f, "{processed} downward messages are processed and {waiting} wait")
            }
            Refusal::WatermarkNotAccepted { watermark, last } => write!(
                f,
                "a watermark {} relay blocks old is none that can follow one {} old",
                watermark.0, last.0
            ),
            Refusal::AlreadyKnown => write!(f, "the validator knows of the candidate"),
            Refusal::ForkWithPending(_) => write!(f, "another on its parent is pending"),
            Refusal::LosesToSibling(_) => write!(f, "another on its parent has a lower hash"),
            Refusal::RelayParentMovedBackwards { head, candidate } => write!(
                f,
                "the relay parent is {} blocks old, the newest head's {}",
                candidate.0, head.0
            ),
            Refusal::OutOfScope(age) => {
                write!(f, "relay parent {} blocks old is out of scope", age.0)
            }
            Refusal::NotOffered => write!(f, "no followed validator's fragment chain offers it"),
            Refusal::CandidateLost => write!(f, "the candidate has lost its quorum"),
            Refusal::NeverAvailable => write!(f, "the candidate's availability is withheld"),
            Refusal::RelayParentNotAllowed { age, lookahead } => write!(
                f,
                "relay parent {} blocks before the new block, at most {lookahead} are allowed",
                u16::from(age.0) + 1
            ),
            Refusal::OfLastSession(age) => {
                write!(f, "relay parent {} blocks old is of the session before", age.0)
            }
            Refusal::NotOnThisFork(_) => {
                write!(f, "the relay parent is not on the fork of this relay block")
            }
            Refusal::CoreNotAssigned => write!(f, "the core is another para's in this relay block"),
            Refusal::GroupDoesNotVouch => {
                write!(f, "the group of its relay parent does not vouch for it")
            }
            Refusal::ConcludedInvalid => write!(f, "a dispute found it invalid"),
            Refusal::InvalidBlock => write!(f, "no honest group vouches for an invalid block"),
            Refusal::NoCoreClaimed { .. } => {
                write!(
                    f,
                    "the next relay block has no core for the para, seen from the relay parent"
                )
            }
            Refusal::SessionEnds => write!(f, "a session ends in this block, nothing is backed"),
            Refusal::CoreOccupied => write!(f, "the core is occupied"),
            Refusal::NotOnNewestHead { .. } => {
                write!(f, "the candidate does not build on the newest head")
            }
            Refusal::RelayParentWentBack { head, candidate } => write!(
                f,
                "relay parent {} blocks old follows one {} blocks old",
                candidate.0, head.0
            ),
            Refusal::AlreadyOnChain => write!(f, "the candidate is on chain already"),
            Refusal::NothingToRecover => write!(f, "there is nothing to recover"),
        }
    }
}
