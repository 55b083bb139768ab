"""PyTorch, one call per step: `with_torch.py THREADS [compiled]`."""

import sys
import warnings

import torch
from torch import nn

from common import GATES, Cell, Work, data, serve, size, weights

THREADS, COMPILED = int(sys.argv[1]), sys.argv[2:] == ["compiled"]
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
LOSSES = {
    "mse": nn.functional.mse_loss,
    "classes": nn.functional.cross_entropy,
    "binary": nn.functional.binary_cross_entropy_with_logits,
}


def tensor(array):
    return torch.from_numpy(array).clone()


class Fused(nn.Module):
    """PyTorch's own layer, time first. Only a GRU needs its second bias; that of the others stays 0."""

    def __init__(self, kind, arrays):
        super().__init__()
        w_ih, w_hh, b, *b_hh = map(tensor, arrays)
        self.layer = LAYERS[kind](w_ih.shape[0], w_hh.shape[0])
        b_hh = b_hh[0] if b_hh else torch.zeros_like(b)
        for parameter, value in zip(self.layer.parameters(), [w_ih.T, w_hh.T, b, b_hh]):
            parameter.data.copy_(value)
        self.layer.bias_hh_l0.requires_grad = kind == "gru"

    def forward(self, x):
        return self.layer(x)[0]


class Loop(nn.Module):
    """The same by single operations, for the compiler: `block` steps are compiled at once."""

    def __init__(self, kind, arrays, block):
        super().__init__()
        self.kind, self.weights = kind, nn.ParameterList(map(tensor, arrays))
        self.block = block
        self.some_steps = torch.compile(self.some_steps, fullgraph=True, dynamic=False)

    def some_steps(self, a, *state):
        w_hh, outputs = self.weights[1], []
        for a_t in a.unbind(0):
            h = state[0]
            if self.kind == "rnn":
                state = (torch.tanh(a_t + h @ w_hh),)
            elif self.kind == "lstm":
                i, f, g, o = (a_t + h @ w_hh).chunk(4, -1)
                c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
                state = (o.sigmoid() * c.tanh(), c)
            else:
                r, z, n = zip(a_t.chunk(3, -1), torch.addmm(self.weights[3], h, w_hh).chunk(3, -1))
                z, n = (z[0] + z[1]).sigmoid(), (n[0] + (r[0] + r[1]).sigmoid() * n[1]).tanh()
                state = (n + z * (h - n),)
            outputs.append(state[0])
        return torch.stack(outputs), *state

    def forward(self, x):
        w_ih, w_hh, b = self.weights[:3]
        state = [x.new_zeros(x.shape[1], w_hh.shape[0]) for _ in range(2 if self.kind == "lstm" else 1)]
        outputs = []
        for a in (x @ w_ih + b).split(self.block):
            out, *state = self.some_steps(a, *state)
            outputs.append(out)
        return torch.cat(outputs) if len(outputs) > 1 else outputs[0]


class Model(nn.Module):
    def __init__(self, net, layer):
        super().__init__()
        arrays = weights(net)
        self.every = net.every
        self.words = nn.Embedding.from_pretrained(tensor(arrays["words"]), freeze=False) if net.vocabulary else None
        self.layers = nn.Sequential(*[layer(net.kind, layer_arrays) for layer_arrays in arrays["layers"]])
        self.dense = nn.Sequential()
        for w, b in arrays["dense"]:
            linear = nn.Linear(*w.shape)
            linear.weight.data, linear.bias.data = tensor(w).T.contiguous(), tensor(b)
            self.dense.extend([linear, nn.ReLU()])
        del self.dense[-1]

    def forward(self, x):
        out = self.layers(x if self.words is None else self.words(x))
        return self.dense(out if self.every else out[-1])


def cell(case, layer):
    arrays = weights(case)["layers"][0]
    model, x = layer(case.kind, arrays), tensor(data(case)[0]).transpose(0, 1).contiguous()
    if not case.backward:

        def call():
            with torch.inference_mode():
                return model(x)

        return Work(call, [size(call())])
    x.requires_grad = True
    wanted = [x, *(weight for weight in model.parameters() if weight.requires_grad)]
    ones = torch.ones(case.t, case.b, case.h)

    def call():
        return torch.autograd.grad(model(x), wanted, ones)

    dx, *others = call()
    return Work(call, [size(dx), size(*others)])


def step(net, layer, around=lambda function: function):
    model = Model(net, layer)
    x, y = map(torch.from_numpy, data(net))
    if net.loss == "classes":
        y = y.long()
    x = x.transpose(0, 1).contiguous()
    y = y.transpose(0, 1).contiguous() if net.every else y
    parameters = [weight for weight in model.parameters() if weight.requires_grad]
    if net.loss == "binary":
        optimizer = torch.optim.RMSprop(parameters, 1e-3, alpha=0.9, eps=1e-7, foreach=False)
    else:
        optimizer = torch.optim.Adam(parameters, 1e-3, fused=True)
    loss_of = around(lambda: LOSSES[net.loss](model(x), y))

    def call():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss

    losses = [call().item() for _ in range(5)]
    # Its RMSprop adds epsilon to the root, that of the others to what's below it.
    return Work(call, [losses[0]] if net.loss == "binary" else [losses[0], losses[4]])


def on_threads(threads, kind, case):
    torch.set_num_threads(threads)
    work = kind(case, Fused)
    work.begin = lambda: torch.set_num_threads(threads)
    return work


def variants(case):
    kind = cell if isinstance(case, Cell) else step
    if not COMPILED:
        # Small products are faster on one thread.
        return {f"threads: {threads}": lambda threads=threads: on_threads(threads, kind, case) for threads in {1, THREADS}}
    torch.compiler.reset()
    blocks = {f"{block} steps": block for block in [10, case.t] if block <= min(case.t, 30)}
    all_of_them = {
        name: lambda block=block: kind(case, lambda kind, arrays: Loop(kind, arrays, block)) for name, block in blocks.items()
    }
    if kind is step:  # the layer is called as it is, what's around it is compiled
        all_of_them["around the layer"] = lambda: step(case, Fused, torch.compile)
    return all_of_them


warnings.filterwarnings("ignore")
torch.set_num_threads(THREADS)
serve({"PyTorch": torch.__version__}, variants)
