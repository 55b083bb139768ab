//! A handle to a value on the tape.

use std::fmt;

use super::Tape;
use crate::kernels::reduce;
use crate::ops::{NodeId, Place};
use crate::real::Real;
use crate::tensor::{Array, Shape};

/// A value on a [`Tape`]: a reference to the tape and a line number. `Copy`; methods and operators
/// compute new values and record how.
#[derive(Clone, Copy)]
pub struct Var<'t, R: Real = f32> {
    tape: &'t Tape<'t, R>,
    id: NodeId,
    shape: Shape,
}

impl<'t, R: Real> Var<'t, R> {
    pub(crate) fn new(tape: &'t Tape<'t, R>, id: NodeId, shape: Shape) -> Self {
        Self { tape, id, shape }
    }

    /// Its tape.
    pub fn tape(self) -> &'t Tape<'t, R> {
        self.tape
    }

    /// Its shape.
    pub fn shape(self) -> Shape {
        self.shape
    }

    pub(crate) fn id(self) -> NodeId {
        self.id
    }

    /// The value of a variable with one element.
    ///
    /// # Panics
    /// If it has more or fewer.
    #[track_caller]
    pub fn item(self) -> R {
        assert!(self.shape.len() == 1, "item: shape {} has not one element", self.shape);
        self.with_value(|value| value[0])
    }

    /// A copy of the value.
    pub fn value(self) -> Vec<R> {
        self.with_value(<[R]>::to_vec)
    }

    /// A copy of the value, with its shape.
    pub fn to_array(self) -> Array<R> {
        Array::new(self.shape, self.value())
    }

    /// Reads the value in place. While it does, nothing can be recorded on the tape.
    pub fn with_value<T>(self, read: impl FnOnce(&[R]) -> T) -> T {
        let memory = self.tape.memory();
        read(match memory.nodes[self.id.index()].place {
            Place::Arena(offset) => &memory.values.all()[offset..][..self.shape.len()],
            Place::Params(offset) => &self.tape.params().flat()[offset..][..self.shape.len()],
        })
    }

    /// Whether [`with_grad`](Self::with_grad) would find a gradient.
    pub(super) fn has_grad(self) -> bool {
        let memory = self.tape.memory();
        let Place::Arena(offset) = memory.nodes[self.id.index()].place else { return false };
        let computed = memory.grads.all().len();
        self.is_computed() && computed > 0 && offset + self.shape.len() <= computed
    }

    /// Whether it has a gradient beside it on the tape, once there is one: it isn't data, and no parameter.
    pub(super) fn is_computed(self) -> bool {
        let node = self.tape.memory().nodes[self.id.index()];
        node.needs_grad && matches!(node.place, Place::Arena(_))
    }

    /// Whether a parameter or a variable lies below it, so that `backward` computes its gradient.
    pub fn needs_grad(self) -> bool {
        self.tape.memory().nodes[self.id.index()].needs_grad
    }

    /// A copy of the gradient `∂L/∂self` of the last [`Tape::backward`]: of a variable, a hidden state,
    /// a pre-activation, of any value that was computed before. Zeros where `L` doesn't depend on it.
    ///
    /// # Panics
    /// Before `backward`, or if the value was computed after it; for data, and what is computed from
    /// nothing else; for a parameter, whose gradient is in the [`Gradients`](crate::Gradients) that
    /// were passed to `backward`.
    #[track_caller]
    pub fn grad(self) -> Vec<R> {
        self.with_grad(<[R]>::to_vec)
    }

    /// Reads the gradient in place, see [`grad`](Self::grad).
    ///
    /// # Panics
    /// As [`grad`](Self::grad).
    #[track_caller]
    pub fn with_grad<T>(self, read: impl FnOnce(&[R]) -> T) -> T {
        let memory = self.tape.memory();
        let Place::Arena(offset) = memory.nodes[self.id.index()].place else {
            panic!("grad: a parameter's gradient is in the `Gradients` passed to `backward`: `grads[param]`")
        };
        assert!(
            self.needs_grad(),
            "grad: this is data (put it on the tape with `Tape::variable`), or the tape is without gradients"
        );
        let grads = memory.grads.all();
        assert!(!grads.is_empty(), "grad: call `backward` first");
        assert!(offset + self.shape.len() <= grads.len(), "grad: computed after the last `backward`");
        read(&grads[offset..][..self.shape.len()])
    }

    /// The Euclidean norm of the gradient, `‖∂L/∂self‖`, its squares summed in f64. It is found down to the smallest numbers: of those the squares would be 0.
    ///
    /// # Panics
    /// As [`grad`](Self::grad).
    #[track_caller]
    pub fn grad_norm(self) -> R {
        let norm = |scale: f64| {
            let square = |g: R| (scale * g.to_f64()).powi(2);
            self.with_grad(|grad| reduce::sum_map(grad, square)).sqrt() / scale
        };
        let plain = norm(1.0);
        R::from_f64(match plain {
            1e-140..1e140 => plain,
            ..1e-140 => norm(2_f64.powi(600)),
            _ => norm(2_f64.powi(-600)),
        })
    }
}

impl<R: Real> fmt::Debug for Var<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = self.tape.memory().nodes[self.id.index()].op;
        write!(f, "{}#{} {}", op.rule().name(), self.id.index(), self.shape)?;
        self.with_value(|value| write!(f, " {value:?}"))
    }
}
