//! Where each rule begins to refuse: the last that passes, and the first that does not.

use unincluded_model::action::Dispute;
use unincluded_model::scenario::{Group, Groups, RelayNumberCheck};
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, CollatorKind, Emission, Few, NewCode, Protocol, Refusal,
    RelayBlockPlan, Scenario, State, SwitchPhase,
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
        let pending = self.state.main().pending.len();
        let plan = RelayBlockPlan {
            bits: few(std::iter::repeat_n(bits, pending)),
            ..RelayBlockPlan::quiet(0)
        };
        self.does(&Action::RelayBlock(RelayBlockPlan { back: Few::from(back), ..plan }))
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

fn few<T: Copy + Default>(items: impl IntoIterator<Item = T>) -> Few<T> {
    Few::of(items).expect("there is room")
}

/// A relay block that backs one candidate while none is pending.
fn backing(candidate: BlockIndex) -> Action {
    Action::RelayBlock(RelayBlockPlan {
        back: Few::from(Some(candidate)),
        ..RelayBlockPlan::quiet(0)
    })
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
    run.protocol.can_build_upon(&run.state, BlockIndex(blocks), 0, Age::TIP)
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
    assert_eq!(run.protocol.can_build_upon(&run.state, P1, 0, Age::TIP), Err(full));
    assert!(run.permits(&author(P1, 0)));
}

// HOOK-6(1): before the first block no slot is stored, and nothing else is asked.

#[test]
fn at_genesis_even_a_capacity_of_nothing_allows_a_block() {
    let run = Run::of(astar_with_capacity(0));
    assert_eq!(run.protocol.can_build_upon(&run.state, ROOT, 0, Age::TIP), Ok(()));
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
    assert_eq!(run.state.main().tip().newest_pending, Some(P1));
    assert_eq!(run.state.main().tip().included, ROOT);
}

#[test]
fn at_the_threshold_a_candidate_is_included() {
    let run = Run::named("astar").authors(ROOT, 0).backs(P1).includes();
    assert_eq!(run.state.main().tip().newest_pending, None);
    assert_eq!(run.state.main().tip().included, P1);
}

#[test]
fn the_block_that_backs_a_candidate_does_not_count_votes_for_it() {
    let run = Run::named("astar").authors(ROOT, 0);
    let both =
        RelayBlockPlan { bits: few([Bits::Enough]), back: few([P1]), ..RelayBlockPlan::quiet(0) };
    assert_eq!(run.refusal(&Action::RelayBlock(both)), Refusal::BitsDoNotFit);
}

// TO-2: backed in b, evicted from b + P on. In this scenario P is 4 and the window always open.

#[test]
fn a_candidate_stays_pending_until_one_block_before_its_period_is_over() {
    let run = Run::named("withholding").authors(ROOT, 0).backs(P1).passes(3);
    assert_eq!(run.state.main().tip().newest_pending, Some(P1));
}

#[test]
fn a_candidate_is_evicted_when_its_period_is_over() {
    let run = Run::named("withholding").authors(ROOT, 0).backs(P1).passes(4);
    assert_eq!(run.state.main().tip().newest_pending, None);
}

#[test]
fn a_candidate_that_becomes_available_when_its_period_is_over_is_included() {
    let run = Run::named("withholding").authors(ROOT, 0).backs(P1).passes(3).includes();
    assert_eq!(run.state.main().tip().included, P1);
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
    assert_eq!((run.state.main().rotation, run.state.main().tip().newest_pending), (4, None));
}

#[test]
fn in_the_first_block_after_the_window_a_candidate_is_not_evicted() {
    let run = backed_in_block(11).passes(4);
    assert_eq!((run.state.main().rotation, run.state.main().tip().newest_pending), (5, Some(P1)));
}

#[test]
fn in_the_last_block_before_the_window_opens_a_candidate_is_not_evicted() {
    let run = backed_in_block(1).passes(9);
    assert_eq!((run.state.main().rotation, run.state.main().tip().newest_pending), (0, Some(P1)));
}

