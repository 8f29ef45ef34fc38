//! The states that a thread met last, and what is known of them: a table small enough to stay near,
//! which forgets what it has no room for.

/// What is known of a state: its number, or its place among those that a part met.
pub(super) type Known = u32;

/// The bit of what is known of a state that has no number yet.
pub(super) const UNNUMBERED: Known = 1 << 31;

/// Of a slot that is free.
const NOTHING: Known = Known::MAX;

/// Slots that one fingerprint may be in: as many as memory hands out together.
const WAYS: usize = 4;

/// From fingerprints to what is known.
#[derive(Debug)]
pub(super) struct Recent {
    sets: Vec<[Slot; WAYS]>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    fingerprint: u64,
    known: Known,
}

impl Recent {
    /// With so many sets of slots, a power of two.
    pub(super) fn new(sets: usize) -> Self {
        let free = Slot { fingerprint: 0, known: NOTHING };
        Recent { sets: vec![[free; WAYS]; sets.next_power_of_two()] }
    }

    #[inline]
    fn set(&mut self, fingerprint: u64) -> &mut [Slot; WAYS] {
        let place = fingerprint as usize & (self.sets.len() - 1);
        &mut self.sets[place]
    }

    /// What is known of a fingerprint. If nothing is, `known` is from now on, and what was met first of
    /// those in its way is forgotten.
    #[inline]
    pub(super) fn meet(&mut self, fingerprint: u64, known: Known) -> Option<Known> {
        let set = self.set(fingerprint);
        let is = |slot: &&Slot| slot.fingerprint == fingerprint && slot.known != NOTHING;
        if let Some(slot) = set.iter().find(is) {
            return Some(slot.known);
        }
        set.copy_within(..WAYS - 1, 1);
        set[0] = Slot { fingerprint, known };
        None
    }

    /// Something else is known of a fingerprint now, if it was not forgotten.
    #[inline]
    pub(super) fn learn(&mut self, fingerprint: u64, known: Known) {
        let slots = self.set(fingerprint).iter_mut();
        slots.filter(|slot| slot.fingerprint == fingerprint).for_each(|slot| slot.known = known);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use quickcheck::quickcheck;

    use super::Recent;

    quickcheck! {
        /// What it says is so, however much it forgot.
        fn it_says_nothing_that_it_was_not_told(met: Vec<(u64, bool)>, crowded: bool) -> bool {
            let mut recent = Recent::new(4);
            let mut told: HashMap<u64, u32> = HashMap::new();
            (0..).zip(met).all(|(known, (print, learns))| {
                let print = if crowded { print % 30 } else { print };
                let said = recent.meet(print, known);
                let is_so = said.is_none_or(|said| told.get(&print) == Some(&said));
                if said.is_none() {
                    told.insert(print, known);
                }
                if learns {
                    told.insert(print, known + 1_000);
                    recent.learn(print, known + 1_000);
                }
                is_so
            })
        }
    }

    #[test]
    fn it_knows_the_last_and_forgets_the_first() {
        let mut recent = Recent::new(1);
        for print in 0..5 {
            assert_eq!(recent.meet(print, print as u32), None);
        }
        assert_eq!(recent.meet(4, 9), Some(4));
        assert_eq!(recent.meet(1, 9), Some(1));
        assert_eq!(recent.meet(0, 9), None);
        recent.learn(0, 7);
        assert_eq!(recent.meet(0, 8), Some(7));
    }
}
