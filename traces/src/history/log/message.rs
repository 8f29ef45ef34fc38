//! What a collator says, as far as it tells of steps: the messages of the lookahead and the slot-based
//! collator, of the node that imports, and of the collator protocol.
//!
//! Names and fields are those of the published crates: `cumulus-client-consensus-aura` 0.28 and 0.36,
//! `sc-basic-authorship`, `sc-consensus`, `polkadot-collator-protocol` 28 and 36.

use super::hash::Printed;
use super::line::{Fields, after, number};

/// Which code speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collator {
    /// Slot-based, 0.28.
    SlotBased,
    /// Slot-based, 0.36: several blocks may follow one claim.
    Bundling,
    /// Lookahead.
    Lookahead,
}

/// A collator is about to build on a parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) collator: Collator,
    /// Blocks from the included head to the parent.
    pub(super) depth: u64,
    pub(super) relay_parent: Printed,
    pub(super) relay_number: Option<u64>,
    pub(super) included: Option<Printed>,
    pub(super) included_number: Option<u64>,
    pub(super) parent: Option<Printed>,
    pub(super) slot: Option<u64>,
}

/// What the collator protocol says of a collation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    /// Its para, where it is said.
    pub(super) para: Option<u64>,
    /// Relay blocks since the relay parent, or since it was backed; the age where it expired.
    pub(super) after: Option<u64>,
    /// The relay block that did it.
    pub(super) relay_block: Option<Printed>,
    pub(super) relay_parent: Option<Printed>,
    /// The hash of the para block.
    pub(super) head: Printed,
}

/// One message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    /// A collator begins, perhaps once more.
    Started,
    /// The slot of the next attempt, and its time in milliseconds.
    Slot { slot: u64, timestamp: u64 },
    /// The same with the relay slot from which it follows.
    RelaySlot { relay_slot: u64, slot: u64, slot_ms: Option<u64>, relay_ms: Option<u64> },
    /// A collator is about to build.
    Attempt(Attempt),
    /// A collator found that it may not build.
    Declined,
    /// A collator did not even ask.
    Skipped,
    /// A block is begun.
    Begun { parent: Printed, number: Option<u64> },
    /// It has its transactions.
    Prepared { number: u64, parent: Printed },
    /// It is sealed, and imported.
    Sealed { number: u64, hash: Printed },
    /// A block of either chain is imported.
    Imported { number: u64, parent: Option<Printed>, hash: Printed },
    /// The best block is now on another branch.
    Reorganised,
    /// A collation goes to the validators.
    Submitted { core: Option<u64>, hash: Option<Printed>, number: Option<u64> },
    /// Validators fetched it.
    Fetched,
    /// A relay block backed it.
    Backed(Fate),
    /// A relay block included it.
    Included(Fate),
    /// The node waits for it no longer, and how far it had come.
    Expired(Fate, State),
    /// A message that is known, but not what it says: the line is cut or of another version.
    Unclear,
}

/// How far a collation had come when it expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// No validator had it.
    NotFetched,
    /// Validators had it, and no relay block noted it.
    Fetched,
    /// It was backed.
    Backed,
    /// It was included.
    Included,
}

impl State {
    /// In a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            State::NotFetched => "not fetched",
            State::Fetched => "fetched",
            State::Backed => "backed",
            State::Included => "included",
        }
    }
}

impl Said {
    /// What happens, in a few words.
    pub(super) fn step(&self) -> String {
        match self {
            Said::Started => "the collator starts".to_owned(),
            Said::Slot { slot, .. } | Said::RelaySlot { slot, .. } => {
                format!("the collator derives slot {slot}")
            }
            Said::Attempt(attempt) => match (attempt.parent, attempt.relay_number) {
                (Some(parent), Some(number)) => {
                    format!("the collator is to build on {parent} at relay block {number}")
                }
                _ => format!("the collator is to build at relay block {}", attempt.relay_parent),
            },
            Said::Declined => "the collator does not build".to_owned(),
            Said::Skipped => "the collator skips a slot".to_owned(),
            Said::Begun { parent, .. } => format!("a block on {parent} is begun"),
            Said::Prepared { number, .. } => format!("block {number} is prepared"),
            Said::Sealed { number, hash } => format!("block {number} {hash} is sealed"),
            Said::Imported { number, hash, .. } => format!("block {number} {hash} is imported"),
            Said::Reorganised => "the best branch changes".to_owned(),
            Said::Submitted { .. } => "a collation is submitted".to_owned(),
            Said::Fetched => "a collation is fetched".to_owned(),
            Said::Backed(fate) => format!("{} is backed", fate.head),
            Said::Included(fate) => format!("{} is included", fate.head),
            Said::Expired(fate, _) => format!("{} expires", fate.head),
            Said::Unclear => "a line that is cut".to_owned(),
        }
    }

    /// What a line says, if it is one of these messages.
    pub(super) fn parse(line: &str) -> Option<Said> {
        let found = KINDS.iter().find_map(|(words, read)| Some((after(line, words)?, read)));
        let (rest, read) = found?;
        Some(read(rest).unwrap_or(Said::Unclear))
    }
}

type Read = fn(&str) -> Option<Said>;

