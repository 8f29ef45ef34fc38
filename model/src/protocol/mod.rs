//! What follows from an action: the rules, one family a file, and the one function that asks them.
//!
//! [`para`] is the parachain's runtime, [`collator`] decides who builds on what, [`restart`] what one
//! of them does that was away, [`backing`] is
//! what the relay chain's validators do off chain, [`relay`] the relay chain's runtime, [`forks`] is
//! how the relay chain splits and settles, [`scheduling`] says whose turn it is at a core, [`slots`]
//! whose turn it is to author, [`velocity`] how many blocks a slot takes, [`disputes`] what votes
//! against a candidate do, [`upgrades`] how the para's code changes, [`emission`] what a block
//! issues and how its calendar goes on, and [`canonical`] forgets what no rule can read any more. Messages have three places: [`messages`] on the parachain, [`emulator`] with
//! the validators, [`traffic`] on the relay chain.

pub mod backing;
pub mod canonical;
pub mod collator;
pub mod disputes;
pub mod emission;
pub mod emulator;
mod forgetting;
pub mod forks;
pub mod messages;
pub mod para;
pub mod relay;
pub mod restart;
pub mod scheduling;
pub mod slots;
pub mod traffic;
pub mod upgrades;
pub mod velocity;

use arrayvec::ArrayVec;

use crate::action::{Action, Author, Claim};
use crate::economics::Balance;
use crate::refusal::Refusal;
use crate::rule::{Rule, RuleSet, Variant, VariantSet};
use crate::scenario::{
    CollatorKind, Environment, Parameters, RelayNumberCheck, Scenario, StaleView, Switch,
};
use crate::state::{
    Age, BlockIndex, Branch, Emission, MAX_BLOCKS, MAX_LOOKAHEAD, MAX_VALIDATORS, ParaBlock,
    Queues, Reconfigured, RelayCode, State, SwitchPhase, View,
};
use canonical::{Reductions, Renaming};

/// A scenario with its rules: all of them, less those switched off.
#[derive(Clone, Debug)]
pub struct Protocol {
    scenario: Scenario,
    off: RuleSet,
    variants: VariantSet,
    reductions: Reductions,
    /// The parameters where the relay chain has its other configuration.
    reconfigured: Parameters,
    /// Whether blocks store their para slot; see [`slots`].
    stores_para_slots: bool,
    /// Computed once, as properties ask for it at every state.
    block_rewards: [Balance; Emission::RATES],
    reward_of_twice_the_blocks: Balance,
    decayed_sums: Vec<Balance>,
}

/// A step, whole: the state as the rules leave it, in which blocks keep their places, and the
/// state that is stored, in which they are renamed.
#[derive(Clone, Debug)]
pub struct Step {
    /// After the rules, before anything is forgotten. A new block stands last.
    pub raw: State,
    /// After forgetting and renaming.
    pub next: State,
    /// The new place of each block of `raw` that was kept.
    pub renaming: Renaming,
}

impl Protocol {
    /// The scenario with every rule in force.
    pub fn new(scenario: Scenario) -> Self {
        let mut protocol = Protocol {
            block_rewards: emission::block_rewards(&scenario),
            reward_of_twice_the_blocks: emission::reward_of_twice_the_blocks(&scenario),
            decayed_sums: emission::decayed_sums(&scenario),
            reconfigured: scenario.reconfigured(),
            scenario,
            off: RuleSet::default(),
            variants: VariantSet::default(),
            reductions: Reductions::all(),
            stores_para_slots: false,
        };
        protocol.stores_para_slots = protocol.should_store_para_slots();
        protocol
    }

    /// The same with these rules switched off as well.
    #[must_use]
    pub fn without(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.off = rules.into_iter().fold(self.off, RuleSet::with);
        self.reductions = self.reductions.without_leaning_on(self.off);
        self.stores_para_slots = self.should_store_para_slots();
        self
    }

    /// The same with these variants in force as well.
    #[must_use]
    pub fn with_variants(mut self, variants: impl IntoIterator<Item = Variant>) -> Self {
        self.variants = variants.into_iter().fold(self.variants, VariantSet::with);
        self
    }

    /// The same, forgetting only what `reductions` names: for the tests that show that nothing
    /// is lost.
    #[must_use]
    pub fn with_reductions(mut self, reductions: Reductions) -> Self {
        self.reductions = reductions.without_leaning_on(self.off);
        self
    }

