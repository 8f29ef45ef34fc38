//! The collators: who builds, on which parent, and when nobody does.

use super::Protocol;
use crate::action::{Action, Author, Claim, NewCode};
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::{CollatorKind, StaleView};
use crate::state::{Age, BlockIndex, Branch, MAX_BLOCKS, ParaBlock, RelayParent, State, View};

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
        if usize::from(author.branch) >= state.branches.len() {
            return Err(Refusal::NoSuchBranch(author.branch));
        }
        if author.relay_parent > self.oldest_view() {
            return Err(Refusal::NoSuchView(author.relay_parent));
        }
        if self.canonical_place(state, author) != (author.branch, author.relay_parent) {
            return Err(Refusal::NotInThisScenario("second name for a relay block"));
        }
        if author.core >= self.parameters().cores {
            return Err(Refusal::NotInThisScenario("such a core"));
        }
        self.messages_are_there(state, author)?;
        self.may_bring_code(state.block(author.parent), author.new_code)?;
        self.session_of_para_may_end(author)?;
        self.owner_is_there(state, author)?;
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
        if author.equivocation || author.withheld || author.invalid || author.behind {
            return Err(Refusal::NotInThisScenario("named faults: an adversary needs none"));
        }
        let relay_parent = state.relay_parent(usize::from(author.branch), author.relay_parent);
        let para_slot = self.stored_slot(state, author);
        // Siblings on one relay parent have one code stored, and bring that or the next.
        let brought = |sibling: &ParaBlock| match author.new_code {
            NewCode::None => None,
            NewCode::Next => Some(sibling.code.current.next()),
            NewCode::Same => Some(sibling.code.current),
        };
        let alike = state.children(author.parent).any(|child| {
            let block = state.block(child);
            block.relay_parent == relay_parent
                && block.core == author.core
                && block.para_slot == para_slot
                && (block.segment.messages & 1 != 0) == author.sends_message
                && block.code.pending.filter(|_| block.code.is_new) == brought(block)
        });
        if alike {
            return Err(Refusal::NotInThisScenario("two blocks of the adversary alike"));
        }
        let most = usize::from(self.environment().adversary_blocks);
        let is_included = |block: BlockIndex| {
            let included = |branch: &Branch| state.descends_from(branch.tip().included, block);
            state.branches.iter().all(included)
        };
        let kept = state.indices().filter(|&block| !is_included(block)).count();
        if most > 0 && kept >= most {
            return Err(Refusal::NotInThisScenario("more blocks of the adversary"));
        }
        Ok(())
    }

    fn honest_may_author(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let (branch, age) = (usize::from(author.branch), author.relay_parent);
        self.check_best(state, author)?;
        self.check_claim(author)?;
        if author.invalid {
            self.may_author_invalid(state, author)?;
        }
        if author.withheld && !self.environment().withholding {
            return Err(Refusal::NotThisFault("withheld blocks (FLT-9)"));
        }

        if author.invalid && state.block(author.parent).has(ParaBlock::INVALID) {
            // Its author has the block that nobody else imports, and searches as everyone does.
            let (reached, _) = self.search(state, branch, age, |_| true);
            let far = Refusal::NotTheChosenParent(author.parent);
            return if reached & (1 << author.parent.0) != 0 { Ok(()) } else { Err(far) };
        }
        let view = self.looked_up(state, branch, age);
        for named in [Some(view.included), view.newest_pending].into_iter().flatten() {
            let known = !state.block(named).is_unknown_to_collators();
            self.require(Rule::Coll3, known, Refusal::UnknownToCollator(named))?;
        }
        if author.behind {
            return self.may_author_behind(state, author);
        }
        let relay_parent = state.relay_parent(branch, age);
        if author.equivocation {
            return self.may_equivocate(state, author, &relay_parent);
        }
        self.owner_is_not_done(state, author, &relay_parent)?;

        let chosen = self.chosen_parents(state, branch, age);
        if chosen & (1 << author.parent.0) == 0 {
            return Err(Refusal::NotTheChosenParent(author.parent));
        }
        let core = self.may_build_on(state, author.parent, branch, age)?;
        if core != author.core {
            return Err(Refusal::NotInThisScenario("other core for this block"));
        }
        Ok(())
    }

    /// SLOTB-2: the relay parent is the r-th ancestor of what this wake-up takes for the best relay
    /// block. LOOK-1: every imported relay block wakes the lookahead collator, on any fork.
    fn check_best(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        let (branch, age) = (usize::from(author.branch), author.relay_parent);
        let offset = self.parameters().relay_parent_offset;
        let Some(late) = age.0.checked_sub(offset) else {
            return Err(Refusal::NotTheBest(age));
        };
        if self.environment().collator == CollatorKind::SlotBased {
            // Late by one block of the highest branch, or on the tip of one that is one lower.
            let behind = state.highest() - state.branch(branch).own + late;
            let latest = self.oldest_view().0 - offset;
            self.require(Rule::Slotb2, behind <= latest, Refusal::NotTheBest(age))?;
            // With an offset the blocks after the relay parent must be of one session.
            let session = state.branch(branch).session.0;
            let crosses = offset > 0 && (late..late + offset).contains(&session);
            self.require(Rule::Slotb2, !crosses, Refusal::SessionBetween(age))?;
        }
        let together = self.environment().stale_view == StaleView::Together;
        let here = (author.branch, age);
        self.require(
            Rule::Slotb2,
            !together || state.turn.is_none_or(|turn| turn == here),
            Refusal::NotTheBest(age),
        )
    }

    /// The first name of the relay block that an author names: blocks before a fork are on both
    /// branches.
    fn canonical_place(&self, state: &State, author: &Author) -> (u8, Age) {
        let relay_parent = state.relay_parent(usize::from(author.branch), author.relay_parent);
        let first = relay_parent.on(0);
        if first.is_here() && first <= self.oldest_view() {
            (0, first)
        } else {
            (author.branch, author.relay_parent)
        }
    }

    /// COLL-3: the state in which the collator looks up the included and the pending head.
    pub fn looked_up<'a>(&self, state: &'a State, branch: usize, age: Age) -> &'a View {
        let at_the_tip = self.variants.contains(Variant::SearchAtTheTip);
        state.branch(branch).view(if at_the_tip { Age::TIP } else { age })
    }

    /// COLL-1, COLL-2: an honest block claims the derived slot and is its owner's.
    fn check_claim(&self, author: &Author) -> Result<(), Refusal> {
        match author.claim {
            Claim::Honest => Ok(()),
            Claim::Stranger => self.require(Rule::Coll2, false, Refusal::NotTheOwner),
            Claim::SlotAhead | Claim::SlotFarAhead | Claim::SlotBehind => {
                self.require(Rule::Coll1, false, Refusal::SlotFromClock)
            }
            Claim::SlotMissing => Err(Refusal::NotThisFault("relay proofs without a slot")),
        }
    }

    /// FLT-8: an owner authors what is not valid instead of what is, one at a time, or one on another.
    fn may_author_invalid(&self, state: &State, author: &Author) -> Result<(), Refusal> {
        if !self.environment().disputes {
            return Err(Refusal::NotThisFault("invalid blocks (FLT-8)"));
        }
        if author.equivocation || author.withheld {
            return Err(Refusal::NotInThisScenario("invalid block with another fault"));
        }
        let there = state.blocks.iter().filter(|block| block.has(ParaBlock::INVALID)).count();
        let on_one = state.block(author.parent).has(ParaBlock::INVALID);
        let most = usize::from(on_one && self.environment().invalid_chains);
        if there > most {
            return Err(Refusal::NotInThisScenario("two invalid blocks at a time"));
        }
        Ok(())
    }

    /// FLT-7: beside exactly one block of the same owner, parent and relay parent.
    fn may_equivocate(
        &self,
        state: &State,
        author: &Author,
        relay_parent: &RelayParent,
    ) -> Result<(), Refusal> {
        if !self.environment().equivocation {
            return Err(Refusal::NotThisFault("equivocation (FLT-7)"));
        }
        let twins = || {
            let children = state.children(author.parent).map(|child| state.block(child));
            children.filter(|block| block.relay_parent == *relay_parent)
        };
        let repeats = twins().count() == 1 && twins().all(|block| block.core == author.core);
        if repeats { Ok(()) } else { Err(Refusal::NothingToEquivocate) }
    }

    /// COLL-3 to COLL-6: the parents among which the collator's search may end, as a set of
    /// places.
    pub fn chosen_parents(&self, state: &State, branch: usize, age: Age) -> u32 {
        let (potential, depths) = self.potential_parents(state, branch, age);
        if !self.has(Rule::Coll5) {
            return potential;
        }
        if !self.has(Rule::Coll6) {
            return self.legal_parents(state, branch, age);
        }
        deepest(potential, |place| usize::from(depths[place]))
    }

    /// COLL-6 has no say in it: the deepest parents on which the collator may build, as a set of
    /// places. Where the chosen one refuses it goes on to shallower ones, down to the included head
    /// past those that are pending. One wake-up is one attempt, so it does not go back below what it
    /// has built for this relay parent: its blocks of one relay parent are one chain.
    pub fn legal_parents(&self, state: &State, branch: usize, age: Age) -> u32 {
        let (mut potential, depths) = self.potential_parents(state, branch, age);
        let chosen = deepest(potential, |place| usize::from(depths[place]));
        let view = self.looked_up(state, branch, age);
        let behind = state.ancestry(view.newest()).skip(1);
        let pending = state.steps_back(view.newest(), view.included).unwrap_or(0);
        potential |= behind.take(pending).fold(0, |set, place| set | 1 << place.0);
        let relay_parent = state.relay_parent(branch, age);
        let built = state.built_for(&relay_parent);
        let legal = |&place: &u32| {
            let parent = BlockIndex(place as u8);
            let goes_on = state.built_on(parent, &relay_parent) == built;
            (chosen & (1 << place) != 0 || goes_on)
                && self.may_build_on(state, parent, branch, age).is_ok()
        };
        let legal = places(potential).filter(legal).fold(0, |set, place| set | 1 << place);
        let depth = |place| state.steps_back(BlockIndex(place as u8), view.included).unwrap_or(0);
        deepest(legal, depth)
    }

    /// COLL-4, SESS-5: the oldest relay parent in the window of one of this age: L blocks with it,
    /// and none from before the end of the last session.
    fn end_of_window(&self, branch: &Branch, age: Age) -> Age {
        let session = branch.session;
        let last = Age(age.0 + self.parameters_at(branch, age).scheduling_lookahead - 1);
        if age <= session && self.has(Rule::Sess5) { last.min(session) } else { last }
    }

    /// The parents that a collator reaches who has no block that nobody else imports.
    pub(crate) fn potential_parents(
        &self,
        state: &State,
        branch: usize,
        age: Age,
    ) -> (u32, [u8; MAX_BLOCKS]) {
        self.search(state, branch, age, |block| !state.block(block).is_unknown_to_collators())
    }

    /// COLL-3, COLL-4: the newest block the relay parent's state names, and what can be reached
    /// from it through known blocks whose relay parent lies in the window; with their depths.
    fn search(
        &self,
        state: &State,
        branch: usize,
        age: Age,
        is_known: impl Fn(BlockIndex) -> bool,
    ) -> (u32, [u8; MAX_BLOCKS]) {
        let view = self.looked_up(state, branch, age);
        let start =
            view.newest_pending.filter(|&pending| is_known(pending) || self.has(Rule::Coll3));
        let start = start.unwrap_or(view.included);
        let window = age..=self.end_of_window(state.branch(branch), age);
        let mut found: u32 = 1 << start.0;
        let mut depths = [0u8; MAX_BLOCKS];
        depths[start.get()] = 1;
        for place in start.get() + 1..state.blocks.len() {
            let block = &state.blocks[place];
            let parent = block.parent.get();
            let in_window = window.contains(&block.relay_parent.on(branch));
            if found & (1 << parent) != 0
                && is_known(BlockIndex(place as u8))
                && (in_window || !self.has(Rule::Coll4))
            {
                found |= 1 << place;
                depths[place] = depths[parent] + 1;
            }
        }
        (found, depths)
    }

    /// SLOTB-3 or LOOK-1, then COLL-7 or COLL-8: whether the collator builds on its choice, and for
    /// which core.
    pub(crate) fn may_build_on(
        &self,
        state: &State,
        parent: BlockIndex,
        branch: usize,
        age: Age,
    ) -> Result<u8, Refusal> {
        let (rule, most) = match self.environment().collator {
            CollatorKind::Lookahead => {
                (Rule::Look1, usize::from(self.environment().lookahead_blocks))
            }
            _ => (Rule::Slotb3, usize::from(self.parameters().cores)),
        };
        let assigned = state.branch(branch).view(age).assigned;
        self.require(rule, assigned, Refusal::NoCoreClaimed { rule })?;
        let built = state.built_on(parent, &state.relay_parent(branch, age));
        self.require(rule, built < most, Refusal::RelayParentUsed { rule, built, most })?;
        let core = match self.environment().collator {
            CollatorKind::Lookahead => 0,
            _ => built.min(usize::from(self.parameters().cores - 1)) as u8,
        };

        let included = self.looked_up(state, branch, age).included;
        if parent == included && self.has(Rule::Coll7) {
            return Ok(core);
        }
        match self.can_build_upon(state, parent, branch, age) {
            Err(refusal) if self.has(Rule::Coll8) => Err(refusal),
            _ => Ok(core),
        }
    }

    /// The owner of a slot knows the block that nobody else has, and does not build another. One of the
    /// other set of authorities that owns the slot too is another node.
    fn owner_is_not_done(
        &self,
        state: &State,
        author: &Author,
        relay_parent: &RelayParent,
    ) -> Result<(), Refusal> {
        let set = self.set_of(state, author);
        let own = |block: &ParaBlock| {
            block.relay_parent == *relay_parent
                && block.is_unknown_to_collators()
                && state.block(block.parent).authority_set == set
        };
        if state.blocks.iter().any(own) { Err(Refusal::OwnerIsDone) } else { Ok(()) }
    }

    /// FLT-9: the collators recover a block that the relay chain names, from its availability.
    pub(crate) fn recover(state: &State, block: BlockIndex) -> Result<State, Refusal> {
        if block.get() >= state.blocks.len() {
            return Err(Refusal::NoSuchBlock(block));
        }
        let names = |branch: &Branch| state.descends_from(branch.tip().newest(), block);
        if !state.branches.iter().any(names) || !state.block(block).has(ParaBlock::WITHHELD) {
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

/// Those of a set that are deepest.
fn deepest(set: u32, depth: impl Fn(usize) -> usize) -> u32 {
    let most = places(set).map(|place| depth(place as usize)).max();
    places(set)
        .filter(|&place| Some(depth(place as usize)) == most)
        .fold(0, |set, place| set | 1 << place)
}

/// The places in a set, in order.
pub fn places(set: u32) -> impl Iterator<Item = u32> {
    (0..u32::BITS).filter(move |place| set & (1 << place) != 0)
}
