//! How a panel with curves is drawn.

use plotters::element::Circle;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor};

use super::axis::Axis;
use super::draw::{Area, COLOURS, FAINT_INK, Frame, INFALLIBLE, INK, LARGE, SMALL, path};
use super::panel::{Curve, Panel};
use super::text::{font, text, text_width};

pub(super) const HEIGHT: i32 = 580;
const LEFT: i32 = 160;
const ABOVE: i32 = 115;

const GRID: RGBColor = RGBColor(222, 226, 231);
const FAINT_GRID: RGBColor = RGBColor(241, 243, 245);

/// Draws a panel from `top` on.
pub(super) fn draw(area: &Area<'_>, panel: &Panel, top: i32) {
    let points = || panel.curves.iter().flat_map(|curve| curve.points.iter().copied());
    let xs = points().map(|(x, _)| x);
    let x = if panel.log_x { Axis::log(xs, true) } else { Axis::linear(xs, 0.0) };
    let ys = points().map(|(_, y)| y);
    let y = if panel.log_y { Axis::log(ys, false) } else { Axis::linear(ys, 0.06) };
    Sheet { area, panel, x, y, frame: Frame::new(top, HEIGHT, [LEFT, ABOVE]) }.draw();
}

/// A panel and where it is.
struct Sheet<'a, 'b> {
    area: &'a Area<'b>,
    panel: &'a Panel,
    x: Axis,
    y: Axis,
    frame: Frame,
}

impl Sheet<'_, '_> {
    fn draw(&self) {
        self.grid();
        self.frame.names(self.area, ABOVE - 18, [&self.panel.title, &self.panel.x, &self.panel.y]);
        self.legend();
        for (i, curve) in self.panel.curves.iter().enumerate() {
            self.curve(curve, COLOURS[i % COLOURS.len()]);
        }
        if !self.panel.curves.iter().any(|curve| curve.points.iter().any(|&p| self.pixel(p).is_some())) {
            let place = (self.frame.across(0.5), self.frame.up(0.5), self.frame.right);
            text(self.area, "no data", place, font(LARGE, FAINT_INK), (HPos::Center, VPos::Center));
        }
    }

    fn pixel(&self, (x, y): (f64, f64)) -> Option<(i32, i32)> {
        Some((self.frame.across(self.x.place(x)?), self.frame.up(self.y.place(y)?)))
    }

    fn grid(&self) {
        let (area, Frame { left, right, top, bottom }) = (self.area, self.frame);
        for y in self.y.minor.iter().filter_map(|&v| self.y.place(v)).map(|place| self.frame.up(place)) {
            path(area, vec![(left, y), (right, y)], FAINT_GRID, 2);
        }
        for (value, label) in &self.y.ticks {
            let Some(y) = self.y.place(*value).map(|place| self.frame.up(place)) else { continue };
            path(area, vec![(left, y), (right, y)], GRID, 2);
            let place = (left - 14, y, LEFT);
            text(area, label, place, font(SMALL, FAINT_INK), (HPos::Right, VPos::Center));
        }
        for x in self.x.minor.iter().filter_map(|&v| self.x.place(v)).map(|place| self.frame.across(place)) {
            path(area, vec![(x, bottom), (x, top)], FAINT_GRID, 2);
        }
        for (value, label) in &self.x.ticks {
            let Some(x) = self.x.place(*value).map(|place| self.frame.across(place)) else { continue };
            path(area, vec![(x, bottom), (x, top)], FAINT_GRID, 2);
            let place = (x, bottom + 14, LEFT);
            text(area, label, place, font(SMALL, FAINT_INK), (HPos::Center, VPos::Top));
        }
        path(area, vec![(left, bottom), (right, bottom)], FAINT_INK, 2);
    }

    /// The names of the curves in a row above the grid; each with its share of the width at most, if all together are too wide.
    fn legend(&self) {
        const MARK: i32 = 44;
        let y = self.frame.top - 30;
        let (width, curves) = (self.frame.width(), &self.panel.curves);
        let all: i32 = curves.iter().map(|curve| MARK + 52 + text_width(&curve.name, SMALL)).sum();
        let share = if all <= width { width } else { width / curves.len() as i32 };
        let mut x = self.frame.left;
        for (i, curve) in self.panel.curves.iter().enumerate() {
            let colour = COLOURS[i % COLOURS.len()];
            if curve.dots {
                self.dot((x + MARK / 2, y), colour);
            } else {
                path(self.area, vec![(x, y), (x + MARK, y)], colour, 4);
            }
            let place = (x + MARK + 12, y, share - MARK - 40);
            let drawn = text(self.area, &curve.name, place, font(SMALL, INK), (HPos::Left, VPos::Center));
            x += (MARK + 52 + drawn).min(share);
        }
    }

    /// A path through every run of points that have a place; a dot for a run of one.
    fn curve(&self, curve: &Curve, colour: RGBColor) {
        let pixels: Vec<_> = curve.points.iter().map(|&point| self.pixel(point)).collect();
        for run in pixels.split(Option::is_none) {
            let run: Vec<_> = run.iter().flatten().copied().collect();
            if curve.dots || run.len() == 1 {
                run.into_iter().for_each(|pixel| self.dot(pixel, colour));
            } else if !run.is_empty() {
                path(self.area, run, colour, 3);
            }
        }
    }

    fn dot(&self, centre: (i32, i32), colour: RGBColor) {
        self.area.draw(&Circle::new(centre, 6, colour.filled())).expect(INFALLIBLE);
    }
}
