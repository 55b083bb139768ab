"""Cells of the zoo as others published them: what the scripts `zoo_*.py` have in common.

A script lists its cases with `@case(...)` over a function `run(x, p, s)` that computes, in torch, all outputs `[B, T, H]` and the states
after them (those that are compared) from the input `[B, T, I]`, the weights `p` by our names and in our layouts, and the
initial states `s`. What a library lays out otherwise is turned in that function, so that gradients come out in our layout, too."""

import json
from typing import NamedTuple

import numpy as np
import torch
from safetensors.numpy import save_file
from torch.func import functional_call

import caseio

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

CASES = {}


class Within(NamedTuple):
    """The shape of a weight that is drawn between two bounds, since not every number is one."""

    shape: tuple
    low: float
    high: float


def case(cell, *, units, params, states=(), x=(2, 5, 3), name=None, tolerance=1e-12, scale=0.6, library, licence, **meta):
    """Lists a case: a cell by its name in the zoo, the shapes of its weights by the names that they have here after the layer's, those of
    its states `[B, ..]` (in the order of the zoo; none to begin from zeros), and whose implementation it is compared with."""
    def add(run):
        about = {"cell": cell, "units": units, "tolerance": tolerance, "library": library, "licence": licence} | meta
        CASES[name or cell] = (about, x, params, states, scale, run)
        return run
    return add


def drawn(name):
    """The inputs of a case, from a seed: normal, weights smaller."""
    _, x, params, states, scale, _ = CASES[name]
    rng = np.random.default_rng(sum(name.encode()))
    arrays = {"input.x": rng.standard_normal(x)}
    arrays |= {f"param.{key}": weight(rng, shape, scale) for key, shape in params.items()}
    return arrays | {f"state.{i}": 0.5 * rng.standard_normal(shape) for i, shape in enumerate(states)}


def weight(rng, shape, scale):
    return rng.uniform(shape.low, shape.high, shape.shape) if isinstance(shape, Within) else scale * rng.standard_normal(shape)


def compute(stored):
    """All that is recorded of a case, from what it is given."""
    run = CASES[stored.name][-1]
    leaf = lambda array: torch.tensor(array).requires_grad_()
    x = leaf(stored.arrays["input.x"])
    params = {name: leaf(array) for name, array in stored.group("param.").items()}
    states = {name: leaf(array) for name, array in stored.group("state.").items()}
    outputs, final = run(x, params, [states[str(i)] for i in range(len(states))])
    results = {"output": outputs} | {f"state.{i}": state for i, state in enumerate(final)}
    upstream = stored.group("upstream.")
    loss = sum((value * torch.tensor(upstream[name])).sum() for name, value in results.items())
    into = {"x": x} | {f"param.{n}": p for n, p in params.items()} | {f"state.{n}": s for n, s in states.items()}
    grads = torch.autograd.grad(loss, list(into.values()), allow_unused=True)
    got = {f"expected.{name}": value.detach().numpy() for name, value in results.items()}
    zero = lambda leaf, grad: torch.zeros_like(leaf) if grad is None else grad
    return got | {f"grad.{n}": zero(leaf, g).numpy() for (n, leaf), g in zip(into.items(), grads, strict=True)}


def record(folder, name, source):
    """Makes a case of the list, unless there is a file of that name."""
    path = folder / f"{name}.safetensors"
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    meta, *_, run = CASES[name]
    stored = caseio.Case(path, meta | {"case": name}, drawn(name))
    with torch.no_grad():
        args = [torch.tensor(stored.arrays["input.x"]), {n: torch.tensor(a) for n, a in stored.group("param.").items()},
                [torch.tensor(a) for a in stored.group("state.").values()]]
        outputs, final = run(*args)
    rng = np.random.default_rng(1 + sum(name.encode()))
    for key, value in [("output", outputs)] + [(f"state.{i}", state) for i, state in enumerate(final)]:
        stored.arrays[f"upstream.{key}"] = rng.standard_normal(value.shape)
    stored.arrays |= compute(stored)
    save_file({n: np.ascontiguousarray(a, np.float64) for n, a in stored.arrays.items()}, path,
              {"case": json.dumps(stored.meta | {"source": source}, sort_keys=True)})
    print(f"zoo/{name}: recorded")


def over_time(module, weights, x, state, h_first=True):
    """A cell of a library, called once for each step with these weights: all outputs, and the last state."""
    outputs = []
    for x_t in x.unbind(1):
        state = functional_call(module, weights, (x_t, state))
        outputs.append(state[0 if h_first else -1] if isinstance(state, tuple | list) else state)
    return torch.stack(outputs, 1), state


def main(about, source):
    parser = caseio.arguments(about)
    parser.add_argument("--record", action="store_true", help="first make the cases that are missing")
    options = parser.parse_args()
    folder, failed = options.cases / "zoo", 0
    for name in CASES:
        if options.record:
            record(folder, name, source)
        stored = caseio.Case.read(folder / f"{name}.safetensors")
        got = compute(stored)
        over, apart, array = caseio.compare(got, stored)
        print(f"zoo/{name}: {'failed' if over > 1 else 'reproduced'}, {apart:.1e} {array}".rstrip())
        failed += over > 1
        if options.write:
            stored.write(got, source)
    raise SystemExit(1 if failed and not options.write else 0)
