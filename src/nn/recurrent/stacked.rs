//! Layers over sequences, one on top of the other

use super::{Call, SequenceLayer, SequenceSpec};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Params;

/// Layers of which each reads all outputs of the one below; of the last, all outputs or the last one. PyTorch
/// `num_layers`, TF1 `MultiRNNCell`, Keras `RNN([cell, …])`.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::{Bidirectional, Lstm, Stacked}};
/// let mut params = Params::<f32>::new(0);
/// let lstm = Stacked::new([100, 50].map(Lstm::new)).dropout(0.2).build(&mut params, "lstm", 3);
/// let deep = Stacked::new(vec![Bidirectional::new(Lstm::new(8)); 4]).build(&mut params, "deep", 3);
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([2, 5, 3], &[0.5; 30]); // [B, T, I]
/// assert_eq!(lstm.forward(x).shape().sizes(), [2, 50]); // [B, H]
/// assert_eq!(deep.forward(x).shape().sizes(), [2, 16]);
/// assert!(params.find("lstm.1.w_ih").is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Stacked<L> {
    /// The layers, the first one at the bottom.
    pub layers: Vec<L>,
    /// The probability to drop an output on its way to the layer above.
    pub dropout: f64,
}

impl<S: SequenceSpec> Stacked<S> {
    /// A stack of these layers. All but the last return sequences, whatever they say.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn new(layers: impl Into<Vec<S>>) -> Self {
        let layers = layers.into();
        assert!(!layers.is_empty(), "stacked: no layers");
        Self { layers, dropout: 0.0 }
    }

    /// In training, drops outputs on their way to the layer above, each by itself. PyTorch `dropout`.
    ///
    /// # Panics
    /// If the probability isn't in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn dropout(self, p: f64) -> Self {
        assert!((0.0..1.0).contains(&p), "stacked: the dropout is {p}, but must be ≥ 0 and < 1");
        Self { dropout: p, ..self }
    }

    /// Adds the weights of all layers, `{name}.0.…`, `{name}.1.…`, …, for inputs of size `I`.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    pub fn build<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Stacked<S::Layer> {
        let (last, mut inputs) = (self.layers.len() - 1, inputs);
        let mut layers = Vec::with_capacity(self.layers.len());
        for (number, layer) in self.layers.into_iter().enumerate() {
            let layer = if number < last { layer.with_sequences(true) } else { layer };
            let outputs = layer.outputs();
            layers.push(layer.build_layer(params, &format!("{name}.{number}"), inputs));
            inputs = outputs;
        }
        Stacked { layers, dropout: self.dropout }
    }
}

impl<L: SequenceLayer> Stacked<L> {
    /// A stack of layers that have their weights. All but the last must return sequences.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn of(layers: impl Into<Vec<L>>) -> Self {
        let layers = layers.into();
        assert!(!layers.is_empty(), "stacked: no layers");
        Self { layers, dropout: 0.0 }
    }

    /// The output for `x` `[B, T, I]`, from states of zeros.
    ///
    /// # Panics
    /// If `x` isn't `[B, T, I]` with the `I` of the weights.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        self.run(x, Call::default(), |_, _| {})
    }

    /// The output for `x` `[B, T, I]`. The initial state is one for each layer; `state` is called with the number of each
    /// layer and its state after the last step.
    ///
    /// # Panics
    /// As [`Recurrent::run`](crate::nn::Recurrent::run), and if there are not as many initial states as layers.
    #[must_use]
    #[track_caller]
    pub fn run<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, &[L::State<'t, R>], R>,
        mut state: impl FnMut(usize, L::State<'t, R>),
    ) -> Var<'t, R> {
        let Call { initial_state, mask, training } = call;
        if let Some(initial) = initial_state {
            let (given, count) = (initial.len(), self.layers.len());
            assert!(given == count, "stacked: {given} initial states for {count} layers");
        }
        let mut x = x;
        for (number, layer) in self.layers.iter().enumerate() {
            let training = training.map(|seed| seed.wrapping_add((number as u64) << 40));
            if let (1.., Some(seed)) = (number, training) {
                x = x.dropout(self.dropout, seed ^ (1 << 33));
            }
            let initial_state = initial_state.map(|initial| initial[number]);
            let (output, after) = layer.output_and_state(x, Call { initial_state, mask, training });
            state(number, after);
            x = output;
        }
        x
    }
}
