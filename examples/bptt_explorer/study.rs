//! One net on one length: trained, and looked at on a traced tape before and after.

use serde_json::{Map, Value, json};
use tapeloop::data::{Adding, AddingSequences};
use tapeloop::nn::{Cell, Dense, DenseLayer, Recurrent, Spec};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::{Memory, Param, Params, Tape, Var};

use crate::cells::CellText;
use crate::page::{norm, numbers, rounded, rows, summand};
use crate::progress::Progress;

/// The adding problem with sequences of one length, and how a net is trained on it.
pub struct Study {
    pub length: usize,
    pub batch: usize,
    pub steps: usize,
    pub lr: f64,
    pub seed: u64,
}

/// Sequences to test with.
const TEST: usize = 500;

/// Weights with which no number of the page overflows.
const LARGEST: f64 = 1e9;

/// A layer, and an affine read-out of its last state.
struct Net<C> {
    layer: Recurrent<C>,
    read_out: DenseLayer,
}

impl<C: Cell> Net<C> {
    /// The answers `[B, 1]`, and the loss: their mean squared error.
    fn loss<'t>(&self, tape: &'t Tape<'_, f64>, task: &AddingSequences<f64>) -> [Var<'t, f64>; 2] {
        let last = self.layer.forward(tape.input(task.x.shape(), task.x.data()));
        let answers = self.read_out.forward(last);
        [answers, answers.mse(tape.input(task.y.shape(), task.y.data()))]
    }
}

impl Study {
    fn draw(&self, count: usize, seed: u64) -> AddingSequences<f64> {
        Adding { lengths: self.length..=self.length }.draw(count, seed)
    }

    /// The sequence that the page shows: a single one, so that a summand of `∂L/∂W_hh` is one outer product. It isn't trained with.
    fn shown(&self) -> AddingSequences<f64> {
        self.draw(1, !self.seed)
    }

    /// Its numbers and marks, and their sum.
    pub fn sequence(&self) -> Value {
        let AddingSequences { x, y, .. } = self.shown();
        json!({ "x": rows(x.data(), 2), "target": rounded(y.data()[0]) })
    }

    /// Trains a net with this layer. What there is to see of it before and after.
    ///
    /// # Errors
    /// If the weights have grown beyond all numbers.
    pub fn cell<S: Spec>(
        &self,
        text: &CellText,
        layer: Recurrent<S>,
        progress: &Progress,
    ) -> Result<[Value; 2], String> {
        let mut params = Params::<f64>::new(self.seed);
        let outputs = layer.cell.outputs();
        let layer = layer.build(&mut params, "cell", 2);
        let net = Net { layer, read_out: Dense::new(1).build(&mut params, "read_out", outputs) };

        let before = self.look(text, &net, &params);
        let (mut grads, mut adam, mut memory) =
            (params.zero_gradients(), Adam::pytorch(self.lr), Memory::new());
        for step in 1..=self.steps {
            let tape = Tape::new(&params, memory);
            let batch = self.draw(self.batch, self.seed.wrapping_mul(1 << 32).wrapping_add(step as u64));
            let [_, loss] = net.loss(&tape, &batch);
            grads.zero();
            tape.backward(loss, &mut grads);
            progress.step(step, loss.item() as f32);
            memory = tape.into_memory();
            Clip::GlobalNorm(1.0).apply(&params, &mut grads);
            adam.step(&mut params, &grads);
        }
        if params.flat().iter().any(|w| !w.is_finite() || w.abs() > LARGEST) {
            progress.finish();
            return Err(format!(
                "the weights of the {} have grown beyond {LARGEST:.0e}: try a smaller --lr",
                text.title
            ));
        }
        let after = self.look(text, &net, &params);
        let [left, left_after] = [&before, &after].map(|look| {
            let h = &look["quantities"]["h"]["norms"];
            h[0].as_f64().unwrap_or(0.0) / h[self.length - 1].as_f64().unwrap_or(1.0)
        });
        let mse = after["mse"].as_f64().unwrap_or(f64::NAN);
        progress.line(format_args!(
            "{:<6} {:>6} {left:>24.1e} {left_after:>10.1e} {mse:>12.5}",
            text.name, self.length
        ));
        Ok([before, after])
    }

    /// Everything that a traced tape knows of the sequence that is shown.
    fn look<C: Cell>(&self, text: &CellText, net: &Net<C>, params: &Params<f64>) -> Value {
        let tape = Tape::new(params, Memory::new()).traced();
        let [answer, loss] = net.loss(&tape, &self.shown());
        let mut grads = params.zero_gradients();
        tape.backward(loss, &mut grads);

        let quantities = text.quantities.iter().map(|&(name, _)| {
            let trace = tape.trace(0, name);
            let (values, gradients): (Vec<_>, Vec<_>) =
                trace.steps().iter().map(|(_, var)| (numbers(&var.value()), numbers(&var.grad()))).unzip();
            let norms: Vec<_> = trace.gradient_norms().into_iter().map(|(_, norm)| rounded(norm)).collect();
            (name.to_owned(), json!({ "values": values, "gradients": gradients, "norms": norms }))
        });
        let quantities: Map<_, _> = quantities.collect();
        let weights = params.iter().filter_map(|entry| {
            let name = entry.name.strip_prefix("cell.")?;
            Some((name.to_owned(), self.weight(&tape, loss, entry.param, &grads[entry.param])))
        });
        let weights: Map<_, _> = weights.collect();
        let (answer, loss) = (rounded(answer.item()), rounded(loss.item()));

        let tape = Tape::without_gradients(params, Memory::new());
        let [_, mse] = net.loss(&tape, &self.draw(TEST, (!self.seed).wrapping_sub(1)));
        json!({
            "answer": answer, "loss": loss, "mse": rounded(mse.item()), "read_out": numbers(&params[net.read_out.w]),
            "quantities": quantities, "weights": weights,
        })
    }

    /// A weight, its gradient, and what each step adds to it: steps 1 … T.
    fn weight(&self, tape: &Tape<'_, f64>, loss: Var<'_, f64>, w: Param, gradient: &[f64]) -> Value {
        // A step that adds nothing has no summand: the first one, whose state before is zero.
        let mut summands = vec![vec![0.0; gradient.len()]; self.length];
        for (step, part) in tape.contributions(loss, w) {
            if let Some([_, t]) = step {
                summands[t] = part;
            }
        }
        // The sum as it grows on the way back: of the steps T, …, t.
        let (mut sum, mut sums) = (vec![0.0; gradient.len()], Vec::new());
        for part in summands.iter().rev() {
            sum.iter_mut().zip(part).for_each(|(sum, g)| *sum += g);
            sums.push(rounded(norm(&sum)));
        }
        sums.reverse();
        let columns = w.shape().last();
        json!({
            "shape": [gradient.len() / columns, columns],
            "value": numbers(&tape.params()[w]),
            "gradient": numbers(gradient),
            "norm": rounded(norm(gradient)),
            "norms": summands.iter().map(|part| rounded(norm(part))).collect::<Vec<_>>(),
            "sums": sums,
            "summands": summands.iter().map(|part| summand(part)).collect::<Vec<_>>(),
        })
    }
}
