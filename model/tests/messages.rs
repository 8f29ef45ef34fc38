//! Where the rules of messages begin to refuse: the last that passes, and the first that does not.

use unincluded_model::action::Traffic;
use unincluded_model::refusal::Limit;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, ParaBlock, Protocol, Refusal, RelayBlockPlan, Rule,
    Scenario, State,
};

const ROOT: BlockIndex = BlockIndex(0);
const P1: BlockIndex = BlockIndex(1);
const P2: BlockIndex = BlockIndex(2);
const P3: BlockIndex = BlockIndex(3);

const IN: Traffic = Traffic { served: 0, taken: 0, inbound: true, downward: false };
const DOWN: Traffic = Traffic { served: 0, taken: 0, inbound: false, downward: true };
const NONE: Traffic = Traffic { served: 0, taken: 0, inbound: false, downward: false };

/// A run that forgets nothing, so that the n-th authored block stands at place n.
struct Run {
    protocol: Protocol,
    state: State,
}

impl Run {
    fn named(name: &str) -> Run {
        Run::without(name, &[])
    }

    fn without(name: &str, off: &[Rule]) -> Run {
        let scenario = Scenario::built_in(name).expect("a built-in scenario");
        let protocol = Protocol::new(scenario).without(off.iter().copied());
        Run { state: protocol.initial(), protocol }
    }

    fn does(mut self, action: &Action) -> Run {
        self.state = match self.protocol.apply(&self.state, action) {
            Ok(next) => next,
            Err(refusal) => panic!("{action:?}: {refusal}"),
        };
        self
    }

    fn authors(self, author: Author) -> Run {
        self.does(&Action::Author(author))
    }

    /// A relay block that includes what is pending.
    fn includes(self, back: Option<BlockIndex>, traffic: Traffic) -> Run {
        let plan = self.plan(Bits::Enough, back, traffic);
        self.does(&plan)
    }

    /// A relay block in which what is pending stays so.
    fn grows(self, back: Option<BlockIndex>, traffic: Traffic) -> Run {
        let plan = self.plan(Bits::OneShort, back, traffic);
        self.does(&plan)
    }

    fn plan(&self, bits: Bits, back: Option<BlockIndex>, traffic: Traffic) -> Action {
        let bits = Few::of(self.state.main().pending.iter().map(|_| bits)).expect("few");
        Action::RelayBlock(RelayBlockPlan {
            bits,
            back: Few::from(back),
            traffic,
            ..RelayBlockPlan::quiet(0)
        })
    }

    fn refusal(&self, action: &Action) -> Refusal {
        self.protocol.apply(&self.state, action).expect_err("it is refused")
    }

    fn refuses(&self, author: Author) -> Refusal {
        self.refusal(&Action::Author(author))
    }

    fn block(&self, block: BlockIndex) -> &ParaBlock {
        self.state.block(block)
    }

    fn sends(&self, block: BlockIndex) -> [u8; 2] {
        self.block(block).segment.own_messages()
    }

    fn is_seconded(&self, block: BlockIndex) -> bool {
        !self.block(block).has(ParaBlock::LOST)
    }
}

/// On the tip, with nothing to send and nothing handed over.
fn quiet(parent: BlockIndex) -> Author {
    Author::honest(parent, Age::TIP)
}

fn sending(parent: BlockIndex) -> Author {
    Author { sends_message: true, ..quiet(parent) }
}

fn handed_in(parent: BlockIndex, inbound: u8) -> Author {
    Author { inbound, ..quiet(parent) }
}

fn handed_down(parent: BlockIndex, downward: u8) -> Author {
    Author { downward, ..quiet(parent) }
}

// MSG-1, MSG-2: what goes out is what the room leaves after the segment; the queue holds two.

fn two_messages_in_the_segment(off: &[Rule]) -> Run {
    let run = Run::without("messages", off).authors(sending(ROOT)).grows(None, NONE);
    run.authors(sending(P1)).grows(None, NONE)
}

