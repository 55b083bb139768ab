//! ConvLSTM: an LSTM whose states are images, and whose products are convolutions

use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of LSTM units on the places of an image, or of a line, which read their neighbours only, all with the same weights.
///
/// Shi, Chen, Wang, Yeung, Wong & Woo, *Convolutional LSTM network: a machine learning approach for precipitation nowcasting* (2015),
/// <https://arxiv.org/abs/1506.04214>, equation 3, with peepholes. Keras' `ConvLSTM1D` and `ConvLSTM2D` are this [without peepholes](Self::peepholes).
///
/// ```text
/// i = σ(W_i*x_t + U_i*h_{t−1} + p_i⊙c_{t−1} + b_i)
/// f = σ(W_f*x_t + U_f*h_{t−1} + p_f⊙c_{t−1} + b_f)
/// g = tanh(W_g*x_t + U_g*h_{t−1} + b_g)
/// c_t = f⊙c_{t−1} + i⊙g
/// o = σ(W_o*x_t + U_o*h_{t−1} + p_o⊙c_t + b_o)
/// h_t = o⊙tanh c_t
/// ```
///
/// The paper's `W_x·` are `W` here, its `W_h·` are `U`, and its `W_c·` are `p`; `g` has no letter there.
///
/// `*` is a convolution `[K_y, K_x]` with zeros around the image, so that its size stays. Images lie flat, channels innermost: `x_t` `[B, Y·X·C]`, and `h`, `c`
/// `[B, Y·X·F]` of `F` filters. So `H = Y·X·F` are the units, and the size of the input tells `C`.
///
/// [`new`](Self::new) is a line: `Y = 1`, `X = H`, `F = 1`. Of an input of any size it makes as few whole channels as hold it, with zeros
/// at the end: 5 numbers on 3 places are `x₁x₂ | x₃x₄ | x₅0`. For images with several filters there is [`image`](Self::image).
///
/// [`build`](Recurrent::build) adds `{name}.w` `[K_y·K_x·C, 4·F]`, Glorot uniform, `{name}.u` `[K_y·K_x·F, 4·F]`, orthogonal, `{name}.b` `[4·F]`,
/// gates `i, f, g, o`, with `b_f` at 1 and the rest at 0, as in Keras, and for peepholes `{name}.p` `[3, H]` of `i, f, o`, zeros.
pub type ConvLstm = Recurrent<ConvLstmSpec>;

/// The sizes and options of a [`ConvLstmCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct ConvLstmSpec {
    units: usize,
    image: Option<[usize; 2]>,
    kernel: [usize; 2],
    peepholes: bool,
}

impl ConvLstm {
    /// A line of `H` units, of which each reads three places.
    pub fn new(units: usize) -> Self {
        Self::of(ConvLstmSpec { units, image: None, kernel: [1, 3], peepholes: true })
    }

    /// The units are those of `H/(Y·X)` filters on an image `[Y, X]`, with a kernel of 3×3. The inputs must be whole channels.
    ///
    /// # Panics
    /// Unless there are as many units on each place.
    #[must_use]
    #[track_caller]
    pub fn image(mut self, [y, x]: [usize; 2]) -> Self {
        let units = self.cell.units;
        let fits = y * x > 0 && units.is_multiple_of(y * x);
        assert!(fits, "conv_lstm: {units} units are no filters on an image [{y}, {x}]");
        (self.cell.image, self.cell.kernel) = (Some([y, x]), [3, 3]);
        self
    }

    /// `[K_y, K_x]`
    ///
    /// # Panics
    /// If one is 0.
    #[must_use]
    #[track_caller]
    pub fn kernel(mut self, kernel: [usize; 2]) -> Self {
        assert!(!kernel.contains(&0), "conv_lstm: a kernel {kernel:?} sees nothing");
        self.cell.kernel = kernel;
        self
    }

