//! How much is tried: a few minutes' worth in the gate, much more at night.

use std::env;

/// The variable that asks for the nightly amount: `UNINCLUDED_CONFORMANCE=nightly`.
pub const VARIABLE: &str = "UNINCLUDED_CONFORMANCE";

/// How much a driver tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// What fits into the gate.
    Gate,
    /// What a night is for.
    Nightly,
}

impl Effort {
    /// What the environment asks for; the gate's amount unless it says otherwise.
    pub fn asked() -> Self {
        match env::var(VARIABLE) {
            Ok(value) if value == "nightly" => Effort::Nightly,
            _ => Effort::Gate,
        }
    }

    /// One of two amounts.
    pub fn of<T>(self, gate: T, nightly: T) -> T {
        match self {
            Effort::Gate => gate,
            Effort::Nightly => nightly,
        }
    }
}
