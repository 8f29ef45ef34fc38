//! Where the interfaces of Astar's generation differ from the newest.

use cumulus_pallet_aura_ext::BlockExecutor;
use cumulus_primitives_core::{ParaId, XcmpMessageSource};
use frame_support::traits::ExecuteBlock;
use sp_runtime::traits::Block as BlockT;

use crate::mock::{self, Outbound, Runtime};

pub(crate) const NAME: &str = "cumulus-pallet-parachain-system 0.25.1";

/// What the pallet is configured with in this generation alone.
macro_rules! only_here {
    () => {};
}
pub(crate) use only_here;

impl XcmpMessageSource for Outbound {
    fn take_outbound_messages(most: usize) -> Vec<(ParaId, Vec<u8>)> {
        mock::take_outbound(most, &[])
    }
}

/// Executes nothing: the seal is what is looked at.
struct Nothing;

impl ExecuteBlock<mock::MockBlock> for Nothing {
    fn execute_block(_: <mock::MockBlock as BlockT>::LazyBlock) {}
}

/// BLK-3: the check of the seal, as `validate_block` makes it; it panics.
pub(crate) fn check_seal(header: mock::Header) {
    let block = <mock::MockBlock as BlockT>::LazyBlock::new(header, Vec::new());
    BlockExecutor::<Runtime, Nothing>::execute_block(block);
}

/// MSG-5: whether as many messages of other paras have to come in full as are sure to fit, and not
/// one.
#[cfg(test)]
pub(crate) const ASKS_FOR_AS_MANY_AS_FIT: bool = false;

/// BLK-2: the offsets into the claim queue that a digest may say, with an offset of r: r itself.
#[cfg(test)]
pub(crate) fn offsets(r: u8) -> Vec<u8> {
    vec![r]
}
