//! What can be asked: the commands and their options, with the help that goes with them.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use unincluded_model::economics::{Network, Perquintill};
use unincluded_model::{RelayNumberCheck, Rule, Variant};
use unincluded_properties::Limits;
use unincluded_properties::grid::Axis;

use crate::exit::EXIT_CODES;
use crate::{help, values};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "unincluded",
    version,
    about = "A formal model of Polkadot's asynchronous backing as Astar adopted it",
    long_about = help::LONG_ABOUT,
    after_help = format!("{}\n\n{EXIT_CODES}", help::EXAMPLES),
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Colours in what is printed.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, display_order = 900)]
    pub(crate) color: Colour,
    /// Say only the last word: no progress, no notes, one line of a report for people.
    #[arg(long, short, global = true, display_order = 901)]
    pub(crate) quiet: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See every reachable state and decide what holds
    #[command(long_about = help::CHECK_HELP)]
    Check(Check),
    /// Look for a violation in long random runs
    #[command(long_about = help::FUZZ_HELP)]
    Fuzz(Fuzz),
    /// Run saved traces again and compare state by state
    Replay(Replay),
    /// Tell a saved trace as a story
    Explain(Explain),
    /// Judge the history of a real relay chain, or the log of a collator
    #[command(long_about = help::VALIDATE_HELP)]
    Validate(Validate),
    /// Browse the states of a scenario in the Stateright Explorer
    Explore(Explore),
    /// Name the rules, properties, scenarios or variants
    List(List),
    /// Run the emission of a whole cycle, block by block
    #[command(long_about = help::SIMULATE_HELP)]
    Simulate(Box<Simulate>),
    /// Vary parameters, and see what holds and how fast it is
    #[command(long_about = help::SWEEP_HELP)]
    Sweep(Box<Sweep>),
    /// Judge what was said in public about Astar's upgrade
    #[command(long_about = help::CLAIMS_HELP)]
    Claims(Box<Claimed>),
}

/// What is changed about the rules.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Changes {
    /// Switch a rule off; can be repeated, or a list with commas. `list rules` names them.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = values::rule)]
    pub(crate) without: Vec<Rule>,
    /// Put a rule into another form; can be repeated, or a list with commas. `list variants`
    /// names them.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = values::variant)]
    pub(crate) variant: Vec<Variant>,
}

/// `check`.
#[derive(Args, Debug)]
#[command(after_help = format!("{}\n\n{EXIT_CODES}", help::CHECK_EXAMPLES))]
pub(crate) struct Check {
    /// Built-in scenarios, by name, or paths to TOML files; those of the gate if none is given.
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<String>,
    /// All built-in scenarios, with those that are too large for the gate: for a nightly run.
    #[arg(long, conflicts_with = "scenarios")]
    pub(crate) full: bool,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Who looks.
    #[arg(long, value_name = "ENGINE", default_value = "both")]
    pub(crate) engine: Engine,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Name every property, not only those that are not as they should be.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Where traces of violations are saved.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// States at most, for each scenario.
    #[arg(long, value_name = "N", value_parser = values::states)]
    pub(crate) max_states: Option<usize>,
    /// Memory at most, for each scenario: MiB, or with a suffix (512MiB, 2GiB).
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = values::bytes)]
    pub(crate) max_memory: usize,
    /// Seconds at most, for each search: of a scenario's states, and of each graph of its long run.
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    pub(crate) time_limit: Option<Duration>,
    /// Do not stop at the first violation: see everything and name all that is violated.
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// When to look at the long run: what must happen in the end, and at which rate.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: WhenProgress,
    /// Do not assume something that claims of progress rest on; can be repeated, or a list with commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = values::assumption)]
    pub(crate) not_assuming: Vec<&'static str>,
    /// Scenarios looked at side by side; all cores if not given.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub(crate) threads: Option<usize>,
}

/// When to look at the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhenProgress {
    /// Where everything was seen: of up to 200 000 transitions, or with --full, all of it; of more,
    /// what must happen, if scenarios are named.
    Auto,
    /// Of any size, and of what a violation cut short too.
    Always,
    /// Never.
    Never,
}

