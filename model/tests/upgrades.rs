//! Where each rule of a code upgrade begins to refuse or to act: the last that does not, and the first
//! that does.

use unincluded_model::scenario::{Prechecks, Upgrades};
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Code, Few, NewCode, Precheck, Protocol, Refusal,
    RelayBlockPlan, Rule, Scenario, Signal, State, Variant,
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
    /// Anybody on any of three relay parents; C 4, L 3; the go-ahead so many relay blocks after
    /// inclusion, the next upgrade so many.
    fn with(delay: u8, cooldown: u8) -> Run {
        let mut scenario = Scenario::built_in("upgrade-adversary").expect("a built-in scenario");
        scenario.parameters.unincluded_segment_capacity = 4;
        scenario.parameters.upgrade_delay = delay;
        scenario.parameters.minimum_upgrade_delay = 0;
        scenario.parameters.upgrade_cooldown = cooldown;
        scenario.environment.adversary_blocks = 0;
        scenario.environment.upgrades = Upgrades::AnyCode;
        Run::of(Protocol::new(scenario))
    }

    /// The same where validators vote, and the go-ahead comes so long after the vote at least.
    fn voting(delay: u8, minimum: u8) -> Run {
        let mut scenario = Run::with(delay, 0).protocol.scenario().clone();
        scenario.parameters.minimum_upgrade_delay = minimum;
        scenario.environment.prechecks = Prechecks::Divided;
        Run::of(Protocol::new(scenario))
    }

    fn of(protocol: Protocol) -> Run {
        Run { state: protocol.initial(), protocol }
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

    /// The first block, with new code, is built, backed and included; the tip includes it.
    fn upgrades(self) -> Run {
        self.does(&bringing(ROOT, 0, NewCode::Next)).backs(P1).includes()
    }

    fn grows(self, bits: Bits, back: Option<BlockIndex>, precheck: Option<Precheck>) -> Run {
        let pending = self.state.main().pending.len();
        let bits = Few::of(std::iter::repeat_n(bits, pending)).expect("there is room");
        let back = Few::from(back);
        let plan = RelayBlockPlan { bits, back, precheck, ..RelayBlockPlan::quiet(0) };
        self.does(&Action::RelayBlock(plan))
    }

    fn backs(self, candidate: BlockIndex) -> Run {
        self.grows(Bits::Enough, Some(candidate), None)
    }

    fn includes(self) -> Run {
        self.grows(Bits::Enough, None, None)
    }

    fn waits(self, relay_blocks: u8) -> Run {
        (0..relay_blocks).fold(self, |run, _| run.grows(Bits::OneShort, None, None))
    }

    fn votes(self, precheck: Precheck) -> Run {
        self.grows(Bits::OneShort, None, Some(precheck))
    }

    fn signal(&self) -> Option<Signal> {
        self.state.main().tip().signal()
    }

    fn current(&self) -> Code {
        self.state.main().code.current
    }

    fn refusal(&self, action: &Action) -> Refusal {
        self.protocol.apply(&self.state, action).expect_err("it is refused")
    }

    fn permits(&self, action: &Action) -> bool {
        self.protocol.apply(&self.state, action).is_ok()
    }
}

fn author(parent: BlockIndex, relay_parent: u8) -> Action {
    Action::Author(Author::honest(parent, Age(relay_parent)))
}

fn bringing(parent: BlockIndex, relay_parent: u8, new_code: NewCode) -> Action {
    Action::Author(Author { new_code, ..Author::honest(parent, Age(relay_parent)) })
}

/// A relay block that includes what is pending, if anything, and backs a candidate.
fn backing(run: &Run, bits: Bits, candidate: BlockIndex) -> Action {
    let pending = run.state.main().pending.len();
    let bits = Few::of(std::iter::repeat_n(bits, pending)).expect("there is room");
    Action::RelayBlock(RelayBlockPlan {
        bits,
        back: Few::from(Some(candidate)),
        ..RelayBlockPlan::quiet(0)
    })
}

