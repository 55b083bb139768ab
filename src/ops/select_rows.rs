//! `y[r, :] = a[r, :]` where `m[r] ≠ 0`, else `b[r, :]`

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::Shape;

/// `y[r, :] = a[r, :]` where `m[r]` is not 0, else `b[r, :]`, with `m` `[..]` and `a`, `b` `[.., H]`. What keeps the
/// state of a row at a masked time step: `m` `[B]` chooses between the new state and the old one.
#[derive(Clone, Copy, Debug)]
pub struct SelectRows;

impl<R: Real> Rule<R> for SelectRows {
    fn name(&self) -> &'static str {
        "select_rows"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let [m, a, b] = [0, 1, 2].map(|i| x.shape(i));
        assert!(a == b, "select_rows: shapes {a} and {b} differ");
        let fits = a.rank() > 0 && m == a.without(a.rank() - 1);
        assert!(fits, "select_rows: a mask of shape {m} for rows of shape {a}");
        a
    }

    fn forward(&self, at: Forward<'_, R>) {
        let ([m, a, b], h) = ([0, 1, 2].map(|i| at.x.value(i)), at.shape.last().max(1));
        for (r, (y, &m)) in at.y.chunks_exact_mut(h).zip(m).enumerate() {
            let taken = if m != R::ZERO { a } else { b };
            y.copy_from_slice(&taken[r * h..][..h]);
        }
    }

    // dy[r, :] goes to the row that was taken. The other gets a plain 0, not 0·dy, which could be NaN. y jumps with m
    // and is flat elsewhere: m is data, and gets nothing.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (m, dy, h) = (at.x.value(0), at.dy, at.shape.last().max(1));
        for (i, taken) in [(1, true), (2, false)] {
            let Some(dx) = at.grad(i) else { continue };
            for ((dx, dy), &m) in dx.chunks_exact_mut(h).zip(dy.chunks_exact(h)).zip(m) {
                if (m != R::ZERO) == taken {
                    elementwise::add_map(dy, dx, |dy| dy);
                }
            }
        }
    }
}
