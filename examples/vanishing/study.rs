//! One net: its gradients by the states, before and after training.

use tapeloop::bptt::spectral_radius;
use tapeloop::data::Adding;
use tapeloop::nn::{Cell, Dense, DenseLayer, Recurrent, Spec};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::{Memory, Params, Real, Tape, Var};

use crate::progress::{LossCurve, Progress};

/// The adding problem, and how it is trained.
#[derive(Clone, Copy)]
pub struct Task {
    pub length: usize,
    pub batch: usize,
    pub steps: usize,
    pub lr: f64,
    pub seed: u64,
}

/// `t` and `‖∂L/∂h_t‖ / ‖∂L/∂h_T‖`, for t = 1 … T.
pub type Norms = Vec<(usize, f64)>;

/// What was seen of a net.
pub struct Study {
    pub name: &'static str,
    pub before: Norms,
    pub after: Norms,
    /// `t` and the spectral radius of `∂s_t/∂s_{t−1}`, t = 2 … T, of one sequence, after training; `s` is the whole state.
    pub radii: Vec<(f64, f64)>,
    pub curve: LossCurve,
    /// On sequences it was not trained with.
    pub mse: f64,
}

impl Study {
    /// The geometric mean of the spectral radii: what a step leaves of a gradient, if the Jacobians are alike.
    pub fn radius(&self) -> f64 {
        let logs: f64 = self.radii.iter().map(|(_, radius)| radius.ln()).sum();
        (logs / self.radii.len() as f64).exp()
    }
}

/// Sequences to look at and to test with.
const TEST: usize = 500;

struct Net<C> {
    layer: Recurrent<C>,
    read_out: DenseLayer,
}

impl<C: Cell> Net<C> {
    /// The mean squared error, a scalar, over these sequences.
    fn loss<'t, R: Real>(&self, tape: &'t Tape<'_, R>, task: Task, count: usize, seed: u64) -> Var<'t, R> {
        let sequences = Adding { lengths: task.length..=task.length }.draw(count, seed);
        let answers =
            self.read_out.forward(self.layer.forward(tape.input(sequences.x.shape(), sequences.x.data())));
        answers.mse(tape.input(sequences.y.shape(), sequences.y.data()))
    }

    /// On a traced tape, `h` is there at each step, with its gradient.
    fn norms(&self, params: &Params<f64>, task: Task) -> Norms {
        let tape = Tape::new(params, Memory::new()).traced();
        let loss = self.loss(&tape, task, task.batch, !task.seed);
        tape.backward(loss, &mut params.zero_gradients());
        let norms = tape.trace(0, "h").relative_gradient_norms();
        norms.into_iter().map(|(t, norm)| (t + 1, norm)).collect()
    }

    fn radii(&self, params: &Params<f64>, task: Task) -> Vec<(f64, f64)> {
        let tape = Tape::new(params, Memory::new()).traced();
        self.loss(&tape, task, 1, !task.seed);
        let radius = |t| (t as f64 + 1.0, spectral_radius(&tape.recurrent_jacobian(0, t)));
        (1..task.length).step_by(task.length.div_ceil(100)).map(radius).collect() // a hundred are enough
    }
}

/// The same weights: gradients that vanish do so in `f32` at 10⁻⁴⁵.
fn in_f64(params: &Params) -> Params<f64> {
    params.map(|_, w| f64::from(w))
}

impl Task {
    /// At which steps the numbers of the sequence are marked of which the spectral radii are taken, from 1 on.
    pub fn marks(self) -> Vec<usize> {
        let sequence = Adding { lengths: self.length..=self.length }.draw::<f64>(1, !self.seed);
        let steps = (1..).zip(sequence.x.data().chunks_exact(2));
        steps.filter(|(_, step)| step[1] == 1.0).map(|(t, _)| t).collect()
    }

    /// Trains a net with this layer.
    pub fn study<S: Spec>(self, name: &'static str, layer: Recurrent<S>) -> Study {
        let mut params = Params::new(self.seed);
        let outputs = layer.cell.outputs();
        let layer = layer.build(&mut params, "cell", 2);
        let net = Net { layer, read_out: Dense::new(1).build(&mut params, "read_out", outputs) };

        let before = net.norms(&in_f64(&params), self);
        let (mut grads, mut adam) = (params.zero_gradients(), Adam::pytorch(self.lr));
        let (mut memory, mut curve, progress) = (Memory::new(), LossCurve::new(), Progress::new(self.steps));
        for step in 1..=self.steps {
            let tape = Tape::new(&params, memory);
            let loss =
                net.loss(&tape, self, self.batch, self.seed.wrapping_mul(1 << 32).wrapping_add(step as u64));
            grads.zero();
            tape.backward(loss, &mut grads);
            curve.push(loss.item());
            progress.step(step, loss.item());
            memory = tape.into_memory();
            Clip::GlobalNorm(1.0).apply(&params, &mut grads);
            adam.step(&mut params, &grads);
        }
        progress.finish();

        let trained = in_f64(&params);
        let (after, radii) = (net.norms(&trained, self), net.radii(&trained, self));
        let tape = Tape::without_gradients(&params, memory);
        let mse = f64::from(net.loss(&tape, self, TEST, !self.seed).item());
        let study = Study { name, before, after, radii, curve, mse };
        say!(
            "{name:<24} {:>26.1e} {:>14.1e} {:>12.2} {mse:>12.5}",
            study.before[0].1,
            study.after[0].1,
            study.radius()
        );
        study
    }
}
