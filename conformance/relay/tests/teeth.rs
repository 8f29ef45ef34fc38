//! Every change of the model's relay side is noticed: the pallets part from the changed model on a run
//! that names the rule.

use unincluded_conformance_relay::{Change, Driver, Extent, changed, cover, driver_of, scenario};
use unincluded_model::{Protocol, Rule, Variant};

/// A change, and a scenario whose graph shows it within so many states.
const TEETH: &[(Change, &str, usize)] = &[];

fn changes() -> Vec<Change> {
    let rules = [
        Rule::Arp1, Rule::Arp2, Rule::Arp4, Rule::Incl1, Rule::Incl2, Rule::Incl3, Rule::Incl4,
        Rule::Incl5, Rule::Incl6, Rule::Incl6b, Rule::Incl9, Rule::Incl10, Rule::Incl11,
        Rule::Incl12, Rule::Incl13, Rule::Inh1, Rule::Sess2, Rule::Sess3, Rule::Sched2,
        Rule::Sched3, Rule::Disp1, Rule::Disp2, Rule::Upg10, Rule::Upg11, Rule::Upg12,
        Rule::Upg13, Rule::Upg14, Rule::Upg15, Rule::To1, Rule::To2,
    ];
    let forms = [
        Variant::TimeoutsFirst, Variant::BackingFirst, Variant::KeepsBits, Variant::OneVoteFreezes,
        Variant::FromRelayParent, Variant::AtExpectedBlock, Variant::ClearedByItsReader,
    ];
    let numbers = ['L', 'P', 'F', 'N'].into_iter().flat_map(|n| [Change::Number(n, -1), Change::Number(n, 1)]);
    rules.into_iter().map(Change::Off).chain(forms.into_iter().map(Change::Form)).chain(numbers).collect()
}

#[test]
#[ignore = "to find the table"]
fn find() {
    let _ = TEETH;
    for change in changes() {
        let (mut found, mut unnamed) = (false, false);
        for states in [30, 200] {
            for name in unincluded_conformance_relay::scenarios() {
                let Some(network) = scenario(name) else { continue };
                let model = Protocol::new(network.clone()).without([Rule::Emu3]);
                let Some(model) = changed(&model, change) else { continue };
                let driver = Driver::new(model, network);
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cover(&driver, Extent { states, relay_blocks: usize::MAX })));
                match result {
                    Err(_) => println!("{change}: {name} PANICS"),
                    Ok(Err(divergence)) => {
                        let named = divergence.rules().contains(&change.rule());
                        if named || !unnamed { println!("{change}: {name} {states} named {named} rules {:?} suspects {:?} steps {} : {}", divergence.rules(), divergence.suspects, divergence.actions.len(), divergence.parting.as_ref().unwrap().to_string().chars().take(150).collect::<String>()); }
                        unnamed = true;
                        found |= named;
                        if named { break; }
                    }
                    Ok(Ok(_)) => {}
                }
            }
            if found { break; }
        }
        if !found { println!("{change}: NOTHING"); }
    }
    let _ = driver_of("astar");
}
