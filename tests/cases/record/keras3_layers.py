"""The Keras 3 layers, recomputed on the JAX backend in float64."""

import numpy

from keras3 import SOURCE, jax, keras  # which sets up the backend

import caseio


def build(case, shape):
    """The layer as its configuration says, for inputs of this shape."""
    keras.utils.clear_session()
    kind = getattr(keras.layers, case.meta["layer"], None) or getattr(keras, case.meta["layer"], None)
    if kind is None:
        raise KeyError(case.meta["layer"])
    net = kind.from_config(case.meta["config"])
    if not net.built:
        net.build(shape)
    return net


def load(net, case):
    """Gives the layer the weights of the case, and returns their names in its order."""
    names = sorted(name for name in case.arrays if name.startswith("param."))
    for name, variable in zip(names, net.trainable_variables, strict=True):
        if not name.endswith(variable.path.replace("/", ".")):
            raise KeyError(variable.path)
        variable.assign(case.arrays[name])
    return names


def layer(case):
    """The outputs, and their pull-back to the input, the initial states and the weights."""
    if case.name.startswith("init_lstm"):  # what the bias starts with
        return {"expected.bias": build(case, (1, 1, 2)).cell.bias.numpy()}
    if case.meta["calls"] > 1:
        return calls(case)
    inputs, states = case.group("input."), case.group("state.")
    net = build(case, inputs["x"].shape)
    names = load(net, case)
    options = {"mask": inputs["mask"].astype(bool)} if "mask" in inputs else {}
    given = states | {name: case.arrays[name] for name in names}
    if inputs["x"].dtype.kind == "f":  # an embedding's input are integers, without a gradient
        given["x"] = inputs["x"]

    def of(given):
        start = {"initial_state": [given[name] for name in sorted(states)]} if states else {}
        return stateless(net, [given[name] for name in names], given.get("x", inputs["x"]), **options, **start)

    outputs, pull_back = jax.vjp(of, jax.tree.map(jax.numpy.asarray, given))
    (grads,) = pull_back([jax.numpy.asarray(case.arrays[f"upstream.output_{i}"]) for i in range(len(outputs))])
    expected = {f"expected.output_{i}": output for i, output in enumerate(outputs)}
    return expected | {f"grad.{name}": grad for name, grad in grads.items()}


def stateless(net, weights, x, **options):
    """The outputs as a function of the weights."""
    frozen = [variable.value for variable in net.non_trainable_variables]
    return jax.tree.leaves(net.stateless_call(weights, frozen, x, **options)[0])


def calls(case):
    """The outputs of a stateful layer, called with one input after the other, and their pull-back. The state that it
    keeps has no gradient; it is not among its variables, so `stateless_call` alone would begin with zeros each time."""
    xs = case.arrays["input.x"]
    net = build(case, xs[0].shape)
    names = load(net, case)
    weights = [jax.numpy.asarray(case.arrays[name]) for name in names]
    results, into_weights, into_x = {}, [], []
    for i, x in enumerate(xs):
        kept = [state.value for state in net.states]
        results[f"expected.output_{i}"] = net(x)  # which keeps the next state

        def of(weights, x, kept=kept):
            return stateless(net, weights, x, initial_state=kept)

        outputs, pull_back = jax.vjp(of, weights, jax.numpy.asarray(x))
        if not numpy.array_equal(outputs[0], results[f"expected.output_{i}"]):
            raise SystemExit(f"{case.name}: call {i} is not what the state says")
        grads = pull_back([jax.numpy.asarray(case.arrays[f"upstream.output_{i}"])])
        into_weights.append(grads[0])
        into_x.append(grads[1])
    grads = zip(names, (sum(parts) for parts in zip(*into_weights)))
    return results | {f"grad.{name}": grad for name, grad in grads} | {"grad.x": numpy.stack(into_x)}


if __name__ == "__main__":
    caseio.main(__doc__, {"keras3/layers": (SOURCE, layer)})
