//! A heat map of a grid: the last axis from left to right, all others from top to bottom.

// Pixels of a grid of at most some thousand cells.
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use anyhow::Result;
use plotters::prelude::{
    BLACK, Color, IntoDrawingArea, IntoFont, RGBColor, Rectangle, SVGBackend, Text, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, IntoTextStyle};
use unincluded_properties::grid::{Axis, Place};
use unincluded_properties::smallest::{full_rate, with};

use super::Judged;
use super::measure::Cell;
use crate::report::Verdict;
use crate::subject::Subject;

/// The size of a cell, and of what stands around them; pixels.
const WIDE: i32 = 92;
const HIGH: i32 = 46;
const LEFT: i32 = 300;
const TOP: i32 = 92;
const MARGIN: i32 = 24;

/// So that title and legend have room; pixels.
const LEAST_WIDTH: i32 = 520;

/// Not decided.
const UNDECIDED: RGBColor = RGBColor(0xd0, 0xd0, 0xd0);

/// Violated.
const VIOLATED: RGBColor = RGBColor(0xd7, 0x30, 0x27);

/// The picture, as SVG.
pub(crate) fn svg(
    subjects: &[Subject],
    axes: &[(Axis, Vec<u8>)],
    cells: &[Cell],
) -> Result<String> {
    let (last, others) = match axes.split_last() {
        Some((last, others)) => (Some(last), others),
        None => (None, axes),
    };
    let across = last.map_or(1, |(_, values)| values.len());
    let rows: Vec<(&Subject, Place)> = subjects
        .iter()
        .flat_map(|subject| Place::all(others).into_iter().map(move |place| (subject, place)))
        .collect();
    let size = (
        (LEFT + across as i32 * WIDE + MARGIN).max(LEAST_WIDTH) as u32,
        (TOP + rows.len() as i32 * HIGH + 2 * MARGIN) as u32,
    );
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let centred = |size: i32| {
            ("sans-serif", size)
                .into_font()
                .into_text_style(&root)
                .pos(Pos::new(HPos::Center, VPos::Center))
        };
        let aside = ("sans-serif", 14)
            .into_font()
            .transform(FontTransform::None)
            .into_text_style(&root)
            .pos(Pos::new(HPos::Right, VPos::Center));
        let title = "para blocks for each relay slot where nothing goes wrong";
        root.draw(&Text::new(title, (MARGIN, MARGIN), ("sans-serif", 18)))?;
        if let Some((axis, values)) = last {
            for (place, &value) in values.iter().enumerate() {
                let label = format!("{} {}", axis.name(), axis.word(value));
                let x = LEFT + place as i32 * WIDE + WIDE / 2;
                root.draw(&Text::new(label, (x, TOP - 16), centred(14)))?;
            }
        }
        for (line, (subject, place)) in rows.iter().enumerate() {
            let y = TOP + line as i32 * HIGH;
            let comma = if place.0.is_empty() { "" } else { ", " };
            let label = format!("{}{comma}{place}", subject.title());
            root.draw(&Text::new(label, (LEFT - 12, y + HIGH / 2), aside.clone()))?;
            for column in 0..across {
                let Some(cell) = cells.get(line * across + column) else { continue };
                let x = LEFT + column as i32 * WIDE;
                let corners = [(x + 1, y + 1), (x + WIDE - 1, y + HIGH - 1)];
                let (colour, words) = look(cell, subject);
                root.draw(&Rectangle::new(corners, colour.filled()))?;
                root.draw(&Rectangle::new(corners, BLACK.mix(0.25)))?;
                let ink = if is_dark(colour) { WHITE } else { BLACK };
                let style = centred(15).color(&ink);
                root.draw(&Text::new(words, (x + WIDE / 2, y + HIGH / 2), style))?;
            }
        }
        let y = TOP + rows.len() as i32 * HIGH + MARGIN;
        let legend = [
            (shade(1.0), "the full rate"),
            (shade(0.4), "less"),
            (UNDECIDED, "not decided"),
            (VIOLATED, "violated"),
        ];
        let mut x = MARGIN;
        for (colour, words) in legend {
            root.draw(&Rectangle::new([(x, y - 7), (x + 14, y + 7)], colour.filled()))?;
            root.draw(&Text::new(words, (x + 20, y - 7), ("sans-serif", 14)))?;
            x += 40 + 8 * words.len() as i32;
        }
        root.present()?;
    }
    Ok(text)
}

/// The colour of a cell, and the words in it.
fn look(cell: &Cell, subject: &Subject) -> (RGBColor, String) {
    let healthy = cell.found.as_ref().ok().and_then(|found| found.healthy.as_ref().ok());
    let rate = healthy.map_or_else(|| "?".to_owned(), |healthy| healthy.rate.to_string());
    match (cell.verdict(), healthy) {
        (Verdict::Violated, _) => (VIOLATED, rate),
        (Verdict::Holds, Some(healthy)) => {
            let scenario = cell.place.scenario(subject.protocol.scenario()).ok();
            let full = scenario.and_then(|scenario| full_rate(&with(&subject.protocol, scenario)));
            let share = healthy.rate.as_f64() / full.unwrap_or(1).max(1) as f64;
            (shade(share.min(1.0)), rate)
        }
        _ => (UNDECIDED, rate),
    }
}

/// From nothing, almost white, to the full rate, dark blue.
fn shade(share: f64) -> RGBColor {
    let between = |from: f64, to: f64| (from + (to - from) * share).round() as u8;
    RGBColor(between(247.0, 8.0), between(251.0, 81.0), between(255.0, 156.0))
}

fn is_dark(colour: RGBColor) -> bool {
    u32::from(colour.0) + u32::from(colour.1) + u32::from(colour.2) < 380
}
