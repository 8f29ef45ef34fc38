//! The switch to 6 s blocks on forks: who notices each wrong form of it, and what the explored blocks
//! have to do with the machine that runs real calendars.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use unincluded_model::economics::eras::Subperiod;
use unincluded_model::economics::in_flight::{Clock, Migration};
use unincluded_model::economics::switch::Progress;
use unincluded_model::economics::{Block, BlockTime, Chain, Machine, Network};
use unincluded_model::scenario::{Generation, Switch};
use unincluded_model::state::{CycleSoFar, InFlight};
use unincluded_model::{Action, Emission, Protocol, Rule, Scenario, State, SwitchPhase, Variant};
use unincluded_properties::fingerprint::fingerprint;
use unincluded_properties::measured::{Place as Where, Range};
use unincluded_properties::{CATALOGUE, Limits, Outcome, Search, Stop};

/// Enough for whoever notices to notice.
const MOST_STATES: usize = 60_000;

/// The scenario with room for two blocks: the same calendar, and half the states.
fn small_switch() -> Protocol {
    let mut scenario = switch().scenario().clone();
    scenario.parameters.unincluded_segment_capacity = 2;
    scenario.parameters.scheduling_lookahead = 2;
    Protocol::new(scenario)
}

fn switch() -> Protocol {
    Protocol::new(Scenario::built_in("astar-switch").expect("built in"))
}

/// The properties that notice a change, with the number of actions of a shortest run.
fn noticed(protocol: &Protocol) -> String {
    let limits = Limits { states: Some(MOST_STATES), ..Limits::default() };
    let report = Search { protocol, limits, stop: Stop::Never }.run(&mut |_| ());
    let mut who = String::new();
    for (place, outcome) in &report.outcomes {
        if let Outcome::Violated { actions, .. } = outcome {
            write!(who, " {} {}", CATALOGUE[*place].id, actions.len()).expect("to a string");
        }
    }
    who
}

/// Mutants M1 to M4, M7, M9 and M10 of the emission where they touch the switch, and the rest of its
/// rules: who notices, after how many actions.
const NOTICED: &str = "\
INFL-9                         INV-9 31
econ:UPG-2                     INV-1 9 INV-2 13 INV-2-STEP 12 INV-14 31 INV-18 12 INV-19 9
econ:UPG-3                     INV-9 27 INV-14 27 INV-15 61 INV-15-ERA 11
econ:UPG-5                     INV-MBM-1 31
econ:UPG-6                     INV-15 36
econ:UPG-8                     INV-15 36
EMIT-1=global-counter          INV-1 5 INV-2 9 INV-2-STEP 8 INV-14 31 INV-19 8
INFL-9=era-lengths             INV-9 61 INV-14 70 INV-15-ERA 73
INFL-9=in-the-new-era          INV-9 31 INV-14 31 INV-15 68 INV-15-ERA 43
econ:UPG-2=twice               INV-1 9 INV-2 13 INV-2-STEP 12 INV-14 31 INV-18 12 INV-19 33
econ:UPG-2=after-paying        INV-1 9 INV-2 13 INV-2-STEP 12 INV-14 31 INV-19 9
econ:UPG-3=from-the-new-block  INV-9 29 INV-14 29 INV-15 65 INV-15-ERA 12
";

#[test]
fn every_wrong_form_of_the_switch_is_noticed() {
    use Rule::{EconUpg2, EconUpg3, EconUpg5, EconUpg6, EconUpg8, Infl9};
    use Variant::{
        EraLengthsCounted, GlobalIssuance, HalvedAfterPaying, HalvedTwice, RecalculatedInTheNewEra,
        StretchedFromTheNewBlock,
    };
    let mut table = String::new();
    for rule in [Infl9, EconUpg2, EconUpg3, EconUpg5, EconUpg6, EconUpg8] {
        let who = noticed(&small_switch().without([rule]));
        writeln!(table, "{:30}{who}", rule.id()).expect("to a string");
    }
    for variant in [
        GlobalIssuance,
        EraLengthsCounted,
        RecalculatedInTheNewEra,
        HalvedTwice,
        HalvedAfterPaying,
        StretchedFromTheNewBlock,
    ] {
        let who = noticed(&small_switch().with_variants([variant]));
        writeln!(table, "{:30}{who}", variant.name()).expect("to a string");
    }
    assert_eq!(table, NOTICED, "\n{table}");
}

