"""The selective scan of mambapy, recomputed: what mamba-ssm computes, which can't be imported without CUDA. Like that it has `Δ·B` for the zero-order hold.
The block around it rounds to single precision; its projections to `Δ`, `B` and `C` are written here."""

import torch
import torch.nn.functional as F
from mambapy.mamba import MambaBlock, MambaConfig

import zoo

LIBRARY = {"library": "mambapy 1.2.0", "licence": "MIT", "variant": "euler"}


@zoo.case("mamba", units=4, params={"w": (3, 4), "p": (4, 1), "q": (1, 4), "w_b": (4, 3), "w_c": (4, 3), "b": (4,), "alpha": (12,), "d": (4,)}, **LIBRARY)
def mamba(x, p, s):
    v = x @ p["w"]
    delta = F.softplus(v @ p["p"] @ p["q"] + p["b"])
    block = MambaBlock(MambaConfig(d_model=4, n_layers=1, expand_factor=1, d_state=3))
    return block.selective_scan(v, delta, -torch.exp(p["alpha"].reshape(4, 3)), v @ p["w_b"], v @ p["w_c"], p["d"]), []


if __name__ == "__main__":
    zoo.main(__doc__, f"mambapy 1.2.0 on torch {torch.__version__} (PyPI), CPU, 1 thread")
