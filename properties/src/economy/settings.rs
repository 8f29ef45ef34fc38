//! What is explored: a calendar, and who may do what in each block.

use unincluded_model::economics::chain::Forced;
use unincluded_model::economics::eras::Account;
use unincluded_model::economics::networks::{ASTAR_AT_LAUNCH, ASTAR_AT_THE_SWITCH};
use unincluded_model::economics::switch::{LazyMigration, Progress};
use unincluded_model::economics::tiers::Place;
use unincluded_model::economics::{
    Balance, BlockTime, Calendar, Call, Chain, Machine, Network, Perquintill, Receipt,
};

/// A search through the economics: the network, and what may happen in every block.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that may happen or not")]
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it is called.
    pub name: &'static str,
    /// The calendar at 12 s.
    pub calendar: Calendar,
    /// The total issuance of every recalculation; planck.
    pub issuance: Balance,
    /// Whether the issuance is what it comes to until the next recalculation, and not that of the start again
    /// after each block.
    pub keeps_issuance: bool,
    /// What each account stakes; planck.
    pub stakes: &'static [Balance],
    /// How many dApps there are.
    pub dapps: usize,
    /// Whether the switch may come, once, in any block.
    pub has_switch: bool,
    /// Whether it may come a second time.
    pub has_second_switch: bool,
    /// Whether maintenance may begin and end in any block.
    pub has_maintenance: bool,
    /// Whether root may force an era or a subperiod.
    pub forces: bool,
    /// Whether root may set parameters and recalculate.
    pub recalculates: bool,
    /// Whether root may readjust.
    pub readjusts: bool,
    /// Whether a fee may be paid in any block; the pot is then told apart.
    pub has_fees: bool,
    /// Whether something may unlock.
    pub unlocks: bool,
    /// How accounts ask.
    pub asks: Asks,
    /// INFL-14: what a block leaves of the decay factor; per cent, 100 is no decay.
    pub decay_percent: u64,
    /// What migrates over several blocks.
    pub lazy_migrations: &'static [LazyMigration],
    /// What can become of it in a block.
    pub progresses: &'static [Progress],
    /// S13: the time that a block may come after its parent, the nominal one if none; milliseconds.
    pub paces: &'static [Option<u32>],
}

/// One migration in each block.
const ONE_A_BLOCK: &[Progress] = &[Progress::Completes(1)];

/// Nothing ends, one migration, or all; or a step fails.
const ANY_PROGRESS: &[Progress] =
    &[Progress::Completes(0), Progress::Completes(1), Progress::CompletesAll, Progress::Fails];

/// The time that passes without a block is a gap from here on: ten slots; milliseconds.
pub(super) const GAP: u32 = 60_000;

/// At once with the parent, in the next slot, or after a gap.
const GAPS_AND_BURSTS: &[Option<u32>] = &[Some(0), Some(6_000), Some(GAP)];

/// How accounts ask in a block, if they ask at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// One of them makes one call.
    OneCall,
    /// One of them stakes, or makes all its claims; or all stake or claim.
    OneAccount,
    /// One of them makes all its claims and stakes.
    InTurns,
    /// All make all their claims and stake.
    Everything,
}

/// Two periods of a voting subperiod and two eras, with two blocks each: 12 blocks at 12 s (ABS-3).
const SHORT: Calendar = Calendar {
    periods_per_cycle: 2,
    eras_per_voting_subperiod: 1,
    eras_per_build_and_earn_subperiod: 2,
    blocks_per_era: 2,
};

/// The calendar of ABS-2: 40 blocks at 12 s.
const ABS_2: Calendar = Calendar {
    periods_per_cycle: 2,
    eras_per_voting_subperiod: 2,
    eras_per_build_and_earn_subperiod: 3,
    blocks_per_era: 4,
};

/// Without referenda, as on Shiden: those leave a version behind that INV-20 forbids.
const WITHOUT_REFERENDA: &[LazyMigration] = &[LazyMigration::Unlocking, LazyMigration::Vesting];

/// Nothing but blocks, on the calendar of ABS-2, with an odd and an even reward.
const BLOCKS: Setting = Setting {
    name: "blocks",
    calendar: ABS_2,
    issuance: 100_007,
    keeps_issuance: false,
    stakes: &[],
    dapps: 0,
    has_switch: true,
    has_second_switch: false,
    has_maintenance: false,
    forces: false,
    recalculates: false,
    readjusts: false,
    has_fees: false,
    unlocks: false,
    asks: Asks::OneCall,
    decay_percent: 100,
    lazy_migrations: WITHOUT_REFERENDA,
    progresses: ANY_PROGRESS,
    paces: &[None],
};

