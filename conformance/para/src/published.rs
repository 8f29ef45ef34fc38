//! A block of the mock runtime, from its inherent to the state after it.

use std::collections::BTreeMap;
use std::rc::Rc;

use codec::{Decode, Encode};
use cumulus_pallet_parachain_system as parachain_system;
use cumulus_pallet_parachain_system::parachain_inherent::{
    AbridgedInboundDownwardMessages, AbridgedInboundHrmpMessages, BasicParachainInherentData,
    InboundMessagesData,
};
use cumulus_primitives_core::relay_chain::Header as RelayHeader;
use cumulus_primitives_core::{ParaId, PersistedValidationData};
use cumulus_primitives_parachain_inherent::{HashedMessage, ParachainInherentData};
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
use sp_state_machine::BasicExternalities;
use unincluded_conformance_driver::{
    Attempt, Authored, Message, Observed, Pallets, Setting, Shown,
};

use crate::generation;
use crate::mock::{
    self, Aura, AuraExt, FULL_MESSAGES, Header, OTHER, ParachainSystem, Runtime,
    RuntimeGenesisConfig, RuntimeOrigin, System, Timestamp, with_setting,
};
use crate::observe::observe;
use crate::proof::{
    MESSAGE, Relay, builder, downward, downward_chain, inbound, inbound_chain, place_of,
    relay_state,
};
use crate::quiet::quietly;

/// Code by its number.
fn code(number: u64) -> Vec<u8> {
    number.encode()
}

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
        // A message of the other para can be as large as all that comes in full: one is then as many as
        // are sure to fit, and a collator is free to bring any number from one on (MSG-5 of 0.32).
        relay_state(setting, shown, FULL_MESSAGES)
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

    fn size_after(setting: &Setting, block: &Block, included: [u8; 32]) -> usize {
        let held = || ParachainSystem::unincluded_segment_size_after(H256(included));
        read(setting, block, held) as usize
    }

    fn downward_head(messages: &[Message]) -> [u8; 32] {
        downward_chain(messages).head().0
    }

    fn inbound_head(messages: &[Message]) -> [u8; 32] {
        inbound_chain(messages).head().0
    }
}

