//! The parachain's runtime: one block executed on its parent's state (BLK-1 to BLK-5).

use unincluded_model::Rule;
use unincluded_model::scenario::RelayNumberCheck;

use super::{
    AUTHORITIES, Authoring, BlockId, Entry, Inbox, ParaBlock, Refused, RelayId, RelaySlot, Signal,
    World, require,
};

impl World {
    /// BLK-4: the block with the state it leaves, or the first check that panics.
    pub(super) fn execute(&self, authoring: &Authoring) -> Result<ParaBlock, Refused> {
        let parent = &self.para[&authoring.parent];
        let at_relay_parent = &self.relay[&authoring.relay_parent];
        let velocity = u32::from(self.parameters().block_processing_velocity.max(1));
        let capacity = usize::from(self.parameters().unincluded_segment_capacity.max(1));

        require(Rule::Blk3, authoring.sealed_by == authoring.para_slot % AUTHORITIES)?;

        if let Some(previous) = parent.relay_number {
            let current = at_relay_parent.number;
            let follows = match self.parameters().relay_number_check {
                RelayNumberCheck::Strict => current > previous,
                RelayNumberCheck::Monotonic => current >= previous,
                RelayNumberCheck::Any => true,
            };
            require(Rule::Rpn1, follows)?;
        }

        let offset = usize::from(self.parameters().relay_parent_offset);
        require(Rule::Hook9, self.descendants(authoring.relay_parent) >= offset)?;

        require(Rule::Hook1, authoring.proves_slot)?;
        let slot = at_relay_parent.slot;
        let authored = match parent.slot_info {
            Some((stored, _)) if stored > slot => return Err(Refused(Some(Rule::Hook2))),
            Some((stored, authored)) if stored == slot => authored,
            Some(_) | None => 0,
        };
        require(Rule::Hook3, authored <= velocity)?;
        require(Rule::Hook4, authoring.para_slot == self.para_slot_of(slot))?;

        let fetched = self.is_fetched(authoring.relay_parent);
        let mut block = ParaBlock {
            parent: Some(authoring.parent),
            number: parent.number + 1,
            relay_parent: Some(authoring.relay_parent),
            relay_number: Some(at_relay_parent.number),
            core: authoring.core,
            para_slot: authoring.para_slot,
            segment: parent.segment.clone(),
            aggregate_messages: parent.aggregate_messages,
            aggregate_outbound: parent.aggregate_outbound,
            aggregate_signal: parent.aggregate_signal,
            slot_info: Some((slot, authored + 1)),
            executed_under: parent.code,
            code: parent.code,
            pending_code: parent.pending_code,
            new_code: None,
            inbox: Inbox { processed: 0, ..parent.inbox.clone() },
            total_issuance: parent.total_issuance + self.block_reward,
            hash: authoring.hash.unwrap_or_default(),
            withheld: authoring.withheld,
            invalid: authoring.invalid,
            fetched,
            lost: !fetched,
            never_available: false,
        };
        block.write_parent_hash(authoring.parent);
        block.prune(at_relay_parent.included);
        require(Rule::Seg5, block.segment.len() < capacity)?;

        let shown = at_relay_parent.code.signal;
        let consumed = block.aggregate_signal;
        require(Rule::Upg3, consumed.is_none() || consumed == shown)?;
        let signal = if consumed.is_none() { shown } else { None };
        block.follow_signal(signal, self.follows_code())?;
        self.receive(authoring, &mut block)?;
        if let Some(new) = self.code_brought(authoring.new_code, block.code)? {
            let may_begin = at_relay_parent.code.restricted_until.is_none();
            require(Rule::Upg1, may_begin && block.pending_code.is_none())?;
            block.pending_code = Some(new);
            block.new_code = Some(new);
        }
        // MSG-1, MSG-2, MSG-4: what there is no room for waits, where there is a queue.
        let [room, outbound_room] = self.room(at_relay_parent).map(|room| room as u32);
        let has_queues = !self.scenario.messages.is_off();
        let fits = |used: u32, room: u32| !has_queues || used < room;
        let sends_message = authoring.sends_message && fits(block.aggregate_messages, room);
        let sends_outbound =
            authoring.sends_outbound && fits(block.aggregate_outbound, outbound_room);
        let own = Entry {
            of: self.next_id(),
            hash: None,
            messages: u32::from(sends_message),
            outbound: u32::from(sends_outbound),
            signal,
        };
        require(Rule::Seg6, block.aggregate_messages + own.messages <= room)?;
        let outbound = block.aggregate_outbound + own.outbound;
        require(Rule::Seg6, own.outbound == 0 || outbound <= outbound_room)?;
        let trunk = block.inbox.watermark < at_relay_parent.number;
        require(Rule::Seg6, !trunk || block.inbox.watermark >= parent.inbox.watermark)?;
        block.aggregate_messages += own.messages;
        block.aggregate_outbound = outbound;
        block.aggregate_signal = block.aggregate_signal.or(own.signal);
        block.segment.push(own);
        // EMU-3: what no validator seconds at the newest relay block is not offered again.
        block.lost |= !self.emulates(self.tip(0), authoring.parent, &block);
        Ok(block)
    }

