//! Files that are no traces, or bad ones: an error with file, line and reason, never a panic.

use std::io::{BufRead, BufReader, Read};

use unincluded_model::{Protocol, Rule, Scenario};
use unincluded_traces::{MAX_LINE, MAX_STEPS, explain, read, record, replay, table};

use crate::{parsed, text};

/// What is wrong with a file, in words.
fn complaint(bytes: &[u8]) -> String {
    match parsed(bytes) {
        Err(error) => error.to_string(),
        Ok(run) => {
            table(&run);
            explain(&run);
            replay(&run).expect_err("something is wrong with it").to_string()
        }
    }
}

/// A kept run with one text for another.
fn altered(name: &str, from: &str, to: &str) -> Vec<u8> {
    let text = text(name);
    assert!(text.contains(from), "{name} has no {from}");
    text.replacen(from, to, 1).into_bytes()
}

const RUN: &str = "astar-without-seg-5";

const FORK: &str = "forks-reaches-r-undone";

#[test]
fn complaints() {
    let lines: Vec<&str> = text(RUN).lines().collect();
    let long = format!("{{\"unincluded\":\"trace\",\"about\":\"{}\"}}\n", "x".repeat(MAX_LINE));
    let deep = format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let deep_step =
        format!("{}\n{{\"step\":{}1{}\n", lines[0], "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("an empty file", vec![]),
        ("an empty line", b"\n".to_vec()),
        ("binary", vec![0x7f, b'E', b'L', b'F', 0, 0xff, 0xfe]),
        ("binary with a line end", vec![0, 0xff, 0xfe, b'\n']),
        ("another JSON", b"{\"vars\":[]}\n".to_vec()),
        ("a number", b"17\n".to_vec()),
        ("no version", b"{\"unincluded\":\"trace\"}\n".to_vec()),
        ("another version", altered(RUN, "\"version\":2", "\"version\":1")),
        ("a huge version", altered(RUN, "\"version\":2", "\"version\":99999999999999999999")),
        ("a version that is no number", altered(RUN, "\"version\":2", "\"version\":\"1\"")),
        ("an unknown field", altered(RUN, "\"version\":2", "\"version\":2,\"colour\":3")),
        (
            "an unknown scenario key",
            altered(RUN, "\"validators\":600", "\"validators\":600,\"x\":1"),
        ),
        ("a missing scenario key", altered(RUN, "\"validators\":600,", "")),
        ("an illegal value", altered(RUN, "\"validators\":600", "\"validators\":0")),
        ("a capacity out of range", altered(RUN, "segment_capacity\":3", "segment_capacity\":200")),
        (
            "a value that does not fit",
            altered(RUN, "segment_capacity\":3", "segment_capacity\":300"),
        ),
        ("a negative value", altered(RUN, "\"validators\":600", "\"validators\":-1")),
        (
            "a huge issuance",
            altered(
                RUN,
                "\"8304517045391557672991818108\"",
                "\"9999999999999999999999999999999999999999\"",
            ),
        ),
        ("an unknown rule", altered(RUN, "[\"SEG-5\"]", "[\"SEG-99\"]")),
        ("a rule in other letters", altered(RUN, "[\"SEG-5\"]", "[\"seg-5\"]")),
        ("a rule twice", altered(RUN, "[\"SEG-5\"]", "[\"SEG-5\",\"SEG-5\"]")),
        ("rules out of order", altered(RUN, "[\"SEG-5\"]", "[\"SEG-5\",\"SEG-4\"]")),
        ("an unknown variant", altered(RUN, "\"variants\":[]", "\"variants\":[\"SEG-5=x\"]")),
        (
            "an unknown property",
            altered(RUN, "\"property\":\"INV-SEG-1\"", "\"property\":\"INV-99\""),
        ),
        (
            "a property not claimed",
            altered(RUN, "\"property\":\"INV-SEG-1\"", "\"property\":\"AGREE-1\""),
        ),
        ("a key twice", altered(RUN, "\"version\":2", "\"version\":2,\"version\":2")),
        ("a space", altered(RUN, "\"version\":2", "\"version\": 2")),
        ("an escape for a letter", altered(RUN, "\"Nothing", "\"\\u004eothing")),
        ("a line end of another system", text(RUN).replace('\n', "\r\n").into_bytes()),
        ("a line that is too long", long.into_bytes()),
        ("deep nesting", deep.into_bytes()),
        ("deep nesting in a step", deep_step.into_bytes()),
        ("not UTF-8", [lines[0].as_bytes(), b"\n{\"step\":\xff\n"].concat()),
        ("a header alone", format!("{}\n", lines[0]).into_bytes()),
        ("cut off in a line", text(RUN).as_bytes()[..3000].to_vec()),
        ("cut off after a line", lines[..4].join("\n").into_bytes()),
        ("no last line end", text(RUN).trim_end().as_bytes().to_vec()),
        ("another line at the end", format!("{}{}\n", text(RUN), lines[1]).into_bytes()),
        ("an empty line at the end", format!("{}\n", text(RUN)).into_bytes()),
        ("a verdict at once", format!("{}\n{}\n", lines[0], lines[8]).into_bytes()),
        ("neither step nor verdict", format!("{}\n{{\"stop\":1}}\n", lines[0]).into_bytes()),
        (
            "neither then nor refused",
            format!("{}\n{{\"step\":1,\"do\":{{\"recover\":{{\"block\":\"P1\"}}}}}}\n", lines[0])
                .into_bytes(),
        ),
        ("an unknown action", altered(RUN, "{\"author\":", "{\"mint\":")),
        ("a parent nobody authored", altered(RUN, "\"parent\":\"P0\"", "\"parent\":\"P9\"")),
        ("a parent that is no name", altered(RUN, "\"parent\":\"P0\"", "\"parent\":\"genesis\"")),
        (
            "a height that does not fit",
            altered(RUN, "\"parent\":\"P0\"", "\"parent\":\"P99999999999\""),
        ),
        (
            "a relay parent to come",
            altered(RUN, "\"relay_parent\":\"R0\"", "\"relay_parent\":\"R5\""),
        ),
        (
            "a relay parent of old",
            altered(RUN, "\"relay_parent\":\"R0\"", "\"relay_parent\":\"R-999\""),
        ),
        (
            "the oldest relay parent of all",
            altered(RUN, "\"relay_parent\":\"R0\"", "\"relay_parent\":\"R-9223372036854775808\""),
        ),
        ("a candidate nobody authored", altered(RUN, "\"back\":[\"P1\"]", "\"back\":[\"P1b\"]")),
        ("a step of another number", altered(RUN, "{\"step\":3", "{\"step\":4")),
        ("a huge step", altered(RUN, "{\"step\":3", "{\"step\":99999999999999999999999")),
        ("a slot that is no integer", altered(RUN, "\"slot\":1", "\"slot\":1e0")),
        ("another state", altered(RUN, "\"tip\":\"R1\"", "\"tip\":\"R2\"")),
        ("another status", altered(RUN, "{\"pending-since\":\"R3\"}", "\"orphaned\"")),
        ("another reason", altered(RUN, "holds 4 blocks", "holds 5 blocks")),
        (
            "another verdict",
            altered(RUN, "\"holds\":false,\"step\":7", "\"holds\":true,\"step\":7"),
        ),
        ("another count", altered(RUN, "\"steps\":7", "\"steps\":8")),
        ("another digest", altered(RUN, "\"digest\":\"", "\"digest\":\"0")),
        ("another text", altered(RUN, "Nothing limits", "Something limits")),
        ("a text that would colour the screen", altered(RUN, "{\"author\":", "{\"\\u001b[31m\":")),
        (
            "no branch to grow on",
            altered(FORK, "\"block\":\"R2\",\"on\":\"R1\"", "\"block\":\"R2\""),
        ),
        (
            "a branch where there is one",
            altered(FORK, "{\"block\":\"R1\",", "{\"block\":\"R1\",\"on\":\"R0\","),
        ),
        ("a tip of no branch", altered(FORK, "\"on\":\"R1\"", "\"on\":\"R7\"")),
        (
            "a name of another fork",
            altered(FORK, "{\"block\":\"R2b\",\"on\"", "{\"block\":\"R2\",\"on\""),
        ),
        ("a tip that nobody keeps", altered(FORK, "\"keeps\":\"R2\"", "\"keeps\":\"R1\"")),
        (
            "another status beside",
            altered(FORK, "\"beside\":{\"pending-since\":\"R1\"}", "\"beside\":\"lost\""),
        ),
        ("a relay block that is no name", altered(FORK, "\"on\":\"R1\"", "\"on\":\"R1a\"")),
        (
            "more votes than candidates can wait",
            altered(
                FORK,
                "[\"one-short\"]",
                "[\"enough\",\"enough\",\"enough\",\"enough\",\"enough\"]",
            ),
        ),
        (
            "a refusal elsewhere",
            altered("astar-with-seg-5-enforced-not-asked", "already holds 3 of 3\"},", "x\"},"),
        ),
        (
            "a refusal of another rule",
            altered(
                "astar-with-seg-5-enforced-not-asked",
                "\"rule\":\"SEG-5\"",
                "\"rule\":\"SEG-4\"",
            ),
        ),
    ];
    let mut page = Vec::new();
    for (what, bytes) in cases {
        let complaint = complaint(&bytes);
        assert!(!complaint.chars().any(char::is_control), "{what}: {complaint:?}");
        assert!(complaint.contains("line ") || complaint.starts_with("t:"), "{what}: {complaint}");
        page.push(format!("{what}\n    {complaint}"));
    }
    insta::assert_snapshot!(page.join("\n"));
}

