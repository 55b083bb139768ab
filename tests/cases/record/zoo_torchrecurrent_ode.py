"""Cells of torchrecurrent that step along differential equations. Where one differs from the paper, the comment says so."""

import torch
import torchrecurrent as tr

import zoo

LIBRARY = {"library": "torchrecurrent 0.2.5", "licence": "MIT"}


def turned(p, *names):
    """Our matrices as torchrecurrent has them: a row for each unit."""
    return [p[name].T for name in names]


@zoo.case("ind_rnn", units=4, params={"w": (3, 4), "u": (4,), "b": (4,)}, states=[(2, 4)], **LIBRARY)
def ind_rnn(x, p, s):
    weights = {"weight_ih": p["w"].T, "vector_u": p["u"], "bias_ih": p["b"], "bias_hh": torch.zeros(4)}
    outputs, h = zoo.over_time(tr.IndRNNCell(3, 4, nonlinearity="relu"), weights, x, s[0])
    return outputs, [h]


def elman(p, bias):
    return {"weight_ih": p["w"].T, "weight_hh": p["u"].T, "bias_ih": bias, "bias_hh": torch.zeros_like(bias)}


FAST = {"w": (3, 4), "u": (4, 4), "b": (4,), "alpha": (1,), "beta": (1,)}

@zoo.case("fast_rnn", units=4, params=FAST, states=[(2, 4)], **LIBRARY)
def fast_rnn(x, p, s):
    weights = elman(p, p["b"]) | {"alpha": p["alpha"], "beta": p["beta"]}
    outputs, h = zoo.over_time(tr.FastRNNCell(3, 4), weights, x, s[0])
    return outputs, [h]


FAST_GATED = {"w": (3, 4), "u": (4, 4), "b_z": (4,), "b_h": (4,), "zeta": (1,), "nu": (1,)}

# Its gate is a tanh, unless it is told otherwise; the paper's is σ.
@zoo.case("fast_grnn", units=4, params=FAST_GATED, states=[(2, 4)], **LIBRARY)
def fast_grnn(x, p, s):
    weights = elman(p, torch.cat([p["b_z"], p["b_h"]])) | {"zeta": p["zeta"], "nu": p["nu"]}
    outputs, h = zoo.over_time(tr.FastGRNNCell(3, 4, nonlinearity="sigmoid"), weights, x, s[0])
    return outputs, [h]


ANTISYMMETRIC = {"params": {"w": (3, 4), "u": (4, 4), "b": (4,)}, "states": [(2, 4)]}

@zoo.case("antisymmetric_rnn", units=4, **ANTISYMMETRIC, **LIBRARY)
def antisymmetric_rnn(x, p, s):
    outputs, h = zoo.over_time(tr.AntisymmetricRNNCell(3, 4, epsilon=0.1, gamma=0.1), elman(p, p["b"]), x, s[0])
    return outputs, [h]


GATED = {"params": {"w": (3, 8), "u": (4, 4), "b": (8,)}, "states": [(2, 4)]}

# One bias more, of the content alone.
@zoo.case("gated_antisymmetric_rnn", units=4, **GATED, **LIBRARY)
def gated_antisymmetric_rnn(x, p, s):
    weights = elman(p, p["b"]) | {"bias_hh": torch.zeros(4)}
    outputs, h = zoo.over_time(tr.GatedAntisymmetricRNNCell(3, 4, epsilon=0.1, gamma=0.1), weights, x, s[0])
    return outputs, [h]


COUPLED = {"w": (3, 4), "u": (4, 4), "v": (4, 4), "b": (4,)}

@zoo.case("cornn", units=4, params=COUPLED, states=[(2, 4), (2, 4)], **LIBRARY)
def cornn(x, p, s):
    weights = elman(p, p["b"]) | {"weight_ch": p["v"].T, "bias_ch": torch.zeros(4)}
    cell = tr.coRNNCell(3, 4, dt=0.042, gamma=2.7, epsilon=4.7)
    outputs, (h, c) = zoo.over_time(cell, weights, x, tuple(s))
    return outputs, [h, c]


