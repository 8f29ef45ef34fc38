//! What there is at one moment: the newest relay blocks of each relay branch, the candidates
//! pending availability there, and the tree of para blocks that somebody can still use.
//!
//! Everything is relative. A relay block is known by its [`Age`], a para block by its place in the
//! tree, and issuance counts from the root of the tree. So a state says nothing about when it
//! happens, and finitely many states are enough for all time.

use std::cmp::Ordering;

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

/// Para blocks a state can hold, the root included. Reaching it is a limit of the model and is
/// reported as one ([`crate::Refusal::ModelIsFull`]), never as a verdict.
pub const MAX_BLOCKS: usize = 24;

/// Relay blocks a state can hold: the tip and the older ones that an author can still build on.
pub const MAX_VIEWS: usize = 6;

/// Cores that a para can hold.
pub const MAX_CORES: usize = 3;

/// Candidates that can be pending availability at once: a core holds one, and one more place
/// shows the fault when the rule that says so is switched off.
pub const MAX_PENDING: usize = MAX_CORES + 1;

/// The largest L, the window of relay parents.
pub const MAX_LOOKAHEAD: usize = 4;

/// Relay branches that can live side by side (FLT-2, FLT-3).
pub const MAX_BRANCHES: usize = 2;

/// Messages of one kind, or relay blocks that sent some, that a branch can hold: those that wait,
/// and those that an older view still shows.
pub const MAX_MESSAGES: usize = 6;

/// Validators whose fragment chains a scenario can follow one by one.
pub const MAX_VALIDATORS: usize = 2;

/// How many relay blocks lie between a relay block and the relay tip; 0 is the tip itself.
///
/// An age that no rule can tell from an older one is written as the oldest
/// ([`crate::Protocol::oldest_age`]).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Age(pub u8);

impl Age {
    /// The relay tip.
    pub const TIP: Age = Age(0);

    /// Of a relay block that is not on the branch at all: older than any.
    pub const ELSEWHERE: Age = Age(u8::MAX);

    /// The age after one more relay block, at most `oldest`.
    #[must_use]
    pub fn older(self, oldest: Age) -> Age {
        if self == Age::ELSEWHERE { self } else { Age(self.0.saturating_add(1)).min(oldest) }
    }

    /// Whether the relay block is on the branch.
    pub fn is_here(self) -> bool {
        self != Age::ELSEWHERE
    }
}

/// The relay block a para block was built on: where it stands on each branch, and its slot.
///
/// Number, slot and fork are three guards of their own (RPN-1, HOOK-2, ARP-4). On one branch
/// slots and numbers are in the same order; the slot is written only while there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayParent {
    /// Its age on each branch.
    pub ages: [Age; MAX_BRANCHES],
    /// Relay slots with a block that came after its own, on any branch.
    pub slot: u8,
}

impl RelayParent {
    /// A relay parent on the one branch there is.
    pub fn of_age(age: Age) -> Self {
        RelayParent { ages: [age, Age::ELSEWHERE], slot: 0 }
    }

    /// The age on a branch; [`Age::ELSEWHERE`] if it is not there.
    pub fn on(&self, branch: usize) -> Age {
        self.ages[branch]
    }
}

/// The place of a para block in [`State::blocks`]; 0 is the root.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct BlockIndex(pub u8);

impl BlockIndex {
    /// The root of the tree: the newest block that every view agrees is included.
    pub const ROOT: BlockIndex = BlockIndex(0);

    pub(crate) fn at(index: usize) -> BlockIndex {
        BlockIndex(index as u8)
    }

