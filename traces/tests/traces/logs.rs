//! Logs of collators: what is judged right, and what is tampered with and by which rule it is noticed.
//!
//! No log here is a real one: they are written after the messages of the published crates, line by
//! line, so that every number is known.

use std::collections::BTreeMap;

use unincluded_model::RelayNumberCheck;
use unincluded_traces::history::{KnownOfCollator, LogJudge, LogVerdict, Verdict};

/// The first relay block, the first para block on it, and its slot.
const RELAY: u64 = 100;
const PARA: u64 = 1000;
const SLOT: u64 = 296_000_000;

/// A hash in full; `kind` is 1 for relay blocks, 2 for para blocks, 3 for what was not yet sealed.
fn full(kind: u64, number: u64) -> String {
    format!("0x{:04x}{kind:056x}{:04x}", (number * 31) % 65_521, (number * 7 + kind) % 65_521)
}

/// The same in short.
fn short(kind: u64, number: u64) -> String {
    let full = full(kind, number);
    format!("{}…{}", &full[..6], &full[62..])
}

/// A line with all its dress.
fn line(level: &str, target: &str, prefix: &str, message: &str) -> String {
    format!(
        "2026-05-01 12:00:00.123 {level:>5} tokio-runtime-worker {target}: [{prefix}] {message}"
    )
}

fn para(level: &str, message: &str) -> String {
    line(level, "aura::cumulus", "Parachain", message)
}

fn stats(message: &str) -> String {
    line("DEBUG", "parachain::collator-protocol::stats", "Relaychain", message)
}

fn adjusted(slot: u64) -> String {
    let timestamp = slot * 6000;
    para(
        "DEBUG",
        &format!(
            "Parachain slot adjusted to relay chain. timestamp=Timestamp({timestamp}) slot=Slot({slot})"
        ),
    )
}

/// What is said before a block is built: on which parent, at which relay block, with which head included.
fn building(depth: u64, relay: u64, included: u64, parent: u64, slot: u64) -> String {
    let (rp, inc, par) = (short(1, relay), short(2, included), short(2, parent));
    para(
        "DEBUG",
        &format!(
            "Building block. unincluded_segment_len={depth} relay_parent={rp} relay_parent_num={relay} relay_parent_offset=0 included_hash={inc} included_num={included} parent={par} slot=Slot({slot})"
        ),
    )
}

/// What is said while a block is built.
fn built(number: u64, parent: u64) -> Vec<String> {
    let (hash, before, above) = (full(2, number), full(3, number), full(2, parent));
    let sent = format!("core_index=CoreIndex(7) hash={} number={number}", short(2, number));
    vec![
        line(
            "INFO",
            "sc_basic_authorship::basic_authorship",
            "Parachain",
            &format!("🙌 Starting consensus session on top of parent {above} (#{parent})"),
        ),
        line(
            "INFO",
            "sc_basic_authorship::basic_authorship",
            "Parachain",
            &format!(
                "🎁 Prepared block for proposing at {number} (12 ms) hash: {before}; parent_hash: {}; end: NoMoreTransactions; extrinsics_count: 2",
                short(2, parent)
            ),
        ),
        para(
            "INFO",
            &format!(
                "🔖 Pre-sealed block for proposal at {number}. Hash now {hash}, previously {before}."
            ),
        ),
        line(
            "INFO",
            "substrate",
            "Parachain",
            &format!("🏆 Imported #{number} ({} → {})", short(2, parent), short(2, number)),
        ),
        line(
            "DEBUG",
            "aura::cumulus::collation_task",
            "Parachain",
            &format!("Submitting collation for core. {sent}"),
        ),
        stats(&format!("Collation fetch latency is 812ms para_head={hash} our_para_id=2006")),
    ]
}

fn backed(number: u64, after: u64) -> String {
    let relay = number - PARA + RELAY;
    let (by, rp, head) = (full(1, relay + after), full(1, relay), full(2, number));
    stats(&format!(
        "A fetched collation was backed on relay chain latency_blocks=Some({after}) latency_time=Some(6.2) relay_block={by} relay_parent={rp} para_id=Id(2006) head={head}"
    ))
}

