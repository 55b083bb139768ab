//! Operations as PyTorch computes them, at ordinary points and at awkward ones. What PyTorch does in one
//! operation and we don't have, we compose.

use crate::common::parity::{Given, check};
use tapeloop::{Shape, Var};

type V<'t> = Var<'t, f64>;

fn log1p(x: V<'_>) -> V<'_> {
    (x + 1.0).ln()
}

fn rsqrt(x: V<'_>) -> V<'_> {
    reciprocal(x.sqrt())
}

fn reciprocal(x: V<'_>) -> V<'_> {
    // 1, and whatever x is, without x's gradient.
    let one = x.tape().input(x.shape(), &vec![1.0; x.shape().len()]);
    one / x
}

fn mish(x: V<'_>) -> V<'_> {
    x * x.softplus().tanh()
}

fn gelu_tanh(x: V<'_>) -> V<'_> {
    let cubic = x + x * x * x * 0.044715;
    x * 0.5 * ((cubic * (2.0 / std::f64::consts::PI).sqrt()).tanh() + 1.0)
}

/// `a` and `b`, both expanded to the shape of what is to come out.
fn broadcast<'t>(g: &Given<'_, 't>) -> [V<'t>; 2] {
    g.ab().map(|v| v.expand(Shape::new(&g.expected_sizes())))
}

/// The same, shaped as what is to come out: with or without an axis of size 1.
fn kept<'t>(g: &Given<'_, 't>, y: V<'t>) -> V<'t> {
    y.reshape(Shape::new(&g.expected_sizes()))
}

/// `f` over the last axis, done on another one.
fn on_axis<'t>(x: V<'t>, axis: usize, f: impl Fn(V<'t>) -> V<'t>) -> V<'t> {
    let last = x.shape().rank() - 1;
    f(x.transpose(axis, last)).transpose(axis, last)
}

/// `Σ` over all elements up to each along the last axis: a product with a triangle of ones.
fn cumsum<'t>(g: &Given<'_, 't>, x: V<'t>) -> V<'t> {
    let n = x.shape().last();
    x.matmul(g.constant(&[n, n], |i| f64::from(i / n <= i % n)))
}

