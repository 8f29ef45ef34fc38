//! One relative state and one world that it stands for, stepped together and compared.

use std::cmp::Ordering;
use std::fmt::Write;

use unincluded_model::action::{Dispute, Traffic};
use unincluded_model::few::Few;
use unincluded_model::scenario::Claims;
use unincluded_model::state::{
    BlockCode, MAX_BLOCKS, MAX_BRANCHES, Reconfigured, RelayCode, Upgrade,
};
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Claim, Code, CollatorKind, NewCode, ParaBlock, Precheck,
    Protocol, Refusal, RelayBlockPlan, Segment, State,
};

use super::{
    AUTHORITIES, Authoring, BlockId, Building, CodeId, Configuration, Deed, Entry, FIRST_SLOT,
    Refused, RelayId, Signal, Vote, World,
};

/// An id that no block has, para or relay.
const NOBODY: BlockId = BlockId::MAX;

/// The model calls a relay block that both branches have by one of its two names.
const OTHER_NAME: &str = "second name for a relay block";

/// The model's bounds on what it remembers.
const BOUND: &str = "more blocks of the adversary";
const ONE_INVALID: &str = "two invalid blocks at a time";

/// How old a watermark is, as far as it matters, and its order to the blocks with messages.
type WatermarkPlace = (u64, Vec<Ordering>);

/// A relative state, a world, and which block is which.
#[derive(Clone)]
pub struct Pair {
    pub state: State,
    pub world: World,
    /// The absolute block that stands at each place of the state.
    pub names: Vec<BlockId>,
}

impl Pair {
    /// The start of both.
    pub fn new(protocol: &Protocol) -> Pair {
        let world = World::new(protocol.scenario(), u64::from(protocol.oldest_age().0));
        Pair { state: protocol.initial(), world, names: vec![0] }
    }

    /// Both after an action that both permit.
    ///
    /// # Panics
    ///
    /// If one of them does not permit it.
    pub fn after(&self, protocol: &Protocol, action: &Action) -> Pair {
        let step = protocol.step_whole(&self.state, action).expect("the model permits it");
        let world = self.world.after(&self.deed(action)).expect("the twin permits it");
        let mut raw_names = self.names.clone();
        if step.raw.blocks.len() > self.names.len() {
            raw_names.push(self.world.next_id());
        }
        let mut names = vec![NOBODY; step.next.blocks.len()];
        for (place, name) in raw_names.into_iter().enumerate() {
            if let Some(kept) = step.renaming.of(BlockIndex(place as u8)) {
                names[kept.get()] = name;
            }
        }
        Pair { state: step.next, world, names }
    }

    /// A fault on both sides: the candidate is lost, or never available.
    pub fn strike(&mut self, place: BlockIndex, fate: u8) {
        self.state = self.state.with_fate(place, fate);
        let block = self.world.para.get_mut(&self.names[place.get()]).expect("it is named");
        block.lost |= fate & ParaBlock::LOST != 0;
        block.never_available |= fate & ParaBlock::NEVER_AVAILABLE != 0;
    }

    /// The action in absolute terms.
    pub fn deed(&self, action: &Action) -> Deed {
        let name = |place: BlockIndex| self.names.get(place.get()).copied().unwrap_or(NOBODY);
        match action {
            Action::Author(author) => Deed::Author(self.authoring(author)),
            Action::RelayBlock(plan) => Deed::RelayBlock(self.building(plan)),
            Action::Fork => Deed::Fork,
            Action::Settle { branch } => Deed::Settle { branch: usize::from(*branch) },
            Action::LearnBackable { validator, candidate } => Deed::LearnBackable {
                validator: usize::from(*validator),
                candidate: name(*candidate),
            },
            Action::Recover { block } => Deed::Recover { block: name(*block) },
        }
    }

    /// The relay block of an age on a branch.
    fn relay_block(&self, branch: usize, age: Age) -> RelayId {
        let Some(&tip) = self.world.tips.get(branch) else { return NOBODY };
        self.world.relay_line(tip).nth(usize::from(age.0)).unwrap_or(NOBODY)
    }

    fn authoring(&self, author: &Author) -> Authoring {
        let world = &self.world;
        let relay_parent = self.relay_block(usize::from(author.branch), author.relay_parent);
        let slot = world.relay.get(&relay_parent).map_or(FIRST_SLOT, |block| block.slot);
        let derived = world.para_slot_of(slot);
        let (para_slot, stranger) = match author.claim {
            Claim::Honest | Claim::SlotMissing => (derived, 0),
            Claim::SlotAhead => (derived + 1, 0),
            Claim::SlotFarAhead => {
                let velocity = world.parameters().block_processing_velocity.max(1);
                (derived + u64::from(velocity) + 1, 0)
            }
            Claim::SlotBehind => (derived - 1, 0),
            Claim::Stranger => (derived, 1),
        };
        Authoring {
            parent: self.names.get(author.parent.get()).copied().unwrap_or(NOBODY),
            relay_parent,
            core: author.core,
            para_slot,
            sealed_by: (para_slot + stranger) % AUTHORITIES,
            proves_slot: author.claim != Claim::SlotMissing,
            equivocation: author.equivocation,
            withheld: author.withheld,
            invalid: author.invalid,
            hash: self.hash_at(author),
            sends_message: author.sends_message,
            sends_outbound: author.sends_outbound,
            inbound: usize::from(author.inbound),
            downward: usize::from(author.downward),
            new_code: author.new_code,
        }
    }

