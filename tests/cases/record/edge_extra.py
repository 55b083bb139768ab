"""Value and gradient at more singular points than `edge.py` has: extra_{torch,jax,tf}.json, which also
hold the inputs. A library without such a function has no entry."""

import json
import sys

import caseio
import edge
from edge import INF

# By the names of the inputs.
POINTS = {
    "exp_overflow": {"x": [-1000, -INF, 1000, INF]},
    "x_ln_x_at_0": {"x": [0]},
    "mul_0_inf": {"a": [0], "b": [INF]},
    "clamp_crossed": {"x": [0, 5]},
    "dropout_p0": {"x": [-1, 0, 2]},
    "dropout_p1": {"x": [1, 2]},
    "softsign_at_inf": {"x": [-INF, -1, 0, 1, INF]},
    "layer_norm_constant": {"x": [3, 3]},
    "layer_norm_constant_no_epsilon": {"x": [3, 3]},
    "layer_norm_one": {"x": [3]},
    "sum_axis_empty": {"x": []},
    "mean_axis_empty": {"x": []},
    "norm_overflow": {"x": [1e200, 1e200]},
    "matmul_empty": {"a": [], "b": []},
    "logsumexp_empty": {"x": []},
    "softmax_one": {"x": [3]},
    "softmax_inf": {"x": [INF, 0]},
    "log_softmax_all_neg_inf": {"x": [-INF, -INF]},
    "log_softmax_one_neg_inf": {"x": [0, -INF, 1]},
    "select_beyond_end": {"x": [1, 2, 3]},
    "slice_beyond_end": {"x": [1, 2, 3]},
    "stack_nothing": {},
    "mse_empty": {"p": [], "y": []},
    "mae_equal": {"p": [1, 0, 3], "y": [1, 0, 1]},
    "huber_at_delta": {"p": [-1, 1, 0, 3], "y": [0, 0, 0, 0]},
    "xent_one_class": {"x": [5]},
    "xent_true_neg_inf": {"x": [0, -INF]},
    "xent_other_neg_inf": {"x": [0, -INF]},
    "xent_all_ignored": {"x": [0, 1]},
    "xent_target_high": {"x": [0, 1]},
    "bce_logits_extreme": {"x": [-1000, -1000, 1000, 1000], "y": [0, 1, 0, 1]},
    "bce_logits_inf": {"x": [-INF, INF], "y": [0, 1]},
    "bce_at_0_1": {"p": [0, 0, 1, 1], "y": [0, 1, 0, 1]},
    "bce_outside": {"p": [-0.5, 1.5], "y": [0, 0]},
}


def in_torch():
    import torch
    from torch.nn import functional as F

    def xent(target, **options):
        return lambda x: F.cross_entropy(x, torch.tensor(target), **options)

    def bce_logits(x, y):
        return F.binary_cross_entropy_with_logits(x, y, reduction="none")

    def bce(p, y):
        return F.binary_cross_entropy(p, y, reduction="none")

    return {
        "exp_overflow": torch.exp,
        "x_ln_x_at_0": lambda x: x * x.log(),
        "mul_0_inf": torch.mul,
        "clamp_crossed": lambda x: x.clamp(2, 1),
        "dropout_p0": lambda x: F.dropout(x, 0.0),
        "dropout_p1": lambda x: F.dropout(x, 1.0),
        "softsign_at_inf": F.softsign,
        "layer_norm_constant": lambda x: F.layer_norm(x, x.shape, eps=1e-3)[0],
        "layer_norm_constant_no_epsilon": lambda x: F.layer_norm(x, x.shape, eps=0.0)[0],
        "layer_norm_one": lambda x: F.layer_norm(x, x.shape, eps=1e-3),
        "sum_axis_empty": lambda x: x.reshape(2, 0).sum(1),
        "mean_axis_empty": lambda x: x.reshape(2, 0).mean(1),
        "norm_overflow": torch.linalg.norm,
        "matmul_empty": lambda a, b: a.reshape(1, 0) @ b.reshape(0, 2),
        "logsumexp_empty": lambda x: x.logsumexp(0),
        "softmax_one": lambda x: x.softmax(0),
        "softmax_inf": lambda x: x.softmax(0)[0],
        "log_softmax_all_neg_inf": lambda x: x.log_softmax(0),
        "log_softmax_one_neg_inf": lambda x: x.log_softmax(0)[0],
        "select_beyond_end": lambda x: x[3],
        "slice_beyond_end": lambda x: x[1:5],
        "stack_nothing": lambda: torch.stack([]),
        "mse_empty": F.mse_loss,
        "mae_equal": lambda p, y: F.l1_loss(p, y, reduction="none"),
        "huber_at_delta": lambda p, y: F.huber_loss(p, y, reduction="none"),
        "xent_one_class": xent(0),
        "xent_true_neg_inf": xent(1),
        "xent_other_neg_inf": xent(0),
        "xent_all_ignored": xent(1, ignore_index=1),
        "xent_target_high": xent(2),
        "bce_logits_extreme": bce_logits,
        "bce_logits_inf": bce_logits,
        "bce_at_0_1": bce,
        "bce_outside": bce,
    }


