"""The TF 1 losses, clipping and optimizers and the Keras 2 optimizers, recomputed with TensorFlow 2.15."""

import os

# Without oneDNN, whose functions of f32 are others.
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0"}

import keras
import numpy as np
import tensorflow as tf

import caseio

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.keras.backend.set_floatx("float64")
v1 = tf.compat.v1

EAGER = f"tensorflow-cpu {tf.__version__} tf.keras {keras.__version__}, eager CPU, float64"
GRAPH = f"tensorflow-cpu {tf.__version__} tf.compat.v1 (keras {keras.__version__} legacy cells), CPU, 1 thread"

LOSSES = {
    "losses_absdiff": lambda x, l: v1.losses.absolute_difference(l, x),
    "losses_hinge": lambda x, l: v1.losses.hinge_loss(l, x),
    "losses_huber": lambda x, l: v1.losses.huber_loss(l, x, delta=0.7),
    "losses_mse_weighted": lambda x, l, w: v1.losses.mean_squared_error(l, x, weights=w),
    "sigmoid_ce_logits_extreme": lambda x, l: tf.nn.sigmoid_cross_entropy_with_logits(l, x),
    "softmax_ce_logits_soft": lambda x, l: v1.nn.softmax_cross_entropy_with_logits_v2(l, x),
    "sparse_softmax_ce_logits": lambda x, l: tf.nn.sparse_softmax_cross_entropy_with_logits(l, x),
}
LOSSES["sparse_softmax_ce_logits_extreme"] = LOSSES["sparse_softmax_ce_logits"]

CLIPS = {"clip_by_norm_1": lambda a: [tf.clip_by_norm(a, 1.0)]}
for bound in (0.5, 1.0, 5.0, 1e6):
    def clip(a, b, c, bound=bound):
        clipped, norm = tf.clip_by_global_norm([a, b, c], bound)
        return [*clipped, norm]
    CLIPS[f"clip_by_global_norm_{bound}"] = clip

TF1_OPTIMIZERS = {  # by the start of the case's name: how to build it, and its options' names in the metadata
    "adadelta": (v1.train.AdadeltaOptimizer, {"rho": "rho", "epsilon": "epsilon"}),
    "adagrad": (v1.train.AdagradOptimizer, {"initial_accumulator_value": "initial_accumulator_value"}),
    "adam": (v1.train.AdamOptimizer, {"beta1": "beta1", "beta2": "beta2", "epsilon": "epsilon"}),
    "ftrl": (v1.train.FtrlOptimizer,
             {"l1_regularization_strength": "l1", "l2_regularization_strength": "l2"}),
    "gradient": (v1.train.GradientDescentOptimizer, {}),
    "momentum": (v1.train.MomentumOptimizer, {"momentum": "momentum", "use_nesterov": "nesterov"}),
    "rmsprop": (v1.train.RMSPropOptimizer,
                {"decay": "decay", "momentum": "momentum", "epsilon": "epsilon", "centered": "centered"}),
}

RMSPROP = {"lr": 0.01, "decay": 0.9, "momentum": 0.0, "epsilon": 1e-10, "centered": False}  # TF1's defaults
TF1_RECORDED = {  # what --record makes
    "adam_eps1e-2": {"lr": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-2},
    "gradient_descent": {"lr": 0.1},
    "rmsprop_wide": RMSPROP,
    "rmsprop_centered": RMSPROP | {"decay": 0.5, "centered": True},
    "rmsprop_centered_momentum_wide": RMSPROP | {"decay": 0.8, "momentum": 0.9, "epsilon": 1e-3, "centered": True},
    "rmsprop_momentum_wide": RMSPROP | {"decay": 0.5, "momentum": 0.9},
}

# The numbers that TensorFlow rounds to float32 are float32 numbers here, and so are the powers of Adam's β.
TF1_SPARSE = {
    "adam": {"lr": 0.125, "beta1": 0.25, "beta2": 0.5, "epsilon": 2.0**-20},
    "gradient_descent": {"lr": 0.125},
    "momentum": {"lr": 0.125, "momentum": 0.875, "nesterov": False},
    "momentum_nesterov": {"lr": 0.125, "momentum": 0.875, "nesterov": True},
    "rmsprop": RMSPROP | {"lr": 0.125, "decay": 0.875, "epsilon": 2.0**-20},
    "rmsprop_centered_momentum":
        {"lr": 0.125, "decay": 0.875, "momentum": 0.75, "epsilon": 2.0**-10, "centered": True},
}


