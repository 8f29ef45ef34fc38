//! Random walks over what the model allows, and the shortest form of one that diverges.

use unincluded_conformance_driver::Divergence;
use unincluded_conformance_driver::divergence::Found;
use unincluded_model::{Action, Protocol, Refusal};

use crate::compare::compare;
use crate::world::World;

/// What a walk did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Actions taken.
    pub actions: usize,
    /// Operations on fragment chains: statements learned, chains built anew, candidates asked about.
    pub operations: usize,
}

/// Walks from the start: each choice picks one of the enabled actions, counted round. Compares after
/// each.
///
/// # Errors
///
/// The actions up to the first divergence.
pub fn walk(protocol: &Protocol, choices: impl IntoIterator<Item = u16>) -> Result<Walked, Found> {
    let mut world = World::new(protocol);
    let mut walked = Walked::default();
    let mut taken = Vec::new();
    for choice in choices {
        let actions = protocol.actions(world.state());
        let Some(&action) = actions.get(usize::from(choice) % actions.len().max(1)) else { break };
        match world.take(&action) {
            Ok(()) => {}
            Err(Refusal::ModelIsFull) => break,
            Err(_) => continue,
        }
        taken.push(action);
        walked.actions += 1;
        walked.operations += operations(&world, &action);
        if let Err(divergence) = compare(&world) {
            return Err(Found { actions: taken, divergence });
        }
    }
    Ok(walked)
}

/// What the published code was asked to do for one action and the comparison after it.
fn operations(world: &World, action: &Action) -> usize {
    let views = world.views().len();
    let acted = match action {
        Action::RelayBlock(_) => views,
        Action::LearnBackable { .. } => 2,
        _ => 0,
    };
    acted + views * (world.state().blocks.len() + 1)
}

/// The run with everything left out that the same divergence can do without: the rule in doubt stays
/// the same, and what the model refuses once something is left out goes as well.
pub fn shrunk(protocol: &Protocol, found: &Found) -> Found {
    let rules = &found.divergence.rules;
    let mut shortest = found.clone();
    let mut at = 0;
    while at < shortest.actions.len() {
        let mut fewer = shortest.actions.clone();
        fewer.remove(at);
        match first_divergence(protocol, &fewer) {
            Some((length, divergence)) if divergence.rules == *rules => {
                fewer.truncate(length);
                shortest = Found { actions: fewer, divergence };
                at = 0;
            }
            _ => at += 1,
        }
    }
    shortest
}

/// How many of the actions lead to the first divergence; none if they lead to none, or if the model
/// refuses one of them.
fn first_divergence(protocol: &Protocol, actions: &[Action]) -> Option<(usize, Divergence)> {
    let mut world = World::new(protocol);
    for (count, action) in (1..).zip(actions) {
        world.take(action).ok()?;
        if let Err(divergence) = compare(&world) {
            return Some((count, divergence));
        }
    }
    None
}
