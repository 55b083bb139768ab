//! Rows and columns: where the boxes of a graph lie, before anything is in pixels of the picture.
//!
//! All time steps have the layout of the folded graph, each as a column. What belongs to no step is beside them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::layers::{Item, Kind, Layers};
use super::rows::{Side, leads_down, rows, sides};
use crate::tape::{Graph, GraphEdge, GraphNode};

/// The height of a box.
pub(super) const HEIGHT: f64 = 64.0;
/// The sizes of a box's two lines, and how wide a letter of them is in wide fonts.
pub(super) const TITLE: f64 = 24.0;
pub(super) const SMALL: f64 = 22.0;
const LETTER: [f64; 2] = [0.68, 0.62];

/// An edge over more rows than this goes round all that is between.
const LONGEST_EDGE: usize = 12;

/// An edge within a column: where it passes rows between its ends, from the top.
pub(super) type Passes = Vec<(usize, f64)>;

/// Where everything lies.
pub(super) struct Layout {
    /// The node of the folded graph for each of the graph's.
    pub class: Vec<usize>,
    /// The folded edge of each of the graph's.
    pub class_of_edge: Vec<usize>,
    /// Of each folded node the row.
    pub rows: Vec<usize>,
    /// Of each folded node the width of its box.
    pub widths: Vec<f64>,
    /// Of each folded node the middle, from the left end of its column.
    pub middles: Vec<f64>,
    /// Of each folded edge that stays within a column where it passes rows; the others are in lanes between rows and columns.
    pub passes: Vec<Option<Passes>>,
    /// Of each of the graph's nodes the column: 0 is left of all steps, the last one right of them.
    pub columns: Vec<usize>,
    /// The left end and the right end of each column, by the measure of `middles`.
    pub extents: Vec<[f64; 2]>,
}

impl Layout {
    pub fn new(graph: &Graph) -> Self {
        let (folded, class) = graph.fold();
        let sides = sides(&folded);
        let rows = rows(&folded, &sides);
        let widths: Vec<f64> = folded.nodes.iter().map(|node| width(&folded, node)).collect();
        let (columns, count) = columns(graph, &class, &sides);

        let known = folded.edges.iter().enumerate().map(|(i, edge)| ((edge.from, edge.to, edge.lag), i));
        let known: HashMap<_, usize> = known.collect();
        let class_of_edge =
            graph.edges.iter().map(|edge| known[&(class[edge.from], class[edge.to], edge.lag)]);
        let class_of_edge: Vec<usize> = class_of_edge.collect();
        let short = |edge: &GraphEdge| leads_down(edge) && rows[edge.to] <= rows[edge.from] + LONGEST_EDGE;
        let mut within: Vec<bool> = folded.edges.iter().map(short).collect();
        for (edge, &class) in graph.edges.iter().zip(&class_of_edge) {
            within[class] &= columns[edge.from] == columns[edge.to];
        }

        let mut kinds = vec![Kind::Leaf; rows.len()];
        folded.edges.iter().for_each(|edge| kinds[edge.to] = Kind::Value);
        let (mut middles, mut passes) = (vec![0.0; rows.len()], vec![None; within.len()]);
        for side in [Side::Before, Side::Step, Side::After] {
            let mut layers = Layers::default();
            let mut items = HashMap::new();
            for i in (0..rows.len()).filter(|&i| sides[i] == side) {
                items.insert(i, layers.add(Item { row: rows[i], width: widths[i], kind: kinds[i] }));
            }
            let mut passing = Vec::new();
            for (i, edge) in
                folded.edges.iter().enumerate().filter(|&(i, edge)| within[i] && sides[edge.to] == side)
            {
                let mut last = items[&edge.from];
                let items_passing = (rows[edge.from] + 1..rows[edge.to]).map(|row| {
                    let item = layers.add(Item { row, width: 4.0, kind: Kind::Passing });
                    layers.join(std::mem::replace(&mut last, item), item);
                    item
                });
                passing.push((i, items_passing.collect::<Vec<_>>()));
                layers.join(last, items[&edge.to]);
            }
            let places = layers.places(side == Side::Before);
            items.iter().for_each(|(&i, &item)| middles[i] = places[item]);
            for (i, items) in passing {
                passes[i] =
                    Some(items.into_iter().map(|item| (layers.items[item].row, places[item])).collect());
            }
        }

        let mut extents = vec![[f64::INFINITY, f64::NEG_INFINITY]; count];
        let mut extend = |column: usize, left: f64, right: f64| {
            let [from, to] = extents[column];
            extents[column] = [from.min(left), to.max(right)];
        };
        for (&class, &column) in class.iter().zip(&columns) {
            extend(column, middles[class] - widths[class] / 2.0, middles[class] + widths[class] / 2.0);
        }
        for (edge, &class) in graph.edges.iter().zip(&class_of_edge) {
            passes[class].iter().flatten().for_each(|&(_, x)| extend(columns[edge.to], x, x));
        }
        for extent in extents.iter_mut().filter(|extent| extent[0] > extent[1]) {
            *extent = [0.0; 2]; // nothing is there
        }
        Self { class, class_of_edge, rows, widths, middles, passes, columns, extents }
    }
}

