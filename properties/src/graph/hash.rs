//! Telling states apart by 64 bits, the same on every machine: one hash for each state that is met.

use std::hash::{Hash, Hasher};

/// The fingerprint of anything that can be hashed.
pub fn fingerprint<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = Fingerprinter::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The probability that two of `states` different states share a fingerprint: n² / 2⁶⁵.
pub fn collision_probability(states: usize) -> f64 {
    let n = states as f64;
    (n * n / 2f64.powi(65)).min(1.0)
}

/// Packs what is written into words of 64 bits and mixes each into a state of 128.
///
/// A step of the mixing can be undone for every word, so two states that differ once stay different
/// until [`Hasher::finish`] takes 64 bits of the 128. Small numbers, as variants and lengths are, take
/// a byte.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprinter {
    left: u64,
    right: u64,
    /// The bytes that are not mixed in, at most seven, below a 1 that says how many there are.
    word: u64,
}

/// A word without a byte.
const EMPTY: u64 = 1;

/// Odd numbers without a pattern: the first digits of π.
const MIX: [u64; 4] =
    [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1, 0x082e_fa98_ec4e_6c89];

impl Default for Fingerprinter {
    fn default() -> Self {
        Fingerprinter { left: MIX[0], right: MIX[1], word: EMPTY }
    }
}

/// The two halves of a product.
#[inline]
fn product(a: u64, b: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64, (wide >> 64) as u64)
}

impl Fingerprinter {
    #[inline]
    fn mix(&mut self, word: u64) {
        let (low, high) = product(self.left ^ word, MIX[2]);
        self.left = self.right ^ high;
        self.right = low;
    }

    /// A number of one to four bytes.
    #[inline]
    fn push<const BITS: u32>(&mut self, value: u64) {
        if BITS > 8 && self.word >> (u64::BITS - BITS) != 0 {
            self.flush();
        }
        self.word = self.word << BITS | value;
        if self.word >> 56 != 0 {
            self.flush();
        }
    }

    #[inline]
    fn flush(&mut self) {
        self.mix(self.word);
        self.word = EMPTY;
    }

    /// A number of eight bytes.
    #[inline]
    fn push_whole(&mut self, value: u64) {
        self.flush();
        self.mix(value);
    }

    /// A number that is small as a rule: one byte, or a byte that is no such number and eight more.
    #[inline]
    fn push_small(&mut self, value: u64) {
        if value < 0xff {
            self.push::<8>(value);
        } else {
            self.push::<8>(0xff);
            self.push_whole(value);
        }
    }
}

impl Hasher for Fingerprinter {
    #[inline]
    fn finish(&self) -> u64 {
        let mut last = *self;
        last.flush();
        let (low, high) = product(last.left ^ MIX[3], last.right | 1);
        let (low, high) = product(low ^ high ^ last.right, MIX[0] | 1);
        low ^ high
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.push_whole(u64::from_le_bytes(*word));
        }
        for &byte in rest {
            self.push::<8>(u64::from(byte));
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.push::<8>(u64::from(value));
    }

    #[inline]
    fn write_u16(&mut self, value: u16) {
        self.push::<16>(u64::from(value));
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.push::<32>(u64::from(value));
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.push_whole(value);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.push_small(value as u64);
    }

    #[inline]
    fn write_isize(&mut self, value: isize) {
        self.push_small(value.cast_unsigned() as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{collision_probability, fingerprint};

    #[test]
    fn what_differs_in_one_place_has_another_fingerprint() {
        let mut seen = HashSet::new();
        for length in 0..40usize {
            for place in 0..=length {
                for value in 1..40u8 {
                    let mut bytes = vec![0u8; length];
                    if let Some(byte) = bytes.get_mut(place) {
                        *byte = value;
                        assert!(seen.insert(fingerprint(&bytes)), "{bytes:?}");
                    }
                }
            }
        }
    }

    /// Where a number stops to be small, and where a word is full.
    #[test]
    fn numbers_around_a_byte_and_a_word_are_told_apart() {
        let mut seen = HashSet::new();
        for a in [0, 1, 0xfe, 0xff, 0x100, 0xffff, usize::MAX - 1, usize::MAX] {
            for b in [0, 1, 0xfe, 0xff, 0x100, usize::MAX] {
                for c in [0u64, 1, u64::MAX] {
                    assert!(seen.insert(fingerprint(&(a, c, b, -1isize))), "{a} {b} {c}");
                }
            }
        }
    }

    /// Every bit is set in half of the fingerprints of the first numbers, and every number of
    /// leading bits is hit about as often as any other.
    #[test]
    fn fingerprints_of_small_numbers_are_spread() {
        let all: Vec<u64> =
            (0..1u32 << 16).map(|n| fingerprint(&[n as u8, (n >> 8) as u8])).collect();
        for bit in 0..64 {
            let ones = all.iter().filter(|&print| print >> bit & 1 == 1).count();
            assert!((32_000..33_600).contains(&ones), "bit {bit}: {ones}");
        }
        let mut buckets = [0; 256];
        for &print in &all {
            buckets[(print >> 56) as usize] += 1;
        }
        assert!(buckets.iter().all(|&n| (170..350).contains(&n)), "{buckets:?}");
    }

    #[test]
    fn the_probability_of_a_collision_grows_with_the_square() {
        assert!(collision_probability(1_000_000) < 3e-8);
        assert!(collision_probability(10_000_000_000) > 0.9);
    }
}
