//! Numbers as reports write them.

use std::fmt::Display;

use unincluded_model::economics::{Balance, TOKEN};

/// A number with its thousands apart: `22,314`.
pub fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Planck in tokens, to the last digit: `9.044461111215000956`.
pub fn tokens(planck: Balance) -> String {
    let text = format!("{}.{:018}", planck / TOKEN, planck % TOKEN);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Seconds with no more digits than they need: `12 s`, `16.4 s`.
pub fn seconds(seconds: f64) -> String {
    let text = format!("{seconds:.1}");
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

/// What is one is, what are several are: `1 block`, `2 blocks`.
pub fn counted(count: impl Into<u64>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{} {what}s", grouped(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!((grouped(1), grouped(22_314)), ("1".to_owned(), "22,314".to_owned()));
        assert_eq!(tokens(9_044_461_111_215_000_956), "9.044461111215000956");
        assert_eq!((tokens(TOKEN), tokens(TOKEN / 2)), ("1".to_owned(), "0.5".to_owned()));
        assert_eq!((seconds(12.0), seconds(16.36)), ("12 s".to_owned(), "16.4 s".to_owned()));
        assert_eq!(
            (counted(1u8, "block"), counted(0u8, "block")),
            ("1 block".into(), "0 blocks".into())
        );
    }
}