/// What `check astar-switch` prints, of every block on every fork: what it issues, how long a cycle takes
/// (INV-9) and what it emits (INV-14), and what ends early or late (INV-15).
#[test]
fn what_the_switch_does_is_measured_on_every_fork() {
    let protocol = switch();
    let report = Search::new(&protocol).run(&mut |_| ());
    assert!(report.closed && report.holds());
    let measured = report.measured.expect("it has the switch");
    let (full, half) = (18_088_922_222_430_001_913, 9_044_461_111_215_000_956);
    assert_eq!(measured.rewards, [only(full), only(half)]);
    let cycle = |place: Where| measured.cycles[&place];
    // Ten blocks of 12 s; one slot more with the switch in it.
    let slots = [Where::Before, Where::Switch, Where::After].map(|place| cycle(place).slots);
    assert_eq!(slots, [only(20), only(21), only(20)]);
    assert_eq!(cycle(Where::Before).issued, only(10 * full));
    assert_eq!(cycle(Where::After).issued, only(20 * half));
    // One new block more, and a planck less for each pair of them: there is at least one, as a block that ends a
    // cycle and is the last old one has the switch in the next.
    let with_it = Range { least: 10 * full - 10 + half, most: 10 * full - 1 + half };
    assert_eq!(cycle(Where::Switch).issued, Some(with_it));
    let early: Vec<(&str, i64, i64)> = measured
        .early
        .iter()
        .map(|(what, range)| (what.as_str(), range.least, range.most))
        .collect();
    assert_eq!(early, [("a chunk", 0, 2), ("a motion", 0, 4), ("a referendum", -11, 3)]);
}

/// A range of one value.
#[allow(clippy::unnecessary_wraps)]
fn only<T: Copy>(value: T) -> Option<Range<T>> {
    Some(Range { least: value, most: value })
}

/// Every block there is in some explored state stands where the machine of the economics stands after as
/// many blocks, with the switch at the same place: era, subperiod, recalculation, halving, migrations,
/// and the ends of what is in flight.
#[test]
fn every_explored_block_agrees_with_the_machine() {
    let protocol = switch();
    let terms = protocol.scenario().switch.expect("the scenario has it");
    let expected = machine_states(&terms);
    let mut met = HashSet::new();
    visit(&protocol, |state| {
        for block in &state.blocks {
            let Emission { in_flight, cycle, phase, .. } = block.emission;
            let key = key(&cycle, phase);
            let machine = expected.get(&key).unwrap_or_else(|| panic!("no machine is at {key:?}"));
            let rest = |emission: Emission| Emission {
                issued_halved: Default::default(),
                in_flight: InFlight::default(),
                cycle: CycleSoFar::default(),
                ..emission
            };
            assert_eq!(rest(block.emission), rest(machine.emission), "at {key:?}");
            if let Some(due) = machine.in_flight {
                assert_eq!(in_flight, due, "at {key:?}");
            }
            met.insert(key);
        }
    });
    // Every place of the calendar with every place of the switch, on every chain that the machine ran.
    assert_eq!(met.len(), expected.len());
}

/// The least number of relay blocks from a block's relay parent to that of a block on it, under the old code.
fn least_step_under_the_old_code(protocol: &Protocol) -> Option<u8> {
    let mut least = None;
    visit(protocol, |state| {
        for (action, step) in protocol.steps(state) {
            let (Action::Author(author), Ok(_)) = (action, step) else { continue };
            let parent = state.block(author.parent);
            if parent.authored > 0 && parent.emission.phase == SwitchPhase::Before {
                let before = parent.relay_parent.on(usize::from(author.branch));
                let step = before.0 - author.relay_parent.0;
                least = Some(least.map_or(step, |least: u8| least.min(step)));
            }
        }
    });
    least
}

/// Why the slots of the old code, which take 12 s, are not in the scenario: as one block may wait, each is built
/// two relay blocks after its parent or later, and so in another slot of 12 s than that. The slots would refuse
/// nothing. With room for two blocks they would.
#[test]
fn old_blocks_never_share_a_slot_of_12_s() {
    let least = |capacity_before| {
        let mut scenario = small_switch().scenario().clone();
        scenario.switch = scenario.switch.map(|switch| Switch { capacity_before, ..switch });
        least_step_under_the_old_code(&Protocol::new(scenario))
    };
    assert_eq!(least(Some(1)), Some(2));
    assert_eq!(least(Some(2)), Some(1));
}

/// Slot numbers double with the first new block (econ:HOOK-4), so the hook of June 2025, which counts by para slot,
/// begins to count anew there. That decides nothing, as a collator builds once on a relay parent: with that hook and
/// with today's, which counts by relay slot, the same is explored.
#[test]
fn no_count_of_blocks_in_a_slot_bears_on_the_switch() {
    let [june, today] = [Generation::AuraExt018, Generation::AuraExt025].map(|generation| {
        let mut scenario = switch().scenario().clone();
        scenario.parameters.generation = generation;
        let protocol = Protocol::new(scenario);
        let report = Search::new(&protocol).run(&mut |_| ());
        assert!(report.closed && report.holds(), "{generation:?}");
        (report.states, report.transitions)
    });
    assert_eq!(june, today);
}

