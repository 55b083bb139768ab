//! `L = mean −ln softmax(x)[c]`: softmax cross-entropy of the true class `c`

use super::{Backward, Forward, Inputs, Reduction, Rule, Span};
use crate::kernels::{elementwise, softmax};
use crate::real::Real;
use crate::tensor::Shape;

/// Softmax cross-entropy of logits `x` `[.., C]`, one true class per row: `−ln p[c]` with
/// `p[j] = e^x[j] / Σₖ e^x[k]`.
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy {
    /// The class of each row, or [`IGNORED`](Self::IGNORED).
    pub targets: Span,
    /// Mean over the rows that count, sum, or one loss per row.
    pub reduction: Reduction,
}

impl CrossEntropy {
    /// The target of a row that doesn't count: its loss and its gradient are 0.
    pub const IGNORED: u32 = u32::MAX;

    fn counting(targets: &[u32]) -> usize {
        targets.iter().filter(|&&c| c != Self::IGNORED).count()
    }
}

impl<R: Real> Rule<R> for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, targets) = (x.shape(0), x.ids(self.targets).len());
        assert!(
            x.rank() > 0 && x.rows() == targets,
            "cross_entropy: {targets} targets for logits of shape {x}"
        );
        self.reduction.shape(x.without(x.rank() - 1))
    }

    /// The probabilities `p`, and after them the loss of each row.
    fn saved(&self, x: Inputs<'_, R>) -> usize {
        x.shape(0).len() + x.shape(0).rows()
    }

    // −ln p[c] = ln Σₖ e^x[k] − x[c]. e^x may overflow, but x − m with the largest logit m doesn't,
    // and p is the same: ln Σₖ e^x[k] = m + ln Σₖ e^(x[k]−m). The sum holds e⁰ = 1, so ln is safe too.
    fn forward(&self, at: Forward<'_, R>) {
        let (x, classes, targets) = (at.x.value(0), at.x.shape(0).last(), at.x.ids(self.targets));
        let (p, losses) = at.saved.split_at_mut(x.len());
        for (row, (loss, &target)) in losses.iter_mut().zip(targets).enumerate() {
            if target == Self::IGNORED {
                *loss = R::ZERO;
                continue;
            }
            let (x, p) = (&x[row * classes..][..classes], &mut p[row * classes..][..classes]);
            let (max, sum) = softmax::softmax(x, p);
            *loss = sum.ln() - (x[target as usize] - max);
        }
        self.reduction.reduce(losses, Self::counting(targets), at.y);
    }

    // ∂/∂x[j] of ln Σₖ e^x[k] − x[c] is e^x[j]/Σₖ e^x[k] − [j = c] = p[j] − [j = c]: what the net
    // said, less what was true. The gradient of a row sums to 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (p, classes, targets) = (at.saved, at.x.shape(0).last(), at.x.ids(self.targets));
        let dl = self.reduction.upstream(at.dy, Self::counting(targets));
        let Some(dx) = at.grad(0) else { return };
        for (row, &target) in targets.iter().enumerate().filter(|&(_, &c)| c != Self::IGNORED) {
            let (dx, p) = (&mut dx[row * classes..][..classes], &p[row * classes..][..classes]);
            let dl = dl(row);
            elementwise::add_map(p, dx, move |p| dl * p);
            dx[target as usize] -= dl;
        }
    }
}
