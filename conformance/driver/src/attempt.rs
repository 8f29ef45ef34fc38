//! One block, asked of the model and of the pallets: both take it and leave the same state, or both
//! refuse it for the same reason.

use std::rc::Rc;

use unincluded_model::protocol::messages::Handed;
use unincluded_model::protocol::slots::RELAY_SLOT_MS;
use unincluded_model::{Author, Claim, NewCode, ParaBlock, Refusal, Rule};

use crate::divergence::Divergence;
use crate::pallets::{Attempt, Authored, Message, Pallets};
use crate::reason;
use crate::world::{Para, RelayBlock, World};

/// What became of an attempt on which the model and the pallets agree.
#[derive(Debug)]
pub enum Verdict<B> {
    /// Both took it.
    Authored(Rc<Para<B>>),
    /// Both refused it, for the same reason.
    Refused,
    /// The pallets cannot be asked: the model alone has such a thing.
    Skipped,
}

impl<P: Pallets> World<P> {
    /// Authors with both and compares.
    ///
    /// # Errors
    ///
    /// What they say differently.
    pub fn attempt(&self, author: &Author) -> Result<Verdict<P::Block>, Divergence> {
        if !self.is_well_formed(author) {
            return Ok(Verdict::Skipped);
        }
        let modelled = self.protocol.execute(&self.whole, author);
        if let Err(refusal) = &modelled
            && !self.can_be_asked(refusal)
        {
            return Ok(Verdict::Skipped);
        }
        let parent = &self.blocks[author.parent.get()];
        let relay = self.relay_block(author);
        let [downward, inbound] = self.to_hand_over(author, parent, relay)?;
        let para_slot = self.para_slot(author, relay.slot());
        let goes_back = parent.parent.is_some() && para_slot < parent.para_slot;
        let attempt = Attempt {
            para_slot,
            asks_aura: !goes_back,
            descendants: author.relay_parent.0.into(),
            sends_message: author.sends_message,
            sends_outbound: author.sends_outbound,
            downward: (&downward, author.downward.into()),
            inbound: (&inbound, author.inbound.into()),
            new_code: self.new_code(author, &modelled),
            is_strangers: author.claim == Claim::Stranger,
            salt: self.salt,
        };
        let real = relay.real(&self.setting, author.claim != Claim::SlotMissing);
        if goes_back && !attempt.is_strangers {
            // BLK-3: aura speaks before the inherent does. What the rest says is asked below.
            let asked = Attempt { asks_aura: true, ..attempt.clone() };
            let outcome = P::author(&self.setting, &parent.block, real, &asked);
            let refuses =
                outcome.err().is_some_and(|words| words.contains("Slot must not decrease"));
            if !refuses || modelled.is_ok() {
                let says = format!(
                    "para slot {para_slot} follows {}: aura refuses: {refuses}, the model: {:?}",
                    parent.para_slot,
                    modelled.as_ref().err()
                );
                // Two rules speak of a slot that goes back: the runtime's of its counter, and aura's own.
                let rules: &[Rule] =
                    if refuses { &[Rule::Blk3, Rule::Hook2] } else { &[Rule::Blk3] };
                return Err(Divergence::new(rules.iter().copied(), says));
            }
        }
        let published = P::author(&self.setting, &parent.block, real, &attempt);
        self.judge(author, modelled, published, para_slot)
    }

    fn judge(
        &self,
        author: &Author,
        modelled: Result<ParaBlock, Refusal>,
        published: Result<Authored<P::Block>, String>,
        para_slot: u64,
    ) -> Result<Verdict<P::Block>, Divergence> {
        let words = match &published {
            Ok(Authored { upgrade_error: Some(error), .. }) => Some(error),
            Ok(_) => None,
            Err(words) => Some(words),
        };
        match (modelled, words) {
            (Ok(block), None) => {
                let Ok(Authored { block: real, .. }) = published else {
                    return Ok(Verdict::Refused);
                };
                self.compare(&self.expected(author, &block), &self.observe(&real))?;
                Ok(Verdict::Authored(self.para(author, block, real, para_slot)))
            }
            (Ok(_), Some(words)) => {
                let says = format!("the model takes the block, {} says \"{words}\"", P::NAME);
                Err(Divergence::new(reason::rule(words), says))
            }
            (Err(refusal), None) => {
                let says = format!("the model says \"{refusal}\", {} takes the block", P::NAME);
                // What there is no room for would have waited.
                let waits: &[Rule] = match refusal {
                    Refusal::MessagesExceedRoom { .. } => &[Rule::Msg1, Rule::Msg2],
                    Refusal::OutboundExceedsRoom { .. } => &[Rule::Msg1, Rule::Msg4],
                    Refusal::WatermarkWentBack { .. } => &[Rule::Msg6],
                    _ => &[],
                };
                Err(Divergence::new(refusal.rule().into_iter().chain(waits.iter().copied()), says))
            }
            (Err(refusal), Some(words)) => {
                let same = reason::words(&refusal).is_some_and(|reason| words.contains(reason));
                if same {
                    return Ok(Verdict::Refused);
                }
                let says = format!("the model says \"{refusal}\", {} says \"{words}\"", P::NAME);
                Err(Divergence::new(refusal.rule().into_iter().chain(reason::rule(words)), says))
            }
        }
    }

