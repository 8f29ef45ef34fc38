//! The comparisons that every generation of the pallets goes through.

use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Few, Protocol, RelayBlockPlan, RelayNumberCheck, Rule,
    Scenario, Variant,
};

use crate::divergence::Found;
use crate::explore::{Report, attempts, explore, places};
use crate::pallets::{Pallets, Setting};
use crate::shrink::shrink;
use crate::walk::{scenarios, walk};
use crate::world::{Case, World};

/// A built-in scenario with all its rules.
///
/// # Panics
///
/// If there is none of this name.
pub fn case(name: &str) -> Case {
    Case::of(Protocol::new(Scenario::built_in(name).expect("a built-in scenario")))
}

/// Every edge of a scenario's graph, or of so many states from its start.
///
/// # Panics
///
/// With the run, where the model and the pallets part.
pub fn edges<P: Pallets>(case: &Case, most: usize) -> Report {
    match explore::<P>(case, most) {
        Ok(report) => report,
        Err(found) => panic!("{}", shrink::<P>(case, *found).report(&case.protocol, P::NAME)),
    }
}

/// The region near the start of every scenario.
///
/// # Panics
///
/// As [`edges`].
pub fn near_the_start<P: Pallets>(most: usize) -> Report {
    let mut total = Report::default();
    for scenario in scenarios() {
        let name = scenario.name.clone();
        let one = edges::<P>(&Case::of(Protocol::new(scenario)), most);
        assert!(one.authored > 10, "{name} is hardly looked at: {one:?}");
        total += one;
    }
    total
}

/// A chain of blocks for every V, C, distance of relay parents and number of included blocks: every
/// attempt on it, and every answer of `can_build_upon`.
///
/// # Panics
///
/// As [`edges`].
pub fn grid<P: Pallets>() -> Report {
    let mut total = Report::default();
    for velocity in 0..=3 {
        for capacity in 0..=12 {
            let mut scenario = Scenario::built_in("adversary").expect("a built-in scenario");
            scenario.parameters.block_processing_velocity = velocity;
            scenario.parameters.unincluded_segment_capacity = capacity;
            scenario.parameters.scheduling_lookahead = 4;
            scenario.environment.oldest_relay_parent = 4;
            scenario.environment.adversary_blocks = 0;
            let case = Case::of(Protocol::new(scenario.checked("a grid").expect("in range")));
            for distance in 0..=2 {
                for included in 0..=2 {
                    let outcome = chain::<P>(&case, distance, included, &mut total);
                    if let Err(found) = outcome {
                        panic!("{}", shrink::<P>(&case, *found).report(&case.protocol, P::NAME));
                    }
                }
            }
        }
    }
    total
}

/// One chain: a block on the tip, then so many relay blocks, and so on until it is one longer than
/// the model can take; `included` of every three relay blocks include the oldest block there is.
fn chain<P: Pallets>(
    case: &Case,
    distance: usize,
    included: usize,
    report: &mut Report,
) -> Result<(), Box<Found>> {
    let mut world = World::<P>::start(case);
    let mut taken = Vec::new();
    let capacity = usize::from(case.protocol.parameters().unincluded_segment_capacity);
    for round in 0..capacity.min(12) + 2 {
        look::<P>(&world, &taken, report)?;
        let deepest = deepest(&world);
        for relay in 0..=distance {
            let action = if relay == 0 {
                Action::Author(Author::honest(deepest, Age::TIP))
            } else {
                let backs = (round * distance + relay) % 3 < included;
                Action::RelayBlock(grown(&world, backs))
            };
            world.salt += 1;
            let step = world.step(&action);
            match step {
                Ok(true) => taken.push(action),
                Ok(false) => {}
                Err(divergence) => {
                    taken.push(action);
                    return Err(Box::new(Found { actions: taken, divergence }));
                }
            }
        }
    }
    look::<P>(&world, &taken, report)
}

/// The block with the most ancestors, the newest of them.
fn deepest<P: Pallets>(world: &World<P>) -> BlockIndex {
    let depth = |block: &BlockIndex| world.state.ancestry(*block).count();
    world.state.indices().max_by_key(depth).unwrap_or(BlockIndex::ROOT)
}

