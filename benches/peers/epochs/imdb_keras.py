"""What Keras gets from the net of examples/imdb: the same layers, initial distributions, data, batches and steps.

    pip install -r requirements.txt       # Keras and its JAX, no PyTorch
    KERAS_BACKEND=jax python imdb_keras.py FILE.npz [--seeds 0 1 2] [--epochs 10] [--batch 128] [--steps 500] [--mask]

FILE is Keras' imdb.npz, or ../../../tests/cases/pipeline/uci_imdb_like_pickled.npz, 3,000 sentences of that structure. (Its lists
are a pickle: open no file that you don't trust.) For each seed prints the accuracies after the last epoch; at the end their
means.
"""

import argparse

import keras
import numpy as np
from keras import layers


def load_data(path, words):
    """What keras.datasets.imdb.load_data(num_words) does after its download."""
    with np.load(path, allow_pickle=True) as file:
        sets = [(file[f"x_{part}"], file[f"y_{part}"]) for part in ["train", "test"]]
    random = np.random.RandomState(113)
    result = []
    for x, y in sets:
        order = np.arange(len(x))
        random.shuffle(order)
        ids = [[1] + [word + 3 if word + 3 < words else 2 for word in review] for review in x[order]]
        result.append((ids, y[order]))
    return result


def run(args, seed, train, test):
    """Trains one net; returns its accuracies on training, validation and test data."""
    keras.utils.set_random_seed(seed)
    net = keras.Sequential(
        [
            layers.Embedding(args.words, 32, mask_zero=args.mask),
            layers.SimpleRNN(32),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    net.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    history = net.fit(
        *train, epochs=args.epochs, batch_size=args.batch, validation_split=0.2, verbose=0
    ).history
    test_accuracy = net.evaluate(*test, verbose=0)[1]
    return history["accuracy"][-1], history["val_accuracy"][-1], test_accuracy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--mask", action="store_true")
    args = parser.parse_args()
    sets = load_data(args.file, args.words)
    train, test = [(keras.utils.pad_sequences(ids, maxlen=args.steps), y.astype("float32")) for ids, y in sets]
    results = []
    for seed in args.seeds:
        results.append(run(args, seed, train, test))
        text = "  ".join(f"{name} {value:.4f}" for name, value in zip(["train", "validation", "test"], results[-1]))
        print(f"seed {seed}  {text}", flush=True)
    print("mean    " + "  ".join(f"{value:.4f}" for value in np.mean(results, axis=0)))


if __name__ == "__main__":
    main()
