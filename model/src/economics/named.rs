//! The networks' calendars, inflation parameters and decay, by the names that scenarios use.

use serde::{Deserialize, Serialize};

use super::networks;
use super::{Calendar, InflationParameters, Perquintill};

/// A calendar, by network and block time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedCalendar {
    /// Astar with 12 s blocks, until June 2025.
    #[serde(rename = "astar-12s")]
    Astar12s,
    /// Astar with 6 s blocks.
    #[serde(rename = "astar-6s")]
    Astar6s,
    /// Shiden with 12 s blocks.
    #[serde(rename = "shiden-12s")]
    Shiden12s,
    /// Shiden with 6 s blocks.
    #[serde(rename = "shiden-6s")]
    Shiden6s,
    /// Shibuya with 12 s blocks.
    #[serde(rename = "shibuya-12s")]
    Shibuya12s,
    /// Shibuya with 6 s blocks.
    #[serde(rename = "shibuya-6s")]
    Shibuya6s,
    /// Astar since 2026.
    #[serde(rename = "astar-2026")]
    Astar2026,
    /// Shiden since 2026.
    #[serde(rename = "shiden-2026")]
    Shiden2026,
    /// Shibuya since 2026.
    #[serde(rename = "shibuya-2026")]
    Shibuya2026,
}

impl NamedCalendar {
    /// Whether its blocks take 12 s.
    pub const fn is_of_twelve_seconds(self) -> bool {
        matches!(self, Self::Astar12s | Self::Shiden12s | Self::Shibuya12s)
    }

    /// The calendar itself.
    pub fn calendar(self) -> Calendar {
        match self {
            NamedCalendar::Astar12s => networks::ASTAR_12S,
            NamedCalendar::Astar6s => networks::ASTAR_6S,
            NamedCalendar::Shiden12s => networks::SHIDEN_12S,
            NamedCalendar::Shiden6s => networks::SHIDEN_6S,
            NamedCalendar::Shibuya12s => networks::SHIBUYA_12S,
            NamedCalendar::Shibuya6s => networks::SHIBUYA_6S,
            NamedCalendar::Astar2026 => networks::ASTAR_2026,
            NamedCalendar::Shiden2026 => networks::SHIDEN_2026,
            NamedCalendar::Shibuya2026 => networks::SHIBUYA_2026,
        }
    }
}

/// A set of inflation parameters, by network and date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedParameters {
    /// What the pallet's code sets where nothing else is configured.
    #[serde(rename = "default")]
    Default,
    /// Astar at the launch of dApp staking v3, February 2024.
    #[serde(rename = "astar-2024-02")]
    AstarAtLaunch,
    /// Astar from the referendum of April 2025 on, and so at the switch to 6 s blocks.
    #[serde(rename = "astar-2025-04")]
    AstarAtTheSwitch,
    /// Shiden.
    #[serde(rename = "shiden")]
    Shiden,
    /// Shibuya.
    #[serde(rename = "shibuya")]
    Shibuya,
    /// Astar since 2026.
    #[serde(rename = "astar-2026")]
    Astar2026,
    /// Shiden since 2026.
    #[serde(rename = "shiden-2026")]
    Shiden2026,
    /// Shibuya since 2026.
    #[serde(rename = "shibuya-2026")]
    Shibuya2026,
}

impl NamedParameters {
    /// The parameters themselves.
    pub fn parameters(self) -> InflationParameters {
        match self {
            NamedParameters::Default => networks::DEFAULT_PARAMETERS,
            NamedParameters::AstarAtLaunch => networks::ASTAR_AT_LAUNCH,
            NamedParameters::AstarAtTheSwitch => networks::ASTAR_AT_THE_SWITCH,
            NamedParameters::Shiden => networks::SHIDEN_PARAMETERS,
            NamedParameters::Shibuya => networks::SHIBUYA_PARAMETERS,
            NamedParameters::Astar2026 => networks::ASTAR_PARAMETERS_2026,
            NamedParameters::Shiden2026 => networks::SHIDEN_PARAMETERS_2026,
            NamedParameters::Shibuya2026 => networks::SHIBUYA_PARAMETERS_2026,
        }
    }
}

/// INFL-14: how emission decays, by network and date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedDecay {
    /// Not at all: every chain until 2026.
    #[default]
    None,
    /// Astar since 2026.
    #[serde(rename = "astar-2026")]
    Astar2026,
}

impl NamedDecay {
    /// Whether nothing decays.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// What a block leaves of the factor; fraction, one is no decay.
    pub const fn rate(self) -> Perquintill {
        match self {
            Self::None => Perquintill::ONE,
            Self::Astar2026 => networks::ASTAR_DECAY_RATE_2026,
        }
    }
}
