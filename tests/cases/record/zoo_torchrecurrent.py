"""Cells of torchrecurrent, recomputed. Where it differs from the paper, the comment says so, and its numbers are not used."""

import torch
import torchrecurrent as tr

import zoo

LIBRARY = {"library": "torchrecurrent 0.2.5", "licence": "MIT"}


def split(p, gates):
    """Our `w`, `u`, `b` as torchrecurrent has them: a row of a matrix for each unit, and a second bias, of zeros."""
    return {"weight_ih": p["w"].T, "weight_hh": p["u"].T, "bias_ih": p["b"], "bias_hh": torch.zeros(gates)}


@zoo.case("mgu", units=4, params={"w": (3, 8), "u": (4, 8), "b": (8,)}, states=[(2, 4)], **LIBRARY)
def mgu(x, p, s):
    outputs, h = zoo.over_time(tr.MGUCell(3, 4), split(p, 8), x, s[0])
    return outputs, [h]

@zoo.case("janet", units=4, params={"w": (3, 8), "u": (4, 8), "b": (8,)}, states=[(2, 4)], **LIBRARY)
def janet(x, p, s):
    outputs, (h, _) = zoo.over_time(tr.JANETCell(3, 4), split(p, 8), x, (s[0], s[0]))
    return outputs, [h]


@zoo.case("lstm_1997", units=4, params={"w": (3, 12), "u": (4, 12), "b": (12,)}, states=[(2, 4), (2, 4)], **LIBRARY)
def lstm_1997(x, p, s):
    # Its g and h are tanh. The paper's are 4σ(a) − 2 = 2·tanh(a/2) and 2σ(s) − 1 = tanh(s/2): its net with the weights of the
    # content halved, and s/2 as its memory.
    half = torch.tensor([1.0] * 4 + [0.5] * 4 + [1.0] * 4)
    halved = {name: array * half for name, array in p.items()}
    outputs, (h, c) = zoo.over_time(tr.OriginalLSTMCell(3, 4), split(halved, 12), x, (s[0], s[1] / 2))
    return outputs, [h, 2 * c]

@zoo.case("ligru", units=4, params={"w": (3, 8), "u": (4, 8), "b": (8,)}, states=[(2, 4)], **LIBRARY)
def ligru(x, p, s):
    outputs, h = zoo.over_time(tr.LiGRUCell(3, 4), split(p, 8), x, s[0])
    return outputs, [h]

@zoo.case("ugrnn", units=4, params={"w": (3, 8), "u": (4, 8), "b": (8,)}, states=[(2, 4)], **LIBRARY)
def ugrnn(x, p, s):
    outputs, h = zoo.over_time(tr.UGRNNCell(3, 4), split(p, 8), x, s[0])
    return outputs, [h]

@zoo.case("ran", units=4, params={"c.w": (3, 4), "w": (3, 8), "u": (4, 8), "b": (8,)}, states=[(2, 4), (2, 4)], **LIBRARY)
def ran(x, p, s):
    weights = split({"w": torch.cat([p["c.w"], p["w"]], 1), "u": p["u"], "b": p["b"]}, 8)
    outputs, (h, c) = zoo.over_time(tr.RANCell(3, 4), weights, x, (s[0], s[1]))
    return outputs, [h, c]

@zoo.case("minimal_rnn", units=4, params={"z.w": (3, 4), "z.b": (4,), "w": (4, 4), "u": (4, 4), "b": (4,)}, states=[(2, 4)],
          **LIBRARY)
def minimal_rnn(x, p, s):
    weights = {"weight_ih": p["z.w"].T, "bias_ih": p["z.b"], "weight_mm": p["w"].T, "weight_hh": p["u"].T, "bias_hh": p["b"]}
    outputs, h = zoo.over_time(tr.MinimalRNNCell(3, 4), weights, x, s[0])
    return outputs, [h]