    /// What the state after a real block says, without what this scenario does not follow.
    fn observe(&self, block: &P::Block) -> crate::pallets::Observed {
        let mut observed = P::observe(&self.setting, block);
        if !self.protocol.follows_code() {
            (observed.code, observed.pending_code, observed.new_code) = (None, None, None);
        }
        observed
    }

    /// Whether everything that the attempt names is there.
    fn is_well_formed(&self, author: &Author) -> bool {
        let Some(branch) = self.branches.get(usize::from(author.branch)) else { return false };
        if author.parent.get() >= self.blocks.len()
            || usize::from(author.relay_parent.0) >= branch.len()
        {
            return false;
        }
        let [downward, inbound] = self.handed(author);
        author.downward <= downward.waiting && author.inbound <= inbound.waiting
    }

    /// Whether a refusal is the pallets' affair. Where the room for upward messages is a constant of
    /// the scenario, an adversary sends without asking for room: the pallet keeps what does not fit.
    fn can_be_asked(&self, refusal: &Refusal) -> bool {
        let constant_room = self.protocol.messages().is_off();
        reason::words(refusal).is_some()
            && !(constant_room && matches!(refusal, Refusal::MessagesExceedRoom { .. }))
    }

    /// HOOK-4: the para slot that a block claims.
    fn para_slot(&self, author: &Author, relay_slot: u64) -> u64 {
        let derived = relay_slot * u64::from(RELAY_SLOT_MS) / self.setting.para_slot_ms;
        match author.claim {
            Claim::Honest | Claim::SlotMissing | Claim::Stranger => derived,
            Claim::SlotAhead => derived + 1,
            Claim::SlotFarAhead => derived + u64::from(self.setting.velocity.max(1)) + 1,
            Claim::SlotBehind => derived - 1,
        }
    }

    /// The model's numbers of what a collator hands over.
    fn handed(&self, author: &Author) -> [Handed; 2] {
        let none = Handed { first: 0, waiting: 0, expected: 0 };
        let branch = self.whole.branch(usize::from(author.branch));
        let parent = &self.whole.block(author.parent).inbox;
        let (age, messages) = (author.relay_parent, self.protocol.messages());
        [
            match messages.downward {
                0 => none,
                _ => self.protocol.downward_at(branch, age, parent),
            },
            match messages.inbound {
                0 => none,
                _ => self.protocol.inbound_at(&self.whole, branch, age, parent),
            },
        ]
    }

    /// MSG-8: what comes along, once the pallet's own inherent agrees that it is that.
    fn to_hand_over(
        &self,
        author: &Author,
        parent: &Para<P::Block>,
        relay: &RelayBlock<P>,
    ) -> Result<[Vec<Message>; 2], Divergence> {
        if !relay.shown.has_messages {
            return Ok([Vec::new(), Vec::new()]);
        }
        let [downward, inbound] = self.handed(author);
        let branch = self.whole.branch(usize::from(author.branch));
        let tip = &self.branches[usize::from(author.branch)][0].shown;
        let each = usize::from(self.protocol.messages().inbound_messages);
        let absolute = |handed: Handed, all: &[Message], sent: &[Message], kept: usize| {
            let forgotten = all.len() - kept.min(all.len());
            let first = (forgotten + usize::from(handed.first)).min(sent.len());
            let end = (first + usize::from(handed.waiting)).min(sent.len());
            sent[first..end].to_vec()
        };
        let handed = [
            absolute(downward, &tip.downward, &relay.shown.downward, branch.downward.len()),
            absolute(inbound, &tip.inbound, &relay.shown.inbound, branch.inbound.len() * each),
        ];
        let real = relay.real(&self.setting, true);
        let published = P::handed(&self.setting, &parent.block, real, &relay.shown);
        let places = handed
            .each_ref()
            .map(|messages| messages.iter().map(|message| message.place).collect::<Vec<_>>());
        if places == published {
            return Ok(handed);
        }
        let says = format!("the model hands over {places:?}, {} {published:?}", P::NAME);
        Err(Divergence::new([Rule::Msg8], says))
    }

    /// The number of the code that the block asks for.
    fn new_code(&self, author: &Author, modelled: &Result<ParaBlock, Refusal>) -> Option<u64> {
        let parent = &self.blocks[author.parent.get()];
        match (author.new_code, modelled) {
            (NewCode::None, _) => None,
            (_, Ok(block)) => self.code_after(author, block).1,
            (_, Err(_)) => Some(parent.code.0 + 1),
        }
    }
}
