//! What can be seen of a relay chain's state: what the model says of it, read from the pallets.

use std::collections::{BTreeMap, BTreeSet};

use bitvec::order::Lsb0;
use bitvec::vec::BitVec;
use codec::Decode;
use frame_support::Twox64Concat;
use frame_support::storage::storage_prefix;
use polkadot_primitives::{
    CandidateCommitments, CandidateDescriptorV2, CandidateHash, CoreIndex, GroupIndex, Hash,
    Id as ParaId, UpgradeGoAhead, ValidationCodeHash,
};
use polkadot_runtime_parachains::inclusion::Event;
use polkadot_runtime_parachains::{
    configuration, disputes, dmp, paras, runtime_api_impl::v13 as api, scheduler, shared,
};

use crate::chain::group_at;
use crate::runtime::{Runtime, RuntimeEvent, System};
use crate::settings::{PARA, number_of};

/// A candidate pending availability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) number: Option<u32>,
    pub(crate) core: u32,
    pub(crate) relay_parent: u32,
    pub(crate) backed_in: u32,
    pub(crate) votes: usize,
    /// The group that vouched for it, as the runtime noted it.
    pub(crate) group: u32,
}

/// The state after a relay block, and what happened in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) included: Option<u32>,
    pub(crate) context: u32,
    /// None where the pallets cannot be asked.
    pub(crate) least_relay_parent: Option<u32>,
    pub(crate) pending: Vec<Pending>,
    pub(crate) session: u32,
    /// The scheduling parents allowed so far, the newest last.
    pub(crate) allowed: Vec<Hash>,
    pub(crate) signal: Option<UpgradeGoAhead>,
    pub(crate) is_restricted: bool,
    pub(crate) code: Option<ValidationCodeHash>,
    pub(crate) future_code: Option<ValidationCodeHash>,
    pub(crate) upgrade_at: Option<u32>,
    /// Which cores the para holds in the next block.
    pub(crate) claims: Vec<u32>,
    pub(crate) is_frozen: bool,
    pub(crate) upward: u32,
    pub(crate) outbound: u32,
    pub(crate) downward: Vec<u32>,
    /// The lookahead that is in force.
    pub(crate) lookahead: u32,
    /// The group for each of the newest relay parents and each core.
    pub(crate) groups: Vec<(u32, u32, u32)>,
    pub(crate) timed_out: usize,
    pub(crate) enacted: usize,
}

impl Seen {
    /// In the state that the pallets are in now.
    pub(crate) fn now() -> Seen {
        let events = System::read_events_no_consensus().filter_map(|record| match record.event {
            RuntimeEvent::Inclusion(event) => Some(event),
            _ => None,
        });
        let (mut timed_out, mut enacted) = (0, 0);
        for event in events {
            match event {
                Event::CandidateTimedOut(..) => timed_out += 1,
                Event::CandidateIncluded(..) => enacted += 1,
                _ => {}
            }
        }
        // INCL-10: two pending candidates can fill the queue or the channel beyond its limit, and then
        // `backing_constraints` (30.0.0, v13.rs and hrmp.rs) subtracts below zero.
        let limit = configuration::ActiveConfig::<Runtime>::get().max_upward_queue_count;
        let fits = upward_waiting() <= limit && crate::parts::outbound_fits();
        let constraints = fits.then(|| api::backing_constraints::<Runtime>(PARA)).flatten();
        let claims = api::claim_queue::<Runtime>();
        let held = claims.iter().filter(|(_, queue)| queue.front() == Some(&PARA));
        Seen {
            included: included_now(),
            context: paras::MostRecentContext::<Runtime>::get(PARA).unwrap_or_default(),
            least_relay_parent: constraints.map(|limits| limits.min_relay_parent_number),
            pending: pending_now(),
            session: shared::CurrentSessionIndex::<Runtime>::get(),
            allowed: allowed(),
            signal: signal(),
            is_restricted: paras::UpgradeRestrictionSignal::<Runtime>::get(PARA).is_some(),
            code: paras::CurrentCodeHash::<Runtime>::get(PARA),
            future_code: paras::FutureCodeHash::<Runtime>::get(PARA),
            upgrade_at: paras::FutureCodeUpgrades::<Runtime>::get(PARA),
            claims: held.map(|(core, _)| core.0).collect(),
            is_frozen: disputes::Frozen::<Runtime>::get().is_some(),
            upward: upward_waiting(),
            outbound: crate::parts::outbound_waiting(),
            downward: dmp::Pallet::<Runtime>::dmq_contents_do_not_call_in_consensus(PARA)
                .into_iter()
                .map(|message| message.sent_at)
                .collect(),
            lookahead: api::scheduling_lookahead::<Runtime>(),
            groups: groups(),
            timed_out,
            enacted,
        }
    }
}

