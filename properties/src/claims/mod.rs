//! What was said in public about Astar's upgrade, and what decides each statement.
//!
//! [`CLAIMS`] is the list. Nothing in it says how a claim comes out: a decider looks at a [`Ground`],
//! the protocol before and after, the economics and the releases, and runs what it needs. So another
//! ground gives other verdicts.

mod emission;
mod ground;
mod pace;
mod rollout;
mod segment;
pub mod words;
mod year;

pub use ground::{Ground, Subject};

use unincluded_model::{Action, Protocol};

use crate::Lasso;

/// A statement, and what decides it.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// How documents and reports call it.
    pub id: &'static str,
    /// What was said, in one sentence.
    pub statement: &'static str,
    /// The properties of the catalogue that decide it, and the [`MEASURES`].
    pub decided_by: &'static [&'static str],
    /// The command that shows its figures.
    pub command: &'static str,
    decide: fn(&Ground) -> Judgement,
}

/// What decides claims beside the properties of the catalogue.
pub const MEASURES: [&str; 6] =
    ["rate", "confirmation", "mishaps", "emission", "constants", "releases"];

/// How a claim comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// As it was said.
    Holds,
    /// Under a condition that was not said.
    HoldsIf(String),
    /// Not, even then.
    Refuted,
    /// A limit came first.
    Undecided,
}

impl Finding {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Finding::Holds => "holds",
            Finding::HoldsIf(_) => "holds-if",
            Finding::Refuted => "refuted",
            Finding::Undecided => "undecided",
        }
    }
}

/// A verdict on a claim, and what it rests on.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// How it comes out.
    pub finding: Finding,
    /// Why, in a sentence or two with figures.
    pub because: String,
    /// Figures that the claim's command prints, each as it prints it.
    pub figures: Vec<String>,
    /// A run that shows it.
    pub witness: Option<Witness>,
}

impl Judgement {
    fn new(finding: Finding, because: String) -> Self {
        Judgement { finding, because, figures: Vec::new(), witness: None }
    }

    fn undecided(because: impl Into<String>) -> Self {
        Judgement::new(Finding::Undecided, because.into())
    }

    fn showing<S: Into<String>>(mut self, figures: impl IntoIterator<Item = S>) -> Self {
        self.figures.extend(figures.into_iter().map(Into::into));
        self
    }

    fn by(self, witness: Option<Witness>) -> Self {
        Judgement { witness, ..self }
    }
}

/// A run that shows why a claim comes out as it does.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The rules and the scenario it is a run of.
    pub protocol: Protocol,
    /// The property that is found or violated at its end, if it is about one.
    pub property: Option<&'static str>,
    /// What it shows, in a sentence.
    pub about: String,
    /// The actions.
    pub course: Course,
}

/// The actions of a run.
#[derive(Clone, Debug)]
pub enum Course {
    /// One that ends.
    Run(Vec<Action>),
    /// One that goes round for ever.
    Lasso(Lasso<Action>),
}

impl Claim {
    /// The claim of that id.
    pub fn find(id: &str) -> Option<&'static Claim> {
        CLAIMS.iter().find(|claim| claim.id == id)
    }

    /// Decides it on that ground.
    pub fn judge(&self, ground: &Ground) -> Judgement {
        (self.decide)(ground)
    }
}

macro_rules! claims {
    ($($id:literal $decide:path, [$($by:literal),*], $command:literal, $statement:literal;)*) => {
        /// Every claim, in the order of reports.
        pub const CLAIMS: &[Claim] = &[$(Claim {
            id: $id,
            statement: $statement,
            decided_by: &[$($by),*],
            command: $command,
            decide: $decide,
        }),*];
    };
}

claims! {
    "block-time-halved" pace::block_time, ["rate"],
        "unincluded sweep astar-sync astar --over D=2..4 && unincluded sweep astar --faults 1/8",
        "Block time falls from 12 to 6 seconds.";
    "several-in-flight" segment::in_flight, ["R-ON-PENDING", "R-INCLUDE-AND-BACK"],
        "unincluded check astar --verbose",
        "Several parablocks are in flight at once, at different stages.";
    "several-in-advance" segment::in_advance, ["INV-SEG-1", "R-SEGMENT-FULL", "INV-COLL-3"],
        "unincluded check astar --verbose",
        "Collators prepare several blocks in advance.";
    "more-than-one-per-6s" segment::more_than_one, ["INV-17", "rate"],
        "unincluded sweep astar lookahead",
        "One core carries more than one parablock every 6 seconds.";
    "snag-others-ready" segment::snag, ["mishaps", "R-BRANCH-LOST"],
        "unincluded sweep astar --over C=3 --mishaps",
        "If one block hits a snag, the others are ready to go.";
    "execution-time" emission::execution_time, ["constants"],
        "unincluded list networks",
        "A block may execute for 2 seconds in place of half a second.";
    "throughput-doubled" pace::throughput, ["rate", "constants"],
        "unincluded sweep astar-sync astar --over D=2,3 && unincluded list networks",
        "Throughput doubles.";
    "confirmation-halved" pace::confirmation, ["confirmation"],
        "unincluded sweep astar-sync astar --over D=2,3",
        "Transactions are confirmed in half the time.";
    "emission-per-block-halved" emission::per_block, ["INV-8", "emission"],
        "unincluded list networks",
        "Emissions per block are cut by half.";
    "annual-issuance-unchanged" emission::annual, ["INV-13", "emission"],
        "unincluded simulate astar && unincluded simulate astar --phase switch",
        "Annual issuance stays unchanged.";
    "cycles-counted-in-blocks" emission::cycles, ["R-MOTION-EARLY", "emission", "constants"],
        "unincluded list networks",
        "Staking, governance and reward cycles stay the same, because they are counted in blocks.";
    "bots-misfire" pace::bots, ["rate"],
        "unincluded sweep astar-sync astar --over D=2,3",
        "Bots that assume a block every 12 seconds misfire.";
    "security-not-compromised" segment::security, ["INV-REL-6", "INV-REL-10", "INV-REL-11", "INV-2", "NOT-WEDGED", "R-UNDONE"],
        "unincluded check astar forks --verbose",
        "Security is not compromised: no included block is ever lost but by a revert of the relay chain.";
    "staged-roll-out" rollout::staged, ["releases"],
        "unincluded list networks",
        "The upgrade was rolled out in stages: Shibuya, then Shiden, then Astar.";
}
