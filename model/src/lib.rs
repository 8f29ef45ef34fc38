//! Polkadot's asynchronous backing as a state machine: collators that build ahead, the
//! unincluded segment that a parachain keeps of its own blocks, and the relay chain that backs,
//! includes or drops them; with Astar's emission carried in the state of every block.
//!
//! Read [`state`] for what there is, [`action`] for what can happen, [`protocol`] for what
//! follows, [`rule`] for the table of rules and [`scenario`] for the surroundings. The model knows
//! no checker, claims nothing and does no I/O.

pub mod action;
pub mod economics;
pub mod few;
pub mod protocol;
pub mod refusal;
pub mod rule;
pub mod scenario;
pub mod state;

pub use action::{Action, Author, Bits, Claim, NewCode, Precheck, RelayBlockPlan};
pub use few::Few;
pub use protocol::canonical::{Reduction, Reductions, Renaming};
pub use protocol::{Protocol, Step};
pub use refusal::Refusal;
pub use rule::{Rule, RuleSet, Variant, VariantSet};
pub use scenario::{
    CollatorKind, Environment, Parameters, RelayNumberCheck, Scenario, ScenarioError, StaleView,
};
pub use state::{
    Age, BlockIndex, Branch, Code, Emission, ParaBlock, RelayParent, Segment, Signal, State,
    SwitchPhase, Upgrade, View,
};
