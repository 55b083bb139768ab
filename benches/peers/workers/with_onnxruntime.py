"""ONNX Runtime, which has recurrent operators for inference: `with_onnxruntime.py THREADS`."""

import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from common import GATES, Cell, Work, data, serve, size, weights

# Where ONNX' gates are among PyTorch's: i, o, f, c and z, r, h.
ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}


def cell(case, threads):
    def gates(array):
        parts = np.split(array, GATES[case.kind], axis=-1)
        return np.concatenate([parts[n] for n in ORDER[case.kind]], axis=-1)

    w_ih, w_hh, b, *b_hh = map(gates, weights(case)["layers"][0])
    b_hh = b_hh[0] if b_hh else np.zeros_like(b)
    constants = {"W": w_ih.T[None], "R": w_hh.T[None], "B": np.concatenate([b, b_hh])[None]}
    options = {"linear_before_reset": 1} if case.kind == "gru" else {}
    shapes = {"X": (case.t, case.b, case.i), "Y": (case.t, 1, case.b, case.h)}
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items())
    node = helper.make_node(case.kind.upper(), ["X", "W", "R", "B"], ["Y"], hidden_size=case.h, **options)
    initial = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()]
    graph = helper.make_graph([node], case.kind, [x], [y], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    values = [
        onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(data(case)[0].transpose(1, 0, 2))),
        onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(shapes["Y"], np.float32)),
    ]
    binding = session.io_binding()
    binding.bind_ortvalue_input("X", values[0])
    binding.bind_ortvalue_output("Y", values[1])

    def call(_values=values):
        session.run_with_iobinding(binding)

    call()
    return Work(call, [size(values[1].numpy())])


def variants(case):
    if not isinstance(case, Cell) or case.backward:
        return "inference only"
    return {f"threads: {threads}": lambda threads=threads: cell(case, threads) for threads in {1, int(sys.argv[1])}}


serve({"ONNX Runtime": onnxruntime.__version__, "ONNX": onnx.__version__}, variants)
