"""What PyTorch gets from the net of examples/mnist: the same layers, initial distributions, data, batches and steps.

    python mnist_torch.py FOLDER [--seeds 0 1 2] [--epochs 5] [--batch 50] [--units 128] [--lr 0.001] [--clip-norm 1]

FOLDER has the four IDX files of MNIST or Fashion-MNIST, compressed or not. For each seed and epoch prints the mean
training loss and accuracy of its batches, and the test accuracy after it; at the end the mean over the seeds.
"""

import argparse
import gzip
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn


def read_idx(folder, name):
    """An array of bytes from an IDX file."""
    path = Path(folder) / name
    with open(path, "rb") if path.exists() else gzip.open(f"{path}.gz") as file:
        data = file.read()
    axes = data[3]
    sizes = np.frombuffer(data, ">u4", axes, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(sizes)


def read(folder, part):
    """Images [N, 28, 28] from 0 to 1, and classes [N]."""
    images = read_idx(folder, f"{part}-images-idx3-ubyte")
    classes = read_idx(folder, f"{part}-labels-idx1-ubyte")
    return torch.from_numpy(images.astype(np.float32) / 255), torch.from_numpy(classes.astype(np.int64))


class Net(nn.Module):
    """28 steps of 28 numbers, tanh units, the last state to 10 logits."""

    def __init__(self, units):
        super().__init__()
        self.rnn = nn.RNN(28, units, batch_first=True)
        self.dense = nn.Linear(units, 10)
        # As tapeloop (and Keras) start: PyTorch's own defaults are others, and it has a second bias.
        nn.init.xavier_uniform_(self.rnn.weight_ih_l0)
        nn.init.orthogonal_(self.rnn.weight_hh_l0)
        nn.init.zeros_(self.rnn.bias_ih_l0)
        nn.init.zeros_(self.rnn.bias_hh_l0)
        self.rnn.bias_hh_l0.requires_grad = False
        nn.init.xavier_uniform_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)

    def forward(self, x):
        return self.dense(self.rnn(x)[0][:, -1])


def run(args, seed, train, test):
    """Trains one net; returns its test accuracy."""
    torch.manual_seed(seed)
    net = Net(args.units)
    weights = [weight for weight in net.parameters() if weight.requires_grad]
    adam = torch.optim.Adam(weights, lr=args.lr)
    loss_of = nn.CrossEntropyLoss()
    (x, y), (test_x, test_y) = train, test
    accuracy = float("nan")
    for epoch in range(args.epochs):
        clock, losses, right = time.perf_counter(), 0.0, 0
        for rows in torch.randperm(len(x)).split(args.batch):
            logits = net(x[rows])
            loss = loss_of(logits, y[rows])
            adam.zero_grad()
            loss.backward()
            if args.clip_norm:
                nn.utils.clip_grad_norm_(weights, args.clip_norm)
            adam.step()
            losses += loss.item() * len(rows)
            right += (logits.argmax(1) == y[rows]).sum().item()
        seconds = time.perf_counter() - clock
        with torch.no_grad():
            answers = torch.cat([net(part).argmax(1) for part in test_x.split(1000)])
        accuracy = (answers == test_y).float().mean().item()
        print(
            f"seed {seed}  epoch {epoch + 1}/{args.epochs}  loss {losses / len(x):.4f}  "
            f"accuracy {right / len(x):.4f}  test {accuracy:.4f}  {seconds:.1f} s",
            flush=True,
        )
    return accuracy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--units", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--clip-norm", type=float)
    args = parser.parse_args()
    train, test = read(args.folder, "train"), read(args.folder, "t10k")
    results = [run(args, seed, train, test) for seed in args.seeds]
    print(f"mean test accuracy {sum(results) / len(results):.4f}, from {min(results):.4f} to {max(results):.4f}")


if __name__ == "__main__":
    main()
