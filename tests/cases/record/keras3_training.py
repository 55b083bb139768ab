"""What surrounds a net in Keras 3, on the JAX backend in float64: `EarlyStopping` and `ReduceLROnPlateau` in a real `fit`,
histories of masked nets, and metrics."""

import os
import pathlib
import sys

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"}

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

import caseio

keras.config.set_floatx("float64")
# Keras 3 rounds to float32 on every backend but TensorFlow: this table is the only place.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
SOURCE = f"keras {keras.__version__} + jax {jax.__version__} (PyPI), CPU, float64"
EPOCHS = 40


def falling():
    """A number that falls, in steps and with noise."""
    rng = np.random.default_rng(3)
    return 2.0 * 0.9 ** np.arange(EPOCHS) + 0.3 * rng.random(EPOCHS)


def with_plateaus():
    """A number that stays for some epochs, falls by 1/1024, stays, falls by 1/4, and rises at last."""
    return np.repeat([3.0, 3.0 - 1 / 1024, 2.75, 2.5, 2.5 - 1 / 1024, 2.25, 2.5], [3, 3, 5, 7, 6, 9, 7])


def with_nan():
    values = falling()
    values[[4, 5, 9]] = np.nan
    return values


STOP, REDUCE = "EarlyStopping", "ReduceLROnPlateau"
RECORDED = {  # what --record makes
    "stop_patience_0": (STOP, {"patience": 0}, falling),
    "stop_patience_1": (STOP, {"patience": 1}, falling),
    "stop_patience_3": (STOP, {"patience": 3}, falling),
    "stop_patience_3_restore": (STOP, {"patience": 3, "restore_best_weights": True}, falling),
    "stop_never_restore": (STOP, {"patience": EPOCHS, "restore_best_weights": True}, with_plateaus),
    "stop_min_delta": (STOP, {"patience": 4, "min_delta": 0.125, "restore_best_weights": True}, falling),
    "stop_min_delta_equal": (STOP, {"patience": 6, "min_delta": 0.25, "restore_best_weights": True}, with_plateaus),
    "stop_plateaus": (STOP, {"patience": 6, "restore_best_weights": True}, with_plateaus),
    "stop_max": (STOP, {"patience": 5, "mode": "max", "restore_best_weights": True}, lambda: -with_plateaus()),
    "stop_max_min_delta": (STOP, {"patience": 5, "mode": "max", "min_delta": 0.125, "restore_best_weights": True},
                           lambda: -falling()),
    "stop_nan": (STOP, {"patience": 2, "restore_best_weights": True}, with_nan),
    "reduce_patience_1": (REDUCE, {"patience": 1, "factor": 0.5}, falling),
    "reduce_patience_2": (REDUCE, {"patience": 2, "factor": 0.5}, falling),
    "reduce_patience_0": (REDUCE, {"patience": 0, "factor": 0.75}, falling),
    "reduce_plateaus": (REDUCE, {"patience": 3, "factor": 0.25}, with_plateaus),
    "reduce_no_min_delta": (REDUCE, {"patience": 3, "factor": 0.25, "min_delta": 0.0}, with_plateaus),
    "reduce_min_delta": (REDUCE, {"patience": 3, "factor": 0.25, "min_delta": 0.125}, with_plateaus),
    "reduce_cooldown_1": (REDUCE, {"patience": 2, "factor": 0.5, "cooldown": 1}, with_plateaus),
    "reduce_cooldown_4": (REDUCE, {"patience": 2, "factor": 0.5, "cooldown": 4}, with_plateaus),
    "reduce_cooldown_floor": (REDUCE, {"patience": 1, "factor": 0.125, "cooldown": 2, "min_lr": 2.0**-8}, falling),
    "reduce_floor": (REDUCE, {"patience": 1, "factor": 0.125, "min_lr": 2.0**-8}, falling),
    "reduce_max": (REDUCE, {"patience": 2, "factor": 0.5, "mode": "max"}, lambda: -with_plateaus()),
    "reduce_nan": (REDUCE, {"patience": 2, "factor": 0.5}, with_nan),
}


class Script(keras.callbacks.Callback):
    """Before the callback in question: the number that it looks at goes into the logs, that of the epoch into the weight."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["loss"] = self.values[epoch]
        self.model.set_weights([np.full((1, 1), float(epoch))])


class Rates(keras.callbacks.Callback):
    """After it: the learning rate."""

    def __init__(self):
        super().__init__()
        self.rates = []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)))


def callback_case(path, name):
    callback, config, values = RECORDED[name]
    return caseio.Case(path, {"case": name, "callback": callback, "config": config}, {"input.values": values()})


def run(case):
    """A whole `fit`: the learning rate after each of its epochs, and the weight at its end."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    callback = getattr(keras.callbacks, case.meta["callback"])(monitor="loss", **case.meta["config"])
    rates = Rates()
    callbacks = [Script(case.arrays["input.values"]), callback, rates]
    model.fit(np.zeros((1, 1)), np.zeros((1, 1)), epochs=EPOCHS, verbose=0, callbacks=callbacks)
    return {"expected.lr": np.array(rates.rates), "expected.weight": model.get_weights()[0].reshape(1)}


def layers(*names):
    """Layers, by what is between the masks and the outputs."""
    make = {
        "embedding": lambda: keras.layers.Embedding(7, 4, mask_zero=True),
        "masking": lambda: keras.layers.Masking(-9.0),
        "lstm": lambda: keras.layers.LSTM(5, return_sequences=True),
        "gru": lambda: keras.layers.GRU(4, return_sequences=True),
        "rnn_last": lambda: keras.layers.SimpleRNN(5),
        "both": lambda: keras.layers.Bidirectional(keras.layers.SimpleRNN(3, return_sequences=True)),
        "logits": lambda: keras.layers.Dense(3),
        "softmax": lambda: keras.layers.Dense(3, activation="softmax"),
        "sigmoid": lambda: keras.layers.Dense(1, activation="sigmoid"),
        "numbers": lambda: keras.layers.Dense(2),
    }
    return [make[name]() for name in names]


