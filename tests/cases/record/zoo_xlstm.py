"""Cells of xlstm, recomputed: its step functions in torch (`vanilla`, `simple`). Where it differs from the paper, the comment says so."""

import importlib.util
import math
from pathlib import Path

import torch

import zoo

# The package itself imports kernels for GPUs; the two files need nothing but torch.
PACKAGE = Path(importlib.util.find_spec("xlstm").submodule_search_locations[0])


def module(path):
    """One file of the package, without what the package imports."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, PACKAGE / path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


slstm_pointwise = module("blocks/slstm/src/vanilla/slstm.py").slstm_forward_pointwise
mlstm_step = module("blocks/mlstm/backends.py").recurrent_step_stabilized_simple

LIBRARY = {"library": "xlstm 2.0.6", "licence": "Apache-2.0"}


def slstm_case(heads, from_states, name):
    h, d = 4, 4 // heads
    params = {"w": (3, 4 * h), "u": (h, 4 * d), "b": (4 * h,)}
    states = [(2, h)] * 4 if from_states else []
    about = {} if heads == 1 else {"variant": f"{heads} heads"}

    @zoo.case("slstm", name=name, units=h, params=params, states=states, **about, **LIBRARY)
    def slstm(x, p, s):
        # From zeros, `n` is 0 everywhere, and the library takes the input gate for `m`.
        state = torch.stack(s) if s else torch.zeros(4, x.shape[0], h)
        outputs = []
        blocks = p["u"].reshape(heads, d, 4, d)
        for x_t in x.unbind(1):
            by_head = torch.einsum("bkd,kdge->bgke", state[0].reshape(-1, heads, d), blocks)
            state, _ = slstm_pointwise(x_t @ p["w"], by_head.reshape(-1, 4 * h), p["b"], state, {})
            outputs.append(state[0])
        return torch.stack(outputs, 1), list(state)


slstm_case(1, True, "slstm")
slstm_case(1, False, "slstm_from_zeros")
slstm_case(2, True, "slstm_heads")


@zoo.case("mlstm", units=4, params={"w": (3, 16), "b": (16,), "w_g": (3, 2), "b_g": (2,)},
          states=[(2, 4), (2, 16), (2, 4), (2, 1)], **LIBRARY)
def mlstm(x, p, s):
    # The paper's equations around the library's step. Its C is ours transposed, its eps is set to 0, and it divides all of k by √H,
    # where the paper leaves the bias as it is.
    h, c, n, m = s
    c, n, m = c.reshape(2, 1, 4, 4).mT, n.reshape(2, 1, 4, 1), m.reshape(2, 1, 1, 1)
    outputs = []
    for x_t in x.unbind(1):
        q, k, v, a_o = (x_t @ p["w"]).chunk(4, -1)
        b_q, b_k, b_v, b_o = p["b"].chunk(4)
        g = (x_t @ p["w_g"] + p["b_g"]).reshape(2, 1, 2)
        row = lambda y: y.reshape(2, 1, 1, 4)
        read, (c, n, m) = mlstm_step(c, n, m, row(q + b_q), row(k + math.sqrt(4) * b_k), row(v + b_v),
                                     g[..., None, :1], g[..., None, 1:], eps=0.0)
        h = torch.sigmoid(a_o + b_o) * read.reshape(2, 4)
        outputs.append(h)
    return torch.stack(outputs, 1), [h, c.mT.reshape(2, 16), n.reshape(2, 4), m.reshape(2, 1)]


if __name__ == "__main__":
    zoo.main(__doc__, f"xlstm 2.0.6 on torch {torch.__version__} (PyPI), CPU, 1 thread")
