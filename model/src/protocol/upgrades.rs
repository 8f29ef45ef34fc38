//! How the para's code changes: a block brings new code, the relay chain votes on it, waits, and
//! tells the para to go ahead or to abort; the block that goes ahead is the last under the old code.

use super::Protocol;
use crate::action::{NewCode, Precheck, RelayBlockPlan};
use crate::refusal::Refusal;
use crate::rule::{Rule, Variant};
use crate::scenario::{Prechecks, Upgrades};
use crate::state::{
    BlockCode, BlockIndex, Branch, Code, ParaBlock, Pending, RelayCode, RelayParent, Signal, State,
    SwitchPhase, Upgrade, View,
};

/// The para's side.
impl Protocol {
    /// Whether code is followed; else a signal is taken to be earned, and changes nothing.
    pub fn follows_code(&self) -> bool {
        !self.environment().upgrades.is_none()
    }

    /// The new codes that a block of this scenario may bring.
    pub(crate) fn codes_to_bring(&self) -> &'static [NewCode] {
        match self.environment().upgrades {
            Upgrades::None | Upgrades::UnderWay => &[],
            Upgrades::NextCode => &[NewCode::Next],
            Upgrades::AnyCode => &[NewCode::Next, NewCode::Same],
        }
    }

    /// Whether a block of this scenario brings such code. The switch comes once.
    pub(crate) fn may_bring_code(&self, parent: &ParaBlock, new: NewCode) -> Result<(), Refusal> {
        let has_switched = parent.emission.phase != SwitchPhase::Before;
        if new.is_none() || self.codes_to_bring().contains(&new) && !has_switched {
            return Ok(());
        }
        Err(Refusal::NotInThisScenario("such new code"))
    }

    /// UPG-4, UPG-5: the code in the state after the inherent, given the signal that it consumes.
    pub(crate) fn follow_signal(
        &self,
        parent: BlockCode,
        consumes: Option<Signal>,
    ) -> Result<BlockCode, Refusal> {
        let mut code = BlockCode { is_new: false, is_due: 0, ..parent };
        match consumes.filter(|_| self.follows_code()) {
            Some(Signal::GoAhead) => {
                let is_pending = code.pending.is_some();
                self.require(Rule::Upg4, is_pending, Refusal::GoAheadWithoutCode)?;
                code.current = code.pending.take().unwrap_or(code.current);
            }
            Some(Signal::Abort) if self.has(Rule::Upg5) => code.pending = None,
            Some(Signal::Abort) | None => {}
        }
        Ok(code)
    }

    /// UPG-1: new code waits in the block's state and goes to the relay chain with its candidate. The
    /// call comes after the inherent, so a block that acts on a signal can bring the next code.
    pub(crate) fn begin_upgrade(
        &self,
        code: &mut BlockCode,
        new_code: NewCode,
        view: &View,
    ) -> Result<(), Refusal> {
        let new = match new_code {
            NewCode::None => return Ok(()),
            NewCode::Next => code.current.next(),
            NewCode::Same => code.current,
        };
        self.require(Rule::Upg1, !view.is_restricted, Refusal::UpgradeRestricted)?;
        self.require(Rule::Upg1, code.pending.is_none(), Refusal::OverlappingUpgrades)?;
        code.pending = Some(new);
        code.is_new = true;
        Ok(())
    }

    /// UPG-6: the code under which a block executes, and by which its candidate is validated.
    pub fn code_of(&self, state: &State, block: &ParaBlock) -> Code {
        let own = !self.has(Rule::Upg6);
        if own { block.code.current } else { state.block(block.parent).code.current }
    }
}

/// The relay chain's side.
impl Protocol {
    /// UPG-11: one relay block later. The first that may apply the upgrade shows the go-ahead from
    /// its beginning on.
    pub(crate) fn pass_time(&self, branch: &mut Branch) {
        let Some(upgrade) = &mut branch.code.upgrade else { return };
        upgrade.due_in = (upgrade.due_in - 1).max(self.least_due_in(upgrade.is_voted_on));
        let is_due = !upgrade.is_voted_on && upgrade.due_in <= 0;
        if !is_due {
            return;
        }
        if self.variants.contains(Variant::AtExpectedBlock) {
            branch.code.current = upgrade.code;
            branch.code.upgrade = None;
        } else if self.has(Rule::Upg11) {
            branch.views[0] = View { go_ahead: true, abort: false, ..branch.views[0] };
        }
    }

