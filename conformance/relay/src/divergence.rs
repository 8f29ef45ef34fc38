//! A run on which the model and the pallets part: shrunk, with the rule that is to blame, and kept.

use std::fmt;

use unincluded_conformance_driver::divergence as kept;
use unincluded_model::{Action, Few, Protocol, RelayBlockPlan, Rule, Scenario, Variant};

use crate::driver::{Driver, Parting};
use crate::named::shortest;
use crate::world::World;

/// One change of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The rule that is switched off is in force.
    On(Rule),
    /// The rule is switched off.
    Off(Rule),
    /// The variant is no longer in force, or is.
    Form(Variant),
    /// One of L, P, F and N is one less or one more.
    Number(char, i8),
}

impl Change {
    /// The rule that is changed.
    pub fn rule(self) -> Rule {
        match self {
            Change::On(rule) | Change::Off(rule) => rule,
            Change::Form(variant) => variant.rule(),
            Change::Number('L', _) => Rule::Arp1,
            Change::Number('P', _) => Rule::To2,
            Change::Number('F', _) => Rule::To1,
            Change::Number(..) => Rule::Incl3,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::On(rule) => write!(f, "{rule} switched on"),
            Change::Off(rule) => write!(f, "{rule} switched off"),
            Change::Form(variant) => write!(f, "{variant} the other way"),
            Change::Number(name, by) => write!(f, "{name} {by:+} ({})", self.rule()),
        }
    }
}

/// A run on which the two sides part at its last action.
#[derive(Clone, Debug)]
pub struct Divergence {
    /// The model that took it.
    pub model: Protocol,
    /// The run, from the start.
    pub actions: Vec<Action>,
    /// How they part.
    pub parting: Option<Parting>,
    /// Single changes of the model after which the two sides agree on the last action: a hint for whoever
    /// looks for the mistake. They name no rule, as a change that was made on purpose is always among them.
    pub suspects: Vec<Change>,
}

impl Divergence {
    pub(crate) fn no_beginning(driver: &Driver) -> Box<Divergence> {
        let model = driver.model().clone();
        Box::new(Divergence { model, actions: Vec::new(), parting: None, suspects: Vec::new() })
    }

    /// The shortest run that leaving out steps leads to, of those that part in the same way.
    pub(crate) fn new(driver: &Driver, actions: Vec<Action>, parting: Parting) -> Box<Divergence> {
        let model = driver.model().clone();
        let alike = |other: &Parting| are_alike(other, &parting);
        match shortest(driver, &actions, alike) {
            Some((actions, world, parting)) => {
                let suspects = suspects(driver, &world, actions.last());
                Box::new(Divergence { model, actions, parting: Some(parting), suspects })
            }
            None => Box::new(Divergence {
                model,
                actions,
                parting: Some(parting),
                suspects: Vec::new(),
            }),
        }
    }

    /// The rules in doubt, by what parts the two sides.
    pub fn rules(&self) -> Vec<Rule> {
        self.parting.as_ref().map(Parting::rules).unwrap_or_default()
    }

    /// The run, where it parts, and the file in which it is kept, as somebody reads it.
    pub fn story(&self) -> String {
        let suspects: Vec<_> = self.suspects.iter().map(ToString::to_string).collect();
        let parting = self.parting.as_ref().map(ToString::to_string).unwrap_or_default();
        let by = if suspects.is_empty() {
            "no single change of the model would make them agree".to_owned()
        } else {
            format!("they would agree with {}", suspects.join(", or with "))
        };
        let divergence = kept::Divergence::new(self.rules(), format!("{parting}; {by}"));
        let found = kept::Found { actions: self.actions.clone(), divergence };
        found.report(&self.model, "the relay chain's pallets")
    }
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |rule: &Option<Rule>| rule.map_or("no rule".to_owned(), |rule| rule.to_string());
        match self {
            Parting::OnlyModelRefuses { refusal, .. } => {
                write!(f, "the model refuses ({refusal}), the pallets do not")
            }
            Parting::OnlyPalletsRefuse { rule, words, .. } => {
                write!(f, "the pallets refuse by {} ({words}), the model does not", named(rule))
            }
            Parting::OtherReason { model, pallets, words } => {
                let (model, pallets) = (named(model), named(pallets));
                write!(f, "the model refuses by {model}, the pallets by {pallets} ({words})")
            }
            Parting::OtherState { found, .. } => {
                for difference in found {
                    let crate::compare::Difference { field, model, pallets, .. } = difference;
                    write!(f, "{field}: the model says {model}, the pallets {pallets}; ")?;
                }
                Ok(())
            }
        }
    }
}

