//! One fragment chain at one relay block: the published code behind a door that lets values in and
//! answers out.
//!
//! What polkadot-node-core-prospective-parachains 35.0.0 does around it (`lib.rs`,
//! `handle_active_leaves_update`) is done here with values instead of requests to a runtime.

use std::collections::BTreeSet;

use polkadot_primitives::{CandidateHash, Hash};

use self::fragment_chain::{
    CandidateEntry, CandidateStorage, Error, FragmentChain, PendingAvailability, SchedulingScope,
    Scope,
};
use crate::candidate::{Candidate, RelayBlock};
use crate::inclusion_emulator::{Constraints, FragmentValidityError};
use crate::messages::Ancestors;

/// Where the published sources send their log, which nobody reads.
const LOG_TARGET: &str = "";

include!(concat!(env!("OUT_DIR"), "/fragment_chain.rs"));

/// Why a fragment chain does not take a candidate, by Polkadot's names.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// It is in the chain, or stored.
    CandidateAlreadyKnown,
    /// Its scheduling parent is neither the leaf nor one of the ancestors that still count.
    SchedulingParentNotInScope,
    /// It leads to the head that it builds on.
    ZeroLengthCycle,
    /// A candidate pending availability has the same parent.
    ForkWithCandidatePendingAvailability(CandidateHash),
    /// A candidate of the chain has the same parent and a lower hash.
    ForkChoiceRule(CandidateHash),
    /// It leads to a head that the chain builds on.
    Cycle,
    /// It leads to a head to which the chain leads.
    MultiplePaths,
    /// Its relay parent is older than that of the last candidate pending availability.
    RelayParentPrecedesCandidatePendingAvailability,
    /// Its relay parent is older than the para's most recent context.
    RelayParentNotInScope,
    /// Its relay parent is older than its parent's.
    RelayParentMovedBackwards,
    /// The inclusion emulator refuses it.
    Constraints(FragmentValidityError),
    /// What the published code itself holds for impossible.
    Impossible(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        match error {
            Error::CandidateAlreadyKnown => Refused::CandidateAlreadyKnown,
            Error::SchedulingParentNotInScope(_) => Refused::SchedulingParentNotInScope,
            Error::ZeroLengthCycle => Refused::ZeroLengthCycle,
            Error::ForkWithCandidatePendingAvailability(other) => {
                Refused::ForkWithCandidatePendingAvailability(other)
            }
            Error::ForkChoiceRule(other) => Refused::ForkChoiceRule(other),
            Error::Cycle => Refused::Cycle,
            Error::MultiplePaths => Refused::MultiplePaths,
            Error::RelayParentPrecedesCandidatePendingAvailability(..) => {
                Refused::RelayParentPrecedesCandidatePendingAvailability
            }
            Error::RelayParentNotInScope(_) => Refused::RelayParentNotInScope,
            Error::RelayParentMovedBackwards => Refused::RelayParentMovedBackwards,
            Error::CheckAgainstConstraints(why) => Refused::Constraints(why),
            impossible => Refused::Impossible(impossible.to_string()),
        }
    }
}

/// What the relay chain says of the para in the state after one block.
#[derive(Clone, Debug)]
pub struct ParaState {
    /// What a candidate on the included head must keep to (EMU-1).
    pub constraints: Constraints,
    /// The candidates pending availability, first in first.
    pub pending: Vec<Candidate>,
    /// Distinct cores that the para holds anywhere in the claim queue (FRAG-3).
    pub cores: usize,
}

/// The fragment chain of the para at one relay block, with the blocks that it takes for relay parents.
pub struct Leaf {
    scope: SchedulingScope,
    chain: FragmentChain,
}

impl Leaf {
    /// FRAG-0, FRAG-7: the chain at a new leaf, from what is pending there and from the chain of its
    /// direct parent. The ancestors go back from that parent without a gap.
    ///
    /// # Panics
    ///
    /// If the ancestors have a gap.
    pub fn activate(
        leaf: RelayBlock,
        ancestors: &[RelayBlock],
        para: &ParaState,
        previous: Option<&Leaf>,
    ) -> Leaf {
        let of = |block: &RelayBlock| (block.hash, block.number);
        let scope = SchedulingScope::new(of(&leaf), ancestors.iter().map(of))
            .expect("ancestors follow each other");
        let mut storage = CandidateStorage::default();
        let mut compact = Vec::with_capacity(para.pending.len());
        for candidate in &para.pending {
            let Candidate { hash, receipt, validation_data, relay_parent } = candidate.clone();
            let added = storage.add_pending_availability_candidate(hash, receipt, validation_data);
            if !matches!(added, Ok(()) | Err(Error::CandidateAlreadyKnown)) {
                break;
            }
            let relay_parent = relay_parent.info();
            compact.push(PendingAvailability { candidate_hash: hash, relay_parent });
        }
        let para_scope = Scope::new(para.constraints.clone(), compact, para.cores);
        let mut chain = FragmentChain::init(&scope, para_scope, storage);
        if let Some(previous) = previous {
            chain.populate_from_previous(&scope, &previous.chain);
        }
        Leaf { scope, chain }
    }

    /// FRAG-4: whether the chain takes the candidate, and if not, why.
    pub fn may_introduce(&self, candidate: &Candidate) -> Result<(), Refused> {
        let entry = entry(candidate)?;
        Ok(self.chain.can_add_candidate_as_potential(&self.scope, &entry)?)
    }

    /// FRAG-2: the candidate was seconded.
    pub fn introduce(&mut self, candidate: &Candidate) -> Result<(), Refused> {
        let entry = entry(candidate)?;
        Ok(self.chain.try_adding_seconded_candidate(&self.scope, &entry)?)
    }

    /// FRAG-6: the candidate has its quorum.
    pub fn note_backed(&mut self, candidate: CandidateHash) {
        // As `handle_candidate_backed` asks before it tells the chain.
        if !self.chain.is_candidate_backed(&candidate)
            && self.chain.contains_unconnected_candidate(&candidate)
        {
            self.chain.candidate_backed(&self.scope, &candidate);
        }
    }

    /// The chain: what is pending, then what could be backed on it.
    pub fn chain(&self) -> Vec<CandidateHash> {
        self.chain.candidate_hashes()
    }

    /// What is held beside the chain.
    pub fn unconnected(&self) -> BTreeSet<CandidateHash> {
        self.chain.unconnected().map(CandidateEntry::hash).collect()
    }

    /// FRAG-8: the candidates, so many at most, that a relay block can back once the ancestors named
    /// have gone into it.
    pub fn backable(&self, ancestors: Ancestors, count: u32) -> Vec<CandidateHash> {
        let found = self.chain.find_backable_chain(ancestors, count);
        found.into_iter().map(|reference| reference.candidate_hash).collect()
    }

    /// The blocks that candidates may name as scheduling parents.
    pub fn scheduling_parents(&self) -> BTreeSet<Hash> {
        self.scope.scheduling_parent_hashes().collect()
    }
}

fn entry(candidate: &Candidate) -> Result<CandidateEntry, Refused> {
    let Candidate { hash, receipt, validation_data, .. } = candidate.clone();
    CandidateEntry::new_seconded(hash, receipt, validation_data)
        .map_err(|error| Error::CandidateEntry(error).into())
}
