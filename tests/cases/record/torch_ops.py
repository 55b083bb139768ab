"""The PyTorch ops, ops at awkward values and losses, recomputed: values and gradients."""

import torch
from torch.nn import functional as F

import caseio

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def plain(function):
    """A function of the library itself, which takes its inputs in alphabetical order."""
    return lambda **inputs: function(*(inputs[name] for name in sorted(inputs)))


UNARY = {
    "gelu_erf": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "hardsigmoid_x6": F.hardsigmoid,
    **{name: getattr(F, name) for name in (
        "elu", "hardtanh", "leaky_relu", "logsigmoid", "mish", "relu6", "selu", "softplus", "softsign",
        "tanhshrink")},
    **{name: getattr(torch, name) for name in (
        "abs", "atan", "cos", "erf", "exp", "expm1", "floor", "log", "log1p", "log2", "neg", "reciprocal",
        "relu", "rsqrt", "sigmoid", "sin", "sqrt", "square", "tanh")},
}


def repeated(step, times):
    def chain(x):
        for _ in range(times):
            x = step(x)
        return x
    return chain


NAMED = {
    "batch_norm_train": lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
    "chunk_4": lambda x: x.chunk(4, -1),
    "conv1d": lambda x, w, b: F.conv1d(x, w, b, padding=1),
    "deep_chain_500": repeated(lambda x: x.sin() + 0.1 * x, 500),
    "diamond_graph": lambda x: (x.sin() + x.cos()) * (x.sin() - x.cos()),
    "dropout_p0": lambda x: F.dropout(x, 0.0),
    "expand_sum": lambda x: x.expand(3, 2, 4),
    "flip_1": lambda x: x.flip(1),
    "gather": lambda x, i: x.gather(1, i),
    "layer_norm": lambda x, w, b: F.layer_norm(x, w.shape, w, b),
    "layer_norm_plain": lambda x: F.layer_norm(x, x.shape[-1:]),
    "layer_norm_two_axes": lambda x, w, b: F.layer_norm(x, w.shape, w, b),
    "layer_norm_wide": lambda x, w, b: F.layer_norm(x, w.shape, w, b),
    "linear_bias": lambda x, w, b: x @ w.T + b,
    "masked_fill": lambda x, m: x.masked_fill(m.bool(), -1e9),
    "matmul_transposed_views": lambda a, b: a.T @ b.T,
    "one_hot_argmax_noop": lambda x: x.argmax(-1),
    "pow_scalar_0.5": lambda x: x**0.5,
    "pow_scalar_neg1": lambda x: x**-1,
    "pow_tensor": plain(torch.pow),
    "repeat": lambda x: x.repeat(2, 3),
    "reshape_transpose_chain": lambda x: x.reshape(6, 4).T.T.reshape(4, 2, 3),
    "reuse_x_three_times": lambda x: x * x + x * x.exp(),
    "slice_step": lambda x: x[::2, 1:, 3:],
    "split_uneven": lambda x: x.split([1, 3, 2], -1),
    "squeeze_unsqueeze": lambda x: x.squeeze(1).unsqueeze(-1),
    "tril": plain(torch.tril),
    "where": lambda a, b, c: torch.where(c > 0, a, b),
    "div_by_zero": plain(torch.div),
    "log_softmax_extreme": lambda x: x.log_softmax(-1),
    "logsumexp_neg_inf": lambda x: x.logsumexp(-1),
    "max_all_ties": plain(torch.max),
    "max_elementwise_ties": plain(torch.maximum),
    "max_nan": lambda x: x.max(-1).values,
    "min_elementwise_ties": plain(torch.minimum),
    "softmax_extreme": lambda x: x.softmax(-1),
    "softmax_neg_inf_partial": lambda x: x.softmax(-1),
    "sqrt_zero": lambda a: a.sqrt(),
}


