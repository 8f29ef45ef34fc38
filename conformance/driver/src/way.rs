//! A shortest way to a state of the model, for runs that took a longer one.

use unincluded_model::{Action, Protocol, State};
use unincluded_properties::fingerprint::{FingerprintMap, fingerprint};

/// States that are looked at before a search ends.
const MOST: usize = 100_000;

/// A shortest way from the start to a state, if there is one of fewer steps than so many, and the search
/// comes to it.
pub fn shorter_way(protocol: &Protocol, to: &State, than: usize) -> Option<Vec<Action>> {
    let mut scratch = Vec::new();
    let goal = fingerprint(to, &mut scratch);
    let mut ids: FingerprintMap<usize> = FingerprintMap::default();
    let mut from: Vec<Option<(usize, Action)>> = vec![None];
    let start = protocol.canonical(&protocol.initial()).0;
    let print = fingerprint(&start, &mut scratch);
    if print == goal && than > 0 {
        return Some(Vec::new());
    }
    ids.insert(print, 0);
    let mut frontier = vec![(0, start)];
    for _ in 1..than {
        let mut next = Vec::new();
        for (id, state) in frontier {
            for (action, step) in protocol.steps(&state) {
                let Ok(step) = step else { continue };
                let print = fingerprint(&step.next, &mut scratch);
                if ids.contains_key(&print) {
                    continue;
                }
                let new = from.len();
                ids.insert(print, new);
                from.push(Some((id, action)));
                if print == goal {
                    return Some(way(&from, new));
                }
                if new >= MOST {
                    return None;
                }
                next.push((new, step.next));
            }
        }
        frontier = next;
    }
    None
}

/// A run to the same last action in the same state, on a shorter way.
pub fn shortened(protocol: &Protocol, actions: &[Action]) -> Option<Vec<Action>> {
    let (last, before) = actions.split_last()?;
    let mut state = protocol.canonical(&protocol.initial()).0;
    for action in before {
        state = protocol.step_whole(&state, action).ok()?.next;
    }
    let mut way = shorter_way(protocol, &state, before.len())?;
    way.push(*last);
    Some(way)
}

/// The actions that lead to a state that was found.
fn way(from: &[Option<(usize, Action)>], to: usize) -> Vec<Action> {
    let mut way = Vec::new();
    let mut here = to;
    while let Some((before, action)) = from[here] {
        way.push(action);
        here = before;
    }
    way.reverse();
    way
}
