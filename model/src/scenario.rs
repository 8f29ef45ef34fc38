//! The surroundings: the network's parameters, the actors and their faults, and optional bounds.
//!
//! A scenario is a TOML file. The built-in ones are compiled in; the user's own come through the
//! same reader, whose errors name the key, the value and the legal range.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::action::Bits;
use crate::economics::named::{NamedCalendar, NamedDecay, NamedParameters};
use crate::economics::{BlockTime, Calendar, InflationConfiguration, recalculate};
use crate::few::Few;
use crate::protocol::Protocol;
use crate::protocol::slots::RELAY_SLOT_MS;

/// A whole scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called; lower-case letters, digits and dashes.
    pub name: String,
    /// Why it exists, in a sentence or two.
    pub about: String,
    /// What production uses where this differs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub production: String,
    /// The network's parameters.
    #[serde(rename = "protocol")]
    pub parameters: Parameters,
    /// What the block rewards are computed from.
    pub economics: Economics,
    /// Actors and faults.
    pub environment: Environment,
    /// What the relay chain's configuration becomes at the end of some sessions, and back (FLT-13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconfiguration: Option<Reconfiguration>,
    /// The switch to 6 s blocks, which the para's code upgrade brings; none unless the file has this
    /// table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
    /// Queues of messages; none unless the file has this table.
    #[serde(default, skip_serializing_if = "Messages::is_off")]
    pub messages: Messages,
    /// Bounds that are ours, not the protocol's.
    #[serde(default, skip_serializing_if = "Horizon::is_open")]
    pub horizon: Horizon,
}

/// FLT-13: the other values of the relay chain's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconfiguration {
    /// L; relay blocks, 1 to 4.
    pub scheduling_lookahead: u8,
    /// P; relay blocks, 1 to 12.
    pub paras_availability_period: u8,
    /// F; relay blocks, 1 to 24.
    pub group_rotation_frequency: u8,
}

/// The switch to 6 s blocks on a short calendar (econ:UPG, ABS-2). The amounts stay those of
/// [`Economics`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Periods of a cycle, 1 to 2.
    pub periods_per_cycle: u8,
    /// Era lengths of a voting subperiod, 1 to 3.
    pub eras_per_voting_subperiod: u8,
    /// Eras of a build&earn subperiod, 1 to 4.
    pub eras_per_build_and_earn_subperiod: u8,
    /// Blocks of an era at 12 s, 2 to 6.
    pub blocks_per_era: u8,
    /// How long what users and governance begin lasts; blocks at 12 s, 1 to 16.
    pub duration: u8,
    /// C under the old code; blocks, 0 to 12. That of the new code unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_before: Option<u8>,
    /// How the old code compares relay parents (RPN-1). As the new one does unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_number_check_before: Option<RelayNumberCheck>,
}

impl Switch {
    /// CYC-6: the calendar at 12 s or at 6 s.
    pub fn calendar(&self, block_time: BlockTime) -> Calendar {
        Calendar {
            periods_per_cycle: self.periods_per_cycle.into(),
            eras_per_voting_subperiod: self.eras_per_voting_subperiod.into(),
            eras_per_build_and_earn_subperiod: self.eras_per_build_and_earn_subperiod.into(),
            blocks_per_era: u32::from(self.blocks_per_era) * blocks_in_12_s(block_time),
        }
    }

    /// TIME-1: how long what is begun at that block time lasts; blocks.
    pub fn duration(&self, block_time: BlockTime) -> u8 {
        self.duration * blocks_in_12_s(block_time) as u8
    }
}

/// Blocks in the time of one at 12 s.
fn blocks_in_12_s(block_time: BlockTime) -> u32 {
    BlockTime::TwelveSeconds.milliseconds() / block_time.milliseconds()
}

/// The network's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// C; blocks, 0 to 12. 0 acts as 1 in the runtime and refuses every `can_build_upon`.
    pub unincluded_segment_capacity: u8,
    /// V; blocks for each relay slot, 0 to 3. 0 acts as 1.
    pub block_processing_velocity: u8,
    /// How the runtime compares relay parents (RPN-1).
    pub relay_number_check: RelayNumberCheck,
    /// L; relay blocks, 1 to 4.
    pub scheduling_lookahead: u8,
    /// P; relay blocks, 1 to 12.
    pub paras_availability_period: u8,
    /// F; relay blocks, 1 to 24.
    pub group_rotation_frequency: u8,
    /// Milliseconds of a para slot, 1000 to 24000, a multiple or a divisor of a relay slot's 6000
    /// (HOOK-4). The explored state depends on it where authorities have names or the hook counts by
    /// para slot; elsewhere only what is shown does.
    pub para_slot_ms: u32,
    /// N, active validators, 1 to 1000 (INCL-3).
    pub validators: u16,
    /// Upward messages the relay chain has room for, 0 to 4; with 0 no block sends any.
    #[serde(default)]
    pub upward_message_room: u8,
    /// r; how many relay blocks behind the best one the relay parent lies, 0 to 2 (SLOTB-2).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub relay_parent_offset: u8,
    /// Cores that the para holds in every relay block, 1 to 3.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub cores: u8,
    /// When a claim to a core is used up (SCHED-1, SCHED-2).
    #[serde(default, skip_serializing_if = "ClaimQueue::is_computed")]
    pub claim_queue: ClaimQueue,
    /// UPG-11: relay blocks from the inclusion of new code to the go-ahead, 0 to 4; 0 acts as 1. The relay
    /// chain's configuration refuses less than 2, and here one sees why.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub upgrade_delay: u8,
    /// UPG-11: relay blocks from the end of the vote on it to the go-ahead, at least, 0 to 4. The relay
    /// chain's configuration refuses what is not above P, and here one sees why.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minimum_upgrade_delay: u8,
    /// UPG-15: relay blocks from the inclusion of new code to the next upgrade, 0 to 8.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub upgrade_cooldown: u8,
    /// The form of the velocity hook (HOOK-8).
    #[serde(default, skip_serializing_if = "Generation::is_newest")]
    pub generation: Generation,
}