/// Two lines whose verdict would take more memory than there is.
#[test]
fn a_question_without_an_end_is_not_answered() {
    let mut scenario = Scenario::built_in("lookahead").expect("built in");
    scenario.parameters.unincluded_segment_capacity = 12;
    scenario.parameters.scheduling_lookahead = 4;
    let rules = [Rule::Coll5, Rule::Look1, Rule::Hook3];
    let protocol = Protocol::new(scenario).without(rules);
    let error = record(&protocol, Some("NOT-WEDGED"), "Two lines.", &[]).expect_err("no end");
    let expected = "no verdict: more than 20000 states lie between step 0 and the next inclusion";
    assert_eq!(error.to_string(), expected);

    let mut run = record(&protocol, Some("INV-SEG-1"), "Two lines.", &[]).expect("no steps");
    run.header.property = Some("NOT-WEDGED".to_owned());
    let divergence = replay(&run).expect_err("no end");
    assert_eq!((divergence.line, &*divergence.path), (2, "verdict"));
    assert_eq!(divergence.expected, expected);
}

#[test]
fn too_many_steps_are_refused_before_memory_is_full() {
    let lines: Vec<&str> = text(RUN).lines().collect();
    let step =
        "{\"step\":1,\"do\":{\"recover\":{\"block\":\"P1\"}},\"refused\":{\"because\":\"x\"}}\n";
    let file = format!("{}\n{}", lines[0], step.repeat(MAX_STEPS + 1));
    let error = complaint(file.as_bytes());
    assert_eq!(error, "t:100002: a trace holds at most 100000 steps");
}

