//! Random walks over enabled actions, with shrinking: in scenarios of random parameters, far from
//! those that are explored whole.

use proptest::collection::vec;
use proptest::prelude::*;
use unincluded_model::{
    CollatorKind, Protocol, RelayNumberCheck, Rule, Scenario, StaleView, Variant,
};
use unincluded_properties::CATALOGUE;
use unincluded_properties::walk::{Walk, walk};

/// Astar with other parameters and other faults; all of them legal.
fn scenarios() -> impl Strategy<Value = Scenario> {
    let parameters = (1u8..=5, 1u8..=3, 1u8..=4, 1u8..=6, 1u8..=12);
    let collator = prop_oneof![
        Just(CollatorKind::SlotBased),
        Just(CollatorKind::Lookahead),
        Just(CollatorKind::Adversary)
    ];
    let check = prop_oneof![
        Just(RelayNumberCheck::Strict),
        Just(RelayNumberCheck::Monotonic),
        Just(RelayNumberCheck::Any)
    ];
    let view =
        prop_oneof![Just(StaleView::Never), Just(StaleView::Together), Just(StaleView::Apart)];
    (parameters, collator, check, view, any::<[bool; 4]>(), 0u8..=2).prop_map(
        |((c, v, l, p, f), collator, check, view, faults, followed)| {
            let mut scenario = Scenario::built_in("astar").expect("built in");
            scenario.parameters.unincluded_segment_capacity = c;
            scenario.parameters.block_processing_velocity = v;
            scenario.parameters.scheduling_lookahead = l;
            scenario.parameters.paras_availability_period = p;
            scenario.parameters.group_rotation_frequency = f;
            scenario.parameters.relay_number_check = check;
            let environment = &mut scenario.environment;
            environment.collator = collator;
            let honest = collator != CollatorKind::Adversary;
            environment.stale_view = if honest { view } else { StaleView::Never };
            environment.equivocation = faults[0] && honest;
            environment.withholding = faults[1] && honest;
            environment.delay = faults[2];
            environment.loss = faults[2] && faults[3];
            environment.followed_validators = if honest { followed } else { 0 };
            if !honest {
                environment.oldest_relay_parent = l - 1;
                environment.adversary_blocks = 8;
            }
            scenario.checked("generated").expect("legal")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_walk_violates_a_property(
        scenario in scenarios(),
        choices in vec(any::<u16>(), 1..400),
    ) {
        let protocol = Protocol::new(scenario);
        if let Walk::Violated { place, actions, because } = walk(&protocol, &choices) {
            // RPN-3: under `any` numbers may go back, and only HOOK-2 is left to stop them.
            prop_assert!(false, "{}: {because}: {actions:?}", CATALOGUE[place].id);
        }
    }
}

/// The walks can fail: without a rule they find what the search finds, and shrink it.
#[test]
fn walks_find_what_is_wrong_and_shrink_it() {
    let scenario = Scenario::built_in("astar").expect("built in");
    let cases: [(&[Rule], &[Variant], &str); 4] = [
        (&[Rule::Seg5], &[], "INV-SEG-1"),
        (&[Rule::Incl6], &[], "INV-REL-1"),
        (&[Rule::Emit1], &[], "INV-1"),
        (&[], &[Variant::TimeoutsFirst], "INV-REL-14"),
    ];
    for (rules, variants, id) in cases {
        let protocol = Protocol::new(scenario.clone())
            .without(rules.iter().copied())
            .with_variants(variants.iter().copied());
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let found =
            runner.run(&vec(any::<u16>(), 1..400), |choices| match walk(&protocol, &choices) {
                Walk::Ended { .. } => Ok(()),
                Walk::Violated { place, .. } => Err(TestCaseError::fail(CATALOGUE[place].id)),
            });
        let Err(proptest::test_runner::TestError::Fail(reason, choices)) = found else {
            panic!("{id} is not found: {found:?}");
        };
        assert_eq!(reason.message(), id);
        assert!(choices.len() < 40, "{id} shrinks to {} choices only", choices.len());
    }
}
