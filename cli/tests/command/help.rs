//! The first thing anybody reads.

use crate::Place;

#[test]
fn alone_the_command_prints_its_help_and_exits_2() {
    let answer = Place::new().says("").exits(2);
    assert!(answer.out.is_empty());
    assert_eq!(answer.err, Place::new().says("-h").exits(0).out);
}

#[test]
fn the_help_of_the_command() {
    insta::assert_snapshot!(Place::new().says("--help").exits(0).out);
}

#[test]
fn the_help_of_check() {
    insta::assert_snapshot!(Place::new().says("check --help").exits(0).out);
}

#[test]
fn the_help_of_the_other_commands() {
    let help = |command| Place::new().says(&format!("{command} --help")).exits(0).out;
    let all =
        ["fuzz", "replay", "explain", "explore", "list", "simulate", "sweep", "claims"].map(help);
    insta::assert_snapshot!(all.join("\n----\n\n"));
}

#[test]
fn colours_are_as_asked() {
    let place = Place::new();
    let escape = '\u{1b}';
    assert!(place.says("list variants --color always").out.contains(escape));
    assert!(!place.says("list variants --color never").out.contains(escape));
    assert!(!place.says("list variants").out.contains(escape));
}
