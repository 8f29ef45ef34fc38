//! A run of the model with its history beside it: the real para block behind each of the model's, and
//! the real relay blocks behind its views.
//!
//! The model's states are relative and forget; the pallets know numbers, slots and hashes. A world
//! keeps both, and can be cloned at any moment: what is behind is shared.

use std::cell::OnceCell;
use std::rc::Rc;

use unincluded_model::scenario::Generation;
use unincluded_model::{
    Action, Age, Author, BlockIndex, Code, ParaBlock, Protocol, RelayBlockPlan, Scenario, State,
    Step, View,
};

use crate::attempt::Verdict;
use crate::divergence::Divergence;
use crate::pallets::{Message, Pallets, Setting, Shown};

/// The number and the slot of the relay block that is the tip at the start. A multiple of every
/// cycle of turns, and far from 0.
const START: u32 = 5040;

/// A para block, real and modelled.
#[derive(Debug)]
pub struct Para<B> {
    /// The real one.
    pub block: B,
    /// Its hash.
    pub hash: [u8; 32],
    /// The block it builds on; none of genesis.
    pub parent: Option<Rc<Para<B>>>,
    /// The model's block as it was authored: nothing is forgotten here.
    pub raw: ParaBlock,
    /// Its para slot.
    pub para_slot: u64,
    /// The relay slot and the number of its relay parent.
    pub relay: (u64, u32),
    /// The code that runs after it, the one that waits, by number.
    pub code: (u64, Option<u64>),
    /// MSG-6, by number.
    pub watermark: u32,
    /// Messages of each direction that its chain had, of all.
    pub had: (usize, usize),
}

impl<B> Para<B> {
    /// The block so many steps back.
    pub fn ancestor(self: &Rc<Self>, steps: usize) -> Option<Rc<Self>> {
        let mut here = Rc::clone(self);
        for _ in 0..steps {
            here = Rc::clone(here.parent.as_ref()?);
        }
        Some(here)
    }
}

/// A relay block with what it shows.
#[derive(Debug)]
pub struct RelayBlock<P: Pallets> {
    /// What the state after it says.
    pub shown: Shown,
    /// The included head there.
    pub included: Rc<Para<P::Block>>,
    real: OnceCell<P::Relay>,
    without_slot: OnceCell<P::Relay>,
}

impl<P: Pallets> RelayBlock<P> {
    fn new(shown: Shown, included: Rc<Para<P::Block>>) -> Rc<Self> {
        Rc::new(RelayBlock {
            shown,
            included,
            real: OnceCell::new(),
            without_slot: OnceCell::new(),
        })
    }

    /// Its slot.
    pub fn slot(&self) -> u64 {
        self.shown.slot.unwrap_or_default()
    }

    /// Its state, with the slot or without it (HOOK-1).
    pub fn real(&self, setting: &Setting, has_slot: bool) -> &P::Relay {
        if has_slot {
            self.real.get_or_init(|| P::relay(setting, &self.shown))
        } else {
            let shown = || Shown { slot: None, ..self.shown.clone() };
            self.without_slot.get_or_init(|| P::relay(setting, &shown()))
        }
    }
}

/// One relay branch: its blocks, the newest first; as many as an author can build on.
type Branch<P> = Vec<Rc<RelayBlock<P>>>;

/// A state of the model with its history.
pub struct World<P: Pallets> {
    /// The rules.
    pub protocol: Rc<Protocol>,
    /// What the runtime is built with.
    pub setting: Setting,
    /// The state as the model stores it.
    pub state: State,
    /// The same with nothing forgotten of the blocks' segments: what the runtime is compared with.
    pub whole: State,
    /// The real block of each place.
    pub blocks: Vec<Rc<Para<P::Block>>>,
    /// The relay blocks of each branch.
    pub branches: Vec<Branch<P>>,
    newest_slot: u64,
    /// Makes blocks different that would else be alike.
    pub(crate) salt: u64,
}

