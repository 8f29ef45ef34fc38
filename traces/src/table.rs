//! A run as a table: one row a step, readable on a hundred columns.

use std::fmt::Write;

use unincluded_model::action::{Bits, Claim, NewCode, Precheck};

use crate::format::{
    Authoring, Deed, Growth, LiveBlock, Moment, PendingBlock, RelayTip, Run, Status, StepRecord,
};
use crate::story::{
    Changes, WIDTH, Waiting, after_skipped, counted, headline, names, paragraph, plain, reason,
    wrapped,
};

/// The columns. The last takes what is left.
const HEADS: [&str; 7] =
    ["step", "what happens", "relay", "included", "pending", "segment", "not yet included"];

/// Characters of the second column, at most.
const WHAT: usize = 36;

/// Characters of the others but the last, at most.
const CELL: usize = 16;

/// A row: cells, or after the second a remark across all others.
struct Row {
    cells: [String; 7],
    remark: Option<String>,
}

/// The run as a table, between what it shows and why. A block in brackets can no longer be
/// included. In a segment `!` marks a message, `>` one to another para, `^` a signal acted on, `?` a missing hash.
pub fn table(run: &Run) -> String {
    let mut out = String::new();
    paragraph(&mut out, "", &headline(run));
    out.push('\n');
    lay_out(&mut out, &rows(run));
    if let Some(reason) = reason(run) {
        out.push('\n');
        paragraph(&mut out, "because ", &reason);
    }
    out
}

fn rows(run: &Run) -> Vec<Row> {
    let start = ["0", "the start", "R0", "P0", "-", "-", "-"].map(str::to_owned);
    let mut rows = vec![Row { cells: start, remark: None }];
    let mut before = None;
    for step in &run.steps {
        rows.push(row(before, step));
        before = step.then.as_ref().or(before);
    }
    rows
}

fn row(before: Option<&Moment>, step: &StepRecord) -> Row {
    let number = step.step.to_string();
    let Some(then) = &step.then else {
        let remark = step.refused.as_ref().map(|refused| match refused.rule {
            Some(rule) => format!("refused by {rule}: {}", plain(&refused.because)),
            None => format!("not possible: {}", plain(&refused.because)),
        });
        let mut cells = [const { String::new() }; 7];
        (cells[0], cells[1]) = (number, attempted(&step.deed));
        return Row { cells, remark: Some(remark.unwrap_or_default()) };
    };
    let what = match &step.deed {
        Deed::RelayBlock(growth) => grown(growth, &Changes::between(before, then, growth)),
        Deed::LearnBackable { validator, .. } => {
            let offer = |moment: &Moment| moment.offers.get(usize::from(*validator)).copied();
            let (old, new) = (before.and_then(offer).flatten(), offer(then).flatten());
            match new.filter(|_| new != old) {
                Some(new) => format!("{}, offers {new}", attempted(&step.deed)),
                None => attempted(&step.deed),
            }
        }
        Deed::Settle { keeps } => {
            let undone = undone(&Changes::of_settling(before, *keeps));
            format!("{}{undone}", attempted(&step.deed))
        }
        Deed::Author(author) => {
            let new = then.blocks.iter().find(|block| block.block == author.block);
            let is_dropped = new.is_some_and(|new| new.not_seconded);
            let dropped = if is_dropped { ", not seconded" } else { "" };
            format!("{}{dropped}", attempted(&step.deed))
        }
        deed => attempted(deed),
    };
    let segment = match &step.deed {
        Deed::Author(author) => {
            let new = then.blocks.iter().find(|block| block.block == author.block);
            new.map_or(String::new(), segment)
        }
        _ => String::new(),
    };
    let beside = then.beside.as_ref();
    let both = |first: String, second: Option<String>| match second {
        Some(second) => format!("{first} | {second}"),
        None => first,
    };
    let queue = |pending: &[PendingBlock]| {
        or_dash(names(&pending.iter().map(|pending| pending.block).collect::<Vec<_>>()))
    };
    let tip = |relay: &RelayTip| match relay.slot {
        slot if slot == relay.tip.number => relay.tip.to_string(),
        slot => format!("{} slot {slot}", relay.tip),
    };
    Row {
        cells: [
            number,
            what,
            both(tip(&then.relay), beside.map(|beside| tip(&beside.relay))),
            both(
                then.included.block.to_string(),
                beside.map(|beside| beside.included.block.to_string()),
            ),
            both(queue(&then.pending), beside.map(|beside| queue(&beside.pending))),
            or_dash(segment),
            or_dash(unincluded(then)),
        ],
        remark: None,
    }
}

