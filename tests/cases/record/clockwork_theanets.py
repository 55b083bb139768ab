"""Steps of the clockwork layer of theanets, from and to files of arrays: started by zoo_theanets.py, in Python 3.7."""

import logging
import os
import sys
import types

os.environ["THEANO_FLAGS"] = "device=cpu,floatX=float64,cxx=,linker=py,mode=FAST_COMPILE"  # without a compiler
# The `climate` that it logs with is no longer published.
sys.modules["climate"] = types.SimpleNamespace(get_logger=logging.getLogger, enable_default_logging=None, call=None, annotate=None)

import numpy as np
import theano
import theano.tensor as TT
from theanets.layers.recurrent import Clockwork


def main(read, write):
    with np.load(read) as file:
        arrays = dict(file)
    layer = Clockwork(periods=[1, 2, 4, 8], size=8, inputs={"in:out": 3}, activation="tanh", name="clockwork")
    layer.setup()
    weights = [layer.find(name) for name in ("xh", "hh", "b")]
    for number, weight in enumerate(weights):
        weight.set_value(arrays["input.{}".format(number + 1)])
    x = theano.shared(arrays["input.0"])
    outputs, updates = layer.transform({"in:out": x})
    wanted = [outputs["out"]]
    if "upstream.0" in arrays:
        wanted += TT.grad((wanted[0] * arrays["upstream.0"]).sum(), [x] + weights)
    values = theano.function([], wanted, updates=updates)()
    names = ["result.0"] + ["grad.{}".format(i) for i in range(4)]
    np.savez(write, **dict(zip(names, values)))


main(*sys.argv[1:])
