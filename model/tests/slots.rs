//! Where the rules of slots begin to refuse: the last that passes, and the first that does not; and
//! whose turn it is in which relay slot.

use unincluded_model::action::Claim;
use unincluded_model::scenario::{Authorities, Authority, Generation};
use unincluded_model::{
    Action, Age, Author, BlockIndex, CollatorKind, Few, Protocol, Refusal, RelayBlockPlan, Rule,
    Scenario, State, Variant,
};

const ROOT: BlockIndex = BlockIndex(0);
const P1: BlockIndex = BlockIndex(1);
const P2: BlockIndex = BlockIndex(2);
const P3: BlockIndex = BlockIndex(3);

/// An adversary under the hook of a generation, with room for many blocks.
fn hook(generation: Generation, para_slot_ms: u32) -> Protocol {
    let mut scenario = Scenario::built_in("hook-2025-06").expect("built in");
    scenario.parameters.generation = generation;
    scenario.parameters.para_slot_ms = para_slot_ms;
    scenario.parameters.unincluded_segment_capacity = 8;
    scenario.environment.adversary_blocks = 0;
    scenario.environment.oldest_relay_parent = 1;
    Protocol::new(scenario.checked("test").expect("legal"))
}

/// Honest authorities, of which the second of `count` is away.
fn turns(para_slot_ms: u32, count: usize, skipped_slots: u8) -> Protocol {
    let mut scenario = Scenario::built_in("slots-12s").expect("built in");
    scenario.environment.skipped_slots = skipped_slots;
    scenario.parameters.para_slot_ms = para_slot_ms;
    let named = (0..count).map(|place| match place {
        1 => Authority::Absent,
        _ => Authority::Present,
    });
    scenario.environment.authorities = Authorities(Few::of(named).expect("few"));
    Protocol::new(scenario.checked("test").expect("legal"))
}

fn claims(parent: BlockIndex, claim: Claim) -> Action {
    Action::Author(Author { claim, ..Author::honest(parent, Age::TIP) })
}

fn after(protocol: &Protocol, actions: &[Action]) -> State {
    actions.iter().fold(protocol.initial(), |state, action| {
        protocol.apply(&state, action).unwrap_or_else(|refusal| panic!("{action:?}: {refusal}"))
    })
}

/// A relay block with nothing in it, after so many empty slots.
fn later(skipped_slots: u8) -> Action {
    Action::RelayBlock(RelayBlockPlan { skipped_slots, ..RelayBlockPlan::quiet(0) })
}

/// The rule that refuses, if one does.
fn refuses(protocol: &Protocol, state: &State, action: &Action) -> Option<Rule> {
    protocol
        .apply(state, action)
        .err()
        .map(|refusal| refusal.rule().unwrap_or_else(|| panic!("no rule refuses: {refusal}")))
}

/// HOOK-8, HOOK-4: which slots each hook takes, on a parent whose slot has long gone by.
#[test]
fn each_hook_takes_its_slots_and_no_others() {
    use Claim::{Honest, SlotAhead, SlotBehind, SlotFarAhead};
    let table = [
        (Generation::AuraExt07, [false, true, false, false]),
        (Generation::AuraExt018, [true, true, true, false]),
        (Generation::AuraExt024, [true, true, false, false]),
        (Generation::AuraExt025, [false, true, false, false]),
    ];
    for (generation, taken) in table {
        let protocol = hook(generation, 6000);
        let start = protocol.initial();
        for (claim, taken) in [SlotBehind, Honest, SlotAhead, SlotFarAhead].into_iter().zip(taken) {
            let refused = refuses(&protocol, &start, &claims(ROOT, claim));
            let expected = if taken { None } else { Some(Rule::Hook4) };
            assert_eq!(refused, expected, "{generation:?} {claim:?}");
        }
    }
}

/// HOOK-8, HOOK-3: V + 1 blocks on the derived slot and not one more, except in 0.18.
#[test]
fn each_hook_counts_blocks_on_the_derived_slot() {
    for generation in Generation::ALL {
        let protocol = hook(generation, 6000);
        let two = after(&protocol, &[claims(ROOT, Claim::Honest), claims(P1, Claim::Honest)]);
        let third = refuses(&protocol, &two, &claims(P2, Claim::Honest));
        let unlimited = generation == Generation::AuraExt018;
        assert_eq!(third, if unlimited { None } else { Some(Rule::Hook3) }, "{generation:?}");
    }
}