@zoo.case("multiplicative_lstm", units=4, params={"w_m": (3, 4), "u_m": (4, 4), "w": (3, 16), "u": (4, 16), "b": (16,)},
          states=[(2, 4), (2, 4)], **LIBRARY)
def multiplicative_lstm(x, p, s):
    # It has biases within m, which the paper has not: zeros.
    weights = {"weight_ih": torch.cat([p["w_m"], p["w"]], 1).T, "weight_hh": p["u_m"].T, "weight_mh": p["u"].T,
               "bias_ih": torch.cat([torch.zeros(4), p["b"]]), "bias_hh": torch.zeros(4), "bias_mh": torch.zeros(16)}
    outputs, (h, c) = zoo.over_time(tr.MultiplicativeLSTMCell(3, 4), weights, x, (s[0], s[1]))
    return outputs, [h, c]

@zoo.case("atr", units=4, params={"w": (3, 4), "u": (4, 4), "b": (4,)}, states=[(2, 4)], **LIBRARY)
def atr(x, p, s):
    outputs, h = zoo.over_time(tr.ATRCell(3, 4), split(p, 4), x, s[0])
    return outputs, [h]

@zoo.case("cfn", units=4, params={"x.w": (3, 4), "w": (3, 8), "u": (4, 8), "b": (8,)}, states=[(2, 4)], **LIBRARY)
def cfn(x, p, s):
    # It has a bias within tanh(x·W), which the paper has not: zeros.
    weights = {"weight_ih": torch.cat([p["w"], p["x.w"]], 1).T, "weight_hh": p["u"].T,
               "bias_ih": torch.cat([p["b"], torch.zeros(4)]), "bias_hh": torch.zeros(8)}
    outputs, h = zoo.over_time(tr.CFNCell(3, 4), weights, x, s[0])
    return outputs, [h]


def content_first(p, w, b):
    """New content from the input alone, by `w` and `b`, then a gate."""
    return {"weight_ih": torch.cat([w, p["w"]], 1).T, "weight_hh": p["u"].T, "bias_ih": torch.cat([b, p["b"]]),
            "bias_hh": torch.zeros(4)}


@zoo.case("star", units=4, params={"z.w": (3, 4), "z.b": (4,), "w": (3, 4), "u": (4, 4), "b": (4,)}, states=[(2, 4)], **LIBRARY)
def star(x, p, s):
    outputs, h = zoo.over_time(tr.STARCell(3, 4), content_first(p, p["z.w"], p["z.b"]), x, s[0])
    return outputs, [h]

@zoo.case("light_ru", units=4, params={"h.w": (3, 4), "w": (3, 4), "u": (4, 4), "b": (4,)}, states=[(2, 4)], **LIBRARY)
def light_ru(x, p, s):
    # It has a bias within tanh(x·W_h), which the paper has not: zeros.
    outputs, h = zoo.over_time(tr.LightRUCell(3, 4), content_first(p, p["h.w"], torch.zeros(4)), x, s[0])
    return outputs, [h]

@zoo.case("mut1", units=4, states=[(2, 4)],
          params={"z.w": (3, 4), "z.b": (4,), "h.w": (3, 4), "h.u": (4, 4), "h.b": (4,), "w": (3, 4), "u": (4, 4), "b": (4,)},
          **LIBRARY)
def mut1(x, p, s):
    # It has a bias within tanh(x·W_h) as well: zeros.
    weights = {"weight_ih": torch.cat([p["z.w"], p["w"], p["h.w"]], 1).T, "weight_hh": torch.cat([p["u"], p["h.u"]], 1).T,
               "bias_ih": torch.cat([p["z.b"], p["b"], torch.zeros(4)]), "bias_hh": torch.cat([torch.zeros(4), p["h.b"]])}
    outputs, h = zoo.over_time(tr.MUT1Cell(3, 4), weights, x, s[0])
    return outputs, [h]


if __name__ == "__main__":
    zoo.main(__doc__, f"torchrecurrent 0.2.5 on torch {torch.__version__} (PyPI), CPU, 1 thread")
