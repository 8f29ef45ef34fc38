//! HOOK-6: whether a block may follow, asked of the model and of the pallets in the parent's state.

use std::cmp::Ordering;

use unincluded_model::{Age, BlockIndex, Refusal, Rule};

use crate::divergence::Divergence;
use crate::pallets::Pallets;
use crate::world::{RelayBlock, World};

impl<P: Pallets> World<P> {
    /// Asks both whether a block may follow on the parent, with a relay parent of this branch and age.
    ///
    /// # Errors
    ///
    /// If their answers differ.
    pub fn ask(&self, parent: BlockIndex, branch: usize, age: Age) -> Result<bool, Divergence> {
        let modelled = self.protocol.can_build_upon(&self.whole, parent, branch, age);
        let relay = &self.branches[branch][usize::from(age.0)];
        let block = &self.blocks[parent.get()].block;
        let published = P::can_build_upon(&self.setting, block, relay.included.hash, relay.slot());
        if modelled.is_ok() == published {
            return Ok(published);
        }
        let says = match &modelled {
            Err(refusal) => format!("the model says \"{refusal}\", {} allows another", P::NAME),
            Ok(()) => format!("the model allows another block, {} does not", P::NAME),
        };
        Err(Divergence::new(self.in_doubt(block, relay, modelled.err()), says))
    }

    /// The pallets answer yes or no. What is in doubt is read from what they store, in the order in which
    /// the hook looks at it: how many entries follow on the included head and whether that head is found,
    /// then the slot.
    fn in_doubt(
        &self,
        block: &P::Block,
        relay: &RelayBlock<P>,
        refusal: Option<Refusal>,
    ) -> Vec<Rule> {
        let stored = P::observe(&self.setting, block);
        let held = P::size_after(&self.setting, block, relay.included.hash);
        let is_full = held >= self.setting.capacity as usize;
        let is_found = stored.segment.iter().any(|entry| entry.hash == Some(relay.included.hash));
        match refusal {
            // The same count and another limit, or another count.
            Some(Refusal::NoRoomToBuild { held: counted, .. }) => {
                vec![if counted == held { Rule::Seg5 } else { Rule::Seg3 }]
            }
            None if is_full && is_found => vec![Rule::Seg5],
            None if is_full => vec![Rule::Seg3, Rule::Seg5],
            _ => {
                let rule = |(slot, _): (u64, u32)| match relay.slot().cmp(&slot) {
                    Ordering::Equal => Rule::Hook3,
                    Ordering::Less | Ordering::Greater => Rule::Hook2,
                };
                stored.slot_info.map(rule).into_iter().collect()
            }
        }
    }
}
