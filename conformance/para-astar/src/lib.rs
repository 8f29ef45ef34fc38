//! Astar's generation of the cumulus pallets beside the model: the same mock runtime as that of the
//! newest generation, compiled against the crates that Astar's lock file names.

mod generation;
#[path = "../../para/src/mock.rs"]
mod mock;
#[path = "../../para/src/observe.rs"]
mod observe;
#[path = "../../para/src/proof.rs"]
mod proof;
#[path = "../../para/src/published.rs"]
mod published;
#[path = "../../para/src/quiet.rs"]
mod quiet;
#[cfg(test)]
#[path = "../../para/src/tests.rs"]
mod tests;

pub use proof::Relay;
pub use published::Block;
/// `cumulus-pallet-parachain-system` 0.25 and `cumulus-pallet-aura-ext` 0.25.
pub use published::Published as Astars;
