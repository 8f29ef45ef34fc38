//! Blocks that wait for their inclusion: up to three, any of which can be lost with all that was built on it.

use std::collections::{BTreeMap, HashSet, VecDeque};

use unincluded_model::economics::{Balance, Receipt};

use super::explore::fingerprint;
use super::{Broken, Economy, Moment, Setting};

/// The trees of a setting: a chain of blocks on the included one, of which the newest may be lost, and others
/// authored in their place. Two forks of the relay chain differ in what they include and what they lose, so
/// siblings need not be there at the same time.
#[derive(Clone, Debug)]
pub struct Forks {
    /// What blocks may bring, and by which rules.
    pub economy: Economy,
    /// C: blocks that wait at most.
    pub capacity: usize,
    /// M9: whether the issuance is one counter of all authored blocks, and not part of a block's state.
    pub counts_all_authored: bool,
}

/// An included block and those that wait on it, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Tree {
    included: Moment,
    waiting: Vec<Waiting>,
    /// M9: the counter; planck.
    counter: Balance,
}

/// A block that waits. Its issuance is told apart until it is included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiting {
    moment: Moment,
    /// What it issued and what claims minted in it, and what it burned; planck.
    earned: (Balance, Balance),
    recalculates: bool,
    mints: bool,
    switches: bool,
}

/// What a search through trees found.
#[derive(Clone, Debug, Default)]
pub struct ForksExplored {
    /// Distinct trees.
    pub states: usize,
    /// Steps from one to another.
    pub steps: usize,
    /// Whether nothing was left.
    pub is_closed: bool,
    /// The claims that broke, with the number of steps to the first time.
    pub broken: BTreeMap<&'static str, usize>,
    /// How often each situation was met.
    pub met: BTreeMap<&'static str, usize>,
}

impl Forks {
    /// Three blocks wait at most, and the issuance is part of each block's state.
    pub fn new(setting: Setting) -> Self {
        Self { economy: Economy::new(setting), capacity: 3, counts_all_authored: false }
    }

    /// Everything that can happen, up to so many distinct trees.
    pub fn explore(&self, most: usize) -> ForksExplored {
        let mut found = ForksExplored { is_closed: true, ..ForksExplored::default() };
        let included = self.economy.start();
        let counter = included.chain.issuance;
        let start = Tree { included, waiting: Vec::new(), counter };
        let mut seen = HashSet::from([fingerprint(&start)]);
        let mut queue = VecDeque::from([(0, start)]);
        while let Some((depth, tree)) = queue.pop_front() {
            let mut nexts = self.authored(&tree);
            nexts.extend(self.with_oldest_included(&tree));
            nexts.extend(
                (0..tree.waiting.len()).map(|kept| (without(&tree, kept, &mut found), None)),
            );
            for (next, broken) in nexts {
                found.steps += 1;
                if let Some(id) = broken {
                    found.broken.entry(id).or_insert(depth + 1);
                }
                let newest = next.waiting.last().map_or(Broken::default(), |it| it.moment.broken);
                for id in newest.ids() {
                    found.broken.entry(id).or_insert(depth + 1);
                }
                let print = fingerprint(&next);
                if seen.contains(&print) {
                    continue;
                }
                if seen.len() >= most {
                    found.is_closed = false;
                    continue;
                }
                seen.insert(print);
                queue.push_back((depth + 1, next));
            }
        }
        found.states = seen.len();
        found
    }

    /// A block more on the newest.
    fn authored(&self, tree: &Tree) -> Vec<(Tree, Option<&'static str>)> {
        if tree.waiting.len() >= self.capacity {
            return Vec::new();
        }
        let mut parent = tree.waiting.last().map_or(&tree.included, |it| &it.moment).clone();
        if self.counts_all_authored {
            parent.chain.issuance = tree.counter;
        }
        let author = |deed| {
            let (mut moment, receipt, raw) = self.economy.execute(&parent, &deed);
            moment.chain.issuance = raw.issuance;
            let mut next = tree.clone();
            if self.counts_all_authored {
                next.counter = raw.issuance;
            }
            next.waiting.push(Waiting {
                switches: raw.block_time != parent.chain.block_time,
                recalculates: receipt.recalculated,
                mints: !receipt.minted.is_empty(),
                earned: earned(&receipt),
                moment,
            });
            (next, None)
        };
        self.economy.deeds(&parent.chain).into_iter().map(author).collect()
    }

    /// INV-2: the oldest block that waits is included. Its issuance is that of its own chain.
    fn with_oldest_included(&self, tree: &Tree) -> Option<(Tree, Option<&'static str>)> {
        let oldest = tree.waiting.first()?;
        let (issued, burned) = oldest.earned;
        let before = tree.included.chain.issuance;
        let holds = oldest.moment.chain.issuance + burned == before + issued;
        let mut next = tree.clone();
        next.included = next.waiting.remove(0).moment;
        // From here on the issuance is counted from the newly included block.
        let stored = next.included.chain.issuance;
        let base = self.economy.setting.issuance;
        let moved = |issuance: Balance| (issuance + base).saturating_sub(stored);
        next.included.chain.issuance = base;
        next.included.broken = Broken::default();
        next.counter = moved(next.counter);
        for later in &mut next.waiting {
            later.moment.chain.issuance = moved(later.moment.chain.issuance);
        }
        if !self.counts_all_authored {
            next.counter = base;
        }
        Some((next, (!holds).then_some("INV-2")))
    }
}

/// What a block adds to the issuance, and what it takes from it; planck.
fn earned(receipt: &Receipt) -> (Balance, Balance) {
    let minted: Balance = receipt.minted.iter().map(|(_, amount)| amount).sum();
    (receipt.collators + receipt.treasury + minted, receipt.burned)
}

/// All but the oldest `kept` blocks are lost.
fn without(tree: &Tree, kept: usize, found: &mut ForksExplored) -> Tree {
    let mut next = tree.clone();
    let lost = next.waiting.split_off(kept);
    let mut note = |is_met: bool, what: &'static str| {
        if is_met {
            *found.met.entry(what).or_default() += 1;
        }
    };
    note(lost.iter().any(|it| it.recalculates), "a recalculation is lost");
    note(lost.iter().any(|it| it.mints), "a claim is lost");
    note(lost.iter().any(|it| it.switches), "the switch is lost");
    note(lost.len() == 3 && lost[0].switches, "three new blocks are lost");
    next
}
