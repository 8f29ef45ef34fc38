//! Astar's runtime constants before and after the switch.

use super::BlockTime;
use crate::scenario::RelayNumberCheck;

/// TIME-1: a length that the runtime writes in hours; so it doubled in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its name in the runtime.
    pub name: &'static str,
    /// How long it is; hours.
    pub hours: u32,
}

impl Constant {
    /// CYC-6: the same in blocks.
    pub const fn blocks(&self, block_time: BlockTime) -> u32 {
        block_time.blocks_per_hours(self.hours)
    }
}

const fn hours(name: &'static str, hours: u32) -> Constant {
    Constant { name, hours }
}

const fn days(name: &'static str, days: u32) -> Constant {
    Constant { name, hours: 24 * days }
}

/// How long a session lasts.
pub const SESSION_PERIOD: Constant = hours("SessionPeriod", 1);
/// COLL-5: how long a collator may be absent.
pub const KICK_THRESHOLD: Constant = hours("KickThreshold", 2);
/// How long a vote locks, with a conviction of 1.
pub const VOTE_LOCKING_PERIOD: Constant = days("VoteLockingPeriod", 9);

/// All of Astar's. Source: `runtime/astar/src/lib.rs`.
pub const ASTAR_CONSTANTS: [Constant; 14] = [
    SESSION_PERIOD,
    KICK_THRESHOLD,
    // A literal 7 200 at 12 s: it would have halved had nobody rewritten it.
    days("AggregationDuration", 1),
    days("MotionDuration", 5),
    days("LaunchPeriod", 7),
    days("VotingPeriod", 7),
    days("CooloffPeriod", 7),
    days("EnactmentPeriod", 2),
    VOTE_LOCKING_PERIOD,
    hours("FastTrackVotingPeriod", 2),
    days("SpendPeriod", 7),
    days("PendingUsernameExpiration", 7),
    days("UsernameGracePeriod", 7),
    hours("BlocksPerEra", 24),
];

/// Shibuya's governance. Source: `runtime/shibuya/src/lib.rs`.
pub const SHIBUYA_GOVERNANCE: [Constant; 6] = [
    days("LaunchPeriod", 4),
    days("VotingPeriod", 4),
    days("VoteLockingPeriod", 1),
    days("CooloffPeriod", 1),
    hours("FastTrackVotingPeriod", 1),
    days("SpendPeriod", 3),
];

/// What the runtime fixes beside lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// The nominal time between blocks, and an Aura slot; milliseconds.
    pub slot_duration: u32,
    /// A slot of the relay chain; milliseconds.
    pub relay_chain_slot_duration: u32,
    /// C: blocks that are not included yet.
    pub unincluded_segment_capacity: u32,
    /// V: blocks per slot.
    pub block_processing_velocity: u32,
    /// What the timestamp must grow by at least; milliseconds.
    pub minimum_period: u32,
    /// Whether the timestamp must lie in the Aura slot (`OnTimestampSet`).
    pub ties_the_timestamp_to_the_slot: bool,
    /// Whether an Aura slot may repeat (`AllowMultipleBlocksPerSlot`).
    pub allows_multiple_blocks_per_slot: bool,
    /// RPN-1: how relay parents are compared (`CheckAssociatedRelayNumber`).
    pub relay_number_check: RelayNumberCheck,
    /// What a block may compute; milliseconds.
    pub maximum_block_weight: u32,
    /// What a block's proof may hold; MiB. More only from runtime 1601 on.
    pub maximum_proof_size: u32,
    /// How long a block may be; MiB.
    pub maximum_block_length: u32,
    /// How many blocks back a transaction's era can reach (`BlockHashCount`, of the relay chain's runtimes); so
    /// it halved in time.
    pub block_hash_count: u32,
    /// Gas per byte of proof.
    pub gas_limit_pov_size_ratio: u32,
}

impl Runtime {
    /// Astar's, at that block time. Source: `runtime/astar/src/lib.rs`.
    pub const fn astar(block_time: BlockTime) -> Self {
        let slot_duration = block_time.milliseconds();
        let before = Self {
            slot_duration,
            relay_chain_slot_duration: 6_000,
            unincluded_segment_capacity: 1,
            block_processing_velocity: 1,
            minimum_period: slot_duration / 2,
            ties_the_timestamp_to_the_slot: false,
            allows_multiple_blocks_per_slot: false,
            relay_number_check: RelayNumberCheck::Strict,
            maximum_block_weight: 500,
            maximum_proof_size: 5,
            maximum_block_length: 5,
            block_hash_count: 4_096,
            gas_limit_pov_size_ratio: 4,
        };
        match block_time {
            BlockTime::TwelveSeconds => before,
            BlockTime::SixSeconds => Self {
                unincluded_segment_capacity: 3,
                minimum_period: 0,
                ties_the_timestamp_to_the_slot: true,
                allows_multiple_blocks_per_slot: true,
                relay_number_check: RelayNumberCheck::Monotonic,
                maximum_block_weight: 2_000,
                gas_limit_pov_size_ratio: 16,
                ..before
            },
        }
    }

    /// Shiden's: its relay parents stay strictly increasing until runtime 1600.
    pub const fn shiden(block_time: BlockTime) -> Self {
        Self { relay_number_check: RelayNumberCheck::Strict, ..Self::astar(block_time) }
    }

    /// Shibuya's, which never compared relay parents.
    pub const fn shibuya(block_time: BlockTime) -> Self {
        Self { relay_number_check: RelayNumberCheck::Any, ..Self::astar(block_time) }
    }

    /// DIS-5: how much of a second goes into computing; thousandths of it.
    pub const fn computing_per_second(&self) -> u32 {
        self.maximum_block_weight * 1000 / self.slot_duration
    }
}
