//! The real amounts of Astar and Shiden around the switch, figure by figure.

use unincluded_model::economics::networks::{
    ASTAR_6S, ASTAR_12S, ASTAR_AT_LAUNCH, ASTAR_AT_THE_SWITCH, ASTAR_ISSUANCE_DECEMBER_2023,
    ASTAR_ISSUANCE_OF_THE_DOCUMENTATION, SHIDEN_6S, SHIDEN_12S, SHIDEN_PARAMETERS,
};
use unincluded_model::economics::{
    Balance, Calendar, Emissions, InflationParameters, TOKEN, recalculate,
};

use super::{configure, divisors, in_order, units};

/// 7 % of the issuance of December 2023; planck.
const MAX_EMISSION: Balance = 581_316_193_177_409_037_109_427_268;

/// The six emissions, the six units and the six remainders.
type Split = ([Balance; 6], [Balance; 6], [Balance; 6]);

fn split(parameters: &InflationParameters, calendar: &Calendar) -> Split {
    let emissions = in_order(&Emissions::of(MAX_EMISSION, parameters));
    let units = units(&configure(MAX_EMISSION, parameters, calendar));
    let times = divisors(calendar);
    let remainders = std::array::from_fn(|i| emissions[i] - times[i] * units[i]);
    (emissions, units, remainders)
}

fn never_emitted(parameters: &InflationParameters, calendar: &Calendar) -> Balance {
    MAX_EMISSION - configure(MAX_EMISSION, parameters, calendar).cycle_total(calendar)
}

#[test]
fn astar_may_emit_581_million_of_the_issuance_of_december_2023() {
    assert_eq!(ASTAR_AT_LAUNCH.max_emission(ASTAR_ISSUANCE_DECEMBER_2023), MAX_EMISSION,);
    assert_eq!(MAX_EMISSION / TOKEN, 581_316_193);
}

#[test]
fn astar_at_12_s_splits_it_with_small_remainders() {
    let (emissions, units, remainders) = split(&ASTAR_AT_THE_SWITCH, &ASTAR_12S);
    assert_eq!(
        emissions,
        [
            29_065_809_658_870_451_855_471_363,
            18_602_118_181_677_089_187_501_673,
            75_571_105_113_063_174_824_225_545,
            58_131_619_317_740_903_710_942_727,
            319_723_906_247_574_970_410_184_997,
            80_221_634_658_482_447_121_100_963,
        ],
    );
    assert_eq!(
        units,
        [
            11_029_830_623_432_927_996,
            7_059_091_598_997_073_917,
            226_940_255_594_784_308_781_458,
            174_569_427_380_603_314_447_275,
            960_131_850_593_318_229_460_015,
            26_740_544_886_160_815_707_033_654,
        ],
    );
    assert_eq!(remainders, [412_163, 1_423_273, 31, 152, 2, 1]);
}

#[test]
fn astar_at_6_s_differs_in_the_two_block_rewards_only() {
    let (emissions_before, before, _) = split(&ASTAR_AT_THE_SWITCH, &ASTAR_12S);
    let (emissions, units, remainders) = split(&ASTAR_AT_THE_SWITCH, &ASTAR_6S);
    assert_eq!(emissions, emissions_before);
    assert_eq!(units[..2], [5_514_915_311_716_463_998, 3_529_545_799_498_536_958],);
    assert_eq!(units[2..], before[2..]);
    assert_eq!(remainders, [412_163, 4_058_473, 31, 152, 2, 1]);
}

#[test]
fn astar_at_launch_gave_stakers_more_of_the_base_part() {
    let (emissions, units, remainders) = split(&ASTAR_AT_LAUNCH, &ASTAR_12S);
    let stakers = 3..5;
    assert_eq!(
        emissions[stakers.clone()],
        [145_329_048_294_352_259_277_356_817, 232_526_477_270_963_614_843_770_907,],
    );
    assert_eq!(
        units[stakers.clone()],
        [436_423_568_451_508_286_118_188, 698_277_709_522_413_257_789_101,],
    );
    assert_eq!(remainders[stakers], [213, 274]);
    assert_eq!(split(&ASTAR_AT_LAUNCH, &ASTAR_6S).1[3..5], units[3..5]);
}

#[test]
fn both_parameter_sets_split_the_emission_exactly() {
    for parameters in [&ASTAR_AT_LAUNCH, &ASTAR_AT_THE_SWITCH] {
        let emissions = in_order(&Emissions::of(MAX_EMISSION, parameters));
        assert_eq!(emissions.iter().sum::<Balance>(), MAX_EMISSION);
    }
}

