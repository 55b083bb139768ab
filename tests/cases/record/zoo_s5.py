"""The state space of s5-pytorch, recomputed. Its `D` is a vector and ours a matrix: its is 0, and `x·D` is added here. It rounds `B` to single
precision, which is switched off."""

import torch
from s5 import s5_model
from torch.func import functional_call

import zoo

LIBRARY = {"library": "s5-pytorch 0.2.1", "licence": "MIT"}

s5_model.as_complex = torch.view_as_complex


@zoo.case("s5", units=4, x=(2, 5, 4), states=[(2, 4), (2, 4), (2, 4)],
          params={"lambda_re": (4,), "lambda_im": (4,), "ln_delta": (4,), "b_re": (4, 4), "b_im": (4, 4), "c_re": (4, 4), "c_im": (4, 4), "d": (4, 4)}, **LIBRARY)
def s5(x, p, s):
    pair = lambda name: torch.complex(p[f"{name}_re"], p[f"{name}_im"])
    weights = {"Lambda": pair("lambda"), "B": torch.stack([p["b_re"].T, p["b_im"].T], -1), "C": pair("c").T, "D": torch.zeros(4),
               "log_step": p["ln_delta"]}
    module = s5_model.S5(4, 4).seq
    rows = [functional_call(module, weights, row, {"state": state, "return_state": True})
            for row, state in zip(x, torch.complex(s[1], s[2]), strict=True)]
    outputs = torch.stack([row for row, _ in rows]) + x @ p["d"]
    state = torch.stack([state for _, state in rows])
    return outputs, [outputs[:, -1], state.real, state.imag]


if __name__ == "__main__":
    zoo.main(__doc__, f"s5-pytorch 0.2.1 on torch {torch.__version__} (PyPI), CPU, 1 thread")
