"""Training loops of PyTorch: which network is fitted on which loader, and the losses on the way.

The loss of every step is read when it goes backward: from main memory past all dispatch, and from
a device only when its computation is long over, so that nothing ever waits for us.
"""

from __future__ import annotations

import sys
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_EVERY_STEP, _THEN_EACH = 20_000, 50
_NODES = 4_000
_PENDING, _MOST_PENDING = 64, 4_096


def follow(watch: Any, models: Any, settings: Any) -> _Training:
    """Follow the loops of this process."""
    return _Training(watch, models, settings)


class _Training:
    """What is going on in the loops of this process."""

    def __init__(self, watch: Any, models: Any, settings: Any) -> None:
        self.watch = watch
        self.models = models
        self.settings = settings
        self.optimizers: list[Any] = []
        self.iterators: list[Any] = []
        self.fresh = True
        self.hooked_saving = False
        self.unscaled: Any = None

        self.sites: dict[int, _Site] = {}
        self.losses: dict[str, _Loss] = {}
        self.told: set[Any] = set()
        self.pending: list[Any] = []
        self.ending = False
        self.mark: Any = None
        self.side: Any = None

    # ------------------------------------------------------------- optimizers

    def on_optimizer(self, module: Any) -> None:
        self.watch.wrap(module.Optimizer, "__init__", after=self.after_optimizer)

    def after_optimizer(self, _token: Any, args: Any, _kwargs: Any, _result: Any) -> None:
        optimizer = args[0]
        groups = optimizer.param_groups
        self.settings.tell_optimizer(self.watch, optimizer, groups)
        parameters = [each for group in groups for each in group["params"]]
        frame = self.watch.user()
        module = self.models.of_parameters(parameters, frame)
        self.optimizers = [pair for pair in self.optimizers if pair[0]() is not None]
        self.optimizers.append((weakref.ref(optimizer), _reference(module)))
        self.fresh = True
        if module is not None:
            self.models.tell(module)

    def optimizer_model(self, optimizer: Any, held: Any) -> Any:
        module = held() if held is not None else None
        if module is None:
            ids = {id(p) for group in optimizer.param_groups for p in group["params"]}
            for each in self.models.known():
                if any(id(p) in ids for p in each.parameters()):
                    return each
        return module

    # ------------------------------------------------------------------- loss

    def on_tensor(self, module: Any) -> None:
        tensor = module.Tensor
        tell, saw = self.saw_backward, self.failed

        def make(original: Any) -> Any:
            def backward(self: Any, *args: Any, **kwargs: Any) -> Any:
                try:
                    tell(self)
                except Exception as error:  # the program's gradient comes first
                    saw(error)
                return original(self, *args, **kwargs)

            return backward

        self.watch.swap(tensor, "backward", make)

    def failed(self, error: Any) -> None:
        self.optimizers = []
        self.watch.gap("observer-blind", "torch", "its losses could not be followed: %r" % (error,))

    def saw_backward(self, loss: Any) -> None:
        if not self.optimizers or self.models.suppressed:
            return
        if self.fresh:
            self.fresh = False
            self.begin(loss)
        frame = sys._getframe(2)
        # By its id: the hash of code is computed anew each time, from all that is in it.
        site = self.sites.get(id(frame.f_code)) or self.site_of(frame)
        told = site.loss or self.loss_at(site, frame, loss)
        step = told.steps = told.steps + 1
        if step > _EVERY_STEP and step % _THEN_EACH:
            return
        if self.models.alias is not None or self.unscaled is not None:
            loss = self.original_of(loss)
        if loss.is_cpu:
            value = read_scalar(loss)
            if value is not None:
                told.tell(value, step)
        elif loss.numel() == 1:
            self.put_off(told, step, loss)

    def site_of(self, frame: Any) -> _Site:
        """A function that goes backward, once or at several calls to tell apart."""
        import dis

        calls = 0
        for each in dis.get_instructions(frame.f_code):
            if each.argval == "backward" and each.opname.startswith("LOAD"):
                calls += 1
        only = self.loss_called("loss") if calls <= 1 else None
        self.sites[id(frame.f_code)] = site = _Site(frame.f_code, only)
        return site

    def loss_at(self, site: _Site, frame: Any, loss: Any) -> _Loss:
        """One of several losses of a function, by the name of the variable that it is in."""
        found = site.losses.get(frame.f_lasti)
        if found is None:
            name = self.watch.name_of(loss, frame) or "loss"
            found = site.losses[frame.f_lasti] = self.loss_called(name)
        return found

    def loss_called(self, name: str) -> _Loss:
        """A loss, whose steps are counted wherever it goes backward."""
        found = self.losses.get(name)
        if found is None:
            found = self.losses[name] = _Loss(self.watch.series(name, source="torch"))
        return found

    def original_of(self, loss: Any) -> Any:
        """The loss itself, where a scaler or a launcher goes backward from a multiple of it."""
        if self.models.alias is not None:
            return self.models.alias() if self.models.alias() is not None else loss
        scaled, plain = self.unscaled
        if scaled() is loss and plain() is not None:
            return plain()
        return loss

    # ------------------------------------------------- losses on an accelerator

    def put_off(self, told: _Loss, step: Any, loss: Any) -> None:
        """Keep a loss that lies on a device; reading it now would make the program wait."""
        if not self.ending:
            self.ending = True
            self.watch.at_end(self.read_all)
        self.pending.append((told, step, loss.detach()))
        if len(self.pending) >= _PENDING:
            self.read_finished()

    def read_finished(self) -> None:
        """Read those whose computation is over, on a stream of our own."""
        torch = sys.modules["torch"]
        device = self.pending[0][2].device
        if device.type != "cuda" or torch.cuda.is_current_stream_capturing():
            if len(self.pending) > _MOST_PENDING:
                del self.pending[::2]
            return
        if self.mark is None:
            self.mark = (torch.cuda.Event(), len(self.pending))
            self.mark[0].record()
            self.side = self.side or torch.cuda.Stream(device)
        elif self.mark[0].query():
            over, self.pending = self.pending[: self.mark[1]], self.pending[self.mark[1] :]
            self.mark = None
            done = [each for each in over if each[2].device == device]
            self.pending = [each for each in over if each[2].device != device] + self.pending
            with torch.cuda.stream(self.side):
                self.tell_all(torch, done)

    def tell_all(self, torch: Any, done: Any) -> None:
        with torch.no_grad():
            values = torch.stack([each[2].reshape(()).double() for each in done]).tolist()
        for (told, step, _), value in zip(done, values):
            told.tell(value, step)

    def read_all(self) -> None:
        done, self.pending = self.pending, []
        for device in dict.fromkeys(each[2].device for each in done):
            same = [each for each in done if each[2].device == device]
            self.tell_all(sys.modules["torch"], same)

    # ---------------------------------------------------------- what is fitted

    def iterated(self, loader: Any, iterator: Any) -> None:
        """A loader began to give batches."""
        # A loader that is made in the head of a loop is gone at once; what it gives is not.
        self.watch.same(iterator, loader)
        self.iterators = [each for each in self.iterators if each() is not None][-7:]
        self.iterators.append(weakref.ref(iterator))
        self.fresh = True

    def begin(self, loss: Any) -> None:
        """Say once which network is trained on which loader."""
        running = [each() for each in self.iterators]
        loaders = [each for each in running if each is not None and _is_underway(each)]
        alive = [(each(), held) for each, held in self.optimizers if each() is not None]
        reached: Any = None
        if len(alive) > 1 or not loaders:
            reached = Reached(loss, self.models)
        for optimizer, held in alive:
            own = {id(p) for group in optimizer.param_groups for p in group["params"]}
            if len(alive) > 1 and not own & reached.parameters:
                self.fresh = True
                continue
            inputs = {"train": loaders[-1]} if loaders else {}
            inputs.update({"train%d" % at: each for at, each in enumerate(loaders[:-1], 2)})
            if not inputs and not self.hooked_saving:
                inputs = reached.inputs(self.watch)
            key = (id(optimizer), *sorted(map(str, map(self.watch.known, inputs.values()))))
            if key not in self.told:
                self.told.add(key)
                self.tell_fit(optimizer, self.optimizer_model(optimizer, held), inputs)

    def tell_fit(self, optimizer: Any, module: Any, inputs: Any) -> None:
        outputs = {}
        if module is not None:
            module = self.models.unwrap(module)
            self.models.story(module).fitted = True
            self.models.tell(module)
            outputs["model"] = module
        self.settings.tell_switches(self.watch)
        by = "%s.step" % type(optimizer).__name__
        self.watch.step("fit", by, inputs=inputs, outputs=outputs, model=module)

    # ------------------------------------------------------------------ others

    def on_scaler(self, module: Any) -> None:
        self.watch.wrap(module.GradScaler, "scale", after=self.after_scale)

    def after_scale(self, _token: Any, args: Any, _kwargs: Any, result: Any) -> None:
        loss = args[1] if len(args) > 1 else None
        if self.models.is_tensor(loss) and self.models.is_tensor(result) and result is not loss:
            self.unscaled = (weakref.ref(result), weakref.ref(loss))

    def on_graph(self, module: Any) -> None:
        self.watch.wrap(module.saved_tensors_hooks, "__enter__", before=self.saving_is_hooked)

    def saving_is_hooked(self, _args: Any, _kwargs: Any) -> None:
        # What such hooks packed may be unpacked only once, by the backward pass.
        self.hooked_saving = True


