//! Candidates as the node sees them: a receipt, the data that it was validated against, and a hash.

use polkadot_primitives::{
    CandidateCommitments, CandidateDescriptorV2, CandidateHash, CommittedCandidateReceiptV2,
    CoreIndex, Hash, HeadData, Id, PersistedValidationData, ValidationCodeHash,
};

use crate::inclusion_emulator::RelayChainBlockInfo;

/// The para that all candidates are of.
pub const PARA: u32 = 2006;

/// The largest proof of validity of the mock's configuration; bytes.
pub const MAX_POV_SIZE: u32 = 10 * 1024 * 1024;

/// A relay block: its number and what goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayBlock {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: Hash,
    /// The root of its state.
    pub storage_root: Hash,
}

impl RelayBlock {
    /// The relay block of a number, on the only fork there is.
    pub fn at(number: u32) -> RelayBlock {
        let name = |kind: u8| {
            let mut bytes = [0; 32];
            bytes[0] = kind;
            bytes[28..].copy_from_slice(&number.to_be_bytes());
            Hash::from(bytes)
        };
        RelayBlock { number, hash: name(1), storage_root: name(2) }
    }

    /// The block as the emulator asks for it.
    pub fn info(&self) -> RelayChainBlockInfo {
        let RelayBlock { number, hash, storage_root } = *self;
        RelayChainBlockInfo { hash, number, storage_root }
    }
}

/// A candidate with what it was validated against.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What the fork rule compares (FRAG-5).
    pub hash: CandidateHash,
    /// The receipt.
    pub receipt: CommittedCandidateReceiptV2,
    /// What the validators gave the para's code.
    pub validation_data: PersistedValidationData,
    /// The relay parent, which is the scheduling parent too.
    pub relay_parent: RelayBlock,
}

/// The code of the para.
pub fn code() -> ValidationCodeHash {
    ValidationCodeHash::from(Hash::repeat_byte(0xc0))
}

/// A head that is never that of another block.
pub fn head(serial: u32) -> HeadData {
    HeadData(serial.to_be_bytes().to_vec())
}

/// Commitments of a block that sends and processes nothing.
pub fn quiet(head_data: HeadData, relay_parent: RelayBlock) -> CandidateCommitments {
    CandidateCommitments {
        upward_messages: Vec::new().try_into().unwrap_or_default(),
        horizontal_messages: Vec::new().try_into().unwrap_or_default(),
        new_validation_code: None,
        head_data,
        processed_downward_messages: 0,
        hrmp_watermark: relay_parent.number,
    }
}

impl Candidate {
    /// The candidate of a block on this parent head; `pov` tells apart those that agree in all else.
    pub fn new(
        parent_head: HeadData,
        relay_parent: RelayBlock,
        commitments: CandidateCommitments,
        pov: u64,
    ) -> Candidate {
        let validation_data = PersistedValidationData {
            parent_head,
            relay_parent_number: relay_parent.number,
            relay_parent_storage_root: relay_parent.storage_root,
            max_pov_size: MAX_POV_SIZE,
        };
        let descriptor = CandidateDescriptorV2::new(
            Id::from(PARA),
            relay_parent.hash,
            CoreIndex(0),
            0,
            validation_data.hash(),
            Hash::from_low_u64_be(pov),
            Hash::zero(),
            commitments.head_data.hash(),
            code(),
        );
        let receipt = CommittedCandidateReceiptV2 { descriptor, commitments };
        Candidate { hash: receipt.hash(), receipt, validation_data, relay_parent }
    }

    /// The same block, its proof varied until its hash lies between these two: what a collator gets
    /// that equivocates often enough. The hashes are real, so that the fork rule sees real ones.
    pub fn between(
        &self,
        above: Option<CandidateHash>,
        below: Option<CandidateHash>,
    ) -> Option<Candidate> {
        (0..MOST_TRIES)
            .map(|pov| {
                let Candidate { receipt, validation_data, relay_parent, .. } = self;
                Candidate::new(
                    validation_data.parent_head.clone(),
                    *relay_parent,
                    receipt.commitments.clone(),
                    pov,
                )
            })
            .find(|candidate| {
                above.is_none_or(|above| candidate.hash > above)
                    && below.is_none_or(|below| candidate.hash < below)
            })
    }

    /// The head that it leads to.
    pub fn head(&self) -> &HeadData {
        &self.receipt.commitments.head_data
    }
}

/// Hashes tried for one candidate: with four siblings already there a few are enough, and never in
/// the life of a test all of these.
const MOST_TRIES: u64 = 1 << 20;
