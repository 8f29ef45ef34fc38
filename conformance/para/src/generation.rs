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
