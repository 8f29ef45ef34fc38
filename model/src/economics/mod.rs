//! Astar's emission: what is issued per block, era and period, and what the 6 s switch does to it.
//!
//! Once per cycle (a "year" counted in blocks) the chain multiplies its total issuance by the
//! maximum inflation rate. It splits that emission into six parts and divides each by the number of
//! blocks, eras or periods in the cycle. Only the collator and the treasury part are paid per
//! block, so only they had to be halved when the block time was; the other four follow the
//! calendar, whose eras grew to twice as many blocks. Every step rounds, and the rounding decides
//! the last planck: [`rounding`] has the operations, [`calendar`] the counts, [`inflation`] the
//! amounts and [`networks`] the production values.
//!
//! Sources are files of `AstarNetwork/Astar` at commit `b57fb622c` (runtime 1600, Astar's first at
//! 6 s) and crates of the SDK release it is locked to, unless a rule says otherwise.

pub mod calendar;
pub mod inflation;
pub mod named;
pub mod networks;
pub mod rounding;

pub use calendar::{BlockTime, Calendar, IllegalCalendar};
pub use inflation::{Emissions, InflationConfiguration, InflationParameters, recalculate};
pub use rounding::{Perbill, Percent, Permill, Perquintill};

/// An amount of the native token; planck, the whole range of `u128`.
///
/// Source: `primitives/src/lib.rs`, `Balance`.
pub type Balance = u128;

/// One token; planck (ASTR, SDN and SBY all have 18 decimals).
///
/// Source: `runtime/astar/src/lib.rs`, `ASTR`; the other runtimes alike.
pub const TOKEN: Balance = 1_000_000_000_000_000_000;
