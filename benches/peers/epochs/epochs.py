"""An epoch of two classifiers here, in PyTorch and in Keras: the same nets, batches, optimizers and data, in turns.

    pip install -r requirements.txt
    cargo bench --bench epochs --no-run         # prints where the program is
    python epochs.py PROGRAM [--threads 2] [--rounds 5]

Each library runs as a process of its own, which trains one epoch to warm up (Keras and JAX compile then) and times the
next ones. Prints medians, from-to, and how many times longer than here.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

ROWS = {"mnist": 10_000, "imdb": 2_560}
EPOCHS = 2


def number(count):
    """The numbers of benches/epochs.rs."""
    import numpy as np

    return ((np.arange(count, dtype=np.uint64) * np.uint64(2_654_435_761)) & np.uint64(0xFFFFFFFF)) >> np.uint64(12)


def data(net, rows):
    import numpy as np

    if net == "mnist":
        x = (number(rows * 784) % np.uint64(256)).astype(np.float32).reshape(rows, 28, 28) / 255
        return x, (number(rows) % np.uint64(10)).astype(np.int64)
    x = (number(rows * 500) % np.uint64(10_000)).astype(np.int32).reshape(rows, 500)
    return x, (number(rows) % np.uint64(2)).astype(np.float32)


def torch_epochs(net, rows, threads):
    import torch

    torch.set_num_threads(threads)
    x, y = map(torch.from_numpy, data(net, rows))

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            if net == "mnist":
                self.rnn, self.out = torch.nn.RNN(28, 128, batch_first=True), torch.nn.Linear(128, 10)
            else:
                self.words = torch.nn.Embedding(10_000, 32)
                self.rnn, self.out = torch.nn.RNN(32, 32, batch_first=True), torch.nn.Linear(32, 1)

        def forward(self, x):
            if net == "imdb":
                x = self.words(x)
            return self.out(self.rnn(x)[0][:, -1])

    model = Net()
    if net == "mnist":
        batch, optimizer = 50, torch.optim.Adam(model.parameters(), 1e-3)
        loss_of = torch.nn.functional.cross_entropy
    else:
        batch, optimizer = 128, torch.optim.RMSprop(model.parameters(), 1e-3)

        def loss_of(logits, y):
            return torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], y)

    def epoch():
        order = torch.randperm(rows)
        for start in range(0, rows, batch):
            which = order[start : start + batch]
            loss = loss_of(model(x[which]), y[which])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return timed(epoch)


def keras_epochs(net, rows, threads):
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    import keras

    x, y = data(net, rows)
    if net == "mnist":
        layers = [keras.Input((28, 28)), keras.layers.SimpleRNN(128), keras.layers.Dense(10)]
        loss, optimizer, batch = keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.optimizers.Adam(1e-3), 50
    else:
        layers = [
            keras.Input((500,)),
            keras.layers.Embedding(10_000, 32),
            keras.layers.SimpleRNN(32),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
        loss, optimizer, batch = "binary_crossentropy", keras.optimizers.RMSprop(1e-3), 128
    model = keras.Sequential(layers)
    model.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
    return timed(lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0))


def timed(epoch):
    epoch()
    seconds = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - start)
    return seconds


def child(library, net, rows, threads):
    epochs = torch_epochs if library == "torch" else keras_epochs
    print(json.dumps({"seconds": epochs(net, rows, threads)}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the program that `cargo bench --bench epochs --no-run` names")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--net", choices=ROWS, action="append")
    parser.add_argument(
        "--peer",
        action="append",
        metavar="NAME=PYTHON",
        help="torch, jax or tensorflow (Keras on it), and the Python that has it; by default this one for torch and jax",
    )
    args = parser.parse_args()
    peers = dict(peer.split("=", 1) for peer in args.peer or ["torch=" + sys.executable, "jax=" + sys.executable])
    for net in args.net or ROWS:
        rows, threads = ROWS[net], args.threads
        ours = [args.program, "--net", net, "--rows", str(rows), "--epochs", str(EPOCHS), "--threads", str(threads)]
        commands = {"tapeloop": ours}
        for name, python in peers.items():
            commands[name] = [python, __file__, "--child", name, net, str(rows), str(threads)]
        seconds = {name: [] for name in commands}
        for _ in range(args.rounds):
            for name, command in commands.items():
                env = dict(os.environ, OMP_NUM_THREADS=str(threads), KERAS_BACKEND=name, TF_CPP_MIN_LOG_LEVEL="3")
                out = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
                seconds[name] += json.loads(out.splitlines()[-1])["seconds"]
        base = statistics.median(seconds["tapeloop"])
        for name, all_of_it in seconds.items():
            median = statistics.median(all_of_it)
            span = f"[{min(all_of_it):.3f} - {max(all_of_it):.3f}]"
            print(f"{net:6} {rows} rows  {threads} threads  {name:11} {median:.3f} s {span}  x{median / base:.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main()
