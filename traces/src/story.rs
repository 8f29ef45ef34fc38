//! What the table and the story have in common: the headline, the reason, and what each step
//! changed. Nothing here believes the run to be sound; it may come from a file.

use std::fmt::Write;

use unincluded_model::action::Bits;
use unincluded_properties::graph::fairness::Claim;
use unincluded_properties::{Kind, Property};

use crate::format::{Growth, Judgement, LiveBlock, Moment, Run, Status};
use crate::judge::promised;
use crate::lasso::{Lasso, Round};
use crate::name::{ParaName, RelayName};

/// Characters of a line, at most.
pub(crate) const WIDTH: usize = 100;

/// What the run shows, in one line.
pub(crate) fn headline(run: &Run) -> String {
    let header = &run.header;
    let mut line =
        format!("{} in `{}`", finding(&run.verdict.verdict), plain(&header.scenario.name));
    let list = |words: Vec<String>| words.join(" and ");
    if !header.without.is_empty() {
        let off = header.without.iter().map(ToString::to_string).collect();
        let _ = write!(line, " without {}", list(off));
    }
    if !header.variants.is_empty() {
        let forms = header.variants.iter().map(ToString::to_string).collect();
        let _ = write!(line, " with {}", list(forms));
    }
    line
}

/// What a verdict says, without the why.
pub(crate) fn finding(verdict: &Judgement) -> String {
    let kind = verdict.property.as_deref().and_then(Property::find).map(Property::kind);
    let id = plain(verdict.property.as_deref().unwrap_or("something"));
    let is_for_ever = verdict.round.is_some() && is_of_for_ever(verdict);
    let when = match verdict.step {
        Some(0) if is_for_ever => "for ever from the start on".to_owned(),
        Some(step) if is_for_ever => {
            format!("for ever after {}", counted(step, "step"))
        }
        Some(0) => "at the start".to_owned(),
        Some(step) => format!("after {}", counted(step, "step")),
        None => "along this run".to_owned(),
    };
    if let (None, true, Some(round)) = (&verdict.property, verdict.holds, &verdict.round) {
        return format!("For ever, {}", in_each_round(round));
    }
    match (kind, verdict.holds, verdict.judged) {
        (Some(Kind::Reachable), true, _) => format!("{id} occurs {when}"),
        (Some(Kind::Reachable), false, _) => format!("{id} does not occur {when}"),
        (_, true, Some(1)) => "1 property holds along this run".to_owned(),
        (_, true, Some(judged)) => format!("{judged} properties hold along this run"),
        (_, true, None) => format!("{id} holds {when}"),
        (_, false, _) => format!("{id} is violated {when}{}", assuming(verdict)),
    }
}

/// Whether a verdict is about what goes on for ever, and not about one step or state.
fn is_of_for_ever(verdict: &Judgement) -> bool {
    let claim = verdict.property.as_deref().and_then(promised).map(|promise| promise.claim);
    claim.is_some_and(|claim| !matches!(claim, Claim::Never(_)))
}

/// What a run without end assumes, where that is nothing.
fn assuming(verdict: &Judgement) -> &'static str {
    match &verdict.round {
        Some(round) if round.kept.is_empty() => ", assuming nothing,",
        _ => "",
    }
}

/// What a round comes to: `in every 3 relay slots 2 blocks are included`.
pub(crate) fn in_each_round(round: &Round) -> String {
    let included = match round.included {
        0 => "no block is included".to_owned(),
        1 => "1 block is included".to_owned(),
        several => format!("{several} blocks are included"),
    };
    match round.relay_slots {
        0 => format!("no relay slot passes, and {included}"),
        1 => format!("in every relay slot {included}"),
        slots => format!("in every {slots} relay slots {included}"),
    }
}

/// The steps of one round, in words: `step 6 is repeated`, `steps 6 to 8 are repeated`.
pub(crate) fn repeated(run: &Run, lasso: &Lasso) -> String {
    match run.steps.len().saturating_sub(lasso.stem) {
        0 => "nothing happens any more".to_owned(),
        1 => format!("step {} is repeated", run.steps.len()),
        _ => format!("steps {} to {} are repeated", lasso.stem + 1, run.steps.len()),
    }
}

