//! Which rules are in doubt where the two sides part over a relay block, by what it did on either side:
//! to each candidate, to the code, to the window.
//!
//! Whoever asks here does not know whether the model was changed, nor how: two states, the moment before
//! them and the network's numbers are all there is.

use unincluded_model::{BlockIndex, Parameters, Refusal, RelayBlockPlan, Rule, Scenario, State};

use crate::chain::Refused;
use crate::compare::{Comparison, Part};
use crate::views::{Pending, Seen};
use crate::world::World;

/// What became of a candidate that was pending before the relay block, or that the block backs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is pending availability.
    Pending,
    /// It is included.
    Included,
    /// It is neither.
    Gone,
}

/// The rules in doubt where the model refuses a relay block that the pallets take: the one that it
/// refuses by, and before it the order within a block where it minds what has left the queue in this one.
pub(crate) fn of_refusal(world: &World, place: usize, refusal: &Refusal, seen: &Seen) -> Vec<Rule> {
    let minds_queue = matches!(refusal, Refusal::CoreOccupied | Refusal::NotOnNewestHead { .. });
    let has_left = |block: BlockIndex| {
        let number = Some(world.candidate(block).number);
        seen.pending.iter().all(|pending| pending.number != number)
    };
    let somebody_left = world.state.branch(place).pending.iter().any(|p| has_left(p.block));
    let order = (minds_queue && somebody_left).then_some(Rule::Inh1);
    order.into_iter().chain(refusal.rule()).collect()
}

/// One relay block, as each side has it.
pub(crate) struct Evidence<'a> {
    pub(crate) network: &'a Scenario,
    /// The moment before the block.
    pub(crate) world: &'a World,
    pub(crate) plan: &'a RelayBlockPlan,
    /// The number of the relay block.
    pub(crate) number: u32,
    /// The model's state after it.
    pub(crate) raw: &'a State,
    /// What is pending after it by the pallets, and the included head.
    pub(crate) pending: &'a [Pending],
    pub(crate) included: Option<u32>,
}

/// The rules in doubt where the pallets alone refuse: before the one that their words stand for, what had become of
/// the queue by then, if that is not what the model has made of it.
pub(crate) fn of_refused(
    network: &Scenario,
    world: &World,
    plan: &RelayBlockPlan,
    raw: &State,
    refused: &Refused,
) -> Vec<Rule> {
    let number = world.chains[usize::from(plan.branch)].tip().number + 1;
    let (pending, included) = (&refused.pending[..], refused.included);
    let evidence = Evidence { network, world, plan, number, raw, pending, included };
    evidence.of_first(evidence.queued()).unwrap_or_default()
}

/// The rules in doubt where the model alone leaves the branch as frozen: the candidate in dispute was included, or
/// it was pending and the pallets have dropped it.
pub(crate) fn of_leaving(world: &World, plan: &RelayBlockPlan, seen: &Seen) -> Vec<Rule> {
    let disputed = plan.dispute.map(|dispute| dispute.block);
    let queue = &world.state.branch(usize::from(plan.branch)).pending;
    let was_pending = queue.iter().any(|pending| Some(pending.block) == disputed);
    let number = disputed.map(|block| world.candidate(block).number);
    let is_dropped =
        seen.pending.iter().all(|pending| pending.number != number) && seen.included != number;
    vec![if was_pending && is_dropped { Rule::Disp1 } else { Rule::Disp2 }]
}