fn one() -> u8 {
    1
}

fn is_one(value: &u8) -> bool {
    *value == 1
}

fn two() -> u8 {
    2
}

fn is_two(value: &u8) -> bool {
    *value == 2
}

fn is_zero(value: &u8) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Parameters {
    /// DISP-1: the votes that conclude a dispute; validators.
    pub fn supermajority(&self) -> u16 {
        self.availability_threshold()
    }

    /// DISP-2: the most votes against an included candidate that do no harm; validators.
    pub fn most_faulty(&self) -> u16 {
        (self.validators - 1) / 3
    }

    /// INCL-3: the votes that make a candidate available; validators.
    pub fn availability_threshold(&self) -> u16 {
        self.validators - self.most_faulty()
    }

    /// The bound on how long a candidate can occupy its core: max(P, F) relay blocks.
    pub fn longest_occupancy(&self) -> u8 {
        self.paras_availability_period.max(self.group_rotation_frequency)
    }

    /// The votes that a relay block counts for a candidate; validators.
    pub fn votes(&self, bits: Bits) -> u16 {
        match bits {
            Bits::OneShort => self.availability_threshold() - 1,
            Bits::Enough => self.availability_threshold(),
            Bits::Count(votes) => u16::from(votes),
        }
    }
}

/// HOOK-8: the velocity hook in its four forms, by the release of `cumulus-pallet-aura-ext` with
/// which each came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Generation {
    /// 0.7: counts by para slot, which is the derived one.
    #[serde(rename = "aura-ext-0.7")]
    AuraExt07,
    /// 0.17 and 0.18: counts by para slot, and only on others than the derived one; up to V slots
    /// ahead are taken.
    #[serde(rename = "aura-ext-0.18")]
    AuraExt018,
    /// 0.20 to 0.24: counts by relay slot; para slots behind the derived one are taken.
    #[serde(rename = "aura-ext-0.24")]
    AuraExt024,
    /// 0.25 on: counts by relay slot; the para slot is the derived one.
    #[default]
    #[serde(rename = "aura-ext-0.25")]
    AuraExt025,
}

impl Generation {
    /// Every form, the oldest first.
    pub const ALL: [Generation; 4] = [
        Generation::AuraExt07,
        Generation::AuraExt018,
        Generation::AuraExt024,
        Generation::AuraExt025,
    ];

    fn is_newest(&self) -> bool {
        *self == Generation::AuraExt025
    }
}

/// RPN-1, in its three forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayNumberCheck {
    /// `RelayNumberStrictlyIncreases`.
    Strict,
    /// `RelayNumberMonotonicallyIncreases`.
    Monotonic,
    /// `AnyRelayNumber`.
    Any,
}

impl fmt::Display for RelayNumberCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RelayNumberCheck::Strict => "strict",
            RelayNumberCheck::Monotonic => "monotonic",
            RelayNumberCheck::Any => "any",
        })
    }
}

/// What the block rewards are computed from (INFL-6, INFL-7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Economics {
    /// Total issuance at the recalculation, planck, as decimal digits.
    pub total_issuance: String,
    /// The calendar, by name.
    pub calendar: NamedCalendar,
    /// The inflation parameters, by name.
    pub inflation: NamedParameters,
    /// INFL-14: how the rewards decay from block to block, by name. Not with a [`Switch`], which came before it.
    ///
    /// The factor is counted from the newest block that every view agrees is included, as if it were one there.
    #[serde(default, skip_serializing_if = "NamedDecay::is_none")]
    pub decay: NamedDecay,
}

/// Who authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollatorKind {
    /// What Astar runs: one block for each relay parent and core.
    SlotBased,
    /// What Astar ran until April 2026: up to two blocks for each relay block.
    Lookahead,
    /// Anybody on any parent and any relay parent, bound by the runtime alone.
    Adversary,
}

/// Which relay block the collators take for the best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaleView {
    /// The tip, always.
    #[default]
    Never,
    /// The tip, or one block late, the same for all collators of a wake-up.
    Together,
    /// Some see the tip while others are one block late.
    Apart,
}

