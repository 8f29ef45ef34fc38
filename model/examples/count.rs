use std::collections::{HashMap, VecDeque};
use unincluded_model::*;
fn main() {
    for name in std::env::args().skip(1) {
        let mut s = Scenario::built_in(&name).unwrap();
        if let Ok(v) = std::env::var("VIEW") {
            s.environment.stale_view = match v.as_str() {
                "never" => scenario::StaleView::Never,
                "together" => scenario::StaleView::Together,
                _ => scenario::StaleView::Apart,
            };
        }
        if let Ok(v) = std::env::var("C") {
            s.parameters.unincluded_segment_capacity = v.parse().unwrap();
        }
        if let Ok(v) = std::env::var("F") {
            s.parameters.group_rotation_frequency = v.parse().unwrap();
        }
        if std::env::var("NOEQ").is_ok() {
            s.environment.equivocation = false;
        }
        let p = Protocol::new(s);
        let t = std::time::Instant::now();
        let init = p.initial();
        let mut seen: HashMap<State, u32> = HashMap::new();
        let mut q = VecDeque::new();
        seen.insert(init.clone(), 0);
        q.push_back((init, 0u32));
        let (mut tr, mut depth, mut blocks, mut full) = (0u64, 0, 0, 0);
        while let Some((st, d)) = q.pop_front() {
            depth = depth.max(d);
            blocks = blocks.max(st.blocks.len());
            for a in p.actions(&st) {
                match p.step(&st, &a) {
                    Ok(n) => {
                        tr += 1;
                        if !seen.contains_key(&n) {
                            seen.insert(n.clone(), d + 1);
                            q.push_back((n, d + 1));
                        }
                    }
                    Err(e) => {
                        full += 1;
                        if full < 5 {
                            println!("{e}: {a:?}");
                        }
                    }
                }
            }
            if seen.len() > 4_000_000 {
                println!("cut");
                break;
            }
        }
        println!(
            "{name}: {} states {tr} transitions depth {depth} max blocks {blocks} refused {full} {:?} size {}",
            seen.len(),
            t.elapsed(),
            std::mem::size_of::<State>()
        );
    }
}