/// The product of the entries along an axis.
fn prod(x: V<'_>, axis: usize) -> V<'_> {
    let entries = (0..x.shape().sizes()[axis]).map(|i| x.select(axis, i));
    entries.reduce(|a, b| a * b).unwrap()
}

/// `Σ (x − mean)² / (n − 1)` over an axis.
fn var(x: V<'_>, axis: usize) -> V<'_> {
    let n = x.shape().sizes()[axis];
    let mean = x.mean_axis(axis).reshape(x.shape().with_size(axis, 1)).expand(x.shape());
    (x - mean).square().sum_axis(axis) / (n - 1) as f64
}

/// One product for each entry of the first axis of both.
fn batched<'t>(a: V<'t>, b: V<'t>) -> V<'t> {
    let products: Vec<_> = (0..a.shape().sizes()[0]).map(|i| a.select(0, i).matmul(b.select(0, i))).collect();
    a.tape().stack(0, &products)
}

#[test]
fn operations_are_pytorch_s() {
    check(
        "torch/ops",
        1e-13,
        &[
            // element by element
            ("unary_square", |g| g.x().square()),
            ("unary_tanh", |g| g.x().tanh()),
            ("unary_sin", |g| g.x().sin()),
            ("unary_cos", |g| g.x().cos()),
            ("diamond_graph", |g| (g.x().sin() + g.x().cos()) * (g.x().sin() - g.x().cos())),
            ("unary_sigmoid", |g| g.x().sigmoid()),
            ("unary_relu", |g| g.x().relu()),
            ("unary_softplus", |g| g.x().softplus()),
            ("unary_elu", |g| g.x().elu(1.0)),
            ("unary_selu", |g| g.x().elu(1.6732632423543772) * 1.0507009873554805),
            ("unary_leaky_relu", |g| g.x().leaky_relu(0.01)),
            ("unary_hardtanh", |g| g.x().clamp(-1.0, 1.0)),
            ("unary_relu6", |g| g.x().clamp(0.0, 6.0)),
            ("unary_expm1", |g| g.x().exp_m1()),
            ("unary_log1p", |g| log1p(g.x())),
            ("unary_log2", |g| g.x().ln() / std::f64::consts::LN_2),
            ("unary_logsigmoid", |g| -(-g.x()).softplus()),
            ("unary_mish", |g| mish(g.x())),
            ("unary_reciprocal pow_scalar_neg1", |g| reciprocal(g.x())),
            ("unary_rsqrt", |g| rsqrt(g.x())),
            ("unary_softsign", |g| g.x().softsign()),
            ("unary_tanhshrink", |g| g.x() - g.x().tanh()),
            ("pow_scalar_0.5", |g| g.x().sqrt()),
            ("pow_tensor", |g| (g.var("b") * g.var("a").ln()).exp()),
            ("reuse_x_three_times", |g| g.x() * g.x().exp() + g.x().square()),
            ("dropout_p0", |g| g.x().dropout(0.0, 1)),
            ("where", |g| g.var("a").where_mask(&g.mask("c"), g.var("b"))),
            ("masked_fill", |g| g.constant(&[3, 4], |_| -1e9).where_mask(&g.mask("m"), g.x())),
            ("tril", |g| {
                g.x().where_mask(
                    &std::array::from_fn::<_, 16, _>(|i| i % 4 <= i / 4),
                    g.constant(&[4, 4], |_| 0.0),
                )
            }),
            // broadcasting
            (
                "bcast_add_03 bcast_add_05 bcast_add_06 bcast_add_07 bcast_add_08 bcast_add_10 bcast_add_13",
                |g| {
                    let [a, b] = broadcast(g);
                    a + b
                },
            ),
            (
                "bcast_sub_01 bcast_sub_04 bcast_sub_05 bcast_sub_06 bcast_sub_07 bcast_sub_08 bcast_sub_09 \
              bcast_sub_10 bcast_sub_13",
                |g| {
                    let [a, b] = broadcast(g);
                    a - b
                },
            ),
            (
                "bcast_mul_00 bcast_mul_01 bcast_mul_03 bcast_mul_04 bcast_mul_05 bcast_mul_06 bcast_mul_09",
                |g| {
                    let [a, b] = broadcast(g);
                    a * b
                },
            ),
            (
                "bcast_div_00 bcast_div_01 bcast_div_02 bcast_div_03 bcast_div_05 bcast_div_06 bcast_div_07 \
              bcast_div_09 bcast_div_10",
                |g| {
                    let [a, b] = broadcast(g);
                    a / b
                },
            ),
            ("expand_sum", |g| g.x().expand([3, 2, 4])),
            ("repeat", |g| g.x().reshape([1, 2, 1, 3]).expand([2, 2, 3, 3]).reshape([4, 9])),
            // products
            (
                "matmul_0x4__4x5 matmul_1x1__1x1 matmul_1x257__257x1 matmul_2x3x4__4x5 matmul_64x128__128x32",
                |g| g.var("a").matmul(g.var("b")),
            ),
            ("matmul_transposed_views", |g| g.var("a").matmul_tt(g.var("b"))),
            ("matmul_4__4", |g| g.var("a").reshape([1, 4]).matmul(g.var("b").reshape([4, 1])).reshape([1])),
            ("matmul_4__4x5", |g| g.var("a").reshape([1, 4]).matmul(g.var("b")).reshape([5])),
            ("matmul_2x3x4__2x4x5", |g| batched(g.var("a"), g.var("b"))),
            ("matmul_5x1x3x4__2x4x3", |g| {
                let a = g.var("a").expand([5, 2, 3, 4]).reshape([10, 3, 4]);
                let b = g.var("b").expand([5, 2, 4, 3]).reshape([10, 4, 3]);
                batched(a, b).reshape([5, 2, 3, 3])
            }),
            ("linear_bias", |g| g.x().matmul_nt(g.var("w")).add_bias(g.var("b"))),
            // over an axis
            ("sum_all_False", |g| g.x().sum()),
            ("sum_0_False", |g| g.x().sum_axis(0)),
            ("sum_1_False sum_1_True", |g| kept(g, g.x().sum_axis(1))),
            ("sum_2_True", |g| kept(g, g.x().sum_axis(2))),
            ("sum_02_False", |g| g.x().sum_axis(2).sum_axis(0)),
            ("mean_all_False", |g| g.x().mean()),
            ("mean_0_False mean_0_True", |g| kept(g, g.x().mean_axis(0))),
            ("mean_1_False mean_1_True", |g| kept(g, g.x().mean_axis(1))),
            ("mean_2_False mean_2_True", |g| kept(g, g.x().mean_axis(2))),
            ("mean_02_False mean_02_True", |g| kept(g, g.x().mean_axis(2).mean_axis(0))),
            ("amax_0_False amax_0_True max_0_False", |g| kept(g, g.x().max_axis(0))),
            ("amax_1_False amax_1_True max_1_False max_1_True", |g| kept(g, g.x().max_axis(1))),
            ("amax_2_False amax_2_True max_2_False max_2_True", |g| kept(g, g.x().max_axis(2))),
            ("prod_0_True", |g| kept(g, prod(g.x(), 0))),
            ("prod_1_False prod_1_True", |g| kept(g, prod(g.x(), 1))),
            ("prod_2_True", |g| kept(g, prod(g.x(), 2))),
            ("var_0_False var_0_True", |g| kept(g, var(g.x(), 0))),
            ("var_1_False var_1_True", |g| kept(g, var(g.x(), 1))),
            ("cumsum_0", |g| on_axis(g.x(), 0, |x| cumsum(g, x))),
            ("cumsum_1", |g| on_axis(g.x(), 1, |x| cumsum(g, x))),
            ("cumsum_-1", |g| cumsum(g, g.x())),
            ("softmax_0", |g| on_axis(g.x(), 0, V::softmax)),
            ("softmax_-1", |g| g.x().softmax()),
            ("log_softmax_0", |g| on_axis(g.x(), 0, V::log_softmax)),
            ("log_softmax_1", |g| on_axis(g.x(), 1, V::log_softmax)),
            ("logsumexp_0_True", |g| kept(g, g.x().transpose(0, 1).transpose(1, 2).logsumexp())),
            ("logsumexp_1_False logsumexp_1_True", |g| kept(g, g.x().transpose(1, 2).logsumexp())),
            ("logsumexp_2_False logsumexp_2_True", |g| kept(g, g.x().logsumexp())),
            ("batch_norm_train", |g| {
                let centred = g.x() - g.x().mean_axis(0).expand([6, 5]);
                let std = (centred.square().mean_axis(0) + 1e-5).sqrt();
                (centred / std.expand([6, 5]) * g.var("w").expand([6, 5])).add_bias(g.var("b"))
            }),
            ("layer_norm layer_norm_wide layer_norm_two_axes", |g| {
                let (w, b) = (g.var("w"), g.var("b"));
                g.x().layer_norm(w.shape().rank(), Some(w), Some(b), 1e-5)
            }),
            ("layer_norm_plain", |g| g.x().layer_norm(1, None, None, 1e-5)),
            // shapes
            ("flip_1", |g| g.x().reverse(1)),
            ("chunk_4", |g| g.x().slice(1, 2 * g.output, 2)),
            ("split_uneven", |g| {
                let (start, len) = [(0, 1), (1, 3), (4, 2)][g.output];
                g.x().slice(1, start, len)
            }),
            ("slice_step", |g| {
                let every_other = g.x().reshape([5, 12]).gather([3], &[0, 2, 4]).reshape([3, 3, 4]);
                every_other.slice(1, 1, 2).slice(2, 3, 1)
            }),
            ("squeeze_unsqueeze reshape_transpose_chain", |g| kept(g, g.x())),
            ("gather", |g| {
                let flat = g.ids("i").into_iter().enumerate().map(|(k, i)| k / 3 * 4 + i).collect::<Vec<_>>();
                g.x().reshape([12, 1]).gather([3, 3], &flat).reshape([3, 3])
            }),
        ],
    );
}

#[test]
fn operations_are_pytorch_s_at_awkward_points() {
    check(
        "torch/ops_edge",
        1e-13,
        &[
            ("edge_unary_abs", |g| g.x().abs()),
            ("edge_unary_neg", |g| -g.x()),
            ("edge_unary_exp", |g| g.x().exp()),
            ("edge_unary_log", |g| g.x().ln()),
            ("edge_unary_sqrt", |g| g.x().sqrt()),
            ("sqrt_zero", |g| g.var("a").sqrt()),
            ("edge_unary_sigmoid", |g| g.x().sigmoid()),
            ("edge_unary_relu", |g| g.x().relu()),
            ("edge_unary_leaky_relu", |g| g.x().leaky_relu(0.01)),
            ("edge_unary_expm1", |g| g.x().exp_m1()),
            ("edge_unary_log1p", |g| log1p(g.x())),
            ("edge_unary_rsqrt", |g| rsqrt(g.x())),
            ("edge_unary_softsign", |g| g.x().softsign()),
            ("edge_unary_mish", |g| mish(g.x())),
            ("edge_unary_gelu_tanh", |g| gelu_tanh(g.x())),
            ("edge_unary_tanhshrink", |g| g.x() - g.x().tanh()),
            ("div_by_zero", |g| g.var("a") / g.var("b")),
            ("max_elementwise_ties", |g| g.var("a").maximum(g.var("b"))),
            ("min_elementwise_ties", |g| g.var("a").minimum(g.var("b"))),
            ("max_all_ties", |g| g.x().max_axis(0)),
            ("softmax_extreme softmax_neg_inf_partial", |g| g.x().softmax()),
            ("log_softmax_extreme", |g| g.x().log_softmax()),
            ("logsumexp_neg_inf", |g| g.x().logsumexp()),
        ],
    );
}
