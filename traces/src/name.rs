//! What blocks are called in a trace: names that stay, where the model has places that move.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A relay block: `R0` is the tip at the start, `R1` the next, `R-1` the one before; `R5b` is the second
/// that was made of its number, on another fork than `R5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayName {
    /// Its number, counted from the tip at the start.
    pub number: i64,
    /// Blocks of this number made before it.
    pub nth: u32,
}

impl RelayName {
    /// The first, and mostly only, relay block of a number.
    pub const fn first(number: i64) -> RelayName {
        RelayName { number, nth: 0 }
    }
}

/// A para block: `P0` is genesis, `P3` the first authored at height 3, `P3b` the second, and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParaName {
    /// Blocks from genesis, which has 0.
    pub height: u32,
    /// Blocks authored at this height before it.
    pub nth: u32,
}

impl ParaName {
    /// The block before the first.
    pub const GENESIS: ParaName = ParaName { height: 0, nth: 0 };
}

/// A word that names no block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not the name of {what}")]
pub struct NotAName {
    word: String,
    what: &'static str,
}

impl fmt::Display for RelayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("R{}{}", self.number, letters(self.nth)))
    }
}

impl fmt::Display for ParaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("P{}{}", self.height, letters(self.nth)))
    }
}

/// The place among blocks of one height: nothing, `b`, `c` … `z`, `aa`, `ab` …
fn letters(nth: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = if nth == 0 { 0 } else { u64::from(nth) + 1 };
    while rest > 0 {
        rest -= 1;
        letters.push(b'a' + (rest % 26) as u8);
        rest /= 26;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

fn nth(letters: &str) -> Option<u32> {
    let mut nth: u32 = 0;
    for letter in letters.bytes() {
        if !letter.is_ascii_lowercase() {
            return None;
        }
        nth = nth.checked_mul(26)?.checked_add(u32::from(letter - b'a') + 1)?;
    }
    Some(nth.saturating_sub(1))
}

impl FromStr for RelayName {
    type Err = NotAName;

    fn from_str(word: &str) -> Result<RelayName, NotAName> {
        let parts = word.strip_prefix('R').and_then(|rest| {
            let sign = usize::from(rest.starts_with('-'));
            let digits = rest[sign..].find(|c: char| !c.is_ascii_digit());
            let end = digits.map_or(rest.len(), |place| place + sign);
            Some((rest[..end].parse().ok()?, nth(&rest[end..])?))
        });
        parts
            .map(|(number, nth)| RelayName { number, nth })
            .filter(|name| name.to_string() == word)
            .ok_or_else(|| NotAName { word: shortened(word), what: "a relay block" })
    }
}

impl FromStr for ParaName {
    type Err = NotAName;

    fn from_str(word: &str) -> Result<ParaName, NotAName> {
        let parts = word.strip_prefix('P').and_then(|rest| {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            Some((rest[..digits].parse().ok()?, nth(&rest[digits..])?))
        });
        parts
            .map(|(height, nth)| ParaName { height, nth })
            .filter(|name| name.to_string() == word)
            .ok_or_else(|| NotAName { word: shortened(word), what: "a para block" })
    }
}

/// The word, or its beginning if it is long: errors are for people.
fn shortened(word: &str) -> String {
    let mut short: String = word.chars().take(20).collect();
    if short.len() < word.len() {
        short.push('…');
    }
    short
}

impl Serialize for RelayName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ParaName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RelayName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for ParaName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_counted_in_letters_from_the_second_on() {
        for (nth, word) in [(0, "P7"), (1, "P7b"), (25, "P7z"), (26, "P7aa"), (27, "P7ab")] {
            let name = ParaName { height: 7, nth };
            assert_eq!(name.to_string(), word);
            assert_eq!(word.parse(), Ok(name));
        }
    }

    #[test]
    fn other_words_name_nothing() {
        for word in ["", "P", "p1", "P1a", "P01", "P1B", "P-1", "P99999999999", "P1zzzzzzzz", "R1"]
        {
            assert!(word.parse::<ParaName>().is_err(), "{word}");
        }
        for word in ["", "R", "R+1", "R01", "R-0", "R9999999999999999999", "P1", "R1a"] {
            assert!(word.parse::<RelayName>().is_err(), "{word}");
        }
        assert_eq!("R-2".parse(), Ok(RelayName::first(-2)));
        assert_eq!("R1b".parse(), Ok(RelayName { number: 1, nth: 1 }));
    }
}
