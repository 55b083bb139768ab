//! Edges that leave their column: in lanes between the rows and between the columns.
//!
//! What a value is read by in several columns branches off from one line, as a bus on a circuit diagram does; and lines from all steps
//! that lead to one value join.

use std::collections::BTreeMap;

use super::layout::Layout;
use crate::tape::Graph;

/// Lines that are one up to where they branch.
pub(super) struct Net {
    /// Edges, by number.
    pub edges: Vec<usize>,
    /// The space between columns in which the net changes rows: 0 is left of all columns.
    pub gutter: usize,
    /// In which lane of that space, if it does.
    pub lane: Option<usize>,
    /// In which lane of each space between rows: 0 is above all rows.
    pub lanes: BTreeMap<usize, usize>,
}

/// All nets, and how many lanes each space has.
pub(super) struct Nets {
    pub nets: Vec<Net>,
    /// Above each row, and below the last one.
    pub between_rows: Vec<usize>,
    /// Left of each column, and right of the last one.
    pub between_columns: Vec<usize>,
}

/// What makes edges one net.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// They come from this node.
    From(usize),
    /// They lead to this node, from nodes of one kind.
    Into(usize, usize),
}

/// The length of a space between columns, while its lanes aren't counted yet.
const GUTTER: f64 = 60.0;

impl Nets {
    pub fn new(graph: &Graph, layout: &Layout) -> Self {
        let (columns, last) = (&layout.columns, layout.extents.len() - 1);
        let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (i, edge) in
            graph.edges.iter().enumerate().filter(|&(i, _)| layout.passes[layout.class_of_edge[i]].is_none())
        {
            let from_step = !(columns[edge.from] == 0 || columns[edge.from] == last);
            let to_step = !(columns[edge.to] == 0 || columns[edge.to] == last);
            let key = match from_step && !to_step {
                true => Key::Into(edge.to, layout.class[edge.from]),
                false => Key::From(edge.from),
            };
            groups.entry(key).or_default().push(i);
        }
        let mut nets = Vec::new();
        for (key, edges) in groups {
            let column = |i: usize| (columns[graph.edges[i].from], columns[graph.edges[i].to]);
            // Beside the value that is one; on the side of the others.
            let gutter = match key {
                Key::From(node) => {
                    columns[node] + usize::from(edges.iter().any(|&i| column(i).1 >= columns[node]))
                }
                Key::Into(node, _) => {
                    columns[node] + usize::from(edges.iter().all(|&i| column(i).0 > columns[node]))
                }
            };
            nets.push(Net { edges, gutter, lane: None, lanes: BTreeMap::new() });
        }
        let mut all = Self {
            nets,
            between_rows: vec![0; layout.rows.iter().max().map_or(0, |row| row + 2)],
            between_columns: vec![0; layout.extents.len() + 1],
        };
        all.assign(graph, layout);
        all
    }

    fn assign(&mut self, graph: &Graph, layout: &Layout) {
        let mut ends = vec![GUTTER];
        for [left, right] in &layout.extents {
            ends.push(ends[ends.len() - 1] + right - left + GUTTER);
        }
        let gutter = |number: usize| ends[number] - GUTTER / 2.0;
        let x = |node: usize| {
            let (column, class) = (layout.columns[node], layout.class[node]);
            ends[column] + layout.middles[class] - layout.extents[column][0]
        };
        let row = |node: usize| layout.rows[layout.class[node]];

        let mut across: BTreeMap<usize, Vec<(f64, f64, usize)>> = BTreeMap::new();
        let mut along: BTreeMap<usize, Vec<(f64, f64, usize)>> = BTreeMap::new();
        for (number, net) in self.nets.iter().enumerate() {
            let mut spans: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
            let mut reach = |space: usize, x: f64| {
                let span = spans.entry(space).or_insert((x, x));
                *span = (span.0.min(x), span.1.max(x));
            };
            for edge in net.edges.iter().map(|&i| graph.edges[i]) {
                // A line may begin anywhere at the lower side of a box, and end anywhere at the upper.
                for (node, space) in [(edge.from, row(edge.from) + 1), (edge.to, row(edge.to))] {
                    let half = layout.widths[layout.class[node]] / 2.0;
                    reach(space, x(node) - half);
                    reach(space, x(node) + half);
                }
            }
            if spans.len() > 1 {
                spans.keys().copied().collect::<Vec<_>>().into_iter().for_each(|space| {
                    let span = spans.get_mut(&space).expect("one of the keys");
                    *span = (span.0.min(gutter(net.gutter)), span.1.max(gutter(net.gutter)));
                });
                let ends = |n: Option<&usize>| *n.expect("there are two") as f64;
                along.entry(net.gutter).or_default().push((
                    ends(spans.keys().next()),
                    ends(spans.keys().last()),
                    number,
                ));
            }
            for (space, (from, to)) in spans {
                across.entry(space).or_default().push((from, to, number));
            }
        }
        for (space, spans) in across {
            self.between_rows[space] = lanes(spans, |number, lane| {
                self.nets[number].lanes.insert(space, lane);
            });
        }
        for (gutter, spans) in along {
            self.between_columns[gutter] = lanes(spans, |number, lane| self.nets[number].lane = Some(lane));
        }
    }
}

/// Gives each span a lane in which it overlaps no other one; the longest first. Returns how many lanes that takes.
fn lanes(mut spans: Vec<(f64, f64, usize)>, mut give: impl FnMut(usize, usize)) -> usize {
    spans.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)).then(a.2.cmp(&b.2)));
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    for (from, to, number) in spans {
        let free = |lane: &Vec<(f64, f64)>| lane.iter().all(|&(a, b)| to < a || b < from);
        let lane = taken.iter().position(free).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        taken[lane].push((from, to));
        give(number, lane);
    }
    taken.len()
}

#[cfg(test)]
mod tests {
    use super::lanes;

    #[test]
    fn spans_in_a_lane_do_not_overlap() {
        let mut given = [9; 5];
        let spans = vec![(0.0, 3.0, 0), (2.0, 9.0, 1), (4.0, 5.0, 2), (9.0, 10.0, 3), (0.0, 1.0, 4)];
        let count = lanes(spans, |span, lane| given[span] = lane);
        assert_eq!((count, given), (2, [1, 0, 1, 1, 0]));
    }
}