fn included(number: u64, after: u64) -> String {
    let relay = number - PARA + RELAY;
    let (by, rp, head) = (full(1, relay + 2 + after), full(1, relay), full(2, number));
    stats(&format!(
        "Collation included on relay chain latency={after} relay_block={by} relay_parent={rp} para_id=Id(2006) head={head} candidate_hash={}",
        full(4, number)
    ))
}

/// A step: the relay block that backs one block and includes another, and the block on it. Three are
/// always under way: backed two relay blocks after their relay parent, included in the next.
fn step(at: u64) -> Vec<String> {
    let (relay, number) = (RELAY + at, PARA + at);
    let mut lines = vec![line(
        "INFO",
        "substrate",
        "Relaychain",
        &format!("🏆 Imported #{relay} ({} → {})", short(1, relay - 1), short(1, relay)),
    )];
    if at >= 2 {
        lines.push(backed(number - 2, 2));
    }
    if at >= 3 {
        lines.push(included(number - 3, 1));
    }
    lines.push(adjusted(SLOT + at));
    lines.push(para("DEBUG", &format!("Going to claim core relay_parent={} core_selector=CoreSelector(0) claim_queue_offset=ClaimQueueOffset(0)", full(1, relay))));
    lines.push(building(2, relay, number - 3, number - 1, SLOT + at));
    lines.extend(built(number, number - 1));
    lines
}

type Log = Vec<Vec<String>>;

/// Twelve steps of a slot-based collator that owns every slot.
fn log() -> Log {
    (0..12).map(step).collect()
}

fn judged(log: &Log, known: KnownOfCollator) -> LogVerdict {
    let mut judge = LogJudge::new(known);
    for (place, line) in (1..).zip(log.iter().flatten()) {
        judge.line(line, place);
    }
    judge.verdict()
}

fn known() -> KnownOfCollator {
    KnownOfCollator::default()
}

/// The line of a step that has these words.
fn find<'a>(log: &'a mut Log, at: usize, words: &str) -> &'a mut String {
    let found = log[at].iter_mut().find(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("step {at} says {words}"))
}

fn change(log: &mut Log, at: usize, words: &str, from: &str, to: &str) {
    let line = find(log, at, words);
    assert!(line.contains(from), "{line} has {from}");
    *line = line.replacen(from, to, 1);
}

fn put(log: &mut Log, at: usize, words: &str, line: String) {
    *find(log, at, words) = line;
}

/// No word of what became of collations.
fn without_fates(log: &mut Log) {
    for step in log {
        step.retain(|line| !line.contains("::stats"));
    }
}

/// Step `at` builds as if its relay parent were an earlier one, with what that one shows.
fn back(log: &mut Log, at: u64, steps: u64) {
    without_fates(log);
    let (seen, number) = (at - steps, PARA + at);
    let place = at as usize;
    put(log, place, "slot adjusted", adjusted(SLOT + seen));
    let line = building(2 + steps, RELAY + seen, number - 3 - steps, number - 1, SLOT + seen);
    put(log, place, "Building block.", line);
}

const BUILDING: &str = "Building block.";

type Tampering = (&'static str, &'static str, fn(&mut Log, &mut KnownOfCollator));

