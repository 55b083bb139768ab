//! An embedding turns ids into numbers.

use serde_json::Value;

use super::config;
use crate::nn::{Embedding, EmbeddingLayer};
use crate::real::Real;
use crate::tape::Tape;
use crate::tensor::Params;
use crate::train::{Built, Content, Describe, InputShape, Layer, Pass, Signal};

impl<R: Real> Describe<R> for Embedding {
    fn kind(&self) -> &'static str {
        "Embedding"
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
        if !input.is_ids() {
            return Err(format!("needs ids, but gets numbers {input}; it is the first layer, of tokens"));
        }
        let layer = (*self).build(params, name);
        let mut axes = input.axes().to_vec();
        axes.push(Some(layer.table.shape().last()));
        Ok(Built { layer: Box::new(layer), output: InputShape::values(axes) })
    }
}

impl<R: Real> Layer<R> for EmbeddingLayer {
    fn forward<'t>(&self, tape: &'t Tape<'t, R>, input: Signal<'t, R>, _: Pass<'_, R>) -> Signal<'t, R> {
        let Content::Ids { shape, ids } = input.content else {
            panic!("an embedding is given numbers");
        };
        let mask = match (self.mask(tape, shape, ids), input.mask) {
            (Some(words), Some(lengths)) => Some(words * lengths),
            (words, lengths) => words.or(lengths),
        };
        Signal { content: Content::Values(EmbeddingLayer::forward(self, tape, shape, ids)), mask }
    }

    fn vocabulary(&self) -> Option<usize> {
        Some(self.table.shape().rows())
    }
}
