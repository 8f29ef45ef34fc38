//! What the model takes for granted of one block, asked of the pallets one by one.

use cumulus_pallet_parachain_system::parachain_inherent::InboundDownwardMessages;
use cumulus_primitives_core::relay_chain::Header as RelayHeader;
use cumulus_primitives_core::{
    ClaimQueueOffset, CoreInfo, CoreSelector, CumulusDigestItem, InboundDownwardMessage,
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::DigestItem;
use unincluded_conformance_driver::{Attempt, Message, Pallets, Setting, Shown};
use unincluded_model::RelayNumberCheck;

use crate::generation;
use crate::mock::FULL_MESSAGES;
use crate::proof::{Relay, relay_state};
use crate::published::{
    Block, Published, finalize, give_inherent, initialize, read, sealed, set_timestamp,
};
use crate::quiet::quietly;

const SETTING: Setting = Setting {
    velocity: 1,
    capacity: 3,
    relay_number_check: RelayNumberCheck::Monotonic,
    relay_parent_offset: 0,
    para_slot_ms: 6000,
    is_code_granted: false,
};

const SLOT: u64 = 100;

fn attempt() -> Attempt<'static> {
    Attempt {
        para_slot: SLOT,
        asks_aura: true,
        descendants: 0,
        sends_message: false,
        sends_outbound: false,
        downward: (&[], 0),
        inbound: (&[], 0),
        new_code: None,
        is_strangers: false,
        salt: 0,
    }
}

/// What the relay chain shows at the relay parent, with these messages of the other para.
fn start(setting: &Setting, inbound: &[Message]) -> (Block, Relay) {
    let genesis = Published::genesis(setting);
    let shown = Shown {
        number: SLOT as u32,
        slot: Some(SLOT),
        included_head: Published::head(&genesis),
        signal: None,
        is_restricted: false,
        upward_room: 1,
        outbound: (0, 1),
        has_messages: !inbound.is_empty(),
        downward: [].into(),
        popped: 0,
        inbound: inbound.into(),
        watermark: 0,
    };
    let relay = relay_state(setting, &shown, FULL_MESSAGES);
    (genesis, relay)
}

/// The words of the panic, if there is one, in the state after genesis.
fn outcome(setting: &Setting, run: impl FnOnce(&Block)) -> String {
    let genesis = Published::genesis(setting);
    quietly(|| read(setting, &genesis, || run(&genesis))).err().unwrap_or_default()
}

/// The words of the panic, if there is one, with which the block is refused.
fn refusal(setting: &Setting, relay: &Relay, attempt: &Attempt<'_>) -> String {
    let genesis = Published::genesis(setting);
    Published::author(setting, &genesis, relay, attempt).err().unwrap_or_default()
}

#[test]
fn the_inherent_comes_once_and_not_twice() {
    let (_, relay) = start(&SETTING, &[]);
    let with = |times: usize| {
        outcome(&SETTING, |genesis| {
            initialize(genesis, &attempt(), Vec::new());
            for _ in 0..times {
                give_inherent(&SETTING, genesis, &relay, &attempt());
            }
            set_timestamp(SLOT * 6000);
            finalize(genesis);
        })
    };
    assert!(with(0).contains("Missing required set_validation_data inherent"), "{}", with(0));
    assert_eq!(with(1), "");
    assert!(with(2).contains("must be updated only once in a block"), "{}", with(2));
}

#[test]
fn the_timestamp_maps_to_the_slot() {
    let (_, relay) = start(&SETTING, &[]);
    let at = |now: u64| {
        outcome(&SETTING, |genesis| {
            initialize(genesis, &attempt(), Vec::new());
            give_inherent(&SETTING, genesis, &relay, &attempt());
            set_timestamp(now);
        })
    };
    assert_eq!(at(SLOT * 6000), "");
    assert_eq!(at(SLOT * 6000 + 5999), "");
    for other in [SLOT * 6000 - 1, (SLOT + 1) * 6000] {
        assert!(at(other).contains("must match `CurrentSlot`"), "{}", at(other));
    }
}

#[test]
fn a_seal_is_that_of_the_owner_in_the_parents_state() {
    // The owner is the slot modulo the number of authorities: 100 is Alice's, 101 Bob's.
    for (key, para_slot, is_owner) in [
        (Sr25519Keyring::Alice, SLOT, true),
        (Sr25519Keyring::Bob, SLOT, false),
        (Sr25519Keyring::Bob, SLOT + 1, true),
        (Sr25519Keyring::Eve, SLOT, false),
    ] {
        let attempt = Attempt { para_slot, ..attempt() };
        let words =
            outcome(&SETTING, |genesis| generation::check_seal(sealed(genesis, &attempt, key)));
        let expected = if is_owner { "" } else { "Invalid AuRa seal" };
        assert_eq!(words, expected, "{key:?} at {para_slot}");
    }
}

