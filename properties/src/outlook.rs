//! What must happen in a scenario, and what has to be assumed for it: claims of progress, decided on
//! the whole graph under named fairness.
//!
//! A claim fails by a run without end on which nothing that is assumed is broken. It holds only if
//! everything was seen; and if no run keeps to the assumptions, or what should lead to something never
//! comes, it holds of nothing, which is said.

use unincluded_model::{Action, Protocol};

use crate::Lasso;
use crate::catalogue::Promised;
use crate::graph::fairness::{Claim, Classes, Fairness, Judge};
use crate::graph::{Exploration, Graph, explore};
use crate::rates::Effort;
use crate::runs::{Conditions, Event, Runs, class};
use crate::search::Cut;

/// Something that is assumed to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// How documents call it.
    pub name: &'static str,
    /// What is assumed, in one sentence.
    pub says: &'static str,
    /// The classes of actions.
    pub classes: Classes,
    /// In which sense.
    pub sense: Sense,
}

/// What is assumed of a class of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// One is taken again and again if from some point on there always is one.
    Weak,
    /// One is taken again and again if again and again there is one.
    Strong,
    /// None is taken any more from some point on.
    Ends,
}

/// Everything that can be assumed, in the order of documents.
pub const ASSUMPTIONS: &[Assumption] = &[
    Assumption {
        name: "things-happen",
        says: "While anything can happen, something does.",
        classes: class::ANYTHING,
        sense: Sense::Weak,
    },
    Assumption {
        name: "owners-build",
        says: "Who can build on the newest relay block, for a group that is there, does so again and again.",
        classes: class::OWNERS_BUILD,
        sense: Sense::Strong,
    },
    Assumption {
        name: "candidates-are-backed",
        says: "Of the relay blocks that can back a candidate, again and again one does.",
        classes: class::CANDIDATES_ARE_BACKED,
        sense: Sense::Strong,
    },
    Assumption {
        name: "votes-arrive",
        says: "Of the relay blocks that can have the votes for the first pending candidate, again and again one has.",
        classes: class::VOTES_ARRIVE,
        sense: Sense::Strong,
    },
    Assumption {
        name: "quorums-are-learnt",
        says: "Validators learn that what comes next has its quorum.",
        classes: class::QUORUMS_ARE_LEARNT,
        sense: Sense::Strong,
    },
    Assumption {
        name: "blocks-are-recovered",
        says: "Collators recover what was kept from them.",
        classes: class::BLOCKS_ARE_RECOVERED,
        sense: Sense::Strong,
    },
    Assumption {
        name: "forks-end",
        says: "From some point on the relay chain does not fork any more.",
        classes: class::FORKS,
        sense: Sense::Ends,
    },
    Assumption {
        name: "claims-are-renewed",
        says: "A core that the para lost is assigned to it again.",
        classes: class::CLAIMS_ARE_RENEWED,
        sense: Sense::Strong,
    },
    Assumption {
        name: "invalid-blocks-end",
        says: "From some point on nobody authors what is not valid.",
        classes: class::INVALID_BLOCKS,
        sense: Sense::Ends,
    },
    Assumption {
        name: "upgrades-end",
        says: "From some point on the para begins no upgrade.",
        classes: class::UPGRADES_BEGIN,
        sense: Sense::Ends,
    },
    Assumption {
        name: "no-slot-is-skipped",
        says: "From some point on every relay slot has a block.",
        classes: class::SLOTS_ARE_SKIPPED,
        sense: Sense::Ends,
    },
];

/// A claim of progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progressive {
    /// How documents and reports call it; [`crate::catalogue::PROMISES`] has its sentence.
    pub id: &'static str,
    /// What it is.
    pub claim: Claim,
    /// What it rests on, by name.
    pub assumes: &'static [&'static str],
}

/// INV-E2E-3 and INV-E2E-4: the chain advances for ever, from every state.
pub const ADVANCES: Progressive = Progressive {
    id: "INV-E2E-3",
    claim: Claim::AlwaysEventually(class::INCLUDED),
    assumes: &[
        "things-happen",
        "owners-build",
        "candidates-are-backed",
        "votes-arrive",
        "quorums-are-learnt",
        "blocks-are-recovered",
        "forks-end",
        "claims-are-renewed",
        "invalid-blocks-end",
        "upgrades-end",
        "no-slot-is-skipped",
    ],
};

/// INV-E2E-5, and what must follow of INV-REL-13: no candidate is pending for ever, whatever nobody votes.
pub const RESOLVES: Progressive = Progressive {
    id: "INV-E2E-5",
    claim: Claim::LeadsTo(class::PENDING, class::RESOLVED),
    assumes: &["things-happen"],
};

/// TIME-1, TO-4: no inclusion comes later than any may. It is decided where latencies are noted
/// ([`crate::rates`]), and assumes nothing.
pub const IN_TIME: Progressive =
    Progressive { id: "LATENCY", claim: Claim::Never(class::LATE), assumes: &[] };

/// Every claim of progress.
pub const CLAIMS: &[Progressive] = &[ADVANCES, RESOLVES];

/// The claim of this id that a run without end can break.
pub fn claim(id: &str) -> Option<&'static Progressive> {
    CLAIMS.iter().chain([&IN_TIME]).find(|claim| claim.id == id)
}