/// What is done to a log, and the rule that notices.
const TAMPERINGS: &[Tampering] = &[
    ("a search depth too small", "COLL-4", |l, _| {
        change(l, 5, BUILDING, "segment_len=2", "segment_len=1");
    }),
    ("a search depth too great", "COLL-4", |l, k| {
        k.capacity = 9;
        change(l, 5, BUILDING, "segment_len=2", "segment_len=4");
    }),
    ("no depth above another block", "COLL-4", |l, _| {
        change(l, 5, BUILDING, "segment_len=2", "segment_len=0");
    }),
    ("an older included head than was included", "COLL-3", |l, k| {
        k.capacity = 9;
        let line = building(3, RELAY + 5, PARA + 1, PARA + 4, SLOT + 5);
        put(l, 5, BUILDING, line);
    }),
    ("a newer included head than was included", "COLL-3", |l, _| {
        change(l, 5, "Collation included", "latency=1", "latency=2");
    }),
    ("an included head too young to be one", "INCL-3", |l, _| {
        without_fates(l);
        put(l, 5, BUILDING, building(0, RELAY + 5, PARA + 4, PARA + 4, SLOT + 5));
    }),
    ("a full segment", "SEG-5", |l, _| {
        without_fates(l);
        put(l, 5, BUILDING, building(3, RELAY + 5, PARA + 1, PARA + 4, SLOT + 5));
    }),
    ("a capacity of one", "SEG-5", |_, k| k.capacity = 1),
    ("an older relay parent than the parent's", "BLK-3", |l, k| {
        k.capacity = 9;
        back(l, 6, 2);
    }),
    ("an older relay parent of the same slot, on a fork", "RPN-1", |l, k| {
        k.capacity = 9;
        back(l, 6, 2);
        put(l, 6, "slot adjusted", adjusted(SLOT + 5));
        let line = building(4, RELAY + 4, PARA + 1, PARA + 5, SLOT + 5);
        put(l, 6, BUILDING, line.replace(&short(1, RELAY + 4), &short(9, RELAY + 4)));
    }),
    ("the parent's relay parent, under a strict check", "RPN-1", |l, k| {
        *k = KnownOfCollator {
            capacity: 9,
            cores: 2,
            relay_numbers: RelayNumberCheck::Strict,
            ..*k
        };
        back(l, 6, 1);
    }),
    ("another relay block of the parent's number", "COLL-4", |l, k| {
        k.capacity = 9;
        back(l, 6, 1);
        change(l, 6, BUILDING, &short(1, RELAY + 5), &short(9, RELAY + 5));
    }),
    ("two blocks of a chain on one relay parent and core", "SLOTB-3", |l, k| {
        k.capacity = 9;
        back(l, 6, 1);
    }),
    ("two blocks on one parent and relay parent", "SLOTB-3", |l, _| {
        let again = building(2, RELAY + 5, PARA + 2, PARA + 4, SLOT + 5);
        l[5].push(again);
    }),
    ("three blocks on one relay slot", "HOOK-3", |l, k| {
        *k = KnownOfCollator { capacity: 9, cores: 3, ..*k };
        back(l, 6, 1);
        back(l, 7, 2);
        for step in l.iter_mut() {
            step.retain(|line| !line.contains("Submitting"));
        }
    }),
    ("a slot other than the one derived", "HOOK-4", |l, _| {
        change(l, 5, BUILDING, &format!("Slot({})", SLOT + 5), &format!("Slot({})", SLOT + 6));
    }),
    ("a slot that does not begin at its time", "HOOK-4", |l, _| {
        change(l, 5, "slot adjusted", "000) ", "001) ");
    }),
    ("two slots on one relay parent", "HOOK-4", |l, _| {
        let again = building(2, RELAY + 5, PARA + 2, PARA + 4, SLOT + 6);
        l[5].push(again);
    }),
    ("a relay block later in the same slot", "HOOK-4", |l, _| {
        put(l, 5, "slot adjusted", adjusted(SLOT + 4));
        change(l, 5, BUILDING, &format!("Slot({})", SLOT + 5), &format!("Slot({})", SLOT + 4));
    }),
    ("a slot before the parent's", "BLK-3", |l, _| {
        put(l, 5, "slot adjusted", adjusted(SLOT + 3));
        change(l, 5, BUILDING, &format!("Slot({})", SLOT + 5), &format!("Slot({})", SLOT + 3));
    }),
    ("a block begun on another parent", "COLL-5", |l, _| {
        change(l, 5, "Starting", &full(2, PARA + 4), &full(2, PARA + 3));
        change(l, 5, "Starting", "(#1004)", "(#1003)");
    }),
    ("a block prepared on another parent", "COLL-5", |l, _| {
        change(l, 5, "Prepared", &short(2, PARA + 4), &short(2, PARA + 3));
    }),
    ("a block of another number prepared", "PVF-1", |l, _| {
        change(l, 5, "Prepared", "at 1005", "at 1006");
    }),
    ("a block of another number sealed", "PVF-1", |l, _| {
        change(l, 5, "Pre-sealed", "at 1005", "at 1006");
    }),
    ("a block after it was found that there may be none", "COLL-6", |l, _| {
        change(l, 5, BUILDING, BUILDING, "Not building block.");
    }),
    ("a block where only its seal is left", "COLL-6", |l, _| {
        change(l, 5, BUILDING, BUILDING, "Not building block.");
        l[5].retain(|line| !line.contains("Starting") && !line.contains("Prepared"));
    }),
    ("a collation of another number", "COLL-9", |l, _| {
        change(l, 5, "Submitting", "number=1005", "number=1004");
    }),
    ("two collations for one core", "SLOTB-3", |l, _| {
        let again = find(l, 5, "Submitting").clone();
        l[5].push(again);
    }),
    ("backed too late", "ARP-1", |l, _| change(l, 5, "was backed", "Some(2)", "Some(4)")),
    ("backed by its relay parent", "ARP-1", |l, _| {
        change(l, 5, "was backed", "Some(2)", "Some(0)");
    }),
    ("backed too late for a shorter window", "ARP-1", |_, k| k.lookahead = 1),
    ("backed after it expired", "ARP-1", |l, _| {
        let expired = stats(&format!(
            "Collation expired age=3 collation_state=\"fetched\" relay_parent=({}, 104) para_id=Id(2006) head={} candidate_hash={}",
            short(1, RELAY + 4),
            full(2, PARA + 4),
            full(4, 4)
        ));
        l[5].push(expired);
    }),
    ("backed twice by one relay block", "INCL-1", |l, _| {
        let again = find(l, 5, "was backed").clone();
        l[5].push(again);
    }),
    ("backed with its parent on one core", "INCL-1", |l, _| {
        change(l, 6, "was backed", "Some(2)", "Some(1)");
    }),
    ("backed before its parent", "INCL-6", |l, _| {
        change(l, 5, "was backed", "Some(2)", "Some(3)");
        change(l, 6, "was backed", "Some(2)", "Some(1)");
    }),
    ("with a receipt of another relay parent", "PVF-1", |l, _| {
        change(l, 5, "was backed", &full(1, RELAY + 3), &full(1, RELAY + 4));
    }),
    ("included by what backed it", "INCL-3", |l, _| {
        change(l, 5, "Collation included", "latency=1", "latency=0");
    }),
    ("included too late", "TO-4", |l, _| {
        change(l, 5, "Collation included", "latency=1", "latency=11");
    }),
    ("included twice by one relay block", "INCL-5", |l, _| {
        let again = find(l, 5, "Collation included").clone();
        l[5].push(again);
    }),
    ("included before its parent", "INCL-4", |l, _| {
        l.push(vec![backed(1010, 2), included(1009, 3), backed(1011, 2), included(1010, 1)]);
    }),
    ("built on what expired", "COLL-4", |l, _| {
        without_fates(l);
        l.truncate(6);
        let expired = stats(&format!(
            "Collation expired age=3 collation_state=\"fetched\" relay_parent=({}, 105) para_id=Id(2006) head={} candidate_hash={}",
            short(1, RELAY + 5),
            full(2, PARA + 5),
            full(4, 5)
        ));
        l.push(vec![expired, building(2, RELAY + 9, PARA + 3, PARA + 5, SLOT + 9)]);
    }),
    ("built on what can pend no longer", "COLL-4", |l, _| {
        without_fates(l);
        l.truncate(6);
        l.push(vec![building(2, RELAY + 19, PARA + 3, PARA + 5, SLOT + 19)]);
    }),
    ("a block of two numbers", "log", |l, _| {
        change(l, 5, "Imported #1005", "Imported #1005", "Imported #1006");
    }),
    ("a block of two parents", "log", |l, _| {
        let other = format!("{} →", short(2, PARA + 700));
        change(l, 5, "Imported #1005", &format!("{} →", short(2, PARA + 4)), &other);
    }),
    ("a block that is sealed twice", "log", |l, _| {
        let again = find(l, 5, "Pre-sealed").clone();
        l[5].push(again);
    }),
    ("a relay block of two numbers", "log", |l, _| {
        change(l, 5, BUILDING, "parent_num=105", "parent_num=106");
    }),
];