impl<P: Pallets> Clone for World<P> {
    fn clone(&self) -> Self {
        World {
            protocol: Rc::clone(&self.protocol),
            setting: self.setting,
            state: self.state.clone(),
            whole: self.whole.clone(),
            blocks: self.blocks.clone(),
            branches: self.branches.clone(),
            newest_slot: self.newest_slot,
            salt: self.salt,
        }
    }
}

/// Whether the para side of a scenario can be compared: its velocity hook is one of those that the
/// published pallets still have, and new code keeps the capacity and the check of relay numbers, with
/// which the runtime of the mock is built.
pub fn is_comparable(scenario: &Scenario) -> bool {
    let is_kept = scenario.switch.as_ref().is_none_or(|switch| {
        switch.capacity_before.is_none() && switch.relay_number_check_before.is_none()
    });
    is_kept && scenario.parameters.generation == Generation::AuraExt025
}

/// Rules to compare, and what the runtime is built with.
#[derive(Clone, Debug)]
pub struct Case {
    /// The rules.
    pub protocol: Rc<Protocol>,
    /// What the runtime is built with: the scenario's parameters, unless a test of the comparison
    /// itself says otherwise.
    pub setting: Setting,
}

impl Case {
    /// The runtime is built as the scenario says.
    pub fn of(protocol: Protocol) -> Self {
        let setting = Setting::of(protocol.parameters(), !protocol.follows_code());
        Case { protocol: Rc::new(protocol), setting }
    }
}

impl<P: Pallets> World<P> {
    /// The start.
    pub fn start(case: &Case) -> Self {
        let Case { protocol, setting } = case;
        let setting = *setting;
        let state = protocol.initial();
        let block = P::genesis(&setting);
        let genesis = Rc::new(Para {
            hash: P::hash(&block),
            block,
            parent: None,
            raw: *state.block(BlockIndex::ROOT),
            para_slot: 0,
            relay: (0, 0),
            code: (0, None),
            watermark: 0,
            had: (0, 0),
        });
        let mut world = World {
            protocol: Rc::clone(protocol),
            setting,
            whole: state.clone(),
            state,
            blocks: vec![genesis],
            branches: Vec::new(),
            newest_slot: u64::from(START),
            salt: 0,
        };
        let views = world.state.branches[0].views.len() as u32;
        let none: Rc<[Message]> = Rc::new([]);
        let branch = (0..views).map(|age| {
            let view = *world.state.main().view(Age(age as u8));
            let number = START - age;
            let mut shown = world.shown(&view, number, number.into());
            (shown.downward, shown.inbound) = (Rc::clone(&none), Rc::clone(&none));
            RelayBlock::new(shown, Rc::clone(&world.blocks[0]))
        });
        let branch = branch.collect();
        world.branches.push(branch);
        world
    }

    /// The relay block that an author names.
    pub fn relay_block(&self, author: &Author) -> &Rc<RelayBlock<P>> {
        &self.branches[usize::from(author.branch)][usize::from(author.relay_parent.0)]
    }

    /// Takes a step with the model, and with the pallets if it authors a block.
    ///
    /// # Errors
    ///
    /// What the model and the pallets say differently.
    pub fn step(&mut self, action: &Action) -> Result<bool, Divergence> {
        let authored = match action {
            Action::Author(author) => match self.attempt(author)? {
                Verdict::Authored(para) => Some(para),
                Verdict::Refused => return Ok(false),
                Verdict::Skipped => None,
            },
            _ => None,
        };
        let protocol = Rc::clone(&self.protocol);
        match protocol.step_whole(&self.state, action) {
            Ok(step) => Ok(self.advance(action, &step, authored)),
            Err(_) => Ok(false),
        }
    }

