"""Steps of cells of TensorFlow 1.15's `contrib`, from and to files of arrays: started by zoo_tf_contrib.py, in Python 3.7."""

import os
import sys
import warnings

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")

import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


class PhasedLSTMCell(tf.contrib.rnn.PhasedLSTMCell):
    """Its time gate is f32 whatever comes in, and without the gradient that the remainder has by the period: both is undone here."""

    def _get_cycle_ratio(self, time, phase, period):
        return tf.floormod(time - phase, period) / period


# Periods are f64 if their bounds are.
CELLS = {
    "phased_lstm": lambda: PhasedLSTMCell(4, period_init_min=np.float64(1), period_init_max=np.float64(2)),
    "lstm_coupled": lambda: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(4, forget_bias=0.0),
}


def main(cell, read, write):
    """`input.*`: x, or more than that of each step, in the order that the cell takes them; h; c; the weights, in the order that the cell makes them."""
    with np.load(read) as file:
        arrays = dict(file)
    inputs = [tf.constant(arrays["input.{}".format(i)]) for i in range(sum(name.startswith("input.") for name in arrays))]
    sequences = [array for array in inputs if len(array.shape) == 3]
    h, c = inputs[len(sequences):len(sequences) + 2]
    run, state, outputs = CELLS[cell](), tf.contrib.rnn.LSTMStateTuple(c, h), []
    with tf.variable_scope("cell", dtype=tf.float64) as scope:
        for t in range(sequences[0].shape[1]):
            step = tuple(sequence[:, t] for sequence in sequences)
            output, state = run(step if len(step) > 1 else step[0], state, scope=scope)
            outputs.append(output)
    variables = tf.global_variables()
    values = inputs[len(sequences) + 2:]
    results = [tf.stack(outputs, 1), state.h, state.c]
    wanted = {"result.{}".format(i): result for i, result in enumerate(results)}
    if "upstream.0" in arrays:
        upstream = [tf.constant(arrays["upstream.{}".format(i)]) for i in range(3)]
        grads = tf.gradients(results, inputs[:len(sequences) + 2] + variables, upstream)
        wanted.update({"grad.{}".format(i): grad for i, grad in enumerate(grads)})
    with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)) as session:
        assert len(variables) == len(values), variables
        for variable, value in zip(variables, values):
            session.run(variable.assign(value))
        np.savez(write, **session.run(wanted))


main(*sys.argv[1:])
