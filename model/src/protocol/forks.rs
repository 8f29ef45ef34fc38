//! How the relay chain splits in two, and how one of the two is given up (FLT-2, FLT-3).
//!
//! A branch point is announced: from then on either branch may grow. So a reorganisation of any
//! depth within the scenario's bound is the other branch winning, and no state has to be undone.

use super::Protocol;
use crate::action::Action;
use crate::refusal::Refusal;
use crate::scenario::StaleView;
use crate::state::{MAX_BRANCHES, RelayParent, State};

impl Protocol {
    /// Two branches from here on, alike so far.
    pub(crate) fn fork(&self, state: &State) -> Result<State, Refusal> {
        self.may_fork(state)?;
        let mut next = state.clone();
        let oldest = self.oldest_slot();
        for (age, view) in (0..).zip(&mut next.branches[0].views) {
            view.slot = oldest.min(age);
        }
        let copy = next.branches[0].clone();
        next.branches.push(copy);
        for block in &mut next.blocks {
            let age = block.relay_parent.on(0);
            block.relay_parent = RelayParent { ages: [age; MAX_BRANCHES], slot: age.0.min(oldest) };
            block.against = [block.against[0]; MAX_BRANCHES];
            block.code.is_due = if block.code.is_due & 1 != 0 { 0b11 } else { 0 };
        }
        Ok(next)
    }

    /// A fork that begins while the collators of a wake-up act could have done so before.
    fn may_fork(&self, state: &State) -> Result<(), Refusal> {
        if self.environment().fork_depth == 0 {
            return Err(Refusal::NotThisFault("relay forks (FLT-2)"));
        }
        if state.branches.len() == MAX_BRANCHES {
            return Err(Refusal::NotInThisScenario("third relay branch"));
        }
        let together = self.environment().stale_view == StaleView::Together;
        if together && state.turn.is_some() {
            return Err(Refusal::NotInThisScenario("fork while collators act on one wake-up"));
        }
        Ok(())
    }

    /// One branch is given up. The higher one stays; of two of the same height either may.
    pub(crate) fn settle(state: &State, branch: u8) -> Result<State, Refusal> {
        Self::may_settle(state, branch)?;
        Ok(only(state, usize::from(branch)))
    }

    fn may_settle(state: &State, branch: u8) -> Result<(), Refusal> {
        let place = usize::from(branch);
        if state.branches.len() < MAX_BRANCHES {
            return Err(Refusal::NotInThisScenario("second relay branch now"));
        }
        if place >= state.branches.len() {
            return Err(Refusal::NoSuchBranch(branch));
        }
        let untouched = state.branches.iter().all(|branch| branch.own == 0);
        if !may_win(state, place) || (untouched && place > 0) {
            return Err(Refusal::NotInThisScenario("lower branch that wins"));
        }
        Ok(())
    }

    /// The states in which a fork can end from here; the state itself where there is none.
    pub fn settled(&self, state: &State) -> Vec<State> {
        if state.branches.len() == 1 {
            return vec![state.clone()];
        }
        let places = (0..state.branches.len()).filter(|&place| may_win(state, place));
        places.map(|place| only(state, place)).collect()
    }

    pub(crate) fn fork_actions(&self, state: &State, offers: &mut Vec<(Action, Option<State>)>) {
        if self.may_fork(state).is_ok() {
            offers.push((Action::Fork, None));
        }
        for branch in 0..state.branches.len() as u8 {
            if Self::may_settle(state, branch).is_ok() {
                offers.push((Action::Settle { branch }, None));
            }
        }
    }
}

/// Whether the branch is a highest of those that can stay.
fn may_win(state: &State, place: usize) -> bool {
    let stay = state.branches.iter().filter(|branch| state.may_stay(branch));
    let branch = state.branch(place);
    state.may_stay(branch) && stay.map(|other| other.own).max() == Some(branch.own)
}

/// The state with this branch alone.
pub(crate) fn only(state: &State, place: usize) -> State {
    let mut next = state.clone();
    next.branches.swap_remove(1 - place);
    let branch = &mut next.branches[0];
    branch.own = 0;
    for view in &mut branch.views {
        view.slot = 0;
    }
    for block in &mut next.blocks {
        block.relay_parent = RelayParent::of_age(block.relay_parent.on(place));
        block.against = [block.against[place], 0];
        block.code.is_due = block.code.is_due >> place & 1;
    }
    next.turn = state.turn.and_then(|(branch, age)| {
        let kept = state.relay_parent(usize::from(branch), age).on(place);
        kept.is_here().then_some((0, kept))
    });
    next
}
