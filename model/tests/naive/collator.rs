//! The collator: who builds on what (COLL-*, LOOK-1, SLOTB-*), and recovery of withheld blocks.

use std::collections::BTreeMap;

use unincluded_model::{CollatorKind, NewCode, Rule};

use super::{
    AUTHORITIES, Authoring, BlockId, ParaBlock, Refused, RelayId, World, in_scenario, require,
};

impl World {
    /// The block, if somebody would author it and the runtime lets them.
    pub(super) fn permits_authoring(&self, authoring: &Authoring) -> Result<ParaBlock, Refused> {
        let environment = self.environment();
        in_scenario(self.para.contains_key(&authoring.parent))?;
        in_scenario(self.usable().contains(&authoring.relay_parent))?;
        in_scenario(authoring.core < self.parameters().cores)?;
        in_scenario(!authoring.invalid || environment.disputes)?;
        in_scenario(authoring.hash.is_some())?;
        self.permits_messages(authoring)?;
        match environment.collator {
            CollatorKind::Adversary => self.would_attack(authoring)?,
            CollatorKind::SlotBased | CollatorKind::Lookahead => self.would_build(authoring)?,
        }
        self.execute(authoring)
    }

    /// What a scenario with an adversary leaves out: two blocks that only their hash tells apart.
    /// How many blocks it keeps is a bound on what the model remembers, and no concern of the twin.
    fn would_attack(&self, authoring: &Authoring) -> Result<(), Refused> {
        in_scenario(!authoring.equivocation && !authoring.withheld)?;
        let sends = |id: &BlockId| self.para[id].segment.last().is_some_and(|own| own.messages > 0);
        let alike = |id: &BlockId| {
            let block = &self.para[id];
            let brought = self.code_brought(authoring.new_code, block.code);
            sends(id) == authoring.sends_message
                && block.core == authoring.core
                && brought.is_ok_and(|brought| brought == block.new_code)
        };
        in_scenario(!self.beside(authoring).iter().any(alike))
    }

    /// The honest collator's decision.
    fn would_build(&self, authoring: &Authoring) -> Result<(), Refused> {
        let environment = self.environment();
        let at_relay_parent = &self.relay[&authoring.relay_parent];
        let slot = at_relay_parent.slot;
        in_scenario(!authoring.equivocation || environment.equivocation)?;
        in_scenario(!authoring.withheld || environment.withholding)?;
        let other_fault = authoring.equivocation || authoring.withheld;
        in_scenario(!authoring.invalid || !other_fault)?;
        in_scenario(authoring.proves_slot)?;

        if environment.collator == CollatorKind::SlotBased {
            require(Rule::Slotb2, self.follows_from_best(authoring.relay_parent))?;
        }
        if let Some(used) = self.used_at_wake_up {
            require(Rule::Slotb2, authoring.relay_parent == used)?;
        }
        require(Rule::Coll2, authoring.sealed_by == authoring.para_slot % AUTHORITIES)?;
        require(Rule::Coll1, authoring.para_slot == self.para_slot_of(slot))?;

        let included = at_relay_parent.included;
        let newest = at_relay_parent.newest();
        // FLT-8: who goes on with an invalid block on its own has all of them, and no rule of honest
        // collators but the search, on any core.
        if authoring.invalid && self.para[&authoring.parent].invalid {
            in_scenario(environment.invalid_chains)?;
            let has_all = |_: &ParaBlock| true;
            let found = self.potential_parents(authoring.relay_parent, included, newest, has_all);
            return require(Rule::Coll5, found.contains_key(&authoring.parent));
        }
        let knows = |block: BlockId| self.para[&block].is_known();
        require(Rule::Coll3, knows(included) && knows(newest))?;

        // FLT-7: the fault is a second block beside the first. It follows no search: the owner's
        // search has ended there once, for the first.
        if authoring.equivocation {
            let beside = self.beside(authoring);
            in_scenario(beside.len() == 1)?;
            return in_scenario(self.para[&beside[0]].core == authoring.core);
        }
        // FLT-8, FLT-9: the owner of the slot knows what the others have not got, and is done.
        let unknown = |block: &ParaBlock| {
            !block.is_known() && block.relay_parent == Some(authoring.relay_parent)
        };
        require(Rule::Slotb3, !self.para.values().any(unknown))?;

        let has = ParaBlock::is_known;
        let potential = self.potential_parents(authoring.relay_parent, included, newest, has);
        let deepest = potential.values().max();
        require(Rule::Coll5, potential.get(&authoring.parent) == deepest)?;

        let cores = usize::from(self.parameters().cores);
        let (rule, most) = match environment.collator {
            CollatorKind::Lookahead => (Rule::Look1, usize::from(environment.lookahead_blocks)),
            CollatorKind::SlotBased | CollatorKind::Adversary => (Rule::Slotb3, cores),
        };
        require(rule, self.holds_core(at_relay_parent))?;
        // SLOTB-3: the selector after the parent's, if the parent was built on this relay parent.
        let parent = &self.para[&authoring.parent];
        let selector = match parent.relay_parent {
            Some(relay_parent) if relay_parent == authoring.relay_parent => parent.core + 1,
            _ => 0,
        };
        let built = match environment.collator {
            CollatorKind::Lookahead => {
                let line = self.ancestry(authoring.parent).into_iter();
                let here = Some(authoring.relay_parent);
                line.take_while(|id| self.para[id].relay_parent == here).count()
            }
            CollatorKind::SlotBased | CollatorKind::Adversary => usize::from(selector),
        };
        require(rule, built < most)?;

        if authoring.parent != included {
            require(Rule::Coll8, self.can_build_upon(authoring.parent, included, slot))?;
        }
        let core = if environment.collator == CollatorKind::Lookahead { 0 } else { selector };
        in_scenario(authoring.core == core)
    }

