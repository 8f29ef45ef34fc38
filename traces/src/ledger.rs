//! What the model forgets: which relay block and which para block each relative name stands for,
//! and what became of every block.
//!
//! The ledger goes beside the stored state. It knows no rule: what a step does is read off the
//! state before anything is forgotten, and [`unincluded_model::Step::renaming`] says where the
//! blocks went. A block's segment and issuance are written down when it is authored, as they never
//! change; the stored state trims both.

use std::collections::HashMap;

use unincluded_model::action::Dispute;
use unincluded_model::state::{MAX_BRANCHES, MAX_PENDING};
use unincluded_model::{
    Action, Age, Author, BlockIndex, Code, Few, ParaBlock, Protocol, RelayBlockPlan, Rule, Signal,
    State, Step, SwitchPhase, Upgrade,
};

use crate::divergence::Flaw;
use crate::format::{
    Aggregate, Authoring, Beside, CodeOfBlock, CodeOnRelay, Deed, Disputed, EmissionOfBlock, Gone,
    Growth, Included, LiveBlock, Moment, PendingBlock, RelayTip, Status,
};
use crate::name::{ParaName, RelayName};
use crate::story::listed;

/// Milliseconds of a relay slot.
const RELAY_SLOT_MS: i64 = 6000;

/// A para block, for good.
#[derive(Clone, Debug)]
struct Entry {
    name: ParaName,
    parent: Option<usize>,
    relay_parent: Option<RelayName>,
    slot: Option<i64>,
    segment: Vec<ParaName>,
    nameless: Vec<ParaName>,
    sent: Vec<ParaName>,
    sent_outbound: Vec<ParaName>,
    /// The watermark; none where there are no messages of another para, or before the first.
    watermark: Option<RelayName>,
    processed: u8,
    not_seconded: bool,
    consumed: Vec<ParaName>,
    aggregate: Option<Aggregate>,
    /// Its code, counted from the start.
    code: CodeOfBlock,
    emission: Option<EmissionOfBlock>,
    issuance: u128,
    /// On each relay branch; where there is one, the first counts.
    statuses: [Status; MAX_BRANCHES],
}

/// The stored state, and beside it the names of everything in it.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    state: State,
    /// The relay blocks from R0 on that are on every branch, with their slots. Before the start no
    /// slot was skipped.
    trunk: Vec<(RelayName, i64)>,
    /// Those of each of two branches alone.
    own: [Vec<(RelayName, i64)>; MAX_BRANCHES],
    /// Relay blocks made of each number since a fork first was possible.
    made: HashMap<i64, u32>,
    entries: Vec<Entry>,
    /// The entry of each block of `state`.
    at: Vec<usize>,
    names: HashMap<ParaName, usize>,
    /// Blocks authored at each height.
    authored: HashMap<u32, u32>,
    /// Blocks that the last step forgot before they were included.
    gone: Vec<usize>,
    /// The relay blocks of the state's messages of another para, and of its downward messages.
    inbound: Vec<RelayName>,
    downward: Vec<RelayName>,
    /// Whether the scenario's relay chain forks.
    forks: bool,
    /// Whether its para has upgrades.
    upgrades: bool,
    /// The oldest relay parent that an author can use.
    oldest_view: Age,
    /// The age at which nobody can tell relay blocks apart.
    oldest_age: Age,
}

impl Ledger {
    /// Before the first step: R0 is the tip, and P0 long included.
    pub(crate) fn new(protocol: &Protocol) -> Ledger {
        let state = protocol.canonical(&protocol.initial()).0;
        let genesis = Entry {
            name: ParaName::GENESIS,
            parent: None,
            relay_parent: None,
            slot: None,
            segment: Vec::new(),
            nameless: Vec::new(),
            sent: Vec::new(),
            sent_outbound: Vec::new(),
            watermark: None,
            processed: 0,
            not_seconded: false,
            consumed: Vec::new(),
            aggregate: None,
            code: CodeOfBlock {
                next: 0,
                pending: None,
                is_new: false,
                aborted: false,
                ignored_abort: false,
            },
            emission: emission_of(protocol, state.block(BlockIndex::ROOT), ParaName::GENESIS),
            issuance: protocol.scenario().economics.issuance().unwrap_or_default(),
            statuses: [Status::IncludedIn(None); MAX_BRANCHES],
        };
        Ledger {
            state,
            trunk: vec![(RelayName::first(0), 0)],
            own: [Vec::new(), Vec::new()],
            made: HashMap::new(),
            entries: vec![genesis],
            at: vec![0],
            names: HashMap::from([(ParaName::GENESIS, 0)]),
            authored: HashMap::from([(0, 1)]),
            gone: Vec::new(),
            inbound: Vec::new(),
            downward: Vec::new(),
            forks: protocol.environment().fork_depth > 0,
            upgrades: protocol.follows_code(),
            oldest_view: protocol.oldest_view(),
            oldest_age: protocol.oldest_age(),
        }
    }