def op(name):
    """The function that a case's name stands for; its arguments are named as the case's inputs."""
    if name in NAMED:
        return NAMED[name]
    kind, _, rest = name.removeprefix("edge_").partition("_")
    if kind == "unary":
        return plain(UNARY[rest])
    if kind == "bcast":
        return plain(getattr(torch, rest.split("_")[0]))
    if kind == "matmul":
        return plain(torch.matmul)
    if kind in ("amax", "logsumexp", "max", "mean", "prod", "sum", "var"):
        return reduction(kind, *rest.split("_"))
    kind, _, axis = name.rpartition("_")
    if kind in ("cumsum", "log_softmax", "softmax"):
        return lambda x: getattr(torch, kind)(x, dim=int(axis))
    raise KeyError(name)


def reduction(kind, axes, keep):
    """`axes` is "all" or one digit per axis."""
    if axes == "all":
        return plain(getattr(torch, kind))
    axes = tuple(map(int, axes)) if len(axes) > 1 else int(axes)

    def reduce(x):
        out = getattr(torch, kind)(x, dim=axes, keepdim=keep == "True")
        return out.values if kind == "max" else out
    return reduce


def cross_entropy(**options):
    return lambda x, y, w=None: F.cross_entropy(x, y, weight=w, **options)


LOSSES = {
    "bce_logits_pos_weight": lambda x, y, w: F.binary_cross_entropy_with_logits(x, y, pos_weight=w),
    "bce_prob_at_0_1": lambda x, y: F.binary_cross_entropy(x, y, reduction="none"),
    "cross_entropy_3d": cross_entropy(),
    "cross_entropy_ignore_index": cross_entropy(ignore_index=1),
    "cross_entropy_label_smoothing": cross_entropy(label_smoothing=0.1),
    "cross_entropy_none": cross_entropy(reduction="none"),
    "cross_entropy_sum": cross_entropy(reduction="sum"),
    "cross_entropy_weight_sum": cross_entropy(reduction="sum"),
    "huber_at_delta": lambda x, y: F.huber_loss(x, y, reduction="none"),
    "huber_sum": lambda x, y: F.huber_loss(x, y, delta=0.7, reduction="sum"),
    "kl_div_batchmean": lambda x, y: F.kl_div(x.log_softmax(-1), y, reduction="batchmean"),
    "mse_empty_mean": plain(F.mse_loss),
    "mse_nan": plain(F.mse_loss),
    "nll": lambda x, y: F.nll_loss(x.log_softmax(-1), y),
}


def loss(name):
    if name in LOSSES:
        return LOSSES[name]
    kind, _, reduction = name.rpartition("_")
    function = {"bce_logits": F.binary_cross_entropy_with_logits, "l1": F.l1_loss, "mse": F.mse_loss,
                "smooth_l1": F.smooth_l1_loss}[kind]
    return lambda x, y: function(x, y, reduction=reduction)


def recompute(function, outputs):
    """Recomputes the outputs, and their pull-back to every input that has a recorded gradient."""
    def of(case):
        inputs = {name: torch.tensor(array) for name, array in case.group("input.").items()}
        into = [inputs[name].requires_grad_() for name in case.group("grad.")]
        got = function(case.name)(**inputs)
        got = got if isinstance(got, (tuple, list)) else [got]
        names = [outputs.format(i) for i in range(len(got))]
        result = {f"expected.{name}": array.detach().numpy() for name, array in zip(names, got)}
        if into:
            upstream = [torch.tensor(case.arrays[f"upstream.{name}"]).reshape(array.shape)
                        for name, array in zip(names, got)]
            grads = torch.autograd.grad(got, into, upstream)
            result |= {f"grad.{name}": grad.numpy() for name, grad in zip(case.group("grad."), grads)}
        return result
    return of


if __name__ == "__main__":
    source = f"torch {torch.__version__} (PyPI), CPU, 1 thread"
    caseio.main(__doc__, {
        "torch/ops": (source, recompute(op, "output_{}")),
        "torch/ops_edge": (source, recompute(op, "output_{}")),
        "torch/losses": (source, recompute(loss, "loss")),
    })
