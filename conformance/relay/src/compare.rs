//! What the model says of a relay branch, against what is seen of the pallets: field by field.

use std::fmt::Debug;

use polkadot_primitives::{UpgradeGoAhead, ValidationCodeHash};
use unincluded_model::scenario::Claims;
use unincluded_model::state::{Branch, Signal, View};
use unincluded_model::{Age, BlockIndex, Code, Protocol, RelayBlockPlan, Scenario, State};

use crate::settings::code;
use crate::views::Seen;
use crate::world::World;

/// A part of the state that is compared. Where the sides differ in one, they may differ in those after it
/// for no other reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// DISP-2.
    Freezing,
    /// The included head and what is pending.
    Queue,
    /// The availability of what is pending.
    Votes,
    /// The relay parents that are allowed.
    Window,
    /// The para's code as the relay chain knows it.
    Upgrade,
    /// The para's cores.
    Claims,
    /// Who backs.
    Groups,
    /// The queues of messages.
    Messages,
}

/// A field in which the two sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The part of the state.
    pub(crate) part: Part,
    /// What differs, in words.
    pub field: &'static str,
    /// What the model says.
    pub model: String,
    /// What the pallets say.
    pub pallets: String,
}

/// One relay block on both sides, and in what they differ after it.
pub(crate) struct Comparison<'a> {
    model: &'a Protocol,
    pub(crate) network: &'a Scenario,
    /// The moment before the block, except that the chain may have it already.
    pub(crate) world: &'a World,
    pub(crate) plan: &'a RelayBlockPlan,
    pub(crate) raw: &'a State,
    pub(crate) seen: &'a Seen,
    /// The number of the relay block.
    pub(crate) number: u32,
    pub(crate) found: Vec<Difference>,
    part: Part,
}

