//! A run as a story: what was changed, what happens, and why it matters, in plain words.

use std::fmt::Write;

use unincluded_model::action::{Bits, Claim, NewCode, Precheck, Traffic};
use unincluded_model::economics::BlockTime;
use unincluded_properties::outlook::{ASSUMPTIONS, Assumption};
use unincluded_properties::{Kind, Property};

use crate::format::{
    Authoring, Deed, Disputed, EmissionOfBlock, Growth, LiveBlock, Moment, Refused, Run, Status,
    StepRecord,
};
use crate::judge::promised;
use crate::lasso::{Kept, Lasso};
use crate::name::{ParaName, RelayName};
use crate::story::{
    Changes, Waiting, after_skipped, counted, headline, in_each_round, listed, paragraph, plain,
    reason, repeated,
};

/// The run in words: the headline, what it is about, the rules that were changed, the steps one by
/// one, and the reason of the verdict.
pub fn explain(run: &Run) -> String {
    let mut out = String::new();
    paragraph(&mut out, "", &headline(run));
    out.push('\n');
    paragraph(&mut out, "", &plain(&run.header.about));
    section(&mut out, "The surroundings");
    paragraph(&mut out, "  ", &plain(&run.header.scenario.about));
    changed_rules(&mut out, run);
    claim(&mut out, run);
    section(&mut out, "What happens");
    let start = "At the start R0 is the newest relay block and P0 the newest included para block.";
    paragraph(&mut out, "   0. ", start);
    let scenario = &run.header.scenario;
    let is_steady = scenario.economics.decay.is_none();
    let reward = is_steady.then(|| scenario.inflation().block_reward());
    let mut before = None;
    let lasso = run.header.lasso.as_ref();
    for (at, step) in run.steps.iter().enumerate() {
        if lasso.is_some_and(|lasso| lasso.stem == at) {
            section(&mut out, "What happens again and again");
        }
        let text = sentences(run, before, step, reward);
        paragraph(&mut out, &format!("{:4}. ", step.step), &text);
        before = step.then.as_ref().or(before);
    }
    if let Some(lasso) = lasso {
        out.push_str(&round(run, lasso));
    }
    if let Some(reason) = reason(run) {
        section(&mut out, "Why");
        let step = run.verdict.verdict.step;
        let step = step.map_or(String::new(), |step| format!("After step {step}: "));
        paragraph(&mut out, "  ", &format!("{step}{reason}."));
    }
    out
}

fn section(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n{title}");
}

