"""Cells of Haste, recomputed by the part of it that runs without CUDA."""

import haste_pytorch as haste
import torch
from torch.func import functional_call

import zoo

LIBRARY = {"library": "haste_pytorch_cpu 0.5.5", "licence": "Apache-2.0"}


def igfo(array, units=4):
    """The last axis with gates `i, f, g, o` as it has them: `i, g, f, o`."""
    i, f, g, o = array.split(units, -1)
    return torch.cat([i, g, f, o], -1)


@zoo.case("layer_norm_lstm", units=4, states=[(2, 4), (2, 4)],
          params={"w": (3, 16), "u": (4, 16), "b": (16,), "x.gamma": (16,), "h.gamma": (16,), "c.gamma": (4,), "c.beta": (4,)},
          **LIBRARY)
def layer_norm_lstm(x, p, s):
    layer = haste.LayerNormLSTM(3, 4, batch_first=True)
    weights = {"kernel": igfo(p["w"]), "recurrent_kernel": igfo(p["u"]), "bias": igfo(p["b"]),
               "gamma": torch.stack([igfo(p["x.gamma"]), igfo(p["h.gamma"])]), "gamma_h": p["c.gamma"], "beta_h": p["c.beta"]}
    outputs, (h, c) = functional_call(layer, weights, (x, (s[0][None], s[1][None])))
    return outputs, [h[0], c[0]]


if __name__ == "__main__":
    zoo.main(__doc__, f"haste_pytorch_cpu 0.5.5 on torch {torch.__version__} (PyPI), CPU, 1 thread")
