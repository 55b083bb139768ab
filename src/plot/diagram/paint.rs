//! How a graph is drawn.

use std::collections::BTreeSet;

use plotters::element::{Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor, WHITE};

use super::layout::{self, LONGEST, Layout, first_line, second_line};
use super::lines::{Point, Rect};
use super::sheet::Sheet;
use super::{Diagram, key, labels};
use crate::plot::draw::{Area, FAINT_INK, INFALLIBLE, INK, LARGE, canvas, path};
use crate::plot::text::{font, text};
use crate::tape::Graph;

const BAND: RGBColor = RGBColor(245, 246, 248);
/// The heights of the title and of the steps' titles.
const ABOVE: f64 = 84.0;
const STEPS: f64 = 46.0;

pub(super) fn svg(title: &str, graph: &Graph) -> String {
    let drawn = (1..=Diagram::MOST).contains(&graph.nodes.len()).then(|| {
        let layout = Layout::new(graph);
        Sheet::new(graph, &layout, ABOVE + STEPS)
    });
    let (width, bottom) = drawn.as_ref().map_or((0.0, 200.0), |sheet| (sheet.width, sheet.bottom));
    let (width, height) = ((width as i32).max(key::width()), bottom as i32 + 30 + key::HEIGHT);
    canvas([width, height], |area| {
        text(area, title, (width / 2, 24, width - 60), font(LARGE, INK).bold(), (HPos::Center, VPos::Top));
        match drawn {
            Some(sheet) => {
                draw(area, graph, &sheet, (f64::from(width) - sheet.width) / 2.0);
                key::draw(area, [width, height - key::HEIGHT]);
            }
            None => {
                let what = match graph.nodes.len() {
                    0 => "nothing on the tape".to_owned(),
                    count => format!("{count} nodes are too many: draw the folded graph"),
                };
                let place = (width / 2, 150, width);
                text(area, &what, place, font(LARGE, FAINT_INK), (HPos::Center, VPos::Center));
            }
        }
    })
}

fn draw(area: &Area<'_>, graph: &Graph, sheet: &Sheet, shift: f64) {
    let pixel = |(x, y): Point| ((x + shift).round() as i32, y.round() as i32);
    let corners = |rect: &Rect| [pixel((rect.left, rect.top)), pixel((rect.right, rect.bottom))];
    let middle = |rect: &Rect| pixel(((rect.left + rect.right) / 2.0, (rect.top + rect.bottom) / 2.0));

    for (steps, band) in &sheet.bands {
        let band = Rect { top: ABOVE, ..*band };
        area.draw(&Rectangle::new(corners(&band), BAND.filled())).expect(INFALLIBLE);
        let titles: BTreeSet<String> = steps.iter().map(|&step| graph.step_title(step)).collect();
        let title = titles.into_iter().collect::<Vec<_>>().join(", ");
        let place = (middle(&band).0, ABOVE as i32 + 12, (band.right - band.left) as i32);
        text(area, &title, place, font(layout::TITLE, FAINT_INK), (HPos::Center, VPos::Top));
    }
    // Those that matter most are drawn last.
    let mut order: Vec<usize> = (0..graph.edges.len()).collect();
    order.sort_by_key(|&i| (graph.edges[i].lag != 0, graph.nodes[graph.edges[i].from].needs_grad));
    for i in order {
        let (colour, width) = key::look(&graph.edges[i], &graph.nodes[graph.edges[i].from]);
        let line: Vec<(i32, i32)> = sheet.lines[i].iter().map(|&point| pixel(point)).collect();
        if let Some(&end) = line.last() {
            path(area, line, colour, width);
            arrow(area, end, colour);
        }
    }
    for (node, rect) in graph.nodes.iter().zip(&sheet.boxes) {
        let (fill, border, ink) = key::colours(node);
        frame(area, corners(rect), fill, border);
        let (x, y) = middle(rect);
        let width = (rect.right - rect.left) as i32;
        let center = (HPos::Center, VPos::Center);
        let short = |line: String| match line.char_indices().nth(LONGEST) {
            None => line,
            Some((end, _)) => line[..end].to_owned() + "…",
        };
        text(
            area,
            &short(first_line(graph, node)),
            (x, y - 14, width),
            font(layout::TITLE, ink).bold(),
            center,
        );
        text(area, &short(second_line(node)), (x, y + 16, width), font(layout::SMALL, FAINT_INK), center);
    }

    let texts = graph
        .edges
        .iter()
        .enumerate()
        .map(|(i, edge)| (i, edge.text(&graph.nodes[edge.from], &graph.nodes[edge.to])));
    let texts: Vec<(usize, String)> = texts.filter(|(_, text)| !text.is_empty()).collect();
    let arrows = sheet.lines.iter().filter_map(|line| line.last());
    let arrows = arrows.map(|&(x, y)| Rect { left: x - 7.0, top: y - 14.0, right: x + 7.0, bottom: y });
    let taken: Vec<Rect> = sheet.boxes.iter().copied().chain(arrows).collect();
    for ((i, what), rect) in texts.iter().zip(labels::place(&texts, &sheet.lines, &taken)) {
        let (colour, _) = key::look(&graph.edges[*i], &graph.nodes[graph.edges[*i].from]);
        let inside = sheet.bands.iter().any(|(_, band)| rect.overlaps(&Rect { top: ABOVE, ..*band }));
        let ground = if inside { BAND } else { WHITE };
        area.draw(&Rectangle::new(corners(&rect), ground.filled())).expect(INFALLIBLE);
        let (x, y) = middle(&rect);
        text(area, what, (x, y, 400), font(labels::SIZE, colour), (HPos::Center, VPos::Center));
    }
}

/// A box with round corners.
pub(super) fn frame(
    area: &Area<'_>,
    [(left, top), (right, bottom)]: [(i32, i32); 2],
    fill: RGBColor,
    border: RGBColor,
) {
    const ROUND: [(i32, i32); 4] = [(0, 10), (1, 5), (5, 1), (10, 0)];
    let corner =
        |x: i32, y: i32, [across, down]: [i32; 2]| ROUND.map(|(dx, dy)| (x + across * dx, y + down * dy));
    let mut outline = corner(left, top, [1, 1]).to_vec();
    outline.extend(corner(right, top, [-1, 1]).into_iter().rev());
    outline.extend(corner(right, bottom, [-1, -1]));
    outline.extend(corner(left, bottom, [1, -1]).into_iter().rev());
    outline.push(outline[0]);
    area.draw(&Polygon::new(outline.clone(), fill.filled())).expect(INFALLIBLE);
    path(area, outline, border, 3);
}

/// An arrowhead that points down to here.
fn arrow(area: &Area<'_>, (x, y): (i32, i32), colour: RGBColor) {
    area.draw(&Polygon::new(vec![(x - 7, y - 14), (x + 7, y - 14), (x, y)], colour.filled()))
        .expect(INFALLIBLE);
}