/// That the round closes, what it comes to, and how it keeps to what is assumed.
fn round(run: &Run, lasso: &Lasso) -> String {
    let mut out = String::new();
    let back = match lasso.stem {
        0 => "at the start".to_owned(),
        stem => format!("after step {stem}"),
    };
    let text = if run.steps.len() > lasso.stem {
        format!(
            "Now everything is as it was {back}, but for the names: from there on {} for ever.",
            repeated(run, lasso)
        )
    } else {
        "From here on nothing happens any more, for ever.".to_owned()
    };
    paragraph(&mut out, "      ", &text);
    let Some(round) = &run.verdict.verdict.round else { return out };
    section(&mut out, "What a round comes to");
    let issued = match &*round.issued {
        "0" => String::new(),
        issued => format!(" That issues {} planck.", plain(issued)),
    };
    paragraph(&mut out, "  ", &format!("{}.{issued}", capital(&in_each_round(round))));
    let claim = run.header.property.as_deref().and_then(promised);
    let (named, left): (Vec<&Assumption>, Vec<&Assumption>) =
        ASSUMPTIONS.iter().partition(|one| lasso.assumes.iter().any(|name| name == one.name));
    let left: Vec<&Assumption> = left
        .into_iter()
        .filter(|one| claim.is_some_and(|claim| claim.assumes.contains(&one.name)))
        .collect();
    if !named.is_empty() {
        section(&mut out, "What is assumed, and how the round keeps to it");
    } else if claim.is_some() {
        section(&mut out, "What is assumed");
        paragraph(&mut out, "  ", "Nothing.");
    }
    for (assumption, kept) in named.iter().zip(&round.kept) {
        let kept = match kept {
            Kept::DoneIn(step) => format!("step {step} does it"),
            Kept::NotPossibleAfter(0) => "it is not possible at the start".to_owned(),
            Kept::NotPossibleAfter(step) => format!("it is not possible after step {step}"),
            Kept::NeverPossible => "it is not possible anywhere in the round".to_owned(),
            Kept::NeverDone => "no step of the round does it".to_owned(),
        };
        paragraph(&mut out, "  ", &format!("{} Here {kept}.", assumption.says));
    }
    if !left.is_empty() {
        section(&mut out, "What is not assumed, though the claim rests on it");
    }
    for assumption in left {
        paragraph(&mut out, "  ", assumption.says);
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect()
}

fn changed_rules(out: &mut String, run: &Run) {
    let header = &run.header;
    if header.without.is_empty() && header.variants.is_empty() {
        return;
    }
    section(out, "What was changed");
    for rule in &header.without {
        paragraph(out, "  ", &format!("{rule} is switched off: “{}”", rule.sentence()));
    }
    for variant in &header.variants {
        let rule = variant.rule();
        paragraph(out, "  ", &format!("{rule} says: “{}”", rule.sentence()));
        paragraph(out, "  ", &format!("{variant} says instead: “{}”", variant.sentence()));
    }
}

fn claim(out: &mut String, run: &Run) {
    let verdict = &run.verdict.verdict;
    let property = verdict.property.as_deref().or(run.header.property.as_deref());
    if let Some(promise) = property.and_then(promised) {
        section(out, "What should hold");
        paragraph(out, "  ", promise.says());
        return;
    }
    let Some(property) = property.and_then(Property::find) else { return };
    section(
        out,
        match property.kind() {
            Kind::Reachable => "What can come about",
            Kind::Invariant | Kind::Step | Kind::Progress | Kind::Rate => "What should hold",
        },
    );
    paragraph(out, "  ", property.claim);
}

fn sentences(
    run: &Run,
    before: Option<&Moment>,
    step: &StepRecord,
    reward: Option<u128>,
) -> String {
    let Some(then) = &step.then else {
        return refused(&step.deed, step.refused.as_ref());
    };
    match &step.deed {
        Deed::Author(author) => authored(run, author, then, reward),
        Deed::RelayBlock(growth) => grown(growth, &Changes::between(before, then, growth), then),
        Deed::LearnBackable { validator, candidate } => {
            let offer = then.offers.get(usize::from(*validator)).copied().flatten();
            let offer = match offer {
                Some(offer) => format!("asked what to back, it would now say {offer}"),
                None => "it has nothing to offer yet".to_owned(),
            };
            format!("Validator {validator} learns that its peers vouch for {candidate}; {offer}.")
        }
        Deed::Fork => "The relay chain splits: from here on two branches can grow.".to_owned(),
        Deed::Settle { keeps } => {
            let undone = undone(&Changes::of_settling(before, *keeps));
            format!(
                "The relay chain settles on the branch of {keeps}; the other is given up.{undone}"
            )
        }
        Deed::Recover { block } => {
            format!("The other collators get {block} back from the validators.")
        }
    }
}

fn refused(deed: &Deed, refused: Option<&Refused>) -> String {
    let what = match deed {
        Deed::Author(author) => format!(
            "A collator builds {} on {}, seen from relay block {}{}",
            author.block,
            author.parent,
            author.relay_parent,
            claimed(author)
        ),
        Deed::RelayBlock(growth) if growth.back.is_empty() => {
            format!("Relay block {} is to follow", growth.block)
        }
        Deed::RelayBlock(growth) => {
            format!("Relay block {} is to back {}", growth.block, listed(&growth.back))
        }
        Deed::Fork => "The relay chain is to split".to_owned(),
        Deed::Settle { keeps } => format!("The branch of {keeps} is to stay"),
        Deed::LearnBackable { validator, candidate } => {
            format!("Validator {validator} is to learn of {candidate}")
        }
        Deed::Recover { block } => format!("The collators are to recover {block}"),
    };
    match refused {
        Some(Refused { rule: Some(rule), because }) => format!(
            "{what}, but {rule} forbids it: {}. The rule: “{}”",
            plain(because),
            rule.sentence()
        ),
        Some(Refused { rule: None, because }) => {
            format!("{what}, which is not possible: {}.", plain(because))
        }
        None => format!("{what}, and nothing is said of the outcome."),
    }
}

fn authored(run: &Run, author: &Authoring, then: &Moment, reward: Option<u128>) -> String {
    let Authoring { block, parent, relay_parent, .. } = author;
    let mut text = if author.equivocation {
        format!("The same collator builds a second block for the same place, {block} on {parent}")
    } else {
        format!("A collator builds {block} on {parent}")
    };
    let _ = write!(text, ", seen from relay block {relay_parent}{}.", claimed(author));
    if let Some(tip) = newer_tip(author, then) {
        let _ = write!(text, " It is late: {tip} is there already.");
    }
    if author.core > 0 {
        let _ = write!(text, " It is for core {}.", author.core);
    }
    if author.invalid {
        text.push_str(" The block breaks the rules of the para.");
    }
    if author.behind {
        text.push_str(" It has restarted, and has not got what is above.");
    }
    if author.ends_session {
        text.push_str(" A session of the para ends with the block: other authorities follow.");
    }
    if author.withheld {
        text.push_str(" It shows the block to the validators alone.");
    }
    if author.sends_message {
        text.push_str(" The block sends a message to the relay chain.");
    }
    if author.sends_outbound {
        text.push_str(" The block sends a message to another para.");
    }
    if author.downward > 0 {
        let messages = counted(usize::from(author.downward), "downward message");
        let _ = write!(text, " It processes {messages}.");
    }
    if author.inbound > 0 {
        let messages = counted(usize::from(author.inbound), "message");
        let _ = write!(text, " It is handed {messages} of another para.");
    }
    text.push_str(match author.new_code {
        NewCode::None => "",
        NewCode::Next => " The block brings new code.",
        NewCode::Same => " The block brings, as if new, the code that the para has.",
    });
    let Some(new) = then.blocks.iter().find(|live| live.block == *block) else { return text };
    if let Some(watermark) = new.watermark {
        let _ = write!(text, " Its watermark is {watermark}.");
    }
    if new.not_seconded {
        text.push_str(
            " The emulator refuses it on its unincluded ancestors: no validator seconds it.",
        );
    }
    if new.consumed.contains(block) {
        text.push_str(acts(new));
    }
    let scenario = &run.header.scenario;
    let is_old = |own: &EmissionOfBlock| own.block_time == BlockTime::TwelveSeconds;
    let before = scenario.switch.filter(|_| new.emission.as_ref().is_some_and(is_old));
    let capacity = before
        .and_then(|switch| switch.capacity_before)
        .unwrap_or(scenario.parameters.unincluded_segment_capacity);
    let _ = write!(
        text,
        " It counts {} of {capacity} blocks as not yet included: {}.",
        new.segment.len(),
        listed(&new.segment)
    );
    let parent = then.blocks.iter().find(|live| Some(live.block) == new.parent);
    match (parent.and_then(|parent| parent.emission.as_ref()), &new.emission) {
        (Some(old), Some(own)) => {
            text.push_str(&emitted(old, own));
            let due = if old.is_last_old { &own.reward } else { &old.reward };
            text.push_str(&issued(new, then, due.parse().ok().or(reward)));
        }
        _ => text.push_str(&issued(new, then, reward)),
    }
    text
}

/// What a block did to emission and calendar.
fn emitted(old: &EmissionOfBlock, new: &EmissionOfBlock) -> String {
    let mut text = String::new();
    if old.is_last_old {
        let _ = write!(
            text,
            " It is the first under the code of 6 s blocks: the block reward goes from {} to {} planck, \
             and the era that was to end with block {} ends with block {}.",
            old.reward, new.reward, old.next_era_start, new.next_era_start
        );
    } else if old.next_era_start != new.next_era_start {
        let kind = if new.voting { "A voting subperiod" } else { "An era" };
        let _ = write!(text, " {kind} begins, and the next era with block {}.", new.next_era_start);
    }
    let ends = [
        ("chunk unlocks", old.unlocking, new.unlocking),
        ("referendum ends", old.referendum, new.referendum),
        ("motion ends", old.motion, new.motion),
    ];
    for (what, before, after) in ends {
        match (before, after) {
            (Some(_), None) => {
                let _ = write!(text, " A {what}.");
            }
            (Some(before), Some(after)) if before != after && !new.recalculated => {
                let _ = write!(text, " Migrated: a {what} with block {after}, and not {before}.");
            }
            _ => {}
        }
    }
    if new.recalculated {
        text.push_str(" It recalculates the amounts, and a cycle is over.");
    }
    text
}

/// What a block makes of the signal that it consumes.
fn acts(new: &LiveBlock) -> &'static str {
    match &new.code {
        Some(code) if code.aborted => {
            " The block acts on the abort, and throws the pending code away."
        }
        Some(code) if code.ignored_abort => {
            " The block is told to abort, and has no pending code to throw away."
        }
        Some(_) => " The block acts on the go-ahead: it is the last under the old code.",
        None => " The block acts on the go-ahead for a code upgrade.",
    }
}

