//! A recorded tape as plain data: what there is to draw.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Write};

use super::Tape;
use crate::ops::{Leaf, Op, Place};
use crate::real::Real;
use crate::tensor::Shape;

/// The lines of a tape and what each of them reads; of a [traced](Tape::traced) tape also the time steps. Made by [`Tape::graph`].
///
/// As Graphviz text it is [`to_dot`](Self::to_dot), as a picture [`plot::Diagram`](crate::plot::Diagram). With one node for all time steps
/// it is [`folded`](Self::folded).
///
/// ```
/// use tapeloop::nn::SimpleRnn;
/// use tapeloop::{Memory, Params, Tape};
///
/// let mut params = Params::<f32>::new(0);
/// let rnn = SimpleRnn::new(4).build(&mut params, "rnn", 1);
/// let tape = Tape::new(&params, Memory::new()).traced();
/// let loss = rnn.forward(tape.input([1, 50, 1], &[0.1; 50])).sum();
/// let graph = tape.graph();
/// assert_eq!(graph.nodes.len(), tape.len());
/// let cell = graph.folded();
/// assert_eq!(cell.nodes.len(), 12); // 5 leaves, 6 operations of a step, the sum
/// assert!(cell.nodes.iter().any(|node| node.op == "tanh" && node.count == 50));
/// assert!(cell.edges.iter().any(|edge| edge.lag == 1 && edge.uses == 49)); // from h_{t−1}
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// Every line, in the order of the tape.
    pub nodes: Vec<GraphNode>,
    /// Who reads what.
    pub edges: Vec<GraphEdge>,
    /// Every sequence.
    pub(crate) sequences: BTreeMap<usize, SequenceSteps>,
}

/// A line of a tape.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphNode {
    /// The name of the operation, [`Rule::name`](crate::ops::Rule::name); `leaf` for what comes from outside.
    pub op: &'static str,
    /// The numbers that belong to the operation, such as `axis: 1, start: 4, len: 4`; empty if it has none, or they are long.
    pub attributes: String,
    /// The name of a parameter; of any other value on a traced tape the one that it was [given](crate::Var::named).
    pub label: Option<String>,
    /// The shape of the value.
    pub shape: Shape,
    /// The sequence and time step in which it was computed. Parameters belong to none, even if a step is the first to read one.
    pub step: Option<[usize; 2]>,
    /// What it is.
    pub kind: NodeKind,
    /// Whether `backward` computes its gradient.
    pub needs_grad: bool,
    /// How many lines of the tape it stands for: 1, or more in a [folded](Graph::folded) graph.
    pub count: usize,
}

/// What a line of a tape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A value from outside: data, or a variable.
    Input,
    /// A parameter.
    Parameter,
    /// Computed from others.
    Op,
    /// Computed, and what `backward` might be called with: one element, with a gradient, read by no other line.
    Loss,
}

/// That one value is computed from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// The index in [`Graph::nodes`] of the value that is read.
    pub from: usize,
    /// The index of the node that reads it.
    pub to: usize,
    /// How many steps before, within the same sequence, the value was computed: 1 for `h_{t−1}`, negative where time runs backwards. 0
    /// within a step, and between a step and what is outside of its sequence.
    pub lag: isize,
    /// How many operands it is: 2 of `x·x`, and in a [folded](Graph::folded) graph those of all steps.
    pub uses: usize,
}

/// A sequence of time steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SequenceSteps {
    /// The step of another sequence in which it was begun.
    pub within: Option<[usize; 2]>,
    /// How many steps there are.
    pub count: usize,
    /// Whether they are laid onto one.
    pub folded: bool,
}

impl<R: Real> Tape<'_, R> {
    /// What is recorded so far, as data to draw or to count. Time steps and names are known on a [`traced`](Self::traced) tape only.
    pub fn graph(&self) -> Graph {
        let memory = self.memory();
        let mut labels: Vec<Option<String>> = vec![None; memory.nodes.len()];
        for &(name, id) in memory.history.names() {
            labels[id.index()] = Some(name.to_owned());
        }
        for entry in self.params().iter() {
            if let Some(id) = memory.param_leaves[entry.param.index] {
                labels[id.index()] = Some(entry.name.to_owned());
            }
        }
        let mut read = vec![false; memory.nodes.len()];
        memory
            .nodes
            .iter()
            .flat_map(|node| node.inputs.of(&memory.inputs))
            .for_each(|id| read[id.index()] = true);

        let nodes = memory.nodes.iter().zip(labels).enumerate().map(|(line, (node, label))| {
            let kind = match (node.op, node.place) {
                (Op::Leaf(Leaf), Place::Params(_)) => NodeKind::Parameter,
                (Op::Leaf(Leaf), _) => NodeKind::Input,
                _ if node.needs_grad && node.shape.len() == 1 && !read[line] => NodeKind::Loss,
                _ => NodeKind::Op,
            };
            GraphNode {
                op: node.op.rule().name(),
                attributes: attributes(&node.op.rule()),
                label,
                shape: node.shape,
                step: memory.history.step(line).filter(|_| kind != NodeKind::Parameter),
                kind,
                needs_grad: node.needs_grad,
                count: 1,
            }
        });
        let nodes: Vec<GraphNode> = nodes.collect();

        let mut edges: Vec<GraphEdge> = Vec::new();
        for (to, node) in memory.nodes.iter().enumerate() {
            let first = edges.len();
            for from in node.inputs.of(&memory.inputs).iter().map(|id| id.index()) {
                let lag = match (nodes[from].step, nodes[to].step) {
                    (Some([of, before]), Some([sequence, t])) if of == sequence => {
                        t as isize - before as isize
                    }
                    _ => 0,
                };
                match edges[first..].iter_mut().find(|edge| edge.from == from) {
                    Some(edge) => edge.uses += 1,
                    None => edges.push(GraphEdge { from, to, lag, uses: 1 }),
                }
            }
        }
        Graph { nodes, edges, sequences: memory.history.sequences() }
    }
}

/// The fields of an operation, from its debug text, if that isn't long.
fn attributes(rule: &dyn Debug) -> String {
    let mut text = Short(String::new());
    if write!(text, "{rule:?}").is_err() {
        return String::new();
    }
    let fields = text.0.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}'));
    fields.map_or(String::new(), |(fields, _)| fields.trim().to_owned())
}

/// Text that ends with an error where it becomes long: what a user's operation holds may be a table.
struct Short(String);

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text;
        if self.0.len() > 200 { Err(fmt::Error) } else { Ok(()) }
    }
}
