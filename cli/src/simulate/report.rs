//! What is said about a cycle, to people and to programs.

use serde::Serialize;
use unincluded_model::economics::eras::Subperiod;
use unincluded_model::economics::{
    Balance, BlockTime, Calendar, InflationConfiguration, Perquintill,
};

use super::cycle::{Amounts, Cycle, Plan, SLOT, signed};
use super::faults::Timeline;
use crate::arguments::Phase;
use crate::layout::{columns, indented};
use crate::progress::grouped;
use crate::screen::Screen;

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;

/// Everything about a cycle. Amounts are planck, as strings: they do not fit into a number of JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) network: &'static str,
    phase: &'static str,
    switch_after: Option<u32>,
    seed: String,
    blocks: u32,
    blocks_before_the_switch: u32,
    relay_slots: u64,
    relay_blocks: u64,
    authored: u64,
    lost: u64,
    milliseconds: u64,
    interval_ms: Intervals,
    issued: Texts,
    recorded: Texts,
    not_earned: String,
    decayed: String,
    decay_factor: String,
    burned: String,
    issuance_before: String,
    issuance_after: String,
    pub(crate) target: String,
    difference: String,
    bound: Bound,
    /// None where no cycle at the other block time has the calendar.
    against: Option<Against>,
    eras: Vec<EraReport>,
}

/// Amounts by who gets them, and their sum.
#[derive(Debug, Serialize)]
struct Texts {
    treasury: String,
    collators: String,
    dapps: String,
    stakers: String,
    bonus: String,
    sum: String,
}

impl From<&Amounts> for Texts {
    fn from(amounts: &Amounts) -> Self {
        Texts {
            treasury: amounts.treasury.to_string(),
            collators: amounts.collators.to_string(),
            dapps: amounts.dapps.to_string(),
            stakers: amounts.stakers.to_string(),
            bonus: amounts.bonus.to_string(),
            sum: amounts.sum().to_string(),
        }
    }
}

/// From where to where a difference may lie, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Bound {
    least: String,
    most: String,
    #[serde(skip)]
    range: (i128, i128),
}

impl Bound {
    fn new(least: i128, most: i128) -> Self {
        Bound { least: least.to_string(), most: most.to_string(), range: (least, most) }
    }

    /// Like `from -2 to 5 planck less is`, or `exactly 5 planck less are`.
    fn in_words(&self, what: &str) -> String {
        let (least, most) = (signed_grouped(&self.least), signed_grouped(&self.most));
        if least == most {
            format!("exactly {least} planck {what} is")
        } else {
            format!("from {least} to {most} planck {what} is")
        }
    }

    const fn has(&self, difference: i128) -> bool {
        self.range.0 <= difference && difference <= self.range.1
    }
}

/// The same cycle at the other block time.
#[derive(Debug, Serialize)]
struct Against {
    block_time_ms: u32,
    recorded: String,
    difference: String,
    bound: Bound,
    #[serde(skip)]
    is_within: bool,
}

/// How far blocks are apart.
#[derive(Debug, Serialize)]
struct Intervals {
    mean: f64,
    median: u64,
    p95: u64,
    p99: u64,
    max: u64,
}

#[derive(Debug, Serialize)]
struct EraReport {
    era: u32,
    subperiod: &'static str,
    blocks: u32,
    milliseconds: u64,
}

impl Report {
    /// What there is to say.
    pub(crate) fn new(
        plan: &Plan,
        phase: Phase,
        seed: u64,
        timeline: &Timeline,
        cycle: &Cycle,
    ) -> Self {
        let quantile = |percent| cycle.interval_quantile(percent) * SLOT;
        let subperiod = |subperiod| match subperiod {
            Subperiod::Voting => "voting",
            Subperiod::BuildAndEarn => "build&earn",
        };
        let eras = cycle.eras.iter().map(|era| EraReport {
            era: era.number,
            subperiod: subperiod(era.subperiod),
            blocks: era.blocks,
            milliseconds: era.milliseconds,
        });
        Report {
            network: plan.network.name,
            phase: match phase {
                Phase::Before => "before",
                Phase::Switch => "switch",
                Phase::After => "after",
                Phase::In2026 => "2026",
            },
            switch_after: plan.switch_after,
            seed: format!("{seed:#018x}"),
            blocks: cycle.blocks,
            blocks_before_the_switch: cycle.blocks_before,
            relay_slots: timeline.slots,
            relay_blocks: timeline.relay_blocks,
            authored: timeline.authored,
            lost: timeline.lost,
            milliseconds: cycle.milliseconds,
            interval_ms: Intervals {
                mean: cycle.mean_interval() * SLOT as f64,
                median: quantile(50),
                p95: quantile(95),
                p99: quantile(99),
                max: quantile(100),
            },
            issued: Texts::from(&cycle.issued),
            recorded: Texts::from(&cycle.recorded),
            not_earned: cycle.not_earned.to_string(),
            decayed: cycle.decayed.to_string(),
            decay_factor: decimal(cycle.decay_factor),
            burned: cycle.burned.to_string(),
            issuance_before: plan.issuance.to_string(),
            issuance_after: cycle.issuance.to_string(),
            target: cycle.target.to_string(),
            difference: cycle.difference().to_string(),
            bound: bound(plan, cycle),
            against: (phase != Phase::In2026).then(|| against(plan, cycle)),
            eras: eras.collect(),
        }
    }

