//! What the comparison asks of one generation of the para pallets, in terms that name no generation.

use std::rc::Rc;

use unincluded_model::scenario::RelayNumberCheck;
use unincluded_model::{Parameters, Signal};

/// What the runtime is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// V; blocks for each relay slot, 0 to 4.
    pub velocity: u32,
    /// C; blocks, 0 to 12.
    pub capacity: u32,
    /// RPN-1.
    pub relay_number_check: RelayNumberCheck,
    /// r; relay blocks.
    pub relay_parent_offset: u32,
    /// Milliseconds of a para slot.
    pub para_slot_ms: u64,
    /// Whether a signal of the relay chain is taken to be earned: some code is always pending.
    pub is_code_granted: bool,
}

impl Setting {
    /// The setting of a scenario's parameters.
    pub fn of(parameters: &Parameters, is_code_granted: bool) -> Self {
        Setting {
            velocity: parameters.block_processing_velocity.into(),
            capacity: parameters.unincluded_segment_capacity.into(),
            relay_number_check: parameters.relay_number_check,
            relay_parent_offset: parameters.relay_parent_offset.into(),
            para_slot_ms: parameters.para_slot_ms.into(),
            is_code_granted,
        }
    }
}

/// A message that the para is sent: when, and which of all that were ever sent on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The relay block that sent it.
    pub sent_at: u32,
    /// Its place among all; what it says is this number.
    pub place: u32,
}

/// What the state after one relay block says to the para.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number.
    pub number: u32,
    /// Its slot; none where the proof is to lack it (HOOK-1).
    pub slot: Option<u64>,
    /// The included head.
    pub included_head: Vec<u8>,
    /// The signal about an upgrade.
    pub signal: Option<Signal>,
    /// Whether it forbids to begin one (UPG-15).
    pub is_restricted: bool,
    /// Upward messages that there is room for.
    pub upward_room: u32,
    /// Messages that the channel to the other para holds, and how many it can hold.
    pub outbound: (u32, u32),
    /// Whether there are messages in either direction at all.
    pub has_messages: bool,
    /// All downward messages so far, those long processed included.
    pub downward: Rc<[Message]>,
    /// How many of them have left the queue.
    pub popped: usize,
    /// All messages of the other para so far.
    pub inbound: Rc<[Message]>,
    /// The watermark of the included head; the channel holds what was sent after it.
    pub watermark: u32,
}

/// A block to be.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Attempt<'a> {
    /// The para slot it claims.
    pub para_slot: u64,
    /// Whether `pallet-aura` checks the slot first (BLK-3). Else the slot is written where it would
    /// have written it, so that one sees what the rest says.
    pub asks_aura: bool,
    /// Relay blocks that are handed over after the relay parent (HOOK-9).
    pub descendants: u32,
    /// Whether it has an upward message.
    pub sends_message: bool,
    /// Whether it has a message for the other para.
    pub sends_outbound: bool,
    /// The downward messages that come along, and how many of them in full.
    pub downward: (&'a [Message], usize),
    /// The same of messages of the other para.
    pub inbound: (&'a [Message], usize),
    /// The code that it asks to upgrade to.
    pub new_code: Option<u64>,
    /// Whether somebody who does not own the slot seals it.
    pub is_strangers: bool,
    /// Makes it another block than its siblings.
    pub salt: u64,
}

/// A block that was executed.
#[derive(Clone, Debug)]
pub struct Authored<B> {
    /// The block and the state after it.
    pub block: B,
    /// The error of the dispatch that schedules new code, if there was one.
    pub upgrade_error: Option<String>,
}

/// One entry of the unincluded segment (SEG-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The hash of the head, if it is known.
    pub hash: Option<[u8; 32]>,
    /// Upward messages.
    pub upward: u32,
    /// Messages to the other para.
    pub outbound: u32,
    /// The signal that it consumed.
    pub signal: Option<Signal>,
}

/// What the state after a block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The segment, the oldest first.
    pub segment: Vec<Entry>,
    /// Upward messages of the aggregate.
    pub aggregate_upward: u32,
    /// Messages to the other para, of the aggregate.
    pub aggregate_outbound: u32,
    /// The signal of the aggregate.
    pub aggregate_signal: Option<Signal>,
    /// The watermark of the aggregate.
    pub aggregate_watermark: Option<u32>,
    /// HOOK-2: the relay slot and how many blocks share it.
    pub slot_info: Option<(u64, u32)>,
    /// The number of the relay parent.
    pub last_relay_number: u32,
    /// The code that runs from the next block on; none where it is not followed.
    pub code: Option<u64>,
    /// The code that waits for the signal.
    pub pending_code: Option<u64>,
    /// The code in the candidate's commitments.
    pub new_code: Option<u64>,
    /// Upward messages of the block itself.
    pub sent_upward: u32,
    /// Its messages to the other para.
    pub sent_outbound: u32,
    /// MSG-6; none where there are no messages.
    pub watermark: Option<u32>,
    /// Downward messages that it processed.
    pub processed: u32,
    /// The head of the downward message queue chain.
    pub downward_head: [u8; 32],
    /// The head of the other para's.
    pub inbound_head: [u8; 32],
}

/// One generation of the para pallets in a mock runtime.
pub trait Pallets: 'static {
    /// The crates, for reports.
    const NAME: &'static str;

    /// A para block and the state after it.
    type Block: Clone;

    /// A relay block's state with its proof.
    type Relay: Clone;

    /// The state before the first block.
    fn genesis(setting: &Setting) -> Self::Block;

    /// The head that the relay chain includes.
    fn head(block: &Self::Block) -> Vec<u8>;

    /// Its hash.
    fn hash(block: &Self::Block) -> [u8; 32];

    /// The state after a relay block.
    fn relay(setting: &Setting, shown: &Shown) -> Self::Relay;

    /// Executes a block on its parent's state.
    ///
    /// # Errors
    ///
    /// The words of the panic.
    fn author(
        setting: &Setting,
        parent: &Self::Block,
        relay: &Self::Relay,
        attempt: &Attempt<'_>,
    ) -> Result<Authored<Self::Block>, String>;

    /// MSG-8: the downward messages and those of the other para that the pallet's own inherent hands
    /// over on this parent and relay block, as places among all.
    fn handed(
        setting: &Setting,
        parent: &Self::Block,
        relay: &Self::Relay,
        shown: &Shown,
    ) -> [Vec<u32>; 2];

    /// What the state after a block says.
    fn observe(setting: &Setting, block: &Self::Block) -> Observed;

    /// HOOK-6, asked in the block's state.
    fn can_build_upon(
        setting: &Setting,
        block: &Self::Block,
        included: [u8; 32],
        relay_slot: u64,
    ) -> bool;

    /// SEG-3: entries of the block's segment that the pallet counts after this included head.
    fn size_after(setting: &Setting, block: &Self::Block, included: [u8; 32]) -> usize;

    /// The head of a message queue chain after these downward messages.
    fn downward_head(messages: &[Message]) -> [u8; 32];

    /// The same after these messages of the other para.
    fn inbound_head(messages: &[Message]) -> [u8; 32];
}
