//! What an op is: a shape, a value, and the chain rule.

use std::fmt::Debug;

use super::{Backward, Forward, Inputs};
use crate::real::Real;
use crate::tensor::Shape;

/// One differentiable operation `y = f(x₀, x₁, …)`.
///
/// An op is a small `Copy` struct of its attributes (an axis, a factor). It sees slices and shapes,
/// never the tape. To write one of your own, implement this trait and record it with
/// [`Tape::custom`](crate::Tape::custom), which wants it for ever (`'static`): a constant such as `&Cube` is;
/// one with attributes known at run time only can be made so once, by `Box::leak`.
///
/// ```
/// use tapeloop::check::gradcheck;
/// use tapeloop::ops::{Backward, Forward, Rule};
/// use tapeloop::{Array, Real};
///
/// /// `y = x³`
/// #[derive(Clone, Copy, Debug)]
/// struct Cube;
///
/// impl<R: Real> Rule<R> for Cube {
///     fn name(&self) -> &'static str {
///         "cube"
///     }
///     fn forward(&self, at: Forward<'_, R>) {
///         at.map(|x| x * x * x);
///     }
///     // dy/dx = 3x²
///     fn vjp(&self, mut at: Backward<'_, R>) {
///         at.add_with_x(|dy, x| dy * R::from_f64(3.0) * x * x);
///     }
/// }
///
/// let x = Array::new([3], vec![0.5, -1.0, 2.0]);
/// gradcheck(|tape, v| tape.custom(&Cube, &[v[0]]).sum(), &[x]).unwrap();
/// ```
pub trait Rule<R: Real>: Debug + Sync {
    /// Its name, as in error messages and pictures: `matmul`.
    fn name(&self) -> &'static str;

    /// The shape of `y`, from the shapes of the inputs. Unless an op says otherwise, all inputs
    /// have one shape and `y` has it too.
    ///
    /// # Panics
    /// If the inputs don't fit together: name the op and the shapes.
    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.same_shape(self.name())
    }

    /// How many numbers forward wants to leave for the vector–Jacobian product (in `saved`).
    fn saved(&self, _x: Inputs<'_, R>) -> usize {
        0
    }

    /// Writes `y`, every element of it: what lies there before is left from an earlier step.
    fn forward(&self, at: Forward<'_, R>);

    /// The vector–Jacobian product: given `∂L/∂y` (`dy`), *adds* `∂L/∂xᵢ = Σⱼ ∂L/∂yⱼ · ∂yⱼ/∂xᵢ` to
    /// the gradient of every input. Adds, because `L` may depend on an input in other ways too, and
    /// the derivatives along all the ways sum up.
    fn vjp(&self, at: Backward<'_, R>);
}
