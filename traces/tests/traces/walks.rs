//! Random walks over what somebody does, recorded: what is written is read, what is read is
//! replayed, and the absolute names agree with a naive account of the same run.

use std::collections::HashMap;

use proptest::prelude::*;
use unincluded_model::action::{Claim, Dispute, NewCode, Precheck, Traffic};
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, Protocol, RelayBlockPlan, Rule, Scenario, Variant,
};
use unincluded_properties::progress::FaultFree;
use unincluded_traces::format::{Deed, Moment, Status};
use unincluded_traces::{ParaName, RelayName, Run, record};

use crate::wide::{goes_round, is_of_names};

/// The built-in scenarios and a few with broken rules.
fn protocols() -> Vec<Protocol> {
    let built_in = |name| Protocol::new(Scenario::built_in(name).expect("built in"));
    let mut all: Vec<Protocol> = Scenario::names().map(built_in).collect();
    for rule in [Rule::Seg5, Rule::Seg4, Rule::Incl6, Rule::Coll4, Rule::Emit1, Rule::Incl1] {
        all.push(built_in("astar").without([rule]));
    }
    all.push(built_in("adversary").without([Rule::Rpn1, Rule::Hook2, Rule::Arp1]));
    all.push(built_in("bandwidth").without([Rule::Seg6, Rule::Seg8]));
    all.push(built_in("astar").with_variants([Variant::GlobalIssuance, Variant::TimeoutsFirst]));
    all
}

/// A run: each choice takes one of the actions that somebody takes. A relay block now and then
/// comes after empty slots, which no rule of the model forbids.
fn walk(protocol: &Protocol, choices: &[u16]) -> Vec<Action> {
    let mut state = protocol.canonical(&protocol.initial()).0;
    let mut taken = Vec::new();
    for &choice in choices {
        let actions = protocol.actions(&state);
        let Some(&action) = actions.get(usize::from(choice) % actions.len().max(1)) else { break };
        let action = match action {
            Action::RelayBlock(plan) if choice % 7 == 0 => {
                Action::RelayBlock(RelayBlockPlan { skipped_slots: (choice % 5) as u8, ..plan })
            }
            action => action,
        };
        taken.push(action);
        if let Ok(next) = protocol.step(&state, &action) {
            state = next;
        }
    }
    taken
}

/// Everything that can be written as an action, possible or not.
fn any_action() -> impl Strategy<Value = Action> {
    let author = (0..40u8, any::<u8>(), 0..6usize, any::<[bool; 4]>(), any::<u8>()).prop_map(
        |(parent, age, claim, [equivocation, withheld, sends_message, invalid], hash_rank)| {
            Action::Author(Author {
                parent: BlockIndex(parent % 6),
                relay_parent: Age(if age < 200 { age % 4 } else { age }),
                branch: if age % 3 == 0 { hash_rank % 4 } else { 0 },
                core: if age % 5 == 0 { age } else { 0 },
                claim: if hash_rank < 200 { Claim::Honest } else { Claim::ALL[claim] },
                equivocation: equivocation && withheld,
                withheld: withheld && sends_message,
                invalid: invalid && equivocation,
                behind: invalid && sends_message,
                hash_rank: if hash_rank < 200 { 0 } else { hash_rank },
                sends_message,
                sends_outbound: sends_message && equivocation,
                inbound: if age % 7 == 0 { hash_rank % 4 } else { 0 },
                downward: if age % 7 == 1 { hash_rank % 4 } else { 0 },
                new_code: match hash_rank % 16 {
                    0 => NewCode::Next,
                    1 => NewCode::Same,
                    _ => NewCode::None,
                },
                ends_session: hash_rank % 16 == 2,
            })
        },
    );
    let bits =
        prop_oneof![Just(Bits::OneShort), Just(Bits::Enough), any::<u8>().prop_map(Bits::Count)];
    let bits = proptest::collection::vec(bits, 0..4).prop_filter_map("too many", Few::of);
    let back = proptest::collection::vec((0..6u8).prop_map(BlockIndex), 0..4);
    let back = back.prop_filter_map("too many", Few::of);
    let dispute = (0..6u8, any::<u8>())
        .prop_map(|(block, against)| Dispute { block: BlockIndex(block), against });
    let dispute = proptest::option::weighted(0.1, dispute);
    let relay = (any::<u8>(), bits, back, any::<[bool; 4]>(), dispute).prop_map(
        |(skipped_slots, bits, back, flags, dispute)| {
            let [go_ahead, same_slot, session_change, reassigned] = flags;
            Action::RelayBlock(RelayBlockPlan {
                branch: if go_ahead { skipped_slots % 3 } else { 0 },
                same_slot: same_slot && go_ahead,
                skipped_slots,
                session_change: session_change && go_ahead,
                bits,
                back,
                go_ahead,
                dispute,
                reassigned: reassigned && session_change,
                reconfigured: reassigned && same_slot,
                traffic: Traffic {
                    served: if go_ahead { 0 } else { skipped_slots % 3 },
                    taken: if same_slot { skipped_slots % 3 } else { 0 },
                    inbound: session_change,
                    downward: reassigned,
                },
                precheck: match skipped_slots % 16 {
                    0 => Some(Precheck::Accepted),
                    1 => Some(Precheck::Rejected),
                    _ => None,
                },
            })
        },
    );
    let learn = (0..4u8, 0..6u8).prop_map(|(validator, candidate)| Action::LearnBackable {
        validator,
        candidate: BlockIndex(candidate),
    });
    let recover = (0..6u8).prop_map(|block| Action::Recover { block: BlockIndex(block) });
    let settle = (0..3u8).prop_map(|branch| Action::Settle { branch: branch % 2 });
    prop_oneof![4 => author, 4 => relay, 1 => learn, 1 => recover, 1 => Just(Action::Fork), 1 => settle]
}

