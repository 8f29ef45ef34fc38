//! Random walks among what the model offers and what it may refuse.

use std::collections::BTreeMap;

use unincluded_model::{Action, Rule};

use crate::cover::attempts;
use crate::divergence::Divergence;
use crate::driver::{Driver, Taken};

/// What a walk saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Relay blocks that the pallets executed.
    pub relay_blocks: usize,
    /// Those that both sides refused, by rule.
    pub refused: BTreeMap<Option<Rule>, usize>,
}

/// Takes one step for each choice. One in four is an attempt that may be refused.
///
/// # Errors
///
/// The first divergence.
pub fn walk(driver: &Driver, choices: &[u16]) -> Result<Walked, Box<Divergence>> {
    let Some(mut world) = driver.begin() else { return Err(Divergence::no_beginning(driver)) };
    let mut walked = Walked::default();
    let mut taken = Vec::new();
    for &choice in choices {
        let tries = choice % 4 == 0;
        let options = if tries { attempts(&world.state) } else { driver.model().actions(&world.state) };
        let Some(place) = usize::from(choice / 4).checked_rem(options.len()) else { continue };
        let action = options[place];
        let is_relay = matches!(action, Action::RelayBlock(_));
        match driver.take(&mut world, &action, true) {
            Ok(Taken::Followed) => {
                taken.push(action);
                walked.relay_blocks += usize::from(is_relay);
            }
            Ok(Taken::Refused(rule)) => {
                walked.relay_blocks += 1;
                *walked.refused.entry(rule).or_default() += 1;
            }
            Ok(Taken::Beside) => {}
            Err(parting) => {
                taken.push(action);
                return Err(Divergence::new(driver, taken, parting));
            }
        }
    }
    Ok(walked)
}
