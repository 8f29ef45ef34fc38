//! Where the validators and the model differ, by the rule that is in doubt.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use polkadot_primitives::CandidateHash;
use unincluded_conformance_driver::Divergence;
use unincluded_model::{Action, BlockIndex, Refusal, Rule};

use crate::prospective::Refused;
use crate::view::{Deaf, View};
use crate::world::World;

/// Compares every followed validator with what the model says of it: the best chain, what is held
/// beside it, what a relay author could back, and for every candidate whether statements about it
/// would change anything, and if not, by which rule.
///
/// # Errors
///
/// The first divergence.
pub fn compare(world: &World) -> Result<(), Divergence> {
    if let Some(backed) = world.unoffered() {
        let says = format!("the relay chain backs {backed}, and no validator's chain offers it");
        return Err(Divergence::new([Rule::Frag8], says));
    }
    for (validator, view) in world.views().iter().enumerate() {
        let validator = Followed { world, validator, view };
        validator.chains_agree()?;
        validator.stores_agree()?;
        validator.offers_agree()?;
        for place in world.state().indices().skip(1) {
            validator.answers_agree(place)?;
        }
    }
    Ok(())
}

/// The rule by which a fragment chain refuses.
pub fn rule_of(refused: &Refused) -> Rule {
    match refused {
        Refused::ForkChoiceRule(_) => Rule::Frag5,
        Refused::Constraints(_) => Rule::Emu3,
        _ => Rule::Frag4,
    }
}

struct Followed<'a> {
    world: &'a World<'a>,
    validator: usize,
    view: &'a View,
}

