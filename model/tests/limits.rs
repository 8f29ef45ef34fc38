//! Where each rule begins to refuse: the last that passes, and the first that does not.

use unincluded_model::scenario::RelayNumberCheck;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, CollatorKind, Protocol, Refusal, RelayBlockPlan,
    Scenario, State,
};

const ROOT: BlockIndex = BlockIndex(0);
const P1: BlockIndex = BlockIndex(1);
const P2: BlockIndex = BlockIndex(2);
const P3: BlockIndex = BlockIndex(3);

/// A run that forgets nothing, so that the n-th authored block stands at place n.
struct Run {
    protocol: Protocol,
    state: State,
}

impl Run {
    fn of(scenario: Scenario) -> Run {
        let protocol = Protocol::new(scenario);
        Run { state: protocol.initial(), protocol }
    }

    fn named(name: &str) -> Run {
        Run::of(Scenario::built_in(name).expect("a built-in scenario"))
    }

    fn does(mut self, action: &Action) -> Run {
        self.state = match self.protocol.apply(&self.state, action) {
            Ok(next) => next,
            Err(refusal) => panic!("{action:?}: {refusal}"),
        };
        self
    }

    fn authors(self, parent: BlockIndex, relay_parent: u8) -> Run {
        self.does(&author(parent, relay_parent))
    }

    /// That many relay blocks that back nothing and in which availability is one vote short.
    fn passes(self, relay_blocks: usize) -> Run {
        (0..relay_blocks).fold(self, |run, _| run.grows(Bits::OneShort, None))
    }

    fn backs(self, candidate: BlockIndex) -> Run {
        self.grows(Bits::OneShort, Some(candidate))
    }

    fn includes(self) -> Run {
        self.grows(Bits::Enough, None)
    }

    fn grows(self, bits: Bits, back: Option<BlockIndex>) -> Run {
        let bits = if self.state.pending.is_empty() { Bits::NothingPending } else { bits };
        self.does(&relay_block(bits, back))
    }

    fn permits(&self, action: &Action) -> bool {
        self.protocol.apply(&self.state, action).is_ok()
    }

    fn refusal(&self, action: &Action) -> Refusal {
        self.protocol.apply(&self.state, action).expect_err("it is refused")
    }

    fn segment_length(&self, block: BlockIndex) -> usize {
        self.state.block(block).segment.len()
    }
}

fn author(parent: BlockIndex, relay_parent: u8) -> Action {
    Action::Author(Author::honest(parent, Age(relay_parent)))
}

fn relay_block(bits: Bits, back: Option<BlockIndex>) -> Action {
    Action::RelayBlock(RelayBlockPlan { skipped_slots: 0, bits, back, go_ahead: false })
}

fn backing(candidate: BlockIndex) -> Action {
    relay_block(Bits::NothingPending, Some(candidate))
}

/// An adversary on any of three relay parents; C 3, V 1, L 3, P 2, the window always open.
fn adversary() -> Scenario {
    let mut scenario = Scenario::built_in("adversary").expect("a built-in scenario");
    scenario.environment.adversary_blocks = 0;
    scenario
}

fn adversary_with(check: RelayNumberCheck) -> Scenario {
    let mut scenario = adversary();
    scenario.parameters.relay_number_check = check;
    scenario
}

/// The slot-based collator of Astar with another capacity.
fn astar_with_capacity(capacity: u8) -> Scenario {
    let mut scenario = Scenario::built_in("astar").expect("a built-in scenario");
    scenario.parameters.unincluded_segment_capacity = capacity;
    scenario
}

// SEG-5: after pruning, strictly fewer than the capacity.

fn two_unincluded_blocks() -> Run {
    Run::of(adversary()).authors(ROOT, 0).authors(P1, 0).passes(1)
}

#[test]
fn a_segment_one_below_its_capacity_takes_another_block() {
    let run = two_unincluded_blocks();
    assert_eq!(run.segment_length(P2), 2);
    assert_eq!(run.authors(P2, 0).segment_length(P3), 3);
}

#[test]
fn a_full_segment_refuses_another_block() {
    let run = two_unincluded_blocks().authors(P2, 0);
    let full = Refusal::SegmentFull { held: 3, capacity: 3 };
    assert_eq!(run.refusal(&author(P3, 0)), full);
}

