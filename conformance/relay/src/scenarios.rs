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
/// stored claim queue (SCHED-1), signals that nobody earned, or a queue that is always empty.
pub fn scenario(name: &str) -> Option<Scenario> {
    let mut scenario = Scenario::built_in(name)?;
    let environment = &mut scenario.environment;
    let stored = scenario.parameters.claim_queue == ClaimQueue::Stored;
    let no_queue = scenario.parameters.upward_message_room > 0;
    if stored || environment.go_ahead || no_queue {
        return None;
    }
    environment.followed_validators = 0;
    if scenario.parameters.validators > MOST_VALIDATORS {
        scenario.parameters.validators = 4;
    }
    scenario.checked(name).ok()
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