#[test]
fn the_last_message_for_which_there_is_room_goes_out() {
    let run = two_messages_in_the_segment(&[]);
    assert_eq!(run.sends(P2), [1, 0]);
    assert_eq!(run.block(P2).segment.aggregate_messages, 2);
}

#[test]
fn a_message_for_which_the_segment_leaves_no_room_waits() {
    let run = two_messages_in_the_segment(&[]).authors(sending(P2));
    assert_eq!(run.sends(P3), [0, 0]);
}

// SEG-6(iii): the sum, also of a block that sends nothing.

#[test]
fn a_segment_that_just_fills_the_room_is_accepted() {
    let run = two_messages_in_the_segment(&[]).authors(quiet(P2));
    assert_eq!(run.block(P3).segment.aggregate_messages, 2);
}

#[test]
fn one_message_above_the_room_panics() {
    let run = two_messages_in_the_segment(&[Rule::Msg1]);
    let too_many = Refusal::MessagesExceedRoom { messages: 3, room: 2 };
    assert_eq!(run.refuses(sending(P2)), too_many);
}

#[test]
fn a_segment_above_the_room_panics_though_its_block_sends_nothing() {
    let mut run = two_messages_in_the_segment(&[]);
    run.state.branches[0].views[0].queues.upward = 1;
    let too_many = Refusal::MessagesExceedRoom { messages: 2, room: 1 };
    assert_eq!(run.refuses(quiet(P2)), too_many);
}

// SEG-7: the room is what waits at the relay parent leaves, and a late author sees the old queue.

fn one_message_waits() -> Run {
    let run = Run::named("messages").authors(sending(ROOT)).grows(Some(P1), NONE);
    run.includes(None, NONE)
}

#[test]
fn an_included_message_takes_room_until_it_is_served() {
    let run = one_message_waits();
    assert_eq!(run.protocol.upward_room(run.state.main().tip()), 1);
    let run = run.grows(None, Traffic { served: 1, ..NONE });
    assert_eq!(run.protocol.upward_room(run.state.main().tip()), 2);
}

#[test]
fn a_late_author_sees_the_room_of_its_relay_parent() {
    let run = one_message_waits();
    assert_eq!(run.protocol.upward_room(run.state.main().view(Age(1))), 2);
}

#[test]
fn no_more_is_served_than_waits() {
    let run = one_message_waits();
    let plan = run.plan(Bits::Enough, None, Traffic { served: 2, ..NONE });
    assert_eq!(run.refusal(&plan), Refusal::NotInThisScenario("such traffic now"));
}

// MSG-4, SEG-6(iv): the channel holds one.

fn outbound(parent: BlockIndex) -> Author {
    Author { sends_outbound: true, ..quiet(parent) }
}

#[test]
fn a_message_to_another_para_waits_behind_one_in_the_segment() {
    let run = Run::named("messages-full-segment").authors(outbound(ROOT)).grows(None, NONE);
    let run = run.authors(outbound(P1));
    assert_eq!((run.sends(P1), run.sends(P2)), ([0, 1], [0, 0]));
}

#[test]
fn a_second_message_in_a_channel_of_one_panics() {
    let run = Run::without("messages-full-segment", &[Rule::Msg4]);
    let run = run.authors(outbound(ROOT)).grows(None, NONE);
    let too_many = Refusal::OutboundExceedsRoom { messages: 2, room: 1 };
    assert_eq!(run.refuses(outbound(P1)), too_many);
}

// INCL-10: a candidate alone against the queue; EMU-4: with its ancestors.

#[test]
fn the_relay_chain_refuses_a_message_above_its_limit() {
    let off = [Rule::Seg6, Rule::Msg1, Rule::Emu3];
    let run = two_messages_in_the_segment(&off).authors(sending(P2));
    let run = run.grows(Some(P1), NONE).includes(Some(P2), NONE);
    let full = Refusal::UpwardQueueFull { waiting: 2, limit: 2 };
    assert_eq!(run.refusal(&run.plan(Bits::Enough, Some(P3), NONE)), full);
}

