//! Losses as Keras 3 and TensorFlow 1 compute them.

use crate::common::parity::{Given, check};
use tapeloop::Var;
use tapeloop::ops::{BceLimit, Reduction};

const EPSILON: f64 = 1e-7;
const DELTA: f64 = 0.7;

/// The prediction and the target.
fn keras<'t>(g: &Given<'_, 't>) -> [Var<'t, f64>; 2] {
    [g.var("y_pred"), g.var("y_true")]
}

/// The prediction and the label.
fn tf<'t>(g: &Given<'_, 't>) -> [Var<'t, f64>; 2] {
    [g.x(), g.var("l")]
}

fn mse_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let [p, y] = keras(g);
    p.mse_with(y, Reduction::None).mean_axis(1)
}

fn mae_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let [p, y] = keras(g);
    p.mae_with(y, Reduction::None).mean_axis(1)
}

fn huber_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let [p, y] = keras(g);
    p.huber_with(y, DELTA, Reduction::None).mean_axis(1)
}

fn bce_logits_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let [x, y] = keras(g);
    x.bce_logits_with(y, Reduction::None).mean_axis(1)
}

/// Each row divided by its sum.
fn normalized(p: Var<'_, f64>) -> Var<'_, f64> {
    p / p.sum_axis(1).reshape([6, 1]).expand([6, 4])
}

/// `−Σ y·ln p` of every row, from log-probabilities.
fn soft_rows<'t>(log_p: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    -(y * log_p).sum_axis(1)
}

fn cce_logits_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let [x, y] = keras(g);
    soft_rows(x.log_softmax(), y)
}

fn cce_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let [p, y] = keras(g);
    soft_rows(normalized(p).clamp(EPSILON, 1.0 - EPSILON).ln(), y)
}

fn scce_logits_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    g.var("y_pred").cross_entropy_with(&g.ids("y_true"), None, Reduction::None)
}

fn scce_rows<'t>(g: &Given<'_, 't>) -> Var<'t, f64> {
    let classes = g.ids("y_true");
    let one_hot = g.constant(&[6, 4], |i| f64::from(classes[i / 4] == i % 4));
    soft_rows(normalized(g.var("y_pred")).clamp(EPSILON, 1.0 - EPSILON).ln(), one_hot)
}

/// Rows of length 1.
fn unit(x: Var<'_, f64>) -> Var<'_, f64> {
    x / x.square().sum_axis(1).sqrt().reshape([6, 1]).expand([6, 4])
}

#[test]
fn losses_are_keras_3_s() {
    check(
        "keras3/losses",
        1e-13,
        &[
            ("mse_sum", |g| mse_rows(g).sum()),
            ("mse_sum_sw", |g| (mse_rows(g) * g.var("sample_weight")).sum()),
            ("mse_none_sw", |g| mse_rows(g) * g.var("sample_weight")),
            ("mse_sum_over_batch_size_sw", |g| (mse_rows(g) * g.var("sample_weight")).mean()),
            ("mse_mean_with_sample_weight", |g| {
                (mse_rows(g) * g.var("sample_weight")).sum() / g.var("sample_weight").sum()
            }),
            ("mae_sum", |g| mae_rows(g).sum()),
            ("mae_none", mae_rows),
            ("mae_sum_over_batch_size", |g| keras(g)[0].mae(keras(g)[1])),
            ("huber_sum", |g| huber_rows(g).sum()),
            ("huber_none", huber_rows),
            ("huber_sum_over_batch_size", |g| keras(g)[0].huber(keras(g)[1], DELTA)),
            ("bce_logits_none", bce_logits_rows),
            ("bce_logits_sum", |g| bce_logits_rows(g).sum()),
            ("bce_smoothing", |g| keras(g)[0].bce_logits(keras(g)[1] * 0.9 + 0.05)),
            ("bce_sum", |g| {
                let [p, y] = keras(g);
                p.bce_with(y, BceLimit::Probability, Reduction::None).mean_axis(1).sum()
            }),
            ("cce_logits_none", cce_logits_rows),
            ("cce_logits_sum", |g| cce_logits_rows(g).sum()),
            ("cce_soft", |g| cce_logits_rows(g).mean()),
            ("cce_smoothing", |g| {
                let [x, y] = keras(g);
                soft_rows(x.log_softmax(), y * 0.9 + 0.1 / 4.0).mean()
            }),
            ("cce_none", cce_rows),
            ("cce_sum", |g| cce_rows(g).sum()),
            ("cce_sum_over_batch_size", |g| cce_rows(g).mean()),
            ("scce_logits_none", scce_logits_rows),
            ("scce_logits_sum", |g| scce_logits_rows(g).sum()),
            ("scce_logits_sum_over_batch_size", |g| g.var("y_pred").cross_entropy(&g.ids("y_true"))),
            ("scce_none", scce_rows),
            ("scce_sum", |g| scce_rows(g).sum()),
            ("scce_sum_over_batch_size", |g| scce_rows(g).mean()),
            ("hinge", |g| {
                let [p, y] = keras(g);
                (1.0 - y * p).relu().mean()
            }),
            ("categorical_hinge", |g| {
                let [p, y] = keras(g);
                (((1.0 - y) * p).max_axis(1) - (y * p).sum_axis(1) + 1.0).relu().mean()
            }),
            ("cosine", |g| {
                let [p, y] = keras(g);
                -(unit(p) * unit(y)).sum_axis(1).mean()
            }),
            ("kld", |g| {
                let [p, y] = keras(g).map(|x| x.clamp(EPSILON, 1.0));
                (y * (y / p).ln()).sum_axis(1).mean()
            }),
            ("logcosh", |g| {
                let d = keras(g)[0] - keras(g)[1];
                (d + (d * -2.0).softplus() - std::f64::consts::LN_2).mean()
            }),
            ("msle", |g| {
                let [p, y] = keras(g).map(|x| (x.clamp(EPSILON, f64::INFINITY) + 1.0).ln());
                p.mse(y)
            }),
            ("poisson", |g| {
                let [p, y] = keras(g);
                (p - y * (p + EPSILON).ln()).mean()
            }),
        ],
    );
}

#[test]
fn losses_are_tensorflow_1_s() {
    use Reduction::None as Each;
    check(
        "keras2_tf1/tf1_losses",
        1e-13,
        &[
            ("losses_absdiff", |g| tf(g)[0].mae(tf(g)[1])),
            ("losses_huber", |g| tf(g)[0].huber(tf(g)[1], DELTA)),
            ("losses_hinge", |g| (1.0 - (tf(g)[1] * 2.0 - 1.0) * tf(g)[0]).relu().mean()),
            // Divided by the number of elements whose weight isn't 0.
            ("losses_mse_weighted", |g| {
                let [x, l] = tf(g);
                let weights = g.var("w").expand([6, 4]);
                let counting = weights.value().iter().filter(|&&w| w != 0.0).count();
                (x.mse_with(l, Each) * weights).sum() / counting as f64
            }),
            ("sigmoid_ce_logits_extreme", |g| tf(g)[0].bce_logits_with(tf(g)[1], Each)),
            ("softmax_ce_logits_soft", |g| soft_rows(g.x().log_softmax(), g.var("l"))),
            ("sparse_softmax_ce_logits sparse_softmax_ce_logits_extreme", |g| {
                g.x().cross_entropy_with(&g.ids("l"), None, Each)
            }),
        ],
    );
}
