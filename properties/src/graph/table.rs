//! The states that were met: from fingerprint to number, in twelve bytes a slot.
//!
//! Open addressing in shards, each of which grows by itself and by a little. The place of a
//! fingerprint goes up with the fingerprint, so a shard is written in order as it grows, and it need
//! not double: between 13 and 20 bytes a state, whatever their number.

/// What stands in a slot that is free.
const FREE: u32 = u32::MAX;

/// Bits of a fingerprint that choose the shard.
const SHARD_BITS: u32 = 6;

/// A fingerprint in two halves, and the number of the state.
type Slot = [u32; 3];

/// From fingerprints to numbers.
#[derive(Clone, Debug)]
pub struct Table {
    shards: Vec<Shard>,
    /// States held.
    len: usize,
}

#[derive(Clone, Debug, Default)]
struct Shard {
    slots: Vec<Slot>,
    len: usize,
}

/// Where the search for a fingerprint begins, and what stands there: looked up ahead for many, so that
/// memory answers for all of them at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Probe {
    fingerprint: u64,
    home: usize,
    first: Slot,
}

fn is(slot: Slot, fingerprint: u64) -> bool {
    slot[0] == fingerprint as u32 && slot[1] == (fingerprint >> 32) as u32
}

impl Default for Table {
    fn default() -> Self {
        Table { shards: vec![Shard::default(); 1 << SHARD_BITS], len: 0 }
    }
}

impl Table {
    /// States held.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.shards.iter().map(|shard| shard.slots.capacity() * size_of::<Slot>()).sum()
    }

    #[inline]
    fn shard(fingerprint: u64) -> usize {
        (fingerprint >> (u64::BITS - SHARD_BITS)) as usize
    }

    /// Begins to look for a fingerprint.
    #[inline]
    pub fn probe(&self, fingerprint: u64) -> Probe {
        let shard = &self.shards[Self::shard(fingerprint)];
        let home = shard.home(fingerprint);
        let first = shard.slots.get(home).copied().unwrap_or([0, 0, FREE]);
        Probe { fingerprint, home, first }
    }

    /// The number of a state that is held.
    #[inline]
    pub fn resolve(&self, probe: Probe) -> Option<u32> {
        let Probe { fingerprint, home, first } = probe;
        if first[2] == FREE {
            return None;
        }
        if is(first, fingerprint) {
            return Some(first[2]);
        }
        self.shards[Self::shard(fingerprint)].find_from(fingerprint, home).ok()
    }

    /// The number of a state that is held.
    pub fn find(&self, fingerprint: u64) -> Option<u32> {
        self.resolve(self.probe(fingerprint))
    }

    /// The number of a state, which is the next one if it was not held; and whether it was not.
    pub fn insert(&mut self, fingerprint: u64) -> (u32, bool) {
        let next = self.len as u32;
        let shard = &mut self.shards[Self::shard(fingerprint)];
        let number = shard.insert(fingerprint, next);
        self.len += usize::from(number == next);
        (number, number == next)
    }

    /// Forgets all numbers but the first so many.
    pub fn keep(&mut self, numbers: usize) {
        if numbers >= self.len {
            return;
        }
        self.len = 0;
        for shard in &mut self.shards {
            shard.rebuild(shard.slots.len(), |slot| (slot[2] as usize) < numbers);
            self.len += shard.len;
        }
    }
}

impl Shard {
    /// Where a fingerprint would stand if no other were in its way.
    #[inline]
    fn home(&self, fingerprint: u64) -> usize {
        let rest = fingerprint << SHARD_BITS;
        ((u128::from(rest) * self.slots.len() as u128) >> 64) as usize
    }

    /// The number of a fingerprint, or the slot where it belongs.
    #[inline]
    fn find_from(&self, fingerprint: u64, home: usize) -> Result<u32, usize> {
        let mut place = home;
        loop {
            let slot = self.slots[place];
            if slot[2] == FREE {
                return Err(place);
            }
            if is(slot, fingerprint) {
                return Ok(slot[2]);
            }
            place += 1;
            if place == self.slots.len() {
                place = 0;
            }
        }
    }

    fn insert(&mut self, fingerprint: u64, number: u32) -> u32 {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        match self.find_from(fingerprint, self.home(fingerprint)) {
            Ok(known) => known,
            Err(place) => {
                self.slots[place] = [fingerprint as u32, (fingerprint >> 32) as u32, number];
                self.len += 1;
                number
            }
        }
    }

    fn grow(&mut self) {
        self.rebuild(self.slots.len() + self.slots.len() / 7 + 8, |_| true);
    }

    /// Puts the slots that stay into so many.
    fn rebuild(&mut self, slots: usize, stays: impl Fn(Slot) -> bool) {
        let slots = std::mem::replace(&mut self.slots, vec![[0, 0, FREE]; slots]);
        self.len = 0;
        for slot in slots.into_iter().filter(|&slot| slot[2] != FREE && stays(slot)) {
            let fingerprint = u64::from(slot[0]) | u64::from(slot[1]) << 32;
            if let Err(place) = self.find_from(fingerprint, self.home(fingerprint)) {
                self.slots[place] = slot;
                self.len += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use quickcheck::quickcheck;

    use super::Table;

    quickcheck! {
        /// The table and one of the library agree, also where fingerprints crowd in one place.
        fn a_table_numbers_what_it_meets_in_order(prints: Vec<u64>, crowded: bool) -> bool {
            let mut table = Table::default();
            let mut known: HashMap<u64, u32> = HashMap::new();
            for print in prints {
                let print = if crowded { u64::MAX - print % 50 } else { print };
                let next = known.len() as u32;
                let before = known.get(&print).copied();
                let number = *known.entry(print).or_insert(next);
                if table.find(print) != before || table.insert(print) != (number, before.is_none()) {
                    return false;
                }
            }
            table.len() == known.len() && known.iter().all(|(&p, &n)| table.find(p) == Some(n))
        }
    }

    #[test]
    fn no_number_of_states_takes_more_than_twenty_bytes_each() {
        let mut table = Table::default();
        for n in 0..300_000u64 {
            table.insert(super::super::hash::fingerprint(&n));
            if n > 20_000 {
                assert!(table.memory() <= 20 * table.len(), "{n}: {}", table.memory());
            }
        }
    }
}