#[test]
fn the_relay_chain_does_not_count_what_is_pending() {
    let off = [Rule::Seg6, Rule::Msg1, Rule::Emu3];
    let run = Run::without("messages-elastic", &off).authors(sending(ROOT));
    let run = run.authors(Author { core: 1, ..sending(P1) }).grows(Some(P1), NONE);
    let run = run.grows(Some(P2), NONE).includes(None, NONE);
    assert_eq!(run.state.main().tip().queues.upward, 2); // It holds one.
}

#[test]
fn the_emulator_counts_the_ancestors() {
    let run = Run::without("messages-elastic", &[Rule::Seg6, Rule::Msg1]).authors(sending(ROOT));
    let second = Author { core: 1, ..sending(P1) };
    let candidate = run.protocol.execute(&run.state, &second).expect("valid");
    let refusal = Refusal::NotSeconded { limit: Limit::Upward, asked: 1, left: 0 };
    assert_eq!(run.protocol.emulate(&run.state, 0, &candidate), Err(refusal));
    assert!(!run.authors(second).is_seconded(P2));
}

// MSG-7: at least one, and none twice.

#[test]
fn a_downward_message_at_the_relay_parent_has_to_be_processed() {
    let run = Run::named("messages-down").grows(None, DOWN);
    assert_eq!(run.refuses(quiet(ROOT)), Refusal::NoneProcessed { waiting: 1 });
    assert_eq!(run.authors(handed_down(ROOT, 1)).block(P1).inbox.processed, 1);
}

#[test]
fn no_more_downward_messages_are_processed_than_there_are() {
    let run = Run::named("messages-down").grows(None, DOWN).grows(None, DOWN);
    let none = Refusal::NotInThisScenario("messages");
    assert_eq!(run.refuses(handed_down(ROOT, 3)), none);
    assert_eq!(run.authors(handed_down(ROOT, 2)).block(P1).inbox.processed, 2);
}

#[test]
fn what_an_unincluded_ancestor_processed_is_not_handed_over_again() {
    let run = Run::named("messages-down").grows(None, DOWN).authors(handed_down(ROOT, 1));
    let run = run.grows(None, NONE).authors(quiet(P1));
    assert_eq!(run.block(P2).inbox.processed, 0);
}

#[test]
fn a_message_that_is_handed_over_again_panics() {
    let run = Run::without("messages-down", &[Rule::Msg8]).grows(None, DOWN);
    let run = run.authors(handed_down(ROOT, 1)).grows(None, NONE);
    let mismatch = Refusal::DownwardHeadMismatch { first: 0, expected: 1 };
    assert_eq!(run.refuses(handed_down(P1, 1)), mismatch);
}

// INCL-11: nothing processed is fine while the first message is newer than the relay parent.

#[test]
fn a_message_one_block_newer_than_the_relay_parent_may_wait() {
    let run = Run::named("messages-down").authors(quiet(ROOT)).grows(None, DOWN);
    run.grows(Some(P1), NONE);
}

#[test]
fn a_message_of_the_relay_parent_itself_may_not_wait() {
    let off = [Rule::Msg7, Rule::Emu3];
    let run = Run::without("messages-down", &off).grows(None, DOWN).authors(quiet(ROOT));
    let refusal = Refusal::NothingProcessed { sent: Age(1), relay_parent: Age(1) };
    assert_eq!(run.refusal(&run.plan(Bits::Enough, Some(P1), NONE)), refusal);
}

#[test]
fn the_emulator_takes_off_what_the_ancestors_processed() {
    let run = Run::named("messages-elastic").grows(None, DOWN).authors(handed_down(ROOT, 1));
    let run = run.authors(Author { core: 1, ..quiet(P1) });
    assert!(run.is_seconded(P2));
    // The relay chain does not, until the parent is included.
    let run = run.grows(Some(P1), NONE);
    let refusal = Refusal::NothingProcessed { sent: Age(2), relay_parent: Age(2) };
    assert_eq!(run.refusal(&run.plan(Bits::OneShort, Some(P2), NONE)), refusal);
}

