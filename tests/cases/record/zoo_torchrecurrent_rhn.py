"""Recurrent highway cell of torchrecurrent, recomputed. Its file asks for a name that the package has no more, for the layer around the cell, and
its cell can't draw its first weights: both is supplied here, and the step is its own."""

import torch
import torchrecurrent.base

import zoo

torchrecurrent.base.BaseRecurrentLayer = torch.nn.Module

from torchrecurrent.cells import rhn_cell

rhn_cell.RHNCellUnit.init_weights = lambda unit: None

LIBRARY = {"library": "torchrecurrent 0.2.5", "licence": "MIT"}
DEEPER = {f"{l}.{name}": shape for l in (2, 3) for name, shape in (("u", (4, 8)), ("b", (8,)))}

# It has weights of the carry gate, too, which count for nothing where that is 1 − t.
@zoo.case("rhn", units=4, params={"w": (3, 8), "u": (4, 8), "b": (8,)} | DEEPER, states=[(2, 4)], **LIBRARY)
def rhn(x, p, s):
    carry = lambda weights: torch.cat([weights, torch.zeros(*weights.shape[:-1], 4)], -1)
    weights = {"units.0.weight": carry(torch.cat([p["w"], p["u"]])).T, "units.0.bias": carry(p["b"])}
    for l in (1, 2):
        weights |= {f"units.{l}.weight": carry(p[f"{l + 1}.u"]).T, f"units.{l}.bias": carry(p[f"{l + 1}.b"])}
    outputs, h = zoo.over_time(rhn_cell.RHNCell(3, 4, depth=3), weights, x, s[0])
    return outputs, [h]


if __name__ == "__main__":
    zoo.main(__doc__, f"torchrecurrent 0.2.5 on torch {torch.__version__} (PyPI), CPU, 1 thread")
