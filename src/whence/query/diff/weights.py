"""How much each kind of difference weighs, and why: the table by which ``diff`` orders causes.

A weight is no probability. It orders: what surely reached the result and can change it much stands
before what may have reached it, and that before what cannot. From 0 to 100, in five bands:

- 90 and more: the two were not measured alike, or one of them is not what it seems; until that is
  settled no other cause can be judged.
- 70 to 89: it reached the training, and such changes move results as a rule.
- 40 to 69: it reached the training or may have, and moves results often, or only a little.
- 10 to 39: it seldom moves a result beyond the noise of its seeds.
- below 10: nothing shows a way in which it could have.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Weight:
    """One row of the table."""

    score: int
    says: str
    """What is told to people beside the change."""
    why: str
    """Why it stands where it stands."""


WEIGHTS: Mapping[str, Weight] = MappingProxyType(
    {
        "outcome": Weight(
            98, "the run did not end in the same way", "what a failed run left is not a result"
        ),
        "evaluation-data": Weight(
            96,
            "it is what the two were measured on: their figures do not compare",
            "another test set moves a figure though the model is the same",
        ),
        "evaluation-code": Weight(
            94,
            "it measured the two: their figures do not compare",
            "as another test set does",
        ),
        "base-model": Weight(
            92, "the training began from it", "it holds most of what the model knows"
        ),
        "split": Weight(
            90,
            "it decides which rows are trained on and which are tested",
            "it changes the test set and the training set at once",
        ),
        "step": Weight(
            86, "only one of the two has this step", "a whole step does more than a line of one"
        ),
        "code-ran": Weight(
            82, "its lines ran", "code that ran and says something else does something else"
        ),
        "reaching": Weight(
            80,
            "it went to {reaches}",
            "a value that is known to have reached a library steered it",
        ),
        "argument": Weight(
            79, "a library was called with it", "as above, without a setting that it came from"
        ),
        "code-called": Weight(
            76,
            "in {function}, which ran",
            "the function ran; that those lines did is likely, and not known",
        ),
        "data-columns": Weight(
            74, "its columns are others", "features came or went, as a rule on purpose"
        ),
        "data": Weight(70, "its content is another", "what a model learns from, changed somehow"),
        "setting": Weight(
            62,
            "it steers the run",
            "the program was given it; that it reached anything is not known",
        ),
        "code-loaded": Weight(
            60,
            "its file was used; what of it ran is not known",
            "files that are used run in part: functions as a rule, lines less often",
        ),
        "package-major": Weight(
            58,
            "the sources import it, and its first number changed",
            "that number says that something behaves otherwise (semver.org, 8)",
        ),
        "split-seed": Weight(
            56,
            "it decides which rows fall on which side of the split",
            "another test set of the same kind: noise, but more than that of a training",
        ),
        "unexplained": Weight(
            54,
            "it was made anew of the same things and came out otherwise",
            "chance, time, or something that nobody saw",
        ),
        "data-rows": Weight(
            50,
            "{share} of its rows",
            "with the root of the share of rows on top: the first rows matter more than the next",
        ),
        "package-minor": Weight(
            46,
            "the sources import it, and its second number changed",
            "new defaults come with such releases, seldom with others",
        ),
        "seed": Weight(
            40,
            "it is only where randomness starts",
            "a seed moves every result, and none by more than the noise",
        ),
        "unseeded": Weight(
            39,
            "randomness without a seed: it comes out otherwise each time",
            "as another seed, though nobody chose it",
        ),
        "code-unseen": Weight(
            38,
            "it was not seen to run, but not all was seen",
            "it may have run where nobody looked; most of such lines did not",
        ),
        "interpreter": Weight(
            34, "everything ran in it", "it seldom changes what numbers come out"
        ),
        "package-patch": Weight(
            28, "the sources import it; only its last number changed", "mended errors, as a rule"
        ),
        "package-below": Weight(
            30,
            "something that the sources import needs it",
            "it computes for others; its own changes reach the result seldom",
        ),
        "container": Weight(26, "everything ran in it", "what it holds is told package by package"),
        "gpu": Weight(
            24, "the training may have computed on it", "another order of sums, another last digit"
        ),
        "unnamed": Weight(
            22,
            "no source that was used names it",
            "it can only have been handed on without being named",
        ),
        "code-imports": Weight(
            20, "it only makes names known", "what uses the names is a change of its own"
        ),
        "variable": Weight(18, "programs may look at it", "few variables steer what is computed"),
        "order": Weight(
            16,
            "its rows are the same, in another order or another form",
            "order reaches splits and batches: as a seed does, if at all",
        ),
        "unused-columns": Weight(
            14,
            "no column of it that was used changed",
            "what was not read into features or labels cannot have been learnt",
        ),
        "place": Weight(
            12, "it names a file, whose content is told as data", "a name alone changes nothing"
        ),
        "hardware": Weight(12, "the run ran on it", "it changes speed, and sometimes last digits"),
        "threads": Weight(12, "it decides how many threads compute", "the order of sums, at most"),
        "system": Weight(10, "the run ran on it", "its mathematics is that of the C library"),
        "code-speaks": Weight(8, "it only prints or logs", "nothing reads what it tells"),
        "operational": Weight(
            7,
            "by its name it says how to run, and not what to compute",
            "workers, verbosity and places of results change no result that is seeded",
        ),
        "code-unnamed": Weight(
            5,
            "nothing that was used names what it defines",
            "what nobody names is used by nobody, but for the ways around names",
        ),
        "code-idle": Weight(3, "it did not run", "what did not run did nothing"),
        "idle": Weight(2, "nothing imported it", "a package that nothing imports does nothing"),
        "code-layout": Weight(
            1,
            "only comments, documentation, annotations or layout",
            "it means the same to Python",
        ),
    }
)
"""Kind of difference → its weight. What each kind is, is found out in ``candidates``."""

IDLE = 10
"""Below this nothing shows a way in which a difference could have had an effect."""

_SHARE = 35
"""What is added for rows where all of them changed."""

_LABELS = 12
"""What is added where labels are among what changed: a wrong label teaches the contrary."""

_UNKNOWN = 0.5
"""By which the weight is multiplied where nobody knows whether there is a difference at all."""

_TOOLS = frozenset(
    (
        "alive-progress black build click colorama coverage flake8 hypothesis ipykernel ipython "
        "ipywidgets isort jupyter jupyterlab loguru matplotlib mlflow mypy nbconvert notebook pip "
        "plotly pre-commit pylint pytest rich ruff seaborn setuptools structlog tabulate "
        "tensorboard termcolor tox tqdm twine typer virtualenv wandb wheel"
    ).split()
)
"""Packages that show, test, build or log, and compute no result."""

_THROUGH_TOOLS = 0.25


def weigh_rows(share: float, *, labels: bool) -> int:
    """The weight of a table of which a share of the rows changed, from 0 to 1."""
    score = WEIGHTS["data-rows"].score + _SHARE * math.sqrt(min(max(share, 0.0), 1.0))
    return round(min(score + (_LABELS if labels else 0), 89))


def weigh_package(name: str, kind: str) -> int:
    """The weight of a package whose version changed; of a tool much less."""
    score = WEIGHTS[kind].score
    return round(score * _THROUGH_TOOLS) if name in _TOOLS and kind != "idle" else score


def weigh_unknown(score: int) -> int:
    """The weight of what may differ or not."""
    return round(score * _UNKNOWN)
