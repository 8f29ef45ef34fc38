//! The collators: who builds, on which parent, and when nobody does.

use super::Protocol;
use crate::action::{Action, Author, Claim};
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::{CollatorKind, StaleView};
use crate::state::{Age, BlockIndex, MAX_BLOCKS, ParaBlock, State, View};

impl Protocol {
    /// Whether somebody of this scenario authors such a block. The runtime has not been asked.
    ///
    /// # Errors
    ///
    /// Why nobody does.
    pub fn may_author(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        if author.parent.get() >= state.blocks.len() {
            return Err(Refusal::NoSuchBlock(author.parent));
        }
        if author.relay_parent > self.oldest_view() {
            return Err(Refusal::NoSuchView(author.relay_parent));
        }
        if author.sends_message && self.parameters().upward_message_room == 0 {
            return Err(Refusal::NotInThisScenario("messages"));
        }
        match self.environment().collator {
            CollatorKind::Adversary => self.adversary_may_author(state, author),
            CollatorKind::SlotBased | CollatorKind::Lookahead => {
                self.honest_may_author(state, author)
            }
        }
    }

    /// An adversary follows no collator's rule. It keeps no two blocks that are alike in all but
    /// their hash, and no more than the scenario gives it.
    fn adversary_may_author(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        if author.equivocation || author.withheld {
            return Err(Refusal::NotInThisScenario("named faults: an adversary needs none"));
        }
        let alike = state.children(author.parent).any(|child| {
            let block = state.block(child);
            block.relay_parent == author.relay_parent
                && (block.segment.messages & 1 != 0) == author.sends_message
        });
        if alike {
            return Err(Refusal::NotInThisScenario("two blocks of the adversary alike"));
        }
        let most = usize::from(self.environment().adversary_blocks);
        let included = state.tip().included;
        let kept = state.indices().filter(|&block| !state.descends_from(included, block)).count();
        if most > 0 && kept >= most {
            return Err(Refusal::NotInThisScenario("more blocks of the adversary"));
        }
        Ok(())
    }

    fn honest_may_author(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let relay_parent = author.relay_parent;
        let together = self.environment().stale_view == StaleView::Together;
        self.require(
            Rule::Slotb2,
            !together || state.turn.is_none_or(|turn| turn == relay_parent),
            Refusal::NotTheBest(relay_parent),
        )?;
        self.check_claim(author)?;
        if author.withheld && !self.environment().withholding {
            return Err(Refusal::NotThisFault("withheld blocks (FLT-9)"));
        }

        let view = self.looked_up(state, relay_parent);
        for named in [Some(view.included), view.newest_pending].into_iter().flatten() {
            let known = !state.block(named).has(ParaBlock::WITHHELD);
            self.require(Rule::Coll3, known, Refusal::UnknownToCollator(named))?;
        }
        if author.equivocation {
            return self.may_equivocate(state, author);
        }
        owner_has_not_withheld(state, relay_parent)?;

        let chosen = self.chosen_parents(state, relay_parent);
        if chosen & (1 << author.parent.0) == 0 {
            return Err(Refusal::NotTheChosenParent(author.parent));
        }
        self.may_build_on(state, author.parent, relay_parent)
    }

