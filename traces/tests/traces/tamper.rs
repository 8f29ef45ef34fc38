//! Whatever is changed in a file, somebody notices; and what the rules decide is noticed on its
//! line even if whoever changed it took care of the digest.

use std::ops::Range;

use sha2::{Digest, Sha256};
use unincluded_traces::{TraceError, replay};

use crate::{parsed, text};

/// The line that is complained about; none if nothing is.
fn complaint(bytes: &[u8]) -> Option<usize> {
    match parsed(bytes) {
        Err(TraceError::Unreadable { line, .. }) => Some(line),
        Err(error) => panic!("{error}"),
        Ok(run) => replay(&run).err().map(|divergence| divergence.line),
    }
}

/// The values in a line of JSON that are no objects, lists or keys.
fn scalars(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
                if bytes.get(at) != Some(&b':') {
                    found.push(start..at);
                }
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => at += 1,
            _ => {
                while !b"{}[],:\"".contains(&bytes[at]) {
                    at += 1;
                }
                found.push(start..at);
            }
        }
    }
    found
}

/// Other values that could stand in the place of one.
fn others(value: &str) -> Vec<String> {
    let Some(word) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return match value {
            "true" => vec!["false".to_owned()],
            "false" => vec!["true".to_owned()],
            "null" => vec!["0".to_owned(), "\"R0\"".to_owned()],
            number => {
                let number: i128 = number.parse().expect("an integer");
                vec![(number + 1).to_string(), (number - 1).to_string(), "0".to_owned()]
            }
        };
    };
    let mut words = vec![format!("{word}b"), String::new()];
    for (from, to) in [("0", "1"), ("1", "2"), ("2", "1"), ("3", "2"), ("8", "9"), ("a", "b")] {
        words.push(word.replacen(from, to, 1));
    }
    words.push(
        match word {
            "unbacked" => "lost",
            "lost" => "unbacked",
            "enough" => "one-short",
            "one-short" | "nothing-pending" => "enough",
            "slot-ahead" => "slot-behind",
            _ => "P0",
        }
        .to_owned(),
    );
    words.into_iter().map(|word| format!("\"{word}\"")).collect()
}

/// The file with its digest made to fit.
fn sealed(lines: &[String]) -> String {
    let body = lines[..lines.len() - 1].join("\n") + "\n";
    let last = &lines[lines.len() - 1];
    let digest = last.find("\"digest\":\"").expect("a digest") + "\"digest\":\"".len();
    format!("{body}{}{:x}\"}}\n", &last[..digest], Sha256::digest(body.as_bytes()))
}

/// The file with one line changed.
fn with_line(name: &str, number: usize, line: String) -> Vec<String> {
    let mut lines: Vec<String> = text(name).lines().map(str::to_owned).collect();
    lines[number] = line;
    lines
}

const FILES: [&str; 7] = [
    "astar-for-ever-nobody-builds",
    "astar-with-seg-5-enforced-not-asked",
    "astar-with-emit-1-global-counter-included",
    "astar-reaches-r-branch-lost",
    "bandwidth-healthy",
    "siblings-with-frag-5-first-seen",
    "withholding-without-coll-3",
];

#[test]
fn every_value_of_every_line_is_watched() {
    for name in FILES {
        let lines: Vec<&str> = text(name).lines().collect();
        for (number, line) in lines.iter().enumerate() {
            for place in scalars(line) {
                for other in others(&line[place.clone()]) {
                    if other == line[place.clone()] {
                        continue;
                    }
                    let changed = format!("{}{other}{}", &line[..place.start], &line[place.end..]);
                    let what = format!("{name}:{} {} to {other}", number + 1, &line[place.clone()]);
                    let changed = with_line(name, number, changed);

                    let careless = changed.join("\n") + "\n";
                    assert!(complaint(careless.as_bytes()).is_some(), "{what}");

                    let is_digest = number + 1 == lines.len() && line[place.clone()].len() > 60;
                    if number > 0 && !is_digest {
                        let careful = complaint(sealed(&changed).as_bytes());
                        assert_eq!(careful, Some(number + 1), "{what}, with care");
                    }
                }
            }
        }
    }
}

/// What a careful hand can change in a header without a trace: words, and what this run never
/// asks about. Everything else is noticed.
#[test]
fn of_a_header_only_what_no_step_reads_can_be_changed() {
    let name = "astar-with-seg-5-enforced-not-asked";
    let header = text(name).lines().next().expect("a header");
    let mut free = Vec::new();
    for place in scalars(header) {
        let value = &header[place.clone()];
        let unnoticed = others(value).into_iter().filter(|other| {
            let changed = format!("{}{other}{}", &header[..place.start], &header[place.end..]);
            other != value && complaint(sealed(&with_line(name, 0, changed)).as_bytes()).is_none()
        });
        if unnoticed.count() > 0 {
            let before = header[..place.start].trim_end_matches(':').trim_end_matches('"');
            free.push(before.rsplit('"').next().expect("a key").to_owned());
        }
    }
    insta::assert_snapshot!(free.join("\n"));
}

#[test]
fn every_byte_is_watched() {
    for name in ["astar-with-emit-1-global-counter", "adversary-without-hook-4"] {
        let file = text(name).as_bytes();
        for at in 0..file.len() {
            for mask in [1, 0x20, 0x80] {
                let mut changed = file.to_vec();
                changed[at] ^= mask;
                assert!(complaint(&changed).is_some(), "{name}, byte {at} with {mask:#x}");
            }
            let without: Vec<u8> = [&file[..at], &file[at + 1..]].concat();
            assert!(complaint(&without).is_some(), "{name} without byte {at}");
        }
    }
}

#[test]
fn every_way_to_cut_it_off_is_noticed() {
    let file = text("astar-with-emit-1-global-counter").as_bytes();
    for length in 0..file.len() {
        assert!(complaint(&file[..length]).is_some(), "after {length} bytes");
    }
}

#[test]
fn lines_removed_doubled_or_swapped_are_noticed_where_it_happened() {
    for name in FILES {
        let lines: Vec<String> = text(name).lines().map(str::to_owned).collect();
        for number in 1..lines.len() - 1 {
            let mut removed = lines.clone();
            removed.remove(number);
            // Without its last step a round leads elsewhere, which the header is to blame for.
            let opens = number + 2 == lines.len() && lines[0].contains("\"lasso\"");
            let expected = if opens { 1 } else { number + 1 };
            assert_eq!(complaint(sealed(&removed).as_bytes()), Some(expected), "{name} removed");

            let mut doubled = lines.clone();
            doubled.insert(number, lines[number].clone());
            assert_eq!(complaint(sealed(&doubled).as_bytes()), Some(number + 2), "{name} doubled");

            if number + 2 < lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(number, number + 1);
                let noticed = complaint(sealed(&swapped).as_bytes());
                assert_eq!(noticed, Some(number + 1), "{name} swapped");
            }
        }
    }
}
