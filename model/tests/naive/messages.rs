//! Messages: what the relay chain queues (SEG-7, INCL-5, INCL-10 to INCL-12), what a para block sends
//! and is handed (MSG-1 to MSG-8), and what validators make of it before (EMU-1 to EMU-5).
//!
//! A message is its number among all of its kind, so a message queue chain's head is how many there
//! were. The queue of a kind is a whole history and what has left it.

use unincluded_model::Rule;

use super::{
    Authoring, BlockId, Building, ParaBlock, Refused, RelayBlock, RelayNumber, World, in_scenario,
    require,
};

/// Which message of a queue: the block that sent it, and how many of the same block follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastProcessed {
    pub sent_at: RelayNumber,
    pub reverse: usize,
}

/// A queue of messages for the para: the relay block in which each was sent, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    pub sent_at: Vec<RelayNumber>,
    /// How many of them are no longer in the queue.
    pub gone: usize,
}

impl Incoming {
    /// The contents of the queue, by the block that sent each.
    pub fn waiting(&self) -> &[RelayNumber] {
        &self.sent_at[self.gone..]
    }
}

/// What the relay chain's storage holds of the para's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelayQueues {
    /// Upward messages that wait, by the block that sent them.
    pub upward: Vec<BlockId>,
    /// What is in the channel to the other para, by the block that sent it.
    pub outbound: Vec<BlockId>,
    /// `HrmpChannelContents` from the other para, and its `HrmpChannelDigests`.
    pub inbound: Incoming,
    /// `DownwardMessageQueues`.
    pub downward: Incoming,
    /// `HrmpWatermarks`.
    pub watermark: Option<RelayNumber>,
}

/// What the para's storage holds of messages that it was sent, and its candidate's commitments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    /// `HrmpWatermark`.
    pub watermark: RelayNumber,
    /// `LastHrmpMqcHeads`: messages of the other para that were delivered in full.
    pub delivered: usize,
    /// `LastProcessedHrmpMessage`.
    pub last_delivered: Option<LastProcessed>,
    /// `LastDmqMqcHead`: downward messages that were processed.
    pub downward: usize,
    /// `LastProcessedDownwardMessage`.
    pub last_downward: Option<LastProcessed>,
    /// `ProcessedDownwardMessages`.
    pub processed: usize,
}

/// EMU-1: what the emulator lets the next candidate use.
#[derive(Debug)]
struct Constraints {
    upward: usize,
    outbound: usize,
    downward: Vec<RelayNumber>,
    watermarks: Vec<RelayNumber>,
}

impl World {
    /// SEG-7: the room that the relay chain shows for upward messages, and in the channel.
    pub(super) fn room(&self, at: &RelayBlock) -> [usize; 2] {
        let messages = &self.scenario.messages;
        if messages.is_off() {
            return [usize::from(self.parameters().upward_message_room), 0];
        }
        let upward = usize::from(messages.upward_limit).saturating_sub(at.queues.upward.len());
        let capacity = usize::from(messages.outbound_capacity);
        [upward, capacity.saturating_sub(at.queues.outbound.len())]
    }

    /// Which messages the scenario has.
    pub(super) fn permits_messages(&self, authoring: &Authoring) -> Result<(), Refused> {
        let messages = &self.scenario.messages;
        let upward = self.parameters().upward_message_room > 0 || messages.upward_limit > 0;
        in_scenario(!authoring.sends_message || upward)?;
        in_scenario(!authoring.sends_outbound || messages.outbound_capacity > 0)?;
        let [inbound, downward] = self.handed(authoring).map(|handed| handed.len());
        in_scenario(authoring.inbound <= inbound && authoring.downward <= downward)
    }

    /// MSG-8: the messages of the other para and the downward messages that the collator hands over.
    fn handed(&self, authoring: &Authoring) -> [Vec<RelayNumber>; 2] {
        let parent = &self.para[&authoring.parent];
        let queues = &self.relay[&authoring.relay_parent].queues;
        let otherwise =
            LastProcessed { sent_at: parent.relay_number.unwrap_or_default(), reverse: 0 };
        let left = |queue: &Incoming, last: Option<LastProcessed>| {
            let last = last.unwrap_or(otherwise);
            let contents = queue.waiting();
            let found = contents.iter().rposition(|&sent_at| sent_at <= last.sent_at);
            let found = found.and_then(|at| {
                if contents[at] == last.sent_at { at.checked_sub(last.reverse) } else { Some(at) }
            });
            contents[found.map_or(0, |at| at + 1)..].to_vec()
        };
        let inbox = &parent.inbox;
        [left(&queues.inbound, inbox.last_delivered), left(&queues.downward, inbox.last_downward)]
    }

