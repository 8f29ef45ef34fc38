//! The relay chain's state, as the published builder of proofs makes it, and the messages that it
//! holds for the para.

use std::rc::Rc;

use codec::Encode;
use cumulus_primitives_core::relay_chain::{
    Header as RelayHeader, UpgradeGoAhead, UpgradeRestriction, well_known_keys,
};
use cumulus_primitives_core::{InboundDownwardMessage, InboundHrmpMessage, ParaId};
use cumulus_primitives_parachain_inherent::MessageQueueChain;
use cumulus_test_relay_sproof_builder::{
    RelayStateSproofBuilder, build_relay_parent_descendants, generate_authority_pairs,
};
use sp_core::storage::StateVersion;
use sp_core::{Blake2Hasher, H256};
use sp_state_machine::{
    Backend, IterArgs, StorageProof, TrieBackendBuilder, new_in_mem, prove_read,
};
use unincluded_conformance_driver::{Message, Setting, Shown};
use unincluded_model::Signal;

use crate::mock::{FULL_MESSAGES, OTHER, SELF};

/// A relay block's state as the para sees it.
#[derive(Clone, Debug)]
pub struct Relay {
    /// What it shows.
    pub shown: Rc<Shown>,
    /// The root of its state.
    pub root: H256,
    pub(crate) proof: StorageProof,
    pub(crate) headers: Rc<[RelayHeader]>,
}

/// Bytes of one message of the para.
pub(crate) const MESSAGE: usize = 8;

/// Upward messages, and bytes of them, that the relay chain takes from one candidate at most.
const PER_CANDIDATE: u32 = 16;

/// Authorities of the relay chain that seal the relay blocks after the relay parent (HOOK-9).
const AUTHORITIES: u64 = 2;

pub(crate) fn builder() -> RelayStateSproofBuilder {
    let mut builder = RelayStateSproofBuilder {
        para_id: ParaId::new(SELF),
        num_authorities: 0,
        ..RelayStateSproofBuilder::default()
    };
    builder.host_config.max_upward_message_num_per_candidate = PER_CANDIDATE;
    builder.host_config.hrmp_max_message_num_per_candidate = PER_CANDIDATE;
    builder
}

/// The relay chain's state, as the published builder makes it, with a proof of all of it.
pub(crate) fn relay_state(setting: &Setting, shown: &Shown, largest: u32) -> Relay {
    let mut builder = builder();
    builder.included_para_head = Some(shown.included_head.clone().into());
    builder.current_slot = shown.slot.unwrap_or_default().into();
    builder.upgrade_go_ahead = shown.signal.map(|signal| match signal {
        Signal::GoAhead => UpgradeGoAhead::GoAhead,
        Signal::Abort => UpgradeGoAhead::Abort,
    });
    if shown.is_restricted {
        let key = well_known_keys::upgrade_restriction_signal(builder.para_id);
        let present = UpgradeRestriction::Present;
        builder.additional_key_values.push((key, present.encode()));
    }
    let bytes = shown.upward_room * MESSAGE as u32;
    builder.relay_dispatch_queue_remaining_capacity = Some((shown.upward_room, bytes));
    if shown.has_messages {
        builder.dmq_mqc_head = Some(downward_chain(&shown.downward).head());
        let (held, capacity) = shown.outbound;
        let channel = builder.upsert_outbound_channel(ParaId::new(OTHER));
        channel.max_capacity = capacity;
        channel.max_total_size = capacity * MESSAGE as u32;
        channel.max_message_size = MESSAGE as u32;
        channel.msg_count = held;
        channel.total_size = held * MESSAGE as u32;
        let channel = builder.upsert_inbound_channel(ParaId::new(OTHER));
        channel.max_capacity = PER_CANDIDATE;
        channel.max_total_size = FULL_MESSAGES;
        channel.max_message_size = largest;
        channel.mqc_head = Some(inbound_chain(&shown.inbound).head());
    }
    let offset = setting.relay_parent_offset;
    builder.num_authorities = if offset > 0 { AUTHORITIES } else { 0 };
    let (mut root, mut proof) = builder.into_state_root_and_proof();
    if shown.slot.is_none() {
        (root, proof) = without_slot(root, proof);
    }
    let headers = if offset == 0 {
        Vec::new()
    } else {
        let authorities = generate_authority_pairs(AUTHORITIES);
        build_relay_parent_descendants(u64::from(offset) + 1, root, authorities)
    };
    Relay { shown: Rc::new(shown.clone()), root, proof, headers: headers.into() }
}

/// The same state without the slot, which the builder always writes.
fn without_slot(root: H256, proof: StorageProof) -> (H256, StorageProof) {
    let db = proof.into_memory_db::<Blake2Hasher>();
    let whole = TrieBackendBuilder::<_, Blake2Hasher>::new(db, root).build();
    let pairs = whole.pairs(IterArgs::default()).expect("the state is whole");
    let rest = pairs.filter_map(Result::ok).filter(|(key, _)| key != well_known_keys::CURRENT_SLOT);
    let rest: Vec<_> = rest.map(|(key, value)| (key, Some(value))).collect();
    let keys: Vec<_> = rest.iter().map(|(key, _)| key.clone()).collect();
    let mut backend = new_in_mem::<Blake2Hasher>();
    backend.insert(vec![(None, rest)], StateVersion::default());
    let root = *backend.root();
    (root, prove_read(backend, keys).expect("the state is whole"))
}

pub(crate) fn downward(message: &Message) -> InboundDownwardMessage {
    InboundDownwardMessage { sent_at: message.sent_at, msg: message.place.to_le_bytes().to_vec() }
}

pub(crate) fn inbound(message: &Message) -> InboundHrmpMessage {
    InboundHrmpMessage { sent_at: message.sent_at, data: message.place.to_le_bytes().to_vec() }
}

pub(crate) fn place_of(message: &[u8]) -> u32 {
    message.try_into().map_or(u32::MAX, u32::from_le_bytes)
}

pub(crate) fn downward_chain(messages: &[Message]) -> MessageQueueChain {
    messages.iter().fold(MessageQueueChain::default(), |mut chain, message| {
        chain.extend_downward(&downward(message));
        chain
    })
}

pub(crate) fn inbound_chain(messages: &[Message]) -> MessageQueueChain {
    messages.iter().fold(MessageQueueChain::default(), |mut chain, message| {
        chain.extend_hrmp(&inbound(message));
        chain
    })
}
