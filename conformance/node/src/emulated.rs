//! The inclusion emulator beside the model: one candidate on a state of the model, asked of both.
//!
//! A state has all that the emulator is told, so nothing has to be replayed: ages become numbers, and
//! the unincluded ancestors become the modifications that they make.

use std::collections::HashMap;

use polkadot_primitives::{
    CandidateCommitments, HeadData, Id, OutboundHrmpMessage, PersistedValidationData,
};
use unincluded_conformance_driver::Divergence;
use unincluded_model::refusal::Limit;
use unincluded_model::{Action, Age, BlockIndex, ParaBlock, Protocol, Refusal, Rule, State};

use crate::candidate::{MAX_POV_SIZE, PARA, RelayBlock, code, head, quiet};
use crate::inclusion_emulator::{
    ConstraintModifications, Constraints, Fragment, FragmentValidityError, InboundHrmpLimitations,
    ModificationError, OutboundHrmpChannelLimitations,
};
use crate::world::roomy;

/// The number of the relay tip: high enough for the oldest watermark.
const TIP: u32 = 1000;

/// The para that the model's messages go to and come from.
const OTHER: u32 = PARA + 1;

/// Bytes of one message.
const MESSAGE: usize = 16;

/// A limit that a candidate breaks, what it asks for and what there is, where that is a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The limit.
    pub limit: Limit,
    /// What the candidate asks for.
    pub asked: usize,
    /// What there is; 0 of a watermark.
    pub left: usize,
}

/// What the published emulator says of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It takes it.
    Taken,
    /// It refuses it for this limit.
    Refused(Broken),
    /// It was not asked: the parent is not above the included head, or an ancestor is not taken itself
    /// at this leaf, so that the candidate stands in no chain and nothing is known of what is left.
    NotAsked,
}

/// EMU-3, EMU-4: whether the published emulator takes a candidate at the tip of a branch on the
/// unincluded ancestors that it has there.
///
/// # Errors
///
/// An error of the emulator that the model has no word for.
pub fn asked(
    protocol: &Protocol,
    leaf: &State,
    place: usize,
    candidate: &ParaBlock,
) -> Result<Answer, String> {
    let view = Emulated { protocol, leaf, place };
    let included = leaf.branch(place).tip().included;
    let Some(unincluded) = leaf.steps_back(candidate.parent, included) else {
        return Ok(Answer::NotAsked);
    };
    let mut ancestors: Vec<BlockIndex> = leaf.ancestry(candidate.parent).take(unincluded).collect();
    ancestors.reverse();
    let base = view.constraints();
    let mut stacked = ConstraintModifications::identity();
    let mut constraints = base.clone();
    for &ancestor in &ancestors {
        let new_head = head(u32::from(ancestor.0));
        let Ok(modifications) = view.check(leaf.block(ancestor), new_head, &constraints) else {
            return Ok(Answer::NotAsked);
        };
        stacked.stack(&modifications);
        constraints = base.apply_modifications(&stacked).map_err(|error| format!("{error:?}"))?;
    }
    match view.check(candidate, head(u32::MAX), &constraints) {
        Ok(_) => Ok(Answer::Taken),
        Err(error) => broken(&error, &constraints).map(Answer::Refused),
    }
}

/// Asks both of a candidate, and says whether there was an answer to compare.
///
/// # Errors
///
/// If they differ: in the answer, in the limit that is named first, or in a count.
pub fn agree(
    protocol: &Protocol,
    leaf: &State,
    place: usize,
    candidate: &ParaBlock,
) -> Result<bool, Divergence> {
    let model = protocol.emulate(leaf, place, candidate);
    let node = asked(protocol, leaf, place, candidate)
        .map_err(|says| Divergence::new([Rule::Emu3], says))?;
    let said = match &model {
        _ if node == Answer::NotAsked => return Ok(false),
        Ok(()) => Answer::Taken,
        Err(Refusal::NotSeconded { limit, asked, left }) => {
            let (asked, left) = match limit {
                Limit::Watermark => (number(Age(*asked)) as usize, 0),
                _ => (usize::from(*asked), usize::from(*left)),
            };
            Answer::Refused(Broken { limit: *limit, asked, left })
        }
        Err(other) => {
            let says = format!("the model says {other}");
            return Err(Divergence::new([Rule::Emu3], says));
        }
    };
    if said == node {
        return Ok(true);
    }
    let alone = ParaBlock { parent: leaf.branch(place).tip().included, ..*candidate };
    let is_alone = alone.parent == candidate.parent;
    let rule = if is_alone || agree(protocol, leaf, place, &alone).is_err() {
        Rule::Emu3
    } else {
        Rule::Emu4
    };
    let model = model.map_or_else(|refusal| refusal.to_string(), |()| "takes it".to_owned());
    Err(Divergence::new([rule], format!("the model {model}, the node says {node:?}")))
}

/// Asks both of the block that an action of the model has just authored, at the leaf that it met, and
/// says whether there was one and an answer to compare.
///
/// # Errors
///
/// If they differ.
pub fn authored_agrees(
    protocol: &Protocol,
    before: &State,
    action: &Action,
    raw: &State,
) -> Result<bool, Divergence> {
    match (action, raw.blocks.last()) {
        (Action::Author(author), Some(block)) => {
            agree(protocol, before, usize::from(author.branch), block)
        }
        _ => Ok(false),
    }
}

/// The number of the relay block of an age.
fn number(age: Age) -> u32 {
    TIP - u32::from(age.0)
}

