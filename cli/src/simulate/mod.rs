//! `simulate`: a whole cycle of emission, block by block.

mod cycle;
mod faults;
mod plot;
mod report;

use anyhow::{Context, Result, bail};
use unincluded_model::economics::BlockTime;

use crate::arguments::{Phase, PlainFormat, Simulate};
use crate::exit::Exit;
use crate::screen::{Screen, shown_name};
use cycle::Plan;
use faults::{Faults, Timeline};
use report::Report;

/// Runs the cycle, draws it if asked, and says what came of it.
pub(crate) fn simulate(asked: &Simulate, screen: &Screen) -> Result<Exit> {
    let plan = plan(asked)?;
    let faults =
        Faults { skipped_slots: asked.skipped_slots, orphaned: asked.orphaned, late: asked.late };
    let mut timeline = Timeline::new(faults, asked.seed);
    let cycle = cycle::run(&plan, &mut timeline);
    if let Some(refused) = cycle.refused.first() {
        bail!("a call that should have been possible was refused: {refused}");
    }
    let report = Report::new(&plan, asked.phase, asked.seed, &timeline, &cycle);
    if let Some(path) = &asked.plot {
        let name = shown_name(&path.display().to_string());
        let svg = plot::svg(&report, &cycle).context("cannot draw the plot")?;
        std::fs::write(path, svg).with_context(|| format!("cannot write the plot {name}"))?;
    }
    screen.answer(&match asked.format {
        PlainFormat::Human => report.for_people(screen),
        PlainFormat::Json => serde_json::to_string_pretty(&report)?,
    });
    Ok(if report.is_within() { Exit::Holds } else { Exit::Violated })
}

/// What to simulate, if the options fit together.
fn plan(asked: &Simulate) -> Result<Plan> {
    let network = match asked.phase {
        Phase::In2026 => asked.network.clone().in_2026(),
        Phase::Before | Phase::Switch | Phase::After => asked.network.clone(),
    };
    let most = network.before.blocks_per_cycle() - 1;
    let switch_after = match (asked.phase, &asked.switch_after) {
        (Phase::Switch, None) => Some(network.before.blocks_per_cycle() / 2),
        (Phase::Switch, Some(word)) => match word.parse() {
            Ok(blocks) if blocks <= most => Some(blocks),
            _ => bail!("--switch-after = {word:?}: legal is a whole number from 0 to {most}"),
        },
        (_, None) => None,
        (_, Some(word)) => {
            bail!("--switch-after = {word:?}: legal with --phase switch only")
        }
    };
    let block_time = match asked.phase {
        Phase::Before | Phase::Switch => BlockTime::TwelveSeconds,
        Phase::After | Phase::In2026 => BlockTime::SixSeconds,
    };
    Ok(Plan {
        issuance: asked.issuance.unwrap_or(network.issuance),
        network,
        block_time,
        switch_after,
        staked: asked.staked,
        claims: asked.claims,
        fees: asked.fees,
    })
}