// HOOK-3: refused if more than the velocity share the slot already.

#[test]
fn the_velocity_leaves_room_for_one_block_more_on_a_relay_slot() {
    assert!(Run::of(adversary()).authors(ROOT, 0).permits(&author(P1, 0)));
}

#[test]
fn two_above_the_velocity_are_too_many_on_a_relay_slot() {
    let run = Run::of(adversary()).authors(ROOT, 0).authors(P1, 0);
    let too_many = Refusal::TooManyInSlot { authored: 2, velocity: 1 };
    assert_eq!(run.refusal(&author(P2, 0)), too_many);
}

#[test]
fn the_next_relay_slot_starts_the_count_anew() {
    let run = two_unincluded_blocks().authors(P2, 0);
    assert_eq!(run.state.block(P2).authored, 2);
    assert_eq!(run.state.block(P3).authored, 1);
}

// HOOK-6(3): the same limit, as the collator asks about it.

fn asked_on_the_slot_of_its_parent(blocks: u8) -> Result<(), Refusal> {
    let run =
        (0..blocks).fold(Run::of(adversary()), |run, block| run.authors(BlockIndex(block), 0));
    run.protocol.can_build_upon(&run.state, BlockIndex(blocks), Age::TIP)
}

#[test]
fn asked_with_as_many_blocks_on_the_slot_as_the_velocity_the_runtime_allows_another() {
    assert_eq!(asked_on_the_slot_of_its_parent(1), Ok(()));
}

#[test]
fn asked_with_one_block_more_on_the_slot_than_the_velocity_the_runtime_declines() {
    let closed = Refusal::SlotNotOpen { authored: 2, velocity: 1 };
    assert_eq!(asked_on_the_slot_of_its_parent(2), Err(closed));
}

// ARP-1: relay parent k can be backed on in relay blocks k + 1 to k + L.

#[test]
fn a_candidate_is_backed_in_the_block_after_its_relay_parent() {
    assert!(Run::of(adversary()).authors(ROOT, 0).permits(&backing(P1)));
}

#[test]
fn a_candidate_is_backed_a_lookahead_after_its_relay_parent() {
    assert!(Run::of(adversary()).authors(ROOT, 0).passes(2).permits(&backing(P1)));
}

#[test]
fn a_candidate_is_not_backed_one_block_later_than_the_lookahead() {
    let run = Run::of(adversary()).authors(ROOT, 0).passes(3);
    let late = Refusal::RelayParentNotAllowed { age: Age(3), lookahead: 3 };
    assert_eq!(run.refusal(&backing(P1)), late);
}

// COLL-4: the collator's window, the last L relay blocks up to its own.

#[test]
fn a_block_built_on_the_oldest_relay_block_of_the_window_is_built_upon() {
    let run = Run::named("astar").authors(ROOT, 0).passes(2);
    assert!(run.permits(&author(P1, 0)));
    assert_eq!(run.refusal(&author(ROOT, 0)), Refusal::NotTheChosenParent(ROOT));
}

#[test]
fn a_block_built_on_a_relay_block_before_the_window_is_passed_over() {
    let run = Run::named("astar").authors(ROOT, 0).passes(3);
    assert!(run.permits(&author(ROOT, 0)));
    assert_eq!(run.refusal(&author(P1, 0)), Refusal::NotTheChosenParent(P1));
}

// SEG-4: the included head's own entry goes too.

fn two_blocks_of_which_the_first_is_pending() -> Run {
    Run::of(adversary()).authors(ROOT, 0).authors(P1, 0).backs(P1)
}

#[test]
fn a_parent_that_is_pending_keeps_its_entry() {
    let run = two_blocks_of_which_the_first_is_pending().authors(P1, 0);
    assert_eq!(run.segment_length(P3), 2);
}

#[test]
fn a_parent_that_is_included_loses_its_entry() {
    let run = two_blocks_of_which_the_first_is_pending().includes().authors(P1, 0);
    assert_eq!(run.segment_length(P3), 1);
}

