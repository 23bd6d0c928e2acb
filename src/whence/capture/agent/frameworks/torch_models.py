"""What is known of a process's neural networks: which module is which, and what became of it.

Shared by the hooks of PyTorch and of what is built on it. A network is known by its outermost
module; its parameters, a state dict of it and a compiled or wrapped form of it lead back to it.
Nothing here keeps a module or a tensor alive.
"""

from __future__ import annotations

import os
import sys
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_WRAPPERS = ("DistributedDataParallel", "DataParallel", "FullyShardedDataParallel")
_DEEPEST, _MOST = 3, 2_000
_WEIGHTS, _STATES = 16, 256
_LOOKS_AT_LOCALS = {"locals", "vars", "eval", "exec", "dir"}


class Story:
    """What became of one network so far."""

    __slots__ = ("base", "dtype", "fitted", "module", "relation", "told", "touched")

    def __init__(self, module: Any) -> None:
        self.module = weakref.ref(module)
        self.base = ""
        self.dtype = ""
        self.fitted = False
        self.relation = ""
        self.told: Any = None
        self.touched = 0

    def twin(self, module: Any) -> Any:
        """The same story, of another module."""
        made = Story(module)
        made.base, made.dtype, made.fitted = self.base, self.dtype, self.fitted
        made.relation, made.told, made.touched = self.relation, self.told, self.touched
        return made


