//! A recorded case as one of our nets: its weights, what should come out, and the gradients.

use std::cell::RefCell;
use std::collections::BTreeSet;

use tapeloop::{Array, Init, Memory, Param, Params, Tape, Var};

use crate::common::case::Case;

/// A recorded net in the layout of this crate, with what it should give.
pub struct Net<'c> {
    pub case: &'c Case,
    pub params: Params<f64>,
    /// Parameters with the gradients that they should get.
    gradients: Vec<(Param, Array<f64>)>,
    /// The arrays of the recording that were made use of.
    read: RefCell<BTreeSet<String>>,
}

/// The arrays of the other library, on a tape of their own so that they can be rearranged.
pub struct Theirs<'n, 't> {
    net: &'n Net<'n>,
    tape: &'t Tape<'t, f64>,
    prefix: &'n str,
}

impl<'t> Theirs<'_, 't> {
    pub fn case(&self) -> &Case {
        self.net.case
    }

    pub fn get(&self, name: &str) -> Var<'t, f64> {
        self.tape.variable(&self.net.read(&format!("{}{name}", self.prefix)))
    }
}

/// What should come out, and its weights in the loss, if there is one: `Σ upstream·value`.
pub struct Wanted {
    name: String,
    value: Array<f64>,
    upstream: Option<Array<f64>>,
}

impl Wanted {
    pub fn value_mut(&mut self) -> &mut Array<f64> {
        &mut self.value
    }
}

impl<'c> Net<'c> {
    pub fn new(case: &'c Case) -> Self {
        Self { case, params: Params::new(0), gradients: Vec::new(), read: RefCell::default() }
    }

    fn read(&self, name: &str) -> Array<f64> {
        self.read.borrow_mut().insert(name.to_string());
        self.case.array(name)
    }

    /// What `rearrange` makes of the arrays whose names begin with `prefix`.
    pub fn rearranged(
        &self,
        prefix: &str,
        rearrange: impl for<'t> FnOnce(&Theirs<'_, 't>) -> Var<'t, f64>,
    ) -> Array<f64> {
        let none = Params::new(0);
        let tape = Tape::new(&none, Memory::new());
        rearrange(&Theirs { net: self, tape: &tape, prefix }).to_array()
    }

    /// Sets a weight to what is made of theirs. Its gradient must be what is made of the gradients of theirs.
    pub fn weight(&mut self, weight: Param, rearrange: impl for<'t> Fn(&Theirs<'_, 't>) -> Var<'t, f64>) {
        self.value(weight, "param.", &rearrange);
        self.gradient(weight, "grad.param.", rearrange);
    }

    /// Sets a parameter to what is made of the arrays whose names begin with `prefix`.
    pub fn value(
        &mut self,
        param: Param,
        prefix: &str,
        rearrange: impl for<'t> FnOnce(&Theirs<'_, 't>) -> Var<'t, f64>,
    ) {
        let value = self.rearranged(prefix, rearrange);
        assert_eq!(param.shape(), value.shape(), "{}", self.case.name);
        self.params[param].copy_from_slice(value.data());
    }

    /// Says what gradient a parameter should get.
    pub fn gradient(
        &mut self,
        param: Param,
        prefix: &str,
        rearrange: impl for<'t> FnOnce(&Theirs<'_, 't>) -> Var<'t, f64>,
    ) {
        let gradient = self.rearranged(prefix, rearrange);
        self.gradients.push((param, gradient));
    }

    /// An input, made of one or more of theirs; its gradient of theirs named `grad.…`, if any are recorded.
    pub fn input(
        &mut self,
        name: &str,
        prefix: &str,
        rearrange: impl for<'t> Fn(&Theirs<'_, 't>) -> Var<'t, f64>,
    ) -> Param {
        let value = self.rearranged(prefix, &rearrange);
        let param = self.params.add(name, value.shape(), Init::Zeros);
        self.params[param].copy_from_slice(value.data());
        if self.has_gradients() {
            self.gradient(param, "grad.", rearrange);
        }
        param
    }

    fn has_gradients(&self) -> bool {
        self.case.names().iter().any(|name| name.starts_with("grad."))
    }

    /// The recorded lengths of the sequences, or another list of integers.
    pub fn integers(&self, name: &str) -> Vec<usize> {
        let integers = self.case.integers(name).into_iter();
        integers.map(|i| usize::try_from(i).expect("a negative number")).collect()
    }

