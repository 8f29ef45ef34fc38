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
//! The rest runs: [`chain`] executes block after block, hook by hook. [`pools`] has what eras and
//! periods set aside, [`eras`] when they end, [`claims`] how a reward comes to be minted, [`tiers`]
//! what a dApp earns, [`pot`] what authors get and [`decay`] what Astar added in 2026. [`switch`] is
//! the first block of the 6 s runtime, [`constants`] what it changed, and [`in_flight`] what was
//! under way; [`elsewhere`] has what other chains did, and [`rollout`] says when the switch came to which
//! network. The machine is deterministic and knows no forks: a fork is another [`Chain`].
//!
//! Sources are files of `AstarNetwork/Astar` at commit `b57fb622c` (runtime 1600, Astar's first at
//! 6 s) and crates of the SDK release it is locked to, unless a rule says otherwise.

pub mod calendar;
pub mod chain;
pub mod claims;
pub mod constants;
pub mod decay;
pub mod elsewhere;
pub mod eras;
pub mod in_flight;
pub mod inflation;
pub mod mistake;
pub mod named;
pub mod network;
pub mod networks;
pub mod pools;
pub mod pot;
pub mod rollout;
pub mod rounding;
pub mod switch;
pub mod tiers;

pub use calendar::{BlockTime, Calendar, IllegalCalendar};
pub use chain::{Block, Call, Chain, Machine, Receipt};
pub use elsewhere::Elsewhere;
pub use inflation::{Emissions, InflationConfiguration, InflationParameters, recalculate};
pub use mistake::Mistake;
pub use network::Network;
pub use rounding::{Perbill, Percent, Permill, Perquintill};

/// An amount of the native token; planck, the whole range of `u128`.
///
/// Source: `primitives/src/lib.rs`, `Balance`.
pub type Balance = u128;

/// One token; planck (ASTR, SDN and SBY all have 18 decimals).
///
/// Source: `runtime/astar/src/lib.rs`, `ASTR`; the other runtimes alike.
pub const TOKEN: Balance = 1_000_000_000_000_000_000;
