//! Checking gradients.

use tapeloop::check::{
    CheckError, Loss, Report, check_forward, check_second_order, gradcheck, gradcheck_params,
};
use tapeloop::nn::{Cell, SimpleRnn};
use tapeloop::ops::{Backward, Forward, Rule};
use tapeloop::optim::{Adam, Optimizer};
use tapeloop::{Array, Init, Memory, Param, Params, Real, Tape, Var};

use crate::mistakes::{Alone, Net, PRODUCTS};
use crate::waves::wave;

pub fn print() {
    best_step();
    wrong_slope();
    which_array();
    which_check();
    anomaly();
}

/// The loss of one unit, `½·h_T²` with `h_t = tanh(w·h_{t−1} + x_t)`, and its derivative by `w`. Plain arithmetic: the same bits on
/// every machine.
fn one_unit<R: Real>(w: R) -> [R; 2] {
    let (mut h, mut dh) = (R::ZERO, R::ZERO); // ∂h_t/∂w, carried along
    for t in 0..10 {
        let x = R::from_f64([0.5, -0.25, 0.75, 0.125][t % 4]);
        let next = (w * h + x).tanh();
        dh = (R::ONE - next * next) * (h + w * dh);
        h = next;
    }
    [R::from_f64(0.5) * h * h, h * dh]
}

fn best_step() {
    let [_, exact] = one_unit(0.8_f64);
    let l = |w: f64| one_unit(w)[0];
    let single = |w: f64| f64::from(one_unit(w as f32)[0]);
    let central = |l: &dyn Fn(f64) -> f64, e: f64| (l(0.8 + e) - l(0.8 - e)) / (2.0 * e);
    say!("relative error of ∂L/∂w");
    say!("{:>8} {:>12} {:>12} {:>12} {:>12}", "ε", "two points", "central", "five points", "central, f32");
    for e in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12] {
        let forward = (l(0.8 + e) - l(0.8)) / e;
        let five = (8.0 * (l(0.8 + e) - l(0.8 - e)) - (l(0.8 + 2.0 * e) - l(0.8 - 2.0 * e))) / (12.0 * e);
        let errors =
            [forward, central(&l, e), five, central(&single, e)].map(|d| ((d - exact) / exact).abs());
        let [a, b, c, d] = errors.map(|error| format!("{error:.0e}"));
        say!("{e:>8.0e} {a:>12} {b:>12} {c:>12} {d:>12}");
    }
}

/// `y = tanh x`, whose slope is `1 − y²`, or, by mistake, `1 − y`.
#[derive(Debug)]
struct Tanh {
    forgets_the_square: bool,
}

impl<R: Real> Rule<R> for Tanh {
    fn name(&self) -> &'static str {
        "my_tanh"
    }
    fn forward(&self, at: Forward<'_, R>) {
        at.map(Real::tanh);
    }
    fn vjp(&self, mut at: Backward<'_, R>) {
        match self.forgets_the_square {
            false => at.add_with_y(|dy, y| dy * (R::ONE - y * y)),
            true => at.add_with_y(|dy, y| dy * (R::ONE - y)),
        }
    }
}

/// An Elman net with this tanh: `W_ih`, `W_hh`, `b`, and a read-out `V`, `c`.
fn net<'t, R: Real>(
    tanh: &'static Tanh,
    tape: &'t Tape<'t, R>,
    [w_ih, w_hh, b, v, c]: [Var<'t, R>; 5],
) -> Var<'t, R> {
    let (mut h, mut loss) = (tape.zeros([1, w_hh.shape().last()]), tape.zeros([]));
    for t in 0..20 {
        let x = tape.input([1, 1], &[R::from_f64(wave(0, t))]);
        h = tape.custom(tanh, &[(x.matmul(w_ih) + h.matmul(w_hh)) + b]);
        let next = tape.input([1, 1], &[R::from_f64(wave(0, t + 1))]);
        loss = loss + (h.matmul(v) + c).mse(next);
    }
    loss
}

/// Its weights, with 8 units.
fn weights() -> (Params<f64>, [Param; 5]) {
    let mut params = Params::new(0);
    let uniform = Init::Uniform { low: -0.4, high: 0.4 };
    let arrays: [(&str, [usize; 2]); 5] =
        [("w_ih", [1, 8]), ("w_hh", [8, 8]), ("b", [1, 8]), ("v", [8, 1]), ("c", [1, 1])];
    let handles = arrays.map(|(name, shape)| params.add(name, shape, uniform));
    (params, handles)
}

