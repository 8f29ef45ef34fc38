//! What step properties look at: a state, an action, and what followed or who refused.

use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Branch, ParaBlock, Parameters, Protocol, Refusal,
    RelayBlockPlan, RelayParent, State, View,
};

/// One attempt. Blocks keep their places from `before` to `after`, and a new block stands last.
#[derive(Clone, Copy, Debug)]
pub struct Transition<'a> {
    /// The rules.
    pub protocol: &'a Protocol,
    /// The state before.
    pub before: &'a State,
    /// What was attempted.
    pub action: &'a Action,
    /// What followed, before anything was forgotten; or who refused.
    pub outcome: Result<&'a State, &'a Refusal>,
}

impl<'a> Transition<'a> {
    /// The block that was authored, how, and the state it is in.
    pub fn authored(&self) -> Option<(&'a Author, BlockIndex, &'a State)> {
        match (self.action, self.outcome) {
            (Action::Author(author), Ok(after)) => {
                Some((author, BlockIndex(self.before.blocks.len() as u8), after))
            }
            _ => None,
        }
    }

    /// The relay block that was added, and the state after it.
    pub fn relay_block(&self) -> Option<(&'a RelayBlockPlan, &'a State)> {
        match (self.action, self.outcome) {
            (Action::RelayBlock(plan), Ok(after)) => Some((plan, after)),
            _ => None,
        }
    }

    /// The branch on which a block was authored, or a relay block added; else the first.
    pub fn branch(&self) -> usize {
        match self.action {
            Action::Author(author) => usize::from(author.branch),
            Action::RelayBlock(plan) => usize::from(plan.branch),
            _ => 0,
        }
    }

    /// The relay parent of a block that is authored, as the state before has it.
    pub fn relay_parent(&self, author: &Author) -> RelayParent {
        self.before.relay_parent(usize::from(author.branch), author.relay_parent)
    }

    /// What the relay chain says at the relay parent of a block that is authored.
    pub fn view(&self, author: &Author) -> &'a View {
        self.before.branch(usize::from(author.branch)).view(author.relay_parent)
    }

    /// Whether votes against an included candidate freeze the branch, which is left (DISP-2).
    pub fn freezes(&self) -> bool {
        self.relay_block()
            .is_some_and(|(_, after)| after.branches.len() < self.before.branches.len())
    }

    /// The branch that grew, before and after.
    pub fn grown(&self) -> Option<(&'a Branch, &'a Branch)> {
        let (plan, after) = self.relay_block()?;
        if self.freezes() {
            return None;
        }
        let place = usize::from(plan.branch);
        Some((self.before.branch(place), after.branch(place)))
    }

    /// The candidates that a relay block backed.
    pub fn backed(&self) -> &'a [BlockIndex] {
        self.relay_block().map_or(&[], |(plan, _)| &plan.back)
    }

    /// The new included head, if a relay block moved it.
    pub fn included(&self) -> Option<BlockIndex> {
        let (before, after) = self.grown()?;
        let head = after.tip().included;
        (head != before.tip().included).then_some(head)
    }

    /// The candidates that a relay block enacted, the newest first: pending before, and on the way
    /// from the new included head to the old.
    pub fn enacted(&self) -> Vec<BlockIndex> {
        let Some((before, _)) = self.grown() else { return Vec::new() };
        let Some(head) = self.included() else { return Vec::new() };
        let old = before.tip().included;
        self.before.ancestry(head).take_while(|&step| step != old).collect()
    }

    /// The candidates that a relay block dropped: pending before, neither pending nor included
    /// after.
    pub fn evicted(&self) -> Vec<BlockIndex> {
        let Some((before, after)) = self.grown() else { return Vec::new() };
        let is_gone = |&block: &BlockIndex| {
            after.pending.iter().all(|pending| pending.block != block)
                && !self.before.descends_from(after.tip().included, block)
        };
        before.pending.iter().map(|pending| pending.block).filter(is_gone).collect()
    }

    /// The place in the queue of a candidate that a dispute dropped.
    pub fn dispute_lost(&self) -> Option<usize> {
        let (plan, next) = self.relay_block()?;
        let dispute = plan.dispute?;
        let (before, after) = self.grown()?;
        let place = before.pending.iter().position(|pending| pending.block == dispute.block)?;
        let stays = after.pending.iter().any(|pending| pending.block == dispute.block);
        let enacted = self.before.descends_from(after.tip().included, dispute.block);
        let block = next.block(dispute.block);
        let concluded = self.protocol.is_concluded_invalid(block, self.branch());
        (concluded && !stays && !enacted).then_some(place)
    }

    /// The parameters that the relay chain works with in this relay block.
    pub fn parameters(&self) -> &'a Parameters {
        self.protocol.parameters_at(self.before.branch(self.branch()), Age::TIP)
    }

    /// The votes for a candidate pending before that count in this relay block, recorded and new.
    pub fn votes(&self, place: usize) -> Option<u16> {
        let (plan, _) = self.relay_block()?;
        let pending = self.before.branch(self.branch()).pending.get(place)?;
        Some(match *plan.bits.get(place)? {
            Bits::Count(new) => {
                let lied = pending.lied || self.dispute_lost().is_none();
                let lying = if lied { self.protocol.environment().lying } else { 0 };
                u16::from(pending.votes + new + lying)
            }
            chosen => self.protocol.parameters().votes(chosen),
        })
    }

    /// Whether a session ends.
    pub fn session_ends(&self) -> bool {
        self.relay_block().is_some_and(|(plan, _)| plan.session_change)
    }

    /// The age of a block's relay parent on the branch of this step.
    pub fn age(&self, block: BlockIndex) -> Age {
        self.old(block).relay_parent.on(self.branch())
    }

    /// A block before the action.
    pub fn old(&self, block: BlockIndex) -> &'a ParaBlock {
        self.before.block(block)
    }
}