/// Actors and faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fault with a name of its own")]
pub struct Environment {
    /// Who authors.
    pub collator: CollatorKind,
    /// LOOK-1: blocks that the lookahead collator builds on one relay parent: 2, or 1 as
    /// `cumulus-client-consensus-aura` does from 0.36 on.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub lookahead_blocks: u8,
    /// Relay blocks from a relay parent to the first block that can back on it: 1 on the fast
    /// path, usually 2.
    pub earliest_backing: u8,
    /// FLT-9: the owner of a slot may build nothing.
    #[serde(default)]
    pub idle: bool,
    /// FLT-6: a relay block may back nothing though it could.
    #[serde(default)]
    pub delay: bool,
    /// FLT-4: a candidate may miss its last chance.
    #[serde(default)]
    pub loss: bool,
    /// FLT-5: availability may fail in any relay block.
    #[serde(default)]
    pub unavailability: bool,
    /// FLT-14: the collators' view of the relay chain may be one block late.
    #[serde(default)]
    pub stale_view: StaleView,
    /// FLT-7: an owner may author twice on one parent and relay parent.
    #[serde(default)]
    pub equivocation: bool,
    /// FLT-9: an author may announce its block to the validators alone.
    #[serde(default)]
    pub withholding: bool,
    /// The relay chain may show a go-ahead signal at any time.
    #[serde(default)]
    pub go_ahead: bool,
    /// Validators whose fragment chains are followed, 0 to 2; with 0 a relay block may back any
    /// backable sibling.
    #[serde(default)]
    pub followed_validators: u8,
    /// The oldest relay parent an adversary uses, relay blocks behind the tip, 0 to 4.
    #[serde(default)]
    pub oldest_relay_parent: u8,
    /// Unincluded blocks that an adversary keeps at most, 0 for as many as it can.
    #[serde(default)]
    pub adversary_blocks: u8,
    /// FLT-2, FLT-3: relay blocks that can be undone, 0 to 3; with 0 the relay chain never forks.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fork_depth: u8,
    /// FLT-12: sessions end, at any time but never two within the memory of a window.
    #[serde(default, skip_serializing_if = "is_false")]
    pub session_changes: bool,
    /// SCHED-3: the groups that take turns at the para's cores; none stands for one that is always
    /// online.
    #[serde(default, skip_serializing_if = "Groups::is_empty")]
    pub groups: Groups,
    /// Whether availability votes are counted one by one, and not chosen on either side of the
    /// threshold; with at most 9 validators.
    #[serde(default, skip_serializing_if = "is_false")]
    pub counted_votes: bool,
    /// Validators that never vote, where votes are counted, 0 to 9.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub silent: u8,
    /// Validators that vote for what they have not got and against what is valid, 0 to 9.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lying: u8,
    /// FLT-8, FLT-10, FLT-11: invalid blocks are authored, backed by a malicious group, and disputed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disputes: bool,
    /// FLT-8: who authored an invalid block may author another on it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid_chains: bool,
    /// How the para holds its cores.
    #[serde(default, skip_serializing_if = "Claims::is_bulk")]
    pub claims: Claims,
    /// SEC-4: validators fetch no more collations than the claim queue has room for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub collation_limits: bool,
    /// Which upgrades of its code the para begins.
    #[serde(default, skip_serializing_if = "Upgrades::is_none")]
    pub upgrades: Upgrades,
    /// How the validators' vote on new code ends.
    #[serde(default, skip_serializing_if = "Prechecks::is_known")]
    pub prechecks: Prechecks,
    /// COLL-2: the authorities that take turns by para slot; none stands for any number that are all
    /// there.
    #[serde(default, skip_serializing_if = "Authorities::is_empty")]
    pub authorities: Authorities,
    /// BLK-3: those of the other set, which takes over in turn with the first as sessions of the para
    /// end; none stands for one set for ever. Nobody is in both.
    #[serde(default, skip_serializing_if = "Authorities::is_empty")]
    pub next_authorities: Authorities,
    /// FLT-1: relay slots without a block that can pass before each relay block, 0 to 3.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped_slots: u8,
}

/// What an authority of the para does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// It authors when its turn comes.
    #[default]
    Present,
    /// It never does (FLT-9).
    Absent,
    /// It crashes and comes back at any time, and authors before it has caught up (DIST-4).
    Restarting,
}

/// The authorities, in the order in which they take turns; at most 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Authorities(pub Few<Authority>);

impl Authorities {
    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same once those that restart have caught up. One that is away stays away.
    #[must_use]
    fn settled(self) -> Authorities {
        let settle = |&authority: &Authority| match authority {
            Authority::Restarting => Authority::Present,
            other => other,
        };
        Authorities(Few::of(self.0.iter().map(settle)).unwrap_or_default())
    }
}

/// Which upgrades of its code a para begins. Other than with `go_ahead`, where a signal is taken to
/// be earned, the whole life of an upgrade is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upgrades {
    /// It has one code for ever.
    #[default]
    None,
    /// None any more; those under way go on.
    UnderWay,
    /// Any author may put the next code into its block.
    NextCode,
    /// Or the code that the para has already.
    AnyCode,
}

impl Upgrades {
    /// Whether the para has one code for ever.
    pub fn is_none(&self) -> bool {
        *self == Upgrades::None
    }
}

/// How the validators' vote on new code ends (UPG-11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prechecks {
    /// There is none: the relay chain knows every code.
    #[default]
    Known,
    /// The code is accepted in any later relay block, or never.
    Accepting,
    /// It is accepted or rejected in any later relay block, or never.
    Divided,
    /// The same of code that the relay chain does not know; it may know the code, and then there is no
    /// vote on it.
    DividedOrKnown,
}

impl Prechecks {
    /// Whether there is no vote.
    pub fn is_known(&self) -> bool {
        *self == Prechecks::Known
    }

    /// Whether validators may reject code.
    pub fn may_reject(self) -> bool {
        matches!(self, Prechecks::Divided | Prechecks::DividedOrKnown)
    }
}

