//! What a block does to the emission in its chain's state: it pays the rewards of its parent's
//! configuration, and where a scenario has the switch to 6 s blocks, it moves the calendar on and
//! migrates as the first block under the new code.
//!
//! [`crate::economics::chain`] executes the same hooks on real calendars and amounts; here they are cut
//! down to what a few bytes hold. Blocks are counted from the block itself, so the calendar of an
//! endless chain has an end. A recalculation finds the issuance that the scenario names, as if what
//! was emitted since the last one had been burned: so its amounts do not grow for ever.

use super::Protocol;
use crate::economics::decay::Decay;
use crate::economics::in_flight::stretched_from;
use crate::economics::network::ASTARS_LAZY_MIGRATIONS as LAZY_MIGRATIONS;
use crate::economics::switch::LazyMigration;
use crate::economics::{Balance, BlockTime, Calendar, Perquintill};
use crate::rule::{Rule, Variant};
use crate::scenario::{Scenario, Switch};
use crate::state::{
    BlockCode, BlockIndex, CycleSoFar, Emission, InFlight, ParaBlock, State, SwitchPhase,
};

/// The block rewards of each rate; planck.
pub(super) fn block_rewards(scenario: &Scenario) -> [Balance; Emission::RATES] {
    let recalculated = scenario.inflation();
    let halved = recalculated.halved();
    [recalculated, halved, halved.halved()].map(|amounts| amounts.block_reward())
}

/// The block reward that a recalculation over twice the blocks gives; planck.
pub(super) fn reward_of_twice_the_blocks(scenario: &Scenario) -> Balance {
    let calendar = scenario.economics.calendar.calendar();
    let blocks_per_era = calendar.blocks_per_era.saturating_mul(2);
    scenario.inflation_over(&Calendar { blocks_per_era, ..calendar }).block_reward()
}

/// INFL-14: what so many block rewards come to, each decayed once more than the one before; planck, by their number.
/// Empty where nothing decays.
pub(super) fn decayed_sums(scenario: &Scenario) -> Vec<Balance> {
    let rate = scenario.economics.decay.rate();
    if rate == Perquintill::ONE {
        return Vec::new();
    }
    let amounts = scenario.inflation();
    let (mut decay, mut sum) = (Decay::starting(rate), 0);
    let sums = (0..u8::MAX).map(|_| {
        decay = decay.after_a_block();
        sum += decay.applied_to(amounts.collator_reward_per_block);
        sum += decay.applied_to(amounts.treasury_reward_per_block);
        sum
    });
    std::iter::once(0).chain(sums).collect()
}

impl Protocol {
    /// What a block leaves behind: the rewards of the first rate that its chain issued since the root,
    /// and the rest.
    pub(crate) fn emit(
        &self,
        state: &State,
        parent: BlockIndex,
        authored: u8,
        code: &BlockCode,
    ) -> (u8, Emission) {
        let skipped = self.variants.contains(Variant::IssuanceOnceASlot) && authored > 1;
        let pays = self.has(Rule::Emit1) && !skipped;
        let mut issued = self.issued_before(state, parent);
        let old = state.block(parent);
        let Some(switch) = self.scenario().switch else {
            return (issued[0].saturating_add(u8::from(pays)), Emission::default());
        };
        let mut emission = old.emission;
        let is_first_new = old.emission.phase == SwitchPhase::LastOld;
        let late = self.variants.contains(Variant::HalvedAfterPaying);
        if is_first_new {
            self.on_runtime_upgrade(&mut emission, late);
        }
        emission.count_block();
        if pays {
            let rate = usize::from(emission.rate);
            issued[rate] = issued[rate].saturating_add(1);
            emission.cycle.paid[rate] = emission.cycle.paid[rate].saturating_add(1);
        }
        if is_first_new && late {
            self.halve(&mut emission);
        }
        let recalculates = self.handle_era(&mut emission, &switch);
        if recalculates {
            emission.in_flight.referendum = switch.duration(emission.block_time());
        }
        let is_migrating = emission.waiting > 0;
        if is_migrating {
            self.migrate_lazily(&mut emission);
        }
        if recalculates {
            self.begin_cycle(&mut emission, &switch, is_migrating);
        }
        if code.current != old.code.current {
            emission.phase = SwitchPhase::LastOld;
        }
        [_, emission.issued_halved[0], emission.issued_halved[1]] = issued;
        (issued[0], emission)
    }

