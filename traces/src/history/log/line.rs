//! One line of a log without its dress: no colours, and fields by their keys.
//!
//! What stands before a message differs: with or without milliseconds, level, thread and target, with
//! the prefix of the relay or of the para node or one of the operator's own, and with whatever a
//! journal or a container adds. So a message is known by its own words alone.

use std::borrow::Cow;

/// A line without the escapes that colour it.
pub(super) fn plain_text(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            text.push(letter);
        } else if letters.next_if_eq(&'[').is_some() {
            // A control sequence ends with a letter.
            letters.by_ref().find(|letter| ('@'..='~').contains(letter));
        }
    }
    Cow::Owned(text)
}

/// What follows these words, where the line has them and they are not the end of other words.
pub(super) fn after<'a>(line: &'a str, words: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = line.get(from..)?.find(words) {
        let start = from + at;
        let before = line[..start].chars().next_back();
        if before.is_none_or(|letter| letter.is_whitespace() || matches!(letter, ']' | ':' | '}')) {
            return line.get(start + words.len()..);
        }
        from = start + words.len();
    }
    None
}

/// The fields of a message: `key=value`, in any order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a str);

impl<'a> Fields<'a> {
    /// What a key says. A value ends at a space that is in no brackets and no quotes.
    pub(super) fn get(self, key: &str) -> Option<&'a str> {
        let mut from = 0;
        loop {
            let at = from + self.0.get(from..)?.find(key)?;
            let (before, rest) = (&self.0[..at], &self.0[at + key.len()..]);
            let begins = before.is_empty() || before.ends_with([' ', ',', '\t']);
            if let Some(value) = rest.strip_prefix('=').filter(|_| begins) {
                return Some(&value[..end(value)]);
            }
            from = at + key.len();
        }
    }

    /// A whole number, also in `Some(3)`, `Slot(3)`, `CoreIndex(3)` or `Id(3)`.
    pub(super) fn number(self, key: &str) -> Option<u64> {
        number(self.get(key)?)
    }
}

/// The bytes of a value.
fn end(value: &str) -> usize {
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, letter) in value.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            letter if letter.is_whitespace() && depth == 0 => return at,
            _ => {}
        }
    }
    value.len()
}

/// A whole number with whatever names its kind around it.
pub(super) fn number(value: &str) -> Option<u64> {
    let inner = value.rsplit('(').next().unwrap_or(value).trim_end_matches([')', ',', '.', ';']);
    inner.trim_start_matches('#').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Fields, after, plain_text};

    #[test]
    fn colours_are_taken_off() {
        let line = "2026-01-01 00:00:00 \u{1b}[34mDEBUG\u{1b}[0m aura::cumulus: Building block.";
        assert_eq!(plain_text(line), "2026-01-01 00:00:00 DEBUG aura::cumulus: Building block.");
        assert_eq!(plain_text("cut \u{1b}"), "cut ");
        assert_eq!(plain_text("cut \u{1b}[3"), "cut ");
    }

    #[test]
    fn a_message_is_known_by_its_words_whatever_stands_before() {
        for line in
            ["Building block. a=1", "t: [🌗] Building block. a=1", "x[1]: Building block. a=1"]
        {
            assert_eq!(after(line, "Building block."), Some(" a=1"), "{line}");
        }
        assert_eq!(after("Not-Building block.", "Building block."), None);
        assert_eq!(after("ReBuilding block. Building block. b=2", "Building block."), Some(" b=2"));
    }

    #[test]
    fn a_value_goes_on_within_brackets_and_quotes() {
        let fields =
            Fields(" age=4 state=\"a b\" parent=(0xd14e…bf1b, 30511804) slot=Slot(7) at=Some(2)");
        assert_eq!(fields.number("age"), Some(4));
        assert_eq!(fields.get("state"), Some("\"a b\""));
        assert_eq!(fields.get("parent"), Some("(0xd14e…bf1b, 30511804)"));
        assert_eq!((fields.number("slot"), fields.number("at")), (Some(7), Some(2)));
        assert_eq!(fields.get("aren"), None);
        assert_eq!(fields.number("state"), None);
    }
}