    /// Follows a step that the model took. Says whether it could: a block that was not compared is
    /// not there to build on.
    ///
    /// # Panics
    ///
    /// If the step is another state's.
    pub fn advance(
        &mut self,
        action: &Action,
        step: &Step,
        authored: Option<Rc<Para<P::Block>>>,
    ) -> bool {
        match action {
            Action::Author(_) => match authored {
                Some(para) => self.blocks.push(para),
                None => return false,
            },
            Action::RelayBlock(plan) if step.raw.branches.len() < self.branches.len() => {
                // A lost dispute froze the branch: the other one stays (DISP-2).
                self.branches.swap_remove(usize::from(plan.branch));
                self.newest_slot += 1;
            }
            Action::RelayBlock(plan) => self.grow(plan, &step.raw),
            Action::Fork => {
                let copy = self.branches[0].clone();
                self.branches.push(copy);
            }
            Action::Settle { branch } => {
                let kept = self.branches.swap_remove(usize::from(*branch));
                self.branches = vec![kept];
            }
            Action::LearnBackable { .. } | Action::Recover { .. } => {}
        }
        let kept = step.next.blocks.len();
        let mut blocks = vec![None; kept];
        for (old, para) in self.blocks.iter().enumerate() {
            if let Some(new) = step.renaming.of(BlockIndex(old as u8)) {
                blocks[new.get()] = Some(Rc::clone(para));
            }
        }
        self.blocks = blocks.into_iter().flatten().collect();
        assert_eq!(self.blocks.len(), kept, "every block of the model has its real one");
        self.state = step.next.clone();
        self.remember();
        true
    }

    /// What the model forgets of segments, once more.
    fn remember(&mut self) {
        self.whole = self.state.clone();
        for (place, para) in self.blocks.iter().enumerate() {
            self.whole.blocks[place].segment = para.raw.segment;
        }
    }

    /// The new relay block of a branch.
    fn grow(&mut self, plan: &RelayBlockPlan, raw: &State) {
        let place = usize::from(plan.branch);
        let view = *raw.branch(place).tip();
        let slot = if plan.same_slot {
            self.newest_slot
        } else {
            let skipped = if self.protocol.cycle() > 1 { plan.skipped_slots } else { 0 };
            self.newest_slot + 1 + u64::from(skipped)
        };
        self.newest_slot = slot;
        let parent = Rc::clone(&self.branches[place][0]);
        let number = parent.shown.number + 1;
        let mut shown = self.shown(&view, number, slot);
        let sent = |all: &Rc<[Message]>, more: usize| -> Rc<[Message]> {
            let new = (all.len()..all.len() + more)
                .map(|place| Message { sent_at: number, place: place as u32 });
            if more == 0 { Rc::clone(all) } else { all.iter().copied().chain(new).collect() }
        };
        let each = usize::from(self.protocol.messages().inbound_messages);
        shown.downward = sent(&parent.shown.downward, usize::from(plan.traffic.downward));
        shown.inbound = sent(&parent.shown.inbound, usize::from(plan.traffic.inbound) * each);
        // The model counts from the oldest that it remembers.
        let forgotten =
            shown.downward.len() - raw.branch(place).downward.len().min(shown.downward.len());
        shown.popped = forgotten + usize::from(view.queues.popped);
        let included = Rc::clone(&self.blocks[view.included.get()]);
        let branch = &mut self.branches[place];
        branch.insert(0, RelayBlock::new(shown, included));
        branch.truncate(raw.branch(place).views.len());
    }

    fn shown(&self, view: &View, number: u32, slot: u64) -> Shown {
        let included = &self.blocks[view.included.get()];
        let messages = self.protocol.messages();
        Shown {
            number,
            slot: Some(slot),
            included_head: P::head(&included.block),
            signal: view.signal(),
            is_restricted: view.is_restricted,
            // Not what the model makes of it: SEG-7 is the pallet's to read.
            upward_room: if messages.is_off() {
                self.protocol.parameters().upward_message_room.into()
            } else {
                messages.upward_limit.saturating_sub(view.queues.upward).into()
            },
            outbound: (view.queues.outbound.into(), messages.outbound_capacity.into()),
            has_messages: !messages.is_off(),
            downward: Rc::new([]),
            popped: 0,
            inbound: Rc::new([]),
            watermark: included.watermark,
        }
    }

    /// The number of a code, given the model's name and that of the parent's.
    pub(crate) fn code(parent: &Para<P::Block>, of_parent: Code, code: Code) -> u64 {
        parent.code.0 + u64::from(code.since(of_parent).0)
    }
}