    /// The place as an index.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

/// SEG-1: the unincluded segment in the state after a para block.
///
/// The list of ancestors is written as bits: bit *i* of each word speaks of the ancestor *i* steps
/// back, bit 0 of the block itself. Beside the list stands the aggregate that the pallet keeps, so
/// that the two can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    /// The ancestors that have an entry.
    pub entries: u16,
    /// The entries whose hash is known (SEG-2: all but the block's own).
    pub hashed: u16,
    /// The entries that sent an upward message (one at most in this model).
    pub messages: u16,
    /// The entries that sent a message to another para (one at most for each recipient, MSG-4).
    pub outbound: u16,
    /// The entries that consumed a signal: a go-ahead or an abort.
    pub signals: u16,
    /// Upward messages of all entries, as the aggregate has it.
    pub aggregate_messages: u8,
    /// Messages of all entries to the other para, as the aggregate has it.
    pub aggregate_outbound: u8,
    /// Whether the aggregate holds a consumed signal.
    pub aggregate_signal: bool,
    /// Whether that signal is an abort, and not a go-ahead.
    pub aggregate_abort: bool,
}

impl Segment {
    /// Entries held; blocks, counted from 1.
    pub fn len(self) -> usize {
        self.entries.count_ones() as usize
    }

    /// Whether nothing is held: only before the first block.
    pub fn is_empty(self) -> bool {
        self.entries == 0
    }

    /// Upward messages of the block itself, and its messages to the other para.
    pub fn own_messages(self) -> [u8; 2] {
        [self.messages, self.outbound].map(|bits| (bits & 1) as u8)
    }

    /// SEG-1: the signal that the aggregate holds as consumed.
    pub fn consumed(self) -> Option<Signal> {
        let kind = if self.aggregate_abort { Signal::Abort } else { Signal::GoAhead };
        self.aggregate_signal.then_some(kind)
    }

    /// Whether the entry of the ancestor `steps` back is here *and* carries its hash.
    pub fn finds(self, steps: usize) -> bool {
        steps < 16 && self.entries & self.hashed & (1 << steps) != 0
    }

    /// SEG-3: the entries newer than the included head, which is `included` steps back; all of
    /// them if it is not found, and so all of them when the head is this block itself.
    pub fn size_after_included(self, included: Option<usize>) -> usize {
        match included {
            Some(steps) if self.finds(steps) => {
                (self.entries & ((1 << steps) - 1)).count_ones() as usize
            }
            _ => self.len(),
        }
    }
}

/// What a para block's state says of the messages that its chain was sent. Messages are counted
/// from the oldest that somebody can still be asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inbox {
    /// MSG-6: the relay block up to which everything of other paras was delivered.
    pub watermark: Age,
    /// MSG-5: messages of other paras that its chain was delivered in full.
    pub delivered: u8,
    /// MSG-7: downward messages that its chain has processed.
    pub downward: u8,
    /// Those that the block itself processed, as its commitments say.
    pub processed: u8,
}

/// What the relay chain tells a para about an upgrade of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// The pending code is to be used.
    GoAhead,
    /// The pending code is to be thrown away.
    Abort,
}

/// Which code it is: upgrades along the chain since the root, modulo [`Code::NAMES`]. The code after
/// an upgrade is the next one, on every fork.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u8);

impl Code {
    /// Codes that are told apart. What can be backed is never more than two upgrades behind.
    pub const NAMES: u8 = 4;

    /// The code after this one.
    #[must_use]
    pub fn next(self) -> Code {
        Code((self.0 + 1) % Code::NAMES)
    }

    /// How many upgrades after `older` it is.
    #[must_use]
    pub fn since(self, older: Code) -> Code {
        Code((self.0 + Code::NAMES - older.0) % Code::NAMES)
    }
}

/// UPG-*: what a para block's state says of its code, and its candidate to the relay chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockCode {
    /// The code under which the next block executes.
    pub current: Code,
    /// The code that waits for the relay chain's signal.
    pub pending: Option<Code>,
    /// Whether the candidate brings the pending code to the relay chain.
    pub is_new: bool,
    /// Bit *i*: on branch *i* the relay parent is the block from which the upgrade that is scheduled
    /// there may be applied, or a later one (UPG-12).
    pub is_due: u8,
}