/// A step in few words: `step 3: R2: backs P2`; with who refused it, if somebody did.
pub fn in_words(record: &StepRecord) -> String {
    let mut text = format!("step {}: {}", record.step, attempted(&record.deed));
    if let Some(refused) = &record.refused {
        let rule = refused.rule.map_or(String::new(), |rule| format!("{rule}: "));
        let _ = write!(text, ": refused, {rule}{}", plain(&refused.because));
    }
    text
}

/// What was attempted, in few words.
fn attempted(deed: &Deed) -> String {
    match deed {
        Deed::Author(author) => authored(author),
        Deed::RelayBlock(growth) => grown(growth, &Changes::default()),
        Deed::LearnBackable { validator, candidate } => {
            format!("validator {validator} learns of {candidate}")
        }
        Deed::Recover { block } => format!("collators recover {block}"),
        Deed::Fork => "the relay chain forks".to_owned(),
        Deed::Settle { keeps } => format!("the branch of {keeps} stays"),
    }
}

fn authored(author: &Authoring) -> String {
    let Authoring { block, parent, relay_parent, .. } = author;
    let mut text = format!("{block} on {parent} at {relay_parent}");
    if author.core > 0 {
        let _ = write!(text, ", core {}", author.core);
    }
    let claim = match author.claim {
        Claim::Honest => "",
        Claim::SlotAhead => "slot ahead",
        Claim::SlotFarAhead => "slot far ahead",
        Claim::SlotBehind => "slot behind",
        Claim::SlotMissing => "slot missing",
        Claim::Stranger => "by a stranger",
    };
    let remarks = [
        (author.equivocation, "equivocation"),
        (author.withheld, "withheld"),
        (author.invalid, "invalid"),
        (author.behind, "after a restart"),
        (author.sends_message, "a message"),
        (author.ends_session, "new authorities"),
        (author.new_code == NewCode::Next, "new code"),
        (author.new_code == NewCode::Same, "same code as new"),
        (!claim.is_empty(), claim),
    ];
    for (_, remark) in remarks.into_iter().filter(|(holds, _)| *holds) {
        let _ = write!(text, ", {remark}");
    }
    if author.sends_outbound {
        text.push_str(", a message out");
    }
    for (handed, what) in [(author.inbound, "in"), (author.downward, "down")] {
        if handed > 0 {
            let _ = write!(text, ", {handed} {what}");
        }
    }
    text
}

fn grown(growth: &Growth, changes: &Changes) -> String {
    let mut events = Vec::new();
    if growth.session_change {
        events.push("ends a session".to_owned());
    }
    if let Some(dispute) = growth.dispute {
        let votes = counted(usize::from(dispute.against), "vote");
        events.push(format!("{votes} against {}", dispute.block));
    }
    if changes.freezes {
        events.push(format!("frozen, and given up{}", undone(changes)));
    }
    if !changes.included.is_empty() {
        events.push(format!("includes {}", names(&changes.included)));
    }
    for Waiting { block, bits, is_available } in &changes.waits {
        match bits {
            Some(Bits::OneShort) => events.push(format!("{block} one vote short")),
            Some(Bits::Count(votes)) if *votes > 0 || !is_available => {
                events.push(format!("{} for {block}", counted(usize::from(*votes), "vote")));
            }
            _ => {}
        }
        if *is_available {
            events.push(format!("{block} available, waits"));
        }
    }
    for evicted in &changes.evicted {
        let timed_out = !growth.session_change && growth.dispute.is_none();
        let voted = changes.voted.contains(evicted) && timed_out;
        let despite = if voted { " despite its votes" } else { "" };
        events.push(format!("evicts {evicted}{despite}"));
    }
    if !growth.back.is_empty() {
        events.push(format!("backs {}", names(&growth.back)));
    }
    if growth.reconfigured {
        events.push("the configuration changes".to_owned());
    }
    if growth.reassigned {
        events.push("the core changes hands".to_owned());
    }
    let traffic = growth.traffic;
    if traffic.served > 0 {
        events.push(format!("serves {} up", traffic.served));
    }
    if traffic.taken > 0 {
        events.push(format!("{} out taken", traffic.taken));
    }
    if traffic.inbound {
        events.push("messages in".to_owned());
    }
    if traffic.downward {
        events.push("a message down".to_owned());
    }
    if growth.go_ahead || changes.shows_go_ahead {
        events.push("go-ahead".to_owned());
    }
    match growth.precheck {
        None => {}
        Some(Precheck::Accepted) => events.push("accepts the code".to_owned()),
        Some(Precheck::Known) => events.push("knows the code".to_owned()),
        Some(Precheck::Rejected) => events.push("rejects the code, abort".to_owned()),
    }
    if let Some(code) = changes.switched {
        events.push(format!("code {code} from here on"));
    }
    if changes.clears_abort {
        events.push("the abort is gone".to_owned());
    }
    for orphaned in &changes.orphaned {
        events.push(format!("{orphaned} orphaned"));
    }
    for lost in &changes.lost {
        events.push(format!("{lost} lost"));
    }
    if events.is_empty() {
        events.push("nothing for the para".to_owned());
    }
    let on = growth.on.map_or(String::new(), |on| format!(" on {on}"));
    let slot = if growth.same_slot { " in the same slot" } else { "" };
    let skipped = after_skipped(growth);
    format!("{}{on}{slot}{skipped}: {}", growth.block, events.join(", "))
}

