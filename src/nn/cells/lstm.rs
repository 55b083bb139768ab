//! The LSTM as a layer: its size and options

use super::pytorch_init;
use crate::nn::{Activation, Recurrent, Spec};
use crate::nn::{LstmCell, Peepholes};
use crate::real::Real;
use crate::tensor::{Init, Params, Shape};

/// An LSTM layer, its size and options. [`LstmCell`] has the equations.
///
/// Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000. Keras `LSTM`; PyTorch `LSTM`,
/// whose weights are the transposes, with the same order of gates `i, f, g, o`. TF1's `BasicLSTMCell` is
/// [`BasicLstm`](crate::nn::BasicLstm).
///
/// What all recurrent layers have (`return_sequences`, `dropout`, `build`, then `forward`, `run`) is at [`Recurrent`].
///
/// [`build`](Recurrent::build) adds the weights `{name}.w_ih` `[I, 4·H]`, `{name}.w_hh` `[H, 4·H]`, `{name}.b` `[4·H]`
/// (PyTorch's two: `{name}.b_ih`, `{name}.b_hh`) and what the options ask for. With peepholes, a projection, clipping, coupled gates or other
/// activations every step is on the tape by itself; otherwise there is an operation for whole sequences. With [`zoneout`](Recurrent::zoneout)
/// parts of a state stay as they were, `s_t ← s_{t−1} + (s_t − s_{t−1})·m` for `h` and for `c`: see [`Zoneout`](crate::nn::Zoneout), in
/// `recurrent/zoneout.rs`. At test time, when `m` is its mean, that is what ESPnet's `ZoneOutCell` has after `eval()`.
pub type Lstm = Recurrent<LstmSpec>;

/// The size and options of an [`LstmCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct LstmSpec {
    units: usize,
    bias: bool,
    biases: Biases,
    activation: Activation,
    recurrent_activation: Activation,
    peepholes: bool,
    projection: Option<usize>,
    cell_clip: Option<f64>,
    coupled: bool,
    kernel_init: Init,
    recurrent_init: Init,
}

/// Which biases there are, if any, and what they begin as.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
enum Biases {
    /// `b`, zeros but for that of `f`.
    One { of_f: f64 },
    /// `b_ih` and `b_hh`.
    Two(Init),
}

impl Lstm {
    /// `H` units with one bias, Glorot uniform `W_ih`, orthogonal `W_hh` and a bias of 1 for the forget gate, 0 for the
    /// others (Keras' defaults), of which the last output is returned.
    pub fn new(units: usize) -> Self {
        Self::of(LstmSpec {
            units,
            bias: true,
            biases: Biases::One { of_f: 1.0 },
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            peepholes: false,
            projection: None,
            cell_clip: None,
            coupled: false,
            kernel_init: Init::GlorotUniform,
            recurrent_init: Init::Orthogonal { gain: 1.0 },
        })
    }

    /// `H` units with two biases, all weights uniform in `±1/√H`: PyTorch's defaults.
    pub fn pytorch(units: usize) -> Self {
        let uniform = pytorch_init(units);
        let mut lstm = Self::new(units).init(uniform, uniform);
        lstm.cell.biases = Biases::Two(uniform);
        lstm
    }

    /// With or without biases.
    #[must_use]
    pub fn bias(mut self, bias: bool) -> Self {
        self.cell.bias = bias;
        self
    }

    /// Whether the bias of the forget gate begins at 1 instead of 0, so that the cell remembers before it has learned
    /// what to forget. Jozefowicz, Zaremba & Sutskever 2015. There is one bias then.
    #[must_use]
    pub fn unit_forget_bias(mut self, yes: bool) -> Self {
        self.cell.biases = Biases::One { of_f: if yes { 1.0 } else { 0.0 } };
        self
    }

