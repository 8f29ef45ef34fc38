//! Hashes as logs print them: in full, or the first and the last two bytes.

use std::fmt;

/// A hash, or what a log has of it. `Debug` in a node's source prints all 32 bytes, `Display` the
/// first and the last two.
#[derive(Clone, Copy)]
pub(super) struct Printed {
    ends: [u8; 4],
    full: Option<[u8; 32]>,
}

impl Printed {
    /// The hash that a word begins with, `0x` and its digits; none if it is something else.
    pub(super) fn parse(word: &str) -> Option<Printed> {
        let rest = word.trim_start_matches(['(', '"', '[']).strip_prefix("0x")?;
        let digits = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        let (head, after) = rest.split_at(digits);
        match head.len() {
            64 => {
                let full = bytes::<32>(head)?;
                let ends = [full[0], full[1], full[30], full[31]];
                Some(Printed { ends, full: Some(full) })
            }
            4 => {
                let tail = after.strip_prefix('…').or_else(|| after.strip_prefix("..."))?;
                let [a, b] = bytes::<2>(head)?;
                let [c, d] = bytes::<2>(tail.get(..4)?)?;
                Some(Printed { ends: [a, b, c, d], full: None })
            }
            _ => None,
        }
    }

    /// Whether both can be the same hash: as many bytes agree as both have.
    pub(super) fn is(self, other: Printed) -> bool {
        match (self.full, other.full) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => self.ends == other.ends,
        }
    }

    /// The bytes that every form of it has.
    pub(super) fn ends(self) -> [u8; 4] {
        self.ends
    }

    /// What both say together, of the same hash.
    pub(super) fn with(self, other: Printed) -> Printed {
        Printed { ends: self.ends, full: self.full.or(other.full) }
    }
}

fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    (digits.len() == 2 * N).then_some(bytes)
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, last_but_one, last] = self.ends;
        write!(f, "0x{first:02x}{second:02x}…{last_but_one:02x}{last:02x}")
    }
}

impl fmt::Debug for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Printed;

    #[test]
    fn both_forms_of_a_hash_are_told_to_be_one() {
        let full = format!("0xabcd{}12ef", "0".repeat(56));
        let full = Printed::parse(&full).expect("64 digits");
        for short in ["0xabcd…12ef", "0xabcd...12ef", "(0xabcd…12ef,", "0xabcd…12ef)"] {
            assert!(Printed::parse(short).expect(short).is(full), "{short}");
        }
        let other = format!("0xabcd{}112ef", "0".repeat(55));
        assert!(!Printed::parse(&other).expect("64 digits").is(full), "all bytes count");
        assert!(!Printed::parse("0xabcd…12ee").expect("short").is(full));
    }

    #[test]
    fn other_words_are_no_hashes() {
        for word in ["", "0x", "abcd…12ef", "0xabc…12ef", "0xabcd…12é", "0xabcd12ef", "0xabcd…"]
        {
            assert!(Printed::parse(word).is_none(), "{word}");
        }
    }
}