#[test]
fn too_many_bytes_are_refused_before_memory_is_full() {
    let because = "x".repeat(MAX_LINE / 2);
    let step = format!(
        "{{\"step\":1,\"do\":{{\"recover\":{{\"block\":\"P1\"}}}},\"refused\":{{\"because\":\"{because}\"}}}}\n"
    );
    let header = format!("{}\n", text(RUN).lines().next().expect("a header"));
    let file = format!("{header}{}", step.repeat(130));
    assert_eq!(complaint(file.as_bytes()), "t:129: a trace holds at most 64 MiB");
}

#[test]
fn an_endless_file_without_a_line_end_is_refused() {
    let mut endless = BufReader::new(std::io::repeat(b'{'));
    let error = read("endless", &mut endless).expect_err("no header").to_string();
    assert_eq!(error, "endless:1: a line holds at most 1 MiB");
}

#[test]
fn a_file_that_cannot_be_read_says_where() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is on fire"))
        }
    }
    let header = format!("{}\n", text(RUN).lines().next().expect("a header"));
    let mut file = BufReader::new(header.as_bytes().chain(Broken));
    let error = read("t", &mut file as &mut dyn BufRead).expect_err("broken");
    assert_eq!(error.to_string(), "t:2: the file cannot be read");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert_eq!(cause, "the disk is on fire");
}