/// The relay tip that follows the relay parent of a new block, if there is one: on a branch where
/// the block is not lost from the start.
fn newer_tip(author: &Authoring, then: &Moment) -> Option<RelayName> {
    let new = then.blocks.iter().find(|live| live.block == author.block);
    let second = then.beside.as_ref().map(|beside| beside.relay.tip);
    if author.relay_parent == then.relay.tip || Some(author.relay_parent) == second {
        return None;
    }
    let is_newer = |tip: &RelayName| tip.number > author.relay_parent.number;
    let first = Some(then.relay.tip).filter(is_newer);
    match new {
        Some(new) if new.status == Status::Lost => second.filter(is_newer).or(first),
        _ => first.or(second.filter(is_newer)),
    }
}

/// What moved through the queues of messages.
fn moved(traffic: Traffic) -> String {
    let mut text = String::new();
    let messages = |number: u8| counted(usize::from(number), "message");
    if traffic.served > 0 {
        let _ = write!(text, " It serves {} of the para.", messages(traffic.served));
    }
    if traffic.taken > 0 {
        let _ = write!(text, " The other para takes {}.", messages(traffic.taken));
    }
    if traffic.inbound {
        text.push_str(" Another para has sent messages to this one.");
    }
    if traffic.downward {
        text.push_str(" The relay chain has sent a downward message.");
    }
    text
}