    /// A hash with that many of the siblings that the state knows below it.
    fn hash_at(&self, author: &Author) -> Option<u64> {
        let rank = usize::from(author.hash_rank);
        if self.world.introduced.is_empty() {
            return (rank == 0).then_some(0);
        }
        if author.parent.get() >= self.names.len() {
            return None;
        }
        let hash = |id: BlockId| self.world.para[&id].hash;
        let siblings =
            self.state.children(author.parent).map(|place| hash(self.names[place.get()]));
        let mut known: Vec<u64> = siblings.collect();
        known.sort_unstable();
        if rank > known.len() {
            return None;
        }
        let lower = if rank == 0 { 0 } else { known[rank - 1] };
        // Siblings that the state has forgotten stand anywhere: go between the nearest two.
        let all = self.world.children(self.names[author.parent.get()]).map(hash);
        let upper = all.filter(|&other| other > lower).min().unwrap_or(u64::MAX);
        Some(lower + (upper - lower) / 2)
    }

    fn building(&self, plan: &RelayBlockPlan) -> Building {
        let world = &self.world;
        let validators = u64::from(world.parameters().validators);
        let mut counts = 0..=validators;
        let enough = counts.find(|&votes| world.is_available(votes)).expect("all suffice");
        let name = |at: BlockIndex| self.names.get(at.get()).copied().unwrap_or(NOBODY);
        let newest = world.newest_slot();
        let later = newest + 1 + u64::from(plan.skipped_slots);
        let vote = |&bits: &Bits| match bits {
            Bits::OneShort => Vote::InAll(enough - 1),
            Bits::Enough => Vote::InAll(enough),
            Bits::Count(new) => Vote::New(u64::from(new)),
        };
        Building {
            branch: usize::from(plan.branch),
            slot: if plan.same_slot { newest } else { later },
            session_change: plan.session_change,
            reconfigured: plan.reconfigured,
            votes: plan.bits.iter().map(vote).collect(),
            back: plan.back.iter().copied().map(name).collect(),
            go_ahead: plan.go_ahead,
            dispute: plan.dispute.map(|vote| (name(vote.block), u64::from(vote.against))),
            reassigned: plan.reassigned,
            precheck: plan.precheck,
            traffic: plan.traffic,
        }
    }

    /// Whether both give the same answer, and if they refuse, name the same rule.
    pub fn agree_on(&self, protocol: &Protocol, action: &Action) -> Result<bool, String> {
        let ours = match protocol.apply(&self.state, action) {
            Err(Refusal::ModelIsFull) if self.state.blocks.len() == MAX_BLOCKS => return Ok(false),
            Err(Refusal::NotInThisScenario(OTHER_NAME | BOUND | ONE_INVALID)) => return Ok(false),
            Err(Refusal::NoSuchView(_)) if self.has_other_name(protocol, action) => {
                return Ok(false);
            }
            answer => answer,
        };
        let twins = self.world.permits(&self.deed(action));
        let same = match (&ours, &twins) {
            (Ok(_), Ok(())) => true,
            // What a scenario leaves out is no rule, and stands in no order to the rules.
            (Err(no), Err(Refused(rule))) => {
                no.rule().is_none() || rule.is_none() || no.rule() == *rule
            }
            (Ok(_), Err(_)) | (Err(_), Ok(())) => false,
        };
        if same {
            return Ok(ours.is_ok());
        }
        let ours = ours.map_or_else(|no| no.to_string(), |_| "permitted".to_owned());
        let mut text = String::new();
        let _ = writeln!(text, "{action:?}\nthe model: {ours}\nthe twin: {twins:?}");
        let _ = writeln!(text, "as {:?}", self.deed(action));
        Err(text + &self.to_string())
    }

    /// Whether the relay parent of an author is young enough on the other branch.
    fn has_other_name(&self, protocol: &Protocol, action: &Action) -> bool {
        let Action::Author(author) = action else { return false };
        let here = usize::from(author.branch);
        let relay_parent = self.relay_block(here, author.relay_parent);
        let there = self.world.tips.get(1 - here.min(1));
        let mut line = there.into_iter().flat_map(|&tip| self.world.relay_line(tip));
        line.by_ref().take(usize::from(protocol.oldest_view().0) + 1).any(|id| id == relay_parent)
    }

    /// Everything that somebody could think of doing, sensible or not; relay blocks with at most
    /// one candidate.
    pub fn conceivable(&self, protocol: &Protocol) -> Vec<Action> {
        let places = self.places();
        let branches = 0..=self.state.branches.len() as u8;
        let followed = protocol.environment().followed_validators;
        let mut all = vec![Action::Fork];
        for branch in branches {
            all.push(Action::Settle { branch });
            self.conceivable_authors(protocol, branch, &mut all);
            for plan in self.conceivable_plans(protocol, branch) {
                all.push(Action::RelayBlock(plan));
                for &place in &places {
                    let back = Few::from(Some(place));
                    all.push(Action::RelayBlock(RelayBlockPlan { back, ..plan }));
                }
            }
        }
        for &place in &places {
            for validator in 0..=followed {
                all.push(Action::LearnBackable { validator, candidate: place });
            }
            all.push(Action::Recover { block: place });
        }
        all
    }

