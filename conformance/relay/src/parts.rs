//! What the driver does by hand, where the pallets leave it to others: the other para's side of the
//! channels, and whose turn it is at a core.

use frame_system::RawOrigin;
use polkadot_primitives::{CoreIndex, HrmpChannelId, InboundHrmpMessage, ValidationCode};
use polkadot_runtime_parachains::scheduler::{
    AssignmentState, CoreAssignment, CoreDescriptors, PartsOf57600, WorkState,
};
use polkadot_runtime_parachains::{hrmp, paras};
use unincluded_model::Scenario;

use crate::runtime::{Runtime, RuntimeOrigin};
use crate::settings::{self, OTHER, PARA};

/// Codes that the relay chain knows from the beginning, where a scenario has no vote on them.
const KNOWN_CODES: u32 = 64;

/// The channels between the two paras, and the codes that are known.
pub(crate) fn open_channels(scenario: &Scenario) {
    let capacity = scenario.messages.outbound_capacity;
    open(PARA, OTHER, capacity.into());
    open(OTHER, PARA, 16);
    // The para has delivered messages before: its last watermark is older than all there is.
    hrmp::HrmpWatermarks::<Runtime>::insert(PARA, 0);
    let upgrades = !scenario.environment.upgrades.is_none();
    if upgrades && scenario.environment.prechecks.is_known() {
        know(&(1..KNOWN_CODES).map(settings::code).collect::<Vec<_>>());
    }
}

/// The relay chain knows these codes without a vote.
pub(crate) fn know(codes: &[ValidationCode]) {
    for code in codes {
        let added = paras::Pallet::<Runtime>::add_trusted_validation_code(
            RuntimeOrigin::from(RawOrigin::Root),
            code.clone(),
        );
        debug_assert!(added.is_ok());
    }
}

/// And forgets those of them that no para uses.
pub(crate) fn forget_unused(codes: &[ValidationCode]) {
    for code in codes {
        let poked = paras::Pallet::<Runtime>::poke_unused_validation_code(
            RuntimeOrigin::from(RawOrigin::Root),
            code.hash(),
        );
        debug_assert!(poked.is_ok());
    }
}

fn open(sender: polkadot_primitives::Id, recipient: polkadot_primitives::Id, capacity: u32) {
    let channel = hrmp::HrmpChannel {
        max_capacity: capacity,
        max_total_size: 1 << 10,
        max_message_size: settings::MESSAGE,
        msg_count: 0,
        total_size: 0,
        mqc_head: None,
        sender_deposit: 0,
        recipient_deposit: 0,
    };
    hrmp::HrmpChannels::<Runtime>::insert(HrmpChannelId { sender, recipient }, channel);
    hrmp::HrmpEgressChannelsIndex::<Runtime>::insert(sender, vec![recipient]);
    hrmp::HrmpIngressChannelsIndex::<Runtime>::insert(recipient, vec![sender]);
}

/// The other para takes messages out of its channel.
pub(crate) fn take_outbound(count: u8) {
    if count == 0 {
        return;
    }
    let channel = HrmpChannelId { sender: PARA, recipient: OTHER };
    hrmp::HrmpChannelContents::<Runtime>::mutate(&channel, |contents| {
        contents.drain(..usize::from(count).min(contents.len()));
    });
    hrmp::HrmpChannels::<Runtime>::mutate(&channel, |channel| {
        if let Some(channel) = channel {
            channel.msg_count = channel.msg_count.saturating_sub(count.into());
            channel.total_size =
                channel.total_size.saturating_sub(u32::from(count) * settings::MESSAGE);
        }
    });
}

/// The other para sends so many messages in this relay block.
pub(crate) fn send_inbound(sent_at: u32, count: u8) {
    let channel = HrmpChannelId { sender: OTHER, recipient: PARA };
    for _ in 0..count {
        let message = InboundHrmpMessage { sent_at, data: vec![7; settings::MESSAGE as usize] };
        hrmp::HrmpChannelContents::<Runtime>::append(&channel, message);
    }
    hrmp::HrmpChannels::<Runtime>::mutate(&channel, |channel| {
        if let Some(channel) = channel {
            channel.msg_count += u32::from(count);
            channel.total_size += u32::from(count) * settings::MESSAGE;
        }
    });
    hrmp::HrmpChannelDigests::<Runtime>::mutate(PARA, |digest| {
        digest.push((sent_at, vec![OTHER]));
    });
}

/// Messages to the other para that wait in the channel.
pub(crate) fn outbound_waiting() -> u32 {
    let channel = HrmpChannelId { sender: PARA, recipient: OTHER };
    hrmp::HrmpChannels::<Runtime>::get(&channel).map_or(0, |channel| channel.msg_count)
}

/// How the para holds its cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// In every block.
    Always,
    /// Never: they are another para's (FLT-15).
    Never,
    /// In the next block and then in every second one.
    EverySecond,
}

/// Gives cores to the para or takes them, from the next block on.
pub(crate) fn hold_cores(hold: Hold) {
    let half = PartsOf57600::new_saturating(28_800);
    let shares = match hold {
        Hold::Always => vec![(PARA, PartsOf57600::FULL)],
        Hold::Never => vec![(OTHER, PartsOf57600::FULL)],
        Hold::EverySecond => vec![(PARA, half), (OTHER, half)],
    };
    CoreDescriptors::<Runtime>::mutate(|cores| {
        for work in cores.values_mut() {
            *work = descriptor(shares.clone());
        }
    });
}

/// The para's cores at genesis.
pub(crate) fn claim_cores(scenario: &Scenario) {
    CoreDescriptors::<Runtime>::mutate(|cores| {
        cores.clear();
        for core in 0..u32::from(scenario.parameters.cores) {
            cores.insert(CoreIndex(core), Descriptor::default());
        }
    });
    hold_cores(Hold::Always);
}

type Descriptor = polkadot_runtime_parachains::scheduler::CoreDescriptor<u32>;

/// A core's work, from now on. The type's fields are private: it is made of its encoding.
fn descriptor(shares: Vec<(polkadot_primitives::Id, PartsOf57600)>) -> Descriptor {
    use codec::{Decode, Encode};
    let step = shares.iter().map(|share| share.1).min().unwrap_or(PartsOf57600::FULL);
    let assignments = shares
        .into_iter()
        .map(|(para, ratio)| {
            (CoreAssignment::Task(para.into()), AssignmentState { ratio, remaining: ratio })
        })
        .collect();
    let work = WorkState::<u32> { assignments, end_hint: None, pos: 0, step };
    let queue: Option<(u32, u32)> = None;
    Descriptor::decode(&mut (queue, Some(work)).encode().as_slice()).unwrap_or_default()
}

/// Whether no more messages to the other para wait than its channel takes.
pub(crate) fn outbound_fits() -> bool {
    let channel = HrmpChannelId { sender: PARA, recipient: OTHER };
    hrmp::HrmpChannels::<Runtime>::get(&channel)
        .is_none_or(|channel| channel.msg_count <= channel.max_capacity)
}
