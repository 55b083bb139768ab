"""JAX: `with_jax.py THREADS [100]`. With 100, that many training steps in a compiled call (5 of the IMDB net)."""

import sys

import jax
import jax.numpy as jnp
import jaxlib
from jax import lax

from common import Cell, Work, data, serve, size, weights

MANY = sys.argv[2:] == ["100"]


def layer(kind, arrays, x, unroll):
    """All outputs [T, B, H] for x [T, B, I]: the inputs' product at once, then a scan."""
    w_ih, w_hh, b, *b_hh = arrays
    zero = jnp.zeros((x.shape[1], w_hh.shape[0]))

    def rnn(h, a):
        h = jnp.tanh(a + h @ w_hh)
        return h, h

    def lstm(state, a):
        h, c = state
        i, f, g, o = jnp.split(a + h @ w_hh, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(h, a):
        (ar, az, an), (hr, hz, hn) = jnp.split(a, 3, axis=-1), jnp.split(h @ w_hh + b_hh[0], 3, axis=-1)
        z = jax.nn.sigmoid(az + hz)
        n = jnp.tanh(an + jax.nn.sigmoid(ar + hr) * hn)
        h = n + z * (h - n)
        return h, h

    one_step, state = {"rnn": (rnn, zero), "lstm": (lstm, (zero, zero)), "gru": (gru, zero)}[kind]
    return lax.scan(one_step, state, x @ w_ih + b, unroll=unroll)[1]


def cell(case, unroll):
    arrays = jax.tree.map(jnp.asarray, weights(case)["layers"][0])
    x = jnp.asarray(data(case)[0]).transpose(1, 0, 2)

    def forward(arrays, x):
        return layer(case.kind, arrays, x, unroll)

    if case.backward:
        function = jax.jit(jax.grad(lambda arrays, x: forward(arrays, x).sum(), argnums=(0, 1)))
    else:
        function = jax.jit(forward)

    def call():
        return jax.block_until_ready(function(arrays, x))

    if not case.backward:
        return Work(call, [size(call())])
    others, dx = call()
    return Work(call, [size(dx), size(*others)])


def loss_of(net, unroll, arrays, x, y):
    h = arrays["words"][x] if net.vocabulary else x
    for layer_arrays in arrays["layers"]:
        h = layer(net.kind, layer_arrays, h, unroll)
    h = h if net.every else h[-1]
    for n, (w, b) in enumerate(arrays["dense"]):
        h = (jax.nn.relu(h) if n else h) @ w + b
    if net.loss == "mse":
        return jnp.mean((h - y) ** 2)
    if net.loss == "classes":
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(h), y[:, None], axis=1))
    return jnp.mean(jax.nn.softplus(h) - h * y)


def adam(arrays, gradients, state):
    t, m, v = state
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
    rate, scale = 1e-3 / (1 - 0.9**t), 1 / (1 - 0.999**t)
    return jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v * scale) + 1e-8), arrays, m, v), (t, m, v)


def rms_prop(arrays, gradients, state):
    t, m, v = state
    v = jax.tree.map(lambda v, g: 0.9 * v + 0.1 * g * g, v, gradients)
    return jax.tree.map(lambda w, g, v: w - 1e-3 * g / jnp.sqrt(v + 1e-7), arrays, gradients, v), (t, m, v)


def step(net, unroll):
    x, y = map(jnp.asarray, data(net))
    x = x.swapaxes(0, 1)
    y = y.swapaxes(0, 1) if net.every else y
    arrays = jax.tree.map(jnp.asarray, weights(net))
    optimizer = rms_prop if net.loss == "binary" else adam
    zeros = jax.tree.map(jnp.zeros_like, arrays)
    none = {} if optimizer is rms_prop else jax.tree.map(jnp.copy, zeros)
    everything = (arrays, (jnp.zeros(()), none, zeros))

    def one(everything, x, y):
        arrays, state = everything
        loss, gradients = jax.value_and_grad(lambda arrays: loss_of(net, unroll, arrays, x, y))(arrays)
        return optimizer(arrays, gradients, state), loss

    def many(everything, x, y):
        return lax.scan(lambda everything, _: one(everything, x, y), everything, None, length=steps)

    steps = (5 if net.vocabulary else 100) if MANY else 1
    function, loss = jax.jit(many if MANY else one, donate_argnums=0), None

    def call():
        nonlocal everything, loss
        everything, loss = function(everything, x, y)
        return loss

    losses = list(call()) if MANY else [call() for _ in range(5)]
    return Work(call, [float(losses[0]), float(losses[4])], lambda: jax.block_until_ready((everything, loss)), steps)


def variants(case):
    kind = cell if isinstance(case, Cell) else step
    if MANY and kind is cell:
        return "only for training steps"
    unrolls = [1, 5] + ([case.t] if 5 < case.t <= 30 else [])
    return {f"unroll {unroll}": lambda unroll=unroll: kind(case, unroll) for unroll in unrolls}


serve({"JAX": jax.__version__, "jaxlib": jaxlib.__version__}, variants)
