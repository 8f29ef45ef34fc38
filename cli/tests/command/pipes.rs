//! A reader that leaves, an answer that cannot be written, and Ctrl-C.

use std::process::{Child, Stdio};

use crate::Place;

fn error_of(mut child: Child) -> (Option<i32>, String) {
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    for line in ["list rules", "check astar-sync", "fuzz withholding --cases 3 --seed 1", "--help"]
    {
        let place = Place::new();
        let child = place.command().args(line.split(' ')).spawn().expect("the command starts");
        let (code, error) = error_of(child);
        assert_eq!(code, Some(0), "{line}: {error}");
        assert!(!error.contains("panicked") && !error.contains("error:"), "{line}: {error}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_written_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let place = Place::new();
    let child = place
        .command()
        .args(["list", "rules"])
        .stdout(Stdio::from(full))
        .spawn()
        .expect("the command starts");
    let (code, error) = error_of(child);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("cannot write to standard output"), "{error}");
}

/// The exit code of a command that is interrupted after a while, and what it says; its answer is
/// empty.
#[cfg(unix)]
#[track_caller]
fn interrupted(place: &Place, line: &str, finished: &str) -> (Option<i32>, String) {
    // How long that takes is the machine's affair: it is given ever more time.
    let patience = (0..6).map(|doubled| std::time::Duration::from_millis(1500 << doubled));
    let mut answers = patience.map(|patience| interrupted_after(patience, place, line));
    let answer = answers.find(|(_, error)| error.contains(finished));
    answer.unwrap_or_else(|| panic!("{line}: nobody says {finished:?}"))
}

#[cfg(unix)]
fn interrupted_after(
    patience: std::time::Duration,
    place: &Place,
    line: &str,
) -> (Option<i32>, String) {
    let child = place.command().args(line.split(' ')).spawn().expect("the command starts");
    std::thread::sleep(patience);
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("there is a kill");
    assert!(interrupted.success());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.stdout.is_empty(), "{:?}", String::from_utf8_lossy(&output.stdout));
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

/// A scenario that nobody sees the end of.
#[cfg(unix)]
fn endless(place: &Place) {
    let (name, blocks) = ("\"adversary\"", "adversary_blocks = 5");
    place.scenario(
        "endless.toml",
        "adversary",
        &[(name, "\"endless\""), (blocks, "adversary_blocks = 9")],
    );
}

#[test]
#[cfg(unix)]
fn an_interrupted_search_says_how_far_it_got() {
    let place = Place::new();
    endless(&place);
    let (code, error) =
        interrupted(&place, "check endless.toml lookahead --threads 1", " states seen");
    assert_eq!(code, Some(3), "{error}");
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines[0], "interrupted; nothing is decided");
    assert!(lines[1].starts_with("  endless (endless.toml) under way: "), "{error}");
    assert!(lines[1].contains(" states seen"), "{error}");
    assert_eq!(lines[2..], ["  lookahead        not begun"]);
}

#[test]
#[cfg(unix)]
fn what_is_decided_before_an_interruption_is_said() {
    let place = Place::new();
    endless(&place);
    let line = "check withholding endless.toml --threads 1 --format json";
    let (code, error) = interrupted(&place, line, "withholding      finished");
    assert_eq!(code, Some(3), "{error}");
    assert!(
        error.starts_with("interrupted; nothing is violated so far, and this is not"),
        "{error}"
    );
    assert!(error.contains("  withholding      finished: holds, 453 states\n"), "{error}");
    assert!(error.contains("  endless (endless.toml) under way: "), "{error}");
}

#[test]
#[cfg(unix)]
fn what_is_violated_before_an_interruption_is_the_answer() {
    let place = Place::new();
    endless(&place);
    let line = "check siblings endless.toml --variant FRAG-5=first-seen --threads 1 --format json";
    let (code, error) = interrupted(&place, line, "finished: violated");
    assert_eq!(code, Some(1), "{error}");
    let violated = "interrupted; violated: siblings with FRAG-5=first-seen (AGREE-1)\n";
    assert!(error.starts_with(violated), "{error}");
    assert!(error.contains("siblings with FRAG-5=first-seen finished: violated, "), "{error}");
}