    /// The places of all blocks, and one where there is none.
    fn places(&self) -> Vec<BlockIndex> {
        (0..=self.state.blocks.len() as u8).map(BlockIndex).collect()
    }

    fn conceivable_authors(&self, protocol: &Protocol, branch: u8, all: &mut Vec<Action>) {
        let oldest = protocol.oldest_view().0 + 1;
        let followed = protocol.environment().followed_validators;
        let cores = 0..=protocol.parameters().cores;
        for relay_parent in (0..=oldest).map(Age) {
            for parent in self.places() {
                for core in cores.clone() {
                    let plain = Author { branch, core, ..Author::honest(parent, relay_parent) };
                    for flags in 0..16 {
                        let [equivocation, withheld, sends_message, invalid] =
                            [1, 2, 4, 8].map(|flag| flags & flag != 0);
                        let author =
                            Author { equivocation, withheld, sends_message, invalid, ..plain };
                        all.push(Action::Author(author));
                    }
                    if !protocol.messages().is_off() {
                        let messages = protocol.messages();
                        let most = messages.inbound * messages.inbound_messages + 1;
                        let counts = (0..=most).flat_map(|inbound| {
                            (0..=messages.downward + 1).map(move |downward| (inbound, downward))
                        });
                        for ((inbound, downward), flags) in
                            counts.flat_map(|counts| (0..4).map(move |flags| (counts, flags)))
                        {
                            let [sends_message, sends_outbound] =
                                [1, 2].map(|flag| flags & flag != 0);
                            all.push(Action::Author(Author {
                                inbound,
                                downward,
                                sends_message,
                                sends_outbound,
                                ..plain
                            }));
                        }
                    }
                    let follows = protocol.follows_code();
                    for new_code in [NewCode::Next, NewCode::Same] {
                        let author = Author { new_code, ..plain };
                        all.push(Action::Author(author));
                        let withheld = Author { withheld: true, ..author };
                        let equivocation = Author { equivocation: true, ..author };
                        let others = [withheld, equivocation].into_iter();
                        all.extend(others.filter(|_| follows).map(Action::Author));
                    }
                    for claim in Claim::ALL {
                        all.push(Action::Author(Author { claim, ..plain }));
                    }
                    let siblings = self.state.children(parent).count() as u8;
                    for hash_rank in 1..=if followed > 0 { siblings + 1 } else { 1 } {
                        all.push(Action::Author(Author { hash_rank, ..plain }));
                        all.push(Action::Author(Author { hash_rank, equivocation: true, ..plain }));
                    }
                }
            }
        }
    }

    /// Relay blocks that back nothing: what the scenario has in every combination, what it has not
    /// one at a time.
    fn conceivable_plans(&self, protocol: &Protocol, branch: u8) -> Vec<RelayBlockPlan> {
        let environment = protocol.environment();
        let has = [
            environment.fork_depth > 0,
            environment.session_changes,
            environment.go_ahead,
            environment.claims == Claims::Lapsing,
            protocol.scenario().reconfiguration.is_some(),
        ];
        let mut flagged = Vec::new();
        for flags in 0..32u8 {
            let set = [1, 2, 4, 8, 16].map(|flag| flags & flag != 0);
            let odd = set.iter().zip(has).any(|(&set, has)| set && !has);
            let [same_slot, session_change, go_ahead, reassigned, reconfigured] = set;
            // Another configuration is not to be had without a table, session change or not.
            let alone = flags.is_power_of_two() || flags == 2 | 16;
            for skipped_slots in 0..=u8::from(!odd) {
                if !odd || alone {
                    flagged.push(RelayBlockPlan {
                        same_slot,
                        skipped_slots,
                        session_change,
                        go_ahead,
                        reassigned,
                        reconfigured,
                        ..RelayBlockPlan::quiet(branch)
                    });
                }
            }
        }
        let mut disputes = vec![None, Some(Dispute { block: BlockIndex::ROOT, against: 1 })];
        if environment.disputes {
            for block in self.places() {
                let most = u8::try_from(protocol.parameters().validators).unwrap_or(u8::MAX);
                disputes.extend((0..=most).map(|against| Some(Dispute { block, against })));
            }
        }
        let mut plans = Vec::new();
        if !protocol.messages().is_off() {
            let messages = protocol.messages();
            let counts = (0..=messages.upward_limit + 1).flat_map(|served| {
                (0..=messages.outbound_capacity + 1).map(move |taken| (served, taken))
            });
            for ((served, taken), flags) in
                counts.flat_map(|counts| (0..8).map(move |flags| (counts, flags)))
            {
                let [inbound, downward, session_change] = [1, 2, 4].map(|flag| flags & flag != 0);
                let traffic = Traffic { served, taken, inbound, downward };
                plans.extend(self.conceivable_votes(protocol, branch).into_iter().map(|bits| {
                    RelayBlockPlan {
                        bits,
                        session_change,
                        traffic,
                        ..RelayBlockPlan::quiet(branch)
                    }
                }));
            }
        }
        for precheck in [Precheck::Accepted, Precheck::Rejected, Precheck::Known].map(Some) {
            let any = RelayBlockPlan { precheck, ..RelayBlockPlan::quiet(branch) };
            let bits = self.conceivable_votes(protocol, branch).into_iter();
            let bits = bits.filter(|_| protocol.follows_code());
            let ends = bits.flat_map(|bits| {
                [false, true].map(|session_change| RelayBlockPlan { bits, session_change, ..any })
            });
            plans.push(any);
            plans.extend(ends);
        }
        for bits in self.conceivable_votes(protocol, branch) {
            for plan in &flagged {
                for &dispute in &disputes {
                    plans.push(RelayBlockPlan { bits, dispute, ..*plan });
                }
            }
        }
        plans
    }