    /// What should come out, made of one of theirs.
    pub fn wanted(&self, name: &str, rearrange: impl for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>) -> Wanted {
        let of = |prefix: &str| self.rearranged(prefix, |theirs| rearrange(theirs.get(name)));
        let upstream = self.has_gradients().then(|| of("upstream."));
        Wanted { name: name.to_string(), value: of("expected."), upstream }
    }

    /// Runs the net, and compares what comes out and all gradients. Every array of the recording that says what should be
    /// must have been made use of.
    pub fn check(
        self,
        tally: &mut Tally,
        wanted: &[Wanted],
        run: impl for<'t> FnOnce(&'t Tape<'t, f64>) -> Vec<Var<'t, f64>>,
    ) {
        let tape = Tape::new(&self.params, Memory::new());
        let outputs = run(&tape);
        assert_eq!(outputs.len(), wanted.len(), "{}: how much comes out", self.case.name);
        let mut loss = tape.zeros([]);
        for (output, wanted) in outputs.iter().zip(wanted) {
            tally.compare(self.case, &wanted.name, &output.to_array(), &wanted.value);
            if let Some(upstream) = &wanted.upstream {
                loss = loss + (*output * tape.input(output.shape(), upstream.data())).sum();
            }
        }
        let mut grads = self.params.zero_gradients();
        tape.backward(loss, &mut grads);
        for (param, expected) in &self.gradients {
            let entry = self.params.iter().find(|entry| entry.param == *param).unwrap();
            let got = Array::new(param.shape(), grads[*param].to_vec());
            tally.compare(self.case, &format!("∂/∂{}", entry.name), &got, expected);
        }
        let read = self.read.into_inner();
        let claims = |name: &&String| name.starts_with("grad.") || name.starts_with("expected.");
        for name in self.case.names().iter().filter(claims) {
            assert!(read.contains(name), "{}: {name} was not compared", self.case.name);
        }
        tally.nets += 1;
    }
}

/// What was compared, and how well it agreed.
#[derive(Default)]
pub struct Tally {
    pub cases: usize,
    nets: usize,
    numbers: usize,
    /// The largest error of recordings in f64 and in f32, and where it is.
    worst: [(f64, String); 2],
}

impl Tally {
    pub fn compare(&mut self, case: &Case, what: &str, got: &Array<f64>, expected: &Array<f64>) {
        let narrow = case.names().iter().any(|name| name.starts_with("expected.") && case.is_f32(name));
        let what = format!("{}: {what}", case.name);
        assert_eq!(got.shape(), expected.shape(), "{what}");
        let error = error(got.data(), expected.data());
        assert!(error <= if narrow { 1e-5 } else { 1e-12 }, "{what} is {error:.1e} off");
        self.numbers += expected.data().len();
        let worst = &mut self.worst[usize::from(narrow)];
        if error > worst.0 {
            *worst = (error, what);
        }
    }

    /// Prints what was compared, and fails unless it was so many cases.
    pub fn finish(&self, library: &str, cases: usize) {
        let Self { nets, numbers, .. } = self;
        println!("{library}: {} cases as {nets} nets, {numbers} numbers", self.cases);
        for (bits, (error, what)) in [64, 32].into_iter().zip(&self.worst) {
            if what.is_empty() {
                continue;
            }
            println!("    recorded in f{bits}: worst error {error:.1e}, {what}");
        }
        assert_eq!(self.cases, cases, "{library}: how many cases there are");
    }
}

/// The largest error, relative to the largest number that is expected.
fn error(got: &[f64], expected: &[f64]) -> f64 {
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, |a: f64, b| a.max(b.abs()));
    assert!(got.iter().chain(expected).all(|number| number.is_finite()));
    let apart = largest(&mut got.iter().zip(expected).map(|(g, e)| g - e));
    if apart == 0.0 { 0.0 } else { apart / largest(&mut expected.iter().copied()) }
}

/// The blocks of the last axis in another order: block `order[0]` first.
pub fn gates<'t, const N: usize>(w: Var<'t, f64>, order: [usize; N]) -> Var<'t, f64> {
    let (axis, size) = (w.shape().rank() - 1, w.shape().last() / N);
    w.tape().concat(axis, &order.map(|gate| w.slice(axis, gate * size, size)))
}
