//! Runs over relay forks, sessions, several cores, claims, groups, votes and disputes, under
//! parameters that no built-in scenario has: recorded, written, read, replayed, shown.

use std::collections::HashMap;

use proptest::prelude::*;
use unincluded_model::{Action, Author, Protocol, RelayBlockPlan, Rule, Scenario};
use unincluded_traces::format::{Deed, Moment, Status};
use unincluded_traces::{ParaName, RelayName, Replayed, Run, TraceError, record, replay};

use crate::{parsed, written};

/// What each scenario has beside idle owners, late backing, and missing quorums and votes.
const SURROUNDINGS: &[(&str, &str, &str)] = &[
    ("forks", "", "fork_depth = 1"),
    ("deep-forks", "", "fork_depth = 2"),
    ("sessions", "", "session_changes = true"),
    ("forks-and-sessions", "", "fork_depth = 1\nsession_changes = true"),
    ("offset", "relay_parent_offset = 1", "session_changes = true"),
    ("two-cores", "cores = 2", ""),
    ("three-cores-and-forks", "cores = 3", "fork_depth = 1"),
    ("equivocation-on-forks", "", "equivocation = true\nfork_depth = 1"),
    ("groups", "", "groups = [\"online\", \"offline\"]"),
    ("shared", "", "claims = \"shared\""),
    ("lapsing", "", "claims = \"lapsing\"\nfork_depth = 1"),
    ("votes", "validators = 6", "counted_votes = true\nsilent = 1\nlying = 1"),
    ("votes-and-cores", "validators = 6\ncores = 2", "counted_votes = true\nsilent = 1\nlying = 1"),
    ("disputes", "validators = 4", "disputes = true\nlying = 1\nfork_depth = 2"),
    (
        "disputes-and-votes",
        "validators = 9\ncores = 2",
        "disputes = true\nlying = 1\nsilent = 1\ncounted_votes = true\nfork_depth = 1",
    ),
    (
        "malicious-groups",
        "validators = 4",
        "disputes = true\nlying = 1\nfork_depth = 1\ngroups = [\"online\", \"byzantine\"]",
    ),
];

fn protocols() -> Vec<Protocol> {
    let mut all: Vec<Protocol> =
        SURROUNDINGS.iter().map(|one| Protocol::new(scenario(one))).collect();
    let forks = || Protocol::new(scenario(&SURROUNDINGS[0]));
    let both = || Protocol::new(scenario(&SURROUNDINGS[3]));
    all.push(forks().without([Rule::Arp1]));
    all.push(forks().without([Rule::Arp4]));
    all.push(both().without([Rule::Arp1, Rule::Arp2]));
    all.push(Protocol::new(scenario(&SURROUNDINGS[5])).without([Rule::Incl4]));
    all.push(Protocol::new(scenario(&SURROUNDINGS[6])).without([Rule::Incl13]));
    all.push(both().without([Rule::Arp2]));
    all.push(both().without([Rule::Sess3]));
    all
}

