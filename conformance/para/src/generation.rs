//! Where the newest generation's interfaces differ from Astar's.

use cumulus_pallet_aura_ext::BlockExecutor;
use cumulus_primitives_core::{ParaId, XcmpMessageSource};
use frame_support::traits::ExecuteBlock;
use sp_runtime::traits::Block as BlockT;

use crate::mock::{self, Outbound, Runtime};

pub(crate) const NAME: &str = "cumulus-pallet-parachain-system 0.32.0";

/// What the pallet is configured with in this generation alone.
macro_rules! only_here {
    () => {
        type SchedulingSignatureVerifier = ();
    };
}
pub(crate) use only_here;

impl XcmpMessageSource for Outbound {
    fn take_outbound_messages(most: usize, excluded: &[ParaId]) -> Vec<(ParaId, Vec<u8>)> {
        mock::take_outbound(most, excluded)
    }
}

/// Executes nothing: the seal is what is looked at.
struct Nothing;

impl ExecuteBlock<mock::MockBlock> for Nothing {
    fn verify_and_remove_seal(_: &mut <mock::MockBlock as BlockT>::LazyBlock) {}
    fn execute_verified_block(_: <mock::MockBlock as BlockT>::LazyBlock) {}
}

/// BLK-3: the check of the seal, as `validate_block` makes it; it panics.
pub(crate) fn check_seal(header: mock::Header) {
    let mut block = <mock::MockBlock as BlockT>::LazyBlock::new(header, Vec::new());
    BlockExecutor::<Runtime, Nothing>::verify_and_remove_seal(&mut block);
}

/// MSG-5: whether as many messages of other paras have to come in full as are sure to fit, and not
/// one.
#[cfg(test)]
pub(crate) const ASKS_FOR_AS_MANY_AS_FIT: bool = true;

/// BLK-2: the offsets into the claim queue that a digest may say, with an offset of r: r + 1 at most.
#[cfg(test)]
pub(crate) fn offsets(r: u8) -> Vec<u8> {
    (0..=r + 1).collect()
}
