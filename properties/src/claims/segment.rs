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