UNDAMPED = {"w": (3, 4), "u": (4,), "c": (4,), "b": (4,)}

@zoo.case("unicornn", units=4, params=UNDAMPED, states=[(2, 4), (2, 4)], **LIBRARY)
def unicornn(x, p, s):
    weights = elman(p | {"u": p["u"].expand(1, 4)}, p["b"]) | {"weight_hh": p["u"], "weight_ch": p["c"]}
    outputs, (h, c) = zoo.over_time(tr.UnICORNNCell(3, 4, dt=0.19, alpha=30.65), weights, x, tuple(s))
    return outputs, [h, c]


LONG = {"w": (3, 12), "u": (4, 12), "b": (12,), "w_y": (3, 4), "v": (4, 4), "b_y": (4,)}

# Its y_t reads z_{t−1}, where the paper's reads z_t. There is no other place where y_t depends on z_{t−1}, and none where z_t depends on y_t. So it
# is called twice: for z_t, and then for y_t, with z_t in the place of z_{t−1}. Its first gate is the step of y, its second that of z.
@zoo.case("lem", units=4, params=LONG, states=[(2, 4), (2, 4)], **LIBRARY)
def lem(x, p, s):
    def order(gates, *last):
        of_z, of_y, content = gates.chunk(3, -1)
        return torch.cat([of_y, of_z, content, *last], -1)

    weights = {"weight_ih": order(p["w"], p["w_y"]).T, "weight_hh": order(p["u"]).T, "weight_ch": p["v"].T,
               "bias_ih": order(p["b"], p["b_y"]), "bias_hh": torch.zeros(12), "bias_ch": torch.zeros(4)}
    cell = lambda *inputs: torch.func.functional_call(tr.LEMCell(3, 4), weights, inputs)
    (y, z), outputs = s, []
    for x_t in x.unbind(1):
        z = cell(x_t, (y, z))[1]
        y = cell(x_t, (y, z))[0]
        outputs.append(y)
    return torch.stack(outputs, 1), [y, z]


BISTABLE = {"w": (3, 12), "u": (8,), "b": (12,)}

@zoo.case("brc", units=4, params=BISTABLE, states=[(2, 4)], **LIBRARY)
def brc(x, p, s):
    weights = {"weight_ih": p["w"].T, "weight_hh": p["u"], "bias_ih": p["b"], "bias_hh": torch.zeros(8)}
    outputs, h = zoo.over_time(tr.BRCell(3, 4), weights, x, s[0])
    return outputs, [h]

@zoo.case("nbrc", units=4, params=BISTABLE | {"u": (4, 8)}, states=[(2, 4)], **LIBRARY)
def nbrc(x, p, s):
    weights = {"weight_ih": p["w"].T, "weight_hh": p["u"].T, "bias_ih": p["b"], "bias_hh": torch.zeros(8)}
    outputs, h = zoo.over_time(tr.NBRCell(3, 4), weights, x, s[0])
    return outputs, [h]


DELAYED = {"params": {"w": (3, 16), "u": (4, 16), "b": (16,)}, "states": [(2, 4), (2, 40)]}

# The cell is given the state of 10 steps before; its layer would begin from zeros.
@zoo.case("tau_gru", units=4, **DELAYED, x=(2, 13, 3), **LIBRARY)
def tau_gru(x, p, s):
    weights = elman(p, p["b"])
    h, past, outputs = s[0], list(s[1].split(4, 1)), []
    for x_t in x.unbind(1):
        past, h = past[1:] + [h], torch.func.functional_call(tr.tauGRUCell(3, 4), weights, (x_t, h, past[0]))
        outputs.append(h)
    return torch.stack(outputs, 1), [h, torch.cat(past, 1)]


if __name__ == "__main__":
    zoo.main(__doc__, f"torchrecurrent 0.2.5 on torch {torch.__version__} (PyPI), CPU, 1 thread")