/// Queues of messages, each of a few; a queue of none is left out. What fills and drains them is up
/// to others, and any of it can happen in any relay block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// Upward messages that the relay chain queues, 0 to 2. Takes the place of
    /// `protocol.upward_message_room`, which is a queue that is always empty.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub upward_limit: u8,
    /// Messages that the channel to another para holds, 0 to 2.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outbound_capacity: u8,
    /// Relay blocks whose messages of another para wait at the same time, 0 to 2.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inbound: u8,
    /// Messages of another para that each of these brings, 1 or 2.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub inbound_messages: u8,
    /// Downward messages that wait at the same time, 0 to 2.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub downward: u8,
}

impl Default for Messages {
    fn default() -> Self {
        Messages {
            upward_limit: 0,
            outbound_capacity: 0,
            inbound: 0,
            inbound_messages: 1,
            downward: 0,
        }
    }
}

impl Messages {
    /// Whether there is no queue at all.
    pub fn is_off(&self) -> bool {
        *self == Messages { inbound_messages: self.inbound_messages, ..Messages::default() }
    }
}

/// How the para holds its cores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claims {
    /// In every relay block.
    #[default]
    Bulk,
    /// In every second relay block; the other is another para's.
    Shared,
    /// They come and go (FLT-15).
    Lapsing,
}

impl Claims {
    /// Whether every relay block is the para's.
    pub fn is_bulk(&self) -> bool {
        *self == Claims::Bulk
    }
}

/// SCHED-1 or SCHED-2: when a claim is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimQueue {
    /// SCHED-2: with every relay block, used or not.
    #[default]
    Computed,
    /// SCHED-1: only while the core is free.
    Stored,
}

impl ClaimQueue {
    fn is_computed(&self) -> bool {
        *self == ClaimQueue::Computed
    }
}

/// What a group of validators does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Its members vouch for valid candidates.
    #[default]
    Online,
    /// They do nothing.
    Offline,
    /// They vouch for invalid candidates as well.
    Byzantine,
}

/// The groups, in the order in which they take turns; at most 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Groups(pub Few<Group>);

impl Groups {
    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Environment {
    /// Whether a relay block may come before everybody has acted who could. Nothing makes an
    /// adversary act.
    pub fn may_idle(&self) -> bool {
        self.idle || self.collator == CollatorKind::Adversary
    }

    /// The same actors without a fault: everybody on time, every candidate backed
    /// `earliest_backing` relay blocks after its relay parent and included in the next.
    #[must_use]
    pub fn healthy(self, earliest_backing: u8) -> Environment {
        Environment {
            collator: match self.collator {
                CollatorKind::Adversary => CollatorKind::SlotBased,
                honest => honest,
            },
            lookahead_blocks: self.lookahead_blocks,
            earliest_backing,
            idle: false,
            delay: false,
            loss: false,
            unavailability: false,
            stale_view: StaleView::Never,
            equivocation: false,
            withholding: false,
            go_ahead: false,
            followed_validators: self.followed_validators,
            oldest_relay_parent: 0,
            adversary_blocks: 0,
            fork_depth: 0,
            session_changes: false,
            // Groups go on taking turns; that one of them is online is all that is asked.
            groups: if self.groups.0.contains(&Group::Online) {
                self.groups
            } else {
                Groups::default()
            },
            counted_votes: false,
            silent: 0,
            lying: 0,
            disputes: false,
            invalid_chains: false,
            claims: match self.claims {
                Claims::Lapsing => Claims::Bulk,
                claims => claims,
            },
            collation_limits: self.collation_limits,
            upgrades: match self.upgrades {
                Upgrades::None => Upgrades::None,
                _ => Upgrades::UnderWay,
            },
            prechecks: Prechecks::Known,
            authorities: self.authorities.settled(),
            next_authorities: self.next_authorities.settled(),
            skipped_slots: 0,
        }
    }
}

/// Bounds that are ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horizon {
    /// Actions explored at most from the start; none for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<u32>,
}

impl Horizon {
    /// Whether nothing is bounded.
    pub fn is_open(&self) -> bool {
        self.actions.is_none()
    }
}

/// Why a scenario cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, an unknown key, a missing key or a wrong type; the message has line and column.
    #[error("{file}: {message}")]
    Unreadable {
        /// Where it was read from.
        file: String,
        /// What the reader says.
        message: String,
    },
    /// A value outside its range.
    #[error("{file}: {key} = {value} is not legal: {legal}")]
    OutOfRange {
        /// Where it was read from.
        file: String,
        /// The key, with its table.
        key: &'static str,
        /// The value found.
        value: String,
        /// What would be legal.
        legal: String,
    },
}

macro_rules! built_in {
    ($($set:ident: $($name:literal),*;)*) => {
        const BUILT_IN: &[(&str, Set, &str)] = &[$($(
            ($name, Set::$set, include_str!(concat!("../scenarios/", $name, ".toml"))),
        )*)*];
    };
}

/// When a built-in scenario is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// Whenever nothing else is asked.
    Gate,
    /// With the full set, once a night.
    Nightly,
}

built_in! {
    Gate: "astar-sync", "astar", "lookahead", "adversary", "bandwidth", "withholding", "siblings", "evicted",
        "forks", "shibuya", "sessions", "reconfiguration", "forks-sessions", "elastic", "offset", "coretime",
        "coretime-stored", "lapse", "groups", "votes", "collations", "disputes",
        "disputes-elastic", "disputes-chains", "disputes-groups", "disputes-again", "upgrade", "upgrade-abort",
        "upgrade-known",
        "upgrade-forks", "upgrade-sessions", "upgrade-adversary", "upgrade-elastic", "messages",
        "messages-full-segment", "messages-down", "messages-in", "messages-elastic", "collators",
        "authorities", "slots-12s", "slots-2s", "2025-06", "today", "hook-2025-06", "astar-switch";
    Nightly: "siblings-long", "forks-equivocation", "forks-deep-sessions", "forks-lookahead", "elastic-late",
        "elastic-sessions", "elastic-offset", "offset-two", "disputes-unavailability", "forks-elastic",
        "messages-all", "messages-elastic-two", "messages-sessions";
}

