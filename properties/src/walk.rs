//! Random walks: every step picks among the actions that somebody takes, so that each case is a
//! real run. Long, with faults, and with the engine's own shrinking left to the caller.

use unincluded_model::{Action, Protocol, Refusal, State};

use crate::catalogue::{CATALOGUE, Check};
use crate::progress::FaultFree;
use crate::{Transition, Verdict};

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walk {
    /// All choices used, nothing violated; so many actions, so many blocks included.
    Ended {
        /// Actions taken.
        actions: usize,
        /// Blocks included.
        included: usize,
    },
    /// A property is violated by these actions.
    Violated {
        /// The property, by its place in the catalogue.
        place: usize,
        /// The actions from the start.
        actions: Vec<Action>,
        /// Why, in words.
        because: String,
    },
}

/// Walks from the start: each choice picks one of the enabled actions, counted round.
pub fn walk(protocol: &Protocol, choices: &[u16]) -> Walk {
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut taken = Vec::with_capacity(choices.len());
    let mut included = 0;
    let mut relay_blocks = 0;
    let mut fault_free = crate::progress::applies(protocol).then(|| FaultFree::usual(protocol));
    for &choice in choices {
        let actions = protocol.actions(&state);
        let Some(&action) = actions.get(usize::from(choice) % actions.len().max(1)) else { break };
        taken.push(action);
        let step = protocol.step_whole(&state, &action);
        let outcome = step.as_ref().map(|step| &step.raw);
        let transition = Transition { protocol, before: &state, action: &action, outcome };
        if let Some((place, because)) = judge_step(&transition) {
            return Walk::Violated { place, actions: taken, because };
        }
        included += usize::from(transition.included().is_some());
        relay_blocks += usize::from(transition.relay_block().is_some());
        let step = match step {
            Ok(step) => step,
            // No room for what follows: the walk ends, as nothing is known beyond.
            Err(Refusal::ModelIsFull) => {
                taken.pop();
                break;
            }
            Err(_) => continue,
        };
        state = step.next;
        if let Some((place, because)) = judge_state(protocol, &state, fault_free.as_mut()) {
            return Walk::Violated { place, actions: taken, because };
        }
    }
    // INV-17 over the whole window, counted rather than summed from its steps.
    debug_assert!(included <= relay_blocks);
    Walk::Ended { actions: taken.len(), included }
}

fn judge_step(transition: &Transition) -> Option<(usize, String)> {
    claimed(transition.protocol).find_map(|place| match CATALOGUE[place].check {
        Check::Step(check) => check(transition).err().map(|because| (place, because)),
        _ => None,
    })
}

fn judge_state(
    protocol: &Protocol,
    state: &State,
    mut fault_free: Option<&mut FaultFree>,
) -> Option<(usize, String)> {
    claimed(protocol).find_map(|place| {
        let verdict: Verdict = match CATALOGUE[place].check {
            Check::State(check) => check(protocol, state),
            Check::NotWedged => match fault_free.as_mut()?.recovery(state)?.best {
                Some(_) => Ok(()),
                None => Err("faults over and candidates backed on the usual path, no run from here includes another block".to_owned()),
            },
            _ => Ok(()),
        };
        verdict.err().map(|because| (place, because))
    })
}

fn claimed(protocol: &Protocol) -> impl Iterator<Item = usize> {
    crate::Property::claimed(protocol).map(|(place, _)| place)
}
