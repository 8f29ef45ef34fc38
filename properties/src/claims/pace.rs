//! Claims about pace: how often blocks come, how much they carry, how soon they are sure.

use super::ground::{Ground, Subject, why_not};
use super::words::seconds;
use super::{Course, Finding, Judgement, Witness};
use crate::graph::ratio::Ratio;
use crate::grid::Axis;
use crate::pace::{Pace, quotient, seconds_per_block};
use crate::rates::Conditions;

/// A relay slot; seconds.
const RELAY_SLOT: u32 = 6;

/// One block in two relay slots, which are 12 s.
const TWELVE_SECONDS: Ratio = Ratio { gain: 1, cost: 2 };

/// One block in each.
const SIX_SECONDS: Ratio = Ratio { gain: 1, cost: 1 };

/// Faulty relay slots, and the slots of which no more are faulty.
const FEW: (u8, u8) = (1, 8);

/// The paces of a subject from the fast path to the last chance, by D.
fn paces(subject: &Subject) -> Result<Vec<(u8, Pace)>, String> {
    (subject.fast_delay()..=subject.last_delay())
        .map(|delay| match subject.pace(delay) {
            Ok(pace) => Ok((delay, pace)),
            Err(why) => Err(format!("{} at D {delay}: {why}", subject.name())),
        })
        .collect()
}

/// A rate in words: `1/2 (12 s)`.
fn in_words(rate: Ratio) -> String {
    match seconds_per_block(rate) {
        Some(time) => format!("{rate} ({})", seconds(time)),
        None => rate.to_string(),
    }
}

