//! Histories: what is judged right, and what is tampered with and by which rule it is noticed.
//!
//! The histories here are made up, block by block, so that every number is known. Real ones are judged
//! where the environment variable `UNINCLUDED_DATA` names a folder with them.

use std::fmt::Write;
use std::fs;
use std::io::BufReader;
use std::path::PathBuf;

use serde_json::{Value, json};
use unincluded_traces::history::{History, Judge, Known, RecordReader, Verdict};

const N: u64 = 1000;
const SLOT: u64 = 280_000_000;

fn hash(kind: u64, number: u64) -> String {
    format!("0x{kind:032x}{number:032x}")
}

fn relay(number: u64) -> String {
    hash(1, number)
}

fn root(number: u64) -> String {
    hash(2, number)
}

fn head(para: u64, number: u64) -> String {
    hash(100 + para, number)
}

/// Block `number` of a para, built on that relay block.
fn candidate(ev: &str, para: u64, core: u64, number: u64, relay_parent: u64) -> Value {
    let mut candidate = json!({
        "ev": ev, "para": para, "core": core, "group": 7, "rp": relay(relay_parent),
        "para_head": head(para, number), "head_parent": head(para, number - 1), "head_num": number,
        "aura_slot": SLOT + relay_parent, "rpsr_num": relay_parent, "rpsr_root": root(relay_parent),
        "code_hash": hash(3, para),
    });
    if ev == "CandidateBacked" {
        let more = json!({"votes": 3, "hrmp_watermark": relay_parent, "new_code": false});
        candidate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    candidate
}

/// Two paras on cores 0 and 1 for eight relay blocks; each block includes one candidate of each and
/// backs the next, whose relay parent is two blocks back. 10 validators, of which 8 vote.
fn history() -> Vec<Value> {
    (N..N + 8)
        .map(|n| {
            let mut events = vec![];
            for (core, para) in [(0, 5), (1, 6)] {
                if n > N {
                    events.push(candidate("CandidateIncluded", para, core, n - 1, n - 3));
                }
            }
            for (core, para) in [(0, 5), (1, 6)] {
                events.push(candidate("CandidateBacked", para, core, n, n - 2));
            }
            json!({
                "n": n, "hash": relay(n), "parent": relay(n - 1), "state_root": root(n), "babe_slot": SLOT + n,
                "parent_header": {"n": n - 1, "parent": relay(n - 2), "state_root": root(n - 1), "babe_slot": SLOT + n - 1},
                "disputes": 0, "max_validator_index": 9, "bitfields": {"0x03": 8}, "events": events,
            })
        })
        .collect()
}

fn judged(blocks: &[Value], known: Known) -> History {
    let mut text = String::from("# a history\n\n");
    for block in blocks {
        writeln!(text, "{block}").unwrap();
    }
    let mut records = RecordReader::new("history", text.as_bytes());
    let mut judge = Judge::new(known);
    while let Some(record) = records.read().expect("relay blocks") {
        judge.block(&record, records.line()).expect("few paras");
    }
    judge.verdict()
}

/// The rule that rejects para 5, or the relay chain; "" if nothing does.
fn rule(blocks: &[Value]) -> &'static str {
    let history = judged(blocks, Known { period: 4, ..Known::default() });
    let para = history.paras.get(&(String::new(), 5)).and_then(|para| para.rejection.as_ref());
    let other = &history.paras[&(String::new(), 6)];
    if history.broken.is_none() {
        assert_ne!(other.verdict(), Verdict::Rejected, "{:?}", other.rejection);
    }
    history.broken.as_ref().or(para).map_or("", |rejection| rejection.rule())
}

/// The event of para 5 of that kind in the block so many after the first.
fn event<'a>(blocks: &'a mut [Value], at: usize, ev: &str) -> &'a mut Value {
    let events = blocks[at]["events"].as_array_mut().unwrap();
    events.iter_mut().find(|one| one["ev"] == ev && one["para"] == 5).expect("it is there")
}