// UPG-11: the go-ahead appears with the block that is the delay after inclusion.

#[test]
fn one_relay_block_before_the_delay_is_over_nothing_is_shown() {
    assert_eq!(Run::with(3, 0).upgrades().waits(2).signal(), None);
}

#[test]
fn with_the_last_relay_block_of_the_delay_the_go_ahead_is_shown() {
    assert_eq!(Run::with(3, 0).upgrades().waits(3).signal(), Some(Signal::GoAhead));
}

#[test]
fn after_a_late_vote_the_minimum_delay_counts_from_its_end() {
    let run = Run::voting(2, 2).upgrades().waits(3).votes(Precheck::Accepted).waits(1);
    assert_eq!(run.signal(), None);
    assert_eq!(run.waits(1).signal(), Some(Signal::GoAhead));
}

#[test]
fn after_an_early_vote_the_delay_counts_from_inclusion() {
    let run = Run::voting(4, 2).upgrades().votes(Precheck::Accepted).waits(2);
    assert_eq!(run.signal(), None);
    assert_eq!(run.waits(1).signal(), Some(Signal::GoAhead));
}

#[test]
fn without_a_vote_nothing_is_ever_shown() {
    assert_eq!(Run::voting(1, 0).upgrades().waits(9).signal(), None);
}

#[test]
fn a_vote_ends_no_sooner_than_in_the_block_after_inclusion() {
    let run = Run::voting(1, 0).does(&bringing(ROOT, 0, NewCode::Next)).backs(P1);
    let vote = Action::RelayBlock(RelayBlockPlan {
        bits: Few::from(Some(Bits::Enough)),
        precheck: Some(Precheck::Accepted),
        ..RelayBlockPlan::quiet(0)
    });
    assert!(!run.permits(&vote));
    run.includes().votes(Precheck::Accepted);
}

// UPG-12: a relay parent as new as the one that first shows the go-ahead.

#[test]
fn a_block_on_the_relay_parent_before_the_go_ahead_leaves_the_code() {
    // P1 is included with the tip, the next relay block shows the go-ahead.
    let run = Run::with(2, 0).upgrades().waits(1).authors(P1, 0).backs(P2);
    assert_eq!(run.signal(), Some(Signal::GoAhead));
    let run = run.includes();
    assert_eq!(run.state.main().tip().included, P2);
    assert_eq!((run.current(), run.signal()), (Code(0), Some(Signal::GoAhead)));
}

#[test]
fn a_block_on_the_relay_parent_that_first_shows_the_go_ahead_changes_the_code() {
    let run = Run::with(2, 0).upgrades().waits(2).authors(P1, 0).backs(P2).includes();
    assert_eq!((run.current(), run.signal()), (Code(1), None));
    assert_eq!(run.state.block(P2).code.current, Code(1));
}

#[test]
fn an_old_view_of_a_go_ahead_is_not_due_for_the_next_upgrade() {
    // P2 completes the first upgrade; P3 brings the next code, on a relay parent that still shows
    // the go-ahead of the first. Its own inclusion completes nothing.
    let run = Run::with(2, 0).upgrades().waits(2).authors(P1, 0).backs(P2);
    let run = run.does(&bringing(P2, 0, NewCode::Next)).backs(P3).includes();
    assert_eq!(run.current(), Code(1));
    assert_eq!(run.state.main().code.upgrade.map(|upgrade| upgrade.code), Some(Code(2)));
}

// UPG-15, UPG-1: the cooldown, as the para sees it.

#[test]
fn one_relay_block_before_the_cooldown_is_over_no_block_begins_an_upgrade() {
    let run = Run::with(1, 4).upgrades().waits(1).authors(P1, 0).waits(2);
    assert!(run.state.main().tip().is_restricted);
    assert_eq!(run.refusal(&bringing(P2, 0, NewCode::Next)), Refusal::UpgradeRestricted);
}

