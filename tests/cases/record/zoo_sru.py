"""The cell of sru, recomputed: the loop that it has for gradients on a CPU. Its loop for inference, in C++, is not compiled."""

import warnings
from unittest import mock

import torch
from torch.func import functional_call

import zoo

with mock.patch("torch.utils.cpp_extension.load"), mock.patch("torch.jit.script", lambda function: function):
    import sru

LIBRARY = {"library": "sru 2.6.0", "licence": "MIT"}


def run(x, p, s):
    inputs, columns = p["w"].shape
    # Ours are the columns of one matrix after the other, theirs those of one unit after the other.
    weight = p["w"].reshape(inputs, columns // 4, 4).transpose(1, 2).reshape(inputs, columns)
    weights = {"weight": weight, "weight_c": p.get("v", torch.zeros(8)), "bias": p["b"]}
    with torch.enable_grad(), warnings.catch_warnings(action="ignore"):
        outputs, c = functional_call(sru.SRUCell(inputs, 4, rescale=False, v1="v" not in p), weights, (x.transpose(0, 1), s[1]))
    outputs = outputs.transpose(0, 1)
    return outputs, [outputs[:, -1], c]


STATES = [(2, 4), (2, 4)]
zoo.case("sru", units=4, params={"w": (3, 16), "v": (8,), "b": (8,)}, states=STATES, **LIBRARY)(run)
zoo.case("sru", name="sru_as_wide", units=4, params={"w": (4, 12), "v": (8,), "b": (8,)}, x=(2, 5, 4), states=STATES, **LIBRARY)(run)
zoo.case("sru_first", units=4, params={"w": (3, 16), "b": (8,)}, states=STATES, **LIBRARY)(run)


if __name__ == "__main__":
    zoo.main(__doc__, f"sru 2.6.0 on torch {torch.__version__} (PyPI), CPU, 1 thread")