/// Why, in the words of the verdict, if there is a reason to give.
pub(crate) fn reason(run: &Run) -> Option<String> {
    let Judgement { property, step, because, .. } = &run.verdict.verdict;
    let mut reason = plain(because.as_deref()?);
    let kind = property.as_deref().and_then(Property::find).map(Property::kind);
    let seen = match kind {
        Some(Kind::Step) => step.and_then(|step| step.checked_sub(1)),
        _ => *step,
    };
    let seen = seen.filter(|_| reason.contains(" old"));
    if let Some(tip) = seen.and_then(|seen| tip_after(run, seen)) {
        let _ = write!(reason, "; seen from {tip}");
    }
    Some(reason)
}

/// The relay tip after so many steps; none where there are two.
fn tip_after(run: &Run, steps: usize) -> Option<RelayName> {
    let taken = run.steps.iter().take(steps);
    let moment = taken.filter_map(|step| step.then.as_ref()).next_back();
    let Some(moment) = moment else { return Some(RelayName::default()) };
    moment.beside.is_none().then_some(moment.relay.tip)
}

/// What a relay block changed.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) included: Vec<ParaName>,
    /// Whether a dispute froze the branch, so that the relay block and its branch are given up.
    pub(crate) freezes: bool,
    /// Included on a branch that is given up, and not on the one that stays.
    pub(crate) undone: Vec<ParaName>,
    pub(crate) evicted: Vec<ParaName>,
    /// Those of the evicted that had the votes they waited for.
    pub(crate) voted: Vec<ParaName>,
    pub(crate) orphaned: Vec<ParaName>,
    pub(crate) lost: Vec<ParaName>,
    /// The candidates that stay pending.
    pub(crate) waits: Vec<Waiting>,
    /// The code that is current from here on, if it is another; upgrades since the start.
    pub(crate) switched: Option<u32>,
    /// Whether a go-ahead is shown that was earned.
    pub(crate) shows_go_ahead: bool,
    /// Whether an abort is shown no longer.
    pub(crate) clears_abort: bool,
}

/// A candidate that stays pending.
pub(crate) struct Waiting {
    pub(crate) block: ParaName,
    /// What was voted for it.
    pub(crate) bits: Option<Bits>,
    /// Whether it is available, and waits for one before it.
    pub(crate) is_available: bool,
}

impl Changes {
    /// From the moment before, none at the start, to the moment after, on the branch that grew.
    pub(crate) fn between(before: Option<&Moment>, after: &Moment, growth: &Growth) -> Changes {
        let (relay, included, waiting, is_second) = after.at(growth.block);
        let tip = growth.on.unwrap_or_default();
        if relay.tip != growth.block {
            let is_second = before.is_some_and(|before| before.at(tip).3);
            let undone = undone(before, is_second);
            return Changes { freezes: true, undone, ..Changes::default() };
        }
        let old = before.map(|before| before.at(tip));
        let was_second = old.is_some_and(|(.., second)| second);
        let status = |block: &LiveBlock, second: bool| match block.beside {
            Some(status) if second => status,
            _ => block.status,
        };
        let was = |block: ParaName| {
            let known = before.and_then(|before| before.blocks.iter().find(|b| b.block == block));
            known.map(|block| status(block, was_second))
        };
        let mut changes = Changes::default();
        let was_shown = old.map_or((false, false), |(old, ..)| (old.go_ahead, old.abort));
        if let Some(code) = relay.code {
            let current = old.and_then(|(old, ..)| old.code).map_or(0, |code| code.current);
            changes.switched = Some(code.current).filter(|&new| new != current);
            changes.shows_go_ahead = relay.go_ahead && !was_shown.0;
            changes.clears_abort = was_shown.1 && !relay.abort;
        }
        let head = old.map_or(ParaName::GENESIS, |(_, included, ..)| included.block);
        let queue = old.map_or(&[][..], |(_, _, pending, _)| pending);
        let now = |block: ParaName| waiting.iter().find(|pending| pending.block == block);
        if included.block != head {
            changes.included = match queue.iter().position(|p| p.block == included.block) {
                Some(place) => queue[..=place].iter().map(|p| p.block).collect(),
                None => vec![included.block],
            };
            changes.included.retain(|&block| now(block).is_none());
        }
        let gone = after.gone.iter().map(|gone| match gone.beside {
            Some(status) if is_second => (gone.block, status),
            _ => (gone.block, gone.status),
        });
        let live = after.blocks.iter().map(|block| (block.block, status(block, is_second)));
        for (block, status) in live.chain(gone) {
            let before = was(block);
            match status {
                _ if before == Some(status) => {}
                Status::EvictedIn(_) => changes.evicted.push(block),
                Status::Orphaned => changes.orphaned.push(block),
                Status::Lost if matches!(before, Some(Status::PendingSince(_))) => {
                    changes.evicted.push(block);
                }
                Status::Lost => changes.lost.push(block),
                _ => {}
            }
        }
        for (place, pending) in queue.iter().enumerate() {
            let (block, bits) = (pending.block, growth.bits.get(place).copied());
            if let Some(now) = now(block) {
                changes.waits.push(Waiting { block, bits, is_available: now.available });
            } else if pending.available || bits == Some(Bits::Enough) {
                changes.voted.push(block);
            }
        }
        let evicted = &changes.evicted;
        changes.voted.retain(|block| evicted.contains(block));
        changes
    }