#[test]
fn more_is_processed_than_waits_only_if_the_relay_chain_lost_a_message() {
    let mut run = Run::without("messages-down", &[Rule::Emu3]).grows(None, DOWN);
    run = run.authors(handed_down(ROOT, 1));
    run.state.branches[0].views[0].queues.popped = 1;
    let refusal = Refusal::TooManyProcessed { processed: 1, waiting: 0 };
    assert_eq!(run.refusal(&run.plan(Bits::Enough, Some(P1), NONE)), refusal);
}

// MSG-6: relay parent, newest block delivered whole, or what it was. Messages come in twos.

#[test]
fn with_nothing_to_deliver_the_watermark_is_the_relay_parent() {
    let run = Run::named("messages-in").grows(None, NONE).authors(quiet(ROOT));
    assert_eq!(run.block(P1).inbox.watermark, Age::TIP);
}

#[test]
fn the_last_message_of_a_relay_block_moves_the_watermark_there() {
    let run = Run::named("messages-in").grows(None, IN).grows(None, IN);
    let one = run.protocol.apply(&run.state, &Action::Author(handed_in(ROOT, 1))).expect("valid");
    assert_eq!(one.block(P1).inbox.watermark, run.block(ROOT).inbox.watermark);
    let two = run.protocol.apply(&run.state, &Action::Author(handed_in(ROOT, 2))).expect("valid");
    assert_eq!(two.block(P1).inbox.watermark, Age(1));
    let three = run.protocol.apply(&run.state, &Action::Author(handed_in(ROOT, 3))).expect("valid");
    assert_eq!(three.block(P1).inbox.watermark, Age(1));
    let four = run.protocol.apply(&run.state, &Action::Author(handed_in(ROOT, 4))).expect("valid");
    assert_eq!(four.block(P1).inbox.watermark, Age::TIP);
}

#[test]
fn one_message_of_another_para_has_to_be_delivered() {
    let run = Run::named("messages-in").grows(None, IN);
    assert_eq!(run.refuses(quiet(ROOT)), Refusal::NoneDelivered { waiting: 2 });
}

#[test]
fn the_rest_of_a_relay_block_is_delivered_by_the_next_block() {
    let run = Run::named("messages-in").grows(None, IN).authors(handed_in(ROOT, 1));
    let run = run.grows(Some(P1), NONE).includes(None, NONE).authors(handed_in(P1, 1));
    assert_eq!((run.block(P2).inbox.delivered, run.block(P2).inbox.watermark), (2, Age(2)));
}

// SEG-6(ii): equal is allowed, older is not.

#[test]
fn a_watermark_that_stays_is_accepted_and_an_older_one_panics() {
    let run = Run::named("messages-in").authors(quiet(ROOT)).grows(None, IN);
    let stays = run.protocol.execute(&run.state, &handed_in(P1, 1)).expect("valid");
    assert_eq!(stays.inbox.watermark, Age(1));
    let forgets =
        run.protocol.clone().with_variants([unincluded_model::Variant::WatermarkForgotten]);
    let refusal = Refusal::WatermarkWentBack { parent: Age(1), block: Age(u8::MAX) };
    assert_eq!(forgets.execute(&run.state, &handed_in(P1, 1)), Err(refusal));
}

// INCL-12 and EMU-3 on watermarks.

/// P1 on R0 with R0 as its watermark; R1 brings two messages, and P2 takes one of them.
fn a_watermark_of_an_unincluded_parent(off: &[Rule]) -> Run {
    let run = Run::without("messages-in", off).authors(quiet(ROOT)).grows(Some(P1), IN);
    run.authors(handed_in(P1, 1))
}

#[test]
fn the_emulator_refuses_the_relay_parent_of_an_unincluded_ancestor() {
    let run = a_watermark_of_an_unincluded_parent(&[]);
    assert!(!run.is_seconded(P2));
    let refusal = Refusal::CandidateLost;
    assert_eq!(run.refusal(&run.plan(Bits::Enough, Some(P2), NONE)), refusal);
}

