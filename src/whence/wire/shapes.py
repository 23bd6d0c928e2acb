"""Frozen dataclasses as JSON values and back, by their annotations alone.

For what travels but is not kept, such as an observation. A field that holds its default is left
out; a mapping whose keys are tuples becomes a list of rows, each the key's parts and the value.
``decode`` refuses what it does not know and says where; what it gives back is what was encoded,
but that tuples inside a free value come back as lists.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from whence.errors import WireError
from whence.model.identity import NodeId, is_id

T = TypeVar("T")

_ID = "^[0-9a-f]{32}$"


@dataclass(frozen=True, slots=True)
class Shape:
    """How values of one type are written, read and described."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any, str], Any]
    """Takes a JSON value and where it stands, for the error."""
    schema: Mapping[str, Any]
    """JSON Schema, draft 2020-12."""


def encode(value: Any) -> Any:
    """A dataclass as a JSON object."""
    return _shape_of(type(value)).encode(value)


def decode(kind: type[T], value: Any, where: str) -> T:
    """The dataclass that a JSON object tells of.

    Raises:
        WireError: it tells of none, or of more than that; says where.
    """
    found: T = _shape_of(kind).decode(value, where)
    return found


def schema_of(kind: type) -> Mapping[str, Any]:
    """What a JSON value must be to be decoded as this dataclass."""
    return _shape_of(kind).schema


def _shape_of(kind: Any) -> Shape:
    return _shape(kind)


