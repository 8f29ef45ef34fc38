//! The relay chain's runtime: one block counts availability and enacts, evicts what timed out,
//! and backs candidates, in this order (INH-1).

use arrayvec::ArrayVec;

use super::Protocol;
use super::disputes::{Concluded, left_for_other};
use crate::action::{Action, Bits, Dispute, Precheck, RelayBlockPlan};
use crate::few::Few;
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::Claims;
use crate::state::{
    Age, BlockIndex, Branch, MAX_PENDING, MAX_VIEWS, ParaBlock, Pending, State, View,
};

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
        let mut next = self.aged(state, plan);
        Self::drain(&mut next.branches[usize::from(plan.branch)], plan.traffic);
        let lost = match self.import_votes(&mut next, plan) {
            Concluded::Nothing => None,
            Concluded::Frees(place) => Some(place),
            Concluded::Freezes => return Self::left(&next, plan),
        };
        let branch = next.branch(usize::from(plan.branch));
        let discarded = self.discarded_bitfields(branch, plan, lost);
        if backing_first {
            self.back(state, &mut next, plan)?;
        }
        let counted = self.counted(&next, plan, discarded);
        if let Some(lost) = lost {
            self.drop_from_queue(&mut next.branches[usize::from(plan.branch)], lost);
        }
        self.count_and_evict(&mut next, plan, &counted);
        let was_free = next.branch(usize::from(plan.branch)).pending.is_empty();
        if !backing_first {
            self.back(state, &mut next, plan)?;
        }
        if self.enacts_at_once(state, plan) {
            self.enact(&mut next, plan, &[Counted { available: true, new: 0, lied: false }]);
        }
        self.close_vote(&mut next, plan);
        let disputes = self.environment().disputes;
        if disputes && !next.branches.iter().any(|branch| next.may_stay(branch)) {
            return Err(Refusal::NotInThisScenario("other branch to go back to"));
        }
        if plan.session_change {
            self.end_session(&mut next, plan);
        }
        Self::fill(&mut next.branches[usize::from(plan.branch)], plan.traffic)?;
        if self.includes_condemned(state, &next, plan) {
            return left_for_other(&next, plan.branch);
        }
        self.publish(&mut next, plan, was_free);
        Ok(next)
    }

    /// DISP-2: whether the block includes what a supermajority is against already: then its branch is
    /// frozen from here on.
    fn includes_condemned(&self, before: &State, next: &State, plan: &RelayBlockPlan) -> bool {
        let place = usize::from(plan.branch);
        let old = before.branch(place).tip().included;
        let mut enacted = next.ancestry(next.branch(place).tip().included);
        self.has(Rule::Disp2)
            && enacted
                .by_ref()
                .take_while(|&block| block != old)
                .any(|block| self.is_concluded_invalid(next.block(block), place))
    }

    /// What the environment's faults leave to choose, before any rule is asked.
    fn environment_allows(&self, state: &State, plan: &RelayBlockPlan) -> Result<(), Refusal> {
        let environment = self.environment();
        let Some(branch) = state.branches.get(usize::from(plan.branch)) else {
            return Err(Refusal::NoSuchBranch(plan.branch));
        };
        if let Some(&unknown) = plan.back.iter().find(|block| block.get() >= state.blocks.len()) {
            return Err(Refusal::NoSuchBlock(unknown));
        }
        if state.branches.len() > 1 && branch.own >= environment.fork_depth {
            return Err(Refusal::NotInThisScenario("deeper fork"));
        }
        if plan.same_slot && !may_share_slot(state, plan.branch) {
            return Err(Refusal::NotInThisScenario("block of this slot on the other branch"));
        }
        if plan.session_change && !self.session_may_end(branch) {
            return Err(Refusal::NotInThisScenario("end of a session now"));
        }
        if self.reads_slots() && plan.skipped_slots > environment.skipped_slots {
            return Err(Refusal::NotThisFault("so many relay slots without a block (FLT-1)"));
        }
        if plan.bits.len() != branch.pending.len() && !self.enacts_at_once(state, plan) {
            return Err(Refusal::BitsDoNotFit);
        }
        if let Some(dispute) = plan.dispute {
            self.dispute_is_possible(state, plan, dispute)?;
        }
        if plan.reconfigured && !self.may_reconfigure(plan) {
            return Err(Refusal::NotThisFault("changes of the configuration (FLT-13)"));
        }
        if plan.reassigned && environment.claims != Claims::Lapsing {
            return Err(Refusal::NotThisFault("lapsing claims (FLT-15)"));
        }
        if environment.counted_votes {
            self.counts_fit(state, branch, plan)?;
        } else {
            self.bits_fit(state, branch, plan)?;
        }
        self.may_close_vote(state, branch, plan)?;
        if plan.go_ahead && (!environment.go_ahead || branch.tip().go_ahead) {
            return Err(Refusal::NotInThisScenario("go-ahead signal now"));
        }
        self.traffic_fits(state, branch, plan.traffic)
    }

    /// Whether the votes are such as this environment has, where they are chosen.
    fn bits_fit(
        &self,
        state: &State,
        branch: &Branch,
        plan: &RelayBlockPlan,
    ) -> Result<(), Refusal> {
        let environment = self.environment();
        for (&bits, pending) in plan.bits.iter().zip(&branch.pending) {
            if matches!(bits, Bits::Count(_)) {
                return Err(Refusal::BitsDoNotFit);
            }
            // Whose votes are in stays available, whatever befalls it.
            let withheld =
                state.block(pending.block).has(ParaBlock::NEVER_AVAILABLE) && !pending.available;
            if bits == Bits::Enough && withheld {
                return Err(Refusal::NeverAvailable);
            }
            if bits == Bits::OneShort && pending.available {
                return Err(Refusal::BitsDoNotFit); // Votes that were counted stay.
            }
            if bits == Bits::OneShort && !withheld && !environment.unavailability {
                return Err(Refusal::NotThisFault("missing availability (FLT-5)"));
            }
        }
        Ok(())
    }

    /// The same where validators are counted: each honest one votes once, and only for what it has.
    fn counts_fit(
        &self,
        state: &State,
        branch: &Branch,
        plan: &RelayBlockPlan,
    ) -> Result<(), Refusal> {
        for (&bits, pending) in plan.bits.iter().zip(&branch.pending) {
            let Bits::Count(new) = bits else { return Err(Refusal::BitsDoNotFit) };
            let withheld = state.block(pending.block).has(ParaBlock::NEVER_AVAILABLE);
            let left = self.votes_left(pending);
            if withheld && new > 0 {
                return Err(Refusal::NeverAvailable);
            }
            if new > left {
                return Err(Refusal::BitsDoNotFit);
            }
            if new < left && !withheld && !self.environment().unavailability {
                return Err(Refusal::NotThisFault("missing availability (FLT-5)"));
            }
        }
        Ok(())
    }

    /// Honest validators whose vote is still of use.
    fn votes_left(&self, pending: &Pending) -> u8 {
        if pending.available { 0 } else { self.honest_validators().saturating_sub(pending.votes) }
    }

    /// Validators that are neither silent nor lying.
    pub fn honest_validators(&self) -> u8 {
        let environment = self.environment();
        let all = self.parameters().validators.min(u16::from(u8::MAX)) as u8;
        all.saturating_sub(environment.silent).saturating_sub(environment.lying)
    }

    /// INCL-3: for each pending candidate, whether it has its votes with this block, and how many
    /// honest ones were new. Where votes are counted, a lying validator votes for whatever is
    /// pending; `discarded` honest bitfields of this block, and all lying ones, do not count where a
    /// dispute was just lost. What was recorded before stays.
    fn counted(
        &self,
        next: &State,
        plan: &RelayBlockPlan,
        discarded: Option<u8>,
    ) -> ArrayVec<Counted, MAX_PENDING> {
        let parameters = self.parameters();
        let branch = next.branch(usize::from(plan.branch));
        let threshold = parameters.availability_threshold();
        let lying = u16::from(self.environment().lying);
        let heard = self.honest_validators().saturating_sub(discarded.unwrap_or_default());
        let votes = |(pending, &bits): (&Pending, &Bits)| match bits {
            Bits::Count(new) => {
                let new = new.min(heard);
                let lied = pending.lied || discarded.is_none();
                let all = u16::from(pending.votes + new) + if lied { lying } else { 0 };
                Counted { available: all >= threshold, new, lied }
            }
            chosen => {
                let lenient = chosen == Bits::OneShort && !self.has(Rule::Incl3);
                let available = parameters.votes(chosen) >= threshold || lenient;
                Counted { available, new: 0, lied: false }
            }
        };
        branch.pending.iter().zip(plan.bits.iter()).map(votes).collect()
    }

    /// Whether a session can end: sessions are longer than anything that is remembered.
    fn session_may_end(&self, branch: &Branch) -> bool {
        self.environment().session_changes && branch.session >= self.oldest_age()
    }

    /// FLT-13: whether the configuration can change with this block.
    fn may_reconfigure(&self, plan: &RelayBlockPlan) -> bool {
        self.scenario().reconfiguration.is_some() && plan.session_change
    }

    /// INCL-3 switched off: a candidate needs no block between backing and enactment.
    fn enacts_at_once(&self, state: &State, plan: &RelayBlockPlan) -> bool {
        !self.has(Rule::Incl3)
            && state.branch(usize::from(plan.branch)).pending.is_empty()
            && !plan.back.is_empty()
            && *plan.bits == [Bits::Enough]
    }

    /// Everything on the branch that grows one relay block older.
    fn aged(&self, state: &State, plan: &RelayBlockPlan) -> State {
        let mut next = state.clone();
        let place = usize::from(plan.branch);
        let oldest = self.oldest_age();
        self.age_para_slots(&mut next);
        for block in &mut next.blocks {
            block.relay_parent.ages[place] = block.relay_parent.ages[place].older(oldest);
        }
        if next.branches.len() > 1 && !plan.same_slot {
            let oldest = self.oldest_slot();
            let views = next.branches.iter_mut().flat_map(|branch| &mut branch.views);
            let slots = views.map(|view| &mut view.slot);
            let of_blocks = next.blocks.iter_mut().map(|block| &mut block.relay_parent.slot);
            for slot in slots.chain(of_blocks) {
                *slot = slot.saturating_add(1).min(oldest);
            }
        }
        let forked = next.branches.len() > 1;
        let branch = &mut next.branches[place];
        let longest = Age(self.longest_occupancy() + 1);
        for pending in &mut branch.pending {
            pending.backed = pending.backed.older(longest);
        }
        let phase = self.later_phase(branch.tip().phase, plan.skipped_slots);
        let newest = View { slot: 0, phase, ..*branch.tip() };
        if branch.views.len() == MAX_VIEWS || branch.views.len() > usize::from(self.oldest_view().0)
        {
            branch.views.pop();
        }
        branch.views.insert(0, newest);
        branch.session = branch.session.older(oldest);
        self.forget_last_configuration(branch);
        branch.fetched.rotate_right(1);
        branch.fetched[0] = 0;
        branch.fetched[usize::from(self.parameters().scheduling_lookahead)..].fill(0);
        branch.own += u8::from(forked);
        self.pass_time(branch);
        next.turn = None;
        self.age_messages(&mut next, place);
        next
    }

    /// INH-1 (8) to (10): votes and enactment, then timeouts. TO-3 is this order.
    fn count_and_evict(&self, next: &mut State, plan: &RelayBlockPlan, counted: &[Counted]) {
        let place = usize::from(plan.branch);
        if self.variants.contains(Variant::TimeoutsFirst) || !self.has(Rule::Inh1) {
            self.evict(&mut next.branches[place]);
            self.enact(next, plan, counted);
        } else {
            self.enact(next, plan, counted);
            self.evict(&mut next.branches[place]);
        }
        let branch = &mut next.branches[place];
        if self.keeps_rotation(branch) {
            branch.rotation = (branch.rotation + 1) % self.rotation_cycle(branch);
        }
    }

    /// Whether the place in the rotation matters: with P >= F the window of TO-1 is always open.
    pub(crate) fn keeps_rotation(&self, branch: &Branch) -> bool {
        let p = self.in_force(branch);
        let open = p.paras_availability_period >= p.group_rotation_frequency;
        let grouped = !self.environment().groups.is_empty();
        grouped || !(open && self.reductions.contains(super::canonical::Reduction::RotationPhase))
    }

    /// INCL-3 to INCL-5: notes who is available, and enacts the available prefix.
    fn enact(&self, next: &mut State, plan: &RelayBlockPlan, counted: &[Counted]) {
        let place = usize::from(plan.branch);
        for (pending, counted) in next.branches[place].pending.iter_mut().zip(counted) {
            pending.available |= counted.available;
            pending.votes += counted.new;
            pending.lied |= counted.lied;
        }
        loop {
            let pending = &next.branches[place].pending;
            let available = match pending.iter().position(|pending| pending.available) {
                Some(0) => 0,
                Some(behind) if !self.has(Rule::Incl4) => behind,
                _ => return,
            };
            let enacted = next.branches[place].pending.remove(available).block;
            let block = *next.block(enacted);
            if self.has(Rule::Incl5) {
                let branch = &mut next.branches[place];
                branch.views[0].included = enacted;
                self.move_messages(branch, &block);
            }
            let is_known = plan.precheck == Some(Precheck::Known);
            self.note_new_head(next, place, enacted, is_known);
        }
    }

    /// TO-1, TO-2, INCL-13: evicts the first candidate that timed out, and those behind it.
    fn evict(&self, branch: &mut Branch) {
        let p = self.in_force(branch);
        let since_rotation = branch.rotation % p.group_rotation_frequency;
        let open = since_rotation < p.paras_availability_period || !self.has(Rule::To1);
        if !open || !self.has(Rule::To2) {
            return;
        }
        let timed_out = |pending: &Pending| pending.backed.0 >= p.paras_availability_period;
        if let Some(first) = branch.pending.iter().position(timed_out) {
            self.drop_from_queue(branch, first);
        }
    }

    /// INCL-13: a candidate that failed goes, with those behind it.
    fn drop_from_queue(&self, branch: &mut Branch, failed: usize) {
        if self.has(Rule::Incl13) {
            branch.pending.truncate(failed);
        } else {
            branch.pending.remove(failed);
        }
    }

    /// SESS-2, SESS-3: what the new session does away with; its rotations begin with the next block.
    fn end_session(&self, next: &mut State, plan: &RelayBlockPlan) {
        let branch = &mut next.branches[usize::from(plan.branch)];
        branch.session = Age::TIP;
        branch.reconfigured.before = branch.reconfigured.now;
        branch.reconfigured.now ^= plan.reconfigured;
        self.forget_last_configuration(branch);
        if self.has(Rule::Sess3) {
            branch.pending.clear();
        }
        branch.rotation =
            if self.keeps_rotation(branch) { 1 % self.rotation_cycle(branch) } else { 0 };
    }

    /// Forgets the configuration of the last session once no view is of it.
    pub(crate) fn forget_last_configuration(&self, branch: &mut Branch) {
        if branch.session >= self.oldest_view() {
            branch.reconfigured.before = branch.reconfigured.now;
        }
    }

    /// INCL-1, INCL-6: puts candidates on their cores, one after the other.
    fn back(&self, before: &State, next: &mut State, plan: &RelayBlockPlan) -> Result<(), Refusal> {
        let place = usize::from(plan.branch);
        for &candidate in plan.back.iter() {
            self.may_back(before, next, plan, candidate)?;
            let age = before.block(candidate).relay_parent.on(place);
            if age.0.saturating_add(1) < self.environment().earliest_backing {
                return Err(Refusal::NotThisFault("backing before a quorum can be known"));
            }
            let pending = &mut next.branches[place].pending;
            if pending.is_full() {
                return Err(Refusal::ModelIsFull);
            }
            pending.push(Pending {
                block: candidate,
                backed: Age::TIP,
                available: false,
                votes: 0,
                lied: false,
            });
        }
        self.may_leave_out(before, next, plan)
    }

    /// EMU-3, FRAG-8, ARP-1, ARP-2, ARP-4, INCL-1, INCL-2, INCL-6, INCL-9 to INCL-12: whether the candidate can be backed in
    /// this block. `before` is the state at the parent of this block, `now` the state after votes,
    /// evictions and the candidates backed so far.
    fn may_back(
        &self,
        before: &State,
        now: &State,
        plan: &RelayBlockPlan,
        candidate: BlockIndex,
    ) -> Result<(), Refusal> {
        let place = usize::from(plan.branch);
        let (old, branch) = (before.branch(place), now.branch(place));
        let block = before.block(candidate);
        if block.has(ParaBlock::LOST) {
            return Err(Refusal::CandidateLost);
        }
        let on_chain = now.descends_from(branch.tip().included, candidate)
            || branch.pending.iter().any(|pending| pending.block == candidate);
        if on_chain {
            return Err(Refusal::AlreadyOnChain);
        }
        let dropped = self.dropped_by_dispute(before, now, plan).contains(&candidate);
        self.require(Rule::Disp1, !dropped, Refusal::ConcludedInvalid)?;
        self.require(Rule::Incl2, !plan.session_change, Refusal::SessionEnds)?;
        self.require(Rule::Sched2, old.tip().assigned, Refusal::CoreNotAssigned)?;
        if self.environment().followed_validators > 0 {
            let offered = before.chains.contains(&Some(candidate));
            self.require(Rule::Frag8, offered, Refusal::NotOffered)?;
        }
        let (age, lookahead) =
            (block.relay_parent.on(place), self.in_force(old).scheduling_lookahead);
        let here = age.is_here();
        self.require(Rule::Arp4, here, Refusal::NotOnThisFork(candidate))?;
        self.require(
            Rule::Arp1,
            age.0 < lookahead || !here,
            Refusal::RelayParentNotAllowed { age, lookahead },
        )?;
        self.require(Rule::Arp2, age <= old.session || !here, Refusal::OfLastSession(age))?;
        self.check_group(old, block, age)?;
        let is_free = branch.pending.iter().all(|p| now.block(p.block).core != block.core);
        self.require(Rule::Incl1, is_free, Refusal::CoreOccupied)?;

        let head = branch.pending.last().map_or(branch.tip().included, |pending| pending.block);
        let parent = block.parent;
        self.require(Rule::Incl6, parent == head, Refusal::NotOnNewestHead { parent, head })?;
        let context = before.block(head).relay_parent;
        self.require(
            Rule::Incl6b,
            before.compare_numbers(&block.relay_parent, &context).is_ge(),
            Refusal::RelayParentWentBack { head: context.on(place), candidate: age },
        )?;
        self.check_code(now, branch, block)?;
        self.emulate(before, place, block)?;
        self.check_commitments(now, plan, candidate)
    }

    /// FLT-4, FLT-6: whether this block may back no more though it could.
    fn may_leave_out(
        &self,
        before: &State,
        now: &State,
        plan: &RelayBlockPlan,
    ) -> Result<(), Refusal> {
        let environment = self.environment();
        if environment.delay && environment.loss {
            return Ok(());
        }
        let place = usize::from(plan.branch);
        let age = |candidate: BlockIndex| before.block(candidate).relay_parent.on(place);
        let ready = |&candidate: &BlockIndex| {
            age(candidate).0.saturating_add(1) >= environment.earliest_backing
                && self.may_back(before, now, plan, candidate).is_ok()
        };
        let last = self.in_force(before.branch(place)).scheduling_lookahead - 1;
        for candidate in before.indices().filter(ready) {
            if !environment.delay {
                return Err(Refusal::NotThisFault("late backing (FLT-6)"));
            }
            if age(candidate).0 == last {
                return Err(Refusal::NotThisFault("missed backing (FLT-4)"));
            }
        }
        Ok(())
    }

    /// The new tip, as authors and validators see it.
    fn publish(&self, next: &mut State, plan: &RelayBlockPlan, was_free: bool) {
        let branch = &mut next.branches[usize::from(plan.branch)];
        let newest_pending = branch.pending.last().map(|pending| pending.block);
        let tip = *branch.tip();
        let go_ahead = tip.go_ahead || plan.go_ahead;
        let advances = was_free && !plan.session_change;
        let assigned = self.next_claim(tip.assigned, plan.reassigned, advances);
        let is_restricted = self.end_cooldown(&mut branch.code);
        branch.views[0] = View { newest_pending, go_ahead, is_restricted, assigned, ..tip };
        self.fill_chains(next);
    }

    pub(crate) fn relay_actions(&self, state: &State, offers: &mut Vec<(Action, Option<State>)>) {
        for (place, branch) in state.branches.iter().enumerate() {
            // Two branches that have not grown yet are alike.
            if place > 0 && state.highest() == 0 {
                continue;
            }
            let traffic = self.traffic_to_come(state, branch);
            for bits in self.votes_to_come(branch) {
                for first in self.plans(state, place, bits) {
                    for &traffic in &traffic {
                        for skipped_slots in 0..=self.environment().skipped_slots {
                            let first = RelayBlockPlan { skipped_slots, traffic, ..first };
                            self.offer_relay_blocks(state, first, offers);
                        }
                    }
                    for dispute in self.disputes_to_come(state, place) {
                        let disputed = RelayBlockPlan { dispute: Some(dispute), ..first };
                        self.offer_relay_blocks(state, disputed, offers);
                    }
                }
            }
        }
    }

    /// Every plan of this scenario that backs nothing yet, with these votes.
    fn plans(
        &self,
        state: &State,
        place: usize,
        bits: Few<Bits>,
    ) -> impl Iterator<Item = RelayBlockPlan> + use<> {
        let (environment, branch) = (self.environment(), state.branch(place));
        let possible = [
            may_share_slot(state, place as u8),
            self.session_may_end(branch),
            environment.go_ahead && !branch.tip().go_ahead,
            environment.claims == Claims::Lapsing,
            self.scenario().reconfiguration.is_some(),
        ];
        let mask = (0..).zip(possible).map(|(bit, possible)| u8::from(possible) << bit).sum::<u8>();
        let votes = self.votes_to_close(state, branch);
        (0..1 << possible.len()).filter(move |flags| flags & !mask == 0).flat_map(
            move |flags: u8| {
                votes.iter().map(move |&precheck| RelayBlockPlan {
                    same_slot: flags & 1 != 0,
                    session_change: flags & 2 != 0,
                    bits,
                    go_ahead: flags & 4 != 0,
                    reassigned: flags & 8 != 0,
                    reconfigured: flags & 16 != 0,
                    precheck,
                    ..RelayBlockPlan::quiet(place as u8)
                })
            },
        )
    }

    /// Every vote against a candidate that can come in.
    fn disputes_to_come(&self, state: &State, place: usize) -> Vec<Dispute> {
        if !self.environment().disputes {
            return Vec::new();
        }
        // All who can vote do so at once: votes that come later could have come then.
        let votes = |block: BlockIndex| {
            let against = self.voters_against(state.block(block)) as u8;
            let unheard = state.block(block).against[place] == 0 && against > 0;
            unheard.then_some(Dispute { block, against })
        };
        state.indices().filter_map(votes).collect()
    }

    /// Every relay block that begins with these candidates.
    fn offer_relay_blocks(
        &self,
        state: &State,
        plan: RelayBlockPlan,
        offers: &mut Vec<(Action, Option<State>)>,
    ) {
        // A block for which the model has no room is offered, so that it is noticed.
        // Others may follow a candidate that can be backed, whether it may come alone or not.
        let goes_on = match self.process_inherent(state, &plan) {
            Ok(next) => {
                offers.push((Action::RelayBlock(plan), Some(next)));
                true
            }
            Err(Refusal::ModelIsFull) => {
                offers.push((Action::RelayBlock(plan), None));
                false
            }
            Err(Refusal::NotThisFault(_)) => true,
            Err(Refusal::BitsDoNotFit) => plan.back.is_empty() && !self.has(Rule::Incl3),
            Err(_) => false,
        };
        if !goes_on || plan.back.len() >= usize::from(self.parameters().cores) {
            return;
        }
        for candidate in self.near_heads(state, &plan) {
            if let Some(back) = plan.back.with(candidate) {
                self.offer_relay_blocks(state, RelayBlockPlan { back, ..plan }, offers);
            }
        }
    }

    /// Which votes can come in for the candidates that wait.
    fn votes_to_come(&self, branch: &Branch) -> Vec<Few<Bits>> {
        let mut all = vec![Few::none()];
        for pending in &branch.pending {
            let choices: Vec<Bits> = if self.environment().counted_votes {
                (0..=self.votes_left(pending)).map(Bits::Count).collect()
            } else if pending.available {
                vec![Bits::Enough]
            } else {
                vec![Bits::OneShort, Bits::Enough]
            };
            let longer = |bits: &Few<Bits>| {
                let bits = *bits;
                choices.iter().filter_map(move |&choice| bits.with(choice)).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(longer).collect();
        }
        if branch.pending.is_empty() && !self.has(Rule::Incl3) {
            all.push(Few::from(Some(Bits::Enough)));
        }
        all
    }

    /// The candidates worth asking about next: those on a head that the block can have by then.
    fn near_heads(&self, state: &State, plan: &RelayBlockPlan) -> Vec<BlockIndex> {
        let View { included, newest_pending, .. } = *state.branch(usize::from(plan.branch)).tip();
        let last = plan.back.last().copied();
        let heads = |parent: BlockIndex| match last {
            Some(last) => parent == last,
            None => {
                parent == included
                    || Some(parent) == newest_pending
                    || state.branches[usize::from(plan.branch)].pending.len() > 1
            }
        };
        let near = |&block: &BlockIndex| !self.has(Rule::Incl6) || heads(state.block(block).parent);
        state.indices().filter(near).collect()
    }
}

/// What a relay block counts for a pending candidate.
#[derive(Clone, Copy, Debug)]
struct Counted {
    available: bool,
    /// Honest validators that vote for it for the first time.
    new: u8,
    /// Whether the votes of the lying ones are in.
    lied: bool,
}

/// Whether the newest relay block is on the other branch alone, so that this one can have a block
/// of its slot.
fn may_share_slot(state: &State, branch: u8) -> bool {
    let here = state.branch(usize::from(branch));
    let there = state.branches.get(1 - usize::from(branch));
    there.is_some_and(|there| there.own > 0 && there.tip().slot == 0 && here.tip().slot > 0)
}
