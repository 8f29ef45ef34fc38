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
    ///
    /// # Panics
    ///
    /// If it says something else than `gate` and `nightly`: a night would pass with the gate's amount.
    pub fn asked() -> Self {
        match env::var(VARIABLE).as_deref() {
            Ok("nightly") => Effort::Nightly,
            Ok("gate") | Err(_) => Effort::Gate,
            Ok(other) => panic!("{VARIABLE} is {other:?}, legal are gate and nightly"),
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