/// The first line of a box: what it is called, and how often it is there, if not at each step.
pub(super) fn first_line(graph: &Graph, node: &GraphNode) -> String {
    let sequence = node.step.and_then(|[sequence, _]| graph.sequences.get(&sequence));
    match sequence.filter(|sequence| sequence.folded).map_or(1, |sequence| sequence.count) {
        count if count == node.count => node.title().to_owned(),
        _ => format!("{} ×{}", node.title(), node.count),
    }
}

/// The second line: the operation, if the first line is a name, and the shape.
pub(super) fn second_line(node: &GraphNode) -> String {
    match node.label {
        Some(_) if node.op != "leaf" => format!("{} {}", node.op, node.shape),
        _ => node.shape.to_string(),
    }
}

fn width(graph: &Graph, node: &GraphNode) -> f64 {
    let lines = [(first_line(graph, node), TITLE * LETTER[0]), (second_line(node), SMALL * LETTER[1])];
    let widths = lines.map(|(line, letter)| line.chars().count().min(LONGEST) as f64 * letter);
    (widths[0].max(widths[1]) + 20.0).max(76.0)
}

/// Letters of a line in a box.
pub(super) const LONGEST: usize = 28;

/// The column of each node, and how many there are. Steps are in the order of time; those of a sequence within a step follow that step.
fn columns(graph: &Graph, class: &[usize], sides: &[Side]) -> (Vec<usize>, usize) {
    let path = |[sequence, t]: [usize; 2]| {
        let mut path = vec![t];
        let within = |sequence: usize| graph.sequences.get(&sequence)?.within;
        let mut outer = within(sequence);
        while let Some([sequence, t]) = outer {
            path.insert(0, t);
            outer = within(sequence);
        }
        path
    };
    let steps: BTreeSet<[usize; 2]> = graph.nodes.iter().filter_map(|node| node.step).collect();
    let steps: BTreeMap<[usize; 2], Vec<usize>> = steps.into_iter().map(|step| (step, path(step))).collect();
    let paths: BTreeSet<&Vec<usize>> = steps.values().collect();
    let numbers: BTreeMap<&Vec<usize>, usize> =
        paths.iter().enumerate().map(|(i, &path)| (path, i + 1)).collect();
    let after = numbers.len() + 1;
    let column = |(node, &class): (&GraphNode, &usize)| match (node.step, sides[class]) {
        (Some(step), _) => numbers[&steps[&step]],
        (None, Side::After) => after,
        (None, _) => 0,
    };
    (graph.nodes.iter().zip(class).map(column).collect(), after + 1)
}