    /// Votes for as many candidates as there are, and for one more or fewer.
    fn conceivable_votes(&self, protocol: &Protocol, branch: u8) -> Vec<Few<Bits>> {
        let pending = self.state.branches.get(usize::from(branch)).map_or(0, |b| b.pending.len());
        let mut kinds = vec![Bits::OneShort, Bits::Enough];
        if protocol.environment().counted_votes {
            kinds.extend((0..=protocol.honest_validators() + 1).map(Bits::Count));
        } else {
            kinds.push(Bits::Count(0));
        }
        let mut all = vec![Few::none()];
        let mut longest = all.clone();
        for length in 1..=pending + 1 {
            let longer: Vec<Few<Bits>> = longest
                .iter()
                .flat_map(|bits: &Few<Bits>| kinds.iter().filter_map(|&kind| bits.with(kind)))
                .collect();
            if length + 1 >= pending && length <= pending {
                all.extend(&longer);
            } else {
                all.extend(longer.first());
            }
            longest = longer;
        }
        all
    }

    /// Whether the state says of everything it holds what the world says.
    ///
    /// # Errors
    ///
    /// What they say differently.
    pub fn compare(&self, protocol: &Protocol) -> Result<(), String> {
        let mut differences = Vec::new();
        let mut same = |what: &str, ours: String, twins: String| {
            if ours != twins {
                differences.push(format!("{what}: the model has {ours}, the twin {twins}"));
            }
        };
        macro_rules! same {
            ($what:expr, $ours:expr, $twins:expr) => {
                same(&$what, format!("{:?}", $ours), format!("{:?}", $twins))
            };
        }
        let (state, world) = (&self.state, &self.world);
        let name = |place: BlockIndex| self.names[place.get()];
        let oldest = u64::from(protocol.oldest_age().0);
        let forked = world.tips.len() > 1;

        same!("branches", state.branches.len(), world.tips.len());
        for (place, branch) in state.branches.iter().enumerate().take(world.tips.len()) {
            let here = |what: &str| format!("{what} on branch {place}");
            let tip = world.tip(place);
            same!(here("views"), branch.views.len() as u64, world.oldest_usable() + 1);
            for (age, view) in (0..).zip(&branch.views) {
                let relay = &world.relay[&self.relay_block(place, Age(age))];
                let here = |what: &str| format!("{what} at age {age} on branch {place}");
                same!(here("included"), name(view.included), relay.included);
                let pending = relay.pending.last().map(|pending| pending.block);
                same!(here("pending"), view.newest_pending.map(name), pending);
                let signal = relay.code.signal;
                same!(here("go-ahead"), view.go_ahead, signal == Some(Signal::GoAhead));
                same!(here("abort"), view.abort, signal == Some(Signal::Abort));
                let queues = &relay.queues;
                same!(here("upward queue"), usize::from(view.queues.upward), queues.upward.len());
                same!(here("channel"), usize::from(view.queues.outbound), queues.outbound.len());
                let [_, downward] = self.messages_before(place);
                let popped = downward + usize::from(view.queues.popped);
                same!(here("downward taken"), popped, queues.downward.gone);
                let restricted = relay.code.restricted_until.is_some();
                same!(here("restriction"), view.is_restricted, restricted);
                same!(here("assigned"), view.assigned, world.holds_core(relay));
                if forked {
                    same!(
                        here("slot"),
                        u64::from(view.slot),
                        self.newer_slots(protocol, relay.slot)
                    );
                }
            }
            let longest = u64::from(protocol.longest_occupancy()) + 1;
            let pending = branch.pending.iter();
            let pending = pending.map(|p| (name(p.block), u64::from(p.backed.0), p.available));
            let twins = tip
                .pending
                .iter()
                .map(|p| (p.block, (tip.number - p.backed_in).min(longest), world.has_enough(p)));
            same!(here("pending"), pending.collect::<Vec<_>>(), twins.collect::<Vec<_>>());
            if world.environment().counted_votes {
                let votes = branch.pending.iter().map(|p| u64::from(p.votes));
                let twins = tip.pending.iter().map(|p| p.votes);
                same!(here("votes"), votes.collect::<Vec<_>>(), twins.collect::<Vec<_>>());
            }
            if world.follows_code() {
                let code = self.with_due_in_reach(branch.code);
                same!(here("code"), code, self.with_due_in_reach(self.relay_code(place)));
            }
            let phase = self.rotation_phase(place);
            same!(here("rotation"), u64::from(branch.rotation), phase);
            let since = (tip.number + 1 - tip.session_start).min(oldest);
            same!(here("session"), u64::from(branch.session.0), since);
            let Reconfigured { now, before } = branch.reconfigured;
            same!(here("configuration"), now, tip.reconfigured);
            same!(here("configuration before"), before, self.reconfigured_before(place));
            let own = if forked { world.own_blocks(place) } else { 0 };
            same!(here("own blocks"), u64::from(branch.own), own);
        }

        let turn = state.turn.map(|(branch, age)| self.relay_block(usize::from(branch), age));
        same!("turn", turn, world.used_at_wake_up);

        for (validator, view) in world.fragments.iter().enumerate() {
            let ours = state.chains[validator].map(name);
            same!(format!("chain of validator {validator}"), ours, view.offer());
        }

        let root = name(BlockIndex::ROOT);
        for place in state.indices() {
            let (ours, id) = (state.block(place), name(place));
            let twin = &world.para[&id];
            let line = world.ancestry(id);
            let depth = line.iter().position(|&step| step == root);
            let Some(depth) = depth else {
                same!(format!("P{id}"), "a block that builds on the root", line);
                continue;
            };
            if place != BlockIndex::ROOT {
                same!(format!("parent of P{id}"), Some(name(ours.parent)), twin.parent);
            }
            let mut here = false;
            for branch in 0..MAX_BRANCHES {
                let age = match (world.tips.get(branch), twin.relay_parent) {
                    (Some(_), None) => protocol.oldest_age(),
                    (Some(&tip), Some(id)) if world.is_on(id, tip) => {
                        let age = world.relay[&tip].number - world.relay[&id].number;
                        Age(age.min(oldest) as u8)
                    }
                    _ => Age::ELSEWHERE,
                };
                here |= age.is_here();
                let what = format!("relay parent of P{id} on branch {branch}");
                same!(what, ours.relay_parent.ages[branch], age);
                let against = world.tips.get(branch).map_or(0, |tip| {
                    world.relay[tip].against.get(&id).copied().unwrap_or_default()
                });
                let against = if place == BlockIndex::ROOT { 0 } else { against };
                let what = format!("votes against P{id} on branch {branch}");
                same!(what, u64::from(ours.against[branch]), against);
            }
            // Of two slots that are too old, only their place before all usable ones is kept.
            for (at, branch) in state.branches.iter().enumerate().filter(|_| here && forked) {
                for (age, view) in (0..).zip(&branch.views) {
                    let theirs = world.relay[&self.relay_block(at, Age(age))].slot;
                    let order = ours.relay_parent.slot.cmp(&view.slot);
                    let twins =
                        twin.slot_info.map_or(Ordering::Greater, |(slot, _)| theirs.cmp(&slot));
                    same!(format!("slots of P{id} and age {age} of branch {at}"), order, twins);
                }
            }
            same!(format!("core of P{id}"), ours.core, twin.core);

            // Messages are told of one branch alone.
            let [inbound, downward] = self.messages_before(0);
            let inbox = &ours.inbox;
            if !protocol.messages().is_off() {
                let delivered = inbound + usize::from(inbox.delivered);
                same!(format!("delivered to P{id}"), delivered, twin.inbox.delivered);
                let processed = downward + usize::from(inbox.downward);
                same!(format!("downward to P{id}"), processed, twin.inbox.downward);
                let own = usize::from(inbox.processed);
                let candidate = place != BlockIndex::ROOT;
                let twins = if candidate { twin.inbox.processed } else { 0 };
                same!(format!("processed by P{id}"), own, twins);
                let watermark = u64::from(inbox.watermark.0);
                let (ours, twins) = self.watermark_among_others(watermark, twin.inbox.watermark);
                same!(format!("watermark of P{id}"), ours, twins);
            }

            let (code, twins) = (ours.code, self.block_code(place));
            same!(format!("code of P{id}"), code, twins);

            let usable = |slot| world.usable().iter().any(|id| world.relay[id].slot == slot);
            let authored = twin.slot_info.map_or(0, |(_, authored)| authored);
            let spent = !here || !twin.slot_info.is_some_and(|(slot, _)| usable(slot));
            let authored = if spent { authored.min(1) } else { authored };
            same!(format!("blocks on the slot of P{id}"), u32::from(ours.authored), authored);

            let issued = twin.total_issuance - world.para[&root].total_issuance;
            let reward = world.block_reward;
            same!(
                format!("issued since the root by P{id}"),
                u128::from(ours.issued) * reward,
                issued
            );

            same!(format!("P{id} withheld"), ours.has(ParaBlock::WITHHELD), twin.withheld);
            same!(format!("P{id} invalid"), ours.has(ParaBlock::INVALID), twin.invalid);
            same!(format!("P{id} lost"), ours.has(ParaBlock::LOST), twin.lost);
            let never = ours.has(ParaBlock::NEVER_AVAILABLE);
            same!(format!("P{id} never available"), never, twin.never_available);

            let segment = |steps_below: usize| {
                let entries = twin.segment.iter().filter_map(|entry| {
                    let steps = line.iter().position(|&step| step == entry.of)?;
                    (steps < steps_below).then_some((steps, entry))
                });
                segment_of(&entries.collect::<Vec<_>>())
            };
            // The entries of the root and what is older may be written as pruned, but for the
            // root's own: without any entry it would be genesis. Whether something still reads
            // them shows in what is permitted.
            let pruned = segment(depth.max(1));
            let expected =
                if ours.segment.entries > pruned.entries { segment(usize::MAX) } else { pruned };
            let has_queues = !protocol.messages().is_off();
            let expected =
                if has_queues { without_old_messages(expected, depth) } else { expected };
            same!(format!("segment of P{id}"), ours.segment, expected);

            let siblings: Vec<BlockIndex> = match twin.parent {
                Some(_) if place != BlockIndex::ROOT => state.children(ours.parent).collect(),
                _ => Vec::new(),
            };
            let below = siblings.iter().filter(|&&sibling| {
                !world.introduced.is_empty() && world.para[&name(sibling)].hash < twin.hash
            });
            same!(format!("hash rank of P{id}"), usize::from(ours.hash_rank), below.count());

            let asked = world.may_be_chained(id);
            let bits = |of: &dyn Fn(usize) -> bool| -> u8 {
                (0..world.fragments.len()).map(|v| u8::from(asked && of(v)) << v).sum()
            };
            let introduced = bits(&|v| world.introduced[v].contains(&id));
            let held = bits(&|v| world.fragments[v].holds(id));
            same!(format!("validators that know P{id}"), ours.known_backable, introduced);
            let holders = ours.known_backable & !ours.forgotten;
            same!(format!("validators that hold P{id}"), holders, held);
        }
        differences.extend(world.contradictions());
        if differences.is_empty() {
            Ok(())
        } else {
            Err(differences.join("\n") + "\n" + &self.to_string())
        }
    }

