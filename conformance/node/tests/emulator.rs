//! The published inclusion emulator beside the model's: a grid of candidates, random ones, and every
//! block that is authored in the scenarios with messages.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use unincluded_conformance_driver::Effort;
use unincluded_conformance_driver::divergence::Found;
use unincluded_conformance_node::edges::each_edge;
use unincluded_conformance_node::emulated::{agree, authored_agrees};
use unincluded_model::scenario::Messages;
use unincluded_model::{Age, BlockIndex, ParaBlock, Protocol, RelayParent, Scenario, State};

/// What one block does with messages.
#[derive(Clone, Copy, Debug)]
struct Doing {
    upward: bool,
    outbound: bool,
    processed: u8,
    relay_parent: u8,
    watermark: Mark,
}

/// Where a watermark stands.
#[derive(Clone, Copy, Debug)]
enum Mark {
    RelayParent,
    Parent,
    At(u8),
}

/// What the relay chain says at the tip.
#[derive(Clone, Debug)]
struct Shown {
    upward: u8,
    outbound: u8,
    popped: u8,
    downward: Vec<u8>,
    inbound: Vec<u8>,
    last: u8,
}

/// Limits that the queues of [`Shown`] fill in part.
fn protocol() -> Protocol {
    let mut scenario = Scenario::built_in("messages-all").expect("a built-in scenario");
    scenario.messages = Messages {
        upward_limit: 2,
        outbound_capacity: 2,
        inbound: 2,
        inbound_messages: 1,
        downward: 2,
    };
    Protocol::new(scenario.checked("the grid").expect("a legal scenario"))
}

fn block(parent: BlockIndex, before: Age, doing: &Doing, like: &ParaBlock) -> ParaBlock {
    let mut block = ParaBlock { parent, ..*like };
    block.relay_parent = RelayParent::of_age(Age(doing.relay_parent));
    block.segment.messages = doing.upward.into();
    block.segment.outbound = doing.outbound.into();
    block.inbox.processed = doing.processed;
    block.inbox.watermark = match doing.watermark {
        Mark::RelayParent => Age(doing.relay_parent),
        Mark::Parent => before,
        // No watermark is newer than the relay parent (MSG-6).
        Mark::At(age) => Age(age.max(doing.relay_parent)),
    };
    block
}

/// A state with these unincluded blocks, and a candidate on the last. Relay parents never go back
/// (FRAG-4): one that would is that of the block before.
fn case(protocol: &Protocol, shown: &Shown, chain: &[Doing], last: &Doing) -> (State, ParaBlock) {
    let mut state = protocol.initial();
    state.blocks[0].inbox.watermark = Age(shown.last);
    let branch = &mut state.branches[0];
    for view in &mut branch.views {
        view.queues.upward = shown.upward;
        view.queues.outbound = shown.outbound;
        view.queues.popped = shown.popped;
    }
    branch.downward.extend(shown.downward.iter().map(|&age| Age(age)));
    branch.inbound.extend(shown.inbound.iter().map(|&age| Age(age)));
    let genesis = *state.block(BlockIndex::ROOT);
    let (mut parent, mut before, mut oldest) = (BlockIndex::ROOT, Age(shown.last), u8::MAX);
    let mut not_back = |doing: &Doing| {
        oldest = oldest.min(doing.relay_parent);
        Doing { relay_parent: oldest, ..*doing }
    };
    for doing in chain {
        let next = block(parent, before, &not_back(doing), &genesis);
        parent = BlockIndex(state.blocks.len() as u8);
        before = next.inbox.watermark;
        state.blocks.push(next);
    }
    let candidate = block(parent, before, &not_back(last), &genesis);
    (state, candidate)
}

/// Lists of relay blocks with messages, the oldest first, as ages; relay parents are 0 to 2.
const SENT: [&[u8]; 7] = [&[], &[3], &[1], &[0], &[4, 2], &[2, 0], &[3, 1, 0]];

