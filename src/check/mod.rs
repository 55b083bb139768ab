//! Gradient checking: is what `backward` says what the loss really does?
//!
//! ```
//! use tapeloop::{Array, check::gradcheck};
//!
//! let x = Array::new([2, 3], vec![0.1, -0.4, 0.7, 1.2, -0.9, 0.3]);
//! let report = gradcheck(|_tape, v| (v[0].tanh() * v[0]).sum(), &[x]).unwrap();
//! println!("{report}"); // gradcheck: 6 derivatives agree; the worst: x0[1, 1]: …
//! ```
//!
//! Three opinions on the same derivative:
//!
//! | | how | error | evaluations for `n` weights |
//! | --- | --- | --- | --- |
//! | reverse mode | [`Tape::backward`](crate::Tape::backward) | rounding | 1 and its backward pass |
//! | differences | [`gradcheck`] | rounding, and the stencil's own | `4·n` |
//! | forward mode | [`jvp`] and [`check_forward`]: [`Dual`](crate::Dual) numbers through the same operations | rounding | `n`, of which 8 are made at once |
//!
//! and, forward over reverse, the second derivatives: [`hessian_vector`].

mod forward;
mod gradcheck;
mod opinions;
mod report;

pub use forward::{hessian_vector, hessian_vector_params, jvp, jvp_params};
pub use gradcheck::{GradCheck, Mode, gradcheck, gradcheck_params};
pub use opinions::{Loss, check_forward, check_second_order};
pub use report::{CheckError, Derivative, Report};
