//! The newest cumulus pallets, in a mock runtime outside their crate, beside the model.

mod generation;
mod mock;
mod observe;
mod proof;
mod published;
mod quiet;
#[cfg(test)]
mod tests;

pub use proof::Relay;
pub use published::Block;
/// `cumulus-pallet-parachain-system` 0.32 and `cumulus-pallet-aura-ext` 0.32.
pub use published::Published as Newest;
