//! One action on both sides: the model takes it, the pallets are given it, and the two are compared.

use std::cell::Cell;

use unincluded_model::scenario::{Claims, Group};
use unincluded_model::state::{Branch, ParaBlock, Pending};
use unincluded_model::{
    Action, Bits, BlockIndex, Precheck, Protocol, Refusal, RelayBlockPlan, Rule, Scenario, State,
};

use crate::chain::{Content, Refused, Signed};
use crate::compare::{Comparison, Difference, Part};
use crate::evidence::{of_leaving, of_refusal};
use crate::parts::Hold;
use crate::reasons::{Verdict, is_comparable, judge};
use crate::settings;
use crate::views::{Seen, group, voters};
use crate::world::{World, is_invalid};

/// What came of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Both sides took it, and are alike.
    Followed,
    /// Both refused it, for the same reason.
    Refused(Option<Rule>),
    /// Nothing that the relay chain's runtime decides.
    Beside,
}

/// Where the two sides part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The model refuses what the pallets do.
    OnlyModelRefuses {
        /// Why the model does.
        refusal: Refusal,
        /// The rules in doubt.
        rules: Vec<Rule>,
    },
    /// The pallets refuse what the model does; the rule by which they do, where it has one.
    OnlyPalletsRefuse {
        /// The rule by their own words.
        rule: Option<Rule>,
        /// The rules in doubt, that one last.
        rules: Vec<Rule>,
        /// Their words.
        words: String,
    },
    /// Both refuse, for different reasons.
    OtherReason {
        /// The model's, the first in the order in which the pallets ask.
        model: Option<Rule>,
        /// The pallets'.
        pallets: Option<Rule>,
        /// Their words.
        words: String,
    },
    /// Both go on, to different states.
    OtherState {
        /// In what they differ.
        found: Vec<Difference>,
        /// The rules in doubt, by what the block did on either side.
        rules: Vec<Rule>,
    },
}

impl Parting {
    /// The rules that can account for it: by the pallets' words, by the model's refusal, or by what the
    /// two states have made of the same block.
    pub fn rules(&self) -> Vec<Rule> {
        match self {
            Parting::OtherReason { model, pallets, .. } => {
                pallets.iter().chain(model).copied().collect()
            }
            Parting::OnlyModelRefuses { rules, .. }
            | Parting::OnlyPalletsRefuse { rules, .. }
            | Parting::OtherState { rules, .. } => rules.clone(),
        }
    }
}

/// Both sides' rules and numbers. The model's may be changed, the pallets' are what they are.
#[derive(Clone)]
pub struct Driver {
    pub(crate) model: Protocol,
    pub(crate) network: Scenario,
    mark: Cell<u64>,
}

/// What the pallets made of a plan.
pub(crate) type Made = Result<Seen, Refused>;

impl Driver {
    /// The model of a scenario beside the pallets with its numbers.
    pub fn new(model: Protocol, network: Scenario) -> Driver {
        Driver { model, network, mark: Cell::new(1) }
    }

    /// The model.
    pub fn model(&self) -> &Protocol {
        &self.model
    }

    pub(crate) fn begin(&self) -> Option<World> {
        World::begin(&self.model, &self.network)
    }

    /// Takes an action on both sides. The world moves only where it is to be kept and both agree.
    pub(crate) fn take(
        &self,
        world: &mut World,
        action: &Action,
        keep: bool,
    ) -> Result<Taken, Parting> {
        match action {
            Action::RelayBlock(plan) => self.relay_block(world, action, plan, keep),
            Action::Author(author) => {
                let Ok(raw) = self.model.apply(&world.state, action) else {
                    return Ok(Taken::Beside);
                };
                let Some(candidate) = world.author(author, &raw) else { return Ok(Taken::Beside) };
                if keep {
                    world.push(candidate);
                    world.follow(&self.model, action, &raw);
                }
                Ok(Taken::Followed)
            }
            _ => {
                let Ok(raw) = self.model.apply(&world.state, action) else {
                    return Ok(Taken::Beside);
                };
                if keep {
                    match action {
                        Action::Fork => world.chains.push(world.chains[0].clone()),
                        Action::Settle { branch } => {
                            let kept = world.chains.swap_remove(usize::from(*branch));
                            world.chains = vec![kept];
                        }
                        _ => {}
                    }
                    world.follow(&self.model, action, &raw);
                }
                Ok(Taken::Followed)
            }
        }
    }

