//! The file, line by line: a header, one step a line, a conclusion. JSON Lines, UTF-8, every line
//! ends in a line feed, and there is exactly one way to write a run.
//!
//! ```json
//! {"unincluded":"trace","version":2,"about":"…","scenario":{…},"without":["SEG-5"],"variants":[],"property":"INV-SEG-1"}
//! {"step":1,"do":{"author":{"block":"P1","parent":"P0","relay_parent":"R0"}},"then":{…}}
//! {"step":2,"do":{"author":{"block":"P2","parent":"P1","relay_parent":"R0"}},"refused":{"rule":"SLOTB-3","because":"…"}}
//! {"verdict":{"property":"INV-SEG-1","holds":true},"steps":2,"digest":"…"}
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};
use unincluded_model::action::{Bits, Claim, Traffic};
use unincluded_model::economics::BlockTime;
use unincluded_model::{NewCode, Precheck, Rule, Scenario, Variant};

use crate::name::{ParaName, RelayName};

/// What the first key of a header says.
pub const FORMAT: &str = "trace";

/// The version this build writes and reads.
pub const VERSION: u32 = 2;

/// A run, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The first line.
    pub header: Header,
    /// The lines between; step *n* is on line *n* + 1.
    pub steps: Vec<StepRecord>,
    /// The last line.
    pub verdict: Conclusion,
}

/// What is needed to do it all again, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`], by which a file is known.
    pub unincluded: String,
    /// [`VERSION`].
    pub version: u32,
    /// What the run shows, in a sentence.
    pub about: String,
    /// The scenario, whole, so that the file stands alone.
    pub scenario: Scenario,
    /// The rules that are switched off, in the order of the table of rules.
    pub without: Vec<Rule>,
    /// The variants in force, in the order of the table of variants.
    pub variants: Vec<Variant>,
    /// The property it is about; none where it is about all that the scenario claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
}

/// One step: what was attempted, and either what followed or who refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// Counted from 1.
    pub step: usize,
    /// What was attempted.
    #[serde(rename = "do")]
    pub deed: Deed,
    /// What followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Moment>,
    /// Who refused; then everything stays as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// An action, in absolute names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Deed {
    /// A collator authors a para block.
    Author(Authoring),
    /// The relay chain grows by one block.
    RelayBlock(Growth),
    /// A validator learns that a candidate has its quorum (FRAG-2).
    LearnBackable {
        /// Which of the followed validators, from 0.
        validator: u8,
        /// The candidate.
        candidate: ParaName,
    },
    /// From here on two relay branches can grow (FLT-2, FLT-3).
    Fork,
    /// One of two relay branches is given up (FLT-3).
    Settle {
        /// The tip of the branch that stays.
        keeps: RelayName,
    },
    /// The collators recover a withheld block from availability (FLT-9).
    Recover {
        /// The block that was withheld.
        block: ParaName,
    },
}

/// A para block to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice or a fault of its own")]
pub struct Authoring {
    /// What the block is called; what it would be called, if it is refused.
    pub block: ParaName,
    /// The block it builds on.
    pub parent: ParaName,
    /// The relay block it builds on.
    pub relay_parent: RelayName,
    /// The core it is for, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub core: u8,
    /// What the block says of its slot and who sealed it.
    #[serde(default, skip_serializing_if = "Claim::is_honest")]
    pub claim: Claim,
    /// A second block of one owner on the same parent and relay parent (FLT-7).
    #[serde(default, skip_serializing_if = "is_false")]
    pub equivocation: bool,
    /// Announced to nobody but the validators (FLT-9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub withheld: bool,
    /// Against the rules of the para (FLT-8).
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
    /// By a collator that restarted and has not got what is above the parent (DIST-4).
    #[serde(default, skip_serializing_if = "is_false")]
    pub behind: bool,
    /// Siblings already there whose hash is lower.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hash_rank: u8,
    /// Whether the block has an upward message to send.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sends_message: bool,
    /// Whether the block has a message for another para.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sends_outbound: bool,
    /// Messages of other paras that come along in full (MSG-5).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inbound: u8,
    /// Downward messages that come along in full (MSG-7).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub downward: u8,
    /// The code that the block asks the relay chain to upgrade to (UPG-1).
    #[serde(default, skip_serializing_if = "NewCode::is_none")]
    pub new_code: NewCode,
    /// Whether a session of the para ends with the block, so that others author after it (BLK-3).
    #[serde(default, skip_serializing_if = "is_false")]
    pub ends_session: bool,
}