#[test]
fn with_the_last_relay_block_of_the_cooldown_a_block_begins_an_upgrade() {
    let run = Run::with(1, 4).upgrades().waits(1).authors(P1, 0).waits(3);
    assert!(!run.state.main().tip().is_restricted);
    run.authors(P1, 0).does(&bringing(P3, 0, NewCode::Next));
}

#[test]
fn without_a_cooldown_no_relay_block_shows_a_restriction() {
    assert!(!Run::with(1, 0).upgrades().state.main().tip().is_restricted);
}

#[test]
fn a_block_begins_no_upgrade_while_code_is_pending() {
    let run = Run::with(2, 0).does(&bringing(ROOT, 0, NewCode::Next));
    assert_eq!(run.refusal(&bringing(P1, 0, NewCode::Next)), Refusal::OverlappingUpgrades);
    assert!(run.permits(&author(P1, 0)));
}

// UPG-3, UPG-4: one block acts on the go-ahead.

#[test]
fn a_child_of_the_block_that_acted_on_the_go_ahead_does_not_act_again() {
    let run = Run::with(1, 0).upgrades().waits(1).authors(P1, 0).authors(P2, 0);
    assert_eq!(run.state.block(P3).segment.signals, 0b10);
    assert_eq!(run.state.block(P3).code.current, Code(1));
}

#[test]
fn a_go_ahead_without_pending_code_panics() {
    let run = Run::with(1, 0).upgrades().waits(1);
    assert_eq!(run.refusal(&author(ROOT, 0)), Refusal::GoAheadWithoutCode);
    assert!(run.permits(&author(ROOT, 1)), "the relay block before shows no go-ahead");
}

#[test]
fn a_second_go_ahead_for_one_pending_code_panics_if_the_first_is_not_remembered() {
    let protocol = Run::with(1, 0).protocol.without([Rule::Upg3]);
    let run = Run::of(protocol).upgrades().waits(1).authors(P1, 0);
    assert_eq!(run.refusal(&author(P2, 0)), Refusal::GoAheadWithoutCode);
}

// INCL-9, UPG-6: the code when the candidate is backed.

#[test]
fn a_block_under_new_code_is_backed_in_the_block_that_includes_the_one_before() {
    let run = Run::with(1, 0).upgrades().waits(1).authors(P1, 0).authors(P2, 0).backs(P2);
    let late = Refusal::OtherCode { current: Code(0), code: Code(1) };
    assert_eq!(run.protocol.code_of(&run.state, run.state.block(P3)), Code(1));
    // One vote short the core is taken as well; on two cores INCL-9 alone refuses.
    assert!(run.permits(&backing(&run, Bits::Enough, P3)));
    let mut scenario = run.protocol.scenario().clone();
    scenario.parameters.cores = 2;
    let on = |core, parent| Action::Author(Author { core, ..Author::honest(parent, Age::TIP) });
    let run = Run::of(Protocol::new(scenario)).upgrades().waits(1);
    let run = run.does(&on(0, P1)).does(&on(1, P2)).backs(P2);
    assert_eq!(run.refusal(&backing(&run, Bits::OneShort, P3)), late);
    assert!(run.permits(&backing(&run, Bits::Enough, P3)));
}

// UPG-14: new code while an upgrade is under way.

#[test]
fn a_block_that_acts_on_a_go_ahead_and_brings_new_code_is_never_backed() {
    let run = Run::with(1, 0).upgrades().waits(1).does(&bringing(P1, 0, NewCode::Next));
    let action = backing(&run, Bits::Enough, P2);
    assert_eq!(run.refusal(&action), Refusal::PrematureUpgrade);
    // Its child could bring the code.
    let run = Run::with(1, 0).upgrades().waits(1).authors(P1, 0).backs(P2);
    let run = run.does(&bringing(P2, 0, NewCode::Next)).backs(P3);
    assert_eq!(run.state.main().tip().newest_pending, Some(P3));
}

