//! What a runtime says when it panics, and the rule that it kept.

/// The words of each panic, in small letters, and the rule. The last but one follows from another:
/// without the inherent the block cannot be finalised either. So the first of several counts.
const PANICS: [(&str, &str); 14] = [
    ("no space left for the block in the unincluded segment", "SEG-5"),
    ("expected parent to be included", "SEG-5a"),
    ("included head not present in relay storage proof", "SEG-5a"),
    ("relay chain block number needs to strictly increase between parachain blocks", "RPN-1"),
    ("relay chain block number needs to monotonically increase between parachain blocks", "RPN-1"),
    ("slot moved backwards", "HOOK-2"),
    ("authored blocks limit is reached for the slot", "HOOK-3"),
    ("parachain slot must match relay-derived slot", "HOOK-4"),
    ("slot number mismatch", "HOOK-4"),
    ("unincluded segment limits exceeded", "SEG-6"),
    ("validationdata must be updated only once in a block", "BLK-4"),
    ("set_validation_data inherent needs to be present in every block", "BLK-4"),
    ("slot must increase", "BLK-3"),
    ("slot must not decrease", "BLK-3"),
];

/// Lines after the one that says where it panicked, within which the words come.
const WITHIN: u8 = 4;

/// Looks for panics, which take two or three lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Panics {
    /// Lines in which the words may still come.
    left: u8,
}

impl Panics {
    /// The rule of a panic, and its words, if the line has them.
    pub(super) fn see(&mut self, line: &str) -> Option<(&'static str, String)> {
        if line.contains("panicked at") {
            self.left = WITHIN + 1;
        }
        self.left = self.left.checked_sub(1)?;
        let small = line.to_ascii_lowercase();
        let found = PANICS.iter().find_map(|&(words, rule)| Some((small.find(words)?, rule)));
        let (at, rule) = found?;
        self.left = 0;
        // Small ASCII letters leave the bytes where they are.
        let words = line.get(at..).unwrap_or(line).trim_end();
        Some((rule, words.chars().take(160).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::Panics;

    fn seen(lines: &[&str]) -> Option<(&'static str, String)> {
        let mut panics = Panics::default();
        lines.iter().find_map(|line| panics.see(line))
    }

    #[test]
    fn the_words_come_on_the_line_or_soon_after() {
        let words = "Slot moved backwards: stored_slot=Slot(8), relay_chain_slot=Slot(7)";
        let old = "panicked at 'slot number mismatch', src/consensus_hook.rs:59:9";
        assert_eq!(seen(&["x panicked at lib.rs:1:2:", words]), Some(("HOOK-2", words.to_owned())));
        assert_eq!(seen(&[old]).map(|(rule, _)| rule), Some("HOOK-4"));
        assert_eq!(
            seen(&["panicked at a:1:2:", "assertion failed", words]).map(|one| one.0),
            Some("HOOK-2")
        );
        assert_eq!(seen(&[words]), None, "nobody panicked");
        assert_eq!(seen(&["panicked at a:1:2:", "1", "2", "3", "4", words]), None, "too far");
    }
}
