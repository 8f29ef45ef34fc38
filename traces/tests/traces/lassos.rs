//! Runs that go round for ever: recorded, written, read, replayed, and tampered with.

use sha2::{Digest, Sha256};
use unincluded_model::{Action, Protocol, RelayBlockPlan, Rule, Scenario, StaleView};
use unincluded_properties::Lasso;
use unincluded_properties::catalogue::Promised;
use unincluded_properties::outlook::{ADVANCES, IN_TIME};
use unincluded_properties::rates::{Conditions, rates};
use unincluded_traces::corpus::{Goal, RECIPES};
use unincluded_traces::{Run, explain, record, record_lasso, replay};

use crate::{parsed, text, written};

const STOPPED: &str = "astar-for-ever-without-coll-7";

const IDLE: &str = "astar-for-ever-nobody-builds";

fn astar() -> Protocol {
    Protocol::new(Scenario::built_in("astar").expect("built in"))
}

/// A relay block with nothing for the para.
fn quiet() -> Action {
    let protocol = astar();
    let start = protocol.canonical(&protocol.initial()).0;
    let is_quiet = |action: &Action| match action {
        Action::RelayBlock(plan) => {
            *plan == RelayBlockPlan { back: plan.back, ..*plan } && plan.back.is_empty()
        }
        _ => false,
    };
    protocol.actions(&start).into_iter().find(is_quiet).expect("the relay chain grows")
}

/// The file with its digest made to fit, so that only the rules can tell.
fn sealed(text: &str) -> String {
    let body_end = text.trim_end().rfind('\n').expect("several lines") + 1;
    let (body, last) = text.split_at(body_end);
    let digest = last.find("\"digest\":\"").expect("a digest") + "\"digest\":\"".len();
    format!("{body}{}{:x}\"}}\n", &last[..digest], Sha256::digest(body.as_bytes()))
}

/// What is wrong with a kept run in which one text stands for another, and nobody looks at the digest.
fn complaint(name: &str, from: &str, to: &str) -> String {
    let text = text(name);
    assert!(text.contains(from), "{name} has no {from}");
    match parsed(sealed(&text.replacen(from, to, 1)).as_bytes()) {
        Err(error) => error.to_string(),
        Ok(run) => replay(&run).expect_err("something is wrong").to_string(),
    }
}

#[test]
fn every_kept_round_closes_and_breaks_its_claim() {
    let mut kept = 0;
    for recipe in RECIPES {
        let Goal::Endless(id, left_out) = recipe.goal else { continue };
        let run = parsed(text(recipe.name).as_bytes()).expect(recipe.name);
        let lasso = run.header.lasso.clone().expect("it goes round");
        let replayed = replay(&run).unwrap_or_else(|error| panic!("{}: {error}", recipe.name));
        assert_eq!(replayed.verdict.property.as_deref(), Some(id));
        assert!(!replayed.verdict.holds, "{}", recipe.name);
        assert_eq!(replayed.turn, Some(run.steps.len() - lasso.stem));
        let round = replayed.verdict.round.expect("a round");
        assert_eq!((round.included, &*round.issued), (0, "0"), "{}", recipe.name);
        assert_eq!(round.kept.len(), lasso.assumes.len());
        assert!(lasso.assumes.iter().all(|name| !left_out.contains(&name.as_str())));
        kept += 1;
    }
    assert!(kept >= 6);
}

/// INV-E2E-6, COLL-6: the file of a run without a fault has a network without any, and its round gets three
/// blocks in where four slots pass.
#[test]
fn every_kept_round_that_is_too_slow_is_one_of_a_healthy_network() {
    let mut kept = 0;
    for recipe in RECIPES {
        let Goal::Slow(id) = recipe.goal else { continue };
        assert_eq!((id, recipe.without), ("INV-E2E-6", &[Rule::Coll6][..]));
        let run = parsed(text(recipe.name).as_bytes()).expect(recipe.name);
        assert_eq!(run.header.scenario.environment, run.header.scenario.environment.healthy(2));
        let replayed = replay(&run).unwrap_or_else(|error| panic!("{}: {error}", recipe.name));
        assert!(replayed.turn.is_some(), "{}", recipe.name);
        let round = replayed.verdict.round.expect("a round");
        assert_eq!((round.relay_slots, round.included), (20, 15));
        assert!(explain(&run).contains("Now everything is as it was after step "));
        kept += 1;
    }
    assert_eq!(kept, 1);
}

