//! The zoo: cells from papers, one a file, each as its equation, in the paper's letters, or with a note which are others here.
//!
//! They are layers like [`Lstm`]: a description with [`build`](super::Recurrent::build), and all that
//! [`Recurrent`] has. `docs/zoo.md` is the table of them all, with what each is for.
//!
//! Where a file names no source for its initial values, they are this crate's: Glorot uniform from the input, orthogonal from the
//! state, biases 0, unless it says otherwise.
//!
//! To add one takes a file, and its line in the list below. From there gradient checks, traces, pictures of the tape, the race
//! (`examples/zoo`) and the `throughput` bench have it. `CONTRIBUTING.md` says what belongs to it in `docs` and in the family tree.

#[macro_use]
mod linear_cell;
#[macro_use]
mod units_only;

mod complex;
mod gates;
mod hippo;
mod inputs;
mod legendre;
mod linear;
mod stabilised;

pub use gates::Gates;
pub use inputs::Inputs;

use super::{BasicLstm, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec};

/// What is done with each cell: see [`visit`].
pub trait Visit {
    /// Is given a layer by its name.
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>)
    where
        S::Cell: 'static;
}

/// Lists the cells: declares the files, and shows all of them to a visitor. Of a file `mgu::Mgu` it takes `Mgu::new(units)`.
macro_rules! zoo {
    ($units:ident: $($known:literal => $layer:expr,)* files: $($file:ident::$Layer:ident,)*) => {
        $(mod $file; pub use $file::*;)*

        /// The name of every cell, in the order of the list.
        pub const NAMES: &[&str] = &[$($known,)* $(stringify!($file),)*];

        /// Shows a layer of every cell, with so many units, to the visitor.
        ///
        /// ```
        /// use tapeloop::Params;
        /// use tapeloop::nn::{Recurrent, Spec, zoo};
        ///
        /// struct Count;
        ///
        /// impl zoo::Visit for Count {
        ///     fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>) {
        ///         let mut params = Params::<f32>::new(0);
        ///         let _ = layer.build(&mut params, name, 10);
        ///         println!("{name}: {} parameters", params.count());
        ///     }
        /// }
        ///
        /// zoo::visit(64, &mut Count);
        /// ```
        pub fn visit($units: usize, visitor: &mut impl Visit) {
            $(visitor.visit($known, $layer);)*
            $(visitor.visit(stringify!($file), $Layer::new($units));)*
        }
    };
}

zoo! {
    h:
    "simple_rnn" => SimpleRnn::new(h),
    "lstm" => Lstm::new(h),
    "gru" => Gru::new(h),
    "basic_lstm" => BasicLstm::new(h),
    "gru_reset_before" => Gru::new(h).reset(Reset::Before),
    "lstm_peepholes" => Lstm::new(h).peepholes(true),
    "lstm_projection" => Lstm::new(h).projection(h.div_ceil(2)),
    "lstm_coupled" => Lstm::new(h).coupled_gates(true),
    // Of this crate; Krueger et al. 2017 take 0.05 for `h` and 0.5 for `c` for characters, 0.15 for both for permuted pixels.
    "lstm_zoneout" => Lstm::new(h).zoneout(0.15, 0.5),
    "sru_first" => Sru::new(h).first_version(true),

    files:
    // gates: LSTM's and GRU's kin
    mgu::Mgu, janet::Janet, lstm_1997::Lstm1997, layer_norm_lstm::LayerNormLstm, ligru::LiGru, ugrnn::Ugrnn, ran::Ran,
    minimal_rnn::MinimalRnn, multiplicative_lstm::MultiplicativeLstm, nested_lstm::NestedLstm, phased_lstm::PhasedLstm,
    clockwork::Clockwork, atr::Atr, cfn::Cfn, star::Star, light_ru::LightRu, mut1::Mut1, rhn::Rhn,

    // steps of differential equations, and weights under constraints
    ind_rnn::IndRnn, fast_rnn::FastRnn, fast_grnn::FastGrnn,
    antisymmetric_rnn::AntisymmetricRnn, gated_antisymmetric_rnn::GatedAntisymmetricRnn,
    cornn::CoRnn, unicornn::UnicoRnn, lem::Lem, lipschitz_rnn::LipschitzRnn, brc::Brc, nbrc::Nbrc,
    unitary_rnn::UnitaryRnn, lmu::Lmu, cfc::Cfc, ltc::Ltc, tau_gru::TauGru,

    // linear in the state: a loop, or a scan
    min_gru::MinGru, min_lstm::MinLstm, qrnn::Qrnn, sru::Sru,
    lru::Lru, s4d::S4d, s5::S5, mamba::Mamba,

    // memories that are more than a row, and the rest
    slstm::Slstm, mlstm::Mlstm, rwkv::Rwkv, conv_lstm::ConvLstm,
    delta_net::DeltaNet, gla::Gla, retention::Retention, fast_weights::FastWeights, stack_rnn::StackRnn,
}