/// The run of a naive chronicler, who reads the deeds alone and believes no state.
#[derive(Default)]
struct Chronicle {
    tip: i64,
    slot: i64,
    parents: HashMap<ParaName, ParaName>,
    relay_parents: HashMap<ParaName, RelayName>,
    /// The head included at each relay block.
    heads: HashMap<i64, ParaName>,
    segments: HashMap<ParaName, Vec<ParaName>>,
}

impl Chronicle {
    fn follow(&mut self, deed: &Deed, then: &Moment) {
        match deed {
            Deed::Author(author) => {
                assert_eq!(author.block.height, author.parent.height + 1);
                assert!(author.relay_parent.number <= self.tip);
                assert!(self.parents.insert(author.block, author.parent).is_none(), "a name twice");
                self.relay_parents.insert(author.block, author.relay_parent);
                let head = self.heads.get(&author.relay_parent.number.max(0)).copied();
                let inherited = self.segments.get(&author.parent).cloned().unwrap_or_default();
                let included = inherited.iter().position(|&entry| Some(entry) == head);
                let mut segment = inherited[included.map_or(0, |place| place + 1)..].to_vec();
                segment.push(author.block);
                self.segments.insert(author.block, segment);
            }
            Deed::RelayBlock(growth) => {
                self.tip += 1;
                self.slot += 1 + i64::from(growth.skipped_slots);
                assert_eq!(growth.block, RelayName::first(self.tip));
            }
            Deed::LearnBackable { .. }
            | Deed::Recover { .. }
            | Deed::Fork
            | Deed::Settle { .. } => {}
        }
        assert_eq!(then.relay.tip, RelayName::first(self.tip));
        assert_eq!(then.relay.slot, self.slot);
        self.heads.insert(self.tip, then.included.block);
    }

    /// Blocks from genesis.
    fn height(&self, block: ParaName) -> u32 {
        let mut height = 0;
        let mut next = self.parents.get(&block);
        while let Some(parent) = next {
            height += 1;
            next = self.parents.get(parent);
        }
        height
    }

