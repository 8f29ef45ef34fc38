//! The relay chain's runtime: one relay block, in the order of INH-1.

use unincluded_model::scenario::{ClaimQueue, Claims, Group};
use unincluded_model::{Precheck, Rule};

use super::{
    BlockId, Building, FragmentChain, Pending, Refused, RelayBlock, RelayNumber, Vote, World,
    in_scenario, require,
};

impl World {
    /// The relay block with the state after it, if it can be built.
    pub(super) fn permits_relay_block(&self, building: &Building) -> Result<RelayBlock, Refused> {
        let environment = self.environment();
        in_scenario(building.branch < self.tips.len())?;
        let parent = self.tip(building.branch);
        let number = parent.number + 1;
        in_scenario(building.back.iter().all(|id| self.para.contains_key(id)))?;
        self.permits_slot(building)?;
        in_scenario(!building.session_change || self.session_may_end(parent))?;
        let has_other = self.scenario.reconfiguration.is_some();
        in_scenario(!building.reconfigured || (building.session_change && has_other))?;
        // UPG-10: no second upgrade is scheduled before the first is applied.
        let none_shown = parent.code.signal.is_none();
        in_scenario(!building.go_ahead || (environment.go_ahead && none_shown))?;
        in_scenario(!building.reassigned || environment.claims == Claims::Lapsing)?;
        if let Some((block, votes)) = building.dispute {
            self.permits_dispute(building, block, votes)?;
        }
        self.permits_votes(building)?;
        self.permits_precheck(parent, building)?;
        self.permits_traffic(parent, building)?;
        in_scenario(environment.may_idle() || !self.somebody_acts())?;

        let mut block = self.child_of(building);
        if let Some((disputed, votes)) = building.dispute {
            self.import_votes(&mut block, disputed, votes);
        }
        if block.frozen {
            let nothing = building.back.is_empty() && !building.session_change;
            let no_code = !building.go_ahead && building.precheck.is_none();
            in_scenario(nothing && no_code && self.tips.len() == 2)?;
            return Ok(block);
        }
        World::drain_queues(&mut block, building);
        let disputed = building.dispute.map(|(disputed, _)| disputed);
        let lost = self.free_disputed(disputed, &mut block);
        let dropped: Vec<BlockId> = lost.map_or(Vec::new(), |lost| {
            parent.pending[lost..].iter().map(|pending| pending.block).collect()
        });
        self.record_votes(parent, &mut block, &building.votes, lost);
        while block.pending.first().is_some_and(|first| self.has_enough(first)) {
            self.enact_first(&mut block, building.precheck == Some(Precheck::Known));
        }
        let in_session = World::next_in_session(&block) - 1; // n + 1 - S
        let configuration = self.configuration(&block);
        if in_session % configuration.rotation < configuration.availability_period {
            self.evict(&mut block, number);
        }

        let was_free = block.pending.is_empty();
        for &candidate in &building.back {
            self.may_back(parent, &block, building.session_change, &dropped, candidate)?;
            in_scenario(self.is_late_enough(candidate, number))?;
            let core = self.para[&candidate].core;
            block.pending.push(Pending {
                block: candidate,
                core,
                backed_in: number,
                votes: 0,
                lies: 0,
            });
        }
        in_scenario(!self.is_overdue(parent, &block, building.session_change, &dropped))?;
        // What is going to be disputed needs another fork to go to.
        let other = (0..self.tips.len()).filter(|&other| other != building.branch);
        let refuge = other.into_iter().any(|other| !self.includes_invalid(self.tip(other)));
        in_scenario(refuge || !self.includes_invalid(&block))?;
        self.fill_queues(&mut block, building);
        self.pass_claims(&mut block, building, was_free);
        self.end_upgrades(&mut block, building.precheck);
        if building.session_change {
            start_session(&mut block, building.reconfigured);
        }
        Ok(block)
    }

    /// ARP-1: the block before anything happens in it, its parent among those allowed. Until its end
    /// it works with its parent's configuration (SESS-2).
    fn child_of(&self, building: &Building) -> RelayBlock {
        let mut block = self.tip(building.branch).clone();
        let lookahead = self.configuration(&block).lookahead as usize;
        block.parent = Some(self.tips[building.branch]);
        block.number += 1;
        block.slot = building.slot;
        block.ends_session = building.session_change;
        block.allowed.insert(0, self.tips[building.branch]);
        block.allowed.truncate(lookahead);
        if building.go_ahead {
            (block.code.expected_at, block.code.signalled_at) =
                (Some(block.number), Some(block.number));
        }
        World::show_go_ahead(&mut block);
        block
    }

