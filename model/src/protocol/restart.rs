//! A collator that crashed and is back (DIST-4): what it decides from a database that lacks blocks.

use super::Protocol;
use crate::action::Author;
use crate::refusal::Refusal;
use crate::scenario::Authority;
use crate::state::State;

impl Protocol {
    /// Whether the slot's owner is one that crashes and comes back.
    pub(crate) fn owner_restarts(&self, state: &State, author: &Author) -> bool {
        let authorities = self.environment().authorities.0;
        let owner = self.owner(state, author);
        owner.and_then(|owner| authorities.get(usize::from(owner))) == Some(&Authority::Restarting)
    }

    /// DIST-4: it decides from the relay chain and from the blocks it has, as ever. It has the heads
    /// that the relay chain names (COLL-3), and of the blocks above them any beginning: so it may build
    /// on any potential parent, and beside a block that it built there before it crashed.
    pub(crate) fn may_author_behind(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let (branch, age) = (usize::from(author.branch), author.relay_parent);
        if !self.owner_restarts(state, author) {
            return Err(Refusal::NotThisFault("restart of this collator (DIST-4)"));
        }
        if author.equivocation || author.withheld || author.invalid {
            return Err(Refusal::NotInThisScenario("restart with another fault"));
        }
        let (potential, _) = self.potential_parents(state, branch, age);
        let bit = 1 << author.parent.0;
        if potential & bit == 0 {
            return Err(Refusal::NotTheChosenParent(author.parent));
        }
        let relay_parent = state.relay_parent(branch, age);
        let own = |&child: &_| state.block(child).relay_parent == relay_parent;
        match state.children(author.parent).filter(own).count() {
            0 if self.chosen_parents(state, branch, age) & bit != 0 => {
                return Err(Refusal::NotInThisScenario("restart that changes nothing"));
            }
            0 | 1 => {}
            _ => return Err(Refusal::NotInThisScenario("third block of one restarted collator")),
        }
        let core = self.may_build_on(state, author.parent, branch, age)?;
        if core != author.core {
            return Err(Refusal::NotInThisScenario("other core for this block"));
        }
        Ok(())
    }
}