/// The words of each message, and what reads its fields.
const KINDS: [(&str, Read); 26] = [
    ("Building block.", |rest| attempt(Collator::SlotBased, Fields(rest), "", "parent")),
    ("Claiming slot.", |rest| {
        attempt(Collator::Bundling, Fields(rest), "_at_execution", "initial_parent")
    }),
    ("Slot claimed. Building", |rest| attempt(Collator::Lookahead, Fields(rest), "", "parent")),
    ("Not building block", |_| Some(Said::Declined)),
    ("Not eligible to claim slot", |_| Some(Said::Declined)),
    ("Cannot build next block due to unincluded segment constraints", |_| Some(Said::Declined)),
    ("Relay parent did not advance past the parent block's", |_| Some(Said::Skipped)),
    ("No core scheduled", |_| Some(Said::Skipped)),
    ("Failed to determine core", |_| Some(Said::Skipped)),
    ("Relay parent is in previous session.", |_| Some(Said::Skipped)),
    ("Ancestor of best block is in previous session.", |_| Some(Said::Skipped)),
    ("Could not find parent to build upon.", |_| Some(Said::Skipped)),
    ("Failed to get header for", |_| Some(Said::Skipped)),
    ("Starting slot-based block-builder task", |_| Some(Said::Started)),
    ("Parachain slot adjusted to relay chain.", |rest| {
        let fields = Fields(rest);
        Some(Said::Slot { slot: fields.number("slot")?, timestamp: fields.number("timestamp")? })
    }),
    ("Adjusted relay-chain slot to parachain slot", |rest| {
        let fields = Fields(rest);
        Some(Said::RelaySlot {
            relay_slot: fields.number("relay_slot")?,
            slot: fields.number("para_slot")?,
            slot_ms: fields.number("slot_duration"),
            relay_ms: fields.get("relay_chain_slot_duration").and_then(milliseconds),
        })
    }),
    ("Starting consensus session on top of parent", begun),
    ("Prepared block for proposing at", prepared),
    ("Pre-sealed block for proposal at", sealed),
    ("Imported #", imported),
    ("Reorg on #", |_| Some(Said::Reorganised)),
    ("Submitting collation for core.", |rest| {
        let fields = Fields(rest);
        let number = fields.number("number");
        let hash = fields.get("hash").and_then(Printed::parse);
        Some(Said::Submitted { core: fields.number("core_index"), hash, number })
    }),
    ("Collation fetch latency is", |_| Some(Said::Fetched)),
    ("A fetched collation was backed on relay chain", |rest| {
        Some(Said::Backed(fate(Fields(rest), "latency_blocks")?))
    }),
    ("Collation included on relay chain", |rest| {
        Some(Said::Included(fate(Fields(rest), "latency")?))
    }),
    ("Collation expired", expired),
];

fn attempt(collator: Collator, fields: Fields, when: &str, parent: &str) -> Option<Said> {
    let of = |key: &str| format!("{key}{when}");
    Some(Said::Attempt(Attempt {
        collator,
        depth: fields.number(&of("unincluded_segment_len"))?,
        relay_parent: fields.get("relay_parent").and_then(Printed::parse)?,
        relay_number: fields.number("relay_parent_num"),
        included: fields.get(&of("included_hash")).and_then(Printed::parse),
        included_number: fields.number(&of("included_num")),
        parent: fields.get(parent).and_then(Printed::parse),
        slot: fields.number("slot"),
    }))
}

/// `0x… (#12)`, or without the number.
fn begun(rest: &str) -> Option<Said> {
    let rest = rest.trim_start();
    let number = rest.split_once("(#").and_then(|(_, number)| self::number(number));
    Some(Said::Begun { parent: Printed::parse(rest)?, number })
}

/// `12 (3 ms) hash: 0x…; parent_hash: 0x…; …`, in brackets before December 2024.
fn prepared(rest: &str) -> Option<Said> {
    let number = number(rest.split_whitespace().next()?)?;
    let (_, parent) = rest.split_once("parent_hash: ")?;
    Some(Said::Prepared { number, parent: Printed::parse(parent)? })
}

/// `12. Hash now 0x…, previously 0x….`
fn sealed(rest: &str) -> Option<Said> {
    let number = number(rest.split_whitespace().next()?)?;
    let (_, hash) = rest.split_once("Hash now ")?;
    Some(Said::Sealed { number, hash: Printed::parse(hash)? })
}

/// `12 (0x… → 0x…)`, before 2024 `12 (0x…)`.
fn imported(rest: &str) -> Option<Said> {
    let (number, rest) = rest.split_once(" (")?;
    let number = self::number(number)?;
    match rest.split_once(" → ") {
        Some((parent, hash)) => {
            let parent = Some(Printed::parse(parent)?);
            Some(Said::Imported { number, parent, hash: Printed::parse(hash)? })
        }
        None => Some(Said::Imported { number, parent: None, hash: Printed::parse(rest)? }),
    }
}

/// `6s`, `500ms`, as Rust prints a duration.
fn milliseconds(text: &str) -> Option<u64> {
    match text.strip_suffix("ms") {
        Some(text) => text.parse().ok(),
        None => text.strip_suffix('s')?.parse::<u64>().ok()?.checked_mul(1000),
    }
}

/// What the collator protocol's statistics say of a collation.
fn fate(fields: Fields, after: &str) -> Option<Fate> {
    Some(Fate {
        para: fields.number("para_id"),
        after: fields.number(after),
        relay_block: fields.get("relay_block").and_then(Printed::parse),
        relay_parent: fields.get("relay_parent").and_then(Printed::parse),
        head: fields.get("head").and_then(Printed::parse)?,
    })
}

fn expired(rest: &str) -> Option<Said> {
    let fields = Fields(rest);
    let state = match fields.get("collation_state")?.trim_matches('"') {
        "fetched" => State::Fetched,
        "backed" => State::Backed,
        "included" | "none" => State::Included,
        _ => State::NotFetched,
    };
    Some(Said::Expired(fate(fields, "age")?, state))
}
