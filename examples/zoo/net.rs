//! A cell of whatever kind, and a read-out.

use tapeloop::nn::{Call, Cell, Dense, DenseLayer, Recurrent, Spec, State, Stateful};
use tapeloop::{Memory, Params, Tape, Var};

use crate::task::{Answers, Batch, Task};

/// A layer of which the kind is forgotten: all nets are trained by the same code.
trait Layer {
    /// The outputs, of all steps or of the last one, from the state that is kept to the one that will be.
    fn run<'t>(&self, x: Var<'t>, call: Ask<'t>, kept: &mut Stateful) -> Var<'t>;

    /// All variables of the state after the first step, and after the last one, the output first.
    fn first_and_last<'t>(&self, x: Var<'t>, mask: Option<Var<'t>>) -> [Vec<Var<'t>>; 2];
}

/// What a layer is given besides `x`.
#[derive(Clone, Copy)]
struct Ask<'t> {
    mask: Option<Var<'t>>,
    training: Option<u64>,
}

impl<C: Cell> Layer for Recurrent<C> {
    fn run<'t>(&self, x: Var<'t>, Ask { mask, training }: Ask<'t>, kept: &mut Stateful) -> Var<'t> {
        kept.run(self, x, Call { mask, training, initial_state: None }).output
    }

    fn first_and_last<'t>(&self, x: Var<'t>, mask: Option<Var<'t>>) -> [Vec<Var<'t>>; 2] {
        let rest = x.shape().sizes()[1] - 1;
        let part = |v: Var<'t>, first: bool| if first { v.slice(1, 0, 1) } else { v.slice(1, 1, rest) };
        let call = |first| Call { mask: mask.map(|mask| part(mask, first)), ..Call::default() };
        let first = Recurrent::run(self, part(x, true), call(true)).state;
        let last =
            Recurrent::run(self, part(x, false), Call { initial_state: Some(first), ..call(false) }).state;
        [first, last].map(|state| {
            let mut variables = Vec::new();
            let _ = state.map(|variable| {
                variables.push(variable);
                variable
            });
            variables
        })
    }
}

/// A layer, and an affine read-out of its outputs.
pub struct Net {
    layer: Box<dyn Layer>,
    read_out: DenseLayer,
}

impl Net {
    pub fn new<S: Spec>(layer: Recurrent<S>, params: &mut Params, task: &Task, each_step: bool) -> Self
    where
        S::Cell: 'static,
    {
        let outputs = layer.cell.outputs();
        let layer = layer.return_sequences(each_step).build(params, "cell", task.inputs);
        Self { layer: Box::new(layer), read_out: Dense::new(task.outputs).build(params, "read_out", outputs) }
    }

    /// The answers, `[B, O]` or `[B, T, O]`. Keeps the state; begins with the one kept if the batch goes on.
    pub fn answers<'t>(
        &self,
        tape: &'t Tape<'_>,
        batch: &Batch,
        training: Option<u64>,
        kept: &mut Stateful,
    ) -> Var<'t> {
        if !batch.goes_on {
            kept.reset_state();
        }
        let mask = mask(tape, batch);
        let x = tape.input(batch.x.shape(), batch.x.data());
        self.read_out.forward(self.layer.run(x, Ask { mask, training }, kept))
    }

    /// `‖∂L/∂s_1‖/‖∂L/∂s_T‖` for the loss `L` of the last step, over all variables of the state `s`.
    pub fn reach(&self, params: &Params, batch: &Batch) -> f64 {
        let tape = Tape::new(params, Memory::new()).traced(); // so steps are taken one by one
        let x = tape.input(batch.x.shape(), batch.x.data());
        let [first, last] = self.layer.first_and_last(x, mask(&tape, batch));
        let answers = self.read_out.forward(last[0]);
        let steps = batch.x.shape().sizes()[1];
        let loss = match &batch.answers {
            Answers::Classes(all) => {
                let at_the_end: Vec<usize> = all.chunks_exact(steps).map(|row| row[steps - 1]).collect();
                answers.cross_entropy(&at_the_end)
            }
            answer => loss(answers, answer),
        };
        tape.backward(loss, &mut params.zero_gradients());
        let squares = |variables: &[Var<'_>]| {
            let with_gradient = variables.iter().filter(|variable| variable.needs_grad());
            with_gradient.map(|variable| f64::from(variable.grad_norm()).powi(2)).sum::<f64>()
        };
        (squares(&first) / squares(&last)).sqrt()
    }
}

/// The mean loss, a scalar.
pub fn loss<'t>(answers: Var<'t>, right: &Answers) -> Var<'t> {
    match right {
        Answers::Number(y) => answers.mse(answers.tape().input(y.shape(), y.data())),
        Answers::Class(classes) | Answers::Classes(classes) => answers.cross_entropy(classes),
    }
}

/// How many of the answers are right, of how many; nothing for numbers.
pub fn right(answers: Var<'_>, right: &Answers) -> Option<[usize; 2]> {
    let (Answers::Class(classes) | Answers::Classes(classes)) = right else { return None };
    let kinds = answers.shape().last();
    let largest =
        |logits: &[f32]| (0..kinds).reduce(|best, i| if logits[i] > logits[best] { i } else { best });
    let hits = answers.with_value(|all| {
        all.chunks_exact(kinds)
            .zip(classes)
            .filter(|&(logits, &class)| largest(logits) == Some(class))
            .count()
    });
    Some([hits, classes.len()])
}

fn mask<'t>(tape: &'t Tape<'_>, batch: &Batch) -> Option<Var<'t>> {
    batch.lengths.as_ref().map(|lengths| tape.lengths(lengths, batch.x.shape().sizes()[1]))
}
