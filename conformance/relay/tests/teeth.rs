//! Every change of the model's relay side is noticed: the pallets part from the changed model on a
//! run that is shrunk and names the rule.

use unincluded_conformance_relay::{
    Change, Divergence, Driver, Extent, changed, choices, cover, model_of, scenario, walk,
};
use unincluded_model::{Rule, Variant};

/// A change, and a scenario that shows it.
const TEETH: &[(Change, &str)] = &[
    (Change::Off(Rule::Arp1), "astar-sync"),
    (Change::Off(Rule::Arp2), "sessions"),
    (Change::Off(Rule::Arp4), "forks"),
    (Change::Off(Rule::Incl1), "astar"),
    (Change::Off(Rule::Incl2), "sessions"),
    (Change::Off(Rule::Incl3), "astar-sync"),
    (Change::Off(Rule::Incl4), "elastic"),
    (Change::Off(Rule::Incl5), "astar-sync"),
    (Change::Off(Rule::Incl6), "astar-sync"),
    (Change::Off(Rule::Incl6b), "astar-sync"),
    (Change::Off(Rule::Incl9), "upgrade"),
    (Change::Off(Rule::Incl10), "messages"),
    (Change::Off(Rule::Incl11), "messages-down"),
    (Change::Off(Rule::Incl12), "messages-in"),
    (Change::Off(Rule::Incl13), "elastic"),
    (Change::Off(Rule::Inh1), "astar-sync"),
    (Change::Off(Rule::Sess2), "reconfiguration"),
    (Change::Off(Rule::Sess3), "sessions"),
    (Change::Off(Rule::Sched2), "lapse"),
    (Change::Off(Rule::Sched3), "groups"),
    (Change::Off(Rule::Disp1), "disputes"),
    (Change::Off(Rule::Disp2), "disputes"),
    (Change::Off(Rule::Upg10), "upgrade-abort"),
    (Change::Off(Rule::Upg11), "upgrade"),
    (Change::Off(Rule::Upg12), "upgrade"),
    (Change::Off(Rule::Upg13), "upgrade-abort"),
    (Change::Off(Rule::Upg14), "upgrade-adversary"),
    (Change::Off(Rule::Upg15), "upgrade"),
    (Change::Off(Rule::To1), "astar"),
    (Change::Off(Rule::To2), "astar"),
    (Change::Form(Variant::TimeoutsFirst), "astar-sync"),
    (Change::Form(Variant::BackingFirst), "astar"),
    (Change::Form(Variant::KeepsBits), "disputes-elastic"),
    (Change::Form(Variant::OneVoteFreezes), "disputes"),
    (Change::Form(Variant::FromRelayParent), "upgrade"),
    (Change::Form(Variant::AtExpectedBlock), "upgrade"),
    (Change::Form(Variant::ClearedByItsReader), "upgrade-abort"),
    (Change::Number('L', -1), "astar"),
    (Change::Number('L', 1), "astar"),
    (Change::Number('P', -1), "astar"),
    (Change::Number('P', 1), "astar"),
    (Change::Number('F', -1), "astar"),
    (Change::Number('F', 1), "astar"),
    // Three validators need as many votes as the four of `astar`, and seven as many as the six of
    // `votes`: only the other directions can be seen.
    (Change::Number('N', 1), "astar"),
    (Change::Number('N', -1), "votes"),
];

/// The changed model beside the pallets as they are: near the start, and then at random.
fn hunt(change: Change, name: &str) -> Option<Box<Divergence>> {
    let network = scenario(name)?;
    let driver = Driver::new(changed(&model_of(&network), change)?, network);
    let near = Extent { states: 60, relay_blocks: usize::MAX };
    cover(&driver, near)
        .err()
        .or_else(|| (0..400).find_map(|seed| walk(&driver, &choices(seed, 80)).err()))
}

/// The rules that a divergence may put in doubt at most: who names many names none.
const MOST_IN_DOUBT: usize = 2;

/// Whether the divergence names the rule, by the pallets' words, the model's refusal or what they made
/// differently of the block; what was changed is not asked. A number that is one off is named by a rule of its
/// family: P and F are both of TO-1 and TO-2.
fn is_named(change: Change, found: &Divergence) -> bool {
    let family = |rule: Rule| rule.id().split('-').next().unwrap_or_default();
    let is_it = |rule: Rule| match change {
        Change::Number('P' | 'F', _) => family(rule) == family(change.rule()),
        _ => rule == change.rule(),
    };
    let rules = found.rules();
    rules.len() <= MOST_IN_DOUBT && rules.into_iter().any(is_it)
}

/// All of these changes that nothing notices, or that are noticed under another name.
fn missed(wanted: impl Fn(Change) -> bool) -> Vec<String> {
    let mut missed = Vec::new();
    let only = std::env::var("TOOTH").unwrap_or_default();
    for &(change, name) in TEETH {
        if !wanted(change) || !change.to_string().contains(&only) {
            continue;
        }
        let began = std::time::Instant::now();
        match hunt(change, name) {
            None => missed.push(format!("{change}: nothing is noticed in {name}")),
            Some(found) => {
                let rules: Vec<_> = found.rules().iter().map(|rule| rule.id()).collect();
                let (steps, rules) = (found.actions.len(), rules.join(" "));
                println!("{change}: {name}, {steps} steps, {rules} in {:.1?}", began.elapsed());
                if !is_named(change, &found) {
                    missed.push(format!("{change} is not named:\n{}", found.story()));
                }
            }
        }
    }
    missed
}

#[test]
fn every_rule_that_is_switched_off_is_noticed_and_named() {
    let missed = missed(|change| matches!(change, Change::Off(_)));
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_other_form_and_number_is_noticed_and_named() {
    let missed = missed(|change| !matches!(change, Change::Off(_)));
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