/// econ:UPG-4: how far a chain is on its way to 6 s blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwitchPhase {
    /// The next block executes under the code of 12 s blocks.
    #[default]
    Before,
    /// This is M, the last block of the old runtime: the next one executes under the new code, and
    /// migrates.
    LastOld,
    /// The block executed under the new code.
    After,
}

/// What somebody began, and what ends at a block that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InFlight {
    /// A chunk that unlocks (econ:UPG-6); blocks to its end, 0 if there is none.
    pub unlocking: u8,
    /// A referendum (econ:UPG-8).
    pub referendum: u8,
    /// A motion of a council, which no migration knows (econ:TIME-5).
    pub motion: u8,
}

/// Of the cycle that runs, what its chain has seen so far. No rule reads it; properties do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CycleSoFar {
    /// Blocks under the code of 12 s blocks.
    pub old_blocks: u8,
    /// Blocks under the code of 6 s blocks.
    pub new_blocks: u8,
    /// Block rewards paid, by rate.
    pub paid: [u8; Emission::RATES],
    /// Whether the first block under the new code is among them.
    pub has_switch: bool,
    /// Whether lazy migrations waited in the block that began it.
    pub began_migrating: bool,
}

/// What a block's state says of the emission and its calendar, where a scenario has the switch to 6 s
/// blocks. Blocks are counted from the block itself, eras from the running one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emission {
    /// How far the switch is.
    pub phase: SwitchPhase,
    /// INFL-3: which rewards the stored configuration holds: those of a recalculation at 12 s, or
    /// these halved once or twice.
    pub rate: u8,
    /// Blocks until the next era starts.
    pub next_era_in: u8,
    /// Whether the running subperiod is for voting.
    pub is_voting: bool,
    /// Eras until the next subperiod starts.
    pub next_subperiod_in: u8,
    /// Eras until a recalculation is due.
    pub recalculation_in: u8,
    /// econ:UPG-5: lazy migrations that wait.
    pub waiting: u8,
    /// What was begun and has not ended.
    pub in_flight: InFlight,
    /// The running cycle.
    pub cycle: CycleSoFar,
    /// Block rewards issued along the chain since the root at the rates after the first, whose are in
    /// [`ParaBlock::issued`].
    pub issued_halved: [u8; Emission::RATES - 1],
}

impl Emission {
    /// Rates that are told apart: no halving, one, two.
    pub const RATES: usize = 3;

    fn encode(&self, bytes: &mut Vec<u8>) {
        let Emission { phase, rate, next_era_in, is_voting, next_subperiod_in, .. } = *self;
        let InFlight { unlocking, referendum, motion } = self.in_flight;
        let CycleSoFar { old_blocks, new_blocks, paid, has_switch, began_migrating } = self.cycle;
        let marks = [is_voting, has_switch, began_migrating];
        let marks: u8 = (4..).zip(marks).map(|(bit, mark)| u8::from(mark) << bit).sum();
        let flags = phase as u8 | rate << 2 | marks;
        bytes.extend_from_slice(&[flags, next_era_in, next_subperiod_in]);
        bytes.extend_from_slice(&[self.recalculation_in, self.waiting]);
        bytes.extend_from_slice(&[unlocking, referendum, motion, old_blocks, new_blocks]);
        bytes.extend_from_slice(&paid);
        bytes.extend_from_slice(&self.issued_halved);
    }
}