/// What is known of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Must {
    /// It holds of every run that keeps to the assumptions, and there are some.
    Holds,
    /// A run keeps to the assumptions and breaks it.
    Fails {
        /// The run.
        lasso: Lasso<Action>,
        /// Why it breaks the claim, in words.
        because: String,
    },
    /// It speaks of nothing: why.
    Vacuous(&'static str),
    /// Not everything was seen, and no run in what was seen breaks it.
    Inconclusive,
}

/// What was found out about a protocol's progress.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Each claim that was asked about, with what is known of it.
    pub claims: Vec<(Progressive, Must)>,
    /// States seen.
    pub states: usize,
    /// Transitions taken.
    pub transitions: u64,
    /// Why not everything was seen, if not.
    pub cut_by: Option<Cut>,
    /// The probability that two states were taken for one.
    pub collision_probability: f64,
}

/// A graph on which claims are decided, one after the other.
pub struct Outlook {
    runs: Runs,
    graph: Graph<Event, ()>,
}

impl Progressive {
    /// The claim, in one sentence.
    pub fn says(&self) -> &'static str {
        Promised::find(self.id).map_or("", |promise| promise.claim)
    }
}

/// The assumption of a name.
pub fn assumption(name: &str) -> Option<&'static Assumption> {
    ASSUMPTIONS.iter().find(|assumption| assumption.name == name)
}

/// The fairness of some assumptions; unknown names assume nothing.
pub fn fairness(names: &[&str]) -> Fairness {
    let known = names.iter().filter_map(|name| assumption(name));
    known.fold(Fairness::default(), |all, one| match one.sense {
        Sense::Weak => Fairness { weak: all.weak | one.classes, ..all },
        Sense::Strong => Fairness { strong: all.strong | one.classes, ..all },
        Sense::Ends => Fairness { ends: all.ends | one.classes, ..all },
    })
}

/// Decides every claim of progress.
pub fn progress(protocol: &Protocol, effort: Effort) -> Progress {
    let outlook = Outlook::of(protocol, effort);
    let claims =
        CLAIMS.iter().map(|&claim| (claim, outlook.decide(&claim, claim.assumes))).collect();
    Progress {
        claims,
        states: outlook.graph.len(),
        transitions: outlook.graph.transitions,
        cut_by: outlook.cut_by(),
        collision_probability: outlook.graph.collision_probability(),
    }
}

impl Outlook {
    /// Explores a protocol.
    pub fn of(protocol: &Protocol, effort: Effort) -> Self {
        let runs = Runs::new(protocol, Conditions::AsTheScenario, false);
        let how = Exploration {
            limits: effort.limits,
            threads: effort.threads,
            horizon: protocol.scenario().horizon.actions,
            ..Exploration::default()
        };
        let graph = explore(&runs, how);
        Outlook { runs, graph }
    }

    /// Why not everything was seen, if not.
    pub fn cut_by(&self) -> Option<Cut> {
        let beyond = |event: &Event| event.classes & class::BEYOND != 0;
        let full = self.graph.edges.as_ref().is_some_and(|edges| edges.labels.iter().any(beyond));
        self.graph.cut_by.or(full.then_some(Cut::ModelIsFull))
    }

    /// States and transitions seen.
    pub fn size(&self) -> (usize, u64) {
        (self.graph.len(), self.graph.transitions)
    }

    /// Decides a claim under assumptions, by name: those of the claim, or fewer.
    pub fn decide(&self, claim: &Progressive, assumed: &[&str]) -> Must {
        let fairness = fairness(assumed);
        let Some(judge) = Judge::new(&self.graph, |event: Event| event.classes) else {
            return Must::Inconclusive;
        };
        // What the model has no room for is no way to stay.
        let beyond = class::BEYOND;
        let asked = match claim.claim {
            Claim::AlwaysEventually(goal) => Claim::AlwaysEventually(goal | beyond),
            Claim::LeadsTo(first, goal) => Claim::LeadsTo(first, goal | beyond),
            never @ Claim::Never(_) => never,
        };
        if let Some(rounds) = judge.against(asked, fairness) {
            let Some(lasso) = rounds.lasso(&self.graph, &self.runs) else {
                return Must::Inconclusive;
            };
            let because = because(claim, &lasso, assumed);
            return Must::Fails { lasso, because };
        }
        if self.cut_by().is_some() {
            return Must::Inconclusive;
        }
        if let Claim::LeadsTo(first, _) = claim.claim
            && judge.occurring() & first == 0
        {
            return Must::Vacuous("what should lead to something never comes");
        }
        match judge.against(Claim::AlwaysEventually(beyond), fairness) {
            Some(_) => Must::Holds,
            None => Must::Vacuous("no run keeps to what is assumed"),
        }
    }
}

fn because(claim: &Progressive, lasso: &Lasso<Action>, assumed: &[&str]) -> String {
    let what = match claim.claim {
        Claim::AlwaysEventually(_) => "the included head never advances any more",
        Claim::LeadsTo(..) => "a pending candidate is never enacted nor removed",
        Claim::Never(_) => "what may never come does again and again",
    };
    let stem = lasso.stem.len();
    let round = match lasso.cycle.len() {
        0 => "nothing happens any more".to_owned(),
        actions => format!("the {actions} actions of the round are repeated for ever"),
    };
    let kept = if assumed.is_empty() {
        "nothing is assumed".to_owned()
    } else {
        format!("all that is assumed is kept: {}", assumed.join(", "))
    };
    format!("after {stem} actions {round}, {what}, and {kept}")
}
