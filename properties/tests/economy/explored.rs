//! Short calendars, explored whole.

use unincluded_properties::economy::{Economy, Forks, Setting};

#[test]
fn print_all() {
    for setting in Setting::ALL {
        let name = setting.name;
        let start = std::time::Instant::now();
        let found = Economy::new(setting).explore(400_000);
        println!(
            "{name} states {} blocks {} depth {} closed {} {:?} {:.1?}",
            found.states,
            found.blocks,
            found.depth,
            found.is_closed,
            found.broken.iter().map(|(id, run)| (id, run.len())).collect::<Vec<_>>(),
            start.elapsed()
        );
        println!("   {:?}", found.met);
    }
    let start = std::time::Instant::now();
    let found = Forks::new(Setting::FORKS).explore(400_000);
    println!("{found:?} {:.1?}", start.elapsed());
}
