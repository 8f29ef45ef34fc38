//! What the model forgets: which relay block and which para block each relative name stands for,
//! and what became of every block.
//!
//! The ledger goes beside the stored state. It knows no rule: what a step does is read off the
//! state before anything is forgotten, and [`unincluded_model::Step::renaming`] says where the
//! blocks went. A block's segment and issuance are written down when it is authored, as they never
//! change; the stored state trims both.

use std::collections::HashMap;

use unincluded_model::{
    Action, Age, Author, BlockIndex, ParaBlock, Protocol, RelayBlockPlan, Rule, State, Step,
};

use crate::divergence::Flaw;
use crate::format::{
    Aggregate, Authoring, Deed, Gone, Growth, Included, LiveBlock, Moment, PendingBlock, RelayTip,
    Status,
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
    consumed: Vec<ParaName>,
    aggregate: Option<Aggregate>,
    issuance: u128,
    status: Status,
}

/// The stored state, and beside it the names of everything in it.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    state: State,
    /// The relay slot of R0, R1, … up to the tip. Before the start no slot was skipped.
    slots: Vec<i64>,
    entries: Vec<Entry>,
    /// The entry of each block of `state`.
    at: Vec<usize>,
    names: HashMap<ParaName, usize>,
    /// Blocks authored at each height.
    authored: HashMap<u32, u32>,
    /// Blocks that the last step forgot before they were included.
    gone: Vec<usize>,
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
            consumed: Vec::new(),
            aggregate: None,
            issuance: protocol.scenario().economics.issuance().unwrap_or_default(),
            status: Status::IncludedIn(None),
        };
        Ledger {
            state,
            slots: vec![0],
            entries: vec![genesis],
            at: vec![0],
            names: HashMap::from([(ParaName::GENESIS, 0)]),
            authored: HashMap::from([(0, 1)]),
            gone: Vec::new(),
        }
    }

    /// The state as the model stores it.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The newest relay block.
    pub(crate) fn tip(&self) -> RelayName {
        RelayName(i64::try_from(self.slots.len()).unwrap_or(i64::MAX) - 1)
    }

    /// The relay block of an age.
    pub(crate) fn relay(&self, age: Age) -> RelayName {
        RelayName(self.tip().0 - i64::from(age.0))
    }

    /// The name of a block of the stored state.
    pub(crate) fn name(&self, block: BlockIndex) -> Option<ParaName> {
        Some(self.entry(block)?.name)
    }

    fn entry(&self, block: BlockIndex) -> Option<&Entry> {
        self.at.get(block.get()).map(|&entry| &self.entries[entry])
    }

    /// What the next block on this parent is called.
    fn next_name(&self, parent: ParaName) -> ParaName {
        let height = parent.height.saturating_add(1);
        ParaName { height, nth: self.authored.get(&height).copied().unwrap_or_default() }
    }

    /// The relay slot of a relay block.
    fn slot(&self, relay: RelayName) -> i64 {
        let known = usize::try_from(relay.0).ok().and_then(|number| self.slots.get(number));
        known.copied().unwrap_or(relay.0)
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
                    relay_parent: self.relay(author.relay_parent),
                    claim: author.claim,
                    equivocation: author.equivocation,
                    withheld: author.withheld,
                    hash_rank: author.hash_rank,
                    sends_message: author.sends_message,
                })
            }
            Action::RelayBlock(plan) => Deed::RelayBlock(Growth {
                block: RelayName(self.tip().0 + 1),
                skipped_slots: plan.skipped_slots,
                bits: plan.bits,
                back: match plan.back {
                    Some(candidate) => Some(self.name(candidate)?),
                    None => None,
                },
                go_ahead: plan.go_ahead,
            }),
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
                Action::Author(Author {
                    parent,
                    relay_parent: self.age("do.author.relay_parent", author.relay_parent)?,
                    claim: author.claim,
                    equivocation: author.equivocation,
                    withheld: author.withheld,
                    hash_rank: author.hash_rank,
                    sends_message: author.sends_message,
                })
            }
            Deed::RelayBlock(growth) => {
                let name = RelayName(self.tip().0 + 1);
                if growth.block != name {
                    return Err(Flaw::new("do.relay-block.block", name, growth.block));
                }
                let back = growth.back.map(|back| self.place("do.relay-block.back", back));
                Action::RelayBlock(RelayBlockPlan {
                    skipped_slots: growth.skipped_slots,
                    bits: growth.bits,
                    back: back.transpose()?,
                    go_ahead: growth.go_ahead,
                })
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
                    format!("{name}, {} and of no use any more", self.entries[entry].status)
                }
                None => format!("{name}, which nobody has authored"),
            };
            Flaw::new(path, listed(&live), found)
        })
    }

    /// How old a relay block is.
    fn age(&self, path: &'static str, relay: RelayName) -> Result<Age, Flaw> {
        let age = self.tip().0.checked_sub(relay.0).and_then(|age| u8::try_from(age).ok());
        age.map(Age).ok_or_else(|| {
            Flaw::new(path, format!("{} to {}", self.relay(Age(u8::MAX)), self.tip()), relay)
        })
    }
}

