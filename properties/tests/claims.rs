//! Public claims: as the model ships, and on other grounds, where they come out otherwise.

use std::sync::LazyLock;

use unincluded_model::economics::constants::Runtime;
use unincluded_model::economics::{BlockTime, Machine, Mistake, Network};
use unincluded_model::{Protocol, Rule, Scenario};
use unincluded_properties::claims::{
    CLAIMS, Claim, Course, Finding, Ground, Judgement, MEASURES, Subject,
};
use unincluded_properties::{Limits, Property};

/// The model as it ships, searched once for all tests.
fn shipped() -> &'static Ground {
    static SHIPPED: LazyLock<Ground> = LazyLock::new(fresh);
    &SHIPPED
}

/// The same, to be changed.
fn fresh() -> Ground {
    Ground::shipped().expect("its scenarios are built in")
}

fn judge(id: &str, ground: &Ground) -> Judgement {
    Claim::find(id).unwrap_or_else(|| panic!("there is no claim {id}")).judge(ground)
}

fn word(id: &str, ground: &Ground) -> &'static str {
    judge(id, ground).finding.word()
}

/// A subject with other parameters.
fn subject(built_in: &str, change: impl FnOnce(&mut Scenario)) -> Subject {
    let mut scenario = Scenario::built_in(built_in).expect("built in");
    change(&mut scenario);
    Subject::new(Protocol::new(scenario.checked("changed").expect("legal")))
}

#[test]
fn every_claim_names_what_decides_it_and_a_command() {
    let mut ids: Vec<&str> = CLAIMS.iter().map(|claim| claim.id).collect();
    for claim in CLAIMS {
        assert!(!claim.decided_by.is_empty(), "{}", claim.id);
        for by in claim.decided_by {
            let known = Property::find(by).is_some() || MEASURES.contains(by);
            assert!(known, "{}: {by} is neither a property nor a measure", claim.id);
        }
        for command in claim.command.split(" && ") {
            assert!(command.starts_with("unincluded "), "{}: {command}", claim.id);
        }
        assert!(claim.statement.ends_with('.') && claim.statement.len() < 120, "{}", claim.id);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CLAIMS.len(), "every claim has an id of its own");
}

/// As the model ships every claim is decided, for a reason with figures, and each run that shows it is
/// one that the model takes.
#[test]
fn every_claim_is_decided_and_every_run_can_be_done_again() {
    let ground = shipped();
    for claim in CLAIMS {
        let judgement = claim.judge(ground);
        println!("{:28} {:10} {}", claim.id, judgement.finding.word(), judgement.because);
        println!("    {:?} {:?}", judgement.finding, judgement.figures);
        assert_ne!(judgement.finding, Finding::Undecided, "{}: {}", claim.id, judgement.because);
        assert!(!judgement.figures.is_empty(), "{}", claim.id);
        let Some(witness) = judgement.witness else { continue };
        let mut state = witness.protocol.canonical(&witness.protocol.initial()).0;
        let actions = match &witness.course {
            Course::Run(actions) => actions.clone(),
            Course::Lasso(lasso) => lasso.unrolled(2 * lasso.len()).copied().collect(),
        };
        assert!(!actions.is_empty(), "{}", claim.id);
        for action in &actions {
            state = witness
                .protocol
                .step(&state, action)
                .unwrap_or_else(|refusal| panic!("{}: {action:?} is refused: {refusal}", claim.id));
        }
    }
}

/// A capacity of one is the past: no block in flight beside another, none in advance, 12 s.
#[test]
fn with_a_capacity_of_one_nothing_has_changed() {
    let ground = Ground {
        after: subject("astar", |scenario| scenario.parameters.unincluded_segment_capacity = 1),
        ..fresh()
    };
    for id in ["block-time-halved", "several-in-flight", "several-in-advance", "throughput-doubled"]
    {
        assert_eq!(word(id, &ground), "refuted", "{id}");
        assert_ne!(word(id, shipped()), "refuted", "{id}");
    }
}

