"""What all workers in Python share: the cases, their numbers, and the loop that answers requests.

A worker reads a line of JSON `{"case": …, "seconds": …}` from its standard input and answers with one:
`{"us": …, "calls": …, "variant": …, "checks": […]}` or `{"unsupported": …}`. Its first line says which versions it is made of.
"""

import gc
import json
import os
import platform
import re
import signal
import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
PREPARATION_LIMIT = 150  # seconds, for each variant of a case


@dataclass(frozen=True)
class Cell:
    """A layer by itself: all outputs, or their sum's gradients by the input and all weights."""

    kind: str
    backward: bool
    b: int
    t: int
    i: int
    h: int


@dataclass(frozen=True)
class Net:
    """A training step. The outputs of a layer go to the next one, then the last output (or every one) through `dense`."""

    kind: str
    b: int
    t: int
    i: int
    h: int
    dense: tuple
    loss: str = "mse"
    layers: int = 1
    every: bool = False
    vocabulary: int = 0
    forget_bias: float = 0.0


NETS = {
    "sine": Net("rnn", 10, 10, 1, 20, (1,)),
    "signal": Net("lstm", 1, 10, 100, 100, (100, 100), layers=2, forget_bias=1.0),
    "series": Net("lstm", 3, 4, 1, 10, (1,), every=True, forget_bias=1.0),
    "mnist": Net("rnn", 50, 28, 28, 128, (10,), loss="classes"),
    "imdb": Net("rnn", 128, 500, 32, 32, (1,), loss="binary", vocabulary=10_000),
}


def parse(name):
    """`cell/lstm/forward/B1_T100_I128_H128` or `step/sine`."""
    parts = name.split("/")
    if parts[0] == "step":
        return NETS[parts[1]]
    sizes = map(int, re.fullmatch(r"B(\d+)_T(\d+)_I(\d+)_H(\d+)", parts[3]).groups())
    return Cell(parts[1], parts[2] == "forward_backward", *sizes)


def bits(count, start=0):
    """20 bits that look like chance. They, and `data`, are those of benches/common/."""
    i = np.arange(start, start + count, dtype=np.uint64)
    return ((i * np.uint64(2_654_435_761)) & np.uint64(0xFFFFFFFF)) >> np.uint64(12)


def numbers(shape, start=0):
    """Numbers in [-1, 1)."""
    count = int(np.prod(shape))
    return (bits(count, start).astype(np.float32) / 2**19 - 1).reshape(shape)


def data(case):
    """x [B, T, I] (or words [B, T]) and, for a net, the targets."""
    if isinstance(case, Cell):
        return np.sin(np.arange(case.b * case.t * case.i)).astype(np.float32).reshape(case.b, case.t, case.i), None
    if case.vocabulary:
        x = (bits(case.b * case.t) % np.uint64(case.vocabulary)).astype(np.int32).reshape(case.b, case.t)
    else:
        x = numbers((case.b, case.t, case.i))
    if case.loss == "classes":
        return x, (bits(case.b) % np.uint64(case.dense[-1])).astype(np.int32)
    if case.loss == "binary":
        return x, (bits(case.b) % np.uint64(2)).astype(np.float32).reshape(case.b, 1)
    return x, numbers((case.b, case.t, case.dense[-1]) if case.every else (case.b, case.dense[-1]))


def weights(case):
    """A dictionary with `layers`: [w_ih [I, G·H], w_hh [H, G·H], b [G·H], for a GRU also b_hh], `dense`: [w, b], `words`.

    Gates in PyTorch's order: i, f, g, o and r, z, n. The n-th array, from 1, begins with the (n · 2^20)-th number.
    """
    made = 0

    def array(shape, bound):
        nonlocal made
        made += 1
        return numbers(shape, made << 20) * np.float32(bound)

    result = {"layers": [], "dense": []}
    if getattr(case, "vocabulary", 0):
        result["words"] = array((case.vocabulary, case.i), 1.0)
    inputs, gates, bound = case.i, GATES[case.kind] * case.h, case.h**-0.5
    for _ in range(getattr(case, "layers", 1)):
        layer = [array((inputs, gates), bound), array((case.h, gates), bound), array((gates,), bound)]
        if case.kind == "lstm" and isinstance(case, Net):
            layer[2][case.h : 2 * case.h] += np.float32(case.forget_bias)
        if case.kind == "gru":
            layer.append(array((gates,), bound))
        result["layers"].append(layer)
        inputs = case.h
    for units in getattr(case, "dense", ()):
        result["dense"].append([array((inputs, units), inputs**-0.5), array((units,), inputs**-0.5)])
        inputs = units
    return result


def size(*arrays):
    """What is compared of arrays."""
    return sum(float(np.abs(np.asarray(array, dtype=np.float64)).sum()) for array in arrays)


@dataclass
class Work:
    """A prepared case: `call` is what is timed, for so many steps; `wait` returns when all that was called is done."""

    call: object
    checks: list
    wait: object = lambda: None
    steps: int = 1
    begin: object = lambda: None  # called before it is timed


def once(work, count):
    """Seconds of a step, over `count` calls."""
    start = time.perf_counter()
    for _ in range(count):
        work.call()
    work.wait()
    return (time.perf_counter() - start) / count / work.steps


def measure(work, seconds):
    """The median of samples of a tenth of `seconds` (or of single calls), and how many calls that were."""
    work.begin()
    count = max(1, int(seconds / 10 / (once(work, 1) * work.steps)))
    samples, end = [], time.perf_counter() + seconds
    while not samples or time.perf_counter() < end:
        samples.append(once(work, count))
    return statistics.median(samples), count * len(samples)


def too_long(*_):
    raise TimeoutError(f"not prepared within {PREPARATION_LIMIT} s")


def prepare(variants):
    """Builds and tries all variants; gives the name of the fastest, and it, and why others failed."""
    works, reasons = {}, []
    for name, build in variants.items():
        signal.alarm(PREPARATION_LIMIT)
        try:
            works[name] = build()
        except Exception as problem:
            reasons.append(f"{name}: {type(problem).__name__}: {problem}".split("\n")[0][:200])
        finally:
            signal.alarm(0)
    for work in works.values():
        measure(work, 0.3)
    best = {name: min(measure(work, 0.1)[0] for _ in range(3 if len(works) > 1 else 1)) for name, work in works.items()}
    name = min(best, key=best.get, default=None)
    return name, works.get(name), "; ".join(reasons)


def serve(versions, variants_of):
    """Answers requests until there are no more. `variants_of(case)` gives functions by name, or a text: why there are none."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    signal.signal(signal.SIGALRM, too_long)

    def answer(content):
        print(json.dumps(content), file=answers, flush=True)

    answer({"versions": {"Python": platform.python_version(), **versions}})
    current, variant, work, reason = None, None, None, ""
    for line in sys.stdin:
        request = json.loads(line)
        if request["case"] != current:
            current, work = request["case"], None
            gc.collect()
            variants = variants_of(parse(current))
            variant, work, reason = prepare(variants) if isinstance(variants, dict) else (None, None, variants)
        if work is None:
            answer({"unsupported": reason})
            continue
        gc.collect()
        gc.disable()
        seconds, calls = measure(work, request["seconds"])
        gc.enable()
        answer({"us": seconds * 1e6, "calls": calls, "variant": variant, "checks": work.checks})
