//! Inputs with their targets.

use super::Inputs;
use crate::error::Error;
use crate::real::Real;
use crate::tensor::{Array, Shape};

/// What is to be predicted for each of `N` inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets<R = f32> {
    /// Numbers `[N, ..]`, of the shape of the predictions.
    Values(Array<R>),
    /// Classes `[N]`, or `[N, T]` if there is one for each step.
    Classes {
        /// `[N]` or `[N, T]`
        shape: Shape,
        /// The class of each row.
        classes: Vec<usize>,
    },
}

impl<R: Real> Targets<R> {
    /// A class for each step: `[N, T]`.
    ///
    /// # Panics
    /// If the count of classes is no multiple of `steps`.
    #[track_caller]
    pub fn class_per_step(steps: usize, classes: Vec<usize>) -> Self {
        assert!(
            steps > 0 && classes.len().is_multiple_of(steps),
            "{} classes for sequences of {steps} steps",
            classes.len()
        );
        Self::Classes { shape: Shape::from([classes.len() / steps, steps]), classes }
    }

    /// The shape, `[N, ..]`.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Values(array) => array.shape(),
            Self::Classes { shape, .. } => *shape,
        }
    }
}

impl<R: Real> From<Array<R>> for Targets<R> {
    fn from(values: Array<R>) -> Self {
        Self::Values(values)
    }
}

impl<R: Real> From<Vec<usize>> for Targets<R> {
    fn from(classes: Vec<usize>) -> Self {
        Self::Classes { shape: Shape::from([classes.len()]), classes }
    }
}

/// `N` inputs, each with its target: what [`fit`](crate::train::Model::fit) learns from.
///
/// ```
/// # use tapeloop::{Array, data::Dataset};
/// let x = Array::new([3, 2, 1], vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6]); // [N, T, I]
/// let data = Dataset::<f32>::new(x, vec![0, 1, 1])?; // a class for each
/// assert_eq!(data.len(), 3);
/// # Ok::<(), tapeloop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<R = f32> {
    inputs: Inputs<R>,
    targets: Targets<R>,
}

impl<R: Real> Dataset<R> {
    /// Inputs and their targets, in one order.
    ///
    /// # Errors
    /// If there are not as many targets as inputs, or none; or not as many classes as their shape says.
    pub fn new(inputs: impl Into<Inputs<R>>, targets: impl Into<Targets<R>>) -> Result<Self, Error> {
        let (inputs, targets) = (inputs.into(), targets.into());
        let count = targets.shape().sizes().first().copied().unwrap_or(0);
        if inputs.len() != count || count == 0 {
            let problem = format!(
                "the inputs have shape {}, the targets {}; each input needs one target, and there must be one at least",
                inputs.shape(),
                targets.shape()
            );
            return Err(Error::Setting { setting: "data", problem });
        }
        if let Targets::Classes { shape, classes } = &targets
            && shape.len() != classes.len()
        {
            let problem = format!("there are {} classes for the shape {shape}; give as many", classes.len());
            return Err(Error::Setting { setting: "data", problem });
        }
        Ok(Self { inputs, targets })
    }

    /// How many inputs there are, `N`.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Never: there is one input at least.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs.
    pub fn inputs(&self) -> &Inputs<R> {
        &self.inputs
    }

    /// The targets.
    pub fn targets(&self) -> &Targets<R> {
        &self.targets
    }
}