class _Loss:
    """What tells one loss, and its steps so far."""

    __slots__ = ("steps", "tell")

    def __init__(self, tell: Any) -> None:
        self.tell = tell
        self.steps = 0


class _Site:
    """A function with its one loss, or with several by the place of the call."""

    __slots__ = ("code", "loss", "losses")

    def __init__(self, code: Any, loss: _Loss | None) -> None:
        self.code = code  # which keeps its id
        self.loss = loss
        self.losses: dict[int, _Loss] = {}


class Reached:
    """What a loss was computed from, as its graph of gradient functions says."""

    _SAVED = ("_saved_mat1", "_saved_self", "_saved_input", "_saved_indices", "_saved_target")

    def __init__(self, loss: Any, models: Any) -> None:
        self.models = models
        self.parameters = set()
        self.nodes = []
        todo = [loss.grad_fn]
        seen: set[Any] = set()
        while todo and len(seen) < _NODES:
            node = todo.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            variable = getattr(node, "variable", None)
            if variable is not None:
                self.parameters.add(id(variable))
            self.nodes.append(node)
            todo.extend(each for each, _ in node.next_functions)

    def inputs(self, watch: Any) -> Any:
        """Objects of known origin among the tensors that the graph keeps."""
        found: dict[str, Any] = {}
        for node in self.nodes[:400]:
            if type(node).__module__ != "builtins":
                continue  # a function of the user's own, whose attributes may do anything
            for name in self._SAVED:
                tensor = getattr(node, name, None) if hasattr(type(node), name) else None
                source = self.models.tensors.origin(watch, tensor) if tensor is not None else None
                if source is not None and all(source is not each for each in found.values()):
                    role = "y" if name == "_saved_target" else "X"
                    found[role if role not in found else "%s%d" % (role, len(found) + 1)] = source
        return found


