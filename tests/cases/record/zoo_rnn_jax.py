"""The Lipschitz RNN of rnn-jax, recomputed. Two things of its cell differ from the paper, and both can be set right from outside:

It subtracts `γ` where the paper has `γ·h`. The cell computes with whatever it is given as `γ`, so it is given that vector, anew in each step.

Its tanh reads the `z` that the step before left in the state, and the `z` of this step is left for the next one. So it is called twice: first
for the `z` of this step, then, with that in its state, for `h`. Gradients go through both calls."""

import importlib.util
import sys
import types
from pathlib import Path

import equinox as eqx
import jax
import numpy as np

import elsewhere
import zoo

jax.config.update("jax_enable_x64", True)

# The package of all cells needs Python 3.12; this file doesn't.
PACKAGE = Path(importlib.util.find_spec("rnn_jax").submodule_search_locations[0])
sys.modules["rnn_jax.cells"] = module = types.ModuleType("rnn_jax.cells")
module.__path__ = [str(PACKAGE / "cells")]

from rnn_jax.cells.lipschitz import LipschitzRNNCell

LIBRARY = {"library": "rnn-jax 0.0.2", "licence": "MIT"}
BETA, GAMMA, EPSILON = 0.75, 0.001, 0.03


def outputs(x, h, m, n, w, b):
    """All outputs `[T, H]` of one row. A vector is a column there, so matrices are transposed."""
    def cell():
        blank = LipschitzRNNCell(3, 4, BETA, GAMMA * h, BETA, GAMMA * h, EPSILON, 1.0, key=jax.random.key(0))
        return eqx.tree_at(lambda c: (c.M_a, c.M_w, c.W_in, c.b), blank, (m.T, n.T, w.T, b))

    steps = []
    for x_t in x:
        (_, z), _ = cell()(x_t, (h, jax.numpy.zeros(4)))
        _, h = cell()(x_t, (h, z))
        steps.append(h)
    return jax.numpy.stack(steps)


def in_jax(*arrays):
    result, pull = jax.vjp(jax.vmap(outputs, (0, 0, None, None, None, None)), *arrays)
    return [np.array(result)], lambda upstream: [np.array(grad) for grad in pull(upstream)]


@zoo.case("lipschitz_rnn", units=4, params={"m": (4, 4), "n": (4, 4), "w": (3, 4), "b": (4,)}, states=[(2, 4)], **LIBRARY)
def lipschitz_rnn(x, p, s):
    result, = elsewhere.compute(in_jax, x, s[0], p["m"], p["n"], p["w"], p["b"])
    return result, [result[:, -1]]


if __name__ == "__main__":
    zoo.main(__doc__, f"rnn-jax 0.0.2 on JAX {jax.__version__} (PyPI), CPU")