#[test]
fn a_log_is_accepted_as_far_as_recorded() {
    let found = judged(&log(), known());
    assert_eq!(found.rejection, None);
    assert_eq!(found.verdict(), Verdict::AcceptedAsRecorded);
    let expected = BTreeMap::from([(
        "how parents were built, by other collators or before the log".to_owned(),
        1,
    )]);
    assert_eq!((found.missing, found.para), (expected, Some(2006)));
    let figures = found.figures;
    assert_eq!(
        (figures.attempts, figures.built, figures.submitted, figures.fetched),
        (12, 12, 12, 12)
    );
    assert_eq!((figures.backed, figures.included, figures.forks, figures.cores), (10, 9, 0, 1));
    assert_eq!((figures.relay_parents, figures.slot_ms), (12, Some(6000)));
    assert_eq!(figures.depth.iter().collect::<Vec<_>>(), [(2, 12)]);
    assert_eq!(figures.backing.iter().collect::<Vec<_>>(), [(2, 10)]);
    assert_eq!(figures.inclusion.iter().collect::<Vec<_>>(), [(1, 9)]);
}

#[test]
fn what_is_tampered_with_is_rejected_by_its_rule() {
    let mut wrong = vec![];
    for (what, expected, tamper) in TAMPERINGS {
        let (mut log, mut known) = (log(), known());
        tamper(&mut log, &mut known);
        let found = judged(&log, known);
        let rule = found.rejection.as_ref().map_or("", |rejection| rejection.rule());
        if rule != *expected {
            wrong.push(format!("{what}: {rule:?}, not {expected:?}: {:?}", found.rejection));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing of what stands around a message is read.
#[test]
fn a_line_may_wear_what_it_likes() {
    let plain = judged(&log(), known());
    let dresses: [fn(&str) -> String; 6] = [
        |line| line.replace("[Parachain] ", "[🌗] ").replace("[Relaychain] ", ""),
        |line| format!("collator-1  | {line}    "),
        |line| format!("May 01 12:00:00 host astar-collator[123]: {line}"),
        |line| {
            line.replace("DEBUG", "\u{1b}[34mDEBUG\u{1b}[0m")
                .replace("2006", "\u{1b}[1m2006\u{1b}[0m")
        },
        |line| line.replace('…', "..."),
        |line| line.replace("Some(2)", "2"),
    ];
    for dress in dresses {
        let dressed: Log =
            log().iter().map(|step| step.iter().map(|line| dress(line)).collect()).collect();
        assert_eq!(judged(&dressed, known()), plain, "{}", dressed[5][0]);
    }
}

#[test]
fn what_a_log_does_not_say_is_said() {
    let mut quiet = log();
    for step in &mut quiet {
        step.retain(|line| line.contains(" INFO "));
    }
    let found = judged(&quiet, known());
    assert_eq!(found.verdict(), Verdict::AcceptedAsRecorded, "{found:?}");
    assert_eq!((found.figures.built, found.figures.attempts, found.para), (12, 0, None));
    let missing: Vec<&String> = found.missing.keys().collect();
    assert_eq!(
        missing,
        [
            "what came of blocks: `parachain::collator-protocol::stats` at debug level",
            "why blocks were built: `aura::cumulus` at debug level",
        ]
    );
    let mut cut = log();
    let line = find(&mut cut, 5, BUILDING);
    line.truncate(line.find("relay_parent=").expect("it has one"));
    let found = judged(&cut, known());
    assert!(found.missing.contains_key("lines that are cut, or of another version"), "{found:?}");
}

/// The forms of before 2024: no parents where blocks are imported, hashes in brackets.
#[test]
fn older_forms_are_read() {
    let mut old = log();
    for (at, step) in (0..).zip(&mut old) {
        let number = PARA + at;
        for line in step {
            *line = line
                .replace(&format!("(#{})", number - 1), "")
                .replace(
                    &format!("🏆 Imported #{number} ({} → ", short(2, number - 1)),
                    &format!("✨ Imported #{number} ("),
                )
                .replace("(12 ms) hash:", "(12 ms) [hash:")
                .replace(
                    "end: NoMoreTransactions; extrinsics_count: 2",
                    "extrinsics (1): [0x1234…abcd]",
                );
        }
    }
    let found = judged(&old, known());
    assert_eq!((found.rejection, found.figures.built), (None, 12));
}

/// A lookahead collator: two blocks on every second relay parent.
fn lookahead() -> Log {
    let claimed = |depth: u64, relay: u64| {
        para(
            "DEBUG",
            &format!(
                "Slot claimed. Building relay_parent={} unincluded_segment_len={depth}",
                full(1, relay)
            ),
        )
    };
    let derived = |slot: u64| {
        let timestamp = slot * 6000;
        para(
            "DEBUG",
            &format!(
                "Adjusted relay-chain slot to parachain slot relay_slot=Slot({slot}) para_slot=Slot({slot}) timestamp=Timestamp({timestamp}) slot_duration=SlotDuration(6000) relay_chain_slot_duration=6s"
            ),
        )
    };
    (0..4)
        .map(|turn| {
            let (relay, number) = (RELAY + 2 * turn, PARA + 2 * turn);
            let mut lines = vec![line(
                "INFO",
                "substrate",
                "Relaychain",
                &format!("🏆 Imported #{relay} ({} → {})", short(1, relay - 1), short(1, relay)),
            )];
            for (place, number) in [(0, number), (1, number + 1)] {
                lines.extend([derived(SLOT + 2 * turn), claimed(1 + place, relay)]);
                lines.extend(built(number, number - 1));
                lines.retain(|line| !line.contains("Submitting"));
            }
            lines
        })
        .collect()
}

#[test]
fn a_lookahead_collator_builds_two_blocks_on_a_relay_parent_and_no_third() {
    let found = judged(&lookahead(), known());
    assert_eq!((&found.rejection, found.figures.built, found.figures.relay_parents), (&None, 8, 4));

    let mut third = lookahead();
    let claim = find(&mut third, 2, "Slot claimed").replace("len=1", "len=2");
    third[2].push(claim);
    let rejection = judged(&third, known()).rejection.expect("one too many");
    assert_eq!(rejection.rule(), "LOOK-1");

    let mut slot = lookahead();
    change(&mut slot, 2, "Adjusted", &format!("para_slot=Slot({})", SLOT + 4), "para_slot=Slot(7)");
    assert_eq!(judged(&slot, known()).rejection.expect("another slot").rule(), "HOOK-4");

    let mut full = lookahead();
    change(&mut full, 2, "Slot claimed", "len=1", "len=3");
    assert_eq!(judged(&full, known()).rejection.expect("a full segment").rule(), "SEG-5");

    let mut back = lookahead();
    for line in &mut back[2] {
        *line = line.replace(&full_of(RELAY + 4), &full_of(RELAY + 1));
    }
    back[0].push(line(
        "INFO",
        "substrate",
        "Relaychain",
        &format!("🆕 Imported #101 ({} → {})", short(1, RELAY), short(1, RELAY + 1)),
    ));
    assert_eq!(judged(&back, known()).rejection.expect("an older relay parent").rule(), "RPN-1");
}

fn full_of(relay: u64) -> String {
    full(1, relay)
}

/// The newest slot-based collator: a claim, and then a bundle of blocks.
#[test]
fn several_blocks_may_follow_one_claim_and_no_second_claim_on_its_relay_parent() {
    let claim = |relay: u64, parent: u64, slot: u64| {
        let inc = PARA - 1;
        para(
            "DEBUG",
            &format!(
                "Claiming slot. unincluded_segment_len_at_execution={} relay_parent={} relay_parent_num={relay} relay_parent_offset=1 included_hash_at_execution={} included_num_at_execution={inc} initial_parent={} slot=Slot({slot})",
                parent - inc,
                full(1, relay),
                full(2, inc),
                full(2, parent)
            ),
        )
    };
    let mut lines = vec![claim(RELAY, PARA - 1, SLOT)];
    lines.extend(built(PARA, PARA - 1));
    lines.extend(built(PARA + 1, PARA));
    lines.retain(|line| !line.contains("Submitting"));
    lines.push(claim(RELAY + 1, PARA + 1, SLOT + 1));
    let found = judged(&vec![lines.clone()], known());
    assert_eq!((found.rejection, found.figures.built, found.figures.attempts), (None, 2, 2));

    lines.pop();
    lines.push(claim(RELAY, PARA + 1, SLOT));
    let rejection = judged(&vec![lines.clone()], known()).rejection.expect("the same relay parent");
    assert_eq!(rejection.rule(), "SLOTB-7");

    lines.pop();
    lines.push(para("DEBUG", &format!("Cannot build next block due to unincluded segment constraints, skipping entire bundle. parent_hash={} included_hash_at_execution={}", full(2, 7), full(2, 6))));
    lines.extend(built(PARA + 2, PARA + 1));
    assert_eq!(judged(&vec![lines], known()).rejection.expect("a full segment").rule(), "COLL-6");
}

/// What runtimes say when they panic. Only the first counts: the missing inherent is what follows.
#[test]
fn a_panic_names_its_rule_and_the_first_counts() {
    for (words, rule) in [
        ("no space left for the block in the unincluded segment", "SEG-5"),
        (
            "No space left for the block in the unincluded segment: new_len(3) < capacity(3)",
            "SEG-5",
        ),
        ("assertion `left == right` failed: expected parent to be included", "SEG-5a"),
        ("included head not present in relay storage proof", "SEG-5a"),
        ("Relay chain block number needs to strictly increase between Parachain blocks!", "RPN-1"),
        (
            "Relay chain block number needs to monotonically increase between Parachain blocks!",
            "RPN-1",
        ),
        ("Slot moved backwards: stored_slot=Slot(8), relay_chain_slot=Slot(7)", "HOOK-2"),
        (
            "authored blocks limit is reached for the slot: relay_chain_slot=Slot(7), authored=3, velocity=1",
            "HOOK-3",
        ),
        ("Parachain slot must match relay-derived slot: parachain_slot=Slot(8)", "HOOK-4"),
        ("unincluded segment limits exceeded: UmpMessagesOverflow", "SEG-6"),
        ("ValidationData must be updated only once in a block", "BLK-4"),
        ("Slot must increase", "BLK-3"),
    ] {
        let mut log = log();
        let at = para("ERROR", "panicked at /pallets/parachain-system/src/lib.rs:1283:3:")
            .replace("aura::cumulus", "runtime");
        let next = "set_validation_data inherent needs to be present in every block!".to_owned();
        log[5].truncate(8);
        log[5].extend([at.clone(), words.to_owned(), at, next]);
        let rejection = judged(&log, known()).rejection.expect("it panicked");
        assert_eq!((rejection.rule(), rejection.block), (rule, PARA + 5), "{words}");
        assert_eq!(
            rejection.next[0].because,
            words.replace("assertion `left == right` failed: ", "")
        );
    }
}

/// What is remembered is bounded, and what is forgotten is said.
#[test]
fn a_long_log_is_judged_and_what_is_forgotten_is_said() {
    let mut judge = LogJudge::new(known());
    let mut place = 0;
    for at in 0..6000 {
        for line in step(at) {
            place += 1;
            judge.line(&line, place);
        }
    }
    let found = judge.verdict();
    assert_eq!(found.rejection, None);
    assert_eq!((found.figures.built, found.figures.included), (6000, 5997));
    let forgotten = found.missing.get("what came of blocks that were forgotten");
    assert!(forgotten.is_some_and(|&count| count > 3000), "{:?}", found.missing);
}

/// Lines of anything, cut anywhere, are read without a panic.
#[test]
fn no_line_is_too_strange() {
    let mut judge = LogJudge::new(known());
    for line in log().iter().flatten() {
        for (at, _) in line.char_indices() {
            judge.line(&line[..at], 1);
            judge.line(&line[at..], 1);
        }
    }
    for line in [
        "Building block. unincluded_segment_len=99999999999999999999 relay_parent=0x",
        "Building block. unincluded_segment_len=18446744073709551615 relay_parent=0x1234…abcd relay_parent_num=18446744073709551615 included_hash=0x1234…abce included_num=18446744073709551615 parent=0x1234…abcf slot=Slot(18446744073709551615)",
        "Parachain slot adjusted to relay chain. timestamp=Timestamp(0) slot=Slot(0)",
        "Adjusted relay-chain slot to parachain slot relay_slot=Slot(18446744073709551615) para_slot=Slot(1) slot_duration=SlotDuration(0) relay_chain_slot_duration=18446744073709551615s",
        "Imported #0 (0x1234…abcd → 0x1234…abcd)",
        "Imported #",
        "(((((((((((",
        "a=b=c=",
    ] {
        let mut judge = LogJudge::new(known());
        judge.line(line, 1);
        judge.verdict();
    }
    judge.verdict();
}
