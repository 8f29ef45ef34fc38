//! Runs that go round for ever.
use unincluded_model::{Protocol, Rule, Scenario};
use unincluded_properties::outlook::{CLAIMS, Outlook};
use unincluded_properties::rates::Effort;
use unincluded_properties::search::Limits;
use unincluded_traces::corpus::{Goal, RECIPES};
#[test]
fn keep() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for recipe in RECIPES.iter().filter(|recipe| matches!(recipe.goal, Goal::Endless(..))) {
        let run = recipe.run().expect(recipe.name);
        let mut file =
            std::fs::File::create(corpus.join(recipe.name).with_extension("jsonl")).unwrap();
        unincluded_traces::write(&run, &mut file).unwrap();
        println!("{}", unincluded_traces::explain(&run));
    }
    for (name, off) in [
        ("astar-sync", Rule::Coll6),
        ("slots-12s", Rule::Coll6),
        ("collators", Rule::Coll6),
        ("disputes-elastic", Rule::Incl13),
        ("elastic-late", Rule::Incl13),
    ] {
        let limits = Limits {
            states: Some(1_500_000),
            time: Some(std::time::Duration::from_secs(25)),
            memory: Some(2 << 30),
        };
        let effort = Effort { threads: 1, limits, ..Effort::default() };
        let protocol = Protocol::new(Scenario::built_in(name).unwrap()).without([off]);
        let outlook = Outlook::of(&protocol, effort);
        print!("{name} {off}: {:?} {:?}", outlook.size(), outlook.cut_by());
        for claim in CLAIMS {
            print!(" {:.60}", format!("{:?}", outlook.decide(claim, claim.assumes)));
        }
        println!();
    }
}
