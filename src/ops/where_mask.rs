//! `y = a` where the mask is true, else `b`

use super::{Backward, Forward, Inputs, Rule, Span};
use crate::real::Real;
use crate::tensor::Shape;

/// `y = a` where the mask is true, else `b`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct WhereMask {
    /// One integer per element: 0 is false.
    pub mask: Span,
}

impl<R: Real> Rule<R> for WhereMask {
    fn name(&self) -> &'static str {
        "where_mask"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (shape, mask) = (x.same_shape("where_mask"), x.ids(self.mask).len());
        assert!(mask == shape.len(), "where_mask: a mask of shape [{mask}] for inputs of shape {shape}");
        shape
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (a, b) = (at.x.value(0), at.x.value(1));
        for (i, (y, &mask)) in at.y.iter_mut().zip(at.x.ids(self.mask)).enumerate() {
            *y = if mask != 0 { a[i] } else { b[i] };
        }
    }

    // dy goes to the input that was taken. The other gets a plain 0, not 0·dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, mask) = (at.dy, at.x.ids(self.mask));
        for (i, taken) in [(0, true), (1, false)] {
            let Some(dx) = at.grad(i) else { continue };
            for ((dx, &dy), &mask) in dx.iter_mut().zip(dy).zip(mask) {
                if (mask != 0) == taken {
                    *dx += dy;
                }
            }
        }
    }
}
