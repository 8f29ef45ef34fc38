//! The inclusion emulator: before a validator seconds a candidate, it asks whether the relay chain
//! could take it on top of its unincluded ancestors (EMU-1, EMU-3, EMU-4).
//!
//! It is asked at a leaf. A candidate that fails where it is offered is dropped without a word, and
//! nobody offers it again; one that fails at a later leaf leaves the fragment chain (FRAG-7).

use super::Protocol;
use crate::refusal::{Limit, Refusal};
use crate::rule::Rule;
use crate::state::{Age, ParaBlock, State};

impl Protocol {
    /// EMU-3, EMU-4: a candidate's messages against what the state at a branch's tip and the candidate's
    /// ancestors above the included head leave. Where the parent is not above it, nothing is known of
    /// its ancestors, and nothing is asked.
    ///
    /// # Errors
    ///
    /// The first limit that the candidate breaks.
    pub fn emulate(
        &self,
        leaf: &State,
        place: usize,
        candidate: &ParaBlock,
    ) -> Result<(), Refusal> {
        if self.messages().is_off() {
            return Ok(());
        }
        let branch = leaf.branch(place);
        let tip = branch.tip();
        let Some(unincluded) = leaf.steps_back(candidate.parent, tip.included) else {
            return Ok(());
        };
        let counted = if self.has(Rule::Emu4) { unincluded } else { 0 };
        let ancestors = || leaf.ancestry(candidate.parent).take(counted).map(|a| leaf.block(a));
        let sum = |of: fn(&ParaBlock) -> u8| ancestors().map(of).sum::<u8>();
        let within = |limit: Limit, asked: u8, left: u8| {
            let refusal = Refusal::NotSeconded { limit, asked, left };
            self.require(Rule::Emu3, asked <= left, refusal)
        };

        // In the order of the source: the advancement rule, then the outputs one by one.
        let limits = self.messages();
        let relay_parent = candidate.relay_parent.on(place);
        let gone = tip.queues.popped + sum(|block| block.inbox.processed);
        let left = (branch.downward.len() as u8).saturating_sub(gone);
        let processed = candidate.inbox.processed;
        let first = branch.downward.get(usize::from(gone));
        let has_to = first.is_some_and(|&sent| sent >= relay_parent);
        let refusal = Refusal::NotSeconded { limit: Limit::Advance, asked: processed, left };
        self.require(Rule::Emu3, processed > 0 || !has_to, refusal)?;

        self.emulate_watermark(leaf, place, candidate, ancestors())?;
        let [upward, outbound] = candidate.segment.own_messages();
        let used = tip.queues.outbound.saturating_add(sum(|block| block.segment.own_messages()[1]));
        within(Limit::Outbound, outbound, limits.outbound_capacity.saturating_sub(used))?;
        let used = tip.queues.upward.saturating_add(sum(|block| block.segment.own_messages()[0]));
        within(Limit::Upward, upward, limits.upward_limit.saturating_sub(used))?;
        within(Limit::Downward, processed, left)
    }

    /// EMU-3: a watermark below the relay parent is the last one, if a later block with messages is
    /// there, or such a block; of these an ancestor's watermark leaves the ones from itself on. So what an
    /// unincluded ancestor said of its own relay parent is not accepted again (EMU-5).
    fn emulate_watermark<'a>(
        &self,
        leaf: &State,
        place: usize,
        candidate: &ParaBlock,
        ancestors: impl Iterator<Item = &'a ParaBlock>,
    ) -> Result<(), Refusal> {
        if self.messages().inbound == 0 {
            return Ok(());
        }
        let branch = leaf.branch(place);
        let last = leaf.block(branch.tip().included).inbox.watermark;
        let mark = candidate.inbox.watermark;
        let from: Age = ancestors.map(|block| block.inbox.watermark).min().unwrap_or(Age(u8::MAX));
        let later = branch.inbound.iter().any(|&sent| sent < last);
        let is_valid = (mark == last && later) || (mark < last && branch.inbound.contains(&mark));
        let accepted = mark == candidate.relay_parent.on(place) || (is_valid && mark <= from);
        let refusal = Refusal::NotSeconded { limit: Limit::Watermark, asked: mark.0, left: last.0 };
        self.require(Rule::Emu3, accepted, refusal)
    }
}
