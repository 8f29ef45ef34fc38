//! What the relay chain's validators do off chain: they learn which candidates have a quorum and
//! keep, each for itself, the fragment chain from which a relay author takes.
//!
//! A fragment chain has two parts: the chain itself, which is what is pending and one candidate after
//! it, and what else is held because it may be chained later. What is in neither is forgotten, and
//! what was forgotten is not learned again: the statements that spoke of it have been handed on once
//! and for all. Learning is being introduced and having the quorum at once; one that was introduced
//! and forgotten before its quorum is one that is never learned.
//!
//! A scenario follows two validators one by one, or none: then a quorum may be late or never, so
//! that any backable sibling may be the one a relay block backs, and hashes decide nothing.

use arrayvec::ArrayVec;

use super::Protocol;
use crate::action::Action;
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::state::{Age, BlockIndex, MAX_PENDING, MAX_VALIDATORS, ParaBlock, State};

impl Protocol {
    /// FRAG-2, FRAG-4 to FRAG-6: a validator learns that a candidate has its quorum, stores it if it
    /// may still be chained, and fills its fragment chain anew.
    pub(crate) fn learn_backable(
        &self,
        state: &State,
        validator: u8,
        candidate: BlockIndex,
    ) -> Result<State, Refusal> {
        if candidate.get() >= state.blocks.len() {
            return Err(Refusal::NoSuchBlock(candidate));
        }
        if validator >= self.environment().followed_validators {
            return Err(Refusal::NotInThisScenario("such a validator"));
        }
        let block = state.block(candidate);
        if state.descends_from(state.main().tip().newest(), candidate) {
            return Err(Refusal::AlreadyOnChain);
        }
        if !state.descends_from(candidate, state.main().tip().included) {
            return Err(Refusal::NotInThisScenario("candidate beside the included chain"));
        }
        if block.known_backable & (1 << validator) != 0 {
            return Err(Refusal::AlreadyKnown);
        }
        if block.has(ParaBlock::LOST) {
            return Err(Refusal::CandidateLost);
        }
        self.has_potential(state, usize::from(validator), candidate)?;

        let mut next = state.clone();
        next.blocks[candidate.get()].known_backable |= 1 << validator;
        self.fill_chains(&mut next);
        Ok(next)
    }

    pub(crate) fn learning_actions(&self, state: &State, actions: &mut Vec<Action>) {
        for validator in 0..self.environment().followed_validators {
            for candidate in state.indices() {
                if self.learn_backable(state, validator, candidate).is_ok() {
                    actions.push(Action::LearnBackable { validator, candidate });
                }
            }
        }
    }

    /// FRAG-3, FRAG-5 to FRAG-7: what each followed validator's chain offers beyond the pending
    /// candidate, and what it holds besides. One core makes room for one.
    pub(crate) fn fill_chains(&self, state: &mut State) {
        for validator in 0..MAX_VALIDATORS {
            let is_followed = validator < usize::from(self.environment().followed_validators);
            state.chains[validator] =
                if is_followed { self.offer_of(state, validator) } else { None };
            if is_followed && self.has(Rule::Frag7) {
                self.forget(state, validator);
            }
        }
    }

    /// FRAG-0, PARM-3: the leaf and its ancestors of the same session, L blocks at most.
    fn is_in_scope(&self, state: &State, age: Age) -> bool {
        age.0 < self.parameters_at(state.main(), Age::TIP).scheduling_lookahead
            && age <= state.main().session
    }

    /// Whether it makes a difference that a validator has learned of the candidate: whether it may be in
    /// a chain beyond the included head, in this state or a later one.
    pub(crate) fn may_be_chained(&self, state: &State, candidate: BlockIndex) -> bool {
        let included = state.main().tip().included;
        let in_scope = self.is_in_scope(state, state.block(candidate).relay_parent.on(0));
        let is_above = candidate != included && state.descends_from(candidate, included);
        is_above && (in_scope || !self.has(Rule::Frag4))
    }