fn remove(blocks: &mut [Value], at: usize, ev: &str) -> Value {
    let events = blocks[at]["events"].as_array_mut().unwrap();
    let place = events.iter().position(|one| one["ev"] == ev && one["para"] == 5).unwrap();
    events.remove(place)
}

fn push(blocks: &mut [Value], at: usize, event: Value) {
    blocks[at]["events"].as_array_mut().unwrap().push(event);
}

const BACKED: &str = "CandidateBacked";
const INCLUDED: &str = "CandidateIncluded";
const TIMED_OUT: &str = "CandidateTimedOut";

/// What is done to a history, and the rule that notices.
type Tampering = (&'static str, &'static str, fn(&mut Vec<Value>));

const TAMPERINGS: &[Tampering] = &[
    ("a relay block comes twice", "relay chain", |h| h.insert(4, h[3].clone())),
    ("two relay blocks change places", "relay chain", |h| h.swap(3, 4)),
    ("a relay block has another parent", "relay chain", |h| h[4]["parent"] = json!(hash(9, 9))),
    ("a relay slot does not advance", "relay chain", |h| {
        h[4]["babe_slot"] = h[3]["babe_slot"].clone();
    }),
    ("a parent's header has another number", "relay chain", |h| {
        h[4]["parent_header"]["n"] = json!(N);
    }),
    ("a parent's header has another state root", "relay chain", |h| {
        h[4]["parent_header"]["state_root"] = json!(root(1));
    }),
    ("an inclusion is dropped", "INCL-1", |h| drop(remove(h, 4, INCLUDED))),
    ("a backing is dropped", "INCL-5", |h| drop(remove(h, 4, BACKED))),
    ("a backing comes twice", "INCL-1", |h| {
        let again = event(h, 4, BACKED).clone();
        push(h, 4, again);
    }),
    ("an inclusion comes twice", "INCL-5", |h| {
        let again = event(h, 4, INCLUDED).clone();
        h[4]["events"].as_array_mut().unwrap().insert(1, again);
    }),
    ("two candidates of the para on one core", "INCL-1", |h| {
        push(h, 4, candidate(BACKED, 5, 0, N + 5, N + 2));
    }),
    ("a core that another para occupies", "INCL-1", |h| {
        remove(h, 4, INCLUDED);
        remove(h, 4, BACKED);
        remove(h, 5, INCLUDED);
        push(h, 5, candidate(BACKED, 5, 1, N + 4, N + 3));
    }),
    ("included in the block that backs it", "INH-1", |h| {
        let early = remove(h, 5, INCLUDED);
        push(h, 4, early);
    }),
    ("included before it is backed", "INCL-4", |h| {
        let early = remove(h, 6, INCLUDED);
        h[4]["events"].as_array_mut().unwrap().insert(0, early);
    }),
    ("included and never backed", "INCL-5", |h| {
        let bogus = json!(hash(9, 1));
        event(h, 4, INCLUDED)["para_head"] = bogus;
    }),
    ("included by another core", "INCL-5", |h| event(h, 4, INCLUDED)["core"] = json!(3)),
    ("included under another number", "INCL-5", |h| event(h, 4, INCLUDED)["head_num"] = json!(1)),
    ("a backing after timeouts", "INH-1", |h| {
        let timed_out = candidate(TIMED_OUT, 5, 0, N + 4, N + 2);
        push(h, 4, timed_out);
    }),
    ("a timeout too early", "TO-2", |h| {
        remove(h, 5, INCLUDED);
        h[5]["events"].as_array_mut().unwrap().insert(0, candidate(TIMED_OUT, 5, 0, N + 4, N + 2));
    }),
    ("votes below the threshold", "INCL-3", |h| h[4]["bitfields"] = json!({"0x03": 6, "0x02": 2})),
    ("no votes for the core", "INCL-3", |h| h[4]["bitfields"] = json!({"0x02": 10})),
    ("a wrong parent", "INCL-6", |h| event(h, 4, BACKED)["head_parent"] = json!(hash(9, 2))),
    ("an older parent", "INCL-6", |h| event(h, 4, BACKED)["head_parent"] = json!(head(5, N + 1))),
    ("a number that skips one", "PVF-1", |h| event(h, 4, BACKED)["head_num"] = json!(N + 5)),
    ("a relay parent of another fork", "ARP-1", |h| event(h, 4, BACKED)["rp"] = json!(hash(9, 3))),
    ("a relay parent that is too old", "ARP-1", |h| {
        let old = candidate(BACKED, 5, 0, N + 5, N + 1);
        *event(h, 5, BACKED) = old;
    }),
    ("the block itself as relay parent", "ARP-1", |h| {
        *event(h, 4, BACKED) = candidate(BACKED, 5, 0, N + 4, N + 4);
    }),
    ("a relay parent to come", "ARP-1", |h| {
        *event(h, 4, BACKED) = candidate(BACKED, 5, 0, N + 4, N + 5);
    }),
    ("a relay parent older than the parent's", "INCL-6b", |h| {
        *event(h, 4, BACKED) = candidate(BACKED, 5, 0, N + 4, N + 1);
        *event(h, 3, BACKED) = candidate(BACKED, 5, 0, N + 3, N + 2);
        *event(h, 4, INCLUDED) = candidate(INCLUDED, 5, 0, N + 3, N + 2);
    }),
    ("another relay parent than the head says", "PVF-1", |h| {
        event(h, 4, BACKED)["rp"] = json!(relay(N + 3));
    }),
    ("another state root than the relay parent's", "PVF-1", |h| {
        event(h, 4, BACKED)["rpsr_root"] = json!(root(1));
    }),
    ("a slot ahead", "HOOK-4", |h| event(h, 4, BACKED)["aura_slot"] = json!(SLOT + N + 3)),
    ("a slot behind", "BLK-3", |h| event(h, 4, BACKED)["aura_slot"] = json!(SLOT + N)),
    ("too few votes of the group", "SEC-2", |h| event(h, 4, BACKED)["votes"] = json!(1)),
    ("a watermark that goes back", "INCL-12", |h| event(h, 4, BACKED)["hrmp_watermark"] = json!(1)),
    ("a watermark ahead of the relay parent", "INCL-12", |h| {
        event(h, 4, BACKED)["hrmp_watermark"] = json!(N + 3);
    }),
    ("code that changes and changes back", "INCL-9", |h| {
        event(h, 4, BACKED)["code_hash"] = json!(hash(3, 1));
    }),
    ("a receipt for another core", "SCHED-4", |h| {
        let one = event(h, 4, BACKED);
        one["descr_v2_coreIndex"] = json!("9");
        one["descr_reserved1_zero"] = json!(true);
    }),
    ("a session that is over", "ARP-2", |h| {
        for (at, session) in [(3, 8), (4, 7)] {
            let one = event(h, at, BACKED);
            one["descr_v2_session"] = json!(session);
            one["descr_reserved1_zero"] = json!(true);
        }
    }),
    ("included after its session", "INCL-5", |h| {
        // The eleventh block, so that nothing from before the history can be meant.
        let longer = history();
        h.clear();
        h.extend(longer);
        for (at, session) in [(3, 7), (4, 8)] {
            let one = event(h, at, BACKED);
            one["descr_v2_session"] = json!(session);
            one["descr_reserved1_zero"] = json!(true);
        }
        h[4]["events"]
            .as_array_mut()
            .unwrap()
            .retain(|one| one["ev"] != INCLUDED || one["para"] == 5);
        h[5]["events"].as_array_mut().unwrap().retain(|one| one["para"] != 6);
        h[6]["events"].as_array_mut().unwrap().retain(|one| one["para"] != 6);
        h[7]["events"].as_array_mut().unwrap().retain(|one| one["para"] != 6);
    }),
];

