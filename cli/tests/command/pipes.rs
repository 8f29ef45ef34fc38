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

#[test]
#[cfg(unix)]
fn an_interrupted_search_says_how_far_it_got() {
    let place = Place::new();
    let child = place
        .command()
        .args(["check", "siblings", "lookahead", "--threads", "1"])
        .spawn()
        .expect("the command starts");
    std::thread::sleep(std::time::Duration::from_millis(700));
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("there is a kill");
    assert!(interrupted.success());
    let (code, error) = error_of(child);
    assert_eq!(code, Some(3), "{error}");
    assert!(error.starts_with("interrupted; nothing is decided\n"), "{error}");
    assert!(error.contains("siblings") && error.contains("lookahead"), "{error}");
}