/// HOOK-8: 0.18 takes V blocks on a slot that is not the derived one, and not V + 1.
#[test]
fn the_hook_of_2025_counts_on_other_slots() {
    let protocol = hook(Generation::AuraExt018, 6000);
    for claim in [Claim::SlotAhead, Claim::SlotBehind] {
        let one = after(&protocol, &[claims(ROOT, claim)]);
        assert_eq!(refuses(&protocol, &one, &claims(P1, claim)), Some(Rule::Hook3), "{claim:?}");
    }
    // The count is of the slot, whoever claims it how: ahead first, derived a relay slot later.
    let ahead = [claims(ROOT, Claim::SlotAhead), later(0), claims(P1, Claim::Honest)];
    let two = after(&protocol, &ahead);
    assert_eq!(two.block(P2).authored, 2);
    let third = after(&protocol, &[ahead[0], ahead[1], ahead[2], claims(P2, Claim::Honest)]);
    assert_eq!(third.block(P3).authored, 3);
}

/// BLK-3: no slot is older than the parent's; the same slot may follow.
#[test]
fn slots_do_not_go_back() {
    for generation in [Generation::AuraExt018, Generation::AuraExt024] {
        let protocol = hook(generation, 6000);
        let derived = after(&protocol, &[claims(ROOT, Claim::Honest)]);
        let back = refuses(&protocol, &derived, &claims(P1, Claim::SlotBehind));
        assert_eq!(back, Some(Rule::Blk3), "{generation:?}");
        let next = after(&protocol, &[claims(ROOT, Claim::Honest), later(0)]);
        // One relay slot later the parent's own slot is the one before the derived. It is not too old,
        // but 0.18 has its V blocks there.
        let full = (generation == Generation::AuraExt018).then_some(Rule::Hook3);
        assert_eq!(refuses(&protocol, &next, &claims(P1, Claim::SlotBehind)), full);
        let far = after(&protocol, &[claims(ROOT, Claim::Honest), later(0), later(0)]);
        assert_eq!(refuses(&protocol, &far, &claims(P1, Claim::SlotBehind)), None);
    }
    // A slot ahead bars the derived one until its relay slot has come.
    let protocol = hook(Generation::AuraExt018, 6000);
    let ahead = after(&protocol, &[claims(ROOT, Claim::SlotAhead)]);
    assert_eq!(refuses(&protocol, &ahead, &claims(P1, Claim::Honest)), Some(Rule::Blk3));
    let come = after(&protocol, &[claims(ROOT, Claim::SlotAhead), later(0)]);
    assert_eq!(refuses(&protocol, &come, &claims(P1, Claim::Honest)), None);
}

/// BLK-3 and HOOK-2 both keep para slots in order where the hook counts by para slot.
#[test]
fn the_old_hooks_say_twice_that_slots_do_not_go_back() {
    let protocol = hook(Generation::AuraExt018, 6000).without([Rule::Blk3]);
    let derived = after(&protocol, &[claims(ROOT, Claim::Honest)]);
    let back = claims(P1, Claim::SlotBehind);
    assert_eq!(refuses(&protocol, &derived, &back), Some(Rule::Hook2));
    let neither = protocol.without([Rule::Hook2]);
    assert_eq!(refuses(&neither, &derived, &back), None);
}

/// HOOK-8: with slots of 12 s, 0.7 counts two relay slots together and 0.25 each by itself.
#[test]
fn two_relay_slots_of_one_para_slot_share_the_old_count() {
    for (generation, refused) in
        [(Generation::AuraExt07, Some(Rule::Hook3)), (Generation::AuraExt025, None)]
    {
        let protocol = hook(generation, 12_000);
        // The first relay slot is even, so the next is of the same para slot.
        let two = [claims(ROOT, Claim::Honest), claims(P1, Claim::Honest), later(0)];
        let state = after(&protocol, &two);
        assert_eq!(refuses(&protocol, &state, &claims(P2, Claim::Honest)), refused);
        let [first, second, relay] = two;
        let next = after(&protocol, &[first, second, relay, relay]);
        assert_eq!(refuses(&protocol, &next, &claims(P2, Claim::Honest)), None, "a new para slot");
    }
}

