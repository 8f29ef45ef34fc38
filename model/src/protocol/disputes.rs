//! What votes against a candidate do: one that is pending goes, one that is included takes its relay
//! fork along.

use arrayvec::ArrayVec;

use super::Protocol;
use super::forks::only;
use crate::action::{Bits, Dispute, RelayBlockPlan};
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::state::{BlockIndex, Branch, MAX_PENDING, ParaBlock, Pending, State};

impl Protocol {
    /// Whether so many validators can vote against the candidate: honest ones against an invalid
    /// block, lying ones against a valid one, each once.
    pub(crate) fn dispute_is_possible(
        &self,
        state: &State,
        plan: &RelayBlockPlan,
        dispute: Dispute,
    ) -> Result<(), Refusal> {
        if !self.environment().disputes {
            return Err(Refusal::NotThisFault("disputes (FLT-10, FLT-11)"));
        }
        if dispute.block.get() >= state.blocks.len() {
            return Err(Refusal::NoSuchBlock(dispute.block));
        }
        let place = usize::from(plan.branch);
        let block = state.block(dispute.block);
        let branch = state.branch(place);
        let against = u16::from(block.against[place]) + u16::from(dispute.against);
        if dispute.against == 0 || against > self.voters_against(block) {
            return Err(Refusal::NotThisFault("so many votes against the candidate"));
        }
        let is_pending = branch.pending.iter().any(|pending| pending.block == dispute.block);
        let included_here = is_included(state, branch, dispute);
        if !is_pending && !included_here {
            return Err(Refusal::NotInThisScenario("dispute over what no relay block has"));
        }
        // A fork that is to be left needs another to go to.
        let elsewhere = |other: &Branch| !is_included(state, other, dispute);
        if included_here && !state.branches.iter().any(elsewhere) {
            return Err(Refusal::NotInThisScenario("other branch to go back to"));
        }
        Ok(())
    }

    /// Validators that vote against a candidate, sooner or later.
    pub fn voters_against(&self, block: &ParaBlock) -> u16 {
        let environment = self.environment();
        let (silent, lying) = (u16::from(environment.silent), u16::from(environment.lying));
        if block.has(ParaBlock::INVALID) {
            self.parameters().validators - silent - lying
        } else {
            lying
        }
    }

    /// INH-1 (4) to (6): imports the votes, and says what they conclude. An included candidate freezes
    /// its fork with the vote that exceeds a third, no earlier or later one.
    pub(crate) fn import_votes(&self, next: &mut State, plan: &RelayBlockPlan) -> Concluded {
        let Some(dispute) = plan.dispute else { return Concluded::Nothing };
        let place = usize::from(plan.branch);
        let block = &mut next.blocks[dispute.block.get()];
        let before = u16::from(block.against[place]);
        block.against[place] = block.against[place].saturating_add(dispute.against);
        let against = u16::from(block.against[place]);

        let branch = next.branch(place);
        if is_included(next, branch, dispute) {
            let eager = self.variants.contains(Variant::OneVoteFreezes);
            let most = if eager { 0 } else { self.parameters().most_faulty() };
            let freezes = before <= most && against > most && self.has(Rule::Disp2);
            return if freezes { Concluded::Freezes } else { Concluded::Nothing };
        }
        let concluded = against >= self.parameters().supermajority() && self.has(Rule::Disp1);
        match branch.pending.iter().position(|pending| pending.block == dispute.block) {
            Some(lost) if concluded => Concluded::Frees(lost),
            _ => Concluded::Nothing,
        }
    }

    /// DISP-2, FLT-11: a branch that is frozen before anything else does nothing for paras, and the
    /// nodes leave it for the one without the inclusion.
    pub(crate) fn left(next: &State, plan: &RelayBlockPlan) -> Result<State, Refusal> {
        let idle = plan.back.is_empty()
            && !plan.session_change
            && !plan.go_ahead
            && plan.precheck.is_none();
        if !idle || next.branches.len() == 1 {
            return Err(Refusal::NotInThisScenario("paras on a frozen branch"));
        }
        Ok(only(next, 1 - usize::from(plan.branch)))
    }

    /// INH-1 (7): the honest validators whose bitfields of this block do not count, as they have a
    /// bit on a core that was just freed: that of a candidate that lost its dispute, or of one behind it.
    /// None where there is no such core. The same validators are taken to have voted for one and the
    /// other.
    pub(crate) fn discarded_bitfields(
        &self,
        branch: &Branch,
        plan: &RelayBlockPlan,
        lost: Option<usize>,
    ) -> Option<u8> {
        let lost = lost.filter(|_| !self.variants.contains(Variant::KeepsBits))?;
        let voted = |(pending, bits): (&Pending, &Bits)| match bits {
            Bits::Count(new) => pending.votes + new,
            _ => 0,
        };
        branch.pending.iter().zip(plan.bits.iter()).skip(lost).map(voted).max()
    }

    /// DISP-1: the candidates that the block drops for a dispute, of those pending before it: the one
    /// that lost it and those behind. It backs none of them; the next block may, as nobody asks again
    /// whether a dispute was lost.
    pub fn dropped_by_dispute(
        &self,
        before: &State,
        now: &State,
        plan: &RelayBlockPlan,
    ) -> ArrayVec<BlockIndex, MAX_PENDING> {
        let place = usize::from(plan.branch);
        let pending = before.branch(place).pending.iter().map(|pending| pending.block);
        let lost = plan.dispute.map(|dispute| dispute.block);
        let lost = lost.filter(|&lost| self.is_concluded_invalid(now.block(lost), place));
        match lost.and_then(|lost| pending.clone().position(|block| block == lost)) {
            Some(lost) if self.has(Rule::Incl13) => pending.skip(lost).collect(),
            Some(lost) => pending.skip(lost).take(1).collect(),
            None => ArrayVec::new(),
        }
    }

    /// DISP-1: whether the candidate lost its dispute on this branch.
    pub fn is_concluded_invalid(&self, block: &ParaBlock, place: usize) -> bool {
        u16::from(block.against[place]) >= self.parameters().supermajority()
    }
}

/// What votes against a candidate come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concluded {
    /// Nothing yet.
    Nothing,
    /// The pending candidate at this place of the queue goes, with those behind it.
    Frees(usize),
    /// The branch is frozen, as the candidate is included there.
    Freezes,
}

/// DISP-2: the nodes leave a branch that froze with an inclusion of its own, whatever else is in that
/// block.
pub(crate) fn left_for_other(next: &State, branch: u8) -> Result<State, Refusal> {
    if next.branches.len() == 1 {
        return Err(Refusal::NotInThisScenario("other branch to go back to"));
    }
    Ok(only(next, 1 - usize::from(branch)))
}

/// Whether the relay chain has included the candidate on this branch.
fn is_included(state: &State, branch: &Branch, dispute: Dispute) -> bool {
    state.descends_from(branch.tip().included, dispute.block)
}