impl Comparison<'_> {
    /// The rules that can account for the first part in which the sides differ.
    pub(crate) fn in_doubt(&self) -> Vec<Rule> {
        let Some(first) = self.found.first().map(|difference| difference.part) else {
            return Vec::new();
        };
        let (pending, included) = (&self.seen.pending[..], self.seen.included);
        let Comparison { network, world, plan, number, raw, .. } = *self;
        let evidence = Evidence { network, world, plan, number, raw, pending, included };
        let mut rules: Vec<Rule> = Vec::new();
        for difference in self.found.iter().filter(|difference| difference.part == first) {
            let named = match first {
                Part::Freezing => vec![Rule::Disp2],
                Part::Queue => evidence.of_queue(),
                Part::Votes => evidence.of_votes(),
                Part::Window => self.of_window(difference.field),
                Part::Upgrade => evidence.of_upgrade(difference.field),
                Part::Claims => vec![Rule::Sched2],
                Part::Groups => vec![Rule::Sched3],
                Part::Messages => vec![Rule::Incl5],
            };
            for rule in named {
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
        }
        rules
    }

    /// The lookahead of a new configuration, what the end of a session clears, or the window itself.
    fn of_window(&self, field: &str) -> Vec<Rule> {
        let first = u32::from(self.network.parameters.scheduling_lookahead);
        let rule = match field {
            "least relay parent" => Rule::Incl6b,
            _ if self.plan.reconfigured || self.seen.lookahead != first => Rule::Sess2,
            _ if self.plan.session_change => Rule::Arp2,
            _ => Rule::Arp1,
        };
        vec![rule]
    }
}