#[test]
fn in_the_block_that_opens_the_window_a_candidate_is_evicted() {
    let run = backed_in_block(1).passes(10);
    assert_eq!((run.state.main().rotation, run.state.main().tip().newest_pending), (1, None));
}

/// A built-in scenario with something else in it.
fn with(name: &str, change: impl Fn(&mut Scenario)) -> Run {
    let mut scenario = Scenario::built_in(name).expect("a built-in scenario");
    change(&mut scenario);
    Run::of(scenario.checked("limits").expect("it is legal"))
}

/// A relay block in which availability is voted, first in first.
fn voting(bits: impl IntoIterator<Item = Bits>) -> RelayBlockPlan {
    RelayBlockPlan { bits: few(bits), ..RelayBlockPlan::quiet(0) }
}

/// The block in which a session ends.
fn ending_session() -> Action {
    Action::RelayBlock(RelayBlockPlan { session_change: true, ..RelayBlockPlan::quiet(0) })
}

// ARP-2: after a session change in block s the first relay parent allowed is R_s.

#[test]
fn a_candidate_on_the_block_in_which_the_session_ended_is_backed() {
    let run = Run::named("sessions").does(&ending_session()).authors(ROOT, 0);
    assert!(run.permits(&backing(P1)));
}

#[test]
fn a_candidate_on_the_last_block_before_that_is_not_backed() {
    let run = Run::named("sessions").authors(ROOT, 0).does(&ending_session());
    assert_eq!(run.refusal(&backing(P1)), Refusal::OfLastSession(Age(1)));
}

// SESS-5: the collator's window ends where ARP-2 begins.

#[test]
fn on_a_block_of_the_session_before_nobody_builds() {
    let run = Run::named("sessions").authors(ROOT, 0).does(&ending_session());
    assert_eq!(run.refusal(&author(P1, 0)), Refusal::NotTheChosenParent(P1));
    assert!(run.permits(&author(ROOT, 0)));
}

// INCL-2: nothing is backed in block s.

#[test]
fn a_block_before_the_session_ends_a_candidate_is_backed() {
    let run = Run::named("sessions").authors(ROOT, 0).backs(P1);
    let plan = RelayBlockPlan { session_change: true, ..voting([Bits::Enough]) };
    assert!(run.permits(&Action::RelayBlock(plan)));
}

#[test]
fn in_the_block_in_which_the_session_ends_no_candidate_is_backed() {
    let plan = RelayBlockPlan { session_change: true, back: few([P1]), ..RelayBlockPlan::quiet(0) };
    let run = Run::named("sessions").authors(ROOT, 0);
    assert_eq!(run.refusal(&Action::RelayBlock(plan)), Refusal::SessionEnds);
}

// SESS-1, SESS-3: votes count in block s, what is still pending after it is gone.

fn pending_while_the_session_ends(bits: Bits) -> Run {
    let plan = RelayBlockPlan { session_change: true, ..voting([bits]) };
    Run::named("sessions").authors(ROOT, 0).backs(P1).does(&Action::RelayBlock(plan))
}

#[test]
fn a_candidate_available_in_the_block_in_which_the_session_ends_is_included() {
    assert_eq!(pending_while_the_session_ends(Bits::Enough).state.main().tip().included, P1);
}

#[test]
fn a_candidate_one_vote_short_in_the_block_in_which_the_session_ends_is_dropped() {
    let run = pending_while_the_session_ends(Bits::OneShort);
    assert_eq!(run.state.main().tip().included, ROOT);
    assert!(run.state.main().pending.is_empty());
}

// SESS-2, FLT-13: the other window, L 2, is in force from the end of the session, and not before.

/// A session that ends with a change of the configuration, and a block on its last relay block; so
/// many relay blocks later.
fn in_a_reconfigured_session(relay_blocks: usize) -> Run {
    let plan =
        RelayBlockPlan { session_change: true, reconfigured: true, ..RelayBlockPlan::quiet(0) };
    let run = Run::named("reconfiguration").does(&Action::RelayBlock(plan));
    run.authors(ROOT, 0).passes(relay_blocks)
}

#[test]
fn at_the_end_of_a_shorter_window_a_candidate_is_backed() {
    assert!(in_a_reconfigured_session(1).permits(&backing(P1)));
}

