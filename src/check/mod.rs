//! Gradient checking: is what `backward` says what the loss really does?
//!
//! ```
//! use tapeloop::{Array, check::gradcheck};
//!
//! let x = Array::new([2, 3], vec![0.1, -0.4, 0.7, 1.2, -0.9, 0.3]);
//! let report = gradcheck(|_tape, v| (v[0].tanh() * v[0]).sum(), &[x]).unwrap();
//! println!("{report}"); // gradcheck: 6 derivatives agree; the worst: x0[1, 1]: …
//! ```

mod gradcheck;
mod report;

pub use gradcheck::{GradCheck, Mode, gradcheck, gradcheck_params};
pub use report::{CheckError, Derivative, Report};
