//! Unitary RNN: a recurrent matrix that keeps lengths, out of turns, mirrors and Fourier transforms

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Constant, Init, Param, Params};

/// A layer of complex units whose recurrent matrix is unitary, whatever its parameters: nothing that is remembered grows or decays, but where
/// modReLU says so.
///
/// Arjovsky, Shah & Bengio, *Unitary evolution recurrent neural networks* (2016), <https://arxiv.org/abs/1511.06464>.
///
/// ```text
/// Ω = D_3·R_2·F⁻¹·D_2·Π·R_1·F·D_1                [H, H], applied from right to left
/// z = Ω·h_{t−1} + x_t·W                          complex
/// h_t = relu(|z| + b)⊙z/|z|                      modReLU
/// ```
///
/// `D` turns each number by an angle of its own, `e^(iθ)`; `R = 1 − 2·v·v*/‖v‖²` mirrors; `F` is Fourier's transform over `√H`, here a product with a matrix;
/// `Π` is a permutation, the same for all layers of `H` units. `|z|` is `√(re² + im² + 1e-10)`, so that it has a slope at 0. The paper's `W` is `Ω`
/// here, and its `V` is `W`.
///
/// A complex number is a pair of real ones: a state, and the output, is `[B, 2·H]`, real parts first. The paper's net reads it by real weights, as any
/// layer above this one; its `h_0` is learnt, where this begins from zeros unless told otherwise. (rnn-jax's `UnitaryEvolutionRNNCell` differs, so it
/// isn't compared: its mirrors have 1 where the paper has the vector itself, `‖v‖` for `‖v‖²`, and no conjugate.)
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, Glorot uniform, `{name}.theta` `[3, H]`, uniform in `±π`, `{name}.v` `[2, 2·H]`, uniform
/// in ±1, and `{name}.b` `[H]`, zeros. (`θ_2` stands in the order that `Π` gives.)
pub type UnitaryRnn = Recurrent<UnitaryRnnSpec>;

units_only!(
    UnitaryRnn,
    UnitaryRnnSpec,
    UnitaryRnnCell,
    "`H` complex units, and so `2·H` numbers of output.",
    outputs = 2
);

/// `F` with its columns in this order, for rows of real and imaginary parts: `(re + i·im)·e^(−2πi·jk/H)/√H`.
fn fourier(order: &[usize]) -> Vec<f64> {
    let h = order.len();
    let entry = |row: usize, column: usize| {
        let angle = std::f64::consts::TAU * (row % h * order[column % h] % h) as f64 / h as f64;
        let value = match (row < h, column < h) {
            (true, true) | (false, false) => angle.cos(),
            (true, false) => -angle.sin(),
            (false, true) => angle.sin(),
        };
        value / (h as f64).sqrt()
    };
    (0..4 * h * h).map(|n| entry(n / (2 * h), n % (2 * h))).collect()
}

/// One step of a [`UnitaryRnn`].
#[derive(Clone, Debug)]
pub struct UnitaryRnnCell {
    /// `W` `[I, 2·H]`
    pub w: Param,
    /// `θ_1`, `θ_2`, `θ_3` `[3, H]`: the angles of each `D`.
    pub theta: Param,
    /// `v_1`, `v_2` `[2, 2·H]`: the direction of each `R`.
    pub v: Param,
    /// `b` `[H]`: of modReLU.
    pub b: Param,
    /// `F` `[2·H, 2·H]`
    fourier: Constant,
    /// `F` of the permuted order. The inverse of a unitary matrix is its transpose, so `z·permutedᵀ` is `F⁻¹·Π·z`.
    permuted: Constant,
}

impl UnitaryRnnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, h]: [usize; 2]) -> Self {
        let within = |bound: f64| Init::Uniform { low: -bound, high: bound };
        let mut order: Vec<usize> = (0..h).collect();
        Self {
            w: params.add(format!("{name}.w"), [inputs, 2 * h], Init::GlorotUniform),
            theta: params.add(format!("{name}.theta"), [3, h], within(std::f64::consts::PI)),
            v: params.add(format!("{name}.v"), [2, 2 * h], within(1.0)),
            b: params.add(format!("{name}.b"), [h], Init::Zeros),
            fourier: Constant::new([2 * h, 2 * h], fourier(&order)),
            permuted: {
                order.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
                Constant::new([2 * h, 2 * h], fourier(&order))
            },
        }
    }

    fn units(&self) -> usize {
        self.b.shape().last()
    }

    /// `D·z`: `(re + i·im)·(cos θ + i·sin θ)`
    fn turn<'t, R: Real>(&self, z: Var<'t, R>, number: usize) -> Var<'t, R> {
        let [re, im] = split(z);
        let theta = z.tape().param(self.theta).select(0, number);
        let (cos, sin) = (theta.cos().expand(re.shape()), theta.sin().expand(re.shape()));
        z.tape().concat(1, &[re * cos - im * sin, re * sin + im * cos])
    }

    /// `R·z = z − 2·v·(v*·z)/‖v‖²`: with the columns `v` and `i·v`, real and imaginary part of `v*·z` are products.
    fn mirror<'t, R: Real>(&self, z: Var<'t, R>, number: usize) -> Var<'t, R> {
        let (tape, v) = (z.tape(), z.tape().param(self.v).slice(0, number, 1));
        let [re, im] = split(v);
        let v = tape.concat(0, &[v, tape.concat(1, &[-im, re])]); // [2, 2·H]
        let length = (re.square() + im.square()).sum().expand(z.shape());
        z - 2.0 * z.matmul_nt(v).matmul(v) / length
    }
}

impl Cell for UnitaryRnnCell {
    /// `h` `[B, 2·H]`, real parts first.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, 2 * self.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        check("unitary_rnn", x_t, self.w.shape().rows(), &[("the state h", h, 2 * self.units())]);
        let tape = h.tape();
        let [f, permuted] = [&self.fourier, &self.permuted].map(|constant| tape.constant(constant));
        let z = self.mirror(self.turn(h, 0).matmul(f), 0); // R_1·F·D_1
        let z = self.mirror(self.turn(z, 1).matmul_nt(permuted), 1); // R_2·F⁻¹·D_2·Π
        let z = (self.turn(z, 2) + x_t.matmul(tape.param(self.w))).named("z");
        let [re, im] = split(z);
        let length = (re.square() + im.square() + 1e-10).sqrt();
        let kept = (length.add_bias(tape.param(self.b)).named("a").relu() / length).named("kept");
        z * tape.concat(1, &[kept, kept])
    }
}
