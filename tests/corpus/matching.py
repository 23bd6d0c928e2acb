"""When is what Whence tells the same as what is true? The whole rule, as tables and pure functions.

In words in ``README.md`` beside this file.
"""

import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from corpus.truth import Fact

GENERATORS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset((name, *others.split()))
        for name, others in {
            "random": "random.seed",
            "numpy": "numpy.random numpy.random.seed",
            "numpy.default_rng": "numpy.random.default_rng default_rng",
            "numpy.randomstate": "numpy.random.randomstate randomstate",
            "torch": "torch.manual_seed torch.random",
            "torch.generator": "torch.generator.manual_seed generator",
            "torch.cuda": "torch.cuda.manual_seed torch.cuda.manual_seed_all",
            "python hash": "pythonhashseed hash",
            # One call that seeds three generators is known when any of the three is.
            "transformers.set_seed": "transformers set_seed random numpy torch",
            "seed_everything": "lightning lightning.seed_everything random numpy torch",
            "keras.utils.set_random_seed": "keras set_random_seed random numpy torch tensorflow",
        }.items()
    }
)
"""Generator → the names that it goes by, in small letters."""

SUFFIXES = ("_", "_score")
"""A metric is the same with and without."""


@dataclass(frozen=True, slots=True)
class Told:
    """One value as a record has it."""

    name: str
    value: Any
    default: bool = False
    on: str = ""
    series: tuple[Any, ...] = ()
    """Values of all steps, where there are steps."""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.name} = {self.value!r} ({self.source})"


@dataclass(slots=True)
class Score:
    """What was found of one kind, and what was told beside it."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        self.found += other.found
        self.missed += other.missed
        self.right += other.right
        self.wrong += other.wrong

    @property
    def recall(self) -> float:
        return share(len(self.found), len(self.missed))

    @property
    def precision(self) -> float:
        return share(len(self.right), len(self.wrong))


def share(part: int, rest: int) -> float:
    """Part of the whole; all of nothing is 1."""
    return part / (part + rest) if part + rest else 1.0


# ---------------------------------------------------------------------------------------- names


def plain(name: str) -> str:
    """A name without what only tells apart: letter case, numbers, brackets, kinds of joints."""
    name = re.sub(r"#\d+|\s*[(\[][^)\]]*[)\]]", "", name.strip().lower())
    return name.replace("-", "_").replace(" ", "_")


def last(name: str) -> str:
    """The last component of a dotted name; pipelines put ``__`` between steps."""
    return re.split(r"[./:]|(?<=[^_])__(?=[^_])", plain(name))[-1]


def bare(name: str) -> str:
    """A metric's name without the endings that do not matter."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix) or name
    return name


def joined(name: str) -> str:
    return re.sub(r"[./:_]+", "_", plain(name))


def metric_names(told: Told) -> set[str]:
    """What a metric may be called: its name, its last part, and either after what it is of."""
    parts = {joined(told.name), last(told.name), joined(re.sub(r"^\w+:", "", told.name))}
    if told.on:
        parts |= {joined(f"{told.on}_{last(told.name)}")}
    return {bare(each) for each in parts}


def generators(name: str) -> set[str]:
    """What a seed's generator may be called."""
    name = plain(name).replace("_hash", " hash")
    return {name, last(name), *GENERATORS.get(name, ())}


# --------------------------------------------------------------------------------------- values


def equal(told: Any, true: Any) -> bool:
    """Whether two values are the same but for how they were kept.

    Numbers: 1e-9 of their size, or the same when rounded to 32 bits. Text that is a number is
    that number (environment variables are text). A tuple is a list, and a set one in any order.
    """
    if isinstance(told, bool) or isinstance(true, bool):
        return str(told).lower() == str(true).lower()
    if isinstance(true, int | float):
        number = as_number(told)
        return number is not None and near(number, float(true))
    if isinstance(true, list):
        if not isinstance(told, list | tuple) or len(told) != len(true):
            return False
        return all(equal(one, other) for one, other in zip(told, true, strict=True))
    return bool(str(told) == str(true))


def as_number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or single(one) == single(other)


