//! What must happen, on graphs small enough to see the answer: where other checkers are known to go wrong.

// A graph stands where it is looked at.
#![allow(clippy::items_after_statements)]

use stateright::{Model, Property};
use unincluded_properties::graph::fairness::{Claim, Classes, Fairness, Judge, Rounds};
use unincluded_properties::graph::judge::{Decided, judge};
use unincluded_properties::graph::ratio::{Extreme, Ratio, Weighed};
use unincluded_properties::graph::{Exploration, Graph, System, explore};
use unincluded_properties::{Lasso, Limits};

/// Edges by number: from, to, and the classes of the step.
struct Drawn(&'static [(u8, u8, Classes)]);

impl System for Drawn {
    type State = u8;
    type Action = usize;
    type Label = Classes;
    type Mark = ();

    fn starts(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, state: &u8, actions: &mut Vec<usize>) {
        actions.extend((0..self.0.len()).filter(|&place| self.0[place].0 == *state));
    }

    fn step(&self, _: &u8, action: usize) -> Option<(u8, Classes)> {
        Some((self.0[action].1, self.0[action].2))
    }

    fn mark(&self, _: &u8) {}
}

const GOAL: Classes = 1;
const A: Classes = 2;
const B: Classes = 4;
const STEP: Classes = 8;

const NOTHING: Fairness = Fairness { weak: 0, strong: 0, ends: 0 };
const GOES_ON: Fairness = Fairness { weak: STEP, ..NOTHING };

fn against(
    edges: &'static [(u8, u8, Classes)],
    claim: Claim,
    fairness: Fairness,
) -> Option<Rounds> {
    let graph: Graph<Classes, ()> = explore(&Drawn(edges), Exploration::default());
    Judge::new(&graph, |classes| classes).expect("edges are kept").against(claim, fairness)
}

fn always(edges: &'static [(u8, u8, Classes)], fairness: Fairness) -> Option<Lasso<usize>> {
    let graph = explore(&Drawn(edges), Exploration::default());
    against(edges, Claim::AlwaysEventually(GOAL), fairness)?.lasso(&graph, &Drawn(edges))
}

#[allow(clippy::unnecessary_wraps)]
fn lasso(stem: &[usize], cycle: &[usize]) -> Option<Lasso<usize>> {
    Some(Lasso { stem: stem.to_vec(), cycle: cycle.to_vec() })
}

/// A run may stop anywhere unless it is assumed to go on.
#[test]
fn stuttering_is_a_run_unless_something_fair_can_happen() {
    const RING: &[(u8, u8, Classes)] = &[(0, 1, STEP | GOAL), (1, 0, STEP)];
    assert_eq!(always(RING, NOTHING), lasso(&[], &[]));
    assert_eq!(always(RING, GOES_ON), None);
    // Where it ends there is nothing left to be fair to.
    const END: &[(u8, u8, Classes)] = &[(0, 1, STEP | GOAL), (1, 2, STEP)];
    assert_eq!(always(END, GOES_ON), lasso(&[0, 1], &[]));
}

/// A loop that starves a strongly fair class is no run; one that starves a weakly fair class is, if the
/// class has no action somewhere on it.
#[test]
fn an_unfair_cycle_is_not_reported() {
    const STARVED: &[(u8, u8, Classes)] =
        &[(0, 1, STEP), (1, 0, STEP), (1, 2, STEP | A), (2, 0, STEP | GOAL)];
    assert_eq!(always(STARVED, GOES_ON), lasso(&[], &[0, 1]));
    assert_eq!(always(STARVED, Fairness { weak: STEP | A, ..NOTHING }), lasso(&[], &[0, 1]));
    assert_eq!(always(STARVED, Fairness { strong: A, ..GOES_ON }), None);
    // With an action in every state of the loop weak fairness is enough.
    const EVERYWHERE: &[(u8, u8, Classes)] =
        &[(0, 1, STEP), (1, 0, STEP), (0, 2, STEP | A), (1, 2, STEP | A), (2, 0, STEP | GOAL)];
    assert_eq!(always(EVERYWHERE, Fairness { weak: STEP | A, ..NOTHING }), None);
}

/// Whether a class has an action is asked of the whole graph, whether one is taken of the component; and
/// of the part that is left, not of the one it was a part of.
#[test]
fn fairness_is_asked_of_the_right_component() {
    // 0-1 starves A, which leads out; the way round through 2 takes it, and the goal.
    const NESTED: &[(u8, u8, Classes)] = &[
        (0, 1, STEP),
        (1, 0, STEP),
        (1, 2, STEP | A),
        (2, 3, STEP),
        (3, 2, STEP),
        (3, 0, STEP | GOAL),
    ];
    let strong = Fairness { strong: A, ..GOES_ON };
    assert_eq!(always(NESTED, strong), lasso(&[0, 2], &[3, 4]));
    // Without the state that has A a smaller round is left: by 3 and 4 it takes B, which is fair too,
    // and round 4 alone it would starve it.
    const TWICE: &[(u8, u8, Classes)] = &[
        (0, 1, STEP),
        (1, 0, STEP),
        (1, 9, STEP | A | GOAL),
        (9, 0, STEP),
        (0, 3, STEP),
        (3, 0, STEP),
        (3, 4, STEP),
        (4, 4, STEP),
        (4, 3, STEP | B),
    ];
    // A leaves states 0, 3 and 4, of which all are nearer than 3 and 4 alone.
    let both = Fairness { strong: A | B, ..GOES_ON };
    let found = always(TWICE, both).expect("0, 3 and 4 go round");
    assert!(found.stem.is_empty());
    assert!(found.cycle.contains(&8) && !found.cycle.contains(&0));
}

/// A round does everything that is fair, or passes where it cannot be done.
#[test]
fn a_round_realises_every_assumption() {
    const FLOWER: &[(u8, u8, Classes)] =
        &[(0, 1, STEP | A), (1, 0, STEP), (0, 2, STEP | B), (2, 0, STEP), (0, 3, STEP | GOAL)];
    let found = always(FLOWER, Fairness { weak: STEP, strong: A | B, ends: 0 }).expect("a flower");
    assert!(found.cycle.contains(&0) && found.cycle.contains(&2), "{found:?}");
    let weak = always(FLOWER, Fairness { weak: STEP | A | B, ..NOTHING }).expect("a petal");
    assert_eq!((weak.stem.len(), weak.cycle.len()), (0, 4));
}

/// What ends may happen on the way, and not on the round.
#[test]
fn what_ends_is_on_the_stem_alone() {
    const TWO: &[(u8, u8, Classes)] = &[(0, 1, STEP | A), (1, 1, STEP), (0, 0, STEP | B)];
    let ends = |ends| always(TWO, Fairness { ends, ..GOES_ON });
    assert_eq!(ends(0), lasso(&[], &[2]));
    assert_eq!(ends(B), lasso(&[0], &[1]));
    assert_eq!(ends(A | B), lasso(&[0], &[1]));
    assert_eq!(ends(STEP), None);
}

/// Two ways to one state, of which one owes and the other does not.
#[test]
fn a_join_does_not_forget_what_is_owed() {
    const FIRST: Classes = A;
    // 3 is reached without a debt first.
    const JOIN: &[(u8, u8, Classes)] = &[
        (0, 3, STEP),
        (0, 1, STEP | FIRST),
        (1, 2, STEP),
        (2, 3, STEP),
        (3, 4, STEP),
        (4, 3, STEP),
        (4, 0, STEP | GOAL),
    ];
    let claim = Claim::LeadsTo(FIRST, GOAL);
    let rounds = against(JOIN, claim, GOES_ON).expect("1, 2, and for ever round 3 and 4");
    assert_eq!((rounds.stem.len(), rounds.cycle.len()), (3, 2));
    // Who never goes the first way owes nothing.
    assert_eq!(against(&JOIN[4..], claim, GOES_ON), None);
    let paid = Fairness { strong: GOAL, ..GOES_ON };
    assert_eq!(against(JOIN, claim, paid), None);
}

/// Against what never comes stands a round that does it, as fair as any; once is no round.
#[test]
fn what_never_comes_is_broken_by_a_round_that_does_it() {
    const BAD: Classes = GOAL;
    const ONCE: &[(u8, u8, Classes)] =
        &[(0, 1, STEP | BAD), (1, 2, STEP), (2, 1, STEP), (2, 2, STEP | A)];
    assert_eq!(against(ONCE, Claim::Never(BAD), NOTHING), None);
    const AGAIN: &[(u8, u8, Classes)] =
        &[(0, 1, STEP), (1, 1, STEP), (1, 2, STEP | BAD), (2, 1, STEP), (2, 2, STEP | A)];
    let found = |fairness| {
        let graph = explore(&Drawn(AGAIN), Exploration::default());
        against(AGAIN, Claim::Never(BAD), fairness)?.lasso(&graph, &Drawn(AGAIN))
    };
    assert_eq!(found(NOTHING), lasso(&[0], &[2, 3]));
    let fair = found(Fairness { strong: A, ..GOES_ON }).expect("round both");
    assert!(fair.cycle.contains(&2) && fair.cycle.contains(&4), "{fair:?}");
    assert_eq!(found(Fairness { ends: BAD, ..GOES_ON }), None);
}

/// Fairness to what cannot go on for ever leaves no run, and a claim about none holds of nothing: this is
/// seen by asking for a run at all.
#[test]
fn assumptions_that_leave_no_run_are_noticed() {
    const RING: &[(u8, u8, Classes)] = &[(0, 1, STEP | A), (1, 0, STEP | A)];
    let impossible = Fairness { ends: A, ..GOES_ON };
    assert_eq!(always(RING, impossible), None);
    assert_eq!(against(RING, Claim::AlwaysEventually(0), impossible), None);
    assert!(against(RING, Claim::AlwaysEventually(0), GOES_ON).is_some());
}

/// A stateright model from a drawing: `eventually odd`.
#[derive(Clone, Copy, Debug)]
struct EventuallyOdd(&'static [(u8, u8)]);

impl Model for EventuallyOdd {
    type State = u8;
    type Action = u8;

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, state: &u8, actions: &mut Vec<u8>) {
        actions.extend(self.0.iter().filter(|edge| edge.0 == *state).map(|edge| edge.1));
    }

    fn next_state(&self, _: &u8, to: u8) -> Option<u8> {
        Some(to)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::eventually("odd", |_, state| state % 2 == 1)]
    }
}