    /// Whether the emission is where rounding leaves it.
    pub(crate) fn is_within(&self) -> bool {
        self.difference.parse().is_ok_and(|difference| self.bound.has(difference))
            && self.against.as_ref().is_none_or(|against| against.is_within)
    }

    /// What it was about: `astar, a cycle at 6 s`.
    pub(crate) fn title(&self) -> String {
        let when = match (self.phase, self.switch_after) {
            ("before", _) => "a cycle at 12 s".to_owned(),
            (_, Some(after)) => {
                format!("the cycle that switches to 6 s after {} blocks", grouped(after))
            }
            ("2026", _) => "a cycle of 2026".to_owned(),
            _ => "a cycle at 6 s".to_owned(),
        };
        format!("{}, {when}", self.network)
    }

    /// Two tables and what they mean.
    pub(crate) fn for_people(&self, screen: &Screen) -> String {
        let paint = screen.paint();
        let verdict = if self.is_within() {
            paint.good("Within the bounds.")
        } else {
            paint.bad("Outside the bounds: the model is wrong.")
        };
        let days = self.milliseconds as f64 / DAY;
        let headline = format!(
            "{}: {} blocks in {days:.2} days, {} planck recorded, {}.",
            self.title(),
            grouped(self.blocks),
            grouped(&self.recorded.sum),
            apart(&self.difference, "less than the target", "more than the target"),
        );
        if screen.is_quiet() {
            return format!("{headline} {verdict}\n");
        }
        let decay = if self.decayed == "0" { "" } else { " and what decay took" };
        let mut verdicts = format!(
            "With what was not earned{decay}, {} are recorded; {} allowed (INV-10{}).",
            apart(&self.difference, "less than the target", "more than the target"),
            self.bound.in_words("less"),
            if self.phase == "switch" { ", INV-14" } else { "" },
        );
        if let Some(against) = &self.against {
            verdicts += &format!(
                " A cycle at {} s would have recorded {}; {} allowed ({}).",
                against.block_time_ms / 1000,
                apart(&against.difference, "more", "less"),
                against.bound.in_words("more"),
                if self.phase == "switch" { "INV-14" } else { "INV-13" },
            );
        }
        if self.decayed != "0" {
            verdicts +=
                &format!(" The decay factor went from 1 to {} (INV-25).", self.decay_factor);
        }
        format!(
            "{}\n\n{}\n{}\n{}\n{}\n\n{verdict}\n",
            paint.strong(self.title()),
            self.blocks_table(),
            self.emission_table(),
            self.eras_table(),
            indented(&verdicts, 0),
        )
    }

    fn blocks_table(&self) -> String {
        let seconds = |milliseconds: u64| format!("{} s", milliseconds / 1000);
        let intervals = &self.interval_ms;
        let mut rows = vec![
            vec!["blocks".to_owned(), grouped(self.blocks)],
            vec!["days".to_owned(), format!("{:.4}", self.milliseconds as f64 / DAY)],
            vec!["relay slots".to_owned(), grouped(self.relay_slots)],
            vec!["relay blocks".to_owned(), grouped(self.relay_blocks)],
            vec!["authored".to_owned(), grouped(self.authored)],
            vec!["lost".to_owned(), grouped(self.lost)],
            vec!["interval, mean".to_owned(), format!("{:.4} s", intervals.mean / 1000.0)],
            vec!["interval, median".to_owned(), seconds(intervals.median)],
            vec!["interval, 95 %".to_owned(), seconds(intervals.p95)],
            vec!["interval, 99 %".to_owned(), seconds(intervals.p99)],
            vec!["interval, longest".to_owned(), seconds(intervals.max)],
        ];
        if self.switch_after.is_some() {
            let before = grouped(self.blocks_before_the_switch);
            rows.insert(1, vec!["before the switch".to_owned(), before]);
        }
        columns(["time", "value"], rows, &[1])
    }

    fn emission_table(&self) -> String {
        let row = |name: &str, recorded: &str, issued: &str| {
            vec![name.to_owned(), signed_grouped(recorded), signed_grouped(issued)]
        };
        let (recorded, issued) = (&self.recorded, &self.issued);
        let mut rows = vec![
            row("treasury", &recorded.treasury, &issued.treasury),
            row("collators", &recorded.collators, &issued.collators),
            row("dApps", &recorded.dapps, &issued.dapps),
            row("stakers", &recorded.stakers, &issued.stakers),
            row("bonus", &recorded.bonus, &issued.bonus),
            row("sum", &recorded.sum, &issued.sum),
            row("not earned", &self.not_earned, ""),
            row("decayed", &self.decayed, ""),
            row("difference", &self.difference, ""),
            row("target", &self.target, ""),
            row("burned", "", &self.burned),
        ];
        if self.decayed == "0" {
            rows.retain(|row| row[0] != "decayed");
        }
        columns(["planck", "recorded", "issued"], rows, &[1, 2])
    }

