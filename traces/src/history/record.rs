//! One relay block as a history has it: a JSON object on a line of its own.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer};

/// 32 bytes, written as `0x` and 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// A relay block: its header, the votes in its inherent, and the events that concern candidates, in
/// their order. Keys that are not named here are not read.
#[derive(Clone, Debug, Deserialize)]
#[serde(expecting = "a relay block")]
pub struct Record {
    /// Its number.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
    /// Its parent's hash.
    pub parent: Hash,
    /// Its state's root.
    pub state_root: Option<Hash>,
    /// Its slot.
    pub babe_slot: Option<u64>,
    /// Its parent, as its inherent has it.
    pub parent_header: Option<ParentHeader>,
    /// Disputes in its inherent.
    pub disputes: Option<u64>,
    /// The highest index among the validators that signed something in it.
    pub max_validator_index: Option<u32>,
    /// Bitfields, one bit for each core from the lowest of the first byte on, and how many signed each.
    pub bitfields: Option<BTreeMap<String, u32>>,
    /// What happened to candidates.
    pub events: Vec<Event>,
    /// Which relay chain it is of, if the file has several.
    pub chain: Option<String>,
}

/// The header of a relay block's parent.
#[derive(Clone, Debug, Deserialize)]
pub struct ParentHeader {
    /// Its number.
    pub n: u64,
    /// Its own parent's hash.
    pub parent: Hash,
    /// Its state's root.
    pub state_root: Option<Hash>,
    /// Its slot.
    pub babe_slot: Option<u64>,
}

/// What happened to a candidate.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "ev")]
pub enum Event {
    /// It was backed.
    CandidateBacked(Candidate),
    /// It was included.
    CandidateIncluded(Candidate),
    /// It timed out.
    CandidateTimedOut(Candidate),
    /// Something else.
    #[serde(other)]
    Other,
}

/// A candidate: what its receipt, its commitments and its head say, as far as the history has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Candidate {
    /// The para.
    pub para: u32,
    /// The core.
    pub core: u32,
    /// The group that backed it.
    pub group: Option<u32>,
    /// Its relay parent.
    pub rp: Hash,
    /// Its head.
    pub para_head: Hash,
    /// The head it builds on.
    pub head_parent: Option<Hash>,
    /// The number of its block.
    pub head_num: Option<u64>,
    /// The para slot in its head.
    pub aura_slot: Option<u64>,
    /// The number of its relay parent, as its head says.
    pub rpsr_num: Option<u64>,
    /// The state root of its relay parent, as its head says.
    pub rpsr_root: Option<Hash>,
    /// The code that validates it.
    pub code_hash: Option<Hash>,
    /// Votes for it.
    pub votes: Option<u32>,
    /// The relay block up to which it has the messages of other paras.
    pub hrmp_watermark: Option<u64>,
    /// Whether it brings new code.
    pub new_code: Option<bool>,
    /// The session in its receipt, if that is of the second version.
    #[serde(default, rename = "descr_v2_session", deserialize_with = "number")]
    pub session: Option<u64>,
    /// The core in its receipt, if that is of the second version.
    #[serde(default, rename = "descr_v2_coreIndex", deserialize_with = "number")]
    pub core_index: Option<u64>,
    /// Whether its receipt's reserved bytes are zero: else it is of the first version, and session and
    /// core are nonsense.
    pub descr_reserved1_zero: Option<bool>,
}

impl Candidate {
    /// What a receipt of the second version says of itself.
    fn of_second_version(&self, value: Option<u64>) -> Option<u64> {
        value.filter(|_| self.descr_reserved1_zero == Some(true))
    }

    /// The session it was built in, if its receipt says so.
    pub fn known_session(&self) -> Option<u64> {
        self.of_second_version(self.session)
    }

    /// The core it was built for, if its receipt says so.
    pub fn known_core(&self) -> Option<u64> {
        self.of_second_version(self.core_index)
    }
}

/// A number, or a string that holds one.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a whole number or a string that holds one")]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Option::<Either>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Either::Number(number)) => Ok(Some(number)),
        Some(Either::Text(text)) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// The bytes that `0x` and an even number of digits write; none if it is something else.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x")?.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
    let pairs = digits.chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = bytes(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Hash).ok_or_else(|| {
            let glimpse: String = text.chars().take(80).collect();
            serde::de::Error::custom(format!("a hash is 0x and 64 digits, not {glimpse:?}"))
        })
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x")?;
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "…")
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
