//! The claims about Astar's emission, and the search through everything that users, root and the switch can do
//! to it on a short calendar.
//!
//! [`Ledger`] watches a chain of [`unincluded_model::economics`] block by block and says which claims a block
//! breaks, whatever the calendar and the amounts. [`Economy`] explores every chain that a [`Setting`] allows,
//! and [`Forks`] every tree of blocks that wait for their inclusion. What the two leave out is in decision
//! 0015.

mod canonical;
mod explore;
mod forks;
mod ledger;
mod settings;

pub use canonical::{Moment, canonical};
pub use explore::{Deed, Economy, Explored};
pub use forks::{Forks, ForksExplored};
pub use ledger::{Broken, CLAIMS, Cycle, Ledger};
pub use settings::{Asks, Setting, situations};