    /// The state as the model stores it.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The newest relay block of a branch, and its slot.
    fn newest(&self, branch: usize) -> (RelayName, i64) {
        let newest = self.own[branch].last().or(self.trunk.last());
        newest.copied().unwrap_or_default()
    }

    /// The newest relay block of a branch.
    pub(crate) fn tip(&self, branch: usize) -> RelayName {
        self.newest(branch).0
    }

    /// The relay block of an age on a branch.
    pub(crate) fn relay(&self, branch: usize, age: Age) -> RelayName {
        let before_the_start = || RelayName::first(self.tip(branch).number - i64::from(age.0));
        let age = usize::from(age.0);
        let own = &self.own[branch];
        let known = match own.len().checked_sub(age + 1) {
            Some(place) => own.get(place),
            None => (self.trunk.len() + own.len())
                .checked_sub(age + 1)
                .and_then(|place| self.trunk.get(place)),
        };
        known.map_or_else(before_the_start, |(name, _)| *name)
    }

    /// What the next relay block of a branch is called.
    fn next_relay(&self, branch: usize) -> RelayName {
        let number = self.tip(branch).number.saturating_add(1);
        RelayName { number, nth: self.made.get(&number).copied().unwrap_or_default() }
    }

    /// Whether the relay chain is forked.
    fn is_forked(&self) -> bool {
        self.state.branches.len() > 1
    }

    /// The name of a block of the stored state.
    pub(crate) fn name(&self, block: BlockIndex) -> Option<ParaName> {
        Some(self.entry(block)?.name)
    }

    /// The relay parent of a block of the stored state; genesis has none.
    pub(crate) fn relay_parent(&self, block: BlockIndex) -> Option<RelayName> {
        self.entry(block)?.relay_parent
    }

    fn entry(&self, block: BlockIndex) -> Option<&Entry> {
        self.at.get(block.get()).map(|&entry| &self.entries[entry])
    }

    /// What the next block on this parent is called.
    fn next_name(&self, parent: ParaName) -> ParaName {
        let height = parent.height.saturating_add(1);
        ParaName { height, nth: self.authored.get(&height).copied().unwrap_or_default() }
    }

    /// The relay slot of a relay block on a branch.
    fn slot(&self, branch: usize, relay: RelayName) -> i64 {
        let found = |blocks: &[(RelayName, i64)]| {
            blocks.iter().rev().find(|(name, _)| *name == relay).map(|(_, slot)| *slot)
        };
        found(&self.own[branch]).or_else(|| found(&self.trunk)).unwrap_or(relay.number)
    }
}

/// From relative names to absolute ones, and back.
impl Ledger {
    /// The action in absolute names; none if it names a block that the state does not hold.
    pub(crate) fn deed(&self, action: Action) -> Option<Deed> {
        Some(match action {
            Action::Author(author) => {
                let parent = self.name(author.parent)?;
                Deed::Author(Authoring {
                    block: self.next_name(parent),
                    parent,
                    relay_parent: self.relay(usize::from(author.branch), author.relay_parent),
                    core: author.core,
                    claim: author.claim,
                    equivocation: author.equivocation,
                    withheld: author.withheld,
                    invalid: author.invalid,
                    behind: author.behind,
                    hash_rank: author.hash_rank,
                    sends_message: author.sends_message,
                    sends_outbound: author.sends_outbound,
                    inbound: author.inbound,
                    downward: author.downward,
                    new_code: author.new_code,
                    ends_session: author.ends_session,
                })
            }
            Action::RelayBlock(plan) => {
                let branch = usize::from(plan.branch).min(MAX_BRANCHES - 1);
                let dispute = match plan.dispute {
                    Some(dispute) => Some(Disputed {
                        block: self.name(dispute.block)?,
                        against: dispute.against,
                    }),
                    None => None,
                };
                Deed::RelayBlock(Growth {
                    block: self.next_relay(branch),
                    on: self.is_forked().then(|| self.tip(branch)),
                    same_slot: plan.same_slot,
                    skipped_slots: plan.skipped_slots,
                    session_change: plan.session_change,
                    bits: plan.bits.to_vec(),
                    back: plan.back.iter().map(|&block| self.name(block)).collect::<Option<_>>()?,
                    go_ahead: plan.go_ahead,
                    dispute,
                    reassigned: plan.reassigned,
                    reconfigured: plan.reconfigured,
                    traffic: plan.traffic,
                    precheck: plan.precheck,
                })
            }
            Action::Fork => Deed::Fork,
            Action::Settle { branch } => {
                let branch = usize::from(branch).min(MAX_BRANCHES - 1);
                Deed::Settle { keeps: self.tip(branch) }
            }
            Action::LearnBackable { validator, candidate } => {
                Deed::LearnBackable { validator, candidate: self.name(candidate)? }
            }
            Action::Recover { block } => Deed::Recover { block: self.name(block)? },
        })
    }

