//! Teeth: every rule is switched off and every variant put in force, and the table says which
//! property notices first, where, and after how many actions. A row that says that nothing
//! notices names the rules that stand in, and they are switched off together to show it.

use std::fmt::Write;

use unincluded_model::{Protocol, RelayNumberCheck, Rule, Scenario, StaleView, Variant};
use unincluded_properties::{CATALOGUE, Limits, Outcome, Search, Stop};

/// More than any of the settings needs with its rules in force, and with one switched off that
/// nothing notices; a row says so where it is cut.
const MOST_STATES: usize = 53_000;

/// The built-in scenarios, those with large state spaces made smaller, from small to large: a
/// rule is noticed where it costs least.
fn settings() -> Vec<Scenario> {
    let built_in = |name| Scenario::built_in(name).expect("built in");
    let open_window = |name| {
        let mut scenario = built_in(name);
        scenario.parameters.group_rotation_frequency =
            scenario.parameters.paras_availability_period;
        scenario
    };
    let mut lookahead = open_window("lookahead");
    lookahead.environment.equivocation = false;
    let mut siblings = built_in("siblings");
    siblings.parameters.scheduling_lookahead = 2;
    siblings.parameters.unincluded_segment_capacity = 2;
    let mut adversary = built_in("adversary");
    adversary.environment.adversary_blocks = 3;
    adversary.environment.oldest_relay_parent = 1;
    let mut bandwidth = built_in("bandwidth");
    bandwidth.environment.adversary_blocks = 2;
    let mut forks_sessions = built_in("forks-sessions");
    forks_sessions.parameters.scheduling_lookahead = 2;
    forks_sessions.parameters.unincluded_segment_capacity = 2;
    let mut offset = open_window("offset");
    offset.environment.stale_view = StaleView::Never;
    let disputes_elastic = built_in("disputes-elastic");
    let mut elastic = built_in("elastic");
    elastic.parameters.cores = 2;
    elastic.parameters.block_processing_velocity = 2;
    elastic.parameters.unincluded_segment_capacity = 3;
    elastic.parameters.scheduling_lookahead = 2;
    elastic.parameters.paras_availability_period = 2;
    elastic.parameters.group_rotation_frequency = 2;
    let mut shibuya = built_in("shibuya");
    shibuya.environment.adversary_blocks = 2;
    let mut checked = shibuya.clone();
    checked.parameters.relay_number_check = RelayNumberCheck::Monotonic;
    let mut buried = adversary.clone();
    buried.parameters.relay_parent_offset = 1;
    vec![
        built_in("withholding"),
        built_in("astar-sync"),
        open_window("astar"),
        lookahead,
        siblings,
        adversary,
        bandwidth,
        built_in("votes"),
        built_in("collations"),
        built_in("coretime"),
        built_in("groups"),
        built_in("reconfiguration"),
        forks_sessions,
        offset,
        disputes_elastic,
        built_in("disputes-chains"),
        built_in("disputes"),
        elastic,
        shibuya,
        checked,
        buried,
    ]
}

/// Where rules of upgrades are read.
fn settings_of_upgrades() -> Vec<Scenario> {
    let names = ["upgrade-elastic", "upgrade-abort", "upgrade-adversary"];
    names.map(|name| Scenario::built_in(name).expect("built in")).to_vec()
}

fn is_of_upgrades(rule: Rule) -> bool {
    rule == Rule::Incl9 || rule.id().starts_with("UPG-")
}

/// Where sets of authorities are read.
fn settings_of_authorities() -> Vec<Scenario> {
    vec![Scenario::built_in("authorities").expect("built in")]
}

/// Where rules of messages are read.
fn settings_of_messages() -> Vec<Scenario> {
    let names = ["full-segment", "elastic", "down", "in"].map(|name| format!("messages-{name}"));
    let names = ["messages".to_owned()].into_iter().chain(names);
    names.map(|name| Scenario::built_in(&name).expect("built in")).collect()
}

fn is_of_messages(rule: Rule) -> bool {
    ["MSG-", "EMU-", "SEG-7", "INCL-10", "INCL-11", "INCL-12"]
        .iter()
        .any(|family| rule.id().starts_with(family))
}

/// Where rules of the switch to 6 s blocks are read.
fn settings_of_the_switch() -> Vec<Scenario> {
    let mut switch = Scenario::built_in("astar-switch").expect("built in");
    switch.parameters.unincluded_segment_capacity = 2;
    switch.parameters.scheduling_lookahead = 2;
    vec![switch]
}

fn is_of_the_switch(rule: Rule) -> bool {
    rule == Rule::Infl9 || rule.id().starts_with("econ:")
}

