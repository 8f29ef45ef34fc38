//! What a scenario confines its verdicts to, other than time.

use std::fmt;

use serde::{Serialize, Serializer};
use unincluded_model::{CollatorKind, Scenario};

/// Adversaries of at most so many unincluded blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Within(u8);

impl Within {
    /// The bound of a scenario, if it has an adversary and bounds it.
    pub(crate) fn of(scenario: &Scenario) -> Option<Within> {
        let environment = &scenario.environment;
        let bounds = environment.collator == CollatorKind::Adversary;
        (bounds && environment.adversary_blocks > 0).then_some(Within(environment.adversary_blocks))
    }

    /// Unincluded blocks that the adversary keeps at most.
    pub(crate) fn blocks(self) -> String {
        if self.0 == 1 { "1 block".to_owned() } else { format!("{} blocks", self.0) }
    }

    /// Of whom the verdicts speak.
    pub(crate) fn whom(self) -> String {
        let plural = if self.0 == 1 { "" } else { "s" };
        format!("adversaries of at most {} unincluded block{plural}", self.0)
    }
}

/// As the scenario has it.
impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "environment.adversary_blocks = {}", self.0)
    }
}

impl Serialize for Within {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
