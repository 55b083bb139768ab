//! `y[.., y, x, (i, j, c)] = x[.., y + i − ⌊(K_y−1)/2⌋, x + j − ⌊(K_x−1)/2⌋, c]`: what a convolution reads

use super::{Backward, Forward, Inputs, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// What a kernel `[K_y, K_x]` sees at each place of an image `[B, Y, X, C]`, side by side: `[B, Y, X, K_y·K_x·C]`. 0 beyond the edges.
/// Times a matrix `[K_y·K_x·C, F]` it is a convolution with `F` filters.
#[derive(Clone, Copy, Debug)]
pub struct Patches {
    /// `[K_y, K_x]`
    pub kernel: [usize; 2],
}

impl Patches {
    /// Visits the pixels of all patches with their offsets: in `y`, and in `x` unless they are beyond the edge.
    fn walk(&self, x: Shape, mut visit: impl FnMut(usize, Option<usize>)) {
        let ([batch, rows, columns, channels], [k_y, k_x]) = (x.padded(), self.kernel);
        let inside = |place: usize, k: usize, size: usize, at: usize| {
            (place + at).checked_sub((k - 1) / 2).filter(|&place| place < size)
        };
        let mut to = 0;
        for b in 0..batch {
            for row in 0..rows {
                for column in 0..columns {
                    for i in 0..k_y {
                        let row = inside(row, k_y, rows, i);
                        for j in 0..k_x {
                            let place = row.zip(inside(column, k_x, columns, j));
                            let from = |(row, column)| ((b * rows + row) * columns + column) * channels;
                            visit(to, place.map(from));
                            to += channels;
                        }
                    }
                }
            }
        }
    }
}

impl<R: Real> Rule<R> for Patches {
    fn name(&self) -> &'static str {
        "patches"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, [k_y, k_x]) = (x.shape(0), self.kernel);
        assert!(x.rank() == 4, "patches: an image has shape {x}, not [B, Y, X, C]");
        assert!(k_y > 0 && k_x > 0, "patches: a kernel [{k_y}, {k_x}] sees nothing of shape {x}");
        x.with_size(3, k_y * k_x * x.last())
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (x, shape, y) = (at.x.value(0), at.x.shape(0), at.y);
        let channels = shape.last();
        self.walk(shape, |to, from| match from {
            Some(from) => y[to..][..channels].copy_from_slice(&x[from..][..channels]),
            None => y[to..][..channels].fill(R::ZERO),
        });
    }

    // A pixel is in up to K_y·K_x patches, and gets the sum of what it gets in each.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, shape) = (at.dy, at.x.shape(0));
        let Some(dx) = at.grad(0) else { return };
        let channels = shape.last();
        self.walk(shape, |to, from| {
            let Some(from) = from else { return };
            dx[from..][..channels].iter_mut().zip(&dy[to..]).for_each(|(dx, &dy)| *dx += dy);
        });
    }
}
