//! The relay chain's runtime: one relay block, in the order of INH-1.

use unincluded_model::Rule;

use super::{
    BlockId, Building, Pending, Refused, RelayBlock, RelayNumber, World, in_scenario, require,
};

impl World {
    /// The relay block with the state after it, if it can be built.
    pub(super) fn permits_relay_block(&self, building: &Building) -> Result<RelayBlock, Refused> {
        let environment = self.environment();
        let number = self.tip_number() + 1;
        let candidate_exists = |id| self.para.contains_key(&id);
        in_scenario(building.back.is_none_or(candidate_exists))?;
        // UPG-10: no second upgrade is scheduled before the first is applied.
        let none_shown = self.tip().go_ahead.is_none();
        in_scenario(!building.go_ahead || (environment.go_ahead && none_shown))?;
        in_scenario(building.votes.is_some() != self.tip().pending.is_empty())?;
        if let (Some(votes), Some(first)) = (building.votes, self.tip().pending.first()) {
            let withheld = self.para[&first.block].never_available;
            in_scenario(!(self.is_available(votes) && withheld))?;
            in_scenario(self.is_available(votes) || environment.unavailability || withheld)?;
        }

        in_scenario(environment.may_idle() || !self.somebody_acts())?;

        let mut block = self.tip().clone();
        block.slot = building.slot;
        if building.go_ahead {
            block.go_ahead = Some(number);
        }
        if building.votes.is_some_and(|votes| self.is_available(votes)) {
            self.enact_first(&mut block);
        }
        if self.rotation_phase(number) < u64::from(self.parameters().paras_availability_period) {
            self.evict(&mut block, number);
        }

        match building.back {
            Some(candidate) => {
                in_scenario(self.is_late_enough(candidate, number))?;
                self.may_back(&block, candidate, number)?;
                block.pending.push(Pending { block: candidate, backed_in: number });
            }
            None => in_scenario(!self.is_overdue(&block, number))?,
        }
        Ok(block)
    }

    /// INCL-3: all but less than a third have voted.
    pub fn is_available(&self, votes: u64) -> bool {
        let validators = u64::from(self.parameters().validators);
        votes <= validators && (validators - votes) * 3 < validators
    }

    /// INCL-4, INCL-5, UPG-12: the candidate first in the queue becomes the included head.
    fn enact_first(&self, block: &mut RelayBlock) {
        let enacted = block.pending.remove(0).block;
        let relay_parent = self.para[&enacted].relay_parent.expect("genesis is never pending");
        block.included = enacted;
        block.most_recent_context = relay_parent;
        if block.go_ahead.is_some_and(|since| relay_parent >= since) {
            block.go_ahead = None;
        }
    }

    /// TO-2, INCL-13: the first that timed out goes, and all behind it.
    fn evict(&self, block: &mut RelayBlock, number: RelayNumber) {
        let period = u64::from(self.parameters().paras_availability_period);
        let timed_out = |pending: &Pending| pending.backed_in + period <= number;
        if let Some(first) = block.pending.iter().position(timed_out) {
            block.pending.truncate(first);
        }
    }

    /// FRAG-8, ARP-1, INCL-*: whether relay block `number` can back the candidate.
    fn may_back(
        &self,
        block: &RelayBlock,
        candidate: BlockId,
        number: RelayNumber,
    ) -> Result<(), Refused> {
        let lookahead = u64::from(self.parameters().scheduling_lookahead);
        let para = &self.para[&candidate];
        let offered = self.chain_end.is_empty() || self.chain_end.contains(&Some(candidate));
        require(Rule::Frag8, offered)?;
        in_scenario(!para.lost)?;

        let allowed = |rp: RelayNumber| (rp + 1..=rp + lookahead).contains(&number);
        require(Rule::Arp1, para.relay_parent.is_some_and(allowed))?;
        require(Rule::Incl1, block.pending.is_empty())?;
        require(Rule::Incl6, para.parent == Some(block.newest()))?;
        let context = match block.pending.last() {
            Some(last) => self.para[&last.block].relay_parent,
            None => Some(block.most_recent_context),
        };
        require(Rule::Incl6b, para.relay_parent >= context)
    }

    /// What the scenario calls its fast path.
    fn is_late_enough(&self, candidate: BlockId, number: RelayNumber) -> bool {
        let earliest = u64::from(self.environment().earliest_backing);
        self.para[&candidate].relay_parent.is_none_or(|rp| number >= rp + earliest)
    }

    /// FLT-4, FLT-6: whether a block that backs nothing commits a fault that the scenario has not.
    fn is_overdue(&self, block: &RelayBlock, number: RelayNumber) -> bool {
        let environment = self.environment();
        let lookahead = u64::from(self.parameters().scheduling_lookahead);
        self.para.keys().any(|&id| {
            let could = self.is_late_enough(id, number) && self.may_back(block, id, number).is_ok();
            let last_chance =
                self.para[&id].relay_parent.is_some_and(|rp| rp + lookahead == number);
            could && (!environment.delay || (last_chance && !environment.loss))
        })
    }
}