    /// The action in relative names.
    pub(crate) fn action(&self, deed: &Deed) -> Result<Action, Flaw> {
        Ok(match deed {
            Deed::Author(author) => {
                let parent = self.place("do.author.parent", author.parent)?;
                let name = self.next_name(author.parent);
                if author.block != name {
                    return Err(Flaw::new("do.author.block", name, author.block));
                }
                let (branch, relay_parent) =
                    self.age("do.author.relay_parent", author.relay_parent)?;
                Action::Author(Author {
                    parent,
                    relay_parent,
                    branch,
                    core: author.core,
                    claim: author.claim,
                    equivocation: author.equivocation,
                    withheld: author.withheld,
                    invalid: author.invalid,
                    behind: author.behind,
                    hash_rank: author.hash_rank,
                    sends_message: author.sends_message,
                    sends_outbound: author.sends_outbound,
                    inbound: author.inbound,
                    downward: author.downward,
                    new_code: author.new_code,
                    ends_session: author.ends_session,
                })
            }
            Deed::RelayBlock(growth) => {
                let branch = match growth.on {
                    Some(on) if self.is_forked() => self.branch_of("do.relay-block.on", on)?,
                    None if !self.is_forked() => 0,
                    on => {
                        let legal = if self.is_forked() { "a relay tip" } else { "nothing" };
                        let found = on.map_or_else(|| "nothing".to_owned(), |on| on.to_string());
                        return Err(Flaw::new("do.relay-block.on", legal, found));
                    }
                };
                let name = self.next_relay(usize::from(branch));
                if growth.block != name {
                    return Err(Flaw::new("do.relay-block.block", name, growth.block));
                }
                let back = growth.back.iter().map(|&back| self.place("do.relay-block.back", back));
                let back = few("do.relay-block.back", &back.collect::<Result<Vec<_>, _>>()?)?;
                let dispute = match growth.dispute {
                    Some(disputed) => Some(Dispute {
                        block: self.place("do.relay-block.dispute.block", disputed.block)?,
                        against: disputed.against,
                    }),
                    None => None,
                };
                Action::RelayBlock(RelayBlockPlan {
                    branch,
                    same_slot: growth.same_slot,
                    skipped_slots: growth.skipped_slots,
                    session_change: growth.session_change,
                    bits: few("do.relay-block.bits", &growth.bits)?,
                    back,
                    go_ahead: growth.go_ahead,
                    dispute,
                    reassigned: growth.reassigned,
                    reconfigured: growth.reconfigured,
                    traffic: growth.traffic,
                    precheck: growth.precheck,
                })
            }
            Deed::Fork => Action::Fork,
            Deed::Settle { keeps } => {
                Action::Settle { branch: self.branch_of("do.settle.keeps", *keeps)? }
            }
            Deed::LearnBackable { validator, candidate } => Action::LearnBackable {
                validator: *validator,
                candidate: self.place("do.learn-backable.candidate", *candidate)?,
            },
            Deed::Recover { block } => {
                Action::Recover { block: self.place("do.recover.block", *block)? }
            }
        })
    }

