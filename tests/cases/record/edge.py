"""Value and gradient at singular points in PyTorch, JAX and TensorFlow: edge_{torch,jax,tf}.json.

A point is a function at some inputs. Recorded are its value, the gradients of the sum of that value
with respect to the inputs, or the error."""

import json
import math
import os
import sys

import numpy as np

import caseio

INF, NAN = math.inf, math.nan

# The inputs are not in the recordings: these give what was recorded, in all three libraries.
POINTS = {
    "relu_at_0": ("relu", [-1, -0.0, 0, 1, NAN]),
    "abs_at_0": ("abs", [-1, -0.0, 0, 1, NAN]),
    "sqrt_at_0": ("sqrt", [0, 4, -1]),
    "log_at_0": ("log", [0, 1, -1]),
    "norm_at_0": ("norm", [0, 0]),
    "maximum_tie": ("maximum", [1, 2, NAN, 0], [1, 3, 1, -0.0]),
    "minimum_tie": ("minimum", [1, 2, NAN], [1, 3, 1]),
    "clip_at_bounds": ("clip", [-2, -1, 0, 1, 2, NAN]),
    "reduce_max_ties": ("max", [1, 3, 3]),
    "reduce_max_all_equal": ("max", [2, 2, 2, 2]),
    "reduce_max_nan": ("max", [1, NAN, 3]),
    "reduce_prod_one_zero": ("prod", [2, 0, 3]),
    "reduce_prod_two_zeros": ("prod", [0, 0, 3]),
    "pow_0_0": ("pow", [0, 0, 0, -2, 1], [0, 1, 2, 2, NAN]),
    "div_0": ("div", [1, 0, -1], [0, 0, 0]),
    "where_untaken_nan": ("sqrt where positive", [-1, 0, 4]),
    "sigmoid_extreme": ("sigmoid", [-1000, -745, 0, 40, 1000, INF, -INF]),
    "softplus_extreme": ("softplus", [-1000, -40, 0, 40, 1000]),
    "tanh_extreme": ("tanh", [-1000, -20, 0, 20, 1000, INF]),
    "logsumexp_neg_inf": ("logsumexp", [-INF, -INF]),
    "logsumexp_inf": ("logsumexp", [INF, 0]),
    "softmax_all_neg_inf": ("softmax, entry 0", [-INF, -INF]),
    "softmax_one_neg_inf": ("softmax, entry 0", [0, -INF, 1]),
    "xent_extreme": ("cross-entropy, target 1", [1000, -1000, 0]),
    "elu_at_0": ("elu", [-1, 0, 1]),
    "leaky_relu_at_0": ("leaky relu", [-1, 0, 1]),
    "hard_sigmoid": ("hard sigmoid", [-3, -2.5, -1, 0, 1, 2.5, 3]),
    "round_half": ("round", [0.5, 1.5, 2.5, -0.5, -1.5]),
    "sign_0": ("sign", [-2, 0, 2]),
    "sum_empty": ("sum", []),
    "mean_empty": ("mean", []),
    "reduce_max_empty": ("max", []),
    "gather_oob_negative": ("entry -1", [1, 2, 3]),
    "gather_oob_high": ("entry 3", [1, 2, 3]),
}


def with_torch():
    import torch
    from torch.nn import functional as F

    functions = {
        "relu": torch.relu, "abs": torch.abs, "sqrt": torch.sqrt, "log": torch.log,
        "norm": torch.linalg.norm,
        "maximum": torch.maximum, "minimum": torch.minimum, "clip": lambda x: x.clamp(-1, 1),
        "pow": torch.pow, "div": torch.div,
        "sqrt where positive": lambda x: torch.where(x > 0, x.sqrt(), 0.0),
        "sigmoid": torch.sigmoid, "softplus": F.softplus, "tanh": torch.tanh, "elu": F.elu,
        "leaky relu": F.leaky_relu, "hard sigmoid": F.hardsigmoid, "round": torch.round, "sign": torch.sign,
        "max": torch.amax, "prod": torch.prod, "sum": torch.sum, "mean": torch.mean,
        "logsumexp": lambda x: x.logsumexp(0), "softmax, entry 0": lambda x: x.softmax(0)[0],
        "cross-entropy, target 1": lambda x: F.cross_entropy(x, torch.tensor(1)),
        "entry -1": lambda x: x[torch.tensor([-1])],
        "entry 3": lambda x: x.index_select(0, torch.tensor([3])),
    }

    def differentiate(function, inputs):
        inputs = [torch.tensor(x, requires_grad=True) for x in inputs]
        value = function(*inputs)
        grads = torch.autograd.grad(value.sum(), inputs)
        return value.detach().numpy(), [grad.numpy() for grad in grads]

    return torch.__version__, functions, differentiate


