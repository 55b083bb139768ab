//! Memory for copies of operands.

use std::any::Any;
use std::cell::RefCell;

use crate::kernels::lines::Lines;
use crate::real::Real;

thread_local! {
    /// As many buffers for each type of number as were ever lent at once, each as long as it ever was. What was given back last is lent first: a
    /// product's copy of `B` goes where that of the one before it is, and its `A` into the other.
    static SCRATCH: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Lends `f` a buffer of this thread. It is taken out meanwhile: a block of `A` is copied while a copy of `B` is
/// in use, and a thread that waits for others may be given another product to do. These get buffers of their own.
pub fn with_scratch<R: Real, T>(f: impl FnOnce(&mut Lines<R>) -> T) -> T {
    let kept = SCRATCH.with_borrow_mut(|list| {
        let at = list.iter().rposition(|buffer| buffer.is::<Lines<R>>())?;
        list.swap_remove(at).downcast::<Lines<R>>().ok()
    });
    let mut buffer = kept.unwrap_or_else(|| Box::new(Lines::new()));
    let result = f(&mut buffer);
    SCRATCH.with_borrow_mut(|list| list.push(buffer));
    result
}
