//! How a heat map is drawn.

use plotters::element::Rectangle;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor, WHITE};

use super::draw::{Area, COLOURS, FAINT_INK, Frame, INFALLIBLE, INK, LARGE, SMALL};
use super::heat_map::HeatMap;
use super::text::{font, text};

pub(super) const HEIGHT: i32 = 860;
const LEFT: i32 = 250;
const ABOVE: i32 = 75;
/// A cell that is less high or wide has no number in it.
const LEAST: [i32; 2] = [30, 75];
/// How many cells across or down there are at most: more than there are pixels can't be told apart.
const MOST: usize = 500;

/// Draws a heat map from `top` on.
pub(super) fn draw(area: &Area<'_>, map: &HeatMap, top: i32) {
    let frame = Frame::new(top, HEIGHT, [LEFT, ABOVE]);
    let [title, x, y] = &map.names;
    frame.names(area, ABOVE - 18, [title, x, y]);
    let (rows, columns) = (map.rows.len(), map.columns.len());
    if map.values.is_empty() || rows.max(columns) > MOST {
        let what = if map.values.is_empty() { "no data" } else { "too many cells" };
        let place = (frame.across(0.5), frame.up(0.5), frame.right);
        text(area, what, place, font(LARGE, FAINT_INK), (HPos::Center, VPos::Center));
        return;
    }
    let edge = |i: usize, count: usize| i as f64 / count as f64;
    let top = |row: usize| frame.up(1.0 - edge(row, rows));
    let left = |column: usize| frame.across(edge(column, columns));
    let scale = Scale::of(&map.values);
    let height = (frame.bottom - frame.top) / rows as i32;
    let width = (frame.right - frame.left) / columns as i32;

    for (i, &value) in map.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let (row, column) = (i / columns, i % columns);
        let corners = [(left(column), top(row)), (left(column + 1), top(row + 1))];
        let (colour, ink) = scale.colours(value);
        area.draw(&Rectangle::new(corners, colour.filled())).expect(INFALLIBLE);
        if height >= LEAST[0] && width >= LEAST[1] {
            let [(x0, y0), (x1, y1)] = corners;
            let place = ((x0 + x1) / 2, (y0 + y1) / 2, width);
            text(area, &scale.text(value), place, font(SMALL, ink), (HPos::Center, VPos::Center));
        }
    }

    let every = |size: i32, least: i32| (least as usize).div_ceil(size.max(1) as usize);
    for (row, name) in map.rows.iter().enumerate().step_by(every(height, LEAST[0])) {
        let place = (frame.left - 14, (top(row) + top(row + 1)) / 2, LEFT - 70);
        text(area, name, place, font(SMALL, FAINT_INK), (HPos::Right, VPos::Center));
    }
    let every = every(width, LEAST[1]);
    for (column, name) in map.columns.iter().enumerate().step_by(every) {
        let place = ((left(column) + left(column + 1)) / 2, frame.bottom + 14, width * every as i32);
        text(area, name, place, font(SMALL, FAINT_INK), (HPos::Center, VPos::Top));
    }
}

/// From numbers to colours.
struct Scale {
    low: f64,
    high: f64,
    whole: bool,
}

impl Scale {
    fn of(values: &[f64]) -> Self {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        Self {
            low: finite().fold(0.0, f64::min),
            high: finite().reduce(f64::max).unwrap_or(0.0),
            whole: finite().all(|value| value.fract() == 0.0),
        }
    }

    /// The colour of a cell, and that of what is written in it.
    fn colours(&self, value: f64) -> (RGBColor, RGBColor) {
        // Half of each: the difference of two finite numbers may be infinite.
        let [value, low, high] = [value, self.low, self.high].map(|number| number / 2.0);
        let share = if low < high { (value - low) / (high - low) } else { 0.0 };
        let RGBColor(r, g, b) = COLOURS[0];
        let [r, g, b] = [r, g, b].map(|dark| (255.0 - share * (255.0 - f64::from(dark))).round() as u8);
        (RGBColor(r, g, b), if share > 0.55 { WHITE } else { INK })
    }

    /// Whole numbers as they are; of others so much that the largest has three digits.
    fn text(&self, value: f64) -> String {
        let size = self.high.max(-self.low);
        let text = match size {
            _ if value == 0.0 => "0".into(),
            0.0..1e6 if self.whole => format!("{value:.0}"),
            1e-3..1e6 => format!("{value:.*}", (2.0 - size.log10().floor()).max(0.0) as usize),
            _ => format!("{value:.1e}"),
        };
        text.replace('-', "−")
    }
}
