//! Layers in a row, with their weights.

use serde_json::{Value, json};

use super::{Content, InputShape, Layer, Pass, Signal};
use crate::data::Minibatch;
use crate::nn::Stateful;
use crate::real::Real;
use crate::tape::Tape;

/// A layer and what is known of it.
pub struct Link<R: Real> {
    /// Its name, with which the names of its weights begin.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// Its size and options.
    pub config: Value,
    /// The layer.
    pub layer: Box<dyn Layer<R>>,
    /// The shape of what it gives.
    pub output: InputShape,
    /// How many weights it has.
    pub weights: usize,
}

/// Layers in a row.
pub struct Chain<R: Real = f32> {
    links: Vec<Link<R>>,
    input: InputShape,
}

impl<R: Real> Chain<R> {
    pub(super) fn new(links: Vec<Link<R>>, input: InputShape) -> Self {
        Self { links, input }
    }

    /// The layers, first to last.
    pub fn links(&self) -> &[Link<R>] {
        &self.links
    }

    /// The shape of what it is given.
    pub fn input(&self) -> &InputShape {
        &self.input
    }

    /// The shape of what it returns.
    pub fn output(&self) -> &InputShape {
        self.links.last().map_or(&self.input, |link| &link.output)
    }

    /// The layers, their sizes and options, as they are written into files.
    pub fn config(&self) -> Value {
        let layers = self
            .links
            .iter()
            .map(|link| json!({ "layer": link.kind, "name": link.name, "options": link.config }));
        json!({ "input": self.input, "layers": layers.collect::<Vec<_>>() })
    }

    /// What it makes of a batch. `training` decides what dropout drops: another seed for each step. `states` is empty,
    /// or has what each layer keeps from batch to batch.
    #[track_caller]
    pub fn forward<'t>(
        &self,
        tape: &'t Tape<'t, R>,
        batch: &'t Minibatch<R>,
        training: Option<u64>,
        states: &mut [Stateful<R>],
    ) -> Signal<'t, R> {
        let shape = batch.input_shape;
        let content = match self.input.is_ids() {
            true => Content::Ids { shape, ids: &batch.ids },
            false => Content::Values(tape.input(shape, &batch.x)),
        };
        let mask = batch.lengths().map(|lengths| tape.lengths(lengths, shape.sizes()[1]));
        let mut states = states.iter_mut();
        let mut signal = Signal { content, mask };
        for (number, link) in self.links.iter().enumerate() {
            let training = training.map(|seed| mix(seed, number as u64));
            signal = link.layer.forward(tape, signal, Pass { training, state: states.next() });
        }
        signal
    }
}

/// A seed out of a seed and a number, in which all bits count: Steele, Lea & Flood 2014, `SplitMix64`.
pub(super) fn mix(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
