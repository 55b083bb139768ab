"""The ONNX recurrent operators, recomputed with onnxruntime: a graph of one node each, in f32."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

import caseio

INPUTS = {  # of each operator, in its order; an empty name is an input that is left out
    "RNN": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "LSTM": ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"),
    "GRU": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
}
OUTPUTS = {"RNN": ("Y", "Y_h"), "LSTM": ("Y", "Y_h", "Y_c"), "GRU": ("Y", "Y_h")}


def described(name, array):
    kind = TensorProto.INT32 if array.dtype.kind == "i" else TensorProto.FLOAT
    return helper.make_tensor_value_info(name, kind, array.shape)


def node(case):
    """The outputs of one node with everything as an input."""
    inputs, names = case.group("input."), OUTPUTS[case.meta["op"]]
    inputs = {name: array.astype(np.int32) if array.dtype.kind == "i" else array for name, array in inputs.items()}
    given = [name if name in inputs else "" for name in INPUTS[case.meta["op"]]]
    operator = helper.make_node(case.meta["op"], given, names, **case.meta["attributes"])
    graph = helper.make_graph(
        [operator], "one_node", [described(name, array) for name, array in inputs.items()],
        [described(name, case.arrays[f"expected.{name}"]) for name in names])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return {f"expected.{name}": y for name, y in zip(names, session.run(None, inputs), strict=True)}


if __name__ == "__main__":
    source = (f"onnxruntime {onnxruntime.__version__} CPUExecutionProvider on our own one-node ONNX graphs, opset 14, "
              "float32")
    caseio.main(__doc__, {"onnx/rnn_onnxruntime": (source, node)})
