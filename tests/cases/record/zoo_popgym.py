"""Legendre memory unit of popgym, recomputed."""

import importlib.util
from pathlib import Path

import torch

import zoo

LIBRARY = {"library": "popgym 1.0.7", "licence": "MIT"}

# The package itself imports environments to play in; this file needs nothing of them.
PACKAGE = Path(importlib.util.find_spec("popgym").submodule_search_locations[0])
SPEC = importlib.util.spec_from_file_location("lmu", PACKAGE / "baselines/models/lmu.py")
LMU = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(LMU)


def legendre(name, order, theta, **variant):
    """It rounds its matrices to single precision: they are computed again, by its function, and left in double."""
    params = {"e_x": (3, 1), "e_h": (4, 1), "e_m": (order, 1), "w": (3, 4), "u": (4, 4), "v": (order, 4)}

    @zoo.case("lmu", name=name, units=4, params=params, states=[(2, 4), (2, order)], x=(2, 9, 3), **variant, **LIBRARY)
    def lmu(x, p, s):
        cell = LMU.LMUCell(3, 4, order, theta)
        theirs = {"e_x": "e_x", "e_h": "e_h", "e_m": "e_m", "w": "W_x", "u": "W_h", "v": "W_m"}
        weights = {theirs[name]: weight.T for name, weight in p.items()}
        weights |= dict(zip("AB", map(torch.tensor, cell.stateSpaceMatrices(order, theta)), strict=True))
        outputs, state = zoo.over_time(cell, weights, x, tuple(s))
        return outputs, state


legendre("lmu_popgym", 4, 100.0)
legendre("lmu_popgym_short_window", 6, 7.5, variant="6 coefficients for 7.5 steps")


if __name__ == "__main__":
    zoo.main(__doc__, f"popgym 1.0.7 on torch {torch.__version__} (PyPI), CPU, 1 thread")