def class_name(kind):
    return f"{kind.__module__}.{kind.__qualname__}"


KERAS2_OPTIMIZERS = {class_name(kind): kind for kind in (
    tf.keras.optimizers.Adam, tf.keras.optimizers.AdamW, tf.keras.optimizers.RMSprop, tf.keras.optimizers.SGD,
    tf.keras.optimizers.legacy.Adam, tf.keras.optimizers.legacy.RMSprop, tf.keras.optimizers.legacy.SGD)}

KERAS2_RECORDED = {  # β has few digits: tf.cast makes it a float32, but not everywhere
    "adam_amsgrad": (tf.keras.optimizers.Adam, {"beta_1": 0.875, "beta_2": 0.875, "amsgrad": True}),
    "adamw": (tf.keras.optimizers.AdamW, {"beta_1": 0.875, "beta_2": 0.984375}),
    "legacy_rmsprop_centered": (tf.keras.optimizers.legacy.RMSprop, {"centered": True}),
    "rmsprop_centered": (tf.keras.optimizers.RMSprop, {"centered": True}),
}

KERAS2_SPARSE = {
    "adam": (tf.keras.optimizers.Adam, {"beta_1": 0.875, "beta_2": 0.984375}),
    "legacy_adam": (tf.keras.optimizers.legacy.Adam, {"beta_1": 0.875, "beta_2": 0.984375, "amsgrad": True}),
    "legacy_rmsprop": (tf.keras.optimizers.legacy.RMSprop, {"rho": 0.875}),
    "legacy_rmsprop_momentum": (tf.keras.optimizers.legacy.RMSprop, {"rho": 0.875, "momentum": 0.75}),
    "legacy_sgd_momentum": (tf.keras.optimizers.legacy.SGD, {"momentum": 0.875}),
    "rmsprop_momentum": (tf.keras.optimizers.RMSprop, {"rho": 0.875, "momentum": 0.75, "centered": True}),
    "sgd_nesterov": (tf.keras.optimizers.SGD, {"momentum": 0.875, "nesterov": True}),
}


def function(table):
    """Recomputes the outputs of a function of `table` and their pull-back to the inputs."""
    def recompute(case):
        with tf.Graph().as_default(), v1.Session() as session:
            inputs = {name: tf.constant(array) for name, array in case.group("input.").items()}
            outputs = table[case.name](**inputs)
            outputs = outputs if isinstance(outputs, list) else [outputs]
            upstream = [tf.constant(case.arrays[f"upstream.output_{i}"].reshape(output.shape), output.dtype)
                        for i, output in enumerate(outputs)]
            into = list(case.group("grad."))
            grads = tf.gradients(outputs, [inputs[name] for name in into], upstream)
            outputs, grads = session.run([outputs, grads])
        expected = {f"expected.output_{i}": output for i, output in enumerate(outputs)}
        return expected | {f"grad.{name}": grad for name, grad in zip(into, grads)}
    return recompute


def metadata(sparse=False, **meta):
    licence = "recorded by running Apache-2.0 software; data are our own recordings"
    return meta | {"licence": licence, "sparse_w": sparse}


def keras2_metadata(cases, lr, sparse=False):
    return {name: metadata(sparse, **{"class": class_name(kind), "config": kind(lr, **options).get_config()})
            for name, (kind, options) in cases.items()}


def tf1_metadata(cases, sparse=False):
    return {name: metadata(sparse, dtype="float64", **meta) for name, meta in cases.items()}


def sparse(ids, grad, shape):
    """A gradient as `gather` has it."""
    return tf.IndexedSlices(grad, ids, tf.constant(shape.as_list(), tf.int64))


def tf1_optimizer(case):
    key = next((key for key in TF1_OPTIMIZERS if case.name.startswith(key)), None)
    kind, options = TF1_OPTIMIZERS[key]
    return kind(case.meta["lr"], **{name: case.meta[key] for name, key in options.items() if key in case.meta})