/// What a block issues, where that is not one reward; where rewards decay, from block to block another
/// one, only that it issues nothing.
fn issued(new: &LiveBlock, then: &Moment, reward: Option<u128>) -> String {
    let amount = |block: &LiveBlock| block.issuance.parse::<u128>().ok();
    let parent = then.blocks.iter().find(|live| Some(live.block) == new.parent);
    let Some((before, after)) = parent.and_then(amount).zip(amount(new)) else {
        return String::new();
    };
    match (after.saturating_sub(before), reward) {
        (issued, Some(reward)) if issued == reward => String::new(),
        (issued, Some(reward)) => {
            format!(" It issues {issued} planck, and a block's reward is {reward}.")
        }
        (0, None) => " It issues nothing.".to_owned(),
        (_, None) => String::new(),
    }
}

fn claimed(author: &Authoring) -> &'static str {
    match author.claim {
        Claim::Honest => "",
        Claim::SlotAhead => ", and claims a later slot than that block's",
        Claim::SlotFarAhead => ", and claims a slot later than any hook allowed",
        Claim::SlotBehind => ", and claims an earlier slot than that block's",
        Claim::SlotMissing => ", and brings no proof of its slot",
        Claim::Stranger => ", though the slot belongs to somebody else",
    }
}

fn grown(growth: &Growth, changes: &Changes, then: &Moment) -> String {
    let on = growth.on.map_or(String::new(), |on| format!(" on {on}"));
    let slot = if growth.same_slot { " in the slot of the other branch's newest" } else { "" };
    let skipped = after_skipped(growth);
    let mut text = format!("Relay block {} follows{on}{slot}{skipped}.", growth.block);
    if growth.session_change {
        text.push_str(" A session ends in it, so it backs nothing and drops what is left pending.");
    }
    if let Some(dispute) = growth.dispute {
        let Disputed { block, against } = dispute;
        let votes = counted(usize::from(against), "vote");
        let _ = write!(text, " It counts {votes} against {block}, as invalid.");
    }
    if changes.freezes {
        text.push_str(" That freezes the branch, and the relay chain goes on with the other.");
        text.push_str(&undone(changes));
        return text;
    }
    text.push_str(&moved(growth.traffic));
    if !changes.included.is_empty() {
        let (included, it) = (listed(&changes.included), plural(&changes.included));
        let it = if it == "is" { "it is" } else { "they are" };
        let _ = write!(text, " Enough validators hold the data of {included}: {it} included.");
    }
    changes.waits.iter().for_each(|waiting| text.push_str(&waits(waiting)));
    text.push_str(&dropped(growth, changes));
    if !growth.back.is_empty() {
        let _ = write!(text, " It backs {}", listed(&growth.back));
        let (_, _, pending, _) = then.at(growth.block);
        if growth.back.iter().all(|back| pending.iter().any(|pending| pending.block == *back)) {
            text.push_str(match &growth.back[..] {
                [_] => ", which now waits until enough validators hold its data",
                _ => ", which now wait until enough validators hold their data",
            });
        }
        text.push('.');
    }
    if growth.reconfigured {
        text.push_str(" With the session the relay chain's configuration changes.");
    }
    if growth.reassigned {
        text.push_str(" From the next relay block on the core changes hands.");
    }
    if growth.go_ahead {
        text.push_str(" It shows the go-ahead for a code upgrade.");
    }
    text.push_str(match growth.precheck {
        None => "",
        Some(Precheck::Accepted) => " The vote on the new code ends: it is accepted.",
        Some(Precheck::Known) => {
            " The relay chain knows the new code already, and there is no vote."
        }
        Some(Precheck::Rejected) => {
            " The vote on the new code ends: it is rejected, and the para is told to abort."
        }
    });
    text.push_str(&code_changes(changes));
    if !changes.orphaned.is_empty() {
        let orphaned = listed(&changes.orphaned);
        let _ = write!(text, " {orphaned} can never follow: another block was included instead.");
    }
    if !changes.lost.is_empty() {
        let lost = listed(&changes.lost);
        let _ = if growth.session_change {
            write!(text, " {lost} can never be backed now: the session has changed.")
        } else {
            let whose = match &changes.lost[..] {
                [_] => "its relay parent, or that of the block below it, is too old",
                _ => "the relay parent of the lowest of them is too old",
            };
            write!(text, " It is too late to back {lost} now: {whose}.")
        };
    }
    let is_quiet = changes.included.is_empty() && changes.evicted.is_empty();
    if is_quiet && changes.waits.is_empty() && growth.back.is_empty() {
        text.push_str(" It neither backs nor includes a block.");
    }
    text
}

