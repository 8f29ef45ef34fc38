//! The values of options, read from words; each error says what would be legal.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use unincluded_model::economics::{Network, Perquintill, TOKEN};
use unincluded_model::{Rule, Variant};
use unincluded_properties::grid::{Axis, Legal};
use unincluded_traces::MAX_STEPS;

use unincluded_properties::outlook::ASSUMPTIONS;

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

/// Something that claims of progress rest on, by its name.
pub(crate) fn assumption(word: &str) -> Result<&'static str, String> {
    let known = || ASSUMPTIONS.iter().map(|assumption| assumption.name);
    known().find(|name| name.eq_ignore_ascii_case(word)).ok_or_else(|| {
        let near = did_you_mean(word, known());
        let names: Vec<&str> = known().collect();
        format!("nothing is assumed under the name {word:?}{near}; there are {}", names.join(", "))
    })
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

/// What is varied, and over which values: `C=1..4`, `L=2,4`, `collator=slot-based,lookahead`.
pub(crate) fn axis(word: &str) -> Result<(Axis, Vec<u8>), String> {
    let names = || Axis::ALL.map(Axis::name);
    let Some((name, values)) = word.split_once('=') else {
        return Err(format!(
            "legal is an axis with its values, as C=1..4; axes are {}",
            names().join(", ")
        ));
    };
    let Some(axis) = Axis::named(name) else {
        let near = did_you_mean(name, names());
        return Err(format!("there is no axis {name:?}{near}; legal are {}", names().join(", ")));
    };
    let illegal = |found: &str| {
        format!("{}={found}: legal for {} are {}", axis.name(), axis.name(), axis.legal())
    };
    let mut chosen: Vec<u8> = Vec::new();
    for part in values.split(',') {
        let range = part.split_once("..").filter(|_| matches!(axis.legal(), Legal::Numbers(..)));
        let (first, last) = range.unwrap_or((part, part));
        let value = |word: &str| axis.value(word).ok_or_else(|| illegal(word));
        let (first, last) = (value(first)?, value(last)?);
        if first > last {
            return Err(illegal(part));
        }
        for value in first..=last {
            if chosen.contains(&value) {
                return Err(format!(
                    "{}={values}: {} is there twice",
                    axis.name(),
                    axis.word(value)
                ));
            }
            chosen.push(value);
        }
    }
    Ok((axis, chosen))
}

/// Faulty slots at most, and in how many: `1/8`.
pub(crate) fn few_faults(word: &str) -> Result<(u8, u8), String> {
    let both = word
        .split_once('/')
        .and_then(|(most, window)| Some((most.parse().ok()?, window.parse().ok()?)));
    both.filter(|(most, window)| (1..=32).contains(window) && most <= window)
        .ok_or_else(|| "faulty slots and the slots they are among, 0/1 to 32/32, as 1/8".to_owned())
}

/// A seed, decimal or hexadecimal.
pub(crate) fn seed(word: &str) -> Result<u64, String> {
    let number = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    number.map_err(|_| "a number below 2^64, decimal or 0x and hexadecimal".to_owned())
}

/// A network whose emission is known.
pub(crate) fn network(word: &str) -> Result<Network, String> {
    Network::named(word).ok_or_else(|| {
        let near = did_you_mean(word, Network::NAMES);
        format!("there is no network {word:?}{near}\nlegal are {}", Network::NAMES.join(", "))
    })
}

/// An issuance: tokens above 0.
pub(crate) fn tokens(word: &str) -> Result<u128, String> {
    planck(word).filter(|&planck| planck > 0).ok_or_else(|| legal_tokens("above 0"))
}

/// Fees: tokens, or none.
pub(crate) fn fees(word: &str) -> Result<u128, String> {
    planck(word).ok_or_else(|| legal_tokens("from 0"))
}

fn legal_tokens(least: &str) -> String {
    format!("a number of tokens {least} to {MOST_TOKENS}, with at most 18 decimals")
}

/// Tokens, at most: no sum of a cycle comes near the end of the range.
const MOST_TOKENS: u128 = 1_000_000_000_000;