/// COLL-2, HOOK-4: para slot mod authorities, and the para slot of a relay slot.
#[test]
fn turns_follow_para_slots() {
    let owners = |para_slot_ms, count, relay_slots: usize| -> Vec<u8> {
        let protocol = turns(para_slot_ms, count, 0);
        let mut state = protocol.initial();
        (0..relay_slots)
            .map(|_| {
                let owner = protocol.owner(&state, &Author::honest(ROOT, Age::TIP));
                state = protocol.apply(&state, &later(0)).expect("a relay block");
                owner.expect("named")
            })
            .collect()
    };
    assert_eq!(owners(6000, 3, 7), [0, 1, 2, 0, 1, 2, 0]);
    assert_eq!(owners(12_000, 2, 9), [0, 0, 1, 1, 0, 0, 1, 1, 0]);
    assert_eq!(owners(18_000, 2, 7), [0, 0, 0, 1, 1, 1, 0]);
    assert_eq!(owners(3000, 3, 7), [0, 2, 1, 0, 2, 1, 0]);
    assert_eq!(owners(2000, 3, 4), [0, 0, 0, 0], "the other two never author");
    assert_eq!(owners(2000, 2, 4), [0, 1, 0, 1], "of two both do");
}

/// FLT-1, FLT-9: an empty relay slot moves the turn on, and who is away leaves its turn empty.
#[test]
fn empty_slots_move_the_turn_on() {
    let protocol = turns(12_000, 2, 2);
    let author = Action::Author(Author::honest(ROOT, Age::TIP));
    let away = |actions: &[Action]| {
        let answer = protocol.apply(&after(&protocol, actions), &author);
        matches!(answer, Err(Refusal::OwnerAway(1)))
    };
    assert!(!away(&[later(0)]));
    assert!(away(&[later(1)]), "the parity of the relay slot decides");
    assert!(away(&[later(2)]));
    assert!(!away(&[later(2), later(0)]), "its two relay slots are over");
    let state = protocol.initial();
    let four = protocol.apply(&state, &later(3)).expect_err("more than the scenario has");
    assert!(matches!(four, Refusal::NotThisFault(_)), "{four}");
}

/// DIST-4: a collator that is back builds on what it has, twice in its slot, and no third time.
#[test]
fn a_restarted_collator_builds_beside_what_it_lacks() {
    let mut scenario = Scenario::built_in("collators").expect("built in");
    let restarting = Few::of([Authority::Restarting]).expect("few");
    scenario.environment.authorities = Authorities(restarting);
    scenario.environment.skipped_slots = 0;
    let protocol = Protocol::new(scenario.checked("test").expect("legal"));
    let plain = |parent| Action::Author(Author::honest(parent, Age::TIP));
    let behind =
        |parent| Action::Author(Author { behind: true, ..Author::honest(parent, Age::TIP) });
    let possible = |state: &State, action: &Action| protocol.apply(state, action).is_ok();

    let one = after(&protocol, &[plain(ROOT)]);
    assert!(!possible(&protocol.initial(), &behind(ROOT)), "nothing is missing");
    assert!(!possible(&one, &plain(ROOT)), "it knows its own block");
    assert!(possible(&one, &behind(ROOT)), "it does not");
    let two = after(&protocol, &[plain(ROOT), behind(ROOT)]);
    assert!(!possible(&two, &behind(ROOT)), "no third");
    let next = after(&protocol, &[plain(ROOT), later(0)]);
    assert!(possible(&next, &plain(P1)) && possible(&next, &behind(ROOT)));
    assert!(!possible(&next, &behind(P1)), "nothing is missing above P1");
    let mut others = protocol.scenario().clone();
    let present = Few::of([Authority::Present]).expect("few");
    others.environment.authorities = Authorities(present);
    assert!(Protocol::new(others).apply(&next, &behind(ROOT)).is_err(), "who did not restart");
}

