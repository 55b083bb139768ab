"""Reading, comparing and rewriting recorded cases; each script recomputes them with one library."""

import argparse
import json
import pathlib
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

BOUND = {"float64": 1e-12, "float32": 1e-6}
RECOMPUTED = ("expected.", "grad.", "state.")


class Case:
    """One recorded case: its name, what was computed with which options, and its arrays."""

    def __init__(self, path):
        with safe_open(path, "np") as file:
            self.meta = json.loads(file.metadata()["case"])
            self.arrays = {name: file.get_tensor(name) for name in file.keys()}
        self.path = path
        self.name = path.stem

    def group(self, prefix):
        """The arrays named `prefix…`, by the rest of the name."""
        return {n.removeprefix(prefix): a for n, a in self.arrays.items() if n.startswith(prefix)}

    def write(self, arrays, source):
        """Replaces arrays of the file, keeping dtypes and shapes."""
        for name, array in arrays.items():
            stored = self.arrays[name]
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
    names = {name for name in case.arrays if name.startswith(RECOMPUTED)}
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


def arguments(about):
    """The command line that all scripts have."""
    parser = argparse.ArgumentParser(description=about)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare with the stored numbers (default)")
    mode.add_argument("--write", action="store_true", help="rewrite the stored numbers")
    here = pathlib.Path(__file__).resolve().parent
    parser.add_argument("--cases", type=pathlib.Path, default=here.parent, help="the folder of the cases")
    return parser


def main(about, folders):
    """Checks or rewrites every case of `folders`, which maps a folder to the text that names its source
    and the function that recomputes a case: it returns the arrays by name, or raises `KeyError` for a
    case that it does not know."""
    options = arguments(about).parse_args()
    totals = {"reproduced": 0, "failed": 0}
    worst = 0.0
    for folder, (source, recompute) in folders.items():
        paths = sorted((options.cases / folder).glob("*.safetensors"))
        if not paths:
            raise SystemExit(f"no cases in {options.cases / folder}")
        for case in map(Case, paths):
            try:
                got = recompute(case)
            except KeyError as unknown:
                raise SystemExit(f"{folder}/{case.name}: unknown case ({unknown})") from unknown
            over, apart, name = compare(got, case)
            verdict = "failed" if over > 1 else "reproduced"
            print(f"{folder}/{case.name}: {verdict}, {apart:.1e} {name}".rstrip())
            worst = max(worst, apart)
            totals[verdict] += 1
            if options.write:
                case.write(got, source)
    print(", ".join(f"{count} {what}" for what, count in totals.items()) + f", worst {worst:.1e}")
    sys.exit(1 if totals["failed"] and not options.write else 0)
