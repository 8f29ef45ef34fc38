//! The relay chain's runtime: one block counts availability and enacts, evicts what timed out,
//! and backs a candidate, in this order (INH-1).

use super::Protocol;
use crate::action::{Action, Bits, RelayBlockPlan};
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::state::{Age, BlockIndex, MAX_VIEWS, ParaBlock, Pending, State, View};

impl Protocol {
    /// The relay chain grows by one block, if nobody is waited for.
    pub(crate) fn relay_block(
        &self,
        state: &State,
        plan: &RelayBlockPlan,
    ) -> Result<State, Refusal> {
        if !self.environment().may_idle() && self.somebody_acts(state) {
            return Err(Refusal::NotThisFault("idle owners (FLT-9)"));
        }
        self.process_inherent(state, plan)
    }

    /// INH-1: what one relay block does to the para.
    fn process_inherent(&self, state: &State, plan: &RelayBlockPlan) -> Result<State, Refusal> {
        self.environment_allows(state, plan)?;
        let backing_first = self.variants.contains(Variant::BackingFirst);
        let mut next = self.aged(state);
        if backing_first {
            self.back(state, &mut next, plan.back)?;
        }
        self.count_and_evict(&mut next, plan.bits);
        if !backing_first {
            self.back(state, &mut next, plan.back)?;
        }
        if self.enacts_at_once(state, plan) {
            self.enact(&mut next, plan.bits);
        }
        self.publish(&mut next, plan.go_ahead);
        Ok(next)
    }

    /// What the environment's faults leave to choose, before any rule is asked.
    fn environment_allows(&self, state: &State, plan: &RelayBlockPlan) -> Result<(), Refusal> {
        if plan.back.is_some_and(|back| back.get() >= state.blocks.len()) {
            return Err(Refusal::NoSuchBlock(plan.back.unwrap_or_default()));
        }
        let first = state.pending.first().map(|pending| state.block(pending.block));
        let fits = match first {
            None => plan.bits == Bits::NothingPending || self.enacts_at_once(state, plan),
            Some(_) => plan.bits != Bits::NothingPending,
        };
        if !fits {
            return Err(Refusal::BitsDoNotFit);
        }
        if let Some(block) = first {
            let withheld = block.has(ParaBlock::NEVER_AVAILABLE);
            if plan.bits == Bits::Enough && withheld {
                return Err(Refusal::NeverAvailable);
            }
            if plan.bits == Bits::OneShort && !withheld && !self.environment().unavailability {
                return Err(Refusal::NotThisFault("missing availability (FLT-5)"));
            }
        }
        if plan.go_ahead && (!self.environment().go_ahead || state.tip().go_ahead) {
            return Err(Refusal::NotInThisScenario("go-ahead signal now"));
        }
        Ok(())
    }

    /// INCL-3 switched off: a candidate needs no block between backing and enactment.
    fn enacts_at_once(&self, state: &State, plan: &RelayBlockPlan) -> bool {
        !self.has(Rule::Incl3)
            && state.pending.is_empty()
            && plan.back.is_some()
            && plan.bits == Bits::Enough
    }

    /// Everything one relay block older.
    fn aged(&self, state: &State) -> State {
        let mut next = state.clone();
        let oldest = self.oldest_age();
        for block in &mut next.blocks {
            block.relay_parent = block.relay_parent.older(oldest);
        }
        let longest = Age(self.longest_occupancy() + 1);
        for pending in &mut next.pending {
            pending.backed = pending.backed.older(longest);
        }
        let newest = *next.tip();
        if next.views.len() == MAX_VIEWS || next.views.len() > usize::from(self.oldest_view().0) {
            next.views.pop();
        }
        next.views.insert(0, newest);
        next.turn = None;
        next
    }

    /// INH-1 (8) to (10): votes and enactment, then timeouts. TO-3 is this order.
    fn count_and_evict(&self, next: &mut State, bits: Bits) {
        if self.variants.contains(Variant::TimeoutsFirst) || !self.has(Rule::Inh1) {
            self.evict(next);
            self.enact(next, bits);
        } else {
            self.enact(next, bits);
            self.evict(next);
        }
        let frequency = self.parameters().group_rotation_frequency;
        if self.keeps_rotation() {
            next.rotation = (next.rotation + 1) % frequency;
        }
    }

    /// Whether the place in the rotation matters: with P >= F the window of TO-1 is always open.
    pub(crate) fn keeps_rotation(&self) -> bool {
        let p = self.parameters();
        let open = p.paras_availability_period >= p.group_rotation_frequency;
        !(open && self.reductions.contains(super::canonical::Reduction::RotationPhase))
    }

    /// INCL-3 to INCL-5: enacts the available prefix. Votes speak of the first candidate only.
    fn enact(&self, next: &mut State, bits: Bits) {
        let parameters = self.parameters();
        let enough = parameters.votes(bits) >= parameters.availability_threshold();
        let available = enough || (bits == Bits::OneShort && !self.has(Rule::Incl3));
        if !available || next.pending.is_empty() {
            return;
        }
        let enacted = next.pending.remove(0).block;
        if self.has(Rule::Incl5) {
            next.views[0].included = enacted;
        }
        if next.block(enacted).segment.signals & 1 != 0 {
            next.views[0].go_ahead = false; // UPG-12: the consuming block is in.
        }
    }

