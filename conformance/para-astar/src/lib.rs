//! Astar's generation of the cumulus pallets beside the model: the same mock runtime as that of the
//! newest generation, compiled against the crates that Astar's lock file names.

mod generation;
#[path = "../../para/src/mock.rs"]
mod mock;
#[path = "../../para/src/published.rs"]
mod published;

/// `cumulus-pallet-parachain-system` 0.25 and `cumulus-pallet-aura-ext` 0.25.
pub use published::Published as Astars;
pub use published::{Block, Relay};