/// What a step leaves behind.
impl Ledger {
    /// Follows a step that was taken.
    pub(crate) fn advance(&mut self, protocol: &Protocol, action: Action, step: &Step) {
        match action {
            Action::Author(author) => self.write_down(protocol, author, &step.raw),
            Action::RelayBlock(plan) => {
                let slot = self.slot(self.tip()) + 1 + i64::from(plan.skipped_slots);
                self.slots.push(slot);
            }
            Action::LearnBackable { .. } | Action::Recover { .. } => {}
        }
        self.follow_fates(protocol, &step.raw);

        let before = std::mem::take(&mut self.at);
        self.at = vec![0; step.next.blocks.len()];
        self.gone.clear();
        for (place, entry) in before.into_iter().enumerate() {
            match step.renaming.of(BlockIndex(place as u8)) {
                Some(new) => self.at[new.get()] = entry,
                None if matches!(self.entries[entry].status, Status::IncludedIn(_)) => {}
                None => self.gone.push(entry),
            }
        }
        self.state = step.next.clone();
    }

    /// The new block, which stands last.
    fn write_down(&mut self, protocol: &Protocol, author: Author, raw: &State) {
        let block = &raw.blocks[raw.blocks.len() - 1];
        let parent = self.at[author.parent.get()];
        let name = self.next_name(self.entries[parent].name);
        let relay_parent = self.relay(author.relay_parent);
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
        let sums = protocol.parameters().upward_message_room > 0 || protocol.environment().go_ahead;
        let rewards = block.issued.saturating_sub(raw.block(author.parent).issued);
        let reward = protocol.block_reward();

        *self.authored.entry(name.height).or_default() += 1;
        self.names.insert(name, self.entries.len());
        self.at.push(self.entries.len());
        self.entries.push(Entry {
            name,
            parent: Some(parent),
            relay_parent: Some(relay_parent),
            slot: Some((self.slot(relay_parent) * RELAY_SLOT_MS).div_euclid(slot_ms)),
            segment: named(segment.entries),
            nameless: named(segment.entries & !segment.hashed & !1),
            sent: named(segment.messages),
            consumed: named(segment.signals),
            aggregate: sums.then_some(Aggregate {
                messages: segment.aggregate_messages,
                signal: segment.aggregate_signal,
            }),
            issuance: self.entries[parent]
                .issuance
                .saturating_add(reward.saturating_mul(u128::from(rewards))),
            status: Status::Unbacked,
        });
    }

    /// How far each block has come, read off the state before anything is forgotten.
    fn follow_fates(&mut self, protocol: &Protocol, raw: &State) {
        for place in raw.indices() {
            self.entries[self.at[place.get()]].status = self.fate(protocol, raw, place);
        }
    }

    fn fate(&self, protocol: &Protocol, raw: &State, place: BlockIndex) -> Status {
        let (tip, head, block) = (self.tip(), raw.tip().included, raw.block(place));
        let was = self.entries[self.at[place.get()]].status;
        let is_pending = raw.pending.iter().any(|pending| pending.block == place);
        let related = raw.descends_from(place, head) || raw.descends_from(head, place);
        let missed = block.relay_parent.0 >= protocol.parameters().scheduling_lookahead;
        let parent = self.entries[self.at[block.parent.get()]].status;
        match was {
            Status::IncludedIn(_) => was,
            _ if place == head => Status::IncludedIn(Some(tip)),
            Status::PendingSince(_) if is_pending => was,
            _ if is_pending => Status::PendingSince(tip),
            _ if !related && protocol.has(Rule::Incl6) => Status::Orphaned,
            _ if block.has(ParaBlock::LOST) || parent == Status::Lost => Status::Lost,
            _ if missed && protocol.has(Rule::Arp1) => Status::Lost,
            Status::PendingSince(_) => Status::EvictedIn(tip),
            Status::EvictedIn(_) => was,
            _ => Status::Unbacked,
        }
    }

    /// How things stand now.
    pub(crate) fn moment(&self, protocol: &Protocol) -> Moment {
        let state = &self.state;
        let entry = |block: BlockIndex| &self.entries[self.at[block.get()]];
        let included = entry(state.tip().included);
        let pending = state.pending.iter().map(|pending| PendingBlock {
            block: entry(pending.block).name,
            backed_in: match entry(pending.block).status {
                Status::PendingSince(relay) => relay,
                _ => self.relay(pending.backed),
            },
        });
        let followed = usize::from(protocol.environment().followed_validators);
        let offers = state.chains.iter().take(followed);
        Moment {
            relay: RelayTip {
                tip: self.tip(),
                slot: self.slot(self.tip()),
                go_ahead: state.tip().go_ahead,
                rotation: state.rotation,
            },
            included: Included { block: included.name, issuance: included.issuance.to_string() },
            pending: pending.collect(),
            blocks: state.indices().map(|place| self.live(place)).collect(),
            gone: self
                .gone
                .iter()
                .map(|&gone| Gone {
                    block: self.entries[gone].name,
                    status: self.entries[gone].status,
                })
                .collect(),
            offers: offers.map(|offer| offer.and_then(|block| self.name(block))).collect(),
            wake_up: state.turn.map(|age| self.relay(age)),
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
            consumed: entry.consumed.clone(),
            aggregate: entry.aggregate.clone(),
            issuance: entry.issuance.to_string(),
            status: entry.status,
            withheld: block.has(ParaBlock::WITHHELD),
            hash_rank: block.hash_rank,
            known_by: (0..8).filter(|bit| block.known_backable & (1 << bit) != 0).collect(),
        }
    }
}