    fn eras_table(&self) -> String {
        let rows = ["voting", "build&earn"].map(|subperiod| {
            let eras = || self.eras.iter().filter(|era| era.subperiod == subperiod);
            let hours = |milliseconds: Option<u64>| {
                format!("{:.3}", milliseconds.unwrap_or_default() as f64 / 3_600_000.0)
            };
            let range = |least: Option<u32>, most: Option<u32>| match (least, most) {
                (Some(least), Some(most)) if least == most => grouped(least),
                (Some(least), Some(most)) => format!("{} to {}", grouped(least), grouped(most)),
                _ => "-".to_owned(),
            };
            let sum = eras().map(|era| era.milliseconds).sum::<u64>();
            let count = eras().count() as u64;
            vec![
                subperiod.to_owned(),
                grouped(count),
                range(eras().map(|era| era.blocks).min(), eras().map(|era| era.blocks).max()),
                hours(eras().map(|era| era.milliseconds).min()),
                hours(sum.checked_div(count)),
                hours(eras().map(|era| era.milliseconds).max()),
            ]
        });
        let head = ["eras", "count", "blocks", "shortest h", "mean h", "longest h"];
        columns(head, rows, &[1, 2, 3, 4, 5])
    }
}

/// INV-10, INV-14: how far what is recorded can be below the target (`most`) or above it (`least`,
/// negative), by rounding and by the extra block of the switch.
fn bound(plan: &Plan, cycle: &Cycle) -> Bound {
    let calendar = plan.network.calendar(plan.block_time);
    let (least, most) = (-2, most_lost(calendar));
    match plan.switch_after {
        None => Bound::new(least, most),
        Some(after) => {
            let lost = lost_by_the_switch(plan, after, &cycle.start);
            Bound::new(least + lost, most + lost)
        }
    }
}

/// INV-10: the remainders that a steady cycle can drop; planck.
fn most_lost(calendar: &Calendar) -> i128 {
    let remainder = |units: u32| i128::from(units) - 1;
    3 + 2 * remainder(calendar.blocks_per_cycle())
        + 3 * remainder(calendar.build_and_earn_eras_per_cycle())
        + remainder(calendar.periods_per_cycle)
}

/// INV-14: what a cycle loses by the switch, exactly; planck, negative as it gains a block reward.
fn lost_by_the_switch(plan: &Plan, after: u32, start: &InflationConfiguration) -> i128 {
    let left = i128::from(plan.network.before.blocks_per_cycle() - after);
    let lost = |full: Balance| left * signed(full % 2) - signed(full / 2);
    lost(start.collator_reward_per_block) + lost(start.treasury_reward_per_block)
}

/// INV-13, INV-14: the same cycle at the other block time; one that switches is held against 12 s.
fn against(plan: &Plan, cycle: &Cycle) -> Against {
    let other = match (plan.block_time, plan.switch_after) {
        (BlockTime::TwelveSeconds, None) => BlockTime::SixSeconds,
        _ => BlockTime::TwelveSeconds,
    };
    let calendar = plan.network.calendar(other);
    let configuration =
        InflationConfiguration::new(0, cycle.target, &plan.network.parameters, calendar);
    let recorded = configuration.cycle_total(calendar);
    let difference = signed(recorded) - signed(cycle.accounted());
    let pairs = 2 * i128::from(plan.network.before.blocks_per_cycle());
    let bound = match (plan.switch_after, other) {
        (Some(after), _) => {
            let lost = lost_by_the_switch(plan, after, &cycle.start);
            Bound::new(lost, lost)
        }
        (None, BlockTime::TwelveSeconds) => Bound::new(0, pairs),
        (None, BlockTime::SixSeconds) => Bound::new(-pairs, 0),
    };
    Against {
        block_time_ms: other.milliseconds(),
        recorded: recorded.to_string(),
        difference: difference.to_string(),
        is_within: bound.has(difference),
        bound,
    }
}

/// A difference in words: `5 planck more`.
fn apart(difference: &str, above: &str, below: &str) -> String {
    match difference.strip_prefix('-') {
        Some(digits) => format!("{} planck {below}", grouped(digits)),
        None => format!("{} planck {above}", grouped(difference)),
    }
}

/// A fraction with all its digits: `0.810389725684216637`, or `1`.
fn decimal(fraction: Perquintill) -> String {
    if fraction == Perquintill::ONE {
        return "1".to_owned();
    }
    format!("0.{:018}", fraction.parts())
}

/// Digits in groups, with the sign in front.
fn signed_grouped(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(digits) => format!("-{}", grouped(digits)),
        None => grouped(number),
    }
}