    fn agrees(&self, protocol: &Protocol, then: &Moment) {
        let scenario = protocol.scenario();
        let start = scenario.economics.issuance().expect("legal");
        let reward = protocol.block_reward();
        for live in &then.blocks {
            assert_eq!(self.height(live.block), live.block.height);
            assert_eq!(live.parent.as_ref(), self.parents.get(&live.block));
            assert_eq!(live.relay_parent.as_ref(), self.relay_parents.get(&live.block));
            assert!(live.relay_parent.is_none_or(|relay| relay <= then.relay.tip));
            let pays_the_same = scenario.switch.is_none();
            if pays_the_same && protocol.has(Rule::Emit1) && protocol.variants().is_empty() {
                let expected = start + u128::from(live.block.height) * reward;
                assert_eq!(live.issuance, expected.to_string());
            }
            match live.status {
                Status::PendingSince(relay) => {
                    let pending = then.pending.iter().find(|pending| pending.block == live.block);
                    assert_eq!(pending.expect("it is pending").backed_in, relay);
                }
                Status::IncludedIn(relay) => assert!(relay.is_none_or(|r| r <= then.relay.tip)),
                _ => assert_ne!(live.block, then.included.block),
            }
        }
        let included = then.blocks.iter().find(|live| live.block == then.included.block);
        assert_eq!(included.expect("the head is live").issuance, then.included.issuance);
    }
}

/// The same account, step by step; of one relay branch.
fn chronicled(protocol: &Protocol, run: &Run) {
    if protocol.environment().fork_depth > 0 {
        return;
    }
    let mut chronicle =
        Chronicle { heads: HashMap::from([(0, ParaName::GENESIS)]), ..Chronicle::default() };
    for step in &run.steps {
        let Some(then) = &step.then else { continue };
        chronicle.follow(&step.deed, then);
        chronicle.agrees(protocol, then);
        if protocol.off().is_empty() && protocol.variants().is_empty() {
            for live in then.blocks.iter().filter(|live| live.parent.is_some()) {
                assert_eq!(live.segment, chronicle.segments[&live.block], "{}", live.block);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recorded_is_written_read_and_replayed(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u16>(), 0..120),
    ) {
        let protocols = protocols();
        let protocol = which.get(&protocols);
        let run = record(protocol, None, "A walk.", &walk(protocol, &choices)).expect("recorded");
        let replayed = goes_round(&run);
        if protocol.off().is_empty() && protocol.variants().is_empty() {
            prop_assert!(replayed.verdict.holds, "{:?}", replayed.verdict);
        }
    }

    #[test]
    fn relative_and_absolute_accounts_agree(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u16>(), 0..120),
    ) {
        let protocols = protocols();
        let protocol = which.get(&protocols);
        let run = record(protocol, None, "A walk.", &walk(protocol, &choices)).expect("recorded");
        chronicled(protocol, &run);
    }

    /// The judge of a run has its own, patient way to ask; the measure of recovery is the other.
    #[test]
    fn a_run_is_wedged_where_nothing_recovers(
        rule in prop::option::of(prop::sample::select(vec![Rule::Coll4, Rule::Coll7, Rule::Seg4])),
        choices in prop::collection::vec(any::<u16>(), 0..40),
    ) {
        let scenario = Scenario::built_in("astar").expect("built in");
        let protocol = Protocol::new(scenario).without(rule);
        let actions = walk(&protocol, &choices);
        let mut fault_free = FaultFree::usual(&protocol);
        let mut state = protocol.canonical(&protocol.initial()).0;
        let mut wedged = None;
        for (number, action) in (1..).zip(&actions) {
            state = protocol.step(&state, action).unwrap_or(state);
            if wedged.is_none() && fault_free.recovery(&state).expect("narrow").best.is_none() {
                wedged = Some(number);
            }
        }
        let run = record(&protocol, Some("NOT-WEDGED"), "A walk.", &actions).expect("recorded");
        prop_assert_eq!(run.verdict.verdict.step, wedged);
    }

    #[test]
    fn impossible_actions_are_refused_and_replayed_as_refused(
        which in any::<prop::sample::Index>(),
        actions in prop::collection::vec(any_action(), 0..60),
    ) {
        let protocols = protocols();
        let protocol = which.get(&protocols);
        match record(protocol, None, "Anything.", &actions) {
            Ok(run) => {
                goes_round(&run);
            }
            Err(error) => prop_assert!(is_of_names(&error), "{}", error),
        }
    }
}
