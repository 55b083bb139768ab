"""Cells of ncps, recomputed: the liquid time constant, and its closed form."""

import torch
from ncps.torch import CfCCell, LTCCell
from ncps.wirings import FullyConnected

import zoo

LIBRARY = {"library": "ncps 1.0.1", "licence": "Apache-2.0"}


CLOSED = {"w": (3, 4), "u": (4, 4), "b": (4,), "v": (4, 12), "b_v": (12,)}

# Where the time is 1, its two heads of the gate add up to the paper's −f.
@zoo.case("cfc", units=4, params=CLOSED, states=[(2, 4)], **LIBRARY)
def cfc(x, p, s):
    (f, g, k), (b_f, b_g, b_k) = p["v"].T.chunk(3), p["b_v"].chunk(3)
    weights = {"backbone.0.weight": torch.cat([p["w"], p["u"]]).T, "backbone.0.bias": p["b"]}
    heads = {"ff1": (k, b_k), "ff2": (g, b_g), "time_a": (-f, -b_f), "time_b": (0 * f, 0 * b_f)}
    weights |= {f"{head}.weight": weight for head, (weight, _) in heads.items()}
    weights |= {f"{head}.bias": bias for head, (_, bias) in heads.items()}
    outputs, h = zoo.over_time(At(CfCCell(3, 4, backbone_units=4), 1.0), under("cell", weights), x, s[0])
    return outputs, [h]


LIQUID = {f"{name}_x": (3, 4) for name in "wsme"} | {name: (4, 4) for name in "wsme"} | {"c": (4,), "g_l": (4,), "v_l": (4,)}

# Its 1e-8, which keeps from dividing by 0 what cannot be 0 here, is left out.
@zoo.case("ltc", units=4, params=LIQUID, states=[(2, 4)], **LIBRARY)
def ltc(x, p, s):
    cell = LTCCell(FullyConnected(4), 3, input_mapping=None, output_mapping=None, epsilon=0.0, implicit_param_constraints=True)
    names = {"w": "w", "s": "sigma", "m": "mu", "e": "erev"}
    weights = {theirs: p[ours] for ours, theirs in names.items()}
    weights |= {f"sensory_{theirs}": p[f"{ours}_x"] for ours, theirs in names.items()}
    weights |= {"cm": p["c"], "gleak": p["g_l"], "vleak": p["v_l"]}
    weights |= {"sparsity_mask": torch.ones(4, 4), "sensory_sparsity_mask": torch.ones(3, 4)}
    cell._params = weights
    outputs, v = zoo.over_time(At(cell, 1.0), {}, x, s[0])
    return outputs, [v]


class At(torch.nn.Module):
    """A cell at steps of this length, of which the output is the state."""

    def __init__(self, cell, time):
        super().__init__()
        self.cell, self.time = cell, time

    def forward(self, x, state):
        return self.cell(x, state, self.time)[0]


def under(name, weights):
    return {f"{name}.{key}": value for key, value in weights.items()}


if __name__ == "__main__":
    zoo.main(__doc__, f"ncps 1.0.1 on torch {torch.__version__} (PyPI), CPU, 1 thread")
