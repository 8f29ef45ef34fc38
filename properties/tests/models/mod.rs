//! Models of other protocols, for the engines to agree on: two-phase commit, single-decree Paxos and
//! a counter behind a lock, written after their papers and as stateright's users write them.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses some of them")]

use std::collections::BTreeSet;

use stateright::{Model, Property};

/// Two-phase commit (Gray and Lamport, "Consensus on Transaction Commit", 2004): resource managers
/// and one transaction manager. Messages are never lost, and may be received again.
#[derive(Clone, Copy, Debug)]
pub struct TwoPhase {
    pub managers: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TwoPhaseState {
    pub managers: Vec<Manager>,
    pub decision: Decision,
    pub heard: Vec<bool>,
    pub messages: BTreeSet<Message>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manager {
    Working,
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    Open,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    Prepared(usize),
    Commit,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoPhaseAction {
    HearPrepared(usize),
    DecideCommit,
    DecideAbort,
    Prepare(usize),
    GiveUp(usize),
    HearCommit(usize),
    HearAbort(usize),
}

impl Model for TwoPhase {
    type State = TwoPhaseState;
    type Action = TwoPhaseAction;

    fn init_states(&self) -> Vec<TwoPhaseState> {
        vec![TwoPhaseState {
            managers: vec![Manager::Working; self.managers],
            decision: Decision::Open,
            heard: vec![false; self.managers],
            messages: BTreeSet::new(),
        }]
    }

    fn actions(&self, state: &TwoPhaseState, actions: &mut Vec<TwoPhaseAction>) {
        let open = state.decision == Decision::Open;
        if open {
            if state.heard.iter().all(|&heard| heard) {
                actions.push(TwoPhaseAction::DecideCommit);
            }
            actions.push(TwoPhaseAction::DecideAbort);
        }
        for one in 0..self.managers {
            if open && state.messages.contains(&Message::Prepared(one)) {
                actions.push(TwoPhaseAction::HearPrepared(one));
            }
            if state.managers[one] == Manager::Working {
                actions.push(TwoPhaseAction::Prepare(one));
                actions.push(TwoPhaseAction::GiveUp(one));
            }
            if state.messages.contains(&Message::Commit) {
                actions.push(TwoPhaseAction::HearCommit(one));
            }
            if state.messages.contains(&Message::Abort) {
                actions.push(TwoPhaseAction::HearAbort(one));
            }
        }
    }

    fn next_state(&self, state: &TwoPhaseState, action: TwoPhaseAction) -> Option<TwoPhaseState> {
        let mut next = state.clone();
        match action {
            TwoPhaseAction::HearPrepared(one) => next.heard[one] = true,
            TwoPhaseAction::DecideCommit => {
                next.decision = Decision::Committed;
                next.messages.insert(Message::Commit);
            }
            TwoPhaseAction::DecideAbort => {
                next.decision = Decision::Aborted;
                next.messages.insert(Message::Abort);
            }
            TwoPhaseAction::Prepare(one) => {
                next.managers[one] = Manager::Prepared;
                next.messages.insert(Message::Prepared(one));
            }
            TwoPhaseAction::HearCommit(one) => next.managers[one] = Manager::Committed,
            TwoPhaseAction::GiveUp(one) | TwoPhaseAction::HearAbort(one) => {
                next.managers[one] = Manager::Aborted;
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::sometimes("all abort", |_, state: &TwoPhaseState| {
                state.managers.iter().all(|&one| one == Manager::Aborted)
            }),
            Property::sometimes("all commit", |_, state: &TwoPhaseState| {
                state.managers.iter().all(|&one| one == Manager::Committed)
            }),
            Property::always("no two disagree", |_, state: &TwoPhaseState| {
                !(state.managers.contains(&Manager::Aborted)
                    && state.managers.contains(&Manager::Committed))
            }),
        ]
    }
}

/// Single-decree Paxos (Lamport, "Paxos Made Simple", 2001): three acceptors, ballots that each have
/// a proposer with a value of its own, and messages that stay.
#[derive(Clone, Copy, Debug)]
pub struct Synod {
    pub ballots: u8,
    /// Whether a proposer looks at what was accepted before it proposes: without, two values can be
    /// chosen.
    pub careful: bool,
}

pub const ACCEPTORS: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SynodState {
    pub acceptors: [Acceptor; ACCEPTORS],
    pub sent: BTreeSet<Sent>,
}

/// Ballots count from 1; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Acceptor {
    pub promised: u8,
    pub accepted: Option<(u8, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sent {
    Prepare { ballot: u8 },
    Promise { ballot: u8, from: usize, accepted: Option<(u8, u8)> },
    Propose { ballot: u8, value: u8 },
    Accepted { ballot: u8, from: usize, value: u8 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynodAction {
    Prepare(u8),
    Promise(usize, u8),
    Propose(u8, u8),
    Accept(usize, u8, u8),
}

impl Synod {
    /// The value that may be proposed once a majority has promised.
    fn value(&self, state: &SynodState, ballot: u8) -> Option<u8> {
        let promises: Vec<Option<(u8, u8)>> = state
            .sent
            .iter()
            .filter_map(|sent| match *sent {
                Sent::Promise { ballot: b, accepted, .. } if b == ballot => Some(accepted),
                _ => None,
            })
            .collect();
        if promises.len() * 2 <= ACCEPTORS {
            return None;
        }
        let before = promises.into_iter().flatten().max().filter(|_| self.careful);
        Some(before.map_or(ballot, |(_, value)| value))
    }

    fn is_chosen(state: &SynodState, wanted: u8) -> bool {
        (1..=u8::MAX).take_while(|&ballot| ballot < 8).any(|ballot| {
            let votes = state.sent.iter().filter(|sent| {
                matches!(sent, Sent::Accepted { ballot: b, value, .. } if *b == ballot && *value == wanted)
            });
            votes.count() * 2 > ACCEPTORS
        })
    }
}

impl Model for Synod {
    type State = SynodState;
    type Action = SynodAction;

    fn init_states(&self) -> Vec<SynodState> {
        vec![SynodState { acceptors: [Acceptor::default(); ACCEPTORS], sent: BTreeSet::new() }]
    }

    fn actions(&self, state: &SynodState, actions: &mut Vec<SynodAction>) {
        for ballot in 1..=self.ballots {
            if !state.sent.contains(&Sent::Prepare { ballot }) {
                actions.push(SynodAction::Prepare(ballot));
            }
            let proposed = state
                .sent
                .iter()
                .any(|s| matches!(s, Sent::Propose { ballot: b, .. } if *b == ballot));
            if let Some(value) = self.value(state, ballot).filter(|_| !proposed) {
                actions.push(SynodAction::Propose(ballot, value));
            }
        }
        for sent in &state.sent {
            for (place, acceptor) in state.acceptors.iter().enumerate() {
                match *sent {
                    Sent::Prepare { ballot } if ballot > acceptor.promised => {
                        actions.push(SynodAction::Promise(place, ballot));
                    }
                    // An acceptor that takes the same again does not notice.
                    Sent::Propose { ballot, value } if ballot >= acceptor.promised => {
                        actions.push(SynodAction::Accept(place, ballot, value));
                    }
                    _ => {}
                }
            }
        }
    }

    fn next_state(&self, state: &SynodState, action: SynodAction) -> Option<SynodState> {
        let mut next = state.clone();
        match action {
            SynodAction::Prepare(ballot) => {
                next.sent.insert(Sent::Prepare { ballot });
            }
            SynodAction::Promise(from, ballot) => {
                next.acceptors[from].promised = ballot;
                let accepted = state.acceptors[from].accepted;
                next.sent.insert(Sent::Promise { ballot, from, accepted });
            }
            SynodAction::Propose(ballot, value) => {
                next.sent.insert(Sent::Propose { ballot, value });
            }
            SynodAction::Accept(from, ballot, value) => {
                next.acceptors[from] =
                    Acceptor { promised: ballot, accepted: Some((ballot, value)) };
                if !next.sent.insert(Sent::Accepted { ballot, from, value }) {
                    return None;
                }
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one value is chosen", |model: &Synod, state| {
                (1..=model.ballots).filter(|&value| Synod::is_chosen(state, value)).count() <= 1
            }),
            Property::sometimes("the second value is chosen", |_, state| {
                Synod::is_chosen(state, 2)
            }),
        ]
    }
}

/// Threads that add one to a shared counter, each in two steps, behind a lock or not.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    pub threads: usize,
    pub locked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CounterState {
    pub counter: u8,
    pub lock: bool,
    pub threads: Vec<(u8, Stage)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    Begins,
    Reads,
    Writes,
    Releases,
    Done,
}

impl Model for Counter {
    type State = CounterState;
    type Action = usize;

    fn init_states(&self) -> Vec<CounterState> {
        let first = if self.locked { Stage::Begins } else { Stage::Reads };
        vec![CounterState { counter: 0, lock: false, threads: vec![(0, first); self.threads] }]
    }

    fn actions(&self, state: &CounterState, actions: &mut Vec<usize>) {
        let can = |&thread: &usize| match state.threads[thread].1 {
            Stage::Begins => !state.lock,
            Stage::Done => false,
            _ => true,
        };
        actions.extend((0..self.threads).filter(can));
    }

    fn next_state(&self, state: &CounterState, thread: usize) -> Option<CounterState> {
        let mut next = state.clone();
        let (local, stage) = &mut next.threads[thread];
        match *stage {
            Stage::Begins => {
                next.lock = true;
                *stage = Stage::Reads;
            }
            Stage::Reads => {
                *local = state.counter;
                *stage = Stage::Writes;
            }
            Stage::Writes => {
                next.counter = *local + 1;
                *stage = if self.locked { Stage::Releases } else { Stage::Done };
            }
            Stage::Releases => {
                next.lock = false;
                *stage = Stage::Done;
            }
            Stage::Done => return None,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no addition is lost", |_, state: &CounterState| {
                let added =
                    |&(_, stage): &(u8, Stage)| matches!(stage, Stage::Releases | Stage::Done);
                state.threads.iter().filter(|thread| added(thread)).count()
                    == usize::from(state.counter)
            }),
            Property::always("one holds the lock", |model: &Counter, state: &CounterState| {
                let inside = |&(_, stage): &(u8, Stage)| {
                    matches!(stage, Stage::Reads | Stage::Writes | Stage::Releases)
                };
                !model.locked || state.threads.iter().filter(|thread| inside(thread)).count() <= 1
            }),
            Property::eventually("all are done", |_, state: &CounterState| {
                state.threads.iter().all(|&(_, stage)| stage == Stage::Done)
            }),
        ]
    }
}
