//! Blocks that wait for their inclusion: up to three, any of which can be lost with all that was built on it.
//! A relay block includes one of them at most, and blocks come when the setting lets them.

use std::collections::{BTreeMap, HashSet, VecDeque};

use unincluded_model::economics::{Balance, Receipt};

use super::explore::fingerprint;
use super::settings::GAP;
use super::{Broken, Deed, Economy, Moment, Setting};

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
    /// Whether a relay block includes all that wait, as if there were a core for each.
    pub includes_all: bool,
}

/// An included block and those that wait on it, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Tree {
    included: Moment,
    waiting: Vec<Waiting>,
    /// M9: the counter; planck.
    counter: Balance,
    /// INV-17: what was included beyond the reward of one block for each relay block, over the window of relay
    /// blocks in which that is the most; block rewards.
    ahead: Balance,
    /// S13: the newest blocks that came at once after a gap, up to three.
    burst: usize,
}

/// A block that waits. Its issuance is told apart until it is included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiting {
    moment: Moment,
    /// What it issued and what claims minted in it, and what it burned; planck.
    earned: (Balance, Balance),
    /// INV-17: what it issued as block rewards; planck.
    rewards: Balance,
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
        let economy = Economy::new(setting);
        Self { economy, capacity: 3, counts_all_authored: false, includes_all: false }
    }

    /// Everything that can happen, up to so many distinct trees.
    pub fn explore(&self, most: usize) -> ForksExplored {
        let mut found = ForksExplored { is_closed: true, ..ForksExplored::default() };
        let included = self.economy.start();
        let counter = included.chain.issuance;
        let start = Tree { included, waiting: Vec::new(), counter, ahead: 0, burst: 0 };
        let mut seen = HashSet::from([fingerprint(&start)]);
        let mut queue = VecDeque::from([(0, start)]);
        while let Some((depth, tree)) = queue.pop_front() {
            let mut nexts = self.authored(&tree, &mut found);
            nexts.extend(self.with_a_relay_block(&tree));
            nexts.extend(
                (0..tree.waiting.len()).map(|kept| (without(&tree, kept, &mut found), Vec::new())),
            );
            for (next, broken) in nexts {
                found.steps += 1;
                for id in broken {
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
    fn authored(&self, tree: &Tree, found: &mut ForksExplored) -> Vec<(Tree, Vec<&'static str>)> {
        if tree.waiting.len() >= self.capacity {
            return Vec::new();
        }
        let mut parent = tree.waiting.last().map_or(&tree.included, |it| &it.moment).clone();
        if self.counts_all_authored {
            parent.chain.issuance = tree.counter;
        }
        let author = |deed: Deed| {
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
                rewards: receipt.collators + receipt.treasury,
                moment,
            });
            next.burst = burst_after(tree.burst, deed.milliseconds);
            note_burst(&next, found);
            (next, Vec::new())
        };
        self.economy.deeds(&parent.chain).into_iter().map(author).collect()
    }

    /// INV-17: a relay block, which includes the oldest that waits, if any does. However long the relay chain was
    /// silent before, and whatever comes at once afterwards, it makes up for no more than what waited.
    fn with_a_relay_block(&self, tree: &Tree) -> Option<(Tree, Vec<&'static str>)> {
        let most = if self.includes_all { tree.waiting.len() } else { 1 };
        let included = most.min(tree.waiting.len());
        if included == 0 && tree.ahead == 0 {
            return None;
        }
        let (mut next, mut broken) = (tree.clone(), Vec::new());
        for _ in 0..included {
            next.ahead += rewards_of_oldest(&next);
            broken.extend(self.include_oldest(&mut next));
        }
        next.ahead = next.ahead.saturating_sub(1);
        if next.ahead > self.capacity as Balance {
            broken.push("INV-17");
            // Told once: the count goes on from what is allowed.
            next.ahead = 0;
        }
        Some((next, broken))
    }

    /// INV-2: the oldest block that waits is included. Its issuance is that of its own chain.
    fn include_oldest(&self, tree: &mut Tree) -> Option<&'static str> {
        let oldest = tree.waiting.remove(0);
        let (issued, burned) = oldest.earned;
        let before = tree.included.chain.issuance;
        let stored = oldest.moment.chain.issuance;
        let holds = stored + burned == before + issued;
        tree.included = oldest.moment;
        // From here on the issuance is counted from the newly included block.
        let base = self.economy.setting.issuance;
        let moved = |issuance: Balance| (issuance + base).saturating_sub(stored);
        tree.included.chain.issuance = base;
        tree.included.broken = Broken::default();
        tree.counter = if self.counts_all_authored { moved(tree.counter) } else { base };
        for later in &mut tree.waiting {
            later.moment.chain.issuance = moved(later.moment.chain.issuance);
        }
        (!holds).then_some("INV-2")
    }
}

/// INV-17: what the oldest block that waits issued, in rewards of one block as its parent has them, rounded up.
fn rewards_of_oldest(tree: &Tree) -> Balance {
    let oldest = &tree.waiting[0];
    let stored = tree.included.chain.inflation.configuration;
    let due = if oldest.switches { stored.halved() } else { stored }.block_reward();
    oldest.rewards.div_ceil(due.max(1))
}

/// S13: how many of the newest blocks came at once after a gap; three at most.
fn burst_after(burst: usize, milliseconds: Option<u32>) -> usize {
    match milliseconds {
        Some(milliseconds) if milliseconds >= GAP => 1,
        Some(0) if burst > 0 => (burst + 1).min(3),
        _ => 0,
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
    next.burst = 0;
    found.note(lost.iter().any(|it| it.recalculates), "a recalculation is lost");
    found.note(lost.iter().any(|it| it.mints), "a claim is lost");
    found.note(lost.iter().any(|it| it.switches), "the switch is lost");
    found.note(lost.len() == 3 && lost[0].switches, "three new blocks are lost");
    found.note(tree.burst == 3 && lost.len() == 3, "a burst is lost");
    next
}

/// S13: what came at once after a gap.
fn note_burst(tree: &Tree, found: &mut ForksExplored) {
    let has_three = tree.burst == 3 && tree.waiting.len() == 3;
    found.note(has_three, "three blocks at once after a gap");
    let any = |what: fn(&Waiting) -> bool| has_three && tree.waiting.iter().any(what);
    found.note(any(|it| it.recalculates), "a recalculation in a burst");
    found.note(any(|it| it.switches), "the switch in a burst");
}

impl ForksExplored {
    fn note(&mut self, is_met: bool, what: &'static str) {
        if is_met {
            *self.met.entry(what).or_default() += 1;
        }
    }
}