/// What was included on a branch that is given up.
fn undone(changes: &Changes) -> String {
    match &changes.undone[..] {
        [] => String::new(),
        undone => format!(", {} undone", names(undone)),
    }
}

/// The segment of a new block, and its sum of messages where that is another than the entries'.
fn segment(block: &LiveBlock) -> String {
    let mark = |entry| {
        let hash = if block.nameless.contains(entry) { "?" } else { "" };
        let sent = if block.sent.contains(entry) { "!" } else { "" };
        let consumed = if block.consumed.contains(entry) { "^" } else { "" };
        let outbound = if block.sent_outbound.contains(entry) { ">" } else { "" };
        format!("{entry}{hash}{sent}{outbound}{consumed}")
    };
    let mut cell = block.segment.iter().map(mark).collect::<Vec<_>>().join(" ");
    if let Some(sum) = &block.aggregate
        && usize::from(sum.messages) != block.sent.len()
    {
        let _ = write!(cell, " sum {}!", sum.messages);
    }
    cell
}

/// How far a block has come where there is more hope for it.
fn best(block: &LiveBlock) -> Status {
    match (block.status, block.beside) {
        (Status::Orphaned | Status::Lost | Status::IncludedIn(_), Some(beside)) => beside,
        (status, _) => status,
    }
}

/// The blocks that are not included, each with its relay parent.
fn unincluded(moment: &Moment) -> String {
    let place = |block: &LiveBlock| match block.relay_parent {
        Some(relay_parent) => format!("{}[{relay_parent}]", block.block),
        None => block.block.to_string(),
    };
    let hopeful = moment.blocks.iter().filter_map(|block| match best(block) {
        Status::Unbacked | Status::PendingSince(_) | Status::EvictedIn(_) => Some(place(block)),
        Status::IncludedIn(_) | Status::Orphaned | Status::Lost => None,
    });
    let hopeless = moment.blocks.iter().filter_map(|block| match best(block) {
        Status::Orphaned | Status::Lost => Some(format!("({})", place(block))),
        _ => None,
    });
    hopeful.chain(hopeless).collect::<Vec<_>>().join(" ")
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { text }
}

fn lay_out(out: &mut String, rows: &[Row]) {
    let mut widths = HEADS.map(|head| head.chars().count());
    for row in rows {
        for (column, cell) in row.cells.iter().enumerate() {
            let most = if column == 1 { WHAT } else { CELL };
            widths[column] = widths[column].max(cell.chars().count().min(most));
        }
    }
    // Two relay branches take room in every column; what happens can be told on more lines.
    let taken = |widths: &[usize; 7]| widths[..6].iter().map(|width| width + 2).sum::<usize>();
    let too_much = (taken(&widths) + CELL).saturating_sub(WIDTH);
    widths[1] = widths[1].saturating_sub(too_much).max(CELL.min(widths[1]));
    let taken = taken(&widths);
    widths[6] = WIDTH.saturating_sub(taken).max(CELL);
    let rest = WIDTH.saturating_sub(widths[0] + widths[1] + 4);

    let heads = Row { cells: HEADS.map(str::to_owned), remark: None };
    for row in std::iter::once(&heads).chain(rows) {
        let shown = if row.remark.is_some() { 2 } else { 7 };
        let cells = row.cells.iter().zip(widths).take(shown);
        let remark = row.remark.iter().map(|remark| (remark, rest));
        let columns: Vec<(usize, Vec<String>)> =
            cells.chain(remark).map(|(text, width)| (width, wrapped(text, width))).collect();
        let height = columns.iter().map(|(_, lines)| lines.len()).max().unwrap_or_default();
        for line in 0..height {
            let mut text = String::new();
            for (column, (width, lines)) in columns.iter().enumerate() {
                let cell = lines.get(line).map_or("", String::as_str);
                let _ = match column {
                    0 => write!(text, "{cell:>width$}  "),
                    _ => write!(text, "{cell:width$}  "),
                };
            }
            let _ = writeln!(out, "{}", text.trim_end());
        }
    }
}