static RIGHT: Tanh = Tanh { forgets_the_square: false };
static WRONG: Tanh = Tanh { forgets_the_square: true };

fn wrong_slope() {
    say!("\nloss while training");
    say!("{:>8} {:>12} {:>12}", "step", "1 − y²", "1 − y");
    let curves = [&RIGHT, &WRONG].map(|tanh| {
        let ((mut params, handles), mut adam) = (weights(), Adam::pytorch(0.0005));
        let step = |_| {
            let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
            let loss = net(tanh, &tape, handles.map(|w| tape.param(w)));
            tape.backward(loss, &mut grads);
            let loss = loss.item();
            drop(tape);
            adam.step(&mut params, &grads);
            loss
        };
        (0..=500).map(step).collect::<Vec<f64>>()
    });
    for step in [0, 50, 100, 200, 300, 500] {
        say!("{step:>8} {:>12.2} {:>12.2}", curves[0][step], curves[1][step]);
    }
}

fn which_array() {
    say!("\nderivatives that are wrong, with 1 − y");
    let (params, handles) = weights();
    let arrays: Vec<Array<f64>> =
        handles.iter().map(|&w| Array::new(w.shape(), params[w].to_vec())).collect();
    for (i, entry) in params.iter().enumerate() {
        // All arrays are data but one.
        let result = gradcheck(
            |tape, v| {
                let all = std::array::from_fn(|j| match i == j {
                    true => v[0],
                    false => tape.input(arrays[j].shape(), arrays[j].data()),
                });
                net(&WRONG, tape, all)
            },
            &arrays[i..=i],
        );
        let wrong = match result {
            Err(CheckError::Wrong(report)) => report.wrong,
            _ => 0,
        };
        say!("{:>8} {wrong:>4} of {}", entry.name, entry.values.len());
    }
}

/// What a check says.
fn verdict(result: &Result<Report, CheckError>) -> &'static str {
    if result.is_ok() { "-" } else { "found" }
}

fn differences((loss, params): (impl Loss, Params<f64>)) -> &'static str {
    verdict(&gradcheck_params(|tape| loss.on(tape), &params))
}

fn which_check() {
    say!("\nwhich check finds which mistake in h·U");
    say!("{:<16} {:<27} {:<18} {:<18}", "", "  alone, differences", "  net, differences", "  net, T = 2");
    let heads = ["H = 1", "H = 3", "twice", "T = 1", "T = 2", "forward", "second"];
    say!("{:<16} {}", "", heads.map(|head| format!("{head:>9}")).concat());
    for (name, product) in &PRODUCTS {
        let (net, params) = Net::new(product, 2);
        let found = [
            differences(Alone::new(product, 1, false)),
            differences(Alone::new(product, 3, false)),
            differences(Alone::new(product, 3, true)),
            differences(Net::new(product, 1)),
            differences(Net::new(product, 2)),
            verdict(&check_forward(&net, &params)),
            verdict(&check_second_order(&net, &params, 2, 0)),
        ];
        say!("{name:<16} {}", found.map(|found| format!("{found:>9}")).concat());
    }
}

/// The distance of a state from 0, at each step. At the first two steps the net has seen nothing, and the state is 0.
fn anomaly() {
    let mut params = Params::<f64>::new(0);
    let cell = SimpleRnn::new(4).build(&mut params, "rnn", 1).cell;
    let mut grads = params.zero_gradients();
    let tape = Tape::new(&params, Memory::new()).watched();
    let (mut h, mut loss, sequence) = (tape.zeros([1, 4]), tape.zeros([]), tape.begin_sequence());
    for (t, x) in [0.0, 0.0, 0.3, -0.4].into_iter().enumerate() {
        tape.at_step(Some([sequence, t]));
        h = cell.step(tape.input([1, 1], &[x]), h);
        loss = loss + h.square().sum().sqrt().named("distance");
    }
    tape.backward(loss, &mut grads);
    let nans = grads.flat().iter().filter(|g| g.is_nan()).count();
    say!("\nloss {:.4}; {nans} of {} gradients are NaN", loss.item(), params.count());
    say!("{}", tape.anomaly().expect("the slope of a root at 0"));
}