    /// MSG-5 to MSG-7: the para takes in what it is handed; the rest comes hashed.
    pub(super) fn receive(
        &self,
        authoring: &Authoring,
        block: &mut ParaBlock,
    ) -> Result<(), Refused> {
        let at = &self.relay[&authoring.relay_parent];
        let [inbound, downward] = self.handed(authoring);
        let last = |handed: &[RelayNumber], full: usize| {
            let sent_at = *handed[..full].last()?;
            let reverse = handed[full..].iter().filter(|&&other| other == sent_at).count();
            Some(LastProcessed { sent_at, reverse })
        };
        let inbox = &mut block.inbox;

        require(Rule::Msg7, authoring.downward > 0 || downward.is_empty())?;
        require(Rule::Msg7, inbox.downward + downward.len() == at.queues.downward.sent_at.len())?;
        inbox.downward += authoring.downward;
        inbox.processed = authoring.downward;
        inbox.last_downward = last(&downward, authoring.downward).or(inbox.last_downward);

        require(Rule::Msg5, authoring.inbound > 0 || inbound.is_empty())?;
        require(Rule::Msg5, inbox.delivered + inbound.len() == at.queues.inbound.sent_at.len())?;
        inbox.delivered += authoring.inbound;
        let Some(newest) = last(&inbound, authoring.inbound) else {
            inbox.watermark = at.number;
            inbox.last_delivered = Some(LastProcessed { sent_at: at.number, reverse: 0 });
            return Ok(());
        };
        let full = &inbound[..authoring.inbound];
        let complete =
            full.iter().filter(|&&sent_at| sent_at < newest.sent_at || newest.reverse == 0);
        inbox.watermark = complete.copied().max().unwrap_or(inbox.watermark);
        inbox.last_delivered = Some(newest);
        Ok(())
    }

    /// What others do with the queues, as far as the scenario leaves it to choose. The relay chain
    /// and the other para take what waited before.
    pub(super) fn permits_traffic(
        &self,
        parent: &RelayBlock,
        building: &Building,
    ) -> Result<(), Refused> {
        let messages = &self.scenario.messages;
        let traffic = building.traffic;
        in_scenario(usize::from(traffic.served) <= parent.queues.upward.len())?;
        in_scenario(usize::from(traffic.taken) <= parent.queues.outbound.len())?;
        let mut blocks = parent.queues.inbound.waiting().to_vec();
        blocks.dedup();
        let waiting = parent.queues.downward.waiting().len();
        in_scenario(!traffic.inbound || blocks.len() < usize::from(messages.inbound))?;
        in_scenario(!traffic.downward || waiting < usize::from(messages.downward))
    }

    /// What leaves the queues before the candidates are looked at.
    pub(super) fn drain_queues(block: &mut RelayBlock, building: &Building) {
        block.queues.upward.drain(..usize::from(building.traffic.served));
        block.queues.outbound.drain(..usize::from(building.traffic.taken));
    }

    /// What others send in this block.
    pub(super) fn fill_queues(&self, block: &mut RelayBlock, building: &Building) {
        if building.traffic.inbound {
            let each = usize::from(self.scenario.messages.inbound_messages);
            let sent = std::iter::repeat_n(block.number, each);
            block.queues.inbound.sent_at.extend(sent);
        }
        if building.traffic.downward {
            block.queues.downward.sent_at.push(block.number);
        }
    }

    /// INCL-5: what the enacted candidate processed leaves, and what it sent comes.
    pub(super) fn move_messages(&self, block: &mut RelayBlock, enacted: BlockId) {
        if self.scenario.messages.is_off() {
            return;
        }
        let para = &self.para[&enacted];
        let queues = &mut block.queues;
        queues.downward.gone += para.inbox.processed;
        let watermark = para.inbox.watermark;
        let pruned = queues.inbound.waiting().iter().filter(|&&at| at <= watermark).count();
        queues.inbound.gone += pruned;
        queues.watermark = Some(watermark);
        let [upward, outbound] = para.sent();
        queues.upward.extend(std::iter::repeat_n(enacted, upward));
        queues.outbound.extend(std::iter::repeat_n(enacted, outbound));
    }

