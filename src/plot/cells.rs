//! How a heat map is drawn.

use plotters::element::Rectangle;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor, WHITE};

use super::axis::Axis;
use super::draw::{Area, BOTTOM, COLOURS, FAINT_INK, Frame, INFALLIBLE, INK, LARGE, SMALL, path};
use super::heat_map::HeatMap;
use super::text::{font, text};

const LEFT: i32 = 250;
const ABOVE: i32 = 75;
/// The height of all rows, and of a row whose cells are too narrow for numbers.
const ROWS: i32 = 680;
const ROW: i32 = 30;
/// Right of the cells: the space for the scale of colours.
const SCALE: i32 = 150;
/// A cell that is less high or wide has no number in it.
const LEAST: [i32; 2] = [30, 75];
/// How many cells across or down there are at most: more than there are pixels can't be told apart.
const MOST: usize = 500;

/// Whether the cells are too narrow for numbers.
fn narrow(map: &HeatMap) -> bool {
    let width = Frame::new(0, 0, [LEFT, 0]).width();
    !map.columns.is_empty() && width / (map.columns.len() as i32) < LEAST[1]
}

/// The height of a heat map with all that is around it.
pub(super) fn height(map: &HeatMap) -> i32 {
    let rows = match i32::try_from(map.rows.len()) {
        Ok(rows @ 0..100) if narrow(map) => (rows * ROW).clamp(160, ROWS),
        _ => ROWS,
    };
    ABOVE + rows + BOTTOM
}

/// Draws a heat map from `top` on.
pub(super) fn draw(area: &Area<'_>, map: &HeatMap, top: i32) {
    let mut frame = Frame::new(top, height(map), [LEFT, ABOVE]);
    let [title, x, y] = &map.names;
    let (rows, columns) = (map.rows.len(), map.columns.len());
    if map.values.is_empty() || rows.max(columns) > MOST {
        frame.names(area, ABOVE - 18, [title, x, y]);
        let what = if map.values.is_empty() { "no data" } else { "too many cells" };
        let place = (frame.across(0.5), frame.up(0.5), frame.right);
        text(area, what, place, font(LARGE, FAINT_INK), (HPos::Center, VPos::Center));
        return;
    }
    let scale = Scale::of(map);
    let height = (frame.bottom - frame.top) / rows as i32;
    let numbers = !narrow(map) && height >= LEAST[0];
    if !numbers {
        frame.right -= SCALE;
        draw_scale(area, &scale, frame);
    }
    frame.names(area, ABOVE - 18, [title, x, y]);
    let width = (frame.right - frame.left) / columns as i32;
    let edge = |i: usize, count: usize| i as f64 / count as f64;
    let top = |row: usize| frame.up(1.0 - edge(row, rows));
    let left = |column: usize| frame.across(edge(column, columns));

    for (i, &value) in map.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let (row, column) = (i / columns, i % columns);
        // A bit into the next cell, or the paper is seen between them where the picture is scaled.
        let over = i32::from(!numbers);
        let right = (left(column + 1) + over).min(frame.right);
        let corners = [(left(column), top(row)), (right, (top(row + 1) + over).min(frame.bottom))];
        let (colour, ink) = scale.colours(value);
        area.draw(&Rectangle::new(corners, colour.filled())).expect(INFALLIBLE);
        if numbers {
            let [(x0, y0), (x1, y1)] = corners;
            let place = ((x0 + x1) / 2, (y0 + y1) / 2, width);
            text(area, &scale.text(value), place, font(SMALL, ink), (HPos::Center, VPos::Center));
        }
    }

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

/// Of how many rows or columns of this size one is named, for names to have this room: 1, 2, 5, 10, 20, …
fn every(size: i32, least: i32) -> usize {
    let wanted = (least as usize).div_ceil(size.max(1) as usize);
    let mut steps = (0..).flat_map(|power| [1, 2, 5].map(|n| n * 10usize.pow(power)));
    steps.find(|&step| step >= wanted).unwrap_or(wanted)
}

/// What the colours mean, right of the frame.
fn draw_scale(area: &Area<'_>, scale: &Scale, frame: Frame) {
    const PIECES: i32 = 32;
    let (left, right) = (frame.right + 40, frame.right + 68);
    let axis = Axis::linear([scale.low, scale.high].into_iter(), 0.0);
    let thick = (frame.bottom - frame.top) / PIECES + 2;
    for piece in 0..PIECES {
        let share = (f64::from(piece) + 0.5) / f64::from(PIECES);
        let (colour, _) = scale.colours(scale.low * (1.0 - share) + scale.high * share);
        path(area, vec![(left, frame.up(share)), (right, frame.up(share))], colour, thick as u32);
    }
    let outline = [(left, frame.top), (right, frame.top), (right, frame.bottom), (left, frame.bottom)];
    path(area, outline.into_iter().chain([outline[0]]).collect(), FAINT_INK, 2);
    for (value, label) in &axis.ticks {
        let Some(y) = axis.place(*value).map(|place| frame.up(place)) else { continue };
        let place = (right + 10, y, SCALE - 78);
        text(area, label, place, font(SMALL, FAINT_INK), (HPos::Left, VPos::Center));
    }
}

/// From numbers to colours.
struct Scale {
    low: f64,
    high: f64,
    /// Whether 0 is white.
    diverging: bool,
    whole: bool,
}

impl Scale {
    fn of(map: &HeatMap) -> Self {
        let finite = || map.values.iter().copied().filter(|value| value.is_finite());
        let (least, most) = (finite().fold(0.0, f64::min), finite().reduce(f64::max).unwrap_or(0.0));
        let [low, high] = map.range.unwrap_or([least, most]);
        let far = high.max(-low);
        let [low, high] = if map.diverging { [-far, far] } else { [low, high] };
        Self { low, high, diverging: map.diverging, whole: finite().all(|value| value.fract() == 0.0) }
    }

    /// The colour of a cell, and that of what is written in it.
    fn colours(&self, value: f64) -> (RGBColor, RGBColor) {
        // Half of each: the difference of two finite numbers may be infinite.
        let [value, low, high] = [value, self.low, self.high].map(|number| number / 2.0);
        let low = if self.diverging { 0.0 } else { low };
        let share = if low < high { ((value - low) / (high - low)).clamp(-1.0, 1.0) } else { 0.0 };
        let share = if self.diverging { share } else { share.max(0.0) };
        let RGBColor(r, g, b) = COLOURS[usize::from(share < 0.0)];
        let share = share.abs();
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
