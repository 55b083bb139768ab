"""Quasi-recurrent layer of fastai, recomputed."""

import importlib.util
import sys
import types
from functools import partial
from pathlib import Path
from typing import Optional

import fastai
import torch
from torch.func import functional_call

import zoo

LIBRARY = {"library": f"fastai {fastai.__version__}", "licence": "Apache-2.0"}


class Split:
    """It changes the parts of this product in place, which this torch doesn't allow: it gets copies."""

    def __init__(self, product):
        self.product = product

    def chunk(self, *args, **options):
        return [part.clone() for part in self.product.chunk(*args, **options)]


class Linear(torch.nn.Linear):
    def forward(self, x):
        return Split(super().forward(x))


def loaded(name):
    """A file of the package, which itself imports much more; of its own files this one needs no more than these names."""
    core = {"Module": torch.nn.Module, "Optional": Optional, "Path": Path, "Tensor": torch.Tensor, "nn": torch.nn, "partial": partial,
            "torch": torch, "ifnone": lambda a, b: b if a is None else a}
    sys.modules["fastai.torch_core"] = types.SimpleNamespace(**core, __all__=list(core))
    spec = importlib.util.spec_from_file_location(f"fastai.{name}", Path(*fastai.__path__, *name.split(".")).with_suffix(".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


QRNN = loaded("text.models.qrnn")


# Its forget gate is the one of the new content, 1 − f. It reads x_t before x_{t−1}.
@zoo.case("qrnn", units=4, params={"v": (3, 12), "w": (3, 12), "b": (12,)}, states=[(2, 4), (2, 4), (2, 3)], **LIBRARY)
def qrnn(x, p, s):
    layer = QRNN.QRNNLayer(3, 4, window=2)
    layer.linear, layer.prevX = Linear(6, 12), s[2][:, None]
    turned = torch.tensor([1.0, -1.0, 1.0]).repeat_interleave(4)
    weights = {"linear.weight": (torch.cat([p["w"], p["v"]]) * turned).T, "linear.bias": p["b"] * turned}
    outputs, c = functional_call(layer, weights, (x, s[1]))
    return outputs, [outputs[:, -1], c, x[:, -1]]


if __name__ == "__main__":
    zoo.main(__doc__, f"fastai {fastai.__version__} on torch {torch.__version__} (PyPI), CPU, 1 thread")
