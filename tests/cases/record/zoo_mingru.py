"""Cells of minGRU-pytorch, recomputed. Its linear layers have no biases: ours are a column of the weights for an input that is always 1.

Without an initial state it computes all steps at once, by logarithms, and begins from 0 as we do. With one, minLSTM's way for all steps begins from `g(h_0)`,
its way for one step from `h_0`: the step is what is recorded."""

import torch
from minGRU_pytorch.minGRU import minGRU
from minGRU_pytorch.minLSTM import minLSTM
from torch.func import functional_call

import zoo

LIBRARY = {"library": "minGRU-pytorch 0.2.1", "licence": "MIT", "variant": "positive"}


def layer(module, x, p, order):
    """The module, four inputs wide and with our weights, as a function of some steps and perhaps the `h` before them."""
    gates = torch.cat([p["w"], p["b"][None]]).chunk(len(order), 1)
    weight = torch.cat([gates[i] for i in order], 1).T
    name = "to_hidden_and_gate.weight" if len(order) == 2 else "to_hidden_and_f_i_gate.weight"
    wide = torch.cat([x, torch.ones_like(x[..., :1])], -1)
    return lambda steps, h=None: functional_call(module, {name: weight}, (wide[:, steps], h))


def all_steps(run, s):
    if not s:
        outputs = run(slice(None))
        return outputs, [outputs[:, -1]]
    h, outputs = s[0][:, None], []
    for t in range(5):
        h = run(slice(t, t + 1), h)
        outputs.append(h)
    return torch.cat(outputs, 1), [h[:, 0]]


@zoo.case("min_gru", units=4, params={"w": (3, 8), "b": (8,)}, **LIBRARY)
@zoo.case("min_gru", name="min_gru_from_a_state", units=4, params={"w": (3, 8), "b": (8,)}, states=[(2, 4)], **LIBRARY)
def min_gru(x, p, s):
    return all_steps(layer(minGRU(4), x, p, [1, 0]), s)


@zoo.case("min_lstm", units=4, params={"w": (3, 12), "b": (12,)}, **LIBRARY)
@zoo.case("min_lstm", name="min_lstm_from_a_state", units=4, params={"w": (3, 12), "b": (12,)}, states=[(2, 4)], **LIBRARY)
def min_lstm(x, p, s):
    return all_steps(layer(minLSTM(4), x, p, [2, 0, 1]), s)


if __name__ == "__main__":
    zoo.main(__doc__, f"minGRU-pytorch 0.2.1 on torch {torch.__version__} (PyPI), CPU, 1 thread")
