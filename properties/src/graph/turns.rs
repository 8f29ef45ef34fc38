//! Something at which the parts of a level take turns, in their order. A thread whose part comes too
//! early leaves it to who brings the one before, and does not wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A thing, and the parts that are early for it.
pub(super) struct Turns<T, P> {
    thing: Mutex<T>,
    line: Mutex<Line<P>>,
}

struct Line<P> {
    /// The part whose turn it is.
    next: usize,
    early: BTreeMap<usize, P>,
    /// Whether a thread is at the thing, or nobody may be there any more.
    taken: bool,
}

/// What a mutex guards, even after a panic elsewhere.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T, P> Turns<T, P> {
    /// The first turn is that of part 0.
    pub(super) fn new(thing: T) -> Self {
        let line = Line { next: 0, early: BTreeMap::new(), taken: false };
        Turns { thing: Mutex::new(thing), line: Mutex::new(line) }
    }

    /// Puts a part in line, and takes the turns of all whose turn it is, unless another thread is about
    /// to. `act` says whether there are more turns after a part's; `then` gets each part after its turn,
    /// when the next may have come.
    pub(super) fn take(
        &self,
        place: usize,
        part: P,
        mut act: impl FnMut(&mut T, &mut P) -> bool,
        mut then: impl FnMut(usize, P),
    ) {
        lock(&self.line).early.insert(place, part);
        while let Some((place, mut part)) = self.begin() {
            let goes_on = act(&mut lock(&self.thing), &mut part);
            if goes_on {
                lock(&self.line).taken = false;
            }
            then(place, part);
        }
    }

    /// The part whose turn it is, if it is there and nobody is before it.
    fn begin(&self) -> Option<(usize, P)> {
        let mut line = lock(&self.line);
        let place = line.next;
        let part = if line.taken { None } else { line.early.remove(&place) }?;
        line.taken = true;
        line.next += 1;
        Some((place, part))
    }

    /// The thing, after the last turn.
    pub(super) fn end(self) -> T {
        self.thing.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::{Turns, lock};

    /// Four threads bring a hundred parts in an order of their own.
    fn brought(over_after: Option<usize>) -> (Vec<usize>, Vec<usize>) {
        let turns = Turns::new(Vec::new());
        let left = Mutex::new((0..100).map(|place| place ^ 3).collect::<Vec<usize>>());
        let after = Mutex::new(Vec::new());
        let work = || {
            loop {
                let taken = lock(&left).pop();
                let Some(place) = taken else { break };
                let act = |order: &mut Vec<usize>, part: &mut usize| {
                    order.push(*part);
                    Some(*part) != over_after
                };
                turns.take(place, place, act, |place, part| {
                    assert_eq!(place, part);
                    lock(&after).push(part);
                });
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(work);
            }
            work();
        });
        let mut after = after.into_inner().expect("no panic");
        after.sort_unstable();
        (turns.end(), after)
    }

    #[test]
    fn parts_take_turns_in_their_order_and_none_is_left() {
        let all: Vec<usize> = (0..100).collect();
        for _ in 0..20 {
            assert_eq!(brought(None), (all.clone(), all.clone()));
        }
    }

    #[test]
    fn after_the_last_turn_there_is_none() {
        let some: Vec<usize> = (0..=41).collect();
        for _ in 0..20 {
            assert_eq!(brought(Some(41)), (some.clone(), some.clone()));
        }
    }
}
