"""Reads pickles without running them: opcodes become a tree that says what would be made.

Also joblib's files, which have arrays between the opcodes, and torch's, whose storages lie beside
the pickle. Nothing is imported, called or built; a hostile pickle is a tree like any other.

The opcodes are those of CPython's ``pickletools``.
"""

import math
import pickletools
import struct
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from whence.reproduction.comparers.blocks import Block, Dtype, width_of
from whence.reproduction.comparers.harmless import renamed
from whence.reproduction.comparers.trees import Loose, Made, Named, Pairs

Held = Callable[[Any], Any]
"""What stands for a persistent id."""

Known = Mapping[str, Callable[[Any], Any]]
"""Function → its result from its arguments, where that is plain without calling it."""

_ARRAY_WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
_ARRAY = "numpy.ndarray"
_MOST_OPCODES = 50_000_000


class PickleFormatError(ValueError):
    """No pickle, or one of a kind that is not known here."""


def read_pickle(file: BinaryIO, held: Held | None = None, known: Known | None = None) -> Any:
    """What the pickle at the file's place would make.

    Raises:
        PickleFormatError: it is none.
    """
    try:
        return _Machine(file, held, {**_KNOWN, **(known or {})}).run()
    except PickleFormatError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise PickleFormatError(f"not readable as a pickle: {error}") from error
    except (EOFError, OverflowError, RecursionError, MemoryError) as error:
        raise PickleFormatError(f"not readable as a pickle: {type(error).__name__}") from error


_MARK = object()


class _Machine:
    """The pickle machine, its hands tied."""

    def __init__(self, file: BinaryIO, held: Held | None, known: Known) -> None:
        self._file = file
        self._known = known
        self.held = held or (lambda name: Made("persistent", name))
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        stack = self.stack
        for count, (opcode, argument, _) in enumerate(pickletools.genops(self._file)):
            if count > _MOST_OPCODES:
                raise PickleFormatError(f"a pickle of more than {_MOST_OPCODES:,} opcodes")
            name = opcode.name
            if name in _CONSTANTS:
                stack.append(argument)
            elif name == "STOP":
                return stack[-1]
            else:
                act = _ACTS.get(name)
                if act is None:
                    raise PickleFormatError(f"a pickle with {name}, which only its program reads")
                act(self, argument)
        raise PickleFormatError("a pickle without its end")

    def to_mark(self) -> list[Any]:
        stack = self.stack
        at = len(stack) - 1
        while stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise PickleFormatError("a pickle without its mark")
        found = stack[at + 1 :]
        del stack[at:]
        return found

    def drop(self) -> None:
        self.stack.pop()

    def drop_to_mark(self) -> None:
        self.to_mark()

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def memoize(self, at: int | None) -> None:
        self.memo[len(self.memo) if at is None else at] = self.stack[-1]

    def extend(self, values: list[Any]) -> None:
        top = self.stack[-1]
        (top.items if isinstance(top, Made | Loose) else top).extend(values)

    def set_items(self, values: list[Any]) -> None:
        self.stack[-1].pairs.extend(zip(values[::2], values[1::2], strict=True))

    def pop_two(self) -> list[Any]:
        value, key = self.stack.pop(), self.stack.pop()
        return [key, value]

    def join(self, size: int) -> None:
        found = tuple(self.stack[len(self.stack) - size :]) if size else ()
        if size:
            del self.stack[-size:]
        self.push(found)

    def reduce(self, arguments: Any) -> None:
        name = name_of(self.stack.pop())
        known = self._known.get(renamed(name))
        self.push(known(arguments) if known else Made(name, arguments))

    def new_with_names(self) -> None:
        names, arguments = self.stack.pop(), self.stack.pop()
        self.reduce((arguments, names))

    def name(self, name: str) -> None:
        module, _, what = name.partition(" ")
        self.push(Named(f"{module}.{what}"))

    def stack_global(self) -> None:
        what, module = self.stack.pop(), self.stack.pop()
        self.push(Named(f"{module}.{what}"))

    def make(self) -> None:
        first, *arguments = self.to_mark()
        self.push(Made(name_of(first), tuple(arguments)))

    def instance(self, name: str) -> None:
        arguments = tuple(self.to_mark())
        self.push(Made(name.replace(" ", "."), arguments))

    def build(self) -> None:
        state = self.stack.pop()
        top = self.stack[-1]
        if not isinstance(top, Made):
            raise PickleFormatError("a pickle that gives a state to what has none")
        if top.what == _ARRAY_WRAPPER:
            self.stack[-1] = self._array_beside(dict(state.pairs))
        elif top.what.endswith("multiarray._reconstruct"):
            top.what, top.arguments, top.state = _ARRAY, (), array_of(state)
        else:
            top.state = state if top.state is None else (top.state, state)

    def _array_beside(self, state: dict[str, Any]) -> Any:
        """An array of joblib's: its bytes follow the opcodes (joblib, numpy_pickle.py)."""
        dtype, wide = dtype_of(state["dtype"])
        shape = tuple(state["shape"])
        if dtype == "|O":
            return read_pickle(self._file, self.held, self._known)
        if state.get("numpy_array_alignment_bytes") is not None:
            self._file.read(self._file.read(1)[0])
        wanted = math.prod(shape) * wide
        data = self._file.read(wanted)
        if len(data) != wanted:
            raise PickleFormatError("a pickle cut short in an array")
        found = Block(dtype, shape, data, wide, fortran=state.get("order") == "F")
        return Made(_ARRAY, (), found)


