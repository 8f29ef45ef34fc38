//! `replay` and `explain`: what is saved can be done again, and what was changed is found out.

use std::io::Write;
use std::process::Stdio;

use crate::{Answer, Place};

const TRACE: &str = "out/astar-without-SEG-5-INV-SEG-1.jsonl";

/// A place with a saved violation, and its text.
fn saved() -> (Place, String) {
    let place = Place::new();
    place.says("check astar --without SEG-5").exits(1);
    let text = std::fs::read_to_string(place.path(TRACE)).expect("the trace is saved");
    (place, text)
}

fn piped(place: &Place, command: &str, input: &str) -> Answer {
    let mut child = place
        .command()
        .args([command, "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    Answer {
        code: output.status.code().expect("it exits"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn a_saved_run_is_reproduced() {
    let (place, _) = saved();
    let answer = place.says(&format!("replay {TRACE} {TRACE}")).exits(0);
    let line = format!("{TRACE}: reproduced: 7 steps; INV-SEG-1 is violated after 7 steps\n");
    assert_eq!(answer.out, line.repeat(2));
}

#[test]
fn a_changed_state_is_found_with_line_and_step() {
    let (place, text) = saved();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert!(lines[3].contains("\"tip\":\"R1\""), "{}", lines[3]);
    lines[3] = lines[3].replacen("\"tip\":\"R1\"", "\"tip\":\"R2\"", 1);
    place.write("tampered.jsonl", &(lines.join("\n") + "\n"));
    place.says("replay tampered.jsonl").exits(1).shows(&[
        "tampered.jsonl: diverges: line 4 (step 3)",
        "R1",
        "R2",
    ]);
}

#[test]
fn a_changed_verdict_is_found() {
    let (place, text) = saved();
    place.write("tampered.jsonl", &text.replace("holds 4 blocks", "holds 5 blocks"));
    place.says("replay tampered.jsonl").exits(1).shows(&["diverges:", "holds 4 blocks"]);
}

#[test]
fn a_rule_that_is_switched_on_again_is_found() {
    let (place, text) = saved();
    place.write("tampered.jsonl", &text.replacen("[\"SEG-5\"]", "[]", 1));
    place.says("replay tampered.jsonl").exits(1).shows(&["diverges:"]);
}

#[test]
fn a_file_that_is_cut_off_is_unreadable() {
    let (place, text) = saved();
    let half: String = text.lines().take(3).map(|line| line.to_owned() + "\n").collect();
    place.write("half.jsonl", &half);
    for command in ["replay", "explain"] {
        place.says(&format!("{command} half.jsonl")).exits(2).complains_of(&["half.jsonl:4"]);
    }
}

#[test]
fn what_is_no_trace_is_unreadable() {
    let place = Place::new();
    place.write("noise.jsonl", "to whom it may concern\n");
    place.says("replay noise.jsonl").exits(2).complains_of(&["noise.jsonl:1"]);
    place.says("explain gone.jsonl").exits(2).complains_of(&["gone.jsonl", "No such file"]);
}

#[test]
fn every_file_is_looked_at_and_the_worst_is_the_answer() {
    let (place, text) = saved();
    place.write("tampered.jsonl", &text.replace("holds 4 blocks", "holds 5 blocks"));
    let answer = place.says(&format!("replay gone.jsonl tampered.jsonl {TRACE}")).exits(2);
    answer.complains_of(&["gone.jsonl"]).shows(&["tampered.jsonl: diverges:", ": reproduced:"]);
}

#[test]
fn a_run_is_told_as_a_story() {
    let (place, text) = saved();
    let words = ["SEG-5 is switched off", "A collator builds P4 on P3", "the capacity is 3"];
    let told = place.says(&format!("explain {TRACE}")).exits(0).shows(&words).out;
    assert_eq!(piped(&place, "explain", &text).exits(0).out, told);
}

#[test]
fn a_story_that_does_not_happen_is_called_so() {
    let (place, text) = saved();
    place.write("tampered.jsonl", &text.replace("holds 4 blocks", "holds 5 blocks"));
    place.says("explain tampered.jsonl").exits(1).complains_of(&["what does not happen here"]);
}

#[test]
fn standard_input_is_a_file_too() {
    let (place, text) = saved();
    piped(&place, "replay", &text).exits(0).shows(&["-: reproduced:"]);
    piped(&place, "replay", "").exits(2).complains_of(&["standard input:1"]);
}

#[test]
fn a_run_without_end_is_saved_reproduced_and_told() {
    let place = Place::new();
    let answer = place.says("check astar --not-assuming owners-build").exits(1);
    answer.shows(&["INV-E2E-3 is violated for ever from the start on", "repeated for ever"]);
    let saved = "out/astar-INV-E2E-3-for-ever.jsonl";
    place.says(&format!("replay {saved}")).exits(0).shows(&["reproduced:", "of them for ever"]);
    place.says(&format!("explain {saved}")).exits(0).shows(&[
        "What happens again and again",
        "What is not assumed, though the claim rests on it",
        "Who can build on the newest relay block",
    ]);
    let text = std::fs::read_to_string(place.path(saved)).expect("it is saved");
    place.write("tampered.jsonl", &text.replace("\"stem\":0", "\"stem\":1"));
    place.says("replay tampered.jsonl").exits(1).shows(&["line 1, lasso.stem"]);
    for (from, to, says) in [
        ("\"stem\":0", "\"stem\":99", "lasso.stem = 99 is not legal: at most"),
        ("\"things-happen\"", "\"relay-grows\"", "is not legal: one of things-happen, "),
    ] {
        place.write("odd.jsonl", &text.replacen(from, to, 1));
        for command in ["replay", "explain"] {
            place
                .says(&format!("{command} odd.jsonl"))
                .exits(2)
                .complains_of(&["odd.jsonl:1", says]);
        }
    }
}

/// With forks nothing is said of latency, so that no run holds it.
#[test]
fn a_run_about_what_its_scenario_does_not_promise_is_unreadable() {
    let place = Place::new();
    place.says("check astar --not-assuming owners-build").exits(1);
    let saved = "out/astar-INV-E2E-3-for-ever.jsonl";
    let text = std::fs::read_to_string(place.path(saved)).expect("it is saved");
    let (from, to) = ("\"adversary_blocks\":0", "\"adversary_blocks\":0,\"fork_depth\":1");
    assert!(text.contains(from), "{text}");
    let text = text.replacen(from, to, 1).replacen("\"INV-E2E-3\"", "\"LATENCY\"", 1);
    place.write("odd.jsonl", &text);
    for command in ["replay", "explain"] {
        let words = ["odd.jsonl:1", "property = \"LATENCY\"", "that the scenario claims"];
        place.says(&format!("{command} odd.jsonl")).exits(2).complains_of(&words);
    }
}

#[test]
fn collators_that_ask_on_the_included_head_stop_for_ever() {
    let place = Place::new();
    let answer = place.says("check astar --without COLL-7 --keep-going").exits(1);
    answer.shows(&["NOT-WEDGED is violated after", "INV-E2E-3 is violated for ever after 8 steps"]);
    let saved = "out/astar-without-COLL-7-INV-E2E-3-for-ever.jsonl";
    place.says(&format!("replay {saved}")).exits(0);
}
