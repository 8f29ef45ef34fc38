//! INV-15 and TIME-1 to TIME-8: what was under way at the switch, second by second.

use proptest::prelude::*;
use unincluded_model::economics::constants::{
    ASTAR_CONSTANTS, Constant, Runtime, SHIBUYA_GOVERNANCE,
};
use unincluded_model::economics::in_flight::{
    Clock, Item, Migration, Referendum, Vesting, error_of_a_finished_vote, error_of_a_kick, items,
    seconds_of_the_running_session,
};
use unincluded_model::economics::{BlockTime, Machine, Network};
use unincluded_model::scenario::RelayNumberCheck;

/// A height like Astar's at the switch.
const M: u32 = 8_900_000;
const CLOCK: Clock = Clock { last_old_block: M };

/// What would end in an hour, if the migration reaches it in the third block of the new runtime.
fn errors_of_an_hour(network: &Network) -> Vec<(&'static str, i64)> {
    let error = |item: Item| (item.what, item.migration.error(CLOCK, M + 3, M + 300));
    items(network).into_iter().map(error).collect()
}

/// Sheet section 4, the table; INV-15 is expected to fail for what is not migrated (BUG-18).
#[test]
fn inv_15_on_astar_governance_ends_in_time_and_what_is_scheduled_in_half_of_it() {
    assert_eq!(
        errors_of_an_hour(&Network::astar()),
        [
            ("era or voting subperiod", 0),
            ("unlocking chunk", -18),
            ("start of a vesting schedule", -18),
            ("referendum", 0),
            ("lock of an earlier vote", 0),
            ("blacklisted proposal", -1800),
            ("motion of a collective", -1800),
            ("approved treasury spend", -1800),
            ("scheduled call", -1800),
            ("proxy announcement", -1800),
            ("username on offer", -1800),
            ("price aggregation", -1800),
            ("query between chains", -1800),
        ]
    );
}

