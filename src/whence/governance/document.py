"""YAML in which every value knows the line on which it stands.

Only what a policy needs is taken: mappings, lists and plain values. Anchors, aliases, tags, several
documents and a key said twice are refused, since each lets a reader overlook something.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from whence.errors import UsageError

MOST_BYTES = 256 * 1024
MOST_DEPTH = 8

_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_PLAIN = frozenset(
    f"tag:yaml.org,2002:{name}" for name in "str int float bool null timestamp".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands."""

    where: str
    """``policies/production.yaml:12``."""
    value: Any
    """Text, number, flag, ``None``, a list of places, or a mapping from key to place."""
    written: str = ""
    """A plain value as it is written: version 3.10 is not 3.1."""

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        """Say what is wrong here.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{self.where}: {message}", hint=hint)

    def text(self, what: str) -> str:
        """The value as a text that is not empty; a number, flag or date as it was written."""
        if isinstance(self.value, dict | list) or self.value is None or not self.written.strip():
            self.refuse(f"{what} is a text", "put it in quotes if it looks like something else")
        return self.written

    def items(self, what: str) -> list["Place"]:
        """The value as a list; a single value is a list of one."""
        if isinstance(self.value, list):
            return self.value
        if self.value is None or isinstance(self.value, dict):
            self.refuse(f"{what} is a list", "one line for each, begun with '- '")
        return [self]

    def mapping(self, what: str) -> dict[str, "Place"]:
        """The value as a mapping."""
        if not isinstance(self.value, dict):
            self.refuse(f"{what} is a mapping", "lines of the form `key: value`")
        return self.value


def read_document(text: bytes, name: str) -> Place:
    """The document, with lines.

    Args:
        text: The file's bytes.
        name: How the file is called in messages.

    Raises:
        UsageError: it is no YAML, or more of it than is taken; says which line.
    """
    import yaml  # noqa: PLC0415  20 ms, only where there is a policy

    if len(text) > MOST_BYTES:
        raise UsageError(f"{name} has {len(text):,} bytes", hint=f"{MOST_BYTES:,} are enough")
    try:
        decoded = text.decode()
        root = yaml.compose(decoded, Loader=_loader())
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is no UTF-8: {error.reason}", hint="save it as UTF-8") from None
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", "")
        raise UsageError(
            f"{name}{line}: this is no YAML: {problem}", hint="look at the line before as well"
        ) from None
    except RecursionError:
        raise UsageError(f"{name} is nested too deep", hint="policies are flat") from None
    if root is None:
        raise UsageError(f"{name} is empty", hint="`whence check --help` shows a small policy")
    return _place(root, name, MOST_DEPTH)


def _loader() -> Any:
    """A loader that knows plain values and refuses anchors and aliases."""
    import yaml  # noqa: PLC0415

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            if getattr(event, "anchor", None) is not None:
                raise yaml.composer.ComposerError(
                    None, None, "anchors and aliases (& and *) are not taken", event.start_mark
                )
            return super().compose_node(parent, index)

    return Loader


def _place(node: Any, name: str, depth: int) -> Place:
    import yaml  # noqa: PLC0415

    where = f"{name}:{node.start_mark.line + 1}"
    if depth == 0:
        raise UsageError(f"{where}: nested too deep", hint="policies are flat")
    if isinstance(node, yaml.MappingNode):
        return Place(where, dict(_pairs(node, name, depth)))
    if isinstance(node, yaml.SequenceNode):
        return Place(where, [_place(each, name, depth - 1) for each in node.value])
    return Place(where, _plain(node, where), node.value)


def _pairs(node: Any, name: str, depth: int) -> Iterator[tuple[str, Place]]:
    import yaml  # noqa: PLC0415

    met: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise UsageError(f"{name}:{line}: a key is a word", hint="put it in quotes")
        told = key.value  # `on` is a word here, whatever YAML 1.1 takes it for
        if told in met:
            raise UsageError(
                f"{name}:{line}: {told!r} is said a second time",
                hint=f"it was said in line {met[told]}: keep one of them",
            )
        met[told] = line
        place = _place(value, name, depth - 1)
        yield told, Place(f"{name}:{line}", place.value, place.written)


_FLAGS = {"true": True, "false": False}
"""As YAML 1.2 has them: yes, no, on and off are words."""


def _plain(node: Any, where: str) -> Any:
    """A scalar; dates stay as they are written."""
    if node.tag not in _PLAIN:
        raise UsageError(f"{where}: {node.tag} is not taken", hint="use a plain value")
    if node.tag.endswith(":bool"):
        return _FLAGS.get(node.value.lower(), node.value)
    if node.tag.endswith(":null"):
        return None
    if node.tag in _NUMBERS:
        try:
            return int(node.value) if node.tag == _NUMBERS[0] else float(node.value)
        except ValueError:
            return node.value  # 0x1f, 1_000, 12:30, .inf: a text, which an option then refuses
    return node.value