    /// INCL-10, INCL-11, INCL-12: whether the queues as they are take the candidate's commitments.
    pub(super) fn accepts_messages(
        &self,
        block: &RelayBlock,
        para: &ParaBlock,
    ) -> Result<(), Refused> {
        if self.scenario.messages.is_off() {
            return Ok(());
        }
        let relay_parent = para.relay_number.unwrap_or_default();
        let queues = &block.queues;
        let [upward, outbound] = para.sent();
        let [upward_room, outbound_room] = self.room(block);
        require(Rule::Incl10, upward <= upward_room && outbound <= outbound_room)?;

        let waiting = queues.downward.waiting();
        let due = waiting.first().is_some_and(|&sent_at| sent_at <= relay_parent);
        let processed = para.inbox.processed;
        require(Rule::Incl11, processed > 0 || !due)?;
        require(Rule::Incl11, processed <= waiting.len())?;

        let watermark = para.inbox.watermark;
        let stays = queues.watermark == Some(watermark);
        let follows = queues.watermark.is_none_or(|last| watermark >= last);
        let lands = queues.inbound.waiting().contains(&watermark);
        let legal =
            watermark == relay_parent || (watermark < relay_parent && follows && (stays || lands));
        require(Rule::Incl12, legal)
    }

    /// EMU-1: the constraints in the state after a leaf, for what follows its included head.
    fn constraints(&self, leaf: &RelayBlock) -> Constraints {
        let [upward, outbound] = self.room(leaf);
        let mut watermarks = leaf.queues.inbound.waiting().to_vec();
        watermarks.dedup();
        if let Some(last) = leaf.queues.watermark
            && watermarks.first().is_some_and(|&first| first > last)
        {
            watermarks.insert(0, last);
        }
        let downward = leaf.queues.downward.waiting().to_vec();
        Constraints { upward, outbound, downward, watermarks }
    }

    /// EMU-3, EMU-4: whether the emulator takes the block at the leaf, with all its ancestors that are
    /// not included there.
    pub(super) fn emulates(&self, leaf: &RelayBlock, parent: BlockId, own: &ParaBlock) -> bool {
        if self.scenario.messages.is_off() {
            return true;
        }
        let mut line = self.ancestry(parent);
        let Some(included) = line.iter().position(|&id| id == leaf.included) else { return true };
        line.truncate(included);
        let mut constraints = self.constraints(leaf);
        let ancestors = line.iter().rev().map(|id| &self.para[id]);
        for ancestor in ancestors {
            // FRAG-4: where the parent is in no chain, nothing of this is asked.
            if constraints.apply(ancestor).is_none() {
                return true;
            }
        }
        constraints.check(own)
    }
}

impl ParaBlock {
    /// Upward messages of the block itself, and its messages to the other para.
    fn sent(&self) -> [usize; 2] {
        self.segment.last().map_or([0, 0], |own| [own.messages as usize, own.outbound as usize])
    }
}

impl Constraints {
    fn check(&self, block: &ParaBlock) -> bool {
        let relay_parent = block.relay_number.unwrap_or_default();
        let [upward, outbound] = block.sent();
        let due = self.downward.first().is_some_and(|&sent_at| sent_at <= relay_parent);
        let watermark = block.inbox.watermark;
        (block.inbox.processed > 0 || !due)
            && (watermark == relay_parent || self.watermarks.contains(&watermark))
            && outbound <= self.outbound
            && upward <= self.upward
            && block.inbox.processed <= self.downward.len()
    }

    /// None if there is not as much.
    fn apply(&mut self, block: &ParaBlock) -> Option<()> {
        let watermark = block.inbox.watermark;
        let is_head = block.relay_number == Some(watermark);
        if !is_head && !self.watermarks.contains(&watermark) {
            return None;
        }
        self.watermarks.retain(|&valid| valid >= watermark);
        let [upward, outbound] = block.sent();
        self.upward = self.upward.checked_sub(upward)?;
        self.outbound = self.outbound.checked_sub(outbound)?;
        if block.inbox.processed > self.downward.len() {
            return None;
        }
        self.downward.drain(..block.inbox.processed);
        Some(())
    }
}
