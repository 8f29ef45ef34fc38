//! A relay chain of the published pallets for heads that somebody else builds.

use std::rc::Rc;

use polkadot_primitives::{
    CandidateCommitments, CandidateDescriptorV2, CommittedCandidateReceiptV2, CoreIndex, Hash,
    HeadData, PersistedValidationData,
};
use polkadot_runtime_parachains::runtime_api_impl::v13 as api;
use polkadot_runtime_parachains::{configuration, paras};
use sp_core::H256;
use unincluded_model::{Protocol, Rule, Scenario};

use crate::candidate::Candidate;
use crate::chain::{Chain, Content, Signed};
use crate::reasons::rule_of;
use crate::runtime::Runtime;
use crate::settings::{PARA, code};
use crate::world::World;

/// The longest head that the relay chain takes here; bytes.
const LONGEST_HEAD: u32 = 1 << 12;

/// A relay chain on which one para, holding one core, is backed and included.
pub struct RelayChain {
    chain: Chain,
}

/// A head with the relay parent on which it was built, ready to be backed.
#[derive(Clone)]
pub struct Built(Rc<Candidate>);

/// What the state after a relay block says of the para.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParaHeads {
    /// The included head.
    pub included: Vec<u8>,
    /// The heads of the candidates pending availability, first in first.
    pub pending: Vec<Vec<u8>>,
}

impl RelayChain {
    /// Before the first para block: this is the head that was included long ago. None if the pallets
    /// cannot run the scenario.
    pub fn begin(model: &Protocol, network: &Scenario, genesis: Vec<u8>) -> Option<RelayChain> {
        let mut chain = World::begin(model, network)?.chains.pop()?;
        chain.ask(|| {
            configuration::ActiveConfig::<Runtime>::mutate(|active| {
                active.max_head_data_size = LONGEST_HEAD;
            });
            paras::Heads::<Runtime>::insert(PARA, HeadData(genesis));
        });
        Some(RelayChain { chain })
    }

    /// The candidate of a head on this parent head and on the relay block of this age; none if the
    /// chain has no such block any more. It sends nothing.
    pub fn candidate(&self, age: u8, parent: Vec<u8>, head: Vec<u8>) -> Option<Built> {
        let relay_parent = self.chain.block(age)?;
        let data = PersistedValidationData::<Hash, u32> {
            parent_head: HeadData(parent),
            relay_parent_number: relay_parent.number,
            relay_parent_storage_root: relay_parent.state_root,
            max_pov_size: 1 << 20,
        };
        let head_data = HeadData(head);
        let descriptor = CandidateDescriptorV2::new(
            PARA,
            relay_parent.hash,
            CoreIndex(0),
            relay_parent.session,
            data.hash(),
            H256::repeat_byte(1),
            H256::repeat_byte(2),
            head_data.hash(),
            code(0).hash(),
        );
        let commitments = CandidateCommitments {
            upward_messages: Vec::new().try_into().unwrap_or_default(),
            horizontal_messages: Vec::new().try_into().unwrap_or_default(),
            new_validation_code: None,
            head_data,
            processed_downward_messages: 0,
            hrmp_watermark: relay_parent.number,
        };
        Some(Built(Rc::new(Candidate {
            number: 0,
            relay_parent: relay_parent.hash,
            relay_parent_number: relay_parent.number,
            session: relay_parent.session,
            core: 0,
            code_after: 0,
            watermark: relay_parent.number,
            receipt: Some(CommittedCandidateReceiptV2 { descriptor, commitments }),
        })))
    }

    /// The next relay block: these candidates are backed, each with the votes of its group, and so
    /// many validators vote for what is pending.
    ///
    /// # Errors
    ///
    /// The error of `enter`, and the rule that the pallets' words stand for.
    pub fn grow(
        &mut self,
        back: &[Built],
        votes: u16,
    ) -> Result<ParaHeads, (Option<Rule>, String)> {
        let content = Content {
            votes: vec![(0, (0..u32::from(votes)).collect())],
            back: back.iter().map(|built| (built.0.clone(), Signed::Enough)).collect(),
            ..Content::default()
        };
        self.chain.grow(&content, true).map_err(|refused| {
            let candidates = back.iter().map(|built| built.0.as_ref());
            (rule_of(&self.chain, candidates, &refused), refused.error)
        })?;
        Ok(self.heads())
    }

    /// What the state at the tip says of the para.
    pub fn heads(&mut self) -> ParaHeads {
        self.chain.ask(|| ParaHeads {
            included: paras::Heads::<Runtime>::get(PARA).unwrap_or_default().0,
            pending: api::candidates_pending_availability::<Runtime>(PARA)
                .into_iter()
                .map(|candidate| candidate.commitments.head_data.0)
                .collect(),
        })
    }
}
