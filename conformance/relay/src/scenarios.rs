//! The built-in scenarios as a relay chain of the published pallets can run them.

use unincluded_model::scenario::ClaimQueue;
use unincluded_model::{Protocol, Rule, Scenario};

use crate::driver::Driver;
use crate::settings::MOST_VALIDATORS;

/// The names of the built-in scenarios that the relay chain's pallets can run.
pub fn scenarios() -> impl Iterator<Item = &'static str> {
    Scenario::names().filter(|name| scenario(name).is_some())
}

/// A built-in scenario with so few validators that each of them signs, and without what validators do
/// off chain: who backs what is up to the driver. None where it has what the newest pallets do not: a
/// stored claim queue (SCHED-1), or signals that nobody earned.
pub fn scenario(name: &str) -> Option<Scenario> {
    let mut scenario = Scenario::built_in(name)?;
    let environment = &mut scenario.environment;
    let stored = scenario.parameters.claim_queue == ClaimQueue::Stored;
    if stored || environment.go_ahead {
        return None;
    }
    environment.followed_validators = 0;
    if scenario.parameters.validators > MOST_VALIDATORS {
        scenario.parameters.validators = 4;
    }
    scenario.checked(name).ok()
}

/// The model of such a scenario beside the pallets. What validators refuse to second (EMU-3) is
/// backed all the same, so that the runtime is asked.
pub fn driver_of(name: &str) -> Option<Driver> {
    let scenario = scenario(name)?;
    Some(Driver::new(Protocol::new(scenario.clone()).without([Rule::Emu3]), scenario))
}