    /// A session is longer than what the model remembers.
    fn session_may_end(&self, parent: &RelayBlock) -> bool {
        let since = parent.number + 1 - parent.session_start;
        self.environment().session_changes && since >= self.shortest_session
    }

    /// What the voters of the scenario leave to choose: each votes once, for what it has.
    pub(super) fn permits_votes(&self, building: &Building) -> Result<(), Refused> {
        let environment = self.environment();
        let pending = &self.tip(building.branch).pending;
        in_scenario(building.votes.len() == pending.len())?;
        for (vote, pending) in building.votes.iter().zip(pending) {
            let withheld = self.para[&pending.block].never_available && !self.has_enough(pending);
            let complete = match *vote {
                Vote::InAll(votes) => {
                    in_scenario(!environment.counted_votes && votes >= pending.votes)?;
                    in_scenario(!withheld || !self.is_available(votes))?;
                    self.is_available(votes)
                }
                Vote::New(new) => {
                    let left =
                        if self.has_enough(pending) { 0 } else { self.honest() - pending.votes };
                    in_scenario(environment.counted_votes && new <= left)?;
                    in_scenario(!withheld || new == 0)?;
                    new == left
                }
            };
            in_scenario(complete || withheld || environment.unavailability)?;
        }
        Ok(())
    }

    /// INCL-3: all but less than a third have voted.
    pub fn is_available(&self, votes: u64) -> bool {
        let validators = u64::from(self.parameters().validators);
        votes <= validators && (validators - votes) * 3 < validators
    }

    pub(super) fn has_enough(&self, pending: &Pending) -> bool {
        self.is_available(pending.votes + pending.lies)
    }

    /// INH-1 (7), (8): records the bits. The bitfield of a validator with a bit on a core that a
    /// dispute has just freed, of the candidate that lost it or of one behind it, is discarded whole;
    /// bits recorded before stay.
    fn record_votes(
        &self,
        before: &RelayBlock,
        block: &mut RelayBlock,
        votes: &[Vote],
        lost: Option<usize>,
    ) {
        let bits = |at: usize| {
            before.pending[at].votes
                + match votes[at] {
                    Vote::New(new) => new,
                    Vote::InAll(_) => 0,
                }
        };
        // The same validators vote for one freed candidate and another, as far as they can.
        let on_disputed =
            lost.map(|lost| (lost..before.pending.len()).map(bits).max().unwrap_or_default());
        let lying = u64::from(self.environment().lying);
        for (pending, vote) in block.pending.iter_mut().zip(votes) {
            match (*vote, on_disputed) {
                (Vote::InAll(votes), _) => pending.votes = votes,
                (Vote::New(new), None) => {
                    pending.votes += new;
                    pending.lies = lying;
                }
                // Those who vote for the other may be those who have no bit on the disputed core.
                (Vote::New(new), Some(discarded)) => {
                    pending.votes += new.min(self.honest() - discarded);
                }
            }
        }
    }

    /// INCL-4, INCL-5: the candidate first in the queue becomes the included head.
    /// DISP-2: unless a supermajority against it is known, then the fork freezes.
    fn enact_first(&self, block: &mut RelayBlock, is_known: bool) {
        let enacted = block.pending.remove(0).block;
        let relay_parent = self.para[&enacted].relay_number.expect("genesis is never pending");
        if let Some(new) = self.para[&enacted].new_code {
            self.schedule_upgrade(block, new, is_known);
        }
        block.included = enacted;
        block.most_recent_context = relay_parent;
        block.frozen |= self.is_concluded(block, enacted);
        self.move_messages(block, enacted);
        World::note_new_head(block, relay_parent);
    }

    /// TO-2, INCL-13: the first that timed out goes, and all behind it.
    fn evict(&self, block: &mut RelayBlock, number: RelayNumber) {
        let period = self.configuration(block).availability_period;
        let timed_out = |pending: &Pending| pending.backed_in + period <= number;
        if let Some(first) = block.pending.iter().position(timed_out) {
            block.pending.truncate(first);
        }
    }

