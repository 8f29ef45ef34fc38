//! What the pallets should say after a block, as the model has it: its relative words in numbers,
//! slots and hashes.

use std::rc::Rc;

use unincluded_model::{Author, ParaBlock, Rule, Segment};

use crate::divergence::Divergence;
use crate::pallets::{Entry, Observed, Pallets};
use crate::world::{Para, World};

impl<P: Pallets> World<P> {
    /// The block's watermark, by number: that of the relay parent, of its own parent, or of the relay
    /// block that sent the newest messages it has in full.
    pub(crate) fn watermark(&self, author: &Author, block: &ParaBlock) -> u32 {
        let parent = &self.blocks[author.parent.get()];
        let relay = self.relay_block(author);
        let branch = self.whole.branch(usize::from(author.branch));
        let mark = block.inbox.watermark;
        if mark == author.relay_parent {
            return relay.shown.number;
        }
        if mark == self.whole.block(author.parent).inbox.watermark {
            return parent.watermark;
        }
        let each = usize::from(self.protocol.messages().inbound_messages);
        let tip = &self.branches[usize::from(author.branch)][0].shown.inbound;
        let forgotten = tip.len() - (branch.inbound.len() * each).min(tip.len());
        let place = branch.inbound.iter().position(|&sent| sent == mark);
        place.and_then(|place| tip.get(forgotten + place * each)).map_or(0, |sent| sent.sent_at)
    }

    /// What the state after the block should say.
    pub(crate) fn expected(&self, author: &Author, block: &ParaBlock) -> Observed {
        let parent = &self.blocks[author.parent.get()];
        let relay = self.relay_block(author);
        let Segment { entries, hashed, messages, outbound, signals, .. } = block.segment;
        let has = |word: u16, steps: usize| u32::from(word >> steps & 1);
        let entry = |steps: usize| {
            let ancestor = steps.checked_sub(1).and_then(|steps| parent.ancestor(steps));
            let signal = match ancestor {
                _ if has(signals, steps) == 0 => None,
                _ => block.segment.consumed(),
            };
            Entry {
                hash: ancestor.filter(|_| has(hashed, steps) == 1).map(|para| para.hash),
                upward: has(messages, steps),
                outbound: has(outbound, steps),
                signal,
            }
        };
        let (code, pending) = self.code_after(author, block);
        let watermark = self.watermark(author, block);
        let (downward, inbound) = self.had_after(author, block);
        let messages = self.protocol.messages();
        let follows = self.protocol.follows_code();
        Observed {
            segment: (0..16).rev().filter(|&steps| has(entries, steps) == 1).map(entry).collect(),
            aggregate_upward: block.segment.aggregate_messages.into(),
            aggregate_outbound: block.segment.aggregate_outbound.into(),
            aggregate_signal: block.segment.consumed(),
            aggregate_watermark: Some(watermark),
            slot_info: Some((relay.slot(), block.authored.into())),
            last_relay_number: relay.shown.number,
            code: follows.then_some(code),
            pending_code: pending.filter(|_| follows),
            new_code: pending.filter(|_| follows && block.code.is_new),
            sent_upward: has(block.segment.messages, 0),
            sent_outbound: has(block.segment.outbound, 0),
            watermark: Some(watermark),
            processed: block.inbox.processed.into(),
            downward_head: P::downward_head(&relay.shown.downward[..downward]),
            inbound_head: match messages.inbound {
                0 => [0; 32],
                _ => P::inbound_head(&relay.shown.inbound[..inbound]),
            },
        }
    }

    /// Messages of each direction that the chain had with the block, of all.
    pub(crate) fn had_after(&self, author: &Author, block: &ParaBlock) -> (usize, usize) {
        let relay = self.relay_block(author);
        let branch = self.whole.branch(usize::from(author.branch));
        let tip = &self.branches[usize::from(author.branch)][0].shown;
        let each = usize::from(self.protocol.messages().inbound_messages);
        let forgotten = |all: usize, kept: usize| all - kept.min(all);
        let downward = forgotten(tip.downward.len(), branch.downward.len());
        let inbound = forgotten(tip.inbound.len(), branch.inbound.len() * each);
        let had =
            |forgotten: usize, counted: u8, all: usize| (forgotten + usize::from(counted)).min(all);
        (
            had(downward, block.inbox.downward, relay.shown.downward.len()),
            had(inbound, block.inbox.delivered, relay.shown.inbound.len()),
        )
    }

