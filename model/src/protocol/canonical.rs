//! Forgetting: what no rule can read any more, and in which order somebody happened to do things.
//!
//! Each [`Reduction`] leans on rules. With one of them switched off, what was forgotten would be
//! read after all, so the reduction is not made.

use std::cmp::Ordering;

use arrayvec::ArrayVec;

use super::Protocol;
use crate::rule::{Rule, RuleSet};
use crate::scenario::CollatorKind;
use crate::state::{BlockIndex, MAX_BLOCKS, MAX_BRANCHES, MAX_VIEWS, ParaBlock, Pending, State};

/// Something that is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reduction {
    /// Blocks older than what every view names as included.
    IncludedHistory,
    /// Blocks that nothing can back, and that no collator's search can reach.
    DeadBlocks,
    /// Entries of a segment that the next inherent is certain to prune.
    IncludedEntries,
    /// How many blocks share a slot that no author can use again.
    SpentSlots,
    /// The order in which siblings came to be.
    SiblingOrder,
    /// The place in the group rotation while the window for timeouts is always open.
    RotationPhase,
    /// Messages that every view and every block are past, and how old they are where nothing is left
    /// to compare them with but each other.
    SpentMessages,
}

impl Reduction {
    /// Every reduction.
    pub const ALL: [Reduction; 7] = [
        Reduction::IncludedHistory,
        Reduction::DeadBlocks,
        Reduction::IncludedEntries,
        Reduction::SpentSlots,
        Reduction::SiblingOrder,
        Reduction::RotationPhase,
        Reduction::SpentMessages,
    ];

    /// The rules that make it lossless.
    pub fn leans_on(self) -> &'static [Rule] {
        match self {
            Reduction::IncludedHistory => &[Rule::Incl6, Rule::Incl5],
            Reduction::DeadBlocks => {
                &[Rule::Arp1, Rule::Arp2, Rule::Arp4, Rule::Coll4, Rule::Sess5]
            }
            Reduction::IncludedEntries => &[Rule::Seg2, Rule::Seg4, Rule::Coll7],
            Reduction::SpentSlots => &[Rule::Hook2],
            // Whether a watermark is the relay parent is asked of what can still be backed.
            Reduction::SpentMessages => &[Rule::Arp1],
            Reduction::SiblingOrder | Reduction::RotationPhase => &[],
        }
    }
}

/// A set of reductions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reductions(u8);

impl Reductions {
    /// All of them.
    pub fn all() -> Self {
        Reductions(Reduction::ALL.iter().fold(0, |set, &one| set | 1 << one as u8))
    }

    /// The set without one of them.
    #[must_use]
    pub fn keeping(self, reduction: Reduction) -> Self {
        Reductions(self.0 & !(1 << reduction as u8))
    }

    /// Whether the reduction is made.
    pub fn contains(self, reduction: Reduction) -> bool {
        self.0 & (1 << reduction as u8) != 0
    }

    /// The set without those that lean on a rule that is switched off.
    #[must_use]
    pub(crate) fn without_leaning_on(self, off: RuleSet) -> Self {
        Reduction::ALL
            .into_iter()
            .filter(|reduction| reduction.leans_on().iter().any(|&rule| off.contains(rule)))
            .fold(self, Reductions::keeping)
    }
}

/// Where each block of a state went; none for those forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming(ArrayVec<Option<BlockIndex>, MAX_BLOCKS>);

impl Renaming {
    /// The new place of a block.
    pub fn of(&self, block: BlockIndex) -> Option<BlockIndex> {
        self.0.get(block.get()).copied().flatten()
    }
}

type Places = ArrayVec<BlockIndex, MAX_BLOCKS>;

impl Protocol {
    /// The state as it is stored, and where its blocks went. Canonicalising twice is
    /// canonicalising once.
    pub fn canonical(&self, state: &State) -> (State, Renaming) {
        let root = self.root(state);
        let kept = self.kept(state, root);
        let mut trimmed = state.clone();
        for place in state.indices().filter(|block| kept & (1 << block.0) != 0) {
            trimmed.blocks[place.get()] = self.trimmed(state, place, root);
        }
        self.forget_messages(&mut trimmed, root, kept);
        let code = state.block(root).code.current;
        for branch in &mut trimmed.branches {
            branch.code = branch.code.since(code);
        }
        compress_ranks(&mut trimmed, kept);
        let order = self.order(&trimmed, root, kept);
        rename(trimmed, &order)
    }