    /// FRAG-8, ARP-*, SCHED-*, INCL-*: whether a relay block can back the candidate, as it is
    /// after its votes and evictions and what it backed so far. What a dispute dropped in it it does not
    /// back.
    fn may_back(
        &self,
        parent: &RelayBlock,
        block: &RelayBlock,
        session_change: bool,
        dropped: &[BlockId],
        candidate: BlockId,
    ) -> Result<(), Refused> {
        let para = &self.para[&candidate];
        in_scenario(!para.lost)?;
        let on_chain = self.ancestry(block.newest()).contains(&candidate);
        in_scenario(!on_chain)?;
        require(Rule::Disp1, !dropped.contains(&candidate))?;
        require(Rule::Incl2, !session_change)?;
        require(Rule::Sched2, self.holds_core(parent))?;
        let mut offers = self.fragments.iter().map(FragmentChain::offer);
        let offered = self.fragments.is_empty() || offers.any(|offer| offer == Some(candidate));
        require(Rule::Frag8, offered)?;

        self.is_allowed(block, para.relay_parent)?;
        let relay_parent = para.relay_parent.ok_or(Refused(None))?;
        let group = self.group(relay_parent, para.core);
        require(Rule::Sched3, group != Some(Group::Offline))?;
        in_scenario(!para.invalid || group.is_none_or(|group| group == Group::Byzantine))?;
        let occupied = block.pending.iter().any(|pending| pending.core == para.core);
        require(Rule::Incl1, !occupied)?;
        require(Rule::Incl6, para.parent == Some(block.newest()))?;
        let context = match block.pending.last() {
            Some(last) => self.para[&last.block].relay_number,
            None => Some(block.most_recent_context),
        };
        require(Rule::Incl6b, para.relay_number >= context)?;
        World::accepts_code(block, para)?;
        self.accepts_messages(block, para)?;
        // FRAG-7: the author's leaf is the block before.
        let parent_block = para.parent.expect("genesis is never offered");
        require(Rule::Emu3, self.emulates(parent, parent_block, para))
    }

    /// ARP-1, ARP-2, ARP-4: the buffer has the relay parent; if not, why not.
    fn is_allowed(
        &self,
        block: &RelayBlock,
        relay_parent: Option<super::RelayId>,
    ) -> Result<(), Refused> {
        let Some(relay_parent) = relay_parent else { return Err(Refused(Some(Rule::Arp1))) };
        if block.allowed.contains(&relay_parent) {
            return Ok(());
        }
        let here = self.is_on(relay_parent, block.parent.expect("it has one"));
        require(Rule::Arp4, here)?;
        let lookahead = self.configuration(block).lookahead;
        let in_time = self.relay[&relay_parent].number + lookahead >= block.number;
        require(Rule::Arp1, in_time)?;
        Err(Refused(Some(Rule::Arp2)))
    }

    /// What the scenario calls its fast path.
    fn is_late_enough(&self, candidate: BlockId, number: RelayNumber) -> bool {
        let earliest = u64::from(self.environment().earliest_backing);
        self.para[&candidate].relay_number.is_none_or(|rp| number >= rp + earliest)
    }

    /// FLT-4, FLT-6: whether a block that backs no more commits a fault that the scenario has not.
    fn is_overdue(
        &self,
        parent: &RelayBlock,
        block: &RelayBlock,
        session_change: bool,
        dropped: &[BlockId],
    ) -> bool {
        let environment = self.environment();
        let lookahead = self.configuration(block).lookahead;
        self.para.keys().any(|&id| {
            let could = self.is_late_enough(id, block.number)
                && self.may_back(parent, block, session_change, dropped, id).is_ok();
            let last = |number: RelayNumber| number + lookahead == block.number;
            let last_chance = self.para[&id].relay_number.is_some_and(last);
            could && (!environment.delay || (last_chance && !environment.loss))
        })
    }

    /// SCHED-1, FLT-15: the queue of a free core advances, but not where a session ends.
    fn pass_claims(&self, block: &mut RelayBlock, building: &Building, was_free: bool) {
        let stored = self.parameters().claim_queue == ClaimQueue::Stored;
        if stored && was_free && !building.session_change {
            block.popped += 1;
        }
        block.lapsed ^= building.reassigned;
    }
}

/// SESS-2, SESS-3: what the end of a session does to the state, after everything else.
fn start_session(block: &mut RelayBlock, reconfigured: bool) {
    block.reconfigured ^= reconfigured;
    block.allowed.clear();
    block.pending.clear();
    block.session += 1;
    block.session_start = block.number + 1;
}
