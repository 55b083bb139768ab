"""The PyTorch recurrent layers and the training runs with them, recomputed."""

import ast
import itertools

import torch
from torch import nn

import caseio

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

LAYERS = {  # what a layer returns
    "RNN": ("y", "h_n"),
    "RNNCell": ("h1",),
    "LSTM": ("y", "h_n", "c_n"),
    "LSTMCell": ("h1", "c1"),
    "GRU": ("y", "h_n"),
    "GRUCell": ("h1",),
}

RUNS = {  # the layer, the batch size, the loss and the optimizer that a training run's name stands for
    "sunspots_rnn_tanh_sgd":
        (nn.RNN, 64, nn.MSELoss(), lambda params: torch.optim.SGD(params, 0.05, momentum=0.9)),
}


def tensors(arrays):
    return {name: torch.tensor(array) for name, array in arrays.items()}


def flat(outputs):
    """The tensors in nested tuples."""
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [tensor for output in outputs for tensor in flat(output)]


def build(case):
    """The layer with its weights. The files don't say which nonlinearity: the names do."""
    call = ast.parse(f"layer({case.meta['ctor']})", mode="eval").body
    options = {option.arg: ast.literal_eval(option.value) for option in call.keywords}
    if case.name.startswith("rnn_relu"):
        options["nonlinearity"] = "relu"
    sizes = map(ast.literal_eval, call.args)
    layer = getattr(nn, case.meta["layer"])(*sizes, **options, dtype=torch.tensor(case.arrays["input.x"]).dtype)
    layer.load_state_dict(tensors(case.group("param.")))
    return layer


def layer(case):
    """The outputs, and their pull-back to the input, the initial states and the weights."""
    names, net = LAYERS[case.meta["layer"]], build(case)
    states = tensors(case.group("state."))  # h0, and c0 if there is a cell
    into = tensors(case.group("input.")) | states
    for tensor in into.values():
        tensor.requires_grad_()
    state = tuple(states[name] for name in ("h0", "c0") if name in states)
    outputs = flat(net(into["x"], state if len(state) > 1 else state[0] if state else None))
    into |= {f"param.{name}": param for name, param in net.named_parameters()}
    upstream = tensors(case.group("upstream."))
    grads = torch.autograd.grad(outputs, list(into.values()), [upstream[name] for name in names])
    expected = {f"expected.{name}": array.detach().numpy() for name, array in zip(names, outputs, strict=True)}
    return expected | {f"grad.{name}": grad.numpy() for name, grad in zip(into, grads)}


def training(case):
    """A layer and a linear read-out of its last output, trained on batches in their order: the loss and the
    norm of the gradient before it is clipped at each step, the first gradients after, and the final weights."""
    if case.meta["source"].startswith("tensorflow"):
        return None
    kind, size, loss_of, optimizer = RUNS[case.name]
    data = [torch.tensor(case.arrays[f"input.{name}"]) for name in "xy"]
    batches = itertools.cycle(list(zip(*(array.split(size) for array in data))))
    outputs, units = case.arrays["param.out.weight"].shape
    net = nn.ModuleDict({"rnn": kind(data[0].shape[-1], units, batch_first=True), "out": nn.Linear(units, outputs)})
    net.load_state_dict(tensors(case.group("param.")))
    optimizer = optimizer(net.parameters())
    bound = case.meta["clip_grad_norm"] or float("inf")
    path = {"expected.loss": [], "expected.grad_norm": []}
    for step, (x, y) in enumerate(itertools.islice(batches, case.meta["steps"])):
        optimizer.zero_grad()
        loss = loss_of(net["out"](net["rnn"](x)[0][:, -1]), y)
        loss.backward()
        path["expected.loss"].append(loss.item())
        path["expected.grad_norm"].append(nn.utils.clip_grad_norm_(net.parameters(), bound).item())
        if step == 0:
            path |= {f"grad_step0.{n}": param.grad.numpy() for n, param in net.named_parameters()}
        optimizer.step()
    return path | {f"expected.final.{n}": param.detach().numpy() for n, param in net.named_parameters()}


if __name__ == "__main__":
    source = f"torch {torch.__version__} (PyPI), CPU, 1 thread"
    caseio.main(__doc__, {"torch/rnn": (source, layer), "e2e": (source, training)})
