"""The Keras 2 layers, the TF 1 cells and the TF 1 training runs, recomputed with TensorFlow 2.15."""

import warnings

from tf1 import EAGER, GRAPH, tf, v1

import caseio

tf.get_logger().setLevel("ERROR")  # all of TF 1 is deprecated
warnings.filterwarnings("ignore", message=".*is deprecated")
rnn = v1.nn.rnn_cell

CELLS = {  # from the number of units and the metadata
    "BasicRNNCell": lambda units, meta: rnn.BasicRNNCell(units),
    "BasicLSTMCell":
        lambda units, meta: rnn.BasicLSTMCell(units, meta["forget_bias"], activation=meta.get("activation")),
    "GRUCell": lambda units, meta: rnn.GRUCell(units),
    "LSTMCell(use_peepholes)": lambda units, meta: rnn.LSTMCell(units, True, forget_bias=meta["forget_bias"]),
    "LSTMCell(num_proj=3)": lambda units, meta: rnn.LSTMCell(units, num_proj=3, forget_bias=meta["forget_bias"]),
    "LSTMCell(cell_clip=0.3)": lambda units, meta: rnn.LSTMCell(units, cell_clip=0.3, forget_bias=meta["forget_bias"]),
}


def static_rnn(cell, x, time_major, **options):
    """TF 1 wants the steps of a sequence one by one, and returns them so."""
    axis = 0 if time_major else 1
    outputs, state = v1.nn.static_rnn(cell, tf.unstack(x, axis=axis), **options)
    return tf.stack(outputs, axis), state


APIS = {
    "dynamic_rnn": v1.nn.dynamic_rnn,
    "static_rnn": static_rnn,
    "bidirectional_dynamic_rnn": v1.nn.bidirectional_dynamic_rnn,
}


def mse(predicted, targets):
    return tf.reduce_mean(tf.square(predicted - targets))


RUNS = {  # the cell, the loss and the optimizer that a training run's name stands for
    "tf1_sunspots_basicrnn_sgd_clip": (rnn.BasicRNNCell, mse, lambda: v1.train.GradientDescentOptimizer(0.1)),
}


def dotted(variable):
    return variable.name.removesuffix(":0").replace("/", ".")


def numbered(variables):
    """Variables by the names that the files have for layers' weights."""
    return {f"param.{i:02}.{dotted(variable)}": variable for i, variable in enumerate(variables)}


def keras2(case):
    """The outputs of a layer, and their pull-back to the input, the initial states and the weights."""
    kind = getattr(tf.keras.layers, case.meta["layer"], None) or getattr(tf.keras, case.meta["layer"])
    layer = kind.from_config(case.meta["config"])
    inputs = {name: tf.constant(array) for name, array in case.group("input.").items()}
    states = {name: tf.constant(array) for name, array in sorted(case.group("state.").items())}
    calls = case.meta["calls"]  # of a stateful layer, one after the other
    layer(inputs["x"] if calls == 1 else inputs["x"][0])  # makes the weights
    if calls > 1:
        layer.reset_states()
    weights = numbered(layer.trainable_variables)
    for name, weight in weights.items():
        weight.assign(case.arrays[name])
    options = {"initial_state": list(states.values())} if states else {}
    if "mask" in inputs:
        options["mask"] = tf.cast(inputs["mask"], bool)
    given = states | ({"x": inputs["x"]} if inputs["x"].dtype.is_floating else {})  # an embedding reads integers
    with tf.GradientTape() as tape:
        tape.watch(given)
        xs = [inputs["x"]] if calls == 1 else tf.unstack(inputs["x"])
        outputs = tf.nest.flatten([layer(x, **options) for x in xs])
    upstream = [tf.constant(case.arrays[f"upstream.output_{i}"]) for i in range(len(outputs))]
    grads = tape.gradient(outputs, given | weights, upstream)
    expected = {f"expected.output_{i}": output.numpy() for i, output in enumerate(outputs)}
    return expected | {f"grad.{name}": tf.convert_to_tensor(grad).numpy() for name, grad in grads.items()}


