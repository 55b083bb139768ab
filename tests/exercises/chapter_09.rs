//! Solutions of the exercises of chapter 9, Forward mode, RTRL.

use crate::waves::{Waves, apart};
use tapeloop::bptt::{Influence, full, uoro};
use tapeloop::check::{Loss, jvp_params};
use tapeloop::nn::{Cell, Recurrent, SimpleRnn, Spec};
use tapeloop::{Init, Memory, Param, Params, Real, Tape, Var};

/// The derivative along `v` is `g·v`; along the gradient itself `g·g`. If reverse mode has `g'` instead, forward mode says `g·g'`, which isn't `g'·g'`
/// unless the mistake `g − g'` is orthogonal to `g'`. A gradient that was forgotten as a whole array is: it escapes. One evaluation, however many weights.
#[test]
fn exercise_1_a_check_by_one_evaluation() {
    let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(8), [2, 30]);
    let mut g = params.zero_gradients();
    full(&task, &params, &mut g, &mut Memory::new());
    let [_, slope] = jvp_params(|tape| task.on(tape), &params, &g);
    let squares: f64 = g.flat().iter().map(|g| g * g).sum();
    assert!((slope.data()[0] / squares - 1.0).abs() < 1e-13);
    // With the gradient of W_hh forgotten g·g' is g'·g': nothing is found.
    let forgotten: f64 = g[task.cell.w_hh].iter().map(|g| g * g).sum();
    g[task.cell.w_hh].fill(0.0);
    let [_, slope] = jvp_params(|tape| task.on(tape), &params, &g);
    assert!((slope.data()[0] / (squares - forgotten) - 1.0).abs() < 1e-13);
    g[task.cell.w_hh].fill(1.0); // other numbers that are wrong are found
    let claimed: f64 = g.flat().iter().map(|g| g * g).sum();
    let [_, slope] = jvp_params(|tape| task.on(tape), &params, &g);
    assert!((slope.data()[0] / claimed - 1.0).abs() > 0.01);
}

/// After every step of RTRL the gradient of all losses so far is there: that of the sequence that ends here.
#[test]
fn exercise_2_a_gradient_at_every_step() {
    let (mut task, params) = Waves::new::<_, f64>(SimpleRnn::new(6), [1, 25]);
    let (mut influence, mut memory) = (Influence::new(&task, &params), Memory::new());
    let mut so_far = params.zero_gradients();
    for t in 0..25 {
        influence.step(&task, &params, t, &mut so_far, &mut memory);
        task.sizes = [1, t + 1];
        let mut of_prefix = params.zero_gradients();
        full(&task, &params, &mut of_prefix, &mut Memory::new());
        assert!(apart(so_far.flat(), of_prefix.flat()) < 1e-13, "step {t}");
    }
}

/// `h_t = tanh(x_t·w + u⊙h_{t−1})`: unit `i` reads `w_i`, `u_i`, its own past, and nothing else.
#[derive(Clone, Copy)]
struct Diagonal {
    units: usize,
}

struct DiagonalCell {
    w: Param,
    u: Param,
}

impl Spec for Diagonal {
    type Cell = DiagonalCell;

    fn outputs(&self) -> usize {
        self.units
    }
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> DiagonalCell {
        let w = params.add(format!("{name}.w"), [inputs, self.units], Init::GlorotUniform);
        DiagonalCell { w, u: params.add(format!("{name}.u"), [self.units], Init::Constant(0.9)) }
    }
}

impl Cell for DiagonalCell {
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().last()])
    }
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        let (w, u) = (x_t.tape().param(self.w), x_t.tape().param(self.u));
        (x_t.matmul(w) + u.expand(h.shape()) * h).tanh()
    }
}

/// Numbers of `P_t` that are not 0, after ten steps.
fn in_use<S: Spec>(layer: Recurrent<S>) -> usize {
    let (task, params) = Waves::new::<_, f64>(layer, [1, 10]);
    let (mut influence, mut memory) = (Influence::new(&task, &params), Memory::new());
    for t in 0..10 {
        influence.step(&task, &params, t, &mut params.zero_gradients(), &mut memory);
    }
    influence.by_weights.iter().filter(|&&p| p != 0.0).count()
}

/// Two numbers for each unit, `∂h_i/∂w_i` and `∂h_i/∂u_i`, of a matrix with 16 rows: `P_t` could be kept as two vectors, and carried along by
/// products element by element, RTRL at the price of the net itself. In an Elman net every unit comes to depend on all weights but
/// those of the read-out.
#[test]
fn exercise_3_units_that_do_not_meet() {
    assert_eq!(in_use(Recurrent::of(Diagonal { units: 16 })), 2 * 16);
    assert_eq!(in_use(SimpleRnn::new(16)), 16 * (16 + 16 * 16 + 16));
}

/// A mean of `N` independent estimates has a variance `N` times smaller, so an error `√N` times smaller: four times as many, half the
/// error. Thirty groups of each, or chance would decide.
#[test]
fn exercise_4_four_times_as_many_estimates() {
    let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(4), [1, 15]);
    let mut exact = params.zero_gradients();
    full(&task, &params, &mut exact, &mut Memory::new());
    let error = |count: u64| {
        let squares = (0..30_u64).map(|group| {
            let mut sum = params.zero_gradients();
            (0..count).for_each(|n| _ = uoro(&task, &params, 1_000 * group + n, &mut sum));
            let mean: Vec<f64> = sum.flat().iter().map(|sum| sum / count as f64).collect();
            apart(&mean, exact.flat()).powi(2)
        });
        (squares.sum::<f64>() / 30.0).sqrt()
    };
    let ratio = error(16) / error(64);
    assert!((1.5..2.6).contains(&ratio), "{ratio}");
}
