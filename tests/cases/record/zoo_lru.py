"""The layer of LRU-pytorch, recomputed."""

import torch
from LRU_pytorch import LRU
from torch.func import functional_call

import zoo

LIBRARY = {"library": "LRU-pytorch 0.1.3", "licence": "MIT"}


@zoo.case("lru", units=4, params={"nu": (4,), "theta": (4,), "ln_gamma": (4,), "b_re": (3, 4), "b_im": (3, 4), "c_re": (4, 4), "c_im": (4, 4), "d": (3, 4)},
          **LIBRARY)
def lru(x, p, s):
    weights = {"nu_log": p["nu"], "theta_log": p["theta"], "gamma_log": p["ln_gamma"], "B": torch.complex(p["b_re"], p["b_im"]).T,
               "C": torch.complex(p["c_re"], p["c_im"]).T, "D": p["d"].T}
    return functional_call(LRU(3, 4, 4), weights, x), []


if __name__ == "__main__":
    zoo.main(__doc__, f"LRU-pytorch 0.1.3 on torch {torch.__version__} (PyPI), CPU, 1 thread")
