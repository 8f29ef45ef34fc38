//! The words with which the pallets panic, and the rules they stand for.

use unincluded_model::{Refusal, Rule};

/// What the panic says where the model refuses so; none where the pallets are not who refuses.
pub fn words(refusal: &Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::SealedByStranger => "Invalid AuRa seal",
        Refusal::ParaSlotWentBack { .. } => "Slot must not decrease",
        Refusal::RelayNumberNotNewer { .. } => "increase between Parachain blocks",
        Refusal::TooFewDescendants { .. } => "InvalidNumberOfDescendants",
        Refusal::NoRelaySlot => "failed to read relay chain slot",
        Refusal::SlotWentBack { .. } => "Slot moved backwards",
        Refusal::TooManyInSlot { .. } => "authored blocks limit is reached for the slot",
        Refusal::SlotNotDerived => "Parachain slot must match relay-derived slot",
        Refusal::SegmentFull { .. } => "o space left for the block in the unincluded segment",
        Refusal::SignalWithdrawn => "assertion `left == right` failed\n",
        Refusal::GoAheadWithoutCode => "No new validation function found in storage",
        Refusal::NoneProcessed { .. } => "[DMQ] Advancement rule violation",
        Refusal::DownwardHeadMismatch { .. } => "DMQ head mismatch",
        Refusal::NoneDelivered { .. } => "[HRMP] Advancement rule violation",
        Refusal::InboundHeadMismatch { .. } => "HRMP head mismatch",
        Refusal::WatermarkWentBack { .. } => "InvalidHrmpWatermark",
        Refusal::MessagesExceedRoom { .. } => "UmpMessagesOverflow",
        Refusal::OutboundExceedsRoom { .. } => "HrmpMessagesOverflow",
        Refusal::UpgradeRestricted => "ProhibitedByPolkadot",
        Refusal::OverlappingUpgrades => "OverlappingUpgrades",
        _ => return None,
    })
}

/// The rule that such words stand for; none of words that no rule accounts for.
pub fn rule(words: &str) -> Option<Rule> {
    const TABLE: [(&str, Rule); 20] = [
        ("Invalid AuRa seal", Rule::Blk3),
        ("Slot must not decrease", Rule::Blk3),
        ("increase between Parachain blocks", Rule::Rpn1),
        ("Unable to verify provided relay parent descendants", Rule::Hook9),
        ("failed to read relay chain slot", Rule::Hook1),
        ("Slot moved backwards", Rule::Hook2),
        ("authored blocks limit is reached for the slot", Rule::Hook3),
        ("Parachain slot must match relay-derived slot", Rule::Hook4),
        ("o space left for the block in the unincluded segment", Rule::Seg5),
        ("assertion `left == right` failed\n", Rule::Upg3),
        ("No new validation function found in storage", Rule::Upg4),
        ("[DMQ] Advancement rule violation", Rule::Msg7),
        ("DMQ head mismatch", Rule::Msg7),
        ("[HRMP] Advancement rule violation", Rule::Msg5),
        ("HRMP head mismatch", Rule::Msg5),
        ("InvalidHrmpWatermark", Rule::Seg6),
        ("UmpMessagesOverflow", Rule::Seg6),
        ("HrmpMessagesOverflow", Rule::Seg6),
        ("ProhibitedByPolkadot", Rule::Upg1),
        ("OverlappingUpgrades", Rule::Upg1),
    ];
    TABLE.iter().find(|(fragment, _)| words.contains(fragment)).map(|&(_, rule)| rule)
}
