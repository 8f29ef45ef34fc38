//! Para blocks as candidates: their receipts, the votes of their group, and votes against them.

use std::rc::Rc;

use bitvec::order::Lsb0;
use bitvec::vec::BitVec;
use polkadot_primitives::{
    BackedCandidate, CandidateCommitments, CandidateDescriptorV2, CandidateHash,
    CommittedCandidateReceiptV2, CompactStatement, CoreIndex, DisputeStatement,
    DisputeStatementSet, ExplicitDisputeStatement, Hash, InvalidDisputeStatementKind,
    OutboundHrmpMessage, PersistedValidationData, SigningContext, ValidDisputeStatementKind, ValidationCode,
    ValidatorId, ValidatorIndex, ValidatorSignature, ValidityAttestation,
};
use sp_core::{H256, Pair};

use crate::chain::RelayBlock;
use crate::settings::{MESSAGE, OTHER, PARA, code, head, pair_of};

/// A para block, as the relay chain's validators have it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Which para block, counted from 1; 0 is the head at genesis.
    pub(crate) number: u32,
    /// The relay block on which it was built.
    pub(crate) relay_parent: Hash,
    pub(crate) relay_parent_number: u32,
    pub(crate) session: u32,
    pub(crate) core: u8,
    /// The code under which the next block executes; upgrades since genesis.
    pub(crate) code_after: u32,
    /// The watermark.
    pub(crate) watermark: u32,
    /// None for genesis, which nobody backs.
    pub(crate) receipt: Option<CommittedCandidateReceiptV2<Hash>>,
}

/// What a para block says of itself.
pub(crate) struct Content {
    pub(crate) number: u32,
    pub(crate) core: u8,
    /// The code under which it executes.
    pub(crate) code: u32,
    pub(crate) code_after: u32,
    pub(crate) code_pending: Option<u32>,
    /// Whether it brings the code that waits.
    pub(crate) is_new_code: bool,
    pub(crate) processed_downward: u32,
    pub(crate) upward: u8,
    pub(crate) outbound: u8,
    pub(crate) watermark: u32,
}

impl Candidate {
    /// The head that the relay chain has included long ago.
    pub(crate) fn genesis() -> Rc<Candidate> {
        Rc::new(Candidate {
            number: 0,
            relay_parent: H256::zero(),
            relay_parent_number: 0,
            session: 0,
            core: 0,
            code_after: 0,
            watermark: 0,
            receipt: None,
        })
    }

    /// A block on this parent and this relay block.
    pub(crate) fn on(parent: &Candidate, relay_parent: &RelayBlock, content: &Content) -> Rc<Self> {
        let data = PersistedValidationData::<Hash, u32> {
            parent_head: head(parent.number),
            relay_parent_number: relay_parent.number,
            relay_parent_storage_root: relay_parent.state_root,
            max_pov_size: 1 << 20,
        };
        let new_head = head(content.number);
        let descriptor = CandidateDescriptorV2::new(
            PARA,
            relay_parent.hash,
            CoreIndex(content.core.into()),
            relay_parent.session,
            data.hash(),
            H256::repeat_byte(1),
            H256::repeat_byte(2),
            new_head.hash(),
            code(content.code).hash(),
        );
        let message = || vec![7; MESSAGE as usize];
        let horizontal =
            (0..content.outbound).map(|_| OutboundHrmpMessage { recipient: OTHER, data: message() });
        let commitments = CandidateCommitments {
            upward_messages: (0..content.upward)
                .map(|_| message())
                .collect::<Vec<_>>()
                .try_into()
                .unwrap_or_default(),
            horizontal_messages: horizontal.collect::<Vec<_>>().try_into().unwrap_or_default(),
            new_validation_code: content
                .code_pending
                .filter(|_| content.is_new_code)
                .map(code),
            head_data: new_head,
            processed_downward_messages: content.processed_downward,
            hrmp_watermark: content.watermark,
        };
        Rc::new(Candidate {
            number: content.number,
            relay_parent: relay_parent.hash,
            relay_parent_number: relay_parent.number,
            session: relay_parent.session,
            core: content.core,
            code_after: content.code_after,
            watermark: content.watermark,
            receipt: Some(CommittedCandidateReceiptV2 { descriptor, commitments }),
        })
    }

    /// The code that the candidate brings to the relay chain.
    pub(crate) fn new_code(&self) -> Option<ValidationCode> {
        self.receipt.as_ref()?.commitments.new_validation_code.clone()
    }

    /// The candidate's hash; that of nothing for genesis.
    pub(crate) fn hash(&self) -> CandidateHash {
        self.receipt.as_ref().map(CommittedCandidateReceiptV2::hash).unwrap_or_default()
    }

    /// INCL-8: the candidate with the signatures of some members of its group; none for genesis.
    pub(crate) fn backed(
        &self,
        group: &[ValidatorIndex],
        keys: &[ValidatorId],
        session: u32,
        votes: usize,
    ) -> Option<BackedCandidate<Hash>> {
        let receipt = self.receipt.clone()?;
        let context = SigningContext { parent_hash: self.relay_parent, session_index: session };
        let payload = CompactStatement::Valid(self.hash()).signing_payload(&context);
        let willing = group.len().min(votes);
        let sign = |member: &ValidatorIndex| sign(keys, *member, &payload);
        let signed = group[..willing].iter().filter_map(sign).map(ValidityAttestation::Explicit);
        let indices: BitVec<u8, Lsb0> = (0..group.len()).map(|place| place < willing).collect();
        let core = CoreIndex(self.core.into());
        Some(BackedCandidate::new(receipt, signed.collect(), indices, core))
    }

    /// DISP-1: votes against the candidate, and some for it where a dispute begins.
    pub(crate) fn disputed(
        &self,
        keys: &[ValidatorId],
        against: impl Iterator<Item = u32>,
        in_favour: impl Iterator<Item = u32>,
    ) -> DisputeStatementSet {
        let (candidate_hash, session) = (self.hash(), self.session);
        let context = SigningContext { parent_hash: self.relay_parent, session_index: session };
        let backing = CompactStatement::Valid(candidate_hash).signing_payload(&context);
        let explicit =
            ExplicitDisputeStatement { valid: false, candidate_hash, session }.signing_payload();
        let kind = ValidDisputeStatementKind::BackingValid(self.relay_parent);
        let valid = in_favour.map(|voter| (DisputeStatement::Valid(kind.clone()), voter, &backing));
        let kind = InvalidDisputeStatementKind::Explicit;
        let invalid = against.map(|voter| (DisputeStatement::Invalid(kind), voter, &explicit));
        let statements = valid.chain(invalid).filter_map(|(statement, voter, payload)| {
            let voter = ValidatorIndex(voter);
            Some((statement, voter, sign(keys, voter, payload)?))
        });
        DisputeStatementSet { candidate_hash, session, statements: statements.collect() }
    }
}

/// The signature of a validator of the session.
pub(crate) fn sign(
    keys: &[ValidatorId],
    validator: ValidatorIndex,
    payload: &[u8],
) -> Option<ValidatorSignature> {
    let key = keys.get(validator.0 as usize)?;
    pair_of(key).map(|pair| pair.sign(payload))
}