def single(value: float) -> float:
    """The nearest 32-bit number."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def as_printed(told: Any, printed: str) -> bool:
    """Whether a number is the one that was printed with so many digits."""
    number, shown = as_number(told), as_number(printed)
    if number is None or shown is None:
        return equal(told, printed)
    digits = len(printed.lower().partition("e")[0].partition(".")[2])
    exponent = int(printed.lower().partition("e")[2] or 0)
    return near(number, shown) or abs(number - shown) <= 0.5000001 * 10.0 ** (exponent - digits)


def same_value(told: Told, true: Fact) -> bool:
    """Whether a told value is the true one: the last, any of a series, or the mean of folds."""
    if true.value is None:
        return True
    values = [told.value]
    if true.any_step:
        values += told.series
    if true.mean:
        folds = told.value if isinstance(told.value, list | tuple) else told.series
        numbers = [number for each in folds if (number := as_number(each)) is not None]
        values += [sum(numbers) / len(numbers)] if numbers else []
    if true.printed:
        return any(as_printed(each, true.printed) for each in values)
    return any(equal(each, true.value) for each in values)


# ---------------------------------------------------------------------------------------- kinds


def same_parameter(told: Told, true: Fact) -> bool:
    """By the last component, or the whole name, and the value."""
    names = {last(told.name), plain(told.name)}
    return bool(names & {last(true.name), plain(true.name)}) and same_value(told, true)


def same_metric(told: Told, true: Fact) -> bool:
    """By name and value."""
    called = {bare(joined(true.name)), bare(last(true.name))} if "." in true.name else set()
    called.add(bare(joined(true.name)))
    return bool(metric_names(told) & called) and same_value(told, true)


def same_seed(told: Told, true: Fact) -> bool:
    """By generator and value."""
    return bool(generators(told.name) & generators(true.name)) and same_value(told, true)


SAME = MappingProxyType({"parameters": same_parameter, "metrics": same_metric, "seeds": same_seed})
"""Kind → whether a told value is a true one."""


def score_facts(
    kind: str,
    told: Iterable[Told],
    true: Iterable[Fact],
    also: Iterable[Fact] = (),
    neutral: Iterable[str] = (),
) -> Score:
    """What was found, missed, rightly and wrongly told of one kind.

    A library's own default is found when it is expected, and never wrong: it is not what the user
    set. Nor is a value that only names a file: files are a kind of their own.
    """
    same, told, also = SAME[kind], list(told), list(also)
    score = Score()
    expected = list(true)
    for each in expected:
        hit = any(same(one, each) for one in told)
        (score.found if hit else score.missed).append(str(each))
    names = {str(name).rstrip("/") for name in neutral}
    for one in told:
        if any(same(one, each) for each in (*expected, *also)):
            score.right.append(str(one))
        elif not one.default and str(one.value).rstrip("/") not in names:
            score.wrong.append(str(one))
    return score


def place(name: str) -> str:
    """A path or URI without what is no part of its address: credentials, query, a driver's name."""
    if "://" not in name:
        return name.rstrip("/")
    parts = urlsplit(name)
    scheme = parts.scheme.partition("+")[0]
    scheme = {"postgres": "postgresql"}.get(scheme, scheme)
    address = f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    table = parts.fragment.removeprefix("public.")
    return f"{address}#{table}" if table else address


def same_place(told: str, true: str, *, folder: bool = False) -> bool:
    """By address, ``*`` standing for any text. A folder that was told stands for what is in it."""
    told, true = place(told), place(true)
    return told == true or fnmatchcase(told, true) or (folder and true.startswith(told + "/"))


def score_places(told: Mapping[str, bool], true: Iterable[str], also: Iterable[str] = ()) -> Score:
    """Inputs or outputs: ``told`` is address → whether it is a folder."""
    score = Score()
    expected, also = list(true), list(also)
    for each in expected:
        hit = any(same_place(name, each, folder=folder) for name, folder in told.items())
        (score.found if hit else score.missed).append(each)
    for name, folder in told.items():
        hit = any(same_place(name, each, folder=folder) for each in (*expected, *also))
        (score.right if hit else score.wrong).append(name)
    return score
