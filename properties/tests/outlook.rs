//! Progress.
use unincluded_model::{Protocol, Scenario};
use unincluded_properties::outlook::{Must, progress};
use unincluded_properties::rates::{Conditions, Effort, rates_within};

#[test]
fn every_scenario() {
    let only = std::env::var("ONLY").unwrap_or_default();
    for name in
        Scenario::names().filter(|name| only.is_empty() || only.split(' ').any(|one| one == *name))
    {
        let protocol = Protocol::new(Scenario::built_in(name).expect("built in"));
        let started = std::time::Instant::now();
        let p = progress(&protocol, Effort { threads: 2, ..Effort::default() });
        let t1 = started.elapsed();
        print!("{name:24} {:>7} {:>8} {:6.2}s ", p.states, p.transitions, t1.as_secs_f64());
        let mut told = String::new();
        for (claim, must) in &p.claims {
            if let Must::Fails { lasso, .. } = must {
                let mut state = protocol.canonical(&protocol.initial()).0;
                told +=
                    &format!("   {} {}\n", claim.id, unincluded_properties::label::state(&state));
                for (place, action) in lasso.stem.iter().chain(&lasso.cycle).enumerate() {
                    if place == lasso.stem.len() {
                        told += "   ---\n";
                    }
                    state = protocol.step(&state, action).expect("possible");
                    told += &format!(
                        "   {}   => {}\n",
                        unincluded_properties::label::action(action),
                        unincluded_properties::label::state(&state)
                    );
                }
            }
            let text = match must {
                Must::Holds => "holds".to_owned(),
                Must::Fails { lasso, .. } => {
                    format!("fails {}+{}", lasso.stem.len(), lasso.cycle.len())
                }
                Must::Vacuous(why) => format!("vacuous {why}"),
                Must::Inconclusive => "inconclusive".to_owned(),
            };
            print!(" {} {text}", claim.id);
        }
        let r = rates_within(
            &protocol,
            Conditions::FewFaults { most: 0, window: 1 },
            Effort::default(),
        );
        let rate = r.blocks.map(|b| format!("{}..{}", b.least.ratio, b.greatest.ratio));
        let lat = r.latency.map(|l| format!("{}..{}", l.least, l.worst));
        println!(
            " rate {rate:?} lat {lat:?} states {} stuck {} {:?} {:?} {:.2}s",
            r.states,
            r.stuck,
            r.cut_by,
            r.unclear.is_some(),
            started.elapsed().as_secs_f64() - t1.as_secs_f64()
        );
        print!("{told}");
    }
}
