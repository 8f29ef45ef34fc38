//! What every layer's comparison of the model with published code shares: how much to try, where a
//! divergence is kept, and the para side's course of a run beside the model.

pub mod asked;
pub mod attempt;
pub mod divergence;
pub mod effort;
pub mod expected;
pub mod explore;
pub mod pallets;
pub mod reason;
pub mod shrink;
pub mod suite;
pub mod walk;
pub mod way;
pub mod world;

pub use divergence::Divergence;
pub use effort::Effort;
pub use pallets::{Attempt, Authored, Message, Observed, Pallets, Setting, Shown};
pub use world::{Case, World};
