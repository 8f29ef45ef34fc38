//! What people see. Accept a change only when you can say what moved it.

use unincluded_traces::{explain, table};

use crate::{parsed, text};

fn pictured(name: &str) -> String {
    let run = parsed(text(name).as_bytes()).expect(name);
    let table = table(&run);
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{name}: {line}");
    }
    table
}

fn told(name: &str) -> String {
    let story = explain(&parsed(text(name).as_bytes()).expect(name));
    for line in story.lines() {
        assert!(line.chars().count() <= 100, "{name}: {line}");
    }
    story
}

#[test]
fn tables() {
    for name in [
        "astar-healthy",
        "astar-sync-healthy",
        "siblings-healthy",
        "withholding-healthy",
        "bandwidth-healthy",
        "astar-without-seg-5",
        "astar-with-seg-5-enforced-not-asked",
        "astar-without-coll-4",
        "astar-with-inh-1-timeouts-first",
        "astar-with-emit-1-global-counter-included",
        "astar-reaches-r-parent-evicted",
        "bandwidth-without-seg-8",
        "adversary-without-rpn-1-hook-2",
        "siblings-with-frag-5-first-seen",
        "forks-reaches-r-undone",
        "elastic-reaches-inv-rel-15",
        "disputes-reaches-r-frozen",
        "astar-for-ever-nobody-builds",
        "astar-for-ever-no-relay-block",
    ] {
        insta::assert_snapshot!(format!("table_{name}"), pictured(name));
    }
}

#[test]
fn stories() {
    for name in [
        "astar-healthy",
        "withholding-healthy",
        "astar-with-seg-5-enforced-not-asked",
        "astar-without-coll-7",
        "astar-with-emit-1-global-counter-included",
        "astar-with-inh-1-timeouts-first",
        "siblings-with-frag-5-first-seen",
        "astar-reaches-inv-seg-8",
        "forks-reaches-r-undone",
        "sessions-reaches-r-session-tail",
        "elastic-without-incl-4",
        "elastic-without-incl-13",
        "disputes-reaches-r-frozen",
        "astar-for-ever-without-coll-7",
        "astar-for-ever-nobody-votes",
    ] {
        insta::assert_snapshot!(format!("story_{name}"), told(name));
    }
}

#[test]
fn every_kept_run_fits_a_hundred_columns() {
    for (name, _) in unincluded_traces::corpus::all() {
        pictured(name);
        told(name);
    }
}
