//! `list`: everything by name, for people and for programs.

use unincluded_model::{Rule, Scenario, Variant};
use unincluded_properties::{CATALOGUE, PROMISES};

use crate::Place;

/// The names in a list, after its entries were seen to have just these keys.
fn names(what: &str, name: &str, keys: &[&str]) -> Vec<String> {
    let list = Place::new().says(&format!("list {what} --format json")).exits(0).json();
    let entries = list.as_array().expect("a list");
    for entry in entries {
        let found: Vec<&String> = entry.as_object().expect("an object").keys().collect();
        assert_eq!(found, keys, "sorted");
    }
    entries.iter().map(|entry| entry[name].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn every_rule_has_a_sentence_and_a_source() {
    let names = names("rules", "id", &["id", "sentence", "source"]);
    assert_eq!(names, Rule::ALL.iter().map(|rule| rule.id()).collect::<Vec<_>>());
}

#[test]
fn every_property_has_a_kind_a_claim_and_what_it_watches() {
    let names = names("properties", "id", &["claim", "id", "kind", "watches"]);
    let searched = CATALOGUE.iter().map(|property| property.id);
    let promised = PROMISES.iter().map(|promise| promise.id);
    assert_eq!(names, searched.chain(promised).collect::<Vec<_>>());
}

#[test]
fn every_scenario_says_why_it_exists() {
    let names = names("scenarios", "name", &["about", "name", "production"]);
    assert_eq!(names, Scenario::full_names().collect::<Vec<_>>());
}

#[test]
fn every_variant_names_its_rule() {
    let names = names("variants", "name", &["name", "rule", "sentence"]);
    assert_eq!(names, Variant::ALL.iter().map(|variant| variant.name()).collect::<Vec<_>>());
}

#[test]
fn people_read_them_within_a_hundred_columns() {
    for what in ["rules", "properties", "scenarios", "variants"] {
        let list = Place::new().says(&format!("list {what}")).exits(0).out;
        assert!(list.lines().all(|line| line.chars().count() <= 100), "{list}");
        assert!(!list.contains('\u{1b}'), "no colours in a pipe");
    }
}
