//! Telling states apart by 128 bits, the same on every machine.

use std::hash::{BuildHasherDefault, Hasher};

use unincluded_model::State;
use xxhash_rust::xxh3::xxh3_128;

/// The fingerprint of a state: XXH3-128 of its encoding. `scratch` is overwritten.
pub fn fingerprint(state: &State, scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    state.encode(scratch);
    xxh3_128(scratch)
}

/// The probability that two of `states` different states share a fingerprint: n² / 2¹²⁹.
pub fn collision_probability(states: usize) -> f64 {
    let n = states as f64;
    n * n / 2f64.powi(129)
}

/// A map from fingerprints, which are hashes already.
pub type FingerprintMap<V> =
    std::collections::HashMap<u128, V, BuildHasherDefault<FingerprintHasher>>;

/// Takes the low half of a fingerprint for its hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct FingerprintHasher(u64);

impl Hasher for FingerprintHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = fingerprint as u64;
    }
}
