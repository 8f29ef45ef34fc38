//! A scenario's numbers as the relay chain's configuration, and its validators' keys.

use std::sync::LazyLock;

use polkadot_primitives::node_features::FeatureIndex;
use polkadot_primitives::{
    HeadData, Id as ParaId, NodeFeatures, ValidationCode, ValidatorId, ValidatorPair,
};
use polkadot_runtime_parachains::configuration::HostConfiguration;
use sp_core::Pair;
use unincluded_model::{Parameters, Scenario};

/// The para that is followed.
pub(crate) const PARA: ParaId = ParaId::new(2006);
/// The para on the other side of the channels and in the other half of a shared core.
pub(crate) const OTHER: ParaId = ParaId::new(2000);
/// The votes that a candidate needs of its group, where the group has as many members.
pub(crate) const BACKING_VOTES: u32 = 2;
/// Bytes of every message.
pub(crate) const MESSAGE: u32 = 4;
/// Most validators that a scenario can have here: each has a key and signs.
pub const MOST_VALIDATORS: u16 = 16;

/// The keys, by account.
static KEYS: LazyLock<Vec<(ValidatorId, ValidatorPair)>> = LazyLock::new(|| {
    let pair = |account: u16| ValidatorPair::from_seed(&[account as u8 + 1; 32]);
    (0..MOST_VALIDATORS).map(pair).map(|pair| (pair.public(), pair)).collect()
});

/// The public keys of so many validators.
pub(crate) fn validators(count: u16) -> impl Iterator<Item = ValidatorId> {
    KEYS.iter().take(usize::from(count)).map(|(public, _)| public.clone())
}

/// The key with which a validator signs; none of a stranger.
pub(crate) fn pair_of(validator: &ValidatorId) -> Option<&'static ValidatorPair> {
    KEYS.iter().find(|(public, _)| public == validator).map(|(_, pair)| pair)
}

/// The cores of the relay chain: the para's, and as many more as the groups of the scenario ask for,
/// since there is one group for each core.
pub(crate) fn cores(scenario: &Scenario) -> u32 {
    let groups = scenario.environment.groups.0.len().max(1) as u32;
    u32::from(scenario.parameters.cores).div_ceil(groups) * groups
}

/// The configuration with these numbers.
pub(crate) fn configuration(scenario: &Scenario, numbers: &Parameters) -> HostConfiguration<u32> {
    let mut configuration = HostConfiguration::<u32>::default();
    let scheduler = &mut configuration.scheduler_params;
    scheduler.lookahead = numbers.scheduling_lookahead.into();
    scheduler.paras_availability_period = numbers.paras_availability_period.into();
    scheduler.group_rotation_frequency = numbers.group_rotation_frequency.into();
    scheduler.num_cores = cores(scenario);
    configuration.minimum_backing_votes = BACKING_VOTES;
    configuration.max_head_data_size = 64;
    configuration.max_pov_size = 1 << 20;
    configuration.max_code_size = 1 << 10;
    configuration.validation_upgrade_delay = numbers.upgrade_delay.into();
    configuration.minimum_validation_upgrade_delay = numbers.minimum_upgrade_delay.into();
    configuration.validation_upgrade_cooldown = numbers.upgrade_cooldown.into();
    configuration.pvf_voting_ttl = u32::MAX; // A vote ends when the driver says so.
    configuration.code_retention_period = 1 << 20;
    let messages = &scenario.messages;
    configuration.max_upward_queue_count = messages.upward_limit.into();
    configuration.max_upward_queue_size = 1 << 10;
    configuration.max_upward_message_size = MESSAGE;
    configuration.max_upward_message_num_per_candidate = 1;
    configuration.hrmp_max_message_num_per_candidate = 1;
    configuration.hrmp_channel_max_message_size = MESSAGE;
    configuration.hrmp_channel_max_capacity = 16;
    configuration.hrmp_channel_max_total_size = 1 << 10;
    configuration.max_downward_message_size = 1 << 10;
    let mut features = NodeFeatures::EMPTY;
    features.resize(FeatureIndex::FirstUnassigned as usize, false);
    features.set(FeatureIndex::CandidateReceiptV2 as usize, true);
    configuration.node_features = features;
    configuration
}

/// The code of a para after so many upgrades: the least that the pallets take, and a number.
pub(crate) fn code(number: u32) -> ValidationCode {
    let mut bytes = b"unincluded".to_vec();
    bytes.extend(number.to_le_bytes());
    ValidationCode(bytes)
}

/// The head of a para block: a number that no other has.
pub(crate) fn head(number: u32) -> HeadData {
    HeadData(number.to_le_bytes().to_vec())
}

/// The number of a para block, read from its head.
pub(crate) fn number_of(head: &HeadData) -> Option<u32> {
    head.0.as_slice().try_into().ok().map(u32::from_le_bytes)
}
