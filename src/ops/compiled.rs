//! The operations for `f32` and `f64`, compiled once, in this crate
//!
//! A generic function is compiled in each crate that calls it with a type of its own choice: every program would compile every matrix product and every
//! `vjp` anew, for some thirty seconds. A `static` is compiled where it stands. So a program takes the operations for `f32` and `f64` from the two below, and
//! compiles them for other types only.

use std::any::Any;

use super::{Op, Rule};
use crate::real::Real;

/// All operations for one type: their rules behind a pointer to a function that is compiled.
struct Compiled<R: Real>(for<'a> fn(&'a Op<R>) -> &'a dyn Rule<R>);

static OF_F32: Compiled<f32> = Compiled(Op::compile);
static OF_F64: Compiled<f64> = Compiled(Op::compile);

impl<R: Real> Op<R> {
    /// The op's rule.
    pub fn rule(&self) -> &dyn Rule<R> {
        // A constant: where it is true, the compiler doesn't look at what is called otherwise.
        if R::COMPILED {
            let all: [&dyn Any; 2] = [&OF_F32, &OF_F64];
            let mut of_r = all.into_iter().filter_map(|compiled| compiled.downcast_ref::<Compiled<R>>());
            of_r.next().expect("f32 and f64 are compiled").0(self)
        } else {
            self.compile()
        }
    }
}