#[test]
fn what_is_changed_about_a_round_is_noticed_with_its_line_and_key() {
    for (name, from, to, says) in [
        (
            STOPPED,
            "\"stem\":8",
            "\"stem\":7",
            "line 1, lasso.stem: this build has 8, as the last step leads back to after step 8, the file has 7",
        ),
        (STOPPED, "\"stem\":8", "\"stem\":99", "t:1: lasso.stem = 99 is not legal: at most 18"),
        (
            STOPPED,
            "\"stem\":8",
            "\"stem\":18",
            "line 1, lasso.assumes.0: this build has an assumption",
        ),
        (
            STOPPED,
            "\"things-happen\"",
            "\"relay-grows\"",
            "t:1: lasso.assumes.0 = \"relay-grows\" is not legal: one of things-happen, owners-build, ",
        ),
        (
            STOPPED,
            "\"things-happen\"",
            "\"owners-build\"",
            "t:1: lasso.assumes.1 = \"owners-build\" is not legal: each assumption once, in the order things-happen, ",
        ),
        (
            IDLE,
            "\"things-happen\",",
            "\"things-happen\",\"owners-build\",",
            "an assumption that the round keeps to, and not “Who can build",
        ),
        (STOPPED, "\"version\":3", "\"version\":2", "t:1: version = 2 is not legal: 3"),
        (
            "astar-without-seg-5",
            "\"version\":2",
            "\"version\":3",
            "t:1: version = 3 is not legal: 2",
        ),
        (
            "astar-without-seg-5",
            "\"property\":\"INV-SEG-1\"",
            "\"property\":\"INV-E2E-3\"",
            "property",
        ),
        (
            STOPPED,
            "\"holds\":false,\"step\":8",
            "\"holds\":true,\"step\":8",
            "line 20, verdict.holds",
        ),
        (
            STOPPED,
            "\"included\":0,\"issued\":\"0\"",
            "\"included\":1,\"issued\":\"0\"",
            "line 20, verdict.round.included",
        ),
        (STOPPED, "\"relay_slots\":10", "\"relay_slots\":9", "line 20, verdict.round.relay_slots"),
        (
            STOPPED,
            "\"property\":\"INV-E2E-3\",\"lasso\"",
            "\"property\":\"INV-E2E-5\",\"lasso\"",
            "line 20, verdict.",
        ),
        (STOPPED, "\"lasso\":{\"stem\":8,", "\"lasso\":{\"stem\":-8,", "t:1: invalid value"),
        (
            STOPPED,
            "\"lasso\":{\"stem\":8,",
            "\"lasso\":{\"stem\":8,\"more\":1,",
            "t:1: unknown field `more`",
        ),
    ] {
        let found = complaint(name, from, to);
        assert!(found.contains(says), "{from} to {to}: {found}");
    }
}

/// What is odd about a file is an error of the file, and no divergence.
#[test]
fn a_lasso_that_no_run_can_have_is_not_read() {
    let text = text(STOPPED);
    for (from, to) in [
        ("\"stem\":8", "\"stem\":19"),
        ("\"things-happen\"", "\"\""),
        ("\"things-happen\",", "\"things-happen\",\"things-happen\","),
        ("\"things-happen\",\"owners-build\"", "\"owners-build\",\"things-happen\""),
    ] {
        assert!(text.contains(from), "no {from}");
        let odd = sealed(&text.replacen(from, to, 1));
        let error = parsed(odd.as_bytes()).expect_err("it is odd").to_string();
        assert!(error.starts_with("t:1: lasso."), "{error}");
    }
    let whole = sealed(&text.replacen("\"stem\":8", "\"stem\":18", 1));
    assert!(parsed(whole.as_bytes()).is_ok(), "a run may stay where it is for ever");
}

/// A header that names a claim of progress which its scenario does not make is not read, nor recorded.
#[test]
fn a_run_is_about_no_more_than_its_scenario_promises() {
    let forks = Protocol::new(Scenario::built_in("forks").expect("built in"));
    let still = Lasso { stem: vec![], cycle: vec![] };
    let run = record_lasso(&forks, None, "Nothing.", &still, &[]).expect("a round");
    let text = written(&run).replacen("\"lasso\":", "\"property\":\"LATENCY\",\"lasso\":", 1);
    let error = parsed(sealed(&text).as_bytes()).expect_err("with forks there is no latency");
    let says = "t:1: property = \"LATENCY\" is not legal: a property that the scenario claims";
    assert_eq!(error.to_string(), says);
    let error = record_lasso(&forks, Some(IN_TIME.id), "Nothing.", &still, &[]);
    let error = error.expect_err("with forks there is no latency").to_string();
    assert_eq!(error, "LATENCY is not claimed of the scenario \"forks\"");
}

/// INV-E2E-4 is broken by the runs that break INV-E2E-3, and they are kept under that name.
#[test]
fn where_a_group_is_offline_a_run_is_about_whether_the_chain_advances() {
    let groups = Protocol::new(Scenario::built_in("groups").expect("built in"));
    let promised: Vec<&str> = Promised::of(&groups).map(|promise| promise.id).collect();
    assert!(promised.contains(&"INV-E2E-4") && !promised.contains(&ADVANCES.id), "{promised:?}");
    let still = Lasso { stem: vec![], cycle: vec![] };
    let run = record_lasso(&groups, Some(ADVANCES.id), "Nothing.", &still, &[]).expect("a round");
    let run = parsed(written(&run).as_bytes()).expect("it is read again");
    assert!(!replay(&run).expect("it is done again").verdict.holds);
}