// SEG-3: the newest entry has no hash, so the tip is not found in its own state.

#[test]
fn below_the_newest_entry_the_included_head_is_found() {
    let run = two_blocks_of_which_the_first_is_pending().includes();
    assert_eq!(run.state.steps_back(P2, P1), Some(1));
    assert_eq!(run.state.block(P2).segment.size_after_included(Some(1)), 1);
}

#[test]
fn at_the_tip_the_included_head_is_not_found_and_all_entries_count() {
    let run = two_blocks_of_which_the_first_is_pending();
    assert_eq!(run.state.block(P2).segment.size_after_included(Some(0)), 2);
}

#[test]
fn on_a_full_segment_whose_tip_is_included_only_the_shortcut_builds() {
    let run = Run::of(astar_with_capacity(1)).authors(ROOT, 0).backs(P1).includes();
    let full = Refusal::NoRoomToBuild { held: 1, capacity: 1 };
    assert_eq!(run.protocol.can_build_upon(&run.state, P1, Age::TIP), Err(full));
    assert!(run.permits(&author(P1, 0)));
}

// HOOK-6(1): before the first block no slot is stored, and nothing else is asked.

#[test]
fn at_genesis_even_a_capacity_of_nothing_allows_a_block() {
    let run = Run::of(astar_with_capacity(0));
    assert_eq!(run.protocol.can_build_upon(&run.state, ROOT, Age::TIP), Ok(()));
}

#[test]
fn after_the_first_block_a_capacity_of_nothing_allows_none() {
    let run = Run::of(astar_with_capacity(0)).authors(ROOT, 0).passes(1);
    let full = Refusal::NoRoomToBuild { held: 1, capacity: 0 };
    assert_eq!(run.refusal(&author(P1, 0)), full);
}

// HOOK-6(2): the answer to the collator is as strict as SEG-5.

#[test]
fn a_collator_that_sees_one_block_less_than_the_capacity_builds() {
    let run = Run::of(astar_with_capacity(2)).authors(ROOT, 0).passes(1);
    assert!(run.permits(&author(P1, 0)));
}

#[test]
fn a_collator_that_sees_as_many_blocks_as_the_capacity_does_not_build() {
    let run = Run::of(astar_with_capacity(1)).authors(ROOT, 0).passes(1);
    let full = Refusal::NoRoomToBuild { held: 1, capacity: 1 };
    assert_eq!(run.refusal(&author(P1, 0)), full);
}

// SLOTB-3 and LOOK-1: one block for each relay block, or two.

#[test]
fn the_slot_based_collator_does_not_build_a_second_block_on_a_relay_block() {
    let run = Run::named("astar").authors(ROOT, 0);
    assert!(matches!(run.refusal(&author(P1, 0)), Refusal::RelayParentUsed { most: 1, .. }));
}

#[test]
fn the_lookahead_collator_builds_a_second_block_on_a_relay_block() {
    assert!(Run::named("lookahead").authors(ROOT, 0).permits(&author(P1, 0)));
}

#[test]
fn the_lookahead_collator_does_not_build_a_third_block_on_a_relay_block() {
    let run = Run::named("lookahead").authors(ROOT, 0).authors(P1, 0);
    assert!(matches!(run.refusal(&author(P2, 0)), Refusal::RelayParentUsed { most: 2, .. }));
}

// RPN-1: strict, monotonic, any; and HOOK-2 behind it.

#[test]
fn strict_refuses_the_same_relay_parent_again() {
    let check = RelayNumberCheck::Strict;
    let run = Run::of(adversary_with(check)).authors(ROOT, 0);
    let same = Refusal::RelayNumberNotNewer { parent: Age(0), block: Age(0), check };
    assert_eq!(run.refusal(&author(P1, 0)), same);
}

#[test]
fn strict_takes_the_next_relay_parent() {
    let run = Run::of(adversary_with(RelayNumberCheck::Strict)).authors(ROOT, 0).passes(1);
    assert!(run.permits(&author(P1, 0)));
}

#[test]
fn monotonic_takes_the_same_relay_parent_again() {
    let run = Run::of(adversary_with(RelayNumberCheck::Monotonic)).authors(ROOT, 0);
    assert!(run.permits(&author(P1, 0)));
}

