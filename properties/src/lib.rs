//! What must hold of the model, and the searches for a run in which it does not.
//!
//! [`catalogue`] lists every property on one line. [`invariant`] speaks of one state, [`step`] of
//! a state, an action and what followed, [`emission`] of amounts and the calendar around the switch to
//! 6 s blocks, [`reachable`] of situations that must be found, and [`progress`] of what can still
//! happen. [`search`] decides them; [`oracle`] lets stateright explore the same model, as a second
//! opinion. [`economy`] has the claims about emission as a whole, with claims, maintenance, fees and
//! root, and a search of its own.
//!
//! On the whole [`mod@graph`] of a scenario, [`outlook`] says what must happen, [`rates`] how fast, and
//! [`long_run`] judges both; [`recovery`] says how soon another block is included after faults. [`pace`] follows the run in which nothing goes wrong, [`mishap`] says what
//! one block that goes wrong costs, [`grid`] varies parameters and [`smallest`] looks for the least
//! capacity. [`claims`] judges what was said in public about Astar's upgrade.

pub mod catalogue;
pub mod claims;
pub mod economy;
pub mod emission;
pub mod fingerprint;
pub mod graph;
pub mod grid;
pub mod invariant;
pub mod label;
pub mod lasso;
pub mod long_run;
pub mod measured;
pub mod messages;
pub mod mishap;
pub mod oracle;
pub mod outlook;
pub mod pace;
pub mod progress;
pub mod rates;
pub mod reachable;
pub mod recovery;
pub mod runs;
pub mod search;
pub mod smallest;
pub mod step;
pub mod transition;
pub mod walk;

pub use catalogue::{CATALOGUE, Check, Kind, PROMISES, Promised, Property};
pub use lasso::Lasso;
pub use measured::Measured;
pub use oracle::Oracle;
pub use pace::Pace;
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
