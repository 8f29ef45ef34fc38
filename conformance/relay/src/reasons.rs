//! Who refused, and why: the model's refusal against the pallets' own words.

use unincluded_model::{Action, Protocol, Refusal, RelayBlockPlan, Rule, Scenario, State};

use crate::candidate::Candidate;
use crate::chain::{Chain, Refused};
use crate::driver::Parting;
use crate::evidence::of_refused;
use crate::words::Word;
use crate::world::World;

/// Whether two refusals are the same.
pub(crate) enum Verdict {
    Same(Option<Rule>),
    Other(Parting),
}

/// Whether a refusal is one of the relay chain's runtime, and not of the environment, of the model
/// itself or of a node.
pub(crate) fn is_comparable(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::AlreadyOnChain | Refusal::InvalidBlock | Refusal::CandidateLost => true,
        Refusal::NotSeconded { .. } | Refusal::NotOffered => false,
        other => other.rule().is_some(),
    }
}

/// Every reason the model has against a plan, and whether there may be more: a refusal without a rule
/// cannot be looked behind, and neither can a dispute, which changes what is pending.
fn reasons(
    model: &Protocol,
    state: &State,
    plan: &RelayBlockPlan,
    first: &Refusal,
) -> (Vec<Refusal>, bool) {
    let mut found = vec![*first];
    let mut looser = model.clone();
    loop {
        let last = found[found.len() - 1];
        match last.rule() {
            None | Some(Rule::Disp1) => return (found, true),
            Some(rule) => looser = looser.without([rule]),
        }
        match looser.apply(state, &Action::RelayBlock(*plan)) {
            Err(next) if is_comparable(&next) && next.rule() != last.rule() => found.push(next),
            Err(next) if is_comparable(&next) => return (found, true),
            _ => return (found, false),
        }
    }
}

/// The place of a refusal in the order in which the pallets ask: the relay parent, the chain of
/// heads, the outputs, disputes, cores, votes.
fn order(refusal: &Refusal) -> Option<usize> {
    Some(match refusal {
        Refusal::NotOnThisFork(_) => 0,
        Refusal::OfLastSession(_) => 1,
        Refusal::RelayParentNotAllowed { .. } => 2,
        Refusal::RelayParentWentBack { .. } => 3,
        Refusal::NotOnNewestHead { .. } => 4,
        Refusal::OtherCode { .. } => 5,
        Refusal::PrematureUpgrade => 6,
        Refusal::NothingProcessed { .. } | Refusal::TooManyProcessed { .. } => 7,
        Refusal::UpwardQueueFull { .. } => 8,
        Refusal::WatermarkNotAccepted { .. } => 9,
        Refusal::ChannelFull { .. } => 10,
        Refusal::ConcludedInvalid => 11,
        Refusal::SessionEnds => 12,
        Refusal::CoreOccupied => 13,
        Refusal::CoreNotAssigned => 14,
        Refusal::GroupDoesNotVouch | Refusal::InvalidBlock | Refusal::CandidateLost => 15,
        _ => return None,
    })
}

/// The rule that the pallets' words stand for, where they are to back these candidates on a chain of
/// these blocks.
pub(crate) fn rule_of<'a>(
    chain: &Chain,
    candidates: impl Iterator<Item = &'a Candidate> + Clone,
    refused: &Refused,
) -> Option<Rule> {
    Some(match refused.word.as_ref()? {
        Word::RelayParent => {
            let is_here = |hash| chain.blocks.iter().any(|block| block.hash == hash);
            let all_here = candidates.clone().all(|candidate| is_here(candidate.relay_parent));
            if all_here { Rule::Arp2 } else { Rule::Arp4 }
        }
        Word::SchedulingParent => Rule::Arp1,
        Word::Verification(error) => match error.as_str() {
            "DisallowedRelayParent" => Rule::Incl6b,
            "ValidationDataHashMismatch" => Rule::Incl6,
            "InvalidValidationCodeHash" => Rule::Incl9,
            "PrematureCodeUpgrade" => Rule::Upg14,
            "IncorrectDownwardMessageHandling" => Rule::Incl11,
            "InvalidUpwardMessages" | "InvalidOutboundHrmp" => Rule::Incl10,
            "HrmpWatermarkMishandling" => Rule::Incl12,
            _ => return None,
        },
        Word::ConcludedInvalid => Rule::Disp1,
        Word::Core if refused.session_ends => Rule::Incl2,
        Word::Core => {
            let mut cores: Vec<u32> = refused.pending.iter().map(|pending| pending.core).collect();
            let mut taken = false;
            for candidate in candidates {
                let core = u32::from(candidate.core);
                taken |= cores.contains(&core);
                cores.push(core);
            }
            if taken { Rule::Incl1 } else { Rule::Sched2 }
        }
        Word::Failed(error) if error == "InsufficientBacking" => Rule::Sched3,
        Word::Signals | Word::Failed(_) => return None,
    })
}

/// The pallets refuse: whether the model does, and for the same reason.
pub(crate) fn judge(
    model: &Protocol,
    network: &Scenario,
    world: &World,
    plan: &RelayBlockPlan,
    expected: &Result<State, Refusal>,
    refused: &Refused,
) -> Verdict {
    let candidates = plan.back.iter().map(|&block| world.candidate(block).as_ref());
    let pallets = rule_of(&world.chains[usize::from(plan.branch)], candidates, refused);
    let words = format!("{}: {:?}", refused.error, refused.word);
    let first = match expected {
        Err(first) => first,
        Ok(raw) => {
            let mut rules = of_refused(network, world, plan, raw, refused);
            rules.extend(pallets.filter(|rule| !rules.contains(rule)));
            return Verdict::Other(Parting::OnlyPalletsRefuse { rule: pallets, rules, words });
        }
    };
    let (mut found, more) = reasons(model, &world.state, plan, first);
    found.sort_by_key(order);
    let known: Vec<Option<Rule>> = found.iter().filter(|r| order(r).is_some()).map(named).collect();
    let is_among = known.contains(&pallets);
    let is_first = known.first() == Some(&pallets);
    let alone = plan.back.len() == 1;
    let agrees = pallets.is_some()
        && if more {
            is_among || may_hide(&known, pallets)
        } else {
            is_first || (!alone && is_among)
        };
    if agrees {
        Verdict::Same(pallets)
    } else {
        let model = known.first().copied().flatten();
        Verdict::Other(Parting::OtherReason { model, pallets, words })
    }
}

/// The rule of a refusal: without votes for what is invalid or lost, the group does not vouch.
fn named(refusal: &Refusal) -> Option<Rule> {
    match refusal {
        Refusal::InvalidBlock | Refusal::CandidateLost => Some(Rule::Sched3),
        other => other.rule(),
    }
}

/// Where the model could not be looked behind, the pallets' reason may be one that it has not said
/// yet; only a reason that it would have said before is none.
fn may_hide(known: &[Option<Rule>], pallets: Option<Rule>) -> bool {
    const FIRST: [Rule; 3] = [Rule::Arp4, Rule::Arp2, Rule::Arp1];
    let is_last = |rule: &Option<Rule>| *rule == Some(Rule::Sched3);
    !(known.iter().any(is_last) && pallets.is_some_and(|rule| FIRST.contains(&rule)))
}
