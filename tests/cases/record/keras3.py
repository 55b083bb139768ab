"""The Keras 3 activations, losses and optimizer trajectories, recomputed on the JAX backend in float64."""

import os

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"}

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

import caseio

keras.config.set_floatx("float64")
# Keras 3 rounds to float32 on every backend but TensorFlow: this table is the only place.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
SOURCE = f"keras {keras.__version__} + jax {jax.__version__} (PyPI), CPU, float64"

OPTIMIZERS = {name.lower(): getattr(keras.optimizers, name) for name in (
    "Adadelta", "Adagrad", "Adam", "AdamW", "Ftrl", "Lion", "Nadam", "RMSprop", "SGD")}

RECORDED = {  # what --record makes: the first word is the optimizer
    "adam_amsgrad_wide": {"learning_rate": 0.01, "beta_2": 0.9, "amsgrad": True},
    "adam_wd": {"learning_rate": 0.01, "weight_decay": 0.05},
    "adamw": {"learning_rate": 0.01},
    "rmsprop_wide": {"learning_rate": 0.01},
    "rmsprop_centered_wide": {"learning_rate": 0.01, "centered": True},
    "rmsprop_centered_momentum": {"learning_rate": 0.01, "rho": 0.8, "centered": True, "momentum": 0.9},
    "sgd_nesterov_wide": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
}


def activation(case):
    """An activation and its pull-back."""
    y, pull_back = jax.vjp(keras.activations.get(case.meta["activation"]), jax.numpy.asarray(case.arrays["input.x"]))
    (grad,) = pull_back(jax.numpy.asarray(case.arrays["upstream.y"]))
    return {"expected.y": y, "grad.x": grad}


def loss(case):
    """A loss and its gradient with respect to the predictions."""
    name, config = case.meta["loss"], case.meta["config"]
    if name == "Huber":  # Keras leaves delta out of the configuration; the cases were made with 0.7
        config = config | {"delta": 0.7}
    if not hasattr(keras.losses, name):
        raise KeyError(name)
    function = getattr(keras.losses, name).from_config(config)
    inputs = case.group("input.")

    def of(y_pred):
        return function(inputs["y_true"], y_pred, sample_weight=inputs.get("sample_weight"))

    value, pull_back = jax.vjp(of, jax.numpy.asarray(inputs["y_pred"]))
    (grad,) = pull_back(jax.numpy.asarray(case.arrays["upstream.loss"]).reshape(value.shape))
    return {"expected.loss": value, "grad.y_pred": grad}


def kind_of(name):
    return OPTIMIZERS[name.split("_")[0]]


def metadata(name, options):
    config = kind_of(name)(name=name, **options).get_config()
    return {"config": config, "licence": "recorded by running Apache-2.0 software; data are our own recordings"}


def trajectory(case):
    """The parameters after each step, the learning rate of each step and the final state."""
    keras.utils.clear_session()
    params = [keras.Variable(case.arrays[f"param.{n}0"], name=n) for n in ("w", "b")]
    optimizer = kind_of(case.name).from_config(dict(case.meta["config"]))
    optimizer.build(params)
    path = {"expected.lr_before_step": [], "expected.w": [], "expected.b": []}
    for step in range(case.meta["steps"]):
        path["expected.lr_before_step"].append(float(optimizer.learning_rate))
        grads = [keras.ops.convert_to_tensor(case.arrays[f"input.grad_{p.name}"][step]) for p in params]
        optimizer.apply(grads)
        for param in params:
            path[f"expected.{param.name}"].append(np.array(param.value))
    for variable in optimizer.variables:
        path["state.final." + variable.path.replace("/", ".")] = np.array(variable.value)
    return path


if __name__ == "__main__":
    trajectories = {name: metadata(name, options) for name, options in RECORDED.items()}
    caseio.main(__doc__, {"keras3/activations": (SOURCE, activation), "keras3/losses": (SOURCE, loss),
                          "keras3/optimizers": (SOURCE, trajectory)}, {"keras3/optimizers": trajectories})
