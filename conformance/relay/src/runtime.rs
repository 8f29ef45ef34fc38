//! A relay chain's runtime of the published pallets, with nothing of its own but the settings.

use codec::Decode;
use frame_support::dispatch::GetDispatchInfo;
use frame_support::traits::{
    ConstU32, ConstU64, ProcessMessage, ProcessMessageError, Randomness, ValidatorSet,
    ValidatorSetWithIdentification,
};
use frame_support::weights::{Weight, WeightMeter};
use frame_support::{PalletId, construct_runtime, derive_impl, parameter_types};
use frame_system::EnsureRoot;
use frame_system::limits;
use polkadot_primitives::{AuthorityDiscoveryId, Balance, Moment, SessionIndex};
use polkadot_runtime_parachains::inclusion::AggregateMessageOrigin;
use polkadot_runtime_parachains::{
    configuration, disputes, dmp, hrmp, inclusion, initializer, on_demand, origin, paras,
    paras_inherent, scheduler, session_info, shared,
};
use sp_core::H256;
use sp_runtime::traits::{BlakeTwo256, Convert, ConvertInto, Hash};
use sp_runtime::transaction_validity::TransactionPriority;
use sp_runtime::{FixedU128, Permill, impl_opaque_keys};

type Extrinsic = frame_system::mocking::MockUncheckedExtrinsic<Runtime>;
type Block = frame_system::mocking::MockBlockU32<Runtime>;
/// A relay block's header.
pub(crate) type Header = sp_runtime::generic::Header<u32, BlakeTwo256>;

construct_runtime!(
    pub enum Runtime {
        System: frame_system,
        Balances: pallet_balances,
        MessageQueue: pallet_message_queue,
        Session: pallet_session,
        Babe: pallet_babe,
        Timestamp: pallet_timestamp,
        Configuration: configuration,
        Shared: shared,
        Inclusion: inclusion,
        ParaInherent: paras_inherent,
        Scheduler: scheduler,
        Paras: paras,
        OnDemand: on_demand,
        Initializer: initializer,
        Dmp: dmp,
        Hrmp: hrmp,
        Origins: origin,
        SessionInfo: session_info,
        Disputes: disputes,
    }
);

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = Extrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: Self::RuntimeCall) -> Self::Extrinsic {
        Extrinsic::new_bare(call)
    }
}

parameter_types! {
    /// No relay block is too heavy: a random choice of candidates (FLT-18) is no part of the model.
    pub RoomyWeights: limits::BlockWeights =
        limits::BlockWeights::simple_max(Weight::from_parts(u64::MAX / 2, u64::MAX / 2));
    pub RoomyLength: limits::BlockLength =
        limits::BlockLength::builder().max_length(u32::MAX).build();
    pub const MessageServiceWeight: Weight = Weight::from_parts(1_000_000, 1_000_000);
    pub const Traffic: FixedU128 = FixedU128::from_u32(1);
    pub const OnDemandPallet: PalletId = PalletId(*b"py/ondmd");
    pub const Priority: TransactionPriority = TransactionPriority::MAX;
    pub const ChannelsWithSystem: (u32, u32) = (4, 1);
    /// Whether the session ends in the block that begins.
    pub static SessionEnds: bool = false;
    /// Upward messages that may still be served.
    pub static ToServe: u32 = 0;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
    type BlockWeights = RoomyWeights;
    type BlockLength = RoomyLength;
    type Hash = H256;
    type Hashing = BlakeTwo256;
    type AccountId = u64;
    type Lookup = sp_runtime::traits::IdentityLookup<u64>;
    type Block = Block;
    type BlockHashCount = ConstU32<64>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type Balance = Balance;
    type ExistentialDeposit = frame_support::traits::ConstU128<1>;
    type AccountStore = System;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = Moment;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<0>;
    type WeightInfo = ();
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = ConstU64<10>;
    type ExpectedBlockTime = ConstU64<6_000>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = ();
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<32>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = sp_core::Void;
    type EquivocationReportSystem = ();
}

impl_opaque_keys! {
    /// The one key of a validator that the pallets ask for.
    pub struct Keys {
        pub parachains: Initializer,
    }
}

/// Sessions end when the driver says so.
pub struct WhenTold;

impl pallet_session::ShouldEndSession<u32> for WhenTold {
    fn should_end_session(_: u32) -> bool {
        SessionEnds::get()
    }
}

impl frame_support::traits::EstimateNextSessionRotation<u32> for WhenTold {
    fn average_session_length() -> u32 {
        10
    }

    fn estimate_current_session_progress(_: u32) -> (Option<Permill>, Weight) {
        (None, Weight::zero())
    }

    fn estimate_next_session_rotation(_: u32) -> (Option<u32>, Weight) {
        (None, Weight::zero())
    }
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = u64;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = WhenTold;
    type NextSessionRotation = WhenTold;
    type SessionManager = ();
    type SessionHandler = (Initializer,);
    type Keys = Keys;
    type DisablingStrategy = ();
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ();
}