    /// FRAG-4: whether the candidate may still be chained after the chain as it is, now or later. Where
    /// its parent is in no chain only its relay parent is asked about.
    fn has_potential(
        &self,
        state: &State,
        validator: usize,
        candidate: BlockIndex,
    ) -> Result<(), Refusal> {
        let block = state.block(candidate);
        let age = block.relay_parent.on(0);
        self.require(Rule::Frag4, self.is_in_scope(state, age), Refusal::OutOfScope(age))?;

        let is_rival =
            |other: BlockIndex| other != candidate && state.block(other).parent == block.parent;
        let mut pending = state.main().pending.iter().map(|pending| pending.block);
        if let Some(rival) = pending.clone().find(|&pending| is_rival(pending)) {
            self.require(Rule::Frag4, false, Refusal::ForkWithPending(rival))?;
        }
        let offer = state.chains[validator];
        if let Some(rival) = offer.filter(|&offer| is_rival(offer)) {
            let wins = block.hash_rank < state.block(rival).hash_rank;
            let refusal = Refusal::LosesToSibling(rival);
            self.require(Rule::Frag5, wins || !self.decides_by_hash(), refusal)?;
        }
        let chained = pending.next_back().or(Some(state.main().tip().included));
        let behind = chained.into_iter().chain(offer.filter(|&offer| offer == block.parent));
        for head in behind.map(|head| state.block(head).relay_parent.on(0)) {
            let refusal = Refusal::RelayParentMovedBackwards { head, candidate: age };
            self.require(Rule::Frag4, age <= head, refusal)?;
        }
        Ok(())
    }

    /// FRAG-5: whether hashes decide among siblings, and not who came first.
    fn decides_by_hash(&self) -> bool {
        !self.variants.contains(Variant::FirstSeen) && self.has(Rule::Frag5)
    }

    /// FRAG-5: the candidate after the pending ones: the lowest hash among those held that may follow.
    fn offer_of(&self, state: &State, validator: usize) -> Option<BlockIndex> {
        let base = state.main().tip().newest();
        let context = state.block(base).relay_parent.on(0);
        let fits = |&child: &BlockIndex| {
            let block = state.block(child);
            let age = block.relay_parent.on(0);
            let in_scope = self.is_in_scope(state, age) || !self.has(Rule::Frag4);
            block.is_held_by(validator) && !block.has(ParaBlock::LOST) && in_scope && age <= context
        };
        if !self.decides_by_hash()
            && state.chains[validator]
                .is_some_and(|kept| state.block(kept).parent == base && fits(&kept))
        {
            return state.chains[validator];
        }
        state.children(base).filter(fits).min_by_key(|&child| state.block(child).hash_rank)
    }

    /// FRAG-7: what is pending is held by its place in the chain alone, and so gone for good once it is
    /// not pending any more. Of the rest, what may not be chained goes: one beside a candidate of the
    /// chain with all that is held on it, one whose parent is in no chain for itself. A candidate that
    /// is newly pending is a fork with itself, and what is held on it and not chained after it goes.
    fn forget(&self, state: &mut State, validator: usize) {
        let tip = state.main().tip();
        let pending = state.main().pending.iter().map(|pending| pending.block);
        let chain: ArrayVec<BlockIndex, { MAX_PENDING + 1 }> =
            pending.clone().chain(state.chains[validator]).collect();
        // The search begins at the parents of the chain's candidates.
        let is_searched = |parent: BlockIndex| {
            let mut parents = chain.iter().map(|&block| state.block(block).parent);
            parents.any(|head| head == parent) || (chain.is_empty() && parent == tip.included)
        };
        let (mut gone, mut goes_with_it) = (0u32, 0u32);
        for block in state.indices().filter(|&block| state.block(block).is_held_by(validator)) {
            let parent = state.block(block).parent;
            let with_parent = goes_with_it & (1 << parent.0) != 0;
            let fails = || self.has_potential(state, validator, block).is_err();
            if chain.contains(&block) {
                let is_pending = u32::from(pending.clone().any(|one| one == block)) << block.0;
                (gone, goes_with_it) = (gone | is_pending, goes_with_it | is_pending);
            } else if with_parent || fails() {
                gone |= 1 << block.0;
                goes_with_it |= u32::from(with_parent || is_searched(parent)) << block.0;
            }
        }
        for (place, block) in state.blocks.iter_mut().enumerate() {
            block.forgotten |= ((gone >> place & 1) as u8) << validator;
        }
    }
}