/// A para block and the chain state it leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParaBlock {
    /// The block it builds on; the root names itself.
    pub parent: BlockIndex,
    /// The relay block it was built on.
    pub relay_parent: RelayParent,
    /// The core it was built for, from 0 (SLOTB-3).
    pub core: u8,
    /// Blocks of this chain authored on the relay slot of its relay parent, this one included;
    /// 0 means that no slot is stored, which is so before the first block only.
    pub authored: u8,
    /// Where its hash stands among its siblings, 0 the lowest; 0 for all where no scenario asks.
    pub hash_rank: u8,
    /// Block rewards issued along the chain since the root (EMIT-1).
    pub issued: u8,
    /// The unincluded segment.
    pub segment: Segment,
    /// Messages that its chain was sent.
    pub inbox: Inbox,
    /// What befell it; see the constants of [`ParaBlock`].
    pub fate: u8,
    /// Bit *i*: validator *i* has learned that the candidate is backable.
    pub known_backable: u8,
    /// Bit *i*: validator *i* has learned of the candidate and holds it no more (FRAG-7).
    pub forgotten: u8,
    /// Votes against it that each branch has counted; validators (DISP-1).
    pub against: [u8; MAX_BRANCHES],
    /// Its code, where a scenario has upgrades.
    pub code: BlockCode,
    /// Para slots from its own to the latest that anybody could claim on the tip; 0 where no rule
    /// can tell it from the slot of its relay parent ([`crate::Protocol::stores_para_slots`]).
    pub para_slot: u8,
    /// Which of the scenario's two sets of authorities builds on it: 0, or 1 after the end of one
    /// session of the para, or of three (BLK-3).
    pub authority_set: u8,
    /// Emission and calendar, where a scenario has the switch.
    pub emission: Emission,
}

impl ParaBlock {
    /// The author announced it to no other collator (FLT-9).
    pub const WITHHELD: u8 = 1;
    /// It will never gather a quorum (FLT-4).
    pub const LOST: u8 = 2;
    /// Its availability will never be voted (FLT-5).
    pub const NEVER_AVAILABLE: u8 = 4;
    /// It breaks the rules of the para: no honest node imports it (FLT-8).
    pub const INVALID: u8 = 8;

    /// The state before the first para block.
    pub(crate) fn genesis(oldest: Age) -> Self {
        ParaBlock {
            parent: BlockIndex::ROOT,
            relay_parent: RelayParent::of_age(oldest),
            core: 0,
            authored: 0,
            hash_rank: 0,
            issued: 0,
            segment: Segment::default(),
            inbox: Inbox::default(),
            fate: 0,
            known_backable: 0,
            forgotten: 0,
            against: [0; MAX_BRANCHES],
            code: BlockCode::default(),
            para_slot: 0,
            authority_set: 0,
            emission: Emission::default(),
        }
    }

    /// Whether the collators lack the block: it was kept from them, or they do not import it.
    pub fn is_unknown_to_collators(&self) -> bool {
        self.has(ParaBlock::WITHHELD | ParaBlock::INVALID)
    }

    /// Whether the validator holds the candidate: it has learned of it, and not forgotten it.
    pub fn is_held_by(&self, validator: usize) -> bool {
        (self.known_backable & !self.forgotten) >> validator & 1 != 0
    }

    /// Whether something befell the block.
    pub fn has(&self, fate: u8) -> bool {
        self.fate & fate != 0
    }
}

/// What the state after one relay block says of the para's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Queues {
    /// Upward messages that wait to be served.
    pub upward: u8,
    /// Messages to the other para that it has not taken yet.
    pub outbound: u8,
    /// Downward messages taken from the queue, counted as [`Inbox::downward`] is.
    pub popped: u8,
}

/// What the state after one relay block says of the para.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is shown by itself")]
pub struct View {
    /// The included head.
    pub included: BlockIndex,
    /// The newest candidate pending availability.
    pub newest_pending: Option<BlockIndex>,
    /// Whether the relay chain shows a go-ahead signal for a code upgrade.
    pub go_ahead: bool,
    /// Whether it tells the para to abort an upgrade.
    pub abort: bool,
    /// Whether it tells the para to begin no upgrade (UPG-15).
    pub is_restricted: bool,
    /// Relay slots with a block that came after its own; written only while there are two branches.
    pub slot: u8,
    /// Whether the para holds its cores in the next relay block.
    pub assigned: bool,
    /// The para's messages.
    pub queues: Queues,
    /// Its relay slot, counted from the beginning of the authorities' turns; 0 where nothing reads
    /// it ([`crate::Protocol::cycle`]).
    pub phase: u8,
}

