//! A run of the model that drives real validators: absolute numbers and hashes, where the model's
//! states have ages and places.

use std::collections::{HashMap, HashSet};

use polkadot_primitives::{CandidateHash, HeadData, Id};
use unincluded_model::{Action, Age, BlockIndex, Protocol, Refusal, State, Step};

use crate::candidate::{Candidate, MAX_POV_SIZE, PARA, RelayBlock, code, head, quiet};
use crate::inclusion_emulator::{
    Constraints, InboundHrmpLimitations, OutboundHrmpChannelLimitations,
};
use crate::prospective::ParaState;
use crate::view::View;

/// The number of the relay tip at the start of a run: high enough for every older relay parent.
const START: u32 = 100;

/// A para block of the model, as the node knows it.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its head.
    pub head: HeadData,
    /// The number of its relay parent.
    pub relay_parent: u32,
    /// Its candidate; none for the block before the first.
    pub candidate: Option<Candidate>,
}

/// The model's state, the real blocks in its places, and the validators that it follows.
pub struct World<'a> {
    protocol: &'a Protocol,
    state: State,
    blocks: Vec<Block>,
    tip: u32,
    session: u32,
    views: Vec<View>,
    serial: u32,
    unoffered: Option<CandidateHash>,
}

impl<'a> World<'a> {
    /// The start of every run of the scenario.
    pub fn new(protocol: &'a Protocol) -> World<'a> {
        let state = protocol.canonical(&protocol.initial()).0;
        let root = state.block(BlockIndex::ROOT).relay_parent.on(0);
        let mut world = World {
            protocol,
            blocks: vec![Block {
                head: head(0),
                relay_parent: START - u32::from(root.0),
                candidate: None,
            }],
            tip: START,
            session: START - u32::from(state.main().session.0),
            state,
            views: Vec::new(),
            serial: 0,
            unoffered: None,
        };
        let (leaf, ancestors) = (RelayBlock::at(world.tip), world.ancestors(&world.state));
        let para = world.para_state(&world.state);
        let followed = protocol.environment().followed_validators;
        world.views = (0..followed).map(|_| View::new(leaf, &ancestors, &para)).collect();
        world
    }

    /// The rules that the model goes by.
    pub fn protocol(&self) -> &'a Protocol {
        self.protocol
    }

    /// The model's state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The validators.
    pub fn views(&self) -> &[View] {
        &self.views
    }

    /// The real block in a place of the model's state.
    pub fn block(&self, place: BlockIndex) -> &Block {
        &self.blocks[place.get()]
    }

    /// A candidate that the last relay block backed though no validator's chain offered it (FRAG-8).
    pub fn unoffered(&self) -> Option<CandidateHash> {
        self.unoffered
    }

    /// The hash of the candidate in a place; none for the root.
    pub fn hash(&self, place: BlockIndex) -> Option<CandidateHash> {
        self.block(place).candidate.as_ref().map(|candidate| candidate.hash)
    }

    /// Where each candidate that the model has not forgotten stands.
    pub fn places(&self) -> HashMap<CandidateHash, BlockIndex> {
        let places = self.state.indices();
        places.filter_map(|place| Some((self.hash(place)?, place))).collect()
    }

    /// Takes a step of the model, and has the validators do what it says.
    ///
    /// # Errors
    ///
    /// If the model refuses the action, which then does nothing on either side.
    pub fn take(&mut self, action: &Action) -> Result<(), Refusal> {
        let step = self.protocol.step_whole(&self.state, action)?;
        self.follow(action, step);
        Ok(())
    }

    /// The same where the model's answer is known.
    ///
    /// # Panics
    ///
    /// If the scenario has relay forks, for which no validators are followed.
    pub fn follow(&mut self, action: &Action, Step { raw, next, renaming }: Step) {
        match action {
            Action::Author(author) => {
                let new = BlockIndex(raw.blocks.len() as u8 - 1);
                let relay_parent = self.tip - u32::from(author.relay_parent.0);
                let block = self.authored(&raw, new, relay_parent);
                self.blocks.push(block);
            }
            Action::LearnBackable { validator, candidate } => {
                let candidate = self.blocks[candidate.get()].candidate.as_ref();
                if let Some(candidate) = candidate {
                    // Whether the model was right to let it happen is seen in the next comparison.
                    let _ = self.views[usize::from(*validator)].learn(candidate);
                }
            }
            Action::RelayBlock(plan) => {
                self.unoffered = plan
                    .back
                    .iter()
                    .filter_map(|&backed| self.hash(backed))
                    .find(|backed| !self.is_offered(backed));
                self.tip += 1;
                if plan.session_change {
                    self.session = self.tip;
                }
                let (leaf, ancestors) = (RelayBlock::at(self.tip), self.ancestors(&raw));
                let para = self.para_state(&raw);
                for view in &mut self.views {
                    view.activate(leaf, &ancestors, &para);
                }
            }
            Action::Recover { .. } => {}
            Action::Fork | Action::Settle { .. } => {
                unreachable!("validators are followed on one relay branch")
            }
        }
        let mut blocks: Vec<Option<Block>> = vec![None; next.blocks.len()];
        for (old, block) in self.blocks.drain(..).enumerate() {
            if let Some(new) = renaming.of(BlockIndex(old as u8)) {
                blocks[new.get()] = Some(block);
            }
        }
        self.blocks =
            blocks.into_iter().map(|block| block.expect("every place is taken")).collect();
        self.state = next;
    }

