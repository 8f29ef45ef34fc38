//! Two rules of which the model holds no state of its own, asked of the pallets: whose signatures back a
//! candidate (INCL-8), and where relay parents start (EMU-2).

use polkadot_runtime_parachains::runtime_api_impl::v13 as api;
use unincluded_model::{Action, Age, Author, Bits, BlockIndex, Few, RelayBlockPlan};

use crate::chain::{Content, Signed};
use crate::driver::{Driver, Taken};
use crate::runtime::Runtime;
use crate::scenarios::driver_of;
use crate::settings::PARA;
use crate::world::World;

fn begin(name: &str) -> (Driver, World) {
    let driver = driver_of(name).expect("a scenario for the relay chain");
    let world = driver.begin().expect("a beginning");
    (driver, world)
}

fn take(driver: &Driver, world: &mut World, action: Action) {
    assert_eq!(driver.take(world, &action, true), Ok(Taken::Followed), "{action:?}");
}

/// A block on the newest of a chain, on the tip.
fn author(world: &World) -> Action {
    Action::Author(Author::honest(BlockIndex(world.blocks.len() as u8 - 1), Age::TIP))
}

/// A relay block that backs this and says so of what is pending.
fn relay(back: Option<u8>, bits: Option<Bits>) -> Action {
    Action::RelayBlock(RelayBlockPlan {
        bits: Few::from(bits),
        back: Few::from(back.map(BlockIndex)),
        ..RelayBlockPlan::quiet(0)
    })
}

/// INCL-8: neither one vote less will do, nor as many of another group.
#[test]
fn a_candidate_is_backed_by_the_signatures_of_its_own_group() {
    let (driver, mut world) = begin("groups");
    let action = author(&world);
    take(&driver, &mut world, action);
    let candidate = world.candidate(BlockIndex(1)).clone();
    let mut outcome = |signed| {
        let back = vec![(candidate.clone(), signed)];
        let grown = world.chains[0].grow(&Content { back, ..Content::default() }, false);
        grown.map(|seen| seen.pending.len()).map_err(|refused| refused.error)
    };
    assert_eq!(outcome(Signed::Enough), Ok(1));
    assert_eq!(outcome(Signed::OneShort), Err("InsufficientBacking".to_owned()));
    assert_eq!(outcome(Signed::ByOthers), Err("InvalidBacking".to_owned()));
}

/// EMU-2: a relay parent may be no older than that of the newest pending candidate; once it is evicted,
/// than that of the included head.
#[test]
fn relay_parents_start_at_the_newest_pending_context() {
    let (driver, mut world) = begin("astar-sync");
    let least = |world: &mut World| {
        let constraints = world.chains[0].ask(|| api::backing_constraints::<Runtime>(PARA));
        constraints.expect("a para").min_relay_parent_number
    };
    let of_included = least(&mut world);
    let tip = world.chains[0].tip().number;
    let action = author(&world);
    take(&driver, &mut world, action);
    assert_eq!(least(&mut world), of_included, "it is not backed yet");
    take(&driver, &mut world, relay(Some(1), None));
    assert_eq!(least(&mut world), tip);
    let mut blocks = 0;
    while !world.state.main().pending.is_empty() {
        take(&driver, &mut world, relay(None, Some(Bits::OneShort)));
        blocks += 1;
        assert!(blocks <= driver.model().longest_occupancy());
    }
    assert_eq!(least(&mut world), of_included, "what was evicted does not count any more");
    assert!(of_included < tip);
}