#[test]
fn one_relay_block_after_a_shorter_window_a_candidate_is_refused() {
    let refusal = Refusal::RelayParentNotAllowed { age: Age(2), lookahead: 2 };
    assert_eq!(in_a_reconfigured_session(2).refusal(&backing(P1)), refusal);
}

#[test]
fn before_the_session_ends_the_longer_window_is_in_force() {
    let run = Run::named("reconfiguration").authors(ROOT, 0).passes(2);
    assert!(run.permits(&backing(P1)));
}

#[test]
fn a_collator_looks_as_far_back_as_the_window_of_its_relay_parents_session() {
    let run = in_a_reconfigured_session(1);
    assert!(run.permits(&author(P1, 0)));
    let run = in_a_reconfigured_session(2);
    assert_eq!(run.refusal(&author(P1, 0)), Refusal::NotTheChosenParent(P1));
}

#[test]
fn the_configuration_changes_only_where_a_session_ends() {
    let plan = RelayBlockPlan { reconfigured: true, ..RelayBlockPlan::quiet(0) };
    let refusal = Refusal::NotThisFault("changes of the configuration (FLT-13)");
    assert_eq!(Run::named("reconfiguration").refusal(&Action::RelayBlock(plan)), refusal);
    let plan = RelayBlockPlan { session_change: true, ..plan };
    assert_eq!(Run::named("sessions").refusal(&Action::RelayBlock(plan)), refusal);
}

// HOOK-9: as many relay blocks after the relay parent as the offset asks.

fn adversary_with_an_offset(offset: u8) -> Run {
    with("adversary", |scenario| scenario.parameters.relay_parent_offset = offset)
}

#[test]
fn a_relay_parent_with_as_many_descendants_as_the_offset_is_taken() {
    assert!(adversary_with_an_offset(1).permits(&author(ROOT, 1)));
    assert!(adversary_with_an_offset(2).permits(&author(ROOT, 2)));
}

#[test]
fn a_relay_parent_with_one_descendant_fewer_than_the_offset_is_refused() {
    let few = |found, offset| Refusal::TooFewDescendants { found, offset };
    assert_eq!(adversary_with_an_offset(1).refusal(&author(ROOT, 0)), few(0, 1));
    assert_eq!(adversary_with_an_offset(2).refusal(&author(ROOT, 1)), few(1, 2));
}

// SLOTB-2: none of the blocks between the relay parent and the best one, the best included, ends a
// session; the relay parent itself may.

#[test]
fn as_many_blocks_as_the_offset_after_the_session_ended_a_collator_builds_on_that_block() {
    assert!(Run::named("offset").does(&ending_session()).passes(1).permits(&author(ROOT, 1)));
    assert!(Run::named("offset-two").does(&ending_session()).passes(2).permits(&author(ROOT, 2)));
}

#[test]
fn one_block_fewer_than_the_offset_after_the_session_ended_no_collator_builds() {
    assert!(!Run::named("offset").does(&ending_session()).permits(&author(ROOT, 1)));
    assert!(!Run::named("offset-two").does(&ending_session()).permits(&author(ROOT, 2)));
    assert!(!Run::named("offset-two").does(&ending_session()).passes(1).permits(&author(ROOT, 2)));
}

#[test]
fn in_the_block_before_the_session_ends_a_collator_builds() {
    assert!(Run::named("offset").permits(&author(ROOT, 1)));
}

#[test]
fn with_an_offset_a_collator_builds_on_no_newer_relay_block() {
    assert_eq!(Run::named("offset").refusal(&author(ROOT, 0)), Refusal::NotTheBest(Age(0)));
}

// SLOTB-3: a block for each core that the para holds, in their order.

/// Two cores; P and F are 2, so that the window for timeouts is always open.
fn two_cores() -> Run {
    with("elastic", |scenario| {
        scenario.parameters.cores = 2;
        scenario.parameters.paras_availability_period = 2;
        scenario.parameters.group_rotation_frequency = 2;
    })
}

fn for_core(parent: BlockIndex, core: u8) -> Action {
    Action::Author(Author { core, ..Author::honest(parent, Age(0)) })
}