    /// The place of a block, if somebody can still use it.
    fn place(&self, path: &'static str, name: ParaName) -> Result<BlockIndex, Flaw> {
        let entry = self.names.get(&name);
        let place = entry.and_then(|&entry| self.at.iter().position(|&other| other == entry));
        place.map(|place| BlockIndex(place as u8)).ok_or_else(|| {
            let live: Vec<ParaName> = self.at.iter().map(|&e| self.entries[e].name).collect();
            let found = match entry {
                Some(&entry) => {
                    format!("{name}, {} and of no use any more", self.entries[entry].statuses[0])
                }
                None => format!("{name}, which nobody has authored"),
            };
            Flaw::new(path, listed(&live), found)
        })
    }

    /// The branch with this tip.
    fn branch_of(&self, path: &'static str, tip: RelayName) -> Result<u8, Flaw> {
        let branches = 0..self.state.branches.len();
        let found = branches.clone().find(|&branch| self.tip(branch) == tip);
        found.map(|branch| branch as u8).ok_or_else(|| {
            let mut tips: Vec<String> =
                branches.map(|branch| self.tip(branch).to_string()).collect();
            tips.dedup(); // Right after a fork both are one block.
            Flaw::new(path, tips.join(" or "), tip)
        })
    }

    /// The branch on which a relay block is, and how old it is there: the first of two on which an
    /// author can use it, else the first that has it.
    fn age(&self, path: &'static str, relay: RelayName) -> Result<(u8, Age), Flaw> {
        let mut too_old = None;
        for branch in 0..self.state.branches.len() {
            let age = self.tip(branch).number.checked_sub(relay.number);
            let age = age.and_then(|age| u8::try_from(age).ok()).map(Age);
            let Some(age) = age.filter(|&age| self.relay(branch, age) == relay) else { continue };
            if age <= self.oldest_view {
                return Ok((branch as u8, age));
            }
            too_old = too_old.or(Some((branch as u8, age)));
        }
        if let Some(found) = too_old {
            return Ok(found);
        }
        let range = |branch| format!("{} to {}", self.relay(branch, Age(254)), self.tip(branch));
        let legal: Vec<String> = (0..self.state.branches.len()).map(range).collect();
        Err(Flaw::new(path, legal.join(" or "), relay))
    }
}

/// Emission and calendar of a block, with the numbers of blocks.
fn emission_of(protocol: &Protocol, block: &ParaBlock, name: ParaName) -> Option<EmissionOfBlock> {
    protocol.scenario().switch?;
    let emission = block.emission;
    let cycle = emission.cycle;
    let end = |blocks: u8| (blocks > 0).then(|| name.height + u32::from(blocks));
    Some(EmissionOfBlock {
        block_time: emission.block_time(),
        is_last_old: emission.phase == SwitchPhase::LastOld,
        reward: protocol.reward_at(emission.rate).to_string(),
        voting: emission.is_voting,
        next_era_start: name.height + u32::from(emission.next_era_in),
        next_subperiod_in: emission.next_subperiod_in,
        recalculation_in: emission.recalculation_in,
        recalculated: cycle.old_blocks == 0 && cycle.new_blocks == 0,
        migrations: emission.waiting,
        unlocking: end(emission.in_flight.unlocking),
        referendum: end(emission.in_flight.referendum),
        motion: end(emission.in_flight.motion),
    })
}

/// A code, counted from the start, given another of which that is known: the nearest of its name, at
/// most one before.
fn counted_from(known: u32, of: Code, code: Code) -> u32 {
    match code.since(of).0 {
        behind if behind + 1 == Code::NAMES => known.saturating_sub(1),
        ahead => known + u32::from(ahead),
    }
}

/// A list of what concerns each core.
fn few<T: Copy + Default>(path: &'static str, items: &[T]) -> Result<Few<T>, Flaw> {
    let too_many = || {
        let most = format!("at most {MAX_PENDING} entries");
        Flaw::new(path, most, format!("{} entries", items.len()))
    };
    Few::of(items.iter().copied()).ok_or_else(too_many)
}