impl Arguments {
    /// What clap cannot refuse by itself: an option that another one leaves without a meaning.
    pub(crate) fn consistent(self) -> Result<Self, clap::Error> {
        match &self.command {
            Command::Check(asked)
                if asked.progress == WhenProgress::Never && !asked.not_assuming.is_empty() =>
            {
                let words = "--not-assuming is about the long run, at which --progress never does \
                             not look";
                let mut command = Arguments::command();
                command.build();
                let check = command.find_subcommand_mut("check").expect("a subcommand");
                Err(check.error(ErrorKind::ArgumentConflict, words))
            }
            _ => Ok(self),
        }
    }
}

impl Check {
    /// Whether somebody named what to look at, and so waits for what must happen there.
    pub(crate) fn names_scenarios(&self) -> bool {
        !self.scenarios.is_empty() || !self.not_assuming.is_empty()
    }

    /// How far the search goes.
    pub(crate) fn limits(&self) -> Limits {
        Limits { states: self.max_states, memory: Some(self.max_memory), time: self.time_limit }
    }

    /// Threads to use.
    pub(crate) fn threads(&self) -> usize {
        threads_or_cores(self.threads)
    }
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Our own search decides, and stateright must agree.
    Both,
    /// Our own search alone.
    Search,
    /// Stateright alone: it can show that something is violated, never that anything holds, so
    /// without a violation the verdict is inconclusive (exit 3). It keeps limits roughly.
    Stateright,
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// JUnit XML: a suite for each scenario, a case for each property.
    Junit,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate a pull request on GitHub.
    Github,
}

/// How to report what needs no third form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people.
    Human,
    /// One JSON value.
    Json,
}

/// `fuzz`.
#[derive(Args, Debug)]
#[command(after_help = help::FUZZ_EXAMPLES)]
pub(crate) struct Fuzz {
    /// A built-in scenario, by name, or the path to a TOML file.
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// Runs.
    #[arg(long, value_name = "N", default_value = "256", value_parser = values::cases)]
    pub(crate) cases: u32,
    /// Actions of a run at most; each run has a random length up to this.
    #[arg(long, value_name = "N", default_value = "400", value_parser = values::length)]
    pub(crate) length: usize,
    /// Where the randomness comes from, decimal or 0x and hexadecimal; drawn if not given.
    #[arg(long, value_name = "SEED", value_parser = values::seed)]
    pub(crate) seed: Option<u64>,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: PlainFormat,
    /// Where the trace of a violation is saved.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
}

/// `replay`.
#[derive(Args, Debug)]
#[command(after_help = help::REPLAY)]
pub(crate) struct Replay {
    /// Trace files; - for standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// `explain`.
#[derive(Args, Debug)]
#[command(after_help = help::EXPLAIN)]
pub(crate) struct Explain {
    /// A trace file; - for standard input.
    pub(crate) file: PathBuf,
}

/// `validate`.
#[derive(Args, Debug)]
#[command(after_help = help::VALIDATE)]
pub(crate) struct Validate {
    /// Relay blocks, one JSON object a line, or the log of a collator; - for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What the file has; told by its first line if not given.
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub(crate) kind: Recorded,
    /// Only this para.
    #[arg(long, value_name = "ID")]
    pub(crate) para: Option<u32>,
    /// L: relay blocks after its relay parent in which a candidate can be backed; 1 before
    /// asynchronous backing.
    #[arg(long, value_name = "L", default_value = "3", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) lookahead: u8,
    /// max(P, F): relay blocks for which a candidate can pend.
    #[arg(long, value_name = "BLOCKS", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) occupancy: u64,
    /// P: relay blocks after which a candidate can time out; 0 if that is not known.
    #[arg(long, value_name = "BLOCKS", default_value = "0", value_parser = clap::value_parser!(u64).range(0..=10_000))]
    pub(crate) period: u64,
    /// Votes that back a candidate, at least.
    #[arg(long, value_name = "VOTES", default_value = "2")]
    pub(crate) votes: u32,
    /// Of a log. C: blocks that the unincluded segment of the para can hold.
    #[arg(long, value_name = "C", default_value = "3", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) capacity: u64,
    /// Of a log. V: V + 1 blocks can share a relay slot.
    #[arg(long, value_name = "V", default_value = "1", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) velocity: u64,
    /// Of a log. Cores that the para holds.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) cores: u64,
    /// Of a log. How the numbers of relay parents advance.
    #[arg(long, value_name = "CHECK", default_value = "monotonic")]
    pub(crate) relay_numbers: RelayNumbers,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: PlainFormat,
}

/// What a file has recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Recorded {
    /// Relay blocks if the first line is a JSON object, else a log.
    Auto,
    /// Relay blocks, one JSON object a line.
    Blocks,
    /// What a collator logs, at debug level for most of it.
    Log,
}

