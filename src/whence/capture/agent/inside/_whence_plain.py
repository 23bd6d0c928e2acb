"""Any value as JSON can say it, quickly, and without running the user's code."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST = 500
_MOST = 100
_DEEPEST = 6
_PRINTED = {
    "Path",
    "PosixPath",
    "PurePosixPath",
    "WindowsPath",
    "dtype",
    "device",
    "Decimal",
    "Fraction",
    "UUID",
    "datetime",
    "date",
    "time",
    "timedelta",
    "Timestamp",
    "Timedelta",
    "range",
    "slice",
    "complex",
    "DataType",
    "Version",
    "TorchVersion",
    "Size",
}
_OPAQUE = {
    "DataFrame",
    "Series",
    "LazyFrame",
    "Table",
    "RecordBatch",
    "Dataset",
    "Index",
    "csr_matrix",
    "csc_matrix",
}


def plain(value: Any, depth: int = 0) -> Any:
    """JSON for a value: numbers of numpy become Python's, what is long is cut.

    Functions and classes are told by their names, arrays by their shape if they are long, and other
    objects as ``<ClassName>``; dates, paths and the like by their text.
    """
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is str:
        return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    if kind is int or kind is float:
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return _several(value, depth)
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return "{…}"
        items = list(value.items())[:_MOST]
        return {_key(name): plain(inner, depth + 1) for name, inner in items}
    if isinstance(value, (bytes, bytearray)):
        return "<%d bytes>" % len(value)
    if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        return _called(value)
    return _other(value, kind, depth)


def _several(value: Any, depth: int) -> Any:
    if depth >= _DEEPEST:
        return "[…]"
    items = list(value)
    if isinstance(value, (set, frozenset)):
        items = sorted(items, key=repr)
    told = [plain(each, depth + 1) for each in items[:_MOST]]
    return told if len(items) <= _MOST else told + ["… %d in all" % len(items)]


def _key(name: Any) -> str:
    return name if type(name) is str else str(plain(name))


def _other(value: Any, kind: type, depth: int) -> Any:  # noqa: C901  a table would be slower
    name = kind.__name__
    if isinstance(value, str):  # an enum of text, a numpy string
        inner = getattr(value, "value", value)
        return str(inner if isinstance(inner, str) else str.__str__(value))[:_LONGEST]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if name == "ndarray":
        if value.size <= _MOST and value.dtype != object:
            return plain(value.tolist(), depth + 1)
        return "<array %s>" % _shape(value)
    numpy = sys.modules.get("numpy")
    generic: Any = getattr(numpy, "generic", ())
    if isinstance(value, generic):
        return plain(value.item(), depth + 1)
    if name in _PRINTED:
        return str(value)[:_LONGEST]
    if name == "Tensor":
        return "<Tensor %s>" % _shape(value)
    if name in _OPAQUE:
        return "<%s>" % name
    enum = sys.modules.get("enum")
    if enum is not None and isinstance(value, enum.Enum):
        return plain(value.value, depth + 1)
    if name == "partial":
        return "partial(%s)" % plain(value.func)
    return "<%s>" % name


def _shape(value: Any) -> str:
    return "x".join(map(str, tuple(value.shape)))


def _called(value: Any) -> str:
    """``module.name`` of a class or function; ``name`` alone where it is the program's own."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "?")
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module in ("__main__", "builtins"):
        return str(name)
    return "%s.%s" % (module, name)


def flat(value: Any, name: str = "", depth: int = 0) -> dict[str, Any]:
    """Values that are no mappings, by the dotted names of what they lie in."""
    if isinstance(value, dict) and value and depth < _DEEPEST * 2:
        found: dict[str, Any] = {}
        for key, inner in value.items():
            below = _key(key)
            found.update(flat(inner, name + "." + below if name else below, depth + 1))
        return found
    return {name: value} if name else {}