    fn relay_block(
        &self,
        world: &mut World,
        action: &Action,
        plan: &RelayBlockPlan,
        keep: bool,
    ) -> Result<Taken, Parting> {
        let expected = self.model.apply(&world.state, action);
        let comparable = expected.as_ref().err().is_none_or(is_comparable);
        let place = usize::from(plan.branch);
        if !comparable || plan.go_ahead || place >= world.chains.len() {
            return Ok(Taken::Beside);
        }
        let content = self.content(world, plan);
        let before = world.clone_chain_if(keep, place);
        let made = world.chains[place].grow(&content, keep);
        let verdict = self.verdict(&self.model, world, plan, &expected, &made, before.is_some());
        match verdict {
            Ok(taken) => {
                if let (Ok(raw), true) = (&expected, keep) {
                    if Self::leaves(world, raw) {
                        let other = world.chains.swap_remove(1 - place);
                        world.chains = vec![other];
                    }
                    world.follow(&self.model, action, raw);
                }
                Ok(taken)
            }
            Err(parting) => {
                if let Some(before) = before {
                    world.chains[place] = before;
                }
                Err(parting)
            }
        }
    }

    /// Whether the branch that grew is left, as it is frozen.
    fn leaves(world: &World, raw: &State) -> bool {
        raw.branches.len() < world.state.branches.len()
    }

    /// Whether this model agrees with what the pallets made of the plan.
    pub(crate) fn verdict(
        &self,
        model: &Protocol,
        world: &World,
        plan: &RelayBlockPlan,
        expected: &Result<State, Refusal>,
        made: &Made,
        grown: bool,
    ) -> Result<Taken, Parting> {
        let place = usize::from(plan.branch);
        match (expected, made) {
            (Ok(raw), Ok(seen)) => {
                let (found, rules) = if Self::leaves(world, raw) {
                    (frozen(seen), of_leaving(world, plan, seen))
                } else {
                    let both = (raw, seen);
                    let comparison = Comparison::of(model, &self.network, world, plan, both, grown);
                    let rules = comparison.in_doubt();
                    (comparison.found, rules)
                };
                if found.is_empty() {
                    Ok(Taken::Followed)
                } else {
                    Err(Parting::OtherState { found, rules })
                }
            }
            (Err(refusal), Ok(seen)) => {
                let rules = of_refusal(world, place, refusal, seen);
                Err(Parting::OnlyModelRefuses { refusal: *refusal, rules })
            }
            (expected, Err(refused)) => {
                match judge(model, &self.network, world, plan, expected, refused) {
                    Verdict::Same(rule) => Ok(Taken::Refused(rule)),
                    Verdict::Other(parting) => Err(parting),
                }
            }
        }
    }

    /// What the relay block of a plan brings.
    pub(crate) fn content(&self, world: &mut World, plan: &RelayBlockPlan) -> Content {
        let place = usize::from(plan.branch);
        let mark = self.mark.get();
        self.mark.set(mark + 1);
        let branch = world.state.branch(place).clone();
        let back = plan
            .back
            .iter()
            .map(|&block| {
                let candidate = world.candidate(block).clone();
                let vouches = self.group_vouches(world, place, block);
                (candidate, if vouches { Signed::Enough } else { Signed::OneShort })
            })
            .collect();
        let votes = self.availability(world, &branch, plan);
        let environment = self.model.environment();
        let claims =
            plan.reassigned.then(|| if branch.tip().assigned { Hold::Never } else { Hold::Always });
        let configuration = plan.reconfigured.then(|| {
            let numbers = if branch.reconfigured.now {
                self.network.parameters
            } else {
                self.network.reconfigured()
            };
            settings::configuration(&self.network, &numbers)
        });
        let messages = self.model.scenario().messages.inbound_messages;
        Content {
            mark,
            session_ends: plan.session_change,
            configuration,
            claims: claims.filter(|_| environment.claims == Claims::Lapsing),
            votes,
            back,
            dispute: plan.dispute.map(|dispute| {
                let (against, favour) =
                    self.voters(&world.state, place, dispute.block, dispute.against);
                (world.candidate(dispute.block).clone(), against, favour)
            }),
            precheck: match plan.precheck {
                Some(Precheck::Accepted) => Some(true),
                Some(Precheck::Rejected) => Some(false),
                Some(Precheck::Known) | None => None,
            },
            known_code: branch
                .pending
                .iter()
                .filter(|_| plan.precheck == Some(Precheck::Known))
                .filter_map(|pending| world.candidate(pending.block).new_code())
                .collect(),
            served: plan.traffic.served,
            taken: plan.traffic.taken,
            inbound: plan.traffic.inbound.then_some(messages),
            downward: plan.traffic.downward,
        }
    }

    /// SCHED-3, FLT-8: whether the group that the pallets name vouches for the candidate.
    fn group_vouches(&self, world: &mut World, place: usize, block: BlockIndex) -> bool {
        let (relay_parent, core) = {
            let candidate = world.candidate(block);
            (candidate.relay_parent_number, candidate.core)
        };
        let of_state = *world.state.block(block);
        let groups = self.network.environment.groups.0;
        let kind = if groups.is_empty() {
            Group::Byzantine
        } else {
            let index = world.chains[place].ask(|| group(core.into(), relay_parent));
            index.map_or(Group::Offline, |index| groups[index as usize % groups.len()])
        };
        let willing = match kind {
            Group::Online => !is_invalid(&of_state),
            Group::Offline => false,
            Group::Byzantine => true,
        };
        willing && !of_state.has(ParaBlock::LOST)
    }

