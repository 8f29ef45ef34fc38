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

/// In blocks, and in time to execute.
pub(super) fn throughput(ground: &Ground) -> Judgement {
    let before = ground.before.pace(ground.before.fast_delay());
    let after = ground.after.pace(ground.after.usual_delay());
    let (Ok(before), Ok(after)) = (before, after) else {
        return Judgement::undecided("a healthy run has no one pace");
    };
    let Some(blocks) = quotient(after.rate, before.rate) else {
        return Judgement::new(Finding::Refuted, "no block was included before".to_owned());
    };
    let weight = |place: usize| ground.runtimes[place].maximum_block_weight;
    let executed = |rate: Ratio, place: usize| Ratio {
        gain: rate.gain * i128::from(weight(place)),
        cost: rate.cost,
    };
    let time = quotient(executed(after.rate, 1), executed(before.rate, 0));
    let Some(time) = time else {
        return Judgement::new(
            Finding::Refuted,
            "a block could not execute anything before".to_owned(),
        );
    };
    let doubled = Ratio { gain: 2, cost: 1 };
    let finding = match (blocks == doubled, time == doubled) {
        (true, true) => Finding::Holds,
        (true, false) => {
            Finding::HoldsIf("it is counted in blocks, and in bytes of blocks".to_owned())
        }
        (false, true) => Finding::HoldsIf("it is counted in execution time".to_owned()),
        (false, false) => Finding::Refuted,
    };
    let because = format!(
        "blocks for each relay slot go from {} on the fast path to {} on the usual one, which is {blocks} \
         times as many; with {} and {} ms in each block, execution time grows {time} times",
        in_words(before.rate),
        in_words(after.rate),
        weight(0),
        weight(1),
    );
    Judgement::new(finding, because).showing([before.rate.to_string(), format!("{} ms", weight(1))])
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