def read_scalar(tensor: Any) -> Any:
    """The number in a one-element tensor in main memory, past all dispatch; None if it is not one.

    ``item()`` would show up in the program's profiler and in its modes.
    """
    read = _READERS.get(tensor.dtype) if _READERS else _fill_readers().get(tensor.dtype)
    if read is None or tensor.numel() != 1:
        return None
    pointer = tensor.data_ptr()
    return read(pointer) if pointer else None


_READERS: dict[Any, Any] = {}


def _fill_readers() -> Any:
    import ctypes
    import struct

    torch = sys.modules["torch"]

    def half(pointer: Any) -> Any:
        return struct.unpack("e", ctypes.string_at(pointer, 2))[0]

    def brain(pointer: Any) -> Any:
        return struct.unpack("f", b"\0\0" + ctypes.string_at(pointer, 2))[0]

    single, double = ctypes.c_float.from_address, ctypes.c_double.from_address
    _READERS.update(
        {
            torch.float32: lambda pointer: single(pointer).value,
            torch.float64: lambda pointer: double(pointer).value,
            torch.float16: half,
            torch.bfloat16: brain,
        }
    )
    return _READERS


def _is_underway(iterator: Any) -> Any:
    given = getattr(iterator, "_num_yielded", 1)
    return given > 0


def _reference(value: Any) -> Any:
    return None if value is None else weakref.ref(value)
