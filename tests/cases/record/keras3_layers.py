"""The Keras 3 layers, recomputed on the JAX backend in float64."""

from keras3 import SOURCE, jax, keras  # which sets up the backend

import caseio


def layer(case):
    """The outputs, and their pull-back to the input, the initial states and the weights."""
    keras.utils.clear_session()
    if not hasattr(keras.layers, case.meta["layer"]):
        raise KeyError(case.meta["layer"])
    net = getattr(keras.layers, case.meta["layer"]).from_config(case.meta["config"])
    inputs = case.group("input.")
    net.build(inputs["x"].shape)
    names = sorted(name for name in case.arrays if name.startswith("param."))
    for name, variable in zip(names, net.trainable_variables, strict=True):
        if not name.endswith(variable.path.replace("/", ".")):
            raise KeyError(variable.path)
    frozen = [variable.value for variable in net.non_trainable_variables]
    states = case.group("state.")

    def of(given):
        options = {"initial_state": [given[name] for name in sorted(states)]} if states else {}
        if "mask" in inputs:
            options["mask"] = inputs["mask"].astype(bool)
        weights = [given[name] for name in names]
        return jax.tree.leaves(net.stateless_call(weights, frozen, given.get("x", inputs["x"]), **options)[0])

    given = states | {name: case.arrays[name] for name in names}
    if inputs["x"].dtype.kind == "f":  # an embedding's input are integers, without a gradient
        given["x"] = inputs["x"]
    outputs, pull_back = jax.vjp(of, jax.tree.map(jax.numpy.asarray, given))
    (grads,) = pull_back([jax.numpy.asarray(case.arrays[f"upstream.output_{i}"]) for i in range(len(outputs))])
    expected = {f"expected.output_{i}": output for i, output in enumerate(outputs)}
    return expected | {f"grad.{name}": grad for name, grad in grads.items()}


if __name__ == "__main__":
    caseio.main(__doc__, {"keras3/layers": (SOURCE, layer)})
