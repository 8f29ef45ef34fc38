//! A diverging run without the steps that it does not need.

use unincluded_model::Action;

use crate::divergence::{Divergence, Found};
use crate::pallets::Pallets;
use crate::way::shortened;
use crate::world::{Case, World};

/// Takes a run with both: the steps that were taken, up to the first on which they part.
pub fn replay<P: Pallets>(case: &Case, actions: &[Action]) -> Option<Found> {
    let mut world = World::<P>::start(case);
    let mut taken = Vec::new();
    for action in actions {
        world.salt += 1;
        match world.step(action) {
            Ok(true) => taken.push(*action),
            Ok(false) => {}
            Err(divergence) => {
                taken.push(*action);
                return Some(Found { actions: taken, divergence });
            }
        }
        if let Some(divergence) = asked(&world) {
            return Some(Found { actions: taken, divergence });
        }
    }
    None
}

fn asked<P: Pallets>(world: &World<P>) -> Option<Divergence> {
    crate::explore::places(world)
        .into_iter()
        .find_map(|(parent, branch, age)| world.ask(parent, branch, age).err())
}

/// The shortest run that leaving out steps leads to, and a shorter way to the state before the last one,
/// for as long as this helps; it still parts them for one of the same rules.
pub fn shrink<P: Pallets>(case: &Case, found: Found) -> Found {
    let mut best = without::<P>(case, found);
    while let Some(way) = shortened(&case.protocol, &best.actions) {
        match replay::<P>(case, &way) {
            Some(shorter) if is_like(&shorter.divergence, &best.divergence) => {
                best = without::<P>(case, shorter);
            }
            _ => break,
        }
    }
    best
}

/// The run without the steps that can be left out.
fn without<P: Pallets>(case: &Case, found: Found) -> Found {
    let mut best = found;
    let mut chunk = best.actions.len() / 2;
    while chunk > 0 {
        let mut from = 0;
        while from < best.actions.len() {
            let until = (from + chunk).min(best.actions.len());
            let rest = [&best.actions[..from], &best.actions[until..]].concat();
            match replay::<P>(case, &rest) {
                Some(shorter) if is_like(&shorter.divergence, &best.divergence) => best = shorter,
                _ => from += chunk,
            }
        }
        chunk /= 2;
    }
    best
}

fn is_like(one: &Divergence, other: &Divergence) -> bool {
    one.rules.iter().any(|&rule| other.names(rule)) || one.rules == other.rules
}
