//! What is remembered of a log: a few thousand blocks, the oldest of which are forgotten.

use std::collections::{HashMap, VecDeque};

use super::hash::Printed;
use super::message::{Collator, State};

/// Blocks of both chains that are remembered: some hours of them.
const BLOCKS: usize = 4096;

/// Relay parents that are remembered.
const RELAY_PARENTS: usize = 512;

/// Blocks on one relay parent that are told apart.
const ON_ONE: usize = 64;

/// A block of either chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) hash: Printed,
    pub(super) number: u64,
    /// What is known of it because this collator built it.
    pub(super) own: Option<Own>,
}

/// A block that this collator built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) collator: Collator,
    pub(super) parent: Printed,
    pub(super) relay_parent: Printed,
    pub(super) relay_number: Option<u64>,
    pub(super) slot: Option<u64>,
    /// Blocks of its chain, itself among them, that were built on its relay parent.
    pub(super) on_relay_parent: u64,
    /// Relay blocks from its relay parent to its backing.
    pub(super) backed: Option<u64>,
    /// Relay blocks from its backing to its inclusion.
    pub(super) included: Option<u64>,
    /// The relay blocks that were said to have done so last.
    pub(super) backed_by: Option<Printed>,
    pub(super) included_by: Option<Printed>,
    /// The lowest relay parent that showed it as included.
    pub(super) shown_by: Option<u64>,
    /// How far it had come when it expired.
    pub(super) expired: Option<State>,
}

impl Own {
    /// The relay block that backed it.
    pub(super) fn backed_in(&self) -> Option<u64> {
        self.relay_number?.checked_add(self.backed?)
    }

    /// The relay block that included it.
    pub(super) fn included_in(&self) -> Option<u64> {
        self.backed_in()?.checked_add(self.included?)
    }
}

/// The blocks, by the bytes that every form of their hashes has.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    known: HashMap<[u8; 4], Block>,
    order: VecDeque<[u8; 4]>,
    /// Own blocks that were forgotten.
    pub(super) forgotten: u64,
}

impl Blocks {
    /// A block by its hash.
    pub(super) fn get(&self, hash: Printed) -> Option<&Block> {
        self.known.get(&hash.ends()).filter(|block| block.hash.is(hash))
    }

    /// What is known of a block of this collator.
    pub(super) fn own(&self, hash: Printed) -> Option<&Own> {
        self.get(hash)?.own.as_ref()
    }

    /// The same, to be added to.
    pub(super) fn own_mut(&mut self, hash: Printed) -> Option<&mut Own> {
        let block = self.known.get_mut(&hash.ends())?;
        block.hash.is(hash).then_some(block.own.as_mut()).flatten()
    }

    /// The number of a block.
    pub(super) fn number(&self, hash: Printed) -> Option<u64> {
        Some(self.get(hash)?.number)
    }

    /// Takes down a number. The answer is the other number that it had, if it had one.
    pub(super) fn learn(&mut self, hash: Printed, number: u64) -> Option<u64> {
        if let Some(block) = self.known.get_mut(&hash.ends()).filter(|block| block.hash.is(hash)) {
            block.hash = block.hash.with(hash);
            return (block.number != number).then_some(block.number);
        }
        if self.order.len() == BLOCKS
            && let Some(oldest) = self.order.pop_front()
            && let Some(block) = self.known.remove(&oldest)
        {
            self.forgotten += u64::from(block.own.is_some());
        }
        // Of two hashes with the same ends the older is forgotten, and its place goes with it.
        if self.known.insert(hash.ends(), Block { hash, number, own: None }).is_none() {
            self.order.push_back(hash.ends());
        }
        None
    }

    /// Takes down that this collator built a block that is known.
    pub(super) fn built(&mut self, hash: Printed, own: Own) {
        if let Some(block) = self.known.get_mut(&hash.ends()) {
            block.own = Some(own);
        }
    }
}

/// What was done on a relay parent.
#[derive(Clone, Debug)]
pub(super) struct RelayParent {
    hash: Printed,
    /// The para slot that was derived from it.
    pub(super) slot: Option<u64>,
    /// Blocks that this collator built on it.
    pub(super) built: u64,
    /// The parents of these, the first of them.
    pub(super) parents: Vec<Printed>,
    /// The cores for which they were submitted, the first of them.
    pub(super) cores: Vec<u64>,
}

impl RelayParent {
    /// Takes down a parent on which a block was built, or a core.
    pub(super) fn note<T>(list: &mut Vec<T>, one: T) {
        if list.len() < ON_ONE {
            list.push(one);
        }
    }
}

/// The newest relay parents.
#[derive(Debug, Default)]
pub(super) struct RelayParents(VecDeque<RelayParent>);

impl RelayParents {
    /// One that is remembered.
    pub(super) fn get(&self, hash: Printed) -> Option<&RelayParent> {
        self.0.iter().rev().find(|one| one.hash.is(hash))
    }

    /// One that is remembered from now on.
    pub(super) fn of(&mut self, hash: Printed) -> &mut RelayParent {
        let known = self.0.iter().rposition(|one| one.hash.is(hash));
        let place = known.unwrap_or_else(|| {
            if self.0.len() == RELAY_PARENTS {
                self.0.pop_front();
            }
            let (parents, cores) = (Vec::new(), Vec::new());
            self.0.push_back(RelayParent { hash, slot: None, built: 0, parents, cores });
            self.0.len() - 1
        });
        &mut self.0[place]
    }

    /// A collator that starts again remembers nothing of what it built.
    pub(super) fn forget_blocks(&mut self) {
        self.0.iter_mut().for_each(|one| one.parents.clear());
    }
}
