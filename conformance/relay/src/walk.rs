//! Random walks among what the model offers and what it may refuse.

use std::collections::BTreeMap;

use unincluded_model::{Action, Rule, State};

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

impl Walked {
    /// Adds what another walk saw.
    pub fn add(&mut self, other: &Walked) {
        self.relay_blocks += other.relay_blocks;
        for (rule, count) in &other.refused {
            *self.refused.entry(*rule).or_default() += count;
        }
    }
}

/// Choices for so many steps, the same for the same seed.
pub fn choices(seed: u64, steps: usize) -> Vec<u16> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u16
    };
    (0..steps).map(|_| next()).collect()
}

/// Takes these actions, each chosen by the state before it, and says what came of them.
///
/// # Errors
///
/// The first divergence.
pub fn follow(
    driver: &Driver,
    script: &[fn(&State) -> Action],
) -> Result<(Vec<Taken>, State), Box<Divergence>> {
    let Some(mut world) = driver.begin() else { return Err(Divergence::no_beginning(driver)) };
    let (mut taken, mut actions) = (Vec::new(), Vec::new());
    for choose in script {
        let action = choose(&world.state);
        actions.push(action);
        match driver.take(&mut world, &action, true) {
            Ok(outcome) => taken.push(outcome),
            Err(parting) => return Err(Divergence::new(driver, actions, parting)),
        }
    }
    Ok((taken, world.state))
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
