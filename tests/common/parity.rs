//! Our value and gradient of a recorded case beside those of the library that recorded it.

use std::collections::BTreeMap;

use tapeloop::{Array, Memory, Params, Tape, Var};

use super::case::{Case, folder};

/// What a case gives to work with.
pub struct Given<'a, 't> {
    tape: &'t Tape<'t, f64>,
    case: &'a Case,
    vars: &'a BTreeMap<String, Var<'t, f64>>,
    /// Which of its outputs is asked for.
    pub output: usize,
}

impl<'t> Given<'_, 't> {
    pub fn tape(&self) -> &'t Tape<'t, f64> {
        self.tape
    }

    /// The input of this name.
    pub fn var(&self, name: &str) -> Var<'t, f64> {
        *self.vars.get(name).unwrap_or_else(|| panic!("{}: no input {name}", self.case.name))
    }

    pub fn x(&self) -> Var<'t, f64> {
        self.var("x")
    }

    /// The inputs `a` and `b`.
    pub fn ab(&self) -> [Var<'t, f64>; 2] {
        [self.var("a"), self.var("b")]
    }

    /// An input of integers.
    pub fn ids(&self, name: &str) -> Vec<usize> {
        let ids = self.case.integers(&format!("input.{name}"));
        ids.into_iter().map(|id| usize::try_from(id).expect("a negative id")).collect()
    }

    /// Where an input of integers is positive.
    pub fn mask(&self, name: &str) -> Vec<bool> {
        self.case.integers(&format!("input.{name}")).into_iter().map(|i| i > 0).collect()
    }

    /// The sizes of what is to come out.
    pub fn expected_sizes(&self) -> Vec<usize> {
        self.case.array(&outputs(self.case)[self.output]).shape().sizes().to_vec()
    }

    /// A constant.
    pub fn constant(&self, sizes: &[usize], f: impl FnMut(usize) -> f64) -> Var<'t, f64> {
        let shape = tapeloop::Shape::new(sizes);
        self.tape.input(shape, &(0..shape.len()).map(f).collect::<Vec<_>>())
    }
}

/// A case in our operations: `output` of its outputs, from what is given.
pub type Express = for<'a, 't> fn(&Given<'a, 't>) -> Var<'t, f64>;

/// How to express the cases of a folder: names, separated by spaces, and the function.
pub type Table = [(&'static str, Express)];

/// Compares every case of a folder: values with `expected.*`, and the gradient of `Σ y·upstream` with
/// `grad.*`, within `tol` (or the precision of f32, if the result was recorded in that). Every file must
/// be in the table, and every name of the table be a file.
pub fn check(folder_name: &str, tol: f64, table: &Table) {
    let mut table: BTreeMap<&str, Express> =
        table.iter().flat_map(|(names, f)| names.split_whitespace().map(move |name| (name, *f))).collect();
    let cases = folder(folder_name);
    let (mut wrong, mut worst) = (Vec::new(), (0.0, String::new()));
    for case in &cases {
        match table.remove(case.name.as_str()) {
            None => wrong.push(format!("{}: not in the table", case.name)),
            Some(express) => compare(case, express, tol, &mut wrong, &mut worst),
        }
    }
    wrong.extend(table.keys().map(|name| format!("{name}: in the table, but no such file")));
    println!(
        "{folder_name}: {} cases, {} wrong; worst error {:.1e} in {}",
        cases.len(),
        wrong.len(),
        worst.0,
        worst.1
    );
    assert!(wrong.is_empty(), "{folder_name}:\n{}", wrong.join("\n"));
}

fn outputs(case: &Case) -> Vec<String> {
    case.names().into_iter().filter(|name| name.starts_with("expected.")).collect()
}

fn compare(case: &Case, express: Express, tol: f64, wrong: &mut Vec<String>, worst: &mut (f64, String)) {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let inputs = case.names().into_iter().filter_map(|name| name.strip_prefix("input.").map(str::to_owned));
    let floats = inputs.filter(|name| case.is_float(&format!("input.{name}")));
    let vars =
        floats.map(|name| (name.clone(), tape.variable(&case.array(&format!("input.{name}"))))).collect();

    let f32_recorded = outputs(case).iter().any(|name| case.is_f32(name));
    let tol = if f32_recorded { f64::from(f32::EPSILON) } else { tol };
    let mut differ = |what: &str, got: &Array<f64>, expected: &Array<f64>| {
        let error = error(got, expected);
        if error > worst.0 && !f32_recorded {
            *worst = (error, format!("{} {what}", case.name));
        }
        if error > tol {
            wrong.push(format!("{}: {what} is {got:?}, not {expected:?}: {error:.1e} off", case.name));
        }
    };
    let mut loss = tape.input([], &[0.0]);
    for (output, name) in outputs(case).iter().enumerate() {
        let y = express(&Given { tape: &tape, case, vars: &vars, output });
        differ(name, &y.to_array(), &case.array(name));
        let upstream = case.array(&name.replace("expected.", "upstream."));
        loss = loss + (y * tape.input(y.shape(), upstream.data())).sum();
    }
    tape.backward(loss, &mut params.zero_gradients());
    for (name, var) in vars {
        let grad = format!("grad.{name}");
        if case.has(&grad) {
            differ(&grad, &Array::new(var.shape(), var.grad()), &case.array(&grad));
        }
    }
}

/// The largest error of any element, relative to the element; or to the largest one (or to 1, whichever
/// is less) where an element is nearly 0. Infinities and NaN must be where they are expected.
fn error(got: &Array<f64>, expected: &Array<f64>) -> f64 {
    // Recordings write a scalar as [1].
    let scalars = got.shape().rank() == 0 && *expected.shape().sizes() == [1];
    if !scalars && got.shape() != expected.shape() {
        return f64::INFINITY;
    }
    let finite = expected.data().iter().map(|e| e.abs()).filter(|e| e.is_finite());
    let scale = finite.fold(0.0, f64::max).clamp(f64::MIN_POSITIVE, 1.0);
    let each =
        got.data().iter().zip(expected.data()).map(|(&g, &e)| match (g - e).abs() / e.abs().max(scale) {
            _ if g == e || g.is_nan() && e.is_nan() => 0.0,
            error if error.is_nan() => f64::INFINITY,
            error => error,
        });
    each.fold(0.0, f64::max)
}
