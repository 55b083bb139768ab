//! Vanishing and exploding.

use tapeloop::bptt::{self, recurrent_jacobians, spectral_radius};
use tapeloop::data::Adding;
use tapeloop::nn::{Activation, Dense, DenseLayer, SimpleRnn, SimpleRnnCell};
use tapeloop::optim::Clip;
use tapeloop::{Array, Init, Memory, Params, Real, Tape, Var};

const T: usize = 100;
const H: usize = 32;

pub fn print() {
    say!("an Elman net on a sequence of the adding problem, T = {T}, H = {H}, seed 0, before training");
    let (uniform, orthogonal) = (SimpleRnn::pytorch(H), SimpleRnn::new(H));
    say!("{:<42} {:>14} {:>14}", "W_hh", "±1/√H", "orthogonal");
    let [uniform, orthogonal] = [uniform, orthogonal].map(|layer| Net::new(layer).look());
    let line = |what: &str, of: &dyn Fn(&Look) -> String| {
        say!("{what:<42} {:>14} {:>14}", of(&uniform), of(&orthogonal));
    };
    line("spectral radius of W_hh", &|net| format!("{:.4}", net.radius));
    line("‖W_hh‖", &|net| format!("{:.4}", net.norm));
    line("mean of tanh'", &|net| format!("{:.4}", net.slope));
    line("‖J_t‖, mean over t", &|net| format!("{:.4}", net.jacobian_norm));
    line("spectral radius of J_t, mean over t", &|net| format!("{:.4}", net.jacobian_radius));
    line("‖∂L/∂h_1‖ / ‖∂L/∂h_T‖, bound", &|net| format!("{:.1e}", net.bound));
    line("    with ρ(W_hh)·tanh' for each J_t", &|net| format!("{:.1e}", net.estimate));
    line("    by the tape", &|net| format!("{:.1e}", net.left));
    line("    per step", &|net| format!("{:.4}", net.left.powf(1.0 / (T - 1) as f64)));
    line("∂L/∂h_T·J_T⋯J_2 is ∂L/∂h_1, to 1e-12", &|net| (net.apart < 1e-12).to_string());

    say!("\nW_hh = g·Q with Q orthogonal: ‖∂L/∂h_1‖ / ‖∂L/∂h_T‖");
    say!("{:>8} {:>14} {:>14} {:>14}", "g", "g^(T−1)", "linear", "tanh");
    for gain in [0.5, 0.9, 1.0, 1.1, 1.2, 1.5] {
        let [linear, tanh] = [Activation::Linear, Activation::Tanh].map(|activation| {
            let init = Init::Orthogonal { gain };
            let net = Net::new(SimpleRnn::new(H).activation(activation).init(Init::GlorotUniform, init));
            let norms = net.norms();
            norms[0] / norms[T - 1]
        });
        say!("{gain:>8} {:>14.1e} {linear:>14.1e} {tanh:>14.1e}", gain.powi(T as i32 - 1));
    }

    say!("\none unit, h_t = tanh(1.5·h_{{t−1}} + b), h_0 = 0, L = (h_50 − 0.5)²");
    say!("{:>8} {:>10} {:>10} {:>12}", "b", "h_50", "L", "∂L/∂b");
    for b in [-1e-1, -1e-3, -1e-6, -1e-9, 1e-9, 1e-6, 1e-3, 1e-1] {
        let (h, loss, by_b) = unit(b, None);
        say!("{b:>8.0e} {h:>10.4} {loss:>10.4} {by_b:>12.1e}");
    }
    say!("\na step of gradient descent from b = -1e-9, η = 0.1");
    say!("{:>12} {:>12} {:>12} {:>12}", "clipped at", "new b", "L", "∂L/∂b");
    for clip in [None, Some(1.0)] {
        let b = -1e-9 - 0.1 * unit(-1e-9, clip).2;
        let (_, loss, by_b) = unit(b, None);
        let clip = clip.map_or("never".to_string(), |clip| clip.to_string());
        say!("{clip:>12} {b:>12.1e} {loss:>12.4} {by_b:>12.1e}");
    }
}

/// A net, and a sequence for it.
struct Net {
    params: Params<f64>,
    cell: SimpleRnnCell,
    read_out: DenseLayer,
    x: Array<f64>,
    y: Array<f64>,
}

/// The steps one by one, for the Jacobians.
impl bptt::Task for Net {
    type Cell = SimpleRnnCell;

    fn cell(&self) -> &SimpleRnnCell {
        &self.cell
    }
    fn sizes(&self) -> [usize; 2] {
        [1, T]
    }
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        let x_t: Vec<R> = self.x.data()[2 * t..][..2].iter().map(|&x| R::from_f64(x)).collect();
        tape.input([1, 2], &x_t)
    }
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        let y = h.tape().input([1, 1], &[R::from_f64(self.y.data()[0])]);
        (t == T - 1).then(|| self.read_out.forward(h).mse(y))
    }
}

