"""Cells of ESPnet, recomputed: diagonal state spaces, of which it has the layer of the authors, a convolution; and zoneout, around PyTorch's LSTM."""

import importlib.util
import logging
import sys
import types
from pathlib import Path

import torch
from torch.func import functional_call

import zoo

logging.disable()  # it recommends kernels for GPUs

# The package itself imports much more than the two files that this needs.
PACKAGE = Path(importlib.util.find_spec("espnet2").submodule_search_locations[0])
for name in ("espnet2", "espnet2.asr", "espnet2.asr.state_spaces"):
    sys.modules[name] = module = types.ModuleType(name)
    module.__path__ = [str(PACKAGE.joinpath(*name.split(".")[1:]))]

from espnet2.asr.state_spaces.s4 import S4
from espnet.nets.pytorch_backend.tacotron2.decoder import ZoneOutCell

LIBRARY = {"library": "espnet 202511", "licence": "Apache-2.0"}
H, N = 4, 8


# As many inputs as outputs: our W goes before. What comes after the state space, a function and a product, is left out. The last state has no
# gradient there unless one asks what computes it.
@zoo.case("s4d", units=H, params={"w": (3, H), "alpha": (H * N,), "omega": (H * N,), "ln_delta": (H,), "c_re": (H * N,), "c_im": (H * N,), "d": (H,)},
          states=[(2, H), (2, H * N), (2, H * N)], **LIBRARY)
def s4d(x, p, s):
    each = lambda numbers: numbers.reshape(-1, H, N)
    layer = S4(H, 2 * N, mode="diag", measure="diag-lin", disc="zoh", activation=None, postact=None, transposed=False)
    layer.output_linear, layer.kernel.forward_state = torch.nn.Identity(), layer.kernel.kernel.forward_state
    kernel = {"log_dt": p["ln_delta"], "inv_A_real": each(p["alpha"])[0], "A_imag": each(p["omega"])[0],
              "B": torch.view_as_real(torch.ones(H, N) + 0j), "C": torch.stack([each(p["c_re"]), each(p["c_im"])], -1)}
    weights = {f"kernel.kernel.{name}": weight for name, weight in kernel.items()} | {"D": p["d"][None]}
    outputs, state = functional_call(layer, weights, (x @ p["w"], torch.complex(each(s[1]), each(s[2]))))
    return outputs, [outputs[:, -1], state.real.reshape(2, -1), state.imag.reshape(2, -1)]


# Not in training, where it is chance. It has a rate for each of h and c, once it is made.
@zoo.case("lstm_zoneout", units=H, params={"w_ih": (3, 4 * H), "w_hh": (H, 4 * H), "b": (4 * H,)}, states=[(2, H), (2, H)], **LIBRARY)
def lstm_zoneout(x, p, s):
    cell = ZoneOutCell(torch.nn.LSTMCell(3, H)).eval()
    cell.zoneout_rate = (0.15, 0.5)
    weights = {"weight_ih": p["w_ih"].T, "weight_hh": p["w_hh"].T, "bias_ih": p["b"], "bias_hh": torch.zeros(4 * H)}
    outputs, state = zoo.over_time(cell, {f"cell.{name}": weight for name, weight in weights.items()}, x, tuple(s))
    return outputs, list(state)


if __name__ == "__main__":
    zoo.main(__doc__, f"espnet 202511 on torch {torch.__version__} (PyPI), CPU, 1 thread")
