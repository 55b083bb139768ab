//! In which row each node of a folded graph is, and on which side of the time steps.

use std::collections::BTreeSet;

use crate::tape::{Graph, GraphEdge};

/// Where a node lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Left of all steps: what no step has a part in.
    Before,
    /// In a step.
    Step,
    /// Right of all steps.
    After,
}

/// How far above the row below which it is read a leaf may lie, in rows.
const REACH: usize = 4;

/// More values than this are not moved together.
const LARGEST: usize = 64;

/// The side of each node.
pub(super) fn sides(folded: &Graph) -> Vec<Side> {
    let side = |inside| if inside { Side::Step } else { Side::Before };
    let mut sides: Vec<Side> = folded.nodes.iter().map(|node| side(node.step.is_some())).collect();
    let mut readers = vec![Vec::new(); sides.len()];
    folded.edges.iter().for_each(|edge| readers[edge.from].push(edge.to));
    // Until nothing changes: an edge may lead to an earlier node.
    loop {
        let before = sides.clone();
        for edge in &folded.edges {
            if sides[edge.from] != Side::Before && sides[edge.to] == Side::Before {
                sides[edge.to] = Side::After;
            }
        }
        for (i, readers) in readers.iter().enumerate().rev() {
            let only_after =
                !readers.is_empty() && readers.iter().all(|&reader| sides[reader] == Side::After);
            if sides[i] == Side::Before && only_after {
                sides[i] = Side::After; // the weights of a read-out, and what it is compared with
            }
        }
        if sides == before {
            return sides;
        }
    }
}

/// Whether an edge leads to a row further down. All others go round.
pub(super) fn leads_down(edge: &GraphEdge) -> bool {
    edge.lag == 0 && edge.from < edge.to
}

/// The row of each node, counted from the top: below all that it reads.
pub(super) fn rows(folded: &Graph, sides: &[Side]) -> Vec<usize> {
    let count = folded.nodes.len();
    let (mut reads, mut readers) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for edge in folded.edges.iter().filter(|edge| leads_down(edge)) {
        reads[edge.to].push(edge.from);
        readers[edge.from].push(edge.to);
    }
    let is_leaf = |i: usize| reads[i].is_empty();

    let mut rows = vec![0; count];
    for i in 0..count {
        rows[i] = reads[i].iter().map(|&from| rows[from] + 1).max().unwrap_or(0);
    }
    pull_down(&mut rows, &reads, &readers);
    // Leaves above their first reader; beside the steps in a row where few are.
    let mut taken = [vec![0; count + 1], vec![0; count + 1]];
    let number = |side| usize::from(side == Side::After);
    for i in (0..count).filter(|&i| !is_leaf(i) && sides[i] != Side::Step) {
        taken[number(sides[i])][rows[i]] += 1;
    }
    let mut leaves: Vec<(usize, usize)> = (0..count)
        .filter(|&i| is_leaf(i))
        .filter_map(|i| Some((readers[i].iter().map(|&reader| rows[reader] - 1).min()?, i)))
        .collect();
    leaves.sort_unstable();
    for (lowest, i) in leaves {
        rows[i] = lowest;
        if sides[i] != Side::Step {
            let taken = &mut taken[number(sides[i])];
            let possible = (lowest.saturating_sub(REACH - 1)..=lowest).rev();
            rows[i] = possible.min_by_key(|&row| taken[row]).unwrap_or(lowest);
            taken[rows[i]] += 1;
        }
    }
    let first = rows.iter().copied().min().unwrap_or(0);
    rows.iter().map(|row| row - first).collect()
}

/// Moves values down, and with them those that they would run into, where that makes more edges shorter than longer. (Edges from leaves
/// don't count: leaves follow.) All edges together become shorter each time, so it ends.
fn pull_down(rows: &mut [usize], reads: &[Vec<usize>], readers: &[Vec<usize>]) {
    let is_leaf = |i: usize| reads[i].is_empty();
    loop {
        let mut moved = false;
        for first in (0..rows.len()).rev().filter(|&i| !is_leaf(i)) {
            let (mut block, mut next) = (BTreeSet::from([first]), vec![first]);
            while let Some(i) = next.pop().filter(|_| block.len() < LARGEST) {
                let close = readers[i].iter().filter(|&&reader| rows[reader] == rows[i] + 1);
                next.extend(close.filter(|&&reader| block.insert(reader)));
            }
            let shorter = block.iter().flat_map(|&i| readers[i].iter().map(move |&reader| (i, reader)));
            let shorter: Vec<_> = shorter.filter(|(_, reader)| !block.contains(reader)).collect();
            let longer = block
                .iter()
                .flat_map(|&i| &reads[i])
                .filter(|from| !is_leaf(**from) && !block.contains(from));
            let by = shorter.iter().map(|&(i, reader)| rows[reader] - rows[i] - 1).min().unwrap_or(0);
            if by > 0 && block.len() < LARGEST && longer.count() < shorter.len() {
                block.iter().for_each(|&i| rows[i] += by);
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}