/// The first property that notices in the first scenario in which one does.
fn noticed(rules: &[Rule], variants: &[Variant]) -> String {
    let mut cut = Vec::new();
    let changed = rules.iter().copied().chain(variants.iter().map(|form| form.rule()));
    let settings = if changed.clone().any(is_of_the_switch) {
        settings_of_the_switch()
    } else if changed.clone().any(is_of_messages) {
        settings_of_messages()
    } else if changed.clone().any(is_of_upgrades) {
        settings_of_upgrades()
    } else if variants.contains(&Variant::AuthoritiesOfIncluded) {
        settings_of_authorities()
    } else {
        settings()
    };
    for scenario in settings {
        let name = scenario.name.clone();
        let protocol = Protocol::new(scenario)
            .without(rules.iter().copied())
            .with_variants(variants.iter().copied());
        let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
        let search = Search { protocol: &protocol, limits, stop: Stop::AtFirstViolation };
        let report = search.run(&mut |_| ());
        let violated = report.outcomes.iter().filter_map(|(place, outcome)| match outcome {
            Outcome::Violated { actions, .. } => Some((actions.len(), *place)),
            _ => None,
        });
        if let Some((steps, place)) = violated.min() {
            return format!("{:21}{name:14}{steps:>4}", CATALOGUE[place].id);
        }
        if let Some((place, _)) =
            report.outcomes.iter().find(|(_, outcome)| *outcome == Outcome::Missing)
        {
            return format!("{:21}{name:14}{:>4}", CATALOGUE[*place].id, "gone");
        }
        let undecided = |(_, outcome): &(usize, Outcome)| *outcome == Outcome::Inconclusive;
        if !report.closed || report.outcomes.iter().any(undecided) {
            cut.push(name);
        }
    }
    if cut.is_empty() { "nothing".to_owned() } else { format!("nothing, cut in {cut:?}") }
}

