//! Colours, and what explains them.

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, WHITE};

use super::layout::SMALL;
use super::paint::frame;
use crate::plot::draw::{Area, COLOURS, FAINT_INK, INK, path};
use crate::plot::text::{font, text};
use crate::tape::{GraphEdge, GraphNode, NodeKind};

const DATA: RGBColor = RGBColor(105, 112, 122);
/// The insides of boxes.
const PALE_BLUE: RGBColor = RGBColor(219, 235, 246);
const PALE_GREY: RGBColor = RGBColor(236, 238, 241);
const PALE_GREEN: RGBColor = RGBColor(219, 243, 235);

/// The height of the key.
pub(super) const HEIGHT: i32 = 76;
/// The length of a sample, and the space around a name.
const SAMPLE: i32 = 46;
const AROUND: [i32; 2] = [12, 34];

/// The colour and the width of a line.
pub(super) fn look(edge: &GraphEdge, from: &GraphNode) -> (RGBColor, u32) {
    match (edge.lag, from.kind) {
        _ if !from.needs_grad => (DATA, 2),
        (0, NodeKind::Parameter) => (COLOURS[0], 3),
        (0, _) => (INK, 3),
        _ => (COLOURS[1], 4),
    }
}

/// The colours of a box: inside, its border, and its title.
pub(super) fn colours(node: &GraphNode) -> (RGBColor, RGBColor, RGBColor) {
    match node.kind {
        NodeKind::Parameter => (PALE_BLUE, COLOURS[0], INK),
        NodeKind::Loss => (PALE_GREEN, COLOURS[2], INK),
        NodeKind::Input if !node.needs_grad => (PALE_GREY, DATA, INK),
        NodeKind::Op if !node.needs_grad => (WHITE, DATA, FAINT_INK),
        _ => (WHITE, INK, INK),
    }
}

/// What is explained: a box with its inside, or a line.
const ENTRIES: [(&str, Option<RGBColor>, RGBColor); 6] = [
    ("parameter", Some(PALE_BLUE), COLOURS[0]),
    ("data", Some(PALE_GREY), DATA),
    ("loss", Some(PALE_GREEN), COLOURS[2]),
    ("has a gradient", None, INK),
    ("of another step", None, COLOURS[1]),
    ("no gradient", None, DATA),
];

fn size(name: &str) -> i32 {
    SAMPLE + AROUND[0] + (name.len() as f64 * SMALL * 0.57) as i32 + AROUND[1]
}

/// How wide a picture with the key is at least.
pub(super) fn width() -> i32 {
    ENTRIES.iter().map(|(name, ..)| size(name)).sum::<i32>() + 2 * AROUND[1]
}

/// Draws it across the picture.
pub(super) fn draw(area: &Area<'_>, [wide, top]: [i32; 2]) {
    let (mut x, y) = ((wide - width()) / 2 + AROUND[1], top + HEIGHT / 2);
    for (name, fill, colour) in ENTRIES {
        match fill {
            Some(fill) => frame(area, [(x, y - 15), (x + SAMPLE, y + 15)], fill, colour),
            None => path(area, vec![(x, y), (x + SAMPLE, y)], colour, 4),
        }
        let place = (x + SAMPLE + AROUND[0], y, wide);
        text(area, name, place, font(SMALL, FAINT_INK), (HPos::Left, VPos::Center));
        x += size(name);
    }
}
