//! Votes against candidates (DISP-1, DISP-2), and what they take along.

use super::{BlockId, Building, ParaBlock, Refused, RelayBlock, World, in_scenario};

impl World {
    /// What the scenario's voters leave to choose.
    pub(super) fn permits_dispute(
        &self,
        building: &Building,
        block: BlockId,
        votes: u64,
    ) -> Result<(), Refused> {
        in_scenario(self.environment().disputes)?;
        in_scenario(self.para.contains_key(&block))?;
        let tip = self.tip(building.branch);
        let against = tip.against.get(&block).copied().unwrap_or_default() + votes;
        in_scenario(votes > 0 && against <= self.voters_against(&self.para[&block]))?;
        let included = |at: &RelayBlock| self.ancestry(at.included).contains(&block);
        let pending = tip.pending.iter().any(|pending| pending.block == block);
        in_scenario(pending || included(tip))?;
        // A fork that is to be left needs another to go to.
        let refuge = |branch: usize| !included(self.tip(branch));
        in_scenario(!included(tip) || (0..self.tips.len()).any(refuge))
    }

    /// Whether a fork includes what a dispute is going to end it for, sooner or later.
    pub(super) fn includes_invalid(&self, at: &RelayBlock) -> bool {
        self.ancestry(at.included).iter().any(|id| self.para[id].invalid)
    }

    /// Honest validators vote against what is invalid, lying ones against what is valid.
    fn voters_against(&self, block: &ParaBlock) -> u64 {
        let environment = self.environment();
        let lying = u64::from(environment.lying);
        if block.invalid { self.honest() } else { lying }
    }

    /// Validators that neither lie nor keep silent.
    pub(super) fn honest(&self) -> u64 {
        let environment = self.environment();
        let faulty = u64::from(environment.silent) + u64::from(environment.lying);
        u64::from(self.parameters().validators) - faulty
    }

    /// DISP-2: one honest validator at least is among the voters.
    fn exceeds_a_third(&self, votes: u64) -> bool {
        let validators = u64::from(self.parameters().validators);
        votes * 3 >= validators && votes > 0
    }

    /// DISP-1: as many as make a candidate available.
    pub(super) fn is_concluded(&self, at: &RelayBlock, block: BlockId) -> bool {
        at.against.get(&block).is_some_and(|&votes| self.is_available(votes))
    }

    /// INH-1 (4): imports the votes, and freezes the fork if they exceed a third only now and the
    /// candidate is included on it.
    pub(super) fn import_votes(&self, next: &mut RelayBlock, block: BlockId, votes: u64) {
        let against = next.against.entry(block).or_default();
        let exceeded = self.exceeds_a_third(*against);
        *against += votes;
        let exceeds = self.exceeds_a_third(*against) && !exceeded;
        next.frozen |= exceeds && self.ancestry(next.included).contains(&block);
    }

    /// INH-1 (6), INCL-13: drops the candidate that this block brought votes against, if a supermajority
    /// is against it by now, and all behind it. Returns the place of the first that was dropped.
    pub(super) fn free_disputed(
        &self,
        disputed: Option<BlockId>,
        next: &mut RelayBlock,
    ) -> Option<usize> {
        let disputed = disputed.filter(|&block| self.is_concluded(next, block))?;
        let lost = next.pending.iter().position(|pending| pending.block == disputed)?;
        next.pending.truncate(lost);
        Some(lost)
    }
}