    /// A watermark by its age, and as a number: how old it is while something compares it with a
    /// relay parent, and how it stands to each relay block that the state knows sent messages. Where
    /// nobody sends any, it is the relay parent and not written.
    fn watermark_among_others(&self, age: u64, number: u64) -> (WatermarkPlace, WatermarkPlace) {
        let branch = &self.state.branches[0];
        let tip = self.world.tip(0);
        if self.world.scenario.messages.inbound == 0 {
            return ((age, Vec::new()), (0, Vec::new()));
        }
        let mut blocks = tip.queues.inbound.sent_at.clone();
        blocks.dedup();
        let known = branch.inbound.len();
        let blocks = &blocks[blocks.len() - known.min(blocks.len())..];
        let order = branch.inbound.iter().map(|at| u64::from(at.0).cmp(&age));
        let twins = blocks.iter().map(|at| number.cmp(at));
        let in_reach = |age: u64| age.min(self.world.oldest_usable() + 1);
        ((in_reach(age), order.collect()), (in_reach(tip.number - number), twins.collect()))
    }

    /// How many messages of the other para, and how many downward messages, were sent before those
    /// that the state counts.
    fn messages_before(&self, branch: usize) -> [usize; 2] {
        let queues = &self.world.tip(branch).queues;
        let each = usize::from(self.world.scenario.messages.inbound_messages);
        let branch = &self.state.branches[branch];
        [
            queues.inbound.sent_at.len().wrapping_sub(branch.inbound.len() * each),
            queues.downward.sent_at.len().wrapping_sub(branch.downward.len()),
        ]
    }