#[test]
fn the_last_core_of_a_para_gets_a_block_on_the_same_relay_parent() {
    let run = two_cores().authors(ROOT, 0);
    assert!(run.permits(&for_core(P1, 1)));
    assert!(!run.permits(&for_core(P1, 0)));
}

#[test]
fn past_the_last_core_no_block_is_built_on_the_same_relay_parent() {
    let run = two_cores().authors(ROOT, 0).does(&for_core(P1, 1));
    assert!(matches!(run.refusal(&for_core(P2, 1)), Refusal::RelayParentUsed { built: 2, .. }));
}

#[test]
fn on_another_relay_parent_the_first_core_comes_first_again() {
    let run = two_cores().authors(ROOT, 0).passes(1);
    assert!(run.permits(&for_core(P1, 0)));
    assert!(!run.permits(&for_core(P1, 1)));
}

// INCL-1: a core holds one candidate; INCL-4: the longest available prefix is enacted.

/// P1 and P2 of one relay parent, each pending on its core.
fn two_pending() -> Run {
    let plan = RelayBlockPlan { back: few([P1, P2]), ..RelayBlockPlan::quiet(0) };
    let run = two_cores().authors(ROOT, 0).does(&for_core(P1, 1));
    run.does(&Action::RelayBlock(plan))
}

fn included_after(bits: [Bits; 2]) -> (BlockIndex, usize) {
    let run = two_pending().does(&Action::RelayBlock(voting(bits)));
    (run.state.main().tip().included, run.state.main().pending.len())
}

#[test]
fn all_that_are_available_from_the_first_on_are_enacted() {
    assert_eq!(included_after([Bits::Enough, Bits::Enough]), (P2, 0));
    assert_eq!(included_after([Bits::Enough, Bits::OneShort]), (P1, 1));
}

#[test]
fn an_available_candidate_behind_one_that_is_not_stays_and_keeps_its_votes() {
    assert_eq!(included_after([Bits::OneShort, Bits::Enough]), (ROOT, 2));
    let run = two_pending().does(&Action::RelayBlock(voting([Bits::OneShort, Bits::Enough])));
    let forgotten = Action::RelayBlock(voting([Bits::Enough, Bits::OneShort]));
    assert_eq!(run.refusal(&forgotten), Refusal::BitsDoNotFit);
    let run = run.does(&Action::RelayBlock(voting([Bits::Enough, Bits::Enough])));
    assert_eq!(run.state.main().tip().included, P2);
}

#[test]
fn candidates_of_one_core_are_not_backed_together() {
    let run = two_cores().authors(ROOT, 0).passes(1).does(&for_core(P1, 0));
    let plan = RelayBlockPlan { back: few([P1, P2]), ..RelayBlockPlan::quiet(0) };
    assert_eq!(run.refusal(&Action::RelayBlock(plan)), Refusal::CoreOccupied);
}

#[test]
fn a_candidate_is_not_backed_before_the_one_it_builds_on() {
    let run = two_cores().authors(ROOT, 0).does(&for_core(P1, 1));
    let plan = RelayBlockPlan { back: few([P2, P1]), ..RelayBlockPlan::quiet(0) };
    let other_head = Refusal::NotOnNewestHead { parent: P1, head: ROOT };
    assert_eq!(run.refusal(&Action::RelayBlock(plan)), other_head);
}

// INCL-13: the first that timed out takes those behind it along. P is 2 in this scenario.

/// P1 backed two blocks before the next, and P2 behind it one block before.
fn one_due_before_the_other() -> Run {
    let run = two_cores().authors(ROOT, 0).does(&for_core(P1, 1)).backs(P1);
    let plan = RelayBlockPlan { back: few([P2]), ..voting([Bits::OneShort]) };
    run.does(&Action::RelayBlock(plan))
}

#[test]
fn a_candidate_in_time_behind_one_that_timed_out_goes_with_it() {
    let run = one_due_before_the_other().passes(1);
    assert_eq!(run.state.main().pending.len(), 0);
}