/// What the relay block changed about the para's code.
fn code_changes(changes: &Changes) -> String {
    let mut text = String::new();
    if let Some(code) = changes.switched {
        let _ = write!(text, " From here on candidates are validated with code {code}.");
    }
    if changes.shows_go_ahead {
        text.push_str(" It shows the go-ahead for the new code.");
    }
    if changes.clears_abort {
        text.push_str(" The abort is no longer shown.");
    }
    text
}

/// What came in for a candidate that stays pending.
fn waits(Waiting { block, bits, is_available }: &Waiting) -> String {
    let mut text = match bits {
        Some(Bits::OneShort) => format!(" For {block} one vote is missing: it keeps waiting."),
        Some(Bits::Count(votes)) if *votes > 0 || !is_available => {
            let votes = counted(usize::from(*votes), "honest vote");
            let rest = if *is_available { "." } else { ": it keeps waiting." };
            format!(" {votes} came in for {block}{rest}")
        }
        _ => String::new(),
    };
    if *is_available {
        let _ = write!(text, " {block} is available, and waits for one before it in the queue.");
    }
    text
}

/// Which candidates are no longer pending, though they were not included.
fn dropped(growth: &Growth, changes: &Changes) -> String {
    if changes.evicted.is_empty() {
        return String::new();
    }
    let (evicted, is) = (listed(&changes.evicted), plural(&changes.evicted));
    if growth.session_change {
        return format!(" {evicted} {is} dropped with the session.");
    }
    if growth.dispute.is_some() {
        return format!(" {evicted} {is} dropped.");
    }
    let is_late = |block: &&ParaName| !changes.voted.contains(block);
    let late: Vec<ParaName> = changes.evicted.iter().filter(is_late).copied().collect();
    let mut text = String::new();
    if !late.is_empty() {
        let (names, is) = (listed(&late), plural(&late));
        let _ = write!(text, " {names} waited too long for its votes and {is} dropped.");
    }
    for voted in &changes.voted {
        let _ = write!(text, " {voted} has the votes it waited for, and is dropped.");
    }
    text
}

/// What was included on a branch that is given up.
fn undone(changes: &Changes) -> String {
    match &changes.undone[..] {
        [] => String::new(),
        [only] => format!(" {only} was included there: that never happened."),
        several => format!(" {} were included there: that never happened.", listed(several)),
    }
}

fn plural<T>(several: &[T]) -> &'static str {
    if several.len() == 1 { "is" } else { "are" }
}