class Networks:
    """The networks of this process, each with its story."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.stories: dict[int, Story] = {}
        self.tensors = watch.load("torch_tensors").Tensors()
        self.places: dict[int, Any] = {}
        self.states: dict[int, Any] = {}
        self.pruned: dict[int, Any] = {}
        self.seeded = False
        self.suppressed = 0
        self.constructing = 0
        self.alias = None

    # ------------------------------------------------------------------ which

    def is_module(self, value: Any) -> bool:
        """Whether a value is a network, or a layer of one."""
        torch = sys.modules.get("torch")
        return torch is not None and isinstance(value, torch.nn.Module)

    def is_tensor(self, value: Any) -> bool:
        """Whether a value is a tensor of PyTorch."""
        torch = sys.modules.get("torch")
        return torch is not None and isinstance(value, torch.Tensor)

    def unwrap(self, module: Any) -> Any:
        """The user's own module inside a parallel or compiled form of it."""
        for _ in range(4):
            inner = module.__dict__.get("_modules") or {}
            if type(module).__name__ == "OptimizedModule":
                found = inner.get("_orig_mod")
            elif type(module).__name__ in _WRAPPERS:
                found = inner.get("module") or inner.get("_fsdp_wrapped_module")
            else:
                return module
            if found is None:
                return module
            module = found
        return module

    def story(self, module: Any) -> Story:
        """What became of a network so far."""
        module = self.unwrap(module)
        found = self.stories.get(id(module))
        if found is None or found.module() is not module:
            found = self.stories[id(module)] = Story(module)
        return found

    def share(self, module: Any, other: Any) -> None:
        """Let one module stand for another: what becomes of either becomes of both."""
        self.stories[id(module)] = self.story(other).twin(module)

    def took(self, module: Any, state: Any) -> None:
        """The weights of a network were taken out of it."""
        module = self.unwrap(module)
        self.story(module)
        try:
            self.states[id(state)] = (weakref.ref(state), weakref.ref(module))
        except TypeError:  # a plain dictionary: its tensors must do
            return
        if len(self.states) > _STATES:
            self.states = {key: each for key, each in self.states.items() if each[0]() is not None}

    def loaded(self, tensors: Any, place: Any) -> None:
        """Weights came out of a file: their memory leads back to it."""
        for each in tensors[:_WEIGHTS]:
            try:
                storage = each.untyped_storage()
                self.places[storage.data_ptr()] = (weakref.ref(storage), place)
            except Exception:  # noqa: S112  it has no storage
                continue

    def place_of(self, tensor: Any) -> Any:
        """The file that a tensor's memory was filled from; "" if it is not known."""
        try:
            storage = tensor.untyped_storage()
            held, place = self.places.get(storage.data_ptr(), (None, ""))
        except Exception:  # it has no storage
            return ""
        return place if held is not None and held() is storage else ""

    def known(self) -> Any:
        """The networks that something was told of and that are still there."""
        alive = []
        for number, story in list(self.stories.items()):
            module = story.module()
            if module is None:
                self.stories.pop(number, None)
            else:
                alive.append(module)
        return alive

    # ------------------------------------------------------------------- tell

    def facts(self, module: Any) -> Any:
        """Class, size, dtype and device of a network."""
        count = trainable = 0
        dtype = device = ""
        for each in module.parameters():
            try:
                size = each.numel()
            except Exception:  # noqa: S112  a lazy parameter has none yet
                continue
            count += size
            if each.requires_grad:
                trainable += size
            if not dtype:
                dtype = str(each.dtype).replace("torch.", "")
                device = str(each.device)
        kind = type(module)
        facts = {
            "type": "%s.%s" % (kind.__module__, kind.__qualname__),
            "class": kind.__name__,
            "framework": "torch",
            "size": count,
            "trainable": trainable,
            "dtype": dtype,
            "device": device,
        }
        return {name: value for name, value in facts.items() if value != ""}

    def tell(self, module: Any, name: Any = "") -> Any:
        """Give a network its number, and say anew what it is if that changed."""
        module = self.unwrap(module)
        story = self.story(module)
        facts = self.facts(module)
        key = tuple(sorted(facts.items()))
        number = self.watch.known(module)
        if story.told is not None and number is not None and story.told[0] == key:
            return number
        number = self.watch.object(module, "model", name, **facts)
        story.told = (key,)
        return number

    def tell_tensor(self, tensor: Any) -> None:
        """Number a tensor, by which its views are known too."""
        dtype = str(tensor.dtype).replace("torch.", "")
        shape = list(tensor.shape)
        self.watch.object(tensor, "array", type="torch.Tensor", shape=shape, dtype=dtype)
        self.tensors.put(tensor)

    def tell_read(self, module: Any, location: Any, by: Any, **facts: Any) -> None:
        """A network came out of a file, or its weights did."""
        module = self.unwrap(module)
        story = self.story(module)
        self.tell(module)
        if not story.base:
            story.base = _absolute(location)
            story.dtype = self.facts(module).get("dtype", "")
            story.touched = _touched(module)
        self.watch.read(module, location, by, **facts)

    def tell_wrote(self, module: Any, location: Any, by: Any, **facts: Any) -> None:
        """A network went into a file."""
        module = self.unwrap(module)
        self.tell(module)
        story = self.story(module)
        relation = self.relation(module)
        if relation:
            facts.setdefault("relation", relation)
        if story.base:
            facts.setdefault("base", story.base)
        self.watch.wrote(module, location, by, **facts)

    def tell_derived(self, result: Any, source: Any, how: Any, relation: Any = "") -> None:
        """A network was made of another one: compiled, scripted, adapted, merged, quantized."""
        before, after = self.story(source), self.story(result)
        self.tell(source)
        if after is not before:
            self.tell(result)
            after.base = after.base or before.base
            after.dtype = after.dtype or before.dtype
            after.fitted = after.fitted or before.fitted
            after.relation = after.relation or before.relation
        after.relation = relation or after.relation
        facts = {"relation": relation} if relation else {}
        self.watch.derived(self.unwrap(result), [self.unwrap(source)], how, **facts)

    def relation(self, module: Any) -> Any:
        """How what is written of a network now stands to what it was loaded from."""
        story = self.story(module)
        if story.relation:
            return story.relation
        if not story.base:
            return ""
        module = self.unwrap(module)
        if self.pruned and any(id(each) in self.pruned for each in module.modules()):
            return "pruned"
        if story.fitted:
            return "fine-tuned"
        if _touched(module) != story.touched:
            return ""  # somebody reckoned with the weights themselves
        dtype = self.facts(module).get("dtype", "")
        if "int" in dtype or "float8" in dtype:
            return "quantized"
        return "converted"

    def prune(self, layer: Any) -> None:
        """Weights of a layer were set to nothing."""
        number = id(layer)
        self.pruned[number] = weakref.ref(layer, lambda _: self.pruned.pop(number, None))

    # ------------------------------------------------------------- by tensors

    def of_state(self, state: Any, besides: Any = None) -> Any:
        """The network whose weights a state dict holds: the same memory, or the same names."""
        taken, module = self.states.get(id(state), (None, None))
        if taken is not None and taken() is state:
            return module()
        if not state or not all(self.is_tensor(each) for each in state.values()):
            return None
        pointers = {_pointer(each) for each in list(state.values())[:_MOST]} - {0}
        best, most, alike = None, 0, []
        for module in self.known():
            if module is besides:
                continue
            own = dict(module.named_parameters())
            if own and set(own) <= set(state):
                alike.append(module)
                most_alike = len(own)
            else:
                most_alike = 0
            shared = any(_pointer(each) in pointers for each in list(own.values())[:_MOST])
            if shared and (best is None or most_alike > most):
                best, most = module, most_alike
        if best is not None:
            return best
        return alike[0] if len(alike) == 1 else None

    def of_parameters(self, parameters: Any, frame: Any) -> Any:
        """The network that an optimizer was given the parameters of."""
        wanted = {id(each) for each in parameters}
        best, excess = None, 0
        for module in _modules_near(self, frame):
            own = {id(each) for each in module.parameters()}
            if own & wanted:
                over = len(own ^ wanted)
                if best is None or over < excess:
                    best, excess = module, over
        return best

    def inside(self, value: Any, deep: Any = 0) -> Any:
        """The networks, state dicts' networks and known objects that a saved value holds."""
        if self.is_module(value):
            return [self.unwrap(value)]
        if self.watch.known(value) is not None:
            return [value]
        if isinstance(value, dict):
            module = self.of_state(value)
            if module is not None:
                return [module]
        if deep >= _DEEPEST or not isinstance(value, (dict, list, tuple)):
            return []
        found: list[Any] = []
        items = value.values() if isinstance(value, dict) else value
        for each in list(items)[:_MOST]:
            for one in self.inside(each, deep + 1):
                if all(one is not other for other in found):
                    found.append(one)
        return found


