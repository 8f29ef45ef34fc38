//! The newest cumulus pallets, in a mock runtime outside their crate, beside the model.

mod generation;
mod mock;
mod published;

/// `cumulus-pallet-parachain-system` 0.32 and `cumulus-pallet-aura-ext` 0.32.
pub use published::Published as Newest;
pub use published::{Block, Relay};
