//! What must hold of the model, and the searches for a run in which it does not.
//!
//! [`catalogue`] lists every property on one line. [`invariant`] speaks of one state, [`step`] of
//! a state, an action and what followed, [`emission`] of amounts and the calendar around the switch to
//! 6 s blocks, [`reachable`] of situations that must be found, and
//! [`progress`] of what can still happen. [`search`] decides them; [`oracle`] lets stateright
//! explore the same model, as a second opinion. On the whole [`mod@graph`] of a scenario, [`outlook`]
//! says what must happen, [`rates`] how fast, and [`long_run`] judges both.

pub mod catalogue;
pub mod emission;
pub mod fingerprint;
pub mod graph;
pub mod invariant;
pub mod label;
pub mod lasso;
pub mod long_run;
pub mod messages;
pub mod oracle;
pub mod outlook;
pub mod progress;
pub mod rates;
pub mod reachable;
pub mod runs;
pub mod search;
pub mod step;
pub mod transition;
pub mod walk;

pub use catalogue::{CATALOGUE, Check, Kind, Property};
pub use lasso::Lasso;
pub use oracle::Oracle;
pub use search::{Cut, Limits, Outcome, Report, Search, Stop};
pub use transition::Transition;

/// Whether a property holds, and if not, why, in words.
pub type Verdict = Result<(), String>;

/// The formula of a property: what must hold, and what to say where it does not.
macro_rules! holds {
    ($condition:expr, $($because:tt)*) => {
        if !$condition {
            return Err(format!($($because)*));
        }
    };
}
pub(crate) use holds;