    /// A code, as the model names it.
    fn code_of(&self, code: CodeId) -> Code {
        let root = self.world.para[&self.names[0]].code;
        Code((code + u32::from(Code::NAMES) - root).rem_euclid(u32::from(Code::NAMES)) as u8)
    }

    /// What a para block's state says of its code, as the model writes it.
    fn block_code(&self, place: BlockIndex) -> BlockCode {
        let world = &self.world;
        let block = &world.para[&self.names[place.get()]];
        let is_due = |(branch, &tip): (usize, &RelayId)| {
            let on_branch = block.relay_parent.filter(|&id| world.is_on(id, tip));
            let number = on_branch.map(|id| world.relay[&id].number);
            let expected_at = world.relay[&tip].code.expected_at;
            let due = number.zip(expected_at).is_some_and(|(number, at)| number >= at);
            u8::from(due) << branch
        };
        // The root is a candidate nowhere, and nothing is written where codes never change.
        let candidate = place != BlockIndex::ROOT && world.follows_code();
        BlockCode {
            current: self.code_of(block.code),
            pending: block.pending_code.map(|code| self.code_of(code)),
            is_new: candidate && block.new_code.is_some(),
            is_due: world.tips.iter().enumerate().filter(|_| candidate).map(is_due).sum(),
        }
    }

    /// What the state after a branch's tip says of the para's code, as the model writes it.
    fn relay_code(&self, branch: usize) -> RelayCode {
        let world = &self.world;
        let tip = world.tip(branch);
        let delay = u64::from(world.parameters().upgrade_delay);
        let from_tip = |number: u64| number.cast_signed() - tip.number.cast_signed();
        let upgrade = tip.code.future.map(|code| {
            let voted_on = tip.code.vote.map(|included_at| included_at + delay);
            let at = tip.code.expected_at.or(voted_on).expect("one of the two");
            Upgrade {
                code: self.code_of(code),
                is_voted_on: tip.code.vote.is_some(),
                due_in: from_tip(at) as i8,
            }
        });
        let restricted_until = tip.code.restricted_until;
        let cooldown = restricted_until.map_or(0, |until| until.saturating_sub(tip.number));
        RelayCode { current: self.code_of(tip.code.current), upgrade, cooldown: cooldown as u8 }
    }

