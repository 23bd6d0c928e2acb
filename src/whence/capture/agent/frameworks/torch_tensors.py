"""Tensors made of arrays, frames and other tensors, as the user's own code makes them.

``torch.tensor`` and its like stay what they are for everybody else: torch's compilers know them by
identity, and pickles by name. They are taken out of the module's dictionary, so that Python asks
the module for them, and only the user's own code that is about to call one is given a follower.
"""

from __future__ import annotations

import functools
import sys
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_NAMES = ("tensor", "as_tensor", "from_numpy", "FloatTensor", "LongTensor", "DoubleTensor")
_OFTEN = 50
"""So many tensors are followed that one place in the code makes; a place that makes more makes
them row by row, and what they come from is known by then."""

_MOST_SITES = 100_000
_USER = 2


class Tensors:
    """Storage of tensors whose origin is known → the tensor that was told."""

    def __init__(self) -> None:
        self.kept: dict[int, Any] = {}

    def put(self, tensor: Any) -> None:
        """Remember a tensor by its memory, which its views share."""
        storage = tensor.untyped_storage()
        self.kept[storage.data_ptr()] = (weakref.ref(storage), weakref.ref(tensor))
        if len(self.kept) > 4_096:
            self.kept = {key: two for key, two in self.kept.items() if two[0]() is not None}

    def origin(self, watch: Any, tensor: Any) -> Any:
        """The tensor that this one is, or is a view of; None where nothing is known."""
        if watch.known(tensor) is not None:
            return tensor
        try:
            storage = tensor.untyped_storage()
            held, first = self.kept.get(storage.data_ptr(), (None, None))
        except Exception:  # it has no storage
            return None
        if held is None or held() is not storage:
            return None
        found = first()
        return found if found is not None and watch.known(found) is not None else None


class Follower:
    """Calls a constructor of tensors, then says what the tensor was made of."""

    def __init__(self, original: Any, tell: Any) -> None:
        self._original = original
        self._tell = tell
        self.__wrapped__ = original
        for name in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(self, name, getattr(original, name, None))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the tensor."""
        result = self._original(*args, **kwargs)
        self._tell(args[0] if args else kwargs.get("data", kwargs.get("obj")), result)
        return result

    def __repr__(self) -> Any:
        return repr(self._original)

    def __reduce__(self) -> Any:
        return functools.partial, (self._original,)

    def __eq__(self, other: object) -> Any:
        return other is self or other == self._original

    def __hash__(self) -> Any:
        return hash(self._original)


def follow(watch: Any, models: Any, torch: Any) -> None:
    """Follow what is made of known objects; see the top of this file."""
    space = vars(torch)
    given = {name: space[name] for name in _NAMES if name in space}
    followers = {
        name: Follower(each, _teller(watch, models, "torch.%s" % name))
        for name, each in given.items()
    }
    asked, listed = space.get("__getattr__"), space.get("__dir__")
    sites: dict[Any, list[Any]] = {}

    def answer(name: Any) -> Any:
        original = given.get(name)
        if original is None:
            if asked is not None:
                return asked(name)
            raise AttributeError("module 'torch' has no attribute %r" % name)
        frame = sys._getframe(1)
        # By its id: the hash of code is computed anew each time, from all that is in it.
        site = (id(frame.f_code), frame.f_lasti)
        known = sites.get(site)
        if known is None or known[0] is not frame.f_code:
            if len(sites) > _MOST_SITES:
                sites.clear()
            left = _OFTEN if watch._belongs(frame) == _USER and _calls(frame, name) else 0
            known = sites[site] = [frame.f_code, left]
        if known[1]:
            known[1] -= 1
            return followers[name]
        return original

    def names() -> Any:
        return sorted(
            (set(listed()) if listed is not None else set(space) - {"__dir__"}) | set(given)
        )

    def undo() -> None:
        space.update(given)
        for name, former in (("__getattr__", asked), ("__dir__", listed)):
            if former is None:
                space.pop(name, None)
            else:
                space[name] = former

    answer = watch._dress(answer, asked) if asked is not None else answer
    space["__getattr__"], space["__dir__"] = answer, names
    for name in given:
        del space[name]
    watch._undone.append(undo)


_CASTS = ("float", "double", "long", "to", "cuda")
_MOST_CASTS = 500


def follow_casts(watch: Any, models: Any, kind: Any) -> None:
    """Follow known tensors into another type or to a device, at the first calls of a process."""
    left = [_MOST_CASTS]

    def making(how: str) -> Any:
        tell = _teller(watch, models, how)

        def make(original: Any) -> Any:
            def cast(self: Any, *args: Any, **kwargs: Any) -> Any:
                result = original(self, *args, **kwargs)
                if left[0] and result is not self:
                    left[0] -= 1
                    tell(self, result)
                return result

            return cast

        return make

    for name in _CASTS:
        watch.swap(kind, name, making("Tensor.%s" % name))


def _calls(frame: Any, name: str) -> bool:
    """Whether a frame is at the instruction that loads this attribute in order to call it."""
    import opcode

    code, at = frame.f_code.co_code, frame.f_lasti
    loading = opcode.opname[code[at]] if at >= 0 else ""
    if loading not in ("LOAD_ATTR", "LOAD_METHOD"):
        return False
    argument, before, shift = code[at + 1], at - 2, 8
    while before >= 0 and opcode.opname[code[before]] == "EXTENDED_ARG":
        argument |= code[before + 1] << shift
        before, shift = before - 2, shift + 8
    called = loading == "LOAD_METHOD"
    if sys.version_info >= (3, 12):
        called, argument = bool(argument & 1), argument >> 1
    elif sys.version_info < (3, 11) and not called:
        # A call with named arguments loads what it calls like any other attribute.
        called = not name.endswith("Tensor")
    names = frame.f_code.co_names
    return called and argument < len(names) and bool(names[argument] == name)


def _teller(watch: Any, models: Any, how: Any) -> Any:
    def told(source: Any, result: Any) -> None:
        made_of(watch, models, source, result, how)

    return watch.guarded(told, how)


def made_of(watch: Any, models: Any, source: Any, result: Any, how: Any) -> None:
    """Say that a tensor holds the values of an array, a frame or another tensor that is known."""
    if models.is_tensor(source):
        source = models.tensors.origin(watch, source)
    if source is None or source is result or watch.known(source) is None:
        return
    models.tell_tensor(result)
    watch.derived(result, [source], how)
