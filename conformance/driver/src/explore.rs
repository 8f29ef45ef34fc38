//! The graph of a scenario, edge by edge, with the real history of a shortest run behind every
//! state.

use std::collections::{HashMap, VecDeque};

use unincluded_model::{Action, Age, Author, BlockIndex, Claim, State};

use crate::attempt::Verdict;
use crate::divergence::{Divergence, Found};
use crate::effort::Effort;
use crate::pallets::Pallets;
use crate::world::{Case, World};

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// States of the model.
    pub states: usize,
    /// Edges out of them.
    pub edges: usize,
    /// Blocks that both took.
    pub authored: usize,
    /// Blocks that both refused.
    pub refused: usize,
    /// Blocks about which the pallets could not be asked.
    pub skipped: usize,
    /// Answers of `can_build_upon`.
    pub asked: usize,
}

impl Report {
    /// Attempts that were executed by the pallets.
    pub fn steps(&self) -> usize {
        self.authored + self.refused
    }

    /// Counts a verdict.
    pub fn count<B>(&mut self, verdict: &Verdict<B>) {
        match verdict {
            Verdict::Authored(_) => self.authored += 1,
            Verdict::Refused => self.refused += 1,
            Verdict::Skipped => self.skipped += 1,
        }
    }
}

impl std::ops::AddAssign for Report {
    fn add_assign(&mut self, other: Report) {
        self.states += other.states;
        self.edges += other.edges;
        self.authored += other.authored;
        self.refused += other.refused;
        self.skipped += other.skipped;
        self.asked += other.asked;
    }
}

/// Takes every edge of a scenario's graph with both, breadth first, up to so many states; and beside
/// the edges tries in every state what nobody offers: any parent, any relay parent, any claim.
///
/// # Errors
///
/// A shortest run to a divergence.
pub fn explore<P: Pallets>(case: &Case, most: usize) -> Result<Report, Box<Found>> {
    let mut report = Report::default();
    let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut ways: Vec<(usize, Option<Action>)> = vec![(0, None)];
    let mut waiting = VecDeque::from([(World::<P>::start(case), 0)]);
    known.insert(encoded(&waiting[0].0.state), 0);
    while let Some((world, here)) = waiting.pop_front() {
        report.states += 1;
        beside(&world, here, &mut report).map_err(|(action, d)| found(&ways, here, action, d))?;
        for (action, outcome) in case.protocol.steps(&world.state) {
            report.edges += 1;
            let mut authored = None;
            if let Action::Author(author) = &action {
                let verdict =
                    world.attempt(author).map_err(|d| found(&ways, here, Some(action), d))?;
                report.count(&verdict);
                if let Verdict::Authored(para) = verdict {
                    authored = Some(para);
                    if let Err(refusal) = &outcome {
                        let says = format!("forgetting makes a refusal: {refusal}");
                        let divergence = Divergence::new(refusal.rule(), says);
                        return Err(found(&ways, here, Some(action), divergence));
                    }
                }
            }
            let Ok(step) = outcome else { continue };
            let key = encoded(&step.next);
            if known.len() >= most || known.contains_key(&key) {
                continue;
            }
            let mut next = world.clone();
            next.salt += 1;
            if next.advance(&action, &step, authored) {
                known.insert(key, ways.len());
                waiting.push_back((next, ways.len()));
                ways.push((here, Some(action)));
            }
        }
    }
    Ok(report)
}

/// The run that led to a state, and one step more.
#[allow(clippy::unnecessary_box_returns, reason = "it is an error, which is to be small")]
fn found(
    ways: &[(usize, Option<Action>)],
    mut at: usize,
    last: Option<Action>,
    divergence: Divergence,
) -> Box<Found> {
    let mut actions: Vec<Action> = last.into_iter().collect();
    while let (before, Some(action)) = ways[at] {
        actions.push(action);
        at = before;
    }
    actions.reverse();
    Box::new(Found { actions, divergence })
}

/// What nobody offers in a state, and the answers to `can_build_upon`. Which of the false claims is
/// tried goes round with the states; in the gate so does which eleventh of the attempts: a prime, so
/// that every claim meets every parent and relay parent.
fn beside<P: Pallets>(
    world: &World<P>,
    round: usize,
    report: &mut Report,
) -> Result<(), (Option<Action>, Divergence)> {
    let every = Effort::asked().of(11, 1);
    for author in attempts(world, Some(round)).into_iter().skip(round % every).step_by(every) {
        let verdict = world.attempt(&author).map_err(|d| (Some(Action::Author(author)), d))?;
        report.count(&verdict);
    }
    for (parent, branch, age) in places(world) {
        world.ask(parent, branch, age).map_err(|d| (None, d))?;
        report.asked += 1;
    }
    Ok(())
}

/// Every parent with every relay block that is kept.
pub fn places<P: Pallets>(world: &World<P>) -> Vec<(BlockIndex, usize, Age)> {
    let parents = (0..world.blocks.len() as u8).map(BlockIndex);
    let relay: Vec<(usize, Age)> = world
        .branches
        .iter()
        .enumerate()
        .flat_map(|(branch, blocks)| (0..blocks.len() as u8).map(move |age| (branch, Age(age))))
        .collect();
    parents
        .flat_map(|parent| relay.iter().map(move |&(branch, age)| (parent, branch, age)))
        .collect()
}

/// Every block that anybody could author; with a round, one of the false claims instead of all.
pub fn attempts<P: Pallets>(world: &World<P>, round: Option<usize>) -> Vec<Author> {
    let messages = world.protocol.messages();
    let mut all = Vec::new();
    for (number, (parent, branch, age)) in places(world).into_iter().enumerate() {
        let plain = Author { branch: branch as u8, ..Author::honest(parent, age) };
        let false_claims = &Claim::ALL[1..];
        let claims = match round {
            Some(round) => &false_claims[(round + number) % false_claims.len()..][..1],
            None => false_claims,
        };
        all.push(plain);
        all.extend(claims.iter().map(|&claim| Author { claim, ..plain }));
        if messages.upward_limit > 0 || world.protocol.parameters().upward_message_room > 0 {
            all.push(Author { sends_message: true, ..plain });
        }
        if messages.outbound_capacity > 0 {
            all.push(Author { sends_outbound: true, ..plain });
        }
        for full in 1..=messages.downward.max(messages.inbound * messages.inbound_messages) {
            let downward = full.min(messages.downward);
            all.push(Author { downward, inbound: full, ..plain });
            all.push(Author { downward, ..plain });
            all.push(Author { inbound: full, ..plain });
        }
        if world.protocol.follows_code() {
            let new_code = unincluded_model::NewCode::Next;
            all.push(Author { new_code, ..plain });
        }
    }
    all
}

fn encoded(state: &State) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    state.encode(&mut bytes);
    bytes
}