def in_jax():
    from jax import nn, numpy as jnp

    def xent(target):
        return lambda x: -nn.log_softmax(x)[jnp.array(target)]

    return {
        "exp_overflow": jnp.exp,
        "x_ln_x_at_0": lambda x: x * jnp.log(x),
        "mul_0_inf": jnp.multiply,
        "clamp_crossed": lambda x: jnp.clip(x, 2, 1),
        "softsign_at_inf": nn.soft_sign,
        "layer_norm_constant": lambda x: nn.standardize(x, epsilon=1e-3)[0],
        "layer_norm_constant_no_epsilon": lambda x: nn.standardize(x, epsilon=0)[0],
        "layer_norm_one": lambda x: nn.standardize(x, epsilon=1e-3),
        "sum_axis_empty": lambda x: x.reshape(2, 0).sum(1),
        "mean_axis_empty": lambda x: x.reshape(2, 0).mean(1),
        "norm_overflow": jnp.linalg.norm,
        "matmul_empty": lambda a, b: a.reshape(1, 0) @ b.reshape(0, 2),
        "logsumexp_empty": nn.logsumexp,
        "softmax_one": nn.softmax,
        "softmax_inf": lambda x: nn.softmax(x)[0],
        "log_softmax_all_neg_inf": nn.log_softmax,
        "log_softmax_one_neg_inf": lambda x: nn.log_softmax(x)[0],
        "select_beyond_end": lambda x: x[jnp.array(3)],
        "slice_beyond_end": lambda x: x[1:5],
        "stack_nothing": lambda: jnp.stack([]),
        "mse_empty": lambda p, y: jnp.mean((p - y) ** 2),
        "mae_equal": lambda p, y: jnp.abs(p - y),
        "xent_one_class": xent(0),
        "xent_true_neg_inf": xent(1),
        "xent_other_neg_inf": xent(0),
        "xent_target_high": xent(2),
    }


def in_tf():
    import tensorflow as tf
    from tensorflow import nn
    from tensorflow import keras
    from tensorflow.keras import losses

    def xent(target):
        return lambda x: nn.sparse_softmax_cross_entropy_with_logits(target, x)

    def each(loss):
        return lambda p, y: loss(y[:, None], p[:, None])

    def all_ignored(x):
        each = losses.sparse_categorical_crossentropy([1], x[None], from_logits=True, ignore_class=1)
        return tf.reduce_mean(each)

    def bce_logits(x, y):
        return nn.sigmoid_cross_entropy_with_logits(y, x)

    def layer_norm(epsilon):
        layer = keras.layers.LayerNormalization(epsilon=epsilon, scale=False, center=False, dtype="float64")
        return lambda x: layer(x[None])[0]

    return {
        "exp_overflow": tf.exp,
        "x_ln_x_at_0": lambda x: x * tf.math.log(x),
        "mul_0_inf": tf.multiply,
        "clamp_crossed": lambda x: tf.clip_by_value(x, 2, 1),
        "dropout_p0": lambda x: nn.dropout(x, 0.0),
        "dropout_p1": lambda x: nn.dropout(x, 1.0),
        "softsign_at_inf": nn.softsign,
        "layer_norm_constant": lambda x: layer_norm(1e-3)(x)[0],
        "layer_norm_constant_no_epsilon": lambda x: layer_norm(0.0)(x)[0],
        "layer_norm_one": layer_norm(1e-3),
        "sum_axis_empty": lambda x: tf.reduce_sum(tf.reshape(x, [2, 0]), 1),
        "mean_axis_empty": lambda x: tf.reduce_mean(tf.reshape(x, [2, 0]), 1),
        "norm_overflow": tf.norm,
        "matmul_empty": lambda a, b: tf.reshape(a, [1, 0]) @ tf.reshape(b, [0, 2]),
        "logsumexp_empty": tf.reduce_logsumexp,
        "softmax_one": nn.softmax,
        "softmax_inf": lambda x: nn.softmax(x)[0],
        "log_softmax_all_neg_inf": nn.log_softmax,
        "log_softmax_one_neg_inf": lambda x: nn.log_softmax(x)[0],
        "select_beyond_end": lambda x: x[3],
        "slice_beyond_end": lambda x: x[1:5],
        "stack_nothing": lambda: tf.stack([]),
        "mse_empty": lambda p, y: tf.reduce_mean((p - y) ** 2),
        "mae_equal": each(losses.mean_absolute_error),
        "huber_at_delta": each(losses.huber),
        "xent_one_class": xent(0),
        "xent_true_neg_inf": xent(1),
        "xent_other_neg_inf": xent(0),
        "xent_all_ignored": all_ignored,
        "xent_target_high": xent(2),
        "bce_logits_extreme": bce_logits,
        "bce_logits_inf": bce_logits,
        "bce_at_0_1": each(losses.binary_crossentropy),
        "bce_outside": each(losses.binary_crossentropy),
    }


FUNCTIONS = {"torch": in_torch, "jax": in_jax, "tf": in_tf}


def main():
    parser = caseio.arguments(__doc__.split("\n")[0])
    parser.add_argument("framework", choices=FUNCTIONS)
    options = parser.parse_args()
    path = options.cases / "edge" / f"extra_{options.framework}.json"
    version, _, differentiate = edge.LIBRARIES[options.framework]()
    functions = FUNCTIONS[options.framework]()
    results = {point: edge.at_point(differentiate, functions[point], inputs.values())
               for point, inputs in POINTS.items() if point in functions}
    if options.write:
        inputs = {point: {name: edge.plain(x) for name, x in given.items()} for point, given in POINTS.items()}
        record = {"framework": options.framework, "version": version, "inputs": inputs, "results": results}
        path.write_text(json.dumps(record, indent=1) + "\n")
    stored = json.loads(path.read_text())["results"]
    if results.keys() != stored.keys():
        raise SystemExit(f"unknown or missing points: {sorted(results.keys() ^ stored.keys())}")
    failed = [point for point in results if not edge.agree(results[point], stored[point])]
    for point in failed:
        print(f"{point}: {json.dumps(results[point])}, stored {json.dumps(stored[point])}")
    print(f"{options.framework} {version}: {len(results) - len(failed)} of {len(results)} points reproduced")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
