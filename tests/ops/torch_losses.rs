//! Losses as PyTorch computes them. Where it has one function with many options, we compose.

use crate::common::parity::{Given, check};
use tapeloop::Var;
use tapeloop::ops::{BceLimit, Reduction};

/// The prediction and the target.
fn xy<'t>(g: &Given<'_, 't>) -> [Var<'t, f64>; 2] {
    [g.x(), g.var("y")]
}

/// `−ln p[c]` of every row, from log-probabilities.
fn nll<'t>(g: &Given<'_, 't>, log_p: Var<'t, f64>) -> Var<'t, f64> {
    let [rows, classes] = [log_p.shape().rows(), log_p.shape().last()];
    let ids: Vec<_> = g.ids("y").into_iter().enumerate().map(|(row, c)| row * classes + c).collect();
    -log_p.reshape([rows * classes, 1]).gather([rows], &ids).reshape([rows])
}

#[test]
fn losses_are_pytorch_s() {
    use Reduction::{None as Each, Sum};
    check(
        "torch/losses",
        1e-13,
        &[
            ("mse_mean mse_empty_mean mse_nan", |g| xy(g)[0].mse(xy(g)[1])),
            ("mse_sum", |g| xy(g)[0].mse_with(xy(g)[1], Sum)),
            ("mse_none", |g| xy(g)[0].mse_with(xy(g)[1], Each)),
            ("l1_sum", |g| xy(g)[0].mae_with(xy(g)[1], Sum)),
            ("l1_none", |g| xy(g)[0].mae_with(xy(g)[1], Each)),
            ("huber_sum", |g| xy(g)[0].huber_with(xy(g)[1], 0.7, Sum)),
            ("huber_at_delta", |g| xy(g)[0].huber_with(xy(g)[1], 1.0, Each)),
            // Smooth L1 with beta = delta is Huber's divided by delta.
            ("smooth_l1_mean", |g| xy(g)[0].huber(xy(g)[1], 1.0)),
            ("smooth_l1_sum", |g| xy(g)[0].huber_with(xy(g)[1], 1.0, Sum)),
            ("smooth_l1_none", |g| xy(g)[0].huber_with(xy(g)[1], 1.0, Each)),
            ("bce_logits_mean", |g| xy(g)[0].bce_logits(xy(g)[1])),
            ("bce_logits_none", |g| xy(g)[0].bce_logits_with(xy(g)[1], Each)),
            ("bce_logits_pos_weight", |g| {
                let ([x, y], w) = (xy(g), g.var("w").expand([6, 4]));
                (w * y * (-x).softplus() + (1.0 - y) * x.softplus()).mean()
            }),
            ("bce_prob_at_0_1", |g| xy(g)[0].bce_with(xy(g)[1], BceLimit::Logarithm, Each)),
            ("cross_entropy_sum", |g| g.x().cross_entropy_with(&g.ids("y"), None, Sum)),
            ("cross_entropy_none", |g| g.x().cross_entropy_with(&g.ids("y"), None, Each)),
            ("cross_entropy_ignore_index", |g| {
                g.x().cross_entropy_with(&g.ids("y"), Some(1), Reduction::Mean)
            }),
            // PyTorch has the classes on axis 1.
            ("cross_entropy_3d", |g| g.x().transpose(1, 2).cross_entropy(&g.ids("y"))),
            ("cross_entropy_label_smoothing", |g| {
                g.x().cross_entropy(&g.ids("y")) * 0.9 - g.x().log_softmax().mean() * 0.1
            }),
            ("cross_entropy_weight_sum", |g| {
                let weights = g.var("w").reshape([4, 1]).gather([6], &g.ids("y")).reshape([6]);
                (g.x().cross_entropy_with(&g.ids("y"), None, Each) * weights).sum()
            }),
            ("nll", |g| nll(g, g.x().log_softmax()).mean()),
            ("kl_div_batchmean", |g| {
                let [x, y] = xy(g);
                (y * (y.ln() - x.log_softmax())).sum() / 6.0
            }),
        ],
    );
}