#[test]
fn the_relay_chain_accepts_the_last_watermark_again() {
    let run = a_watermark_of_an_unincluded_parent(&[Rule::Emu3]).includes(Some(P2), NONE);
    assert_eq!(run.state.main().pending[0].block, P2);
}

#[test]
fn the_emulator_accepts_the_last_watermark_once_the_parent_is_included() {
    let run = Run::named("messages-in").authors(quiet(ROOT)).grows(Some(P1), IN);
    let run = run.includes(None, NONE).authors(handed_in(P1, 1));
    assert!(run.is_seconded(P2));
    run.includes(Some(P2), NONE);
}

#[test]
fn a_watermark_on_a_relay_block_with_messages_is_accepted_by_both() {
    let run = Run::named("messages-in").grows(None, IN).grows(None, NONE);
    let run = run.authors(handed_in(ROOT, 2));
    assert_eq!(run.block(P1).inbox.watermark, Age(1));
    assert!(run.is_seconded(P1));
    run.grows(Some(P1), NONE);
}

fn with_watermark(watermark: Age) -> Run {
    let mut run = Run::without("messages-in", &[Rule::Emu3]).grows(None, IN).grows(None, NONE);
    run = run.authors(handed_in(ROOT, 2));
    run.state.blocks[P1.get()].inbox.watermark = watermark;
    run
}

#[test]
fn a_watermark_between_blocks_with_messages_is_refused() {
    // The messages came one relay block before the relay parent; the backing block makes both older.
    let run = with_watermark(Age(2));
    let last = Age(run.block(ROOT).inbox.watermark.0 + 1);
    let refusal = Refusal::WatermarkNotAccepted { watermark: Age(3), last };
    assert_eq!(run.refusal(&run.plan(Bits::Enough, Some(P1), NONE)), refusal);
}

#[test]
fn a_watermark_older_than_the_last_is_refused_and_the_last_is_not() {
    let last = with_watermark(Age(2)).block(ROOT).inbox.watermark;
    with_watermark(last).grows(Some(P1), NONE);
    let older = Age(last.0 + 1);
    let run = with_watermark(older);
    let refusal =
        Refusal::WatermarkNotAccepted { watermark: Age(older.0 + 1), last: Age(last.0 + 1) };
    assert_eq!(run.refusal(&run.plan(Bits::Enough, Some(P1), NONE)), refusal);
}

#[test]
fn a_watermark_newer_than_the_relay_parent_is_refused() {
    let run = with_watermark(Age::TIP).grows(None, NONE);
    let mut run = run;
    run.state.blocks[P1.get()].inbox.watermark = Age::TIP;
    let refusal = run.refusal(&run.plan(Bits::Enough, Some(P1), NONE));
    assert!(matches!(refusal, Refusal::WatermarkNotAccepted { watermark: Age(1), .. }));
}

// Scenarios that are refused.

#[test]
fn queues_do_not_go_with_what_is_not_modelled() {
    let text = Scenario::text("messages").expect("built in");
    let with = |from: &str, to: &str| {
        let error = Scenario::parse("x.toml", &text.replace(from, to)).expect_err("refused");
        error.to_string()
    };
    assert!(with("idle = true", "idle = true\nfork_depth = 1").contains("relay forks"));
    assert!(with("\"slot-based\"", "\"adversary\"").contains("an adversary"));
    assert!(with("idle = true", "idle = true\nfollowed_validators = 2").contains("followed"));
    let room = with("validators = 600", "validators = 600\nupward_message_room = 1");
    assert!(room.contains("an honest author sends what fits (MSG-2)"), "{room}");
    let adversary = text.replace("\"slot-based\"", "\"adversary\"");
    let room = adversary.replace("validators = 600", "validators = 600\nupward_message_room = 1");
    let room = Scenario::parse("x.toml", &room).expect_err("refused").to_string();
    assert!(room.contains("a constant room"), "{room}");
    assert!(with("upward_limit = 2", "upward_limit = 3").contains("from 0 to 2"));
}