struct Emulated<'a> {
    protocol: &'a Protocol,
    leaf: &'a State,
    place: usize,
}

impl Emulated<'_> {
    /// EMU-1: what the relay chain's runtime says at the tip.
    fn constraints(&self) -> Constraints {
        let branch = self.leaf.branch(self.place);
        let (tip, limits) = (branch.tip(), self.protocol.messages());
        let left = |limit: u8, used: u8| usize::from(limit.saturating_sub(used));
        let channel = OutboundHrmpChannelLimitations {
            bytes_remaining: 64 * MESSAGE,
            messages_remaining: left(limits.outbound_capacity, tip.queues.outbound),
        };
        let waiting = branch.downward.iter().skip(usize::from(tip.queues.popped));
        Constraints {
            ump_remaining: left(limits.upward_limit, tip.queues.upward),
            ump_remaining_bytes: 64 * MESSAGE,
            dmp_remaining_messages: waiting.map(|&sent| number(sent)).collect(),
            hrmp_inbound: InboundHrmpLimitations { valid_watermarks: self.valid_watermarks() },
            hrmp_channels_out: HashMap::from([(Id::from(OTHER), channel)]),
            ..roomy(head(u32::from(tip.included.0)), 0)
        }
    }

    /// As `valid_watermarks` of polkadot-runtime-parachains 30.0.0, `hrmp.rs`, has them: the blocks with
    /// messages that the included head is not past, and before these its own watermark.
    fn valid_watermarks(&self) -> Vec<u32> {
        let branch = self.leaf.branch(self.place);
        let last = self.leaf.block(branch.tip().included).inbox.watermark;
        let later = branch.inbound.iter().filter(|&&sent| sent < last).map(|&sent| number(sent));
        let mut valid: Vec<u32> = later.collect();
        if !valid.is_empty() {
            valid.insert(0, number(last));
        }
        valid
    }

    /// The relay parent of a block. The age of one that is too old for any rule is not exact; its
    /// watermark then tells the number where it was the relay parent.
    fn relay_parent(&self, block: &ParaBlock) -> RelayBlock {
        let age = block.relay_parent.on(self.place);
        let is_old = age >= self.protocol.oldest_age();
        RelayBlock::at(number(if is_old { age.max(block.inbox.watermark) } else { age }))
    }

    fn commitments(&self, block: &ParaBlock, head_data: HeadData) -> CandidateCommitments {
        let relay_parent = self.relay_parent(block);
        let [upward, outbound] = block.segment.own_messages();
        let inbound = self.protocol.messages().inbound > 0;
        let message = |_| vec![0; MESSAGE];
        let to_other =
            |_| OutboundHrmpMessage { recipient: Id::from(OTHER), data: vec![0; MESSAGE] };
        CandidateCommitments {
            upward_messages: (0..upward)
                .map(message)
                .collect::<Vec<_>>()
                .try_into()
                .expect("a few are within any bound"),
            horizontal_messages: (0..outbound)
                .map(to_other)
                .collect::<Vec<_>>()
                .try_into()
                .expect("a few are within any bound"),
            processed_downward_messages: u32::from(block.inbox.processed),
            hrmp_watermark: if inbound {
                number(block.inbox.watermark)
            } else {
                relay_parent.number
            },
            ..quiet(head_data, relay_parent)
        }
    }

    /// What the published emulator says of a block under these constraints: what it does to those of
    /// the next one, or why not.
    fn check(
        &self,
        block: &ParaBlock,
        head_data: HeadData,
        constraints: &Constraints,
    ) -> Result<ConstraintModifications, FragmentValidityError> {
        let relay_parent = self.relay_parent(block);
        let validation_data = PersistedValidationData {
            parent_head: constraints.required_parent.clone(),
            relay_parent_number: relay_parent.number,
            relay_parent_storage_root: relay_parent.storage_root,
            max_pov_size: MAX_POV_SIZE,
        };
        Fragment::check_against_constraints(
            &relay_parent.info(),
            constraints,
            &self.commitments(block, head_data),
            &code(),
            &validation_data,
        )
    }
}

/// Polkadot's error, as the model has it.
fn broken(error: &FragmentValidityError, constraints: &Constraints) -> Result<Broken, String> {
    let waiting = constraints.dmp_remaining_messages.len();
    Ok(match *error {
        FragmentValidityError::DmpAdvancementRule => {
            Broken { limit: Limit::Advance, asked: 0, left: waiting }
        }
        FragmentValidityError::OutputsInvalid(ref error) => match *error {
            ModificationError::DisallowedHrmpWatermark(mark) => {
                Broken { limit: Limit::Watermark, asked: mark as usize, left: 0 }
            }
            ModificationError::HrmpMessagesOverflow {
                messages_remaining,
                messages_submitted,
                ..
            } => Broken {
                limit: Limit::Outbound,
                asked: messages_submitted,
                left: messages_remaining,
            },
            ModificationError::UmpMessagesOverflow { messages_remaining, messages_submitted } => {
                Broken { limit: Limit::Upward, asked: messages_submitted, left: messages_remaining }
            }
            ModificationError::DmpMessagesUnderflow { messages_remaining, messages_processed } => {
                Broken {
                    limit: Limit::Downward,
                    asked: messages_processed,
                    left: messages_remaining,
                }
            }
            ref other => return Err(format!("{other:?}")),
        },
        ref other => return Err(format!("{other:?}")),
    })
}
