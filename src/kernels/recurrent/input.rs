//! What a step is given besides the states.

use super::{Given, Step};
use crate::kernels::gemm::{self, Right};
use crate::kernels::{Mat, MatMut};
use crate::real::Real;

/// `a = x·W`; 0 in the parts that nothing of it goes to.
pub fn project<R: Real, S: Step<R>>(
    x: Mat<'_, R>,
    w: &[Right<'_, R>],
    a: &mut [R],
    hidden: usize,
    alone: bool,
) {
    let width = S::SUMS * hidden;
    let without_input = |part: &usize| !S::INPUT.iter().any(|c| (c.to..c.to + c.gates).contains(part));
    for part in (0..S::SUMS).filter(without_input) {
        a.chunks_exact_mut(width).for_each(|row| row[part * hidden..][..hidden].fill(R::ZERO));
    }
    for (columns, w) in S::INPUT.iter().zip(w) {
        let a = MatMut::strided(&mut a[columns.to * hidden..], x.rows, columns.gates * hidden, width);
        gemm::product_in(x, *w, a, alone);
    }
}

/// All biases and constants, laid out as a row of `a`.
pub fn biases<R: Real, S: Step<R>>(step: S, given: &Given<'_, R>, b: &mut [R]) {
    let hidden = given.sizes.hidden;
    b.fill(R::ZERO);
    let mut add = |to: usize, from: &[R]| {
        b[to * hidden..].iter_mut().zip(from).for_each(|(b, &from)| *b += from);
    };
    if let Some(b_x) = given.b_x {
        S::INPUT.iter().for_each(|c| add(c.to, &b_x[c.from * hidden..][..c.gates * hidden]));
    }
    if let Some(b_h) = given.b_h {
        add(0, b_h);
    }
    step.add_constants(b, hidden);
}