    /// The same, where it makes no difference how long ago an upgrade became due: it is due at every
    /// relay block that can still be built on, or the vote cannot end as soon.
    fn with_due_in_reach(&self, mut code: RelayCode) -> RelayCode {
        let minimum = self.world.parameters().minimum_upgrade_delay.cast_signed();
        let oldest = self.world.oldest_usable() as i8;
        if let Some(upgrade) = &mut code.upgrade {
            let soonest = if upgrade.is_voted_on { 1 + minimum } else { -oldest };
            upgrade.due_in = upgrade.due_in.max(soonest);
        }
        code
    }

    /// How many slots with a relay block on a living branch are newer than this, as far as the
    /// model counts.
    fn newer_slots(&self, protocol: &Protocol, slot: u64) -> u64 {
        let world = &self.world;
        let lines = world.tips.iter().flat_map(|&tip| {
            let newer = move |id: &RelayId| world.relay[id].slot > slot;
            world.relay_line(tip).take_while(newer)
        });
        let slots: std::collections::BTreeSet<u64> =
            lines.map(|id| world.relay[&id].slot).collect();
        (slots.len() as u64).min(u64::from(protocol.oldest_slot()))
    }

    /// (n + 1 - S) of the next relay block n, as far as the model counts.
    fn rotation_phase(&self, branch: usize) -> u64 {
        let tip = self.world.tip(branch);
        let Configuration { availability_period, rotation, .. } = self.world.configuration(tip);
        let groups = self.world.environment().groups.0.len() as u64;
        let n = World::next_in_session(tip);
        let open = availability_period >= rotation;
        if open && groups == 0 { 0 } else { n % (rotation * groups.max(1)) }
    }

    /// Whether the oldest relay block that an author can still build on has the other configuration:
    /// sessions are long enough for no third to be in reach.
    fn reconfigured_before(&self, branch: usize) -> bool {
        let oldest = self.relay_block(branch, Age(self.world.oldest_usable() as u8));
        self.world.relay[&oldest].reconfigured
    }

    /// Whether both give the same answer to everything conceivable, and nothing can be done any
    /// more with a block that the state does not hold. Returns what is permitted.
    ///
    /// # Errors
    ///
    /// The first action they do not agree on.
    pub fn agree_on_everything(&self, protocol: &Protocol) -> Result<Vec<Action>, String> {
        let mut permitted = Vec::new();
        let cores = usize::from(protocol.parameters().cores);
        let mut waiting = self.conceivable(protocol);
        waiting.reverse();
        while let Some(action) = waiting.pop() {
            let both = self.agree_on(protocol, &action)?;
            if both {
                permitted.push(action);
            }
            // What comes after a candidate that cannot be backed is never looked at.
            let Action::RelayBlock(plan) = action else { continue };
            let goes_on = both
                || matches!(
                    protocol.apply(&self.state, &action),
                    Err(Refusal::NotThisFault("late backing (FLT-6)" | "missed backing (FLT-4)"))
                );
            if goes_on && (1..=cores).contains(&plan.back.len()) {
                let longer = self.places().into_iter().filter_map(|place| plan.back.with(place));
                let longer = longer.map(|back| RelayBlockPlan { back, ..plan });
                waiting.extend(longer.map(Action::RelayBlock));
            }
        }
        let uses = self.uses_of_the_forgotten(protocol);
        if uses.is_empty() {
            Ok(permitted)
        } else {
            Err(uses.join("\n") + "\n" + &self.to_string())
        }
    }

    /// What can still be done with a block that the state does not hold. An adversary can author on
    /// it, to no avail: what it authors cannot be backed either.
    fn uses_of_the_forgotten(&self, protocol: &Protocol) -> Vec<String> {
        let mut uses = Vec::new();
        let honest = protocol.environment().collator != CollatorKind::Adversary;
        let forgotten = self.world.para.keys().filter(|id| !self.names.contains(id));
        // Relay blocks with nothing in them but votes.
        let wholes: Vec<Building> = (0..self.world.tips.len() as u8)
            .flat_map(|branch| {
                let votes = self.conceivable_votes(protocol, branch).into_iter();
                votes.map(move |bits| RelayBlockPlan { bits, ..RelayBlockPlan::quiet(branch) })
            })
            .map(|plan| self.building(&plan))
            .filter(|building| self.world.permits_votes(building).is_ok())
            .collect();
        for &id in forgotten {
            let mut deeds = vec![Deed::Recover { block: id }];
            for building in &wholes {
                deeds.push(Deed::RelayBlock(Building { back: vec![id], ..building.clone() }));
            }
            for branch in 0..self.world.tips.len() as u8 {
                for age in (0..=protocol.oldest_view().0).map(Age).filter(|_| honest) {
                    for equivocation in [false, true] {
                        let author = Author {
                            branch,
                            equivocation,
                            ..Author::honest(BlockIndex::ROOT, age)
                        };
                        let authoring = Authoring { parent: id, ..self.authoring(&author) };
                        deeds.push(Deed::Author(authoring));
                    }
                }
            }
            let possible = deeds.into_iter().filter(|deed| self.world.permits(deed).is_ok());
            uses.extend(possible.map(|deed| format!("possible with a forgotten block: {deed:?}")));
        }
        uses
    }
}

