//! The state after a block, read back.

use std::collections::BTreeMap;

use codec::Decode;
use cumulus_pallet_parachain_system as parachain_system;
use cumulus_primitives_core::ParaId;
use cumulus_primitives_core::relay_chain::UpgradeGoAhead;
use sp_consensus_aura::Slot;
use sp_core::H256;
use unincluded_conformance_driver::Observed;
use unincluded_conformance_driver::pallets::Entry;
use unincluded_model::Signal;

use crate::mock::{OTHER, Runtime};

fn code_number(code: &[u8]) -> Option<u64> {
    u64::decode(&mut &*code).ok()
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

/// What the externalities at hand say.
pub(crate) fn observe() -> Observed {
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
