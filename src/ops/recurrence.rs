//! `h_1 … h_T` of a recurrent net over a whole sequence, as one operation

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::elementwise;
use crate::kernels::recurrent::{
    self, Given, Gru, GruResetBefore, Left, Lstm, SimpleRnn, Sizes, Step, Wanted,
};
use crate::real::Real;
use crate::tensor::Shape;

/// All states `[B, T, H]` of a recurrent net, from `x` `[B, T, I]`, `W` `[I, G·H]`, `U` `[H, G·H]` and the states before
/// the first step `[B, H]`. If there is a second state, the result is a list: all of the first, and the second after the last
/// step, `[B·T·H + B·H]`.
///
/// `x`, `W`, `U` and the biases must be different variables, if they have gradients: backward adds to all of them at once.
///
/// What happens at a step, and its chain rule, is in [`recurrent`], as are the loops over time. The same net out of
/// single operations, a step at a time, is [`nn::unroll`](crate::nn::unroll).
#[derive(Clone, Copy, Debug)]
pub struct Recurrence {
    /// What happens at a step.
    pub kind: RecurrenceKind,
    /// Whether time runs from the last step to the first.
    pub reverse: bool,
    /// Whether there is a bias `[G·H]` beside `x·W`.
    pub b_x: bool,
    /// Whether there is a bias `[G·H]` beside `h·U`.
    pub b_h: bool,
    /// Whether there is a mask `[B, T]`: 0 where a row keeps its state.
    pub mask: bool,
    /// Whether there is something `[B, H]` that `h` is multiplied with where `U` reads it: dropout.
    pub keep: bool,
}

/// The recurrences that there are as one operation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum RecurrenceKind {
    SimpleRnn(SimpleRnn),
    Lstm(Lstm),
    Gru(Gru),
    GruResetBefore(GruResetBefore),
}

/// Runs generic code with the step of a kind.
macro_rules! with_step {
    ($kind:expr, $step:ident => $code:expr) => {
        match $kind {
            RecurrenceKind::SimpleRnn($step) => $code,
            RecurrenceKind::Lstm($step) => $code,
            RecurrenceKind::Gru($step) => $code,
            RecurrenceKind::GruResetBefore($step) => $code,
        }
    };
}

/// The numbers of the inputs in the list of the node.
#[derive(Clone, Copy)]
struct Slots {
    c_0: Option<usize>,
    b_x: Option<usize>,
    b_h: Option<usize>,
    mask: Option<usize>,
    keep: Option<usize>,
}

const X: usize = 0;
const W: usize = 1;
const U: usize = 2;
const H_0: usize = 3;

impl Recurrence {
    /// The parts of `H` columns that `W` and `U` have, and whether there is a state `c`.
    fn gates<R: Real>(&self) -> (usize, bool) {
        fn of<R: Real, S: Step<R>>(_: S) -> (usize, bool) {
            (S::GATES, S::CELLS > 0)
        }
        with_step!(self.kind, step => of::<R, _>(step))
    }

    fn slots<R: Real>(&self) -> Slots {
        let mut next = H_0;
        let mut slot = |there: bool| {
            next += usize::from(there);
            there.then_some(next)
        };
        Slots {
            c_0: slot(self.gates::<R>().1),
            b_x: slot(self.b_x),
            b_h: slot(self.b_h),
            mask: slot(self.mask),
            keep: slot(self.keep),
        }
    }

    fn given<'a, R: Real>(&self, x: Inputs<'a, R>) -> Given<'a, R> {
        let slots = self.slots::<R>();
        let &[batch, steps, inputs] = x.shape(X).sizes() else { unreachable!("checked by `shape`") };
        let value = |slot: Option<usize>| slot.map(|i| x.value(i));
        Given {
            sizes: Sizes { batch, steps, inputs, hidden: x.shape(U).rows() },
            reverse: self.reverse,
            x: x.value(X),
            w: x.value(W),
            u: x.value(U),
            h_0: x.value(H_0),
            c_0: value(slots.c_0).unwrap_or(&[]),
            b_x: value(slots.b_x),
            b_h: value(slots.b_h),
            mask: value(slots.mask),
            keep: value(slots.keep),
            origin: if x.needs_grad() { None } else { x.origin([W, U]) },
        }
    }
}