/// What a step leaves behind.
impl Ledger {
    /// Follows a step that was taken.
    pub(crate) fn advance(&mut self, protocol: &Protocol, action: Action, step: &Step) {
        match action {
            Action::Author(author) => self.write_down(protocol, author, &step.raw),
            Action::RelayBlock(plan) => self.grow(plan, &step.raw),
            Action::Fork => {
                for entry in &mut self.entries {
                    entry.statuses[1] = entry.statuses[0];
                }
            }
            Action::Settle { branch } => self.keep(usize::from(branch)),
            Action::LearnBackable { .. } | Action::Recover { .. } => {}
        }
        self.follow_fates(protocol, &step.raw);

        let before = std::mem::take(&mut self.at);
        self.at = vec![0; step.next.blocks.len()];
        self.gone.clear();
        for (place, entry) in before.into_iter().enumerate() {
            match step.renaming.of(BlockIndex(place as u8)) {
                Some(new) => self.at[new.get()] = entry,
                None if self.is_included(entry, step.next.branches.len()) => {}
                None => self.gone.push(entry),
            }
        }
        // What is forgotten of the messages is the oldest.
        let branch = step.next.main();
        let (inbound, downward) = (branch.inbound.len(), branch.downward.len());
        self.inbound.drain(..self.inbound.len().saturating_sub(inbound));
        self.downward.drain(..self.downward.len().saturating_sub(downward));
        self.state = step.next.clone();
    }

    /// Whether a block is included on each of so many branches.
    fn is_included(&self, entry: usize, branches: usize) -> bool {
        let statuses = &self.entries[entry].statuses[..branches];
        statuses.iter().all(|status| matches!(status, Status::IncludedIn(_)))
    }

    /// A relay block is there.
    fn grow(&mut self, plan: RelayBlockPlan, raw: &State) {
        let branch = usize::from(plan.branch);
        let name = self.next_relay(branch);
        let others = self.own.iter().flatten().map(|(_, slot)| *slot);
        let newest = others.chain([self.newest(branch).1]).max().unwrap_or_default();
        let later = newest + 1 + i64::from(plan.skipped_slots);
        let slot = if plan.same_slot { newest } else { later };
        if self.forks {
            *self.made.entry(name.number).or_default() += 1;
        }
        if plan.traffic.inbound {
            self.inbound.push(name);
        }
        if plan.traffic.downward {
            self.downward.push(name);
        }
        if self.is_forked() {
            self.own[branch].push((name, slot));
            if raw.branches.len() == 1 {
                self.keep(1 - branch); // It froze, and was left (DISP-2).
            }
        } else {
            self.trunk.push((name, slot));
        }
    }

    /// One branch is left.
    fn keep(&mut self, branch: usize) {
        let stays = std::mem::take(&mut self.own[branch]);
        self.trunk.extend(stays);
        self.own = [Vec::new(), Vec::new()];
        for entry in &mut self.entries {
            entry.statuses = [entry.statuses[branch]; MAX_BRANCHES];
        }
    }

    /// The new block, which stands last.
    fn write_down(&mut self, protocol: &Protocol, author: Author, raw: &State) {
        let block = &raw.blocks[raw.blocks.len() - 1];
        let parent = self.at[author.parent.get()];
        let name = self.next_name(self.entries[parent].name);
        let branch = usize::from(author.branch);
        let relay_parent = self.relay(branch, author.relay_parent);
        let slot_ms = i64::from(protocol.parameters().para_slot_ms);

        let mut chain = vec![name];
        let mut next = Some(parent);
        while let Some(entry) = next.filter(|_| chain.len() < 16) {
            chain.push(self.entries[entry].name);
            next = self.entries[entry].parent;
        }
        let named = |bits: u16| -> Vec<ParaName> {
            let steps = (0..chain.len()).rev().filter(|steps| bits & (1 << steps) != 0);
            steps.map(|steps| chain[steps]).collect()
        };
        let segment = block.segment;
        let signals = protocol.environment().go_ahead || self.upgrades;
        let sums = protocol.parameters().upward_message_room > 0
            || signals
            || !protocol.messages().is_off();
        let has_inbound = protocol.messages().inbound > 0;
        let watermark = has_inbound.then(|| self.watermark(author, raw, parent)).flatten();
        let issued = |block: &ParaBlock| protocol.issued_since_root(block);
        let rewards = issued(block).saturating_sub(issued(raw.block(author.parent)));
        let (old, new) = (raw.block(author.parent).code.current, block.code.current);
        let next_code = self.entries[parent].code.next + u32::from(new.since(old).0);
        let aborts = segment.signals & 1 != 0 && segment.consumed() == Some(Signal::Abort);
        let code = CodeOfBlock {
            next: next_code,
            pending: block.code.pending.map(|code| counted_from(next_code, new, code)),
            is_new: block.code.is_new,
            aborted: aborts && raw.block(author.parent).code.pending.is_some(),
            ignored_abort: aborts && raw.block(author.parent).code.pending.is_none(),
        };

        *self.authored.entry(name.height).or_default() += 1;
        self.names.insert(name, self.entries.len());
        self.at.push(self.entries.len());
        self.entries.push(Entry {
            name,
            parent: Some(parent),
            relay_parent: Some(relay_parent),
            slot: Some((self.slot(branch, relay_parent) * RELAY_SLOT_MS).div_euclid(slot_ms)),
            segment: named(segment.entries),
            nameless: named(segment.entries & !segment.hashed & !1),
            sent: named(segment.messages),
            sent_outbound: named(segment.outbound),
            watermark,
            processed: block.inbox.processed,
            not_seconded: protocol.emulate(raw, branch, block).is_err(),
            consumed: named(segment.signals),
            aggregate: sums.then_some(Aggregate {
                messages: segment.aggregate_messages,
                outbound: segment.aggregate_outbound,
                signal: segment.aggregate_signal,
            }),
            code,
            emission: emission_of(protocol, block, name),
            issuance: self.entries[parent].issuance.saturating_add(rewards),
            statuses: [Status::Unbacked; MAX_BRANCHES],
        });
    }

