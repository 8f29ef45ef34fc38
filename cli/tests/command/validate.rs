//! `validate`: verdicts, exit codes, and files that are no histories.

use serde_json::json;

use crate::Place;

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
        (vec!["validate", "empty.jsonl"], "has no relay block"),
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