def keras2_optimizer(case):
    config = {name: float(value) if name != "name" and isinstance(value, str) else value
              for name, value in case.meta["config"].items()}
    return KERAS2_OPTIMIZERS[case.meta["class"]].from_config(config)


def tf1_sparse(case):
    """The table after each step."""
    ids, grads = case.arrays["input.ids"], case.arrays["input.grad"]
    with tf.Graph().as_default(), v1.Session() as session:
        table = v1.get_variable("w", initializer=case.arrays["param.w0"])
        rows, grad = v1.placeholder(tf.int64, ids.shape[1:]), v1.placeholder(tf.float64, grads.shape[1:])
        train = tf1_optimizer(case).apply_gradients([(sparse(rows, grad, table.shape), table)])
        session.run(v1.global_variables_initializer())
        path = []
        for step in range(case.meta["steps"]):
            session.run(train, {rows: ids[step], grad: grads[step]})
            path.append(session.run(table))
    return {"expected.w": np.array(path)}


def keras2_sparse(case):
    """The table after each step."""
    optimizer, table, path = keras2_optimizer(case), tf.Variable(case.arrays["param.w0"]), []
    for ids, grad in zip(case.arrays["input.ids"], case.arrays["input.grad"], strict=True):
        optimizer.apply_gradients([(sparse(tf.constant(ids), tf.constant(grad), table.shape), table)])
        path.append(table.numpy())
    return {"expected.w": np.array(path)}


def tf1_trajectory(case):
    """The variables after each step and the optimizer's slots before and after."""
    with tf.Graph().as_default(), v1.Session() as session:
        optimizer = tf1_optimizer(case)
        variables = {n: v1.get_variable(n, initializer=case.arrays[f"param.{n}0"]) for n in ("w", "b")}
        grads = {n: v1.placeholder(v.dtype.base_dtype, v.shape) for n, v in variables.items()}
        train = optimizer.apply_gradients([(grads[n], variables[n]) for n in variables])
        slots = {f"{slot}.{n}": optimizer.get_slot(v, slot)
                 for n, v in variables.items() for slot in optimizer.get_slot_names()}
        session.run(v1.global_variables_initializer())
        path = {f"state.initial.{name}": value for name, value in session.run(slots).items()}
        steps = []
        for step in range(case.meta["steps"]):
            session.run(train, {grads[n]: case.arrays[f"input.grad_{n}"][step] for n in variables})
            steps.append(session.run(variables))
        path |= {f"state.final.{name}": value for name, value in session.run(slots).items()}
    return path | {f"expected.{n}": [step[n] for step in steps] for n in variables}


def keras2_trajectory(case):
    """The variables after each step."""
    optimizer = keras2_optimizer(case)
    variables = {n: tf.Variable(case.arrays[f"param.{n}0"], name=n) for n in ("w", "b")}
    path = {f"expected.{n}": [] for n in variables}
    for step in range(case.meta["steps"]):
        grads = [tf.constant(case.arrays[f"input.grad_{n}"][step]) for n in variables]
        optimizer.apply_gradients(zip(grads, variables.values()))
        for n, variable in variables.items():
            path[f"expected.{n}"].append(variable.numpy())
    return {name: np.array(steps) for name, steps in path.items()}


if __name__ == "__main__":
    caseio.main(__doc__, {
        "keras2_tf1/keras2_optimizers": (EAGER, keras2_trajectory),
        "keras2_tf1/keras2_sparse": (EAGER, keras2_sparse),
        "keras2_tf1/tf1_losses": (GRAPH, function(LOSSES)),
        "keras2_tf1/tf1_optimizers": (GRAPH, tf1_trajectory),
        "keras2_tf1/tf1_sparse": (GRAPH, tf1_sparse),
        "keras2_tf1/tf1_clip": (GRAPH, function(CLIPS)),
    }, {
        "keras2_tf1/tf1_optimizers": tf1_metadata(TF1_RECORDED),
        "keras2_tf1/tf1_sparse": tf1_metadata(TF1_SPARSE, sparse=True),
        "keras2_tf1/keras2_optimizers": keras2_metadata(KERAS2_RECORDED, 0.01),
        "keras2_tf1/keras2_sparse": keras2_metadata(KERAS2_SPARSE, 0.125, sparse=True),
    })
