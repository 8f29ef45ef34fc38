//! One relative state and one world that it stands for, stepped together and compared.

use std::fmt::Write;

use unincluded_model::state::MAX_BLOCKS;
use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, Claim, CollatorKind, ParaBlock, Protocol, Refusal,
    RelayBlockPlan, Segment, State,
};

use super::{AUTHORITIES, Authoring, BlockId, Building, Deed, Entry, Refused, World};

/// An id that no block has.
const NOBODY: BlockId = BlockId::MAX;

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
        let world = World::new(protocol.scenario());
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
            Action::LearnBackable { validator, candidate } => Deed::LearnBackable {
                validator: usize::from(*validator),
                candidate: name(*candidate),
            },
            Action::Recover { block } => Deed::Recover { block: name(*block) },
        }
    }

    fn authoring(&self, author: &Author) -> Authoring {
        let world = &self.world;
        let relay_parent = world.tip_number().saturating_sub(u64::from(author.relay_parent.0));
        let derived = world.para_slot_of(world.relay[&relay_parent].slot);
        let (para_slot, stranger) = match author.claim {
            Claim::Honest | Claim::SlotMissing => (derived, 0),
            Claim::SlotAhead => (derived + 1, 0),
            Claim::SlotBehind => (derived - 1, 0),
            Claim::Stranger => (derived, 1),
        };
        Authoring {
            parent: self.names.get(author.parent.get()).copied().unwrap_or(NOBODY),
            relay_parent,
            para_slot,
            sealed_by: (para_slot + stranger) % AUTHORITIES,
            proves_slot: author.claim != Claim::SlotMissing,
            equivocation: author.equivocation,
            withheld: author.withheld,
            hash: self.hash_at(author),
            sends_message: author.sends_message,
        }
    }

    /// A hash with that many of the siblings that the state knows below it.
    fn hash_at(&self, author: &Author) -> Option<u64> {
        let rank = usize::from(author.hash_rank);
        if self.world.seen_backable.is_empty() {
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
        let validators = u64::from(self.world.parameters().validators);
        let mut counts = 0..=validators;
        let enough = counts.find(|&votes| self.world.is_available(votes)).expect("all suffice");
        Building {
            slot: self.world.tip().slot + 1 + u64::from(plan.skipped_slots),
            votes: match plan.bits {
                Bits::NothingPending => None,
                Bits::OneShort => Some(enough - 1),
                Bits::Enough => Some(enough),
            },
            back: plan.back.map(|at| self.names.get(at.get()).copied().unwrap_or(NOBODY)),
            go_ahead: plan.go_ahead,
        }
    }

    /// Whether both give the same answer, and if they refuse, name the same rule.
    pub fn agree_on(&self, protocol: &Protocol, action: &Action) -> Result<bool, String> {
        let ours = match protocol.apply(&self.state, action) {
            Err(Refusal::ModelIsFull) if self.state.blocks.len() == MAX_BLOCKS => return Ok(false),
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

    /// Everything that somebody could think of doing, sensible or not.
    pub fn conceivable(&self, protocol: &Protocol) -> Vec<Action> {
        let places: Vec<BlockIndex> = (0..=self.state.blocks.len() as u8).map(BlockIndex).collect();
        let oldest = protocol.oldest_view().0 + 1;
        let followed = protocol.environment().followed_validators;
        let mut all = Vec::new();
        for relay_parent in (0..=oldest).map(Age) {
            for &parent in &places {
                let plain = Author::honest(parent, relay_parent);
                for flags in 0..8 {
                    let [equivocation, withheld, sends_message] =
                        [1, 2, 4].map(|flag| flags & flag != 0);
                    let author = Author { equivocation, withheld, sends_message, ..plain };
                    all.push(Action::Author(author));
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
        for bits in [Bits::NothingPending, Bits::OneShort, Bits::Enough] {
            for back in std::iter::once(None).chain(places.iter().copied().map(Some)) {
                for go_ahead in [false, true] {
                    for skipped_slots in 0..=2 {
                        let plan = RelayBlockPlan { skipped_slots, bits, back, go_ahead };
                        all.push(Action::RelayBlock(plan));
                    }
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
        let tip = world.tip_number();
        let parameters = world.parameters();
        let name = |place: BlockIndex| self.names[place.get()];

        for (age, view) in state.views.iter().enumerate() {
            let relay = &world.relay[&(tip - age as u64)];
            same!(format!("included at age {age}"), name(view.included), relay.included);
            let pending = relay.pending.last().map(|pending| pending.block);
            same!(format!("pending at age {age}"), view.newest_pending.map(name), pending);
            same!(format!("go-ahead at age {age}"), view.go_ahead, relay.go_ahead.is_some());
        }
        same!("views", tip - (state.views.len() as u64 - 1), world.oldest_usable());

        let pending = state.pending.iter().map(|p| (name(p.block), u64::from(p.backed.0)));
        let twins = world.tip().pending.iter().map(|p| (p.block, tip - p.backed_in));
        same!("pending", pending.collect::<Vec<_>>(), twins.collect::<Vec<_>>());

        let always_open =
            parameters.paras_availability_period >= parameters.group_rotation_frequency;
        let phase = if always_open { 0 } else { world.rotation_phase(tip + 1) };
        same!("rotation", u64::from(state.rotation), phase);

        let turn = state.turn.map(|age| tip - u64::from(age.0));
        same!("turn", turn, world.best_at_wake_up);

        for (validator, end) in world.chain_end.iter().enumerate() {
            let ours = state.chains[validator].map(name);
            same!(format!("chain of validator {validator}"), ours, *end);
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
            let oldest = u64::from(protocol.oldest_age().0);
            let age = twin.relay_parent.map_or(oldest, |number| (tip - number).min(oldest));
            same!(format!("relay parent of P{id}"), u64::from(ours.relay_parent.0), age);

            let spent = age > tip - world.oldest_usable();
            let authored = twin.slot_info.map_or(0, |(_, authored)| authored);
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
            same!(format!("segment of P{id}"), ours.segment, expected);

            let siblings: Vec<BlockIndex> = match twin.parent {
                Some(_) if place != BlockIndex::ROOT => state.children(ours.parent).collect(),
                _ => Vec::new(),
            };
            let below = siblings.iter().filter(|&&sibling| {
                !world.seen_backable.is_empty() && world.para[&name(sibling)].hash < twin.hash
            });
            same!(format!("hash rank of P{id}"), usize::from(ours.hash_rank), below.count());

            if place != BlockIndex::ROOT {
                let seen = world.seen_backable.iter().enumerate();
                let seen: u8 = seen.map(|(v, seen)| u8::from(seen.contains(&id)) << v).sum();
                same!(format!("validators that know P{id}"), ours.known_backable, seen);
            }
        }
        differences.extend(world.contradictions());
        if differences.is_empty() {
            Ok(())
        } else {
            Err(differences.join("\n") + "\n" + &self.to_string())
        }
    }

    /// Whether both give the same answer to everything conceivable, and nothing can be done any
    /// more with a block that the state does not hold. Returns what is permitted.
    ///
    /// # Errors
    ///
    /// The first action they do not agree on.
    pub fn agree_on_everything(&self, protocol: &Protocol) -> Result<Vec<Action>, String> {
        let mut permitted = Vec::new();
        for action in self.conceivable(protocol) {
            if self.agree_on(protocol, &action)? {
                permitted.push(action);
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
        for &id in forgotten {
            let mut deeds = vec![Deed::Recover { block: id }];
            for bits in [Bits::NothingPending, Bits::OneShort, Bits::Enough] {
                let plan = RelayBlockPlan { skipped_slots: 0, bits, back: None, go_ahead: false };
                deeds.push(Deed::RelayBlock(Building { back: Some(id), ..self.building(&plan) }));
            }
            for age in (0..=protocol.oldest_view().0).map(Age).filter(|_| honest) {
                for equivocation in [false, true] {
                    let author = Author { equivocation, ..Author::honest(BlockIndex::ROOT, age) };
                    deeds.push(Deed::Author(Authoring { parent: id, ..self.authoring(&author) }));
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
        signals: bits(|entry| entry.signal),
        aggregate_messages: entries.iter().map(|(_, entry)| entry.messages as u8).sum(),
        aggregate_signal: entries.iter().any(|(_, entry)| entry.signal),
    }
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
        let signals = newest.segment.iter().filter(|entry| entry.signal).count();
        if messages != newest.aggregate_messages || signals != usize::from(newest.aggregate_signal)
        {
            found.push(format!("the aggregate of P{id} is not the sum of its entries"));
        }
        let parent = newest.parent.map_or(newest, |parent| &self.para[&parent]);
        // BLK-3, the part that the rule table leaves out: aura's slots never decrease. HOOK-2 and
        // HOOK-4 imply it.
        if newest.para_slot < parent.para_slot || newest.relay_parent < parent.relay_parent {
            found.push(format!("P{id} goes back in time"));
        }
        let tip = self.tip();
        let mut head = tip.included;
        for pending in &tip.pending {
            if self.para[&pending.block].parent != Some(head) {
                found.push(format!("P{} is pending on something else", pending.block));
            }
            head = pending.block;
        }
        found
    }
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (state, world) = (&self.state, &self.world);
        writeln!(f, "{:#?}", world.parameters())?;
        writeln!(f, "{:#?}", world.environment())?;
        for place in state.indices() {
            let id = self.names[place.get()];
            writeln!(f, "place {} is P{id}: {:?}", place.0, state.block(place))?;
        }
        writeln!(f, "views {:?}", state.views)?;
        writeln!(f, "pending {:?} chains {:?}", state.pending, state.chains)?;
        writeln!(f, "rotation {} turn {:?}", state.rotation, state.turn)?;
        for (id, block) in &world.para {
            writeln!(f, "P{id}: {block:?}")?;
        }
        for (number, block) in world.relay.range(world.oldest_usable().saturating_sub(5)..) {
            writeln!(f, "R{number}: {block:?}")?;
        }
        writeln!(f, "seen {:?} ends {:?}", world.seen_backable, world.chain_end)
    }
}
