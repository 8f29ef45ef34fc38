//! `validate`: verdicts, exit codes, and files that are no histories.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::{Answer, Place};

fn hash(number: u64) -> String {
    format!("0x{number:064x}")
}

/// Two relay blocks; the second backs a candidate on that relay parent.
fn history(relay_parent: u64) -> String {
    let event = json!({
        "ev": "CandidateBacked", "para": 2006, "core": 0, "rp": hash(relay_parent),
        "para_head": hash(900), "votes": 3,
    });
    let block = |n: u64, events: Vec<serde_json::Value>| json!({"n": n, "hash": hash(n), "parent": hash(n - 1), "events": events});
    format!("# made up\n{}\n{}\n", block(10, vec![]), block(11, vec![event]))
}

#[test]
fn what_the_rules_allow_is_accepted_and_what_is_supposed_is_said() {
    let place = Place::new();
    place.write("blocks.jsonl", &history(10));
    let answer = place.run(["validate", "blocks.jsonl"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("accepted as far as recorded: 2 relay blocks"), "{answer:?}");
    assert!(answer.out.contains("heads that were included before the history"), "{answer:?}");
}

#[test]
fn what_they_exclude_is_rejected_with_the_rule() {
    let place = Place::new();
    place.write("blocks.jsonl", &history(11));
    let answer = place.run(["validate", "--format", "json", "blocks.jsonl"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let found: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(found["verdict"], "rejected");
    let para = &found["paras"][0];
    assert_eq!(
        (&para["para"], &para["rule"], &para["block"]),
        (&json!(2006), &json!("ARP-1"), &json!(11))
    );
    let told = place.run(["validate", "blocks.jsonl"]);
    assert!(told.out.contains("ARP-1 excludes it"), "{told:?}");
}

#[test]
fn what_is_no_history_is_misuse() {
    let place = Place::new();
    place.write("empty.jsonl", "# nothing\n");
    place.write("other.jsonl", "{\"n\":1}\n");
    place.write("blocks.jsonl", &history(10));
    for (arguments, says) in [
        (vec!["validate", "empty.jsonl"], "has no relay block and no line of a log"),
        (vec!["validate", "other.jsonl"], "other.jsonl:1: no relay block: missing field"),
        (vec!["validate", "none.jsonl"], "cannot open none.jsonl"),
        (vec!["validate", "--para", "1", "blocks.jsonl"], "no candidate of para 1"),
        (vec!["validate", "--lookahead", "0", "blocks.jsonl"], "1..=16"),
    ] {
        let answer = place.run(arguments.clone());
        assert_eq!(answer.code, 2, "{arguments:?}: {answer:?}");
        assert!(answer.err.contains(says), "{arguments:?}: {answer:?}");
    }
}

/// A line of a collator, by its words alone.
fn attempt(depth: u64) -> String {
    format!(
        "2026-05-01 12:00:00 [Parachain] Building block. unincluded_segment_len={depth} \
         relay_parent=0x1111…0001 relay_parent_num=100 relay_parent_offset=0 included_hash=0x2222…0001 \
         included_num=7 parent=0x2222…0002 slot=Slot(5)\n"
    )
}

#[test]
fn a_log_is_known_by_its_first_line_and_judged() {
    let place = Place::new();
    place.write("collator.log", &format!("2026-05-01 12:00:00 💤 Idle\n{}", attempt(2)));
    let answer = place.run(["validate", "collator.log"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(
        answer.out.contains("accepted as far as recorded: 2 lines of a collator"),
        "{answer:?}"
    );
    let again = place.run(["validate", "--capacity", "2", "--format", "json", "collator.log"]);
    assert_eq!(again.code, 1, "{again:?}");
    let found: serde_json::Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!((&found["kind"], &found["verdict"]), (&json!("log"), &json!("rejected")));
    let para = &found["paras"][0];
    assert_eq!((&para["rule"], &para["block"]), (&json!("SEG-5"), &json!(10)));
    assert_eq!(para["rejection"]["line"], json!(2));
    let told = place.run(["validate", "--capacity", "2", "collator.log"]);
    assert!(told.out.contains("SEG-5 excludes it"), "{told:?}");
}

#[test]
fn what_is_no_log_is_misuse() {
    let place = Place::new();
    place.write("poem.txt", "Nothing here\nis of a collator.\n");
    std::fs::write(place.path("binary.log"), [b'a', 0, b'b', b'\n']).expect("the place is ours");
    std::fs::write(place.path("cut.log"), &attempt(2).as_bytes()[..80]).expect("the place is ours");
    std::fs::write(place.path("half.log"), "2026 🏆".as_bytes().split_last().expect("bytes").1)
        .expect("the place is ours");
    std::fs::write(place.path("wide.log"), vec![b'x'; (8 << 20) + 1]).expect("the place is ours");
    place.write("blocks.jsonl", &history(10));
    for (arguments, says) in [
        (vec!["validate", "poem.txt"], "poem.txt has 2 lines, and none that a collator writes"),
        (vec!["validate", "binary.log"], "binary.log:1: no text: a zero at byte 2"),
        (vec!["validate", "half.log"], "half.log:1: not UTF-8 at byte 6"),
        (vec!["validate", "wide.log"], "wide.log:1: a line holds at most 8 MiB"),
        (vec!["validate", "--kind", "log", "blocks.jsonl"], "none that a collator writes"),
        (vec!["validate", "--kind", "blocks", "poem.txt"], "poem.txt:1: no relay block"),
        (vec!["validate", "/dev/zero"], "a pipe or a device"),
        (vec!["validate", "."], "a directory"),
    ] {
        let answer = place.run(arguments.clone());
        assert_eq!(answer.code, 2, "{arguments:?}: {answer:?}");
        assert!(answer.err.contains(says), "{arguments:?}: {answer:?}");
    }
    let answer = place.run(["validate", "cut.log"]);
    assert_eq!(answer.code, 0, "a cut line is said and is no error: {answer:?}");
    assert!(answer.out.contains("lines that are cut"), "{answer:?}");
    if cfg!(unix) {
        let made = std::process::Command::new("mkfifo").arg(place.path("fifo.log")).status();
        assert!(made.expect("there is a mkfifo").success());
        assert_eq!(place.run(["validate", "fifo.log"]).code, 2);
        let zero = std::fs::File::open("/dev/zero").expect("there is one");
        let mut endless = place.command();
        let output = endless.args(["validate", "-"]).stdin(zero).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}

/// Bytes that a process has had in memory at most; none where that cannot be told.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

/// Feeds parts one after the other, and looks at the memory after each.
fn peaks(parts: impl Iterator<Item = String>) -> (Option<Vec<u64>>, Answer) {
    let place = Place::new();
    let mut child = place
        .command()
        .args(["validate", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut to = child.stdin.take().expect("piped");
    let peaks = parts
        .map(|part| {
            to.write_all(part.as_bytes()).expect("it reads");
            peak(child.id())
        })
        .collect();
    drop(to);
    let output = child.wait_with_output().expect("it ends");
    let answer = Answer {
        code: output.status.code().expect("it exits"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    (peaks, answer)
}

/// So many relay blocks, each of which includes what the last one backed, and backs another.
#[allow(clippy::format_collect)]
fn blocks(from: u64, to: u64) -> String {
    let event = |ev: &str, n: u64| {
        json!({"ev": ev, "para": 2006, "core": 0, "rp": hash(n - 1), "para_head": hash(1 << 40 | n),
            "head_parent": hash(1 << 40 | (n - 1)), "head_num": n, "votes": 3})
    };
    (from..to)
        .map(|n| {
            let events = if n == 10 {
                vec![event("CandidateBacked", n)]
            } else {
                vec![event("CandidateIncluded", n - 1), event("CandidateBacked", n)]
            };
            let block = json!({"n": n, "hash": hash(n), "parent": hash(n - 1), "events": events});
            format!("{block}\n")
        })
        .collect()
}

/// So many blocks of a collator, each on the last.
#[allow(clippy::format_collect)]
fn builds(from: u64, to: u64) -> String {
    (from..to)
        .map(|n| {
            let slot = n;
            format!(
                "Building block. unincluded_segment_len=1 relay_parent={} relay_parent_num={n} \
                 included_hash={} included_num={} parent={} slot=Slot({slot})\n\
                 Starting consensus session on top of parent {} (#{})\n\
                 Pre-sealed block for proposal at {n}. Hash now {}, previously {}.\n",
                hash(n << 20),
                hash(n - 2),
                n - 2,
                hash(n - 1),
                hash(n - 1),
                n - 1,
                hash(n),
                hash(n)
            )
        })
        .collect()
}

/// Tables fill and an allocator settles while the first third is read, and a peak comes by chance in the
/// second; what the third adds is what each block costs for good.
#[test]
fn memory_does_not_grow_with_the_file() {
    /// Bytes that a third may add to the peak: 6 a relay block and 8 a block of the log, less than a hash.
    const MOST: u64 = 256 << 10;
    const TURNS: u64 = 30;
    let from = |turn: u64| (turn * 4000).max(10);
    let (relay, answer) = peaks((0..TURNS).map(|turn| blocks(from(turn), (turn + 1) * 4000)));
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("119990 relay blocks"), "{answer:?}");
    let (log, answer) = peaks((0..TURNS).map(|turn| builds(from(turn), (turn + 1) * 4000)));
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("359970 lines"), "{answer:?}");
    for peaks in [relay, log] {
        let Some(peaks) = peaks else {
            eprintln!("/proc does not tell: memory is not looked at");
            return;
        };
        let [.., two_thirds] = peaks[..peaks.len() * 2 / 3] else { panic!("there are {TURNS}") };
        let [.., end] = peaks[..] else { panic!("there are {TURNS}") };
        assert!(end - two_thirds < MOST, "the last third adds to {peaks:?}");
    }
}