N, T = 11, 6
MASKED = {  # what --record makes: layers, loss, metrics
    "words_logits": (["embedding", "gru", "logits"], "sparse_categorical_crossentropy from_logits",
                     ["sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"]),
    "words_softmax": (["embedding", "both", "softmax"], "categorical_crossentropy", ["categorical_accuracy", "mse"]),
    "words_sigmoid": (["embedding", "lstm", "sigmoid"], "binary_crossentropy", ["binary_accuracy", "mae"]),
    "words_last": (["embedding", "gru", "rnn_last", "logits"], "sparse_categorical_crossentropy from_logits",
                   ["sparse_categorical_accuracy"]),
    "numbers_mse": (["masking", "lstm", "numbers"], "mse", ["mae", "mse"]),
    "numbers_huber": (["masking", "lstm", "gru", "numbers"], "huber", ["mae"]),
    "numbers_last": (["masking", "lstm", "rnn_last", "numbers"], "mae", ["mse"]),
}


def masked_inputs(names):
    """Sequences of which most end early; a target for each step, or for each sequence."""
    rng = np.random.default_rng(4)
    lengths = np.array([6, 2, 5, 1, 6, 3, 4, 6, 2, 5, 3])
    live = np.arange(T) < lengths[:, None]
    words = "embedding" in names
    x = np.where(live, rng.integers(1, 7, (N, T)), 0) if words else \
        np.where(live[..., None], rng.standard_normal((N, T, 3)), -9.0)
    axes = (N,) if "rnn_last" in names else (N, T)
    y = {"logits": rng.integers(0, 3, axes), "softmax": np.eye(3)[rng.integers(0, 3, axes)],
         "sigmoid": rng.integers(0, 2, axes)[..., None], "numbers": rng.standard_normal((*axes, 2))}[names[-1]]
    return {"input.x": x.astype(np.int64 if words else np.float64), "input.lengths": lengths.astype(np.int64),
            "input.y": y.astype(np.int64 if names[-1] == "logits" else np.float64)}


def built(case):
    names, loss = case.meta["layers"], case.meta["loss"]
    model = keras.Sequential(layers(*names))
    loss, *logits = loss.split()
    if logits:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    metrics = [keras.metrics.SparseTopKCategoricalAccuracy(k=2, name=name) if "top_k" in name else name
               for name in case.meta["metrics"]]
    model.compile(keras.optimizers.SGD(0.5), loss, weighted_metrics=metrics)
    model.build(case.arrays["input.x"].shape)
    return model


def masked(case):
    """Three epochs: the history, and the weights at the end."""
    model = built(case)
    given = case.group("param.")
    model.set_weights([given[name] for name in sorted(given)])
    # On JAX the mask is lost on its way to the metrics of a training step. As weights it arrives, and changes no loss.
    mask = np.arange(T) < case.arrays["input.lengths"][:, None]
    history = model.fit(case.arrays["input.x"], case.arrays["input.y"], batch_size=4, epochs=3, verbose=0,
                        sample_weight=None if "rnn_last" in case.meta["layers"] else mask.astype(np.float64),
                        shuffle=False, validation_split=0.28).history
    weights = zip(sorted(given), model.get_weights())
    return {f"expected.{name}": np.array(values) for name, values in history.items()} | \
        {f"expected.final.{name}": value for name, value in weights}


def masked_case(path, name):
    names, loss, metrics = MASKED[name]
    meta = {"case": name, "layers": names, "loss": loss, "metrics": metrics, "optimizer": "SGD 0.5", "batch_size": 4,
            "epochs": 3, "validation_split": 0.28, "shuffle": False}
    case = caseio.Case(path, meta, masked_inputs(names))
    keras.utils.set_random_seed(5)
    for number, weight in enumerate(built(case).weights):
        case.arrays[f"param.{number:02}.{weight.path.replace('/', '.')}"] = np.array(weight.numpy())
    return case


def metric(case):
    """A metric after each of its batches."""
    metric = getattr(keras.metrics, case.meta["metric"]).from_config(case.meta["config"])
    running = []
    for number in range(len(case.arrays["expected.running"])):
        of = case.group(f"input.{number}.")
        metric.update_state(of["y_true"], of["y_pred"], sample_weight=of.get("sample_weight"))
        running.append(float(metric.result()))
    return {"expected.running": np.array(running)}


LICENCE = "recorded by running Apache-2.0 software; data are our own recordings"


def record(cases):
    """Makes the cases of the tables that have no file yet."""
    makers = {"keras3/callbacks": (RECORDED, callback_case, run), "keras3/masked": (MASKED, masked_case, masked)}
    for folder, (table, make, recompute) in makers.items():
        (cases / folder).mkdir(parents=True, exist_ok=True)
        for name in table:
            path = cases / folder / f"{name}.safetensors"
            if not path.exists():
                case = make(path, name)
                case.meta["licence"] = LICENCE
                case.write(recompute(case), SOURCE)
                print(f"{folder}/{name}: recorded")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        sys.argv.pop()
        record(pathlib.Path(__file__).resolve().parent.parent)
    caseio.main(__doc__, {"keras3/callbacks": (SOURCE, run), "keras3/masked": (SOURCE, masked),
                          "keras3/metrics": (SOURCE, metric)})