    /// INCL-3: who has which candidate. Where votes are chosen and not counted, those of the first
    /// validators are in.
    fn availability(
        &self,
        world: &mut World,
        branch: &Branch,
        plan: &RelayBlockPlan,
    ) -> Vec<(u32, Vec<u32>)> {
        let place = usize::from(plan.branch);
        let lost = self.lost(&world.state, branch, plan).unwrap_or(usize::MAX);
        if self.model.environment().counted_votes {
            let recorded = world.chains[place].ask(voters);
            return self.counted(world, branch, plan, lost, &recorded);
        }
        let chosen = branch.pending.iter().zip(plan.bits.iter()).take(lost);
        let voters = |(pending, &bits): (&Pending, &Bits)| {
            let core = u32::from(world.candidate(pending.block).core);
            (core, (0..u32::from(self.model.parameters().votes(bits))).collect())
        };
        chosen.map(voters).collect()
    }

    /// The place of the candidate that loses its dispute in this block.
    fn lost(&self, state: &State, branch: &Branch, plan: &RelayBlockPlan) -> Option<usize> {
        let dispute = plan.dispute?;
        let before = state.block(dispute.block).against[usize::from(plan.branch)];
        let against = u16::from(before) + u16::from(dispute.against);
        let concludes = against >= self.network.parameters.supermajority();
        let is_it = |pending: &Pending| pending.block == dispute.block;
        branch.pending.iter().position(is_it).filter(|_| concludes)
    }

    /// The same where honest validators are counted and lying ones vote for whatever is pending. Each sets
    /// a bit for every candidate that it has, now or before. The model takes the same validators to
    /// vote for one candidate and the other, and for those in front of one that loses its dispute
    /// such as do not lose their bitfield with it (INH-1).
    fn counted(
        &self,
        world: &World,
        branch: &Branch,
        plan: &RelayBlockPlan,
        lost: usize,
        recorded: &[(u32, Vec<u32>)],
    ) -> Vec<(u32, Vec<u32>)> {
        let honest = u32::from(self.model.honest_validators());
        let lying = honest..honest + u32::from(self.model.environment().lying);
        let mut all: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut spoilt: Vec<u32> = Vec::new();
        let pending: Vec<_> = branch.pending.iter().zip(plan.bits.iter()).enumerate().collect();
        for (place, (pending, &bits)) in pending.into_iter().rev() {
            let core = u32::from(world.candidate(pending.block).core);
            let before = recorded.iter().find(|(other, _)| *other == core);
            let mut voters: Vec<u32> = before.map(|(_, voters)| voters.clone()).unwrap_or_default();
            let new = if let Bits::Count(new) = bits { usize::from(new) } else { 0 };
            let mut fresh: Vec<u32> = (0..honest).filter(|voter| !voters.contains(voter)).collect();
            let votes_elsewhere =
                |voter: u32| recorded.iter().chain(&all).any(|(_, voters)| voters.contains(&voter));
            fresh.sort_by_key(|&voter| (spoilt.contains(&voter), !votes_elsewhere(voter), voter));
            voters.extend(fresh.into_iter().take(new));
            voters.extend(lying.clone());
            if place >= lost {
                spoilt.extend(&voters);
            }
            all.push((core, voters));
        }
        all
    }

    /// DISP-1: who votes against a candidate, and who is in favour where the dispute begins.
    fn voters(
        &self,
        state: &State,
        place: usize,
        block: BlockIndex,
        against: u8,
    ) -> (Vec<u32>, Vec<u32>) {
        let block = state.block(block);
        let all = u32::from(self.network.parameters.validators);
        let honest = u32::from(self.model.honest_validators());
        let lying = u32::from(self.model.environment().lying);
        let before = usize::from(block.against[place]);
        let against_it = if is_invalid(block) { 0..honest } else { honest..honest + lying };
        let voters = against_it.skip(before).take(against.into()).collect();
        let most_faulty = u32::from(self.network.parameters.most_faulty());
        let favour = match (before, is_invalid(block)) {
            (0, true) => (all.saturating_sub(most_faulty + 1)..all).collect(),
            (0, false) => (0..=most_faulty).collect(),
            _ => Vec::new(),
        };
        (voters, favour)
    }
}

/// DISP-2: what is to be seen of a chain that was left.
fn frozen(seen: &Seen) -> Vec<Difference> {
    if seen.is_frozen {
        return Vec::new();
    }
    let said = |frozen: bool| format!("{frozen:?}");
    let field = "whether the branch is frozen";
    vec![Difference { part: Part::Freezing, field, model: said(true), pallets: said(false) }]
}
