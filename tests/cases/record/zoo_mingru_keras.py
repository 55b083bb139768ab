"""The layer of mingru-keras (on torch), recomputed: the gate is a σ, the content any number, and both have biases. It has no initial state."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from keras.src.backend.common import dtypes

# Keras computes products of doubles in single precision, but for TensorFlow.
keras.config.set_floatx("float64")
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

from mingru_keras import MinGRU

import zoo

LIBRARY = {"library": "mingru-keras 0.1.3", "licence": "BSD-3-Clause"}


@zoo.case("min_gru", name="min_gru_any_sign", units=4, params={"w": (3, 8), "b": (8,)}, **LIBRARY)
def min_gru(x, p, s):
    layer = MinGRU(4)
    layer.build(x.shape)
    (w_z, w_h), (b_z, b_h) = p["w"].chunk(2, 1), p["b"].chunk(2)
    outputs, _ = layer.stateless_call([w_z, b_z, w_h, b_h], [], x)
    return outputs, [outputs[:, -1]]


if __name__ == "__main__":
    zoo.main(__doc__, f"mingru-keras 0.1.3, keras {keras.__version__} on torch {torch.__version__} (PyPI), CPU, 1 thread")