    /// The newest block that all views and all pending candidates build on.
    fn root(&self, state: &State) -> BlockIndex {
        if !self.reductions.contains(Reduction::IncludedHistory) {
            return BlockIndex::ROOT;
        }
        let root = anchors(state).reduce(|a, b| common(state, a, b));
        root.unwrap_or(BlockIndex::ROOT)
    }

    /// The blocks that are kept, as a set of places: what the relay chain names, the way there
    /// from the root, and everything alive above the root.
    fn kept(&self, state: &State, root: BlockIndex) -> u32 {
        let mut named: u32 = 1 << root.0;
        for anchor in anchors(state) {
            for step in state.ancestry(anchor) {
                if named & (1 << step.0) != 0 {
                    break;
                }
                named |= 1 << step.0;
            }
        }
        let forgets = self.reductions.contains(Reduction::DeadBlocks);
        let mut kept = 1u32 << root.0;
        for place in state.indices().skip(root.get() + 1) {
            let block = state.block(place);
            let alive = !forgets || self.is_alive(state, block);
            if kept & (1 << block.parent.0) != 0 && (alive || named & (1 << place.0) != 0) {
                kept |= 1 << place.0;
            }
        }
        kept
    }

    /// Whether some relay block can still back the block, or some collator's search can reach it: it is
    /// in a window of some branch, and no session ended there before all that authors can use.
    fn is_alive(&self, state: &State, block: &ParaBlock) -> bool {
        let oldest = self.oldest_age();
        state.branches.iter().enumerate().any(|(place, branch)| {
            let age = block.relay_parent.on(place);
            let of_last_session = age > branch.session && branch.session >= self.oldest_view();
            age < oldest && !of_last_session
        })
    }

    /// Whether an author can still build on the slot of the block's relay parent.
    fn slot_is_usable(&self, state: &State, block: &ParaBlock) -> bool {
        if self.stores_para_slots() && self.counts_by_para_slot() {
            return block.para_slot < self.oldest_para_slot();
        }
        if state.branches.len() == 1 {
            return block.relay_parent.on(0) <= self.oldest_view();
        }
        let views = state.branches.iter().flat_map(|branch| &branch.views);
        views.into_iter().any(|view| view.slot == block.relay_parent.slot)
    }

    /// Whether the entries of included blocks are certain to be pruned: honest collators build on
    /// what their relay parent shows as included. An adversary may go on with a branch that was
    /// passed by, where SEG-4 finds no included head and these entries count for ever.
    fn forgets_included_entries(&self) -> bool {
        self.reductions.contains(Reduction::IncludedEntries)
            && self.environment().collator != CollatorKind::Adversary
    }

    /// A block with what nobody reads written in one way.
    fn trimmed(&self, state: &State, place: BlockIndex, root: BlockIndex) -> ParaBlock {
        let mut block = *state.block(place);
        block.issued = block.issued.saturating_sub(state.block(root).issued);
        let issued_before = state.block(root).emission.issued_halved;
        for (issued, before) in block.emission.issued_halved.iter_mut().zip(issued_before) {
            *issued = issued.saturating_sub(before);
        }
        block.code = block.code.since(state.block(root).code.current);
        if block.code.is_due != 0 {
            for (at, branch) in state.branches.iter().enumerate() {
                let is_included = state.descends_from(branch.tip().included, place);
                block.code.is_due &= !(u8::from(is_included) << at);
            }
        }
        if self.reductions.contains(Reduction::SpentSlots) && !self.slot_is_usable(state, &block) {
            block.authored = block.authored.min(1);
        }
        if self.forgets_included_entries() {
            let depth = state.steps_back(place, root).unwrap_or_default();
            if place == root {
                // Its own entry stays: an empty segment is the mark of genesis.
                block.segment = self.drop_from(block.segment, 1);
            } else if block.segment.finds(depth) {
                block.segment = self.drop_from(block.segment, depth);
            }
        }
        if block.known_backable != 0 && !self.may_be_chained(state, place) {
            (block.known_backable, block.forgotten) = (0, 0);
        }
        if place == root {
            block.hash_rank = 0;
            block.against = [0; MAX_BRANCHES]; // Included on every branch, so beyond dispute.
            (block.code.is_new, block.code.is_due) = (false, 0);
        }
        block
    }

