//! Heads built by the para mock, backed and included by the relay mock.
//!
//! One run of the model drives both. A block that the model authors is executed by the published para
//! pallets, and compared; its header becomes the head of a candidate that the published relay pallets
//! back, with the votes of its group, and include, with the votes of those who have it. What they then
//! hold as included and as pending has to be the headers of the blocks that the model names, and the
//! included one is what the para's next blocks find in their proof. The two mocks count their relay
//! blocks from different numbers; a head is the same bytes to both.

use std::collections::HashMap;
use std::rc::Rc;

use unincluded_conformance_driver::attempt::Verdict;
use unincluded_conformance_driver::divergence::Found;
use unincluded_conformance_driver::way::shortened;
use unincluded_conformance_driver::{Case, Divergence, Pallets, World};
use unincluded_conformance_relay::{Built, ParaHeads, RelayChain};
use unincluded_model::{Action, Author, BlockIndex, RelayBlockPlan, Rule, Scenario};

/// A run, from collator to inclusion.
pub struct Together<P: Pallets> {
    para: World<P>,
    relay: RelayChain,
    /// The candidates that were built, by the hash of their head.
    built: HashMap<[u8; 32], Built>,
    /// Relay blocks so far.
    pub relay_blocks: usize,
    /// Para blocks so far.
    pub para_blocks: usize,
    /// Heads included so far.
    pub included: usize,
}

impl<P: Pallets> Together<P> {
    /// The start; none if the relay pallets cannot run the scenario. The relay chain keeps to the
    /// network's numbers and rules, whatever the model of the case does.
    pub fn start(case: &Case, network: &Scenario) -> Option<Together<P>> {
        let para = World::<P>::start(case);
        let genesis = P::head(&para.blocks[0].block);
        let relay = RelayChain::begin(&case.protocol, network, genesis)?;
        let built = HashMap::new();
        Some(Together { para, relay, built, relay_blocks: 0, para_blocks: 0, included: 0 })
    }

    /// The actions that the model offers now.
    pub fn actions(&self) -> Vec<Action> {
        self.para.protocol.actions(&self.para.state)
    }

    /// Takes a step with the model, the para pallets and the relay pallets. Says whether they all did.
    ///
    /// # Errors
    ///
    /// What they say differently.
    pub fn step(&mut self, action: &Action) -> Result<bool, Divergence> {
        match action {
            Action::Author(author) => self.author(action, author),
            Action::RelayBlock(plan) => self.relay_block(action, plan),
            _ => self.para.step(action),
        }
    }

    fn author(&mut self, action: &Action, author: &Author) -> Result<bool, Divergence> {
        // A run that is shortened may come to what no collator does: there is nothing to compare then.
        let Ok(step) = self.para.protocol.step_whole(&self.para.state, action) else {
            return Ok(false);
        };
        let Verdict::Authored(block) = self.para.attempt(author)? else { return Ok(false) };
        let parent = P::head(&self.para.blocks[author.parent.get()].block);
        let candidate = self.relay.candidate(author.relay_parent.0, parent, P::head(&block.block));
        self.built.extend(candidate.map(|candidate| (block.hash, candidate)));
        self.para_blocks += 1;
        Ok(self.para.advance(action, &step, Some(Rc::clone(&block))))
    }

