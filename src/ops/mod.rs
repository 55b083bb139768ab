//! The operations, one a file: formula, `forward`, and under it `vjp` with the chain rule.
//!
//! Read [`tanh`](Tanh), [`mul`](Mul) and [`matmul`](MatMul); the others follow the same pattern. What
//! an op does where its formula has no answer (|x| at 0, ties, an empty axis) is one table in
//! `docs/edges.md`: the rule is to do as PyTorch does.

mod compiled;
mod context;
mod inputs;
mod node;
mod reduction;
mod rule;

pub use context::{Backward, Forward};
pub use inputs::Inputs;
pub(crate) use node::{Node, Place};
pub use node::{NodeId, Span};
pub use reduction::Reduction;
pub use rule::Rule;

use crate::real::Real;

/// Lists the ops: declares their files, and the enum that a node holds.
macro_rules! ops {
    ($($file:ident::$Op:ident),* $(,)?) => {
        $(mod $file; pub use $file::$Op;)*

        /// The name of every op, in the order of the list: its file's, and its [`Rule::name`].
        pub const NAMES: &[&str] = &[$(stringify!($file)),*];

        /// Any op of the crate, or one of the user's. `Copy`, and without a heap allocation.
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs)]
        pub enum Op<R: Real> {
            $($Op($Op),)*
            Custom(&'static dyn Rule<R>),
        }

        impl<R: Real> Op<R> {
            /// The op's rule, compiled in the crate that calls this.
            pub(super) fn compile(&self) -> &dyn Rule<R> {
                match self {
                    $(Self::$Op(rule) => rule,)*
                    Self::Custom(rule) => *rule,
                }
            }
        }

        $(impl<R: Real> From<$Op> for Op<R> {
            fn from(rule: $Op) -> Self {
                Self::$Op(rule)
            }
        })*
    };
}

ops! {
    leaf::Leaf, part::Part,
    // element by element
    add::Add, sub::Sub, mul::Mul, div::Div, neg::Neg, scale::Scale, shift::Shift,
    exp::Exp, exp_m1::ExpM1, ln::Ln, sin::Sin, cos::Cos, sqrt::Sqrt, square::Square, abs::Abs, fract::Fract,
    tanh::Tanh, sigmoid::Sigmoid, hard_sigmoid::HardSigmoid, softplus::Softplus, softsign::Softsign,
    relu::Relu, leaky_relu::LeakyRelu, elu::Elu,
    maximum::Maximum, minimum::Minimum, clamp::Clamp, where_mask::WhereMask, select_rows::SelectRows,
    dropout::Dropout,
    // matrices
    matmul::MatMul, matmul_columns::MatMulColumns, add_bias::AddBias, synapses::Synapses,
    matvec::MatVec, outer_update::OuterUpdate,
    // whole sequences
    recurrence::Recurrence, scan::Scan,
    // over the last axis
    softmax::Softmax, log_softmax::LogSoftmax, logsumexp::LogSumExp, layer_norm::LayerNorm,
    // shape
    reshape::Reshape, transpose::Transpose, reverse::Reverse, expand::Expand,
    select::Select, slice::Slice, concat::Concat, stack::Stack, gather::Gather,
    patches::Patches,
    // sums
    sum::Sum, mean::Mean, norm::Norm, sum_axis::SumAxis, mean_axis::MeanAxis, max_axis::MaxAxis,
    // losses
    mse::Mse, mae::Mae, huber::Huber, cross_entropy::CrossEntropy, bce_logits::BceLogits, bce::Bce,
}

pub use bce::BceLimit;
pub use recurrence::RecurrenceKind;
