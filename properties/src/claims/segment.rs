//! Claims about blocks that are not included yet: how many there are, what becomes of them, and that
//! what is included stays.

use super::ground::{Ground, Subject, why_not, witness};
use super::words::{counted, grouped};
use super::{Finding, Judgement};
use crate::Outcome;
use crate::graph::ratio::Ratio;
use crate::grid::Axis;
use crate::mishap::{Mishap, cost_of};
use crate::pace::healthy;

/// One block for each relay slot.
const ONE_EACH: Ratio = Ratio { gain: 1, cost: 1 };

/// One block pending while others are built on it.
pub(super) fn in_flight(ground: &Ground) -> Judgement {
    let after = &ground.after;
    let both = ground
        .found(after, "R-ON-PENDING")
        .and_then(|on| Ok((on, ground.found(after, "R-INCLUDE-AND-BACK")?)));
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
    let known = ground.holds(after, "INV-SEG-1").and_then(|bounded| {
        let full = ground.found(after, "R-SEGMENT-FULL")?;
        Ok((bounded, full, ground.holds(after, "INV-COLL-3")?))
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
    if let Err(why) = bounded {
        // What is built beyond the bound is no block that can be included in its turn.
        let because = format!(
            "blocks are built in advance beyond what a segment of {capacity} holds (INV-SEG-1 fails): {why}"
        );
        return Judgement::new(Finding::Refuted, because).by(ground.run_to(after, "INV-SEG-1"));
    }
    let most =
        format!("a segment holds up to {capacity} blocks that are not included, and never more");
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
        .map(|subject| (subject, ground.holds(subject, "INV-17")));
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
        let Some(bounds) = &rates.blocks else {
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
    let finding = if best > ONE_EACH {
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
        let Some(cost) = cost_of(&healthy, mishap) else {
            let because =
                format!("after a block that is {} the run has no one pace", mishap.word());
            return Judgement::undecided(because);
        };
        costs.push((mishap, cost));
    }
    // With nothing behind it, a block that goes wrong leaves no others.
    let go_on: Vec<&str> = costs
        .iter()
        .filter(|(_, cost)| cost.behind > 0 && cost.lost == 0)
        .map(|(mishap, _)| mishap.word())
        .collect();
    let finding = match go_on.len() {
        0 => Finding::Refuted,
        all if all == costs.len() => Finding::Holds,
        _ => Finding::HoldsIf(format!("the snag is that the block is {}", go_on.join(" or "))),
    };
    let each = costs.iter().map(|(mishap, cost)| {
        let others = match (cost.behind, cost.lost) {
            (0, _) => "nothing stood on it".to_owned(),
            (behind, 0) => format!("the {behind} at most on it are included"),
            (behind, lost) => format!("of {behind} at most on it {lost} at most are lost with it"),
        };
        format!("{}: {others}, {} missed", mishap.word(), counted(cost.missed, "block"))
    });
    let because = format!(
        "every block stands on the one before. One block that is {}; each figure is at the worst moment for it",
        each.collect::<Vec<_>>().join("; ")
    );
    let figures = costs.iter().map(|(_, cost)| cost.missed.to_string());
    Judgement::new(finding, because).showing(figures).by(ground.run_to(after, "R-BRANCH-LOST"))
}

/// What it takes that nothing included is lost but by a revert: an included chain that only grows and has
/// no gap, of candidates whose data is there, one for each parent, with the issuance of its own chain and
/// no other, and always a way on.
pub(super) const KEEPS_THE_INCLUDED: [&str; 5] =
    ["INV-REL-6", "INV-REL-10", "INV-REL-11", "INV-2", "NOT-WEDGED"];

/// The relay chain may take back what it included; nothing else does.
pub(super) fn security(ground: &Ground) -> Judgement {
    for subject in [&ground.after, &ground.forks] {
        let outcomes = KEEPS_THE_INCLUDED.map(|id| (id, ground.outcome(subject, id)));
        let violated = outcomes.iter().find_map(|(id, outcome)| match outcome {
            Some(Outcome::Violated { actions, because }) => Some((*id, actions, because)),
            _ => None,
        });
        if let Some((id, actions, because)) = violated {
            let because = format!(
                "{id} fails in {} after {}: {because}",
                subject.name(),
                counted(actions.len() as u64, "action")
            );
            let witness = witness(&subject.protocol, id, actions);
            return Judgement::new(Finding::Refuted, because).by(Some(witness));
        }
        for (id, _) in outcomes {
            match ground.holds(subject, id) {
                Ok(Ok(())) => {}
                Ok(Err(why)) | Err(why) => return Judgement::undecided(why),
            }
        }
    }
    let undone = match ground.found(&ground.forks, "R-UNDONE") {
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
        "in all {} states of {} and {} of {}, whatever is late, lost or unavailable, included blocks are one \
         chain without a gap, each has its votes and its own rewards, and there is always a way on ({} hold); \
         {exception}{}",
        states[0],
        ground.after.name(),
        states[1],
        ground.forks.name(),
        KEEPS_THE_INCLUDED.join(", "),
        others_that_fail(ground),
    );
    let figures = states.into_iter().chain(undone.map(|steps| format!("found in {steps}")));
    Judgement::new(Finding::Holds, because)
        .showing(figures)
        .by(ground.run_to(&ground.forks, "R-UNDONE"))
}

/// Properties that fail and are not what the claim about security is decided by, in words.
fn others_that_fail(ground: &Ground) -> String {
    let mut failed: Vec<&str> = [&ground.after, &ground.forks]
        .into_iter()
        .flat_map(|subject| &ground.report(subject).outcomes)
        .filter(|(_, outcome)| matches!(outcome, Outcome::Violated { .. }))
        .map(|(place, _)| crate::CATALOGUE[*place].id)
        .collect();
    failed.sort_unstable();
    failed.dedup();
    if failed.is_empty() {
        String::new()
    } else {
        format!(". What fails is about something else: {}", failed.join(", "))
    }
}