/// Planck out of a decimal number of tokens.
fn planck(word: &str) -> Option<u128> {
    let (whole, rest) = word.split_once('.').unwrap_or((word, "0"));
    let is_number = |digits: &str| {
        !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|it| it.is_ascii_digit())
    };
    if !is_number(whole) || !is_number(rest) {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let rest: u128 = format!("{rest:0<18}").parse().ok()?;
    let planck = whole * TOKEN + rest;
    (planck <= MOST_TOKENS * TOKEN).then_some(planck)
}

/// A share in per cent.
pub(crate) fn percent(word: &str) -> Result<Perquintill, String> {
    let hundredths = planck(word).filter(|&hundredths| hundredths <= 100 * TOKEN);
    hundredths
        .map(|hundredths| Perquintill::from_rational(hundredths, 100 * TOKEN))
        .ok_or_else(|| "a number from 0 to 100, with at most 18 decimals".to_owned())
}

/// How often something fails.
pub(crate) fn rate(word: &str) -> Result<f64, String> {
    let rate = word.parse().ok().filter(|rate| (0.0..=0.9).contains(rate));
    rate.ok_or_else(|| "a number from 0 to 0.9".to_owned())
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
    fn an_axis_has_a_name_and_legal_values() {
        assert_eq!(axis("C=1..4"), Ok((Axis::Capacity, vec![1, 2, 3, 4])));
        assert_eq!(axis("L=4,2"), Ok((Axis::Lookahead, vec![4, 2])));
        assert_eq!(axis("r=0..1,2"), Ok((Axis::Offset, vec![0, 1, 2])));
        assert_eq!(axis("collator=lookahead,slot-based"), Ok((Axis::Collator, vec![1, 0])));
        for (word, said) in [
            ("C", "as C=1..4"),
            ("c=1", "did you mean \"C\"?"),
            ("C=13", "C=13: legal for C are whole numbers from 0 to 12"),
            ("C=0..13", "C=13"),
            ("C=4..1", "C=4..1: legal for C"),
            ("C=", "C=: legal for C"),
            ("C=1,,2", "legal for C"),
            ("C=1,1", "1 is there twice"),
            ("C=-1", "legal for C"),
            ("lag=late", "lag=late: legal for lag are never, together, apart"),
        ] {
            let error = axis(word).expect_err(word);
            assert!(error.contains(said), "{word}: {error}");
        }
    }

    #[test]
    fn faults_are_so_many_of_so_many() {
        assert_eq!((few_faults("1/8"), few_faults("0/1")), (Ok((1, 8)), Ok((0, 1))));
        for word in ["1", "2/1", "1/33", "1/0", "-1/2", "1/8/9", ""] {
            assert!(few_faults(word).is_err(), "{word:?}");
        }
    }

    #[test]
    fn a_seed_is_decimal_or_hexadecimal() {
        assert_eq!((seed("42"), seed("0x2a")), (Ok(42), Ok(42)));
        assert!(seed("2a").is_err());
        assert!(seed("0x10000000000000000").is_err());
    }

    #[test]
    fn tokens_are_read_to_the_planck() {
        let most = 1_000_000_000_000 * TOKEN;
        assert_eq!(
            tokens("8304517045.391557672991818108"),
            Ok(8_304_517_045_391_557_672_991_818_108)
        );
        assert_eq!((tokens("0.000000000000000001"), tokens("1000000000000")), (Ok(1), Ok(most)));
        for word in ["", "0", "-1", "1e3", ".5", "1.", "1000000000000.1", "0.0000000000000000001"] {
            assert!(tokens(word).is_err(), "{word:?}");
        }
        assert_eq!(fees("0"), Ok(0));
        assert_eq!(percent("100").map(Perquintill::parts), Ok(1_000_000_000_000_000_000));
        assert_eq!(percent("12.5").map(Perquintill::parts), Ok(125_000_000_000_000_000));
        assert!(percent("100.1").is_err());
    }

    #[test]
    fn a_rate_leaves_something_that_works() {
        assert_eq!((rate("0"), rate("0.9")), (Ok(0.0), Ok(0.9)));
        for word in ["-0.1", "0.91", "1", "NaN", "often"] {
            assert!(rate(word).is_err(), "{word:?}");
        }
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