def array_of(state: Any) -> Any:
    """An array, by the state that numpy gives it: version, shape, dtype, order, content."""
    _, shape, spelled, fortran, data = state
    dtype, wide = dtype_of(spelled)
    if isinstance(data, list):
        return [tuple(shape), data]
    return Block(dtype, tuple(shape), bytes(data), wide, fortran=bool(fortran))


def dtype_of(spelled: Any) -> tuple[Dtype, int]:
    """A dtype as an npy header would spell it, and its width in bytes.

    Raises:
        ValueError: none that is known here.
    """
    if not isinstance(spelled, Made) or not spelled.what.endswith("dtype"):
        raise PickleFormatError("an array of an unknown dtype")
    name, state = str(spelled.arguments[0]), spelled.state
    if name.startswith("O"):
        return "|O", 8
    if state is None:  # one that numpy did not need to build, as of strings of its own
        raise PickleFormatError(f"an array of dtype {name}")
    _, order, within, names, fields, wide = state[:6]
    if names:
        places = dict(fields.pairs)
        parts = [(each, dtype_of(places[each][0])[0], places[each][1]) for each in names]
        return tuple(parts), wide
    if within is not None:  # an array within each element
        inner, shape = within
        dtype, each = dtype_of(inner)
        size = math.prod(shape)
        parts = [(f"[{at}]", dtype, at * each) for at in range(size)]
        return tuple(parts), each * size
    unit = f"[{_unit(state[8])}]" if name[0] in "Mm" and len(state) > 8 else ""
    dtype = f"{order if order in '<>' else '|'}{name}{unit}"
    return dtype, width_of(dtype)


def _unit(told: Any) -> str:
    """The unit of a time: numpy tells (nothing, (unit, number, …))."""
    unit = told[1][0] if isinstance(told, tuple) else ""
    return unit.decode() if isinstance(unit, bytes) else str(unit)


def _scalar(arguments: Any) -> Any:
    dtype, wide = dtype_of(arguments[0])
    if not isinstance(arguments[1], bytes):
        return Made("numpy.scalar", arguments)
    return Block(dtype, (), arguments[1], wide)


def _frombuffer(arguments: Any) -> Any:
    data, spelled, shape, order = arguments
    dtype, wide = dtype_of(spelled)
    data = data.arguments[0] if isinstance(data, Made) else data
    return Made(_ARRAY, (), Block(dtype, tuple(shape), bytes(data), wide, fortran=order == "F"))


def _encoded(arguments: Any) -> Any:
    text, encoding = arguments
    if encoding != "latin1":
        return Made("_codecs.encode", arguments)
    return text.encode("latin1")