/// Each path is compared with itself: on the fast one it doubles, on the usual one it is three times.
#[test]
fn throughput_is_compared_on_one_path_at_a_time() {
    let judgement = judge("throughput-doubled", shipped());
    let Finding::HoldsIf(condition) = judgement.finding else { panic!("{:?}", judgement.finding) };
    assert!(condition.ends_with("backed on the fast path"), "{condition}");
    assert!(judgement.because.contains("usual path from 1/3 (18 s) to 1 (6 s), 3 times"));
    // With the execution time of before it is that as well; and with half of it, neither path doubles.
    let old = Runtime::astar(BlockTime::TwelveSeconds);
    let ground = Ground { runtimes: [old; 2], ..fresh() };
    let Finding::HoldsIf(condition) = judge("throughput-doubled", &ground).finding else {
        panic!("on the usual path it is three times")
    };
    assert!(condition.contains("in execution time, and candidates are backed on the fast"));
}

/// A larger capacity needs no block to be included in time: D can be as large as it gets.
#[test]
fn with_a_capacity_beyond_the_window_the_block_time_has_fewer_conditions() {
    let ground = Ground {
        after: subject("astar", |scenario| scenario.parameters.unincluded_segment_capacity = 4),
        ..fresh()
    };
    let condition = |ground: &Ground| match judge("block-time-halved", ground).finding {
        Finding::HoldsIf(condition) => condition,
        other => panic!("{other:?}"),
    };
    assert!(condition(shipped()).contains("at most 3 relay blocks after"));
    assert!(!condition(&ground).contains("relay blocks after"));
}

/// The collator that Astar ran until April 2026 builds two blocks on a relay parent.
#[test]
fn the_lookahead_collator_is_in_advance_of_the_relay_chain() {
    let ground = Ground { after: subject("lookahead", |_| ()), ..fresh() };
    assert_eq!(word("several-in-advance", shipped()), "holds-if");
    assert_eq!(word("several-in-advance", &ground), "holds");
}

/// Three cores are not one.
#[test]
fn more_than_one_block_takes_more_than_one_core() {
    let ground = Ground {
        after: subject("elastic", |scenario| {
            scenario.parameters.unincluded_segment_capacity = 4;
            scenario.parameters.cores = 2;
            scenario.parameters.block_processing_velocity = 2;
            scenario.environment.delay = false;
            scenario.environment.loss = false;
            scenario.environment.idle = false;
            scenario.environment.unavailability = false;
        }),
        lookahead: subject("astar", |_| ()),
        ..fresh()
    };
    assert_eq!(word("more-than-one-per-6s", shipped()), "refuted");
    assert_eq!(word("more-than-one-per-6s", &ground), "holds-if");
}

/// With one block at a time there are no others.
#[test]
fn with_one_block_at_a_time_there_are_no_others_to_be_ready() {
    let ground = Ground {
        after: subject("astar", |scenario| scenario.parameters.unincluded_segment_capacity = 1),
        ..fresh()
    };
    assert_eq!(word("snag-others-ready", shipped()), "holds-if");
    assert_eq!(word("snag-others-ready", &ground), "refuted");
}

/// Confirmation would take half the time if inclusion took half the time, and does not.
#[test]
fn confirmation_is_as_slow_as_inclusion() {
    assert_eq!(word("confirmation-halved", shipped()), "refuted");
    let ground = Ground {
        // A past in which blocks took twice as long to be included.
        before: subject("astar-sync", |scenario| {
            scenario.parameters.scheduling_lookahead = 4;
            scenario.parameters.relay_parent_offset = 2;
        }),
        after: subject("astar", |scenario| scenario.parameters.scheduling_lookahead = 1),
        ..fresh()
    };
    assert_eq!(word("confirmation-halved", &ground), "holds");
}

#[test]
fn constants_decide_what_a_block_may_execute_and_what_bots_do() {
    let runtime = Runtime::astar(BlockTime::TwelveSeconds);
    let ground = Ground { runtimes: [runtime; 2], ..fresh() };
    assert_eq!(
        (word("execution-time", shipped()), word("execution-time", &ground)),
        ("holds", "refuted")
    );
    let same = Ground { after: subject("astar-sync", |_| ()), ..fresh() };
    let usual = Ground { after: subject("astar", |_| ()), ..fresh() };
    assert_eq!(word("bots-misfire", &usual), "holds");
    // On the fast path a capacity of one is 12 s still; on the usual one it is slower, and bots misfire too.
    let fast = Ground {
        after: subject("astar-sync", |scenario| scenario.parameters.scheduling_lookahead = 1),
        ..fresh()
    };
    assert_eq!(word("bots-misfire", &fast), "refuted");
    assert_eq!(word("bots-misfire", &same), "holds");
}

