//! Messages as the parachain's runtime sees them: what a block may send, what it is handed over, and
//! how far it says it has got.
//!
//! Everything is read at the relay parent. What unincluded ancestors sent and took is not in the relay
//! chain's state there, so it is counted again on this side: that is what the segment is for.

use super::Protocol;
use crate::action::Author;
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::Messages;
use crate::state::{Age, Branch, Inbox, ParaBlock, Segment, State, View};

/// What a block sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Whether an upward message goes out.
    pub upward: bool,
    /// Whether a message to the other para goes out.
    pub outbound: bool,
}

/// Messages of one kind that can be handed to a block, numbered as [`Inbox`] counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The first.
    pub first: u8,
    /// How many there are at the relay parent, from the first on.
    pub waiting: u8,
    /// The first that the parent's chain has not had.
    pub expected: u8,
}

impl Protocol {
    /// The scenario's queues.
    pub fn messages(&self) -> &Messages {
        &self.scenario().messages
    }

    /// SEG-7: upward messages that the state after a relay block has room for.
    pub fn upward_room(&self, view: &View) -> u8 {
        let limit = self.messages().upward_limit;
        if self.messages().is_off() {
            self.parameters().upward_message_room
        } else if self.has(Rule::Seg7) {
            limit.saturating_sub(view.queues.upward)
        } else {
            limit
        }
    }

    /// SEG-7: messages that the channel to the other para has room for.
    pub fn outbound_room(&self, view: &View) -> u8 {
        let capacity = self.messages().outbound_capacity;
        if self.has(Rule::Seg7) { capacity.saturating_sub(view.queues.outbound) } else { capacity }
    }

    /// MSG-1, MSG-2, MSG-4: what goes out of what a block has to send; the rest waits. Where the room is
    /// a constant of the scenario, everything goes out.
    pub fn sent(&self, author: &Author, view: &View, segment: Segment) -> Sent {
        if self.messages().is_off() {
            return Sent { upward: author.sends_message, outbound: false };
        }
        let left = |room: u8, used: u8| {
            if self.has(Rule::Msg1) { room.saturating_sub(used) } else { room }
        };
        let upward = left(self.upward_room(view), segment.aggregate_messages);
        let outbound = left(self.outbound_room(view), segment.aggregate_outbound);
        Sent {
            upward: author.sends_message && (upward > 0 || !self.has(Rule::Msg2)),
            outbound: author.sends_outbound && (outbound > 0 || !self.has(Rule::Msg4)),
        }
    }

    /// MSG-8: the downward messages that a collator hands over on this parent and relay block.
    pub fn downward_at(&self, branch: &Branch, age: Age, parent: &Inbox) -> Handed {
        let shown = branch.downward.iter().filter(|&&sent| sent >= age).count() as u8;
        self.handed(branch.view(age).queues.popped, shown, parent.downward)
    }

    /// MSG-8: the same of the messages of other paras. The relay chain shows those above the included
    /// head's watermark.
    pub fn inbound_at(&self, state: &State, branch: &Branch, age: Age, parent: &Inbox) -> Handed {
        let each = self.messages().inbound_messages;
        let until = |mark: Age| branch.inbound.iter().filter(|&&sent| sent >= mark).count() as u8;
        let included = state.block(branch.view(age).included).inbox;
        self.handed(until(included.watermark) * each, until(age) * each, parent.delivered)
    }

    fn handed(&self, pruned: u8, end: u8, expected: u8) -> Handed {
        let first = if self.has(Rule::Msg8) { pruned.max(expected) } else { pruned };
        Handed { first, waiting: end.saturating_sub(first), expected }
    }

    /// MSG-5 to MSG-7: the block takes in what it was handed, downward messages first. Of each kind
    /// the pallet first asks whether enough comes in full, and compares the heads last.
    pub(crate) fn receive(
        &self,
        state: &State,
        parent: &ParaBlock,
        author: &Author,
    ) -> Result<Inbox, Refusal> {
        let mut inbox = Inbox { processed: 0, ..parent.inbox };
        let branch = state.branch(usize::from(author.branch));
        if self.messages().downward > 0 {
            let Handed { first, waiting, expected } =
                self.downward_at(branch, author.relay_parent, &parent.inbox);
            let enough = author.downward > 0 || waiting == 0;
            self.require(Rule::Msg7, enough, Refusal::NoneProcessed { waiting })?;
            let mismatch = Refusal::DownwardHeadMismatch { first, expected };
            self.require(Rule::Msg7, first == expected, mismatch)?;
            inbox.downward = first.saturating_add(author.downward);
            inbox.processed = author.downward;
        }
        if self.messages().inbound > 0 {
            let Handed { first, waiting, expected } =
                self.inbound_at(state, branch, author.relay_parent, &parent.inbox);
            let enough = author.inbound > 0 || waiting == 0;
            self.require(Rule::Msg5, enough, Refusal::NoneDelivered { waiting })?;
            let mismatch = Refusal::InboundHeadMismatch { first, expected };
            self.require(Rule::Msg5, first == expected, mismatch)?;
            inbox.delivered = first.saturating_add(author.inbound);
            inbox.watermark = self.watermark(branch, author, first, &parent.inbox);
        }
        Ok(inbox)
    }