    /// COLL-3: the state in which the collator looks up the included and the pending head.
    pub fn looked_up<'a>(&self, state: &'a State, relay_parent: Age) -> &'a View {
        let at_the_tip = self.variants.contains(Variant::SearchAtTheTip);
        &state.views[if at_the_tip { 0 } else { usize::from(relay_parent.0) }]
    }

    /// COLL-1, COLL-2: an honest block claims the derived slot and is its owner's.
    fn check_claim(&self, author: &Author) -> Result<(), Refusal> {
        match author.claim {
            Claim::Honest => Ok(()),
            Claim::Stranger => self.require(Rule::Coll2, false, Refusal::NotTheOwner),
            Claim::SlotAhead | Claim::SlotBehind => {
                self.require(Rule::Coll1, false, Refusal::SlotFromClock)
            }
            Claim::SlotMissing => Err(Refusal::NotThisFault("relay proofs without a slot")),
        }
    }

    /// FLT-7: beside exactly one block of the same owner, parent and relay parent.
    fn may_equivocate(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        if !self.environment().equivocation {
            return Err(Refusal::NotThisFault("equivocation (FLT-7)"));
        }
        let beside = state
            .children(author.parent)
            .filter(|&child| state.block(child).relay_parent == author.relay_parent)
            .count();
        if beside == 1 { Ok(()) } else { Err(Refusal::NothingToEquivocate) }
    }

    /// COLL-3 to COLL-6: the parents among which the collator's search may end, as a set of
    /// places.
    pub fn chosen_parents(&self, state: &State, relay_parent: Age) -> u32 {
        let (potential, depths) = self.potential_parents(state, relay_parent);
        if !self.has(Rule::Coll5) {
            return potential;
        }
        let eligible = if self.has(Rule::Coll6) {
            potential
        } else {
            let fits = |&place: &u32| {
                self.may_build_on(state, BlockIndex(place as u8), relay_parent).is_ok()
            };
            places(potential).filter(fits).fold(0, |set, place| set | 1 << place)
        };
        let deepest = places(eligible).map(|place| depths[place as usize]).max();
        places(eligible)
            .filter(|&place| Some(depths[place as usize]) == deepest)
            .fold(0, |set, place| set | 1 << place)
    }

    /// COLL-3, COLL-4: the newest block the relay parent's state names, and what can be reached
    /// from it through known blocks whose relay parent lies in the window; with their depths.
    fn potential_parents(&self, state: &State, relay_parent: Age) -> (u32, [u8; MAX_BLOCKS]) {
        let view = self.looked_up(state, relay_parent);
        let is_known = |block: BlockIndex| !state.block(block).has(ParaBlock::WITHHELD);
        let start =
            view.newest_pending.filter(|&pending| is_known(pending) || self.has(Rule::Coll3));
        let start = start.unwrap_or(view.included);
        let newest = relay_parent.0;
        let oldest = newest + self.parameters().scheduling_lookahead - 1;
        let mut found: u32 = 1 << start.0;
        let mut depths = [0u8; MAX_BLOCKS];
        depths[start.get()] = 1;
        for place in start.get() + 1..state.blocks.len() {
            let block = &state.blocks[place];
            let parent = block.parent.get();
            let in_window = (newest..=oldest).contains(&block.relay_parent.0);
            if found & (1 << parent) != 0
                && !block.has(ParaBlock::WITHHELD)
                && (in_window || !self.has(Rule::Coll4))
            {
                found |= 1 << place;
                depths[place] = depths[parent] + 1;
            }
        }
        (found, depths)
    }

    /// SLOTB-3 or LOOK-1, then COLL-7 or COLL-8: whether the collator builds on its choice.
    fn may_build_on(
        &self,
        state: &State,
        parent: BlockIndex,
        relay_parent: Age,
    ) -> Result<(), Refusal> {
        let (rule, most) = match self.environment().collator {
            CollatorKind::Lookahead => (Rule::Look1, 2),
            _ => (Rule::Slotb3, 1),
        };
        let built = state.built_on(parent, relay_parent);
        self.require(rule, built < most, Refusal::RelayParentUsed { rule, built, most })?;

        let included = self.looked_up(state, relay_parent).included;
        if parent == included && self.has(Rule::Coll7) {
            return Ok(());
        }
        match self.can_build_upon(state, parent, relay_parent) {
            Err(refusal) if self.has(Rule::Coll8) => Err(refusal),
            _ => Ok(()),
        }
    }

    /// FLT-9: the collators recover a block that the relay chain names, from its availability.
    pub(crate) fn recover(state: &State, block: BlockIndex) -> Result<State, Refusal> {
        if block.get() >= state.blocks.len() {
            return Err(Refusal::NoSuchBlock(block));
        }
        let named = state.descends_from(state.tip().newest(), block);
        if !named || !state.block(block).has(ParaBlock::WITHHELD) {
            return Err(Refusal::NothingToRecover);
        }
        let mut next = state.clone();
        next.blocks[block.get()].fate &= !ParaBlock::WITHHELD;
        Ok(next)
    }

    pub(crate) fn recovery_actions(state: &State, actions: &mut Vec<Action>) {
        let withheld = |&block: &BlockIndex| state.block(block).has(ParaBlock::WITHHELD);
        for block in state.indices().filter(withheld) {
            if Self::recover(state, block).is_ok() {
                actions.push(Action::Recover { block });
            }
        }
    }
}

/// The owner of a slot knows the block it withheld, and does not build it again.
fn owner_has_not_withheld(state: &State, relay_parent: Age) -> Result<(), Refusal> {
    let spent = state
        .blocks
        .iter()
        .any(|block| block.relay_parent == relay_parent && block.has(ParaBlock::WITHHELD));
    let refusal = Refusal::RelayParentUsed { rule: Rule::Slotb3, built: 1, most: 1 };
    if spent { Err(refusal) } else { Ok(()) }
}

/// The places in a set, in order.
pub fn places(set: u32) -> impl Iterator<Item = u32> {
    (0..u32::BITS).filter(move |place| set & (1 << place) != 0)
}
