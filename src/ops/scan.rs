//! `h_t = a_t⊙h_{t−1} + b_t`: a recurrence that is linear in its state, over a whole sequence

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::bulk;
use crate::kernels::elementwise;
use crate::kernels::scan::{self, Sizes};
use crate::real::Real;
use crate::tensor::Shape;

/// `h_t = a_t⊙h_{t−1} + b_t`, all steps `[B, T, W]`, from `a` and `b` `[B, T, W]` and `h_0` `[B, W]`. An `a` that is the same at all
/// steps may be `[W]`.
///
/// Of complex numbers the inputs are real and imaginary parts of `a`, of `b` and of `h_0`, and the result is `[2, B, T, W]`.
/// How it is done, in blocks of time on several threads: [`kernels::scan`](crate::kernels::scan).
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    /// Whether time runs from the last step to the first.
    pub reverse: bool,
    /// Whether numbers are complex.
    pub complex: bool,
}

impl Scan {
    fn sizes<R: Real>(self, x: Inputs<'_, R>) -> Sizes {
        let &[batch, steps, width] = x.shape(self.parts()).sizes() else {
            unreachable!("checked by `shape`")
        };
        Sizes::new([batch, steps, width])
    }

    fn parts(self) -> usize {
        1 + usize::from(self.complex)
    }

    fn given<'a, R: Real, const P: usize>(self, x: Inputs<'a, R>) -> scan::Scan<'a, R, P> {
        let [a, b, h_0] = [0, 1, 2].map(|n| std::array::from_fn(|p| x.value(n * P + p)));
        scan::Scan { sizes: self.sizes(x), reverse: self.reverse, adjoint: false, a, b, h_0 }
    }

    fn forward<R: Real, const P: usize>(self, Forward { x, y, workspace, .. }: Forward<'_, R>) {
        let given = self.given::<R, P>(x);
        let ends = workspace.numbers(2 * P * given.sizes.width * given.sizes.pieces());
        scan::scan(&given, parts_mut(y), ends);
    }

    // ∂L/∂h_t has two parts, the one that is given, dy_t, and what comes back from h_{t+1} = a_{t+1}⊙h_t + b_{t+1}:
    // g_t = dy_t + a_{t+1}⊙g_{t+1}, a scan from the last step to the first. (Of complex numbers the conjugate of a: h = a·h' is
    // [re −im; im re] of a times h', and that matrix transposed is the one of the conjugate.) Then b_t gets g_t,
    // a_t gets h_{t−1}⊙g_t, again conjugated, and h_0 gets a_1⊙g_1.
    fn back<R: Real, const P: usize>(self, mut at: Backward<'_, R>) {
        let given @ scan::Scan { sizes, reverse, .. } = self.given::<R, P>(at.x);
        let mut workspace = std::mem::take(at.workspace);
        let numbers = workspace.numbers(P * sizes.len() + 2 * P * sizes.width * sizes.pieces());
        let (g, ends) = numbers.split_at_mut(P * sizes.len());
        let back =
            scan::Scan { reverse: !reverse, adjoint: true, b: parts(at.dy), h_0: [&[][..]; P], ..given };
        scan::scan(&back, parts_mut(g), ends);
        let (h, g): ([&[R]; P], [&[R]; P]) = (parts(at.y), parts(g));
        for p in 0..P {
            if let Some(db) = at.grad(P + p) {
                bulk::each([g[p]], db, [], |[g], db, []| elementwise::add_map(g, db, |g| g));
            }
            if let Some(da) = at.grad(p) {
                scan::add_to_a(&given, p, h, g, da, ends);
            }
            if let Some(dh_0) = at.grad(2 * P + p) {
                scan::add_to_h_0(&given, p, g, dh_0);
            }
        }
        *at.workspace = workspace;
    }
}

/// Real parts, or real and imaginary ones.
fn parts<R, const P: usize>(x: &[R]) -> [&[R]; P] {
    std::array::from_fn(|p| &x[p * x.len() / P..][..x.len() / P])
}

fn parts_mut<R, const P: usize>(x: &mut [R]) -> [&mut [R]; P] {
    let (len, mut rest) = (x.len() / P, x);
    std::array::from_fn(|_| rest.split_off_mut(..len).expect("P parts"))
}

impl<R: Real> Rule<R> for Scan {
    fn name(&self) -> &'static str {
        "scan"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (parts, b) = (self.parts(), x.shape(self.parts()));
        let &[batch, steps, width] = b.sizes() else { panic!("scan: b has shape {b}, not [B, T, W]") };
        for p in 0..parts {
            let [a, b_too, h_0] = [0, 1, 2].map(|n| x.shape(n * parts + p));
            let fits = (a == b || a.sizes() == [width]) && a == x.shape(0) && b_too == b;
            assert!(fits, "scan: a has shape {a}, which doesn't fit b of shape {b_too}");
            let expected = Shape::from([batch, width]);
            assert!(h_0 == expected, "scan: h_0 has shape {h_0}, not {expected}, for b of shape {b}");
        }
        if self.complex { Shape::from([2, batch, steps, width]) } else { b }
    }

    fn forward(&self, at: Forward<'_, R>) {
        if self.complex { Scan::forward::<R, 2>(*self, at) } else { Scan::forward::<R, 1>(*self, at) }
    }

    fn vjp(&self, at: Backward<'_, R>) {
        if self.complex { self.back::<R, 2>(at) } else { self.back::<R, 1>(at) }
    }
}
