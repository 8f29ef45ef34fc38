//! The collator: who builds on what (COLL-*, LOOK-1, SLOTB-*), and recovery of withheld blocks.

use std::collections::BTreeMap;

use unincluded_model::scenario::StaleView;
use unincluded_model::{CollatorKind, Rule};

use super::{AUTHORITIES, Authoring, BlockId, ParaBlock, Refused, World, in_scenario, require};

impl World {
    /// The block, if somebody would author it and the runtime lets them.
    pub(super) fn permits_authoring(&self, authoring: &Authoring) -> Result<ParaBlock, Refused> {
        let environment = self.environment();
        in_scenario(self.para.contains_key(&authoring.parent))?;
        let usable = self.oldest_usable()..=self.tip_number();
        in_scenario(usable.contains(&authoring.relay_parent))?;
        in_scenario(authoring.hash.is_some())?;
        in_scenario(!authoring.sends_message || self.parameters().upward_message_room > 0)?;
        in_scenario(!authoring.equivocation || environment.equivocation)?;
        in_scenario(!authoring.withheld || environment.withholding)?;
        match environment.collator {
            CollatorKind::Adversary => {
                let most = usize::from(environment.adversary_blocks);
                in_scenario(most == 0 || self.kept_by_adversary() < most)?;
            }
            CollatorKind::SlotBased | CollatorKind::Lookahead => self.would_build(authoring)?,
        }
        self.execute(authoring)
    }

    /// The honest collator's decision.
    fn would_build(&self, authoring: &Authoring) -> Result<(), Refused> {
        let at_relay_parent = &self.relay[&authoring.relay_parent];
        let slot = at_relay_parent.slot;

        if let Some(best) = self.best_at_wake_up {
            require(Rule::Slotb2, authoring.relay_parent == best)?;
        }
        require(Rule::Coll2, authoring.sealed_by == authoring.para_slot % AUTHORITIES)?;
        let derived = authoring.para_slot == self.para_slot_of(slot);
        require(Rule::Coll1, derived && authoring.proves_slot)?;

        let included = at_relay_parent.included;
        let newest = at_relay_parent.newest();
        let knows = |block: BlockId| !self.para[&block].withheld;
        require(Rule::Coll3, knows(included) && knows(newest))?;

        let potential = self.potential_parents(authoring, included, newest);
        let deepest = potential.values().max();
        require(Rule::Coll5, potential.get(&authoring.parent) == deepest)?;

        let (rule, most) = match self.environment().collator {
            CollatorKind::Lookahead => (Rule::Look1, 2),
            CollatorKind::SlotBased | CollatorKind::Adversary => (Rule::Slotb3, 1),
        };
        let built = self
            .ancestry(authoring.parent)
            .into_iter()
            .take_while(|id| self.para[id].relay_parent == Some(authoring.relay_parent))
            .count();
        require(rule, built < most)?;

        if authoring.parent != included {
            require(Rule::Coll8, self.can_build_upon(authoring.parent, included, slot))?;
        }
        if authoring.equivocation {
            in_scenario(self.beside(authoring).len() == 1)?;
        }
        Ok(())
    }

    /// COLL-4: the blocks a collator may build on, each with its depth behind the included head.
    fn potential_parents(
        &self,
        authoring: &Authoring,
        included: BlockId,
        newest: BlockId,
    ) -> BTreeMap<BlockId, u64> {
        let lookahead = u64::from(self.parameters().scheduling_lookahead);
        let window = authoring.relay_parent - (lookahead - 1)..=authoring.relay_parent;
        // Whoever builds a second block in place of its first acts as if the first were not there.
        let hidden = if authoring.equivocation { self.beside(authoring) } else { Vec::new() };

        let depth = |id: BlockId| self.para[&id].number - self.para[&included].number;
        let mut potential = BTreeMap::new();
        for id in self.ancestry(newest) {
            potential.insert(id, depth(id));
            if id == included {
                break;
            }
        }
        let mut reached = vec![newest];
        while let Some(at) = reached.pop() {
            for child in self.children(at) {
                let block = &self.para[&child];
                let in_window = block.relay_parent.is_some_and(|number| window.contains(&number));
                if in_window && !block.withheld && !hidden.contains(&child) {
                    potential.insert(child, depth(child));
                    reached.push(child);
                }
            }
        }
        potential
    }

    /// The blocks on the same parent and the same relay parent.
    fn beside(&self, authoring: &Authoring) -> Vec<BlockId> {
        let relay_parent = Some(authoring.relay_parent);
        self.children(authoring.parent)
            .filter(|sibling| self.para[sibling].relay_parent == relay_parent)
            .collect()
    }

    /// The unincluded blocks that an adversary still has a use for: a relay block may back on
    /// their relay parent, or somebody may author on it, and the same holds of all below them.
    fn kept_by_adversary(&self) -> usize {
        let included = self.ancestry(self.tip().included);
        let lookahead = u64::from(self.parameters().scheduling_lookahead);
        let oldest = (self.tip_number() + 1 - lookahead).min(self.oldest_usable());
        let of_use = |id: &BlockId| self.para[id].relay_parent.is_some_and(|rp| rp >= oldest);
        let pending = self.ancestry(self.tip().newest());
        self.para
            .keys()
            .filter(|&&id| {
                let line = self.ancestry(id);
                let mut unincluded = line.iter().take_while(|step| !included.contains(step));
                id != 0
                    && !included.contains(&id)
                    && unincluded.all(|step| of_use(step) || pending.contains(step))
            })
            .count()
    }

    /// FLT-9: a withheld block comes back once the relay chain names it.
    pub(super) fn permits_recovery(&self, block: BlockId) -> Result<(), Refused> {
        in_scenario(self.para.get(&block).is_some_and(|block| block.withheld))?;
        let named = self
            .relay
            .range(self.oldest_usable()..)
            .any(|(_, relay)| relay.included == block || relay.newest() == block);
        in_scenario(named)
    }

    /// Whether the collators of one wake-up agree on the best relay block.
    pub fn is_late_together(&self) -> bool {
        self.environment().stale_view == StaleView::Together
    }
}
