//! Upgrades of the para's code: what a relay block does to one under way (UPG-10 to UPG-15).

use unincluded_model::scenario::{Prechecks, Upgrades};
use unincluded_model::{NewCode, Precheck, Rule};

use super::{Building, CodeId, ParaBlock, Refused, RelayBlock, World, in_scenario, require};

/// What the relay chain tells a para about its upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    GoAhead,
    Abort,
}

/// What the relay chain's storage holds of the para's code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelayCode {
    /// `CurrentCodeHash`.
    pub current: CodeId,
    /// `FutureCodeHash`.
    pub future: Option<CodeId>,
    /// `FutureCodeUpgrades`: the first relay parent whose block applies the future code.
    pub expected_at: Option<u64>,
    /// `UpcomingUpgrades`: the relay block that will show the go-ahead.
    pub signalled_at: Option<u64>,
    /// `PvfActiveVoteMap`: the relay block in which the code came that is voted on.
    pub vote: Option<u64>,
    /// `UpgradeGoAheadSignal`.
    pub signal: Option<Signal>,
    /// `UpgradeRestrictionSignal` with its entry in `UpgradeCooldowns`: the relay block at whose end
    /// it is lifted.
    pub restricted_until: Option<u64>,
}

impl World {
    /// Whether the para's code can change.
    pub fn follows_code(&self) -> bool {
        self.environment().upgrades != Upgrades::None
    }

    /// The code that a block brings, if its author may bring any.
    pub(super) fn code_brought(
        &self,
        new_code: NewCode,
        stored: CodeId,
    ) -> Result<Option<CodeId>, Refused> {
        let upgrades = self.environment().upgrades;
        let any = upgrades == Upgrades::AnyCode;
        match new_code {
            NewCode::None => Ok(None),
            NewCode::Next => {
                in_scenario(any || upgrades == Upgrades::NextCode).map(|()| Some(stored + 1))
            }
            NewCode::Same => in_scenario(any).map(|()| Some(stored)),
        }
    }

    /// UPG-11: at its beginning a relay block shows the go-ahead that is due.
    pub(super) fn show_go_ahead(block: &mut RelayBlock) {
        if block.code.signalled_at.is_some_and(|at| at <= block.number) {
            block.code.signalled_at = None;
            block.code.signal = Some(Signal::GoAhead);
        }
    }

    /// INCL-9, UPG-14: whether the candidate's code is the relay chain's, and it may bring another.
    pub(super) fn accepts_code(block: &RelayBlock, para: &ParaBlock) -> Result<(), Refused> {
        require(Rule::Incl9, para.executed_under == block.code.current)?;
        let may_upgrade = block.code.future.is_none() && block.code.restricted_until.is_none();
        require(Rule::Upg14, para.new_code.is_none() || may_upgrade)
    }

    /// UPG-10: a candidate with new code is included.
    pub(super) fn schedule_upgrade(&self, block: &mut RelayBlock, new: CodeId, is_known: bool) {
        if block.code.future.is_some() || block.code.current == new {
            return;
        }
        let cooldown = u64::from(self.parameters().upgrade_cooldown);
        block.code.future = Some(new);
        block.code.restricted_until = Some(block.number + cooldown);
        if is_known || self.environment().prechecks == Prechecks::Known {
            self.proceed_with_upgrade(block, block.number);
        } else {
            block.code.vote = Some(block.number);
        }
    }

    /// UPG-11: the code that was included so is accepted now.
    fn proceed_with_upgrade(&self, block: &mut RelayBlock, included_at: u64) {
        let delay = u64::from(self.parameters().upgrade_delay);
        let minimum = u64::from(self.parameters().minimum_upgrade_delay);
        let expected_at = (included_at + delay).max(block.number + minimum);
        block.code.expected_at = Some(expected_at);
        block.code.signalled_at = Some(expected_at);
    }

    /// UPG-12, UPG-13: a block on a relay parent of this number is the included head now.
    pub(super) fn note_new_head(block: &mut RelayBlock, relay_parent: u64) {
        match block.code.expected_at {
            Some(expected_at) if relay_parent >= expected_at => {
                block.code.expected_at = None;
                block.code.signal = None;
                if let Some(future) = block.code.future.take() {
                    block.code.current = future;
                }
            }
            Some(_) => {}
            None => block.code.signal = None,
        }
    }

    /// Which ends of a vote the scenario leaves to choose, once there is one.
    pub(super) fn permits_precheck(
        &self,
        parent: &RelayBlock,
        building: &Building,
    ) -> Result<(), Refused> {
        let Some(end) = building.precheck else { return Ok(()) };
        let prechecks = self.environment().prechecks;
        let is_mixed = prechecks == Prechecks::DividedOrKnown;
        let mut pending = parent.pending.iter();
        let comes = pending.any(|pending| self.para[&pending.block].new_code.is_some());
        let is_open = parent.code.vote.is_some();
        in_scenario(match end {
            Precheck::Accepted => is_open,
            Precheck::Rejected => is_open && (prechecks == Prechecks::Divided || is_mixed),
            // Only where it can make a difference.
            Precheck::Known => is_mixed && comes && !is_open,
        })
    }

    /// UPG-11, UPG-13, UPG-15: after the candidates the last votes, and what ends with the block.
    pub(super) fn end_upgrades(&self, block: &mut RelayBlock, precheck: Option<Precheck>) {
        match precheck {
            None | Some(Precheck::Known) => {}
            Some(Precheck::Accepted) => {
                let included_at = block.code.vote.take().expect("there is a vote");
                self.proceed_with_upgrade(block, included_at);
            }
            Some(Precheck::Rejected) => {
                block.code.vote = None;
                block.code.future = None;
                block.code.signal = Some(Signal::Abort);
            }
        }
        if block.code.restricted_until.is_some_and(|at| at <= block.number) {
            block.code.restricted_until = None;
        }
    }
}
