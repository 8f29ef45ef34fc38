//! Messages as the relay chain sees them: the queues, what moves through them in one block, and what
//! a candidate's commitments are held against when it is backed.

use super::Protocol;
use crate::action::{RelayBlockPlan, Traffic};
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::state::{Age, BlockIndex, Branch, ParaBlock, State};

impl Protocol {
    /// Whether there is as much to serve and to take, and room for what comes in.
    pub(crate) fn traffic_fits(
        &self,
        state: &State,
        branch: &Branch,
        traffic: Traffic,
    ) -> Result<(), Refusal> {
        let (queues, limits) = (branch.tip().queues, self.messages());
        let inbound = traffic.inbound && self.inbound_waiting(state, branch) >= limits.inbound;
        let downward = traffic.downward && branch.downward_waiting() >= limits.downward;
        if traffic.served > queues.upward || traffic.taken > queues.outbound || inbound || downward
        {
            return Err(Refusal::NotInThisScenario("such traffic now"));
        }
        Ok(())
    }

    /// Relay blocks whose messages of other paras the channel still holds at the tip.
    pub fn inbound_waiting(&self, state: &State, branch: &Branch) -> u8 {
        let last = state.block(branch.tip().included).inbox.watermark;
        branch.inbound.iter().filter(|&&sent| sent < last).count() as u8
    }

    /// Everything that can happen to the para's messages in the next block of a branch.
    pub(crate) fn traffic_to_come(&self, state: &State, branch: &Branch) -> Vec<Traffic> {
        if self.messages().is_off() {
            return vec![Traffic::default()];
        }
        let queues = branch.tip().queues;
        let mut all = Vec::new();
        for served in 0..=queues.upward {
            for taken in 0..=queues.outbound {
                for (inbound, downward) in
                    [(false, false), (true, false), (false, true), (true, true)]
                {
                    let traffic = Traffic { served, taken, inbound, downward };
                    if self.traffic_fits(state, branch, traffic).is_ok() {
                        all.push(traffic);
                    }
                }
            }
        }
        all
    }

    /// The messages grow older with the branch; those that are compared with relay parents alone no
    /// further than these do.
    pub(crate) fn age_messages(&self, next: &mut State, place: usize) {
        let oldest = self.oldest_age();
        let branch = &mut next.branches[place];
        for sent in &mut branch.downward {
            *sent = sent.older(oldest);
        }
        if self.messages().inbound > 0 {
            for sent in &mut branch.inbound {
                *sent = Age(sent.0.saturating_add(1));
            }
            for block in &mut next.blocks {
                let mark = &mut block.inbox.watermark;
                *mark = Age(mark.0.saturating_add(1));
            }
        }
    }

    /// What the relay chain and the other para take out of the queues, before anything else.
    pub(crate) fn drain(branch: &mut Branch, traffic: Traffic) {
        let queues = &mut branch.views[0].queues;
        queues.upward = queues.upward.saturating_sub(traffic.served);
        queues.outbound = queues.outbound.saturating_sub(traffic.taken);
    }

    /// What comes in with the new relay block, after everything else.
    pub(crate) fn fill(branch: &mut Branch, traffic: Traffic) -> Result<(), Refusal> {
        let full = Err(Refusal::ModelIsFull);
        if traffic.inbound && branch.inbound.try_push(Age::TIP).is_err() {
            return full;
        }
        if traffic.downward && branch.downward.try_push(Age::TIP).is_err() {
            return full;
        }
        Ok(())
    }

    /// INCL-5: what an enacted candidate processed leaves its queue, what it sent joins the others. The
    /// channel from the other para is pruned to the watermark by naming the new included head.
    pub(crate) fn move_messages(&self, branch: &mut Branch, enacted: &ParaBlock) {
        if self.messages().is_off() {
            return;
        }
        let waiting = branch.downward_waiting();
        let queues = &mut branch.views[0].queues;
        queues.popped += enacted.inbox.processed.min(waiting);
        let [upward, outbound] = enacted.segment.own_messages();
        queues.upward = queues.upward.saturating_add(upward);
        queues.outbound = queues.outbound.saturating_add(outbound);
    }

    /// INCL-10 to INCL-12: a candidate's messages, against the relay chain's state as it is now.
    pub(crate) fn check_commitments(
        &self,
        now: &State,
        plan: &RelayBlockPlan,
        candidate: BlockIndex,
    ) -> Result<(), Refusal> {
        if self.messages().is_off() {
            return Ok(());
        }
        let place = usize::from(plan.branch);
        let (branch, block) = (now.branch(place), now.block(candidate));
        let (queues, limits) = (branch.tip().queues, self.messages());
        let (waiting, limit) = (queues.upward, limits.upward_limit);
        let [upward, outbound] = block.segment.own_messages();
        let refusal = Refusal::UpwardQueueFull { waiting, limit };
        self.require(Rule::Incl10, waiting.saturating_add(upward) <= limit, refusal)?;
        let (held, capacity) = (queues.outbound, limits.outbound_capacity);
        let fits = outbound == 0 || held.saturating_add(outbound) <= capacity;
        self.require(Rule::Incl10, fits, Refusal::ChannelFull { held, capacity })?;

        let (processed, waiting) = (block.inbox.processed, branch.downward_waiting());
        let relay_parent = block.relay_parent.on(place);
        if let Some(&sent) = branch.downward.get(usize::from(queues.popped)) {
            let advances = processed > 0 || sent < relay_parent;
            let refusal = Refusal::NothingProcessed { sent, relay_parent };
            self.require(Rule::Incl11, advances, refusal)?;
        }
        let refusal = Refusal::TooManyProcessed { processed, waiting };
        self.require(Rule::Incl11, processed <= waiting, refusal)?;

        let watermark = block.inbox.watermark;
        let last = now.block(branch.tip().included).inbox.watermark;
        let lands = watermark == relay_parent
            || watermark == last
            || (relay_parent < watermark
                && watermark < last
                && branch.inbound.contains(&watermark));
        let refusal = Refusal::WatermarkNotAccepted { watermark, last };
        self.require(Rule::Incl12, lands || limits.inbound == 0, refusal)
    }
}

impl Branch {
    /// Downward messages that wait at the tip.
    pub fn downward_waiting(&self) -> u8 {
        (self.downward.len() as u8).saturating_sub(self.tip().queues.popped)
    }
}