    /// Another function than tanh for the new content and the output.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.cell.activation = activation;
        self
    }

    /// Another function than the sigmoid for the gates.
    #[must_use]
    pub fn recurrent_activation(mut self, activation: Activation) -> Self {
        self.cell.recurrent_activation = activation;
        self
    }

    /// The gates see `c`, too: weights `{name}.p_i`, `{name}.p_f`, `{name}.p_o` `[H]`. Gers & Schmidhuber 2000. TF1
    /// `use_peepholes`, ONNX `P`. They begin as `W_ih` does, Glorot uniform unless [`init`](Self::init) says otherwise.
    #[must_use]
    pub fn peepholes(mut self, yes: bool) -> Self {
        self.cell.peepholes = yes;
        self
    }

    /// The output is `[B, P]`, a product with `{name}.w_hr` `[H, P]`, and `W_hh` is `[P, 4·H]`. Sak, Senior & Beaufays
    /// 2014. PyTorch `proj_size`, TF1 `num_proj`. `W_hr` begins as `W_ih` does.
    #[must_use]
    pub fn projection(mut self, size: usize) -> Self {
        self.cell.projection = Some(size);
        self
    }

    /// Keeps `c` in `±limit`. TF1 `cell_clip`.
    ///
    /// # Panics
    /// If the limit isn't above 0.
    #[must_use]
    #[track_caller]
    pub fn cell_clip(mut self, limit: f64) -> Self {
        assert!(limit > 0.0, "lstm: cell_clip is {limit}, but must be > 0");
        self.cell.cell_clip = Some(limit);
        self
    }

    /// Forgets what is written over: `f = 1 − i`. Greff et al. 2017. ONNX `input_forget`, TensorFlow 1
    /// `tf.contrib.rnn.CoupledInputForgetGateLSTMCell`. (The weights of `f` stay and are not used: there are as many parameters as without.)
    #[must_use]
    pub fn coupled_gates(mut self, yes: bool) -> Self {
        self.cell.coupled = yes;
        self
    }

    /// Other initial values of `W_ih`, of peepholes and of `W_hr`, then of `W_hh`.
    #[must_use]
    pub fn init(mut self, kernel: Init, recurrent: Init) -> Self {
        (self.cell.kernel_init, self.cell.recurrent_init) = (kernel, recurrent);
        self
    }
}

impl Spec for LstmSpec {
    type Cell = LstmCell;

    fn outputs(&self) -> usize {
        self.projection.unwrap_or(self.units)
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> LstmCell {
        let (i, h) = (inputs, self.units);
        let (kernel, recurrent) = (self.kernel_init, self.recurrent_init);
        let w_ih = params.add(format!("{name}.w_ih"), [i, 4 * h], kernel);
        let w_hh = params.add(format!("{name}.w_hh"), [self.outputs(), 4 * h], recurrent);
        let mut add = |weight: &str, shape: &[usize], init| {
            params.add(format!("{name}.{weight}"), Shape::new(shape), init)
        };
        let (b, b_hh) = match self.biases {
            _ if !self.bias => (None, None),
            Biases::One { .. } => (Some(add("b", &[4 * h], Init::Zeros)), None),
            Biases::Two(init) => (Some(add("b_ih", &[4 * h], init)), Some(add("b_hh", &[4 * h], init))),
        };
        let peepholes = self.peepholes.then(|| Peepholes {
            i: add("p_i", &[h], kernel),
            f: add("p_f", &[h], kernel),
            o: add("p_o", &[h], kernel),
        });
        let w_hr = self.projection.map(|size| add("w_hr", &[h, size], kernel));
        if let (Biases::One { of_f }, Some(b)) = (self.biases, b) {
            params[b][h..2 * h].fill(R::from_f64(of_f));
        }
        LstmCell {
            w_ih,
            w_hh,
            b,
            b_hh,
            peepholes,
            w_hr,
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
            cell_clip: self.cell_clip,
            coupled: self.coupled,
        }
    }
}
