//! Whose turn it is: the claim queue of a core (SCHED-1, SCHED-2), the groups (SCHED-3), and what
//! validators fetch (SEC-4).

use unincluded_model::scenario::{ClaimQueue, Claims, Group};

use super::{RelayBlock, RelayId, World};

impl World {
    /// Whether the first claim in the queue, seen from the state after a relay block, is the para's.
    pub(super) fn holds_core(&self, at: &RelayBlock) -> bool {
        match (self.environment().claims, self.parameters().claim_queue) {
            (Claims::Bulk, _) => true,
            (Claims::Lapsing, _) => !at.lapsed,
            // The schedule itself: the first block of the run is the para's, and every second after.
            (Claims::Shared, ClaimQueue::Computed) => {
                let since = (at.number + 1).checked_sub(self.first);
                since.is_none_or(|since| since.is_multiple_of(2))
            }
            (Claims::Shared, ClaimQueue::Stored) => at.popped.is_multiple_of(2),
        }
    }

    /// SCHED-3: the group that backs candidates of a core that are built on a relay block.
    pub(super) fn group(&self, relay_parent: RelayId, core: u8) -> Option<Group> {
        let groups = self.environment().groups.0;
        let at = &self.relay[&relay_parent];
        let turns = (at.number + 1 - at.session_start) / self.configuration(at).rotation;
        let count = groups.len() as u64;
        (count > 0).then(|| groups[((u64::from(core) + turns) % count) as usize])
    }

    /// SEC-4: whether validators fetch one more collation built on this relay block. On a path to a
    /// leaf each collation takes a claim-queue position that it can use, the first that is free, the
    /// oldest relay parents first; those of older relay parents may find none.
    pub(super) fn is_fetched(&self, relay_parent: RelayId) -> bool {
        if !self.environment().collation_limits {
            return true;
        }
        self.tips.iter().any(|&tip| self.has_position(tip, relay_parent))
    }

    fn has_position(&self, leaf: RelayId, relay_parent: RelayId) -> bool {
        let lookahead = self.configuration(&self.relay[&leaf]).lookahead as usize;
        let room = usize::from(self.parameters().cores);
        let window: Vec<RelayId> = self.relay_line(leaf).take(lookahead).collect();
        let Some(asked) = window.iter().position(|&id| id == relay_parent) else { return false };
        let mut taken = vec![0; lookahead];
        for (offset, &id) in window.iter().enumerate().rev() {
            let of_it = |block: &&super::ParaBlock| block.relay_parent == Some(id) && block.fetched;
            let fetched = self.para.values().filter(of_it).count();
            for _ in 0..fetched + usize::from(offset == asked) {
                match taken[..lookahead - offset].iter_mut().find(|taken| **taken < room) {
                    Some(position) => *position += 1,
                    None if offset <= asked => return false,
                    None => {}
                }
            }
        }
        true
    }
}
