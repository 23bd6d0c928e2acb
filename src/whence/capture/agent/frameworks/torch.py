"""PyTorch: optimizers, schedulers, losses, seeds and switches; more in the files beside this one.

A plain training loop is seen at the calls that every such loop makes: an optimizer is made, a
loader is iterated, a loss goes backward. What a loop computes besides (an accuracy, say) is plain
arithmetic and cannot be told from any other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    models = watch.load("torch_models").networks(watch)
    settings = watch.load("torch_settings")
    losses = watch.load("torch_training")
    training = losses.follow(watch, models, settings)
    data = watch.load("torch_data")
    files = watch.load("torch_files")
    told = {
        "torch": lambda module: on_torch(watch, models, module),
        "torch.random": lambda module: on_random(watch, models, module),
        "torch._tensor": training.on_tensor,
        "torch.optim.optimizer": training.on_optimizer,
        "torch.nn.modules.loss": lambda module: settings.on_losses(watch, module),
        "torch.optim": lambda module: settings.on_optimizers(watch, module),
        "torch.optim.lr_scheduler": lambda module: settings.on_schedulers(watch, module),
        "torch.amp.grad_scaler": training.on_scaler,
        "torch.autograd.graph": training.on_graph,
        "torch.cuda.random": lambda module: on_cuda_seeds(watch, module),
        "torch.nn.init": lambda module: on_init(watch, models, module),
        "torch.distributed.distributed_c10d": lambda module: on_distributed(watch, module),
        "torchmetrics.metric": lambda module: on_torchmetrics(watch, models, losses, module),
    }
    told.update(data.hooks(watch, models, training))
    told.update(files.hooks(watch, models))
    return told


def on_torch(watch: Any, models: Any, torch: Any) -> None:
    """Seeds and switches of the top-level module, and tensors made of data."""
    tensors = watch.load("torch_tensors")
    tensors.follow(watch, models, torch)
    tensors.follow_casts(watch, models, torch.Tensor)

    def after_threads(name: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            value = args[0] if args else next(iter(kwargs.values()), None)
            if watch.caller() is not None:
                watch.parameters("torch", {name: watch.plain(value)}, source="torch")

        return after

    for function, name in _SWITCHES:
        if hasattr(torch, function):
            watch.wrap(torch, function, after=after_threads(name))

    def after_compile(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
        settings = {
            name: watch.plain(kwargs[name])
            for name in ("mode", "backend", "dynamic", "fullgraph")
            if name in kwargs
        }
        watch.parameters("torch.compile", settings or {"used": True}, source="torch")
        if args and models.is_module(args[0]) and models.is_module(result):
            models.tell(args[0])

    if hasattr(torch, "compile"):
        watch.wrap(torch, "compile", after=after_compile)


_SWITCHES = (
    ("use_deterministic_algorithms", "use_deterministic_algorithms"),
    ("set_num_threads", "num_threads"),
    ("set_num_interop_threads", "num_interop_threads"),
    ("set_float32_matmul_precision", "float32_matmul_precision"),
    ("set_default_dtype", "default_dtype"),
    ("set_default_device", "default_device"),
)


def on_random(watch: Any, models: Any, module: Any) -> None:
    """The global generator: it is seeded, or it draws its seed from the system."""

    def after_manual(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        models.seeded = True
        watch.seed("torch", int(args[0] if args else kwargs["seed"]), "torch.manual_seed")

    def after_seed(_token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
        watch.random("torch", False)

    watch.wrap(module, "manual_seed", after=after_manual)
    watch.wrap(module, "seed", after=after_seed)


def on_cuda_seeds(watch: Any, module: Any) -> None:
    """Seeds of GPU generators set by themselves."""

    def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        if watch.caller() is not None:
            value = int(args[0] if args else kwargs["seed"])
            watch.seed("torch.cuda", value, "torch.cuda.manual_seed")

    for name in ("manual_seed", "manual_seed_all"):
        watch.wrap(module, name, after=after)


def on_init(watch: Any, models: Any, module: Any) -> None:
    """Weights that are drawn at random: once is enough to know that randomness was used."""
    told: list[bool] = []

    def before(_args: Any, _kwargs: Any) -> None:
        if not told and not models.constructing:
            told.append(True)
            watch.random("torch", models.seeded)

    for name in ("kaiming_uniform_", "normal_", "uniform_", "xavier_uniform_", "trunc_normal_"):
        watch.wrap(module, name, before=before)


def on_distributed(watch: Any, module: Any) -> None:
    """A process that joined a group is a rank of one training."""

    def after(_token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
        import os

        watch.part(
            "rank",
            rank=module.get_rank(),
            world_size=module.get_world_size(),
            local_rank=int(os.environ.get("LOCAL_RANK", module.get_rank())),
            backend=str(module.get_backend()),
        )

    watch.wrap(module, "init_process_group", after=after)


def on_torchmetrics(watch: Any, models: Any, losses: Any, module: Any) -> None:
    """Values that metrics of torchmetrics give to the user's code."""

    def told(value: Any, metric: Any) -> None:
        if models.suppressed or watch.caller() is None or not models.is_tensor(value):
            return
        number = losses.read_scalar(value) if value.is_cpu else None
        if number is not None:
            watch.metric(metric, number, source="torchmetrics")

    def make(original: Any) -> Any:
        def wrap_compute(self: Any, compute: Any) -> Any:
            inner = original(self, compute)
            metric = type(self).__name__

            def computed(*args: Any, **kwargs: Any) -> Any:
                value = inner(*args, **kwargs)
                guarded(value, metric)
                return value

            return watch._dress(computed, inner)

        return wrap_compute

    guarded = watch.guarded(told, "torchmetrics")
    watch.swap(module.Metric, "_wrap_compute", make)
