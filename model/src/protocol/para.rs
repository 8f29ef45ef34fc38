//! The parachain's runtime: what makes a block valid on every node, whoever authored it.

use std::cmp::Ordering;

use super::Protocol;
use super::messages::Sent;
use crate::action::{Author, Claim};
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::RelayNumberCheck;
use crate::state::{
    Age, BlockIndex, MAX_BRANCHES, ParaBlock, RelayParent, Segment, Signal, State, View,
};

impl Protocol {
    /// BLK-4: executes a block on its parent's state, in the order of the inherent: seal, relay
    /// number, slot, pruning, capacity, signal, messages; then the segment's new entry and an upgrade it
    /// may begin.
    ///
    /// # Errors
    ///
    /// The rule on which the runtime panics: the block is invalid on every node.
    pub fn execute(&self, state: &State, author: &Author) -> Result<ParaBlock, Refusal> {
        let parent = state.block(author.parent);
        let branch = usize::from(author.branch);
        let relay_parent = state.relay_parent(branch, author.relay_parent);
        self.check_seal(state, author)?;
        self.check_para_slot(state, author, parent)?;
        self.check_relay_number(state, author, parent, &relay_parent)?;
        self.check_descendants(author)?;
        let authored = self.check_slot(state, author, parent, &relay_parent)?;

        let view = state.branch(branch).view(author.relay_parent);
        let pruned = self.held(state, author)?;
        self.check_capacity(pruned)?;
        let consumes = self.consume_signal(view.signal(), pruned)?;
        let mut code = self.follow_signal(parent.code, consumes)?;
        let inbox = self.receive(state, parent, author)?;
        let sent = self.sent(author, view, pruned);
        self.check_watermark(author, parent, &inbox)?;
        let segment = self.append(pruned, view, sent, consumes)?;
        self.begin_upgrade(&mut code, author.new_code, view)?;
        code.is_due = Self::is_due_on(state, &relay_parent);
        let (issued, emission) = self.emit(state, author.parent, authored, &code);

        Ok(ParaBlock {
            parent: author.parent,
            relay_parent,
            core: author.core,
            authored,
            hash_rank: author.hash_rank,
            issued,
            segment,
            inbox,
            fate: 0,
            known_backable: 0,
            forgotten: 0,
            against: [0; MAX_BRANCHES],
            code,
            para_slot: self.stored_slot(state, author),
            authority_set: parent.authority_set ^ u8::from(author.ends_session),
            emission,
        })
    }

    /// BLK-3: the seal is the slot owner's, one of the authorities in the parent's state.
    fn check_seal(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let of_the_set = self.set_of(state, author) == state.block(author.parent).authority_set;
        let by_its_owner = author.claim != Claim::Stranger && of_the_set;
        self.require(Rule::Blk3, by_its_owner, Refusal::SealedByStranger)
    }

    /// RPN-1: relay parents, compared by number, whatever their fork (SEG-9).
    fn check_relay_number(
        &self,
        state: &State,
        author: &Author,
        parent: &ParaBlock,
        relay_parent: &RelayParent,
    ) -> Result<(), Refusal> {
        let check = self.parameters().relay_number_check;
        let order = state.compare_numbers(relay_parent, &parent.relay_parent);
        let follows = match check {
            RelayNumberCheck::Strict => order.is_gt(),
            RelayNumberCheck::Monotonic => order.is_ge(),
            RelayNumberCheck::Any => true,
        };
        let parent = parent.relay_parent.on(usize::from(author.branch));
        let block = author.relay_parent;
        self.require(Rule::Rpn1, follows, Refusal::RelayNumberNotNewer { parent, block, check })
    }

    /// HOOK-9: the offset's relay blocks follow the relay parent.
    fn check_descendants(&self, author: &Author) -> Result<(), Refusal> {
        let (found, offset) = (author.relay_parent.0, self.parameters().relay_parent_offset);
        let refusal = Refusal::TooFewDescendants { found, offset };
        self.require(Rule::Hook9, found >= offset, refusal)
    }

    /// SEG-2, SEG-4: the segment that a new block finds, once its inherent has pruned it.
    pub(crate) fn held(&self, state: &State, author: &Author) -> Result<Segment, Refusal> {
        let inherited = self.hash_of_parent(state.block(author.parent).segment)?;
        let view = state.branch(usize::from(author.branch)).view(author.relay_parent);
        let steps = state.steps_back(author.parent, view.included).map(|steps| steps + 1);
        Ok(self.prune(inherited, steps))
    }

    /// SEG-2: the new block's initialization writes its parent's hash into the parent's entry.
    fn hash_of_parent(&self, segment: Segment) -> Result<Segment, Refusal> {
        if segment.entries & 0x8000 != 0 {
            return Err(Refusal::ModelIsFull);
        }
        let written = if self.has(Rule::Seg2) { segment.entries & 1 } else { 0 };
        Ok(Segment {
            entries: segment.entries << 1,
            hashed: (segment.hashed | written) << 1,
            messages: segment.messages << 1,
            outbound: segment.outbound << 1,
            signals: segment.signals << 1,
            ..segment
        })
    }