impl Setting {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self { name: "steady", has_switch: false, ..BLOCKS },
        BLOCKS,
        // S6, S7: stakes below and above the ideal, and thirds that do not divide.
        Self {
            name: "claims",
            calendar: SHORT,
            stakes: &[20_000, 40_000],
            asks: Asks::OneAccount,
            progresses: ONE_A_BLOCK,
            ..BLOCKS
        },
        // EMIT-12: claims of a cycle may wait until most of the next one is minted.
        Self {
            name: "late-claims",
            calendar: Calendar { periods_per_cycle: 1, ..SHORT },
            keeps_issuance: true,
            stakes: &[60_000, 60_000],
            asks: Asks::InTurns,
            has_switch: false,
            ..BLOCKS
        },
        // DAPP-12: three claimants of one pool, without the switch.
        Self {
            name: "three-claimants",
            calendar: Calendar { periods_per_cycle: 1, ..SHORT },
            stakes: &[10_000, 10_000, 10_001],
            has_switch: false,
            ..BLOCKS
        },
        Self { name: "dapps", calendar: SHORT, dapps: 2, ..BLOCKS },
        // S5, BUG-6.
        Self {
            name: "maintenance",
            calendar: SHORT,
            has_maintenance: true,
            progresses: ONE_A_BLOCK,
            ..BLOCKS
        },
        Self {
            name: "claims-in-maintenance",
            calendar: SHORT,
            stakes: &[20_000],
            asks: Asks::Everything,
            has_maintenance: true,
            has_switch: false,
            ..BLOCKS
        },
        // DAPP-14.
        Self {
            name: "forced",
            calendar: SHORT,
            stakes: &[20_000],
            asks: Asks::Everything,
            forces: true,
            progresses: ONE_A_BLOCK,
            ..BLOCKS
        },
        // S10, BUG-20.
        Self {
            name: "readjusted",
            calendar: SHORT,
            readjusts: true,
            progresses: ONE_A_BLOCK,
            ..BLOCKS
        },
        // S9, S11.
        Self {
            name: "root",
            calendar: SHORT,
            forces: true,
            recalculates: true,
            progresses: ONE_A_BLOCK,
            ..BLOCKS
        },
        // COLL-1 to COLL-4.
        Self { name: "fees", calendar: SHORT, has_fees: true, ..BLOCKS },
        // INFL-14, INFL-15: until nothing is left.
        Self { name: "decay", calendar: SHORT, decay_percent: 50, ..BLOCKS },
        // One period, whose vote is as long as an era, as in 2026.
        Self {
            name: "2026",
            calendar: Calendar {
                periods_per_cycle: 1,
                eras_per_build_and_earn_subperiod: 4,
                ..SHORT
            },
            stakes: &[20_000],
            asks: Asks::Everything,
            has_switch: false,
            decay_percent: 50,
            ..BLOCKS
        },
        // S8, S12.
        Self { name: "unlocking", unlocks: true, stakes: &[20_000], ..BLOCKS },
        // S13.
        Self {
            name: "gaps-and-bursts",
            calendar: SHORT,
            stakes: &[20_000],
            asks: Asks::Everything,
            progresses: ONE_A_BLOCK,
            paces: GAPS_AND_BURSTS,
            ..BLOCKS
        },
    ];

    /// S2, S3: what is explored with blocks that wait and can be lost.
    pub const FORKS: Self = Self {
        name: "forks",
        calendar: SHORT,
        stakes: &[20_000],
        asks: Asks::Everything,
        progresses: ONE_A_BLOCK,
        ..BLOCKS
    };

    /// S13: what is explored with a relay chain that stops for a while, and blocks that then come at once.
    pub const GAPS: Self = Self {
        name: "gaps",
        calendar: SHORT,
        progresses: ONE_A_BLOCK,
        paces: GAPS_AND_BURSTS,
        ..BLOCKS
    };

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name == name)
    }

    /// The machine that runs it.
    pub fn machine(&self) -> Machine {
        let lazy_migrations = self.lazy_migrations;
        let decay_rate = Perquintill::from_percent(self.decay_percent);
        Machine::new(Network { lazy_migrations, decay_rate, ..Network::tiny(self.calendar) })
    }

    /// Block 0: the last one of a cycle, under the old runtime.
    pub fn start(&self, machine: &Machine) -> Chain {
        let mut chain = machine.steady(BlockTime::TwelveSeconds, self.issuance);
        let account =
            Account { balance: machine.network().existential_deposit, ..Account::default() };
        chain.staking.accounts = vec![account; self.stakes.len()];
        chain.staking.dapps = [7, 0].map(|rank| Place { tier: 0, rank })[..self.dapps].to_vec();
        chain
    }

    /// What can be asked for in a block on that chain: nothing, one call, or what several can do at once.
    pub fn wishes(&self, chain: &Chain) -> Vec<Vec<Call>> {
        let mut wishes = vec![Vec::new()];
        let one = |call: Call| vec![call];
        if !self.unlocks {
            let stakes = self.stakes.iter().enumerate();
            let stakes: Vec<Call> =
                stakes.map(|(account, &amount)| Call::Stake { account, amount }).collect();
            let claims = (0..self.stakes.len()).flat_map(|account| {
                [Call::ClaimStakerRewards { account }, Call::ClaimBonusReward { account }]
            });
            let claims: Vec<Call> = claims.collect();
            match self.asks {
                Asks::Everything => wishes.push(claims.into_iter().chain(stakes).collect()),
                Asks::InTurns => wishes.extend(
                    claims.chunks(2).zip(stakes).map(|(claims, stake)| [claims, &[stake]].concat()),
                ),
                Asks::OneAccount => {
                    wishes.extend(stakes.iter().map(|&call| one(call)));
                    wishes.extend(claims.chunks(2).map(<[Call]>::to_vec));
                    wishes.extend([stakes, claims]);
                }
                Asks::OneCall => {
                    wishes.extend(stakes.iter().chain(&claims).map(|&call| one(call)));
                }
            }
        }
        for dapp in 0..self.dapps {
            let eras = chain.staking.records.tiers.keys().copied();
            let eras = eras.chain([chain.staking.era]);
            wishes.extend(eras.map(|era| one(Call::ClaimDappReward { dapp, era })));
        }
        if self.has_maintenance {
            wishes.push(one(Call::SetMaintenance(!chain.staking.maintenance)));
        }
        if self.forces {
            wishes.extend([Forced::Era, Forced::Subperiod].map(|what| one(Call::Force(what))));
        }
        if self.recalculates {
            let next_era = chain.staking.era + 1;
            let parameters = chain.inflation.parameters;
            let own = ASTAR_AT_THE_SWITCH;
            let other = if parameters == own { ASTAR_AT_LAUNCH } else { own };
            wishes.extend(
                [
                    Call::SetInflationParameters(other),
                    Call::ForceInflationRecalculation { next_era },
                ]
                .map(one),
            );
        }
        if self.readjusts {
            wishes.push(one(Call::ForceReadjustConfig));
        }
        if self.has_fees {
            wishes.push(one(Call::PayFee { fee: 7, tip: 2 }));
        }
        if self.unlocks {
            wishes.push(one(Call::Unlock { account: 0 }));
            wishes.push(one(Call::ClaimUnlocked { account: 0 }));
        }
        wishes
    }
}