    /// TO-1, TO-2, INCL-13: evicts the first candidate that timed out, and those behind it.
    fn evict(&self, next: &mut State) {
        let p = self.parameters();
        let open = next.rotation < p.paras_availability_period || !self.has(Rule::To1);
        if !open || !self.has(Rule::To2) {
            return;
        }
        let timed_out = |pending: &Pending| pending.backed.0 >= p.paras_availability_period;
        if let Some(first) = next.pending.iter().position(timed_out) {
            if self.has(Rule::Incl13) {
                next.pending.truncate(first);
            } else {
                next.pending.remove(first);
            }
        }
    }

    /// INCL-1, INCL-6: puts a candidate on its core.
    fn back(
        &self,
        before: &State,
        next: &mut State,
        candidate: Option<BlockIndex>,
    ) -> Result<(), Refusal> {
        let Some(candidate) = candidate else { return self.may_leave_out(before, next) };
        self.may_back(before, next, candidate)?;
        let age = before.block(candidate).relay_parent;
        if age.0 + 1 < self.environment().earliest_backing {
            return Err(Refusal::NotThisFault("backing before a quorum can be known"));
        }
        if next.pending.is_full() {
            return Err(Refusal::ModelIsFull);
        }
        next.pending.push(Pending { block: candidate, backed: Age::TIP });
        Ok(())
    }

    /// FRAG-8, ARP-1, INCL-1, INCL-6: whether the candidate can be backed in this block. `before`
    /// is the state at the parent of this block, `now` the state after votes and evictions.
    fn may_back(&self, before: &State, now: &State, candidate: BlockIndex) -> Result<(), Refusal> {
        let block = before.block(candidate);
        if block.has(ParaBlock::LOST) {
            return Err(Refusal::CandidateLost);
        }
        let on_chain = now.descends_from(now.tip().included, candidate)
            || now.pending.iter().any(|pending| pending.block == candidate);
        if on_chain {
            return Err(Refusal::AlreadyOnChain);
        }
        if self.environment().followed_validators > 0 {
            let offered = before.chains.contains(&Some(candidate));
            self.require(Rule::Frag8, offered, Refusal::NotOffered)?;
        }
        let (age, lookahead) = (block.relay_parent, self.parameters().scheduling_lookahead);
        self.require(
            Rule::Arp1,
            age.0 < lookahead,
            Refusal::RelayParentNotAllowed { age, lookahead },
        )?;
        self.require(Rule::Incl1, now.pending.is_empty(), Refusal::CoreOccupied)?;

        let head = now.pending.last().map_or(now.tip().included, |pending| pending.block);
        let parent = block.parent;
        self.require(Rule::Incl6, parent == head, Refusal::NotOnNewestHead { parent, head })?;
        let context = before.block(head).relay_parent;
        self.require(
            Rule::Incl6b,
            age <= context,
            Refusal::RelayParentWentBack { head: context, candidate: age },
        )
    }

    /// FLT-4, FLT-6: whether this block may back nothing though it could.
    fn may_leave_out(&self, before: &State, now: &State) -> Result<(), Refusal> {
        let environment = self.environment();
        if environment.delay && environment.loss {
            return Ok(());
        }
        let earliest = environment.earliest_backing;
        let ready = |&candidate: &BlockIndex| {
            before.block(candidate).relay_parent.0 + 1 >= earliest
                && self.may_back(before, now, candidate).is_ok()
        };
        let last = self.parameters().scheduling_lookahead - 1;
        for candidate in before.indices().filter(ready) {
            if !environment.delay {
                return Err(Refusal::NotThisFault("late backing (FLT-6)"));
            }
            if before.block(candidate).relay_parent.0 == last {
                return Err(Refusal::NotThisFault("missed backing (FLT-4)"));
            }
        }
        Ok(())
    }

    /// The new tip, as authors and validators see it.
    fn publish(&self, next: &mut State, go_ahead: bool) {
        let newest_pending = next.pending.last().map(|pending| pending.block);
        let tip = *next.tip();
        next.views[0] = View { newest_pending, go_ahead: tip.go_ahead || go_ahead, ..tip };
        self.fill_chains(next);
    }

    pub(crate) fn relay_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let bits: &[Bits] = if state.pending.is_empty() {
            if self.has(Rule::Incl3) {
                &[Bits::NothingPending]
            } else {
                &[Bits::NothingPending, Bits::Enough]
            }
        } else {
            &[Bits::OneShort, Bits::Enough]
        };
        let signals: &[bool] = if self.environment().go_ahead { &[false, true] } else { &[false] };
        for &bits in bits {
            for &go_ahead in signals {
                for back in std::iter::once(None).chain(self.near_heads(state).map(Some)) {
                    let plan = RelayBlockPlan { skipped_slots: 0, bits, back, go_ahead };
                    // A block for which the model has no room is offered, so that it is noticed.
                    let possible = self.process_inherent(state, &plan);
                    if matches!(possible, Ok(_) | Err(Refusal::ModelIsFull)) {
                        actions.push(Action::RelayBlock(plan));
                    }
                }
            }
        }
    }

    /// The candidates worth asking about: those on a head that the next block can have.
    fn near_heads<'a>(&'a self, state: &'a State) -> impl Iterator<Item = BlockIndex> + 'a {
        let View { included, newest_pending, .. } = *state.tip();
        state.indices().filter(move |&block| {
            let parent = state.block(block).parent;
            !self.has(Rule::Incl6) || parent == included || Some(parent) == newest_pending
        })
    }
}
