//! All time steps laid onto one.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::graph::SequenceSteps;
use super::{Graph, GraphEdge, GraphNode, NodeKind};
use crate::tensor::Shape;

/// What a value does in its step. Values of different steps that do the same are one node of the folded graph.
#[derive(PartialEq, Eq, Hash)]
struct Part<'g> {
    sequence: usize,
    op: &'g str,
    label: Option<&'g str>,
    kind: NodeKind,
    shape: Shape,
    operands: Vec<Operand>,
}

/// What an operand is, as far as it is the same at every step.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Operand {
    /// This node of the folded graph: a parameter, or something computed in the same step.
    Node(usize),
    /// Of another step or from outside of all: step 0 reads the initial state where the others read `h_{t−1}`.
    FromElsewhere,
}

impl Graph {
    /// The graph of one time step, for all: values of different steps that play the same part are one node, with their
    /// [count](GraphNode::count); edges have the number of their uses in all steps. What is read of the step before is an edge with a
    /// [lag](GraphEdge::lag), by which a cell's graph is a loop. What belongs to no step stays as it is.
    ///
    /// Two values play the same part if they are of the same sequence, and operation, name, shape and operands are the same, parameter
    /// by parameter and value by value of the step; of several such values in a step the first is that of the others' first, and so on.
    /// All steps alike give the same folded graph, however many there are; a step in which the net does something else has its own
    /// nodes for that. Sequences that begin within the steps of another one are laid onto each other, too.
    ///
    /// Counts add up to the lines of the tape, uses to the operands of all of them. A node's step is the sequence (the first of those that are one
    /// now) and 0.
    #[must_use]
    pub fn folded(&self) -> Self {
        self.fold().0
    }

    /// The folded graph, and the node of it for each of this graph's.
    pub(crate) fn fold(&self) -> (Self, Vec<usize>) {
        let same = self.same_sequences();
        let laid_onto = |sequence| same.get(&sequence).copied().unwrap_or(sequence); // nodes may have been added
        let mut operands = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            operands[edge.to].extend(std::iter::repeat_n((edge.from, edge.lag), edge.uses));
        }
        let mut parts: HashMap<Part<'_>, usize> = HashMap::new();
        let mut so_far: HashMap<(usize, [usize; 2]), usize> = HashMap::new();
        let mut known: HashMap<(usize, usize), usize> = HashMap::new();
        let (mut nodes, mut folded): (Vec<GraphNode>, Vec<usize>) = Default::default();
        for (node, operands) in self.nodes.iter().zip(operands) {
            let Some(step) = node.step else {
                folded.push(nodes.len());
                nodes.push(node.clone());
                continue;
            };
            let operand = |(from, lag): (usize, isize)| {
                let before: &GraphNode = &self.nodes[from];
                let here = before.step == node.step && lag == 0 || before.kind == NodeKind::Parameter;
                if here { Operand::Node(folded[from]) } else { Operand::FromElsewhere }
            };
            let part = Part {
                sequence: laid_onto(step[0]),
                op: node.op,
                label: node.label.as_deref(),
                kind: node.kind,
                shape: node.shape,
                operands: operands.into_iter().map(operand).collect(),
            };
            let new = parts.len();
            let part = *parts.entry(part).or_insert(new);
            let nth = so_far.entry((part, step)).or_insert(0);
            match known.entry((part, *nth)) {
                Entry::Vacant(entry) => {
                    entry.insert(nodes.len());
                    folded.push(nodes.len());
                    nodes.push(GraphNode { step: Some([laid_onto(step[0]), 0]), ..node.clone() });
                }
                Entry::Occupied(entry) => {
                    let one = &mut nodes[*entry.get()];
                    one.count += node.count;
                    one.needs_grad |= node.needs_grad;
                    if one.attributes != node.attributes {
                        one.attributes.clear(); // a seed of dropout, say
                    }
                    folded.push(*entry.get());
                }
            }
            *nth += 1;
        }
        (Self { edges: self.folded_edges(&folded), nodes, sequences: self.folded_sequences(&same) }, folded)
    }

    fn folded_edges(&self, folded: &[usize]) -> Vec<GraphEdge> {
        let (mut edges, mut known): (Vec<GraphEdge>, HashMap<_, usize>) = Default::default();
        for &GraphEdge { from, to, lag, uses } in &self.edges {
            let (from, to) = (folded[from], folded[to]);
            match known.entry((from, to, lag)) {
                Entry::Occupied(entry) => edges[*entry.get()].uses += uses,
                Entry::Vacant(entry) => {
                    entry.insert(edges.len());
                    edges.push(GraphEdge { from, to, lag, uses });
                }
            }
        }
        edges
    }

    /// For each sequence the one that it is laid onto: itself; or, if it was the nth to begin in a step of another one, the nth of an
    /// earlier step.
    fn same_sequences(&self) -> HashMap<usize, usize> {
        let (mut begun, mut first): (HashMap<_, usize>, HashMap<_, usize>) = Default::default();
        let mut same = HashMap::new();
        for (&number, SequenceSteps { within, .. }) in &self.sequences {
            let onto = within.map_or(number, |step| {
                let nth = begun.entry(step).or_insert(0);
                *nth += 1;
                *first.entry((same.get(&step[0]).copied(), *nth)).or_insert(number)
            });
            same.insert(number, onto);
        }
        same
    }

    fn folded_sequences(&self, same: &HashMap<usize, usize>) -> BTreeMap<usize, SequenceSteps> {
        let mut folded: BTreeMap<usize, SequenceSteps> = BTreeMap::new();
        for (number, sequence) in &self.sequences {
            let one = folded.entry(same[number]).or_default();
            one.count += sequence.count;
            one.folded = true;
            one.within = sequence.within.map(|[outer, _]| [same.get(&outer).copied().unwrap_or(outer), 0]);
        }
        folded
    }
}
