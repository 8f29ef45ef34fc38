//! The long texts of `--help`.

/// What the command is.
pub(crate) const LONG_ABOUT: &str = "\
A formal model of Polkadot's asynchronous backing as Astar adopted it.

The model says what collators, validators and the relay chain can do with the unincluded blocks of \
a parachain. `check` sees every reachable state of a scenario and decides what holds of all of \
them; what fails is shown by a shortest run, saved as a trace that `replay` and `explain` read.";

/// What to try first.
pub(crate) const EXAMPLES: &str = "\
Examples:
  unincluded check                         every built-in scenario
  unincluded check astar --without SEG-5   what breaks if the capacity is not enforced
  unincluded check mine.toml --time-limit 60
  unincluded fuzz astar --cases 1000       long random runs
  unincluded explain out/TRACE.jsonl       a saved run, told step by step
  unincluded list scenarios                what there is to check
  unincluded simulate astar                a year of emission, block by block
  unincluded sweep astar --over C=1..4     how fast it is with other parameters
  unincluded claims                        what was said of the upgrade, judged";

/// What `check` decides, and how.
pub(crate) const CHECK_HELP: &str = "\
See every reachable state and decide what holds.

Two engines look at each scenario. Our own search goes breadth first, so that the run it shows is a \
shortest one; it alone decides. Stateright then explores the same model as a second opinion: it must \
count as many states and see no violation either, else the verdict is inconclusive. It is not asked \
where the search was cut or found a violation, as it knows no honest limits.

A verdict is *closed* if every reachable state was seen: then it holds for all time. Where a \
scenario bounds the blocks that its adversary keeps, it holds for such adversaries, and says so. \
Where a limit, a horizon or a violation ended the search before that, what it has not decided is \
*inconclusive*.

A situation that never occurs is *missing*: the properties that watch it hold of nothing. In a \
built-in scenario that counts as a violation. In one of your own, its parameters may simply rule \
the situation out: the report says so, and the verdict is that of the other properties.

Where every state was seen, the long run is looked at as well: what must happen in the end, on \
assumptions that --not-assuming leaves out, how soon another block is included once faults are over, how \
many blocks get in, what they bring, and how late. The least and the greatest rates are shown as figures, \
where nothing goes wrong (on the usual path, whether or not the scenario has it), with at most one faulty \
relay slot in any eight, and with any fault. What breaks a promise is a run, most often one without end, saved and \
replayed like any other. After a violation ended the search \
these are inconclusive; --keep-going decides them, and --progress always does so within 150 000 \
states and 20 s, and says where that was not enough. Where a scenario is too large for it, the report \
names what it leaves out.

--max-memory counts what grows with the states seen, by the search's own count: states that wait, where \
they came from, what tells them apart, and steps that are kept. It is not what the system says of the \
process, and stateright, which comes after, has no such limit.";

/// `check`, by example.
pub(crate) const CHECK_EXAMPLES: &str = "\
Examples:
  unincluded check                                 every built-in scenario
  unincluded check astar lookahead --verbose       every property of two of them
  unincluded check astar --without SEG-5,SEG-3     two rules switched off
  unincluded check siblings --variant FRAG-5=first-seen --keep-going
  unincluded check astar --not-assuming owners-build   a run without end that breaks a claim
  unincluded check mine.toml --max-states 5000000 --max-memory 2GiB --time-limit 60
  unincluded check --format sarif > results.sarif  for code scanning";

/// What `fuzz` does, and what it does not show.
pub(crate) const FUZZ_HELP: &str = "\
Look for a violation in long random runs.

Each case is a random run: every step picks one of the actions that somebody takes, so every case \
can happen. What violates a property is made smaller, saved as a trace and shown. The seed is \
printed always: the same seed, scenario, --cases and --length do exactly the same again.

That nothing is found does not say that nothing is there: `check` decides.";

/// `fuzz`, by example.
pub(crate) const FUZZ_EXAMPLES: &str = "\
Examples:
  unincluded fuzz astar
  unincluded fuzz lookahead --cases 10000 --length 1000
  unincluded fuzz astar --without SEG-5 --seed 0x2a";