def with_jax():
    os.environ |= {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"}
    import jax
    from jax import nn, numpy as jnp

    functions = {
        "relu": nn.relu, "abs": jnp.abs, "sqrt": jnp.sqrt, "log": jnp.log, "norm": jnp.linalg.norm,
        "maximum": jnp.maximum, "minimum": jnp.minimum, "clip": lambda x: jnp.clip(x, -1, 1),
        "pow": jnp.power, "div": jnp.divide,
        "sqrt where positive": lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0),
        "sigmoid": nn.sigmoid, "softplus": nn.softplus, "tanh": jnp.tanh, "elu": nn.elu,
        "leaky relu": nn.leaky_relu, "hard sigmoid": nn.hard_sigmoid, "round": jnp.round, "sign": jnp.sign,
        "max": jnp.max, "prod": jnp.prod, "sum": jnp.sum, "mean": jnp.mean,
        "logsumexp": nn.logsumexp, "softmax, entry 0": lambda x: nn.softmax(x)[0],
        "cross-entropy, target 1": lambda x: -nn.log_softmax(x)[1],
        "entry -1": lambda x: x[jnp.array([-1])], "entry 3": lambda x: x[jnp.array([3])],
    }

    def differentiate(function, inputs):
        value, pull_back = jax.vjp(function, *map(jnp.asarray, inputs))
        return value, pull_back(jnp.ones_like(value))

    return jax.__version__, functions, differentiate


def with_tf():
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    import tensorflow as tf
    from tensorflow import nn

    functions = {
        "relu": nn.relu, "abs": tf.abs, "sqrt": tf.sqrt, "log": tf.math.log, "norm": tf.norm,
        "maximum": tf.maximum, "minimum": tf.minimum, "clip": lambda x: tf.clip_by_value(x, -1, 1),
        "pow": tf.pow, "div": tf.divide,
        "sqrt where positive": lambda x: tf.where(x > 0, tf.sqrt(x), tf.zeros_like(x)),
        "sigmoid": nn.sigmoid, "softplus": nn.softplus, "tanh": tf.tanh, "elu": nn.elu,
        "leaky relu": lambda x: nn.leaky_relu(x, 0.01), "hard sigmoid": tf.keras.activations.hard_sigmoid,
        "round": tf.round, "sign": tf.sign,
        "max": tf.reduce_max, "prod": tf.reduce_prod, "sum": tf.reduce_sum, "mean": tf.reduce_mean,
        "logsumexp": tf.reduce_logsumexp, "softmax, entry 0": lambda x: nn.softmax(x)[0],
        "cross-entropy, target 1": lambda x: nn.sparse_softmax_cross_entropy_with_logits(1, x),
        "entry -1": lambda x: tf.gather(x, [-1]), "entry 3": lambda x: tf.gather(x, [3]),
    }

    def differentiate(function, inputs):
        inputs = [tf.constant(x) for x in inputs]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = function(*inputs)
        grads = tape.gradient(value, inputs)
        grads = [None if grad is None else tf.convert_to_tensor(grad).numpy() for grad in grads]
        return value.numpy(), grads

    return tf.__version__, functions, differentiate


LIBRARIES = {"torch": with_torch, "jax": with_jax, "tf": with_tf}


def at_point(differentiate, function, inputs):
    """The record of one point."""
    try:
        value, grads = differentiate(function, [np.array(x, np.float64) for x in inputs])
    except Exception as error:  # whatever the library raises is the record
        return {"error": f"{type(error).__name__}: {str(error)[:120]}"}
    return {"value": plain(value), "grad": [None if grad is None else plain(grad) for grad in grads]}


def plain(array):
    """A flat list, as JSON can hold it."""
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return [names.get(str(x), x) for x in np.asarray(array, np.float64).ravel().tolist()]


def agree(got, stored):
    """Whether two records agree: numbers within the bound, zeros in their sign, errors word by word."""
    if isinstance(got, dict):
        return got.keys() == stored.keys() and all(agree(got[key], stored[key]) for key in got)
    if isinstance(got, list):
        return len(got) == len(stored) and all(map(agree, got, stored))
    if not isinstance(got, float) or not isinstance(stored, float):
        return got == stored
    near = caseio.difference(got, stored) <= caseio.BOUND["float64"]
    return near and math.copysign(1, got) == math.copysign(1, stored)


def main():
    parser = caseio.arguments(__doc__.split("\n")[0])
    parser.add_argument("framework", choices=LIBRARIES)
    options = parser.parse_args()
    path = options.cases / "edge" / f"edge_{options.framework}.json"
    version, functions, differentiate = LIBRARIES[options.framework]()
    results = {point: at_point(differentiate, functions[name], inputs)
               for point, (name, *inputs) in POINTS.items()}
    stored = json.loads(path.read_text())["results"]
    if results.keys() != stored.keys():
        raise SystemExit(f"unknown or missing points: {sorted(results.keys() ^ stored.keys())}")
    failed = [point for point in POINTS if not agree(results[point], stored[point])]
    for point in failed:
        print(f"{point}: {json.dumps(results[point])}, stored {json.dumps(stored[point])}")
    print(f"{options.framework} {version}: {len(POINTS) - len(failed)} of {len(POINTS)} points reproduced")
    if options.write:
        record = {"framework": options.framework, "version": version, "results": results}
        path.write_text(json.dumps(record, indent=1))
    sys.exit(1 if failed and not options.write else 0)


if __name__ == "__main__":
    main()
