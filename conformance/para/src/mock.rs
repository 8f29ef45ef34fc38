//! A runtime of the published pallets: system, timestamp, aura, `aura-ext` and `parachain-system`.
//!
//! What a production runtime fixes at build time (V, C, the offset, the check of relay numbers) is
//! read from the setting of the thread, so that one runtime stands for all of them. The code that
//! decides is the pallets' own.

use std::cell::{Cell, RefCell};

use cumulus_pallet_aura_ext::FixedVelocityConsensusHook;
use cumulus_pallet_parachain_system::consensus_hook::{ConsensusHook, UnincludedSegmentCapacity};
use cumulus_pallet_parachain_system::relay_state_snapshot::RelayChainStateProof;
use cumulus_pallet_parachain_system::{
    AnyRelayNumber, CheckAssociatedRelayNumber, ParachainSetCode,
    RelayNumberMonotonicallyIncreases, RelayNumberStrictlyIncreases,
};
use cumulus_primitives_core::{
    ChannelStatus, GetChannelInfo, ParaId, XcmpMessageHandler, relay_chain,
};
use frame_support::traits::{ConstBool, ConstU32, ConstU64, Get};
use frame_support::weights::Weight;
use frame_support::{construct_runtime, derive_impl, parameter_types};
use frame_system::limits::BlockWeights;
use sp_consensus_aura::Slot;
use sp_consensus_aura::sr25519::AuthorityId;
use sp_core::H256;
use unincluded_conformance_driver::Setting;
use unincluded_model::RelayNumberCheck;

/// Milliseconds of a relay slot.
const RELAY_SLOT_MS: u32 = 6000;

/// The para, and the other one.
pub(crate) const SELF: u32 = 200;
pub(crate) const OTHER: u32 = 300;

/// A sixth of a block's proof size: messages of one kind that come along in full, bytes.
pub(crate) const FULL_MESSAGES: u32 = 1024 * 1024;

pub(crate) type MockBlock = frame_system::mocking::MockBlockU32<Runtime>;
pub(crate) type Header = <MockBlock as sp_runtime::traits::Block>::Header;

/// What Astar is built with; every block says its own.
const ASTAR: Setting = Setting {
    velocity: 1,
    capacity: 3,
    relay_number_check: RelayNumberCheck::Monotonic,
    relay_parent_offset: 0,
    para_slot_ms: 6000,
    is_code_granted: false,
};

thread_local! {
    static SETTING: Cell<Setting> = const { Cell::new(ASTAR) };
    static OUTBOUND: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Runs with a setting, and with this to send to the other para.
pub(crate) fn with_setting<R>(
    setting: &Setting,
    outbound: Vec<Vec<u8>>,
    run: impl FnOnce() -> R,
) -> R {
    SETTING.set(*setting);
    OUTBOUND.with(|queue| *queue.borrow_mut() = outbound);
    run()
}

fn setting() -> Setting {
    SETTING.get()
}

construct_runtime!(
    pub enum Runtime {
        System: frame_system,
        ParachainSystem: cumulus_pallet_parachain_system,
        Timestamp: pallet_timestamp,
        Aura: pallet_aura,
        AuraExt: cumulus_pallet_aura_ext,
    }
);

parameter_types! {
    pub Limits: BlockWeights =
        BlockWeights::simple_max(Weight::from_parts(u64::MAX, 6 * u64::from(FULL_MESSAGES)));
    pub const Myself: ParaId = ParaId::new(SELF);
    pub const NoWeight: Weight = Weight::zero();
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = MockBlock;
    type BlockWeights = Limits;
    type OnSetCode = ParachainSetCode<Self>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Aura;
    type MinimumPeriod = ConstU64<0>;
    type WeightInfo = ();
}

/// The setting's length of a para slot.
pub struct SlotMs;

impl Get<u64> for SlotMs {
    fn get() -> u64 {
        setting().para_slot_ms
    }
}

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuthorityId;
    type MaxAuthorities = ConstU32<8>;
    type DisabledValidators = ();
    type AllowMultipleBlocksPerSlot = ConstBool<true>;
    type SlotDuration = SlotMs;
}

impl cumulus_pallet_aura_ext::Config for Runtime {}

/// The setting's offset.
pub struct Offset;