/// How the numbers of relay parents advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RelayNumbers {
    /// Each is higher than the parent's.
    Strict,
    /// None is lower than the parent's.
    Monotonic,
    /// Unchecked.
    Any,
}

impl From<RelayNumbers> for RelayNumberCheck {
    fn from(numbers: RelayNumbers) -> RelayNumberCheck {
        match numbers {
            RelayNumbers::Strict => RelayNumberCheck::Strict,
            RelayNumbers::Monotonic => RelayNumberCheck::Monotonic,
            RelayNumbers::Any => RelayNumberCheck::Any,
        }
    }
}

/// `explore`.
#[derive(Args, Debug)]
#[command(after_help = help::EXPLORE)]
pub(crate) struct Explore {
    /// A built-in scenario, by name, or the path to a TOML file.
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// The port on 127.0.0.1.
    #[arg(long, default_value = "3000", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,
}

/// `list`.
#[derive(Args, Debug)]
#[command(after_help = help::LIST)]
pub(crate) struct List {
    /// What to list.
    pub(crate) what: Listed,
    /// How to list it.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: PlainFormat,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Id, sentence and source of each rule.
    Rules,
    /// Id, kind and claim of each property, and what it watches.
    Properties,
    /// The built-in scenarios, and what production does otherwise.
    Scenarios,
    /// Other forms of rules: historic or mistaken.
    Variants,
    /// The networks: releases, constants, calendars, and what was in flight at the switch.
    Networks,
}

/// `simulate`.
#[derive(Args, Debug)]
#[command(after_help = help::SIMULATE_EXAMPLES)]
pub(crate) struct Simulate {
    /// The network: astar, shiden or shibuya.
    #[arg(value_name = "NETWORK", default_value = "astar", value_parser = values::network)]
    pub(crate) network: Network,
    /// Where the cycle lies.
    #[arg(long, value_name = "PHASE", default_value = "after")]
    pub(crate) phase: Phase,
    /// With `--phase switch`: blocks of the cycle that pass before it; half of them if not given.
    #[arg(long, value_name = "BLOCKS")]
    pub(crate) switch_after: Option<String>,
    /// The total issuance at the start, in tokens; that of a known moment if not given.
    #[arg(long, value_name = "TOKENS", value_parser = values::tokens, allow_negative_numbers = true)]
    pub(crate) issuance: Option<u128>,
    /// What is staked in each period, in per cent of the issuance of its start.
    #[arg(long, value_name = "PERCENT", default_value = "60", value_parser = values::percent, allow_negative_numbers = true)]
    pub(crate) staked: Perquintill,
    /// When stakers and dApps claim.
    #[arg(long, value_name = "WHEN", default_value = "era")]
    pub(crate) claims: Claims,
    /// Fees that are paid in every block, in tokens.
    #[arg(long, value_name = "TOKENS", default_value = "0", value_parser = values::fees, allow_negative_numbers = true)]
    pub(crate) fees: u128,
    /// How many of the relay chain's slots have no block: a rate, 0 to 0.9.
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = values::rate, allow_negative_numbers = true)]
    pub(crate) skipped_slots: f64,
    /// How many para blocks are lost before they are backed, with what was built on them: a rate,
    /// 0 to 0.9.
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = values::rate, allow_negative_numbers = true)]
    pub(crate) orphaned: f64,
    /// How often a backed block waits one more relay block for its inclusion: a rate, 0 to 0.9.
    #[arg(long, value_name = "RATE", default_value = "0", value_parser = values::rate, allow_negative_numbers = true)]
    pub(crate) late: f64,
    /// Where the randomness of the faults comes from, decimal or 0x and hexadecimal.
    #[arg(long, value_name = "SEED", default_value = "0", value_parser = values::seed)]
    pub(crate) seed: u64,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: PlainFormat,
    /// Draw issuance against target, and the intervals between blocks, into an SVG file.
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
}

/// Where a simulated cycle lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Phase {
    /// All of it at 12 s.
    Before,
    /// The switch is in it.
    Switch,
    /// All of it at 6 s.
    After,
    /// At 6 s, with the calendar, the parameters and the decay of 2026.
    #[value(name = "2026")]
    In2026,
}

