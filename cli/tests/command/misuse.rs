//! What is not understood exits 2, and says what would be.

use crate::Place;

#[test]
fn an_unknown_scenario_gets_the_nearest_and_the_list() {
    Place::new().says("check astr").exits(2).complains_of(&[
        "there is no scenario \"astr\"",
        "did you mean \"astar\"?",
        "`unincluded list scenarios`",
    ]);
}

#[test]
fn an_unknown_rule_gets_the_nearest_and_the_list() {
    for command in ["check astar", "fuzz astar", "explore astar"] {
        Place::new().says(&format!("{command} --without SEG5")).exits(2).complains_of(&[
            "there is no rule \"SEG5\"",
            "did you mean \"SEG-5\"?",
            "`unincluded list rules`",
        ]);
    }
}

#[test]
fn what_is_not_looked_at_cannot_be_asked_with_fewer_assumptions() {
    let line = "check astar-sync --progress never --not-assuming owners-build";
    Place::new().says(line).exits(2).complains_of(&["--not-assuming", "--progress never"]);
}

#[test]
fn an_unknown_variant_gets_the_nearest_and_the_list() {
    Place::new().says("check astar --variant FRAG-5=first").exits(2).complains_of(&[
        "there is no variant \"FRAG-5=first\"",
        "did you mean \"FRAG-5=first-seen\"?",
        "`unincluded list variants`",
    ]);
}

#[test]
fn a_value_out_of_range_is_named_with_file_key_and_range() {
    let place = Place::new();
    let change = ("unincluded_segment_capacity = 3", "unincluded_segment_capacity = 13");
    place.scenario("wide.toml", "astar", &[change]);
    place.says("check wide.toml").exits(2).complains_of(&[
        "wide.toml",
        "protocol.unincluded_segment_capacity",
        "= 13",
        "0 to 12",
    ]);
}

