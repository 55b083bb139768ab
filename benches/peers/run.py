"""Times recurrent layers and training steps here and in other libraries, in turns. README.md says how to install them.

    python run.py [--python PATH] [--python NAME=PATH] [--only REGEX] [--starts 1] [--rounds 7] [--json results.json] > table.md

Every library is a worker: a process that does what it is asked to, while the others wait. It goes through all cases; each start has new ones.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import select
import subprocess
import sys
import tempfile

import report

HERE = pathlib.Path(__file__).parent
# By name: which Python has it (or none, if it is a program), and the command.
WORKERS = {
    "tapeloop": (None, ["ours"]),
    "torch": ("torch", ["with_torch.py"]),
    "torch-compiled": ("torch", ["with_torch.py", "compiled"]),
    "jax": ("jax", ["with_jax.py"]),
    "tensorflow": ("tensorflow", ["with_tensorflow.py"]),
    "tensorflow-xla": ("tensorflow", ["with_tensorflow.py", "xla"]),
    "onnxruntime": ("onnxruntime", ["with_onnxruntime.py"]),
    "burn": (None, ["with_burn"]),
    "candle": (None, ["with_candle"]),
    "jax-100": ("jax", ["with_jax.py", "100"]),
}
SIZES = [
    (1, 100, 128, 128),
    (32, 50, 128, 128),
    (32, 50, 256, 256),
    (64, 50, 512, 512),
    (64, 25, 1024, 1024),
    (128, 100, 64, 64),
    (10, 10, 20, 20),
]
CASES = [
    "cell/{}/{}/B{}_T{}_I{}_H{}".format(kind, direction, *size)
    for kind in ["rnn", "lstm", "gru"]
    for direction in ["forward", "forward_backward"]
    for size in SIZES
] + [f"step/{net}" for net in ["sine", "signal", "series", "mnist", "imdb"]]
PREPARATION_LIMIT = 900  # seconds, until a worker that doesn't answer is ended


class Worker:
    def __init__(self, command, environment):
        self.command, self.environment, self.process = command, environment, None
        self.versions = self.start().get("versions")

    def start(self):
        self.errors = tempfile.TemporaryFile()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.errors}
        self.process = subprocess.Popen(self.command, env=self.environment, text=True, **pipes)
        return self.answer()

    def answer(self):
        if select.select([self.process.stdout], [], [], PREPARATION_LIMIT)[0]:
            line, reason = self.process.stdout.readline(), "the worker ended"
        else:
            line, reason = "", f"no answer within {PREPARATION_LIMIT} s"
        if line:
            return json.loads(line)
        self.stop()
        return {"unsupported": f"{reason}: {self.last_error()}"}

    def last_error(self):
        self.errors.seek(0)
        return (self.errors.read().decode(errors="replace").strip().splitlines() or [""])[-1]

    def ask(self, case, seconds):
        if self.process is None:
            problem = self.start()
            if "unsupported" in problem:
                return problem
        try:
            print(json.dumps({"case": case, "seconds": seconds}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # `answer` says so
        return self.answer()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def start_all(names, pythons, programs, threads):
    """Those workers that can be started."""
    if hasattr(os, "sched_setaffinity"):  # some libraries can't be told how many threads to use
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    variables = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
    environment = os.environ | {name: str(threads) for name in variables}
    environment |= {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # otherwise it keeps processes
    workers = {}
    for name in names:
        library, (program, *options) = WORKERS[name]
        if library is None:
            command = [str(programs / program)]
        else:
            command = [pythons.get(library, pythons[""]), str(HERE / "workers" / program)]
        try:
            worker = Worker([*command, str(threads), *options], environment)
            reason = None if worker.versions else worker.last_error()
        except FileNotFoundError as problem:
            reason = problem
        if reason is None:
            workers[name] = worker
        else:
            say(f"without {name}: {reason}")
    return workers


def measure(case, workers, rounds, seconds):
    """What the workers answer, by name: lists of microseconds, or why there are none."""
    results = {name: worker.ask(case, 0) | {"us": []} for name, worker in workers.items()}
    names = [name for name in workers if "unsupported" not in results[name]]
    for round in range(rounds if names else 0):
        for name in names[round % len(names) :] + names[: round % len(names)]:
            if "unsupported" not in results[name]:
                answer = workers[name].ask(case, seconds)
                results[name]["us"].append(answer.get("us"))
                results[name] |= {key: value for key, value in answer.items() if key != "us"}
    for answer in results.values():  # a figure for each round, or None: those of several starts are put together
        answer["us"] += [None] * (rounds - len(answer["us"]))
    return results


def add_start(known, answers, done, rounds):
    """Adds what the workers answered to a case after another start. Every library keeps a figure, or None, for each round of each start."""
    for name in [*known, *(answers.keys() - known.keys())]:
        before = known.get(name, {"us": [None] * done})
        now = answers.get(name, {"us": [None] * rounds})
        known[name] = before | now | {"us": before["us"] + now["us"]}
        variants = [answer["variant"] for answer in (before, now) if answer.get("variant")]
        if variants:
            known[name]["variant"] = " or ".join(dict.fromkeys(variants))
        if any(known[name]["us"]):
            known[name].pop("unsupported", None)


def machine():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()) if sys.platform == "linux" else None
    return f"{found[1] if found else platform.processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def commit():
    command = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="[NAME=]PATH",
        help="the Python that has all libraries, or torch, jax, tensorflow, onnxruntime; otherwise this one",
    )
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "rust" / "target"))
    parser.add_argument("--programs", type=pathlib.Path, default=target / "release", help="the folder of ours, with_burn, with_candle")
    parser.add_argument("--peers", default=",".join(WORKERS), help="these, with commas")
    parser.add_argument("--only", default="", metavar="REGEX", help="the cases whose name has it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--starts", type=int, default=1, help="of every library: where its memory lies may change how fast it is")
    parser.add_argument("--rounds", type=int, default=7, help="of each start")
    parser.add_argument("--seconds", type=float, default=0.3, help="of measuring, for each case, library and round")
    parser.add_argument("--check", action="store_true", help="only compare results, of one start")
    parser.add_argument("--json", type=pathlib.Path, help="all that was measured; written after each case")
    args = parser.parse_args()

    unknown = [name for name in args.peers.split(",") if name not in WORKERS]
    if unknown:
        parser.error(f"no {', '.join(unknown)} among {', '.join(WORKERS)}")
    if args.starts < 1:
        parser.error("--starts is 1 or more")
    pythons = {"": sys.executable} | dict(text.split("=", 1) if "=" in text else ("", text) for text in args.python)
    results = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "commit": commit(),
        "threads": args.threads,
        "starts": 0,
        "rounds": 0 if args.check else args.rounds,
        "seconds": args.seconds,
        "versions": {},
        "cases": {},
    }
    cases = list(filter(re.compile(args.only).search, CASES))
    different = []
    for start in range(1 if args.check else args.starts):
        workers = start_all(args.peers.split(","), pythons, args.programs, args.threads)
        if not workers:
            say("no worker could be started")
            break
        results["starts"] += 1
        results["versions"] |= {name: worker.versions for name, worker in workers.items()}
        for case in cases:
            answers = measure(case, workers, results["rounds"], args.seconds)
            add_start(results["cases"].setdefault(case, {}), answers, start * results["rounds"], results["rounds"])
            different += report.differences(case, answers)
            say(report.progress(case, answers))
            if args.json:
                args.json.write_text(json.dumps(results, indent=1))
        for worker in workers.values():
            worker.stop()
    if not results["starts"]:
        sys.exit(1)
    if not args.check:
        print(report.markdown(results))
    sys.exit("\n".join(["different results:", *dict.fromkeys(different)]) if different else 0)


if __name__ == "__main__":
    main()