impl Evidence<'_> {
    fn place(&self) -> usize {
        usize::from(self.plan.branch)
    }

    /// By the first candidate with another fate on either side. Where there is none, the included head was
    /// noted otherwise.
    fn of_queue(&self) -> Vec<Rule> {
        let all = self.queued().chain(self.plan.back.iter().copied());
        self.of_first(all).unwrap_or_else(|| vec![Rule::Incl5])
    }

    /// By the first of these, in the order of the queue, with another fate on either side.
    fn of_first(&self, candidates: impl Iterator<Item = BlockIndex>) -> Option<Vec<Rule>> {
        let mut ahead = Vec::new();
        for block in candidates {
            let (model, pallets) = (self.fate_in_model(block), self.fate_in_pallets(block));
            if model != pallets {
                return Some(self.of_fates(block, model, pallets, &ahead));
            }
            ahead.push(model);
        }
        None
    }

    /// What was pending before the block.
    fn queued(&self) -> impl Iterator<Item = BlockIndex> + '_ {
        self.world.state.branch(self.place()).pending.iter().map(|pending| pending.block)
    }

    fn fate_in_model(&self, block: BlockIndex) -> Fate {
        let branch = self.raw.branch(self.place());
        if branch.pending.iter().any(|pending| pending.block == block) {
            Fate::Pending
        } else if self.raw.descends_from(branch.tip().included, block) {
            Fate::Included
        } else {
            Fate::Gone
        }
    }

    fn fate_in_pallets(&self, block: BlockIndex) -> Fate {
        let number = |block: BlockIndex| Some(self.world.candidate(block).number);
        let mut places = self.world.state.indices();
        let head = places.find(|&place| number(place) == self.included);
        if self.pending.iter().any(|pending| pending.number == number(block)) {
            Fate::Pending
        } else if head.is_some_and(|head| self.world.state.descends_from(head, block)) {
            Fate::Included
        } else {
            Fate::Gone
        }
    }

    /// `ahead` is what became of those in front of it, on both sides.
    fn of_fates(&self, block: BlockIndex, model: Fate, pallets: Fate, ahead: &[Fate]) -> Vec<Rule> {
        use Fate::{Gone, Included, Pending};
        let is_behind_gone = ahead.contains(&Gone);
        let (ends, disputed) = (self.plan.session_change, self.plan.dispute.is_some());
        match (model, pallets) {
            (Included, Pending) if self.has_votes(block) && ahead.contains(&Pending) => {
                vec![Rule::Incl4]
            }
            (Included | Pending, Included | Pending) => self.of_votes(),
            // Behind what went on both sides, on one alone.
            (Pending, Gone) | (Gone, Pending) if is_behind_gone => vec![Rule::Incl13],
            (Pending | Included, Gone) | (Gone, Pending) if disputed => vec![Rule::Disp1],
            (Pending, Gone) | (Gone, Pending) if ends => vec![Rule::Sess3],
            (Pending, Gone) => vec![Rule::To2, Rule::To1],
            (Gone, Pending) if self.looks_for_timeouts() => vec![Rule::To2],
            (Gone, Pending) => vec![Rule::To1],
            // Evicted before it could be enacted; or enacted, and nothing became of it.
            (Gone, Included) if self.is_due(block) => vec![Rule::Inh1, Rule::Incl5],
            (Gone, Included) => vec![Rule::Incl5],
            (Included, Gone) => vec![Rule::Inh1],
            (Gone, Gone) => Vec::new(),
        }
    }

    /// What counts and what does not; after a dispute some bitfields do not.
    fn of_votes(&self) -> Vec<Rule> {
        let order = self.plan.dispute.map(|_| Rule::Inh1);
        order.into_iter().chain([Rule::Incl3]).collect()
    }

    /// Whether the pallets have recorded as many votes as it takes.
    fn has_votes(&self, block: BlockIndex) -> bool {
        let number = Some(self.world.candidate(block).number);
        let threshold = usize::from(self.network.parameters.availability_threshold());
        let mut pending = self.pending.iter();
        pending.any(|pending| pending.number == number && pending.votes >= threshold)
    }

    /// The network's numbers that were in force when the block began.
    fn numbers(&self) -> Parameters {
        let is_other = self.world.state.branch(self.place()).reconfigured.now;
        if is_other { self.network.reconfigured() } else { self.network.parameters }
    }

    /// TO-1, by the network's numbers.
    fn looks_for_timeouts(&self) -> bool {
        let numbers = self.numbers();
        let blocks = &self.world.chains[self.place()].blocks;
        let before = || blocks.iter().rev().skip_while(|block| block.number >= self.number);
        let session = before().next().map(|block| block.session);
        let first = before().take_while(|block| Some(block.session) == session).last();
        // Rotations begin with the block after the one that began the session.
        let since = self.number - first.map_or(0, |block| block.number);
        since % u32::from(numbers.group_rotation_frequency)
            < u32::from(numbers.paras_availability_period)
    }

    /// TO-1, TO-2: whether a candidate that was pending would time out in this block, were it not enacted.
    fn is_due(&self, block: BlockIndex) -> bool {
        let mut pending = self.world.state.branch(self.place()).pending.iter();
        let age =
            pending.find(|pending| pending.block == block).map(|pending| pending.backed.0 + 1);
        let period = self.numbers().paras_availability_period;
        self.looks_for_timeouts() && age.is_some_and(|age| age >= period)
    }

    /// By what the inclusion of candidates has to do with it: new code comes with one, a signal goes with
    /// one, and time alone shows a signal.
    fn of_upgrade(&self, field: &str) -> Vec<Rule> {
        let before = self.world.state.branch(self.place());
        let mut included =
            self.queued().filter(|&block| self.fate_in_pallets(block) == Fate::Included).peekable();
        let none = included.peek().is_none();
        let brings = included.any(|block| self.world.state.block(block).code.is_new);
        match field {
            "signal to the para" if none || before.tip().signal().is_none() => vec![Rule::Upg11],
            "signal to the para" if before.code.upgrade.is_some() => vec![Rule::Upg12],
            "signal to the para" => vec![Rule::Upg13],
            "restriction" if brings => vec![Rule::Upg10, Rule::Upg15],
            "restriction" => vec![Rule::Upg15],
            "whether the current code is as said" => vec![Rule::Upg12],
            "relay blocks until the upgrade may be applied" => vec![Rule::Upg11],
            _ if brings => vec![Rule::Upg10],
            _ if none => vec![Rule::Upg11],
            _ => vec![Rule::Upg12],
        }
    }
}