    /// EMIT-1, EMIT-2: the rewards issued along this chain before its next block, by rate. They depend
    /// on nothing but the configuration in the parent's state, so counting them is enough.
    fn issued_before(&self, state: &State, parent: BlockIndex) -> [u8; Emission::RATES] {
        let of = |block: &ParaBlock| {
            let [halved, twice] = block.emission.issued_halved;
            [block.issued, halved, twice]
        };
        if !self.variants.contains(Variant::GlobalIssuance) {
            return of(state.block(parent));
        }
        let most = |a: [u8; Emission::RATES], b: [u8; Emission::RATES]| {
            std::array::from_fn(|rate| a[rate].max(b[rate]))
        };
        state.blocks.iter().map(of).fold([0; Emission::RATES], most)
    }

    /// What a block's chain issued since the root; planck.
    ///
    /// INFL-14: the decay factor is part of each block's state and one at the root, so how often a chain was paid
    /// says what it was paid.
    pub fn issued_since_root(&self, block: &ParaBlock) -> Balance {
        if let Some(&sum) = self.decayed_sums.get(usize::from(block.issued)) {
            return sum;
        }
        let halved = (1..).zip(block.emission.issued_halved);
        let rates = std::iter::once((0, block.issued)).chain(halved);
        rates.map(|(rate, blocks)| Balance::from(blocks) * self.reward_at(rate)).sum()
    }

    /// econ:UPG-4: the upgrade hook of the block after M. It has not its number yet.
    fn on_runtime_upgrade(&self, emission: &mut Emission, halves_late: bool) {
        emission.phase = SwitchPhase::After;
        emission.cycle.has_switch = true;
        if !halves_late {
            self.halve(emission);
        }
        if self.has(Rule::EconUpg3) {
            let early = self.variants.contains(Variant::StretchedFromTheNewBlock);
            emission.next_era_in = stretched(u8::from(early), emission.next_era_in);
        }
        emission.waiting = LAZY_MIGRATIONS.len() as u8;
    }

    /// econ:UPG-2.
    fn halve(&self, emission: &mut Emission) {
        let halvings = if self.variants.contains(Variant::HalvedTwice) { 2 } else { 1 };
        if self.has(Rule::EconUpg2) {
            emission.rate = (emission.rate + halvings).min(Emission::RATES as u8 - 1);
        }
    }

    /// DAPP-1 to DAPP-5, INFL-9: the era handler; whether this block ends with a recalculation.
    fn handle_era(&self, emission: &mut Emission, switch: &Switch) -> bool {
        let late = self.variants.contains(Variant::RecalculatedInTheNewEra);
        let is_due = self.has(Rule::Infl9) && emission.recalculation_in <= 1;
        if emission.next_era_in == 1 {
            return is_due && !late;
        }
        if emission.next_era_in > 0 {
            return false;
        }
        let calendar = switch.calendar(emission.block_time());
        let mut blocks = calendar.blocks_per_era;
        emission.next_subperiod_in = emission.next_subperiod_in.saturating_sub(1);
        if emission.next_subperiod_in == 0 {
            emission.is_voting = !emission.is_voting;
            emission.next_subperiod_in = 1;
            if emission.is_voting {
                blocks = calendar.blocks_per_voting_subperiod();
            } else {
                emission.next_subperiod_in = calendar.eras_per_build_and_earn_subperiod as u8;
            }
        }
        emission.next_era_in = blocks as u8;
        emission.recalculation_in = emission.recalculation_in.saturating_sub(1);
        is_due && late
    }