/// No inclusion may be late: one that comes before the round is one too many, and nothing is said of the
/// round that does not happen in it.
#[test]
fn one_late_inclusion_breaks_the_claim_wherever_it_comes() {
    let mut scenario = Scenario::built_in("elastic").expect("built in");
    let p = &mut scenario.parameters;
    (p.cores, p.block_processing_velocity, p.unincluded_segment_capacity) = (2, 2, 2);
    (p.scheduling_lookahead, p.paras_availability_period, p.group_rotation_frequency) = (2, 2, 2);
    scenario.environment.stale_view = StaleView::Never;
    let scenario = scenario.checked("two cores").expect("legal");
    let late = Protocol::new(scenario).without([Rule::Incl13]);
    let latency = rates(&late, Conditions::AsTheScenario).latency.expect("it is measured");
    let judged = |lasso: &Lasso<Action>| {
        let run = record_lasso(&late, Some(IN_TIME.id), "Late.", lasso, &[]).expect("a round");
        let replayed = replay(&run).expect("it is done again");
        (replayed.verdict.clone(), replayed.to_string(), explain(&run))
    };

    let once = Lasso { stem: latency.slow.clone(), cycle: vec![] };
    let (verdict, line, story) = judged(&once);
    let last = latency.slow.len();
    assert_eq!((verdict.holds, verdict.step), (false, Some(last)));
    let because = format!("step {last} includes a block 5 relay blocks after its relay parent");
    assert_eq!(verdict.because.as_deref(), Some(&*because));
    let says = format!("LATENCY is violated after {last} steps, assuming nothing");
    assert!(line.ends_with(&says), "{line}");
    assert!(!story.contains("LATENCY holds") && story.contains("LATENCY is violated"), "{story}");

    let always = latency.always_late.expect("again and again");
    let (verdict, ..) = judged(&always);
    let step = verdict.step.expect("it is violated");
    assert!(!verdict.holds && step > always.stem.len(), "{verdict:?}");
    let because = format!("in every round step {step} includes a block 5 relay blocks after ");
    assert!(verdict.because.expect("a reason").starts_with(&because));

    let in_time = Lasso { stem: latency.quick, cycle: vec![] };
    assert!(judged(&in_time).0.holds);
}

/// A step of a round is one that somebody takes: a run may meet refusals, a round may not.
#[test]
fn a_round_in_which_a_step_is_refused_is_none() {
    let protocol = astar();
    let start = protocol.canonical(&protocol.initial()).0;
    let build = protocol.actions(&start).into_iter().find(|one| matches!(one, Action::Author(_)));
    let build = build.expect("somebody builds");
    let lasso = Lasso { stem: vec![build], cycle: vec![build] };
    let error = record_lasso(&protocol, Some(ADVANCES.id), "Twice.", &lasso, &[]);
    let error = error.expect_err("a second block on one relay parent").to_string();
    assert!(error.contains("step 2 of a round is one that somebody takes"), "{error}");
}

#[test]
fn a_round_that_leads_elsewhere_is_none() {
    let lasso = Lasso { stem: vec![], cycle: vec![quiet()] };
    let error = record_lasso(&astar(), Some(ADVANCES.id), "Once.", &lasso, &[]);
    let error = error.expect_err("groups rotate").to_string();
    assert_eq!(error, "no run without end: it takes a round that leads back to where it begins");
}

#[test]
fn a_run_that_ends_says_nothing_of_what_comes_in_the_end() {
    let error = record(&astar(), Some(ADVANCES.id), "Nothing.", &[]).expect_err("no round");
    assert!(error.to_string().contains("INV-E2E-3"), "{error}");
}

/// A round that includes a block keeps the claim, whatever the file says.
#[test]
fn a_round_in_which_it_comes_keeps_the_claim() {
    let protocol = astar();
    let found = rates(&protocol, Conditions::FewFaults { most: 0, window: 1 });
    let blocks = found.blocks.expect("astar closes");
    for rate in [blocks.least, blocks.greatest] {
        let run = record_lasso(&protocol, Some(ADVANCES.id), "A rate.", &rate.witness, &[]);
        let run = run.expect("a round");
        let verdict = &run.verdict.verdict;
        assert!(verdict.holds, "{verdict:?}");
        let round = verdict.round.as_ref().expect("a round");
        // The figures of the round are the rate.
        let (gain, cost) = (i128::from(round.included), i128::from(round.relay_slots));
        assert_eq!(gain * rate.ratio.cost, cost * rate.ratio.gain);
        assert_eq!(parsed(written(&run).as_bytes()).expect("it is read again"), run);
        replay(&run).expect("it is done again");
        let mut liar: Run = run.clone();
        liar.verdict.verdict.holds = false;
        let divergence = replay(&liar).expect_err("blocks are included");
        assert_eq!((divergence.line, &*divergence.path), (run.steps.len() + 2, "verdict.holds"));

        let witness =
            record_lasso(&protocol, None, "A rate.", &rate.witness, &[]).expect("a round");
        let verdict = &witness.verdict.verdict;
        assert!(verdict.holds && verdict.judged > Some(10), "{verdict:?}");
    }
}
