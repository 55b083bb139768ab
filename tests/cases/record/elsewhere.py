"""Functions computed outside of torch, as operations of torch: for libraries with an automatic differentiation of their own."""

import os
import pathlib
import subprocess
import tempfile

import numpy as np
import torch


class Elsewhere(torch.autograd.Function):
    """`function` takes arrays of NumPy and gives its results, and a function from the gradients by these to those by the arrays."""

    @staticmethod
    def forward(ctx, function, *inputs):
        results, ctx.pull = function(*(array.detach().numpy() for array in inputs))
        return tuple(torch.tensor(result) for result in results)

    @staticmethod
    def backward(ctx, *upstream):
        return None, *(torch.tensor(grad) for grad in ctx.pull(*(array.numpy() for array in upstream)))


def compute(function, *inputs):
    return Elsewhere.apply(function, *inputs)


def in_other_python(variable, script, *options):
    """A script of this folder as such a function. It runs in the Python named by this variable of the environment, for libraries whose last
    version is for an older one, with these options and the names of a file of arrays to read and one to write: from `input.*`, and `upstream.*` if
    gradients are asked for, it computes `result.*` and `grad.*`, all by their number."""
    def run(inputs, upstream=()):
        with tempfile.TemporaryDirectory() as folder:
            read, write = (os.path.join(folder, name) for name in ("read.npz", "write.npz"))
            arrays = {f"input.{i}": a for i, a in enumerate(inputs)} | {f"upstream.{i}": a for i, a in enumerate(upstream)}
            np.savez(read, **arrays)
            here = pathlib.Path(__file__).resolve().parent
            subprocess.run([os.environ[variable], here / script, *options, read, write], check=True)
            with np.load(write) as file:
                arrays = dict(file)
        numbered = lambda kind: [arrays[f"{kind}.{i}"] for i in range(sum(name.startswith(f"{kind}.") for name in arrays))]
        return numbered("result"), numbered("grad")

    return lambda *inputs: (run(inputs)[0], lambda *upstream: run(inputs, upstream)[1])