/// The four graphs on which stateright's own `eventually` says something else: a ring, a state that
/// leads to itself, two ways that join, and an end.
#[test]
fn eventually_is_decided_on_rings_loops_joins_and_ends() {
    let verdict = |edges| {
        let judged = judge(EventuallyOdd(edges), Limits::default(), 1);
        judged.properties.into_iter().next().expect("one").1
    };
    let never = |stem: &[u8], cycle: &[u8]| {
        Decided::Never(0, Lasso { stem: stem.to_vec(), cycle: cycle.to_vec() })
    };
    assert_eq!(verdict(&[(0, 2), (2, 4), (4, 6), (6, 0)]), never(&[], &[2, 4, 6, 0]));
    assert_eq!(verdict(&[(0, 2), (2, 2)]), never(&[2], &[2]));
    assert_eq!(verdict(&[(0, 1), (1, 4), (0, 2), (2, 4), (4, 6)]), never(&[2, 4, 6], &[]));
    assert_eq!(verdict(&[(0, 2), (2, 3)]), Decided::Holds);
    assert_eq!(verdict(&[(0, 2), (2, 3), (3, 2)]), Decided::Holds);
    assert_eq!(verdict(&[]), never(&[], &[]));
}

/// Least and greatest mean over every simple cycle of a graph, found by walking them all, are what the
/// search for ratios finds.
#[test]
fn ratios_are_those_of_the_simple_cycles() {
    struct Random(u64);
    impl System for Random {
        type State = u8;
        type Action = u8;
        type Label = (i128, i128);
        type Mark = ();
        fn starts(&self) -> Vec<u8> {
            vec![0]
        }
        fn actions(&self, state: &u8, actions: &mut Vec<u8>) {
            let bits = unincluded_properties::graph::hash::fingerprint(&(self.0, *state));
            actions.extend((0..6).filter(|to| bits >> to & 1 == 1));
        }
        fn step(&self, state: &u8, to: u8) -> Option<(u8, (i128, i128))> {
            let bits = unincluded_properties::graph::hash::fingerprint(&(self.0, *state, to, 1u8));
            let cost = i128::from(bits & 1) + i128::from(bits >> 1 & 1);
            let gain = if cost == 0 { 0 } else { i128::from(bits >> 2 & 3) };
            Some((to, (gain, cost)))
        }
        fn mark(&self, _: &u8) {}
    }
    fn cycles(
        edges: &[Vec<(usize, i128, i128)>],
        way: &mut Vec<usize>,
        sum: (i128, i128),
        each: &mut impl FnMut(i128, i128),
    ) {
        let (first, here) = (way[0], way[way.len() - 1]);
        for &(to, gain, cost) in &edges[here] {
            let sum = (sum.0 + gain, sum.1 + cost);
            if to == first {
                each(sum.0, sum.1);
            } else if to > first && !way.contains(&to) {
                way.push(to);
                cycles(edges, way, sum, each);
                way.pop();
            }
        }
    }
    let mut compared = 0;
    for seed in 0..300 {
        let graph = explore(&Random(seed), Exploration::default());
        let edges = graph.edges.as_ref().expect("kept");
        let weighed = Weighed::new(edges, |place| edges.labels[place]);
        let mut lists = vec![Vec::new(); graph.len()];
        for state in 0..graph.len() as u32 {
            for place in edges.of(state) {
                let (gain, cost) = edges.labels[place];
                lists[state as usize].push((edges.to[place] as usize, gain, cost));
            }
        }
        let mut all: Vec<Ratio> = Vec::new();
        for first in 0..graph.len() {
            cycles(&lists, &mut vec![first], (0, 0), &mut |gain, cost| {
                all.extend(Ratio::of(gain, cost));
            });
        }
        for (which, expected) in
            [(Extreme::Least, all.iter().min()), (Extreme::Greatest, all.iter().max())]
        {
            let found = weighed.extreme(which);
            assert_eq!(found.as_ref().map(|found| found.ratio), expected.copied(), "seed {seed}");
            if let Some(found) = found {
                let sum = found.cycle.iter().fold((0, 0), |(gain, cost), &place| {
                    (gain + edges.labels[place].0, cost + edges.labels[place].1)
                });
                assert_eq!(Ratio::of(sum.0, sum.1), Some(found.ratio));
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

/// Counts on by twos, and nobody looks beyond a boundary: that it never comes is not known.
#[derive(Clone, Copy, Debug)]
struct Bounded;

impl Model for Bounded {
    type State = u8;
    type Action = u8;

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, _: &u8, actions: &mut Vec<u8>) {
        actions.push(2);
    }

    fn next_state(&self, state: &u8, action: u8) -> Option<u8> {
        Some(state + action)
    }

    fn within_boundary(&self, state: &u8) -> bool {
        *state < 6
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::eventually("odd", |_, state| state % 2 == 1)]
    }
}

#[test]
fn a_boundary_is_no_end_of_a_run() {
    let judged = judge(Bounded, Limits::default(), 1);
    assert_eq!(judged.properties[0].1, Decided::Inconclusive);
}