#[test]
fn a_candidate_in_time_behind_one_that_is_enacted_stays() {
    let run = one_due_before_the_other();
    let run = run.does(&Action::RelayBlock(voting([Bits::Enough, Bits::OneShort])));
    assert_eq!(run.state.main().tip().newest_pending, Some(P2));
}

// SCHED-3: the group of the block after the relay parent. F is 2; a run begins in the last block of
// the rotation of the last group, so that the next two relay parents are the first group's.

fn backed_on_relay_parent(number: usize, later: usize) -> Result<(), Refusal> {
    let run = with("astar", |scenario| {
        scenario.parameters.paras_availability_period = 2;
        scenario.parameters.group_rotation_frequency = 2;
        let groups = few([Group::Online, Group::Offline]);
        scenario.environment.groups = Groups(groups);
    });
    let run = run.passes(number).authors(ROOT, 0).passes(later);
    run.protocol.apply(&run.state, &backing(P1)).map(|_| ())
}

#[test]
fn on_the_first_and_the_last_relay_parent_of_a_group_that_is_online_candidates_are_backed() {
    assert_eq!(backed_on_relay_parent(1, 0), Ok(()));
    assert_eq!(backed_on_relay_parent(2, 0), Ok(()));
}

#[test]
fn one_relay_parent_before_and_one_after_no_candidate_is_backed() {
    assert_eq!(backed_on_relay_parent(0, 0), Err(Refusal::GroupDoesNotVouch));
    assert_eq!(backed_on_relay_parent(3, 0), Err(Refusal::GroupDoesNotVouch));
}

#[test]
fn the_rotation_in_which_a_candidate_is_backed_does_not_matter() {
    assert_eq!(backed_on_relay_parent(2, 2), Ok(()));
    assert_eq!(backed_on_relay_parent(0, 2), Err(Refusal::GroupDoesNotVouch));
}

// DISP-1: N - (N-1)/3 votes against a pending candidate.

/// So many honest validators, and P1 an invalid block.
fn invalid_block(validators: u16) -> Run {
    invalid_block_in("disputes", validators)
}

fn invalid_block_in(scenario: &str, validators: u16) -> Run {
    let run = with(scenario, |scenario| {
        scenario.environment.fork_depth = 2;
        scenario.parameters.validators = validators;
        scenario.environment.lying = 0;
        scenario.environment.unavailability = true;
        scenario.environment.idle = true;
        scenario.environment.loss = true;
    });
    run.does(&Action::Author(Author { invalid: true, ..Author::honest(ROOT, Age(0)) }))
}

fn disputing(against: u8, plan: RelayBlockPlan) -> Action {
    let dispute = Some(Dispute { block: P1, against });
    Action::RelayBlock(RelayBlockPlan { dispute, ..plan })
}

fn pending_after(validators: u16, against: u8) -> usize {
    let run = invalid_block(validators).backs(P1);
    let run = run.does(&disputing(against, voting([Bits::OneShort])));
    run.state.main().pending.len()
}

#[test]
fn one_vote_below_the_supermajority_a_disputed_candidate_stays_pending() {
    assert_eq!(pending_after(4, 2), 1);
    assert_eq!(pending_after(6, 4), 1);
    assert_eq!(pending_after(3, 2), 1);
}

#[test]
fn at_the_supermajority_a_disputed_candidate_is_dropped() {
    assert_eq!(pending_after(4, 3), 0);
    assert_eq!(pending_after(6, 5), 0);
    assert_eq!(pending_after(3, 3), 0);
}

#[test]
fn a_candidate_that_loses_its_dispute_is_not_backed_again_in_that_block() {
    let run = invalid_block(4).backs(P1);
    let plan = RelayBlockPlan { back: few([P1]), ..voting([Bits::OneShort]) };
    assert_eq!(run.refusal(&disputing(3, plan)), Refusal::ConcludedInvalid);
}

/// P1 lost its dispute in R2; with a window of three relay blocks R3 can back it again.
fn condemned_and_backed_again() -> Run {
    let run = invalid_block_in("disputes-again", 4).backs(P1);
    let run = run.does(&disputing(3, voting([Bits::OneShort])));
    assert!(run.state.main().pending.is_empty());
    run.backs(P1)
}