impl<R: Real> Rule<R> for Recurrence {
    fn name(&self) -> &'static str {
        match self.kind {
            RecurrenceKind::SimpleRnn(_) => "simple_rnn",
            RecurrenceKind::Lstm(_) => "lstm",
            RecurrenceKind::Gru(_) | RecurrenceKind::GruResetBefore(_) => "gru",
        }
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (name, (gates, two), slots) = (Rule::<R>::name(self), self.gates::<R>(), self.slots::<R>());
        let (given, hidden) = (x.shape(X), x.shape(U).rows());
        let &[batch, steps, inputs] = given.sizes() else {
            panic!("{name}: x has shape {given}, not [B, T, I]")
        };
        let (columns, wanted) = (gates * hidden, x.shape(W).rows());
        assert!(inputs == wanted, "{name}: x has shape {given}, not [B, T, {wanted}]");
        let expected = [
            (Some(U), "U", "[H, G·H]", Shape::from([hidden, columns])),
            (Some(W), "W", "[I, G·H]", Shape::from([inputs, columns])),
            (Some(H_0), "the state h", "[B, H]", Shape::from([batch, hidden])),
            (slots.c_0, "the state c", "[B, H]", Shape::from([batch, hidden])),
            (slots.b_x, "the bias", "[G·H]", Shape::from([columns])),
            (slots.b_h, "the recurrent bias", "[G·H]", Shape::from([columns])),
            (slots.mask, "the mask", "[B, T]", Shape::from([batch, steps])),
            (slots.keep, "the dropout of h", "[B, H]", Shape::from([batch, hidden])),
        ];
        for (slot, what, axes, expected) in expected {
            let Some(slot) = slot else { continue };
            let shape = x.shape(slot);
            assert!(
                shape == expected,
                "{name}: {what} has shape {shape}, not {axes} = {expected}, for x {given}"
            );
        }
        x.check_different(name, &[X, W, U].into_iter().chain(slots.b_x).chain(slots.b_h));
        let states = Shape::from([batch, steps, hidden]);
        if two { Shape::from([states.len() + batch * hidden]) } else { states }
    }

    fn saved(&self, x: Inputs<'_, R>) -> usize {
        fn of<R: Real, S: Step<R>>(_: S, sizes: Sizes) -> usize {
            recurrent::saved::<R, S>(sizes)
        }
        if !x.needs_grad() {
            return 0;
        }
        let &[batch, steps, inputs] = x.shape(X).sizes() else { unreachable!("checked by `shape`") };
        let sizes = Sizes { batch, steps, inputs, hidden: x.shape(U).rows() };
        with_step!(self.kind, step => of::<R, _>(step, sizes))
    }

    fn forward(&self, at: Forward<'_, R>) {
        let given = self.given(at.x);
        with_step!(self.kind, step => recurrent::forward(step, &given, at.y, at.saved, at.workspace));
    }

    fn vjp(&self, at: Backward<'_, R>) {
        with_step!(self.kind, step => self.back(step, at));
    }
}

impl Recurrence {
    fn back<R: Real>(&self, step: impl Step<R>, mut at: Backward<'_, R>) {
        let (given, slots) = (self.given(at.x), self.slots::<R>());
        let left = Left { states: at.y, saved: at.saved, d_states: at.dy, first: at.grad(H_0).is_some() };
        let mut workspace = std::mem::take(at.workspace);
        let [x, u, w, b_x, b_h] = at.grads([Some(X), Some(U), Some(W), slots.b_x, slots.b_h]);
        let wanted = Wanted { x, u, w, b_x, b_h };
        let [dh, dc] = recurrent::backward(step, &given, left, wanted, &mut workspace);
        add(&mut at, Some(H_0), |dh_0| elementwise::add_map(dh, dh_0, |d| d));
        add(&mut at, slots.c_0, |dc_0| elementwise::add_map(dc, dc_0, |d| d));
        *at.workspace = workspace;
    }
}

/// Adds to the gradient of an input, if somebody wants it.
fn add<R: Real>(at: &mut Backward<'_, R>, slot: Option<usize>, add: impl FnOnce(&mut [R])) {
    if let Some(d) = slot.and_then(|slot| at.grad(slot)) {
        add(d);
    }
}
