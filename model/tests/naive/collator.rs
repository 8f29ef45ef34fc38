//! The collator: who builds on what (COLL-*, LOOK-1, SLOTB-*), and recovery of withheld blocks.

use std::collections::{BTreeMap, BTreeSet};

use unincluded_model::{CollatorKind, Rule};

use super::{
    AUTHORITIES, Authoring, BlockId, ParaBlock, Refused, RelayNumber, World, in_scenario, require,
};

impl World {
    /// The block, if somebody would author it and the runtime lets them.
    pub(super) fn permits_authoring(&self, authoring: &Authoring) -> Result<ParaBlock, Refused> {
        let environment = self.environment();
        in_scenario(self.para.contains_key(&authoring.parent))?;
        let usable = self.oldest_usable()..=self.tip_number();
        in_scenario(usable.contains(&authoring.relay_parent))?;
        in_scenario(authoring.hash.is_some())?;
        in_scenario(!authoring.sends_message || self.parameters().upward_message_room > 0)?;
        match environment.collator {
            CollatorKind::Adversary => self.would_attack(authoring)?,
            CollatorKind::SlotBased | CollatorKind::Lookahead => self.would_build(authoring)?,
        }
        self.execute(authoring)
    }

    /// What a scenario with an adversary leaves out: two blocks that only their hash tells apart,
    /// and more blocks than it gives the adversary to keep.
    fn would_attack(&self, authoring: &Authoring) -> Result<(), Refused> {
        in_scenario(!authoring.equivocation && !authoring.withheld)?;
        let sends = |id: &BlockId| self.para[id].segment.last().is_some_and(|own| own.messages > 0);
        let alike = |id: &BlockId| sends(id) == authoring.sends_message;
        in_scenario(!self.beside(authoring).iter().any(alike))?;
        let most = usize::from(self.environment().adversary_blocks);
        in_scenario(most == 0 || self.kept_by_adversary() < most)
    }

    /// The honest collator's decision.
    fn would_build(&self, authoring: &Authoring) -> Result<(), Refused> {
        let environment = self.environment();
        let at_relay_parent = &self.relay[&authoring.relay_parent];
        let slot = at_relay_parent.slot;
        in_scenario(!authoring.equivocation || environment.equivocation)?;
        in_scenario(!authoring.withheld || environment.withholding)?;
        in_scenario(authoring.proves_slot)?;

        if let Some(best) = self.best_at_wake_up {
            require(Rule::Slotb2, authoring.relay_parent == best)?;
        }
        require(Rule::Coll2, authoring.sealed_by == authoring.para_slot % AUTHORITIES)?;
        require(Rule::Coll1, authoring.para_slot == self.para_slot_of(slot))?;

        let included = at_relay_parent.included;
        let newest = at_relay_parent.newest();
        let knows = |block: BlockId| !self.para[&block].withheld;
        require(Rule::Coll3, knows(included) && knows(newest))?;

        // FLT-7: the fault is a second block beside the first. It follows no search: the owner's
        // search has ended there once, for the first.
        if authoring.equivocation {
            return in_scenario(self.beside(authoring).len() == 1);
        }
        // FLT-9: the owner of the slot knows what it withheld, and is done.
        let withheld = |block: &ParaBlock| {
            block.withheld && block.relay_parent == Some(authoring.relay_parent)
        };
        require(Rule::Slotb3, !self.para.values().any(withheld))?;

        let potential = self.potential_parents(authoring.relay_parent, included, newest);
        let deepest = potential.values().max();
        require(Rule::Coll5, potential.get(&authoring.parent) == deepest)?;

        let (rule, most) = match environment.collator {
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
        Ok(())
    }

    /// COLL-4: the blocks a collator may build on, each with its depth behind the included head.
    fn potential_parents(
        &self,
        relay_parent: RelayNumber,
        included: BlockId,
        newest: BlockId,
    ) -> BTreeMap<BlockId, u64> {
        let lookahead = u64::from(self.parameters().scheduling_lookahead);
        let window = relay_parent - (lookahead - 1)..=relay_parent;

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
                if in_window && !block.withheld {
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

    /// How many unincluded blocks an adversary keeps: those above the included head of the oldest
    /// usable relay block, whose own relay parent is in reach of an author or of the next relay
    /// block, or that a usable relay block names; and nothing above a block that is none of these.
    fn kept_by_adversary(&self) -> usize {
        let lookahead = u64::from(self.parameters().scheduling_lookahead);
        let in_reach = (self.tip_number() + 1 - lookahead).min(self.oldest_usable());
        let usable = self.relay.range(self.oldest_usable()..);
        let named: BTreeSet<BlockId> =
            usable.flat_map(|(_, relay)| self.ancestry(relay.newest())).collect();
        let root = self.relay[&self.oldest_usable()].included;
        let included = self.ancestry(self.tip().included);
        let counts = |&id: &BlockId| {
            let line = self.ancestry(id);
            let Some(depth) = line.iter().position(|&step| step == root) else { return false };
            let is_kept = |step: &BlockId| {
                named.contains(step) || self.para[step].relay_parent >= Some(in_reach)
            };
            !included.contains(&id) && line[..depth].iter().all(is_kept)
        };
        self.para.keys().copied().filter(counts).count()
    }

    /// FLT-9: a withheld block comes back from its availability once the relay chain names it or
    /// a block above it.
    pub(super) fn permits_recovery(&self, block: BlockId) -> Result<(), Refused> {
        in_scenario(self.para.get(&block).is_some_and(|block| block.withheld))?;
        in_scenario(self.ancestry(self.tip().newest()).contains(&block))
    }

    /// Whether anybody but the relay chain can act. Where nobody is idle, the relay chain waits.
    pub(super) fn somebody_acts(&self) -> bool {
        let everybody = 0..=self.next_id();
        let validators = 0..self.seen_backable.len();
        everybody.into_iter().any(|block| {
            let learns = |validator| self.permits_learning(validator, block).is_ok();
            let authors = |number| self.somebody_authors(block, number);
            self.permits_recovery(block).is_ok()
                || validators.clone().any(learns)
                || (self.oldest_usable()..=self.tip_number()).any(authors)
        })
    }

    fn somebody_authors(&self, parent: BlockId, relay_parent: RelayNumber) -> bool {
        let para_slot = self.para_slot_of(self.relay[&relay_parent].slot);
        let choices = (0..8).map(|flags| Authoring {
            parent,
            relay_parent,
            para_slot,
            sealed_by: para_slot % AUTHORITIES,
            proves_slot: true,
            equivocation: flags & 1 != 0,
            withheld: flags & 2 != 0,
            hash: Some(0),
            sends_message: flags & 4 != 0,
        });
        choices.into_iter().any(|authoring| self.permits_authoring(&authoring).is_ok())
    }
}
