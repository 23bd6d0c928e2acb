"""Changes of a configuration file, key by key, in its own text."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from whence.query.diff.values import flatten, same_value
from whence.reproduction.mixing.pieces import (
    Piece,
    edits_between,
    joined_until,
    made,
    parted,
)
from whence.reproduction.mixing.scripts import Pieces

SUFFIXES = (".yaml", ".yml", ".toml", ".json", ".ini", ".cfg")
_ABSENT = "nothing"
_KEY = re.compile(r"\s*(?:- )?([\w.\"'-]+)\s*[:=]")


def setting_pieces(name: str, a: str, b: str) -> Pieces:
    """The change of a configuration file in pieces, each of as few keys as it can be.

    JSON is written anew where a part of its changes is made; YAML and TOML keep their text. Of
    other formats each line stands for itself.

    Args:
        name: Its name, of which the suffix counts.
        a: Its text.
        b: Its text afterwards.
    """
    build: Callable[[Sequence[str]], str] = "".join
    old, new = a.splitlines(keepends=True), b.splitlines(keepends=True)
    before, after = _values(name, a), _values(name, b)
    if name.endswith(".json") and before is not None and after is not None:
        old, new, build = [*_leaves(json.loads(a))], [*_leaves(json.loads(b))], _from_leaves
    edits = [part for edit in edits_between(old, new) for part in parted(edit, old, _key)]
    pieces = [Piece((each,)) for each in sorted(edits, key=lambda it: it.b_start)]
    if before is None or after is None:
        titled = tuple(replace(each, title=_line(name, each)) for each in pieces)
        return Pieces(tuple(old), titled)

    def fits(lines: Sequence[str]) -> bool:
        try:
            return _fits(name, before, after, build(lines))
        except ValueError:
            return False

    pieces = joined_until(pieces, old, fits)
    told = {piece: _changes(name, before, build(made(old, [piece]))) for piece in pieces}
    return Pieces(
        tuple(old),
        tuple(replace(each, title=_title(name, told[each])) for each in pieces if told[each]),
        tuple(each for each in pieces if not told[each]),
        build,
    )


def _key(line: str) -> str:
    found = _KEY.match(line)
    return found[1] if found else line.partition("\t")[0]


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """JSON as one line for each value that is no object: its path, its value."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield f"{json.dumps(path)}\t{json.dumps(value)}"


def _from_leaves(lines: Sequence[str]) -> str:
    told: Any = {}
    for line in lines:
        path, _, value = line.partition("\t")
        keys = json.loads(path)
        if not keys:
            told = json.loads(value)
            continue
        inner = told
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
            if not isinstance(inner, dict):
                raise ValueError(f"{key} is a value and has values in it")  # noqa: TRY004  of no type
        inner[keys[-1]] = json.loads(value)
    return json.dumps(told, indent=2) + "\n"


def _values(name: str, text: str) -> dict[str, Any] | None:
    """Dotted names → values; ``None`` where it cannot be read so."""
    import yaml  # noqa: PLC0415  costs 20 ms

    loaded: Any = None
    try:
        if name.endswith(".json"):
            loaded = json.loads(text)
        elif name.endswith(".toml"):
            loaded = tomllib.loads(text)
        elif name.endswith((".yaml", ".yml")):
            loaded = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        return None
    return dict(flatten(loaded)) if isinstance(loaded, Mapping) else None


def _fits(name: str, before: Mapping[str, Any], after: Mapping[str, Any], text: str) -> bool:
    """Whether a mixture can be read, and holds nothing that neither version has."""
    found = _values(name, text)
    if found is None:
        return False
    return all(
        any(key in side and side[key] == value for side in (before, after))
        for key, value in found.items()
    ) and all(key in found for key in before.keys() & after.keys())


def _changes(name: str, before: Mapping[str, Any], text: str) -> dict[str, tuple[Any, Any]]:
    found = _values(name, text) or {}
    return {
        key: (before.get(key, _ABSENT), found.get(key, _ABSENT))
        for key in {**before, **found}
        if key not in before or key not in found or not same_value(before[key], found[key])
    }


def _title(name: str, changes: Mapping[str, tuple[Any, Any]]) -> str:
    key, (old, new) = next(iter(changes.items()))
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{key} {_plain(old)} → {_plain(new)}{more} ({name})"


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 30 else text[:29] + "…"


def _line(name: str, piece: Piece) -> str:
    edit = piece.edits[0]
    return f"{name}:{edit.b_start + 1} {''.join(edit.new).strip()[:40]}".rstrip()
