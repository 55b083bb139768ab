"""The selective scan of lrnnx with the zero-order hold, recomputed: its plain function in torch. Its projections to `Δ`, `B` and `C` are written here."""

import importlib.util
import sys
import types
from pathlib import Path

import torch

import zoo

# The package itself, and its file, import kernels for GPUs; the function needs nothing but torch. It computes in single precision unless `float` is double.
PACKAGE = Path(importlib.util.find_spec("lrnnx").submodule_search_locations[0])
sys.modules["lrnnx.ops"] = module = types.ModuleType("lrnnx.ops")
module.__path__ = [str(PACKAGE / "ops")]
sys.modules["selective_scan_cuda"] = types.ModuleType("selective_scan_cuda")
torch.Tensor.float = torch.Tensor.double

from lrnnx.ops.selective_scan import selective_scan_ref

LIBRARY = {"library": "lrnnx 1.0.0.post1", "licence": "MIT"}
H, N = 4, 16


PARAMS = {"w": (3, H), "p": (H, 1), "q": (1, H), "w_b": (H, N), "w_c": (H, N), "b": (H,), "alpha": (H * N,), "d": (H,)}

# It begins from zeros.
@zoo.case("mamba", name="mamba_zero_order_hold", units=H, params=PARAMS, **LIBRARY)
def mamba(x, p, s):
    v = x @ p["w"]
    u, delta, b, c = (y.mT for y in (v, v @ p["p"] @ p["q"], v @ p["w_b"], v @ p["w_c"]))
    outputs, state = selective_scan_ref(u, delta, -torch.exp(p["alpha"].reshape(H, N)), b, c, p["d"], delta_bias=p["b"], delta_softplus=True,
                                        return_last_state=True, discretization="zoh")
    return outputs.mT, [outputs[..., -1], state.reshape(2, -1)]


if __name__ == "__main__":
    zoo.main(__doc__, f"lrnnx 1.0.0.post1 on torch {torch.__version__} (PyPI), CPU, 1 thread")
