//! When 6 s blocks came to which network: the releases of the three runtimes.

use std::fmt;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// The year.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

const fn day(year: u16, month: u8, day: u8) -> Day {
    Day { year, month, day }
}

/// A runtime that brought something to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The network, as [`Network::named`](super::Network::named) calls it.
    pub network: &'static str,
    /// The runtime's version.
    pub spec_version: u32,
    /// When it was released: the day of its tag, or of the commit where it has no tag of its own.
    pub released: Day,
    /// When the chain began to execute it, where that was announced. Chains say it themselves; it was
    /// not read from them.
    pub enacted: Option<Day>,
    /// Where that can be read.
    pub source: &'static str,
}

/// UPG-1: the runtimes that brought 6 s blocks, the first first.
pub const ROLL_OUT: [Release; 3] = [
    Release {
        network: "shibuya",
        spec_version: 137,
        released: day(2024, 9, 8),
        enacted: None,
        source: "AstarNetwork/Astar pull request 1343, commit 6a6e767e3",
    },
    Release {
        network: "shiden",
        spec_version: 1000,
        released: day(2024, 10, 30),
        enacted: None,
        source: "AstarNetwork/Astar pull request 1376, tag runtime-1000",
    },
    Release {
        network: "astar",
        spec_version: 1600,
        released: day(2025, 6, 9),
        enacted: Some(day(2025, 6, 17)),
        source: "AstarNetwork/Astar pull request 1481, tag runtime-1600; referendum 24",
    },
];

/// DIS-8: the release that mended Astar's after the switch.
pub const MENDED: Release = Release {
    network: "astar",
    spec_version: 1601,
    released: day(2025, 6, 24),
    enacted: None,
    source: "AstarNetwork/Astar pull requests 1486, 1487, 1489 and 1492, tag runtime-1601",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_in_the_order_of_the_calendar_and_written_so() {
        assert!(day(2024, 12, 31) < day(2025, 1, 1));
        assert!(day(2024, 9, 8) < day(2024, 10, 1));
        assert_eq!(day(2024, 9, 8).to_string(), "2024-09-08");
    }

    #[test]
    fn every_release_is_of_a_known_network() {
        for release in ROLL_OUT.iter().chain([&MENDED]) {
            assert!(crate::economics::Network::named(release.network).is_some(), "{release:?}");
        }
    }
}
