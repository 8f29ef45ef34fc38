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
    place.says("check dir.toml").exits(2).complains_of(&["dir.toml"]);
}

#[test]
fn a_file_as_large_as_no_scenario_is_not_read() {
    let place = Place::new();
    place.write("long.toml", &"# nothing\n".repeat(200_000));
    place.says("check long.toml").exits(2).complains_of(&["long.toml", "more than a scenario has"]);
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