def placeholders(arrays):
    """Placeholders by name, and what to feed them. Constants TensorFlow would combine beforehand, and round
    otherwise."""
    holders = {name: v1.placeholder(array.dtype, array.shape) for name, array in sorted(arrays.items())}
    return holders, {holder: arrays[name] for name, holder in holders.items()}


def cell(case):
    """A cell over a sequence: outputs and last states, and their pull-back like that of a layer."""
    state_names = sorted(case.group("expected.state_"))  # a number and what the state is: 0_h
    units = case.arrays[f"expected.state_{state_names[0]}"].shape[-1]
    make, api = CELLS[case.meta["cell"]], case.meta["api"]
    with tf.Graph().as_default(), v1.Session() as session:
        inputs, feed = placeholders(case.group("input."))
        states, feed_states = placeholders(case.group("state."))
        cells = [make(units, case.meta) for _ in range(2 if api.startswith("bidirectional") else 1)]
        start = {}
        if states:
            start["initial_state"] = tf.nest.pack_sequence_as(cells[0].state_size, list(states.values()))
        outputs, last = APIS[api](
            *cells, inputs["x"], dtype=inputs["x"].dtype, time_major=case.meta["time_major"],
            sequence_length=inputs.get("sequence_length"), **start)
        outputs, last = tf.nest.flatten(outputs), tf.nest.flatten(last)
        results = {f"output_{i}": output for i, output in enumerate(outputs)}
        results |= {f"state_{name}": state for name, state in zip(state_names, last, strict=True)}
        weights = numbered(v1.trainable_variables())
        into = {"x": inputs["x"]} | states | weights
        upstream = [tf.constant(case.arrays[f"upstream.{name}"]) for name in results]
        grads = tf.gradients(list(results.values()), list(into.values()), upstream)
        for name, weight in weights.items():
            weight.load(case.arrays[name], session)
        results, grads = session.run([results, grads], feed | feed_states)
    expected = {f"expected.{name}": result for name, result in results.items()}
    return expected | {f"grad.{name}": grad for name, grad in zip(into, grads)}


def training(case):
    """A cell and a linear read-out of its last state, trained on the full batch: the loss and the norm of
    the gradient (before it is clipped) at each step, and the final weights."""
    if case.meta["source"].startswith("torch"):
        return None
    make, loss_of, optimizer = RUNS[case.name]
    units, outputs = case.arrays["param.out_w"].shape
    with tf.Graph().as_default(), v1.Session() as session:
        inputs, feed = placeholders(case.group("input."))
        x, y = inputs["x"], inputs["y"]
        _, state = v1.nn.dynamic_rnn(make(units), x, dtype=x.dtype)
        last = tf.nest.flatten(state)[-1]  # of (c, h) it is h
        w, b = (v1.get_variable(name, shape, x.dtype)
                for name, shape in (("out_w", [units, outputs]), ("out_b", [outputs])))
        loss = loss_of(last @ w + b, y)
        variables = {dotted(variable): variable for variable in v1.trainable_variables()}
        grads = tf.gradients(loss, list(variables.values()))
        norm = tf.linalg.global_norm(grads)
        if bound := case.meta["clip_by_global_norm"]:
            grads, _ = tf.clip_by_global_norm(grads, bound, norm)
        train = optimizer().apply_gradients(zip(grads, variables.values()))
        session.run(v1.global_variables_initializer())
        for name, variable in variables.items():
            variable.load(case.arrays[f"param.{name}"], session)
        steps = [session.run([loss, norm, train], feed)[:2] for _ in range(case.meta["steps"])]
        final = session.run(variables)
    losses, norms = zip(*steps)
    path = {"expected.loss": losses, "expected.global_norm": norms}
    return path | {f"expected.final.{name}": value for name, value in final.items()}


if __name__ == "__main__":
    caseio.main(__doc__, {
        "keras2_tf1/keras2_layers": (EAGER, keras2),
        "keras2_tf1/tf1_cells": (GRAPH, cell),
        "e2e": (GRAPH, training),
    })
