//! What the pallets answer where a queue holds more upward messages than its limit: asserted, as
//! [`crate::views`] cannot ask there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polkadot_runtime_parachains::configuration::ActiveConfig;
use polkadot_runtime_parachains::runtime_api_impl::v13 as api;
use unincluded_model::{Action, Age, Author, Bits, BlockIndex, Few, RelayBlockPlan};

use crate::chain::Chain;
use crate::driver::Taken;
use crate::runtime::Runtime;
use crate::scenarios::driver_of;
use crate::settings::PARA;

/// The para's chain after both sides took these actions; the queue's limit is one message.
fn after(actions: &[Action]) -> Chain {
    let driver = driver_of("messages-elastic").expect("a scenario for the relay chain");
    let mut world = driver.begin().expect("a beginning");
    for action in actions {
        assert_eq!(driver.take(&mut world, action, true), Ok(Taken::Followed), "{action:?}");
    }
    world.chains.pop().expect("a chain")
}

/// A block with an upward message, on this core.
fn sends(parent: u8, core: u8) -> Action {
    let plain = Author::honest(BlockIndex(parent), Age::TIP);
    Action::Author(Author { core, sends_message: true, ..plain })
}

/// A relay block that backs these and includes so many that are pending.
fn relay(back: &[u8], enacted: usize) -> Action {
    Action::RelayBlock(RelayBlockPlan {
        bits: Few::of((0..enacted).map(|_| Bits::Enough)).expect("few"),
        back: Few::of(back.iter().map(|&block| BlockIndex(block))).expect("few"),
        ..RelayBlockPlan::quiet(0)
    })
}

/// The room for upward messages that nodes are told, or none if the runtime panics over it.
fn told_room(chain: &mut Chain) -> Option<u32> {
    let asked = chain
        .ask(|| catch_unwind(AssertUnwindSafe(|| api::backing_constraints::<Runtime>(PARA))).ok());
    asked.map(|constraints| constraints.expect("a para").ump_remaining)
}

/// INCL-10: each of the two fits by itself, and what is pending is not counted.
#[test]
fn two_candidates_pending_at_once_overfill_the_queue_and_its_room_is_below_zero() {
    let mut one = after(&[sends(0, 0), relay(&[1], 0), relay(&[], 1)]);
    assert_eq!(told_room(&mut one), Some(0), "a full queue has no room");
    let mut two = after(&[sends(0, 0), sends(1, 1), relay(&[1, 2], 0), relay(&[], 2)]);
    assert_eq!(told_room(&mut two), None, "and one that is beyond its limit has no answer");
}

/// No candidate has to break a limit for it: a configuration with a lower limit is enough.
#[test]
fn a_limit_below_what_waits_leaves_room_below_zero() {
    let mut chain = after(&[sends(0, 0), relay(&[1], 0), relay(&[], 1)]);
    for (limit, room) in [(2, Some(1)), (1, Some(0)), (0, None)] {
        chain.ask(|| ActiveConfig::<Runtime>::mutate(|a| a.max_upward_queue_count = limit));
        assert_eq!(told_room(&mut chain), room, "a limit of {limit}");
    }
}