impl Scenario {
    /// The names of the built-in scenarios of the gate, in the order in which they are checked.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().filter(|(_, set, _)| *set == Set::Gate).map(|(name, ..)| *name)
    }

    /// The names of all built-in scenarios: those of the gate, and those that are checked nightly.
    pub fn full_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, ..)| *name)
    }

    /// The text of a built-in scenario.
    pub fn text(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, ..)| *known == name).map(|(.., text)| *text)
    }

    /// A built-in scenario.
    ///
    /// # Panics
    ///
    /// If a built-in scenario is not legal, which a test rules out.
    pub fn built_in(name: &str) -> Option<Scenario> {
        let text = Self::text(name)?;
        Some(Self::parse(name, text).expect("the built-in scenarios are legal: a test reads them"))
    }

    /// Reads a scenario from the text of a TOML file; `file` is named in errors.
    ///
    /// # Errors
    ///
    /// If the text is not TOML, has unknown or missing keys, or a value is out of range.
    pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
        let unreadable = |error: toml::de::Error| ScenarioError::Unreadable {
            file: file.to_owned(),
            message: error.to_string(),
        };
        // Numbers first: those that fit no byte are to be told their range as well.
        let table: toml::Table = text.parse().map_err(unreadable)?;
        let numbers = RANGES.map(|(key, _, least, most)| (key, least, most));
        for (key, least, most) in numbers.into_iter().chain(RECONFIGURED).chain(SWITCH) {
            let found = key.split_once('.').and_then(|(outer, inner)| table.get(outer)?.get(inner));
            let legal = |value: &toml::Value| {
                value.as_integer().is_some_and(|value| (least..=most).contains(&value))
            };
            if let Some(value) = found.filter(|value| !legal(value)) {
                return Err(ScenarioError::OutOfRange {
                    file: file.to_owned(),
                    key,
                    value: value.to_string(),
                    legal: whole_number(least, most),
                });
            }
        }
        toml::from_str::<Scenario>(text).map_err(unreadable)?.checked(file)
    }

    /// The scenario, if every value is in its range; `file` is named in errors.
    ///
    /// # Errors
    ///
    /// If a value is out of range.
    pub fn checked(self, file: &str) -> Result<Scenario, ScenarioError> {
        let out = |key: &'static str, value: String, legal: String| {
            Err(ScenarioError::OutOfRange { file: file.to_owned(), key, value, legal })
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 40 || !self.name.chars().all(plain) {
            let legal = "1 to 40 lower-case letters, digits and dashes".to_owned();
            return out("name", format!("{:?}", self.name), legal);
        }
        let p = &self.parameters;
        let e = &self.environment;
        for (key, value_of, least, most) in RANGES {
            let value = value_of(&self);
            if !(least..=most).contains(&value) {
                return out(key, value.to_string(), whole_number(least, most));
            }
        }
        if let Some(other) = self.reconfiguration {
            let values = [
                other.scheduling_lookahead,
                other.paras_availability_period,
                other.group_rotation_frequency,
            ];
            for ((key, least, most), value) in RECONFIGURED.into_iter().zip(values) {
                if !(least..=most).contains(&value.into()) {
                    return out(key, value.to_string(), whole_number(least, most));
                }
            }
            let least = e.earliest_backing.max(p.relay_parent_offset + 1);
            if other.scheduling_lookahead < least {
                let value = other.scheduling_lookahead.to_string();
                let legal = format!("at least {least}, else nothing is ever backed");
                return out(RECONFIGURED[0].0, value, legal);
            }
            if !e.session_changes {
                let legal = "true with a [reconfiguration], which needs the end of a session";
                return out("environment.session_changes", "false".to_owned(), legal.to_owned());
            }
        }
        let slot = RELAY_SLOT_MS;
        self.switch_is_modelled(file)?;
        if !p.para_slot_ms.is_multiple_of(slot) && !slot.is_multiple_of(p.para_slot_ms) {
            let legal = "1000, 1200, 1500, 2000, 3000 or a multiple of 6000".to_owned();
            return out("protocol.para_slot_ms", p.para_slot_ms.to_string(), legal);
        }
        if p.upward_message_room > 0 && e.collator != CollatorKind::Adversary {
            let legal =
                "0, but for an adversary: an honest author sends what fits (MSG-2), see [messages]";
            let value = p.upward_message_room.to_string();
            return out("protocol.upward_message_room", value, legal.to_owned());
        }
        self.slots_are_modelled(file)?;
        if e.earliest_backing > p.scheduling_lookahead {
            let legal = format!(
                "at most protocol.scheduling_lookahead = {}, else nothing is ever backed",
                p.scheduling_lookahead
            );
            return out("environment.earliest_backing", e.earliest_backing.to_string(), legal);
        }
        if e.collator != CollatorKind::Adversary
            && (e.oldest_relay_parent > 0 || e.adversary_blocks > 0)
        {
            let legal = "only with environment.collator = \"adversary\"".to_owned();
            return out(
                "environment.oldest_relay_parent or adversary_blocks",
                format!("{} or {}", e.oldest_relay_parent, e.adversary_blocks),
                legal,
            );
        }
        if p.relay_parent_offset >= p.scheduling_lookahead {
            let legal = format!(
                "below protocol.scheduling_lookahead = {}, else nothing is ever backed",
                p.scheduling_lookahead
            );
            let value = p.relay_parent_offset.to_string();
            return out("protocol.relay_parent_offset", value, legal);
        }
        if p.relay_parent_offset > 0 && e.collator == CollatorKind::Lookahead {
            let legal = "0 with environment.collator = \"lookahead\" (LOOK-3)".to_owned();
            let value = p.relay_parent_offset.to_string();
            return out("protocol.relay_parent_offset", value, legal);
        }
        if p.relay_parent_offset > 0 && e.fork_depth > 0 {
            let legal = "0 with environment.fork_depth above 0: on a fork the blocks after a \
                         relay parent are not followed"
                .to_owned();
            let value = p.relay_parent_offset.to_string();
            return out("protocol.relay_parent_offset", value, legal);
        }
        if (e.counted_votes || e.disputes) && p.validators > 9 {
            let legal = "1 to 9 with environment.counted_votes or environment.disputes".to_owned();
            return out("protocol.validators", p.validators.to_string(), legal);
        }
        if u16::from(e.silent) + u16::from(e.lying) > p.validators {
            let legal = format!("together at most protocol.validators = {}", p.validators);
            let value = format!("{} and {}", e.silent, e.lying);
            return out("environment.silent and lying", value, legal);
        }
        let faulty = u16::from(e.silent) + u16::from(e.lying);
        if e.disputes && faulty > p.most_faulty() {
            let most = p.most_faulty();
            let legal = format!("together at most {most} of {} with disputes", p.validators);
            let value = format!("{} and {}", e.silent, e.lying);
            return out("environment.silent and lying", value, legal);
        }
        if e.disputes && p.cores > 1 && !e.counted_votes {
            let legal = "true with disputes on several cores (INH-1)".to_owned();
            return out("environment.counted_votes", "false".to_owned(), legal);
        }
        if p.relay_parent_offset + e.oldest_relay_parent > 4 {
            let legal = "together at most 4".to_owned();
            let value = format!("{} and {}", p.relay_parent_offset, e.oldest_relay_parent);
            return out("protocol.relay_parent_offset and oldest_relay_parent", value, legal);
        }
        if (e.silent > 0 || e.lying > 0) && !e.counted_votes && !e.disputes {
            let legal = "0 without environment.counted_votes or environment.disputes".to_owned();
            let value = format!("{} and {}", e.silent, e.lying);
            return out("environment.silent and lying", value, legal);
        }
        if e.groups.0.len() > 3 {
            let legal = "at most 3 groups".to_owned();
            return out("environment.groups", format!("{} groups", e.groups.0.len()), legal);
        }
        if !e.claims.is_bulk() && (p.relay_parent_offset > 0 || p.cores > 1) {
            let legal = "\"bulk\" with an offset or several cores".to_owned();
            return out("environment.claims", as_written(e.claims), legal);
        }
        if e.followed_validators > 0 && (p.cores > 1 || e.fork_depth > 0) {
            let legal =
                "0 with several cores or relay forks: the fragment chains that are followed \
                         hold one candidate and see one branch"
                    .to_owned();
            let value = e.followed_validators.to_string();
            return out("environment.followed_validators", value, legal);
        }
        if !e.upgrades.is_none() && e.go_ahead {
            let legal = "false with environment.upgrades: there a signal is earned".to_owned();
            return out("environment.go_ahead", "true".to_owned(), legal);
        }
        if !e.upgrades.is_none() && e.followed_validators > 0 {
            let legal = "0 with environment.upgrades: the fragment chains that are followed know \
                         no code"
                .to_owned();
            let value = e.followed_validators.to_string();
            return out("environment.followed_validators", value, legal);
        }
        if e.upgrades.is_none() && !e.prechecks.is_known() {
            let legal = "\"known\" without environment.upgrades".to_owned();
            return out("environment.prechecks", as_written(e.prechecks), legal);
        }
        let waits = p.upgrade_delay > 0 || p.minimum_upgrade_delay > 0 || p.upgrade_cooldown > 0;
        if e.upgrades.is_none() && waits {
            let legal = "0 without environment.upgrades".to_owned();
            let value = format!(
                "{}, {} and {}",
                p.upgrade_delay, p.minimum_upgrade_delay, p.upgrade_cooldown
            );
            let key = "protocol.upgrade_delay, minimum_upgrade_delay and upgrade_cooldown";
            return out(key, value, legal);
        }
        if e.loss && !e.delay {
            let legal = "only with environment.delay = true: a candidate misses its last chance \
                         after all the others"
                .to_owned();
            return out("environment.loss", "true".to_owned(), legal);
        }
        if e.collation_limits && (p.cores > 1 || !e.claims.is_bulk() || e.session_changes) {
            let legal = "false with several cores, shared or lapsing claims, or sessions: one claim \
                         queue is followed, all of it the para's";
            return out("environment.collation_limits", "true".to_owned(), legal.to_owned());
        }
        if e.invalid_chains && !e.disputes {
            let legal = "false without environment.disputes".to_owned();
            return out("environment.invalid_chains", "true".to_owned(), legal);
        }
        if let Some((value, legal)) = self.messages_and_others() {
            return out("messages", value, legal.to_owned());
        }
        if self.economics.issuance().is_none() {
            let legal = format!("decimal digits, at most {}", u128::MAX);
            let value = format!("{:?}", self.economics.total_issuance);
            return out("economics.total_issuance", value, legal);
        }
        if self.inflation().block_reward() == 0 {
            let legal = "enough for a block to issue a planck: else no emission can be lost";
            let value = format!("{:?}", self.economics.total_issuance);
            return out("economics.total_issuance", value, legal.to_owned());
        }
        if self.horizon.actions == Some(0) {
            return out("horizon.actions", "0".to_owned(), "1 or more".to_owned());
        }
        Ok(self)
    }

    /// The parameters with the other values of the relay chain's configuration; the same where there
    /// are none.
    pub fn reconfigured(&self) -> Parameters {
        match self.reconfiguration {
            None => self.parameters,
            Some(other) => Parameters {
                scheduling_lookahead: other.scheduling_lookahead,
                paras_availability_period: other.paras_availability_period,
                group_rotation_frequency: other.group_rotation_frequency,
                ..self.parameters
            },
        }
    }

    /// What queues of messages do not go together with, and what would.
    fn messages_and_others(&self) -> Option<(String, &'static str)> {
        let (m, p, e) = (&self.messages, &self.parameters, &self.environment);
        if m.is_off() {
            return None;
        }
        let with = |what: &str| format!("queues with {what}");
        if p.upward_message_room > 0 {
            let legal = "protocol.upward_message_room = 0: the room is what the queue leaves";
            return Some((with("a constant room"), legal));
        }
        if e.fork_depth > 0 {
            let legal =
                "environment.fork_depth = 0: relay branches do not have queues of their own";
            return Some((with("relay forks"), legal));
        }
        if e.collator == CollatorKind::Adversary {
            let legal = "an honest collator: what an adversary delivers is not modelled";
            return Some((with("an adversary"), legal));
        }
        if e.disputes || e.followed_validators > 0 {
            let legal = "no environment.disputes and environment.followed_validators = 0: the \
                         emulator is asked once, when the candidate is offered";
            return Some((with("disputes or followed validators"), legal));
        }
        None
    }

    /// Which scenarios with the switch can be explored.
    fn switch_is_modelled(&self, file: &str) -> Result<(), ScenarioError> {
        let Some(switch) = self.switch else { return Ok(()) };
        let out = |key: &'static str, value: String, legal: String| {
            Err(ScenarioError::OutOfRange { file: file.to_owned(), key, value, legal })
        };
        let values = [
            switch.periods_per_cycle,
            switch.eras_per_voting_subperiod,
            switch.eras_per_build_and_earn_subperiod,
            switch.blocks_per_era,
            switch.duration,
            switch.capacity_before.unwrap_or(1),
        ];
        for ((key, least, most), value) in SWITCH.into_iter().zip(values) {
            if !(least..=most).contains(&value.into()) {
                return out(key, value.to_string(), whole_number(least, most));
            }
        }
        if self.environment.upgrades != Upgrades::NextCode {
            let legal = "\"next-code\" with a [switch], which the next code brings".to_owned();
            return out("environment.upgrades", as_written(self.environment.upgrades), legal);
        }
        if !self.economics.decay.is_none() {
            let legal = "\"none\" with a [switch], which came before any decay".to_owned();
            return out("economics.decay", as_written(self.economics.decay), legal);
        }
        if !self.economics.calendar.is_of_twelve_seconds() {
            let legal = "a calendar of 12 s blocks with a [switch]".to_owned();
            return out("economics.calendar", as_written(self.economics.calendar), legal);
        }
        Ok(())
    }

    /// Which scenarios with slots of their own can be explored.
    fn slots_are_modelled(&self, file: &str) -> Result<(), ScenarioError> {
        let out = |key: &'static str, value: String, legal: &str| {
            Err(ScenarioError::OutOfRange {
                file: file.to_owned(),
                key,
                value,
                legal: legal.to_owned(),
            })
        };
        let (p, e) = (&self.parameters, &self.environment);
        let named = e.authorities.0.len();
        for (key, set) in [
            ("environment.authorities", e.authorities.0),
            ("environment.next_authorities", e.next_authorities.0),
        ] {
            if set.len() > 3 {
                return out(key, format!("{} of them", set.len()), "at most 3 authorities");
            }
            if !set.is_empty() && set.iter().all(|&one| one == Authority::Absent) {
                return out(key, "absent, all of them".to_owned(), "somebody who is there");
            }
        }
        if named > 0 && (e.fork_depth > 0 || e.collator == CollatorKind::Adversary) {
            let legal = "none on relay forks, where slots are an order, or with an adversary";
            return out("environment.authorities", format!("{named}"), legal);
        }
        let differs = p.para_slot_ms != RELAY_SLOT_MS || e.collator == CollatorKind::Adversary;
        if p.generation != Generation::AuraExt025 && differs && e.fork_depth > 0 {
            let legal = "\"aura-ext-0.25\" on relay forks, unless every block has the slot of its \
                         relay parent: slots are an order there";
            return out("protocol.generation", as_written(p.generation), legal);
        }
        let next = e.next_authorities.0;
        let plain = p.para_slot_ms >= RELAY_SLOT_MS && p.generation == Generation::AuraExt025;
        if !next.is_empty() && (named == 0 || !plain) {
            let legal = "none without environment.authorities, with para slots shorter than a relay \
                         slot, or with hooks before \"aura-ext-0.25\"";
            return out("environment.next_authorities", format!("{}", next.len()), legal);
        }
        let restarts = |set: Authorities| set.0.contains(&Authority::Restarting);
        if (restarts(e.authorities) || restarts(e.next_authorities)) && !e.idle {
            let legal = "only with environment.idle = true: while it is down its slots are empty";
            return out("environment.authorities", "restarting".to_owned(), legal);
        }
        let turns = Protocol::new(self.clone()).cycle();
        let skipped = e.skipped_slots.to_string();
        if e.skipped_slots >= turns && e.skipped_slots > 0 {
            let legal = format!("below {turns}, after which all begins anew");
            return out("environment.skipped_slots", skipped, &legal);
        }
        if e.skipped_slots > 0 && (p.generation != Generation::AuraExt025 || e.disputes) {
            let legal = "0 with disputes, and with hooks before \"aura-ext-0.25\"";
            return out("environment.skipped_slots", skipped, legal);
        }
        Ok(())
    }

    /// The least and the most that a number of a scenario may be, by its key with its table:
    /// `protocol.cores`.
    pub fn range(key: &str) -> Option<(i64, i64)> {
        let found = RANGES.iter().find(|(known, ..)| *known == key);
        found.map(|&(_, _, least, most)| (least, most))
    }

    /// The configuration that every block's state holds (INFL-6, INFL-7).
    pub fn inflation(&self) -> InflationConfiguration {
        self.inflation_over(&self.economics.calendar.calendar())
    }

    /// The configuration that another calendar would give.
    pub fn inflation_over(&self, calendar: &Calendar) -> InflationConfiguration {
        let issuance = self.economics.issuance().unwrap_or_default();
        recalculate(issuance, &self.economics.inflation.parameters(), calendar, 1)
    }
}