#[test]
fn a_grid_of_candidates_meets_the_same_limits_first() {
    let protocol = protocol();
    let marks =
        [Mark::RelayParent, Mark::Parent, Mark::At(0), Mark::At(1), Mark::At(2), Mark::At(3)];
    let plain = Doing {
        upward: false,
        outbound: false,
        processed: 0,
        relay_parent: 2,
        watermark: Mark::RelayParent,
    };
    let busy = Doing { upward: true, outbound: true, processed: 1, ..plain };
    let waits = Doing { watermark: Mark::Parent, ..plain };
    let chains: [&[Doing]; 5] =
        [&[], &[plain], &[busy], &[waits], &[Doing { relay_parent: 3, ..busy }, busy]];
    let (mut asked, mut compared) = (0u32, 0u32);
    for (downward, inbound) in
        SENT.iter().flat_map(|&downward| SENT.iter().map(move |&inbound| (downward, inbound)))
    {
        for (upward, outbound, popped) in
            (0..3).flat_map(|u| (0..3).flat_map(move |o| (0..2).map(move |p| (u, o, p))))
        {
            if usize::from(popped) > downward.len() {
                continue;
            }
            let shown = Shown {
                upward,
                outbound,
                popped,
                downward: downward.to_vec(),
                inbound: inbound.to_vec(),
                last: 4,
            };
            for chain in chains {
                for (sends, processed, watermark) in
                    (0..4u8).flat_map(|s| (0..3).flat_map(move |p| marks.map(move |m| (s, p, m))))
                {
                    let relay_parent = (sends + processed) % 3;
                    let last = Doing {
                        upward: sends & 1 > 0,
                        outbound: sends & 2 > 0,
                        processed,
                        relay_parent,
                        watermark,
                    };
                    let (state, candidate) = case(&protocol, &shown, chain, &last);
                    asked += 1;
                    let is_compared = agree(&protocol, &state, 0, &candidate)
                        .unwrap_or_else(|parts| panic!("{parts}\n{shown:?}\n{chain:?}\n{last:?}"));
                    compared += u32::from(is_compared);
                }
            }
        }
    }
    println!("{asked} candidates, {compared} of them asked of the published emulator");
    assert!(compared > 100_000);
}

fn ages() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::btree_set(0..5u8, 0..4).prop_map(|ages| ages.into_iter().rev().collect())
}

/// A block on a relay parent in the window; from 3 on an age stands for any older one, too.
fn doing() -> impl Strategy<Value = Doing> {
    let mark =
        prop_oneof![Just(Mark::RelayParent), Just(Mark::Parent), (0..6u8).prop_map(Mark::At)];
    (any::<bool>(), any::<bool>(), 0..3u8, 0..3u8, mark).prop_map(
        |(upward, outbound, processed, relay_parent, watermark)| Doing {
            upward,
            outbound,
            processed,
            relay_parent,
            watermark,
        },
    )
}

fn shown() -> impl Strategy<Value = Shown> {
    (0..3u8, 0..3u8, 0..3u8, ages(), ages(), 2..6u8).prop_map(
        |(upward, outbound, popped, downward, inbound, last)| Shown {
            upward,
            outbound,
            popped: popped.min(downward.len() as u8),
            downward,
            inbound,
            last,
        },
    )
}

#[test]
fn random_candidates_meet_the_same_limits_first() {
    let protocol = protocol();
    let cases = Effort::asked().of(300_000, 3_000_000);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let chain = proptest::collection::vec(doing(), 0..3);
    let compared = std::cell::Cell::new(0u32);
    let outcome =
        TestRunner::new(config).run(&(shown(), chain, doing()), |(shown, chain, last)| {
            let (state, candidate) = case(&protocol, &shown, &chain, &last);
            let is_compared = agree(&protocol, &state, 0, &candidate)
                .map_err(|parts| TestCaseError::fail(parts.to_string()))?;
            compared.set(compared.get() + u32::from(is_compared));
            Ok(())
        });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("{} of {cases} candidates asked of the published emulator", compared.get());
    assert!(compared.get() > cases / 4);
}

#[test]
fn every_block_authored_in_scenarios_with_messages_meets_the_same_limits() {
    let most = Effort::asked().of(30_000, 400_000);
    let mut total = 0u32;
    for name in Scenario::full_names() {
        let protocol = Protocol::new(Scenario::built_in(name).expect("a built-in scenario"));
        if protocol.messages().is_off() {
            continue;
        }
        let mut compared = 0u32;
        let covered = each_edge(&protocol, most, |before, action, raw| {
            let is_compared = authored_agrees(&protocol, before, action, raw)?;
            compared += u32::from(is_compared);
            Ok(())
        });
        let report = |found: Found| panic!("{}", found.report(&protocol, "the emulator"));
        let covered = covered.unwrap_or_else(report);
        println!("{name}: {compared} blocks in {} states, all: {}", covered.states, covered.closed);
        total += compared;
    }
    assert!(total > 10_000);
}
