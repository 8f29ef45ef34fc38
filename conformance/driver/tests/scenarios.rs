//! Which built-in scenarios the para side cannot be compared in, and why.

use unincluded_conformance_driver::walk;
use unincluded_model::Scenario;

/// The scenario, and what the mock runtimes cannot be built with: for readers, as the test compares the
/// names alone.
const EXCLUDED: [(&str, &str); 3] = [
    ("2025-06", "the velocity hook of another generation"),
    ("hook-2025-06", "the velocity hook of another generation"),
    ("astar-switch", "a capacity and a check of relay numbers that change with the code"),
];

#[test]
fn every_scenario_is_compared_but_those_that_are_left_out_for_a_reason() {
    let compared = walk::scenarios();
    let is_compared = |name: &str| compared.iter().any(|scenario| scenario.name == name);
    let excluded: Vec<&str> = Scenario::full_names().filter(|name| !is_compared(name)).collect();
    assert_eq!(excluded, EXCLUDED.map(|(name, _)| name));
}