/// The next relay block: what is pending becomes available, and the next block on it is backed.
fn grown<P: Pallets>(world: &World<P>, backs: bool) -> RelayBlockPlan {
    let branch = world.state.main();
    let bits = branch.pending.iter().map(|_| Bits::Enough);
    let head = branch.pending.last().map_or(branch.tip().included, |pending| pending.block);
    let next = world.state.children(head).next().filter(|_| backs);
    RelayBlockPlan {
        bits: Few::of(bits).unwrap_or_default(),
        back: Few::of(next).unwrap_or_default(),
        ..RelayBlockPlan::quiet(0)
    }
}

/// Every attempt on the deepest block, one of the false claims after the other, and every answer.
fn look<P: Pallets>(
    world: &World<P>,
    taken: &[Action],
    report: &mut Report,
) -> Result<(), Box<Found>> {
    report.states += 1;
    let deepest = deepest(world);
    for author in attempts(world, Some(report.states)).into_iter().filter(|a| a.parent == deepest) {
        let verdict = world.attempt(&author).map_err(|divergence| {
            let mut actions = taken.to_vec();
            actions.push(Action::Author(author));
            Box::new(Found { actions, divergence })
        })?;
        report.count(&verdict);
    }
    for (parent, branch, age) in places(world) {
        world
            .ask(parent, branch, age)
            .map_err(|divergence| Box::new(Found { actions: taken.to_vec(), divergence }))?;
        report.asked += 1;
    }
    Ok(())
}

/// A change that the comparison has to notice.
#[derive(Clone, Copy, Debug)]
pub enum Patch {
    /// A rule that the model does not ask.
    Without(Rule),
    /// A mistaken form of one.
    With(Variant),
    /// A number of the model that is one off the runtime's.
    Off(fn(&mut Setting)),
}

/// A change of the model that the comparison has to notice.
#[derive(Clone, Copy, Debug)]
pub struct Tooth {
    /// The scenario in which it can be seen.
    pub scenario: &'static str,
    /// What is changed.
    pub patch: Patch,
    /// The rule that the divergence has to name.
    pub rule: Rule,
}

/// States that are looked at before a change counts as unnoticed.
const DEEP: usize = 6000;

/// The run on which a patched model and the pallets part, shrunk.
///
/// # Errors
///
/// If they do not part, or part over other rules.
pub fn bite<P: Pallets>(tooth: &Tooth) -> Result<Found, String> {
    let scenario = Scenario::built_in(tooth.scenario).ok_or("no such scenario")?;
    let protocol = Protocol::new(scenario);
    let case = match tooth.patch {
        Patch::Without(rule) => Case::of(protocol.without([rule])),
        Patch::With(variant) => Case::of(protocol.with_variants([variant])),
        Patch::Off(change) => {
            let mut case = Case::of(protocol);
            change(&mut case.setting);
            case
        }
    };
    let found = match explore::<P>(&case, DEEP) {
        Err(found) => *found,
        Ok(report) => walked::<P>(&case)
            .ok_or_else(|| format!("{tooth:?} is not noticed in {report:?}, nor in walks"))?,
    };
    let found = shrink::<P>(&case, found);
    let report = found.report(&case.protocol, P::NAME);
    if found.divergence.names(tooth.rule) { Ok(found) } else { Err(report) }
}

