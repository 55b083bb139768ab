//! A cell of whatever kind, and a read-out.

use tapeloop::nn::{Call, Cell, Dense, DenseLayer, Recurrent, Spec, Stateful};
use tapeloop::{Params, Real, Tape, Var};

use crate::task::{Answers, Batch, Task};

/// A layer of which the kind is forgotten: all nets are trained by the same code.
trait Layer {
    /// The outputs, of all steps or of the last one, from the state that is kept to the one that will be.
    fn run<'t>(&self, x: Var<'t>, call: Ask<'t>, kept: &mut Stateful) -> Var<'t>;
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
}

/// The mean loss, a scalar.
pub fn loss<'t, R: Real>(answers: Var<'t, R>, right: &Answers) -> Var<'t, R> {
    match right {
        Answers::Number(y) => {
            let numbers: Vec<R> = y.data().iter().map(|&y| R::from_f64(f64::from(y))).collect();
            answers.mse(answers.tape().input(y.shape(), &numbers))
        }
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

/// Where the sequences of a batch are, if their lengths differ.
pub fn mask<'t, R: Real>(tape: &'t Tape<'_, R>, batch: &Batch) -> Option<Var<'t, R>> {
    batch.lengths.as_ref().map(|lengths| tape.lengths(lengths, batch.x.shape().sizes()[1]))
}
