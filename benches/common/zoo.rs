//! Cells of the zoo, of which nobody has listed what they cost: it is counted on their tape.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tapeloop::nn::{Recurrent, Spec, zoo};
use tapeloop::{Array, Graph, Memory, NodeKind, Params, Real, Tape};

use super::{CELLS, Case, Cell, Layer};

impl Cell {
    /// All cells: those of `CELLS`, then the others of `nn::zoo`.
    pub fn all() -> impl Iterator<Item = Self> {
        let listed = |name: &str| name == "simple_rnn" || CELLS.iter().any(|&(known, _)| known == name);
        let others = zoo::NAMES.iter().filter(move |name| !listed(name)).map(|name| Self::Zoo(name));
        CELLS.into_iter().map(|(_, cell)| cell).chain(others)
    }

    /// The cell of a name, in `CELLS` or in `nn::zoo`.
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "simple_rnn" { "rnn" } else { name };
        Self::all().find(|cell| cell.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Zoo(name) => name,
            _ => CELLS.iter().find(|(_, cell)| *cell == self).expect("all others are listed").0,
        }
    }
}

/// What a step costs, taken by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// Whether there is an operation for all steps at once.
    pub at_once: bool,
    /// The size of the output.
    pub outputs: usize,
    /// The elements of all weights.
    pub weights: usize,
    /// For each row, forwards.
    pub row: Step,
    /// What is the same for all rows: computed of weights alone.
    pub shared: Step,
    /// Numbers of the matrices that what comes from the step before is multiplied with.
    pub recurrent: usize,
    /// Lines on the tape.
    pub lines: usize,
}

/// The part of a step that is done so often.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// Floating-point operations of products: forwards, and with backward.
    pub flops: [f64; 2],
    /// Numbers that are computed.
    pub values: f64,
}

impl Counted {
    /// Of the cell with this name, for `I` inputs and `H` units.
    pub fn of(name: &'static str, [inputs, units]: [usize; 2]) -> Self {
        static KNOWN: Mutex<BTreeMap<(&str, usize, usize), Counted>> = Mutex::new(BTreeMap::new());
        let known = || KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(counted) = known().get(&(name, inputs, units)) {
            return *counted;
        }
        let mut count = Count { name, inputs, counted: None };
        zoo::visit(units, &mut count);
        let counted = count.counted.expect("a name of the list");
        known().insert((name, inputs, units), counted);
        counted
    }
}

struct Count {
    name: &'static str,
    inputs: usize,
    counted: Option<Counted>,
}

impl zoo::Visit for Count {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>)
    where
        S::Cell: 'static,
    {
        if name != self.name {
            return;
        }
        let (mut params, outputs) = (Params::<f32>::new(0), layer.cell.outputs());
        let mut layer = layer.return_sequences(true).build(&mut params, "layer", self.inputs);
        let graph = |layer: &Recurrent<S::Cell>, steps| {
            let tape = Tape::new(&params, Memory::new());
            let _ = layer.forward(tape.variable(&Array::zeros([1, steps, self.inputs])));
            tape.graph()
        };
        let lines_at_once = graph(&layer, 3).nodes.len();
        layer.unrolled = true;
        let [two, three] = [2, 3].map(|steps| graph(&layer, steps));
        let at_once = lines_at_once < three.nodes.len();
        // One step more, which is the same as any but the first: its state is computed.
        let [before, all] = [two, three].map(|graph| sums(&graph));
        let less = |a: Step, b: Step| Step {
            flops: [a.flops[0] - b.flops[0], a.flops[1] - b.flops[1]],
            values: a.values - b.values,
        };
        self.counted = Some(Counted {
            at_once,
            outputs,
            weights: params.count(),
            row: less(all.row, before.row),
            shared: less(all.shared, before.shared),
            recurrent: all.recurrent - before.recurrent,
            lines: all.lines - before.lines,
        });
    }
}

struct Sums {
    row: Step,
    shared: Step,
    recurrent: usize,
    lines: usize,
}

/// Over all lines of the tape of a batch of one row.
fn sums(graph: &Graph) -> Sums {
    let mut sums =
        Sums { row: Step::default(), shared: Step::default(), recurrent: 0, lines: graph.nodes.len() };
    let mut read: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    graph.edges.iter().for_each(|edge| read[edge.to].push(edge.from));
    let (mut of_row, mut of_state) = (Vec::new(), Vec::new());
    for (node, read) in graph.nodes.iter().zip(&read) {
        let any = |marks: &[bool]| read.iter().any(|&from| marks[from]);
        // `x` is the one variable; what else comes from outside with a batch of one is the state at the beginning.
        let input = node.kind == NodeKind::Input;
        let begin = input && !node.needs_grad && node.shape.sizes().first() == Some(&1);
        let (row, state) = (input && node.needs_grad || begin || any(&of_row), begin || any(&of_state));
        let part = if row { &mut sums.row } else { &mut sums.shared };
        if matches!(node.kind, NodeKind::Op | NodeKind::Loss) {
            part.values += node.shape.len() as f64;
        }
        if node.op.starts_with("matmul") || node.op == "synapses" {
            let [a, b] = [read[0], read[read.len() - 1]];
            // 2·M·K·N, for Y [M, N] and A with M·K numbers, plain or transposed. (Synapses: what is open of each, times two weights.)
            let flops = 2.0 * (graph.nodes[a].shape.len() * node.shape.last()) as f64;
            let gradients = [a, b].iter().filter(|&&operand| graph.nodes[operand].needs_grad).count();
            part.flops[0] += flops;
            part.flops[1] += flops * (1 + gradients) as f64;
            if of_state[a] && !of_row[b] {
                let width = if node.op == "synapses" { node.shape.last() / 2 } else { node.shape.last() };
                sums.recurrent += graph.nodes[a].shape.last() * width;
            }
        }
        if node.op == "matvec" || node.op == "outer_update" {
            // Each number of the row's matrix is multiplied once; and for the gradient by it, and by what it was multiplied with, or made of.
            let flops = 2.0 * graph.nodes[read[0]].shape.len() as f64;
            part.flops[0] += flops;
            part.flops[1] += 3.0 * flops;
        }
        of_row.push(row);
        of_state.push(state);
    }
    sums
}

/// Builds the layer of one name.
pub struct Pick<'a, R: Real> {
    pub name: &'static str,
    pub case: Case,
    pub params: &'a mut Params<R>,
    pub layer: Option<Layer<R>>,
}

impl<R: Real> zoo::Visit for Pick<'_, R> {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>)
    where
        S::Cell: 'static,
    {
        if name == self.name {
            self.layer = Some(self.case.layer(layer, self.params));
        }
    }
}
