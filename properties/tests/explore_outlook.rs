//! Scratch.
use unincluded_model::Few;
use unincluded_model::scenario::{Group, Groups};
use unincluded_model::{Protocol, Rule, Scenario};
use unincluded_properties::Limits;
use unincluded_properties::outlook::{ADVANCES, Must, Outlook, RESOLVES};
use unincluded_properties::rates::{Conditions, Effort, rates_within};
fn text(must: &Must) -> String {
    match must {
        Must::Holds => "holds".to_owned(),
        Must::Fails { lasso, .. } => format!("fails {}+{}", lasso.stem.len(), lasso.cycle.len()),
        Must::Vacuous(why) => format!("vacuous {why}"),
        Must::Inconclusive => "inconclusive".to_owned(),
    }
}
#[test]
fn groups() {
    for f in [1, 2, 3, 4, 10] {
        for n in [2, 3] {
            let mut s = Scenario::built_in("groups").expect("b");
            s.parameters.group_rotation_frequency = f;
            let all = [Group::Online, Group::Offline, Group::Offline];
            s.environment.groups = Groups(Few::of(all[..n].iter().copied()).expect("few"));
            let protocol = Protocol::new(s);
            let o = Outlook::of(&protocol, Effort::default());
            println!(
                "groups {n} F {f}: {} {} {:?}",
                text(&o.decide(&ADVANCES, ADVANCES.assumes)),
                text(&o.decide(&RESOLVES, RESOLVES.assumes)),
                o.size()
            );
        }
    }
}
#[test]
fn incl13() {
    for (c, p, v) in [(2, 2, 2), (4, 2, 2), (4, 4, 2), (2, 3, 2)] {
        for rule in [None, Some(Rule::Incl13)] {
            let mut s = Scenario::built_in("elastic").expect("b");
            s.parameters.cores = 2;
            s.parameters.block_processing_velocity = v;
            s.parameters.unincluded_segment_capacity = c;
            s.parameters.scheduling_lookahead = 2;
            s.parameters.paras_availability_period = p;
            s.parameters.group_rotation_frequency = p;
            s.environment.equivocation = false;
            s.environment.stale_view = unincluded_model::StaleView::Never;
            let Ok(s) = s.checked("two-cores") else {
                println!("illegal");
                continue;
            };
            let protocol = Protocol::new(s).without(rule);
            let limits = Limits { states: Some(100_000), ..Limits::default() };
            let o = Outlook::of(&protocol, Effort { limits, threads: 1, latency: false });
            print!(
                "C {c} P {p} {rule:?} {:?} {:?}: {} {}",
                o.size(),
                o.cut_by(),
                text(&o.decide(&ADVANCES, ADVANCES.assumes)),
                text(&o.decide(&RESOLVES, RESOLVES.assumes))
            );
            for c in [
                Conditions::FewFaults { most: 0, window: 1 },
                Conditions::FewFaults { most: 1, window: 4 },
                Conditions::FewFaults { most: 2, window: 4 },
                Conditions::FewFaults { most: 3, window: 4 },
                Conditions::NothingLost,
            ] {
                let r = rates_within(&protocol, c, Effort { limits, threads: 1, latency: true });
                print!(
                    " | {:?} lat {:?} {:?}",
                    r.blocks.map(|b| format!("{}..{}", b.least.ratio, b.greatest.ratio)),
                    r.latency.map(|l| format!("{}..{}", l.least, l.worst)),
                    r.cut_by
                );
            }
            println!();
        }
    }
}
