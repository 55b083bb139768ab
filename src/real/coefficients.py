"""Computes the coefficients in float.rs (needs only mpmath).

Remez' algorithm finds the polynomial whose largest relative error is least. The coefficients must then be
rounded to the type, which costs little: a power of the small argument stands before each.
"""

import struct
import sys

import mpmath as mp

mp.mp.dps = 70
LN2 = mp.log(2)


def solve(f, weight, low, high, count):
    """The coefficients, and the largest weighted error."""
    top = low + (high - low) * mp.mpf("0.97")  # so that no point starts at 0, where the weight may be 0
    points = [(low + top) / 2 - (top - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count + 2)) for i in range(count + 1)]
    while True:
        a, b = mp.matrix(count + 1, count + 1), mp.matrix(count + 1, 1)
        for i, x in enumerate(points):
            for j in range(count):
                a[i, j] = weight(x) * x**j
            a[i, count], b[i] = (-1) ** i, weight(x) * f(x)
        *found, level = mp.lu_solve(a, b)
        error = lambda x: weight(x) * (mp.polyval(found[::-1], x) - f(x))
        peaks = []
        for i in range(800):  # the largest error of every run of one sign
            x = low + (high - low) * (1 - mp.cos(mp.pi * mp.mpf(i) / 799)) / 2
            e = error(x)
            if not peaks or (e > 0) != (peaks[-1][1] > 0):
                peaks.append((x, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (x, e)
        while len(peaks) > count + 1:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        worst = max(abs(e) for _, e in peaks)
        if worst < abs(level) * mp.mpf("1.001"):
            return found, worst
        points = [x for x, _ in peaks]


def rounded(x, bits):
    """x as the nearest number of `bits` bits, in the fewest digits that mean it."""
    number = lambda x: struct.unpack("<f", struct.pack("<f", x))[0] if bits == 32 else float(x)
    x = number(float(mp.mpf(x)))
    for digits in range(1, 18):
        text = f"{x:.{digits - 1}e}"
        if number(float(text)) == x:
            break
    exponent = int(text.split("e")[1])
    plain = f"{x:.{digits - 1 - exponent}f}"
    return x, plain if exponent > -4 else text.replace("e-0", "e-")


def fit(name, count, bits):
    """The rounded coefficients as text, and the largest weighted error before and after the rounding."""
    f, weight, edge = function(name, bits)
    low, high = interval(name, edge)
    found, before = solve(f, weight, low, high, count)
    values, texts = zip(*(rounded(c, bits) for c in found))
    grid = [low + (high - low) * mp.mpf(i) / 1999 for i in range(2000)]
    after = max(abs(weight(x) * (mp.polyval([mp.mpf(v) for v in values[::-1]], x) - f(x))) for x in grid)
    return texts, before, after


def function(name, bits):
    """f, the weight that makes an error of f one of the whole function, and the largest |argument|."""
    root = mp.sqrt
    if name == "EXP":  # e^r = 1 + r + r^2 P(r)
        f = lambda r: (mp.exp(r) - 1 - r) / r**2
        return f, lambda r: r**2 / mp.exp(r), LN2 / 2
    if name == "COTH":  # r coth(r/2) = 2 + r^2 P(r^2); an error e of it is one of 2 r e/(4 - r^2) in e^r
        f = lambda s: (root(s) * mp.coth(root(s) / 2) - 2) / s
        return f, lambda s: s * 2 * root(s) / (4 - s), LN2 / 2
    if name == "TANH":  # tanh r = r + r^3 P(r^2)
        f = lambda s: (mp.tanh(root(s)) - root(s)) / root(s) ** 3
        return f, lambda s: root(s) ** 3 / mp.tanh(root(s)), mp.mpf("0.205") if bits == 32 else LN2 / 4
    if name == "LN":  # 2 artanh s = 2 s + s^3 P(s^2)
        f = lambda w: (2 * mp.atanh(root(w)) - 2 * root(w)) / root(w) ** 3
        return f, lambda w: root(w) ** 3 / (2 * mp.atanh(root(w))), (root(2) - 1) / (root(2) + 1)
    if name == "SOFTPLUS":  # 2 artanh(w/2) = w + w^3 P(w^2)
        f = lambda s: (2 * mp.atanh(root(s) / 2) - root(s)) / root(s) ** 3
        return f, lambda s: root(s) ** 3 / (2 * mp.atanh(root(s) / 2)), mp.mpf(2) / 3


def interval(name, edge):
    edge *= mp.mpf("1.0001")
    return (-edge, edge) if name == "EXP" else (mp.mpf("1e-30"), edge**2)


if __name__ == "__main__":
    counts = {32: {"EXP": 5, "COTH": 2, "TANH": 3, "LN": 3, "SOFTPLUS": 5}, 64: {"EXP": 10, "COTH": 5, "TANH": 6, "LN": 7, "SOFTPLUS": 10}}
    if len(sys.argv) > 1:
        name, bits = sys.argv[1], int(sys.argv[2])
        for count in map(int, sys.argv[3:]):
            _, ideal, worst = fit(name, count, bits)
            unit = mp.mpf(2) ** (24 if bits == 32 else 53)
            print(name, bits, count, mp.nstr(ideal * unit, 3), mp.nstr(worst * unit, 3))
        sys.exit()
    for bits, names in counts.items():
        unit = mp.mpf(2) ** (24 if bits == 32 else 53)
        print(f"\nf{bits}\n    const LN_2: [Self; 2] = [std::f{bits}::consts::LN_2, {rounded(LN2 - rounded(LN2, bits)[0], bits)[1]}];")
        for name, count in names.items():
            texts, before, after = fit(name, count, bits)
            print(f"    // {mp.nstr(after * unit, 2)} of a rounding; {mp.nstr(before * unit, 2)} before the coefficients were rounded")
            print(f"    const P_{name}: &[Self] = &[{', '.join(texts)}];")