    /// The watermark of the new block, which stands last: its relay parent, one of the blocks with
    /// messages, or its parent's.
    fn watermark(&self, author: Author, raw: &State, parent: usize) -> Option<RelayName> {
        let mark = raw.blocks[raw.blocks.len() - 1].inbox.watermark;
        let branch = usize::from(author.branch);
        if mark == author.relay_parent {
            return Some(self.relay(branch, mark));
        }
        let sent = raw.branch(branch).inbound.iter().position(|&sent| sent == mark);
        match sent.and_then(|place| self.inbound.get(place)) {
            Some(&name) => Some(name),
            None => self.entries[parent].watermark,
        }
    }

    /// How far each block has come, read off the state before anything is forgotten.
    fn follow_fates(&mut self, protocol: &Protocol, raw: &State) {
        for branch in 0..raw.branches.len() {
            for place in raw.indices() {
                let fate = self.fate(protocol, raw, branch, place);
                self.entries[self.at[place.get()]].statuses[branch] = fate;
            }
        }
    }

    fn fate(&self, protocol: &Protocol, raw: &State, branch: usize, place: BlockIndex) -> Status {
        let now = raw.branch(branch);
        let (tip, head, block) = (self.tip(branch), now.tip().included, raw.block(place));
        let was = self.entries[self.at[place.get()]].statuses[branch];
        let is_pending = now.pending.iter().any(|pending| pending.block == place);
        let related = raw.descends_from(place, head) || raw.descends_from(head, place);
        let age = block.relay_parent.on(branch);
        let is_here = age.is_here();
        let window = protocol.in_force(now).scheduling_lookahead;
        let missed = is_here && age.0 >= window;
        let of_last_session = is_here && age > now.session;
        let is_late = (missed && protocol.has(Rule::Arp1))
            || (of_last_session && protocol.has(Rule::Arp2))
            || (!is_here && protocol.has(Rule::Arp4));
        let parent = self.entries[self.at[block.parent.get()]].statuses[branch];
        match was {
            // On a core is pending; without INCL-4 a head can be above it, or have been it.
            Status::PendingSince(_) if is_pending => was,
            _ if is_pending => Status::PendingSince(tip),
            Status::IncludedIn(_) => was,
            _ if raw.descends_from(head, place) => Status::IncludedIn(Some(tip)),
            _ if !related && protocol.has(Rule::Incl6) => Status::Orphaned,
            _ if block.has(ParaBlock::LOST) || parent == Status::Lost => Status::Lost,
            _ if is_late => Status::Lost,
            Status::PendingSince(_) => Status::EvictedIn(tip),
            Status::EvictedIn(_) => was,
            _ => Status::Unbacked,
        }
    }