    fn relay_block(&mut self, action: &Action, plan: &RelayBlockPlan) -> Result<bool, Divergence> {
        let Ok(step) = self.para.protocol.step_whole(&self.para.state, action) else {
            return Ok(false);
        };
        let of = |&block: &BlockIndex| self.built.get(&self.para.blocks[block.get()].hash).cloned();
        let back: Vec<Built> = plan.back.iter().filter_map(of).collect();
        let votes =
            plan.bits.first().map_or(0, |&bits| self.para.protocol.parameters().votes(bits));
        let seen = self.relay.grow(&back, votes).map_err(|(rule, error)| {
            let says = format!("the relay pallets refuse the model's relay block: {error}");
            Divergence::new(rule, says)
        })?;
        self.relay_blocks += 1;

        let branch = step.raw.main();
        let head = |block: BlockIndex| P::head(&self.para.blocks[block.get()].block);
        let expected = ParaHeads {
            included: head(branch.tip().included),
            pending: branch.pending.iter().map(|pending| head(pending.block)).collect(),
        };
        if seen != expected {
            let names = |heads: &ParaHeads| (self.name(&heads.included), heads.pending.len());
            let says = format!(
                "included head and pending: the model has {:?}, the relay pallets {:?}",
                names(&expected),
                names(&seen)
            );
            // There is one core: either side has evicted what the other keeps, or enacted it.
            let rules = if seen.included == expected.included {
                [Rule::To2, Rule::To1]
            } else {
                [Rule::Incl3, Rule::Incl5]
            };
            return Err(Divergence::new(rules, says));
        }
        self.included +=
            usize::from(branch.tip().included != self.para.state.main().tip().included);
        Ok(self.para.advance(action, &step, None))
    }

    /// A head by the model's place of its block.
    fn name(&self, head: &[u8]) -> String {
        let place = self.para.blocks.iter().position(|block| P::head(&block.block) == head);
        place.map_or_else(|| "a forgotten block".to_owned(), |place| format!("#{place}"))
    }
}

/// Walks from the start: each choice picks one of the offered actions, counted round.
///
/// # Errors
///
/// The run to the first divergence.
pub fn walk<P: Pallets>(
    case: &Case,
    network: &Scenario,
    choices: &[u16],
) -> Result<Option<Together<P>>, Found> {
    let Some(mut together) = Together::<P>::start(case, network) else { return Ok(None) };
    let mut taken = Vec::new();
    for &choice in choices {
        let actions = together.actions();
        let Some(&action) = actions.get(usize::from(choice) % actions.len().max(1)) else { break };
        taken.push(action);
        match together.step(&action) {
            Ok(true) => {}
            Ok(false) => {
                taken.pop();
            }
            Err(divergence) => return Err(Found { actions: taken, divergence }),
        }
    }
    Ok(Some(together))
}

/// The run without whatever its divergence can do without: stretches of steps are left out, the long ones
/// first, for as long as the same rules are in doubt at the end; then a shorter way is taken to the state before
/// the last step, and so on. What is left out changes what the steps after it mean, as they name blocks by
/// place and relay blocks by age, so not every run has a shortest form that is found.
pub fn shrunk<P: Pallets>(case: &Case, network: &Scenario, found: Found) -> Found {
    let mut shortest = without::<P>(case, network, found);
    while let Some(way) = shortened(&case.protocol, &shortest.actions) {
        match first_divergence::<P>(case, network, &way) {
            Some((length, divergence)) if divergence.rules == shortest.divergence.rules => {
                let actions = way[..length].to_vec();
                shortest = without::<P>(case, network, Found { actions, divergence });
            }
            _ => break,
        }
    }
    shortest
}

fn without<P: Pallets>(case: &Case, network: &Scenario, found: Found) -> Found {
    let mut shortest = found;
    for stretch in [16, 8, 5, 4, 3, 2, 1, 3, 2, 1] {
        let mut at = 0;
        while at + stretch < shortest.actions.len() {
            let mut fewer = shortest.actions.clone();
            fewer.drain(at..at + stretch);
            match first_divergence::<P>(case, network, &fewer) {
                Some((length, divergence)) if divergence.rules == shortest.divergence.rules => {
                    fewer.truncate(length);
                    shortest = Found { actions: fewer, divergence };
                }
                _ => at += 1,
            }
        }
    }
    shortest
}

fn first_divergence<P: Pallets>(
    case: &Case,
    network: &Scenario,
    actions: &[Action],
) -> Option<(usize, Divergence)> {
    let mut together = Together::<P>::start(case, network)?;
    for (count, action) in (1..).zip(actions) {
        match together.step(action) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(divergence) => return Some((count, divergence)),
        }
    }
    None
}
