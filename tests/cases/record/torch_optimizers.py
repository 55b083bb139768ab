"""The PyTorch optimizer trajectories, learning-rate schedules and gradient clipping, recomputed."""

import torch
from torch.optim import lr_scheduler

import caseio

torch.set_default_dtype(torch.float64)  # scalar states too
torch.set_num_threads(1)

OPTIMIZERS = {name.lower(): getattr(torch.optim, name) for name in (
    "Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "ASGD", "RAdam", "RMSprop", "Rprop", "SGD")}

RECORDED = {  # what --record makes: the first word is the optimizer
    "adam_amsgrad_wide": {"lr": 0.01, "betas": (0.9, 0.9), "amsgrad": True},
    "adamw": {"lr": 0.01},
    "adamw_amsgrad": {"lr": 0.01, "betas": (0.9, 0.9), "weight_decay": 0.1, "amsgrad": True},
    "rmsprop_centered_wide": {"lr": 0.01, "centered": True},
    "rmsprop_centered_momentum": {"lr": 0.01, "alpha": 0.9, "centered": True, "momentum": 0.8},
    "rmsprop_wd": {"lr": 0.01, "weight_decay": 0.05},
    "sgd_plain": {"lr": 0.1},
}

SCHEDULES = {
    "steplr": lambda opt: lr_scheduler.StepLR(opt, step_size=5, gamma=0.5),
    "multistep": lambda opt: lr_scheduler.MultiStepLR(opt, milestones=[3, 7, 12], gamma=0.1),
    "cosine": lambda opt: lr_scheduler.CosineAnnealingLR(opt, T_max=10, eta_min=0.01),
    "linear_warmup": lambda opt: lr_scheduler.LinearLR(opt, start_factor=0.1, total_iters=8),
    "onecycle": lambda opt: lr_scheduler.OneCycleLR(opt, max_lr=0.5, total_steps=20, cycle_momentum=False),
}


def kind_of(name):
    return OPTIMIZERS[name.split("_")[0]]


def metadata(name, options):
    defaults = kind_of(name)([torch.zeros(1)], **options).defaults
    return {"defaults": defaults, "licence": "recorded by running BSD-3-Clause software; data are our own recordings"}


def trajectory(case):
    """The parameters after each step, the learning rate of each step and the final state."""
    params = {n: torch.tensor(case.arrays[f"param.{n}0"], requires_grad=True) for n in ("w", "b")}
    kind, options = kind_of(case.name), dict(case.meta["defaults"])
    if kind is torch.optim.AdamW:  # not an argument: it is what AdamW is
        assert options.pop("decoupled_weight_decay")
    optimizer = kind(params.values(), **options)
    schedule = case.meta.get("scheduler")
    schedule = SCHEDULES[schedule](optimizer) if schedule else None
    path = {"expected.lr": [], "expected.w": [], "expected.b": []}
    for step in range(case.meta["steps"]):
        path["expected.lr"].append(optimizer.param_groups[0]["lr"])
        for name, param in params.items():
            param.grad = torch.tensor(case.arrays[f"input.grad_{name}"][step])
        optimizer.step()
        for name, param in params.items():
            path[f"expected.{name}"].append(param.detach().numpy().copy())
        if schedule:
            schedule.step()
    for name, param in params.items():
        for slot, value in optimizer.state[param].items():
            if value is not None:
                path[f"state.final.{slot}.{name}"] = torch.as_tensor(value).numpy()
    return path


def clip(case):
    """The clipped gradients and the norm before. The cases with non-finite norms clip to norm 1."""
    if not case.name.startswith("clip_grad_norm_"):
        raise KeyError(case.name)
    params = []
    for name, grad in sorted(case.group("input.").items()):
        params.append(torch.zeros(grad.shape, dtype=torch.float64, requires_grad=True))
        params[-1].grad = torch.tensor(grad)
    options = case.meta.get("max_norm", 1.0), case.meta.get("norm_type", 2.0)
    norm = torch.nn.utils.clip_grad_norm_(params, *options)
    grads = {f"expected.grad_{i}": param.grad.numpy() for i, param in enumerate(params)}
    return grads | {"expected.total_norm": norm.numpy()}


if __name__ == "__main__":
    source = f"torch {torch.__version__} (PyPI), CPU, 1 thread"
    trajectories = {name: metadata(name, options) for name, options in RECORDED.items()}
    caseio.main(__doc__, {"torch/optimizers": (source, trajectory), "torch/clip": (source, clip)},
                {"torch/optimizers": trajectories})
