//! Claims about blocks: how often they come, how many are under way, how soon they are sure.

use super::ground::{Ground, Subject, witness};
use super::words::{counted, grouped, seconds};
use super::{Course, Finding, Judgement, Witness};
use crate::graph::ratio::Ratio;
use crate::grid::Axis;
use crate::pace::{Mishap, Pace, cost_of, healthy, quotient, seconds_per_block};
use crate::rates::{Bounds, Conditions, Rates};
use crate::{Outcome, Verdict};

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
    let few = ground.rates_under(&ground.after, Conditions::FewFaults { most, window });
    let Some(few) = bounds(&few) else {
        return Judgement::undecided(format!(
            "the rates of {} with few faults are not known: {}",
            ground.after.name(),
            why_not(&few)
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

/// The least and the greatest rate, where they are known.
fn bounds(rates: &Rates) -> Option<&Bounds> {
    rates.blocks.as_ref()
}

fn why_not(rates: &Rates) -> String {
    let cut = || rates.cut_by.map_or("no run goes on for ever".to_owned(), |cut| cut.to_string());
    rates.unclear.map_or_else(cut, str::to_owned)
}

/// Found, missing or not known: the steps to a situation, if there is one.
fn found(ground: &Ground, subject: &Subject, id: &str) -> Result<Option<usize>, String> {
    match ground.outcome(subject, id) {
        Some(Outcome::Found { actions }) => Ok(Some(actions.len())),
        Some(Outcome::Inconclusive) => Err(undecided(ground, subject, id)),
        _ => Ok(None),
    }
}

/// Whether a property holds; an error is that it is not known.
fn holds(ground: &Ground, subject: &Subject, id: &str) -> Result<Verdict, String> {
    match ground.outcome(subject, id) {
        Some(Outcome::Holds) => Ok(Ok(())),
        Some(Outcome::Violated { because, .. }) => Ok(Err(because.clone())),
        Some(Outcome::Inconclusive) => Err(undecided(ground, subject, id)),
        _ => Ok(Err(format!("{id} is not claimed of {}", subject.name()))),
    }
}

fn undecided(ground: &Ground, subject: &Subject, id: &str) -> String {
    let report = ground.report(subject);
    let why =
        report.cut_by.map_or("what a state asks for is too wide".to_owned(), |cut| cut.to_string());
    format!("{id} is not decided in {}: {why}", subject.name())
}

/// One block pending while others are built on it.
pub(super) fn in_flight(ground: &Ground) -> Judgement {
    let after = &ground.after;
    let both = found(ground, after, "R-ON-PENDING")
        .and_then(|on| Ok((on, found(ground, after, "R-INCLUDE-AND-BACK")?)));
    let (on, both) = match both {
        Ok((Some(on), Some(both))) => (on, both),
        Ok(_) => {
            let because = format!(
                "with C = {} no block is ever built on one that is pending: each waits until the one \
                 before is included",
                after.value(Axis::Capacity)
            );
            return Judgement::new(Finding::Refuted, because);
        }
        Err(why) => return Judgement::undecided(why),
    };
    let because = format!(
        "among the {} of {}, a block is built on a pending one ({} from the start), and one relay block \
         includes a candidate and backs the next ({} from the start)",
        counted(ground.report(after).states as u64, "state"),
        after.name(),
        counted(on as u64, "action"),
        counted(both as u64, "action"),
    );
    Judgement::new(Finding::Holds, because)
        .showing([format!("found in {on}"), format!("found in {both}")])
        .by(ground.run_to(after, "R-INCLUDE-AND-BACK"))
}

/// Ahead of inclusion, and not ahead of the relay chain.
pub(super) fn in_advance(ground: &Ground) -> Judgement {
    let after = &ground.after;
    let capacity = after.value(Axis::Capacity);
    let known = holds(ground, after, "INV-SEG-1").and_then(|bounded| {
        let full = found(ground, after, "R-SEGMENT-FULL")?;
        Ok((bounded, full, holds(ground, after, "INV-COLL-3")?))
    });
    let (bounded, full, one_each) = match known {
        Ok(known) => known,
        Err(why) => return Judgement::undecided(why),
    };
    let Some(full) = full.filter(|_| capacity > 1) else {
        let because =
            format!("with C = {capacity} a block is built only when the one before is included");
        return Judgement::new(Finding::Refuted, because);
    };
    let most = match bounded {
        Ok(()) => {
            format!("a segment holds up to {capacity} blocks that are not included, and never more")
        }
        Err(why) => format!("nothing bounds how many blocks are not included: {why}"),
    };
    let (finding, ahead) = match one_each {
        Ok(()) => (
            Finding::HoldsIf(
                "that means in advance of their inclusion: collators are never ahead of the relay \
                 chain"
                    .to_owned(),
            ),
            "each stands on a relay parent of its own, one for each core",
        ),
        Err(_) => (Finding::Holds, "several may stand on one relay parent"),
    };
    let because =
        format!("{most}; {ahead}; a full segment is {} away", counted(full as u64, "action"));
    Judgement::new(finding, because)
        .showing([format!("found in {full}")])
        .by(ground.run_to(after, "R-SEGMENT-FULL"))
}

/// One core takes one candidate in a relay block.
pub(super) fn more_than_one(ground: &Ground) -> Judgement {
    let verdicts = [&ground.after, &ground.lookahead]
        .map(|subject| (subject, holds(ground, subject, "INV-17")));
    for (subject, verdict) in &verdicts {
        if let Ok(Err(why)) = verdict {
            let because =
                format!("a relay block includes more than one block for each core: {why}");
            return Judgement::new(Finding::Holds, because).by(ground.run_to(subject, "INV-17"));
        }
    }
    if let Some(why) = verdicts.iter().find_map(|(_, verdict)| verdict.as_ref().err()) {
        return Judgement::undecided(why.clone());
    }
    let mut best: Option<(Ratio, &Subject)> = None;
    for subject in [&ground.after, &ground.lookahead] {
        let rates = ground.rates(subject);
        let Some(bounds) = bounds(rates) else {
            let because =
                format!("the rates of {} are not known: {}", subject.name(), why_not(rates));
            return Judgement::undecided(because);
        };
        if best.is_none_or(|(rate, _)| bounds.greatest.ratio > rate) {
            best = Some((bounds.greatest.ratio, subject));
        }
    }
    let Some((best, subject)) = best else { return Judgement::undecided("there is no run") };
    let cores = u64::from(subject.value(Axis::Cores));
    let states: usize = [&ground.after, &ground.lookahead]
        .map(|subject| ground.report(subject).states)
        .iter()
        .sum();
    let most = format!(
        "no relay block in {} states of either collator, whatever goes wrong, includes more than {} (INV-17), \
         and no run that goes on for ever has more than {best} for each relay slot",
        grouped(states),
        counted(cores, "block"),
    );
    let finding = if best > SIX_SECONDS {
        Finding::HoldsIf(format!("the para holds {}", counted(cores, "core")))
    } else {
        Finding::Refuted
    };
    Judgement::new(finding, most).showing([format!("to {best}")])
}

/// Late, lost, and never available.
pub(super) fn snag(ground: &Ground) -> Judgement {
    let after = &ground.after;
    let healthy = healthy(&after.protocol, after.usual_delay() - 1);
    let mut costs = Vec::new();
    for mishap in Mishap::ALL {
        match cost_of(&healthy, mishap) {
            Some(cost) => costs.push((mishap, cost)),
            None => {
                let because =
                    format!("after a block that is {} the run has no one pace", mishap.word());
                return Judgement::undecided(because);
            }
        }
    }
    // With nothing behind it, a block that goes wrong leaves no others.
    let go_on: Vec<&str> = costs
        .iter()
        .filter(|(_, cost)| cost.behind > 0 && cost.survive == cost.behind)
        .map(|(mishap, _)| mishap.word())
        .collect();
    let finding = match go_on.len() {
        0 => Finding::Refuted,
        all if all == costs.len() => Finding::Holds,
        _ => Finding::HoldsIf(format!("the snag is that the block is {}", go_on.join(" or "))),
    };
    let each = costs.iter().map(|(mishap, cost)| {
        let others = match (cost.behind, cost.survive) {
            (0, _) => "nothing stood on it".to_owned(),
            (behind, 0) => format!("the {behind} on it are lost with it"),
            (behind, survive) => format!("of {behind} on it {survive} are included"),
        };
        format!("{}: {others}, {} missed", mishap.word(), counted(cost.missed, "block"))
    });
    let because = format!(
        "every block stands on the one before. One block that is {}",
        each.collect::<Vec<_>>().join("; ")
    );
    let figures = costs.iter().map(|(_, cost)| cost.missed.to_string());
    Judgement::new(finding, because).showing(figures).by(ground.run_to(after, "R-BRANCH-LOST"))
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

/// The relay chain may take back what it included; nothing else does.
pub(super) fn security(ground: &Ground) -> Judgement {
    for subject in [&ground.after, &ground.forks] {
        let report = ground.report(subject);
        let violated = report.outcomes.iter().find_map(|(place, outcome)| match outcome {
            Outcome::Violated { actions, because } => Some((*place, actions, because)),
            _ => None,
        });
        if let Some((place, actions, because)) = violated {
            let id = crate::CATALOGUE[place].id;
            let because = format!(
                "{id} fails in {} after {}: {because}",
                subject.name(),
                counted(actions.len() as u64, "action")
            );
            return Judgement::new(Finding::Refuted, because).by(Some(witness(
                &subject.protocol,
                id,
                actions,
            )));
        }
        for id in ["INV-REL-6", "INV-REL-11", "INV-2", "NOT-WEDGED"] {
            match holds(ground, subject, id) {
                Ok(Ok(())) => {}
                Ok(Err(why)) | Err(why) => return Judgement::undecided(why),
            }
        }
    }
    let undone = match found(ground, &ground.forks, "R-UNDONE") {
        Ok(undone) => undone,
        Err(why) => return Judgement::undecided(why),
    };
    let states =
        [&ground.after, &ground.forks].map(|subject| grouped(ground.report(subject).states));
    let exception = match undone {
        Some(steps) => format!(
            "only with a fork of the relay chain is an inclusion undone ({} from the start)",
            counted(steps as u64, "action")
        ),
        None => "not even by a fork of the relay chain".to_owned(),
    };
    let because = format!(
        "in all {} states of {} and {} of {}, whatever is late, lost or unavailable, every property holds: \
         included blocks are one chain without a gap; {exception}",
        states[0],
        ground.after.name(),
        states[1],
        ground.forks.name(),
    );
    let figures = states.into_iter().chain(undone.map(|steps| format!("found in {steps}")));
    Judgement::new(Finding::Holds, because)
        .showing(figures)
        .by(ground.run_to(&ground.forks, "R-UNDONE"))
}
