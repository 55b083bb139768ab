"""Recurrences of flash-linear-attention, recomputed: its plain functions in torch (`naive`), around which the cells' equations are here."""

import importlib.util
import math
import types
from pathlib import Path

import torch

import zoo

# The package itself imports kernels for GPUs; these files need nothing but torch. They compute in single precision unless `float` is double.
PACKAGE = Path(importlib.util.find_spec("fla").submodule_search_locations[0])
torch.Tensor.float = torch.Tensor.double
DOUBLE = types.SimpleNamespace(**vars(torch) | {"float": torch.float64, "float32": torch.float64})


def naive(name):
    spec = importlib.util.spec_from_file_location(name, PACKAGE / f"ops/{name}/naive.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    loaded.torch = DOUBLE
    return loaded


LIBRARY = {"library": "fla-core 0.6.0", "licence": "MIT"}
H = 4


@zoo.case("delta_net", units=H, params={"w": (3, 3 * H), "w_beta": (3, 1)}, states=[(2, H), (2, H * H)], **LIBRARY)
def delta_net(x, p, s):
    k, v, q = (x @ p["w"]).chunk(3, -1)
    normalised = lambda y: (y := torch.nn.functional.elu(y) + 1) / y.sum(-1, keepdim=True)
    heads = lambda y: y[:, None]
    state = s[1].reshape(2, 1, H, H).mT
    outputs, state = naive("delta_rule").delta_rule_recurrence(
        math.sqrt(H) * heads(normalised(q)), heads(normalised(k)), heads(v), heads(torch.sigmoid(x @ p["w_beta"])), state)
    return outputs[:, 0], [outputs[:, 0, -1], state.mT.reshape(2, -1)]


@zoo.case("gla", units=5, params={"w_q": (3, 3), "w_k": (3, 3), "w_v": (3, 5), "a_1": (3, 16), "a_2": (16, 3), "b": (3,)},
          states=[(2, 5), (2, 15)], **LIBRARY)
def gla(x, p, s):
    heads = lambda y: y[:, :, None]
    q, k, v = (heads(x @ p[w]) for w in ["w_q", "w_k", "w_v"])
    decay = torch.nn.functional.logsigmoid(x @ p["a_1"] @ p["a_2"] + p["b"]) / 16
    outputs, state = naive("gla").naive_recurrent_gla(
        math.sqrt(3) * q, k, v, heads(decay), s[1].reshape(2, 1, 5, 3).mT, output_final_state=True)
    return outputs[:, :, 0], [outputs[:, -1, 0], state.mT.reshape(2, -1)]


def retention_case(name, units, heads):
    about = {} if heads == 1 else {"variant": f"{heads} heads of retention"}
    d = units // heads

    @zoo.case("retention", name=name, units=units, params={"w": (3, 3 * units)}, **about, **LIBRARY)
    def retention(x, p, _):
        q, k, v = ((x @ w).reshape(*x.shape[:2], heads, d).transpose(1, 2) for w in p["w"].chunk(3, 1))
        theta = 10000.0 ** (-2 * torch.arange(d // 2) / d)
        angles = torch.arange(1, x.shape[1] + 1)[:, None] * theta

        def turned(y):
            a, b, rest = y.split([d // 2, d // 2, d % 2], -1)
            return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos(), rest], -1)

        outputs = naive("retention").naive_retention(turned(q), turned(k), v).transpose(1, 2).reshape(*x.shape[:2], units)
        return outputs, [outputs[:, -1]]


retention_case("retention", 5, 1)
retention_case("retention_heads", 8, 2)


if __name__ == "__main__":
    zoo.main(__doc__, f"fla-core 0.6.0 on torch {torch.__version__} (PyPI), CPU, 1 thread")