#[test]
fn the_offset_in_the_core_digest_is_what_the_generation_allows() {
    let core = |selector: u8, offset: u8| {
        CumulusDigestItem::CoreInfo(CoreInfo {
            selector: CoreSelector(selector),
            claim_queue_offset: ClaimQueueOffset(offset),
            number_of_cores: 1u16.into(),
        })
        .to_digest_item()
    };
    for r in 0..=2u8 {
        let setting = Setting { relay_parent_offset: r.into(), ..SETTING };
        let with = |digest: Vec<DigestItem>| {
            outcome(&setting, |genesis| initialize(genesis, &attempt(), digest))
        };
        let taken: Vec<u8> =
            (0..=4).filter(|&offset| with(vec![core(0, offset)]).is_empty()).collect();
        assert_eq!(taken, generation::offsets(r), "r = {r}");
        let two = with(vec![core(0, r), core(1, r)]);
        assert!(two.contains("must exist at max once"), "{two}");
    }
}

#[test]
fn messages_of_other_paras_come_along_as_the_generation_asks() {
    let sent = [0, 1].map(|place| Message { sent_at: SLOT as u32, place });
    let outcome = |full: usize, largest: u32| {
        let (_, relay) = start(&SETTING, &sent);
        let relay = relay_state(&SETTING, &relay.shown, largest);
        refusal(&SETTING, &relay, &Attempt { inbound: (&sent, full), ..attempt() })
    };
    let violated = "[HRMP] Advancement rule violation";
    // Where one message can be as large as all that comes in full, one is enough.
    assert!(outcome(0, FULL_MESSAGES).contains(violated), "{}", outcome(0, FULL_MESSAGES));
    assert_eq!(outcome(1, FULL_MESSAGES), "");
    // Where all are short, the newest pallet asks for as many as are sure to fit.
    assert_eq!(outcome(2, 8), "");
    assert!(outcome(0, 8).contains(violated), "{}", outcome(0, 8));
    let is_refused = outcome(1, 8).contains(violated);
    assert_eq!(is_refused, generation::ASKS_FOR_AS_MANY_AS_FIT);
    assert_eq!(outcome(1, 8).is_empty(), !is_refused);
}

/// Why the mock abridges by itself.
#[test]
fn where_not_even_the_first_message_fits_the_pallet_leaves_all_of_them_whole() {
    let three = [1, 2, 3].map(|sent_at| InboundDownwardMessage { sent_at, msg: vec![0; 10] });
    let whole = |mut limit: usize| {
        let messages = InboundDownwardMessages::new(three.to_vec());
        messages.into_abridged(&mut limit).messages().0.len()
    };
    assert_eq!([30, 29, 20, 19, 10].map(whole), [3, 2, 2, 1, 1]);
    assert_eq!([9, 0].map(whole), [3, 3]);
}

#[test]
fn the_relay_blocks_after_the_relay_parent_are_a_chain_with_seals() {
    let setting = Setting { relay_parent_offset: 2, ..SETTING };
    let (_, relay) = start(&setting, &[]);
    let with = |descendants: u32, tamper: fn(&mut [RelayHeader])| {
        let mut headers = relay.headers.to_vec();
        tamper(&mut headers);
        let relay = Relay { headers: headers.into(), ..relay.clone() };
        refusal(&setting, &relay, &Attempt { descendants, ..attempt() })
    };
    assert_eq!(with(2, |_| {}), "");
    for (descendants, tamper, reason) in [
        (1, (|_| {}) as fn(&mut [RelayHeader]), "InvalidNumberOfDescendants"),
        (2, |headers| headers.swap(1, 2), "InvalidChainSequence"),
        (2, |headers| drop(headers[2].digest.logs.pop()), "InvalidSeal"),
        (2, |headers| drop(headers[2].digest.logs.remove(0)), "MissingPredigest"),
        (2, |headers| headers[2].number += 1, "InvalidSignature"),
        (2, |headers| headers[0].state_root = [9; 32].into(), "InvalidStateRoot"),
    ] {
        let words = with(descendants, tamper);
        assert!(words.contains(reason), "{reason}: {words}");
    }
}