/// When rewards are claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Claims {
    /// As soon as an era is over.
    Era,
    /// As soon as a period is over.
    Period,
    /// Not at all: what is recorded is not minted.
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}

/// `sweep`.
#[derive(Args, Debug)]
#[command(after_help = format!("{}\n\n{}", help::SWEEP_EXAMPLES, help::SWEEP_EXIT_CODES))]
pub(crate) struct Sweep {
    /// Built-in scenarios, by name, or paths to TOML files.
    #[arg(value_name = "SCENARIO", required = true)]
    pub(crate) scenarios: Vec<String>,
    /// What is varied, and over which values; can be repeated. The names are those of the table above.
    #[arg(long, value_name = "AXIS=VALUES", value_parser = values::axis)]
    pub(crate) over: Vec<(Axis, Vec<u8>)>,
    /// Look for the least C that sustains the full rate, at each place of the other axes.
    #[arg(long, value_name = "C", value_parser = ["C"])]
    pub(crate) smallest: Option<String>,
    /// Bound the rate as well where at most so many relay slots in any so many are faulty: 1/8.
    #[arg(long, value_name = "FAULTS/SLOTS", value_parser = values::few_faults)]
    pub(crate) faults: Option<(u8, u8)>,
    /// Measure as well how many blocks are missed when one is late, lost or never available.
    #[arg(long)]
    pub(crate) mishaps: bool,
    /// Save the runs behind the figures: the slowest and the fastest for ever, and to the soonest and the
    /// latest inclusion.
    #[arg(long, conflicts_with = "smallest")]
    pub(crate) witnesses: bool,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: TableFormat,
    /// Draw a heat map into an SVG file: the last axis from left to right, all others downwards.
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Where traces are saved: of violations, of figures, and of the runs that break the next smaller C.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// States at most, for each cell.
    #[arg(long, value_name = "N", default_value = "2000000", value_parser = values::states)]
    pub(crate) max_states: usize,
    /// Memory at most, for each cell: MiB, or with a suffix (512MiB, 2GiB).
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = values::bytes)]
    pub(crate) max_memory: usize,
    /// Seconds at most, for each search: of a cell's states, and of each graph for its rates.
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    pub(crate) time_limit: Option<Duration>,
    /// Cells looked at side by side; all cores if not given.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub(crate) threads: Option<usize>,
}

impl Sweep {
    /// How far the search of a cell goes.
    pub(crate) fn limits(&self) -> Limits {
        let (states, memory) = (Some(self.max_states), Some(self.max_memory));
        Limits { states, memory, time: self.time_limit }
    }

    /// Threads to use.
    pub(crate) fn threads(&self) -> usize {
        threads_or_cores(self.threads)
    }
}

/// As many threads as asked for, or as there are cores.
fn threads_or_cores(asked: Option<usize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    asked.unwrap_or_else(cores)
}

/// How to report a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// A row for each cell, with commas between.
    Csv,
}

/// `claims`.
#[derive(Args, Debug)]
#[command(after_help = format!("{}\n\n{}", help::CLAIMS_EXAMPLES, help::CLAIMS_EXIT_CODES))]
pub(crate) struct Claimed {
    /// Claims, by id; all if none is given.
    #[arg(value_name = "CLAIM")]
    pub(crate) claims: Vec<String>,
    #[command(flatten)]
    pub(crate) changes: Changes,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ClaimsFormat,
    /// Save a trace for each claim that a run shows.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// States at most, for each search.
    #[arg(long, value_name = "N", value_parser = values::states)]
    pub(crate) max_states: Option<usize>,
    /// Memory at most, for each search: MiB, or with a suffix (512MiB, 2GiB).
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = values::bytes)]
    pub(crate) max_memory: usize,
    /// Seconds at most, for each search.
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    pub(crate) time_limit: Option<Duration>,
    /// Claims judged side by side; all cores if not given.
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub(crate) threads: Option<usize>,
}

impl Claimed {
    /// How far each search goes.
    pub(crate) fn limits(&self) -> Limits {
        Limits { states: self.max_states, memory: Some(self.max_memory), time: self.time_limit }
    }

    /// Threads to use.
    pub(crate) fn threads(&self) -> usize {
        threads_or_cores(self.threads)
    }
}

/// How to report claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClaimsFormat {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// A table for a document.
    Markdown,
}