/// BLK-3, COLL-2: the parent's state says whose turn it is, whatever is included; the session that ends
/// with a block ends for its children, and the one that ends after it brings the first set back.
#[test]
fn the_authorities_of_the_parent_build() {
    let protocol = Protocol::new(Scenario::built_in("authorities").expect("built in"));
    let plain = |parent| Author::honest(parent, Age::TIP);
    let last = |parent| Author { ends_session: true, ..plain(parent) };
    let set = |state: &State, author: &Author| protocol.set_of(state, author);

    let one = after(&protocol, &[Action::Author(last(ROOT))]);
    assert_eq!((set(&one, &plain(ROOT)), set(&one, &plain(P1))), (0, 1));
    let included = one.main().tip().included;
    assert_eq!(one.block(included).authority_set, 0, "the change is not included yet");
    let again = after(&protocol, &[Action::Author(last(ROOT)), Action::Author(last(P1))]);
    assert_eq!(again.blocks.last().expect("two blocks").authority_set, 0);

    let of_included = protocol.clone().with_variants([Variant::AuthoritiesOfIncluded]);
    let on_it = Action::Author(plain(P1));
    assert_eq!(refuses(&of_included, &one, &on_it), Some(Rule::Blk3));
    assert_eq!(refuses(&of_included.without([Rule::Blk3]), &one, &on_it), None);
    assert_eq!(refuses(&protocol, &one, &on_it), None);

    let mut for_ever = protocol.scenario().clone();
    for_ever.environment.next_authorities = Authorities::default();
    let refusal = Protocol::new(for_ever).apply(&protocol.initial(), &Action::Author(last(ROOT)));
    assert!(matches!(refusal, Err(Refusal::NotInThisScenario(_))));
}

/// The first set owns every second slot, one of its two being away; the second set owns them all.
#[test]
fn each_set_has_its_own_turns() {
    let mut scenario = Scenario::built_in("authorities").expect("built in");
    scenario.environment.idle = true;
    let protocol = Protocol::new(scenario.checked("test").expect("legal"));
    let mut state = protocol.initial();
    let mut owners = vec![];
    for _ in 0..4 {
        owners.push(protocol.owner(&state, &Author::honest(ROOT, Age::TIP)));
        state = protocol.apply(&state, &later(0)).expect("an empty relay block");
    }
    assert_eq!(owners, [Some(0), Some(1), Some(0), Some(1)]);
    let away = Action::Author(Author::honest(ROOT, Age::TIP));
    let first = protocol.apply(&protocol.initial(), &later(0)).expect("an empty relay block");
    assert!(matches!(protocol.apply(&first, &away), Err(Refusal::OwnerAway(1))));
    let last = Author { ends_session: true, ..Author::honest(ROOT, Age::TIP) };
    let changed = after(&protocol, &[Action::Author(last), later(0)]);
    assert_eq!(protocol.owner(&changed, &Author::honest(P1, Age::TIP)), Some(0), "of one");
}

/// What cannot be explored is refused with a reason.
#[test]
fn slots_that_are_not_modelled_are_refused() {
    let refused = |name: &str, change: fn(&mut Scenario)| {
        let mut scenario = Scenario::built_in(name).expect("built in");
        change(&mut scenario);
        scenario.checked("test").map(|_| ()).map_err(|error| error.to_string())
    };
    let named = |name| refused(name, |s| s.environment.authorities = two());
    assert!(named("forks").is_err_and(|why| why.contains("relay forks")));
    assert!(named("adversary").is_err_and(|why| why.contains("adversary")));
    assert!(named("astar").is_ok());
    let skipped = refused("astar", |s| s.environment.skipped_slots = 1);
    assert!(skipped.is_err_and(|why| why.contains("below 1")));
    let beyond = refused("slots-12s", |s| s.environment.skipped_slots = 3);
    assert!(beyond.is_ok());
    let restarts = refused("slots-12s", |s| {
        s.environment.idle = false;
        s.environment.authorities = Authorities(Few::from(Some(Authority::Restarting)));
    });
    assert!(restarts.is_err_and(|why| why.contains("idle")));
    let old = |s: &mut Scenario| s.parameters.generation = Generation::AuraExt018;
    assert!(refused("forks", old).is_ok(), "honest blocks have the derived slot");
    assert!(refused("shibuya", old).is_err_and(|why| why.contains("order")));
    for (slot, legal) in [(1000, true), (2000, true), (4000, false), (9000, false), (999, false)] {
        let mut scenario = Scenario::built_in("astar").expect("built in");
        scenario.parameters.para_slot_ms = slot;
        assert_eq!(scenario.checked("test").is_ok(), legal, "{slot}");
    }
}

fn two() -> Authorities {
    Authorities(Few::of([Authority::Present; 2]).expect("few"))
}

/// Honest collators at slots of 6 s cannot tell the hooks apart.
#[test]
fn honest_blocks_are_the_same_under_every_hook() {
    for generation in Generation::ALL {
        let mut scenario = Scenario::built_in("lookahead").expect("built in");
        scenario.parameters.generation = generation;
        let protocol = Protocol::new(scenario);
        assert!(!protocol.stores_para_slots() && protocol.cycle() == 1);
        assert_eq!(protocol.scenario().environment.collator, CollatorKind::Lookahead);
    }
}