    /// The value below which nobody reads `due_in`: with a vote the minimum delay counts from its end;
    /// without, no author can use an older relay parent.
    fn least_due_in(&self, is_voted_on: bool) -> i8 {
        if is_voted_on {
            self.parameters().minimum_upgrade_delay.cast_signed()
        } else {
            -(self.oldest_view().0 + self.environment().fork_depth).cast_signed()
        }
    }

    /// UPG-12: on which branches a relay parent may apply the upgrade that is scheduled there, as bits.
    pub(crate) fn is_due_on(state: &State, relay_parent: &RelayParent) -> u8 {
        let due = |(place, branch): (usize, &Branch)| {
            let scheduled = branch.code.upgrade.filter(|upgrade| !upgrade.is_voted_on);
            let age = relay_parent.on(place);
            let late = |upgrade: Upgrade| i16::from(age.0) <= -i16::from(upgrade.due_in);
            u8::from(age.is_here() && scheduled.is_some_and(late)) << place
        };
        state.branches.iter().enumerate().map(due).sum()
    }

    /// INCL-9, UPG-14: whether the candidate's code is the current one, and its new code welcome.
    pub(crate) fn check_code(
        &self,
        now: &State,
        branch: &Branch,
        block: &ParaBlock,
    ) -> Result<(), Refusal> {
        let (code, current) = (self.code_of(now, block), branch.code.current);
        self.require(Rule::Incl9, code == current, Refusal::OtherCode { current, code })?;
        let welcome = branch.code.upgrade.is_none() && branch.code.cooldown == 0;
        self.require(Rule::Upg14, !block.code.is_new || welcome, Refusal::PrematureUpgrade)
    }

    /// INCL-5: what the inclusion of a block does to the para's code. New code first, so that the signal
    /// is looked at when the upgrade is known.
    /// `is_known` says that the relay chain has the new code already.
    pub(crate) fn note_new_head(
        &self,
        next: &mut State,
        place: usize,
        included: BlockIndex,
        is_known: bool,
    ) {
        let block = *next.block(included);
        let consumed = block.segment.signals & 1 != 0;
        if !self.follows_code() {
            // The signal was taken to be earned: its reader is in.
            next.branches[place].views[0].go_ahead &= !consumed;
            return;
        }
        if block.code.is_new {
            self.schedule_upgrade(next, place, included, is_known);
        }
        let is_due = next.block(included).code.is_due >> place & 1 != 0;
        let Branch { code, views, .. } = &mut next.branches[place];
        let clears = match code.upgrade.filter(|upgrade| !upgrade.is_voted_on) {
            Some(upgrade) if is_due && self.has(Rule::Upg12) => {
                (code.current, code.upgrade) = (upgrade.code, None);
                true
            }
            Some(_) => false,
            None if self.variants.contains(Variant::ClearedByItsReader) => consumed,
            None => self.has(Rule::Upg13),
        };
        if clears {
            views[0] = View { go_ahead: false, abort: false, ..views[0] };
        }
        if code.upgrade.is_none() {
            forget_due(next, place);
        }
    }

    /// UPG-10, UPG-11: an upgrade begins where a candidate with new code is included, with a vote if the
    /// relay chain does not know the code.
    fn schedule_upgrade(
        &self,
        next: &mut State,
        place: usize,
        included: BlockIndex,
        is_known: bool,
    ) {
        let block = *next.block(included);
        let parameters = self.parameters();
        let Some(code) = block.code.pending else { return };
        let branch = &mut next.branches[place];
        let is_new = branch.code.upgrade.is_none() && branch.code.current != code;
        if !is_new && self.has(Rule::Upg10) {
            return;
        }
        branch.code.cooldown = parameters.upgrade_cooldown + 1; // Less one at this block's end.
        let age = block.relay_parent.on(place).0;
        let waits = if self.variants.contains(Variant::FromRelayParent) { age } else { 0 };
        let due_in = parameters.upgrade_delay.cast_signed() - waits.cast_signed();
        branch.code.upgrade = Some(Upgrade { code, is_voted_on: true, due_in });
        if is_known || self.environment().prechecks.is_known() {
            self.accept(next, place);
        }
    }