/// Runs in the state after a block and changes nothing.
pub(crate) fn read<R>(setting: &Setting, block: &Block, ask: impl FnOnce() -> R) -> R {
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
    if attempt.is_strangers {
        generation::check_seal(sealed(parent, attempt, Sr25519Keyring::Eve));
    }
    // The model has no queue of what waits to be sent: what waited is not there in the next block.
    parachain_system::PendingUpwardMessages::<Runtime>::kill();
    if setting.is_code_granted {
        parachain_system::PendingValidationCode::<Runtime>::put(code(1));
    }
    initialize(parent, attempt, Vec::new());
    give_inherent(setting, parent, relay, attempt);
    set_timestamp(attempt.para_slot * setting.para_slot_ms);
    if attempt.sends_message {
        ParachainSystem::send_upward_message(vec![3; MESSAGE]).expect("a short message");
    }
    let upgrade_error = attempt.new_code.and_then(|number| {
        let scheduled = ParachainSystem::schedule_code_upgrade(code(number));
        scheduled.err().map(|error| <&'static str>::from(error).to_owned())
    });
    (finalize(parent), upgrade_error)
}

/// What a header says before the runtime adds its own.
fn digest(attempt: &Attempt<'_>, more: Vec<DigestItem>) -> Digest {
    let slot = DigestItem::PreRuntime(AURA_ENGINE_ID, Slot::from(attempt.para_slot).encode());
    let mut logs = vec![slot, DigestItem::Other(attempt.salt.encode())];
    logs.extend(more);
    Digest { logs }
}

/// The beginning of a block.
pub(crate) fn initialize(parent: &Block, attempt: &Attempt<'_>, more: Vec<DigestItem>) {
    let number = parent.header.number() + 1;
    System::initialize(&number, &parent.hash, &digest(attempt, more));
    ParachainSystem::on_initialize(number);
    if attempt.asks_aura {
        Aura::on_initialize(number);
    } else {
        pallet_aura::CurrentSlot::<Runtime>::put(Slot::from(attempt.para_slot));
    }
    AuraExt::on_initialize(number);
    System::note_finished_initialize();
}

/// BLK-4: the inherent of `parachain-system`.
pub(crate) fn give_inherent(
    setting: &Setting,
    parent: &Block,
    relay: &Relay,
    attempt: &Attempt<'_>,
) {
    let inherent = parachain_system::Call::<Runtime>::set_validation_data {
        data: BasicParachainInherentData {
            validation_data: validation_data(parent, relay),
            relay_chain_state: relay.proof.clone(),
            relay_parent_descendants: headers(setting, relay, attempt),
            collator_peer_id: None,
        },
        inbound_messages_data: handed_over(attempt),
    };
    inherent.dispatch_bypass_filter(RuntimeOrigin::none()).expect("it panics or succeeds");
}

/// BLK-6: the inherent of the timestamp; milliseconds.
pub(crate) fn set_timestamp(now: u64) {
    pallet_timestamp::Call::<Runtime>::set { now }
        .dispatch_bypass_filter(RuntimeOrigin::none())
        .expect("it panics or succeeds");
}

/// The end of a block.
pub(crate) fn finalize(parent: &Block) -> Header {
    let number = parent.header.number() + 1;
    System::note_finished_extrinsics();
    AuraExt::on_finalize(number);
    Aura::on_finalize(number);
    Timestamp::on_finalize(number);
    ParachainSystem::on_finalize(number);
    System::finalize()
}

/// BLK-3: the header of a block that this key seals. Only strangers' are checked with every attempt:
/// an owner's costs a signature each, and has a test of its own.
pub(crate) fn sealed(parent: &Block, attempt: &Attempt<'_>, key: Sr25519Keyring) -> Header {
    let number = parent.header.number() + 1;
    let digest = digest(attempt, Vec::new());
    let mut header = Header::new(number, H256::zero(), H256::zero(), parent.hash, digest);
    let signature = key.pair().sign(header.hash().as_bytes());
    let seal =
        <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_seal(signature.into());
    header.digest_mut().push(seal);
    header
}

/// HOOK-9: the relay parent and the relay blocks after it.
fn headers(setting: &Setting, relay: &Relay, attempt: &Attempt<'_>) -> Vec<RelayHeader> {
    if setting.relay_parent_offset == 0 {
        return Vec::new();
    }
    let found = attempt.descendants.min(setting.relay_parent_offset) as usize + 1;
    relay.headers[..found.min(relay.headers.len())].to_vec()
}

/// MSG-5, MSG-7: what comes along, the first of it in full. The pallet's own `into_abridged` is not
/// asked: where not even the first message fits, it leaves all of them whole.
fn handed_over(attempt: &Attempt<'_>) -> InboundMessagesData {
    let (full, hashed) = attempt.downward.0.split_at(attempt.downward.1);
    let full: Vec<_> = full.iter().map(downward).collect();
    let hashed: Vec<HashedMessage> =
        hashed.iter().map(|message| (&downward(message)).into()).collect();
    let downward = AbridgedInboundDownwardMessages::decode(&mut &(full, hashed).encode()[..]);

    let other = ParaId::new(OTHER);
    let (full, hashed) = attempt.inbound.0.split_at(attempt.inbound.1);
    let full: Vec<_> = full.iter().map(|message| (other, inbound(message))).collect();
    let hashed: Vec<(ParaId, HashedMessage)> =
        hashed.iter().map(|message| (other, (&inbound(message)).into())).collect();
    let inbound = AbridgedInboundHrmpMessages::decode(&mut &(full, hashed).encode()[..]);
    InboundMessagesData::new(
        downward.expect("both are lists of full and of hashed messages"),
        inbound.expect("both are lists of full and of hashed messages"),
    )
}

fn validation_data(parent: &Block, relay: &Relay) -> PersistedValidationData {
    PersistedValidationData {
        parent_head: parent.header.encode().into(),
        relay_parent_number: relay.shown.number,
        relay_parent_storage_root: relay.root,
        max_pov_size: 10 * 1024 * 1024,
    }
}
