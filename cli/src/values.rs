//! The values of options, read from words; each error says what would be legal.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use unincluded_model::{Rule, Variant};
use unincluded_traces::MAX_STEPS;

use crate::nearest::did_you_mean;

/// A rule, by its id.
pub(crate) fn rule(word: &str) -> Result<Rule, String> {
    let known = || Rule::ALL.iter().map(|rule| rule.id());
    word.parse::<Rule>().map_err(|error| format!("{error}{}", did_you_mean(word, known())))
}

/// A variant, by its name.
pub(crate) fn variant(word: &str) -> Result<Variant, String> {
    let known = || Variant::ALL.iter().map(|variant| variant.name());
    word.parse::<Variant>().map_err(|error| format!("{error}{}", did_you_mean(word, known())))
}

/// Bytes: a whole number of MiB, or of what the suffix says.
pub(crate) fn bytes(word: &str) -> Result<usize, String> {
    let legal = "a whole number of MiB above 0, or with a suffix: 512MiB, 2GiB";
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match word[digits.len()..].to_ascii_lowercase().as_str() {
        "k" | "kib" => 10,
        "" | "m" | "mib" => 20,
        "g" | "gib" => 30,
        _ => return Err(legal.to_owned()),
    };
    let number: usize = digits.parse().map_err(|_| legal.to_owned())?;
    number.checked_mul(1 << shift).filter(|&bytes| bytes > 0).ok_or_else(|| legal.to_owned())
}

/// Seconds, whole or not, up to a year: stateright adds them to the time of day.
pub(crate) fn seconds(word: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_hours(365 * 24);
    let seconds = word.parse().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    seconds
        .filter(|time| !time.is_zero() && *time <= MOST)
        .ok_or_else(|| format!("a number of seconds above 0, at most {}", MOST.as_secs()))
}

/// Random runs.
pub(crate) fn cases(word: &str) -> Result<u32, String> {
    up_to(u32::MAX, word)
}

/// Actions of a random run: as many as a trace holds.
pub(crate) fn length(word: &str) -> Result<usize, String> {
    up_to(MAX_STEPS, word)
}

/// States.
pub(crate) fn states(word: &str) -> Result<usize, String> {
    up_to(usize::MAX, word)
}

/// Threads; stateright starts as many as it is told.
pub(crate) fn threads(word: &str) -> Result<usize, String> {
    up_to(256, word)
}

/// A whole number, at least 1.
fn up_to<N: Copy + From<u8> + FromStr + PartialOrd + Display>(
    most: N,
    word: &str,
) -> Result<N, String> {
    let number = word.parse().ok();
    let number = number.filter(|number| *number >= N::from(1) && *number <= most);
    number.ok_or_else(|| format!("a whole number from 1 to {most}"))
}

/// A seed, decimal or hexadecimal.
pub(crate) fn seed(word: &str) -> Result<u64, String> {
    let number = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    number.map_err(|_| "a number below 2^64, decimal or 0x and hexadecimal".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_in_mebibytes_unless_it_says_otherwise() {
        assert_eq!(bytes("3"), Ok(3 << 20));
        assert_eq!(bytes("64KiB"), Ok(64 << 10));
        assert_eq!(bytes("2g"), Ok(2 << 30));
        for word in ["", "0", "-1", "1.5", "2TB", "18446744073709551615", "MiB"] {
            assert!(bytes(word).is_err(), "{word:?}");
        }
    }

    #[test]
    fn a_seed_is_decimal_or_hexadecimal() {
        assert_eq!((seed("42"), seed("0x2a")), (Ok(42), Ok(42)));
        assert!(seed("2a").is_err());
        assert!(seed("0x10000000000000000").is_err());
    }

    #[test]
    fn a_time_limit_is_above_zero_and_at_most_a_year() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("31536000"), Ok(Duration::from_hours(8760)));
        for word in ["0", "-1", "NaN", "inf", "31536001", "1e300", "soon"] {
            assert!(seconds(word).is_err(), "{word:?}");
        }
    }
}
