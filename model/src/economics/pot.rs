//! The collators' pot: filled by rewards and fees, half of it paid to each author.

use super::Balance;
use super::rounding::ration;

/// COLL-4: what is burned of a fee, and what the pot gets of it; per cent.
const FEE_SHARES: (u32, u32) = (80, 20);

/// COLL-1: what the author of a block gets from a pot of `pot`; planck.
///
/// The pot keeps its existential deposit for ever (COLL-3). As half stays behind, a reward that
/// halves reaches the authors over some blocks (COLL-2).
/// Source: `pallets/collator-selection/src/lib.rs`, `note_author`.
pub const fn author_payout(pot: Balance, existential_deposit: Balance) -> Balance {
    pot.saturating_sub(existential_deposit) / 2
}

/// COLL-4, ROUND-7: what of a fee is burned and what goes to the pot, with all of the tip; planck.
///
/// Source: `runtime/astar/src/lib.rs`, `DealWithFees`.
pub const fn fee_split(fee: Balance, tip: Balance) -> (Balance, Balance) {
    let (burned, kept) = ration(fee, FEE_SHARES.0, FEE_SHARES.1);
    (burned, kept.saturating_add(tip))
}
