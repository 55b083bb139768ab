//! What a layer of a chain is.

use serde_json::Value;

use super::InputShape;
use crate::nn::Stateful;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Params, Shape};

/// What goes from layer to layer.
#[derive(Clone, Copy)]
pub struct Signal<'t, R: Real> {
    /// Ids or numbers.
    pub content: Content<'t, R>,
    /// For sequences some of which end early: 1 where a step counts, else 0. `[B, T]`
    pub mask: Option<Var<'t, R>>,
}

/// Ids or numbers.
#[derive(Clone, Copy)]
pub enum Content<'t, R: Real> {
    /// Ids `[B, T]`.
    Ids {
        /// `[B, T]`
        shape: Shape,
        /// The ids, row by row.
        ids: &'t [usize],
    },
    /// Numbers `[B, ..]`.
    Values(Var<'t, R>),
}

impl<'t, R: Real> Signal<'t, R> {
    /// Numbers that all count.
    pub fn values(x: Var<'t, R>) -> Self {
        Self { content: Content::Values(x), mask: None }
    }

    /// The numbers.
    ///
    /// # Panics
    /// If these are ids. (A chain that was built gives ids to no layer but an embedding.)
    #[track_caller]
    pub fn x(&self) -> Var<'t, R> {
        match self.content {
            Content::Values(x) => x,
            Content::Ids { shape, .. } => panic!("a layer for numbers is given ids of shape {shape}"),
        }
    }

    /// The same with other numbers.
    #[must_use]
    pub fn with_x(self, x: Var<'t, R>) -> Self {
        Self { content: Content::Values(x), ..self }
    }

    /// The same without a mask.
    #[must_use]
    pub fn without_mask(self) -> Self {
        Self { mask: None, ..self }
    }
}

/// How a chain is gone through this time.
pub struct Pass<'a, R: Real> {
    /// In training, what decides which numbers a dropout drops: another seed for each layer and step.
    pub training: Option<u64>,
    /// If the chain is stateful: what this layer keeps from batch to batch.
    pub state: Option<&'a mut Stateful<R>>,
}

/// A layer with its weights.
pub trait Layer<R: Real>: Send + Sync {
    /// What it makes of its input.
    fn forward<'t>(&self, tape: &'t Tape<'t, R>, input: Signal<'t, R>, pass: Pass<'_, R>) -> Signal<'t, R>;

    /// For ids: how many there are. All that it is given must be smaller.
    fn vocabulary(&self) -> Option<usize> {
        None
    }

    /// Whether it can go on from batch to batch where it was, [`Pass::state`]. `None`: it has nothing to keep.
    fn can_keep_state(&self) -> Option<bool> {
        None
    }

    /// Whether it can go on from this state with a batch of so many rows.
    fn fits_state<'t>(&self, _tape: &'t Tape<'t, R>, state: &Stateful<R>, _rows: usize) -> bool {
        state.variables().is_empty()
    }
}

/// A description of a layer, which doesn't know yet what it will be given: what a
/// [`Sequential`](super::Sequential) is made of.
///
/// All descriptions of [`nn`](crate::nn) are but [`Stacked`](crate::nn::Stacked), which is layers in a row, too; one of
/// your own can be. (So can a [`Recurrent`](crate::nn::Recurrent) with a [`Spec`](crate::nn::Spec) of your own, if that
/// is `Clone` and serde's `Serialize`.)
///
/// ```
/// use tapeloop::train::{Built, Describe, InputShape, Layer, Pass, Sequential, Signal};
/// use tapeloop::{Array, Init, Param, Params, Real, Tape};
///
/// /// Multiplies each feature by a number that is learnt.
/// struct Scale;
///
/// struct ScaleLayer {
///     s: Param, // [I]
/// }
///
/// impl<R: Real> Describe<R> for Scale {
///     fn kind(&self) -> &'static str {
///         "Scale"
///     }
///
///     fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
///         let s = params.add(format!("{name}.s"), [input.last()?], Init::Constant(1.0));
///         Ok(Built { layer: Box::new(ScaleLayer { s }), output: input.clone() })
///     }
/// }
///
/// impl<R: Real> Layer<R> for ScaleLayer {
///     fn forward<'t>(&self, tape: &'t Tape<'t, R>, input: Signal<'t, R>, _: Pass<'_, R>) -> Signal<'t, R> {
///         let x = input.x(); // [B, .., I]
///         input.with_x(x * tape.param(self.s).expand(x.shape()))
///     }
/// }
///
/// let mut model = Sequential::new().add(Scale).build(InputShape::sequence(2, 3), 0)?;
/// let x = Array::new([1, 2, 3], vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
/// assert_eq!(model.predict(&x.clone().into())?, x);
/// # Ok::<(), tapeloop::Error>(())
/// ```
pub trait Describe<R: Real>: Send + Sync {
    /// Its name in tables, such as `SimpleRnn`.
    fn kind(&self) -> &'static str;

    /// Its size and options, as they are written into files, where they are compared; by default nothing.
    fn config(&self) -> Value {
        Value::Null
    }

    /// Adds the weights, whose names begin with `name`, and returns the layer and the shape of its output.
    ///
    /// # Errors
    /// If the input is not what it needs: a sentence that says what is, and what to do.
    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String>;
}

/// A layer with its weights, and the shape of its output.
pub struct Built<R: Real> {
    /// The layer.
    pub layer: Box<dyn Layer<R>>,
    /// What it gives.
    pub output: InputShape,
}

/// A description chosen at run time.
impl<R: Real> Describe<R> for Box<dyn Describe<R>> {
    fn kind(&self) -> &'static str {
        (**self).kind()
    }

    fn config(&self) -> Value {
        (**self).config()
    }

    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
        (**self).build(params, name, input)
    }
}
