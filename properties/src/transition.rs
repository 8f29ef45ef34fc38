//! What step properties look at: a state, an action, and what followed or who refused.

use unincluded_model::{
    Action, Author, BlockIndex, ParaBlock, Protocol, Refusal, RelayBlockPlan, State,
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

    /// The candidate that a relay block backed.
    pub fn backed(&self) -> Option<BlockIndex> {
        self.relay_block().and_then(|(plan, _)| plan.back)
    }

    /// The candidate that a relay block included, if any: the new included head.
    pub fn included(&self) -> Option<BlockIndex> {
        let (_, after) = self.relay_block()?;
        let head = after.tip().included;
        (head != self.before.tip().included).then_some(head)
    }

    /// The candidates that a relay block evicted: pending before, neither pending nor included
    /// after.
    pub fn evicted(&self) -> Vec<BlockIndex> {
        let Some((_, after)) = self.relay_block() else { return Vec::new() };
        let is_gone = |&block: &BlockIndex| {
            after.pending.iter().all(|pending| pending.block != block)
                && !after.descends_from(after.tip().included, block)
        };
        self.before.pending.iter().map(|pending| pending.block).filter(is_gone).collect()
    }

    /// A block before the action.
    pub fn old(&self, block: BlockIndex) -> &'a ParaBlock {
        self.before.block(block)
    }
}
