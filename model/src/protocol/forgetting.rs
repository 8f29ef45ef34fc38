//! Forgetting messages: those that everybody has had, and how old they are once nothing that is left
//! can be compared with them but each other.

use arrayvec::ArrayVec;

use super::Protocol;
use super::canonical::Reduction;
use crate::rule::Rule;
use crate::state::{Age, BlockIndex, MAX_BLOCKS, MAX_MESSAGES, Queues, State};

impl Protocol {
    /// Messages that every view and every kept block are past, and what else nobody reads.
    pub(crate) fn forget_messages(&self, state: &mut State, root: BlockIndex, kept: u32) {
        if self.messages().is_off() || !self.reductions().contains(Reduction::SpentMessages) {
            return;
        }
        let is_kept = |block: &BlockIndex| kept & (1 << block.0) != 0;
        let kept: ArrayVec<BlockIndex, MAX_BLOCKS> = state.indices().filter(is_kept).collect();
        state.blocks[root.get()].inbox.processed = 0; // Enacted long ago.
        let prunes = self.reductions().contains(Reduction::IncludedEntries);
        if prunes && self.has(Rule::Seg8) {
            // The next inherent prunes the entry of the root, which is included at every relay parent.
            let segment = &mut state.blocks[root.get()].segment;
            let [upward, outbound] = segment.own_messages();
            segment.aggregate_messages = segment.aggregate_messages.saturating_sub(upward);
            segment.aggregate_outbound = segment.aggregate_outbound.saturating_sub(outbound);
            segment.messages &= !1;
            segment.outbound &= !1;
        }
        Self::forget_processed(state, &kept);
        self.forget_delivered(state, &kept);
        if self.messages().inbound > 0 {
            self.forget_old_numbers(state, &kept);
        }
    }

    /// Downward messages that every view and every block are past.
    fn forget_processed(state: &mut State, kept: &[BlockIndex]) {
        let of_views = state.main().views.iter().map(|view| view.queues.popped);
        let of_blocks = kept.iter().map(|&block| state.block(block).inbox.downward);
        let most = state.main().downward.len() as u8;
        let past = of_views.chain(of_blocks).min().unwrap_or_default().min(most);
        let branch = &mut state.branches[0];
        branch.downward.drain(..usize::from(past));
        for Queues { popped, .. } in branch.views.iter_mut().map(|view| &mut view.queues) {
            *popped -= past;
        }
        for &block in kept {
            state.blocks[block.get()].inbox.downward -= past;
        }
    }

    /// Messages of other paras that every block has had and is past with its watermark.
    fn forget_delivered(&self, state: &mut State, kept: &[BlockIndex]) {
        let each = self.messages().inbound_messages;
        while let Some(&oldest) = state.main().inbound.first() {
            let is_past = |&block: &BlockIndex| {
                let inbox = &state.block(block).inbox;
                inbox.delivered >= each && inbox.watermark <= oldest
            };
            if !kept.iter().all(is_past) {
                return;
            }
            state.branches[0].inbound.remove(0);
            for &block in kept {
                state.blocks[block.get()].inbox.delivered -= each;
            }
        }
    }

    /// Numbers of relay blocks older than any relay parent that can be used are compared with each other
    /// alone: their order is kept.
    fn forget_old_numbers(&self, state: &mut State, kept: &[BlockIndex]) {
        let oldest = self.oldest_age();
        let mut old: ArrayVec<Age, { MAX_BLOCKS + MAX_MESSAGES }> = ArrayVec::new();
        old.extend(state.main().inbound.iter().copied().filter(|&age| age >= oldest));
        let marks = kept.iter().map(|&block| state.block(block).inbox.watermark);
        old.extend(marks.filter(|&age| age >= oldest));
        old.sort_unstable();
        let mut distinct: ArrayVec<Age, { MAX_BLOCKS + MAX_MESSAGES }> = ArrayVec::new();
        for age in old {
            if distinct.last() != Some(&age) {
                distinct.push(age);
            }
        }
        let renamed = |age: Age| match distinct.iter().position(|&other| other == age) {
            Some(rank) => Age(oldest.0 + rank as u8),
            None => age,
        };
        for sent in &mut state.branches[0].inbound {
            *sent = renamed(*sent);
        }
        for &block in kept {
            let mark = &mut state.blocks[block.get()].inbox.watermark;
            *mark = renamed(*mark);
        }
    }
}
