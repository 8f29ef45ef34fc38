//! One validator: the chains that it keeps, and which statements it still acts on.

use std::collections::{BTreeMap, HashSet};

use polkadot_primitives::CandidateHash;

use crate::candidate::{Candidate, RelayBlock};
use crate::prospective::{Leaf, ParaState, Refused};

/// Why a validator learns nothing from the statements about a candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Deaf {
    /// The chain at its leaf does not take it. It may at a later leaf, and is asked again there.
    Refused(Refused),
    /// Backing has told the chains of it once, and does not say it twice.
    Spent,
}

/// A validator's view of the para.
///
/// What follows a new leaf is `handle_active_leaves_update` of prospective parachains 35.0.0. What
/// follows statements is said by three subsystems: statement distribution 36.0.0 asks at every leaf
/// whether the chain there could take a candidate, and only then hands over its statements
/// (`v2/mod.rs`, `fragment_chain_update_inner`); backing 36.0.0 introduces a candidate once and says
/// once that it is backed (`lib.rs`, `import_statement` and `post_import_statement_actions`); and
/// prospective parachains does both at every relay block that it keeps.
pub struct View {
    leaf: u32,
    chains: BTreeMap<u32, Leaf>,
    introduced: HashSet<CandidateHash>,
    backed: HashSet<CandidateHash>,
}

impl View {
    /// The view that starts at a leaf.
    pub fn new(leaf: RelayBlock, ancestors: &[RelayBlock], para: &ParaState) -> View {
        let mut view = View {
            leaf: leaf.number,
            chains: BTreeMap::new(),
            introduced: HashSet::new(),
            backed: HashSet::new(),
        };
        view.activate(leaf, ancestors, para);
        view
    }

    /// A new leaf, with the ancestors whose session and age let them count as scheduling parents.
    pub fn activate(&mut self, leaf: RelayBlock, ancestors: &[RelayBlock], para: &ParaState) {
        let previous = ancestors.first().and_then(|parent| self.chains.get(&parent.number));
        let chain = Leaf::activate(leaf, ancestors, para, previous);
        self.chains.insert(leaf.number, chain);
        self.leaf = leaf.number;
        let oldest = ancestors.last().map_or(leaf.number, |oldest| oldest.number);
        self.chains.retain(|&number, _| number >= oldest);
    }

    /// The chain at the leaf.
    ///
    /// # Panics
    ///
    /// Never: a view has a leaf.
    pub fn at_leaf(&self) -> &Leaf {
        &self.chains[&self.leaf]
    }

    /// Whether statements that make the candidate backable would change anything, and if not, why.
    pub fn would_learn(&self, candidate: &Candidate) -> Result<(), Deaf> {
        match self.at_leaf().may_introduce(candidate) {
            Err(Refused::CandidateAlreadyKnown) => {
                Err(Deaf::Refused(Refused::CandidateAlreadyKnown))
            }
            // Its statements were handed over, and nobody asks the chain about it any more.
            _ if self.introduced.contains(&candidate.hash) => Err(Deaf::Spent),
            Err(refused) => Err(Deaf::Refused(refused)),
            Ok(()) => Ok(()),
        }
    }

    /// Statements come in that make the candidate backable. Known at the leaf is as good as taken there.
    pub fn learn(&mut self, candidate: &Candidate) -> Result<(), Deaf> {
        let answer = self.would_learn(candidate);
        let handed_over = match &answer {
            Ok(()) => true,
            Err(Deaf::Refused(refused)) => *refused == Refused::CandidateAlreadyKnown,
            Err(Deaf::Spent) => false,
        };
        if !handed_over {
            return answer;
        }
        if self.introduced.insert(candidate.hash) {
            for chain in self.chains.values_mut() {
                // Some refuse what others take.
                let _ = chain.introduce(candidate);
            }
        }
        if self.backed.insert(candidate.hash) {
            for chain in self.chains.values_mut() {
                chain.note_backed(candidate.hash);
            }
        }
        answer
    }
}
