//! The relay chain's validators off chain: knowing of quorums, and the fragment chain (FRAG-*).

use unincluded_model::Rule;

use super::{BlockId, Refused, RelayId, World, in_scenario, require};

impl World {
    /// FRAG-2, FRAG-4: a validator learns that a candidate has its quorum.
    pub(super) fn permits_learning(
        &self,
        validator: usize,
        candidate: BlockId,
    ) -> Result<(), Refused> {
        in_scenario(validator < self.seen_backable.len())?;
        in_scenario(self.para.contains_key(&candidate))?;
        in_scenario(!self.ancestry(self.tip(0).newest()).contains(&candidate))?;
        in_scenario(!self.seen_backable[validator].contains(&candidate))?;
        let in_scope = self.para[&candidate].relay_parent.is_some_and(|rp| self.is_in_scope(rp));
        require(Rule::Frag4, in_scope)?;
        in_scenario(!self.para[&candidate].lost)
    }

    /// FRAG-0, PARM-3: the leaf and at most L - 1 ancestors of the same session.
    fn is_in_scope(&self, relay_parent: RelayId) -> bool {
        self.session_window(self.tips[0]).contains(&relay_parent)
    }

    /// PARM-3, COLL-4: a relay block and its ancestors, L in all as the state after it says, cut
    /// where a session ended.
    pub(super) fn session_window(&self, from: RelayId) -> Vec<RelayId> {
        let at = &self.relay[&from];
        let session = at.session;
        let line = self.relay_line(from).take(self.configuration(at).lookahead as usize);
        line.take_while(|id| self.relay[id].session == session).collect()
    }

    /// FRAG-3, FRAG-5, FRAG-7: beyond the newest head, the lowest hash among those with a quorum.
    pub(super) fn rebuild_chains(&mut self) {
        let newest = self.tip(0).newest();
        let ends = self.seen_backable.iter().map(|seen| {
            let fits = |id: &BlockId| {
                let relay_parent = self.para[id].relay_parent;
                !self.para[id].lost
                    && relay_parent.is_some_and(|rp| self.is_in_scope(rp))
                    && self.para[id].relay_number >= self.para[&newest].relay_number
            };
            let children = self.children(newest).filter(|id| seen.contains(id)).filter(fits);
            children.min_by_key(|id| self.para[id].hash)
        });
        self.chain_end = ends.collect();
    }
}
