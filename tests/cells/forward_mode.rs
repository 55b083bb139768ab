//! Forward mode: reverse mode's third opinion, and second derivatives, for every cell.

use crate::common::every_cell::{Visit, every_cell};
use crate::common::task::Waves;
use tapeloop::check::{
    CheckError, Derivative, Loss, check_forward, check_second_order, hessian_vector, jvp, jvp_params,
};
use tapeloop::nn::{Call, Cell, Lstm, Recurrent, Spec};
use tapeloop::ops::{Backward, Forward, Rule};
use tapeloop::{Array, Init, Param, Params, Real, Tape, Var};

#[derive(Default)]
struct Checks {
    cells: usize,
    derivatives: usize,
    first: f64,
    second: f64,
}

impl Visit for Checks {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        self.cells += 1;
        for [b, t, i] in [[1, 1, 1], [1, 7, 2], [3, 4, 1]] {
            let (task, params) = Waves::new::<S, f64>(layer, [b, t, i]);
            let first = check_forward(&task, &params).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            assert_eq!(first.compared, params.count(), "{name}");
            let second =
                check_second_order(&task, &params, 3, 1).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            assert_eq!(second.compared, 6, "{name}");
            self.derivatives += first.compared + second.compared;
            let error = |worst: Option<Derivative>| worst.map_or(0.0, |worst| worst.error());
            (self.first, self.second) =
                (self.first.max(error(first.worst)), self.second.max(error(second.worst)));
        }
    }
}

#[test]
fn every_cell_is_differentiated_in_three_ways() {
    let mut checks = Checks::default();
    every_cell(3, &mut checks);
    println!(
        "{} cells, {} derivatives; forward and reverse mode at most {:.1e} apart, second derivatives {:.1e}",
        checks.cells, checks.derivatives, checks.first, checks.second
    );
}

/// What a layer does around its cell: zoneout, in training and otherwise. (Above it's the cell alone.)
#[test]
fn zoneout_is_differentiated_in_three_ways() {
    struct Layer<C> {
        layer: Recurrent<C>,
        x: Param,
        training: Option<u64>,
    }
    impl<C: Cell> Loss for Layer<C> {
        fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
            let call = Call { training: self.training, ..Call::default() };
            self.layer.run(tape.param(self.x), call).output.square().sum()
        }
    }
    for training in [None, Some(3), Some(4)] {
        let mut params = Params::<f64>::new(5);
        let layer = Lstm::new(4).zoneout(0.15, 0.5).return_sequences(true).build(&mut params, "lstm", 2);
        let x = params.add("x", [2, 6, 2], Init::Uniform { low: -1.0, high: 1.0 });
        let task = Layer { layer, x, training };
        check_forward(&task, &params).unwrap();
        check_second_order(&task, &params, 3, 1).unwrap();
    }
}

/// `y = x²`, whose gradient is wrong in one of two ways.
#[derive(Clone, Copy, Debug)]
enum Square {
    Right,
    /// `3·x`
    Wrong,
    /// `2·x`, but as a number that doesn't change with `x`: right here, and nowhere else.
    Frozen,
}

impl<R: Real> Rule<R> for Square {
    fn name(&self) -> &'static str {
        "square"
    }
    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| x * x);
    }
    fn vjp(&self, mut at: Backward<'_, R>) {
        match self {
            Self::Right => at.add_with_x(|dy, x| dy * (x + x)),
            Self::Wrong => at.add_with_x(|dy, x| dy * (x + x + x)),
            Self::Frozen => at.add_with_x(|dy, x| dy * R::from_f64(2.0 * x.to_f64())),
        }
    }
}

struct Squares(Square, Param);

impl Loss for Squares {
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
        let square: &'static Square = match self.0 {
            Square::Right => &Square::Right,
            Square::Wrong => &Square::Wrong,
            Square::Frozen => &Square::Frozen,
        };
        tape.custom(square, &[tape.param(self.1)]).sum()
    }
}

#[test]
fn a_wrong_gradient_is_found() {
    let mut params = Params::new(0);
    let w = params.add("w", [3], Init::Uniform { low: 0.5, high: 1.0 });
    check_forward(&Squares(Square::Right, w), &params).unwrap();
    check_second_order(&Squares(Square::Right, w), &params, 2, 0).unwrap();

    let wrong = check_forward(&Squares(Square::Wrong, w), &params);
    assert!(matches!(&wrong, Err(CheckError::Wrong(report)) if report.wrong == 3), "{wrong:?}");
    check_forward(&Squares(Square::Frozen, w), &params).unwrap();
    let wrong = check_second_order(&Squares(Square::Frozen, w), &params, 2, 0);
    assert!(matches!(wrong, Err(CheckError::Wrong(_))), "{wrong:?}");
}

#[test]
fn a_loss_that_is_not_a_number_is_no_gradient() {
    struct Log(Param);
    impl Loss for Log {
        fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
            tape.param(self.0).ln().sum()
        }
    }
    let mut params = Params::new(0);
    let w = params.add("w", [2], Init::Constant(-1.0));
    assert!(matches!(check_forward(&Log(w), &params), Err(CheckError::NotFinite(_))));
    assert!(matches!(check_second_order(&Log(w), &params, 1, 0), Err(CheckError::NotFinite(_))));
}

/// Of a function that is no scalar: all directions give the Jacobian.
#[test]
fn directions_give_the_jacobian() {
    let x = Array::new([2], vec![0.3, -0.8]);
    for (i, unit) in [[1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
        let [y, dy] = jvp(|_, x| x[0].tanh(), std::slice::from_ref(&x), &[Array::new([2], unit.to_vec())]);
        for j in 0..2 {
            let slope = if i == j { 1.0 - y.data()[j] * y.data()[j] } else { 0.0 };
            assert_eq!(dy.data()[j], slope);
        }
    }
}

fn quadratic<'t, R: Real>(tape: &'t Tape<'t, R>, x: &[Var<'t, R>], a: &[R]) -> Var<'t, R> {
    (x[0].matmul(tape.input([3, 3], a)) * x[0]).sum()
}

/// `H = A + Aᵀ` of the loss `xᵀ·A·x`.
#[test]
fn the_hessian_of_a_quadratic_form() {
    let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    let of_duals = a.map(Real::from_f64);
    let [x, v] = [vec![0.5, -1.0, 2.0], vec![1.0, 10.0, 100.0]].map(|data| [Array::new([1, 3], data)]);
    let [g, hv] = hessian_vector(|tape, x| quadratic(tape, x, &of_duals), &x, &v);
    for (of, result) in [(&x[0], &g[0]), (&v[0], &hv[0])] {
        for i in 0..3 {
            let expected: f64 = (0..3).map(|j| (a[3 * i + j] + a[3 * j + i]) * of.data()[j]).sum();
            assert!((result.data()[i] - expected).abs() < 1e-12);
        }
    }
}

#[test]
#[should_panic = "one of other parameters"]
fn a_direction_has_the_layout_of_the_weights() {
    let (mut params, mut other) = (Params::<f64>::new(0), Params::<f64>::new(0));
    let w = params.add("w", [3], Init::Zeros);
    other.add("w", [30], Init::Zeros);
    let _ = jvp_params(|tape| tape.param(w).sum(), &params, &other.zero_gradients());
}