/// BUG-19.
#[test]
fn inv_15_on_shibuya_referenda_are_halved_too_and_shiden_has_none() {
    let shibuya = errors_of_an_hour(&Network::shibuya());
    assert!(shibuya.contains(&("referendum", -1800)));
    assert!(shibuya.contains(&("lock of an earlier vote", -1800)));
    let shiden = errors_of_an_hour(&Network::shiden());
    assert!(shiden.iter().all(|(what, _)| *what != "referendum"));
    assert_eq!(shiden[..2], [("era or voting subperiod", 0), ("unlocking chunk", -18)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inv_15_each_migration_is_wrong_by_what_its_rule_says(
        left in 1..1_000_000_u32, running in 1..10_000_u32,
    ) {
        let (end, running) = (M + left, M + running);
        let early = |from: u32, to: u32| -6 * (i64::from(to) - i64::from(from));
        let error = |migration: Migration| migration.error(CLOCK, running, end);
        prop_assert_eq!(error(Migration::FromTheLastOldBlock), 0); // TIME-2
        prop_assert_eq!(error(Migration::Never), early(M, end)); // TIME-5
        let untouched = end <= running;
        let lazily = if untouched { early(M, end) } else { early(M, running) };
        prop_assert_eq!(error(Migration::FromTheRunningBlock), lazily); // TIME-3
        let ongoing = if untouched { early(M, end) } else { 0 };
        prop_assert_eq!(error(Migration::FromTheLastOldBlockIfOngoing), ongoing); // UPG-8
    }

    #[test]
    fn time_4_vesting_is_early_by_the_migration_and_by_what_rounding_makes_of_it(
        locked in 1..1_000_000_u128, per_block in 1..1_000_u128, started in 0..1_000_u32,
        running in 1..100_u32,
    ) {
        let schedule = Vesting { locked, per_block, start: M - started };
        let running = M + running;
        let left = schedule.locked_at(running);
        prop_assume!(left > 0);
        let half = (per_block / 2).max(1);
        let expected = 6 * left.div_ceil(half) as i64 - 12 * left.div_ceil(per_block) as i64
            - 6 * i64::from(running - M);
        prop_assert_eq!(schedule.error(CLOCK, running), expected);
        if per_block % 2 == 0 {
            let rest = left % per_block;
            let short = if rest > 0 && rest <= per_block / 2 { -6 } else { 0 };
            prop_assert_eq!(expected, -6 * i64::from(running - M) + short);
        }
        prop_assert_eq!(schedule.migrated(running).locked, left);
    }

    #[test]
    fn time_7_the_running_session_is_longer_by_what_it_has_used(used in 0..300_u32, odd in any::<bool>()) {
        let start = 600 * 10_000 + if odd { 300 } else { 0 };
        let seconds = seconds_of_the_running_session(Clock { last_old_block: start + used });
        let rest = if odd { 1800 } else { 3600 };
        prop_assert_eq!(seconds, rest + 6 * i64::from(used));
    }

    #[test]
    fn time_8_an_absent_collator_is_kicked_late_by_its_old_absence(absent in 0..600_u32) {
        prop_assert_eq!(error_of_a_kick(CLOCK, M - absent), 6 * i64::from(absent));
    }

    #[test]
    fn time_6_a_finished_vote_is_locked_longer_by_six_seconds_for_each_block_since(
        since in 1..64_800_u32, conviction in 0..=5_u32,
    ) {
        let error = error_of_a_finished_vote(CLOCK, M - since, 1 << conviction);
        prop_assert_eq!(error, 6 * i64::from(since));
    }
}

/// Sheet section 11.3, last paragraph.
#[test]
fn upg_6_an_unlocking_block_moves_by_what_is_left() {
    let machine = Machine::new(Network::astar());
    assert_eq!(machine.unlocking_block(20, 10), 30);
    assert_eq!(machine.unlocking_block(10, 10), 10);
    assert_eq!(machine.unlocking_block(11, 10), 12);
}

/// Sheet section 11.3: a vesting schedule frees half as much per block, rounded down.
#[test]
fn upg_7_vesting_halves_rounded_down_and_nothing_counts_as_one() {
    let half = |per_block| Vesting { locked: 100, per_block, start: 5 }.migrated(5).per_block;
    assert_eq!([half(7), half(8), half(1)], [3, 4, 0]);
    let slowest = Vesting { locked: 100, per_block: 0, start: 5 };
    assert_eq!((slowest.end(), slowest.locked_at(6)), (105, 99));
    let ahead = Vesting { locked: 100, per_block: 10, start: 15 }.migrated(5);
    assert_eq!(ahead, Vesting { locked: 100, per_block: 5, start: 25 });
}

/// UPG-8: a referendum that ends before its turn comes keeps its end and its delay.
#[test]
fn upg_8_a_referendum_is_stretched_with_its_delay_unless_it_has_ended() {
    let migrated = |end| Referendum { end, delay: 14_400 }.migrated(CLOCK, M + 3);
    assert_eq!(migrated(M + 3), Referendum { end: M + 3, delay: 14_400 });
    assert_eq!(migrated(M + 4), Referendum { end: M + 8, delay: 28_800 });
}

fn in_blocks(constants: &[Constant]) -> Vec<(&'static str, u32, u32)> {
    let row = |it: &Constant| {
        (it.name, it.blocks(BlockTime::TwelveSeconds), it.blocks(BlockTime::SixSeconds))
    };
    constants.iter().map(row).collect()
}

/// The constants of the switch that are lengths.
#[test]
fn every_constant_in_hours_doubled_in_blocks() {
    assert_eq!(
        in_blocks(&ASTAR_CONSTANTS),
        [
            ("SessionPeriod", 300, 600),
            ("KickThreshold", 600, 1_200),
            ("AggregationDuration", 7_200, 14_400),
            ("MotionDuration", 36_000, 72_000),
            ("LaunchPeriod", 50_400, 100_800),
            ("VotingPeriod", 50_400, 100_800),
            ("CooloffPeriod", 50_400, 100_800),
            ("EnactmentPeriod", 14_400, 28_800),
            ("VoteLockingPeriod", 64_800, 129_600),
            ("FastTrackVotingPeriod", 600, 1_200),
            ("SpendPeriod", 50_400, 100_800),
            ("PendingUsernameExpiration", 50_400, 100_800),
            ("UsernameGracePeriod", 50_400, 100_800),
            ("BlocksPerEra", 7_200, 14_400),
        ]
    );
    let after: Vec<u32> = in_blocks(&SHIBUYA_GOVERNANCE).iter().map(|row| row.2).collect();
    assert_eq!(after, [57_600, 57_600, 14_400, 14_400, 600, 43_200]);
}

/// The constants of the switch, those that are no lengths; DIS-5. Each line names one.
#[test]
fn every_other_constant_changed_as_astar_changed_it() {
    let [before, after] = [BlockTime::TwelveSeconds, BlockTime::SixSeconds].map(Runtime::astar);
    let both = |value: fn(&Runtime) -> u32| (value(&before), value(&after));
    assert_eq!(both(|it| it.slot_duration), (12_000, 6_000), "SLOT_DURATION");
    let relay_slot = both(|it| it.relay_chain_slot_duration);
    assert_eq!(relay_slot, (6_000, 6_000), "RELAY_CHAIN_SLOT_DURATION_MILLIS");
    assert_eq!(both(|it| it.unincluded_segment_capacity), (1, 3), "UNINCLUDED_SEGMENT_CAPACITY");
    assert_eq!(both(|it| it.block_processing_velocity), (1, 1), "BLOCK_PROCESSING_VELOCITY");
    assert_eq!(both(|it| it.minimum_period), (6_000, 0), "MinimumPeriod");
    assert_eq!(both(|it| it.maximum_block_weight), (500, 2_000), "MAXIMUM_BLOCK_WEIGHT");
    assert_eq!(both(|it| it.maximum_proof_size), (5, 5), "proof size limit");
    assert_eq!(both(|it| it.gas_limit_pov_size_ratio), (4, 16), "GasLimitPovSizeRatio");
    assert_eq!(both(|it| it.maximum_block_length), (5, 5), "block length");
    assert_eq!(both(|it| it.block_hash_count), (4_096, 4_096), "BlockHashCount");
    let flags =
        |it: &Runtime| (it.ties_the_timestamp_to_the_slot, it.allows_multiple_blocks_per_slot);
    assert_eq!(flags(&before), (false, false), "OnTimestampSet, AllowMultipleBlocksPerSlot");
    assert_eq!(flags(&after), (true, true), "OnTimestampSet, AllowMultipleBlocksPerSlot");
    // DIS-5: per second of the clock 8 times as much computing, and twice the proofs and bytes.
    assert_eq!(after.maximum_block_weight * 12, 8 * before.maximum_block_weight * 6);
    let per_minute = |it: &Runtime| it.maximum_proof_size * (60_000 / it.slot_duration);
    assert_eq!(per_minute(&after), 2 * per_minute(&before));
}

#[test]
fn relay_parents_are_compared_as_each_network_compares_them() {
    use RelayNumberCheck::{Any, Monotonic, Strict};
    let both = |network: fn(BlockTime) -> Runtime| {
        [BlockTime::TwelveSeconds, BlockTime::SixSeconds]
            .map(|time| network(time).relay_number_check)
    };
    assert_eq!(both(Runtime::astar), [Strict, Monotonic]);
    assert_eq!(both(Runtime::shiden), [Strict, Strict]);
    assert_eq!(both(Runtime::shibuya), [Any, Any]);
}