@cache
def _shape(kind: Any) -> Shape:
    if isinstance(kind, type) and kind in _SIMPLE:
        return _simple(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(kind)
    origin = get_origin(kind)
    for known, make in _FORMS.items():
        if kind is known or origin is known:
            return make(kind)
    msg = f"values of {kind} have no form in JSON"
    raise TypeError(msg)


_SIMPLE: Mapping[type, str] = MappingProxyType(
    {str: "string", int: "integer", bool: "boolean", float: "number", NoneType: "null"}
)


def _simple(kind: type) -> Shape:
    def check(value: Any, where: str) -> Any:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise _mismatch(where, _SIMPLE[kind], value)
        return value

    return Shape(_same, check, {"type": _SIMPLE[kind]})


def _choice(kind: type[Enum]) -> Shape:
    def read(value: Any, where: str) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise WireError(f"{where}: {value!a:.80} is no {kind.__name__}") from None

    return Shape(_value_of, read, {"enum": [each.value for each in kind]})


def _object(kind: type) -> Shape:
    hints = get_type_hints(kind)
    members = [(each.name, _shape(hints[each.name]), _default(each)) for each in fields(kind)]
    known = {name for name, _, _ in members}

    def write(value: Any) -> dict[str, Any]:
        told = {}
        for name, shape, default in members:
            held = getattr(value, name)
            if held is not default and (default is MISSING or held != default):
                told[name] = shape.encode(held)
        return told

    def read(value: Any, where: str) -> Any:
        if type(value) is not dict:
            raise _mismatch(where, "object", value)
        if not value.keys() <= known:
            raise WireError(f"{where}: unknown fields {sorted(value.keys() - known)}")
        found = {}
        for name, shape, default in members:
            if name in value:
                found[name] = shape.decode(value[name], f"{where}.{name}")
            elif default is MISSING:
                raise WireError(f"{where}: the field {name!r} is missing")
        return _made(kind, found, where)

    return Shape(
        write,
        read,
        {
            "type": "object",
            "properties": {name: shape.schema for name, shape, _ in members},
            "required": [name for name, _, default in members if default is MISSING],
            "additionalProperties": False,
        },
    )


def _made(kind: type, found: Mapping[str, Any], where: str) -> Any:
    try:
        return kind(**found)
    except ValueError as error:
        raise WireError(f"{where}: {error}") from None


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _identity(_: Any) -> Shape:
    def check(value: Any, where: str) -> Any:
        if type(value) is not str or not is_id(value):
            raise WireError(f"{where}: not an id (32 hexadecimal characters): {value!a:.80}")
        return value

    return Shape(_same, check, {"type": "string", "pattern": _ID})


def _anything(_: Any) -> Shape:
    def check(value: Any, where: str) -> Any:
        del where
        return value

    return Shape(_plain, check, {})


def _optional(kind: Any) -> Shape:
    inner = [each for each in get_args(kind) if each is not NoneType]
    if len(inner) != 1:
        msg = f"{kind}: only one type or None"
        raise TypeError(msg)
    shape = _shape(inner[0])

    def write(value: Any) -> Any:
        return None if value is None else shape.encode(value)

    def read(value: Any, where: str) -> Any:
        return None if value is None else shape.decode(value, where)

    return Shape(write, read, {"anyOf": [shape.schema, {"type": "null"}]})


def _sequence(kind: Any) -> Shape:
    args = get_args(kind)
    if args[-1] is not Ellipsis:
        return _row([_shape(each) for each in args], tuple)
    shape = _shape(args[0])

    def write(value: Any) -> list[Any]:
        return [shape.encode(each) for each in value]

    def read(value: Any, where: str) -> tuple[Any, ...]:
        return tuple(
            shape.decode(each, f"{where}[{at}]") for at, each in enumerate(_list(value, where))
        )

    return Shape(write, read, {"type": "array", "items": shape.schema})


def _row(shapes: list[Shape], make: Callable[[list[Any]], Any]) -> Shape:
    """A list of fixed length."""

    def write(value: Any) -> list[Any]:
        return [shape.encode(each) for shape, each in zip(shapes, value, strict=True)]

    def read(value: Any, where: str) -> Any:
        if len(_list(value, where)) != len(shapes):
            raise WireError(f"{where}: expected {len(shapes)} items, got {len(value)}")
        told = enumerate(zip(shapes, value, strict=True))
        return make([shape.decode(each, f"{where}[{at}]") for at, (shape, each) in told])

    schema = {
        "type": "array",
        "prefixItems": [shape.schema for shape in shapes],
        "items": False,
        "minItems": len(shapes),
    }
    return Shape(write, read, schema)


def _mapping(kind: Any) -> Shape:
    key, value = get_args(kind)
    shape = _shape(value)
    if key is not str:
        rows = _shape(_tuple((_row_of(key, value), ...)))

        def read_rows(told: Any, where: str) -> dict[Any, Any]:
            return {tuple(row[:-1]): row[-1] for row in rows.decode(told, where)}

        return Shape(
            lambda held: rows.encode([(*name, each) for name, each in held.items()]),
            read_rows,
            rows.schema,
        )

    def write(held: Any) -> dict[str, Any]:
        return {name: shape.encode(each) for name, each in held.items()}

    def read(told: Any, where: str) -> dict[str, Any]:
        if type(told) is not dict:
            raise _mismatch(where, "object", told)
        return {name: shape.decode(each, f"{where}.{name}") for name, each in told.items()}

    return Shape(write, read, {"type": "object", "additionalProperties": shape.schema or True})


def _row_of(key: Any, value: Any) -> Any:
    return _tuple((*get_args(key), value))


def _tuple(args: Any) -> Any:
    """``tuple[…]`` of what is known at run time only."""
    return tuple.__class_getitem__(args)


_FORMS: Mapping[Any, Callable[[Any], Shape]] = MappingProxyType(
    {
        Any: _anything,
        NodeId: _identity,
        UnionType: _optional,
        Union: _optional,  # of what is no class, such as NodeId
        tuple: _sequence,
        Mapping: _mapping,
    }
)


def _plain(value: Any) -> Any:
    """Mappings as dictionaries and tuples as lists, all the way down."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _same(value: Any) -> Any:
    return value


def _value_of(value: Enum) -> Any:
    return value.value


def _list(value: Any, where: str) -> list[Any]:
    if type(value) is not list:
        raise _mismatch(where, "array", value)
    return value


def _mismatch(where: str, wanted: str, value: Any) -> WireError:
    return WireError(f"{where}: expected {wanted}, got {type(value).__name__}")
