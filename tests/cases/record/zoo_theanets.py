"""Clockwork layer of theanets, recomputed. `THEANO_PYTHON` names a Python with requirements-theano.txt; see clockwork_theanets.py."""

import torch

import elsewhere
import zoo

LIBRARY = {"library": "theanets 0.7.3 on Theano 1.0.5", "licence": "MIT"}

STEPS = elsewhere.in_other_python("THEANO_PYTHON", "clockwork_theanets.py")


# Its matrix is whole, with a mask, and its slowest module the first.
@zoo.case("clockwork", units=8, params={"w": (3, 8), "b": (8,), "u_0": (8, 2), "u_1": (6, 2), "u_2": (4, 2), "u_3": (2, 2)}, x=(2, 11, 3), **LIBRARY)
def clockwork(x, p, s):
    u = torch.cat([torch.nn.functional.pad(p[f"u_{m}"], (0, 0, 2 * m, 0)) for m in range(4)], 1)
    turned = lambda weights: weights.unflatten(-1, (4, 2)).flip(-2).flatten(-2)
    outputs = turned(elsewhere.compute(STEPS, x, turned(p["w"]), turned(turned(u).T).T, turned(p["b"]))[0])
    return outputs, [outputs[:, -1]]


if __name__ == "__main__":
    zoo.main(__doc__, "theanets 0.7.3 on Theano 1.0.5 (PyPI) in Python 3.7, CPU, 1 thread")
