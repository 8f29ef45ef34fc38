//! The relay chain's tree: where a second branch can begin, and which of two can win (FLT-2, FLT-3).

use unincluded_model::scenario::StaleView;

use super::{Building, Refused, World, in_scenario};

impl World {
    /// From here on another relay block can follow the tip as well.
    pub(super) fn permits_fork(&self) -> Result<(), Refused> {
        in_scenario(self.environment().fork_depth > 0)?;
        in_scenario(self.tips.len() == 1)?;
        self.nobody_has_acted()
    }

    /// The highest tip wins of those that no dispute is going to end; of two as high either.
    pub(super) fn permits_settling(&self, branch: usize) -> Result<(), Refused> {
        in_scenario(self.tips.len() == 2 && branch < 2)?;
        let stay = (0..2).filter(|&branch| !self.includes_invalid(self.tip(branch)));
        let highest = stay.map(|branch| self.tip(branch).number).max();
        let tip = self.tip(branch);
        in_scenario(!self.includes_invalid(tip) && Some(tip.number) == highest)?;
        // Before either branch has a block of its own they are one.
        in_scenario(self.tips[0] != self.tips[1] || branch == 0)
    }

    /// A fork that begins while the collators act on one wake-up could have done so before.
    fn nobody_has_acted(&self) -> Result<(), Refused> {
        let together = self.environment().stale_view == StaleView::Together;
        in_scenario(!together || self.used_at_wake_up.is_none())
    }

    /// Whether a relay block can have this slot: it is newer than all, or that of the newest block,
    /// which is on the other branch alone (FLT-2). And whether the scenario undoes as many blocks.
    pub(super) fn permits_slot(&self, building: &Building) -> Result<(), Refused> {
        let depth = u64::from(self.environment().fork_depth);
        in_scenario(self.tips.len() == 1 || self.own_blocks(building.branch) < depth)?;
        if building.slot > self.newest_slot() {
            return Ok(());
        }
        in_scenario(self.tips.len() == 2)?;
        let there = 1 - building.branch;
        in_scenario(self.own_blocks(there) > 0)?;
        in_scenario(self.tip(there).slot == building.slot)?;
        in_scenario(self.tip(building.branch).slot < building.slot)
    }
}
