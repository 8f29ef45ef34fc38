//! What a dApp earns in an era: its tier's reward, and more by its rank.

use super::rounding::tier_reward;
use super::{Balance, Permill};

/// The rank is counted in tenths of the way to the next tier.
const MAX_RANK: u8 = 10;

/// A tier as an era uses it.
///
/// Source: `pallets/dapp-staking/src/types.rs`, `TiersConfiguration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tier {
    /// Its part of the dApp pool.
    pub portion: Permill,
    /// How many dApps it holds at most.
    pub slots: u16,
}

/// Where a dApp stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its tier, counted from 0, the highest.
    pub tier: usize,
    /// Its rank within the tier; 0 to 10.
    pub rank: u8,
}

/// DAPP-10: what each dApp earns of `pool`, in the order of `places`; planck.
///
/// None where a dApp is in no tier: there is none of that number, or the slots are taken by the first.
/// Source: `pallets/dapp-staking/src/lib.rs`, `get_dapp_tier_assignment_and_rewards`, and
/// `types.rs`, `try_claim`.
pub fn tier_rewards(pool: Balance, tiers: &[Tier], places: &[Place]) -> Vec<Option<Balance>> {
    let mut slots_left: Vec<u16> = tiers.iter().map(|tier| tier.slots).collect();
    let is_in: Vec<bool> = places
        .iter()
        .map(|place| {
            let Some(left) = slots_left.get_mut(place.tier).filter(|left| **left > 0) else {
                return false;
            };
            *left -= 1;
            true
        })
        .collect();
    let ranked = || places.iter().zip(&is_in).filter(|(_, is_in)| **is_in).map(|(place, _)| place);
    let per_tier: Vec<(Balance, Balance)> = tiers
        .iter()
        .enumerate()
        .map(|(index, tier)| {
            let reward = tier_reward(tier.portion, pool, tier.slots);
            let ranks = ranked().filter(|place| place.tier == index).map(|place| place.rank);
            (reward, rank_reward(reward, tier.slots, ranks))
        })
        .collect();
    let earned = |place: &Place| {
        let (reward, per_rank) = per_tier[place.tier];
        reward.saturating_add(per_rank.saturating_mul(place.rank.into()))
    };
    places.iter().zip(&is_in).map(|(place, is_in)| is_in.then(|| earned(place))).collect()
}

/// DAPP-10, DAPP-11: what one rank adds in a tier; planck.
///
/// A tenth of the reward for each rank, but all of them together never more than the empty slots
/// would have earned. So a tier stays within its portion.
/// Source: `get_dapp_tier_assignment_and_rewards`.
pub fn rank_reward(tier_reward: Balance, slots: u16, ranks: impl Iterator<Item = u8>) -> Balance {
    let (mut filled, mut sum): (u16, Balance) = (0, 0);
    for rank in ranks {
        filled = filled.saturating_add(1);
        sum += Balance::from(rank);
    }
    if sum == 0 {
        return 0;
    }
    let wanted = (tier_reward / Balance::from(MAX_RANK)).saturating_mul(sum);
    let left = tier_reward.saturating_mul(slots.saturating_sub(filled).into());
    wanted.min(left) / sum
}

/// DAPP-10: how far a dApp of `stake` is from `lower` to `upper`; tenths, 0 to 10.
///
/// `upper` is the threshold of the next tier, none for the highest one. More than 255 tenths do not
/// fit the runtime's byte, and count as none.
/// Source: `primitives/src/dapp_staking.rs`, `RankedTier::find_rank`.
pub fn rank(lower: Balance, upper: Option<Balance>, stake: Balance) -> u8 {
    let Some(upper) = upper else { return 0 };
    let tenth = upper.saturating_sub(lower) / Balance::from(MAX_RANK);
    if tenth == 0 {
        return 0;
    }
    let tenths = stake.saturating_sub(lower) / tenth;
    u8::try_from(tenths).unwrap_or(0).min(MAX_RANK)
}
