//! Short calendars, explored whole: no block breaks a claim, whoever does what in it.

use std::fmt::Write;

use stateright::{Checker, Model};
use unincluded_properties::economy::{Economy, Explored, Forks, Setting};

/// More than any of the settings has.
const MOST: usize = 1_000_000;

/// Distinct moments, blocks executed, and blocks to the furthest moment.
const COUNTS: &str = "\
steady                      63       63   62
blocks                   15622    34210  121
claims                  119317   882455   37
late-claims               5483    16449   30
three-claimants         124712  1247120   31
dapps                    35091   727217   37
maintenance              28096    59302   49
claims-in-maintenance    27511    82533   50
forced                   19366    88284   33
readjusted               16794    35346   50
root                     17294   101770   34
fees                      7218    21756   50
decay                    12140    22682   71
2026                      4041     8082   79
unlocking               145708   658812  121
gaps-and-bursts           4449    28362   37
";

/// S1, S4 to S13: every setting closes, so its claims hold for all time.
#[test]
fn no_block_breaks_a_claim_in_any_setting() {
    let mut counts = String::new();
    let mut met: Vec<&str> = Vec::new();
    for setting in Setting::ALL {
        let name = setting.name;
        let found = Economy::new(setting).explore(MOST);
        writeln!(counts, "{name:22} {:7} {:8} {:4}", found.states, found.blocks, found.depth)
            .expect("to a string");
        assert!(found.is_closed, "{name}");
        assert!(found.broken.is_empty(), "{name}: {:?}", found.broken);
        met.extend(found.met.keys());
    }
    assert_eq!(counts, COUNTS, "\n{counts}");
    for situation in SITUATIONS {
        assert!(met.contains(&situation), "it never comes to {situation}");
    }
}

/// What must have been met somewhere.
const SITUATIONS: [&str; 17] = [
    "the switch",
    "an era announced twice",
    "the first new block recalculates",
    "a recalculation",
    "a mint",
    "a bonus",
    "a claim that has expired",
    "a call while migrations run",
    "a stake in a period's last era",
    "a stake with unclaimed rewards",
    "a call in maintenance",
    "an era that is overdue",
    "the switch while an era is overdue",
    "a burn",
    "a recalculation while migrations run",
    "a migration that fails",
    "a recalculation that root asked for",
];

/// S2, S3: blocks wait, and any of them are lost, with recalculations, claims and the switch in them.
#[test]
fn what_is_lost_leaves_nothing_behind() {
    let found = Forks::new(Setting::FORKS).explore(MOST);
    assert!(found.is_closed);
    assert!(found.broken.is_empty(), "{:?}", found.broken);
    assert_eq!((found.states, found.steps), FORKS);
    let met: Vec<&str> = found.met.into_keys().collect();
    let lost = ["a claim is lost", "a recalculation is lost", "the switch is lost"];
    assert_eq!(met, [&lost[..], &["three new blocks are lost"]].concat());
}

/// Distinct trees, and steps between them.
const FORKS: (usize, usize) = (163_313, 686_122);

/// S13: the relay chain stops and goes on, and of the blocks that come at once afterwards, any are lost. What is
/// paid and when a cycle ends follow from the number of blocks, and no relay block makes up for another.
#[test]
fn neither_a_gap_nor_a_burst_changes_what_is_emitted() {
    let found = Forks::new(Setting::GAPS).explore(MOST);
    assert!(found.is_closed);
    assert!(found.broken.is_empty(), "{:?}", found.broken);
    assert_eq!((found.states, found.steps), GAPS);
    for situation in [
        "three blocks at once after a gap",
        "a recalculation in a burst",
        "the switch in a burst",
        "a burst is lost",
    ] {
        assert!(found.met.contains_key(situation), "it never comes to {situation}");
    }
}

/// S13: users who claim see nothing of it either: as many moments are there as without a clock.
#[test]
fn no_moment_depends_on_when_its_block_came() {
    let gaps = Setting::named("gaps-and-bursts").expect("it is there");
    let nominal = Setting { paces: &[None], ..gaps.clone() };
    let [gaps, nominal] = [gaps, nominal].map(|setting| Economy::new(setting).explore(MOST));
    assert_eq!(gaps.states, nominal.states);
    assert_eq!(gaps.blocks, 3 * nominal.blocks);
}

/// Distinct trees, and steps between them.
const GAPS: (usize, usize) = (4_572, 21_431);

/// A second opinion: stateright explores as many moments, and finds nothing either.
#[test]
fn stateright_explores_the_same() {
    for name in ["steady", "blocks", "fees"] {
        let economy = Economy::new(Setting::named(name).expect("it is there"));
        let Explored { states, .. } = economy.explore(MOST);
        let checker = economy.checker().spawn_bfs().join();
        assert_eq!(checker.unique_state_count(), states, "{name}");
        checker.assert_properties();
    }
}