    /// From the moment before the branch of this tip is kept.
    pub(crate) fn of_settling(before: Option<&Moment>, keeps: RelayName) -> Changes {
        let is_second = before.is_some_and(|before| before.at(keeps).3);
        Changes { undone: undone(before, !is_second), ..Changes::default() }
    }
}

/// What was included on the branch that is left, which is the second or not, and not on the other.
fn undone(before: Option<&Moment>, left_second: bool) -> Vec<ParaName> {
    let is_undone = |block: &LiveBlock| {
        let beside = block.beside.unwrap_or(block.status);
        let (left, kept) =
            if left_second { (beside, block.status) } else { (block.status, beside) };
        let is_included = |status| matches!(status, Status::IncludedIn(_));
        is_included(left) && !is_included(kept)
    };
    let blocks = before.map_or(&[][..], |before| &before.blocks);
    blocks.iter().filter(|block| is_undone(block)).map(|block| block.block).collect()
}

/// The slots that passed before a relay block, in words.
pub(crate) fn after_skipped(growth: &Growth) -> String {
    match growth.skipped_slots {
        0 => String::new(),
        skipped => format!(" after {}", counted(usize::from(skipped), "empty slot")),
    }
}

/// A number and what it counts.
pub(crate) fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Names, one after the other.
pub(crate) fn names(blocks: &[ParaName]) -> String {
    blocks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Names in a sentence: `P1`, `P1 and P2`, `P1, P2 and P3`.
pub(crate) fn listed(blocks: &[ParaName]) -> String {
    match blocks {
        [] => "nothing".to_owned(),
        [only] => only.to_string(),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(ToString::to_string).collect();
            format!("{} and {last}", most.join(", "))
        }
    }
}

/// A text from a file as it may be shown: no control characters, and nothing that turns the
/// direction of writing.
pub fn plain(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// A text in lines of at most `width` characters, cut at spaces where there are any.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + word.len() > width {
            lines.push(String::new());
            used = 0;
        }
        while word.len() > width {
            let rest = word.split_off(width);
            lines.push(word.into_iter().collect());
            lines.push(String::new());
            word = rest;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            used += word.len();
            line.extend(word);
        }
    }
    lines
}

/// Text under text, the first line after `first` and the others after as many spaces.
pub(crate) fn paragraph(out: &mut String, first: &str, text: &str) {
    let indent = first.chars().count();
    for (number, line) in wrapped(text, WIDTH.saturating_sub(indent).max(20)).iter().enumerate() {
        let before = if number == 0 { first.to_owned() } else { " ".repeat(indent) };
        let _ = writeln!(out, "{}", format!("{before}{line}").trim_end());
    }
}
