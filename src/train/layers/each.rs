//! Layers that treat each row, or each step, by itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config;
use crate::nn::{Activation, Dense, DenseLayer, Dropout, LayerNorm, LayerNormLayer};
use crate::real::Real;
use crate::tape::Tape;
use crate::tensor::Params;
use crate::train::{Built, Describe, InputShape, Layer, Pass, Signal};

impl<R: Real> Describe<R> for Dense {
    fn kind(&self) -> &'static str {
        "Dense"
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
        let layer = (*self).build(params, name, input.last()?);
        let output = input.with_last(layer.w.shape().last());
        Ok(Built { layer: Box::new(layer), output })
    }
}

impl<R: Real> Layer<R> for DenseLayer {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, _: Pass<'_, R>) -> Signal<'t, R> {
        input.with_x(DenseLayer::forward(self, input.x()))
    }
}

impl<R: Real> Describe<R> for LayerNorm {
    fn kind(&self) -> &'static str {
        "LayerNorm"
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
        let layer = (*self).build(params, name, [input.last()?]);
        Ok(Built { layer: Box::new(layer), output: input.clone() })
    }
}

impl<R: Real> Layer<R> for LayerNormLayer {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, _: Pass<'_, R>) -> Signal<'t, R> {
        input.with_x(LayerNormLayer::forward(self, input.x()))
    }
}

impl<R: Real> Describe<R> for Dropout {
    fn kind(&self) -> &'static str {
        "Dropout"
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, _: &mut Params<R>, _: &str, input: &InputShape) -> Result<Built<R>, String> {
        input.last()?;
        if self.is_over_time() && input.axes().len() < 2 {
            return Err(format!(
                "drops the same at all steps, but {input} has no steps; put it below, or not `over_time`"
            ));
        }
        Ok(Built { layer: Box::new(*self), output: input.clone() })
    }
}

impl<R: Real> Layer<R> for Dropout {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, pass: Pass<'_, R>) -> Signal<'t, R> {
        input.with_x(Dropout::forward(self, input.x(), pass.training))
    }
}

impl<R: Real> Describe<R> for Activation {
    fn kind(&self) -> &'static str {
        "Activation"
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, _: &mut Params<R>, _: &str, input: &InputShape) -> Result<Built<R>, String> {
        input.last()?;
        Ok(Built { layer: Box::new(*self), output: input.clone() })
    }
}

impl<R: Real> Layer<R> for Activation {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, _: Pass<'_, R>) -> Signal<'t, R> {
        input.with_x(self.apply(input.x()))
    }
}

/// All axes but that of the batch as one: `[B, T, I]` becomes `[B, T·I]`. Keras `Flatten`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flatten;

impl<R: Real> Describe<R> for Flatten {
    fn kind(&self) -> &'static str {
        "Flatten"
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, _: &mut Params<R>, _: &str, input: &InputShape) -> Result<Built<R>, String> {
        input.last()?;
        let size = input.axes().iter().try_fold(1usize, |size, axis| size.checked_mul((*axis)?));
        let Some(size) = size else {
            return Err(format!("needs to know all axes of its input {input}, and to be able to count it"));
        };
        Ok(Built { layer: Box::new(*self), output: InputShape::features(size) })
    }
}

impl<R: Real> Layer<R> for Flatten {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, _: Pass<'_, R>) -> Signal<'t, R> {
        let x = input.x();
        let (rows, all) = (x.shape().sizes()[0], x.shape().sizes()[1..].iter().product());
        input.with_x(x.reshape([rows, all])).without_mask()
    }
}