/// A key with its table, its value, and the least and the most it may be.
type Range = (&'static str, fn(&Scenario) -> i64, i64, i64);

macro_rules! ranges {
    ($($key:literal $($field:ident).+ $least:literal $most:literal;)*) => {
        [$(($key, |scenario| i64::from(scenario.$($field).+), $least, $most)),*]
    };
}

/// The legal range of every number of a scenario.
const RANGES: [Range; 27] = ranges! {
    "protocol.unincluded_segment_capacity" parameters.unincluded_segment_capacity 0 12;
    "protocol.block_processing_velocity" parameters.block_processing_velocity 0 3;
    "protocol.scheduling_lookahead" parameters.scheduling_lookahead 1 4;
    "protocol.paras_availability_period" parameters.paras_availability_period 1 12;
    "protocol.group_rotation_frequency" parameters.group_rotation_frequency 1 24;
    "protocol.para_slot_ms" parameters.para_slot_ms 1000 24000;
    "protocol.validators" parameters.validators 1 1000;
    "protocol.upward_message_room" parameters.upward_message_room 0 4;
    "protocol.relay_parent_offset" parameters.relay_parent_offset 0 2;
    "protocol.cores" parameters.cores 1 3;
    "protocol.upgrade_delay" parameters.upgrade_delay 0 4;
    "protocol.minimum_upgrade_delay" parameters.minimum_upgrade_delay 0 4;
    "protocol.upgrade_cooldown" parameters.upgrade_cooldown 0 8;
    "environment.lookahead_blocks" environment.lookahead_blocks 1 2;
    "environment.earliest_backing" environment.earliest_backing 1 4;
    "environment.followed_validators" environment.followed_validators 0 2;
    "environment.oldest_relay_parent" environment.oldest_relay_parent 0 4;
    "environment.adversary_blocks" environment.adversary_blocks 0 16;
    "environment.fork_depth" environment.fork_depth 0 3;
    "environment.silent" environment.silent 0 9;
    "environment.lying" environment.lying 0 9;
    "messages.upward_limit" messages.upward_limit 0 2;
    "messages.outbound_capacity" messages.outbound_capacity 0 2;
    "messages.inbound" messages.inbound 0 2;
    "messages.inbound_messages" messages.inbound_messages 1 2;
    "messages.downward" messages.downward 0 2;
    "environment.skipped_slots" environment.skipped_slots 0 3;
};

/// The legal range of every number of a [reconfiguration], which a scenario need not have.
const RECONFIGURED: [(&str, i64, i64); 3] = [
    ("reconfiguration.scheduling_lookahead", 1, 4),
    ("reconfiguration.paras_availability_period", 1, 12),
    ("reconfiguration.group_rotation_frequency", 1, 24),
];

/// The legal range of every number of a [switch], which a scenario need not have.
const SWITCH: [(&str, i64, i64); 6] = [
    ("switch.periods_per_cycle", 1, 2),
    ("switch.eras_per_voting_subperiod", 1, 3),
    ("switch.eras_per_build_and_earn_subperiod", 1, 4),
    ("switch.blocks_per_era", 2, 6),
    ("switch.duration", 1, 16),
    ("switch.capacity_before", 0, 12),
];

/// A value as a scenario file writes it.
fn as_written(value: impl Serialize) -> String {
    toml::Value::try_from(value).map_or_else(|error| error.to_string(), |value| value.to_string())
}

fn whole_number(least: i64, most: i64) -> String {
    format!("a whole number from {least} to {most}")
}

impl Economics {
    /// The total issuance, planck, if it is written in decimal digits that fit 128 bits.
    pub fn issuance(&self) -> Option<u128> {
        let digits = self.total_issuance.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| self.total_issuance.parse().ok()).flatten()
    }
}