impl Get<u32> for Offset {
    fn get() -> u32 {
        setting().relay_parent_offset
    }
}

/// The setting's check of relay numbers: one of the pallet's three.
pub struct NumberCheck;

impl CheckAssociatedRelayNumber for NumberCheck {
    fn check_associated_relay_number(current: u32, previous: u32) {
        match setting().relay_number_check {
            RelayNumberCheck::Strict => {
                RelayNumberStrictlyIncreases::check_associated_relay_number(current, previous);
            }
            RelayNumberCheck::Monotonic => {
                RelayNumberMonotonicallyIncreases::check_associated_relay_number(current, previous);
            }
            RelayNumberCheck::Any => {
                AnyRelayNumber::check_associated_relay_number(current, previous);
            }
        }
    }
}

/// The setting's instance of the velocity hook: V and C are constants of its type.
pub struct Hook;

macro_rules! instance {
    ($function:ident($($argument:expr),*)) => {{
        let Setting { velocity, capacity, .. } = setting();
        instance!(@velocity velocity, capacity, $function, ($($argument),*), 0 1 2 3 4)
    }};
    (@velocity $v:ident, $c:ident, $function:ident, $arguments:tt, $($velocity:literal)*) => {
        match $v {
            $($velocity => instance!(
                @capacity $velocity, $c, $function, $arguments, 0 1 2 3 4 5 6 7 8 9 10 11 12
            ),)*
            _ => unreachable!("velocities are 0 to 4"),
        }
    };
    (@capacity $velocity:literal, $c:ident, $function:ident, $arguments:tt, $($capacity:literal)*) => {
        match $c {
            $($capacity => FixedVelocityConsensusHook::<
                Runtime, RELAY_SLOT_MS, $velocity, $capacity,
            >::$function $arguments,)*
            _ => unreachable!("capacities are 0 to 12"),
        }
    };
}

impl ConsensusHook for Hook {
    fn on_state_proof(proof: &RelayChainStateProof) -> (Weight, UnincludedSegmentCapacity) {
        instance!(on_state_proof(proof))
    }
}

/// HOOK-6: the hook's answer.
pub(crate) fn can_build_upon(included: H256, slot: Slot) -> bool {
    instance!(can_build_upon(included, slot))
}

impl cumulus_pallet_parachain_system::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnSystemEvent = ();
    type SelfParaId = Myself;
    type OutboundXcmpMessageSource = Outbound;
    type DmpQueue = Inbound;
    type ReservedDmpWeight = NoWeight;
    type XcmpMessageHandler = Inbound;
    type ReservedXcmpWeight = NoWeight;
    type CheckAssociatedRelayNumber = NumberCheck;
    type WeightInfo = ();
    type ConsensusHook = Hook;
    type RelayParentOffset = Offset;
    crate::generation::only_here!();
}

/// What is to be sent to the other para: one message at a time, and only while the pallet says that
/// the channel is ready, as the pallet for such queues does.
pub struct Outbound;

pub(crate) fn take_outbound(most: usize, excluded: &[ParaId]) -> Vec<(ParaId, Vec<u8>)> {
    let other = ParaId::new(OTHER);
    let ready = matches!(ParachainSystem::get_channel_status(other), ChannelStatus::Ready(..));
    if most == 0 || excluded.contains(&other) || !ready {
        return Vec::new();
    }
    OUTBOUND
        .with(|queue| queue.borrow_mut().pop())
        .map(|message| (other, message))
        .into_iter()
        .collect()
}

/// Takes what comes in and forgets it.
pub struct Inbound;

impl frame_support::traits::HandleMessage for Inbound {
    type MaxMessageLen = ConstU32<1024>;
    fn handle_message(_: frame_support::BoundedSlice<u8, Self::MaxMessageLen>) {}
    fn handle_messages<'a>(
        messages: impl Iterator<Item = frame_support::BoundedSlice<'a, u8, Self::MaxMessageLen>>,
    ) {
        messages.for_each(drop);
    }
    fn sweep_queue() {}
}

impl XcmpMessageHandler for Inbound {
    fn handle_xcmp_messages<'a, I>(messages: I, _: Weight) -> Weight
    where
        I: Iterator<Item = (ParaId, relay_chain::BlockNumber, &'a [u8])>,
    {
        messages.for_each(drop);
        Weight::zero()
    }
}