fn table(paces: &[(u8, Pace)]) -> String {
    let one = |(delay, pace): &(u8, Pace)| format!("{} at D {delay}", in_words(pace.rate));
    paces.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// 12 s before, 6 s after, and on which paths.
pub(super) fn block_time(ground: &Ground) -> Judgement {
    let (before, after) = match (paces(&ground.before), paces(&ground.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(why), _) | (_, Err(why)) => return Judgement::undecided(why),
    };
    let at = |paces: &[(u8, Pace)], rate: Ratio| {
        paces.iter().filter(|(_, pace)| pace.rate == rate).map(|&(delay, _)| delay).max()
    };
    let (was, is) = (at(&before, TWELVE_SECONDS), at(&after, SIX_SECONDS));
    let finding = match (was, is) {
        (Some(was), Some(is)) => {
            let path = if is == ground.after.last_delay() {
                String::new()
            } else {
                format!(
                    " and included at most {is} relay blocks after its relay parent (at most {was} before the \
                     switch)"
                )
            };
            Finding::HoldsIf(format!(
                "every relay slot has a block, and every para block is backed in time{path}"
            ))
        }
        _ => Finding::Refuted,
    };
    let capacity = |subject: &Subject| subject.value(Axis::Capacity);
    let (most, window) = FEW;
    let rates = ground.rates_under(&ground.after, Conditions::FewFaults { most, window });
    let Some(few) = &rates.blocks else {
        return Judgement::undecided(format!(
            "the rates of {} with few faults are not known: {}",
            ground.after.name(),
            why_not(&rates)
        ));
    };
    let because = format!(
        "blocks for each relay slot where nothing goes wrong: with C = {}, {}; with C = {}, {}, and with at \
         most {most} faulty slot in any {window} at least {}",
        capacity(&ground.before),
        table(&before),
        capacity(&ground.after),
        table(&after),
        in_words(few.least.ratio),
    );
    let lasso = Witness {
        protocol: ground.after.protocol.clone(),
        property: None,
        about: format!(
            "With at most {most} faulty slot in any {window}, {} can be held down to {} blocks for each \
             relay slot for ever.",
            ground.after.name(),
            few.least.ratio
        ),
        course: Course::Lasso(few.least.witness.clone()),
    };
    let figures = before.iter().chain(&after).map(|(_, pace)| pace.rate.to_string());
    Judgement::new(finding, because).showing(figures).showing([few.to_string()]).by(Some(lasso))
}

/// How often blocks come, before and after, on one path.
struct Path {
    name: &'static str,
    before: Ratio,
    after: Ratio,
    /// How often one is the other.
    times: Ratio,
}

/// In blocks, and in time to execute; each path with itself.
pub(super) fn throughput(ground: &Ground) -> Judgement {
    let weight = |place: usize| ground.runtimes[place].maximum_block_weight;
    let (old, new) = (i128::from(weight(0)), i128::from(weight(1)));
    if old == 0 {
        let because = "a block could not execute anything before".to_owned();
        return Judgement::new(Finding::Refuted, because);
    }
    let delays = |subject: &Subject| [subject.fast_delay(), subject.usual_delay()];
    let both = delays(&ground.before).into_iter().zip(delays(&ground.after));
    let mut paths = Vec::new();
    for (name, (was, is)) in ["fast", "usual"].into_iter().zip(both) {
        let (Ok(before), Ok(after)) = (ground.before.pace(was), ground.after.pace(is)) else {
            return Judgement::undecided("a healthy run has no one pace");
        };
        let Some(times) = quotient(after.rate, before.rate) else {
            return Judgement::new(Finding::Refuted, "no block was included before".to_owned());
        };
        paths.push(Path { name, before: before.rate, after: after.rate, times });
    }
    let in_time = |times: Ratio| Ratio { gain: times.gain * new, cost: times.cost * old };
    let doubled = Ratio { gain: 2, cost: 1 };
    let where_doubled = |measure: &dyn Fn(Ratio) -> Ratio| {
        let doubles = |path: &&Path| measure(path.times).cmp(&doubled).is_eq();
        paths.iter().filter(doubles).map(|path| path.name).collect::<Vec<_>>()
    };
    let (blocks, time) = (where_doubled(&|times| times), where_doubled(&in_time));
    let on = |names: &[&str]| match names {
        [only] => format!(", and candidates are backed on the {only} path"),
        _ => String::new(),
    };
    let in_blocks = format!("it is counted in blocks, or in bytes of blocks{}", on(&blocks));
    let in_execution = format!("it is counted in execution time{}", on(&time));
    let finding = match (blocks.len(), time.len()) {
        (0, 0) => Finding::Refuted,
        (2, 2) => Finding::Holds,
        (0, _) => Finding::HoldsIf(in_execution),
        (_, 0) => Finding::HoldsIf(in_blocks),
        _ => Finding::HoldsIf(format!("{in_blocks}; or {in_execution}")),
    };
    let rows = paths.iter().map(|path| {
        let time = in_time(path.times);
        let time = Ratio::of(time.gain, time.cost).unwrap_or(time);
        format!(
            "on the {} path from {} to {}, {} times as many blocks and {time} times the execution time",
            path.name,
            in_words(path.before),
            in_words(path.after),
            path.times
        )
    });
    let because = format!(
        "blocks for each relay slot, with {} and {} ms in each: {}",
        weight(0),
        weight(1),
        rows.collect::<Vec<_>>().join("; ")
    );
    let rates = paths.iter().flat_map(|path| [path.before.to_string(), path.after.to_string()]);
    Judgement::new(finding, because).showing(rates).showing([format!("{} ms", weight(1))])
}

/// From the transaction to the inclusion of its block.
pub(super) fn confirmation(ground: &Ground) -> Judgement {
    let fast = (
        ground.before.pace(ground.before.fast_delay()),
        ground.after.pace(ground.after.fast_delay()),
    );
    let usual = (
        ground.before.pace(ground.before.usual_delay()),
        ground.after.pace(ground.after.usual_delay()),
    );
    let mut rows = Vec::new();
    let mut figures = Vec::new();
    let mut halved = true;
    let mut in_block_halved = true;
    for (path, (before, after)) in [("fast", fast), ("usual", usual)] {
        let (Ok(before), Ok(after)) = (before, after) else {
            return Judgement::undecided("a healthy run has no one pace");
        };
        let waits = before.confirmation.zip(after.confirmation);
        let in_block = before.until_in_a_block.zip(after.until_in_a_block);
        let (Some((was, is)), Some((was_in, is_in))) = (waits, in_block) else {
            return Judgement::undecided("no block is ever included");
        };
        halved &= 2 * is.most <= was.most;
        in_block_halved &= 2 * is_in <= was_in;
        figures.extend([was.to_string(), is.to_string()]);
        rows.push(format!(
            "on the {path} path {was} relay slots before and {is} now (at most {} s and {} s)",
            was.most * RELAY_SLOT,
            is.most * RELAY_SLOT
        ));
    }
    let finding = if halved { Finding::Holds } else { Finding::Refuted };
    let in_block = if in_block_halved {
        "what does halve is the wait until a block has it"
    } else {
        "nor does the wait until a block has it halve"
    };
    let because = format!(
        "from the transaction to the inclusion of its block it is {}; {in_block}",
        rows.join(", and ")
    );
    Judgement::new(finding, because).showing(figures)
}

/// What a program does that takes a block for 12 s.
pub(super) fn bots(ground: &Ground) -> Judgement {
    let before = ground.before.pace(ground.before.fast_delay());
    let after = ground.after.pace(ground.after.usual_delay());
    let (Ok(before), Ok(after)) = (before, after) else {
        return Judgement::undecided("a healthy run has no one pace");
    };
    let (Some(was), Some(is)) = (seconds_per_block(before.rate), seconds_per_block(after.rate))
    else {
        return Judgement::undecided("no block is ever included");
    };
    let hour = (3600.0 / was).round();
    let finding = if (was - is).abs() < 1e-9 { Finding::Refuted } else { Finding::Holds };
    let because = format!(
        "a block came every {} and comes every {}: who waits {hour:.0} blocks for an hour waits {}",
        seconds(was),
        seconds(is),
        seconds(hour * is),
    );
    Judgement::new(finding, because).showing([seconds(was), seconds(is)])
}