/// What is called how, which rules are off, which variants in force.
type KnockOut = (&'static str, Vec<Rule>, Vec<Variant>);

/// Rules that nothing notices alone, as others stand in for them on one core and one relay fork;
/// switched off together with those, somebody notices. In words:
///
/// - RPN-1 and HOOK-2 both keep relay parents from going back on one relay fork, and INCL-6b repeats
///   it for what is backed. See `what_incl_6b_alone_still_holds`.
/// - LOOK-1 bounds the collator's loop, HOOK-3 the runtime's slot.
/// - SLOTB-2 only narrows what honest collators choose among; COLL-4, COLL-8 and the runtime judge
///   what they build. See `collators_that_need_not_agree_on_the_best_are_views_apart`.
/// - SEG-3 only loses room, and COLL-7 keeps the collator from asking where it would: see
///   `a_collator_that_asks_at_the_included_head_dies_of_the_missing_hash`.
/// - MSG-8 hands over what MSG-5 and MSG-7 would insist on.
/// - Of SEG-6, EMU-3, INCL-10 and INCL-12 each repeats what the one before has checked, for blocks
///   that obey MSG-1 to MSG-6; see `messages_are_checked_in_four_places`.
const TOGETHER: [(&str, &[Rule]); 5] = [
    ("RPN-1, HOOK-2", &[Rule::Rpn1, Rule::Hook2]),
    ("LOOK-1, HOOK-3", &[Rule::Look1, Rule::Hook3]),
    ("MSG-5, MSG-8", &[Rule::Msg5, Rule::Msg8]),
    ("MSG-7, MSG-8", &[Rule::Msg7, Rule::Msg8]),
    ("SEG-6, MSG-1", &[Rule::Seg6, Rule::Msg1]),
];

#[test]
fn every_rule_and_every_variant_is_noticed_or_stood_in_for() {
    let mut table = format!("{:28}{:21}{:14}{:>5}\n", "off", "noticed by", "in", "after");
    let knock_outs: Vec<KnockOut> = Rule::ALL
        .iter()
        .map(|&rule| (rule.id(), vec![rule], vec![]))
        .chain(Variant::ALL.iter().map(|&variant| (variant.name(), vec![], vec![variant])))
        .chain(TOGETHER.iter().map(|(name, rules)| (*name, rules.to_vec(), vec![])))
        .collect();
    let (even, odd): (Vec<_>, Vec<_>) =
        knock_outs.iter().enumerate().partition(|(place, _)| place % 2 == 0);
    let mut rows: Vec<(usize, String)> = std::thread::scope(|scope| {
        let judge = |half: Vec<(usize, &KnockOut)>| {
            half.into_iter()
                .map(|(place, (name, rules, variants))| {
                    (place, format!("{name:28}{}", noticed(rules, variants)))
                })
                .collect::<Vec<_>>()
        };
        let other = scope.spawn(move || judge(odd));
        let mut rows = judge(even);
        rows.extend(other.join().expect("no search panics"));
        rows
    });
    rows.sort();
    for (_, row) in rows {
        writeln!(table, "{row}").expect("to a string");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_collator_that_asks_at_the_included_head_dies_of_the_missing_hash() {
    let wedged = |rules: &[Rule]| {
        let scenario = Scenario::built_in("astar-sync").expect("built in");
        let protocol = Protocol::new(scenario).without(rules.iter().copied());
        let report = Search::new(&protocol).run(&mut |_| ());
        matches!(report.outcome("NOT-WEDGED"), Some(Outcome::Violated { .. }))
    };
    assert!(wedged(&[Rule::Coll7]));
    assert!(!wedged(&[Rule::Coll7, Rule::Seg3]));
    assert!(!wedged(&[Rule::Seg3]));
}

/// With RPN-1 and HOOK-2 off, a para's relay parents go back; what is backed does not, until INCL-6b is
/// off as well.
#[test]
fn what_incl_6b_alone_still_holds() {
    let violated = |rules: &[Rule]| {
        let mut scenario = Scenario::built_in("adversary").expect("built in");
        scenario.environment.adversary_blocks = 3;
        let protocol = Protocol::new(scenario).without(rules.iter().copied());
        let report = Search::new(&protocol).stopping(Stop::Never).run(&mut |_| ());
        assert!(report.closed, "{:?}", report.cut_by);
        let is_violated = |id: &&str| matches!(report.outcome(id), Some(Outcome::Violated { .. }));
        ["INV-RP-1", "INV-REL-3", "INV-REL-7"].into_iter().filter(is_violated).collect::<Vec<_>>()
    };
    assert_eq!(violated(&[Rule::Rpn1, Rule::Hook2]), ["INV-RP-1"]);
    let all = ["INV-RP-1", "INV-REL-3", "INV-REL-7"];
    assert_eq!(violated(&[Rule::Rpn1, Rule::Hook2, Rule::Incl6b]), all);
}

/// What notices if these are changed, in this scenario, apart from what is looked for sooner.
fn notices(scenario: &str, rules: &[Rule], variants: &[Variant], property: &str) -> bool {
    let scenario = Scenario::built_in(scenario).expect("built in");
    let protocol = Protocol::new(scenario)
        .without(rules.iter().copied())
        .with_variants(variants.iter().copied());
    let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
    let report = Search { protocol: &protocol, limits, stop: Stop::Never }.run(&mut |_| ());
    matches!(report.outcome(property), Some(Outcome::Violated { .. }))
}

/// A message too many is stopped by the segment, else by the emulator, else by the relay chain; and by
/// the relay chain only if none is pending before it (INCL-10).
#[test]
fn messages_are_checked_in_four_places() {
    use Rule::{Emu3, Emu4, Incl10, Incl12, Msg1, Seg6};
    let overflows = |scenario, rules: &[Rule]| notices(scenario, rules, &[], "INV-UMP-2");
    assert!(!overflows("messages", &[Seg6, Msg1]));
    assert!(!overflows("messages", &[Seg6, Msg1, Emu3]));
    assert!(!overflows("messages", &[Seg6, Msg1, Incl10]));
    assert!(overflows("messages", &[Seg6, Msg1, Emu3, Incl10]));
    assert!(!overflows("messages-elastic", &[Seg6, Msg1]));
    assert!(overflows("messages-elastic", &[Seg6, Msg1, Emu3]));
    assert!(overflows("messages-elastic", &[Seg6, Msg1, Emu4]));

    let forgets = [Variant::WatermarkForgotten];
    let goes_back = |rules: &[Rule]| notices("messages-in", rules, &forgets, "INV-REL-12");
    assert!(!goes_back(&[Seg6]));
    assert!(!goes_back(&[Seg6, Emu3]));
    assert!(!goes_back(&[Seg6, Incl12]));
    assert!(goes_back(&[Seg6, Emu3, Incl12]));
}

/// Without SLOTB-2 collators do what `stale_view = "apart"` allows: more states, nothing broken.
#[test]
fn collators_that_need_not_agree_on_the_best_are_views_apart() {
    let mut scenario = Scenario::built_in("astar").expect("built in");
    scenario.environment.equivocation = false;
    let states = |protocol: &Protocol| {
        let report = Search::new(protocol).run(&mut |_| ());
        assert!(report.closed && report.holds());
        report.states
    };
    let together = states(&Protocol::new(scenario.clone()));
    let unruly = states(&Protocol::new(scenario.clone()).without([Rule::Slotb2]));
    scenario.environment.stale_view = StaleView::Apart;
    let apart = states(&Protocol::new(scenario));
    assert!(together < apart && together < unruly, "{together}, {apart}, {unruly}");
}