#[test]
fn monotonic_refuses_the_relay_parent_before() {
    let check = RelayNumberCheck::Monotonic;
    let run = Run::of(adversary_with(check)).authors(ROOT, 0);
    let older = Refusal::RelayNumberNotNewer { parent: Age(0), block: Age(1), check };
    assert_eq!(run.refusal(&author(P1, 1)), older);
}

#[test]
fn any_leaves_the_relay_parent_before_to_the_slot_check() {
    let run = Run::of(adversary_with(RelayNumberCheck::Any)).authors(ROOT, 0);
    let older = Refusal::SlotWentBack { parent: Age(0), block: Age(1) };
    assert_eq!(run.refusal(&author(P1, 1)), older);
}

// INCL-3: availability.

#[test]
fn one_vote_below_the_threshold_a_candidate_stays_pending() {
    let run = Run::named("astar").authors(ROOT, 0).backs(P1).passes(1);
    assert_eq!(run.state.tip().newest_pending, Some(P1));
    assert_eq!(run.state.tip().included, ROOT);
}

#[test]
fn at_the_threshold_a_candidate_is_included() {
    let run = Run::named("astar").authors(ROOT, 0).backs(P1).includes();
    assert_eq!(run.state.tip().newest_pending, None);
    assert_eq!(run.state.tip().included, P1);
}

#[test]
fn the_block_that_backs_a_candidate_does_not_count_votes_for_it() {
    let run = Run::named("astar").authors(ROOT, 0);
    assert_eq!(run.refusal(&relay_block(Bits::Enough, Some(P1))), Refusal::BitsDoNotFit);
}

// TO-2: backed in b, evicted from b + P on. In this scenario P is 4 and the window always open.

#[test]
fn a_candidate_stays_pending_until_one_block_before_its_period_is_over() {
    let run = Run::named("withholding").authors(ROOT, 0).backs(P1).passes(3);
    assert_eq!(run.state.tip().newest_pending, Some(P1));
}

#[test]
fn a_candidate_is_evicted_when_its_period_is_over() {
    let run = Run::named("withholding").authors(ROOT, 0).backs(P1).passes(4);
    assert_eq!(run.state.tip().newest_pending, None);
}

#[test]
fn a_candidate_that_becomes_available_when_its_period_is_over_is_included() {
    let run = Run::named("withholding").authors(ROOT, 0).backs(P1).passes(3).includes();
    assert_eq!(run.state.tip().included, P1);
}

// TO-1: evictions in block n only if (n + 1 - S) mod F < P. In this scenario P is 4 and F is 10,
// and the first block of a run is at 0.

/// A candidate backed in that block of a run.
fn backed_in_block(number: usize) -> Run {
    Run::named("astar").passes(number - 1).authors(ROOT, 0).backs(P1)
}

#[test]
fn in_the_last_block_of_the_open_window_a_candidate_is_evicted() {
    let run = backed_in_block(10).passes(4);
    assert_eq!((run.state.rotation, run.state.tip().newest_pending), (4, None));
}

#[test]
fn in_the_first_block_after_the_window_a_candidate_is_not_evicted() {
    let run = backed_in_block(11).passes(4);
    assert_eq!((run.state.rotation, run.state.tip().newest_pending), (5, Some(P1)));
}

#[test]
fn in_the_last_block_before_the_window_opens_a_candidate_is_not_evicted() {
    let run = backed_in_block(1).passes(9);
    assert_eq!((run.state.rotation, run.state.tip().newest_pending), (0, Some(P1)));
}

#[test]
fn in_the_block_that_opens_the_window_a_candidate_is_evicted() {
    let run = backed_in_block(1).passes(10);
    assert_eq!((run.state.rotation, run.state.tip().newest_pending), (1, None));
}

// The adversary is bound by the runtime alone, so the limits above that use it are the runtime's.

#[test]
fn an_adversary_asks_no_collator_rule() {
    let run = Run::of(adversary());
    assert_eq!(run.protocol.environment().collator, CollatorKind::Adversary);
    assert!(run.authors(ROOT, 0).passes(1).permits(&author(ROOT, 0)));
}