def networks(watch: Any) -> Any:
    """The one register of a process, which every file that needs it shares."""
    found = _REGISTERS.get(id(watch))
    if found is None:
        found = _REGISTERS[id(watch)] = Networks(watch)
    return found


_REGISTERS: dict[int, Networks] = {}


def location_of(file: Any) -> Any:
    """The path behind what a save or load function was given; "" where there is none."""
    if isinstance(file, (str, os.PathLike)):
        return os.fsdecode(os.fspath(file))
    name = getattr(file, "name", None)
    if isinstance(name, (str, bytes)):
        return os.fsdecode(name)
    return ""


def _touched(module: Any) -> int:
    """How often the first weights of a network were written over in place, as torch counts."""
    return sum(each._version for each in list(module.parameters())[:_WEIGHTS])


def _absolute(location: Any) -> Any:
    return location if "://" in location else os.path.abspath(location)


def files_in(folder: Any, endings: Any, starts: Any = ()) -> Any:
    """Paths of the files in a folder whose names end, and start, in one of these ways."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [
        os.path.join(folder, name)
        for name in names
        if name.endswith(endings) and (not starts or name.startswith(starts))
    ]


def variables_of(frame: Any) -> Any:
    """The values of a frame's variables; Python keeps no copy of them afterwards."""
    code = frame.f_code
    if code.co_name != "<module>" and not _LOOKS_AT_LOCALS.isdisjoint(code.co_names):
        return []  # looking at its variables would change what it sees
    local = frame.f_locals
    values = list(local.values())[:_MOST]
    # Before 3.13 a function's f_locals is a copy that would keep its objects alive.
    if sys.version_info < (3, 13) and code.co_flags & 1 and sys.getrefcount(local) <= 3:
        local.clear()
    return values


def _pointer(tensor: Any) -> Any:
    try:
        return tensor.data_ptr()
    except Exception:  # a tensor without storage: meta, fake, functional
        return 0


def _modules_near(register: Any, frame: Any) -> Any:
    """Networks that the calling code can see: its variables and their attributes, outwards."""
    seen = set()
    for depth in range(12):
        if frame is None:
            return
        values = variables_of(frame)
        if depth == 0:
            values = values + list(frame.f_globals.values())[:_MOST]
        for value in values:
            for each in _with_attributes(register, value):
                if id(each) not in seen:
                    seen.add(id(each))
                    yield each
        frame = frame.f_back


def _with_attributes(register: Any, value: Any) -> Any:
    if register.is_module(value):
        yield register.unwrap(value)
    elif isinstance(value, (list, tuple)):
        for each in value[:50]:
            if register.is_module(each):
                yield register.unwrap(each)
        return
    attributes = getattr(value, "__dict__", None)
    if type(attributes) is dict and not isinstance(value, type(sys)):
        for each in list(attributes.values())[:200]:
            if register.is_module(each):
                yield register.unwrap(each)