/// What is to be seen of it.
struct Look {
    radius: f64,
    norm: f64,
    slope: f64,
    jacobian_norm: f64,
    jacobian_radius: f64,
    bound: f64,
    estimate: f64,
    left: f64,
    apart: f64,
}

impl Net {
    fn new(layer: SimpleRnn) -> Self {
        let mut params = Params::new(0);
        let cell = layer.build(&mut params, "cell", 2).cell;
        let read_out = Dense::new(1).build(&mut params, "read_out", H);
        let sequence = Adding { lengths: T..=T }.draw(1, 0);
        Self { params, cell, read_out, x: sequence.x, y: sequence.y }
    }

    /// `∂L/∂h_t` and `1 − h_t²`, for t = 1 … T.
    fn states(&self) -> Vec<[Vec<f64>; 2]> {
        let tape = Tape::new(&self.params, Memory::new()).traced();
        let h = tapeloop::nn::Recurrent::of(self.cell).forward(tape.input([1, T, 2], self.x.data()));
        let loss = self.read_out.forward(h).mse(tape.input([1, 1], self.y.data()));
        tape.backward(loss, &mut self.params.zero_gradients());
        let slopes = |h: Var<'_, f64>| h.value().iter().map(|h| 1.0 - h * h).collect();
        tape.trace(0, "h").steps().iter().map(|(_, h)| [h.grad(), slopes(*h)]).collect()
    }

    fn norms(&self) -> Vec<f64> {
        self.states().iter().map(|[grad, _]| norm(grad)).collect()
    }

    fn look(&self) -> Look {
        let w_hh = &self.params[self.cell.w_hh];
        let states = self.states();
        let jacobians = &recurrent_jacobians(self, &self.params)[1..];
        let mut carried = states[T - 1][0].clone();
        for jacobian in jacobians.iter().rev() {
            carried = product(&carried, jacobian);
        }
        let by_h_1 = &states[0][0];
        let difference: Vec<f64> = carried.iter().zip(by_h_1).map(|(a, b)| a - b).collect();
        let slopes: Vec<f64> = states[1..].iter().map(|[_, slopes]| mean(slopes)).collect();
        let steepest = |slopes: &Vec<f64>| slopes.iter().copied().fold(0.0, f64::max);
        let radius = spectral_radius(w_hh);
        Look {
            radius,
            norm: spectral_norm(w_hh),
            slope: mean(&slopes),
            jacobian_norm: mean(&jacobians.iter().map(|j| spectral_norm(j)).collect::<Vec<_>>()),
            jacobian_radius: mean(&jacobians.iter().map(|j| spectral_radius(j)).collect::<Vec<_>>()),
            bound: states[1..].iter().map(|[_, slopes]| spectral_norm(w_hh) * steepest(slopes)).product(),
            estimate: slopes.iter().map(|slope| radius * slope).product(),
            left: norm(by_h_1) / norm(&states[T - 1][0]),
            apart: norm(&difference) / norm(by_h_1),
        }
    }
}

/// `h_50`, the loss and its gradient by `b`, clipped or not.
fn unit(b: f64, clip: Option<f64>) -> (f64, f64, f64) {
    let mut params = Params::new(0);
    let param = params.add("b", [1], Init::Constant(b));
    let mut grads = params.zero_gradients();
    let tape = Tape::new(&params, Memory::new());
    let mut h = tape.zeros([1]);
    for _ in 0..50 {
        h = (h * 1.5 + tape.param(param)).tanh();
    }
    let loss = (h - 0.5).square();
    tape.backward(loss, &mut grads);
    if let Some(clip) = clip {
        Clip::GlobalNorm(clip).apply(&params, &mut grads);
    }
    (h.item(), loss.item(), grads[param][0])
}

/// A row vector times a square matrix, or one matrix times another.
fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len().isqrt();
    let entry = |row: &[f64], j: usize| row.iter().zip(b[j..].iter().step_by(n)).map(|(a, b)| a * b).sum();
    a.chunks_exact(n).flat_map(|row| (0..n).map(move |j| entry(row, j))).collect()
}

/// The largest factor by which a matrix lengthens a vector: `‖A‖ = √ρ(AᵀA)`.
fn spectral_norm(matrix: &[f64]) -> f64 {
    let n = matrix.len().isqrt();
    let transposed: Vec<f64> = (0..n * n).map(|k| matrix[k % n * n + k / n]).collect();
    spectral_radius(&product(&transposed, matrix)).sqrt()
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}