/// The group for a core and a relay parent, where it can be asked for.
pub(crate) fn group(core: u32, relay_parent: u32) -> Option<u32> {
    group_at(core, relay_parent).map(|(group, _)| group.0)
}

/// The groups for the newest relay parents of the session.
fn groups() -> Vec<(u32, u32, u32)> {
    let tip = System::block_number();
    let start = scheduler::SessionStartBlock::<Runtime>::get();
    let cores = scheduler::ValidatorGroups::<Runtime>::decode_len().unwrap_or_default() as u32;
    (tip.saturating_sub(3)..=tip)
        .filter(|relay_parent| relay_parent + 1 >= start)
        .flat_map(|relay_parent| (0..cores).map(move |core| (relay_parent, core)))
        .filter_map(|(relay_parent, core)| Some((relay_parent, core, group(core, relay_parent)?)))
        .collect()
}

/// `PendingAvailability` is private, so its entries are read by their encoding.
#[derive(Decode)]
struct Entry {
    core: CoreIndex,
    #[allow(dead_code, reason = "part of the encoding")]
    hash: CandidateHash,
    #[allow(dead_code, reason = "part of the encoding")]
    descriptor: CandidateDescriptorV2<Hash>,
    commitments: CandidateCommitments,
    availability_votes: BitVec<u8, Lsb0>,
    #[allow(dead_code, reason = "part of the encoding")]
    backers: BitVec<u8, Lsb0>,
    relay_parent_number: u32,
    backed_in_number: u32,
    backing_group: GroupIndex,
}

fn pending() -> Vec<Entry> {
    let mut key = storage_prefix(b"Inclusion", b"V1").to_vec();
    key.extend(<Twox64Concat as frame_support::StorageHasher>::hash(&codec::Encode::encode(&PARA)));
    frame_support::storage::unhashed::get(&key).unwrap_or_default()
}

/// What is pending in the state that the pallets are in now.
pub(crate) fn pending_now() -> Vec<Pending> {
    let of = |pending: Entry| Pending {
        number: number_of(&pending.commitments.head_data),
        core: pending.core.0,
        relay_parent: pending.relay_parent_number,
        backed_in: pending.backed_in_number,
        votes: pending.availability_votes.count_ones(),
        group: pending.backing_group.0,
    };
    pending().into_iter().map(of).collect()
}

/// The number of the included head there.
pub(crate) fn included_now() -> Option<u32> {
    paras::Heads::<Runtime>::get(PARA).as_ref().and_then(number_of)
}

/// Who is recorded to have voted for the candidate on each core.
pub(crate) fn voters() -> Vec<(u32, Vec<u32>)> {
    let of = |pending: Entry| {
        let voters = pending.availability_votes.iter_ones().map(|voter| voter as u32);
        (pending.core.0, voters.collect())
    };
    pending().into_iter().map(of).collect()
}

type Claims = BTreeMap<ParaId, BTreeMap<u8, BTreeSet<CoreIndex>>>;

/// `AllowedSchedulingParents` is private, so it is read by its encoding.
fn allowed() -> Vec<Hash> {
    let key = storage_prefix(b"Shared", b"AllowedSchedulingParents");
    let buffer: Option<(Vec<(Hash, Claims)>, u32)> = frame_support::storage::unhashed::get(&key);
    buffer.unwrap_or_default().0.into_iter().map(|(hash, _)| hash).collect()
}

/// `UpgradeGoAheadSignal` is private as well; the para reads it under this key.
fn signal() -> Option<UpgradeGoAhead> {
    let key = polkadot_primitives::well_known_keys::upgrade_go_ahead_signal(PARA);
    frame_support::storage::unhashed::get(&key)
}

fn upward_waiting() -> u32 {
    use frame_support::traits::QueueFootprintQuery;
    use polkadot_runtime_parachains::inclusion::{AggregateMessageOrigin, UmpQueueId};
    let origin = AggregateMessageOrigin::Ump(UmpQueueId::Para(PARA));
    let footprint = crate::runtime::MessageQueue::footprint(origin);
    footprint.storage.count as u32
}