    /// UPG-11: the code is accepted.
    fn accept(&self, next: &mut State, place: usize) {
        let Some(upgrade) = &mut next.branches[place].code.upgrade else { return };
        let early = self.variants.contains(Variant::FromRelayParent);
        let least =
            if early { i8::MIN } else { self.parameters().minimum_upgrade_delay.cast_signed() };
        upgrade.is_voted_on = false;
        upgrade.due_in = upgrade.due_in.max(least);
        for block in next.indices() {
            let relay_parent = next.block(block).relay_parent;
            let is_due = Self::is_due_on(next, &relay_parent) & 1 << place;
            next.blocks[block.get()].code.is_due |= is_due;
        }
    }

    /// UPG-11: the vote ends after the inherent, or with a session; a rejected upgrade is over.
    pub(crate) fn close_vote(&self, next: &mut State, plan: &RelayBlockPlan) {
        let place = usize::from(plan.branch);
        match plan.precheck {
            None | Some(Precheck::Known) => {}
            Some(Precheck::Accepted) => self.accept(next, place),
            Some(Precheck::Rejected) => {
                let Branch { code, views, .. } = &mut next.branches[place];
                code.upgrade = None;
                views[0] = View { go_ahead: false, abort: true, ..views[0] };
            }
        }
    }

    /// Whether a vote can end so: one that was open before this block.
    pub(crate) fn may_close_vote(
        &self,
        state: &State,
        branch: &Branch,
        plan: &RelayBlockPlan,
    ) -> Result<(), Refusal> {
        if self.votes_to_close(state, branch).contains(&plan.precheck) {
            return Ok(());
        }
        Err(Refusal::NotInThisScenario("such end of a vote on code now"))
    }

    /// How a vote on new code may end in the next block of a branch, or whether the code that comes with
    /// it may be known.
    pub(crate) fn votes_to_close(
        &self,
        state: &State,
        branch: &Branch,
    ) -> &'static [Option<Precheck>] {
        let prechecks = self.environment().prechecks;
        let is_open = branch.code.upgrade.is_some_and(|upgrade| upgrade.is_voted_on);
        let brings = |pending: &Pending| state.block(pending.block).code.is_new;
        match prechecks {
            Prechecks::Known => &[None],
            Prechecks::DividedOrKnown if !is_open && branch.pending.iter().any(brings) => {
                &[None, Some(Precheck::Known)]
            }
            _ if !is_open => &[None],
            Prechecks::Accepting => &[None, Some(Precheck::Accepted)],
            Prechecks::Divided | Prechecks::DividedOrKnown => {
                &[None, Some(Precheck::Accepted), Some(Precheck::Rejected)]
            }
        }
    }

    /// UPG-15: the end of a relay block, and whether its state shows the restriction.
    pub(crate) fn end_cooldown(&self, code: &mut RelayCode) -> bool {
        let is_first = code.cooldown > self.parameters().upgrade_cooldown;
        code.cooldown -= u8::from(code.cooldown > 0 && (is_first || self.has(Rule::Upg15)));
        code.cooldown > 0
    }

    /// What is known of the code, as an environment with other authors has it.
    pub(crate) fn adopt_code(&self, code: &mut RelayCode) {
        if let Some(upgrade) = &mut code.upgrade {
            upgrade.due_in = upgrade.due_in.max(self.least_due_in(upgrade.is_voted_on));
        }
    }
}

impl BlockCode {
    /// The same counted from another code.
    #[must_use]
    pub(crate) fn since(self, older: Code) -> BlockCode {
        BlockCode {
            current: self.current.since(older),
            pending: self.pending.map(|pending| pending.since(older)),
            ..self
        }
    }
}

impl RelayCode {
    /// The same counted from another code.
    #[must_use]
    pub(crate) fn since(self, older: Code) -> RelayCode {
        let counted = |upgrade: Upgrade| Upgrade { code: upgrade.code.since(older), ..upgrade };
        RelayCode { current: self.current.since(older), upgrade: self.upgrade.map(counted), ..self }
    }
}

/// No upgrade is scheduled on a branch, so none is due at any relay parent.
fn forget_due(next: &mut State, place: usize) {
    for block in &mut next.blocks {
        block.code.is_due &= !(1 << place);
    }
}
