//! `docs/scope.md` places every rule, once, and what it names is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use unincluded_model::Rule;

/// The ids of a family, written as its name and the numbers.
const FAMILIES: &[(&str, &[&str])] = &[
    // The protocol.
    ("SEG-", &["1..9", "5a"]),
    ("BLK-", &["1..6"]),
    ("RPN-", &["1..2"]),
    ("HOOK-", &["1..9"]),
    ("MSG-", &["1..8"]),
    ("UPG-", &["1..7", "10..15"]),
    ("PVF-", &["1..2"]),
    ("WT-", &["1..3"]),
    ("COLL-", &["1..9"]),
    ("LOOK-", &["1..3"]),
    ("SLOTB-", &["1..7"]),
    ("DIST-", &["1..5"]),
    ("PARM-", &["1..3"]),
    ("FRAG-", &["0..9"]),
    ("EMU-", &["1..5"]),
    ("SEC-", &["1..5"]),
    ("PROV-", &["1..4"]),
    ("INH-", &["1..2"]),
    ("ARP-", &["1..4"]),
    ("SCHED-", &["1..4"]),
    ("INCL-", &["1..13", "6b"]),
    ("TO-", &["1..5"]),
    ("SESS-", &["1..5"]),
    ("DISP-", &["1..3"]),
    ("TIME-", &["1..9"]),
    ("FLT-", &["1..18"]),
    ("INV-SEG-", &["1..8"]),
    ("INV-RP-", &["1..5"]),
    ("INV-VEL-", &["1..3"]),
    ("INV-WM-", &["1..1"]),
    ("INV-UMP-", &["1..2"]),
    ("INV-UPG-", &["1..6"]),
    ("INV-COLL-", &["1..6"]),
    ("INV-REL-", &["1..16"]),
    ("INV-E2E-", &["1..9"]),
    // The economics.
    ("ROUND-", &["1..7"]),
    ("CYC-", &["1..6"]),
    ("INFL-", &["1..17"]),
    ("EMIT-", &["1..12"]),
    ("econ:UPG-", &["1..9"]),
    ("econ:HOOK-", &["1..6"]),
    ("econ:TIME-", &["1..10"]),
    ("DAPP-", &["1..17"]),
    ("econ:COLL-", &["1..8"]),
    ("BUG-", &["1..20"]),
    ("INV-", &["1..26", "10b"]),
    ("DIS-", &["1..9"]),
    ("ABS-", &["1..10"]),
    ("XCH-", &["1..16"]),
];

/// What a status begins with.
const STATUSES: [&str; 3] = ["modelled", "abstracted", "not yet"];

struct Row {
    id: String,
    says: String,
    status: String,
}

impl Row {
    fn is(&self, status: &str) -> bool {
        self.status
            .strip_prefix(status)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    }
}