/// After the options of `replay`.
pub(crate) const REPLAY: &str = "\
The rules of this build do everything again, from the scenario in the file. A line for each file \
says what was reproduced, or where the two part: the step, what the file says and what follows \
here. Exit 0 if all is reproduced, 1 at a divergence, 2 if a file cannot be read.

Examples:
  unincluded replay out/*.jsonl
  unincluded replay - < trace.jsonl";

/// After the options of `explain`.
pub(crate) const EXPLAIN: &str = "\
The file is run again as well: exit 1 if it tells what does not happen here, 2 if it cannot be read.

Examples:
  unincluded explain out/astar-without-SEG-5-INV-SEG-1.jsonl
  unincluded explain - < trace.jsonl";

/// What `validate` decides.
pub(crate) const VALIDATE_HELP: &str = "\
Judge whether what a real relay chain did, or what a collator says it did, is a behaviour that the rules \
allow.

The file has relay blocks, one JSON object a line, with their headers, votes and the events of \
candidates; or it is the log of a collator, with its targets aura::cumulus and \
parachain::collator-protocol::stats at debug level. Nothing is known of what was before, so each para is judged from an unknown state. A step \
that leaves no record, such as the end of a session, is supposed only where nothing else explains the \
next one, and is said.

A para is accepted; or accepted as far as recorded, with what had to be supposed; or rejected, with the \
steps that the rules allow up to there, what might come next, and the rule that excludes it. The file is \
read once, and only its last blocks are kept.";

/// After the options of `validate`.
pub(crate) const VALIDATE: &str = "\
Exit 0 if all is accepted, fully or as far as recorded, 1 if something is rejected, 2 if the file is \
unusable.

Examples:
  unincluded validate blocks.jsonl
  unincluded validate --para 2006 --format json blocks.jsonl
  unincluded validate --lookahead 1 before-async-backing.jsonl
  journalctl -u collator -o cat | unincluded validate -";

/// After the options of `explore`.
pub(crate) const EXPLORE: &str = "\
The Explorer is stateright's own. Its marks beside the properties are not verdicts: until \"run to \
completion\" is pressed nothing is checked, and what it shows as holding may be violated a step \
further. `check` decides. It listens on this machine only, and a directory ./ui in the current \
directory takes the place of its pages. Ctrl-C ends it.

Examples:
  unincluded explore withholding
  unincluded explore astar --without SEG-5 --port 8080";

/// What `simulate` does, and what its numbers mean.
pub(crate) const SIMULATE_HELP: &str = "\
Run the emission of a whole cycle, block by block.

A cycle is the \"year\" after which the chain computes its amounts anew: 5,270,400 blocks on Astar since \
the switch to 6 s, 2,635,200 before, 5,256,000 in 2026. The machine executes each included block with the runtime's own \
rounding: two rewards per block, pools per era and period, claims that mint. It starts with the block \
after a recalculation and ends with the next one.

Faults decide when blocks come, never what they pay: a relay slot without a block, a para block that \
is lost with all that was built on it, a backed block that waits longer for its inclusion. The same seed \
does exactly the same again.

*Recorded* is what blocks paid and what eras and periods set aside; its distance from the target, the \
maximum emission, is shown beside the bound that rounding cannot leave. *Issued* is what was minted: what \
nobody claims is never minted. *Not earned* is what stakers miss where less than the ideal share is \
staked, *decayed* what decay takes of every amount in 2026.";

/// `simulate`, by example.
pub(crate) const SIMULATE_EXAMPLES: &str = "\
Examples:
  unincluded simulate astar
  unincluded simulate astar --phase switch --switch-after 1000000
  unincluded simulate astar --phase 2026
  unincluded simulate shiden --skipped-slots 0.01 --orphaned 0.02 --late 0.01 --seed 7
  unincluded simulate astar --staked 30 --claims never --plot year.svg
  unincluded simulate shibuya --format json

Exit codes:
  0  the cycle ran to its end, and its emission is within the bound
  1  it is not: that would be a fault of the model
  2  misuse: a bad argument, or a file that cannot be written";

/// What `sweep` measures.
pub(crate) const SWEEP_HELP: &str = "\
Vary parameters, and see what holds and how fast it is.

Every cell of the grid is one scenario with other values. Our own search sees all its states, with the \
faults that the scenario names, and decides every property; and the run in which nothing goes wrong is \
followed until it goes round, which gives its rate exactly.

The axes, each given once as --over AXIS=VALUES, with VALUES as 3, 1..4 or 1,4:

  C         blocks that a segment may hold, 0 to 12
  V         blocks for each relay slot, 0 to 3
  cores     cores of the para, 1 to 3
  r         relay blocks from the relay parent to the best relay block, 0 to 2
  L         relay blocks after its relay parent in which a candidate is backed, 1 to 4
  P         relay blocks after which a candidate can time out, 1 to 12
  F         relay blocks after which groups rotate, 1 to 24
  D         relay blocks from the relay parent to the inclusion, at the least, 2 to 5; 3 + r if not given
  lag       collators that see the relay tip one block late: never, together, apart
  collator  who authors: slot-based, lookahead, adversary

With --faults F/S the least and the greatest rate are found over all runs in which at most F relay slots of \
any S are faulty. With --witnesses the runs that have these rates, and the soonest and the latest inclusion, are \
saved as traces.

A cell that cannot be decided says why and is never a pass: its values do not go together, a limit came \
first, or its run has no one rate.

With --smallest C the least capacity that sustains the full rate is looked for at each place of the other \
axes, held against what networks choose, and shown together with the run that the next smaller one does \
for ever.";

/// `sweep`, by example.
pub(crate) const SWEEP_EXAMPLES: &str = "\
Examples:
  unincluded sweep astar --over C=1..4 --over D=2..4
  unincluded sweep astar lookahead --over C=2..4 --plot rates.svg
  unincluded sweep astar --over C=1..3 --mishaps
  unincluded sweep astar --faults 1/8 --witnesses
  unincluded sweep astar --smallest C --over r=0..2
  unincluded sweep elastic --smallest C --over V=1..3 --format json";

/// How `sweep` ends.
pub(crate) const SWEEP_EXIT_CODES: &str = "\
Exit codes:
  0  every cell is decided, and every property holds in it; a least C is known at every place
  1  a property is violated in some cell
  2  misuse: a bad argument, or a file that cannot be read or written
  3  some cell is not decided, or no C that was tried sustains the full rate; not a pass";

/// What `claims` judges.
pub(crate) const CLAIMS_HELP: &str = "\
Judge what was said in public about Astar's upgrade.

Each claim *holds*, *holds if* something is the case that was not said, or is *refuted*; with the reason in \
figures, and the command that shows them. Nothing is written down beforehand: every verdict is computed from \
searches, rates, cycles of emission and constants when the command runs. With a rule switched off or changed \
the verdicts are those of such a network.";

/// `claims`, by example.
pub(crate) const CLAIMS_EXAMPLES: &str = "\
Examples:
  unincluded claims
  unincluded claims confirmation-halved security-not-compromised
  unincluded claims --without SEG-5
  unincluded claims --format json --out traces";

/// How `claims` ends.
pub(crate) const CLAIMS_EXIT_CODES: &str = "\
Exit codes:
  0  every claim is decided; one that is refuted is an answer, and no failure
  2  misuse: a bad argument, or a file that cannot be written
  3  some claim is not decided: a limit came first";

/// After the options of `list`.
pub(crate) const LIST: &str = "\
Examples:
  unincluded list scenarios
  unincluded list rules --format json";

#[cfg(test)]
mod tests {
    use unincluded_properties::grid::{Axis, Legal};

    /// The table of axes in the help is that of the grid.
    #[test]
    fn the_help_of_sweep_names_every_axis_and_its_legal_values() {
        for axis in Axis::ALL {
            let start = format!("  {:8}  ", axis.name());
            let line = super::SWEEP_HELP.lines().find(|line| line.starts_with(&start));
            let line = line.unwrap_or_else(|| panic!("{} is not in the help", axis.name()));
            let range = match axis.legal() {
                Legal::Numbers(least, most) => format!("{least} to {most}"),
                Legal::Words(words) => words.join(", "),
            };
            assert!(line.contains(axis.meaning()) && line.contains(&range), "{line}");
        }
    }
}
