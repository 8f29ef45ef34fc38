//! A block of the mock runtime, from the relay chain's proof to the state after it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Once;

use codec::{Decode, Encode};
use cumulus_pallet_parachain_system as parachain_system;
use cumulus_pallet_parachain_system::parachain_inherent::{
    BasicParachainInherentData, InboundDownwardMessages, InboundHrmpMessages, InboundMessagesData,
};
use cumulus_primitives_core::relay_chain::{Header as RelayHeader, UpgradeGoAhead};
use cumulus_primitives_core::{
    InboundDownwardMessage, InboundHrmpMessage, ParaId, PersistedValidationData,
};
use cumulus_primitives_parachain_inherent::{MessageQueueChain, ParachainInherentData};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::inherent::{InherentData, ProvideInherent};
use frame_support::traits::{OnFinalize, OnInitialize, UnfilteredDispatchable};
use sp_consensus_aura::digests::CompatibleDigestItem;
use sp_consensus_aura::sr25519::{AuthorityId, AuthoritySignature};
use sp_consensus_aura::{AURA_ENGINE_ID, Slot};
use sp_core::storage::Storage;
use sp_core::{H256, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::Header as _;
use sp_runtime::{BuildStorage, Digest, DigestItem};
use sp_state_machine::{Backend, BasicExternalities, StorageProof, TrieBackendBuilder};
use unincluded_conformance_driver::pallets::Entry;
use unincluded_conformance_driver::{
    Attempt, Authored, Message, Observed, Pallets, Setting, Shown,
};
use unincluded_model::Signal;

use crate::generation;
use crate::mock::{
    self, Aura, AuraExt, FULL_MESSAGES, Header, OTHER, ParachainSystem, Runtime,
    RuntimeGenesisConfig, RuntimeOrigin, SELF, System, Timestamp, with_setting,
};

/// The pallets of this generation.
#[derive(Clone, Copy, Debug)]
pub struct Published;

/// A para block: its header, and the storage after it.
#[derive(Clone, Debug)]
pub struct Block {
    /// The header, sealed by nobody.
    pub header: Header,
    /// Its hash.
    pub hash: H256,
    storage: Rc<Storage>,
}

/// A relay block's state as the para sees it.
#[derive(Clone, Debug)]
pub struct Relay {
    /// What it shows.
    pub shown: Rc<Shown>,
    /// The root of its state.
    pub root: H256,
    proof: StorageProof,
    headers: Rc<[RelayHeader]>,
}

/// Bytes of one message of the para.
const MESSAGE: usize = 8;

/// Upward messages, and bytes of them, that the relay chain takes from one candidate at most.
const PER_CANDIDATE: u32 = 16;

impl Pallets for Published {
    const NAME: &'static str = generation::NAME;
    type Block = Block;
    type Relay = Relay;

    fn genesis(setting: &Setting) -> Block {
        let authorities = [Sr25519Keyring::Alice, Sr25519Keyring::Bob]
            .map(|key| AuthorityId::from(key.public()))
            .to_vec();
        let genesis = RuntimeGenesisConfig {
            aura: pallet_aura::GenesisConfig { authorities },
            ..RuntimeGenesisConfig::default()
        };
        let storage = with_setting(setting, Vec::new(), || genesis.build_storage())
            .expect("the genesis of the mock runtime is sound");
        let mut ext = BasicExternalities::new(storage);
        ext.execute_with(|| {
            parachain_system::HostConfiguration::<Runtime>::put(builder().host_config);
            sp_io::storage::set(sp_core::storage::well_known_keys::CODE, &code(0));
        });
        let header = Header::new(0, H256::zero(), H256::zero(), H256::zero(), Digest::default());
        Block { hash: header.hash(), header, storage: Rc::new(ext.into_storages()) }
    }

    fn head(block: &Block) -> Vec<u8> {
        block.header.encode()
    }

    fn hash(block: &Block) -> [u8; 32] {
        block.hash.0
    }

    fn relay(setting: &Setting, shown: &Shown) -> Relay {
        relay_state(setting, shown)
    }

    fn author(
        setting: &Setting,
        parent: &Block,
        relay: &Relay,
        attempt: &Attempt<'_>,
    ) -> Result<Authored<Block>, String> {
        let mut ext = BasicExternalities::new((*parent.storage).clone());
        let outbound = if attempt.sends_outbound { vec![vec![7; MESSAGE]] } else { Vec::new() };
        let (header, upgrade_error) = quietly(|| {
            with_setting(setting, outbound, || {
                ext.execute_with(|| execute(setting, parent, relay, attempt))
            })
        })?;
        let hash = header.hash();
        let storage = Rc::new(ext.into_storages());
        Ok(Authored { block: Block { header, hash, storage }, upgrade_error })
    }

    fn handed(setting: &Setting, parent: &Block, relay: &Relay, shown: &Shown) -> [Vec<u32>; 2] {
        let horizontal = shown.inbound.iter().filter(|message| message.sent_at > shown.watermark);
        let data = ParachainInherentData {
            validation_data: validation_data(parent, relay),
            relay_chain_state: relay.proof.clone(),
            downward_messages: shown.downward[shown.popped..].iter().map(downward).collect(),
            horizontal_messages: BTreeMap::from([(
                ParaId::new(OTHER),
                horizontal.map(inbound).collect(),
            )]),
            relay_parent_descendants: Vec::new(),
            collator_peer_id: None,
        };
        let mut inherents = InherentData::new();
        inherents
            .put_data(cumulus_primitives_parachain_inherent::INHERENT_IDENTIFIER, &data)
            .expect("the only inherent");
        let call = read(setting, parent, || ParachainSystem::create_inherent(&inherents));
        let Some(parachain_system::Call::set_validation_data { inbound_messages_data, .. }) = call
        else {
            unreachable!("the pallet creates its inherent from the data it asks for")
        };
        let (full, hashed) = inbound_messages_data.downward_messages.messages();
        assert!(hashed.is_empty(), "a few short messages all fit");
        let downward = full.iter().map(|message| place_of(&message.msg)).collect();
        let (full, hashed) = inbound_messages_data.horizontal_messages.messages();
        assert!(hashed.is_empty(), "a few short messages all fit");
        [downward, full.iter().map(|(_, message)| place_of(&message.data)).collect()]
    }

    fn observe(setting: &Setting, block: &Block) -> Observed {
        read(setting, block, observe)
    }

    fn can_build_upon(
        setting: &Setting,
        block: &Block,
        included: [u8; 32],
        relay_slot: u64,
    ) -> bool {
        read(setting, block, || mock::can_build_upon(H256(included), Slot::from(relay_slot)))
    }

    fn downward_head(messages: &[Message]) -> [u8; 32] {
        downward_chain(messages).head().0
    }

    fn inbound_head(messages: &[Message]) -> [u8; 32] {
        inbound_chain(messages).head().0
    }
}

/// Runs in the state after a block and changes nothing.
fn read<R>(setting: &Setting, block: &Block, ask: impl FnOnce() -> R) -> R {
    let mut ext = BasicExternalities::new((*block.storage).clone());
    with_setting(setting, Vec::new(), || ext.execute_with(ask))
}

/// The block, in the order in which a runtime executes one: initialization, the inherents, what
/// users call, finalization.
fn execute(
    setting: &Setting,
    parent: &Block,
    relay: &Relay,
    attempt: &Attempt<'_>,
) -> (Header, Option<String>) {
    let number = parent.header.number() + 1;
    let digest = Digest {
        logs: vec![
            DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(attempt.para_slot).encode()),
            DigestItem::Other(attempt.salt.encode()),
        ],
    };
    check_seal(parent, number, &digest, attempt.is_strangers);
    // The model has no queue of what waits to be sent: what waited is not there in the next block.
    parachain_system::PendingUpwardMessages::<Runtime>::kill();
    if setting.is_code_granted {
        parachain_system::PendingValidationCode::<Runtime>::put(code(1));
    }

    System::initialize(&number, &parent.hash, &digest);
    ParachainSystem::on_initialize(number);
    if attempt.asks_aura {
        Aura::on_initialize(number);
    } else {
        pallet_aura::CurrentSlot::<Runtime>::put(Slot::from(attempt.para_slot));
    }
    AuraExt::on_initialize(number);
    System::note_finished_initialize();

    let inherent = parachain_system::Call::<Runtime>::set_validation_data {
        data: BasicParachainInherentData {
            validation_data: validation_data(parent, relay),
            relay_chain_state: relay.proof.clone(),
            relay_parent_descendants: headers(setting, relay, attempt),
            collator_peer_id: None,
        },
        inbound_messages_data: handed_over(attempt),
    };
    inherent
        .dispatch_bypass_filter(RuntimeOrigin::none())
        .expect("the inherent panics or succeeds");
    let now = attempt.para_slot * setting.para_slot_ms;
    pallet_timestamp::Call::<Runtime>::set { now }
        .dispatch_bypass_filter(RuntimeOrigin::none())
        .expect("the inherent panics or succeeds");

    if attempt.sends_message {
        ParachainSystem::send_upward_message(vec![3; MESSAGE]).expect("a short message");
    }
    let upgrade_error = attempt.new_code.and_then(|number| {
        let scheduled = ParachainSystem::schedule_code_upgrade(code(number));
        scheduled.err().map(|error| <&'static str>::from(error).to_owned())
    });

    System::note_finished_extrinsics();
    AuraExt::on_finalize(number);
    Aura::on_finalize(number);
    Timestamp::on_finalize(number);
    ParachainSystem::on_finalize(number);
    (System::finalize(), upgrade_error)
}

/// BLK-3: asks `aura-ext` whether the seal is the owner's. Only a stranger's is worth the work: an
/// owner's costs a signature for each block and is checked in a test of its own.
fn check_seal(parent: &Block, number: u32, digest: &Digest, is_strangers: bool) {
    if !is_strangers {
        return;
    }
    let mut header = Header::new(number, H256::zero(), H256::zero(), parent.hash, digest.clone());
    let signature = Sr25519Keyring::Eve.pair().sign(header.hash().as_bytes());
    let seal =
        <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_seal(signature.into());
    header.digest_mut().push(seal);
    generation::check_seal(header);
}

/// HOOK-9: the relay parent and the relay blocks after it.
fn headers(setting: &Setting, relay: &Relay, attempt: &Attempt<'_>) -> Vec<RelayHeader> {
    if setting.relay_parent_offset == 0 {
        return Vec::new();
    }
    let found = attempt.descendants.min(setting.relay_parent_offset) as usize + 1;
    relay.headers[..found.min(relay.headers.len())].to_vec()
}

/// MSG-5, MSG-7: what comes along, the first of it in full.
fn handed_over(attempt: &Attempt<'_>) -> InboundMessagesData {
    let (messages, full) = attempt.downward;
    let all = InboundDownwardMessages::new(messages.iter().map(downward).collect());
    let downward = all.into_abridged(&mut (full * size_of::<u32>()));
    let (messages, full) = attempt.inbound;
    let channels = BTreeMap::from([(ParaId::new(OTHER), messages.iter().map(inbound).collect())]);
    let all = InboundHrmpMessages::from_map(channels);
    InboundMessagesData::new(downward, all.into_abridged(&mut (full * size_of::<u32>())))
}

fn validation_data(parent: &Block, relay: &Relay) -> PersistedValidationData {
    PersistedValidationData {
        parent_head: parent.header.encode().into(),
        relay_parent_number: relay.shown.number,
        relay_parent_storage_root: relay.root,
        max_pov_size: 10 * 1024 * 1024,
    }
}

fn builder() -> RelayStateSproofBuilder {
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
fn relay_state(setting: &Setting, shown: &Shown) -> Relay {
    let mut builder = builder();
    builder.included_para_head = Some(shown.included_head.clone().into());
    builder.current_slot = shown.slot.unwrap_or_default().into();
    builder.upgrade_go_ahead = shown.signal.map(|signal| match signal {
        Signal::GoAhead => UpgradeGoAhead::GoAhead,
        Signal::Abort => UpgradeGoAhead::Abort,
    });
    if shown.is_restricted {
        let key = cumulus_primitives_core::relay_chain::well_known_keys::upgrade_restriction_signal(
            builder.para_id,
        );
        let present = cumulus_primitives_core::relay_chain::UpgradeRestriction::Present;
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
        // As large as all that comes in full: one message is then as many as are sure to fit, and a
        // collator is free to bring any number from one on (MSG-5 of 0.32).
        channel.max_message_size = FULL_MESSAGES;
        channel.mqc_head = Some(inbound_chain(&shown.inbound).head());
    }
    let (root, proof, headers) = if setting.relay_parent_offset > 0 {
        builder.num_authorities = 2;
        builder.into_state_root_proof_and_descendants(setting.relay_parent_offset.into())
    } else {
        let (root, proof) = builder.into_state_root_and_proof();
        (root, proof, Vec::new())
    };
    let shown_here = Rc::new(shown.clone());
    if shown.slot.is_some() {
        return Relay { shown: shown_here, root, proof, headers: headers.into() };
    }
    // The same state without the slot, which the builder always writes.
    let slot = cumulus_primitives_core::relay_chain::well_known_keys::CURRENT_SLOT.to_vec();
    let db = proof.into_memory_db::<sp_core::Blake2Hasher>();
    let mut backend = TrieBackendBuilder::new(db, root).build();
    backend.insert(vec![(None, vec![(slot, None)])], sp_core::storage::StateVersion::default());
    let root = *backend.root();
    let keys: Vec<Vec<u8>> = backend
        .keys(sp_state_machine::IterArgs::default())
        .expect("the state is whole")
        .filter_map(Result::ok)
        .collect();
    let proof = sp_state_machine::prove_read(backend, keys).expect("the state is whole");
    Relay { shown: shown_here, root, proof, headers: headers.into() }
}

/// Code by its number.
fn code(number: u64) -> Vec<u8> {
    number.encode()
}

fn code_number(code: &[u8]) -> Option<u64> {
    u64::decode(&mut &*code).ok()
}

fn downward(message: &Message) -> InboundDownwardMessage {
    InboundDownwardMessage { sent_at: message.sent_at, msg: message.place.to_le_bytes().to_vec() }
}

fn inbound(message: &Message) -> InboundHrmpMessage {
    InboundHrmpMessage { sent_at: message.sent_at, data: message.place.to_le_bytes().to_vec() }
}

fn place_of(message: &[u8]) -> u32 {
    message.try_into().map_or(u32::MAX, u32::from_le_bytes)
}

fn downward_chain(messages: &[Message]) -> MessageQueueChain {
    messages.iter().fold(MessageQueueChain::default(), |mut chain, message| {
        chain.extend_downward(&downward(message));
        chain
    })
}

fn inbound_chain(messages: &[Message]) -> MessageQueueChain {
    messages.iter().fold(MessageQueueChain::default(), |mut chain, message| {
        chain.extend_hrmp(&inbound(message));
        chain
    })
}

/// What the pallet stores of the segment; its own types keep their fields to themselves.
#[derive(Decode)]
struct StoredBandwidth {
    ump_msg_count: u32,
    _ump_total_bytes: u32,
    hrmp_outgoing: BTreeMap<ParaId, (u32, u32)>,
}

#[derive(Decode)]
struct StoredAncestor {
    used_bandwidth: StoredBandwidth,
    para_head_hash: Option<H256>,
    consumed_go_ahead_signal: Option<UpgradeGoAhead>,
}

#[derive(Decode)]
struct StoredTracker {
    used_bandwidth: StoredBandwidth,
    hrmp_watermark: Option<u32>,
    consumed_go_ahead_signal: Option<UpgradeGoAhead>,
}

impl StoredBandwidth {
    fn outbound(&self) -> u32 {
        self.hrmp_outgoing.values().map(|(messages, _)| messages).sum()
    }
}

fn signal(signal: UpgradeGoAhead) -> Signal {
    match signal {
        UpgradeGoAhead::GoAhead => Signal::GoAhead,
        UpgradeGoAhead::Abort => Signal::Abort,
    }
}

fn stored<T: Decode>(pallet: &[u8], name: &[u8]) -> Option<T> {
    let key = frame_support::storage::storage_prefix(pallet, name);
    let bytes = sp_io::storage::get(&key)?;
    Some(T::decode(&mut &bytes[..]).expect("the stored form is the one of this generation"))
}

fn observe() -> Observed {
    let segment: Vec<StoredAncestor> =
        stored(b"ParachainSystem", b"UnincludedSegment").unwrap_or_default();
    let tracker: Option<StoredTracker> = stored(b"ParachainSystem", b"AggregatedUnincludedSegment");
    let slot_info: Option<(Slot, u32)> = stored(b"AuraExt", b"RelaySlotInfo");
    let entry = |ancestor: &StoredAncestor| Entry {
        hash: ancestor.para_head_hash.map(|hash| hash.0),
        upward: ancestor.used_bandwidth.ump_msg_count,
        outbound: ancestor.used_bandwidth.outbound(),
        signal: ancestor.consumed_go_ahead_signal.map(signal),
    };
    let heads = parachain_system::LastHrmpMqcHeads::<Runtime>::get();
    let code = sp_io::storage::get(sp_core::storage::well_known_keys::CODE);
    let pending: Option<Vec<u8>> = stored(b"ParachainSystem", b"PendingValidationCode");
    let new: Option<Vec<u8>> = stored(b"ParachainSystem", b"NewValidationCode");
    Observed {
        segment: segment.iter().map(entry).collect(),
        aggregate_upward: tracker.as_ref().map_or(0, |t| t.used_bandwidth.ump_msg_count),
        aggregate_outbound: tracker.as_ref().map_or(0, |t| t.used_bandwidth.outbound()),
        aggregate_signal: tracker.as_ref().and_then(|t| t.consumed_go_ahead_signal).map(signal),
        aggregate_watermark: tracker.as_ref().and_then(|t| t.hrmp_watermark),
        slot_info: slot_info.map(|(slot, blocks)| (*slot, blocks)),
        last_relay_number: parachain_system::LastRelayChainBlockNumber::<Runtime>::get(),
        code: code.and_then(|code| code_number(&code)),
        pending_code: pending.and_then(|code| code_number(&code)),
        new_code: new.and_then(|code| code_number(&code)),
        sent_upward: parachain_system::UpwardMessages::<Runtime>::get().len() as u32,
        sent_outbound: parachain_system::HrmpOutboundMessages::<Runtime>::get().len() as u32,
        watermark: Some(parachain_system::HrmpWatermark::<Runtime>::get()),
        processed: parachain_system::ProcessedDownwardMessages::<Runtime>::get(),
        downward_head: parachain_system::LastDmqMqcHead::<Runtime>::get().head().0,
        inbound_head: heads.get(&ParaId::new(OTHER)).map_or([0; 32], |chain| chain.head().0),
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic, and gives the words of the panic. Nothing is printed meanwhile: a panic is
/// how a runtime refuses.
fn quietly<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.with(Cell::get) {
                before(info);
            }
        }));
    });
    QUIET.with(|quiet| quiet.set(true));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    QUIET.with(|quiet| quiet.set(false));
    outcome.map_err(|payload| match payload.downcast::<String>() {
        Ok(words) => *words,
        Err(payload) => {
            payload.downcast::<&str>().map_or_else(|_| String::new(), |w| (*w).to_owned())
        }
    })
}