impl Followed<'_> {
    fn differ(&self, rule: Rule, what: impl fmt::Display) -> Divergence {
        Divergence::new([rule], format!("validator {}: {what}", self.validator))
    }

    fn pending(&self) -> Vec<CandidateHash> {
        let pending = &self.world.state().main().pending;
        pending.iter().filter_map(|pending| self.world.hash(pending.block)).collect()
    }

    /// The candidate that the model has in the chain beyond those pending.
    fn offered(&self) -> Option<CandidateHash> {
        self.world.state().chains[self.validator].and_then(|place| self.world.hash(place))
    }

    /// FRAG-3, FRAG-5, FRAG-6: the best chain.
    fn chains_agree(&self) -> Result<(), Divergence> {
        let mut model = self.pending();
        let offered = self.offered();
        model.extend(offered);
        let node = self.view.at_leaf().chain();
        if model == node {
            return Ok(());
        }
        let beyond = node.get(self.pending().len()).copied();
        let rule = match (offered, beyond) {
            (Some(_), Some(_)) => Rule::Frag5,
            (Some(offered), None) => self.why_not(offered),
            (None, Some(_)) => Rule::Frag4,
            (None, None) => Rule::Frag7,
        };
        let (model, node) = (self.named(model), self.named(node));
        Err(self.differ(rule, format!("the model's chain is {model}, the node's {node}")))
    }

    /// Why the node has not got a candidate that the model offers.
    fn why_not(&self, offered: CandidateHash) -> Rule {
        let candidate = self
            .world
            .places()
            .get(&offered)
            .and_then(|&place| self.world.block(place).candidate.as_ref());
        match candidate.map(|candidate| self.view.would_learn(candidate)) {
            Some(Err(Deaf::Refused(refused))) => rule_of(&refused),
            _ => Rule::Frag7,
        }
    }

    /// FRAG-1, FRAG-7: what is held beside the chain. What the model has forgotten is dead, and not
    /// compared.
    fn stores_agree(&self) -> Result<(), Divergence> {
        let state = self.world.state();
        let tip = state.main().tip().newest();
        let chained = state.chains[self.validator];
        let model: BTreeSet<CandidateHash> = state
            .indices()
            .filter(|&place| state.block(place).is_held_by(self.validator))
            .filter(|&place| Some(place) != chained && !state.descends_from(tip, place))
            .filter_map(|place| self.world.hash(place))
            .collect();
        let places = self.world.places();
        let node: BTreeSet<CandidateHash> = self
            .view
            .at_leaf()
            .unconnected()
            .into_iter()
            .filter(|hash| places.contains_key(hash))
            .collect();
        if model == node {
            return Ok(());
        }
        let (model, node) = (self.named(model), self.named(node));
        Err(self.differ(Rule::Frag7, format!("the model holds {model} in store, the node {node}")))
    }

    /// FRAG-8: what a relay author could back once what is pending is included, and that it could
    /// back nothing if it were dropped.
    fn offers_agree(&self) -> Result<(), Divergence> {
        let pending: HashSet<CandidateHash> = self.pending().into_iter().collect();
        let is_free = pending.is_empty();
        let model: Vec<CandidateHash> = self.offered().into_iter().collect();
        let node = self.view.at_leaf().backable(pending, 1);
        if model != node {
            let (model, node) = (self.named(model), self.named(node));
            return Err(
                self.differ(Rule::Frag8, format!("the model offers {model}, the node {node}"))
            );
        }
        let node = self.view.at_leaf().backable(HashSet::new(), 1);
        if !is_free && !node.is_empty() {
            let node = self.named(node);
            let what = format!("on what is dropped the model offers nothing, the node {node}");
            return Err(self.differ(Rule::Frag8, what));
        }
        Ok(())
    }

    /// FRAG-2, FRAG-4, FRAG-5, FRAG-7: what statements about one candidate would do.
    fn answers_agree(&self, place: BlockIndex) -> Result<(), Divergence> {
        let world = self.world;
        let Some(candidate) = &world.block(place).candidate else { return Ok(()) };
        let action = Action::LearnBackable { validator: self.validator as u8, candidate: place };
        let model = world.protocol().apply(world.state(), &action).map(|_| ());
        let node = self.view.would_learn(candidate);
        let (agree, rule) = match (&model, &node) {
            // Both take it; or no statements come in, or none that anybody still listens to.
            (Ok(()), Ok(())) | (Err(Refusal::CandidateLost | Refusal::AlreadyOnChain), _) => {
                return Ok(());
            }
            (Ok(()), Err(Deaf::Refused(refused))) => (false, rule_of(refused)),
            (Ok(()), Err(Deaf::Spent)) => (false, Rule::Frag7),
            (Err(refusal), Ok(())) => (false, refusal.rule().unwrap_or(Rule::Frag7)),
            (Err(refusal), Err(deaf)) => {
                same_reason(refusal, deaf, self.view.at_leaf().may_introduce(candidate).err())
            }
        };
        if agree {
            return Ok(());
        }
        let name = self.named([candidate.hash]);
        let model = model.map_or_else(|refusal| refusal.to_string(), |()| "learns".to_owned());
        let what = format!("of {name} the model says {model}, the node {node:?}");
        Err(self.differ(rule, what))
    }

    /// Candidates by the model's places.
    fn named(&self, hashes: impl IntoIterator<Item = CandidateHash>) -> String {
        let places = self.world.places();
        let name = |hash: &CandidateHash| match places.get(hash) {
            Some(place) => format!("#{}", place.0),
            None => "one that the model forgot".to_owned(),
        };
        let names: Vec<String> = hashes.into_iter().map(|hash| name(&hash)).collect();
        format!("[{}]", names.join(" "))
    }
}

/// Whether both refuse for the same reason, and the rule in doubt if not. The node may have two: statements
/// are not handed over twice, and the chain at the leaf would not take the candidate either. The model
/// gives one of them, as it forgets what a validator knew of a candidate that is never chained again.
fn same_reason(refusal: &Refusal, deaf: &Deaf, at_leaf: Option<Refused>) -> (bool, Rule) {
    let rule = refusal.rule();
    match deaf {
        Deaf::Spent => {
            let known = *refusal == Refusal::AlreadyKnown;
            let either = at_leaf.is_some_and(|refused| rule == Some(rule_of(&refused)));
            (known || either || rule == Some(Rule::Frag7), Rule::Frag7)
        }
        Deaf::Refused(refused @ Refused::CandidateAlreadyKnown) => {
            (*refusal == Refusal::AlreadyKnown, rule_of(refused))
        }
        Deaf::Refused(refused) => (rule == Some(rule_of(refused)), rule_of(refused)),
    }
}