_SCALAR, _FROM_BUFFER = "numpy._core.multiarray.scalar", "numpy._core.numeric._frombuffer"
_KNOWN: Known = {
    **{
        f"{module}.{name}": lambda arguments: Loose(list(arguments[0]) if arguments else [])
        for module in ("builtins", "__builtin__")
        for name in ("set", "frozenset")
    },
    "__builtin__.bytes": lambda arguments: Made("bytes", arguments) if arguments else b"",
    _SCALAR: _scalar,
    _FROM_BUFFER: _frombuffer,
    "_codecs.encode": _encoded,
}


def _dictionary(values: list[Any]) -> Pairs:
    return Pairs(list(zip(values[::2], values[1::2], strict=True)))


def name_of(value: Any) -> str:
    """What makes an object: the name of a class or function."""
    return value.name if isinstance(value, Named) else type(value).__name__


_CONSTANTS = frozenset(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 STRING BINSTRING SHORT_BINSTRING BINBYTES"
    " SHORT_BINBYTES BINBYTES8 BYTEARRAY8 UNICODE SHORT_BINUNICODE"
    " BINUNICODE BINUNICODE8 FLOAT BINFLOAT".split()
)
_ACTS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda _m, _a: None,
    "FRAME": lambda _m, _a: None,
    "NONE": lambda m, _a: m.push(None),
    "NEWTRUE": lambda m, _a: m.push(True),
    "NEWFALSE": lambda m, _a: m.push(False),
    "MARK": lambda m, _a: m.push(_MARK),
    "POP": lambda m, _a: m.drop(),
    "POP_MARK": lambda m, _a: m.drop_to_mark(),
    "DUP": lambda m, _a: m.push(m.stack[-1]),
    "EMPTY_LIST": lambda m, _a: m.push([]),
    "EMPTY_TUPLE": lambda m, _a: m.push(()),
    "EMPTY_DICT": lambda m, _a: m.push(Pairs()),
    "EMPTY_SET": lambda m, _a: m.push(Loose()),
    "DICT": lambda m, _a: m.push(_dictionary(m.to_mark())),
    "SETITEM": lambda m, _a: m.set_items(m.pop_two()),
    "SETITEMS": lambda m, _a: m.set_items(m.to_mark()),
    "LIST": lambda m, _a: m.push(m.to_mark()),
    "TUPLE": lambda m, _a: m.push(tuple(m.to_mark())),
    "FROZENSET": lambda m, _a: m.push(Loose(m.to_mark())),
    "APPEND": lambda m, _a: m.extend([m.stack.pop()]),
    "APPENDS": lambda m, _a: m.extend(m.to_mark()),
    "ADDITEMS": lambda m, _a: m.extend(m.to_mark()),
    "TUPLE1": lambda m, _a: m.join(1),
    "TUPLE2": lambda m, _a: m.join(2),
    "TUPLE3": lambda m, _a: m.join(3),
    "PUT": lambda m, at: m.memoize(at),
    "BINPUT": lambda m, at: m.memoize(at),
    "LONG_BINPUT": lambda m, at: m.memoize(at),
    "MEMOIZE": lambda m, _a: m.memoize(None),
    "GET": lambda m, at: m.push(m.memo[at]),
    "BINGET": lambda m, at: m.push(m.memo[at]),
    "LONG_BINGET": lambda m, at: m.push(m.memo[at]),
    "GLOBAL": lambda m, name: m.name(name),
    "STACK_GLOBAL": lambda m, _a: m.stack_global(),
    "REDUCE": lambda m, _a: m.reduce(m.stack.pop()),
    "NEWOBJ": lambda m, _a: m.reduce(m.stack.pop()),
    "NEWOBJ_EX": lambda m, _a: m.new_with_names(),
    "OBJ": lambda m, _a: m.make(),
    "INST": lambda m, name: m.instance(name),
    "BUILD": lambda m, _a: m.build(),
    "PERSID": lambda m, name: m.push(m.held(name)),
    "BINPERSID": lambda m, _a: m.push(m.held(m.stack.pop())),
}
