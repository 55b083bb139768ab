//! `y = x + b`, the same `b` for every row

use super::{Backward, Forward, Inputs, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// `y[.., j] = x[.., j] + b[j]` with `x` `[.., N]` and `b` `[N]`.
#[derive(Clone, Copy, Debug)]
pub struct AddBias;

impl<R: Real> Rule<R> for AddBias {
    fn name(&self) -> &'static str {
        "add_bias"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, b) = (x.shape(0), x.shape(1));
        assert!(
            b.rank() == 1 && x.rank() >= 1 && x.last() == b.last(),
            "add_bias: cannot add a bias of shape {b} to shape {x}"
        );
        x
    }

    fn forward(&self, at: Forward<'_, R>) {
        let b = at.x.value(1);
        at.y.copy_from_slice(at.x.value(0));
        for row in at.y.chunks_exact_mut(b.len().max(1)) {
            row.iter_mut().zip(b).for_each(|(y, &b)| *y += b);
        }
    }

    // ∂y[i,j]/∂x[i,j] = 1. Every row read the same b, so db[j] gathers dy[i,j] over all rows i.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add(0, |dy| dy);
        let dy = at.dy;
        if let Some(db) = at.grad(1) {
            for row in dy.chunks_exact(db.len().max(1)) {
                db.iter_mut().zip(row).for_each(|(db, &dy)| *db += dy);
            }
        }
    }
}