    /// SEG-4: drops the included head's entry and everything older; nothing if it is not found.
    fn prune(&self, segment: Segment, included: Option<usize>) -> Segment {
        match included {
            Some(steps) if self.has(Rule::Seg4) && segment.finds(steps) => {
                let pruned = self.drop_from(segment, steps);
                if self.variants.contains(Variant::PruneOneEntry) {
                    let older = !((1u32 << (steps + 1)) - 1) as u16;
                    let (entries, hashed) = (segment.entries & older, segment.hashed & older);
                    return Segment {
                        entries: pruned.entries | entries,
                        hashed: pruned.hashed | hashed,
                        ..pruned
                    };
                }
                pruned
            }
            _ => segment,
        }
    }

    /// SEG-8: drops the entries `steps` back and older, and gives back what they used.
    pub(crate) fn drop_from(&self, segment: Segment, steps: usize) -> Segment {
        let keep = ((1u32 << steps) - 1) as u16;
        let mut kept = Segment {
            entries: segment.entries & keep,
            hashed: segment.hashed & keep,
            messages: segment.messages & keep,
            outbound: segment.outbound & keep,
            signals: segment.signals & keep,
            ..segment
        };
        if self.has(Rule::Seg8) {
            let dropped = segment.messages & !keep;
            kept.aggregate_messages =
                segment.aggregate_messages.saturating_sub(dropped.count_ones() as u8);
            let dropped = segment.outbound & !keep;
            kept.aggregate_outbound =
                segment.aggregate_outbound.saturating_sub(dropped.count_ones() as u8);
            kept.aggregate_signal = segment.aggregate_signal && segment.signals & !keep == 0;
            kept.aggregate_abort = segment.aggregate_abort && kept.aggregate_signal;
        }
        kept
    }

    /// SEG-5: fewer than the capacity before the block's own entry; 0 acts as 1.
    fn check_capacity(&self, segment: Segment) -> Result<(), Refusal> {
        let held = segment.len();
        let capacity = usize::from(self.parameters().unincluded_segment_capacity.max(1));
        let enforced = !self.variants.contains(Variant::SegmentAskedOnly);
        self.require(
            Rule::Seg5,
            held < capacity || !enforced,
            Refusal::SegmentFull { held, capacity },
        )
    }

    /// UPG-3: the signal shown at the relay parent, if this block is the one to consume it.
    fn consume_signal(
        &self,
        shown: Option<Signal>,
        segment: Segment,
    ) -> Result<Option<Signal>, Refusal> {
        let consumed = segment.consumed().filter(|_| self.has(Rule::Upg3));
        let still_shown = consumed.is_none() || consumed == shown;
        self.require(Rule::Upg3, still_shown, Refusal::SignalWithdrawn)?;
        Ok(shown.filter(|_| consumed.is_none()))
    }

    /// SEG-6: the block's own entry, without a hash, if the segment's messages fit the room.
    fn append(
        &self,
        segment: Segment,
        view: &View,
        sent: Sent,
        signal: Option<Signal>,
    ) -> Result<Segment, Refusal> {
        let (messages, outbound) = self.check_room(view, segment, sent)?;
        Ok(Segment {
            entries: segment.entries | 1,
            hashed: segment.hashed,
            messages: segment.messages | u16::from(sent.upward),
            outbound: segment.outbound | u16::from(sent.outbound),
            signals: segment.signals | u16::from(signal.is_some()),
            aggregate_messages: messages,
            aggregate_outbound: outbound,
            aggregate_signal: segment.aggregate_signal || signal.is_some(),
            aggregate_abort: segment.aggregate_abort || signal == Some(Signal::Abort),
        })
    }

    /// HOOK-6: whether the runtime, asked in the parent's state, allows another block.
    ///
    /// # Errors
    ///
    /// What the collator learns: no room, or no more blocks on this slot.
    pub fn can_build_upon(
        &self,
        state: &State,
        parent: BlockIndex,
        branch: usize,
        age: Age,
    ) -> Result<(), Refusal> {
        let block = state.block(parent);
        if block.authored == 0 {
            return Ok(()); // No slot is stored: the answer comes before the segment is looked at.
        }
        let capacity = usize::from(self.parameters().unincluded_segment_capacity);
        let steps = state.steps_back(parent, state.branch(branch).view(age).included);
        let held = match steps {
            Some(0) if !self.has(Rule::Seg3) => 0,
            _ => block.segment.size_after_included(steps),
        };
        let asked = !self.variants.contains(Variant::SegmentEnforcedOnly);
        self.require(
            Rule::Seg5,
            held < capacity || !asked,
            Refusal::NoRoomToBuild { held, capacity },
        )?;

        let velocity = self.velocity();
        let refusal = Refusal::SlotNotOpen { authored: block.authored, velocity };
        let relay_parent = state.relay_parent(branch, age);
        let honest = Author { branch: branch as u8, ..Author::honest(parent, age) };
        match self.slot_order(state, &honest, block, &relay_parent) {
            Ordering::Equal => self.require(Rule::Hook3, block.authored < velocity + 1, refusal),
            order => self.require(Rule::Hook2, order.is_gt(), refusal),
        }
    }
}