    /// Whether gates read `c`. The paper's do, Keras' don't.
    #[must_use]
    pub fn peepholes(mut self, yes: bool) -> Self {
        self.cell.peepholes = yes;
        self
    }
}

impl Spec for ConvLstmSpec {
    type Cell = ConvLstmCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> ConvLstmCell {
        let (units, [y, x]) = (self.units, self.image.unwrap_or([1, self.units]));
        let whole = self.image.is_none() || inputs.is_multiple_of(y * x);
        assert!(whole, "conv_lstm: {inputs} inputs are no channels of an image [{y}, {x}]");
        let (channels, filters) = (inputs.div_ceil(y * x), units / (y * x));
        let taps = self.kernel[0] * self.kernel[1];
        let orthogonal = Init::Orthogonal { gain: 1.0 };
        let cell = ConvLstmCell {
            inputs,
            image: [y, x],
            kernel: self.kernel,
            w: params.add(format!("{name}.w"), [taps * channels, 4 * filters], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [taps * filters, 4 * filters], orthogonal),
            b: params.add(format!("{name}.b"), [4 * filters], Init::Zeros),
            p: self.peepholes.then(|| params.add(format!("{name}.p"), [3, units], Init::Zeros)),
        };
        params[cell.b][filters..2 * filters].fill(R::ONE);
        cell
    }
}

/// One step of a [`ConvLstm`].
#[derive(Clone, Copy, Debug)]
pub struct ConvLstmCell {
    inputs: usize,
    image: [usize; 2],
    kernel: [usize; 2],
    /// `W` `[K_y·K_x·C, 4·F]`: from the input.
    pub w: Param,
    /// `U` `[K_y·K_x·F, 4·F]`: from the last step.
    pub u: Param,
    /// `b` `[4·F]`.
    pub b: Param,
    /// `p` `[3, H]`: from the cells to `i`, `f`, `o`.
    pub p: Option<Param>,
}

impl ConvLstmCell {
    fn units(&self) -> usize {
        self.image[0] * self.image[1] * self.b.shape().last() / 4
    }

    /// `W*x`: what flat images `[B, Y·X·C]`, or a little less, give to all gates, `[B, Y, X, 4·F]`.
    #[track_caller]
    fn convolved<'t, R: Real>(&self, images: Var<'t, R>, w: Param) -> Var<'t, R> {
        let (tape, [batch, size]) = (images.tape(), [images.shape().rows(), images.shape().last()]);
        let ([y, x], [k_y, k_x]) = (self.image, self.kernel);
        let channels = w.shape().rows() / (k_y * k_x);
        let missing = y * x * channels - size;
        let whole =
            if missing == 0 { images } else { tape.concat(1, &[images, tape.zeros([batch, missing])]) };
        whole.reshape([batch, y, x, channels]).patches(self.kernel).matmul(tape.param(w))
    }
}

impl Cell for ConvLstmCell {
    /// `h` and `c`, each `[B, H]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, c): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, filters) = (x_t.tape(), self.b.shape().last() / 4);
        check("conv_lstm", x_t, self.inputs, &[("the state h", h, self.units()), ("c", c, self.units())]);
        let a = (self.convolved(x_t, self.w) + self.convolved(h, self.u)).add_bias(tape.param(self.b));
        let gate = |n: usize| a.slice(3, n * filters, filters).reshape(c.shape());
        let peep = |n, a: Var<'t, R>, c| match self.p {
            Some(p) => a + tape.param(p).slice(0, n, 1).expand(a.shape()) * c,
            None => a,
        };
        let i = peep(0, gate(0), c).named("a_i").sigmoid().named("i");
        let f = peep(1, gate(1), c).named("a_f").sigmoid().named("f");
        let c = (f * c + i * gate(2).named("a_g").tanh().named("g")).named("c");
        let o = peep(2, gate(3), c).named("a_o").sigmoid().named("o");
        (o * c.tanh(), c)
    }
}
