//! A short name for a long text, the same on every machine.

use sha2::{Digest, Sha256};

/// The first half of the SHA-256 of a text, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    let mut digest = format!("{:x}", Sha256::digest(text.as_bytes()));
    digest.truncate(32);
    digest
}
