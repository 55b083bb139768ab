"""The time mixing of rwkv, recomputed: `RWKV.att_one`, called by itself."""

import os
import types

import torch

import zoo

os.environ["RWKV_JIT_ON"] = "0"
from rwkv import model

# A block's layer norm comes before its time mixing; products are in half precision unless told.
model.F = types.SimpleNamespace(layer_norm=lambda x, *_, **__: x)
model.matmul = lambda a, b, *_, **__: a @ b

UNUSED = [None] * 16
PARAMS = {"mu": (3, 3), "w_r": (3, 4), "w_k": (3, 4), "w_v": (3, 4), "omega": (4,), "u": (4,), "w_o": (4, 4)}


def rwkv_case(name, states):
    @zoo.case("rwkv", name=name, units=4, params=PARAMS, states=states, library="rwkv 0.8.32", licence="Apache-2.0")
    def rwkv(x, p, s):
        h, last, *abp = s if s else [None, torch.zeros(2, 3), torch.zeros(2, 4), torch.zeros(2, 4), torch.full((2, 4), -1e30)]
        mu_r, mu_k, mu_v = p["mu"]
        outputs = []
        for x_t in x.unbind(1):
            weights = [p["w_k"], p["w_v"], p["w_r"], p["w_o"]]
            h, last, *abp = step(x_t, last, abp, [mu_k, mu_v, mu_r, -torch.exp(p["omega"]), p["u"]], weights)
            outputs.append(h)
        return torch.stack(outputs, 1), [h, last, *abp]


def step(x, last, abp, vectors, weights):
    """`att_one` adds its input to its output, so it wants `I = H`: made so by a fourth input of 0, and rows of 0 below the weights."""
    wide = lambda a: torch.nn.functional.pad(a, (0, 1))
    tall = lambda a: torch.nn.functional.pad(a, (0, 0, 0, 1))
    x, last = wide(x), wide(last)
    mu, (decay, first) = [wide(m) for m in vectors[:3]], vectors[3:]
    w_k, w_v, w_r, w_o = weights
    out, last, *abp = model.RWKV.att_one(None, x, last, *abp, None, None, *mu, decay, first, tall(w_k), tall(w_v), tall(w_r), w_o, *UNUSED)
    return out - x, last[:, :3], *abp


rwkv_case("rwkv", [(2, 4), (2, 3), (2, 4), (2, 4), (2, 4)])
rwkv_case("rwkv_from_zeros", [])


if __name__ == "__main__":
    zoo.main(__doc__, f"rwkv 0.8.32 on torch {torch.__version__} (PyPI), CPU, 1 thread")
