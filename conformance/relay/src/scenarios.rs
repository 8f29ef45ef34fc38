//! The built-in scenarios as a relay chain of the published pallets can run them.

use unincluded_model::scenario::ClaimQueue;
use unincluded_model::{Protocol, Rule, Scenario};

use crate::driver::Driver;
use crate::settings::MOST_VALIDATORS;

/// The names of the gate's built-in scenarios that the relay chain's pallets can run.
pub fn scenarios() -> impl Iterator<Item = &'static str> {
    Scenario::names().filter(|name| scenario(name).is_some())
}

/// The names of those that are checked nightly alone.
pub fn nightly_scenarios() -> impl Iterator<Item = &'static str> {
    let is_nightly = |name: &&str| !Scenario::names().any(|other| other == *name);
    Scenario::full_names().filter(is_nightly).filter(|name| scenario(name).is_some())
}

/// Why the newest pallets cannot run a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excluded {
    /// SCHED-1: 30.0.0 computes the claim queue and stores none.
    StoredClaims,
    /// `go_ahead`: a signal is shown at any time, and these pallets show none that no upgrade has earned.
    UnearnedSignals,
    /// `upward_message_room`: the queue of upward messages is always empty, and theirs fills.
    EmptyQueue,
    /// It asks for more than so few validators, or none that are followed, allow.
    Illegal,
}

/// A built-in scenario as the pallets can run it; none if they cannot, or if there is none of that name.
pub fn scenario(name: &str) -> Option<Scenario> {
    runnable(Scenario::built_in(name)?).ok()
}

/// A scenario with so few validators that each of them signs, and without what validators do off chain:
/// who backs what is up to the driver.
///
/// # Errors
///
/// Every reason why the pallets cannot run it.
pub fn runnable(mut scenario: Scenario) -> Result<Scenario, Vec<Excluded>> {
    let reasons: Vec<Excluded> = [
        (scenario.parameters.claim_queue == ClaimQueue::Stored, Excluded::StoredClaims),
        (scenario.environment.go_ahead, Excluded::UnearnedSignals),
        (scenario.parameters.upward_message_room > 0, Excluded::EmptyQueue),
    ]
    .into_iter()
    .filter_map(|(is_so, reason)| is_so.then_some(reason))
    .collect();
    if !reasons.is_empty() {
        return Err(reasons);
    }
    scenario.environment.followed_validators = 0;
    if scenario.parameters.validators > MOST_VALIDATORS {
        scenario.parameters.validators = 4;
    }
    let name = scenario.name.clone();
    scenario.checked(&name).map_err(|_| vec![Excluded::Illegal])
}

/// What keeps candidates that break a limit of the relay chain's queues from being offered: the para's
/// runtime and the emulator. They are off, so that the relay chain's runtime is asked.
const BESIDE: [Rule; 5] = [Rule::Emu3, Rule::Seg6, Rule::Msg1, Rule::Msg2, Rule::Msg4];

/// The model of such a scenario, of whose rules those are in force that the relay chain's runtime has.
pub fn model_of(scenario: &Scenario) -> Protocol {
    let off = if scenario.messages.is_off() { &BESIDE[..1] } else { &BESIDE };
    Protocol::new(scenario.clone()).without(off.iter().copied())
}

/// The model of a built-in scenario beside the pallets.
pub fn driver_of(name: &str) -> Option<Driver> {
    let scenario = scenario(name)?;
    Some(Driver::new(model_of(&scenario), scenario))
}