impl<'a> Comparison<'a> {
    /// Compares every field of the model's branch with the chain after its newest block. The chain of the
    /// world has that block already where it `has_grown`.
    pub(crate) fn of(
        model: &'a Protocol,
        network: &'a Scenario,
        world: &'a World,
        plan: &'a RelayBlockPlan,
        (raw, seen): (&'a State, &'a Seen),
        has_grown: bool,
    ) -> Comparison<'a> {
        let tip = world.chains[usize::from(plan.branch)].tip().number;
        let number = tip + u32::from(!has_grown);
        let (found, part) = (Vec::new(), Part::Freezing);
        let mut comparison =
            Comparison { model, network, world, plan, raw, seen, number, found, part };
        comparison.differ("whether the branch is frozen", false, seen.is_frozen);
        comparison.head_and_queue();
        comparison.window();
        comparison.upgrade();
        comparison.scheduling();
        comparison.messages();
        comparison
    }

    pub(crate) fn place(&self) -> usize {
        usize::from(self.plan.branch)
    }

    pub(crate) fn branch(&self) -> &Branch {
        self.raw.branch(self.place())
    }

    pub(crate) fn tip(&self) -> &View {
        self.branch().tip()
    }

    #[allow(
        clippy::needless_pass_by_value,
        reason = "a borrow of a field would keep `self` from it"
    )]
    fn differ<T: PartialEq + Debug>(&mut self, field: &'static str, model: T, pallets: T) {
        if model != pallets {
            let (model, pallets) = (format!("{model:?}"), format!("{pallets:?}"));
            self.found.push(Difference { part: self.part, field, model, pallets });
        }
    }

    pub(crate) fn number_of(&self, block: BlockIndex) -> u32 {
        self.world.candidate(block).number
    }

    /// How old a relay block of this number is, as the model counts.
    fn age(&self, number: u32, oldest: Age) -> Age {
        Age((self.number - number).min(u32::from(oldest.0)) as u8)
    }

    fn head_and_queue(&mut self) {
        self.part = Part::Queue;
        let included = self.number_of(self.tip().included);
        self.differ("included head", Some(included), self.seen.included);
        let oldest = self.model.oldest_age();
        let context = self.age(self.seen.context, oldest);
        let head = self.raw.block(self.tip().included).relay_parent.on(self.place());
        self.differ("relay parent of the included head", head, context);
        let longest = Age(self.model.longest_occupancy() + 1);
        let queue: Vec<_> = self
            .branch()
            .pending
            .iter()
            .map(|pending| {
                let block = self.raw.block(pending.block);
                let relay_parent = block.relay_parent.on(self.place());
                let number = Some(self.number_of(pending.block));
                (number, block.core.into(), relay_parent, pending.backed)
            })
            .collect();
        let seen: Vec<_> = self
            .seen
            .pending
            .iter()
            .map(|pending| {
                let relay_parent = self.age(pending.relay_parent, oldest);
                (pending.number, pending.core, relay_parent, self.age(pending.backed_in, longest))
            })
            .collect();
        let same_length = queue.len() == seen.len();
        self.differ("candidates pending availability", queue, seen);
        if same_length {
            self.votes();
        }
    }

    fn votes(&mut self) {
        self.part = Part::Votes;
        let threshold = usize::from(self.network.parameters.availability_threshold());
        let environment = self.model.environment();
        let lying = usize::from(environment.lying);
        if environment.counted_votes {
            let of = |pending: &unincluded_model::state::Pending| {
                usize::from(pending.votes) + if pending.lied { lying } else { 0 }
            };
            let votes: Vec<_> = self.branch().pending.iter().map(of).collect();
            let seen = self.seen.pending.iter().map(|pending| pending.votes).collect();
            self.differ("availability votes", votes, seen);
        }
        let available: Vec<_> = self.branch().pending.iter().map(|p| p.available).collect();
        let seen = self.seen.pending.iter().map(|pending| pending.votes >= threshold).collect();
        self.differ("who is available", available, seen);
    }

    /// The number of the first relay block of the running session.
    pub(crate) fn session_start(&self) -> u32 {
        let tip = (self.number, self.seen.session);
        let older = self.world.chains[self.place()].blocks.iter().rev();
        let blocks = std::iter::once(tip).chain(older.map(|block| (block.number, block.session)));
        let of_session = blocks.take_while(|&(_, session)| session == self.seen.session);
        of_session.map(|(number, _)| number).last().unwrap_or_default()
    }

    /// ARP-1, ARP-2, SESS-3, EMU-2.
    fn window(&mut self) {
        self.part = Part::Window;
        let oldest = self.model.oldest_age();
        let start = self.session_start();
        let session = if self.seen.session == 0 { oldest } else { self.age(start, oldest) };
        self.differ("age of the session", self.branch().session, session);
        let lookahead = self.model.in_force(self.branch()).scheduling_lookahead;
        let allowed: Vec<u32> = (0..lookahead)
            .filter(|&age| Age(age) <= self.branch().session)
            .map(u32::from)
            .collect();
        let blocks = &self.world.chains[self.place()].blocks;
        let known = self.seen.allowed.iter().rev().map(|hash| {
            blocks
                .iter()
                .find(|block| block.hash == *hash)
                .map_or(u32::MAX, |b| self.number - b.number)
        });
        let next = std::iter::once(0).chain(known).take(self.seen.lookahead as usize).collect();
        self.differ("relay parents that are allowed next", allowed, next);
        let newest = self.tip().newest();
        let newest = self.branch().pending.last().map_or(newest, |pending| pending.block);
        let context = self.world.candidate(newest).relay_parent_number;
        if let Some(seen) = self.seen.least_relay_parent {
            self.differ("least relay parent", context.max(start), seen);
        }
    }

    /// UPG-10 to UPG-15.
    fn upgrade(&mut self) {
        self.part = Part::Upgrade;
        if !self.model.follows_code() {
            return;
        }
        let signal = self.seen.signal.map(|signal| match signal {
            UpgradeGoAhead::GoAhead => Signal::GoAhead,
            UpgradeGoAhead::Abort => Signal::Abort,
        });
        self.differ("signal to the para", self.tip().signal(), signal);
        self.differ("restriction", self.tip().is_restricted, self.seen.is_restricted);
        let relay = self.branch().code;
        let root = self.world.blocks[0].code_after;
        let is = |model: Code, hash: Option<ValidationCodeHash>| {
            let near = root.saturating_sub(4)..root + 8;
            let named = near.filter(|n| n % 4 == (root + u32::from(model.0)) % 4);
            named.into_iter().any(|number| Some(code(number).hash()) == hash)
        };
        self.differ("whether the current code is as said", true, is(relay.current, self.seen.code));
        let (known, under_way) = (self.seen.future_code.is_some(), relay.upgrade.is_some());
        self.differ("whether an upgrade is under way", under_way, known);
        if let Some(upgrade) = relay.upgrade {
            let future = is(upgrade.code, self.seen.future_code);
            self.differ("whether the code to come is as said", true, future);
            let number = i64::from(self.number);
            let due = |at: u32| i64::from(at) - number;
            let said = (!upgrade.is_voted_on).then(|| i64::from(upgrade.due_in));
            // Further back than any relay parent can be is not counted.
            let views = self.model.oldest_view().0 + self.model.environment().fork_depth;
            let seen = self.seen.upgrade_at.map(|at| due(at).max(-i64::from(views)));
            self.differ("relay blocks until the upgrade may be applied", said, seen);
        }
    }

    /// SCHED-2, SCHED-3.
    fn scheduling(&mut self) {
        self.part = Part::Claims;
        if self.model.environment().claims != Claims::Bulk {
            let cores = usize::from(self.network.parameters.cores);
            let holds = self.seen.claims.len() == cores;
            self.differ("whether the para holds its cores next", self.tip().assigned, holds);
        }
        self.part = Part::Groups;
        let groups = self.model.environment().groups.0;
        if groups.is_empty() {
            return;
        }
        let allowed = self.model.in_force(self.branch()).scheduling_lookahead;
        let kind = |group: u32| groups[group as usize % groups.len()];
        let own = u32::from(self.network.parameters.cores);
        for (relay_parent, core, group) in self.seen.groups.clone() {
            let age = self.number - relay_parent;
            let counts = age < u32::from(allowed) && core < own;
            if counts && Age(age as u8) <= self.branch().session {
                let model = self.model.group_of(self.branch(), Age(age as u8), core as u8);
                self.differ("group", model, Some(kind(group)));
            }
        }
        for pending in self.seen.pending.clone() {
            let named = self.seen.groups.iter().find(|&&(relay_parent, core, _)| {
                (relay_parent, core) == (pending.relay_parent, pending.core)
            });
            if let Some(&(_, _, group)) = named {
                self.differ("group that backed", group, pending.group);
            }
        }
    }

    /// INCL-5, INCL-10, INCL-11.
    fn messages(&mut self) {
        self.part = Part::Messages;
        let limits = self.model.scenario().messages;
        if limits.is_off() {
            return;
        }
        let queues = self.tip().queues;
        self.differ("upward messages that wait", u32::from(queues.upward), self.seen.upward);
        self.differ("messages to the other para", u32::from(queues.outbound), self.seen.outbound);
        let oldest = self.model.oldest_age();
        let waiting: Vec<Age> =
            self.branch().downward.iter().skip(usize::from(queues.popped)).copied().collect();
        let seen = self.seen.downward.iter().map(|&sent| self.age(sent, oldest)).collect();
        self.differ("downward messages that wait", waiting, seen);
    }
}
