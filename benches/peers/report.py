"""Tables of what run.py measured: `python report.py results.json > table.md`."""

import json
import math
import statistics
import sys

OURS = "tapeloop"
# Peers that do something else: inference only, and many steps for one call.
APART = {"onnxruntime": "ONNX Runtime, forward only", "jax-100": "JAX with 100 steps in a call"}


def ratios(answers):
    """For each peer the median of the rounds' peer ÷ ours: above 1 we are faster."""
    ours = answers.get(OURS, {}).get("us", [])
    result = {}
    for name, answer in answers.items():
        pairs = [(theirs, mine) for theirs, mine in zip(answer["us"], ours) if theirs and mine]
        if name != OURS and pairs:
            result[name] = statistics.median(theirs / mine for theirs, mine in pairs)
    return result


def differences(case, answers):
    """Whose results aren't those of the first. After five steps small ones are allowed: libraries place epsilon differently."""
    found = []
    given = {name: answer["checks"] for name, answer in answers.items() if "checks" in answer}
    first = next(iter(given), None)
    for name, checks in given.items():
        for n, (theirs, ours) in enumerate(zip(checks, given[first])):
            allowed = 1e-2 if case.startswith("step/") and n else 1e-3
            if not abs(theirs - ours) <= allowed * abs(ours):
                found.append(f"{case}, number {n}: {first} {ours}, {name} {theirs}")
    return found


def microseconds(us):
    median = statistics.median(us)
    return f"{median:,.0f}" if median >= 100 else f"{median:.1f}"


def measured(answer):
    return [us for us in answer["us"] if us]


def progress(case, answers):
    parts = [f"{name} {microseconds(measured(answer))}" for name, answer in answers.items() if measured(answer)]
    parts = parts or [name for name, answer in answers.items() if "checks" in answer]
    lost = [f"{name}: {answer['unsupported']}" for name, answer in answers.items() if "unsupported" in answer]
    return "\n".join([f"{case}  " + "  ".join(parts), *(f"    {text[:160]}" for text in lost if "only" not in text)])


def cell(answer, ratio, fastest):
    if not measured(answer):
        return "–"
    text = microseconds(measured(answer)) + (f" ×{ratio:.2f}" if ratio else "")
    return f"**{text}**" if fastest else text


def overview(cases, names):
    """A row for each case, and the smallest ratio."""
    lines = ["| case | " + " | ".join(names) + " | smallest |", "| --- |" + " ---: |" * (len(names) + 1)]
    for case, answers in cases.items():
        by_peer = ratios(answers)
        usual = {name: ratio for name, ratio in by_peer.items() if name not in APART}
        fastest = min(usual, key=usual.get, default=None)
        cells = [cell(answers.get(name, {"us": []}), by_peer.get(name), name == fastest) for name in names]
        lines.append(f"| {case} | " + " | ".join(cells) + f" | {f'×{usual[fastest]:.2f} {fastest}' if usual else '–'} |")
    return lines


def summary(cases):
    """Geometric means and smallest ratios of groups of cases, to the fastest peer of each case."""
    lines = ["| group | against | cases | geometric mean | smallest | below 1 |", "| --- | --- | ---: | ---: | --- | ---: |"]
    groups = [f"cell/{kind}/{direction}/" for kind in ["rnn", "lstm", "gru"] for direction in ["forward", "forward_backward"]]
    for prefix in [*groups, "cell/", "step/"]:
        selected = {case: ratios(answers) for case, answers in cases.items() if case.startswith(prefix)}
        names = {name for by_peer in selected.values() for name in by_peer}
        against = [("the fastest", names - set(APART))] + [(text, {name} & names) for name, text in APART.items()]
        for text, peers in against:
            found = {
                case: min((by_peer[name], name) for name in peers & by_peer.keys())
                for case, by_peer in selected.items()
                if peers & by_peer.keys()
            }
            if not found:
                continue
            mean = math.exp(statistics.mean(math.log(ratio) for ratio, _ in found.values()))
            case = min(found, key=found.get)
            smallest = f"×{found[case][0]:.2f} {found[case][1]}, {case.removeprefix(prefix)}"
            below = sum(ratio < 1 for ratio, _ in found.values())
            lines.append(f"| {prefix.rstrip('/')} | {text} | {len(found)} | ×{mean:.2f} | {smallest} | {below} |")
    return lines


def details(cases):
    lines = ["| case | library | variant | µs | from | to | ratio |", "| --- | --- | --- | ---: | ---: | ---: | ---: |"]
    for case, answers in cases.items():
        by_peer = ratios(answers)
        for name, answer in answers.items():
            us = measured(answer)
            if us:
                numbers = " | ".join(map(microseconds, ([statistics.median(us)], [min(us)], [max(us)])))
                ratio = f"×{by_peer[name]:.2f}" if name in by_peer else ""
                lines.append(f"| {case} | {name} | {answer.get('variant') or ''} | {numbers} | {ratio} |")
    return lines


def missing(cases):
    reasons = {}
    for case, answers in cases.items():
        for name, answer in answers.items():
            if "unsupported" in answer and name not in APART:
                reasons.setdefault(f"{name}: {answer['unsupported']}", []).append(case)
    return [f"- {reason} ({', '.join(where)})" for reason, where in reasons.items()]


def markdown(results):
    cases, versions = results["cases"], results["versions"]
    every = ", ".join(dict.fromkeys(f"{name} {number}" for found in versions.values() for name, number in found.items()))
    rounds = f"{results['rounds']} rounds" + (f" of each of {results['starts']} starts" if results.get("starts", 1) > 1 else "")
    head = [
        f"{results['date']}, {results['machine']}, {results['threads']} threads each, commit {results['commit']}: {every}.",
        "",
        f"Microseconds of a call: medians of {rounds}; ×: the median of the rounds' peer ÷ tapeloop, so above 1 "
        "tapeloop is faster. Bold: the fastest of those that do the same, one call for each.",
    ]
    parts = [head, summary(cases), overview(cases, list(versions)), ["All of it:", "", *details(cases)]]
    lost = missing(cases)
    if lost:
        parts.append(["Not measured:", "", *lost])
    return "\n\n".join("\n".join(part) for part in parts)


if __name__ == "__main__":
    print(markdown(json.load(open(sys.argv[1]))))
