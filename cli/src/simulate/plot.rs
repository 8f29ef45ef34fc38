//! Two pictures of a cycle: emission against target, and how far blocks are apart.

use anyhow::Result;
use plotters::prelude::{
    BLACK, BLUE, ChartBuilder, Color, IntoDrawingArea, LineSeries, PathElement, RED, Rectangle,
    SVGBackend, WHITE,
};
use unincluded_model::economics::TOKEN;

use super::cycle::{Cycle, SLOT};
use super::report::Report;

const SIZE: (u32, u32) = (960, 900);
const UPPER: u32 = 520;
const DAY: f64 = 86_400_000.0;

/// The picture, as SVG.
pub(crate) fn svg(report: &Report, cycle: &Cycle) -> Result<String> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (upper, lower) = root.split_vertically(UPPER);

        let days = |milliseconds: u64| milliseconds as f64 / DAY;
        let millions = |planck: u128| planck as f64 / (TOKEN as f64 * 1e6);
        let (end, target) = (days(cycle.milliseconds), millions(cycle.target));
        let mut chart = ChartBuilder::on(&upper)
            .caption(report.title(), ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(84)
            .build_cartesian_2d(0.0..end, 0.0..target * 1.05)?;
        chart.configure_mesh().x_desc("days").y_desc("million tokens").draw()?;
        let recorded = cycle.eras.iter().map(|era| (days(era.at), millions(era.recorded)));
        let recorded = std::iter::once((0.0, 0.0)).chain(recorded);
        chart
            .draw_series(LineSeries::new(recorded, &BLUE))?
            .label("recorded at the end of each era")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], BLUE));
        chart
            .draw_series(LineSeries::new([(0.0, 0.0), (end, target)], &RED))?
            .label("target, if it came evenly")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], RED));
        chart.configure_series_labels().border_style(BLACK).background_style(WHITE).draw()?;

        let all = cycle.intervals.iter().sum::<u64>().max(1) as f64;
        let seconds = |slots: u64| (slots * SLOT) as f64 / 1000.0;
        let longest = seconds(cycle.intervals.len() as u64);
        let bars = (0u64..).zip(&cycle.intervals).map(|(slots, &count)| {
            let share = 100.0 * count as f64 / all;
            let corners = [(seconds(slots) - 2.0, 0.0), (seconds(slots) + 2.0, share)];
            Rectangle::new(corners, BLUE.filled())
        });
        let mut chart = ChartBuilder::on(&lower)
            .caption("intervals between blocks", ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(84)
            .build_cartesian_2d(0.0..longest, 0.0..105.0)?;
        chart.configure_mesh().x_desc("seconds").y_desc("% of blocks").draw()?;
        chart.draw_series(bars)?;
        root.present()?;
    }
    Ok(text)
}