/// Entries, each with how many steps back its block lies, as the model writes a segment.
fn segment_of(entries: &[(usize, &Entry)]) -> Segment {
    let bits = |has: fn(&Entry) -> bool| {
        entries.iter().filter(|(_, entry)| has(entry)).map(|(steps, _)| 1u16 << steps).sum()
    };
    Segment {
        entries: bits(|_| true),
        hashed: bits(|entry| entry.hash.is_some()),
        messages: bits(|entry| entry.messages > 0),
        outbound: bits(|entry| entry.outbound > 0),
        signals: bits(|entry| entry.signal.is_some()),
        aggregate_messages: entries.iter().map(|(_, entry)| entry.messages as u8).sum(),
        aggregate_outbound: entries.iter().map(|(_, entry)| entry.outbound as u8).sum(),
        aggregate_signal: entries.iter().any(|(_, entry)| entry.signal.is_some()),
        aggregate_abort: entries.iter().any(|(_, entry)| entry.signal == Some(Signal::Abort)),
    }
}

/// Where there are queues nothing is written of what the root and older blocks sent.
fn without_old_messages(mut segment: Segment, depth: usize) -> Segment {
    let newer = (1u16 << depth) - 1;
    segment.messages &= newer;
    segment.outbound &= newer;
    segment.aggregate_messages = segment.messages.count_ones() as u8;
    segment.aggregate_outbound = segment.outbound.count_ones() as u8;
    segment
}

impl World {
    /// What must hold of every world, whatever the model says: INV-SEG-2, INV-SEG-5, the aggregate
    /// as the sum of its entries, INV-REL-1 and INV-REL-5.
    fn contradictions(&self) -> Vec<String> {
        let mut found = Vec::new();
        let Some((&id, newest)) = self.para.iter().next_back() else { return found };
        let line = self.ancestry(id);
        let entries: Vec<BlockId> = newest.segment.iter().rev().map(|entry| entry.of).collect();
        if !line.starts_with(&entries) {
            found.push(format!("the segment of P{id} holds {entries:?} of {line:?}"));
        }
        let unhashed = newest.segment.iter().filter(|entry| entry.hash.is_none()).count();
        if id > 0 && (unhashed != 1 || newest.segment.last().is_none_or(|own| own.hash.is_some())) {
            found.push(format!("P{id} lacks the hash of another entry than its own"));
        }
        let messages: u32 = newest.segment.iter().map(|entry| entry.messages).sum();
        let signals: Vec<Signal> = newest.segment.iter().filter_map(|entry| entry.signal).collect();
        let aggregate = Vec::from_iter(newest.aggregate_signal);
        if messages != newest.aggregate_messages || signals != aggregate {
            found.push(format!("the aggregate of P{id} is not the sum of its entries"));
        }
        let parent = newest.parent.map_or(newest, |parent| &self.para[&parent]);
        // BLK-3, the part that the rule table leaves out: aura's slots never decrease. HOOK-2 and
        // HOOK-4 imply it.
        if newest.para_slot < parent.para_slot {
            found.push(format!("P{id} goes back in time"));
        }
        for branch in 0..self.tips.len() {
            let tip = self.tip(branch);
            let mut head = tip.included;
            for pending in &tip.pending {
                if self.para[&pending.block].parent != Some(head) {
                    found.push(format!("P{} is pending on something else", pending.block));
                }
                head = pending.block;
            }
            // COLL-7: what is included was built on an ancestor of the tip.
            let relay_parent = self.para[&tip.included].relay_parent;
            if relay_parent.is_some_and(|id| !self.is_on(id, self.tips[branch])) {
                found.push(format!("P{} is included on another fork", tip.included));
            }
        }
        found
    }
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (state, world) = (&self.state, &self.world);
        writeln!(f, "{:#?}", world.parameters())?;
        writeln!(f, "or {:?}", world.scenario.reconfiguration)?;
        writeln!(f, "{:#?}", world.environment())?;
        for place in state.indices() {
            let id = self.names[place.get()];
            writeln!(f, "place {} is P{id}: {:?}", place.0, state.block(place))?;
        }
        for (place, branch) in state.branches.iter().enumerate() {
            writeln!(f, "branch {place}: {branch:?}")?;
        }
        writeln!(f, "chains {:?} turn {:?}", state.chains, state.turn)?;
        for (id, block) in &world.para {
            writeln!(f, "P{id}: {block:?}")?;
        }
        let old = world.first.saturating_sub(2) as RelayId;
        for (id, block) in world.relay.range(old..).rev().take(20) {
            writeln!(f, "R{id}: {block:?}")?;
        }
        writeln!(f, "tips {:?} used {:?}", world.tips, world.used_at_wake_up)?;
        writeln!(f, "introduced {:?} views {:?}", world.introduced, world.fragments)
    }
}
