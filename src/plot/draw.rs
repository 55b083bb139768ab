//! A picture as SVG: what its panels have in common.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::PathElement;
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor, WHITE};

use super::text::{font, text};
use super::{Part, cells, curves};

// In pixels of a picture that is meant to be scaled: twice as fine as a screen.
const WIDTH: i32 = 1600;
const TITLE: i32 = 90;
const RIGHT: i32 = 50;
pub(super) const BOTTOM: i32 = 105;
pub(super) const SMALL: f64 = 25.0;
const MEDIUM: f64 = 29.0;
pub(super) const LARGE: f64 = 36.0;

pub(super) const INK: RGBColor = RGBColor(45, 50, 58);
pub(super) const FAINT_INK: RGBColor = RGBColor(105, 112, 122);
/// Okabe & Ito's colours, told apart by colour-blind readers too.
pub(super) const COLOURS: [RGBColor; 6] = [
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

/// A picture of this width and height on white.
pub(super) fn canvas([width, height]: [i32; 2], paint: impl FnOnce(&Area<'_>)) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        area.fill(&WHITE).expect(INFALLIBLE);
        paint(&area);
        area.present().expect(INFALLIBLE);
    }
    // Half as long without what is so anyway. (In text there are no quotation marks.)
    [" opacity=\"1\"", " stroke=\"none\""].into_iter().fold(svg, |svg, default| svg.replace(default, ""))
}

pub(super) fn svg(title: &str, parts: &[Part]) -> String {
    let height = |part: &Part| match part {
        Part::Curves(_) => curves::HEIGHT,
        Part::Cells(map) => cells::height(map),
    };
    canvas([WIDTH, TITLE + parts.iter().map(height).sum::<i32>()], |area| {
        let place = (WIDTH / 2, 30, WIDTH - 2 * RIGHT);
        text(area, title, place, font(LARGE, INK).bold(), (HPos::Center, VPos::Top));
        let mut top = TITLE;
        for part in parts {
            match part {
                Part::Curves(panel) => curves::draw(area, panel, top),
                Part::Cells(map) => cells::draw(area, map, top),
            }
            top += height(part);
        }
    })
}

/// Where in the picture a panel's data are, in pixels. Around them are its names and numbers.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub bottom: i32,
}

impl Frame {
    /// In a panel that begins at `top`: so far from its left end, and from its top.
    pub fn new(top: i32, height: i32, [left, above]: [i32; 2]) -> Self {
        Self { left, right: WIDTH - RIGHT, top: top + above, bottom: top + height - BOTTOM }
    }

    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    /// From a place between 0, the left end, and 1.
    pub fn across(&self, place: f64) -> i32 {
        self.left + (place * f64::from(self.width())).round() as i32
    }

    /// From a place between 0, the lower end, and 1.
    pub fn up(&self, place: f64) -> i32 {
        self.top + ((1.0 - place) * f64::from(self.bottom - self.top)).round() as i32
    }

    /// The panel's title, `above` the data, and the names of the axes.
    pub fn names(&self, area: &Area<'_>, above: i32, [title, x, y]: [&str; 3]) {
        let (width, height) = (self.width(), self.bottom - self.top);
        let place = (self.left, self.top - above, width);
        text(area, title, place, font(MEDIUM, INK).bold(), (HPos::Left, VPos::Top));
        let place = (self.across(0.5), self.bottom + 54, width);
        text(area, x, place, font(SMALL, INK), (HPos::Center, VPos::Top));
        let place = (22, self.up(0.5), height);
        text(area, y, place, font(SMALL, INK).turned(), (HPos::Center, VPos::Top));
    }
}

pub(super) fn path(area: &Area<'_>, points: Vec<(i32, i32)>, colour: RGBColor, width: u32) {
    area.draw(&PathElement::new(points, colour.stroke_width(width))).expect(INFALLIBLE);
}
