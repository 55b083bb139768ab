"""TensorFlow, as a `tf.function`: `with_tensorflow.py THREADS [xla]`."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

from common import Cell, Work, data, serve, size, weights

THREADS, XLA = int(sys.argv[1]), sys.argv[2:] == ["xla"]


def layer(kind, arrays, x, unrolled):
    """All outputs [T, B, H] for x [T, B, I]: the inputs' product at once, then a loop."""
    w_ih, w_hh, b, *b_hh = arrays
    steps, rows, inputs = x.shape
    a = tf.reshape(tf.reshape(x, [steps * rows, inputs]) @ w_ih + b, [steps, rows, w_ih.shape[1]])
    state = (tf.zeros([rows, w_hh.shape[0]]),) * (2 if kind == "lstm" else 1)

    def one_step(a, h, *c):
        if kind == "rnn":
            return (tf.tanh(a + h @ w_hh),)
        if kind == "lstm":
            i, f, g, o = tf.split(a + h @ w_hh, 4, axis=-1)
            c = tf.sigmoid(f) * c[0] + tf.sigmoid(i) * tf.tanh(g)
            return tf.sigmoid(o) * tf.tanh(c), c
        (ar, az, an), (hr, hz, hn) = tf.split(a, 3, axis=-1), tf.split(h @ w_hh + b_hh[0], 3, axis=-1)
        z = tf.sigmoid(az + hz)
        n = tf.tanh(an + tf.sigmoid(ar + hr) * hn)
        return (n + z * (h - n),)

    if unrolled:
        outputs = []
        for a_t in tf.unstack(a):
            state = one_step(a_t, *state)
            outputs.append(state[0])
        return tf.stack(outputs)

    a = tf.TensorArray(tf.float32, steps, element_shape=a.shape[1:]).unstack(a)
    outputs = tf.TensorArray(tf.float32, steps, element_shape=state[0].shape)

    def body(t, outputs, *state):
        state = one_step(a.read(t), *state)
        return t + 1, outputs.write(t, state[0]), *state

    done = tf.while_loop(lambda t, *_: t < steps, body, (0, outputs, *state), maximum_iterations=steps)
    return done[1].stack()


def cell(case, unrolled):
    arrays = [tf.Variable(array) for array in weights(case)["layers"][0]]
    x = tf.constant(data(case)[0].transpose(1, 0, 2))

    @tf.function(jit_compile=XLA)
    def function(x):
        if not case.backward:
            return layer(case.kind, arrays, x, unrolled)
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(layer(case.kind, arrays, x, unrolled))
        return tape.gradient(total, [x, *arrays])

    if not case.backward:
        return Work(lambda: function(x), [size(function(x))])
    dx, *others = function(x)
    return Work(lambda: function(x), [size(dx), size(*others)])


def step(net, unrolled):
    x, y = map(tf.constant, data(net))
    x = tf.transpose(x, [1, 0, *range(2, len(x.shape))])
    y = tf.transpose(y, [1, 0, 2]) if net.every else y
    arrays = tf.nest.map_structure(tf.Variable, weights(net))
    every_array = tf.nest.flatten(arrays)
    moments = [[tf.Variable(tf.zeros_like(w)) for w in every_array] for _ in range(2)]
    count = tf.Variable(0.0)

    def loss_of(x, y):
        h = tf.gather(arrays["words"], x) if net.vocabulary else x
        for layer_arrays in arrays["layers"]:
            h = layer(net.kind, layer_arrays, h, unrolled)
        h = tf.reshape(h, [-1, net.h]) if net.every else h[-1]
        for n, (w, b) in enumerate(arrays["dense"]):
            h = (tf.nn.relu(h) if n else h) @ w + b
        if net.loss == "mse":
            return tf.reduce_mean((tf.reshape(h, y.shape) - y) ** 2)
        if net.loss == "classes":
            return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, h))
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, h))

    @tf.function(jit_compile=XLA)
    def function(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(x, y)
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, every_array)]
        count.assign_add(1.0)
        rate = 1e-3 / (1 - 0.9**count)
        scale = 1 / (1 - 0.999**count)
        for w, m, v, g in zip(every_array, *moments, gradients):
            if net.loss == "binary":
                v.assign(0.9 * v + 0.1 * g * g)
                w.assign_sub(1e-3 * g / tf.sqrt(v + 1e-7))
            else:
                m.assign(0.9 * m + 0.1 * g)
                v.assign(0.999 * v + 0.001 * g * g)
                w.assign_sub(rate * m / (tf.sqrt(v * scale) + 1e-8))
        return loss

    losses = [float(function(x, y)) for _ in range(5)]
    return Work(lambda: function(x, y), [losses[0], losses[4]])


def variants(case):
    kind = cell if isinstance(case, Cell) else step
    all_of_them = {"loop": lambda: kind(case, False)}
    if case.t <= 30:
        all_of_them["unrolled"] = lambda: kind(case, True)
    return all_of_them


tf.config.set_visible_devices([], "GPU")
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)
serve({"TensorFlow": tf.__version__}, variants)