#[test]
fn a_switch_that_goes_wrong_changes_what_is_said_of_emission() {
    let with =
        |mistake| Ground { machine: Machine::new(Network::astar()).with(mistake), ..fresh() };
    assert_eq!(word("emission-per-block-halved", shipped()), "holds-if");
    assert_eq!(word("annual-issuance-unchanged", shipped()), "holds-if");
    for mistake in [Mistake::RewardsNotHalved, Mistake::RewardsHalvedTwice] {
        assert_eq!(word("emission-per-block-halved", &with(mistake)), "refuted", "{mistake:?}");
        assert_eq!(word("annual-issuance-unchanged", &with(mistake)), "refuted", "{mistake:?}");
    }
}

/// Had blocks kept their 12 s, counts of blocks would have kept their time.
#[test]
fn what_is_counted_in_blocks_keeps_its_time_while_blocks_do() {
    let mut network = Network::astar();
    network.after = network.before;
    let ground = Ground {
        machine: Machine::new(network),
        runtimes: [Runtime::astar(BlockTime::TwelveSeconds); 2],
        ..fresh()
    };
    assert_eq!(word("cycles-counted-in-blocks", shipped()), "refuted");
    assert_eq!(word("cycles-counted-in-blocks", &ground), "holds");
    let machine = Machine::new(Network::astar());
    let not_stretched = Ground { machine: machine.with(Mistake::EraNotStretched), ..fresh() };
    let because = |ground: &Ground| judge("cycles-counted-in-blocks", ground).because;
    assert!(
        because(shipped()).contains("10,801 blocks, which take 24 h"),
        "{}",
        because(shipped())
    );
    assert!(because(&not_stretched).contains("7,200 blocks, which take 17.998 h"));
}

#[test]
fn without_a_rule_of_inclusion_security_is_compromised() {
    assert_eq!(word("security-not-compromised", shipped()), "holds");
    // A property about something else is named, and does not decide.
    let small = Ground { lookahead: subject("astar", |_| ()), ..fresh() };
    let beyond = small.changed(&[Rule::Seg5], &[]);
    let judgement = judge("security-not-compromised", &beyond);
    assert_eq!(judgement.finding, Finding::Holds, "{}", judgement.because);
    assert!(judgement.because.ends_with("something else: INV-SEG-1"), "{}", judgement.because);
    assert_eq!(word("several-in-advance", &beyond), "refuted", "nothing bounds a segment");
    let small = Ground { lookahead: subject("astar", |_| ()), ..fresh() };
    let ground = small.changed(&[Rule::Incl1], &[]);
    assert_eq!(word("security-not-compromised", &ground), "refuted");
    assert_eq!(word("more-than-one-per-6s", &ground), "holds", "INV-17 fails");
}

#[test]
fn the_days_of_the_releases_decide_whether_there_were_stages() {
    assert_eq!(word("staged-roll-out", shipped()), "holds-if");
    let mut ground = fresh();
    ground.roll_out.swap(0, 2);
    let (astar, shibuya) = (ground.roll_out[0].released, ground.roll_out[2].released);
    ground.roll_out[0].released = shibuya;
    ground.roll_out[2].released = astar;
    assert_eq!(word("staged-roll-out", &ground), "refuted");
    let mut ground = fresh();
    for release in &mut ground.roll_out {
        release.enacted = Some(release.released);
    }
    assert_eq!(word("staged-roll-out", &ground), "holds");
}

/// A limit that comes first is no verdict.
#[test]
fn what_a_limit_cuts_short_is_undecided() {
    let ground = Ground { limits: Limits { states: Some(100), ..Limits::default() }, ..fresh() };
    for id in ["security-not-compromised", "more-than-one-per-6s", "several-in-advance"] {
        let judgement = judge(id, &ground);
        assert_eq!(judgement.finding, Finding::Undecided, "{id}: {}", judgement.because);
        assert!(judgement.because.contains("100 states"), "{id}: {}", judgement.because);
    }
}