/// Serves as many upward messages as the driver says, and puts the others back.
pub struct ServeWhenTold;

impl ProcessMessage for ServeWhenTold {
    type Origin = AggregateMessageOrigin;

    fn process_message(
        _: &[u8],
        _: AggregateMessageOrigin,
        _: &mut WeightMeter,
        _: &mut [u8; 32],
    ) -> Result<bool, ProcessMessageError> {
        let left = ToServe::get().checked_sub(1).ok_or(ProcessMessageError::Yield)?;
        ToServe::set(left);
        Ok(true)
    }
}

impl pallet_message_queue::Config for Runtime {
    type Size = u32;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MessageProcessor = ServeWhenTold;
    type QueueChangeHandler = Inclusion;
    type QueuePausedQuery = ();
    type HeapSize = ConstU32<65_536>;
    type MaxStale = ConstU32<8>;
    type ServiceWeight = MessageServiceWeight;
    type IdleMaxServiceWeight = ();
}

/// The order of validators in a new session: a function of the parent's hash.
pub struct FromParent;

impl Randomness<H256, u32> for FromParent {
    fn random(subject: &[u8]) -> (H256, u32) {
        (BlakeTwo256::hash_of(&(subject, System::parent_hash())), System::block_number())
    }
}

impl initializer::Config for Runtime {
    type Randomness = FromParent;
    type ForceOrigin = EnsureRoot<u64>;
    type WeightInfo = ();
    type CoretimeOnNewSession = ();
}

impl configuration::Config for Runtime {
    type WeightInfo = configuration::TestWeightInfo;
}

impl shared::Config for Runtime {
    type DisabledValidators = ();
}

impl origin::Config for Runtime {}

impl paras::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = paras::TestWeightInfo;
    type UnsignedPriority = Priority;
    type QueueFootprinter = Inclusion;
    type NextSessionRotation = WhenTold;
    type OnNewHead = ();
    type AssignCoretime = ();
    type Fungible = Balances;
    type CooldownRemovalMultiplier = frame_support::traits::ConstU128<1>;
    type AuthorizeCurrentCodeOrigin = EnsureRoot<u64>;
}

impl dmp::Config for Runtime {
    type WeightInfo = ();
}

/// Nobody asks for a version of XCM.
pub struct AnyVersion;

impl staging_xcm::WrapVersion for AnyVersion {
    fn wrap_version<Call: Decode + GetDispatchInfo>(
        _: &staging_xcm::latest::Location,
        message: impl Into<staging_xcm::VersionedXcm<Call>>,
    ) -> Result<staging_xcm::VersionedXcm<Call>, ()> {
        Ok(message.into())
    }
}

impl hrmp::Config for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type RuntimeEvent = RuntimeEvent;
    type ChannelManager = EnsureRoot<u64>;
    type Currency = Balances;
    type DefaultChannelSizeAndCapacityWithSystem = ChannelsWithSystem;
    type VersionWrapper = AnyVersion;
    type WeightInfo = hrmp::TestWeightInfo;
}

impl disputes::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RewardValidators = ();
    type SlashingHandler = ();
    type WeightInfo = disputes::TestWeightInfo;
}

impl scheduler::Config for Runtime {}

impl on_demand::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type TrafficDefaultValue = Traffic;
    type WeightInfo = on_demand::TestWeightInfo;
    type MaxHistoricalRevenue = ConstU32<10>;
    type PalletId = OnDemandPallet;
}

impl inclusion::Config for Runtime {
    type WeightInfo = ();
    type RuntimeEvent = RuntimeEvent;
    type DisputesHandler = Disputes;
    type RewardValidators = ();
    type MessageQueue = MessageQueue;
}

impl paras_inherent::Config for Runtime {
    type WeightInfo = paras_inherent::TestWeightInfo;
}

/// Nobody is paid or slashed, so nobody needs an account.
pub struct Nobody;

impl ValidatorSet<u64> for Nobody {
    type ValidatorId = u64;
    type ValidatorIdOf = Itself;

    fn session_index() -> SessionIndex {
        Session::current_index()
    }

    fn validators() -> Vec<u64> {
        Vec::new()
    }
}

impl ValidatorSetWithIdentification<u64> for Nobody {
    type Identification = ();
    type IdentificationOf = Itself;
}

/// An account is its own validator, and says nothing about itself.
pub struct Itself;

impl Convert<u64, Option<u64>> for Itself {
    fn convert(account: u64) -> Option<u64> {
        Some(account)
    }
}

impl Convert<u64, Option<()>> for Itself {
    fn convert(_: u64) -> Option<()> {
        Some(())
    }
}

impl session_info::Config for Runtime {
    type ValidatorSet = Nobody;
}

impl session_info::AuthorityDiscoveryConfig for Runtime {
    fn authorities() -> Vec<AuthorityDiscoveryId> {
        Vec::new()
    }
}
