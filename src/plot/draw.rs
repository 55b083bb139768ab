//! Panels as SVG.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor, WHITE};

use super::axis::Axis;
use super::panel::{Curve, Panel};
use super::text::{font, text};

// In pixels of a picture that is meant to be scaled: twice as fine as a screen.
const WIDTH: i32 = 1600;
const PANEL: i32 = 580;
const TITLE: i32 = 90;
const LEFT: i32 = 160;
const RIGHT: i32 = 50;
const TOP: i32 = 115;
const BOTTOM: i32 = 105;
const SMALL: f64 = 25.0;
const MEDIUM: f64 = 29.0;
const LARGE: f64 = 36.0;

const INK: RGBColor = RGBColor(45, 50, 58);
const FAINT_INK: RGBColor = RGBColor(105, 112, 122);
const GRID: RGBColor = RGBColor(222, 226, 231);
const FAINT_GRID: RGBColor = RGBColor(241, 243, 245);
/// Okabe & Ito's colours, told apart by colour-blind readers too.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Why drawing cannot fail: nothing is written but a string.
pub(super) const INFALLIBLE: &str = "drawing into a string";

pub(super) fn svg(title: &str, panels: &[Panel]) -> String {
    let mut svg = String::new();
    let height = TITLE + PANEL * panels.len() as i32;
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32)).into_drawing_area();
        area.fill(&WHITE).expect(INFALLIBLE);
        let place = (WIDTH / 2, 30, WIDTH - 2 * RIGHT);
        text(&area, title, place, font(LARGE, INK).bold(), (HPos::Center, VPos::Top));
        for (i, panel) in panels.iter().enumerate() {
            let top = TITLE + PANEL * i as i32;
            Sheet::new(&area, panel, top).draw();
        }
        area.present().expect(INFALLIBLE);
    }
    svg
}

/// A panel and where it is.
struct Sheet<'a, 'b> {
    area: &'a Area<'b>,
    panel: &'a Panel,
    x: Axis,
    y: Axis,
    top: i32,
}

impl<'a, 'b> Sheet<'a, 'b> {
    fn new(area: &'a Area<'b>, panel: &'a Panel, top: i32) -> Self {
        let points = || panel.curves.iter().flat_map(|curve| curve.points.iter().copied());
        let x = Axis::linear(points().map(|(x, _)| x), 0.0);
        let ys = points().map(|(_, y)| y);
        let y = if panel.log_y { Axis::log(ys) } else { Axis::linear(ys, 0.06) };
        Self { area, panel, x, y, top }
    }

    fn draw(&self) {
        self.grid();
        self.names();
        self.legend();
        for (i, curve) in self.panel.curves.iter().enumerate() {
            self.curve(curve, COLOURS[i % COLOURS.len()]);
        }
        if !self.panel.curves.iter().any(|curve| curve.points.iter().any(|&p| self.pixel(p).is_some())) {
            let place = (self.across(0.5), self.up(0.5), WIDTH);
            text(self.area, "no data", place, font(LARGE, FAINT_INK), (HPos::Center, VPos::Center));
        }
    }

    fn across(&self, place: f64) -> i32 {
        LEFT + (place * f64::from(WIDTH - LEFT - RIGHT)).round() as i32
    }

    fn up(&self, place: f64) -> i32 {
        self.top + TOP + ((1.0 - place) * f64::from(PANEL - TOP - BOTTOM)).round() as i32
    }

    fn pixel(&self, (x, y): (f64, f64)) -> Option<(i32, i32)> {
        Some((self.across(self.x.place(x)?), self.up(self.y.place(y)?)))
    }

    fn grid(&self) {
        let [left, right, bottom, top] = [self.across(0.0), self.across(1.0), self.up(0.0), self.up(1.0)];
        for y in self.y.minor.iter().filter_map(|&v| self.y.place(v)).map(|place| self.up(place)) {
            self.path(vec![(left, y), (right, y)], FAINT_GRID, 2);
        }
        for (value, label) in &self.y.ticks {
            let Some(y) = self.y.place(*value).map(|place| self.up(place)) else { continue };
            self.path(vec![(left, y), (right, y)], GRID, 2);
            let place = (left - 14, y, LEFT);
            text(self.area, label, place, font(SMALL, FAINT_INK), (HPos::Right, VPos::Center));
        }
        for (value, label) in &self.x.ticks {
            let Some(x) = self.x.place(*value).map(|place| self.across(place)) else { continue };
            self.path(vec![(x, bottom), (x, top)], FAINT_GRID, 2);
            let place = (x, bottom + 14, LEFT);
            text(self.area, label, place, font(SMALL, FAINT_INK), (HPos::Center, VPos::Top));
        }
        self.path(vec![(left, bottom), (right, bottom)], FAINT_INK, 2);
    }

    fn names(&self) {
        let width = WIDTH - LEFT - RIGHT;
        let place = (LEFT, self.top + 18, width);
        text(self.area, &self.panel.title, place, font(MEDIUM, INK).bold(), (HPos::Left, VPos::Top));
        let place = (self.across(0.5), self.up(0.0) + 54, width);
        text(self.area, &self.panel.x, place, font(SMALL, INK), (HPos::Center, VPos::Top));
        let place = (22, self.up(0.5), PANEL - TOP - BOTTOM);
        text(self.area, &self.panel.y, place, font(SMALL, INK).turned(), (HPos::Center, VPos::Top));
    }

    /// The names of the curves in a row above the grid, each with its share of the width at most.
    fn legend(&self) {
        const MARK: i32 = 44;
        let y = self.top + TOP - 30;
        let share = (WIDTH - LEFT - RIGHT) / self.panel.curves.len().max(1) as i32;
        let mut x = LEFT;
        for (i, curve) in self.panel.curves.iter().enumerate() {
            let colour = COLOURS[i % COLOURS.len()];
            if curve.dots {
                self.dot((x + MARK / 2, y), colour);
            } else {
                self.path(vec![(x, y), (x + MARK, y)], colour, 4);
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
                self.path(run, colour, 3);
            }
        }
    }

    fn path(&self, points: Vec<(i32, i32)>, colour: RGBColor, width: u32) {
        self.area.draw(&PathElement::new(points, colour.stroke_width(width))).expect(INFALLIBLE);
    }

    fn dot(&self, centre: (i32, i32), colour: RGBColor) {
        self.area.draw(&Circle::new(centre, 6, colour.filled())).expect(INFALLIBLE);
    }
}
