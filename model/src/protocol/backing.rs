//! What the relay chain's validators do off chain: they learn which candidates have a quorum and
//! keep, each for itself, the fragment chain from which a relay author takes.
//!
//! A scenario follows two validators one by one, or none: then a quorum may be late or never, so
//! that any backable sibling may be the one a relay block backs, and hashes decide nothing.

use super::Protocol;
use crate::action::Action;
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::state::{Age, BlockIndex, MAX_VALIDATORS, ParaBlock, State};

impl Protocol {
    /// FRAG-2, FRAG-4, FRAG-6: a validator learns that a candidate has its quorum, stores it, and
    /// fills its fragment chain anew.
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
        if block.known_backable & (1 << validator) != 0 {
            return Err(Refusal::AlreadyKnown);
        }
        if block.has(ParaBlock::LOST) {
            return Err(Refusal::CandidateLost);
        }
        let age = block.relay_parent.on(0);
        self.require(Rule::Frag4, self.is_in_scope(state, age), Refusal::OutOfScope(age))?;

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
    /// candidate. One core makes room for one.
    pub(crate) fn fill_chains(&self, state: &mut State) {
        for validator in 0..MAX_VALIDATORS {
            let offer = if validator < usize::from(self.environment().followed_validators) {
                self.offer_of(state, validator)
            } else {
                None
            };
            state.chains[validator] = offer;
        }
    }

    /// FRAG-0, PARM-3: the leaf and its ancestors of the same session, L blocks at most.
    fn is_in_scope(&self, state: &State, age: Age) -> bool {
        age.0 < self.parameters_at(state.main(), Age::TIP).scheduling_lookahead
            && age <= state.main().session
    }

    fn offer_of(&self, state: &State, validator: usize) -> Option<BlockIndex> {
        let base = state.main().tip().newest();
        let context = state.block(base).relay_parent.on(0);
        let fits = |&child: &BlockIndex| {
            let block = state.block(child);
            let age = block.relay_parent.on(0);
            let in_scope = self.is_in_scope(state, age) || !self.has(Rule::Frag4);
            block.known_backable & (1 << validator) != 0
                && !block.has(ParaBlock::LOST)
                && in_scope
                && age <= context
        };
        let by_hash = !self.variants.contains(Variant::FirstSeen) && self.has(Rule::Frag5);
        if !by_hash
            && state.chains[validator]
                .is_some_and(|kept| state.block(kept).parent == base && fits(&kept))
        {
            return state.chains[validator];
        }
        state.children(base).filter(fits).min_by_key(|&child| state.block(child).hash_rank)
    }
}