impl View {
    /// The signal that it shows.
    pub fn signal(&self) -> Option<Signal> {
        let go_ahead = self.go_ahead.then_some(Signal::GoAhead);
        go_ahead.or(self.abort.then_some(Signal::Abort))
    }

    /// The block a collator's search starts from (COLL-3): the newest pending one, else the
    /// included head.
    pub fn newest(&self) -> BlockIndex {
        self.newest_pending.unwrap_or(self.included)
    }
}

/// INCL-1: a candidate that occupies the core until it is included or dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pending {
    /// The candidate.
    pub block: BlockIndex,
    /// How long ago the relay block was that backed it.
    pub backed: Age,
    /// Whether it is available, and waits for one before it in the queue (INCL-4).
    pub available: bool,
    /// Honest validators that have voted for it, where a scenario counts them.
    pub votes: u8,
    /// Whether the votes of the lying ones are recorded.
    pub lied: bool,
}

/// UPG-*: what a relay branch knows of the para's code, after its tip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayCode {
    /// The code with which candidates are validated.
    pub current: Code,
    /// The upgrade under way.
    pub upgrade: Option<Upgrade>,
    /// Relay blocks until the para may begin another upgrade; 0 if it may.
    pub cooldown: u8,
}

/// An upgrade under way on a relay branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upgrade {
    /// The code to come.
    pub code: Code,
    /// Whether the validators still vote on it.
    pub is_voted_on: bool,
    /// Relay blocks from the tip to the first that may apply it, 0 for the tip itself, below 0 for
    /// one before it; while the vote lasts, the earliest there can be.
    pub due_in: i8,
}

/// One relay branch: what the blocks say that an author can still build on, and the state after
/// its tip.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Branch {
    /// What each relay block says that an author can still build on; the tip first.
    pub views: ArrayVec<View, MAX_VIEWS>,
    /// Candidates pending availability at the tip, first in first.
    pub pending: ArrayVec<Pending, MAX_PENDING>,
    /// (n + 1 − S) of the next relay block n, where TO-1 or SCHED-3 can read it; else 0. Modulo F, or
    /// modulo F times the number of groups where a scenario names them.
    pub rotation: u8,
    /// The age of the last block in which a session ended, R_s; the oldest age if nobody can tell.
    pub session: Age,
    /// Which of the two configurations is in force, and which was in the session before (FLT-13).
    pub reconfigured: Reconfigured,
    /// Relay blocks of this branch alone; 0 where there is one branch.
    pub own: u8,
    /// Collations that validators fetched for the relay block of each age, where a scenario limits
    /// them (SEC-4).
    pub fetched: [u8; MAX_LOOKAHEAD],
    /// The relay blocks in which another para sent messages to this one, the oldest first. Older
    /// ones than any rule compares with a relay parent keep their order alone.
    pub inbound: ArrayVec<Age, MAX_MESSAGES>,
    /// The relay blocks that sent downward messages, one each, the oldest first.
    pub downward: ArrayVec<Age, MAX_MESSAGES>,
    /// The para's code, where a scenario has upgrades.
    pub code: RelayCode,
}

/// Where a branch has the other configuration of its scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reconfigured {
    /// After the end of the last session.
    pub now: bool,
    /// Before it; the same as now where no view is that old.
    pub before: bool,
}

impl Branch {
    /// The view of the tip.
    pub fn tip(&self) -> &View {
        &self.views[0]
    }

    /// The view of a relay block.
    pub fn view(&self, age: Age) -> &View {
        &self.views[usize::from(age.0)]
    }
}