    /// HOOK-9: how many headers that follow a relay block an author can show.
    fn descendants(&self, relay_parent: RelayId) -> usize {
        let behind = |&tip: &RelayId| self.relay_line(tip).position(|id| id == relay_parent);
        self.tips.iter().filter_map(behind).max().unwrap_or_default()
    }

    /// HOOK-6: what the runtime answers in the state at `parent`.
    pub(super) fn can_build_upon(
        &self,
        parent: BlockId,
        included: BlockId,
        slot: RelaySlot,
    ) -> bool {
        let parent = &self.para[&parent];
        let velocity = u32::from(self.parameters().block_processing_velocity.max(1));
        let capacity = usize::from(self.parameters().unincluded_segment_capacity);
        let Some((stored, authored)) = parent.slot_info else {
            return true;
        };
        if parent.size_after_included(included) >= capacity {
            return false;
        }
        if stored == slot { authored < velocity + 1 } else { stored < slot }
    }
}

impl ParaBlock {
    /// SEG-2: `on_initialize` completes the newest entry.
    fn write_parent_hash(&mut self, parent: BlockId) {
        if let Some(newest) = self.segment.last_mut() {
            newest.hash = Some(parent);
        }
    }

    /// SEG-4, SEG-8: the included head's entry goes, and all that are older, with what they used.
    fn prune(&mut self, included: BlockId) {
        let Some(position) = self.segment.iter().position(|entry| entry.hash == Some(included))
        else {
            return;
        };
        for dropped in self.segment.drain(..=position) {
            self.aggregate_messages -= dropped.messages;
            self.aggregate_outbound -= dropped.outbound;
            if dropped.signal.is_some() {
                assert_eq!(self.aggregate_signal, dropped.signal, "a consumed signal is in both");
                self.aggregate_signal = None;
            }
        }
    }

    /// UPG-4, UPG-5: what a signal does that no unincluded ancestor has consumed. Where the code does
    /// not change nobody asks for one that is pending.
    fn follow_signal(&mut self, signal: Option<Signal>, changes: bool) -> Result<(), Refused> {
        match signal {
            Some(Signal::GoAhead) if changes => {
                let pending = self.pending_code.take();
                self.code = pending.ok_or(Refused(Some(Rule::Upg4)))?;
            }
            Some(Signal::Abort) => self.pending_code = None,
            Some(Signal::GoAhead) | None => {}
        }
        Ok(())
    }

    /// SEG-3: the entries newer than the included head; all of them if it is not found.
    pub fn size_after_included(&self, included: BlockId) -> usize {
        let found = self.segment.iter().position(|entry| entry.hash == Some(included));
        match found {
            Some(position) => self.segment.len() - (position + 1),
            None => self.segment.len(),
        }
    }
}
