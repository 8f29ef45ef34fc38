//! The relay chain's validators off chain: knowing of quorums, and the fragment chain (FRAG-*).
//!
//! Function by function as `fragment_chain/mod.rs` of polkadot-node-core-prospective-parachains 35.0.0
//! has them, for candidates that are introduced with their quorum.

use std::collections::{BTreeSet, VecDeque};

use unincluded_model::Rule;

use super::{BlockId, Refused, RelayId, RelayNumber, World, in_scenario, require};

/// What a validator has of the para at its leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FragmentChain {
    /// What is pending, and at most one candidate for each core after it.
    pub chain: Vec<BlockId>,
    /// How many of the chain are pending.
    pub pending: usize,
    /// What else is held.
    pub unconnected: BTreeSet<BlockId>,
}

impl FragmentChain {
    /// The candidate that a relay author takes.
    pub fn offer(&self) -> Option<BlockId> {
        self.chain.get(self.pending).copied()
    }

    /// Whether the candidate would be carried over to the next leaf.
    pub fn holds(&self, block: BlockId) -> bool {
        self.unconnected.contains(&block) || self.chain[self.pending..].contains(&block)
    }

    fn is_pending(&self, block: BlockId) -> bool {
        self.chain[..self.pending].contains(&block)
    }
}

impl World {
    /// FRAG-2, FRAG-4: a validator learns that a candidate has its quorum, unless it may not be
    /// introduced. What was introduced once is not introduced again.
    pub(super) fn permits_learning(
        &self,
        validator: usize,
        candidate: BlockId,
    ) -> Result<(), Refused> {
        in_scenario(validator < self.introduced.len())?;
        in_scenario(self.para.contains_key(&candidate))?;
        in_scenario(!self.ancestry(self.tip(0).newest()).contains(&candidate))?;
        // Beside the included chain nothing is chained any more.
        in_scenario(self.ancestry(candidate).contains(&self.tip(0).included))?;
        in_scenario(!self.introduced[validator].contains(&candidate))?;
        self.has_potential(&self.fragments[validator], candidate)?;
        in_scenario(!self.para[&candidate].lost)
    }

    /// Whether anybody asks who has learned of the candidate: not once it cannot be chained any more.
    pub fn may_be_chained(&self, candidate: BlockId) -> bool {
        let included = self.tip(0).included;
        let is_above = candidate != included && self.ancestry(candidate).contains(&included);
        is_above && self.is_in_scope(self.para[&candidate].relay_parent)
    }

    /// FRAG-0, PARM-3: the leaf and at most L - 1 ancestors of the same session.
    fn is_in_scope(&self, relay_parent: Option<RelayId>) -> bool {
        relay_parent.is_some_and(|rp| self.session_window(self.tips[0]).contains(&rp))
    }

    /// PARM-3, COLL-4: a relay block and its ancestors, L in all as the state after it says, cut
    /// where a session ended.
    pub(super) fn session_window(&self, from: RelayId) -> Vec<RelayId> {
        let at = &self.relay[&from];
        let session = at.session;
        let line = self.relay_line(from).take(self.configuration(at).lookahead as usize);
        line.take_while(|id| self.relay[id].session == session).collect()
    }

    /// EMU-2: the most recent context, what is pending included.
    fn least_relay_parent(&self) -> Option<RelayNumber> {
        self.para[&self.tip(0).newest()].relay_number
    }

    /// FRAG-4: `check_potential`.
    fn has_potential(&self, view: &FragmentChain, candidate: BlockId) -> Result<(), Refused> {
        let block = &self.para[&candidate];
        require(Rule::Frag4, self.is_in_scope(block.relay_parent))?;
        let mut chain = view.chain.iter();
        if let Some(&other) = chain.find(|other| self.para[other].parent == block.parent) {
            require(Rule::Frag4, !view.is_pending(other))?;
            require(Rule::Frag5, block.hash <= self.para[&other].hash)?;
        }
        require(Rule::Frag4, block.relay_number >= self.least_relay_parent())?;
        let parent = block.parent.filter(|parent| view.chain.contains(parent));
        let of_parent = parent.and_then(|parent| self.para[&parent].relay_number);
        require(Rule::Frag4, block.relay_number >= of_parent)
    }