#[test]
fn a_history_is_accepted_as_far_as_recorded() {
    let history = judged(&history(), Known::default());
    assert_eq!(history.verdict(), Verdict::AcceptedAsRecorded, "the first head is not recorded");
    let para = &history.paras[&(String::new(), 5)];
    let figures = &para.figures;
    assert_eq!((figures.backed, figures.included, figures.timed_out, figures.forks), (8, 7, 0, 0));
    assert_eq!(figures.relay_parent_age.iter().collect::<Vec<_>>(), [(2, 8)]);
    assert_eq!(figures.inclusion.iter().collect::<Vec<_>>(), [(1, 7)]);
    assert_eq!((figures.slot_ms, figures.cores), (Some(6000), 1));
    // Each is built on what the relay block two before it shows, where the third before it is included.
    assert_eq!(figures.segment.iter().collect::<Vec<_>>(), [(3, 5)]);
    assert_eq!(
        para.missing.keys().collect::<Vec<_>>(),
        [
            "heads that were included before the history",
            "slots of relay parents that are older than the history",
        ]
    );
}

#[test]
fn what_is_tampered_with_is_rejected_by_its_rule() {
    let mut wrong = vec![];
    for (what, expected, tamper) in TAMPERINGS {
        let mut blocks = history();
        tamper(&mut blocks);
        let found = rule(&blocks);
        if found != *expected {
            wrong.push(format!("{what}: {found:?}, not {expected:?}"));
        }
    }
    assert!(TAMPERINGS.len() >= 30);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A candidate that goes without a record: the end of a session explains it where no candidate of
/// anybody was backed, and is excluded elsewhere.
#[test]
fn the_end_of_a_session_is_supposed_only_where_it_can_be() {
    let mut blocks = history();
    for at in [3, 4, 5] {
        let events = blocks[at]["events"].as_array_mut().unwrap();
        events.retain(|one| at == 3 && one["ev"] == INCLUDED);
    }
    // What was backed in 1002 is included in 1003; nothing is backed until 1006, on the last head.
    for at in [6, 7] {
        let events = blocks[at]["events"].as_array_mut().unwrap();
        events.retain(|one| at == 7 && one["ev"] == INCLUDED);
    }
    let whole = judged(&blocks, Known::default());
    assert_ne!(whole.verdict(), Verdict::AcceptedAsRecorded, "1006 is included and never backed");

    let mut lost = history();
    for block in &mut lost[4..] {
        block["events"].as_array_mut().unwrap().clear();
    }
    for (core, para) in [(0, 5), (1, 6)] {
        push(&mut lost, 6, candidate(BACKED, para, core, N + 3, N + 5));
        push(&mut lost, 7, candidate(INCLUDED, para, core, N + 3, N + 5));
    }
    let found = judged(&lost, Known::default());
    assert_eq!(found.verdict(), Verdict::AcceptedAsRecorded, "{found:?}");
    let para = &found.paras[&(String::new(), 5)];
    assert!(para.missing.keys().any(|what| what == "ends of sessions"), "{para:?}");

    // Another para goes on in each block, so that no session can have ended.
    for at in 4..6 {
        let busy = candidate(BACKED, 7, 2, N + at as u64, N + at as u64 - 1);
        push(&mut lost, at, busy);
        let at = at + 1;
        let done = candidate(INCLUDED, 7, 2, N + at as u64 - 1, N + at as u64 - 2);
        lost[at]["events"].as_array_mut().unwrap().insert(0, done);
    }
    let found = judged(&lost, Known::default());
    let rejection = found.paras[&(String::new(), 5)].rejection.as_ref().expect("rejected");
    assert_eq!(
        (rejection.rule(), rejection.next[1].rule, rejection.block),
        ("INCL-1", "INCL-2", N + 6)
    );
}

#[test]
fn a_gap_is_said_and_begins_anew() {
    let mut blocks = history();
    blocks.remove(4);
    let found = judged(&blocks, Known::default());
    assert_eq!((found.gaps, found.verdict()), (1, Verdict::AcceptedAsRecorded), "{found:?}");
}

#[test]
fn a_para_on_two_cores_is_one_and_two_blocks_a_relay_block_are_counted() {
    let mut blocks = history();
    for (at, block) in (0..).zip(&mut blocks) {
        let n = N + at;
        let pair =
            |ev: &str, n: u64| [0, 1].map(|core| candidate(ev, 5, core, 2 * n + core, n - 2));
        let mut events = vec![];
        if n > N {
            events.extend(pair(INCLUDED, n - 1));
        }
        events.extend(pair(BACKED, n));
        block["events"] = json!(events);
    }
    let found = judged(&blocks, Known::default());
    let para = &found.paras[&(String::new(), 5)];
    assert_eq!(para.rejection, None);
    assert_eq!((para.figures.cores, para.figures.included, para.figures.forks), (2, 14, 0));

    // The second of two is included before the first.
    blocks[4]["events"].as_array_mut().expect("events").swap(0, 1);
    let found = judged(&blocks, Known::default());
    let rejection = found.paras[&(String::new(), 5)].rejection.as_ref().expect("out of order");
    assert_eq!(rejection.rule(), "INCL-4");
}

#[test]
fn more_cores_than_there_can_be_are_an_error() {
    let mut block = history().remove(0);
    let many = (0..10_001).map(|core| candidate(BACKED, 5, core, N + core, N - 2));
    block["events"] = json!(many.collect::<Vec<_>>());
    let record = serde_json::from_value(block).expect("a record");
    let error = Judge::new(Known::default()).block(&record, 1).expect_err("too many");
    assert_eq!(error, "more than 10000 cores");
}

#[test]
fn hostile_lines_are_errors_with_their_place() {
    let complaint = |text: &str| {
        let mut records = RecordReader::new("file", text.as_bytes());
        records.read().expect_err("no relay block").to_string()
    };
    assert!(complaint("\n{}").starts_with("file:2: no relay block: missing field"));
    assert!(complaint("[1").starts_with("file:1: no relay block"));
    assert!(
        complaint("{\"n\":1,\"hash\":\"0x\\u001b[31m\"}").contains("a hash is 0x and 64 digits")
    );
    let mut records = RecordReader::new("file", &b"\xff\xfe\n"[..]);
    assert!(records.read().expect_err("not text").to_string().contains("not UTF-8 at byte 1"));
    let long = vec![b'x'; unincluded_traces::history::MAX_HISTORY_LINE + 1];
    let mut records = RecordReader::new("file", &long[..]);
    assert!(records.read().expect_err("too long").to_string().contains("at most 8 MiB"));
    let mut block = history().remove(0);
    block["bitfields"] = json!({"0xzz": 1});
    let mut records = RecordReader::new("file", "".as_bytes());
    assert!(records.read().expect("an empty file").is_none());
    let record = serde_json::from_value(block).expect("a record");
    assert!(Judge::new(Known::default()).block(&record, 1).is_err());
    let mut huge = history();
    huge[0]["n"] = json!(u64::MAX);
    let _ = judged(&huge[..1], Known::default());
    let mut long = history().remove(0);
    long["chain"] = json!("x".repeat(257));
    let record = serde_json::from_value(long).expect("a record");
    let error = Judge::new(Known::default()).block(&record, 1).expect_err("a long name");
    assert_eq!(error, "a relay chain's name holds at most 256 bytes");
}

/// A number has no successor at the end of its range.
#[test]
fn the_highest_number_of_a_block_is_followed_by_none() {
    let mut blocks = history();
    blocks.truncate(2);
    for (block, number) in blocks.iter_mut().zip([u64::MAX, 0]) {
        let mut one = candidate(INCLUDED, 5, 0, N, N - 2);
        one["para_head"] = json!(hash(9, number));
        one["head_num"] = json!(number);
        block["events"] = json!([one]);
    }
    let found = judged(&blocks, Known::default());
    let rejection = found.paras[&(String::new(), 5)].rejection.as_ref().expect("rejected");
    assert_eq!(rejection.rule(), "INCL-5");
}

/// TO-4: three blocks after its backing, where a core is occupied for three or for two.
#[test]
fn a_candidate_pends_no_longer_than_a_core_can_be_occupied() {
    let mut blocks = history();
    for at in 4..8 {
        remove(&mut blocks, at, BACKED);
        remove(&mut blocks, at, INCLUDED);
    }
    let late = candidate(INCLUDED, 5, 0, N + 3, N + 1);
    blocks[6]["events"].as_array_mut().expect("events").insert(0, late);
    let rule = |occupancy| {
        let found = judged(&blocks, Known { occupancy, ..Known::default() });
        let para = &found.paras[&(String::new(), 5)];
        para.rejection.as_ref().map_or("", |rejection| rejection.rule())
    };
    assert_eq!([3, 2].map(rule), ["", "TO-4"]);
}

/// DISP-1: a candidate that goes without a record, in blocks that back something: only a dispute explains it.
#[test]
fn a_dispute_is_supposed_only_where_there_is_one() {
    let mut blocks = history();
    // What 1004 backs is gone, and 1005 backs another on the head before.
    remove(&mut blocks, 5, INCLUDED);
    for at in 6..8 {
        remove(&mut blocks, at, BACKED);
        remove(&mut blocks, at, INCLUDED);
    }
    *event(&mut blocks, 5, BACKED) = candidate(BACKED, 5, 0, N + 4, N + 3);
    event(&mut blocks, 5, BACKED)["para_head"] = json!(hash(9, 4));
    assert_eq!(rule(&blocks), "INCL-1");
    blocks[5]["disputes"] = json!(1);
    let found = judged(&blocks, Known::default());
    let para = &found.paras[&(String::new(), 5)];
    assert_eq!(para.rejection, None);
    assert!(para.missing.contains_key("what disputes did"), "{para:?}");
}

/// How often the file has an event, counted without the reader that is under test.
fn recorded(text: &str, event: &str) -> u64 {
    let line = |line: &str| line.matches(&format!("\"ev\":\"{event}\"")).count() as u64;
    text.lines().filter(|line| line.starts_with('{')).map(line).sum()
}

/// Real relay blocks: all are accepted, the older ones before asynchronous backing, and nothing that
/// they record is passed over.
#[test]
fn real_histories_are_accepted() {
    let Some(folder) = std::env::var_os("UNINCLUDED_DATA").map(PathBuf::from) else {
        eprintln!("UNINCLUDED_DATA is not set: no real history is judged");
        return;
    };
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("UNINCLUDED_DATA names a folder")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "UNINCLUDED_DATA has no .jsonl file");
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lookahead = if name.contains("sync") { 1 } else { 3 };
        let text = fs::read_to_string(&path).expect("it is there");
        let mut records = RecordReader::new(&name, BufReader::new(text.as_bytes()));
        let mut judge = Judge::new(Known { lookahead, ..Known::default() });
        while let Some(record) = records.read().expect("relay blocks") {
            judge.block(&record, records.line()).expect("few paras");
        }
        let history = judge.verdict();
        let rejected: Vec<_> =
            history.paras.iter().filter(|(_, para)| para.rejection.is_some()).collect();
        assert_eq!(history.broken, None, "{name}");
        assert!(rejected.is_empty(), "{name}: {rejected:#?}");
        let figures = || history.paras.values().map(|para| &para.figures);
        let blocks = text.lines().filter(|line| line.starts_with('{')).count() as u64;
        assert_eq!(history.blocks, blocks, "{name}: relay blocks");
        let backed: u64 = figures().map(|figures| figures.backed).sum();
        let included: u64 = figures().map(|figures| figures.included).sum();
        assert_eq!([backed, included], [BACKED, INCLUDED].map(|ev| recorded(&text, ev)), "{name}");
        assert!(backed > 0 && included > 0, "{name}");
        if let Some(astar) = history.paras.get(&(String::new(), 2006)) {
            let slot = if history.blocks > 1 { Some(12_000) } else { None };
            assert!(slot.is_none() || astar.figures.slot_ms == slot, "{name}: {astar:?}");
        }
    }
}