    /// FRAG-8: whether some validator, authoring the next relay block, would back the candidate once what
    /// is pending has become available.
    fn is_offered(&self, candidate: &CandidateHash) -> bool {
        let pending = &self.state.main().pending;
        let ancestors: HashSet<_> =
            pending.iter().filter_map(|pending| self.hash(pending.block)).collect();
        let mut leaves = self.views.iter().map(View::at_leaf);
        leaves.any(|leaf| leaf.backable(ancestors.clone(), 1).contains(candidate))
    }

    /// A block that has just been authored, its candidate's hash where the model says it stands.
    fn authored(&mut self, raw: &State, new: BlockIndex, relay_parent: u32) -> Block {
        self.serial += 1;
        let (parent, rank) = (raw.block(new).parent, raw.block(new).hash_rank);
        let siblings: Vec<(u8, CandidateHash)> = raw
            .children(parent)
            .filter(|&sibling| sibling != new)
            .filter_map(|sibling| Some((raw.block(sibling).hash_rank, self.hash(sibling)?)))
            .collect();
        let below = siblings.iter().filter(|(other, _)| *other < rank).map(|(_, hash)| *hash).max();
        let above = siblings.iter().filter(|(other, _)| *other > rank).map(|(_, hash)| *hash).min();
        let relay_block = RelayBlock::at(relay_parent);
        let head = head(self.serial);
        let parent_head = self.block(parent).head.clone();
        let candidate =
            Candidate::new(parent_head, relay_block, quiet(head.clone(), relay_block), 0);
        let candidate = candidate.between(below, above).expect("a hash between its siblings'");
        Block { head, relay_parent, candidate: Some(candidate) }
    }

    /// PARM-3: the ancestors of the tip that candidates may have for scheduling parents.
    fn ancestors(&self, state: &State) -> Vec<RelayBlock> {
        let branch = state.main();
        let lookahead = self.protocol.parameters_at(branch, Age::TIP).scheduling_lookahead;
        let oldest = self.session.max((self.tip + 1).saturating_sub(u32::from(lookahead)));
        (oldest..self.tip).rev().map(RelayBlock::at).collect()
    }

    /// EMU-1, EMU-2: what the relay chain's runtime answers at the tip.
    fn para_state(&self, state: &State) -> ParaState {
        let branch = state.main();
        let included = self.block(branch.tip().included);
        let pending: Vec<Candidate> = branch
            .pending
            .iter()
            .filter_map(|pending| self.block(pending.block).candidate.clone())
            .collect();
        let context = self.block(branch.tip().newest()).relay_parent;
        ParaState {
            constraints: roomy(included.head.clone(), context),
            pending,
            cores: usize::from(self.protocol.parameters().cores),
        }
    }
}

/// Constraints in which nothing is scarce but the relay parent's number.
pub fn roomy(required_parent: HeadData, min_relay_parent_number: u32) -> Constraints {
    let channel = OutboundHrmpChannelLimitations { bytes_remaining: 1024, messages_remaining: 8 };
    Constraints {
        min_relay_parent_number,
        max_pov_size: MAX_POV_SIZE as usize,
        max_code_size: 3 * 1024 * 1024,
        max_head_data_size: 20 * 1024,
        ump_remaining: 8,
        ump_remaining_bytes: 1024,
        max_ump_num_per_candidate: 16,
        dmp_remaining_messages: Vec::new(),
        hrmp_inbound: InboundHrmpLimitations { valid_watermarks: Vec::new() },
        hrmp_channels_out: HashMap::from([(Id::from(PARA + 1), channel)]),
        max_hrmp_num_per_candidate: 16,
        required_parent,
        validation_code_hash: code(),
        upgrade_restriction: None,
        future_validation_code: None,
    }
}