#[test]
fn an_unknown_key_is_named_with_file_and_line() {
    let place = Place::new();
    place.scenario("odd.toml", "astar", &[("[environment]", "[environment]\nmood = \"bad\"")]);
    place.says("check odd.toml").exits(2).complains_of(&["odd.toml", "line", "mood"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let place = Place::new();
    place.says("check gone.toml").exits(2).complains_of(&["gone.toml", "No such file"]);
    std::fs::write(place.path("raw.toml"), [0xff, 0xfe, 0x00]).expect("the directory is ours");
    place.says("check raw.toml").exits(2).complains_of(&["raw.toml", "UTF-8"]);
    std::fs::create_dir(place.path("dir.toml")).expect("the directory is ours");
    place
        .says("check dir.toml")
        .exits(2)
        .complains_of(&["dir.toml is a directory", "regular file"]);
}

/// One has no end, and the other nobody who writes to it.
#[test]
#[cfg(unix)]
fn what_is_no_regular_file_is_not_read() {
    let place = Place::new();
    let made = std::process::Command::new("mkfifo").arg(place.path("fifo.toml")).status();
    assert!(made.expect("there is a mkfifo").success());
    std::os::unix::fs::symlink("/dev/zero", place.path("zero.toml")).expect("the place is ours");
    for command in ["check", "fuzz", "explore", "replay", "explain"] {
        for file in ["fifo.toml", "zero.toml", "/dev/zero"] {
            let complaint = format!("{file} is a pipe or a device");
            let answer = place.says(&format!("{command} {file}")).exits(2);
            answer.complains_of(&[&complaint, "regular file"]);
        }
    }
}

#[test]
#[cfg(unix)]
fn a_link_to_a_file_is_followed() {
    let place = Place::new();
    place.scenario("mine.toml", "withholding", &[]);
    std::os::unix::fs::symlink("mine.toml", place.path("link.toml")).expect("the place is ours");
    place.says("check link.toml").exits(0);
}

#[test]
fn a_file_as_large_as_no_scenario_is_not_read() {
    let place = Place::new();
    let text = unincluded_model::Scenario::text("withholding").expect("built in");
    let longest = text.to_owned() + &"#".repeat((1 << 20) - text.len());
    place.write("longest.toml", &longest);
    place.says("check longest.toml").exits(0);
    place.write("long.toml", &(longest + "#"));
    place
        .says("check long.toml")
        .exits(2)
        .complains_of(&["long.toml", "longer than a scenario is"]);
}

#[test]
fn two_scenarios_of_one_name_are_told_apart_or_refused() {
    let place = Place::new();
    place.scenario("same.toml", "withholding", &[]);
    place.says("check withholding same.toml").exits(0).shows(&["holds in withholding"]);
    place.scenario("other.toml", "withholding", &[("validators = 600", "validators = 601")]);
    place
        .says("check withholding other.toml")
        .exits(2)
        .complains_of(&["other.toml", "withholding"]);
}

#[test]
fn an_option_that_makes_no_sense_is_refused() {
    for line in [
        "check astar --max-states 0",
        "check astar --max-memory lots",
        "check astar --time-limit -1",
        "check astar --threads 0",
        "check astar --engine guess",
        "check astar --format yaml",
        "fuzz astar --cases 0",
        "fuzz astar --seed 2a",
        "fuzz",
        "replay",
        "explore astar --port 0",
        "list everything",
        "prove",
    ] {
        let answer = Place::new().says(line).exits(2);
        assert!(answer.out.is_empty() && answer.err.starts_with("error:"), "{answer:#?}");
    }
}

#[test]
fn a_trace_that_cannot_be_saved_is_no_reason_to_keep_back_the_verdict() {
    let place = Place::new();
    place.write("file", "in the way");
    let answer = place.says("check astar-sync --without SEG-5 --out file --format json").exits(1);
    assert_eq!(answer.json()["verdict"], "violated");
    answer.complains_of(&["cannot create the directory file"]);
}

#[test]
fn what_a_file_says_reaches_no_terminal_unread() {
    let place = Place::new();
    let key = ("[environment]", "[environment]\n\"\u{1b}]0;owned\u{7}\" = 1");
    let escaped = ("[environment]", "[environment]\n\"\\u001b[2J\" = 1");
    let word = ("relay_number_check = \"monotonic\"", "relay_number_check = \"\\u001b[2J\"");
    let comment = ("[environment]", "[environment]\nmood = 1 # \u{9b}2J \u{202e}");
    for change in [key, escaped, word, comment] {
        place.scenario("odd.toml", "astar", &[change]);
        let answer = place.says("check odd.toml").exits(2).complains_of(&["odd.toml", "\n"]);
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!answer.err.contains(obeyed), "{:?}", answer.err);
    }
}

#[test]
#[cfg(unix)]
fn the_name_of_a_file_reaches_no_terminal_unread() {
    let place = Place::new();
    place.scenario("\u{1b}[2J.toml", "withholding", &[]);
    place.write("\u{1b}[2J.jsonl", "noise");
    for arguments in [
        ["check", "\u{1b}[2J.toml"],
        ["check", "one\nerror: two.toml"],
        ["check", "--\u{1b}[2J"],
        ["check", "\u{1b}[2J"],
        ["check", "\u{1b}[2J/gone.toml"],
        ["replay", "\u{1b}[2J.jsonl"],
        ["explain", "\u{1b}[2J.jsonl"],
        ["replay", "\u{1b}[2J"],
    ] {
        let answer = place.run(arguments);
        let said = answer.out.clone() + &answer.err;
        assert!(!said.contains('\u{1b}'), "{arguments:?}: {said:?}");
        assert!(!said.contains("\nerror: "), "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_long_line_is_not_echoed_whole() {
    let place = Place::new();
    place.scenario("long.toml", "astar", &[("[protocol]", &"x".repeat(200_000))]);
    let answer = place.says("check long.toml").exits(2).complains_of(&["long.toml", "…"]);
    assert!(answer.err.len() < 2000, "{} bytes", answer.err.len());
}

#[test]
fn a_number_that_is_absurd_gets_the_legal_range() {
    for (line, legal) in [
        ("fuzz astar --length 0", "from 1 to 100000"),
        ("fuzz astar --length 100001", "from 1 to 100000"),
        ("fuzz astar --length 99999999999", "from 1 to 100000"),
        ("fuzz astar --length 99999999999999999999", "from 1 to 100000"),
        ("fuzz astar --cases 99999999999", "from 1 to 4294967295"),
        ("check astar --threads 257", "from 1 to 256"),
        ("check astar --threads 99999999999", "from 1 to 256"),
        ("check astar --max-states 99999999999999999999", "from 1 to 18446744073709551615"),
        ("check astar --time-limit 1e19", "at most 31536000"),
        ("check astar --max-memory 99999999999GiB", "a whole number of MiB"),
        ("explore astar --port 65536", "1..=65535"),
    ] {
        Place::new().says(line).exits(2).complains_of(&[legal]);
    }
}
