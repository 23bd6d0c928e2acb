"""Two files under one name, compared as a reproduction compares them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from whence.reproduction.comparing import compare_files
from whence.reproduction.interface import Comparison, Sandbox

Write = Callable[[Any, Path], object]


def as_bytes(value: bytes, path: Path) -> None:
    path.write_bytes(value)


def compare(
    folder: Path,
    name: str,
    values: tuple[Any, Any],
    write: Write = as_bytes,
    sandbox: Sandbox | None = None,
    evaluation: Sequence[Path] = (),
) -> Comparison:
    """How alike two files are that are written from two values."""
    paths = []
    for side, value in zip(("recorded", "again"), values, strict=True):
        path = folder / side / Path(name).name
        path.parent.mkdir(exist_ok=True)
        write(value, path)
        paths.append(path)
    return compare_files(*paths, name=name, sandbox=sandbox, evaluation=evaluation)
