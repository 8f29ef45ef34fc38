//! Whose turn it is at a core: the claim queue, the groups, and what validators have time to fetch.

use super::Protocol;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::scenario::{ClaimQueue, Claims, Group};
use crate::state::{Age, Branch, ParaBlock, RelayParent, State};

impl Protocol {
    /// SCHED-3: what the group does that has to vouch for a candidate built on a relay block of this
    /// age, for this core; none where no scenario names groups, or where the relay block is on another
    /// branch. The group is that of the block after the relay parent.
    pub fn group_of(&self, branch: &Branch, age: Age, core: u8) -> Option<Group> {
        let groups = self.environment().groups.0;
        if groups.is_empty() || !age.is_here() {
            return None;
        }
        let frequency = i16::from(self.in_force(branch).group_rotation_frequency);
        let count = i16::try_from(groups.len()).ok()?;
        // The next block is n and `rotation` is n + 1 - S; the block after the relay parent n - age.
        let since_start = i16::from(branch.rotation) - 1 - i16::from(age.0);
        let turn = since_start.rem_euclid(frequency * count) / frequency + i16::from(core);
        groups.get(usize::try_from(turn % count).ok()?).copied()
    }

    /// SCHED-3, FLT-8: whether somebody vouches for the candidate.
    pub(crate) fn check_group(
        &self,
        branch: &Branch,
        block: &ParaBlock,
        age: Age,
    ) -> Result<(), Refusal> {
        let group = self.group_of(branch, age, block.core);
        self.require(Rule::Sched3, group != Some(Group::Offline), Refusal::GroupDoesNotVouch)?;
        // Without ARP-4 a candidate of another branch is backed, by whoever it is.
        let malicious = group.is_none_or(|group| group == Group::Byzantine);
        if block.has(ParaBlock::INVALID) && !malicious {
            return Err(Refusal::InvalidBlock);
        }
        Ok(())
    }

    /// How far the place in the rotation is counted.
    pub(crate) fn rotation_cycle(&self, branch: &Branch) -> u8 {
        let groups = self.environment().groups.0.len().max(1) as u8;
        self.in_force(branch).group_rotation_frequency.saturating_mul(groups)
    }

    /// SCHED-1, SCHED-2, FLT-15: whether the para holds its cores in the block after the next one,
    /// given whether the core was free in the next.
    pub(crate) fn next_claim(&self, assigned: bool, reassigned: bool, was_free: bool) -> bool {
        match (self.environment().claims, self.parameters().claim_queue) {
            (Claims::Bulk, _) => true,
            (Claims::Lapsing, _) => assigned != reassigned,
            (Claims::Shared, ClaimQueue::Stored) if !was_free => assigned,
            (Claims::Shared, _) => !assigned,
        }
    }

    /// SEC-4: whether the claim queue has a position for another collation on this relay parent, on at
    /// least one path to a leaf.
    pub(crate) fn is_fetched(&self, state: &State, relay_parent: &RelayParent) -> bool {
        if !self.environment().collation_limits || !self.has(Rule::Sec4) {
            return true;
        }
        let on = |(place, branch): (usize, &Branch)| self.has_room(branch, relay_parent.on(place));
        state.branches.iter().enumerate().any(on)
    }

    /// One whose relay parent is so many blocks behind the leaf can use the positions that are left to
    /// it, and no two use the same. Those of older relay parents come first, and whether they all fit
    /// is their affair; from its own relay parent on every collation must.
    fn has_room(&self, branch: &Branch, age: Age) -> bool {
        let (lookahead, cores) = (self.parameters().scheduling_lookahead, self.parameters().cores);
        let mut used = 0;
        for older in (0..lookahead).rev() {
            let positions = (lookahead - older) * cores;
            let wanted = branch.fetched[usize::from(older)] + u8::from(Age(older) == age);
            if older <= age.0 && used + wanted > positions {
                return false;
            }
            used = positions.min(used + wanted);
        }
        age.0 < lookahead
    }

    /// Notes that a collation was fetched, on every branch that has its relay parent.
    pub(crate) fn note_fetched(&self, state: &mut State, relay_parent: &RelayParent) {
        if !self.environment().collation_limits {
            return;
        }
        let lookahead = self.parameters().scheduling_lookahead;
        for (place, branch) in state.branches.iter_mut().enumerate() {
            let age = relay_parent.on(place);
            if age.0 < lookahead {
                branch.fetched[usize::from(age.0)] += 1;
            }
        }
    }
}