/// A place of the calendar: blocks of the cycle by runtime, whether the switch is among them, and the
/// phase.
type Key = ([u8; 2], bool, SwitchPhase);

fn key(cycle: &CycleSoFar, phase: SwitchPhase) -> Key {
    ([cycle.old_blocks, cycle.new_blocks], cycle.has_switch, phase)
}

/// What the machine says of a place.
struct Place {
    emission: Emission,
    /// None in the cycles after that of the switch, where what was begun under migrations goes on.
    in_flight: Option<InFlight>,
}

/// The machine on the scenario's calendar, with the switch after each of a cycle's blocks.
fn machine_states(terms: &Switch) -> HashMap<Key, Place> {
    let [before, after] =
        [BlockTime::TwelveSeconds, BlockTime::SixSeconds].map(|time| terms.calendar(time));
    let cycle = before.blocks_per_cycle();
    let machine = Machine::new(Network { before, after, ..Network::astar() });
    let mut places = HashMap::new();
    for last_old in 1..=cycle {
        let mut chain = machine.steady(BlockTime::TwelveSeconds, 1_000_000_007);
        let full = chain.inflation.configuration.block_reward();
        let mut so_far = CycleSoFar::default();
        let phase_at = |number: u32| match number.cmp(&last_old) {
            Ordering::Less => SwitchPhase::Before,
            Ordering::Equal => SwitchPhase::LastOld,
            Ordering::Greater => SwitchPhase::After,
        };
        let mut cycles = 0;
        let mut note = |chain: &Chain, so_far: &CycleSoFar, rate: u8, cycles: u32| {
            let phase = phase_at(chain.number);
            let is_of_first = cycles == 0;
            let in_flight = is_of_first.then(|| in_flight(terms, last_old, chain.number));
            let emission = emission(chain, phase, rate);
            places.entry(key(so_far, phase)).or_insert(Place { emission, in_flight });
        };
        note(&chain, &so_far, 0, cycles);
        while cycles < 3 {
            let upgrade = chain.number == last_old;
            let block = Block { upgrade, progress: Progress::Completes(1), ..Block::default() };
            let receipt = machine.execute(&mut chain, &block);
            let is_new = chain.number > last_old;
            so_far.has_switch |= upgrade;
            if is_new {
                so_far.new_blocks += 1;
            } else {
                so_far.old_blocks += 1;
            }
            if cycles == 0 {
                let due = if is_new { full / 2 } else { full };
                assert!(receipt.collators + receipt.treasury <= due);
                assert!(receipt.collators + receipt.treasury + 1 >= due);
            }
            if receipt.recalculated {
                so_far = CycleSoFar::default();
                cycles += 1;
            }
            note(&chain, &so_far, u8::from(is_new), cycles);
        }
    }
    places
}

/// What the machine's chain says, counted from its newest block.
fn emission(chain: &Chain, phase: SwitchPhase, rate: u8) -> Emission {
    let staking = &chain.staking;
    let recalculation = chain.inflation.configuration.recalculation_era;
    Emission {
        phase,
        rate,
        next_era_in: (staking.next_era_start - chain.number) as u8,
        is_voting: staking.subperiod == Subperiod::Voting,
        next_subperiod_in: (staking.next_subperiod_start_era - staking.era) as u8,
        recalculation_in: (recalculation - staking.era) as u8,
        waiting: chain.migrations.waiting.len() as u8,
        ..Emission::default()
    }
}

/// What was begun with block 0, after the block `now`: by the rules for stored ends.
fn in_flight(terms: &Switch, last_old: u32, now: u32) -> InFlight {
    let clock = Clock { last_old_block: last_old };
    let end = u32::from(terms.duration);
    let rest = |migration: Migration, running: u32| {
        let end = if now >= running { migration.end(clock, running, end) } else { end };
        end.saturating_sub(now) as u8
    };
    InFlight {
        unlocking: rest(Migration::FromTheRunningBlock, last_old + 2),
        referendum: rest(Migration::FromTheLastOldBlockIfOngoing, last_old + 3),
        motion: rest(Migration::Never, last_old + 1),
    }
}

/// Every state that is explored.
fn visit(protocol: &Protocol, mut look: impl FnMut(&State)) {
    let mut scratch = Vec::new();
    let mut seen = HashSet::new();
    let mut states = vec![protocol.canonical(&protocol.initial()).0];
    seen.insert(fingerprint(&states[0], &mut scratch));
    while let Some(state) = states.pop() {
        look(&state);
        for (_, step) in protocol.steps(&state) {
            let Ok(step) = step else { continue };
            if seen.insert(fingerprint(&step.next, &mut scratch)) {
                states.push(step.next);
            }
        }
    }
}