fn scenario((name, protocol, environment): &(&str, &str, &str)) -> Scenario {
    let validators = if protocol.contains("validators") { "" } else { "validators = 600\n" };
    let text = format!(
        "name = \"{name}\"\nabout = \"A walk.\"\n\
         [protocol]\nunincluded_segment_capacity = 5\nblock_processing_velocity = 2\n\
         relay_number_check = \"monotonic\"\nscheduling_lookahead = 3\n\
         paras_availability_period = 2\ngroup_rotation_frequency = 3\npara_slot_ms = 6000\n\
         {validators}{protocol}\n\
         [economics]\ntotal_issuance = \"8304517045391557672991818108\"\n\
         inflation = \"astar-2025-04\"\ncalendar = \"astar-6s\"\n\
         [environment]\ncollator = \"slot-based\"\nearliest_backing = 1\nidle = true\n\
         delay = true\nloss = true\nunavailability = true\n{environment}\n"
    );
    Scenario::parse(name, &text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A run over what somebody does. Kinds of actions are chosen first, so that forks, which are one
/// action of many, come up as often as relay blocks, which are many.
fn walk(protocol: &Protocol, choices: &[u16]) -> Vec<Action> {
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut taken = Vec::new();
    for &choice in choices {
        let actions = protocol.actions(&state);
        let kind = |action: &Action| match action {
            Action::Author(_) => 0,
            Action::RelayBlock(_) => 1,
            _ => 2,
        };
        let wanted = [0, 1, 1, 0, 1, 2][usize::from(choice % 6)];
        let liked: Vec<Action> =
            actions.iter().copied().filter(|action| kind(action) == wanted).collect();
        let from = if liked.is_empty() { &actions } else { &liked };
        let Some(&action) = from.get(usize::from(choice / 6) % from.len().max(1)) else { break };
        if let Ok(next) = protocol.step(&state, &action) {
            taken.push(action);
            state = next;
        }
    }
    taken
}

/// What the deeds alone say of the relay chain: a tree, in which names are never used twice.
#[derive(Default)]
struct Relay {
    parents: HashMap<RelayName, RelayName>,
    slots: HashMap<RelayName, i64>,
    tips: Vec<RelayName>,
    built_on: HashMap<ParaName, RelayName>,
}

impl Relay {
    fn new() -> Relay {
        let start = RelayName::default();
        Relay { slots: HashMap::from([(start, 0)]), tips: vec![start], ..Relay::default() }
    }

    fn follow(&mut self, deed: &Deed, then: &Moment) {
        let tips = moment_tips(then);
        match deed {
            Deed::Author(author) => {
                assert!(self.built_on.insert(author.block, author.relay_parent).is_none());
            }
            Deed::RelayBlock(growth) => {
                let parent = growth.on.unwrap_or(self.tips[0]);
                assert_eq!(growth.on.is_some(), self.tips.len() > 1);
                let place = self.tips.iter().position(|tip| *tip == parent).expect("a tip");
                assert_eq!(growth.block.number, parent.number + 1);
                assert!(self.parents.insert(growth.block, parent).is_none(), "a name twice");
                let newest = self.tips.iter().map(|tip| self.slots[tip]).max().unwrap_or_default();
                let later = newest + 1 + i64::from(growth.skipped_slots);
                let slot = if growth.same_slot { newest } else { later };
                assert!(slot > self.slots[&parent]);
                self.slots.insert(growth.block, slot);
                if tips.len() == self.tips.len() {
                    self.tips[place] = growth.block;
                } else {
                    self.tips.remove(place); // Frozen.
                }
            }
            Deed::Fork => self.tips.push(self.tips[0]),
            Deed::Settle { keeps } => {
                assert!(self.tips.contains(keeps));
                self.tips = vec![*keeps];
            }
            Deed::LearnBackable { .. } | Deed::Recover { .. } => {}
        }
        self.tips.sort_unstable();
        let mut sorted = tips;
        sorted.sort_unstable();
        assert_eq!(sorted, self.tips);
        assert_eq!(then.relay.slot, self.slots[&then.relay.tip]);
        if let Some(beside) = &then.beside {
            assert_eq!(beside.relay.slot, self.slots[&beside.relay.tip]);
        }
    }

    /// Whether a relay block is on the way from a tip to the start.
    fn is_on(&self, tip: RelayName, block: RelayName) -> bool {
        block.number <= 0
            || std::iter::successors(Some(tip), |at| self.parents.get(at).copied())
                .any(|at| at == block)
    }

    /// What is said of each block is true on the branch it is said of.
    fn agrees(&self, protocol: &Protocol, then: &Moment) {
        for live in &then.blocks {
            assert_eq!(live.beside.is_some(), then.beside.is_some());
            let first = (then.relay.tip, &then.included, &then.pending, live.status);
            let second = then.beside.as_ref().zip(live.beside);
            let second = second.map(|(b, status)| (b.relay.tip, &b.included, &b.pending, status));
            for (tip, included, pending, status) in [Some(first), second].into_iter().flatten() {
                let entry = pending.iter().find(|pending| pending.block == live.block);
                match status {
                    Status::PendingSince(relay) => {
                        assert_eq!(entry.expect("pending").backed_in, relay);
                        assert!(self.is_on(tip, relay), "{} {status}", live.block);
                    }
                    Status::IncludedIn(relay) => {
                        assert!(relay.is_none_or(|relay| self.is_on(tip, relay)), "{status}");
                        assert!(entry.is_none());
                    }
                    Status::EvictedIn(relay) => assert!(self.is_on(tip, relay), "{status}"),
                    Status::Unbacked => {
                        let seen = self.built_on.get(&live.block);
                        let here = seen.is_none_or(|seen| self.is_on(tip, *seen));
                        assert!(
                            here || !protocol.has(Rule::Arp4),
                            "{} unbacked, though its relay parent is on another fork",
                            live.block
                        );
                    }
                    Status::Orphaned | Status::Lost => {}
                }
                if live.block == included.block {
                    assert!(matches!(status, Status::IncludedIn(_)), "{} {status}", live.block);
                }
                if entry.is_some() {
                    assert!(matches!(status, Status::PendingSince(_)), "{} {status}", live.block);
                }
            }
        }
        for gone in &then.gone {
            assert!(!then.blocks.iter().any(|live| live.block == gone.block));
            assert!(!matches!(gone.status, Status::IncludedIn(_)), "{}", gone.block);
        }
    }
}

fn moment_tips(then: &Moment) -> Vec<RelayName> {
    let second = then.beside.as_ref().map(|beside| beside.relay.tip);
    std::iter::once(then.relay.tip).chain(second).collect()
}

/// Written, read and replayed: the same run every time.
pub(crate) fn goes_round(run: &Run) -> Replayed {
    let text = written(run);
    let again = parsed(text.as_bytes()).expect("read");
    assert_eq!(&again, run);
    assert_eq!(written(&again), text);
    let replayed = replay(&again).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(replayed.steps, run.steps.len());
    unincluded_traces::table(run);
    unincluded_traces::explain(run);
    replayed
}

/// Any branch that can be written, beside an action that somebody may take.
fn on_any_branch(action: Action, other: u8) -> Action {
    match action {
        Action::Author(author) => Action::Author(Author { branch: other, ..author }),
        Action::RelayBlock(plan) => Action::RelayBlock(RelayBlockPlan { branch: other, ..plan }),
        Action::Settle { .. } => Action::Settle { branch: other },
        action => action,
    }
}

/// Whether a trace has no name for what an action names.
pub(crate) fn is_of_names(error: &TraceError) -> bool {
    use TraceError::{NoSuchBlock, NoSuchBranch, SecondName};
    matches!(error, NoSuchBlock { .. } | NoSuchBranch { .. } | SecondName { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_happens_on_two_branches_is_recorded_and_replayed(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u16>(), 0..100),
    ) {
        let protocols = protocols();
        let protocol = which.get(&protocols);
        let run = record(protocol, None, "A walk.", &walk(protocol, &choices)).expect("recorded");
        goes_round(&run);
        let mut relay = Relay::new();
        for step in &run.steps {
            let then = step.then.as_ref().expect("somebody takes it");
            relay.follow(&step.deed, then);
            relay.agrees(protocol, then);
        }
    }

    /// A branch that is not there, or a relay block by its second name.
    #[test]
    fn a_branch_that_no_trace_can_name_is_refused_or_replayed_as_refused(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u16>(), 0..30),
        place in any::<prop::sample::Index>(),
        branch in prop_oneof![Just(0u8), Just(1), Just(2), any::<u8>()],
    ) {
        let protocols = protocols();
        let protocol = which.get(&protocols);
        let mut actions = walk(protocol, &choices);
        if !actions.is_empty() {
            let place = place.index(actions.len());
            actions[place] = on_any_branch(actions[place], branch);
        }
        match record(protocol, None, "A walk.", &actions) {
            Ok(run) => {
                goes_round(&run);
            }
            Err(error) => prop_assert!(is_of_names(&error), "{}", error),
        }
    }
}

#[test]
fn walks_meet_all_there_is() {
    let (mut steps, mut seen) = (0, HashMap::<&str, usize>::new());
    for (number, protocol) in (0u32..).zip(&protocols()) {
        for seed in 0..12u32 {
            let mut at = number * 97 + seed * 7919 + 1;
            let choices = (0..80).map(|_| {
                at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (at >> 16) as u16
            });
            let actions = walk(protocol, &choices.collect::<Vec<_>>());
            let run = record(protocol, None, "A walk.", &actions).expect("recorded");
            goes_round(&run);
            steps += run.steps.len();
            for step in &run.steps {
                let mut note = |what, holds| *seen.entry(what).or_default() += usize::from(holds);
                let then = step.then.as_ref().expect("somebody takes it");
                note("two branches", then.beside.is_some());
                note(
                    "a pending candidate on another core",
                    then.pending.iter().any(|p| p.core > 0),
                );
                note("available and waiting", then.pending.iter().any(|p| p.available));
                note("votes", then.pending.iter().any(|p| p.votes > 0));
                note("no core", then.relay.no_core);
                note("an invalid block", then.blocks.iter().any(|b| b.invalid));
                note("votes against", then.blocks.iter().any(|b| !b.against.is_empty()));
                note(
                    "branches that differ",
                    then.blocks.iter().any(|b| b.beside.is_some_and(|s| s != b.status)),
                );
                match &step.deed {
                    Deed::RelayBlock(growth) => {
                        note("a second block of a number", growth.block.nth > 0);
                        note("one slot twice", growth.same_slot);
                        note("the end of a session", growth.session_change);
                        note("a dispute", growth.dispute.is_some());
                        note("a core that changes hands", growth.reassigned);
                        note("two backed at once", growth.back.len() > 1);
                    }
                    Deed::Settle { .. } => note("a fork that ends", true),
                    _ => {}
                }
            }
        }
    }
    let never: Vec<_> = seen.iter().filter(|(_, times)| **times == 0).collect();
    assert!(never.is_empty(), "{never:?}");
    assert!(steps > 10_000, "{steps}");
}
