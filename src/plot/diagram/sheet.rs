//! Boxes and lines in pixels.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{HEIGHT, Layout};
use super::lines::{Point, Rect, curve, rounded};
use super::nets::{Net, Nets};
use crate::tape::Graph;

/// Between lanes.
const LANE: f64 = 15.0;
/// Lines around leave boxes at multiples of this, and arrive half way between them.
const GRID: f64 = 6.0;
/// From a row to the lanes below it, and from the lanes to the row below them; there is an arrowhead, and perhaps a number.
const UNDER: f64 = 18.0;
const OVER: f64 = 46.0;
/// Left and right of the lanes between columns.
const BESIDE: f64 = 24.0;
/// Around the picture's content.
const MARGIN: f64 = 40.0;
/// Around what belongs to a step.
const AROUND: f64 = 14.0;

/// Where everything is drawn.
pub(super) struct Sheet {
    pub width: f64,
    pub bottom: f64,
    /// The box of each node.
    pub boxes: Vec<Rect>,
    /// The line of each edge, from the node that is read to the one that reads.
    pub lines: Vec<Vec<Point>>,
    /// Columns of time steps: the steps, and the background.
    pub bands: Vec<(BTreeSet<[usize; 2]>, Rect)>,
}

struct Places<'a> {
    graph: &'a Graph,
    layout: &'a Layout,
    nets: &'a Nets,
    /// The upper end of each row, and the lower end of the last space.
    rows: Vec<f64>,
    /// The left end of each column.
    columns: Vec<f64>,
    /// Of each edge where it leaves the box of the node that is read, and where it enters the other: from the boxes' middles.
    ports: Vec<[f64; 2]>,
}

impl Sheet {
    /// From this height on.
    pub fn new(graph: &Graph, layout: &Layout, top: f64) -> Self {
        let nets = Nets::new(graph, layout);
        let space = |lanes: usize, least: f64| least + LANE * lanes as f64;
        let (mut rows, mut y) = (Vec::new(), top);
        for (number, &lanes) in nets.between_rows.iter().enumerate() {
            let inner = number > 0 && number + 1 < nets.between_rows.len();
            y += if inner || lanes > 0 { space(lanes, UNDER + OVER) } else { 0.0 };
            rows.push(y);
            y += HEIGHT;
        }
        let bottom = rows.last().map_or(top, |&end| end);
        let (mut columns, mut x) = (Vec::new(), MARGIN);
        for (number, &lanes) in nets.between_columns.iter().enumerate() {
            let inner = number > 0 && number + 1 < nets.between_columns.len();
            x += if inner || lanes > 0 { space(lanes, 2.0 * BESIDE) } else { 0.0 };
            columns.push(x);
            x += layout.extents.get(number).map_or(0.0, |[left, right]| right - left);
        }
        let ports = super::ports::ports(graph, layout, &nets);
        let places = Places { graph, layout, nets: &nets, rows, columns, ports };

        let boxes: Vec<Rect> = (0..graph.nodes.len()).map(|i| places.rect(i)).collect();
        let mut lines = vec![Vec::new(); graph.edges.len()];
        for (i, line) in lines.iter_mut().enumerate() {
            if let Some(passes) = &layout.passes[layout.class_of_edge[i]] {
                *line = places.within(i, passes);
            }
        }
        for net in &nets.nets {
            net.edges.iter().for_each(|&i| lines[i] = places.around(i, net));
        }
        let bands = places.bands(&boxes);
        Self { width: x + MARGIN, bottom, boxes, lines, bands }
    }
}

impl Places<'_> {
    fn middle(&self, node: usize) -> f64 {
        let (column, class) = (self.layout.columns[node], self.layout.class[node]);
        self.columns[column] + self.layout.middles[class] - self.layout.extents[column][0]
    }

    fn top(&self, node: usize) -> f64 {
        self.rows[self.layout.rows[self.layout.class[node]]]
    }

    fn rect(&self, node: usize) -> Rect {
        let (middle, top) = (self.middle(node), self.top(node));
        let half = self.layout.widths[self.layout.class[node]] / 2.0;
        Rect { left: middle - half, top, right: middle + half, bottom: top + HEIGHT }
    }

    /// Where an edge begins and ends.
    fn ends(&self, i: usize) -> [Point; 2] {
        let (edge, [out, into]) = (self.graph.edges[i], self.ports[i]);
        let bottom = self.top(edge.from) + HEIGHT;
        [(self.middle(edge.from) + out, bottom), (self.middle(edge.to) + into, self.top(edge.to))]
    }

    /// A curve down through the places where rows have left room for it.
    fn within(&self, i: usize, passes: &[(usize, f64)]) -> Vec<Point> {
        let [start, end] = self.ends(i);
        let column = self.layout.columns[self.graph.edges[i].to];
        let mut line = vec![start];
        for &(row, x) in passes {
            let x = self.columns[column] + x - self.layout.extents[column][0];
            curve(&mut line, (x, self.rows[row]));
            line.push((x, self.rows[row] + HEIGHT));
        }
        curve(&mut line, end);
        line
    }

    /// Along the lanes of its net.
    fn around(&self, i: usize, net: &Net) -> Vec<Point> {
        // Between two rows, what comes down from a box and what leads to the one below are never on one line.
        let [start, end] = self.ends(i);
        let [start, end] =
            [((start.0 / GRID).floor() * GRID, start.1), ((end.0 / GRID).floor() * GRID + GRID / 2.0, end.1)];
        let row = |node: usize| self.layout.rows[self.layout.class[node]];
        let edge = self.graph.edges[i];
        let [leave, arrive] = [row(edge.from) + 1, row(edge.to)].map(|space| {
            let above = if space == 0 {
                self.rows[0] - OVER - LANE * self.nets.between_rows[0] as f64
            } else {
                self.rows[space - 1] + HEIGHT + UNDER
            };
            (space, above + LANE * (net.lanes[&space] as f64 + 0.5))
        });
        let mut corners = vec![start, (start.0, leave.1)];
        if leave.0 != arrive.0 {
            let right = self.columns[net.gutter] - BESIDE;
            let x = right - LANE * (net.lane.unwrap_or(0) as f64 + 0.5);
            corners.extend([(x, leave.1), (x, arrive.1)]);
        }
        corners.extend([(end.0, arrive.1), end]);
        rounded(&corners)
    }

    /// A rectangle behind what belongs to a column's steps.
    fn bands(&self, boxes: &[Rect]) -> Vec<(BTreeSet<[usize; 2]>, Rect)> {
        let mut bands: BTreeMap<usize, (BTreeSet<[usize; 2]>, Rect)> = BTreeMap::new();
        for ((node, rect), &column) in self.graph.nodes.iter().zip(boxes).zip(&self.layout.columns) {
            let Some(step) = node.step else { continue };
            let (left, [from, to]) = (self.columns[column], self.layout.extents[column]);
            let whole = Rect { left: left - AROUND, right: left + to - from + AROUND, ..*rect };
            let band = bands.entry(column).or_insert_with(|| (BTreeSet::new(), whole));
            band.0.insert(step);
            band.1.top = band.1.top.min(rect.top - AROUND);
            band.1.bottom = band.1.bottom.max(rect.bottom + AROUND);
        }
        bands.into_values().collect()
    }
}
