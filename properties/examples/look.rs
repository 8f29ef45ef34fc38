use unincluded_model::*;
use unincluded_properties::*;
fn main() {
    let mut args = std::env::args().skip(1);
    let mut p = Protocol::new(Scenario::built_in(&args.next().unwrap()).unwrap());
    let mut never = false;
    for a in args {
        if a == "never" {
            never = true;
            continue;
        }
        if let Ok(r) = a.parse::<Rule>() {
            p = p.without([r]);
        } else {
            p = p.with_variants([a.parse().unwrap()]);
        }
    }
    let r = Search::new(&p)
        .stopping(if never { Stop::Never } else { Stop::AtFirstViolation })
        .run(&mut |_| ());
    println!(
        "closed {} {:?} states {} transitions {} depth {} {:?}",
        r.closed, r.cut_by, r.states, r.transitions, r.depth, r.elapsed
    );
    for (i, o) in &r.outcomes {
        match o {
            Outcome::Violated { actions, because } => {
                println!("{:22} VIOLATED {} {because}", CATALOGUE[*i].id, actions.len())
            }
            Outcome::Found { actions } => {
                println!("{:22} found {}", CATALOGUE[*i].id, actions.len())
            }
            o => println!("{:22} {o:?}", CATALOGUE[*i].id),
        }
    }
    if std::env::var("ORACLE").is_ok() {
        let t = std::time::Instant::now();
        println!("{:?} {:?}", Oracle::new(&p).explore(2), t.elapsed());
    }
}