/// The moment, whole. The root comes first in `blocks`, and a parent before its children.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The para blocks somebody can still use.
    pub blocks: ArrayVec<ParaBlock, MAX_BLOCKS>,
    /// The relay branches; one, or two while the relay chain is forked.
    pub branches: ArrayVec<Branch, MAX_BRANCHES>,
    /// The candidate next in each followed validator's fragment chain (FRAG-3: one core, one).
    pub chains: [Option<BlockIndex>; MAX_VALIDATORS],
    /// The relay block that the collators took for the best at this wake-up, once one has acted
    /// on it (SLOTB-2); only where a scenario lets all of them be late together.
    pub turn: Option<(u8, Age)>,
}

impl State {
    /// The block at a place.
    pub fn block(&self, index: BlockIndex) -> &ParaBlock {
        &self.blocks[index.get()]
    }

    /// The places of all blocks, the root first.
    pub fn indices(&self) -> impl DoubleEndedIterator<Item = BlockIndex> + use<> {
        (0..self.blocks.len()).map(BlockIndex::at)
    }

    /// A branch.
    pub fn branch(&self, branch: usize) -> &Branch {
        &self.branches[branch]
    }

    /// The only branch, or the first of two.
    pub fn main(&self) -> &Branch {
        &self.branches[0]
    }

    /// The relay block of an age on a branch, as a relay parent.
    pub fn relay_parent(&self, branch: usize, age: Age) -> RelayParent {
        let here = self.branch(branch);
        let mut ages = [Age::ELSEWHERE; MAX_BRANCHES];
        ages[branch] = age;
        if let Some(there) = self.branches.get(1 - branch)
            && age.0 >= here.own
        {
            ages[1 - branch] = Age(age.0 - here.own + there.own);
        }
        RelayParent { ages, slot: here.view(age).slot }
    }

    /// How much higher than the fork a relay parent stands; relay blocks. Of two too old to be told
    /// apart it says the same.
    fn height(&self, relay_parent: &RelayParent) -> i16 {
        let heights = self.branches.iter().enumerate().filter_map(|(place, branch)| {
            let age = relay_parent.on(place);
            age.is_here().then(|| i16::from(branch.own) - i16::from(age.0))
        });
        heights.min().unwrap_or(i16::MIN)
    }

    /// RPN-1: how two relay parents compare by number.
    pub fn compare_numbers(&self, a: &RelayParent, b: &RelayParent) -> Ordering {
        self.height(a).cmp(&self.height(b))
    }

    /// HOOK-2: how two relay parents compare by slot. On one branch that is the order of numbers.
    pub fn compare_slots(&self, a: &RelayParent, b: &RelayParent) -> Ordering {
        if self.branches.len() == 1 { self.compare_numbers(a, b) } else { b.slot.cmp(&a.slot) }
    }

    /// The height of the highest tip that is alive, counted from the fork; relay blocks.
    pub fn highest(&self) -> u8 {
        self.branches.iter().map(|branch| branch.own).max().unwrap_or_default()
    }

    /// Whether a branch can be the one that stays: no dispute will end it, as nothing invalid is
    /// included there.
    pub fn may_stay(&self, branch: &Branch) -> bool {
        let is_invalid = |block: BlockIndex| self.block(block).has(ParaBlock::INVALID);
        !self.ancestry(branch.tip().included).any(is_invalid)
    }

