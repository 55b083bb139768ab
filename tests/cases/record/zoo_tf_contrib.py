"""Cells of TensorFlow 1's `contrib`, recomputed. `TF1_PYTHON` names a Python with requirements-tf1.txt; see tf_contrib_cells.py."""

import torch

import elsewhere
import zoo

LIBRARY = {"library": "TensorFlow 1.15.5, tf.contrib.rnn", "licence": "Apache-2.0"}


def steps(cell, *inputs):
    return elsewhere.compute(elsewhere.in_other_python("TF1_PYTHON", "tf_contrib_cells.py", cell), *inputs)


RHYTHM = {"tau": zoo.Within((4,), 1.5, 4.0), "s": zoo.Within((4,), 0.0, 2.0), "r": zoo.Within((4,), 0.4, 0.9)}

# Periods are short, so that there are several in the case, and units are open for long enough that some are. The leak is that of both by default.
# It has a kernel for i and f, one for c and one for o, the rows of x first; the time is an input.
@zoo.case("phased_lstm", units=4, params={"w": (3, 16), "u": (4, 16), "b": (16,)} | RHYTHM, x=(2, 7, 3),
          states=[(2, 4), (2, 4), (2, 1)], **LIBRARY)
def phased_lstm(x, p, s):
    h, c, t = s
    times = t[:, None] + torch.arange(7.0)[:, None]
    split = lambda weights: weights.split([8, 4, 4], -1)
    kernels = [part for pair in zip(split(torch.cat([p["w"], p["u"]])), split(p["b"]), strict=True) for part in pair]
    outputs, h, c = steps("phased_lstm", times, x, h, c, *kernels, p["tau"], p["s"], p["r"])
    return outputs, [h, c, t + 7]


# Gates c, f, o, and i = 1 − f: the weights of our i are those of its f with the other sign, and those of our f, which has none of its own, count for nothing.
@zoo.case("lstm_coupled", units=4, params={"w_ih": (3, 16), "w_hh": (4, 16), "b": (16,)}, states=[(2, 4), (2, 4)], **LIBRARY)
def lstm_coupled(x, p, s):
    def turned(weights):
        i, _, g, o = weights.chunk(4, -1)
        return torch.cat([g, -i, o], -1)

    outputs, h, c = steps("lstm_coupled", x, *s, turned(torch.cat([p["w_ih"], p["w_hh"]])), turned(p["b"]))
    return outputs, [h, c]


if __name__ == "__main__":
    zoo.main(__doc__, "TensorFlow 1.15.5 (PyPI) in Python 3.7, CPU, 1 thread")
