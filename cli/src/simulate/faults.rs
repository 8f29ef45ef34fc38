//! When blocks come: a relay chain that skips slots, and para blocks that are lost or late.
//!
//! Coarser than the model that `check` explores: one core, no forks, no timeouts. A relay block
//! first includes what is backed, then backs the oldest block that waits, then a collator builds
//! on the newest one, if the segment has room.

use std::collections::VecDeque;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// How often things go wrong; rates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    /// Relay slots without a block.
    pub(crate) skipped_slots: f64,
    /// Para blocks that are lost.
    pub(crate) orphaned: f64,
    /// Backed blocks that wait one more relay block.
    pub(crate) late: f64,
}

/// The relay chain and what waits for it.
#[derive(Debug)]
pub(crate) struct Timeline {
    faults: Faults,
    random: ChaCha8Rng,
    /// Relay slots so far.
    pub(crate) slots: u64,
    /// Relay blocks so far.
    pub(crate) relay_blocks: u64,
    /// Para blocks authored so far.
    pub(crate) authored: u64,
    /// Para blocks lost so far.
    pub(crate) lost: u64,
    /// Authored and not included, oldest first.
    segment: VecDeque<ParaBlock>,
    /// Whether the oldest one is backed.
    pending: bool,
}

#[derive(Debug)]
struct ParaBlock {
    slot: u64,
    is_lost: bool,
}

impl Timeline {
    /// Nothing has happened.
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        Timeline {
            faults,
            random: ChaCha8Rng::seed_from_u64(seed),
            slots: 0,
            relay_blocks: 0,
            authored: 0,
            lost: 0,
            segment: VecDeque::new(),
            pending: false,
        }
    }

    /// The relay slot in which the next block was authored that is included.
    ///
    /// The segment holds `capacity` blocks at most.
    pub(crate) fn next_included(&mut self, capacity: usize) -> u64 {
        loop {
            self.slots += 1;
            if self.happens(self.faults.skipped_slots) {
                continue;
            }
            self.relay_blocks += 1;
            let included = self.include();
            self.back();
            self.author(capacity);
            if let Some(block) = included {
                return block.slot;
            }
        }
    }

    fn include(&mut self) -> Option<ParaBlock> {
        if !self.pending || self.happens(self.faults.late) {
            return None;
        }
        self.pending = false;
        self.segment.pop_front()
    }

    fn back(&mut self) {
        let Some(oldest) = self.segment.front().filter(|_| !self.pending) else { return };
        if oldest.is_lost {
            self.lost += self.segment.len() as u64;
            self.segment.clear();
        } else {
            self.pending = true;
        }
    }

    fn author(&mut self, capacity: usize) {
        if self.segment.len() < capacity {
            let is_lost = self.happens(self.faults.orphaned);
            self.segment.push_back(ParaBlock { slot: self.slots, is_lost });
            self.authored += 1;
        }
    }

    /// Whether a fault of that rate happens; nothing is drawn for one that never does.
    fn happens(&mut self, rate: f64) -> bool {
        rate > 0.0 && f64::from(self.random.next_u32()) < rate * f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(faults: Faults, capacity: usize) -> Vec<u64> {
        let mut timeline = Timeline::new(faults, 0);
        (0..1000).map(|_| timeline.next_included(capacity)).collect()
    }

    const NONE: Faults = Faults { skipped_slots: 0.0, orphaned: 0.0, late: 0.0 };

    #[test]
    fn a_segment_of_one_block_takes_two_slots_and_one_of_three_takes_one() {
        let gaps = |slots: &[u64]| slots.windows(2).map(|two| two[1] - two[0]).collect::<Vec<_>>();
        assert!(gaps(&slots(NONE, 1)).iter().all(|&gap| gap == 2));
        assert!(gaps(&slots(NONE, 3)).iter().all(|&gap| gap == 1));
    }

    #[test]
    fn every_fault_costs_time_and_never_order() {
        for faults in [
            Faults { skipped_slots: 0.3, ..NONE },
            Faults { orphaned: 0.3, ..NONE },
            Faults { late: 0.3, ..NONE },
        ] {
            let slots = slots(faults, 3);
            assert!(slots.windows(2).all(|two| two[0] < two[1]));
            assert!(*slots.last().expect("a thousand") > 1200, "{faults:?}");
        }
    }

    /// INV-17, HOOK-3: one block for each relay block, and those that were in flight.
    #[test]
    fn no_more_is_included_than_the_relay_chain_has_blocks() {
        let mut timeline =
            Timeline::new(Faults { skipped_slots: 0.2, orphaned: 0.1, late: 0.1 }, 7);
        for included in 1..10_000 {
            timeline.next_included(3);
            assert!(included <= timeline.relay_blocks);
            assert_eq!(timeline.authored, included + timeline.lost + timeline.segment.len() as u64);
        }
    }
}