#[test]
fn what_a_cycle_never_emits_is_the_sum_of_the_remainders() {
    assert_eq!(never_emitted(&ASTAR_AT_THE_SWITCH, &ASTAR_12S), 1_835_622);
    assert_eq!(never_emitted(&ASTAR_AT_LAUNCH, &ASTAR_12S), 1_835_955);
    assert_eq!(never_emitted(&ASTAR_AT_THE_SWITCH, &ASTAR_6S), 4_470_822);
    assert_eq!(never_emitted(&ASTAR_AT_LAUNCH, &ASTAR_6S), 4_471_155);
    for parameters in [&ASTAR_AT_LAUNCH, &ASTAR_AT_THE_SWITCH] {
        for calendar in [&ASTAR_12S, &ASTAR_6S] {
            let (_, _, remainders) = split(parameters, calendar);
            let lost = remainders.iter().sum::<Balance>();
            assert_eq!(never_emitted(parameters, calendar), lost);
        }
    }
}

#[test]
fn the_switch_costs_a_planck_per_12_s_block_because_one_reward_is_odd_and_one_even() {
    let before = configure(MAX_EMISSION, &ASTAR_AT_THE_SWITCH, &ASTAR_12S);
    assert_eq!(before.collator_reward_per_block % 2, 1);
    assert_eq!(before.treasury_reward_per_block % 2, 0);
    for parameters in [&ASTAR_AT_LAUNCH, &ASTAR_AT_THE_SWITCH] {
        let at_12s = never_emitted(parameters, &ASTAR_12S);
        let at_6s = never_emitted(parameters, &ASTAR_6S);
        assert_eq!(at_6s - at_12s, ASTAR_12S.blocks_per_cycle().into());
    }
}

#[test]
fn astar_at_6_s_issues_nine_tokens_a_block_halved_or_recalculated_alike() {
    let issuance = ASTAR_ISSUANCE_DECEMBER_2023;
    let halved = recalculate(issuance, &ASTAR_AT_THE_SWITCH, &ASTAR_12S, 1).halved();
    assert_eq!(halved.block_reward(), 9_044_461_111_215_000_956);
    assert_eq!(halved, recalculate(issuance, &ASTAR_AT_THE_SWITCH, &ASTAR_6S, 1),);
}

#[test]
fn astar_emits_603_million_of_the_issuance_of_the_documentation() {
    let issuance = ASTAR_ISSUANCE_OF_THE_DOCUMENTATION;
    let max_emission = ASTAR_AT_THE_SWITCH.max_emission(issuance);
    assert_eq!(max_emission, 60_356_433_599 * TOKEN / 100);

    let before = recalculate(issuance, &ASTAR_AT_THE_SWITCH, &ASTAR_12S, 1);
    assert_eq!(
        units(&before),
        [
            11_451_964_480_684_578_020,
            7_329_257_267_638_129_933,
            235_625_716_752_852_852_852_852,
            181_250_551_348_348_348_348_348,
            996_878_032_415_915_915_915_915,
            27_763_959_455_540_000_000_000_000,
        ],
    );
    let after = recalculate(issuance, &ASTAR_AT_THE_SWITCH, &ASTAR_6S, 1);
    assert_eq!(units(&after)[..2], [5_725_982_240_342_289_010, 3_664_628_633_819_064_966],);
    assert_eq!(units(&after)[2..], units(&before)[2..]);
}

#[test]
fn shiden_splits_5_852_000_tokens_by_its_own_parameters() {
    let issuance = 83_600_000 * TOKEN;
    let max_emission = SHIDEN_PARAMETERS.max_emission(issuance);
    assert_eq!(max_emission, 5_852_000 * TOKEN);

    let before = recalculate(issuance, &SHIDEN_PARAMETERS, &SHIDEN_12S, 1);
    assert_eq!(
        units(&before),
        [
            111_035_215_543_412_264,
            71_062_537_947_783_849,
            2_305_333_333_333_333_333_333,
            1_773_333_333_333_333_333_333,
            10_427_200_000_000_000_000_000,
            97_533_333_333_333_333_333_333,
        ],
    );
    let after = recalculate(issuance, &SHIDEN_PARAMETERS, &SHIDEN_6S, 1);
    assert_eq!(units(&after)[..2], [55_517_607_771_706_132, 35_531_268_973_891_924],);
    assert_eq!(units(&after)[2..], units(&before)[2..]);
}
