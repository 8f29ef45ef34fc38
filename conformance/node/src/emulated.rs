//! The inclusion emulator beside the model: one candidate on a state of the model, asked of both.
//!
//! A state has all that the emulator is told, so nothing has to be replayed: ages become numbers, and
//! the unincluded ancestors become the modifications that they make.

use std::collections::HashMap;

use polkadot_primitives::{
    CandidateCommitments, HeadData, Id, OutboundHrmpMessage, PersistedValidationData,
};
use unincluded_model::refusal::Limit;
use unincluded_model::{Action, Age, BlockIndex, ParaBlock, Protocol, Refusal, Rule, State};

use crate::candidate::{MAX_POV_SIZE, PARA, RelayBlock, code, head, quiet};
use crate::compare::Difference;
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

/// EMU-3, EMU-4: whether the published emulator takes a candidate at the tip of a branch on the
/// unincluded ancestors that it has there.
///
/// # Errors
///
/// The first limit that it breaks, or what went wrong otherwise.
pub fn asked(
    protocol: &Protocol,
    leaf: &State,
    place: usize,
    candidate: &ParaBlock,
) -> Result<Result<(), Broken>, String> {
    let view = Emulated { protocol, leaf, place };
    let included = leaf.branch(place).tip().included;
    let Some(unincluded) = leaf.steps_back(candidate.parent, included) else {
        // The parent is in no chain: only what needs no ancestors is asked.
        return Ok(Ok(()));
    };
    let mut ancestors: Vec<BlockIndex> = leaf.ancestry(candidate.parent).take(unincluded).collect();
    ancestors.reverse();
    let base = view.constraints();
    let mut stacked = ConstraintModifications::identity();
    for &ancestor in &ancestors {
        stacked.stack(&view.modifications(leaf.block(ancestor), head(u32::from(ancestor.0))));
    }
    let constraints = base
        .apply_modifications(&stacked)
        .map_err(|error| format!("the ancestors break a limit themselves: {error:?}"))?;

    let relay_parent = view.relay_parent(candidate);
    let commitments = view.commitments(candidate, head(u32::MAX));
    let validation_data = PersistedValidationData {
        parent_head: constraints.required_parent.clone(),
        relay_parent_number: relay_parent.number,
        relay_parent_storage_root: relay_parent.storage_root,
        max_pov_size: MAX_POV_SIZE,
    };
    let answer = Fragment::check_against_constraints(
        &relay_parent.info(),
        &constraints,
        &commitments,
        &code(),
        &validation_data,
    );
    match answer {
        Ok(_) => Ok(Ok(())),
        Err(error) => broken(&error, &constraints).map(Err),
    }
}

/// Asks both of a candidate.
///
/// # Errors
///
/// If they differ: in the answer, in the limit that is named first, or in a count.
pub fn agree(
    protocol: &Protocol,
    leaf: &State,
    place: usize,
    candidate: &ParaBlock,
) -> Result<(), Difference> {
    let model = protocol.emulate(leaf, place, candidate);
    let node = asked(protocol, leaf, place, candidate)
        .map_err(|what| Difference { rule: "EMU-4", what })?;
    let said = match &model {
        Ok(()) => Ok(()),
        Err(Refusal::NotSeconded { limit, asked, left }) => {
            let (asked, left) = match limit {
                Limit::Watermark => (number(Age(*asked)) as usize, 0),
                _ => (usize::from(*asked), usize::from(*left)),
            };
            Err(Broken { limit: *limit, asked, left })
        }
        Err(other) => {
            let what = format!("the model says {other}");
            return Err(Difference { rule: "EMU-3", what });
        }
    };
    if said == node {
        return Ok(());
    }
    let alone = ParaBlock { parent: leaf.branch(place).tip().included, ..*candidate };
    let is_alone = alone.parent == candidate.parent;
    let rule = if is_alone || agree(protocol, leaf, place, &alone).is_err() {
        "EMU-3"
    } else {
        "EMU-4"
    };
    let model = model.map_or_else(|refusal| refusal.to_string(), |()| "takes it".to_owned());
    Err(Difference { rule, what: format!("the model {model}, the node says {node:?}") })
}

/// Asks both of the block that an action of the model has just authored, at the leaf that it met.
///
/// # Errors
///
/// If they differ.
pub fn authored_agrees(
    protocol: &Protocol,
    before: &State,
    action: &Action,
    raw: &State,
) -> Result<(), Difference> {
    match (action, raw.blocks.last()) {
        (Action::Author(author), Some(block)) => {
            agree(protocol, before, usize::from(author.branch), block)
        }
        _ => Ok(()),
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

    /// What an ancestor does to the constraints of those after it. It is in the chain, so it was asked
    /// when it came; asked with everything open, it says what it does.
    fn modifications(&self, block: &ParaBlock, head_data: HeadData) -> ConstraintModifications {
        let relay_parent = self.relay_parent(block);
        let commitments = self.commitments(block, head_data);
        let channel =
            OutboundHrmpChannelLimitations { bytes_remaining: 64 * MESSAGE, messages_remaining: 8 };
        let open = Constraints {
            dmp_remaining_messages: vec![u32::MAX; 8],
            hrmp_inbound: InboundHrmpLimitations {
                valid_watermarks: vec![commitments.hrmp_watermark],
            },
            hrmp_channels_out: HashMap::from([(Id::from(OTHER), channel)]),
            ..roomy(head(0), 0)
        };
        let validation_data = PersistedValidationData {
            parent_head: head(0),
            relay_parent_number: relay_parent.number,
            relay_parent_storage_root: relay_parent.storage_root,
            max_pov_size: MAX_POV_SIZE,
        };
        Fragment::check_against_constraints(
            &relay_parent.info(),
            &open,
            &commitments,
            &code(),
            &validation_data,
        )
        .expect("nothing is closed")
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
                messages_remaining, messages_submitted, ..
            } => Broken {
                limit: Limit::Outbound,
                asked: messages_submitted,
                left: messages_remaining,
            },
            ModificationError::UmpMessagesOverflow { messages_remaining, messages_submitted } => {
                Broken {
                    limit: Limit::Upward,
                    asked: messages_submitted,
                    left: messages_remaining,
                }
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

/// Which rules of the model this file compares.
pub const RULES: [Rule; 2] = [Rule::Emu3, Rule::Emu4];
