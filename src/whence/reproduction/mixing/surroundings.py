"""What differs around two runs of one step, as far as their programs can have noticed."""

from collections.abc import Iterator, Sequence

from whence.reproduction.interface import EnvironmentNeed, Recipe

HARMLESS = frozenset(
    "VIRTUAL_ENV CONDA_DEFAULT_ENV PIXI_ENVIRONMENT_NAME PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE "
    "PYTHONIOENCODING PYTHONWARNINGS PYTHONNOUSERSITE".split()
)
"""Variables that say where something is, or how it is shown."""


def compare_environments(a: Recipe, b: Recipe) -> tuple[str, ...]:
    """What differs of what a program can have noticed: the Python, and imported packages."""
    one, other = a.environment, b.environment
    if one.digest == other.digest:
        return ()
    told = [] if one.version == other.version else [f"Python {one.version} → {other.version}"]
    imported = {*a.imports, *b.imports} or {*one.packages, *other.packages}
    return (*told, *_packages(one, other, imported))


def _packages(one: EnvironmentNeed, other: EnvironmentNeed, imported: set[str]) -> Iterator[str]:
    for name in sorted(imported & (one.packages.keys() | other.packages.keys())):
        old, new = one.packages.get(name, "none"), other.packages.get(name, "none")
        if old != new:
            yield f"{name} {old} → {new}"


def shortly(told: Sequence[str]) -> str:
    """The first of several differences, and how many more there are."""
    return told[0] if len(told) == 1 else f"{told[0]} and {len(told) - 1} more"
