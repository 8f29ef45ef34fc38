//! The relay chain's runtime pallets beside the model.
//!
//! A mock runtime of the published pallets ([`runtime`]) grows by whole blocks through its real
//! `enter`, with signed votes ([`chain`], [`candidate`]). The model's actions drive it ([`driver`]); after
//! every step what the model says of a relay branch is compared with what the pallets hold
//! ([`compare`]), and of a refusal who refused and why ([`reasons`]). [`cover`] takes every edge of a
//! graph, [`walk`] goes at random, and a [`Divergence`] is shrunk, named and kept.

mod candidate;
mod chain;
mod compare;
mod cover;
mod divergence;
#[cfg(test)]
mod driven;
mod driver;
mod evidence;
mod joined;
mod named;
mod parts;
#[cfg(test)]
mod quirks;
mod reasons;
mod runtime;
mod scenarios;
mod settings;
mod views;
mod walk;
mod words;
mod world;

pub use compare::Difference;
pub use cover::{Covered, Extent, cover};
pub use divergence::{Change, Divergence, changed};
pub use driver::{Driver, Parting, Taken};
pub use joined::{Built, ParaHeads, RelayChain};
pub use scenarios::{
    Excluded, driver_of, model_of, nightly_scenarios, runnable, scenario, scenarios,
};
pub use settings::MOST_VALIDATORS;
pub use walk::{Walked, choices, follow, walk};
