//! INFL-1, INFL-2: the parameter sets of production, in thousandths.

use unincluded_model::economics::networks::{
    ASTAR_AT_LAUNCH, ASTAR_AT_THE_SWITCH, ASTAR_PARAMETERS_2026, SHIBUYA_PARAMETERS,
    SHIBUYA_PARAMETERS_2026, SHIDEN_PARAMETERS, SHIDEN_PARAMETERS_2026,
};
use unincluded_model::economics::{InflationParameters, Perquintill};

/// Rate, treasury, collators, dApps, base, adjustable, bonus, ideal staking rate.
fn check(parameters: &InflationParameters, thousandths: [u64; 8]) {
    let thousandth = Perquintill::ONE.parts() / 1000;
    assert_eq!(
        [
            parameters.max_inflation_rate,
            parameters.treasury_part,
            parameters.collators_part,
            parameters.dapps_part,
            parameters.base_stakers_part,
            parameters.adjustable_stakers_part,
            parameters.bonus_part,
            parameters.ideal_staking_rate,
        ],
        thousandths.map(|it| Perquintill::from_parts(it * thousandth)),
    );
    assert!(parameters.is_valid());
}

#[test]
fn a_chain_starts_with_three_per_cent_for_collators() {
    let default = InflationParameters::default();
    check(&default, [70, 50, 30, 200, 250, 350, 120, 500]);
}

#[test]
fn astar_launched_with_forty_per_cent_adjustable() {
    check(&ASTAR_AT_LAUNCH, [70, 50, 32, 130, 250, 400, 138, 500]);
}

#[test]
fn astar_had_moved_fifteen_per_cent_to_the_adjustable_part_before_the_switch() {
    check(&ASTAR_AT_THE_SWITCH, [70, 50, 32, 130, 100, 550, 138, 500]);
}

#[test]
fn shiden_gives_less_of_a_bonus_and_more_of_the_adjustable_part() {
    check(&SHIDEN_PARAMETERS, [70, 50, 32, 130, 100, 588, 100, 500]);
}

#[test]
fn shibuya_inflates_one_per_cent_in_two_weeks() {
    check(&SHIBUYA_PARAMETERS, [10, 50, 30, 200, 250, 350, 120, 200]);
}

/// The ideal staking rates are not known, and taken to be the old ones.
#[test]
fn in_2026_nobody_has_a_bonus() {
    check(&ASTAR_PARAMETERS_2026, [55, 50, 32, 130, 158, 630, 0, 500]);
    check(&SHIDEN_PARAMETERS_2026, [70, 50, 32, 130, 150, 638, 0, 500]);
    check(&SHIBUYA_PARAMETERS_2026, [10, 50, 30, 200, 300, 420, 0, 200]);
}