    /// The same rules in another environment.
    #[must_use]
    pub fn in_environment(mut self, environment: Environment) -> Self {
        self.scenario.environment = environment;
        self
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The rules that are switched off.
    pub fn off(&self) -> RuleSet {
        self.off
    }

    /// The variants in force.
    pub fn variants(&self) -> VariantSet {
        self.variants
    }

    /// What is forgotten.
    pub fn reductions(&self) -> Reductions {
        self.reductions
    }

    /// EMIT-1, EMIT-2: what every block issues, the collators' and the treasury's reward of the
    /// stored configuration; planck.
    pub fn block_reward(&self) -> Balance {
        self.block_rewards[0]
    }

    /// What a recalculation over a cycle of twice the blocks gives; planck.
    pub fn reward_of_twice_the_blocks(&self) -> Balance {
        self.reward_of_twice_the_blocks
    }

    /// The block reward of a rate of [`Emission`]; planck.
    pub fn reward_at(&self, rate: u8) -> Balance {
        self.block_rewards[usize::from(rate).min(Emission::RATES - 1)]
    }

    /// The network's parameters.
    pub fn parameters(&self) -> &Parameters {
        &self.scenario.parameters
    }

    /// C as the code knows it that executes on that parent; blocks. With a [`Switch`] it can be another one
    /// before it.
    ///
    /// [`Switch`]: crate::scenario::Switch
    pub fn capacity_on(&self, parent: &ParaBlock) -> u8 {
        let before = self.switch_before(parent.emission.phase == SwitchPhase::Before);
        let capacity = self.parameters().unincluded_segment_capacity;
        before.and_then(|switch| switch.capacity_before).unwrap_or(capacity)
    }

    /// C as the code knew it that executed the block; blocks.
    pub fn capacity_of(&self, block: &ParaBlock) -> u8 {
        let before = self.switch_before(block.emission.phase != SwitchPhase::After);
        let capacity = self.parameters().unincluded_segment_capacity;
        before.and_then(|switch| switch.capacity_before).unwrap_or(capacity)
    }

    /// RPN-1: how the code that executes on that parent compares relay parents.
    pub fn relay_number_check_on(&self, parent: &ParaBlock) -> RelayNumberCheck {
        let before = self.switch_before(parent.emission.phase == SwitchPhase::Before);
        let check = self.parameters().relay_number_check;
        before.and_then(|switch| switch.relay_number_check_before).unwrap_or(check)
    }

    fn switch_before(&self, is_before: bool) -> Option<&Switch> {
        self.scenario.switch.as_ref().filter(|_| is_before)
    }

    /// SESS-2, FLT-13: the parameters as the relay block of this age shows them, with the relay
    /// chain's configuration of its session.
    pub fn parameters_at(&self, branch: &Branch, age: Age) -> &Parameters {
        let Reconfigured { now, before } = branch.reconfigured;
        let reconfigured = if age > branch.session { before } else { now };
        if reconfigured { &self.reconfigured } else { self.parameters() }
    }

    /// The same as the relay chain's runtime works with for the next block.
    pub fn in_force(&self, branch: &Branch) -> &Parameters {
        if self.has(Rule::Sess2) { self.parameters_at(branch, Age::TIP) } else { self.parameters() }
    }

    /// The parameters with either configuration.
    pub fn either_parameters(&self) -> [&Parameters; 2] {
        [self.parameters(), &self.reconfigured]
    }

    /// The largest L of the scenario.
    fn longest_window(&self) -> u8 {
        self.either_parameters().map(|p| p.scheduling_lookahead).into_iter().max().unwrap_or(1)
    }

    /// The actors and their faults.
    pub fn environment(&self) -> &Environment {
        &self.scenario.environment
    }

    /// Whether a rule is in force.
    pub fn has(&self, rule: Rule) -> bool {
        !self.off.contains(rule)
    }

    /// A premise of a rule: refuses unless it holds or the rule is switched off.
    pub(crate) fn require(&self, rule: Rule, holds: bool, refusal: Refusal) -> Result<(), Refusal> {
        if holds || self.off.contains(rule) { Ok(()) } else { Err(refusal) }
    }

    /// The oldest relay parent that an author of this scenario can use.
    pub fn oldest_view(&self) -> Age {
        let environment = self.environment();
        let late = match environment.collator {
            CollatorKind::Adversary => environment.oldest_relay_parent,
            _ if environment.stale_view != StaleView::Never || !self.has(Rule::Slotb2) => 1,
            _ => 0,
        };
        Age(self.parameters().relay_parent_offset + late)
    }

    /// The age at which a relay parent is as good as any older one: no author can use it, no
    /// collator's window holds it, no relay block may back on it, and on no branch does a usable
    /// relay parent have a lower number.
    pub fn oldest_age(&self) -> Age {
        let lookahead = self.longest_window();
        let (view, depth) = (self.oldest_view().0, self.environment().fork_depth);
        match self.environment().collator {
            CollatorKind::Adversary => Age(lookahead.max(view + depth + 1)),
            _ => Age(lookahead.max(depth + 1) + view),
        }
    }

    /// The number of newer slots at which a relay slot is older than any that an author can use.
    pub fn oldest_slot(&self) -> u8 {
        2 * self.environment().fork_depth + self.oldest_view().0 + 1
    }

    /// The bound on how long any candidate of the scenario can occupy its core; relay blocks.
    pub fn longest_occupancy(&self) -> u8 {
        self.either_parameters().map(Parameters::longest_occupancy).into_iter().max().unwrap_or(1)
    }

    /// Before the first para block: an empty segment, no slot, and a relay chain that has long
    /// included the genesis head.
    pub fn initial(&self) -> State {
        let mut blocks = ArrayVec::new();
        let mut genesis = ParaBlock::genesis(self.oldest_age());
        genesis.para_slot = self.oldest_para_slot();
        if self.messages().inbound > 0 {
            genesis.inbox.watermark = self.oldest_age();
        }
        if let Some(switch) = &self.scenario().switch {
            genesis.emission = Emission::at_the_end_of_a_cycle(switch);
        }
        blocks.push(genesis);
        let view = View {
            included: BlockIndex::ROOT,
            newest_pending: None,
            go_ahead: false,
            abort: false,
            is_restricted: false,
            slot: 0,
            assigned: true,
            queues: Queues::default(),
            phase: 0,
        };
        let mut branches = ArrayVec::new();
        branches.push(Branch {
            views: std::iter::repeat_n(view, usize::from(self.oldest_view().0) + 1).collect(),
            pending: ArrayVec::new(),
            rotation: 0,
            session: self.oldest_age(),
            reconfigured: Reconfigured::default(),
            own: 0,
            fetched: [0; MAX_LOOKAHEAD],
            inbound: ArrayVec::new(),
            downward: ArrayVec::new(),
            code: RelayCode::default(),
        });
        State { blocks, branches, chains: [None; MAX_VALIDATORS], turn: None }
    }

    /// A state that another environment of the same rules left behind, as this one goes on from
    /// it: authors who are later than this environment allows are out of the picture, and nobody
    /// vouches or votes for what is invalid any more.
    pub fn adopt(&self, state: &State) -> State {
        let mut state = state.clone();
        let views = usize::from(self.oldest_view().0) + 1;
        let oldest = self.oldest_age();
        for branch in &mut state.branches {
            let tip = *branch.tip();
            while branch.views.len() < views {
                branch.views.push(tip);
            }
            branch.views.truncate(views);
            branch.session = branch.session.min(oldest);
            self.forget_last_configuration(branch);
            branch.downward.iter_mut().for_each(|sent| *sent = (*sent).min(oldest));
            self.adopt_code(&mut branch.code);
            for pending in &mut branch.pending {
                pending.available &= !state.blocks[pending.block.get()].has(ParaBlock::INVALID);
            }
        }
        state.turn = None;
        let oldest_slot = self.oldest_para_slot();
        for block in &mut state.blocks {
            block.para_slot = block.para_slot.min(oldest_slot);
            if block.has(ParaBlock::INVALID) {
                block.fate |= ParaBlock::LOST | ParaBlock::NEVER_AVAILABLE;
            }
            for age in block.relay_parent.ages.iter_mut().filter(|age| age.is_here()) {
                *age = (*age).min(oldest);
            }
        }
        self.fill_chains(&mut state);
        self.canonical(&state).0
    }

    /// What follows from an action, before anything is forgotten. Answers for every action in
    /// every state.
    ///
    /// # Errors
    ///
    /// The first refusal in order of precedence.
    pub fn apply(&self, state: &State, action: &Action) -> Result<State, Refusal> {
        match action {
            Action::Author(author) => self.author(state, author),
            Action::RelayBlock(plan) => self.relay_block(state, plan),
            Action::Fork => self.fork(state),
            Action::Settle { branch } => Self::settle(state, *branch),
            Action::LearnBackable { validator, candidate } => {
                self.learn_backable(state, *validator, *candidate)
            }
            Action::Recover { block } => Self::recover(state, *block),
        }
    }

    /// What follows from an action, as it is stored.
    ///
    /// # Errors
    ///
    /// The first refusal in order of precedence.
    pub fn step(&self, state: &State, action: &Action) -> Result<State, Refusal> {
        let raw = self.apply(state, action)?;
        Ok(self.canonical(&raw).0)
    }

    /// What follows from an action, before and after forgetting.
    ///
    /// # Errors
    ///
    /// The first refusal in order of precedence.
    pub fn step_whole(&self, state: &State, action: &Action) -> Result<Step, Refusal> {
        Ok(self.stored(self.apply(state, action)?))
    }

    fn stored(&self, raw: State) -> Step {
        let (next, renaming) = self.canonical(&raw);
        Step { raw, next, renaming }
    }

    /// The actions that somebody takes in this state, in a fixed order. All of them are possible,
    /// except that the runtime may refuse an honest author's block: that is a discovery
    /// (INV-COLL-1), and it is offered so that it can be made.
    pub fn actions(&self, state: &State) -> Vec<Action> {
        self.offers(state).into_iter().map(|(action, _)| action).collect()
    }

    /// The same actions, each with what follows from it: the quick way to take them all.
    pub fn steps<'a>(
        &'a self,
        state: &'a State,
    ) -> impl Iterator<Item = (Action, Result<Step, Refusal>)> + 'a {
        self.offers(state).into_iter().map(|(action, outcome)| {
            let raw = match (outcome, &action) {
                (Some(raw), _) => Ok(raw),
                (None, Action::Author(author)) => self.authored(state, author),
                (None, _) => self.apply(state, &action),
            };
            (action, raw.map(|raw| self.stored(raw)))
        })
    }

    /// The actions, and what follows from those of which it is known already. An author that is
    /// offered may author; what the runtime says is not known.
    fn offers(&self, state: &State) -> Vec<(Action, Option<State>)> {
        let mut actions = Vec::with_capacity(16);
        self.author_actions(state, &mut actions);
        self.learning_actions(state, &mut actions);
        Self::recovery_actions(state, &mut actions);
        let relay_grows = self.environment().may_idle() || !self.somebody_succeeds(state, &actions);
        let mut offers: Vec<_> = actions.into_iter().map(|action| (action, None)).collect();
        if relay_grows {
            self.relay_actions(state, &mut offers);
        }
        self.fork_actions(state, &mut offers);
        offers
    }

    /// Whether any of these actions is possible: an attempt on which the runtime panics keeps
    /// nobody waiting.
    fn somebody_succeeds(&self, state: &State, actions: &[Action]) -> bool {
        actions.iter().any(|action| self.apply(state, action).is_ok())
    }

    /// Whether somebody other than the relay chain can act.
    pub(crate) fn somebody_acts(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        self.author_actions(state, &mut actions);
        self.learning_actions(state, &mut actions);
        Self::recovery_actions(state, &mut actions);
        self.somebody_succeeds(state, &actions)
    }

    fn author_actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (branch, view) in places_of_views(state) {
            for parent in state.indices() {
                for core in 0..self.parameters().cores {
                    let plain = Author { branch, core, ..Author::honest(parent, view) };
                    for plain in self.with_messages(state, plain) {
                        if self.sends_what_it_has(state, &plain) {
                            self.offer_with_faults(state, plain, actions);
                            let last = Author { ends_session: true, ..plain };
                            if self.session_of_para_may_end(&last).is_ok() {
                                self.offer_with_faults(state, last, actions);
                            }
                        }
                    }
                }
            }
        }
    }

    /// A block to be as its owner means it, and with each fault of the scenario.
    fn offer_with_faults(&self, state: &State, plain: Author, actions: &mut Vec<Action>) {
        let room = self.parameters().upward_message_room > 0;
        let adversary = self.environment().collator == CollatorKind::Adversary;
        self.offer_author(state, plain, actions);
        if self.environment().equivocation {
            let second = Author { equivocation: true, ..plain };
            self.offer_author(state, second, actions);
        }
        if self.environment().disputes {
            self.offer_author(state, Author { invalid: true, ..plain }, actions);
        }
        if self.owner_restarts(state, &plain) {
            self.offer_author(state, Author { behind: true, ..plain }, actions);
        }
        if self.environment().withholding {
            self.offer_author(state, Author { withheld: true, ..plain }, actions);
        }
        if room {
            self.offer_author(state, Author { sends_message: true, ..plain }, actions);
        }
        for &new_code in self.codes_to_bring() {
            self.offer_author(state, Author { new_code, ..plain }, actions);
        }
        if adversary || !self.has(Rule::Coll1) || !self.has(Rule::Coll2) {
            for claim in Claim::ALL.into_iter().filter(|claim| !claim.is_honest()) {
                self.offer_author(state, Author { claim, ..plain }, actions);
            }
        }
    }

    fn offer_author(&self, state: &State, author: Author, actions: &mut Vec<Action>) {
        // Whoever means harm does not offer what no node takes.
        let honest = self.environment().collator != CollatorKind::Adversary && !author.invalid;
        if self.may_author(state, &author).is_err() {
            return;
        }
        let refused = self.execute(state, &author).err();
        // The dispatch fails, and the block is the one without new code.
        let is_plain = refused.is_some_and(|no| no.rule() == Some(Rule::Upg1));
        let offered = !is_plain && (honest || !refused.is_some_and(|no| no.is_panic()));
        if !offered {
            return;
        }
        let ranks = if self.environment().followed_validators > 0 {
            state.children(author.parent).count() as u8
        } else {
            0
        };
        for hash_rank in 0..=ranks {
            actions.push(Action::Author(Author { hash_rank, ..author }));
        }
    }

    /// COLL-*, BLK-4, COLL-9: a block is authored, imported and offered to the validators.
    fn author(&self, state: &State, author: &Author) -> Result<State, Refusal> {
        self.may_author(state, author)?;
        self.authored(state, author)
    }

    /// The same of an author that may.
    fn authored(&self, state: &State, author: &Author) -> Result<State, Refusal> {
        let mut block = self.execute(state, author)?;
        if state.blocks.len() == MAX_BLOCKS {
            return Err(Refusal::ModelIsFull);
        }
        let followed = self.environment().followed_validators > 0;
        let siblings = state.children(author.parent).count();
        if usize::from(author.hash_rank) > if followed { siblings } else { 0 } {
            return Err(Refusal::NotInThisScenario("such a place among the siblings' hashes"));
        }
        if author.withheld {
            block.fate |= ParaBlock::WITHHELD;
        }
        if author.invalid {
            block.fate |= ParaBlock::INVALID;
        }
        let is_fetched = self.is_fetched(state, &block.relay_parent);
        if !is_fetched {
            block.fate |= ParaBlock::LOST;
        }
        if self.emulate(state, usize::from(author.branch), &block).is_err() {
            block.fate |= ParaBlock::LOST;
        }
        if !self.has(Rule::Coll9) {
            block.fate |= ParaBlock::LOST;
        }

        let mut next = state.clone();
        if followed {
            let above: ArrayVec<BlockIndex, MAX_BLOCKS> = state
                .children(author.parent)
                .filter(|&sibling| state.block(sibling).hash_rank >= author.hash_rank)
                .collect();
            for sibling in above {
                next.blocks[sibling.get()].hash_rank += 1;
            }
        }
        next.blocks.push(block);
        if is_fetched {
            self.note_fetched(&mut next, &block.relay_parent);
        }
        let honest = self.environment().collator != CollatorKind::Adversary;
        if honest && self.environment().stale_view == StaleView::Together {
            next.turn = Some((author.branch, author.relay_parent));
        }
        Ok(next)
    }
}

/// Every relay block that is kept, by branch and age.
fn places_of_views(state: &State) -> impl Iterator<Item = (u8, Age)> + '_ {
    state.branches.iter().enumerate().flat_map(|(place, branch)| {
        (0..branch.views.len() as u8).map(move |age| (place as u8, Age(age)))
    })
}