    /// The code after the block and the one that waits, by number.
    pub(crate) fn code_after(&self, author: &Author, block: &ParaBlock) -> (u64, Option<u64>) {
        let parent = &self.blocks[author.parent.get()];
        let of_parent = self.whole.block(author.parent).code.current;
        let number = |code| Self::code(parent, of_parent, code);
        (number(block.code.current), block.code.pending.map(number))
    }

    /// Compares, and names the rules of the first difference.
    pub(crate) fn compare(
        &self,
        expected: &Observed,
        observed: &Observed,
    ) -> Result<(), Divergence> {
        let differ = |what: &str,
                      rules: &[Rule],
                      model: &dyn std::fmt::Debug,
                      real: &dyn std::fmt::Debug| {
            let says = format!("{what}: the model says {model:?}, {} says {real:?}", P::NAME);
            Err(Divergence::new(rules.iter().copied(), says))
        };
        macro_rules! same {
            ($($field:ident: $what:literal, $($rule:ident)*;)*) => {$(
                if expected.$field != observed.$field {
                    let rules = &[$(Rule::$rule),*];
                    return differ($what, rules, &expected.$field, &observed.$field);
                }
            )*};
        }
        let length = |seen: &Observed| seen.segment.len();
        if length(expected) != length(observed) {
            let rules = [Rule::Seg4, Rule::Seg2];
            return differ("entries of the segment", &rules, &length(expected), &length(observed));
        }
        let hashes =
            |seen: &Observed| seen.segment.iter().map(|entry| entry.hash).collect::<Vec<_>>();
        if hashes(expected) != hashes(observed) {
            let rules = [Rule::Seg2, Rule::Seg4];
            return differ("hashes in the segment", &rules, &hashes(expected), &hashes(observed));
        }
        same! {
            slot_info: "slot and blocks that share it", Hook2 Hook3;
            last_relay_number: "number of the relay parent", Rpn1;
            processed: "downward messages processed", Msg7 Msg8;
            downward_head: "head of the downward messages", Msg7 Msg8;
            inbound_head: "head of the other para's messages", Msg5 Msg8;
        }
        if self.protocol.messages().inbound > 0 {
            same! { watermark: "watermark", Msg6; aggregate_watermark: "watermark of the segment", Msg6 Seg6; }
        }
        same! {
            sent_upward: "upward messages sent", Msg1 Msg2 Seg7;
            sent_outbound: "messages to the other para", Msg1 Msg4 Seg7;
            aggregate_signal: "signal of the segment", Seg8 Upg3;
            segment: "segment", Seg4 Upg3;
            aggregate_upward: "upward messages of the segment", Seg8 Seg6;
            aggregate_outbound: "messages of the segment to the other para", Seg8 Seg6;
        }
        if self.protocol.follows_code() {
            same! {
                code: "code", Upg4;
                pending_code: "code that waits", Upg5 Upg4 Upg1;
                new_code: "code in the commitments", Upg1;
            }
        }
        Ok(())
    }

    /// The block with its history.
    pub(crate) fn para(
        &self,
        author: &Author,
        raw: ParaBlock,
        block: P::Block,
        para_slot: u64,
    ) -> Rc<Para<P::Block>> {
        let relay = self.relay_block(author);
        Rc::new(Para {
            hash: P::hash(&block),
            block,
            parent: Some(Rc::clone(&self.blocks[author.parent.get()])),
            raw,
            para_slot,
            relay: (relay.slot(), relay.shown.number),
            code: self.code_after(author, &raw),
            watermark: self.watermark(author, &raw),
            had: self.had_after(author, &raw),
        })
    }
}