/// Each of these teeth bites, over its rule.
///
/// # Panics
///
/// With all that do not.
pub fn bites<P: Pallets>(wanted: impl Fn(&Tooth) -> bool) {
    let wanted: Vec<Tooth> = teeth().into_iter().filter(wanted).collect();
    assert!(!wanted.is_empty());
    let missed: Vec<String> = wanted
        .iter()
        .filter_map(|tooth| bite::<P>(tooth).err().map(|error| format!("{tooth:?}: {error}")))
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

/// Walks until something is found.
fn walked<P: Pallets>(case: &Case) -> Option<Found> {
    (0..200u32).find_map(|seed| {
        let mut word = seed.wrapping_mul(0x9e37_79b9) | 1;
        let choices: Vec<u16> = (0..60)
            .map(|_| {
                word ^= word << 13;
                word ^= word >> 17;
                word ^= word << 5;
                (word >> 8) as u16
            })
            .collect();
        walk::<P>(case, &choices).err().map(|found| *found)
    })
}

/// The rules that the para side compares, each with a change of the model that it notices: the rule
/// switched off, a mistaken form of it, or a number of the model that is one off.
pub fn teeth() -> Vec<Tooth> {
    use Patch::{Off, With, Without};
    let tooth = |scenario, patch, rule| Tooth { scenario, patch, rule };
    let without = |scenario, rule| Tooth { scenario, patch: Without(rule), rule };
    vec![
        without("astar", Rule::Seg2),
        without("astar", Rule::Seg3),
        without("astar", Rule::Seg4),
        without("adversary", Rule::Seg5),
        without("messages", Rule::Seg6),
        without("messages", Rule::Seg7),
        without("messages", Rule::Seg8),
        without("adversary", Rule::Blk3),
        without("adversary", Rule::Rpn1),
        without("adversary", Rule::Hook1),
        without("shibuya", Rule::Hook2),
        without("adversary", Rule::Hook3),
        without("adversary", Rule::Hook4),
        without("offset", Rule::Hook9),
        without("upgrade", Rule::Upg1),
        without("bandwidth", Rule::Upg3),
        without("upgrade-adversary", Rule::Upg4),
        without("upgrade-abort", Rule::Upg5),
        without("messages", Rule::Msg1),
        without("messages", Rule::Msg2),
        without("messages-full-segment", Rule::Msg4),
        without("messages-in", Rule::Msg5),
        without("messages-in", Rule::Msg6),
        without("messages-down", Rule::Msg7),
        without("messages-down", Rule::Msg8),
        tooth("astar", With(Variant::PruneOneEntry), Rule::Seg4),
        tooth("adversary", With(Variant::SegmentAskedOnly), Rule::Seg5),
        tooth("adversary", With(Variant::SegmentEnforcedOnly), Rule::Seg5),
        tooth("messages-in", With(Variant::WatermarkForgotten), Rule::Msg6),
        tooth("adversary", Off(|runtime| runtime.capacity += 1), Rule::Seg5),
        tooth("adversary", Off(|runtime| runtime.capacity -= 1), Rule::Seg5),
        tooth("adversary", Off(|runtime| runtime.velocity += 1), Rule::Hook3),
        tooth("elastic", Off(|runtime| runtime.velocity -= 1), Rule::Hook3),
        tooth("offset", Off(|runtime| runtime.relay_parent_offset += 1), Rule::Hook9),
        tooth("offset-two", Off(|runtime| runtime.relay_parent_offset -= 1), Rule::Hook9),
        tooth(
            "adversary",
            Off(|runtime| runtime.relay_number_check = RelayNumberCheck::Strict),
            Rule::Rpn1,
        ),
        tooth(
            "adversary",
            Off(|runtime| runtime.relay_number_check = RelayNumberCheck::Any),
            Rule::Rpn1,
        ),
    ]
}

/// The comparisons of one generation as tests.
#[macro_export]
macro_rules! para_suite {
    ($pallets:ty) => {
        use unincluded_conformance_driver::{Effort, suite, walk};

        /// States of the closed scenario `astar`; the model's own tests pin the same number.
        const ASTAR: usize = 22_314;

        #[test]
        fn every_edge_of_astar_is_what_the_pallets_do() {
            let report = suite::edges::<$pallets>(&suite::case("astar"), usize::MAX);
            assert_eq!(report.states, ASTAR);
            println!("{report:?}");
        }

        #[test]
        fn near_the_start_of_every_scenario_the_pallets_do_the_same() {
            let report = suite::near_the_start::<$pallets>(Effort::asked().of(120, 3000));
            assert!(report.authored > 0 && report.refused > 0 && report.asked > 0, "{report:?}");
            println!("{report:?}");
        }

        #[test]
        fn chains_for_every_velocity_and_capacity_are_taken_or_refused_alike() {
            let report = suite::grid::<$pallets>();
            assert!(report.authored > 0 && report.refused > 0 && report.asked > 0, "{report:?}");
            println!("{report:?}");
        }

        #[test]
        fn walks_under_any_legal_parameters_agree() {
            let steps = Effort::asked().of(10_000, 1_000_000);
            let report = walk::walks::<$pallets>(&walk::scenarios(), steps, 1);
            println!("{:?}", report.unwrap_or_else(|report| panic!("{report}")));
        }

        #[test]
        fn the_pallets_part_from_a_model_without_a_rule_over_that_rule() {
            suite::bites::<$pallets>(|tooth| matches!(tooth.patch, suite::Patch::Without(_)));
        }

        #[test]
        fn the_pallets_part_from_another_form_or_number_over_its_rule() {
            suite::bites::<$pallets>(|tooth| !matches!(tooth.patch, suite::Patch::Without(_)));
        }
    };
}