/// Situations that a search must meet, so that a claim about them is about something.
pub fn situations(before: &Chain, after: &Chain, receipt: &Receipt) -> Vec<&'static str> {
    use unincluded_model::economics::claims::{Entitlement, Refused};
    let mut met = Vec::new();
    let mut note = |is_met: bool, what: &'static str| {
        if is_met {
            met.push(what);
        }
    };
    let switches = before.block_time != after.block_time;
    note(switches, "the switch");
    note(switches && before.staking.next_era_start == before.number + 1, "an era announced twice");
    note(switches && receipt.recalculated, "the first new block recalculates");
    note(receipt.recalculated, "a recalculation");
    note(receipt.forced, "a recalculation that root asked for");
    note(receipt.minted.iter().any(|(_, amount)| *amount > 0), "a mint");
    note(receipt.minted.iter().any(|(it, _)| matches!(it, Entitlement::Bonus { .. })), "a bonus");
    let refused = |what: fn(&Refused) -> bool| receipt.refused.iter().any(|(_, it)| what(it));
    note(refused(|it| matches!(it, Refused::RewardExpired { .. })), "a claim that has expired");
    note(refused(|it| *it == Refused::MigrationsOngoing), "a call while migrations run");
    note(refused(|it| *it == Refused::PeriodEndsInNextEra), "a stake in a period's last era");
    note(refused(|it| *it == Refused::UnclaimedRewards), "a stake with unclaimed rewards");
    note(refused(|it| *it == Refused::Disabled), "a call in maintenance");
    let overdue = after.staking.next_era_start <= after.number;
    note(overdue, "an era that is overdue");
    note(switches && overdue, "the switch while an era is overdue");
    note(receipt.burned > 0, "a burn");
    let ongoing = |chain: &Chain| chain.migrations.is_ongoing();
    note(ongoing(before) && receipt.recalculated, "a recalculation while migrations run");
    let left = after.migrations.done.len() < 2 && !ongoing(after) && !switches;
    note(ongoing(before) && left, "a migration that fails");
    met
}