#[test]
fn in_the_next_block_a_candidate_that_lost_its_dispute_is_backed_again() {
    assert_eq!(condemned_and_backed_again().state.main().pending[0].block, P1);
}

#[test]
fn a_vote_more_against_a_candidate_that_lost_its_dispute_drops_it_again() {
    let run = invalid_block_in("disputes-again", 6).backs(P1);
    let run = run.does(&disputing(5, voting([Bits::OneShort]))).backs(P1);
    let run = run.does(&disputing(1, voting([Bits::OneShort])));
    assert!(run.state.main().pending.is_empty());
}

#[test]
fn including_a_candidate_that_lost_its_dispute_freezes_its_fork_at_once() {
    let run = condemned_and_backed_again().does(&Action::Fork);
    let run = run.does(&Action::RelayBlock(voting([Bits::Enough])));
    assert_eq!(run.state.branches.len(), 1);
    assert_eq!(run.state.main().tip().included, ROOT);
}

#[test]
fn votes_that_exceed_a_third_before_the_inclusion_freeze_nothing_later() {
    let run = invalid_block_in("disputes-again", 7).backs(P1);
    let run = run.does(&disputing(4, voting([Bits::OneShort]))).does(&Action::Fork);
    let run = run.does(&Action::RelayBlock(voting([Bits::Enough])));
    assert_eq!(run.state.main().tip().included, P1);
    let run = run.does(&disputing(3, RelayBlockPlan::quiet(0)));
    assert_eq!(run.state.branches.len(), 2);
}

// DISP-2: (N-1)/3 + 1 votes against an included candidate.

/// Relay branches left after so many votes against a candidate that one of two includes.
fn branches_after(validators: u16, against: u8) -> usize {
    let run = invalid_block(validators).backs(P1).does(&Action::Fork);
    let run = run.does(&Action::RelayBlock(voting([Bits::Enough])));
    assert_eq!(run.state.main().tip().included, P1);
    run.does(&disputing(against, RelayBlockPlan::quiet(0))).state.branches.len()
}

#[test]
fn with_as_many_votes_as_may_be_faulty_against_an_included_candidate_its_fork_lives() {
    assert_eq!(branches_after(4, 1), 2);
    assert_eq!(branches_after(6, 1), 2);
    assert_eq!(branches_after(7, 2), 2);
}

#[test]
fn with_one_vote_more_against_an_included_candidate_its_fork_is_left() {
    assert_eq!(branches_after(3, 1), 1);
    assert_eq!(branches_after(4, 2), 1);
    assert_eq!(branches_after(6, 2), 1);
    assert_eq!(branches_after(7, 3), 1);
}

// INCL-3 where votes are counted.

fn included_with(validators: u16, votes: &[u8]) -> BlockIndex {
    let run = with("votes", |scenario| {
        scenario.parameters.validators = validators;
        scenario.environment.silent = 0;
        scenario.environment.lying = 0;
    });
    let mut run = run.authors(ROOT, 0).backs(P1);
    for &new in votes {
        run = run.does(&Action::RelayBlock(voting([Bits::Count(new)])));
    }
    run.state.main().tip().included
}

#[test]
fn one_counted_vote_below_the_threshold_a_candidate_is_not_included() {
    assert_eq!(included_with(4, &[2]), ROOT);
    assert_eq!(included_with(6, &[4]), ROOT);
}

#[test]
fn at_the_threshold_of_counted_votes_a_candidate_is_included() {
    assert_eq!(included_with(4, &[3]), P1);
    assert_eq!(included_with(6, &[5]), P1);
}

#[test]
fn a_bit_that_was_recorded_counts_in_later_blocks() {
    assert_eq!(included_with(6, &[4, 0]), ROOT);
    let run = with("votes", |scenario| {
        scenario.parameters.paras_availability_period = 4;
        scenario.environment.silent = 0;
        scenario.environment.lying = 0;
    });
    let run = run.authors(ROOT, 0).backs(P1);
    let run = run.does(&Action::RelayBlock(voting([Bits::Count(4)])));
    let run = run.does(&Action::RelayBlock(voting([Bits::Count(1)])));
    assert_eq!(run.state.main().tip().included, P1);
}

