//! How fast `astar` is explored: transitions per second by our search, by stateright, and by the
//! rules alone; and, printed once, the bytes that a state takes.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unincluded_model::{Protocol, Scenario, State};
use unincluded_properties::{Oracle, Search};

fn astar() -> Protocol {
    Protocol::new(Scenario::built_in("astar").expect("built in"))
}

/// Every reachable state, so that the rules can be timed without a search around them.
fn reachable(protocol: &Protocol) -> Vec<State> {
    let mut seen = std::collections::HashSet::new();
    let mut states = vec![protocol.canonical(&protocol.initial()).0];
    seen.insert(states[0].clone());
    let mut at = 0;
    while at < states.len() {
        let state = states[at].clone();
        at += 1;
        for action in protocol.actions(&state) {
            let Ok(next) = protocol.step(&state, &action) else { continue };
            if seen.insert(next.clone()) {
                states.push(next);
            }
        }
    }
    states
}

fn exploring(criterion: &mut Criterion) {
    let protocol = astar();
    let mut held = 0;
    let report = Search::new(&protocol).run(&mut |progress| held = held.max(progress.memory));
    let states = reachable(&protocol);
    let mut bytes = Vec::new();
    let encoded: usize = states
        .iter()
        .map(|state| {
            bytes.clear();
            state.encode(&mut bytes);
            bytes.len()
        })
        .sum();
    println!(
        "astar: {} states, {} transitions; a state is {} bytes in memory, {} encoded on average; \
         the search holds {} bytes a state",
        report.states,
        report.transitions,
        size_of::<State>(),
        encoded / states.len(),
        held / report.states,
    );

    let mut group = criterion.benchmark_group("astar");
    group.sample_size(10);
    group.throughput(Throughput::Elements(report.transitions));
    group.bench_function("search, every property", |bencher| {
        bencher.iter(|| Search::new(black_box(&protocol)).run(&mut |_| ()));
    });
    group.bench_function("stateright, invariants and step properties, 1 thread", |bencher| {
        bencher.iter(|| Oracle::new(black_box(&protocol)).explore(1));
    });
    group.bench_function("rules alone", |bencher| {
        bencher.iter(|| {
            let mut transitions = 0u64;
            for state in &states {
                for action in protocol.actions(state) {
                    transitions += u64::from(protocol.step(state, &action).is_ok());
                }
            }
            transitions
        });
    });
    group.finish();
}

criterion_group!(benches, exploring);
criterion_main!(benches);