// UPG-10: the same code.

#[test]
fn the_same_code_is_pending_for_ever_and_the_relay_chain_says_nothing() {
    let run = Run::with(1, 1).does(&bringing(ROOT, 0, NewCode::Same)).backs(P1).includes();
    assert_eq!(run.state.main().code.upgrade, None);
    assert!(!run.state.main().tip().is_restricted);
    let run = run.waits(6).authors(P1, 0);
    assert_eq!(run.signal(), None);
    assert_eq!(run.refusal(&bringing(P2, 0, NewCode::Next)), Refusal::OverlappingUpgrades);
}

#[test]
fn another_code_begins_an_upgrade() {
    assert!(Run::with(1, 1).upgrades().state.main().code.upgrade.is_some());
}

// UPG-5, UPG-13: aborts.

#[test]
fn a_block_that_acts_on_an_abort_has_no_code_pending() {
    let run = Run::voting(1, 0).upgrades().votes(Precheck::Rejected).authors(P1, 0);
    assert_eq!(run.state.block(P2).code.pending, None);
    assert_eq!(run.state.block(P2).code.current, Code(0));
    let run = run.backs(P2).includes();
    assert_eq!(run.signal(), None);
}

/// P2 is pending when the vote on P1's code ends, so it has not seen the abort.
fn rejected_beside_a_pending_block() -> Run {
    let run = Run::voting(1, 0).upgrades().authors(P1, 0).backs(P2);
    run.votes(Precheck::Rejected)
}

#[test]
fn the_inclusion_of_a_block_that_has_not_seen_the_abort_clears_it() {
    let run = rejected_beside_a_pending_block();
    assert_eq!(run.signal(), Some(Signal::Abort));
    let run = run.includes().authors(P2, 0);
    assert_eq!(run.signal(), None);
    assert!(run.state.block(P3).code.pending.is_some(), "the abort is lost");
}

#[test]
fn a_child_of_the_block_that_acted_on_a_cleared_abort_panics_until_that_block_is_in() {
    let run = rejected_beside_a_pending_block().authors(P2, 0);
    assert_eq!(run.state.block(P3).code.pending, None);
    let run = run.backs(P3);
    assert_eq!(run.signal(), None, "P2 is included in the block that backs P3");
    assert_eq!(run.refusal(&author(P3, 0)), Refusal::SignalWithdrawn);
    assert!(run.permits(&author(P3, 1)), "the relay block before shows the abort");
    assert!(run.includes().permits(&author(P3, 0)), "P3 is included, so its signal is dropped");
}

#[test]
fn if_only_its_reader_cleared_an_abort_neither_would_happen() {
    let start = rejected_beside_a_pending_block();
    let protocol = start.protocol.with_variants([Variant::ClearedByItsReader]);
    let run = Run { protocol, state: start.state }.authors(P2, 0).backs(P3);
    assert_eq!(run.signal(), Some(Signal::Abort));
    assert!(run.permits(&author(P3, 0)));
    assert_eq!(run.includes().signal(), None);
}

#[test]
fn an_upgrade_on_a_branch_that_is_given_up_leaves_no_trace() {
    let mut scenario = Run::with(1, 4).protocol.scenario().clone();
    scenario.environment.fork_depth = 2;
    let run = Run::of(Protocol::new(scenario));
    let run = run.does(&bringing(ROOT, 0, NewCode::Next)).backs(P1).does(&Action::Fork);
    let run = run.includes();
    assert!(run.state.main().code.upgrade.is_some() && run.state.main().tip().is_restricted);
    let quiet =
        RelayBlockPlan { bits: Few::from(Some(Bits::OneShort)), ..RelayBlockPlan::quiet(1) };
    let run = run.does(&Action::RelayBlock(quiet)).does(&Action::Settle { branch: 1 });
    assert_eq!(run.state.main().code, unincluded_model::state::RelayCode::default());
    assert!(!run.state.main().tip().is_restricted);
}