    /// How things stand on a branch.
    fn on(&self, place: usize) -> Beside {
        let branch = self.state.branch(place);
        let entry = |block: BlockIndex| &self.entries[self.at[block.get()]];
        let included = entry(branch.tip().included);
        let pending = branch.pending.iter().map(|pending| PendingBlock {
            block: entry(pending.block).name,
            backed_in: match entry(pending.block).statuses[place] {
                Status::PendingSince(relay) => relay,
                _ => self.relay(place, pending.backed),
            },
            core: self.state.block(pending.block).core,
            available: pending.available,
            votes: pending.votes,
        });
        let (tip, slot) = self.newest(place);
        let is_recent = branch.session < self.oldest_age;
        Beside {
            relay: RelayTip {
                tip,
                slot,
                go_ahead: branch.tip().go_ahead,
                rotation: branch.rotation,
                session: is_recent.then(|| self.relay(place, branch.session)),
                no_core: !branch.tip().assigned,
                upward: branch.tip().queues.upward,
                outbound: branch.tip().queues.outbound,
                inbound: {
                    let last = self.state.block(branch.tip().included).inbox.watermark;
                    let sent = self.inbound.iter().zip(&branch.inbound);
                    sent.filter(|(_, age)| **age < last).map(|(name, _)| *name).collect()
                },
                downward: {
                    let popped = usize::from(branch.tip().queues.popped);
                    self.downward.iter().skip(popped).copied().collect()
                },
                abort: branch.tip().abort,
                code: self.upgrades.then(|| self.code_on(place)),
            },
            included: Included { block: included.name, issuance: included.issuance.to_string() },
            pending: pending.collect(),
        }
    }

    /// What a relay branch knows of the para's code.
    fn code_on(&self, place: usize) -> CodeOnRelay {
        let branch = self.state.branch(place);
        let head = branch.tip().included;
        let (own, next) = (self.state.block(head).code.current, &self.entries[self.at[head.get()]]);
        let counted = |code| counted_from(next.code.next, own, code);
        let upgrade = branch.code.upgrade;
        CodeOnRelay {
            current: counted(branch.code.current),
            coming: upgrade.map(|upgrade| counted(upgrade.code)),
            voting: upgrade.is_some_and(|upgrade| upgrade.is_voted_on),
            due_in: upgrade.map(|Upgrade { due_in, .. }| due_in),
            cooldown: branch.code.cooldown,
        }
    }

    /// How things stand now.
    pub(crate) fn moment(&self, protocol: &Protocol) -> Moment {
        let state = &self.state;
        let followed = usize::from(protocol.environment().followed_validators);
        let offers = state.chains.iter().take(followed);
        let Beside { relay, included, pending } = self.on(0);
        let gone = self.gone.iter().map(|&gone| &self.entries[gone]).map(|gone| Gone {
            block: gone.name,
            status: gone.statuses[0],
            beside: self.is_forked().then_some(gone.statuses[1]),
        });
        Moment {
            relay,
            included,
            pending,
            beside: self.is_forked().then(|| self.on(1)),
            blocks: state.indices().map(|place| self.live(place)).collect(),
            gone: gone.collect(),
            offers: offers.map(|offer| offer.and_then(|block| self.name(block))).collect(),
            wake_up: state.turn.map(|(branch, age)| self.relay(usize::from(branch), age)),
        }
    }

    fn live(&self, place: BlockIndex) -> LiveBlock {
        let entry = &self.entries[self.at[place.get()]];
        let block = self.state.block(place);
        LiveBlock {
            block: entry.name,
            parent: entry.parent.map(|parent| self.entries[parent].name),
            relay_parent: entry.relay_parent,
            slot: entry.slot,
            segment: entry.segment.clone(),
            nameless: entry.nameless.clone(),
            sent: entry.sent.clone(),
            sent_outbound: entry.sent_outbound.clone(),
            watermark: entry.watermark,
            processed: entry.processed,
            not_seconded: entry.not_seconded,
            consumed: entry.consumed.clone(),
            aggregate: entry.aggregate.clone(),
            code: self.upgrades.then_some(entry.code),
            emission: entry.emission.clone(),
            issuance: entry.issuance.to_string(),
            status: entry.statuses[0],
            beside: self.is_forked().then_some(entry.statuses[1]),
            core: block.core,
            invalid: block.has(ParaBlock::INVALID),
            against: if block.against == [0; MAX_BRANCHES] {
                Vec::new()
            } else {
                block.against[..self.state.branches.len()].to_vec()
            },
            withheld: block.has(ParaBlock::WITHHELD),
            hash_rank: block.hash_rank,
            known_by: bits(block.known_backable),
            forgotten_by: bits(block.forgotten),
        }
    }
}

/// The places of the bits that are set.
fn bits(set: u8) -> Vec<u8> {
    (0..8).filter(|bit| set & (1 << bit) != 0).collect()
}
