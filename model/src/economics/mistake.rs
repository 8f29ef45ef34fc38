//! Wrong forms of the economics: each is a slip that somebody made or could make.
//!
//! A machine takes at most one of them ([`Machine::with`](super::Machine::with)); a test names the
//! claim that notices it.

/// A wrong form of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// M1, UPG-2: the block rewards stay what they were.
    RewardsNotHalved,
    /// M2, UPG-2: the block rewards are halved twice.
    RewardsHalvedTwice,
    /// M3, UPG-3: the running era keeps its end.
    EraNotStretched,
    /// M4, UPG-3: the running era is stretched from the first new block.
    EraStretchedFromTheNewBlock,
    /// M7, INFL-9: recalculation waits for the first block of the era.
    RecalculatedInTheNewEra,
    /// M8, EMIT-8: pools are minted at the end of the era, and again at claims.
    PoolsMintedAtTheEnd,
    /// M10, CYC-4: era lengths are counted where era numbers belong (BUG-2).
    EraLengthsCounted,
    /// M11, DAPP-8: claims never expire.
    RetentionIgnored,
    /// M12, EMIT-12: the cap of runtimes up to 1400 is back (BUG-3).
    CapReinstated,
    /// M13, UPG-6: an unlocking block is doubled, and not what remains until it.
    UnlockingBlockDoubled,
    /// M14, TIME-10: an era that starts late ends as if it had started in time.
    EraCatchesUp,
    /// INV-3: what a claim has paid can be claimed again.
    EntitlementKept,
    /// EMIT-3: the rewards of a block are dropped where they are resolved into the accounts, so the issuance falls
    /// back.
    CreditDropped,
    /// INFL-4: a recalculation leaves its flag behind.
    FlagKept,
    /// M15, INFL-15: recalculation sets the decay factor back to one.
    DecayReset,
    /// BUG-1: a recalculation is due every so many blocks, wherever eras are.
    RecalculatedAtABlock,
    /// BUG-10: voting stakes of earlier periods are kept in the sum that a bonus is divided by.
    VotingStakeKept,
    /// BUG-11: records are cleaned up a period too early.
    CleanedUpEarly,
}