    /// MSG-6: the new watermark of a block that was handed messages from `first` on.
    fn watermark(&self, branch: &Branch, author: &Author, first: u8, parent: &Inbox) -> Age {
        if author.inbound == 0 || !self.has(Rule::Msg6) {
            return author.relay_parent;
        }
        let each = self.messages().inbound_messages;
        let whole = first.saturating_add(author.inbound) / each;
        let newest = whole.checked_sub(1).filter(|_| whole * each > first);
        match newest.and_then(|newest| branch.inbound.get(usize::from(newest))) {
            Some(&sent) => sent,
            None if self.variants.contains(Variant::WatermarkForgotten) => Age(u8::MAX),
            None => parent.watermark,
        }
    }

    /// SEG-6(ii): a watermark below the relay parent is not below the last one.
    pub(crate) fn check_watermark(
        &self,
        author: &Author,
        parent: &ParaBlock,
        inbox: &Inbox,
    ) -> Result<(), Refusal> {
        let (last, new) = (parent.inbox.watermark, inbox.watermark);
        let is_trunk = new > author.relay_parent;
        let tracked = parent.authored > 0;
        let refusal = Refusal::WatermarkWentBack { parent: last, block: new };
        self.require(Rule::Seg6, !is_trunk || !tracked || new <= last, refusal)
    }

    /// SEG-6(iii), (iv): the segment's messages with the block's own fit the room. Upward messages are
    /// looked at in every block, those to the other para in a block that sends one.
    pub(crate) fn check_room(
        &self,
        view: &View,
        segment: Segment,
        sent: Sent,
    ) -> Result<(u8, u8), Refusal> {
        let room = self.upward_room(view);
        let messages = segment.aggregate_messages.saturating_add(u8::from(sent.upward));
        self.require(Rule::Seg6, messages <= room, Refusal::MessagesExceedRoom { messages, room })?;
        let outbound = segment.aggregate_outbound.saturating_add(u8::from(sent.outbound));
        let room = self.outbound_room(view);
        let refusal = Refusal::OutboundExceedsRoom { messages: outbound, room };
        self.require(Rule::Seg6, outbound <= room || !sent.outbound, refusal)?;
        Ok((messages, outbound))
    }

    /// What a collator can do with messages on this parent and relay block: send what there is room for
    /// or nothing, and hand over any number that fits, one at least.
    pub(crate) fn with_messages(
        &self,
        state: &State,
        plain: Author,
    ) -> impl Iterator<Item = Author> {
        let parent = state.block(plain.parent);
        let branch = state.branch(usize::from(plain.branch));
        let queues = !self.messages().is_off();
        let choices = |handed: Handed| u8::from(handed.waiting > 0)..=handed.waiting;
        let downward = match self.messages().downward {
            0 => 0..=0,
            _ => choices(self.downward_at(branch, plain.relay_parent, &parent.inbox)),
        };
        let inbound = match self.messages().inbound {
            0 => 0..=0,
            _ => choices(self.inbound_at(state, branch, plain.relay_parent, &parent.inbox)),
        };
        let sends = |has: bool| u8::from(queues && has);
        let upward = 0..=sends(self.messages().upward_limit > 0);
        let outbound = 0..=sends(self.messages().outbound_capacity > 0);
        upward
            .flat_map(move |upward| outbound.clone().map(move |outbound| (upward, outbound)))
            .flat_map(move |sends| inbound.clone().map(move |inbound| (sends, inbound)))
            .flat_map(move |(sends, inbound)| downward.clone().map(move |d| (sends, inbound, d)))
            .map(move |((upward, outbound), inbound, downward)| Author {
                sends_message: upward > 0,
                sends_outbound: outbound > 0,
                inbound,
                downward,
                ..plain
            })
    }

    /// Whether what a block has to send goes out. One that waits makes no other block than one that is
    /// not there.
    pub(crate) fn sends_what_it_has(&self, state: &State, author: &Author) -> bool {
        if self.messages().is_off() || !(author.sends_message || author.sends_outbound) {
            return true;
        }
        let branch = state.branch(usize::from(author.branch));
        let Ok(segment) = self.held(state, author) else { return true };
        let sent = self.sent(author, branch.view(author.relay_parent), segment);
        sent.upward == author.sends_message && sent.outbound == author.sends_outbound
    }

    /// Whether a scenario has such messages for a block, and so many.
    pub(crate) fn messages_are_there(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let queues = self.messages();
        let (parent, branch) =
            (state.block(author.parent), state.branch(usize::from(author.branch)));
        let upward = queues.upward_limit > 0 || self.parameters().upward_message_room > 0;
        let inbound = match queues.inbound {
            0 => 0,
            _ => self.inbound_at(state, branch, author.relay_parent, &parent.inbox).waiting,
        };
        let downward = match queues.downward {
            0 => 0,
            _ => self.downward_at(branch, author.relay_parent, &parent.inbox).waiting,
        };
        if (author.sends_message && !upward)
            || (author.sends_outbound && queues.outbound_capacity == 0)
            || author.inbound > inbound
            || author.downward > downward
        {
            return Err(Refusal::NotInThisScenario("messages"));
        }
        Ok(())
    }
}