    /// INFL-6, INFL-9: a recalculation, and with it a cycle. Governance has launched a referendum when
    /// the block began; users begin the rest, unless it carries inherents only (econ:UPG-5).
    fn begin_cycle(&self, emission: &mut Emission, switch: &Switch, is_migrating: bool) {
        let calendar = switch.calendar(emission.block_time());
        // INV-8: a recalculation over twice the blocks is one halving.
        emission.rate = match emission.block_time() {
            BlockTime::TwelveSeconds => 0,
            BlockTime::SixSeconds => 1,
        };
        let eras = if self.variants.contains(Variant::EraLengthsCounted) {
            calendar.period_in_era_lengths() * calendar.periods_per_cycle
        } else {
            calendar.eras_per_cycle()
        };
        // The next era has the number after the running one, where the block is the last before it.
        let ahead = u8::from(emission.next_era_in == 1);
        emission.recalculation_in = eras as u8 + ahead;
        emission.cycle = CycleSoFar { began_migrating: is_migrating, ..CycleSoFar::default() };
        if !is_migrating || !self.has(Rule::EconUpg5) {
            let duration = switch.duration(emission.block_time());
            (emission.in_flight.unlocking, emission.in_flight.motion) = (duration, duration);
        }
    }

    /// econ:UPG-5: one lazy migration, after what is inherent to the block. Of vesting there is nothing in
    /// the explored state.
    fn migrate_lazily(&self, emission: &mut Emission) {
        let since_last_old = LAZY_MIGRATIONS.len() as u8 - emission.waiting + 1;
        let InFlight { unlocking, referendum, .. } = &mut emission.in_flight;
        match LAZY_MIGRATIONS[usize::from(since_last_old) - 1] {
            LazyMigration::Unlocking if self.has(Rule::EconUpg6) => {
                *unlocking = stretched(0, *unlocking);
            }
            LazyMigration::Democracy if self.has(Rule::EconUpg8) && *referendum > 0 => {
                *referendum = stretched(0, *referendum + since_last_old) - since_last_old;
            }
            LazyMigration::Vesting | LazyMigration::Unlocking | LazyMigration::Democracy => {}
        }
        emission.waiting -= 1;
    }
}

impl Emission {
    /// Block 0 of a chain that has run for a cycle: the last one of it, at whose end amounts were
    /// recalculated and the next things begun.
    pub(crate) fn at_the_end_of_a_cycle(switch: &Switch) -> Emission {
        let duration = switch.duration(BlockTime::TwelveSeconds);
        let eras = switch.calendar(BlockTime::TwelveSeconds).eras_per_cycle();
        Emission {
            next_era_in: 1,
            next_subperiod_in: 1,
            recalculation_in: eras as u8 + 1,
            in_flight: InFlight { unlocking: duration, referendum: duration, motion: duration },
            ..Emission::default()
        }
    }

    /// The block time of the code under which the block executed.
    pub fn block_time(&self) -> BlockTime {
        match self.phase {
            SwitchPhase::Before | SwitchPhase::LastOld => BlockTime::TwelveSeconds,
            SwitchPhase::After => BlockTime::SixSeconds,
        }
    }

    /// One block more: whatever is counted in blocks is one nearer.
    fn count_block(&mut self) {
        let InFlight { unlocking, referendum, motion } = &mut self.in_flight;
        for blocks in [&mut self.next_era_in, unlocking, referendum, motion] {
            *blocks = blocks.saturating_sub(1);
        }
        let CycleSoFar { old_blocks, new_blocks, .. } = &mut self.cycle;
        let counted = match self.phase {
            SwitchPhase::After => new_blocks,
            SwitchPhase::Before | SwitchPhase::LastOld => old_blocks,
        };
        *counted = counted.saturating_add(1);
    }
}

/// [`stretched_from`] of what is counted from the block itself.
fn stretched(from: u8, end: u8) -> u8 {
    stretched_from(from.into(), end.into()).min(u8::MAX.into()) as u8
}