// The adversary is bound by the runtime alone, so the limits above that use it are the runtime's.

#[test]
fn an_adversary_asks_no_collator_rule() {
    let run = Run::of(adversary());
    assert_eq!(run.protocol.environment().collator, CollatorKind::Adversary);
    assert!(run.authors(ROOT, 0).passes(1).permits(&author(ROOT, 0)));
}

// econ:UPG, INFL-9: the calendar of `astar-switch`: voting for 4 blocks, eras of 2, a cycle of 10.

/// The switch's scenario, where owners may leave their slots empty.
fn idle_switch() -> Run {
    let mut scenario = Scenario::built_in("astar-switch").expect("a built-in scenario");
    scenario.environment.idle = true;
    Run::of(scenario)
}

/// A chain of the switch's scenario up to block `until`, each block included before the next. Block
/// `brings` brings the new code; none does if it is 0.
fn chain_with_new_code_in(brings: usize, until: usize) -> Vec<Emission> {
    let mut run = idle_switch();
    let mut emissions = vec![run.state.block(ROOT).emission];
    for number in 1..=until {
        let parent = BlockIndex(number as u8 - 1);
        let plain = Author::honest(parent, Age(0));
        let with_code = Author { new_code: NewCode::Next, ..plain };
        let own = if number == brings { with_code } else { plain };
        run = run.does(&Action::Author(own)).backs(BlockIndex(number as u8)).includes();
        emissions.push(run.state.blocks[number].emission);
    }
    emissions
}

fn phases(emissions: &[Emission]) -> Vec<SwitchPhase> {
    emissions.iter().map(|emission| emission.phase).collect()
}

#[test]
fn the_block_that_acts_on_the_go_ahead_is_the_last_of_12_s_and_the_next_is_of_6_s() {
    use SwitchPhase::{After, Before, LastOld};
    let emissions = chain_with_new_code_in(1, 4);
    assert_eq!(phases(&emissions), [Before, Before, Before, LastOld, After]);
    let rates: Vec<u8> = emissions.iter().map(|emission| emission.rate).collect();
    assert_eq!(rates, [0, 0, 0, 0, 1]);
}

#[test]
fn new_code_comes_before_the_switch_and_not_after_it() {
    let run = |blocks: u8| {
        (1..=blocks).fold(idle_switch(), |run, number| {
            let plain = Author::honest(BlockIndex(number - 1), Age(0));
            let new_code = if number == 1 { NewCode::Next } else { NewCode::None };
            let own = Author { new_code, ..plain };
            run.does(&Action::Author(own)).backs(BlockIndex(number)).includes()
        })
    };
    let again = |parent: u8| {
        let plain = Author::honest(BlockIndex(parent), Age(0));
        Action::Author(Author { new_code: NewCode::Next, ..plain })
    };
    // Block 3 can bring more code, which nobody backs; it acts on the go-ahead, and the next cannot.
    assert!(run(2).permits(&again(2)));
    assert_eq!(run(3).refusal(&again(3)), Refusal::NotInThisScenario("such new code"));
}

#[test]
fn a_recalculation_comes_with_the_tenth_block_and_not_with_the_ninth() {
    let emissions = chain_with_new_code_in(0, 11);
    let cycle: Vec<u8> = emissions.iter().map(|emission| emission.cycle.old_blocks).collect();
    assert_eq!(cycle, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    let recalculation: Vec<u8> =
        emissions.iter().map(|emission| emission.recalculation_in).collect();
    assert_eq!(recalculation, [5, 4, 4, 4, 4, 3, 3, 2, 2, 1, 5, 4]);
}

#[test]
fn an_era_ends_two_blocks_later_for_each_old_block_that_was_left() {
    // The last old block is 3; voting was to end with block 5, two blocks later: now four.
    let emissions = chain_with_new_code_in(1, 9);
    let next_era_in: Vec<u8> = emissions.iter().map(|emission| emission.next_era_in).collect();
    assert_eq!(next_era_in, [1, 4, 3, 2, 3, 2, 1, 4, 3, 2]);
}
