//! What the explored graph says of upgrades that no single property does: that a lost abort is lost for
//! ever, what would repair it, and how short the wait for a go-ahead may be.

use std::collections::HashSet;

use unincluded_model::{Action, Precheck, Protocol, Refusal, Scenario, State, Variant};
use unincluded_properties::fingerprint::fingerprint;
use unincluded_properties::progress::FaultFree;
use unincluded_properties::reachable::{has_ended_on, is_lost_on};
use unincluded_properties::{Outcome, Search};

fn built_in(name: &str) -> Scenario {
    Scenario::built_in(name).expect("built in")
}

/// Every step there is, without those that `takes` leaves out.
fn steps(
    protocol: &Protocol,
    takes: impl Fn(&Action) -> bool,
    mut visit: impl FnMut(&State, Result<&State, &Refusal>),
) {
    let mut scratch = Vec::new();
    let mut seen = HashSet::new();
    let mut states = vec![protocol.canonical(&protocol.initial()).0];
    seen.insert(fingerprint(&states[0], &mut scratch));
    while let Some(state) = states.pop() {
        for action in protocol.actions(&state).iter().filter(|&action| takes(action)) {
            let next = protocol.step(&state, action);
            visit(&state, next.as_ref());
            if let Ok(next) = next
                && seen.insert(fingerprint(&next, &mut scratch))
            {
                states.push(next);
            }
        }
    }
}

/// INV-UPG-4 fails, and nothing makes up for it: the code stays pending.
#[test]
fn a_lost_abort_is_lost_for_ever() {
    let mut lost = 0;
    steps(
        &Protocol::new(built_in("upgrade-abort")),
        |_| true,
        |before, after| {
            if is_lost_on(before, before.main())
                && let Ok(after) = after
            {
                assert!(is_lost_on(after, after.main()), "{before:?} leads to {after:?}");
                lost += 1;
            }
        },
    );
    assert!(lost > 0);
}

/// UPG-4, UPG-13: once a second abort has thrown away scheduled code, what waits may still be included,
/// and nothing is built any more: the para has ended.
#[test]
fn a_para_that_a_second_abort_has_ended_never_goes_on() {
    let protocol = Protocol::new(built_in("upgrade-known"));
    let mut ended = 0;
    let mut panics = 0;
    steps(
        &protocol,
        |_| true,
        |before, after| {
            let tip = before.main().tip();
            if !has_ended_on(before, before.main()) {
                return;
            }
            match after {
                Ok(after) => {
                    let goes_on = after.main().tip().signal() != tip.signal();
                    assert!(!goes_on, "{before:?} leads to {after:?}");
                    ended += 1;
                }
                // Beside the go-ahead there may be an older relay block that shows no signal.
                Err(Refusal::SignalWithdrawn) => {}
                Err(refusal) => {
                    assert_eq!(*refusal, Refusal::GoAheadWithoutCode);
                    panics += 1;
                }
            }
        },
    );
    assert!(ended > 0);
    assert!(panics > 0);
    let best = |state: &State| FaultFree::usual(&protocol).recovery(state).map(|way| way.best);
    let report = Search::new(&protocol).run(&mut |_| ());
    let Some(Outcome::Found { actions, .. }) = report.outcome("R-PARA-ENDS") else {
        panic!("{:?}", report.outcome("R-PARA-ENDS"))
    };
    assert_eq!(actions.len(), 12);
    let end = actions.iter().fold(protocol.initial(), |state, action| {
        protocol.step(&state, action).expect("a run that was found")
    });
    assert_eq!(best(&end), Some(None));
}

/// UPG-11, SESS-3: where votes are lost with their session alone, nothing is pending when the abort
/// appears, and whatever is included next has seen it.
#[test]
fn an_abort_at_the_end_of_a_session_is_never_lost() {
    let protocol = Protocol::new(built_in("upgrade-sessions"));
    let with_its_session = |action: &Action| match action {
        Action::RelayBlock(plan) => {
            plan.precheck != Some(Precheck::Rejected) || plan.session_change
        }
        _ => true,
    };
    let mut aborts = 0;
    steps(&protocol, with_its_session, |_, after| match after {
        Ok(after) => {
            aborts += usize::from(after.main().tip().abort);
            assert!(!is_lost_on(after, after.main()), "{after:?}");
        }
        Err(refusal) => assert_ne!(*refusal, Refusal::SignalWithdrawn),
    });
    assert!(aborts > 0);
}

#[test]
fn an_abort_that_only_its_reader_clears_is_neither_lost_nor_withdrawn() {
    for name in ["upgrade-abort", "upgrade-sessions"] {
        let protocol = Protocol::new(built_in(name)).with_variants([Variant::ClearedByItsReader]);
        let report = Search::new(&protocol).run(&mut |_| ());
        assert!(report.closed);
        for id in ["R-ABORT-LOST", "R-ABORT-WITHDRAWN"] {
            assert_eq!(report.outcome(id), Some(&Outcome::Missing), "{id} in {name}");
        }
        let violated = |outcome: &Outcome| matches!(outcome, Outcome::Violated { .. });
        assert!(!report.outcomes.iter().any(|(_, outcome)| violated(outcome)), "{name}");
    }
}

/// Whether relay chain and para have one code for ever with this delay, everybody on time.
fn is_safe(delay: u8, variants: &[Variant]) -> bool {
    let mut scenario = built_in("upgrade");
    scenario.parameters.upgrade_delay = delay;
    scenario.parameters.minimum_upgrade_delay = 0;
    scenario.environment.delay = false;
    scenario.environment.loss = false;
    scenario.environment.unavailability = false;
    scenario.environment.equivocation = false;
    let protocol = Protocol::new(scenario).with_variants(variants.iter().copied());
    let search = Search { stop: unincluded_properties::Stop::Never, ..Search::new(&protocol) };
    let report = search.run(&mut |_| ());
    assert!(report.closed);
    report.outcome("INV-UPG-3") == Some(&Outcome::Holds)
}

/// Polkadot's configuration refuses a delay below 2. Counted from inclusion one block is enough.
/// Counted from the relay parent, as it once was, the go-ahead must not be due before anybody can see
/// it: here a candidate is included up to 3 relay blocks after its relay parent, one of them as a
/// collator may be a block late.
#[test]
fn the_smallest_safe_delay_is_one_from_inclusion_and_more_from_the_relay_parent() {
    let safe = |variants: &[Variant]| -> Vec<u8> {
        (0..=4).filter(|&delay| is_safe(delay, variants)).collect()
    };
    assert_eq!(safe(&[]), [1, 2, 3, 4]);
    assert_eq!(safe(&[Variant::FromRelayParent]), [4]);
}
