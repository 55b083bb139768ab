"""Reading, comparing, rewriting and making recorded cases; each script recomputes them with one library."""

import argparse
import json
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

BOUND = {"float64": 1e-12, "float32": 1e-6}
GIVEN = ("input.", "param.", "upstream.", "state.h0", "state.c0", "state.initial_") + tuple(f"state.{i}" for i in range(10))


class Case:
    """One recorded case: its name, what was computed with which options, and its arrays."""

    def __init__(self, path, meta, arrays):
        self.path, self.meta, self.arrays = path, meta, arrays
        self.name = path.stem

    @classmethod
    def read(cls, path):
        with safe_open(path, "np") as file:
            meta = json.loads(file.metadata()["case"])
            return cls(path, meta, {name: file.get_tensor(name) for name in file.keys()})

    def group(self, prefix):
        """The arrays named `prefix…`, by the rest of the name."""
        return {n.removeprefix(prefix): a for n, a in self.arrays.items() if n.startswith(prefix)}

    def write(self, arrays, source):
        """Writes the file with these arrays; those that it had keep their dtypes and shapes."""
        for name, array in arrays.items():
            stored = self.arrays.get(name, np.atleast_1d(array))
            self.arrays[name] = np.ascontiguousarray(array, stored.dtype).reshape(stored.shape)
        meta = json.dumps(self.meta | {"source": source}, sort_keys=True)
        save_file(self.arrays, self.path, {"case": meta})


def difference(got, stored):
    """The largest |got − stored| / |stored|; equal values, NaN and infinities included, count as 0."""
    got, stored = np.asarray(got, np.float64), np.asarray(stored, np.float64)
    apart = ~((got == stored) | (np.isnan(got) & np.isnan(stored)))
    if not apart.any():
        return 0.0
    with np.errstate(all="ignore"):
        relative = np.abs(got - stored)[apart] / np.abs(stored)[apart]
    return float(np.where(np.isnan(relative), np.inf, relative).max())


def compare(got, case):
    """The worst difference of a case in units of its bound, and the plain difference and array."""
    names = {name for name in case.arrays if not name.startswith(GIVEN)}
    if got.keys() != names:
        raise SystemExit(f"{case.name}: recomputed {sorted(got)}, stored {sorted(names)}")
    worst = (0.0, 0.0, "")
    for name in sorted(names):
        stored, array = case.arrays[name], np.atleast_1d(got[name])
        if array.shape != stored.shape:
            raise SystemExit(f"{case.name}: {name} has shape {array.shape}, stored {stored.shape}")
        apart = difference(array, stored)
        if apart:
            worst = max(worst, (apart / BOUND.get(str(stored.dtype), 1e-12), apart, name))
    return worst


STEPS = 20


def trajectory_inputs():
    """Weights `w` [5, 3] and `b` [4] and their gradients, for an optimizer to take 20 steps with."""
    rng = np.random.default_rng(20)
    # A magnitude for each weight of w, from 1e-10 (below most epsilons) to 1e4; a fifth of them are 0.
    magnitude = np.array([float(f"1e{exponent}") for exponent in range(-10, 5)]).reshape(5, 3)
    grad_w = rng.standard_normal((STEPS, 5, 3)) * magnitude
    grad_w[rng.random(grad_w.shape) < 0.2] = 0.0
    grad_b = rng.standard_normal((STEPS, 4))
    grad_b[7, 1] *= 1e6  # what AMSGrad remembers and the others forget
    grad_b[:, 2] = 0.0
    grad_b[:10, 3] = 0.0  # the step count begins before the gradients
    weights = {f"param.{name}0": rng.standard_normal(shape) for name, shape in (("w", (5, 3)), ("b", (4,)))}
    return weights | {"input.grad_w": grad_w, "input.grad_b": grad_b}


def sparse_inputs():
    """A table `w` [6, 3], and the rows [20, 4] of it that have a gradient in each step, with their gradients. Row 5
    has none ever, row 4 none before step 10; a row that occurs twice has the sum of both."""
    rng = np.random.default_rng(21)
    ids = np.concatenate([rng.integers(0, 4, (STEPS // 2, 4)), rng.integers(2, 5, (STEPS // 2, 4))])
    return {"param.w0": rng.standard_normal((6, 3)), "input.ids": ids,
            "input.grad": rng.standard_normal((STEPS, 4, 3))}


def record(path, meta, recompute, source):
    """Makes the case of an optimizer's trajectory, unless there is a file of that name."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = sparse_inputs() if path.parent.name.endswith("sparse") else trajectory_inputs()
    case = Case(path, meta | {"case": path.stem, "steps": STEPS}, inputs)
    case.write(recompute(case), source)
    print(f"{path.parent.name}/{path.stem}: recorded")


def arguments(about):
    """The command line that all scripts have."""
    parser = argparse.ArgumentParser(description=about)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare with the stored numbers (default)")
    mode.add_argument("--write", action="store_true", help="rewrite the stored numbers")
    here = pathlib.Path(__file__).resolve().parent
    parser.add_argument("--cases", type=pathlib.Path, default=here.parent, help="the folder of the cases")
    return parser


def main(about, folders, trajectories=None):
    """Checks or rewrites every case of `folders`, which maps a folder to the text that names its source
    and the function that recomputes a case: it returns the arrays by name, or `None` for a case of
    another library, or raises `KeyError` for a case that it does not know. `trajectories` maps a folder
    to the metadata of cases to record, by name."""
    parser = arguments(about)
    if trajectories:
        parser.add_argument("--record", action="store_true", help="first make the trajectories that are missing")
    options = parser.parse_args()
    if trajectories and options.record:
        for folder, cases in trajectories.items():
            source, recompute = folders[folder]
            for name, meta in cases.items():
                record(options.cases / folder / f"{name}.safetensors", meta, recompute, source)
    totals = {"reproduced": 0, "failed": 0}
    worst = 0.0
    for folder, (source, recompute) in folders.items():
        paths = sorted((options.cases / folder).glob("*.safetensors"))
        if not paths:
            raise SystemExit(f"no cases in {options.cases / folder}")
        for case in map(Case.read, paths):
            try:
                got = recompute(case)
            except KeyError as unknown:
                raise SystemExit(f"{folder}/{case.name}: unknown case ({unknown})") from unknown
            if got is None:
                continue
            over, apart, name = compare(got, case)
            verdict = "failed" if over > 1 else "reproduced"
            print(f"{folder}/{case.name}: {verdict}, {apart:.1e} {name}".rstrip())
            worst = max(worst, apart)
            totals[verdict] += 1
            if options.write:
                case.write(got, source)
    print(", ".join(f"{count} {what}" for what, count in totals.items()) + f", worst {worst:.1e}")
    sys.exit(1 if totals["failed"] and not options.write else 0)