/// A relay block to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is an event of its own")]
pub struct Growth {
    /// What the relay block is called.
    pub block: RelayName,
    /// The block it follows, where there are two relay branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<RelayName>,
    /// Whether it has the slot of the newest block of the other branch (FLT-2).
    #[serde(default, skip_serializing_if = "is_false")]
    pub same_slot: bool,
    /// Relay slots that passed without a block before it (FLT-1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped_slots: u8,
    /// Whether a session ends in it (SESS-1).
    #[serde(default, skip_serializing_if = "is_false")]
    pub session_change: bool,
    /// Availability votes for each pending candidate, first in first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bits: Vec<Bits>,
    /// The candidates it backs, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<ParaName>,
    /// Whether a go-ahead signal for a code upgrade appears with it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub go_ahead: bool,
    /// Votes against a candidate that come in with it (DISP-1, DISP-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Disputed>,
    /// Whether the para's core is assigned or taken away from the next block on (FLT-15).
    #[serde(default, skip_serializing_if = "is_false")]
    pub reassigned: bool,
    /// Whether the relay chain's configuration changes with the session (FLT-13).
    #[serde(default, skip_serializing_if = "is_false")]
    pub reconfigured: bool,
    /// What happens to the para's messages in it.
    #[serde(default, skip_serializing_if = "Traffic::is_none")]
    pub traffic: Traffic,
    /// How the vote on a new code ends in it, if it does (UPG-11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precheck: Option<Precheck>,
}

/// Votes against a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disputed {
    /// The candidate.
    pub block: ParaName,
    /// Votes; validators.
    pub against: u8,
}

/// Why a step could not be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The rule that refuses; none where the model itself does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The numbers that decided, in words.
    pub because: String,
}

/// How things stand after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// The relay tip.
    pub relay: RelayTip,
    /// The included head.
    pub included: Included,
    /// The candidates pending availability, first in first.
    pub pending: Vec<PendingBlock>,
    /// The same on the other relay branch, where there are two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// The blocks somebody can still use, a parent before its children; the first is the newest
    /// that every usable view of the relay chain agrees is included.
    pub blocks: Vec<LiveBlock>,
    /// The blocks that with this step nobody can use any more, though they were never included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Gone>,
    /// What each followed validator's fragment chain offers next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Option<ParaName>>,
    /// The relay block that the collators took for the best at this wake-up, where that matters
    /// (SLOTB-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_up: Option<RelayName>,
}

/// How things stand on the second of two relay branches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// The relay tip.
    pub relay: RelayTip,
    /// The included head.
    pub included: Included,
    /// The candidates pending availability, first in first.
    pub pending: Vec<PendingBlock>,
}

impl Moment {
    /// What a relay block's branch says after it, and whether it is the second of two; the first
    /// branch if none has this tip.
    pub(crate) fn at(&self, tip: RelayName) -> (&RelayTip, &Included, &[PendingBlock], bool) {
        match &self.beside {
            Some(beside) if beside.relay.tip == tip && self.relay.tip != tip => {
                (&beside.relay, &beside.included, &beside.pending, true)
            }
            _ => (&self.relay, &self.included, &self.pending, false),
        }
    }
}

/// The newest relay block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayTip {
    /// Its name, which has its number.
    pub tip: RelayName,
    /// Its relay slot; the number and all slots skipped so far.
    pub slot: i64,
    /// Whether it shows a go-ahead signal for a code upgrade.
    #[serde(default, skip_serializing_if = "is_false")]
    pub go_ahead: bool,
    /// The place of the next relay block in the group rotation, where TO-1 or SCHED-3 reads it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rotation: u8,
    /// The block in which the last session ended, as long as anybody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<RelayName>,
    /// Whether the next block has no core for the para.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_core: bool,
    /// Upward messages that wait to be served.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub upward: u8,
    /// Messages that the channel to the other para holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outbound: u8,
    /// The relay blocks whose messages of the other para the channel still holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inbound: Vec<RelayName>,
    /// The relay blocks whose downward messages wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub downward: Vec<RelayName>,
    /// Whether it tells the para to abort an upgrade.
    #[serde(default, skip_serializing_if = "is_false")]
    pub abort: bool,
    /// The para's code, where a scenario has upgrades.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeOnRelay>,
}

/// What the relay chain knows of the para's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeOnRelay {
    /// The code with which candidates are validated: upgrades since the start.
    pub current: u32,
    /// The code to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coming: Option<u32>,
    /// Whether the validators still vote on it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub voting: bool,
    /// Relay blocks until it may be applied, less than 0 once it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_in: Option<i8>,
    /// Relay blocks until another upgrade may begin.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cooldown: u8,
}

/// The code in the state of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeOfBlock {
    /// The code of the next block: upgrades since the start.
    pub next: u32,
    /// The code that waits for a signal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<u32>,
    /// Whether the block brings it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_new: bool,
    /// Whether the block threw code away, as the relay chain said.
    #[serde(default, skip_serializing_if = "is_false")]
    pub aborted: bool,
    /// Whether the relay chain said so, and there was none.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ignored_abort: bool,
}

/// Emission and calendar in the state of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmissionOfBlock {
    /// The block time of the code under which it executed.
    pub block_time: BlockTime,
    /// Whether the next block is the first under the new code.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_last_old: bool,
    /// What the next block issues if it is no such block; planck, as decimal digits.
    pub reward: String,
    /// Whether the running subperiod is for voting.
    #[serde(default, skip_serializing_if = "is_false")]
    pub voting: bool,
    /// The block with which the next era starts.
    pub next_era_start: u32,
    /// Eras until the next subperiod starts.
    pub next_subperiod_in: u8,
    /// Eras until a recalculation is due.
    pub recalculation_in: u8,
    /// Whether it was the last of a cycle and recalculated.
    #[serde(default, skip_serializing_if = "is_false")]
    pub recalculated: bool,
    /// Lazy migrations that wait.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub migrations: u8,
    /// The block at which a chunk unlocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlocking: Option<u32>,
    /// The block at which a referendum ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referendum: Option<u32>,
    /// The block at which a motion ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motion: Option<u32>,
}

