"""The PyTorch embeddings, and optimizers with their sparse gradients, recomputed."""

import torch
from torch import nn

import caseio

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

SPARSE = {  # what --record makes: the optimizer and its options
    "sgd": ("SGD", {"lr": 0.1}),
    "sgd_momentum": ("SGD", {"lr": 0.1, "momentum": 0.9}),
    "sgd_momentum_dampening": ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    "sgd_nesterov": ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "sparse_adam": ("SparseAdam", {"lr": 0.01}),
    "sparse_adam_eps1e-2": ("SparseAdam", {"lr": 0.01, "betas": (0.8, 0.99), "eps": 1e-2}),
}


def embedding(case):
    """The rows, and the gradient of the table; a `max_norm` changes the table on the way."""
    table = torch.tensor(case.arrays["param.weight"])
    layer = nn.Embedding.from_pretrained(table, freeze=False, **case.meta["args"])
    upstream = torch.tensor(case.arrays["upstream.y"])
    y = layer(torch.tensor(case.arrays["input.indices"]).reshape(upstream.shape[:-1]))
    y.backward(upstream)
    assert caseio.difference(layer.weight.detach(), case.arrays["param.weight_after_forward"]) < 1e-12
    return {"expected.y": y.detach().numpy(), "grad.param.weight": layer.weight.grad.numpy()}


def trajectory(case):
    """The table after each step."""
    table = nn.Parameter(torch.tensor(case.arrays["param.w0"]))
    optimizer = getattr(torch.optim, case.meta["optimizer"])([table], **case.meta["options"])
    path = []
    for ids, grad in zip(case.arrays["input.ids"], case.arrays["input.grad"], strict=True):
        ids, grad = torch.tensor(ids)[None], torch.tensor(grad)
        table.grad = torch.sparse_coo_tensor(ids, grad, table.shape, check_invariants=True)
        optimizer.step()
        path.append(table.detach().clone())
    return {"expected.w": torch.stack(path).numpy()}


if __name__ == "__main__":
    source = f"torch {torch.__version__} (PyPI), CPU, 1 thread"
    licence = "recorded by running BSD-3-Clause software; data are our own recordings"
    sparse = {name: {"optimizer": kind, "options": options, "licence": licence}
              for name, (kind, options) in SPARSE.items()}
    folders = {"torch/embedding": (source, embedding), "torch/sparse": (source, trajectory)}
    caseio.main(__doc__, folders, {"torch/sparse": sparse})