    /// FRAG-7: `handle_active_leaves_update`. The chain begins with what the leaf has pending; of the
    /// parent's chain everything is carried over but what was pending there, if the parent is an
    /// ancestor in scope at all.
    pub(super) fn activate_leaf(&mut self) {
        let knows_parent = self.session_window(self.tips[0]).len() > 1;
        let pending: Vec<BlockId> = self.tip(0).pending.iter().map(|p| p.block).collect();
        for validator in 0..self.fragments.len() {
            let mut old = std::mem::take(&mut self.fragments[validator]);
            let backed = old.chain.split_off(old.pending);
            let mut storage = old.unconnected;
            storage.extend(backed);
            if !knows_parent {
                storage.clear();
            }
            let mut view = FragmentChain {
                pending: pending.len(),
                chain: pending.clone(),
                unconnected: BTreeSet::new(),
            };
            self.populate(&mut view, &mut storage);
            self.trim(&view, &mut storage, None);
            self.keep_the_rest(&mut view, &storage);
            self.fragments[validator] = view;
        }
    }

    /// FRAG-6: `try_adding_seconded_candidate` and `candidate_backed`.
    pub(super) fn note_backable(&mut self, validator: usize, candidate: BlockId) {
        self.introduced[validator].insert(candidate);
        let mut view = std::mem::take(&mut self.fragments[validator]);
        view.unconnected.insert(candidate);
        let parent = self.para[&candidate].parent.expect("genesis is no candidate");
        let end = if parent == self.tip(0).included {
            Some(0)
        } else {
            view.chain.iter().position(|&block| block == parent).map(|at| at + 1)
        };
        if let Some(end) = end {
            let cut = view.chain.split_off(end);
            view.unconnected.extend(cut);
            let mut storage = std::mem::take(&mut view.unconnected);
            self.populate(&mut view, &mut storage);
            self.trim(&view, &mut storage, Some(parent));
            self.keep_the_rest(&mut view, &storage);
        }
        self.fragments[validator] = view;
    }

    /// FRAG-3, FRAG-5: `populate_chain`.
    fn populate(&self, view: &mut FragmentChain, storage: &mut BTreeSet<BlockId>) {
        let cores = usize::from(self.parameters().cores);
        while view.chain.len() < view.pending + cores {
            let head = view.chain.last().copied().unwrap_or(self.tip(0).included);
            let earliest = self.para[&head].relay_number;
            let fits = |id: &&BlockId| {
                let block = &self.para[id];
                block.parent == Some(head)
                    && !block.lost
                    && self.is_in_scope(block.relay_parent)
                    && block.relay_number >= earliest
            };
            let best = storage.iter().filter(fits).min_by_key(|id| self.para[id].hash).copied();
            let Some(best) = best else { return };
            storage.remove(&best);
            view.chain.push(best);
        }
    }

    /// FRAG-6, FRAG-7: `trim_uneligible_forks`.
    fn trim(&self, view: &FragmentChain, storage: &mut BTreeSet<BlockId>, start: Option<BlockId>) {
        let mut queue: VecDeque<(BlockId, bool)> = match start {
            Some(start) => VecDeque::from([(start, true)]),
            None if view.chain.is_empty() => VecDeque::from([(self.tip(0).included, true)]),
            None => {
                let parents = view.chain.iter().filter_map(|id| self.para[id].parent);
                parents.map(|parent| (parent, true)).collect()
            }
        };
        while let Some((parent, has_potential)) = queue.pop_front() {
            let children = storage.iter().copied();
            let children = children.filter(|id| self.para[id].parent == Some(parent));
            for child in children.collect::<Vec<_>>() {
                let keeps = has_potential && self.has_potential(view, child).is_ok();
                if !keeps {
                    storage.remove(&child);
                }
                queue.push_back((child, keeps));
            }
        }
    }

    /// `populate_unconnected_potential_candidates`.
    fn keep_the_rest(&self, view: &mut FragmentChain, storage: &BTreeSet<BlockId>) {
        let keeps =
            |id: &BlockId| !view.chain.contains(id) && self.has_potential(view, *id).is_ok();
        let kept: Vec<BlockId> = storage.iter().copied().filter(keeps).collect();
        view.unconnected.extend(kept);
    }
}
