//! The runs behind a cell's figures: the slowest and the fastest for ever, and to the first and the last
//! inclusion that there can be.

use std::path::{Path, PathBuf};

use anyhow::Result;
use unincluded_model::{Action, Protocol};
use unincluded_properties::Lasso;
use unincluded_properties::rates::{Conditions, Rates};
use unincluded_properties::runs::Runs;
use unincluded_properties::smallest::Healthy;
use unincluded_traces::{Run, TraceError, record, record_lasso};

use crate::keep;

/// A run that shows a figure, and where it is saved.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Of what: `any fault, slowest`.
    pub(crate) of: String,
    /// The figure.
    pub(crate) figure: String,
    run: Run,
    /// Where it is saved, once it is.
    pub(crate) trace: Option<PathBuf>,
}

/// Records the runs behind figures, all of one cell.
pub(crate) struct Witnesses<'a> {
    protocol: &'a Protocol,
    cell: &'a str,
    found: Vec<Witness>,
}

impl<'a> Witnesses<'a> {
    /// Of a cell with this name.
    pub(crate) fn new(protocol: &'a Protocol, cell: &'a str) -> Self {
        Witnesses { protocol, cell, found: Vec::new() }
    }

    /// The slowest run where nothing goes wrong, which is the only one where there are no ties.
    pub(crate) fn healthy(mut self, healthy: &Healthy, delay: u8) -> Result<Self, TraceError> {
        let runs = Runs::new(self.protocol, Conditions::Steady { delay }, false);
        let figure = blocks(healthy.rate);
        self.lasso(runs.protocol(), "healthy, slowest", figure, &healthy.run)?;
        Ok(self)
    }

    /// The extremes of the rate and of the latency under conditions.
    pub(crate) fn rates(mut self, under: &str, rates: &Rates) -> Result<Self, TraceError> {
        let protocol = self.protocol;
        if let Some(bounds) = &rates.blocks {
            for (which, rate) in [("slowest", &bounds.least), ("fastest", &bounds.greatest)] {
                let of = format!("{under}, {which}");
                self.lasso(protocol, &of, blocks(rate.ratio), &rate.witness)?;
            }
        }
        if let Some(latency) = &rates.latency {
            let inclusions = [
                ("soonest inclusion", latency.least, &latency.quick),
                ("latest inclusion", latency.worst, &latency.slow),
            ];
            for (which, after, run) in inclusions {
                self.run(&format!("{under}, {which}"), after, run)?;
            }
        }
        Ok(self)
    }

    /// All that were recorded.
    pub(crate) fn found(self) -> Vec<Witness> {
        self.found
    }

    fn lasso(
        &mut self,
        protocol: &Protocol,
        of: &str,
        figure: String,
        lasso: &Lasso<Action>,
    ) -> Result<(), TraceError> {
        let about = format!("{}, {of}: {figure} for ever.", self.cell);
        let run = record_lasso(protocol, None, &about, lasso, &[])?;
        self.found.push(Witness { of: of.to_owned(), figure, run, trace: None });
        Ok(())
    }

    fn run(&mut self, of: &str, after: u32, run: &[Action]) -> Result<(), TraceError> {
        let figure = format!("{after} relay blocks after the relay parent");
        let about = format!("{}, {of}: {figure}, with the last action.", self.cell);
        let run = record(self.protocol, None, &about, run)?;
        self.found.push(Witness { of: of.to_owned(), figure, run, trace: None });
        Ok(())
    }
}

impl Witness {
    /// Saves the run under a name of this cell.
    pub(crate) fn save(&mut self, name: impl FnOnce(&str) -> String, out: &Path) -> Result<()> {
        self.trace = Some(keep::save_as(&self.run, &name(&self.of), out)?);
        Ok(())
    }
}

fn blocks(rate: unincluded_properties::graph::ratio::Ratio) -> String {
    let blocks = if rate.to_string() == "1" { "block" } else { "blocks" };
    format!("{rate} {blocks} a relay slot")
}