    /// The block and its ancestors, newest first, down to the root.
    pub fn ancestry(&self, from: BlockIndex) -> impl Iterator<Item = BlockIndex> + '_ {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let here = next?;
            next = (here != BlockIndex::ROOT).then(|| self.block(here).parent);
            Some(here)
        })
    }

    /// How many steps `ancestor` lies behind `block`: 0 for the block itself, none if it is not
    /// on the way to the root.
    pub fn steps_back(&self, block: BlockIndex, ancestor: BlockIndex) -> Option<usize> {
        self.ancestry(block).position(|step| step == ancestor)
    }

    /// Whether `block` is `ancestor` or builds on it.
    pub fn descends_from(&self, block: BlockIndex, ancestor: BlockIndex) -> bool {
        self.steps_back(block, ancestor).is_some()
    }

    /// The children of a block, in order of place.
    pub fn children(&self, parent: BlockIndex) -> impl Iterator<Item = BlockIndex> + '_ {
        self.indices()
            .skip(parent.get() + 1)
            .filter(move |&child| self.block(child).parent == parent)
    }

    /// The blocks on the branch of `block`, itself included, that were built on the relay block
    /// of this age.
    pub fn built_on(&self, block: BlockIndex, relay_parent: &RelayParent) -> usize {
        self.ancestry(block)
            .take_while(|&step| self.block(step).relay_parent == *relay_parent)
            .filter(|&step| self.block(step).authored > 0)
            .count()
    }

    /// The blocks that were built on this relay block, on whatever branches.
    pub fn built_for(&self, relay_parent: &RelayParent) -> usize {
        let built = |block: &&ParaBlock| block.authored > 0 && block.relay_parent == *relay_parent;
        self.blocks.iter().filter(built).count()
    }

    /// The same with every reference to a block replaced; the blocks stay where they are.
    #[must_use]
    pub fn renamed(mut self, name: impl Fn(BlockIndex) -> BlockIndex) -> State {
        for block in &mut self.blocks {
            block.parent = name(block.parent);
        }
        for branch in &mut self.branches {
            for view in &mut branch.views {
                view.included = name(view.included);
                view.newest_pending = view.newest_pending.map(&name);
            }
            for pending in &mut branch.pending {
                pending.block = name(pending.block);
            }
        }
        for chain in &mut self.chains {
            *chain = chain.map(&name);
        }
        self
    }

    /// Whether anything is said of messages that wait, or of such as came in.
    fn has_messages(&self) -> bool {
        let of_branch = |branch: &Branch| {
            !branch.inbound.is_empty()
                || !branch.downward.is_empty()
                || branch.views.iter().any(|view| view.queues != Queues::default())
        };
        let of_block = |block: &ParaBlock| {
            let segment = &block.segment;
            let sends = segment.outbound != 0 || segment.aggregate_outbound != 0;
            sends || block.inbox != Inbox::default()
        };
        self.branches.iter().any(of_branch) || self.blocks.iter().any(of_block)
    }

    /// Whether anything is written of the para's code.
    fn has_upgrades(&self) -> bool {
        let of_block =
            |block: &ParaBlock| block.code != BlockCode::default() || block.segment.aggregate_abort;
        let of_branch = |branch: &Branch| branch.code != RelayCode::default();
        self.blocks.iter().any(of_block) || self.branches.iter().any(of_branch)
    }

    /// The state as bytes, each state its own: what engines take fingerprints of.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let place = |block: Option<BlockIndex>| block.map_or(0xff, |block| block.0);
        let forked = self.branches.len() > 1;
        let disputed = self.blocks.iter().any(|block| block.against != [0; MAX_BRANCHES]);
        let (messages, upgraded) = (self.has_messages(), self.has_upgrades());
        let phased = self.branches.iter().flat_map(|branch| &branch.views).any(|v| v.phase > 0);
        let slotted = phased
            || self.blocks.iter().any(|block| block.para_slot > 0 || block.authority_set > 0);
        let switched = self.blocks.iter().any(|block| block.emission != Emission::default());
        let parts = [disputed, messages, upgraded, slotted, switched];
        let flags = (0..).zip(parts).map(|(bit, part)| u8::from(part) << bit).sum();
        let sizes = [self.blocks.len() as u8, self.branches.len() as u8, flags];
        bytes.extend_from_slice(&sizes);
        for block in &self.blocks {
            let segment = &block.segment;
            bytes.extend_from_slice(&[
                block.parent.0,
                block.relay_parent.ages[0].0,
                block.core,
                block.authored,
                block.hash_rank,
                block.issued,
                block.fate,
                block.known_backable | block.forgotten << MAX_VALIDATORS,
                segment.aggregate_messages,
                u8::from(segment.aggregate_signal),
            ]);
            if forked {
                bytes.extend_from_slice(&[block.relay_parent.ages[1].0, block.relay_parent.slot]);
            }
            if disputed {
                bytes.extend_from_slice(&block.against);
            }
            if messages {
                let Inbox { watermark, delivered, downward, processed } = block.inbox;
                bytes.extend_from_slice(&[watermark.0, delivered, downward, processed]);
                bytes.push(segment.aggregate_outbound);
                bytes.extend_from_slice(&segment.outbound.to_le_bytes());
            }
            if upgraded {
                let code = &block.code;
                let pending = code.pending.map_or(Code::NAMES, |pending| pending.0);
                let flags = u8::from(code.is_new) | u8::from(segment.aggregate_abort) << 1;
                bytes.extend_from_slice(&[code.current.0, pending, code.is_due << 2 | flags]);
            }
            if slotted {
                bytes.extend_from_slice(&[block.para_slot, block.authority_set]);
            }
            if switched {
                block.emission.encode(bytes);
            }
            for word in [segment.entries, segment.hashed, segment.messages, segment.signals] {
                bytes.extend_from_slice(&word.to_le_bytes());
            }
        }
        for branch in &self.branches {
            bytes.push(branch.views.len() as u8);
            for view in &branch.views {
                let pending = place(view.newest_pending);
                let flags = u8::from(view.go_ahead)
                    | u8::from(view.assigned) << 1
                    | u8::from(view.abort) << 2
                    | u8::from(view.is_restricted) << 3;
                bytes.extend_from_slice(&[view.included.0, pending, flags]);
                if forked {
                    bytes.push(view.slot);
                }
                if messages {
                    let Queues { upward, outbound, popped } = view.queues;
                    bytes.extend_from_slice(&[upward, outbound, popped]);
                }
                if slotted {
                    bytes.push(view.phase);
                }
            }
            for sent in [&branch.inbound, &branch.downward].into_iter().filter(|_| messages) {
                bytes.push(sent.len() as u8);
                bytes.extend(sent.iter().map(|age| age.0));
            }
            bytes.push(branch.pending.len() as u8);
            for pending in &branch.pending {
                let flags = u8::from(pending.available) | u8::from(pending.lied) << 1;
                let votes = pending.votes << 2 | flags;
                bytes.extend_from_slice(&[pending.block.0, pending.backed.0, votes]);
            }
            let Reconfigured { now, before } = branch.reconfigured;
            let session = branch.session.0 << 2 | u8::from(now) << 1 | u8::from(before);
            bytes.extend_from_slice(&[branch.rotation, session, branch.own]);
            bytes.extend_from_slice(&branch.fetched);
            if upgraded {
                let RelayCode { current, upgrade, cooldown } = branch.code;
                let (code, due_in) = match upgrade {
                    Some(Upgrade { code, is_voted_on, due_in }) => {
                        (code.0 << 1 | u8::from(is_voted_on), due_in.to_le_bytes()[0])
                    }
                    None => (u8::MAX, 0),
                };
                bytes.extend_from_slice(&[current.0, code, due_in, cooldown]);
            }
        }
        bytes.extend(self.chains.iter().map(|&chain| place(chain)));
        let (branch, age) = self.turn.map_or((0xff, 0xff), |(branch, age)| (branch, age.0));
        bytes.extend_from_slice(&[branch, age]);
    }

    /// The candidate marked by a fault: lost, or never available. Used to measure recovery.
    #[must_use]
    pub fn with_fate(&self, block: BlockIndex, fate: u8) -> State {
        let mut state = self.clone();
        state.blocks[block.get()].fate |= fate;
        state
    }
}
