//! Layer normalisation: `y = (x − μ)/√(σ² + ε)·γ + β`

use crate::real::Real;
use crate::tape::Var;
use crate::tensor::{Init, Param, Params, Shape};

/// Brings every row to mean 0 and variance 1, then scales and shifts it: `y = (x − μ)/√(σ² + ε)·γ + β`, with `μ` and
/// `σ²` over the last axis, or the last few together.
///
/// Ba, Kiros & Hinton 2016, "Layer normalization", arXiv 1607.06450. Keras `LayerNormalization`, PyTorch `LayerNorm`.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::LayerNorm};
/// let mut params = Params::<f32>::new(0);
/// let norm = LayerNorm::new().build(&mut params, "norm", [20]); // each step by itself
/// let whole = LayerNorm::new().epsilon(1e-5).build(&mut params, "whole", [7, 20]); // all steps together
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([10, 7, 20], &[0.5; 1400]); // [B, T, H]
/// assert_eq!(norm.forward(x).shape(), whole.forward(x).shape());
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct LayerNorm {
    epsilon: f64,
    scale: bool,
    center: bool,
}

impl Default for LayerNorm {
    fn default() -> Self {
        Self { epsilon: 1e-3, scale: true, center: true }
    }
}

impl LayerNorm {
    /// With `γ`, `β` and `ε` = 1e-3 (Keras' defaults).
    pub fn new() -> Self {
        Self::default()
    }

    /// Another `ε`. PyTorch's is 1e-5.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// With or without `γ`.
    #[must_use]
    pub fn scale(self, scale: bool) -> Self {
        Self { scale, ..self }
    }

    /// With or without `β`.
    #[must_use]
    pub fn center(self, center: bool) -> Self {
        Self { center, ..self }
    }

    /// Adds the weights `{name}.gamma`, of ones, and `{name}.beta`, of zeros, and returns the layer. Their shape is
    /// that of the last axes of the input, those to normalise together: `[H]`, or `[T, H]` (Keras `axis=[1, 2]`).
    ///
    /// # Panics
    /// If a name is taken, or `shape` has no axis.
    #[track_caller]
    pub fn build<R: Real>(
        self,
        params: &mut Params<R>,
        name: &str,
        shape: impl Into<Shape>,
    ) -> LayerNormLayer {
        let shape = shape.into();
        assert!(shape.rank() > 0, "layer_norm: shape {shape} has no axis to normalise");
        let (mut gamma, mut beta) = (None, None);
        if self.scale {
            gamma = Some(params.add(format!("{name}.gamma"), shape, Init::Constant(1.0)));
        }
        if self.center {
            beta = Some(params.add(format!("{name}.beta"), shape, Init::Zeros));
        }
        LayerNormLayer { gamma, beta, shape, epsilon: self.epsilon }
    }
}

/// A [`LayerNorm`] with its weights.
#[derive(Clone, Copy, Debug)]
pub struct LayerNormLayer {
    /// `γ`.
    pub gamma: Option<Param>,
    /// `β`.
    pub beta: Option<Param>,
    /// The axes that are normalised together: `[H]`, as a rule.
    pub shape: Shape,
    /// `ε`.
    pub epsilon: f64,
}

impl LayerNormLayer {
    /// `y = (x − μ)/√(σ² + ε)·γ + β` `[.., H]` for `x` `[.., H]`.
    ///
    /// # Panics
    /// If `x` doesn't end with the axes of the layer.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        let (given, row) = (x.shape(), self.shape);
        let fits = given.sizes().ends_with(row.sizes());
        assert!(fits, "layer_norm: x has shape {given}, which does not end with {row}");
        let [gamma, beta] = [self.gamma, self.beta].map(|param| param.map(|param| x.tape().param(param)));
        x.layer_norm(row.rank(), gamma, beta, self.epsilon)
    }
}
