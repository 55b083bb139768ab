//! Where on its box a line begins, and where it ends.

use std::collections::BTreeMap;

use super::layout::Layout;
use super::nets::Nets;
use crate::tape::Graph;

/// Between the ends of lines, if the box is wide enough.
const APART: f64 = 40.0;

/// Of each edge its place at the lower side of the one box, and at the upper side of the other, from their middles. Lines that go around leave
/// beside those that go down; lines come in in the order of where they come from.
pub(super) fn ports(graph: &Graph, layout: &Layout, nets: &Nets) -> Vec<[f64; 2]> {
    let mut ports = vec![[0.0; 2]; graph.edges.len()];
    // From which side each folded edge comes.
    let mut from: Vec<f64> = vec![0.0; layout.passes.len()];
    let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (edge, &class) in graph.edges.iter().zip(&layout.class_of_edge) {
        if let Some(passes) = &layout.passes[class] {
            from[class] = passes.last().map_or(layout.middles[layout.class[edge.from]], |&(_, x)| x);
        }
        let lines = into.entry(layout.class[edge.to]).or_default();
        if !lines.contains(&class) {
            lines.push(class);
        }
    }
    for net in &nets.nets {
        for &i in &net.edges {
            let left = net.gutter <= layout.columns[graph.edges[i].to];
            from[layout.class_of_edge[i]] = if left { f64::NEG_INFINITY } else { f64::INFINITY };
        }
    }
    let mut at = vec![0.0; layout.passes.len()];
    for (node, mut lines) in into {
        lines.sort_by(|&a, &b| from[a].total_cmp(&from[b]));
        let apart = APART.min((layout.widths[node] - 24.0) / lines.len() as f64);
        for (n, &line) in lines.iter().enumerate() {
            at[line] = apart * (n as f64 - (lines.len() - 1) as f64 / 2.0);
        }
    }
    for (port, &class) in ports.iter_mut().zip(&layout.class_of_edge) {
        port[1] = at[class];
    }

    // Lower sides: those within the column from the middle.
    let mut straight = vec![false; graph.nodes.len()];
    for (edge, &class) in graph.edges.iter().zip(&layout.class_of_edge) {
        straight[edge.from] |= layout.passes[class].is_some();
    }
    let mut leaving: BTreeMap<usize, [Vec<usize>; 2]> = BTreeMap::new();
    for (number, net) in nets.nets.iter().enumerate() {
        for &i in &net.edges {
            let node = graph.edges[i].from;
            let side = usize::from(net.gutter > layout.columns[node]);
            let list = &mut leaving.entry(node).or_default()[side];
            if !list.contains(&number) {
                list.push(number);
            }
        }
    }
    for net in nets.nets.iter().enumerate() {
        for &i in &net.1.edges {
            let node = graph.edges[i].from;
            let [left, right] = &leaving[&node];
            let alone = !straight[node] && left.len() + right.len() == 1;
            let place = |list: &[usize]| list.iter().position(|&other| other == net.0);
            let apart =
                (layout.widths[layout.class[node]] / 2.0 - 12.0) / (left.len().max(right.len()) + 1) as f64;
            ports[i][0] = match (place(left), place(right)) {
                _ if alone => 0.0,
                (Some(n), _) => -apart * (n + 1) as f64,
                (_, Some(n)) => apart * (n + 1) as f64,
                _ => 0.0,
            };
        }
    }
    ports
}
