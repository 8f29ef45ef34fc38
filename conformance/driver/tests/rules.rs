//! `RULES.md` names the rules that the published code was compared with, and `docs/scope.md` marks
//! the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How a status in `docs/scope.md` says where its rule is compared.
const MARK: &str = "; compared: ";

/// Writes the marks instead of comparing them.
const WRITE: &str = "UNINCLUDED_MARKS";

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn cells(line: &str) -> Option<[String; 3]> {
    let row = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let (id, rest) = row.split_once(" | ")?;
    let (middle, last) = rest.split_once(" | ")?;
    let is_row = id.chars().any(|c| c.is_ascii_digit()) && id.contains('-');
    is_row.then(|| [id, middle, last].map(str::to_owned))
}

/// Rule, layer and test, as the file has them.
fn compared() -> Vec<[String; 3]> {
    let text = fs::read_to_string(at("conformance/RULES.md")).expect("a file of this workspace");
    text.lines().filter_map(cells).collect()
}

/// The layers of each rule.
fn layers() -> BTreeMap<String, BTreeSet<String>> {
    let mut layers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for [rule, layer, _] in compared() {
        layers.entry(rule).or_default().insert(layer);
    }
    layers
}

#[test]
fn the_rules_are_named_once_for_each_layer_and_in_order() {
    let rows = compared();
    assert!(!rows.is_empty());
    let family = |id: &str| id.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).to_owned();
    let number = |id: &str| -> u32 {
        let tail = id.rsplit('-').next().unwrap_or_default();
        tail.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or_default()
    };
    let keys: Vec<_> = rows
        .iter()
        .map(|[rule, layer, _]| (family(rule), number(rule), rule.clone(), layer.clone()))
        .collect();
    for pair in keys.windows(2) {
        assert!(pair[0] < pair[1], "{:?} stands before {:?}", pair[0], pair[1]);
    }
    for [rule, layer, _] in &rows {
        let known = ["economics", "node", "para", "relay", "together"];
        assert!(known.contains(&layer.as_str()), "{rule} is compared by {layer}");
    }
}

#[test]
fn the_scope_marks_the_rules_that_are_compared() {
    let layers = layers();
    let path = at("docs/scope.md");
    let text = fs::read_to_string(&path).expect("a document of the project");
    let mut seen = BTreeSet::new();
    let marked: String = text
        .lines()
        .map(|line| {
            let Some([id, says, status]) = cells(line) else { return format!("{line}\n") };
            let status = status.split(MARK).next().unwrap_or_default().to_owned();
            match layers.get(&id) {
                Some(layers) => {
                    seen.insert(id.clone());
                    let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
                    format!("| {id} | {says} | {status}{MARK}{} |\n", layers.join(", "))
                }
                None => format!("| {id} | {says} | {status} |\n"),
            }
        })
        .collect();
    let unknown: Vec<&String> = layers.keys().filter(|id| !seen.contains(*id)).collect();
    assert!(unknown.is_empty(), "docs/scope.md has no row for {unknown:?}");
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, marked).expect("the document can be written");
        return;
    }
    for (found, expected) in text.lines().zip(marked.lines()) {
        assert_eq!(found, expected, "set {WRITE} to write the marks");
    }
}