/// The included head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Included {
    /// The block.
    pub block: ParaName,
    /// Total issuance in its state, planck, as decimal digits.
    pub issuance: String,
}

/// A candidate on its core.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PendingBlock {
    /// The candidate.
    pub block: ParaName,
    /// The relay block that backed it.
    pub backed_in: RelayName,
    /// Its core, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub core: u8,
    /// Whether it is available and waits for one before it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub available: bool,
    /// Honest validators that voted for it, where they are counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub votes: u8,
}

/// A para block and the state it leaves behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveBlock {
    /// The block.
    pub block: ParaName,
    /// What it builds on; genesis has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParaName>,
    /// The relay block it was built on; genesis has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_parent: Option<RelayName>,
    /// The para slot of its relay parent; genesis has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<i64>,
    /// Its unincluded segment as its author left it, oldest first.
    pub segment: Vec<ParaName>,
    /// Entries of the segment without a hash, beside the block's own (SEG-2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nameless: Vec<ParaName>,
    /// Entries of the segment that sent an upward message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<ParaName>,
    /// Entries of the segment that sent a message to the other para.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent_outbound: Vec<ParaName>,
    /// The relay block up to which its chain was delivered everything of the other para.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<RelayName>,
    /// Downward messages that it processed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub processed: u8,
    /// Whether the emulator refused it when it was offered, so that no validator seconds it (EMU-3).
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_seconded: bool,
    /// Entries of the segment that consumed a go-ahead signal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consumed: Vec<ParaName>,
    /// What the segment's aggregate says, where a scenario has messages or signals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
    /// Its code, where a scenario has upgrades.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeOfBlock>,
    /// Its emission and calendar, where a scenario has the switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emission: Option<EmissionOfBlock>,
    /// Total issuance in its state, planck, as decimal digits.
    pub issuance: String,
    /// How far it has come; on the first relay branch, where there are two.
    pub status: Status,
    /// How far it has come on the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Status>,
    /// Its core, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub core: u8,
    /// Against the rules of the para (FLT-8).
    #[serde(default, skip_serializing_if = "is_false")]
    pub invalid: bool,
    /// Validators that voted against it, on each branch where some did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<u8>,
    /// Kept from the other collators (FLT-9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub withheld: bool,
    /// Siblings whose hash is lower, where a scenario asks.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hash_rank: u8,
    /// The followed validators that have learned that it is backable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_by: Vec<u8>,
    /// Those of them that hold it no more (FRAG-7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten_by: Vec<u8>,
}

/// A block that nobody can use any more, and that was never included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// The block.
    pub block: ParaName,
    /// How far it had come; on the first relay branch, where there are two.
    pub status: Status,
    /// How far it had come on the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Status>,
}

/// The sums that the pallet keeps beside a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// Upward messages.
    pub messages: u8,
    /// Messages to the other para.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outbound: u8,
    /// Whether a signal was consumed.
    pub signal: bool,
}

/// How far a block has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Status {
    /// Authored, and no relay block notes it.
    Unbacked,
    /// Backed by this relay block, and waiting for availability.
    PendingSince(RelayName),
    /// Included by this relay block; genesis by none.
    IncludedIn(Option<RelayName>),
    /// Backed, and dropped by this relay block: it timed out, lost a dispute, or a session ended.
    EvictedIn(RelayName),
    /// Another block was included instead of it or of one below it.
    Orphaned,
    /// It, or a block below it, can no longer be backed: the relay parent is too old, of the session
    /// before or on another relay branch, or the quorum will never come.
    Lost,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// What the run shows.
    pub verdict: Judgement,
    /// Steps in the file.
    pub steps: usize,
    /// SHA-256 of all bytes before this line, in hexadecimal.
    pub digest: String,
}

/// What a run shows of a property, or of all that its scenario claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The property; where the run is about all of them, the first that is violated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// Whether it holds along the run; of a situation, whether it occurs.
    pub holds: bool,
    /// The step that violates it, or at which the situation occurs; 0 is the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Why it does not hold, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// How many properties were judged, where the run is about all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<usize>,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Unbacked => write!(f, "unbacked"),
            Status::PendingSince(relay) => write!(f, "pending since {relay}"),
            Status::IncludedIn(Some(relay)) => write!(f, "included in {relay}"),
            Status::IncludedIn(None) => write!(f, "included before the start"),
            Status::EvictedIn(relay) => write!(f, "evicted in {relay}"),
            Status::Orphaned => write!(f, "orphaned"),
            Status::Lost => write!(f, "lost"),
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u8) -> bool {
    *value == 0
}