#[test]
fn every_id_has_exactly_one_row() {
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for row in table() {
        *rows.entry(row.id).or_default() += 1;
    }
    let wrong: Vec<String> = every_id()
        .into_iter()
        .filter_map(|id| match rows.remove(&id).unwrap_or(0) {
            1 => None,
            count => Some(format!("{id} has {count} rows")),
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows.is_empty(), "rows for ids that nobody knows: {rows:#?}");
}

#[test]
fn every_status_begins_with_one_of_three_words() {
    for row in table() {
        assert!(
            STATUSES.iter().any(|status| row.is(status)),
            "{} is {:?}, legal are {STATUSES:?}",
            row.id,
            row.status
        );
    }
}

#[test]
fn every_rule_of_the_protocol_is_modelled_or_left_out_with_a_reason() {
    let economics =
        FAMILIES.iter().position(|(family, _)| *family == "ROUND-").expect("it is there");
    let protocol: BTreeSet<String> = ids(&FAMILIES[..economics]).into_iter().collect();
    let open = table().into_iter().filter(|row| protocol.contains(&row.id) && row.is("not yet"));
    let open: Vec<String> = open.map(|row| row.id).collect();
    assert!(open.is_empty(), "neither code nor reason: {open:?}");
}

#[test]
fn every_abstraction_says_what_it_hides() {
    for row in table().into_iter().filter(|row| row.is("abstracted")) {
        assert!(row.status.contains("hide"), "{} does not say what it hides", row.id);
    }
}

#[test]
fn every_rule_of_the_model_is_modelled() {
    let rows: BTreeMap<String, Row> =
        table().into_iter().map(|row| (row.id.clone(), row)).collect();
    for rule in Rule::ALL {
        let row = rows.get(rule.id()).unwrap_or_else(|| panic!("{rule} has no row"));
        assert!(row.is("modelled"), "the model consults {rule}, the row says {:?}", row.status);
    }
}

#[test]
fn every_row_says_it_in_twelve_words() {
    for row in table() {
        let words = row.says.split_whitespace().count();
        assert!((1..=12).contains(&words), "{} takes {words} words", row.id);
    }
}

#[test]
fn what_is_modelled_is_at_the_place_named() {
    let catalogue = read("properties/src/catalogue.rs");
    for row in table().into_iter().filter(|row| row.is("modelled")) {
        let places: Vec<(&str, &str)> =
            row.status.split('`').filter_map(|word| word.split_once("::")).collect();
        for (file, item) in &places {
            let text = read(file);
            let is_there = ["fn ", "struct ", "enum "].into_iter().any(|keyword| {
                text.split(&format!("{keyword}{item}"))
                    .skip(1)
                    .any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            assert!(is_there, "{}: {file} has no {item}", row.id);
        }
        let property = row.status.strip_prefix("modelled as the property ");
        if let Some(property) = property.map(|rest| rest.split(';').next().unwrap_or(rest)) {
            assert!(
                catalogue.contains(&format!("\"{property}\"")),
                "{}: there is no property {property}",
                row.id
            );
        }
        assert!(!places.is_empty() || property.is_some(), "{} names no place", row.id);
    }
}

/// The lines of `docs/economics.md` that must be there, beside those that name figures.
const LINES: &[(&str, &[&str])] = &[("S", &["1..13"]), ("M", &["1..15"])];

#[test]
fn every_scenario_mistake_and_figure_of_the_economics_has_a_test() {
    let rows = rows("docs/economics.md", "Line |");
    let lines: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    for line in ids(LINES) {
        assert_eq!(lines.iter().filter(|it| **it == line).count(), 1, "{line}");
    }
    assert!(lines.len() > ids(LINES).len(), "there are no figures");
    for row in &rows {
        let tests = tests_named(&row.status);
        assert!(!tests.is_empty(), "{} names no test", row.id);
        for (file, test) in tests {
            assert!(is_test(&read(file), test), "{}: {file} has no test {test}", row.id);
        }
    }
}

/// Claims and defects of the economics: a property of the catalogue, a test, or what a test runs.
#[test]
fn every_claim_and_defect_of_the_economics_is_tested_or_left_out_with_a_reason() {
    let families = [("BUG-", &["1..20"][..]), ("INV-", &["1..26", "10b"])];
    let wanted: BTreeSet<String> = ids(&families).into_iter().collect();
    let rows = table().into_iter().filter(|row| wanted.contains(&row.id));
    let untested: Vec<String> = rows
        .filter(|row| !row.is("abstracted") && !row.status.contains("as the property "))
        .filter(|row| {
            let places = tests_named(&row.status);
            !places.iter().any(|&(file, item)| {
                // The ledger runs in every block of the economy's tests.
                file == "properties/src/economy/ledger.rs" || is_test(&read(file), item)
            })
        })
        .map(|row| row.id)
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

/// What the economics replaces by something simpler has a line that says why no failure hides there.
#[test]
fn what_is_left_out_of_the_economics_says_why_that_hides_no_failure() {
    let families = [
        ("BUG-", &["1..20"][..]),
        ("INV-", &["1..26", "10b"]),
        ("econ:TIME-", &["1..10"]),
        ("econ:COLL-", &["1..8"]),
    ];
    let wanted: BTreeSet<String> = ids(&families).into_iter().collect();
    let left_out = table().into_iter().filter(|row| row.is("abstracted"));
    let left_out: BTreeSet<String> =
        left_out.map(|row| row.id).filter(|id| wanted.contains(id)).collect();
    let page = read("docs/economics.md");
    let lines = page.lines().filter_map(|line| line.strip_prefix("- **")?.split_once("**: "));
    let explained: BTreeSet<String> = lines.map(|(id, _)| id.to_owned()).collect();
    assert_eq!(left_out, explained);
}

/// The places that a cell names.
fn tests_named(cell: &str) -> Vec<(&str, &str)> {
    cell.split('`').filter_map(|word| word.split_once("::")).collect()
}

/// Whether a file has a test of that name, by itself or among those of proptest.
fn is_test(text: &str, name: &str) -> bool {
    let Some(place) = text.find(&format!("fn {name}(")) else { return false };
    let (before, _) = text[..place].rsplit_once('\n').unwrap_or_default();
    before
        .lines()
        .rev()
        .map(str::trim)
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .any(|line| line == "#[test]")
}

/// Every id there is, in the order of [`FAMILIES`].
fn every_id() -> Vec<String> {
    ids(FAMILIES)
}

fn ids(families: &[(&str, &[&str])]) -> Vec<String> {
    let mut ids = Vec::new();
    for (family, numbers) in families {
        for number in *numbers {
            match number.split_once("..") {
                None => ids.push(format!("{family}{number}")),
                Some((first, last)) => {
                    let bound = |word: &str| -> u8 { word.parse().expect("a number") };
                    ids.extend((bound(first)..=bound(last)).map(|n| format!("{family}{n}")));
                }
            }
        }
    }
    ids
}

/// The rows of all tables of the scope.
fn table() -> Vec<Row> {
    rows("docs/scope.md", "Id |")
}

/// The rows of all tables of a page, but those that begin with `head`.
fn rows(page: &str, head: &str) -> Vec<Row> {
    read(page)
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .filter(|line| !line.starts_with(head))
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            let [id, says, status] = cells[..] else { panic!("not three cells: {line}") };
            Row { id: id.to_owned(), says: says.to_owned(), status: status.to_owned() }
        })
        .collect()
}

/// A file of the repository.
fn read(path: &str) -> String {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, PathBuf::from);
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