    /// SLOTB-2: whether a relay block is the r-th ancestor of one that a collator takes for the best:
    /// one of the highest, or one block lower where it may be late. With an offset, none of the
    /// blocks that follow it on the way to the best may end a session.
    fn follows_from_best(&self, relay_parent: RelayId) -> bool {
        let offset = usize::from(self.parameters().relay_parent_offset);
        let lowest = self.highest() - self.latest();
        let high = |id: &RelayId| self.relay[id].number >= lowest;
        self.tips.iter().flat_map(|&tip| self.relay_line(tip).take_while(high)).any(|best| {
            let line: Vec<RelayId> = self.relay_line(best).take(offset + 1).collect();
            line.last() == Some(&relay_parent)
                && !line[..offset].iter().any(|id| self.relay[id].ends_session)
        })
    }

    /// COLL-4, SESS-5: the blocks a collator may build on of those it has, each with its depth behind
    /// the included head.
    fn potential_parents(
        &self,
        relay_parent: RelayId,
        included: BlockId,
        newest: BlockId,
        has: impl Fn(&ParaBlock) -> bool,
    ) -> BTreeMap<BlockId, u64> {
        let window = self.session_window(relay_parent);

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
                if in_window && has(block) {
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

    /// FLT-9: a withheld block comes back from its availability once the relay chain names it or
    /// a block above it.
    pub(super) fn permits_recovery(&self, block: BlockId) -> Result<(), Refused> {
        in_scenario(self.para.get(&block).is_some_and(|block| block.withheld))?;
        let names = |&tip: &RelayId| self.ancestry(self.relay[&tip].newest()).contains(&block);
        in_scenario(self.tips.iter().any(names))
    }

    /// Whether anybody but the relay chain can act. Where nobody is idle, the relay chain waits; it does
    /// not wait for somebody to learn of a candidate that nothing can come of.
    pub(super) fn somebody_acts(&self) -> bool {
        let everybody = 0..=self.next_id();
        let validators = 0..self.fragments.len();
        everybody.into_iter().any(|block| {
            let learns = |validator| {
                self.permits_learning(validator, block).is_ok() && self.has_a_future(block)
            };
            let authors = |number| self.somebody_authors(block, number);
            self.permits_recovery(block).is_ok()
                || validators.clone().any(learns)
                || self.usable().into_iter().any(authors)
        })
    }

    /// Whether the candidate and all that it is built on beside the chain can still be backed, or found
    /// by a collator: the relay parent is in the longest window that a scenario has, seen from the
    /// oldest relay block that an author can use, and no session ended since for all of them. This is what the
    /// model forgets by, said again, so of *when* the relay chain waits the twin is no second opinion.
    fn has_a_future(&self, candidate: BlockId) -> bool {
        let tip = self.tip(0);
        let view = self.usable().iter().map(|id| tip.number - self.relay[id].number).max();
        let view = view.unwrap_or_default();
        let other = self.scenario.reconfiguration.map_or(0, |other| other.scheduling_lookahead);
        let window = u64::from(self.parameters().scheduling_lookahead.max(other));
        let oldest = match self.environment().collator {
            CollatorKind::Adversary => window.max(view + 1),
            _ => window + view,
        };
        let all_of_this_session =
            self.usable().iter().all(|id| self.relay[id].session == tip.session);
        let is_reached = |relay_parent: RelayId| {
            let at = &self.relay[&relay_parent];
            let in_session = at.session == tip.session || !all_of_this_session;
            in_session && tip.number - at.number < oldest
        };
        let chain = self.ancestry(tip.newest());
        let mut beside = self.ancestry(candidate).into_iter().take_while(|id| !chain.contains(id));
        beside.all(|id| self.para[&id].relay_parent.is_some_and(is_reached))
    }

    fn somebody_authors(&self, parent: BlockId, relay_parent: RelayId) -> bool {
        let para_slot = self.para_slot_of(self.relay[&relay_parent].slot);
        let cores = 0..self.parameters().cores;
        let choices = cores.flat_map(|core| (0..16).map(move |flags| (core, flags)));
        // One message of each kind in full is enough where one waits.
        let full = [(false, false), (false, true), (true, false), (true, true)];
        let choices = choices.flat_map(|choice| full.map(|full| (choice, full)));
        let choices = choices.map(|((core, flags), (inbound, downward))| Authoring {
            parent,
            relay_parent,
            core,
            para_slot,
            sealed_by: para_slot % AUTHORITIES,
            proves_slot: true,
            equivocation: flags & 1 != 0,
            withheld: flags & 2 != 0,
            invalid: flags & 8 != 0,
            hash: Some(0),
            sends_message: flags & 4 != 0,
            sends_outbound: false,
            inbound: usize::from(inbound),
            downward: usize::from(downward),
            new_code: NewCode::None,
        });
        choices.into_iter().any(|authoring| self.permits_authoring(&authoring).is_ok())
    }
}
