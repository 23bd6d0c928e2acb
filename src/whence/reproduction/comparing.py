"""How alike two files are: byte by byte, else by whoever knows their format.

Comparers are found through the entry points ``whence.comparers``: other people's first, since who
installs one wants it asked; then ours, the more special before the more general. The first that
takes both files answers. One that fails has said nothing: the answer is then ``UNREAD``, with the
first byte that differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from whence import plugins
from whence.errors import WhenceError
from whence.reproduction.interface import Comparer, Comparison, Likeness, Pair, Sandbox

GROUP = "whence.comparers"

ORDER = tuple(
    "torch keras skops npy safetensors xgboost lightgbm onnx catboost hdf5 picture drawing table "
    "pickle json gzip archive text".split()
)
"""Ours, the more special before the more general: a model of PyTorch is an archive as well."""

HEAD = 4096
"""How many of a file's first bytes a comparer sees to decide whether it takes it."""

_AT_ONCE = 1 << 20


def compare_files(
    recorded: Path,
    again: Path,
    *,
    name: str,
    sandbox: Sandbox | None = None,
    evaluation: Sequence[Path] = (),
) -> Comparison:
    """How alike two files are.

    Args:
        recorded: The file as it was.
        again: The file as it became.
        name: How the program called it; its end tells the format where the bytes do not.
        sandbox: Where code of the rebuilt environment may run; ``None`` where there is none.
        evaluation: Tables on which a model was measured; empty where not known.
    """
    try:
        at = first_difference(recorded, again)
        if at is None:
            return Comparison(Likeness.BYTES, "bytes")
        heads = head_of(recorded), head_of(again)
    except OSError as error:
        return Comparison(Likeness.UNREAD, "bytes", f"cannot be read: {error.strerror}")
    place = f"the first byte that differs is byte {at:,}"
    detail = {"first_byte": at, "sizes": [recorded.stat().st_size, again.stat().st_size]}
    said = "no comparer knows this format"
    for comparer in comparers():
        try:
            if not all(comparer.takes(name, head) for head in heads):
                continue
            found = comparer.compare(Pair(recorded, again, name, sandbox, evaluation))
        except WhenceError as error:
            said = f"{comparer.name}: {error.message}"
        except Exception as error:  # noqa: BLE001  a comparer, maybe a stranger's, met what it did not expect
            said = f"{comparer.name}: {type(error).__name__}: {error}"
        else:
            if found.likeness is not Likeness.UNREAD:
                return found
            return replace(found, reason=f"{found.reason}; {place}", detail=detail)
        break
    return Comparison(Likeness.UNREAD, "bytes", f"{said[:400]}; {place}", detail=detail)


def comparers() -> Iterator[Comparer]:
    """Everything that is plugged in, in the order in which it is asked."""
    found = plugins.names(GROUP, ORDER)
    for each in sorted(found, key=lambda name: plugins.is_own(GROUP, name)):  # a stable sort
        try:
            made = plugins.load(GROUP, each)
        except WhenceError:
            continue  # a plugin that cannot be loaded knows no format
        if made is not None:
            yield cast("Comparer", made())


def head_of(path: Path) -> bytes:
    """A file's first bytes."""
    with path.open("rb") as file:
        return file.read(HEAD)


def first_difference(recorded: Path, again: Path) -> int | None:
    """The place of the first byte that differs, counted from 0; ``None``: they are equal."""
    at = 0
    with recorded.open("rb") as one, again.open("rb") as other:
        while True:
            left, right = one.read(_AT_ONCE), other.read(_AT_ONCE)
            if left != right:
                pairs = zip(left, right, strict=False)
                first = next((it for it, (a, b) in enumerate(pairs) if a != b), None)
                return at + (min(len(left), len(right)) if first is None else first)
            if not left:
                return None
            at += len(left)
