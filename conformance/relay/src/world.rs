//! Both sides at one moment: the model's state, and the relay chains and candidates that stand for
//! what it names.

use std::rc::Rc;

use unincluded_model::scenario::Claims;
use unincluded_model::state::ParaBlock;
use unincluded_model::{Action, Author, BlockIndex, Protocol, Renaming, Scenario, State};

use crate::candidate::{Candidate, Content as Para};
use crate::chain::{Chain, Content};
use crate::parts::Hold;

/// Both sides.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) state: State,
    /// One for each relay branch.
    pub(crate) chains: Vec<Chain>,
    /// One for each para block of the state, in its order.
    pub(crate) blocks: Vec<Rc<Candidate>>,
    /// The relay blocks in which the other para sent, the newest last.
    inbound: Vec<u32>,
    next_number: u32,
}

impl World {
    /// Before the first para block: the relay chain is as old as the model takes it to be, and at the
    /// same place of its rotation.
    pub(crate) fn begin(model: &Protocol, network: &Scenario) -> Option<World> {
        let mut chain = Chain::genesis(network);
        let frequency = u32::from(network.parameters.group_rotation_frequency);
        let cycle = frequency * network.environment.groups.0.len().max(1) as u32;
        let old = u32::from(model.oldest_age().0) + 2;
        // (n + 1 - S) is a multiple of the cycle at the first block n that the model sees.
        let first = (old + 1).div_ceil(cycle) * cycle;
        for number in 1..first {
            let last = number + 1 == first;
            let shared = last && network.environment.claims == Claims::Shared;
            let claims = shared.then_some(Hold::EverySecond);
            let quiet = Content { claims, ..Content::default() };
            chain.grow(&quiet, true).ok()?;
        }
        Some(World {
            state: model.initial(),
            chains: vec![chain],
            blocks: vec![Candidate::genesis()],
            inbound: Vec::new(),
            next_number: 1,
        })
    }

    /// The candidate that stands for a para block.
    pub(crate) fn candidate(&self, block: BlockIndex) -> &Rc<Candidate> {
        &self.blocks[block.get()]
    }

    /// The candidate of a block that the model has just authored, the last of `raw`.
    pub(crate) fn author(&self, author: &Author, raw: &State) -> Option<Rc<Candidate>> {
        let chain = self.chains.get(usize::from(author.branch))?;
        let relay_parent = chain.block(author.relay_parent.0)?;
        let (block, parent) = (raw.blocks.last()?, self.candidate(author.parent));
        let code = |code: unincluded_model::Code| self.blocks[0].code_after + u32::from(code.0);
        let place = usize::from(author.branch);
        let mark = block.inbox.watermark;
        let watermark = if mark == block.relay_parent.on(place) || raw.branches[0].inbound.is_empty()
        {
            relay_parent.number
        } else if mark == raw.block(author.parent).inbox.watermark {
            parent.watermark
        } else {
            let behind = raw.branches[0].inbound.iter().rev().position(|&sent| sent == mark)?;
            *self.inbound.iter().rev().nth(behind)?
        };
        let [upward, outbound] = block.segment.own_messages();
        let content = Para {
            number: self.next_number,
            core: block.core,
            code: parent.code_after,
            code_after: code(block.code.current),
            code_pending: block.code.pending.map(code),
            is_new_code: block.code.is_new,
            processed_downward: block.inbox.processed.into(),
            upward,
            outbound,
            watermark,
        };
        Some(Candidate::on(parent, relay_parent, &content))
    }

    /// The same after an action that the model took: `raw` is its state before anything is forgotten.
    pub(crate) fn follow(&mut self, model: &Protocol, action: &Action, raw: &State) {
        if let Action::RelayBlock(plan) = action
            && plan.traffic.inbound
        {
            self.inbound.extend(self.chains.first().map(|chain| chain.tip().number));
        }
        let (state, renaming) = model.canonical(raw);
        self.rename(&renaming, raw.blocks.len(), state.blocks.len());
        self.state = state;
    }

    /// The chain of a branch as it is, where it is about to grow.
    pub(crate) fn clone_chain_if(&self, grows: bool, place: usize) -> Option<Chain> {
        grows.then(|| self.chains[place].clone())
    }

    /// Another para block, in the last place.
    pub(crate) fn push(&mut self, candidate: Rc<Candidate>) {
        self.next_number += 1;
        self.blocks.push(candidate);
    }

    fn rename(&mut self, renaming: &Renaming, before: usize, after: usize) {
        let mut blocks = vec![self.blocks[0].clone(); after];
        for place in 0..before {
            if let Some(to) = renaming.of(BlockIndex(place as u8)) {
                blocks[to.get()] = self.blocks[place].clone();
            }
        }
        self.blocks = blocks;
    }
}

/// Whether a block is against the rules of the para.
pub(crate) fn is_invalid(block: &ParaBlock) -> bool {
    block.has(ParaBlock::INVALID)
}