    /// The kept blocks in their new order: the root, then each subtree whole, the smaller first.
    fn order(&self, state: &State, root: BlockIndex, kept: u32) -> Places {
        let is_kept = |block: BlockIndex| kept & (1 << block.0) != 0;
        let mut children: [ArrayVec<BlockIndex, MAX_BLOCKS>; MAX_BLOCKS] =
            std::array::from_fn(|_| ArrayVec::new());
        let mut forks = false;
        for place in state.indices().filter(|&block| is_kept(block) && block != root) {
            let siblings = &mut children[state.block(place).parent.get()];
            siblings.push(place);
            forks |= siblings.len() > 1;
        }
        if forks && self.reductions.contains(Reduction::SiblingOrder) {
            for place in state.indices().rev().filter(|&block| is_kept(block)) {
                let mut sorted = std::mem::take(&mut children[place.get()]);
                sorted.sort_by(|&a, &b| compare(state, &children, a, b));
                children[place.get()] = sorted;
            }
        }
        let mut order = Places::new();
        let mut waiting = Places::new();
        waiting.push(root);
        while let Some(place) = waiting.pop() {
            order.push(place);
            waiting.extend(children[place.get()].iter().rev().copied());
        }
        order
    }
}

/// The blocks that the relay chain names beside the included heads.
fn anchors(state: &State) -> impl Iterator<Item = BlockIndex> + '_ {
    state.branches.iter().flat_map(|branch| {
        let views = branch.views.iter().flat_map(|view| [Some(view.included), view.newest_pending]);
        views.flatten().chain(branch.pending.iter().map(|pending| pending.block))
    })
}

/// The newest block that both build on.
fn common(state: &State, a: BlockIndex, b: BlockIndex) -> BlockIndex {
    state.ancestry(a).find(|&ancestor| state.descends_from(b, ancestor)).unwrap_or(BlockIndex::ROOT)
}

/// Which of two subtrees comes first: by the blocks themselves, by what the relay chain says of
/// them, then by their children.
fn compare(
    state: &State,
    children: &[ArrayVec<BlockIndex, MAX_BLOCKS>; MAX_BLOCKS],
    a: BlockIndex,
    b: BlockIndex,
) -> Ordering {
    let label = |place: BlockIndex| {
        let block = ParaBlock { parent: BlockIndex::ROOT, ..*state.block(place) };
        (block.hash_rank, block, marks(state, place))
    };
    let ours = label(a).cmp(&label(b));
    let (mine, yours) = (&children[a.get()], &children[b.get()]);
    ours.then_with(|| mine.len().cmp(&yours.len())).then_with(|| {
        let pairs = mine.iter().zip(yours);
        pairs.fold(Ordering::Equal, |so_far, (&x, &y)| {
            so_far.then_with(|| compare(state, children, x, y))
        })
    })
}

/// What the relay chain says of a block: pending or included, at which view, on each branch.
fn marks(state: &State, place: BlockIndex) -> (u32, [Option<Pending>; MAX_BRANCHES], u8) {
    let mut views = 0u32;
    let mut pending = [None; MAX_BRANCHES];
    for (at, branch) in state.branches.iter().enumerate() {
        for (age, view) in branch.views.iter().enumerate() {
            let bit = 2 * (at * MAX_VIEWS + age);
            views |= u32::from(view.included == place) << bit;
            views |= u32::from(view.newest_pending == Some(place)) << (bit + 1);
        }
        let own = branch.pending.iter().find(|pending| pending.block == place);
        pending[at] = own.map(|pending| Pending { block: BlockIndex::ROOT, ..*pending });
    }
    let chains = state.chains.iter().enumerate();
    let offered = chains.map(|(v, chain)| u8::from(*chain == Some(place)) << v).sum();
    (views, pending, offered)
}

/// Places among siblings without gaps, once some of them are forgotten.
fn compress_ranks(state: &mut State, kept: u32) {
    if state.blocks.iter().all(|block| block.hash_rank == 0) {
        return;
    }
    let before = state.clone();
    for place in before.indices().skip(1).filter(|block| kept & (1 << block.0) != 0) {
        let block = before.block(place);
        let lower = before
            .children(block.parent)
            .filter(|sibling| kept & (1 << sibling.0) != 0)
            .filter(|&sibling| before.block(sibling).hash_rank < block.hash_rank)
            .count();
        state.blocks[place.get()].hash_rank = lower as u8;
    }
}

/// The state with its blocks in this order, and where they went.
fn rename(state: State, order: &Places) -> (State, Renaming) {
    let mut to: ArrayVec<Option<BlockIndex>, MAX_BLOCKS> = ArrayVec::new();
    to.extend(std::iter::repeat_n(None, state.blocks.len()));
    for (new, old) in order.iter().enumerate() {
        to[old.get()] = Some(BlockIndex::at(new));
    }
    let renaming = Renaming(to);
    let blocks = order.iter().map(|&old| *state.block(old)).collect();
    let next =
        State { blocks, ..state }.renamed(|old| renaming.of(old).unwrap_or(BlockIndex::ROOT));
    (next, renaming)
}