/// Whether two partings are for the same reason: the same rules in doubt, and the same field first.
fn are_alike(one: &Parting, other: &Parting) -> bool {
    let first = |parting: &Parting| match parting {
        Parting::OtherState { found, .. } => found.first().map(|difference| difference.field),
        _ => None,
    };
    std::mem::discriminant(one) == std::mem::discriminant(other)
        && one.rules() == other.rules()
        && first(one) == first(other)
}

/// Single changes of the model after which it agrees with what the pallets make of the last action.
fn suspects(driver: &Driver, world: &World, last: Option<&Action>) -> Vec<Change> {
    let Some(Action::RelayBlock(plan)) = last else { return Vec::new() };
    let mut asked = world.clone();
    let content = driver.content(&mut asked, plan);
    let place = usize::from(plan.branch);
    let made = asked.chains[place].grow(&content, false);
    let agrees = |change: &Change| {
        let Some(model) = changed(driver.model(), *change) else { return false };
        // Votes on nothing are for a model without INCL-3 alone.
        let is_back = *change == Change::On(Rule::Incl3);
        let votes_on_nothing = is_back && world.state.branch(place).pending.is_empty();
        let bits = if votes_on_nothing { Few::none() } else { plan.bits };
        let plan = &RelayBlockPlan { bits, ..*plan };
        let expected = model.apply(&world.state, &Action::RelayBlock(*plan));
        driver.verdict(&model, world, plan, &expected, &made, false).is_ok()
    };
    all_changes(driver.model()).into_iter().filter(agrees).collect()
}

fn all_changes(model: &Protocol) -> Vec<Change> {
    let off = model.off();
    let rules = Rule::ALL
        .iter()
        .map(|&rule| if off.contains(rule) { Change::On(rule) } else { Change::Off(rule) });
    let forms = Variant::ALL.iter().map(|&variant| Change::Form(variant));
    let numbers = ['L', 'P', 'F', 'N']
        .into_iter()
        .flat_map(|name| [Change::Number(name, -1), Change::Number(name, 1)]);
    rules.chain(forms).chain(numbers).collect()
}

/// The model after a change; none where the number would not be legal.
pub fn changed(model: &Protocol, change: Change) -> Option<Protocol> {
    let scenario: Scenario = model.scenario().clone();
    let again = |scenario: Scenario, off: Vec<Rule>, forms: Vec<Variant>| {
        Protocol::new(scenario).without(off).with_variants(forms)
    };
    let off: Vec<Rule> = model.off().iter().collect();
    let forms: Vec<Variant> = model.variants().iter().collect();
    Some(match change {
        Change::Off(rule) => model.clone().without([rule]),
        Change::On(on) => {
            again(scenario, off.into_iter().filter(|&rule| rule != on).collect(), forms)
        }
        Change::Form(form) if forms.contains(&form) => {
            again(scenario, off, forms.into_iter().filter(|&other| other != form).collect())
        }
        Change::Form(form) => model.clone().with_variants([form]),
        Change::Number(name, by) => {
            let mut scenario = scenario;
            let numbers = &mut scenario.parameters;
            let number = match name {
                'L' => &mut numbers.scheduling_lookahead,
                'P' => &mut numbers.paras_availability_period,
                'F' => &mut numbers.group_rotation_frequency,
                _ => {
                    numbers.validators = numbers.validators.checked_add_signed(by.into())?;
                    let checked = scenario.checked("changed").ok()?;
                    return Some(again(checked, off, forms));
                }
            };
            *number = number.checked_add_signed(by)?;
            again(scenario.checked("changed").ok()?, off, forms)
        }
    })
}
