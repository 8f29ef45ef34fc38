//! A run as a table: one row a step, readable on a hundred columns.

use std::fmt::Write;

use unincluded_model::action::{Bits, Claim};

use crate::format::{Authoring, Deed, Growth, LiveBlock, Moment, Run, Status, StepRecord};
use crate::story::{
    Changes, WIDTH, after_skipped, headline, names, paragraph, plain, reason, wrapped,
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
/// included. In a segment `!` marks a message, `^` a signal acted on, `?` a missing hash.
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
        Deed::RelayBlock(growth) => grown(growth, &Changes::between(before, then)),
        Deed::LearnBackable { validator, .. } => {
            let offer = |moment: &Moment| moment.offers.get(usize::from(*validator)).copied();
            let (old, new) = (before.and_then(offer).flatten(), offer(then).flatten());
            match new.filter(|_| new != old) {
                Some(new) => format!("{}, offers {new}", attempted(&step.deed)),
                None => attempted(&step.deed),
            }
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
    let pending: Vec<_> = then.pending.iter().map(|pending| pending.block).collect();
    let slot = match then.relay.slot {
        slot if slot == then.relay.tip.0 => String::new(),
        slot => format!(" slot {slot}"),
    };
    Row {
        cells: [
            number,
            what,
            format!("{}{slot}", then.relay.tip),
            then.included.block.to_string(),
            or_dash(names(&pending)),
            or_dash(segment),
            or_dash(unincluded(then)),
        ],
        remark: None,
    }
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
    }
}

fn authored(author: &Authoring) -> String {
    let Authoring { block, parent, relay_parent, .. } = author;
    let mut text = format!("{block} on {parent} at {relay_parent}");
    let claim = match author.claim {
        Claim::Honest => "",
        Claim::SlotAhead => "slot ahead",
        Claim::SlotBehind => "slot behind",
        Claim::SlotMissing => "slot missing",
        Claim::Stranger => "by a stranger",
    };
    let remarks = [
        (author.equivocation, "equivocation"),
        (author.withheld, "withheld"),
        (author.sends_message, "a message"),
        (!claim.is_empty(), claim),
    ];
    for (_, remark) in remarks.into_iter().filter(|(holds, _)| *holds) {
        let _ = write!(text, ", {remark}");
    }
    text
}

fn grown(growth: &Growth, changes: &Changes) -> String {
    let mut events = Vec::new();
    if let Some(included) = changes.included {
        events.push(format!("includes {included}"));
    }
    if let (Bits::OneShort, Some(waits)) = (growth.bits, changes.waits) {
        events.push(format!("{waits} one vote short"));
    }
    for evicted in &changes.evicted {
        let votes = if growth.bits == Bits::Enough { " despite its votes" } else { "" };
        events.push(format!("evicts {evicted}{votes}"));
    }
    if let Some(back) = growth.back {
        events.push(format!("backs {back}"));
    }
    if growth.go_ahead {
        events.push("go-ahead".to_owned());
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
    format!("{}{}: {}", growth.block, after_skipped(growth), events.join(", "))
}

/// The segment of a new block, and its sum of messages where that is another than the entries'.
fn segment(block: &LiveBlock) -> String {
    let mark = |entry| {
        let hash = if block.nameless.contains(entry) { "?" } else { "" };
        let sent = if block.sent.contains(entry) { "!" } else { "" };
        let consumed = if block.consumed.contains(entry) { "^" } else { "" };
        format!("{entry}{hash}{sent}{consumed}")
    };
    let mut cell = block.segment.iter().map(mark).collect::<Vec<_>>().join(" ");
    if let Some(sum) = &block.aggregate
        && usize::from(sum.messages) != block.sent.len()
    {
        let _ = write!(cell, " sum {}!", sum.messages);
    }
    cell
}

/// The blocks that are not included, each with its relay parent.
fn unincluded(moment: &Moment) -> String {
    let place = |block: &LiveBlock| match block.relay_parent {
        Some(relay_parent) => format!("{}[{relay_parent}]", block.block),
        None => block.block.to_string(),
    };
    let hopeful = moment.blocks.iter().filter_map(|block| match block.status {
        Status::Unbacked | Status::PendingSince(_) | Status::EvictedIn(_) => Some(place(block)),
        Status::IncludedIn(_) | Status::Orphaned | Status::Lost => None,
    });
    let hopeless = moment.blocks.iter().filter_map(|block| match block.status {
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
    let taken: usize = widths[..6].iter().map(|width| width + 2).sum();
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
